//! The addresses of this device, for shells that do not hand in their own, and which of them come first.
//!
//! A token has few places, and a machine with bridges for its containers, or with a week of temporary
//! addresses, has many addresses. So the way that this machine itself takes comes first, one address is
//! enough of each network, and the networks that exist only inside of this machine come last.

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv6Addr, UdpSocket};

/// Which of this device's addresses to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every address that others can reach.
    Network,
    /// Only this machine: for tests and the demonstration.
    Loopback,
}

/// As long as so many others are named, nothing that exists only inside of this machine is.
const ENOUGH: usize = 4;

/// How many link-local addresses of IPv6 are named where there is nothing else: a machine has few cables.
/// Beside other addresses it is one, so that what one person at a table scans stays small.
const FEW_LINKS: usize = 2;

/// The addresses of this device, best first, one of each network, and none that the system is about to
/// give up. A link-local address of IPv6 is among them, behind all others, where its interface has nothing
/// else, as at a cable between two machines.
///
/// # Errors
/// When the operating system does not list its interfaces.
pub fn local_addresses(reach: Reach) -> std::io::Result<Vec<IpAddr>> {
    let details = Details::look();
    let interfaces = if_addrs::get_if_addrs()?.into_iter();
    let found = interfaces
        .filter(|interface| interface.is_oper_up())
        .filter(|interface| match (reach, interface.ip()) {
            (Reach::Loopback, address) => address.is_loopback(),
            (Reach::Network, IpAddr::V4(v4)) => !v4.is_loopback() && !v4.is_unspecified(),
            (Reach::Network, IpAddr::V6(v6)) => !v6.is_loopback() && !v6.is_unspecified(),
        })
        .map(|interface| Found {
            address: interface.ip(),
            prefix: match &interface.addr {
                if_addrs::IfAddr::V4(v4) => v4.prefixlen,
                if_addrs::IfAddr::V6(v6) => v6.prefixlen,
            },
            has_gateway: details.gateways.contains(&interface.name),
            is_inside: is_inside(&interface.name),
            is_given_up: details.given_up.contains(&interface.ip()),
            interface: interface.name,
        });
    Ok(in_order(found.collect(), ways_out()))
}

/// The same order for addresses that a shell tells, which says nothing of their interfaces: a network of
/// IPv6 is a /64, the way out is looked up, and link-local IPv6 is left out, as phones have it on radios
/// that lead to nobody.
pub fn told_addresses(told: &[IpAddr]) -> Vec<IpAddr> {
    let found = told.iter().filter(|address| !is_bound_to_a_link(address));
    let found = found.map(|address| Found {
        address: *address,
        prefix: match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 64,
        },
        has_gateway: false,
        is_inside: false,
        is_given_up: false,
        interface: String::new(),
    });
    in_order(found.collect(), ways_out())
}

/// The number of the interface that has this link-local address.
///
/// # Errors
/// When none has, or the operating system does not list them.
pub(crate) fn scope_of(address: Ipv6Addr) -> std::io::Result<u32> {
    let interfaces = if_addrs::get_if_addrs()?.into_iter();
    let mut has_it = interfaces.filter(|interface| interface.ip() == IpAddr::V6(address));
    let index = has_it.find_map(|interface| interface.index);
    index.ok_or_else(|| std::io::ErrorKind::AddrNotAvailable.into())
}

