//! Why two did not reach each other, as far as one side can tell: the likeliest cause, and one thing
//! to try. Nothing is asked of anybody; where the signs are few, so is what is said.

use crate::network::{Family, NetworkReport, Reachability, address_dependent_mapping};
use handfast_token::{Candidate, Range};
use std::net::{IpAddr, SocketAddr};

/// The likeliest cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Cause {
    /// This device has no network.
    NoNetwork,
    /// Both are in one network, which keeps its devices apart, as Wi-Fi in public places does.
    KeptApart,
    /// Nobody came, and the firewall of this machine seems to let in only whoever was sent to before.
    Firewall,
    /// One has IPv4 only and the other IPv6 only.
    NoCommonFamily,
    /// This network lets no UDP out.
    Blocked,
    /// Both networks show a different port to everybody.
    BothStrict,
    /// The networks do not join by themselves, and the reply has not come back.
    ReplyMissing,
    /// The other side named only addresses of its own network, and that is another one.
    OnlyLocal,
    /// One of the two networks shows a different port to everybody, and guessing it failed.
    OneStrict,
    /// The same, and the reply has not come back as far as this side can tell.
    StrictUnreplied,
    /// Nothing here explains it: they may have gone, or their network lets nothing in.
    Gone,
}

/// One thing to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Join a network.
    JoinNetwork,
    /// One opens a hotspot, the other joins it.
    Hotspot,
    /// The firewall of this machine lets this program receive, or the host scans or opens the reply.
    LetIn,
    /// One of the two changes to another network.
    OtherNetwork,
    /// The side that invited scans or opens the reply.
    PassReply,
    /// An invitation that is made for somebody elsewhere.
    InviteFar,
    /// Both ask for more to be tried; otherwise one changes to another network.
    TryHarder,
    /// The side that invited scans or opens the reply, and then this side asks for more to be tried.
    PassReplyAndTryHarder,
    /// Both look whether the other is still there, and begin anew.
    Again,
}

impl Cause {
    /// What helps against it most often.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::NoNetwork => Remedy::JoinNetwork,
            Self::KeptApart => Remedy::Hotspot,
            Self::Firewall => Remedy::LetIn,
            Self::NoCommonFamily | Self::Blocked | Self::BothStrict => Remedy::OtherNetwork,
            Self::OneStrict => Remedy::TryHarder,
            Self::StrictUnreplied => Remedy::PassReplyAndTryHarder,
            Self::ReplyMissing => Remedy::PassReply,
            Self::OnlyLocal => Remedy::InviteFar,
            Self::Gone => Remedy::Again,
        }
    }
}

/// What one side knows when nothing was heard of the other.
#[derive(Clone, Copy, Debug)]
pub struct Signs<'a> {
    /// What is known of its own network.
    pub report: &'a NetworkReport,
    /// What the other side named: the candidates of its invitation or reply.
    pub peers: &'a [Candidate],
    /// True if both sides know each other's addresses, because the reply has reached the host.
    /// Where the guest cannot know that, it is false.
    pub is_replied: bool,
}

