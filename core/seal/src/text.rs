//! A small container as text, for a messenger or a mail.
//!
//! The check bytes find a text that was cut or retyped before somebody answers questions for it.
//! They protect nothing.

use data_encoding::BASE64URL_NOPAD;

use super::SealError;
use handfast_token::{SEALED_SCHEME, with_check, without_check};

/// The most bytes of a container that are handed out as a text: what people still paste.
pub const MOST_IN_TEXT: usize = 512 << 10;

/// [`SEALED_SCHEME`] and, in unpadded base64url (RFC 4648 §5), the container and the 4 bytes of its
/// BLAKE2b (RFC 7693).
pub fn text(container: &[u8]) -> String {
    let mut text = SEALED_SCHEME.to_owned();
    BASE64URL_NOPAD.encode_append(&with_check(container), &mut text);
    text
}

/// The container that [`text()`] wrote. White space, invisible characters and quotes that came on
/// the way are passed over wherever they are, and the prefix may have become capital letters.
///
/// # Errors
/// [`SealError::NotOurs`] without the prefix, [`SealError::Damaged`] if the check fails.
pub fn from_text(text: &str) -> Result<Vec<u8>, SealError> {
    let bare: String = text.chars().filter(|&c| !is_packaging(c)).collect();
    let (prefix, symbols) = bare
        .split_at_checked(SEALED_SCHEME.len())
        .ok_or(SealError::NotOurs)?;
    if !prefix.eq_ignore_ascii_case(SEALED_SCHEME) {
        return Err(SealError::NotOurs);
    }
    let bytes = BASE64URL_NOPAD.decode(symbols.as_bytes()).ok();
    bytes.and_then(without_check).ok_or(SealError::Damaged)
}

/// What messengers and people put around and into a text; none of it is base64url.
fn is_packaging(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '"' | '\'' | '`' | '<' | '>' | '\u{ab}' | '\u{bb}' | '\u{ad}' | '\u{200b}'..='\u{200f}'
            | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_form_is_the_documented_one() {
        // Computed with Python's hashlib.blake2b(digest_size=4) and base64.
        assert_eq!(text(b"HFS1"), "hfs1:SEZTMdPWqEQ");
    }

    #[test]
    fn what_a_messenger_adds_is_passed_over() {
        let clean = text(b"HFS1 and more");
        let (first, second) = clean.split_at(12);
        for text in [
            format!("  {clean}\n"),
            format!("\"{clean}\""),
            format!("\u{201e}{clean}\u{201c}"),
            format!("> {first}\n> {second}"),
            format!("{first}\r\n {second}"),
            format!("\u{feff}{first}\u{200b}{second}"),
            clean.replacen("hfs1", "Hfs1", 1),
            clean.replacen("hfs1", "HFS1", 1),
        ] {
            assert_eq!(from_text(&text).as_deref(), Ok(&b"HFS1 and more"[..]));
        }
    }

    #[test]
    fn another_text_is_not_ours_and_a_cut_one_damaged() {
        for text in ["", "hfs", "handfast:EQ", "hfs2:AAAA", "häfs1:"] {
            assert_eq!(from_text(text), Err(SealError::NotOurs), "{text}");
        }
        let clean = text(b"HFS1 and more");
        for length in SEALED_SCHEME.len()..clean.len() {
            assert_eq!(from_text(&clean[..length]), Err(SealError::Damaged));
        }
    }

    proptest! {
        #[test]
        fn reading_undoes_writing_and_a_changed_symbol_is_seen(
            container: Vec<u8>, at: prop::sample::Index, to in b'A'..=b'Z',
        ) {
            let clean = text(&container);
            prop_assert_eq!(from_text(&clean), Ok(container));
            let mut changed = clean.clone().into_bytes();
            let at = SEALED_SCHEME.len() + at.index(clean.len() - SEALED_SCHEME.len());
            changed[at] = to;
            let changed = String::from_utf8(changed).unwrap();
            prop_assert!(changed == clean || from_text(&changed).is_err());
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let _ = from_text(&text);
            let _ = from_text(&format!("hfs1:{text}"));
        }
    }
}
