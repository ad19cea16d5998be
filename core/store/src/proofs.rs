//! Proofs of answers that this device has sent as a guest. They are counted by invitation, and for longer
//! than the invitation itself is kept: whoever ends it and opens it again has no more tries.

use super::StoreError;
use super::invitations::{provenance, provenance_code};
use super::record::{Plain, Reader, Writer};
use handfast_protocol::pairing::Provenance;
use handfast_token::InviteId;

const VERSION: u8 = 1;

/// How many proofs were sent to the host of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proofs {
    /// Which invitation.
    pub id: InviteId,
    /// How it came.
    pub provenance: Provenance,
    /// How many, over all links and processes.
    pub sent: u8,
    /// When the last one was sent, in seconds since 1970-01-01 UTC.
    pub last: u64,
}

impl Proofs {
    /// `version 1 | id 16 | provenance | sent u8 | last u64`
    pub(super) fn to_bytes(self) -> Plain {
        Writer::new(VERSION, 27)
            .raw(&self.id)
            .byte(provenance_code(self.provenance))
            .byte(self.sent)
            .u64(self.last)
            .finish()
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let proofs = Self {
            id: reader.array()?,
            provenance: provenance(reader.byte()?)?,
            sent: reader.byte()?,
            last: reader.u64()?,
        };
        reader.finish()?;
        Ok(proofs)
    }
}
