//! Finding a path: one ICE agent (RFC 8445), paced and read the way this room needs it.
//!
//! The agent of webrtc-rs acts only when its clock is advanced. That is used twice here: its pace is
//! ours (dense at first, polite later), and whatever arrives is answered at once instead of at the
//! agent's next tick.

use super::TransportError;
use super::certificate::provider;
use crate::invitation::IceCredentials;
use bytes::BytesMut;
use rtc::ice::Agent;
use rtc::ice::agent::agent_config::AgentConfig;
use rtc::ice::candidate::candidate_host::CandidateHostConfig;
use rtc::ice::candidate::candidate_server_reflexive::CandidateServerReflexiveConfig;
use rtc::ice::candidate::{Candidate, CandidateConfig, CandidateType};
use rtc::ice::mdns::MulticastDnsMode;
use rtc::ice::state::ConnectionState;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Silence after which a path counts as interrupted. Three lost consent checks in a row.
const SILENCE: Duration = Duration::from_millis(2_500);

/// How often a connected agent checks that the other side is still there (RFC 7675).
const CONSENT: Duration = Duration::from_millis(750);

/// The agent's own tick; only its ratio to the instants we hand in matters. See [`Ice::act_now`].
const TICK: Duration = Duration::from_millis(5);

/// The pace of knocking while nothing has answered: until this long after the start, this often.
const PACE: [(Duration, Duration); 4] = [
    (Duration::from_secs(1), Duration::from_millis(50)),
    (Duration::from_secs(5), Duration::from_millis(100)),
    (Duration::from_secs(30), Duration::from_millis(250)),
    (Duration::MAX, Duration::from_secs(1)),
];

/// How many addresses a peer may be heard from. Copies of one knock from forged addresses must not
/// fill the agent's tables; a peer that moves has a few.
const MOST_PEERS: usize = 32;

/// The two ends of a way through the network: one of our sockets, and an address of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Path {
    /// The address our socket is bound to.
    pub(super) local: SocketAddr,
    /// Where the peer's datagrams come from and ours go to.
    pub(super) peer: SocketAddr,
}

/// One side's search for a path, and the watch over it once found.
pub(super) struct Ice {
    agent: Agent,
    started: Instant,
    next_check: Instant,
    /// The way that an authenticated check last came, used until the agents have agreed on one.
    provisional: Option<Path>,
}

