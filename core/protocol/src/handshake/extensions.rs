//! What a later version adds to a message: a block at its end, `u16 length | extensions`, that ends
//! exactly where the message ends.
//!
//! In READY each extension is `u8 number | u16 length | value`, with rising numbers. One with an odd number
//! may be passed over by whoever does not know it, one with an even number may not.

/// Writes the block. The numbers have to rise.
pub(super) fn write<'a>(extensions: impl Iterator<Item = (u8, &'a [u8])>, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend([0; 2]);
    for (number, value) in extensions {
        out.push(number);
        out.extend((value.len() as u16).to_le_bytes());
        out.extend(value);
    }
    let length = (out.len() - start - 2) as u16;
    out[start..start + 2].copy_from_slice(&length.to_le_bytes());
}

/// Reads the block, and hands in each extension. None if it is not of this form, or where `take` says None.
pub(super) fn read(bytes: &[u8], mut take: impl FnMut(u8, &[u8]) -> Option<()>) -> Option<()> {
    let mut rest = block(bytes)?;
    let mut last = None;
    while let Some((&number, after)) = rest.split_first() {
        if last.is_some_and(|last| number <= last) {
            return None;
        }
        let (length, after) = after.split_first_chunk()?;
        let (value, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
        take(number, value)?;
        last = Some(number);
        rest = after;
    }
    Some(())
}

/// What to do about an extension that this version does not know.
pub(super) fn unknown(number: u8) -> Option<()> {
    (!number.is_multiple_of(2)).then_some(())
}

/// Passes over the block, whatever is in it.
pub(super) fn skip(bytes: &[u8]) -> Option<()> {
    block(bytes).map(|_| ())
}

fn block(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    (usize::from(u16::from_le_bytes(*length)) == rest.len()).then_some(rest)
}
