//! A conversation under way: events to rows, orders to the conversation.
//!
//! What is said goes through a task of its own, because sending may have to wait for the other side
//! while its messages must go on being read.

use super::{Engine, GOODBYE, Numbers, Saying, State, unix_seconds};
use crate::conversation::{Conversation, Direction, Ending, Event, Offers, Options, Transfer};
use crate::ffi::{
    Comparison, Entry, FileState, HandfastError, Kind, Line, Person, Pictograph, Screen,
};
use crate::handshake::{PublicKey, SYMBOLS, ShortString, Trust, TrustReason};
use crate::pairing::Meeting;
use crate::store::Person as Kept;
use crate::transport::{LinkState, Roaming};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// The largest file that is taken, in bytes: 64 GiB.
const LARGEST_FILE: u64 = 64 << 30;

/// What may wait to be said before no more is taken.
const WAITING: usize = 512;

/// How long what was written may take to be delivered before the goodbye.
const DELIVERY: Duration = Duration::from_millis(1_200);

pub(super) struct Talk {
    key: PublicKey,
    name: String,
    trust: Trust,
    line: Line,
    /// What both people compare now.
    comparing: Option<ShortString>,
    events: mpsc::Receiver<Event>,
    words: mpsc::Sender<Word>,
    /// The transfers of our files, told when they have one.
    named: mpsc::UnboundedReceiver<(Transfer, u64)>,
    link: watch::Receiver<LinkState>,
    roaming: Roaming,
    numbers: HashMap<Transfer, u64>,
    files: HashMap<u64, File>,
    rows: Numbers,
    /// This side said goodbye, for this reason; however it ends is what the person wanted.
    leaving: Option<Kind>,
}

/// A file under way.
struct File {
    ours: bool,
    name: String,
    size: u64,
    transfer: Option<Transfer>,
}

/// What the speaking task is told.
enum Word {
    Text(String),
    File(u64, PathBuf),
    Accept(Transfer),
    CancelTheirs(Transfer),
    CancelOurs(u64),
    Compare,
    Leave,
}

impl Talk {
    /// Begins to talk with somebody who is trusted that far. Must be called within a tokio runtime.
    pub(super) fn start(meeting: Meeting, trust: Trust, downloads: &Path, rows: Numbers) -> Self {
        let options = Options {
            downloads: downloads.to_owned(),
            max_file: LARGEST_FILE,
            offers: Offers::Ask,
        };
        let (key, name) = (meeting.acquaintance.key, meeting.acquaintance.name.clone());
        let link = meeting.link.state();
        let (conversation, events) =
            Conversation::start(meeting.link, meeting.acquaintance.channel, options);
        let (words, said) = mpsc::channel(WAITING);
        let (naming, named) = mpsc::unbounded_channel();
        tokio::spawn(speak(conversation, said, naming));
        Self {
            key,
            name,
            trust,
            line: Line::Up,
            comparing: None,
            events,
            words,
            named,
            link,
            roaming: meeting.roaming,
            numbers: HashMap::new(),
            files: HashMap::new(),
            rows,
            leaving: None,
        }
    }

    pub(super) fn screen(&self) -> Screen {
        let person = Person::new(&self.name, self.trust);
        match self.comparing {
            Some(shown) => Screen::Comparing {
                person,
                symbols: shown.symbols().map(pictograph).to_vec(),
                digits: shown.digits().map(|group| format!("{group:04}")).to_vec(),
            },
            None => Screen::Talking {
                person,
                line: self.line,
            },
        }
    }

    /// What is to be remembered of them.
    fn person(&self) -> Kept {
        Kept {
            key: self.key,
            name: self.name.clone(),
            trust: self.trust,
            since: unix_seconds(),
        }
    }

    /// The way to tell its sockets that this device sleeps or moves.
    pub(super) fn roaming(&self) -> &Roaming {
        &self.roaming
    }

    pub(super) async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Leaves, and waits until the goodbye is said.
    pub(super) async fn goodbye(mut self) {
        let _ = self.words.try_send(Word::Leave);
        let farewell = async { while self.events.recv().await.is_some() {} };
        let _ = tokio::time::timeout(DELIVERY, farewell).await;
        drop(self.words);
        let is_closed = self
            .link
            .wait_for(|state| matches!(state, LinkState::Closed(_)));
        let _ = tokio::time::timeout(GOODBYE, is_closed).await;
    }

