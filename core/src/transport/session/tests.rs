//! Two sessions on a clock of their own: what happens after hours takes no time here.

use super::*;
use crate::crypto::Secret;
use crate::invitation::InvitationKeys;
use std::net::Ipv4Addr;

const HOST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);
const GUEST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4001);
const STEP: Duration = Duration::from_millis(1);

/// One end, and when its session opened.
struct End {
    session: Session,
    local: SocketAddr,
    opened: Option<Instant>,
}

impl End {
    fn new(now: Instant, seat: Seat, [host, guest]: &[Certificate; 2]) -> Self {
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let ours = keys.host_ice();
        let theirs = keys.guest_ice(guest.fingerprint());
        let (local, parties) = match seat {
            Seat::Host => (
                HOST,
                Parties {
                    seat,
                    certificate: host.clone(),
                    local: ours,
                    remote: theirs,
                    expected: guest.fingerprint(),
                },
            ),
            Seat::Guest => (
                GUEST,
                Parties {
                    seat,
                    certificate: guest.clone(),
                    local: theirs,
                    remote: ours,
                    expected: host.fingerprint(),
                },
            ),
        };
        Self {
            session: Session::new(now, parties, &[local]).unwrap(),
            local,
            opened: None,
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

fn certificates() -> [Certificate; 2] {
    [(); 2].map(|()| Certificate::generate().unwrap())
}

/// A guest that has knocked in vain for so long, and now.
fn patient_guest(certificates: &[Certificate; 2], long: Duration) -> (End, Instant) {
    let mut now = Instant::now();
    let until = now + long;
    let mut guest = End::new(now, Seat::Guest, certificates);
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
fn a_reply_that_comes_after_minutes_or_a_day_opens_the_way_at_once() {
    let certificates = certificates();
    for minutes in [0, 1, 10, 24 * 60] {
        let waited = Duration::from_secs(minutes * 60);
        let (mut guest, now) = patient_guest(&certificates, waited);
        let mut host = End::new(now, Seat::Host, &certificates);
        host.session.add_peers(now, &[Candidate::host(GUEST)]);
        let took = meet(&mut host, &mut guest, now);
        assert!(took < Duration::from_millis(100), "{minutes}: {took:?}");
    }
}

#[test]
fn a_host_that_comes_back_late_is_found_by_the_next_knock() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::from_secs(600));
    let mut host = End::new(now, Seat::Host, &certificates);
    let took = meet(&mut host, &mut guest, now);
    assert!(took < Duration::from_millis(1_200), "{took:?}");
}

#[test]
fn a_tunnel_outlives_the_path_beneath_it() {
    let certificates = certificates();
    let (mut guest, now) = patient_guest(&certificates, Duration::ZERO);
    let mut host = End::new(now, Seat::Host, &certificates);
    let mut now = now + meet(&mut host, &mut guest, now);
    // The guest sleeps for an hour and wakes up elsewhere.
    now += Duration::from_secs(3600);
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], 4002));
    guest.local = elsewhere;
    guest.session.search_anew(now, &[elsewhere]);
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
        let mut host = End::new(now, Seat::Host, &certificates);
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
