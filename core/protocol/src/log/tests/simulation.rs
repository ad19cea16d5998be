//! Two devices that write to each other over a link that is cut, on disks that forget what was not on
//! them yet, with devices that are killed and restored from older copies. Everything that happens follows
//! from one seed.

use super::*;
use handfast_sim::SplitMix64;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What survives.
#[derive(Clone, Default)]
struct Disk {
    rows: BTreeMap<(LogId, u64, u8), Row>,
    marks: Marks,
    delivered: BTreeMap<Incarnation, u64>,
}

impl Disk {
    /// Keeps a row, and erases what it takes back, or the row itself if it was taken back before.
    fn keep(&mut self, mut row: Row) {
        for other in self.rows.values_mut() {
            if row.erases(other) {
                other.entry.erase();
            }
            if other.erases(&row) {
                row.entry.erase();
            }
        }
        let place = (row.log(), row.entry.header.sequence, row.line);
        let before = self.rows.insert(place, row);
        assert!(before.is_none(), "something was written twice at {place:?}");
    }

    fn ledger(&self, keys: &LogKeys) -> Ledger {
        let mut heads = BTreeMap::new();
        for ((log, _, line), row) in &self.rows {
            heads.insert((*log, *line), Head::of(row));
        }
        let heads = heads
            .into_iter()
            .map(|((log, line), head)| (log, line, head));
        let delivered = self.delivered.iter().map(|(log, up_to)| (*log, *up_to));
        let saved = Saved {
            heads: heads.collect(),
            delivered: delivered.collect(),
            marks: self.marks,
        };
        Ledger::load(keys.clone(), saved).expect("what was kept")
    }

    fn look(&self, log: LogId, sequence: u64) -> Looked {
        let at = |sequence: u64| {
            let range = (log, sequence, 0)..=(log, sequence, u8::MAX);
            self.rows.range(range).map(|(_, row)| row)
        };
        Looked {
            before: at(sequence - 1).map(|row| Head::of(row).point).collect(),
            at: at(sequence).map(|row| row.hash).collect(),
        }
    }

    fn load(&self, log: LogId, (sequence, line): (u64, u8), at_most: usize) -> Vec<Row> {
        let mut left = at_most;
        let range = (log, sequence, line)..=(log, u64::MAX, u8::MAX);
        let rows = self.rows.range(range).map(|(_, row)| row);
        let rows = rows.take_while(|row| match left.checked_sub(row.length()) {
            Some(less) => {
                left = less;
                true
            }
            None => false,
        });
        rows.cloned().collect()
    }

    /// Names of all rows, with their authors as that device's peer sees them if `is_turned`.
    fn names(&self, is_turned: bool) -> BTreeSet<(LogId, Tip)> {
        let names = self.rows.values().map(|row| {
            let mut log = row.log();
            if is_turned {
                log.author = log.author.at_the_other();
            }
            (log, row.tip())
        });
        names.collect()
    }
}

/// Something that is not on the disk yet.
enum Write {
    /// A row that was written here, and the marks beside it.
    Own(Row, Marks),
    /// A row that came by the exchange of that number.
    Came(Row, u64),
    Marks(Marks),
}

struct Device {
    keys: LogKeys,
    ledger: Ledger,
    disk: Disk,
    writes: VecDeque<Write>,
    questions: VecDeque<Request>,
    copies: Vec<Disk>,
    exchange: Option<Exchange>,
    /// Counts exchanges.
    round: u64,
}

impl Device {
    fn new(keys: LogKeys) -> Self {
        Self {
            ledger: Ledger::new(keys.clone()),
            keys,
            disk: Disk::default(),
            writes: VecDeque::new(),
            questions: VecDeque::new(),
            copies: Vec::new(),
            exchange: None,
            round: 0,
        }
    }

