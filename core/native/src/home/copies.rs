//! Copies of files that go to somebody: whoever hands one over need not keep it until they are there.
//!
//! Each lies in a folder of its own, under its own name, until the device says that nothing comes of it any more.
//! What a process left that was killed meanwhile is found when the next one begins.

use super::Home;
use handfast_store::private;
use handfast_token::random_bytes;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the home for them.
const COPIES: &str = "copies";

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

    /// Removes every copy but these.
    pub(crate) fn remove_other_copies(&self, needed: &BTreeSet<PathBuf>) {
        let entries = self.copies().and_then(|copies| fs::read_dir(copies).ok());
        for entry in entries.into_iter().flatten().flatten() {
            let folder = entry.path();
            if !needed.iter().any(|copy| copy.parent() == Some(&folder)) {
                let _ = fs::remove_dir_all(folder);
            }
        }
    }

    fn copies(&self) -> Option<PathBuf> {
        self.folder().map(|home| home.join(COPIES))
    }
}

/// A place in this home, which a device is at work in, for what is copied there to be sent. What is not offered by the
/// time that the device begins anew is removed.
///
/// # Errors
/// When there can be none.
pub fn place_for_copy(home: &Path) -> io::Result<PathBuf> {
    Ok(new_folder(home)?.join("file"))
}

fn new_folder(home: &Path) -> io::Result<PathBuf> {
    let number: [u8; 8] = random_bytes().map_err(io::Error::other)?;
    let number = format!("{:016x}", u64::from_be_bytes(number));
    let folder = std::path::absolute(home)?.join(COPIES).join(number);
    private::create_folders(&folder)?;
    Ok(folder)
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
