//! Values as bytes: little endian, one encoding of everything, every limit checked before memory is
//! taken. The first byte of a record is its version.

use super::StoreError;
use handfast_token::Secret;
use zeroize::Zeroizing;

/// A value as it was before it was sealed; wiped when dropped.
pub(crate) type Plain = Zeroizing<Vec<u8>>;

/// A cursor over a record that can only run out, never panic. Whatever does not fit is
/// [`StoreError::Damaged`]: the seal held, so this program wrote it, or one that it cannot read.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(StoreError::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn secret<const N: usize>(&mut self) -> Result<Secret<N>, StoreError> {
        self.array().map(Secret::new)
    }

    pub(super) fn byte(&mut self) -> Result<u8, StoreError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, StoreError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, StoreError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, StoreError> {
        self.array().map(u64::from_le_bytes)
    }

    /// All that is left, at most `most` bytes.
    pub(super) fn rest(self, most: usize) -> Result<&'a [u8], StoreError> {
        match self.0.len() <= most {
            true => Ok(self.0),
            false => Err(StoreError::Damaged),
        }
    }

    /// Bytes behind a length of two bytes, at most `most` of them.
    pub(super) fn bytes(&mut self, most: usize) -> Result<&'a [u8], StoreError> {
        let length = usize::from(self.u16()?);
        self.take(length, most)
    }

    /// Bytes behind a length of four bytes, at most `most` of them.
    pub(super) fn long_bytes(&mut self, most: usize) -> Result<&'a [u8], StoreError> {
        let length = usize::try_from(self.u32()?).map_err(|_| StoreError::Damaged)?;
        self.take(length, most)
    }

    fn take(&mut self, length: usize, most: usize) -> Result<&'a [u8], StoreError> {
        if length > most {
            return Err(StoreError::Damaged);
        }
        let (taken, rest) = self.0.split_at_checked(length).ok_or(StoreError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn text(&mut self, most: usize) -> Result<&'a str, StoreError> {
        std::str::from_utf8(self.bytes(most)?).map_err(|_| StoreError::Damaged)
    }

    /// What `read` reads, behind a byte that says whether it is there.
    pub(super) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match self.byte()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(StoreError::Damaged),
        }
    }

    /// The version of a record, of which all up to `known` can be read.
    ///
    /// # Errors
    /// [`StoreError::Newer`] for a version that is not known yet.
    pub(super) fn version(&mut self, known: u8) -> Result<u8, StoreError> {
        match self.byte()? {
            0 => Err(StoreError::Damaged),
            version if version > known => Err(StoreError::Newer),
            version => Ok(version),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn finish(self) -> Result<(), StoreError> {
        match self.is_empty() {
            true => Ok(()),
            false => Err(StoreError::Damaged),
        }
    }
}

/// Writes what [`Reader`] reads. Its memory is wiped.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// `room`: at least as many bytes as will be written, so that no copy is left behind by growing.
    pub(super) fn new(version: u8, room: usize) -> Self {
        let mut bytes = Vec::with_capacity(room);
        bytes.push(version);
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        debug_assert!(self.0.len() + bytes.len() <= self.0.capacity());
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn byte(self, byte: u8) -> Self {
        self.raw(&[byte])
    }

    pub(super) fn u16(self, number: u16) -> Self {
        self.raw(&number.to_le_bytes())
    }

    pub(super) fn u32(self, number: u32) -> Self {
        self.raw(&number.to_le_bytes())
    }

    pub(super) fn u64(self, number: u64) -> Self {
        self.raw(&number.to_le_bytes())
    }

    /// What `write` writes of a value, behind a byte that says whether there is one.
    ///
    /// # Errors
    /// Those of `write`.
    pub(super) fn optional<T>(
        self,
        value: Option<T>,
        write: impl FnOnce(Self, T) -> Result<Self, StoreError>,
    ) -> Result<Self, StoreError> {
        match value {
            None => Ok(self.byte(0)),
            Some(value) => write(self.byte(1), value),
        }
    }

    /// # Errors
    /// [`StoreError::TooLong`] above `most` bytes.
    pub(super) fn bytes(self, bytes: &[u8], most: usize) -> Result<Self, StoreError> {
        match u16::try_from(bytes.len()) {
            Ok(length) if bytes.len() <= most => Ok(self.u16(length).raw(bytes)),
            _ => Err(StoreError::TooLong),
        }
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}
