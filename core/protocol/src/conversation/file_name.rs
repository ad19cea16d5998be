//! A file name that somebody else chose, made safe for this device's storage.
//!
//! The name is only ever a name: nothing of it becomes a folder. What a system can keep of it is kept; where it
//! can keep less, nothing hides the file or means a device.

use super::message::MAX_FILE_NAME;
use crate::handshake::{at_most, visible};
use handfast_token::is_blank;

/// What a file without a usable name is called.
const NAMELESS: &str = "file";

/// The storage of this system keeps every name of a file. Windows does not, nor does what phones share.
const KEEPS_ALL: bool = cfg!(all(
    unix,
    not(any(target_os = "android", target_os = "ios"))
));

/// `name` as this system keeps it: its last part, without characters that mislead the eye, at most 255 bytes,
/// never empty, never a folder. Where the system keeps less, as [`portable`].
pub fn safe(name: &str) -> String {
    match KEEPS_ALL {
        true => whole(name),
        false => portable(name),
    }
}

fn whole(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    // It may mean a folder only once it is cut.
    let kept = fit(&visible(last), "");
    match kept.as_str() {
        "" | "." | ".." => NAMELESS.to_owned(),
        _ => kept,
    }
}

/// `name` as every storage keeps it: its last part, without characters that some storage refuses or that
/// mislead the eye, at most 255 bytes, never empty, never hidden, never the name of a device.
pub fn portable(name: &str) -> String {
    let name = visible(name);
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let replaced = last.replace(['<', '>', ':', '"', '|', '?', '*'], "_");
    let ends = |c: char| c == '.' || c.is_whitespace();
    let fitting = fit(replaced.trim_matches(ends), "");
    // What is cut may end like that again, and mean a device.
    let bare = fitting.trim_end_matches(ends);
    match bare {
        _ if is_blank(bare) => NAMELESS.to_owned(),
        _ if is_device(bare) => fit(&format!("_{bare}"), ""),
        _ => bare.to_owned(),
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
            assert_eq!((safe(name), portable(name)), (name.into(), name.into()));
        }
    }

    #[test]
    fn a_system_that_keeps_a_name_gets_it_as_it_is() {
        for name in [
            ".env",
            "a:b?",
            "back\\slash",
            "con",
            "ends.",
            "\"x\" <y>|z*",
        ] {
            assert_eq!(whole(name), name);
        }
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("/", "file"),
            ("..", "file"),
            ("a/.", "file"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("a\u{0}\nb ", "ab"),
            (".\u{200b}.", "file"),
        ] {
            assert_eq!(whole(name), expected, "{name:?}");
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
            assert_eq!(portable(name), expected, "{name:?}");
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
    fn what_is_cut_becomes_no_folder_and_no_device() {
        let gap = " ".repeat(300);
        for (name, expected) in [
            (". .".to_owned(), "file"),
            (format!(".{gap}."), "file"),
            (format!(".{gap}b"), "file"),
        ] {
            assert_eq!(whole(&name), expected, "{name:?}");
        }
        for (name, expected) in [
            (". .".to_owned(), "file"),
            (format!("con{gap}b"), "_con"),
            (
                format!("{}.{}", "b".repeat(254), "c".repeat(40)),
                &"b".repeat(254)[..],
            ),
        ] {
            assert_eq!(portable(&name), expected, "{name:?}");
        }
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
            for safe in [whole(&name), portable(&name)] {
                prop_assert!(!safe.is_empty() && safe.len() <= MAX_FILE_NAME);
                prop_assert!(!safe.contains(['/', '\0']));
                let mut parts = std::path::Path::new(&safe).components();
                prop_assert!(matches!(parts.next(), Some(std::path::Component::Normal(_))));
                prop_assert!(parts.next().is_none());
            }
            let portable = portable(&name);
            prop_assert!(!portable.starts_with('.') && !portable.contains(['\\', ':']));
        }
    }
}
