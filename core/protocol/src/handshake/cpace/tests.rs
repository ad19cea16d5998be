//! The draft's vectors, two honest sides, and everybody else.

use super::*;
use data_encoding::{HEXLOWER, HEXUPPER};
use proptest::prelude::*;
use sha2::Sha512;

fn vectors() -> Option<serde_json::Value> {
    let file = crate::vectors::vectors("cpace")?.join("testvectors.json");
    let text = std::fs::read_to_string(file).expect("the vectors are there");
    Some(serde_json::from_str(&text).expect("the vectors are JSON"))
}

fn bytes(value: &serde_json::Value, name: &str) -> Vec<u8> {
    let text = value[name].as_str().unwrap_or_else(|| panic!("no {name}"));
    HEXUPPER.decode(text.as_bytes()).expect("hexadecimal")
}

fn array(value: &serde_json::Value, name: &str) -> [u8; 32] {
    bytes(value, name).try_into().expect("32 bytes")
}

#[test]
fn the_drafts_known_answers_come_out() {
    let Some(vectors) = vectors() else { return };
    let v = &vectors["G_Coffee25519"];
    let get = |name: &str| bytes(v, name);
    let g = generator::<Sha512>(&get("PRS"), &get("CI"), &get("sid"));
    assert_eq!(g.compress().to_bytes(), array(v, "g"));
    let scalar = |name: &str| Scalar::from_canonical_bytes(array(v, name)).expect("canonical");
    let (ya, yb) = (scalar("ya"), scalar("yb"));
    assert_eq!((g * ya).compress().to_bytes(), array(v, "Ya"));
    assert_eq!((g * yb).compress().to_bytes(), array(v, "Yb"));
    let at_guest = shared_point(&ya, &array(v, "Yb")).expect("a point");
    let at_host = shared_point(&yb, &array(v, "Ya")).expect("a point");
    assert_eq!(at_guest, at_host);
    assert_eq!(*at_guest.expose(), array(v, "K"));
    let transcript = transcript(&get("Ya"), &get("ADa"), &get("Yb"), &get("ADb"));
    let isk = session_key::<Sha512>(&get("sid"), &at_guest, &transcript);
    assert_eq!(isk.expose()[..], get("ISK_IR"));
}

#[test]
fn the_drafts_invalid_points_are_refused_and_its_valid_one_is_not() {
    let Some(vectors) = vectors() else { return };
    let v = &vectors["G_Coffee25519_points"];
    let scalar = Scalar::from_canonical_bytes(array(&v["Valid"], "s")).expect("canonical");
    let product = shared_point(&scalar, &array(&v["Valid"], "X")).expect("a valid point");
    assert_eq!(
        *product.expose(),
        array(&v["Valid"], "G.scalar_mult_vfy(s,X)")
    );
    for name in ["Invalid Y1", "Invalid Y2"] {
        assert!(shared_point(&scalar, &array(v, name)).is_none(), "{name}");
    }
}

#[test]
fn lengths_are_written_in_leb128() {
    for (length, expected) in [(0, "00"), (127, "7f"), (128, "8001"), (3000, "b817")] {
        assert_eq!(HEXLOWER.encode(&leb128(length)), expected);
    }
}

fn parties() -> Parties {
    Parties {
        hash: [7; 32],
        host: PublicKey([1; 32]),
        guest: PublicKey([2; 32]),
    }
}

/// Runs both sides to the end; each gives its key if the other's proof held.
fn run(
    guest: (&[u8], Parties),
    host: (&[u8], Parties),
) -> (Option<Secret<64>>, Option<Secret<64>>) {
    let at_guest = Attempt::new(Role::Guest, guest.0, &guest.1, &Secret::new([3; 32]));
    let at_host = Attempt::new(Role::Host, host.0, &host.1, &Secret::new([4; 32]));
    let (ya, yb) = (at_guest.share(), at_host.share());
    let at_guest = at_guest.agree(&yb).expect("a point");
    let at_host = at_host.agree(&ya).expect("a point");
    let (guest_proof, host_proof) = (at_guest.proof(), at_host.proof());
    (at_guest.confirm(&host_proof), at_host.confirm(&guest_proof))
}

#[test]
fn equal_answers_agree_on_a_key_and_different_ones_on_nothing() {
    let (guest, host) = run((b"rex", parties()), (b"rex", parties()));
    assert!(guest.is_some());
    assert_eq!(guest, host);
    assert_eq!(run((b"rex", parties()), (b"max", parties())), (None, None));
}

#[test]
fn the_right_answer_on_another_connection_or_between_other_people_is_worth_nothing() {
    let other = |change: fn(&mut Parties)| {
        let mut parties = parties();
        change(&mut parties);
        parties
    };
    for elsewhere in [
        other(|parties| parties.hash[0] ^= 1),
        other(|parties| parties.host.0[0] ^= 1),
        other(|parties| parties.guest.0[0] ^= 1),
        other(|parties| std::mem::swap(&mut parties.host, &mut parties.guest)),
    ] {
        assert_eq!(run((b"rex", parties()), (b"rex", elsewhere)), (None, None));
    }
}

