//! Kinds of networks, and the rules of the routers that make them.
//!
//! The words are those of RFC 4787: a *mapping* is what a router puts in place of a device's address
//! and port, a *filter* says whom it lets in through it.

use crate::space::Space;
use std::net::Ipv4Addr;

/// The network that a device is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Network {
    /// A public address, and nothing in between.
    Public,
    /// A home router: one mapping for all, and everybody may come in through it.
    FullCone,
    /// A home router: one mapping for all, open to addresses that were written to.
    AddressRestricted,
    /// A home router: one mapping for all, open to addresses and ports that were written to.
    PortRestricted,
    /// A router with another random port for every destination.
    Symmetric,
    /// The same out of a few ports, as carriers give them to each subscriber.
    SymmetricBlock,
    /// A carrier's router above a home router, both port-restricted.
    Carrier,
    /// A carrier's symmetric router above a port-restricted home router.
    CarrierSymmetric,
    /// A home router that lets no UDP through.
    UdpBlocked,
    /// IPv6 behind a firewall that lets answers in; IPv4 behind a symmetric router.
    DualStack,
    /// The same IPv6 and no IPv4 at all.
    Ipv6Only,
}

impl Network {
    /// All of them, as the matrix lists them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Public,
        Self::FullCone,
        Self::AddressRestricted,
        Self::PortRestricted,
        Self::Symmetric,
        Self::SymmetricBlock,
        Self::Carrier,
        Self::CarrierSymmetric,
        Self::UdpBlocked,
        Self::DualStack,
        Self::Ipv6Only,
    ];

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public address",
            Self::FullCone => "full cone",
            Self::AddressRestricted => "address-restricted",
            Self::PortRestricted => "port-restricted",
            Self::Symmetric => "symmetric",
            Self::SymmetricBlock => "symmetric, 256 ports",
            Self::Carrier => "carrier over home",
            Self::CarrierSymmetric => "symmetric carrier over home",
            Self::UdpBlocked => "UDP blocked",
            Self::DualStack => "IPv6 firewall, IPv4 symmetric",
            Self::Ipv6Only => "IPv6 only, firewall",
        }
    }

    /// The rules for IPv4 of the routers, from the device outwards. Without IPv4 there are none.
    pub(crate) fn routers(self) -> Vec<Nat> {
        match self {
            Self::Public => vec![],
            Self::FullCone => vec![Nat::cone(Filter::Open)],
            Self::AddressRestricted => vec![Nat::cone(Filter::Address)],
            Self::PortRestricted => vec![Nat::PORT_RESTRICTED],
            Self::Symmetric | Self::DualStack => vec![Nat::SYMMETRIC],
            Self::SymmetricBlock => vec![Nat {
                mapping: Mapping::EachFrom(256),
                ..Nat::SYMMETRIC
            }],
            Self::Carrier => vec![Nat::PORT_RESTRICTED, Nat::PORT_RESTRICTED],
            Self::CarrierSymmetric => vec![Nat::PORT_RESTRICTED, Nat::SYMMETRIC],
            Self::UdpBlocked => vec![Nat {
                udp: false,
                ..Nat::PORT_RESTRICTED
            }],
            Self::Ipv6Only => vec![Nat::PORT_RESTRICTED],
        }
    }

    pub(crate) fn has_ipv4(self) -> bool {
        self != Self::Ipv6Only
    }

    pub(crate) fn has_ipv6(self) -> bool {
        matches!(self, Self::DualStack | Self::Ipv6Only)
    }
}

/// How a router translates IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nat {
    pub(crate) mapping: Mapping,
    pub(crate) filter: Filter,
    /// Whether UDP passes at all.
    pub(crate) udp: bool,
    /// Whether devices behind it reach each other by their mappings.
    pub(crate) hairpin: bool,
}

/// Which port a router takes for a device's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapping {
    /// The same one.
    Kept,
    /// Another, but always the same.
    Other,
    /// A random one for every destination.
    Each,
    /// A random one out of so many for every destination.
    EachFrom(u16),
}

/// Whom a router lets in by a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Everybody.
    Open,
    /// Addresses that were written to, from any port.
    Address,
    /// Addresses and ports that were written to.
    AddressAndPort,
}

impl Nat {
    pub(crate) const PORT_RESTRICTED: Self = Self {
        mapping: Mapping::Other,
        filter: Filter::AddressAndPort,
        udp: true,
        hairpin: false,
    };
    pub(crate) const SYMMETRIC: Self = Self {
        mapping: Mapping::Each,
        ..Self::PORT_RESTRICTED
    };

