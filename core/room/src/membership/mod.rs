//! Who is a member, and what of each log counts: a function of the set of valid entries.
//!
//! First the founder's own entries are replayed ([`replay`]); clocks play no part there. Then authors are
//! found ([`authors`]), beginning with the founder: whoever an author added rightly is one. What of a log
//! is kept ([`kept`]) follows from its line and from what the founder said of it.

mod authors;
mod kept;
mod replay;

use crate::body::Founding;
use crate::certificate::Certificate;
use crate::clock::HybridClock;
use crate::entry::{Point, Reference, kind};
use crate::log::{Line, Log, LogId, Node};
use crate::signing::AuthorKey;
use authors::Added;
use handfast_protocol::log::Incarnation;
pub(crate) use kept::bytes_of;
use kept::left_at;
use replay::Replay;
use std::collections::{BTreeMap, BTreeSet};

/// How many counters of incarnations count, for each time that somebody is let in.
pub const INCARNATIONS: u32 = 4;

/// Bytes of bodies and values of one incarnation that count.
pub const MAX_LOG_BYTES: u64 = 64 << 20;

/// Bytes of indexes among them.
pub const MAX_INDEX_BYTES: u64 = 8 << 20;

/// The logs that are held.
pub(crate) type Logs = BTreeMap<LogId, Log>;

/// Somebody who may write, or might.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who they are, as whoever let them in says.
    pub certificate: Certificate,
    /// Their name, as the same person says.
    pub name: String,
    /// The entry that let them in. None for the founder.
    pub added_by: Option<Reference>,
    /// When that was.
    pub added_at: HybridClock,
    /// True if they are in the room: neither removed nor gone.
    pub is_member: bool,
    /// True if they may let in and moderate. The founder may.
    pub is_keeper: bool,
}

/// One time that somebody was let in, until they left or were removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tenure {
    /// The entry that let them in anew. None for the first time.
    opened: Option<Reference>,
    /// How many of their removals came before.
    removals_before: usize,
    /// How often they had been in before.
    returns: u32,
}

/// Who is a member, and what of each log counts.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    founder: AuthorKey,
    replay: Replay,
    tenures: BTreeMap<AuthorKey, Vec<Tenure>>,
    people: BTreeMap<AuthorKey, Person>,
    kept: BTreeMap<LogId, Line>,
    /// The entries that let somebody in and count.
    adds: BTreeSet<Reference>,
}

impl Membership {
    /// That of the room with those logs.
    pub(crate) fn of(founding: &Founding, logs: &Logs) -> Self {
        let founder = founding.founder();
        let (replay, kept) = Replay::of(founding, logs);
        let mut membership = Self {
            founder,
            kept,
            replay,
            tenures: BTreeMap::new(),
            people: BTreeMap::new(),
            adds: BTreeSet::new(),
        };
        let added = membership.find_authors(founding, logs);
        membership.name_people(founding, logs, added);
        membership
    }

    /// Everybody who ever was let in.
    pub(crate) fn people(&self) -> &BTreeMap<AuthorKey, Person> {
        &self.people
    }

    /// What counts of each log.
    pub(crate) fn kept(&self) -> &BTreeMap<LogId, Line> {
        &self.kept
    }

    pub(crate) fn is_author(&self, key: AuthorKey) -> bool {
        key == self.founder || self.tenures.contains_key(&key)
    }

    /// The entry by which that person may write now: the first thing of a new incarnation is about it,
    /// unless they were let in for the first time.
    pub(crate) fn opened(&self, key: AuthorKey) -> Option<Reference> {
        self.tenures.get(&key)?.last()?.opened
    }

    /// The highest counter of that person's incarnations that counts.
    pub(crate) fn counters(&self, key: AuthorKey) -> u32 {
        if key == self.founder {
            return replay::MAX_FOUNDER_INCARNATIONS;
        }
        let returns = self.tenures.get(&key).into_iter().flatten();
        let returns = returns.map(|tenure| tenure.returns).max().unwrap_or(0);
        let allowed = self.replay.allowed.get(&key).map_or(0, |allowed| allowed.0);
        allowed.max(INCARNATIONS * (1 + returns))
    }

