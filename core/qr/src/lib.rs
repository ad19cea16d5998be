//! Symbols: drawing a text as a QR code (ISO/IEC 18004) and reading one from a camera or a file.
//!
//! [`Symbol`] draws; [`Scanner`] reads the frames of a camera, one small budget per frame, and
//! [`scan_picture`] reads a picture file with everything it has; both give every symbol. The crate sees texts and pixels
//! only: it never learns what a text means, never opens a file or a camera, and a hostile picture
//! ends in an error, not in a panic. Whoever does only one of both names its feature, `draw` or `read`.
//!
//! ```
//! # #[cfg(all(feature = "draw", feature = "read"))]
//! # {
//! use handfast_qr::{Symbol, scan_picture};
//!
//! let symbol = Symbol::draw("https://example.org/#a-token")?;
//! let readings = scan_picture(&symbol.to_png(4))?;
//! assert_eq!(readings[0].text, "https://example.org/#a-token");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "read")]
mod animation;
#[cfg(feature = "read")]
mod bare;
#[cfg(feature = "read")]
mod bend;
#[cfg(feature = "read")]
mod decode;
#[cfg(feature = "draw")]
mod draw;
#[cfg(feature = "read")]
mod fence;
#[cfg(feature = "read")]
mod filter;
#[cfg(feature = "read")]
mod finder;
#[cfg(feature = "read")]
mod found;
#[cfg(feature = "read")]
mod gaps;
#[cfg(feature = "read")]
mod jpeg;
#[cfg(feature = "read")]
mod ladder;
#[cfg(feature = "read")]
mod luma;
#[cfg(feature = "read")]
mod noise;
#[cfg(feature = "read")]
mod picture;
#[cfg(feature = "read")]
mod reader;
#[cfg(feature = "draw")]
mod render;
#[cfg(feature = "read")]
mod scan;
#[cfg(feature = "read")]
mod svg;
#[cfg(feature = "read")]
mod threshold;
#[cfg(feature = "read")]
mod webp;

#[cfg(feature = "draw")]
pub use draw::{Correction, DrawError, Symbol};
#[cfg(feature = "read")]
pub use ladder::Rung;
#[cfg(feature = "read")]
pub use luma::FrameError;
#[cfg(feature = "read")]
pub use picture::{PictureError, scan_picture, scan_picture_for};
#[cfg(feature = "draw")]
pub use render::{QUIET_ZONE, Style};
#[cfg(feature = "read")]
pub use scan::{Reading, Scanner, scan};

/// The simulated camera photographs symbols of the crate that is tested, too.
#[cfg(test)]
impl handfast_camera::Modules for Symbol {
    fn width(&self) -> usize {
        Symbol::width(self)
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        Symbol::is_dark(self, x, y)
    }
}
