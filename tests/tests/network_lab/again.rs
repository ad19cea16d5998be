//! Two who have met come together again by themselves, in one home.

use crate::lab_or_skip;
use crate::person::{Folder, Person, moment};
use crate::space::Space;
use crate::world::{DEVICE_INTERFACE, Home, Place, Side, World};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long something may take here, with a lot to do beside.
const SOON: Duration = Duration::from_secs(60);

/// Two in one LAN who have met there and have left, with their homes.
struct Apart {
    world: World,
    folder: Folder,
}

impl Apart {
    fn new() -> Self {
        let world = World::build(Place::Together(Home::OneLan)).expect("tried before");
        let folder = Folder::new();
        let mut ana = Person::start(&world.host, &folder, "Ana", &["invite", "--no-stun"]);
        let invitation = ana.until(SOON, &["invitation"]).expect("an invitation");
        let link = invitation["link"].as_str().expect("a link");
        let join = ["join", link, "--yes", "--no-stun"];
        let mut ben = Person::start(&world.guest, &folder, "Ben", &join);
        ana.until(SOON, &["met"]).expect("they meet");
        ben.until(SOON, &["met"]).expect("they meet");
        ben.say("/quit");
        ana.until(SOON, &["ended"]).expect("it ends");
        ben.until(SOON, &["ended"]).expect("it ends");
        Self { world, folder }
    }

    /// Looks for the other one.
    fn chats(&self, side: Side, name: &str, args: &[&str]) -> Person {
        let (own, space) = match side {
            Side::Host => ("Ana", &self.world.host),
            _ => ("Ben", &self.world.guest),
        };
        let args = [&["chat", name][..], args].concat();
        Person::start(space, &self.folder, own, &args)
    }
}

/// A machine has another address, as where a router has forgotten which it gave.
fn moves(space: &Space, last: u8) {
    let lan = space.run(
        "ip",
        &["-json", "-4", "addr", "show", "dev", DEVICE_INTERFACE],
        "",
    );
    let lan: serde_json::Value = serde_json::from_str(&lan).expect("JSON");
    let before = lan[0]["addr_info"][0]["local"]
        .as_str()
        .expect("an address");
    let (network, _) = before.rsplit_once('.').expect("four numbers");
    space.ip(&format!(
        "addr flush dev {DEVICE_INTERFACE}\n\
         addr add {network}.{last}/24 dev {DEVICE_INTERFACE}\n\
         route replace default via {network}.1"
    ));
}

/// Both programs are begun at one time. How long it takes from then until both know that the other is there.
fn find_each_other(apart: &Apart) -> Option<Duration> {
    let begun = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let mut ana = apart.chats(Side::Host, "Ben", &[]);
    let mut ben = apart.chats(Side::Guest, "Ana", &[]);
    let met = [ana.until(SOON, &["met"])?, ben.until(SOON, &["met"])?];
    ana.say("hello");
    let has_read = ben.heard(SOON, |told| told["text"] == "hello");
    has_read.expect("they talk");
    let met = met.iter().map(moment).fold(0.0, f64::max);
    Some(Duration::from_secs_f64(met).saturating_sub(begun))
}

#[test]
fn two_programs_that_began_anew_at_other_addresses_find_each_other_in_the_local_network() {
    lab_or_skip!();
    let apart = Apart::new();
    for first in [71, 91] {
        moves(&apart.world.host, first);
        moves(&apart.world.guest, first + 1);
        let found = find_each_other(&apart).expect("they find each other");
        eprintln!("both restarted at other addresses: together after {found:?}");
    }
}

#[test]
fn who_is_not_found_otherwise_says_where_they_are() {
    lab_or_skip!();
    let apart = Apart::new();
    moves(&apart.world.host, 71);
    moves(&apart.world.guest, 72);
    let say = ["here", "Ben", "--no-stun", "--no-local-discovery"];
    let mut ana = Person::start(&apart.world.host, &apart.folder, "Ana", &say);
    let here = ana.until(SOON, &["here"]).expect("she says where she is");
    let link = here["link"].as_str().expect("a link");
    let join = ["join", link, "--yes", "--no-stun"];
    let mut ben = Person::start(&apart.world.guest, &apart.folder, "Ben", &join);
    let said = ben.until(SOON, &["here_opened"]).expect("he is told who");
    assert_eq!(said["name"], "Ana");
    let have_met = ana.until(SOON, &["met"]).and(ben.until(SOON, &["met"]));
    have_met.expect("they meet");
    ana.say("hello");
    let has_read = ben.heard(SOON, |told| told["text"] == "hello");
    has_read.expect("they talk");
}

#[test]
fn who_forbids_it_is_not_found_in_the_local_network() {
    lab_or_skip!();
    let apart = Apart::new();
    moves(&apart.world.host, 71);
    moves(&apart.world.guest, 72);
    let silent = ["--no-local-discovery"];
    let mut ana = apart.chats(Side::Host, "Ben", &silent);
    let mut ben = apart.chats(Side::Guest, "Ana", &silent);
    ana.until(SOON, &["seeking"]).expect("she looks for him");
    let few = Duration::from_secs(8);
    assert!(ben.until(few, &["met"]).is_none(), "{:?}", ben.told);
    assert!(ana.until(Duration::ZERO, &["met"]).is_none());
}
