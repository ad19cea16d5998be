//! Meetings over paths that are slow and lose packets.

use crate::lab_or_skip;
use crate::nat::Network::PortRestricted;
use crate::path::{Conditions, Path};
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
    let _path = Path::lead(&world.core, Conditions::slow(7));
    let scenario = Scenario::new(place, Way::Link, When::Direct);
    let report = scenario.play_within(&world, Duration::from_secs(30));
    assert_eq!(report.ending, Ending::Connects, "{}", report.told);
    let took = report.seconds.expect("connected");
    assert!(took > 0.84, "{took} s is less than two ways there and back");
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
