//! One meeting of two people in the laboratory, from the invitation to the first messages.

use crate::absence::Absence;
use crate::person::{Folder, Person, moment};
use crate::stun::{SERVERS, Stun};
use crate::world::{Place, World};
use serde_json::Value;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How invitation and reply travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// The guest reads the host's picture, and nothing goes back.
    OneScan,
    /// Pictures both ways, where the guest shows a reply.
    TwoScans,
    /// Texts both ways, as messengers carry them, where the guest shows a reply.
    Link,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::OneScan, Self::TwoScans, Self::Link];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OneScan => "QR, one scan",
            Self::TwoScans => "QR, two scans",
            Self::Link => "link and reply",
        }
    }
}

/// When the reply is handed over, once it is there. With one scan, when that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum When {
    /// At once.
    Direct,
    /// After so long.
    Late(Duration),
    /// As soon as both are here again, after they were away for so long.
    Away(Absence, Duration),
}

/// Where the guest's picture of its reply is, in the folder of a meeting.
const REPLY_PICTURE: &str = "reply.png";

/// How a meeting ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    /// They talk.
    Connects,
    /// The guest shows its reply: with one scan alone nobody can know where it is.
    NeedsASecondScan,
    /// No path exists between these networks, and the program says so.
    Verdict,
    /// Nothing happens, and at most one of them is told. Never expected.
    Silence,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connects => "connects",
            Self::NeedsASecondScan => "needs a second scan",
            Self::Verdict => "verdict",
            Self::Silence => "silence",
        })
    }
}

/// A meeting, and what is to come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) place: Place,
    pub(crate) way: Way,
    pub(crate) when: When,
    pub(crate) expected: Ending,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Apart(host, guest) => write!(f, "{} to {}", host.name(), guest.name())?,
            Place::Together(home) => f.write_str(home.name())?,
        }
        write!(f, ", {}", self.way.name())?;
        match self.when {
            When::Direct => Ok(()),
            When::Late(delay) => write!(f, " {} s late", delay.as_secs()),
            When::Away(absence, length) => write!(f, ", {absence} for {} s", length.as_secs()),
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) ending: Ending,
    /// From the last thing that a person did until both see that they are connected.
    pub(crate) seconds: Option<f64>,
    /// What both programs said, to look into a surprise.
    pub(crate) told: String,
}

/// How long a host may take for its invitation: it may ask servers first.
const INVITES: Duration = Duration::from_secs(30);

/// How long a guest may take until it is connected, shows a reply, or gives up.
const FIRST: Duration = Duration::from_secs(12);

/// How long both may take after the reply is in the host's hands, over an ordinary path.
const AFTER_REPLY: Duration = Duration::from_secs(20);

/// The same where they guess: a guest cannot know when its host begins, and spreads what it has over ten
/// minutes.
const GUESSED: Duration = Duration::from_secs(90);

/// How long it is watched whether a reply on the screen is needed at all.
const STILL: Duration = Duration::from_secs(10);

impl Scenario {
    /// Plays it in a world of its own.
    pub(crate) fn play(&self) -> Report {
        let world = World::build(self.place).expect("namespaces");
        let _stun = Stun::start(&world);
        self.play_in(&world)
    }

    /// Plays it in this world.
    pub(crate) fn play_in(&self, world: &World) -> Report {
        let patience = match self.is_guessed() {
            true => GUESSED,
            false => AFTER_REPLY,
        };
        self.play_within(world, patience)
    }

    /// The same where both may take this long after the reply is in the host's hands.
    pub(crate) fn play_within(&self, world: &World, patience: Duration) -> Report {
        let mut meeting = Meeting::begin(self, world);
        meeting.patience = patience;
        let (ending, seconds) = meeting.play(self, world);
        Report {
            ending,
            seconds,
            told: meeting.told(),
        }
    }
}

impl Scenario {
    /// How its guest knocks.
    fn knocking(&self) -> &'static [&'static str] {
        match (self.place, self.when) {
            // On one LAN nobody would need a reply.
            (Place::Together(_), When::Away(..)) => &["--only-by-reply"],
            _ => &[],
        }
    }
}

