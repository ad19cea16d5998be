//! Invitations in SQLite.

use super::Store;
use super::rows::{Rows, Table};
use crate::StoreError;
use crate::invitations::{
    DOUBT, EndReason, Kept, Listed, MAX_MARKS, MAX_PENDING, PendingInvitation,
};
use handfast_token::InviteId;

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
                return Err(StoreError::Over(EndReason::Expired));
            }
            let kept = sweep(rows, now)?;
            if let Some(Kept::Over { end_reason, .. }) = kept.iter().find(|kept| kept.id() == id) {
                return Err(StoreError::Over(*end_reason));
            }
            let waits = |kept: &&Kept| kept.ended(now).is_none() && kept.id() != id;
            if kept.iter().filter(waits).count() >= MAX_PENDING {
                return Err(StoreError::TooMany);
            }
            let mut pending = pending.clone();
            for before in kept.iter().filter(|kept| kept.id() == id) {
                if let Kept::Waiting(before) = before {
                    pending.history.merge(&before.history);
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

    /// Changes what is kept of an invitation that waits: its port, its history. A history that is behind what
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
            let before = pending.history.clone();
            change(&mut pending);
            if pending.id() != id {
                return Err(StoreError::Unknown);
            }
            pending.history.merge(&before);
            if pending.history.strikes.are_used_up() {
                return end(rows, &pending, EndReason::Burned, now).map(drop);
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
    pub fn end_invitation(
        &self,
        id: InviteId,
        end_reason: EndReason,
        now: u64,
    ) -> Result<(), StoreError> {
        self.transact(|rows| {
            let pending = unended(rows, id)?;
            end(rows, &pending, end_reason, now)?;
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
            kept = end(rows, pending, EndReason::Expired, now)?;
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
    end_reason: EndReason,
    now: u64,
) -> Result<Kept, StoreError> {
    let over = pending.over(end_reason, now);
    put(rows, &over)?;
    Ok(over)
}

fn waiting(rows: &Rows<'_>, id: InviteId, now: u64) -> Result<PendingInvitation, StoreError> {
    let pending = unended(rows, id)?;
    match pending.remaining(now) {
        Some(_) => Ok(pending),
        None => Err(StoreError::Over(EndReason::Expired)),
    }
}

/// Also one that seems to have expired.
fn unended(rows: &Rows<'_>, id: InviteId) -> Result<PendingInvitation, StoreError> {
    let bytes = rows.get(Table::Invitation, &id)?;
    match Kept::parse(&bytes.ok_or(StoreError::Unknown)?)? {
        Kept::Over { end_reason, .. } => Err(StoreError::Over(end_reason)),
        Kept::Waiting(pending) => Ok(*pending),
    }
}

fn put(rows: &Rows<'_>, kept: &Kept) -> Result<(), StoreError> {
    rows.put(Table::Invitation, &kept.id(), &kept.to_bytes()?)
}
