//! How guessable answers are, for somebody who holds a container and counts no tries.
//!
//! It can tell that an answer is weak; it can never tell that one is strong, since it knows neither
//! the person nor what strangers can look up about them. So every estimate is an upper bound, and
//! whatever looks like words is capped however long the words are.

use std::time::Duration;

use super::{Answers, Cost, Profile, Question};

/// Answers that are tried first: one a line, normalised.
const COMMON: &str = include_str!("common.txt");

/// All words that people use, in any language.
const ONE_WORD: f64 = 6.0;
/// Pairs and triples that belong together: names, places, titles.
const FEW_WORDS: f64 = 9.0;
/// Lines that somebody has written, sung or said before.
const MANY_WORDS: f64 = 12.0;

/// Bytes that Argon2 reads and writes for each KiB and pass, on a graphics card with 1 TB/s: at
/// 64 MiB and 3 passes about 1,800 answers a second. Published rates agree within a factor of 3.
const TRIES_TIMES_WORK: f64 = 1_800.0 * (64 << 10) as f64 * 3.0;

/// What to think of the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Found by whoever takes the trouble: fewer than 10^10 tries.
    Weak,
    /// Out of reach for one curious person, not for somebody with a purpose: fewer than 10^14.
    Fair,
    /// No short way was seen, which is no promise that there is none.
    NoShortcutSeen,
    /// A code of the second channel is needed as well: 2^128 tries.
    BeyondReach,
}

/// An upper bound on the tries that answers withstand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strength {
    /// The decimal logarithm of the number of tries.
    pub log10_guesses: f64,
    /// What to think of it.
    pub verdict: Verdict,
}

/// Why an answer protects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trivial {
    /// A single character.
    #[error("one character is no answer: write a longer one")]
    OneCharacter,
    /// Among the few hundred that are tried first.
    #[error("this is one of the answers that everybody tries first: choose another question")]
    Common,
    /// A word of the question, or the name of somebody concerned.
    #[error("the answer stands in the question: choose another one")]
    InQuestion,
}

impl Strength {
    /// Estimates `answers` to `questions`. `names` are words that an attacker would try too, such
    /// as the names of both people.
    ///
    /// ```
    /// use handfast_seal::{Answers, Question, Strength, Trivial, Verdict};
    ///
    /// let question = [Question::new("What was our dog Rex called?")?];
    /// let told = Strength::of(&Answers::new(&["Rex"])?, &question, &[], false);
    /// assert_eq!(told, Err((0, Trivial::InQuestion)));
    ///
    /// let short = Strength::of(&Answers::new(&["Ruby"])?, &question, &[], false);
    /// assert_eq!(short.unwrap().verdict, Verdict::Weak);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The place of the first answer that protects nothing, and why.
    pub fn of(
        answers: &Answers,
        questions: &[Question],
        names: &[&str],
        with_code: bool,
    ) -> Result<Self, (usize, Trivial)> {
        let told = questions
            .iter()
            .map(Question::as_str)
            .chain(names.iter().copied());
        let told = told.filter_map(|text| Answers::new(&[text]).ok());
        let told: Vec<String> = told
            .flat_map(|text| text.normalised(Profile::LATEST))
            .flat_map(|text| words(&text))
            .collect();
        let mut log10_guesses = 0.0;
        let answers = answers.normalised(Profile::LATEST);
        let mut before: Vec<&str> = Vec::new();
        for (number, answer) in answers.iter().map(|answer| answer.as_str()).enumerate() {
            if let Some(reason) = trivial(answer, &told) {
                return Err((number, reason));
            }
            log10_guesses += match before.contains(&answer) {
                true => 0.0,
                false => of_answer(answer, &told),
            };
            before.push(answer);
        }
        let verdict = match log10_guesses {
            _ if with_code => Verdict::BeyondReach,
            ..10.0 => Verdict::Weak,
            ..14.0 => Verdict::Fair,
            _ => Verdict::NoShortcutSeen,
        };
        if with_code {
            log10_guesses += 128.0 * std::f64::consts::LOG10_2;
        }
        Ok(Self {
            log10_guesses,
            verdict,
        })
    }

