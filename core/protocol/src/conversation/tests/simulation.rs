//! Two machines under a simulated clock, over a simulated link, each with a simulated file store and a
//! person. Everything that happens follows from one seed.

use super::*;
use crate::conversation::outbox::AHEAD;
use crate::handshake::TrustLevel;
use handfast_sim::SplitMix64;
use handfast_token::Role;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::LazyLock;
use std::time::Instant;

/// Numbers out of a seed.
struct Random(SplitMix64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0.bits()
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in so many times.
    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn millis(&mut self, end: u64) -> Duration {
        Duration::from_millis(self.below(end))
    }

    fn secret(&mut self) -> Secret<32> {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_le_bytes());
        }
        Secret::new(bytes)
    }
}

/// The content of a file, which is another for each.
fn bytes(random: &mut Random, length: usize) -> Vec<u8> {
    static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| content(100_003));
    let mut bytes = random.next().to_le_bytes().to_vec();
    while bytes.len() < length {
        bytes.extend_from_slice(&PATTERN);
    }
    bytes.truncate(length);
    bytes
}

/// Time since the beginning.
type Time = Duration;

/// What happens at a time that is known before.
enum Act {
    Say(String),
    /// Send a file of so many bytes.
    Send(usize),
    /// Stop a file, whichever way it goes.
    Cancel(Transfer),
    /// Stop the file that was sent last.
    CancelLast,
    Accept(Transfer),
    AllowMore,
    Wish,
    Judge(ShortString, Finding),
    /// Look at the screen.
    Read,
    /// Others fill the disk.
    FillDisk,
    Leave,
    HangUp,
    /// The path falls silent, or is back.
    Silence(bool),
    /// Nothing was heard for too long.
    Lose,
}

/// A disk in memory. It is slow, it fails, and it has an end.
#[derive(Default)]
struct Store {
    files: BTreeMap<PathBuf, Vec<u8>>,
    outgoing: BTreeMap<FileId, (PathBuf, usize)>,
    incoming: BTreeMap<FileId, Vec<u8>>,
    /// Requests and when they are answered, for each of the two ways.
    queues: [VecDeque<(Time, FileRequest)>; 2],
    free: u64,
    slowness: u64,
    /// One request in so many fails. Never if this is zero.
    fails: u64,
    /// Files that lose their last byte when they are looked at, or opened.
    shrinking: BTreeSet<PathBuf>,
    shrinking_late: BTreeSet<PathBuf>,
}

impl Store {
    fn ask(&mut self, now: Time, request: FileRequest, random: &mut Random) {
        let is_outgoing = matches!(
            request.ask,
            Ask::Inspect { .. } | Ask::Open { .. } | Ask::Read { .. } | Ask::Close { .. }
        );
        let queue = &mut self.queues[usize::from(is_outgoing)];
        let slowness = match random.one_in(20) {
            true => 20 * self.slowness,
            false => self.slowness,
        };
        let due = now + random.millis(slowness + 1);
        let due = queue.back().map_or(due, |(before, _)| due.max(*before));
        queue.push_back((due, request));
    }

    fn due(&self) -> Option<Time> {
        let first = self.queues.iter().filter_map(|queue| queue.front());
        first.map(|(due, _)| *due).min()
    }

    fn answer(&mut self, now: Time, random: &mut Random) -> Option<(RequestId, FileResult)> {
        let due = |queue: &&mut VecDeque<(Time, FileRequest)>| {
            queue.front().is_some_and(|(due, _)| *due <= now)
        };
        let (_, FileRequest { id, ask }) = self.queues.iter_mut().find(due)?.pop_front()?;
        let fails = self.fails > 0 && random.one_in(self.fails);
        Some((id, self.perform(ask, fails)))
    }

    fn shrink(&mut self, path: &PathBuf) {
        if let Some(content) = self.files.get_mut(path) {
            content.pop();
        }
    }

