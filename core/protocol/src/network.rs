//! What a network lets through, judged from what one device learned of it.
//!
//! Plain data in, a judgement out: nothing is asked of anybody here. It says what can be expected of
//! common routers (RFC 4787); only trying tells more.

mod own;
mod reflexive;
mod stun_server;

pub use own::{own_candidates, usable_addresses};
pub use reflexive::{Mapping, MappingBehavior, ReflexiveReport, address_dependent_mapping};
pub use stun_server::{NotAServer, StunServer};

use handfast_token::Range;
use std::net::{IpAddr, SocketAddr};

/// What one device knows of the network that it is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NetworkReport {
    /// Its own addresses.
    pub addresses: Vec<IpAddr>,
    /// The STUN servers that were asked.
    pub servers: Vec<StunServer>,
    /// How STUN servers see its sockets. None if nobody was asked.
    pub reflexive: Option<ReflexiveReport>,
    /// Where a router opened a port, or why none did. None if no router was asked.
    pub port: Option<Result<SocketAddr, MappingError>>,
    /// True if a datagram that it sent to its own address outside came back. None if it knew no such address.
    pub hairpin: Option<bool>,
}

/// Why there is no mapping. The later one tells more where several apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum MappingError {
    /// A socket to the router could not be used.
    #[error("the router could not be asked")]
    Socket,
    /// The system does not tell which router leads outside, and none answered a call.
    #[error("the router of this network is not known")]
    NoRouter,
    /// No router answered: it does not offer this, or it is switched off there.
    #[error("the router does not offer to open a port: it may be switched off in its settings")]
    NotOffered,
    /// What the router said makes no sense.
    #[error("the router answers nothing that can be used")]
    Unusable,
    /// The router refused to open a port.
    #[error("the router does not open a port for this device")]
    Refused,
    /// The router has no public address itself: it stands behind another one, or behind a carrier
    /// that shares its addresses. A mapping there helps nobody outside.
    #[error("the router has no public address of its own")]
    NotPublic,
}

/// What was guessed for one token at one address, for whoever keeps it beyond this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// A digest of the token.
    pub token: [u8; 32],
    /// Where the guesses went.
    pub at: IpAddr,
    /// How many there were.
    pub count: u16,
    /// A person asked for more.
    pub is_raised: bool,
    /// When the last one went, in seconds since 1970-01-01 UTC.
    pub last: u64,
}

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V6];

    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }
}

/// How far a device can be reached from outside in one family of addresses, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reachability {
    /// It has no address of this family that leads beyond its own cable or radio.
    Absent,
    /// Servers were asked and none was heard: UDP is blocked, or there is no way outside.
    Silent,
    /// Its router shows a different port to everybody.
    AddressDependent,
    /// Too little is known.
    Unknown,
    /// Its router shows the same address to everybody, and lets in whoever was sent to.
    EndpointIndependent,
    /// Its address is public. A firewall may let in only whoever was sent to.
    Public,
    /// Its router leads everybody in through a port that was opened for that.
    Open,
}

/// With whom a connection is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// Somebody in the same network.
    SameNetwork,
    /// Somebody elsewhere who scans or opens an invitation made here, and nothing comes back.
    OneScan,
    /// The same, and their reply comes back here. Their network is an ordinary one.
    TwoScans,
    /// The same, and their network shows a different port to everybody.
    StrictThere,
    /// Somebody behind the same router in another part of its network, as on a Wi-Fi for guests.
    SameRouter,
}

impl Situation {
    /// All of them, easiest first.
    pub const ALL: [Self; 5] = [
        Self::SameNetwork,
        Self::OneScan,
        Self::TwoScans,
        Self::StrictThere,
        Self::SameRouter,
    ];
}

/// How likely it works, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chance {
    /// It does not.
    No,
    /// On few routers.
    Unlikely,
    /// Too little is known.
    Unknown,
    /// On most networks.
    Likely,
    /// It does.
    Yes,
}

/// What to expect of one situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Of which.
    pub situation: Situation,
    /// How likely it works.
    pub chance: Chance,
    /// Only if the other side has IPv6 as well.
    pub needs_ipv6: bool,
}

impl NetworkReport {
    /// What to expect of each situation, in the order of [`Situation::ALL`].
    pub fn verdicts(&self) -> [Verdict; 5] {
        Situation::ALL.map(|situation| self.verdict(situation))
    }

