//! What a device keeps, and the changes to it. A [`Snapshot`] is what lies on the disk; a [`Write`] says
//! what becomes of it, and means the same whoever carries it out.
//!
//! Every write takes in what is there already and never takes back what must not be forgotten: strikes
//! and proofs only rise, trust only rises, and what has ended stays ended. So a batch may be carried out
//! late, or lost by a process that is killed, and what is kept is still true.

use super::place::is_on_this_machine;
use super::{EndReason, HostHistory, Leftover, Provenance, Role, Settings, Summary};
use handfast_protocol::handshake::{PublicKey, StaticKey};
use handfast_protocol::log::{Incarnation, LogKeys, Marks, Place, Row};
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::Tried;
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_store::{
    Contact, ContactChange, KeptFile, LifeMark, MAX_GUESSES, MAX_MARKS, OfferId, PendingInvitation,
    PendingReply, Proofs, Refused, StoreError, Way,
};
use handfast_token::{Invitation, InviteId, MAX_LIFETIME};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most invitations, and the most replies, that wait at one time.
const MAX_PENDING: usize = 16;

/// How long what seems to have expired is kept, in seconds: the clock may be wrong, and be set right.
const DOUBT: u64 = 24 * 3600;

/// How long a question that was answered makes the next one suspicious, in seconds.
const LATELY: u64 = 24 * 3600;

/// How long the proofs of an invitation are remembered after the last one, in seconds: as long as any
/// invitation can live, and a day for clocks that are wrong.
const MEMORY: u64 = MAX_LIFETIME.as_secs() + 24 * 3600;

/// Names something that waits for another person. Somebody may accept an invitation of their own, so
/// the role belongs to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PendingId {
    /// On which side of the invitation this device is.
    pub role: Role,
    /// Which invitation.
    #[cfg_attr(
        feature = "serde",
        serde(with = "handfast_token::serialized::base64url")
    )]
    pub id: InviteId,
}

impl PendingId {
    /// One of this device's invitations.
    pub fn hosted(id: InviteId) -> Self {
        let role = Role::Host;
        Self { role, id }
    }

    /// One that this device accepted.
    pub fn accepted(id: InviteId) -> Self {
        let role = Role::Guest;
        Self { role, id }
    }
}

/// Everything that a device keeps.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// This device's invitations.
    pub invitations: BTreeMap<InviteId, KeptInvitation>,
    /// Invitations that it accepted, whose host was not reached yet.
    pub replies: BTreeMap<InviteId, PendingReply>,
    /// The proofs that it sent as a guest, by invitation. They are kept longer than the invitation:
    /// whoever ends it and opens it again has no more tries.
    pub proofs: BTreeMap<InviteId, Proofs>,
    /// Who was met, by long-term key.
    pub contacts: BTreeMap<[u8; 32], Contact>,
    /// Who is not let in again, by long-term key.
    pub refused: BTreeMap<[u8; 32], Refused>,
    /// Files that were offered in conversations.
    pub files: BTreeMap<OfferId, KeptFile>,
    /// What there is to say of the conversations, by the long-term key of the contact.
    pub summaries: BTreeMap<[u8; 32], Summary>,
    /// What disappears, and how long things are to last, by the long-term key of the contact.
    pub lives: BTreeMap<[u8; 32], BTreeMap<Place, LifeMark>>,
    /// What the person chose, if they did.
    pub settings: Option<Settings>,
    /// What was guessed lately, the last first.
    pub guesses: Vec<Guessed>,
}

/// An invitation of this device.
#[derive(Clone, Debug)]
pub enum KeptInvitation {
    /// It waits, or seems to have expired a short while ago.
    Waiting(Box<PendingInvitation>),
    /// It is over. Its secrets are gone.
    Ended(Ended),
}

/// What stays of an invitation that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What became of it.
    pub reason: EndReason,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub made: u64,
    /// When it ended.
    pub at: u64,
}

