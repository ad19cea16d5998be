//! People met before, and those who are not to be met again.

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};

const VERSION: u8 = 1;

/// The longest name that is kept, in bytes of UTF-8; longer ones are cut.
const MAX_NAME: usize = 256;

/// Somebody this device has met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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

/// Somebody who is not to be met again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// What is remembered once they are met as `self` says, after what was remembered of the same key
    /// before. The first time stays, trust rises if this meeting proved more, and the name becomes the one
    /// told now, if one was told; it is cut to 256 bytes.
    pub fn met_after(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before {
            let mut trust = before.trust;
            trust.raise(self.trust);
            self.trust = trust;
            self.since = before.since;
            if self.name.is_empty() {
                self.name.clone_from(&before.name);
            }
        }
        self.name.truncate(self.name.floor_char_boundary(MAX_NAME));
        self
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Person {
        Person {
            key: PublicKey([7; 32]),
            name: name.to_owned(),
            trust: Trust::because(TrustReason::Scanned),
            since: 5,
        }
    }

    #[test]
    fn a_name_is_cut_between_characters_whether_they_were_met_before_or_not() {
        let long = "é".repeat(200);
        for before in [None, Some(person("Zoe"))] {
            let met = person(&format!("x{long}")).met_after(before.as_ref());
            assert_eq!(met.name.len(), MAX_NAME - 1);
            assert!(met.to_bytes().is_ok());
        }
    }
}
