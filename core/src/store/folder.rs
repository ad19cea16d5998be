//! Files that only their owner may read, and that are there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Makes the folder, and those above it, for its owner only.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// An empty file for its owner only. An older one of that name is thrown away.
pub(super) fn fresh(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// A file to be locked with [`File::lock`] while files beside it are made.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
    file.lock()?;
    Ok(file)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
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
