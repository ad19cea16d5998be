//! A small internet: a core, two sides, and whatever lies in between.
//!
//! ```text
//! host - (home router) - [carrier's router] - core - [carrier's router] - (home router) - guest
//! ```
//!
//! Every part is a namespace of its own. The core's addresses look public and are no special ones,
//! as the program refuses those. Both homes use the same private network, as homes do.

use crate::nat::{Filter, Mapping, Nat, Network, Router};
use crate::space::Space;
use std::net::Ipv4Addr;

/// Where the two devices are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// Each in a network of its own: the host's, the guest's.
    Apart(Network, Network),
    /// In one home.
    Together(Home),
}

impl Place {
    /// What people call the host's network and the guest's.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Apart(host, guest) => (host.name(), guest.name()),
            Self::Together(home) => (home.name(), home.name()),
        }
    }
}

/// How two devices are in one home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Home {
    /// On one LAN.
    OneLan,
    /// On one Wi-Fi that keeps its clients from each other.
    Isolated,
    /// On two LANs that meet only in the router's public address.
    TwoLans,
}

impl Home {
    pub(crate) const ALL: [Self; 3] = [Self::OneLan, Self::Isolated, Self::TwoLans];

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OneLan => "one LAN",
            Self::Isolated => "one LAN, clients isolated",
            Self::TwoLans => "two LANs, one hairpin router",
        }
    }
}

/// One of the two devices, and where a device may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Host = 1,
    Guest = 2,
    /// Another network that a device roams to.
    Elsewhere = 3,
}

impl Side {
    fn core_interface(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Guest => "guest",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// The IPv4 address that the world sees.
    pub(crate) fn outside(self) -> Ipv4Addr {
        Ipv4Addr::new(11, self as u8, 0, 2)
    }
}

/// The two IPv4 addresses and the IPv6 address that the core itself has, for servers.
pub(crate) const CORE: [&str; 3] = ["5.9.0.1", "5.9.0.2", "2a00:5:9::1"];

/// The interface of every device.
pub(crate) const DEVICE_INTERFACE: &str = "eth";

/// What reaches the core from outside.
const COUNTERS: &str = "table inet lab {
    counter by_host { }
    counter by_guest { }
    counter stun { }
    chain prerouting {
        type filter hook prerouting priority filter; policy accept
        iifname host meta l4proto udp counter name by_host
        iifname guest meta l4proto udp counter name by_guest
        iifname != lo udp dport 3478 counter name stun
    }
}";

/// All of it.
pub(crate) struct World {
    pub(crate) core: Space,
    pub(crate) host: Space,
    pub(crate) guest: Space,
    /// The routers of both sides, from the core inwards.
    pub(crate) routers: Vec<Router>,
}

impl World {
    /// Builds it.
    ///
    /// # Errors
    /// When this kernel gives no namespaces.
    pub(crate) fn build(place: Place) -> Result<Self, String> {
        let core = Space::new()?;
        core.ip(&format!(
            "addr add {}/32 dev lo\naddr add {}/32 dev lo\naddr add {}/128 dev lo nodad",
            CORE[0], CORE[1], CORE[2]
        ));
        core.nft(COUNTERS);
        let mut world = Self {
            core,
            host: Space::new()?,
            guest: Space::new()?,
            routers: Vec::new(),
        };
        match place {
            Place::Apart(host, guest) => {
                world
                    .routers
                    .extend(attach(&world.core, &world.host, Side::Host, host)?);
                world
                    .routers
                    .extend(attach(&world.core, &world.guest, Side::Guest, guest)?);
            }
            Place::Together(home) => world.share(home)?,
        }
        Ok(world)
    }

    pub(crate) fn device(&self, side: Side) -> &Space {
        match side {
            Side::Host => &self.host,
            _ => &self.guest,
        }
    }

