//! What the entries of the logs say about files.

use super::super::{Offerable, Preview};
use super::file::File;
use super::{Files, OfferId};
use bytes::Bytes;
use handfast_protocol::conversation::{FileError, Limits, safe_file_name};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{
    Author, Body, FileBody, FolderBody, Incarnation, MAX_ENTRY_NAME, MAX_MEDIA_TYPE, MAX_PREVIEW,
    Row, Whose,
};
use handfast_protocol::pairing::Now;
use handfast_protocol::transfer::{Content, EntryId, Root};
use handfast_store::{FileStage, KeptFile};
use std::path::PathBuf;

/// The root of what is not known yet, as an entry has it.
const UNKNOWN: [u8; 32] = [0; 32];

/// A file of this device that is about to be offered.
#[derive(Clone, Debug)]
pub(in super::super) struct Offered {
    pub(in super::super) path: PathBuf,
    /// What it is, or its manifest, if that is known.
    pub(in super::super) root: Option<Root>,
}

/// What an entry says that offers this by that name. It is named by its root, if that is known and names nothing else
/// that is on offer.
pub(in super::super) fn body_of(name: &str, looked: Offerable, by_root: bool) -> Body {
    let length = name.floor_char_boundary(MAX_ENTRY_NAME);
    let name = match &name[..length] {
        "" => "file".to_owned(),
        name => name.to_owned(),
    };
    match (looked.files, looked.content) {
        (Some(files), Some(content)) => Body::Folder(FolderBody {
            root: content.root.0,
            manifest: u32::try_from(content.size).unwrap_or(u32::MAX),
            files,
            size: looked.size,
            name,
        }),
        (_, content) => {
            let content = content.filter(|_| by_root);
            let fits = |preview: &Preview| {
                preview.bytes.len() <= MAX_PREVIEW && preview.media_type.len() <= MAX_MEDIA_TYPE
            };
            let (media_type, preview) = match looked.preview.filter(fits) {
                Some(Preview { media_type, bytes }) => (media_type, bytes.into()),
                None => (String::new(), Bytes::new()),
            };
            Body::File(FileBody {
                root: content.map_or(UNKNOWN, |content| content.root.0),
                size: looked.size,
                name,
                media_type,
                preview,
            })
        }
    }
}

/// What a row offers, if it does.
fn offered(row: &Row, with: PublicKey) -> Option<KeptFile> {
    let about = |name: &str, size, files, root: [u8; 32], length| KeptFile {
        offer: OfferId {
            with,
            ours: row.author == Author::Me,
            entry: entry_of(row.entry.header.incarnation, row.entry.header.sequence),
        },
        version: row.version(),
        // What somebody else chose is safe to show, and to store.
        name: safe_file_name(name),
        files,
        size,
        root: (root != UNKNOWN).then_some(Root(root)),
        content: (root != UNKNOWN).then_some(Content {
            size: length,
            root: Root(root),
        }),
        path: PathBuf::new(),
        stage: FileStage::Offered,
        done: 0,
        unasked: None,
    };
    match row.entry.read().ok()? {
        Body::File(file) => Some(about(&file.name, file.size, None, file.root, file.size)),
        Body::Folder(folder) => Some(about(
            &folder.name,
            folder.size,
            Some(folder.files),
            folder.root,
            folder.manifest.into(),
        )),
        _ => None,
    }
}

/// What other messages call what stands there in the log of its writer.
pub(in super::super) fn entry_of(incarnation: Incarnation, sequence: u64) -> EntryId {
    EntryId {
        incarnation: incarnation.to_bytes(),
        sequence,
    }
}

