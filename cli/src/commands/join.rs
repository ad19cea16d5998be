//! `handfast join`: accept an invitation, reply where needed, talk.

use super::invite::{MOST_EARLY_LINES, write};
use super::{Desk, Session, Talk};
use crate::answers::checked;
use crate::answers::talk::{AnswerArgs, AnswerSource};
use crate::home::{self, Home};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::network::{self, Place, Wanted};
use crate::output::{Event, Output, State};
use crate::outside::MeetingArgs;
use crate::pending::Keeper;
use crate::status::{Status, Stop};
use crate::symbol::Forms;
use crate::vault::refused;
use crate::{chat, duration, input, met, strings, words};
use handfast_native::pairing::{
    Failure, GuestTerms, Meeting, OtherInvitation, Pairing, PairingEvent, Tried, Via, View,
    own_candidates,
};
use handfast_native::seal::{self, Credential, Header, Kind, Limits, Lock, SealError};
use handfast_native::store::PendingReply;
use handfast_native::token::{
    Invitation, LinkBase, MAX_LIFETIME, Reply, Seat, Token, random_bytes,
};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::spawn_blocking;

/// Pixels a module of the picture of the reply.
const SCALE: usize = 8;

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

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    let Session {
        mut output,
        mut interrupt,
    } = session;
    let home = args.talk.open_home().await?;
    let token = match &args.invitation {
        Some(argument) => Some(read(argument.clone(), &mut output, &mut interrupt).await?),
        None => None,
    };
    let mut lines = Lines::of_standard_input();
    let mut answers = AnswerSource::open(&args.answers)?;
    let (accepted, keeper) = match (token, &home) {
        (Some(token), _) => {
            let desk = (&mut output, &mut lines, &mut interrupt);
            let (invitation, via) = open(token, &args, &mut answers, desk).await?;
            tell_opened(&invitation, &mut output);
            if !args.yes {
                let name = invitation.name.as_ref().map(|name| name.as_str());
                agree(name, &output, &mut lines, &mut interrupt).await?;
            }
            accept(invitation, via, &home).await?
        }
        (None, Some(home)) => {
            let wanted = args.resume.as_ref().and_then(Option::as_deref);
            let keeper = home.choose(Seat::Guest, wanted).await?;
            let kept = keeper.reply().await?;
            tell_opened(&kept.invitation, &mut output);
            (Accepted::Before(Box::new(kept)), keeper)
        }
        (None, None) => {
            let sentence = strings::nothing_to_resume();
            return Err(Stop::new(Status::BadInput, "nothing_waits", sentence));
        }
    };

    let name = accepted.invitation().name.as_ref();
    let name = name
        .map_or(strings::host(), |name| name.as_str())
        .to_owned();
    let (pairing, mut keeper) = start(&args, home.as_ref(), accepted, keeper, &mut output).await?;
    keeper.tell(&mut output);
    let desk = (&mut output, &mut lines, &mut interrupt);
    let ended = knock(pairing, &mut keeper, args.reply_png, &mut answers, desk).await;
    let meeting = keeper.conclude(ended, &mut output).await?;
    let meeting = met::let_in(meeting, home.as_ref()).await?;
    met::tell(&mut output, &meeting, &name);
    let desk = (&mut output, &mut lines, &mut interrupt);
    chat::talk(meeting, args.talk.chat, home.as_ref(), desk).await
}

/// An invitation that the person agreed to.
enum Accepted {
    Now(Box<Invitation>, Via),
    /// By an earlier process, whose reply may be in the host's hands.
    Before(Box<PendingReply>),
}

impl Accepted {
    fn invitation(&self) -> &Invitation {
        match self {
            Self::Now(invitation, _) => invitation,
            Self::Before(kept) => &kept.invitation,
        }
    }
}

/// The invitation in what was handed in, and how it came here.
async fn open(
    token: Token,
    args: &Args,
    answers: &mut AnswerSource,
    desk: Desk<'_>,
) -> Result<(Invitation, Via), Stop> {
    match token {
        Token::Sealed(container) => {
            let code_file = args.code_file.as_deref();
            let invitation = unlock(container, answers, code_file, desk).await?;
            Ok((invitation, Via::Locked))
        }
        // Typed, pasted, a file: nothing here is a live camera.
        other => Ok((input::invitation(other)?, Via::Carried)),
    }
}

fn tell_opened(invitation: &Invitation, output: &mut Output) {
    let name = invitation.name.as_ref();
    let remaining = invitation.expiry.remaining(handfast_native::unix_seconds());
    output.tell(Event::Opened {
        name: name.map(|name| name.as_str().to_owned()),
        expires_in_s: remaining.map(|left| left.as_secs()),
    });
    if network::is_local(invitation) {
        output.note(strings::loopback_invitation());
    }
}

