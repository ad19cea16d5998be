//! Locking and opening files in a page.
//!
//! It is a module of its own, beside the one that holds a device: whoever locks or opens a file loads nothing
//! else, and a file that carries its own page can be small. Everything is in memory, and nothing is kept.

mod folder;
mod locking;
mod opening;

#[cfg(target_arch = "wasm32")]
mod bindings;

pub use folder::{Inside, NotAFolder, inside, pack};
pub use locking::{Advice, Code, Locked, NotLocked, Subject, advice, lock};
pub use opening::{NotOpened, SealedFile, said};

use handfast_seal::Limits;
use handfast_token::MOST_IN_PICTURE;

/// What a page spends on a container: what a phone does.
const LIMITS: Limits = Limits::PHONE;

/// The most bytes that are locked here: a page holds them whole.
pub const MOST_BYTES: usize = MOST_IN_PICTURE;