    /// How far this device can be reached in this family.
    pub fn reachability(&self, family: Family) -> Reachability {
        let is_cut_off = self
            .reflexive
            .as_ref()
            .is_some_and(ReflexiveReport::is_silent);
        if let Some(Ok(external)) = self.port
            && Family::of(external.ip()) == family
            && !is_cut_off
        {
            return Reachability::Open;
        }
        let own = self.ranges(family);
        if !own.iter().any(|range| is_beyond_the_link(*range)) {
            return Reachability::Absent;
        }
        let public = match own.contains(&Range::Public) {
            true => Reachability::Public,
            false => Reachability::Unknown,
        };
        let Some(reflexive) = &self.reflexive else {
            return public;
        };
        let sockets = reflexive.sockets().into_iter();
        let seen = sockets.filter(|socket| Family::of(socket.ip()) == family);
        let best = seen
            .map(|socket| match reflexive.mapping_behavior(socket) {
                MappingBehavior::NotTranslated => Reachability::Public,
                MappingBehavior::EndpointIndependent => Reachability::EndpointIndependent,
                MappingBehavior::AddressDependent => Reachability::AddressDependent,
                MappingBehavior::Unknown => Reachability::Unknown,
            })
            .max();
        // Every server has IPv4, and few lack it; of IPv6, silence says little if IPv4 is heard.
        let is_silent = reflexive.is_silent() || (reflexive.asked > 0 && family == Family::V4);
        best.unwrap_or(if is_silent {
            Reachability::Silent
        } else {
            public
        })
    }

    fn ranges(&self, family: Family) -> Vec<Range> {
        let own = self.addresses.iter().copied();
        let own = own.filter(|address| Family::of(*address) == family);
        own.map(Range::of).collect()
    }

    fn verdict(&self, situation: Situation) -> Verdict {
        let [by_ipv4, by_ipv6] = Family::ALL.map(|family| self.chance(situation, family));
        Verdict {
            situation,
            chance: by_ipv4.max(by_ipv6),
            needs_ipv6: by_ipv6 > by_ipv4,
        }
    }

    fn chance(&self, situation: Situation, family: Family) -> Chance {
        let reachability = self.reachability(family);
        match (situation, reachability) {
            (Situation::SameNetwork, _) => {
                let own = self.ranges(family);
                let is_near = own.contains(&Range::Link);
                match reachability {
                    Reachability::Absent if !is_near => Chance::No,
                    _ => Chance::Yes,
                }
            }
            (_, Reachability::Absent | Reachability::Silent) => Chance::No,
            (Situation::SameRouter, _) => match (family, reachability, self.hairpin) {
                (Family::V6, Reachability::Public | Reachability::Open, _) => Chance::Likely,
                (Family::V6, ..) => Chance::No,
                (Family::V4, _, Some(true)) => Chance::Likely,
                (Family::V4, _, Some(false)) => Chance::No,
                (Family::V4, _, None) => Chance::Unknown,
            },
            (_, Reachability::Open) => Chance::Yes,
            (_, Reachability::Unknown) => Chance::Unknown,
            (_, Reachability::Public) => Chance::Likely,
            (Situation::OneScan, Reachability::EndpointIndependent) => Chance::Unlikely,
            (Situation::OneScan, Reachability::AddressDependent) => Chance::No,
            (Situation::TwoScans, Reachability::EndpointIndependent) => Chance::Likely,
            // One strict network is passed by guessing; two are not.
            (Situation::TwoScans, Reachability::AddressDependent) => Chance::Likely,
            (Situation::StrictThere, Reachability::EndpointIndependent) => Chance::Likely,
            (Situation::StrictThere, Reachability::AddressDependent) => Chance::No,
        }
    }
}

