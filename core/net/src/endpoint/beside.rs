//! Somebody who comes anew while a link to the same contact or guest is open: a device that was restarted, or
//! one that was copied.
//!
//! Whoever comes proves to hold a certificate, and no more. So it gets a slot of its own beside the one that
//! has the link, and a link. The link that was open goes on until whoever is above says that the one behind the
//! new link is the contact or the guest, or, if that was never said of the older, until the new one is open.

use super::router::SlotId;
use super::{Side, Slot};
use crate::ice::Path;
use crate::session::{Parties, Session};
use bytes::BytesMut;
use handfast_protocol::link::{LinkError, LinkState};
use handfast_protocol::reconnect::RendezvousKeys;
use handfast_token::Knocker;
use std::time::{Duration, Instant};

/// How often somebody may come, and how often a link may be replaced.
const COMES_EVERY: Duration = Duration::from_secs(1);
const REPLACED_EVERY: Duration = Duration::from_secs(5);

/// See the module text.
#[derive(Default)]
pub(super) struct Beside {
    /// Beside which slot this one is. None for the slot that was ordered.
    of: Option<SlotId>,
    /// Which slot is beside this one.
    slot: Option<SlotId>,
    comes: Option<Newcomer>,
    came: Option<Instant>,
    replaced: Option<Instant>,
    /// Whoever is above has said of the open link that whoever is meant is at its end.
    stands: bool,
    /// What was said just now of the link that was opened last.
    word: Option<Word>,
}

/// What whoever is above says of the link that was opened last.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Whoever is meant is at its end.
    Stands,
    /// It is not wanted any more.
    GivenUp,
}

/// Somebody who comes, until the slot is there.
struct Newcomer {
    who: Comes,
    path: Path,
    datagram: Option<BytesMut>,
}

/// By what somebody comes.
pub(super) enum Comes {
    /// A contact, by the keys of an hour.
    In(RendezvousKeys),
    /// A guest, by the invitation.
    As(Knocker),
}

impl Beside {
    /// Whether this slot is beside another.
    pub(super) fn is_beside(&self) -> bool {
        self.of.is_some()
    }

    /// Whether it was said of the open link that whoever is meant is at its end.
    pub(super) fn stands(&self) -> bool {
        self.stands
    }

    /// Somebody comes by this path, with this datagram. There is one at a time.
    pub(super) fn come(
        &mut self,
        now: Instant,
        who: Comes,
        path: Path,
        datagram: Option<BytesMut>,
    ) {
        let is_soon = |at: Option<Instant>, every| at.is_some_and(|at| now < at + every);
        let is_one_here = self.is_beside() || self.slot.is_some() || self.comes.is_some();
        if is_one_here || is_soon(self.came, COMES_EVERY) || is_soon(self.replaced, REPLACED_EVERY)
        {
            return;
        }
        self.came = Some(now);
        self.comes = Some(Newcomer {
            who,
            path,
            datagram,
        });
    }

    /// The link has ended: nothing is known of the next one.
    pub(super) fn forget(&mut self) {
        self.stands = false;
        self.word = None;
    }
}

/// What is to become of a slot and the one beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Both go on.
    Both,
    /// The one beside takes the other's place.
    Newer,
    /// The one beside is given up.
    GivenUp,
    /// The one beside was never there: somebody repeated what the contact once sent.
    Nobody,
}

impl Slot {
    /// The slot of somebody who comes, which gets this name.
    fn begin_beside(&mut self, now: Instant, id: SlotId) -> Option<Self> {
        let Newcomer {
            who,
            path,
            datagram,
        } = self.beside.comes.take()?;
        let (side, parties, is_proved) = self.side_beside(who)?;
        let locals = self.locals.borrow().clone();
        let mut session = Session::new(now, parties, &locals).ok()?;
        if is_proved {
            session.begin_at(now, path);
        }
        if let Some(datagram) = datagram {
            session.handle(now, path, datagram);
        }
        self.beside.slot = Some(id);
        let mut slot = Self::new(
            side,
            self.events.clone(),
            self.locals.clone(),
            self.seen.clone(),
        );
        slot.id = id;
        slot.beside.of = Some(self.id);
        slot.answered = true;
        slot.session = Some(session);
        slot.is_touched = true;
        Some(slot)
    }

    /// The side of a slot for somebody who comes, who meets in its session, and whether the path was proved by
    /// the session that there is, which has the same credentials then.
    fn side_beside(&self, who: Comes) -> Option<(Side, Parties, bool)> {
        match (&self.side, who) {
            (Side::Seek(seeking), Comes::In(keys)) => {
                let is_proved = seeking.current.as_ref().map(|keys| keys.at) == Some(keys.at);
                let parties = seeking.parties(&keys).ok()?;
                let side = Side::Seek(Box::new(seeking.in_one_hour(keys)));
                Some((side, parties, is_proved))
            }
            (Side::Host(setup, credentials), Comes::As(knocker)) => {
                let session = self.session.as_ref();
                let is_proved = session.is_some_and(|session| session.is_with(&knocker));
                let parties = self.parties_with(knocker)?;
                let side = Side::Host(setup.clone(), credentials.clone());
                Some((side, parties, is_proved))
            }
            (Side::Seek(_) | Side::Host(..) | Side::Guest(_), _) => None,
        }
    }

    /// Whoever is above says this of the link that was opened last.
    pub(super) fn judge_last(&mut self, word: Word) {
        self.beside.word = Some(word);
    }

