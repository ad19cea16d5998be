//! `handfast join`: accept an invitation, reply where needed, talk.

mod choice;
mod which;

use super::invite::{SCALE, write};
use super::{Hands, Talk, Terminal, here};
use crate::answers::talk::{AnswerArgs, AnswerSource};
use crate::asking::MeetingArgs;
use crate::device::{Device, Session};
use crate::input::NoToken;
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::{Event, Output};
use crate::screen::Screen;
use crate::status::Stop;
use crate::symbol::Forms;
use crate::waiting::{self, Meaning, RoleView};
use crate::{duration, input, strings};
use choice::{Handed, choose, tell_resumed};
use handfast_native::device::{AcceptTerms, Provenance, Role, SessionCommand, SessionTerms, View};
use handfast_native::handshake::PublicKey;
use handfast_native::pairing::Failure;
use handfast_native::token::{FindError, LinkBase, SealedReply, Token};
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::spawn_blocking;
use which::which;

#[derive(clap::Args)]
#[command(after_help = strings::join_examples())]
pub(crate) struct Args {
    #[arg(
        value_name = "LINK|PICTURE|-",
        required_unless_present = "resume",
        help = strings::option_invitation()
    )]
    invitation: Option<String>,
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["invitation", "code_file"],
        help = strings::option_resume_guest()
    )]
    resume: Option<Option<String>>,
    #[command(flatten)]
    pub(super) talk: Talk,
    #[command(flatten)]
    answers: AnswerArgs,
    #[arg(long, short, help = strings::option_yes())]
    yes: bool,
    #[arg(long, value_name = "FILE", help = strings::option_code_file_join())]
    code_file: Option<PathBuf>,
    #[arg(long, value_name = "TIME", value_parser = duration::parse, help = strings::option_wait())]
    wait: Option<Duration>,
    #[arg(long, value_name = "FILE", help = strings::option_reply_png())]
    reply_png: Option<PathBuf>,
    #[arg(long, help = strings::option_loopback_guest())]
    loopback: bool,
    #[command(flatten)]
    meeting: MeetingArgs,
    #[arg(long, hide = true, help = strings::option_only_by_reply())]
    only_by_reply: bool,
}

