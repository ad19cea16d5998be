//! Files that come: written beside their place, and put there when they are whole.
//!
//! Beside the bytes lies a *record*: for each group its chaining value, once it was checked, and zeros before
//! that. It is no proof, only what there is to compare with. Whoever finds both after a restart hashes the
//! bytes again and believes those groups that fit, so nothing has to be flushed while a file comes, and
//! neither a torn write nor a flipped bit is taken for what was sent. At the end the values of the record have
//! to combine to the root.

use super::place::{found, is_as_long, make_folder, parent_of, put};
use super::positioned::{read_exact_at, write_all_at};
use super::{Keeping, stored};
use crate::conversation::FileError;
use data_encoding::HEXLOWER;
use handfast_protocol::transfer::tree::{self, BLOCK, ChainingValue, GROUP};
use handfast_protocol::transfer::{
    Ask, Content, Done, FileId, FileResult, Manifest, ManifestContent, Place, Ranges, Root, Source,
    Verified,
};
use handfast_store::private;
use handfast_token::kdf;
use std::collections::HashMap;
use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const VALUE: u64 = 32;

/// The files that come in one channel.
pub(super) struct Partials {
    keeping: Keeping,
    open: HashMap<FileId, Partial>,
}

/// What there is of a file.
struct Partial {
    place: Place,
    content: Option<Content>,
    /// Where its bytes and its record are.
    bytes: PathBuf,
    record: PathBuf,
    /// Both are made when there is something to keep. A file that comes as one piece has no record.
    files: Option<(File, Option<File>)>,
}

impl Partials {
    pub(super) fn new(keeping: Keeping) -> Self {
        let open = HashMap::new();
        Self { keeping, open }
    }

    pub(super) fn perform(&mut self, ask: Ask) -> FileResult {
        match ask {
            Ask::FreeSpace => Ok(Done::Free(self.free()?)),
            Ask::Measure { folder, manifest } => Ok(Done::Measured {
                free: self.free()?,
                missing: missing(&folder, &manifest),
            }),
            Ask::Begin {
                file,
                source,
                content,
                place,
            } => self.begin(file, source, content, place),
            Ask::Keep { file, verified } => {
                stored(self.get(file)?.keep(&verified))?;
                Ok(Done::Kept)
            }
            Ask::Finish {
                file,
                content,
                time,
                may_run,
            } => {
                let path = self.get(file)?.finish(content, time, may_run)?;
                self.open.remove(&file);
                Ok(Done::Finished(path))
            }
            Ask::Load { file, content } => self.get(file)?.load(content),
            Ask::Suspend { file } => {
                self.open.remove(&file);
                Ok(Done::Closed)
            }
            Ask::Discard { file } => {
                if let Some(mut partial) = self.open.remove(&file) {
                    partial.files = None;
                    partial.remove();
                }
                Ok(Done::Closed)
            }
            Ask::Folder { place } => {
                stored(make_folder(&place))?;
                Ok(Done::Closed)
            }
            Ask::Settle { folder, manifest } => {
                stored(settle(&folder, &manifest))?;
                Ok(Done::Closed)
            }
            Ask::Hash { .. } | Ask::Encode { .. } => Err(FileError::Unreadable),
        }
    }

    fn free(&self) -> Result<u64, FileError> {
        stored((self.keeping.space)(&self.keeping.incoming))
    }

    fn get(&mut self, file: FileId) -> Result<&mut Partial, FileError> {
        self.open.get_mut(&file).ok_or(FileError::Storage)
    }

    fn begin(
        &mut self,
        file: FileId,
        source: Source,
        content: Option<Content>,
        place: Place,
    ) -> FileResult {
        let [bytes, record] = self.name(&source, &place);
        let mut partial = Partial {
            place,
            content,
            bytes,
            record,
            files: None,
        };
        let kept = match partial.place {
            Place::Aside => stored(partial.look())?,
            _ => {
                let (parent, name) = stored(parent_of(&partial.place))?;
                let name = name.to_owned();
                let kept = stored(partial.look())?;
                if let Some(path) = content.and_then(|content| found(&parent, &name, content)) {
                    partial.files = None;
                    partial.remove();
                    return Ok(Done::Finished(path));
                }
                kept
            }
        };
        self.open.insert(file, partial);
        Ok(Done::Begun(kept))
    }

