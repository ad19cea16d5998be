//! What of this device an invitation or a reply names.

use super::ReflexiveReport;
use handfast_token::{Candidate, Candidates, MAX_CANDIDATES, Policy, admit};
use std::net::{IpAddr, SocketAddr};

/// The addresses that an invitation can name, best first, as many as fit into one.
pub fn usable_addresses(addresses: &[IpAddr], policy: Policy) -> Vec<IpAddr> {
    let is_usable = |address: &IpAddr| {
        // The port is not known yet; any real one stands for it.
        let candidate = Candidate::host(SocketAddr::new(*address, 1));
        !admit([candidate], policy).is_empty()
    };
    let usable = addresses.iter().copied().filter(is_usable);
    usable.take(MAX_CANDIDATES).collect()
}

/// The sockets, and where they are seen from outside, which has a place even where there are many. A port
/// that the router opened (`external`) takes the place of what servers saw at its address, which is
/// another port for the same socket, or several. None if there is nothing that another device could use.
pub fn own_candidates(
    bound: &[SocketAddr],
    seen: Option<&ReflexiveReport>,
    external: Option<SocketAddr>,
    policy: Policy,
) -> Option<Candidates> {
    let seen = seen.map(ReflexiveReport::candidates);
    let mut seen = admit(seen.unwrap_or_default(), policy);
    if let Some(external) = external {
        seen.retain(|seen| seen.ip().is_none_or(|seen| seen.ip() != external.ip()));
        seen.insert(0, Candidate::server_reflexive(external));
    }
    seen.truncate(MAX_CANDIDATES / 2);
    let mut named = admit(bound.iter().copied().map(Candidate::host), policy);
    named.truncate(MAX_CANDIDATES - seen.len());
    named.append(&mut seen);
    if named.is_empty() {
        return None;
    }
    Candidates::new(named).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Mapping;

    fn named(bound: &[&str], seen: &[&str], external_address: Option<&str>) -> Vec<String> {
        let bound: Vec<SocketAddr> = bound.iter().map(|text| text.parse().unwrap()).collect();
        let mappings = seen.iter().zip(1..).map(|(mapped, server)| Mapping {
            local: bound[0],
            server: SocketAddr::from(([9, 9, 9, server], 3478)),
            mapped: mapped.parse().unwrap(),
        });
        let reflexive = ReflexiveReport {
            mappings: mappings.collect(),
            asked: seen.len(),
        };
        let external_address = external_address.map(|text| text.parse().unwrap());
        let ours = own_candidates(
            &bound,
            Some(&reflexive),
            external_address,
            Policy::default(),
        )
        .unwrap();
        let addresses = ours.iter().filter_map(Candidate::ip);
        addresses.map(|address| address.to_string()).collect()
    }

    #[test]
    fn an_opened_port_takes_the_place_of_what_servers_saw() {
        let own = "192.168.0.2:4000";
        let strict = ["8.8.4.4:1", "8.8.4.4:2"];
        assert_eq!(
            named(&[own], &strict, None),
            [own, "8.8.4.4:1", "8.8.4.4:2"]
        );
        assert_eq!(
            named(&[own], &strict, Some("8.8.4.4:4000")),
            [own, "8.8.4.4:4000"]
        );
        let elsewhere = named(&[own], &["9.9.9.9:3"], Some("8.8.4.4:4000"));
        assert_eq!(elsewhere, [own, "8.8.4.4:4000", "9.9.9.9:3"]);
    }

    #[test]
    fn what_is_seen_from_outside_has_a_place_even_where_there_are_many() {
        let many: Vec<String> = (1..=9).map(|last| format!("10.0.0.{last}:5")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let ours = named(&many, &["8.8.4.4:1"], Some("7.7.7.7:1"));
        assert_eq!(ours.len(), MAX_CANDIDATES);
        assert_eq!(ours[6..], ["7.7.7.7:1", "8.8.4.4:1"]);
    }
}