    /// What was said is of this slot's own link, if it was of none beside.
    fn conclude(&mut self) {
        match self.beside.word.take() {
            Some(Word::Stands) => {
                self.beside.stands = true;
                // Whoever was coming may come again, and gets a link beside then.
                self.newcomer = None;
                if let Some(session) = &mut self.session {
                    session.give_up_newcomer();
                }
            }
            Some(Word::GivenUp) => self.give_up_link(),
            None => {}
        }
    }

    /// Gives up what there is, with a goodbye.
    fn give_up_link(&mut self) {
        if self.link.is_some() {
            self.end_link(LinkError::ClosedHere);
            self.link = None;
        } else {
            self.end_session();
        }
        self.is_touched = true;
    }

    /// The contact knows nothing of the open tunnel any more, and can be met on this path.
    pub(super) fn meet_beside(&mut self, now: Instant, path: Path) {
        if let Side::Seek(seeking) = &mut self.side
            && self.link.is_some()
            && let Some(keys) = seeking.current.clone()
        {
            self.beside.come(now, Comes::In(keys), path, None);
        }
    }

    /// Whether whoever is above hears of attempts here that came to nothing: not of those beside.
    pub(super) fn is_heard_above(&self) -> bool {
        !self.beside.is_beside()
    }

    /// Whether this slot is beside another, and goes on.
    pub(super) fn is_wanted_beside(&self) -> bool {
        self.beside.is_beside() && (self.session.is_some() || self.link.is_some())
    }

    /// Takes over what the slot beside this one has. The link that was open ends without a goodbye.
    fn replace_by(&mut self, now: Instant, mut newer: Self) {
        if let Some(link) = self.link.take() {
            let _ = link.end.state.send(LinkState::Closed(LinkError::Lost));
        }
        self.goodbye = None;
        self.session = newer.session.take();
        self.link = newer.link.take();
        self.deadline = newer.deadline;
        self.out.append(&mut newer.out);
        self.queue.append(&mut newer.queue);
        self.is_touched = true;
        self.beside.replaced = Some(now);
        self.beside.slot = None;
        self.beside.stands = false;
        if let (Side::Seek(seeking), Side::Seek(newer)) = (&mut self.side, &mut newer.side) {
            seeking.current = newer.current.take();
            seeking.is_renewed = true;
        }
    }
}

impl super::driver::Driver {
    /// Gives everybody a slot who comes while a link is open.
    pub(super) fn seat_newcomers(&mut self, now: Instant) {
        for at in 0..self.slots.len() {
            if let Some(mut slot) = self.slots[at].begin_beside(now, self.next_id) {
                slot.waker = self.waker.slot();
                self.router.listen(slot.id, &slot.local_ufrags());
                self.next_id += 1;
                self.slots.push(slot);
            }
        }
    }

    /// Lets those beside take the place of those before them when it is time. True if something is to be
    /// looked at.
    pub(super) fn judge_newcomers(&mut self, now: Instant) -> bool {
        let mut at = 0;
        while at < self.slots.len() {
            if let Some(slot) = self.slots[at].beside.slot {
                let is_it = |other: &Slot| other.id == slot && other.is_wanted_beside();
                let newer = self.slots.iter().position(is_it);
                match newer.map(|newer| (newer, self.judge(now, at, newer))) {
                    // The one beside was begun later, so it stands behind.
                    Some((newer, Verdict::Newer)) => {
                        let newer = self.slots.remove(newer);
                        let older = &mut self.slots[at];
                        self.router.hand_over(newer.id, older.id);
                        older.replace_by(now, newer);
                    }
                    Some((newer, Verdict::GivenUp)) => self.slots[newer].give_up_link(),
                    Some((_, Verdict::Both)) => {}
                    Some((newer, Verdict::Nobody)) => {
                        self.slots[newer].session = None;
                        self.slots[at].beside.slot = None;
                    }
                    None => self.slots[at].beside.slot = None,
                }
            }
            self.slots[at].conclude();
            at += 1;
        }
        self.dismiss_orphans();
        self.slots.iter().any(|slot| slot.is_touched)
    }

    fn judge(&mut self, now: Instant, older: usize, newer: usize) -> Verdict {
        let is_open = self.slots[newer].link.is_some();
        let session = self.slots[newer].session.as_ref();
        let is_here = session.is_some_and(|session| session.is_here(now));
        let older = &mut self.slots[older];
        let is_gone = older.link.is_none() && older.session.is_none();
        let is_waited_for = older.commands.is_some();
        let beside = &mut older.beside;
        let is_due = is_open && (!beside.stands || beside.word == Some(Word::Stands));
        match (is_due, beside.word) {
            (_, Some(Word::GivenUp)) if is_open => {
                beside.word = None;
                Verdict::GivenUp
            }
            (true, _) => Verdict::Newer,
            (false, _) if !is_open && !is_here => Verdict::Nobody,
            (false, _) if is_gone && is_waited_for => Verdict::Newer,
            (false, _) => Verdict::Both,
        }
    }

    /// Nobody waits any more for those whose link was not open when the connector went.
    fn dismiss_orphans(&mut self) {
        if self.slots.iter().all(|slot| slot.is_heard_above()) {
            return;
        }
        let waits = |slot: &Slot| slot.commands.is_some().then_some(slot.id);
        let waiting: Vec<SlotId> = self.slots.iter().filter_map(waits).collect();
        for slot in &mut self.slots {
            let of = slot.beside.of;
            let is_begun = slot.link.is_none() && slot.session.is_some();
            if is_begun && of.is_some_and(|of| !waiting.contains(&of)) {
                slot.session = None;
                slot.is_touched = true;
            }
        }
    }
}
