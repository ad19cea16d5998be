//! Two devices under a simulated clock: a link that is cut, disks that are slow, fail and lose what was written
//! last, processes that are killed, people who change their minds. Everything follows from one seed.

//!
//! The machine of each channel is an [`End`]: the one for files by itself, or one that has it inside.

mod disk;

use self::disk::Disk;
use super::super::tree::GROUP;
use super::*;
use handfast_sim::SplitMix64;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

/// Numbers out of a seed.
pub(crate) struct Random(SplitMix64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0.bits() % end
    }

    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// One side of one channel.
pub(crate) trait End {
    fn decide(&mut self, decision: Decision);
    /// The next thing to be said, while so many bytes of files wait beneath: a body or frame, and how many bytes of a
    /// file are in it.
    fn next(&mut self, ahead: usize) -> Option<(Bytes, usize)>;
    fn heard(&mut self, said: Bytes);
    /// The channel is over.
    fn close(&mut self);
    /// True once nothing is left to be waited for.
    fn is_idle(&mut self) -> bool;
    fn poll_request(&mut self) -> Option<FileRequest>;
    fn answered(&mut self, id: RequestId, result: FileResult);
    fn poll_event(&mut self) -> Option<Event>;
    /// Bytes of files that it holds.
    fn held(&self) -> usize;
}

impl End for Transfers {
    fn decide(&mut self, decision: Decision) {
        Transfers::decide(self, decision);
    }

    fn next(&mut self, ahead: usize) -> Option<(Bytes, usize)> {
        let message = self.poll_message(ahead)?;
        let piece = match &message {
            Message::Group { bytes, .. } => bytes.len(),
            _ => 0,
        };
        let (head, tail) = message.encode();
        Some(([&head[..], &tail[..]].concat().into(), piece))
    }

    fn heard(&mut self, said: Bytes) {
        let message = Message::parse(said).expect("one of ours");
        assert_eq!(Transfers::heard(self, message), Ok(()));
    }

    fn close(&mut self) {
        Transfers::close(self);
    }

    fn is_idle(&mut self) -> bool {
        Transfers::is_idle(self)
    }

    fn poll_request(&mut self) -> Option<FileRequest> {
        Transfers::poll_request(self)
    }

    fn answered(&mut self, id: RequestId, result: FileResult) {
        Transfers::answered(self, id, result);
    }

    fn poll_event(&mut self) -> Option<Event> {
        Transfers::poll_event(self)
    }

    fn held(&self) -> usize {
        Transfers::held(self)
    }
}

/// Both ends of a new channel.
pub(crate) type Ends = [Box<dyn End>; 2];

/// What one side has to give, as it stands in its log.
struct Given {
    offer: Offer,
    /// What arrives if all goes well, by the paths inside of the folder; a file has the path "".
    contents: BTreeMap<String, Vec<u8>>,
    is_withdrawn: bool,
    /// What the entry that follows says, once this device has read the file.
    hashed: Option<Content>,
    /// The other side has that entry.
    is_hashed_told: bool,
}

/// What one side takes, as its device remembers.
struct Taken {
    fetch: Fetch,
    is_refused: bool,
    is_paused: bool,
    done: Option<PathBuf>,
    failed: Option<FileError>,
}

struct Side {
    machine: Box<dyn End>,
    disk: Disk,
    given: BTreeMap<Source, Given>,
    taken: BTreeMap<Source, Taken>,
    statuses: BTreeMap<Source, Status>,
    /// What waits beneath, with its bytes of files, and what is on its way.
    queue: VecDeque<(Bytes, usize)>,
    way: VecDeque<(u64, Bytes)>,
}

pub(crate) struct World {
    channel: fn(&mut Random) -> Ends,
    random: Random,
    seed: u64,
    now: u64,
    sides: [Side; 2],
    delay: u64,
    log: Vec<String>,
    seen: BTreeSet<&'static str>,
}

pub(crate) const TERMS: Terms = Terms {
    keep_free: 1_000,
    largest: 1 << 30,
};

fn bytes(random: &mut Random, length: usize) -> Vec<u8> {
    static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| content(100_003));
    let mut bytes = PATTERN.repeat(length / PATTERN.len() + 1);
    bytes.truncate(length);
    for (place, byte) in bytes.iter_mut().zip(random.below(u64::MAX).to_le_bytes()) {
        *place ^= byte;
    }
    bytes
}

