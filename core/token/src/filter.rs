//! Where a device may be asked to send, whoever asks.
//!
//! The parser judges whether a candidate is well written; this file judges whether it is a
//! destination. The host applies it to its own addresses before it writes them, the guest to the
//! invitation's before it sends a first packet, the host to the reply's. A hostile token can
//! therefore never make a device send to itself, to many at once, or to an address that hides
//! another one. A network's own broadcast address (like 192.168.1.255) cannot be told without its
//! mask; the operating system refuses it, as the sockets never ask for leave to broadcast.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Candidate, CandidateAddress};

/// What a device's owner allows beyond the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Admit loopback addresses: two programs on one machine, as tests run them.
    pub loopback: bool,
}

/// The candidates that may be sent to, in their order. Dropped are
/// - port 0;
/// - loopback (unless the policy allows it), unspecified, multicast, broadcast;
/// - IPv4 0/8, 192.0.0/24 (protocol assignments), the three documentation networks, 240/4;
/// - IPv6 outside of global unicast (2000::/3), unique local (fc00::/7) and link-local (fe80::/64):
///   this leaves out every form of an IPv4 address in ::/3;
/// - inside 2000::/3 what carries an IPv4 address (Teredo, 6to4) and the documentation networks;
/// - every mDNS name but the first.
///
/// Link-local addresses (169.254/16, fe80::/64) stay: two devices at one cable, or on a network without
/// DHCP, have nothing else. The scope of fe80::/64 does not travel; whoever sends takes its own.
/// The list of special addresses is RFC 6890's.
///
/// ```
/// use handfast_token::{Candidate, Policy, admit};
///
/// let named = ["192.168.0.2:4000", "127.0.0.1:4000", "224.0.0.1:4000"];
/// let named = named.map(|address| Candidate::host(address.parse().unwrap()));
/// let admitted = admit(named.clone(), Policy::default());
/// assert_eq!(admitted, named[..1]);
/// ```
pub fn admit(candidates: impl IntoIterator<Item = Candidate>, policy: Policy) -> Vec<Candidate> {
    let mut named = false;
    candidates
        .into_iter()
        .filter(|candidate| {
            candidate.address.port() != 0
                && match &candidate.address {
                    CandidateAddress::Ip(address) => is_destination(address.ip(), policy),
                    CandidateAddress::Mdns { .. } => !std::mem::replace(&mut named, true),
                }
        })
        .collect()
}

/// The range of an address: from how far away somebody can reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Range {
    /// From everywhere, as far as firewalls let it.
    Public,
    /// From the same network: RFC 1918, and unique local IPv6 (RFC 4193).
    Private,
    /// From inside the network of a carrier that shares its addresses (100.64/10, RFC 6598).
    Carrier,
    /// From the same cable or radio (RFC 3927, RFC 4291 §2.5.6).
    Link,
    /// From this device.
    Loopback,
    /// Not an address to send to.
    Special,
}

impl Range {
    /// The range of this address. Public, private, carrier and link addresses are those that [`admit`]
    /// lets pass; of IPv6, link addresses outside of fe80::/64 are none that anybody has.
    pub fn of(address: IpAddr) -> Self {
        match address {
            ip if ip.is_loopback() => Self::Loopback,
            IpAddr::V4(v4) if v4.is_link_local() => Self::Link,
            IpAddr::V6(v6) if v6.is_unicast_link_local() => Self::Link,
            ip if !is_destination(ip, Policy::default()) => Self::Special,
            IpAddr::V4(v4) if v4.is_private() => Self::Private,
            IpAddr::V4(v4) if matches!(v4.octets(), [100, 64..=127, ..]) => Self::Carrier,
            IpAddr::V6(v6) if v6.is_unique_local() => Self::Private,
            _ => Self::Public,
        }
    }
}

fn is_destination(address: IpAddr, policy: Policy) -> bool {
    match address {
        ip if ip.is_loopback() => policy.loopback,
        IpAddr::V4(v4) => is_v4_destination(v4),
        IpAddr::V6(v6) => is_v6_destination(v6),
    }
}

fn is_v4_destination(address: Ipv4Addr) -> bool {
    let special = matches!(address.octets(), [0 | 224.., ..] | [192, 0, 0, _]);
    !special && !address.is_documentation()
}

