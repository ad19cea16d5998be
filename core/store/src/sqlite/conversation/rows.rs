//! The rows as such: finding them, beginning them, sealing and opening them.

use super::super::rows::Rows;
use super::traces::table;
use crate::StoreError;
use crate::cipher::{Cipher, RowId, SEAL};
use crate::conversation::state::State;
use crate::conversation::{DamagedEntry, KeptEntry, LogEnd, LogLine, Place};
use handfast_protocol::handshake::PublicKey;
use handfast_token::{Secret, random_bytes};
use rusqlite::{OptionalExtension, Row, params};
use std::ops::ControlFlow;
use zeroize::Zeroizing;

/// The kinds of values, as their seals name them.
const CONVERSATION: &str = "conversation";
const STATE: &str = "state";
const LOG: &str = "log";
pub(super) const HEAD: &str = "head";
pub(super) const BODY: &str = "body";

/// Bytes of a sealed key, and of a sealed state.
const SEALED_KEY: usize = 32 + SEAL;
const SEALED_STATE: usize = State::BYTES + SEAL;

/// A conversation that is there.
pub(super) struct Conversation {
    pub(super) number: i64,
    pub(super) row: RowId,
    pub(super) table: String,
    pub(super) cipher: Cipher,
    pub(super) state: State,
}

/// A line of a log, by the number that its rows have.
pub(super) struct Line {
    pub(super) number: i64,
    pub(super) end: LogEnd,
}

/// What is read of an entry before it is opened.
pub(super) struct Sealed {
    pub(super) place: Place,
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl Rows<'_> {
    pub(super) fn conversation(&self, with: PublicKey) -> Result<Option<Conversation>, StoreError> {
        let row = self.cipher.row(CONVERSATION, &with.0);
        let sql = "SELECT number, entries, key, state FROM conversation WHERE row = ?1";
        let mut statement = self.transaction.prepare(sql)?;
        let mut rows = statement.query([row])?;
        let Some(found) = rows.next()? else {
            return Ok(None);
        };
        let (number, entries) = (found.get(0)?, found.get(1)?);
        let (key, state): (Vec<u8>, Vec<u8>) = (found.get(2)?, found.get(3)?);
        let key = self.cipher.open(CONVERSATION, &row, &key)?;
        let key: [u8; 32] = key[..].try_into().map_err(|_| StoreError::Damaged)?;
        let state = self.cipher.open(STATE, &row, &state)?;
        Ok(Some(Conversation {
            number,
            row,
            table: table(entries),
            cipher: Cipher::new(Secret::new(key)),
            state: State::parse(&state)?,
        }))
    }

    pub(super) fn conversation_or_new(&self, with: PublicKey) -> Result<Conversation, StoreError> {
        if let Some(conversation) = self.conversation(with)? {
            return Ok(conversation);
        }
        // In the place of one that is forgotten, if there is any.
        let transaction = self.transaction;
        let free: Option<i64> = transaction
            .query_row(
                "SELECT number FROM conversation WHERE entries = zeroblob(8) LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        let row = self.cipher.row(CONVERSATION, &with.0);
        let number = match free {
            Some(number) => number,
            None => {
                transaction.execute(
                    "INSERT INTO conversation (row, entries, key, state)
                     VALUES (?1, zeroblob(8), ?2, ?3)",
                    params![row, [0_u8; SEALED_KEY], [0_u8; SEALED_STATE]],
                )?;
                transaction.last_insert_rowid()
            }
        };
        self.begin(number, row, Vec::new())
    }

    /// Gives a conversation a key and a table in which there is nothing, in the place of what it had.
    pub(super) fn begin(
        &self,
        number: i64,
        row: RowId,
        ledger: Vec<u8>,
    ) -> Result<Conversation, StoreError> {
        let key = Secret::random().map_err(StoreError::internal)?;
        let entries: [u8; 8] = random_bytes().map_err(StoreError::internal)?;
        let draft = Secret::random().map_err(StoreError::internal)?;
        let begun = Conversation {
            number,
            row,
            table: table(entries),
            cipher: Cipher::new(key.clone()),
            state: State {
                ledger,
                ..State::new(draft)
            },
        };
        let sealed = self.cipher.seal(CONVERSATION, &row, key.expose())?;
        let state = self.seal_state(&begun)?;
        let transaction = self.transaction;
        transaction.execute(
            "UPDATE conversation SET row = ?2, entries = ?3, key = ?4, state = ?5 WHERE number = ?1",
            params![number, row, entries, sealed, state],
        )?;
        let table = &begun.table;
        transaction.execute_batch(&format!(
            "CREATE TABLE {table} (
                 id INTEGER PRIMARY KEY, log INTEGER NOT NULL, sequence INTEGER NOT NULL,
                 lamport INTEGER NOT NULL, head BLOB NOT NULL, body BLOB NOT NULL);
             CREATE UNIQUE INDEX {table}_place ON {table} (sequence, log);
             CREATE INDEX {table}_order ON {table} (lamport);"
        ))?;
        Ok(begun)
    }

