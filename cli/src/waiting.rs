//! From a session that has begun to two who have met, in either role: what is told is drawn, and what is
//! typed meanwhile is read.

use crate::answers::talk::AnswerSource;
use crate::commands::Terminal;
use crate::device::{News, Session};
use crate::lines::Lines;
use crate::output::{Event, Output, State};
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::device::{Refusal, SessionCommand, View};
use handfast_native::pairing::{Cause, Failure, HostStage};
use std::future::pending;
use std::pin::Pin;
use tokio::task::spawn_blocking;

/// Lines that a script may pipe in before anybody is there.
const MOST_EARLY_LINES: usize = 4096;

/// What only one role shows.
pub(crate) trait RoleView {
    /// Draws what is new in this view.
    ///
    /// # Errors
    /// What hinders it.
    fn draw(&mut self, view: &View, session: &mut Session, output: &mut Output)
    -> Result<(), Stop>;

    /// What an empty line means.
    const EMPTY: Meaning;

    /// What any other means. It may take some seconds, as a picture does. `is_person`: no script
    /// wrote it.
    fn read(line: &str, is_person: bool) -> Meaning;
}

/// What a line means that is typed while the two have not met.
pub(crate) enum Meaning {
    /// To do this and, once it is done, to say that.
    Do(SessionCommand, &'static str),
    /// The person is here.
    Boost,
    /// To do nothing, and to say why.
    Say(String),
    Nothing,
    /// It is for the conversation.
    Later,
}

/// What came of a line.
enum Outcome {
    Say(String),
    Later(String),
    /// The device was gone. It is to be read again where the work goes on.
    Again(String),
    Nothing,
}

type Reading = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Waits until the two have met, and gives what is shown then.
///
/// # Errors
/// Why they do not meet.
pub(crate) async fn until_met<F: RoleView>(
    session: &mut Session,
    face: &mut F,
    answers: &mut AnswerSource,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<View, Stop> {
    let (mut progress, mut early) = (Progress::default(), Vec::new());
    let mut reading: Option<Reading> = None;
    let mut news = None;
    loop {
        match news.take() {
            // What another process was at work with goes on here.
            Some(News::Gone) => interrupt.stops(session.take_over()).await?,
            Some(News::View(view)) => match view {
                View::Talking { .. } => {
                    finish(&mut reading, &mut early, output).await;
                    lines.give_back(early);
                    return Ok(view);
                }
                View::Ended(end) => return Err(session.ended(end, output)),
                View::Asking {
                    question,
                    tries_left,
                    was_wrong,
                    is_repeated,
                } => {
                    output.tell(Event::Asking {
                        question,
                        tries_left,
                        was_wrong,
                        is_repeated,
                    });
                    progress.forget();
                    finish(&mut reading, &mut early, output).await;
                    lines.give_back(std::mem::take(&mut early));
                    let answer = tokio::select! {
                        answer = answers.one(output, lines, interrupt) => answer,
                        // Whoever is shown something else is not asked any more.
                        next = session.next() => {
                            news = Some(next);
                            continue;
                        }
                    };
                    match answer {
                        Ok(answer) => session.command(SessionCommand::Answer(answer)).await?,
                        Err(stop) => {
                            session.close(output).await;
                            return Err(stop);
                        }
                    }
                }
                view => {
                    face.draw(&view, session, output)?;
                    progress.tell(&view, output);
                    output.show_code();
                }
            },
            Some(
                News::Row(_)
                | News::NotCompared(_)
                | News::NotRemembered
                | News::NotWritten(..)
                | News::OtherDevice
                | News::Beside(_)
                | News::RowGone(_)
                | News::Others
                | News::Left(_),
            )
            | None => {}
        }
        tokio::select! {
            next = session.next() => news = Some(next),
            line = lines.next(),
                if reading.is_none() && !lines.is_over() && early.len() < MOST_EARLY_LINES =>
            {
                if let Some(line) = line {
                    if line.trim() == "/quit" && lines.is_terminal() {
                        return Err(session.close(output).await);
                    }
                    reading = Some(read::<F>(line, session, lines));
                }
            }
            outcome = done(&mut reading) => {
                reading = None;
                match outcome {
                    Outcome::Again(line) => lines.give_back([line]),
                    outcome => take(outcome, &mut early, output),
                }
            }
            () = interrupt.pressed() => return Err(session.close(output).await),
        }
    }
}

/// Reads a line, and does what it means.
fn read<F: RoleView>(line: String, session: &Session, lines: &Lines) -> Reading {
    let is_person = lines.is_terminal();
    let orders = session.orders();
    Box::pin(async move {
        let read = move || match line.trim() {
            "" => (F::EMPTY, line),
            words::HARDER => {
                let harder = Meaning::Do(SessionCommand::TryHarder, strings::trying_harder());
                (harder, line)
            }
            _ => (F::read(&line, is_person), line),
        };
        let Ok((meaning, line)) = spawn_blocking(read).await else {
            return Outcome::Say(words::failure(Failure::Local).into());
        };
        match meaning {
            Meaning::Do(command, done) => match orders.give(command).await {
                Ok(_) => Outcome::Say(done.into()),
                Err(Refusal::OtherInvitation(_)) if !is_person => Outcome::Later(line),
                Err(_) if orders.are_for_nobody() => Outcome::Again(line),
                Err(refusal) => match words::refusal(refusal) {
                    Some(sentence) => Outcome::Say(sentence.into()),
                    None => Outcome::Nothing,
                },
            },
            Meaning::Boost => {
                orders.boost().await;
                Outcome::Nothing
            }
            Meaning::Say(why) => Outcome::Say(why),
            Meaning::Nothing => Outcome::Nothing,
            Meaning::Later => Outcome::Later(line),
        }
    })
}

async fn done(reading: &mut Option<Reading>) -> Outcome {
    match reading {
        Some(reading) => reading.await,
        None => pending().await,
    }
}

async fn finish(reading: &mut Option<Reading>, early: &mut Vec<String>, output: &mut Output) {
    if let Some(reading) = reading.take() {
        take(reading.await, early, output);
    }
}

fn take(outcome: Outcome, early: &mut Vec<String>, output: &mut Output) {
    match outcome {
        Outcome::Say(sentence) => output.note(sentence),
        // Whoever has met or been asked meanwhile was not waited for.
        Outcome::Later(line) | Outcome::Again(line) => early.push(line),
        Outcome::Nothing => {}
    }
}

/// What was told last, so that it is told once.
#[derive(Default)]
pub(crate) struct Progress {
    stage: Option<Stage>,
    cause: Option<Cause>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    State(State),
    /// A guest answers here, with so many tries left.
    Answering(u8),
}

impl Progress {
    /// This state was told already.
    pub(crate) fn already(state: State) -> Self {
        Self {
            stage: Some(Stage::State(state)),
            cause: None,
        }
    }

    /// Something else was shown in between.
    fn forget(&mut self) {
        self.stage = None;
    }

    /// Tells how far it is, and why it is no further.
    pub(crate) fn tell(&mut self, view: &View, output: &mut Output) {
        let stage = match view {
            View::Hosting {
                stage: HostStage::Asking { tries_left },
                ..
            } => Some(Stage::Answering(*tries_left)),
            view => State::of(view).map(Stage::State),
        };
        // Where nothing is told in between, such as while another process takes the work over, what comes
        // again is known.
        if let Some(now) = stage.filter(|_| stage != self.stage) {
            match now {
                Stage::State(state) => output.tell(Event::State { state }),
                Stage::Answering(tries_left) => output.tell(Event::Answering { tries_left }),
            }
            self.stage = stage;
        }
        let cause = match view {
            View::Hosting { cause, .. }
            | View::Connecting { cause, .. }
            | View::ReplyNeeded { cause, .. } => *cause,
            _ => None,
        };
        if cause != self.cause {
            if let Some(cause) = cause {
                output.tell(Event::hint(cause));
            }
            self.cause = cause;
        }
    }
}
