//! People met before, and those who are not let in again.

use super::{ErrorKind, HandfastError, Person};
use data_encoding::HEXLOWER;
use handfast_native::device::ContactView;
use handfast_native::handshake::PublicKey;
use handfast_native::store;

/// Somebody this device has met.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// Who it is, for [`Handfast::forget`](super::Handfast::forget): the same for as long as they
    /// keep their device.
    pub id: String,
    /// What they call themselves, and how far to trust that it is them.
    pub person: Person,
    /// When they were first met, or since when they are not let in, in seconds since 1970-01-01 UTC.
    pub since: u64,
}

impl Contact {
    pub(super) fn new(contact: &ContactView) -> Self {
        Self {
            id: HEXLOWER.encode(&contact.key.0),
            person: Person::new(contact.shown_name(), contact.trust),
            since: contact.since,
        }
    }

    pub(super) fn refused(refused: &store::Refused) -> Self {
        Self {
            id: HEXLOWER.encode(&refused.key.0),
            person: Person::refused(&refused.name),
            since: refused.since,
        }
    }

    /// The long-term key of whoever is called that.
    pub(super) fn key(id: &str) -> Result<PublicKey, HandfastError> {
        let bytes = HEXLOWER
            .decode(id.as_bytes())
            .map_err(|_| ErrorKind::NotNow)?;
        let key = bytes.try_into().map_err(|_| ErrorKind::NotNow)?;
        Ok(PublicKey(key))
    }
}
