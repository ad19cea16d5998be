//! What tests and measurements put in place of the world: a link between two ends in memory, and a bad
//! path between two sockets.

pub mod forwarder;
pub mod link;

pub use link::SplitMix64;
