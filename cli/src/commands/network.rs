//! `handfast network`: what this network is, and what will and will not work from here.
//!
//! Nobody is asked but the STUN servers that are named, or the usual ones, and the router; and the
//! output says who was.

use super::Hands;
use crate::asking::OutsideArgs;
use crate::device::Device;
use crate::output::{json_line, write_line, write_report};
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::network::{
    Chance, Family, MappingError, NetworkReport, Reachability, ReflexiveReport, Situation,
    StunServer,
};
use handfast_native::token::Range;
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};

/// How far in a line goes on that is too long for the window: further than any begins.
const FURTHER: usize = 4;

#[derive(clap::Args)]
#[command(after_help = strings::network_examples())]
pub(crate) struct Args {
    #[command(flatten)]
    outside: OutsideArgs,
    #[arg(long, help = strings::option_json())]
    pub(super) json: bool,
}

pub(crate) async fn run(args: Args, mut hands: Hands) -> Result<(), Stop> {
    let asking = args.outside.asking();
    let mut device = Device::asking(asking).await?;
    let surveyed = tokio::select! {
        survey = device.survey() => survey.map(|survey| Report { survey }),
        () = hands.interrupt.pressed() => Err(Stop::cancelled()),
    };
    device.end(&mut hands.output, &mut hands.interrupt).await;
    let report = surveyed?;
    match args.json {
        true => write_line(&json_line(&report.as_json())),
        false => write_report(&report.to_text(), FURTHER),
    }
    Ok(())
}

/// What was learned, and from whom.
struct Report {
    survey: NetworkReport,
}

/// The report, as programs read it.
#[derive(Serialize)]
struct Json {
    event: &'static str,
    addresses: Vec<Address>,
    ipv4: &'static str,
    ipv6: &'static str,
    /// What each server saw of each socket. None if nobody was asked.
    seen: Option<Vec<Seen>>,
    stun_servers_asked: Vec<String>,
    router_asked: bool,
    port_mapping: Option<Port>,
    hairpin: Option<bool>,
    works: Vec<Works>,
}

#[derive(Serialize)]
struct Address {
    address: IpAddr,
    range: &'static str,
}

#[derive(Serialize)]
struct Seen {
    local: SocketAddr,
    server: SocketAddr,
    seen: SocketAddr,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Port {
    External(SocketAddr),
    Error(&'static str),
}

#[derive(Serialize)]
struct Works {
    situation: &'static str,
    chance: &'static str,
    needs_ipv6: bool,
}

impl Report {
    fn as_json(&self) -> Json {
        let survey = &self.survey;
        let seen = |outside: &ReflexiveReport| {
            let mappings = outside.mappings.iter();
            mappings
                .map(|mapping| Seen {
                    local: mapping.local,
                    server: mapping.server,
                    seen: mapping.mapped,
                })
                .collect()
        };
        Json {
            event: "network",
            addresses: survey
                .addresses
                .iter()
                .map(|address| Address {
                    address: *address,
                    range: range(Range::of(*address)),
                })
                .collect(),
            ipv4: reachability(survey.reachability(Family::V4)),
            ipv6: reachability(survey.reachability(Family::V6)),
            seen: survey.reflexive.as_ref().map(seen),
            stun_servers_asked: self
                .survey
                .servers
                .iter()
                .map(StunServer::to_string)
                .collect(),
            router_asked: survey.port.is_some(),
            port_mapping: survey.port.map(|port| match port {
                Ok(external) => Port::External(external),
                Err(error) => Port::Error(mapping_error(error)),
            }),
            hairpin: survey.hairpin,
            works: survey
                .verdicts()
                .map(|verdict| Works {
                    situation: situation(verdict.situation),
                    chance: chance(verdict.chance),
                    needs_ipv6: verdict.needs_ipv6,
                })
                .into(),
        }
    }

    fn to_text(&self) -> String {
        let survey = &self.survey;
        if survey.addresses.is_empty() {
            return strings::no_network_to_tell().into();
        }
        let mut lines: Vec<String> = Vec::new();
        for address in &survey.addresses {
            lines.push(words::own_address(*address, Range::of(*address)));
        }
        for family in Family::ALL {
            lines.push(words::reachability(family, survey.reachability(family)));
        }
        if let Some(outside) = &survey.reflexive {
            if outside.asked == 0 {
                lines.push(strings::no_server_found().into());
            }
            let mut seen: Vec<SocketAddr> = Vec::new();
            for mapping in &outside.mappings {
                if mapping.mapped != mapping.local && !seen.contains(&mapping.mapped) {
                    seen.push(mapping.mapped);
                    lines.push(strings::seen_outside(mapping.mapped));
                }
            }
        }
        lines.extend(survey.port.map(|port| words::port_mapping(&port)));
        lines.extend(
            survey
                .hairpin
                .map(|is_heard| words::hairpin(is_heard).to_owned()),
        );
        lines.push(String::new());
        lines.push(strings::what_works().into());
        for verdict in survey.verdicts() {
            lines.push(words::verdict(&verdict));
        }
        lines.push(String::new());
        let servers: Vec<String> = self
            .survey
            .servers
            .iter()
            .map(StunServer::to_string)
            .collect();
        lines.push(words::who_was_asked(&servers, survey.port.is_some()));
        lines.join("\n")
    }
}

fn range(range: Range) -> &'static str {
    match range {
        Range::Public => "public",
        Range::Private => "private",
        Range::Carrier => "carrier",
        Range::Link => "link",
        Range::Loopback => "loopback",
        Range::Special => "special",
    }
}

fn reachability(reachability: Reachability) -> &'static str {
    match reachability {
        Reachability::Absent => "absent",
        Reachability::Silent => "silent",
        Reachability::AddressDependent => "strict",
        Reachability::Unknown => "unknown",
        Reachability::EndpointIndependent => "same",
        Reachability::Public => "public",
        Reachability::Open => "open",
    }
}

