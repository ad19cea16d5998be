//! What a screen shows of one session, as whole states. No words for people here: shells have those.

use super::pairing::end_reason;
use super::{DeliveryMode, EndReason, Hindrance, Milestones, Provenance, Role, SessionId};
use handfast_protocol::conversation::{CompareError, FileError, Violation};
use handfast_protocol::handshake::{Client, PublicKey, ShortString, Trust, visible};
use handfast_protocol::log::FileBody;
use handfast_protocol::network::{MappingError, NetworkReport};
use handfast_protocol::pairing::{Cause, Failure, GuestStage, HostStage};
use handfast_protocol::question::Standing;
use handfast_protocol::reconnect::RestoredClaim;
use handfast_seal::{Questions, SealError};
use handfast_store::StoreError;
use handfast_token::{SealedReply, Token};
use std::path::PathBuf;
use std::time::Duration;

/// What happened that a shell has to show, in order.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Event {
    /// A session looks like this now. After [`View::Ended`] nothing follows for it.
    View(SessionId, Box<View>),
    /// A row of a conversation is new, or looks like this now.
    Row(SessionId, Row),
    /// What was written in this session is not kept, for this reason, so it is not said either: it is given back.
    /// Nothing where it was no text.
    NotWritten(SessionId, String, StoreError),
    /// Another device writes to this contact as this person, or did: a copy of this one.
    OtherDevice(PublicKey),
    /// This row has to leave the screen.
    RowGone(SessionId, u64),
    /// What [`Device::pending`](super::Device::pending) says is another list now.
    PendingChanged,
    /// What [`Device::contacts`](super::Device::contacts) says is another list now.
    ContactsChanged,
    /// What this network lets through.
    NetworkReport(Box<NetworkReport>),
    /// Something about the person in this session could not be kept, and is forgotten after a restart.
    NotRemembered(SessionId, StoreError),
    /// The wish to compare in this session came to nothing.
    NotCompared(SessionId, CompareError),
}

