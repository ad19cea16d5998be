//! The one error that crosses the boundary: coarse, stable kinds, each with what a person can do.
//!
//! The errors of the crates below stay rich on their side; the impls below say what becomes of each.

use super::sealing::Stopped;
use handfast_native::conversation::{CompareError, FileError};
use handfast_native::device::{BundleError, Hindrance, Refusal, SessionEnd};
use handfast_native::network::NotAServer;
use handfast_native::pairing::Failure;
use handfast_native::qr::{DrawError, FrameError, PictureError};
use handfast_native::seal::{LockError, NotACode, SealError, StreamError};
use handfast_native::store::{EndReason, ExportError, KeyStoreError, StoreError};
use handfast_native::token::{FindError, ReplyError};

/// What went wrong. Shells have one sentence for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum ErrorKind {
    /// The invitation is too old.
    Expired,
    /// Somebody else came first, or the invitation has been used before.
    Taken,
    /// Nothing was heard from the other side.
    NotReached,
    /// The other side was there and went away.
    WentAway,
    /// The other side is not who made the invitation, or somebody is in between.
    NotTheInviter,
    /// The question was answered wrongly too often.
    AnswersDiffer,
    /// The other side left when it had our answer, which lets it test one guess. It is not looked for
    /// by itself any more.
    LeftAfterAnswer,
    /// Too many failed attempts to use the invitation.
    Burned,
    /// The invitation leads to no address that this device can reach.
    NoRoute,
    /// This device has no network.
    NoNetwork,
    /// A locked invitation of this device was gone on with after a restart, names only addresses that
    /// are no longer this device's, and no reply has come by which its guest is found. One that is
    /// not locked is shown anew instead; so is one whose network changes while it is shown, or that
    /// one is told to be outdated.
    Moved,
    /// The person stopped it.
    Cancelled,
    /// The connection was lost and did not come back.
    Lost,
    /// The other side said goodbye.
    TheyLeft,
    /// They keep nothing of this device any more.
    Forgotten,
    /// Somebody else came in their name, or in this person's.
    Frozen,
    /// The other side broke the rules of the conversation.
    RulesBroken,
    /// There is no invitation, reply or sealed thing in there.
    NothingFound,
    /// A part is missing, or it was altered on the way.
    Incomplete,
    /// It comes from a later version.
    NewerVersion,
    /// There are several different ones in there.
    SeveralFound,
    /// It is larger than what is looked at or sent.
    TooLarge,
    /// It is no picture that can be opened.
    NotAPicture,
    /// It is a picture of a kind that is not read, such as HEIC or TIFF.
    OtherPicture,
    /// The picture shows no code that can be read.
    NoCode,
    /// The reply answers another invitation.
    WrongReply,
    /// It is the other thing: a reply where an invitation is wanted, or the reverse.
    WrongThing,
    /// These messages are from nobody who was met, or not for this device, or too old.
    OtherBundle,
    /// Something is missing before these messages.
    BundleMissing,
    /// It is no device that another phone wrote, or one that an answer alone would open, which can be guessed.
    NotAnExport,
    /// The answer is wrong or the container was altered; these cannot be told apart.
    WrongAnswer,
    /// What a person typed cannot be used: it is empty, too long or too much.
    BadText,
    /// It is not the name of a server.
    NotAServer,
    /// It would take more memory or work than this device gives.
    TooExpensive,
    /// The person on the receiving side did not want the file.
    Declined,
    /// The storage is full.
    StorageFull,
    /// A file could not be read or written.
    Storage,
    /// As many invitations, or replies, wait as may at one time.
    TooMany,
    /// As many files wait for an answer there as may at one time.
    TooManyFiles,
    /// Two compared a moment ago, or as often as they may in one conversation.
    TooOften,
    /// A comparison with this device showed a difference before. It is not let in until it is
    /// forgotten ([`Handfast::forget`](super::Handfast::forget)).
    Refused,
    /// Something else is under way.
    Busy,
    /// There is nothing under way that this could be done to.
    NotNow,
    /// What became of it a moment ago is still being stored.
    NotYet,
    /// The phone's key store cannot be used before the phone is unlocked.
    KeyStoreLocked,
    /// The phone's key store failed. It may work at another time.
    KeyStoreFailed,
    /// The phone's key store has lost the key, or has another: what is kept here can never be opened again.
    KeyLost,
    /// Sockets or randomness could not be had.
    Device,
    /// It was shut down.
    ShutDown,
    /// A defect of this program.
    Internal,
}

