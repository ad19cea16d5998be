//! A text that is locked with questions and answers, as a sealed container in the place of a body.

use super::entry::MAX_ENTRY_BODY;
use bytes::Bytes;
use handfast_seal::{Header, Kind, Lock, Questions};
use std::fmt;

/// A sealed container of a text, which opens by the answers to the questions in it and by nothing else. What is in
/// it is known only to whoever answers, and is nothing that this device keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct LockedText {
    container: Bytes,
    questions: Questions,
}

impl LockedText {
    /// The container of one: of a file, with at least one question, without a code of a second channel, and no longer
    /// than a body may be. None for any other.
    pub fn new(container: Bytes) -> Option<Self> {
        let header = (container.len() <= MAX_ENTRY_BODY)
            .then(|| Header::parse(&container).ok())
            .flatten()?;
        match header.lock {
            Lock::Answers {
                questions,
                with_code: false,
                ..
            } if header.kind == Kind::File && !questions.as_slice().is_empty() => Some(Self {
                container,
                questions,
            }),
            _ => None,
        }
    }

    /// What opens.
    pub fn container(&self) -> &Bytes {
        &self.container
    }

    /// What is asked, for everybody to read who has it.
    pub fn questions(&self) -> &Questions {
        &self.questions
    }
}

impl fmt::Debug for LockedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LockedText({} bytes, ..)", self.container.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::container;
    use super::*;
    use handfast_seal::{Cost, Question};

    fn asking(text: &str) -> Questions {
        Questions::new(vec![Question::new(text).unwrap()]).unwrap()
    }

    #[test]
    fn what_asks_for_no_answer_or_for_more_than_that_is_no_locked_message() {
        let lock = |with_code, questions| Lock::answers(Cost::STANDARD, with_code, questions);
        let made = |kind, lock| LockedText::new(container(kind, lock, b"sealed"));
        let locked = made(Kind::File, lock(false, asking("Where?"))).expect("a locked message");
        assert_eq!(locked.questions(), &asking("Where?"));
        for (kind, lock) in [
            (Kind::File, Lock::Key),
            (Kind::File, lock(false, Questions::default())),
            (Kind::File, lock(true, asking("Where?"))),
            (Kind::Invitation, lock(false, asking("Where?"))),
            (Kind::DeviceState, lock(false, asking("Where?"))),
        ] {
            assert_eq!(made(kind, lock.clone()), None, "{kind:?} {lock:?}");
        }
        let front = locked.container().len() - b"sealed".len();
        for (rest, fits) in [
            (MAX_ENTRY_BODY - front, true),
            (MAX_ENTRY_BODY - front + 1, false),
        ] {
            let lock = lock(false, asking("Where?"));
            let long = LockedText::new(container(Kind::File, lock, &vec![1; rest]));
            assert_eq!(long.is_some(), fits, "{rest}");
        }
        assert_eq!(LockedText::new(Bytes::from_static(b"no container")), None);
    }
}
