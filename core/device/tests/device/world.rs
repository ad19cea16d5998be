//! Two devices, and everything around them simulated: clocks that can be set, disks that fail or lose
//! what was on its way, and a network that joins sockets, delays, and loses links. The devices, the
//! machines in them and the cryptography between them are the real ones.
//!
//! Everything follows from one seed but the keys that Noise, CPace and certificates make for themselves;
//! what those are changes no decision, and the log leaves them out.

use super::disk::Disk;
use super::logs::Logs;
use super::talk::SimTalk;
use handfast_device::{
    Answer, CarrierCommand, CarrierEvent, Command, Device, Event, Exported, GuestKeys, HostKeys,
    Input, KeptInvitation, NearbyCommand, NetworkCommand, NoRandomness, Offerable, Output, Place,
    Query, RequestId, RouterReport, Row, SeekKeys, SessionCommand, SessionId, Settings, ShellId,
    Snapshot, TalkCommand, TalkEvent, Ticket, View, Write,
};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::conversation::FileError;
use handfast_protocol::discovery::Discovery;
use handfast_protocol::handshake::StaticKey;
use handfast_protocol::link::LinkPath;
use handfast_protocol::pairing::Now;
use handfast_protocol::reconnect::Part;
use handfast_sim::discovery::{SimDiscovery, SimNetwork};
use handfast_store::StoreError;
use handfast_token::{Candidate, Fingerprint, InviteId, Reply, Secret};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// When a world begins, in seconds since 1970-01-01 UTC.
pub(crate) const UNIX: u64 = 1_790_000_000;

/// How often a guest knocks.
const KNOCK_EVERY: Duration = Duration::from_millis(300);

/// SplitMix64: small, and the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..below`.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below.max(1)
    }

    /// True so many times of a thousand.
    pub(crate) fn happens(&mut self, of_a_thousand: u64) -> bool {
        self.below(1000) < of_a_thousand
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len() as u64) as usize)
    }

    /// A certificate that no other has the fingerprint of. A device looks inside of none.
    fn certificate(&mut self) -> Certificate {
        let mut fingerprint = [0; 32];
        for part in fingerprint.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_le_bytes());
        }
        Certificate::new(
            b"a certificate and its key".to_vec(),
            Fingerprint(fingerprint),
        )
    }

    fn milliseconds(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}

/// What goes wrong by itself, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chaos {
    /// A batch is not kept.
    pub(crate) store_fails: u64,
    /// A batch takes seconds.
    pub(crate) store_is_slow: u64,
    /// A knock is not heard.
    pub(crate) knock_is_lost: u64,
    /// The host is heard, and no link comes of it.
    pub(crate) link_lapses: u64,
    /// A link is lost with a message.
    pub(crate) link_is_lost: u64,
}

/// What a disk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiskMode {
    Works,
    Fails,
    /// There is no room: what is there can be read, and nothing more is kept.
    Full,
    /// Nothing is finished before it works again.
    Hangs,
}

pub(crate) struct World {
    pub(crate) rng: Rng,
    pub(crate) chaos: Chaos,
    pub(crate) sides: [Side; 2],
    pub(crate) log: Vec<String>,
    /// Somebody is incognito: they are nobody that the other side knows, and remember nobody.
    pub(crate) is_incognito: bool,
    /// The network in which both hear what the other announces; None where nothing is carried.
    pub(crate) local_network: Option<SimNetwork>,
    began: Instant,
    pub(crate) elapsed: Duration,
    /// How long every message takes over a link, instead of a time of its own.
    pub(crate) way: Option<Duration>,
    queue: BTreeMap<(Duration, u64), Happening>,
    sequence: u64,
    links: BTreeMap<u64, Link>,
    last_link: u64,
    /// How often each invitation brought its host together with somebody.
    uses: BTreeMap<InviteId, u32>,
    /// How often a guest was told that its answer was wrong.
    told_wrong: BTreeMap<InviteId, u8>,
}

pub(crate) struct Side {
    pub(crate) number: usize,
    pub(crate) device: Option<Device>,
    pub(crate) disk: Snapshot,
    /// The conversations on it.
    pub(crate) logs: Logs,
    /// Files that its person has, that came, and what there is of others.
    pub(crate) files: Disk,
    disk_mode: DiskMode,
    /// The conversation takes seconds for whatever is said.
    pub(crate) says_late: bool,
    /// How far this clock is off, in seconds.
    pub(crate) clock_is_off: i64,
    pub(crate) views: BTreeMap<SessionId, View>,
    /// The rows on the screen of each session.
    pub(crate) screens: BTreeMap<SessionId, Vec<Row>>,
    pub(crate) answers: BTreeMap<RequestId, Answer>,
    pub(crate) talks: BTreeMap<SessionId, SimTalk>,
    /// Over which link each of them goes.
    talk_links: BTreeMap<SessionId, u64>,
    /// The link that was told last to be open.
    open_links: BTreeMap<SessionId, u64>,
    pub(crate) key: StaticKey,
    /// What it announces and hears in the local network.
    pub(crate) nearby: Option<SimDiscovery>,
    /// How often it was started.
    pub(crate) life: u64,
    seed: u64,
    writing: VecDeque<(Ticket, Job)>,
    sockets: BTreeMap<SessionId, Socket>,
    address: IpAddr,
    is_asleep: bool,
    is_offline: bool,
    last_port: u16,
    last_request: u64,
    /// The last one of the life before.
    first_request: u64,
}

/// What a disk is to do.
enum Job {
    Keep(Vec<Write>),
    Find(Query),
}

struct Socket {
    address: SocketAddr,
    role: SocketRole,
    link: Option<u64>,
}

enum SocketRole {
    Idle,
    Host {
        keys: Box<HostKeys>,
        expected: Option<Reply>,
    },
    Guest {
        keys: Box<GuestKeys>,
        is_knocking: bool,
    },
    /// A contact, who knocks and is knocked at.
    Contact(Box<SeekKeys>),
}

