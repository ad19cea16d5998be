//! People in SQLite.

use super::Store;
use super::rows::Table;
use crate::StoreError;
use crate::people::{MAX_NAME, Person, Refused};
use handfast_protocol::handshake::PublicKey;

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
