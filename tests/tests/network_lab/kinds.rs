//! The networks judge themselves: two observers in the core ask what a mapping looks like, and who
//! comes in by it. A router that was built wrongly would let scenarios pass by accident.

use crate::nat::{Filter, Mapping, Network};
use crate::world::{CORE, Home, Place, Side, World};
use crate::{lab_or_skip, probe};

/// What two observers see of a network.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// Two destinations see the same address and port.
    one_mapping: bool,
    /// Another port of an address that was written to comes in.
    other_port: bool,
    /// An address that was never written to comes in.
    other_address: bool,
}

fn observe(world: &World) -> Option<Seen> {
    let (first, first_other_port, second, second_other_port) = world.core.inside(|| {
        let at = |number: usize, port: u16| probe::socket(&format!("{}:{port}", CORE[number]));
        (at(0, 7000), at(0, 7001), at(1, 7000), at(1, 7001))
    });
    let device = world.host.inside(|| probe::socket("0.0.0.0:0"));
    let mapped = probe::seen_by(&first, &device)?;
    assert!(
        probe::arrives_at(&first, mapped, &device),
        "answers come in"
    );
    let other_address = probe::arrives_at(&second_other_port, mapped, &device);
    let other_port = probe::arrives_at(&first_other_port, mapped, &device);
    Some(Seen {
        one_mapping: probe::seen_by(&second, &device)? == mapped,
        other_port,
        other_address,
    })
}

#[test]
fn every_network_maps_and_filters_as_its_name_says() {
    lab_or_skip!();
    for network in Network::ALL {
        if !network.has_ipv4() {
            continue;
        }
        let world = World::build(Place::Apart(network, Network::Public)).expect("a world");
        let routers = network.routers();
        let expected = routers.iter().all(|nat| nat.udp).then(|| Seen {
            one_mapping: routers
                .iter()
                .all(|nat| matches!(nat.mapping, Mapping::Kept | Mapping::Other)),
            other_port: routers
                .iter()
                .all(|nat| nat.filter != Filter::AddressAndPort),
            other_address: routers.iter().all(|nat| nat.filter == Filter::Open),
        });
        assert_eq!(observe(&world), expected, "{}", network.name());
    }
}

#[test]
fn a_port_restricted_router_takes_another_port_than_the_device() {
    lab_or_skip!();
    let world = World::build(Place::Apart(Network::Carrier, Network::Public)).expect("a world");
    let ports: Vec<(u16, u16)> = (0..3).map(|_| probe::ports(&world)).collect();
    assert!(
        ports.iter().all(|(inside, outside)| inside != outside),
        "{ports:?}"
    );
}

#[test]
fn a_symmetric_block_gives_ports_of_its_block_only() {
    lab_or_skip!();
    let world =
        World::build(Place::Apart(Network::SymmetricBlock, Network::Public)).expect("a world");
    let ports: Vec<u16> = (0..20).map(|_| probe::ports(&world).1).collect();
    let block = 40_960 + 256..40_960 + 512;
    assert!(ports.iter().all(|port| block.contains(port)), "{ports:?}");
}

#[test]
fn ipv6_lets_answers_in_and_nobody_else() {
    lab_or_skip!();
    for network in [Network::DualStack, Network::Ipv6Only] {
        let world = World::build(Place::Apart(network, network)).expect("a world");
        let (host, guest) = (
            world
                .host
                .inside(|| probe::socket("[2a00:11:1:1::11]:5000")),
            world
                .guest
                .inside(|| probe::socket("[2a00:11:2:1::22]:5000")),
        );
        assert!(!probe::arrives(&guest, &host), "{}", network.name());
        assert!(probe::arrives(&host, &guest), "the guest has written");
        assert!(probe::arrives(&guest, &host), "both have written");
    }
}

#[test]
fn homes_join_and_part_devices_as_their_names_say() {
    lab_or_skip!();
    for home in Home::ALL {
        let world = World::build(Place::Together(home)).expect("a world");
        let guest_at = if home == Home::TwoLans {
            "192.168.2.20"
        } else {
            "192.168.1.30"
        };
        let (host, guest) = (
            world.host.inside(|| probe::socket("192.168.1.20:5000")),
            world
                .guest
                .inside(|| probe::socket(&format!("{guest_at}:5001"))),
        );
        let joined = home == Home::OneLan;
        assert_eq!(probe::arrives(&guest, &host), joined, "{}", home.name());
        assert_eq!(probe::arrives(&host, &guest), joined, "{}", home.name());

        // By the mappings that the world sees.
        let (host_seen, guest_seen) = (probe::mapped(&world, &host), probe::mapped(&world, &guest));
        assert_eq!(host_seen.ip(), Side::Host.outside());
        let hairpins = probe::arrives_at(&guest, host_seen, &host)
            && probe::arrives_at(&host, guest_seen, &guest);
        assert_eq!(hairpins, home == Home::TwoLans, "{}", home.name());
    }
}