    /// The row of this transfer.
    async fn number(&mut self, transfer: Transfer) -> Option<u64> {
        while !self.numbers.contains_key(&transfer) && transfer.direction == Direction::Outgoing {
            // The speaking task tells it as soon as it knows.
            let (transfer, number) = self.named.recv().await?;
            self.numbers.insert(transfer, number);
            if let Some(file) = self.files.get_mut(&number) {
                file.transfer = Some(transfer);
            }
        }
        self.numbers.get(&transfer).copied()
    }

    /// The row of a file in this state.
    fn row(&self, number: u64, state: FileState) -> Option<Entry> {
        let file = self.files.get(&number)?;
        Some(Entry::File {
            number,
            ours: file.ours,
            name: file.name.clone(),
            size: file.size,
            state,
        })
    }

    /// The row of a file that is done with.
    async fn last_row(&mut self, transfer: Transfer, state: FileState) -> Option<Entry> {
        let number = self.number(transfer).await?;
        let row = self.row(number, state);
        self.numbers.remove(&transfer);
        self.files.remove(&number);
        row
    }

    /// The row that an event is about.
    async fn heard(&mut self, event: Event) -> Option<Entry> {
        match event {
            Event::TextReceived(text) => Some(Entry::Text {
                number: self.rows.next(),
                ours: false,
                text,
            }),
            Event::FileOffered {
                transfer,
                name,
                size,
            } => {
                let number = self.rows.next();
                self.numbers.insert(transfer, number);
                let file = File {
                    ours: false,
                    name,
                    size,
                    transfer: Some(transfer),
                };
                self.files.insert(number, file);
                self.row(number, FileState::Offered)
            }
            Event::FileProgress { transfer, done, .. } => {
                let number = self.number(transfer).await?;
                self.row(number, FileState::Moving { done })
            }
            Event::FileReceived { transfer, path, .. } => {
                let path = Some(path.to_string_lossy().into_owned());
                self.last_row(transfer, FileState::Done { path }).await
            }
            Event::FileSent { transfer, .. } => {
                self.last_row(transfer, FileState::Done { path: None })
                    .await
            }
            Event::FileFailed {
                transfer,
                reason,
                by_peer,
            } => {
                let state = FileState::Failed {
                    kind: reason.into(),
                    by_them: by_peer,
                };
                self.last_row(transfer, state).await
            }
            Event::Comparing(_) | Event::Interrupted | Event::Resumed | Event::Ended(_) => None,
        }
    }

    /// Passes a word on to the speaking task.
    fn pass(&self, word: Word) -> Result<(), HandfastError> {
        self.words.try_send(word).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Kind::Busy.into(),
            mpsc::error::TrySendError::Closed(_) => Kind::NotNow.into(),
        })
    }

    /// The transfer of an offered file.
    fn offered(&self, number: u64) -> Result<Transfer, HandfastError> {
        self.files
            .get(&number)
            .filter(|file| !file.ours)
            .and_then(|file| file.transfer)
            .ok_or(Kind::NotNow.into())
    }

    /// Says it; the row that it makes, if it makes one.
    fn say(&mut self, saying: Saying) -> Result<Option<Entry>, HandfastError> {
        match saying {
            Saying::Text { number, text } => {
                self.pass(Word::Text(text.clone()))?;
                Ok(Some(Entry::Text {
                    number,
                    ours: true,
                    text,
                }))
            }
            Saying::File { number, path, size } => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                let file = File {
                    ours: true,
                    name: name.to_string_lossy().into_owned(),
                    size,
                    transfer: None,
                };
                self.pass(Word::File(number, path))?;
                self.files.insert(number, file);
                Ok(self.row(number, FileState::Waiting))
            }
            Saying::Accept(number) => {
                self.pass(Word::Accept(self.offered(number)?))?;
                Ok(self.row(number, FileState::Moving { done: 0 }))
            }
            Saying::Refuse(number) => {
                self.pass(Word::CancelTheirs(self.offered(number)?))?;
                Ok(None)
            }
            Saying::Compare => {
                self.pass(Word::Compare)?;
                Ok(None)
            }
            Saying::Compared(outcome) => {
                self.comparing.take().ok_or(Kind::NotNow)?;
                match outcome {
                    Comparison::Same => {
                        self.trust.raise(Trust::because(TrustReason::Compared));
                    }
                    Comparison::Different => {
                        self.pass(Word::Leave)?;
                        self.leaving = Some(Kind::NotTheInviter);
                    }
                    Comparison::Later => {}
                }
                Ok(None)
            }
            Saying::OnlyThey => match self.trust.take_word() {
                true => Ok(None),
                false => Err(Kind::NotNow.into()),
            },
            Saying::Leave => {
                self.pass(Word::Leave)?;
                self.leaving.get_or_insert(Kind::Cancelled);
                Ok(None)
            }
        }
    }
}

