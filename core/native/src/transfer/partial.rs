//! Files that come: written beside their place, and put there when they are whole.
//!
//! Beside the bytes lies a *record*: for each group its chaining value, once it was checked, and zeros before
//! that. It is no proof, only what there is to compare with. Whoever finds both after a restart hashes the
//! bytes again and believes those groups that fit, so nothing has to be flushed while a file comes, and
//! neither a torn write nor a flipped bit is taken for what was sent. At the end the values of the record have
//! to combine to the root.

use super::place::{found, parent_of, put};
use super::positioned::{read_exact_at, write_all_at};
use super::{Keeping, stored};
use crate::conversation::FileError;
use data_encoding::HEXLOWER;
use handfast_protocol::transfer::tree::{self, BLOCK, ChainingValue, GROUP, SEGMENT};
use handfast_protocol::transfer::{
    Content, Done, FileResult, Goal, Place, Ranges, Root, Source, Verified,
};
use handfast_store::private;
use handfast_token::kdf;
use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const VALUE: u64 = 32;

/// What there is of a file.
pub(super) struct Partial {
    place: Place,
    content: Option<Content>,
    /// Where its bytes and its record are.
    bytes: PathBuf,
    record: PathBuf,
    /// Both are made when there is something to keep. A file that comes as one piece has no record.
    files: Option<(File, Option<File>)>,
}

impl Partial {
    /// Where what there is of a file is found again: in the folder that it goes to, so that it need not be
    /// copied at the end.
    pub(super) fn new(
        keeping: &Keeping,
        source: &Source,
        content: Option<Content>,
        place: Place,
    ) -> Self {
        let [bytes, record] = hidden(&keeping.scope, source, &place, &keeping.own);
        Self {
            place,
            content,
            bytes,
            record,
            files: None,
        }
    }

    /// True if finding out what there is of it may take long.
    pub(super) fn is_slow_to_begin(&self) -> bool {
        const SLOW: u64 = SEGMENT * GROUP;
        let is_large = self.content.is_some_and(|content| content.size > SLOW);
        let record = fs::metadata(&self.record);
        is_large || record.is_ok_and(|record| record.len() > SEGMENT * VALUE)
    }

    /// Finds out what there is of it, until `is_over`: the groups that are here, or where it is, whole and equal.
    pub(super) fn begin(&mut self, is_over: &AtomicBool) -> FileResult {
        if self.place == Place::Aside {
            return Ok(Done::Begun(stored(self.look(is_over))?));
        }
        let (parent, name) = stored(parent_of(&self.place))?;
        let name = name.to_owned();
        let kept = stored(self.look(is_over))?;
        match self
            .content
            .and_then(|content| found(&parent, &name, content, is_over))
        {
            Some(path) => {
                self.discard();
                Ok(Done::Finished(path))
            }
            None => Ok(Done::Begun(kept)),
        }
    }

    /// Removes what there is of it.
    pub(super) fn discard(&mut self) {
        self.files = None;
        self.remove();
    }

    /// Opens what is there, and finds out which groups of it are right.
    fn look(&mut self, is_over: &AtomicBool) -> io::Result<Ranges> {
        let open = |path: &Path| File::options().read(true).write(true).open(path);
        match (open(&self.bytes), open(&self.record)) {
            (Ok(bytes), Ok(record)) => {
                lock(&bytes)?;
                // Whoever had the lock may have put it at its place.
                if fs::symlink_metadata(&self.bytes).is_err() {
                    return Ok(Ranges::new());
                }
                let kept = compare(&bytes, &record, is_over)?;
                self.files = Some((bytes, Some(record)));
                Ok(kept)
            }
            (Err(error), _) | (_, Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                Err(error)
            }
            _ => Ok(Ranges::new()),
        }
    }

    pub(super) fn keep(&mut self, verified: &Verified) -> io::Result<()> {
        let first = verified.groups.start;
        let is_one_piece = self.content.is_some_and(|content| {
            first == 0 && verified.bytes.len() as u64 == content.size && self.files.is_none()
        });
        let (bytes, record) = match &self.files {
            Some((bytes, Some(record))) => (bytes, Some(record)),
            _ => {
                // What is left of one that came as one piece has no record.
                let bytes = anew(&self.bytes)?;
                lock(&bytes)?;
                let record = match is_one_piece {
                    true => None,
                    false => Some(anew(&self.record)?),
                };
                let (bytes, record) = self.files.insert((bytes, record));
                (&*bytes, record.as_ref())
            }
        };
        write_all_at(bytes, &verified.bytes, first * GROUP)?;
        if let Some(record) = record {
            let values: Vec<u8> = verified.values.iter().flat_map(|value| value.0).collect();
            write_all_at(record, &values, first * VALUE)?;
        }
        Ok(())
    }

    /// Compares the whole with its root.
    fn check(&self, content: Content) -> Result<(), FileError> {
        let is_right = match &self.files {
            None => content.root == Root::of_nothing(),
            Some((bytes, _)) if tree::groups(content.size) <= BLOCK => {
                let mut whole = vec![0; content.size as usize];
                stored(read_exact_at(bytes, &mut whole, 0))?;
                Root::of(&whole) == content.root
            }
            Some((_, Some(record))) => {
                let values = stored(values(record, tree::groups(content.size)))?;
                tree::combine(values) == Some(content.root)
            }
            Some((_, None)) => false,
        };
        match is_right {
            true => Ok(()),
            false => Err(FileError::Damaged),
        }
    }