impl Signs<'_> {
    /// The likeliest cause.
    pub fn cause(&self) -> Cause {
        let own = &self.report.addresses;
        if own
            .iter()
            .all(|address| Range::of(*address) == Range::Loopback)
        {
            return Cause::NoNetwork;
        }
        if self.is_one_network() {
            return Cause::KeptApart;
        }
        let peers = self.peer_addresses();
        let is_shared = |family| {
            self.report.reachability(family) != Reachability::Absent
                && peers.iter().any(|peer| Family::of(peer.ip()) == family)
        };
        if !peers.is_empty() && !Family::ALL.into_iter().any(is_shared) {
            return Cause::NoCommonFamily;
        }
        let shared = Family::ALL.into_iter().filter(|family| is_shared(*family));
        let best = shared.map(|family| self.report.reachability(family)).max();
        if self
            .report
            .reflexive
            .as_ref()
            .is_some_and(|reflexive| reflexive.is_silent())
        {
            return Cause::Blocked;
        }
        let is_strict = best == Some(Reachability::AddressDependent);
        let is_peer_strict = address_dependent_mapping(self.peers).is_some();
        if is_strict && is_peer_strict {
            return Cause::BothStrict;
        }
        let is_only_local = |peer: &SocketAddr| Range::of(peer.ip()) != Range::Public;
        if !peers.is_empty() && peers.iter().all(is_only_local) {
            return Cause::OnlyLocal;
        }
        match (is_strict || is_peer_strict, self.is_replied) {
            (true, true) => Cause::OneStrict,
            (true, false) => Cause::StrictUnreplied,
            (false, true) => Cause::Gone,
            (false, false) => Cause::ReplyMissing,
        }
    }

    fn peer_addresses(&self) -> Vec<SocketAddr> {
        self.peers.iter().filter_map(Candidate::ip).collect()
    }

    /// True if the other side seems to be in the same network. Half of all homes use the same private
    /// addresses, so two addresses outside that differ are stronger than two inside that agree.
    fn is_one_network(&self) -> bool {
        let ours = self
            .report
            .reflexive
            .iter()
            .flat_map(|reflexive| &reflexive.mappings);
        let ours: Vec<IpAddr> = ours.map(|mapping| mapping.mapped.ip()).collect();
        let theirs = self.peers.iter().filter_map(Candidate::reflexive);
        let theirs: Vec<IpAddr> = theirs.map(|seen| seen.ip()).collect();
        let of_ipv4 = |all: &[IpAddr]| all.iter().any(IpAddr::is_ipv4);
        let is_elsewhere = of_ipv4(&ours)
            && of_ipv4(&theirs)
            && !theirs
                .iter()
                .filter(|seen| seen.is_ipv4())
                .any(|seen| ours.contains(seen));
        let peers = self.peer_addresses();
        let hosts = peers
            .iter()
            .map(SocketAddr::ip)
            .filter(|ip| !theirs.contains(ip));
        let mut near = hosts.filter(|peer| {
            self.report
                .addresses
                .iter()
                .any(|own| is_neighbour(*own, *peer))
        });
        // The prefix of IPv6 is a network's own.
        near.any(|peer| peer.is_ipv6() || !is_elsewhere)
    }
}

