//! Any bytes in place of each message of a return, in every state of it, and as what is said about a contact.

#![no_main]

use handfast_protocol::Now;
use handfast_protocol::handshake::StaticKey;
use handfast_protocol::reconnect::{
    Message, ReconnectEffect, ReconnectKeys, ReconnectSetup, Reconnecting,
};
use handfast_token::{Fingerprint, Secret};
use libfuzzer_sys::fuzz_target;
use std::time::Instant;

const UNIX: u64 = 1_795_000_000;

/// Both sides of a return. The first is the initiator.
fn sides(now: Now) -> [Reconnecting; 2] {
    let mut keys = [10, 20].map(|seed| StaticKey::new(Secret::new([seed; 32])));
    keys.sort_by_key(|key| key.public().0);
    let prints = [Fingerprint([4; 32]), Fingerprint([5; 32])];
    [0, 1].map(|side| {
        let setup = ReconnectSetup {
            key: keys[side].clone(),
            name: "Ana".into(),
            client: None,
            peer: keys[1 - side].public(),
            keys: ReconnectKeys::from_first_meeting(&Secret::new([1; 32]), UNIX, UNIX),
            local: prints[side],
            remote: prints[1 - side],
            random: Secret::new([7; 32]),
        };
        Reconnecting::start(now, setup)
    })
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::parse(bytes) {
        assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
    }
    if let Some(keys) = ReconnectKeys::from_bytes(bytes) {
        assert_eq!(&keys.to_bytes()[..], bytes);
    }
    let Some((&place, message)) = bytes.split_first() else {
        return;
    };
    let now = Now {
        monotonic: Instant::now(),
        unix: UNIX,
    };
    let mut sides = sides(now);
    let mut sent = 0;
    loop {
        let mut is_idle = true;
        for side in 0..2 {
            while let Some(effect) = sides[side].poll_effect() {
                is_idle = false;
                match effect {
                    // In the place of one of them come other bytes.
                    ReconnectEffect::Send(_) if sent == place => {
                        sides[1 - side].received(now, &message.to_vec().into());
                        let mut effects = std::iter::from_fn(|| sides[1 - side].poll_effect());
                        assert!(effects.any(|effect| matches!(effect, ReconnectEffect::Over(_))));
                        return;
                    }
                    ReconnectEffect::Send(honest) => {
                        sent += 1;
                        sides[1 - side].received(now, &honest);
                    }
                    ReconnectEffect::Keep(_) => sides[side].kept(),
                    ReconnectEffect::AskRestored(_)
                    | ReconnectEffect::Question(_)
                    | ReconnectEffect::Done(_) => {}
                    ReconnectEffect::Over(failure) => panic!("{failure}"),
                }
            }
        }
        if is_idle {
            return;
        }
    }
});
