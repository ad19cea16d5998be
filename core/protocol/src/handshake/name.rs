//! Names that came from somebody else, made safe to show on one line.

use handfast_token::is_blank;

/// `text` without the characters that draw nothing or rearrange what stands beside them: controls,
/// line and paragraph separators, bidirectional marks and overrides (Unicode UAX #9), byte-order
/// marks, interlinear annotations and tag characters. The joiners U+200C and U+200D stay, because
/// Persian and many pictographs need them. Surrounding white space goes too, and where nothing of
/// what is left can be seen, all of it.
pub fn visible(text: &str) -> String {
    let kept: String = text.chars().filter(|&c| !is_hidden(c)).collect();
    match is_blank(&kept) {
        true => String::new(),
        false => kept.trim().to_owned(),
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// What two names have in common that a person takes for one: [`visible`] without the joiners, in lower case, with
/// one space between its words. Letters of other scripts that look alike are other letters.
pub fn folded(text: &str) -> String {
    let joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
    let seen: String = visible(text).chars().filter(|&c| !joiner(c)).collect();
    let words: Vec<String> = seen.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// The longest start of `text` that has at most `limit` bytes and cuts no character in two.
pub fn at_most(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_of_any_script_stay() {
        for name in ["Zoë", "Dvořák", "می\u{200c}خواهم", "日本", "👩\u{200d}🚀"] {
            assert_eq!(visible(name), name);
        }
    }

    #[test]
    fn what_draws_nothing_or_turns_the_line_around_goes() {
        assert_eq!(visible(" a\u{202e}gpj\u{0}\n\u{feff}b\u{2066} "), "agpjb");
    }

    #[test]
    fn blank_glyphs_are_no_name() {
        for name in [
            "\u{3164}",
            "\u{2800}\u{2800}",
            "\u{115f} \u{1160}",
            "\u{ffa0}\u{fe0f}",
        ] {
            assert_eq!(visible(name), "", "{name:?}");
        }
    }

    #[test]
    fn names_that_a_person_takes_for_one_are_folded_to_one() {
        for name in [
            "Ann Lee",
            " ann  LEE",
            "A\u{200d}nn\u{a0}Lee",
            "Ann\u{200b} \u{202e}Lee",
        ] {
            assert_eq!(folded(name), "ann lee", "{name:?}");
        }
        assert_ne!(folded("Ann"), folded("Anna"));
        assert_eq!(folded("\u{200d}"), "");
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(at_most("aß", 2), "a");
        assert_eq!(at_most("aß", 3), "aß");
        assert_eq!(at_most("", 3), "");
    }
}
