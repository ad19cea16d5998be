//! Where something new is written: beside its place, readable by nobody else, and put in its place
//! only when it is whole. Nothing is ever overwritten, and what is not finished is removed.

use crate::status::{Status, Stop};
use crate::words;
use handfast_native::conversation::free_space;
use handfast_native::unfinished::{Unfinished, UnfinishedFolder, folder_of};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Refuses a place that is taken.
///
/// # Errors
/// When something is there.
pub(crate) fn must_be_free(place: &Path) -> Result<(), Stop> {
    match fs::symlink_metadata(place) {
        Ok(_) => Err(taken(place)),
        Err(_) => Ok(()),
    }
}

fn taken(place: &Path) -> Stop {
    Stop::new(
        Status::NotStored,
        "exists",
        words::already_there(&place.to_string_lossy()),
    )
}

/// Something that cannot be stored, and why.
pub(crate) fn not_stored(place: &Path, error: &io::Error) -> Stop {
    let kind = match error.kind() {
        io::ErrorKind::AlreadyExists => return taken(place),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "no_space",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "no_permission",
        _ => "not_stored",
    };
    let sentence = words::not_stored(&place.to_string_lossy(), error);
    Stop::new(Status::NotStored, kind, sentence)
}

/// Refuses a place whose folder takes nothing, before anything is asked or read for it.
///
/// # Errors
/// When nothing can be made there, which names the folder.
pub(crate) fn must_be_writable(place: &Path) -> Result<(), Stop> {
    let folder = folder_of(place);
    match Unfinished::in_folder(folder) {
        Ok(_) => Ok(()),
        Err(error) => Err(not_stored(folder, &error)),
    }
}

/// Whether files can be stored in this folder, which need not be there yet. Nothing stays of the question.
///
/// # Errors
/// What hinders it.
pub(crate) fn takes_files(folder: &Path) -> io::Result<()> {
    if fs::symlink_metadata(folder).is_ok() {
        return Unfinished::in_folder(folder).map(drop);
    }
    let above = folder.ancestors().find(|above| above.exists());
    match above {
        Some(above) if above.is_dir() => may_be_written(above),
        Some(_) => Err(io::ErrorKind::NotADirectory.into()),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn may_be_written(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Elsewhere this shows when the folder is made.
#[cfg(not(unix))]
fn may_be_written(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Refuses a content that is larger than the room there is for it.
///
/// # Errors
/// When there is less room.
pub(crate) fn must_have_room(place: &Path, bytes: u64) -> Result<(), Stop> {
    match free_space(folder_of(place)) {
        Ok(free) if free < bytes => Err(not_stored(place, &io::ErrorKind::StorageFull.into())),
        // Where it cannot be asked, writing tells.
        _ => Ok(()),
    }
}

/// A file on its way to its place.
pub(crate) struct NewFile {
    file: Unfinished,
    place: PathBuf,
}

impl NewFile {
    /// Begins to write what will stand at `place`.
    ///
    /// # Errors
    /// When the place is taken, or its folder takes nothing.
    pub(crate) fn at(place: PathBuf) -> Result<Self, Stop> {
        must_be_free(&place)?;
        let file = Unfinished::in_folder(folder_of(&place));
        let file = file.map_err(|error| not_stored(&place, &error))?;
        Ok(Self { file, place })
    }

    /// What is being written.
    pub(crate) fn file(&self) -> &File {
        self.file.file()
    }

    /// Where it will be.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// Puts it in its place, once it is on the disk.
    ///
    /// # Errors
    /// When it cannot be stored, or the place was taken meanwhile.
    pub(crate) fn settle(self) -> Result<PathBuf, Stop> {
        let settled = self.file.settle(&self.place);
        settled.map_err(|error| not_stored(&self.place, &error))?;
        Ok(self.place)
    }
}

/// A folder on its way to its place.
pub(crate) struct NewFolder {
    folder: UnfinishedFolder,
    place: PathBuf,
}

impl NewFolder {
    /// Begins to fill what will stand at `place`.
    ///
    /// # Errors
    /// As [`NewFile::at`].
    pub(crate) fn at(place: PathBuf) -> Result<Self, Stop> {
        must_be_free(&place)?;
        let folder = UnfinishedFolder::in_folder(folder_of(&place));
        let folder = folder.map_err(|error| not_stored(&place, &error))?;
        Ok(Self { folder, place })
    }

    /// What is being filled.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts it in its place. A folder that came there meanwhile stays, unless it is empty: then
    /// nothing is lost.
    ///
    /// # Errors
    /// As [`NewFile::settle`].
    pub(crate) fn settle(self) -> Result<PathBuf, Stop> {
        sync_files(self.folder.path());
        let settled = self.folder.settle(&self.place);
        settled.map_err(|error| not_stored(&self.place, &error))?;
        Ok(self.place)
    }
}

/// Puts many files on the disk at once: one by one would take longer than unpacking them. Where the
/// system has no call for that, it writes when it likes.
fn sync_files(folder: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(folder) = File::open(folder) {
        let _ = rustix::fs::syncfs(folder);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = folder;
}

/// `path` with something behind its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or(OsStr::new("")).to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::TempDir;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let home = TempDir::new().expect("a folder");
        let place = home.path().join("a");
        let new = NewFile::at(place.clone()).expect("free");
        new.file().write_all(b"half").expect("written");
        assert_eq!(names(home.path()).len(), 1);
        drop(new);
        assert!(names(home.path()).is_empty());
        let new = NewFile::at(place.clone()).expect("free");
        new.file().write_all(b"whole").expect("written");
        // Somebody was faster.
        fs::write(&place, b"theirs").expect("written");
        assert_eq!(new.settle().expect_err("taken").kind, "exists");
        assert_eq!(fs::read(&place).expect("theirs"), b"theirs");
        assert_eq!(names(home.path()), ["a"]);
        assert_eq!(
            NewFile::at(place).err().map(|stop| stop.kind),
            Some("exists")
        );
    }

    #[test]
    fn whether_a_folder_takes_files_is_known_before_and_leaves_nothing() {
        let home = TempDir::new().expect("a folder");
        let file = home.path().join("a");
        for folder in ["", "not", "not/there/yet"] {
            takes_files(&home.path().join(folder)).expect("free");
        }
        assert!(names(home.path()).is_empty());
        fs::write(&file, b"").expect("a file");
        for folder in [file.clone(), file.join("below")] {
            assert!(takes_files(&folder).is_err(), "{}", folder.display());
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_what_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let home = TempDir::new().expect("a folder");
        let place = home.path().join("a");
        NewFile::at(place.clone())
            .expect("free")
            .settle()
            .expect("stored");
        let mode = fs::metadata(&place).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let place = home.path().join("b");
        NewFolder::at(place.clone())
            .expect("free")
            .settle()
            .expect("stored");
        let mode = fs::metadata(&place).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let missing = NewFile::at(home.path().join("none/a")).err();
        assert_eq!(missing.map(|stop| stop.status), Some(Status::NotStored));
    }
}
