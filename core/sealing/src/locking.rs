//! Locking with questions, and with a code if there is to be one.

use super::LIMITS;
use handfast_qr::Symbol;
use handfast_seal::{
    About, Answers, Cost, Credential, Header, Kind, Lock, LockError, MOST_IN_TEXT, Questions,
    Strength, Trivial, Verdict, code_characters, code_words, seal_bytes, text,
};
use handfast_token::{FieldError, MOST_IN_PICTURE, Question, Secret, picture_with, random_bytes};
use zeroize::Zeroizing;

/// No code holds so many bytes of a container.
const MOST_IN_CODE: usize = 4 << 10;

/// What is asked, and what opens.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// What is asked, for everybody to read. One that is empty stays outside: both know it.
    pub questions: &'a [&'a str],
    /// An answer to each.
    pub answers: &'a [&'a str],
    /// A code is needed, too.
    pub with_code: bool,
}

/// Why something is not locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLocked {
    /// A question or an answer cannot be used.
    BadText,
    /// An answer protects nothing.
    Trivial(Trivial),
    /// It is larger than what a page locks.
    TooLarge,
    /// This browser has no random numbers.
    NoRandomness,
}

impl From<LockError> for NotLocked {
    fn from(_: LockError) -> Self {
        Self::BadText
    }
}

impl From<FieldError> for NotLocked {
    fn from(_: FieldError) -> Self {
        Self::BadText
    }
}

impl NotLocked {
    /// The key of the sentence that says why.
    pub fn said(self) -> &'static str {
        match self {
            Self::BadText => "kind_bad_text",
            Self::Trivial(why) => trivial(why),
            Self::TooLarge => "kind_too_large",
            Self::NoRandomness => "kind_internal",
        }
    }
}

/// What to think of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The key of the sentence that says it.
    pub key: &'static str,
    /// They protect nothing, and nothing is locked with them.
    pub is_trivial: bool,
}

/// What to think of these answers to these questions. Instant: for every key that is pressed.
///
/// # Errors
/// [`NotLocked::BadText`] for what cannot be used, also for an empty answer.
pub fn advice(subject: &Subject<'_>) -> Result<Advice, NotLocked> {
    let (questions, answers) = subject.read()?;
    let strength = Strength::of(&answers, questions.as_slice(), &[], subject.with_code);
    Ok(match strength {
        Ok(Strength { verdict, .. }) => Advice {
            key: match verdict {
                Verdict::Weak => "strength_weak",
                Verdict::Fair => "strength_fair",
                Verdict::NoShortcutSeen => "strength_no_shortcut_seen",
                Verdict::BeyondReach => "strength_beyond_reach",
            },
            is_trivial: false,
        },
        Err((_, why)) => Advice {
            key: trivial(why),
            is_trivial: true,
        },
    })
}

fn trivial(why: Trivial) -> &'static str {
    match why {
        Trivial::OneCharacter => "strength_one_character",
        Trivial::Common => "strength_common",
        Trivial::InQuestion => "strength_in_question",
    }
}

impl Subject<'_> {
    fn read(&self) -> Result<(Questions, Answers), NotLocked> {
        let questions: Vec<Question> = match self.questions {
            [""] => Vec::new(),
            questions => {
                let questions = questions.iter().map(|text| Question::new(text));
                questions.collect::<Result<_, _>>()?
            }
        };
        Ok((Questions::new(questions)?, Answers::new(self.answers)?))
    }
}

/// A code that has to go another way than what it opens, beside the answers.
pub struct Code {
    /// For pasting.
    pub characters: Zeroizing<String>,
    /// For saying aloud.
    pub words: Zeroizing<String>,
}

/// What is locked.
pub struct Locked {
    /// The container.
    pub container: Vec<u8>,
    /// What else it takes to open it.
    pub code: Option<Code>,
}

/// Locks this. It takes a second or so.
///
/// # Errors
/// [`NotLocked`].
pub fn lock(subject: &Subject<'_>, about: &About, content: &[u8]) -> Result<Locked, NotLocked> {
    if content.len() > super::MOST_BYTES {
        return Err(NotLocked::TooLarge);
    }
    let (questions, answers) = subject.read()?;
    Strength::of(&answers, questions.as_slice(), &[], false)
        .map_err(|(_, why)| NotLocked::Trivial(why))?;
    let no_randomness = |_| NotLocked::NoRandomness;
    let code = match subject.with_code {
        true => Some(Secret::random().map_err(no_randomness)?),
        false => None,
    };
    let header = Header {
        kind: Kind::File,
        lock: Lock::answers(Cost::STANDARD, code.is_some(), questions),
        salt: random_bytes().map_err(no_randomness)?,
    };
    let told = code.as_ref().map(|code| Code {
        characters: code_characters(code),
        words: code_words(code),
    });
    let credential = Credential::Answers { answers, code };
    let sealed = seal_bytes(&header, &credential, &LIMITS, about, content);
    Ok(Locked {
        // Nothing else can be wrong with what is only being made.
        container: sealed.map_err(|_| NotLocked::TooLarge)?,
        code: told,
    })
}

impl Locked {
    /// It as a text for a messenger, if it is short enough for one.
    pub fn text(&self) -> Option<String> {
        (self.container.len() <= MOST_IN_TEXT).then(|| text(&self.container))
    }

