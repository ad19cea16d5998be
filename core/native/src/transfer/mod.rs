//! Files of a conversation on a real disk: what [`Transfers`] asks for, done on threads that may block.
//!
//! `partial` is a file that comes: written beside its place, with a record of what of it was checked, so that a
//! process that was killed goes on where it was; `partials` are those of one channel. `place` is where it
//! goes then, and `whole` a folder that came. `sources` reads files that go, and checks what it reads by their
//! `trees`; `hashing` reads those whose root is not known yet, and `growing` tells which of these are still written.
//! `listing` makes the manifest of a folder, `preview` a small picture of one that goes. Nothing
//! here decides what may be had or taken: the machine does.

mod growing;
mod hashing;
mod listing;
mod partial;
mod partials;
mod place;
mod positioned;
mod preview;
mod sources;
mod trees;
mod whole;

pub use growing::Growing;
pub use handfast_protocol::transfer::*;
pub use hashing::Entries;
pub use listing::{Listing, list, manifest_at};

pub(crate) use self::growing::is_growing;
pub(crate) use self::partial::discard;
pub(crate) use self::preview::preview_of;

use self::partials::{Partials, Work};
use self::sources::Sources;
use self::trees::{keep_tree, read_tree, remove_unused};
use crate::conversation::{Space, failed};
use crate::serial::serve_again;
use handfast_store::{private, unfinished::remove_abandoned};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// A file of more bytes is offered before it was read: a segment, which is what goes first of one whose root is not
/// known.
pub const READ_FIRST: u64 = tree::SEGMENT * tree::GROUP;

/// Where files are kept.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// What tells this conversation from others: nothing that came in another is taken for something of this
    /// one.
    pub scope: [u8; 32],
    /// A folder of this program's own, for the trees of files that go, manifests, and what pipes brought.
    pub own: PathBuf,
    /// A place on the disk that files come to.
    pub incoming: PathBuf,
    /// How to find out how much room there is.
    pub space: Space,
}

type Answer = (RequestId, FileResult);

/// The near end of the disk, for the machine of one channel.
pub struct Files {
    incoming: mpsc::UnboundedSender<Work>,
    outgoing: mpsc::UnboundedSender<FileRequest>,
    answers: mpsc::UnboundedReceiver<Answer>,
    to: mpsc::UnboundedSender<Answer>,
    entries: Arc<Entries>,
    own: PathBuf,
}

impl Files {
    /// Must be called inside a tokio runtime. `entries` may be shared by the channels of one conversation, so that
    /// nothing is read twice because a connection was cut. What nobody used for long is removed from the program's
    /// own folder.
    pub fn new(keeping: &Keeping, entries: Arc<Entries>) -> Self {
        let (to, answers) = mpsc::unbounded_channel();
        // Without it each file that needs it fails by itself.
        if let Err(error) = private::create_folders(&keeping.own) {
            log::warn!("no folder for what is known of files: {error}");
        }
        let own = keeping.own.clone();
        spawn_blocking(move || {
            remove_unused(&own);
            remove_abandoned(&own);
        });
        let mut partials = Partials::new(keeping.clone());
        let incoming = serve_again(move |work, again| partials.perform(work, again), to.clone());
        let mut sources = Sources::new(keeping.own.clone(), entries.clone());
        let outgoing = serve_again(
            move |request: FileRequest, again| {
                let id = request.id;
                let encode = || sources.encode(request, again);
                let encoded = catch_unwind(AssertUnwindSafe(encode));
                encoded.unwrap_or(Some((id, Err(FileError::Unreadable))))
            },
            to.clone(),
        );
        Self {
            incoming,
            outgoing,
            answers,
            to,
            entries,
            own: keeping.own.clone(),
        }
    }

    /// Asks for something. [`Self::answer`] follows.
    pub fn ask(&self, request: FileRequest) {
        match request.ask {
            Ask::Encode { .. } => {
                // A way ends before this only together with the runtime.
                let _ = self.outgoing.send(request);
            }
            Ask::Hash { entry, path } => self.hash(request.id, entry, path),
            _ => {
                let _ = self.incoming.send(Work::Asked(request));
            }
        }
    }

    /// Reads a file on a thread of its own, as long as that takes.
    fn hash(&self, id: RequestId, entry: EntryId, path: PathBuf) {
        let (own, to) = (self.own.clone(), self.to.clone());
        let (reading, is_new) = self.entries.begin(entry);
        let all = Arc::downgrade(&self.entries);
        // No thread of the runtime, which would wait at its end for a pipe that nobody writes to.
        let thread = std::thread::Builder::new().name("hashing".to_owned());
        let begun = thread.spawn(move || {
            let content = || match is_new {
                true => reading.read(&path, &own, &all),
                false => reading.follow(),
            };
            let result = caught(|| content().map(Done::Hashed));
            // Nobody waits for the answer of a channel that was dropped.
            let _ = to.send((id, result));
        });
        if begun.is_err() {
            let _ = self.to.send((id, Err(FileError::Unreadable)));
        }
    }

    /// The next answer. None when the runtime ends. May be dropped half-way.
    pub async fn answer(&mut self) -> Option<Answer> {
        self.answers.recv().await
    }
}

/// Whoever waits for an answer would wait for ever if a panic took it along.
fn caught(perform: impl FnOnce() -> FileResult) -> FileResult {
    let done = catch_unwind(AssertUnwindSafe(perform));
    done.unwrap_or(Err(FileError::Storage))
}

/// What a file is: reads it once, and keeps its tree in this program's own folder.
///
/// # Errors
/// When it cannot be read.
pub fn content_of(path: &Path, own: &Path) -> io::Result<Content> {
    let tree = read_tree(path, || false)?;
    keep_tree(&tree, own);
    let (size, root) = (tree.size(), tree.root());
    let root = root.ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(Content { size, root })
}

fn stored<T>(result: io::Result<T>) -> Result<T, FileError> {
    result.map_err(|error| failed(&error))
}
