//! What waits for somebody, as one sealed file or text that any carrier may bring: the way between two
//! who are never online together.
//!
//! It is sealed under the finding key of a day, which only the two know, and names neither. It holds what
//! its maker has of the reader's log, and entries of the maker's own; reading it twice changes nothing.

use super::entry::Incarnation;
use super::exchange::{Event, Request};
use super::fault::Fault;
use super::intake::{Intake, WINDOW};
use super::ledger::{Ledger, Looked};
use super::message::{MAX_ARRIVAL, read_tips, write_tips};
use super::row::{Arrival, Author, LogId, Row, Tip};
use crate::handshake::PublicKey;
use bytes::{Buf, Bytes};
use handfast_token::{
    BUNDLE_BLOCK, BUNDLE_CLEAR, BUNDLE_HEAD, BUNDLE_SALT, MAX_BUNDLE_INSIDE, SEAL_BYTES,
    SealedBundle, Secret, TokenError, kdf, open_behind, seal_behind,
};
use std::collections::VecDeque;
use std::fmt;
use subtle::ConstantTimeEq;

const TAG: usize = 4;

/// What a bundle is sealed under.
struct BundleKey<'a> {
    /// What the two find each other by on the day on which it was made.
    finding: &'a Secret<32>,
    maker: PublicKey,
    salt: [u8; 8],
}

impl BundleKey<'_> {
    fn derived(&self, label: &str) -> Secret<32> {
        kdf(self.finding.expose(), label, &[&self.maker.0, &self.salt])
    }

    fn tag(&self) -> [u8; TAG] {
        let [a, b, c, d, ..] = *self.derived("HFS1 bundle tag").expose();
        [a, b, c, d]
    }

    fn seal(&self) -> Secret<32> {
        self.derived("HFS1 bundle key")
    }
}

/// Why a bundle is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum BundleError {
    /// It is none of this version, or only a piece of one.
    #[error("these are no whole messages for you; ask for them to be sent again")]
    Malformed,
    /// It is of a later version.
    #[error("these messages come from a newer Handfast; update the app")]
    NewerVersion,
    /// It is not from that contact, or not of that day.
    #[error("these messages are from somebody else, or too old to be read")]
    OtherKey,
    /// Its seal does not hold, or what is inside is nothing that a writer makes.
    #[error("these messages were altered on the way; ask for them to be sent again")]
    Altered,
}

/// A bundle as it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle(SealedBundle);

impl From<SealedBundle> for Bundle {
    fn from(sealed: SealedBundle) -> Self {
        Self(sealed)
    }
}

/// What is in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Inside {
    /// What its maker has of the reader's log.
    held: Vec<(Incarnation, Tip)>,
    /// Entries of its maker's log.
    entries: Vec<Arrival>,
}

impl Bundle {
    /// Reads what is not sealed.
    ///
    /// # Errors
    /// When it is no bundle of this version, or has another length than it says.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        SealedBundle::parse(bytes)
            .map(Self)
            .map_err(|error| match error {
                TokenError::NewerVersion => BundleError::NewerVersion,
                _ => BundleError::Malformed,
            })
    }

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// As people hand it to each other.
    pub fn into_sealed(self) -> SealedBundle {
        self.0
    }

    /// The day whose finding key opens it, counted from 1970-01-01 UTC
    /// ([`FindingKey::at`](crate::reconnect::FindingKey::at)).
    pub fn day(&self) -> u16 {
        u16::from_le_bytes([self.as_bytes()[1], self.as_bytes()[2]])
    }

    fn key<'a>(&self, finding: &'a Secret<32>, maker: PublicKey) -> BundleKey<'a> {
        let mut salt = [0; 8];
        salt.copy_from_slice(&self.as_bytes()[3 + TAG..][..BUNDLE_SALT]);
        BundleKey {
            finding,
            maker,
            salt,
        }
    }

    /// True if it seems to be made by `maker` on the day of that finding key: the same four bytes come of
    /// one key in four thousand million.
    pub fn is_of(&self, finding: &Secret<32>, maker: PublicKey) -> bool {
        let tag = self.key(finding, maker).tag();
        tag.ct_eq(&self.as_bytes()[3..3 + TAG]).into()
    }

    /// Opens one of `maker`, made on the day of that finding key, and begins to read it.
    ///
    /// # Errors
    /// When it is of another maker or day, or was altered.
    pub fn open(&self, finding: &Secret<32>, maker: PublicKey) -> Result<Import, BundleError> {
        if !self.is_of(finding, maker) {
            return Err(BundleError::OtherKey);
        }
        let key = self.key(finding, maker).seal();
        let inside =
            open_behind(self.as_bytes(), BUNDLE_CLEAR, &key).ok_or(BundleError::Altered)?;
        let inside = Inside::parse(inside.into()).ok_or(BundleError::Altered)?;
        Ok(Import::new(inside))
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bundle({} bytes)", self.as_bytes().len())
    }
}

