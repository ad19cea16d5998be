//! What is being written: beside its place, under a name that nothing else has, its owner's alone. It
//! gets its own name when it is whole, and goes when it is given up.
//!
//! There is one way into a place, for every medium: the name is taken by a new, empty file, which what
//! was written then replaces. Hard links would need no such step, but memory cards and sticks (FAT,
//! exFAT) have none, nor has every phone's storage.
//!
//! Each unfinished file is locked for as long as somebody writes it. So what a killed process left can
//! be told from what another one is writing, and [`remove_abandoned`] removes that and nothing else.

use crate::private;
use handfast_token::random_bytes;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const PREFIX: &str = ".handfast-";
const FILE: &str = ".part";
/// A folder has a file beside it that differs in this only, and is locked in its stead.
const FOLDER: &str = ".parts";

/// What this process is writing, and where it has looked for what others left.
struct Begun {
    paths: BTreeSet<PathBuf>,
    swept: BTreeSet<PathBuf>,
    is_over: bool,
}

static BEGUN: Mutex<Begun> = Mutex::new(Begun {
    paths: BTreeSet::new(),
    swept: BTreeSet::new(),
    is_over: false,
});

fn begun() -> MutexGuard<'static, Begun> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all that this process is writing, before it ends without unwinding. Nothing more can be
/// begun or put in its place.
pub fn abandon() {
    let mut begun = begun();
    begun.is_over = true;
    for path in &begun.paths {
        remove(path);
    }
}

/// Removes what killed processes left unfinished in `folder`. What somebody is writing stays, and so
/// does everything that has another name than this module gives.
pub fn remove_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !entry.file_name().to_str().is_some_and(is_ours) {
            continue;
        }
        // Files of other people cannot be opened, and media without locks hold none.
        let path = entry.path();
        if let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            remove(&path);
        }
    }
}

/// Removes an unfinished file, and the folder that it is locked for.
fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path.with_extension(&FOLDER[1..]));
    let _ = fs::remove_file(path);
}

fn is_ours(name: &str) -> bool {
    let number = name.strip_prefix(PREFIX);
    let number = number.and_then(|rest| rest.strip_suffix(FILE));
    let is_hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    number.is_some_and(|number| number.len() == 16 && number.bytes().all(is_hex))
}

/// A file that is being written. It is removed when dropped, unless it got its place.
pub struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    /// Begins a file in `folder`, which has to be there. The first time in each folder, what killed
    /// processes left there is removed.
    ///
    /// # Errors
    /// When the folder takes nothing, or this process is about to end.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        if begun().swept.insert(folder.to_owned()) {
            remove_abandoned(folder);
        }
        loop {
            let mut begun = begun();
            if begun.is_over {
                return Err(io::Error::other("this process is about to end"));
            }
            let random: [u8; 8] = random_bytes().map_err(|_| io::ErrorKind::Other)?;
            let name = format!("{PREFIX}{:016x}{FILE}", u64::from_le_bytes(random));
            let path = folder.join(name);
            let mut options = private::options();
            let file = options.read(true).create_new(true).open(&path)?;
            // Another process that cleans up may have come between the name and the lock.
            let is_held = match file.try_lock() {
                Ok(()) => fs::symlink_metadata(&path).is_ok(),
                Err(TryLockError::WouldBlock) => false,
                // A medium without locks, on which nobody cleans up.
                Err(TryLockError::Error(_)) => true,
            };
            if is_held {
                begun.paths.insert(path.clone());
                return Ok(Self { path, file });
            }
        }
    }

    /// What is being written. It can be read as well.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Puts it in its place, once it is on the disk. It may be tried again at another one.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when the place is taken, which stays as it is; what the system
    /// says when the name cannot be, or the file not be stored.
    pub fn settle(&self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        put(&self.path, place)?;
        sync_folder_of(place);
        Ok(())
    }

    /// Puts it in the place of a file that may be there.
    ///
    /// # Errors
    /// When it cannot be stored; an older file is as it was then.
    pub fn replace(&self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, place)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Once it has its place there is nothing by this name.
        let _ = fs::remove_file(&self.path);
        begun().paths.remove(&self.path);
    }
}

/// Gives a file another place, which nothing has yet.
///
/// # Errors
/// As [`Unfinished::settle`].
pub fn put(file: &Path, place: &Path) -> io::Result<()> {
    // Whoever abandons everything waits for the second of the two steps.
    let _begun = begun();
    private::create(place)?;
    fs::rename(file, place).inspect_err(|_| {
        let _ = fs::remove_file(place);
    })
}

/// A folder that is being filled. It is removed when dropped, unless it got its place.
pub struct UnfinishedFolder {
    path: PathBuf,
    lock: Unfinished,
}

impl UnfinishedFolder {
    /// Begins a folder in `folder`.
    ///
    /// # Errors
    /// As [`Unfinished::in_folder`].
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        let lock = Unfinished::in_folder(folder)?;
        let path = lock.path.with_extension(&FOLDER[1..]);
        private::create_folder(&path)?;
        Ok(Self { path, lock })
    }

    /// What is being filled.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in its place. A folder that came there meanwhile stays, unless it is empty: then nothing
    /// is lost.
    ///
    /// # Errors
    /// As [`Unfinished::settle`].
    pub fn settle(&self, place: &Path) -> io::Result<()> {
        if fs::symlink_metadata(place).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(&self.path, place)?;
        sync_folder_of(place);
        Ok(())
    }
}

