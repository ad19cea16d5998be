//! The scenarios that every run of the tests plays; `scripts/bench network` plays all.

use crate::absence::Absence::*;
use crate::lab_or_skip;
use crate::matrix::play;
use crate::nat::Network::*;
use crate::scenario::Ending::{self, *};
use crate::scenario::Way::{self, *};
use crate::scenario::When::{self, *};
use crate::scenario::{Meeting, Report, Scenario};
use crate::stun::Stun;
use crate::world::Home::*;
use crate::world::Place::{self, *};
use crate::world::World;
use std::sync::Mutex;
use std::time::Duration;

/// How late a reply is that comes late.
const LATE: When = Late(Duration::from_secs(45));

/// How long people are away while a reply travels.
const AWAY: Duration = Duration::from_secs(3);

/// Scenarios at a time; most of their time is waiting.
const AT_A_TIME: usize = 6;

#[rustfmt::skip]
const CHOSEN: [(Place, Way, When, Ending); 27] = [
    // host's network, guest's network            way       when    expectation
    (Together(OneLan),                            OneScan,  Direct, Connects),
    (Apart(Public, PortRestricted),               OneScan,  Direct, Connects),
    (Apart(FullCone, Symmetric),                  OneScan,  Direct, Connects),
    (Apart(PortRestricted, PortRestricted),       OneScan,  Direct, NeedsASecondScan),
    (Apart(PortRestricted, PortRestricted),       TwoScans, Direct, Connects),
    (Apart(AddressRestricted, Symmetric),         Link,     Direct, Connects),
    (Apart(Carrier, PortRestricted),              Link,     Direct, Connects),
    (Apart(PortRestricted, Carrier),              Link,     LATE,   Connects),
    (Apart(PortRestricted, Symmetric),            Link,     Direct, Connects),
    (Apart(SymmetricBlock, Carrier),              TwoScans, Direct, Connects),
    (Apart(DualStack, Ipv6Only),                  Link,     Direct, Connects),
    (Apart(Ipv6Only, Ipv6Only),                   TwoScans, Direct, Connects),
    (Together(TwoLans),                           Link,     Direct, Connects),
    (Together(Isolated),                          OneScan,  Direct, Verdict),
    (Apart(Symmetric, SymmetricBlock),            Link,     Direct, Verdict),
    (Apart(Public, UdpBlocked),                   Link,     Direct, Verdict),
    (Apart(Public, Public),                       Link,     Direct, Connects),
    (Apart(AddressRestricted, PortRestricted),    Link,     LATE,   Connects),
    (Apart(Symmetric, PortRestricted),            Link,     LATE,   Connects),
    (Together(OneLan),                            Link,     Away(BothSuspended, AWAY), Connects),
    (Together(OneLan),                            Link,     Away(HostKilled, AWAY), Connects),
    (Together(OneLan),                            Link,     Away(GuestKilled, AWAY), Connects),
    (Together(OneLan),                            Link,     Away(BothKilled, AWAY), Connects),
    (Apart(PortRestricted, PortRestricted),       Link,     Away(BothSuspended, AWAY), Connects),
    (Apart(PortRestricted, PortRestricted),       Link,     Away(HostKilled, AWAY), Connects),
    (Apart(PortRestricted, PortRestricted),       Link,     Away(GuestKilled, AWAY), Connects),
    (Apart(PortRestricted, PortRestricted),       Link,     Away(BothKilled, AWAY), Connects),
];

#[test]
fn people_in_chosen_networks_meet_as_expected() {
    lab_or_skip!();
    let scenarios = CHOSEN.map(|(place, way, when, expected)| Scenario {
        place,
        way,
        when,
        expected,
    });
    let surprises = Mutex::new(Vec::new());
    // The late ones first: they take longest, and wait most of the time.
    let mut order = scenarios.to_vec();
    order.sort_by_key(|scenario| scenario.when == Direct);
    play(&order, AT_A_TIME, |scenario: &Scenario, report: &Report| {
        eprintln!("{scenario}: {} {:?}", report.ending, report.seconds);
        if report.ending != scenario.expected {
            let surprise = format!("{scenario}: {}\n{}", report.ending, report.told);
            surprises.lock().expect("no panic").push(surprise);
        }
    });
    let surprises = surprises.into_inner().expect("no panic");
    assert!(surprises.is_empty(), "{}", surprises.join("\n\n"));
}

/// One side alone may still hit the one port of the other by chance.
#[test]
fn a_strict_network_is_not_passed_where_neither_side_may_guess() {
    lab_or_skip!();
    let flags = [Some("--no-guessing"); 2];
    let scenario = Scenario::new(Apart(PortRestricted, Symmetric), Link, Direct);
    assert_eq!(scenario.expected, Connects);
    let world = World::build(scenario.place).expect("namespaces");
    let _stun = Stun::start(&world);
    let mut meeting = Meeting::begin_with(&scenario, &world, flags);
    let (ending, _) = meeting.play(&scenario, &world);
    let told = meeting.told();
    assert_ne!(ending, Connects, "{told}");
    assert!(told.contains("one_strict"), "{told}");
}
