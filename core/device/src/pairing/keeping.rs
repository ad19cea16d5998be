//! What of a pairing is kept, and when: what is compared here is neither shown nor sent before it is on the disk, and
//! the two talk once both say that they keep each other.

use super::Pairing;
use super::side::Side;
use crate::question::Questioning;
use crate::session::{Context, end};
use crate::{
    AuthenticatedPeer, CarrierCommand, Done, EndReason, HostHistory, Milestones, Refusal,
    RequestId, SessionEnd, Ticket, Write,
};
use bytes::Bytes;
use handfast_protocol::handshake::{PublicKey, Trust};
use handfast_protocol::link::LinkPath;
use handfast_protocol::pairing::Now;
use handfast_store::{Contact, ContactChange, PendingReply, Proofs, StoreError, Way};
use handfast_token::{Invitation, SealedReply};
use std::time::Duration;
use web_time::Instant;

/// How long it may take until something is kept. After that the peer is not kept waiting.
pub(super) const KEEPING: Duration = Duration::from_secs(5);

/// What has to be kept so that another process can go on. Of what is compared here nothing is shown or
/// sent before it is on the disk.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum PairingSnapshot {
    Host(HostHistory),
    Guest {
        reply: Option<SealedReply>,
        invitation: Box<Invitation>,
        proofs: u8,
    },
}

/// Brings what is new to the disk, one batch after the other.
pub(super) struct SnapshotWriter {
    pub(super) kept: PairingSnapshot,
    pub(super) writing: Option<(Ticket, PairingSnapshot)>,
    /// The machine does not go on before all is kept, or it is this late.
    pub(super) blocks_until: Option<Instant>,
    /// This could not be kept, and is not tried again by itself.
    pub(super) failed: Option<PairingSnapshot>,
    /// Who hears when all is kept.
    pub(super) requests: Vec<RequestId>,
}

/// What two who meet come to, once this is on the disk.
pub(super) struct Conclusion {
    pub(super) ticket: Ticket,
    pub(super) until: Instant,
    pub(super) step: ConclusionStep,
}

pub(super) enum ConclusionStep {
    /// The peer is remembered, and is told so. The invitation is for nobody else any more.
    Remember(PairingSnapshot),
    /// The peer has said whether it remembers this device: the invitation is over, and the two talk.
    End(Box<AuthenticatedPeer>),
}

/// Two who met, and it is kept.
pub(crate) struct Remembered {
    pub(crate) peer: AuthenticatedPeer,
    pub(crate) trust: Trust,
    /// The person agreed that the peer gets back what it has lost.
    pub(crate) gives_back: bool,
    /// The link on which they met.
    pub(crate) link: u64,
    /// Which way the link takes, as it is kept.
    pub(crate) path: Option<LinkPath>,
    pub(crate) early: Vec<Bytes>,
    pub(crate) milestones: Milestones,
    /// What the two have asked each other on this link before they talked.
    pub(crate) questions: Option<Questioning>,
}

/// Whether this device keeps what it takes to find them again. Of a frozen contact it does not, before a meeting
/// verifies who that is.
pub(crate) fn keeps(context: &Context<'_>, key: PublicKey) -> bool {
    context.kept(key).is_some_and(|contact| !contact.frozen)
}

impl Pairing {
    /// The peer is remembered, and the invitation is for nobody else any more, in one batch, before the peer
    /// is told so.
    pub(super) fn remember(&mut self, context: &mut Context<'_>) {
        let Some(peer) = self.side.met() else {
            return;
        };
        let now = context.now;
        let met = Write::Meet(Box::new(Contact {
            ways: self
                .path
                .map(|path| way(path, context))
                .into_iter()
                .collect(),
            ..contact(peer, now)
        }));
        let snapshot = self.side.snapshot();
        let writes = match context.shared.shuts_out(peer.key) {
            // Somebody who is not let in is not remembered by this, and has used the invitation up.
            Some(_) => vec![end(self.pending(), EndReason::Used, now)],
            None => {
                let mut writes = self.news(&snapshot, now);
                writes.push(met);
                writes
            }
        };
        self.conclusion = Some(Conclusion {
            ticket: context.write(writes),
            until: now.monotonic + KEEPING,
            step: ConclusionStep::Remember(snapshot),
        });
    }