/// One change of what is kept.
#[derive(Clone, Debug)]
pub enum Write {
    /// Keep an invitation. One that has ended stays ended.
    AddInvitation(Box<PendingInvitation>),
    /// Forget an invitation that was never handed out.
    RemoveInvitation(InviteId),
    /// An invitation that waits has this history, beside the one that is kept. Strikes that are used up
    /// burn it by that.
    History(InviteId, HostHistory, u64),
    /// An invitation that waits is over, for this reason, at this time. Only the first end counts.
    EndInvitation(InviteId, EndReason, u64),
    /// Keep an accepted invitation, over what was kept of it.
    PutReply(Box<PendingReply>),
    /// An accepted invitation is done with.
    RemoveReply(InviteId),
    /// So many proofs were sent; a smaller number than is kept changes nothing.
    CountProofs(Proofs),
    /// These proofs are too old to matter.
    ForgetProofs(InviteId),
    /// Somebody was met, beside what is kept of them ([`Contact::met_after`]). Who is refused is not met.
    Meet(Box<Contact>),
    /// Something about a contact is another thing now.
    Contact(PublicKey, ContactChange),
    /// A contact was reached by this way ([`Contact::add_way`]).
    Way(PublicKey, Way),
    /// This is what it takes to meet a contact again, in the place of what was kept of it.
    Reconnect(PublicKey, Box<ReconnectKeys>),
    /// Somebody is in between: they are forgotten, and not met again.
    Refuse(Refused),
    /// Forget somebody, also that they were refused.
    Forget(PublicKey),
    /// This row stands in the conversation with this contact from now on. What it takes back is erased.
    Row(PublicKey, Box<Row>),
    /// What the ledger of the conversation with this contact keeps beside the rows.
    Marks(PublicKey, Marks),
    /// This contact has said to hold that incarnation of this device's log, up to there.
    Delivered(PublicKey, Incarnation, u64),
    /// A file of a conversation stands like this now.
    File(Box<KeptFile>),
    /// A person has seen what this contact wrote, up to there. An earlier place than is kept changes nothing.
    Read(PublicKey, Place),
    /// Something about how long things last in the conversation with this contact, in the place of what was kept
    /// about the same.
    Life(PublicKey, LifeMark),
    /// What stands there has run out: what can be erased of it is, and of what is nothing without it.
    Erase(PublicKey, Place),
    /// What the person chose.
    Settings(Box<Settings>),
    /// These guesses were made, the last first; others that are kept stay.
    Guesses(Vec<Guessed>),
}

/// Something that waits for another person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pending {
    /// Its name.
    pub id: PendingId,
    /// What the host calls itself, for a guest, if it says so.
    pub name: Option<String>,
    /// How it was handed out, or how it came here.
    pub provenance: Provenance,
    /// It leads to this machine and nowhere else.
    pub is_on_this_machine: bool,
    /// When it was made or accepted, in seconds since 1970-01-01 UTC.
    pub made: u64,
    /// When it is too old, in seconds since 1970-01-01 UTC; None if it seems to be.
    pub expires_at: Option<u64>,
}

impl Pending {
    /// How long it is still good at this time; None if it seems to have expired.
    pub fn remaining(&self, now: u64) -> Option<Duration> {
        let left = self.expires_at?.checked_sub(now)?;
        (left > 0).then(|| Duration::from_secs(left))
    }
}

/// When something is too old that is good for so long from now on.
fn expires_at(remaining: Option<Duration>, now: u64) -> Option<u64> {
    remaining.map(|left| now.saturating_add(left.as_secs()))
}

