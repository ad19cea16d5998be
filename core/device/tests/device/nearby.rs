//! Two who have met hear of each other in the local network, wherever they have moved in it.

use super::person::{accept, hosting};
use super::returning::{apart, is_heard, seek, seeking};
use super::world::World;
use super::{result, seconds, talks};
use handfast_device::{
    Command, Done, Input, Protection, Scope, SessionCommand, SessionId, SessionTerms, Settings,
};
use handfast_protocol::discovery::{
    Announcement, Discovery, DiscoveryEvent, Found, MOST_INSTANCES,
};
use handfast_sim::discovery::{SimDiscovery, SimNetwork};
use handfast_token::Secret;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

pub(super) fn moves(world: &mut World, side: usize, address: [u8; 4]) {
    let address = IpAddr::V4(Ipv4Addr::from(address));
    world.command(side, Command::NetworkChanged(vec![address], None));
}

/// Two who have met, are in one local network, and have begun anew at addresses that neither knows.
fn elsewhere(seed: u64) -> World {
    let mut world = apart(seed);
    world.local_network = Some(SimNetwork::default());
    for side in 0..2 {
        world.kill(side, 9);
        world.start(side);
        moves(&mut world, side, [10, 0, 0, 71 + side as u8]);
    }
    world
}

fn both_talk(world: &World, both: [SessionId; 2]) -> bool {
    (0..2).all(|side| talks(world, side, both[side]))
}

fn find_each_other(world: &mut World, most: Duration) -> Option<[SessionId; 2]> {
    let both = [0, 1].map(|side| seek(world, side));
    let found = world.run_until(most, |world| both_talk(world, both));
    found.then_some(both)
}

/// Somebody else in that network, who hears everything.
fn stranger(world: &World) -> SimDiscovery {
    let network = world.local_network.as_ref().expect("there is one");
    let mut stranger = network.join(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 200)));
    stranger.browse(true);
    stranger
}

fn hears(stranger: &mut SimDiscovery) -> Vec<Found> {
    let mut context = Context::from_waker(Waker::noop());
    let mut found = Vec::new();
    while let Poll::Ready(event) = stranger.poll_event(&mut context) {
        match event {
            DiscoveryEvent::Found(one) => found.push(one),
            DiscoveryEvent::Gone(name) => found.retain(|one| one.announcement.instance() != name),
        }
    }
    found
}

fn count(world: &World, what: &str) -> usize {
    let lines = world.log.iter();
    lines.filter(|line| line.contains(what)).count()
}

#[test]
fn two_who_began_anew_and_moved_find_each_other_where_knocking_leads_nowhere() {
    let mut world = elsewhere(1);
    world.local_network = None;
    assert_eq!(find_each_other(&mut world, seconds(120)), None);

    let mut world = elsewhere(1);
    let both = find_each_other(&mut world, seconds(3)).expect("both are there");
    assert!(is_heard(&mut world, 0, both, "found") && is_heard(&mut world, 1, both, "you"));
}

#[test]
fn who_moves_while_the_two_talk_and_is_lost_is_found_where_they_are_now() {
    let mut world = elsewhere(2);
    let both = find_each_other(&mut world, seconds(3)).expect("both are there");
    for side in 0..2 {
        moves(&mut world, side, [10, 0, 0, 91 + side as u8]);
    }
    world.chaos.link_is_lost = 1_000;
    assert!(!is_heard(&mut world, 0, both, "lost"));
    world.chaos.link_is_lost = 0;
    assert!(world.run_until(seconds(10), |world| both_talk(world, both)));
    assert!(is_heard(&mut world, 1, both, "back"));
}

#[test]
fn whoever_begins_anew_at_another_address_is_heard_beside_the_conversation() {
    let mut world = elsewhere(3);
    let both = find_each_other(&mut world, seconds(3)).expect("both are there");
    world.kill(1, 9);
    world.start(1);
    moves(&mut world, 1, [10, 0, 0, 99]);
    // The one who stays believes in the link for a while.
    let both = [both[0], seek(&mut world, 1)];
    world.run(seconds(3));
    assert!(both_talk(&world, both));
    assert!(is_heard(&mut world, 1, both, "me again"));
}

