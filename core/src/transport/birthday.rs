//! A way between two networks of which one shows a different port to everybody.
//!
//! Such a strict network cannot be found by its address: nobody knows the port before something was
//! sent. So both sides guess, and meet by the birthday paradox: the strict side opens many sockets
//! towards the one address of the other, and the other sends to many ports of the strict one. With
//! 256 sockets, a guess in 252 hits. Where it does, the socket that was hit becomes an ordinary one,
//! and ICE goes on with it. Between two strict networks this would need some ten thousand times as
//! many guesses, and is not tried.

use super::ice::Path;
use super::knock;
use super::reflexive::{Outside, Translation, strict_address};
use super::socket::Socket;
use crate::crypto::random_bytes;
use crate::invitation::{Candidate, IceCredentials, Seat};
use bytes::{Bytes, BytesMut};
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How many sockets the strict side opens. An app on iOS may have 256 files open in all, and needs some
/// for itself.
const FAN: usize = if cfg!(target_os = "ios") { 128 } else { 256 };

/// How many of them are kept open for a peer that comes late: as many as need less than a packet a
/// second.
const FAN_LATE: usize = 18;

/// How long the whole fan is kept open. A person who is there brings it back.
const EAGER: Duration = Duration::from_secs(30);

/// How often each socket of the fan knocks, so that the router does not forget it.
const REFRESH: Duration = Duration::from_secs(10);
const REFRESH_LATE: Duration = Duration::from_secs(25);

/// How many datagrams leave together, and how often.
const BURST: usize = 16;
const BURST_EVERY: Duration = Duration::from_millis(20);

/// How many guesses there are. One that waits late is found by all of them with a certainty of 99 %.
const GUESSES: usize = 16_384;

/// By how many of them a fan that is open whole is found with a certainty of 99.9 %. Afterwards twice
/// as many leave together, as a person waits.
const GUESSES_EAGER: usize = 2_048;

/// How many guesses go to the neighbourhood of a port that the strict side was seen with: carriers
/// give each customer a block.
const NEAR: usize = 1_024;

/// Ports below are not given out by routers.
const FIRST_PORT: u32 = 1024;
const PORTS: u32 = 65_536 - FIRST_PORT;

/// What this side does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This side is the strict one: open many sockets on this address towards these.
    Fan {
        from: IpAddr,
        towards: Vec<SocketAddr>,
    },
    /// The other side is: send to many ports of this address, which was seen with these.
    Guess {
        from: SocketAddr,
        at: IpAddr,
        seen: Vec<u16>,
    },
}

impl Part {
    /// What there is to do between a device that is seen from outside like this and a peer that named
    /// these addresses. None if nobody is strict, or both are, or it cannot be known.
    pub(super) fn of(outside: &Outside, peer: &[Candidate]) -> Option<Self> {
        let theirs: Vec<SocketAddr> = peer.iter().filter_map(Candidate::reflexive).collect();
        let socket_of = |wanted: &[Translation], ip: IpAddr| {
            let mut sockets = outside.sockets().into_iter();
            sockets.find(|socket| {
                socket.is_ipv4() == ip.is_ipv4() && wanted.contains(&outside.translation(*socket))
            })
        };
        match strict_address(peer) {
            Some(at) => {
                let findable = [Translation::Same, Translation::None];
                let seen = theirs.iter().filter(|seen| seen.ip() == at);
                Some(Self::Guess {
                    from: socket_of(&findable, at)?,
                    at,
                    seen: seen.map(SocketAddr::port).collect(),
                })
            }
            None => {
                let from = socket_of(&[Translation::Strict], theirs.first()?.ip())?;
                let is_reachable = |address: &SocketAddr| address.is_ipv4() == from.is_ipv4();
                Some(Self::Fan {
                    from: from.ip(),
                    towards: theirs.into_iter().filter(is_reachable).take(2).collect(),
                })
            }
        }
    }
}

/// One side's part, while it is played.
pub(super) struct Birthday {
    part: Part,
    /// The datagram that is sent to wherever the peer may be: a check as ICE makes them.
    check: Bytes,
    ours: IceCredentials,
    began: Instant,
    next: Option<Instant>,
    /// Guesses made, or the socket of the fan whose turn it is.
    turn: usize,
    ports: Option<Ports>,
    fan: Vec<Socket>,
}

impl Birthday {
    /// Begins to play this part. None if this device lacks what it needs.
    pub(super) fn begin(
        now: Instant,
        part: Part,
        seat: Seat,
        ours: &IceCredentials,
        theirs: &IceCredentials,
    ) -> Option<Self> {
        let check = knock::check(ours, theirs, seat)?;
        let (mut ports, mut fan) = (None, Vec::new());
        match &part {
            Part::Fan { from, .. } => {
                // Fewer sockets than wanted are better than none: some systems grant few.
                fan.extend((0..FAN).map_while(|_| Socket::bind(*from).ok()));
            }
            Part::Guess { seen, .. } => ports = Some(Ports::around(seen)?),
        }
        Some(Self {
            part,
            check,
            ours: ours.clone(),
            began: now,
            next: Some(now),
            turn: 0,
            ports,
            fan,
        })
    }

