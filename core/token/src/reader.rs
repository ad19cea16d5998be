//! A cursor over a token's bytes that can only run out, never panic.

use super::TokenError;

pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], TokenError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(TokenError::Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], TokenError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(TokenError::Cut)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, TokenError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, TokenError> {
        self.array().map(u16::from_le_bytes)
    }

    /// Bytes behind a length byte. The byte holds the length minus one, so that an empty field has
    /// no encoding at all.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], TokenError> {
        let length = usize::from(self.byte()?) + 1;
        self.bytes(length)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn finish(self) -> Result<(), TokenError> {
        match self.0 {
            [] => Ok(()),
            _ => Err(TokenError::Malformed("bytes after the end")),
        }
    }
}

/// Writes what [`Reader::prefixed`] reads. The field's type keeps it within 1 to 256 bytes.
pub(super) fn write_prefixed(field: &[u8], out: &mut Vec<u8>) {
    debug_assert!((1..=256).contains(&field.len()));
    out.push((field.len() - 1) as u8);
    out.extend_from_slice(field);
}
