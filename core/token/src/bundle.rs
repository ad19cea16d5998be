//! What waits for somebody, sealed for them alone: what it shows of itself to whoever carries it.

use super::TokenError;
use super::behind::SEAL_BYTES;
use super::head::{BUNDLE, check_head};

/// Kind and version.
pub const BUNDLE_HEAD: u8 = BUNDLE;

/// Bytes in front of the seal: head, day, tag, salt and length.
pub const BUNDLE_CLEAR: usize = 1 + 2 + 4 + BUNDLE_SALT + 4;

/// The length of the salt by which no two bundles are alike.
pub const BUNDLE_SALT: usize = 8;

/// The inside has a multiple of so many bytes, so that a short text shows nothing of its length.
pub const BUNDLE_BLOCK: usize = 1_024;

/// The most bytes of a bundle.
pub const MAX_BUNDLE: usize = 1 << 20;

/// The most bytes inside.
pub const MAX_BUNDLE_INSIDE: usize =
    (MAX_BUNDLE - BUNDLE_CLEAR - SEAL_BYTES) / BUNDLE_BLOCK * BUNDLE_BLOCK;

/// The most bytes of one that is also a text, a link or a code. Longer ones travel as files.
pub const MAX_BUNDLE_TEXT: usize = BUNDLE_CLEAR + 2 * BUNDLE_BLOCK + SEAL_BYTES;

/// A bundle as it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBundle(Vec<u8>);

impl SealedBundle {
    /// Reads what is not sealed.
    ///
    /// # Errors
    /// When it is no bundle of this version, or has another length than it says.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        check_head(*bytes.first().ok_or(TokenError::Cut)?, BUNDLE)?;
        let clear = bytes.get(..BUNDLE_CLEAR).ok_or(TokenError::Cut)?;
        let length = clear.last_chunk().map(|length| u32::from_le_bytes(*length));
        let length = length.and_then(|length| usize::try_from(length).ok());
        let is_length = |length: &usize| {
            (BUNDLE_BLOCK..=MAX_BUNDLE_INSIDE).contains(length)
                && length.is_multiple_of(BUNDLE_BLOCK)
        };
        let length = length
            .filter(is_length)
            .ok_or(TokenError::Malformed("length of a bundle"))?;
        match bytes.len().cmp(&(BUNDLE_CLEAR + length + SEAL_BYTES)) {
            std::cmp::Ordering::Less => Err(TokenError::Cut),
            std::cmp::Ordering::Equal => Ok(Self(bytes.to_vec())),
            std::cmp::Ordering::Greater => Err(TokenError::Malformed("bytes behind a bundle")),
        }
    }

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// It is short enough for a text, a link or a code.
    pub fn fits_a_text(&self) -> bool {
        self.0.len() <= MAX_BUNDLE_TEXT
    }
}

impl std::fmt::Debug for SealedBundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedBundle({} bytes)", self.0.len())
    }
}
