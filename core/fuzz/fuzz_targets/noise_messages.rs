//! Any bytes in place of each handshake message, of READY and of a frame.

#![no_main]

use handfast_core::crypto::Secret;
use handfast_core::handshake::{Initiator, Mode, Policy, Prologue, Ready, Responder, StaticKey};
use handfast_core::invitation::Fingerprint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(ready) = Ready::from_bytes(bytes) {
        assert_eq!(Ready::from_bytes(&ready.to_bytes()), Ok(ready));
    }

    let key = |seed| StaticKey::new(Secret::new([seed; 32]));
    let psk = Secret::new([3; 32]);
    let prologue = Prologue {
        mode: Mode::OneWay,
        policy: Policy::default(),
        invite_id: [1; 16],
        invitation_digest: [2; 32],
        reply_digest: None,
        host: Fingerprint([4; 32]),
        guest: Fingerprint([5; 32]),
    };
    let guest = || Initiator::start(&key(10), &psk, &prologue).expect("randomness");
    let host = |first: &[u8]| Responder::respond(&key(20), &psk, &[prologue], first);

    assert!(host(bytes).is_err());
    assert!(guest().0.finish(bytes).is_err());
    let (initiator, first) = guest();
    let (responder, _, second) = host(&first).expect("honest");
    let (mut at_guest, third) = initiator.finish(&second).expect("honest");
    assert!(responder.finish(bytes).is_err());
    assert!(third.len() < 128);
    assert!(at_guest.channel.opener.open(bytes.to_vec().into()).is_err());
});