    /// Whether the many sockets of the strict side have become few.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        !self.fan.is_empty() && now >= self.began + EAGER
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// Sends what is due from the fan, and gives what is due from the ordinary socket.
    pub(super) fn handle_timeout(&mut self, now: Instant) -> Vec<(Path, Bytes)> {
        if self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        match &self.part {
            Part::Fan { towards, .. } => {
                self.knock(now, &towards.clone());
                Vec::new()
            }
            &Part::Guess { from, at, .. } => self.guess(now, from, at),
        }
    }

    /// A few sockets of the fan knock; the next ones follow.
    fn knock(&mut self, now: Instant, towards: &[SocketAddr]) {
        let is_late = self.is_late(now);
        if is_late {
            self.fan.truncate(FAN_LATE);
        }
        // Late, each goes by itself, evenly spread over the time.
        let (burst, pause) = match is_late {
            false => (BURST, BURST_EVERY),
            true => (1, REFRESH_LATE / FAN_LATE as u32),
        };
        let end = (self.turn + burst).min(self.fan.len());
        for socket in self.fan.get(self.turn..end).unwrap_or_default() {
            // To one of them when it is late, as the packets are counted.
            for peer in towards.iter().take(if is_late { 1 } else { towards.len() }) {
                socket.send_one(*peer, &self.check);
            }
        }
        self.turn = end;
        self.next = Some(now + pause);
        if self.turn >= self.fan.len() {
            self.turn = 0;
            if !is_late {
                self.next = Some((now + REFRESH).min((self.began + EAGER).max(now)));
            }
        }
    }

    fn guess(&mut self, now: Instant, from: SocketAddr, at: IpAddr) -> Vec<(Path, Bytes)> {
        let burst = match self.turn < GUESSES_EAGER {
            true => BURST,
            false => 2 * BURST,
        };
        let mut out = Vec::new();
        while out.len() < burst
            && self.turn < GUESSES
            && let Some(port) = self.ports.as_mut().map(Ports::next)
        {
            let path = Path {
                local: from,
                peer: SocketAddr::new(at, port),
            };
            out.push((path, self.check.clone()));
            self.turn += 1;
        }
        self.next = (self.turn < GUESSES).then(|| now + BURST_EVERY);
        out
    }

    /// Ready when a socket of the fan has something to read.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        for socket in &self.fan {
            if socket.poll_readable(context).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    /// The socket of the fan that the peer has found, with what came there.
    pub(super) fn found(&mut self) -> Option<(Socket, SocketAddr, BytesMut)> {
        let mut buffer = [0; 1500];
        for at in 0..self.fan.len() {
            while let Some((length, peer)) = self.fan.get(at)?.receive_one(&mut buffer) {
                let datagram = buffer.get(..length)?;
                // Anybody may send to an open port; only the peer can sign.
                if knock::is_check(datagram, &self.ours) {
                    let datagram = BytesMut::from(datagram);
                    return Some((self.fan.swap_remove(at), peer, datagram));
                }
            }
        }
        None
    }
}

/// All ports, each once: those next to ports that were seen first, every second time.
struct Ports {
    near: Vec<u16>,
    /// A walk through all ports that looks random and repeats none: `step` has no divisor in common
    /// with their number.
    at: u32,
    step: u32,
    made: usize,
}

impl Ports {
    fn around(seen: &[u16]) -> Option<Self> {
        let random: [u8; 8] = random_bytes().ok()?;
        let [at, step] = [&random[..4], &random[4..]].map(|half| {
            half.iter()
                .fold(0, |value: u32, byte| value << 8 | u32::from(*byte))
                % PORTS
        });
        let mut near = Vec::new();
        for distance in 1..=(NEAR / (2 * seen.len().max(1))) as u16 {
            for port in seen {
                let both = [port.checked_add(distance), port.checked_sub(distance)];
                near.extend(
                    both.into_iter()
                        .flatten()
                        .filter(|p| u32::from(*p) >= FIRST_PORT),
                );
            }
        }
        near.reverse();
        Some(Self {
            near,
            at,
            step: coprime(step),
            made: 0,
        })
    }

    fn next(&mut self) -> u16 {
        self.made += 1;
        if self.made.is_multiple_of(2)
            && let Some(port) = self.near.pop()
        {
            return port;
        }
        self.at = (self.at + self.step) % PORTS;
        (FIRST_PORT + self.at) as u16
    }
}

