//! Invitations of this device that wait for their guest, and what became of the others.
//!
//! An invitation waits until it is used, revoked, burned or expired. Then its secrets are removed,
//! and a mark that says what became of it stays for a while. One that has expired keeps them for a
//! day more, out of use: this device's clock may be wrong, and be set right.

use super::record::{Reader, Writer};
use super::rows::{Plain, Rows, Table};
use super::{Store, StoreError};
use crate::invitation::{Invitation, InviteId, MAX_LIFETIME, SealedReply};
use crate::pairing::{MOST_FORMS, MOST_REPLIES, Past, ReceivedReply, Strikes, Via};
use crate::seal::Answers;
use crate::transport::Certificate;
use std::time::Duration;
use zeroize::Zeroizing;

/// The most invitations, and the most replies, that wait at one time.
pub const MAX_PENDING: usize = 16;

/// The most marks of invitations that are over; the oldest go first.
const MAX_MARKS: usize = 64;

/// How long what seems to have expired is kept, in seconds.
const DOUBT: u64 = 24 * 3600;

const VERSION: u8 = 1;
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
    pub handed: Via,
    /// The container that it was handed out in, if it was locked.
    pub locked: Option<Vec<u8>>,
    /// The answer to its question, if it has one.
    pub answer: Option<Answers>,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub made: u64,
    /// What has become of it so far.
    pub past: Past,
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Its guest came.
    Used,
    /// The person took it back.
    Revoked,
    /// Nobody came in time.
    Expired,
    /// Too many failed with it.
    Burned,
}

/// One line of [`Store::invitations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Names the invitation; see [`InvitationKeys::invite_id`](crate::invitation::InvitationKeys).
    pub id: InviteId,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub made: u64,
    /// How long it is still good, or what became of it.
    pub state: Result<Duration, Fate>,
}

impl Store {
    /// Keeps an invitation before it is handed out. Returns its name.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] if [`MAX_PENDING`] wait; [`StoreError::Over`] if this one is over.
    pub fn add_invitation(
        &self,
        pending: &PendingInvitation,
        now: u64,
    ) -> Result<InviteId, StoreError> {
        let id = pending.id();
        self.transact(|rows| {
            if pending.remaining(now).is_none() {
                return Err(StoreError::Over(Fate::Expired));
            }
            let kept = sweep(rows, now)?;
            if let Some(Kept::Over { fate, .. }) = kept.iter().find(|kept| kept.id() == id) {
                return Err(StoreError::Over(*fate));
            }
            let waits = |kept: &&Kept| kept.ended(now).is_none() && kept.id() != id;
            if kept.iter().filter(waits).count() >= MAX_PENDING {
                return Err(StoreError::TooMany);
            }
            let mut pending = pending.clone();
            for before in kept.iter().filter(|kept| kept.id() == id) {
                if let Kept::Waiting(before) = before {
                    pending.past.merge(&before.past);
                }
            }
            put(rows, &Kept::Waiting(Box::new(pending)))
        })?;
        Ok(id)
    }

    /// All that wait and the marks of those that are over, those made last first. What expired a day
    /// before `now` (seconds since 1970-01-01 UTC) is over for good from here on.
    ///
    /// # Errors
    /// When the store fails.
    pub fn invitations(&self, now: u64) -> Result<Vec<Listed>, StoreError> {
        let kept = self.transact(|rows| sweep(rows, now))?;
        let mut list: Vec<Listed> = kept.iter().map(|kept| kept.listed(now)).collect();
        list.sort_by_key(|listed| (std::cmp::Reverse(listed.made), listed.id));
        Ok(list)
    }

    /// What a host needs to go on with this invitation.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], or [`StoreError::Over`].
    pub fn invitation(&self, id: InviteId, now: u64) -> Result<PendingInvitation, StoreError> {
        self.transact(|rows| waiting(rows, id, now))
    }

    /// Changes what is kept of an invitation that waits: its port, its past. A past that is behind what
    /// is kept adds to it and takes nothing away. One whose guests have used up their tries is burned by
    /// that.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], or [`StoreError::Over`]. Whoever hosts the invitation stops then.
    pub fn update_invitation(
        &self,
        id: InviteId,
        now: u64,
        change: impl FnOnce(&mut PendingInvitation),
    ) -> Result<(), StoreError> {
        self.transact(|rows| {
            let mut pending = waiting(rows, id, now)?;
            let before = pending.past.clone();
            change(&mut pending);
            if pending.id() != id {
                return Err(StoreError::Unknown);
            }
            pending.past.merge(&before);
            if pending.past.strikes.are_used_up() {
                return end(rows, &pending, Fate::Burned, now).map(drop);
            }
            put(rows, &Kept::Waiting(Box::new(pending)))
        })
    }

