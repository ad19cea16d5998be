//! Where a file that came goes: below one folder, never through a link, and never over something else.

use super::trees::read_tree;
use crate::conversation::numbered_file_name;
use crate::file_names::names_in;
use handfast_protocol::transfer::{Content, Place, Root};
use handfast_store::{private, unfinished};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The folder in which a file will be, and the name that it was given. What is missing above it is made.
pub(super) fn parent_of(place: &Place) -> io::Result<(PathBuf, &str)> {
    match place {
        Place::In { folder, name } => {
            private::create_folders(folder)?;
            Ok((folder.clone(), name))
        }
        Place::Inside { folder, path } => {
            private::create_folders(folder)?;
            let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
            let mut parts = above.split('/').filter(|part| !part.is_empty());
            let parent = parts.try_fold(folder.clone(), |at, part| folder_in(&at, part))?;
            Ok((parent, name))
        }
        Place::Aside => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// A folder that somebody else called `name`. One that is there is taken, a link to one is not.
fn folder_in(parent: &Path, name: &str) -> io::Result<PathBuf> {
    let mut last = io::Error::from(io::ErrorKind::InvalidFilename);
    for name in names_in(parent, name) {
        let path = parent.join(name);
        match fs::symlink_metadata(&path) {
            Ok(about) if about.is_dir() => return Ok(path),
            Ok(_) => last = io::ErrorKind::NotADirectory.into(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match private::create_folder(&path) {
                    Ok(()) => return Ok(path),
                    Err(error) => last = error,
                }
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Makes the folder that is to be at this place.
pub(super) fn make_folder(place: &Place) -> io::Result<PathBuf> {
    let (parent, name) = parent_of(place)?;
    folder_in(&parent, name)
}

/// The names that a file may have had when it was put at its place: each that is taken, up to the first that
/// is free.
fn taken(parent: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let parent = parent.to_owned();
    names_in(&parent, name).into_iter().flat_map(move |name| {
        let parent = parent.clone();
        let paths =
            (0..=u32::from(u16::MAX)).map(move |n| parent.join(numbered_file_name(&name, n)));
        paths.take_while(|path| fs::symlink_metadata(path).is_ok())
    })
}

/// Where this content is already, at the place or beside it under a number.
pub(super) fn found(
    parent: &Path,
    name: &str,
    content: Content,
    is_over: &AtomicBool,
) -> Option<PathBuf> {
    taken(parent, name).find(|path| {
        let about = fs::symlink_metadata(path);
        let is_as_long = about.is_ok_and(|about| about.is_file() && about.len() == content.size);
        is_as_long && root_of(path, is_over).is_ok_and(|root| root == content.root)
    })
}

/// True if something as long is there. Whether it is equal is found out when its turn comes.
pub(super) fn is_as_long(folder: &Path, path: &str, size: u64) -> bool {
    let path = path
        .split('/')
        .fold(folder.to_owned(), |path, part| path.join(part));
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file() && about.len() == size)
}

fn root_of(path: &Path, is_over: &AtomicBool) -> io::Result<Root> {
    let tree = read_tree(path, || is_over.load(Ordering::Relaxed))?;
    tree.root().ok_or(io::ErrorKind::Interrupted.into())
}

/// Gives a whole folder its name beside where it is, or the name with the first number that is free.
pub(super) fn put_folder(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let parent = folder.parent().ok_or(io::ErrorKind::InvalidInput)?;
    free_name(parent, name, |path| {
        // An empty folder keeps the name, and is replaced by the whole one.
        private::create_folder(path)?;
        #[cfg(windows)]
        fs::remove_dir(path)?;
        fs::rename(folder, path)
    })
}

/// Gives a whole file its name, or the name with the first number that is free. What this medium does not keep of
/// it is replaced.
pub(super) fn put(file: &Path, parent: &Path, name: &str) -> io::Result<PathBuf> {
    free_name(parent, name, |path| unfinished::put(file, path))
}

/// Puts something at the first name that is free.
fn free_name(
    parent: &Path,
    name: &str,
    put: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<PathBuf> {
    use io::ErrorKind::{AlreadyExists, InvalidFilename, InvalidInput};
    let mut last = AlreadyExists.into();
    for name in names_in(parent, name) {
        for number in 0..=u32::from(u16::MAX) {
            let path = parent.join(numbered_file_name(&name, number));
            match put(&path) {
                Ok(()) => return Ok(path),
                Err(error) if error.kind() == AlreadyExists => last = error,
                Err(error) if matches!(error.kind(), InvalidFilename | InvalidInput) => {
                    last = error;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Err(last)
}
