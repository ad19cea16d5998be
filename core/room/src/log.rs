//! One incarnation of a member's log as it is held: a line, and what forks from it.

use crate::body::Body;
use crate::entry::{Content, Entry, Point, kind};
use crate::run::{MAX_RUN, MAX_RUN_ENTRIES, Run, for_a_run};
use crate::signing::{AuthorKey, Signature};
use handfast_protocol::log::Incarnation;
use handfast_protocol::log::chain::ChainHash;
use std::collections::{BTreeMap, BTreeSet};

/// Most ends of one log that are held: that of the line, and of what forks from it.
pub const MAX_ENDS: usize = 4;

/// Names one incarnation of one member's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// Who writes it.
    pub author: AuthorKey,
    /// Which of their incarnations.
    pub incarnation: Incarnation,
}

/// An entry where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) entry: Entry,
    pub(crate) before: ChainHash,
    /// What it says, if it is part of the structure and understood.
    pub(crate) says: Option<Body>,
    /// By its author, over its hash. The last entry of what came together has one.
    pub(crate) signature: Option<Signature>,
    /// Its body was erased and is not taken again.
    pub(crate) is_erased: bool,
}

/// The entries that count, as far as the log itself can say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// The hash of each, from the first.
    pub(crate) hashes: Vec<ChainHash>,
    /// Where it ends because there are two versions of what comes next.
    pub(crate) forked_at: Option<u64>,
}

impl Line {
    /// Ends it behind so many entries.
    pub(crate) fn end_at(&mut self, length: u64) {
        if length < self.hashes.len() as u64 {
            self.hashes.truncate(length as usize);
            self.forked_at = None;
        }
    }

    /// The hash at that place.
    pub(crate) fn at(&self, sequence: u64) -> Option<&ChainHash> {
        self.hashes
            .get(usize::try_from(sequence).ok()?.checked_sub(1)?)
    }
}

/// Every validly signed entry of one incarnation that is held.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    beginning: ChainHash,
    nodes: BTreeMap<ChainHash, Node>,
    children: BTreeMap<ChainHash, Vec<ChainHash>>,
    /// True if some entry says who may do what.
    has_membership: bool,
}

impl Log {
    pub(crate) fn new(beginning: ChainHash) -> Self {
        Self {
            beginning,
            nodes: BTreeMap::new(),
            children: BTreeMap::new(),
            has_membership: false,
        }
    }

    pub(crate) fn has_membership(&self) -> bool {
        self.has_membership
    }

    pub(crate) fn node(&self, hash: &ChainHash) -> Option<&Node> {
        self.nodes.get(hash)
    }

    pub(crate) fn node_mut(&mut self, hash: &ChainHash) -> Option<&mut Node> {
        self.nodes.get_mut(hash)
    }

