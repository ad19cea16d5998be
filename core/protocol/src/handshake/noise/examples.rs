//! The worked example of `docs/protocol.md`, section 3: every line that the document states about it.

use super::*;
use crate::handshake::{
    Attempt, ClientKind, HostComparison, Mode, Parties, Policy, Ready, SYMBOLS,
};
use data_encoding::HEXLOWER;
use handfast_seal::{Answers, Profile};
use handfast_token::{Invitation, Role, SealedReply};

const DOCUMENT: &str = include_str!("../../../../../docs/protocol.md");

/// The bytes behind `what: ` in the document.
fn stated(what: &str) -> Vec<u8> {
    DOCUMENT
        .lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(": "))
        .and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok())
        .expect("a line of the worked example")
}

/// 32 bytes that count up from `first`.
fn counting(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first + i as u8)
}

/// One side, with an ephemeral key that is not fresh.
fn side(first: u8, psk: &Secret<32>, prologue: &Prologue, initiator: bool) -> HandshakeState {
    let (private, ephemeral) = (counting(first), counting(first + 0x20));
    let prologue = prologue.to_bytes();
    let builder = Builder::new(PATTERN.parse().unwrap())
        .local_private_key(&private)
        .and_then(|b| b.psk(0, psk.expose()))
        .and_then(|b| b.psk(3, psk.expose()))
        .and_then(|b| b.prologue(&prologue))
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(&ephemeral);
    if initiator {
        builder.build_initiator().unwrap()
    } else {
        builder.build_responder().unwrap()
    }
}

#[test]
fn the_worked_example_is_what_the_document_says() {
    let invitation = Invitation::parse(&stated("invitation")).unwrap();
    let keys = invitation.keys();
    let reply = SealedReply::parse(&stated("reply")).unwrap();
    let reply = reply.open(&keys).unwrap();
    let prologue = Prologue {
        mode: Mode::OneWay,
        policy: Policy::default(),
        invite_id: keys.invite_id(),
        invitation_digest: invitation.digest(),
        reply_digest: None,
        host: invitation.fingerprint,
        guest: reply.fingerprint,
    }
    .with_reply(reply.digest());

    let mut guest = side(0x60, &keys.noise_psk(), &prologue, true);
    let mut host = side(0xa0, &keys.noise_psk(), &prologue, false);
    let failure = HandshakeError::Malformed;
    let first = write(&mut guest, &[]).unwrap();
    read(&mut host, &first, failure).unwrap();
    let second = write(&mut host, &greeting()).unwrap();
    read(&mut guest, &second, failure).unwrap();
    let third = write(&mut guest, &greeting()).unwrap();

    let mut copy = side(0x60, &keys.noise_psk(), &prologue, true);
    write(&mut copy, &[]).unwrap();
    read(&mut copy, &second, failure).unwrap();
    write(&mut copy, &greeting()).unwrap();
    let (guest_key, host_key) = copy.dangerously_get_raw_split();

    let host_static = StaticKey::new(Secret::new(counting(0xa0))).public();
    let mut established = established(guest, host_static, Capabilities::OURS);
    let ready = Ready::new(
        Secret::new(counting(0xe0)),
        "Ben",
        1_795_000_000,
        Some(ClientKind::App.into()),
    )
    .to_bytes();
    let sealer = &mut established.channel.sealer;
    let ready_frame = sealer.seal(&ready).unwrap();
    sealer.rekey_next();
    let last_of_a_key = sealer.seal(b"\x01\0Hello").unwrap();
    let first_of_the_next = sealer.seal(&[9]).unwrap();

    // The question and the comparison, on the same handshake.
    let answer = Answers::new(&["Rex"]).unwrap().password(Profile::Two, None);
    let parties = Parties {
        hash: established.channel.hash,
        host: host_static,
        guest: StaticKey::new(Secret::new(counting(0x60))).public(),
    };
    let attempt =
        |role, first| Attempt::new(role, &answer, &parties, &Secret::new(counting(first)));
    let (at_guest, at_host) = (attempt(Role::Guest, 0x01), attempt(Role::Host, 0x21));
    let (guest_share, host_share) = (at_guest.share(), at_host.share());
    let at_guest = at_guest.agree(&host_share).unwrap();
    let at_host = at_host.agree(&guest_share).unwrap();
    let (guest_proof, host_proof) = (at_guest.proof(), at_host.proof());
    let isk = at_guest.confirm(&host_proof).unwrap();
    assert_eq!(at_host.confirm(&guest_proof).as_ref(), Some(&isk));
    let comparison = HostComparison::new(parties.hash, Secret::new(counting(0x41)));
    let commitment = comparison.commitment();
    let (_, shown) = comparison.open(&counting(0x61));
    let symbols = shown.symbols().map(|at| SYMBOLS[usize::from(at)].1);
    let digits = shown.digits().map(|group| format!("{group:04}"));
    let shown = format!("shown: {}; {}\n", symbols.join(", "), digits.join(" "));

    let lines = [
        ("prologue", &prologue.to_bytes()[..]),
        ("first message", &first),
        ("second message", &second),
        ("third message", &third),
        ("handshake hash", &established.channel.hash),
        ("key of the guest's frames", &guest_key),
        ("key of the host's frames", &host_key),
        ("READY", &ready),
        ("frame 0", &ready_frame),
        ("frame 1", &last_of_a_key),
        ("frame 2", &first_of_the_next),
        ("answer as password", &answer),
        ("guest's share", &guest_share),
        ("host's share", &host_share),
        ("guest's proof", &guest_proof),
        ("host's proof", &host_proof),
        ("ISK", isk.expose()),
        ("commitment", &commitment),
    ];
    let missing: String = lines
        .map(|(what, bytes)| format!("{what}: {}\n", HEXLOWER.encode(bytes)))
        .into_iter()
        .chain([shown])
        .filter(|line| !DOCUMENT.contains(line))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/protocol.md has to state\n{missing}"
    );
}
