//! The answers and the code of a locked file, asked for at the terminal, which is there even where
//! standard input is something else.

use super::{checked, code_in_file, in_file, worth};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::sealed_files::prompt;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::seal::{Answers, Question, code_from_text};
use handfast_native::token::Secret;
use std::path::Path;
use zeroize::Zeroizing;

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
        output.whisper(strings::not_a_password());
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
        worth(&answers, questions, &[], false)?;
        return Ok(answers);
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
        let alone = checked(std::slice::from_ref(&first)).and_then(|alone| {
            worth(&alone, questions, &[], false)?;
            Ok(alone)
        });
        let alone = match alone {
            Ok(alone) => alone,
            Err(stop) => {
                output.whisper(&words::by_itself(&stop.sentence));
                continue;
            }
        };
        let second = prompt::ask_secretly(strings::answer_again(), interrupt).await?;
        match checked(std::slice::from_ref(&second)) {
            Ok(again) if again == alone => typed.push(first),
            _ => output.whisper(strings::answers_differ()),
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
            let typed = prompt::ask_secretly(strings::code_prompt(), interrupt).await?;
            match code_from_text(&typed) {
                Ok(code) => return Ok(code),
                Err(_) => prompt::tell(strings::not_a_code()),
            }
        }
    };
    code_in_file(file)
}

fn lines(file: &Path, questions: &[Question]) -> Result<Vec<Zeroizing<String>>, Stop> {
    let lines = in_file(file)?;
    match questions.len() {
        0 => Ok(lines),
        count if count == lines.len() => Ok(lines),
        count => Err(Stop::new(
            Status::BadInput,
            "answer_count",
            strings::answer_count(count, lines.len()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;

    #[test]
    fn there_are_as_many_answers_as_questions() {
        let questions = ["Who?", "Where?"].map(|text| Question::new(text).expect("a question"));
        let two = file(b"Winnetou\nApanatschi");
        assert_eq!(lines(two.path(), &questions).expect("two").len(), 2);
        let stop = lines(two.path(), &questions[..1]).expect_err("one too many");
        assert_eq!(stop.kind, "answer_count");
        let without = lines(two.path(), &[]).expect("as many as there are");
        assert_eq!(without.len(), 2);
    }
}
