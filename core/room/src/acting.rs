//! The acting entries: what is kept, is by somebody who may say it, and whose time has come.

use crate::body::Body;
use crate::clock::HybridClock;
use crate::entry::{Reference, kind};
use crate::log::Node;
use crate::membership::{entries_of, log_of};
use crate::room::Room;
use handfast_protocol::log::Kind;
use std::collections::BTreeMap;

/// An acting entry. The order is that of every screen: clock, author, incarnation, sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acting {
    /// When it was written.
    pub clock: HybridClock,
    /// Which entry it is.
    pub reference: Reference,
    /// What it is.
    pub kind: Kind,
}

impl Room {
    /// The entries that act at that time, in order.
    pub fn acting(&self, now: u64) -> Vec<Acting> {
        let withdrawn = self.withdrawn(now);
        let come = self.come(now).filter(|(_, _, may)| *may);
        let acting = come.map(|(reference, node, _)| Acting {
            clock: node.entry.header.clock,
            reference,
            kind: node.entry.header.kind,
        });
        let is_left = |entry: &Acting| {
            !withdrawn.contains_key(&entry.reference) || !may_be_withdrawn(entry.kind)
        };
        let mut acting: Vec<_> = acting.filter(is_left).collect();
        acting.sort();
        acting
    }

    /// What was taken back, and by which entry: the author's own, if there is one.
    pub(crate) fn withdrawn(&self, now: u64) -> BTreeMap<Reference, Reference> {
        let mut withdrawn = BTreeMap::new();
        for (reference, node, _) in self.come(now).filter(|(_, _, may)| *may) {
            match (node.entry.header.kind, &node.says, node.entry.header.about) {
                (_, Some(Body::Withdraw(other)), _) => {
                    withdrawn.entry(*other).or_insert(reference);
                }
                // Their own, and only what people say: a put is overtaken, not taken back.
                (Kind::WITHDRAW, _, Some(own))
                    if own.author == reference.author && self.said(&own) =>
                {
                    withdrawn.insert(own, reference);
                }
                _ => {}
            }
        }
        withdrawn
    }

    /// Everything kept whose time has come, and whether it is by somebody who may say it there.
    fn come(&self, now: u64) -> impl Iterator<Item = (Reference, &Node, bool)> {
        let logs = self.membership.kept().iter();
        let logs = logs.filter_map(|(log, line)| Some((log, line, self.logs.get(log)?)));
        logs.flat_map(move |(log, line, held)| {
            let mut last = None;
            entries_of(log, line, held).filter_map(move |(reference, node)| {
                let header = &node.entry.header;
                if kind::is_membership(header.kind) {
                    let may = node.says.is_some() && self.membership.is_rightful(&reference, node);
                    return Some((reference, node, may));
                }
                // What does not rise above the entry before it is void.
                let has_risen = last.replace(header.clock) < Some(header.clock);
                header
                    .clock
                    .has_come(now)
                    .then_some((reference, node, has_risen))
            })
        })
    }

    fn said(&self, reference: &Reference) -> bool {
        let log = log_of(reference);
        let node = self
            .logs
            .get(&log)
            .and_then(|held| held.node(&reference.point.hash));
        node.is_some_and(|node| kind::is_said(node.entry.header.kind))
    }
}

pub(crate) fn may_be_withdrawn(kind: Kind) -> bool {
    kind::is_said(kind) || kind == kind::PUT
}