impl Inside {
    /// `length u32 | heads | entries, each behind its length u32 | zeros`: the first length is that of
    /// heads and entries.
    fn parse(mut bytes: Bytes) -> Option<Self> {
        let length = usize::try_from(bytes.try_get_u32_le().ok()?).ok()?;
        let padded = padded(4 + length.min(MAX_BUNDLE_INSIDE));
        if length > bytes.len() || padded != 4 + bytes.len() {
            return None;
        }
        let zeros = bytes.split_off(length);
        if zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        let held = read_tips(&mut bytes).ok()?;
        let mut entries = Vec::new();
        while bytes.has_remaining() {
            let length = usize::try_from(bytes.try_get_u32_le().ok()?).ok()?;
            if length > MAX_ARRIVAL || length > bytes.len() {
                return None;
            }
            let arrival = Arrival::parse(bytes.split_to(length)).ok()?;
            if arrival.author != Author::Me {
                return None;
            }
            entries.push(arrival.at_the_other());
        }
        Some(Self { held, entries })
    }
}

fn padded(length: usize) -> usize {
    length.next_multiple_of(BUNDLE_BLOCK)
}

/// Puts a bundle together.
pub struct Packing {
    /// Heads and entries.
    inside: Vec<u8>,
    rows: usize,
}

impl Packing {
    /// One that says what is held of the other side's log. None while rows that came out of the ledger are
    /// not on the disk.
    pub fn start(ledger: &Ledger) -> Option<Self> {
        let mut inside = Vec::new();
        write_tips(&ledger.heads().other, &mut inside);
        ledger.is_settled().then_some(Self { inside, rows: 0 })
    }

    /// Puts a row of the own log into it, which is on the disk. The rows of an incarnation are put in in their
    /// order, without a gap. False if there is no room for it: what is left goes with the next bundle.
    pub fn add(&mut self, row: &Row) -> bool {
        let length = row.length();
        let has_room = 4 + self.inside.len() + 4 + length <= MAX_BUNDLE_INSIDE;
        if has_room && row.author == Author::Me {
            self.inside.extend((length as u32).to_le_bytes());
            self.inside.extend(row.arrival().to_bytes());
            self.rows += 1;
        }
        has_room
    }

    /// How many rows are in it.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Seals it under the contacts' finding key of that day. `maker` is the own static key, `salt` is fresh
    /// and random: the key depends on it, and the nonce is always zero.
    pub fn seal(self, day: u16, finding: &Secret<32>, maker: PublicKey, salt: [u8; 8]) -> Bundle {
        let mut inside = (self.inside.len() as u32).to_le_bytes().to_vec();
        inside.extend(self.inside);
        inside.resize(padded(inside.len()), 0);
        let key = BundleKey {
            finding,
            maker,
            salt,
        };
        let mut head = Vec::with_capacity(BUNDLE_CLEAR + inside.len() + SEAL_BYTES);
        head.push(BUNDLE_HEAD);
        head.extend(day.to_le_bytes());
        head.extend(key.tag());
        head.extend(salt);
        head.extend((inside.len() as u32).to_le_bytes());
        let sealed = seal_behind(head, &key.seal(), &inside);
        Bundle(SealedBundle::parse(&sealed).expect("a bundle is as long as it says"))
    }
}

/// What came of a bundle that was read to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that were new, and are on the disk.
    pub new: usize,
    /// Entries that were here before.
    pub known: usize,
}

/// Reads a bundle into a ledger and onto the disk, by the same requests as an exchange.
#[derive(Debug)]
pub struct Import {
    /// What the other side says to hold, to be compared with what stands here.
    held: VecDeque<(LogId, Tip)>,
    is_comparing: bool,
    entries: VecDeque<Arrival>,
    intake: Intake,
    requests: VecDeque<Request>,
    events: VecDeque<Event>,
    imported: Imported,
    fault: Option<Fault>,
}