    fn hear_requests(&mut self) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        while let Some(request) = exchange.poll_request() {
            match request {
                Request::Keep(row) => self.writes.push_back(Write::Came(*row, self.round)),
                Request::KeepMarks(marks) => self.writes.push_back(Write::Marks(marks)),
                question => self.questions.push_back(question),
            }
        }
    }

    /// The channel is gone. What came by it is still written.
    fn hang_up(&mut self) {
        self.hear_requests();
        self.exchange = None;
        self.questions.clear();
    }

    /// The device starts again with what is on its disk.
    fn restart(&mut self) {
        self.exchange = None;
        self.questions.clear();
        self.writes.clear();
        self.ledger = self.disk.ledger(&self.keys);
    }
}

struct World {
    seed: u64,
    random: SplitMix64,
    now: u64,
    devices: [Device; 2],
    ways: [VecDeque<Message>; 2],
    /// What has to be on both disks in the end, seen from the first device.
    must: BTreeSet<(LogId, Tip)>,
    /// What each wrote and had on the disk, where no copy was restored.
    said: [Vec<String>; 2],
    has_copies: bool,
    texts: u64,
    trace: Vec<String>,
    seen: BTreeSet<&'static str>,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            random: SplitMix64(seed),
            now: NOW,
            devices: keys().map(Device::new),
            ways: Default::default(),
            must: BTreeSet::new(),
            said: Default::default(),
            has_copies: false,
            texts: 0,
            trace: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random.bits() % end
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn note(&mut self, what: String) {
        self.trace.push(what);
    }

    fn run(mut self) -> Self {
        // Some never restore a copy, some never fail at all.
        let (copies, failures) = match self.seed % 4 {
            0 => (0, 0),
            1 => (0, 1),
            _ => (1, 1),
        };
        for _ in 0..400 {
            self.now += self.random.bits() % 5_000;
            let side = self.below(2) as usize;
            match self.below(200) {
                0..4 if failures > 0 => self.cut(),
                4..6 if failures > 0 => self.kill(side),
                6..8 if failures > 0 => self.fill_the_disk(side),
                8..11 if copies > 0 => self.copy(side),
                11..13 if copies > 0 => self.restore(side),
                13..23 => self.connect(false),
                23..25 => self.carry(side),
                25..70 => self.write(side),
                70..110 => self.commit(side),
                110..130 => self.answer(side),
                130..165 => self.send(side),
                _ => self.deliver(side),
            }
        }
        self.settle();
        self
    }

    fn write(&mut self, side: usize) {
        if self.writes_too_many(side) {
            return;
        }
        self.texts += 1;
        let (text, large) = (format!("text {}", self.texts), self.one_in(40));
        let padding = match large {
            true => self.below(60_000) as usize,
            false => 0,
        };
        let text = format!("{text}{}", " .".repeat(padding / 2));
        let target = match self.below(4) {
            0 => self.some_row(side),
            _ => None,
        };
        let by = Author::Me;
        let (body, about) = match (target, self.random.bits() % 4) {
            (Some(row), 0) => (Body::Reaction("+".to_owned()), Some(row.named_by(by))),
            (Some(row), 1) if row.author == by => {
                (Body::Edit(text.clone()), Some(row.named_by(by)))
            }
            (Some(row), 2) if row.author == by => (Body::Withdraw, Some(row.named_by(by))),
            (target, _) => {
                let about = target.map(|row| row.named_by(by));
                (Body::Text(text.clone()), about)
            }
        };
        let draft = Draft::new(&body, about, None).expect("a draft");
        let mut fresh = [0; 32];
        for part in fresh.chunks_mut(8) {
            part.copy_from_slice(&self.random.bits().to_le_bytes());
        }
        let device = &mut self.devices[side];
        let rows = device.ledger.append(self.now, &draft, &Secret::new(fresh));
        let rows = rows.expect("few incarnations");
        let marks = device.ledger.marks();
        let writes = rows.into_iter().map(|row| Write::Own(row, marks));
        device.writes.extend(writes);
        self.note(format!("{side} writes {}", self.texts));
    }

