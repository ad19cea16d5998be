//! Conversations in an image.

use super::Image;
use super::values::{Kind, Name, Values, in_time, read_place};
use crate::StoreError;
use crate::conversation::state::State;
use crate::conversation::{DamagedEntry, KeptEntry, LogEnd, LogLine, Place, Searched};
use crate::medium::Conversations;
use crate::record::Plain;
use handfast_protocol::handshake::PublicKey;
use handfast_token::Secret;
use std::collections::BTreeMap;

/// Looks whether an entry is missing: those of a line have numbers without a gap.
///
/// # Errors
/// [`StoreError::Damaged`] if one is.
pub(super) fn check(values: &Values) -> Result<(), StoreError> {
    let mut kept: BTreeMap<(PublicKey, Vec<u8>), u64> = BTreeMap::new();
    for (name, _) in values.of(Kind::Head, &[]) {
        let (with, place) = read_place(name.bytes())?;
        *kept.entry((with, place.log.name().to_vec())).or_default() += 1;
    }
    for (name, end) in values.of(Kind::Line, &[]) {
        let (with, _) = name
            .bytes()
            .split_first_chunk()
            .ok_or(StoreError::Damaged)?;
        let end = LogEnd::parse(end)?;
        let count = kept.remove(&(PublicKey(*with), end.log.name().to_vec()));
        if (end.sequence + 1).checked_sub(end.first) != Some(count.unwrap_or_default()) {
            return Err(StoreError::Damaged);
        }
    }
    match kept.is_empty() {
        true => Ok(()),
        false => Err(StoreError::Damaged),
    }
}

impl Image {
    fn state(&self, with: PublicKey) -> Result<Option<State>, StoreError> {
        let kept = self.get(Kind::State, &with.0);
        kept.map(|kept| State::parse(&kept)).transpose()
    }

    /// Changes what is kept of a conversation, which may begin with that.
    fn with_state(
        &self,
        with: PublicKey,
        change: impl FnOnce(&mut State),
    ) -> Result<(), StoreError> {
        let mut state = match self.state(with)? {
            Some(state) => state,
            // Whatever is written is sealed anew each time, so nothing here needs a key of its own.
            None => State::new(Secret::new([0; 32])),
        };
        change(&mut state);
        self.set(Kind::State, &with.0, Some(&state.to_bytes()?));
        Ok(())
    }

    fn line(&self, with: PublicKey, log: LogLine) -> Result<Option<LogEnd>, StoreError> {
        let kept = self.get(Kind::Line, &line_name(with, log));
        kept.map(|kept| LogEnd::parse(&kept)).transpose()
    }

    fn put_line(&self, with: PublicKey, end: LogEnd) {
        let name = line_name(with, end.log);
        self.set(Kind::Line, &name, Some(&end.to_bytes()));
    }

    fn remove_all(&self, kind: Kind, of: PublicKey) {
        let mut values = self.values.borrow_mut();
        let names: Vec<Name> = values
            .of(kind, &of.0)
            .map(|(name, _)| name.clone())
            .collect();
        names.into_iter().for_each(|name| values.set(name, None));
    }
}

impl Conversations for Image {
    fn add_entry(&self, with: PublicKey, entry: &KeptEntry) -> Result<(), StoreError> {
        let head = entry.head_to_bytes()?;
        let before = match self.line(with, entry.place.log)? {
            Some(before) => before,
            None => entry.beginning(|line| Ok(self.line(with, line)?.is_some()))?,
        };
        if let Some(end) = before.with(entry)? {
            let name = in_time(with, &entry.place);
            self.set(Kind::Head, &name, Some(&head));
            self.set(Kind::Body, &name, entry.body.as_deref());
            self.put_line(with, end);
        }
        Ok(())
    }

    fn erase_body(&self, with: PublicKey, place: Place) -> Result<(), StoreError> {
        self.set(Kind::Body, &in_time(with, &place), None);
        Ok(())
    }

