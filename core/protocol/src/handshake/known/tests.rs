//! Two contacts, and everything that must not get through.

use super::*;
use crate::handshake::{MAX_HANDSHAKE_MESSAGE, Mode};
use handfast_token::Fingerprint;
use proptest::prelude::*;

fn key(seed: u8) -> StaticKey {
    StaticKey::new(Secret::new([seed; 32]))
}

fn attempt(mode: Mode, psk: u8) -> KnownAttempt {
    KnownAttempt {
        prologue: Prologue::again(mode, Fingerprint([4; 32]), Fingerprint([5; 32])),
        psk: Secret::new([psk; 32]),
    }
}

/// Runs a handshake between the keys 10 and 20, in which `meddle` may change message 1 or 2. Gives both
/// ends with the place of the attempt that each went on with.
fn run(
    initiator: &[KnownAttempt],
    responder: &[KnownAttempt],
    mut meddle: impl FnMut(u8, &mut Vec<u8>),
) -> Result<((Established, usize), (Established, usize)), HandshakeError> {
    let (one, other) = (key(10), key(20));
    let (waiting, mut m1) = KnownInitiator::start(&one, other.public(), initiator)?;
    meddle(1, &mut m1);
    let (at_responder, which, mut m2) = respond_to_known(&other, one.public(), responder, &m1)?;
    meddle(2, &mut m2);
    let at_initiator = waiting.finish(&m2)?;
    Ok((at_initiator, (at_responder, which)))
}

fn any_state() -> [KnownAttempt; 3] {
    [
        attempt(Mode::Reconnect, 2),
        attempt(Mode::Reconnect, 1),
        attempt(Mode::Restored, 9),
    ]
}

#[test]
fn two_contacts_agree_and_talk_both_ways() {
    let attempts = [attempt(Mode::Reconnect, 1)];
    let ((mut one, _), (mut other, _)) = run(&attempts, &attempts, |_, _| {}).unwrap();
    assert_eq!(one.channel.hash, other.channel.hash);
    assert_eq!((one.peer, other.peer), (key(20).public(), key(10).public()));
    let frame = one.channel.sealer.seal(b"there").unwrap();
    assert_eq!(other.channel.opener.open(frame), Ok("there".into()));
    let frame = other.channel.sealer.seal(b"back").unwrap();
    assert_eq!(one.channel.opener.open(frame), Ok("back".into()));
}

#[test]
fn the_newest_that_both_hold_opens_the_channel() {
    let [next, current, restored] = any_state();
    let all = [next.clone(), current.clone(), restored.clone()];
    for (what, initiator, responder, expected) in [
        ("both have both", &all[..], &all[..], (0, 0)),
        (
            "one has changed over",
            &all,
            &[next.clone(), restored.clone()],
            (0, 0),
        ),
        (
            "one has not begun to",
            &all,
            &[current.clone(), restored.clone()],
            (1, 0),
        ),
        (
            "the initiator has not",
            &[current, restored.clone()],
            &all,
            (0, 1),
        ),
        ("one was restored", &all, &[restored.clone()], (2, 0)),
        ("the initiator was", &[restored.clone()], &all, (0, 2)),
    ] {
        let (one, other) = run(initiator, responder, |_, _| {}).expect(what);
        assert_eq!((one.1, other.1), expected, "{what}");
        assert_eq!(one.0.channel.hash, other.0.channel.hash, "{what}");
    }
}

#[test]
fn nothing_in_common_opens_nothing() {
    let mut other_link = attempt(Mode::Reconnect, 1);
    other_link.prologue.guest = Fingerprint([6; 32]);
    let ours = [attempt(Mode::Reconnect, 1)];
    for (what, theirs) in [
        ("another secret", vec![attempt(Mode::Reconnect, 2)]),
        ("another mode", vec![attempt(Mode::Restored, 1)]),
        ("another certificate", vec![other_link]),
        ("nothing", vec![]),
    ] {
        let refused = run(&ours, &theirs, |_, _| {}).err();
        assert_eq!(refused, Some(HandshakeError::FirstMessage), "{what}");
    }
}

