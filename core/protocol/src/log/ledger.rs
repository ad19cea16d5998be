//! What one device knows of both logs of a conversation, small enough to be at hand for every contact:
//! where each log ends, and which incarnation this device writes in.
//!
//! It gives numbers to what is written and judges what comes. It never waits and keeps nothing: rows come
//! out, and whoever holds the ledger puts them on the disk, in that order. The ledger is ahead of the disk
//! until [`Ledger::kept`] says otherwise; if the disk fails, it is made anew from what the disk has.

use super::body::{Draft, Predecessor};
use super::chain::{ChainHash, LogKeys, body_commitment, chained};
use super::entry::{Content, Entry, Header, Incarnation};
use super::fault::{AppendError, Fault};
use super::message::Heads;
use super::row::{Arrival, Author, LogId, Row, Tip};
use super::saved::{Damaged, Head, Marks, Point, Saved};
use handfast_token::{Secret, kdf};
use std::collections::BTreeMap;

/// Incarnations that one author may have.
pub const MAX_INCARNATIONS: usize = 64;

/// Lines that the logs of one author may have in all: one for each incarnation, and one more for each fork.
pub const MAX_LINES: usize = 128;

/// How far above everything that is held the Lamport time of what comes may be. It is no limit for anybody
/// who counts, and nobody gets to the end of the numbers by it.
const MAX_LEAP: u64 = 1 << 32;

/// A day, in milliseconds.
const DAY: u64 = 86_400_000;

/// How far ahead of this device's clock the time of an entry is believed, in milliseconds.
const AHEAD: u64 = 3_600_000;

/// One incarnation.
#[derive(Clone, Debug, Default)]
struct Log {
    /// Where each of its lines ends. The first version of every place is on line 0.
    lines: Vec<Head>,
    /// Of an own one: up to where the other side has said to hold it.
    delivered: u64,
}

/// What became of an entry that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is new, and to be kept. Of a log that forked its line says so.
    New(Box<Row>),
    /// It is here already.
    Known(LogId, Tip),
    /// Something stands at its place. What that is has to be looked up, and [`Ledger::settle`] judges then.
    LookUp(Box<Arrival>),
}

/// What stands in the log, on any of its lines, where something came for a place that is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// At the place before it. Nothing before the first.
    pub before: Vec<Point>,
    /// The hashes at the place itself.
    pub at: Vec<ChainHash>,
}

/// What the other side's heads told about this device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeadsNews {
    /// Another device writes as this person, or did: the other side holds an incarnation that is later than
    /// those that this device knows.
    pub other_device: bool,
    /// The marks have changed and are to be kept before anything is written.
    pub is_renewed: bool,
}

/// See the module text.
#[derive(Clone, Debug)]
pub struct Ledger {
    keys: LogKeys,
    logs: BTreeMap<LogId, Log>,
    marks: Marks,
    /// Rows that came out and are not on the disk yet, as far as anybody said.
    unsettled: usize,
}

impl Ledger {
    /// That of a conversation in which nothing was said.
    pub fn new(keys: LogKeys) -> Self {
        Self {
            keys,
            logs: BTreeMap::new(),
            marks: Marks::default(),
            unsettled: 0,
        }
    }

    /// That of a conversation that goes on.
    ///
    /// # Errors
    /// When no ledger was ever like that.
    pub fn load(keys: LogKeys, saved: Saved) -> Result<Self, Damaged> {
        let mut ledger = Self::new(keys);
        let mut heads = saved.heads;
        heads.sort_by_key(|(log, line, _)| (*log, *line));
        for (log, line, head) in heads {
            let lines = &mut ledger.logs.entry(log).or_default().lines;
            if usize::from(line) != lines.len() || !(1..u64::MAX).contains(&head.sequence) {
                return Err(Damaged);
            }
            lines.push(head);
        }
        for (incarnation, delivered) in saved.delivered {
            let log = ledger.logs.get_mut(&mine(incarnation)).ok_or(Damaged)?;
            log.delivered = delivered.min(log.lines.first().map_or(0, |head| head.sequence));
        }
        let is_known = |incarnation| ledger.logs.contains_key(&mine(incarnation));
        let is_bounded = [Author::Me, Author::Peer].iter().all(|author| {
            ledger.incarnations(*author) <= MAX_INCARNATIONS && ledger.lines(*author) <= MAX_LINES
        });
        if !is_bounded || !saved.marks.current.is_none_or(is_known) {
            return Err(Damaged);
        }
        ledger.marks = saved.marks;
        Ok(ledger)
    }

