//! What a person decides before anything is sent: how to unlock an invitation, and whether to connect.

use super::Args;
use crate::answers::checked;
use crate::answers::talk::AnswerSource;
use crate::commands::Terminal;
use crate::consent::Consent;
use crate::device::{News, Session};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::{Event, Output};
use crate::sealed_files::refused;
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::device::{Command, Provenance, SessionCommand, View};
use handfast_native::seal::{Questions, SealError};
use handfast_native::token::Invitation;
use handfast_native::unix_seconds;
use std::path::Path;

/// An invitation as it was handed in.
#[derive(Clone)]
pub(super) enum Handed {
    Open(Box<Invitation>),
    Locked(Vec<u8>),
}

impl Handed {
    pub(super) fn open(self) -> Command {
        match self {
            // Typed, pasted, a file: nothing here is a live camera.
            Self::Open(invitation) => Command::Open(invitation, Provenance::Carried),
            Self::Locked(container) => Command::OpenLocked(container),
        }
    }
}

/// Unlocks what is locked, and asks the person whether to connect. Nothing has been sent before. Gives
/// what the host calls itself.
pub(super) async fn choose(
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
                    output.note(words::by_itself(words::refused(
                        SealError::WrongAnswerOrAltered,
                    )));
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
pub(super) fn tell_resumed(session: &Session, output: &mut Output) -> Option<String> {
    let pending = session.pending()?;
    let left = pending.remaining(unix_seconds()).map(|left| left.as_secs());
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
                output.note(words::by_itself(&stop.sentence));
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

/// Asks the person. Nothing has been sent before.
pub(super) async fn agree(
    name: Option<&str>,
    output: &Output,
    lines: &mut Lines,
    interrupt: &mut Interrupt,
) -> Result<(), Stop> {
    let consent = Consent {
        question: &words::connect_to(name),
        nobody: strings::yes_needed(),
        declined: strings::not_connected(),
    };
    consent.ask(output, lines, interrupt).await
}
