//! Finding a token in the frames of a camera, in a text, in a picture or file.

use super::guard::guarded;
use super::{ErrorKind, Found, HandfastError, Provenance};
use handfast_native::qr;
use handfast_native::token::{FindError, Token, find};
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
    /// one row to the next. The bytes are not copied. None is the usual answer: no code in there.
    ///
    /// Kotlin: a direct buffer is needed, and its position is ignored: pass `slice()`.
    ///
    /// # Errors
    /// [`ErrorKind::NothingFound`] for a code that is not ours, [`ErrorKind::NewerVersion`] and
    /// [`ErrorKind::Incomplete`] for one that is but cannot be used, [`ErrorKind::Internal`] for numbers that
    /// do not fit the bytes.
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
            let reading = scanner.scan(luma, stride as usize, width as usize, height as usize)?;
            reading
                .map(|reading| Ok(Found::new(&in_text(&reading.text)?, Provenance::Camera)))
                .transpose()
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
    guarded(|| Ok(Found::new(&in_text(text)?, Provenance::Carried)))
}

/// The token in a text.
pub(super) fn in_text(text: &str) -> Result<Token, FindError> {
    // A text that begins like a picture is not one.
    find(text.as_bytes(), |_| Err(qr::PictureError::NotAPicture))
}

/// Finds the one token in a picture, a `.handfast` file or a text file. Takes up to some seconds.
pub(super) fn read_file(bytes: &[u8]) -> Result<Found, HandfastError> {
    let token = find(bytes, |picture| {
        qr::scan_picture(picture).map(|reading| reading.text)
    })?;
    Ok(Found::new(&token, Provenance::Carried))
}

/// The token of a [`Found`] again: a shell may have kept it for a while, but not changed it.
pub(super) fn token_of(found: &Found) -> Result<Token, HandfastError> {
    Token::parse(&found.token).map_err(|_| ErrorKind::Incomplete.into())
}
