//! `handfast join`: accept an invitation, reply where needed, talk.

use super::invite::write;
use super::{Session, Talk};
use crate::answer::{AnswerArgs, AnswerSource, unusable};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::network::{self, Wanted};
use crate::output::{Event, Output, State};
use crate::outside::OutsideArgs;
use crate::status::{Status, Stop};
use crate::symbol::Forms;
use crate::vault::refused;
use crate::{chat, duration, input, met, words};
use handfast_core::invitation::{CandidateAddress, Invitation, LinkBase, Token};
use handfast_core::pairing::{Failure, GuestTerms, Meeting, Pairing, PairingEvent, Via, View};
use handfast_core::seal::{self, Answers, Credential, Header, Kind, Limits, Lock, SealError};
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::spawn_blocking;

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
    #[command(flatten)]
    answers: AnswerArgs,
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
    #[command(flatten)]
    outside: OutsideArgs,
    /// Send nothing until the host has the reply
    #[arg(long, hide = true)]
    only_by_reply: bool,
}

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    let Session {
        mut output,
        mut interrupt,
    } = session;
    let token = read(args.invitation.clone(), &mut output, &mut interrupt).await?;
    let mut lines = Lines::of_standard_input();
    let mut answers = AnswerSource::open(&args.answers)?;
    let (invitation, via) = match token {
        Token::Sealed(container) => {
            let desk = (&mut output, &mut lines, &mut interrupt);
            (unlock(container, &mut answers, desk).await?, Via::Locked)
        }
        // Typed, pasted, a file: nothing here is a live camera.
        other => (input::invitation(other)?, Via::Carried),
    };
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
        ..GuestTerms::new(via)
    };
    let endpoint = place.endpoint.with_servers(args.outside.servers(local));
    let pairing = Pairing::guest(identity, endpoint, invitation, terms)?;
    let desk = (&mut output, &mut lines, &mut interrupt);
    let meeting = knock(pairing, args.reply_png, &mut answers, desk).await?;
    met::tell(
        &mut output,
        &meeting,
        name.as_deref().unwrap_or(words::HOST),
    );
    let downloads = args.talk.downloads;
    chat::talk(meeting, downloads, &mut output, &mut lines, &mut interrupt).await
}

/// What a person sits at: the screen, the keyboard, and Ctrl-C.
type Desk<'a> = (&'a mut Output, &'a mut Lines, &'a mut Interrupt);

/// Finds the invitation; a picture, or a person who pastes, takes its time.
async fn read(
    argument: String,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Token, Stop> {
    use std::io::IsTerminal;
    if argument == "-" && std::io::stdin().is_terminal() {
        output.note(words::PASTE_INVITATION);
    }
    let reading = spawn_blocking(move || input::token_of(&argument));
    tokio::select! {
        token = reading => token.map_err(|_| Failure::Local)?,
        () = interrupt.pressed() => Err(Stop::cancelled()),
    }
}

/// Asks for the answers until the invitation opens. Nothing has been sent before.
async fn unlock(
    container: Vec<u8>,
    source: &mut AnswerSource,
    (output, lines, interrupt): Desk<'_>,
) -> Result<Invitation, Stop> {
    let header = Header::parse(&container).map_err(refused)?;
    let questions = match &header.lock {
        Lock::Answers { questions, .. } if header.kind == Kind::Invitation => questions,
        _ => return Err(Stop::bad_input(words::SEALED)),
    };
    loop {
        let mut typed = Vec::new();
        for question in questions.as_slice() {
            output.note(words::question(question.as_str()));
        }
        let count = questions.as_slice().len().max(1);
        for number in 0..count {
            let prompt = words::answer_prompt(number, count);
            typed.push(source.next(&prompt, output, lines, interrupt).await?);
        }
        let typed: Vec<&str> = typed.iter().map(|answer| answer.as_str()).collect();
        let answers = match Answers::new(&typed) {
            Ok(answers) => answers,
            Err(error) if source.asks(lines) => {
                output.note(error.to_string());
                continue;
            }
            Err(error) => return Err(unusable(error)),
        };
        let credential = Credential::Answers {
            answers,
            code: None,
        };
        output.note(words::UNLOCKING);
        let container = container.clone();
        let opening =
            spawn_blocking(move || seal::unlock(&container, &credential, &Limits::DESKTOP));
        let opened = tokio::select! {
            opened = opening => opened.map_err(|_| Failure::Local)?,
            () = interrupt.pressed() => return Err(Stop::cancelled()),
        };
        match opened {
            Err(SealError::WrongAnswerOrAltered) if source.asks(lines) => {
                output.note(words::refused(SealError::WrongAnswerOrAltered));
            }
            opened => return opened.map_err(refused),
        }
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
    answers: &mut AnswerSource,
    (output, lines, interrupt): Desk<'_>,
) -> Result<Meeting, Stop> {
    loop {
        let event = tokio::select! {
            event = pairing.next() => event,
            () = interrupt.pressed() => return Err(met::cancel(pairing).await),
        };
        match event {
            Some(PairingEvent::View(View::Asking {
                question,
                tries_left,
            })) => {
                output.tell(Event::Asking {
                    question,
                    tries_left,
                });
                let answer = tokio::select! {
                    answer = answers.one(output, lines, interrupt) => answer,
                    // Nothing else can happen before the answer.
                    event = pairing.next() => match event {
                        Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
                        _ => return Err(Failure::Local.into()),
                    },
                };
                match answer {
                    Ok(answer) => pairing.answer(answer).await,
                    Err(stop) => {
                        met::cancel(pairing).await;
                        return Err(stop);
                    }
                }
            }
            Some(PairingEvent::View(view)) => {
                if let Some(state) = State::of(&view) {
                    output.tell(Event::State { state });
                }
                if let View::ReplyNeeded { reply } = &view {
                    show_reply(reply, reply_png.as_deref(), output)?;
                }
            }
            Some(PairingEvent::Hint(cause)) => output.tell(Event::hint(cause)),
            // A guest has no invitation to show.
            Some(PairingEvent::Reissued(_)) => {}
            Some(PairingEvent::Met(meeting)) => return Ok(*meeting),
            Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
            None => return Err(Failure::Local.into()),
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
