//! Invitations of this device that wait for their guest, and what became of the others.
//!
//! An invitation waits until it is used, revoked, burned or expired. Then its secrets are removed,
//! and a mark that says what became of it stays for a while. One that has expired keeps them until
//! whoever owns the store ends it: this device's clock may be wrong, and be set right.

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::pairing::{
    HostHistory, MOST_FORMS, MOST_REPLIES, Provenance, ReceivedReply, Strikes,
};
use handfast_seal::Answers;
use handfast_token::{Fingerprint, Invitation, InviteId, MAX_LIFETIME, SealedReply};
use std::time::Duration;
use zeroize::Zeroizing;

/// The most marks of invitations that are over; the oldest go first.
pub const MAX_MARKS: usize = 64;

const VERSION: u8 = 1;

// What an invitation is that is not over; the reasons of its end have the numbers between.
const WAITING: u8 = 0;
const WAITING_FOR_ONE: u8 = 5;
pub(super) const MAX_INVITATION: usize = 1024;
const MAX_LOCKED: usize = 8192;
pub(super) const MAX_REPLY: usize = 512;
pub(super) const MAX_CERTIFICATE: usize = 4096;
const MAX_ANSWER: usize = u16::MAX as usize;

/// Everything a host needs to wait for its guest, also after a restart.
#[derive(Clone, Debug)]
pub struct PendingInvitation {
    /// As it was handed out.
    pub invitation: Invitation,
    /// The certificate that it names, with its key.
    pub certificate: Certificate,
    /// The UDP port that it names.
    pub port: u16,
    /// How it was handed out.
    pub handed: Provenance,
    /// The container that it was handed out in, if it was locked.
    pub locked: Option<Vec<u8>>,
    /// The answer to its question, if it has one.
    pub answer: Option<Answers>,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub made: u64,
    /// What has become of it so far.
    pub history: HostHistory,
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum EndReason {
    /// Its guest came.
    Used,
    /// The person took it back.
    Revoked,
    /// Nobody came in time.
    Expired,
    /// Too many failed with it.
    Burned,
}

/// What is kept of an invitation.
#[derive(Clone, Debug)]
pub enum Kept {
    /// It waits, or seems to have expired a short while ago.
    Waiting(Box<PendingInvitation>),
    /// It is over. Its secrets are gone.
    Over {
        /// Names it.
        id: InviteId,
        /// When it was made, in seconds since 1970-01-01 UTC.
        made: u64,
        /// What became of it.
        end_reason: EndReason,
        /// When it ended.
        ended: u64,
    },
}

impl Kept {
    /// Names the invitation.
    pub fn id(&self) -> InviteId {
        match self {
            Self::Waiting(pending) => pending.id(),
            Self::Over { id, .. } => *id,
        }
    }

    /// `version 1 | 0, or 5 and a fingerprint | pending` while it waits for anybody, or for the one who was met
    /// and has not said whether they keep it; `version 1 | end_reason | made u64 | ended u64 | id 16`
    /// afterwards.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if something of it is larger than anything that is kept.
    pub fn to_bytes(&self) -> Result<Plain, StoreError> {
        match self {
            Self::Waiting(pending) => pending.to_bytes(),
            Self::Over {
                id,
                made,
                end_reason,
                ended,
            } => Ok(Writer::new(VERSION, 34)
                .byte(end_reason_code(*end_reason))
                .u64(*made)
                .u64(*ended)
                .raw(id)
                .finish()),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let end_reason = match reader.byte()? {
            state @ (WAITING | WAITING_FOR_ONE) => {
                let met = match state {
                    WAITING_FOR_ONE => Some(Fingerprint(reader.array()?)),
                    _ => None,
                };
                let mut pending = PendingInvitation::read(&mut reader)?;
                pending.history.met = met;
                reader.finish()?;
                return Ok(Self::Waiting(Box::new(pending)));
            }
            1 => EndReason::Used,
            2 => EndReason::Revoked,
            3 => EndReason::Expired,
            4 => EndReason::Burned,
            _ => return Err(StoreError::Damaged),
        };
        let (made, ended, id) = (reader.u64()?, reader.u64()?, reader.array()?);
        reader.finish()?;
        Ok(Self::Over {
            id,
            made,
            end_reason,
            ended,
        })
    }
}

impl PendingInvitation {
    /// Names the invitation.
    pub fn id(&self) -> InviteId {
        self.invitation.keys().invite_id()
    }

    /// How long it is still good at `now` (seconds since 1970-01-01 UTC); none if it is not.
    pub fn remaining(&self, now: u64) -> Option<Duration> {
        // An expiry repeats itself every 45 days; the time of making does not.
        let latest = self.made.saturating_add(MAX_LIFETIME.as_secs() + 60);
        let remaining = self.invitation.expiry.remaining(now);
        // A clock that was set back gives it no longer life than it was made with.
        let life = self.invitation.expiry.remaining(self.made)?;
        remaining
            .map(|left| left.min(life))
            .filter(|_| now < latest)
    }

    pub(crate) fn over(&self, end_reason: EndReason, now: u64) -> Kept {
        Kept::Over {
            id: self.id(),
            made: self.made,
            end_reason,
            ended: now,
        }
    }

