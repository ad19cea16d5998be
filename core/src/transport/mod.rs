//! Everything that touches the network: sockets, ICE, DTLS and SCTP behind one [`Link`].
//!
//! This room knows nothing of people or messages. It is the only one that names the parts of
//! webrtc-rs: sans-IO protocols, driven by our own sockets and our own clock, because a host must
//! see who knocks before there is a connection, and keep its port while nobody does.

mod asked;
mod birthday;
mod certificate;
mod dtls;
mod endpoint;
mod error;
#[cfg(any(test, feature = "twins"))]
pub mod forwarder;
#[cfg(any(test, feature = "twins"))]
#[doc(hidden)]
pub mod fuzz;
mod guesses;
mod ice;
mod interfaces;
mod knock;
mod link;
mod mapping;
mod path_mtu;
mod reach;
mod reflexive;
mod sctp;
mod session;
mod socket;
mod stun_server;
mod survey;
mod taken;
#[cfg(any(test, feature = "twins"))]
pub mod twin;

pub use certificate::Certificate;
pub use endpoint::{ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, Roaming, Turn};
pub use error::TransportError;
pub use guesses::{Guessed, guessed, guessed_before, guessing};
pub use interfaces::{Reach, local_addresses};
pub use link::{
    Link, LinkCutter, LinkEnd, LinkError, LinkReceiver, LinkSender, LinkState, MAX_MESSAGE,
};
pub use mapping::{MappingError, PortMapping};
pub use reach::{AskRouter, Reached};
pub use reflexive::{Mapping, Outside, Translation, strict_address};
pub use stun_server::{NotAServer, StunServer};
pub use survey::{Chance, Family, Opening, Situation, Survey, Verdict};
