//! Small networks: people who know each other write together, and hold the same, whatever the lines do.
//!
//! Each member writes a log of their own and signs it, so anybody can pass on what anybody wrote. What
//! counts, who is a member and what stands in the shared graph follow from the set of valid entries and the
//! time alone, in whatever order they came. The founder's entries decide who is removed; there is no room
//! secret.
//!
//! There is no disk, no clock and no socket here: what is to be kept comes out, times go in as milliseconds
//! since 1970-01-01 UTC.
//!
//! ```
//! use handfast_protocol::handshake::StaticKey;
//! use handfast_protocol::log::Kind;
//! use handfast_room::{Adders, Certificate, Draft, Founding, History, Room, SigningKey};
//! use handfast_token::Secret;
//!
//! let key = SigningKey::new(Secret::random()?);
//! let static_key = StaticKey::new(Secret::random()?).public();
//! let now = 1_790_000_000_000;
//! let founding = Founding {
//!     random: [7; 16],
//!     certificate: Certificate::new(static_key, &key, [0; 32]),
//!     name: "Garden".to_owned(),
//!     history: History::All,
//!     adders: Adders::Keepers,
//!     entries: 5_000,
//!     time: now,
//! };
//! let (mut room, mut disk) = Room::found(founding.clone(), &key, &Secret::random()?)?;
//! let text = Draft::new(Kind::TEXT, b"Hello".to_vec());
//! // It is kept before it is sent.
//! disk.extend(room.write(now + 1_000, &key, &text, &Secret::random()?)?);
//!
//! let again = Room::load(founding, disk);
//! assert_eq!(again.heads(), room.heads());
//! assert_eq!(again.acting(now + 1_000).len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod acting;
mod body;
mod certificate;
mod chain;
mod clock;
mod entry;
mod erase;
mod exchange;
mod graph;
mod intake;
mod log;
mod malformed;
mod membership;
mod path;
mod put;
mod room;
mod run;
mod signing;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use acting::Acting;
pub use body::{Adders, Body, Founding, History, MAX_NAME, MAX_POINTS};
pub use certificate::Certificate;
pub use chain::RoomId;
pub use clock::{AHEAD, HybridClock};
pub use entry::{Content, Entry, Header, MAX_STRUCTURE, Point, Reference, kind};
pub use exchange::{
    Exchange, HeadRow, MAX_NOW, MAX_PART, MAX_PLACES, MAX_ROWS, Message, Piece, RoomFault, Step,
};
pub use graph::{Found, Graph, MAX_CONFLICTS, MONTH};
pub use intake::Received;
pub use log::{LogId, MAX_ENDS};
pub use malformed::Malformed;
pub use membership::{INCARNATIONS, MAX_INDEX_BYTES, MAX_LOG_BYTES, Person};
pub use path::{MAX_PATH, Path};
pub use put::{Change, Index, MAX_OPERATIONS, MAX_SEEN, Operation, Seen};
pub use room::{HeldValue, Room, Row, ValueId, Write};
pub use run::{FalseSignature, MAX_INLINE, MAX_RUN, MAX_RUN_ENTRIES, Run};
pub use signing::{AuthorKey, Signature, SigningKey};
pub use value::{MAX_TEXT, Value};
pub use write::{Draft, WriteError};
