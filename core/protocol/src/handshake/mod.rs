//! Who is there: the Noise handshake inside the first data channel, and the sealed channel after it.
//!
//! Everything here is pure: bytes in, bytes out. Nothing does I/O, reads a clock or starts a task;
//! who carries the messages, and how long to wait for them, is decided above. The one thing taken
//! from outside is the randomness of the ephemeral keys, which the Noise library fetches itself.
//!
//! In order: a [`Prologue`] fixes what both sides must agree on, [`Initiator`] (the guest) and
//! [`Responder`] (the host) exchange three messages, the resulting [`Channel`] seals everything that
//! follows, [`Ready`] is the first thing in it, and [`Trust`] says what all this proved. Where more is
//! wanted, an [`Attempt`] checks an answer, and two people compare a [`ShortString`].
//!
//! ```
//! use bytes::Bytes;
//! use handfast_protocol::handshake::{Initiator, Mode, Policy, Prologue, Responder, StaticKey};
//! use handfast_token::{Fingerprint, InvitationKeys, Secret};
//!
//! // Both hold the invitation, and each sees the certificates of this session.
//! let invitation = InvitationKeys::derive(&Secret::random()?);
//! let prologue = Prologue {
//!     mode: Mode::OneWay,
//!     policy: Policy::default(),
//!     invite_id: invitation.invite_id(),
//!     invitation_digest: [3; 32],
//!     reply_digest: None,
//!     host: Fingerprint([1; 32]),
//!     guest: Fingerprint([2; 32]),
//! };
//! let psk = invitation.noise_psk();
//! let (host, guest) = (StaticKey::new(Secret::random()?), StaticKey::new(Secret::random()?));
//!
//! let (initiator, first) = Initiator::start(&guest, &psk, &prologue)?;
//! let (responder, _, second) = Responder::respond(&host, &psk, &[prologue], &first)?;
//! let (mut at_guest, third) = initiator.finish(&second)?;
//! let mut at_host = responder.finish(&third)?;
//! assert_eq!(at_guest.peer, host.public());
//! assert_eq!(at_guest.channel.hash, at_host.channel.hash);
//!
//! let frame = at_guest.channel.sealer.seal(b"hello")?;
//! let body = at_host.channel.opener.open(frame.into())?;
//! assert_eq!(body, Bytes::from_static(b"hello"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod channel;
mod client;
mod comparison;
mod cpace;
mod extensions;
mod known;
mod name;
mod noise;
mod prologue;
mod ready;
mod trust;

pub use channel::{Channel, ChannelError, MAX_BODY, Opener, Sealer};
pub use client::{Client, ClientKind, Site};
pub use comparison::{Commitment, GuestComparison, HostComparison, SYMBOLS, ShortString};
pub use cpace::{Agreement, AnswerMessage, Attempt, Parties};
#[cfg(test)]
pub(crate) use known::known_by_hand;
pub use known::{KnownAttempt, KnownInitiator, respond_to_known};
pub use name::{at_most, folded, visible};
pub use noise::{
    Capabilities, Established, HandshakeError, Initiator, MAX_HANDSHAKE_MESSAGE, PublicKey,
    Responder, StaticKey,
};
pub use prologue::{Mode, Policy, Prologue};
pub use ready::{MAX_NAME, Ready, ReadyError};
pub use trust::{Flow, Trust, TrustLevel, TrustReason};
