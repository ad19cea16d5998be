//! Types of the crates below that cross the boundary as they are: these are the very types, and what is
//! written here tells uniffi their shape. A shape that differs does not compile.

pub use handfast_native::conversation::Finding;
pub use handfast_native::device::{DeliveryMode, Provenance, Reached, Role, Wish};
pub use handfast_native::handshake::TrustLevel;
pub use handfast_native::network::{Chance, Reachability, Situation};
pub use handfast_native::pairing::{Cause, GuestStage, HostStage};
pub use handfast_native::reconnect::RestoredClaim;

/// How an invitation is handed out.
#[uniffi::remote(Enum)]
pub enum DeliveryMode {
    /// Only ever shown on this screen. Good for ten minutes.
    Show,
    /// Sent by something else, which may read it. Good for a day.
    Send,
}

/// On which side of an invitation this device is.
#[uniffi::remote(Enum)]
pub enum Role {
    /// It made the invitation.
    Host,
    /// It accepted somebody else's.
    Guest,
}

/// How something came to this device.
#[uniffi::remote(Enum)]
pub enum Provenance {
    /// Seen by the live camera on the other device's screen.
    Camera,
    /// Carried by something else: a messenger, a picture, a file, pasted text.
    Carried,
    /// Carried, but locked with an answer.
    Locked,
}

/// How far a host is.
#[uniffi::remote(Enum)]
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
    Asking {
        /// How many answers may still be given.
        tries_left: u8,
    },
}

/// How far a guest is.
#[uniffi::remote(Enum)]
pub enum GuestStage {
    /// Knocking; nothing heard yet.
    Knocking,
    /// Knocking, while somebody else who holds the invitation is with the host. It succeeds when they
    /// leave.
    SlotTaken,
    /// The host answered; the connection is being opened.
    Answered,
    /// The connection is open; both prove who they are.
    Checking,
}

/// Why two do not reach each other, as far as one side can tell. Shells have one sentence for each,
/// with the one thing to try.
#[uniffi::remote(Enum)]
pub enum Cause {
    /// This device has no network.
    NoNetwork,
    /// Both are in one network, which keeps its devices apart.
    KeptApart,
    /// Nobody came, and the firewall of this device seems to let in only whoever was sent to before.
    Firewall,
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
    /// can ask for more: [`Session::try_harder`](super::Session::try_harder).
    OneStrict,
    /// One of the two networks hides where a device can be found. Once they have the reply, this side
    /// can ask for more: [`Session::try_harder`](super::Session::try_harder).
    StrictUnreplied,
    /// The other side seems to be gone.
    Gone,
}

/// How far to trust.
#[uniffi::remote(Enum)]
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

/// What two devices say that have no secret in common any more.
#[uniffi::remote(Record)]
pub struct RestoredClaim {
    /// What the other side calls itself; a claim, and may be empty.
    pub name: String,
    /// They say that theirs was restored from a copy.
    pub theirs: bool,
    /// This device was restored from a copy. If neither was, somebody uses a copy, or has used one.
    pub ours: bool,
}

/// Who would like to compare. Nothing is shown before both do.
#[uniffi::remote(Enum)]
pub enum Wish {
    /// Nobody has said so.
    Nobody,
    /// This person; the other one has not answered.
    Ours,
    /// The other person asks this one.
    Theirs,
}

/// What two people found when they compared.
#[uniffi::remote(Enum)]
pub enum Finding {
    /// All is equal: nobody is in between, and trust rises to
    /// [`TrustReason::Compared`](super::TrustReason::Compared).
    Same,
    /// Something differs: somebody is in between. The conversation ends at once.
    Different,
    /// They did not compare.
    Later,
}

/// A limit of what the other side may send.
#[uniffi::remote(Enum)]
pub enum Reached {
    /// As many messages as they may. More is held back until the person allows it with
    /// [`Session::allow_more`](super::Session::allow_more), or says that they compared.
    Messages,
    /// As much text as they may; the same follows.
    Text,
    /// So many files wait for an answer that more are declined.
    Files,
}

/// How far this device can be reached in one family of addresses.
#[uniffi::remote(Enum)]
pub enum Reachability {
    /// It has no address of this family.
    Absent,
    /// Servers were asked and none was heard.
    Silent,
    /// Its router shows a different port to everybody.
    AddressDependent,
    /// Too little is known.
    Unknown,
    /// Its router shows the same address to everybody, and lets in whoever was sent to.
    EndpointIndependent,
    /// Its address is public.
    Public,
    /// Its router leads everybody in through a port that it opens.
    Open,
}

/// With whom a connection is wanted.
#[uniffi::remote(Enum)]
pub enum Situation {
    /// Somebody in the same network.
    SameNetwork,
    /// Somebody elsewhere who opens an invitation of this device, and nothing comes back.
    OneScan,
    /// The same, and their reply comes back. Their network is an ordinary one.
    TwoScans,
    /// The same, and their network shows a different port to everybody.
    StrictThere,
    /// Somebody in another part of the same router's network, as on a Wi-Fi for guests.
    SameRouter,
}

/// How likely it works.
#[uniffi::remote(Enum)]
pub enum Chance {
    /// It does not.
    No,
    /// On few routers.
    Unlikely,
    /// Too little is known.
    Unknown,
    /// On most networks.
    Likely,
    /// It does.
    Yes,
}