/// The next number that has no divisor in common with [`PORTS`], which is 2^10 * 3^2 * 7.
fn coprime(from: u32) -> u32 {
    let is_coprime = |step: &u32| [2, 3, 7].iter().all(|prime| !step.is_multiple_of(*prime));
    (from.max(1)..).find(is_coprime).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::invitation::{Fingerprint, InvitationKeys};
    use crate::transport::reflexive::Mapping;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn seen_as(views: &[&str]) -> Outside {
        let mapping = |(server, mapped): (usize, &&str)| Mapping {
            local: address("192.168.1.5:5000"),
            server: SocketAddr::from(([5, 5, 5, server as u8], 3478)),
            mapped: address(mapped),
        };
        Outside {
            mappings: views.iter().enumerate().map(mapping).collect(),
            asked: views.len(),
        }
    }

    fn peer(views: &[&str]) -> Vec<Candidate> {
        let mut named = vec![Candidate::host(address("192.168.1.5:7000"))];
        named.extend(
            views
                .iter()
                .map(|view| Candidate::server_reflexive(address(view))),
        );
        named
    }

    #[test]
    fn the_strict_side_fans_out_and_the_other_guesses() {
        let strict = seen_as(&["9.9.9.9:1", "9.9.9.9:2"]);
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        assert_eq!(
            Part::of(&strict, &peer(&["8.8.8.8:5000"])),
            Some(Part::Fan {
                from: address("192.168.1.5:0").ip(),
                towards: vec![address("8.8.8.8:5000")],
            })
        );
        assert_eq!(
            Part::of(&findable, &peer(&["9.9.9.9:1", "9.9.9.9:2"])),
            Some(Part::Guess {
                from: address("192.168.1.5:5000"),
                at: address("9.9.9.9:1").ip(),
                seen: vec![1, 2],
            })
        );
    }

    #[test]
    fn nothing_is_guessed_where_it_is_not_needed_or_hopeless() {
        let strict = seen_as(&["9.9.9.9:1", "9.9.9.9:2"]);
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        assert_eq!(Part::of(&strict, &peer(&["7.7.7.7:1", "7.7.7.7:2"])), None);
        assert_eq!(Part::of(&findable, &peer(&["7.7.7.7:1"])), None);
        assert_eq!(Part::of(&strict, &peer(&[])), None);
        assert_eq!(
            Part::of(&seen_as(&["9.9.9.9:1"]), &peer(&["7.7.7.7:1"])),
            None
        );
        assert_eq!(
            Part::of(&seen_as(&[]), &peer(&["7.7.7.7:1", "7.7.7.7:2"])),
            None
        );
    }

    #[test]
    fn guessing_quickens_and_comes_to_an_end() {
        let keys = InvitationKeys::derive(&Secret::new([7; 16]));
        let (ours, theirs) = (keys.host_ice(), keys.guest_ice(Fingerprint([8; 32])));
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        let part = Part::of(&findable, &peer(&["9.9.9.9:1", "9.9.9.9:2"])).unwrap();
        let began = Instant::now();
        let mut guessing = Birthday::begin(began, part, Seat::Host, &ours, &theirs).unwrap();
        let (mut made, mut eager) = (0, Duration::ZERO);
        let mut last = began;
        while let Some(now) = guessing.poll_timeout() {
            made += guessing.handle_timeout(now).len();
            if made <= GUESSES_EAGER {
                eager = now - began;
            }
            last = now;
        }
        assert_eq!(made, GUESSES);
        assert!(eager >= Duration::from_millis(2_540), "{eager:?}");
        assert!(last - began < Duration::from_secs(12), "{:?}", last - began);
    }

    #[test]
    fn every_port_is_guessed_once_and_neighbours_early() {
        let mut ports = Ports::around(&[40_000]).unwrap();
        let walk: Vec<u16> = (0..PORTS as usize + NEAR).map(|_| ports.next()).collect();
        let early: Vec<u16> = walk[..20].iter().copied().skip(1).step_by(2).collect();
        assert_eq!(early[..4], [40_001, 39_999, 40_002, 39_998]);
        let mut all = walk.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), PORTS as usize);
        // Apart from the neighbours, none comes twice.
        assert_eq!(walk.len() - all.len(), NEAR);
        assert!(all.iter().all(|port| u32::from(*port) >= FIRST_PORT));
    }

    #[test]
    fn a_neighbourhood_ends_where_the_ports_end() {
        for seen in [&[65_535][..], &[1024], &[0], &[], &[1, 2, 3, 4, 5, 6, 7, 8]] {
            let mut ports = Ports::around(seen).unwrap();
            assert!(
                (0..3000).all(|_| u32::from(ports.next()) >= FIRST_PORT),
                "{seen:?}"
            );
        }
    }
}
