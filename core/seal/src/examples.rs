//! The worked examples of `docs/protocol.md`, section 2: every line that the document states about them.

use data_encoding::HEXLOWER;

use super::*;

const DOCUMENT: &str = include_str!("../../../docs/protocol.md");

/// Bytes that count up from `first`.
fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first + i as u8)
}

fn keyed() -> (Header, Credential, About) {
    let header = Header {
        kind: Kind::File,
        lock: Lock::Key,
        salt: counting(0x60),
    };
    let about = About {
        name: Some(FileName::new("note.txt").unwrap()),
        media_type: Some(MediaType::new("text/plain").unwrap()),
    };
    (header, Credential::Key(Secret::new(counting(0))), about)
}

fn asking() -> (Header, Credential, About) {
    let question = Question::new("What is the dog called?").unwrap();
    let header = Header {
        lock: Lock::Answers {
            cost: Cost {
                memory_kib: 19 << 10,
                passes: 1,
                lanes: 1,
            },
            profile: Profile::Two,
            with_code: true,
            questions: Questions::new(vec![question]).unwrap(),
        },
        ..keyed().0
    };
    let credential = Credential::Answers {
        answers: Answers::new(&["Rex"]).unwrap(),
        code: Some(Secret::new(counting(0x80))),
    };
    (header, credential, About::default())
}

#[test]
fn the_worked_examples_are_what_the_document_says() {
    let mut lines = Vec::new();
    for (which, (header, credential, about)) in [("key", keyed()), ("answer", asking())] {
        let container = seal_bytes(&header, &credential, &Limits::PHONE, &about, b"hello").unwrap();
        let keys = Keys::derive(&header, &credential, &Limits::PHONE).unwrap();
        for (what, bytes) in [
            ("header", &header.to_bytes()[..]),
            ("commitment", keys.commitment.expose()),
            ("payload key", keys.payload.expose()),
            ("container", &container),
        ] {
            let hex = HEXLOWER.encode(bytes);
            lines.push(format!("{what} of the {which} example: {hex}\n"));
        }
        if let Credential::Answers { answers, code } = &credential {
            let password = HEXLOWER.encode(&answers.password(Profile::Two, code.as_ref()));
            lines.push(format!("password of the {which} example: {password}\n"));
            lines.push(format!("container as text: {}\n", text(&container)));
        }
    }
    let Credential::Key(key) = Credential::of_code(&Secret::new(counting(0x80))) else {
        panic!("a code by itself is a key");
    };
    let hex = HEXLOWER.encode(key.expose());
    lines.push(format!("key of the code 80 81 .. 8f: {hex}\n"));
    lines.retain(|line| !DOCUMENT.contains(line));
    let missing = lines.concat();
    assert!(
        missing.is_empty(),
        "docs/protocol.md has to state\n{missing}"
    );
}