/// Two people on their way to each other.
pub(crate) struct Meeting {
    pub(crate) host: Person,
    pub(crate) guest: Person,
    /// How the guest knocks, also when it is started again.
    knocking: &'static [&'static str],
    /// How long both may take after the last thing that people did.
    patience: Duration,
    /// Their homes and pictures, removed after both are gone.
    folder: Folder,
}

/// The flags that name this laboratory's servers.
pub(crate) fn servers<'a>() -> impl Iterator<Item = &'a str> {
    SERVERS.iter().flat_map(|server| ["--stun", server])
}

/// A host, once it shows its invitation, and the link.
fn invited(world: &World, folder: &Folder, invite: &[&str]) -> (Person, String) {
    let invite: Vec<&str> = invite.iter().copied().chain(servers()).collect();
    let mut host = Person::start(&world.host, folder, "Ana", &invite);
    let invitation = host.until(INVITES, &["invitation", "failed"]);
    let link = invitation.as_ref().and_then(|told| told["link"].as_str());
    let link = link.unwrap_or_else(|| panic!("no invitation: {:?}", host.told));
    (host, link.to_owned())
}

/// A guest that has just begun.
fn joined(world: &World, folder: &Folder, join: &[&str], knocking: &[&str]) -> Person {
    let picture = folder.path(REPLY_PICTURE);
    let more = ["--wait", "1h", "--reply-png", &picture];
    let join = [join, knocking, &more].concat();
    let join: Vec<&str> = join.into_iter().chain(servers()).collect();
    Person::start(&world.guest, folder, "Ben", &join)
}

impl Meeting {
    /// The invitation is made and handed over.
    pub(crate) fn begin(scenario: &Scenario, world: &World) -> Self {
        Self::begin_with(scenario, world, [None, None])
    }

    /// The same with one more flag for the host and for the guest.
    pub(crate) fn begin_with(
        scenario: &Scenario,
        world: &World,
        [host_flag, guest_flag]: [Option<&str>; 2],
    ) -> Self {
        let folder = Folder::new();
        let invitation_picture = folder.path("invitation.png");
        let mut invite = vec!["invite", "--expires", "1h", "--png", &invitation_picture];
        // In one home nobody says that the other is far away.
        if matches!(scenario.place, Place::Apart(..)) {
            invite.push("--far");
        }
        invite.extend(host_flag);
        let (host, link) = invited(world, &folder, &invite);
        let handed = match scenario.way {
            Way::Link => &link,
            Way::OneScan | Way::TwoScans => &invitation_picture,
        };
        if let (Way::OneScan, When::Late(delay)) = (scenario.way, scenario.when) {
            std::thread::sleep(delay);
        }
        let mut accept = vec!["join", handed, "--yes"];
        accept.extend(guest_flag);
        let guest = scenario.knocking();
        Self {
            guest: joined(world, &folder, &accept, guest),
            host,
            knocking: guest,
            patience: AFTER_REPLY,
            folder,
        }
    }

    /// The host's program is started again, and shows its invitation.
    pub(crate) fn resume_host(&mut self, world: &World) {
        self.host = invited(world, &self.folder, &["invite", "--resume"]).0;
    }

    /// The guest's program is started again, and shows its reply.
    pub(crate) fn resume_guest(&mut self, world: &World) {
        self.guest = joined(world, &self.folder, &["join", "--resume"], self.knocking);
        let reply = self.guest.until(FIRST, &["reply", "failed"]);
        let is_shown = reply.is_some_and(|told| told["event"] == "reply");
        assert!(is_shown, "no reply again: {:?}", self.guest.told);
    }

    /// What both programs said so far.
    pub(crate) fn told(&self) -> String {
        let told = [&self.host, &self.guest].map(|person| {
            let lines = person.told.iter().map(|told| format!("\n  {told}"));
            lines.collect::<String>()
        });
        format!("host:{}\nguest:{}", told[0], told[1])
    }

    /// Everything that people do, and how it ends. Seconds count from the last thing they did.
    pub(crate) fn play(&mut self, scenario: &Scenario, world: &World) -> (Ending, Option<f64>) {
        let opened = self.guest.until(FIRST, &["opened"]);
        let opened = opened.as_ref().map_or_else(now, moment);
        let first = self.guest.until(FIRST, &["met", "reply", "failed"]);
        match first.as_ref().and_then(|told| told["event"].as_str()) {
            Some("met") => self.talk(opened),
            Some("reply") => self.reply(scenario, world, opened),
            _ => self.verdict(opened),
        }
    }

