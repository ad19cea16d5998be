//! Several changes that are on the disk together or not at all, for whoever knows what they mean together.
//!
//! Each of them takes in what is there already and takes nothing back that must not be forgotten: strikes,
//! proofs and trust rise, and what has ended stays ended. None fails because somebody else was first, so
//! one that is carried out late, or twice, does no harm.

use super::Store;
use super::rows::{Rows, Table};
use crate::StoreError;
use crate::contacts::{Contact, ContactChange, Refused};
use crate::guesses::{self, MAX_GUESSES};
use crate::invitations::{EndReason, Kept, MAX_MARKS, PendingInvitation};
use crate::kept_files::KeptFile;
use crate::lives::{self, LifeMark};
use crate::proofs::Proofs;
use crate::replies::PendingReply;
use crate::settings::{MAX_SETTING, Setting};
use crate::ways::Way;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::Place as LogPlace;
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::HostHistory;
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_token::InviteId;
use std::cell::Cell;

/// One transaction; see the module text. Every method fails only when the store does, or where a value is
/// longer than its place.
pub struct Batch<'a> {
    pub(super) rows: &'a Rows<'a>,
    /// What it erases of which no trace may stay.
    pub(super) erases: &'a Cell<Erased>,
}

/// What was erased, the more of the file has to be cleared the later it stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Erased {
    #[default]
    Nothing,
    /// What was said, or some of it.
    Entries,
    /// Somebody, with the keys that they were met by.
    Contact,
}

impl Store {
    /// Everything that `work` changes is on the disk when this returns, or nothing of it.
    ///
    /// # Errors
    /// Those of `work`, and when the store fails.
    pub fn batch<T>(
        &self,
        work: impl FnOnce(&Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let erases = Cell::default();
        let done = self.transact(|rows| {
            work(&Batch {
                rows,
                erases: &erases,
            })
        })?;
        if erases.get() > Erased::Nothing {
            self.clear_traces(erases.get());
        }
        Ok(done)
    }
}

impl Batch<'_> {
    /// Keeps an invitation. One that is over stays over.
    pub fn add_invitation(&self, new: &PendingInvitation) -> Result<(), StoreError> {
        let mut new = new.clone();
        match self.invitation(new.id())? {
            Some(Kept::Over { .. }) => return Ok(()),
            Some(Kept::Waiting(before)) => new.history.merge(&before.history),
            None => {}
        }
        self.put_invitation(&Kept::Waiting(Box::new(new)))
    }

    /// Forgets an invitation that was never handed out.
    pub fn remove_invitation(&self, id: InviteId) -> Result<(), StoreError> {
        self.rows.remove(Table::Invitation, &id).map(drop)
    }

    /// An invitation that waits has this history, beside the one that is kept. Strikes that are used up burn
    /// it by that.
    pub fn add_history(
        &self,
        id: InviteId,
        history: &HostHistory,
        now: u64,
    ) -> Result<(), StoreError> {
        let Some(Kept::Waiting(mut pending)) = self.invitation(id)? else {
            return Ok(());
        };
        // The newest form comes first, whatever was known before.
        let mut merged = history.clone();
        merged.merge(&pending.history);
        pending.history = merged;
        match pending.history.strikes.are_used_up() {
            true => self.leave_mark(&pending, EndReason::Burned, now),
            false => self.put_invitation(&Kept::Waiting(pending)),
        }
    }

    /// An invitation that waits is over; its secrets are removed. Only the first end counts.
    pub fn end_invitation(
        &self,
        id: InviteId,
        end_reason: EndReason,
        now: u64,
    ) -> Result<(), StoreError> {
        match self.invitation(id)? {
            Some(Kept::Waiting(pending)) => self.leave_mark(&pending, end_reason, now),
            Some(Kept::Over { .. }) | None => Ok(()),
        }
    }

    /// Keeps an accepted invitation with its reply, over what was kept of it.
    pub fn put_reply(&self, pending: &PendingReply) -> Result<(), StoreError> {
        self.rows
            .put(Table::Reply, &pending.id(), &pending.to_bytes()?)
    }

    /// An accepted invitation is done with.
    pub fn remove_reply(&self, id: InviteId) -> Result<(), StoreError> {
        self.rows.remove(Table::Reply, &id).map(drop)
    }

    /// So many proofs were sent. A smaller number than is kept changes nothing.
    pub fn count_proofs(&self, proofs: Proofs) -> Result<(), StoreError> {
        let kept = self.rows.get(Table::Proof, &proofs.id)?;
        let kept = kept.map(|kept| Proofs::parse(&kept)).transpose()?;
        match kept.map_or(0, |kept| kept.sent) < proofs.sent {
            true => self.rows.put(Table::Proof, &proofs.id, &proofs.to_bytes()),
            false => Ok(()),
        }
    }