impl Snapshot {
    /// Carries this out.
    pub fn apply(&mut self, write: &Write) {
        match write {
            Write::AddInvitation(new) => {
                let id = new.id();
                let mut new = new.clone();
                match self.invitations.get(&id) {
                    Some(KeptInvitation::Ended(_)) => return,
                    Some(KeptInvitation::Waiting(before)) => new.history.merge(&before.history),
                    None => {}
                }
                self.invitations.insert(id, KeptInvitation::Waiting(new));
            }
            Write::RemoveInvitation(id) => {
                self.invitations.remove(id);
            }
            Write::History(id, history, now) => self.add_history(*id, history, *now),
            Write::EndInvitation(id, reason, now) => self.end(*id, *reason, *now),
            Write::PutReply(reply) => {
                self.replies.insert(reply.id(), (**reply).clone());
            }
            Write::RemoveReply(id) => {
                self.replies.remove(id);
            }
            Write::CountProofs(count) => {
                let kept = self.proofs.get(&count.id).map_or(0, |kept| kept.sent);
                if count.sent > kept {
                    self.proofs.insert(count.id, *count);
                }
            }
            Write::ForgetProofs(id) => {
                self.proofs.remove(id);
            }
            Write::Meet(contact) => {
                if let Some(contact) = self.met(contact) {
                    self.contacts.insert(contact.key.0, contact);
                }
            }
            Write::Contact(key, change) => self.with_contact(*key, |it| it.change(change)),
            Write::Way(key, way) => self.with_contact(*key, |it| it.add_way(*way)),
            Write::Reconnect(key, keys) => {
                self.with_contact(*key, |it| it.reconnect = Some((**keys).clone()));
            }
            Write::Refuse(refused) => {
                self.forget(refused.key);
                self.refused.insert(refused.key.0, refused.clone());
            }
            Write::Forget(key) => {
                self.forget(*key);
                self.refused.remove(&key.0);
            }
            Write::Read(with, place) => {
                if let Some(summary) = self.summaries.get_mut(&with.0) {
                    summary.read_up_to(place);
                }
            }
            Write::Life(with, mark) => {
                let lives = self.lives.entry(with.0).or_default();
                lives.insert(mark.place(), *mark);
            }
            Write::Erase(with, place) => {
                if let Some(lives) = self.lives.get_mut(&with.0) {
                    lives.remove(place);
                    if lives.is_empty() {
                        self.lives.remove(&with.0);
                    }
                }
            }
            // Conversations are not at hand as a whole; whoever writes rows summarizes them.
            Write::Row(..) | Write::Marks(..) | Write::Delivered(..) => {}
            Write::File(file) => {
                self.files.insert(file.offer, (**file).clone());
            }
            Write::Settings(settings) => self.settings = Some((**settings).clone()),
            Write::Guesses(guesses) => self.add_guesses(guesses),
        }
    }

    /// Where files are that go to nobody any more once this is carried out.
    pub(super) fn spent_by(&self, write: &Write) -> Vec<PathBuf> {
        let spent = self.done_with(write, |now| now.source().is_none());
        let paths = spent.filter_map(KeptFile::source);
        paths.map(Path::to_path_buf).collect()
    }

    /// What there may be on the disk of files that are not whole, for whoever has this key.
    pub fn leftovers(&self, identity: &StaticKey) -> Vec<Leftover> {
        let files = self.files.values();
        let leftovers = files.filter_map(|file| {
            let keys = LogKeys::new(identity, file.offer.with);
            Leftover::of(file, *keys.name())
        });
        leftovers.collect()
    }

    /// Files of other people of which nothing will be known any more once this is carried out, or nothing is wanted,
    /// and of which a part may have come.
    pub(super) fn left_by(&self, write: &Write) -> impl Iterator<Item = &KeptFile> {
        let left = self.done_with(write, KeptFile::is_given_up);
        left.filter(|file| !file.offer.ours)
    }

    /// How files are kept that are over by this, or of whom nothing is kept after it.
    fn done_with(
        &self,
        write: &Write,
        is_over: impl FnOnce(&KeptFile) -> bool,
    ) -> impl Iterator<Item = &KeptFile> {
        let (one, all_of) = match write {
            Write::File(now) if is_over(now) => (self.files.get(&now.offer), None),
            Write::Forget(key) | Write::Refuse(Refused { key, .. }) => (None, Some(*key)),
            _ => (None, None),
        };
        let all = all_of.into_iter().flat_map(|key| {
            let files = self.files.values();
            files.filter(move |file| file.offer.with == key)
        });
        one.into_iter().chain(all)
    }

    /// Nothing of somebody is kept any more but whether they are refused.
    fn forget(&mut self, key: PublicKey) {
        self.contacts.remove(&key.0);
        self.summaries.remove(&key.0);
        self.lives.remove(&key.0);
        self.files.retain(|offer, _| offer.with != key);
    }

    /// What is kept of somebody once they are met; None if they are refused.
    pub fn met(&self, contact: &Contact) -> Option<Contact> {
        if self.is_refused(contact.key) {
            return None;
        }
        let before = self.contacts.get(&contact.key.0);
        Some(contact.clone().met_after(before))
    }

    /// Whether whoever has this key is refused.
    pub fn is_refused(&self, key: PublicKey) -> bool {
        self.refused.contains_key(&key.0)
    }

