//! The vector pictures that [`Symbol::to_svg`](super::Symbol::to_svg) writes: one path of dark runs. No
//! other SVG is read, as that would take a program that draws.

use super::luma::Luma;

/// Pixels a module.
const SCALE: usize = 4;

/// The most units along one side: the largest symbol with its quiet zone.
const LONGEST_SIDE: usize = 200;

/// True if this begins as an SVG does.
pub(super) fn is_svg(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"<svg")
}

/// The picture of such a file; `None` for any other.
pub(super) fn decode(bytes: &[u8]) -> Option<Luma<'static>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let side: usize = between(text, "viewBox=\"0 0 ", " ")?.parse().ok()?;
    if !(1..=LONGEST_SIDE).contains(&side) {
        return None;
    }
    let mut dark = vec![false; side * side];
    for run in between(text, "<path d=\"M", "z\"")?.split("zM") {
        let (place, shape) = run.split_once('h')?;
        let (x, y) = place.split_once(' ')?;
        let (length, back) = shape.split_once("v1h-")?;
        let [x, y, length]: [usize; 3] = [x.parse().ok()?, y.parse().ok()?, length.parse().ok()?];
        if back.parse() != Ok(length) || y >= side {
            return None;
        }
        let end = x.checked_add(length).filter(|end| *end <= side)?;
        dark[y * side + x..y * side + end].fill(true);
    }
    Some(Luma::by_rows(SCALE * side, SCALE * side, |y, out| {
        let row = &dark[y / SCALE * side..];
        for (pixels, dark) in out.chunks_exact_mut(SCALE).zip(row) {
            pixels.fill(if *dark { 0 } else { 255 });
        }
    }))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{PictureError, Symbol, scan_picture};

    #[test]
    fn what_is_drawn_as_a_vector_picture_is_read_and_nothing_else() {
        let svg = Symbol::draw("https://ab.cde/#0123456789")
            .expect("fits")
            .to_svg();
        let readings = scan_picture(svg.as_bytes()).expect("readable");
        assert_eq!(readings[0].text, "https://ab.cde/#0123456789");
        for other in [
            svg.replace("v1h", "v2h"),
            svg.replace("viewBox=\"0 0 ", "viewBox=\"0 0 9999999"),
            svg.replace("M", "M99999999999999999999"),
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"1\"/></svg>".to_owned(),
        ] {
            let answer = scan_picture(other.as_bytes());
            assert_eq!(answer, Err(PictureError::OtherKind("SVG")));
        }
    }

    proptest! {
        #[test]
        fn any_text_ends_in_an_answer(text in "<svg viewBox=\"0 0 [0-9]{1,3} [0-9]\"><path d=\"M[0-9Mhvz 1-]{0,60}z\"/>") {
            let _ = decode(text.as_bytes());
        }
    }
}
