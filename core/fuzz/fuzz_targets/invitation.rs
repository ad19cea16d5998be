//! Any bytes as an invitation: what is read is written back as it was.

#![no_main]

use handfast_core::invitation::{Policy, Token, admit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(token) = Token::parse(bytes) else {
        return;
    };
    assert_eq!(token.to_bytes(), bytes);
    if let Token::Invitation(invitation) = token {
        let _ = admit(invitation.candidates.iter().cloned(), Policy::default());
    }
});
