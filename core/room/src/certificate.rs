//! The tie between the two keys of an identity: the signing key says which static key it belongs to.
//!
//! It shows that the signing key claims the static key, not the reverse. So a member is somebody's
//! contact only if that contact has sent this very certificate itself.

use crate::malformed::{Malformed, array, end};
use crate::signing::{AuthorKey, Signature, SigningKey};
use bytes::Bytes;
use handfast_protocol::handshake::PublicKey;

const STATEMENT: &[u8] = b"handfast identity 1";

/// What an identity shows in a room. It names no meeting and no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The X25519 key that proves who is at the other end of a channel.
    pub static_key: PublicKey,
    /// The key that signs entries.
    pub signing_key: AuthorKey,
    /// Random, so that two certificates of one identity differ if it wants them to.
    pub salt: [u8; 32],
    /// By the signing key, over all of that.
    pub signature: Signature,
}

impl Certificate {
    /// Length of [`Self::to_bytes`].
    pub const BYTES: usize = 160;

    /// Makes one.
    pub fn new(static_key: PublicKey, signing_key: &SigningKey, salt: [u8; 32]) -> Self {
        let mut certificate = Self {
            static_key,
            signing_key: signing_key.public(),
            salt,
            signature: [0; 64],
        };
        certificate.signature = signing_key.sign(&certificate.statement());
        certificate
    }

    /// `static key 32 | signing key 32 | salt 32 | signature 64`
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..32].copy_from_slice(&self.static_key.0);
        bytes[32..64].copy_from_slice(&self.signing_key.0);
        bytes[64..96].copy_from_slice(&self.salt);
        bytes[96..].copy_from_slice(&self.signature);
        bytes
    }

    /// Reads one and checks it.
    ///
    /// # Errors
    /// When it is cut or too long, the signature is false, or every secret with the static key would be
    /// the same.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        let certificate = Self::read(&mut bytes)?;
        end(&bytes)?;
        Ok(certificate)
    }

    pub(crate) fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        let certificate = Self {
            static_key: PublicKey(array(bytes)?),
            signing_key: AuthorKey(array(bytes)?),
            salt: array(bytes)?,
            signature: array(bytes)?,
        };
        let signer = certificate.signing_key;
        let is_signed = signer.has_signed(&certificate.statement(), &certificate.signature);
        match is_signed && !certificate.static_key.is_low_order() {
            true => Ok(certificate),
            false => Err(Malformed),
        }
    }

    fn statement(&self) -> Vec<u8> {
        [STATEMENT, &self.to_bytes()[..96]].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_protocol::handshake::StaticKey;
    use handfast_token::Secret;
    use proptest::prelude::*;

    fn certificate() -> Certificate {
        let static_key = StaticKey::new(Secret::new([1; 32])).public();
        let signing_key = SigningKey::new(Secret::new([2; 32]));
        Certificate::new(static_key, &signing_key, [3; 32])
    }

    #[test]
    fn what_an_identity_shows_is_read_again() {
        let bytes = certificate().to_bytes().to_vec();
        assert_eq!(Certificate::parse(bytes.into()), Ok(certificate()));
    }

    #[test]
    fn a_static_key_with_which_every_secret_is_the_same_is_refused() {
        let signing_key = SigningKey::new(Secret::new([2; 32]));
        let weak = Certificate::new(PublicKey([0; 32]), &signing_key, [3; 32]);
        assert_eq!(
            Certificate::parse(weak.to_bytes().to_vec().into()),
            Err(Malformed)
        );
    }

    proptest! {
        #[test]
        fn a_changed_certificate_is_refused(at in 0_usize..160, by in 1_u8..) {
            let mut bytes = certificate().to_bytes().to_vec();
            bytes[at] ^= by;
            prop_assert_eq!(Certificate::parse(bytes.into()), Err(Malformed));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            prop_assert_eq!(Certificate::parse(bytes.into()), Err(Malformed));
        }
    }
}
