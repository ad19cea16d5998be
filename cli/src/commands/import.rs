//! `handfast import`: make the device of this machine of a file that `handfast export` wrote.

use super::Hands;
use crate::answers::lock as answers;
use crate::home::{HomeArgs, Place};
use crate::interrupt::Interrupt;
use crate::output::{Event, Output};
use crate::sealed_files::container::Container;
use crate::sealed_files::{LIMITS, refused};
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::Home;
use handfast_native::seal::{Credential, Lock, SealError};
use handfast_native::store::{Export, ExportError, StoreError};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
#[command(after_help = strings::import_examples())]
pub(crate) struct Args {
    #[arg(value_name = "FILE|TEXT|-", help = strings::option_container())]
    container: String,
    #[arg(long, value_name = "FILE|-", help = strings::option_answer_file())]
    answer_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_code_file_open())]
    code_file: Option<PathBuf>,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_events())]
    pub(super) json: bool,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let inputs = [args.answer_file.as_deref(), args.code_file.as_deref()];
    let inputs = inputs.iter().filter(|file| **file == Some(Path::new("-")));
    if inputs.count() + usize::from(args.container == "-") > 1 {
        return Err(Stop::new(Status::Usage, "usage", strings::input_twice()));
    }
    let place = args.home.place()?;
    let Place::Folder(folder) = &place else {
        return Err(Stop::new(Status::Home, "no_home", strings::no_home()));
    };
    // Known before anybody is asked for anything.
    if !Home::is_free(folder) {
        return Err(occupied(folder));
    }
    // Standard input cannot be read a second time.
    let may_ask_again = args.code_file.is_none() && args.container != "-";
    let export = loop {
        match open(&args, &output, &mut interrupt).await {
            Err(stop) if stop.status == Status::WrongAnswer && may_ask_again => {
                output.note(words::by_itself(&stop.sentence));
            }
            opened => break opened?,
        }
    };
    let (contacts, messages) = (export.contacts.len() as u64, export.entries.len() as u64);
    let into = folder.clone();
    let making = tokio::task::spawn_blocking(move || Home::import(into, &export).map(drop));
    // Once begun it is finished: it takes a moment, and nobody is left with half of it.
    let made = making
        .await
        .map_err(|_| Stop::local(strings::went_wrong()))?;
    made.map_err(|error| match error {
        ExportError::Store(error) => place.refused(error),
        ExportError::Occupied => occupied(folder),
        error => not_imported(error),
    })?;
    output.tell(Event::Imported {
        path: folder.to_string_lossy().into_owned(),
        contacts,
        messages,
    });
    Ok(())
}

/// Opens it with what the person answers this time. Nothing is written by that.
async fn open(args: &Args, output: &Output, interrupt: &mut Interrupt) -> Result<Export, Stop> {
    let argument = args.container.clone();
    let finding = tokio::task::spawn_blocking(move || Container::find(&argument));
    let container = tokio::select! {
        found = finding => found.map_err(|_| Stop::local(strings::went_wrong()))??,
        () = interrupt.pressed() => return Err(Stop::cancelled()),
    };
    Export::check(&container.header).map_err(not_imported)?;
    let answers = match &container.header.lock {
        Lock::Key => None,
        Lock::Answers {
            cost, questions, ..
        } => {
            LIMITS.check(cost).map_err(refused)?;
            let file = args.answer_file.as_deref();
            Some(answers::to_open(questions.as_slice(), file, output, interrupt).await?)
        }
    };
    let code = answers::code(args.code_file.as_deref(), interrupt).await?;
    let credential = match answers {
        None => Credential::of_code(&code),
        Some(answers) => Credential::Answers {
            answers,
            code: Some(code),
        },
    };
    let source = container.source;
    let opening = tokio::task::spawn_blocking(move || Export::open(source, &credential, &LIMITS));
    let opened = tokio::select! {
        opened = opening => opened.map_err(|_| Stop::local(strings::went_wrong()))?,
        () = interrupt.pressed() => return Err(Stop::cancelled()),
    };
    opened.map_err(not_imported)
}

fn occupied(folder: &Path) -> Stop {
    let sentence = words::of_place(&folder.to_string_lossy(), strings::import_occupied());
    Stop::new(Status::Home, "occupied", sentence)
}

/// What is wrong with the file.
fn not_imported(error: ExportError) -> Stop {
    match error {
        ExportError::AnswerAlone => {
            let sentence = strings::import_answer_alone();
            Stop::new(Status::BadInput, "answer_alone", sentence)
        }
        ExportError::NotAnExport => {
            let sentence = strings::not_an_export();
            Stop::new(Status::BadInput, "not_an_export", sentence)
        }
        ExportError::Seal(SealError::WrongAnswerOrAltered) => Stop::new(
            Status::WrongAnswer,
            "wrong_answer",
            strings::import_wrong_code(),
        ),
        ExportError::Seal(error) => refused(error),
        ExportError::Store(StoreError::Newer) => refused(SealError::Unsupported),
        ExportError::Store(_) => refused(SealError::Damaged),
        ExportError::Io(error) => {
            Stop::bad_input(words::unreadable(strings::locked_file(), &error))
        }
        ExportError::Occupied => Stop::local(strings::went_wrong()),
    }
}
