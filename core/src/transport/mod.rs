//! Everything that touches the network: sockets, ICE, DTLS and SCTP behind one [`Link`].
//!
//! This room knows nothing of people or messages. It is the only one that names the `rtc` crate.

mod link;
#[cfg(any(test, feature = "twins"))]
pub mod twin;

pub use link::{Link, LinkEnd, LinkError, LinkReceiver, LinkSender, LinkState, MAX_MESSAGE};
