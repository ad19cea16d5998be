//! A way between two networks of which one shows a different port to everybody.
//!
//! Such a strict network cannot be found by its address: nobody knows the port before something was
//! sent. So both sides guess, and meet by the birthday paradox: the strict side opens many sockets
//! towards the one address of the other, and the other sends to many ports of the strict one. With
//! 256 sockets, a guess in 252 hits. Where it does, the socket that was hit becomes an ordinary one,
//! and ICE goes on with it. Between two strict networks this would need some ten thousand times as
//! many guesses, and is not tried.
//!
//! How many datagrams this takes is not for this file to say: each is asked for, see
//! [`guesses`](super::guesses). Here is only how they are spread over the time.

use super::guesses::Token;
use super::ice::Path;
use super::knock;
use super::socket::Socket;
use bytes::{Bytes, BytesMut};
use handfast_protocol::network::{MappingBehavior, ReflexiveReport, address_dependent_mapping};
use handfast_token::{Candidate, IceCredentials, Range, random_bytes};
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How many sockets the strict side opens. An app on iOS may have 256 files open in all, and needs some
/// for itself.
const GUESS_SOCKETS: usize = if cfg!(target_os = "ios") { 128 } else { 256 };

/// How many of them a side that waits keeps open, after the first round and from the sixth on: a guess
/// then hits as rarely, but each later minute costs less of what there is.
const GUESS_SOCKETS_LATER: usize = 128;
const GUESS_SOCKETS_LATE: usize = 64;
const LATE: usize = 5;

/// How often each guess socket knocks, so that the router does not forget it: within the half
/// minute after which many do.
const REFRESH: Duration = Duration::from_secs(25);

/// How many datagrams leave together, and how often.
const BURST: usize = 16;
const BURST_EVERY: Duration = Duration::from_millis(20);

/// How long a side that waits takes until its next guess: the time that it has guessed for so far, and
/// this beside it, by this number. So it tries as much between the first and the second minute as
/// between the fourth and the eighth, and its guesses last for ten.
const HEAD_START: Duration = Duration::from_secs(5);
const SPREAD: u32 = 427;

/// How many guesses go to the neighbourhood of a port that the strict side was seen with: carriers
/// give each customer a block.
const NEAR: usize = 1_024;

/// Ports below are not given out by routers.
const FIRST_PORT: u32 = 1024;
const PORTS: u32 = 65_536 - FIRST_PORT;

/// What this side does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This side is the strict one: open many sockets on this address towards that one.
    OpenSockets { from: IpAddr, towards: SocketAddr },
    /// The other side is: send to many ports of this address, which was seen with these.
    Guess {
        from: SocketAddr,
        at: IpAddr,
        seen: Vec<u16>,
    },
}

impl Part {
    /// What there is to do between a device that is seen from outside like this and a peer that named
    /// these addresses. None if nobody is strict, or both are, or it cannot be known, or the peer was
    /// seen at no public address.
    pub(super) fn of(reflexive: &ReflexiveReport, peer: &[Candidate]) -> Option<Self> {
        let is_public = |seen: &SocketAddr| Range::of(seen.ip()) == Range::Public;
        let public = |one: &&Candidate| one.reflexive().as_ref().is_some_and(is_public);
        let named: Vec<Candidate> = peer.iter().filter(public).cloned().collect();
        let theirs: Vec<SocketAddr> = named.iter().filter_map(Candidate::reflexive).collect();
        let socket_of = |wanted: &[MappingBehavior], ip: IpAddr| {
            let mut sockets = reflexive.sockets().into_iter();
            sockets.find(|socket| {
                socket.is_ipv4() == ip.is_ipv4()
                    && wanted.contains(&reflexive.mapping_behavior(*socket))
            })
        };
        match address_dependent_mapping(&named) {
            Some(at) => {
                let findable = [
                    MappingBehavior::EndpointIndependent,
                    MappingBehavior::NotTranslated,
                ];
                let seen = theirs.iter().filter(|seen| seen.ip() == at);
                Some(Self::Guess {
                    from: socket_of(&findable, at)?,
                    at,
                    seen: seen.map(SocketAddr::port).collect(),
                })
            }
            None => {
                let towards = *theirs.first()?;
                let from = socket_of(&[MappingBehavior::AddressDependent], towards.ip())?;
                Some(Self::OpenSockets {
                    from: from.ip(),
                    towards,
                })
            }
        }
    }

    /// The one address that anything is sent to.
    pub(super) fn at(&self) -> IpAddr {
        match self {
            Self::OpenSockets { towards, .. } => towards.ip(),
            Self::Guess { at, .. } => *at,
        }
    }
}