/// The one thing to try next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum Remedy {
    /// Nothing is to be done.
    Nothing,
    /// Ask them for a new invitation, or for the whole of it once more.
    AskAgain,
    /// Make a new invitation.
    InviteAgain,
    /// Try again, both together.
    TryTogether,
    /// Join a network, or switch it on.
    CheckNetwork,
    /// Update the app.
    Update,
    /// Hand in something else, or only a part of it.
    HandInAnother,
    /// Change what was typed.
    Retype,
    /// Make room on the phone.
    MakeRoom,
    /// Finish or stop what is under way.
    FinishFirst,
    /// Wait a moment.
    Wait,
    /// Unlock the phone.
    Unlock,
    /// Restart the app.
    Restart,
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HandfastError {
    /// It failed.
    #[error("{kind:?}: {remedy:?}")]
    Failed {
        /// What went wrong.
        kind: ErrorKind,
        /// What to try next.
        remedy: Remedy,
    },
}

impl HandfastError {
    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        let Self::Failed { kind, .. } = self;
        *kind
    }
}

impl From<ErrorKind> for HandfastError {
    fn from(kind: ErrorKind) -> Self {
        Self::Failed {
            kind,
            remedy: kind.remedy(),
        }
    }
}

/// What to try next after this.
#[uniffi::export]
pub fn remedy_of(kind: ErrorKind) -> Remedy {
    kind.remedy()
}

impl ErrorKind {
    /// What to try next.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::Cancelled
            | Self::TheyLeft
            | Self::Declined
            | Self::NotNow
            | Self::Refused
            | Self::OtherBundle => Remedy::Nothing,
            // Its sentence says to make sure who asks, which no button can do.
            Self::LeftAfterAnswer => Remedy::Nothing,
            Self::Expired | Self::Taken | Self::NotTheInviter | Self::NoRoute => Remedy::AskAgain,
            Self::NothingFound | Self::Incomplete | Self::BundleMissing => Remedy::AskAgain,
            Self::Burned | Self::Moved | Self::Forgotten | Self::Frozen => Remedy::InviteAgain,
            Self::AnswersDiffer
            | Self::NotReached
            | Self::WentAway
            | Self::Lost
            | Self::RulesBroken => Remedy::TryTogether,
            Self::NoNetwork => Remedy::CheckNetwork,
            Self::NewerVersion => Remedy::Update,
            Self::SeveralFound
            | Self::TooLarge
            | Self::NotAPicture
            | Self::OtherPicture
            | Self::NoCode => Remedy::HandInAnother,
            Self::WrongReply | Self::WrongThing | Self::NotAnExport | Self::TooExpensive => {
                Remedy::HandInAnother
            }
            Self::WrongAnswer | Self::BadText | Self::NotAServer => Remedy::Retype,
            Self::StorageFull | Self::Storage => Remedy::MakeRoom,
            Self::Busy | Self::TooMany => Remedy::FinishFirst,
            Self::TooManyFiles | Self::TooOften | Self::NotYet => Remedy::Wait,
            Self::KeyStoreLocked => Remedy::Unlock,
            Self::KeyStoreFailed
            | Self::KeyLost
            | Self::Device
            | Self::ShutDown
            | Self::Internal => Remedy::Restart,
        }
    }
}

impl From<Failure> for ErrorKind {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Expired => Self::Expired,
            Failure::Taken => Self::Taken,
            Failure::NotReached => Self::NotReached,
            Failure::WentAway => Self::WentAway,
            Failure::WrongCertificate | Failure::NotTheInviter => Self::NotTheInviter,
            Failure::AnswersDiffer => Self::AnswersDiffer,
            Failure::LeftAfterAnswer => Self::LeftAfterAnswer,
            Failure::Burned => Self::Burned,
            Failure::NoRoute => Self::NoRoute,
            Failure::NoNetwork => Self::NoNetwork,
            Failure::Local => Self::Device,
        }
    }
}

