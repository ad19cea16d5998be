//! What the other side may cost this device, as a person chose it.

use handfast_native::conversation;

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
    let usual = Limits::of(&conversation::Limits::USUAL);
    Limits {
        unasked_bytes: 0,
        ..usual
    }
}

impl Limits {
    /// Those of a conversation, as far as a person may change them.
    pub(super) fn of(limits: &conversation::Limits) -> Self {
        Self {
            unverified_messages: limits.unverified.entries,
            unverified_bytes: limits.unverified.bytes,
            messages: limits.known.entries,
            unasked_bytes: limits.verified.unasked,
            open_offers: u32::try_from(limits.open_offers).unwrap_or(u32::MAX),
            keep_free: limits.keep_free,
        }
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
    fn what_a_person_chose_is_what_they_are_shown() {
        let chosen = Limits {
            unverified_messages: 1,
            unverified_bytes: 2,
            messages: 3,
            unasked_bytes: u64::MAX,
            open_offers: 5,
            keep_free: 6,
        };
        assert_eq!(Limits::of(&chosen.terms()), chosen);
    }

    #[test]
    fn the_usual_ones_differ_from_the_cores_in_that_every_file_is_asked_about() {
        let terms = usual_limits().terms();
        let mut usual = conversation::Limits::USUAL;
        usual.verified.unasked = 0;
        assert_eq!(terms, usual);
    }
}
