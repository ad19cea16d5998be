//! Opening the file, and making it where there is none.
//!
//! A new store is finished under another name and then put in place, so a file that is there is a
//! whole store, or damaged, and never half made.

use super::rows::Rows;
use super::{IDENTITY, conversation, folder, schema};
use crate::cipher::Cipher;
use crate::medium::{Erased, Medium, Table};
use crate::{Batch, Export, KeyStore, StoreError, private};
use handfast_token::Secret;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for another process to finish its transaction.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the store in this file, which is made if there is none: with a fresh identity, or of an export. None
/// where there is an export and a store.
pub(super) fn open(
    path: &Path,
    key_store: &dyn KeyStore,
    export: Option<&Export>,
) -> Result<Option<(Connection, Cipher)>, StoreError> {
    let (beginning, is_there) = begin(path)?;
    if is_there && export.is_some() {
        return Ok(None);
    }
    let cipher = cipher(key_store, is_there)?;
    if !is_there {
        make(path, &cipher, export)?.put_in_place(path)?;
    }
    drop(beginning);
    let connection = open_existing(path, &cipher)?;
    Ok(Some((connection, cipher)))
}

/// Makes the store in this file of an export. One that is there, which nobody has open, is there until then.
pub(super) fn replace(
    path: &Path,
    key_store: &dyn KeyStore,
    export: &Export,
) -> Result<(), StoreError> {
    let (_beginning, is_there) = begin(path)?;
    let cipher = cipher(key_store, is_there)?;
    let new = make(path, &cipher, Some(export))?;
    let old = match is_there {
        true => Some(without_log(path)?),
        false => None,
    };
    new.put_in_place(path)?;
    if let Some(old) = old
        && let Err(error) = folder::overwrite(old)
    {
        log::warn!("store: the one before is not overwritten: {error}");
    }
    Ok(())
}

/// Removes the store in this file, and what there may be beside it. What it holds was sealed.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm", ".new", ".new-wal", ".new-shm", ".lock"] {
        folder::remove(&folder::beside(path, suffix))?;
    }
    Ok(())
}

/// Two processes that begin at once must agree on one key and one file, so only one of them has this. And
/// whether the store is there.
fn begin(path: &Path) -> Result<(File, bool), StoreError> {
    private::create_folders(folder::of(path))?;
    let is_there = path.try_exists()?;
    let beginning =
        folder::lock(&folder::beside(path, ".lock")).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied if is_there => StoreError::ReadOnly,
            _ => error.into(),
        })?;
    let is_there = path.try_exists()?;
    // A log without its store: part of the store was taken away, and a new one would swallow it.
    if !is_there && folder::beside(path, "-wal").try_exists()? {
        return Err(StoreError::Damaged);
    }
    Ok((beginning, is_there))
}

/// The key, which is made with a store.
fn cipher(key_store: &dyn KeyStore, is_there: bool) -> Result<Cipher, StoreError> {
    let key = match key_store.key()? {
        Some(key) => key,
        None if is_there => return Err(StoreError::KeyMissing),
        None => {
            let key = Secret::random().map_err(StoreError::internal)?;
            key_store.keep(&key)?;
            key
        }
    };
    Ok(Cipher::new(key))
}

/// A store under another name. Nothing of it stays unless it is put in place.
struct New(PathBuf);

impl New {
    fn put_in_place(self, path: &Path) -> Result<(), StoreError> {
        Ok(folder::put_in_place(&self.0, path)?)
    }
}

impl Drop for New {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder::beside(&self.0, suffix));
        }
    }
}

fn make(path: &Path, cipher: &Cipher, export: Option<&Export>) -> Result<New, StoreError> {
    let new = New(folder::beside(path, ".new"));
    drop(private::create_anew(&new.0)?);
    let mut connection = connect(&new.0)?;
    // What a crash leaves of it is begun anew, so it goes to the disk once, when it is whole.
    connection.pragma_update(None, "synchronous", "OFF")?;
    keep_journal(&connection, "off")?;
    schema::sign(&connection)?;
    schema::migrate(&mut connection)?;
    let identity = match export {
        Some(export) => export.identity.clone(),
        None => Secret::random().map_err(StoreError::internal)?,
    };
    let transaction = connection.transaction()?;
    transaction.execute(
        "INSERT INTO key_check (value) VALUES (?1)",
        [cipher.check().expose()],
    )?;
    let rows = Rows::new(&transaction, cipher);
    rows.put(Table::Identity, IDENTITY, identity.expose())?;
    if let Some(export) = export {
        Batch::new(&rows).fill(export)?;
    }
    transaction.commit()?;
    keep_journal(&connection, "wal")?;
    connection.close().map_err(|(_, error)| error)?;
    File::options().write(true).open(&new.0)?.sync_all()?;
    Ok(new)
}

/// A store that nobody has open, once all of it is in its file: another one would swallow its log.
fn without_log(path: &Path) -> Result<File, StoreError> {
    let connection = connect(path)?;
    keep_journal(&connection, "delete")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(File::options().write(true).open(path)?)
}

fn open_existing(path: &Path, cipher: &Cipher) -> Result<Connection, StoreError> {
    // SQLite takes an empty file for a new database.
    if path.metadata()?.len() == 0 {
        return Err(StoreError::Damaged);
    }
    // A process that was killed left it, and may have erased something just before.
    let log = folder::beside(path, "-wal").metadata();
    let is_unfinished = log.is_ok_and(|log| log.len() > 0);
    let mut connection = connect(path)?;
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    schema::recognise(&connection)?;
    schema::check(&connection)?;
    let check: [u8; 32] =
        connection.query_row("SELECT value FROM key_check", [], |row| row.get(0))?;
    if Secret::new(check) != cipher.check() {
        return Err(StoreError::WrongKey);
    }
    keep_journal(&connection, "wal")?;
    schema::migrate(&mut connection)?;
    if is_unfinished || conversation::has_abandoned(&connection)? {
        conversation::clear_or_later(&mut connection, Erased::Contact);
    }
    Ok(connection)
}

/// Says how a transaction is kept from being half there.
fn keep_journal(connection: &Connection, mode: &str) -> Result<(), StoreError> {
    let kept: String =
        connection.pragma_update_and_check(None, "journal_mode", mode, |row| row.get(0))?;
    match kept == mode {
        true => Ok(()),
        false => Err(StoreError::internal(format!("journal mode {kept}"))),
    }
}

/// A connection to a file that exists.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // A commit is on the disk before it is reported, and what is deleted is overwritten.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    // Nothing of the store outside of its folder.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}