    pub(super) fn put_state(&self, conversation: &Conversation) -> Result<(), StoreError> {
        self.transaction.execute(
            "UPDATE conversation SET state = ?2 WHERE number = ?1",
            params![conversation.number, self.seal_state(conversation)?],
        )?;
        Ok(())
    }

    fn seal_state(&self, conversation: &Conversation) -> Result<Vec<u8>, StoreError> {
        let state = conversation.state.to_bytes()?;
        self.cipher.seal(STATE, &conversation.row, &state)
    }

    /// Every line of every log of a conversation.
    pub(super) fn lines(&self, conversation: i64) -> Result<Vec<Line>, StoreError> {
        let sql = "SELECT id, row, value FROM log WHERE conversation = ?1";
        let mut statement = self.transaction.prepare(sql)?;
        let mut rows = statement.query([conversation])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let (number, name, sealed): (i64, RowId, Vec<u8>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let end = LogEnd::parse(&self.cipher.open(LOG, &name, &sealed)?)?;
            lines.push(Line { number, end });
        }
        Ok(lines)
    }

    pub(super) fn line(
        &self,
        conversation: &Conversation,
        log: LogLine,
    ) -> Result<Option<Line>, StoreError> {
        let name = self.line_row(conversation, log);
        let found: Option<(i64, Vec<u8>)> = self
            .transaction
            .query_row("SELECT id, value FROM log WHERE row = ?1", [name], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((number, sealed)) = found else {
            return Ok(None);
        };
        let end = LogEnd::parse(&self.cipher.open(LOG, &name, &sealed)?)?;
        Ok(Some(Line { number, end }))
    }

    /// The line on which this entry stands, which may be about to begin with it.
    pub(super) fn line_or_new(
        &self,
        conversation: &Conversation,
        entry: &KeptEntry,
    ) -> Result<Line, StoreError> {
        let log = entry.place.log;
        if let Some(line) = self.line(conversation, log)? {
            return Ok(line);
        }
        let end = entry.beginning(|line| Ok(self.line(conversation, line)?.is_some()))?;
        let name = self.line_row(conversation, log);
        let sealed = self.cipher.seal(LOG, &name, &end.to_bytes())?;
        let transaction = self.transaction;
        transaction.execute(
            "INSERT INTO log (conversation, row, value) VALUES (?1, ?2, ?3)",
            params![conversation.number, name, sealed],
        )?;
        let number = transaction.last_insert_rowid();
        Ok(Line { number, end })
    }

    pub(super) fn put_line(
        &self,
        conversation: &Conversation,
        line: Line,
    ) -> Result<(), StoreError> {
        let name = self.line_row(conversation, line.end.log);
        let sealed = self.cipher.seal(LOG, &name, &line.end.to_bytes())?;
        let sql = "UPDATE log SET value = ?2 WHERE id = ?1";
        self.transaction
            .execute(sql, params![line.number, sealed])?;
        Ok(())
    }

    fn line_row(&self, conversation: &Conversation, log: LogLine) -> RowId {
        let name = [&conversation.row[..], &log.name()].concat();
        self.cipher.row(LOG, &name)
    }

    /// Shows the entries of a conversation that stand before a place, or at its end, the last first, until
    /// whoever looks at them has enough.
    pub(super) fn walk(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        mut look: impl FnMut(Sealed, &Conversation) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let Some(conversation) = self.conversation(with)? else {
            return Ok(());
        };
        let lines = self.lines(conversation.number)?;
        let top = before.map_or(Ok(i64::MAX), |before| number(before.lamport))?;
        let sql = format!(
            "SELECT log, sequence, lamport, head, body FROM {} WHERE lamport <= ?1
             ORDER BY lamport DESC",
            conversation.table
        );
        let mut statement = self.transaction.prepare(&sql)?;
        let mut rows = statement.query([top])?;
        let mut gaps = Gaps::new(&lines, before);
        // Of one Lamport time there is at most one entry on each line.
        let mut same: Vec<Sealed> = Vec::new();
        loop {
            let next = match rows.next()? {
                // On no line that is known: some of these are missing.
                Some(row) => Some(Sealed::read(row, &lines)?.ok_or(StoreError::Damaged)?),
                None => None,
            };
            let is_over = next.is_none();
            let is_same = |one: &Sealed| {
                let lamport = next.as_ref().map(|next| next.place.lamport);
                lamport == Some(one.place.lamport)
            };
            if !same.last().is_some_and(is_same) {
                same.sort_by_key(|sealed| std::cmp::Reverse(sealed.place));
                for sealed in same.drain(..) {
                    gaps.find(sealed.place)?;
                    if look(sealed, &conversation).is_break() {
                        return Ok(());
                    }
                }
            }
            same.extend(next.filter(|next| before.is_none_or(|before| next.place < *before)));
            if is_over {
                return gaps.find_at_beginning();
            }
        }
    }
}

/// Notices when an entry is missing on the way back: numbers of a line have none left out, and a page that
/// something else wrote over may look like one on which nothing was ever written.
struct Gaps<'a>(Vec<(&'a LogEnd, Option<u64>)>);

