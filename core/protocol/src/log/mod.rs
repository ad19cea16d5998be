//! A conversation that lasts: two logs, one for each person, of which both devices have a copy.
//!
//! Each person writes their own log and nobody else does. An entry has its place by a chain of hashes
//! ([`chain`]), so two devices agree on a whole log if they agree on its last hash; it has its place on
//! the screen by [`Place`], the same on both sides. Nothing is signed: the channel proves who sent an
//! entry, and nobody can prove it to a third.
//!
//! Data goes one way: a [`Draft`] becomes a [`Row`] in the [`Ledger`], the row goes to the disk, an
//! [`Exchange`] sends it, or a [`Bundle`] carries it; the other side's ledger judges it, it goes to the
//! disk there, and only then it is acknowledged. [`Transcript`] shows rows, wherever they came from. What
//! was written since a copy of this device was made is given back by the other side, and known again by a
//! tag that only its writer can make.
//!
//! There is no disk and no clock here. Rows and requests come out for whoever keeps them, times go in as
//! milliseconds since 1970-01-01 UTC.
//!
//! ```
//! use handfast_protocol::handshake::StaticKey;
//! use handfast_protocol::log::{Author, Body, Draft, Ledger, LogKeys, Received};
//! use handfast_token::Secret;
//!
//! let (ana, ben) = (StaticKey::new(Secret::random()?), StaticKey::new(Secret::random()?));
//! let mut at_ana = Ledger::new(LogKeys::new(&ana, ben.public()));
//! let mut at_ben = Ledger::new(LogKeys::new(&ben, ana.public()));
//!
//! let now = 1_790_000_000_000;
//! let draft = Draft::new(&Body::Text("Hello".to_owned()), None, None)?;
//! let rows = at_ana.append(now, &draft, &Secret::random()?)?;
//! // The first row of an incarnation, and the text. They are kept before they are sent.
//! assert_eq!(rows.len(), 2);
//!
//! for row in rows {
//!     let mut arrival = row.arrival();
//!     arrival.author = Author::Peer;
//!     let Received::New(kept) = at_ben.receive(now, arrival)? else { panic!() };
//!     assert_eq!(kept.hash, row.hash);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod bundle;
pub mod chain;
mod entry;
mod exchange;
mod fault;
mod intake;
mod lacking;
mod ledger;
mod locked;
mod message;
mod order;
mod record;
mod row;
mod saved;
#[cfg(test)]
mod tests;
mod transcript;

pub use body::{
    Body, Draft, DraftError, FileBody, FolderBody, MAX_ENTRY_NAME, MAX_MEDIA_TYPE, MAX_PREVIEW,
    MAX_REACTION, Predecessor, Root, Unreadable,
};
pub use bundle::{Bundle, BundleError, Import, Imported, Packing};
pub use chain::{ChainHash, LogKeys};
pub use entry::{
    BadEntry, Content, Entry, Header, Incarnation, Kind, Life, MAX_ENTRY, MAX_ENTRY_BODY, ReplyTo,
    Whose,
};
pub use exchange::{Event, Exchange, Request};
pub use fault::{AppendError, Fault};
pub use intake::WINDOW;
pub use ledger::{HeadsNews, Ledger, Looked, MAX_INCARNATIONS, MAX_LINES, Received};
pub use locked::LockedText;
pub use message::{Heads, Malformed, Message};
pub use order::Place;
pub use record::MAX_RECORD;
pub use row::{Arrival, Author, LogId, Row, Tip};
pub use saved::{Damaged, Head, Marks, Point, Saved};
pub use transcript::{Agreement, Item, Quote, Shown, Transcript};
