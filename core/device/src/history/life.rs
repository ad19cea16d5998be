//! What disappears, and when.
//!
//! What has a life runs out so long after the other side had it, where it was written, and so long after a
//! person saw it at the other end; what nobody sees is gone after thirty days. All of that is kept, so it is
//! erased in time whether a screen shows it or not, and first of all when a device starts.
//!
//! The clock may be set. Forward, things disappear early, which is the safe side. Back, nothing lasts longer
//! for it while this device runs, as the time that passes counts too; after a restart nothing lasts longer
//! than all of its life once more.

use super::super::files::entry_of;
use super::super::shared::{Purpose, Shared};
use super::super::{Device, Write};
use super::{History, milliseconds};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{
    Agreement, Author, Body, Content, Incarnation, Kind, Life, LogKeys, Place, Row,
};
use handfast_protocol::pairing::Now;
use handfast_store::{Ending, KeptFile, LifeMark, OfferId};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use web_time::Instant;

/// What nobody looks at is gone after 30 days, in milliseconds.
const UNREAD: u64 = 30 * 86_400_000;

/// What could not be erased is tried again after this.
const AGAIN: Duration = Duration::from_secs(60);

/// What is erased at a time: whoever waits for the disk meanwhile does not wait long.
const TOGETHER: usize = 128;

/// A clock that is further ahead than the time that has passed was set, in seconds.
const SET: u64 = 5;

/// What is to disappear, in the order in which it does.
#[derive(Default)]
pub(in super::super) struct Endings {
    due: BTreeSet<(Instant, [u8; 32], Place)>,
    /// When each of them does: by the time that passes, and by the clock, in milliseconds since 1970-01-01 UTC.
    at: BTreeMap<([u8; 32], Place), (Instant, u64)>,
    /// What the two clocks showed last.
    clocks: Option<(Instant, u64)>,
}

impl Endings {
    pub(in super::super) fn deadline(&self) -> Option<Instant> {
        self.due.first().map(|(at, ..)| *at)
    }

    /// This disappears then. What was to disappear at the same time by the clock never does so later than it was
    /// to: that clock was set back.
    fn put(&mut self, with: PublicKey, place: Place, (at, unix): (Instant, u64)) {
        let key = (with.0, place);
        let known = self.at.get(&key).filter(|(_, known)| *known == unix);
        let at = known.map_or(at, |(known, _)| at.min(*known));
        self.take_out(&key);
        self.due.insert((at, with.0, place));
        self.at.insert(key, (at, unix));
    }

    fn take_out(&mut self, key: &([u8; 32], Place)) {
        if let Some((at, _)) = self.at.remove(key) {
            self.due.remove(&(at, key.0, key.1));
        }
    }

    /// What has run out by now.
    fn take_due(&mut self, now: Instant) -> BTreeMap<[u8; 32], Vec<Place>> {
        let mut due: BTreeMap<[u8; 32], Vec<Place>> = BTreeMap::new();
        for _ in 0..TOGETHER {
            let Some((_, with, place)) = self.due.first().copied().filter(|(at, ..)| *at <= now)
            else {
                break;
            };
            self.take_out(&(with, place));
            due.entry(with).or_default().push(place);
        }
        due
    }

    /// Whether the clock was set forward since this was asked last.
    fn has_jumped(&mut self, now: Now) -> bool {
        let before = self.clocks.replace((now.monotonic, now.unix));
        before.is_some_and(|(monotonic, unix)| {
            let passed = now.monotonic.saturating_duration_since(monotonic);
            now.unix > unix.saturating_add(passed.as_secs() + SET)
        })
    }
}

/// When this is due. A clock that was set back gives it no more than all of its time.
fn due(ending: &Ending, now: Now) -> Option<(Instant, u64)> {
    let at = ending.at()?;
    let most = match ending.since {
        Some(_) => u64::from(ending.life.seconds()) * 1_000,
        None => UNREAD,
    };
    let left = at.saturating_sub(milliseconds(now)).min(most);
    Some((now.monotonic + Duration::from_millis(left), at))
}

