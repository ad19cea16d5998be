//! The commands, one file each.

mod bundle;
mod chat;
mod completions;
mod config;
mod contacts;
mod demo;
mod erase;
mod export;
mod here;
mod import;
mod inspect;
mod invitations;
mod invite;
mod join;
mod listen;
mod man;
mod network;
mod open;
mod page;
mod scan;
mod seal;
mod search;
mod send;
mod serve;

use crate::chat::{self as conversation, ChatArgs};
use crate::device::{Device, Session};
use crate::home::{HomeArgs, Place};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::Output;
use crate::screen::Screen;
use crate::status::{Status, Stop};
use crate::strings;
use clap::Subcommand;
use handfast_native::device::{Role, Scope, SessionTerms, View};
use handfast_native::handshake::visible;
use std::pin::Pin;

#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(about = strings::command_invite())]
    Invite(invite::Args),
    #[command(about = strings::command_join())]
    Join(join::Args),
    #[command(about = strings::command_invitations())]
    Invitations(invitations::Args),
    #[command(about = strings::command_contacts())]
    Contacts(contacts::Args),
    #[command(about = strings::command_chat())]
    Chat(chat::Args),
    #[command(about = strings::command_send())]
    Send(send::Args),
    #[command(about = strings::command_search())]
    Search(search::Args),
    #[command(about = strings::command_listen())]
    Listen(listen::Args),
    #[command(about = strings::command_export())]
    Export(export::Args),
    #[command(about = strings::command_import())]
    Import(import::Args),
    #[command(about = strings::command_erase())]
    Erase(erase::Args),
    #[command(about = strings::command_here())]
    Here(here::Args),
    #[command(about = strings::command_bundle())]
    Bundle(bundle::Args),
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
    #[command(about = strings::command_serve())]
    Serve(serve::Args),
    #[command(about = strings::command_page())]
    Page(page::Args),
    #[command(about = strings::command_config())]
    Config(config::Args),
    #[command(about = strings::command_demo())]
    Demo(demo::Args),
    #[command(hide = true)]
    DemoHost(demo::part::Args),
    #[command(hide = true)]
    DemoGuest(demo::part::Args),
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
            Self::Contacts(args) => args.json,
            Self::Chat(args) => args.seek.json,
            Self::Send(args) => args.seek.json,
            Self::Search(args) => args.json,
            Self::Listen(args) => args.seek.json,
            Self::Export(args) => args.json,
            Self::Import(args) => args.json,
            Self::Erase(args) => args.json,
            Self::Here(args) => args.chat.seek.json,
            Self::Bundle(args) => args.json,
            Self::Scan(args) => args.json,
            Self::Seal(args) => args.json,
            Self::Open(args) => args.json,
            Self::Inspect(args) => args.json,
            Self::Network(args) => args.json,
            Self::Serve(args) => args.json,
            Self::Page(args) => args.json,
            Self::Config(args) => args.json,
            Self::Demo(args) => args.json,
            // The demonstration tells people what its children say.
            Self::DemoHost(_) | Self::DemoGuest(_) => false,
            Self::Man(_) | Self::Completions(_) => false,
        }
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Status {
        match self {
            Self::Invite(args) => talk(args.talk.json, move |hands| invite::run(args, hands)),
            Self::Join(args) => talk(args.talk.json, move |hands| join::run(args, hands)),
            Self::Invitations(args) => talk(args.json, move |hands| invitations::run(args, hands)),
            Self::Contacts(args) => talk(args.json, move |hands| contacts::run(args, hands)),
            Self::Chat(args) => talk(args.seek.json, move |hands| chat::run(args, hands)),
            Self::Send(args) => talk(args.seek.json, move |hands| send::run(args, hands)),
            Self::Search(args) => talk(args.json, move |hands| search::run(args, hands)),
            Self::Listen(args) => talk(args.seek.json, move |hands| listen::run(args, hands)),
            Self::Export(args) => talk(args.json, move |hands| export::run(args, hands)),
            Self::Import(args) => talk(args.json, move |hands| import::run(args, hands)),
            Self::Erase(args) => talk(args.json, move |hands| erase::run(args, hands)),
            Self::Here(args) => talk(args.chat.seek.json, move |hands| here::run(args, hands)),
            Self::Bundle(args) => talk(args.json, move |hands| bundle::run(args, hands)),
            Self::Scan(args) => scan::run(&args),
            Self::Seal(args) => talk(args.json, move |hands| seal::run(args, hands)),
            Self::Open(args) => talk(args.json, move |hands| open::run(args, hands)),
            Self::Inspect(args) => talk(args.json, move |hands| inspect::run(args, hands)),
            Self::Network(args) => talk(args.json, move |hands| network::run(args, hands)),
            Self::Serve(args) => talk(args.json, move |hands| serve::run(args, hands)),
            Self::Page(args) => talk(args.json, move |hands| page::run(args, hands)),
            Self::Config(args) => talk(args.json, move |hands| config::run(args, hands)),
            Self::Demo(args) => demo::run(args),
            Self::DemoHost(args) => {
                talk(true, move |hands| demo::part::run(Role::Host, args, hands))
            }
            Self::DemoGuest(args) => {
                talk(true, move |hands| demo::part::run(Role::Guest, args, hands))
            }
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
    /// The device of the home, or one that keeps nothing.
    async fn start_device(&self) -> Result<Device, Stop> {
        let place = match (self.incognito, self.home.is_named()) {
            (true, true) => {
                // Named before the command, where the parser sees no conflict.
                let sentence = strings::home_and_incognito();
                return Err(Stop::new(Status::Usage, "home_and_incognito", sentence));
            }
            (true, false) => Place::Nowhere,
            (false, _) => self.home.place()?,
        };
        Device::start(place).await
    }

    /// Says what will be in the way later.
    fn tell_obstacles(&self, output: &mut Output) {
        self.chat.tell_obstacles(output);
    }

    /// How this session differs from others.
    fn terms(&self) -> SessionTerms {
        SessionTerms {
            is_incognito: self.incognito,
            called: self.name.as_deref().map(visible),
            limits: Some(self.chat.limits()),
            downloads: Some(self.chat.downloads()),
            ..SessionTerms::default()
        }
    }

    /// The same, where programs on this machine are looked for too.
    fn seeking(&self, is_on_this_machine: bool) -> SessionTerms {
        SessionTerms {
            scope: scope(is_on_this_machine),
            ..self.terms()
        }
    }

    /// Talks with somebody who was met now, and who is called `name` unless they say otherwise. Contacts are
    /// looked for beside, on this machine too if that is said.
    async fn with(
        &self,
        (session, met): (&mut Session, View),
        name: &str,
        is_on_this_machine: bool,
        (output, lines, interrupt): Terminal<'_>,
    ) -> Result<(), Stop> {
        self.chat
            .take_window(Screen::new(name, None), output, lines);
        let terms = self.seeking(is_on_this_machine);
        conversation::talk(session, met, name, terms, (output, lines, interrupt)).await
    }
}

/// What the commands have in common that look for those who were met before.
#[derive(clap::Args)]
pub(crate) struct Seek {
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_events())]
    json: bool,
    #[command(flatten)]
    chat: ChatArgs,
    #[arg(long, help = strings::option_loopback_contact())]
    loopback: bool,
    #[arg(long, help = strings::option_no_local_discovery())]
    no_local_discovery: bool,
}