/// How a part is spread over the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// The other side is there, or is about to be: at once.
    AtOnce,
    /// The other side may come at any time within the next minutes.
    Waiting,
}

impl Pace {
    /// How many sockets knock in this round.
    fn guess_sockets(self, round: usize) -> usize {
        match (self, round) {
            (Self::AtOnce, _) | (_, 0) => GUESS_SOCKETS,
            (Self::Waiting, ..LATE) => GUESS_SOCKETS_LATER,
            (Self::Waiting, _) => GUESS_SOCKETS_LATE,
        }
    }
}

/// A part, how it is played, and what it is charged to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) part: Part,
    pub(super) pace: Pace,
    pub(super) token: Token,
}

/// One side's part, while it is played.
pub(super) struct PortGuess {
    plan: Plan,
    /// The datagram that is sent to wherever the peer may be: a check as ICE makes them.
    check: Bytes,
    ours: IceCredentials,
    began: Instant,
    next: Option<Instant>,
    ports: Option<Ports>,
    guess_sockets: Vec<Socket>,
    /// The guess socket whose turn it is, and when the round began that it is in.
    turn: usize,
    round: usize,
    round_began: Instant,
    is_spent: bool,
}

impl PortGuess {
    /// Begins to play this part. None if this device lacks what it needs.
    pub(super) fn begin(
        now: Instant,
        plan: Plan,
        is_controlling: bool,
        ours: &IceCredentials,
        theirs: &IceCredentials,
    ) -> Option<Self> {
        let check = knock::check(ours, theirs, is_controlling)?;
        let (mut ports, mut guess_sockets) = (None, Vec::new());
        match &plan.part {
            Part::OpenSockets { from, .. } => {
                // Fewer sockets than wanted are better than none: some systems grant few.
                guess_sockets.extend((0..GUESS_SOCKETS).map_while(|_| Socket::bind(*from).ok()));
                guess_sockets.first()?;
            }
            Part::Guess { seen, .. } => ports = Some(Ports::around(seen)?),
        }
        Some(Self {
            plan,
            check,
            ours: ours.clone(),
            began: now,
            next: Some(now),
            ports,
            guess_sockets,
            turn: 0,
            round: 0,
            round_began: now,
            is_spent: false,
        })
    }