impl Files {
    /// Takes in what a row says, which is about to be kept: what stands differently by it, to be kept in the same
    /// batch. `ours` is where a file of this device is that the row offers; `usual` are the limits where no link has
    /// its own.
    pub(in super::super) fn record(
        &mut self,
        row: &Row,
        ours: Option<Offered>,
        usual: &Limits,
        now: Now,
    ) -> Option<KeptFile> {
        let is_ours = row.author == Author::Me;
        // What stands beside another entry cannot be told from it by what names files.
        if row.line != 0 {
            return None;
        }
        let about = row.entry.header.reply_to;
        let own = about
            .filter(|about| about.whose == Whose::Writer)
            .map(|about| entry_of(about.incarnation, about.sequence));
        let offer = match (row.entry.read().ok()?, own) {
            (Body::Withdraw, Some(entry)) => self.taken_back(is_ours, entry)?,
            (Body::File(file), Some(entry)) if self.is_nameless(is_ours, entry) => {
                let root = Root(file.root);
                let content = (file.root != UNKNOWN).then_some(Content {
                    size: file.size,
                    root,
                });
                self.said(is_ours, entry, content?)?
            }
            (Body::File(_) | Body::Folder(_), _) => self.add(row, ours, usual, now)?,
            _ => return None,
        };
        self.files.get(&offer).map(File::to_kept)
    }

    /// Whether this entry offers a file of which nobody has said what it is.
    fn is_nameless(&self, ours: bool, entry: EntryId) -> bool {
        let file = self.files.get(&self.offer(ours, entry));
        file.is_some_and(|file| file.kept.root.is_none() && file.kept.content.is_none())
    }

    fn taken_back(&mut self, ours: bool, entry: EntryId) -> Option<OfferId> {
        let offer = self.offer(ours, entry);
        let file = self.files.get_mut(&offer)?;
        if !file.kept.stage.is_over() {
            file.fail(FileError::Cancelled, !ours);
        }
        file.is_erased = true;
        Some(offer)
    }

    fn said(&mut self, ours: bool, entry: EntryId, content: Content) -> Option<OfferId> {
        if ours {
            return self.is_known(entry, content);
        }
        let offer = self.offer(false, entry);
        let file = self.files.get_mut(&offer)?;
        file.kept.content = Some(content);
        // Nobody has agreed to more than was said.
        if file.kept.size == 0 {
            file.kept.size = content.size;
        }
        Some(offer)
    }

    fn add(
        &mut self,
        row: &Row,
        ours: Option<Offered>,
        usual: &Limits,
        now: Now,
    ) -> Option<OfferId> {
        let mut kept = offered(row, self.with)?;
        let offer = kept.offer;
        if self.files.contains_key(&offer) {
            return None;
        }
        match (offer.ours, ours) {
            (true, Some(ours)) => {
                kept.path = ours.path;
                kept.stage = FileStage::Open;
            }
            // It was written before this device was restored.
            (true, None) => return None,
            (false, _) => self.judge(&mut kept, usual, now),
        }
        self.files.insert(offer, File::new(kept));
        Some(offer)
    }

    /// Whether an offer of the other side is taken, refused, or waits for the person.
    fn judge(&self, kept: &mut KeptFile, usual: &Limits, now: Now) {
        let taking = self.channel.as_ref().map(|channel| &channel.taking);
        let limits = taking.map_or(usual, |taking| &taking.limits);
        let failed = |reason| FileStage::Failed {
            reason,
            by_peer: false,
        };
        // What nobody is there to give waits for the person.
        let most = taking.map_or(0, |taking| limits.of(taking.trust.level()).unasked);
        // Of what has no size nobody knows how much it will be.
        let is_sized = kept.size > 0 || kept.content.is_some();
        let fits = || {
            let taken = self.taken_unasked(now.unix).checked_add(kept.size);
            taken.is_some_and(|taken| taken <= most)
        };
        if kept.size > limits.largest_file {
            kept.stage = failed(FileError::TooLarge);
        } else if is_sized
            && most > 0
            && fits()
            && let Some(taking) = taking
        {
            kept.stage = FileStage::Open;
            kept.path = taking.folder.clone();
            kept.unasked = Some(now.unix);
        } else if self.are_waiting(limits.open_offers) {
            kept.stage = failed(FileError::TooMany);
        }
    }
}
