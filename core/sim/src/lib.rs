//! What tests and measurements put in place of the world: a link between two ends in memory, a bad path
//! between two sockets, and an invitation that leads there.

pub mod forwarder;
pub mod invitation;
pub mod link;

pub use link::SplitMix64;
