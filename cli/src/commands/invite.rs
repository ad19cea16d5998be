//! `handfast invite`: show an invitation, let one guest in, talk.

use super::{Desk, Session, Talk};
use crate::answers::question;
use crate::answers::talk::{AnswerArgs, AnswerSource};
use crate::home::{self, Home};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::network::{self, Place, Wanted};
use crate::output::{Event, Output, State};
use crate::outside::MeetingArgs;
use crate::pending::Keeper;
use crate::status::Stop;
use crate::symbol::Forms;
use crate::vault::refused;
use crate::{chat, duration, input, met, strings, words};
use handfast_native::net::PortMapping;
use handfast_native::pairing::{
    Failure, HostStage, HostTerms, Meeting, Pairing, PairingEvent, Past, Via, View, own_candidates,
};
use handfast_native::private;
use handfast_native::seal::{self, Answers, Cost, Credential, Questions, tries_per_second};
use handfast_native::store::PendingInvitation;
use handfast_native::token::{
    Expiry, Invitation, LinkBase, Name, Question, Seat, Secret, Token, random_bytes,
};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Pixels a module of the pictures that are written.
const SCALE: usize = 8;

/// Lines that a script may pipe in before anybody is there.
pub(super) const MOST_EARLY_LINES: usize = 4096;

#[derive(clap::Args)]
#[command(after_help = strings::invite_examples())]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) talk: Talk,
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["expires", "ask", "lock", "answer_file", "port", "loopback"],
        help = strings::option_resume_host()
    )]
    resume: Option<Option<String>>,
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10m",
        value_parser = duration::parse_lifetime,
        help = strings::option_expires()
    )]
    expires: Duration,
    #[arg(long, help = strings::option_link_only())]
    link_only: bool,
    #[arg(long, value_name = "FILE", help = strings::option_png())]
    png: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_svg())]
    svg: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_file())]
    file: Option<PathBuf>,
    #[arg(
        long,
        value_name = "QUESTION",
        value_parser = question,
        conflicts_with = "lock",
        help = strings::option_ask()
    )]
    ask: Option<Question>,
    #[arg(long, value_name = "QUESTION", value_parser = question, help = strings::option_lock())]
    lock: Option<Question>,
    #[command(flatten)]
    answers: AnswerArgs,
    #[arg(long, value_name = "URL", value_parser = link_base, help = strings::option_link_base())]
    link_base: Option<LinkBase>,
    #[arg(long, help = strings::option_port())]
    port: Option<u16>,
    #[arg(long, help = strings::option_loopback_host())]
    loopback: bool,
    #[arg(long, help = strings::option_far())]
    far: bool,
    #[command(flatten)]
    meeting: MeetingArgs,
}

fn link_base(text: &str) -> Result<LinkBase, String> {
    LinkBase::new(text).map_err(words::field)
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
    let home = args.talk.open_home().await?;
    let offer = match &args.resume {
        Some(wanted) => resume(&args, &home, wanted.as_deref(), &mut output, door).await?,
        None => {
            let desk = (&mut output, &mut lines, &mut interrupt);
            make(&args, &home, desk, door).await?
        }
    };
    let Offer {
        pending,
        place,
        mut keeper,
    } = offer;
    let is_locked = pending.locked.is_some();
    let token = match &pending.locked {
        Some(container) => Token::Sealed(container.clone()),
        None => Token::Invitation(pending.invitation.clone()),
    };
    let remaining = pending.remaining(handfast_native::unix_seconds());
    let pairing = Pairing::host_again(
        home::identity(home.as_ref(), args.talk.name.as_deref())?,
        place.endpoint,
        HostTerms {
            invitation: pending.invitation,
            certificate: pending.certificate,
            handed: pending.handed,
            answer: pending.answer,
            random: Secret::random().map_err(|_| Failure::Local)?,
        },
        pending.past,
    )?;
    let attention = place.watch.report_to(pairing.roaming());
    keeper.follow(&pairing);
    match show(&args, &token, remaining, &mut output) {
        Err(stop) if args.resume.is_none() => {
            // Nobody has seen it.
            keeper.discard().await;
            return Err(stop);
        }
        shown => shown?,
    }
    keeper.tell(&mut output);

    let ended = wait(
        pairing,
        (&args, is_locked),
        &mut keeper,
        &mut output,
        &mut lines,
        &mut interrupt,
    )
    .await;
    let meeting = keeper.conclude(ended, &mut output).await?;
    attention.pay();
    let meeting = met::let_in(meeting, home.as_ref()).await?;
    met::tell(&mut output, &meeting, strings::guest());
    let desk = (&mut output, &mut lines, &mut interrupt);
    chat::talk(meeting, args.talk.chat, home.as_ref(), desk).await
}

