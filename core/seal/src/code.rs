//! The code of the second channel, as people pass it on: 16 random bytes in characters or in words.
//!
//! Both forms are exact, and neither has a check of its own: a mistyped code is a wrong answer.

use data_encoding::{BASE32_NOPAD, Encoding, Specification};
use std::sync::LazyLock;
use zeroize::Zeroizing;

use handfast_token::Secret;

/// Characters of a group.
const GROUP: usize = 5;

/// One word for each value of a byte, in the order of the alphabet, one a line.
const WORDS: &str = include_str!("code_words.txt");

/// Base32 (RFC 4648 §6) in small letters too, with the digits that are mistaken for its letters.
static LENIENT: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut lenient: Specification = BASE32_NOPAD.specification();
    lenient.translate.from = "abcdefghijklmnopqrstuvwxyz018".into();
    lenient.translate.to = "ABCDEFGHIJKLMNOPQRSTUVWXYZOIB".into();
    lenient.encoding().ok()
});

/// This is no code of the second channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a code: it has 26 letters and digits, or 16 words")]
pub struct NotACode;

/// The code as 26 characters of base32 (RFC 4648 §6) in five groups.
pub fn code_characters(code: &Secret<16>) -> Zeroizing<String> {
    let characters = Zeroizing::new(BASE32_NOPAD.encode(code.expose()));
    let mut grouped = Zeroizing::new(String::with_capacity(characters.len() + 5));
    for (number, character) in characters.chars().enumerate() {
        // The last character joins the group before it.
        if number > 0 && number.is_multiple_of(GROUP) && number + 1 < characters.len() {
            grouped.push('-');
        }
        grouped.push(character);
    }
    grouped
}

/// The code as 16 words, one for each byte.
pub fn code_words(code: &Secret<16>) -> Zeroizing<String> {
    let words: Vec<&str> = WORDS.lines().collect();
    let chosen = code
        .expose()
        .iter()
        .filter_map(|&n| words.get(usize::from(n)));
    let chosen: Vec<&str> = chosen.copied().collect();
    Zeroizing::new(chosen.join(" "))
}

/// The code that [`code_characters`] or [`code_words`] wrote, however the groups or words are
/// separated and in letters of either size.
///
/// ```
/// use handfast_seal::{code_characters, code_from_text, code_words};
/// use handfast_token::Secret;
///
/// let code = Secret::random()?;
/// assert_eq!(code_from_text(&code_words(&code).to_uppercase())?, code);
/// assert_eq!(code_from_text(&code_characters(&code))?, code);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`NotACode`].
pub fn code_from_text(text: &str) -> Result<Secret<16>, NotACode> {
    let pieces = || {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|piece| !piece.is_empty())
    };
    let mut code = Zeroizing::new([0; 16]);
    if pieces().count() == code.len() && pieces().all(|piece| piece.len() > 2) {
        for (byte, word) in code.iter_mut().zip(pieces()) {
            let same = |known: &str| known.eq_ignore_ascii_case(word);
            *byte = WORDS.lines().position(same).ok_or(NotACode)? as u8;
        }
    } else {
        let characters = Zeroizing::new(pieces().collect::<String>());
        let encoding = LENIENT.as_ref().ok_or(NotACode)?;
        let bytes = encoding
            .decode(characters.as_bytes())
            .map_err(|_| NotACode)?;
        let bytes = Zeroizing::new(bytes);
        *code = bytes.as_slice().try_into().map_err(|_| NotACode)?;
    }
    Ok(Secret::new(*code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_words_are_256_and_in_order() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert_eq!(words.len(), 256);
        assert!(words.is_sorted_by(|a, b| a < b));
        let plain = |word: &&str| word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(words.iter().all(plain));
    }

    #[test]
    fn a_code_is_written_in_five_groups() {
        // Computed with Python's base64.b32encode.
        let code = Secret::new(*b"0123456789abcdef");
        assert_eq!(*code_characters(&code), "GAYTE-MZUGU-3DOOB-ZMFRG-GZDFMY");
        assert_eq!(code_words(&code).split(' ').count(), 16);
    }

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = Secret::new(*b"0123456789abcdef");
        for text in [
            "GAYTEMZUGU3DOOBZMFRGGZDFMY",
            " gayte mzugu 3doob zmfrg gzdfmy\n",
            "GAYTE\u{2013}MZUGU\u{2013}3D0OB\u{2013}ZMFRG\u{2013}GZDFMY",
        ] {
            assert_eq!(code_from_text(text), Ok(code.clone()), "{text}");
        }
        let words = code_words(&code).to_uppercase().replace(' ', ",\n");
        assert_eq!(code_from_text(&words), Ok(code));
        for text in [
            "",
            "GAYTE",
            "GAYTEMZUGU3DOOBZMFRGGZDFMZ",
            "acorn actor",
            "Rex",
        ] {
            assert_eq!(code_from_text(text), Err(NotACode), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(bytes: [u8; 16]) {
            let code = Secret::new(bytes);
            prop_assert_eq!(code_from_text(&code_characters(&code)), Ok(code.clone()));
            prop_assert_eq!(code_from_text(&code_words(&code)), Ok(code));
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let _ = code_from_text(&text);
        }
    }
}
