//! What a screen shows of a pairing. No words for people here: shells have those.

/// What the screen of a guest shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestView {
    /// It knocks.
    Connecting(GuestStage),
    /// Its reply must reach the host. It goes on knocking.
    ReplyNeeded {
        /// As in [`GuestStage::SlotTaken`].
        slot_taken: bool,
    },
    /// It is asked a question that the host wrote.
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
