//! What two people hand each other: invitation and reply, and every form they take on the way.
//!
//! A host makes an [`Invitation`], a guest answers with a [`Reply`]. Two who have met say where they are now
//! by [`Here`], and hand on what waits for the other as a [`SealedBundle`]. Each is one byte string with
//! exactly one encoding, called a token, and each byte string has several forms: a QR code, a link,
//! a text, a file. [`find`] recognises any of them in whatever a person hands in.
//!
//! This crate opens no socket and reads no clock. The bytes are described in
//! `docs/protocol.md`, completely enough for a second implementation. In short:
//! - The first byte is the kind (1 invitation, 2 reply, 3 here, 5 bundle) in its high and the version (1) in its low
//!   four bits. A known kind in a later version is [`TokenError::NewerVersion`]; a sealed container
//!   is known by its `HFS1` and kept whole.
//! - Tokens end where they say they end: none is the beginning of another. That is what lets
//!   [`find`] join a token that was broken into lines without knowing where it stops.
//! - Parsing judges the encoding: kinds, flags, lengths, classes, order, doubles. [`admit`] judges
//!   destinations: which of the parsed addresses a device may send to. Connecting needs both.

pub mod crypto;

mod behind;
mod browser_ice;
mod bundle;
mod candidate;
mod digits;
mod error;
#[cfg(test)]
mod examples;
mod expiry;
mod filter;
mod find;
mod fingerprint;
mod head;
mod here;
mod ink;
mod invitation;
mod keys;
mod knocker;
mod label;
mod png;
mod reader;
mod reduce;
mod reply;
mod role;
#[cfg(feature = "serde")]
pub mod serialized;
mod text;
mod token;

pub use behind::{SEAL_BYTES, open_behind, seal_behind};
pub use browser_ice::BrowserIce;
pub use bundle::{
    BUNDLE_BLOCK, BUNDLE_CLEAR, BUNDLE_HEAD, BUNDLE_SALT, MAX_BUNDLE, MAX_BUNDLE_INSIDE,
    MAX_BUNDLE_TEXT, SealedBundle,
};
pub use candidate::{
    Candidate, CandidateAddress, CandidateKind, Candidates, MAX_CANDIDATES, MdnsName,
};
pub use crypto::{Secret, kdf, random_bytes};
pub use error::{FieldError, TokenError};
pub use expiry::{Expiry, LINK_LIFETIME, MAX_LIFETIME, QR_LIFETIME};
pub use filter::{Policy, Range, admit};
pub use find::{FindError, MAX_FIND_BYTES, MOST_TOKENS, find, find_among, is_picture, is_token};
pub use fingerprint::Fingerprint;
pub use here::{HERE_LIFETIME, HERE_SALT, Here, HereError, HereKey, SealedHere};
pub use ink::is_blank;
pub use invitation::Invitation;
pub use keys::{IceCredentials, IcePassword, InvitationKeys, InviteId};
pub use knocker::Knocker;
pub use label::{Label, Name, Question};
pub use png::{MOST_IN_PICTURE, container_in, picture_with};
pub use reply::{Reply, ReplyError, SealedReply};
pub use role::Role;
pub use text::{FILE_EXTENSION, LinkBase, QrText, SCHEME, SEALED_SCHEME, bare_text, link};
pub use token::{Token, with_check, without_check};