    /// What was answered before, as a guest of this invitation must know it at `now` (seconds since
    /// 1970-01-01 UTC).
    pub fn tried(&self, id: InviteId, now: u64) -> Tried {
        let is_recent = |other: &Proofs| {
            let is_seen = other.provenance == Provenance::Camera;
            other.id != id && !is_seen && now.saturating_sub(other.last) < LATELY
        };
        Tried {
            proofs: self.proofs.get(&id).map_or(0, |kept| kept.sent),
            lately: self.proofs.values().any(is_recent),
        }
    }

    /// An invitation that waits, also one that seems to have expired.
    pub fn invitation(&self, id: InviteId) -> Option<&PendingInvitation> {
        self.waiting(id).ok()
    }

    /// The same, or why there is none.
    pub(super) fn waiting(&self, id: InviteId) -> Result<&PendingInvitation, StoreError> {
        match self.invitations.get(&id) {
            Some(KeptInvitation::Waiting(pending)) => Ok(pending),
            Some(KeptInvitation::Ended(ended)) => Err(StoreError::Over(ended.reason)),
            None => Err(StoreError::Unknown),
        }
    }

    /// Everything that waits at `now`, the last made first.
    pub fn pending(&self, now: u64) -> Vec<Pending> {
        let hosted = self.invitations.iter().filter_map(|(id, kept)| match kept {
            KeptInvitation::Waiting(pending) => Some(Pending {
                id: PendingId::hosted(*id),
                name: None,
                provenance: pending.handed,
                is_on_this_machine: is_on_this_machine(&pending.invitation),
                made: pending.made,
                expires_at: expires_at(pending.remaining(now), now),
            }),
            KeptInvitation::Ended(_) => None,
        });
        let accepted = self.replies.iter().map(|(id, reply)| Pending {
            id: PendingId::accepted(*id),
            name: name_of(&reply.invitation),
            provenance: reply.provenance,
            is_on_this_machine: is_on_this_machine(&reply.invitation),
            made: reply.made,
            expires_at: expires_at(reply.invitation.expiry.remaining(now), now),
        });
        let mut all: Vec<Pending> = hosted.chain(accepted).collect();
        all.sort_by_key(|pending| std::cmp::Reverse(pending.made));
        all
    }

    /// The port that the last made of what waits names. What is new goes there too, so that all of it can
    /// be answered at once.
    pub(super) fn port(&self) -> Option<u16> {
        let hosted = self.invitations.values().filter_map(|kept| match kept {
            KeptInvitation::Waiting(pending) => Some((pending.made, pending.port)),
            KeptInvitation::Ended(_) => None,
        });
        let accepted = self.replies.values().map(|reply| (reply.made, reply.port));
        let newest = hosted.chain(accepted).max_by_key(|(made, _)| *made);
        newest.map(|(_, port)| port).filter(|port| *port != 0)
    }

    /// Whether as many wait in this role as may, beside `others` that are not kept yet.
    pub(super) fn is_full(&self, role: Role, others: usize, now: u64) -> bool {
        let waiting = self.pending(now).into_iter().filter(|pending| {
            // Only the host's clock ends an invitation, so a reply counts until it is gone.
            let is_good = role == Role::Guest || pending.expires_at.is_some();
            pending.id.role == role && is_good
        });
        waiting.count() + others >= MAX_PENDING
    }

    /// What is to be removed at `now`, because it has expired for more than a day or is too old to
    /// matter. What a session goes on with stays, whatever the clock says.
    pub(super) fn outdated(&self, under_way: &[PendingId], now: u64) -> Vec<Write> {
        let is_free = |id: PendingId| !under_way.contains(&id);
        let is_past = |expires: u64| now >= expires.saturating_add(DOUBT);
        let mut writes = Vec::new();
        for (id, kept) in &self.invitations {
            if let KeptInvitation::Waiting(pending) = kept
                && is_past(expires(&pending.invitation, pending.made))
                && is_free(PendingId::hosted(*id))
            {
                writes.push(Write::EndInvitation(*id, EndReason::Expired, now));
            }
        }
        for (id, reply) in &self.replies {
            if is_past(expires(&reply.invitation, reply.made)) && is_free(PendingId::accepted(*id))
            {
                writes.push(Write::RemoveReply(*id));
            }
        }
        for (id, proofs) in &self.proofs {
            if now.saturating_sub(proofs.last) >= MEMORY && is_free(PendingId::accepted(*id)) {
                writes.push(Write::ForgetProofs(*id));
            }
        }
        writes
    }

