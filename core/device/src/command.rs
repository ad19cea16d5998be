//! What a person, or the shell on their behalf, tells a device to do.

use super::{
    Bundled, ContactEdit, ExportTerms, Exported, Hindrance, Hits, PendingId, Provenance, RequestId,
    Search, SessionId, SessionTerms, Settings,
};
use handfast_protocol::conversation::Finding;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{BundleError, LockedText};
use handfast_protocol::pairing::OtherInvitation;
use handfast_seal::{Answers, Questions, SealError};
use handfast_store::StoreError;
use handfast_token::{
    HereError, Invitation, LINK_LIFETIME, QR_LIFETIME, Question, ReplyError, SealedBundle,
    SealedHere, SealedReply, Secret,
};
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What a device is told to do. Each command is answered once by
/// [`Output::Answer`](super::Output::Answer).
#[derive(Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Command {
    /// Make an invitation. The answer is [`Done::Session`]; the invitation is shown when it is kept.
    Invite(Box<InviteTerms>),
    /// Open an invitation that came here. Nothing is sent before [`SessionCommand::Accept`]. One that is
    /// being knocked at is shown again by this: it may name other addresses now.
    Open(Box<Invitation>, Provenance),
    /// Open an invitation in a container that is locked with answers.
    OpenLocked(
        #[cfg_attr(
            feature = "serde",
            serde(with = "handfast_token::serialized::base64url")
        )]
        Vec<u8>,
    ),
    /// Go on with what waits, as after a restart.
    Resume(PendingId, Box<AcceptTerms>),
    /// End what waits, for good, whether a session goes on with it or not.
    Withdraw(PendingId),
    /// A guest's reply came here. The device finds the invitation that it answers. The answer follows
    /// once the guest is looked for and the reply is kept.
    Reply(Box<SealedReply>, Provenance),
    /// Look for a contact, and talk to them once they are here. It goes on until the session is closed.
    Seek(PublicKey, Box<SessionTerms>),
    /// Somebody says where they are by this token: who, and since when. The answer is [`Done::Here`]; nothing
    /// is sent, and the person confirms it before [`Self::SeekHere`].
    ReadHere(Box<SealedHere>),
    /// Look for them there too. Each token does that once.
    SeekHere(Box<SealedHere>, Box<SessionTerms>),
    /// Offer what lies at this path to a contact, by this name, whether a session goes on with them or not. It is kept
    /// until they have taken it.
    Offer {
        /// To whom.
        to: PublicKey,
        /// Where it is.
        #[cfg_attr(feature = "serde", serde(with = "crate::serialized::path"))]
        path: PathBuf,
        /// What it is called.
        name: String,
    },
    /// Something for one session.
    To(SessionId, SessionCommand),
    /// Forget somebody who was met, or who is refused.
    Forget(PublicKey),
    /// Something about a contact is otherwise from now on. The answer follows once that is kept.
    Change(PublicKey, ContactEdit),
    /// Look for something that was said. The answer is a page of it, [`Done::Found`].
    Search(Box<Search>),
    /// Hand on what waits for this contact by whoever carries it. The answer is [`Done::Bundled`].
    Bundle(PublicKey),
    /// A contact handed this on: take it in. The answer is [`Done::TakenIn`], once it is kept; twice is once.
    TakeBundle(Box<SealedBundle>),
    /// Write this device to a file, so that another one can be made of it. The answer is [`Done::Exported`], once
    /// the file is in its place.
    Export(Box<ExportTerms>),
    /// Choose these settings from now on. The answer follows once they are kept.
    Choose(Box<Settings>),
    /// The person is here: whatever became slow while nobody answered is quick for a while.
    Boost,
    /// Find out what this network lets through. Servers and the router are asked as the settings allow;
    /// [`Event::NetworkReport`](super::Event::NetworkReport) follows.
    Survey,
    /// This device has these addresses now, and this router where it is known.
    NetworkChanged(Vec<IpAddr>, Option<IpAddr>),
    /// Whether the person looks elsewhere, while what is open goes on. Links are checked seldom while both
    /// people do. Sessions that yield are looked at by nobody anyway.
    Away(bool),
    /// The device is about to be suspended: sockets are given up.
    Sleep,
    /// It is back.
    Wake,
}