    fn perform(&mut self, ask: Ask, fails: bool) -> FileResult {
        match ask {
            Ask::Inspect { path } => {
                let size = self.files.get(&path).map(Vec::len);
                let size = size.filter(|_| !fails).ok_or(FileError::Unreadable)? as u64;
                if self.shrinking.contains(&path) {
                    self.shrink(&path);
                }
                let name = path.to_string_lossy().into_owned();
                Ok(Done::Inspected { name, size })
            }
            Ask::Open { file, path, .. } => {
                let size = self.files.get(&path).map(Vec::len);
                let size = size.filter(|_| !fails).ok_or(FileError::Unreadable)? as u64;
                if self.shrinking_late.contains(&path) {
                    self.shrink(&path);
                }
                self.outgoing.insert(file, (path, 0));
                Ok(Done::Opened { size })
            }
            Ask::Read { .. } if fails => Err(FileError::Unreadable),
            Ask::Read { file, length } => {
                let (path, at) = self.outgoing.get_mut(&file).ok_or(FileError::Unreadable)?;
                let content = self.files.get(path).ok_or(FileError::Unreadable)?;
                let bytes = content.get(*at..*at + length).ok_or(FileError::Changed)?;
                *at += length;
                Ok(Done::Read(Bytes::copy_from_slice(bytes)))
            }
            Ask::Close { file } => {
                self.outgoing.remove(&file);
                Ok(Done::Closed)
            }
            Ask::Discard { file } => {
                let there = self.incoming.remove(&file).unwrap_or_default();
                self.free = self.free.saturating_add(there.len() as u64);
                Ok(Done::Discarded)
            }
            _ if fails => Err(FileError::Storage),
            Ask::FreeSpace => Ok(Done::Free(self.free)),
            Ask::Create { file } => {
                self.incoming.insert(file, Vec::new());
                Ok(Done::Created)
            }
            Ask::Write { file, chunks } => {
                let content = self.incoming.get_mut(&file).ok_or(FileError::Storage)?;
                for chunk in chunks {
                    let left = self.free.checked_sub(chunk.len() as u64);
                    self.free = left.ok_or(FileError::NoSpace)?;
                    content.extend_from_slice(&chunk);
                }
                Ok(Done::Written)
            }
            Ask::Finish { file, name } => {
                let content = self.incoming.remove(&file).ok_or(FileError::Storage)?;
                let path = PathBuf::from("in").join(name);
                assert!(self.files.insert(path.clone(), content).is_none());
                Ok(Done::Finished(path))
            }
        }
    }
}

/// One person at one machine.
struct Person {
    machine: Machine,
    store: Store,
    /// Texts that found no room yet, and those that did.
    typed: VecDeque<String>,
    said: Vec<String>,
    /// The same of files.
    chosen: VecDeque<PathBuf>,
    sent: Vec<(Transfer, PathBuf)>,
    /// How long they do not look at the screen, and how much they see then.
    pace: Duration,
    gulp: usize,
    looks: bool,
    told: Vec<Event>,
    has_left: bool,
    is_over: bool,
}

