//! Any messages and decisions about questions, in any order: nobody is right who does not know the answer, and what
//! lets a guess be tested is counted before it leaves.

#![no_main]

use handfast_protocol::handshake::PublicKey;
use handfast_protocol::question::{Effect, Message, Questions, Whose};
use handfast_seal::Answers;
use handfast_token::{Question, Secret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let answers = Answers::new(&["Rex"]).expect("an answer");
    let question = Question::new("Our dog?").expect("a question");
    let [own, peer] = [1, 2].map(|fill| PublicKey([fill; 32]));
    let mut side = Questions::new([9; 32], own, peer, Secret::new([7; 32]));
    let (mut counted, mut left) = (0, 0);
    let mut rest = bytes;
    while let Some((&what, behind)) = rest.split_first() {
        rest = behind;
        match what {
            // A message of so many bytes.
            0..=63 => {
                let length = usize::from(what).min(rest.len());
                let (message, behind) = rest.split_at(length);
                rest = behind;
                let Ok(message) = Message::parse(message) else {
                    continue;
                };
                assert_eq!(Message::parse(&message.to_bytes()).as_ref(), Ok(&message));
                if side.heard(message).is_err() {
                    return;
                }
            }
            64..=95 => drop(side.ask(question.clone(), &answers)),
            96..=127 => drop(side.answer(&answers)),
            128..=159 => drop(side.decline()),
            160..=207 => side.counted(Whose::Ours, what % 4),
            208..=255 => side.counted(Whose::Theirs, what % 4),
        }
        while let Some(effect) = side.poll_effect() {
            match effect {
                Effect::Count(_) => counted += 1,
                Effect::Say(Message::Expect(_) | Message::Proof(_)) => left += 1,
                Effect::Right(whose) => panic!("right: {whose:?}"),
                Effect::Say(_) | Effect::Asked => {}
            }
        }
        assert!(left <= counted);
    }
});
