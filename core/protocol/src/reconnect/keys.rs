//! All that a contact is kept with to meet it again.

use super::finding::{FindingKey, first_day};
use super::generations::Generations;
use handfast_token::{Secret, kdf};
use zeroize::Zeroizing;

const CURRENT: u8 = 1;
const NEXT: u8 = 2;

/// What finds a contact, what proves who returns, and what remains for a restored device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconnectKeys {
    /// What finds it.
    pub finding: FindingKey,
    /// What proves who returns.
    pub generations: Generations,
    restored: Secret<32>,
}

impl ReconnectKeys {
    /// After a first meeting with this reconnect secret. `ours` and `theirs` are both clocks as READY said
    /// them, in seconds since 1970 UTC; it does not matter which is whose.
    pub fn from_first_meeting(rs0: &Secret<32>, ours: u64, theirs: u64) -> Self {
        Self {
            finding: FindingKey::of_first_meeting(rs0, first_day(ours, theirs)),
            generations: Generations::first(rs0.clone()),
            restored: kdf(rs0.expose(), "HFS1 restored", &[]),
        }
    }

    /// As an import has to begin: the contact is found, and its person is asked.
    pub fn imported(self) -> Self {
        Self {
            generations: Generations::forgotten(),
            ..self
        }
    }

    /// The other side's READY was read in a channel that `used` opened, or in one that needed nothing of
    /// it: this has to be durable before KEPT is said.
    pub(super) fn introduced(&self, used: Option<Secret<32>>, new: Secret<32>) -> Self {
        Self {
            generations: self.generations.introduced(used, new),
            ..self.clone()
        }
    }

    /// The other side's KEPT was read: the return is complete. Both clocks are as READY said them.
    pub(super) fn confirmed(&self, ours: u64, theirs: u64) -> Self {
        Self {
            finding: self.finding.kept_from(ours, theirs),
            generations: self.generations.confirmed(),
            restored: self.restored.clone(),
        }
    }

    /// What opens a channel in which both persons are asked. It never changes.
    pub(super) fn restored(&self) -> &Secret<32> {
        &self.restored
    }

    /// For the store, which keeps it sealed:
    /// `day u32 | finding key 32 | restored 32 | u8: bit 0 current, bit 1 next | current 32 | next 32`.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let (current, next) = (self.generations.current(), self.generations.next());
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 + 32 + 32 + 1 + 64));
        bytes.extend(self.finding.day().to_le_bytes());
        bytes.extend(self.finding.expose().expose());
        bytes.extend(self.restored.expose());
        bytes.push(current.map_or(0, |_| CURRENT) | next.map_or(0, |_| NEXT));
        for secret in current.into_iter().chain(next) {
            bytes.extend(secret.expose());
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (day, rest) = bytes.split_first_chunk()?;
        let (finding, rest) = rest.split_first_chunk()?;
        let (restored, rest) = rest.split_first_chunk()?;
        let (&kept, rest) = rest.split_first()?;
        if kept & !(CURRENT | NEXT) != 0 {
            return None;
        }
        let (current, rest) = optional(kept & CURRENT != 0, rest)?;
        let (next, rest) = optional(kept & NEXT != 0, rest)?;
        rest.is_empty().then(|| Self {
            finding: FindingKey::new(u32::from_le_bytes(*day), Secret::new(*finding)),
            generations: Generations::new(current, next),
            restored: Secret::new(*restored),
        })
    }
}

/// A secret that is there or not, and what follows it.
fn optional(is_there: bool, bytes: &[u8]) -> Option<(Option<Secret<32>>, &[u8])> {
    match is_there {
        true => {
            let (secret, rest) = bytes.split_first_chunk()?;
            Some((Some(Secret::new(*secret)), rest))
        }
        false => Some((None, bytes)),
    }
}