    /// Both devices behind one router.
    fn share(&mut self, home: Home) -> Result<(), String> {
        let router = Router::new()?;
        uplink(&self.core, &router.space, Side::Host, "wan", true, true);
        let devices = [(&self.host, "lan_host"), (&self.guest, "lan_guest")];
        for (device, port) in devices {
            router.space.wire(port, device, DEVICE_INTERFACE);
        }
        if home == Home::TwoLans {
            for (number, (device, port)) in (1..).zip(devices) {
                lan(&router.space, port, number, device, 20);
            }
            router.isolate();
        } else {
            router
                .space
                .ip("link add name lan type bridge\nlink set lan up\n\
                 link set lan_host master lan\nlink set lan_guest master lan");
            lan(&router.space, "lan", 1, &self.host, 20);
            device_address(&self.guest, 1, 30);
        }
        if home == Home::Isolated {
            for (_, port) in devices {
                let isolation = ["link", "set", "dev", port, "isolated", "on"];
                router.space.run("bridge", &isolation, "");
            }
            router.isolate();
        }
        router.translate(
            match home {
                Home::TwoLans => Nat {
                    mapping: Mapping::Kept,
                    hairpin: true,
                    ..Nat::cone(Filter::AddressAndPort)
                },
                _ => Nat::PORT_RESTRICTED,
            },
            Side::Host.outside(),
        );
        self.routers.push(router);
        Ok(())
    }

    /// Takes a device out of its network, into this one.
    ///
    /// # Errors
    /// When this kernel gives no more namespaces.
    pub(crate) fn roam(&mut self, side: Side, network: Network) -> Result<(), String> {
        let device = self.device(side);
        device.ip(&format!("link del {DEVICE_INTERFACE}"));
        let routers = attach(&self.core, device, Side::Elsewhere, network)?;
        self.routers.extend(routers);
        Ok(())
    }

    /// Pulls out this side's cable to the core, or puts it back.
    pub(crate) fn cut(&self, side: Side, cut: bool) {
        // A filter and no link that is down: routes stay, and devices notice nothing, as when the
        // line breaks beyond the home.
        let interface = side.core_interface();
        match cut {
            true => self.core.nft(&format!(
                "table inet cut_{interface} {{ chain forward {{
                    type filter hook forward priority -10; policy accept;
                    iifname {interface} drop
                    oifname {interface} drop
                }}
                }}"
            )),
            false => self.core.nft(&format!("delete table inet cut_{interface}")),
        }
    }

    /// Datagrams of the host that reached the core so far; in one home, the guest's as well.
    pub(crate) fn sent_by_host(&self) -> u64 {
        self.core.counted("by_host")
    }

    /// Datagrams of the guest that reached the core so far.
    pub(crate) fn sent_by_guest(&self) -> u64 {
        self.core.counted("by_guest")
    }

    /// Datagrams to STUN servers so far.
    pub(crate) fn asked_stun(&self) -> u64 {
        self.core.counted("stun")
    }

    /// Loses this share of the packets in the core, in percent.
    pub(crate) fn lose(&self, percent: u8) {
        self.core.nft(&format!(
            "table inet loss {{ chain forward {{
                type filter hook forward priority -5; policy accept;
                numgen random mod 100 < {percent} drop
            }}
            }}"
        ));
    }
}

/// Where a path is narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strait {
    /// In the line between the core and the host's router: both ends know it, and say so by ICMP.
    Line,
    /// In the host's own link, and nowhere else.
    OwnLink,
    /// In the core, which drops what is too large without a word.
    BlackHole,
}

impl World {
    /// Lets packets through up to this size, in bytes, from now on.
    pub(crate) fn narrow(&self, strait: Strait, most: usize) {
        match strait {
            Strait::Line => {
                let above = Side::Host.core_interface();
                self.core.ip(&format!("link set {above} mtu {most}"));
                // The host's outermost router is the first of all.
                let below = self.routers.first().expect("the host has a router");
                below.space.ip(&format!("link set wan mtu {most}"));
            }
            Strait::OwnLink => {
                let link = format!("link set {DEVICE_INTERFACE} mtu {most}");
                self.host.ip(&link);
            }
            Strait::BlackHole => {
                for device in [&self.host, &self.guest] {
                    // Or whole trains of datagrams would come here, as packets of their own.
                    device.ip(&format!("link set {DEVICE_INTERFACE} gso_max_segs 1"));
                }
                self.core.nft(&format!(
                    "table inet strait {{ chain forward {{
                        type filter hook forward priority -6; policy accept;
                        meta length > {most} drop
                    }}
                    }}"
                ));
            }
        }
    }
}

