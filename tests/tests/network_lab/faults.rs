//! What happens to a network while two people talk, and how they come back.

use crate::nat::Network;
use crate::person::moment;
use crate::scenario::{Meeting, Scenario, Way, When, now};
use crate::stun::Stun;
use crate::world::{Place, Side, World};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The guest's line is dead for so long.
    Cut(Duration),
    /// All routers restart: a second without a line, and every mapping is forgotten.
    Restart,
    /// The guest's device moves to another network, port-restricted as well, without a word.
    GuestRoams,
    /// The host's does.
    HostRoams,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(length) => write!(f, "cut of {} s", length.as_secs()),
            Self::Restart => f.write_str("all routers restart"),
            Self::GuestRoams => f.write_str("the guest roams"),
            Self::HostRoams => f.write_str("the host roams"),
        }
    }
}

/// How a conversation went on.
#[derive(Debug)]
pub(crate) struct Return {
    /// From the moment at which the line is there again to the first message on either side, the
    /// later of both.
    pub(crate) seconds: Option<f64>,
    /// Whether each side has every message of the other, once and in order.
    pub(crate) complete: bool,
    pub(crate) told: String,
}

/// How often each side writes.
const EVERY: Duration = Duration::from_millis(100);

/// How long the conversation may take to come back, and to deliver everything.
const COMES_BACK: Duration = Duration::from_secs(45);

impl Fault {
    /// Lets two people behind these networks talk, and does this to them.
    pub(crate) fn strike(self, host: Network, guest: Network) -> Return {
        let mut world = World::build(Place::Apart(host, guest)).expect("namespaces");
        let _stun = Stun::start(&world);
        let scenario = Scenario::new(Place::Apart(host, guest), Way::Link, When::Direct);
        let mut meeting = Meeting::begin(&scenario, &world);
        let (ending, _) = meeting.play(&scenario, &world);
        assert_eq!(ending, scenario.expected, "{scenario}: {}", meeting.told());
        let mut talk = Talk {
            meeting,
            written: 0,
        };
        talk.write_for(Duration::from_secs(2));
        let back = self.happen(&mut world, &mut talk);
        talk.finish(back)
    }

    /// Returns the moment from which everything works again.
    fn happen(self, world: &mut World, talk: &mut Talk) -> f64 {
        match self {
            Self::Cut(length) => {
                world.cut(Side::Guest, true);
                talk.write_for(length);
                world.cut(Side::Guest, false);
            }
            Self::Restart => {
                world.cut(Side::Guest, true);
                world.routers.iter().for_each(|router| router.forget());
                talk.write_for(Duration::from_secs(1));
                world.routers.iter().for_each(|router| router.forget());
                world.cut(Side::Guest, false);
            }
            Self::GuestRoams => world
                .roam(Side::Guest, Network::PortRestricted)
                .expect("namespaces"),
            Self::HostRoams => world
                .roam(Side::Host, Network::PortRestricted)
                .expect("namespaces"),
        }
        now()
    }
}

struct Talk {
    meeting: Meeting,
    /// Numbered lines that each side wrote so far.
    written: u32,
}

impl Talk {
    fn write_for(&mut self, length: Duration) {
        let until = Instant::now() + length;
        while Instant::now() < until {
            self.meeting.host.say(&format!("host {}", self.written));
            self.meeting.guest.say(&format!("guest {}", self.written));
            self.written += 1;
            std::thread::sleep(EVERY);
        }
    }

    /// Writes on until both have heard something new, and waits for the rest.
    fn finish(mut self, back: f64) -> Return {
        let until = Instant::now() + COMES_BACK;
        let (mut host, mut guest) = (None, None);
        while Instant::now() < until && (host.is_none() || guest.is_none()) {
            self.write_for(EVERY);
            let is_new = |told: &Value| told["event"] == "message" && moment(told) > back;
            host = self.meeting.host.heard(Duration::ZERO, is_new);
            guest = self.meeting.guest.heard(Duration::ZERO, is_new);
        }
        let expected = |from: &str| -> Vec<String> {
            let lines = (0..self.written).map(|number| format!("{from} {number}"));
            lines.collect()
        };
        let (from_host, from_guest) = (expected("host"), expected("guest"));
        let numbered = |lines: Vec<String>, from: &str| -> Vec<String> {
            let is_ours = |line: &String| {
                let number = line.strip_prefix(from).map(str::trim);
                number.is_some_and(|number| number.parse::<u32>().is_ok())
            };
            lines.into_iter().filter(is_ours).collect()
        };
        let mut complete = false;
        while Instant::now() < until && !complete {
            let at_host = numbered(self.meeting.host.messages(), "guest");
            let at_guest = numbered(self.meeting.guest.messages(), "host");
            complete = at_host == from_guest && at_guest == from_host;
            std::thread::sleep(EVERY);
        }
        let first = [&host, &guest].map(|told| told.as_ref().map(|told| moment(told) - back));
        Return {
            seconds: first[0].zip(first[1]).map(|(host, guest)| host.max(guest)),
            complete,
            told: self.meeting.told(),
        }
    }
}
