//! Every pair of networks, every way: what is to be expected, and playing many at a time.

use crate::nat::{Filter, Mapping, Network};
use crate::scenario::{Ending, Report, Scenario, Way, When};
use crate::world::{Home, Place};
use std::sync::Mutex;

/// Every place with every way, at this moment.
pub(crate) fn all(when: When) -> Vec<Scenario> {
    let apart = Network::ALL
        .iter()
        .flat_map(|host| Network::ALL.map(|guest| Place::Apart(*host, guest)));
    let together = Home::ALL.map(Place::Together);
    let places = apart.chain(together);
    places
        .flat_map(|place| Way::ALL.map(|way| Scenario::new(place, way, when)))
        .collect()
}

impl Scenario {
    /// With what is physically possible as its expectation.
    pub(crate) fn new(place: Place, way: Way, when: When) -> Self {
        let expected = match place {
            Place::Apart(host, guest) => expected_apart(host, guest, way),
            Place::Together(home) => expected_together(home, way),
        };
        Self {
            place,
            way,
            when,
            expected,
        }
    }
}

impl Scenario {
    /// Whether one of the two networks is strict: then they meet by guesses.
    pub(crate) fn is_guessed(&self) -> bool {
        match self.place {
            Place::Apart(host, guest) => is_strict(host) != is_strict(guest),
            Place::Together(_) => false,
        }
    }
}

fn expected_apart(host: Network, guest: Network, way: Way) -> Ending {
    let by_ipv4 = has_udp(host) && has_udp(guest);
    let by_ipv6 = host.has_ipv6() && guest.has_ipv6();
    let is_open = matches!(host, Network::Public | Network::FullCone);
    if by_ipv4 && is_open {
        return Ending::Connects;
    }
    // Whoever is behind a firewall opens it by knocking; so does one mapping for all. One strict side
    // finds the other by trying ports.
    match by_ipv6 || by_ipv4 && !(is_strict(host) && is_strict(guest)) {
        false => Ending::Verdict,
        true if way == Way::OneScan => Ending::NeedsASecondScan,
        true => Ending::Connects,
    }
}

fn expected_together(home: Home, way: Way) -> Ending {
    match (home, way) {
        (Home::OneLan, _) => Ending::Connects,
        // The invitation names the host's LAN alone, and the guest sees that it is on another.
        (Home::TwoLans, Way::OneScan) => Ending::Verdict,
        (Home::TwoLans, _) => Ending::Connects,
        (Home::Isolated, _) => Ending::Verdict,
    }
}

fn has_udp(network: Network) -> bool {
    network.has_ipv4() && network.routers().iter().all(|nat| nat.udp)
}

/// Whether nobody can know its port for another destination.
fn is_strict(network: Network) -> bool {
    let is_fixed = |mapping| matches!(mapping, Mapping::Kept | Mapping::Other);
    let strict_filter = |filter| filter == Filter::AddressAndPort;
    let routers = network.routers();
    routers
        .iter()
        .any(|nat| !is_fixed(nat.mapping) && strict_filter(nat.filter))
}

/// Plays all of them, so many at a time, and hands each result over as it comes.
pub(crate) fn play(
    scenarios: &[Scenario],
    at_a_time: usize,
    tell: impl Fn(&Scenario, &Report) + Sync,
) {
    let next = Mutex::new(scenarios.iter());
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                loop {
                    let taken = next.lock().expect("no scenario panics").next();
                    let Some(scenario) = taken else { return };
                    tell(scenario, &scenario.play());
                }
            });
        }
    });
}