impl From<SessionEnd> for ErrorKind {
    fn from(end: SessionEnd) -> Self {
        match end {
            // What the person did, here or in another conversation.
            SessionEnd::Closed
            | SessionEnd::Withdrawn
            | SessionEnd::Blocked
            | SessionEnd::Elsewhere => Self::Cancelled,
            SessionEnd::Failed(failure) => failure.into(),
            SessionEnd::Moved => Self::Moved,
            SessionEnd::Seal(error) => HandfastError::from(error).kind(),
            SessionEnd::Refused => Self::Refused,
            SessionEnd::Different => Self::NotTheInviter,
            SessionEnd::PeerLeft => Self::TheyLeft,
            SessionEnd::Forgotten => Self::Forgotten,
            SessionEnd::Frozen => Self::Frozen,
            SessionEnd::Lost => Self::Lost,
            SessionEnd::Broken(violation) => {
                ::log::warn!("a conversation was ended: {violation}");
                Self::RulesBroken
            }
            SessionEnd::Store(error) => HandfastError::from(error).kind(),
            // A later device says more than this one knows.
            _ => Self::Internal,
        }
    }
}

impl From<Refusal> for HandfastError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotNow | Refusal::UnderWay(_) | Refusal::Blocked | Refusal::Unchangeable => {
                ErrorKind::NotNow.into()
            }
            Refusal::NotYet => ErrorKind::NotYet.into(),
            Refusal::NoTriesLeft => ErrorKind::AnswersDiffer.into(),
            Refusal::Hindered(Hindrance::NotKept) => ErrorKind::Forgotten.into(),
            Refusal::Hindered(Hindrance::Frozen) => ErrorKind::Frozen.into(),
            Refusal::Busy(_) | Refusal::TooMuchWaits => ErrorKind::Busy.into(),
            Refusal::Store(error) => error.into(),
            Refusal::Reply(error) => error.into(),
            Refusal::OtherInvitation(_) => ErrorKind::Busy.into(),
            Refusal::Bundle(error) => match error {
                BundleError::OtherKey => ErrorKind::OtherBundle,
                BundleError::Malformed | BundleError::Altered => ErrorKind::Incomplete,
                BundleError::NewerVersion => ErrorKind::NewerVersion,
            }
            .into(),
            Refusal::BundleMissing => ErrorKind::BundleMissing.into(),
            Refusal::NoInvitation | Refusal::Here(_) => ErrorKind::WrongThing.into(),
            Refusal::Seal(error) => error.into(),
            Refusal::TooLong => ErrorKind::TooLarge.into(),
            Refusal::NotWritten(kind) => std::io::Error::from(kind).into(),
            _ => ErrorKind::Internal.into(),
        }
    }
}

impl From<FindError> for HandfastError {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Nothing => ErrorKind::NothingFound.into(),
            FindError::Cut => ErrorKind::Incomplete.into(),
            FindError::NewerVersion => ErrorKind::NewerVersion.into(),
            FindError::SeveralTokens(_) => ErrorKind::SeveralFound.into(),
            FindError::TooLarge => ErrorKind::TooLarge.into(),
            FindError::Picture(reason) => match reason.downcast_ref::<PictureError>() {
                Some(error) => Self::from(error.clone()),
                None => ErrorKind::NotAPicture.into(),
            },
        }
    }
}

impl From<PictureError> for HandfastError {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::NotAPicture => ErrorKind::NotAPicture,
            PictureError::OtherKind(_) => ErrorKind::OtherPicture,
            PictureError::TooLarge => ErrorKind::TooLarge,
            PictureError::NoCode => ErrorKind::NoCode,
        }
        .into()
    }
}

impl From<FrameError> for HandfastError {
    fn from(error: FrameError) -> Self {
        // The shell described its camera wrongly; no person can mend that.
        ::log::error!("{error}");
        ErrorKind::Internal.into()
    }
}

