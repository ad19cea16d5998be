//! Who is a member, and what of each log counts: a function of the set of valid entries.
//!
//! First the founder's own entries are replayed ([`replay`]); clocks play no part there. Then authors are
//! found, beginning with the founder: whoever an author added rightly is one. Each step only adds authors,
//! so the order in which entries came makes no difference.

mod replay;

use crate::body::{Adders, Body, Founding};
use crate::certificate::Certificate;
use crate::clock::HybridClock;
use crate::entry::{Point, Reference, kind};
use crate::log::{Line, Log, LogId, Node};
use crate::signing::AuthorKey;
use handfast_protocol::log::Incarnation;
use replay::Replay;
use std::collections::{BTreeMap, BTreeSet};

/// How many counters of incarnations count, for each time that somebody is let in.
pub const INCARNATIONS: u32 = 4;

/// Of how many incarnations with one counter the entries count, beside those that the founder named.
const SAME_COUNTER: usize = 2;

/// Bytes of bodies and values of one incarnation that count.
pub const MAX_LOG_BYTES: u64 = 64 << 20;

/// Bytes of indexes among them.
pub const MAX_INDEX_BYTES: u64 = 8 << 20;

/// How many people a member may let in who is no keeper, where members may.
const ADDS_OF_A_MEMBER: usize = 5;

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