    /// The invitation ends before the two talk.
    pub(super) fn conclude(&mut self, context: &mut Context<'_>, peer: Box<AuthenticatedPeer>) {
        let now = context.now;
        self.milestones.authenticated = Some(now.monotonic.saturating_duration_since(self.began));
        let mut writes = vec![end(self.pending(), EndReason::Used, now)];
        if !peer.keeps_us || !keeps(context, peer.key) {
            // Where one keeps nothing, nobody is found again.
            writes.push(Write::Contact(peer.key, ContactChange::NotKept));
        }
        self.conclusion = Some(Conclusion {
            ticket: context.write(writes),
            until: now.monotonic + KEEPING,
            step: ConclusionStep::End(peer),
        });
    }

    /// Brings what is new on its way to the disk.
    pub(super) fn copy(&mut self, context: &mut Context<'_>) {
        if self.writer.writing.is_some() || self.conclusion.is_some() {
            return;
        }
        let snapshot = self.side.snapshot();
        if snapshot == self.writer.kept {
            self.writer.blocks_until = None;
            for request in std::mem::take(&mut self.writer.requests) {
                context.answer(request, Ok(Done::Ok));
            }
            return;
        }
        let is_awaited = self.writer.blocks_until.is_some() || !self.writer.requests.is_empty();
        if !is_awaited && self.writer.failed.as_ref() == Some(&snapshot) {
            return;
        }
        let writes = self.news(&snapshot, context.now);
        let ticket = context.write(writes);
        self.writer.writing = Some((ticket, snapshot));
    }

    /// What makes this out of what is kept.
    pub(super) fn news(&self, snapshot: &PairingSnapshot, now: Now) -> Vec<Write> {
        match (&self.side, snapshot, &self.writer.kept) {
            (Side::Host { pending, .. }, PairingSnapshot::Host(history), _) => {
                vec![Write::History(pending.id(), history.clone(), now.unix)]
            }
            (
                Side::Guest { kept, .. },
                PairingSnapshot::Guest {
                    reply,
                    invitation,
                    proofs,
                },
                PairingSnapshot::Guest {
                    reply: reply_before,
                    invitation: invitation_before,
                    proofs: proofs_before,
                },
            ) => {
                let mut writes = Vec::new();
                if let Some(reply) = reply
                    && (Some(reply), invitation) != (reply_before.as_ref(), invitation_before)
                {
                    let is_moved = Some(reply) != reply_before.as_ref();
                    writes.push(Write::PutReply(Box::new(PendingReply {
                        reply: reply.clone(),
                        invitation: (**invitation).clone(),
                        port: match is_moved {
                            true => self.place.port(),
                            false => kept.port,
                        },
                        ..(**kept).clone()
                    })));
                }
                if proofs != proofs_before {
                    writes.push(Write::CountProofs(Proofs {
                        id: kept.id(),
                        provenance: kept.provenance,
                        sent: *proofs,
                        last: now.unix,
                    }));
                }
                writes
            }
            // The roles of one pairing never change.
            _ => Vec::new(),
        }
    }

