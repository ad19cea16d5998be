//! A body sealed behind a head that stays in the clear: how every token travels that only one device can
//! read.

use crate::crypto::Secret;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};

/// What the seal adds to a body, in bytes.
pub const SEAL_BYTES: usize = 16;

/// `head | ChaCha20-Poly1305 of the body` (RFC 8439), with the head as associated data and a nonce of zeros: so
/// `key` must never seal anything else, and a salt in the head makes it another one each time.
///
/// # Panics
/// If the body is longer than the cipher takes, which is 256 GiB.
pub fn seal_behind(mut head: Vec<u8>, key: &Secret<32>, body: &[u8]) -> Vec<u8> {
    let payload = Payload {
        msg: body,
        aad: &head,
    };
    let sealed = ChaCha20Poly1305::new(key.expose().into())
        .encrypt(&Nonce::default(), payload)
        .expect("the cipher takes any message of this size");
    head.extend_from_slice(&sealed);
    head
}

/// The body behind the first `head` bytes. None if those or the body are not what was sealed.
pub fn open_behind(bytes: &[u8], head: usize, key: &Secret<32>) -> Option<Vec<u8>> {
    let (aad, msg) = bytes.split_at_checked(head)?;
    let cipher = ChaCha20Poly1305::new(key.expose().into());
    cipher.decrypt(&Nonce::default(), Payload { msg, aad }).ok()
}
