//! The acting entries: what is kept, is by somebody who may say it, and whose time has come.

use crate::body::Body;
use crate::clock::HybridClock;
use crate::entry::{Reference, kind};
use crate::log::Node;
use crate::membership::{entries_of, log_of};
use crate::room::Room;
use handfast_protocol::log::Kind;
use std::collections::BTreeSet;

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
        let mut acting = Vec::new();
        let mut withdrawn = BTreeSet::new();
        for (reference, node, may) in self.come(now) {
            if !may {
                continue;
            }
            match (node.entry.header.kind, &node.says, node.entry.header.about) {
                (_, Some(Body::Withdraw(other)), _) => drop(withdrawn.insert(*other)),
                (Kind::WITHDRAW, _, Some(own)) if own.author == reference.author => {
                    // Their own, and only what people say: a put is overtaken, not taken back.
                    withdrawn.extend(self.said(&own).then_some(own));
                }
                _ => {}
            }
            acting.push(Acting {
                clock: node.entry.header.clock,
                reference,
                kind: node.entry.header.kind,
            });
        }
        acting
            .retain(|entry| !withdrawn.contains(&entry.reference) || !may_be_withdrawn(entry.kind));
        acting.sort();
        acting
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

fn may_be_withdrawn(kind: Kind) -> bool {
    kind::is_said(kind) || kind == kind::PUT
}
