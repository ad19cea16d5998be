//! What the other side may cost this device, as a person chose it.

use handfast_native::conversation;
use handfast_native::store::{Setting, Store, StoreError};

/// What the other side may cost this device, in one conversation. A person may change each.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Limits {
    /// Messages and offers of files from somebody of whom nothing is proved, before more is held back
    /// until the person allows it.
    pub unverified_messages: u64,
    /// The same in bytes of text.
    pub unverified_bytes: u64,
    /// Messages and offers of files from anybody else.
    pub messages: u64,
    /// Bytes of files that are taken from somebody verified without a question. 0: the person is always
    /// asked.
    pub unasked_bytes: u64,
    /// Files that may wait for an answer at one time; more are declined.
    pub open_offers: u32,
    /// Bytes of the storage that stay free, whoever sends.
    pub keep_free: u64,
}

/// What the other side may cost unless the person chose otherwise. Every file is asked about.
#[uniffi::export]
pub fn usual_limits() -> Limits {
    let usual = conversation::Limits::USUAL;
    Limits {
        unverified_messages: usual.unverified.entries,
        unverified_bytes: usual.unverified.bytes,
        messages: usual.known.entries,
        unasked_bytes: 0,
        open_offers: usual.open_offers as u32,
        keep_free: usual.keep_free,
    }
}

impl Limits {
    pub(super) fn read(store: &Store) -> Result<Self, StoreError> {
        let kept = store.setting(Setting::Limits)?;
        Ok(kept
            .and_then(|text| Self::parse(&text))
            .unwrap_or_else(usual_limits))
    }

    pub(super) fn keep(&self, store: &Store) -> Result<(), StoreError> {
        store.set(Setting::Limits, Some(&self.written()))
    }

    fn written(&self) -> String {
        let Self {
            unverified_messages,
            unverified_bytes,
            messages,
            unasked_bytes,
            open_offers,
            keep_free,
        } = self;
        format!(
            "{unverified_messages} {unverified_bytes} {messages} {unasked_bytes} {open_offers} {keep_free}"
        )
    }

    /// None if it was not written here.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map(|number| number.parse::<u64>().ok());
        let mut next = || numbers.next().flatten();
        Some(Self {
            unverified_messages: next()?,
            unverified_bytes: next()?,
            messages: next()?,
            unasked_bytes: next()?,
            open_offers: next()?.try_into().ok()?,
            keep_free: next()?,
        })
    }

    /// As a conversation wants them.
    pub(super) fn terms(&self) -> conversation::Limits {
        let mut limits = conversation::Limits::USUAL;
        limits.unverified.entries = self.unverified_messages;
        limits.unverified.bytes = self.unverified_bytes;
        limits.known.entries = self.messages;
        limits.verified.entries = self.messages;
        limits.verified.unasked = self.unasked_bytes;
        limits.open_offers = self.open_offers as usize;
        limits.keep_free = self.keep_free;
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_kept_and_nonsense_is_not() {
        let chosen = Limits {
            unverified_messages: 1,
            unverified_bytes: 2,
            messages: 3,
            unasked_bytes: u64::MAX,
            open_offers: 5,
            keep_free: 6,
        };
        assert_eq!(Limits::parse(&chosen.written()), Some(chosen));
        for text in ["", "1 2 3", "a b c d e f", "1 2 3 4 4294967296 6"] {
            assert_eq!(Limits::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_usual_ones_differ_from_the_cores_in_that_every_file_is_asked_about() {
        let terms = usual_limits().terms();
        let mut usual = conversation::Limits::USUAL;
        usual.verified.unasked = 0;
        assert_eq!(terms, usual);
    }
}
