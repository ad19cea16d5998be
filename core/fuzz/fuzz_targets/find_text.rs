//! Any bytes as what a person hands in: what is found is well-formed.

#![no_main]

use handfast_token::{Token, find};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A picture's symbols may hold any text: here, the lines of the picture's own bytes.
    let read_picture = |picture: &[u8]| {
        let text = std::str::from_utf8(picture)?;
        Ok::<_, std::str::Utf8Error>(text.lines().map(str::to_owned).collect())
    };
    if let Ok(token) = find(bytes, read_picture) {
        assert_eq!(Token::parse(&token.to_bytes()).ok(), Some(token));
    }
});