    /// What the logs are computed with.
    pub fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// What is to be kept beside the rows.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// The next thing written begins a new incarnation: this device was made from an export, so it does not
    /// know what was written since.
    pub fn imported(&mut self) {
        self.marks.current = None;
    }

    /// So many of the rows that came out are on the disk.
    pub fn kept(&mut self, rows: usize) {
        self.unsettled = self.unsettled.saturating_sub(rows);
    }

    /// True if every row that came out is on the disk.
    pub fn is_settled(&self) -> bool {
        self.unsettled == 0
    }

    /// Writes at the end of the own log: the row to keep, behind the first row of an incarnation if this
    /// begins one. [`Self::marks`] are kept together with the first of them. `now` is in milliseconds since 1970-01-01 UTC; `random` is fresh for each call.
    ///
    /// # Errors
    /// When no further incarnation may be begun, or there are no numbers left.
    pub fn append(
        &mut self,
        now: u64,
        draft: &Draft,
        random: &Secret<32>,
    ) -> Result<Vec<Row>, AppendError> {
        let mut rows = Vec::new();
        let current = match self.marks.current {
            Some(current) => current,
            None => {
                let new = self.next_incarnation(random)?;
                let first = Draft::first(self.predecessors());
                rows.push(self.write(now, new, &first, random)?);
                self.marks.current = Some(new);
                new
            }
        };
        rows.push(self.write(now, current, draft, random)?);
        Ok(rows)
    }

    fn next_incarnation(&self, random: &Secret<32>) -> Result<Incarnation, AppendError> {
        if self.incarnations(Author::Me) >= MAX_INCARNATIONS {
            return Err(AppendError::NoIncarnationLeft);
        }
        let known = self.of(Author::Me).map(|(log, _)| log.incarnation.counter);
        let last = known.max().unwrap_or_default();
        let counter = last.checked_add(1).ok_or(AppendError::NoIncarnationLeft)?;
        let random = kdf(random.expose(), "HFS1 own begin", &[]);
        let (random, _) = random.expose().split_first_chunk().expect("8 of 32 bytes");
        Ok(Incarnation {
            counter,
            random: *random,
        })
    }

    /// Where the own incarnations ended, as far as is known.
    fn predecessors(&self) -> Vec<Predecessor> {
        let ends = self.of(Author::Me).filter_map(|(log, state)| {
            let tip = state.lines.first()?.tip();
            Some(Predecessor {
                incarnation: log.incarnation,
                sequence: tip.sequence,
                hash: tip.hash,
            })
        });
        ends.collect()
    }

    fn write(
        &mut self,
        now: u64,
        incarnation: Incarnation,
        draft: &Draft,
        random: &Secret<32>,
    ) -> Result<Row, AppendError> {
        let log = mine(incarnation);
        let lines = self.logs.get(&log).map(|log| &log.lines);
        let last = lines.and_then(|lines| lines.first());
        let (sequence, before) = match last {
            None => (1, self.keys.beginning(Author::Me, incarnation)),
            Some(head) => {
                let next = head.sequence.checked_add(1).ok_or(AppendError::Full)?;
                (next, head.point.hash)
            }
        };
        let header = Header {
            kind: draft.kind,
            incarnation,
            sequence,
            lamport: self.highest().checked_add(1).ok_or(AppendError::Full)?,
            time: now,
            life: draft.life,
            reply_to: draft.reply_to,
            body_length: draft.body.len() as u32,
        };
        let blind = kdf(
            random.expose(),
            "HFS1 own blind",
            &[&before, &header.to_bytes()],
        );
        let (blind, _) = blind.expose().split_first_chunk().expect("16 of 32 bytes");
        let blind = Secret::new(*blind);
        let hash = chained(&before, &header, &body_commitment(&blind, &draft.body));
        let entry = Entry {
            header,
            content: Content::Whole {
                blind,
                body: draft.body.clone(),
            },
            own_tag: self.keys.own_tag(&hash),
        };
        let row = Row {
            author: Author::Me,
            line: 0,
            before,
            hash,
            entry,
            arrived: now,
            shown: now,
        };
        self.take_in(log, &row);
        Ok(row)
    }

