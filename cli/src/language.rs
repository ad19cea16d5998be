//! Which language the program speaks: the one that the locale asks for, where the program knows it.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// What the program can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// In every locale but those of another language, and wherever a program reads.
    English,
    /// In locales that begin with `de`.
    German,
}

/// A process has one language, as it has one locale.
static IS_GERMAN: AtomicBool = AtomicBool::new(false);

/// The language that is spoken.
pub(crate) fn language() -> Language {
    match IS_GERMAN.load(Relaxed) {
        true => Language::German,
        false => Language::English,
    }
}

/// From here on this language is spoken.
pub(crate) fn speak(language: Language) {
    IS_GERMAN.store(language == Language::German, Relaxed);
}

/// The language of the locale. The first of these variables that is set and not empty decides, in the
/// order of POSIX for messages (IEEE Std 1003.1, XBD 8.2).
pub(crate) fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))
        .unwrap_or_default();
    let spoken = locale.split(['_', '.', '@', '-']).next();
    match spoken.is_some_and(|spoken| spoken.eq_ignore_ascii_case("de")) {
        true => Language::German,
        false => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language_of(set: &[(&str, &str)]) -> Language {
        of_locale(|name| {
            let found = set.iter().find(|(set, _)| *set == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_german_locale_speaks_german_and_every_other_english() {
        for german in ["de", "de_DE.UTF-8", "de_AT", "de-CH", "DE_de@euro"] {
            assert_eq!(
                language_of(&[("LANG", german)]),
                Language::German,
                "{german}"
            );
        }
        for other in [
            "",
            "C",
            "C.UTF-8",
            "POSIX",
            "en_US.UTF-8",
            "den_DK",
            "fr_FR",
        ] {
            assert_eq!(
                language_of(&[("LANG", other)]),
                Language::English,
                "{other}"
            );
        }
        assert_eq!(language_of(&[]), Language::English);
    }

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let (german, english) = (Language::German, Language::English);
        for (set, language) in [
            ([("LC_ALL", "de_DE"), ("LANG", "en_US")], german),
            ([("LC_ALL", "C"), ("LC_MESSAGES", "de_DE")], english),
            ([("LC_MESSAGES", "de_DE"), ("LANG", "en_US")], german),
            ([("LC_ALL", ""), ("LANG", "de_DE")], german),
        ] {
            assert_eq!(language_of(&set), language, "{set:?}");
        }
    }
}
