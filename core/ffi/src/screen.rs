//! What a screen shows, as the core knows it, in records.

use super::{DeliveryMode, ErrorKind, Handout, Remedy};
use handfast_native::{handshake, pairing};

/// The state of the one thing that is under way. Each is a screen of the app.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Screen {
    /// Nothing is under way.
    Idle,
    /// An invitation of this device is on its way to the screen, for some seconds: servers and the
    /// router are asked how it is reached from elsewhere, or it is being locked.
    Preparing {
        /// It was made before, and waits on if it is put aside. A new one is not kept yet.
        is_kept: bool,
    },
    /// This device's invitation is shown.
    Hosting {
        /// How far it is.
        stage: HostStage,
        /// While the guest is answering the question: how many answers may still be given.
        tries_left: Option<u8>,
        /// When it is too old, in seconds since 1970-01-01 UTC.
        expires_at: u64,
        /// How it is handed out.
        delivery: DeliveryMode,
        /// The invitation, in every form it is handed out in. It becomes another one when this
        /// device can be reached elsewhere; the earlier ones stay good.
        invitation: Handout,
        /// It may lead nowhere now, and is locked, so that only who knows the answer could make it
        /// anew: another invitation has to be made.
        is_outdated: bool,
        /// Why the guest whose reply came is not heard, most likely.
        cause: Option<Cause>,
    },
    /// An invitation was opened and the person is asked whether to connect. Nothing has been sent.
    InvitationOpened {
        /// What the host calls itself.
        name: Option<String>,
        /// What will be asked once connected. The host wrote it.
        question: Option<String>,
        /// How it came here, which is what it will prove.
        provenance: Provenance,
        /// When it is too old, in seconds since 1970-01-01 UTC; none if it seems to be.
        expires_at: Option<u64>,
    },
    /// This device knocks at the host's.
    Connecting {
        /// How far it is.
        stage: GuestStage,
        /// Why the host is not heard, most likely.
        cause: Option<Cause>,
    },
    /// This device's reply must reach the host. Knocking goes on.
    ReplyNeeded {
        /// The reply, in every form it is handed out in.
        reply: Handout,
        /// Why the host is not heard, most likely, where it is not that the reply is missing.
        cause: Option<Cause>,
    },
    /// The question has to be answered with [`Pairing::answer`](super::Pairing::answer).
    Asking {
        /// The question. It comes from the other side.
        question: String,
        /// How many answers may still be given.
        tries_left: u8,
        /// They said that the answer before was wrong.
        was_wrong: bool,
        /// An answer was given to somebody unverified within a day, or to them before. The person should
        /// read that each answer lets them test one guess.
        is_repeated: bool,
    },
    /// Both people see the same now, and say so with
    /// [`Conversation::compared`](super::Conversation::compared). The conversation goes on beneath.
    Comparing {
        /// Who is there.
        person: Person,
        /// Six pictographs.
        symbols: Vec<Pictograph>,
        /// The same as three groups of four digits.
        digits: Vec<String>,
    },
    /// The two are together.
    Talking {
        /// Who is there.
        person: Person,
        /// Whether the path is there.
        line: LinkStatus,
        /// Who would like to compare.
        wish: Wish,
        /// A limit that they have reached.
        reached: Option<Reached>,
    },
    /// It is over.
    Ended {
        /// Why.
        kind: ErrorKind,
        /// What to try next.
        remedy: Remedy,
    },
}

impl Screen {
    pub(super) fn ended(kind: ErrorKind) -> Self {
        Self::Ended {
            kind,
            remedy: kind.remedy(),
        }
    }
}

/// One of the 64 symbols of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Pictograph {
    /// To show, large.
    pub picture: String,
    /// Its English name, which is the key of its name in other languages.
    pub name: String,
}

/// What two people found when they compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Comparison {
    /// All is equal: nobody is in between, and trust rises to [`TrustReason::Compared`].
    Same,
    /// Something differs: somebody is in between. The conversation ends at once.
    Different,
    /// They did not compare.
    Later,
}

