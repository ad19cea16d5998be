//! The form of the file, and the way from each older form to this one.

use crate::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// What the file says that it is, in SQLite's header: "HFST".
const APPLICATION: i32 = 0x4846_5354;

/// Each step leads from the version that is its index to the next. A step that was published is
/// never changed: a store somewhere has taken it.
const STEPS: &[&str] = &[
    "
    CREATE TABLE key_check  (value BLOB NOT NULL);
    CREATE TABLE identity   (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE setting    (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE invitation (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE reply      (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE person     (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE proof      (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE refused    (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
",
    // The entries of each conversation lie in a table of its own, which comes and goes with it.
    "
    CREATE TABLE conversation (
        number INTEGER PRIMARY KEY, row BLOB NOT NULL UNIQUE,
        entries BLOB NOT NULL, key BLOB NOT NULL, state BLOB NOT NULL);
    CREATE TABLE log (
        id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL,
        row BLOB NOT NULL UNIQUE, value BLOB NOT NULL);
    CREATE INDEX log_of_conversation ON log (conversation);
    CREATE TABLE draft (conversation INTEGER PRIMARY KEY, value BLOB NOT NULL);
    CREATE TABLE partial (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
",
    // Nothing was ever kept in `partial`.
    "
    DROP TABLE partial;
    CREATE TABLE file       (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE life       (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
",
];

/// Marks a new file as a store.
pub(super) fn sign(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "application_id", APPLICATION)?;
    Ok(())
}

/// Reads what the file is. Writes nothing.
///
/// # Errors
/// [`StoreError::NotAStore`] if it is another program's database, [`StoreError::Newer`].
pub(super) fn recognise(connection: &Connection) -> Result<(), StoreError> {
    let application: i32 = pragma(connection, "application_id")?;
    if application != APPLICATION {
        return Err(StoreError::NotAStore);
    }
    if version(connection)? > STEPS.len() {
        return Err(StoreError::Newer);
    }
    Ok(())
}

/// What is looked at when a store opens: all but entries, which may be many. A hole in these is found now
/// and not when they are needed; in a conversation it costs that conversation, when it is read.
const CHECKED: &[&str] = &[
    "key_check",
    "identity",
    "setting",
    "invitation",
    "reply",
    "person",
    "proof",
    "refused",
    "conversation",
    "log",
    "draft",
    "file",
    "life",
];

/// Looks for holes.
///
/// # Errors
/// [`StoreError::Damaged`] if there is one.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    for table in CHECKED {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name = ?1";
        let is_there: bool = connection.query_row(sql, [table], |row| row.get(0))?;
        if !is_there {
            // An earlier form, which has fewer.
            continue;
        }
        let sql = format!("PRAGMA integrity_check({table})");
        let found: String = connection.query_row(&sql, [], |row| row.get(0))?;
        if found != "ok" {
            return Err(StoreError::Damaged);
        }
    }
    Ok(())
}

/// Takes the steps that are still to be taken, each whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    while version(connection)? < STEPS.len() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked again: another process may have taken the step meanwhile.
        let at = version(&transaction)?;
        if let Some(step) = STEPS.get(at) {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", (at + 1) as i64)?;
        }
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<usize, StoreError> {
    let version: i32 = pragma(connection, "user_version")?;
    usize::try_from(version).map_err(|_| StoreError::NotAStore)
}

fn pragma(connection: &Connection, name: &str) -> Result<i32, StoreError> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}
