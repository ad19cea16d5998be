//! Where something new is written: beside its place, readable by nobody else, and put in its place
//! only when it is whole. Nothing is ever overwritten, and what is not finished is removed.

use crate::status::{Status, Stop};
use crate::words;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::{Builder, NamedTempFile, TempDir};

const PREFIX: &str = ".handfast-";

/// The paths of everything that this process has begun to write and neither finished nor given up.
static BEGUN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn begun(path: &Path) {
    if let Ok(mut begun) = BEGUN.lock() {
        begun.push(path.to_owned());
    }
}

/// Removes what is not finished, for a process that ends without unwinding.
pub(crate) fn abandon() {
    let begun = BEGUN.lock().map(|begun| begun.clone()).unwrap_or_default();
    for path in begun {
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
    }
}

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

fn folder_of(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file on its way to its place.
pub(crate) struct NewFile {
    file: NamedTempFile,
    place: PathBuf,
}

impl NewFile {
    /// Begins to write what will stand at `place`.
    ///
    /// # Errors
    /// When the place is taken, or its folder takes nothing.
    pub(crate) fn at(place: PathBuf) -> Result<Self, Stop> {
        must_be_free(&place)?;
        let file = Builder::new()
            .prefix(PREFIX)
            .tempfile_in(folder_of(&place))
            .map_err(|error| not_stored(&place, &error))?;
        begun(file.path());
        Ok(Self { file, place })
    }

    /// What is being written.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
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
        let failed = |error: io::Error| not_stored(&self.place, &error);
        self.file.as_file().sync_all().map_err(failed)?;
        self.file
            .persist_noclobber(&self.place)
            .map_err(|error| not_stored(&self.place, &error.error))?;
        sync_folder(&self.place);
        Ok(self.place)
    }
}

/// A folder on its way to its place.
pub(crate) struct NewFolder {
    folder: TempDir,
    place: PathBuf,
}

impl NewFolder {
    /// Begins to fill what will stand at `place`.
    ///
    /// # Errors
    /// As [`NewFile::at`].
    pub(crate) fn at(place: PathBuf) -> Result<Self, Stop> {
        must_be_free(&place)?;
        let mut builder = Builder::new();
        // A new file belongs to its maker alone by itself; a new folder does not.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder
            .prefix(PREFIX)
            .tempdir_in(folder_of(&place))
            .map_err(|error| not_stored(&place, &error))?;
        begun(folder.path());
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
        must_be_free(&self.place)?;
        sync_files(self.folder.path());
        fs::rename(self.folder.path(), &self.place)
            .map_err(|error| not_stored(&self.place, &error))?;
        // Nothing is left to be removed.
        let _ = self.folder.keep();
        sync_folder(&self.place);
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

/// Writes the folder to the disk, so that the name survives a loss of power too. Not every system can do
/// that; the content is safe without it.
fn sync_folder(place: &Path) {
    if let Ok(folder) = File::open(folder_of(place)) {
        let _ = folder.sync_all();
    }
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
