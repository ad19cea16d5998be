//! `handfast join`: accept an invitation, reply where needed, talk.

use super::invite::write;
use super::{Hands, Talk, Terminal};
use crate::answers::checked;
use crate::answers::talk::{AnswerArgs, AnswerSource};
use crate::asking::MeetingArgs;
use crate::device::{Device, News, Session};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::{Event, Output};
use crate::sealed_files::refused;
use crate::status::{Status, Stop};
use crate::symbol::Forms;
use crate::waiting::{self, Face, Meaning};
use crate::{chat, duration, input, strings, words};
use handfast_native::device::{
    AcceptTerms, Command, Provenance, Role, Scope, SessionCommand, SessionTerms, View,
};
use handfast_native::pairing::Failure;
use handfast_native::seal::{Questions, SealError};
use handfast_native::token::{Invitation, LinkBase, SealedReply, Token};
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

impl Args {
    fn terms(&self) -> AcceptTerms {
        AcceptTerms {
            patience: self.wait,
            only_by_reply: self.only_by_reply,
            terms: SessionTerms {
                asking: Some(self.meeting.asking()),
                scope: match self.loopback {
                    true => Scope::Both,
                    false => Scope::Network,
                },
                ..self.talk.terms()
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
    let device = interrupt.stops(args.talk.start_device()).await?;
    let begun = begin(&args, device, &mut output, &mut interrupt).await;
    let (mut session, handed) = match begun {
        Ok(begun) => begun,
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    // What follows the invitation on standard input is for the conversation.
    let mut lines = Lines::of_standard_input();
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let ended = guest(&args, &mut session, handed, terminal).await;
    session.end(&mut output, &mut interrupt).await;
    ended
}

/// An invitation as it was handed in.
#[derive(Clone)]
enum Handed {
    Open(Box<Invitation>),
    Locked(Vec<u8>),
}

impl Handed {
    fn open(self) -> Command {
        match self {
            // Typed, pasted, a file: nothing here is a live camera.
            Self::Open(invitation) => Command::Open(invitation, Provenance::Carried),
            Self::Locked(container) => Command::OpenLocked(container),
        }
    }
}

/// Opens the invitation that was handed in, or goes on with one.
async fn begin(
    args: &Args,
    device: Device,
    output: &mut Output,
    interrupt: &mut Interrupt,
) -> Result<(Session, Option<Handed>), (Device, Stop)> {
    let Some(argument) = &args.invitation else {
        let wanted = args.resume.as_ref().and_then(Option::as_deref);
        let session = device.resume(Role::Guest, wanted, args.terms()).await?;
        return Ok((session, None));
    };
    let token = match read(argument.clone(), output, interrupt).await {
        Ok(token) => token,
        Err(stop) => return Err((device, stop)),
    };
    let handed = match token {
        Token::Sealed(container) => Handed::Locked(container),
        other => match input::invitation(other) {
            Ok(invitation) => Handed::Open(Box::new(invitation)),
            Err(stop) => return Err((device, stop)),
        },
    };
    let session = device.begin(handed.clone().open(), args.terms()).await?;
    Ok((session, Some(handed)))
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
    let mut screen = Screen {
        png: args.reply_png.clone(),
        is_drawn: false,
        reply: None,
    };
    let terminal = (&mut *output, &mut *lines, &mut *interrupt);
    let met = waiting::until_met(session, &mut screen, &mut answers, terminal).await?;
    let name = name.as_deref().unwrap_or(strings::host());
    chat::talk(session, met, name, (output, lines, interrupt)).await
}

/// Unlocks what is locked, and asks the person whether to connect. Nothing has been sent before. Gives
/// what the host calls itself.
async fn choose(
    args: &Args,
    session: &mut Session,
    handed: Handed,
    answers: &mut AnswerSource,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<Option<String>, Stop> {
    let (mut is_told, mut is_agreed) = (false, args.yes);
    loop {
        let news = tokio::select! {
            news = session.next() => news,
            () = interrupt.pressed() => return Err(session.close(output).await),
        };
        let News::View(view) = news else {
            // The process through which it was opened is gone, and nothing waits yet.
            if let News::Gone = news {
                let again = session.begin_again(handed.clone().open());
                interrupt.stops(again).await?;
            }
            continue;
        };
        match view {
            View::Locked {
                is_unlocking: true, ..
            } => output.note(strings::unlocking()),
            View::Locked {
                questions,
                needs_code,
                was_wrong,
                ..
            } => {
                if was_wrong && !answers.asks(lines) {
                    return Err(refused(SealError::WrongAnswerOrAltered));
                }
                if was_wrong {
                    output.note(words::refused(SealError::WrongAnswerOrAltered));
                }
                let code_file = args.code_file.as_deref();
                let terminal = (&mut *output, &mut *lines, &mut *interrupt);
                let asked = (&questions, needs_code);
                let unlock = unlock(asked, answers, code_file, terminal).await?;
                told_unless_gone(session, unlock).await?;
            }
            View::Opened {
                name,
                expires_at,
                is_on_this_machine,
                is_kept,
                ..
            } => {
                let now = handfast_native::unix_seconds();
                let left = expires_at.map(|at| at.saturating_sub(now));
                if !is_told {
                    tell_opened(name.clone(), left, is_on_this_machine, output);
                }
                if !is_agreed {
                    agree(name.as_deref(), output, lines, interrupt).await?;
                }
                (is_told, is_agreed) = (true, true);
                let accept = SessionCommand::Accept(Box::new(args.terms()));
                if told_unless_gone(session, accept).await? {
                    if is_kept {
                        output.note(strings::joined_before());
                    }
                    return Ok(name);
                }
            }
            View::Ended(end) => return Err(session.ended(end, output)),
            _ => {}
        }
    }
}

/// Has this done. Whether it was: the process through which this one works may be gone.
async fn told_unless_gone(session: &Session, command: SessionCommand) -> Result<bool, Stop> {
    match session.command(command).await {
        Err(_) if session.is_gone() => Ok(false),
        done => done.map(|()| true),
    }
}

/// Tells what is gone on with. Gives what the host calls itself.
fn tell_resumed(session: &Session, output: &mut Output) -> Option<String> {
    let pending = session.pending()?;
    let left = pending.remaining.map(|left| left.as_secs());
    let name = pending.name;
    tell_opened(name.clone(), left, pending.is_on_this_machine, output);
    name
}

fn tell_opened(
    name: Option<String>,
    expires_in_s: Option<u64>,
    is_on_this_machine: bool,
    output: &mut Output,
) {
    output.tell(Event::Opened { name, expires_in_s });
    if is_on_this_machine {
        output.note(strings::loopback_invitation());
    }
}

/// Asks for the answers to these questions, and for the code where there is one.
async fn unlock(
    (questions, needs_code): (&Questions, bool),
    source: &mut AnswerSource,
    code_file: Option<&Path>,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<SessionCommand, Stop> {
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
        let code = match needs_code {
            true => Some(source.code(code_file, output, lines, interrupt).await?),
            false => None,
        };
        return Ok(SessionCommand::Unlock(answers, code));
    }
}

/// What a guest has shown.
struct Screen {
    png: Option<PathBuf>,
    is_drawn: bool,
    reply: Option<SealedReply>,
}

impl Face for Screen {
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
            show_reply(reply.as_bytes(), self.png.as_deref(), output)?;
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
) -> Result<Token, Stop> {
    use std::io::IsTerminal;
    if argument == "-" && std::io::stdin().is_terminal() {
        output.note(strings::paste_invitation());
    }
    let reading = spawn_blocking(move || input::token_of(&argument));
    let reading = async { reading.await.map_err(|_| Failure::Local)? };
    interrupt.stops(reading).await
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