/// Link-local, of IPv6: it means something on one interface only.
fn is_bound_to_a_link(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// The addresses by which this machine leaves for anywhere else, of each family. Nothing is sent.
pub fn ways_out() -> [Option<IpAddr>; 2] {
    // Addresses for documentation: they have a route if anything has.
    let ways = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
    ways.map(|(here, there)| {
        let socket = UdpSocket::bind(here).ok()?;
        socket.connect(there).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}

/// An address, and what is known of it.
struct Found {
    address: IpAddr,
    /// How many bits of it name its network.
    prefix: u8,
    /// Some route goes from its interface over a router.
    has_gateway: bool,
    /// Its network exists only inside of this machine.
    is_inside: bool,
    /// The system takes another one for whatever is new.
    is_given_up: bool,
    /// The name of its interface.
    interface: String,
}

impl Found {
    /// The network: the address without the bits of its own.
    fn network(&self) -> IpAddr {
        if is_bound_to_a_link(&self.address) {
            // All of them have one prefix, and each is of another cable.
            return self.address;
        }
        let shift = |bits: u8, width: u32| width.saturating_sub(u32::from(bits));
        match self.address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(shift(self.prefix, 32)).unwrap_or(0);
                IpAddr::V4((v4.to_bits() & mask).into())
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(shift(self.prefix, 128)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        }
    }
}

/// The order of [`local_addresses`].
fn in_order(mut found: Vec<Found>, ways_out: [Option<IpAddr>; 2]) -> Vec<IpAddr> {
    let is_way_out = |address: &IpAddr| ways_out.contains(&Some(*address));
    found.retain(|one| !one.is_given_up || is_way_out(&one.address));
    let others = found.iter().filter(|one| !is_bound_to_a_link(&one.address));
    let served: Vec<String> = others.map(|one| one.interface.clone()).collect();
    found.retain(|one| {
        let leads_somewhere = !one.is_inside && !is_tunnel(&one.interface);
        !is_bound_to_a_link(&one.address) || leads_somewhere && !served.contains(&one.interface)
    });
    found.sort_by_key(|one| {
        let family = match one.address {
            IpAddr::V4(v4) if v4.is_private() => 0,
            IpAddr::V4(v4) if !v4.is_link_local() => 1,
            IpAddr::V6(_) => 2,
            IpAddr::V4(_) => 3,
        };
        let is_way_out = is_way_out(&one.address);
        let is_inside = one.is_inside && !is_way_out;
        (
            is_bound_to_a_link(&one.address),
            is_inside,
            Reverse(is_way_out),
            Reverse(one.has_gateway),
            family,
        )
    });
    let (mut networks, mut links) = (Vec::new(), 0);
    let mut addresses = Vec::new();
    for one in found {
        if networks.contains(&one.network()) {
            continue;
        }
        networks.push(one.network());
        if one.is_inside && !is_way_out(&one.address) && addresses.len() >= ENOUGH {
            continue;
        }
        if is_bound_to_a_link(&one.address) {
            // They come last, so whatever is named by now and is none of them is another network.
            let has_others = addresses.len() > links;
            let most = if has_others { 1 } else { FEW_LINKS };
            if links >= most {
                continue;
            }
            links += 1;
        }
        addresses.push(one.address);
    }
    addresses
}

/// Interfaces that have link-local addresses and lead to no cable: tunnels, and radios that systems keep
/// for themselves.
fn is_tunnel(name: &str) -> bool {
    const KNOWN: [&str; 13] = [
        "tun",
        "tap",
        "vnet",
        "wg",
        "tailscale",
        "zt",
        "ppp",
        "dummy",
        "utun",
        "awdl",
        "llw",
        "anpi",
        "ap",
    ];
    KNOWN.iter().any(|known| name.starts_with(known))
}

/// Interfaces that programs make for their containers and virtual machines, by the names that they give
/// them.
fn is_inside(name: &str) -> bool {
    const KNOWN: [&str; 14] = [
        "docker",
        "br-",
        "virbr",
        "veth",
        "vmnet",
        "vboxnet",
        "lxcbr",
        "lxdbr",
        "incusbr",
        "cni",
        "podman",
        "flannel",
        "cali",
        "vEthernet",
    ];
    // macOS numbers the bridges of its virtual machines from 100 on.
    let of_a_mac = name
        .strip_prefix("bridge")
        .and_then(|rest| rest.parse().ok());
    KNOWN.iter().any(|known| name.starts_with(known)) || of_a_mac.is_some_and(|n: u32| n >= 100)
}

/// What Linux tells beside the addresses. Elsewhere nothing of it is known, and the ways out decide.
#[derive(Default)]
struct Details {
    /// The names of interfaces with a route over a router.
    gateways: Vec<String>,
    /// Addresses that are deprecated (RFC 4862, section 5.5.4), not proved to be free yet, or taken.
    given_up: Vec<IpAddr>,
}

impl Details {
    /// Asks for the network namespace of this thread.
    fn look() -> Self {
        let read = |name: &str| {
            let path = format!("/proc/thread-self/net/{name}");
            std::fs::read_to_string(path).unwrap_or_default()
        };
        Self {
            gateways: with_gateway(&read("route"), &read("ipv6_route")),
            given_up: given_up(&read("if_inet6")),
        }
    }
}

/// The interfaces in Linux's tables of routes that lead over a router.
fn with_gateway(v4: &str, v6: &str) -> Vec<String> {
    const OVER_A_ROUTER: u32 = 2; // RTF_GATEWAY
    let over =
        |flags: &str| u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & OVER_A_ROUTER != 0);
    let columns = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let v4 = v4.lines().skip(1).map(columns).filter_map(|line| {
        let is_over = line.get(3).is_some_and(|flags| over(flags));
        line.into_iter().next().filter(|_| is_over)
    });
    let v6 = v6.lines().map(columns).filter_map(|line| {
        let is_over = line.get(8).is_some_and(|flags| over(flags));
        line.into_iter().nth(9).filter(|_| is_over)
    });
    v4.chain(v6).collect()
}

/// The addresses in Linux's table that nobody should be told any more, or not yet.
fn given_up(table: &str) -> Vec<IpAddr> {
    const FAILED: u8 = 0x08; // IFA_F_DADFAILED
    const DEPRECATED: u8 = 0x20; // IFA_F_DEPRECATED
    const TENTATIVE: u8 = 0x40; // IFA_F_TENTATIVE
    let rows = table.lines().filter_map(|line| {
        let mut columns = line.split_whitespace();
        let address = u128::from_str_radix(columns.next()?, 16).ok()?;
        let flags = u8::from_str_radix(columns.nth(3)?, 16).ok()?;
        let is_given_up = flags & (FAILED | DEPRECATED | TENTATIVE) != 0;
        is_given_up.then_some(IpAddr::V6(Ipv6Addr::from_bits(address)))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `address/prefix`, behind it what is known: `router`, `inside`, `old`, and `on` an interface.
    fn ordered(found: &[&str], ways_out: [Option<&str>; 2]) -> Vec<String> {
        let found = found.iter().map(|text| {
            let mut words = text.split(' ');
            let (address, prefix) = words.next().unwrap().split_once('/').unwrap();
            let known: Vec<&str> = words.collect();
            Found {
                address: address.parse().unwrap(),
                prefix: prefix.parse().unwrap(),
                has_gateway: known.contains(&"router"),
                is_inside: known.contains(&"inside"),
                is_given_up: known.contains(&"old"),
                interface: match known.split_last() {
                    Some((name, ["on", ..] | [_, "on"])) => (*name).to_owned(),
                    _ => address.to_owned(),
                },
            }
        });
        let ways_out = ways_out.map(|way| way.map(|text| text.parse().unwrap()));
        let addresses = in_order(found.collect(), ways_out);
        addresses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_way_out_comes_first_however_many_bridges_there_are() {
        let mut found: Vec<String> = (0..9).map(|n| format!("10.{n}.0.1/16 inside")).collect();
        found.push("192.168.7.5/24 router".to_owned());
        found.push("172.16.9.5/24".to_owned());
        found.push("203.0.113.5/24 router".to_owned());
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        let addresses = ordered(&found, [Some("203.0.113.5"), None]);
        let expected = ["203.0.113.5", "192.168.7.5", "172.16.9.5", "10.0.0.1"];
        assert_eq!(addresses, expected);
    }

    #[test]
    fn a_week_of_temporary_addresses_is_one() {
        let week: Vec<String> = (1..=7)
            .map(|day| {
                format!(
                    "2001:db8:1::{day}/64 router{}",
                    if day < 6 { " old" } else { "" }
                )
            })
            .collect();
        let mut found: Vec<&str> = week.iter().map(String::as_str).collect();
        found.extend(["192.168.7.5/24 router", "fd00::5/64"]);
        let addresses = ordered(&found, [Some("192.168.7.5"), Some("2001:db8:1::7")]);
        assert_eq!(addresses, ["192.168.7.5", "2001:db8:1::7", "fd00::5"]);
    }

    #[test]
    fn a_network_of_this_machine_alone_is_better_than_none() {
        let only = ["10.0.3.1/24 inside", "2001:db8::9/64 old"];
        assert_eq!(ordered(&only, [None, None]), ["10.0.3.1"]);
        // In a container the way out may have any name.
        let contained = ["172.17.0.2/16 inside", "192.168.1.1/24"];
        let way = [Some("172.17.0.2"), None];
        assert_eq!(ordered(&contained, way), ["172.17.0.2", "192.168.1.1"]);
    }

    #[test]
    fn a_link_local_address_is_named_where_its_interface_has_nothing_else() {
        let found = [
            "fe80::5/64 on eth0",
            "fe80::6/64 on wlan0",
            "192.168.7.5/24 on wlan0",
            "fe80::7/64 inside on veth1",
            "fe80::8/64 on utun3",
            "fe80::9/64 old on eth1",
        ];
        let way = [Some("192.168.7.5"), None];
        assert_eq!(ordered(&found, way), ["192.168.7.5", "fe80::5"]);
        assert_eq!(ordered(&found[..1], [None, None]), ["fe80::5"]);
        let cables: Vec<String> = (1..9).map(|n| format!("fe80::{n}/64 on eth{n}")).collect();
        let cables: Vec<&str> = cables.iter().map(String::as_str).collect();
        assert_eq!(ordered(&cables, [None, None]), ["fe80::1", "fe80::2"]);
    }

    #[test]
    fn of_a_week_that_a_shell_tells_one_address_is_left() {
        let told = [
            "fe80::5",
            "2001:db8:1::1",
            "2001:db8:1::2",
            "2001:db8:1::3",
            "2001:db8:2::1",
            "10.77.66.5",
        ];
        let told = told.map(|text| text.parse().unwrap());
        let addresses = told_addresses(&told);
        let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["10.77.66.5", "2001:db8:1::1", "2001:db8:2::1"]);
    }

    #[test]
    fn names_that_programs_give_are_known_and_those_of_people_are_not() {
        for name in [
            "docker0",
            "br-1f2e",
            "virbr0",
            "veth12",
            "bridge100",
            "vmnet8",
        ] {
            assert!(is_inside(name), "{name}");
        }
        for name in [
            "eth0", "enp3s0", "wlan0", "en0", "bridge0", "br0", "bridge", "wg0", "tun0",
        ] {
            assert!(!is_inside(name), "{name}");
        }
    }

    #[test]
    fn the_tables_of_linux_are_read() {
        let v4 = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n\
            wlan0\t00000000\t0107A8C0\t0003\t0\t0\t600\t00000000\n\
            docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n";
        let zeros = "0".repeat(32);
        let v6 = format!(
            "{zeros} 00 {zeros} 00 fe800000000000000000000000000001 00000400 1 0 00000003 eth0\n"
        );
        assert_eq!(with_gateway(v4, &v6), ["wlan0", "eth0"]);
        let table = "20010db8000000000000000000000001 02 40 00 20    eth0\n\
            20010db8000000000000000000000002 02 40 00 01    eth0\n\
            20010db8000000000000000000000003 02 40 00 c0    eth0\n";
        let expected = ["2001:db8::1", "2001:db8::3"].map(|text| text.parse::<IpAddr>().unwrap());
        assert_eq!(given_up(table), expected);
    }

    proptest! {
        #[test]
        fn tables_of_any_kind_never_panic(table in "([0-9a-f]{0,40}[ \t\n]){0,30}|\\PC{0,60}") {
            let _ = (with_gateway(&table, &table), given_up(&table));
        }
    }
}
