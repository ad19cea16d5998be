//! What tests and measurements put in place of the world: a link between two ends in memory, a bad path
//! between two sockets, an invitation that leads there, and a local network where devices find each other.

pub mod discovery;
pub mod forwarder;
pub mod invitation;
pub mod link;

pub use link::SplitMix64;