impl From<DrawError> for HandfastError {
    fn from(error: DrawError) -> Self {
        match error {
            DrawError::Empty => ErrorKind::BadText,
            DrawError::TooLong { .. } => ErrorKind::TooLarge,
        }
        .into()
    }
}

impl From<ReplyError> for HandfastError {
    fn from(error: ReplyError) -> Self {
        ::log::debug!("a reply was refused: {error}");
        ErrorKind::WrongReply.into()
    }
}

impl From<CompareError> for HandfastError {
    fn from(error: CompareError) -> Self {
        match error {
            CompareError::TooSoon | CompareError::TooOften => ErrorKind::TooOften,
            CompareError::Unjudged | CompareError::NotShown | CompareError::Ended => {
                ErrorKind::NotNow
            }
        }
        .into()
    }
}

impl From<FileError> for ErrorKind {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Declined => Self::Declined,
            FileError::TooLarge => Self::TooLarge,
            FileError::TooMany => Self::TooManyFiles,
            FileError::NoSpace => Self::StorageFull,
            FileError::NoPermission | FileError::Storage | FileError::Unreadable => Self::Storage,
            FileError::Changed | FileError::Damaged => Self::Incomplete,
            FileError::Cancelled => Self::Cancelled,
            FileError::Ended => Self::Lost,
        }
    }
}

impl From<LockError> for HandfastError {
    fn from(error: LockError) -> Self {
        ::log::debug!("a lock was refused: {error}");
        ErrorKind::BadText.into()
    }
}

impl From<SealError> for HandfastError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NotOurs => ErrorKind::NothingFound,
            SealError::Unsupported => ErrorKind::NewerVersion,
            SealError::TooExpensive => ErrorKind::TooExpensive,
            SealError::WrongAnswerOrAltered => ErrorKind::WrongAnswer,
            SealError::Damaged => ErrorKind::Incomplete,
        }
        .into()
    }
}

impl From<NotACode> for HandfastError {
    fn from(_: NotACode) -> Self {
        ErrorKind::BadText.into()
    }
}

impl From<NotAServer> for HandfastError {
    fn from(_: NotAServer) -> Self {
        ErrorKind::NotAServer.into()
    }
}

impl From<StoreError> for HandfastError {
    fn from(error: StoreError) -> Self {
        ::log::warn!("the store: {error}");
        match error {
            StoreError::KeyStore(KeyStoreError::Locked) => ErrorKind::KeyStoreLocked,
            StoreError::KeyStore(KeyStoreError::Damaged)
            | StoreError::WrongKey
            | StoreError::KeyMissing => ErrorKind::KeyLost,
            StoreError::KeyStore(_) => ErrorKind::KeyStoreFailed,
            StoreError::Newer => ErrorKind::NewerVersion,
            StoreError::Full => ErrorKind::StorageFull,
            StoreError::TooMany => ErrorKind::TooMany,
            StoreError::TooLong => ErrorKind::TooLarge,
            StoreError::Unknown | StoreError::Over(EndReason::Revoked) => ErrorKind::NotNow,
            StoreError::Over(EndReason::Used) => ErrorKind::Taken,
            StoreError::Over(EndReason::Expired) => ErrorKind::Expired,
            StoreError::Over(EndReason::Burned) => ErrorKind::Burned,
            StoreError::Internal => ErrorKind::Internal,
            _ => ErrorKind::Storage,
        }
        .into()
    }
}

impl From<ExportError> for HandfastError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotAnExport | ExportError::AnswerAlone => ErrorKind::NotAnExport.into(),
            ExportError::Occupied => ErrorKind::NotNow.into(),
            ExportError::Seal(error) => error.into(),
            ExportError::Io(error) => error.into(),
            ExportError::Store(error) => error.into(),
        }
    }
}

impl From<StreamError> for HandfastError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Seal(error) => error.into(),
            StreamError::Io(error) => error.into(),
        }
    }
}

impl From<std::io::Error> for HandfastError {
    fn from(error: std::io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<Stopped>()) {
            return ErrorKind::Cancelled.into();
        }
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                ErrorKind::StorageFull
            }
            kind => {
                ::log::warn!("a file failed: {kind}");
                ErrorKind::Storage
            }
        }
        .into()
    }
}