impl Drop for UnfinishedFolder {
    fn drop(&mut self) {
        remove(&self.lock.path);
    }
}

/// The folder in which something at this place lies.
pub fn folder_of(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Writes the folder to the disk, so that the name survives a loss of power too. Not every system can
/// do that; the content is safe without it.
fn sync_folder_of(place: &Path) {
    if let Ok(folder) = File::open(folder_of(place)) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // helpers of tests

    use super::*;
    use std::io::Write;

    /// Removed with everything in it.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let random: [u8; 8] = random_bytes().unwrap();
            let name = format!("handfast-unfinished-{:016x}", u64::from_le_bytes(random));
            let path = std::env::temp_dir().join(name);
            private::create_folder(&path).unwrap();
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            let mut names: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all_and_replaces_nothing() {
        let folder = Folder::new();
        let new = Unfinished::in_folder(&folder.0).unwrap();
        new.file().write_all(b"half").unwrap();
        assert_eq!(folder.names().len(), 1);
        drop(new);
        assert!(folder.names().is_empty());
        let (taken, free) = (folder.0.join("a"), folder.0.join("b"));
        fs::write(&taken, b"theirs").unwrap();
        let new = Unfinished::in_folder(&folder.0).unwrap();
        new.file().write_all(b"whole").unwrap();
        let refused = new.settle(&taken).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&taken).unwrap(), b"theirs");
        new.settle(&free).unwrap();
        drop(new);
        assert_eq!(fs::read(&free).unwrap(), b"whole");
        assert_eq!(folder.names(), ["a", "b"]);
    }

    #[test]
    fn a_place_that_cannot_be_had_leaves_no_empty_file() {
        let folder = Folder::new();
        let new = Unfinished::in_folder(&folder.0).unwrap();
        // What is written vanishes under our hands, so the second step fails.
        fs::remove_file(&new.path).unwrap();
        new.settle(&folder.0.join("a")).unwrap_err();
        assert!(folder.names().is_empty());
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let folder = Folder::new();
        let (file, tree) = (
            Unfinished::in_folder(&folder.0).unwrap(),
            UnfinishedFolder::in_folder(&folder.0).unwrap(),
        );
        // A process that is killed keeps its names and loses its locks.
        for (name, is_folder) in [
            (".handfast-0123456789abcdef.part", false),
            (".handfast-00000000000000ff.part", false),
            (".handfast-00000000000000ff.parts", true),
            // These are no names of ours.
            (".handfast-0123456789abcdeg.part", false),
            (".handfast-0123456789ABCDEF.part", false),
            (".handfast-0123.part", false),
            (".handfast-1123456789abcdef.parts", true),
            (".handfast-2123456789abcdef.part", true),
            ("handfast-0123456789abcdef.part", false),
            ("letter.part", false),
        ] {
            let path = folder.0.join(name);
            match is_folder {
                true => fs::create_dir_all(path.join("deep")).unwrap(),
                false => fs::write(path, b"half").unwrap(),
            }
        }
        remove_abandoned(&folder.0);
        let is_being_written = |name: &String| {
            let path = folder.0.join(name);
            [&file.path, &tree.lock.path, &tree.path].contains(&&path)
        };
        let (ours, rest): (Vec<_>, Vec<_>) = folder.names().into_iter().partition(is_being_written);
        assert_eq!(ours.len(), 3);
        assert_eq!(
            rest,
            [
                ".handfast-0123.part",
                ".handfast-0123456789ABCDEF.part",
                ".handfast-0123456789abcdeg.part",
                ".handfast-1123456789abcdef.parts",
                ".handfast-2123456789abcdef.part",
                "handfast-0123456789abcdef.part",
                "letter.part",
            ]
        );
        drop((file, tree));
        assert_eq!(folder.names(), rest);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_by_such_a_name_is_not_followed() {
        let (folder, elsewhere) = (Folder::new(), Folder::new());
        let link = folder.0.join(".handfast-0123456789abcdef.part");
        fs::write(elsewhere.0.join("a"), b"theirs").unwrap();
        std::os::unix::fs::symlink(elsewhere.0.join("a"), &link).unwrap();
        remove_abandoned(&folder.0);
        assert_eq!(elsewhere.names(), ["a"]);
        assert!(fs::symlink_metadata(&link).is_ok());
    }

    #[test]
    fn the_first_file_in_a_folder_comes_after_what_was_left_there() {
        let folder = Folder::new();
        fs::write(folder.0.join(".handfast-0123456789abcdef.part"), b"half").unwrap();
        drop(Unfinished::in_folder(&folder.0).unwrap());
        assert!(folder.names().is_empty());
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let folder = Folder::new();
        let new = UnfinishedFolder::in_folder(&folder.0).unwrap();
        fs::write(new.path().join("a"), b"1").unwrap();
        fs::write(folder.0.join("taken"), b"theirs").unwrap();
        let refused = new.settle(&folder.0.join("taken")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        new.settle(&folder.0.join("b")).unwrap();
        drop(new);
        assert_eq!(folder.names(), ["b", "taken"]);
        drop(UnfinishedFolder::in_folder(&folder.0).unwrap());
        assert_eq!(folder.names(), ["b", "taken"]);
    }
}
