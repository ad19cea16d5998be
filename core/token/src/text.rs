//! The text forms of a token: the same bytes for a QR code, for a messenger, for pasting.
//!
//! The token is always behind `#`, so that a browser which opens the link keeps it to itself.
//! Digits mean the QR form and a letter in front the other one. Reading is
//! [`find`](super::find)'s: it forgives what happens to texts on their way.

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;

use super::{FieldError, digits};

/// The scheme that every Handfast understands: `handfast:` and base64url.
pub const SCHEME: &str = "handfast:";
/// What announces a sealed container in base64url, as [`SCHEME`] does too.
pub const SEALED_SCHEME: &str = "hfs1:";
/// The extension of a file that holds a token's bytes, without its dot.
pub const FILE_EXTENSION: &str = "handfast";

/// What stands before the `#` of a link: `http://` or `https://`, a host, a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkBase(Cow<'static, str>);

impl LinkBase {
    /// `https://handfast.example/`
    pub const DEFAULT: Self = Self(Cow::Borrowed("https://handfast.example/"));

    /// Takes a base of at most 256 printable ASCII characters.
    ///
    /// # Errors
    /// [`FieldError::NotALinkBase`] if it does not begin with `http://` or `https://` and a host,
    /// or has a `#`, a space, a quote or an angle bracket in it.
    pub fn new(base: &str) -> Result<Self, FieldError> {
        let rest = base
            .strip_prefix("https://")
            .or_else(|| base.strip_prefix("http://"));
        let begins_well = rest
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['));
        let travels =
            |b: u8| b.is_ascii_graphic() && !matches!(b, b'#' | b'"' | b'\'' | b'<' | b'>' | b'`');
        if begins_well && base.len() <= 256 && base.bytes().all(travels) {
            Ok(Self(Cow::Owned(base.to_owned())))
        } else {
            Err(FieldError::NotALinkBase)
        }
    }

    /// The same as a person types it: an address of the web up to the `#`, or only the host of one, which has a dot or
    /// a port.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn typed(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some(both) => both,
            None if text.contains(['.', ':']) => ("https", text),
            None => return Err(FieldError::NotALinkBase),
        };
        let end = if rest.contains('/') { "" } else { "/" };
        Self::new(&format!("{scheme}://{rest}{end}"))
    }

    /// The base, without the `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for LinkBase {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A link made for a QR code: a few letters, then nothing but decimal digits, which the numeric
/// mode of a symbol packs almost without loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrText {
    text: String,
    letters: usize,
}

impl QrText {
    /// The text for `token` on this base.
    pub fn new(base: &LinkBase, token: &[u8]) -> Self {
        let letters = base.0.len() + 1;
        let mut text = String::with_capacity(letters + digits::encoded_len(token.len()));
        text.push_str(&base.0);
        text.push('#');
        digits::encode_into(token, &mut text);
        Self { text, letters }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The link base and its `#`: a segment in byte mode.
    pub fn letters(&self) -> &str {
        &self.text[..self.letters]
    }

    /// The token: a segment in numeric mode.
    pub fn digits(&self) -> &str {
        &self.text[self.letters..]
    }
}

/// The link for messengers: `token` in unpadded base64url (RFC 4648 §5) behind the base and `#`.
pub fn link(base: &LinkBase, token: &[u8]) -> String {
    with_base64(&[&base.0, "#"], token)
}

/// The text for pasting: [`SCHEME`] and `token` in unpadded base64url.
pub fn bare_text(token: &[u8]) -> String {
    with_base64(&[SCHEME], token)
}

fn with_base64(before: &[&str], token: &[u8]) -> String {
    let length: usize = before.iter().map(|part| part.len()).sum();
    let mut text = String::with_capacity(length + BASE64URL_NOPAD.encode_len(token.len()));
    text.extend(before.iter().copied());
    BASE64URL_NOPAD.encode_append(token, &mut text);
    text
}

/// The bytes of a token's text alone, digits or base64url; none for anything not canonical.
pub(super) fn decode(symbols: &[u8]) -> Option<Vec<u8>> {
    match symbols.first()? {
        b'0'..=b'9' => digits::decode(symbols),
        _ => BASE64URL_NOPAD.decode(symbols).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::any_token;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_link_base_is_the_beginning_of_a_link() {
        for base in [
            "https://handfast.example/",
            "http://192.168.1.2:8080/h/",
            "https://h.example/?v=1",
            "https://[2a00::1]/",
        ] {
            assert_eq!(LinkBase::new(base).unwrap().as_str(), base);
        }
        for base in [
            "",
            "handfast.example",
            "https://",
            "ftp://h.example/",
            "https:// h.example/",
            "https://h.example/#",
            "https://h.example/\n",
            "https://h.example/\">",
            "https://hänge.example/",
        ] {
            assert_eq!(LinkBase::new(base), Err(FieldError::NotALinkBase), "{base}");
        }
        for (typed, whole) in [
            (" example.org ", "https://example.org/"),
            ("example.org:8443", "https://example.org:8443/"),
            ("example.org/meet?x", "https://example.org/meet?x"),
            ("http://[::1]", "http://[::1]/"),
            ("https://example.org/", "https://example.org/"),
        ] {
            assert_eq!(LinkBase::typed(typed).unwrap().as_str(), whole);
        }
        for typed in [
            "",
            " ",
            "x",
            "two words",
            "ftp://example.org",
            "a#b",
            "://",
            "/",
        ] {
            assert_eq!(
                LinkBase::typed(typed),
                Err(FieldError::NotALinkBase),
                "{typed}"
            );
        }
        assert!(LinkBase::new(&format!("https://{}", "h".repeat(248))).is_ok());
        assert!(LinkBase::new(&format!("https://{}", "h".repeat(249))).is_err());
    }

    #[test]
    fn only_the_canonical_text_is_read() {
        assert_eq!(decode(b"EQ"), Some(vec![0x11]));
        for text in ["", "ER", "EQ==", "EQ ", "E", "EQ+A", "017a"] {
            assert_eq!(decode(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn both_forms_carry_the_bytes_and_are_told_apart_by_their_first_character(token in any_token()) {
            let bytes = token.to_bytes();
            let qr = QrText::new(&LinkBase::DEFAULT, &bytes);
            prop_assert_eq!(qr.letters(), "https://handfast.example/#");
            prop_assert!(qr.digits().bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(qr.as_str(), [qr.letters(), qr.digits()].concat());
            prop_assert_eq!(decode(qr.digits().as_bytes()), Some(bytes.clone()));

            let link = link(&LinkBase::DEFAULT, &bytes);
            let text = link.strip_prefix("https://handfast.example/#").unwrap();
            prop_assert!(text.starts_with(|c: char| c.is_ascii_alphabetic()));
            prop_assert_eq!(decode(text.as_bytes()), Some(bytes.clone()));
            prop_assert_eq!(bare_text(&bytes), format!("handfast:{text}"));
        }

        #[test]
        fn a_changed_digit_is_refused_or_means_other_bytes(token in any_token(), at: prop::sample::Index, to in b'0'..=b'9') {
            let bytes = token.to_bytes();
            let mut digits = QrText::new(&LinkBase::DEFAULT, &bytes).digits().as_bytes().to_vec();
            let at = at.index(digits.len());
            let same = digits[at] == to;
            digits[at] = to;
            prop_assert_eq!(decode(&digits) == Some(bytes), same);
        }
    }
}
