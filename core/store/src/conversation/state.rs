//! The small things that are kept of a conversation beside its entries, as one value that is always as
//! long, so that it is replaced where it lies.

use super::{MAX_LEDGER, Place, VERSION};
use crate::StoreError;
use crate::record::{Plain, Reader, Writer};
use handfast_token::Secret;

/// See the module text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// What is being typed is sealed under this, and gone with it.
    pub(crate) draft: Secret<32>,
    /// Up to where the person has read.
    pub(crate) read: Option<Place>,
    /// What the ledger of the conversation keeps beside the rows.
    pub(crate) ledger: Vec<u8>,
}

impl State {
    /// Of a conversation in which nothing has happened.
    pub(crate) fn new(draft: Secret<32>) -> Self {
        Self {
            draft,
            read: None,
            ledger: Vec::new(),
        }
    }

    /// Bytes of [`Self::to_bytes`].
    pub(crate) const BYTES: usize = 1 + 32 + 1 + Place::BYTES + 1 + MAX_LEDGER;

    /// `version 1 | draft key 32 | 0/1, read place 61 | length u8, ledger 64`; what is missing is zeros.
    pub(crate) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let writer = Writer::new(VERSION, Self::BYTES).raw(self.draft.expose());
        let writer = match self.read {
            None => writer.raw(&[0; 1 + Place::BYTES]),
            Some(read) => read.write(writer.byte(1)),
        };
        let rest = MAX_LEDGER
            .checked_sub(self.ledger.len())
            .ok_or(StoreError::TooLong)?;
        let writer = writer.byte(self.ledger.len() as u8).raw(&self.ledger);
        Ok(writer.raw(&[0; MAX_LEDGER][..rest]).finish())
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let draft = reader.secret()?;
        let is_read = reader.byte()?;
        let read: [u8; Place::BYTES] = reader.array()?;
        let read = match (is_read, Place::read(&mut Reader::new(&read))?) {
            (0, _) if read == [0; Place::BYTES] => None,
            (1, place) => Some(place),
            _ => return Err(StoreError::Damaged),
        };
        let length = usize::from(reader.byte()?);
        let ledger: [u8; MAX_LEDGER] = reader.array()?;
        reader.finish()?;
        match ledger.split_at_checked(length) {
            Some((ledger, rest)) if rest.iter().all(|byte| *byte == 0) => Ok(Self {
                draft,
                read,
                ledger: ledger.to_vec(),
            }),
            _ => Err(StoreError::Damaged),
        }
    }
}