impl Ice {
    /// The guest is the controlling side (it nominates), because it acts first.
    pub(super) fn new(
        now: Instant,
        controlling: bool,
        local: &IceCredentials,
        remote: &IceCredentials,
        sockets: &[SocketAddr],
    ) -> Result<Self, TransportError> {
        let config = AgentConfig {
            local_ufrag: local.ufrag.clone(),
            local_pwd: local.password.expose().to_owned(),
            multicast_dns_mode: MulticastDnsMode::Disabled,
            disconnected_timeout: Some(SILENCE),
            // Never `Failed`: how long to go on is decided above, where the reason is known.
            failed_timeout: Some(Duration::ZERO),
            keepalive_interval: Some(CONSENT),
            check_interval: TICK,
            max_binding_requests: Some(u16::MAX),
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
        let mut agent =
            Agent::new(now, Arc::new(config), provider()).map_err(TransportError::ice)?;
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
        Ok(Self {
            agent,
            started: now,
            next_check: now,
            provisional: None,
        })
    }

    /// Another address where the peer may be.
    pub(super) fn add_peer(
        &mut self,
        now: Instant,
        address: SocketAddr,
        reflexive: bool,
    ) -> Result<(), TransportError> {
        let candidate = if reflexive {
            reflexive_candidate(address)?
        } else {
            host_candidate(address)?
        };
        self.agent
            .add_remote_candidate(candidate)
            .map_err(TransportError::ice)?;
        self.started = now;
        self.next_check = now;
        Ok(())
    }

    /// Takes a STUN message. True if it came from somebody who holds this session's credentials.
    pub(super) fn handle(&mut self, now: Instant, path: Path, datagram: BytesMut) -> bool {
        let known = self.agent.get_remote_candidates();
        if known.len() >= MOST_PEERS && known.iter().all(|peer| peer.addr() != path.peer) {
            return false;
        }
        let is_request = datagram.first() == Some(&0) && datagram.get(1) == Some(&1);
        let handled = self
            .agent
            .handle_read(TaggedBytesMut {
                now,
                transport: context(path),
                message: datagram,
            })
            .is_ok();
        if handled && (self.provisional.is_none() || is_request) {
            self.provisional = Some(path);
        }
        handled
    }

    /// Notes that something other than STUN arrived on a path. False if the path is a stranger's.
    pub(super) fn heard(&mut self, now: Instant, path: Path) -> bool {
        self.agent.is_valid_non_stun_traffic(now, context(path))
    }

    /// Lets the agent act on what arrived, now instead of at its next tick. Called once for a batch
    /// of datagrams, so that answers leave before what they make possible.
    pub(super) fn act_now(&mut self, now: Instant) {
        if self.agent.state() == ConnectionState::Checking && self.provisional.is_some() {
            // One tick ahead is what makes the agent's own pacing agree.
            let _ = self.agent.handle_timeout(now + TICK);
        }
    }

    /// The way to send: the agreed one, or the one an authenticated check last came by.
    pub(super) fn path(&self) -> Option<Path> {
        self.agent
            .get_selected_candidate_pair()
            .map(|(local, remote)| Path {
                local: local.base_addr(),
                peer: remote.addr(),
            })
            .or(self.provisional)
    }

    /// Every combination of our sockets and the peer's addresses that could be a path.
    pub(super) fn possible_paths(&self) -> Vec<Path> {
        let locals = self.agent.get_local_candidates();
        let remotes = self.agent.get_remote_candidates();
        locals
            .iter()
            .flat_map(|local| remotes.iter().map(move |remote| (local, remote)))
            .filter(|(local, remote)| local.addr().is_ipv4() == remote.addr().is_ipv4())
            .map(|(local, remote)| Path {
                local: local.base_addr(),
                peer: remote.addr(),
            })
            .collect()
    }

    /// Whether the agreed path has gone silent.
    pub(super) fn is_silent(&self) -> bool {
        self.agent.state() == ConnectionState::Disconnected
    }

    /// Whether both agents have agreed on a path.
    fn is_agreed(&self) -> bool {
        self.agent.get_selected_candidate_pair().is_some()
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        self.next_check
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if now < self.next_check {
            return;
        }
        let _ = self.agent.handle_timeout(now + TICK);
        while self.agent.poll_event().is_some() {}
        self.next_check = now
            + if self.is_agreed() {
                CONSENT
            } else {
                pace(now.saturating_duration_since(self.started))
            };
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

fn pace(elapsed: Duration) -> Duration {
    PACE.iter()
        .find(|(until, _)| elapsed < *until)
        .map_or(Duration::from_secs(1), |(_, every)| *every)
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
    use crate::crypto::Secret;
    use crate::invitation::{Fingerprint, InvitationKeys};
    use std::net::Ipv4Addr;

    const SOCKET: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);

    fn two_sides(now: Instant) -> (Ice, Ice) {
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let (host, guest) = (keys.host_ice(), keys.guest_ice(Fingerprint([2; 32])));
        (
            Ice::new(now, false, &host, &guest, &[SOCKET]).unwrap(),
            Ice::new(now, true, &guest, &host, &[SOCKET]).unwrap(),
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

    #[test]
    fn knocking_becomes_polite() {
        let now = Instant::now();
        let (_, mut guest) = two_sides(now);
        guest.add_peer(now, SOCKET, false).unwrap();
        let mut sent_in_second = [0; 40];
        while guest.poll_timeout() < now + Duration::from_secs(40) {
            let at = guest.poll_timeout();
            guest.handle_timeout(at);
            while guest.poll_transmit().is_some() {
                sent_in_second[(at - now).as_secs() as usize] += 1;
            }
        }
        assert!(sent_in_second[0] >= 15, "{sent_in_second:?}");
        assert!(sent_in_second[31..].iter().all(|sent| *sent <= 1));
    }
}
