//! Files that are there whole or not at all.

use crate::private;
use std::fs::File;
use std::io::{self, Read};
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
    remember(name)
}

/// Removes a file, and has the folder remember that. What is not there need not be removed.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => remember(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// What happened to the name of this file is on the disk.
fn remember(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(of(path))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Writes zeros over all of a file.
pub(super) fn overwrite(mut file: File) -> io::Result<()> {
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()
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
