//! What a member signs with: Ed25519 (RFC 8032, section 5.1) with BLAKE2b-512 in the place of SHA-512.
//!
//! The signatures are those of no other protocol: another hash, and each statement begins with what it
//! is about.

use blake2::Blake2b512;
use blake2::Digest;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign, raw_verify};
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};
use handfast_token::Secret;
use std::fmt;

/// A signature as bytes.
pub type Signature = [u8; 64];

/// The private half of a member's signing key.
pub struct SigningKey {
    private: Secret<32>,
    expanded: ExpandedSecretKey,
    public: VerifyingKey,
}

impl SigningKey {
    /// From 32 random bytes.
    pub fn new(private: Secret<32>) -> Self {
        let hash: [u8; 64] = Blake2b512::digest(private.expose()).into();
        let expanded = ExpandedSecretKey::from_bytes(&hash);
        let public = VerifyingKey::from(&expanded);
        Self {
            private,
            expanded,
            public,
        }
    }

    /// By which everybody knows what this key signed.
    pub fn public(&self) -> AuthorKey {
        AuthorKey(self.public.to_bytes())
    }

    /// The random bytes, which are only ever stored sealed.
    pub fn private(&self) -> &Secret<32> {
        &self.private
    }

    pub(crate) fn sign(&self, statement: &[u8]) -> Signature {
        raw_sign::<Blake2b512>(&self.expanded, statement, &self.public).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public())
    }
}

/// The public half: who the author of an entry is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorKey(pub [u8; 32]);

impl AuthorKey {
    /// True if this key signed that. A key or a signature with a point of small order, and a point that
    /// is not in its one encoding, sign nothing.
    pub(crate) fn has_signed(&self, statement: &[u8], signature: &Signature) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(&self.0) else {
            return false;
        };
        let is_sound = !key.is_weak() && key.to_edwards().compress().to_bytes() == self.0;
        let (random, _) = signature.split_first_chunk().expect("32 of 64 bytes");
        let random = CompressedEdwardsY(*random).decompress();
        let is_random = random.is_some_and(|point| !point.is_small_order());
        let signature = Ed25519Signature::from_bytes(signature);
        is_sound && is_random && raw_verify::<Blake2b512>(&key, statement, &signature).is_ok()
    }
}

impl fmt::Debug for AuthorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorKey({:02x}{:02x}..)", self.0[0], self.0[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::new(Secret::new([seed; 32]))
    }

    #[test]
    fn only_the_key_that_signed_a_statement_has_signed_it() {
        let signature = key(1).sign(b"statement");
        assert!(key(1).public().has_signed(b"statement", &signature));
        assert!(!key(1).public().has_signed(b"statemeny", &signature));
        assert!(!key(2).public().has_signed(b"statement", &signature));
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        // With the neutral element as key, R = 0 and s = 0 hold for every statement.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!AuthorKey(neutral).has_signed(b"anything", &signature));
    }

    proptest! {
        #[test]
        fn a_changed_signature_is_none(at in 0_usize..64, by in 1_u8..) {
            let mut signature = key(1).sign(b"statement");
            signature[at] ^= by;
            prop_assert!(!key(1).public().has_signed(b"statement", &signature));
        }

        #[test]
        fn any_bytes_are_judged_without_a_panic(key: [u8; 32], first: [u8; 32], second: [u8; 32]) {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&first);
            signature[32..].copy_from_slice(&second);
            prop_assert!(!AuthorKey(key).has_signed(b"statement", &signature));
        }
    }
}
