//! Which of its many addresses a machine names.

use crate::lab_or_skip;
use crate::space::Space;
use handfast_native::net::{Reach, local_addresses};
use std::net::IpAddr;

/// A link that is up, with these addresses.
fn link(space: &Space, name: &str, number: usize, addresses: &[&str]) {
    space.ip(&format!("link add {name} type veth peer name far{number}"));
    // The far end stands for another machine, and is none of this one's cables.
    space.ip(&format!("link set far{number} addrgenmode none"));
    space.ip(&format!("link set {name} up\nlink set far{number} up"));
    for address in addresses {
        let nodad = if address.contains(':') { " nodad" } else { "" };
        space.ip(&format!("addr add {address} dev {name}{nodad}"));
    }
}

#[test]
fn bridges_and_old_addresses_leave_the_places_to_the_way_out() {
    lab_or_skip!();
    let space = Space::new().expect("tried before");
    for number in 0..9 {
        let name = format!("br-{number:012}");
        link(&space, &name, number, &[&format!("10.{number}.0.1/16")]);
    }
    link(&space, "side0", 20, &["172.30.1.5/24"]);
    let week = ["2001:db8:1::1/64", "2001:db8:1::2/64", "2001:db8:1::3/64"];
    link(&space, "wan0", 21, &["203.0.113.5/24"]);
    for address in week {
        space.ip(&format!(
            "addr add {address} dev wan0 nodad preferred_lft 0"
        ));
    }
    space.ip("addr add 2001:db8:1::9/64 dev wan0 nodad");
    space.ip("route add default via 203.0.113.1 dev wan0");
    space.ip("route add default via 2001:db8:1::ffff dev wan0");
    let named = space.inside(|| local_addresses(Reach::Network).expect("interfaces"));
    let expected = ["203.0.113.5", "2001:db8:1::9", "172.30.1.5", "10.0.0.1"];
    let expected = expected.map(|text| text.parse::<IpAddr>().expect("an address"));
    assert_eq!(named, expected);
}