    /// Of somebody who is no contact, nothing is kept.
    fn with_contact(&mut self, key: PublicKey, change: impl FnOnce(&mut Contact)) {
        if let Some(contact) = self.contacts.get_mut(&key.0) {
            change(contact);
        }
    }

    fn add_history(&mut self, id: InviteId, history: &HostHistory, now: u64) {
        let Some(KeptInvitation::Waiting(pending)) = self.invitations.get_mut(&id) else {
            return;
        };
        // The newest form comes first, whatever was known before.
        let mut merged = history.clone();
        merged.merge(&pending.history);
        pending.history = merged;
        if pending.history.strikes.are_used_up() {
            self.end(id, EndReason::Burned, now);
        }
    }

    fn end(&mut self, id: InviteId, reason: EndReason, now: u64) {
        let Some(KeptInvitation::Waiting(pending)) = self.invitations.get(&id) else {
            return;
        };
        let made = pending.made;
        let ended = Ended {
            reason,
            made,
            at: now,
        };
        self.invitations.insert(id, KeptInvitation::Ended(ended));
        let mut marks: Vec<(u64, InviteId)> = self
            .invitations
            .iter()
            .filter_map(|(id, kept)| match kept {
                KeptInvitation::Ended(ended) => Some((ended.at, *id)),
                KeptInvitation::Waiting(_) => None,
            })
            .collect();
        marks.sort_unstable();
        for (_, id) in marks.iter().take(marks.len().saturating_sub(MAX_MARKS)) {
            self.invitations.remove(id);
        }
    }

    fn add_guesses(&mut self, new: &[Guessed]) {
        let is_old = |old: &Guessed| {
            let is_same = |new: &Guessed| new.token == old.token && new.at == old.at;
            !new.iter().any(is_same)
        };
        self.guesses.retain(is_old);
        self.guesses.extend_from_slice(new);
        self.guesses.sort_by_key(|one| std::cmp::Reverse(one.last));
        self.guesses.truncate(MAX_GUESSES);
    }
}

/// When an invitation that was made or accepted at `made` expires, in seconds since 1970-01-01 UTC.
pub(super) fn expires(invitation: &Invitation, made: u64) -> u64 {
    let life = invitation.expiry.remaining(made);
    made.saturating_add(life.unwrap_or_default().as_secs())
}

