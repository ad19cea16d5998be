//! Somebody who comes anew while a link to the same contact is open: a device that was restarted, or one that
//! was copied.
//!
//! Whoever comes proves to hold the key of an hour, and no more. So it gets a slot of its own beside the one
//! that seeks, and a link. The link that was open goes on until whoever is above says that the one behind the
//! new link is the contact, or, if that was never said of the older, until the new one is open.

use super::router::SlotId;
use super::seek::Seeking;
use super::{Side, Slot};
use crate::ice::Path;
use crate::session::Session;
use bytes::BytesMut;
use handfast_protocol::link::{LinkError, LinkState};
use handfast_protocol::reconnect::RendezvousKeys;
use std::time::{Duration, Instant};

/// How often somebody may come, and how often a link may be replaced.
const COMES_EVERY: Duration = Duration::from_secs(1);
const REPLACED_EVERY: Duration = Duration::from_secs(5);

/// See the module text.
#[derive(Default)]
pub(super) struct Beside {
    /// Beside which slot this one is. None for the slot that seeks.
    of: Option<SlotId>,
    /// Which slot is beside this one.
    slot: Option<SlotId>,
    comes: Option<Newcomer>,
    came: Option<Instant>,
    replaced: Option<Instant>,
    /// Whoever is above has said of the open link that the contact is at its end.
    stands: bool,
    /// It was said just now, of the link that was opened last.
    is_told: bool,
}

/// Somebody who comes, until the slot is there.
struct Newcomer {
    keys: RendezvousKeys,
    path: Path,
    datagram: Option<BytesMut>,
}

impl Beside {
    /// Of a slot that is beside that one.
    pub(super) fn of(of: SlotId) -> Self {
        Self {
            of: Some(of),
            ..Self::default()
        }
    }

    /// Whether this slot is beside another.
    pub(super) fn is_beside(&self) -> bool {
        self.of.is_some()
    }

    /// Somebody comes by this path, with this datagram, in that hour. There is one at a time.
    pub(super) fn come(
        &mut self,
        now: Instant,
        keys: RendezvousKeys,
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
            keys,
            path,
            datagram,
        });
    }

    /// The contact is at the end of the link that was opened last.
    pub(super) fn tell(&mut self) {
        self.is_told = true;
    }

    /// The link has ended: nothing is known of the next one.
    pub(super) fn forget(&mut self) {
        self.stands = false;
        self.is_told = false;
    }
}

/// What is to become of a slot and the one beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Both go on.
    Both,
    /// The one beside takes the other's place.
    Newer,
    /// There is none beside it any more.
    Alone,
}

impl Slot {
    /// The slot of somebody who comes, which gets this name.
    fn begin_beside(&mut self, now: Instant, id: SlotId) -> Option<Self> {
        let own = self.id;
        let Side::Seek(seeking) = &mut self.side else {
            return None;
        };
        let Newcomer {
            keys,
            path,
            datagram,
        } = seeking.beside.comes.take()?;
        let locals = self.locals.borrow().clone();
        let mut session = seeking
            .parties(&keys)
            .and_then(|parties| Session::new(now, parties, &locals))
            .ok()?;
        // In the same hour the path was proved by the session that there is.
        if seeking.current.as_ref().map(|keys| keys.at) == Some(keys.at) {
            session.begin_at(now, path);
        }
        if let Some(datagram) = datagram {
            session.handle(now, path, datagram);
        }
        seeking.beside.slot = Some(id);
        let side = Side::Seek(Box::new(seeking.in_one_hour(keys, own)));
        let mut slot = Self::new(
            side,
            self.events.clone(),
            self.locals.clone(),
            self.seen.clone(),
        );
        slot.id = id;
        slot.answered = true;
        slot.session = Some(session);
        slot.is_touched = true;
        Some(slot)
    }

    /// The one behind the link that was opened last is the contact.
    pub(super) fn stand(&mut self) {
        if let Some(beside) = self.beside() {
            beside.tell();
        }
    }

    /// The contact knows nothing of the open tunnel any more, and can be met on this path.
    pub(super) fn meet_beside(&mut self, now: Instant, path: Path) {
        if let Side::Seek(seeking) = &mut self.side
            && self.link.is_some()
            && let Some(keys) = seeking.current.clone()
        {
            seeking.beside.come(now, keys, path, None);
        }
    }

