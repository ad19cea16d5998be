//! The one rule that says if a text shows anything at all, for names, questions and labels.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// True if nothing of `text` leaves a mark on a screen. Such a name counts as none.
pub fn is_blank(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let has_ink = |c: char| {
        !(c.is_whitespace() || c.is_control() || ignorable.contains(c) || is_blank_glyph(c))
    };
    !text.contains(has_ink)
}

/// Characters that are drawn as nothing although no property of Unicode says so: the braille pattern
/// without dots, controls and blanks among hieroglyphs, the filler of the Khitan small script, and
/// the note without a head.
fn is_blank_glyph(c: char) -> bool {
    matches!(
        c,
        '\u{2800}' | '\u{13430}'..='\u{13442}' | '\u{16fe4}' | '\u{1d159}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_without_ink_are_blank_alone_and_together() {
        let blanks = [
            "",
            " ",
            "\u{3000}",
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{115f}",
            "\u{1160}",
            "\u{ffa0}",
            "\u{ad}",
            "\u{34f}",
            "\u{17b4}",
            "\u{180e}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{e007f}",
            "\u{e0100}",
            "\u{2060}",
            "\u{feff}",
            "\u{13441}",
            "\u{16fe4}",
            "\u{1d159}",
            "\0",
        ];
        for blank in blanks {
            assert!(is_blank(blank), "{blank:?}");
            assert!(!is_blank(&format!("{blank}a{blank}")), "{blank:?}");
        }
        assert!(is_blank(&blanks.concat()));
    }

    #[test]
    fn whatever_is_drawn_is_not_blank() {
        for drawn in [
            ".",
            "ᄀ",
            "⠁",
            "\u{600}",
            "👩\u{200d}🚀",
            "\u{fe0f}1",
            "مريم",
            "\u{301}",
        ] {
            assert!(!is_blank(drawn), "{drawn:?}");
        }
    }
}
