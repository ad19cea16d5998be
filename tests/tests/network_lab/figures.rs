//! The whole matrix and the times of every return, for `scripts/bench network`.

use crate::absence::Absence;
use crate::faults::Fault;
use crate::lab_or_skip;
use crate::matrix::{all, play};
use crate::narrow::FAMILIES;
use crate::nat::Network::{self, PortRestricted, Public, Symmetric};
use crate::path::{Conditions, Path};
use crate::person::moment;
use crate::scenario::{Ending, Meeting, Scenario, Way, When, now};
use crate::stun::Stun;
use crate::world::{Home, Place, World};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

/// Meetings at a time; most of their time is waiting.
const AT_A_TIME: usize = 12;

/// The same where a reply waits for minutes.
const AT_A_TIME_LATE: usize = 124;

/// The same where people are away for a minute: few enough that none of them keeps another one from
/// the processor.
const AT_A_TIME_AWAY: usize = 16;

/// Where figures go, one JSON object a line: the file that `HANDFAST_FIGURES` names.
struct Figures(Mutex<File>);

impl Figures {
    fn open() -> Self {
        let path = std::env::var_os("HANDFAST_FIGURES").expect("HANDFAST_FIGURES names a file");
        Self(Mutex::new(File::create(path).expect("a new file")))
    }

    fn tell(&self, figure: &Value) {
        let mut file = self.0.lock().expect("nobody panics here");
        writeln!(file, "{figure}").expect("a disk with space");
    }
}

/// Plays every pair of networks by every way, and tells what came of each.
fn meetings(when: When, at_a_time: usize) {
    let figures = Figures::open();
    play(&all(when), at_a_time, |scenario, report| {
        let is_expected = report.ending == scenario.expected;
        if !is_expected {
            eprintln!("{scenario}: {}\n{}", report.ending, report.told);
        }
        let (host, guest) = scenario.place.names();
        figures.tell(&json!({
            "host": host,
            "guest": guest,
            "way": scenario.way.name(),
            "expected": scenario.expected.to_string(),
            "ending": report.ending.to_string(),
            "seconds": report.seconds,
        }));
    });
}

#[test]
#[ignore = "takes minutes: scripts/bench network"]
fn every_pair_of_networks() {
    lab_or_skip!();
    meetings(When::Direct, AT_A_TIME);
}

#[test]
#[ignore = "takes half an hour: scripts/bench network --late"]
fn every_pair_of_networks_ten_minutes_late() {
    lab_or_skip!();
    meetings(When::Late(Duration::from_secs(600)), AT_A_TIME_LATE);
}

/// How long connecting may take once the reply is handed over, in seconds.
fn limit(place: Place) -> f64 {
    match place {
        Place::Together(_) => 1.0,
        Place::Apart(..) => 2.0,
    }
}