/// One state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum View {
    /// An invitation is on its way to the screen, or an accepted one to its host: sockets are bound,
    /// servers asked, or it is being locked.
    Preparing {
        /// It waits in the store, and goes on waiting if this is stopped. A new one is not kept yet.
        is_kept: bool,
    },
    /// The invitation is shown.
    Hosting {
        /// How far it is.
        stage: HostStage,
        /// When it is too old, in seconds since 1970-01-01 UTC.
        expires_at: u64,
        /// How it is handed out.
        delivery: DeliveryMode,
        /// What is handed out: the invitation as it leads here now, or it locked.
        token: Token,
        /// It may lead nowhere now and is locked, so that only who knows the answer could make it anew.
        is_outdated: bool,
        /// It names other addresses than when it was made.
        is_reissued: bool,
        /// A guest's reply is kept, so it is looked for wherever that reply says.
        is_replied: bool,
        /// Where it leads is this machine and nowhere else.
        is_on_this_machine: bool,
        /// What servers and router said, for somebody in another network.
        outlook: Option<Outlook>,
        /// Why the guest whose reply came is not heard, most likely.
        cause: Option<Cause>,
        /// This device has no network at the moment.
        is_offline: bool,
    },
    /// A locked invitation has to be unlocked. Nothing has been sent.
    Locked {
        /// What is asked.
        questions: Questions,
        /// The code of the second channel is needed too.
        needs_code: bool,
        /// It is being tried.
        is_unlocking: bool,
        /// The answers before did not open it.
        was_wrong: bool,
    },
    /// The person is asked whether to connect. Nothing has been sent.
    Opened {
        /// What the host calls itself.
        name: Option<String>,
        /// What will be asked once connected. The host wrote it.
        question: Option<String>,
        /// How it came here, which is what it will prove.
        provenance: Provenance,
        /// When it is too old, in seconds since 1970-01-01 UTC; None if it seems to be.
        expires_at: Option<u64>,
        /// It leads to this machine and nowhere else.
        is_on_this_machine: bool,
        /// It was accepted before, and its reply may be in the host's hands.
        is_kept: bool,
    },
    /// This device knocks.
    Connecting {
        /// How far it is.
        stage: GuestStage,
        /// The reply that an earlier process made does not lead here any more.
        is_moved: bool,
        /// Why the host is not heard, most likely.
        cause: Option<Cause>,
        /// This device has no network at the moment.
        is_offline: bool,
    },
    /// This device's reply must reach the host. Knocking goes on.
    ReplyNeeded {
        /// The reply.
        reply: SealedReply,
        /// The host is with somebody else right now.
        is_slot_taken: bool,
        /// Why the host is not heard, most likely.
        cause: Option<Cause>,
    },
    /// The question has to be answered.
    Asking {
        /// The question. It comes from the other side.
        question: String,
        /// How many answers may still be given.
        tries_left: u8,
        /// The host has said that the answer before was wrong.
        was_wrong: bool,
        /// An answer was given to somebody unverified within a day, or to this invitation before.
        is_repeated: bool,
    },
    /// A contact is looked for.
    Seeking {
        /// Whom the person looks for.
        key: PublicKey,
        /// What they are called here.
        name: String,
        /// How far they are trusted, and why.
        trust: Trust,
        /// When they were heard last, in seconds since 1970-01-01 UTC; 0 if that is not known.
        heard: u64,
        /// Somebody came who proves to be them at this moment.
        is_here: bool,
        /// One of the two devices was restored from a copy, or somebody uses one: the person decides.
        restored: Option<RestoredClaim>,
        /// What the two ask each other, where the person decides about that.
        questions: Inquiries,
        /// Why they are not looked for. What the two wrote can be read.
        hindrance: Option<Hindrance>,
        /// What says to them where this device is, and is handed out.
        here: Option<Token>,
        /// This device has no network at the moment.
        is_offline: bool,
    },
    /// The two are together.
    Talking {
        /// With whom.
        key: PublicKey,
        /// What the peer calls itself; may be empty.
        name: String,
        /// What it says it is, if it does.
        client: Option<Client>,
        /// Another contact by this name, as far as the person gave whoever is here none: whoever is here is somebody
        /// else, or one of the two is a new device of the same person.
        namesake: Option<PublicKey>,
        /// How far it is trusted, and why.
        trust: Trust,
        /// How many codes were scanned, or passed on, so that the two met.
        scans: u8,
        /// How long it took.
        milestones: Milestones,
        /// The path is silent; what is sent now waits.
        is_interrupted: bool,
        /// Who would like to compare.
        wish: Wish,
        /// What both people see and compare now.
        comparing: Option<ShortString>,
        /// What the two ask each other.
        questions: Inquiries,
        /// A limit that the peer has reached.
        reached: Option<Reached>,
        /// How often one was reached so far: it may be reached again before anybody saw that it was not.
        times_reached: u32,
        /// So much waits to be said that no more is taken
        /// ([`Refusal::TooMuchWaits`](super::Refusal::TooMuchWaits)). It is shown again once there is room.
        is_full: bool,
    },
    /// It is over.
    Ended(SessionEnd),
}

/// What two contacts ask each other on one link: the last question of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Inquiries {
    /// That of the person here.
    pub ours: Option<Asked>,
    /// That of the other one.
    pub theirs: Option<Asked>,
}

/// A question that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Asked {
    /// The question. Whoever asks wrote it.
    pub question: String,
    /// How far it is.
    pub standing: Standing,
}

/// What came of asking how this device is reached from other networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Outlook {
    /// Whether a server said how it is seen from there. None if there was nobody to ask.
    pub is_seen: Option<bool>,
    /// Whether the router leads in.
    pub router: RouterReport,
}

/// What the router said when it was asked for a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum RouterReport {
    /// It was not asked.
    NotAsked,
    /// It opened one, for as long as the session has its sockets.
    Opened,
    /// It opened none.
    Refused(MappingError),
}

/// Who would like to compare. Nothing is shown before both do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Wish {
    /// Nobody has said so.
    Nobody,
    /// This person; the other one has not answered.
    Ours,
    /// The other person asks this one.
    Theirs,
}

/// A limit of what the peer may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Reached {
    /// As many messages as it may. More is held back until the person allows it.
    Messages,
    /// As much text as it may; the same follows.
    Text,
    /// So many files wait for an answer that more are declined.
    Files,
}