impl Import {
    fn new(inside: Inside) -> Self {
        let held = inside.held.into_iter().map(|(incarnation, tip)| {
            let author = Author::Me;
            let log = LogId {
                author,
                incarnation,
            };
            (log, tip)
        });
        Self {
            held: held.collect(),
            is_comparing: false,
            entries: inside.entries.into(),
            intake: Intake::default(),
            requests: VecDeque::new(),
            events: VecDeque::new(),
            imported: Imported::default(),
            fault: None,
        }
    }

    /// Goes on as far as it can: at the beginning, and when the ledger is settled. `now` is in
    /// milliseconds since 1970-01-01 UTC, here and below.
    pub fn go_on(&mut self, now: u64, ledger: &mut Ledger) {
        self.step(now, ledger, |_, _| Ok(()));
    }

    /// The next request to the store; it loads nothing.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// The next event: what turned out to be delivered.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// So many more rows are on the disk ([`Exchange::kept`](super::Exchange::kept)).
    pub fn kept(&mut self, now: u64, ledger: &mut Ledger, rows: usize) {
        ledger.kept(self.intake.kept(rows));
        self.step(now, ledger, |_, _| Ok(()));
    }

    /// What stands where [`Request::LookUp`] asked.
    pub fn looked(&mut self, now: u64, ledger: &mut Ledger, looked: &Looked) {
        self.step(now, ledger, |this, ledger| {
            match std::mem::take(&mut this.is_comparing) {
                true => {
                    this.compared(ledger, looked);
                    Ok(())
                }
                false => {
                    let requests = &mut this.requests;
                    this.intake.looked(now, ledger, looked, requests)
                }
            }
        });
    }

    /// What came of it, once it is over: everything is on the disk, or something did not fit.
    pub fn outcome(&self) -> Option<Result<Imported, Fault>> {
        let is_done = self.held.is_empty() && self.entries.is_empty() && self.intake.is_idle();
        match self.fault {
            Some(fault) => Some(Err(fault)),
            None => is_done.then_some(Ok(self.imported)),
        }
    }

    fn step(
        &mut self,
        now: u64,
        ledger: &mut Ledger,
        act: impl FnOnce(&mut Self, &mut Ledger) -> Result<(), Fault>,
    ) {
        if self.fault.is_some() {
            return;
        }
        let done = act(self, ledger).and_then(|()| {
            self.compare(ledger);
            self.take(now, ledger)
        });
        self.fault = done.err();
    }

    /// Compares what the other side says to hold, one after the other, before any entry is judged.
    fn compare(&mut self, ledger: &mut Ledger) {
        while !self.is_comparing
            && let Some((log, tip)) = self.held.front().copied()
        {
            let end = ledger.tips(log).first().copied();
            match end {
                Some(end) if tip.sequence < end.sequence && ledger.is_settled() => {
                    self.is_comparing = true;
                    self.requests.push_back(Request::LookUp {
                        log,
                        sequence: tip.sequence,
                    });
                }
                // It is asked once everything that could stand there is on the disk.
                Some(end) if tip.sequence < end.sequence => return,
                Some(end) if tip == end => self.delivered(ledger),
                // They hold something else, or more.
                _ => {
                    self.held.pop_front();
                }
            }
        }
    }

    fn compared(&mut self, ledger: &mut Ledger, looked: &Looked) {
        match self.held.front() {
            Some((_, tip)) if looked.at.contains(&tip.hash) => self.delivered(ledger),
            _ => {
                self.held.pop_front();
            }
        }
    }

    fn delivered(&mut self, ledger: &mut Ledger) {
        if let Some((log, tip)) = self.held.pop_front()
            && ledger.delivered(log.incarnation, tip.sequence)
        {
            self.events.push_back(Event::Delivered {
                incarnation: log.incarnation,
                up_to: tip.sequence,
            });
        }
    }

    fn take(&mut self, now: u64, ledger: &mut Ledger) -> Result<(), Fault> {
        if !self.held.is_empty() {
            return Ok(());
        }
        loop {
            while let Some(arrival) = self
                .entries
                .pop_front_if(|arrival| self.intake.bytes() + arrival.length() <= WINDOW)
            {
                self.intake.arrived(arrival)?;
            }
            self.intake.go_on(now, ledger, &mut self.requests)?;
            let mut is_on = false;
            while let Some(acknowledged) = self.intake.next() {
                is_on = true;
                match acknowledged.is_new {
                    true => self.imported.new += 1,
                    false => self.imported.known += 1,
                }
            }
            if !is_on || self.entries.is_empty() {
                return Ok(());
            }
        }
    }
}