    /// Ends an invitation that waits; its secrets are removed. Only the first end counts, so whoever
    /// gets no error here is the only one who may go on with its guest. One that has just expired can
    /// still be ended: its guest was on the way, or the person wants it gone.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], or [`StoreError::Over`].
    pub fn end_invitation(&self, id: InviteId, fate: Fate, now: u64) -> Result<(), StoreError> {
        self.transact(|rows| {
            let pending = unended(rows, id)?;
            end(rows, &pending, fate, now)?;
            Ok(())
        })
    }
}

/// Everything kept, after what expired long ago was ended and old marks were removed.
fn sweep(rows: &Rows<'_>, now: u64) -> Result<Vec<Kept>, StoreError> {
    let mut all = Vec::new();
    for bytes in rows.all(Table::Invitation)? {
        let mut kept = Kept::parse(&bytes)?;
        if let Kept::Waiting(pending) = &kept
            && now >= pending.expires().saturating_add(DOUBT)
        {
            kept = end(rows, pending, Fate::Expired, now)?;
        }
        all.push(kept);
    }
    all.sort_by_key(|kept| kept.ended(now).unwrap_or(u64::MAX));
    let marks = all.iter().filter(|kept| kept.ended(now).is_some());
    let surplus = marks.count().saturating_sub(MAX_MARKS);
    for kept in all.drain(..surplus) {
        rows.remove(Table::Invitation, &kept.id())?;
    }
    Ok(all)
}

/// Leaves a mark where an invitation waited; its secrets are removed.
fn end(
    rows: &Rows<'_>,
    pending: &PendingInvitation,
    fate: Fate,
    now: u64,
) -> Result<Kept, StoreError> {
    let over = pending.over(fate, now);
    put(rows, &over)?;
    Ok(over)
}

fn waiting(rows: &Rows<'_>, id: InviteId, now: u64) -> Result<PendingInvitation, StoreError> {
    let pending = unended(rows, id)?;
    match pending.remaining(now) {
        Some(_) => Ok(pending),
        None => Err(StoreError::Over(Fate::Expired)),
    }
}

/// Also one that seems to have expired.
fn unended(rows: &Rows<'_>, id: InviteId) -> Result<PendingInvitation, StoreError> {
    let bytes = rows.get(Table::Invitation, &id)?;
    match Kept::parse(&bytes.ok_or(StoreError::Unknown)?)? {
        Kept::Over { fate, .. } => Err(StoreError::Over(fate)),
        Kept::Waiting(pending) => Ok(*pending),
    }
}

fn put(rows: &Rows<'_>, kept: &Kept) -> Result<(), StoreError> {
    rows.put(Table::Invitation, &kept.id(), &kept.to_bytes()?)
}

/// One row.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Waiting(Box<PendingInvitation>),
    Over {
        id: InviteId,
        made: u64,
        fate: Fate,
        ended: u64,
    },
}

impl Kept {
    fn id(&self) -> InviteId {
        match self {
            Self::Waiting(pending) => pending.id(),
            Self::Over { id, .. } => *id,
        }
    }

    /// When it was over; none if it is not.
    fn ended(&self, now: u64) -> Option<u64> {
        match self {
            Self::Waiting(pending) if pending.remaining(now).is_some() => None,
            Self::Waiting(pending) => Some(pending.expires()),
            Self::Over { ended, .. } => Some(*ended),
        }
    }

    fn listed(&self, now: u64) -> Listed {
        let (made, state) = match self {
            Self::Waiting(pending) => {
                let remaining = pending.remaining(now).ok_or(Fate::Expired);
                (pending.made, remaining)
            }
            Self::Over { made, fate, .. } => (*made, Err(*fate)),
        };
        Listed {
            id: self.id(),
            made,
            state,
        }
    }

