//! Finding a path: one ICE agent (RFC 8445), paced and read the way this room needs it.
//!
//! The agent of webrtc-rs acts only when its clock is advanced. That is used twice here: its pace is
//! ours (dense at first, polite later), and whatever arrives is answered at once instead of at the
//! agent's next tick.

use super::certificate::provider;
use super::error::Logged;
use super::{TransportError, knock};
use bytes::BytesMut;
use handfast_token::IceCredentials;
use rtc_ice::Agent;
use rtc_ice::agent::agent_config::AgentConfig;
use rtc_ice::candidate::candidate_host::CandidateHostConfig;
use rtc_ice::candidate::candidate_server_reflexive::CandidateServerReflexiveConfig;
use rtc_ice::candidate::{Candidate, CandidateConfig, CandidateType};
use rtc_ice::mdns::MulticastDnsMode;
use rtc_ice::state::ConnectionState;
use rtc_shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use sansio::Protocol;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Silence after which a path counts as interrupted. Three lost consent checks in a row.
const SILENCE: Duration = Duration::from_millis(2_500);

/// How often a connected agent checks that the other side is still there (RFC 7675).
const CONSENT: Duration = Duration::from_millis(750);

/// The same while nobody looks at either device. Routers forget a way that carries nothing, many of them
/// after half a minute (RFC 4787 §4.3 asks for two).
const QUIET: Duration = Duration::from_secs(30);

/// How long the controlling side leaves that to the other, whose checks it answers. The other way round each
/// check would lead to one of the controlled side's own (RFC 8445 §7.3.1.4).
const LEFT_TO_THE_PEER: Duration = Duration::from_secs(40);

/// Silence on the agreed path after which a check from elsewhere means that the peer has moved: a
/// consent check must have been missed.
const MOVED: Duration = Duration::from_secs(1);

/// The agent's own tick; only its ratio to the instants we hand in matters. See [`Ice::act_now`].
const TICK: Duration = Duration::from_millis(5);

/// How often somebody is knocked at who has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// Until this long after the start, this often.
    begins: [(Duration, Duration); 3],
    /// Afterwards: one check in this time, however many paths there are.
    polite: Duration,
}

/// Somebody who was invited, or who invited: both sides see to it that it happens now.
pub(super) const INVITED: Pace = Pace {
    begins: [
        (Duration::from_secs(1), Duration::from_millis(50)),
        (Duration::from_secs(5), Duration::from_millis(100)),
        (Duration::from_secs(30), Duration::from_millis(250)),
    ],
    polite: Duration::from_secs(1),
};

/// A contact: one of many, whose device may be off, and who knocks by itself when it is not.
pub(super) const CONTACT: Pace = Pace {
    begins: [
        (Duration::from_secs(1), Duration::from_millis(200)),
        (Duration::from_secs(5), Duration::from_millis(500)),
        (Duration::from_secs(30), Duration::from_secs(2)),
    ],
    polite: Duration::from_secs(5),
};

/// The same while many more sockets knock beside.
const PATIENT: Duration = Duration::from_secs(4);

/// How long one agent searches before another takes over: an agent counts its checks in 16 bits.
const AGENT_LIFE: Duration = Duration::from_secs(30 * 60);

/// How many addresses a peer may be heard from. Copies of one knock from forged addresses must not
/// fill the agent's tables; a peer that moves has a few.
const MOST_PEERS: usize = 32;

/// The agent takes whatever comes from here for multicast DNS (RFC 6762), which is not used.
const MDNS_PORT: u16 = 5353;

/// The two ends of a way through the network: one of our sockets, and an address of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Path {
    /// The address our socket is bound to.
    pub(super) local: SocketAddr,
    /// Where the peer's datagrams come from and ours go to.
    pub(super) peer: SocketAddr,
}

