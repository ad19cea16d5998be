//! `handfast join`: accept an invitation, reply where needed, talk.

use super::invite::write;
use super::{Session, Talk};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::network::{self, Wanted};
use crate::output::{Event, Output, State};
use crate::status::{Status, Stop};
use crate::symbol::Forms;
use crate::{chat, duration, input, met, words};
use handfast_core::invitation::{CandidateAddress, Invitation, LinkBase};
use handfast_core::pairing::{Failure, GuestTerms, Meeting, Pairing, PairingEvent, Via, View};
use std::path::PathBuf;
use std::time::Duration;

/// Pixels a module of the picture of the reply.
const SCALE: usize = 8;

#[derive(clap::Args)]
#[command(after_help = words::JOIN_EXAMPLES)]
pub(crate) struct Args {
    /// A link, a text with one in it, the path of a picture or a file, or - for standard input
    #[arg(value_name = "LINK|PICTURE|-")]
    invitation: String,
    #[command(flatten)]
    pub(super) talk: Talk,
    /// Connect without asking
    #[arg(long, short)]
    yes: bool,
    /// How long to knock, like 90s or 10m
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration::parse)]
    wait: Duration,
    /// Write the code of the reply as a picture, where one is needed
    #[arg(long, value_name = "FILE")]
    reply_png: Option<PathBuf>,
    /// Also send to this machine itself, for an invitation made on it
    #[arg(long)]
    loopback: bool,
    /// Send nothing until the host has the reply
    #[arg(long, hide = true)]
    only_by_reply: bool,
}

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    let Session {
        mut output,
        mut interrupt,
    } = session;
    let invitation = read(args.invitation.clone(), &mut output, &mut interrupt).await?;
    let mut lines = Lines::of_standard_input();
    let name = invitation
        .name
        .as_ref()
        .map(|name| name.as_str().to_owned());
    let remaining = invitation.expiry.remaining(network::unix_seconds());
    output.tell(Event::Opened {
        name: name.clone(),
        expires_in_s: remaining.map(|left| left.as_secs()),
    });
    let local = is_local(&invitation);
    if local {
        output.note(words::LOOPBACK_INVITATION);
    }
    if !args.yes {
        agree(name.as_deref(), &output, &mut lines, &mut interrupt).await?;
    }

    let place = network::bind(
        match (local, args.loopback) {
            (true, _) => Wanted::Loopback,
            (false, true) => Wanted::Both,
            (false, false) => Wanted::Network,
        },
        None,
    )?;
    let identity = network::identity(args.talk.name.as_deref())?;
    let terms = GuestTerms {
        patience: args.wait,
        policy: place.policy,
        only_by_reply: args.only_by_reply,
        // Typed, pasted, a file: nothing here is a live camera.
        ..GuestTerms::new(Via::Carried)
    };
    let pairing = Pairing::guest(identity, place.endpoint, invitation, terms)?;
    let meeting = knock(pairing, args.reply_png, &mut output, &mut interrupt).await?;
    met::tell(
        &mut output,
        &meeting,
        name.as_deref().unwrap_or(words::HOST),
    );
    let downloads = args.talk.downloads;
    chat::talk(meeting, downloads, &mut output, &mut lines, &mut interrupt).await
}

/// Finds the invitation; a picture, or a person who pastes, takes its time.
async fn read(
    argument: String,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Invitation, Stop> {
    use std::io::IsTerminal;
    if argument == "-" && std::io::stdin().is_terminal() {
        output.note(words::PASTE_INVITATION);
    }
    let reading = tokio::task::spawn_blocking(move || input::token_of(&argument));
    tokio::select! {
        token = reading => input::invitation(token.map_err(|_| Failure::Local)??),
        () = interrupt.pressed() => Err(Stop::cancelled()),
    }
}

/// Whether it leads to this machine and nowhere else.
fn is_local(invitation: &Invitation) -> bool {
    !invitation.candidates.is_empty()
        && invitation.candidates.iter().all(|candidate| {
            matches!(candidate.address, CandidateAddress::Ip(address) if address.ip().is_loopback())
        })
}

/// Asks the person. Nothing has been sent before.
async fn agree(
    name: Option<&str>,
    output: &Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<(), Stop> {
    if !lines.is_terminal() {
        return Err(Stop::new(Status::Usage, "yes_needed", words::YES_NEEDED));
    }
    output.say(&words::connect_to(name));
    loop {
        let answer = tokio::select! {
            line = lines.next() => line,
            () = interrupt.pressed() => return Err(Stop::cancelled()),
        };
        match answer
            .as_deref()
            .map(|line| line.trim().to_lowercase())
            .as_deref()
        {
            Some("y" | "yes") => return Ok(()),
            Some("n" | "no") | None => {
                return Err(Stop::new(Status::Failed, "declined", words::NOT_CONNECTED));
            }
            Some(_) => output.say(words::YES_OR_NO),
        }
    }
}

async fn knock(
    mut pairing: Pairing,
    reply_png: Option<PathBuf>,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Meeting, Stop> {
    loop {
        tokio::select! {
            event = pairing.next() => match event {
                Some(PairingEvent::View(view)) => {
                    if let Some(state) = State::of(&view) {
                        output.tell(Event::State { state });
                    }
                    if let View::ReplyNeeded { reply } = &view {
                        show_reply(reply, reply_png.as_deref(), output)?;
                    }
                }
                Some(PairingEvent::Met(meeting)) => return Ok(*meeting),
                Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
                None => return Err(Failure::Local.into()),
            },
            () = interrupt.pressed() => return Err(met::cancel(pairing).await),
        }
    }
}

fn show_reply(
    reply: &[u8],
    png: Option<&std::path::Path>,
    output: &mut Output,
) -> Result<(), Stop> {
    let forms =
        Forms::new(&LinkBase::DEFAULT, reply).map_err(|_| Stop::bad_input(words::NO_SYMBOL))?;
    if let Some(path) = png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    output.show_token(&forms, true);
    output.tell(Event::Reply {
        link: forms.link,
        text: forms.text,
        bytes: forms.bytes,
        qr_version: forms.symbol.version(),
        qr_modules: forms.symbol.width(),
    });
    Ok(())
}
