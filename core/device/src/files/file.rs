//! One file or folder, and how it stands.

use super::super::{FileOrder, FileState, Leftover, Pause};
use handfast_protocol::conversation::FileError;
use handfast_protocol::transfer::{Decision, Direction, Fetch, Goal, Offer, Source, Status};
use handfast_store::{FileStage, KeptFile};
use std::path::PathBuf;
use std::time::Duration;
use web_time::Instant;

/// A file, and what there is to say of it beside what is kept.
pub(super) struct File {
    pub(super) kept: KeptFile,
    pub(super) live: Live,
    /// It was offered over the link that is open now.
    pub(super) is_new: bool,
    /// Since when it comes or goes.
    began: Option<Instant>,
    took: Duration,
    /// The entry that says what it is was written, and may be on its way to the disk.
    pub(super) is_told: bool,
    /// Something was said of it before its entry was there.
    pub(super) is_doubted: bool,
    /// Its entry is taken back or has run out, so no more is kept of it than has to be.
    pub(super) is_erased: bool,
}

/// How a file stands over the link that is open now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Live {
    /// There is none.
    Apart,
    /// The other side has not said anything of it.
    Unheard,
    /// It waits for the other person, or for its turn.
    Waiting,
    Moving,
    /// The other side has stopped it for a while.
    Held,
}

impl Leftover {
    /// What there may be of this file on the disk, if its other side gave it and it is not whole.
    pub(in super::super) fn of(kept: &KeptFile, scope: [u8; 32]) -> Option<Self> {
        let is_in_part = kept.stage != FileStage::Done && !kept.name.is_empty();
        let fetch = (!kept.offer.ours && is_in_part).then(|| File::new(kept.clone()).fetch())?;
        Some(Self {
            scope,
            source: fetch.source,
            goal: fetch.goal,
        })
    }
}

impl File {
    pub(super) fn new(kept: KeptFile) -> Self {
        Self {
            kept,
            live: Live::Apart,
            is_new: false,
            began: None,
            took: Duration::ZERO,
            is_told: false,
            is_doubted: false,
            is_erased: false,
        }
    }

    /// How it is kept.
    pub(super) fn to_kept(&self) -> KeptFile {
        let mut kept = self.kept.clone();
        if self.is_erased {
            kept.erase();
        }
        kept
    }

    /// What the two call it.
    pub(super) fn source(&self) -> Source {
        match self.kept.root {
            Some(root) => Source::Root(root),
            None => Source::Entry(self.kept.offer.entry),
        }
    }

    pub(super) fn state(&self) -> FileState {
        let (ours, done) = (self.kept.offer.ours, self.kept.done);
        let paused = |by| FileState::Paused { done, by };
        match (self.kept.stage, self.live) {
            (FileStage::Offered, _) => FileState::Offered,
            (FileStage::Paused, _) => paused(Pause::Here),
            (FileStage::Done, _) => FileState::Done {
                path: (!ours).then(|| self.kept.path.clone()),
                hash: self
                    .kept
                    .content
                    .map_or(Vec::new(), |content| content.root.0.to_vec()),
                took: self.took,
            },
            (FileStage::Failed { reason, by_peer }, _) => FileState::Failed {
                error: reason,
                by_peer,
            },
            (FileStage::Open, Live::Moving) => FileState::Moving { done },
            (FileStage::Open, Live::Held) => paused(Pause::There),
            (FileStage::Open, _) if ours && done == 0 => FileState::Waiting,
            (FileStage::Open, Live::Apart) => paused(Pause::Apart),
            (FileStage::Open, Live::Unheard | Live::Waiting) => FileState::Moving { done },
        }
    }

    /// Whether something comes of it soon without anybody deciding anything.
    pub(super) fn is_under_way(&self) -> bool {
        self.kept.stage == FileStage::Open
            && match self.live {
                Live::Moving => true,
                Live::Unheard => self.is_new,
                // One of ours waits for the other person.
                Live::Waiting => !self.kept.offer.ours,
                Live::Apart | Live::Held => false,
            }
    }

    /// It is taken into this folder.
    pub(super) fn accept(&mut self, folder: PathBuf) {
        // What came of it lies there.
        if self.kept.done == 0 || self.kept.path.as_os_str().is_empty() {
            self.kept.path = folder;
        }
        self.kept.stage = FileStage::Open;
        self.live = Live::Waiting;
    }