/// One symbol of a comparison.
fn pictograph(index: u8) -> Pictograph {
    let (picture, name) = SYMBOLS[usize::from(index) % SYMBOLS.len()];
    Pictograph {
        picture: picture.to_owned(),
        name: name.to_owned(),
    }
}

impl Engine {
    pub(super) async fn say(&mut self, saying: Saying) -> Result<(), HandfastError> {
        let State::Talking(talk) = &mut self.state else {
            return Err(Kind::NotNow.into());
        };
        let (shown, trusted) = (talk.screen(), talk.trust);
        if let Some(entry) = talk.say(saying)? {
            self.teller.list(entry);
        }
        if talk.screen() != shown {
            self.teller.show(talk.screen());
        }
        if talk.trust != trusted {
            let person = talk.person();
            self.remember(person).await;
        }
        Ok(())
    }

    /// Remembers somebody; how far they are trusted now. A store that fails forgets a meeting, and
    /// ends nothing.
    pub(super) async fn remember(&self, person: Kept) -> Trust {
        let trust = person.trust;
        let kept = self.terms.store.run(move |store| store.meet(person)).await;
        match kept {
            Ok(person) => person.trust,
            Err(error) => {
                log::warn!("a meeting is not remembered: {error}");
                trust
            }
        }
    }

    pub(super) fn cancel_file(&mut self, number: u64) {
        if let State::Talking(talk) = &mut self.state
            && let Some(file) = talk.files.get(&number)
        {
            let word = match file.transfer.filter(|_| !file.ours) {
                Some(transfer) => Word::CancelTheirs(transfer),
                None => Word::CancelOurs(number),
            };
            if talk.pass(word).is_err() {
                log::warn!("a file could not be cancelled: too much is waiting");
            }
        }
    }

    pub(super) async fn talked(&mut self, event: Option<Event>) {
        let State::Talking(talk) = &mut self.state else {
            return;
        };
        match event {
            Some(Event::Interrupted) => {
                talk.line = Line::Interrupted;
                self.teller.show(talk.screen());
            }
            Some(Event::Resumed) => {
                talk.line = Line::Up;
                self.teller.show(talk.screen());
            }
            Some(Event::Ended(_)) | None if talk.leaving.is_some() => match talk.leaving {
                Some(Kind::Cancelled) | None => self.rest(),
                Some(why) => self.end(why),
            },
            Some(Event::Comparing(shown)) => {
                talk.comparing = Some(shown);
                self.teller.show(talk.screen());
            }
            Some(Event::Ended(ending)) => match ending {
                Ending::Left => self.rest(),
                Ending::PeerLeft => self.end(Kind::TheyLeft),
                Ending::Lost(_) => self.end(Kind::Lost),
                Ending::Broken(violation) => {
                    log::warn!("the conversation was ended: {violation}");
                    self.end(Kind::RulesBroken);
                }
            },
            Some(event) => {
                if let Some(entry) = talk.heard(event).await {
                    self.teller.list(entry);
                }
            }
            // It ended without a word: a task of it panicked.
            None => self.end(Kind::Internal),
        }
    }
}

/// Owns the conversation and says one thing after the other.
async fn speak(
    conversation: Conversation,
    mut words: mpsc::Receiver<Word>,
    naming: mpsc::UnboundedSender<(Transfer, u64)>,
) {
    let mut ours: HashMap<u64, Transfer> = HashMap::new();
    while let Some(word) = words.recv().await {
        let said = match word {
            Word::Text(text) => conversation.send_text(&text).await,
            Word::File(number, path) => conversation.send_file(path).await.map(|transfer| {
                ours.insert(number, transfer);
                // Nobody asks for it any more when the engine is gone.
                let _ = naming.send((transfer, number));
            }),
            Word::Accept(transfer) => {
                conversation.accept(transfer).await;
                Ok(())
            }
            Word::CancelTheirs(transfer) => {
                conversation.cancel(transfer).await;
                Ok(())
            }
            Word::CancelOurs(number) => {
                if let Some(transfer) = ours.get(&number) {
                    conversation.cancel(*transfer).await;
                }
                Ok(())
            }
            Word::Compare => {
                conversation.compare().await;
                Ok(())
            }
            Word::Leave => {
                for transfer in ours.into_values() {
                    conversation.cancel(transfer).await;
                }
                // A path that is gone delivers nothing: dropping hangs up at once.
                let _ = tokio::time::timeout(DELIVERY, conversation.leave()).await;
                return;
            }
        };
        if said.is_err() {
            // It has ended, which its last event says.
            return;
        }
    }
}
