//! Handfast against people who mean harm: whoever sits on the network, carries the tokens, copies a
//! code, or is the other side. Everything runs over real sockets on loopback with real ICE, DTLS and
//! SCTP.
//!
//! - `people`: the honest host and guest, each with a device of their own, and the flows as a table.
//! - `wire`: the network between them in the hands of somebody without the invitation's secret;
//!   `forged`: what such a one writes.
//! - `middle`: the same with the secret: links to both sides, certificates of its own.
//! - `by_hand`: one side of the handshake, done by hand; `steps`: the same up to any step, which then
//!   goes wrong.
//!
//! The host sits on `::1` and the guest on `127.0.0.1` wherever somebody is between them: no
//! datagram can pass from one to the other except through the one in the middle.

#![allow(clippy::unwrap_used)] // helpers of tests

mod by_hand;
mod forged;
mod hostile_peer;
mod hostile_stack;
mod machine_in_the_middle;
mod middle;
mod people;
mod relay;
mod second_guest;
mod steps;
mod wire;
