//! What tests and measurements put in place of the world: a link between two ends in memory, a bad path
//! between two sockets, a handshake over the one and an invitation that leads through the other, and a local
//! network where devices find each other.

pub mod discovery;
pub mod forwarder;
pub mod handshake;
pub mod invitation;
pub mod link;

pub use link::{SplitMix64, seeds};
