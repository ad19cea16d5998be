//! The files of conversations that both keep: what lies at a path, and what was decided about files, as the disk
//! needs it.

use crate::conversation::{Carrying, FileError};
use crate::transfer::{
    Content, Decision, Entries, Goal, Keeping, Manifest, ManifestContent, Offer, OfferedFolder,
    READ_FIRST, Source, content_of, discard, is_growing, list, manifest_at, preview_of,
};
use handfast_device::{Carried, FileOrder, Leftover, Offerable};
use handfast_store::private;
use std::collections::HashMap;
use std::fs::metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// The folder of the home for what is known of files.
const OWN: &str = "files";

/// What files that go are read for, by conversation: nothing is read twice because a connection was cut.
#[derive(Default)]
pub(super) struct Readings(HashMap<[u8; 32], Arc<Entries>>);

impl Readings {
    pub(super) fn of(&mut self, scope: [u8; 32]) -> Arc<Entries> {
        self.0.entry(scope).or_default().clone()
    }
}

/// The folder in a home for what is known of files.
pub(crate) fn own_folder(home: &Path) -> PathBuf {
    home.join(OWN)
}

/// What lies there. It blocks for as long as the disk takes.
pub(super) fn look(path: &Path, own: &Path) -> Result<Offerable, FileError> {
    let about = metadata(path).map_err(|_| FileError::Unreadable)?;
    let unreadable = |error: std::io::Error| {
        log::info!("a file cannot be offered: {}", error.kind());
        FileError::Unreadable
    };
    if about.is_dir() {
        let listing = list(path, own).map_err(unreadable)?;
        let is_file = |content: &ManifestContent| matches!(content, ManifestContent::File { .. });
        let entries = listing.manifest.entries().iter();
        let files = entries.filter(|entry| is_file(&entry.content)).count();
        return Ok(Offerable {
            size: listing.manifest.size(),
            files: Some(u32::try_from(files).unwrap_or(u32::MAX)),
            content: Some(listing.content),
            preview: None,
        });
    }
    // What comes out of a pipe has no size before it has come.
    let is_whole = about.is_file() && !is_growing(path, own);
    let size = if is_whole { about.len() } else { 0 };
    let content = match is_whole && size <= READ_FIRST {
        true => {
            private::create_folders(own).map_err(unreadable)?;
            Some(content_of(path, own).map_err(unreadable)?)
        }
        false => None,
    };
    Ok(Offerable {
        size: content.map_or(size, |content| content.size),
        files: None,
        content,
        preview: is_whole.then(|| preview_of(path)).flatten(),
    })
}

/// What is decided in the files of one conversation, as its machine is told.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    /// For what is known of files.
    own: PathBuf,
    /// The usual folder for files that come in.
    downloads: PathBuf,
}

impl Orders {
    pub(crate) fn new(own: PathBuf, downloads: PathBuf) -> Self {
        Self { own, downloads }
    }

    /// With what the files of a conversation begin.
    pub(super) async fn carrying(
        &self,
        carried: Carried,
        entries: Arc<Entries>,
        space: crate::conversation::Space,
    ) -> Carrying {
        let mut decided = Vec::new();
        for order in carried.orders {
            decided.extend(self.decisions(order).await);
        }
        Carrying {
            keeping: Keeping {
                scope: carried.scope,
                own: self.own.clone(),
                incoming: self.downloads.clone(),
                space,
            },
            entries,
            terms: carried.terms,
            decided,
        }
    }

    /// Removes what there is of a file that is not whole.
    pub(crate) async fn discard(&self, left: Leftover) {
        let Self { own, downloads } = self.clone();
        let Leftover {
            scope,
            source,
            mut goal,
        } = left;
        within(&downloads, &mut goal);
        let removing = spawn_blocking(move || discard(scope, &source, &goal, &own));
        // What cannot be removed stays.
        let _ = removing.await;
    }

    /// What the machine is told.
    pub(super) async fn decisions(&self, order: FileOrder) -> Vec<Decision> {
        match order {
            FileOrder::Decide(Decision::Fetch(mut fetch)) => {
                within(&self.downloads, &mut fetch.goal);
                vec![Decision::Fetch(fetch)]
            }
            FileOrder::Decide(decision) => vec![decision],
            FileOrder::OfferFolder { content, path } => {
                let own = self.own.clone();
                let read = spawn_blocking(move || folder(content, path, &own)).await;
                read.unwrap_or_else(|_| unavailable(content))
            }
        }
    }
}

/// What goes to the usual folder goes to this one.
fn within(downloads: &Path, goal: &mut Goal) {
    let (Goal::File { folder, .. } | Goal::Folder { folder, .. }) = goal;
    *folder = downloads.join(&*folder);
}

/// The offer of a folder whose manifest was kept, or is made again: what is not as it was cannot be had.
fn folder(content: Content, path: PathBuf, own: &Path) -> Vec<Decision> {
    let kept = manifest_at(own, content.root);
    let is_it = |bytes: &Vec<u8>| crate::transfer::Root::of(bytes) == content.root;
    let bytes = std::fs::read(&kept).ok().filter(is_it);
    let manifest = match bytes {
        Some(bytes) => Manifest::parse(&bytes).ok(),
        None => {
            let listing = list(&path, own).ok();
            let listing = listing.filter(|listing| listing.content == content);
            listing.map(|listing| listing.manifest)
        }
    };
    match manifest {
        Some(manifest) => vec![Decision::Offer(Offer {
            source: Source::Root(content.root),
            path: kept,
            content: Some(content),
            folder: Some(Arc::new(OfferedFolder::new(path, manifest))),
        })],
        None => unavailable(content),
    }
}

/// It was offered, and cannot be had any more.
fn unavailable(content: Content) -> Vec<Decision> {
    let source = Source::Root(content.root);
    let offer = Offer {
        source,
        path: PathBuf::new(),
        content: Some(content),
        folder: None,
    };
    vec![
        Decision::Offer(offer),
        Decision::Withdraw(source, FileError::Changed),
    ]
}
