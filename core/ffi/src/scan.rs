//! Finding a token in the frames of a camera, in a text, in a picture or file.

use super::guard::guarded;
use super::{ErrorKind, Found, HandfastError, Provenance};
use handfast_native::qr;
use handfast_native::token::{FindError, Token, find, find_among, is_token};
use std::sync::{Mutex, PoisonError};

/// The reader of a running camera. Make one when the camera starts.
#[derive(uniffi::Object)]
pub struct Scanner {
    scanner: Mutex<qr::Scanner>,
}

#[uniffi::export]
impl Scanner {
    /// A scanner that has seen no frame.
    #[uniffi::constructor]
    #[expect(clippy::new_without_default, reason = "a constructor for phones")]
    pub fn new() -> Self {
        Self {
            scanner: Mutex::default(),
        }
    }

    /// Looks at one frame: `luma` is its luminance plane, 8 bits a pixel, with `stride` bytes from
    /// one row to the next. The bytes are not copied. None is the usual answer: no code in there. A
    /// code of something else beside ours is passed over.
    ///
    /// Kotlin: a direct buffer is needed, and its position is ignored: pass `slice()`.
    ///
    /// # Errors
    /// [`ErrorKind::NothingFound`] for codes none of which is ours, [`ErrorKind::NewerVersion`] and
    /// [`ErrorKind::Incomplete`] for one that is but cannot be used, [`ErrorKind::SeveralFound`] for different
    /// ones of ours, [`ErrorKind::Internal`] for numbers that do not fit the bytes.
    pub fn scan(
        &self,
        luma: &[u8],
        stride: u32,
        width: u32,
        height: u32,
    ) -> Result<Option<Found>, HandfastError> {
        guarded(|| {
            // A reader that panicked has lost nothing but the number of the frame.
            let mut scanner = self.scanner.lock().unwrap_or_else(PoisonError::into_inner);
            let readings = scanner.scan(luma, stride as usize, width as usize, height as usize)?;
            if readings.is_empty() {
                return Ok(None);
            }
            let token = find_among(&texts(readings))?;
            Found::new(&token, Provenance::Camera).map(Some)
        })
    }
}

/// Finds the one token in a text: a link that was tapped or pasted, or a message with one in it.
///
/// # Errors
/// [`ErrorKind::NothingFound`], [`ErrorKind::Incomplete`], [`ErrorKind::NewerVersion`], [`ErrorKind::SeveralFound`] or
/// [`ErrorKind::TooLarge`].
#[uniffi::export]
pub fn read_text(text: &str) -> Result<Found, HandfastError> {
    guarded(|| carried(&in_text(text)?))
}

/// The token in a text.
pub(super) fn in_text(text: &str) -> Result<Token, FindError> {
    // A text that begins like a picture is not one.
    find(text.as_bytes(), |_| Err(qr::PictureError::NotAPicture))
}

/// Finds every token in a picture, a `.handfast` file or a text file, each that differs once: of several a
/// person chooses. Takes up to some seconds.
pub(super) fn read_file(bytes: &[u8]) -> Result<Vec<Found>, HandfastError> {
    let found = find(bytes, |picture| {
        qr::scan_picture_for(picture, is_token).map(texts)
    });
    match found {
        Ok(token) => Ok(vec![carried(&token)?]),
        Err(FindError::SeveralTokens(tokens)) => tokens.iter().map(carried).collect(),
        Err(error) => Err(error.into()),
    }
}

fn carried(token: &Token) -> Result<Found, HandfastError> {
    Found::new(token, Provenance::Carried)
}

fn texts(readings: Vec<qr::Reading>) -> Vec<String> {
    readings.into_iter().map(|reading| reading.text).collect()
}

/// The token of a [`Found`] again: a shell may have kept it for a while, but not changed it.
pub(super) fn token_of(found: &Found) -> Result<Token, HandfastError> {
    Token::parse(&found.token).map_err(|_| ErrorKind::Incomplete.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FoundKind;
    use handfast_native::token::{Expiry, Name, QR_LIFETIME, bare_text};
    use handfast_native::unix_seconds;
    use std::time::Duration;

    const INVITATION: &str =
        "handfast:EQhLHxZoN2JVqVdxcv4PhcA5yidhKXZmKNeDZvlTzCd_w-flRBuUrstXwmpaDE5m1dSvIwEDfwAAAbDR";
    const MENU: &str = "https://example.org/menu";
    const SCALE: usize = 4;

    /// A frame with the symbols of these texts side by side.
    fn scan(texts: &[&str]) -> Result<Option<Found>, HandfastError> {
        let drawn = texts.iter().map(|text| qr::Symbol::draw(text));
        let symbols: Vec<_> = drawn.map(|symbol| symbol.expect("it fits")).collect();
        let widest = symbols.iter().map(qr::Symbol::outer_width).max();
        let side = SCALE * widest.unwrap_or(40);
        let width = side * symbols.len().max(1);
        let module = |at: usize| (at % side / SCALE).wrapping_sub(qr::QUIET_ZONE);
        let grey = |at: usize| {
            let (x, y) = (at % width, at / width);
            let symbol = symbols.get(x / side);
            match symbol.is_some_and(|s| s.is_dark(module(x), module(y))) {
                true => 20,
                false => 220,
            }
        };
        let luma: Vec<u8> = (0..width * side).map(grey).collect();
        Scanner::new().scan(&luma, width as u32, width as u32, side as u32)
    }

    #[test]
    fn a_frame_is_judged_by_the_code_that_is_ours() {
        let kind = |texts: &[&str]| scan(texts).map(|found| found.map(|found| found.kind));
        let found = Ok(Some(FoundKind::Invitation));
        assert_eq!(kind(&[]), Ok(None));
        assert_eq!(kind(&[INVITATION]), found);
        assert_eq!(kind(&[MENU, INVITATION]), found);
        assert_eq!(kind(&[INVITATION, MENU, INVITATION]), found);
        assert_eq!(kind(&[MENU]), Err(ErrorKind::NothingFound.into()));
    }

    #[test]
    fn of_several_invitations_in_a_file_a_person_chooses_by_name_and_time() {
        let Ok(Token::Invitation(mut other)) = in_text(INVITATION) else {
            panic!("it is one")
        };
        other.name = Name::cleaned("Mira");
        other.expiry = Expiry::after(unix_seconds(), QR_LIFETIME);
        let expiry = other.expiry;
        let other = bare_text(&other.to_bytes());
        let both = format!("{INVITATION} or {other}").into_bytes();
        let all = read_file(&both).expect("two");
        assert_eq!(
            [&all[0].name, &all[1].name],
            [&None, &Some("Mira".to_owned())]
        );
        assert!(
            all[1]
                .expires_at
                .is_some_and(|at| Expiry::after(at, Duration::ZERO) == expiry)
        );
        let tokens = all.iter().map(token_of).map(|token| token.expect("whole"));
        let meant = [INVITATION, &other].map(|text| in_text(text).expect("one"));
        assert_eq!(tokens.collect::<Vec<_>>(), meant);
        assert_eq!(read_file(INVITATION.as_bytes()).expect("one").len(), 1);
        let none = read_file(b"hello").map(|found| found.len());
        assert_eq!(none, Err(ErrorKind::NothingFound.into()));
    }
}
