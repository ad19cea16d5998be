//! Everything that touches the network: sockets, ICE, DTLS and SCTP behind one [`Link`](handfast_protocol::link::Link).
//!
//! This crate knows nothing of people or messages. It is the only one that names the `rtc` crate: the
//! sans-IO protocols of webrtc-rs, driven by our own sockets and our own clock, because a host must
//! see who knocks before there is a connection, and keep its port while nobody does.

mod asked;
mod boxed;
mod certificate;
mod changes;
#[cfg(feature = "mdns")]
mod discovery;
mod dtls;
mod endpoint;
mod error;
mod firewall;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod guesses;
mod ice;
mod interfaces;
mod knock;
mod lookup;
mod mapping;
mod path_mtu;
mod port_guess;
mod reach;
mod reflexive;
mod sctp;
mod session;
mod socket;
mod taken;
mod tether;

pub use boxed::{BoxFuture, boxed};
pub use certificate::{TunnelCertificate, new_certificate};
pub use changes::AddressChanges;
#[cfg(feature = "mdns")]
pub use discovery::LocalNetwork;
pub use endpoint::{
    ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, Roaming, SeekSetup, Served,
};
pub use error::TransportError;
pub use firewall::lets_in;
pub use guesses::{guessed, guessed_before, guessing};
pub use interfaces::{Reach, local_addresses, told_addresses, ways_out};
pub use mapping::{AskRouter, PortMapping};
pub use reach::Reached;
pub use tether::{Tether, tie_sockets};