impl Seek {
    /// How these sessions differ from others.
    fn terms(&self) -> SessionTerms {
        SessionTerms {
            limits: Some(self.chat.limits()),
            downloads: Some(self.chat.downloads()),
            nearby: self.no_local_discovery.then_some(false),
            scope: scope(self.loopback),
            ..SessionTerms::default()
        }
    }
}

/// Where somebody is looked for.
fn scope(is_on_this_machine: bool) -> Scope {
    match is_on_this_machine {
        true => Scope::Both,
        false => Scope::Network,
    }
}

/// What a command that talks has at hand.
pub(crate) struct Hands {
    pub(crate) output: Output,
    pub(crate) interrupt: Interrupt,
}

/// What a person sits at: the screen, the keyboard, and Ctrl-C.
pub(crate) type Terminal<'a> = (&'a mut Output, &'a mut Lines, &'a mut Interrupt);

/// Runs a command that needs the network, and tells how it ended.
fn talk<F>(json: bool, command: impl FnOnce(Hands) -> F + 'static) -> Status
where
    F: Future<Output = Result<(), Stop>> + 'static,
{
    run(json, Box::new(|hands| Box::pin(command(hands))))
}

/// A command that runs once, known by what it gives alone: a runtime is compiled for one kind of it.
type Once = Box<dyn FnOnce(Hands) -> Pin<Box<dyn Future<Output = Result<(), Stop>>>>>;

fn run(json: bool, command: Once) -> Status {
    let mut told = Output::new(json);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(_) => {
            told.stopped(&handfast_native::pairing::Failure::Local.into());
            return Status::Failed;
        }
    };
    let ended = runtime.block_on(async {
        command(Hands {
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
