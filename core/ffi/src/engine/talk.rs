//! A conversation under way: events to rows, orders to the conversation.
//!
//! What is said goes through a task of its own, because sending may have to wait for the other side
//! while its messages must go on being read.

use super::window::Window;
use super::{Engine, Numbers, Saying, State};
use crate::{
    Change, Comparison, Entry, ErrorKind, FileState, HandfastError, LinkStatus, Person, Pictograph,
    Reached, Screen, Wish,
};
use handfast_native::conversation::{
    self, Conversation, Direction, Ending, Event, Finding, Limit, Limits, Options, Transfer,
};
use handfast_native::handshake::{PublicKey, SYMBOLS, ShortString, Trust};
use handfast_native::link::LinkState;
use handfast_native::net::Roaming;
use handfast_native::pairing::Meeting;
use handfast_native::store::{Person as Kept, Refused, StoreError};
use handfast_native::{GOODBYE, unix_seconds};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// What may wait to be said before no more is taken.
const WAITING: usize = 512;

/// How long what was written may take to be delivered before the goodbye.
const DELIVERY: Duration = Duration::from_millis(1_200);

pub(super) struct Talk {
    key: PublicKey,
    name: String,
    trust: Trust,
    line: LinkStatus,
    wish: Wish,
    reached: Option<Reached>,
    /// What both people compare now.
    comparing: Option<ShortString>,
    comparison: conversation::Comparison,
    events: mpsc::Receiver<Event>,
    words: mpsc::Sender<Word>,
    /// The transfers of our files, told when they have one.
    named: mpsc::UnboundedReceiver<(Transfer, u64)>,
    link: watch::Receiver<LinkState>,
    roaming: Roaming,
    numbers: HashMap<Transfer, u64>,
    files: HashMap<u64, File>,
    rows: Numbers,
    window: Window,
    /// This side said goodbye; however it ends is what the person wanted.
    is_leaving: bool,
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
    AllowMore,
    Leave,
}

impl Talk {
    /// Begins to talk with somebody who is trusted that far and may cost so much. Must be called
    /// within a tokio runtime.
    pub(super) fn start(
        meeting: Meeting,
        trust: Trust,
        limits: Limits,
        downloads: &Path,
        rows: Numbers,
    ) -> Self {
        let options = Options {
            limits,
            ..Options::new(downloads, trust)
        };
        let (key, name) = (meeting.peer.key, meeting.peer.name.clone());
        let link = meeting.link.state();
        let (conversation, events) =
            Conversation::start(meeting.link, meeting.peer.channel, options);
        let comparison = conversation.comparison();
        let (words, said) = mpsc::channel(WAITING);
        let (naming, named) = mpsc::unbounded_channel();
        tokio::spawn(speak(conversation, said, naming));
        Self {
            key,
            name,
            trust,
            line: LinkStatus::Up,
            wish: Wish::Nobody,
            reached: None,
            comparing: None,
            comparison,
            events,
            words,
            named,
            link,
            roaming: meeting.roaming,
            numbers: HashMap::new(),
            files: HashMap::new(),
            rows,
            window: Window::default(),
            is_leaving: false,
        }
    }

    pub(super) fn screen(&self) -> Screen {
        let person = Person::new(&self.name, self.trust);
        match self.comparing {
            Some(shown) => Screen::Comparing {
                person,
                symbols: shown.symbols().map(pictograph).to_vec(),
                digits: digits(shown),
            },
            None => Screen::Talking {
                person,
                line: self.line,
                wish: self.wish,
                reached: self.reached,
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

    /// What happens next; nothing while the shell has enough to show. Who leaves shows no more.
    pub(super) async fn next(&mut self) -> Option<Event> {
        match self.window.has_room() || self.is_leaving {
            true => self.events.recv().await,
            false => std::future::pending().await,
        }
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
                asks,
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
                let state = match asks {
                    true => FileState::Offered,
                    false => FileState::Moving { done: 0 },
                };
                self.row(number, state)
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
            Event::Comparing(_)
            | Event::CompareOffered
            | Event::Limited(_)
            | Event::Released
            | Event::Interrupted
            | Event::Resumed
            | Event::Ended(_) => None,
        }
    }

    /// What an event changes on the screen.
    fn seen(&mut self, event: &Event) {
        match event {
            Event::Interrupted => self.line = LinkStatus::Interrupted,
            Event::Resumed => self.line = LinkStatus::Up,
            Event::CompareOffered => self.wish = Wish::Theirs,
            Event::Comparing(shown) => {
                self.wish = Wish::Nobody;
                self.comparing = Some(*shown);
            }
            Event::Limited(Limit::Entries | Limit::Bytes) => {
                self.reached = Some(Reached::Messages);
            }
            Event::Limited(Limit::OpenOffers) => self.reached = Some(Reached::Files),
            // One more was not declined.
            Event::Released | Event::FileOffered { .. } => self.reached = None,
            _ => {}
        }
    }

    /// Passes a word on to the speaking task.
    fn pass(&self, word: Word) -> Result<(), HandfastError> {
        self.words.try_send(word).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ErrorKind::Busy.into(),
            mpsc::error::TrySendError::Closed(_) => ErrorKind::NotNow.into(),
        })
    }

