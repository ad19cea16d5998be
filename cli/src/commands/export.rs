//! `handfast export`: take this device along to another machine, in one locked file.

use super::Hands;
use super::seal::show_code;
use crate::answers::{lock as answers, question, worth};
use crate::device::Device;
use crate::home::HomeArgs;
use crate::interrupt::Interrupt;
use crate::output::{Event, Output};
use crate::sealed_files::landing::{must_be_free, must_be_writable, not_stored};
use crate::sealed_files::refused;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::device::{Command, Done, ExportTerms, Exported, Refusal};
use handfast_native::pairing::Failure;
use handfast_native::seal::{
    Answers, Cost, MAX_QUESTIONS, Question, Questions, SealError, code_characters, code_words,
    tries_per_second,
};
use handfast_native::token::Secret;
use std::path::{Path, PathBuf, absolute};

#[derive(clap::Args)]
#[command(after_help = strings::export_examples())]
pub(crate) struct Args {
    #[arg(value_name = "FILE", help = strings::option_export_file())]
    file: PathBuf,
    #[arg(
        long,
        short,
        value_name = "TEXT",
        value_parser = question,
        help = strings::option_export_question()
    )]
    question: Vec<Question>,
    #[arg(long, value_name = "FILE|-", requires = "question", help = strings::option_answer_file())]
    answer_file: Option<PathBuf>,
    #[arg(long, help = strings::option_without_messages())]
    without_messages: bool,
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
    must_be_free(&args.file)?;
    must_be_writable(&args.file)?;
    let home = args.home.place()?;
    // To take nothing along is no reason to make anything.
    if !home.exists() {
        let sentence = strings::nothing_to_export();
        return Err(Stop::new(Status::BadInput, "nothing_to_export", sentence));
    }
    let beside = beside(&args, &mut output, &mut interrupt).await?;
    let code = Secret::random().map_err(|_| Stop::local(strings::no_randomness()))?;
    let terms = ExportTerms {
        place: absolute(&args.file).map_err(|error| not_stored(&args.file, &error))?,
        with_messages: !args.without_messages,
        code: code.clone(),
        beside,
    };
    let device = interrupt.stops(Device::start(home)).await?;
    let exported = write(&device, terms, &args.file).await;
    if let Ok(exported) = &exported {
        tell(&args, *exported, &code, &mut output);
    }
    device.end(&mut output, &mut interrupt).await;
    exported.map(drop)
}

/// What has to be answered beside the code, if anything.
async fn beside(
    args: &Args,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Option<(Questions, Answers)>, Stop> {
    if args.question.is_empty() {
        return Ok(None);
    }
    if args.question.len() > MAX_QUESTIONS {
        let sentence = strings::too_many_questions();
        return Err(Stop::new(Status::Usage, "usage", sentence));
    }
    let file = args.answer_file.as_deref();
    let answers = answers::to_seal(&args.question, file, output, interrupt).await?;
    let cost = &Cost::STANDARD;
    let strength = worth(&answers, &args.question, &[], true)?;
    output.note(words::strength(&strength, tries_per_second(cost), cost));
    let questions = Questions::new(args.question.clone())
        .map_err(|error| Stop::new(Status::BadInput, "question", words::lock(error)))?;
    Ok(Some((questions, answers)))
}

async fn write(device: &Device, terms: ExportTerms, place: &Path) -> Result<Exported, Stop> {
    match device.order(Command::Export(Box::new(terms))).await {
        Ok(Done::Exported(exported)) => Ok(exported),
        Ok(_) => Err(Failure::Local.into()),
        Err(Refusal::NotWritten(kind)) => Err(not_stored(place, &kind.into())),
        Err(Refusal::Seal(SealError::TooExpensive)) => Err(Stop::new(
            Status::TooExpensive,
            "too_expensive",
            strings::too_large_to_export(),
        )),
        Err(Refusal::Seal(error)) => Err(refused(error)),
        Err(refusal) => Err(device.refused(refusal)),
    }
}

/// Says what there is now, what opens it, and what comes of it. The code is shown this once.
fn tell(args: &Args, exported: Exported, code: &Secret<16>, output: &mut Output) {
    let path = args.file.to_string_lossy();
    if !output.is_for_programs() {
        output.whisper(&words::exported(&path, &exported));
        show_code(output, code, strings::export_code_follows());
        output.whisper(strings::export_then());
    }
    output.tell(Event::Exported {
        path: path.into_owned(),
        bytes: exported.bytes,
        contacts: exported.contacts,
        messages: exported.messages,
        code: code_characters(code).to_string(),
        code_words: code_words(code).to_string(),
    });
}
