//! Two sessions on a clock of their own: what happens after hours takes no time here.

mod browser;
mod contacts;
mod forgery;

use super::*;
use handfast_sim::SplitMix64;
use handfast_token::{InvitationKeys, Secret};
use std::net::Ipv4Addr;

const HOST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);
const GUEST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4001);
const STEP: Duration = Duration::from_millis(1);

/// One end, and when its session opened.
struct End {
    session: Session,
    local: SocketAddr,
    opened: Option<Instant>,
    /// What it sent that must not be cut on its way.
    probes: Vec<(Path, Bytes)>,
}

impl End {
    fn new(now: Instant, role: Role, [host, guest]: &[TunnelCertificate; 2]) -> Self {
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let ours = keys.host_ice();
        let theirs = keys.guest_ice(guest.fingerprint());
        let (local, parties) = match role {
            Role::Host => (
                HOST,
                Parties {
                    role,
                    is_controlling: false,
                    certificate: host.clone(),
                    local: ours,
                    remote: theirs,
                    expected: guest.fingerprint(),
                    cookie: None,
                },
            ),
            Role::Guest => (
                GUEST,
                Parties {
                    role,
                    is_controlling: true,
                    certificate: guest.clone(),
                    local: theirs,
                    remote: ours,
                    expected: host.fingerprint(),
                    cookie: None,
                },
            ),
        };
        Self::of(now, local, parties)
    }

    fn of(now: Instant, local: SocketAddr, parties: Parties) -> Self {
        Self {
            session: Session::new(now, parties, &[local]).unwrap(),
            local,
            opened: None,
            probes: Vec::new(),
        }
    }

    /// Lets it act on time and datagrams, and takes what it sends.
    fn act(&mut self, now: Instant) -> Vec<(Path, Bytes)> {
        if self.session.poll_timeout() <= now {
            self.session.handle_timeout(now);
        }
        self.session.after_batch(now);
        while let Some(event) = self.session.poll_event() {
            match event {
                SessionEvent::Open(_) => self.opened = Some(now),
                other => panic!("{other:?}"),
            }
        }
        self.session.flush(now);
        self.probes = std::iter::from_fn(|| self.session.poll_probe()).collect();
        std::iter::from_fn(|| self.session.poll_transmit()).collect()
    }

    fn hear(&mut self, now: Instant, datagrams: Vec<(Path, Bytes)>) {
        for (path, datagram) in datagrams {
            if path.peer == self.local {
                let path = Path {
                    local: path.peer,
                    peer: path.local,
                };
                self.session.handle(now, path, BytesMut::from(&*datagram));
            }
        }
    }
}

fn certificates() -> [TunnelCertificate; 2] {
    [(); 2].map(|()| TunnelCertificate::generate().unwrap())
}

/// A guest that has knocked in vain for so long, and now.
fn patient_guest(certificates: &[TunnelCertificate; 2], long: Duration) -> (End, Instant) {
    let mut now = Instant::now();
    let until = now + long;
    let mut guest = End::new(now, Role::Guest, certificates);
    guest.session.add_peers(now, &[Candidate::host(HOST)]);
    while now < until {
        guest.act(now);
        now = guest.session.poll_timeout().max(now + STEP);
    }
    (guest, now)
}

/// How long it takes until both ends are open.
fn meet(host: &mut End, guest: &mut End, from: Instant) -> Duration {
    let mut now = from;
    while host.opened.is_none() || guest.opened.is_none() {
        let (to_guest, to_host) = (host.act(now), guest.act(now));
        now += STEP;
        host.hear(now, to_host);
        guest.hear(now, to_guest);
        assert!(now < from + Duration::from_secs(30), "they do not meet");
    }
    now - from
}

#[test]
fn a_reply_that_comes_at_once_or_after_minutes_or_a_day_opens_the_way_at_once() {
    let certificates = certificates();
    for millis in [0, 150, 60_000, 600_000, 24 * 3_600_000] {
        let waited = Duration::from_millis(millis);
        let (mut guest, now) = patient_guest(&certificates, waited);
        let mut host = End::new(now, Role::Host, &certificates);
        host.session.add_peers(now, &[Candidate::host(GUEST)]);
        let took = meet(&mut host, &mut guest, now);
        assert!(took < Duration::from_millis(100), "{waited:?}: {took:?}");
    }
}

