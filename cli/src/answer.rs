//! Answers, as people type them: from a file, or from whoever sits at standard input, where nothing
//! that is typed shows. Never from an argument, which every program on the machine could read.

use crate::hidden::Hidden;
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::status::{Status, Stop};
use crate::{input, words};
use handfast_core::seal::{Answers, LockError, Question, Strength};
use std::collections::VecDeque;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Where answers come from.
#[derive(clap::Args)]
pub(crate) struct AnswerArgs {
    /// Read the answers from a file, one a line, instead of asking for them
    #[arg(long, value_name = "FILE")]
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
        let Some(path) = &args.answer_file else {
            return Ok(Self(None));
        };
        let bytes = Zeroizing::new(input::read_file(path)?);
        let text =
            std::str::from_utf8(&bytes).map_err(|_| Stop::bad_input(words::ANSWERS_NOT_TEXT))?;
        let lines = text.lines().map(|line| Zeroizing::new(line.to_owned()));
        Ok(Self(Some(lines.collect())))
    }

    /// Whether a person is asked, and may be asked again.
    pub(crate) fn asks(&self, lines: &Lines) -> bool {
        self.0.is_none() && lines.is_terminal()
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
            return given.pop_front().ok_or_else(no_answer);
        }
        let _hidden = match lines.is_terminal() {
            true => {
                output.prompt(&format!("{prompt} "));
                Some(Hidden::begin(std::io::stdin()).map_err(|_| no_answer())?)
            }
            false => None,
        };
        tokio::select! {
            line = lines.next() => line.map(Zeroizing::new).ok_or_else(no_answer),
            () = interrupt.pressed() => Err(Stop::cancelled()),
        }
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
            match Answers::new(&[&typed]) {
                Ok(answers) => return Ok(answers),
                Err(error) if self.asks(lines) => output.note(error.to_string()),
                Err(error) => return Err(unusable(error)),
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
            let chosen = Answers::new(&[&first]).map_err(unusable);
            let chosen = chosen.and_then(|answer| {
                let strength = Strength::of(&answer, std::slice::from_ref(question), names, false);
                let strength = strength.map_err(|(_, reason)| refused(&reason))?;
                Ok((answer, strength))
            });
            let chosen = match chosen {
                Err(stop) if self.asks(lines) => {
                    output.note(stop.sentence);
                    continue;
                }
                chosen => chosen?,
            };
            if !self.asks(lines) {
                return Ok(chosen);
            }
            let again = self.next(words::ANSWER_AGAIN, output, lines, interrupt);
            if Answers::new(&[&again.await?]).is_ok_and(|again| again == chosen.0) {
                return Ok(chosen);
            }
            output.note(words::ANSWERS_DIFFER);
        }
    }
}

fn no_answer() -> Stop {
    Stop::new(Status::Usage, "answer_needed", words::ANSWER_NEEDED)
}

/// What is typed is no answer.
pub(crate) fn unusable(error: LockError) -> Stop {
    refused(&error)
}

fn refused(reason: &impl ToString) -> Stop {
    Stop::new(Status::BadInput, "answer_refused", reason.to_string())
}
