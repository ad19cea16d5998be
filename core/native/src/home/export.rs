//! A device as it moves: written to one file out of a home, and made into a home of such a file.

use super::{Home, KEY, STORE, take};
use handfast_device::{ExportTerms, Exported, Refusal};
use handfast_protocol::log::{Author, Row};
use handfast_seal::Limits;
use handfast_store::unfinished::{Unfinished, folder_of};
use handfast_store::{Export, ExportError, KeptEntry, KeyFile, Store, StoreError, private};
use handfast_token::random_bytes;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

impl Home {
    /// Writes the device of this home to a file, which is its owner's alone and there when it is whole.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] of a device that keeps nothing, and whatever else hinders it.
    pub(crate) async fn export(&self, terms: ExportTerms) -> Result<Exported, Refusal> {
        let store = self.store().ok_or(Refusal::NotNow)?.clone();
        let writing = tokio::task::spawn_blocking(move || write(&store, &terms));
        writing.await.map_err(|_| StoreError::Internal)?
    }

    /// Makes the home in this folder of an export. It blocks for as long as the disk takes.
    ///
    /// # Errors
    /// [`ExportError::Occupied`] if there is a device, [`StoreError::InUse`] while another process has the
    /// folder, and whatever else hinders it. All is as it was then.
    pub fn import(folder: impl Into<PathBuf>, export: &Export) -> Result<Self, ExportError> {
        let folder = folder.into();
        let was_there = folder.exists();
        private::create_folders(&folder).map_err(StoreError::from)?;
        let before = names_in(&folder);
        let made = take(&folder)
            .map_err(ExportError::from)
            .and_then(|at_work| {
                let key = KeyFile::new(folder.join(KEY));
                let store = Store::import(&folder.join(STORE), &key, export);
                // Nobody else has the folder until this is tidied up.
                let store = store.inspect_err(|_| remove_others(&folder, &before))?;
                Ok((store, at_work))
            });
        match made {
            Ok((store, at_work)) => Ok(Self::of(folder, store, Some(at_work))),
            Err(error) => {
                if !was_there {
                    // It stays if there is anything in it.
                    let _ = fs::remove_dir(&folder);
                }
                Err(error)
            }
        }
    }

    /// Whether a home can be made of an export in this folder: there is no device in it.
    pub fn is_free(folder: &Path) -> bool {
        matches!(fs::symlink_metadata(folder.join(STORE)), Err(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

fn names_in(folder: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).collect()
}

/// Removes the files that were not there before.
fn remove_others(folder: &Path, before: &BTreeSet<OsString>) {
    for name in names_in(folder).difference(before) {
        let _ = fs::remove_file(folder.join(name));
    }
}

fn write(store: &Store, terms: &ExportTerms) -> Result<Exported, Refusal> {
    let not_written = |error: io::Error| Refusal::NotWritten(error.kind());
    let export = store.export(terms.with_messages)?;
    let (lock, credential) = terms.lock();
    let salt = random_bytes().map_err(|_| StoreError::Internal)?;
    let new = Unfinished::in_folder(folder_of(&terms.place)).map_err(not_written)?;
    let mut sink = BufWriter::new(new.file());
    let sealed = export.seal(lock, salt, &credential, &Limits::DESKTOP, &mut sink);
    sealed.map_err(|error| match error {
        ExportError::Seal(error) => Refusal::Seal(error),
        ExportError::Io(error) => not_written(error),
        ExportError::Store(error) => error.into(),
        ExportError::AnswerAlone | ExportError::NotAnExport | ExportError::Occupied => {
            Refusal::NotNow
        }
    })?;
    sink.flush().map_err(not_written)?;
    drop(sink);
    let bytes = new.file().metadata().map_err(not_written)?.len();
    new.settle(&terms.place).map_err(not_written)?;
    let messages = export.entries.iter();
    let messages = messages.filter(|(_, entry)| is_message(entry));
    Ok(Exported {
        bytes,
        contacts: export.contacts.len() as u64,
        messages: messages.count() as u64,
    })
}

/// Whether a person would say that something was said there: a text or a file that is still there.
fn is_message(entry: &KeptEntry) -> bool {
    let (line, head) = (entry.place.log.line, entry.head.clone().into());
    // Whose it is changes nothing of its kind.
    let row = Row::from_record(Author::Me, line, head, None);
    entry.body.is_some() && row.is_ok_and(|row| row.is_message())
}

#[cfg(test)]
mod tests;
