//! What is said about the contact itself.

use super::*;
use crate::question;
use proptest::prelude::*;

#[test]
fn each_has_its_one_form() {
    for (message, bytes) in [
        (Message::Kept, &[14][..]),
        (Message::names(false, "Ana"), b"\x0f\0\x03Ana"),
        (Message::names(true, ""), &[15, 1, 0]),
        (Message::NotKept, &[16]),
        (Message::Forget, &[17]),
        (Message::Question(question::Message::NoMatch(1)), &[30, 1]),
        (Message::Question(question::Message::NoAnswer), &[31]),
        (Message::Disown, &[33]),
    ] {
        assert_eq!(message.to_bytes(), bytes);
        assert_eq!(Message::parse(bytes), Ok(message.clone()));
        assert!(Message::is_kind(bytes[0]));
        let longer = [bytes, &[0]].concat();
        assert_eq!(Message::parse(&longer), Err(MessageError), "{message:?}");
        let shorter = &bytes[..bytes.len() - 1];
        assert_eq!(Message::parse(shorter), Err(MessageError), "{message:?}");
    }
    for other in [
        &[][..],
        &[13],
        &[18],
        &[15, 2, 0],
        &[15, 0, 1, 0xff],
        &[24, 2],
        &[24],
    ] {
        assert_eq!(Message::parse(other), Err(MessageError), "{other:?}");
    }
    let is_other = |kind: &u8| !matches!(kind, 14..=17 | 24..=31 | 33);
    for kind in (0..=u8::MAX).filter(is_other) {
        assert!(!Message::is_kind(kind), "{kind}");
    }
}

#[test]
fn a_name_is_cut_on_writing_and_refused_beyond_its_limit() {
    let message = Message::names(false, &"ß".repeat(40));
    assert_eq!(message.to_bytes().len(), 3 + 64);
    let long = Message::Names {
        restored: false,
        name: "a".repeat(300),
    };
    assert_eq!(long.to_bytes().len(), 3 + 64);
    let bytes = [&[15, 0, 65][..], &[b'a'; 65]].concat();
    assert_eq!(Message::parse(&bytes), Err(MessageError));
    let hidden = [&[15, 0, 5][..], "a\u{202e}b".as_bytes()].concat();
    assert_eq!(Message::parse(&hidden), Ok(Message::names(false, "ab")));
}

proptest! {
    #[test]
    fn names_are_read_as_they_were_written(restored: bool, name in ".{0,80}") {
        let message = Message::names(restored, &name);
        prop_assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(kind in 13_u8..35, bytes: Vec<u8>) {
        let _ = Message::parse(&[&[kind], &bytes[..]].concat());
    }
}
