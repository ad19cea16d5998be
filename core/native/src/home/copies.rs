//! Copies of files that go to somebody: whoever hands one over need not keep it until they are there.
//!
//! Each lies in a folder of its own, under its own name, until the device says that nothing comes of it any more.
//! What a process left that was killed meanwhile is found when the next one begins. One that is still being made for
//! the device by another process is held by that process, whichever device begins meanwhile.

use super::Home;
use handfast_store::private;
use handfast_token::random_bytes;
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the home for them.
pub(super) const COPIES: &str = "copies";

impl Home {
    /// Takes this file into the home, where it lies for as long as it may have to be sent. Where it is then. It blocks
    /// for as long as the disk takes.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] for what is no file, and whatever hinders moving it, which stays where it was
    /// then.
    pub fn take_copy(&self, path: &Path) -> io::Result<PathBuf> {
        let name = path.file_name().filter(|_| path.is_file());
        let name = name.ok_or(io::ErrorKind::InvalidInput)?;
        let home = self.folder().ok_or(io::ErrorKind::NotFound)?;
        let folder = new_folder(home)?;
        let copy = folder.join(name);
        match moved(path, &copy) {
            Ok(()) => Ok(copy),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    /// Removes what lies there, if it is such a copy.
    pub fn remove_copy(&self, path: &Path) {
        let copies = self.copies();
        // One whose last part is `..` has no name, and is another folder than it looks.
        let is_own =
            |folder: &&Path| folder.file_name().is_some() && folder.parent() == copies.as_deref();
        let folder = path.parent().filter(is_own);
        if let Some(folder) = folder
            && let Err(error) = fs::remove_dir_all(folder)
        {
            log::warn!("a copy stays that nobody needs: {}", error.kind());
        }
    }

    /// Removes every copy but these, and those that somebody holds.
    pub(crate) fn remove_other_copies(&self, needed: &BTreeSet<PathBuf>) {
        let entries = self.copies().and_then(|copies| fs::read_dir(copies).ok());
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_file() {
                // A mark that nobody holds is left of a process that died.
                if !is_held(&path) {
                    let _ = fs::remove_file(path);
                }
            } else if !needed.iter().any(|copy| copy.parent() == Some(&path))
                && !is_held(&mark_of(&path))
            {
                let _ = fs::remove_dir_all(path);
            }
        }
    }

    fn copies(&self) -> Option<PathBuf> {
        self.folder().map(|home| home.join(COPIES))
    }
}

/// A place in a home for what is copied there to be sent. What lies there is removed by no device that begins, for as
/// long as this is held; after that by the next one that does, unless it was offered.
#[derive(Debug)]
pub struct HeldCopy {
    path: PathBuf,
    mark: PathBuf,
    _lock: File,
}

impl HeldCopy {
    /// In this home, which a device is at work in.
    ///
    /// # Errors
    /// When there can be none.
    pub fn begin(home: &Path) -> io::Result<Self> {
        let copies = std::path::absolute(home)?.join(COPIES);
        private::create_folders(&copies)?;
        loop {
            let folder = copies.join(number()?);
            let mark = mark_of(&folder);
            let lock = private::options().create_new(true).open(&mark)?;
            lock.lock()?;
            // A device that begins may have found it before it was held.
            if !mark.exists() {
                continue;
            }
            private::create_folders(&folder)?;
            return Ok(Self {
                path: folder.join("file"),
                mark,
                _lock: lock,
            });
        }
    }

    /// Where the copy is to be.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for HeldCopy {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.mark);
    }
}

/// What says that somebody holds the copy in a folder: a file beside it that they have locked.
fn mark_of(folder: &Path) -> PathBuf {
    folder.with_added_extension("held")
}

fn is_held(mark: &Path) -> bool {
    let file = File::options().write(true).open(mark);
    file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

fn new_folder(home: &Path) -> io::Result<PathBuf> {
    let folder = std::path::absolute(home)?.join(COPIES).join(number()?);
    private::create_folders(&folder)?;
    Ok(folder)
}

/// A name that no other copy has.
fn number() -> io::Result<String> {
    let number: [u8; 8] = random_bytes().map_err(io::Error::other)?;
    Ok(format!("{:016x}", u64::from_be_bytes(number)))
}

/// Moves a file, also to where another disk is. Its bytes are on the disk then.
fn moved(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(from, to)?;
            fs::remove_file(from)?;
        }
        renamed => renamed?,
    }
    File::open(to)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::tests::Folder;

    #[test]
    fn a_copy_lies_in_the_home_until_it_is_not_needed() {
        let (folder, other) = (Folder::new(), Folder::new());
        fs::create_dir(&other.0).unwrap();
        let home = Home::open(&folder.0).unwrap();
        let take = |name: &str| {
            let path = other.0.join(name);
            fs::write(&path, name).unwrap();
            let copy = home.take_copy(&path).unwrap();
            assert!(!path.exists());
            copy
        };
        let copies = ["one", "two", "three"].map(take);
        for (copy, name) in copies.iter().zip(["one", "two", "three"]) {
            assert_eq!(copy.file_name().unwrap(), name);
            assert_eq!(fs::read_to_string(copy).unwrap(), name);
        }
        home.remove_copy(&copies[0]);
        assert!(!copies[0].parent().unwrap().exists());
        home.remove_other_copies(&BTreeSet::from([copies[2].clone()]));
        assert!(!copies[1].exists() && copies[2].exists());
    }

    #[test]
    fn a_copy_that_another_process_makes_stays_while_devices_begin_and_not_longer() {
        let folder = Folder::new();
        let home = Home::open(&folder.0).unwrap();
        let [held, offered] = [0, 1].map(|_| HeldCopy::begin(&folder.0).unwrap());
        let [copy, other] = [&held, &offered].map(|held| held.path().to_owned());
        for path in [&copy, &other] {
            fs::write(path, "what came so far").unwrap();
        }
        home.remove_other_copies(&BTreeSet::new());
        assert!(copy.exists() && other.exists());
        drop(offered);
        let needed = BTreeSet::from([other.clone()]);
        home.remove_other_copies(&needed);
        assert!(copy.exists() && other.exists());
        // One that died holds nothing, though its mark is there.
        let mark = held.mark.clone();
        drop(held);
        fs::write(&mark, "").unwrap();
        home.remove_other_copies(&needed);
        assert!(!copy.exists() && !mark.exists() && other.exists());
    }

    #[test]
    fn what_is_no_copy_stays() {
        let folder = Folder::new();
        let home = Home::open(&folder.0).unwrap();
        let own = folder.0.join("own.txt");
        fs::write(&own, "own").unwrap();
        home.remove_copy(&own);
        home.remove_copy(&folder.0.join("copies"));
        home.remove_copy(Path::new("own.txt"));
        fs::create_dir(folder.0.join("copies")).unwrap();
        home.remove_copy(&folder.0.join("copies/../own.txt"));
        assert!(own.exists());
        let missing = home.take_copy(&folder.0.join("not there"));
        assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let is_folder = home.take_copy(&folder.0);
        assert_eq!(is_folder.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
