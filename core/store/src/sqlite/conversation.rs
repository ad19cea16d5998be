//! The rows of conversations.
//!
//! Each conversation has a table of entries of its own, named by chance and sealed under a key of its own,
//! so whatever erases one touches no page of another. Its rows are only ever added, or overwritten by as many
//! zeros where something in them is erased: then SQLite moves nothing about, and no copy stays behind in a
//! page. A row in which nothing is left to erase stays, as everybody has to know that something stood there.
//!
//! A conversation as a whole is erased by overwriting its key, in the same transaction as everything else
//! that is to happen with it. The table is dropped afterwards ([`traces`]), by the next start if need be.

mod rows;
mod traces;

pub(super) use traces::{clear_or_later, has_abandoned};

use super::rows::Rows;
use crate::StoreError;
use crate::cipher::{Cipher, RowId};
use crate::conversation::{DamagedEntry, KeptEntry, LogEnd, LogLine, Place, Searched};
use crate::medium::{Conversations, Erased, Medium};
use handfast_protocol::handshake::PublicKey;
use handfast_token::{Secret, random_bytes};
use rows::{BODY, HEAD, Line, Sealed, name, number};
use rusqlite::{OptionalExtension, params};
use std::ops::ControlFlow;

/// What is being typed, as its seal names it.
const DRAFT: &str = "draft";

