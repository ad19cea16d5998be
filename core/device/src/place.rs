//! Where a session's sockets are, and what of that is named to the peer.

use super::ReflexiveReport;
use handfast_protocol::network::{own_candidates, usable_addresses};
use handfast_protocol::pairing::Failure;
use handfast_store::Way;
use handfast_token::{BrowserIce, Candidate, Candidates, Invitation, Policy, Range, Reply};
use std::net::{IpAddr, SocketAddr};

/// How many ports of its router a guest tries: a host has one, and another one outside.
const MOST_AT_ROUTER: usize = 2;

/// Where sockets are bound, and how they are reached from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Where they are bound.
    pub addresses: Vec<SocketAddr>,
    /// How servers see them, as far as that is known; None if none was asked.
    pub reflexive: Option<ReflexiveReport>,
    /// Where the router leads in, if it opened a port.
    pub external: Option<SocketAddr>,
    /// What a browser has others told, in the place of all that: it keeps its sockets out of sight.
    pub told: Option<(Candidates, BrowserIce)>,
}

impl Place {
    /// Which addresses may be sent to from here. Loopback is for whoever listens there.
    pub(super) fn policy(&self) -> Policy {
        Policy {
            loopback: self.addresses.iter().any(|one| one.ip().is_loopback()),
        }
    }

    /// It is on this machine only, so that its peer is too.
    pub(super) fn is_on_this_machine(&self) -> bool {
        !self.is_out_of_sight() && self.addresses.iter().all(|one| one.ip().is_loopback())
    }

    /// Where it is can be seen by the peer, and not from here.
    pub(super) fn is_out_of_sight(&self) -> bool {
        self.told.is_some()
    }

    /// What this device chose, if it is a browser.
    pub(super) fn browser(&self) -> Option<&BrowserIce> {
        self.told.as_ref().map(|(_, browser)| browser)
    }

    /// The port that all its sockets share.
    pub(super) fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    /// What this device chose, if it is a browser and its host has to be told: any other is told by the knock.
    pub(super) fn named_for(&self, invitation: &Invitation) -> Option<&BrowserIce> {
        self.browser().filter(|_| invitation.browser.is_some())
    }

    /// Whether one of the addresses in a reply that was handed out is still one of its sockets.
    pub(super) fn is_named_by(&self, handed_out: &Reply) -> bool {
        let mut named = handed_out.candidates.iter().filter_map(Candidate::ip);
        named.any(|address| self.addresses.contains(&address))
    }

    /// What an invitation or a reply names: the sockets, and where they are seen from outside, which has
    /// a place even where there are many. A port that the router opened takes the place of what servers
    /// saw at its address, which is another port for the same socket, or several.
    ///
    /// # Errors
    /// [`Failure::NoNetwork`] if there is nothing that another device could use.
    pub(super) fn candidates(&self) -> Result<Candidates, Failure> {
        if let Some((told, _)) = &self.told {
            return Ok(told.clone());
        }
        own_candidates(
            &self.addresses,
            self.reflexive.as_ref(),
            self.external,
            self.policy(),
        )
        .ok_or(Failure::NoNetwork)
    }

    /// Whether a way can lead to a contact from here. A private address is good only where this device is in the
    /// network in which it was.
    pub(super) fn may_lead(&self, router: Option<IpAddr>, way: &Way) -> bool {
        match Range::of(way.theirs.ip()) {
            Range::Private | Range::Carrier | Range::Link => {}
            _ => return true,
        }
        let is_there = |known: Known| {
            let near = |now: &SocketAddr| is_near(now.ip(), way.ours.ip(), known);
            // Before sockets are bound nobody knows.
            self.addresses.is_empty() || self.addresses.iter().any(near)
        };
        match (router, way.router) {
            (Some(now), Some(then)) => now == then && is_there(Known::ByRouter),
            (None, _) | (_, None) => is_there(Known::ByAddress),
        }
    }
}

/// What a network is known by.
#[derive(Clone, Copy)]
enum Known {
    /// Its router is the same, which says more than how large networks are at home.
    ByRouter,
    ByAddress,
}

/// Whether two addresses of this device are in one network, as far as can be told: shells do not tell how long
/// its prefix is. Private networks have 16 bits of IPv4 and more, most of them 24, and 64 of IPv6.
fn is_near(one: IpAddr, other: IpAddr, known: Known) -> bool {
    let same = match known {
        Known::ByRouter => 2,
        Known::ByAddress => 3,
    };
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..same] == other.octets()[..same],
        (IpAddr::V6(one), IpAddr::V6(other)) => one.octets()[..8] == other.octets()[..8],
        _ => false,
    }
}

