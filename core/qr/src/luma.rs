//! Luminance images: 8 bits a pixel, 0 black, rows from the top, no gaps between rows.

use std::borrow::Cow;

/// The longest side that a frame may have, in pixels.
const LONGEST_SIDE: usize = 16_384;

/// Why a camera frame cannot be looked at: its numbers do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A side is zero or above 16,384 pixels.
    #[error("a frame of {width} x {height} pixels cannot be scanned; choose another camera format")]
    Size {
        /// Width as given.
        width: usize,
        /// Height as given.
        height: usize,
    },
    /// The rows overlap: the stride is less than the width.
    #[error("the stride of {stride} bytes is less than the width of {width} pixels")]
    Stride {
        /// Stride as given.
        stride: usize,
        /// Width as given.
        width: usize,
    },
    /// There are fewer bytes than the numbers promise.
    #[error("the frame has {actual} bytes of luminance where {needed} are needed")]
    Short {
        /// Bytes needed.
        needed: usize,
        /// Bytes given.
        actual: usize,
    },
}

/// A luminance image, borrowed where its rows already touch. Both sides are at least 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Luma<'a> {
    pixels: Cow<'a, [u8]>,
    width: usize,
    height: usize,
}

impl<'a> Luma<'a> {
    /// A camera's plane: `stride` bytes from one row to the next.
    pub(super) fn from_plane(
        plane: &'a [u8],
        stride: usize,
        width: usize,
        height: usize,
    ) -> Result<Self, FrameError> {
        let allowed = 1..=LONGEST_SIDE;
        if !allowed.contains(&width) || !allowed.contains(&height) {
            return Err(FrameError::Size { width, height });
        }
        if stride < width {
            return Err(FrameError::Stride { stride, width });
        }
        let needed = stride.saturating_mul(height - 1).saturating_add(width);
        let short = FrameError::Short {
            needed,
            actual: plane.len(),
        };
        let plane = plane.get(..needed).ok_or(short)?;
        let pixels = if stride == width {
            Cow::Borrowed(plane)
        } else {
            plane
                .chunks(stride)
                .flat_map(|row| &row[..width])
                .copied()
                .collect()
        };
        Ok(Self {
            pixels,
            width,
            height,
        })
    }

    /// Takes pixels, one for each place. `None` if there are more or fewer.
    pub(super) fn from_pixels(
        pixels: Vec<u8>,
        width: usize,
        height: usize,
    ) -> Option<Luma<'static>> {
        let fits = width > 0 && height > 0 && width.checked_mul(height) == Some(pixels.len());
        fits.then_some(Luma {
            pixels: Cow::Owned(pixels),
            width,
            height,
        })
    }

    /// An image computed row by row: `row(y, out)` fills the `width` pixels of row `y`.
    pub(super) fn by_rows(
        width: usize,
        height: usize,
        mut row: impl FnMut(usize, &mut [u8]),
    ) -> Luma<'static> {
        let (width, height) = (width.max(1), height.max(1));
        let mut pixels = vec![0; width * height];
        for (y, out) in pixels.chunks_exact_mut(width).enumerate() {
            row(y, out);
        }
        Luma {
            pixels: Cow::Owned(pixels),
            width,
            height,
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    pub(super) fn area(&self) -> usize {
        self.width * self.height
    }

    pub(super) fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Row `y`, or the last one below the image.
    pub(super) fn row(&self, y: usize) -> &[u8] {
        let start = y.min(self.height - 1) * self.width;
        &self.pixels[start..start + self.width]
    }

    /// The part from (`left`, `top`) on, cut where the image ends.
    pub(super) fn crop(
        &self,
        left: usize,
        top: usize,
        width: usize,
        height: usize,
    ) -> Luma<'static> {
        let (left, top) = (left.min(self.width - 1), top.min(self.height - 1));
        let (width, height) = (width.min(self.width - left), height.min(self.height - top));
        Luma::by_rows(width, height, |y, out| {
            let width = out.len();
            out.copy_from_slice(&self.row(top + y)[left..left + width]);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_with_gaps_between_rows_loses_them() {
        let plane = [1, 2, 9, 9, 3, 4]; // the last row ends without a gap
        let luma = Luma::from_plane(&plane, 4, 2, 2).expect("fits");
        assert_eq!(luma.pixels(), [1, 2, 3, 4]);
        assert_eq!(luma.crop(1, 0, 5, 5).pixels(), [2, 4]);
    }

    #[test]
    fn numbers_that_do_not_fit_together_are_named() {
        let size = |width, height| Err(FrameError::Size { width, height });
        assert_eq!(Luma::from_plane(&[], 0, 0, 3), size(0, 3));
        assert_eq!(Luma::from_plane(&[0; 9], 3, 3, 0), size(3, 0));
        assert_eq!(
            Luma::from_plane(&[0; 9], 3, 3, usize::MAX),
            size(3, usize::MAX)
        );
        let stride = FrameError::Stride {
            stride: 2,
            width: 3,
        };
        assert_eq!(Luma::from_plane(&[0; 9], 2, 3, 3), Err(stride));
        let short = FrameError::Short {
            needed: 9,
            actual: 8,
        };
        assert_eq!(Luma::from_plane(&[0; 8], 3, 3, 3), Err(short));
        assert!(Luma::from_plane(&[0; 8], usize::MAX, 3, 3).is_err());
    }
}