    pub(crate) fn hashes(&self) -> impl Iterator<Item = &ChainHash> {
        self.nodes.keys()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// True if an entry at that place can go on from that hash.
    pub(crate) fn reaches(&self, before: &ChainHash, sequence: u64) -> bool {
        match self.nodes.get(before) {
            Some(node) => node.entry.header.sequence + 1 == sequence,
            None => sequence == 1 && *before == self.beginning,
        }
    }

    /// True if a run would bring nothing: no entry, no body and no signature.
    pub(crate) fn has(&self, run: &Run) -> bool {
        let nodes = run.hashes().into_iter();
        let nodes: Option<Vec<_>> = nodes.map(|hash| self.nodes.get(&hash)).collect();
        nodes.is_some_and(|nodes| {
            let lacks = |(node, entry): (&&Node, &Entry)| node.lacks(&entry.content);
            let is_signed = nodes.last().is_some_and(|last| last.signature.is_some());
            is_signed && !nodes.iter().zip(&run.entries).any(lacks)
        })
    }

    /// Takes in an entry that [`Self::reaches`]. True if that changed anything that is kept.
    pub(crate) fn insert(
        &mut self,
        hash: ChainHash,
        before: ChainHash,
        entry: Entry,
        signature: Option<Signature>,
    ) -> bool {
        if let Some(node) = self.nodes.get_mut(&hash) {
            let is_signed = node.signature.is_none() && signature.is_some();
            let is_whole = node.take_body(&entry.content);
            node.signature = node.signature.or(signature);
            return is_signed || is_whole;
        }
        self.has_membership |= kind::is_membership(entry.header.kind);
        let node = Node {
            says: Body::of(&entry),
            entry,
            before,
            signature,
            is_erased: false,
        };
        self.nodes.insert(hash, node);
        self.children.entry(before).or_default().push(hash);
        true
    }

    /// The line. At a fork it goes on towards what the founder named; without that it ends before it, and
    /// so it does where something else stands than what was named.
    pub(crate) fn line(&self, named: Option<&Point>) -> Line {
        let mut line = Line::default();
        let mut towards = None;
        let mut at = self.beginning;
        while let Some(children) = self.children.get(&at) {
            let next = match &children[..] {
                [child] => *child,
                children => {
                    let towards = towards.get_or_insert_with(|| self.above(named));
                    match children.iter().find(|child| towards.contains(*child)) {
                        Some(child) => *child,
                        None => {
                            line.forked_at = Some(line.hashes.len() as u64 + 1);
                            break;
                        }
                    }
                }
            };
            line.hashes.push(next);
            at = next;
        }
        if let Some(named) = named
            && line
                .at(named.sequence)
                .is_some_and(|hash| *hash != named.hash)
        {
            line.end_at(named.sequence - 1);
        }
        line
    }

    /// What was named, and every entry before it.
    fn above(&self, named: Option<&Point>) -> BTreeSet<ChainHash> {
        let named = named.map(|point| point.hash);
        let above = std::iter::successors(named, |hash| Some(self.nodes.get(hash)?.before));
        above
            .take_while(|hash| self.nodes.contains_key(hash))
            .collect()
    }

    /// What names this log's last entry so that somebody else finds where theirs and this part: the hashes
    /// of places from the end, at distances that double.
    pub(crate) fn locate(line: &Line) -> Vec<(u64, ChainHash)> {
        let end = line.hashes.len() as u64;
        let distances = (0..=u64::BITS).map(|doubled| match doubled {
            0 => 0,
            doubled => 1 << (doubled - 1),
        });
        let places = distances.map_while(|distance| end.checked_sub(distance));
        let places = places.filter(|place| *place > 0);
        places
            .filter_map(|place| Some((place, *line.at(place)?)))
            .collect()
    }

    /// True if two versions of a place are held.
    pub(crate) fn is_forked(&self) -> bool {
        self.children.values().any(|children| children.len() > 1)
    }

    /// The versions that go on from that hash.
    pub(crate) fn versions(&self, before: &ChainHash) -> &[ChainHash] {
        self.children.get(before).map_or(&[], |children| children)
    }

    /// Lets go of what forks from the line, beyond the limit: what forks last goes first. Two versions of
    /// the place at which the line ends always stay. What went.
    pub(crate) fn prune(&mut self, line: &Line) -> Vec<ChainHash> {
        let on_line: BTreeSet<_> = line.hashes.iter().copied().collect();
        let mut gone = Vec::new();
        loop {
            let ends = self.nodes.keys();
            let ends = ends.filter(|hash| self.versions(hash).is_empty());
            let ends: Vec<ChainHash> = ends.copied().collect();
            if ends.len() <= MAX_ENDS {
                return gone;
            }
            let last = line.hashes.last().copied().unwrap_or(self.beginning);
            let mut shown = BTreeSet::new();
            let mut spare = Vec::new();
            for end in ends.into_iter().filter(|end| !on_line.contains(end)) {
                let (version, before, place) = self.fork_of(end, &on_line);
                let proves = before == last && line.forked_at.is_some() && shown.len() < 2;
                if !(proves && shown.insert(version)) {
                    spare.push((place, end));
                }
            }
            let Some((_, end)) = spare.into_iter().max() else {
                return gone;
            };
            let mut at = end;
            while !on_line.contains(&at) && self.versions(&at).is_empty() {
                let Some(node) = self.nodes.remove(&at) else {
                    break;
                };
                gone.push(at);
                let siblings = self.children.entry(node.before).or_default();
                siblings.retain(|sibling| *sibling != at);
                if siblings.is_empty() {
                    self.children.remove(&node.before);
                }
                at = node.before;
            }
        }
    }

    /// Where the branch with that end leaves the line: its first entry, the hash before it, and its place.
    fn fork_of(
        &self,
        end: ChainHash,
        on_line: &BTreeSet<ChainHash>,
    ) -> (ChainHash, ChainHash, u64) {
        let mut at = end;
        loop {
            let node = &self.nodes[&at];
            if on_line.contains(&node.before) || node.before == self.beginning {
                return (at, node.before, node.entry.header.sequence);
            }
            at = node.before;
        }
    }

    /// Entries without any signed one behind them were not written to the end. They go.
    pub(crate) fn drop_unsigned(&mut self) -> Vec<ChainHash> {
        let mut signed = BTreeSet::new();
        for (hash, node) in &self.nodes {
            if node.signature.is_some() {
                let mut at = *hash;
                while let Some(node) = self.nodes.get(&at) {
                    if !signed.insert(at) {
                        break;
                    }
                    at = node.before;
                }
            }
        }
        let gone = self.nodes.keys().filter(|hash| !signed.contains(*hash));
        let gone: Vec<ChainHash> = gone.copied().collect();
        for hash in &gone {
            self.nodes.remove(hash);
        }
        for children in self.children.values_mut() {
            children.retain(|child| signed.contains(child));
        }
        self.children.retain(|_, children| !children.is_empty());
        gone
    }

    /// The run that goes on from `before` towards `end`, for somebody who may see the bodies of which that
    /// is said: up to a signature, and as far as it fits. None if `end` is not behind `before`.
    pub(crate) fn run(
        &self,
        author: AuthorKey,
        before: ChainHash,
        end: &ChainHash,
        shows: impl Fn(&Entry) -> bool,
    ) -> Option<Run> {
        let mut towards = vec![*end];
        loop {
            let node = self.nodes.get(towards.last()?)?;
            if node.before == before {
                break;
            }
            towards.push(node.before);
        }
        towards.reverse();
        let mut at = *end;
        // The end may be within what was signed together: then the rest of it goes along as proof.
        while self.nodes.get(&at)?.signature.is_none() {
            at = *self.versions(&at).first()?;
            towards.push(at);
        }
        let mut entries = Vec::new();
        let mut signed = None;
        let mut length = Run::length(std::iter::empty());
        for hash in &towards {
            let node = self.nodes.get(hash)?;
            let whole = match shows(&node.entry) {
                true => for_a_run(&node.entry),
                false => node.bare(),
            };
            length += whole.length();
            if entries.len() == MAX_RUN_ENTRIES || length > MAX_RUN {
                break;
            }
            entries.push(whole);
            if let Some(signature) = node.signature {
                signed = Some((entries.len(), signature));
                if node.entry.header.kind == kind::REMOVE {
                    break;
                }
            }
        }
        // Bodies that came later may make too much of it: they are asked for.
        let (count, signature) = match signed {
            Some(signed) => signed,
            None => return self.bare_run(author, before, &towards),
        };
        entries.truncate(count);
        Some(Run {
            author,
            before,
            entries,
            signature,
        })
    }

    /// Up to the first signature, without any body that can be asked for.
    fn bare_run(&self, author: AuthorKey, before: ChainHash, towards: &[ChainHash]) -> Option<Run> {
        let nodes = towards.iter().map_while(|hash| self.nodes.get(hash));
        let nodes: Vec<_> = nodes.collect();
        let last = nodes.iter().position(|node| node.signature.is_some())?;
        Some(Run {
            author,
            before,
            entries: nodes[..=last].iter().map(|node| node.bare()).collect(),
            signature: nodes[last].signature?,
        })
    }
}

impl Node {
    /// Takes the body if it is lacking here and comes with the same hash.
    pub(crate) fn take_body(&mut self, content: &Content) -> bool {
        let is_lacking = self.lacks(content);
        if is_lacking {
            self.entry.content = content.clone();
        }
        is_lacking
    }

    /// True if that is the body, and it is wanted here.
    fn lacks(&self, content: &Content) -> bool {
        let is_whole = matches!(content, Content::Whole { .. });
        is_whole && self.entry.body().is_none() && !self.is_erased
    }

    fn bare(&self) -> Entry {
        match kind::is_structure(self.entry.header.kind) {
            true => self.entry.clone(),
            false => self.entry.without_body(),
        }
    }
}