fn length(random: &mut Random) -> usize {
    match random.below(10) {
        0 => 0,
        1 => GROUP as usize,
        2..6 => random.below(40_000) as usize,
        6..9 => random.below(700_000) as usize,
        _ => random.below(2_500_000) as usize,
    }
}

fn bare(_: &mut Random) -> Ends {
    let end = || Box::new(Transfers::new(TERMS));
    [end(), end()]
}

impl World {
    /// A world whose channels are begun like this.
    pub(crate) fn new(seed: u64, channel: fn(&mut Random) -> Ends) -> Self {
        let mut random = Random(SplitMix64(seed));
        let slow = random.below(6);
        let sides = channel(&mut random).map(|machine| Side {
            machine,
            disk: Disk::new(slow, seed % 3 == 1),
            given: BTreeMap::new(),
            taken: BTreeMap::new(),
            statuses: BTreeMap::new(),
            queue: VecDeque::new(),
            way: VecDeque::new(),
        });
        let delay = 1 + random.below(30);
        let mut world = Self {
            channel,
            random,
            seed,
            now: 0,
            sides,
            delay,
            log: Vec::new(),
            seen: BTreeSet::new(),
        };
        for side in [0, 1] {
            for number in 0..1 + world.random.below(4) {
                world.give(side, number);
            }
        }
        world.connect();
        world
    }

    /// One side has something to give, which the other takes.
    fn give(&mut self, side: usize, number: u64) {
        let random = &mut self.random;
        let path = PathBuf::from(format!("{side}/{number}"));
        let entry = EntryId {
            incarnation: [side as u8; 12],
            sequence: number + 1,
        };
        let folder = PathBuf::from("in");
        let name = format!("{number}");
        let goal = Goal::File { folder, name };
        let (given, goal, content) = match random.below(4) {
            0 => {
                let count = 1 + random.below(60);
                let (manifest, contents) = folder_of(random, count);
                for (inside, bytes) in &contents {
                    let path = path.join(inside);
                    self.sides[side].disk.files.insert(path, bytes.clone());
                }
                let listing = manifest.to_bytes();
                let content = content_of(&listing);
                let at = path.join(".manifest");
                self.sides[side].disk.files.insert(at.clone(), listing);
                let offer = Offer {
                    source: Source::Root(content.root),
                    path: at,
                    content: Some(content),
                    folder: Some(Arc::new(OfferedFolder::new(path, manifest))),
                };
                let folder = PathBuf::from(format!("in/{number}"));
                (
                    given(offer, contents),
                    Goal::Folder { folder, name: None },
                    Some(content),
                )
            }
            1 => {
                let length = match random.one_in(12) {
                    true => (16 << 20) + length(random),
                    false => length(random),
                };
                let bytes = bytes(random, length);
                self.sides[side]
                    .disk
                    .files
                    .insert(path.clone(), bytes.clone());
                let offer = Offer {
                    source: Source::Entry(entry),
                    path,
                    content: None,
                    folder: None,
                };
                (given(offer, [(String::new(), bytes)].into()), goal, None)
            }
            _ => {
                let length = length(random);
                let bytes = bytes(random, length);
                self.sides[side]
                    .disk
                    .files
                    .insert(path.clone(), bytes.clone());
                let content = content_of(&bytes);
                let offer = Offer {
                    source: Source::Root(content.root),
                    path,
                    content: Some(content),
                    folder: None,
                };
                (
                    given(offer, [(String::new(), bytes)].into()),
                    goal,
                    Some(content),
                )
            }
        };
        let source = given.offer.source;
        let fetch = Fetch {
            source,
            content,
            claimed: None,
            goal,
            may_run: false,
        };
        self.sides[side].given.insert(source, given);
        let taken = Taken {
            fetch,
            is_refused: false,
            is_paused: false,
            done: None,
            failed: None,
        };
        self.sides[1 - side].taken.insert(source, taken);
    }