#[test]
#[ignore = "takes minutes: scripts/bench network --restarts"]
fn every_restart() {
    lab_or_skip!();
    let figures = Figures::open();
    let rounds = std::env::var("HANDFAST_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(10);
    let apart = Place::Apart(PortRestricted, PortRestricted);
    let mut scenarios = Vec::new();
    for place in [Place::Together(Home::OneLan), apart] {
        for absence in Absence::ALL {
            let away = When::Away(absence, Duration::from_secs(60));
            scenarios.push(Scenario::new(place, Way::Link, away));
        }
    }
    let scenarios = scenarios.repeat(rounds);
    play(&scenarios, AT_A_TIME_AWAY, |scenario, report| {
        let When::Away(absence, _) = scenario.when else {
            unreachable!("they are all away");
        };
        let limit = limit(scenario.place);
        if report.ending != Ending::Connects || report.seconds.is_none_or(|took| took > limit) {
            eprintln!(
                "{scenario}: {} {:?}\n{}",
                report.ending, report.seconds, report.told
            );
        }
        let (host, guest) = scenario.place.names();
        let network = match scenario.place {
            Place::Together(_) => host.to_owned(),
            Place::Apart(..) => format!("{host} and {guest}"),
        };
        figures.tell(&json!({
            "network": network,
            "absence": absence.to_string(),
            "seconds": report.seconds.filter(|_| report.ending == Ending::Connects),
            "limit": limit,
        }));
    });
}

#[test]
#[ignore = "takes a minute: scripts/bench network --loss"]
fn lossy_paths() {
    lab_or_skip!();
    let figures = Figures::open();
    let slow = |seed| ("12 % lost in bursts, 450 ms", Conditions::slow(seed), 30);
    let poor = |seed| {
        (
            "25 % lost in bursts, 800 ms",
            Conditions::slow_and_poor(seed),
            60,
        )
    };
    let paths = (1..=10).flat_map(|seed| [slow(seed), poor(seed)]);
    let place = Place::Apart(PortRestricted, PortRestricted);
    let scenario = Scenario::new(place, Way::Link, When::Direct);
    std::thread::scope(|scope| {
        for (what, conditions, limit) in paths {
            let figures = &figures;
            scope.spawn(move || {
                let world = World::build(place).expect("namespaces");
                let _stun = Stun::start(&world);
                let _path = Path::lead(&world.core, conditions);
                let report = scenario.play_within(&world, Duration::from_secs(limit));
                if report.ending != Ending::Connects {
                    eprintln!("{what}, seed {}\n{}", conditions.seed, report.told);
                }
                let connected = report.seconds.filter(|_| report.ending == Ending::Connects);
                figures.tell(&json!({
                    "what": format!("{what} there and back: connected"),
                    "value": connected,
                    "unit": "s",
                    "limit": limit,
                }));
            });
        }
    });
}

#[test]
#[ignore = "takes minutes: scripts/bench network --waiting"]
fn waiting() {
    lab_or_skip!();
    let figures = Figures::open();
    let place = Place::Apart(PortRestricted, PortRestricted);
    let world = World::build(place).expect("namespaces");
    let _stun = Stun::start(&world);
    let scenario = Scenario::new(place, Way::Link, When::Direct);
    let mut meeting = Meeting::begin(&scenario, &world);
    let reply = meeting.guest.until(Duration::from_secs(12), &["reply"]);
    assert!(reply.is_some(), "{}", meeting.told());
    // The guest is eager for half a minute; the host knows of nobody yet.
    std::thread::sleep(Duration::from_secs(40));
    let now = || {
        let sent = [world.sent_by_host(), world.sent_by_guest()];
        (sent, meeting.host.processor_time())
    };
    let (sent, busy) = now();
    let (minutes, seconds) = (5.0, 300);
    std::thread::sleep(Duration::from_secs(seconds));
    let (sent_later, busy_later) = now();
    let tell = |what: &str, value: f64, unit: &str, limit: f64| {
        figures.tell(&json!({ "what": what, "value": value, "unit": unit, "limit": limit }));
    };
    let [by_host, by_guest] = [0, 1].map(|at| (sent_later[at] - sent[at]) as f64 / minutes);
    tell("a host waits: packets a minute", by_host, "", 4.0);
    tell("a guest waits: packets a minute", by_guest, "", 60.0);
    let share = (busy_later - busy).as_secs_f64() / seconds as f64;
    tell("a host waits: of a core", share * 100.0, "%", 0.02);
}

/// Where one side is strict: how often, and how soon, they meet by what both guess by themselves, and
/// what comes of the rest once both ask for more.
#[test]
#[ignore = "takes a quarter of an hour: scripts/bench network --strict"]
fn past_one_strict_network() {
    lab_or_skip!();
    let figures = Figures::open();
    let rounds = std::env::var("HANDFAST_ROUNDS").ok();
    let rounds: usize = rounds.and_then(|rounds| rounds.parse().ok()).unwrap_or(24);
    // The latest first: they take longest, and wait most of the time.
    let delays = [600, 120, 30, 0];
    let sides = [(PortRestricted, Symmetric), (Symmetric, PortRestricted)];
    let scenes = delays
        .iter()
        .flat_map(|delay| sides.map(|side| (*delay, side)));
    let scenes: Vec<_> = scenes.flat_map(|scene| vec![scene; rounds]).collect();
    let rest = Mutex::new(scenes.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..2 * rounds {
            scope.spawn(|| {
                loop {
                    let taken = rest.lock().expect("nobody panics here").next();
                    let Some((delay, (host, guest))) = taken else {
                        return;
                    };
                    let late = Duration::from_secs(delay);
                    let (by_itself, by_hand) = past_strict(host, guest, late);
                    figures.tell(&json!({
                        "host": host.name(),
                        "guest": guest.name(),
                        "delay": delay,
                        "by_itself": by_itself,
                        "by_hand": by_hand,
                    }));
                }
            });
        }
    });
}