    /// How long one graphics card needs for all these tries, as far as a duration can tell.
    pub fn attack(&self, cost: &Cost) -> Duration {
        let seconds = 10f64.powf(self.log10_guesses) / tries_per_second(cost);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

/// The answers that one graphics card with 1 TB/s tries in a second: its memory is the limit.
pub fn tries_per_second(cost: &Cost) -> f64 {
    TRIES_TIMES_WORK / (f64::from(cost.memory_kib) * f64::from(cost.passes)).max(1.0)
}

fn trivial(answer: &str, told: &[String]) -> Option<Trivial> {
    let words = words(answer);
    if answer.chars().count() < 2 {
        Some(Trivial::OneCharacter)
    } else if !words.is_empty() && words.iter().all(|word| told.contains(word)) {
        Some(Trivial::InQuestion)
    } else {
        let common = is_common(answer) || is_common(&letters_meant(answer));
        (common || run(answer).is_some()).then_some(Trivial::Common)
    }
}

fn is_common(text: &str) -> bool {
    COMMON.lines().any(|common| common == text)
}

/// Characters that follow from the first and their number: the same again and again, or a row of the
/// alphabet, of digits or of a keyboard.
fn run(text: &str) -> Option<f64> {
    const ROWS: [&str; 7] = [
        "qwertyuiop",
        "qwertzuiopü",
        "azertyuiop",
        "asdfghjklöä",
        "yxcvbnm",
        "zxcvbnm",
        "йцукенгшщзхъ",
    ];
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let first = codes.get(1)? - codes.first()?;
    let even = codes.windows(2).all(|pair| pair[1] - pair[0] == first);
    let backwards: String = text.chars().rev().collect();
    let row = ROWS
        .iter()
        .any(|row| row.contains(text) || row.contains(&backwards));
    let is_run = codes.len() >= 3 && ((even && first.abs() <= 1) || row);
    is_run.then(|| 2.0 + (codes.len() as f64).log10())
}

/// What `p4ssw0rd` is meant to be.
fn letters_meant(text: &str) -> String {
    let meant = text.chars().map(|c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    });
    meant.collect()
}

fn words(text: &str) -> Vec<String> {
    let pieces = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let pieces = pieces.filter(|piece| !piece.is_empty());
    pieces.map(str::to_owned).collect()
}

fn of_answer(answer: &str, told: &[String]) -> f64 {
    let mut sum = 0.0;
    let mut seen: Vec<&str> = Vec::new();
    let mut looks_random = false;
    for word in answer.split(' ') {
        let known = seen.contains(&word) || told.iter().any(|told| told == word);
        let (guesses, random) = of_word(word);
        sum += if known { 0.5 } else { guesses };
        looks_random |= random && !known;
        seen.push(word);
    }
    let cap = match seen.len() {
        _ if looks_random => f64::INFINITY,
        1 => ONE_WORD,
        2..=3 => FEW_WORDS,
        _ => MANY_WORDS,
    };
    sum.min(cap)
}

/// The estimate for what stands between two spaces, and whether it looks like drawn characters
/// rather than like anything people say.
fn of_word(word: &str) -> (f64, bool) {
    if is_common(word) || is_common(&letters_meant(word)) {
        return (2.5, false);
    }
    if let Some(guesses) = run(word) {
        return (guesses, false);
    }
    // Many scripts write words with marks that are no letters, so all that is not ASCII counts as one.
    let is_letter = |c: char| c.is_ascii_alphabetic() || !c.is_ascii();
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => 0,
        c if is_letter(c) => 1,
        _ => 2,
    };
    let mut parts: Vec<(u8, String)> = Vec::new();
    for c in word.chars() {
        match parts.last_mut() {
            Some((last, part)) if *last == kind(c) => part.push(c),
            _ => parts.push((kind(c), c.into())),
        }
    }
    let sum = parts.iter().map(|(kind, part)| match kind {
        0 => of_digits(part),
        1 => of_letters(part),
        _ => part.chars().count() as f64,
    });
    // A word with a year behind it, or a date with its points, is no drawn password.
    let letters_stay = letters_meant(word).chars().all(is_letter);
    let has_letters = parts.iter().any(|(kind, _)| *kind == 1);
    let longest = parts.iter().map(|(_, part)| part.chars().count()).max();
    let random = parts.len() >= 5 && longest <= Some(3) && has_letters && !letters_stay;
    (sum.sum(), random)
}

fn of_letters(part: &str) -> f64 {
    let count = part.chars().count() as f64;
    run(part).unwrap_or(1.4 * count).min(ONE_WORD)
}

