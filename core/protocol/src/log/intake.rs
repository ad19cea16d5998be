//! The way in: entries are judged one after the other, kept in that order, and acknowledged once they are
//! on the disk.

use super::exchange::Request;
use super::fault::Fault;
use super::ledger::{Ledger, Looked, Received};
use super::row::{Arrival, Author, LogId, Row, Tip};
use std::collections::VecDeque;

/// Bytes of entries that may be on their way without being acknowledged, in either direction.
pub const WINDOW: usize = 256 << 10;

/// Entries that came and are not all on the disk.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// Not judged yet.
    waiting: VecDeque<Arrival>,
    /// The first of them, if it takes what stands at its place.
    doubtful: Option<Arrival>,
    is_looking: bool,
    /// Judged, in the order in which they came.
    taken: VecDeque<Taken>,
    /// Bytes of all of them.
    bytes: usize,
}

#[derive(Debug)]
struct Taken {
    log: LogId,
    tip: Tip,
    /// True if it goes on where the log went on first.
    is_main: bool,
    bytes: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It is new, and the store was asked to keep it.
    Asked,
    /// It is new, and on the disk.
    Kept,
    /// It was here before.
    Known,
}

/// What can be acknowledged.
#[derive(Debug)]
pub(super) struct Acknowledged {
    pub(super) log: LogId,
    pub(super) tip: Tip,
    /// True if it was not here before.
    pub(super) is_new: bool,
    /// True if it is, and goes on where the log went on first.
    pub(super) is_main: bool,
}

impl Acknowledged {
    /// True for an entry of the own log that was not here before.
    pub(super) fn is_returned(&self) -> bool {
        self.is_new && self.log.author == Author::Me
    }
}

impl Intake {
    /// Bytes of the entries that are not acknowledged.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// True if there are none.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.doubtful.is_none() && self.taken.is_empty()
    }

    /// Takes an entry in.
    pub(super) fn arrived(&mut self, arrival: Arrival) -> Result<(), Fault> {
        let bytes = arrival.length();
        if self.bytes + bytes > WINDOW {
            return Err(Fault::TooMuch);
        }
        self.bytes += bytes;
        self.waiting.push_back(arrival);
        Ok(())
    }

    /// Judges what can be judged.
    pub(super) fn go_on(
        &mut self,
        now: u64,
        ledger: &mut Ledger,
        requests: &mut VecDeque<Request>,
    ) -> Result<(), Fault> {
        while self.doubtful.is_none()
            && let Some(arrival) = self.waiting.pop_front()
        {
            let bytes = arrival.length();
            match ledger.receive(now, arrival)? {
                Received::New(row) => self.take_new(row, bytes, requests),
                Received::Known(log, tip) => self.take_known(log, tip, bytes),
                Received::LookUp(arrival) => self.doubtful = Some(*arrival),
            }
        }
        // What stands there is looked up when everything that could stand there is on the disk.
        if let Some(arrival) = &self.doubtful
            && !self.is_looking
            && ledger.is_settled()
        {
            self.is_looking = true;
            requests.push_back(Request::LookUp {
                log: arrival.log(),
                sequence: arrival.entry.header.sequence,
            });
        }
        Ok(())
    }

    /// What stands at the place that was looked up.
    pub(super) fn looked(
        &mut self,
        now: u64,
        ledger: &mut Ledger,
        looked: &Looked,
        requests: &mut VecDeque<Request>,
    ) -> Result<(), Fault> {
        self.is_looking = false;
        let arrival = self.doubtful.take().ok_or(Fault::Damaged)?;
        let bytes = arrival.length();
        match ledger.settle(now, arrival, looked)? {
            Received::New(row) => self.take_new(row, bytes, requests),
            Received::Known(log, tip) => self.take_known(log, tip, bytes),
            Received::LookUp(_) => return Err(Fault::Damaged),
        }
        Ok(())
    }

    fn take_new(&mut self, row: Box<Row>, bytes: usize, requests: &mut VecDeque<Request>) {
        self.taken.push_back(Taken {
            log: row.log(),
            tip: row.tip(),
            is_main: row.line == 0,
            bytes,
            state: State::Asked,
        });
        requests.push_back(Request::Keep(row));
    }

    fn take_known(&mut self, log: LogId, tip: Tip, bytes: usize) {
        self.taken.push_back(Taken {
            log,
            tip,
            is_main: false,
            bytes,
            state: State::Known,
        });
    }

    /// So many of the rows to keep are on the disk: how many of them were asked for.
    pub(super) fn kept(&mut self, rows: usize) -> usize {
        let asked = self.taken.iter_mut();
        let asked = asked.filter(|taken| taken.state == State::Asked);
        let mut count = 0;
        for taken in asked.take(rows) {
            taken.state = State::Kept;
            count += 1;
        }
        count
    }

    /// The next entry that can be acknowledged.
    pub(super) fn next(&mut self) -> Option<Acknowledged> {
        let taken = self
            .taken
            .pop_front_if(|taken| taken.state != State::Asked)?;
        self.bytes -= taken.bytes;
        Some(Acknowledged {
            log: taken.log,
            tip: taken.tip,
            is_new: taken.state == State::Kept,
            is_main: taken.is_main,
        })
    }
}