/// True if two addresses look as if they were of one network: the usual sizes are a /24 and, for IPv6, a /64. A
/// larger network of IPv4 is not recognised.
fn is_neighbour(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..3] == other.octets()[..3],
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..4] == other.segments()[..4],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Mapping, ReflexiveReport};

    /// A survey of these addresses; servers saw the first as these, or none was asked.
    fn survey(addresses: &[&str], mapped: Option<&[&str]>) -> NetworkReport {
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let reflexive = mapped.map(|mapped| ReflexiveReport {
            mappings: mapped
                .iter()
                .zip([1, 2, 3])
                .map(|(mapped, server)| Mapping {
                    local: SocketAddr::new(addresses[0], 4000),
                    server: SocketAddr::from(([9, 9, 9, server], 3478)),
                    mapped: mapped.parse().unwrap(),
                })
                .collect(),
            asked: 3,
        });
        NetworkReport {
            addresses,
            reflexive,
            ..NetworkReport::default()
        }
    }

    fn peers(own: &[&str], seen: &[&str]) -> Vec<Candidate> {
        let own = own
            .iter()
            .map(|text| Candidate::host(text.parse().unwrap()));
        let seen = seen
            .iter()
            .map(|text| Candidate::server_reflexive(text.parse().unwrap()));
        own.chain(seen).collect()
    }

    fn cause(report: &NetworkReport, peers: &[Candidate], is_replied: bool) -> Cause {
        let signs = Signs {
            report,
            peers,
            is_replied,
        };
        signs.cause()
    }

    const HOME: &[&str] = &["192.168.0.2"];
    const ORDINARY: &[&str] = &["8.8.4.4:1", "8.8.4.4:1"];
    const STRICT: &[&str] = &["8.8.4.4:1", "8.8.4.4:2"];
    const THEIRS: &[&str] = &["7.7.7.7:1"];
    const THEIRS_STRICT: &[&str] = &["7.7.7.7:1", "7.7.7.7:2"];
    const ELSEWHERE: &[&str] = &["10.0.0.9:5000"];

    #[test]
    fn without_a_network_nothing_else_matters() {
        for addresses in [&[][..], &["127.0.0.1", "::1"]] {
            let report = survey(addresses, None);
            assert_eq!(
                cause(&report, &peers(&["127.0.0.1:1"], &[]), true),
                Cause::NoNetwork
            );
        }
    }

    #[test]
    fn neighbours_that_do_not_hear_each_other_are_kept_apart() {
        let near = ["192.168.0.9:5000"];
        for mapped in [None, Some(ORDINARY), Some(&[][..])] {
            let report = survey(HOME, mapped);
            assert_eq!(cause(&report, &peers(&near, &[]), false), Cause::KeptApart);
            let same_router = peers(&near, &["8.8.4.4:9"]);
            assert_eq!(cause(&report, &same_router, false), Cause::KeptApart);
        }
        let report = survey(&["2a02:810a::2"], None);
        assert_eq!(
            cause(&report, &peers(&["[2a02:810a::9]:1"], &[]), true),
            Cause::KeptApart
        );
    }

    #[test]
    fn two_homes_with_the_same_private_addresses_are_two_homes() {
        let report = survey(HOME, Some(ORDINARY));
        let there = peers(&["192.168.0.9:5000"], THEIRS);
        assert_eq!(cause(&report, &there, true), Cause::Gone);
        assert_eq!(cause(&report, &there, false), Cause::ReplyMissing);
    }

    #[test]
    fn families_that_do_not_meet_are_told() {
        let only_ipv4 = survey(HOME, Some(ORDINARY));
        let only_ipv6 = survey(&["2a02:810a::2"], Some(&["[2a02:810a::2]:4000"]));
        let there_ipv6 = peers(&["[2001:4860::9]:5000"], &[]);
        assert_eq!(cause(&only_ipv4, &there_ipv6, true), Cause::NoCommonFamily);
        assert_eq!(
            cause(&only_ipv6, &peers(&[], THEIRS), true),
            Cause::NoCommonFamily
        );
        assert_eq!(cause(&only_ipv6, &there_ipv6, true), Cause::Gone);
    }

    #[test]
    fn servers_that_stay_silent_mean_that_udp_is_blocked() {
        let report = survey(HOME, Some(&[]));
        for replied in [true, false] {
            assert_eq!(
                cause(&report, &peers(ELSEWHERE, THEIRS), replied),
                Cause::Blocked
            );
        }
    }

    #[test]
    fn strict_networks_are_told_when_scanning_once_more_would_not_help() {
        let (strict, ordinary) = (survey(HOME, Some(STRICT)), survey(HOME, Some(ORDINARY)));
        let there = peers(ELSEWHERE, THEIRS);
        let there_strict = peers(ELSEWHERE, THEIRS_STRICT);
        for replied in [true, false] {
            assert_eq!(cause(&strict, &there_strict, replied), Cause::BothStrict);
        }
        for (report, there) in [(&strict, &there), (&ordinary, &there_strict)] {
            assert_eq!(cause(report, there, true), Cause::OneStrict);
            assert_eq!(cause(report, there, false), Cause::StrictUnreplied);
        }
        assert_eq!(cause(&ordinary, &there, true), Cause::Gone);
    }

    #[test]
    fn an_invitation_for_the_table_does_not_reach_elsewhere() {
        for mapped in [None, Some(ORDINARY), Some(STRICT)] {
            let report = survey(HOME, mapped);
            assert_eq!(
                cause(&report, &peers(ELSEWHERE, &[]), false),
                Cause::OnlyLocal
            );
        }
    }

    #[test]
    fn a_peer_without_addresses_leaves_little_to_say() {
        let report = survey(HOME, Some(ORDINARY));
        assert_eq!(cause(&report, &[], true), Cause::Gone);
        assert_eq!(cause(&report, &[], false), Cause::ReplyMissing);
    }
}