/// Everything there is.
struct World {
    seed: u64,
    random: Random,
    start: Instant,
    now: Time,
    agenda: BTreeMap<(Time, u64), (usize, Act)>,
    acts: u64,
    people: [Person; 2],
    /// Frames on their way, from each of the two, and when they arrive.
    ways: [VecDeque<(Time, Bytes)>; 2],
    window: usize,
    delay: u64,
    is_silent: bool,
    closed: Option<[LinkError; 2]>,
    /// Who knows that nothing more can be read.
    sees_end: [bool; 2],
    log: Vec<String>,
    /// What was seen to happen.
    seen: BTreeSet<&'static str>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(SplitMix64(seed));
        let (one, other) = (random.secret(), random.secret());
        let start = Instant::now();
        // In some worlds nothing fails, and files are long.
        let is_calm = seed.is_multiple_of(4);
        let mut person = |role, ours, theirs| {
            let channel = Channel::new(ours, theirs, [7; 32], role);
            let is_known = random.one_in(2);
            let reason = match is_known {
                true => TrustReason::Scanned,
                false => TrustReason::OpenLink,
            };
            let mut limits = Limits::USUAL;
            limits.keep_free = 1_000;
            limits.largest_file = 30 << 20;
            limits.open_offers = match random.one_in(4) {
                true => 1 + random.below(10) as usize,
                false => AHEAD,
            };
            if random.one_in(3) {
                limits.unverified.entries = 1 + random.below(10);
                limits.verified.entries = 1 + random.below(20);
                limits.verified.bytes = 100_000;
            }
            let terms = Terms {
                trust: Trust::because(reason),
                limits,
                random: Some(random.secret()),
                has_log: false,
            };
            let store = Store {
                free: match !is_calm && random.one_in(4) {
                    true => 1_000 + random.below(700_000),
                    false => 1 << 40,
                },
                slowness: random.below(4) * random.below(20),
                fails: match is_calm {
                    true => 0,
                    false => random.below(3) * (5 + random.below(60)),
                },
                ..Store::default()
            };
            Person {
                machine: Machine::new(start, channel, terms),
                store,
                typed: VecDeque::new(),
                said: Vec::new(),
                chosen: VecDeque::new(),
                sent: Vec::new(),
                pace: random.millis(1 + 100 * (seed % 3)),
                gulp: 1 + random.below(20) as usize,
                looks: false,
                told: Vec::new(),
                has_left: false,
                is_over: false,
            }
        };
        let people = [
            person(Role::Guest, &one, &other),
            person(Role::Host, &other, &one),
        ];
        let mut world = Self {
            seed,
            start,
            now: Time::ZERO,
            agenda: BTreeMap::new(),
            acts: 0,
            people,
            ways: [VecDeque::new(), VecDeque::new()],
            window: 1 + random.below(64) as usize,
            delay: random.below(60),
            is_silent: false,
            closed: None,
            sees_end: [false; 2],
            log: Vec::new(),
            seen: BTreeSet::new(),
            random,
        };
        world.plan(is_calm);
        world
    }

    fn plan(&mut self, is_calm: bool) {
        for side in [0, 1] {
            let (texts, files) = (self.random.below(30), self.random.below(5));
            for n in 0..texts {
                let length = match self.random.one_in(4) {
                    true => self.random.below(MAX_TEXT as u64 - 10) as usize,
                    false => 10,
                };
                let text = format!("{side} {n} {}", "x".repeat(length));
                self.some_time(side, 2_000, Act::Say(text));
            }
            if self.random.one_in(4) {
                for n in 0..300 {
                    self.some_time(side, 500, Act::Say(format!("{side} flood {n}")));
                }
            }
            for _ in 0..files {
                let size = match self.random.below(20) {
                    0 => 0,
                    1 => CHUNK,
                    2..15 => self.random.below(20_000) as usize,
                    _ => self.random.below(900_000) as usize,
                };
                self.some_time(side, 2_000, Act::Send(size));
            }
            if self.random.one_in(6) {
                for _ in 0..150 {
                    self.some_time(side, 500, Act::Send(10));
                }
            }
            if is_calm && self.random.one_in(24) {
                self.some_time(side, 2_000, Act::Send(17 << 20));
            }
            if !is_calm && self.random.one_in(3) {
                self.some_time(side, 4_000, Act::CancelLast);
            }
            if !is_calm && self.random.one_in(3) {
                self.some_time(side, 2_000, Act::FillDisk);
            }
            for _ in 0..self.random.below(4) {
                self.some_time(side, 6_000, Act::Wish);
            }
            for _ in 0..20 {
                self.some_time(side, 6_000, Act::Read);
            }
        }
        for _ in 0..self.random.below(3) {
            let begins = self.random.millis(4_000);
            let ends = begins + self.random.millis(3_000);
            self.at(begins, 0, Act::Silence(true));
            self.at(ends, 0, Act::Silence(false));
        }
        // It ends in one of several ways, and if nothing else ends it, by both of them leaving.
        let (first, time) = (self.random.below(2) as usize, self.random.millis(6_000));
        match self.random.below(8) {
            _ if is_calm => {}
            0 => self.at(time, first, Act::HangUp),
            1 => self.at(time, first, Act::Lose),
            2..5 => {
                self.at(time, first, Act::Leave);
                let later = time + self.random.millis(300);
                self.at(later, 1 - first, Act::Leave);
            }
            _ => self.at(time, first, Act::Leave),
        }
        self.at(Time::from_secs(100), first, Act::Leave);
        self.at(Time::from_secs(200), 1 - first, Act::Leave);
        self.at(Time::from_secs(50), 0, Act::Silence(false));
    }

    fn at(&mut self, time: Time, side: usize, act: Act) {
        self.acts += 1;
        self.agenda.insert((time, self.acts), (side, act));
    }

    fn some_time(&mut self, side: usize, within: u64, act: Act) {
        let time = self.now + self.random.millis(within);
        self.at(time, side, act);
    }

    fn clock(&self) -> Instant {
        self.start + self.now
    }

    fn note(&mut self, what: String) {
        self.log.push(format!("{:?} {what}", self.now));
    }

    /// Runs until both conversations are over.
    fn run(mut self) -> Self {
        loop {
            while self.step() {}
            self.nobody_waits_beside_room();
            if self.people.iter().all(|person| person.is_over) {
                return self;
            }
            let acts = self.agenda.keys().next().map(|(time, _)| *time);
            let frames = self.ways.iter().filter_map(|way| way.front());
            let frames = frames.map(|(time, _)| *time);
            let answers = self.people.iter().filter_map(|person| person.store.due());
            let times = frames.chain(acts).chain(answers);
            // What is due and cannot be done waits for something else.
            let next = times.filter(|time| *time > self.now).min();
            self.now = next.unwrap_or_else(|| panic!("seed {}: all wait for ever", self.seed));
        }
    }

    /// Where nothing is left to send, no text waits to be.
    fn nobody_waits_beside_room(&self) {
        for Person { machine, typed, .. } in &self.people {
            let is_quiet = machine.ending().is_none() && !machine.has_frame();
            assert!(!is_quiet || typed.is_empty(), "seed {}", self.seed);
        }
    }

    /// Does what can be done now. Whether there was anything.
    fn step(&mut self) -> bool {
        let mut did = false;
        if let Some(first) = self.agenda.first_entry()
            && first.key().0 <= self.now
        {
            let (side, act) = first.remove();
            self.act(side, act);
            did = true;
        }
        for side in [0, 1] {
            did |= self.serve(side) | self.carry(side) | self.close(side);
            let held = self.people[side].machine.held();
            assert!(held <= MOST_HELD, "seed {}: {held} bytes", self.seed);
        }
        did
    }

    /// What the machine wants of its person and its store.
    fn serve(&mut self, side: usize) -> bool {
        let mut did = false;
        let (now, clock) = (self.now, self.clock());
        let person = &mut self.people[side];
        while let Some(request) = person.machine.poll_request() {
            person.store.ask(now, request, &mut self.random);
            did = true;
        }
        while let Some((id, result)) = person.store.answer(now, &mut self.random) {
            person.machine.file_answered(clock, id, result);
            did = true;
        }
        while let Some(text) = person.typed.front() {
            match person.machine.send_text(text) {
                Ok(true) => person.said.extend(person.typed.pop_front()),
                Ok(false) => {
                    self.seen.insert("a text waited for room");
                    break;
                }
                Err(_) => person.typed.clear(),
            }
            did = true;
        }
        while let Some(path) = person.chosen.front() {
            match person.machine.send_file(clock, path.clone()) {
                Ok(Some(transfer)) => {
                    let path = person.chosen.pop_front().expect("the first");
                    person.sent.push((transfer, path));
                }
                Ok(None) => {
                    self.seen.insert("a file waited for room");
                    break;
                }
                Err(_) => person.chosen.clear(),
            }
            did = true;
        }
        if person.machine.has_event() && !std::mem::replace(&mut person.looks, true) {
            let time = now + person.pace;
            self.at(time, side, Act::Read);
            did = true;
        }
        did
    }

    /// Frames from this side to the other.
    fn carry(&mut self, side: usize) -> bool {
        let mut did = false;
        while self.closed.is_none() && self.ways[side].len() < self.window {
            let clock = self.clock();
            let Some(frame) = self.people[side].machine.poll_frame(clock) else {
                break;
            };
            // The tag at its end follows from every byte of it.
            let tag = &frame[frame.len() - 16..];
            self.note(format!("{side} sends {} bytes, {tag:x?}", frame.len()));
            let due = self.now + self.random.millis(self.delay + 1);
            let way = &mut self.ways[side];
            let due = way.back().map_or(due, |(before, _)| due.max(*before));
            way.push_back((due, frame));
            did = true;
        }
        let other = &mut self.people[1 - side].machine;
        if other.ending().is_some() {
            did |= !self.ways[side].is_empty();
            self.ways[side].clear();
        }
        let is_readable = !self.is_silent || self.closed.is_some();
        while is_readable
            && let Some((due, _)) = self.ways[side].front()
            && *due <= self.now
        {
            let other = &mut self.people[1 - side].machine;
            if !other.wants_frame() {
                self.seen.insert("the other side was held back");
                break;
            }
            if let Some((_, frame)) = self.ways[side].pop_front() {
                other.frame_received(self.start + self.now, frame);
            }
            did = true;
        }
        did
    }

    /// Closes the link where this side has said all, and tells it when it is closed.
    fn close(&mut self, side: usize) -> bool {
        let machine = &self.people[side].machine;
        let is_cut = machine.ending() == Some(Ending::Different);
        let is_through = self.ways[side].is_empty() || is_cut;
        if self.closed.is_none() && machine.has_said_all() && is_through {
            let mut reasons = [LinkError::ClosedByPeer; 2];
            reasons[side] = LinkError::ClosedHere;
            self.closed_by(reasons);
            return true;
        }
        let clock = self.clock();
        if let Some(reasons) = self.closed
            && self.ways[1 - side].is_empty()
            && !std::mem::replace(&mut self.sees_end[side], true)
        {
            let machine = &mut self.people[side].machine;
            machine.link_closed(clock, reasons[side]);
            return true;
        }
        false
    }

    /// The link is closed. What has arrived can still be read.
    fn closed_by(&mut self, reasons: [LinkError; 2]) {
        self.note(format!("closed {reasons:?}"));
        self.closed = Some(reasons);
        for way in &mut self.ways {
            way.retain(|(due, _)| *due <= self.now);
        }
        let clock = self.clock();
        for (person, why) in self.people.iter_mut().zip(reasons) {
            person.machine.link_closing(clock, why);
        }
    }

    fn act(&mut self, side: usize, act: Act) {
        let clock = self.clock();
        let person = &mut self.people[side];
        let machine = &mut person.machine;
        match act {
            Act::Say(text) => person.typed.push_back(text),
            Act::Send(size) => {
                let path = PathBuf::from(format!("{side}-{}", person.store.files.len()));
                match self.random.below(20) {
                    0 => person.store.shrinking.insert(path.clone()),
                    1 => person.store.shrinking_late.insert(path.clone()),
                    _ => false,
                };
                let content = bytes(&mut self.random, size);
                person.store.files.insert(path.clone(), content);
                person.chosen.push_back(path);
            }
            Act::Cancel(transfer) => machine.cancel(clock, transfer),
            Act::CancelLast => {
                if let Some((transfer, _)) = person.sent.last() {
                    machine.cancel(clock, *transfer);
                }
            }
            Act::Accept(transfer) => machine.accept(clock, transfer),
            Act::AllowMore => machine.allow_more(clock),
            // Too soon, or too often: they try again or leave it.
            Act::Wish => {
                let _ = machine.wish(clock);
            }
            Act::Judge(shown, finding) => {
                let _ = machine.judge(clock, shown, finding);
            }
            Act::Read => self.read(side),
            Act::FillDisk => person.store.free = person.store.free.min(200_000),
            Act::Leave => {
                person.has_left = true;
                machine.leave(clock);
            }
            Act::HangUp => machine.hang_up(clock),
            Act::Silence(is) => {
                self.is_silent = is;
                for person in &mut self.people {
                    person.machine.link_silent(clock, is);
                }
            }
            Act::Lose if self.closed.is_none() => self.closed_by([LinkError::Lost; 2]),
            Act::Lose => {}
        }
    }

    /// The person looks at the screen, and decides what to do about what they see.
    fn read(&mut self, side: usize) {
        self.people[side].looks = false;
        for _ in 0..self.people[side].gulp {
            let clock = self.clock();
            let machine = &mut self.people[side].machine;
            let event = machine.poll_event(clock);
            let Some(event) = event.or_else(|| machine.poll_progress()) else {
                return;
            };
            self.note(format!("{side} sees {event:?}"));
            assert!(!self.people[side].is_over, "nothing follows the end");
            match event {
                Event::FileOffered {
                    transfer,
                    asks: true,
                    ..
                } => match self.random.below(8) {
                    // They do not answer, until somebody leaves.
                    0 => {}
                    1 => self.some_time(side, 3_000, Act::Cancel(transfer)),
                    _ => self.some_time(side, 3_000, Act::Accept(transfer)),
                },
                Event::FileOffered { transfer, .. } if self.random.one_in(8) => {
                    self.some_time(side, 1_000, Act::Cancel(transfer));
                }
                Event::Limited(Limit::Entries | Limit::Bytes) => {
                    self.some_time(side, 1_000, Act::AllowMore);
                }
                Event::CompareOffered => self.some_time(side, 500, Act::Wish),
                Event::Comparing(shown) => {
                    let finding = match self.random.below(8) {
                        0 => Finding::Different,
                        1..4 => Finding::Later,
                        _ => Finding::Same,
                    };
                    self.some_time(side, 500, Act::Judge(shown, finding));
                }
                Event::Ended(_) => self.people[side].is_over = true,
                _ => {}
            }
            self.people[side].told.push(event);
        }
    }
}