    /// Both begin a channel, with what they remember.
    fn connect(&mut self) {
        let ends = (self.channel)(&mut self.random);
        for (side, end) in self.sides.iter_mut().zip(ends) {
            side.machine = end;
            side.queue.clear();
            side.way.clear();
            for given in side.given.values().filter(|given| !given.is_withdrawn) {
                let mut offer = given.offer.clone();
                offer.content = offer.content.or(given.hashed);
                side.machine.decide(Decision::Offer(offer));
            }
            for (source, taken) in &mut side.taken {
                taken.failed = None;
                match (&taken.done, taken.is_refused) {
                    (None, false) => {
                        side.machine.decide(Decision::Fetch(taken.fetch.clone()));
                    }
                    (None, true) => {
                        // What there is of it goes too.
                        side.machine.decide(Decision::Fetch(taken.fetch.clone()));
                        let refused = Decision::Refuse(*source, FileError::Declined);
                        side.machine.decide(refused);
                    }
                    (Some(_), _) => {}
                }
                if taken.is_paused {
                    side.machine
                        .decide(paused(Direction::Incoming, *source, true));
                }
            }
        }
    }

    /// The link is over. Whoever still runs keeps what was checked.
    fn cut(&mut self, killed: Option<usize>) {
        self.log.push(format!("{} cut {killed:?}", self.now));
        for (number, side) in self.sides.iter_mut().enumerate() {
            if killed == Some(number) {
                side.disk.crash(&mut self.random);
                continue;
            }
            side.machine.close();
            for _ in 0..1_000 {
                while let Some(request) = side.machine.poll_request() {
                    side.disk.ask(self.now, request, &mut self.random);
                }
                match side.disk.answer(u64::MAX, &mut self.random) {
                    Some((id, result)) => side.machine.answered(id, result),
                    None => break,
                }
            }
            assert!(side.machine.is_idle(), "seed {}", self.seed);
            assert!(side.disk.open.is_empty(), "seed {}", self.seed);
        }
        self.hear_events();
        self.connect();
    }

    fn act(&mut self) {
        let side = self.random.below(2) as usize;
        let pick = self.random.below(64) as usize;
        let is_calm = self.seed.is_multiple_of(4);
        let side_now = &mut self.sides[side];
        let (given, taken) = (
            side_now
                .given
                .keys()
                .nth(pick % side_now.given.len())
                .copied(),
            side_now
                .taken
                .keys()
                .nth(pick % side_now.taken.len())
                .copied(),
        );
        let (given, taken) = (given.expect("one"), taken.expect("one"));
        match self.random.below(12) {
            0..3 => self.cut(None),
            3..6 => self.cut(Some(side)),
            6 => {
                let is_paused = self.random.one_in(2);
                side_now
                    .machine
                    .decide(paused(Direction::Outgoing, given, is_paused));
                self.seen.insert("held");
            }
            7 => {
                let is_paused = self.random.one_in(2);
                let known = side_now.taken.get_mut(&taken).expect("one");
                known.is_paused = is_paused;
                side_now
                    .machine
                    .decide(paused(Direction::Incoming, taken, is_paused));
                self.seen.insert("paused");
            }
            8 if !is_calm && self.random.one_in(3) => {
                let known = side_now.taken.get_mut(&taken).expect("one");
                known.is_refused = known.done.is_none();
                let refused = Decision::Refuse(taken, FileError::Cancelled);
                side_now.machine.decide(refused);
            }
            9 if !is_calm && self.random.one_in(3) => {
                let known = side_now.given.get_mut(&given).expect("one");
                known.is_withdrawn = true;
                let withdrawn = Decision::Withdraw(given, FileError::Cancelled);
                side_now.machine.decide(withdrawn);
            }
            _ => {}
        }
    }