    /// How many entries of one of their incarnations count.
    pub(crate) fn entries(&self, founding: &Founding, key: AuthorKey) -> u64 {
        if key == self.founder {
            return u64::MAX;
        }
        let allowed = self.replay.allowed.get(&key).map_or(0, |allowed| allowed.1);
        u64::from(allowed.max(founding.entries))
    }

    /// The version of that log which the founder named last.
    pub(crate) fn named(&self, log: &LogId) -> Option<&Point> {
        self.replay.named.get(log)
    }

    /// The entry by which somebody was removed last, if they are not let in since.
    pub(crate) fn removal(&self, key: AuthorKey) -> Option<Reference> {
        let is_member = self.people.get(&key)?.is_member;
        let last = self.replay.removals.get(&key)?.last()?;
        (!is_member).then_some(last.reference)
    }

    /// True if whoever wrote that place had the rights of a keeper there.
    pub(crate) fn is_keeper_at(&self, log: &LogId, sequence: u64) -> bool {
        log.author == self.founder || self.replay.is_keeper_at(log, sequence)
    }

    /// True if an entry that says who may do what is by somebody who may say so there.
    pub(crate) fn is_rightful(&self, reference: &Reference, node: &Node) -> bool {
        let log = log_of(reference);
        match node.entry.header.kind {
            kind::ADD => self.adds.contains(reference),
            kind::LEAVE => true,
            kind::WITHDRAW_OTHERS => self.is_keeper_at(&log, reference.point.sequence),
            _ => log.author == self.founder,
        }
    }

    /// Computes again what counts of the logs of one person, who is not the founder.
    pub(crate) fn refresh(&mut self, founding: &Founding, logs: &Logs, author: AuthorKey) {
        let kept = self.kept_of(founding, logs, author).into_iter();
        self.kept.extend(kept.map(|(log, line, _)| (log, line)));
    }

    /// Says who everybody is.
    fn name_people(
        &mut self,
        founding: &Founding,
        logs: &Logs,
        added: BTreeMap<AuthorKey, Vec<Added>>,
    ) {
        let founder = Person {
            certificate: founding.certificate,
            name: String::new(),
            added_by: None,
            added_at: HybridClock::default(),
            is_member: true,
            is_keeper: true,
        };
        self.people.insert(self.founder, founder);
        for (key, mut added) in added {
            added.sort_by_key(|added| {
                let is_founders = added.reference.author == self.founder;
                (!is_founders, added.clock, added.reference)
            });
            let kept = self.kept_of(founding, logs, key);
            let removals = self.replay.removals.get(&key).map_or(0, Vec::len);
            let mut tenures = self.tenures[&key].iter().enumerate();
            let is_member = tenures.any(|(at, tenure)| {
                let mut during = kept.iter().filter(|(_, _, during)| *during == Some(at));
                let has_left = during.any(|(log, line, _)| left_at(line, &logs[log]).is_some());
                tenure.removals_before == removals && !has_left
            });
            let first = added.swap_remove(0);
            let person = Person {
                certificate: first.certificate,
                name: first.name,
                added_by: Some(first.reference),
                added_at: first.clock,
                is_member,
                is_keeper: is_member && self.replay.is_keeper(key),
            };
            self.people.insert(key, person);
        }
    }
}

/// The logs of one person, in the order of incarnations.
pub(crate) fn logs_of(logs: &Logs, author: AuthorKey) -> impl Iterator<Item = (&LogId, &Log)> {
    let from = LogId {
        author,
        incarnation: Incarnation {
            counter: 0,
            random: [0; 8],
        },
    };
    logs.range(from..)
        .take_while(move |(log, _)| log.author == author)
}

pub(crate) fn log_of(reference: &Reference) -> LogId {
    LogId {
        author: reference.author,
        incarnation: reference.point.incarnation,
    }
}

/// The entries on a line, each with its place.
pub(crate) fn entries_of<'a>(
    log: &'a LogId,
    line: &'a Line,
    held: &'a Log,
) -> impl Iterator<Item = (Reference, &'a Node)> {
    let entries = line
        .hashes
        .iter()
        .filter_map(|hash| Some((hash, held.node(hash)?)));
    entries.map(|(hash, node)| {
        let reference = Reference {
            author: log.author,
            point: Point {
                incarnation: log.incarnation,
                sequence: node.entry.header.sequence,
                hash: *hash,
            },
        };
        (reference, node)
    })
}