/// What is kept about how long things last because of this row.
pub(super) fn mark_of(keys: &LogKeys, row: &Row) -> Option<LifeMark> {
    let place = keys.place(row);
    if row.entry.header.kind == Kind::LIFE {
        return match row.entry.read() {
            Ok(Body::Life(life)) => Some(LifeMark::Proposal(place, life)),
            _ => None,
        };
    }
    let is_whole = matches!(row.entry.content, Content::Whole { .. });
    let life = row.entry.header.life.filter(|_| is_whole)?;
    Some(LifeMark::Ending(Ending {
        place,
        life,
        since: None,
        latest: match row.author {
            Author::Me => None,
            Author::Peer => Some(row.arrived.saturating_add(UNREAD)),
        },
    }))
}

fn propose(agreement: &mut Agreement, with: PublicKey, place: Place, life: Option<Life>) {
    let author = match place.author == with.0 {
        true => Author::Peer,
        false => Author::Me,
    };
    agreement.propose(place, author, life);
}

impl Shared {
    /// What the two have proposed so far about how long things last.
    pub(super) fn agreement(&self, with: PublicKey) -> Agreement {
        let mut agreement = Agreement::default();
        for mark in self.kept().lives.get(&with.0).into_iter().flatten() {
            if let (place, LifeMark::Proposal(_, life)) = mark {
                propose(&mut agreement, with, *place, *life);
            }
        }
        agreement
    }

    /// When what stands there disappears, if that is known.
    pub(super) fn ends_at(&self, with: PublicKey, place: &Place) -> Option<u64> {
        self.ending(with, place)?.at()
    }

    fn ending(&self, with: PublicKey, place: &Place) -> Option<&Ending> {
        match self.kept().lives.get(&with.0)?.get(place)? {
            LifeMark::Ending(ending) => Some(ending),
            LifeMark::Proposal(..) => None,
        }
    }

    /// It has a life that begins when somebody sees it.
    pub(super) fn waits_to_be_seen(&self, with: PublicKey, place: &Place) -> bool {
        let ending = self.ending(with, place);
        place.author == with.0 && ending.is_some_and(|ending| ending.since.is_none())
    }

    /// This is kept now.
    pub(super) fn keeps_life(&mut self, with: PublicKey, mark: LifeMark, now: Now) {
        self.kept_mut().apply(&Write::Life(with, mark));
        self.lasts(with, &mark, now);
    }

    /// What is kept about this is in the queue, and on the screens.
    pub(in super::super) fn lasts(&mut self, with: PublicKey, mark: &LifeMark, now: Now) {
        if let LifeMark::Ending(ending) = mark
            && let Some(at) = due(ending, now)
        {
            self.put_ending(with, ending.place, at);
        }
    }

    /// What stands there could not be erased, and is not in the queue any more.
    pub(in super::super) fn not_erased(&mut self, with: PublicKey, place: Place, now: Now) {
        if let Some(unix) = self.ends_at(with, &place) {
            self.put_ending(with, place, (now.monotonic + AGAIN, unix));
        }
    }

    fn put_ending(&mut self, with: PublicKey, place: Place, at: (Instant, u64)) {
        self.endings.put(with, place, at);
        self.with_history(with, |history, _| history.ends(place, at.1));
    }

    /// Those of this device's in that incarnation, up to there, whose life begins as the other side has them.
    pub(super) fn delivered_lives(
        &self,
        with: PublicKey,
        (incarnation, up_to): (Incarnation, u64),
        at: u64,
    ) -> Vec<Ending> {
        let lives = self.kept().lives.get(&with.0).into_iter().flatten();
        let begins = lives.filter_map(|(place, mark)| match mark {
            LifeMark::Ending(ending)
                if ending.since.is_none()
                    && place.author != with.0
                    && place.incarnation == incarnation
                    && place.sequence <= up_to =>
            {
                Some(Ending {
                    since: Some(at),
                    ..*ending
                })
            }
            _ => None,
        });
        begins.collect()
    }

