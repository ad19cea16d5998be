//! Invitations of others that this device has accepted and whose host it has not reached yet.

use super::invitations::{
    MAX_CERTIFICATE, MAX_INVITATION, MAX_PENDING, MAX_REPLY, read_certificate, read_invitation,
    read_reply, via, via_code, write_certificate, write_invitation, write_reply,
};
use super::record::{Reader, Writer};
use super::rows::{Plain, Rows, Table};
use super::{Fate, Store, StoreError};
use crate::invitation::{Invitation, InviteId, MAX_LIFETIME, SealedReply};
use crate::pairing::Via;
use crate::transport::Certificate;

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
    pub via: Via,
    /// When it was accepted, in seconds since 1970-01-01 UTC.
    pub made: u64,
}

impl Store {
    /// Keeps an accepted invitation with its reply, over an older reply to the same. Returns the
    /// invitation's name.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] if [`MAX_PENDING`] wait.
    pub fn put_reply(&self, pending: &PendingReply, now: u64) -> Result<InviteId, StoreError> {
        let id = pending.id();
        self.transact(|rows| {
            let others = sweep(rows, now)?;
            if others.iter().filter(|other| other.id() != id).count() >= MAX_PENDING {
                return Err(StoreError::TooMany);
            }
            rows.put(Table::Reply, &id, &pending.to_bytes()?)
        })?;
        Ok(id)
    }

    /// Every accepted invitation that waits, those accepted last first. What is too old by `now`
    /// (seconds since 1970-01-01 UTC) is removed.
    ///
    /// # Errors
    /// When the store fails.
    pub fn replies(&self, now: u64) -> Result<Vec<PendingReply>, StoreError> {
        let mut waiting = self.transact(|rows| sweep(rows, now))?;
        waiting.sort_by_key(|pending| (std::cmp::Reverse(pending.made), pending.id()));
        Ok(waiting)
    }

    /// What a guest needs to go on with this invitation.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], or [`StoreError::Over`] if it is too old.
    pub fn reply(&self, id: InviteId, now: u64) -> Result<PendingReply, StoreError> {
        let kept = self.transact(|rows| rows.get(Table::Reply, &id))?;
        let pending = PendingReply::parse(&kept.ok_or(StoreError::Unknown)?)?;
        match pending.is_over(now) {
            false => Ok(pending),
            true => Err(StoreError::Over(Fate::Expired)),
        }
    }

    /// Removes an accepted invitation: the two have met, or never will.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], and when the store fails.
    pub fn end_reply(&self, id: InviteId) -> Result<(), StoreError> {
        self.transact(|rows| match rows.remove(Table::Reply, &id)? {
            true => Ok(()),
            false => Err(StoreError::Unknown),
        })
    }
}

fn sweep(rows: &Rows<'_>, now: u64) -> Result<Vec<PendingReply>, StoreError> {
    let mut waiting = Vec::new();
    for bytes in rows.all(Table::Reply)? {
        let pending = PendingReply::parse(&bytes)?;
        if pending.is_over(now) {
            rows.remove(Table::Reply, &pending.id())?;
        } else {
            waiting.push(pending);
        }
    }
    Ok(waiting)
}

impl PendingReply {
    /// Names the invitation.
    pub fn id(&self) -> InviteId {
        self.invitation.keys().invite_id()
    }

    /// Only the host's clock ends an invitation, so a guest keeps it for as long as any can live.
    fn is_over(&self, now: u64) -> bool {
        now >= self.made.saturating_add(MAX_LIFETIME.as_secs())
    }

    /// `version 1 | made u64 | port u16 | via | invitation | certificate | reply`, the last three
    /// each behind its length as u16.
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let writer = Writer::new(VERSION, 32 + MAX_INVITATION + MAX_CERTIFICATE + MAX_REPLY)
            .u64(self.made)
            .u16(self.port)
            .byte(via_code(self.via));
        let writer = write_invitation(writer, &self.invitation)?;
        let writer = write_certificate(writer, &self.certificate)?;
        Ok(write_reply(writer, &self.reply)?.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let made = reader.u64()?;
        let port = reader.u16()?;
        let via = via(reader.byte()?)?;
        let invitation = read_invitation(&mut reader)?;
        let certificate = read_certificate(&mut reader)?;
        let reply = read_reply(&mut reader)?;
        reader.finish()?;
        Ok(Self {
            invitation,
            reply,
            certificate,
            port,
            via,
            made,
        })
    }
}
