//! What each side hears, and what it does when it hears something else.

use super::world::Step;
use super::*;
use crate::handshake::{
    Channel, KnownAttempt, KnownInitiator, Mode, Prologue, Ready, respond_to_known,
};
use proptest::prelude::*;

/// One machine, and a contact that goes through all of it by hand.
struct ByHand {
    machine: Reconnecting,
    start: Instant,
    mine: StaticKey,
    theirs: PublicKey,
}

const LOCAL: Fingerprint = Fingerprint([4; 32]);
const REMOTE: Fingerprint = Fingerprint([5; 32]);

impl ByHand {
    /// The machine is the responder if `responds`.
    fn new(keys: ReconnectKeys, responds: bool) -> Self {
        let (mut key, mut mine) = (static_key(10), static_key(20));
        if (Part::of(key.public(), mine.public()) == Part::Responder) != responds {
            std::mem::swap(&mut key, &mut mine);
        }
        let theirs = key.public();
        let start = Instant::now();
        let setup = ReconnectSetup {
            key,
            name: "Ana".into(),
            client: None,
            peer: mine.public(),
            keys,
            local: LOCAL,
            remote: REMOTE,
            random: Secret::new([7; 32]),
        };
        Self {
            machine: Reconnecting::start(now(start), setup),
            start,
            mine,
            theirs,
        }
    }

    fn attempt(&self, mode: Mode, psk: &Secret<32>) -> [KnownAttempt; 1] {
        let (responder, initiator) = match self.machine.part() {
            Part::Responder => (LOCAL, REMOTE),
            Part::Initiator => (REMOTE, LOCAL),
        };
        [KnownAttempt {
            prologue: Prologue::again(mode, responder, initiator),
            psk: psk.clone(),
        }]
    }

    fn hears(&mut self, message: impl Into<Bytes>) {
        let start = self.start;
        self.machine.received(now(start), &message.into());
    }

