//! Bytes that nobody of this version writes, and the few readers that every parser here shares.

use bytes::{Buf, Bytes};
use handfast_protocol::log::Incarnation;

/// Bytes that have no meaning in this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is nothing of a room that this version understands; update the app")]
pub struct Malformed;

impl From<bytes::TryGetError> for Malformed {
    fn from(_: bytes::TryGetError) -> Self {
        Self
    }
}

pub(crate) fn array<const N: usize>(bytes: &mut Bytes) -> Result<[u8; N], Malformed> {
    let mut array = [0; N];
    bytes.try_copy_to_slice(&mut array)?;
    Ok(array)
}

/// Takes `length` bytes from the front, without a copy.
pub(crate) fn take(bytes: &mut Bytes, length: usize) -> Result<Bytes, Malformed> {
    match bytes.len() < length {
        true => Err(Malformed),
        false => Ok(bytes.split_to(length)),
    }
}

/// A text behind one byte of its length.
pub(crate) fn short_text(bytes: &mut Bytes) -> Result<String, Malformed> {
    let length = usize::from(bytes.try_get_u8()?);
    let text = take(bytes, length)?;
    String::from_utf8(text.to_vec()).map_err(|_| Malformed)
}

pub(crate) fn end(bytes: &Bytes) -> Result<(), Malformed> {
    match bytes.is_empty() {
        true => Ok(()),
        false => Err(Malformed),
    }
}

/// `counter u32 | random 8`; the counter is not 0.
pub(crate) fn incarnation(bytes: &mut Bytes) -> Result<Incarnation, Malformed> {
    let incarnation = Incarnation::from_bytes(array(bytes)?);
    match incarnation.counter {
        0 => Err(Malformed),
        _ => Ok(incarnation),
    }
}

/// A place in a log, from 1.
pub(crate) fn sequence(bytes: &mut Bytes) -> Result<u64, Malformed> {
    match bytes.try_get_u64_le()? {
        0 => Err(Malformed),
        sequence => Ok(sequence),
    }
}

/// `0` or `1`.
pub(crate) fn flag(bytes: &mut Bytes) -> Result<bool, Malformed> {
    match bytes.try_get_u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed),
    }
}

/// At most `most` of them behind one byte of their number, each of `size` bytes and in order.
pub(crate) fn list<T>(
    bytes: &mut Bytes,
    most: usize,
    size: usize,
    read: impl Fn(&mut Bytes) -> Result<T, Malformed>,
    is_before: impl Fn(&T, &T) -> bool,
) -> Result<Vec<T>, Malformed> {
    let count = usize::from(bytes.try_get_u8()?);
    if count > most || bytes.len() < count * size {
        return Err(Malformed);
    }
    let items = (0..count).map(|_| read(bytes));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    match items.is_sorted_by(is_before) {
        true => Ok(items),
        false => Err(Malformed),
    }
}