    /// One step of the clock.
    fn step(&mut self) -> bool {
        self.now += 1;
        let mut did = false;
        for number in [0, 1] {
            let other = 1 - number;
            let [one, two] = &mut self.sides;
            let (side, taker) = match number {
                0 => (one, two),
                _ => (two, one),
            };
            while let Some(request) = side.machine.poll_request() {
                // What the other side asked for.
                if let Ask::Encode { source, groups, .. } = &request.ask {
                    taker.disk.must_lack(source, groups.clone());
                }
                side.disk.ask(self.now, request, &mut self.random);
                did = true;
            }
            while let Some((id, result)) = side.disk.answer(self.now, &mut self.random) {
                side.machine.answered(id, result);
                did = true;
            }
            loop {
                let ahead = side.queue.iter().map(|(_, piece)| piece).sum::<usize>();
                assert!(ahead <= AHEAD, "an entry would wait behind {ahead} bytes");
                let Some(said) = side.machine.next(ahead) else {
                    break;
                };
                side.queue.push_back(said);
                did = true;
            }
            for _ in 0..3 {
                let Some((said, _)) = side.queue.pop_front() else {
                    break;
                };
                self.log
                    .push(format!("{} {number} {}", self.now, said.len()));
                let due = self.now + self.random.below(self.delay);
                let due = side.way.back().map_or(due, |(before, _)| due.max(*before));
                side.way.push_back((due, said));
                did = true;
            }
            while let Some((due, _)) = self.sides[number].way.front() {
                did = true;
                if *due > self.now {
                    break;
                }
                if let Some((_, said)) = self.sides[number].way.pop_front() {
                    self.sides[other].machine.heard(said);
                }
            }
            let held = self.sides[number].machine.held();
            let most = 2 * (WINDOW * GROUP) as usize + (64 << 10);
            assert!(held <= most, "seed {}: {held} bytes", self.seed);
            did |= self.sides[number].disk.is_busy();
        }
        self.hear_events();
        did
    }

    fn hear_events(&mut self) {
        for number in [0, 1] {
            while let Some(event) = self.sides[number].machine.poll_event() {
                self.log.push(format!("{} {number} {event:?}", self.now));
                self.hear_event(number, event);
            }
        }
        // An entry comes over when the link lets it.
        for number in [0, 1] {
            let (one, other) = self.sides.split_at_mut(1);
            let (side, other) = match number {
                0 => (&mut one[0], &mut other[0]),
                _ => (&mut other[0], &mut one[0]),
            };
            for (source, given) in &mut side.given {
                if let (Some(content), Source::Entry(entry)) = (given.hashed, source)
                    && !std::mem::replace(&mut given.is_hashed_told, true)
                {
                    other.taken.get_mut(source).expect("taken").fetch.content = Some(content);
                    other.machine.decide(Decision::Hashed(*entry, content));
                }
            }
        }
    }