    /// What the machine wants sent next, and nothing else before it.
    fn says(&mut self) -> Bytes {
        match self.machine.poll_effect() {
            Some(ReconnectEffect::Send(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    fn is_over(&mut self) -> Option<ReconnectFailure> {
        match self.machine.poll_effect() {
            Some(ReconnectEffect::Over(failure)) => {
                assert!(self.machine.poll_effect().is_none());
                assert_eq!(self.machine.poll_timeout(), None);
                Some(failure)
            }
            None => None,
            other => panic!("{other:?}"),
        }
    }

    /// Begins in this mode, and gives the channel with the READY of the machine in it.
    fn begin(&mut self, mode: Mode, psk: &Secret<32>) -> (Channel, Ready) {
        let attempt = self.attempt(mode, psk);
        let (initiator, first) = KnownInitiator::start(&self.mine, self.theirs, &attempt).unwrap();
        self.hears(first);
        let (established, _) = initiator.finish(&self.says()).unwrap();
        let mut channel = established.channel;
        let ready = channel.opener.open(self.says()).unwrap();
        (channel, Ready::from_bytes(&ready).unwrap())
    }

    fn hears_in(&mut self, channel: &mut Channel, body: &[u8]) {
        let frame = channel.sealer.seal(body).unwrap();
        self.hears(frame);
    }
}

fn now(start: Instant) -> Now {
    Now {
        monotonic: start,
        unix: UNIX,
    }
}

fn ready(name: &str) -> Vec<u8> {
    Ready::new(
        Secret::new([8; 32]),
        name,
        UNIX + 7,
        Some(ClientKind::Page.into()),
    )
    .to_bytes()
}

fn rs0() -> Secret<32> {
    Secret::new([1; 32])
}

#[test]
fn two_contacts_come_back_in_four_messages_each_way_at_most() {
    let mut world = World::new();
    world.connect();
    let mut delivered = [0, 0];
    while let Some(step) = world.steps().first().copied() {
        if let Step::Deliver(side) = step {
            delivered[side] += 1;
        }
        world.step(step);
    }
    // To the initiator: the answer, READY, KEPT. To the responder: the first message, READY, KEPT.
    assert_eq!(delivered, [3, 3]);
    world.assert_back("an ordinary return");
    let Some(Ok(returned)) = world.sides[0].ends.pop() else {
        unreachable!("they are back")
    };
    assert_eq!(returned.key, world.sides[1].public());
    assert_eq!(
        (returned.name.as_str(), returned.client),
        ("side 1", Some(ClientKind::App.into()))
    );
    assert_eq!(returned.clock, UNIX);
}

#[test]
fn each_return_has_another_secret() {
    let mut world = World::new();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let secret = world.sides[0].disk.generations.current().cloned().unwrap();
        assert!(!seen.contains(&secret));
        seen.push(secret);
        world.meet();
        world.assert_back("again");
    }
}

#[test]
fn what_finds_moves_on_with_the_slower_clock() {
    let mut world = World::new();
    for (ahead, day) in [
        ([0, 0], 20_786),
        ([86_400, 172_800], 20_787),
        ([-900_000, 0], 20_787),
    ] {
        for (side, ahead) in world.sides.iter_mut().zip(ahead) {
            side.ahead = ahead;
        }
        world.meet();
        world.assert_back("a clock was set");
        for side in &world.sides {
            assert_eq!(side.disk.finding.day(), day, "{ahead:?}");
        }
        assert_eq!(world.sides[0].disk.finding, world.sides[1].disk.finding);
    }
}

#[test]
fn the_responder_shows_and_keeps_nothing_before_ready_has_opened() {
    let mut by_hand = ByHand::new(first_keys(), true);
    let (mut channel, said) = by_hand.begin(Mode::Reconnect, &rs0());
    assert_eq!(
        (said.name(), said.clock(), said.client()),
        ("Ana", UNIX, None)
    );
    assert!(
        by_hand.machine.poll_effect().is_none(),
        "a recorded first message comes as far"
    );
    by_hand.hears_in(&mut channel, &ready("Ben"));
    assert!(matches!(
        by_hand.machine.poll_effect(),
        Some(ReconnectEffect::Keep(_))
    ));
    assert!(
        by_hand.machine.poll_effect().is_none(),
        "KEPT waits for the disk"
    );
    by_hand.machine.kept();
    assert_eq!(
        channel.opener.open(by_hand.says()).unwrap(),
        Message::Kept.to_bytes()
    );
    assert!(by_hand.machine.poll_effect().is_none());
    by_hand.hears_in(&mut channel, &Message::Kept.to_bytes());
    let Some(ReconnectEffect::Done(returned)) = by_hand.machine.poll_effect() else {
        panic!("both have kept");
    };
    assert_eq!(
        (returned.name.as_str(), returned.client),
        ("Ben", Some(ClientKind::Page.into()))
    );
    assert_eq!(
        (returned.clock, returned.key),
        (UNIX + 7, by_hand.mine.public())
    );
}

#[test]
fn kept_may_come_before_the_own_disk_is_done() {
    let mut by_hand = ByHand::new(first_keys(), true);
    let (mut channel, _) = by_hand.begin(Mode::Reconnect, &rs0());
    by_hand.hears_in(&mut channel, &ready("Ben"));
    by_hand.hears_in(&mut channel, &Message::Kept.to_bytes());
    assert!(matches!(
        by_hand.machine.poll_effect(),
        Some(ReconnectEffect::Keep(_))
    ));
    assert!(by_hand.machine.poll_effect().is_none());
    by_hand.machine.kept();
    by_hand.says();
    assert!(matches!(
        by_hand.machine.poll_effect(),
        Some(ReconnectEffect::Done(_))
    ));
}

#[test]
fn a_stranger_is_told_nothing() {
    for (what, responds) in [("responder", true), ("initiator", false)] {
        let mut by_hand = ByHand::new(first_keys(), responds);
        if !responds {
            by_hand.says();
        }
        by_hand.hears(vec![9; 48 + 7]);
        assert_eq!(
            by_hand.is_over(),
            Some(ReconnectFailure::Stranger),
            "{what}"
        );
    }
}

#[test]
fn a_recorded_first_message_comes_to_nothing() {
    let mut by_hand = ByHand::new(first_keys(), true);
    by_hand.begin(Mode::Reconnect, &rs0());
    by_hand.hears(vec![0; 80]);
    assert_eq!(by_hand.is_over(), Some(ReconnectFailure::Stranger));
}

#[test]
fn every_word_out_of_turn_ends_it() {
    let names = Message::names(false, "Ben").to_bytes();
    let kept = Message::Kept.to_bytes();
    let text = vec![1, 0, b'a'];
    // What was said before READY, and what comes in its place.
    for body in [&kept, &names, &text, &vec![]] {
        let mut by_hand = ByHand::new(first_keys(), true);
        let (mut channel, _) = by_hand.begin(Mode::Reconnect, &rs0());
        by_hand.hears_in(&mut channel, body);
        assert_eq!(
            by_hand.is_over(),
            Some(ReconnectFailure::Broken),
            "{body:?} for READY"
        );
    }
    let wrong = [
        names.clone(),
        text.clone(),
        ready("Ben"),
        Message::NotKept.to_bytes(),
        Message::Forget.to_bytes(),
        vec![24, 1],
        vec![],
    ];
    for body in &wrong {
        for has_kept in [false, true] {
            let mut by_hand = ByHand::new(first_keys(), true);
            let (mut channel, _) = by_hand.begin(Mode::Reconnect, &rs0());
            by_hand.hears_in(&mut channel, &ready("Ben"));
            by_hand.machine.poll_effect();
            if has_kept {
                by_hand.machine.kept();
                by_hand.says();
            }
            by_hand.hears_in(&mut channel, body);
            assert_eq!(
                by_hand.is_over(),
                Some(ReconnectFailure::Broken),
                "{body:?} for KEPT"
            );
        }
    }
    // KEPT is said once.
    let mut by_hand = ByHand::new(first_keys(), true);
    let (mut channel, _) = by_hand.begin(Mode::Reconnect, &rs0());
    by_hand.hears_in(&mut channel, &ready("Ben"));
    by_hand.machine.poll_effect();
    by_hand.hears_in(&mut channel, &kept);
    by_hand.hears_in(&mut channel, &kept);
    assert_eq!(by_hand.is_over(), Some(ReconnectFailure::Broken));
}

#[test]
fn in_a_channel_of_restored_devices_ready_says_no_name() {
    let restored = first_keys().restored().clone();
    let mut by_hand = ByHand::new(first_keys(), true);
    let (mut channel, said) = by_hand.begin(Mode::Restored, &restored);
    assert_eq!(said.name(), "");
    by_hand.hears_in(&mut channel, &ready("Ben"));
    assert_eq!(by_hand.is_over(), Some(ReconnectFailure::Broken));

    let mut by_hand = ByHand::new(first_keys(), true);
    let (mut channel, _) = by_hand.begin(Mode::Restored, &restored);
    by_hand.hears_in(&mut channel, &ready(""));
    let names = channel.opener.open(by_hand.says()).unwrap();
    assert_eq!(Message::parse(&names), Ok(Message::names(false, "Ana")));
    by_hand.hears_in(&mut channel, &Message::names(true, "Ben").to_bytes());
    let Some(ReconnectEffect::AskRestored(claim)) = by_hand.machine.poll_effect() else {
        panic!("the person is asked");
    };
    let expected = RestoredClaim {
        name: "Ben".into(),
        theirs: true,
        ours: false,
    };
    assert_eq!(claim, expected);
}

#[test]
fn what_cannot_be_kept_is_not_said_to_be() {
    let mut by_hand = ByHand::new(first_keys(), true);
    let (mut channel, _) = by_hand.begin(Mode::Reconnect, &rs0());
    by_hand.hears_in(&mut channel, &ready("Ben"));
    by_hand.machine.poll_effect();
    by_hand.machine.not_kept();
    assert_eq!(by_hand.is_over(), Some(ReconnectFailure::NotStored));
}

#[test]
fn silence_ends_it_in_time() {
    let after = |by_hand: &ByHand, seconds| Now {
        monotonic: by_hand.start + Duration::from_secs(seconds),
        unix: UNIX,
    };
    // Before READY, and before KEPT.
    for has_ready in [false, true] {
        let mut by_hand = ByHand::new(first_keys(), true);
        let (mut channel, _) = by_hand.begin(Mode::Reconnect, &rs0());
        if has_ready {
            by_hand.hears_in(&mut channel, &ready("Ben"));
            by_hand.machine.poll_effect();
        }
        let until = by_hand.machine.poll_timeout();
        assert_eq!(until, Some(by_hand.start + Duration::from_secs(15)));
        by_hand.machine.handle_timeout(after(&by_hand, 14));
        assert_eq!(by_hand.is_over(), None);
        by_hand.machine.handle_timeout(after(&by_hand, 15));
        assert_eq!(by_hand.is_over(), Some(ReconnectFailure::Late));
    }
    // Persons have longer.
    for (agrees, expected) in [
        (false, ReconnectFailure::DeclinedHere),
        (true, ReconnectFailure::Declined),
    ] {
        let mut by_hand = ByHand::new(first_keys(), true);
        let restored = first_keys().restored().clone();
        let (mut channel, _) = by_hand.begin(Mode::Restored, &restored);
        by_hand.hears_in(&mut channel, &ready(""));
        by_hand.says();
        by_hand.hears_in(&mut channel, &Message::names(true, "Ben").to_bytes());
        by_hand.machine.poll_effect();
        if agrees {
            by_hand.machine.agree();
            by_hand.machine.poll_effect();
            by_hand.machine.kept();
            by_hand.says();
        }
        by_hand.machine.handle_timeout(after(&by_hand, 299));
        assert_eq!(by_hand.is_over(), None);
        by_hand.machine.handle_timeout(after(&by_hand, 300));
        assert_eq!(by_hand.is_over(), Some(expected));
    }
}

#[test]
fn the_end_of_the_link_ends_it_once() {
    for responds in [true, false] {
        let mut by_hand = ByHand::new(first_keys(), responds);
        if !responds {
            by_hand.says();
        }
        by_hand.machine.link_ended();
        assert_eq!(by_hand.is_over(), Some(ReconnectFailure::WentAway));
        by_hand.machine.link_ended();
        by_hand.hears(vec![1; 48]);
        by_hand.machine.kept();
        by_hand.machine.agree();
        assert_eq!(by_hand.is_over(), None);
    }
}

#[test]
fn the_initiator_hears_only_the_one_that_it_knocked_at() {
    let mut by_hand = ByHand::new(first_keys(), false);
    let first = by_hand.says();
    assert_eq!(
        first.len(),
        96,
        "one for the secret in use, one for a restored device"
    );
    let attempt = by_hand.attempt(Mode::Reconnect, &rs0());
    let (mine, theirs) = (by_hand.mine.clone(), by_hand.theirs);
    let (established, _, second) = respond_to_known(&mine, theirs, &attempt, &first).unwrap();
    by_hand.hears(second);
    let mut channel = established.channel;
    let said = Ready::from_bytes(&channel.opener.open(by_hand.says()).unwrap()).unwrap();
    assert_eq!(said.name(), "Ana");
    by_hand.hears_in(&mut channel, &ready("Ben"));
    assert!(matches!(
        by_hand.machine.poll_effect(),
        Some(ReconnectEffect::Keep(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_in_the_place_of_any_message_end_it_and_break_nothing(
        place in 0_usize..6, bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut world = World::new();
        world.connect();
        let mut delivered = 0;
        while let Some(step) = world.steps().first().copied() {
            if let Step::Deliver(side) = step {
                if delivered == place {
                    world.sides[side].incoming[0] = bytes.clone().into();
                }
                delivered += 1;
            }
            world.step(step);
        }
        prop_assert!(delivered > place);
        prop_assert!(!world.sides[0].is_back() || !world.sides[1].is_back());
        world.meet();
        world.assert_back("after other bytes");
    }
}
