//! Every event in every state of both machines: what comes of it, in two tables beside this file. Whoever
//! changes a cell reads it there. `HANDFAST_WRITE_TABLES=1 cargo test` writes them anew.

use super::*;
use crate::handshake::TrustLevel;
use handfast_token::Reply;
use std::fmt::Write;
use std::path::Path;

/// Somebody else who holds the invitation.
const OTHER: Fingerprint = Fingerprint([9; 32]);

/// A machine in a state, and the message that belongs there next.
struct At {
    scene: Scene,
    next: Bytes,
}

/// A state, which may stand there with more than one thing to come, and a way that leads there; and what
/// can happen in it.
type State = (&'static str, fn() -> At);
type Happening = (&'static str, fn(&mut At));

/// Compares a table with the one that is kept.
fn check(file: &str, table: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/pairing/tests");
    let path = Path::new(folder).join(file);
    print!("{table}");
    if std::env::var_os("HANDFAST_WRITE_TABLES").is_some() {
        std::fs::write(&path, table).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (now, kept)) in table.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, kept, "{file}, line {}", line + 1);
    }
    assert_eq!(table.lines().count(), kept.lines().count(), "{file}");
}

fn row(
    table: &mut String,
    (title, state): (&str, &str),
    event: &str,
    next: &str,
    effects: &[String],
) {
    assert!(title.starts_with(state), "{title} is {state}");
    let next = if next == state { "" } else { next };
    let effects = effects.join(", ");
    let line = format!("{title:24} | {event:39} | {next:22} | {effects}");
    writeln!(table, "{}", line.trim_end()).unwrap();
}

// --- The host ---------------------------------------------------------------------------------

const ASKED: Option<(&str, &str)> = Some(("Our dog?", "Rex"));

fn scene(question: Option<(&str, &str)>) -> At {
    let mut scene = Scene::with_question(Provenance::Camera, Provenance::Camera, question);
    scene.connect();
    At {
        scene,
        next: Bytes::from_static(b"no message of a guest"),
    }
}

impl At {
    /// The next message of the guest, to whom the host's are carried.
    fn of_guest(&mut self) -> Bytes {
        let now = self.scene.now();
        while let Some(effect) = self.scene.host.poll_effect() {
            if let HostEffect::Send(message) = effect {
                self.scene.guest.received(now, &message);
            }
        }
        loop {
            match self.scene.guest.poll_effect() {
                Some(GuestEffect::Send(message)) => return message,
                Some(GuestEffect::Remember) => self.scene.guest.remembered(true),
                Some(_) => {}
                None => panic!("the guest has something to say"),
            }
        }
    }

    /// The host gets what belongs to its state.
    fn host_goes_on(mut self) -> Self {
        let now = self.scene.now();
        self.scene.host.received(now, &self.next);
        self.next = self.of_guest();
        self
    }

    fn guest_answers(&mut self, answer: &str) {
        self.of_nobody();
        let now = self.scene.now();
        self.scene
            .guest
            .answer(now, &Answers::new(&[answer]).unwrap());
        self.next = self.of_guest();
    }

    /// The host's messages are carried, and the guest's are lost.
    fn of_nobody(&mut self) {
        let now = self.scene.now();
        while let Some(effect) = self.scene.host.poll_effect() {
            if let HostEffect::Send(message) = effect {
                self.scene.guest.received(now, &message);
            }
        }
        while self.scene.guest.poll_effect().is_some() {}
    }

    fn replies(mut self) -> Self {
        self.scene.pass(Duration::from_secs(3));
        let reply = self.scene.shown_reply();
        self.hand_in(&reply, Provenance::Carried);
        self
    }

    fn hand_in(&mut self, reply: &SealedReply, provenance: Provenance) {
        let now = self.scene.now();
        let _ = self.scene.host.reply_received(now, reply, provenance);
    }

    fn reply_of(&self, fingerprint: Fingerprint) -> SealedReply {
        let reply = Reply {
            fingerprint,
            candidates: candidates(5),
            browser: None,
        };
        reply.seal(&self.scene.invitation.keys(), [5; 8])
    }

    fn host_wakes(&mut self, at: Option<Instant>) {
        if let Some(at) = at {
            self.scene.elapsed = at.saturating_duration_since(self.scene.start);
            let now = self.scene.now();
            self.scene.host.handle_timeout(now);
        }
    }
}

fn heard(question: Option<(&str, &str)>) -> At {
    let mut at = scene(question);
    at.scene.knock();
    at
}

fn first(question: Option<(&str, &str)>) -> At {
    let mut at = heard(question);
    at.scene.open();
    at.next = at.of_guest();
    at
}

fn ready(question: Option<(&str, &str)>) -> At {
    first(question).host_goes_on().host_goes_on()
}

