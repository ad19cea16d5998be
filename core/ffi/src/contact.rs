//! People met before, and those who are not let in again.

use super::{ErrorKind, HandfastError, Person};
use data_encoding::HEXLOWER;
use handfast_native::device::ContactView;
use handfast_native::handshake::{PublicKey, visible};
use handfast_native::store;

/// Somebody this device has met.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Contact {
    /// Who it is, for [`Pairing::seek`](super::Pairing::seek) and
    /// [`Handfast::forget`](super::Handfast::forget): the same for as long as they keep their device.
    pub id: String,
    /// What they are called here, and how far to trust that it is them.
    pub person: Person,
    /// What they call themselves, safe to show on one line, where they are called something else here.
    pub own_name: Option<String>,
    /// When they were first met, or since when they are not let in, in seconds since 1970-01-01 UTC.
    pub since: u64,
    /// Since when they are trusted as far as they are, in seconds since 1970-01-01 UTC.
    pub trusted: u64,
    /// They were trusted further, until they came back as a restored device, or somebody with a copy did.
    pub has_fallen: bool,
    /// When they were last heard, in seconds since 1970-01-01 UTC; none of who is not let in.
    pub heard: Option<u64>,
    /// The two hold something in common by which they find each other again, so they can be looked for.
    pub can_be_found: bool,
    /// They are not answered.
    pub is_blocked: bool,
    /// Somebody else may have come in their name or this person's: nothing is exchanged with them until the two meet
    /// by an invitation, or compare.
    pub is_frozen: bool,
    /// Another device came to them in this person's name, who has not said whose that is
    /// ([`Handfast::other_device`](super::Handfast::other_device)).
    pub is_replaced: bool,
    /// So many bytes of files are taken from them unasked in each conversation; none for as many as from everybody.
    pub takes_files_up_to: Option<u64>,
    /// The ways by which they were reached, the newest first.
    pub ways: Vec<Way>,
    /// How many of their messages nobody has seen ([`Session::seen`](super::Session::seen)); 1,000 stands for as
    /// many or more.
    pub unread: u64,
    /// When something was said last, by them or here, in seconds since 1970-01-01 UTC.
    pub last_said: Option<u64>,
}

/// A way by which somebody was reached.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Way {
    /// Their address in that network, in the usual notation.
    pub address: String,
    /// When that was, in seconds since 1970-01-01 UTC.
    pub at: u64,
}

/// How a shell names whoever has this key.
pub(super) fn id(key: PublicKey) -> String {
    HEXLOWER.encode(&key.0)
}

impl Contact {
    pub(super) fn new(contact: &ContactView) -> Self {
        let mut ways: Vec<Way> = Vec::new();
        for way in &contact.ways {
            let address = way.theirs.ip().to_string();
            // Another port there is no other way for a person.
            if ways.iter().all(|known| known.address != address) {
                ways.push(Way {
                    address,
                    at: way.at,
                });
            }
        }
        Self {
            id: id(contact.key),
            person: Person::new(contact.shown_name(), contact.trust),
            own_name: (contact.given.as_ref()).map(|_| visible(&contact.name)),
            since: contact.since,
            trusted: contact.trusted,
            has_fallen: contact.fallen.is_some(),
            heard: Some(contact.heard),
            can_be_found: contact.can_be_found,
            is_blocked: contact.blocked,
            is_frozen: contact.frozen,
            is_replaced: contact.replaced,
            takes_files_up_to: contact.allowance,
            ways,
            unread: contact.unread,
            last_said: contact.last_said.map(|at| at / 1000),
        }
    }

    pub(super) fn refused(refused: &store::Refused) -> Self {
        Self {
            id: id(refused.key),
            person: Person::refused(&refused.name),
            own_name: None,
            since: refused.since,
            trusted: refused.since,
            has_fallen: false,
            heard: None,
            can_be_found: false,
            is_blocked: false,
            is_frozen: false,
            is_replaced: false,
            takes_files_up_to: None,
            ways: Vec::new(),
            unread: 0,
            last_said: None,
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