/// Who would like to compare. Nothing is shown before both do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Wish {
    /// Nobody has said so.
    Nobody,
    /// This person; the other one has not answered.
    Ours,
    /// The other person asks this one.
    Theirs,
}

/// A limit of what the other side may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Reached {
    /// As many messages as they may, or as long ones. More is held back until the person allows it with
    /// [`Conversation::allow_more`](super::Conversation::allow_more), or says that they compared.
    Messages,
    /// So many files wait for an answer that more are declined.
    Files,
}

/// How far a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum HostStage {
    /// Nobody has knocked.
    Waiting,
    /// Somebody who holds the invitation is here.
    TheyAreHere,
    /// They are here but the networks do not join by themselves: scan their code now.
    ScanTheirCode,
    /// Their code was not enough: the invitation leads further now, and they scan it once more.
    ShowAgain,
    /// The connection is open; both prove who they are.
    Checking,
    /// The guest is answering the question.
    Asking,
    /// This device has no network at the moment; it waits for one.
    Offline,
}

impl From<pairing::HostStage> for HostStage {
    fn from(stage: pairing::HostStage) -> Self {
        match stage {
            pairing::HostStage::Waiting => Self::Waiting,
            pairing::HostStage::TheyAreHere => Self::TheyAreHere,
            pairing::HostStage::ShowAgain => Self::ShowAgain,
            pairing::HostStage::ScanTheirCode => Self::ScanTheirCode,
            pairing::HostStage::Checking => Self::Checking,
            pairing::HostStage::Asking { .. } => Self::Asking,
        }
    }
}

/// How far a guest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum GuestStage {
    /// Knocking; nothing heard yet.
    Knocking,
    /// The host answered; the connection is being opened.
    Answered,
    /// The connection is open; both prove who they are.
    Checking,
    /// This device has no network at the moment; it waits for one.
    Offline,
}

impl From<pairing::GuestStage> for GuestStage {
    fn from(stage: pairing::GuestStage) -> Self {
        match stage {
            // That somebody else is there is said as the cause.
            pairing::GuestStage::Knocking | pairing::GuestStage::SlotTaken => Self::Knocking,
            pairing::GuestStage::Answered => Self::Answered,
            pairing::GuestStage::Checking => Self::Checking,
        }
    }
}

/// Why two do not reach each other, as far as one side can tell. Shells have one sentence for each,
/// with the one thing to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Cause {
    /// This device has no network.
    NoNetwork,
    /// Both are in one network, which keeps its devices apart.
    KeptApart,
    /// One has IPv4 only and the other IPv6 only.
    NoCommonFamily,
    /// This network lets no direct connections out.
    Blocked,
    /// Both networks hide where a device can be found.
    BothStrict,
    /// The networks do not join by themselves, and the reply has not come back.
    ReplyMissing,
    /// The invitation names only addresses of another network.
    OnlyLocal,
    /// One of the two networks hides where a device can be found, and no way past it was found. Both
    /// can ask for more: [`Pairing::try_harder`](super::Pairing::try_harder).
    OneStrict,
    /// One of the two networks hides where a device can be found. Once they have the reply, this side
    /// can ask for more: [`Pairing::try_harder`](super::Pairing::try_harder).
    StrictUnreplied,
    /// The other side seems to be gone.
    Gone,
    /// The host is there, and is with somebody else who holds the invitation. Knocking goes on, and
    /// succeeds when they leave.
    SeatTaken,
}

impl From<pairing::Cause> for Cause {
    fn from(cause: pairing::Cause) -> Self {
        match cause {
            pairing::Cause::NoNetwork => Self::NoNetwork,
            pairing::Cause::KeptApart => Self::KeptApart,
            pairing::Cause::NoCommonFamily => Self::NoCommonFamily,
            pairing::Cause::Blocked => Self::Blocked,
            pairing::Cause::BothStrict => Self::BothStrict,
            pairing::Cause::ReplyMissing => Self::ReplyMissing,
            pairing::Cause::OnlyLocal => Self::OnlyLocal,
            pairing::Cause::OneStrict => Self::OneStrict,
            pairing::Cause::StrictUnreplied => Self::StrictUnreplied,
            pairing::Cause::Gone => Self::Gone,
        }
    }
}