fn share(answer: &str) -> At {
    let mut at = ready(ASKED);
    let now = at.scene.now();
    at.scene.host.received(now, &at.next);
    at.guest_answers(answer);
    at
}

fn proof(answer: &str) -> At {
    share(answer).host_goes_on()
}

/// After a wrong answer.
fn resting() -> At {
    let mut at = proof("Max");
    let now = at.scene.now();
    at.scene.host.received(now, &at.next);
    at.guest_answers("Rex");
    at
}

/// Both have introduced themselves, and the guest is not kept yet.
fn keeping() -> At {
    ready(None).host_goes_on()
}

const HOST_STATES: [State; 17] = [
    ("waiting", || scene(None)),
    ("looked for", || scene(None).replies()),
    ("looked for, overdue", || {
        let mut at = scene(None).replies();
        at.scene.pass(Duration::from_secs(4));
        at
    }),
    ("heard", || heard(None)),
    ("heard, overdue", || {
        let mut at = heard(None);
        at.scene.pass(Duration::from_secs(4));
        at
    }),
    ("first message", || first(None)),
    ("third message", || first(None).host_goes_on()),
    ("ready", || ready(None)),
    ("ready (asks)", || ready(ASKED)),
    ("share", || share("Rex")),
    ("share, resting", resting),
    ("share, one held", || {
        let mut at = resting();
        let now = at.scene.now();
        at.scene.host.received(now, &at.next);
        at
    }),
    ("proof (wrong)", || proof("Max")),
    ("proof (right)", || proof("Rex")),
    ("keeping", keeping),
    ("kept", || {
        let mut at = keeping();
        at.scene.host.remembered(true);
        at
    }),
    ("finished", || {
        let mut at = scene(None);
        at.host_wakes(Some(at.scene.start + QR_LIFETIME));
        at
    }),
];

const HOST_EVENTS: [Happening; 18] = [
    ("the guest knocks", |at| at.scene.knock()),
    ("another guest knocks", |at| {
        let now = at.scene.now();
        at.scene.host.knocked(now, OTHER);
    }),
    ("the guest's reply is carried here", |at| {
        let reply = at.reply_of(at.scene.guest_fingerprint);
        at.hand_in(&reply, Provenance::Carried);
    }),
    ("the guest's reply is scanned", |at| {
        let reply = at.reply_of(at.scene.guest_fingerprint);
        at.hand_in(&reply, Provenance::Camera);
    }),
    ("another guest's reply is carried here", |at| {
        let reply = at.reply_of(OTHER);
        at.hand_in(&reply, Provenance::Carried);
    }),
    ("another guest's reply is scanned", |at| {
        let reply = at.reply_of(OTHER);
        at.hand_in(&reply, Provenance::Camera);
    }),
    ("a reply to another invitation", |at| {
        let other = Invitation {
            secret: Secret::new([8; 16]),
            ..at.scene.invitation.clone()
        };
        let reply = Reply {
            fingerprint: OTHER,
            candidates: candidates(5),
            browser: None,
        };
        at.hand_in(&reply.seal(&other.keys(), [5; 8]), Provenance::Camera);
    }),
    ("a link opens to the guest", |at| {
        let (now, host) = (at.scene.now(), at.scene.host_fingerprint);
        at.scene.host.opened(now, host, at.scene.guest_fingerprint);
    }),
    ("a link opens to another guest", |at| {
        let (now, host) = (at.scene.now(), at.scene.host_fingerprint);
        at.scene.host.opened(now, host, OTHER);
    }),
    ("the message that belongs here", |at| {
        let now = at.scene.now();
        at.scene.host.received(now, &at.next);
    }),
    ("garbage", |at| {
        let now = at.scene.now();
        at.scene.host.received(now, &Bytes::from(vec![0xaa; 96]));
    }),
    ("the guest is kept", |at| at.scene.host.remembered(true)),
    ("the link ends", |at| {
        at.scene.host.link_ended(at.scene.now())
    }),
    ("it is time", |at| {
        at.host_wakes(at.scene.host.poll_timeout())
    }),
    ("it is time, and others wait", |at| {
        let reply = at.reply_of(OTHER);
        at.hand_in(&reply, Provenance::Carried);
        while at.scene.host.poll_effect().is_some() {}
        at.scene.pass(Duration::from_secs(35));
    }),
    ("the invitation expires", |at| {
        at.host_wakes(Some(at.scene.start + QR_LIFETIME));
    }),
    ("it expired while the device slept", |at| {
        let slept = Now {
            monotonic: at.scene.now().monotonic,
            unix: UNIX + 3600,
        };
        at.scene.host.resumed(slept);
        at.scene.host.handle_timeout(slept);
    }),
    ("the device moves", |at| {
        at.scene.host.moved(candidates(7), None)
    }),
];

