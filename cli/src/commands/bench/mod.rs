//! `handfast bench`: the program's own measurements, on this machine, over loopback.
//!
//! Every figure is a median with its extremes, taken beside the goal it is held to. What needs a
//! second process starts this program again, so that both ends pay for their own work.

mod connect;
mod figure;
mod late;
mod links;
mod process;
mod reading;
mod strangers;
mod table;
mod token;
mod transfer;

pub(crate) use strangers::Strangers;
pub(crate) use transfer::Sender;

use crate::status::Status;
use figure::Figure;
use std::io::Write;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    /// Size of an invitation, and the time to write and read it.
    Token,
    /// What many links, and idle ones, cost. Early, before this process has used much memory.
    Links,
    /// Time from the scanned text to both sides authenticated.
    Connect,
    /// Time from a late reply to both sides authenticated, after both were restarted.
    Late,
    /// Throughput of one file between two processes.
    Transfer,
    /// Time to read a symbol in a camera frame.
    Scan,
    /// What forged datagrams cost a waiting host.
    Strangers,
}

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure; everything if nothing is named
    subjects: Vec<Subject>,
    /// Fewer repetitions: for a first impression
    #[arg(long)]
    quick: bool,
    /// One JSON object for each figure instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

/// Anything may go wrong in a measurement, and then there is no figure.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures, and prints each figure as it comes.
pub(crate) fn run(args: &Args) -> Status {
    ended(in_runtime(async {
        let all = <Subject as clap::ValueEnum>::value_variants();
        let subjects = if args.subjects.is_empty() {
            all
        } else {
            &args.subjects
        };
        let mut out = std::io::stdout();
        if !args.json {
            writeln!(out, "{}", Figure::headings())?;
        }
        for subject in subjects {
            for figure in measure(*subject, args.quick).await? {
                let line = if args.json {
                    figure.to_json()
                } else {
                    figure.to_row()
                };
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }))
}

/// The process that sends a file to a measurement.
pub(crate) fn run_sender(sender: &Sender) -> Status {
    ended(in_runtime(transfer::send(sender)))
}

/// The process that sends forged datagrams to a measurement.
pub(crate) fn run_strangers(strangers: &Strangers) -> Status {
    ended(strangers::send(strangers))
}

fn in_runtime(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(work)
}

fn ended(result: Result<()>) -> Status {
    match result {
        Ok(()) => Status::Done,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "no figure: {error}");
            Status::Failed
        }
    }
}

async fn measure(subject: Subject, quick: bool) -> Result<Vec<Figure>> {
    match subject {
        Subject::Token => token::measure(),
        Subject::Scan => reading::measure(quick),
        Subject::Connect => connect::measure(quick).await,
        Subject::Late => late::measure(quick).await,
        Subject::Transfer => transfer::measure(quick).await,
        Subject::Links => links::measure(quick).await,
        Subject::Strangers => strangers::measure(quick).await,
    }
}