    /// Judges an entry that came from the other side, of its own log or of this device's.
    ///
    /// # Errors
    /// When the other side broke the rules, which ends the channel.
    pub fn receive(&mut self, now: u64, arrival: Arrival) -> Result<Received, Fault> {
        let log = arrival.log();
        let sequence = arrival.entry.header.sequence;
        let empty = Vec::new();
        let lines = self.logs.get(&log).map_or(&empty, |log| &log.lines);
        let continued = lines
            .iter()
            .position(|head| head.sequence + 1 == sequence && head.point.hash == arrival.before);
        if let Some(line) = continued {
            let before = lines[line].point;
            return self.accept(now, arrival, line, before);
        }
        if lines.iter().any(|head| head.sequence >= sequence) {
            return Ok(Received::LookUp(arrival.into()));
        }
        if sequence > 1 {
            // The place before is the end of a line, and this goes on from something else; or it is not here.
            return Err(
                match lines.iter().any(|head| head.sequence + 1 == sequence) {
                    true => Fault::OtherHash,
                    false => Fault::Gap,
                },
            );
        }
        let before = self.beginning(&arrival)?;
        if self.incarnations(log.author) >= MAX_INCARNATIONS {
            return Err(Fault::TooManyLogs);
        }
        self.accept(now, arrival, 0, before)
    }

    /// Judges an entry whose place is taken, by what stands there.
    ///
    /// # Errors
    /// When the other side broke the rules, which ends the channel.
    pub fn settle(
        &mut self,
        now: u64,
        arrival: Arrival,
        looked: &Looked,
    ) -> Result<Received, Fault> {
        let before = match arrival.entry.header.sequence {
            1 => self.beginning(&arrival)?,
            _ => {
                let mut before = looked.before.iter();
                let before = before.find(|point| point.hash == arrival.before);
                *before.ok_or(Fault::OtherHash)?
            }
        };
        let log = arrival.log();
        let tip = arrival.tip();
        if looked.at.contains(&tip.hash) {
            return Ok(Received::Known(log, tip));
        }
        let lines = self.logs.get(&log).map_or(0, |log| log.lines.len());
        if self.lines(log.author) >= MAX_LINES {
            return Err(Fault::TooManyLogs);
        }
        self.accept(now, arrival, lines, before)
    }

    /// What stands before the first entry.
    fn beginning(&self, arrival: &Arrival) -> Result<Point, Fault> {
        let LogId {
            author,
            incarnation,
        } = arrival.log();
        let hash = self.keys.beginning(author, incarnation);
        let point = Point {
            hash,
            lamport: 0,
            shown: 0,
        };
        match arrival.before == hash {
            true => Ok(point),
            false => Err(Fault::OtherHash),
        }
    }

    /// Takes in what goes on from `before`, on that line.
    fn accept(
        &mut self,
        now: u64,
        arrival: Arrival,
        line: usize,
        before: Point,
    ) -> Result<Received, Fault> {
        let log = arrival.log();
        let Tip { hash, .. } = arrival.tip();
        let header = &arrival.entry.header;
        let is_risen = header.lamport > before.lamport;
        let is_near = header.lamport <= self.highest().saturating_add(MAX_LEAP);
        match log.author {
            Author::Me if !self.keys.is_own(&arrival.entry, &hash) => return Err(Fault::NotMine),
            Author::Peer if !is_risen || !is_near => return Err(Fault::OtherOrder),
            Author::Me | Author::Peer => {}
        }
        if log.author == Author::Me && self.marks.current == Some(log.incarnation) {
            // It was written by this person and not here, or here and forgotten.
            self.marks.current = None;
        }
        let row = Row {
            author: arrival.author,
            line: line as u8,
            before: arrival.before,
            hash,
            shown: believed(header.time, now, before.shown),
            arrived: now,
            entry: arrival.entry,
        };
        self.take_in(log, &row);
        Ok(Received::New(row.into()))
    }

    fn take_in(&mut self, log: LogId, row: &Row) {
        let lines = &mut self.logs.entry(log).or_default().lines;
        let head = Head::of(row);
        match lines.get_mut(usize::from(row.line)) {
            Some(line) => *line = head,
            None => lines.push(head),
        }
        self.unsettled += 1;
    }

    /// What is said to the other side about where each line ends.
    pub fn heads(&self) -> Heads {
        let tips = |author| {
            let mut tips: Vec<_> = self
                .of(author)
                .flat_map(|(log, state)| {
                    let tips = state.lines.iter().map(Head::tip);
                    tips.map(move |tip| (log.incarnation, tip))
                })
                .collect();
            tips.sort_unstable();
            tips
        };
        Heads {
            own: tips(Author::Me),
            other: tips(Author::Peer),
        }
    }