fn host_effects(scene: &mut Scene) -> Vec<String> {
    let guest = scene.guest_fingerprint;
    let who = |one: Fingerprint| match one {
        one if one == guest => "the guest",
        _ => "another",
    };
    let effects = std::iter::from_fn(|| scene.host.poll_effect());
    let said = effects.map(|effect| match effect {
        HostEffect::Expect(one, turn) => format!("expect {} {turn:?}", who(one.fingerprint)),
        HostEffect::ExpectNobody => "expect nobody".to_owned(),
        HostEffect::Send(_) => "send".to_owned(),
        HostEffect::Keep => "keep".to_owned(),
        HostEffect::Remember => "remember".to_owned(),
        HostEffect::Abandon => "abandon".to_owned(),
        HostEffect::SendBeside(_) => "send beside".to_owned(),
        HostEffect::AbandonBeside => "abandon beside".to_owned(),
        HostEffect::Stands => "stands".to_owned(),
        HostEffect::LookOutside => "look outside".to_owned(),
        HostEffect::Reissue(_) => "reissue".to_owned(),
        HostEffect::Done(met) => done(&met),
        HostEffect::Over(failure) => format!("over: {failure:?}"),
    });
    said.collect()
}

fn done(met: &AuthenticatedPeer) -> String {
    let level: TrustLevel = met.trust.level();
    format!("done: {level:?}, {:?}", met.trust.reason())
}

#[test]
fn what_comes_of_every_event_in_every_state_of_the_host_is_written_down() {
    let mut table = String::new();
    for (title, reach) in HOST_STATES {
        for (event, happens) in HOST_EVENTS {
            let mut at = reach();
            host_effects(&mut at.scene);
            let state = at.scene.host.state(at.scene.now());
            happens(&mut at);
            let next = at.scene.host.state(at.scene.now());
            let effects = host_effects(&mut at.scene);
            row(&mut table, (title, state), event, next, &effects);
        }
        table.push('\n');
    }
    check("host.table.txt", &table);
}

// --- The guest --------------------------------------------------------------------------------

/// The next message of the host, to whom the guest's are carried.
fn of_host(at: &mut At) -> Bytes {
    let now = at.scene.now();
    while let Some(effect) = at.scene.guest.poll_effect() {
        if let GuestEffect::Send(message) = effect {
            at.scene.host.received(now, &message);
        }
    }
    loop {
        match at.scene.host.poll_effect() {
            Some(HostEffect::Send(message)) => return message,
            Some(HostEffect::Remember) => at.scene.host.remembered(true),
            Some(_) => {}
            None => panic!("the host has something to say"),
        }
    }
}

/// The guest gets what belongs to its state.
fn guest_goes_on(mut at: At) -> At {
    let now = at.scene.now();
    at.scene.guest.received(now, &at.next);
    at.next = of_host(&mut at);
    at
}

fn undecided() -> At {
    let mut scene = Scene::with_question(Provenance::Carried, Provenance::Carried, ASKED);
    scene.guest.may_look_outside();
    At {
        scene,
        next: Bytes::from_static(b"no message of a host"),
    }
}

fn knocking() -> At {
    let mut at = undecided();
    at.scene.connect();
    at
}

fn answered() -> At {
    let mut at = knocking();
    at.scene.knock();
    at
}

fn second(question: Option<(&str, &str)>) -> At {
    let mut at = undecided();
    at.scene = Scene::with_question(Provenance::Carried, Provenance::Carried, question);
    at.scene.connect();
    at.scene.knock();
    at.scene.open();
    at.next = of_host(&mut at);
    at
}

fn question() -> At {
    let mut at = guest_goes_on(second(ASKED));
    let now = at.scene.now();
    at.scene.guest.received(now, &at.next);
    at
}

fn sharing(answer: &str) -> At {
    let mut at = question();
    let now = at.scene.now();
    at.scene
        .guest
        .answer(now, &Answers::new(&[answer]).unwrap());
    at.next = of_host(&mut at);
    at
}

fn proving(answer: &str, proofs: u8) -> At {
    let mut at = sharing(answer);
    let tried = Tried {
        proofs,
        lately: false,
    };
    at.scene.guest = at.scene.guest.with_tried(tried);
    guest_goes_on(at)
}

/// Both have introduced themselves, and the host is not kept yet.
fn keeping_host() -> At {
    guest_goes_on(guest_goes_on(second(None)))
}

