//! What a reader brings back.

use rxing::common::BitMatrix;
use rxing::qrcode::cpp_port::decoder::Decode;

/// From a symbol's edge to the middle of a finder pattern, in modules.
const FINDER_MIDDLE: f32 = 3.5;

/// A text and the corners of its symbol (top left, top right, bottom right, bottom left, as the
/// symbol counts them) in pixels of the image that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) corners: [(f32, f32); 4],
    /// Modules along one side.
    pub(super) width: usize,
}

impl Found {
    /// The same with every corner mapped.
    pub(super) fn map(self, map: impl Fn(f32, f32) -> (f32, f32)) -> Self {
        Self {
            corners: self.corners.map(|(x, y)| map(x, y)),
            ..self
        }
    }

    /// Where its three finder patterns are.
    fn finders(&self) -> [Finder; 3] {
        let [tl, tr, br, bl] = self.corners;
        let part = FINDER_MIDDLE / self.width as f32;
        [[tl, tr, br, bl], [tr, br, bl, tl], [bl, tl, tr, br]].map(|[here, next, far, last]| {
            let along = |from: (f32, f32), to: (f32, f32)| (to.0 - from.0, to.1 - from.1);
            let (a, b, c) = (along(here, next), along(here, last), along(here, far));
            // Near its corner a perspective is even enough for this.
            let twist = (c.0 - a.0 - b.0, c.1 - a.1 - b.1);
            let inside = |h: f32, a: f32, b: f32, t: f32| h + part * (a + b) + part * part * t;
            Finder {
                x: inside(here.0, a.0, b.0, twist.0),
                y: inside(here.1, a.1, b.1, twist.1),
                reach: part * a.0.hypot(a.1).max(b.0.hypot(b.1)),
            }
        })
    }
}

/// A finder pattern: its middle, and how far from there it is still the same one.
#[derive(Clone, Copy, Debug)]
struct Finder {
    x: f32,
    y: f32,
    reach: f32,
}

/// The finder patterns of what has been read already, in pixels of some image. A reader passes over
/// them: no two symbols share one.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken(Vec<Finder>);

impl Taken {
    pub(super) fn add(&mut self, found: &Found) {
        self.0.extend(found.finders());
    }

    /// True if a finder pattern at this place belongs to what has been read.
    pub(super) fn holds(&self, x: f32, y: f32) -> bool {
        self.0
            .iter()
            .any(|finder| (finder.x - x).hypot(finder.y - y) < finder.reach)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same in an image whose pixel (x, y) is `scale` times as far from (`left`, `top`).
    pub(super) fn seen_from(&self, left: f32, top: f32, scale: f32) -> Self {
        let seen = self.0.iter().map(|finder| Finder {
            x: (finder.x - left) * scale,
            y: (finder.y - top) * scale,
            reach: finder.reach * scale,
        });
        Self(seen.collect())
    }
}

/// The text in a matrix of modules. None if its errors cannot be corrected, or the text is empty.
pub(super) fn decoded(modules: &BitMatrix, corners: [rxing::Point; 4]) -> Option<Found> {
    let text = Decode(modules).ok()?.text().to_owned();
    let corners = corners.map(|p| (p.x, p.y));
    let width = modules.width() as usize;
    (!text.is_empty()).then_some(Found {
        text,
        corners,
        width,
    })
}
