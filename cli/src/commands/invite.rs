//! `handfast invite`: show an invitation, let one guest in, talk.

use super::{Session, Talk};
use crate::answer::{AnswerArgs, AnswerSource, unusable};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::network::{self, Wanted};
use crate::output::{Event, Output, State};
use crate::outside::{self, OutsideArgs};
use crate::status::Stop;
use crate::symbol::Forms;
use crate::vault::refused;
use crate::{chat, duration, input, met, words};
use handfast_core::crypto::{Secret, random_bytes};
use handfast_core::invitation::{Expiry, Invitation, LinkBase, Name, Question, Token};
use handfast_core::pairing::{
    Failure, HostStage, HostTerms, Meeting, Pairing, PairingEvent, Via, View, own_candidates,
};
use handfast_core::seal::{self, Answers, Cost, Credential, Questions, tries_per_second};
use handfast_core::transport::PortMapping;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Pixels a module of the pictures that are written.
const SCALE: usize = 8;

/// Lines that a script may pipe in before anybody is there.
const MOST_EARLY_LINES: usize = 4096;

#[derive(clap::Args)]
#[command(after_help = words::INVITE_EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) talk: Talk,
    /// How long it is good, like 90s, 30m, 2h or 7d
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration::parse_lifetime)]
    expires: Duration,
    /// Print the link without a code
    #[arg(long)]
    link_only: bool,
    /// Write the code as a picture
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write the code as a vector picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the invitation as a file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Ask the guest this question once connected; three wrong answers end the invitation
    #[arg(long, value_name = "QUESTION", value_parser = question, conflicts_with = "lock")]
    ask: Option<Question>,
    /// Lock the invitation itself: it opens for whoever knows the answer to this question
    #[arg(long, value_name = "QUESTION", value_parser = question)]
    lock: Option<Question>,
    #[command(flatten)]
    answers: AnswerArgs,
    /// What links begin with [default: https://handfast.example/]
    #[arg(long, value_name = "URL", value_parser = link_base)]
    link_base: Option<LinkBase>,
    /// The UDP port to listen on [default: any]
    #[arg(long)]
    port: Option<u16>,
    /// Only for this machine, which needs no network
    #[arg(long)]
    loopback: bool,
    /// For somebody in another network: names the address that a STUN server sees as well, and asks
    /// the router to open a port
    #[arg(long)]
    far: bool,
    #[command(flatten)]
    outside: OutsideArgs,
}

fn link_base(text: &str) -> Result<LinkBase, String> {
    LinkBase::new(text).map_err(|error| error.to_string())
}

fn question(text: &str) -> Result<Question, String> {
    Question::new(text).map_err(|error| error.to_string())
}

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    let mut door = None;
    let ended = invite(args, session, &mut door).await;
    if let Some(door) = door {
        door.end().await;
    }
    ended
}

/// The whole way from the invitation to the end of the conversation. A port that the router opens for
/// it is left in `door`, to be closed when all is over.
async fn invite(args: Args, session: Session, door: &mut Option<PortMapping>) -> Result<(), Stop> {
    let Session {
        mut output,
        mut interrupt,
    } = session;
    let mut lines = Lines::of_standard_input();
    let answer = match args.ask.as_ref().or(args.lock.as_ref()) {
        Some(question) => {
            let names: Vec<&str> = args.talk.name.as_deref().into_iter().collect();
            let mut source = AnswerSource::open(&args.answers)?;
            let chosen = source.choose(question, &names, &mut output, &mut lines, &mut interrupt);
            let (answer, strength) = chosen.await?;
            if args.lock.is_some() {
                let cost = Cost::STANDARD;
                output.note(words::strength(&strength, tries_per_second(&cost), &cost));
                output.note(words::ASKING_IS_STRONGER);
            }
            Some(answer)
        }
        None => None,
    };
    let identity = network::identity(args.talk.name.as_deref())?;
    let wanted = match args.loopback {
        true => Wanted::Loopback,
        false => Wanted::Network,
    };
    let mut place = network::bind(wanted, args.port)?;
    if place.alone {
        output.note(words::ALONE);
    }
    let may_ask_router = args.far && args.outside.may_ask_router();
    let servers = args.outside.servers(place.policy.loopback);
    place.endpoint = place.endpoint.with_servers(servers);
    if args.far {
        outside::look(&mut place, &mut output).await;
    }
    if may_ask_router && let Some(asked) = outside::ask_router(&place.endpoint.addresses()).await {
        output.note(match &asked {
            Ok(_) => words::PORT_OPENED.to_owned(),
            Err(error) => words::no_port(*error),
        });
        *door = asked.ok();
    }
    let mut candidates = own_candidates(&place.endpoint, place.policy)?;
    if let Some(external) = door.as_ref().and_then(PortMapping::external) {
        candidates = outside::with_door(candidates, external).map_err(|_| Failure::Local)?;
    }
    let now = network::unix_seconds();
    let invitation = Invitation {
        secret: Secret::random().map_err(|_| Failure::Local)?,
        expiry: Expiry::after(now, args.expires),
        fingerprint: identity.certificate.fingerprint(),
        candidates,
        question: args.ask.clone(),
        // The user name goes to nobody but the guest; a name in the invitation was asked for.
        name: args.talk.name.as_deref().and_then(Name::cleaned),
        host_is_browser: false,
        host_can_punch: true,
    };
    let (token, handed, answer) = match (args.lock, answer) {
        (Some(question), Some(answer)) => {
            output.note(words::LOCKING);
            let container = lock(invitation.clone(), question, answer).await?;
            (Token::Sealed(container), Via::Locked, None)
        }
        // A terminal shows the link as well, and cannot know which of the two was used.
        (_, answer) => (Token::Invitation(invitation.clone()), Via::Carried, answer),
    };
    let base = args.link_base.unwrap_or_default();
    let forms =
        Forms::new(&base, &token.to_text_bytes()).map_err(|_| Stop::bad_input(words::NO_SYMBOL))?;
    if let Some(path) = &args.file {
        write(path, &token.to_bytes())?;
    }
    if let Some(path) = &args.png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    if let Some(path) = &args.svg {
        write(path, forms.symbol.to_svg().as_bytes())?;
    }
    let remaining = invitation.expiry.remaining(now);
    let pairing = Pairing::host(
        identity,
        place.endpoint,
        HostTerms {
            invitation,
            handed,
            answer,
            random: Secret::random().map_err(|_| Failure::Local)?,
        },
    )?;
    output.show_token(&forms, !args.link_only);
    output.tell(Event::Invitation {
        link: forms.link,
        text: forms.text,
        bytes: forms.bytes,
        qr_version: forms.symbol.version(),
        qr_modules: forms.symbol.width(),
        expires_in_s: remaining.map_or(0, |left| left.as_secs()),
    });

    let meeting = wait(pairing, &mut output, &mut lines, &mut interrupt).await?;
    met::tell(&mut output, &meeting, words::GUEST);
    let downloads = args.talk.downloads;
    chat::talk(meeting, downloads, &mut output, &mut lines, &mut interrupt).await
}