    /// The proofs of this invitation are too old to matter.
    pub fn forget_proofs(&self, id: InviteId) -> Result<(), StoreError> {
        self.rows.remove(Table::Proof, &id).map(drop)
    }

    /// Somebody was met. Returns what is kept ([`Contact::met_after`]); None of somebody who is refused.
    pub fn meet(&self, met: Contact) -> Result<Option<Contact>, StoreError> {
        if self.rows.get(Table::Refused, &met.key.0)?.is_some() {
            return Ok(None);
        }
        let before = self.contact(met.key)?;
        let contact = met.met_after(before.as_ref());
        self.put_contact(&contact)?;
        Ok(Some(contact))
    }

    /// Changes what is kept of a contact. Of somebody who is none, nothing is.
    pub fn change_contact(&self, key: PublicKey, change: &ContactChange) -> Result<(), StoreError> {
        self.with_contact(key, |contact| contact.change(change))
    }

    /// A contact was reached by this way ([`Contact::add_way`]).
    pub fn add_way(&self, key: PublicKey, way: Way) -> Result<(), StoreError> {
        self.with_contact(key, |contact| contact.add_way(way))
    }

    /// This is what it takes to meet a contact again, in the place of what was kept of it.
    pub fn put_reconnect(&self, key: PublicKey, keys: &ReconnectKeys) -> Result<(), StoreError> {
        self.with_contact(key, |contact| contact.reconnect = Some(keys.clone()))
    }

    /// Whoever has this key is in between. They are forgotten with all that was said, and not met again.
    pub fn refuse(&self, refused: &Refused) -> Result<(), StoreError> {
        self.erase(Erased::Contact);
        self.forget_conversation(refused.key)?;
        self.rows.remove(Table::Contact, &refused.key.0)?;
        self.rows
            .put(Table::Refused, &refused.key.0, &refused.to_bytes()?)
    }

    /// Forgets somebody with all that was said, also that they were refused. Whether there was anything to
    /// forget.
    pub fn forget(&self, key: PublicKey) -> Result<bool, StoreError> {
        self.erase(Erased::Contact);
        self.forget_conversation(key)?;
        let was_met = self.rows.remove(Table::Contact, &key.0)?;
        let was_refused = self.rows.remove(Table::Refused, &key.0)?;
        Ok(was_met || was_refused)
    }

    /// Keeps this about how long something lasts in the conversation with this contact, in the place of what was
    /// kept about it.
    pub fn put_life(&self, with: PublicKey, mark: LifeMark) -> Result<(), StoreError> {
        let value = mark.to_bytes(with)?;
        self.rows
            .put(Table::Life, &lives::name(with, &mark.place()), &value)
    }

    /// Nothing more is to be kept about what stands there.
    pub fn remove_life(&self, with: PublicKey, place: &LogPlace) -> Result<(), StoreError> {
        let name = lives::name(with, place);
        self.rows.remove(Table::Life, &name).map(drop)
    }

    /// Everything that is kept about how long things last, in no particular order.
    pub fn lives(&self) -> Result<Vec<(PublicKey, LifeMark)>, StoreError> {
        self.all(Table::Life, LifeMark::parse)
    }

    pub(super) fn remove_lives(&self, of: PublicKey) -> Result<(), StoreError> {
        let lives = self.lives()?.into_iter();
        let mut theirs = lives.filter(|(with, _)| *with == of);
        theirs.try_for_each(|(with, mark)| self.remove_life(with, &mark.place()))
    }

    /// Keeps how a file stands, in the place of what was kept of it.
    pub fn put_file(&self, file: &KeptFile) -> Result<(), StoreError> {
        let name = file.offer.to_name();
        self.rows.put(Table::File, &name, &file.to_bytes()?)
    }

    /// Every file that was offered, here or there.
    pub fn files(&self) -> Result<Vec<KeptFile>, StoreError> {
        self.all(Table::File, KeptFile::parse)
    }

    /// Forgets the files of the conversation with this contact. Their bytes lie where they are.
    pub(super) fn remove_files(&self, with: PublicKey) -> Result<(), StoreError> {
        let files = self.files()?.into_iter();
        let mut files = files.filter(|file| file.offer.with == with);
        files.try_for_each(|file| {
            let name = file.offer.to_name();
            self.rows.remove(Table::File, &name).map(drop)
        })
    }

