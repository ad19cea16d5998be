//! Small networks: people who know each other write together, and hold the same, whatever the lines do.
//!
//! Each member writes a log of their own and signs it, so anybody can pass on what anybody wrote. What
//! counts, who is a member and what stands in the shared graph follow from the set of valid entries and the
//! time alone, in whatever order they came. The founder's entries decide who is removed; there is no room
//! secret.
//!
//! There is no disk, no clock and no socket here: what is to be kept comes out, times go in as milliseconds
//! since 1970-01-01 UTC.

mod body;
mod certificate;
mod chain;
mod clock;
mod entry;
mod malformed;
mod path;
mod put;
mod run;
mod signing;
#[cfg(test)]
mod tests;
mod value;

pub use body::{Adders, Body, Founding, History, MAX_NAME, MAX_POINTS};
pub use certificate::Certificate;
pub use chain::RoomId;
pub use clock::{AHEAD, HybridClock};
pub use entry::{Content, Entry, Header, MAX_STRUCTURE, Point, Reference, kind};
pub use malformed::Malformed;
pub use path::{MAX_PATH, Path};
pub use put::{Change, Index, MAX_OPERATIONS, MAX_SEEN, Operation, Seen};
pub use run::{FalseSignature, MAX_INLINE, MAX_RUN, MAX_RUN_ENTRIES, Run};
pub use signing::{AuthorKey, Signature, SigningKey};
pub use value::{MAX_TEXT, Value};
