//! The first byte of a token: what it is, and in which version.

use super::TokenError;

// The first byte: the kind in the high four bits, the version in the low four. Kinds 13 to 15 stay
// unused, so that base64url begins with a letter and is never taken for the digits of a QR code;
// kind 4 is the first letter of a sealed container.
pub(crate) const INVITATION: u8 = 0x11;
pub(crate) const REPLY: u8 = 0x21;
pub(crate) const HERE: u8 = 0x31;
pub(crate) const BUNDLE: u8 = 0x51;
pub(crate) const CONTAINER: &[u8; 4] = b"HFS1";

/// What a first byte promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Invitation,
    Reply,
    Here,
    Bundle,
    Container,
    Newer,
    Unknown,
}

pub(crate) fn kind(head: u8) -> Kind {
    match head {
        INVITATION => Kind::Invitation,
        REPLY => Kind::Reply,
        HERE => Kind::Here,
        BUNDLE => Kind::Bundle,
        head if head == CONTAINER[0] => Kind::Container,
        0x12..=0x1f | 0x22..=0x2f | 0x32..=0x3f | 0x52..=0x5f => Kind::Newer,
        _ => Kind::Unknown,
    }
}

pub(crate) fn check_head(head: u8, expected: u8) -> Result<(), TokenError> {
    match kind(head) {
        _ if head == expected => Ok(()),
        Kind::Newer if head >> 4 == expected >> 4 => Err(TokenError::NewerVersion),
        _ => Err(TokenError::NotAToken),
    }
}