    fn entries(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        most: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError> {
        let values = self.values.borrow();
        let entries = values.entries(with, before).rev().take(most);
        let entries = entries.map(|(name, head)| open(&values, name, head));
        entries.collect()
    }

    fn search(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        (steps, most): (usize, usize),
        is_wanted: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Searched, StoreError> {
        let values = self.values.borrow();
        let mut searched = Searched::default();
        let mut left = steps;
        for (name, head) in values.entries(with, before).rev() {
            let (_, place) = read_place(name.bytes())?;
            let body = values.get(&Name::new(Kind::Body, name.bytes()));
            if body.is_some_and(|body| is_wanted(body))
                && let Ok(entry) = open(&values, name, head)?
            {
                searched.found.push(entry);
            }
            left = left.saturating_sub(1);
            if left == 0 || searched.found.len() >= most {
                searched.next = Some(place);
                break;
            }
        }
        Ok(searched)
    }

    fn entries_of_log(
        &self,
        with: PublicKey,
        log: LogLine,
        from: u64,
        most_bytes: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError> {
        let mut lines = self.log_ends(with)?;
        lines.retain(|end| end.is_kept_of(log));
        let numbers = LogEnd::numbers(lines.into_iter(), from);
        let Some((first, last)) = numbers.filter(|(first, last)| first <= last) else {
            return Ok(Vec::new());
        };
        let values = self.values.borrow();
        let mut found: Vec<Result<KeptEntry, DamagedEntry>> = Vec::new();
        let (mut bytes, mut number) = (0_usize, first);
        for place in values.places(with, log, (first, last)) {
            let name = Name::new(Kind::Head, &in_time(with, &place));
            let head = values.get(&name).ok_or(StoreError::Damaged)?;
            let body = values.get(&Name::new(Kind::Body, name.bytes()));
            bytes += head.len() + body.map_or(0, |body| body.len());
            if place.sequence != number {
                // All lines of a number, or none.
                if bytes > most_bytes {
                    break;
                }
                number = place.sequence;
            }
            found.push(open(&values, &name, head)?);
        }
        Ok(found)
    }

    fn log_ends(&self, with: PublicKey) -> Result<Vec<LogEnd>, StoreError> {
        let values = self.values.borrow();
        let lines = values.of(Kind::Line, &with.0);
        lines.map(|(_, end)| LogEnd::parse(end)).collect()
    }

    fn set_delivered(
        &self,
        with: PublicKey,
        log: LogLine,
        sequence: u64,
    ) -> Result<(), StoreError> {
        if let Some(end) = self.line(with, log)?
            && end.delivered < sequence
        {
            let delivered = sequence;
            self.put_line(with, LogEnd { delivered, ..end });
        }
        Ok(())
    }

    fn set_read(&self, with: PublicKey, place: Place) -> Result<(), StoreError> {
        self.with_state(with, |state| state.read = Some(place))
    }

    fn read_mark(&self, with: PublicKey) -> Result<Option<Place>, StoreError> {
        Ok(self.state(with)?.and_then(|state| state.read))
    }

    fn put_ledger(&self, with: PublicKey, ledger: &[u8]) -> Result<(), StoreError> {
        self.with_state(with, |state| state.ledger = ledger.to_vec())
    }

    fn ledger(&self, with: PublicKey) -> Result<Vec<u8>, StoreError> {
        Ok(self.state(with)?.map_or(Vec::new(), |state| state.ledger))
    }

    fn put_draft(&self, with: PublicKey, draft: &str) -> Result<(), StoreError> {
        let draft = Some(draft.as_bytes()).filter(|draft| !draft.is_empty());
        self.set(Kind::Draft, &with.0, draft);
        Ok(())
    }

    fn draft(&self, with: PublicKey) -> Result<Option<String>, StoreError> {
        let draft = self.get(Kind::Draft, &with.0);
        let draft = draft.map(|draft| String::from_utf8(draft.to_vec()));
        draft.transpose().map_err(|_| StoreError::Damaged)
    }

    fn erase_conversation(&self, with: PublicKey) -> Result<(), StoreError> {
        if self.state(with)?.is_some() {
            self.with_state(with, |state| state.read = None)?;
        }
        for mut end in self.log_ends(with)? {
            end.first = end.sequence + 1;
            self.put_line(with, end);
        }
        for kind in [Kind::Draft, Kind::Head, Kind::Body] {
            self.remove_all(kind, with);
        }
        Ok(())
    }

    fn forget_conversation(&self, with: PublicKey) -> Result<(), StoreError> {
        for kind in [Kind::State, Kind::Draft, Kind::Line, Kind::Head, Kind::Body] {
            self.remove_all(kind, with);
        }
        Ok(())
    }
}

fn open(
    values: &Values,
    name: &Name,
    head: &Plain,
) -> Result<Result<KeptEntry, DamagedEntry>, StoreError> {
    let (_, place) = read_place(name.bytes())?;
    let body = values.get(&Name::new(Kind::Body, name.bytes()));
    let entry = KeptEntry::parse_head(place, head).map(|entry| KeptEntry {
        body: body.map(|body| body.to_vec()),
        ..entry
    });
    Ok(entry.map_err(|_| DamagedEntry(place)))
}

fn line_name(with: PublicKey, log: LogLine) -> Vec<u8> {
    [&with.0[..], &log.name()].concat()
}
