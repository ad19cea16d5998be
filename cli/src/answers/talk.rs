//! Answers while standard input is there for a conversation: from a file, or the next lines of
//! standard input, which do not show where a person types them.

use super::{checked, code_in_file, in_file, nobody_to_ask, not_a_code, worth};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::seal::{Answers, Question, Strength, code_from_text};
use handfast_native::token::Secret;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where answers come from.
#[derive(clap::Args)]
pub(crate) struct AnswerArgs {
    #[arg(long, value_name = "FILE|-", help = strings::option_answer_file_talk())]
    answer_file: Option<PathBuf>,
}

/// The source of answers, in their order.
pub(crate) struct AnswerSource(Option<VecDeque<Zeroizing<String>>>);

impl AnswerSource {
    /// Reads the file, where there is one.
    ///
    /// # Errors
    /// When it cannot be read, or is no text.
    pub(crate) fn open(args: &AnswerArgs) -> Result<Self, Stop> {
        // What standard input has beyond the answers is for the conversation.
        let file = args.answer_file.as_deref();
        let file = file.filter(|file| *file != Path::new("-"));
        Ok(Self(file.map(in_file).transpose()?.map(VecDeque::from)))
    }

    /// No answers, where none will be asked for.
    pub(crate) fn none() -> Self {
        Self(Some(VecDeque::new()))
    }

    /// Whether a person is asked, and may be asked again.
    pub(crate) fn asks(&self, lines: &Lines) -> bool {
        self.0.is_none() && lines.is_terminal()
    }

    /// The code of a locked invitation: from a file with it, or asked for.
    ///
    /// # Errors
    /// [`Stop`] if there is none, or by Ctrl-C.
    pub(crate) async fn code(
        &self,
        file: Option<&Path>,
        output: &mut Output,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<Secret<16>, Stop> {
        let is_next_line = file == Some(Path::new("-"));
        match file {
            Some(file) if !is_next_line => return code_in_file(file),
            None if !lines.is_terminal() => {
                return Err(Stop::new(
                    Status::Usage,
                    "code_needed",
                    strings::code_missing(),
                ));
            }
            _ => {}
        }
        loop {
            let typed = typed(strings::code_prompt(), output, lines, interrupt).await?;
            match code_from_text(&typed) {
                Err(_) if lines.is_terminal() => output.note(strings::not_a_code()),
                code => return code.map_err(not_a_code),
            }
        }
    }

    /// The next answer.
    ///
    /// # Errors
    /// [`Stop`] if there is none, or by Ctrl-C.
    pub(crate) async fn next(
        &mut self,
        prompt: &str,
        output: &mut Output,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<Zeroizing<String>, Stop> {
        if let Some(given) = &mut self.0 {
            return given.pop_front().ok_or_else(nobody_to_ask);
        }
        typed(prompt, output, lines, interrupt).await
    }

    /// The one answer to a question. A person may try again where nothing of it remains.
    ///
    /// # Errors
    /// As [`Self::next`]; a script's answer that is none is an error too.
    pub(crate) async fn one(
        &mut self,
        output: &mut Output,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<Answers, Stop> {
        loop {
            let typed = self
                .next(&words::answer_prompt(0, 1), output, lines, interrupt)
                .await?;
            match checked(&[typed]) {
                Err(stop) if self.asks(lines) => output.note(words::by_itself(&stop.sentence)),
                answers => return answers,
            }
        }
    }

    /// A new answer to this question, typed twice where nobody sees what they type, and what it is
    /// worth against somebody who knows these names.
    ///
    /// # Errors
    /// As [`Self::next`]; a script's answer that is none or protects nothing is an error too.
    pub(crate) async fn choose(
        &mut self,
        question: &Question,
        names: &[&str],
        output: &mut Output,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<(Answers, Strength), Stop> {
        loop {
            let prompt = words::answer_prompt(0, 1);
            let first = self.next(&prompt, output, lines, interrupt).await?;
            let chosen = checked(&[first]).and_then(|answer| {
                let strength = worth(&answer, std::slice::from_ref(question), names, false)?;
                Ok((answer, strength))
            });
            let chosen = match chosen {
                Err(stop) if self.asks(lines) => {
                    output.note(words::by_itself(&stop.sentence));
                    continue;
                }
                chosen => chosen?,
            };
            if !self.asks(lines) {
                return Ok(chosen);
            }
            let again = self.next(strings::answer_again(), output, lines, interrupt);
            if checked(&[again.await?]).is_ok_and(|again| again == chosen.0) {
                return Ok(chosen);
            }
            output.note(strings::answers_differ());
        }
    }
}

/// The next line of standard input, which does not show where a person types it.
async fn typed(
    prompt: &str,
    output: &mut Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<Zeroizing<String>, Stop> {
    let _unseen = match lines.is_terminal() {
        true => {
            let asked = lines.ask_secretly(prompt, output);
            Some(asked.map_err(|_| nobody_to_ask())?)
        }
        false => None,
    };
    tokio::select! {
        line = lines.next() => line.map(Zeroizing::new).ok_or_else(nobody_to_ask),
        () = interrupt.pressed() => Err(Stop::cancelled()),
    }
}
