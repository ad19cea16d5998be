//! A device in a page.
//!
//! [`Page`] owns a [`Device`](handfast_device::Device) and its conversations. What a person does and what
//! the browser's connections tell go in; [`Deed`]s come out, which the page carries out one after the other.
//! It is the driver that `native` is elsewhere, and decides as little: an `RTCPeerConnection` stands in the
//! place of sockets, ICE, DTLS and SCTP, and [`description`] writes the offers and answers by which two
//! browsers would agree, as the other side has none.
//!
//! What is kept lies in the image of a store (`keeping`), which the page writes into the browser's database. Where a
//! browser lets a page keep nothing, or the person does not want it, a session has a long-term key of its own and ends
//! with the page. What waits for the other side goes on when the page is loaded anew, in its tab.

mod carried;
pub mod description;
mod files;
mod keeping;
mod moving;
mod page;
mod screen;
mod talk;
mod waiting;

#[cfg(target_arch = "wasm32")]
mod bindings;

pub use files::{Chosen, FileDeed, Told};
pub use moving::{Arrived, NotMoved, Packed, not_moved};
pub use page::{About, Deed, Guard, NotDone, Page, Sought, What};
pub use screen::{
    Choice, Comparison, FileLine, Line, Person, Reacted, Screen, not_done, refused, unwritten,
};