    pub(crate) const fn cone(filter: Filter) -> Self {
        Self {
            mapping: Mapping::Kept,
            filter,
            ..Self::PORT_RESTRICTED
        }
    }
}

/// Seconds after which a router forgets a mapping that nobody uses: the least that is common.
const MEMORY: &str = "30";

/// A router: `wan` is its interface outwards, those whose names begin with `lan` lead to devices.
pub(crate) struct Router {
    pub(crate) space: Space,
}

impl Router {
    pub(crate) fn new() -> Result<Self, String> {
        let space = Space::new()?;
        Ok(Self { space })
    }

    /// Translates from now on, with this address outside.
    pub(crate) fn translate(&self, nat: Nat, outside: Ipv4Addr) {
        self.space.set("netfilter/nf_conntrack_udp_timeout", MEMORY);
        self.space
            .set("netfilter/nf_conntrack_udp_timeout_stream", MEMORY);
        self.space.nft(&rules(nat, outside));
    }

    /// Lets answers in over IPv6, and nothing else.
    pub(crate) fn guard_ipv6(&self) {
        self.space.nft(
            "table ip6 guard {
                chain forward {
                    type filter hook forward priority filter; policy accept;
                    ct state established,related accept
                    iifname \"wan\" drop
                }
            }",
        );
    }

    /// Devices behind this router reach others only through it, not each other.
    pub(crate) fn isolate(&self) {
        self.space.nft(
            "table ip isolation {
                chain forward {
                    type filter hook forward priority filter - 1; policy accept;
                    iifname \"lan*\" oifname \"lan*\" ct status & dnat == 0 drop
                }
            }",
        );
    }

    /// Forgets every mapping, as after a restart.
    pub(crate) fn forget(&self) {
        self.space.run("conntrack", &["--flush"], "");
        self.space
            .nft("flush map ip translation mapped; flush set ip translation written_to");
    }
}

fn rules(nat: Nat, outside: Ipv4Addr) -> String {
    let udp = match nat.udp {
        true => "",
        false => "meta l4proto udp drop",
    };
    let anybody = format!("ip daddr {outside} dnat ip to udp dport map @mapped");
    let enters = match nat.filter {
        Filter::Open => format!("iifname \"wan\" {anybody}"),
        Filter::Address => {
            format!("iifname \"wan\" udp dport . ip saddr @written_to {anybody}")
        }
        // Whoever was written to from a mapping comes back by connection tracking.
        Filter::AddressAndPort => String::new(),
    };
    let leaves = match nat.mapping {
        Mapping::Kept => format!("snat ip to {outside}"),
        Mapping::Other => format!(
            "meta l4proto udp snat ip to {outside}:jhash ip saddr . udp sport mod 60000 seed 0x5eed offset 2000"
        ),
        Mapping::Each => "meta l4proto udp masquerade fully-random".to_owned(),
        Mapping::EachFrom(count) => {
            let first = 40_960 + 256 * u16::from(outside.octets()[1]);
            let last = first + count - 1;
            format!("meta l4proto udp masquerade to :{first}-{last} fully-random")
        }
    };
    let (hairpin_in, hairpin_out) = match nat.hairpin {
        true => (
            format!("iifname \"lan*\" {anybody}"),
            format!("oifname \"lan*\" ct status dnat snat ip to {outside}"),
        ),
        false => Default::default(),
    };
    format!(
        "table ip translation {{
            map mapped {{
                type inet_service : ipv4_addr . inet_service
                flags dynamic,timeout; timeout {MEMORY}s; size 65535
            }}
            set written_to {{
                type inet_service . ipv4_addr
                flags dynamic,timeout; timeout {MEMORY}s; size 65535
            }}
            chain forward {{
                type filter hook forward priority filter; policy accept
                {udp}
                iifname \"wan\" ct state new ct status & dnat == 0 drop
                oifname \"wan\" meta l4proto udp update @mapped {{ udp sport : ip saddr . udp sport }}
                oifname \"wan\" meta l4proto udp update @written_to {{ udp sport . ip daddr }}
            }}
            chain input {{
                type filter hook input priority filter; policy accept
                iifname \"wan\" ct state new drop
            }}
            chain in {{
                type nat hook prerouting priority dstnat; policy accept
                {enters}
                {hairpin_in}
            }}
            chain out {{
                type nat hook postrouting priority srcnat; policy accept
                {hairpin_out}
                oifname \"wan\" {leaves}
                oifname \"wan\" masquerade
            }}
        }}"
    )
}