    /// What is played.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether the many sockets of a strict side that waits have become fewer.
    pub(super) fn is_late(&self) -> bool {
        self.round > 0 && self.plan.pace == Pace::Waiting && !self.guess_sockets.is_empty()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// Sends what is due from the guess sockets, and gives what is due from the ordinary socket. `allow` says how
    /// many of so many datagrams may be sent; once it is fewer, it is over.
    pub(super) fn handle_timeout(
        &mut self,
        now: Instant,
        allow: impl FnMut(usize) -> usize,
    ) -> Vec<(Path, Bytes)> {
        if self.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        match self.plan.part {
            Part::OpenSockets { towards, .. } => {
                self.knock(now, towards, allow);
                Vec::new()
            }
            Part::Guess { from, at, .. } => self.guess(now, from, at, allow),
        }
    }

    /// A few guess sockets knock; the next ones follow.
    fn knock(&mut self, now: Instant, towards: SocketAddr, mut allow: impl FnMut(usize) -> usize) {
        if self.is_spent {
            self.guess_sockets.clear();
            self.next = None;
            return;
        }
        if self.turn == 0 {
            self.guess_sockets
                .truncate(self.plan.pace.guess_sockets(self.round));
            self.round_began = now;
        }
        let burst = BURST.min(self.guess_sockets.len() - self.turn);
        let allowed = allow(burst);
        for socket in self.guess_sockets.iter().skip(self.turn).take(allowed) {
            socket.send_one(towards, &self.check);
        }
        self.turn += allowed;
        self.next = Some(now + BURST_EVERY);
        if allowed < burst {
            // What is open stays so for as long as a router remembers it.
            self.is_spent = true;
            self.next = Some(now + REFRESH);
        } else if self.turn >= self.guess_sockets.len() {
            self.turn = 0;
            self.round += 1;
            self.next = Some((self.round_began + REFRESH).max(now));
        }
    }

    fn guess(
        &mut self,
        now: Instant,
        from: SocketAddr,
        at: IpAddr,
        mut allow: impl FnMut(usize) -> usize,
    ) -> Vec<(Path, Bytes)> {
        let (burst, pause) = match self.plan.pace {
            Pace::AtOnce => (BURST, BURST_EVERY),
            Pace::Waiting => (1, (now - self.began + HEAD_START) / SPREAD),
        };
        let allowed = allow(burst);
        self.next = (allowed == burst).then(|| now + pause);
        let ports = self.ports.as_mut();
        let ports = ports.map(|ports| std::iter::repeat_with(|| ports.next()));
        let guesses = ports.into_iter().flatten().take(allowed);
        let path = |port| Path {
            local: from,
            peer: SocketAddr::new(at, port),
        };
        guesses
            .map(|port| (path(port), self.check.clone()))
            .collect()
    }

    /// Ready when a guess socket has something to read.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        for socket in &self.guess_sockets {
            if socket.poll_readable(context).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    /// The guess socket that the peer has found, with what came there.
    pub(super) fn found(&mut self) -> Option<(Socket, SocketAddr, BytesMut)> {
        let mut buffer = [0; 1500];
        for at in 0..self.guess_sockets.len() {
            while let Some((length, peer)) = self.guess_sockets.get(at)?.receive_one(&mut buffer) {
                let datagram = buffer.get(..length)?;
                // Anybody may send to an open port; only the peer can sign.
                if knock::is_check(datagram, &self.ours) {
                    let datagram = BytesMut::from(datagram);
                    return Some((self.guess_sockets.swap_remove(at), peer, datagram));
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
    use crate::guesses::{ALLOWANCE, Guesses};
    use handfast_protocol::network::Mapping;
    use handfast_token::{Fingerprint, InvitationKeys, Secret};

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn seen_as(views: &[&str]) -> ReflexiveReport {
        seen_from("192.168.1.5:5000", views)
    }

    fn seen_from(local: &str, views: &[&str]) -> ReflexiveReport {
        let mapping = |(server, mapped): (usize, &&str)| Mapping {
            local: address(local),
            server: SocketAddr::from(([5, 5, 5, server as u8], 3478)),
            mapped: address(mapped),
        };
        ReflexiveReport {
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
    fn the_address_dependent_side_opens_guess_sockets_and_the_other_guesses() {
        let strict = seen_as(&["9.9.9.9:1", "9.9.9.9:2"]);
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        assert_eq!(
            Part::of(&strict, &peer(&["8.8.8.8:5000"])),
            Some(Part::OpenSockets {
                from: address("192.168.1.5:0").ip(),
                towards: address("8.8.8.8:5000"),
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

    /// What a device that is seen like this does about a token that names these addresses.
    fn plan(
        reflexive: &ReflexiveReport,
        named: &[Candidate],
        pace: Pace,
        invitation: u8,
    ) -> Option<Plan> {
        Some(Plan {
            part: Part::of(reflexive, named)?,
            pace,
            token: Token::naming(&credentials(invitation).1, named),
        })
    }

    fn credentials(invitation: u8) -> (IceCredentials, IceCredentials) {
        let keys = InvitationKeys::derive(&Secret::new([invitation; 16]));
        (keys.guest_ice(Fingerprint([8; 32])), keys.host_ice())
    }

    /// Plays a plan until nothing more comes of it: after how long each datagram went out, and where to.
    fn played(plan: Plan, began: Instant, guesses: &mut Guesses) -> Vec<(Duration, SocketAddr)> {
        let (ours, theirs) = credentials(1);
        let (token, at) = (plan.token, plan.part.at());
        let guess_sockets = match plan.part {
            Part::OpenSockets { towards, .. } => Some(towards),
            Part::Guess { .. } => None,
        };
        let mut port_guess = PortGuess::begin(began, plan, true, &ours, &theirs).unwrap();
        let mut sent = Vec::new();
        while let Some(now) = port_guess.poll_timeout() {
            let mut knocks = 0;
            let allow = |wanted| {
                knocks = guesses.take(now, token, at, wanted);
                knocks
            };
            let out = port_guess.handle_timeout(now, allow);
            let guessed = out.iter().map(|(path, _)| path.peer);
            let knocked = guess_sockets
                .into_iter()
                .flat_map(|guess_sockets| std::iter::repeat_n(guess_sockets, knocks));
            sent.extend(guessed.chain(knocked).map(|peer| (now - began, peer)));
        }
        sent
    }

    const PACES: [Pace; 2] = [Pace::AtOnce, Pace::Waiting];

    /// An invitation can name eight addresses, and all of them may be other people's.
    fn victims(strict: bool) -> Vec<Candidate> {
        let ports = if strict { [1, 2] } else { [1, 1] };
        let named = (1..=4).flat_map(|victim| ports.map(|port| format!("9.9.9.{victim}:{port}")));
        let mut named: Vec<String> = named.collect();
        named.dedup();
        named
            .iter()
            .map(|seen| Candidate::server_reflexive(address(seen)))
            .collect()
    }

    #[tokio::test]
    async fn a_token_that_names_many_victims_causes_so_many_guesses_at_one_of_them_and_no_more() {
        // The guess sockets are opened on this machine itself, whatever is said of it outside.
        let strict = seen_from("127.0.0.1:5000", &["8.8.8.8:1", "8.8.8.8:2"]);
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        for (reflexive, named) in [(&strict, victims(false)), (&findable, victims(true))] {
            for pace in PACES {
                let mut guesses = Guesses::default();
                let began = Instant::now();
                let tapped = plan(reflexive, &named, pace, 1).unwrap();
                let sent = played(tapped.clone(), began, &mut guesses);
                assert_eq!(sent.len(), ALLOWANCE, "{tapped:?}");
                assert!(
                    sent.iter()
                        .all(|(_, peer)| peer.ip() == address("9.9.9.1:1").ip())
                );
                // The same once more, a second invitation that names the same, and more by hand.
                assert_eq!(played(tapped.clone(), began, &mut guesses), []);
                let second = plan(reflexive, &named, pace, 2).unwrap();
                assert_eq!(played(second, began, &mut guesses), []);
                assert!(guesses.raise(began, tapped.token, tapped.part.at()));
                assert_eq!(played(tapped.clone(), began, &mut guesses).len(), ALLOWANCE);
                assert!(!guesses.raise(began, tapped.token, tapped.part.at()));
                assert_eq!(played(tapped, began, &mut guesses), []);
            }
        }
    }

    #[test]
    fn only_public_addresses_are_guessed_at() {
        let strict = seen_as(&["8.8.8.8:1", "8.8.8.8:2"]);
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        for ip in ["192.168.1.9", "100.64.0.9", "169.254.0.9", "127.0.0.1"] {
            let named = [1, 2].map(|port| format!("{ip}:{port}"));
            let named = named.each_ref().map(String::as_str);
            assert_eq!(Part::of(&findable, &peer(&named)), None, "{ip}");
            assert_eq!(Part::of(&strict, &peer(&named[..1])), None, "{ip}");
        }
        // What else a token names is passed over.
        let named = peer(&["192.168.1.9:1", "192.168.1.9:2", "9.9.9.9:3"]);
        let guess_sockets = Part::of(&strict, &named).unwrap();
        assert_eq!(guess_sockets.at(), address("9.9.9.9:3").ip());
        assert_eq!(Part::of(&findable, &named), None);
    }

    #[test]
    fn whoever_is_expected_is_guessed_at_once_and_whoever_may_come_for_ten_minutes() {
        let findable = seen_as(&["8.8.8.8:5000", "8.8.8.8:5000"]);
        let named = peer(&["9.9.9.9:1", "9.9.9.9:2"]);
        let [at_once, waiting] = PACES.map(|pace| {
            let plan = plan(&findable, &named, pace, 1).unwrap();
            played(plan, Instant::now(), &mut Guesses::default())
        });
        let length = |sent: &[(Duration, SocketAddr)]| sent.last().unwrap().0.as_secs_f64();
        assert!(
            (2.5..2.6).contains(&length(&at_once)),
            "{}",
            length(&at_once)
        );
        assert!(
            (570.0..630.0).contains(&length(&waiting)),
            "{}",
            length(&waiting)
        );
        // About as much in each doubling of the time.
        let within = |from, to| {
            let is_within = |sent: &&(Duration, SocketAddr)| (from..to).contains(&sent.0.as_secs());
            waiting.iter().filter(is_within).count()
        };
        for (from, to) in [(20, 40), (40, 80), (80, 160), (160, 320)] {
            let count = within(from, to);
            assert!(
                (240..300).contains(&count),
                "{count} between {from} s and {to} s"
            );
        }
    }

    #[tokio::test]
    async fn guess_sockets_stay_open_for_a_peer_that_is_there_and_last_for_one_that_may_come() {
        let strict = seen_from("127.0.0.1:5000", &["8.8.8.8:1", "8.8.8.8:2"]);
        let named = peer(&["9.9.9.9:5000"]);
        let [at_once, waiting] = PACES.map(|pace| {
            let plan = plan(&strict, &named, pace, 1).unwrap();
            let sent = played(plan, Instant::now(), &mut Guesses::default());
            let round = |(after, _): &(Duration, SocketAddr)| after.as_secs() / REFRESH.as_secs();
            let rounds = sent.chunk_by(|one, other| round(one) == round(other));
            rounds.map(<[_]>::len).collect::<Vec<usize>>()
        });
        assert_eq!(at_once, [256; 8]);
        assert_eq!(waiting[..6], [256, 128, 128, 128, 128, 64]);
        assert_eq!(waiting.len(), 25);
        assert_eq!(waiting.iter().sum::<usize>(), ALLOWANCE);
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
