//! Which router leads outside, where the system tells. Linux lists its routes as text; Android keeps
//! them from apps, and the shell hands the address in.

use std::net::{IpAddr, SocketAddr};

/// The router of the network that `local` is in, with this port. For IPv6 it has the scope that a
/// link-local address needs.
#[cfg(target_os = "linux")]
pub(super) fn of(local: IpAddr, port: u16) -> Option<SocketAddr> {
    let interfaces = if_addrs::get_if_addrs().ok()?;
    let interface = interfaces.iter().find(|own| own.ip() == local)?;
    // Of the thread, because that is whose network the sockets are in.
    match local {
        IpAddr::V4(_) => {
            let table = std::fs::read_to_string("/proc/thread-self/net/route").ok()?;
            let router = routes::v4(&table, &interface.name)?;
            Some(SocketAddr::from((router, port)))
        }
        IpAddr::V6(_) => {
            let table = std::fs::read_to_string("/proc/thread-self/net/ipv6_route").ok()?;
            let router = routes::v6(&table, &interface.name)?;
            let scope = interface.index.unwrap_or(0);
            Some(std::net::SocketAddrV6::new(router, port, 0, scope).into())
        }
    }
}

/// The system does not tell without leave or unsafe calls. Whoever answers a search is the router.
#[cfg(not(target_os = "linux"))]
pub(super) fn of(_local: IpAddr, _port: u16) -> Option<SocketAddr> {
    None
}

/// The kernel's tables of routes.
#[cfg(any(target_os = "linux", test))]
mod routes {
    use std::net::{Ipv4Addr, Ipv6Addr};

    /// The gateway of the default route with the least metric on this interface. The columns are
    /// interface, destination, gateway, flags, references, uses, metric, mask; addresses are in the
    /// byte order of the machine.
    pub(super) fn v4(table: &str, interface: &str) -> Option<Ipv4Addr> {
        let default = |line: &str| {
            let columns: Vec<&str> = line.split_ascii_whitespace().take(8).collect();
            let [name, "00000000", gateway, _, _, _, metric, "00000000"] = columns[..] else {
                return None;
            };
            let gateway = u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes();
            let is_wanted = name == interface && gateway != [0; 4];
            is_wanted.then_some((metric.parse::<u32>().ok()?, Ipv4Addr::from(gateway)))
        };
        let best = table.lines().filter_map(default).min()?;
        Some(best.1)
    }

    /// The same for IPv6, where the columns are destination, its prefix, source, its prefix, next
    /// hop, metric, references, uses, flags, interface; all are hexadecimal.
    pub(super) fn v6(table: &str, interface: &str) -> Option<Ipv6Addr> {
        let nowhere = "0".repeat(32);
        let default = |line: &str| {
            let columns: Vec<&str> = line.split_ascii_whitespace().take(10).collect();
            let [destination, "00", _, _, hop, metric, _, _, _, name] = columns[..] else {
                return None;
            };
            let hop = Ipv6Addr::from(u128::from_str_radix(hop, 16).ok()?);
            let is_wanted = name == interface && destination == nowhere && !hop.is_unspecified();
            is_wanted.then_some((u32::from_str_radix(metric, 16).ok()?, hop))
        };
        let best = table.lines().filter_map(default).min()?;
        Some(best.1)
    }
}

#[cfg(test)]
mod tests {
    use super::routes;
    use proptest::prelude::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn the_default_route_with_the_least_metric_counts() {
        let table = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t0200A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0
";
        let router = routes::v4(table, "eth0");
        assert_eq!(router, Some("192.168.0.2".parse().unwrap()));
        assert_eq!(routes::v4(table, "tun0"), None);
        assert_eq!(routes::v4(table, "wlan0"), None);
    }

    #[test]
    fn the_default_route_of_ipv6_counts() {
        let nothing = "0".repeat(32);
        let table = format!(
            "fd000000000000000000000000000000 40 {nothing} 00 {nothing} 00000100 00000001 00000000 00000001 eth0\n\
             {nothing} 00 {nothing} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n\
             {nothing} 00 {nothing} 00 {nothing} ffffffff 00000001 00000000 00200200 lo\n"
        );
        let router = routes::v6(&table, "eth0");
        assert_eq!(router, Some("fe80::1".parse().unwrap()));
        assert_eq!(routes::v6(&table, "lo"), None);
    }

    proptest! {
        #[test]
        fn any_table_is_read(table in "[ \t\n0-9a-fA-Fxe]{0,300}") {
            let _ = routes::v4(&table, "e");
            let _ = routes::v6(&table, "e");
        }
    }
}