    fn writes_too_many(&self, side: usize) -> bool {
        self.devices[side].writes.len() > 40
    }

    fn some_row(&mut self, side: usize) -> Option<Row> {
        let count = self.devices[side].disk.rows.len() as u64;
        let at = self.below(count.max(1)) as usize;
        self.devices[side].disk.rows.values().nth(at).cloned()
    }

    /// Something gets onto the disk.
    fn commit(&mut self, side: usize) {
        let count = 1 + self.below(4);
        for _ in 0..count {
            let device = &mut self.devices[side];
            let Some(write) = device.writes.pop_front() else {
                return;
            };
            match write {
                Write::Marks(marks) => device.disk.marks = marks,
                Write::Own(row, marks) => {
                    device.disk.marks = marks;
                    self.keep(side, row.clone());
                    let device = &mut self.devices[side];
                    device.ledger.kept(1);
                    if let Some(exchange) = &mut device.exchange {
                        exchange.written(self.now, &mut device.ledger, &row);
                    }
                    if let Ok(Body::Text(text)) = row.entry.read() {
                        self.said[side].push(text);
                    }
                }
                Write::Came(row, round) => {
                    self.keep(side, row);
                    let device = &mut self.devices[side];
                    match &mut device.exchange {
                        Some(exchange) if device.round == round => {
                            exchange.kept(self.now, &mut device.ledger, 1);
                        }
                        _ => device.ledger.kept(1),
                    }
                }
            }
            self.look_around(side);
        }
    }

    fn keep(&mut self, side: usize, row: Row) {
        let mut log = row.log();
        if side == 1 {
            log.author = log.author.at_the_other();
        }
        self.must.insert((log, row.tip()));
        if row.line > 0 {
            self.seen.insert("a fork was kept beside");
        }
        if log.incarnation.counter > 1 {
            self.seen.insert("a second incarnation");
        }
        self.devices[side].disk.keep(row);
    }

    fn answer(&mut self, side: usize) {
        let device = &mut self.devices[side];
        let (Some(question), Some(exchange)) = (device.questions.pop_front(), &mut device.exchange)
        else {
            return;
        };
        match question {
            Request::LookUp { log, sequence } => {
                let looked = device.disk.look(log, sequence);
                exchange.looked(self.now, &mut device.ledger, &looked);
                self.seen.insert("looked up");
            }
            Request::Load { log, from, at_most } => {
                let rows = device.disk.load(log, from, at_most);
                exchange.loaded(self.now, &mut device.ledger, rows);
            }
            Request::Keep(_) | Request::KeepMarks(_) => unreachable!("they are writes"),
        }
        self.look_around(side);
    }

    fn send(&mut self, side: usize) {
        let count = 1 + self.below(20);
        for _ in 0..count {
            let exchange = self.devices[side].exchange.as_mut();
            if self.ways[side].len() < 30
                && let Some(message) = exchange.and_then(Exchange::poll_message)
            {
                let (head, tail) = message.encode();
                let body = [&head[..], &tail[..]].concat();
                let message = Message::parse(body.into()).expect("one encoding");
                self.ways[side].push_back(message);
            }
        }
    }

    fn deliver(&mut self, side: usize) {
        let count = 1 + self.below(20);
        for _ in 0..count {
            let device = &mut self.devices[side];
            let Some(exchange) = &mut device.exchange else {
                return;
            };
            let Some(message) = self.ways[1 - side].pop_front() else {
                return;
            };
            if let Message::Entry { more: true, .. } = message {
                self.seen.insert("an entry in parts");
            }
            exchange.received(self.now, &mut device.ledger, message);
            self.look_around(side);
        }
    }