    /// `version 1 | 0 | pending` while it waits, `version 1 | fate | made u64 | ended u64 | id 16`
    /// afterwards.
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        match self {
            Self::Waiting(pending) => pending.to_bytes(),
            Self::Over {
                id,
                made,
                fate,
                ended,
            } => Ok(Writer::new(VERSION, 34)
                .byte(fate_code(*fate))
                .u64(*made)
                .u64(*ended)
                .raw(id)
                .finish()),
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let fate = match reader.byte()? {
            0 => {
                let pending = PendingInvitation::read(&mut reader)?;
                reader.finish()?;
                return Ok(Self::Waiting(Box::new(pending)));
            }
            1 => Fate::Used,
            2 => Fate::Revoked,
            3 => Fate::Expired,
            4 => Fate::Burned,
            _ => return Err(StoreError::Damaged),
        };
        let (made, ended, id) = (reader.u64()?, reader.u64()?, reader.array()?);
        reader.finish()?;
        Ok(Self::Over {
            id,
            made,
            fate,
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

    /// When it expires, in seconds since 1970-01-01 UTC.
    fn expires(&self) -> u64 {
        let life = self.invitation.expiry.remaining(self.made);
        self.made.saturating_add(life.unwrap_or_default().as_secs())
    }

    fn over(&self, fate: Fate, now: u64) -> Kept {
        Kept::Over {
            id: self.id(),
            made: self.made,
            fate,
            ended: now,
        }
    }

    /// `made u64 | port u16 | handed | failed handshakes | wrong answers | digests of forms | invitation | certificate |
    /// locked, or nothing | answer, or nothing | 0, or for each reply how it came and the reply`, each
    /// part behind its length as u16.
    fn to_bytes(&self) -> Result<Plain, StoreError> {
        let answer = self.answer.as_ref().map(|answer| answer.password(None));
        let answer = answer.unwrap_or_default();
        let locked = self.locked.as_deref().unwrap_or_default();
        let room = 32
            + 32 * MOST_FORMS
            + MAX_INVITATION
            + MAX_CERTIFICATE
            + locked.len()
            + answer.len()
            + MOST_REPLIES * (3 + MAX_REPLY);
        let writer = Writer::new(VERSION, room)
            .byte(0)
            .u64(self.made)
            .u16(self.port)
            .byte(via_code(self.handed))
            .byte(self.past.strikes.handshakes)
            .byte(self.past.strikes.answers)
            .bytes(self.past.forms.as_flattened(), 32 * MOST_FORMS)?;
        let writer = write_invitation(writer, &self.invitation)?;
        let mut writer = write_certificate(writer, &self.certificate)?
            .bytes(locked, MAX_LOCKED)?
            .bytes(&answer, MAX_ANSWER)?;
        if self.past.replies.is_empty() {
            writer = writer.byte(0);
        }
        for received in &self.past.replies {
            writer = write_reply(writer.byte(via_code(received.via)), &received.reply)?;
        }
        Ok(writer.finish())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let made = reader.u64()?;
        let port = reader.u16()?;
        let handed = via(reader.byte()?)?;
        let strikes = Strikes {
            handshakes: reader.byte()?,
            answers: reader.byte()?,
        };
        let forms = match reader.bytes(32 * MOST_FORMS)?.as_chunks() {
            (forms, []) => forms.to_vec(),
            _ => return Err(StoreError::Damaged),
        };
        let invitation = read_invitation(reader)?;
        let certificate = read_certificate(reader)?;
        let locked = match reader.bytes(MAX_LOCKED)? {
            [] => None,
            bytes => Some(bytes.to_vec()),
        };
        let answer = match reader.bytes(MAX_ANSWER)? {
            [] => None,
            bytes => Some(Answers::from_password(bytes).ok_or(StoreError::Damaged)?),
        };
        let mut replies = Vec::new();
        let mut code = reader.byte()?;
        while code != 0 || !replies.is_empty() {
            replies.push(ReceivedReply {
                via: via(code)?,
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
            past: Past {
                strikes,
                forms,
                replies,
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
    let pem = certificate.to_pem().map_err(StoreError::internal)?;
    writer.bytes(Zeroizing::new(pem).as_bytes(), MAX_CERTIFICATE)
}

pub(super) fn read_certificate(reader: &mut Reader<'_>) -> Result<Certificate, StoreError> {
    Certificate::from_pem(reader.text(MAX_CERTIFICATE)?).map_err(|_| StoreError::Damaged)
}

pub(super) fn write_reply(writer: Writer, reply: &SealedReply) -> Result<Writer, StoreError> {
    writer.bytes(reply.as_bytes(), MAX_REPLY)
}

pub(super) fn read_reply(reader: &mut Reader<'_>) -> Result<SealedReply, StoreError> {
    SealedReply::parse(reader.bytes(MAX_REPLY)?).map_err(|_| StoreError::Damaged)
}

pub(super) fn via_code(via: Via) -> u8 {
    match via {
        Via::Camera => 1,
        Via::Carried => 2,
        Via::Locked => 3,
    }
}

pub(super) fn via(code: u8) -> Result<Via, StoreError> {
    match code {
        1 => Ok(Via::Camera),
        2 => Ok(Via::Carried),
        3 => Ok(Via::Locked),
        _ => Err(StoreError::Damaged),
    }
}

fn fate_code(fate: Fate) -> u8 {
    match fate {
        Fate::Used => 1,
        Fate::Revoked => 2,
        Fate::Expired => 3,
        Fate::Burned => 4,
    }
}