/// What the host of an invitation calls itself in it.
pub(super) fn name_of(invitation: &Invitation) -> Option<String> {
    let name = invitation.name.as_ref();
    name.map(|name| name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_protocol::certificate::Certificate;
    use handfast_protocol::handshake::{Trust, TrustReason};
    use handfast_protocol::pairing::Strikes;
    use handfast_token::{
        Candidate, Candidates, Expiry, Fingerprint, QR_LIFETIME, Reply, SealedReply, Secret,
    };
    use std::net::{IpAddr, Ipv4Addr};

    const MADE: u64 = 1_790_000_000;
    const MINUTE: u64 = 60;

    fn invitation(secret: u8) -> Invitation {
        let candidate = Candidate::host("192.168.0.2:4000".parse().unwrap());
        Invitation {
            secret: Secret::new([secret; 16]),
            expiry: Expiry::after(MADE, QR_LIFETIME),
            fingerprint: Fingerprint([7; 32]),
            candidates: Candidates::new(vec![candidate]).unwrap(),
            question: None,
            name: None,
            browser: None,
            host_can_punch: true,
        }
    }

    fn hosted(secret: u8) -> PendingInvitation {
        PendingInvitation {
            invitation: invitation(secret),
            certificate: Certificate::new(b"kept".to_vec(), Fingerprint([7; 32])),
            port: 4000,
            handed: Provenance::Camera,
            locked: None,
            answer: None,
            made: MADE,
            history: HostHistory::default(),
        }
    }

    fn reply(secret: u8) -> SealedReply {
        let invitation = invitation(secret);
        let reply = Reply {
            fingerprint: Fingerprint([8; 32]),
            candidates: invitation.candidates.clone(),
            browser: None,
        };
        reply.seal(&invitation.keys(), [secret; 8])
    }

    fn accepted(secret: u8) -> PendingReply {
        PendingReply {
            invitation: invitation(secret),
            reply: reply(secret),
            certificate: Certificate::new(b"kept".to_vec(), Fingerprint([7; 32])),
            port: 4001,
            provenance: Provenance::Carried,
            made: MADE,
        }
    }

    fn kept(writes: &[Write]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        writes.iter().for_each(|write| snapshot.apply(write));
        snapshot
    }

    fn state(snapshot: &Snapshot, id: InviteId) -> Option<EndReason> {
        match snapshot.invitations.get(&id) {
            Some(KeptInvitation::Ended(ended)) => Some(ended.reason),
            Some(KeptInvitation::Waiting(_)) | None => None,
        }
    }

    #[test]
    fn what_seems_expired_is_out_of_use_but_kept_for_a_day_in_both_roles() {
        let (ours, theirs) = (hosted(1), accepted(2));
        let (id, other) = (ours.id(), theirs.id());
        let snapshot = kept(&[
            Write::AddInvitation(Box::new(ours)),
            Write::PutReply(Box::new(theirs)),
        ]);
        let expired = MADE + 11 * MINUTE;
        assert!(
            snapshot
                .pending(expired)
                .iter()
                .all(|one| one.expires_at.is_none())
        );
        assert!(
            snapshot
                .outdated(&[], expired + DOUBT - 2 * MINUTE)
                .is_empty()
        );
        let gone = snapshot.outdated(&[], expired + DOUBT);
        assert!(
            matches!(gone[..], [
                Write::EndInvitation(ended, EndReason::Expired, _), Write::RemoveReply(removed),
            ] if ended == id && removed == other),
            "{gone:?}"
        );
        // A session that goes on with one holds it, whatever the clock says.
        let under_way = [PendingId::hosted(id), PendingId::accepted(other)];
        assert!(
            snapshot
                .outdated(&under_way, expired + 9 * DOUBT)
                .is_empty()
        );
    }

    /// Six hours off, either way.
    #[test]
    fn a_clock_that_was_wrong_for_a_while_costs_no_invitation() {
        let (ours, theirs) = (hosted(1), accepted(2));
        let id = ours.id();
        let mut snapshot = kept(&[
            Write::AddInvitation(Box::new(ours)),
            Write::PutReply(Box::new(theirs)),
        ]);
        let left = |now: u64| {
            let pending = snapshot.pending(now).into_iter();
            pending.map(|one| one.remaining(now)).collect::<Vec<_>>()
        };
        let life = snapshot.invitation(id).unwrap().remaining(MADE);
        let (ahead, behind) = (MADE + 6 * 60 * MINUTE, MADE - 6 * 60 * MINUTE);
        assert_eq!(left(ahead), [None; 2]);
        assert!(snapshot.outdated(&[], ahead).is_empty());
        // A clock that is behind lets what was made here live on, but never longer than it was made for.
        let invitation = snapshot.invitation(id).unwrap();
        assert_eq!(invitation.remaining(behind), life);
        assert!(snapshot.outdated(&[], behind).is_empty());
        assert!(life.is_some());
        assert_eq!(left(MADE), [life; 2]);
        // What expired a day ago is no doubt of the clock any more.
        for write in snapshot.outdated(&[], MADE + DOUBT + 11 * MINUTE) {
            snapshot.apply(&write);
        }
        assert_eq!(state(&snapshot, id), Some(EndReason::Expired));
        assert!(snapshot.pending(MADE).is_empty());
    }

    #[test]
    fn what_has_expired_does_not_come_back_when_its_two_bytes_mean_another_moment() {
        let ours = hosted(1);
        let id = ours.id();
        let snapshot = kept(&[
            Write::AddInvitation(Box::new(ours)),
            Write::PutReply(Box::new(accepted(2))),
        ]);
        let repeated = MADE + (MINUTE << 16);
        let invitation = snapshot.invitation(id).unwrap();
        assert!(invitation.invitation.expiry.remaining(repeated).is_some());
        assert_eq!(invitation.remaining(repeated), None);
        assert_eq!(snapshot.outdated(&[], repeated).len(), 2);
        // A session may hold it for so long.
        let under_way = [PendingId::hosted(id)];
        let gone = snapshot.outdated(&under_way, repeated);
        assert!(matches!(gone[..], [Write::RemoveReply(_)]), "{gone:?}");
    }

    #[test]
    fn as_many_wait_in_each_role_as_may_and_what_is_over_makes_room() {
        let mut snapshot = Snapshot::default();
        for number in 1..=16 {
            let is_full = |role| snapshot.is_full(role, 0, MADE);
            assert!(!is_full(Role::Host) && !is_full(Role::Guest), "{number}");
            snapshot.apply(&Write::AddInvitation(Box::new(hosted(number))));
            snapshot.apply(&Write::PutReply(Box::new(accepted(number))));
        }
        // The same again is not one more.
        snapshot.apply(&Write::PutReply(Box::new(accepted(3))));
        assert!(snapshot.is_full(Role::Host, 0, MADE) && snapshot.is_full(Role::Guest, 0, MADE));
        let id = hosted(3).id();
        let mut fewer = snapshot.clone();
        fewer.apply(&Write::EndInvitation(id, EndReason::Revoked, MADE));
        fewer.apply(&Write::RemoveReply(id));
        assert!(!fewer.is_full(Role::Host, 0, MADE) && !fewer.is_full(Role::Guest, 0, MADE));
        // What is not kept yet counts.
        assert!(fewer.is_full(Role::Host, 1, MADE) && fewer.is_full(Role::Guest, 1, MADE));
        // The guest's clock ends nothing.
        let expired = MADE + 11 * MINUTE;
        assert!(!snapshot.is_full(Role::Host, 0, expired));
        assert!(snapshot.is_full(Role::Guest, 0, expired));
    }

    #[test]
    fn who_was_seen_by_the_camera_is_nobody_to_be_warned_of() {
        let count = |id: u8, provenance| {
            Write::CountProofs(Proofs {
                id: [id; 16],
                provenance,
                sent: 1,
                last: MADE,
            })
        };
        let mut snapshot = kept(&[count(1, Provenance::Camera)]);
        assert!(!snapshot.tried([9; 16], MADE).lately);
        assert_eq!(snapshot.tried([1; 16], MADE).proofs, 1);
        snapshot.apply(&count(2, Provenance::Locked));
        assert!(snapshot.tried([9; 16], MADE).lately);
        assert!(!snapshot.tried([2; 16], MADE).lately, "it is the same");
    }

    #[test]
    fn only_the_first_end_counts_and_nothing_brings_an_invitation_back() {
        let pending = hosted(1);
        let id = pending.id();
        let mut snapshot = kept(&[Write::AddInvitation(Box::new(pending.clone()))]);
        snapshot.apply(&Write::EndInvitation(id, EndReason::Used, MADE));
        let replies = vec![];
        let strikes = Strikes {
            answers: 3,
            handshakes: 0,
        };
        let history = HostHistory {
            strikes,
            forms: vec![],
            replies,
            met: None,
        };
        for late in [
            Write::AddInvitation(Box::new(pending)),
            Write::History(id, history, MADE),
            Write::EndInvitation(id, EndReason::Revoked, MADE),
        ] {
            snapshot.apply(&late);
            assert_eq!(state(&snapshot, id), Some(EndReason::Used), "{late:?}");
        }
    }

    #[test]
    fn strikes_and_proofs_only_rise_and_burn_when_they_are_used_up() {
        let pending = hosted(1);
        let id = pending.id();
        let mut snapshot = kept(&[Write::AddInvitation(Box::new(pending))]);
        let struck = |answers| {
            let history = HostHistory {
                strikes: Strikes {
                    answers,
                    handshakes: 0,
                },
                ..HostHistory::default()
            };
            Write::History(id, history, MADE)
        };
        for (said, counted) in [(2, 2), (1, 2), (0, 2)] {
            snapshot.apply(&struck(said));
            let answers = snapshot
                .invitation(id)
                .map(|one| one.history.strikes.answers);
            assert_eq!(answers, Some(counted));
        }
        snapshot.apply(&struck(3));
        assert_eq!(state(&snapshot, id), Some(EndReason::Burned));

        let count = |sent, last| {
            Write::CountProofs(Proofs {
                id,
                provenance: Provenance::Carried,
                sent,
                last,
            })
        };
        snapshot.apply(&count(2, MADE));
        snapshot.apply(&count(1, MADE + 5));
        assert_eq!(snapshot.tried(id, MADE).proofs, 2);
        assert!(!snapshot.tried(id, MADE).lately, "it is the same");
        assert!(snapshot.tried([9; 16], MADE + LATELY - 1).lately);
        assert!(!snapshot.tried([9; 16], MADE + LATELY).lately);
        assert!(snapshot.outdated(&[], MADE + MEMORY - 1).is_empty());
        let old = snapshot.outdated(&[], MADE + MEMORY);
        assert!(matches!(old[..], [Write::ForgetProofs(_)]), "{old:?}");
    }

    #[test]
    fn somebody_known_keeps_the_first_time_and_the_strongest_trust() {
        let met = |name: &str, reason, now| {
            Contact::met(PublicKey([5; 32]), name, Trust::because(reason), now)
        };
        let snapshot = kept(&[
            Write::Meet(Box::new(met("Ada", TrustReason::Scanned, 10))),
            Write::Meet(Box::new(met("", TrustReason::OpenLink, 20))),
        ]);
        let expected = Contact {
            heard: 20,
            ..met("Ada", TrustReason::Scanned, 10)
        };
        assert_eq!(snapshot.contacts.values().next(), Some(&expected));
        // As the disk has it.
        let long = met(&"a".repeat(300), TrustReason::Scanned, 10);
        assert_eq!(snapshot.met(&long).unwrap().name.len(), 256);
    }

    #[test]
    fn who_is_refused_is_forgotten_and_not_met_until_they_are_forgotten_again() {
        let key = PublicKey([5; 32]);
        let contact = Contact::met(key, "", Trust::because(TrustReason::OpenLink), 1);
        let findable = Write::Contact(key, ContactChange::Findable(true));
        let refused = Refused {
            key,
            name: String::new(),
            since: 2,
        };
        let mut snapshot = kept(&[
            Write::Meet(Box::new(contact.clone())),
            Write::Refuse(refused),
            Write::Meet(Box::new(contact.clone())),
            findable.clone(),
        ]);
        assert!(snapshot.contacts.is_empty() && snapshot.is_refused(key));
        snapshot.apply(&Write::Forget(key));
        snapshot.apply(&Write::Meet(Box::new(contact)));
        snapshot.apply(&findable);
        assert!(snapshot.contacts[&key.0].findable);
        assert!(snapshot.contacts.len() == 1 && !snapshot.is_refused(key));
    }

    #[test]
    fn old_marks_and_old_guesses_make_room() {
        let mut snapshot = Snapshot::default();
        let certificate = Certificate::new(b"kept".to_vec(), Fingerprint([7; 32]));
        for number in 0..=MAX_MARKS as u8 {
            let pending = PendingInvitation {
                certificate: certificate.clone(),
                ..hosted(number)
            };
            let id = pending.id();
            snapshot.apply(&Write::AddInvitation(Box::new(pending)));
            let at = MADE + u64::from(number);
            snapshot.apply(&Write::EndInvitation(id, EndReason::Used, at));
        }
        assert_eq!(snapshot.invitations.len(), MAX_MARKS);
        assert!(!snapshot.invitations.contains_key(&hosted(0).id()));

        let guess = |token: u8, count| Guessed {
            token: [token; 32],
            at: IpAddr::V4(Ipv4Addr::new(9, 9, 9, 9)),
            count,
            is_raised: false,
            last: u64::from(token),
        };
        for token in 0..=MAX_GUESSES as u8 {
            snapshot.apply(&Write::Guesses(vec![guess(token, 1)]));
        }
        snapshot.apply(&Write::Guesses(vec![guess(9, 5)]));
        assert_eq!(snapshot.guesses.len(), MAX_GUESSES);
        let counts = |token: u8| {
            let of_token = snapshot
                .guesses
                .iter()
                .filter(move |one| one.token[0] == token);
            of_token.map(|one| one.count).collect::<Vec<_>>()
        };
        assert_eq!(counts(9), [5]);
        assert!(counts(0).is_empty());
    }
}
