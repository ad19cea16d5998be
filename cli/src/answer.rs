//! Answers, as people type them: from a file, or from whoever sits at standard input, where nothing
//! that is typed shows. Never from an argument, which every program on the machine could read.

use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::status::{Status, Stop};
use crate::{input, words};
use handfast_core::seal::{Answers, LockError};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
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
            std::str::from_utf8(&bytes).map_err(|_| Stop::bad_input(words::ANSWER_FILE_NO_TEXT))?;
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
        let _hidden = lines.is_terminal().then(|| {
            output.prompt(prompt);
            Hidden::begin()
        });
        let line = tokio::select! {
            line = lines.next() => line.map(Zeroizing::new).ok_or_else(no_answer),
            () = interrupt.pressed() => Err(Stop::cancelled()),
        };
        if lines.is_terminal() {
            output.prompt("\n");
        }
        line
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
            let typed = self.next(words::ANSWER, output, lines, interrupt).await?;
            match Answers::new(&[&typed]) {
                Ok(answers) => return Ok(answers),
                Err(error) if self.asks(lines) => output.note(error.to_string()),
                Err(error) => return Err(unusable(error)),
            }
        }
    }

    /// A new answer to this question, typed twice where nobody sees what they type.
    ///
    /// # Errors
    /// As [`Self::next`]; a script's answer that is none is an error too.
    pub(crate) async fn choose(
        &mut self,
        output: &mut Output,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<Answers, Stop> {
        loop {
            let first = self
                .next(words::NEW_ANSWER, output, lines, interrupt)
                .await?;
            let sure = !self.asks(lines);
            match (Answers::new(&[&first]), sure) {
                (Ok(answers), true) => return Ok(answers),
                (Err(error), true) => return Err(unusable(error)),
                (Err(error), false) => output.note(error.to_string()),
                (Ok(answers), false) => {
                    let again = self
                        .next(words::ANSWER_AGAIN, output, lines, interrupt)
                        .await?;
                    if again == first {
                        return Ok(answers);
                    }
                    output.note(words::ANSWERS_DIFFER_HERE);
                }
            }
        }
    }
}

fn no_answer() -> Stop {
    Stop::new(Status::Usage, "no_answer", words::NO_ANSWER)
}

/// What is typed is no answer.
pub(crate) fn unusable(error: LockError) -> Stop {
    Stop::bad_input(error.to_string())
}

/// While it lives, the terminal does not show what is typed.
struct Hidden(Option<Termios>);

impl Hidden {
    fn begin() -> Self {
        let before = tcgetattr(std::io::stdin()).ok();
        if let Some(mut silent) = before.clone() {
            silent.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &silent);
        }
        Self(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}