/// Where a host is that has become the router of the guest's network since it made its invitation: a phone
/// keeps its port when it turns its hotspot on. `named` is what the invitation names.
pub(super) fn at_router(router: IpAddr, named: &[Candidate]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    if Range::of(router) != Range::Private {
        return found;
    }
    for port in named.iter().filter_map(Candidate::ip).map(|at| at.port()) {
        let candidate = Candidate::host(SocketAddr::new(router, port));
        if found.len() < MOST_AT_ROUTER
            && !found.contains(&candidate)
            && !named.contains(&candidate)
        {
            found.push(candidate);
        }
    }
    found
}

/// The addresses that an invitation can name, best first, as many as fit into one. Loopback counts only
/// where the shell names it, as tests do.
pub fn usable(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let loopback = addresses.iter().any(IpAddr::is_loopback);
    usable_addresses(addresses, Policy { loopback })
}

/// Whether an invitation leads to this machine and nowhere else.
pub(super) fn is_on_this_machine(invitation: &Invitation) -> bool {
    let mut addresses = invitation.candidates.iter().map(Candidate::ip);
    !invitation.candidates.is_empty()
        && addresses.all(|address| address.is_some_and(|address| address.ip().is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_token::{IceCredentials, IcePassword};

    #[test]
    fn a_router_is_tried_at_the_ports_that_an_invitation_names() {
        let at = |address: &str| Candidate::host(address.parse().unwrap());
        let named = [
            "192.168.0.2:4000",
            "[2001:db8::2]:4000",
            "8.8.4.4:1",
            "8.8.4.4:2",
        ]
        .map(at);
        let router: IpAddr = "192.168.43.1".parse().unwrap();
        let found = [at("192.168.43.1:4000"), at("192.168.43.1:1")];
        assert_eq!(at_router(router, &named), found);
        // It is named already, or is no router of a private network.
        assert_eq!(at_router(router, &found), []);
        for other in ["8.8.8.8", "127.0.0.1", "fe80::1", "0.0.0.0"] {
            assert_eq!(at_router(other.parse().unwrap(), &named), []);
        }
    }

    #[test]
    fn a_private_address_leads_somewhere_in_its_own_network_alone() {
        let way = |theirs: &str, ours: &str, router: Option<&str>| Way {
            ours: ours.parse().unwrap(),
            theirs: theirs.parse().unwrap(),
            router: router.map(|router| router.parse().unwrap()),
            at: 0,
        };
        let place = Place {
            addresses: vec![
                "10.20.7.9:1".parse().unwrap(),
                "[fd00:1::9]:1".parse().unwrap(),
            ],
            ..Place::default()
        };
        let here = Some("10.20.0.1".parse().unwrap());
        for (theirs, ours, router, leads) in [
            ("10.20.7.5:2", "10.20.7.9:1", None, true),
            ("10.20.7.5:2", "10.20.6.9:1", None, false),
            // A large network, as one router shows.
            ("10.20.7.5:2", "10.20.6.9:1", Some("10.20.0.1"), true),
            ("10.20.7.5:2", "10.20.7.9:1", Some("10.20.0.2"), false),
            // One of this device's other networks, which has the same router behind it.
            ("10.8.0.5:2", "10.8.0.2:1", Some("10.20.0.1"), false),
            ("[fd00:1::5]:2", "[fd00:1::8]:1", None, true),
            ("[fd00:1::5]:2", "[fd00:2::8]:1", None, false),
            ("8.8.8.8:2", "192.168.0.1:1", Some("192.168.0.254"), true),
        ] {
            let leads_now = place.may_lead(here, &way(theirs, ours, router));
            assert_eq!(leads_now, leads, "{theirs} {ours} {router:?}");
        }
        // What is not known does not stand in the way.
        assert!(place.may_lead(None, &way("10.20.7.5:2", "10.20.7.9:1", Some("10.20.0.2"))));
        assert!(Place::default().may_lead(None, &way("10.1.1.1:1", "10.2.2.2:1", None)));
    }

    #[test]
    fn a_place_without_an_address_for_others_is_no_network() {
        assert_eq!(Place::default().candidates(), Err(Failure::NoNetwork));
        assert!(usable(&["0.0.0.0".parse().unwrap()]).is_empty());
        assert_eq!(usable(&["127.0.0.1".parse().unwrap()]).len(), 1);
    }

    #[test]
    fn a_browser_that_names_nothing_is_in_a_network_all_the_same() {
        let nothing = Candidates::new(Vec::new()).unwrap();
        let chosen = IceCredentials {
            ufrag: "rnWW".to_owned(),
            password: IcePassword::new("h1wYalX/uX6eUNT0ffyalxKR").unwrap(),
        };
        let place = Place {
            told: BrowserIce::new(&chosen).map(|browser| (nothing.clone(), browser)),
            ..Place::default()
        };
        assert_eq!(place.candidates(), Ok(nothing));
        assert!(!place.is_on_this_machine());
    }
}
