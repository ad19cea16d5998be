//! Questions to whoever is here, and theirs. An answer is typed on a line of its own, which does not show where a
//! terminal can hide it.

use super::Chat;
use crate::answers::{checked, question};
use crate::lines::{Lines, Unseen};
use crate::output::Event;
use crate::{strings, words};
use handfast_native::device::{ContactEdit, Inquiries, Refusal, SessionCommand};
use handfast_native::seal::Question;
use zeroize::Zeroizing;

/// What the next line answers.
pub(super) struct Awaited {
    /// A question that is about to be asked; None for that of the other side.
    asks: Option<Question>,
    /// What is typed does not show.
    unseen: Option<Unseen>,
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
            Ok(question) => self.await_answer(Some(question)),
        }
    }

    /// Answers their question with this, or with the next line.
    pub(super) async fn begin_to_answer(&mut self, text: &str) {
        let theirs = self.person.questions.theirs.as_ref();
        if !theirs.is_some_and(|asked| asked.standing.takes_an_answer()) {
            return self.output.note(strings::no_question());
        }
        match text {
            "" => self.await_answer(None),
            text => self.give(None, text).await,
        }
    }

    pub(super) async fn decline_to_answer(&mut self) {
        let declined = self.session.orders().give(SessionCommand::NoAnswer).await;
        if declined.is_err() {
            self.output.note(strings::no_question());
        }
    }

    fn await_answer(&mut self, asks: Option<Question>) {
        let unseen = None;
        self.person.awaited = Some(Awaited { asks, unseen });
    }

    /// Asks for what is awaited, where a person types it.
    pub(super) fn hide_an_answer(&mut self, lines: &Lines) {
        let is_window = self.output.window().is_some();
        let Some(awaited) = self.person.awaited.as_mut() else {
            return;
        };
        let prompt = match awaited.asks {
            Some(_) => strings::ask_answer().to_owned(),
            None if is_window => strings::answer_in_window().to_owned(),
            None => words::answer_prompt(0, 1),
        };
        match lines.is_terminal() && !is_window {
            // Where nothing can be hidden it shows.
            true => awaited.unseen = lines.ask_secretly(&prompt, self.output).ok(),
            false => self.output.note(prompt.trim_end()),
        }
    }

    /// This line is the answer. One that says nothing takes back what was begun.
    pub(super) async fn take_answer(&mut self, awaited: Awaited, line: &Zeroizing<String>) {
        drop(awaited.unseen);
        if !line.trim().is_empty() {
            self.give(awaited.asks, line).await;
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
