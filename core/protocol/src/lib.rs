//! The protocol beneath every face: who is there, and how two people come together.
//!
//! Everything here is a machine or plain data. No crate above decides about trust, and this one opens no
//! socket, no file and no clock: whoever carries the bytes is handed in ([`link`]), and events and
//! instants go in where something can wait or fail.
//!
//! - [`handshake`] proves who is at the other end of a link, and seals what is said there.
//! - [`pairing`] is the way from an invitation to an authenticated link.
//! - [`reconnect`] is how two who have met come together again by themselves.
//! - [`discovery`] is how they find each other in one local network.
//! - [`question`] is how one of them makes sure who the other is.
//! - [`conversation`] carries texts and files on such a link.
//! - [`mod@log`] is a conversation that lasts: what both wrote, in an order, on both disks.
//! - [`transfer`] carries files that survive any number of links.
//! - [`link`] is what the machines see of a network; [`certificate`] what a network is known by.
//! - [`network`] judges what a network lets through; [`Now`] is what clocks say.

pub mod certificate;
pub mod conversation;
pub mod discovery;
mod file;
pub mod handshake;
pub mod link;
pub mod log;
pub mod network;
mod now;
pub mod pairing;
pub mod question;
pub mod reconnect;
#[cfg(feature = "serde")]
mod serialized;
pub mod transfer;

pub use now::Now;

#[cfg(test)]
#[path = "../../../tests/src/vectors.rs"]
mod vectors;
