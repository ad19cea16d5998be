//! One byte string for each thing that people hand each other, told apart by its first byte.

use blake2::digest::consts::U4;
use blake2::{Blake2b, Digest};

use super::head::{CONTAINER, Kind, kind};
use super::{
    Invitation, MAX_BUNDLE_TEXT, SealedBundle, SealedHere, SealedReply, TokenError, here,
    invitation, reply,
};

const CHECK: usize = 4;

/// The most bytes of a token in a text that is no container.
pub(super) const MAX_BYTES: usize = MAX_BUNDLE_TEXT;

const _: () = assert!(
    invitation::MAX_BYTES <= MAX_BYTES
        && reply::MAX_BYTES <= MAX_BYTES
        && here::MAX_BYTES <= MAX_BYTES
);

/// Anything that people hand each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// From the host.
    Invitation(Invitation),
    /// From the guest, to be opened with the invitation's keys.
    Reply(SealedReply),
    /// From a contact, to be opened with what the two find each other by.
    Here(SealedHere),
    /// What waits for somebody, to be opened with what the two find each other by.
    Bundle(SealedBundle),
    /// A sealed container (it begins with `HFS1`), whole and unopened.
    Sealed(Vec<u8>),
}

impl Token {
    /// Reads exactly one token.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        if bytes.starts_with(CONTAINER) {
            return Ok(Self::Sealed(bytes.to_vec()));
        }
        match kind(*bytes.first().ok_or(TokenError::Cut)?) {
            Kind::Invitation => Invitation::parse(bytes).map(Self::Invitation),
            Kind::Reply => SealedReply::parse(bytes).map(Self::Reply),
            Kind::Here => SealedHere::parse(bytes).map(Self::Here),
            Kind::Bundle => SealedBundle::parse(bytes).map(Self::Bundle),
            Kind::Newer => Err(TokenError::NewerVersion),
            Kind::Container | Kind::Unknown => Err(TokenError::NotAToken),
        }
    }

    /// The bytes as they stand in a link, a text or a symbol. A container does not say where it
    /// ends, so there it is followed by 4 check bytes; the others are as they are.
    pub fn to_text_bytes(&self) -> Vec<u8> {
        match self {
            Self::Sealed(container) => with_check(container),
            other => other.to_bytes(),
        }
    }

    /// Reads what [`Self::to_text_bytes`] wrote.
    pub(super) fn parse_text_bytes(bytes: Vec<u8>) -> Result<Self, TokenError> {
        match bytes.starts_with(CONTAINER) {
            true => without_check(bytes)
                .map(Self::Sealed)
                .ok_or(TokenError::Cut),
            false => Self::parse(&bytes),
        }
    }

    /// The bytes that [`Self::parse`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Invitation(invitation) => invitation.to_bytes(),
            Self::Reply(reply) => reply.as_bytes().to_vec(),
            Self::Here(here) => here.as_bytes().to_vec(),
            Self::Bundle(bundle) => bundle.as_bytes().to_vec(),
            Self::Sealed(bytes) => bytes.clone(),
        }
    }
}

/// A container and the 4 bytes of its BLAKE2b (RFC 7693), unkeyed. They find a text that was cut or
/// retyped, before somebody answers questions for it, and protect nothing.
pub fn with_check(container: &[u8]) -> Vec<u8> {
    [container, &check(container)].concat()
}

/// The container, if its check holds.
pub fn without_check(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let found = bytes.split_off(bytes.len().checked_sub(CHECK)?);
    (found == check(&bytes)).then_some(bytes)
}

fn check(container: &[u8]) -> [u8; CHECK] {
    Blake2b::<U4>::digest(container).into()
}

#[cfg(test)]
mod tests {
    use super::super::examples::{any_token, invitation, reply};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_byte_tells_the_kinds_apart() {
        let sealed = reply().seal(&invitation().keys(), [5; 8]);
        for (bytes, expected) in [
            (&b"HFS1..."[..], Ok(Token::Sealed(b"HFS1...".to_vec()))),
            (
                &invitation().to_bytes(),
                Ok(Token::Invitation(invitation())),
            ),
            (sealed.as_bytes(), Ok(Token::Reply(sealed.clone()))),
            (b"HFS2", Err(TokenError::NotAToken)),
            (b"\x12", Err(TokenError::NewerVersion)),
            (b"\x2f", Err(TokenError::NewerVersion)),
            (b"\x10", Err(TokenError::NotAToken)),
            (b"\x31", Err(TokenError::Cut)),
            (b"\x30", Err(TokenError::NotAToken)),
            (b"\x32", Err(TokenError::NewerVersion)),
            (b"\x41", Err(TokenError::NotAToken)),
            (b"\x51", Err(TokenError::Cut)),
            (b"\x52", Err(TokenError::NewerVersion)),
            (b"\x01", Err(TokenError::NotAToken)),
            (b"\x21", Err(TokenError::Cut)),
            (b"", Err(TokenError::Cut)),
        ] {
            assert_eq!(Token::parse(bytes), expected, "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn no_token_is_the_beginning_of_another(token in any_token(), more in prop::collection::vec(any::<u8>(), 1..9)) {
            let bytes = token.to_bytes();
            prop_assert!((38..=MAX_BYTES).contains(&bytes.len()));
            prop_assert!(Token::parse(&[&bytes[..], &more].concat()).is_err());
            for length in 0..bytes.len() {
                prop_assert_eq!(Token::parse(&bytes[..length]), Err(TokenError::Cut));
            }
        }
    }
}