    pub(super) fn finish(
        &mut self,
        content: Content,
        time: Option<u64>,
        may_run: bool,
    ) -> Result<PathBuf, FileError> {
        self.check(content)?;
        let path = stored(self.settle(content, time, may_run))?;
        self.discard();
        Ok(path)
    }

    fn settle(
        &mut self,
        content: Content,
        time: Option<u64>,
        may_run: bool,
    ) -> io::Result<PathBuf> {
        let (parent, name) = parent_of(&self.place)?;
        let file = match &self.files {
            Some((bytes, _)) => bytes.try_clone()?,
            None => anew(&self.bytes)?,
        };
        file.set_len(content.size)?;
        if let Some(time) = time.and_then(instant) {
            // A medium that keeps no times keeps the file all the same.
            let _ = file.set_times(FileTimes::new().set_modified(time));
        }
        if may_run {
            set_program(&file)?;
        }
        // A folder goes to the disk as a whole.
        if matches!(self.place, Place::In { .. }) {
            file.sync_all()?;
        }
        put(&self.bytes, &parent, name)
    }

    pub(super) fn load(&mut self, content: Content) -> FileResult {
        self.check(content)?;
        let mut whole = vec![0; content.size as usize];
        if let Some((bytes, _)) = &self.files {
            stored(read_exact_at(bytes, &mut whole, 0))?;
        }
        Ok(Done::Loaded(whole.into()))
    }

    fn remove(&self) {
        remove(&self.bytes);
        remove(&self.record);
    }
}

/// Where bytes and record lie of what comes to this place.
fn hidden(scope: &[u8; 32], source: &Source, place: &Place, own: &Path) -> [PathBuf; 2] {
    let (folder, path) = match place {
        Place::In { folder, name } => (folder.as_path(), name.as_str()),
        Place::Inside { folder, path } => (folder.as_path(), path.as_str()),
        Place::Aside => (own, ""),
    };
    let parts: [&[u8]; 2] = [&source.to_bytes(), path.as_bytes()];
    let key = kdf(scope, "HFS1 partial", &parts);
    let name = HEXLOWER.encode(&key.expose()[..16]);
    ["bytes", "groups"].map(|kind| folder.join(format!(".handfast-{name}.{kind}")))
}

/// Removes what there is of a file or folder that is not whole, whether a channel is there or not. It blocks for as
/// long as the disk takes.
pub(crate) fn discard(scope: [u8; 32], source: &Source, goal: &Goal, own: &Path) {
    let place = match goal.clone() {
        Goal::File { folder, name } => Place::In { folder, name },
        Goal::Folder { folder, name } => {
            // Without a name of its own it is in no folder that is hidden.
            if name.is_some() {
                let _ = fs::remove_dir_all(folder);
            }
            Place::Aside
        }
    };
    hidden(&scope, source, &place, own).iter().for_each(remove);
}

fn remove(path: impl AsRef<Path>) {
    let _ = fs::remove_file(path);
}

/// An empty file, to be read and written, in the place of one that may be there.
fn anew(path: &Path) -> io::Result<File> {
    remove(path);
    private::options().read(true).create_new(true).open(path)
}

/// Nobody else writes to it for as long as it is open here. A channel that has just ended may still be about to
/// keep something.
fn lock(file: &File) -> io::Result<()> {
    const STEPS: u32 = 500;
    for _ in 0..STEPS {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            // A medium without locks.
            Ok(()) | Err(fs::TryLockError::Error(_)) => return Ok(()),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// The groups whose bytes are those that were recorded.
fn compare(bytes: &File, record: &File, is_over: &AtomicBool) -> io::Result<Ranges> {
    let (size, count) = (bytes.metadata()?.len(), record.metadata()?.len() / VALUE);
    let mut kept = Ranges::new();
    let mut group = vec![0; GROUP as usize];
    let all = count.min(tree::groups(size));
    for first in (0..all).step_by(BLOCK as usize) {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let recorded = values_from(record, first, BLOCK.min(all - first))?;
        for (number, value) in (first..).zip(recorded) {
            if value.0 == [0; 32] {
                continue;
            }
            let length = tree::bytes(&(number..number + 1), size) as usize;
            read_exact_at(bytes, &mut group[..length], number * GROUP)?;
            if ChainingValue::of_group(number, &group[..length]) == value {
                kept.add(number..number + 1);
            }
        }
    }
    Ok(kept)
}

fn values(record: &File, count: u64) -> io::Result<impl Iterator<Item = ChainingValue>> {
    if record.metadata()?.len() < count * VALUE {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let record = record.try_clone()?;
    let parts = (0..count).step_by(1024);
    Ok(parts.flat_map(move |first| {
        // What cannot be read combines to no root.
        values_from(&record, first, (count - first).min(1024)).unwrap_or_default()
    }))
}

fn values_from(record: &File, first: u64, count: u64) -> io::Result<Vec<ChainingValue>> {
    let mut bytes = vec![0; (count * VALUE) as usize];
    read_exact_at(record, &mut bytes, first * VALUE)?;
    let (values, _) = bytes.as_chunks::<32>();
    Ok(values.iter().map(|value| ChainingValue(*value)).collect())
}

pub(super) fn instant(time: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(time))
}

/// Its owner may run it.
fn set_program(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        Ok(())
    }
}
