//! Rows and marks as a store keeps them: in two parts, so that a body can be erased, and in one encoding.

use super::entry::{BadEntry, Content, Entry, Header, Incarnation, array};
use super::row::{Author, Row};
use super::saved::Marks;
use bytes::{Buf, Bytes};
use handfast_token::Secret;
use zeroize::Zeroizing;

/// What stays of a row: at most 204 bytes.
pub const MAX_RECORD: usize = 204;

impl Row {
    /// What stays: `header | commitment 32 | own tag 16 | hash before 32 | hash 32 | arrived u64 | shown u64`.
    /// Author and line are for the store to tell apart.
    pub fn to_record(&self) -> Vec<u8> {
        let mut out = self.entry.header.to_bytes();
        out.extend(self.entry.commitment());
        out.extend(self.entry.own_tag);
        out.extend(self.before);
        out.extend(self.hash);
        out.extend(self.arrived.to_le_bytes());
        out.extend(self.shown.to_le_bytes());
        out
    }

    /// What can be erased: `blind 16 | body`. None once it is.
    pub fn to_body_record(&self) -> Option<Zeroizing<Vec<u8>>> {
        match &self.entry.content {
            Content::Erased { .. } => None,
            Content::Whole { blind, body } => {
                let mut out = Zeroizing::new(Vec::with_capacity(16 + body.len()));
                out.extend_from_slice(blind.expose());
                out.extend_from_slice(body);
                Some(out)
            }
        }
    }

    /// Reads what [`Self::to_record`] and [`Self::to_body_record`] wrote.
    ///
    /// # Errors
    /// When they did not, or the body is not the one that the row commits to.
    pub fn from_record(
        author: Author,
        line: u8,
        mut record: Bytes,
        body: Option<Bytes>,
    ) -> Result<Self, BadEntry> {
        let header = Header::read(&mut record)?;
        let commitment = array(&mut record)?;
        let content = match body {
            None => Content::Erased { commitment },
            Some(mut body) => Content::Whole {
                blind: Secret::new(array(&mut body)?),
                body,
            },
        };
        let row = Self {
            author,
            line,
            entry: Entry {
                header,
                content,
                own_tag: array(&mut record)?,
            },
            before: array(&mut record)?,
            hash: array(&mut record)?,
            arrived: record.try_get_u64_le()?,
            shown: record.try_get_u64_le()?,
        };
        let is_whole = row.entry.commitment() == commitment && !record.has_remaining();
        is_whole.then_some(row).ok_or(BadEntry)
    }
}

impl Marks {
    /// `0, or 1 and the current incarnation 12 | 0, or 1 and the time of the last claim u64`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![u8::from(self.current.is_some())];
        out.extend(self.current.iter().flat_map(|current| current.to_bytes()));
        out.push(u8::from(self.last_claim.is_some()));
        out.extend(self.last_claim.iter().flat_map(|time| time.to_le_bytes()));
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When it did not.
    pub fn from_bytes(mut bytes: Bytes) -> Result<Self, BadEntry> {
        let is_there = |bytes: &mut Bytes| match bytes.try_get_u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(BadEntry),
        };
        let current = match is_there(&mut bytes)? {
            true => Some(Incarnation::read(&mut bytes)?),
            false => None,
        };
        let last_claim = match is_there(&mut bytes)? {
            true => Some(bytes.try_get_u64_le()?),
            false => None,
        };
        let marks = Self {
            current,
            last_claim,
        };
        match bytes.has_remaining() {
            true => Err(BadEntry),
            false => Ok(marks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::MAX_ENTRY_BODY;
    use super::super::tests::{any_arrival, any_incarnation};
    use super::*;
    use proptest::prelude::*;

    fn any_row() -> impl Strategy<Value = Row> {
        let rest = (any::<u8>(), any::<[u64; 2]>());
        (any_arrival(), rest).prop_map(|(arrival, (line, [arrived, shown]))| Row {
            author: arrival.author,
            line,
            before: arrival.before,
            hash: arrival.tip().hash,
            entry: arrival.entry,
            arrived,
            shown,
        })
    }

    proptest! {
        #[test]
        fn what_is_kept_of_a_row_is_read(row in any_row()) {
            let (record, body) = (row.to_record(), row.to_body_record());
            prop_assert!(record.len() <= MAX_RECORD);
            let body = body.map(|body| Bytes::copy_from_slice(&body));
            prop_assert!(body.as_ref().is_none_or(|body| body.len() <= 16 + MAX_ENTRY_BODY));
            let read = Row::from_record(row.author, row.line, record.into(), body);
            prop_assert_eq!(read, Ok(row));
        }

        #[test]
        fn a_row_whose_body_is_erased_is_the_same_row(mut row in any_row()) {
            let record = row.to_record();
            row.entry.erase();
            let read = Row::from_record(row.author, row.line, record.into(), None);
            prop_assert_eq!(read, Ok(row));
        }

        #[test]
        fn another_body_and_a_cut_record_are_refused(row in any_row(), to: prop::sample::Index) {
            let record = row.to_record();
            let body = row.to_body_record().map(|body| Bytes::copy_from_slice(&body));
            let read = |record: Vec<u8>, body| Row::from_record(row.author, row.line, record.into(), body);
            let other = Bytes::from(vec![7; 16 + row.entry.header.body_length as usize]);
            prop_assert_eq!(read(record.clone(), Some(other)), Err(BadEntry));
            let cut = record[..to.index(record.len())].to_vec();
            prop_assert_eq!(read(cut, body.clone()), Err(BadEntry));
            prop_assert_eq!(read([record, vec![0]].concat(), body), Err(BadEntry));
        }

        #[test]
        fn marks_are_read_as_they_were_kept(
            current in prop::option::of(any_incarnation()),
            last_claim: Option<u64>,
            to: prop::sample::Index,
        ) {
            let marks = Marks { current, last_claim };
            let bytes = marks.to_bytes();
            prop_assert_eq!(Marks::from_bytes(bytes.clone().into()), Ok(marks));
            let cut = bytes[..to.index(bytes.len())].to_vec();
            prop_assert_eq!(Marks::from_bytes(cut.into()), Err(BadEntry));
        }
    }
}