    /// It as a code that is all of a picture, which also a messenger's smaller copy still shows: an SVG of it.
    /// None if it is too long for one.
    pub fn code_picture(&self) -> Option<String> {
        if self.container.len() > MOST_IN_CODE {
            return None;
        }
        let symbol = Symbol::draw(&text(&self.container)).ok()?;
        Some(symbol.to_svg())
    }

    /// It beside a picture, where only the file itself has it: a PNG. None if it is too long for that.
    pub fn beside_picture(&self) -> Option<Vec<u8>> {
        (self.container.len() <= MOST_IN_PICTURE).then(|| picture_with(&self.container))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SealedFile;
    use handfast_seal::FileName;
    use handfast_token::{Token, find};

    const HARBOUR: Subject<'static> = Subject {
        questions: &["Where did we meet?"],
        answers: &["in the harbour of Trieste"],
        with_code: false,
    };

    fn opened(container: Vec<u8>, answer: &str, code: &str) -> Vec<u8> {
        let file = SealedFile::new(container).unwrap();
        file.open(&[answer], code).unwrap().content
    }

    #[test]
    fn what_is_locked_opens_by_its_answer_and_its_code() {
        let about = About {
            name: FileName::new("letter.txt").ok(),
            media_type: None,
        };
        let subject = Subject {
            with_code: true,
            ..HARBOUR
        };
        let locked = lock(&subject, &about, b"hello").unwrap();
        let code = locked.code.as_ref().unwrap();
        for code in [&code.characters, &code.words] {
            let content = opened(locked.container.clone(), HARBOUR.answers[0], code);
            assert_eq!(content, b"hello");
        }
        let file = SealedFile::new(locked.container).unwrap();
        assert_eq!(file.questions(), HARBOUR.questions);
        assert!(file.needs_code());
    }

    #[test]
    fn a_question_that_both_know_stays_outside() {
        let subject = Subject {
            questions: &[""],
            ..HARBOUR
        };
        let locked = lock(&subject, &About::default(), b"hello").unwrap();
        let file = SealedFile::new(locked.container.clone()).unwrap();
        assert_eq!(file.questions(), [""]);
        assert_eq!(opened(locked.container, HARBOUR.answers[0], ""), b"hello");
    }

    #[test]
    fn answers_that_protect_nothing_lock_nothing() {
        let of = |questions, answers, with_code| Subject {
            questions,
            answers,
            with_code,
        };
        for (subject, key, is_trivial) in [
            (of(&["Who?"], &["x"], false), "strength_one_character", true),
            (of(&["Who?"], &["password"], true), "strength_common", true),
            (
                of(&["Is it Rex?"], &["Rex"], false),
                "strength_in_question",
                true,
            ),
            (of(&["Who?"], &["Winnetou"], false), "strength_weak", false),
            (
                of(&["Who?"], &["Winnetou"], true),
                "strength_beyond_reach",
                false,
            ),
        ] {
            let told = advice(&subject).unwrap();
            assert_eq!((told.key, told.is_trivial), (key, is_trivial));
            let locked = lock(&subject, &About::default(), b"");
            assert_eq!(locked.err().map(NotLocked::said), is_trivial.then_some(key));
        }
        for subject in [
            of(&["Who?"], &[""], false),
            of(&["Who?", ""], &["Winnetou", "Apanatschi"], false),
            of(&["Who?"], &[], false),
        ] {
            assert_eq!(advice(&subject), Err(NotLocked::BadText));
        }
    }

    #[test]
    fn what_is_short_is_a_code_and_what_is_long_is_beside_a_picture() {
        let short = lock(&HARBOUR, &About::default(), b"see you at eight").unwrap();
        assert!(
            short
                .code_picture()
                .is_some_and(|svg| svg.starts_with("<svg"))
        );
        assert!(short.text().is_some_and(|text| text.starts_with("hfs1:")));
        let noise = (0..MOST_IN_TEXT / 32).flat_map(|_| random_bytes::<32>().unwrap());
        let noise: Vec<u8> = noise.collect();
        let long = lock(&HARBOUR, &About::default(), &noise).unwrap();
        assert_eq!(long.text(), None);
        assert_eq!(long.code_picture(), None);
        let png = long.beside_picture().unwrap();
        let found = find(&png, |_| Err("nobody reads codes here")).unwrap();
        assert_eq!(found, Token::Sealed(long.container));
    }

    #[test]
    fn every_sentence_that_is_named_is_there() {
        let sentences = include_str!("../../../web/src/strings.ts");
        let why = [
            NotLocked::BadText,
            NotLocked::Trivial(Trivial::OneCharacter),
            NotLocked::Trivial(Trivial::Common),
            NotLocked::Trivial(Trivial::InQuestion),
            NotLocked::TooLarge,
            NotLocked::NoRandomness,
        ];
        let verdicts = ["weak", "fair", "no_shortcut_seen", "beyond_reach"];
        let verdicts = verdicts.map(|verdict| format!("strength_{verdict}"));
        let keys = why.map(|why| why.said().to_owned()).into_iter();
        for key in keys.chain(verdicts) {
            assert!(sentences.contains(&format!("    {key}: ")), "{key}");
        }
    }
}
