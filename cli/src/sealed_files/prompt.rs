//! Asking the person at the terminal, even where standard input is something else.
//!
//! What is typed in answer to a secret question is not shown, and however the asking ends, the
//! terminal shows again what is typed after it.

use crate::hidden::Hidden;
use crate::interrupt::Interrupt;
use crate::status::{Status, Stop};
use crate::strings;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use zeroize::Zeroizing;

/// The longest line that is taken.
const LONGEST: usize = 4096;

/// True if there is a person at a terminal who can be asked.
pub(crate) fn is_possible() -> bool {
    cfg!(unix) && io::stderr().is_terminal() && open().is_ok()
}

/// Asks for a line that everybody in front of the screen may see.
///
/// # Errors
/// When there is nobody to ask, or they press Ctrl-C or Ctrl-D.
pub(crate) async fn ask(question: &str, interrupt: &mut Interrupt) -> Result<String, Stop> {
    let line = line(question, true, interrupt).await?;
    Ok(line.trim().to_owned())
}

/// Asks for a line that is not shown while it is typed.
///
/// # Errors
/// As [`ask`].
pub(crate) async fn ask_secretly(
    question: &str,
    interrupt: &mut Interrupt,
) -> Result<Zeroizing<String>, Stop> {
    line(question, false, interrupt).await
}

/// Says something at the terminal.
pub(crate) fn tell(sentence: &str) {
    let _ = writeln!(io::stderr(), "{sentence}");
}

fn nobody() -> Stop {
    Stop::new(Status::Usage, "answer_needed", strings::answer_needed())
}

fn open() -> io::Result<File> {
    File::options().read(true).write(true).open("/dev/tty")
}

async fn line(
    question: &str,
    shown: bool,
    interrupt: &mut Interrupt,
) -> Result<Zeroizing<String>, Stop> {
    if !is_possible() {
        return Err(nobody());
    }
    let mut terminal = open().map_err(|_| nobody())?;
    let _hidden = match shown {
        true => None,
        false => Some(Hidden::begin(&terminal).map_err(|_| nobody())?),
    };
    write!(terminal, "{question} ").map_err(|_| nobody())?;
    let reading = tokio::task::spawn_blocking(move || read_line(terminal));
    tokio::select! {
        line = reading => line.map_err(|_| nobody())?.ok_or_else(Stop::cancelled),
        () = interrupt.pressed() => Err(Stop::cancelled()),
    }
}

/// A terminal gives out a line at a time. None if it ends before one.
fn read_line(mut terminal: impl Read) -> Option<Zeroizing<String>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = [0];
    while line.len() < LONGEST {
        match terminal.read(&mut byte) {
            Ok(1) if byte[0] == b'\n' => break,
            Ok(1) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return None,
        }
    }
    let text = std::str::from_utf8(&line).ok()?;
    Some(Zeroizing::new(text.trim_end_matches('\r').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_its_end_and_not_at_the_end_of_everything() {
        let read = |bytes: &[u8]| read_line(bytes).map(|line| line.as_str().to_owned());
        assert_eq!(read(b"Rex \r\nnext").as_deref(), Some("Rex "));
        assert_eq!(read(b"\n").as_deref(), Some(""));
        assert_eq!(read(b"no end"), None);
        assert_eq!(read(b"\xff\n"), None);
    }
}
