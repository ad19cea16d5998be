//! Questions to whoever is here, and theirs. An answer is typed on a line of its own, which does not show where a
//! terminal can hide it.

use super::Chat;
use super::locking::Locking;
use crate::answers::{checked, question};
use crate::lines::{Lines, Unseen};
use crate::output::Event;
use crate::{strings, words};
use handfast_native::device::{ContactEdit, Inquiries, Refusal, SessionCommand};
use handfast_native::seal::Question;
use zeroize::Zeroizing;

/// What the next line is for.
pub(super) struct Awaited {
    what: What,
    /// What is typed does not show.
    unseen: Option<Unseen>,
}

/// What a line is that does not go to the other side as it is.
pub(super) enum What {
    /// The answer to the question of the other side.
    Answer,
    /// The answer that is expected to this question, which is about to be asked.
    Expected(Question),
    /// Something for a locked message.
    Locking(Locking),
}

impl What {
    /// What the person is asked for.
    fn prompt(&self, is_window: bool) -> String {
        match self {
            Self::Expected(_) => strings::ask_answer().to_owned(),
            Self::Answer if is_window => strings::answer_in_window().to_owned(),
            Self::Answer => words::answer_prompt(0, 1),
            Self::Locking(locking) => locking.prompt(),
        }
    }

    /// Nobody else should see it on the screen.
    fn is_secret(&self) -> bool {
        match self {
            Self::Expected(_) | Self::Answer => true,
            Self::Locking(locking) => locking.is_secret(),
        }
    }
}

impl Chat<'_> {
    /// Tells what is new of the questions of the two.
    pub(super) fn tell_questions(&mut self, name: &str, now: &Inquiries) {
        let before = std::mem::replace(&mut self.person.questions, now.clone());
        let name = words::name_or(name, &self.fallback);
        for (is_ours, before, now) in [
            (true, before.ours, &now.ours),
            (false, before.theirs, &now.theirs),
        ] {
            if let Some(asked) = now.as_ref().filter(|now| before.as_ref() != Some(*now))
                && let Some(event) = Event::question(name, is_ours, asked)
            {
                self.output.tell(event);
            }
        }
    }

    /// Asks this, once the next line says which answer is expected.
    pub(super) fn ask(&mut self, text: &str) {
        match question(text) {
            _ if text.is_empty() => self.output.note(strings::ask_what()),
            Err(why) => self.output.note(words::by_itself(&why)),
            Ok(question) => self.await_line(What::Expected(question)),
        }
    }

    /// Answers their question with this, or with the next line.
    pub(super) async fn begin_to_answer(&mut self, text: &str) {
        let theirs = self.person.questions.theirs.as_ref();
        if !theirs.is_some_and(|asked| asked.standing.takes_an_answer()) {
            return self.output.note(strings::no_question());
        }
        match text {
            "" => self.await_line(What::Answer),
            text => self.give(None, text).await,
        }
    }

    pub(super) async fn decline_to_answer(&mut self) {
        let declined = self.session.orders().give(SessionCommand::NoAnswer).await;
        if declined.is_err() {
            self.output.note(strings::no_question());
        }
    }

    /// The next line is that.
    pub(super) fn await_line(&mut self, what: What) {
        let unseen = None;
        self.person.awaited = Some(Awaited { what, unseen });
    }

    /// Asks for what is awaited, where a person types it.
    pub(super) fn hide_an_answer(&mut self, lines: &Lines) {
        let is_window = self.output.window().is_some();
        let Some(awaited) = self.person.awaited.as_mut() else {
            return;
        };
        let prompt = awaited.what.prompt(is_window);
        match lines.is_terminal() && !is_window && awaited.what.is_secret() {
            // Where nothing can be hidden it shows.
            true => awaited.unseen = lines.ask_secretly(&prompt, self.output).ok(),
            false => self.output.note(prompt.trim_end()),
        }
    }

    /// This line is what was awaited. One that says nothing takes back what was begun.
    pub(super) async fn take_awaited(&mut self, awaited: Awaited, line: Zeroizing<String>) {
        drop(awaited.unseen);
        match awaited.what {
            _ if line.trim().is_empty() => {}
            What::Answer => self.give(None, &line).await,
            What::Expected(question) => self.give(Some(question), &line).await,
            What::Locking(locking) => self.go_on_locking(locking, line).await,
        }
    }

    async fn give(&mut self, asks: Option<Question>, text: &str) {
        let answer = match checked(&[Zeroizing::new(text.to_owned())]) {
            Ok(answer) => answer,
            Err(stop) => return self.output.note(words::by_itself(&stop.sentence)),
        };
        let (command, otherwise) = match asks {
            Some(question) => (
                SessionCommand::Ask(question, answer),
                strings::ask_not_now(),
            ),
            None => (SessionCommand::Answer(answer), strings::no_question()),
        };
        match self.session.orders().give(command).await {
            Ok(_) => {}
            Err(Refusal::NotNow) => self.output.note(otherwise),
            Err(refusal) => self.refused(refusal),
        }
    }

    /// Another device that came to them as this person is theirs, or is not.
    pub(super) async fn other_device(&mut self, is_ours: bool) {
        let Some(key) = self.person.with else {
            return self.output.note(strings::ask_not_now());
        };
        let edit = ContactEdit::OtherDeviceIsOurs(is_ours);
        let name = self.output.name().to_owned();
        let text = match is_ours {
            true => strings::other_device_ours(&name),
            false => strings::other_device_not_ours(&name),
        };
        if self.session.change(key, edit).await {
            self.output.note(text);
        }
    }
}
