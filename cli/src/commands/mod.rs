//! The commands, one file each.

mod completions;
mod demo;
mod inspect;
mod invitations;
mod invite;
mod join;
mod man;
mod network;
mod open;
mod scan;
mod seal;

use crate::chat::ChatArgs;
use crate::home::{Home, HomeArgs};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::status::{Status, Stop};
use crate::words;
use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show a code and a link, and wait for one guest
    Invite(invite::Args),
    /// Accept an invitation: a link, a picture, a file, or - for standard input
    Join(join::Args),
    /// List the invitations that wait, yours and those you accepted, or end one
    Invitations(invitations::Args),
    /// Read the codes in pictures
    Scan(scan::Args),
    /// Lock a file, a folder or a text with a question
    Seal(seal::Args),
    /// Open what was locked, and store it
    Open(open::Args),
    /// Tell what a locked file says without its answer
    Inspect(inspect::Args),
    /// Tell what this network is, and what will and will not work from here
    Network(network::Args),
    /// See the whole way on this machine: two processes, a code, a camera, a file
    Demo(demo::Args),
    #[command(hide = true)]
    DemoHost(demo::host::Args),
    #[command(hide = true)]
    DemoGuest(demo::guest::Args),
    /// Print the manual page
    #[command(hide = true)]
    Man(man::Args),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions(completions::Args),
}

impl Command {
    /// Runs it to its end.
    pub(crate) fn run(self) -> Status {
        match self {
            Self::Invite(args) => talk(args.talk.json, move |session| invite::run(args, session)),
            Self::Join(args) => talk(args.talk.json, move |session| join::run(args, session)),
            Self::Invitations(args) => {
                talk(args.json, move |session| invitations::run(args, session))
            }
            Self::Scan(args) => scan::run(&args),
            Self::Seal(args) => talk(args.json, move |session| seal::run(args, session)),
            Self::Open(args) => talk(args.json, move |session| open::run(args, session)),
            Self::Inspect(args) => inspect::run(&args),
            Self::Network(args) => talk(args.json, move |session| network::run(args, session)),
            Self::Demo(args) => demo::run(args),
            Self::DemoHost(args) => talk(true, move |session| demo::host::run(args, session)),
            Self::DemoGuest(args) => talk(true, move |session| demo::guest::run(args, session)),
            Self::Man(args) => man::run(&args),
            Self::Completions(args) => completions::run(&args),
        }
    }
}

/// What `invite` and `join` have in common.
#[derive(clap::Args)]
pub(crate) struct Talk {
    /// What the other side calls you [default: your user name]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    home: HomeArgs,
    /// Be somebody new for this once, and keep nothing
    #[arg(long, conflicts_with_all = ["home", "resume"])]
    incognito: bool,
    /// One JSON object a line for each thing that happens
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    chat: ChatArgs,
}

impl Talk {
    /// The home, unless nothing is to be kept.
    async fn open_home(&self) -> Result<Option<Home>, Stop> {
        if self.incognito && self.home.is_named() {
            // Named before the command, where the parser sees no conflict.
            let sentence = words::HOME_AND_INCOGNITO.to_owned();
            return Err(Stop::new(Status::Usage, "home_and_incognito", sentence));
        }
        if self.incognito {
            return Ok(None);
        }
        let home = Home::open(&self.home).await?;
        tokio::spawn(handfast_native::keep_guesses(
            home.store().clone(),
            handfast_native::unix_seconds,
        ));
        Ok(Some(home))
    }
}

/// What a command that talks has at hand.
pub(crate) struct Session {
    pub(crate) output: Output,
    pub(crate) interrupt: Interrupt,
}

/// What a person sits at: the screen, the keyboard, and Ctrl-C.
type Desk<'a> = (&'a mut Output, &'a mut Lines, &'a mut Interrupt);

/// Runs a command that needs the network, and tells how it ended.
fn talk<F>(json: bool, command: impl FnOnce(Session) -> F) -> Status
where
    F: Future<Output = Result<(), Stop>>,
{
    let mut told = Output::new(json);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(_) => {
            told.stopped(&handfast_native::pairing::Failure::Local.into());
            return Status::Failed;
        }
    };
    let ended = runtime.block_on(async {
        command(Session {
            output: Output::new(json),
            interrupt: Interrupt::listen(),
        })
        .await
    });
    // Nothing that is left has anything to say.
    runtime.shutdown_background();
    match ended {
        Ok(()) => Status::Done,
        Err(stop) => {
            told.stopped(&stop);
            stop.status
        }
    }
}