/// An invitation that is kept, and the sockets that wait for its guest.
struct Offer {
    pending: PendingInvitation,
    place: Place,
    keeper: Keeper,
}

/// Makes a new invitation, and keeps it before anybody sees it.
async fn make(
    args: &Args,
    home: &Option<Home>,
    (output, lines, interrupt): Desk<'_>,
    door: &mut Option<PortMapping>,
) -> Result<Offer, Stop> {
    let answer = match args.ask.as_ref().or(args.lock.as_ref()) {
        Some(question) => {
            let names: Vec<&str> = args.talk.name.as_deref().into_iter().collect();
            let mut source = AnswerSource::open(&args.answers)?;
            let chosen = source.choose(question, &names, output, lines, interrupt);
            let (answer, strength) = chosen.await?;
            if args.lock.is_some() {
                let cost = Cost::STANDARD;
                output.note(words::strength(&strength, tries_per_second(&cost), &cost));
                output.note(strings::asking_is_stronger());
            }
            Some(answer)
        }
        None => None,
    };
    let wanted = match args.loopback {
        true => Wanted::Loopback,
        false => Wanted::Network,
    };
    let place = network::bind(wanted, args.port)?;
    if place.alone {
        output.note(strings::alone());
    }
    let place = reach_out(args, args.far, place, output, door).await;
    let candidates = own_candidates(&place.endpoint, place.policy)?;
    let certificate = network::certificate()?;
    let made = handfast_native::unix_seconds();
    let invitation = Invitation {
        secret: Secret::random().map_err(|_| Failure::Local)?,
        expiry: Expiry::after(made, args.expires),
        fingerprint: certificate.fingerprint(),
        candidates,
        question: args.ask.clone(),
        // The user name goes to nobody but the guest; a name in the invitation was asked for.
        name: args.talk.name.as_deref().and_then(Name::cleaned),
        host_is_browser: false,
        host_can_punch: true,
    };
    let (locked, handed, answer) = match (args.lock.clone(), answer) {
        (Some(question), Some(answer)) => {
            output.note(strings::locking());
            let container = lock(invitation.clone(), question, answer).await?;
            (Some(container), Via::Locked, None)
        }
        // A terminal shows the link as well, and cannot know which of the two was used.
        (_, answer) => (None, Via::Carried, answer),
    };
    let port = place.endpoint.addresses().first().map(SocketAddr::port);
    let pending = PendingInvitation {
        invitation,
        certificate,
        port: port.unwrap_or_default(),
        handed,
        locked,
        answer,
        made,
        past: Past::default(),
    };
    let keeper = match home {
        Some(home) => home.keep_invitation(pending.clone()).await?,
        None => Keeper::none(),
    };
    Ok(Offer {
        pending,
        place,
        keeper,
    })
}

/// Takes up one that waits, on the port that it names where that can be had.
async fn resume(
    args: &Args,
    home: &Option<Home>,
    wanted: Option<&str>,
    output: &mut Output,
    door: &mut Option<PortMapping>,
) -> Result<Offer, Stop> {
    let keeper = match home {
        Some(home) => home.choose(Seat::Host, wanted).await?,
        None => Keeper::none(),
    };
    let pending = keeper.invitation().await?;
    let reach = match network::is_local(&pending.invitation) {
        true => Wanted::Loopback,
        false => Wanted::Network,
    };
    let place = network::bind(reach, Some(pending.port))?;
    let mut named = pending.invitation.candidates.iter();
    let is_far = args.far || named.any(|one| one.reflexive().is_some());
    let place = reach_out(args, is_far, place, output, door).await;
    if !pending.past.replies.is_empty() {
        output.note(strings::reply_kept());
    } else if !network::leads_here(&pending.invitation.candidates, &place.endpoint) {
        output.note(strings::moved_host());
    }
    Ok(Offer {
        pending,
        place,
        keeper,
    })
}

