//! What a person agrees to before it is done.

use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::status::{Status, Stop};
use crate::{strings, words};

/// What is asked, and what is said of it otherwise.
pub(crate) struct Consent<'a> {
    pub(crate) question: &'a str,
    /// Nobody is there who could be asked.
    pub(crate) nobody: &'static str,
    /// The answer was no.
    pub(crate) declined: &'static str,
}

impl Consent<'_> {
    /// Asks the person. Nothing has been done before.
    ///
    /// # Errors
    /// If they do not agree, or nobody is there.
    pub(crate) async fn ask(
        self,
        output: &Output,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<(), Stop> {
        if !lines.is_terminal() {
            return Err(Stop::new(Status::Usage, "yes_needed", self.nobody));
        }
        output.say(self.question);
        loop {
            let answer = tokio::select! {
                line = lines.next() => line,
                () = interrupt.pressed() => return Err(Stop::cancelled()),
            };
            match answer.as_deref().map_or(Some(false), words::consent) {
                Some(true) => return Ok(()),
                Some(false) => return Err(Stop::new(Status::Failed, "declined", self.declined)),
                None => output.say(strings::yes_or_no()),
            }
        }
    }
}
