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
use handfast_native::device::{
    AcceptTerms, Command, FileState, Refusal, Row, RowContent, Saying, SessionId, View, called,
};
use handfast_native::pairing::Failure;
use handfast_native::store::private;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
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
    let files = interrupt.stops(files(&args, &place, &mut output)).await?;
    let device = interrupt.stops(Device::start(place)).await?;
    let (id, count) = match hand_in(&args, &device, files, &mut output).await {
        Ok(Some(begun)) => begun,
        ended => {
            device.end(&mut output, &mut interrupt).await;
            return ended.map(drop);
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
        ended = sending.until_sent(&mut session, &mut output) => ended,
        () = interrupt.pressed() => Err(Stop::cancelled()),
    };
    session.close(&mut output).await;
    session.end(&mut output, &mut interrupt).await;
    sending.outcome(&args.contact, ended?, &mut output)
}

/// What is to be sent: where it is, and what it is called.
async fn files(
    args: &Args,
    place: &Place,
    output: &mut Output,
) -> Result<Vec<(PathBuf, String)>, Stop> {
    let mut files = Vec::new();
    for path in &args.paths {
        if path.as_os_str() == INPUT {
            let called = args.called.as_deref().unwrap_or(strings::send_input());
            files.push((keep_input(place).await?, called.to_owned()));
            continue;
        }
        let (found, left_out) = file_at(path.clone()).await.map_err(Stop::bad_input)?;
        left_out.into_iter().for_each(|told| output.note(told));
        if let Saying::File { path, name, .. } = found {
            files.push((path, name));
        }
    }
    Ok(files)
}

/// Standard input as a file of the home, where it lies until it is sent, whenever that is.
async fn keep_input(place: &Place) -> Result<PathBuf, Stop> {
    let Place::Folder(home) = place else {
        return Err(Failure::Local.into());
    };
    let folder = home.join("files");
    let keep = move || -> io::Result<PathBuf> {
        private::create_folders(&folder)?;
        let began = handfast_native::unix_seconds();
        let path = folder.join(format!("{began}-{}.input", std::process::id()));
        let mut file = private::options().create_new(true).open(&path)?;
        io::copy(&mut io::stdin().lock(), &mut file)?;
        file.sync_all()?;
        Ok(path)
    };
    let kept = tokio::task::spawn_blocking(keep).await;
    let kept = kept.map_err(|_| Stop::from(Failure::Local))?;
    kept.map_err(|error| Stop::bad_input(words::unreadable(INPUT, &error)))
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
        output: &mut Output,
    ) -> Result<bool, Stop> {
        while !self.is_over() {
            let news = tokio::select! {
                news = session.next() => news,
                () = sleep_until(self.quiet_since + self.wait), if self.is_written() => {
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
