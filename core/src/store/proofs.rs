//! Proofs of answers that this device has sent as a guest. They are counted by invitation, and for longer
//! than the invitation itself is kept: whoever ends it and opens it again has no more tries.

use super::invitations::{via, via_code};
use super::record::{Reader, Writer};
use super::rows::{Plain, Table};
use super::{Store, StoreError};
use crate::invitation::{InviteId, MAX_LIFETIME};
use crate::pairing::{Tried, Via};

const VERSION: u8 = 1;

/// How long a question that was answered makes the next one suspicious, in seconds.
const LATELY: u64 = 24 * 3600;

/// How long the proofs of an invitation are remembered after the last one, in seconds: as long as any
/// invitation can live, and a day for clocks that are wrong.
const MEMORY: u64 = MAX_LIFETIME.as_secs() + 24 * 3600;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proofs {
    pub(super) id: InviteId,
    /// How the invitation came.
    pub(super) via: Via,
    pub(super) sent: u8,
    /// When the last one was sent, in seconds since 1970-01-01 UTC.
    pub(super) last: u64,
}

impl Store {
    /// What was answered before, as a guest of this invitation must know it at `now` (seconds since
    /// 1970-01-01 UTC).
    ///
    /// # Errors
    /// When the store fails.
    pub fn tried(&self, id: InviteId, now: u64) -> Result<Tried, StoreError> {
        self.transact(|rows| {
            let mut tried = Tried::default();
            for bytes in rows.all(Table::Proof)? {
                let proofs = Proofs::parse(&bytes)?;
                let age = now.saturating_sub(proofs.last);
                if proofs.id == id {
                    tried.proofs = proofs.sent;
                } else if age >= MEMORY {
                    rows.remove(Table::Proof, &proofs.id)?;
                } else {
                    tried.lately |= proofs.via != Via::Camera && age < LATELY;
                }
            }
            Ok(tried)
        })
    }

    /// Remembers how many proofs were sent to the host of this invitation, which came that way. What is
    /// remembered never becomes less.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count_proofs(
        &self,
        id: InviteId,
        via: Via,
        sent: u8,
        now: u64,
    ) -> Result<(), StoreError> {
        self.transact(|rows| {
            let kept = rows.get(Table::Proof, &id)?;
            let kept = kept.map(|kept| Proofs::parse(&kept)).transpose()?;
            if kept.map_or(0, |kept| kept.sent) >= sent {
                return Ok(());
            }
            let proofs = Proofs {
                id,
                via,
                sent,
                last: now,
            };
            rows.put(Table::Proof, &id, &proofs.to_bytes())
        })
    }
}

impl Proofs {
    /// `version 1 | id 16 | via | sent u8 | last u64`
    pub(super) fn to_bytes(self) -> Plain {
        Writer::new(VERSION, 27)
            .raw(&self.id)
            .byte(via_code(self.via))
            .byte(self.sent)
            .u64(self.last)
            .finish()
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let proofs = Self {
            id: reader.array()?,
            via: via(reader.byte()?)?,
            sent: reader.byte()?,
            last: reader.u64()?,
        };
        reader.finish()?;
        Ok(proofs)
    }
}
