//! Reading a file that goes out and storing one that comes in: the blocking half of a transfer.
//!
//! Everything here runs on a thread of its own and speaks to the rest through bounded queues, so the
//! memory in use does not depend on the size of the file. A file that comes in lies under a temporary
//! name until its size and hash are right; whatever else happens, the temporary file goes away.

use super::file_name::{numbered, safe};
use super::inbox::Storage;
use super::message::CHUNK;
use super::{Failure, FileError};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use bytes::Bytes;
use handfast_store::private;
use handfast_token::random_bytes;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// BLAKE2b-256 (RFC 7693) of a file.
pub(super) type Hash = [u8; 32];

/// What is read from storage at once: about 256 KiB, a whole number of chunks.
const BLOCK: usize = 16 * CHUNK;

/// How often it is asked whether there is still room: after so many bytes. Others use the disk too.
const ROOM_EVERY: u64 = 16 << 20;

/// A file that is open and about to be sent.
pub(super) struct Source {
    file: File,
    /// Its length when it was opened; what is appended later is not sent.
    pub(super) size: u64,
    /// Its name, without its folder.
    pub(super) name: String,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        let unreadable = |_| FileError::Unreadable;
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(FileError::Unreadable);
        }
        let name = path.file_name().unwrap_or_default();
        Ok(Self {
            file,
            size: metadata.len(),
            name: safe(&name.to_string_lossy()),
        })
    }

    /// The same, if it still has as many bytes as were promised.
    pub(super) fn of_size(mut self, size: u64) -> Result<Self, FileError> {
        if self.size < size {
            return Err(FileError::Changed);
        }
        self.size = size;
        Ok(self)
    }

    /// Reads everything, hands it out in blocks, and gives the hash. `emit` returns how to go on.
    pub(super) fn read(
        mut self,
        mut emit: impl FnMut(Bytes) -> Result<(), FileError>,
    ) -> Result<Hash, FileError> {
        let mut hasher = Blake2b::<U32>::new();
        let mut left = self.size;
        while left > 0 {
            let length = left.min(BLOCK as u64);
            let mut block = vec![0; length as usize];
            self.file
                .read_exact(&mut block)
                .map_err(|error| match error.kind() {
                    io::ErrorKind::UnexpectedEof => FileError::Changed,
                    _ => FileError::Unreadable,
                })?;
            hasher.update(&block);
            emit(block.into())?;
            left -= length;
        }
        Ok(hasher.finalize().into())
    }
}

/// What reaches the thread that stores a file.
pub(super) enum Piece {
    /// The next bytes, as many chunks as were gathered.
    Bytes(Vec<Bytes>),
    /// All is here, and this is its hash.
    Done(Hash),
    /// It will not be finished.
    Stop(Failure),
}

/// Stores what comes through `pieces` as `name`, and gives the path and the hash.
pub(super) fn store(
    storage: &Storage,
    name: &str,
    size: u64,
    mut pieces: mpsc::Receiver<Piece>,
    mut progress: impl FnMut(usize),
) -> Result<(PathBuf, Hash), Failure> {
    let folder = storage.folder.as_path();
    let mut temporary = Temporary::create(folder).map_err(failed)?;
    let mut hasher = Blake2b::<U32>::new();
    let mut done = 0;
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Bytes(chunks)) => {
                for bytes in chunks {
                    let before = done / ROOM_EVERY;
                    done += bytes.len() as u64;
                    if done > size {
                        return Err(Failure::here(FileError::Damaged));
                    }
                    if done / ROOM_EVERY > before {
                        storage.has_room_for(size - done)?;
                    }
                    temporary.file.write_all(&bytes).map_err(failed)?;
                    hasher.update(&bytes);
                    progress(bytes.len());
                }
            }
            Some(Piece::Done(expected)) => {
                let hash: Hash = hasher.finalize().into();
                if done != size || hash != expected {
                    return Err(Failure::here(FileError::Damaged));
                }
                let path = temporary.keep(folder, name).map_err(failed)?;
                return Ok((path, hash));
            }
            Some(Piece::Stop(failure)) => return Err(failure),
            None => return Err(Failure::here(FileError::Ended)),
        }
    }
}

/// What a failure of this device's storage means to people.
pub(super) fn failed(error: io::Error) -> Failure {
    use io::ErrorKind::{
        FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    Failure::here(match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => FileError::NoSpace,
        PermissionDenied | ReadOnlyFilesystem => FileError::NoPermission,
        _ => FileError::Storage,
    })
}

/// A file under a name that no safe name can have. It is deleted when dropped.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn create(folder: &Path) -> io::Result<Self> {
        private::create_folders(folder)?;
        let random: [u8; 8] = random_bytes().map_err(|_| io::ErrorKind::Other)?;
        let name = format!(".handfast-{:016x}.part", u64::from_le_bytes(random));
        let path = folder.join(name);
        let file = private::create(&path)?;
        Ok(Self { path, file })
    }

    /// Gives the file its name, or the name with the first number that is free.
    fn keep(self, folder: &Path, name: &str) -> io::Result<PathBuf> {
        for n in 0..=u32::from(u16::MAX) {
            let path = folder.join(numbered(name, n));
            // Taking the name first is what makes sure that nothing is overwritten: renaming alone
            // replaces silently, and hard links do not exist on every phone's storage.
            match private::create(&path) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            if let Err(error) = fs::rename(&self.path, &path) {
                let _ = fs::remove_file(&path);
                return Err(error);
            }
            return Ok(path);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After `keep` there is nothing under this name any more.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_comes_in_is_its_owner_s_alone_while_and_after_it_comes() {
        let random: [u8; 8] = random_bytes().unwrap();
        let name = format!("handfast-files-{:016x}", u64::from_le_bytes(random));
        let folder = std::env::temp_dir().join(name);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (pieces, taken) = mpsc::channel(2);
        let content = Bytes::from_static(b"content");
        pieces
            .try_send(Piece::Bytes(vec![content.clone()]))
            .unwrap();
        let hash = Blake2b::<U32>::digest(&content).into();
        pieces.try_send(Piece::Done(hash)).unwrap();
        let progress = |_| {
            let coming = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
            assert_eq!(mode(&coming.path()), 0o600);
        };
        let storage = Storage {
            folder: folder.clone(),
            space: |_| Ok(1 << 40),
            keep_free: 0,
        };
        let stored = store(&storage, "a", content.len() as u64, taken, progress);
        let (path, _) = stored.map_err(|_| "not stored").unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        fs::remove_dir_all(&folder).unwrap();
    }
}