#[test]
fn a_proof_cannot_be_sent_back() {
    let guest = Attempt::new(Role::Guest, b"rex", &parties(), &Secret::new([3; 32]));
    let share = guest.share();
    // The middle reflects the guest's own share, which both "sides" then multiply alike.
    let guest = guest.agree(&share).expect("a point");
    let reflected = guest.proof();
    assert!(guest.confirm(&reflected).is_none());
}

#[test]
fn every_run_looks_different() {
    let share =
        |random| Attempt::new(Role::Guest, b"rex", &parties(), &Secret::new(random)).share();
    assert_ne!(share([3; 32]), share([4; 32]));
}

/// What somebody can compute for one guess who holds everything that was sent, the handshake's hash
/// and both long-term keys, and whatever else is `known`: every key that follows from a point made
/// of the parts.
fn tags_for(guess: &[u8], ya: &[u8; 32], yb: &[u8; 32], known: &[Scalar]) -> Vec<[u8; 32]> {
    let point = |bytes: &[u8; 32]| CompressedRistretto(*bytes).decompress().expect("a point");
    let identifier = parties().channel_identifier();
    let g = generator::<Blake2b512>(guess, &identifier, &parties().hash);
    let (a, b) = (point(ya), point(yb));
    let mut candidates = vec![g, a, b, a + b, a - b, a + g, b + g];
    for scalar in known {
        candidates.extend([g * scalar, a * scalar, b * scalar]);
    }
    let isk_of = |shared: RistrettoPoint| {
        let shared = Secret::new(shared.compress().to_bytes());
        let transcript = transcript(ya, GUEST, yb, HOST);
        session_key::<Blake2b512>(&parties().hash, &shared, &transcript)
    };
    let tag_of = |isk: Secret<64>| {
        let mac_key = Blake2b512::new()
            .chain_update(b"CPaceMac")
            .chain_update(parties().hash)
            .chain_update(isk.expose())
            .finalize();
        *kdf(&mac_key, "HFS1 answer tag", &[ya, GUEST]).expose()
    };
    candidates.into_iter().map(isk_of).map(tag_of).collect()
}

#[test]
fn a_recorded_run_does_not_tell_which_answer_of_a_list_is_right() {
    let (guest_random, host_random) = (Secret::new([3; 32]), Secret::new([4; 32]));
    let guest = Attempt::new(Role::Guest, b"rex", &parties(), &guest_random);
    let host = Attempt::new(Role::Host, b"rex", &parties(), &host_random);
    let (ya, yb) = (guest.share(), host.share());
    let proof = guest.agree(&yb).expect("a point").proof();

    let list: [&[u8]; 4] = [b"max", b"rex", b"luna", b"bello"];
    let standing_out = |known: &[Scalar]| -> Vec<&[u8]> {
        let explains = |guess: &&[u8]| tags_for(guess, &ya, &yb, known).contains(&proof);
        list.iter().copied().filter(explains).collect()
    };
    // From the whole recording no guess explains the proof, the right one no more than the others.
    assert_eq!(standing_out(&[]), Vec::<&[u8]>::new());

    // The search itself works: it finds the answer once somebody gives away what never leaves a
    // device. Every wrong answer goes with some other scalar, so a share alone fits the whole list.
    let hidden = Scalar::from_bytes_mod_order(*host_random.expose());
    assert_eq!(standing_out(&[hidden]), list);
    let fits = |guess: &&[u8]| {
        let g = generator::<Blake2b512>(guess, &parties().channel_identifier(), &parties().hash);
        (g * hidden).compress().to_bytes() == yb
    };
    assert_eq!(
        list.iter().copied().filter(fits).collect::<Vec<_>>(),
        [b"rex"]
    );
}

proptest! {
    #[test]
    fn messages_are_read_as_written_and_nothing_else_is(bytes: Vec<u8>, share: [u8; 32]) {
        if let Some(message) = AnswerMessage::parse(&bytes) {
            prop_assert_eq!(message.to_bytes(), bytes);
        }
        for message in [AnswerMessage::Share(share), AnswerMessage::Proof(share), AnswerMessage::NoMatch] {
            prop_assert_eq!(AnswerMessage::parse(&message.to_bytes()), Some(message));
        }
    }

    #[test]
    fn any_share_is_taken_or_refused_without_a_panic(share: [u8; 32]) {
        let attempt = Attempt::new(Role::Host, b"rex", &parties(), &Secret::new([4; 32]));
        if let Some(agreement) = attempt.agree(&share) {
            prop_assert!(agreement.confirm(&share).is_none());
        }
    }
}
