//! Several changes that are on the disk together or not at all, for whoever knows what they mean together.
//!
//! Each of them takes in what is there already and takes nothing back that must not be forgotten: strikes,
//! proofs and trust rise, and what has ended stays ended. None fails because somebody else was first, so
//! one that is carried out late, or twice, does no harm.

use crate::StoreError;
use crate::contacts::{Contact, ContactChange, Refused};
use crate::conversation::{
    DamagedEntry, KeptEntry, LogEnd, LogLine, MAX_BODY, MAX_DRAFT, MAX_LEDGER, Place, Searched,
};
use crate::export::Export;
use crate::guesses::{self, MAX_GUESSES};
use crate::invitations::{EndReason, Kept, MAX_MARKS, PendingInvitation};
use crate::kept_files::KeptFile;
use crate::lives::{self, LifeMark};
use crate::medium::{Erased, Medium, Table};
use crate::proofs::Proofs;
use crate::replies::PendingReply;
use crate::settings::{MAX_SETTING, Setting};
use crate::ways::Way;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::Place as LogPlace;
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::HostHistory;
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_token::{InviteId, Secret};

/// One transaction; see the module text. Every method fails only when the store does, or where a value is
/// longer than its place.
pub struct Batch<'a> {
    medium: &'a dyn Medium,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(medium: &'a dyn Medium) -> Self {
        Self { medium }
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
        self.medium.remove(Table::Invitation, &id).map(drop)
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
        self.medium
            .put(Table::Reply, &pending.id(), &pending.to_bytes()?)
    }

    /// An accepted invitation is done with.
    pub fn remove_reply(&self, id: InviteId) -> Result<(), StoreError> {
        self.medium.remove(Table::Reply, &id).map(drop)
    }

    /// So many proofs were sent. A smaller number than is kept changes nothing.
    pub fn count_proofs(&self, proofs: Proofs) -> Result<(), StoreError> {
        let kept = self.medium.get(Table::Proof, &proofs.id)?;
        let kept = kept.map(|kept| Proofs::parse(&kept)).transpose()?;
        match kept.map_or(0, |kept| kept.sent) < proofs.sent {
            true => self
                .medium
                .put(Table::Proof, &proofs.id, &proofs.to_bytes()),
            false => Ok(()),
        }
    }

    /// The proofs of this invitation are too old to matter.
    pub fn forget_proofs(&self, id: InviteId) -> Result<(), StoreError> {
        self.medium.remove(Table::Proof, &id).map(drop)
    }

    /// Somebody was met. Returns what is kept ([`Contact::met_after`]); None of somebody who is refused.
    pub fn meet(&self, met: Contact) -> Result<Option<Contact>, StoreError> {
        if self.medium.get(Table::Refused, &met.key.0)?.is_some() {
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
        self.medium.erase(Erased::Contact);
        self.forget_conversation(refused.key)?;
        self.medium.remove(Table::Contact, &refused.key.0)?;
        self.medium
            .put(Table::Refused, &refused.key.0, &refused.to_bytes()?)
    }

    /// Forgets somebody with all that was said, also that they were refused. Whether there was anything to
    /// forget.
    pub fn forget(&self, key: PublicKey) -> Result<bool, StoreError> {
        self.medium.erase(Erased::Contact);
        self.forget_conversation(key)?;
        let was_met = self.medium.remove(Table::Contact, &key.0)?;
        let was_refused = self.medium.remove(Table::Refused, &key.0)?;
        Ok(was_met || was_refused)
    }

    /// Keeps this about how long something lasts in the conversation with this contact, in the place of what was
    /// kept about it.
    pub fn put_life(&self, with: PublicKey, mark: LifeMark) -> Result<(), StoreError> {
        let value = mark.to_bytes(with)?;
        self.medium
            .put(Table::Life, &lives::name(with, &mark.place()), &value)
    }

    /// Nothing more is to be kept about what stands there.
    pub fn remove_life(&self, with: PublicKey, place: &LogPlace) -> Result<(), StoreError> {
        let name = lives::name(with, place);
        self.medium.remove(Table::Life, &name).map(drop)
    }

    /// Everything that is kept about how long things last, in no particular order.
    pub fn lives(&self) -> Result<Vec<(PublicKey, LifeMark)>, StoreError> {
        self.all(Table::Life, LifeMark::parse)
    }

    fn remove_lives(&self, of: PublicKey) -> Result<(), StoreError> {
        let lives = self.lives()?.into_iter();
        let mut theirs = lives.filter(|(with, _)| *with == of);
        theirs.try_for_each(|(with, mark)| self.remove_life(with, &mark.place()))
    }

    /// Keeps how a file stands, in the place of what was kept of it.
    pub fn put_file(&self, file: &KeptFile) -> Result<(), StoreError> {
        let name = file.offer.to_name();
        self.medium.put(Table::File, &name, &file.to_bytes()?)
    }

    /// Every file that was offered, here or there.
    pub fn files(&self) -> Result<Vec<KeptFile>, StoreError> {
        self.all(Table::File, KeptFile::parse)
    }

    /// Forgets the files of the conversation with this contact. Their bytes lie where they are.
    fn remove_files(&self, with: PublicKey) -> Result<(), StoreError> {
        let files = self.files()?.into_iter();
        let mut files = files.filter(|file| file.offer.with == with);
        files.try_for_each(|file| {
            let name = file.offer.to_name();
            self.medium.remove(Table::File, &name).map(drop)
        })
    }

    /// Makes a choice, or with none takes it back.
    pub fn set(&self, setting: Setting, value: Option<&str>) -> Result<(), StoreError> {
        let name = setting.key().as_bytes();
        match value {
            Some(value) if value.len() > MAX_SETTING => Err(StoreError::TooLong),
            Some(value) => self.medium.put(Table::Setting, name, value.as_bytes()),
            None => self.medium.remove(Table::Setting, name).map(drop),
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
        self.medium.put(Table::Setting, guesses::NAME, &written)
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
        let kept = self.medium.get(Table::Setting, setting.key().as_bytes())?;
        kept.map(|kept| String::from_utf8(kept.to_vec()).map_err(|_| StoreError::Damaged))
            .transpose()
    }

    /// What was guessed lately, the last first.
    pub fn guesses(&self) -> Result<Vec<Guessed>, StoreError> {
        let kept = self.medium.get(Table::Setting, guesses::NAME)?;
        kept.map_or(Ok(Vec::new()), |kept| guesses::read(&kept))
    }

    /// Keeps an entry of the conversation with this contact, at the end of its line. One that stands there, or
    /// did before it was erased, changes nothing.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] where something of it is longer than its place; [`StoreError::Internal`] for one
    /// that is not the next of its line.
    pub fn add_entry(&self, with: PublicKey, entry: &KeptEntry) -> Result<(), StoreError> {
        let body = entry.body.as_deref().unwrap_or_default();
        if body.len() > MAX_BODY {
            return Err(StoreError::TooLong);
        }
        self.medium.add_entry(with, entry)
    }

    /// Erases what can be erased of an entry; the rest of it stays.
    pub fn erase_body(&self, with: PublicKey, place: Place) -> Result<(), StoreError> {
        self.medium.erase_body(with, place)
    }

    /// The last entries of the conversation with this contact that stand before a place, or at its end: the last
    /// first, at most so many.
    pub fn entries(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        most: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError> {
        self.medium.entries(with, before, most)
    }

    /// Looks at what can be erased of so many entries that stand before a place, or at the end, the last first,
    /// until so many of them are found. Only what is found is opened as a whole. What is damaged is passed over.
    pub fn search(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        most: (usize, usize),
        mut is_wanted: impl FnMut(&[u8]) -> bool,
    ) -> Result<Searched, StoreError> {
        self.medium.search(with, before, most, &mut is_wanted)
    }

    /// Entries of a log on all of its lines, from a number on, in the order of numbers and lines: as many
    /// numbers as have together not more than so many bytes, and one if there is any.
    pub fn entries_of_log(
        &self,
        with: PublicKey,
        log: LogLine,
        from: u64,
        most_bytes: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError> {
        self.medium.entries_of_log(with, log, from, most_bytes)
    }

    /// Where each line of each log ends.
    pub fn log_ends(&self, with: PublicKey) -> Result<Vec<LogEnd>, StoreError> {
        self.medium.log_ends(with)
    }

    /// The other side has said to hold this line up to there. An earlier place than is kept changes nothing.
    pub fn set_delivered(
        &self,
        with: PublicKey,
        log: LogLine,
        sequence: u64,
    ) -> Result<(), StoreError> {
        self.medium.set_delivered(with, log, sequence)
    }

    /// The person has read what the other side wrote up to this place in its log: that is the order in which it
    /// comes, and what comes late may stand far up on a screen. An earlier one than is kept changes nothing.
    pub fn set_read(&self, with: PublicKey, place: Place) -> Result<(), StoreError> {
        let in_its_log = |place: &Place| (place.log.counter, place.log.random, place.sequence);
        let read = self.read_mark(with)?;
        match read.as_ref().map(in_its_log) < Some(in_its_log(&place)) {
            true => self.medium.set_read(with, place),
            false => Ok(()),
        }
    }

    /// Up to where the person has read.
    pub fn read_mark(&self, with: PublicKey) -> Result<Option<Place>, StoreError> {
        self.medium.read_mark(with)
    }

    /// What the ledger keeps beside the rows, in the place of what it kept: at most [`MAX_LEDGER`] bytes.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] for more.
    pub fn put_ledger(&self, with: PublicKey, ledger: &[u8]) -> Result<(), StoreError> {
        match ledger.len() > MAX_LEDGER {
            true => Err(StoreError::TooLong),
            false => self.medium.put_ledger(with, ledger),
        }
    }

    /// What the ledger keeps beside the rows; nothing if it never did.
    pub fn ledger(&self, with: PublicKey) -> Result<Vec<u8>, StoreError> {
        self.medium.ledger(with)
    }

    /// Keeps what is being typed, in the place of what was. It has a key of its own, which goes with it.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] above [`MAX_DRAFT`] bytes.
    pub fn put_draft(&self, with: PublicKey, draft: Option<&str>) -> Result<(), StoreError> {
        let draft = draft.unwrap_or_default();
        if draft.len() > MAX_DRAFT {
            return Err(StoreError::TooLong);
        }
        match draft.is_empty() && self.draft(with)?.is_none() {
            true => Ok(()),
            false => self.medium.put_draft(with, draft),
        }
    }

    /// What is being typed, if anything.
    pub fn draft(&self, with: PublicKey) -> Result<Option<String>, StoreError> {
        self.medium.draft(with)
    }

    /// Erases what was said with this contact, what is being typed, and how files stand, the bytes of which are for
    /// somebody else to remove. Where the logs end stays, or all of it
    /// would come back from the other side.
    pub fn erase_conversation(&self, with: PublicKey) -> Result<(), StoreError> {
        self.remove_files(with)?;
        self.remove_lives(with)?;
        self.medium.erase_conversation(with)
    }

    /// Erases everything of the conversation with this contact.
    fn forget_conversation(&self, with: PublicKey) -> Result<(), StoreError> {
        self.remove_files(with)?;
        self.remove_lives(with)?;
        self.medium.forget_conversation(with)
    }

    /// What another device needs to be the one with this long-term private key; what was said only if it is wanted.
    /// All of it is in memory at once. Of a log in which an entry is damaged, what stands before that is taken along:
    /// the rest comes back from the other side.
    pub fn export(&self, identity: Secret<32>, with_entries: bool) -> Result<Export, StoreError> {
        let contacts = self.contacts()?;
        let mut entries = Vec::new();
        for contact in contacts.iter().filter(|_| with_entries) {
            let mut broken: Vec<LogLine> = Vec::new();
            let mut said = self.entries(contact.key, None, usize::MAX)?;
            said.reverse();
            for entry in said {
                match entry {
                    Ok(entry) if !broken.contains(&entry.place.log) => {
                        entries.push((contact.key, entry));
                    }
                    Ok(_) => {}
                    Err(damaged) => broken.push(damaged.0.log),
                }
            }
        }
        let lives = match with_entries {
            true => self.lives()?,
            false => Vec::new(),
        };
        Ok(Export {
            identity,
            contacts,
            refused: self.refused()?,
            entries,
            lives,
        })
    }

    /// Writes everything of an export but who this device is, into a store in which there is nothing. Whoever has the
    /// export may have used it since, so of what proves who returns only that is taken along by which both people are
    /// asked.
    pub(crate) fn fill(&self, export: &Export) -> Result<(), StoreError> {
        for contact in &export.contacts {
            self.meet(Contact {
                reconnect: contact.reconnect.clone().map(ReconnectKeys::imported),
                ..contact.clone()
            })?;
        }
        for refused in &export.refused {
            self.refuse(refused)?;
        }
        for (with, entry) in &export.entries {
            self.add_entry(*with, entry)?;
            // It was shown where it comes from, or could have been.
            if entry.place.log.author == *with {
                self.set_read(*with, entry.place)?;
            }
        }
        let mut lives = export.lives.iter();
        lives.try_for_each(|(with, mark)| self.put_life(*with, *mark))
    }

    fn all<T>(
        &self,
        table: Table,
        parse: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.medium.all(table)?;
        rows.iter().map(|row| parse(row)).collect()
    }

    fn contact(&self, key: PublicKey) -> Result<Option<Contact>, StoreError> {
        let kept = self.medium.get(Table::Contact, &key.0)?;
        kept.map(|kept| Contact::parse(&kept)).transpose()
    }

    fn put_contact(&self, contact: &Contact) -> Result<(), StoreError> {
        self.medium
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
        let kept = self.medium.get(Table::Invitation, &id)?;
        kept.map(|kept| Kept::parse(&kept)).transpose()
    }

    fn put_invitation(&self, kept: &Kept) -> Result<(), StoreError> {
        self.medium
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
            self.medium.remove(Table::Invitation, id)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Batch(..)")
    }
}
