//! Where a contact is now, said by a token that a person carries: for two whose clocks, networks or ports
//! have changed too much.

use super::finding::FindingKey;
use crate::handshake::PublicKey;
use handfast_token::{Candidates, HERE_SALT, Here, HereError, HereKey, SealedHere};
use std::collections::BTreeSet;

/// The most packets that one address of a *here* token may cause.
pub const HERE_PACKETS_AN_ADDRESS: u32 = 40;

/// The most packets that one *here* token may cause. Ports are never guessed at for it.
pub const HERE_PACKETS: u32 = 200;

const SECONDS_A_MINUTE: u64 = 60;
const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// How many days after the last meeting a token may be, if this device's clock says that this is not yet:
/// the clock may be wrong, but each day takes work.
const MOST_DAYS_AHEAD: u32 = 3_660;

/// How many tokens of a contact are remembered that have acted.
const MOST_SPENT: usize = 32;

/// Bytes of one of them.
const TOKEN: usize = 2 + HERE_SALT;

impl FindingKey {
    /// Says to the contact where this device is. `maker` is the key of this device, `now` in seconds since
    /// 1970 UTC, `salt` 8 random bytes. None where the day has no place in a token, which is after 2149.
    pub fn seal_here(
        &self,
        maker: PublicKey,
        now: u64,
        candidates: Candidates,
        salt: [u8; HERE_SALT],
    ) -> Option<SealedHere> {
        // A clock that has fallen behind the last meeting is no reason to say nothing.
        let today = now / SECONDS_A_DAY;
        let day = u16::try_from(today.max(self.day().into())).ok()?;
        let finding = self.at(day.into())?;
        let here = Here {
            made: u32::try_from(now / SECONDS_A_MINUTE).ok()?,
            candidates,
        };
        let key = HereKey {
            finding: finding.expose(),
            day,
            maker: &maker.0,
        };
        Some(here.seal(&key, salt))
    }

    /// Reads what the contact with the key `maker` says. Whose clock is right does not matter; `now` only
    /// bounds the work.
    ///
    /// # Errors
    /// [`HereError`]: it is of somebody else, or was altered.
    pub fn open_here(
        &self,
        token: &SealedHere,
        maker: PublicKey,
        now: u64,
    ) -> Result<Here, HereError> {
        let day = u32::from(token.day());
        let today = u32::try_from(now / SECONDS_A_DAY).unwrap_or(u32::MAX);
        if day > today.max(self.day().saturating_add(MOST_DAYS_AHEAD)) {
            return Err(HereError::OtherContact);
        }
        let finding = self.at(day).ok_or(HereError::OtherContact)?;
        token.open(&HereKey {
            finding: finding.expose(),
            day: token.day(),
            maker: &maker.0,
        })
    }
}

/// The *here* tokens of one contact that have acted on this device: each does once, however often it is handed in.
/// It is bounded by their days: where there are too many, all of the earliest day are forgotten, and whatever is of
/// that day or an earlier one has acted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpentHere {
    /// What is of an earlier day has acted.
    from: u16,
    /// Day and salt of the others that have, in order.
    tokens: BTreeSet<(u16, [u8; HERE_SALT])>,
}

impl SpentHere {
    /// The most bytes of it.
    pub const MAX_BYTES: usize = 2 + 1 + MOST_SPENT * TOKEN;

    /// Whether this token has acted.
    pub fn contains(&self, day: u16, salt: [u8; HERE_SALT]) -> bool {
        day < self.from || self.tokens.contains(&(day, salt))
    }

    /// This token acts.
    pub fn spend(&mut self, day: u16, salt: [u8; HERE_SALT]) {
        if self.contains(day, salt) {
            return;
        }
        self.tokens.insert((day, salt));
        while self.tokens.len() > MOST_SPENT
            && let Some((earliest, _)) = self.tokens.first()
        {
            self.from = earliest.saturating_add(1);
            self.tokens.retain(|(day, _)| *day >= self.from);
        }
    }

    /// The one encoding: `from u16 | count u8 | (day u16 | salt 8)*`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.from.to_le_bytes().to_vec();
        bytes.push(self.tokens.len() as u8);
        for (day, salt) in &self.tokens {
            bytes.extend(day.to_le_bytes());
            bytes.extend(salt);
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (from, bytes) = bytes.split_first_chunk()?;
        let (&count, bytes) = bytes.split_first()?;
        let (tokens, []) = bytes.as_chunks::<TOKEN>() else {
            return None;
        };
        let from = u16::from_le_bytes(*from);
        let tokens: Vec<(u16, [u8; HERE_SALT])> = tokens
            .iter()
            .map(|[low, high, salt @ ..]| (u16::from_le_bytes([*low, *high]), *salt))
            .collect();
        let are_in_order = tokens.is_sorted_by(|one, next| one < next);
        let is_later = tokens.first().is_none_or(|(day, _)| *day >= from);
        let fits = tokens.len() == usize::from(count) && tokens.len() <= MOST_SPENT;
        (are_in_order && is_later && fits).then(|| Self {
            from,
            tokens: tokens.into_iter().collect(),
        })
    }
}
