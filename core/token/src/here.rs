//! Where somebody is now, said to a contact alone: sealed, so that whoever carries it learns nothing but
//! its day and how many addresses it may hold.

use subtle::ConstantTimeEq;

use super::behind::{SEAL_BYTES, open_behind, seal_behind};
use super::candidate::MAX_LIST_BYTES;
use super::head::{HERE, check_head};
use super::reader::Reader;
use super::{Candidates, TokenError};
use crate::crypto::{Secret, kdf};
use std::time::Duration;

/// The length of the salt by which no two of these tokens are alike.
pub const HERE_SALT: usize = 8;

const TAG: usize = 4;
const CLEAR_BYTES: usize = 1 + 2 + TAG + HERE_SALT + 1;
const MIN_BODY: usize = 4 + 1 + 1;
const MAX_BODY: usize = 4 + 1 + MAX_LIST_BYTES;

/// The most bytes of a sealed *here* token.
pub(super) const MAX_BYTES: usize = CLEAR_BYTES + MAX_BODY + SEAL_BYTES;

// The body's length travels in one byte.
const _: () = assert!(MAX_BODY <= 255);

/// Where its maker can be reached, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// When it was made, in minutes since 1970-01-01 UTC by its maker's clock.
    pub made: u32,
    /// Where its maker listens, best first. See [`admit`](super::admit) before sending to them.
    pub candidates: Candidates,
}

/// What seals and opens the *here* tokens of one maker for one contact on one day.
#[derive(Clone, Debug)]
pub struct HereKey<'a> {
    /// What the two find each other by on that day.
    pub finding: &'a Secret<32>,
    /// The day, counted from 1970-01-01 UTC.
    pub day: u16,
    /// The long-term public key of the maker.
    pub maker: &'a [u8; 32],
}

impl HereKey<'_> {
    fn tag(&self, salt: [u8; HERE_SALT]) -> [u8; TAG] {
        let tag = kdf(self.finding.expose(), "HFS1 here tag", &[self.maker, &salt]);
        let [a, b, c, d, ..] = *tag.expose();
        [a, b, c, d]
    }

    fn seal(&self, salt: [u8; HERE_SALT]) -> Secret<32> {
        kdf(self.finding.expose(), "HFS1 here key", &[self.maker, &salt])
    }
}

/// How long a *here* token is good: its maker listens no longer.
pub const HERE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Here {
    /// How old it is at `now`, which is in seconds since 1970 UTC by its maker's clock as far as that is
    /// known. Made in the future, it is new.
    pub fn age(&self, now: u64) -> Duration {
        let made = u64::from(self.made) * 60;
        Duration::from_secs(now.saturating_sub(made))
    }

    /// Seals it for one contact. `salt` is 8 random bytes, fresh for each call: the cipher's key depends on
    /// it, and its nonce is always zero.
    pub fn seal(&self, key: &HereKey<'_>, salt: [u8; HERE_SALT]) -> SealedHere {
        let body = self.body();
        let tag = key.tag(salt);
        let mut head = Vec::with_capacity(CLEAR_BYTES + body.len() + SEAL_BYTES);
        head.push(HERE);
        head.extend_from_slice(&key.day.to_le_bytes());
        head.extend_from_slice(&tag);
        head.extend_from_slice(&salt);
        head.push(body.len() as u8);
        SealedHere {
            day: key.day,
            tag,
            salt,
            bytes: seal_behind(head, &key.seal(salt), &body),
        }
    }

    fn body(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(&self.made.to_le_bytes());
        out.push(0);
        self.candidates.write(&mut out);
        out
    }

    fn parse_body(body: &[u8]) -> Result<Self, TokenError> {
        let mut reader = Reader::new(body);
        let made = u32::from_le_bytes(reader.array()?);
        if reader.byte()? != 0 {
            return Err(TokenError::Malformed("an unknown flag"));
        }
        let candidates = Candidates::read(&mut reader)?;
        reader.finish()?;
        Ok(Self { made, candidates })
    }
}

/// A *here* token as it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedHere {
    day: u16,
    tag: [u8; TAG],
    salt: [u8; HERE_SALT],
    bytes: Vec<u8>,
}

/// Why a sealed *here* token does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum HereError {
    /// It is of somebody else, for somebody else, or of another day.
    #[error("this is from nobody you have met, or not for this device: ask them to send it again")]
    OtherContact,
    /// Its seal does not hold, or what is inside is nothing that a writer makes.
    #[error("this was altered on the way: ask for it to be sent again")]
    Altered,
}

impl SealedHere {
    /// Reads the clear part and checks the length; the rest takes a contact's key.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        let mut reader = Reader::new(bytes);
        check_head(reader.byte()?, HERE)?;
        let day = reader.u16()?;
        let tag = reader.array()?;
        let salt = reader.array()?;
        let length = usize::from(reader.byte()?);
        if !(MIN_BODY..=MAX_BODY).contains(&length) {
            return Err(TokenError::Malformed("a length that no such token has"));
        }
        reader.bytes(length + SEAL_BYTES)?;
        reader.finish()?;
        Ok(Self {
            day,
            tag,
            salt,
            bytes: bytes.to_vec(),
        })
    }

    /// The day whose key opens it, counted from 1970-01-01 UTC: that of its maker's clock, or the first on
    /// which the two find each other, if that is later. Whose clock is right does not matter.
    pub fn day(&self) -> u16 {
        self.day
    }

    /// What no other such token has. The credentials of the attempt come from it, and it acts once.
    pub fn salt(&self) -> [u8; HERE_SALT] {
        self.salt
    }

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Opens it with the key of its maker. Of many contacts the right one is found by trying them all.
    ///
    /// # Errors
    /// [`HereError`]: it is of another contact or day, or was altered.
    pub fn open(&self, key: &HereKey<'_>) -> Result<Here, HereError> {
        let is_ours: bool = self.tag.ct_eq(&key.tag(self.salt)).into();
        if self.day != key.day || !is_ours {
            return Err(HereError::OtherContact);
        }
        let body = open_behind(&self.bytes, CLEAR_BYTES, &key.seal(self.salt));
        let body = body.ok_or(HereError::Altered)?;
        Here::parse_body(&body).map_err(|_| HereError::Altered)
    }
}

impl std::fmt::Debug for SealedHere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedHere({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests;
