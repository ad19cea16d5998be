//! The one facade that the phones see: records and enums for what a screen shows, a few objects for
//! doing, one error with coarse kinds.
//!
//! It translates what the device (`handfast_native`) is told and tells, and decides nothing of its own. No text for people comes from here: shells have a sentence for each
//! [`ErrorKind`], [`Screen`] and [`Remedy`]. Whatever a shell does wrong, from an exception in a listener
//! to a path that is not there, ends in an error; so does a panic in the core.
//!
//! - [`Handfast`] is this device. [`Pairing`] begins [`Session`]s, any number at once: each brings this
//!   device together with one other, from an invitation to the last word of a conversation. [`Sealing`]
//!   locks things with questions and answers.
//! - What waits for another person, and who was met, outlives the process: [`Pairing::pending`] and
//!   [`Handfast::people`] list it after the next start.
//! - What happens is told to the one [`Listener`], in order, as a [`Change`].
//! - [`Handfast::export`] writes this device for another phone, and [`Export`] makes one of what another wrote.
//! - [`KeyStore`] is the phone's key store, [`Discovery`] its name service, [`LogSink`] its log.
//! - Work that takes long returns a handle with `cancel()`; dropping the handle cancels too, because
//!   Swift does not cancel a Rust future by itself.
//!
//! This crate is the only one that names uniffi. The scaffolding that uniffi writes is unsafe code,
//! which the compiler's `unsafe_code` lint passes over because it stands in another crate's macro;
//! code written here is held to the lint like any other.

uniffi::setup_scaffolding!("handfast");

mod bound;
mod bridge;
mod bundle;
mod contact;
mod discovery;
mod entry;
mod error;
mod foreign;
mod guard;
mod handfast;
mod keys;
mod limits;
mod links;
mod log;
mod moving;
mod networks;
mod pairing;
mod pending;
mod preferences;
mod question;
mod scan;
mod screen;
mod sealing;
mod search;
mod session;
mod survey;
#[cfg(test)]
mod tests;
mod token;

pub use bound::{
    Cause, Chance, DeliveryMode, Finding, GuestStage, HostStage, Provenance, Reachability, Reached,
    RestoredClaim, Role, Situation, TrustLevel, Wish,
};
pub use bundle::{Bundle, TakenIn};
pub use contact::{Contact, Way};
pub use discovery::{Discovery, Finder, Service, service_type};
pub use entry::{Entry, FileState, Mark, Note, Quote, Reaction};
pub use error::{ErrorKind, HandfastError, Remedy, remedy_of};
pub use foreign::{
    CallbackError, Change, KeyStore, KeyStoreError, Listener, LogLevel, LogSink, Networks,
};
pub use handfast::{Handfast, Settings};
pub use limits::{Limits, usual_limits};
pub use log::{log_to, log_to_platform};
pub use moving::{Export, Exported, asked_by_export};
pub use networks::tie_sockets;
pub use pairing::{Pairing, Protection};
pub use pending::Pending;
pub use preferences::{Preferences, usual_servers};
pub use question::{Asked, Questions, Standing};
pub use scan::{Scanner, read_text};
pub use screen::{Person, Pictograph, Screen, TrustReason};
pub use sealing::{
    About, Answered, Code, Opened, Progress, Sealed, SealedKind, Sealing, SealingHandle, Strength,
    most_questions, strength_of,
};
pub use search::{Hit, Search};
pub use session::{Session, UnderWay};
pub use survey::{NetworkReport, Outlook, PortAnswer};
pub use token::{Found, FoundKind, Handout, Symbol, draw, draw_png, file_of};