const GUEST_STATES: [State; 17] = [
    ("opened", undecided),
    ("knocking", knocking),
    ("knocking, reply shown", || {
        let mut at = knocking();
        at.scene.pass(Duration::from_secs(5));
        at
    }),
    ("knocking, slot taken", || {
        let mut at = knocking();
        at.scene.guest.slot_taken(true);
        at
    }),
    ("answered", answered),
    ("second message", || second(None)),
    ("ready", || guest_goes_on(second(None))),
    ("ready (asked)", || guest_goes_on(second(ASKED))),
    ("question", question),
    ("question, once wrong", || {
        let mut at = proving("Max", 0);
        let now = at.scene.now();
        at.scene.guest.received(now, &at.next);
        at
    }),
    ("share", || sharing("Rex")),
    ("proof (right)", || proving("Rex", 0)),
    ("proof (wrong)", || proving("Max", 0)),
    ("proof (wrong, the third)", || proving("Max", 2)),
    ("keeping", keeping_host),
    ("kept", || {
        let mut at = keeping_host();
        at.scene.guest.remembered(true);
        at
    }),
    ("finished", || {
        let mut at = knocking();
        at.scene.guest.failed(TransportError::Closed);
        at
    }),
];

const GUEST_EVENTS: [Happening; 21] = [
    ("the person agrees", |at| at.scene.connect()),
    ("the person goes on after a restart", |at| {
        let reply = at.reply_of(at.scene.guest_fingerprint);
        let (now, patience) = (at.scene.now(), Duration::from_secs(3600));
        at.scene.guest.connect_again(now, reply, patience).unwrap();
    }),
    ("the host answers", |at| at.scene.guest.answered()),
    ("the host goes away again", |at| {
        at.scene.guest.lapsed(at.scene.now());
    }),
    ("a link opens", |at| {
        let (now, host) = (at.scene.now(), at.scene.host_fingerprint);
        at.scene.guest.opened(now, at.scene.guest_fingerprint, host);
    }),
    ("the message that belongs here", |at| {
        let now = at.scene.now();
        at.scene.guest.received(now, &at.next);
    }),
    ("garbage", |at| {
        let now = at.scene.now();
        at.scene.guest.received(now, &Bytes::from(vec![0xaa; 96]));
    }),
    ("the person answers", |at| {
        let now = at.scene.now();
        at.scene.guest.answer(now, &Answers::new(&["Rex"]).unwrap());
    }),
    ("the link ends", |at| {
        at.scene.guest.link_ended(at.scene.now())
    }),
    ("it came to nothing", |at| {
        at.scene.guest.failed(TransportError::Closed);
    }),
    ("the slot is taken", |at| at.scene.guest.slot_taken(true)),
    ("the slot is free", |at| at.scene.guest.slot_taken(false)),
    ("a try cannot be kept", |at| at.scene.guest.not_kept()),
    ("the host is kept", |at| at.scene.guest.remembered(true)),
    ("it is time", |at| {
        if let Some(time) = at.scene.guest.poll_timeout() {
            at.scene.elapsed = time.saturating_duration_since(at.scene.start);
            at.scene.guest.handle_timeout(at.scene.now());
        }
    }),
    ("patience ends", |at| {
        at.scene.elapsed = Duration::from_secs(7200);
        at.scene.guest.handle_timeout(at.scene.now());
    }),
    ("the device wakes", |at| {
        at.scene.guest.resumed(at.scene.now())
    }),
    ("the device moves", |at| {
        at.scene.guest.moved(candidates(7), None, [7; 8]);
    }),
    ("the reply is wanted", |at| at.scene.guest.offer_reply()),
    ("the invitation is shown in another form", |at| {
        let form = Invitation {
            candidates: candidates(7),
            ..at.scene.invitation.clone()
        };
        at.scene.guest.invitation_received(form).unwrap();
    }),
    ("another invitation is shown", |at| {
        let other = Invitation {
            secret: Secret::new([8; 16]),
            ..at.scene.invitation.clone()
        };
        at.scene.guest.invitation_received(other).unwrap_err();
    }),
];

fn guest_effects(scene: &mut Scene) -> Vec<String> {
    let effects = std::iter::from_fn(|| scene.guest.poll_effect());
    let said = effects.map(|effect| match effect {
        GuestEffect::Send(_) => "send".to_owned(),
        GuestEffect::Keep => "keep".to_owned(),
        GuestEffect::Remember => "remember".to_owned(),
        GuestEffect::Again => "again".to_owned(),
        GuestEffect::LookOutside => "look outside".to_owned(),
        GuestEffect::Done(met) => done(&met),
        GuestEffect::Over(failure) => format!("over: {failure:?}"),
    });
    said.collect()
}

#[test]
fn what_comes_of_every_event_in_every_state_of_the_guest_is_written_down() {
    let mut table = String::new();
    for (title, reach) in GUEST_STATES {
        for (event, happens) in GUEST_EVENTS {
            let mut at = reach();
            guest_effects(&mut at.scene);
            let state = at.scene.guest.state();
            happens(&mut at);
            let next = at.scene.guest.state();
            let effects = guest_effects(&mut at.scene);
            row(&mut table, (title, state), event, next, &effects);
        }
        table.push('\n');
    }
    check("guest.table.txt", &table);
}
