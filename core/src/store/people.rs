//! People met before, and those who are not to be met again.

use super::record::{Reader, Writer};
use super::rows::{Plain, Table};
use super::{Store, StoreError};
use crate::handshake::{PublicKey, Trust, TrustReason};

const VERSION: u8 = 1;

/// The longest name that is kept, in bytes of UTF-8; longer ones are cut.
const MAX_NAME: usize = 256;

/// Somebody this device has met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their long-term key, which is who they are: another key is another person.
    pub key: PublicKey,
    /// What they call themselves; may be empty.
    pub name: String,
    /// How far they are trusted, and why.
    pub trust: Trust,
    /// When they were first met, in seconds since 1970-01-01 UTC.
    pub since: u64,
}

impl Store {
    /// Remembers a meeting. Of somebody known already the first time stays, trust rises if this
    /// meeting proved more, and the name becomes the one told now. Returns what is remembered.
    ///
    /// # Errors
    /// [`StoreError::Refused`], and when the store fails.
    pub fn meet(&self, met: Person) -> Result<Person, StoreError> {
        self.transact(|rows| {
            let mut person = met;
            if rows.get(Table::Refused, &person.key.0)?.is_some() {
                return Err(StoreError::Refused);
            }
            if let Some(kept) = rows.get(Table::Person, &person.key.0)? {
                let kept = Person::parse(&kept)?;
                let mut trust = kept.trust;
                trust.raise(person.trust);
                person.trust = trust;
                person.since = kept.since;
                if person.name.is_empty() {
                    person.name = kept.name;
                }
            }
            person
                .name
                .truncate(person.name.floor_char_boundary(MAX_NAME));
            rows.put(Table::Person, &person.key.0, &person.to_bytes()?)?;
            Ok(person)
        })
    }

    /// Everybody, those met first first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        let kept = self.transact(|rows| rows.all(Table::Person))?;
        let mut people: Vec<Person> = kept
            .iter()
            .map(|kept| Person::parse(kept))
            .collect::<Result<_, _>>()?;
        people.sort_by_key(|person| (person.since, person.key.0));
        Ok(people)
    }

    /// Two people compared and found a difference: whoever has this key is in between. What was
    /// remembered of them goes, and they are not met again until they are forgotten.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refuse(&self, refused: Refused) -> Result<(), StoreError> {
        self.transact(|rows| {
            rows.remove(Table::Person, &refused.key.0)?;
            rows.put(Table::Refused, &refused.key.0, &refused.to_bytes()?)
        })
    }

    /// Everybody who is refused, those of the earliest comparison first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refused(&self) -> Result<Vec<Refused>, StoreError> {
        let kept = self.transact(|rows| rows.all(Table::Refused))?;
        let mut refused: Vec<Refused> = kept
            .iter()
            .map(|kept| Refused::parse(kept))
            .collect::<Result<_, _>>()?;
        refused.sort_by_key(|refused| (refused.since, refused.key.0));
        Ok(refused)
    }

    /// Whether whoever has this key is refused.
    ///
    /// # Errors
    /// When the store fails.
    pub fn is_refused(&self, key: PublicKey) -> Result<bool, StoreError> {
        let kept = self.transact(|rows| rows.get(Table::Refused, &key.0))?;
        Ok(kept.is_some())
    }

    /// Forgets somebody, for good, also that they were refused.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], and when the store fails.
    pub fn forget(&self, key: PublicKey) -> Result<(), StoreError> {
        self.transact(|rows| {
            let was_met = rows.remove(Table::Person, &key.0)?;
            let was_refused = rows.remove(Table::Refused, &key.0)?;
            match was_met || was_refused {
                true => Ok(()),
                false => Err(StoreError::Unknown),
            }
        })
    }
}

/// Somebody who is not to be met again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Their long-term key.
    pub key: PublicKey,
    /// What they called themselves; may be empty.
    pub name: String,
    /// When the difference was found, in seconds since 1970-01-01 UTC.
    pub since: u64,
}

impl Refused {
    /// `version 1 | since u64 | key 32 | name`
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let name = &self.name[..self.name.floor_char_boundary(MAX_NAME)];
        let writer = Writer::new(VERSION, 43 + name.len())
            .u64(self.since)
            .raw(&self.key.0);
        Ok(writer.bytes(name.as_bytes(), MAX_NAME)?.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let since = reader.u64()?;
        let key = PublicKey(reader.array()?);
        let name = reader.text(MAX_NAME)?.to_owned();
        reader.finish()?;
        Ok(Self { key, name, since })
    }
}

impl Person {
    /// `version 1 | since u64 | key 32 | reason | [key of who introduced them 32] | name`
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let reason = self.trust.reason();
        let mut writer = Writer::new(VERSION, 76 + self.name.len())
            .u64(self.since)
            .raw(&self.key.0)
            .byte(reason_code(reason));
        if let TrustReason::IntroducedBy(other) = reason {
            writer = writer.raw(&other.0);
        }
        Ok(writer.bytes(self.name.as_bytes(), MAX_NAME)?.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let since = reader.u64()?;
        let key = PublicKey(reader.array()?);
        let reason = match reader.byte()? {
            1 => TrustReason::OpenLink,
            2 => TrustReason::SawTheCode,
            3 => TrustReason::IntroducedBy(PublicKey(reader.array()?)),
            4 => TrustReason::LockedLink,
            5 => TrustReason::Answered,
            6 => TrustReason::Scanned,
            7 => TrustReason::Compared,
            8 => TrustReason::TheirQuestion,
            9 => TrustReason::ByYourWord,
            _ => return Err(StoreError::Damaged),
        };
        let name = reader.text(MAX_NAME)?.to_owned();
        reader.finish()?;
        Ok(Self {
            key,
            name,
            trust: Trust::because(reason),
            since,
        })
    }
}

fn reason_code(reason: TrustReason) -> u8 {
    match reason {
        TrustReason::OpenLink => 1,
        TrustReason::SawTheCode => 2,
        TrustReason::IntroducedBy(_) => 3,
        TrustReason::LockedLink => 4,
        TrustReason::Answered => 5,
        TrustReason::Scanned => 6,
        TrustReason::Compared => 7,
        TrustReason::TheirQuestion => 8,
        TrustReason::ByYourWord => 9,
    }
}