/// Connects a device to the core by the routers of its network.
fn attach(
    core: &Space,
    device: &Space,
    side: Side,
    network: Network,
) -> Result<Vec<Router>, String> {
    let nats = network.routers();
    let (v4, v6) = (network.has_ipv4(), network.has_ipv6());
    if nats.is_empty() {
        uplink(core, device, side, DEVICE_INTERFACE, v4, v6);
        return Ok(Vec::new());
    }
    // From the core inwards.
    let mut routers = Vec::new();
    for (above, nat) in nats.iter().rev().enumerate() {
        let router = Router::new()?;
        let outside = match above {
            0 => {
                uplink(core, &router.space, side, "wan", v4, v6);
                side.outside()
            }
            _ => behind_carrier(last(&routers), &router.space, side),
        };
        if v4 {
            router.translate(*nat, outside);
        }
        routers.push(router);
    }
    let home = last(&routers);
    home.wire("lan", device, DEVICE_INTERFACE);
    if v4 {
        lan(home, "lan", 1, device, 10 + 10 * side as u8);
    }
    if v6 {
        lan_ipv6(core, home, device, side);
        routers[0].guard_ipv6();
    }
    Ok(routers)
}

fn last(routers: &[Router]) -> &Space {
    &routers.last().expect("a router").space
}

/// A public network between the core and one side.
fn uplink(core: &Space, below: &Space, side: Side, interface: &str, v4: bool, v6: bool) {
    let (n, above) = (side as u8, side.core_interface());
    core.wire(above, below, interface);
    if v4 {
        core.ip(&format!("addr add 11.{n}.0.1/24 dev {above}"));
        below.ip(&format!(
            "addr add 11.{n}.0.2/24 dev {interface}\nroute add default via 11.{n}.0.1"
        ));
    }
    if v6 {
        core.ip(&format!("addr add 2a00:11:{n}::1/64 dev {above} nodad"));
        below.ip(&format!(
            "addr add 2a00:11:{n}::2/64 dev {interface} nodad\n\
             route add default via 2a00:11:{n}::1"
        ));
    }
}

/// A carrier's network between its router and a home's. Returns the home's address in it.
fn behind_carrier(carrier: &Space, home: &Space, side: Side) -> Ipv4Addr {
    let n = side as u8;
    carrier.wire("lan", home, "wan");
    carrier.ip(&format!("addr add 100.64.{n}.1/24 dev lan"));
    home.ip(&format!(
        "addr add 100.64.{n}.2/24 dev wan\nroute add default via 100.64.{n}.1"
    ));
    Ipv4Addr::new(100, 64, n, 2)
}

/// A private network of a home with its first device.
fn lan(router: &Space, interface: &str, number: u8, device: &Space, address: u8) {
    router.ip(&format!("addr add 192.168.{number}.1/24 dev {interface}"));
    device_address(device, number, address);
}

fn device_address(device: &Space, number: u8, address: u8) {
    device.ip(&format!(
        "addr add 192.168.{number}.{address}/24 dev {DEVICE_INTERFACE}\n\
         route add default via 192.168.{number}.1"
    ));
}

/// A home's own IPv6 network.
fn lan_ipv6(core: &Space, home: &Space, device: &Space, side: Side) {
    let n = side as u8;
    core.ip(&format!("route add 2a00:11:{n}:1::/64 via 2a00:11:{n}::2"));
    home.ip(&format!("addr add 2a00:11:{n}:1::1/64 dev lan nodad"));
    device.ip(&format!(
        "addr add 2a00:11:{n}:1::{n}{n}/64 dev {DEVICE_INTERFACE} nodad\n\
         route add default via 2a00:11:{n}:1::1"
    ));
}
