//! Files and long texts over paths that do not carry large packets.

use crate::lab_or_skip;
use crate::nat::Network::{Ipv6Only, PortRestricted};
use crate::person::{Folder, moment};
use crate::scenario::{Ending, Meeting, Scenario, Way, When, now};
use crate::stun::Stun;
use crate::world::Strait::{self, BlackHole, Line, OwnLink};
use crate::world::{Place, World};
use std::time::Duration;

/// How many characters a long text has.
const TEXT: usize = 60_000;

/// How long anything may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// Paths of one family, beside the same path when it is wide.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    place: Place,
    /// The size of the file that is sent, in bytes.
    bytes: usize,
    pub(crate) straits: &'static [(Strait, usize)],
    /// Whether paths become narrow while the file is under way, or are so from the beginning.
    is_sudden: bool,
}

const HOMES: Place = Place::Apart(PortRestricted, PortRestricted);
const IPV6: Place = Place::Apart(Ipv6Only, Ipv6Only);

/// The size of a file, and of one that is under way long enough for something to happen.
const FILE: usize = 5_000_000;
const LONG_FILE: usize = 15_000_000;

pub(crate) const FAMILIES: [Family; 6] = [
    Family {
        name: "IPv4, a narrow line",
        place: HOMES,
        bytes: FILE,
        straits: &[(Line, 1280), (Line, 1200), (Line, 1000), (Line, 576)],
        is_sudden: false,
    },
    Family {
        name: "IPv4, large packets vanish",
        place: HOMES,
        bytes: FILE,
        straits: &[
            (BlackHole, 1280),
            (BlackHole, 1200),
            (BlackHole, 1000),
            (BlackHole, 576),
        ],
        is_sudden: false,
    },
    Family {
        name: "IPv4, only one's own link",
        place: HOMES,
        bytes: FILE,
        straits: &[
            (OwnLink, 1280),
            (OwnLink, 1200),
            (OwnLink, 1000),
            (OwnLink, 576),
        ],
        is_sudden: false,
    },
    Family {
        name: "IPv4, becomes narrow meanwhile",
        place: HOMES,
        bytes: LONG_FILE,
        straits: &[
            (Line, 1280),
            (Line, 1200),
            (Line, 1000),
            (Line, 576),
            (OwnLink, 1000),
            (OwnLink, 576),
            (BlackHole, 1000),
            (BlackHole, 576),
        ],
        is_sudden: true,
    },
    // Linux takes IPv6 off a link below 1280. Where less passes, large packets vanish.
    Family {
        name: "IPv6",
        place: IPV6,
        bytes: FILE,
        straits: &[
            (Line, 1280),
            (BlackHole, 1280),
            (BlackHole, 1200),
            (BlackHole, 1000),
            (BlackHole, 576),
        ],
        is_sudden: false,
    },
    Family {
        name: "IPv6, becomes narrow meanwhile",
        place: IPV6,
        bytes: LONG_FILE,
        straits: &[(Line, 1280), (BlackHole, 1000), (BlackHole, 576)],
        is_sudden: true,
    },
];

/// How long it took, in seconds. None where it did not come to an end.
#[derive(Debug, Default)]
pub(crate) struct Times {
    pub(crate) connected: Option<f64>,
    pub(crate) text: Option<f64>,
    pub(crate) file: Option<f64>,
}

impl Times {
    /// Whether all was as quick beside a wide path as it may be, twice the time and three seconds, on a
    /// machine that has four times as much to do by now. `scripts/bench network --narrow` is strict.
    fn are_within(&self, wide: &Self) -> bool {
        let pairs = [
            (self.connected, wide.connected),
            (self.text, wide.text),
            (self.file, wide.file),
        ];
        pairs.into_iter().all(|(took, wide)| {
            took.zip(wide)
                .is_some_and(|(took, wide)| took <= 4.0 * (2.0 * wide + 3.0))
        })
    }
}

impl Family {
    /// Lets two people meet over such a path, and the host send a long text and a file. Returns what
    /// the programs said as well.
    pub(crate) fn cross(&self, strait: Option<(Strait, usize)>) -> (Times, String) {
        let world = World::build(self.place).expect("namespaces");
        let _stun = Stun::start(&world);
        if let Some((strait, most)) = strait.filter(|_| !self.is_sudden) {
            world.narrow(strait, most);
        }
        let scenario = Scenario::new(self.place, Way::TwoScans, When::Direct);
        let mut meeting = Meeting::begin(&scenario, &world);
        let (ending, connected) = meeting.play(&scenario, &world);
        let mut times = Times {
            connected: connected.filter(|_| ending == Ending::Connects),
            ..Times::default()
        };

        let began = now();
        meeting.host.say(&"x".repeat(TEXT));
        let told = meeting.guest.heard(PATIENCE, |told| {
            let length = told["text"].as_str().map(str::len);
            told["event"] == "message" && length == Some(TEXT)
        });
        times.text = told.map(|told| moment(&told) - began);

        let folder = Folder::new();
        let file = folder.path("file");
        std::fs::write(&file, vec![7; self.bytes]).expect("a disk with space");
        let began = now();
        meeting.host.say(&format!("/send {file}"));
        // Strangers are asked.
        meeting.guest.until(PATIENCE, &["file_offered"]);
        meeting.guest.say("/accept");
        if let Some((strait, most)) = strait.filter(|_| self.is_sudden) {
            meeting.guest.until(PATIENCE, &["file_progress"]);
            world.narrow(strait, most);
        }
        let told = meeting.guest.until(PATIENCE, &["file_received"]);
        times.file = told.map(|told| moment(&told) - began);
        let mut told = meeting.told();
        told.retain(|letter| letter != 'x');
        (times, told)
    }

    /// Crosses every path, and holds it to the times of the wide one.
    fn hold(&self) {
        let (wide, told) = self.cross(None);
        eprintln!("{}: wide: {wide:?}", self.name);
        assert!(wide.are_within(&wide), "{}: {told}", self.name);
        for strait in self.straits {
            let (times, told) = self.cross(Some(*strait));
            eprintln!("{}: {strait:?}: {times:?}", self.name);
            let is_good = times.are_within(&wide);
            assert!(is_good, "{}: {strait:?}: {times:?}\n{told}", self.name);
        }
    }
}

#[test]
fn files_pass_over_a_narrow_line() {
    lab_or_skip!();
    FAMILIES[0].hold();
}

#[test]
fn files_pass_where_large_packets_vanish() {
    lab_or_skip!();
    FAMILIES[1].hold();
}

#[test]
fn files_pass_over_ones_own_link_when_it_is_narrow() {
    lab_or_skip!();
    FAMILIES[2].hold();
}

#[test]
fn files_pass_when_a_path_becomes_narrow_meanwhile() {
    lab_or_skip!();
    FAMILIES[3].hold();
}

#[test]
fn files_pass_over_narrow_paths_of_ipv6() {
    lab_or_skip!();
    FAMILIES[4].hold();
    FAMILIES[5].hold();
}