#[test]
fn a_host_that_comes_back_late_is_found_by_the_next_knock() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::from_secs(600));
    let mut host = End::new(now, Role::Host, &certificates);
    let took = meet(&mut host, &mut guest, now);
    assert!(took < Duration::from_millis(1_200), "{took:?}");
}

/// Lets both ends act until then, without a word. How many datagrams left.
fn idle(host: &mut End, guest: &mut End, from: Instant, until: Instant) -> usize {
    let (mut now, mut sent) = (from, 0);
    while now < until {
        let (to_guest, to_host) = (host.act(now), guest.act(now));
        let to_guest = [to_guest, std::mem::take(&mut host.probes)].concat();
        let to_host = [to_host, std::mem::take(&mut guest.probes)].concat();
        let count = to_guest.len() + to_host.len();
        sent += count;
        now += STEP;
        host.hear(now, to_host);
        guest.hear(now, to_guest);
        if count == 0 {
            let next = [&host, &guest].map(|end| end.session.poll_timeout());
            now = now.max(next[0].min(next[1]));
        }
    }
    sent
}

#[test]
fn an_open_session_that_nobody_looks_at_sends_four_datagrams_a_minute() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    let mut host = End::new(now, Role::Host, &certificates);
    let now = now + meet(&mut host, &mut guest, now);
    // What the path carries is known by then.
    let settled = now + Duration::from_secs(1200);
    idle(&mut host, &mut guest, now, settled);
    for end in [&mut host, &mut guest] {
        end.session.be_quiet(settled, true);
    }
    let minutes = 9;
    let until = settled + Duration::from_secs(60 * minutes);
    let sent = idle(&mut host, &mut guest, settled, until);
    assert!(sent as u64 <= 4 * minutes + 4, "{sent}");
    assert!(!guest.session.is_silent() && !host.session.is_silent());

    let word = Bytes::from_static(b"there you are");
    host.session.write(until, &word).unwrap();
    idle(
        &mut host,
        &mut guest,
        until,
        until + Duration::from_millis(100),
    );
    assert_eq!(guest.session.read().unwrap(), Some(word));
}

#[test]
fn a_tunnel_outlives_the_path_beneath_it() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    let mut host = End::new(now, Role::Host, &certificates);
    let mut now = now + meet(&mut host, &mut guest, now);
    // The guest sleeps for an hour and wakes up elsewhere.
    now += Duration::from_secs(3600);
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], 4002));
    guest.local = elsewhere;
    guest.session.restart_ice(now, &[elsewhere]);
    assert!(guest.session.is_silent());
    guest
        .session
        .write(now, &Bytes::from_static(b"back"))
        .unwrap();
    let until = now + Duration::from_secs(10);
    let mut heard = None;
    while now < until && heard.is_none() {
        let (to_guest, to_host) = (host.act(now), guest.act(now));
        now += STEP;
        host.hear(now, to_host);
        guest.hear(now, to_guest);
        heard = host.session.read().unwrap();
    }
    assert_eq!(heard.as_deref(), Some(&b"back"[..]));
    assert!(!guest.session.is_silent());
}

#[test]
fn what_was_said_during_a_cut_arrives_once_and_soon_after_the_line_is_back() {
    let certificates = certificates();
    for seconds in [1, 5, 75, 240] {
        let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
        let mut host = End::new(now, Role::Host, &certificates);
        let mut now = now + meet(&mut host, &mut guest, now);
        let is_back = now + Duration::from_secs(seconds);
        let (mut said, mut heard, mut next) = (0_u32, Vec::new(), now);
        while now < is_back + Duration::from_secs(2) {
            if now >= next && now < is_back {
                next += Duration::from_millis(700);
                for end in [&mut host, &mut guest] {
                    let word = Bytes::copy_from_slice(&said.to_be_bytes());
                    end.session.write(now, &word).unwrap();
                }
                said += 1;
            }
            let (to_guest, to_host) = (host.act(now), guest.act(now));
            now += STEP;
            if now >= is_back {
                host.hear(now, to_host);
                guest.hear(now, to_guest);
            }
            while let Some(word) = host.session.read().unwrap() {
                heard.push(u32::from_be_bytes(word[..].try_into().unwrap()));
            }
        }
        assert_eq!(heard, (0..said).collect::<Vec<_>>(), "after {seconds} s");
        assert!(!guest.session.is_silent() && !host.session.is_silent());
        assert_eq!(guest.session.buffered(), 0, "after {seconds} s");
    }
}