    /// Whether whoever is above hears of attempts here that came to nothing: not of those beside.
    pub(super) fn is_heard_above(&self) -> bool {
        match &self.side {
            Side::Seek(seeking) => !seeking.beside.is_beside(),
            Side::Host(..) | Side::Guest(_) => true,
        }
    }

    fn beside(&mut self) -> Option<&mut Beside> {
        match &mut self.side {
            Side::Seek(seeking) => Some(&mut seeking.beside),
            Side::Host(..) | Side::Guest(_) => None,
        }
    }

    /// Whether this slot is beside another, and goes on.
    pub(super) fn is_wanted_beside(&self) -> bool {
        let is_beside = |seeking: &Seeking| seeking.beside.is_beside();
        matches!(&self.side, Side::Seek(seeking) if is_beside(seeking)) && self.session.is_some()
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
        if let (Side::Seek(seeking), Side::Seek(newer)) = (&mut self.side, &mut newer.side) {
            seeking.current = newer.current.take();
            seeking.is_renewed = true;
            seeking.beside.replaced = Some(now);
            seeking.beside.slot = None;
            seeking.beside.stands = false;
        }
    }
}

impl super::driver::Driver {
    /// Gives everybody a slot who comes while a link is open.
    pub(super) fn seat_newcomers(&mut self, now: Instant) {
        for at in 0..self.slots.len() {
            if let Some(slot) = self.slots[at].begin_beside(now, self.next_id) {
                self.next_id += 1;
                self.slots.push(slot);
            }
        }
    }

    /// Lets those beside take the place of those before them when it is time.
    pub(super) fn judge_newcomers(&mut self, now: Instant) {
        for at in 0..self.slots.len() {
            let Some(slot) = self
                .slots
                .get_mut(at)
                .and_then(Slot::beside)
                .and_then(|b| b.slot)
            else {
                if let Some(beside) = self.slots.get_mut(at).and_then(Slot::beside) {
                    beside.stands |= std::mem::take(&mut beside.is_told);
                }
                continue;
            };
            let newer = self.slots.iter().position(|other| other.id == slot);
            match newer.map_or(Verdict::Alone, |newer| self.judge(at, newer)) {
                Verdict::Both => {}
                Verdict::Alone => {
                    if let Some(beside) = self.slots[at].beside() {
                        beside.slot = None;
                    }
                }
                Verdict::Newer => {
                    let Some(newer) = newer.map(|newer| self.slots.remove(newer)) else {
                        continue;
                    };
                    // The one beside was begun later, so it stands behind.
                    let older = &mut self.slots[at];
                    self.router.hand_over(newer.id, older.id);
                    older.replace_by(now, newer);
                }
            }
            if let Some(beside) = self.slots[at].beside() {
                beside.stands |= std::mem::take(&mut beside.is_told);
            }
        }
        self.dismiss_orphans();
    }

    fn judge(&mut self, older: usize, newer: usize) -> Verdict {
        let is_open = self.slots[newer].link.is_some();
        let is_here = self.slots[newer].session.is_some();
        let older = &mut self.slots[older];
        let is_gone = older.link.is_none() && older.session.is_none();
        let is_waited_for = older.commands.is_some();
        let Some(beside) = older.beside() else {
            return Verdict::Alone;
        };
        let is_due = is_open && (!beside.stands || beside.is_told);
        match is_due || (is_gone && is_here && is_waited_for) {
            true => Verdict::Newer,
            false => Verdict::Both,
        }
    }

    /// Nobody waits any more for those whose link was not open when the connector went.
    fn dismiss_orphans(&mut self) {
        let waits = |slot: &Slot| slot.commands.is_some().then_some(slot.id);
        let waiting: Vec<SlotId> = self.slots.iter().filter_map(waits).collect();
        for slot in &mut self.slots {
            let of = slot.beside().and_then(|beside| beside.of);
            if slot.link.is_none() && of.is_some_and(|of| !waiting.contains(&of)) {
                slot.session = None;
            }
        }
    }
}
