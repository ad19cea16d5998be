//! Proofs in SQLite.

use super::Store;
use super::rows::Table;
use crate::StoreError;
use crate::proofs::{LATELY, MEMORY, Proofs};
use handfast_protocol::pairing::{Provenance, Tried};
use handfast_token::InviteId;

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
                    tried.lately |= proofs.provenance != Provenance::Camera && age < LATELY;
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
        provenance: Provenance,
        sent: u8,
        now: u64,
    ) -> Result<(), StoreError> {
        let proofs = Proofs {
            id,
            provenance,
            sent,
            last: now,
        };
        self.batch(|batch| batch.count_proofs(proofs))
    }
}