/// One end of a link.
type End = (usize, u64, SessionId);

struct Link {
    /// The host's end, then the guest's; the responder's, then the initiator's.
    ends: [End; 2],
    /// Of their certificates.
    fingerprints: [Fingerprint; 2],
    /// When the last message to each of them arrives.
    last: [Duration; 2],
}

enum Happening {
    /// What others announced is heard.
    Nearby(usize),
    Said(usize, SessionId),
    /// A guest knocks.
    Knock(End),
    /// A contact knocks.
    Seek(End),
    /// What was on its way to a peer's device.
    Arrives(End, CarrierEvent),
    /// The link is open for this end, if it still is one.
    Opens(End, u64),
    /// What was sent over a link.
    Delivered(u64, usize, Option<bytes::Bytes>),
    /// The disk has time for the oldest batch.
    Disk(usize, u64),
    /// What lies where somebody looked is known.
    Looked(usize, u64, Ticket, Result<Offerable, FileError>),
}

fn end(side: &Side, session: SessionId) -> End {
    (side.number, side.life, session)
}

impl Side {
    fn new(number: usize, seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ (number as u64 + 1).wrapping_mul(0x51_7c_c1_b7));
        let mut key = [0; 32];
        key.fill_with(|| rng.next() as u8);
        let key = StaticKey::new(Secret::new(key));
        Self {
            number,
            device: None,
            disk: Snapshot::default(),
            logs: Logs::new(&key),
            files: Disk::default(),
            disk_mode: DiskMode::Works,
            says_late: false,
            clock_is_off: 0,
            views: BTreeMap::new(),
            screens: BTreeMap::new(),
            answers: BTreeMap::new(),
            talks: BTreeMap::new(),
            talk_links: BTreeMap::new(),
            open_links: BTreeMap::new(),
            key,
            nearby: None,
            life: 0,
            seed: rng.next(),
            writing: VecDeque::new(),
            sockets: BTreeMap::new(),
            address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, number as u8 + 1)),
            is_asleep: false,
            is_offline: false,
            last_port: 4000,
            last_request: 0,
            first_request: 0,
        }
    }

    /// All of this is on the disk.
    fn keep(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        self.logs.keep(writes)?;
        apply(&mut self.disk, writes);
        let is_of_logs = |write: &Write| {
            matches!(
                write,
                Write::Row(..)
                    | Write::Read(..)
                    | Write::Life(..)
                    | Write::Erase(..)
                    | Write::Forget(_)
                    | Write::Refuse(_)
            )
        };
        if writes.iter().any(is_of_logs) {
            self.disk.summaries = self.logs.summaries();
            self.disk.lives = self.logs.lives();
        }
        Ok(())
    }

    /// The rows on the screen of a session, the first first.
    pub(crate) fn rows(&self, session: SessionId) -> &[Row] {
        self.screens.get(&session).map_or(&[], Vec::as_slice)
    }

    /// The only session whose view is like that.
    pub(crate) fn session(&self, is_it: impl Fn(&View) -> bool) -> Option<SessionId> {
        let mut found = self.views.iter().filter(|(_, view)| is_it(view));
        found.next().map(|(id, _)| *id)
    }

    pub(crate) fn has_network(&self) -> bool {
        !self.is_asleep && !self.is_offline
    }

    /// Commands of this life that have no answer.
    pub(crate) fn unanswered(&self) -> Vec<RequestId> {
        let asked = (self.first_request + 1..=self.last_request).map(RequestId);
        asked
            .filter(|one| !self.answers.contains_key(one))
            .collect()
    }

    pub(crate) fn is_asleep(&self) -> bool {
        self.is_asleep
    }

    fn may_talk(&self) -> bool {
        self.device.is_some() && self.has_network()
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = Self {
            rng: Rng::new(seed),
            chaos: Chaos::default(),
            sides: [Side::new(0, seed), Side::new(1, seed)],
            log: Vec::new(),
            is_incognito: false,
            local_network: None,
            began: Instant::now(),
            elapsed: Duration::ZERO,
            way: None,
            queue: BTreeMap::new(),
            sequence: 0,
            links: BTreeMap::new(),
            last_link: 0,
            uses: BTreeMap::new(),
            told_wrong: BTreeMap::new(),
        };
        world.start(0);
        world.start(1);
        world
    }

    pub(crate) fn now(&self, side: usize) -> Now {
        let unix = UNIX + self.elapsed.as_secs();
        Now {
            monotonic: self.began + self.elapsed,
            unix: unix.saturating_add_signed(self.sides[side].clock_is_off),
        }
    }

    pub(crate) fn note(&mut self, side: usize, what: impl std::fmt::Display) {
        let at = self.elapsed.as_millis();
        self.log.push(format!("{at} {side} {what}"));
    }

    /// Starts a device with what is on its disk.
    pub(crate) fn start(&mut self, side: usize) {
        let now = self.now(side);
        let one = &mut self.sides[side];
        one.life += 1;
        let mut rng = Rng::new(one.seed.wrapping_add(one.life));
        let randomness = move |bytes: &mut [u8]| -> Result<(), NoRandomness> {
            bytes.fill_with(|| rng.next() as u8);
            Ok(())
        };
        let settings = Settings {
            name: format!("person {side}"),
            ..Settings::default()
        };
        one.device = Some(Device::new(
            settings,
            one.key.clone(),
            one.disk.clone(),
            Box::new(randomness),
            now,
        ));
        self.note(side, "starts");
        self.carry_out(side);
    }

    pub(crate) fn set_disk(&mut self, side: usize, mode: DiskMode) {
        self.note(side, format_args!("has a disk that {mode:?}"));
        let one = &mut self.sides[side];
        one.disk_mode = mode;
        one.files.is_full = mode == DiskMode::Full;
    }

    /// Ends a device at once. Of what was on its way to the disk the first so many batches are there.
    pub(crate) fn kill(&mut self, side: usize, batches: usize) {
        self.note(side, format_args!("is killed after {batches}"));
        let one = &mut self.sides[side];
        let life = one.life;
        one.device = None;
        one.nearby = None;
        for (_, job) in one.writing.drain(..).take(batches).collect::<Vec<_>>() {
            if let Job::Keep(writes) = job {
                let _ = one.keep(&writes);
            }
        }
        let one = &mut self.sides[side];
        one.writing.clear();
        one.files.close();
        one.sockets.clear();
        one.talks.clear();
        one.talk_links.clear();
        one.open_links.clear();
        one.views.clear();
        one.screens.clear();
        one.is_asleep = false;
        one.first_request = one.last_request;
        let is_of_it = |end: &End| (end.0, end.1) == (side, life);
        let links: Vec<u64> = self
            .links
            .iter()
            .filter(|(_, link)| link.ends.iter().any(is_of_it))
            .map(|(id, _)| *id)
            .collect();
        for link in links {
            let at = usize::from(is_of_it(&self.links[&link].ends[1]));
            self.end_link(link, at, Duration::from_secs(2));
        }
        self.check_agreement(side);
    }

    /// Its person has another device from now on, and nothing of the one before.
    pub(crate) fn has_another_device(&mut self, side: usize, seed: u64) {
        self.kill(side, 0);
        let life = self.sides[side].life;
        self.sides[side] = Side {
            life,
            ..Side::new(side, seed)
        };
        self.start(side);
    }

    /// Its power goes, and what was written last of files that come is torn. A transaction is there, or it is not.
    pub(crate) fn lose_power(&mut self, side: usize, groups: usize) {
        self.note(side, format_args!("loses power, and {groups} groups"));
        self.sides[side].files.tear(groups);
        let waiting = self.sides[side].writing.len() as u64;
        let batches = self.rng.below(waiting + 1) as usize;
        self.kill(side, batches);
    }

    pub(crate) fn kill_and_start(&mut self, side: usize) {
        let waiting = self.sides[side].writing.len() as u64;
        let batches = self.rng.below(waiting + 1) as usize;
        self.kill(side, batches);
        self.start(side);
    }

    /// Gives a command. Its answer is in [`Side::answers`] when there is one.
    pub(crate) fn command(&mut self, side: usize, command: Command) -> RequestId {
        let one = &mut self.sides[side];
        one.last_request += 1;
        let request = RequestId(one.last_request);
        self.feed(side, Input::Command(ShellId::OWN, request, command));
        request
    }

    pub(crate) fn tell(
        &mut self,
        side: usize,
        session: SessionId,
        command: SessionCommand,
    ) -> RequestId {
        self.command(side, Command::To(session, command))
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.elapsed + time;
        while self.step(until) {}
        self.elapsed = until;
    }

    /// Lets time pass until this is so.
    pub(crate) fn run_until(&mut self, most: Duration, is_so: impl Fn(&Self) -> bool) -> bool {
        let until = self.elapsed + most;
        while !is_so(self) {
            if !self.step(until) {
                return false;
            }
        }
        true
    }

    /// The next thing that happens, if it does before then.
    fn step(&mut self, until: Duration) -> bool {
        let deadline = |side: &Side| {
            let deadline = side.device.as_ref()?.deadline()?;
            Some(deadline.saturating_duration_since(self.began))
        };
        let (first, second) = (deadline(&self.sides[0]), deadline(&self.sides[1]));
        let queued = self.queue.keys().next().copied();
        let ticks = [first, second];
        let tick = ticks.into_iter().flatten().min();
        let next = [queued.map(|(at, _)| at), tick].into_iter().flatten().min();
        let Some(next) = next.filter(|next| *next <= until) else {
            return false;
        };
        self.elapsed = self.elapsed.max(next);
        if let Some(key) = queued
            && key.0 <= next
        {
            if let Some(happening) = self.queue.remove(&key) {
                self.happen(happening);
            }
        } else {
            let side = usize::from(first.is_none_or(|first| first > next));
            self.feed(side, Input::Tick);
        }
        true
    }

    fn later(&mut self, after: Duration, happening: Happening) {
        self.sequence += 1;
        self.queue
            .insert((self.elapsed + after, self.sequence), happening);
    }

    pub(crate) fn feed(&mut self, side: usize, input: Input) {
        let now = self.now(side);
        if let Some(device) = &mut self.sides[side].device {
            device.handle(input, now);
        }
        self.carry_out(side);
    }

    fn feed_carrier(&mut self, (side, life, session): End, event: CarrierEvent) {
        if self.sides[side].life == life {
            self.feed(side, Input::Carrier(session, event));
        }
    }

    fn carry_out(&mut self, side: usize) {
        while let Some(output) = self.sides[side].device.as_mut().and_then(Device::poll) {
            let described = super::describe::output(&output);
            self.note(side, described);
            match output {
                Output::Answer(answer) => {
                    let request = answer.request;
                    let before = self.sides[side].answers.insert(request, answer);
                    assert!(before.is_none(), "answered twice: {before:?}");
                }
                Output::Event(Event::View(session, view)) => self.shown(side, session, *view),
                Output::Event(Event::Row(session, row)) => {
                    let screens = &mut self.sides[side].screens;
                    list(screens.entry(session).or_default(), row);
                }
                Output::Event(Event::RowGone(session, number)) => {
                    let screens = &mut self.sides[side].screens;
                    let rows = screens.entry(session).or_default();
                    rows.retain(|row| row.number != number);
                }
                Output::Event(_) => {}
                Output::Carrier(session, command) => self.carry(side, session, command),
                Output::Network(command) => self.network(side, command),
                Output::Nearby(command) => self.announce(side, command),
                Output::Store(ticket, writes) => {
                    let one = &mut self.sides[side];
                    one.writing.push_back((ticket, Job::Keep(writes)));
                    let life = one.life;
                    let slow = self.rng.happens(self.chaos.store_is_slow);
                    let after = match slow {
                        true => self.rng.milliseconds(1_000, 8_000),
                        false => self.rng.milliseconds(1, 40),
                    };
                    self.later(after, Happening::Disk(side, life));
                }
                Output::Find(ticket, query) => {
                    let one = &mut self.sides[side];
                    one.writing.push_back((ticket, Job::Find(query)));
                    let life = one.life;
                    let after = self.rng.milliseconds(1, 20);
                    self.later(after, Happening::Disk(side, life));
                }
                Output::Look(ticket, path) => {
                    let one = &self.sides[side];
                    let looked = Happening::Looked(side, one.life, ticket, one.files.look(&path));
                    let after = self.rng.milliseconds(1, 40);
                    self.later(after, looked);
                }
                Output::NotNeeded(path) => {
                    self.sides[side].files.files.remove(&path);
                }
                Output::Discard(left) => self.sides[side].files.discard(&left),
                Output::Talk(session, command) => self.talk(side, session, command),
                Output::Export(request, _) => {
                    let exported = Exported {
                        bytes: 1,
                        contacts: self.sides[side].disk.contacts.len() as u64,
                        messages: 0,
                    };
                    self.feed(side, Input::Exported(request, Ok(exported)));
                }
                Output::Work(session, work) => {
                    let limits = handfast_seal::Limits::DESKTOP;
                    let done = work.run(&limits);
                    self.feed(side, Input::Worked(session, done));
                }
            }
        }
    }

    fn announce(&mut self, side: usize, command: NearbyCommand) {
        let one = &mut self.sides[side];
        match (command, &self.local_network) {
            (NearbyCommand::Look { announcement, .. }, Some(network)) => {
                let joined = one.nearby.get_or_insert_with(|| network.join(one.address));
                joined.announce(Some(&announcement));
                joined.browse(true);
            }
            (NearbyCommand::Rest, _) => one.nearby = None,
            (NearbyCommand::Look { .. }, None) => {}
        }
        for side in 0..2 {
            let after = self.rng.milliseconds(20, 200);
            self.later(after, Happening::Nearby(side));
        }
    }

    /// Takes what was announced.
    fn hear_nearby(&mut self, side: usize) {
        let mut context = Context::from_waker(Waker::noop());
        while let Some(nearby) = &mut self.sides[side].nearby
            && let Poll::Ready(event) = nearby.poll_event(&mut context)
        {
            self.feed(side, Input::Nearby(event));
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Nearby(side) => self.hear_nearby(side),
            Happening::Knock(end) => self.knock(end),
            Happening::Seek(end) => self.seek(end),
            Happening::Said(side, session) => {
                self.feed(side, Input::Talk(session, TalkEvent::Said))
            }
            Happening::Arrives(end, event) => {
                // Of sockets that were given up nothing is told.
                let socket = self.sides[end.0].sockets.get(&end.2);
                let is_stale = match &event {
                    CarrierEvent::Bound { addresses, .. } => {
                        socket.is_none_or(|socket| !addresses.contains(&socket.address))
                    }
                    _ => false,
                };
                if !is_stale {
                    self.feed_carrier(end, event);
                }
            }
            Happening::Opens(end, link) => {
                let Some(one) = self.links.get(&link) else {
                    return;
                };
                let at = usize::from(one.ends[1] == end);
                let (local, remote) = (one.fingerprints[at], one.fingerprints[1 - at]);
                let path = self.path(one.ends[at], one.ends[1 - at]);
                if self.sides[end.0].life == end.1 {
                    self.sides[end.0].open_links.insert(end.2, link);
                }
                let open = CarrierEvent::LinkOpen {
                    number: link,
                    is_beside: false,
                    local,
                    remote,
                    path,
                };
                self.feed_carrier(end, open);
            }
            Happening::Delivered(link, at, message) => {
                let Some(one) = self.links.get(&link) else {
                    return;
                };
                let end = one.ends[at];
                match message {
                    Some(message) => self.receive(end, link, message),
                    None => {
                        self.links.remove(&link);
                        self.lost(end, link, Duration::ZERO);
                    }
                }
            }
            Happening::Disk(side, life) => self.write(side, life),
            Happening::Looked(side, life, ticket, looked) => {
                if self.sides[side].life == life {
                    self.feed(side, Input::Looked(ticket, looked));
                }
            }
        }
    }

    /// The oldest batch is kept, or not.
    fn write(&mut self, side: usize, life: u64) {
        let fails = self.rng.happens(self.chaos.store_fails);
        let one = &mut self.sides[side];
        if one.life != life {
            return;
        }
        if one.disk_mode == DiskMode::Hangs {
            self.later(Duration::from_millis(100), Happening::Disk(side, life));
            return;
        }
        let Some((ticket, job)) = one.writing.pop_front() else {
            return;
        };
        let fails = fails || one.disk_mode == DiskMode::Fails;
        let is_full = one.disk_mode == DiskMode::Full;
        let writes = match job {
            Job::Keep(writes) => writes,
            Job::Find(query) => {
                let found = match fails {
                    true => Err(StoreError::Internal),
                    false => Ok(one.logs.find(&query)),
                };
                self.note(side, format_args!("found {} {}", ticket.0, found.is_ok()));
                return self.feed(side, Input::Found(ticket, found));
            }
        };
        let result = match fails || is_full {
            true => Err(StoreError::Full),
            false => one.keep(&writes),
        };
        self.check_agreement(side);
        self.note(side, format_args!("disk {} {result:?}", ticket.0));
        self.feed(side, Input::Stored(ticket, result));
    }

    fn carry(&mut self, side: usize, session: SessionId, command: CarrierCommand) {
        let one = &mut self.sides[side];
        let end = end(one, session);
        match command {
            CarrierCommand::Bind(bind) => {
                if one.is_offline {
                    let error = handfast_protocol::link::TransportError::NoAddress;
                    let failed = CarrierEvent::Failed(error);
                    return self.later(Duration::ZERO, Happening::Arrives(end, failed));
                }
                one.last_port += 1;
                let is_free = |port: &u16| {
                    let mut sockets = one.sockets.values();
                    !sockets.any(|socket| socket.address.port() == *port)
                };
                let port = bind.port.filter(is_free).unwrap_or(one.last_port);
                let address = SocketAddr::new(one.address, port);
                let socket = Socket {
                    address,
                    role: SocketRole::Idle,
                    link: None,
                };
                one.sockets.insert(session, socket);
                let certificate = bind.with_certificate.then(|| self.rng.certificate());
                let bound = CarrierEvent::Bound {
                    addresses: vec![address],
                    certificate,
                };
                let after = self.rng.milliseconds(1, 10);
                self.later(after, Happening::Arrives(end, bound));
            }
            CarrierCommand::ReachOut { .. } => {
                let reached = CarrierEvent::Reached {
                    reflexive: None,
                    external: None,
                    router: RouterReport::NotAsked,
                };
                let after = self.rng.milliseconds(50, 900);
                self.later(after, Happening::Arrives(end, reached));
            }
            CarrierCommand::Listen(keys) => {
                let id = keys.keys.invite_id();
                let is_waiting = one.disk.invitation(id).is_some();
                let is_incognito = !one.disk.invitations.contains_key(&id);
                assert!(is_waiting || is_incognito, "an invitation lives twice");
                if let Some(socket) = one.sockets.get_mut(&session) {
                    socket.role = SocketRole::Host {
                        keys,
                        expected: None,
                    };
                }
            }
            CarrierCommand::Knock(keys) => {
                if let Some(socket) = one.sockets.get_mut(&session) {
                    socket.role = SocketRole::Guest {
                        keys,
                        is_knocking: true,
                    };
                }
                self.later(Duration::from_millis(20), Happening::Knock(end));
            }
            CarrierCommand::Seek(keys) => {
                if let Some(socket) = one.sockets.get_mut(&session) {
                    socket.role = SocketRole::Contact(keys);
                }
                self.later(Duration::from_millis(20), Happening::Seek(end));
            }
            CarrierCommand::Hours(hours) => {
                if let Some(SocketRole::Contact(keys)) =
                    one.sockets.get_mut(&session).map(|socket| &mut socket.role)
                {
                    keys.hours = hours;
                }
            }
            CarrierCommand::Reach(addresses, _) => {
                if let Some(SocketRole::Contact(keys)) =
                    one.sockets.get_mut(&session).map(|socket| &mut socket.role)
                {
                    keys.addresses.extend(addresses);
                } else if let Some(SocketRole::Guest { keys, .. }) =
                    one.sockets.get_mut(&session).map(|socket| &mut socket.role)
                {
                    keys.addresses.extend(addresses);
                }
            }
            CarrierCommand::KnockAgain => {
                self.close(side, session);
                if let Some(SocketRole::Guest { is_knocking, .. }) = self.sides[side]
                    .sockets
                    .get_mut(&session)
                    .map(|socket| &mut socket.role)
                    && !std::mem::replace(is_knocking, true)
                {
                    self.later(KNOCK_EVERY, Happening::Knock(end));
                }
            }
            CarrierCommand::Expect(guest, _) => {
                if let Some(SocketRole::Host { expected, .. }) =
                    one.sockets.get_mut(&session).map(|socket| &mut socket.role)
                {
                    *expected = Some(guest);
                }
            }
            CarrierCommand::ExpectNobody => {
                if let Some(SocketRole::Host { expected, .. }) =
                    one.sockets.get_mut(&session).map(|socket| &mut socket.role)
                {
                    *expected = None;
                }
            }
            CarrierCommand::Send(message) => {
                self.send(self.open_link_of(side, session), message);
            }
            // Nobody comes beside here.
            CarrierCommand::SendBeside(_) | CarrierCommand::ShutBeside => {}
            CarrierCommand::Shut => self.close(side, session),
            CarrierCommand::Cut => self.cut(side, session),
            CarrierCommand::Release => {
                self.close(side, session);
                let one = &mut self.sides[side];
                one.sockets.remove(&session);
                one.talks.remove(&session);
                one.talk_links.remove(&session);
            }
            CarrierCommand::Stands => {
                // What was said on the link before is over for both.
                if let (Some((old, at)), newest) = (
                    self.talk_link_of(side, session),
                    self.open_link_of(side, session),
                ) && newest.is_none_or(|(newest, _)| newest != old)
                {
                    self.sides[side].talk_links.remove(&session);
                    self.end_link(old, at, Duration::ZERO);
                }
            }
            CarrierCommand::LookOutside(_) | CarrierCommand::Boost | CarrierCommand::TryHarder => {}
        }
    }

    fn network(&mut self, side: usize, command: NetworkCommand) {
        let one = &mut self.sides[side];
        match command {
            NetworkCommand::Pause => one.is_asleep = true,
            NetworkCommand::Resume => one.is_asleep = false,
            NetworkCommand::Changed(addresses, _) => {
                one.is_offline = addresses.is_empty();
                let Some(address) = addresses.first() else {
                    return;
                };
                one.address = *address;
                let mut moved = Vec::new();
                for (session, socket) in &mut one.sockets {
                    socket.address.set_ip(*address);
                    moved.push((*session, socket.address));
                }
                let life = one.life;
                for (session, address) in moved {
                    let event = CarrierEvent::Moved(Place {
                        addresses: vec![address],
                        reflexive: None,
                        external: None,
                        told: None,
                    });
                    let end = (side, life, session);
                    self.later(Duration::from_millis(5), Happening::Arrives(end, event));
                }
            }
            NetworkCommand::GuessedBefore(_) | NetworkCommand::Survey { .. } => {}
        }
    }

    /// A guest knocks, and the host may hear it.
    fn knock(&mut self, from: End) {
        let (side, life, session) = from;
        let one = &self.sides[side];
        let Some(Socket {
            address,
            role:
                SocketRole::Guest {
                    keys,
                    is_knocking: true,
                },
            link: None,
        }) = one.sockets.get(&session).filter(|_| one.life == life)
        else {
            return;
        };
        let guest = keys.certificate.fingerprint();
        let other = &self.sides[1 - side];
        let id = keys.keys.invite_id();
        let is_named = |candidates: &[Candidate], address: SocketAddr| {
            candidates.iter().any(|one| one.ip() == Some(address))
        };
        let keys_of_host = keys.host;
        let is_found = |socket: &Socket| match &socket.role {
            SocketRole::Host {
                keys: theirs,
                expected,
            } => {
                let is_known = is_named(&keys.addresses, socket.address);
                let is_expected = expected.as_ref().is_some_and(|expected| {
                    expected.fingerprint == guest && is_named(&expected.candidates, *address)
                });
                let is_right = theirs.certificate.fingerprint() == keys.host;
                theirs.keys.invite_id() == id && is_right && (is_known || is_expected)
            }
            SocketRole::Idle | SocketRole::Guest { .. } | SocketRole::Contact(_) => false,
        };
        let mut hosts = other.sockets.iter();
        let host = hosts.find(|(_, socket)| is_found(socket));
        let host = host.map(|(session, socket)| (end(other, *session), socket.link));
        let is_heard = one.may_talk() && other.may_talk();
        let is_lost = self.rng.happens(self.chaos.knock_is_lost);
        self.later(KNOCK_EVERY, Happening::Knock(from));
        let Some((host, link)) = host.filter(|_| is_heard && !is_lost) else {
            return;
        };
        if let Some(link) = link.filter(|link| self.links.contains_key(link)) {
            if self.links[&link].fingerprints[1] != guest {
                let taken = CarrierEvent::SlotTaken(true);
                return self.feed_carrier(from, taken);
            }
            // The same guest begins anew.
            self.links.remove(&link);
        }
        self.feed_carrier(host, CarrierEvent::KnockSeen(guest));
        self.feed_carrier(from, CarrierEvent::Answered);
        if self.rng.happens(self.chaos.link_lapses) {
            return self.feed_carrier(from, CarrierEvent::Lapsed);
        }
        self.join([host, from], [keys_of_host, guest]);
    }

    /// A contact knocks where the other one may be, in the hour that it has, as long as there is no link.
    fn seek(&mut self, from: End) {
        let (side, life, session) = from;
        let is_lost = self.rng.happens(self.chaos.knock_is_lost);
        let (one, other) = (&self.sides[side], &self.sides[1 - side]);
        let socket = one.sockets.get(&session).filter(|_| one.life == life);
        let Some(SocketRole::Contact(keys)) = socket.map(|socket| &socket.role) else {
            return;
        };
        let is_linked = self.link_of(side, session).is_some();
        let is_heard = one.may_talk() && other.may_talk();
        let found = other.sockets.iter().find_map(|(session, socket)| {
            let SocketRole::Contact(theirs) = &socket.role else {
                return None;
            };
            let mut named = keys.addresses.iter();
            let is_named = named.any(|named| named.ip() == Some(socket.address));
            let hour = keys
                .hours
                .first()
                .filter(|hour| theirs.hours.contains(hour))?;
            is_named.then(|| (end(other, *session), hour.clone()))
        });
        let part = keys.part;
        self.later(KNOCK_EVERY, Happening::Seek(from));
        let Some((to, hour)) = found.filter(|_| is_heard && !is_linked && !is_lost) else {
            return;
        };
        let ends = match part {
            Part::Initiator => [to, from],
            Part::Responder => [from, to],
        };
        let fingerprints = [Part::Responder, Part::Initiator].map(|part| {
            let mut fingerprint = [0; 32];
            let ufrag = hour.of(part).ice.ufrag.as_bytes();
            fingerprint[..ufrag.len()].copy_from_slice(ufrag);
            Fingerprint(fingerprint)
        });
        self.feed_carrier(from, CarrierEvent::Answered);
        self.join(ends, fingerprints);
    }

    fn join(&mut self, ends: [End; 2], fingerprints: [Fingerprint; 2]) {
        self.last_link += 1;
        let link = self.last_link;
        let [host, from] = ends;
        for (side, life, session) in ends {
            let one = &mut self.sides[side];
            match one.sockets.get_mut(&session).filter(|_| one.life == life) {
                Some(socket) => {
                    socket.link = Some(link);
                    if let SocketRole::Guest { is_knocking, .. } = &mut socket.role {
                        *is_knocking = false;
                    }
                }
                None => return,
            }
        }
        let last = [self.elapsed + Duration::from_millis(40); 2];
        let joined = Link {
            ends,
            fingerprints,
            last,
        };
        self.links.insert(link, joined);
        self.later(Duration::from_millis(20), Happening::Opens(host, link));
        self.later(Duration::from_millis(30), Happening::Opens(from, link));
    }

    /// The newest link of a session, and at which end it is.
    fn link_of(&self, side: usize, session: SessionId) -> Option<(u64, usize)> {
        let link = self.sides[side].sockets.get(&session)?.link?;
        self.end_of_link(side, session, link)
    }

    /// The link of a session that was told last to be open.
    fn open_link_of(&self, side: usize, session: SessionId) -> Option<(u64, usize)> {
        let link = *self.sides[side].open_links.get(&session)?;
        self.end_of_link(side, session, link)
    }

    /// The link of its conversation.
    fn talk_link_of(&self, side: usize, session: SessionId) -> Option<(u64, usize)> {
        let link = *self.sides[side].talk_links.get(&session)?;
        self.end_of_link(side, session, link)
    }

    fn end_of_link(&self, side: usize, session: SessionId, link: u64) -> Option<(u64, usize)> {
        let one = &self.sides[side];
        let ends = self.links.get(&link)?.ends;
        let at = ends.iter().position(|other| *other == end(one, session))?;
        Some((link, at))
    }

    fn send(&mut self, over: Option<(u64, usize)>, message: bytes::Bytes) {
        let Some((link, at)) = over else {
            return;
        };
        if self.rng.happens(self.chaos.link_is_lost) {
            let both = [at, 1 - at];
            let ends = self.links[&link].ends;
            self.links.remove(&link);
            for at in both {
                self.lost(ends[at], link, Duration::ZERO);
            }
            return;
        }
        self.queue_message(link, 1 - at, Some(message));
    }

    /// Everything arrives in order.
    fn queue_message(&mut self, link: u64, at: usize, message: Option<bytes::Bytes>) {
        let by_chance = self.rng.milliseconds(1, 60);
        let delay = self.way.unwrap_or(by_chance);
        let Some(one) = self.links.get_mut(&link) else {
            return;
        };
        let arrives = (self.elapsed + delay).max(one.last[at]);
        one.last[at] = arrives;
        self.later(
            arrives - self.elapsed,
            Happening::Delivered(link, at, message),
        );
    }

    /// Delivers what was sent, and ends the link.
    fn close(&mut self, side: usize, session: SessionId) {
        if let Some((link, at)) = self.link_of(side, session) {
            self.queue_message(link, 1 - at, None);
        }
        if let Some(socket) = self.sides[side].sockets.get_mut(&session) {
            socket.link = None;
        }
    }

    fn cut(&mut self, side: usize, session: SessionId) {
        if let Some((link, at)) = self.link_of(side, session) {
            self.end_link(link, at, Duration::from_millis(50));
        }
        if let Some(socket) = self.sides[side].sockets.get_mut(&session) {
            socket.link = None;
        }
    }

    /// The end at `at` is gone at once; the other one hears of it after a while.
    fn end_link(&mut self, link: u64, at: usize, after: Duration) {
        if let Some(one) = self.links.remove(&link) {
            self.lost(one.ends[1 - at], link, after);
        }
    }

    /// The link has ended for this end. A conversation hears it at once, whoever looks for somebody after a
    /// while.
    fn lost(&mut self, end: End, link: u64, after: Duration) {
        let (side, life, session) = end;
        let one = &mut self.sides[side];
        if one.life != life {
            return;
        }
        let socket = one.sockets.get_mut(&session);
        let was_newest =
            socket.is_some_and(|socket| socket.link.take_if(|held| *held == link).is_some());
        let is_talks = one.talk_links.get(&session) == Some(&link);
        if is_talks && let Some(talk) = one.talks.get_mut(&session) {
            one.talk_links.remove(&session);
            let event = talk.lost(&mut one.files);
            self.feed(side, Input::Talk(session, event));
        } else if was_newest {
            self.later(after, Happening::Arrives(end, CarrierEvent::LinkEnded));
        }
    }

    fn receive(&mut self, end: End, link: u64, message: bytes::Bytes) {
        let (side, life, session) = end;
        if self.sides[side].life != life {
            return;
        }
        match self.sides[side].talk_links.get(&session) == Some(&link) {
            true => self.hear(side, session, message),
            false => self.feed_carrier(end, CarrierEvent::Received(message)),
        }
    }

    fn hear(&mut self, side: usize, session: SessionId, message: bytes::Bytes) {
        let one = &mut self.sides[side];
        let Some(talk) = one.talks.get_mut(&session) else {
            return;
        };
        let (say, tell) = talk.hear(message, &mut one.files);
        self.talked(side, session, say, tell);
    }

    fn talked(
        &mut self,
        side: usize,
        session: SessionId,
        say: Vec<bytes::Bytes>,
        tell: Vec<TalkEvent>,
    ) {
        for frame in say {
            self.send(self.talk_link_of(side, session), frame);
        }
        for event in tell {
            match event {
                TalkEvent::Said if self.sides[side].says_late => {
                    self.later(Duration::from_secs(5), Happening::Said(side, session));
                }
                event => self.feed(side, Input::Talk(session, event)),
            }
        }
    }

    fn talk(&mut self, side: usize, session: SessionId, command: TalkCommand) {
        match command {
            TalkCommand::Start(connected) => {
                let other = self.sides[1 - side].key.public();
                let known = &self.sides[side].disk.contacts;
                let is_known = known.contains_key(&other.0);
                assert!(is_known || self.is_incognito, "met and not remembered");
                let is_other = connected.peer.key == other;
                assert!(is_other || self.is_incognito, "somebody else");
                let early = connected.early.clone();
                let seed = self.rng.next();
                let has_log = connected.has_log;
                let talk = SimTalk::new(connected.peer.channel, has_log, connected.files, seed);
                let link = self.end_of_link(side, session, connected.link);
                let link = link.map(|(link, _)| link);
                let one = &mut self.sides[side];
                one.talks.insert(session, talk);
                match link {
                    Some(link) => drop(one.talk_links.insert(session, link)),
                    None => drop(one.talk_links.remove(&session)),
                }
                self.used(side, session);
                self.tell_path(side, session);
                for message in early {
                    self.hear(side, session, message);
                }
                self.move_files(side, session);
                // A link that ended meanwhile says so now.
                let one = &mut self.sides[side];
                if link.is_none()
                    && let Some(talk) = one.talks.get_mut(&session)
                {
                    let event = talk.lost(&mut one.files);
                    self.feed(side, Input::Talk(session, event));
                }
            }
            TalkCommand::Received(message) => self.hear(side, session, message),
            command => {
                let one = &mut self.sides[side];
                let Some(talk) = one.talks.get_mut(&session) else {
                    return;
                };
                let (say, tell, leaves) = talk.carry_out(command, &mut one.files);
                for frame in say {
                    self.send(self.talk_link_of(side, session), frame);
                }
                if leaves {
                    self.close(side, session);
                }
                self.talked(side, session, Vec::new(), tell);
            }
        }
    }

    /// The files of a conversation that has begun say what they have to.
    fn move_files(&mut self, side: usize, session: SessionId) {
        let one = &mut self.sides[side];
        if let Some(talk) = one.talks.get_mut(&session) {
            let (say, tell) = talk.move_files(&mut one.files);
            self.talked(side, session, say, tell);
        }
    }

    /// A conversation hears which way its link takes.
    fn tell_path(&mut self, side: usize, session: SessionId) {
        let Some((link, at)) = self.talk_link_of(side, session) else {
            return;
        };
        let ends = self.links[&link].ends;
        if let Some(path) = self.path(ends[at], ends[1 - at]) {
            self.feed(side, Input::Talk(session, TalkEvent::Path(path)));
        }
    }

    /// Which way a link between these ends takes, seen from the first.
    fn path(&self, from: End, to: End) -> Option<LinkPath> {
        let address = |(side, _, session): End| {
            let socket = self.sides[side].sockets.get(&session);
            socket.map(|socket| socket.address)
        };
        Some(LinkPath {
            local: address(from)?,
            peer: address(to)?,
        })
    }

    /// An invitation brought its host together with somebody.
    fn used(&mut self, side: usize, session: SessionId) {
        let Some(socket) = self.sides[side].sockets.get(&session) else {
            return;
        };
        match &socket.role {
            SocketRole::Host { keys, .. } => {
                let id = keys.keys.invite_id();
                let uses = self.uses.entry(id).or_default();
                *uses += 1;
                assert_eq!(*uses, 1, "an invitation was used twice");
                let kept = self.sides[side].disk.invitation(id);
                assert!(kept.is_none(), "it still waits while the two talk");
            }
            SocketRole::Guest { keys, .. } => {
                let replies = &self.sides[side].disk.replies;
                let id = keys.keys.invite_id();
                assert!(!replies.contains_key(&id), "it still waits");
            }
            SocketRole::Idle | SocketRole::Contact(_) => {}
        }
    }

    fn shown(&mut self, side: usize, session: SessionId, view: View) {
        let id = self.sides[side].sockets.get(&session);
        let id = id.and_then(|socket| match &socket.role {
            SocketRole::Host { keys, .. } => Some(keys.keys.invite_id()),
            SocketRole::Guest { keys, .. } => Some(keys.keys.invite_id()),
            SocketRole::Idle | SocketRole::Contact(_) => None,
        });
        let disk = &self.sides[side].disk;
        match (&view, id) {
            (View::Hosting { token, .. }, Some(id)) => {
                use handfast_token::Token;
                let kept = disk.invitation(id);
                let is_kept = match (token, kept) {
                    (Token::Invitation(shown), Some(kept)) => {
                        shown.digest() == kept.invitation.digest()
                            || kept.history.forms.contains(&shown.digest())
                    }
                    (Token::Sealed(shown), Some(kept)) => kept.locked.as_ref() == Some(shown),
                    _ => false,
                };
                // One that keeps nothing has nothing on the disk.
                let is_incognito = !disk.invitations.contains_key(&id);
                assert!(
                    is_kept || is_incognito,
                    "shown before it was kept: {token:?}"
                );
            }
            (View::ReplyNeeded { reply, .. }, Some(id)) => {
                let kept = disk.replies.get(&id);
                assert!(
                    kept.is_none_or(|kept| kept.reply == *reply),
                    "shown before it was kept"
                );
            }
            (
                View::Asking {
                    was_wrong: true, ..
                },
                Some(id),
            ) if self.sides[side].views.get(&session) != Some(&view) => {
                let told = self.told_wrong.entry(id).or_default();
                *told += 1;
                let host = &self.sides[1 - side].disk;
                if let Some(kept) = host.invitation(id) {
                    let counted = kept.history.strikes.answers;
                    assert!(counted >= *told, "told before it was counted");
                }
            }
            _ => {}
        }
        self.sides[side].views.insert(session, view);
    }

    /// What one has counted, the other has too.
    fn check_agreement(&self, side: usize) {
        let disk = &self.sides[side].disk;
        let other = &self.sides[1 - side].disk;
        for (id, kept) in &disk.invitations {
            if let KeptInvitation::Waiting(pending) = kept {
                let strikes = pending.history.strikes.answers;
                let sent = other.proofs.get(id).map_or(0, |proofs| proofs.sent);
                assert!(strikes <= sent, "a proof was sent and not counted");
            }
        }
    }

    /// Everything that a device believes to be kept is, and nothing else.
    pub(crate) fn check_kept(&self, side: usize) {
        let one = &self.sides[side];
        if let Some(device) = &one.device {
            let (believed, kept) = (digest(device.kept()), digest(&one.disk));
            assert_eq!(believed, kept, "side {side}");
        }
    }
}

/// Lists a row as a screen does.
fn list(rows: &mut Vec<Row>, row: Row) {
    if let Some(old) = rows.iter_mut().find(|old| old.number == row.number) {
        *old = row;
        return;
    }
    let at = row.before.map(|before| {
        let at = rows.iter().position(|old| old.number == before);
        at.expect("a row that is on the screen")
    });
    rows.insert(at.unwrap_or(rows.len()), row);
}

/// What has ended stays ended.
fn apply(disk: &mut Snapshot, writes: &[Write]) {
    let ended: Vec<InviteId> = disk
        .invitations
        .iter()
        .filter(|(_, kept)| matches!(kept, KeptInvitation::Ended(_)))
        .map(|(id, _)| *id)
        .collect();
    for write in writes {
        disk.apply(write);
    }
    for id in ended {
        assert!(disk.invitation(id).is_none(), "an invitation came back");
    }
}

fn digest(snapshot: &Snapshot) -> String {
    format!("{snapshot:?}")
}