    /// Where what there is of a file is found again: in the folder that it goes to, so that it need not be
    /// copied at the end.
    fn name(&self, source: &Source, place: &Place) -> [PathBuf; 2] {
        let (folder, path) = match place {
            Place::In { folder, name } => (folder, name.as_str()),
            Place::Inside { folder, path } => (folder, path.as_str()),
            Place::Aside => (&self.keeping.own, ""),
        };
        let parts: [&[u8]; 2] = [&source.to_bytes(), path.as_bytes()];
        let key = kdf(&self.keeping.scope, "HFS1 partial", &parts);
        let name = HEXLOWER.encode(&key.expose()[..16]);
        ["bytes", "groups"].map(|kind| folder.join(format!(".handfast-{name}.{kind}")))
    }
}

impl Partial {
    /// Opens what is there, and finds out which groups of it are right.
    fn look(&mut self) -> io::Result<Ranges> {
        let open = |path: &Path| File::options().read(true).write(true).open(path);
        match (open(&self.bytes), open(&self.record)) {
            (Ok(bytes), Ok(record)) => {
                lock(&bytes)?;
                // Whoever had the lock may have put it at its place.
                if fs::symlink_metadata(&self.bytes).is_err() {
                    return Ok(Ranges::new());
                }
                let kept = compare(&bytes, &record)?;
                self.files = Some((bytes, Some(record)));
                Ok(kept)
            }
            (Err(error), _) | (_, Err(error)) if error.kind() != io::ErrorKind::NotFound => {
                Err(error)
            }
            _ => Ok(Ranges::new()),
        }
    }

    fn keep(&mut self, verified: &Verified) -> io::Result<()> {
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

    fn finish(
        &mut self,
        content: Content,
        time: Option<u64>,
        may_run: bool,
    ) -> Result<PathBuf, FileError> {
        self.check(content)?;
        let path = stored(self.settle(content, time, may_run))?;
        self.files = None;
        self.remove();
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

    fn load(&mut self, content: Content) -> FileResult {
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
fn compare(bytes: &File, record: &File) -> io::Result<Ranges> {
    let (size, count) = (bytes.metadata()?.len(), record.metadata()?.len() / VALUE);
    let mut kept = Ranges::new();
    let mut group = vec![0; GROUP as usize];
    let all = count.min(tree::groups(size));
    for first in (0..all).step_by(BLOCK as usize) {
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

fn instant(time: u64) -> Option<SystemTime> {
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

/// Bytes of files that are not there, as far as names and lengths tell.
fn missing(folder: &Path, manifest: &Manifest) -> u64 {
    let missing = manifest.entries().iter().map(|entry| match entry.content {
        ManifestContent::File { size, .. } if !is_as_long(folder, &entry.path, size) => size,
        _ => 0,
    });
    missing.sum()
}

/// Gives folders their times, and brings everything to the disk.
fn settle(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    private::create_folders(folder)?;
    // Last, since every new file changes the folder that it is in.
    for entry in manifest.entries().iter().rev() {
        if entry.content == ManifestContent::Folder {
            let path = entry.path.clone();
            let folder = folder.to_owned();
            let place = make_folder(&Place::Inside { folder, path })?;
            if let (Ok(place), Some(time)) = (File::open(place), instant(entry.time)) {
                let _ = place.set_times(FileTimes::new().set_modified(time));
            }
        }
    }
    sync(folder, manifest)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync(folder: &Path, _: &Manifest) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn sync(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    for entry in manifest.entries() {
        let path = entry
            .path
            .split('/')
            .fold(folder.to_owned(), |path, part| path.join(part));
        // One that got another name here is on its way to the disk all the same.
        if let (ManifestContent::File { .. }, Ok(file)) = (entry.content, File::open(path)) {
            file.sync_all()?;
        }
    }
    Ok(())
}
