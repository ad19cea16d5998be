//! What another member could say into an exchange about a room, honest but for some changed bytes, or
//! anything: it ends, or what comes is held once, and nothing counts that nobody signed. Every four bytes
//! are a step: which message, and of it which byte is changed, and how.

#![no_main]

use handfast_protocol::handshake::StaticKey;
use handfast_protocol::log::Kind;
use handfast_room::{
    Adders, Body, Certificate, Draft, Exchange, Founding, History, Message, Room, SigningKey, Write,
};
use handfast_token::Secret;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const NOW: u64 = 1_790_000_000_000;

fn identity(seed: u8) -> (SigningKey, Certificate) {
    let static_key = StaticKey::new(Secret::new([seed; 32])).public();
    let signing_key = SigningKey::new(Secret::new([seed ^ 0x80; 32]));
    let certificate = Certificate::new(static_key, &signing_key, [seed; 32]);
    (signing_key, certificate)
}

/// A founding, and what the founder wrote: an add of this device, and texts.
static ROOM: LazyLock<(Founding, Vec<Write>)> = LazyLock::new(|| {
    let (founder, certificate) = identity(1);
    let founding = Founding {
        random: [9; 16],
        certificate,
        name: "Garden".to_owned(),
        history: History::All,
        adders: Adders::Keepers,
        entries: 5_000,
        time: NOW,
    };
    let random = Secret::new([3; 32]);
    let (mut room, mut writes) =
        Room::found(founding.clone(), &founder, &random).expect("the founder");
    let (_, certificate) = identity(2);
    let name = "Ben".to_owned();
    let mut drafts = vec![Draft::of(&Body::Add { certificate, name })];
    drafts
        .extend((0..5).map(|at| Draft::new(Kind::TEXT, vec![b'a' + at; 2_000 * usize::from(at)])));
    for (at, draft) in drafts.iter().enumerate() {
        let random = Secret::new([at as u8; 32]);
        let more = room.write(NOW + 1_000, &founder, draft, &random);
        writes.extend(more.expect("the founder"));
    }
    (founding, writes)
});

fuzz_target!(|bytes: &[u8]| {
    let (founding, writes) = &*ROOM;
    let (founder, me) = (identity(1).0.public(), identity(2).0.public());
    let mut theirs = Room::load(founding.clone(), writes.iter().cloned());
    let mut mine = Room::new(founding.clone());
    let (mut at_them, to_me) = Exchange::start(&theirs, founder, me);
    let (mut at_me, mut to_them) = Exchange::start(&mine, me, founder);
    let mut to_me: Vec<Message> = to_me;
    for step in bytes.chunks_exact(4) {
        while let Some(message) = to_them.pop() {
            let Ok(step) = at_them.receive(&mut theirs, message) else {
                return;
            };
            to_me.extend(step.messages);
        }
        if to_me.is_empty() {
            return;
        }
        let message = to_me.remove(usize::from(step[0]) % to_me.len());
        let mut frame = message.to_bytes();
        let at = usize::from(u16::from_le_bytes([step[1], step[2]])) % frame.len();
        frame[at] ^= step[3];
        let Ok(message) = Message::parse(frame.clone().into()) else {
            return;
        };
        assert_eq!(message.to_bytes(), frame);
        match at_me.receive(&mut mine, message) {
            Ok(step) => to_them.extend(step.messages),
            Err(_) => return,
        }
    }
    for row in mine.heads() {
        assert!(
            theirs
                .heads()
                .iter()
                .any(|held| held.log == row.log && held.sequence >= row.sequence)
        );
    }
});