/// Somebody let in, as one entry says.
struct Added {
    reference: Reference,
    clock: HybridClock,
    certificate: Certificate,
    name: String,
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
        let replay = Replay::of(founding, logs);
        let mut membership = Self {
            founder,
            kept: replay.lines.clone(),
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

    /// True if a log is one of those that count of several with one counter: one that the founder named, or
    /// one of the two with the lowest random part.
    pub(crate) fn is_ranked(&self, logs: &Logs, log: &LogId) -> bool {
        let same = logs_of(logs, log.author).map(|(other, _)| other);
        let mut lower = same.filter(|other| {
            other.incarnation.counter == log.incarnation.counter
                && other.incarnation.random < log.incarnation.random
                && self.named(other).is_none()
        });
        self.named(log).is_some() || lower.nth(SAME_COUNTER - 1).is_none()
    }

    /// How many entries of one of their incarnations count.
    pub(crate) fn entries(&self, founding: &Founding, key: AuthorKey) -> u64 {
        if key == self.founder {
            return u64::MAX;
        }
        let allowed = self.replay.allowed.get(&key).map_or(0, |allowed| allowed.1);
        u64::from(allowed.max(founding.entries))
    }

    /// True if what is held of a log lies within the bytes that count.
    pub(crate) fn is_within_bytes(&self, log: &LogId, held: &Log) -> bool {
        let line = held.line(self.named(log));
        log.author == self.founder || within_bytes(&line, held) == line.hashes.len() as u64
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

    /// Computes again what counts of one person's logs, which say nothing about who may do what.
    pub(crate) fn refresh(&mut self, founding: &Founding, logs: &Logs, author: AuthorKey) {
        match author == self.founder {
            true => self.kept.extend(Replay::of(founding, logs).lines),
            false => {
                let kept = self.kept_of(founding, logs, author);
                self.kept
                    .extend(kept.into_iter().map(|(log, line, _)| (log, line)));
            }
        }
    }

    /// Finds the authors, step by step: those whom authors added rightly.
    fn find_authors(
        &mut self,
        founding: &Founding,
        logs: &Logs,
    ) -> BTreeMap<AuthorKey, Vec<Added>> {
        // Those whom the founder or a keeper let in. Where members may add, they may.
        let mut trusted = BTreeSet::new();
        loop {
            let mut added: BTreeMap<AuthorKey, Vec<Added>> = BTreeMap::new();
            let (tenures, before) = (self.tenures.clone(), trusted.len());
            self.adds.clear();
            for (log, line) in &self.kept {
                let Some(held) = logs.get(log).filter(|held| held.has_membership()) else {
                    continue;
                };
                let mut adds = 0;
                for (reference, node) in entries_of(log, line, held) {
                    let Some(Body::Add { certificate, name }) = &node.says else {
                        continue;
                    };
                    adds += 1;
                    let is_keeper = self.is_keeper_at(log, reference.point.sequence);
                    let may = is_keeper
                        || founding.adders == Adders::Members
                            && trusted.contains(&log.author)
                            && log.incarnation.counter == 1
                            && adds <= ADDS_OF_A_MEMBER;
                    let key = certificate.signing_key;
                    let tenure = match node.entry.header.about {
                        None => Some(Tenure {
                            opened: None,
                            removals_before: 0,
                            returns: 0,
                        }),
                        Some(about) if is_keeper => self.anew(logs, key, &about, reference),
                        Some(_) => None,
                    };
                    let Some(tenure) = tenure.filter(|_| may && key != self.founder) else {
                        continue;
                    };
                    if is_keeper {
                        trusted.insert(key);
                    }
                    let of_key = self.tenures.entry(key).or_default();
                    if !of_key.iter().any(|known| known.opened == tenure.opened) {
                        of_key.push(tenure);
                        of_key.sort_by_key(|tenure| (tenure.returns, tenure.opened));
                    }
                    self.adds.insert(reference);
                    added.entry(key).or_default().push(Added {
                        reference,
                        clock: node.entry.header.clock,
                        certificate: *certificate,
                        name: name.clone(),
                    });
                }
            }
            if self.tenures == tenures && trusted.len() == before {
                return added;
            }
            for author in self.tenures.keys().copied().collect::<Vec<_>>() {
                self.refresh(founding, logs, author);
            }
        }
    }

    /// The time in the room that begins when somebody is let in behind what that entry is about: a removal
    /// of theirs, which only the founder may do, or their leaving.
    fn anew(
        &self,
        logs: &Logs,
        key: AuthorKey,
        about: &Reference,
        opened: Reference,
    ) -> Option<Tenure> {
        let tenures = self.tenures.get(&key)?;
        if about.author == key {
            let log = log_of(about);
            let is_kept = self.kept.get(&log)?.at(about.point.sequence) == Some(&about.point.hash);
            let node = logs.get(&log)?.node(&about.point.hash)?;
            let left = self.tenure_of(logs, &log)?;
            let has_left = is_kept && node.entry.header.kind == kind::LEAVE;
            return has_left.then_some(Tenure {
                opened: Some(opened),
                removals_before: left.removals_before,
                returns: left.returns + 1,
            });
        }
        let removals = self.replay.removals.get(&key)?;
        let at = removals
            .iter()
            .position(|removal| removal.reference == *about)?;
        let before = tenures.iter().filter(|tenure| tenure.removals_before <= at);
        let returns = before.map(|tenure| tenure.returns).max()?;
        (opened.author == self.founder).then_some(Tenure {
            opened: Some(opened),
            removals_before: at + 1,
            returns: returns + 1,
        })
    }

    /// During which time in the room that log was begun.
    fn tenure_of(&self, logs: &Logs, log: &LogId) -> Option<Tenure> {
        let held = logs.get(log)?;
        let first = held.line(self.named(log)).hashes.first().copied()?;
        let about = held.node(&first)?.entry.header.about;
        let mut tenures = self.tenures.get(&log.author)?.iter();
        tenures.find(|tenure| tenure.opened == about).copied()
    }

    /// What counts of each log of somebody who is not the founder, and during which time it was written.
    fn kept_of(
        &self,
        founding: &Founding,
        logs: &Logs,
        author: AuthorKey,
    ) -> Vec<(LogId, Line, Option<usize>)> {
        let tenures = self.tenures.get(&author).map_or(&[][..], |tenures| tenures);
        let mut kept = Vec::new();
        for (log, held) in logs_of(logs, author) {
            let mut line = held.line(self.named(log));
            let first = line.hashes.first().and_then(|hash| held.node(hash));
            let about = first.map(|first| first.entry.header.about);
            let during = about.and_then(|about| tenures.iter().position(|one| one.opened == about));
            let counts =
                log.incarnation.counter <= self.counters(author) && self.is_ranked(logs, log);
            let during = during.filter(|_| counts);
            let end = during.map_or(0, |during| {
                let cut = self.replay.cut(log, tenures[during].removals_before);
                let entries = self.entries(founding, author);
                cut.unwrap_or(u64::MAX)
                    .min(entries)
                    .min(within_bytes(&line, held))
            });
            line.end_at(end);
            kept.push((*log, line, during));
        }
        end_where_left(&mut kept, logs);
        kept
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

/// Bytes of bodies and values up to each entry of a line, and of indexes among them.
pub(crate) fn bytes_of<'a>(
    line: &'a Line,
    held: &'a Log,
) -> impl Iterator<Item = (u64, u64)> + use<'a> {
    let nodes = line.hashes.iter().filter_map(|hash| held.node(hash));
    nodes.scan((0, 0), |(all, indexes), node| {
        let body = u64::from(node.entry.header.body_length);
        if let Some(Body::Put(index)) = &node.says {
            *indexes += body;
            *all += index.value_bytes();
        }
        *all += body;
        Some((*all, *indexes))
    })
}

/// How many entries of a line lie within the bytes that count.
fn within_bytes(line: &Line, held: &Log) -> u64 {
    let within = |bytes: &(u64, u64)| bytes.0 <= MAX_LOG_BYTES && bytes.1 <= MAX_INDEX_BYTES;
    bytes_of(line, held).take_while(within).count() as u64
}

/// Where its author leaves.
fn left_at(line: &Line, held: &Log) -> Option<u64> {
    if !held.has_membership() {
        return None;
    }
    let mut nodes = line.hashes.iter().filter_map(|hash| held.node(hash));
    let leave = nodes.find(|node| node.entry.header.kind == kind::LEAVE)?;
    Some(leave.entry.header.sequence)
}

/// Whoever left has written nothing more: not behind that entry, and not in later incarnations of that time
/// in the room.
fn end_where_left(kept: &mut [(LogId, Line, Option<usize>)], logs: &Logs) {
    let mut left: BTreeMap<usize, LogId> = BTreeMap::new();
    for (log, line, during) in kept.iter_mut() {
        let Some(during) = *during else {
            continue;
        };
        match left.get(&during) {
            Some(first) if log.incarnation.counter >= first.incarnation.counter => line.end_at(0),
            _ => {
                if let Some(sequence) = left_at(line, &logs[log]) {
                    line.end_at(sequence);
                    left.insert(during, *log);
                }
            }
        }
    }
}