/// Locks the invitation, beside everything else: it takes a moment on purpose.
async fn lock(
    invitation: Invitation,
    question: Question,
    answers: Answers,
) -> Result<Vec<u8>, Stop> {
    let questions = Questions::new(vec![question]).map_err(unusable)?;
    let salt = random_bytes().map_err(|_| Failure::Local)?;
    let credential = Credential::Answers {
        answers,
        code: None,
    };
    let locking =
        tokio::task::spawn_blocking(move || seal::lock(&invitation, questions, &credential, salt));
    locking.await.map_err(|_| Failure::Local)?.map_err(refused)
}

/// Waits for the guest. Meanwhile a typed line is their reply; a script's lines that hold none are
/// kept for the conversation.
async fn wait(
    mut pairing: Pairing,
    output: &mut Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<Meeting, Stop> {
    let mut early = Vec::new();
    loop {
        tokio::select! {
            event = pairing.next() => match event {
                Some(PairingEvent::View(view)) => {
                    if let Some(state) = State::of(&view) {
                        output.tell(Event::State { state });
                    } else if let View::Hosting { stage: HostStage::Asking { tries_left }, .. } = view {
                        output.tell(Event::Answering { tries_left });
                    }
                }
                Some(PairingEvent::Hint(cause)) => output.tell(Event::hint(cause)),
                Some(PairingEvent::Reissued(_)) => output.note(words::LEADS_ELSEWHERE),
                Some(PairingEvent::Met(meeting)) => {
                    lines.give_back(early);
                    return Ok(*meeting);
                }
                Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
                None => return Err(Failure::Local.into()),
            },
            line = lines.next(), if !lines.is_over() && early.len() < MOST_EARLY_LINES => {
                let Some(line) = line.filter(|line| !line.trim().is_empty()) else { continue };
                if line.trim() == "/quit" && lines.is_terminal() {
                    return Err(met::cancel(pairing).await);
                }
                match read_reply(line.clone()).await {
                    Ok(reply) => match pairing.reply_received(reply, Via::Carried).await {
                        Ok(()) => output.note(words::REPLY_TAKEN),
                        Err(error) => output.note(words::reply_refused(error)),
                    },
                    Err(sentence) if lines.is_terminal() => output.note(sentence),
                    Err(_) => early.push(line),
                }
            }
            () = interrupt.pressed() => return Err(met::cancel(pairing).await),
        }
    }
}

/// A picture takes up to some seconds to read, so that happens beside everything else.
async fn read_reply(line: String) -> Result<handfast_core::invitation::SealedReply, String> {
    // "-" is standard input elsewhere; here it is a line like any other.
    if line.trim() == "-" {
        return Err(words::NO_REPLY_IN_LINE.into());
    }
    tokio::task::spawn_blocking(move || input::reply_of(&line))
        .await
        .unwrap_or_else(|_| Err(words::NO_REPLY_IN_LINE.into()))
}

/// Writes a file that was asked for.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    std::fs::write(path, bytes)
        .map_err(|error| Stop::local(words::unwritable(&path.to_string_lossy(), &error)))
}