/// One side's search for a path, and the watch over it once found.
///
/// Both sides know each other's credentials from the invitation, so either may search anew at any
/// time, from other addresses too, without a word to the other: there is nothing to be exchanged.
pub(super) struct Ice {
    agent: Agent,
    controlling: bool,
    local: IceCredentials,
    remote: IceCredentials,
    sockets: Vec<SocketAddr>,
    /// When this agent began.
    agent_since: Instant,
    /// When the pace began.
    started: Instant,
    next_check: Instant,
    /// Where the peer was said to be, and whether a server outside said it.
    given: Vec<(SocketAddr, bool)>,
    /// The way that an authenticated check last came, used until the agents have agreed on one.
    provisional: Option<Path>,
    /// A check came that the agent has not acted on.
    is_news: bool,
    /// When the peer was last heard; see [`Self::note`].
    heard: Option<Instant>,
    /// The peer was heard, and is no more.
    is_lost: bool,
    /// A check came from elsewhere since the agreed path was last heard.
    seems_moved: bool,
    /// Nobody looks at either device: the path is checked seldom while nothing is sent on it.
    is_quiet: bool,
    /// Since when an answer is waited for, after a time in which none was.
    waits_since: Option<Instant>,
    pace: Pace,
    /// Many more sockets knock beside.
    backs_off: bool,
    /// Whether the pace at the end is that from now on.
    is_polite: bool,
}

/// Whether a path may lead from one of our sockets to this address: the families are the same, and of
/// IPv6 a link-local address reaches its own link and is reached from there.
pub(super) fn can_reach(local: SocketAddr, peer: SocketAddr) -> bool {
    let is_bound_to_a_link = |address: SocketAddr| match address {
        SocketAddr::V4(_) => false,
        SocketAddr::V6(v6) => v6.ip().is_unicast_link_local(),
    };
    local.is_ipv4() == peer.is_ipv4() && is_bound_to_a_link(local) == is_bound_to_a_link(peer)
}

