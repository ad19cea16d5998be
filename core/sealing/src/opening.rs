//! Opening what is locked.

use super::LIMITS;
use handfast_seal::{
    Answers, Credential, Header, Kind, Lock, Opened, SealError, code_from_text, from_text,
    open_bytes,
};

/// A file that is locked with answers, and what it asks.
pub struct SealedFile {
    container: Vec<u8>,
    questions: Vec<String>,
    needs_code: bool,
}

/// Why it does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// What was typed is no answer.
    BadAnswer,
    /// What was typed is no code.
    BadCode,
    /// The container says so.
    Seal(SealError),
}

impl From<SealError> for NotOpened {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

impl SealedFile {
    /// The container in a text, as a messenger or a page carries it.
    ///
    /// # Errors
    /// [`SealError`]; [`SealError::Unsupported`] for what holds no file, or opens by a key alone.
    pub fn in_text(text: &str) -> Result<Self, SealError> {
        Self::new(from_text(text)?)
    }

    /// A container as it is.
    ///
    /// # Errors
    /// As [`Self::in_text`].
    pub fn new(container: Vec<u8>) -> Result<Self, SealError> {
        let header = Header::parse(&container)?;
        let (
            Kind::File,
            Lock::Answers {
                cost,
                with_code,
                questions,
                ..
            },
        ) = (header.kind, &header.lock)
        else {
            return Err(SealError::Unsupported);
        };
        LIMITS.check(cost)?;
        let questions = questions.as_slice().iter();
        let questions: Vec<String> = questions.map(|text| text.as_str().to_owned()).collect();
        Ok(Self {
            container,
            // One whose question stays outside has one answer.
            questions: match questions.is_empty() {
                true => vec![String::new()],
                false => questions,
            },
            needs_code: *with_code,
        })
    }

    /// What is asked; an empty text where the question is known elsewhere.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// Whether a code is needed too, that came another way.
    pub fn needs_code(&self) -> bool {
        self.needs_code
    }

    /// Opens it. It takes a second or so.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, typed: &[&str], code: &str) -> Result<Opened, NotOpened> {
        let answers = Answers::new(typed).map_err(|_| NotOpened::BadAnswer)?;
        let code = match self.needs_code {
            true => Some(code_from_text(code).map_err(|_| NotOpened::BadCode)?),
            false => None,
        };
        let credential = Credential::Answers { answers, code };
        Ok(open_bytes(&self.container, &credential, &LIMITS)?)
    }
}

/// The key of the sentence that says why.
pub fn said(why: NotOpened) -> &'static str {
    match why {
        NotOpened::BadAnswer => "kind_bad_text",
        NotOpened::BadCode => "sealed_code_bad",
        NotOpened::Seal(SealError::NotOurs) => "kind_nothing_found",
        NotOpened::Seal(SealError::Unsupported) => "kind_newer_version",
        NotOpened::Seal(SealError::TooExpensive) => "kind_too_expensive",
        NotOpened::Seal(SealError::WrongAnswerOrAltered) => "kind_wrong_answer",
        NotOpened::Seal(SealError::Damaged) => "kind_incomplete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_seal::{About, Cost, FileName, Question, Questions, code_words, seal_bytes, text};
    use handfast_token::{Secret, random_bytes};

    fn sealed(code: Option<Secret<16>>, kind: Kind) -> Vec<u8> {
        let question = Question::new("Where did we meet?").unwrap();
        let questions = Questions::new(vec![question]).unwrap();
        let cost = Cost::STANDARD;
        let header = Header {
            kind,
            lock: Lock::answers(cost, code.is_some(), questions),
            salt: random_bytes().unwrap(),
        };
        let credential = Credential::Answers {
            answers: Answers::new(&["in the harbour"]).unwrap(),
            code,
        };
        let about = About {
            name: FileName::new("letter.txt").ok(),
            media_type: None,
        };
        seal_bytes(&header, &credential, &LIMITS, &about, b"hello").unwrap()
    }

    #[test]
    fn a_file_opens_by_its_answer_however_it_is_written() {
        let file = SealedFile::in_text(&text(&sealed(None, Kind::File))).unwrap();
        assert_eq!(file.questions(), ["Where did we meet?"]);
        assert!(!file.needs_code());
        let wrong = file.open(&["at sea"], "").err();
        assert_eq!(wrong, Some(SealError::WrongAnswerOrAltered.into()));
        let opened = file.open(&[" In the HARBOUR "], "").unwrap();
        assert_eq!(opened.content, b"hello");
        assert_eq!(opened.about.name.unwrap().as_str(), "letter.txt");
    }

    #[test]
    fn a_code_is_asked_for_and_taken_in_any_form() {
        let code = Secret::random().unwrap();
        let words = code_words(&code).to_string();
        let file = SealedFile::new(sealed(Some(code), Kind::File)).unwrap();
        assert!(file.needs_code());
        let none = file.open(&["in the harbour"], "").err();
        assert_eq!(none, Some(NotOpened::BadCode));
        assert!(file.open(&["in the harbour"], &words).is_ok());
    }

    #[test]
    fn what_holds_no_file_is_another_matter() {
        let other = SealedFile::new(sealed(None, Kind::Reply)).err();
        assert_eq!(other, Some(SealError::Unsupported));
        assert_eq!(SealedFile::in_text("hello").err(), Some(SealError::NotOurs));
    }

    #[test]
    fn every_sentence_that_is_named_is_there() {
        let sentences = include_str!("../../../web/src/strings.ts");
        let every = [
            NotOpened::BadAnswer,
            NotOpened::BadCode,
            NotOpened::Seal(SealError::NotOurs),
            NotOpened::Seal(SealError::Unsupported),
            NotOpened::Seal(SealError::TooExpensive),
            NotOpened::Seal(SealError::WrongAnswerOrAltered),
            NotOpened::Seal(SealError::Damaged),
        ];
        for key in every.map(said) {
            assert!(sentences.contains(&format!("    {key}: ")), "{key}");
        }
    }
}