    /// Where the lines of one log end, the first version first.
    pub(super) fn tips(&self, log: LogId) -> Vec<Tip> {
        let lines = self.logs.get(&log).map(|log| &log.lines);
        lines.map_or(Vec::new(), |lines| lines.iter().map(Head::tip).collect())
    }

    /// The logs that are known.
    pub(super) fn logs(&self) -> Vec<LogId> {
        self.logs.keys().copied().collect()
    }

    /// The other side said how far it is. If it holds something that this device does not know to have
    /// written, in the incarnation that is written now, then a new one begins: what stands there would else
    /// be written twice. As that is a claim, it happens once a day at most; what is written in spite of it
    /// forks, and is kept beside.
    pub fn heads_received(&mut self, now: u64, heads: &Heads) -> HeadsNews {
        let held = |incarnation| self.logs.contains_key(&mine(incarnation));
        let newest = self.of(Author::Me).map(|(log, _)| log.incarnation).max();
        let is_later = |incarnation| newest.is_none_or(|newest| incarnation > newest);
        let mut theirs = heads.other.iter();
        let other_device = theirs.any(|(row, _)| is_later(*row) && !held(*row));
        let mut news = HeadsNews {
            other_device,
            is_renewed: false,
        };
        if let Some(current) = self.marks.current {
            let ends = self.tips(mine(current));
            let is_doubtful = heads.other.iter().any(|(incarnation, tip)| {
                let is_beyond = |end: &Tip| tip.sequence > end.sequence;
                let is_other = |end: &Tip| tip.sequence == end.sequence;
                *incarnation == current
                    && !ends.contains(tip)
                    && ends
                        .first()
                        .is_none_or(|end| is_beyond(end) || is_other(end))
            });
            if is_doubtful {
                news.is_renewed = self.doubt(now, current);
            }
        }
        news
    }

    /// The other side holds something else in an own incarnation than this device. True if that made a
    /// difference: see [`Self::heads_received`].
    pub(super) fn doubt(&mut self, now: u64, incarnation: Incarnation) -> bool {
        let last = self.marks.last_claim;
        let is_due = last.is_none_or(|last| last.abs_diff(now) >= DAY);
        let is_renewed = is_due && self.marks.current == Some(incarnation);
        if is_renewed {
            self.marks = Marks {
                current: None,
                last_claim: Some(now),
            };
        }
        is_renewed
    }

    /// The other side holds this own incarnation up to there. True if it was not known to.
    pub fn delivered(&mut self, incarnation: Incarnation, up_to: u64) -> bool {
        let log = self.logs.get_mut(&mine(incarnation));
        let Some(log) = log.filter(|log| log.delivered < up_to) else {
            return false;
        };
        log.delivered = up_to;
        true
    }

    /// Up to where the other side is known to hold that.
    pub fn delivered_up_to(&self, incarnation: Incarnation) -> u64 {
        let log = self.logs.get(&mine(incarnation));
        log.map_or(0, |log| log.delivered)
    }

    /// What the other side is not known to hold of the own log: of which incarnation, and from which place on.
    pub fn undelivered(&self) -> Vec<(LogId, u64)> {
        let logs = self.of(Author::Me).filter_map(|(log, state)| {
            let end = state.lines.first()?.sequence;
            (state.delivered < end).then_some((*log, state.delivered + 1))
        });
        logs.collect()
    }

    /// The highest Lamport time that is held.
    fn highest(&self) -> u64 {
        let heads = self.logs.values().flat_map(|log| &log.lines);
        let highest = heads.map(|head| head.point.lamport).max();
        highest.unwrap_or_default()
    }

    fn of(&self, author: Author) -> impl Iterator<Item = (&LogId, &Log)> {
        self.logs
            .iter()
            .filter(move |(log, _)| log.author == author)
    }

    fn incarnations(&self, author: Author) -> usize {
        self.of(author).count()
    }

    fn lines(&self, author: Author) -> usize {
        self.of(author).map(|(_, log)| log.lines.len()).sum()
    }
}

fn mine(incarnation: Incarnation) -> LogId {
    LogId {
        author: Author::Me,
        incarnation,
    }
}

/// The time of an entry, or that of its arrival: if it lies more than an hour ahead, or more than a day
/// before what its writer wrote last.
fn believed(time: u64, now: u64, last: u64) -> u64 {
    let is_ahead = time > now.saturating_add(AHEAD);
    let is_behind = time.saturating_add(DAY) < last;
    match is_ahead || is_behind {
        true => now,
        false => time,
    }
}
