//! What is left of conversations that were erased, and its end.

use crate::StoreError;
use crate::medium::Erased;
use data_encoding::HEXLOWER;
use rusqlite::{Connection, TransactionBehavior};
use std::collections::BTreeSet;

/// What tables of entries are called, in front of the name that is chance.
const ENTRIES: &str = "entry_";

/// Whoever comes or goes makes SQLite move other contacts about between pages, and it leaves their copies
/// where they lay. Pages of a table that is dropped are overwritten as a whole.
const REWRITE_CONTACTS: &str = "
    CREATE TABLE rewritten (row BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    INSERT INTO rewritten SELECT row, value FROM person ORDER BY row;
    DROP TABLE person;
    ALTER TABLE rewritten RENAME TO person;
";

/// Removes what the file and its log still hold of what was erased. The next start does what cannot be done
/// now, as on a disk that is full.
pub(in crate::sqlite) fn clear_or_later(connection: &mut Connection, erased: Erased) {
    if let Err(error) = clear(connection, erased) {
        log::warn!("store: what was erased is cleared away later: {error}");
    }
}

/// Drops the tables of conversations that were erased, and what the log of the database still holds of
/// them. Without the key that went with them they are nothing but bytes, so whoever finds no time for this
/// loses nothing by doing it later.
fn clear(connection: &mut Connection, erased: Erased) -> Result<(), StoreError> {
    // First, as it also makes room for the rest.
    empty_log(connection)?;
    let mut is_changed = false;
    for table in abandoned(connection)? {
        // Another process may have done it.
        change(connection, &format!("DROP TABLE IF EXISTS {table}"))?;
        is_changed = true;
    }
    if erased >= Erased::Contact {
        change(connection, REWRITE_CONTACTS)?;
        is_changed = true;
    }
    match is_changed {
        true => empty_log(connection),
        false => Ok(()),
    }
}

fn change(connection: &mut Connection, sql: &str) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(sql)?;
    transaction.commit()?;
    Ok(())
}

/// Whether tables are left behind.
pub(in crate::sqlite) fn has_abandoned(connection: &Connection) -> Result<bool, StoreError> {
    Ok(!abandoned(connection)?.is_empty())
}

/// Brings everything from the log into the file, and makes the log empty.
fn empty_log(connection: &Connection) -> Result<(), StoreError> {
    let is_busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        log::warn!("store: another program reads, so that its log holds what was erased");
    }
    Ok(())
}

fn abandoned(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT entries FROM conversation";
    let mut statement = connection.prepare(sql)?;
    let tables = statement.query_map([], |row| row.get(0).map(table))?;
    let used: BTreeSet<String> = tables.collect::<Result<_, _>>()?;
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?1";
    let mut statement = connection.prepare(sql)?;
    let tables = statement.query_map([format!("{ENTRIES}*")], |row| row.get(0))?;
    let mut tables: Vec<String> = tables.collect::<Result<_, _>>()?;
    // Only names that were made here become part of a statement.
    tables.retain(|name| !used.contains(name) && is_table(name));
    Ok(tables)
}

/// The table of entries with this name.
pub(super) fn table(entries: [u8; 8]) -> String {
    format!("{ENTRIES}{}", HEXLOWER.encode(&entries))
}

fn is_table(name: &str) -> bool {
    let random = name.strip_prefix(ENTRIES);
    let random = random.and_then(|random| HEXLOWER.decode(random.as_bytes()).ok());
    random.is_some_and(|random| random.len() == 8)
}