impl Ice {
    /// The controlling side nominates: a guest, because it acts first, or a browser.
    pub(super) fn new(
        now: Instant,
        controlling: bool,
        local: &IceCredentials,
        remote: &IceCredentials,
        sockets: &[SocketAddr],
        pace: Pace,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            agent: begin_agent(now, controlling, local, remote, sockets)?,
            controlling,
            local: local.clone(),
            remote: remote.clone(),
            sockets: sockets.to_vec(),
            agent_since: now,
            started: now,
            next_check: now,
            given: Vec::new(),
            provisional: None,
            is_news: false,
            heard: None,
            is_lost: false,
            seems_moved: false,
            is_quiet: false,
            waits_since: None,
            pace,
            backs_off: false,
            is_polite: false,
        })
    }

    /// Searches for a path from these sockets, quickly again: the network changed, or the path went
    /// silent. Where the peer was known to be stays known.
    ///
    /// # Errors
    /// As [`Self::new`]; the search goes on as before then.
    pub(super) fn restart_ice(
        &mut self,
        now: Instant,
        sockets: &[SocketAddr],
    ) -> Result<(), TransportError> {
        self.is_lost = self.heard.is_some();
        self.seems_moved = false;
        self.sockets = sockets.to_vec();
        self.begin_again(now)?;
        self.started = now;
        self.next_check = now;
        Ok(())
    }

    /// Lets a fresh agent take over. It knows where the peer was said to be and where it last was.
    fn begin_again(&mut self, now: Instant) -> Result<(), TransportError> {
        let mut agent = begin_agent(
            now,
            self.controlling,
            &self.local,
            &self.remote,
            &self.sockets,
        )?;
        let last = [self.provisional, self.agreed()].into_iter().flatten();
        let mut known = self.given.clone();
        for path in last.clone() {
            if known.iter().all(|(peer, _)| *peer != path.peer) {
                known.push((path.peer, false));
            }
        }
        for (peer, reflexive) in known {
            agent
                .add_remote_candidate(peer_candidate(peer, reflexive)?)
                .map_err(TransportError::ice)?;
        }
        // Until a better one is found, the last way may still carry something.
        let mut usable = last.filter(|path| self.sockets.contains(&path.local));
        self.provisional = usable.next();
        self.agent = agent;
        self.agent_since = now;
        Ok(())
    }

    /// Another address where the peer may be.
    pub(super) fn add_peer(
        &mut self,
        now: Instant,
        address: SocketAddr,
        reflexive: bool,
    ) -> Result<(), TransportError> {
        self.agent
            .add_remote_candidate(peer_candidate(address, reflexive)?)
            .map_err(TransportError::ice)?;
        if !self.given.contains(&(address, reflexive)) {
            self.given.push((address, reflexive));
        }
        self.started = now;
        self.next_check = now;
        Ok(())
    }

    /// The pace is that of a search which began then.
    pub(super) fn paced_from(&mut self, started: Instant) {
        self.started = started;
    }

    /// The peer was heard on this path, by whoever has the same credentials.
    pub(super) fn begin_at(&mut self, now: Instant, path: Path) -> Result<(), TransportError> {
        self.add_peer(now, path.peer, false)?;
        self.provisional = Some(path);
        self.heard = Some(now);
        Ok(())
    }

    /// Takes a STUN message. True if it came from somebody who holds this session's credentials.
    ///
    /// The agent acts on some things before it looks at the proof, or without one: indications, a
    /// conflict of roles, whatever comes from the port of multicast DNS. So the proof is looked at here,
    /// and only requests and successes with one are handed on. ICE's roles follow from the two roles at the table and never
    /// change.
    pub(super) fn handle(&mut self, now: Instant, path: Path, datagram: BytesMut) -> bool {
        if !self.is_known(path) && self.agent.get_remote_candidates().len() >= MOST_PEERS {
            return false;
        }
        let is_request =
            knock::is_peers_check(&datagram, &self.local, &self.remote, self.controlling);
        let is_proven = is_request || knock::is_success(&datagram, &self.remote);
        if !is_proven || path.peer.port() == MDNS_PORT {
            return false;
        }
        let handled = self
            .agent
            .handle_read(TaggedBytesMut {
                now,
                transport: context(path),
                message: datagram,
            })
            .is_ok();
        if handled {
            self.note(now, path);
            self.is_news = true;
            if self.provisional.is_none() || is_request {
                self.provisional = Some(path);
            }
            if is_request && self.agreed().is_some_and(|agreed| agreed != path) {
                self.seems_moved = true;
                self.expect_answer(now);
                let due = self.heard.max(self.waits_since).unwrap_or(now) + MOVED;
                self.next_check = self.next_check.min(due.max(now));
            }
        }
        handled
    }

    /// Whether a path leads from one of our sockets to where the peer may be.
    pub(super) fn is_known(&self, path: Path) -> bool {
        let remotes = self.agent.get_remote_candidates();
        self.sockets.contains(&path.local) && remotes.iter().any(|peer| peer.addr() == path.peer)
    }

    /// The peer was heard on a path, beyond doubt. If a path was agreed on, only that one counts: a
    /// peer that moved is heard from elsewhere, and cannot hear us.
    pub(super) fn note(&mut self, now: Instant, path: Path) {
        self.agent.is_valid_non_stun_traffic(now, context(path));
        if self.agreed().is_none_or(|agreed| agreed == path) {
            self.heard = Some(now);
            self.is_lost = false;
            self.seems_moved = false;
            self.waits_since = None;
        }
    }

    /// Whether nobody looks at either device, so that little is sent to say that one is there.
    pub(super) fn be_quiet(&mut self, now: Instant, is_quiet: bool) {
        if self.is_quiet != is_quiet {
            self.expect_answer(now);
            self.is_quiet = is_quiet;
        }
    }

    /// Something was sent that the peer answers: if it does not, the path is watched as closely as always.
    pub(super) fn expect_answer(&mut self, now: Instant) {
        if self.is_quiet && self.waits_since.is_none() {
            self.waits_since = Some(now);
            self.next_check = self.next_check.min(now + CONSENT);
        }
    }

    /// Until when the path needs no check, as the peer was heard on it and nothing waits for an answer.
    fn rests_until(&self) -> Option<Instant> {
        let is_resting = self.is_quiet && self.waits_since.is_none() && !self.seems_moved;
        let heard = self.heard.filter(|_| is_resting && !self.is_lost)?;
        self.agreed()?;
        Some(match self.controlling {
            true => heard + LEFT_TO_THE_PEER,
            false => heard + QUIET,
        })
    }

    /// The peer is on this path now: searches anew, and sends there meanwhile.
    pub(super) fn follow(&mut self, now: Instant, path: Path) {
        if let Err(error) = self.restart_ice(now, &self.sockets.clone()) {
            log::debug!("the search goes on as before: {error}");
        }
        self.provisional = Some(path);
        self.is_lost = false;
    }

    /// Lets the agent act on what arrived, now instead of at its next tick. Called once for a batch
    /// of datagrams, so that answers leave before what they make possible.
    pub(super) fn act_now(&mut self, now: Instant) {
        let is_news = std::mem::take(&mut self.is_news);
        if is_news && self.agent.state() == ConnectionState::Checking {
            // One tick ahead is what makes the agent's own pacing agree.
            let _ = self.agent.handle_timeout(now + TICK);
        }
    }

    /// The way to send: the agreed one, or the one an authenticated check last came by.
    pub(super) fn path(&self) -> Option<Path> {
        self.agreed().or(self.provisional)
    }

    fn agreed(&self) -> Option<Path> {
        let (local, remote) = self.agent.get_selected_candidate_pair()?;
        Some(Path {
            local: local.base_addr(),
            peer: remote.addr(),
        })
    }

    /// Every combination of our sockets and the peer's addresses that could be a path.
    pub(super) fn possible_paths(&self) -> Vec<Path> {
        let locals = self.agent.get_local_candidates();
        let remotes = self.agent.get_remote_candidates();
        locals
            .iter()
            .flat_map(|local| remotes.iter().map(move |remote| (local, remote)))
            .filter(|(local, remote)| can_reach(local.addr(), remote.addr()))
            .map(|(local, remote)| Path {
                local: local.base_addr(),
                peer: remote.addr(),
            })
            .collect()
    }

    /// Whether the peer was heard and is no more. The agent's own judgement is not asked: it needs a
    /// path that both agents agreed on, and one that searches anew is followed before.
    pub(super) fn is_silent(&self) -> bool {
        self.is_lost
    }

    /// Whether knocking in vain is slower than it is anyway.
    pub(super) fn back_off(&mut self, backs_off: bool) {
        self.backs_off = backs_off;
    }

    /// Whether knocking is as slow as at the end: the peer is there, and is with somebody else.
    pub(super) fn be_polite(&mut self, is_polite: bool) {
        self.is_polite = is_polite;
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        self.next_check
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if now < self.next_check {
            return;
        }
        if let Some(until) = self.rests_until() {
            if now < until {
                self.next_check = until;
                return;
            }
            self.waits_since = Some(now);
        }
        let is_heard = self.heard.is_some() && !self.is_lost;
        let silence = if self.seems_moved { MOVED } else { SILENCE };
        let silent_since = self.heard.max(self.waits_since);
        let falls_silent = is_heard && silent_since.is_some_and(|at| now >= at + silence);
        let is_worn = self.agreed().is_none() && now >= self.agent_since + AGENT_LIFE;
        let anew = match (falls_silent, is_worn) {
            (true, _) => self.restart_ice(now, &self.sockets.clone()),
            (false, true) => self.begin_again(now),
            (false, false) => Ok(()),
        };
        if let Err(error) = anew {
            log::debug!("the search goes on as before: {error}");
        }
        let _ = self.agent.handle_timeout(now + TICK);
        while self.agent.poll_event().is_some() {}
        let elapsed = match self.is_polite {
            true => Duration::MAX,
            false => now.saturating_duration_since(self.started),
        };
        let polite = match self.backs_off {
            true => PATIENT,
            false => self.pace.polite,
        };
        let paths = self.possible_paths().len();
        let mut every = self.pace.after(elapsed, paths, polite);
        if self.agreed().is_some() {
            every = CONSENT;
        } else if self.heard.is_some() {
            // Somebody who was there is waited for at the same pace: they may be back any moment.
            every = every.min(CONSENT);
        }
        self.next_check = now + every;
    }

    pub(super) fn poll_transmit(&mut self) -> Option<(Path, BytesMut)> {
        self.agent.poll_write().map(|out| {
            let path = Path {
                local: out.transport.local_addr,
                peer: out.transport.peer_addr,
            };
            (path, out.message)
        })
    }
}

