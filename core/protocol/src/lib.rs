//! The protocol beneath every face: who is there, and how two people come together.
//!
//! Everything here is a machine or plain data. No crate above decides about trust, and this one opens no
//! socket, no file and no clock: whoever carries the bytes is handed in ([`link`]), and events and
//! instants go in where something can wait or fail.
//!
//! - [`handshake`] proves who is at the other end of a link, and seals what is said there.
//! - [`pairing`] is the way from an invitation to an authenticated link.
//! - [`conversation`] carries texts and files on such a link.
//! - [`transfer`] carries files that survive any number of links.
//! - [`link`] is what the machines see of a network; [`certificate`] what a network is known by.
//! - [`network`] judges what a network lets through.

pub mod certificate;
pub mod conversation;
pub mod handshake;
pub mod link;
pub mod network;
pub mod pairing;
#[cfg(feature = "serde")]
mod serialized;
pub mod transfer;

#[cfg(test)]
#[path = "../../../tests/src/vectors.rs"]
mod vectors;
