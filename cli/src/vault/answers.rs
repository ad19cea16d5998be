//! Where answers and codes come from: a file, standard input, or the person. Never an argument, since
//! everybody on a machine can read those.

use super::prompt;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::status::{Status, Stop};
use crate::{input, words};
use handfast_core::crypto::Secret;
use handfast_core::qr::scan_picture;
use handfast_core::seal::{Answers, LockError, Question, Strength, Trivial, code_from_text};
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// The most bytes of a file with answers.
const MOST_BYTES: u64 = 64 << 10;

/// The answers that are in a file, one a line; `-` is standard input. Without a file the person is
/// asked. Containers without questions inside have one answer, unless the file holds more.
///
/// # Errors
/// When there are none, or not as many as questions.
pub(crate) async fn to_open(
    questions: &[Question],
    file: Option<&Path>,
    output: &Output,
    interrupt: &mut Interrupt,
) -> Result<Answers, Stop> {
    if let Some(file) = file {
        return checked(&lines(file, questions)?);
    }
    for question in questions {
        output.whisper(&words::question(question.as_str()));
    }
    if prompt::is_possible() && !questions.is_empty() {
        output.whisper(words::NOT_A_PASSWORD);
    }
    let mut typed = Vec::new();
    for number in 0..questions.len().max(1) {
        let asking = words::answer_prompt(number, questions.len());
        typed.push(prompt::ask_secretly(&asking, interrupt).await?);
    }
    checked(&typed)
}

/// Like [`to_open`], for answers that are to protect something: whoever types them does so twice, and
/// what protects nothing is not taken.
///
/// # Errors
/// As [`to_open`]; those in a file are refused if they protect nothing.
pub(crate) async fn to_seal(
    questions: &[Question],
    file: Option<&Path>,
    output: &Output,
    interrupt: &mut Interrupt,
) -> Result<Answers, Stop> {
    if let Some(file) = file {
        let answers = checked(&lines(file, questions)?)?;
        return match Strength::of(&answers, questions, &[], false) {
            Ok(_) => Ok(answers),
            Err((_, reason)) => Err(refused(reason)),
        };
    }
    let mut typed: Vec<Zeroizing<String>> = Vec::new();
    let count = questions.len().max(1);
    while typed.len() < count {
        let number = typed.len();
        if let Some(question) = questions.get(number) {
            output.whisper(&words::question(question.as_str()));
        }
        let asking = words::answer_prompt(number, questions.len());
        let first = prompt::ask_secretly(&asking, interrupt).await?;
        let alone = match checked(std::slice::from_ref(&first)) {
            Ok(alone) => alone,
            Err(stop) => {
                output.whisper(&stop.sentence);
                continue;
            }
        };
        if let Err((_, reason)) = Strength::of(&alone, questions, &[], false) {
            output.whisper(&refused(reason).sentence);
            continue;
        }
        let second = prompt::ask_secretly(words::ANSWER_AGAIN, interrupt).await?;
        match checked(std::slice::from_ref(&second)) {
            Ok(again) if again == alone => typed.push(first),
            _ => output.whisper(words::ANSWERS_DIFFER),
        }
    }
    checked(&typed)
}

/// The code of the second channel: from a file with it, which may be a picture of it, or asked for.
///
/// # Errors
/// When there is none, or it is none.
pub(crate) async fn code(
    file: Option<&Path>,
    interrupt: &mut Interrupt,
) -> Result<Secret<16>, Stop> {
    let Some(file) = file else {
        loop {
            let typed = prompt::ask_secretly(words::CODE_PROMPT, interrupt).await?;
            match code_from_text(&typed) {
                Ok(code) => return Ok(code),
                Err(error) => prompt::tell(&error.to_string()),
            }
        }
    };
    let bytes = read(file)?;
    let text = match scan_picture(&bytes) {
        Ok(reading) => Zeroizing::new(reading.text),
        Err(_) => Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()),
    };
    code_from_text(&text)
        .map_err(|error| Stop::new(Status::BadInput, "not_a_code", error.to_string()))
}

fn lines(file: &Path, questions: &[Question]) -> Result<Vec<Zeroizing<String>>, Stop> {
    let bytes = read(file)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Stop::bad_input(words::ANSWERS_NOT_TEXT))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<_> = lines.map(|line| Zeroizing::new(line.to_owned())).collect();
    match questions.len() {
        0 => Ok(lines),
        count if count == lines.len() => Ok(lines),
        count => Err(Stop::new(
            Status::BadInput,
            "answer_count",
            words::answer_count(count, lines.len()),
        )),
    }
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

fn checked(typed: &[Zeroizing<String>]) -> Result<Answers, Stop> {
    let typed: Vec<&str> = typed.iter().map(|line| line.as_str()).collect();
    Answers::new(&typed).map_err(|error| match error {
        LockError::Count if typed.is_empty() => {
            Stop::new(Status::Usage, "answer_needed", words::ANSWER_NEEDED)
        }
        error => Stop::new(Status::BadInput, "answer_refused", error.to_string()),
    })
}

fn refused(reason: Trivial) -> Stop {
    Stop::new(Status::BadInput, "answer_refused", reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        file
    }

    #[test]
    fn a_file_has_an_answer_a_line() {
        let questions = ["Who?", "Where?"].map(|text| Question::new(text).expect("a question"));
        let two = file("\u{feff}Winnetou\r\n\n Apanatschi \n".as_bytes());
        let found = lines(two.path(), &questions).expect("two");
        assert_eq!(found.len(), 2);
        assert_eq!(
            checked(&found).ok(),
            Answers::new(&["winnetou", "apanatschi"]).ok()
        );
        let stop = lines(two.path(), &questions[..1]).expect_err("one too many");
        assert_eq!(stop.kind, "answer_count");
        assert_eq!(
            lines(two.path(), &[]).expect("as many as there are").len(),
            2
        );
        let stop = checked(&lines(file(b"").path(), &[]).expect("none")).expect_err("none");
        assert_eq!((stop.status, stop.kind), (Status::Usage, "answer_needed"));
    }
}