fn begin_agent(
    now: Instant,
    controlling: bool,
    local: &IceCredentials,
    remote: &IceCredentials,
    sockets: &[SocketAddr],
) -> Result<Agent, TransportError> {
    let config = AgentConfig {
        local_ufrag: local.ufrag.clone(),
        local_pwd: local.password.expose().to_owned(),
        multicast_dns_mode: MulticastDnsMode::Disabled,
        disconnected_timeout: Some(SILENCE),
        // Never `Failed`: how long to go on is decided above, where the reason is known.
        failed_timeout: Some(Duration::ZERO),
        keepalive_interval: Some(CONSENT),
        check_interval: TICK,
        max_binding_requests: Some(u16::MAX - 1),
        is_controlling: controlling,
        host_acceptance_min_wait: Some(Duration::ZERO),
        srflx_acceptance_min_wait: Some(Duration::ZERO),
        prflx_acceptance_min_wait: Some(Duration::ZERO),
        candidate_types: vec![
            CandidateType::Host,
            CandidateType::ServerReflexive,
            CandidateType::PeerReflexive,
        ],
        ..AgentConfig::default()
    };
    let mut agent = Agent::new(now, Arc::new(config), provider()).map_err(TransportError::ice)?;
    for socket in sockets {
        agent
            .add_local_candidate(host_candidate(*socket)?)
            .map_err(TransportError::ice)?;
    }
    agent
        .start_connectivity_checks(
            now,
            controlling,
            remote.ufrag.clone(),
            remote.password.expose().to_owned(),
        )
        .map_err(TransportError::ice)?;
    Ok(agent)
}

