//! `handfast send`: sends files and folders to somebody who was met before, and waits until they are there. What does
//! not get there now waits in the home, and goes when the two are together again.

use super::{Hands, Seek};
use crate::chat::file_at;
use crate::device::{Device, News, Session};
use crate::files::Files;
use crate::home::Place;
use crate::output::{Event, Output};
use crate::status::{Status, Stop};
use crate::{duration, strings, words};
use handfast_native::HeldCopy;
use handfast_native::device::{
    AcceptTerms, Command, FileState, Refusal, Row, RowContent, Saying, SessionId, View, called,
};
use handfast_native::pairing::Failure;
use handfast_native::store::private;
use handfast_native::transfer::{Growing, READ_FIRST};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

/// What stands for standard input.
const INPUT: &str = "-";

#[derive(clap::Args)]
#[command(after_help = strings::send_examples())]
pub(crate) struct Args {
    #[arg(value_name = "NAME", help = strings::option_contact())]
    contact: String,
    #[arg(value_name = "PATH", required = true, help = strings::option_send_paths())]
    paths: Vec<PathBuf>,
    #[arg(long = "as", value_name = "FILE", help = strings::option_send_as())]
    called: Option<String>,
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration::parse, help = strings::option_send_wait())]
    wait: Duration,
    #[command(flatten)]
    pub(super) seek: Seek,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let place = args.seek.home.place()?;
    let mut device = interrupt.stops(Device::start(place.clone())).await?;
    let files = interrupt.stops(files(&args, &place, &mut output)).await;
    let Found {
        files,
        mut rest,
        // What is offered needs nobody to hold it.
        held: _held,
    } = match files {
        Ok(found) => found,
        Err(stop) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    // Input may take long, and another process may have ended meanwhile that was at work for this one.
    if device.is_gone() {
        interrupt.stops(device.start_again()).await?;
    }
    let (id, count) = match hand_in(&args, &device, files, &mut output).await {
        Ok(Some(begun)) => begun,
        ended => {
            let kept = match &ended {
                Ok(_) => interrupt.stops(kept(&mut rest)).await,
                Err(_) => Ok(()),
            };
            device.end(&mut output, &mut interrupt).await;
            return ended.map(drop).and(kept);
        }
    };
    let mut session = device.follow(id, AcceptTerms::default());
    let mut sending = Sending {
        wait: args.wait,
        shown: Files::default(),
        states: BTreeMap::new(),
        count,
        quiet_since: Instant::now(),
    };
    let ended = tokio::select! {
        ended = sending.until_sent(&mut session, rest, &mut output) => ended,
        () = interrupt.pressed() => Err(Stop::cancelled()),
    };
    session.close(&mut output).await;
    session.end(&mut output, &mut interrupt).await;
    sending.outcome(&args.contact, ended?, &mut output)
}

/// What is to be sent.
#[derive(Default)]
struct Found {
    /// Where each is, and what it is called.
    files: Vec<(PathBuf, String)>,
    /// What keeps the rest of standard input.
    rest: Option<Rest>,
    /// What of it is a copy.
    held: Vec<HeldCopy>,
}

async fn files(args: &Args, place: &Place, output: &mut Output) -> Result<Found, Stop> {
    let mut all = Found::default();
    for path in &args.paths {
        if path.as_os_str() == INPUT {
            let called = args.called.as_deref().unwrap_or(strings::send_input());
            let (held, further) = begin_input(place).await?;
            all.files.push((held.path().to_owned(), called.to_owned()));
            all.held.push(held);
            all.rest = all.rest.or(further);
            continue;
        }
        let (found, left_out) = file_at(path.clone()).await.map_err(Stop::bad_input)?;
        left_out.into_iter().for_each(|told| output.note(told));
        if let Saying::File { path, name, .. } = found {
            all.files.push((path, name));
        }
    }
    Ok(all)
}

/// Standard input that is kept meanwhile. Its thread waits for whoever writes there, and nothing waits for it at the end.
type Rest = oneshot::Receiver<io::Result<()>>;

/// Standard input as a file of the home, where it lies until it is sent, whenever that is. What is longer than a file
/// whose size is told before it is sent is kept while the beginning goes.
async fn begin_input(place: &Place) -> Result<(HeldCopy, Option<Rest>), Stop> {
    let Place::Folder(home) = place else {
        return Err(Failure::Local.into());
    };
    let home = home.clone();
    let begin = move || -> io::Result<_> {
        let held = HeldCopy::begin(&home)?;
        let mut file = private::options().create_new(true).open(held.path())?;
        let count = io::copy(&mut io::stdin().lock().take(READ_FIRST), &mut file)?;
        if count < READ_FIRST {
            file.sync_all()?;
            return Ok((held, None));
        }
        let growing = Growing::begin(held.path())?;
        let (done, rest) = oneshot::channel();
        let keep = move || -> io::Result<()> {
            io::copy(&mut io::stdin().lock(), &mut file)?;
            file.sync_all()?;
            growing.end()
        };
        std::thread::spawn(move || done.send(keep()));
        Ok((held, Some(rest)))
    };
    let begun = tokio::task::spawn_blocking(begin).await;
    begun
        .map_err(|_| Stop::from(Failure::Local))?
        .map_err(no_input)
}