    /// A person has these before their eyes: their life begins.
    pub(super) fn begin_lives(&mut self, with: PublicKey, seen: &[Place], now: Now) {
        let begins = seen
            .iter()
            .filter(|place| self.waits_to_be_seen(with, place))
            .filter_map(|place| self.ending(with, place))
            .map(|ending| {
                let since = Some(milliseconds(now));
                Write::Life(with, LifeMark::Ending(Ending { since, ..*ending }))
            });
        let begins: Vec<Write> = begins.collect();
        if !begins.is_empty() {
            self.write(begins, Purpose::Nothing);
        }
    }

    /// What stands there has run out. How the file that it offers is kept from now on, if it does.
    fn file_runs_out(&mut self, with: PublicKey, place: &Place) -> Option<KeptFile> {
        let ours = place.author != with.0;
        let entry = entry_of(place.incarnation, place.sequence);
        let offer = OfferId { with, ours, entry };
        let mut kept = self.kept().files.get(&offer)?.clone();
        kept.erase();
        let at_hand = self.with_history(with, |history, shared| history.run_out(shared, offer));
        Some(at_hand.flatten().unwrap_or(kept))
    }

    /// Everything that is kept is in the queue, by what the clocks show now.
    fn look_at_lives(&mut self, now: Now) {
        let lives = self.kept().lives.iter();
        let marks = lives.flat_map(|(with, lives)| {
            let with = PublicKey(*with);
            lives.values().map(move |mark| (with, *mark))
        });
        let marks: Vec<(PublicKey, LifeMark)> = marks.collect();
        for (with, mark) in marks {
            self.lasts(with, &mark, now);
        }
    }
}

impl Device {
    /// Everything that is kept is looked at for the first time: what has run out meanwhile is erased before
    /// anything is read.
    pub(in super::super) fn begin_endings(&mut self, now: Now) {
        self.shared.look_at_lives(now);
        self.erase_due(now);
    }

    /// Erases what has run out by now.
    pub(in super::super) fn erase_due(&mut self, now: Now) {
        if self.shared.endings.has_jumped(now) {
            self.shared.look_at_lives(now);
        }
        for (with, places) in self.shared.endings.take_due(now.monotonic) {
            let with = PublicKey(with);
            let mut writes = Vec::new();
            for place in places {
                writes.push(Write::Erase(with, place));
                let file = self.shared.file_runs_out(with, &place);
                writes.extend(file.map(|file| Write::File(Box::new(file))));
            }
            self.shared.write(writes, Purpose::Nothing);
        }
    }
}

impl History {
    /// How long what is written now is to last.
    pub(super) fn life(&self, kind: Kind) -> Option<Life> {
        let lasts = kind.is_message() || kind == Kind::EDIT;
        self.agreement.agreed().filter(|_| lasts)
    }

    /// Somebody proposed how long things are to last, if it is that.
    pub(super) fn hear_proposal(&mut self, mark: &LifeMark) {
        if let LifeMark::Proposal(place, life) = mark {
            propose(&mut self.agreement, self.with, *place, *life);
        }
    }

    /// Whether what was proposed there held from then on.
    pub(super) fn holds(&self, place: &Place) -> bool {
        self.agreement.holds(place)
    }

    fn ends(&mut self, place: Place, at: u64) {
        if self.transcript.ends(&place, at) {
            self.touch(place);
        }
    }

    /// What stands there has run out and is erased.
    pub(in super::super) fn erased(&mut self, place: &Place) {
        for place in self.transcript.erase(place) {
            self.touch(place);
        }
    }

    /// This looks different now.
    fn touch(&mut self, place: Place) {
        self.touched.entry(place).or_insert(true);
        self.has_moved = true;
    }

    /// The other side has these: what it has begins to run out.
    pub(super) fn begin_delivered(
        &mut self,
        shared: &mut Shared,
        delivered: (Incarnation, u64),
        now: Now,
    ) -> Vec<Write> {
        let begins = shared.delivered_lives(self.with, delivered, milliseconds(now));
        let writes = begins.into_iter().map(|ending| {
            let mark = LifeMark::Ending(ending);
            shared.keeps_life(self.with, mark, now);
            if let Some(at) = ending.at() {
                self.ends(ending.place, at);
            }
            Write::Life(self.with, mark)
        });
        writes.collect()
    }
}
