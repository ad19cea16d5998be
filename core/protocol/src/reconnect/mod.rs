//! How two who have met come together again, without anything that a person carries.
//!
//! 1. [`FindingKey`] gives what both knock by, another one each hour: nothing that travels names the pair
//!    in two sessions an hour apart. It proves nothing.
//! 2. [`Generations`] are the secrets that prove who knocks: a new one at every return, kept so that no
//!    moment at which a device may die leaves the two without one in common.
//! 3. [`Reconnecting`] takes an open link to an authenticated channel that both sides have kept.
//! 4. A device that was restored from an old copy has none of these secrets in common any more; it is
//!    found all the same, and both persons are asked ([`ReconnectEffect::AskRestored`]).
//! 5. Where nothing of that finds, a person carries a *here* token once ([`FindingKey::seal_here`]).

mod failure;
mod finding;
mod generations;
mod here;
mod keys;
mod machine;
mod message;

#[cfg(test)]
mod tests;

pub use failure::ReconnectFailure;
pub use finding::{DtlsCookie, FindingKey, Rendezvous, RendezvousKeys, SideKeys, first_day};
pub use generations::Generations;
pub use here::{HERE_PACKETS, HERE_PACKETS_AN_ADDRESS, SpentHere};
pub use keys::ReconnectKeys;
pub use machine::{ReconnectEffect, ReconnectSetup, Reconnecting, RestoredClaim, Returned};
pub use message::{Message, MessageError};

use crate::handshake::PublicKey;
use handfast_token::Role;

/// Who of two contacts begins, which both know without a word: the one with the lower static key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// ICE-controlling, the DTLS client, and the initiator of Noise.
    Initiator,
    /// ICE-controlled, the DTLS server, and the responder of Noise.
    Responder,
}

impl Part {
    /// The part of whoever has the key `own` towards a contact with the key `peer`. Keys are compared byte
    /// by byte from the first.
    pub fn of(own: PublicKey, peer: PublicKey) -> Self {
        match own.0 < peer.0 {
            true => Self::Initiator,
            false => Self::Responder,
        }
    }

    /// The part of the other side.
    pub fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }

    /// The side in the channel: an initiator takes the place of a guest.
    pub fn role(self) -> Role {
        match self {
            Self::Initiator => Role::Guest,
            Self::Responder => Role::Host,
        }
    }

    fn to_byte(self) -> u8 {
        match self {
            Self::Initiator => 1,
            Self::Responder => 2,
        }
    }
}