/// One direction of a path: slow, and losing packets in bursts (Gilbert, "Capacity of a Burst-Noise
/// Channel", 1960).
struct Line {
    delay: Duration,
    /// The chance of each packet that a burst begins with it.
    begins: f64,
    is_bad: bool,
    random: SplitMix64,
    under_way: VecDeque<(Instant, (Path, Bytes))>,
}

impl Line {
    fn new(delay: Duration, begins: f64, seed: u64) -> Self {
        Self {
            delay,
            begins,
            is_bad: false,
            random: SplitMix64(seed),
            under_way: VecDeque::new(),
        }
    }

    fn send(&mut self, now: Instant, datagrams: Vec<(Path, Bytes)>) {
        for datagram in datagrams {
            let changes = if self.is_bad { 0.25 } else { self.begins };
            self.is_bad ^= self.random.share() < changes;
            if !self.is_bad || self.random.share() >= 0.7 {
                self.under_way.push_back((now + self.delay, datagram));
            }
        }
    }

    fn arrived(&mut self, now: Instant) -> Vec<(Path, Bytes)> {
        let is_due = |(at, _): &(Instant, _)| *at <= now;
        let count = self
            .under_way
            .iter()
            .take_while(|sent| is_due(sent))
            .count();
        self.under_way
            .drain(..count)
            .map(|(_, datagram)| datagram)
            .collect()
    }
}

/// How long it takes over such a path until both are open, and the three messages of a handshake have
/// been exchanged.
fn meet_over(
    delay: Duration,
    begins: f64,
    seed: u64,
    certificates: &[TunnelCertificate; 2],
) -> Duration {
    let lines = [0, 1].map(|side| Line::new(delay, begins, 2 * seed + side));
    let (guest, began) = patient_guest(certificates, Duration::ZERO);
    let mut host = End::new(began, Role::Host, certificates);
    host.session.add_peers(began, &[Candidate::host(GUEST)]);
    greet_over(lines, host, guest, began)
}

/// How long it takes over these lines, that to the guest first, until both have opened and the three messages
/// of a handshake have been exchanged.
fn greet_over(mut lines: [Line; 2], mut host: End, mut guest: End, began: Instant) -> Duration {
    let (mut now, mut messages, mut is_begun) = (began, 0, false);
    let word = Bytes::from_static(&[0; 48]);
    while messages < 3 {
        assert!(now < began + Duration::from_secs(120), "they do not meet");
        lines[0].send(now, host.act(now));
        lines[1].send(now, guest.act(now));
        now += STEP;
        guest.hear(now, lines[0].arrived(now));
        host.hear(now, lines[1].arrived(now));
        if !is_begun && guest.opened.is_some() {
            is_begun = true;
            guest.session.write(now, &word).unwrap();
        }
        let hears = if messages == 1 { &mut guest } else { &mut host };
        if hears.session.read().unwrap().is_some() {
            messages += 1;
            hears.session.write(now, &word).unwrap();
        }
    }
    now - began
}

#[test]
fn people_meet_soon_over_a_slow_path_that_loses_in_bursts() {
    let certificates = certificates();
    // 5, 12 and 25 packets of 100. Once in hundreds of meetings every try to send the same message
    // again is lost too; that one takes longer.
    for (delay, begins, usual, longest) in [
        (30, 0.02, 4, 8),
        (225, 0.0517, 8, 25),
        (400, 0.1389, 20, 40),
    ] {
        let delay = Duration::from_millis(delay);
        let mut took: Vec<Duration> = (0..50)
            .map(|seed| meet_over(delay, begins, seed, &certificates))
            .collect();
        took.sort_unstable();
        assert!(took[47] < Duration::from_secs(usual), "{delay:?}: {took:?}");
        assert!(
            took[49] < Duration::from_secs(longest),
            "{delay:?}: {took:?}"
        );
    }
}