    fn hear_event(&mut self, number: usize, event: Event) {
        let side = &mut self.sides[number];
        match event {
            Event::Hashed { entry, content } => {
                let given = side.given.get_mut(&Source::Entry(entry)).expect("given");
                given.hashed = Some(content);
                self.seen.insert("hashed");
            }
            Event::Asked(source) => {
                let taken = &side.taken[&source];
                let state = match taken.done {
                    Some(_) => State::Received,
                    None => State::Waiting,
                };
                side.machine.decide(Decision::Tell(source, state));
                self.seen.insert("asked");
            }
            // What is not under way any more, or not yet.
            Event::Withdrawn(..) => drop(self.seen.insert("withdrawn")),
            Event::Changed {
                direction: Direction::Outgoing,
                source,
                status,
            } => {
                side.statuses.insert(source, status);
            }
            Event::Changed { source, status, .. } => {
                let taken = side.taken.get_mut(&source).expect("taken");
                match status {
                    Status::Done { path } => taken.done = path,
                    Status::Failed { reason, .. } => {
                        taken.failed = Some(reason);
                        self.seen.insert("failed");
                    }
                    Status::Moving(progress) => {
                        assert!(progress.size.is_none_or(|size| progress.done <= size));
                    }
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn run(mut self) -> Self {
        for _ in 0..self.random.below(30) {
            for _ in 0..self.random.below(120) {
                self.step();
            }
            self.act();
        }
        // From here on nothing goes wrong, and everybody goes on with everything.
        for side in &mut self.sides {
            side.disk.heal();
            for taken in side.taken.values_mut() {
                taken.is_paused = false;
            }
        }
        self.cut(None);
        let mut quiet = 0;
        while quiet < 100 {
            match self.step() {
                true => quiet = 0,
                false => quiet += 1,
            }
            assert!(self.now < 200_000, "seed {}: it never ends", self.seed);
        }
        self
    }

    pub(crate) fn judge(&mut self) -> &BTreeSet<&'static str> {
        let seed = self.seed;
        for number in [0, 1] {
            let (side, other) = (&self.sides[number], &self.sides[1 - number]);
            for (source, given) in &side.given {
                let taken = &other.taken[source];
                let status = side.statuses.get(source);
                if let Some(path) = &taken.done {
                    for (inside, bytes) in &given.contents {
                        let path = match inside.is_empty() {
                            true => path.clone(),
                            false => path.join(inside),
                        };
                        let there = other.disk.files.get(&path);
                        assert!(there == Some(bytes), "seed {seed}: {path:?}");
                    }
                    self.seen
                        .insert(match (given.contents.len(), given.offer.content) {
                            (_, None) => "a pipe arrived",
                            (1, _) => "a file arrived",
                            _ => "a folder arrived",
                        });
                    if !given.is_withdrawn {
                        let is_done = matches!(status, Some(Status::Done { .. }));
                        assert!(is_done, "seed {seed}: {source:?} {status:?}");
                    }
                } else if taken.is_refused || given.is_withdrawn {
                    self.seen.insert("refused or withdrawn");
                } else {
                    panic!("seed {seed}: {source:?} {:?} {status:?}", taken.failed);
                }
            }
            let partial = other.disk.partial_of(|source| {
                let given = side.given.get(source);
                given.is_some_and(|given| !given.is_withdrawn)
            });
            assert_eq!(partial, 0, "seed {seed}: nothing unfinished is left");
        }
        self.seen.extend(
            self.sides
                .iter()
                .flat_map(|side| side.disk.seen.iter().copied()),
        );
        &self.seen
    }
}

fn paused(direction: Direction, source: Source, is_paused: bool) -> Decision {
    Decision::Pause {
        direction,
        source,
        is_paused,
    }
}

fn given(offer: Offer, contents: BTreeMap<String, Vec<u8>>) -> Given {
    Given {
        offer,
        contents,
        is_withdrawn: false,
        hashed: None,
        is_hashed_told: false,
    }
}

fn content_of(bytes: &[u8]) -> Content {
    Content {
        size: bytes.len() as u64,
        root: Root::of(bytes),
    }
}

fn folder_of(random: &mut Random, count: u64) -> (Manifest, BTreeMap<String, Vec<u8>>) {
    let (mut entries, mut contents) = (Vec::new(), BTreeMap::new());
    let entry = |path: &str, content| ManifestEntry {
        path: path.to_owned(),
        time: 1,
        content,
    };
    for folder in ["a", "a/b", "c"] {
        entries.push(entry(folder, ManifestContent::Folder));
    }
    for number in 0..count {
        let path = format!("{}{number}", ["", "a/", "a/b/"][number as usize % 3]);
        let length = match random.one_in(8) {
            true => length(random),
            false => random.below(2_000) as usize,
        };
        let bytes = bytes(random, length);
        let Content { size, root } = content_of(&bytes);
        let file = ManifestContent::File {
            size,
            root,
            may_run: false,
        };
        entries.push(entry(&path, file));
        contents.insert(path, bytes);
    }
    (Manifest::new(entries).expect("a folder"), contents)
}

/// What must have been seen in enough runs: nothing of it is shown by runs in which nothing happens.
const WANTED: [&str; 12] = [
    "a file arrived",
    "a folder arrived",
    "a pipe arrived",
    "asked",
    "failed",
    "hashed",
    "held",
    "paused",
    "refused or withdrawn",
    "the disk failed",
    "the disk lost what was written last",
    "something kept was found again",
];

/// Runs seeds from 0 on, and judges each.
pub(crate) fn judge_all(seeds: u64, channel: fn(&mut Random) -> Ends) {
    let mut seen = BTreeSet::new();
    for seed in 0..seeds {
        let world = std::panic::catch_unwind(|| World::new(seed, channel).run().judge().clone());
        seen.extend(world.unwrap_or_else(|_| panic!("see above: seed {seed}")));
    }
    for wanted in WANTED {
        assert!(seen.contains(wanted), "never: {wanted}");
    }
}

/// Runs each of so many seeds twice.
pub(crate) fn replay(seeds: u64, channel: fn(&mut Random) -> Ends) {
    for seed in 0..seeds {
        let [one, other] = [0, 1].map(|_| World::new(seed, channel).run().log);
        assert!(one == other, "seed {seed}");
        assert!(one.len() > 4, "seed {seed}");
    }
}

#[test]
fn whatever_the_seed_files_arrive_whole_and_nothing_kept_is_asked_for_again() {
    judge_all(100, bare);
}

#[test]
fn a_seed_replays_to_the_last_byte() {
    replay(4, bare);
}
