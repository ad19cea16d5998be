//! The ground every crate stands on: secrets that do not leak, and the one key derivation function.
//!
//! Nothing here chooses a cipher or a protocol; see `seal` and `handshake` for those.

use blake2::digest::consts::U32;
use blake2::digest::{FixedOutput, Update};
use blake2::{Blake2b, Blake2bMac, Digest};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes: wiped when dropped, compared in constant time, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes ownership of bytes that are secret from now on.
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// `N` bytes from the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        random_bytes().map(Self)
    }

    /// The bytes themselves. Keep the borrow short, and never log it.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> std::fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret<{N}>(..)")
    }
}

/// `N` public random bytes from the operating system.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// `KDF(key, label, parts..)`: BLAKE2b-256 (RFC 7693) keyed with `key`, personalised with `label`
/// padded to 16 bytes by zeros, over each part preceded by its length as a little-endian `u64`.
///
/// ```
/// use handfast_token::kdf;
///
/// let key = kdf(&[1; 16], "HFS1 example", &[b"one", b"two"]);
/// // The lengths count: the same bytes cut elsewhere give another key.
/// assert_ne!(key, kdf(&[1; 16], "HFS1 example", &[b"onet", b"wo"]));
/// ```
///
/// # Panics
/// If the label is longer than 16 bytes or the key longer than 64: both are constants of the caller.
pub fn kdf(key: &[u8], label: &str, parts: &[&[u8]]) -> Secret<32> {
    let mut personalisation = [0; 16];
    personalisation[..label.len()].copy_from_slice(label.as_bytes());
    let mut mac = Blake2bMac::<U32>::new_with_salt_and_personal(key, &[], &personalisation)
        .expect("keys are at most 64 bytes");
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    Secret::new(mac.finalize_fixed().into())
}

/// BLAKE2b-256 (RFC 7693), unkeyed, of what somebody else can check.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::new([7; 16])), "Secret<16>(..)");
    }

    #[test]
    fn the_derivation_agrees_with_another_implementation() {
        // Computed with Python's hashlib.blake2b(key=, person=, digest_size=32).
        let expected = "2ffaf9259a00aee92d1279d7e81d700c020803ecd0435d2437402a0e5653f380";
        let derived = kdf(b"key", "label", &[b"ab", b"c"]);
        assert_eq!(data_encoding::HEXLOWER.encode(derived.expose()), expected);
    }

    #[test]
    fn every_argument_changes_the_derived_key() {
        let base = kdf(b"key", "label", &[b"ab", b"c"]);
        assert_eq!(base, kdf(b"key", "label", &[b"ab", b"c"]));
        assert_ne!(base, kdf(b"kez", "label", &[b"ab", b"c"]));
        assert_ne!(base, kdf(b"key", "labem", &[b"ab", b"c"]));
        assert_ne!(base, kdf(b"key", "label", &[b"a", b"bc"]));
    }
}