/// What a host that is with somebody else answers to what a guest sends.
fn refusals(sent: &[(Path, Bytes)]) -> Vec<(Path, Bytes)> {
    let host_credentials = InvitationKeys::derive(&Secret::new([1; 16])).host_ice();
    let refuse = |(path, check): &(Path, Bytes)| {
        let is_check = knock::is_stun(check, BINDING_REQUEST);
        let refusal = is_check
            .then(|| knock::refusal(check, &host_credentials))
            .flatten()?;
        let back = Path {
            local: path.peer,
            peer: path.local,
        };
        Some((back, refusal.into()))
    };
    sent.iter().filter_map(refuse).collect()
}

/// A guest knocks for so long. `answer` gives what comes back for what it sends, and hears whether it
/// says that the slot is taken. Returns what the guest sent, and now.
fn knock_for(
    guest: &mut End,
    from: Instant,
    long: Duration,
    mut answer: impl FnMut(Vec<(Path, Bytes)>, bool) -> Vec<(Path, Bytes)>,
) -> Instant {
    let mut now = from;
    while now < from + long {
        let sent = guest.act(now);
        let heard = answer(sent, guest.session.is_taken());
        now += STEP;
        guest.hear(now, heard);
    }
    now
}

#[test]
fn a_guest_that_is_refused_for_two_seconds_says_so_and_goes_on_politely() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    assert!(!guest.session.is_reached());
    let (mut at, mut since, mut checks) = (Duration::ZERO, None, 0);
    let now = knock_for(
        &mut guest,
        now,
        Duration::from_secs(32),
        |sent, is_taken| {
            at += STEP;
            let refusals = refusals(&sent);
            if is_taken {
                since.get_or_insert(at);
                checks += refusals.len();
            }
            refusals
        },
    );
    let since = since.expect("it is told");
    let two = Duration::from_secs(2);
    assert!(since >= two && since < two * 2, "{since:?}");
    // One a second, and a few that were on their way.
    assert!((25..=31).contains(&checks), "{checks} checks in 30 s");
    assert!(guest.session.is_taken());
    assert!(!guest.session.is_answered());
    // The way is known, so nothing has to be guessed.
    assert!(guest.session.is_reached());
    // The slot is free, and the next knock is let in.
    let mut host = End::new(now, Role::Host, &certificates);
    let took = meet(&mut host, &mut guest, now);
    assert!(took < Duration::from_millis(1_200), "{took:?}");
    assert!(!guest.session.is_taken());
}

#[test]
fn a_refusal_that_was_recorded_or_comes_twice_or_from_elsewhere_changes_nothing() {
    let certificates = certificates();
    let long = Duration::from_secs(12);
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], 4003));
    // Of an earlier attempt of the same guest.
    let (mut earlier, now) = patient_guest(&certificates, Duration::ZERO);
    let mut recorded = Vec::new();
    knock_for(&mut earlier, now, long, |sent, _| {
        recorded.extend(refusals(&sent));
        Vec::new()
    });
    assert!(recorded.len() > 50);

    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    let (mut first, mut next) = (None, 0);
    knock_for(&mut guest, now, long, |sent, is_taken| {
        assert!(!is_taken);
        let true_ones = refusals(&sent);
        first = first.take().or_else(|| true_ones.first().cloned());
        let moved = true_ones.into_iter().map(|(path, refusal)| {
            let local = elsewhere;
            (Path { local, ..path }, refusal)
        });
        next = (next + 1) % recorded.len();
        let old = recorded[next].clone();
        moved.chain(first.clone()).chain([old]).collect()
    });
}

#[test]
fn a_guest_hears_no_more_that_the_slot_is_taken_once_the_host_is_silent() {
    let (mut guest, now) = patient_guest(&certificates(), Duration::ZERO);
    let now = knock_for(&mut guest, now, Duration::from_secs(3), |sent, _| {
        refusals(&sent)
    });
    assert!(guest.session.is_taken());
    knock_for(&mut guest, now, Duration::from_secs(15), |_, _| Vec::new());
    assert!(!guest.session.is_taken());
}