impl Pace {
    /// In what time the next check follows, so long after the start.
    fn after(&self, elapsed: Duration, paths: usize, polite: Duration) -> Duration {
        let begins = self.begins.iter().find(|(until, _)| elapsed < *until);
        begins.map_or_else(
            || polite * u32::try_from(paths.max(1)).unwrap_or(u32::MAX),
            |(_, every)| *every,
        )
    }
}

fn context(path: Path) -> TransportContext {
    TransportContext {
        local_addr: path.local,
        peer_addr: path.peer,
        transport_protocol: TransportProtocol::UDP,
        ecn: None,
    }
}

fn base_config(address: SocketAddr) -> CandidateConfig {
    CandidateConfig {
        network: "udp".to_owned(),
        address: address.ip().to_string(),
        port: address.port(),
        component: 1,
        ..CandidateConfig::default()
    }
}

fn host_candidate(address: SocketAddr) -> Result<Candidate, TransportError> {
    CandidateHostConfig {
        base_config: base_config(address),
        ..CandidateHostConfig::default()
    }
    .new_candidate_host()
    .map_err(TransportError::ice)
}

fn peer_candidate(address: SocketAddr, reflexive: bool) -> Result<Candidate, TransportError> {
    match reflexive {
        true => reflexive_candidate(address),
        false => host_candidate(address),
    }
}