/// How a file ended for the person here.
#[derive(Debug)]
enum Outcome {
    /// It is at its end, with this hash.
    Through([u8; 32]),
    Failed(FileError, bool),
}

impl Person {
    /// How every file of that direction ended. Each has one end, and nothing is told of it afterwards.
    fn outcomes(&self, direction: Direction) -> HashMap<Transfer, Outcome> {
        let mut outcomes = HashMap::new();
        for event in &self.told {
            let (transfer, outcome) = match event {
                Event::FileSent { transfer, hash, .. }
                | Event::FileReceived { transfer, hash, .. } => {
                    (transfer, Some(Outcome::Through(*hash)))
                }
                Event::FileFailed {
                    transfer,
                    reason,
                    by_peer,
                } => (transfer, Some(Outcome::Failed(*reason, *by_peer))),
                Event::FileProgress { transfer, .. } | Event::FileOffered { transfer, .. } => {
                    (transfer, None)
                }
                _ => continue,
            };
            assert!(!outcomes.contains_key(transfer), "{event:?} after the end");
            if transfer.direction == direction
                && let Some(outcome) = outcome
            {
                outcomes.insert(*transfer, outcome);
            }
        }
        outcomes
    }

    fn ending(&self) -> Ending {
        self.machine.ending().expect("over")
    }

