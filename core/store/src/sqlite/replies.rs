//! Replies in SQLite.

use super::Store;
use super::rows::{Rows, Table};
use crate::StoreError;
use crate::invitations::{EndReason, MAX_PENDING};
use crate::replies::PendingReply;
use handfast_token::InviteId;

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
            true => Err(StoreError::Over(EndReason::Expired)),
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
