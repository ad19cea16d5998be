//! What servers saw of the sockets of this device, and what that tells of the router in between.

use handfast_token::Candidate;
use std::net::{IpAddr, SocketAddr};

/// What one server saw of one socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mapping {
    /// Where the socket is bound.
    pub local: SocketAddr,
    /// Who was asked.
    pub server: SocketAddr,
    /// Where the question came from, as the server saw it.
    pub mapped: SocketAddr,
}

/// How a router translates the address of one socket (RFC 4787 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MappingBehavior {
    /// It does not: the socket has the address that others see.
    NotTranslated,
    /// To the same address, whoever is sent to: others can find the socket there.
    EndpointIndependent,
    /// To another port for everybody: nobody knows beforehand where the socket will be seen.
    AddressDependent,
    /// Only one server answered, so there is nothing to compare.
    Unknown,
}

/// What is known of this device from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReflexiveReport {
    /// What the servers saw.
    pub mappings: Vec<Mapping>,
    /// How many questions to different servers, or from different sockets, were asked.
    pub asked: usize,
}

impl ReflexiveReport {
    /// The addresses to be named to others, each once, in the order of the sockets. Where a router
    /// shows a different port to everybody, two of them are named: so the other side knows.
    pub fn candidates(&self) -> Vec<Candidate> {
        let mut named: Vec<SocketAddr> = Vec::new();
        for socket in self.sockets() {
            let seen = self.seen_of(socket);
            let most = if self.mapping_behavior(socket) == MappingBehavior::AddressDependent {
                2
            } else {
                1
            };
            for mapped in seen.into_iter().take(most) {
                if mapped != socket && !named.contains(&mapped) {
                    named.push(mapped);
                }
            }
        }
        named.into_iter().map(Candidate::server_reflexive).collect()
    }

    /// How the address of this socket is translated.
    pub fn mapping_behavior(&self, local: SocketAddr) -> MappingBehavior {
        let seen = self.seen_of(local);
        let opinions = self.mappings.iter().filter(|m| m.local == local).count();
        match (seen.as_slice(), opinions) {
            ([one], _) if *one == local => MappingBehavior::NotTranslated,
            ([_], 2..) => MappingBehavior::EndpointIndependent,
            ([_, _, ..], _) => MappingBehavior::AddressDependent,
            _ => MappingBehavior::Unknown,
        }
    }

    /// The sockets of which something is known.
    pub fn sockets(&self) -> Vec<SocketAddr> {
        let mut sockets: Vec<SocketAddr> = Vec::new();
        for mapping in &self.mappings {
            if !sockets.contains(&mapping.local) {
                sockets.push(mapping.local);
            }
        }
        sockets
    }

    /// True if servers were asked and none of them answered.
    pub fn is_silent(&self) -> bool {
        self.asked > 0 && self.mappings.is_empty()
    }

    fn seen_of(&self, local: SocketAddr) -> Vec<SocketAddr> {
        let mut seen: Vec<SocketAddr> = Vec::new();
        for mapping in self.mappings.iter().filter(|m| m.local == local) {
            if !seen.contains(&mapping.mapped) {
                seen.push(mapping.mapped);
            }
        }
        seen
    }
}

/// The address of a network that shows a different port to everybody, if these candidates tell of one:
/// it is named with two ports, as [`ReflexiveReport::candidates`] does.
pub fn address_dependent_mapping(candidates: &[Candidate]) -> Option<IpAddr> {
    let seen = || candidates.iter().filter_map(Candidate::reflexive);
    let mut addresses = seen().map(|one| one.ip());
    addresses.find(|ip| seen().filter(|other| other.ip() == *ip).count() > 1)
}
