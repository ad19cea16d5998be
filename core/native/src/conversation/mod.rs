//! A conversation on a real link and a real disk.
//!
//! What happens and when is decided by the machine of [`handfast_protocol::conversation`]; `run` drives it
//! on a [`Link`](handfast_protocol::link::Link), and `files` is the file store of a device with a disk. `carried` is the
//! disk of files that survive the connection.

mod carried;
mod files;
mod run;
#[cfg(test)]
mod tests;

pub use carried::Carrying;
pub(crate) use files::failed;
pub use files::{Space, ToSend, free_space};
pub use handfast_protocol::conversation::*;
pub use run::{Comparison, Conversation, Options};