fn is_beyond_the_link(range: Range) -> bool {
    matches!(range, Range::Public | Range::Private | Range::Carrier)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What servers saw of one socket: one answer each.
    fn seen(local: &str, mapped: &[&str]) -> ReflexiveReport {
        let servers = ["1.1.1.1:3478", "9.9.9.9:3478", "8.8.8.8:3478"];
        let mapping = |(server, mapped): (&str, &&str)| Mapping {
            local: local.parse().unwrap(),
            server: server.parse().unwrap(),
            mapped: mapped.parse().unwrap(),
        };
        ReflexiveReport {
            mappings: servers.into_iter().zip(mapped).map(mapping).collect(),
            asked: servers.len(),
        }
    }

    fn survey(addresses: &[&str], reflexive: Option<ReflexiveReport>) -> NetworkReport {
        NetworkReport {
            addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
            reflexive,
            ..NetworkReport::default()
        }
    }

    const HOME: &[&str] = &["192.168.0.2"];
    const AT_HOME: &str = "192.168.0.2:4000";

    /// A survey of one network that has this opening over IPv4, and nothing else.
    fn network(reachability: Reachability) -> NetworkReport {
        let silent = ReflexiveReport {
            asked: 3,
            ..ReflexiveReport::default()
        };
        let report = match reachability {
            Reachability::Absent => survey(&[], None),
            Reachability::Silent => survey(HOME, Some(silent)),
            Reachability::AddressDependent => {
                survey(HOME, Some(seen(AT_HOME, &["8.8.4.4:1", "8.8.4.4:2"])))
            }
            Reachability::Unknown => survey(HOME, None),
            Reachability::EndpointIndependent => {
                survey(HOME, Some(seen(AT_HOME, &["8.8.4.4:1", "8.8.4.4:1"])))
            }
            Reachability::Public => survey(&["8.8.4.4"], None),
            Reachability::Open => NetworkReport {
                port: Some(Ok("8.8.4.4:5000".parse().unwrap())),
                ..survey(HOME, None)
            },
        };
        assert_eq!(report.reachability(Family::V4), reachability);
        assert_eq!(report.reachability(Family::V6), Reachability::Absent);
        report
    }

    #[test]
    fn every_reachability_has_its_verdict_of_every_situation() {
        use Chance::{Likely, No, Unknown, Unlikely, Yes};
        for (reachability, expected) in [
            (Reachability::Absent, [No, No, No, No, No]),
            (Reachability::Silent, [Yes, No, No, No, No]),
            (
                Reachability::AddressDependent,
                [Yes, No, Likely, No, Unknown],
            ),
            (
                Reachability::Unknown,
                [Yes, Unknown, Unknown, Unknown, Unknown],
            ),
            (
                Reachability::EndpointIndependent,
                [Yes, Unlikely, Likely, Likely, Unknown],
            ),
            (Reachability::Public, [Yes, Likely, Likely, Likely, Unknown]),
            (Reachability::Open, [Yes, Yes, Yes, Yes, Unknown]),
        ] {
            let verdicts = network(reachability).verdicts();
            assert_eq!(
                verdicts.map(|verdict| verdict.chance),
                expected,
                "{reachability:?}"
            );
            assert_eq!(verdicts.map(|verdict| verdict.situation), Situation::ALL);
            assert!(verdicts.iter().all(|verdict| !verdict.needs_ipv6));
        }
    }

    #[test]
    fn ipv6_adds_to_every_reachability_and_takes_nothing_away() {
        for reachability in [
            Reachability::Absent,
            Reachability::Silent,
            Reachability::AddressDependent,
            Reachability::Unknown,
            Reachability::EndpointIndependent,
            Reachability::Public,
            Reachability::Open,
        ] {
            let alone = network(reachability);
            let mut both = alone.clone();
            both.addresses.push("2a02:810a::2".parse().unwrap());
            if let Some(reflexive) = &mut both.reflexive {
                let seen = seen("[2a02:810a::2]:4000", &["[2a02:810a::2]:4000"]);
                reflexive.mappings.extend(seen.mappings);
            }
            assert_eq!(both.reachability(Family::V6), Reachability::Public);
            for (before, after) in alone.verdicts().iter().zip(both.verdicts()) {
                assert!(after.chance >= before.chance, "{reachability:?} {after:?}");
                assert!(after.chance >= Chance::Likely, "{reachability:?} {after:?}");
                assert_eq!(after.needs_ipv6, before.chance < Chance::Likely);
            }
        }
    }

    #[test]
    fn a_router_that_leads_back_in_joins_its_own_networks() {
        for (hairpin, chance) in [
            (Some(true), Chance::Likely),
            (Some(false), Chance::No),
            (None, Chance::Unknown),
        ] {
            let report = NetworkReport {
                hairpin,
                ..network(Reachability::EndpointIndependent)
            };
            assert_eq!(report.verdicts()[4].chance, chance);
        }
    }

    #[test]
    fn a_router_that_opens_no_port_changes_nothing() {
        let mut report = network(Reachability::EndpointIndependent);
        let before = report.verdicts();
        report.port = Some(Err(MappingError::NotOffered));
        assert_eq!(report.verdicts(), before);
    }

    #[test]
    fn an_opened_port_of_a_router_that_is_cut_off_itself_is_none() {
        let mut report = network(Reachability::Silent);
        report.port = Some(Ok("8.8.4.4:5000".parse().unwrap()));
        assert_eq!(report.reachability(Family::V4), Reachability::Silent);
    }

    #[test]
    fn an_opened_port_counts_for_its_family_only() {
        let report = NetworkReport {
            port: Some(Ok("[2a02:810a::2]:4000".parse().unwrap())),
            ..survey(&["100.64.0.9", "2a02:810a::2"], None)
        };
        assert_eq!(report.reachability(Family::V4), Reachability::Unknown);
        assert_eq!(report.reachability(Family::V6), Reachability::Open);
        let one_scan = report.verdicts()[1];
        assert_eq!((one_scan.chance, one_scan.needs_ipv6), (Chance::Yes, true));
    }

    #[test]
    fn the_same_cable_needs_no_router() {
        let report = survey(&["169.254.7.7"], None);
        let chances = report.verdicts().map(|verdict| verdict.chance);
        use Chance::{No, Yes};
        assert_eq!(chances, [Yes, No, No, No, No]);
    }

    #[test]
    fn one_answer_is_not_enough_to_know_a_router() {
        let report = survey(HOME, Some(seen(AT_HOME, &["8.8.4.4:1"])));
        assert_eq!(report.reachability(Family::V4), Reachability::Unknown);
    }

    #[test]
    fn the_best_socket_counts() {
        let mut reflexive = seen(AT_HOME, &["8.8.4.4:1", "8.8.4.4:2"]);
        let other = seen("10.0.0.2:4000", &["9.9.4.4:1", "9.9.4.4:1"]);
        reflexive.mappings.extend(other.mappings);
        let report = survey(&["192.168.0.2", "10.0.0.2"], Some(reflexive));
        assert_eq!(
            report.reachability(Family::V4),
            Reachability::EndpointIndependent
        );
    }
}
