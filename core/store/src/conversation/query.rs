//! What is looked for in a conversation.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The words of a search. A text has them all, in any order, as whole words or as parts of words, whatever
/// the case of its letters and however they are put together.
#[derive(Clone, PartialEq, Eq)]
pub struct Query(Vec<Zeroizing<String>>);

impl Query {
    /// What was typed; None if there is nothing to look for.
    pub fn new(typed: &str) -> Option<Self> {
        let folded = Zeroizing::new(folded(typed).into_owned());
        let words = folded.split_whitespace();
        let words: Vec<_> = words.map(|word| Zeroizing::new(word.to_owned())).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether this text is looked for.
    pub fn matches(&self, text: &str) -> bool {
        let folded = folded(text);
        self.0.iter().all(|word| folded.contains(word.as_str()))
    }
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Query({})", self.0.len())
    }
}

/// Compatibility forms composed, and without case (Unicode Annex 15, NFKC; Unicode 3.13, full case folding).
fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    let nfkc = ComposingNormalizer::new_nfkc();
    let composed = nfkc.normalize(text);
    let folded = CaseMapper::new().fold_string(&composed);
    // Folding may take a letter apart that stands composed elsewhere.
    Cow::Owned(nfkc.normalize(&folded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn finds(typed: &str, text: &str) -> bool {
        Query::new(typed).unwrap().matches(text)
    }

    #[test]
    fn all_words_have_to_be_there_in_any_order_and_case() {
        assert!(finds("bread MILK", "Milk, eggs and a rye-bread"));
        assert!(finds("oat", "OATS"));
        assert!(!finds("bread wine", "Milk, eggs and a rye-bread"));
        assert!(finds("strasse", "Lange Straße 7"));
        assert!(finds("STRASSE", "lange straße 7"));
        assert!(finds("Ömer", "O\u{308}MER kommt"));
        assert!(finds("ﬁn", "FINE"));
        assert!(finds("東京", "明日東京へ行く"));
        assert!(!finds("o", "ö"));
    }

    #[test]
    fn nothing_typed_looks_for_nothing_and_words_are_not_printed() {
        for nothing in ["", " ", "\n\t\u{3000}"] {
            assert_eq!(Query::new(nothing), None);
        }
        assert_eq!(format!("{:?}", Query::new("a secret")), "Some(Query(2))");
    }

    proptest! {
        #[test]
        fn every_text_has_its_own_words(text in ".{1,40}") {
            if let Some(query) = Query::new(&text) {
                prop_assert!(query.matches(&text));
                let within = format!("before {text} behind");
                prop_assert!(query.matches(&within));
            }
        }
    }
}