impl<'a> Gaps<'a> {
    /// On the way from before a place, or from the end.
    fn new(lines: &'a [Line], before: Option<&Place>) -> Self {
        let next = |end: &LogEnd| match before {
            None => Some(end.sequence),
            Some(before) if before.log == end.log => before.sequence.checked_sub(1),
            Some(_) => None,
        };
        let all = lines.iter().map(|line| (&line.end, next(&line.end)));
        Self(all.collect())
    }

    /// This one comes next.
    fn find(&mut self, place: Place) -> Result<(), StoreError> {
        let mut lines = self.0.iter_mut();
        match lines.find(|(end, _)| end.log == place.log) {
            Some((_, next)) if next.is_none_or(|next| next == place.sequence) => {
                *next = place.sequence.checked_sub(1);
                Ok(())
            }
            _ => Err(StoreError::Damaged),
        }
    }

    /// Nothing more comes.
    fn find_at_beginning(&self) -> Result<(), StoreError> {
        let is_whole =
            |(end, next): &(&LogEnd, Option<u64>)| next.is_none_or(|next| next < end.first);
        match self.0.iter().all(is_whole) {
            true => Ok(()),
            false => Err(StoreError::Damaged),
        }
    }
}

impl Sealed {
    /// From the columns `log, sequence, lamport, head, body`; None if it is on no line of these.
    pub(super) fn read(row: &Row<'_>, lines: &[Line]) -> Result<Option<Self>, StoreError> {
        let log: i64 = row.get(0)?;
        let Some(line) = lines.iter().find(|line| line.number == log) else {
            return Ok(None);
        };
        let (sequence, lamport): (i64, i64) = (row.get(1)?, row.get(2)?);
        let place = Place {
            lamport: lamport.try_into().map_err(|_| StoreError::Damaged)?,
            log: line.end.log,
            sequence: sequence.try_into().map_err(|_| StoreError::Damaged)?,
        };
        let (head, body) = (row.get(3)?, row.get(4)?);
        Ok(Some(Self { place, head, body }))
    }

    pub(super) fn open(&self, conversation: &Conversation) -> Result<KeptEntry, DamagedEntry> {
        let open = || -> Result<KeptEntry, StoreError> {
            let name = name(self.place);
            let head = conversation.cipher.open(HEAD, &name, &self.head)?;
            let mut entry = KeptEntry::parse_head(self.place, &head)?;
            entry.body = self
                .open_body(conversation)?
                .map(|mut body| std::mem::take(&mut *body));
            Ok(entry)
        };
        open().map_err(|_| DamagedEntry(self.place))
    }

    /// What can be erased of it, if that is there.
    pub(super) fn open_body(
        &self,
        conversation: &Conversation,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        // A salt is never zeros.
        match self.body.iter().any(|byte| *byte != 0) {
            true => {
                let name = name(self.place);
                let body = conversation.cipher.open(BODY, &name, &self.body)?;
                Ok(Some(body))
            }
            false => Ok(None),
        }
    }
}

/// What the seals of an entry are bound to.
pub(super) fn name(place: Place) -> Vec<u8> {
    [&place.log.name()[..], &place.sequence.to_le_bytes()].concat()
}

/// A number as a database has it.
pub(super) fn number(number: u64) -> Result<i64, StoreError> {
    number.try_into().map_err(|_| StoreError::TooLong)
}
