//! The worked example of `docs/protocol.md`, section 5: every line that the document states about it.

use super::*;
use crate::handshake::{KnownAttempt, Mode, Prologue, Ready, known_by_hand};
use crate::reconnect::generations::following;
use data_encoding::HEXLOWER;
use handfast_token::{Candidate, Candidates, bare_text};

const DOCUMENT: &str = include_str!("../../../../../docs/protocol.md");

/// 32 bytes that count up from `first`.
fn counting(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first.wrapping_add(i as u8))
}

/// What is stated behind `what: `, where it takes P-256, which is the network's.
fn stated(what: &str) -> Fingerprint {
    let hex = DOCUMENT
        .lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(": "))
        .expect("a line of the worked example");
    Fingerprint(HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap())
}

#[test]
fn the_worked_example_is_what_the_document_says() {
    let rs0 = Secret::new(counting(0));
    let keys = ReconnectKeys::from_first_meeting(&rs0, 1_794_900_030, 1_794_900_000);
    let hour = 498_612;
    let day = keys.finding.at(hour / 24).unwrap();
    let rendezvous = keys.finding.hour(hour).unwrap();
    let (one, other) = (&rendezvous.initiator, &rendezvous.responder);

    let keys_of = |first| StaticKey::new(Secret::new(counting(first)));
    let (initiator, responder) = (keys_of(0xa0), keys_of(0x60));
    assert_eq!(
        Part::of(initiator.public(), responder.public()),
        Part::Initiator
    );
    let attempt = KnownAttempt {
        prologue: Prologue::again(
            Mode::Reconnect,
            stated("digest of the responder's public key"),
            stated("digest of the initiator's public key"),
        ),
        psk: rs0.clone(),
    };
    let (m1, m2, mut at_initiator, mut at_responder) = known_by_hand(
        (&initiator, counting(0xc0)),
        (&responder, counting(0x80)),
        &attempt,
    );
    let hash = at_initiator.channel.hash;
    let ready = |first, name, clock, kind: ClientKind| {
        Ready::new(Secret::new(counting(first)), name, clock, Some(kind.into())).to_bytes()
    };
    let ready_of_initiator = ready(0xe0, "Ben", 1_795_003_600, ClientKind::App);
    let ready_of_responder = ready(0, "Ana", 1_795_003_607, ClientKind::Program);
    let mut frame_of_initiator = |body: &[u8]| at_initiator.channel.sealer.seal(body).unwrap();
    let said = frame_of_initiator(&ready_of_initiator);
    let kept = frame_of_initiator(&Message::Kept.to_bytes());
    let answered = at_responder
        .channel
        .sealer
        .seal(&ready_of_responder)
        .unwrap();
    let (random, other_random) = (Secret::new(counting(0xe0)), Secret::new(counting(0)));
    let new = following(&rs0, &random, &other_random, &hash);

    let candidates = vec![Candidate::host("192.168.1.9:50321".parse().unwrap())];
    let candidates = Candidates::new(candidates).unwrap();
    let maker = initiator.public();
    let token = keys
        .finding
        .seal_here(maker, 1_795_003_600, candidates, *b"saltsalt");
    let token = token.unwrap();
    let after = keys.finding.here(&token).unwrap().initiator.ice;
    let instance: [u8; 16] = std::array::from_fn(|i| 0xd0 + i as u8);
    let tag = keys
        .finding
        .mdns_tag(maker, &instance, hour, 50_321)
        .unwrap();

    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let lines = [
        (
            "finding key of the first day",
            hex(keys.finding.expose().expose()),
        ),
        ("finding key of that hour", hex(day.expose().expose())),
        ("ufrag of the initiator", one.ice.ufrag.clone()),
        (
            "password of the initiator",
            one.ice.password.expose().to_owned(),
        ),
        (
            "private key of the initiator's certificate",
            hex(one.dtls.expose()),
        ),
        ("ufrag of the responder", other.ice.ufrag.clone()),
        (
            "password of the responder",
            other.ice.password.expose().to_owned(),
        ),
        (
            "private key of the responder's certificate",
            hex(other.dtls.expose()),
        ),
        ("cookie of that hour", hex(&rendezvous.cookie)),
        ("restored secret", hex(keys.restored().expose())),
        ("prologue of the return", hex(&attempt.prologue.to_bytes())),
        ("M1 of the return", hex(&m1)),
        ("M2 of the return", hex(&m2)),
        ("handshake hash of the return", hex(&hash)),
        ("READY of the initiator", hex(&said)),
        ("READY of the responder", hex(&answered)),
        ("KEPT of the initiator", hex(&kept)),
        ("new secret", hex(new.expose())),
        ("here token", hex(token.as_bytes())),
        ("here token as bare text", bare_text(token.as_bytes())),
        ("ufrag of the initiator after the token", after.ufrag),
        (
            "password of the initiator after the token",
            after.password.expose().to_owned(),
        ),
        ("tag in the local network", hex(&tag)),
    ];
    let missing: String = lines
        .into_iter()
        .map(|(what, value)| format!("{what}: {value}\n"))
        .filter(|line| !DOCUMENT.contains(line))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/protocol.md has to state\n{missing}"
    );
}
