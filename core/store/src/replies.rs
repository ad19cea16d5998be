//! Invitations of others that this device has accepted and whose host it has not reached yet.

use super::StoreError;
use super::invitations::{
    MAX_CERTIFICATE, MAX_INVITATION, MAX_REPLY, provenance, provenance_code, read_certificate,
    read_invitation, read_reply, write_certificate, write_invitation, write_reply,
};
use super::record::{Plain, Reader, Writer};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::pairing::Provenance;
use handfast_token::{Invitation, InviteId, SealedReply};

const VERSION: u8 = 1;

/// Everything a guest needs to go on knocking, also after a restart.
#[derive(Clone, Debug)]
pub struct PendingReply {
    /// The invitation that was accepted.
    pub invitation: Invitation,
    /// The reply, as it is shown: it names the certificate and the addresses.
    pub reply: SealedReply,
    /// The certificate that the reply names, with its key.
    pub certificate: Certificate,
    /// The UDP port that the reply names.
    pub port: u16,
    /// How the invitation came here.
    pub provenance: Provenance,
    /// When it was accepted, in seconds since 1970-01-01 UTC.
    pub made: u64,
}

impl PendingReply {
    /// Names the invitation.
    pub fn id(&self) -> InviteId {
        self.invitation.keys().invite_id()
    }

    /// `version 1 | made u64 | port u16 | provenance | invitation | certificate | reply`, the last three
    /// each behind its length as u16.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if something of it is larger than anything that is kept.
    pub fn to_bytes(&self) -> Result<Plain, StoreError> {
        let writer = Writer::new(VERSION, 32 + MAX_INVITATION + MAX_CERTIFICATE + MAX_REPLY)
            .u64(self.made)
            .u16(self.port)
            .byte(provenance_code(self.provenance));
        let writer = write_invitation(writer, &self.invitation)?;
        let writer = write_certificate(writer, &self.certificate)?;
        Ok(write_reply(writer, &self.reply)?.finish())
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let made = reader.u64()?;
        let port = reader.u16()?;
        let provenance = provenance(reader.byte()?)?;
        let invitation = read_invitation(&mut reader)?;
        let certificate = reader.bytes(MAX_CERTIFICATE)?;
        let reply = read_reply(&mut reader)?;
        reader.finish()?;
        let named = reply
            .open(&invitation.keys())
            .map_err(|_| StoreError::Damaged)?;
        let certificate = read_certificate(certificate, named.fingerprint)?;
        Ok(Self {
            invitation,
            reply,
            certificate,
            port,
            provenance,
            made,
        })
    }
}
