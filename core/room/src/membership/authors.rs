//! Who is an author: the founder, and whoever an author added rightly. Each step only adds authors, so the
//! order in which entries came makes no difference.

use super::{Logs, Membership, Tenure, entries_of, log_of};
use crate::body::{Adders, Body, Founding};
use crate::certificate::Certificate;
use crate::clock::HybridClock;
use crate::entry::{Reference, kind};
use crate::signing::AuthorKey;
use std::collections::{BTreeMap, BTreeSet};

/// How many people a member may let in who is no keeper, where members may.
const ADDS_OF_A_MEMBER: usize = 5;

/// Somebody let in, as one entry says.
pub(super) struct Added {
    pub(super) reference: Reference,
    pub(super) clock: HybridClock,
    pub(super) certificate: Certificate,
    pub(super) name: String,
}

impl Membership {
    /// Finds the authors, step by step: those whom authors added rightly.
    pub(super) fn find_authors(
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
}