/// What one session is told to do.
#[derive(Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum SessionCommand {
    /// Unlock the container with these answers, and the code of the second channel where there is one.
    Unlock(Answers, Option<Secret<16>>),
    /// The person agrees to connect with who invited them.
    Accept(Box<AcceptTerms>),
    /// Host: a guest's reply to the invitation of this session came here.
    Reply(Box<SealedReply>, Provenance),
    /// Guest: the invitation of this session came here once more; it may name other addresses now.
    ShowAgain(Box<Invitation>, Provenance),
    /// Guest: show the reply at once.
    OfferReply,
    /// Ask whoever is here this, to make sure that they are who they should be: a contact who is talked to, or
    /// whose restored device the person decides about. What comes of it stands in the view.
    Ask(Question, Answers),
    /// Open the locked message in this row with these answers. The answer is [`Done::Opened`]; what it says is kept
    /// nowhere, so it can be opened again and has to be.
    Open(u64, Answers),
    /// Answer the question of the other side: a guest that of its host, a contact that of the other.
    Answer(Answers),
    /// Contact: give no answer to it.
    NoAnswer,
    /// Contact: whether the conversation goes on with a device that was restored from a copy.
    AcceptRestored(bool),
    /// Contact: say to them by a token where this device is. [`View::Seeking`](super::View::Seeking) shows it
    /// once it is made, which takes as long as servers that may be asked.
    Here,
    /// More may be tried to get past a strict network than one token causes by itself.
    TryHarder,
    /// Stop here. What waits goes on waiting in the store; a conversation says goodbye at once.
    Close,
    /// Stop here for good: what waits does not wait any more. Of a conversation nothing can be taken back.
    Withdraw,
    /// Something in a conversation.
    Say(Saying),
    /// Rows before those that are listed. They come as events behind the answer, or that is [`Done::Beginning`].
    Earlier,
    /// So many rows of the conversation have reached the screen.
    Taken(u32),
    /// A person has this row of the other side before their eyes, and with it whatever was told that stands above
    /// it. Whoever only passes rows on does not say so: then they are new for whoever looks next.
    Seen(u64),
}

/// What is done in a conversation.
#[derive(Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Saying {
    /// Write this. Where both keep what is said, it can be done while nobody is there, and its row comes once it
    /// is on the disk.
    Text(String),
    /// Write this about what stands in a row. This and the three below are there where both keep what is said.
    Reply {
        /// The row.
        to: u64,
        /// What is written.
        text: String,
    },
    /// React to what stands in this row with a symbol, or with nothing any more.
    React(u64, String),
    /// Change an own text.
    Edit {
        /// The row.
        row: u64,
        /// What it says from now on.
        text: String,
    },
    /// Take back what stands in this row: it is erased on both sides.
    TakeBack(u64),
    /// Propose that what both write from now on disappears so many seconds after it was seen (a minute to a year),
    /// or does not; or agree to the same.
    Disappear(Option<u32>),
    /// Lock this, and write that. Whoever has it can try answers without anybody noticing.
    Lock {
        /// What is locked: 1 to 65,536 bytes.
        text: String,
        /// What is asked: one question or more.
        questions: Questions,
        /// What opens it.
        answers: Answers,
    },
    /// Write this, which is locked already.
    Locked(LockedText),
    /// Send this file.
    File {
        /// Where it is.
        #[cfg_attr(feature = "serde", serde(with = "crate::serialized::path"))]
        path: PathBuf,
        /// What the row calls it.
        name: String,
        /// How large it is, in bytes.
        size: u64,
    },
    /// Take the offered file in this row.
    AcceptFile(u64),
    /// Stop the file in this row: decline it, or end it.
    CancelFile(u64),
    /// Stop the file in this row for a while. What came of it is kept.
    PauseFile(u64),
    /// Go on with the file in this row.
    ResumeFile(u64),
    /// Wish to compare, or agree to it.
    Compare,
    /// What was found by somebody who saw these digits. A difference hangs up at once, without a goodbye
    /// to whoever is in between.
    Compared([u16; 3], Finding),
    /// Only who the person means would have asked that question.
    OnlyThey,
    /// As much again may come as the limits allow.
    AllowMore,
    /// Say goodbye once the files that come in are through.
    Leave,
}

/// What an invitation is to be.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InviteTerms {
    /// How it is handed out.
    pub delivery: DeliveryMode,
    /// It is for somebody in another network: servers and the router may be asked before it is shown.
    pub is_far: bool,
    /// How long it is good, if not as long as is usual for its delivery.
    #[cfg_attr(feature = "serde", serde(with = "crate::serialized::milliseconds"))]
    pub lifetime: Option<Duration>,
    /// What stands between whoever has it and this device.
    pub protection: Protection,
    /// The name that it carries. Everybody who sees it can read it.
    pub name: Option<String>,
    /// How its session differs.
    pub terms: SessionTerms,
}

impl InviteTerms {
    /// The usual ones: what is sent is for somebody elsewhere, what is shown is not.
    pub fn new(delivery: DeliveryMode) -> Self {
        Self {
            delivery,
            is_far: delivery == DeliveryMode::Send,
            lifetime: None,
            protection: Protection::Open,
            name: None,
            terms: SessionTerms::default(),
        }
    }

    pub(super) fn life(&self) -> Duration {
        self.lifetime.unwrap_or(match self.delivery {
            DeliveryMode::Show => QR_LIFETIME,
            DeliveryMode::Send => LINK_LIFETIME,
        })
    }
}

/// How an invitation reaches its guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum DeliveryMode {
    /// Only ever shown on this screen.
    Show,
    /// Sent, or shown where it can be copied.
    Send,
}

