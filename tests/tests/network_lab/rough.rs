//! Meetings over paths that are slow and lose packets.

use crate::lab_or_skip;
use crate::nat::Network::PortRestricted;
use crate::path::{Bursts, Conditions, Path};
use crate::scenario::{Ending, Scenario, Way, When};
use crate::stun::Stun;
use crate::world::{Place, World};
use std::time::Duration;

#[test]
fn people_meet_over_a_slow_path_that_loses_in_bursts() {
    lab_or_skip!();
    let place = Place::Apart(PortRestricted, PortRestricted);
    let world = World::build(place).expect("namespaces");
    let _stun = Stun::start(&world);
    // About 7 packets of 100, four or so in a row, each way 60 to 90 ms.
    let _path = Path::lead(
        &world.core,
        Conditions {
            delay: Duration::from_millis(60),
            jitter: Duration::from_millis(30),
            loss: Bursts {
                begins: 0.03,
                ends: 0.25,
                loses: 0.7,
            },
            seed: 7,
        },
    );
    let report = Scenario::new(place, Way::Link, When::Direct).play_in(&world);
    assert_eq!(report.ending, Ending::Connects, "{}", report.told);
    let took = report.seconds.expect("connected");
    assert!(took > 0.24, "{took} s is less than two ways there and back");
}

#[test]
fn people_meet_where_one_packet_in_ten_is_lost() {
    lab_or_skip!();
    let place = Place::Apart(PortRestricted, PortRestricted);
    let world = World::build(place).expect("namespaces");
    let _stun = Stun::start(&world);
    world.lose(10);
    let report = Scenario::new(place, Way::TwoScans, When::Direct).play_in(&world);
    assert_eq!(report.ending, Ending::Connects, "{}", report.told);
}
