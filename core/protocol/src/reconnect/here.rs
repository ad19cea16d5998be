//! Where a contact is now, said by a token that a person carries: for two whose clocks, networks or ports
//! have changed too much.

use super::finding::FindingKey;
use crate::handshake::PublicKey;
use handfast_token::{Candidates, HERE_SALT, Here, HereError, HereKey, SealedHere};
use std::collections::VecDeque;

/// The most packets that one address of a *here* token may cause.
pub const HERE_PACKETS_AN_ADDRESS: u32 = 40;

/// The most packets that one *here* token may cause. Ports are never guessed at for it.
pub const HERE_PACKETS: u32 = 200;

const SECONDS_A_MINUTE: u64 = 60;
const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// How many days after the last meeting a token may be, if this device's clock says that this is not yet:
/// the clock may be wrong, but each day takes work.
const MOST_DAYS_AHEAD: u32 = 3_660;

/// How many tokens are remembered that have acted.
const MOST_SPENT: usize = 256;

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

/// The *here* tokens that have acted on this device: each does once, however often it is handed in.
#[derive(Clone, Debug, Default)]
pub struct SpentHere(VecDeque<[u8; HERE_SALT]>);

impl SpentHere {
    /// True the first time. Of more than 256 the oldest are forgotten: a person confirms each.
    pub fn spend(&mut self, token: &SealedHere) -> bool {
        let salt = token.salt();
        if self.0.contains(&salt) {
            return false;
        }
        if self.0.len() == MOST_SPENT {
            self.0.pop_front();
        }
        self.0.push_back(salt);
        true
    }
}
