//! Answers, written down so that two people who mean the same word write the same bytes.
//!
//! These are the answer profiles of the protocol; the number of the one that was used is in every
//! header. Profile 2 goes on from what profile 1 wrote, so the first is all that has to be known of
//! an answer to open what was sealed under either. Nothing here judges an answer's strength.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use zeroize::Zeroizing;

use super::LockError;
use super::header::{MAGIC, MAX_QUESTIONS};
use handfast_token::Secret;

/// The most bytes of an answer as it was typed.
pub const MAX_ANSWER_BYTES: usize = 512;

/// How an answer is written down before a key is derived from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The first one, which opens what was sealed with it. Nothing is written with it any more.
    One,
    /// The one that is written: it also takes the kinds of i for one letter, two hyphens for one,
    /// and a backtick for an apostrophe, because keyboards and writing systems exchange them.
    Two,
}

impl Profile {
    /// What everything is written with from now on.
    pub const LATEST: Self = Self::Two;

    pub(super) fn code(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        [Self::One, Self::Two]
            .into_iter()
            .find(|known| known.code() == code)
    }
}

/// One to five answers in the order of their questions, normalised by profile 1, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Answers(Vec<Zeroizing<String>>);

impl Answers {
    /// Takes the answers as they were typed.
    ///
    /// # Errors
    /// [`LockError::Count`], [`LockError::AnswerTooLong`] or [`LockError::Blank`].
    pub fn new(typed: &[&str]) -> Result<Self, LockError> {
        if !(1..=MAX_QUESTIONS).contains(&typed.len()) {
            return Err(LockError::Count);
        }
        let normalised = typed.iter().map(|answer| match normalise(answer) {
            _ if answer.len() > MAX_ANSWER_BYTES => Err(LockError::AnswerTooLong),
            normalised if normalised.is_empty() => Err(LockError::Blank),
            normalised => Ok(normalised),
        });
        normalised.collect::<Result<_, _>>().map(Self)
    }

    /// The answers in their order, normalised by profile 1.
    pub(super) fn as_strs(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|answer| answer.as_str())
    }

    /// The answers in their order, normalised by `profile`.
    pub(super) fn normalised(&self, profile: Profile) -> Vec<Zeroizing<String>> {
        match profile {
            Profile::One => self.0.clone(),
            Profile::Two => self.as_strs().map(second).collect(),
        }
    }

    /// What the answers are as a password, with the code of the second channel where there is one:
    /// `"HFS1" | profile | count | (u16 length | normalised answer)* | [code]`
    pub fn password(&self, profile: Profile, code: Option<&Secret<16>>) -> Zeroizing<Vec<u8>> {
        let normalised = self.normalised(profile);
        let answers: usize = normalised.iter().map(|answer| 2 + answer.len()).sum();
        // Large enough from the start: a vector that grows leaves copies behind.
        let mut password = Vec::with_capacity(MAGIC.len() + 2 + answers + 16);
        password.extend_from_slice(MAGIC);
        password.extend([profile.code(), normalised.len() as u8]);
        for answer in &normalised {
            password.extend_from_slice(&(answer.len() as u16).to_le_bytes());
            password.extend_from_slice(answer.as_bytes());
        }
        if let Some(code) = code {
            password.extend_from_slice(code.expose());
        }
        Zeroizing::new(password)
    }

    /// The answers as bytes for a record of this device: their password of profile 1, from which
    /// every profile can be computed.
    pub fn to_kept(&self) -> Zeroizing<Vec<u8>> {
        self.password(Profile::One, None)
    }

    /// Reads what [`Self::to_kept`] wrote.
    pub fn from_kept(kept: &[u8]) -> Option<Self> {
        let (&[profile, count], mut rest) = kept.strip_prefix(MAGIC)?.split_first_chunk()?;
        if profile != Profile::One.code() || !(1..=MAX_QUESTIONS).contains(&usize::from(count)) {
            return None;
        }
        let mut answers = Vec::with_capacity(count.into());
        for _ in 0..count {
            let (length, after) = rest.split_first_chunk()?;
            let (answer, after) = after.split_at_checked(u16::from_le_bytes(*length).into())?;
            let answer = std::str::from_utf8(answer)
                .ok()
                .filter(|it| !it.is_empty())?;
            answers.push(Zeroizing::new(answer.to_owned()));
            rest = after;
        }
        rest.is_empty().then_some(Self(answers))
    }
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answers({})", self.0.len())
    }
}

