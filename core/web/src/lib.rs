//! A device in a page.
//!
//! [`Page`] owns a [`Device`](handfast_device::Device) and its conversations. What a person does and what
//! the browser's connections tell go in; [`Deed`]s come out, which the page carries out one after the other.
//! It is the driver that `native` is elsewhere, and decides as little: an `RTCPeerConnection` stands in the
//! place of sockets, ICE, DTLS and SCTP, and [`description`] writes the offers and answers by which two
//! browsers would agree, as the other side has none.
//!
//! Nothing is kept: each session has a long-term key of its own, and ends with the page. Only what waits for the other
//! side goes on when the page is loaded anew.

pub mod description;
mod files;
mod page;
mod screen;
mod talk;
mod waiting;

#[cfg(target_arch = "wasm32")]
mod bindings;

pub use files::{Chosen, FileDeed, Told};
pub use page::{Deed, Guard, NotDone, Page, Sought, What};
pub use screen::{Choice, Comparison, FileLine, Line, Screen, not_done, refused};