/// Takes the invitation into this process's hands, and goes on where an earlier one was.
async fn accept(
    invitation: Invitation,
    via: Via,
    home: &Option<Home>,
) -> Result<(Accepted, Keeper), Stop> {
    let Some(home) = home else {
        return Ok((Accepted::Now(Box::new(invitation), via), Keeper::none()));
    };
    let id = invitation.keys().invite_id();
    let keeper = home.keeper(Seat::Guest, id)?;
    Ok(match home.reply(id).await? {
        Some(kept) => (Accepted::Before(Box::new(kept)), keeper),
        None => (Accepted::Now(Box::new(invitation), via), keeper),
    })
}

/// Begins to knock. What is needed to go on is kept before anything is sent.
async fn start(
    args: &Args,
    home: Option<&Home>,
    accepted: Accepted,
    mut keeper: Keeper,
    output: &mut Output,
) -> Result<(Pairing, Keeper), Stop> {
    let local = network::is_local(accepted.invitation());
    let reach = match (local, args.loopback) {
        (true, _) => Wanted::Loopback,
        (false, true) => Wanted::Both,
        (false, false) => Wanted::Network,
    };
    let port = match &accepted {
        Accepted::Before(kept) => Some(kept.port),
        Accepted::Now(..) => None,
    };
    let mut place = network::bind(reach, port)?;
    place.endpoint = args.meeting.allow(place.endpoint, local);
    let is_new = matches!(accepted, Accepted::Now(..));
    let kept = match accepted {
        Accepted::Before(kept) => {
            if args.resume.is_none() {
                output.note(strings::joined_before());
            }
            *kept
        }
        Accepted::Now(invitation, via) => new_reply(*invitation, via, &place)?,
    };
    let opened = kept.reply.open(&kept.invitation.keys());
    let is_here = opened.is_ok_and(|reply| network::leads_here(&reply.candidates, &place.endpoint));
    if !is_here {
        output.note(strings::moved_guest());
    }
    if let Some(home) = home.filter(|_| is_new) {
        home.keep_reply(kept.clone()).await?;
    }
    let identity = home::identity(home, args.talk.name.as_deref())?;
    let tried = match home {
        Some(home) => home.tried(kept.invitation.keys().invite_id()).await?,
        None => Tried::default(),
    };
    let terms = GuestTerms {
        patience: args.wait.unwrap_or(MAX_LIFETIME),
        // Who names a time means it, whatever this machine's clock says.
        past_expiry: args.wait.is_some(),
        policy: place.policy,
        tried,
        only_by_reply: args.only_by_reply,
        ..GuestTerms::new(kept.via)
    };
    let (certificate, invitation) = (kept.certificate, kept.invitation);
    let endpoint = place.endpoint;
    let pairing = match is_new || !is_here {
        // It shows a reply only where that is needed, and one that leads here.
        true => Pairing::guest(identity, certificate, endpoint, invitation, terms),
        false => {
            let reply = kept.reply;
            Pairing::guest_again(identity, certificate, endpoint, invitation, reply, terms)
        }
    };
    match pairing {
        Ok(pairing) => {
            place.watch.report_to(pairing.roaming()).pay();
            keeper.follow(&pairing);
            Ok((pairing, keeper))
        }
        Err(failure) => {
            match is_new {
                // Nothing was sent, and nothing will be.
                true => keeper.discard().await,
                false => keeper
                    .conclude(Err(failure.into()), output)
                    .await
                    .map(drop)?,
            }
            Err(failure.into())
        }
    }
}

/// Everything that is needed to go on, made before anything is sent.
fn new_reply(invitation: Invitation, via: Via, place: &Place) -> Result<PendingReply, Stop> {
    let certificate = network::certificate()?;
    let reply = Reply {
        fingerprint: certificate.fingerprint(),
        candidates: own_candidates(&place.endpoint, place.policy)?,
    };
    let salt = random_bytes().map_err(|_| Failure::Local)?;
    let port = place.endpoint.addresses().first().map(SocketAddr::port);
    Ok(PendingReply {
        reply: reply.seal(&invitation.keys(), salt),
        invitation,
        certificate,
        port: port.unwrap_or_default(),
        via,
        made: handfast_native::unix_seconds(),
    })
}

