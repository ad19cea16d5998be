//! How two people come together: the flow that a person sees, from invitation to an authenticated link.
//!
//! [`Host`] and [`Guest`] are state machines without sockets or clock: events and instants go in,
//! effects and what a screen shows come out; a driver carries them out. The way is the same every time:
//!
//! 1. The host makes an invitation and shows it ([`HostStage::Waiting`]).
//! 2. The guest scans or opens it and agrees to connect.
//! 3. The guest knocks; the host sees that they are here ([`HostStage::TheyAreHere`]).
//! 4. Where the networks allow it, the link opens: one scan was enough.
//! 5. Where they do not, the guest shows its reply ([`GuestView::ReplyNeeded`]) and the host scans it
//!    ([`HostStage::ScanTheirCode`]); both knock.
//! 6. Inside the link both prove that they hold the invitation, and say who they are
//!    ([`HostStage::Checking`], [`GuestStage::Checking`]).
//! 7. Where the invitation asks a question, the guest answers it ([`GuestView::Asking`]); nobody learns the
//!    answer, and three wrong ones burn the invitation.
//! 8. Both keep what they meet again by, and tell each other so.
//! 9. They talk.

mod ask;
mod cause;
mod failure;
mod guest;
mod host;
mod keeping;
mod newcomer;
mod replies;
mod view;

#[cfg(test)]
mod tests;

pub use crate::now::Now;
pub use cause::{Cause, Remedy, Signs};
pub use failure::Failure;
pub use guest::{Guest, GuestEffect, OtherInvitation, Tried};
pub use host::{Host, HostEffect, HostHistory, HostTerms, MOST_FORMS, Strikes};
pub use replies::{MOST_REPLIES, ReceivedReply};
pub use view::{GuestStage, GuestView, HostStage};

use crate::handshake::{Channel, Client, PublicKey, StaticKey, Trust};
use crate::reconnect::ReconnectKeys;
use bytes::Bytes;
use std::time::Duration;

/// How long the proofs inside an open link may take.
pub const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(15);

/// The length of a first Noise message: an ephemeral key and the tag of an empty payload.
pub(crate) const FIRST_MESSAGE: usize = 32 + 16;

/// Who this device is. It holds no certificate: one that is shown at two meetings would tell everybody on
/// the path that they are of the same device. Each invitation that is made, and each that is accepted,
/// gets one of its own.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The long-term key, shown only to somebody who holds the invitation.
    pub key: StaticKey,
    /// What this device calls itself; may be empty.
    pub name: String,
    /// What this device is, if it says so.
    pub client: Option<Client>,
}

/// How a token came to this device. Only the live camera shows that the people are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Provenance {
    /// Seen by the live camera on the other device's screen.
    Camera,
    /// Carried by something else: a messenger, a picture, a file, pasted text.
    Carried,
    /// Carried, but locked with an answer: it was opened by somebody who knows or guessed it.
    Locked,
}

/// Who comes first when a guest is announced while another one is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Whoever else is heard, or has an open link, stays; the one who is announced is next.
    Next,
    /// Whoever else is here gives way.
    Now,
}

/// Somebody who proved to hold the invitation, and the channel to them.
#[derive(Debug)]
pub struct AuthenticatedPeer {
    /// Their long-term key.
    pub key: PublicKey,
    /// What they call themselves; may be empty.
    pub name: String,
    /// What the way of meeting proves about them.
    pub trust: Trust,
    /// What they say they are.
    pub client: Option<Client>,
    /// What their clock said when they introduced themselves, in seconds since 1970 UTC.
    pub clock: u64,
    /// 2 if the guest's reply was needed, 1 if the invitation alone was enough.
    pub scans: u8,
    /// The sealed channel inside the link.
    pub channel: Channel,
    /// What the two find and recognise each other by when they meet again; both hold the same.
    pub reconnect: ReconnectKeys,
    /// The other side has said that it keeps what this one is met again by. If it has not, they cannot be.
    pub keeps_us: bool,
}

/// A message for the link.
pub(crate) type Outgoing = Bytes;
