//! A file in the home that is offered while it is still written, as what comes out of a pipe is.
//!
//! Beside it lies a mark as long as that is so, which its writer has locked: one that nobody has locked is left of a
//! writer that died, and the file will never be whole.

use handfast_store::private;
use std::fs::{File, TryLockError, remove_file};
use std::io;
use std::path::{Path, PathBuf};

/// The writer's side. Dropped before the file is whole, it says that nothing more comes.
#[derive(Debug)]
pub struct Growing {
    mark: PathBuf,
    _lock: File,
}

impl Growing {
    /// From now on the file at this path is not whole.
    ///
    /// # Errors
    /// When that cannot be marked.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let mark = mark_of(path);
        let lock = private::options().create_new(true).open(&mark)?;
        lock.lock()?;
        Ok(Self { mark, _lock: lock })
    }

    /// All of it is there.
    ///
    /// # Errors
    /// When that cannot be marked.
    pub fn end(self) -> io::Result<()> {
        remove_file(&self.mark)
    }
}

/// How a file stands that may be written still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// All of it is there.
    Whole,
    /// More comes.
    Growing,
    /// Nobody writes to it any more.
    Broken,
}

/// What tells how a file stands. Only those in the home can grow.
pub(super) struct Mark(Option<PathBuf>);

impl Mark {
    /// `own` is a folder of the home.
    pub(super) fn of(path: &Path, own: &Path) -> Self {
        let real = |folder: Option<&Path>| folder.and_then(|folder| folder.canonicalize().ok());
        let (folder, home) = (real(path.parent()), real(own.parent()));
        let is_inside = folder
            .zip(home)
            .is_some_and(|(folder, home)| folder.starts_with(home));
        Self(is_inside.then(|| mark_of(path)))
    }

    pub(super) fn growth(&self) -> Growth {
        let Some(mark) = &self.0 else {
            return Growth::Whole;
        };
        match File::options().write(true).open(mark) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Growth::Whole,
            Err(_) => Growth::Broken,
            Ok(file) => match file.try_lock() {
                Err(TryLockError::WouldBlock) => Growth::Growing,
                // It may have become whole meanwhile.
                Ok(()) | Err(TryLockError::Error(_)) if !mark.exists() => Growth::Whole,
                Ok(()) | Err(TryLockError::Error(_)) => Growth::Broken,
            },
        }
    }
}

/// Whether more of this file comes, or would have.
pub(crate) fn is_growing(path: &Path, own: &Path) -> bool {
    Mark::of(path, own).growth() != Growth::Whole
}

fn mark_of(path: &Path) -> PathBuf {
    path.with_added_extension("growing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_grows_until_its_writer_ends_it_or_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, own) = (folder.path().join("file"), folder.path().join("files"));
        let mark = Mark::of(&path, &own);
        assert_eq!(mark.growth(), Growth::Whole);
        let growing = Growing::begin(&path).unwrap();
        assert_eq!(mark.growth(), Growth::Growing);
        growing.end().unwrap();
        assert_eq!(mark.growth(), Growth::Whole);
        drop(Growing::begin(&path).unwrap());
        assert_eq!(mark.growth(), Growth::Broken);
        // Whatever lies beside somebody's own file.
        let elsewhere = Mark::of(&path, &folder.path().join("home/files"));
        assert_eq!(elsewhere.growth(), Growth::Whole);
    }
}
