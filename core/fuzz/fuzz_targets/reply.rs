//! Any bytes as a reply to one invitation: nobody without its keys can make one that opens.

#![no_main]

use handfast_core::crypto::Secret;
use handfast_core::invitation::{InvitationKeys, SealedReply};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let keys = InvitationKeys::derive(&Secret::new([7; 16]));
    let mut bytes = bytes.to_vec();
    // Named rightly, so that the seal is tried.
    if let Some(tag) = bytes.get_mut(1..5) {
        tag.copy_from_slice(&keys.invite_tag());
    }
    if let Ok(reply) = SealedReply::parse(&bytes) {
        assert_eq!(reply.as_bytes(), bytes);
        assert!(reply.open(&keys).is_err());
    }
});
