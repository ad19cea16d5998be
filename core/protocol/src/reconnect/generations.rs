//! The secrets that prove who returns: one that is in use, and one that may be.
//!
//! Every return makes a new one out of the one that was used. Two devices cannot change over at the same
//! moment, and either may die at any, so each keeps both until it knows that the other has the new one:
//!
//! | event | what is kept then |
//! | --- | --- |
//! | READY of the other side was read | current: the one that was used; next: the new one |
//! | KEPT of the other side was read | current: the new one |
//!
//! KEPT is said once the first of these is on the disk. So whoever gives up an old secret knows that the
//! other side holds the new one, and the initiator, which tries both, always has one that opens.

use handfast_token::{Secret, kdf};

/// What this device can prove itself by to a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generations {
    current: Option<Secret<32>>,
    next: Option<Secret<32>>,
}

impl Generations {
    /// After the first meeting.
    pub fn first(rs0: Secret<32>) -> Self {
        Self::new(Some(rs0), None)
    }

    /// After an import: what was in the copy may have been used since, by whoever it is a copy of.
    pub fn forgotten() -> Self {
        Self::new(None, None)
    }

    /// As they were kept.
    pub fn new(current: Option<Secret<32>>, next: Option<Secret<32>>) -> Self {
        Self { current, next }
    }

    /// The one in use. None after an import, until the next return is complete.
    pub fn current(&self) -> Option<&Secret<32>> {
        self.current.as_ref()
    }

    /// The one that the other side may have changed over to.
    pub fn next(&self) -> Option<&Secret<32>> {
        self.next.as_ref()
    }

    /// Those that may open a channel, in the order in which they are tried.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &Secret<32>> {
        self.next.iter().chain(&self.current)
    }

    /// The other side's READY was read in a channel that `used` opened: both are kept, durably, before
    /// KEPT is said. None for a channel between restored devices, which nothing of this opened.
    pub(super) fn introduced(&self, used: Option<Secret<32>>, new: Secret<32>) -> Self {
        Self::new(used.or_else(|| self.current.clone()), Some(new))
    }

    /// The other side's KEPT was read: it holds the new one.
    pub(super) fn confirmed(&self) -> Self {
        Self::new(self.next.clone().or_else(|| self.current.clone()), None)
    }
}

/// What follows `used` in a channel with this hash, in which both sides said a random number in READY.
pub(super) fn following(
    used: &Secret<32>,
    initiator: &Secret<32>,
    responder: &Secret<32>,
    hash: &[u8; 32],
) -> Secret<32> {
    let parts: [&[u8]; 3] = [initiator.expose(), responder.expose(), hash];
    kdf(used.expose(), "HFS1 reconnect", &parts)
}