fn is_v6_destination(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0x0000 | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [0xfe80, 0, 0, 0, ..] => true,
        [first, ..] => first & 0xe000 == 0x2000 || first & 0xfe00 == 0xfc00,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CandidateKind, MdnsName};

    const TEST_MODE: Policy = Policy { loopback: true };

    fn admitted(address: &str, policy: Policy) -> bool {
        !admit([Candidate::host(address.parse().unwrap())], policy).is_empty()
    }

    #[test]
    fn what_people_have_is_admitted() {
        for address in [
            "192.168.0.2:5000",
            "192.168.43.1:1",
            "10.0.0.1:65535",
            "172.16.0.9:5000",
            "100.64.1.2:5000", // behind a carrier's translation
            "169.254.7.7:5000",
            "8.8.4.4:5000",
            "223.255.255.254:5000",
            "[2a02:810a::1]:5000",
            "[2001:4860::1]:5000",
            "[3ffe::1]:5000",
            "[fd12:3456::1]:5000",
            "[fe80::1]:5000",
        ] {
            assert!(admitted(address, Policy::default()), "{address}");
        }
    }

    #[test]
    fn what_nobody_should_be_made_to_probe_is_dropped() {
        for address in [
            "192.168.0.2:0",
            "[2a02:810a::1]:0",
            "0.0.0.0:5000",
            "0.1.2.3:5000",
            "192.0.0.4:5000",
            "192.0.2.1:5000",
            "198.51.100.1:5000",
            "203.0.113.1:5000",
            "224.0.0.251:5353",
            "239.255.255.250:1900",
            "240.0.0.1:5000",
            "255.255.255.255:5000",
            "[::]:5000",
            "[::192.168.0.1]:5000",
            "[::ffff:192.168.0.1]:5000",
            "[::ffff:127.0.0.1]:5000",
            "[::ffff:0:192.168.0.1]:5000",
            "[64:ff9b::c0a8:1]:5000",
            "[64:ff9b:1::c0a8:1]:5000",
            "[100::1]:5000",
            "[2001::1]:5000",
            "[2001:db8::1]:5000",
            "[2002:7f00:1::]:5000",
            "[3fff:fff::1]:5000",
            "[fe80:0:0:1::1]:5000",
            "[febf::1]:5000",
            "[fec0::1]:5000",
            "[ff02::fb]:5353",
            "[4000::1]:5000",
        ] {
            assert!(!admitted(address, Policy::default()), "{address}");
            assert!(!admitted(address, TEST_MODE), "{address} in test mode");
        }
    }

    #[test]
    fn a_range_tells_from_how_far_an_address_is_reached() {
        for (address, range) in [
            ("8.8.4.4", Range::Public),
            ("100.63.255.255", Range::Public),
            ("100.128.0.0", Range::Public),
            ("2a02:810a::1", Range::Public),
            ("10.0.0.1", Range::Private),
            ("172.31.0.1", Range::Private),
            ("192.168.1.1", Range::Private),
            ("fd00::1", Range::Private),
            ("100.64.0.0", Range::Carrier),
            ("100.127.255.255", Range::Carrier),
            ("169.254.1.1", Range::Link),
            ("fe80::1", Range::Link),
            ("127.0.0.1", Range::Loopback),
            ("::1", Range::Loopback),
            ("0.0.0.0", Range::Special),
            ("203.0.113.9", Range::Special),
            ("255.255.255.255", Range::Special),
            ("::ffff:8.8.8.8", Range::Special),
            ("2001:db8::1", Range::Special),
            ("ff02::1", Range::Special),
        ] {
            assert_eq!(Range::of(address.parse().unwrap()), range, "{address}");
        }
    }

    #[test]
    fn loopback_is_admitted_in_test_mode_only() {
        for address in ["127.0.0.1:5000", "127.9.9.9:5000", "[::1]:5000"] {
            assert!(!admitted(address, Policy::default()), "{address}");
            assert!(admitted(address, TEST_MODE), "{address}");
        }
    }

    #[test]
    fn one_name_is_admitted_and_the_order_is_kept() {
        let name = |name: &str| Candidate {
            address: CandidateAddress::Mdns {
                name: MdnsName::new(name).unwrap(),
                port: 9,
            },
            kind: CandidateKind::Host,
        };
        let ip = Candidate::host("10.0.0.1:9".parse().unwrap());
        let list = [name("a.local"), ip.clone(), name("b.local")];
        assert_eq!(admit(list, Policy::default()), [name("a.local"), ip]);
    }
}