    fn texts(&self) -> Vec<&String> {
        let texts = self.told.iter().filter_map(|event| match event {
            Event::TextReceived(text) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    /// Names of what was offered here.
    fn offered(&self) -> BTreeMap<&str, Transfer> {
        let offered = self.told.iter().filter_map(|event| match event {
            Event::FileOffered { transfer, name, .. } => Some((name.as_str(), *transfer)),
            _ => None,
        });
        offered.collect()
    }
}

impl World {
    /// What must be true of every run.
    fn judge(&mut self) {
        for side in [0, 1] {
            let (from, to) = (&self.people[side], &self.people[1 - side]);
            let honest = !matches!(from.ending(), Ending::Broken(_));
            assert!(honest, "both keep to the rules: {:?}", from.ending());
            assert!(from.store.incoming.is_empty(), "nothing unfinished is left");
            assert!(from.store.outgoing.is_empty(), "nothing is left open");
            self.seen.insert(match from.ending() {
                Ending::PeerLeft => "the other left",
                Ending::Left => "left",
                Ending::Lost(_) => "lost",
                Ending::Different => "different",
                Ending::Broken(_) => "broken",
            });

            // Every text arrives once and in order, and all of them where the goodbye was heard.
            let texts = to.texts();
            let is_all = to.ending() == Ending::PeerLeft && !to.has_left;
            if is_all {
                assert_eq!(texts.len(), from.said.len());
                self.seen.insert("all that was queued was delivered first");
            }
            if !to.has_left {
                let said = from.said.iter().take(texts.len());
                assert!(texts.iter().copied().eq(said));
            }
            // Who leaves lets nobody wait for them: what is beyond their limits is left out then.
            let mut said = from.said.iter();
            assert!(texts.iter().all(|text| said.any(|other| other == *text)));

            // Every file ends at both, and equal.
            let (at_from, at_to) = (
                from.outcomes(Direction::Outgoing),
                to.outcomes(Direction::Incoming),
            );
            let offered = to.offered();
            assert_eq!(at_to.len(), offered.len());
            assert_eq!(at_from.len(), from.sent.len());
            for (transfer, path) in &from.sent {
                let name = path.to_string_lossy();
                let there = offered.get(&*name).and_then(|transfer| at_to.get(transfer));
                let arrived = to.store.files.get(&PathBuf::from("in").join(path));
                match (&at_from[transfer], there) {
                    (Outcome::Through(sent), Some(Outcome::Through(received))) => {
                        let content = arrived.expect("stored");
                        assert_eq!(content, &from.store.files[path]);
                        assert_eq!([*sent, *received], [hash(content); 2]);
                        self.seen.insert("a file arrived");
                        if content.len() > 16 << 20 {
                            self.seen.insert("a long file arrived");
                        }
                    }
                    // It was stored, and before that was heard here, it was over, or cancelled.
                    (
                        Outcome::Failed(FileError::Ended | FileError::Cancelled, false),
                        Some(Outcome::Through(_)),
                    ) => {
                        assert_eq!(arrived, Some(&from.store.files[path]));
                    }
                    (Outcome::Failed(reason, _), None | Some(Outcome::Failed(..))) => {
                        assert_eq!(arrived, None);
                        self.seen.insert(name_of(*reason));
                    }
                    (here, there) => panic!("{path:?}: {here:?} here, {there:?} there"),
                }
            }
        }
        // Who compares sees the same, in the same order.
        let [one, other] = [&self.people[0], &self.people[1]].map(|person| {
            let shown = person.told.iter().filter_map(|event| match event {
                Event::Comparing(shown) => Some(*shown),
                _ => None,
            });
            shown.collect::<Vec<_>>()
        });
        assert!(one.iter().zip(&other).all(|(one, other)| one == other));
        for (person, shown) in self.people.iter().zip([one, other]) {
            if person.machine.trust().level() == TrustLevel::Verified && !shown.is_empty() {
                self.seen.insert("compared");
            }
            for event in &person.told {
                match event {
                    Event::Limited(Limit::OpenOffers) => self.seen.insert("too many offers"),
                    Event::Limited(_) => self.seen.insert("limited"),
                    Event::Released => self.seen.insert("released"),
                    Event::Interrupted => self.seen.insert("interrupted"),
                    Event::FileProgress { .. } => self.seen.insert("progress"),
                    _ => false,
                };
            }
        }
    }
}

fn name_of(reason: FileError) -> &'static str {
    match reason {
        FileError::Declined => "declined",
        FileError::NoSpace => "no space",
        FileError::Storage => "storage failed",
        FileError::Unreadable => "unreadable",
        FileError::Changed => "changed",
        FileError::Cancelled => "cancelled",
        FileError::Ended => "ended",
        _ => "failed otherwise",
    }
}

#[test]
fn whatever_the_seed_texts_and_files_arrive_or_fail_on_both_sides_within_bounded_memory() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let world = std::panic::catch_unwind(|| {
            let mut world = World::new(seed).run();
            world.judge();
            world
        });
        let world = world.unwrap_or_else(|_| panic!("see above: seed {seed}"));
        seen.extend(world.seen);
    }
    // Nothing of this is shown by runs in which nothing happens.
    for wanted in [
        "a file arrived",
        "a file waited for room",
        "a long file arrived",
        "a text waited for room",
        "all that was queued was delivered first",
        "cancelled",
        "changed",
        "compared",
        "declined",
        "different",
        "ended",
        "interrupted",
        "left",
        "limited",
        "lost",
        "no space",
        "progress",
        "released",
        "storage failed",
        "the other left",
        "the other side was held back",
        "too many offers",
        "unreadable",
    ] {
        assert!(seen.contains(wanted), "never: {wanted}");
    }
}

#[test]
fn a_seed_replays_a_conversation_to_the_last_byte() {
    for seed in 0..10 {
        let (one, other) = (World::new(seed).run(), World::new(seed).run());
        assert!(one.log == other.log, "seed {seed}");
        assert!(one.log.len() > 4, "seed {seed}");
    }
    assert!(World::new(0).run().log != World::new(1).run().log);
}
