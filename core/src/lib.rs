//! Handfast's core: an encrypted connection between two devices with nobody in the middle.
//!
//! The rooms, in the order in which a connection walks through them: [`invitation`] is what two
//! people hand each other, [`qr`] draws and reads it, [`transport`] moves datagrams, [`handshake`]
//! proves who is there, [`pairing`] joins these into the flow a person sees, and [`conversation`]
//! carries messages and files. Beside that way, [`seal`] locks anything with a question and an answer,
//! and [`store`] keeps what must outlive the process. [`device`] joins all this into what one device does
//! for its person, whatever shell shows it. Below all of them are [`crypto`] and [`private`],
//! which makes files that are their owner's alone.
//! Imports run down this list's dependencies only.

#[cfg(feature = "ffi")]
uniffi::setup_scaffolding!("handfast");

pub mod conversation;
pub mod crypto;
pub mod device;
#[cfg(feature = "ffi")]
pub mod ffi;
pub mod handshake;
pub mod invitation;
pub mod pairing;
pub mod private;
pub mod qr;
pub mod seal;
pub mod store;
pub mod transport;

#[cfg(test)]
mod vectors;