impl Args {
    fn terms(&self) -> AcceptTerms {
        AcceptTerms {
            patience: self.wait,
            only_by_reply: self.only_by_reply,
            terms: SessionTerms {
                asking: Some(self.meeting.asking()),
                ..self.talk.seeking(self.loopback)
            },
            ..AcceptTerms::default()
        }
    }
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    args.talk.tell_obstacles(&mut output);
    let device = interrupt.stops(args.talk.start_device()).await?;
    let begun = begin(&args, device, &mut output, &mut interrupt).await;
    let (mut session, opened, mut lines) = match begun {
        Ok(Begun::Session(session, opened, lines)) => (*session, opened, lines),
        Ok(Begun::Taken(device)) => {
            device.end(&mut output, &mut interrupt).await;
            return Ok(());
        }
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let ended = match opened {
        Opened::Invitation(handed) => guest(&args, &mut session, handed, terminal).await,
        Opened::Here(name, key) => {
            let (output, lines, interrupt) = terminal;
            let screen = Screen::new(&name, Some(key));
            args.talk.chat.take_window(screen, output, lines);
            let terms = args.talk.seeking(args.loopback);
            let terminal = (output, lines, interrupt);
            super::chat::talk(&mut session, &name, terms, None, terminal).await
        }
    };
    session.end(&mut output, &mut interrupt).await;
    ended
}

/// What came of what was handed in.
enum Begun {
    Session(Box<Session>, Opened, Lines),
    /// Messages, which were taken in.
    Taken(Device),
}

/// What was opened.
enum Opened {
    /// An invitation as it was handed in; None if it is gone on with.
    Invitation(Option<Handed>),
    /// Where somebody is who is called so and has this key.
    Here(String, PublicKey),
}

/// Opens what was handed in, or goes on with an invitation.
async fn begin(
    args: &Args,
    device: Device,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Begun, (Device, Stop)> {
    let Some(argument) = &args.invitation else {
        let wanted = args.resume.as_ref().and_then(Option::as_deref);
        let session = device.resume(Role::Guest, wanted, args.terms()).await?;
        let lines = Lines::of_standard_input(output);
        return Ok(Begun::Session(
            Box::new(session),
            Opened::Invitation(None),
            lines,
        ));
    };
    let found = match read(argument.clone(), output, interrupt).await {
        Ok(found) => found,
        Err(stop) => return Err((device, stop)),
    };
    // What follows the invitation on standard input is for the choice and the conversation.
    let mut lines = Lines::of_standard_input(output);
    let token = match which(found, output, &mut lines, interrupt).await {
        Ok(token) => token,
        Err(stop) => return Err((device, stop)),
    };
    let handed = match token {
        Token::Here(here) => {
            let agree = async |name: Option<&str>, output: &Output| match args.yes {
                true => Ok(()),
                false => choice::agree(name, output, &mut lines, interrupt).await,
            };
            let terms = args.terms();
            let (session, name, key) = here::open(device, here, terms, agree, output).await?;
            return Ok(Begun::Session(
                Box::new(session),
                Opened::Here(name, key),
                lines,
            ));
        }
        Token::Bundle(bundle) => {
            return match super::bundle::take(&device, bundle, output).await {
                Ok(()) => Ok(Begun::Taken(device)),
                Err(stop) => Err((device, stop)),
            };
        }
        Token::Sealed(container) => Handed::Locked(container),
        other => match input::invitation(other) {
            Ok(invitation) => Handed::Open(Box::new(invitation)),
            Err(stop) => return Err((device, stop)),
        },
    };
    let session = device.begin(handed.clone().open(), args.terms()).await?;
    Ok(Begun::Session(
        Box::new(session),
        Opened::Invitation(Some(handed)),
        lines,
    ))
}

/// Agrees, waits for the host, and talks.
async fn guest(
    args: &Args,
    session: &mut Session,
    handed: Option<Handed>,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    let mut answers = AnswerSource::open(&args.answers)?;
    let name = match handed {
        Some(handed) => {
            let terminal = (&mut *output, &mut *lines, &mut *interrupt);
            choose(args, session, handed, &mut answers, terminal).await?
        }
        None => tell_resumed(session, output),
    };
    let mut screen = Shows {
        png: args.reply_png.clone(),
        is_drawn: false,
        reply: None,
    };
    let terminal = (&mut *output, &mut *lines, &mut *interrupt);
    let met = waiting::until_met(session, &mut screen, &mut answers, terminal).await?;
    let name = name.as_deref().unwrap_or(strings::host());
    let terminal = (output, lines, interrupt);
    let talk = &args.talk;
    talk.with((session, met), name, args.loopback, terminal)
        .await
}

/// What a guest has shown.
struct Shows {
    png: Option<PathBuf>,
    is_drawn: bool,
    reply: Option<SealedReply>,
}

impl RoleView for Shows {
    const EMPTY: Meaning = Meaning::Boost;

    fn draw(
        &mut self,
        view: &View,
        session: &mut Session,
        output: &mut Output,
    ) -> Result<(), Stop> {
        if let View::Preparing { .. } = view {
            return Ok(());
        }
        if let View::Connecting { is_moved: true, .. } = view
            && !self.is_drawn
        {
            output.note(strings::moved_guest());
        }
        self.is_drawn = true;
        session.tell_name(output);
        if let View::ReplyNeeded {
            reply,
            is_slot_taken: false,
            ..
        } = view
            && self.reply.as_ref() != Some(reply)
        {
            let links = &session.overview().settings.links;
            show_reply(reply.as_bytes(), links, self.png.as_deref(), output)?;
            self.reply = Some(reply.clone());
        }
        Ok(())
    }

    fn read(line: &str, is_person: bool) -> Meaning {
        match input::token_in_line(line) {
            Ok(Token::Invitation(invitation)) => Meaning::Do(
                SessionCommand::ShowAgain(Box::new(invitation), Provenance::Carried),
                strings::invitation_taken(),
            ),
            // A sign that somebody is here.
            _ if is_person => Meaning::Boost,
            _ => Meaning::Later,
        }
    }
}

/// Finds the invitation; a picture, or a person who pastes, takes its time.
async fn read(
    argument: String,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Result<Token, FindError>, Stop> {
    use std::io::IsTerminal;
    if argument == "-" && std::io::stdin().is_terminal() {
        output.note(strings::paste_invitation());
    }
    let reading = spawn_blocking(move || input::token_of(&argument));
    let reading = async {
        match reading.await.map_err(|_| Failure::Local)? {
            Ok(token) => Ok(Ok(token)),
            Err(NoToken::Found(error)) => Ok(Err(error)),
            Err(NoToken::File(stop)) => Err(stop),
        }
    };
    interrupt.stops(reading).await
}

fn show_reply(
    reply: &[u8],
    links: &LinkBase,
    png: Option<&std::path::Path>,
    output: &mut Output,
) -> Result<(), Stop> {
    let forms = Forms::new(links, reply)?;
    if let Some(path) = png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    output.show_token(&forms, true);
    output.tell(Event::reply(forms));
    Ok(())
}