    /// The guest has shown a reply.
    fn reply(&mut self, scenario: &Scenario, world: &World, opened: f64) -> (Ending, Option<f64>) {
        if scenario.way == Way::OneScan {
            // It may still come together while the reply is on the screen.
            let next = self
                .guest
                .heard(STILL, |told| told["event"] == "met" || is_hint(told));
            return match next {
                Some(told) if told["event"] == "met" => self.talk(opened),
                Some(told) if names_a_cause(&told) => {
                    (Ending::Verdict, Some(moment(&told) - opened))
                }
                _ => (Ending::NeedsASecondScan, None),
            };
        }
        let mut reply = self.newest_reply(scenario.way);
        match scenario.when {
            When::Direct => {}
            When::Late(delay) => {
                self.guest.until(delay, &["met", "failed"]);
                reply = self.newest_reply(scenario.way);
            }
            // It is on its way already, and nobody knows of another one.
            When::Away(absence, length) => absence.pass(length, self, world),
        }
        let since = now();
        self.host.say(&reply);
        if scenario.is_guessed() && matches!(scenario.when, When::Late(_)) {
            // Ana says that she has it, and both ask for more.
            self.host.say("/harder");
            self.guest.say("/harder");
        }
        match self.guest.until(self.patience, &["met", "failed"]) {
            Some(told) if told["event"] == "met" => self.talk(since),
            _ => self.verdict(since),
        }
    }

    /// What the guest hands over.
    pub(crate) fn newest_reply(&self, way: Way) -> String {
        let mut replies = self.guest.told.iter().rev();
        let newest = replies.find(|told| told["event"] == "reply");
        let link = newest.and_then(|told| told["link"].as_str());
        match way {
            Way::Link => link.unwrap_or_default().to_owned(),
            Way::OneScan | Way::TwoScans => self.folder.path(REPLY_PICTURE),
        }
    }

    /// Both programs say that they wait in vain, and one of them why.
    fn verdict(&mut self, since: f64) -> (Ending, Option<f64>) {
        let told = [
            self.host.heard(Duration::ZERO, is_hint),
            self.guest.heard(Duration::ZERO, is_hint),
        ];
        let told: Vec<&Value> = told.iter().flatten().collect();
        let last = told.iter().map(|told| moment(told)).reduce(f64::max);
        match last {
            Some(last) if told.len() == 2 && told.iter().any(|told| names_a_cause(told)) => {
                (Ending::Verdict, Some((last - since).max(0.0)))
            }
            _ => (Ending::Silence, None),
        }
    }

    /// They are connected once a message goes both ways.
    fn talk(&mut self, since: f64) -> (Ending, Option<f64>) {
        let met = [
            self.host.until(self.patience, &["met"]),
            self.guest.until(self.patience, &["met"]),
        ];
        self.host.say("hello from the host");
        self.guest.say("hello from the guest");
        let says = |text: &'static str| {
            move |told: &Value| told["event"] == "message" && told["text"] == text
        };
        let both = self
            .host
            .heard(self.patience, says("hello from the guest"))
            .is_some()
            && self
                .guest
                .heard(self.patience, says("hello from the host"))
                .is_some();
        let last = met.iter().flatten().map(moment).reduce(f64::max);
        match (both, last) {
            (true, Some(last)) => (Ending::Connects, Some(last - since)),
            _ => (Ending::Silence, None),
        }
    }
}

/// Whether the program says with this that nothing comes of it.
fn is_hint(told: &Value) -> bool {
    told["event"] == "failed" || told["event"] == "hint"
}

/// Whether it says why, and that is not only a reply that did not come.
fn names_a_cause(told: &Value) -> bool {
    let cause = told["cause"].as_str().or(told["kind"].as_str());
    let says_nothing = ["reply_missing", "strict_unreplied", "gone"];
    cause.is_some_and(|cause| !says_nothing.contains(&cause))
}

/// Seconds since 1970.
pub(crate) fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