/// What stands between whoever has an invitation and this device.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Protection {
    /// Nothing.
    Open,
    /// The guest is asked once connected, and has three tries.
    Asked(Question, Answers),
    /// The invitation itself is locked, and whoever has it can try without end.
    Locked(Questions, Answers),
}

/// What a guest decides when it accepts, or either role when it goes on with what waits.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AcceptTerms {
    /// How long to knock, whatever this device's clock says about the invitation. None for as long as
    /// the invitation is good.
    #[cfg_attr(feature = "serde", serde(with = "crate::serialized::milliseconds"))]
    pub patience: Option<Duration>,
    /// Offer the reply at once instead of waiting whether it is needed.
    pub reply_at_once: bool,
    /// Send nothing before the host has the reply.
    pub only_by_reply: bool,
    /// Host: it is for somebody in another network, even if it was not when it was made.
    pub is_far: bool,
    /// How the session differs.
    pub terms: SessionTerms,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Done {
    /// It was done, or is under way.
    Ok,
    /// This session has begun.
    Session(SessionId),
    /// This session, which was there already, goes on.
    GoesOn(SessionId),
    /// This was written.
    Exported(Exported),
    /// There is nothing before.
    Beginning,
    /// This was found.
    Found(Box<Hits>),
    /// This is to be handed on.
    Bundled(Box<Bundled>),
    /// The locked message says this.
    Opened(String),
    /// So many messages of this contact came in, and were not here before.
    TakenIn {
        /// Of whom.
        from: PublicKey,
        /// How many.
        messages: u64,
    },
    /// This contact has said where they are, so many seconds ago by their clock.
    Here(PublicKey, u64),
}

impl Done {
    /// The session that has begun, or goes on.
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::Session(id) | Self::GoesOn(id) => Some(*id),
            Self::Ok
            | Self::Exported(_)
            | Self::Beginning
            | Self::Found(_)
            | Self::Bundled(_)
            | Self::Opened(_)
            | Self::TakenIn { .. }
            | Self::Here(..) => None,
        }
    }
}

/// The answer to a command, for whoever gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which command.
    pub request: RequestId,
    /// What became of it.
    pub result: Result<Done, Refusal>,
}

/// Why a command was not obeyed. Nothing has changed then, unless it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Refusal {
    /// There is nothing to do it to, or not in this state.
    #[error("that cannot be done now: look at what is shown")]
    NotNow,
    /// What became of it a moment ago is on its way to the disk. It can be done once that is there.
    #[error("this ended a moment ago, and that is still being stored: try again in a moment")]
    NotYet,
    /// The person has to decide about the invitation in this session first, lest they confirm another
    /// one than they see.
    #[error("another invitation waits for your answer: connect, or close it, then open this one")]
    Busy(SessionId),
    /// So much waits to be said that no more is taken.
    #[error("too much waits to be sent: wait until it is through")]
    TooMuchWaits,
    /// A session goes on with this already.
    #[error("this is under way already: look at what is shown")]
    UnderWay(SessionId),
    /// The person has blocked this contact.
    #[error("you have blocked this contact: unblock them first")]
    Blocked,
    /// Only a text that was written here can be edited, and only what was written here be taken back.
    #[error(
        "that cannot be changed: only a text of yours can be edited, and what you wrote taken back"
    )]
    Unchangeable,
    /// They have given three answers today that were not right.
    #[error("they have given three wrong answers today: compare, or ask again tomorrow")]
    NoTriesLeft,
    /// The contact is not looked for, and nothing can be written to them.
    #[error(transparent)]
    Hindered(Hindrance),
    /// The store did not take it, or does not know it.
    #[error(transparent)]
    Store(StoreError),
    /// A file cannot be written.
    #[error("the file cannot be written ({0}): choose another place")]
    NotWritten(
        #[cfg_attr(
            feature = "serde",
            serde(with = "handfast_store::serialized::error_kind")
        )]
        io::ErrorKind,
    ),
    /// The reply is for another invitation, or was altered.
    #[error(transparent)]
    Reply(ReplyError),
    /// The token that says where somebody is, is of nobody known, not for this device, or was altered.
    #[error(transparent)]
    Here(HereError),
    /// What was handed on is of nobody known, not for this device, or was altered.
    #[error(transparent)]
    Bundle(BundleError),
    /// What was handed on begins behind what is here.
    #[error(
        "something is missing before these messages: ask for them to be sent again, with all that waits"
    )]
    BundleMissing,
    /// That token has been used.
    #[error("this has been used: ask them to send where they are again")]
    SpentHere,
    /// What was shown again is not what is knocked at.
    #[error(transparent)]
    OtherInvitation(#[from] OtherInvitation),
    /// The container holds something else than an invitation.
    #[error("this is locked, and holds no invitation")]
    NoInvitation,
    /// The container cannot be read.
    #[error(transparent)]
    Seal(SealError),
    /// The text is too long.
    #[error("the text is too long: send it in parts or as a file")]
    TooLong,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