    /// The transfer of an offered file.
    fn offered(&self, number: u64) -> Result<Transfer, HandfastError> {
        self.files
            .get(&number)
            .filter(|file| !file.ours)
            .and_then(|file| file.transfer)
            .ok_or(ErrorKind::NotNow.into())
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
                self.comparison.wish()?;
                self.wish = Wish::Ours;
                Ok(None)
            }
            Saying::Compared(seen, outcome) => {
                let shown = self.comparing.filter(|shown| digits(*shown) == seen);
                let shown = shown.ok_or(ErrorKind::NotNow)?;
                self.trust = self.comparison.judge(shown, outcome.into())?;
                self.comparing = None;
                Ok(None)
            }
            Saying::AllowMore => {
                self.pass(Word::AllowMore)?;
                Ok(None)
            }
            Saying::OnlyThey => {
                self.trust = self.comparison.take_word().ok_or(ErrorKind::NotNow)?;
                Ok(None)
            }
            Saying::Leave => {
                self.pass(Word::Leave)?;
                self.is_leaving = true;
                Ok(None)
            }
        }
    }
}

/// The digits of a comparison, by which a judgement names it.
fn digits(shown: ShortString) -> Vec<String> {
    shown.digits().map(|group| format!("{group:04}")).to_vec()
}

impl From<Comparison> for Finding {
    fn from(outcome: Comparison) -> Self {
        match outcome {
            Comparison::Same => Self::Same,
            Comparison::Different => Self::Different,
            Comparison::Later => Self::Later,
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
            return Err(ErrorKind::NotNow.into());
        };
        let (shown, trusted) = (talk.screen(), talk.trust);
        let is_different = matches!(saying, Saying::Compared(_, Comparison::Different));
        let entry = talk.say(saying)?;
        if is_different {
            self.refuse().await;
            return Ok(());
        }
        let screen = talk.screen();
        let risen = (talk.trust != trusted).then(|| talk.person());
        if let Some(entry) = entry {
            self.list(entry);
        }
        if screen != shown {
            self.teller.show(screen);
        }
        if let Some(person) = risen {
            self.remember(person).await?;
        }
        Ok(())
    }

    /// The person found a difference, and the conversation has been hung up. Whoever it was with is
    /// not kept, and not let in again.
    async fn refuse(&mut self) {
        let State::Talking(talk) = std::mem::replace(&mut self.state, State::Idle) else {
            return;
        };
        let refused = Refused {
            key: talk.key,
            name: talk.name.clone(),
            since: unix_seconds(),
        };
        let kept = self.terms.store.run(move |store| store.refuse(refused));
        if let Err(error) = kept.await {
            log::warn!("somebody in between may be let in again: {error}");
        }
        self.end(ErrorKind::NotTheInviter);
    }

    /// Tells a row, and which ones leave the screen for it.
    fn list(&mut self, entry: Entry) {
        let State::Talking(talk) = &mut self.state else {
            return;
        };
        let gone = talk.window.tell(&entry);
        self.teller.list(entry);
        for number in gone {
            self.teller.tell(Change::Gone { number });
        }
    }

    /// So many rows have reached the screen.
    pub(super) fn taken(&mut self, rows: u32) {
        if let State::Talking(talk) = &mut self.state {
            talk.window.taken(rows);
        }
    }

    /// Remembers somebody; how far they are trusted now. A store that fails forgets a meeting, and
    /// ends nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`].
    pub(super) async fn remember(&self, person: Kept) -> Result<Trust, HandfastError> {
        let trust = person.trust;
        let kept = self.terms.store.run(move |store| store.meet(person)).await;
        match kept {
            Ok(person) => Ok(person.trust),
            Err(StoreError::Refused) => Err(ErrorKind::Refused.into()),
            Err(error) => {
                log::warn!("a meeting is not remembered: {error}");
                Ok(trust)
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
        let event = match event {
            Some(Event::Ended(_)) | None if talk.is_leaving => return self.rest(),
            Some(Event::Ended(ending)) => {
                return match ending {
                    Ending::Left => self.rest(),
                    Ending::PeerLeft => self.end(ErrorKind::TheyLeft),
                    Ending::Lost(_) => self.end(ErrorKind::Lost),
                    Ending::Different => self.end(ErrorKind::NotTheInviter),
                    Ending::Broken(violation) => {
                        log::warn!("the conversation was ended: {violation}");
                        self.end(ErrorKind::RulesBroken);
                    }
                };
            }
            Some(event) => event,
            // It ended without a word: a task of it panicked.
            None => return self.end(ErrorKind::Internal),
        };
        let shown = talk.screen();
        talk.seen(&event);
        let screen = talk.screen();
        let entry = talk.heard(event).await;
        let has_room = talk.window.has_room();
        if screen != shown {
            self.teller.show(screen);
        }
        if let Some(entry) = entry.filter(|_| has_room) {
            self.list(entry);
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
            Word::AllowMore => {
                conversation.allow_more().await;
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