/// Why a session is over. Each has its own sentence, and one thing to try next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum SessionEnd {
    /// The person ended it here. What waited still waits.
    #[error("this was ended here")]
    Closed,
    /// The person took it back, for good.
    #[error("this was taken back")]
    Withdrawn,
    /// The two did not come together.
    #[error(transparent)]
    Failed(Failure),
    /// A locked invitation does not lead here any more, and cannot be made anew without its answer.
    #[error("this device is elsewhere now, and the invitation is locked: make a new one")]
    Moved,
    /// It could not be locked or unlocked.
    #[error(transparent)]
    Seal(SealError),
    /// A comparison with whoever came showed a difference before.
    #[error("a comparison showed that this is somebody in between: do not let them in")]
    Refused,
    /// Somebody else has the keys of one of the two, as its person says.
    #[error("somebody else came in their name or yours: meet again by an invitation, and compare")]
    Frozen,
    /// The contact has forgotten this device.
    #[error("they do not keep you any more: meet again by an invitation to talk")]
    Forgotten,
    /// The person has blocked whoever came.
    #[error("you have blocked this contact: unblock them to talk to them")]
    Blocked,
    /// The two, who met before this was over, are together in another session.
    #[error("you are connected to them already: look at the other conversation")]
    Elsewhere,
    /// The person found a difference just now.
    #[error("somebody is in between: make a new invitation and pass it on another way")]
    Different,
    /// The peer said goodbye.
    #[error("they ended the connection")]
    PeerLeft,
    /// The path was gone for too long.
    #[error("the connection was lost: connect again")]
    Lost,
    /// The peer broke the rules.
    #[error(transparent)]
    Broken(Violation),
    /// What has to be kept could not be, so it did not go on.
    #[error(transparent)]
    Store(StoreError),
}

impl SessionEnd {
    /// What this end makes of what waited in this role; None if it waits on.
    pub fn ends(self, role: Role) -> Option<EndReason> {
        match self {
            Self::Failed(failure) => end_reason(role, failure),
            Self::Withdrawn => Some(EndReason::Revoked),
            // The two had met.
            Self::Refused
            | Self::Frozen
            | Self::Forgotten
            | Self::Blocked
            | Self::Elsewhere
            | Self::Different
            | Self::PeerLeft
            | Self::Lost
            | Self::Broken(_) => Some(EndReason::Used),
            Self::Closed | Self::Moved | Self::Seal(_) => None,
            Self::Store(StoreError::Over(reason)) => Some(reason),
            Self::Store(_) => None,
        }
    }
}

impl From<Failure> for SessionEnd {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A row of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Row {
    /// Unique within the device.
    pub number: u64,
    /// It goes from this side to the other.
    pub ours: bool,
    /// When it was said, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// Where it is new: it stands before the row with this number. None for the end.
    pub before: Option<u64>,
    /// What there is to say of it if both keep it. None for what nobody keeps.
    pub lasting: Option<Box<Lasting>>,
    /// What it is.
    pub content: RowContent,
}

impl Row {
    /// It was there before this session looked. What nobody keeps never was.
    pub fn is_old(&self) -> bool {
        self.lasting.as_ref().is_some_and(|lasting| lasting.is_old)
    }
}

/// What there is to say of a row that both keep.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lasting {
    /// It was written here, and is on the other side's disk.
    pub is_delivered: bool,
    /// It was there before this session looked.
    pub is_old: bool,
    /// It is the other side's, and nobody had seen it when it was told here first.
    pub is_unread: bool,
    /// What it replies to.
    pub quote: Option<Quoted>,
    /// What each of the two reacted with.
    pub reactions: Vec<Reaction>,
    /// What it said before it was edited, the oldest first.
    pub earlier: Vec<String>,
    /// When it disappears, if that is known, in milliseconds since 1970-01-01 UTC.
    pub ends_at: Option<u64>,
    /// Of a picture that is offered, a small one of it, by whoever offers it.
    pub preview: Option<Preview>,
}

/// A small picture of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Preview {
    /// Of which kind the picture is (RFC 6838). Of the other side's, what they say.
    pub media_type: String,
    /// The small one: a JPEG of [`MAX_PREVIEW`](handfast_protocol::log::MAX_PREVIEW) bytes at most. The other side's
    /// may be broken.
    #[cfg_attr(
        feature = "serde",
        serde(with = "handfast_token::serialized::base64url")
    )]
    pub bytes: Vec<u8>,
}

impl Preview {
    /// What a JPEG begins with (ITU-T T.81, B.1.1.3).
    const MAGIC: [u8; 3] = [0xff, 0xd8, 0xff];

