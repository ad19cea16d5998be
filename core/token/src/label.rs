//! Short texts that a stranger can put on one's screen: a name, a question.
//!
//! They are only checked here, and never translated or normalised.

use super::FieldError;
use super::ink::is_blank;

/// The host's name for itself: 1 to 64 bytes of UTF-8.
pub type Name = Label<64>;

/// The question that the guest will be asked: 1 to 256 bytes of UTF-8.
pub type Question = Label<256>;

/// One line of text of 1 to `MAX` bytes of UTF-8 that shows what it says: something of it is seen, and
/// it has no control characters and nothing that turns the direction of the text around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label<const MAX: usize>(String);

impl<const MAX: usize> Label<MAX> {
    /// The most bytes that it has.
    pub const MOST: usize = MAX;

    /// Takes `text` exactly as it is.
    ///
    /// # Errors
    /// [`FieldError::Blank`], [`FieldError::TooLong`] or [`FieldError::ForbiddenCharacter`].
    pub fn new(text: &str) -> Result<Self, FieldError> {
        const { assert!(MAX <= 256, "the length has to fit its byte") };
        if is_blank(text) {
            Err(FieldError::Blank)
        } else if text.len() > MAX {
            Err(FieldError::TooLong)
        } else if text.contains(is_forbidden) {
            Err(FieldError::ForbiddenCharacter)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Makes the best of what somebody typed: forbidden characters become spaces, the ends are
    /// trimmed, and what does not fit is cut off between two characters. None if nothing remains.
    ///
    /// ```
    /// use handfast_token::Name;
    ///
    /// let name = Name::cleaned(" Ana\nMaria ").unwrap();
    /// assert_eq!(name.as_str(), "Ana Maria");
    /// assert_eq!(Name::cleaned("\u{200b}"), None);
    /// ```
    pub fn cleaned(text: &str) -> Option<Self> {
        let spaced = text.replace(is_forbidden, " ");
        let trimmed = spaced.trim();
        let fitting = &trimmed[..trimmed.floor_char_boundary(MAX)];
        Self::new(fitting.trim_end()).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn from_utf8(bytes: &[u8]) -> Result<Self, FieldError> {
        Self::new(std::str::from_utf8(bytes).map_err(|_| FieldError::NotUtf8)?)
    }
}

/// Controls (Unicode category Cc), the bidirectional controls, the separators of lines and
/// paragraphs, interlinear annotation, and the byte order mark.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{fff9}'..='\u{fffb}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_it_is() {
        for text in ["Ana", "Ana and Ömer", "مريم", "👩‍🚀 Zoë"] {
            assert_eq!(Name::new(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_label_that_would_mislead_the_eye_is_refused() {
        use FieldError::{Blank, ForbiddenCharacter, TooLong};
        for (text, error) in [
            ("", Blank),
            (" \u{3000}\t", Blank),
            ("\u{3164}", Blank),
            ("\u{2800} \u{200b}", Blank),
            ("\u{e0041}\u{fe0f}", Blank),
            ("a\nb", ForbiddenCharacter),
            ("a\0", ForbiddenCharacter),
            ("Ana\u{202e}txe", ForbiddenCharacter),
            ("Ana\u{2066}", ForbiddenCharacter),
            ("Ana\u{200f}", ForbiddenCharacter),
            ("Ana\u{2029}", ForbiddenCharacter),
        ] {
            assert_eq!(Name::new(text), Err(error), "{text:?}");
        }
        assert!(Name::new(&"a".repeat(64)).is_ok());
        assert_eq!(Name::new(&"a".repeat(65)), Err(TooLong));
        assert!(Question::new(&"ö".repeat(128)).is_ok());
        assert_eq!(Question::new(&"ö".repeat(129)), Err(TooLong));
    }

    #[test]
    fn cleaning_keeps_what_can_be_shown() {
        let cleaned = |text: &str| Name::cleaned(text).map(|name| name.as_str().to_owned());
        assert_eq!(cleaned("  Ana\u{202e}\n").as_deref(), Some("Ana"));
        assert_eq!(cleaned("Ana\tB").as_deref(), Some("Ana B"));
        assert_eq!(cleaned(&"ö".repeat(40)), Some("ö".repeat(32)));
        assert_eq!(
            cleaned(&format!("a{}", "ö".repeat(40))),
            Some(format!("a{}", "ö".repeat(31)))
        );
        assert_eq!(cleaned("\u{202e}\n"), None);
        assert_eq!(cleaned(" \u{115f}\u{1160}"), None);
        // What is seen of it is what fits.
        assert_eq!(cleaned(&format!("{}Ana", "\u{3164}".repeat(22))), None);
    }
}