    /// Takes what the exchange has to say to its own device.
    fn look_around(&mut self, side: usize) {
        self.devices[side].hear_requests();
        while let Some(event) = self.next_event(side) {
            self.note(format!("{side} {event:?}"));
            match event {
                Event::Delivered { incarnation, up_to } => {
                    self.seen.insert("delivered");
                    self.check_delivered(side, incarnation, up_to);
                    let delivered = &mut self.devices[side].disk.delivered;
                    delivered.insert(incarnation, up_to);
                }
                Event::Returned { .. } => {
                    self.seen.insert("returned");
                }
                Event::OtherDevice => {
                    self.seen.insert("another device");
                }
                Event::PeerLacks => {
                    self.seen.insert("the other lacks its own");
                    if self.one_in(2) {
                        let device = &mut self.devices[side];
                        if let Some(exchange) = &mut device.exchange {
                            exchange.give_back(self.now, &mut device.ledger);
                            device.hear_requests();
                        }
                    }
                }
                Event::Ended(fault) => {
                    assert_eq!(fault, Fault::Storage, "between two who keep to the rules");
                    return self.cut();
                }
            }
        }
    }

    fn next_event(&mut self, side: usize) -> Option<Event> {
        self.devices[side].exchange.as_mut()?.poll_event()
    }

    /// What is called delivered is on the other disk at this moment.
    fn check_delivered(&self, side: usize, incarnation: Incarnation, up_to: u64) {
        let author = Author::Me;
        let log = LogId {
            author,
            incarnation,
        };
        let theirs = self.devices[1 - side].disk.names(true);
        let rows = self.devices[side]
            .disk
            .rows
            .range((log, 1, 0)..=(log, up_to, 0));
        for (_, row) in rows.filter(|((_, _, line), _)| *line == 0) {
            let name = (log, row.tip());
            assert!(theirs.contains(&name), "delivered and not there: {name:?}");
        }
    }

    fn cut(&mut self) {
        for way in &mut self.ways {
            way.clear();
        }
        for device in &mut self.devices {
            device.hang_up();
        }
        self.note("cut".to_owned());
    }

    fn kill(&mut self, side: usize) {
        self.cut();
        self.devices[side].restart();
        self.note(format!("{side} is killed"));
    }

    /// Nothing more gets onto the disk: whatever waits has failed.
    fn fill_the_disk(&mut self, side: usize) {
        let device = &mut self.devices[side];
        if let Some(exchange) = &mut device.exchange {
            exchange.storage_failed();
            assert!(exchange.is_over() && !exchange.has_message());
        }
        self.cut();
        self.devices[side].restart();
        self.seen.insert("the disk failed");
    }

    fn copy(&mut self, side: usize) {
        let device = &mut self.devices[side];
        device.copies.push(device.disk.clone());
    }

    /// The device comes back from a copy: as an import, which says so, or in silence.
    fn restore(&mut self, side: usize) {
        let copies = self.devices[side].copies.len() as u64;
        if copies == 0 {
            return;
        }
        self.cut();
        self.has_copies = true;
        let (which, is_import) = (self.below(copies) as usize, self.one_in(2));
        self.now += self.random.bits() % (2 * 86_400_000);
        let device = &mut self.devices[side];
        device.disk = device.copies[which].clone();
        device.restart();
        if is_import {
            device.ledger.imported();
            device.disk.marks = device.ledger.marks();
        }
        self.note(format!("{side} is copy {which} by import: {is_import}"));
        // What was nowhere else is gone.
        let one = self.devices[0].disk.names(false);
        let other = self.devices[1].disk.names(true);
        self.must
            .retain(|name| one.contains(name) || other.contains(name));
    }

    fn connect(&mut self, gives_back: bool) {
        let is_free = |device: &Device| device.exchange.is_none() && device.ledger.is_settled();
        if !self.devices.iter().all(is_free) {
            return;
        }
        for device in &mut self.devices {
            device.round += 1;
            device.exchange = Exchange::start(&device.ledger, gives_back);
            assert!(device.exchange.is_some());
        }
        self.note("connected".to_owned());
    }