#[test]
fn whoever_has_another_key_is_refused() {
    let attempts = [attempt(Mode::Reconnect, 1)];
    let (_, m1) = KnownInitiator::start(&key(11), key(20).public(), &attempts).unwrap();
    let refused = respond_to_known(&key(20), key(10).public(), &attempts, &m1);
    assert_eq!(refused.err(), Some(HandshakeError::FirstMessage));

    let (initiator, m1) = KnownInitiator::start(&key(10), key(20).public(), &attempts).unwrap();
    let refused = respond_to_known(&key(21), key(10).public(), &attempts, &m1);
    assert_eq!(refused.err(), Some(HandshakeError::FirstMessage));
    // A recorded answer of another handshake is none.
    let (_, again) = KnownInitiator::start(&key(10), key(20).public(), &attempts).unwrap();
    let (_, _, recorded) = respond_to_known(&key(20), key(10).public(), &attempts, &again).unwrap();
    assert_eq!(
        initiator.finish(&recorded).err(),
        Some(HandshakeError::SecondMessage)
    );
}

#[test]
fn a_recorded_first_message_opens_no_frame() {
    let attempts = [attempt(Mode::Reconnect, 1)];
    let (initiator, m1) = KnownInitiator::start(&key(10), key(20).public(), &attempts).unwrap();
    let respond = || respond_to_known(&key(20), key(10).public(), &attempts, &m1).unwrap();
    let (_, _, m2) = respond();
    let (mut established, _) = initiator.finish(&m2).unwrap();
    let ready = established.channel.sealer.seal(b"READY").unwrap();
    // The same message again, and what followed it the first time.
    let (mut replayed, _, _) = respond();
    assert!(replayed.channel.opener.open(ready).is_err());
}

#[test]
fn first_messages_have_one_length_and_come_in_threes_at_most() {
    let (_, m1) = KnownInitiator::start(&key(10), key(20).public(), &any_state()).unwrap();
    assert_eq!(m1.len(), 3 * FIRST_MESSAGE);
    let respond = |message: &[u8]| {
        respond_to_known(&key(20), key(10).public(), &any_state(), message)
            .map(|(_, which, _)| which)
    };
    assert_eq!(respond(&m1), Ok(0));
    assert_eq!(respond(&m1[48..]), Ok(1));
    assert_eq!(respond(&m1[96..]), Ok(2));
    let more = [&m1[..], &m1[..1]].concat();
    assert_eq!(respond(&more), Err(HandshakeError::TooLong));
    for length in [0, 1, 47, 49, 95, 97, 143] {
        assert_eq!(
            respond(&m1[..length]),
            Err(HandshakeError::FirstMessage),
            "{length}"
        );
    }
}

#[test]
fn an_ephemeral_key_of_low_order_is_refused() {
    let refused = run(&any_state(), &any_state(), |number, message| match number {
        2 => message[..32].fill(0),
        _ => {}
    });
    assert_eq!(refused.err(), Some(HandshakeError::SecondMessage));
    let refused = run(&any_state(), &any_state(), |number, message| match number {
        1 => {
            for first in message.chunks_mut(FIRST_MESSAGE) {
                first[..32].fill(0);
            }
        }
        _ => {}
    });
    assert_eq!(refused.err(), Some(HandshakeError::FirstMessage));
}

#[test]
fn an_answer_without_a_greeting_is_of_no_version() {
    let attempts = [attempt(Mode::Reconnect, 1)];
    let (initiator, m1) = KnownInitiator::start(&key(10), key(20).public(), &attempts).unwrap();
    let mut state = build(&key(20), key(10).public(), &attempts[0], false).unwrap();
    read(&mut state, &m1, HandshakeError::FirstMessage).unwrap();
    let m2 = write(&mut state, &[0; 7]).unwrap();
    assert_eq!(initiator.finish(&m2).err(), Some(HandshakeError::Malformed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_ends_the_handshake(
        number in 1_u8..3, at: prop::sample::Index, by in 1_u8..,
    ) {
        let attempts = [attempt(Mode::Reconnect, 1)];
        let failure = run(&attempts, &attempts, |message, bytes| if message == number {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
        });
        let expected = [HandshakeError::FirstMessage, HandshakeError::SecondMessage];
        prop_assert_eq!(failure.err(), Some(expected[usize::from(number) - 1]));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (initiator, _) = KnownInitiator::start(&key(10), key(20).public(), &any_state()).unwrap();
        prop_assert!(initiator.finish(&bytes).is_err());
        prop_assert!(respond_to_known(&key(20), key(10).public(), &any_state(), &bytes).is_err());
    }
}

#[test]
fn a_message_beyond_every_limit_is_not_looked_at() {
    let (initiator, _) = KnownInitiator::start(&key(10), key(20).public(), &any_state()).unwrap();
    let long = vec![1; MAX_HANDSHAKE_MESSAGE + 1];
    assert_eq!(initiator.finish(&long).err(), Some(HandshakeError::TooLong));
}