fn situation(situation: Situation) -> &'static str {
    match situation {
        Situation::SameNetwork => "same_network",
        Situation::OneScan => "one_scan",
        Situation::TwoScans => "two_scans",
        Situation::StrictThere => "strict_there",
        Situation::SameRouter => "same_router",
    }
}

fn chance(chance: Chance) -> &'static str {
    match chance {
        Chance::No => "no",
        Chance::Unlikely => "unlikely",
        Chance::Unknown => "unknown",
        Chance::Likely => "likely",
        Chance::Yes => "yes",
    }
}

fn mapping_error(error: MappingError) -> &'static str {
    match error {
        MappingError::Socket => "socket",
        MappingError::NoRouter => "no_router",
        MappingError::NotOffered => "not_offered",
        MappingError::Unusable => "unusable",
        MappingError::Refused => "refused",
        MappingError::NotPublic => "not_public",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(port: Option<Result<SocketAddr, MappingError>>) -> Report {
        Report {
            survey: NetworkReport {
                servers: Vec::new(),
                addresses: vec![
                    "192.168.0.2".parse().unwrap(),
                    "100.64.0.9".parse().unwrap(),
                ],
                reflexive: None,
                port,
                hairpin: None,
            },
        }
    }

    #[test]
    fn a_program_reads_what_a_person_reads() {
        let report = report(Some(Ok("8.8.4.4:5000".parse().unwrap())));
        let json = serde_json::to_value(report.as_json()).unwrap();
        assert_eq!(json["ipv4"], "open");
        assert_eq!(json["ipv6"], "absent");
        assert_eq!(json["addresses"][1]["range"], "carrier");
        assert_eq!(json["port_mapping"]["external"], "8.8.4.4:5000");
        assert_eq!(json["works"][1]["situation"], "one_scan");
        assert_eq!(json["works"][1]["chance"], "yes");
        assert!(json["seen"].is_null());
        let text = report.to_text();
        assert!(text.contains("8.8.4.4:5000"), "{text}");
        assert!(text.contains("the router"), "{text}");
    }

    #[test]
    fn who_asked_nobody_says_so() {
        let report = report(None);
        assert!(
            report
                .to_text()
                .ends_with(&words::who_was_asked(&[], false))
        );
        let json = serde_json::to_value(report.as_json()).unwrap();
        assert_eq!(json["router_asked"], false);
        assert!(json["port_mapping"].is_null());
    }

    #[test]
    fn without_a_network_there_is_one_sentence() {
        let mut report = report(None);
        report.survey.addresses.clear();
        assert_eq!(report.to_text(), strings::no_network_to_tell());
    }
}