    /// What waits leaves as a bundle, and is read at once, twice.
    fn carry(&mut self, side: usize) {
        let is_free = |device: &Device| device.exchange.is_none() && device.ledger.is_settled();
        if !self.devices.iter().all(is_free) {
            return;
        }
        let (finding, day) = (Secret::new([1; 32]), 20_717);
        let device = &self.devices[side];
        let maker = device.keys.key_of(Author::Me);
        let mut packing = Packing::start(&device.ledger).expect("settled");
        for (log, from) in device.ledger.undelivered() {
            let rows = device.disk.load(log, (from, 0), usize::MAX);
            let mut rows = rows.iter().filter(|row| row.line == 0);
            let _ = rows.all(|row| packing.add(row));
        }
        let salt = self.random.bits().to_le_bytes();
        let bundle = packing.seal(day, &finding, maker, salt);
        let bundle = Bundle::parse(bundle.as_bytes()).expect("a bundle");
        let reader = 1 - side;
        for is_again in [false, true] {
            let import = bundle.open(&finding, maker).expect("theirs");
            match self.read(reader, import) {
                Ok(imported) => {
                    assert!(!is_again || imported.new == 0, "read twice");
                    self.seen.insert("a bundle was read");
                }
                // A reader who came back from a copy lacks what was delivered before.
                Err(fault) => {
                    assert_eq!(fault, Fault::Gap);
                    assert!(self.has_copies);
                }
            }
        }
        self.note(format!("{side} sent a bundle"));
    }

    fn read(&mut self, reader: usize, mut import: Import) -> Result<Imported, Fault> {
        import.go_on(self.now, &mut self.devices[reader].ledger);
        while let Some(request) = import.poll_request() {
            match request {
                Request::Keep(row) => {
                    self.keep(reader, *row);
                    import.kept(self.now, &mut self.devices[reader].ledger, 1);
                }
                Request::LookUp { log, sequence } => {
                    let device = &mut self.devices[reader];
                    let looked = device.disk.look(log, sequence);
                    import.looked(self.now, &mut device.ledger, &looked);
                }
                other => panic!("{other:?}"),
            }
        }
        while let Some(event) = import.poll_event() {
            let Event::Delivered { incarnation, up_to } = event else {
                panic!("{event:?}");
            };
            self.check_delivered(reader, incarnation, up_to);
            let delivered = &mut self.devices[reader].disk.delivered;
            delivered.insert(incarnation, up_to);
        }
        import.outcome().expect("nothing is awaited")
    }

    /// In the end everything gets through, and everybody gets back what is theirs.
    fn settle(&mut self) {
        self.cut();
        for _ in 0..10 {
            while self.devices.iter().any(|device| !device.writes.is_empty()) {
                self.commit(0);
                self.commit(1);
            }
            self.connect(true);
            self.drain();
            self.cut();
            let one = self.devices[0].disk.names(false);
            if one == self.devices[1].disk.names(true) {
                break;
            }
        }
    }

    /// Goes on until nobody has anything to do.
    fn drain(&mut self) {
        let mut is_idle = 0;
        while is_idle < 3 {
            let before = (self.trace.len(), self.devices[0].disk.rows.len());
            for side in [0, 1] {
                self.commit(side);
                self.answer(side);
                self.send(side);
                self.deliver(side);
            }
            let is_quiet = self.devices.iter().all(|device| {
                let exchange = device.exchange.as_ref();
                device.writes.is_empty()
                    && device.questions.is_empty()
                    && exchange.is_none_or(|exchange| !exchange.has_message())
            });
            let after = (self.trace.len(), self.devices[0].disk.rows.len());
            let is_still = is_quiet && self.ways.iter().all(VecDeque::is_empty);
            is_idle = match is_still && before == after {
                true => is_idle + 1,
                false => 0,
            };
        }
    }