    /// Makes a choice, or with none takes it back.
    pub fn set(&self, setting: Setting, value: Option<&str>) -> Result<(), StoreError> {
        let name = setting.key().as_bytes();
        match value {
            Some(value) if value.len() > MAX_SETTING => Err(StoreError::TooLong),
            Some(value) => self.rows.put(Table::Setting, name, value.as_bytes()),
            None => self.rows.remove(Table::Setting, name).map(drop),
        }
    }

    /// Keeps these guesses, those that were made last first, and of what is kept already what they do not
    /// name.
    pub fn add_guesses(&self, new: &[Guessed]) -> Result<(), StoreError> {
        let is_old = |old: &Guessed| {
            let is_same = |new: &Guessed| new.token == old.token && new.at == old.at;
            !new.iter().any(is_same)
        };
        let mut all = new.to_vec();
        all.extend(self.guesses()?.into_iter().filter(is_old));
        all.sort_by_key(|one| std::cmp::Reverse(one.last));
        all.truncate(MAX_GUESSES);
        let written = guesses::write(&all);
        self.rows.put(Table::Setting, guesses::NAME, &written)
    }

    /// Every invitation, and the marks of those that are over.
    pub fn invitations(&self) -> Result<Vec<Kept>, StoreError> {
        self.all(Table::Invitation, Kept::parse)
    }

    /// Every accepted invitation.
    pub fn replies(&self) -> Result<Vec<PendingReply>, StoreError> {
        self.all(Table::Reply, PendingReply::parse)
    }

    /// The proofs of every invitation.
    pub fn proofs(&self) -> Result<Vec<Proofs>, StoreError> {
        self.all(Table::Proof, Proofs::parse)
    }

    /// Everybody who was met.
    pub fn contacts(&self) -> Result<Vec<Contact>, StoreError> {
        self.all(Table::Contact, Contact::parse)
    }

    /// Everybody who is refused.
    pub fn refused(&self) -> Result<Vec<Refused>, StoreError> {
        self.all(Table::Refused, Refused::parse)
    }

    /// A choice, if one was made.
    pub fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        let kept = self.rows.get(Table::Setting, setting.key().as_bytes())?;
        kept.map(|kept| String::from_utf8(kept.to_vec()).map_err(|_| StoreError::Damaged))
            .transpose()
    }

    /// What was guessed lately, the last first.
    pub fn guesses(&self) -> Result<Vec<Guessed>, StoreError> {
        let kept = self.rows.get(Table::Setting, guesses::NAME)?;
        kept.map_or(Ok(Vec::new()), |kept| guesses::read(&kept))
    }

    fn all<T>(
        &self,
        table: Table,
        parse: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.rows.all(table)?;
        rows.iter().map(|row| parse(row)).collect()
    }

    /// No trace of this may stay once the batch is on the disk.
    pub(super) fn erase(&self, what: Erased) {
        self.erases.set(self.erases.get().max(what));
    }

    fn contact(&self, key: PublicKey) -> Result<Option<Contact>, StoreError> {
        let kept = self.rows.get(Table::Contact, &key.0)?;
        kept.map(|kept| Contact::parse(&kept)).transpose()
    }

    fn put_contact(&self, contact: &Contact) -> Result<(), StoreError> {
        self.rows
            .put(Table::Contact, &contact.key.0, &contact.to_bytes()?)
    }

    fn with_contact(
        &self,
        key: PublicKey,
        change: impl FnOnce(&mut Contact),
    ) -> Result<(), StoreError> {
        match self.contact(key)? {
            Some(mut contact) => {
                change(&mut contact);
                self.put_contact(&contact)
            }
            None => Ok(()),
        }
    }

    fn invitation(&self, id: InviteId) -> Result<Option<Kept>, StoreError> {
        let kept = self.rows.get(Table::Invitation, &id)?;
        kept.map(|kept| Kept::parse(&kept)).transpose()
    }

    fn put_invitation(&self, kept: &Kept) -> Result<(), StoreError> {
        self.rows
            .put(Table::Invitation, &kept.id(), &kept.to_bytes()?)
    }

    /// Leaves a mark where an invitation waited, and removes the oldest marks that are too many.
    fn leave_mark(
        &self,
        pending: &PendingInvitation,
        end_reason: EndReason,
        now: u64,
    ) -> Result<(), StoreError> {
        self.put_invitation(&pending.over(end_reason, now))?;
        let mut marks: Vec<(u64, InviteId)> = self
            .invitations()?
            .iter()
            .filter_map(|kept| match kept {
                Kept::Over { id, ended, .. } => Some((*ended, *id)),
                Kept::Waiting(_) => None,
            })
            .collect();
        marks.sort_unstable();
        let surplus = marks.len().saturating_sub(MAX_MARKS);
        for (_, id) in &marks[..surplus] {
            self.rows.remove(Table::Invitation, id)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Batch(..)")
    }
}