/// Profile 1. What cannot be seen goes first, since it would keep NFKC (Unicode Annex 15) from composing what
/// stands around it. Straightening comes twice: before NFKC, which takes a lone acute accent apart,
/// and after it and case folding, which make new dashes and apostrophes.
fn normalise(answer: &str) -> Zeroizing<String> {
    let invisible = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let nfkc = ComposingNormalizer::new_nfkc();
    let visible = answer.chars().filter(|&c| !invisible.contains(c));
    let visible = Zeroizing::new(visible.map(straight).collect::<String>());
    let composed = Zeroizing::new(nfkc.normalize(&visible).into_owned());
    let folded = Zeroizing::new(CaseMapper::new().fold_string(&composed).into_owned());
    let composed = Zeroizing::new(nfkc.normalize(&folded).into_owned());
    let straight = Zeroizing::new(composed.chars().map(straight).collect::<String>());
    let mut words = Zeroizing::new(String::with_capacity(straight.len()));
    for word in straight.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// What profile 2 makes of an answer that profile 1 has written down. A dotless i, and an i with a
/// dot of its own, are what Turkish keyboards and the case folding of İ leave where others have an
/// i; marks that stood behind them are composed anew. Many programs turn `--` into one dash, and
/// some people type a backtick for an apostrophe.
fn second(first: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(first.len()));
    for c in first.chars() {
        match c {
            'ı' => plain.push('i'),
            '\u{307}' if plain.ends_with('i') => {}
            '-' if plain.ends_with('-') => {}
            '`' => plain.push('\''),
            c => plain.push(c),
        }
    }
    let nfkc = ComposingNormalizer::new_nfkc();
    Zeroizing::new(nfkc.normalize(&plain).into_owned())
}

/// For fuzzing alone: an answer that was written down stays as it is when it is written down again.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz_answer(typed: &str) {
    let once = normalise(typed);
    assert_eq!(*normalise(&once), *once);
    let twice = second(&once);
    assert_eq!(*normalise(&twice), *twice);
    assert_eq!(*second(&twice), *twice);
}

