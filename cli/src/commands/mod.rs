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
use crate::strings;
use clap::Subcommand;

#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(about = strings::command_invite())]
    Invite(invite::Args),
    #[command(about = strings::command_join())]
    Join(join::Args),
    #[command(about = strings::command_invitations())]
    Invitations(invitations::Args),
    #[command(about = strings::command_scan())]
    Scan(scan::Args),
    #[command(about = strings::command_seal())]
    Seal(seal::Args),
    #[command(about = strings::command_open())]
    Open(open::Args),
    #[command(about = strings::command_inspect())]
    Inspect(inspect::Args),
    #[command(about = strings::command_network())]
    Network(network::Args),
    #[command(about = strings::command_demo())]
    Demo(demo::Args),
    #[command(hide = true)]
    DemoHost(demo::host::Args),
    #[command(hide = true)]
    DemoGuest(demo::guest::Args),
    #[command(about = strings::command_man(), hide = true)]
    Man(man::Args),
    #[command(about = strings::command_completions(), hide = true)]
    Completions(completions::Args),
}

impl Command {
    /// Whether a program reads what it says, and not a person.
    pub(crate) fn is_for_programs(&self) -> bool {
        match self {
            Self::Invite(args) => args.talk.json,
            Self::Join(args) => args.talk.json,
            Self::Invitations(args) => args.json,
            Self::Scan(args) => args.json,
            Self::Seal(args) => args.json,
            Self::Open(args) => args.json,
            Self::Inspect(args) => args.json,
            Self::Network(args) => args.json,
            Self::Demo(args) => args.json,
            // The demonstration tells people what its children say.
            Self::DemoHost(_) | Self::DemoGuest(_) => false,
            Self::Man(_) | Self::Completions(_) => false,
        }
    }

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
    #[arg(long, help = strings::option_name())]
    name: Option<String>,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, conflicts_with_all = ["home", "resume"], help = strings::option_incognito())]
    incognito: bool,
    #[arg(long, help = strings::option_json_events())]
    json: bool,
    #[command(flatten)]
    chat: ChatArgs,
}

impl Talk {
    /// The home, unless nothing is to be kept.
    async fn open_home(&self) -> Result<Option<Home>, Stop> {
        if self.incognito && self.home.is_named() {
            // Named before the command, where the parser sees no conflict.
            let sentence = strings::home_and_incognito().to_owned();
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
