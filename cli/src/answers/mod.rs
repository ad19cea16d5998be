//! Questions and answers as people give them: from a file, from standard input, or typed where
//! nothing of it shows. Never from an argument, which every program on the machine could read.
//!
//! [`talk`] asks while standard input is there for a conversation, [`lock`] asks at the terminal.

pub(crate) mod lock;
pub(crate) mod talk;

use crate::status::{Status, Stop};
use crate::{input, strings, words};
use handfast_native::qr::scan_picture_for;
use handfast_native::seal::{Answers, LockError, NotACode, Question, Strength, code_from_text};
use handfast_native::token::Secret;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// The most bytes of answers on standard input.
const MOST_BYTES: u64 = 64 << 10;

/// A question as an argument.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn question(text: &str) -> Result<Question, String> {
    Question::new(text.trim()).map_err(words::field)
}

/// The answers in a file, one a line; `-` is standard input. Empty lines do not count.
///
/// # Errors
/// When it cannot be read, or is no text.
fn in_file(file: &Path) -> Result<Vec<Zeroizing<String>>, Stop> {
    let bytes = read(file)?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| Stop::bad_input(strings::answers_not_text()))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    Ok(lines.map(|line| Zeroizing::new(line.to_owned())).collect())
}

/// The code in a file, or in a picture of it.
///
/// # Errors
/// When there is none in it.
pub(crate) fn code_in_file(file: &Path) -> Result<Secret<16>, Stop> {
    let bytes = read(file)?;
    let texts: Vec<Zeroizing<String>> =
        match scan_picture_for(&bytes, |text| code_from_text(text).is_ok()) {
            Ok(readings) => readings
                .into_iter()
                .map(|r| Zeroizing::new(r.text))
                .collect(),
            Err(_) => vec![Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())],
        };
    // A picture may hold codes of other things besides.
    let code = texts.iter().find_map(|text| code_from_text(text).ok());
    code.ok_or_else(|| not_a_code(NotACode))
}

fn not_a_code(_: NotACode) -> Stop {
    Stop::new(Status::BadInput, "not_a_code", strings::not_a_code())
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, Stop> {
    if file != Path::new("-") {
        return input::read_file(file).map(Zeroizing::new);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize));
    std::io::stdin()
        .take(MOST_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::bad_input(words::unreadable("-", &error)))?;
    Ok(bytes)
}

/// What was typed, as answers.
///
/// # Errors
/// When there is none, or nothing of one remains.
pub(crate) fn checked(typed: &[Zeroizing<String>]) -> Result<Answers, Stop> {
    let typed: Vec<&str> = typed.iter().map(|line| line.as_str()).collect();
    Answers::new(&typed).map_err(|error| match error {
        LockError::Count if typed.is_empty() => nobody_to_ask(),
        error => refused(words::lock(error)),
    })
}

/// What answers to these questions are worth against somebody who knows these names, with a code beside them or
/// without.
///
/// # Errors
/// When they protect nothing.
pub(crate) fn worth(
    answers: &Answers,
    questions: &[Question],
    names: &[&str],
    with_code: bool,
) -> Result<Strength, Stop> {
    let strength = Strength::of(answers, questions, names, with_code);
    strength.map_err(|(_, reason)| refused(words::trivial(reason)))
}

fn refused(why: &str) -> Stop {
    Stop::new(Status::BadInput, "answer_refused", why)
}

fn nobody_to_ask() -> Stop {
    Stop::new(Status::Usage, "answer_needed", strings::answer_needed())
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        file
    }

    #[test]
    fn a_file_has_an_answer_a_line() {
        let two = file("\u{feff}Winnetou\r\n\n Apanatschi \n".as_bytes());
        let found = in_file(two.path()).expect("two");
        assert_eq!(found.len(), 2);
        assert_eq!(
            checked(&found).ok(),
            Answers::new(&["winnetou", "apanatschi"]).ok()
        );
        let stop = checked(&in_file(file(b"").path()).expect("none")).expect_err("none");
        assert_eq!((stop.status, stop.kind), (Status::Usage, "answer_needed"));
        let stop = in_file(file(b"\xff").path()).expect_err("no text");
        assert_eq!(stop.status, Status::BadInput);
    }

    #[test]
    fn a_question_loses_the_space_around_it() {
        assert_eq!(question(" Where? "), question("Where?"));
        assert!(question(" ").is_err());
    }
}
