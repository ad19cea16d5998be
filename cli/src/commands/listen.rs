//! `handfast listen`: be there for everybody who was met, without talking. What they write is kept and told, and
//! what was written to them goes when they are here.

use super::{Hands, Seek};
use crate::device::Device;
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::device::{
    self, Command, Done, FileState, Refusal, Row, RowContent, SessionCommand, SessionEnd,
    SessionId, SessionTerms, View,
};
use handfast_native::handshake::PublicKey;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How long it takes until somebody is looked for again who cannot be now, as another command talks to them.
const AGAIN: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
#[command(after_help = strings::listen_examples())]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) seek: Seek,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    args.seek.chat.tell_obstacles(&mut output);
    let device = interrupt
        .stops(Device::start(args.seek.home.place()?))
        .await?;
    let mut listening = Listening {
        device,
        terms: SessionTerms {
            yields: true,
            ..args.seek.terms()
        },
        present: BTreeMap::new(),
        coming: BTreeSet::new(),
        again: None,
    };
    listening.look(&mut output).await;
    let contacts = listening.present.len();
    output.tell(Event::Listening { contacts });
    let ended = loop {
        let again = sleep_until(listening.again.unwrap_or_else(Instant::now));
        tokio::select! {
            event = listening.device.next() => match event {
                Some(event) => listening.hear(event, &mut output).await,
                // What another process was at work with goes on here.
                None => match interrupt.stops(listening.device.start_again()).await {
                    Ok(()) => {
                        listening.present.clear();
                        listening.look(&mut output).await;
                    }
                    Err(stop) => break Err(stop),
                },
            },
            () = again, if listening.again.is_some() => listening.look(&mut output).await,
            () = interrupt.pressed() => break Err(Stop::cancelled()),
        }
    };
    listening.device.end(&mut output, &mut interrupt).await;
    ended
}

struct Listening {
    device: Device,
    terms: SessionTerms,
    /// Everybody who is looked for, by session.
    present: BTreeMap<SessionId, Sought>,
    /// Rows of files that come.
    coming: BTreeSet<u64>,
    /// When those are looked for who are not.
    again: Option<Instant>,
}

struct Sought {
    key: PublicKey,
    name: String,
    is_here: bool,
}

impl Listening {
    /// Looks for everybody who can be found and is not looked for yet.
    async fn look(&mut self, output: &mut Output) {
        self.again = None;
        let overview = self.device.overview();
        for contact in &overview.contacts {
            let is_sought = self.present.values().any(|one| one.key == contact.key);
            if is_sought || contact.blocked || !contact.can_be_found {
                continue;
            }
            let seek = Command::Seek(contact.key, Box::new(self.terms.clone()));
            match self.device.order(seek).await {
                Ok(Done::Session(id) | Done::GoesOn(id)) => {
                    let sought = Sought {
                        key: contact.key,
                        name: words::name_of(contact.shown_name()).to_owned(),
                        is_here: false,
                    };
                    self.present.insert(id, sought);
                }
                Ok(_) => {}
                Err(Refusal::UnderWay(_)) => self.again = Some(Instant::now() + AGAIN),
                Err(refusal) => {
                    let stop = self.device.refused(refusal);
                    output.note(stop.sentence);
                }
            }
        }
    }

    async fn hear(&mut self, event: device::Event, output: &mut Output) {
        match event {
            device::Event::View(id, view) => self.see(id, *view, output),
            device::Event::Row(id, row) => {
                // One that is over needs to know nothing.
                let taken = Command::To(id, SessionCommand::Taken(1));
                let _ = self.device.order(taken).await;
                let was_coming = self.was_coming(&row);
                if let Some(sought) = self.present.get(&id) {
                    tell(&sought.name, &row, was_coming, output);
                }
            }
            device::Event::ContactsChanged => self.look(output).await,
            device::Event::OtherDevice(_) => output.note(strings::other_device()),
            _ => {}
        }
    }

    /// Whether a file was coming until now, however long ago it was offered.
    fn was_coming(&mut self, row: &Row) -> bool {
        match &row.content {
            RowContent::File {
                state: FileState::Moving { .. } | FileState::Paused { .. },
                ..
            } => {
                self.coming.insert(row.number);
                false
            }
            _ => self.coming.remove(&row.number),
        }
    }

    fn see(&mut self, id: SessionId, view: View, output: &mut Output) {
        let Some(sought) = self.present.get_mut(&id) else {
            return;
        };
        let name = sought.name.clone();
        match view {
            View::Talking { .. } if !std::mem::replace(&mut sought.is_here, true) => {
                output.tell(Event::Present { name });
            }
            View::Seeking { restored, .. } => {
                if std::mem::take(&mut sought.is_here) {
                    output.tell(Event::Absent { name: name.clone() });
                }
                if restored.is_some() {
                    output.note(strings::listen_restored(&name));
                }
            }
            View::Ended(end) => {
                if sought.is_here {
                    output.tell(Event::Absent { name });
                }
                self.present.remove(&id);
                // Somebody else talks to them here, or what is kept could not be.
                if !matches!(end, SessionEnd::Blocked | SessionEnd::Refused) {
                    self.again.get_or_insert(Instant::now() + AGAIN);
                }
            }
            _ => {}
        }
    }
}

/// Tells what somebody wrote or sent.
fn tell(name: &str, row: &Row, was_coming: bool, output: &mut Output) {
    if row.ours || (row.is_old() && !was_coming) {
        return;
    }
    let name = name.to_owned();
    match &row.content {
        RowContent::Text(text) => output.tell(Event::MessageFrom {
            name,
            row: row.number,
            text: text.clone(),
        }),
        RowContent::Locked { .. } => output.note(strings::locked_from(words::line(&name))),
        RowContent::File {
            name: file,
            size,
            state: FileState::Done {
                path: Some(path), ..
            },
            ..
        } => output.tell(Event::FileFrom {
            name,
            file: file.clone(),
            path: path.to_string_lossy().into_owned(),
            bytes: *size,
        }),
        RowContent::File {
            name: file,
            size,
            state: FileState::Offered,
            ..
        } => output.note(words::file_waits(&name, file, *size)),
        _ => {}
    }
}