/// Numbers of four digits are years, longer ones dates or telephone numbers.
fn of_digits(part: &str) -> f64 {
    let length = part.len() as f64;
    match part.len() {
        4 if part.starts_with("19") || part.starts_with("20") => 2.0,
        6 | 8 => length.min(4.6),
        _ => run(part).unwrap_or(length).min(ONE_WORD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn strength(question: &str, typed: &[&str]) -> Result<Strength, (usize, Trivial)> {
        let answers = Answers::new(typed).unwrap();
        let questions = [Question::new(question).unwrap()];
        Strength::of(&answers, &questions, &["Zita"], false)
    }

    fn guesses(typed: &str) -> f64 {
        strength("?", &[typed]).unwrap().log10_guesses
    }

    #[test]
    fn answers_that_protect_nothing_are_refused() {
        let question = "Is the dog called Ajax or Hektor?";
        for (typed, reason) in [
            ("x", Trivial::OneCharacter),
            ("東", Trivial::OneCharacter),
            ("Password", Trivial::Common),
            ("p4ssw0rd", Trivial::Common),
            (" BLUE ", Trivial::Common),
            ("Москва", Trivial::Common),
            ("New York", Trivial::Common),
            ("aaaaaaaa", Trivial::Common),
            ("98765432", Trivial::Common),
            ("hgfedcba", Trivial::Common),
            ("lkjhgf", Trivial::Common),
            ("Hektor", Trivial::InQuestion),
            ("hektor!", Trivial::InQuestion),
            ("the dog", Trivial::InQuestion),
            ("zita", Trivial::InQuestion),
        ] {
            assert_eq!(strength(question, &[typed]), Err((0, reason)), "{typed}");
        }
        let second = strength("?", &["Winnetou", "x"]);
        assert_eq!(second, Err((1, Trivial::OneCharacter)));
    }

    #[test]
    fn no_word_of_any_language_is_more_than_a_million_tries() {
        for word in [
            "Winnetou",
            "Donaudampfschifffahrtsgesellschaft",
            "Екатеринбург",
            "ულამაზესი",
            "सर्वश्रेष्ठ",
            "Winnetou2019",
            "W1nn3t0u",
            "17.04.1983",
            "0176-5550123",
            "Köln-Ehrenfeld",
        ] {
            assert!(guesses(word) <= ONE_WORD, "{word} {}", guesses(word));
        }
        for words in ["Winnetou Apanatschi", "Bad Tölz 1987", "La Paz Bolivia"] {
            assert!((2.0..=FEW_WORDS).contains(&guesses(words)), "{words}");
        }
        let song = "and I will always remember the day we met in the rain";
        assert!(guesses(song) <= MANY_WORDS);
    }

    #[test]
    fn what_looks_drawn_is_not_taken_for_a_word() {
        let drawn = guesses("k7qm-9x2z-w4vb-8r6t");
        assert!(drawn > 14.0, "{drawn}");
        let told = |typed: &[&str]| strength("?", typed).unwrap().verdict;
        assert_eq!(told(&["k7qm-9x2z-w4vb-8r6t"]), Verdict::NoShortcutSeen);
        assert_eq!(told(&["Winnetou"]), Verdict::Weak);
        assert_eq!(told(&["Winnetou", "Apanatschi"]), Verdict::Fair);
        // The same answer again is no second one.
        assert_eq!(told(&["Winnetou", "winnetou"]), Verdict::Weak);
    }

    #[test]
    fn a_code_puts_any_answer_beyond_reach() {
        let answers = Answers::new(&["Winnetou"]).unwrap();
        let strength = Strength::of(&answers, &[], &[], true).unwrap();
        assert_eq!(strength.verdict, Verdict::BeyondReach);
        assert_eq!(strength.attack(&Cost::STANDARD), Duration::MAX);
    }

    #[test]
    fn an_attack_takes_as_long_as_memory_is_slow() {
        assert!((tries_per_second(&Cost::STANDARD) - 1_800.0).abs() < 1.0);
        assert!((tries_per_second(&Cost::STRONG) - 450.0).abs() < 1.0);
        let million = Strength {
            log10_guesses: 6.0,
            verdict: Verdict::Weak,
        };
        assert_eq!(million.attack(&Cost::STANDARD).as_secs() / 60, 9);
        assert_eq!(million.attack(&Cost::STRONG).as_secs() / 60, 37);
    }

    #[test]
    fn the_common_answers_are_written_as_they_are_compared() {
        for common in COMMON.lines() {
            let normal = Answers::new(&[common]).unwrap();
            assert_eq!(*normal.normalised(Profile::LATEST)[0], common);
        }
    }

    proptest! {
        #[test]
        fn an_estimate_is_finite_and_one_word_is_never_praised(typed in "[\\p{L}\\p{M}]{2,40}") {
            let answers = Answers::new(&[&typed]);
            // Some marks are invisible, and nothing remains of them.
            prop_assume!(answers.is_ok());
            let answers = answers.unwrap();
            // Some characters stand for several words.
            let cap = match answers.as_strs().any(|answer| answer.contains(' ')) {
                true => MANY_WORDS,
                false => ONE_WORD,
            };
            if let Ok(strength) = Strength::of(&answers, &[], &[], false) {
                prop_assert!((0.0..=cap).contains(&strength.log10_guesses));
            }
        }

        #[test]
        fn arbitrary_answers_never_panic(typed: String, question: String) {
            if let (Ok(answers), Ok(question)) = (Answers::new(&[&typed]), Question::new(&question)) {
                let _ = Strength::of(&answers, &[question], &[], false);
            }
        }
    }
}