/// Makes this machine known to be reached from elsewhere, as far as that is wanted and allowed.
async fn reach_out(
    args: &Args,
    is_far: bool,
    mut place: Place,
    output: &mut Output,
    door: &mut Option<PortMapping>,
) -> Place {
    place.endpoint = args.meeting.allow(place.endpoint, place.policy.loopback);
    if is_far {
        (place.endpoint, *door) = args.meeting.reach_out(place.endpoint, output).await;
    }
    place
}

/// Shows the token on the screen, and writes the files that were asked for.
fn show(
    args: &Args,
    token: &Token,
    remaining: Option<Duration>,
    output: &mut Output,
) -> Result<(), Stop> {
    let forms = hand_out(args, token)?;
    output.show_token(&forms, !args.link_only);
    output.tell(Event::invitation(forms, remaining.unwrap_or_default()));
    Ok(())
}

/// The forms of the token, in the files that were asked for too.
fn hand_out(args: &Args, token: &Token) -> Result<Forms, Stop> {
    let base = args.link_base.clone().unwrap_or_default();
    let forms = Forms::new(&base, &token.to_text_bytes())?;
    if let Some(path) = &args.file {
        write(path, &token.to_bytes())?;
    }
    if let Some(path) = &args.png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    if let Some(path) = &args.svg {
        write(path, forms.symbol.to_svg().as_bytes())?;
    }
    Ok(forms)
}

/// Locks the invitation, beside everything else: it takes a moment on purpose.
async fn lock(
    invitation: Invitation,
    question: Question,
    answers: Answers,
) -> Result<Vec<u8>, Stop> {
    let questions =
        Questions::new(vec![question]).map_err(|error| Stop::bad_input(words::lock(error)))?;
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
    (args, is_locked): (&Args, bool),
    keeper: &mut Keeper,
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
                // Only who knows the answer could make a locked one anew.
                Some(PairingEvent::Reissued(_)) if is_locked => {
                    output.note(strings::locked_leads_nowhere());
                }
                Some(PairingEvent::Reissued(invitation)) => {
                    output.note(strings::leads_elsewhere());
                    let remaining = invitation.expiry.remaining(handfast_native::unix_seconds());
                    show(args, &Token::Invitation(*invitation), remaining, output)?;
                }
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
                if line.trim() == words::HARDER {
                    output.note(strings::trying_harder());
                    pairing.try_harder().await;
                    continue;
                }
                match read_reply(line.clone()).await {
                    Ok(reply) => match pairing.reply_received(reply, Via::Carried).await {
                        Ok(()) => {
                            keeper.keep(&pairing).await?;
                            output.note(strings::reply_taken());
                        }
                        Err(error) => output.note(words::reply_refused(error)),
                    },
                    Err(sentence) if lines.is_terminal() => output.note(sentence),
                    Err(_) => early.push(line),
                }
            }
            stop = keeper.ended_elsewhere() => {
                met::cancel(pairing).await;
                return Err(stop);
            }
            () = interrupt.pressed() => return Err(met::cancel(pairing).await),
        }
    }
}

/// A picture takes up to some seconds to read, so that happens beside everything else.
async fn read_reply(line: String) -> Result<handfast_native::token::SealedReply, String> {
    // "-" is standard input elsewhere; here it is a line like any other.
    if line.trim() == "-" {
        return Err(strings::no_reply_in_line().into());
    }
    tokio::task::spawn_blocking(move || input::reply_of(&line))
        .await
        .unwrap_or_else(|_| Err(strings::no_reply_in_line().into()))
}

/// Writes a file that was asked for. Whoever could read it could use the invitation.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    private::write(path, bytes)
        .map_err(|error| Stop::local(words::unwritable(&path.to_string_lossy(), &error)))
}