/// How something came to this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Provenance {
    /// Seen by the live camera on the other device's screen.
    Camera,
    /// Carried by something else: a messenger, a picture, a file, pasted text.
    Carried,
    /// Carried, but locked with an answer.
    Locked,
}

impl From<Provenance> for pairing::Provenance {
    fn from(provenance: Provenance) -> Self {
        match provenance {
            Provenance::Camera => Self::Camera,
            Provenance::Carried => Self::Carried,
            Provenance::Locked => Self::Locked,
        }
    }
}

impl From<pairing::Provenance> for Provenance {
    fn from(provenance: pairing::Provenance) -> Self {
        match provenance {
            pairing::Provenance::Camera => Self::Camera,
            pairing::Provenance::Carried => Self::Carried,
            pairing::Provenance::Locked => Self::Locked,
        }
    }
}

/// Somebody who was met.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// What they call themselves, safe to show on one line; may be empty.
    pub name: String,
    /// How far to trust that it is them.
    pub level: TrustLevel,
    /// Why.
    pub reason: TrustReason,
}

impl Person {
    pub(super) fn new(name: &str, trust: handshake::Trust) -> Self {
        Self {
            name: handshake::visible(name),
            level: trust.level().into(),
            reason: trust.reason().into(),
        }
    }

    /// Somebody in between, by what they called themselves.
    pub(super) fn refused(name: &str) -> Self {
        Self {
            name: handshake::visible(name),
            level: TrustLevel::Unverified,
            reason: TrustReason::Different,
        }
    }
}

/// How far to trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TrustLevel {
    /// Nothing was proved about who this is.
    Unverified,
    /// Somebody known vouches for them.
    Introduced,
    /// They knew an answer.
    AnswerChecked,
    /// Seen in person, or compared.
    Verified,
}

impl From<handshake::TrustLevel> for TrustLevel {
    fn from(level: handshake::TrustLevel) -> Self {
        match level {
            handshake::TrustLevel::Unverified => Self::Unverified,
            handshake::TrustLevel::Introduced => Self::Introduced,
            handshake::TrustLevel::AnswerChecked => Self::AnswerChecked,
            handshake::TrustLevel::Verified => Self::Verified,
        }
    }
}

/// Why we trust as far as we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TrustReason {
    /// The invitation went openly through a messenger: whoever saw or carried it could be this.
    OpenLink,
    /// Somebody who saw the code on our screen.
    SawTheCode,
    /// The question was theirs, and we answered it: whoever chose it knows the answer.
    TheirQuestion,
    /// The same, and the person says that only who they mean would ask that. It proves nothing.
    ByYourWord,
    /// Somebody known introduced them.
    Introduced,
    /// They opened an invitation that was locked with an answer.
    LockedLink,
    /// They knew the answer, asked where nobody can try twice unseen.
    Answered,
    /// The live camera read their screen.
    Scanned,
    /// Both people compared and found the same.
    Compared,
    /// Two people compared and found a difference: somebody in between, who is not let in again.
    Different,
}

impl From<handshake::TrustReason> for TrustReason {
    fn from(reason: handshake::TrustReason) -> Self {
        match reason {
            handshake::TrustReason::OpenLink => Self::OpenLink,
            handshake::TrustReason::SawTheCode => Self::SawTheCode,
            handshake::TrustReason::TheirQuestion => Self::TheirQuestion,
            handshake::TrustReason::ByYourWord => Self::ByYourWord,
            handshake::TrustReason::IntroducedBy(_) => Self::Introduced,
            handshake::TrustReason::LockedLink => Self::LockedLink,
            handshake::TrustReason::Answered => Self::Answered,
            handshake::TrustReason::Scanned => Self::Scanned,
            handshake::TrustReason::Compared => Self::Compared,
        }
    }
}

/// Whether there is a path to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LinkStatus {
    /// It is there.
    Up,
    /// It is silent. What is sent now waits.
    Interrupted,
}