/// How long they take by themselves after a reply that came so late, at most a minute; and if they do
/// not meet, how long once both ask for more.
fn past_strict(host: Network, guest: Network, late: Duration) -> (Option<f64>, Option<f64>) {
    let place = Place::Apart(host, guest);
    let world = World::build(place).expect("namespaces");
    let _stun = Stun::start(&world);
    let scenario = Scenario::new(place, Way::Link, When::Direct);
    let mut meeting = Meeting::begin(&scenario, &world);
    let shown = meeting.guest.until(Duration::from_secs(30), &["reply"]);
    assert!(shown.is_some(), "{}", meeting.told());
    std::thread::sleep(late);
    let reply = meeting.newest_reply(Way::Link);
    let connected = |meeting: &mut Meeting, lines: [&str; 2]| {
        let since = now();
        meeting.host.say(lines[0]);
        meeting.guest.say(lines[1]);
        let met = meeting.guest.until(Duration::from_secs(60), &["met"]);
        met.map(|met| moment(&met) - since)
    };
    match connected(&mut meeting, [&reply, ""]) {
        None => (None, connected(&mut meeting, ["/harder"; 2])),
        by_itself => (by_itself, None),
    }
}

#[test]
#[ignore = "takes minutes: scripts/bench network --returns"]
fn every_return() {
    lab_or_skip!();
    let figures = Figures::open();
    let cut = |seconds| Fault::Cut(Duration::from_secs(seconds));
    let scenes = [
        (cut(1), PortRestricted, PortRestricted, 20),
        (cut(5), PortRestricted, PortRestricted, 20),
        (cut(75), PortRestricted, PortRestricted, 8),
        (Fault::Restart, PortRestricted, PortRestricted, 20),
        (Fault::GuestRoams, Public, PortRestricted, 20),
        (Fault::HostRoams, PortRestricted, Public, 20),
    ];
    let rounds = scenes.iter().flat_map(|scene| vec![scene; scene.3]);
    let rest = Mutex::new(rounds.collect::<Vec<_>>());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let taken = rest.lock().expect("nobody panics here").pop();
                    let Some((fault, host, guest, _)) = taken else {
                        return;
                    };
                    let back = fault.strike(*host, *guest);
                    if !back.complete {
                        eprintln!("{fault}: not every message once\n{}", back.told);
                    }
                    figures.tell(&json!({
                        "fault": fault.to_string(),
                        "seconds": back.seconds,
                        "complete": back.complete,
                    }));
                }
            });
        }
    });
}

#[test]
#[ignore = "takes minutes: scripts/bench network --narrow"]
fn narrow_paths() {
    lab_or_skip!();
    let figures = Figures::open();
    // One after the other: they are held to each other's times.
    for family in &FAMILIES {
        let straits = family.straits.iter().copied().map(Some);
        for strait in std::iter::once(None).chain(straits) {
            let (times, told) = family.cross(strait);
            if times.file.is_none() {
                eprintln!("{}, {strait:?}: {told}", family.name);
            }
            let path = strait.map_or("wide".to_owned(), |(strait, most)| {
                format!("{strait:?} {most}")
            });
            figures.tell(&json!({
                "family": family.name,
                "path": path,
                "times": [times.connected, times.text, times.file],
            }));
        }
    }
}
