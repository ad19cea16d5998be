//! Members in a simulated world: people who do anything, lines that come and go, disks that fail between
//! two writes, clocks that are wrong, and copies of devices that do not know of each other.

use super::*;
use crate::put::{Change, Index, Operation};
use crate::value::value_commitment;
use handfast_sim::SplitMix64;
use std::collections::{BTreeMap, VecDeque};

/// Numbers out of a seed.
pub(super) struct Random(SplitMix64);

impl Random {
    pub(super) fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
    }

    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn secret(&mut self) -> Secret<32> {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes());
        }
        Secret::new(bytes)
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        match from.len() {
            0 => None,
            length => from.get(self.below(length)),
        }
    }
}

/// One device.
pub(super) struct Device {
    pub(super) key: SigningKey,
    pub(super) certificate: Certificate,
    pub(super) room: Room,
    /// Everything that was ever written, in order.
    pub(super) disk: Vec<Write>,
    /// How wrong its clock is, in milliseconds.
    pub(super) clock: i64,
    pub(super) was_told_of_removal: bool,
}

impl Device {
    fn restart(&mut self, founding: &Founding) {
        self.room = Room::load(founding.clone(), self.disk.iter().cloned());
    }
}

/// One channel: what two devices are at, and what is on its way to each.
struct Channel {
    ends: [usize; 2],
    exchanges: [Exchange; 2],
    queues: [VecDeque<Message>; 2],
}

pub(super) struct World {
    pub(super) random: Random,
    pub(super) now: u64,
    pub(super) founding: Founding,
    pub(super) devices: Vec<Device>,
    channels: Vec<Channel>,
    /// Runs that were ever sent, for whoever replays them.
    sent: Vec<Run>,
    pub(super) log: Vec<String>,
    /// How often somebody wanted a log.
    wanted: usize,
    /// No disk fails.
    is_calm: bool,
}

impl World {
    /// A founder and so many members, all of whom hold the room; nothing fails.
    pub(super) fn calm(members: usize, change: impl FnOnce(&mut Founding)) -> Self {
        let (_, certificate) = identity(1);
        let mut founding = founding(&certificate);
        change(&mut founding);
        let mut world = Self::of(Random(SplitMix64(members as u64)), founding, members + 1);
        world.is_calm = true;
        for device in 1..=members {
            world.let_in(0, device);
        }
        world.heal();
        world
    }

    /// Somebody whom nothing lets in yet.
    pub(super) fn another(&mut self) -> usize {
        let (key, certificate) = identity(self.devices.len() as u8 + 1);
        self.devices.push(Device {
            key,
            certificate,
            room: Room::new(self.founding.clone()),
            disk: Vec::new(),
            clock: 0,
            was_told_of_removal: false,
        });
        self.devices.len() - 1
    }

    pub(super) fn key(&self, device: usize) -> AuthorKey {
        self.devices[device].key.public()
    }

    pub(super) fn let_in(&mut self, by: usize, device: usize) -> Option<Reference> {
        let certificate = self.devices[device].certificate;
        let name = format!("Member {device}");
        self.write(by, &Draft::of(&Body::Add { certificate, name }))
    }

