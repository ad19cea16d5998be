//! What leaves the devices: nothing that nobody asked for, and little while somebody waits.

use crate::lab_or_skip;
use crate::nat::Network;
use crate::scenario::{Ending, Meeting, Scenario, Way, When};
use crate::stun::{Impostor, Stun};
use crate::world::{Home, Place, World};
use std::time::Duration;

#[test]
fn on_one_lan_no_datagram_leaves_the_home() {
    lab_or_skip!();
    let world = World::build(Place::Together(Home::OneLan)).expect("namespaces");
    let _stun = Stun::start(&world);
    for way in [Way::OneScan, Way::Link] {
        let scenario = Scenario::new(Place::Together(Home::OneLan), way, When::Direct);
        let report = scenario.play_in(&world);
        assert_eq!(report.ending, Ending::Connects, "{}", report.told);
    }
    assert_eq!(world.sent_by_host(), 0, "nothing reached the core");
    assert_eq!(world.asked_stun(), 0, "no STUN server was asked");
}

#[test]
fn whoever_waits_sends_little() {
    lab_or_skip!();
    // A strict one keeps sockets open by which it could be found, as many as one token is worth: of these
    // 128 in each of three rounds that may fall into that minute.
    let guests = [
        (Network::PortRestricted, 60),
        (Network::Symmetric, 60 + 3 * 128),
    ];
    std::thread::scope(|scope| {
        for (guest, most) in guests {
            scope.spawn(move || {
                let place = Place::Apart(Network::PortRestricted, guest);
                let world = World::build(place).expect("namespaces");
                let _stun = Stun::start(&world);
                let scenario = Scenario::new(place, Way::Link, When::Direct);
                let mut meeting = Meeting::begin(&scenario, &world);
                let patience = Duration::from_secs(12);
                assert!(meeting.guest.until(patience, &["reply"]).is_some());
                // The guest is eager for half a minute; the host knows of nobody yet.
                std::thread::sleep(Duration::from_secs(30));
                let (host, by_guest) = (world.sent_by_host(), world.sent_by_guest());
                let minute = Duration::from_secs(60);
                std::thread::sleep(minute);
                let host = world.sent_by_host() - host;
                let by_guest = world.sent_by_guest() - by_guest;
                eprintln!(
                    "{}: {host} by the host, {by_guest} by the guest",
                    guest.name()
                );
                assert!(host <= 4, "{host} a minute for one mapping that is kept");
                assert!(by_guest <= most, "{by_guest} a minute by a waiting guest");
            });
        }
    });
}

#[test]
fn servers_that_are_none_keep_nobody_apart() {
    lab_or_skip!();
    // One of the two can be reached without any server.
    let places = [
        Place::Apart(Network::Public, Network::PortRestricted),
        Place::Apart(Network::PortRestricted, Network::Public),
    ];
    std::thread::scope(|scope| {
        for impostor in [Impostor::Silent, Impostor::Garbage, Impostor::Liar] {
            scope.spawn(move || {
                for place in places {
                    let world = World::build(place).expect("namespaces");
                    impostor.start(&world);
                    let scenario = Scenario::new(place, Way::Link, When::Direct);
                    let report = scenario.play_in(&world);
                    assert_eq!(
                        report.ending,
                        Ending::Connects,
                        "{impostor:?}, {scenario}: {}",
                        report.told
                    );
                }
            });
        }
    });
}
