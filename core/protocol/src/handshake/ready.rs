//! READY, the first message that each side puts into the sealed channel: who I say I am.

use super::name::{at_most, visible};
use handfast_token::Secret;

/// Longest name in bytes of UTF-8.
pub const MAX_NAME: usize = 64;

/// `random 32 | u8 length, name | u16 length, extensions`. Extensions are skipped: the block is where
/// later versions put theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    random: Secret<32>,
    name: String,
}

/// A READY message that this version cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the other side introduced itself in a way this version does not understand; update the app"
)]
pub struct ReadyError;

impl Ready {
    /// Makes what this side says. `random` is fresh, and enters the secret with which the two find each
    /// other again; `name` is cut to [`MAX_NAME`] bytes and cleaned, and is empty
    /// if nothing of it can be seen.
    pub fn new(random: Secret<32>, name: &str) -> Self {
        // It is cleaned once more after the cut, which may leave nothing that can be seen.
        let name = visible(at_most(&visible(name), MAX_NAME));
        Self { random, name }
    }

    /// This side's share of the secret with which the two find each other again.
    pub fn random(&self) -> &Secret<32> {
        &self.random
    }

    /// The name, without control and bidirectional characters. It is a claim, not a proof, and may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The canonical bytes, without extensions.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.random.expose().to_vec();
        bytes.push(self.name.len() as u8);
        bytes.extend(self.name.as_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    /// Reads what the other side said.
    ///
    /// # Errors
    /// When a length does not fit, the name is too long or not UTF-8, or bytes are left over.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadyError> {
        let (random, rest) = bytes.split_first_chunk::<32>().ok_or(ReadyError)?;
        let (&length, rest) = rest.split_first().ok_or(ReadyError)?;
        if usize::from(length) > MAX_NAME {
            return Err(ReadyError);
        }
        let (name, extensions) = rest.split_at_checked(length.into()).ok_or(ReadyError)?;
        skip_extensions(extensions).ok_or(ReadyError)?;
        let name = std::str::from_utf8(name).map_err(|_| ReadyError)?;
        Ok(Self::new(Secret::new(*random), name))
    }
}

/// Passes over `u16 length | bytes`, which must end exactly where the message ends.
pub(super) fn skip_extensions(bytes: &[u8]) -> Option<()> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    (usize::from(u16::from_le_bytes(*length)) == rest.len()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extensions_of_a_later_version_are_skipped() {
        let ready = Ready::new(Secret::new([7; 32]), "Ada");
        let mut bytes = ready.to_bytes();
        bytes.truncate(bytes.len() - 2);
        bytes.extend([3, 0, 9, 9, 9]);
        assert_eq!(Ready::from_bytes(&bytes), Ok(ready));
    }

    #[test]
    fn what_the_other_side_claims_to_be_called_is_cleaned() {
        let mut bytes = vec![0; 32];
        bytes.push(8);
        bytes.extend("A\u{202e}da\n\u{0}".as_bytes());
        bytes.extend([0, 0]);
        assert_eq!(Ready::from_bytes(&bytes).map(|r| r.name), Ok("Ada".into()));
    }

    #[test]
    fn a_name_of_blank_glyphs_is_none() {
        let blank = "\u{3164}".repeat(21);
        let named =
            |name: &str| [&[7; 32][..], &[name.len() as u8], name.as_bytes(), &[0, 0]].concat();
        for name in [&blank, "\u{2800}", "\u{200b}", "\u{e0041}\u{e007f}"] {
            let ready = Ready::from_bytes(&named(name)).expect("a name is a claim");
            assert_eq!(ready.name(), "", "{name:?}");
        }
        let late = Ready::new(Secret::new([7; 32]), &format!("{blank}\u{3164}Ana"));
        assert_eq!(late.name(), "", "only what fits can be seen");
    }

    #[test]
    fn a_long_name_is_cut_on_writing_and_refused_on_reading() {
        let ready = Ready::new(Secret::new([7; 32]), &"ß".repeat(40));
        assert_eq!(ready.name().len(), 64);
        let mut bytes = vec![0; 32];
        bytes.push(65);
        bytes.extend([b'a'; 65]);
        bytes.extend([0, 0]);
        assert_eq!(Ready::from_bytes(&bytes), Err(ReadyError));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(random: [u8; 32], name in ".{0,80}") {
            let ready = Ready::new(Secret::new(random), &name);
            prop_assert_eq!(Ready::from_bytes(&ready.to_bytes()), Ok(ready));
        }

        #[test]
        fn a_cut_or_lengthened_message_is_refused(name in "[a-z]{0,64}", cut in 1_usize..35) {
            let mut bytes = Ready::new(Secret::new([1; 32]), &name).to_bytes();
            prop_assert!(Ready::from_bytes(&bytes[..bytes.len() - cut]).is_err());
            bytes.push(0);
            prop_assert!(Ready::from_bytes(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = Ready::from_bytes(&bytes);
        }
    }
}