    /// A life in which anything happens.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(SplitMix64(seed));
        let people = 3 + random.below(6);
        let (_, certificate) = identity(1);
        let founding = Founding {
            adders: match random.one_in(2) {
                true => Adders::Members,
                false => Adders::Keepers,
            },
            history: match random.one_in(4) {
                true => History::FromJoining,
                false => History::All,
            },
            ..founding(&certificate)
        };
        Self::of(random, founding, people)
    }

    fn of(mut random: Random, founding: Founding, people: usize) -> Self {
        let (key, certificate) = identity(1);
        let (room, disk) =
            Room::found(founding.clone(), &key, &random.secret()).expect("the founder");
        let founder = Device {
            key,
            certificate,
            room,
            disk,
            clock: 0,
            was_told_of_removal: false,
        };
        let mut world = Self {
            now: NOW + 1_000,
            founding,
            devices: vec![founder],
            channels: Vec::new(),
            sent: Vec::new(),
            log: Vec::new(),
            wanted: 0,
            is_calm: false,
            random,
        };
        for _ in 1..people {
            world.another();
        }
        world
    }

    pub(super) fn clock_of(&self, device: usize) -> u64 {
        self.now.saturating_add_signed(self.devices[device].clock)
    }

    /// Writes it at that device. What the disk kept is told to everybody who is connected.
    pub(super) fn write(&mut self, device: usize, draft: &Draft) -> Option<Reference> {
        let (now, random) = (self.clock_of(device), self.random.secret());
        let at = &mut self.devices[device];
        let writes = at.room.write(now, &at.key, draft, &random).ok()?;
        let row = writes.iter().rev().find_map(|write| match write {
            Write::Row(row) => Some(row.clone()),
            _ => None,
        })?;
        let header = row.entry.header;
        self.keep(device, writes);
        Some(Reference {
            author: row.author,
            point: Point {
                incarnation: header.incarnation,
                sequence: header.sequence,
                hash: row.hash,
            },
        })
    }

    /// Puts a text at that path, over what its author sees there.
    pub(super) fn put(&mut self, device: usize, path: &str, text: &str) -> Option<Reference> {
        self.put_until(device, path, text, None)
    }

    pub(super) fn put_until(
        &mut self,
        device: usize,
        path: &str,
        text: &str,
        until: Option<u64>,
    ) -> Option<Reference> {
        let value = Value::Text(text.to_owned()).to_bytes();
        self.put_value(device, path, value, until)
    }

    pub(super) fn put_value(
        &mut self,
        device: usize,
        path: &str,
        value: Vec<u8>,
        until: Option<u64>,
    ) -> Option<Reference> {
        let blind: [u8; 16] = *self
            .random
            .secret()
            .expose()
            .first_chunk()
            .expect("16 of 32");
        let path = Path::parse(path).expect("a path");
        let operation = Operation {
            over: self.devices[device]
                .room
                .graph(self.clock_of(device))
                .seen(&path),
            path,
            change: Change::Put {
                until,
                commitment: value_commitment(&Secret::new(blind), &value),
                length: value.len() as u32,
            },
        };
        let reference = self.write(device, &Draft::of(&Body::Put(Index(vec![operation]))))?;
        let value = HeldValue {
            blind: Secret::new(blind),
            value: value.into(),
        };
        let room = &mut self.devices[device].room;
        let writes = room.take_value(&reference, 0, value).unwrap_or_default();
        self.keep(device, writes);
        Some(reference)
    }

    pub(super) fn clear(&mut self, device: usize, path: &str) -> Option<Reference> {
        let operation = Operation {
            path: Path::parse(path).expect("a path"),
            over: Vec::new(),
            change: Change::Clear,
        };
        self.write(device, &Draft::of(&Body::Put(Index(vec![operation]))))
    }

    /// The text that stands at a path, as that device sees it.
    pub(super) fn text_at(&self, device: usize, path: &str) -> Option<String> {
        let (room, path) = (
            &self.devices[device].room,
            Path::parse(path).expect("a path"),
        );
        match room.graph(self.clock_of(device)).get(room, &path)?.value {
            Some(Value::Text(text)) => Some(text),
            other => panic!("{other:?}"),
        }
    }

    /// The texts that are told beside it.
    pub(super) fn conflicts_at(&self, device: usize, path: &str) -> Vec<String> {
        let (room, path) = (
            &self.devices[device].room,
            Path::parse(path).expect("a path"),
        );
        let conflicts = room.graph(self.clock_of(device)).conflicts(room, &path);
        let texts = conflicts.into_iter().map(|found| match found.value {
            Some(Value::Text(text)) => text,
            other => panic!("{other:?}"),
        });
        texts.collect()
    }

    pub(super) fn settle(&mut self, device: usize) {
        let now = self.clock_of(device);
        let writes = self.devices[device].room.settle(now);
        self.keep(device, writes);
    }

    /// True if those bytes stand anywhere on a disk, the last version of each row only.
    pub(super) fn is_on_disk(&self, device: usize, bytes: &[u8]) -> bool {
        let room = &self.devices[device].room;
        let holds = |held: &[u8]| held.windows(bytes.len()).any(|window| window == bytes);
        let nodes = room
            .logs
            .values()
            .flat_map(|held| held.hashes().map(|hash| held.node(hash)));
        let bodies = nodes.flatten().filter_map(|node| node.entry.body());
        let values = room.values.values().flatten().map(|value| &value.value);
        bodies.chain(values).any(|held| holds(held))
    }

    /// Writes to the disk, or dies in the middle of it.
    fn keep(&mut self, device: usize, writes: Vec<Write>) {
        if !self.is_calm && !writes.is_empty() && self.random.one_in(60) {
            let kept = self.random.below(writes.len() + 1);
            self.say(format!(
                "{device} dies after {kept} of {} writes",
                writes.len()
            ));
            self.devices[device]
                .disk
                .extend(writes.into_iter().take(kept));
            self.restart(device);
            return;
        }
        let is_news = !writes.is_empty();
        self.devices[device].disk.extend(writes);
        if is_news {
            self.tell(device);
        }
    }

    pub(super) fn restart(&mut self, device: usize) {
        self.channels
            .retain(|channel| !channel.ends.contains(&device));
        let founding = self.founding.clone();
        self.devices[device].restart(&founding);
    }

    /// A device that holds what that one held at some time, and knows or does not know that it is a copy.
    pub(super) fn copy(&mut self, device: usize, knows: bool) {
        let held = self.random.below(self.devices[device].disk.len() + 1);
        self.copy_at(device, held, knows);
    }

    fn copy_at(&mut self, device: usize, held: usize, knows: bool) -> usize {
        let seed = (1..=self.devices.len() as u8)
            .find(|seed| identity(*seed).0.public() == self.devices[device].key.public());
        let (key, certificate) = identity(seed.expect("one of those that were made"));
        let disk = self.devices[device].disk[..held].to_vec();
        let mut copy = Device {
            key,
            certificate,
            room: Room::load(self.founding.clone(), disk.iter().cloned()),
            disk,
            clock: 0,
            was_told_of_removal: false,
        };
        if knows {
            let writes = copy.room.imported();
            copy.disk.extend(writes);
        }
        self.say(format!(
            "{device} has a copy at {}, which knows: {knows}",
            self.devices.len()
        ));
        self.devices.push(copy);
        self.devices.len() - 1
    }

    /// A device that holds all that this one holds, and does not know that it is a copy.
    pub(super) fn copy_whole(&mut self, device: usize) -> usize {
        self.cut_all();
        let held = self.devices[device].disk.len();
        self.copy_at(device, held, false)
    }

    /// That device is made anew from what its disk held at that time.
    pub(super) fn import(&mut self, device: usize, held: usize) {
        self.devices[device].disk.truncate(held);
        self.restart(device);
        let writes = self.devices[device].room.imported();
        self.keep(device, writes);
    }

    fn tell(&mut self, device: usize) {
        for channel in &mut self.channels {
            for side in 0..2 {
                if channel.ends[side] == device {
                    let news = channel.exchanges[side].news(&self.devices[device].room);
                    channel.queues[1 - side].extend(news);
                }
            }
        }
    }

    pub(super) fn connect(&mut self, one: usize, other: usize) {
        if one == other
            || self
                .channels
                .iter()
                .any(|channel| channel.ends == [one, other])
        {
            return;
        }
        let keys = [one, other].map(|device| self.devices[device].key.public());
        let start = |side: usize, device: usize| {
            Exchange::start(&self.devices[device].room, keys[side], keys[1 - side])
        };
        let (first, to_second) = start(0, one);
        let (second, to_first) = start(1, other);
        self.channels.push(Channel {
            ends: [one, other],
            exchanges: [first, second],
            queues: [to_first.into(), to_second.into()],
        });
    }

    pub(super) fn cut_all(&mut self) {
        self.channels.clear();
    }

    pub(super) fn cut_one(&mut self) {
        if !self.channels.is_empty() {
            let at = self.random.below(self.channels.len());
            self.channels.swap_remove(at);
        }
    }

    /// Hands over one message, if any is on its way.
    pub(super) fn deliver(&mut self) -> bool {
        let waiting: Vec<_> = (0..self.channels.len())
            .flat_map(|channel| [(channel, 0), (channel, 1)])
            .filter(|(channel, side)| !self.channels[*channel].queues[*side].is_empty())
            .collect();
        let Some((at, side)) = self.random.pick(&waiting).copied() else {
            return false;
        };
        let channel = &mut self.channels[at];
        let message = channel.queues[side].pop_front().expect("one waits");
        let bytes = Bytes::from(message.to_bytes());
        assert!(bytes.len() <= 16_000, "a message fits into a frame");
        let read = Message::parse(bytes).expect("what members say is read");
        assert_eq!(read, message);
        match &message {
            Message::Entries(run) => self.sent.push(run.clone()),
            Message::Want { .. } => self.wanted += 1,
            _ => {}
        }
        let device = channel.ends[side];
        let step = channel.exchanges[side]
            .receive(&mut self.devices[device].room, message)
            .expect("nobody here forges a signature");
        channel.queues[1 - side].extend(step.messages);
        self.devices[device].was_told_of_removal |= step.removed.is_some();
        self.keep(device, step.writes);
        true
    }

    /// Hands over everything. How often somebody wanted a log.
    pub(super) fn deliver_all(&mut self) -> usize {
        let before = self.wanted;
        while self.deliver() {}
        self.wanted - before
    }

    /// Somebody sends an old run again, or one that was changed.
    pub(super) fn replay(&mut self) {
        let device = self.random.below(self.devices.len());
        let Some(mut run) = self.random.pick(&self.sent).cloned() else {
            return;
        };
        let me = self.devices[device].key.public();
        if self.random.one_in(2) {
            let entry = self.random.below(run.entries.len());
            run.entries[entry].header.clock.0 ^= 1;
            let room = &mut self.devices[device].room;
            let before = room.heads_digest();
            assert!(!matches!(room.receive(run, me), Ok(Received::New(_))));
            assert_eq!(room.heads_digest(), before);
            return;
        }
        let received = self.devices[device].room.receive(run, me);
        if let Received::New(writes) = received.expect("it was signed") {
            self.keep(device, writes);
        }
    }

    /// Everybody is connected with everybody until nothing is on its way any more.
    pub(super) fn heal(&mut self) {
        for _ in 0..4 {
            self.cut_all();
            for one in 0..self.devices.len() {
                for other in one + 1..self.devices.len() {
                    self.connect(one, other);
                }
            }
            let mut delivered = 0;
            while self.deliver() {
                delivered += 1;
                assert!(delivered < 200_000, "it never ends: {:?}", self.log);
            }
        }
    }

    pub(super) fn say(&mut self, what: String) {
        self.log.push(what);
    }

    /// The runs that hold everything on that disk.
    pub(super) fn runs_of(&self, device: usize) -> Vec<Run> {
        let room = &self.devices[device].room;
        let mut runs: BTreeMap<(AuthorKey, [u8; 32]), Run> = BTreeMap::new();
        for (log, held) in &room.logs {
            let ends = held.hashes().filter(|hash| held.versions(hash).is_empty());
            for end in ends {
                let mut before = room.id.beginning(log.author, log.incarnation);
                while let Some(run) = held.run(log.author, before, end, |_| true) {
                    let hashes = run.verify(&room.id).expect("it was signed");
                    before = *hashes.last().expect("not empty");
                    runs.insert((log.author, before), run);
                    if before == *end {
                        break;
                    }
                }
            }
        }
        runs.into_values().collect()
    }
}