    /// That of a file, if it has one of the kind that is shown.
    pub(super) fn of(file: &FileBody) -> Option<Self> {
        file.preview.starts_with(&Self::MAGIC).then(|| Self {
            media_type: visible(&file.media_type),
            bytes: file.preview.to_vec(),
        })
    }
}

/// What a row replies to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Quoted {
    /// This text, in the version that was seen.
    Text(String),
    /// Something that is no text, or not any more.
    Other,
    /// Something that is not here.
    NotHere,
}

/// What somebody reacted with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reaction {
    /// It is of this device's person.
    pub ours: bool,
    /// A symbol, as the other side sent it.
    pub symbol: String,
}

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum RowContent {
    /// A text.
    Text(String),
    /// Its writer took it back.
    Withdrawn,
    /// It has run out, or is erased.
    Ended,
    /// Its writer came back from a copy, and begins anew.
    Restored,
    /// A later version wrote it.
    NotReadable,
    /// Somebody wants what is written from now on to disappear so many seconds after it was seen, or not to
    /// disappear. It holds once the other one says the same.
    Disappearing {
        /// After how long, in seconds; None for not at all.
        after: Option<u32>,
        /// Both had said so then.
        holds: bool,
    },
    /// A text that is locked. [`SessionCommand::Open`](super::SessionCommand::Open) tells what it says.
    Locked {
        /// What is asked. Whoever locked it wrote that.
        questions: Questions,
    },
    /// A file or a folder.
    File {
        /// Its name, without a folder.
        name: String,
        /// Its size in bytes; 0 if that is not known.
        size: u64,
        /// Of a folder, how many files are in it.
        files: Option<u32>,
        /// How far it is.
        state: FileState,
    },
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum FileState {
    /// Ours, and not asked for yet.
    Waiting,
    /// Theirs, and waits for an answer.
    Offered,
    /// On its way.
    Moving {
        /// So many bytes are through.
        done: u64,
    },
    /// It goes on by itself when what it waits for is over.
    Paused {
        /// So many bytes are through.
        done: u64,
        /// What it waits for.
        by: Pause,
    },
    /// Complete.
    Done {
        /// Where it is, if it came in.
        #[cfg_attr(feature = "serde", serde(with = "crate::serialized::path_if_any"))]
        path: Option<PathBuf>,
        /// BLAKE2b-256 of it, or its root where both keep what is said; of a folder the root of its manifest.
        #[cfg_attr(
            feature = "serde",
            serde(with = "handfast_token::serialized::base64url")
        )]
        hash: Vec<u8>,
        /// From the yes of whoever gets it until it was stored and compared.
        #[cfg_attr(feature = "serde", serde(with = "crate::serialized::nanoseconds"))]
        took: Duration,
    },
    /// It did not go through.
    Failed {
        /// Why.
        error: FileError,
        /// It failed there rather than here.
        by_peer: bool,
    },
}

impl FileState {
    /// Nothing more happens to it: it is there, or it failed.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed { .. })
    }
}

/// What a file waits for that does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Pause {
    /// A person here stopped it.
    Here,
    /// A person at the other side did.
    There,
    /// The two are not together.
    Apart,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_try_again_waits_on() {
        let both = [Role::Host, Role::Guest];
        for failure in [
            Failure::Expired,
            Failure::Taken,
            Failure::NotReached,
            Failure::WentAway,
            Failure::LeftAfterAnswer,
            Failure::NoNetwork,
            Failure::Local,
        ] {
            let ends = both.map(|role| SessionEnd::from(failure).ends(role));
            assert_eq!(ends, [None, None], "{failure:?}");
        }
        for end in [
            SessionEnd::Closed,
            SessionEnd::Moved,
            SessionEnd::Store(StoreError::Full),
        ] {
            assert_eq!(both.map(|role| end.ends(role)), [None, None], "{end:?}");
        }
        let burned = Some(EndReason::Burned);
        let differ = SessionEnd::from(Failure::AnswersDiffer);
        assert_eq!(both.map(|role| differ.ends(role)), [burned, burned]);
        // Somebody else may have come to the host, and the right one may follow.
        let wrong = SessionEnd::from(Failure::NotTheInviter);
        assert_eq!(both.map(|role| wrong.ends(role)), [None, burned]);
        assert_eq!(
            SessionEnd::Withdrawn.ends(Role::Host),
            Some(EndReason::Revoked)
        );
        assert_eq!(SessionEnd::Lost.ends(Role::Guest), Some(EndReason::Used));
    }
}
