//! From a text to a module matrix: which segments, which version, which error correction.
//!
//! A symbol is read from further away the fewer modules it has, so the version is the smallest
//! that holds the text at the lowest error correction, and the correction is then raised as far as
//! that same version allows. Pixels and characters are made in [`super::render`].

use qrcode::bits::Bits;
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode, QrResult, Version};

/// ECI assignment number of UTF-8 (AIM ECI, part 3). ASCII texts go without it.
const ECI_UTF8: u32 = 26;

/// The largest version of ISO/IEC 18004.
const LARGEST_VERSION: i16 = 40;

/// Error correction level: how much of a symbol may be unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Correction {
    /// About 7 % of the codewords.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

impl Correction {
    const RISING: [Self; 4] = [Self::L, Self::M, Self::Q, Self::H];

    fn level(self) -> EcLevel {
        match self {
            Self::L => EcLevel::L,
            Self::M => EcLevel::M,
            Self::Q => EcLevel::Q,
            Self::H => EcLevel::H,
        }
    }
}

/// Why a text cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// There is nothing to draw.
    #[error("an empty text has no symbol")]
    Empty,
    /// Not even version 40 at the lowest correction holds the text.
    #[error("the text of {bytes} bytes does not fit into a symbol; share it as a link or a file")]
    TooLong {
        /// Length of the text in UTF-8.
        bytes: usize,
    },
}

/// A QR code as a square of dark and light modules, without its quiet zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Symbol {
    version: u8,
    correction: Correction,
    width: usize,
    dark: Vec<bool>,
}

impl Symbol {
    /// Draws a text. A run of decimal digits at its end becomes a numeric segment, which needs
    /// 3.33 bits a digit; what stands before it is segmented as compactly as its characters allow.
    pub fn draw(text: &str) -> Result<Self, DrawError> {
        if text.is_empty() {
            return Err(DrawError::Empty);
        }
        let too_long = DrawError::TooLong { bytes: text.len() };
        let bits = smallest(text).ok_or(too_long)?;
        let correction = Correction::RISING
            .into_iter()
            .rev()
            .find(|c| fits(&bits, *c))
            .ok_or(too_long)?;
        Self::place(bits, correction).map_err(|_| too_long)
    }

    fn place(mut bits: Bits, correction: Correction) -> QrResult<Self> {
        bits.push_terminator(correction.level())?;
        let version = match bits.version() {
            Version::Normal(n) => n.unsigned_abs() as u8,
            Version::Micro(_) => unreachable!("only normal versions are tried"),
        };
        let code = QrCode::with_bits(bits, correction.level())?;
        Ok(Self {
            version,
            correction,
            width: code.width(),
            dark: code
                .to_colors()
                .into_iter()
                .map(|c| c == Color::Dark)
                .collect(),
        })
    }

    /// The version, 1 to 40; each one adds four modules to the width of 21.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The error correction that fitted into the version.
    pub fn correction(&self) -> Correction {
        self.correction
    }

    /// Modules along one side, without the quiet zone.
    pub fn width(&self) -> usize {
        self.width
    }

    /// True if the module in column `x`, row `y` is dark. Everything outside is light, as the
    /// quiet zone is.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.width && self.dark[y * self.width + x]
    }
}

impl std::fmt::Debug for Symbol {
    /// The modules spell the text, and the text may be a secret: only the shape is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Symbol(version {}, {:?})", self.version, self.correction)
    }
}

/// The text's bits in the smallest version that holds them at level L.
fn smallest(text: &str) -> Option<Bits> {
    (1..=LARGEST_VERSION).find_map(|number| {
        let version = Version::Normal(number);
        let whole = segments(version, text, "");
        let (head, digits) = split_trailing_digits(text);
        let split = segments(version, head, digits);
        [whole, split]
            .into_iter()
            .flatten()
            .min_by_key(Bits::len)
            .filter(|bits| fits(bits, Correction::L))
    })
}

fn segments(version: Version, head: &str, digits: &str) -> QrResult<Bits> {
    let mut bits = Bits::new(version);
    if head.is_ascii() {
        bits.push_optimal_data(head.as_bytes())?;
    } else {
        // Not the optimal segments: these may take two bytes of UTF-8 for a Kanji.
        bits.push_eci_designator(ECI_UTF8)?;
        bits.push_byte_data(head.as_bytes())?;
    }
    if !digits.is_empty() {
        bits.push_numeric_data(digits.as_bytes())?;
    }
    Ok(bits)
}

fn split_trailing_digits(text: &str) -> (&str, &str) {
    text.split_at(text.trim_end_matches(|c: char| c.is_ascii_digit()).len())
}

fn fits(bits: &Bits, correction: Correction) -> bool {
    bits.max_len(correction.level())
        .is_ok_and(|max| bits.len() <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version_of(prefix: &str, digits: usize) -> (u8, Correction) {
        let text = prefix.to_owned() + &"7".repeat(digits);
        let symbol = Symbol::draw(&text).expect("fits");
        (symbol.version(), symbol.correction())
    }

    #[test]
    fn decimal_links_take_the_version_that_their_bits_need() {
        // 4 + 8 + 16 * 8 bits of prefix, 4 + 10 + 10 / 3 bits a digit; capacities at L are 440,
        // 640, 864 and 1088 bits for versions 3 to 6.
        let prefix = "https://ab.cde/#";
        assert_eq!(version_of(prefix, 67).0, 3);
        assert_eq!(version_of(prefix, 120).0, 4);
        assert_eq!(version_of(prefix, 163).0, 5);
        assert_eq!(version_of(prefix, 265).0, 6);
    }

    #[test]
    fn correction_rises_only_as_far_as_the_smallest_version_allows() {
        assert_eq!(version_of("", 41), (1, Correction::L));
        assert_eq!(version_of("", 34), (1, Correction::M));
        assert_eq!(version_of("", 17), (1, Correction::H));
        assert_eq!(version_of("", 42).0, 2);
    }

    #[test]
    fn the_largest_symbol_holds_7089_digits_and_no_more() {
        assert_eq!(version_of("", 7089), (40, Correction::L));
        let text = "7".repeat(7090);
        assert_eq!(Symbol::draw(&text), Err(DrawError::TooLong { bytes: 7090 }));
        assert_eq!(Symbol::draw(""), Err(DrawError::Empty));
    }

    #[test]
    fn debug_output_does_not_show_the_modules() {
        let symbol = Symbol::draw("secret").expect("fits");
        assert_eq!(format!("{symbol:?}"), "Symbol(version 1, H)");
    }
}
