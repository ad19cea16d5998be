//! Two machines beside each other: at a cable that gives no addresses, and with a firewall of their own.

use crate::lab_or_skip;
use crate::person::{Folder, Person};
use crate::space::Space;
use handfast_native::net::lets_in;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long something may take that happens at once.
const SOON: Duration = Duration::from_secs(20);

/// How long a host waits before it says that nobody comes, and a little more.
const HINTED: Duration = Duration::from_secs(12);

/// Two machines at one cable, which has no addresses but those that the system itself gives.
fn at_one_cable() -> [Space; 2] {
    let [host, guest] = [(); 2].map(|()| Space::new().expect("tried before"));
    host.wire("cable", &guest, "cable");
    for machine in [&host, &guest] {
        // A system takes a moment to notice that a cable is plugged in.
        let until = Instant::now() + SOON;
        let listed = || machine.run("ip", &["-6", "addr", "show", "dev", "cable"], "");
        while !listed().contains("fe80::") || listed().contains("tentative") {
            assert!(Instant::now() < until, "{}", listed());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    [host, guest]
}

fn invited(space: &Space, folder: &Folder) -> (Person, String) {
    let mut host = Person::start(space, folder, "Ana", &["invite", "--expires", "1h"]);
    let invitation = host.until(SOON, &["invitation", "failed"]);
    let link = invitation.as_ref().and_then(|told| told["link"].as_str());
    let link = link.unwrap_or_else(|| panic!("no invitation: {:?}", host.told));
    (host, link.to_owned())
}

fn joined(space: &Space, folder: &Folder, link: &str) -> Person {
    Person::start(
        space,
        folder,
        "Ben",
        &["join", link, "--yes", "--wait", "1h", "--no-stun"],
    )
}

/// Each hears the other.
fn they_talk(host: &mut Person, guest: &mut Person) {
    let have_met = host.until(SOON, &["met"]).and(guest.until(SOON, &["met"]));
    assert!(have_met.is_some(), "{:?}\n{:?}", host.told, guest.told);
    host.say("hello");
    guest.say("hello you");
    let says = |text: &'static str| move |told: &Value| told["text"] == text;
    let have_heard = guest
        .heard(SOON, says("hello"))
        .and(host.heard(SOON, says("hello you")));
    assert!(have_heard.is_some(), "{:?}\n{:?}", host.told, guest.told);
}

#[test]
fn a_cable_with_nothing_but_link_local_addresses_is_enough() {
    lab_or_skip!();
    let [host, guest] = at_one_cable();
    let folder = Folder::new();
    let (mut ana, link) = invited(&host, &folder);
    let mut ben = joined(&guest, &folder, &link);
    they_talk(&mut ana, &mut ben);
}

#[test]
fn a_cable_beside_another_network_is_found_too() {
    lab_or_skip!();
    let [host, guest] = at_one_cable();
    let elsewhere = Space::new().expect("tried before");
    for (machine, number) in [(&host, 1), (&guest, 2)] {
        // Networks that lead to the same place nowhere, as two Wi-Fis of two providers.
        elsewhere.wire(&format!("wifi{number}"), machine, "wifi");
        machine.ip(&format!("addr add 10.{number}.0.5/24 dev wifi"));
        machine.ip(&format!("route add default via 10.{number}.0.1 dev wifi"));
    }
    let folder = Folder::new();
    let (mut ana, link) = invited(&host, &folder);
    let mut ben = joined(&guest, &folder, &link);
    they_talk(&mut ana, &mut ben);
}

/// Lets in answers and nothing else, as desktops do unless somebody allows more.
fn guard(space: &Space) {
    space.nft(
        "table inet guard { chain input {
            type filter hook input priority filter; policy drop
            iif lo accept
            ct state established,related accept
        }
        }",
    );
}

fn is_let_in(space: &Space, socket: &str) -> Option<bool> {
    let socket: SocketAddr = socket.parse().expect("an address");
    space.inside(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(lets_in(&[socket]))
    })
}

#[test]
fn the_rules_for_others_are_tried_and_nothing_leaves_for_that() {
    lab_or_skip!();
    let [host, guest] = at_one_cable();
    host.ip("addr add 192.168.7.1/24 dev cable");
    guest.nft(
        "table inet lab {
            counter came { }
            chain input {
                type filter hook input priority filter
                udp dport 4000 counter name came
            }
        }",
    );
    let socket = "192.168.7.1:4000";
    assert_eq!(is_let_in(&host, socket), Some(true), "no rules at all");
    guard(&host);
    assert_eq!(is_let_in(&host, socket), Some(false));
    host.nft("add rule inet guard input udp dport 4001 accept");
    assert_eq!(is_let_in(&host, socket), Some(false), "another port");
    host.nft("add rule inet guard input udp dport 4000 accept");
    assert_eq!(is_let_in(&host, socket), Some(true));
    assert_eq!(guest.counted("came"), 0);
}

#[test]
fn a_host_behind_its_own_firewall_is_told_so_and_met_by_a_reply() {
    lab_or_skip!();
    let [host, guest] = at_one_cable();
    host.ip("addr add 192.168.7.1/24 dev cable");
    guest.ip("addr add 192.168.7.2/24 dev cable");
    guard(&host);
    let folder = Folder::new();
    let (mut ana, link) = invited(&host, &folder);
    let mut ben = joined(&guest, &folder, &link);
    let hint = ana.until(HINTED, &["hint", "met"]);
    let cause = hint.as_ref().map(|told| told["cause"].clone());
    assert_eq!(cause, Some("firewall".into()), "{:?}", ana.told);
    let reply = ben.until(SOON, &["reply"]).expect("a reply");
    ana.say(reply["link"].as_str().expect("a link"));
    they_talk(&mut ana, &mut ben);
}
