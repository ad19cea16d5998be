//! Bytes as decimal digits, the densest text a QR code has a mode for (3.33 bits a digit).
//!
//! Each 7 bytes are a little-endian number written with 17 digits; what is left over is written
//! with the fewest digits that hold every value of its length. The lengths are all different, so
//! the number of digits gives the number of bytes back.

const GROUP_BYTES: usize = 7;
/// Digits for a group of 0 to 7 bytes.
const DIGITS: [usize; GROUP_BYTES + 1] = [0, 3, 5, 8, 10, 13, 15, 17];
const GROUP_DIGITS: usize = DIGITS[GROUP_BYTES];

pub(super) const fn encoded_len(bytes: usize) -> usize {
    bytes / GROUP_BYTES * GROUP_DIGITS + DIGITS[bytes % GROUP_BYTES]
}

/// True if this number of digits ends with a whole group of 7 bytes.
pub(super) const fn is_whole(digits: usize) -> bool {
    digits.is_multiple_of(GROUP_DIGITS)
}

pub(super) fn encode_into(bytes: &[u8], out: &mut String) {
    for group in bytes.chunks(GROUP_BYTES) {
        let mut value = group
            .iter()
            .rev()
            .fold(0, |value, &byte| value << 8 | u64::from(byte));
        let mut digits = [b'0'; GROUP_DIGITS];
        let digits = &mut digits[..DIGITS[group.len()]];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (value % 10) as u8;
            value /= 10;
        }
        out.extend(digits.iter().map(|&digit| char::from(digit)));
    }
}

/// Reads the bytes that [`encode_into`] wrote as `digits`. None for digits that it never writes.
pub(super) fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(digits.len() / 2);
    for group in digits.chunks(GROUP_DIGITS) {
        let length = DIGITS.iter().position(|&count| count == group.len())?;
        let mut value = 0u64;
        for digit in group {
            value = value * 10 + u64::from(digit.checked_sub(b'0').filter(|&d| d < 10)?);
        }
        if value >> (8 * length) != 0 {
            return None;
        }
        out.extend_from_slice(&value.to_le_bytes()[..length]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(bytes: &[u8]) -> String {
        let mut out = String::new();
        encode_into(bytes, &mut out);
        out
    }

    #[test]
    fn seven_bytes_are_seventeen_digits() {
        assert_eq!(encode(&[1, 0, 0, 0, 0, 0, 0]), "00000000000000001");
        assert_eq!(encode(&[0xff; 7]), "72057594037927935");
        assert_eq!(encode(&[0xff]), "255");
        assert_eq!(encode(&[0, 1]), "00256");
        assert_eq!(encode(&[]), "");
    }

    #[test]
    fn what_is_never_written_is_refused() {
        for digits in [
            "1",
            "12",
            "1234",
            "256",
            "99999",
            "72057594037927936",
            "99999999999999999",
            "25a",
            "-12",
            "000000000000000011",
            "２５５",
        ] {
            assert_eq!(decode(digits.as_bytes()), None, "{digits}");
        }
    }

    #[test]
    fn every_short_group_uses_the_fewest_digits_that_hold_it() {
        for (length, digits) in DIGITS.into_iter().enumerate().skip(1) {
            let most = encode(&vec![0xff; length]);
            assert_eq!(most.len(), digits);
            assert!(!most.starts_with('0'));
        }
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let digits = encode(&bytes);
            prop_assert_eq!(digits.len(), encoded_len(bytes.len()));
            prop_assert_eq!(decode(digits.as_bytes()), Some(bytes));
        }

        #[test]
        fn whatever_decodes_is_canonical(digits in "[0-9]{0,60}") {
            if let Some(bytes) = decode(digits.as_bytes()) {
                prop_assert_eq!(encode(&bytes), digits);
            }
        }
    }
}
