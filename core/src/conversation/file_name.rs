//! A file name that somebody else chose, made safe for this device's storage.
//!
//! The name is only ever a name: nothing of it becomes a folder, hides the file, or means a device.

use super::message::MAX_FILE_NAME;
use crate::handshake::{at_most, visible};
use crate::invitation::is_blank;

/// What a file without a usable name is called.
const NAMELESS: &str = "file";

/// The last part of `name`, without characters that some storage refuses or that mislead the eye, at
/// most 255 bytes, never empty, never hidden, never the name of a device.
pub fn safe(name: &str) -> String {
    let name = visible(name);
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let replaced = last.replace(['<', '>', ':', '"', '|', '?', '*'], "_");
    let ends = |c: char| c == '.' || c.is_whitespace();
    let bare = replaced.trim_start_matches(ends).trim_end_matches(ends);
    match bare {
        _ if is_blank(bare) => NAMELESS.to_owned(),
        _ if is_device(bare) => fit(&format!("_{bare}"), ""),
        _ => fit(bare, ""),
    }
}

/// `name` with a number before its extension, for when the name is taken.
pub fn numbered(name: &str, n: u32) -> String {
    match n {
        0 => name.to_owned(),
        _ => fit(name, &format!(" ({n})")),
    }
}

/// Puts `mark` before the extension and shortens what stands before it until all fits.
fn fit(name: &str, mark: &str) -> String {
    // An extension longer than this is not one.
    let dot = name
        .rfind('.')
        .filter(|&at| at > 0 && name.len() - at <= 32);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let room = MAX_FILE_NAME - mark.len() - extension.len();
    format!("{}{mark}{extension}", at_most(stem, room).trim_end())
}

/// Names that Windows keeps for devices, whatever their extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" => true,
        _ => {
            let number = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
            number.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_names_stay() {
        for name in [
            "holiday.jpg",
            "Lebenslauf (2).pdf",
            "写真.png",
            "a b.tar.gz",
            "README",
        ] {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn nothing_becomes_a_path_a_device_or_a_hidden_file() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system.ini", "system.ini"),
            ("/", "file"),
            ("..", "file"),
            ("", "file"),
            (".ssh", "ssh"),
            ("a/..", "file"),
            ("con", "_con"),
            ("NUL.txt", "_NUL.txt"),
            ("LPT1 .x", "_LPT1.x"),
            ("company", "company"),
            ("C:evil", "C_evil"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("a\u{0}\nb. ", "ab"),
            ("\u{3164}", "file"),
            ("x/\u{2800}", "file"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_before_its_extension() {
        let long = format!("{}.jpeg", "ß".repeat(200));
        let cut = safe(&long);
        assert!(cut.len() <= 255 && cut.ends_with("ß.jpeg"), "{cut}");
        let numbered = numbered(&cut, 17);
        assert!(numbered.len() <= 255 && numbered.ends_with("ß (17).jpeg"));
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        assert_eq!(numbered("a.tar.gz", 0), "a.tar.gz");
        assert_eq!(numbered("a.txt", 1), "a (1).txt");
        assert_eq!(numbered("README", 2), "README (2)");
    }

    proptest! {
        #[test]
        fn a_safe_name_is_one_plain_part_of_a_path(name in "\\PC{0,40}|.{0,300}|[./\\\\ a:]{0,20}") {
            let safe = safe(&name);
            prop_assert!(!safe.is_empty() && safe.len() <= MAX_FILE_NAME);
            prop_assert!(!safe.starts_with('.') && !safe.contains(['/', '\\', '\0', ':']));
            let mut parts = std::path::Path::new(&safe).components();
            prop_assert!(matches!(parts.next(), Some(std::path::Component::Normal(_))));
            prop_assert!(parts.next().is_none());
        }
    }
}
