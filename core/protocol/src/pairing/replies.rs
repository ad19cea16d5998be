//! The replies that a host holds: whom it looks for now, who is next, and how what names a guest came
//! here.
//!
//! One guest is looked for at a time. The others wait, in the order in which they go next; who came to
//! nothing goes to the end and rests, so that nobody who holds the invitation can keep the others out
//! by one reply.

use super::Provenance;
use handfast_token::{Fingerprint, InvitationKeys, Reply, ReplyError, SealedReply};
use std::collections::VecDeque;
use std::time::Duration;
use web_time::Instant;

/// How many replies are held: that of the guest who is looked for, and four that wait.
pub const MOST_REPLIES: usize = 5;

/// How long a guest rests whose attempt came to nothing, while others wait.
pub(super) const REST: Duration = Duration::from_secs(10);

/// How long a guest is looked for and not heard, while others wait.
pub(super) const SEARCH: Duration = Duration::from_secs(30);

/// A reply that came to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedReply {
    /// The reply, sealed as it came.
    pub reply: SealedReply,
    /// How it came.
    pub provenance: Provenance,
}

/// Whom to look for from now on.
pub(super) enum Search {
    /// Whoever it was.
    Same,
    Guest(Reply),
    /// Every guest that could be looked for rests.
    Nobody,
}

/// See the module text.
#[derive(Default)]
pub(super) struct Replies {
    /// In the order in which their guests are looked for.
    held: VecDeque<Held>,
    /// Who is looked for, and since when.
    sought: Option<(Fingerprint, Instant)>,
}

struct Held {
    received: ReceivedReply,
    opened: Reply,
    rests_until: Option<Instant>,
    /// The invitation was given another form since.
    is_outdated: bool,
}

impl Held {
    fn open(keys: &InvitationKeys, received: ReceivedReply) -> Result<Self, ReplyError> {
        Ok(Self {
            opened: received.reply.open(keys)?,
            received,
            rests_until: None,
            is_outdated: false,
        })
    }

    fn guest(&self) -> Fingerprint {
        self.opened.fingerprint
    }

    fn rests(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }
}

impl Replies {
    /// Those of an earlier host of the same invitation.
    pub(super) fn open(
        keys: &InvitationKeys,
        kept: Vec<ReceivedReply>,
    ) -> Result<Self, ReplyError> {
        let kept = kept.into_iter().take(MOST_REPLIES);
        let held = kept.map(|received| Held::open(keys, received));
        Ok(Self {
            held: held.collect::<Result<_, _>>()?,
            sought: None,
        })
    }

    /// What has to be kept of them.
    pub(super) fn kept(&self) -> Vec<ReceivedReply> {
        self.held.iter().map(|held| held.received.clone()).collect()
    }

    /// Holds one more, which waits behind all others; one that is held keeps its place. Returns whose it
    /// is. Where there are too many, the last before it goes, and rather one that was carried than one
    /// that a camera saw.
    pub(super) fn hold(
        &mut self,
        keys: &InvitationKeys,
        received: ReceivedReply,
    ) -> Result<Fingerprint, ReplyError> {
        let new = Held::open(keys, received)?;
        if let Some(known) = self.held.iter_mut().find(|held| held.opened == new.opened) {
            known.received.provenance = better(known.received.provenance, new.received.provenance);
            known.is_outdated = false;
            return Ok(known.guest());
        }
        let guest = new.guest();
        if self.held.len() >= MOST_REPLIES {
            let is_carried = |held: &Held| held.received.provenance != Provenance::Camera;
            let last = self.held.iter().rposition(is_carried);
            self.held.remove(last.unwrap_or(self.held.len() - 1));
        }
        self.held.push_back(new);
        Ok(guest)
    }

    /// Looks for this guest now, before all others.
    pub(super) fn prefer(&mut self, now: Instant, guest: Fingerprint) -> Search {
        let newest = self.held.iter().rposition(|held| held.guest() == guest);
        if let Some(mut preferred) = newest.and_then(|at| self.held.remove(at)) {
            preferred.rests_until = None;
            self.held.push_front(preferred);
        }
        self.sought = None;
        self.next(now)
    }

    /// An attempt of this guest, or the search for it, has ended. Without READY it came to nothing, and
    /// the guest rests if there is another.
    pub(super) fn ended(&mut self, now: Instant, guest: Fingerprint, had_ready: bool) {
        match &mut self.sought {
            Some((sought, since)) if *sought == guest => *since = now,
            Some(_) | None => {}
        }
        if had_ready || !self.has_other_than(guest) {
            return;
        }
        let all = std::mem::take(&mut self.held);
        let (mut failed, others): (VecDeque<Held>, _) =
            all.into_iter().partition(|held| held.guest() == guest);
        for held in &mut failed {
            held.rests_until = Some(now + REST);
        }
        self.held = others;
        self.held.append(&mut failed);
    }

    /// Whom to look for while nobody is heard.
    pub(super) fn next(&mut self, now: Instant) -> Search {
        if let Some((guest, since)) = self.sought
            && now >= since + SEARCH
        {
            self.ended(now, guest, false);
        }
        let awake = |held: &&Held| !held.rests(now);
        let is_sought = |held: &Held| self.sought.is_some_and(|(guest, _)| guest == held.guest());
        if self.held.iter().filter(awake).any(is_sought) {
            return Search::Same;
        }
        match self.held.iter().find(awake) {
            Some(next) => {
                self.sought = Some((next.guest(), now));
                Search::Guest(next.opened.clone())
            }
            None => match self.sought.take() {
                Some(_) => Search::Nobody,
                None => Search::Same,
            },
        }
    }

    /// When [`Self::next`] may say something else.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match self.sought {
            Some((guest, since)) => self.has_other_than(guest).then(|| since + SEARCH),
            None => self.held.iter().filter_map(|held| held.rests_until).min(),
        }
    }

    /// Who is looked for.
    pub(super) fn sought(&self) -> Option<Fingerprint> {
        self.sought.map(|(guest, _)| guest)
    }

    /// The digests of the replies that name this guest.
    pub(super) fn digests(&self, guest: Fingerprint) -> impl Iterator<Item = [u8; 32]> {
        self.naming(guest).map(|held| held.opened.digest())
    }

    /// The best way in which a reply that names this guest came here.
    pub(super) fn provenance(&self, guest: Fingerprint) -> Option<Provenance> {
        let ways = self.naming(guest).map(|held| held.received.provenance);
        ways.reduce(better)
    }

    /// True if this guest replied before the invitation was given its last form. None if no reply names
    /// this guest.
    pub(super) fn is_outdated(&self, guest: Fingerprint) -> Option<bool> {
        let outdated = self.naming(guest).map(|held| held.is_outdated);
        outdated.reduce(|one, other| one && other)
    }

    /// The invitation has another form from now on.
    pub(super) fn outdate(&mut self) {
        for held in &mut self.held {
            held.is_outdated = true;
        }
    }

    fn naming(&self, guest: Fingerprint) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(move |held| held.guest() == guest)
    }

    fn has_other_than(&self, guest: Fingerprint) -> bool {
        self.held.iter().any(|held| held.guest() != guest)
    }
}

/// The way that proves more. Only the camera proves anything.
fn better(one: Provenance, other: Provenance) -> Provenance {
    match (one, other) {
        (Provenance::Camera, _) | (_, Provenance::Camera) => Provenance::Camera,
        (one, Provenance::Carried | Provenance::Locked) => one,
    }
}
