//! Handfast's own measurements, on this machine, over loopback.
//!
//! Every figure is a median with its extremes, taken beside the goal it is held to. What needs a second
//! process starts this program again, or the one that people use, so that both ends pay for their own
//! work.

#![allow(clippy::unwrap_used)] // a measurement that cannot go on has no figure

mod connect;
mod contacts;
mod figure;
mod files;
mod flood;
mod lasting;
mod late;
mod links;
mod process;
mod reading;
mod seeking;
mod store;
mod strangers;
mod table;
mod token;
mod transfer;
mod waiting;

use clap::Parser;
use contacts::Contact;
use figure::Figure;
use lasting::Giver;
use std::io::Write;
use std::process::ExitCode;
use store::Opening;
use strangers::Strangers;
use transfer::Sender;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    /// Size of an invitation, and the time to write and read it.
    Token,
    /// What many links, and idle ones, cost. Early, before this process has used much memory.
    Links,
    /// Time from the scanned text until both sides may talk.
    Connect,
    /// Time from a late reply to both sides authenticated, after both were restarted.
    Late,
    /// Throughput of one file between two processes.
    Transfer,
    /// What the tree, the machines and the disk cost of files that survive cuts.
    Files,
    /// Those files between two processes, cut many times.
    Lasting,
    /// Files and texts between two contacts, whose processes are killed many times.
    Contacts,
    /// Time to read a symbol in a camera frame.
    Scan,
    /// What a long conversation costs: to open it, to go on with it, and to search it.
    Store,
    /// What forged datagrams cost a waiting host.
    Strangers,
    /// How long a message takes while strangers flood the port.
    Flood,
    /// What a device costs that waits for ten guests, and asks of servers.
    Waiting,
    /// What a device costs that looks for 50 contacts in vain.
    Seeking,
}

/// Measure on this machine how fast and how frugal Handfast is
#[derive(Parser)]
#[command(name = "handfast-bench", args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    other: Option<Other>,
    /// What to measure; everything if nothing is named
    subjects: Vec<Subject>,
    /// Fewer repetitions: for a first impression
    #[arg(long)]
    quick: bool,
    /// One JSON object for each figure instead of a table
    #[arg(long)]
    json: bool,
}

/// What another process of a measurement does.
#[derive(clap::Subcommand)]
enum Other {
    #[command(hide = true)]
    Sender(Sender),
    #[command(hide = true)]
    Giver(Giver),
    #[command(hide = true)]
    Contact(Contact),
    #[command(hide = true)]
    Strangers(Strangers),
    #[command(hide = true)]
    Opening(Opening),
}

/// Anything may go wrong in a measurement, and then there is no figure.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.other {
        None => in_runtime(print_figures(&args)),
        Some(Other::Sender(sender)) => in_runtime(transfer::send(sender)),
        Some(Other::Giver(giver)) => in_runtime(lasting::give(giver)),
        Some(Other::Contact(contact)) => in_runtime(contacts::live(contact)),
        Some(Other::Strangers(strangers)) => strangers::send(strangers),
        Some(Other::Opening(opening)) => store::open(opening),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "no figure: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, and prints each figure as it comes.
async fn print_figures(args: &Args) -> Result<()> {
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
}

fn in_runtime(work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(work)
}

async fn measure(subject: Subject, quick: bool) -> Result<Vec<Figure>> {
    match subject {
        Subject::Token => token::measure(),
        Subject::Scan => reading::measure(quick),
        Subject::Connect => connect::measure(quick).await,
        Subject::Late => late::measure(quick).await,
        Subject::Transfer => transfer::measure(quick).await,
        Subject::Files => files::measure(quick).await,
        Subject::Lasting => lasting::measure(quick).await,
        Subject::Contacts => contacts::measure(quick).await,
        Subject::Links => links::measure(quick).await,
        Subject::Store => store::measure(quick),
        Subject::Strangers => strangers::measure(quick).await,
        Subject::Flood => flood::measure(quick).await,
        Subject::Waiting => waiting::measure(quick).await,
        Subject::Seeking => seeking::measure(quick).await,
    }
}
