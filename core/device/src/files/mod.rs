//! Files and folders of a conversation that both keep. Each is offered by an entry of a log, and kept with how it
//! stands, so that it is gone on with over any number of connections and processes.
//!
//! `file` is one of them, and what a screen shows of it. [`Files`] are those with one contact: `record` takes in what
//! the logs say, in the batch in which they are kept; `carry` is what is wanted of the files of a link, and what comes
//! of that; what a person decides is below. Nothing here reads or writes a file: what has to be done with one leaves
//! as a [`FileOrder`], and goes on the disk as a [`KeptFile`].

mod carry;
mod file;
mod record;

pub(super) use carry::Taking;
pub(super) use record::{Offered, body_of, entry_of};

use super::shared::Shared;
use super::{FileOrder, FileState, Refusal, SessionId, TalkCommand, Ticket, Write};
use carry::Channel;
use file::{File, Live};
use handfast_protocol::conversation::FileError;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::transfer::{Decision, EntryId, Root, Source};
use handfast_store::{FileStage, KeptFile, OfferId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What a person decides about a file.
#[derive(Clone, Debug)]
pub(super) enum FileWish {
    /// Take it, into this folder.
    Accept(PathBuf),
    Cancel,
    Pause,
    Resume,
}

/// See the module text.
pub(super) struct Files {
    with: PublicKey,
    files: BTreeMap<OfferId, File>,
    /// The link over which they come and go.
    channel: Option<Channel>,
    /// What the other side asked about before the entry came that offers it.
    asked: BTreeSet<Source>,
    /// It asked about more than is remembered: of every entry that comes it is said how it stands.
    has_asked_more: bool,
    /// What is on its way to the disk, and what has to be done once it is there.
    decided: BTreeMap<Ticket, Vec<Decision>>,
    /// What stands differently since that was asked last.
    touched: BTreeSet<OfferId>,
}

impl Files {
    /// Those with this contact, as they are kept.
    pub(super) fn load(shared: &Shared, with: PublicKey) -> Self {
        let first = OfferId {
            with,
            ours: false,
            entry: EntryId {
                incarnation: [0; 12],
                sequence: 0,
            },
        };
        let kept = shared.kept().files.range(first..);
        let kept = kept.take_while(|(offer, _)| offer.with == with);
        Self {
            with,
            files: kept
                .map(|(offer, kept)| (*offer, File::new(kept.clone())))
                .collect(),
            channel: None,
            asked: BTreeSet::new(),
            has_asked_more: false,
            decided: BTreeMap::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Reads them anew, as the store failed at something.
    pub(super) fn read_anew(&mut self, shared: &Shared) {
        self.files = Self::load(shared, self.with).files;
        // What was decided about a file that is not kept so is not known at its machine.
        self.channel = None;
    }

    /// How the file stands that this entry offers.
    pub(super) fn state(&self, ours: bool, entry: EntryId) -> FileState {
        match self.files.get(&self.offer(ours, entry)) {
            Some(file) => file.state(),
            // What is not known here any more cannot be given, and can be taken by what its entry says.
            None if ours => FileState::Failed {
                error: FileError::Unreadable,
                by_peer: false,
            },
            None => FileState::Offered,
        }
    }

    /// What stands differently since this was asked last.
    pub(super) fn take_touched(&mut self) -> BTreeSet<OfferId> {
        std::mem::take(&mut self.touched)
    }

    fn offer(&self, ours: bool, entry: EntryId) -> OfferId {
        let with = self.with;
        OfferId { with, ours, entry }
    }

    /// Whether one of ours is named by this root that has not arrived: what is said of the one would be taken as said of
    /// the other.
    pub(super) fn is_named(&self, root: Root) -> bool {
        let mut files = self.files.iter();
        files.any(|(offer, file)| {
            offer.ours && file.kept.root == Some(root) && file.kept.stage != FileStage::Done
        })
    }

    /// Whether something moves over the link of this session, or was offered over it and the other side is about to say
    /// whether it takes that.
    pub(super) fn are_under_way(&self, session: SessionId) -> bool {
        let is_its = |channel: &Channel| channel.session == session;
        self.channel.as_ref().is_some_and(is_its)
            && self.files.values().any(|file| file.is_under_way())
    }

    /// A person decides about a file.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] where there is nothing to decide.
    pub(super) fn decide(
        &mut self,
        shared: &mut Shared,
        (ours, entry): (bool, EntryId),
        wish: FileWish,
    ) -> Result<(), Refusal> {
        let offer = self.offer(ours, entry);
        let file = self.files.get_mut(&offer).ok_or(Refusal::NotNow)?;
        let decisions = match (wish, file.kept.stage) {
            (FileWish::Accept(folder), stage)
                if !ours && (stage == FileStage::Offered || file.kept.may_be_tried_again()) =>
            {
                file.accept(folder);
                vec![Decision::Fetch(file.fetch())]
            }
            (FileWish::Cancel, stage) if !stage.is_over() => {
                let reason = match stage {
                    FileStage::Offered => FileError::Declined,
                    _ => FileError::Cancelled,
                };
                file.fail(reason, false);
                file.give_up(reason)
            }
            (FileWish::Pause, FileStage::Open) => {
                file.kept.stage = FileStage::Paused;
                vec![file.pause(true)]
            }
            (FileWish::Resume, FileStage::Paused) => {
                file.kept.stage = FileStage::Open;
                vec![file.pause(false)]
            }
            _ => return Err(Refusal::NotNow),
        };
        if let Some(ticket) = self.changed(shared, offer) {
            self.decided.insert(ticket, decisions);
        }
        Ok(())
    }

    /// What offers a file has run out. How it is kept from now on, if it is known.
    pub(super) fn run_out(&mut self, shared: &mut Shared, offer: OfferId) -> Option<KeptFile> {
        let file = self.files.get_mut(&offer)?;
        let mut decisions = Vec::new();
        if !file.kept.stage.is_over() {
            file.fail(FileError::Cancelled, false);
            decisions = file.give_up(FileError::Cancelled);
        }
        file.kept.erase();
        file.is_erased = true;
        let kept = file.kept.clone();
        self.touched.insert(offer);
        for decision in decisions {
            self.order(shared, FileOrder::Decide(decision));
        }
        Some(kept)
    }

    /// Has a file kept as it stands now, and shown so.
    fn changed(&mut self, shared: &mut Shared, offer: OfferId) -> Option<Ticket> {
        self.touched.insert(offer);
        let file = self.files.get(&offer)?;
        let write = Write::File(Box::new(file.to_kept()));
        Some(self.write(shared, vec![write]))
    }

    fn write(&mut self, shared: &mut Shared, writes: Vec<Write>) -> Ticket {
        let ticket = shared.write_history(writes, self.with);
        self.decided.insert(ticket, Vec::new());
        ticket
    }

    /// A batch is on the disk, or not. What was decided is done once it is kept, so that nobody hears of what a device
    /// that ends has forgotten.
    pub(super) fn stored(&mut self, shared: &mut Shared, ticket: Ticket, is_kept: bool) {
        let decided = self.decided.remove(&ticket).unwrap_or_default();
        for decision in decided.into_iter().filter(|_| is_kept) {
            self.order(shared, FileOrder::Decide(decision));
        }
    }

    /// Nothing of them is on its way to the disk.
    pub(super) fn are_kept(&self) -> bool {
        self.decided.is_empty()
    }

    /// Has this done, if a link is there.
    fn order(&self, shared: &mut Shared, order: FileOrder) {
        if let Some(channel) = &self.channel {
            shared.talk(channel.session, TalkCommand::File(order));
        }
    }

    /// The files with this name that something may still come of, and then the others, the newest first.
    fn named(&self, ours: bool, source: Source) -> Vec<OfferId> {
        let files = self.files.iter().rev();
        let named = files.filter(|(offer, file)| offer.ours == ours && file.source() == source);
        let (over, open): (Vec<_>, Vec<_>) = named.partition(|(_, file)| file.kept.stage.is_over());
        open.into_iter()
            .chain(over)
            .map(|(offer, _)| *offer)
            .collect()
    }

    /// Whether so many files of the other side wait for an answer, or more.
    fn are_waiting(&self, most: usize) -> bool {
        let files = self.files.iter();
        let waiting =
            files.filter(|(offer, file)| !offer.ours && file.kept.stage == FileStage::Offered);
        waiting.take(most).count() == most
    }

    /// Bytes that were taken from the other side unasked within a day.
    fn taken_unasked(&self, now: u64) -> u64 {
        const DAY: u64 = 24 * 3600;
        let lately = |kept: &&KeptFile| kept.unasked.is_some_and(|at| now.saturating_sub(at) < DAY);
        let taken = self.files.values().map(|file| &file.kept).filter(lately);
        taken.fold(0, |sum, kept| sum.saturating_add(kept.size))
    }

    /// How every file stands that may be gone on with is not known any more.
    fn part(&mut self) {
        for (offer, file) in &mut self.files {
            if file.live != Live::Apart {
                file.live = Live::Apart;
                self.touched.insert(*offer);
            }
        }
    }
}
