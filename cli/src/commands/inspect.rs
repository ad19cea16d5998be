//! `handfast inspect`: what a locked file tells without its answer.

use super::Hands;
use crate::output::json_line;
use crate::sealed_files::LIMITS;
use crate::sealed_files::container::Container;
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::seal::{
    Header, Lock, Questions, SealError, apparent_length, tries_per_second,
};
use serde::Serialize;

#[derive(clap::Args)]
#[command(after_help = strings::inspect_examples())]
pub(crate) struct Args {
    #[arg(value_name = "FILE|TEXT|-", help = strings::option_container())]
    container: String,
    #[arg(long, help = strings::option_json())]
    pub(super) json: bool,
}

/// What is known, as programs read it.
#[derive(Serialize)]
struct Known {
    event: &'static str,
    kind: &'static str,
    lock: &'static str,
    questions: Vec<String>,
    code_needed: bool,
    argon2: Option<Argon2>,
    /// Bytes of all of it, if it came with an end.
    bytes: Option<u64>,
    /// The most bytes of the content, if it was not compressed.
    content_bytes: Option<u64>,
    /// Whether this machine would open it.
    within_limits: bool,
}

#[derive(Serialize)]
struct Argon2 {
    memory_kib: u32,
    passes: u8,
    lanes: u8,
    tries_per_second: f64,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        output,
        mut interrupt,
    } = hands;
    let finding = tokio::task::spawn_blocking(move || Container::find(&args.container));
    let finding = async {
        finding
            .await
            .map_err(|_| Stop::local(strings::went_wrong()))?
    };
    let container = interrupt.stops(finding).await?;
    let header = &container.header;
    let known = Known::of(header, container.length);
    match args.json {
        true => output.print(&json_line(&known)),
        false => output.print(&known.to_text(header)),
    }
    Ok(())
}

impl Known {
    fn of(header: &Header, bytes: Option<u64>) -> Self {
        let nothing = Questions::default();
        let (lock, questions, code_needed, cost) = match &header.lock {
            Lock::Key => ("key", &nothing, false, None),
            Lock::Answers {
                cost,
                with_code,
                questions,
                ..
            } => ("answers", questions, *with_code, Some(cost)),
        };
        let limits = cost.map_or(Ok(()), |cost| LIMITS.check(cost));
        Self {
            event: "inspected",
            kind: words::kind(header.kind),
            lock,
            questions: questions
                .as_slice()
                .iter()
                .map(|q| q.as_str().to_owned())
                .collect(),
            code_needed,
            argon2: cost.map(|cost| Argon2 {
                memory_kib: cost.memory_kib,
                passes: cost.passes,
                lanes: cost.lanes,
                tries_per_second: tries_per_second(cost),
            }),
            bytes,
            content_bytes: bytes.and_then(|bytes| apparent_length(header, bytes)),
            within_limits: !matches!(
                limits,
                Err(SealError::TooExpensive | SealError::Unsupported)
            ),
        }
    }

    fn to_text(&self, header: &Header) -> String {
        let mut lines = vec![words::inspected(header.kind).to_owned()];
        match (&header.lock, self.questions.is_empty()) {
            (Lock::Key, _) => lines.push(strings::needs_a_key().into()),
            (_, true) => lines.push(strings::no_question_inside().into()),
            (_, false) => lines.extend(self.questions.iter().map(|text| words::question(text))),
        }
        if self.code_needed {
            lines.push(strings::code_needed().into());
        }
        if let Some(cost) = &self.argon2 {
            let memory = u64::from(cost.memory_kib) << 10;
            lines.push(words::cost(memory, cost.passes, cost.tries_per_second));
        }
        if !self.within_limits {
            lines.push(strings::over_limits().into());
        }
        if let Some(bytes) = self.bytes {
            lines.push(words::sizes(bytes, self.content_bytes));
        }
        lines.push(strings::not_checked().into());
        lines.join("\n")
    }
}
