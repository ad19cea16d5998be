//! Symbols: drawing a text as a QR code (ISO/IEC 18004) and reading one from a camera or a file.
//!
//! [`Symbol`] draws; [`Scanner`] reads the frames of a camera, one small budget per frame, and
//! [`scan_picture`] reads a picture file with everything it has. The room sees texts and pixels
//! only: it never learns what a text means, never opens a file or a camera, and a hostile picture
//! ends in an error, not in a panic.

mod bend;
mod draw;
mod fence;
mod filter;
mod ladder;
mod luma;
mod picture;
mod reader;
mod render;
mod scan;
#[cfg(any(test, feature = "twins"))]
pub mod twin;

pub use draw::{Correction, DrawError, Symbol};
pub use ladder::Rung;
pub use luma::FrameError;
pub use picture::{PictureError, scan_picture};
pub use render::{QUIET_ZONE, Style};
pub use scan::{Reading, Scanner, scan};
