//! A key store for desktops: a file of 32 bytes that only its owner may read.
//!
//! It protects against a copy of the store without the key, not against somebody who can read
//! everything of this user.

use super::folder;
use crate::{KeyStore, KeyStoreError, private};
use handfast_token::Secret;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The key in a file. See the module text.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The key in this file, which is made when it is first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl KeyFile {
    /// Erases the key: its bytes are written over, and then it is removed. Nothing that it opened can be read after
    /// that, as far as the medium writes where it is told to.
    ///
    /// # Errors
    /// [`KeyStoreError::Unreachable`]. That there is none is no error.
    pub fn erase(&self) -> Result<(), KeyStoreError> {
        for path in [folder::beside(&self.path, ".new"), self.path.clone()] {
            match File::options().write(true).open(&path) {
                Ok(file) => folder::overwrite(file)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            }
            folder::remove(&path)?;
        }
        Ok(())
    }
}

impl KeyStore for KeyFile {
    fn key(&self) -> Result<Option<Secret<32>>, KeyStoreError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let about = file.metadata()?;
        #[cfg(unix)]
        if std::os::unix::fs::MetadataExt::mode(&about) & 0o077 != 0 {
            return Err(KeyStoreError::Exposed);
        }
        if about.len() != 32 {
            return Err(KeyStoreError::Damaged);
        }
        let mut key = Zeroizing::new([0; 32]);
        file.read_exact(&mut *key)?;
        Ok(Some(Secret::new(*key)))
    }

    fn keep(&self, key: &Secret<32>) -> Result<(), KeyStoreError> {
        if self.path.symlink_metadata().is_ok() {
            return Err(KeyStoreError::Occupied);
        }
        private::create_folders(folder::of(&self.path))?;
        let unfinished = folder::beside(&self.path, ".new");
        let mut file = private::create_anew(&unfinished)?;
        file.write_all(key.expose())?;
        file.sync_all()?;
        folder::put_in_place(&unfinished, &self.path)?;
        Ok(())
    }
}