    pub(super) fn fail(&mut self, reason: FileError, by_peer: bool) {
        self.kept.stage = FileStage::Failed { reason, by_peer };
    }

    /// What has to be done as nothing comes of it any more.
    pub(super) fn give_up(&self, reason: FileError) -> Vec<Decision> {
        let source = self.source();
        if self.kept.offer.ours {
            return vec![Decision::Withdraw(source, reason)];
        }
        // What there is of it has to be found before it can go.
        let fetch = (self.kept.done > 0).then(|| Decision::Fetch(self.fetch()));
        let refuse = Decision::Refuse(source, reason);
        fetch.into_iter().chain([refuse]).collect()
    }

    /// The order by which it comes.
    pub(super) fn fetch(&self) -> Fetch {
        let (folder, name) = (self.kept.path.clone(), self.kept.name.clone());
        Fetch {
            source: self.source(),
            content: self.kept.content,
            claimed: (self.kept.size > 0).then_some(self.kept.size),
            goal: match self.kept.files {
                None => Goal::File { folder, name },
                Some(_) => Goal::Folder {
                    folder: folder.join(self.own_folder()),
                    name: Some(name),
                },
            },
            may_run: false,
        }
    }

    /// What the folder is called in which a folder comes until it is whole: the same in every process.
    fn own_folder(&self) -> String {
        let entry = Source::Entry(self.kept.offer.entry).to_bytes();
        let digits: String = entry.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(".handfast-{digits}.folder")
    }

    /// The order by which it can be had.
    pub(super) fn give(&self) -> FileOrder {
        let (path, content) = (self.kept.path.clone(), self.kept.content);
        match (self.kept.files, content) {
            (Some(_), Some(content)) => FileOrder::OfferFolder { content, path },
            _ => FileOrder::Decide(Decision::Offer(Offer {
                source: self.source(),
                path,
                content,
                folder: None,
            })),
        }
    }

    /// The orders by which it goes on over a link.
    pub(super) fn go_on(&self) -> impl Iterator<Item = FileOrder> + use<> {
        let order = match self.kept.offer.ours {
            true => self.give(),
            false => FileOrder::Decide(Decision::Fetch(self.fetch())),
        };
        let is_paused = self.kept.stage == FileStage::Paused;
        let pause = is_paused.then(|| FileOrder::Decide(self.pause(true)));
        [order].into_iter().chain(pause)
    }

    /// What stops it for a while, or has it go on.
    pub(super) fn pause(&self, is_paused: bool) -> Decision {
        Decision::Pause {
            direction: match self.kept.offer.ours {
                true => Direction::Outgoing,
                false => Direction::Incoming,
            },
            source: self.source(),
            is_paused,
        }
    }

    /// It stands like that over the link. Whether that has to be kept.
    pub(super) fn stands(&mut self, status: &Status, at: Instant) -> bool {
        let ours = self.kept.offer.ours;
        let goes_on = match status {
            Status::Moving(_) | Status::Paused { .. } | Status::Waiting => true,
            Status::Unheard | Status::Done { .. } | Status::Failed { .. } => false,
        };
        let before = self.kept.stage;
        if ours && goes_on && self.kept.may_be_tried_again() {
            self.kept.stage = FileStage::Open;
        }
        match status {
            Status::Unheard => self.live = Live::Unheard,
            Status::Waiting => self.live = Live::Waiting,
            Status::Moving(progress) => {
                self.began.get_or_insert(at);
                self.live = Live::Moving;
                self.kept.done = progress.done;
                if let (0, Some(size)) = (self.kept.size, progress.size) {
                    self.kept.size = size;
                }
            }
            Status::Paused { progress, by_peer } => {
                // Who has paused does not say how far it is.
                self.kept.done = self.kept.done.max(progress.done);
                // What a person here has stopped is kept as that.
                self.live = match by_peer {
                    true => Live::Held,
                    false => Live::Waiting,
                };
            }
            Status::Done { path } => {
                self.kept.stage = FileStage::Done;
                self.took = self
                    .began
                    .map_or(Duration::ZERO, |began| at.saturating_duration_since(began));
                if let (false, Some(path)) = (ours, path) {
                    self.kept.path = path.clone();
                }
            }
            Status::Failed { reason, by_peer } => self.fail(*reason, *by_peer),
        }
        self.kept.stage != before
    }
}
