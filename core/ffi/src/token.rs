//! What people hand each other, in records: found in something, or made to be handed out.

use super::guard::guarded;
use super::scan::in_text;
use super::{ErrorKind, HandfastError, Provenance};
use handfast_native::handshake::visible;
use handfast_native::seal::{self, Header};
use handfast_native::token::{LinkBase, QrText, Token, bare_text, link};
use handfast_native::{qr, unix_seconds};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum FoundKind {
    /// Somebody's invitation, for [`Pairing::open`](super::Pairing::open).
    Invitation,
    /// A guest's reply, for [`Pairing::reply`](super::Pairing::reply).
    Reply,
    /// Somebody's invitation that is locked, for [`Session::unlock`](super::Session::unlock).
    LockedInvitation,
    /// What somebody who was met hands on, for [`Handfast::take_bundle`](super::Handfast::take_bundle).
    Bundle,
    /// Something else that is sealed, for [`Sealing`](super::Sealing).
    Sealed,
}

/// A token that was found in a picture, a frame, a text. Secret, so it does not print itself.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct Found {
    /// What it is.
    pub kind: FoundKind,
    /// How it came here.
    pub provenance: Provenance,
    /// What the host of an invitation calls itself, safe to show on one line: the claim of a stranger.
    pub name: Option<String>,
    /// Until when an invitation lives, in seconds since 1970-01-01 UTC. None if it seems to have expired.
    pub expires_at: Option<u64>,
    /// Its bytes.
    pub token: Vec<u8>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Found({:?}, {:?})", self.kind, self.provenance)
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Found {
    /// # Errors
    /// [`ErrorKind::NewerVersion`] for what no shell can take yet.
    pub(super) fn new(token: &Token, provenance: Provenance) -> Result<Self, HandfastError> {
        let kind = match token {
            Token::Invitation(_) => FoundKind::Invitation,
            Token::Reply(_) => FoundKind::Reply,
            Token::Bundle(_) => FoundKind::Bundle,
            Token::Here(_) => return Err(ErrorKind::NewerVersion.into()),
            Token::Sealed(container) => match Header::parse(container) {
                Ok(header) if header.kind == seal::Kind::Invitation => FoundKind::LockedInvitation,
                _ => FoundKind::Sealed,
            },
        };
        let invitation = match token {
            Token::Invitation(invitation) => Some(invitation),
            Token::Reply(_) | Token::Sealed(_) | Token::Here(_) | Token::Bundle(_) => None,
        };
        let name = invitation.and_then(|invitation| invitation.name.as_ref());
        let name = name.map(|name| visible(name.as_str()));
        let now = unix_seconds();
        let left = invitation.and_then(|invitation| invitation.expiry.remaining(now));
        Ok(Self {
            kind,
            provenance,
            name: name.filter(|name| !name.is_empty()),
            expires_at: left.map(|left| now + left.as_secs()),
            token: token.to_bytes(),
        })
    }
}

/// Every form of one token that is handed out. Secret, so it does not print itself.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug, Display)]
pub struct Handout {
    /// For messengers: opens the app, or a page that says what this is.
    pub link: String,
    /// For pasting: the same without a web address.
    pub text: String,
    /// For cameras: the text to [`draw`]. It is also a link.
    pub symbol: String,
}

impl std::fmt::Debug for Handout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Handout({} characters)", self.text.len())
    }
}

impl std::fmt::Display for Handout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Handout {
    pub(super) fn new(base: &LinkBase, token: &Token) -> Self {
        let bytes = token.to_text_bytes();
        Self {
            link: link(base, &bytes),
            text: match token {
                Token::Sealed(container) => seal::text(container),
                Token::Invitation(_) | Token::Reply(_) | Token::Here(_) | Token::Bundle(_) => {
                    bare_text(&bytes)
                }
            },
            symbol: QrText::new(base, &bytes).as_str().to_owned(),
        }
    }
}

/// The bytes of a `.handfast` file with the token that is in this text, such as a [`Handout`]'s.
///
/// # Errors
/// As [`read_text`](super::read_text).
#[uniffi::export]
pub fn file_of(text: &str) -> Result<Vec<u8>, HandfastError> {
    guarded(|| Ok(in_text(text)?.to_bytes()))
}

/// A QR code as a square of modules, without the quiet zone of four light modules that belongs
/// around it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Symbol {
    /// Modules along one side.
    pub width: u32,
    /// One byte for each module, row by row from the top: 1 is dark, 0 light.
    pub modules: Vec<u8>,
}

/// The QR code of a text.
///
/// # Errors
/// [`ErrorKind::BadText`](super::ErrorKind::BadText) if it is empty, [`ErrorKind::TooLarge`](super::ErrorKind::TooLarge)
/// if no symbol holds it.
#[uniffi::export]
pub fn draw(text: &str) -> Result<Symbol, HandfastError> {
    guarded(|| {
        let symbol = qr::Symbol::draw(text)?;
        let width = symbol.width();
        let place = |at: usize| u8::from(symbol.is_dark(at % width, at / width));
        Ok(Symbol {
            width: width as u32,
            modules: (0..width * width).map(place).collect(),
        })
    })
}

/// The QR code of a text as a PNG with its quiet zone, `scale` pixels a module (1 to 64).
///
/// # Errors
/// As [`draw`].
#[uniffi::export]
pub fn draw_png(text: &str, scale: u32) -> Result<Vec<u8>, HandfastError> {
    guarded(|| Ok(qr::Symbol::draw(text)?.to_png(scale as usize)))
}