/// Finds the invitation; a picture, or a person who pastes, takes its time.
async fn read(
    argument: String,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<Token, Stop> {
    use std::io::IsTerminal;
    if argument == "-" && std::io::stdin().is_terminal() {
        output.note(strings::paste_invitation());
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
    code_file: Option<&Path>,
    (output, lines, interrupt): Desk<'_>,
) -> Result<Invitation, Stop> {
    let header = Header::parse(&container).map_err(refused)?;
    let (questions, with_code) = match &header.lock {
        Lock::Answers {
            questions,
            with_code,
            ..
        } if header.kind == Kind::Invitation => (questions, *with_code),
        _ => return Err(Stop::bad_input(strings::sealed())),
    };
    loop {
        let mut typed = Vec::new();
        for question in questions.as_slice() {
            output.note(words::they_ask(question.as_str()));
        }
        let count = questions.as_slice().len().max(1);
        for number in 0..count {
            let prompt = words::answer_prompt(number, count);
            typed.push(source.next(&prompt, output, lines, interrupt).await?);
        }
        let answers = match checked(&typed) {
            Err(stop) if source.asks(lines) => {
                output.note(stop.sentence);
                continue;
            }
            answers => answers?,
        };
        let code = match with_code {
            true => Some(source.code(code_file, output, lines, interrupt).await?),
            false => None,
        };
        let credential = Credential::Answers { answers, code };
        output.note(strings::unlocking());
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

/// Asks the person. Nothing has been sent before.
async fn agree(
    name: Option<&str>,
    output: &Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<(), Stop> {
    if !lines.is_terminal() {
        return Err(Stop::new(
            Status::Usage,
            "yes_needed",
            strings::yes_needed(),
        ));
    }
    output.say(&words::connect_to(name));
    loop {
        let answer = tokio::select! {
            line = lines.next() => line,
            () = interrupt.pressed() => return Err(Stop::cancelled()),
        };
        match answer.as_deref().map_or(Some(false), words::consent) {
            Some(true) => return Ok(()),
            Some(false) => {
                return Err(Stop::new(
                    Status::Failed,
                    "declined",
                    strings::not_connected(),
                ));
            }
            None => output.say(strings::yes_or_no()),
        }
    }
}

async fn knock(
    mut pairing: Pairing,
    keeper: &mut Keeper,
    reply_png: Option<PathBuf>,
    answers: &mut AnswerSource,
    (output, lines, interrupt): Desk<'_>,
) -> Result<Meeting, Stop> {
    let mut early = Vec::new();
    loop {
        let event = tokio::select! {
            event = pairing.next() => event,
            line = lines.next(), if !lines.is_over() && early.len() < MOST_EARLY_LINES => {
                if let Some(line) = line {
                    if line.trim() == "/quit" && lines.is_terminal() {
                        return Err(met::cancel(pairing).await);
                    }
                    if line.trim() == words::HARDER {
                        output.note(strings::trying_harder());
                        pairing.try_harder().await;
                        continue;
                    }
                    early.extend(take_line(line, &pairing, output, lines.is_terminal()).await);
                }
                continue;
            }
            stop = keeper.ended_elsewhere() => {
                met::cancel(pairing).await;
                return Err(stop);
            }
            () = interrupt.pressed() => return Err(met::cancel(pairing).await),
        };
        match event {
            Some(PairingEvent::View(View::Asking {
                question,
                tries_left,
                was_wrong,
                is_repeated,
            })) => {
                output.tell(Event::Asking {
                    question,
                    tries_left,
                    was_wrong,
                    is_repeated,
                });
                lines.give_back(std::mem::take(&mut early));
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
                if let View::ReplyNeeded {
                    reply,
                    seat_taken: false,
                } = &view
                {
                    show_reply(reply, reply_png.as_deref(), output)?;
                }
            }
            Some(PairingEvent::Hint(cause)) => output.tell(Event::hint(cause)),
            // A guest has no invitation to show.
            Some(PairingEvent::Reissued(_)) => {}
            Some(PairingEvent::Met(meeting)) => {
                lines.give_back(early);
                return Ok(*meeting);
            }
            Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
            None => return Err(Failure::Local.into()),
        }
    }
}

/// A line while the host has not been heard: their code as it is now, or only a sign that somebody is
/// here. A script's line that is neither is for the conversation, and given back.
async fn take_line(
    line: String,
    pairing: &Pairing,
    output: &mut Output,
    is_terminal: bool,
) -> Option<String> {
    let text = line.clone();
    let found = spawn_blocking(move || match text.trim() {
        // Elsewhere that means standard input, which this line is from.
        "-" | "" => None,
        text => input::token_of(text).and_then(input::invitation).ok(),
    });
    let taken = match found.await {
        Ok(Some(invitation)) => Some(pairing.invitation_received(invitation).await),
        _ => None,
    };
    match taken {
        Some(Ok(())) => output.note(strings::invitation_taken()),
        Some(Err(OtherInvitation)) if is_terminal => {
            output.note(strings::other_invitation());
        }
        None if is_terminal || line.trim().is_empty() => pairing.hurry().await,
        _ => return Some(line),
    }
    None
}

fn show_reply(
    reply: &[u8],
    png: Option<&std::path::Path>,
    output: &mut Output,
) -> Result<(), Stop> {
    let forms = Forms::new(&LinkBase::DEFAULT, reply)?;
    if let Some(path) = png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    output.show_token(&forms, true);
    output.tell(Event::reply(forms));
    Ok(())
}