    /// Something that was written is on the disk, or not. Some once the two may talk.
    pub(crate) fn stored(
        &mut self,
        context: &mut Context<'_>,
        ticket: Ticket,
        result: Result<(), StoreError>,
    ) -> Result<Option<Remembered>, SessionEnd> {
        if let Some(conclusion) = self.conclusion.take_if(|one| one.ticket == ticket) {
            result.map_err(SessionEnd::Store)?;
            return match conclusion.step {
                ConclusionStep::Remember(snapshot) => {
                    self.writer.kept = snapshot;
                    self.remembered(context)?;
                    Ok(None)
                }
                ConclusionStep::End(peer) => self.met(context, *peer).map(Some),
            };
        }
        let Some((_, snapshot)) = self.writer.writing.take_if(|(one, _)| *one == ticket) else {
            return Ok(None);
        };
        match result {
            Ok(()) => self.writer.kept = snapshot,
            Err(error) => {
                let is_counted = self.writer.blocks_until.is_some();
                self.writer.failed = Some(snapshot);
                if !is_counted || !self.writer.requests.is_empty() {
                    for request in std::mem::take(&mut self.writer.requests) {
                        context.answer(request, Err(Refusal::Store(error)));
                    }
                    return Err(SessionEnd::Store(error));
                }
                self.not_kept(context);
            }
        }
        // If all is kept now, the machine goes on.
        self.copy(context);
        self.go_on(context)?;
        Ok(None)
    }

    /// The peer is on the disk, and is told so, unless this device keeps nobody or refuses them.
    fn remembered(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        self.met = self.side.met().map(|peer| peer.key);
        if let Some(key) = self.met
            && let Some(why) = context.shared.shuts_out(key)
        {
            context.write(vec![end(self.pending(), EndReason::Used, context.now)]);
            return Err(why);
        }
        let keeps = self.met.is_some_and(|key| keeps(context, key));
        self.side.remembered(keeps);
        self.copy(context);
        self.go_on(context)
    }

    fn met(
        &mut self,
        context: &mut Context<'_>,
        peer: AuthenticatedPeer,
    ) -> Result<Remembered, SessionEnd> {
        let remembered = context.shared.kept().contacts.get(&peer.key.0);
        let is_unknown = remembered.is_none() && !context.terms.is_incognito;
        if let Some(why) = context.shared.shuts_out(peer.key) {
            return Err(why);
        }
        if is_unknown {
            return Err(SessionEnd::Refused);
        }
        // Who keeps nothing of this does not know them from before either.
        let remembered = remembered.filter(|_| !context.terms.is_incognito);
        let trust = remembered.map_or(peer.trust, |contact| contact.trust);
        // Their reply led them here, and need not be kept any more.
        for request in std::mem::take(&mut self.writer.requests) {
            context.answer(request, Ok(Done::Ok));
        }
        Ok(Remembered {
            trust,
            peer,
            gives_back: false,
            link: self.link,
            path: self.path,
            early: Vec::new(),
            milestones: self.milestones,
            questions: None,
        })
    }

    /// What had to be kept could not be: the link ends, and nothing that was to follow is sent. A guest
    /// does not hear what came of its try, and a host does not get the proof.
    pub(super) fn not_kept(&mut self, context: &mut Context<'_>) {
        self.writer.blocks_until = None;
        if std::mem::take(&mut self.has_link) {
            context.carry(CarrierCommand::Shut);
        }
        match &mut self.side {
            Side::Host { machine, .. } => machine.link_ended(context.now),
            Side::Guest { machine, .. } => machine.not_kept(),
        }
    }
}

/// What is remembered of somebody who was met now.
fn contact(peer: &AuthenticatedPeer, now: Now) -> Contact {
    Contact {
        clock: Some(clock_ahead(peer.clock, now)),
        reconnect: Some(peer.reconnect.clone()),
        ..Contact::met(peer.key, peer.name.clone(), peer.trust, now.unix)
    }
}

/// How a contact is reached by a link that takes this path.
pub(crate) fn way(path: LinkPath, context: &Context<'_>) -> Way {
    Way {
        ours: path.local,
        theirs: path.peer,
        router: context.shared.router(),
        at: context.now.unix,
    }
}

/// By how many seconds a clock that says `unix` is ahead of this device's.
pub(crate) fn clock_ahead(unix: u64, now: Now) -> i32 {
    let off = i128::from(unix) - i128::from(now.unix);
    i32::try_from(off).unwrap_or(if off < 0 { i32::MIN } else { i32::MAX })
}
