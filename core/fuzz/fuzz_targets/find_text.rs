//! Any bytes as what a person hands in: what is found is well-formed.

#![no_main]

use handfast_core::invitation::{Token, find};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A picture's symbol may hold any text: here, the picture's own bytes.
    let read_picture = |picture: &[u8]| String::from_utf8(picture.to_vec());
    if let Ok(token) = find(bytes, read_picture) {
        assert_eq!(Token::parse(&token.to_bytes()).ok(), Some(token));
    }
});