#[test]
fn a_stranger_hears_names_that_are_others_each_hour_and_network_and_no_more_tags_than_eight() {
    let mut world = elsewhere(4);
    let mut stranger = stranger(&world);
    seek(&mut world, 0);
    let mut names = Vec::new();
    for hour in 0..4 {
        world.run(seconds(3_600));
        let heard = hears(&mut stranger);
        assert_eq!(heard.len(), 1, "{hour}");
        assert_eq!(heard[0].announcement.txt()[0].1.len(), 8 * 4);
        names.push(heard[0].announcement.instance());
    }
    for address in [72, 71] {
        moves(&mut world, 0, [10, 0, 0, address]);
        world.run(seconds(1));
        let heard = hears(&mut stranger);
        assert_eq!(
            heard[0].addresses[0].ip().to_string(),
            format!("10.0.0.{address}")
        );
        names.push(heard[0].announcement.instance());
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    // The other is found in whatever hour it comes.
    let session = seek(&mut world, 1);
    assert!(world.run_until(seconds(3), |world| talks(world, 1, session)));
}

#[test]
fn a_device_announces_only_while_somebody_is_looked_for_from_a_network_and_it_is_awake() {
    let mut world = elsewhere(5);
    let mut stranger = stranger(&world);
    let is_there = |world: &mut World| {
        world.run(seconds(1));
        world.sides[0].nearby.is_some()
    };
    assert!(!is_there(&mut world));
    let session = seek(&mut world, 0);
    assert!(is_there(&mut world));
    world.command(0, Command::Sleep);
    assert!(!is_there(&mut world));
    world.command(0, Command::Wake);
    assert!(is_there(&mut world));
    world.command(0, Command::NetworkChanged(Vec::new(), None));
    assert!(!is_there(&mut world));
    moves(&mut world, 0, [10, 0, 0, 71]);
    assert!(is_there(&mut world));
    world.tell(0, session, SessionCommand::Close);
    assert!(!is_there(&mut world));
    assert_eq!(hears(&mut stranger), []);
}

/// Whether this device announces anything while it looks for the other on these terms.
fn announces(world: &mut World, terms: SessionTerms) -> bool {
    let key = world.sides[1].key.public();
    let request = world.command(0, Command::Seek(key, Box::new(terms)));
    world.run(seconds(1));
    let is_there = world.sides[0].nearby.is_some();
    let Some(Ok(Done::Session(session))) = result(world, 0, request) else {
        panic!("it begins");
    };
    world.tell(0, session, SessionCommand::Close);
    world.run(seconds(1));
    is_there
}

#[test]
fn who_forbids_it_or_stays_on_this_machine_announces_nothing() {
    let mut world = elsewhere(6);
    let mut announces_where = |scope, nearby| {
        let terms = SessionTerms {
            scope,
            nearby,
            ..SessionTerms::default()
        };
        announces(&mut world, terms)
    };
    assert!(announces_where(Scope::Network, None));
    assert!(!announces_where(Scope::Network, Some(false)));
    assert!(!announces_where(Scope::Both, None));
    assert!(!announces_where(Scope::ThisMachine, Some(true)));

    let settings = Settings {
        nearby: false,
        ..Settings::default()
    };
    world.command(0, Command::Choose(Box::new(settings)));
    world.run(seconds(1));
    assert!(!announces(&mut world, SessionTerms::default()));
    let all_the_same = SessionTerms {
        nearby: Some(true),
        ..SessionTerms::default()
    };
    assert!(announces(&mut world, all_the_same));
    moves(&mut world, 0, [127, 0, 0, 1]);
    assert!(!announces(&mut world, SessionTerms::default()));
}

#[test]
fn who_is_incognito_announces_nothing() {
    let mut world = World::new(7);
    world.is_incognito = true;
    world.local_network = Some(SimNetwork::default());
    let terms = SessionTerms {
        is_incognito: true,
        ..SessionTerms::default()
    };
    let (host, invitation) = hosting(&mut world, 0, Protection::Open, terms.clone());
    let guest = accept(&mut world, 1, invitation, terms);
    assert!(world.run_until(seconds(20), |world| both_talk(world, [host, guest])));
    assert_eq!(count(&world, " nearby "), 0);
}

/// What somebody announces who knows nothing of the two.
fn noise(number: u16, address: [u8; 4]) -> Found {
    let mut name = [0xee; 16];
    name[..2].copy_from_slice(&number.to_le_bytes());
    let tags: Vec<[u8; 4]> = (0..64).map(|tag| [tag, name[0], name[1], 1]).collect();
    Found {
        announcement: Announcement::new(name, 4000, &tags, &Secret::new([1; 32])).expect("tags"),
        addresses: vec![SocketAddr::new(Ipv4Addr::from(address).into(), 4000)],
    }
}

#[test]
fn what_strangers_announce_leads_nowhere_and_keeps_nobody_from_finding_this_device() {
    let mut world = elsewhere(8);
    let session = seek(&mut world, 0);
    world.run(seconds(1));
    for number in 0..2 * MOST_INSTANCES as u16 {
        let found = DiscoveryEvent::Found(noise(number, [10, 0, 0, 3]));
        world.feed(0, Input::Nearby(found));
    }
    assert_eq!(count(&world, "0 1 Reach"), 0);
    // Who is drowned hears no more, and is heard.
    let other = seek(&mut world, 1);
    let both = [session, other];
    assert!(world.run_until(seconds(3), |world| both_talk(world, both)));
}

#[test]
fn an_announcement_that_somebody_repeats_from_elsewhere_has_eight_addresses_knocked_at_a_minute() {
    let mut world = elsewhere(9);
    let mut stranger = stranger(&world);
    let session = seek(&mut world, 1);
    world.run(seconds(1));
    let heard = hears(&mut stranger);
    world.tell(1, session, SessionCommand::Close);
    seek(&mut world, 0);
    world.run(seconds(1));
    let before = count(&world, "Reach");
    for last in 100..200 {
        let mut found = heard[0].clone();
        found.addresses = vec![SocketAddr::new(Ipv4Addr::new(10, 0, 0, last).into(), 4000)];
        world.feed(0, Input::Nearby(DiscoveryEvent::Found(found)));
    }
    assert_eq!(count(&world, "Reach") - before, 8);
    // The last that was heard has its turn.
    world.run(seconds(61));
    assert_eq!(count(&world, "Reach") - before, 9);
    let repeats = count(&world, "nearby");
    world.run(seconds(600));
    assert_eq!(count(&world, "nearby"), repeats);
}

#[test]
fn nothing_is_heard_by_who_looks_for_nobody() {
    let mut world = elsewhere(10);
    let event = DiscoveryEvent::Found(noise(1, [10, 0, 0, 3]));
    world.feed(0, Input::Nearby(event));
    let key = world.sides[0].key.public();
    world.command(1, seeking(key));
    world.run(seconds(5));
    assert_eq!(count(&world, "Reach"), 0);
}