/// What keyboards put in the place of `'`, `"` and `-`.
fn straight(c: char) -> char {
    match c {
        '\u{b4}' | '\u{2bc}' | '\u{2018}'..='\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pairs of an answer as it was typed and as it is written down, frozen: a container that was
    /// sealed once has to open for ever.
    const TABLE: &str = include_str!("../../../tests/frozen/answers.json");

    #[test]
    fn the_frozen_table_of_answers_holds() {
        let table: Vec<(String, String)> = serde_json::from_str(TABLE).unwrap();
        assert!(table.len() >= 147);
        for (typed, normal) in table {
            assert_eq!(*normalise(&typed), normal, "{typed:?}");
        }
    }

    /// The same for profile 2.
    const SECOND_TABLE: &str = include_str!("../../../tests/frozen/answers-2.json");

    #[test]
    fn the_frozen_table_of_the_second_profile_holds() {
        let table: Vec<(String, String)> = serde_json::from_str(SECOND_TABLE).unwrap();
        assert!(table.len() >= 30);
        for (typed, normal) in table {
            assert_eq!(*second(&normalise(&typed)), normal, "{typed:?}");
        }
    }

    #[test]
    fn what_keyboards_exchange_is_one_answer_in_the_second_profile_only() {
        for (one, other) in [
            ("DİYARBAKIR", "diyarbakır"),
            ("İstanbul", "istanbul"),
            ("ISPARTA", "ısparta"),
            ("Lake Placid -- NY", "Lake Placid – NY"),
            ("O`Brien", "O’Brien"),
        ] {
            let [one, other] = [one, other].map(|typed| Answers::new(&[typed]).unwrap());
            let same = |profile| one.password(profile, None) == other.password(profile, None);
            assert!(same(Profile::Two), "{one:?}");
            assert!(!same(Profile::One), "{one:?}");
        }
    }

    #[test]
    fn an_answer_of_which_nothing_remains_is_refused() {
        for blank in ["", " ", "\u{200b}", "\u{3000}\n", "\u{ad} \u{feff}"] {
            assert_eq!(Answers::new(&[blank]).err(), Some(LockError::Blank));
        }
        assert_eq!(Answers::new(&["a", " "]).err(), Some(LockError::Blank));
        assert!(Answers::new(&["é".repeat(256).as_str()]).is_ok());
        let long = "a".repeat(513);
        assert_eq!(Answers::new(&[&long]).err(), Some(LockError::AnswerTooLong));
        assert_eq!(Answers::new(&[]).err(), Some(LockError::Count));
        assert_eq!(Answers::new(&["a"; 6]).err(), Some(LockError::Count));
    }

    #[test]
    fn answers_are_written_with_their_lengths_and_never_printed() {
        let answers = Answers::new(&["Rex", "Straße"]).unwrap();
        let plain = b"HFS1\x01\x02\x03\x00rex\x07\x00strasse";
        assert_eq!(*answers.password(Profile::One, None), plain);
        let with_code = [&plain[..], &[9; 16]].concat();
        let code = Secret::new([9; 16]);
        assert_eq!(*answers.password(Profile::One, Some(&code)), with_code);
        let second = [&b"HFS1\x02"[..], &with_code[5..]].concat();
        assert_eq!(*answers.password(Profile::Two, Some(&code)), second);
        assert_eq!(format!("{answers:?}"), "Answers(2)");
    }

    #[test]
    fn normalising_any_one_character_twice_changes_nothing_more() {
        for c in '\0'..=char::MAX {
            let once = normalise(c.encode_utf8(&mut [0; 4]));
            assert_eq!(*normalise(&once), *once, "{c:?}");
            let second_form = second(&once);
            assert_eq!(*normalise(&second_form), *second_form, "{c:?}");
            assert_eq!(*second(&second_form), *second_form, "{c:?}");
            assert_eq!(second_form.is_empty(), once.is_empty(), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn kept_answers_are_the_same_answers(
            typed in prop::collection::vec("[a-zA-Zäß'-]{1,30}", 1..=5), cut: prop::sample::Index,
        ) {
            let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
            let bytes = Answers::new(&typed).unwrap().to_kept();
            let kept = Answers::from_kept(&bytes).unwrap();
            prop_assert_eq!(&kept.to_kept(), &bytes);
            prop_assert!(Answers::from_kept(&bytes[..cut.index(bytes.len())]).is_none());
            prop_assert!(Answers::from_kept(&[&bytes[..], &[0]].concat()).is_none());
        }

        #[test]
        fn arbitrary_kept_answers_never_panic(bytes: Vec<u8>) {
            let _ = Answers::from_kept(&[&b"HFS1\x01"[..], &bytes].concat());
        }

        #[test]
        fn normalising_twice_changes_nothing_more(
            text in "(\\PC|[-`iıİIị \u{307}]|[a-zA-Z \u{301}\u{308}\u{323}\u{345}\u{34f}\u{200d}ſßİΣς\u{1100}\u{1161}\u{11a8}\u{1160}\u{b4}\u{2033}]){0,24}",
        ) {
            let once = normalise(&text);
            prop_assert_eq!(&*normalise(&once), &*once);
            let second_form = second(&once);
            prop_assert_eq!(&*normalise(&second_form), &*second_form);
            prop_assert_eq!(&*second(&second_form), &*second_form);
        }

        #[test]
        fn the_longest_answers_fit_their_lengths(c: char) {
            let typed = c.to_string().repeat(MAX_ANSWER_BYTES / c.len_utf8());
            prop_assert!(normalise(&typed).len() <= usize::from(u16::MAX));
        }
    }
}