    /// `made u64 | port u16 | handed | failed handshakes | wrong answers | digests of forms | invitation | certificate |
    /// locked, or nothing | answer, or nothing | 0, or for each reply how it came and the reply`, each
    /// part behind its length as u16.
    fn to_bytes(&self) -> Result<Plain, StoreError> {
        let answer = self.answer.as_ref().map(Answers::to_kept);
        let answer = answer.unwrap_or_default();
        let locked = self.locked.as_deref().unwrap_or_default();
        let room = 64
            + 32 * MOST_FORMS
            + MAX_INVITATION
            + MAX_CERTIFICATE
            + locked.len()
            + answer.len()
            + MOST_REPLIES * (3 + MAX_REPLY);
        let writer = Writer::new(VERSION, room);
        let writer = match self.history.met {
            None => writer.byte(WAITING),
            Some(met) => writer.byte(WAITING_FOR_ONE).raw(&met.0),
        };
        let writer = writer
            .u64(self.made)
            .u16(self.port)
            .byte(provenance_code(self.handed))
            .byte(self.history.strikes.handshakes)
            .byte(self.history.strikes.answers)
            .bytes(self.history.forms.as_flattened(), 32 * MOST_FORMS)?;
        let writer = write_invitation(writer, &self.invitation)?;
        let mut writer = write_certificate(writer, &self.certificate)?
            .bytes(locked, MAX_LOCKED)?
            .bytes(&answer, MAX_ANSWER)?;
        if self.history.replies.is_empty() {
            writer = writer.byte(0);
        }
        for received in &self.history.replies {
            writer = write_reply(
                writer.byte(provenance_code(received.provenance)),
                &received.reply,
            )?;
        }
        Ok(writer.finish())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let made = reader.u64()?;
        let port = reader.u16()?;
        let handed = provenance(reader.byte()?)?;
        let strikes = Strikes {
            handshakes: reader.byte()?,
            answers: reader.byte()?,
        };
        let forms = match reader.bytes(32 * MOST_FORMS)?.as_chunks() {
            (forms, []) => forms.to_vec(),
            _ => return Err(StoreError::Damaged),
        };
        let invitation = read_invitation(reader)?;
        let certificate = read_certificate(reader.bytes(MAX_CERTIFICATE)?, invitation.fingerprint)?;
        let locked = match reader.bytes(MAX_LOCKED)? {
            [] => None,
            bytes => Some(bytes.to_vec()),
        };
        let answer = match reader.bytes(MAX_ANSWER)? {
            [] => None,
            bytes => Some(Answers::from_kept(bytes).ok_or(StoreError::Damaged)?),
        };
        let mut replies = Vec::new();
        let mut code = reader.byte()?;
        while code != 0 || !replies.is_empty() {
            replies.push(ReceivedReply {
                provenance: provenance(code)?,
                reply: read_reply(reader)?,
            });
            code = match reader.is_empty() {
                true => break,
                false if replies.len() < MOST_REPLIES => reader.byte()?,
                false => return Err(StoreError::Damaged),
            };
        }
        Ok(Self {
            invitation,
            certificate,
            port,
            handed,
            locked,
            answer,
            made,
            history: HostHistory {
                strikes,
                forms,
                replies,
                met: None,
            },
        })
    }
}

pub(super) fn write_invitation(
    writer: Writer,
    invitation: &Invitation,
) -> Result<Writer, StoreError> {
    writer.bytes(&Zeroizing::new(invitation.to_bytes()), MAX_INVITATION)
}

pub(super) fn read_invitation(reader: &mut Reader<'_>) -> Result<Invitation, StoreError> {
    Invitation::parse(reader.bytes(MAX_INVITATION)?).map_err(|_| StoreError::Damaged)
}

pub(super) fn write_certificate(
    writer: Writer,
    certificate: &Certificate,
) -> Result<Writer, StoreError> {
    writer.bytes(certificate.expose(), MAX_CERTIFICATE)
}

/// A certificate with the fingerprint that the other side was told.
pub(super) fn read_certificate(
    bytes: &[u8],
    fingerprint: Fingerprint,
) -> Result<Certificate, StoreError> {
    match bytes {
        [] => Err(StoreError::Damaged),
        bytes => Ok(Certificate::new(bytes.to_vec(), fingerprint)),
    }
}

pub(super) fn write_reply(writer: Writer, reply: &SealedReply) -> Result<Writer, StoreError> {
    writer.bytes(reply.as_bytes(), MAX_REPLY)
}

pub(super) fn read_reply(reader: &mut Reader<'_>) -> Result<SealedReply, StoreError> {
    SealedReply::parse(reader.bytes(MAX_REPLY)?).map_err(|_| StoreError::Damaged)
}

pub(super) fn provenance_code(provenance: Provenance) -> u8 {
    match provenance {
        Provenance::Camera => 1,
        Provenance::Carried => 2,
        Provenance::Locked => 3,
    }
}

pub(super) fn provenance(code: u8) -> Result<Provenance, StoreError> {
    match code {
        1 => Ok(Provenance::Camera),
        2 => Ok(Provenance::Carried),
        3 => Ok(Provenance::Locked),
        _ => Err(StoreError::Damaged),
    }
}

fn end_reason_code(end_reason: EndReason) -> u8 {
    match end_reason {
        EndReason::Used => 1,
        EndReason::Revoked => 2,
        EndReason::Expired => 3,
        EndReason::Burned => 4,
    }
}
