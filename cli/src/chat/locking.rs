//! Locked messages: one is written in three lines, of which the answer does not show where a terminal can hide it, and
//! opened by an answer to each of its questions. What it says is told and kept nowhere.

use super::Chat;
use super::asking::What;
use crate::answers::{checked, question, worth};
use crate::output::Event;
use crate::{strings, words};
use handfast_native::device::{Done, Refusal, Saying, SessionCommand};
use handfast_native::seal::{Answers, Question, Questions};
use zeroize::Zeroizing;

/// What the next line is of a locked message.
pub(super) enum Locking {
    /// The answer that is to open it.
    Answer(Question),
    /// What is to be locked.
    Text(Question, Answers),
    /// An answer that may open the one in this row, behind those that were given.
    Open(u64, Questions, Vec<Zeroizing<String>>),
}

impl Locking {
    pub(super) fn prompt(&self) -> String {
        match self {
            Self::Answer(_) => strings::lock_answer().to_owned(),
            Self::Text(..) => strings::lock_message().to_owned(),
            Self::Open(_, questions, given) => {
                let questions = questions.as_slice();
                let prompt = words::answer_prompt(given.len(), questions.len());
                match questions.get(given.len()) {
                    Some(question) if questions.len() > 1 => {
                        format!("{} {prompt}", words::quoted(question.as_str()))
                    }
                    _ => prompt,
                }
            }
        }
    }

    pub(super) fn is_secret(&self) -> bool {
        match self {
            Self::Answer(_) | Self::Open(..) => true,
            Self::Text(..) => false,
        }
    }
}

impl Chat<'_> {
    /// Locks with this question what the line after the next one says.
    pub(super) fn lock(&mut self, text: &str) {
        match question(text) {
            _ if text.is_empty() => self.output.note(strings::lock_what()),
            Err(why) => self.output.note(words::by_itself(&why)),
            Ok(question) => self.await_line(What::Locking(Locking::Answer(question))),
        }
    }

    /// Opens the locked message in this row, or the last one, with what the next lines answer.
    pub(super) fn open(&mut self, text: &str) {
        let locked = &self.person.last.locked;
        let named = text.strip_prefix('#').unwrap_or(text).trim();
        let found = match named {
            "" => locked.last_key_value(),
            named => named
                .parse()
                .ok()
                .and_then(|row| locked.get_key_value(&row)),
        };
        match found {
            Some((row, questions)) => {
                let open = Locking::Open(*row, questions.clone(), Vec::new());
                self.await_line(What::Locking(open));
            }
            None => self.output.note(strings::open_what()),
        }
    }

    pub(super) async fn go_on_locking(&mut self, locking: Locking, line: Zeroizing<String>) {
        match locking {
            Locking::Answer(question) => {
                let answers = checked(&[line]).and_then(|answers| {
                    worth(&answers, std::slice::from_ref(&question), &[], false)?;
                    Ok(answers)
                });
                match answers {
                    Ok(answers) => {
                        let text = Locking::Text(question, answers);
                        self.await_line(What::Locking(text));
                    }
                    Err(stop) => self.output.note(words::by_itself(&stop.sentence)),
                }
            }
            Locking::Text(question, answers) => {
                let lock = Saying::Lock {
                    text: line.to_string(),
                    questions: question.into(),
                    answers,
                };
                if let Err(refusal) = self.session.say(lock).await {
                    self.not_done(refusal);
                }
            }
            Locking::Open(row, questions, mut given) => {
                given.push(line);
                if given.len() < questions.as_slice().len() {
                    let open = Locking::Open(row, questions, given);
                    return self.await_line(What::Locking(open));
                }
                match checked(&given) {
                    Ok(answers) => self.open_by(row, answers).await,
                    Err(stop) => self.output.note(words::by_itself(&stop.sentence)),
                }
            }
        }
    }

    async fn open_by(&mut self, row: u64, answers: Answers) {
        let open = SessionCommand::Open(row, answers);
        match self.session.orders().give(open).await {
            Ok(Done::Opened(text)) => self.output.tell(Event::MessageOpened { row, text }),
            Ok(_) => {}
            Err(refusal) => self.not_done(refusal),
        }
    }

    fn not_done(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::Seal(error) => self.output.note(words::not_opened(error)),
            Refusal::NotNow => self.output.note(strings::lock_not_now()),
            Refusal::TooMuchWaits => self.output.note(strings::not_yet()),
            refusal => self.refused(refusal),
        }
    }
}