impl Conversations for Rows<'_> {
    fn add_entry(&self, with: PublicKey, entry: &KeptEntry) -> Result<(), StoreError> {
        let head = entry.head_to_bytes()?;
        let conversation = self.conversation_or_new(with)?;
        let place = entry.place;
        let (sequence, lamport) = (number(place.sequence)?, number(place.lamport)?);
        let log = self.line_or_new(&conversation, entry)?;
        let Some(end) = log.end.with(entry)? else {
            return Ok(());
        };
        let seal = |kind, value: &[u8]| conversation.cipher.seal(kind, &name(place), value);
        let body = match &entry.body {
            Some(body) => seal(BODY, body)?,
            None => Vec::new(),
        };
        let sql = format!(
            "INSERT INTO {} (log, sequence, lamport, head, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            conversation.table
        );
        let values = params![log.number, sequence, lamport, seal(HEAD, &head)?, body];
        self.transaction.execute(&sql, values)?;
        self.put_line(&conversation, Line { end, ..log })
    }

    fn erase_body(&self, with: PublicKey, place: Place) -> Result<(), StoreError> {
        let Some(conversation) = self.conversation(with)? else {
            return Ok(());
        };
        let Some(line) = self.line(&conversation, place.log)? else {
            return Ok(());
        };
        let sql = format!(
            "UPDATE {} SET body = zeroblob(length(body)) WHERE sequence = ?1 AND log = ?2",
            conversation.table
        );
        let values = params![number(place.sequence)?, line.number];
        self.transaction.execute(&sql, values)?;
        self.erase(Erased::Entries);
        Ok(())
    }

    fn entries(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        most: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError> {
        let mut found = Vec::new();
        if most > 0 {
            self.walk(with, before, |sealed, conversation| {
                found.push(sealed.open(conversation));
                match found.len() < most {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })?;
        }
        Ok(found)
    }

    fn search(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        (steps, most): (usize, usize),
        is_wanted: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Searched, StoreError> {
        let mut searched = Searched::default();
        let mut left = steps;
        self.walk(with, before, |sealed, conversation| {
            let body = sealed.open_body(conversation);
            if let Ok(Some(body)) = body
                && is_wanted(&body)
                && let Ok(entry) = sealed.open(conversation)
            {
                searched.found.push(entry);
            }
            left = left.saturating_sub(1);
            match left == 0 || searched.found.len() >= most {
                true => {
                    searched.next = Some(sealed.place);
                    ControlFlow::Break(())
                }
                false => ControlFlow::Continue(()),
            }
        })?;
        Ok(searched)
    }

    fn entries_of_log(
        &self,
        with: PublicKey,
        log: LogLine,
        from: u64,
        most_bytes: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError> {
        let Some(conversation) = self.conversation(with)? else {
            return Ok(Vec::new());
        };
        let mut lines = self.lines(conversation.number)?;
        lines.retain(|line| line.end.is_kept_of(log));
        let Some((first, last)) = LogEnd::numbers(lines.iter().map(|line| line.end), from) else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "SELECT log, sequence, lamport, head, body FROM {} WHERE sequence BETWEEN ?1 AND ?2
             ORDER BY sequence",
            conversation.table
        );
        let mut statement = self.transaction.prepare(&sql)?;
        let mut rows = statement.query([number(first)?, number(last)?])?;
        let mut found: Vec<Sealed> = Vec::new();
        let mut bytes = 0_usize;
        while let Some(row) = rows.next()? {
            let Some(sealed) = Sealed::read(row, &lines)? else {
                continue;
            };
            let is_another = |one: &Sealed| one.place.sequence != sealed.place.sequence;
            bytes += sealed.head.len() + sealed.body.len();
            if bytes > most_bytes && found.first().is_some_and(is_another) {
                // All lines of a number, or none.
                found.retain(is_another);
                break;
            }
            found.push(sealed);
        }
        found.sort_by_key(|sealed| (sealed.place.sequence, sealed.place.log.line));
        let mut numbers: Vec<u64> = found.iter().map(|sealed| sealed.place.sequence).collect();
        numbers.dedup();
        // None is left out, see `Gaps`.
        let is_begun = first > last || numbers.first() == Some(&first);
        if !is_begun || numbers.windows(2).any(|pair| pair[0] + 1 != pair[1]) {
            return Err(StoreError::Damaged);
        }
        let opened = found.into_iter().map(|sealed| sealed.open(&conversation));
        Ok(opened.collect())
    }

    fn log_ends(&self, with: PublicKey) -> Result<Vec<LogEnd>, StoreError> {
        let Some(conversation) = self.conversation(with)? else {
            return Ok(Vec::new());
        };
        let lines = self.lines(conversation.number)?;
        Ok(lines.into_iter().map(|line| line.end).collect())
    }

    fn set_delivered(
        &self,
        with: PublicKey,
        log: LogLine,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let Some(conversation) = self.conversation(with)? else {
            return Ok(());
        };
        match self.line(&conversation, log)? {
            Some(mut line) if line.end.delivered < sequence => {
                line.end.delivered = sequence;
                self.put_line(&conversation, line)
            }
            _ => Ok(()),
        }
    }

    fn set_read(&self, with: PublicKey, place: Place) -> Result<(), StoreError> {
        let mut conversation = self.conversation_or_new(with)?;
        conversation.state.read = Some(place);
        self.put_state(&conversation)
    }

    fn read_mark(&self, with: PublicKey) -> Result<Option<Place>, StoreError> {
        let conversation = self.conversation(with)?;
        Ok(conversation.and_then(|conversation| conversation.state.read))
    }

    fn put_ledger(&self, with: PublicKey, ledger: &[u8]) -> Result<(), StoreError> {
        let mut conversation = self.conversation_or_new(with)?;
        conversation.state.ledger = ledger.to_vec();
        self.put_state(&conversation)
    }

    fn ledger(&self, with: PublicKey) -> Result<Vec<u8>, StoreError> {
        let conversation = self.conversation(with)?;
        Ok(conversation.map_or(Vec::new(), |conversation| conversation.state.ledger))
    }

    fn put_draft(&self, with: PublicKey, draft: &str) -> Result<(), StoreError> {
        let mut conversation = self.conversation_or_new(with)?;
        conversation.state.draft = Secret::random().map_err(StoreError::internal)?;
        self.put_state(&conversation)?;
        match draft {
            "" => self.remove_draft(conversation.number),
            draft => {
                let cipher = Cipher::new(conversation.state.draft);
                let sealed = cipher.seal(DRAFT, &[], draft.as_bytes())?;
                let sql = "INSERT INTO draft (conversation, value) VALUES (?1, ?2)
                     ON CONFLICT (conversation) DO UPDATE SET value = excluded.value";
                let values = params![conversation.number, sealed];
                self.transaction.execute(sql, values)?;
                Ok(())
            }
        }
    }

    fn draft(&self, with: PublicKey) -> Result<Option<String>, StoreError> {
        let Some(conversation) = self.conversation(with)? else {
            return Ok(None);
        };
        let sealed: Option<Vec<u8>> = self
            .transaction
            .query_row(
                "SELECT value FROM draft WHERE conversation = ?1",
                [conversation.number],
                |row| row.get(0),
            )
            .optional()?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let opened = Cipher::new(conversation.state.draft).open(DRAFT, &[], &sealed)?;
        let draft = String::from_utf8(opened.to_vec()).map_err(|_| StoreError::Damaged)?;
        Ok(Some(draft))
    }

    fn erase_conversation(&self, with: PublicKey) -> Result<(), StoreError> {
        let Some(old) = self.conversation(with)? else {
            return Ok(());
        };
        self.remove_draft(old.number)?;
        for mut line in self.lines(old.number)? {
            line.end.first = line.end.sequence + 1;
            self.put_line(&old, line)?;
        }
        self.begin(old.number, old.row, old.state.ledger)?;
        self.erase(Erased::Entries);
        Ok(())
    }

    fn forget_conversation(&self, with: PublicKey) -> Result<(), StoreError> {
        let Some(old) = self.conversation(with)? else {
            return Ok(());
        };
        // The row itself stays for another conversation: its place is never anybody else's.
        let nobody: RowId = random_bytes().map_err(StoreError::internal)?;
        self.transaction.execute(
            "UPDATE conversation
             SET row = ?2, entries = zeroblob(8), key = zeroblob(length(key)),
                 state = zeroblob(length(state))
             WHERE number = ?1",
            params![old.number, nobody],
        )?;
        self.remove_draft(old.number)?;
        let sql = "UPDATE log SET value = zeroblob(length(value)) WHERE conversation = ?1";
        self.transaction.execute(sql, [old.number])?;
        let sql = "DELETE FROM log WHERE conversation = ?1";
        self.transaction.execute(sql, [old.number])?;
        self.erase(Erased::Entries);
        Ok(())
    }
}

impl Rows<'_> {
    fn remove_draft(&self, conversation: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM draft WHERE conversation = ?1";
        self.transaction.execute(sql, [conversation])?;
        Ok(())
    }
}
