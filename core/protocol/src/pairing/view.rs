//! What a screen shows of a pairing. No words for people here: shells have those.

use super::{Failure, Provenance};
use crate::handshake::Trust;
use std::time::Duration;

/// One state of the flow, as a screen needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The host shows its invitation.
    Hosting {
        /// How far it is.
        stage: HostStage,
        /// How long the invitation is still good.
        remaining: Duration,
    },
    /// The guest has opened an invitation and is asked whether to connect. Nothing has been sent.
    InvitationOpened {
        /// What the host calls itself.
        name: Option<String>,
        /// What will be asked once connected.
        question: Option<String>,
        /// How it came here, which is what it will prove.
        provenance: Provenance,
        /// How long it is still good by this device's clock; None if it seems to have expired.
        remaining: Option<Duration>,
    },
    /// The guest knocks.
    Connecting(GuestStage),
    /// The guest's reply must reach the host. The guest goes on knocking.
    ReplyNeeded {
        /// The reply's bytes, for every form a token has.
        reply: Vec<u8>,
        /// As in [`GuestStage::SlotTaken`].
        slot_taken: bool,
    },
    /// The guest is asked a question that the host wrote.
    Asking {
        /// The question. It comes from the other side.
        question: String,
        /// How many answers may still be given.
        tries_left: u8,
        /// The host has said that the answer before was wrong.
        was_wrong: bool,
        /// An answer was given to somebody unverified within a day, or to this invitation before. The
        /// person should hear that each answer lets whoever asks test one guess.
        is_repeated: bool,
    },
    /// The two are together.
    Talking {
        /// What the other side calls itself; may be empty.
        name: String,
        /// What the way of meeting proved about them.
        trust: Trust,
    },
    /// It came to nothing.
    Ended(Failure),
}

/// How far a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum HostStage {
    /// Nobody has knocked.
    Waiting,
    /// Somebody who holds the invitation is here.
    TheyAreHere,
    /// They are here but the networks do not join by themselves: scan their code now.
    ScanTheirCode,
    /// Their code was not enough: the invitation leads further now, and they have to scan it again.
    ShowAgain,
    /// The link is open; both prove who they are.
    Checking,
    /// The guest is answering the question.
    Asking {
        /// How many answers may still be given.
        tries_left: u8,
    },
}

/// How far a guest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum GuestStage {
    /// Knocking; nothing heard yet.
    Knocking,
    /// Knocking, while somebody else who holds the invitation is with the host. The guest gets in when
    /// the slot is free.
    SlotTaken,
    /// The host answered; the link is being opened.
    Answered,
    /// The link is open; both prove who they are.
    Checking,
}