#[test]
fn an_answer_to_nothing_that_was_asked_is_no_sign_of_the_peer() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    let mut host = End::new(now, Role::Host, &certificates);
    // What a host once answered to an earlier knock.
    let knocks = guest.act(now);
    host.hear(now, knocks.clone());
    let is_answer = |(_, sent): &(Path, Bytes)| sent.starts_with(&[1, 1]);
    let recorded: Vec<_> = host.act(now).into_iter().filter(is_answer).collect();
    assert!(!recorded.is_empty());
    let indication = [&[0, 0x11, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat();
    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    let path = recorded[0].0;
    guest.hear(now, recorded);
    guest.hear(now, vec![(path, indication.into())]);
    assert!(!guest.session.is_answered());
}

/// Two sessions, and a path of 10 ms between them that drops datagrams above a size.
struct Narrow {
    now: Instant,
    ends: [End; 2],
    carries: usize,
    /// The host's own link takes no more than this.
    link: usize,
    /// Datagrams under way to each end.
    under_way: [VecDeque<(Instant, (Path, Bytes))>; 2],
    /// The sizes of what the host sent but for probes.
    sent: Vec<usize>,
}

impl Narrow {
    fn new(carries: usize) -> Self {
        let certificates = certificates();
        let (guest, now) = patient_guest(&certificates, Duration::ZERO);
        Self {
            now,
            ends: [End::new(now, Role::Host, &certificates), guest],
            carries,
            link: usize::MAX,
            under_way: [VecDeque::new(), VecDeque::new()],
            sent: Vec::new(),
        }
    }

    /// Two that have met over such a path and have been silent for a moment.
    fn met(carries: usize) -> Self {
        let mut path = Self::new(carries);
        path.meet();
        path.pass(Duration::from_secs(1));
        path
    }

    fn step(&mut self) {
        let arrives = self.now + Duration::from_millis(10);
        for from in 0..2 {
            let datagrams = self.ends[from].act(self.now);
            if from == 0 {
                let sizes = datagrams.iter().map(|(_, datagram)| datagram.len());
                self.sent.extend(sizes);
            }
            let link = if from == 0 { self.link } else { usize::MAX };
            let probes = std::mem::take(&mut self.ends[from].probes);
            for (_, probe) in probes.iter().filter(|(_, probe)| probe.len() > link) {
                self.ends[from].session.refused(self.now, probe.len());
            }
            let most = self.carries.min(link);
            let all = probes.into_iter().chain(datagrams);
            let passing = all.filter(|(_, datagram)| datagram.len() <= most);
            self.under_way[1 - from].extend(passing.map(|datagram| (arrives, datagram)));
        }
        self.now += STEP;
        let now = self.now;
        for (end, under_way) in self.ends.iter_mut().zip(&mut self.under_way) {
            while let Some((_, datagram)) = under_way.pop_front_if(|(at, _)| *at <= now) {
                end.hear(now, vec![datagram]);
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.step();
        }
    }

    fn meet(&mut self) {
        let until = self.now + Duration::from_secs(2);
        while self.ends.iter().any(|end| end.opened.is_none()) {
            assert!(self.now < until, "they do not meet");
            self.step();
        }
    }

    /// Carries so many bytes from the host to the guest, and tells how long that took. `meanwhile` is
    /// told how many have arrived.
    fn transfer(&mut self, bytes: usize, mut meanwhile: impl FnMut(&mut Self, usize)) -> Duration {
        let began = self.now;
        let (mut written, mut read) = (0, 0);
        while read < bytes {
            assert!(
                self.now < began + Duration::from_secs(60),
                "{read} bytes arrive"
            );
            while written < bytes && self.ends[0].session.is_writable() {
                let block = Bytes::from(vec![written as u8; 16_000.min(bytes - written)]);
                self.ends[0].session.write(self.now, &block).unwrap();
                written += block.len();
            }
            self.step();
            while let Some(block) = self.ends[1].session.read().unwrap() {
                assert!(block.iter().all(|byte| *byte == read as u8));
                read += block.len();
            }
            meanwhile(self, read);
        }
        self.now - began
    }

    /// The same where nothing happens meanwhile.
    fn send(&mut self, bytes: usize) -> Duration {
        self.sent.clear();
        self.transfer(bytes, |_, _| ())
    }

    /// The same where something happens when a third has arrived.
    fn send_while(&mut self, bytes: usize, happens: impl Fn(&mut Self)) -> Duration {
        let mut is_done = false;
        self.transfer(bytes, |path, read| {
            if !is_done && read > bytes / 3 {
                is_done = true;
                happens(path);
            }
        })
    }
}

const FILE: usize = 1_000_000;

/// UDP payloads of narrow paths, and of one that is just wide enough.
const CARRIES: [usize; 6] = [1_232, 1_200, 1_152, 952, 700, 528];

/// What a transfer may take that takes so long over a wide path.
fn limit(wide: Duration) -> Duration {
    2 * wide + Duration::from_secs(3)
}

#[test]
fn no_flight_of_the_handshake_is_larger_than_what_every_path_carries() {
    let mut path = Narrow::new(usize::MAX);
    path.meet();
    let largest = path.sent.iter().max().copied().unwrap();
    assert!(largest > path_mtu::LEAST / 2, "{largest}");
    assert!(largest <= path_mtu::LEAST, "{largest}");
}

#[test]
fn people_meet_and_a_file_passes_whatever_a_path_carries() {
    let mut wide = Narrow::new(usize::MAX);
    wide.meet();
    let wide = wide.send(FILE);
    for carries in CARRIES {
        let mut path = Narrow::new(carries);
        path.meet();
        let took = path.send(FILE);
        assert!(took < limit(wide), "{carries}: {took:?} ({wide:?})");
        // Nothing was lost, as nothing large left before it was known to pass.
        assert!(path.sent.iter().all(|size| *size <= carries), "{carries}");
    }
}

#[test]
fn a_wide_path_is_used_in_full_from_the_first_large_message_on() {
    let mut path = Narrow::new(1_400);
    path.meet();
    path.send(FILE);
    let large = path.sent.iter().filter(|size| **size > 1_200).count();
    // The last chunk of each message is smaller.
    assert!(large >= FILE / 1_300, "{large}");
}

#[test]
fn a_file_passes_when_a_path_becomes_narrow_meanwhile() {
    let wide = Narrow::met(1_400).send(FILE);
    for carries in CARRIES {
        let mut path = Narrow::met(1_400);
        let took = path.send_while(FILE, |path| path.carries = carries);
        assert!(took < limit(wide), "{carries}: {took:?} ({wide:?})");
        // What comes then is small enough by itself.
        path.send(FILE);
        assert!(path.sent.iter().all(|size| *size <= carries), "{carries}");
    }
}

#[test]
fn a_file_passes_when_the_own_link_is_narrow_or_becomes_so_meanwhile() {
    let wide = Narrow::met(1_400).send(FILE);
    for link in CARRIES {
        let mut path = Narrow::new(1_400);
        path.link = link;
        path.meet();
        let took = path.send(FILE);
        assert!(took < limit(wide), "{link}: {took:?} ({wide:?})");
        assert!(path.sent.iter().all(|size| *size <= link), "{link}");
        let mut path = Narrow::met(1_400);
        let took = path.send_while(FILE, |path| path.link = link);
        assert!(took < limit(wide), "{link}: {took:?} ({wide:?})");
    }
}

#[test]
fn a_path_that_becomes_wide_again_is_used_in_full_in_time() {
    let mut path = Narrow::met(700);
    path.carries = 1_400;
    path.pass(Duration::from_secs(21));
    path.send(FILE);
    let large = path.sent.iter().filter(|size| **size > 1_200).count();
    assert!(large >= FILE / 1_300, "{large}");
}

#[test]
fn a_path_that_carries_checks_and_nothing_else_does_not_look_alive() {
    let mut path = Narrow::met(1_400);
    let mut since = None;
    let took = path.transfer(FILE, |path, read| {
        if since.is_none() && read > FILE / 3 {
            path.carries = 200;
            since = Some(path.now);
        }
        let now = path.now;
        let Some(since) = since else { return };
        assert!(!path.ends[0].session.is_silent(), "the peer is heard");
        if path.carries == 200 && now > since + Duration::from_secs(6) {
            assert!(path.ends[0].session.is_stuck(now), "and nobody says so");
            path.carries = 1_400;
        }
    });
    assert!(took > Duration::from_secs(6));
    let now = path.now;
    assert!(!path.ends[0].session.is_stuck(now));
}

#[test]
fn a_file_passes_over_narrow_paths_that_lose_packets() {
    for seed in 0..5 {
        let mut path = Narrow::met(1_400);
        let mut random = SplitMix64(seed);
        path.transfer(FILE / 10, |path, read| {
            if read > FILE / 30 {
                path.carries = 700;
            }
            for under_way in &mut path.under_way {
                under_way.retain(|(at, _)| *at > path.now + STEP || random.share() >= 0.03);
            }
        });
    }
}