fn reflexive_candidate(address: SocketAddr) -> Result<Candidate, TransportError> {
    CandidateServerReflexiveConfig {
        base_config: base_config(address),
        ..CandidateServerReflexiveConfig::default()
    }
    .new_candidate_server_reflexive()
    .map_err(TransportError::ice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_token::{Fingerprint, InvitationKeys, Secret};
    use std::net::Ipv4Addr;

    const SOCKET: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);

    fn two_sides(now: Instant) -> (Ice, Ice) {
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let (host, guest) = (keys.host_ice(), keys.guest_ice(Fingerprint([2; 32])));
        (
            Ice::new(now, false, &host, &guest, &[SOCKET], INVITED).unwrap(),
            Ice::new(now, true, &guest, &host, &[SOCKET], INVITED).unwrap(),
        )
    }

    #[test]
    fn a_knock_copied_from_many_addresses_fills_no_table() {
        let now = Instant::now();
        let (mut host, mut guest) = two_sides(now);
        guest.add_peer(now, SOCKET, false).unwrap();
        guest.handle_timeout(now);
        let (_, knock) = guest.poll_transmit().unwrap();
        let heard = (0..1000).filter(|port| {
            let peer = SocketAddr::from(([127, 0, 0, 1], 10_000 + port));
            let path = Path {
                local: SOCKET,
                peer,
            };
            host.handle(now, path, knock.clone())
        });
        assert_eq!(heard.count(), MOST_PEERS);
    }

    /// Knocks in vain from `from` on, and returns how many checks left in each second.
    fn knock(guest: &mut Ice, from: Instant, seconds: usize) -> Vec<u32> {
        let mut sent = vec![0; seconds];
        while guest.poll_timeout() < from + Duration::from_secs(seconds as u64) {
            let at = guest.poll_timeout();
            guest.handle_timeout(at);
            while guest.poll_transmit().is_some() {
                sent[at.saturating_duration_since(from).as_secs() as usize] += 1;
            }
        }
        sent
    }

    #[test]
    fn knocking_becomes_polite_and_quick_again_when_searching_anew() {
        let now = Instant::now();
        let (_, mut guest) = two_sides(now);
        for port in 0..3 {
            let peer = SocketAddr::from(([127, 0, 0, 1], 5000 + port));
            guest.add_peer(now, peer, false).unwrap();
        }
        let sent = knock(&mut guest, now, 60);
        assert!(sent[0] >= 3 * 15, "{sent:?}");
        let late: u32 = sent[31..].iter().sum();
        assert!(late <= 30, "{sent:?}");
        let later = now + Duration::from_secs(60);
        guest.restart_ice(later, &[SOCKET]).unwrap();
        let sent = knock(&mut guest, later, 40);
        assert!(sent[0] >= 3 * 15, "{sent:?}");
    }

    #[test]
    fn knocking_outlasts_the_checks_that_one_agent_can_count() {
        let now = Instant::now();
        let (_, mut guest) = two_sides(now);
        guest.add_peer(now, SOCKET, false).unwrap();
        let sent = knock(&mut guest, now, 20 * 3600);
        assert!(sent.iter().sum::<u32>() > u32::from(u16::MAX));
        assert!(sent[sent.len() - 600..].iter().sum::<u32>() >= 590);
    }

    /// Carries checks both ways for a while; `from` is where the guest's come from.
    fn talk(host: &mut Ice, guest: &mut Ice, from: SocketAddr, mut now: Instant, time: Duration) {
        let until = now + time;
        while now < until {
            for side in [&mut *host, &mut *guest] {
                side.handle_timeout(now);
                side.act_now(now);
            }
            while let Some((_, check)) = guest.poll_transmit() {
                let path = Path {
                    local: SOCKET,
                    peer: from,
                };
                host.handle(now, path, check);
            }
            while let Some((path, check)) = host.poll_transmit() {
                // What goes to where the guest was before is lost.
                if path.peer == from {
                    let path = Path {
                        local: from,
                        peer: SOCKET,
                    };
                    guest.handle(now, path, check);
                }
            }
            now += Duration::from_millis(5);
        }
    }

    /// Two sides with a path, after a second.
    fn met(now: Instant) -> (Ice, Ice) {
        let (mut host, mut guest) = two_sides(now);
        guest.add_peer(now, SOCKET, false).unwrap();
        talk(&mut host, &mut guest, SOCKET, now, Duration::from_secs(1));
        assert!(host.path().is_some() && guest.path().is_some());
        (host, guest)
    }

    /// Lets both sides act until then. How many datagrams left in all; none arrives from when the path is cut on.
    fn sent(sides: &mut [Ice; 2], from: Instant, until: Instant, cut: Option<Instant>) -> u32 {
        let path = Path {
            local: SOCKET,
            peer: SOCKET,
        };
        let (mut now, mut sent) = (from, 0);
        while now < until {
            for at in [0, 1] {
                sides[at].handle_timeout(now);
                sides[at].act_now(now);
                while let Some((_, datagram)) = sides[at].poll_transmit() {
                    sent += 1;
                    if cut.is_none_or(|cut| now < cut) {
                        sides[1 - at].handle(now, path, datagram);
                    }
                }
            }
            now = sides[0].poll_timeout().min(sides[1].poll_timeout());
            now = now.max(from);
        }
        sent
    }

    #[test]
    fn a_path_that_nobody_looks_at_costs_four_datagrams_a_minute_and_stays() {
        let begin = Instant::now();
        let (host, guest) = met(begin);
        let mut sides = [host, guest];
        let [now, hour] = [1, 3601].map(|second| begin + Duration::from_secs(second));
        for side in &mut sides {
            side.be_quiet(now, true);
        }
        let sent = sent(&mut sides, now, hour, None);
        assert!((4 * 59..=4 * 61).contains(&sent), "{sent}");
        assert!(sides.iter().all(|side| !side.is_silent()));
    }

    #[test]
    fn a_path_that_nobody_looks_at_is_missed_when_it_is_gone() {
        let begin = Instant::now();
        let (host, guest) = met(begin);
        let mut sides = [host, guest];
        let now = begin + Duration::from_secs(1);
        for side in &mut sides {
            side.be_quiet(now, true);
        }
        let cut = now + Duration::from_secs(95);
        sent(&mut sides, now, cut, None);
        sent(&mut sides, cut, cut + Duration::from_secs(20), Some(cut));
        assert!(sides.iter().all(|side| !side.is_silent()));
        let missed = cut + LEFT_TO_THE_PEER + SILENCE + CONSENT;
        sent(&mut sides, cut, missed, Some(cut));
        assert!(sides.iter().all(Ice::is_silent));
    }

    #[test]
    fn what_is_sent_on_a_quiet_path_is_watched_as_closely_as_always() {
        let begin = Instant::now();
        for is_sent in [true, false] {
            let (host, guest) = met(begin);
            let mut sides = [host, guest];
            let now = begin + Duration::from_secs(1);
            for side in &mut sides {
                side.be_quiet(now, true);
            }
            let cut = now + Duration::from_secs(10);
            sent(&mut sides, now, cut, None);
            match is_sent {
                true => sides[0].expect_answer(cut),
                false => sides[0].be_quiet(cut, false),
            }
            let missed = cut + SILENCE + CONSENT;
            sent(&mut sides, cut, missed, Some(cut));
            assert!(sides[0].is_silent(), "{is_sent}");
            assert!(!sides[1].is_silent(), "nothing was sent from there");
        }
    }

    #[test]
    fn a_path_is_found_again_from_another_address_without_a_word() {
        let now = Instant::now();
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let (ours, theirs) = (keys.host_ice(), keys.guest_ice(Fingerprint([2; 32])));
        let [home, away] = [7000, 7001].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let mut host = Ice::new(now, false, &ours, &theirs, &[SOCKET], INVITED).unwrap();
        let mut guest = Ice::new(now, true, &theirs, &ours, &[home], INVITED).unwrap();
        guest.add_peer(now, SOCKET, false).unwrap();
        talk(&mut host, &mut guest, home, now, Duration::from_secs(1));
        assert_eq!(guest.path().map(|path| path.local), Some(home));
        assert!(!guest.is_silent() && !host.is_silent());

        let later = now + Duration::from_secs(1);
        guest.restart_ice(later, &[away]).unwrap();
        assert!(guest.is_silent());
        assert_eq!(guest.path(), None);
        talk(&mut host, &mut guest, away, later, Duration::from_secs(5));
        assert_eq!(guest.path().map(|path| path.local), Some(away));
        assert_eq!(host.path().map(|path| path.peer), Some(away));
        assert!(!guest.is_silent() && !host.is_silent());
    }

    #[test]
    fn a_peer_that_moved_is_followed_before_its_silence_is_one() {
        let now = Instant::now();
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let (ours, theirs) = (keys.host_ice(), keys.guest_ice(Fingerprint([2; 32])));
        let [home, away] = [7000, 7001].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let mut host = Ice::new(now, false, &ours, &theirs, &[SOCKET], INVITED).unwrap();
        let mut guest = Ice::new(now, true, &theirs, &ours, &[home], INVITED).unwrap();
        guest.add_peer(now, SOCKET, false).unwrap();
        talk(&mut host, &mut guest, home, now, Duration::from_secs(1));
        let later = now + Duration::from_secs(1);
        guest.restart_ice(later, &[away]).unwrap();
        talk(
            &mut host,
            &mut guest,
            away,
            later,
            Duration::from_millis(1_300),
        );
        assert_eq!(host.path().map(|path| path.peer), Some(away));
        assert!(!host.is_silent());
    }
}
