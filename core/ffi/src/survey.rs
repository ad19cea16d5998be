//! What will and will not work from the network that this device is in.

use super::preferences::texts;
use super::{Chance, Reachability, Situation};
use handfast_native::network::{self, Family, MappingError};
use std::net::SocketAddr;

/// What this network is like, and who was asked about it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NetworkReport {
    /// How far this device can be reached by IPv4.
    pub ipv4: Reachability,
    /// How far this device can be reached by IPv6.
    pub ipv6: Reachability,
    /// Where servers see this device, each address once.
    pub seen: Vec<String>,
    /// What the router said when it was asked for a port, which is closed again. None if it was not
    /// asked.
    pub port: Option<PortAnswer>,
    /// Whether the router leads back what is sent to its own address. None if there was nothing to
    /// try.
    pub leads_back: Option<bool>,
    /// What to expect, easiest first.
    pub works: Vec<Outlook>,
    /// The STUN servers that were asked.
    pub servers_asked: Vec<String>,
}

/// What to expect of one situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Outlook {
    /// Of which.
    pub situation: Situation,
    /// How likely it works.
    pub chance: Chance,
    /// Only if the other side has IPv6 as well.
    pub needs_ipv6: bool,
}

/// What a router said when it was asked to open a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PortAnswer {
    /// It did.
    Opened,
    /// It could not be asked, or did not answer.
    NotOffered,
    /// It said no, or nothing that can be used.
    Refused,
    /// It has no public address itself.
    NotPublic,
}

impl NetworkReport {
    pub(super) fn new(survey: &network::NetworkReport) -> Self {
        let mut seen: Vec<String> = Vec::new();
        for mapping in survey
            .reflexive
            .iter()
            .flat_map(|reflexive| &reflexive.mappings)
        {
            let text = mapping.mapped.to_string();
            if mapping.mapped != mapping.local && !seen.contains(&text) {
                seen.push(text);
            }
        }
        Self {
            ipv4: survey.reachability(Family::V4),
            ipv6: survey.reachability(Family::V6),
            seen,
            port: survey.port.map(PortAnswer::from),
            leads_back: survey.hairpin,
            works: survey.verdicts().map(Outlook::from).into(),
            servers_asked: texts(&survey.servers),
        }
    }
}

impl From<network::Verdict> for Outlook {
    fn from(verdict: network::Verdict) -> Self {
        Self {
            situation: verdict.situation,
            chance: verdict.chance,
            needs_ipv6: verdict.needs_ipv6,
        }
    }
}

impl From<Result<SocketAddr, MappingError>> for PortAnswer {
    fn from(answer: Result<SocketAddr, MappingError>) -> Self {
        match answer {
            Ok(_) => Self::Opened,
            Err(MappingError::Socket | MappingError::NoRouter | MappingError::NotOffered) => {
                Self::NotOffered
            }
            Err(MappingError::Unusable | MappingError::Refused) => Self::Refused,
            Err(MappingError::NotPublic) => Self::NotPublic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_native::network::{Mapping, ReflexiveReport};

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_home_whose_router_says_no_is_told_as_the_survey_has_it() {
        let mapping = |server| Mapping {
            local: address("192.168.0.2:5000"),
            server: address(server),
            mapped: address("8.8.4.4:5000"),
        };
        let survey = network::NetworkReport {
            addresses: vec!["192.168.0.2".parse().unwrap()],
            servers: vec!["stun.example.org".parse().unwrap()],
            reflexive: Some(ReflexiveReport {
                mappings: vec![mapping("9.9.9.1:3478"), mapping("9.9.9.2:3478")],
                asked: 2,
            }),
            port: Some(Err(MappingError::Refused)),
            hairpin: Some(true),
        };
        let report = NetworkReport::new(&survey);
        assert_eq!(
            (report.ipv4, report.ipv6),
            (Reachability::EndpointIndependent, Reachability::Absent)
        );
        assert_eq!(report.seen, ["8.8.4.4:5000"]);
        assert_eq!(report.port, Some(PortAnswer::Refused));
        assert_eq!(report.servers_asked, ["stun.example.org:3478"]);
        let chances: Vec<Chance> = report.works.iter().map(|one| one.chance).collect();
        let expected = [
            Chance::Yes,
            Chance::Unlikely,
            Chance::Likely,
            Chance::Likely,
            Chance::Likely,
        ];
        assert_eq!(chances, expected);
    }
}