/// Waits until all of standard input is kept. May be dropped half-way.
async fn kept(rest: &mut Option<Rest>) -> Result<(), Stop> {
    let Some(keeping) = rest else {
        return Ok(());
    };
    let kept = keeping.await.map_err(|_| Stop::from(Failure::Local))?;
    *rest = None;
    kept.map_err(no_input)
}

fn no_input(error: io::Error) -> Stop {
    Stop::bad_input(words::unreadable(INPUT, &error))
}

/// Has all of this kept, to be sent. The session of this command that goes on with it, and how many files those
/// are; None where another one does.
async fn hand_in(
    args: &Args,
    device: &Device,
    files: Vec<(PathBuf, String)>,
    output: &mut Output,
) -> Result<Option<(SessionId, usize)>, Stop> {
    let overview = device.overview();
    let contact = called(&overview.contacts, &args.contact).map_err(words::not_called)?;
    let seek = Command::Seek(contact.key, Box::new(args.seek.terms()));
    let session = match device.order(seek).await {
        Ok(done) => Some(done.session().ok_or(Failure::Local)?),
        // They are talked to already: it goes there, and is seen there.
        Err(Refusal::UnderWay(_)) => None,
        Err(refusal) => return Err(device.refused(refusal)),
    };
    let mut names = Vec::new();
    for (path, name) in files {
        names.push(name.clone());
        let to = contact.key;
        device.command(Command::Offer { to, path, name }).await?;
    }
    if let Some(session) = session {
        return Ok(Some((session, names.len())));
    }
    output.tell(Event::HandedOver {
        name: words::name_of(contact.shown_name()).to_owned(),
        files: names,
    });
    Ok(None)
}

/// How what was sent stands.
struct Sending {
    wait: Duration,
    shown: Files,
    /// What each is called, and how it stands, by row.
    states: BTreeMap<u64, (String, FileState)>,
    count: usize,
    /// Since when nothing has happened.
    quiet_since: Instant,
}

impl Sending {
    /// Waits until everything is there or failed, or nothing has happened for too long. Whether nothing is left.
    async fn until_sent(
        &mut self,
        session: &mut Session,
        mut rest: Option<Rest>,
        output: &mut Output,
    ) -> Result<bool, Stop> {
        while !self.is_over() || rest.is_some() {
            let is_all_here = self.is_written() && rest.is_none();
            let news = tokio::select! {
                news = session.next() => news,
                kept = kept(&mut rest), if rest.is_some() => {
                    kept?;
                    self.quiet_since = Instant::now();
                    continue;
                }
                () = sleep_until(self.quiet_since + self.wait), if is_all_here => {
                    return Ok(false);
                }
            };
            match news {
                News::View(View::Ended(end)) => return Err(session.stop(end)),
                News::View(View::Talking { .. }) => self.quiet_since = Instant::now(),
                News::Row(row) => {
                    self.hear(&row, output);
                    session.shown().await;
                }
                News::NotWritten(_, error) => {
                    return Err(Stop::new(Status::Home, "not_kept", session.not_kept(error)));
                }
                News::Gone => return Err(Failure::Local.into()),
                _ => {}
            }
        }
        Ok(true)
    }

    fn hear(&mut self, row: &Row, output: &mut Output) {
        let is_one = row.ours && !row.is_old();
        if let (true, RowContent::File { name, state, .. }) = (is_one, &row.content) {
            self.states
                .insert(row.number, (name.clone(), state.clone()));
            self.shown.show(row, output);
            self.quiet_since = Instant::now();
        }
    }

    /// All of it is on the disk of this device.
    fn is_written(&self) -> bool {
        self.states.len() >= self.count
    }

    fn is_over(&self) -> bool {
        self.is_written() && self.states.values().all(|(_, state)| state.is_over())
    }

    /// Says what came of it.
    fn outcome(&self, name: &str, is_all: bool, output: &mut Output) -> Result<(), Stop> {
        let is_failed = |state: &FileState| matches!(state, FileState::Failed { .. });
        if !is_all {
            let waiting = self.states.values().filter(|(_, state)| !state.is_over());
            output.tell(Event::Queued {
                name: name.to_owned(),
                files: waiting.map(|(name, _)| name.clone()).collect(),
            });
        }
        match self.states.values().any(|(_, state)| is_failed(state)) {
            false => Ok(()),
            true => {
                let sentence = strings::not_all_sent();
                Err(Stop::new(Status::Failed, "not_sent", sentence))
            }
        }
    }
}
