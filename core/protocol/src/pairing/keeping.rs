//! The end of a first meeting: each side tells the other that it keeps what they are met again by, or that
//! it does not.
//!
//! Only who has heard so is done. Until then the invitation stays open for this one guest, so that neither
//! a link nor a device that dies at the last moment leaves one side alone with what both should have.

use super::AuthenticatedPeer;
use crate::reconnect::Message;
use bytes::Bytes;

/// Two who have introduced themselves.
pub(super) struct Keeping {
    peer: AuthenticatedPeer,
    /// This side has said whether it keeps them.
    is_said: bool,
    /// They have said so.
    is_heard: bool,
}

impl Keeping {
    pub(super) fn new(peer: AuthenticatedPeer) -> Self {
        Self {
            peer,
            is_said: false,
            is_heard: false,
        }
    }

    /// Who was met.
    pub(super) fn peer(&self) -> &AuthenticatedPeer {
        &self.peer
    }

    /// The frame that says whether this side keeps them; None if it has said so before.
    pub(super) fn say(&mut self, is_kept: bool) -> Option<Bytes> {
        if std::mem::replace(&mut self.is_said, true) {
            return None;
        }
        let message = match is_kept {
            true => Message::Kept,
            false => Message::NotKept,
        };
        self.peer.channel.sealer.seal(&message.to_bytes()).ok()
    }

    /// Reads what they say. False if it breaks the rules.
    pub(super) fn hear(&mut self, frame: &Bytes) -> bool {
        let body = self.peer.channel.opener.open(frame.clone()).ok();
        self.peer.keeps_us = match body.and_then(|body| Message::parse(&body).ok()) {
            Some(Message::Kept) => true,
            Some(Message::NotKept) => false,
            Some(
                Message::Names { .. } | Message::Forget | Message::Disown | Message::Question(_),
            )
            | None => return false,
        };
        !std::mem::replace(&mut self.is_heard, true)
    }

    /// True once both have said so.
    pub(super) fn is_done(&self) -> bool {
        self.is_said && self.is_heard
    }

    /// True while this side has not said so.
    #[cfg(test)]
    pub(super) fn is_waiting(&self) -> bool {
        !self.is_said
    }

    pub(super) fn into_peer(self) -> Box<AuthenticatedPeer> {
        Box::new(self.peer)
    }
}
