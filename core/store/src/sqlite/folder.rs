//! Files that are there whole or not at all.

use crate::private;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A file to be locked with [`File::lock`] while files beside it are made.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let file = private::options().create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Gives a finished file its name, and has the folder remember it.
pub(super) fn put_in_place(finished: &Path, name: &Path) -> io::Result<()> {
    std::fs::rename(finished, name)?;
    #[cfg(unix)]
    if let Some(folder) = name.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The path with something behind its last name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The folder of a file.
pub(super) fn of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