    fn judge(&mut self) {
        let [one, other] = [0, 1].map(|side| self.devices[side].disk.names(side == 1));
        assert_eq!(one, other, "both have the same");
        let lost: Vec<_> = self.must.difference(&one).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        for device in &self.devices {
            check_chains(device);
            // Everything is delivered, and known to be.
            for log in device.ledger.logs() {
                if log.author == Author::Me {
                    let end = device.ledger.tips(log)[0].sequence;
                    assert_eq!(device.ledger.delivered_up_to(log.incarnation), end);
                }
            }
        }
        let [one, other] = [0, 1].map(|side| screen(&self.devices[side], self.now));
        assert_eq!(one.len(), other.len());
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one.place, other.place, "both screens have one order");
            assert_eq!(one.author, other.author.at_the_other());
            // A copy may bring back what was taken back, or went erased to the other side.
            let is_same = one.shown == other.shown && one.reactions == other.reactions;
            assert!(is_same || self.has_copies, "at {:?}", one.place);
        }
        if !self.has_copies {
            self.judge_without_copies();
        }
    }

    /// Where nobody came back from a copy, there is one incarnation of each log, nothing forked, and what
    /// each had on their disk stands there once, in the order in which it was written.
    fn judge_without_copies(&self) {
        for (device, said) in self.devices.iter().zip(&self.said) {
            let own = device.ledger.logs().into_iter();
            assert!(own.filter(|log| log.author == Author::Me).count() <= 1);
            assert!(device.disk.rows.keys().all(|(_, _, line)| *line == 0));
            let rows = device.disk.rows.values();
            let own = rows.filter(|row| row.author == Author::Me);
            let mut said = said.iter();
            for row in own {
                if let Ok(Body::Text(text)) = row.entry.read() {
                    assert!(said.any(|said| *said == text), "in this order: {text}");
                }
            }
        }
    }
}

/// Every row goes on from one that is there.
fn check_chains(device: &Device) {
    for ((log, sequence, _), row) in &device.disk.rows {
        let before = match sequence {
            1 => device.keys.beginning(log.author, log.incarnation),
            _ => {
                let looked = device.disk.look(*log, *sequence);
                let mut before = looked.before.iter().map(|point| point.hash);
                before
                    .find(|hash| *hash == row.before)
                    .expect("a row before")
            }
        };
        let header = &row.entry.header;
        let hash = chain::chained(&before, header, &row.entry.commitment());
        assert_eq!(row.hash, hash);
    }
}

/// What a device shows of one thing.
#[derive(PartialEq)]
struct Seen {
    place: Place,
    author: Author,
    shown: String,
    reactions: usize,
}

fn screen(device: &Device, now: u64) -> Vec<Seen> {
    let mut transcript = Transcript::new(device.keys.clone());
    for row in device.disk.rows.values() {
        transcript.insert(row, false, None);
    }
    let items = transcript.items(.., now, 0);
    let seen = items.map(|item| Seen {
        place: item.place,
        author: item.author,
        shown: format!("{:?}", item.shown),
        reactions: item.reactions.len(),
    });
    seen.collect()
}

#[test]
fn whatever_the_seed_both_disks_hold_the_same_and_nothing_is_lost_or_doubled() {
    let mut seen = BTreeSet::new();
    for seed in 0..1_000 {
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
        "a bundle was read",
        "a fork was kept beside",
        "a second incarnation",
        "an entry in parts",
        "another device",
        "delivered",
        "looked up",
        "returned",
        "the disk failed",
        "the other lacks its own",
    ] {
        assert!(seen.contains(wanted), "never: {wanted}");
    }
}

#[test]
fn a_seed_replays_what_happened_to_the_last_row() {
    for seed in 0..20 {
        let (one, other) = (World::new(seed).run(), World::new(seed).run());
        assert!(one.trace == other.trace, "seed {seed}");
        assert!(one.trace.len() > 20, "seed {seed}");
    }
    assert!(World::new(2).run().trace != World::new(3).run().trace);
}
