//! The machine of a page: a device, its connections and its conversations.

mod connection;
mod deed;
mod handed;
mod people;
mod person;

pub use deed::{Deed, Guard, NotDone, Sought, What};
pub use people::About;

use crate::carried::Carried;
use crate::files::{Chosen, Told};
use crate::keeping::{Keeping, Kept};
use crate::talk::{Said, Talk};
use crate::waiting;
use connection::Connection;
use data_encoding::HEXLOWER;
use handfast_device::{
    self as device, AcceptTerms, Command, Connected, Device, Input, Offerable, Output, PendingId,
    Provenance, SessionCommand, SessionId, SessionTerms, Settings, ShellId, Snapshot, TalkCommand,
    View, Work, records, system_randomness,
};
use handfast_protocol::conversation::{FileError, Limits as Costs, RequestId};
use handfast_protocol::handshake::{Client, StaticKey};
use handfast_protocol::pairing::Now;
use handfast_seal::Limits;
use handfast_store::{Change, Image, StoreError};
use handfast_token::{Secret, Token, random_bytes};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// See the module text.
pub struct Page {
    device: Device,
    deeds: VecDeque<Deed>,
    connections: BTreeMap<SessionId, Connection>,
    works: BTreeMap<SessionId, Work>,
    last_request: u64,
    /// What is done with some answers of the device.
    asked: BTreeMap<device::RequestId, Asked>,
    keeping: Keeping,
    /// What the person chose to send, by the numbers of the browser.
    chosen: BTreeMap<u32, Chosen>,
    /// How the names begin of files that come into conversations that are kept: one that another page had must not be
    /// taken for one of these.
    prefix: String,
    /// The files of conversations between two connections.
    resting: BTreeMap<[u8; 32], Carried>,
    /// What the page before this one was waiting with.
    waits: Option<PendingId>,
    /// What others are told that this is.
    client: Option<Client>,
    /// What was handed in together, and how, until the person says which is meant.
    choices: Option<(Vec<Token>, Provenance)>,
}

/// What an answer of the device is for.
enum Asked {
    Visit,
    Earlier(SessionId),
}

impl Page {
    /// A device that keeps everything in this image, of which these changes are not written yet; without one, it is
    /// nobody that was met, and keeps nothing. `now` is what the page's clocks say, `largest_file` how many bytes a file may
    /// have that is taken here, `waiting` what [`Page::pending`] said last in this tab.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if this browser has no random numbers.
    pub fn new(
        largest_file: u64,
        waiting: &[u8],
        image: Option<(Image, Vec<Change>)>,
        now: Now,
    ) -> Result<Self, StoreError> {
        let settings = Settings {
            limits: Costs {
                largest_file,
                // A browser says how much room a page has, and not what is left beside it.
                keep_free: 0,
                ..Costs::USUAL
            },
            ..Settings::default()
        };
        let (identity, keeping, mut kept) = match image {
            None => {
                let identity = Secret::random().map_err(|_| StoreError::Internal)?;
                let identity = StaticKey::new(identity);
                let own = identity.public();
                (identity, Keeping::none(own), Snapshot::default())
            }
            Some((mut image, changes)) => {
                let identity = image.identity().clone();
                let own = identity.public();
                let load = image.batch(|batch| records::load(batch, own, &settings));
                let (kept, ..) = load?;
                (identity, Keeping::new(image, own, changes), kept)
            }
        };
        if let Some(chosen) = &mut kept.settings {
            // As this browser has it, whatever it was.
            chosen.limits = settings.limits;
        }
        let waits = waiting::read(waiting);
        if let Some(record) = &waits {
            kept.apply(&record.keep());
        }
        let randomness = Box::new(system_randomness);
        let mut page = Self {
            device: Device::new(settings, identity, kept, randomness, now),
            deeds: VecDeque::new(),
            connections: BTreeMap::new(),
            works: BTreeMap::new(),
            last_request: 0,
            asked: BTreeMap::new(),
            keeping,
            chosen: BTreeMap::new(),
            prefix: HEXLOWER.encode(&random_bytes::<8>().map_err(|_| StoreError::Internal)?),
            resting: BTreeMap::new(),
            waits: waits.map(|record| record.pending()),
            client: None,
            choices: None,
        };
        page.end_what_is_dead(now);
        Ok(page)
    }

    /// Ends what pages waited with that are gone: their certificates went with them.
    fn end_what_is_dead(&mut self, now: Now) {
        let pending = self.device.pending(now).into_iter();
        let dead = pending.map(|(pending, _)| pending.id);
        let dead: Vec<PendingId> = dead.filter(|id| Some(*id) != self.waits).collect();
        for id in dead {
            self.command(Command::Withdraw(id), now);
        }
    }

    /// From now on others are told that this is that.
    pub fn introduce(&mut self, client: Client) {
        self.client = Some(client);
    }

    /// Goes on with what the page before this one was waiting with. Whether there is anything.
    pub fn resume(&mut self, name: &str, keeps: bool, now: Now) -> bool {
        let Some(pending) = self.waits.take() else {
            return false;
        };
        let terms = AcceptTerms {
            terms: self.terms(name, keeps),
            ..AcceptTerms::default()
        };
        self.command(Command::Resume(pending, Box::new(terms)), now);
        true
    }

    /// What a page that is loaded anew needs to go on with this session; None where nothing of it can wait.
    pub fn pending(&self, session: SessionId) -> Option<Zeroizing<Vec<u8>>> {
        waiting::write(self.device.record(session)?)
    }

    /// What came of a [`Deed::File`].
    pub fn file_answered(&mut self, session: SessionId, id: RequestId, told: Told, now: Now) {
        if let Some(talk) = self.talk_of(session) {
            talk.file_answered(now.monotonic, id, told);
        }
    }

    /// So many bytes wait in the channel.
    pub fn waiting(&mut self, session: SessionId, bytes: usize) {
        if let Some(talk) = self.talk_of(session) {
            talk.waiting(bytes);
        }
    }

    /// Does what [`Deed::Work`] said. It takes as long as it takes.
    pub fn work(&mut self, session: SessionId, now: Now) {
        if let Some(work) = self.works.remove(&session) {
            let done = work.run(&Limits::PHONE);
            self.handle(Input::Worked(session, done), now);
        }
    }

    /// The deadline has come.
    pub fn tick(&mut self, now: Now) {
        self.handle(Input::Tick, now);
    }

    /// In how long [`Self::tick`] must be called.
    pub fn deadline(&self, now: Now) -> Option<Duration> {
        let deadline = self.device.deadline()?;
        Some(deadline.saturating_duration_since(now.monotonic))
    }

    /// What to do next. To be asked until there is nothing more, after anything was said.
    pub fn poll(&mut self, now: Now) -> Option<Deed> {
        loop {
            if let Some(deed) = self.deeds.pop_front() {
                return Some(deed);
            }
            let Some(output) = self.device.poll() else {
                match self.keeping.poll() {
                    Some(Kept::Told(input)) => {
                        self.handle(input, now);
                        continue;
                    }
                    Some(Kept::Write(changes)) => return Some(Deed::Keep(changes)),
                    None => {}
                }
                let (session, said) = self.said(now)?;
                match said {
                    Said::Frame(frame) => return Some(Deed::Send(session, frame)),
                    Said::File(request, deed) => return Some(Deed::File(session, request, deed)),
                    Said::Shut => return Some(Deed::Shut(session)),
                    Said::Cut => return Some(Deed::Cut(session)),
                    Said::Event(event) => self.handle(Input::Talk(session, event), now),
                }
                continue;
            };
            match output {
                Output::Event(event) => self.deeds.push_back(Deed::Show(event)),
                Output::Answer(answer) => self.answered_by_device(answer),
                Output::Carrier(session, command) => self.carry(session, command, now),
                Output::Talk(session, command) => self.talk(session, command, now),
                Output::Work(session, work) => {
                    self.works.insert(session, work);
                    self.deeds.push_back(Deed::Work(session));
                }
                Output::Store(ticket, writes) => self.keeping.keep(ticket, writes),
                Output::Find(ticket, query) => self.keeping.find(ticket, query),
                Output::Look(ticket, path) => {
                    let looked = self.look(&path);
                    self.handle(Input::Looked(ticket, looked), now);
                }
                // The browser looks after its network.
                Output::Network(_)
                | Output::Nearby(_)
                | Output::Export(..)
                | Output::NotNeeded(_)
                | Output::Discard(_) => {}
            }
        }
    }

    /// What came of [`Deed::Keep`].
    pub fn written(&mut self, result: Result<(), StoreError>, now: Now) {
        for input in self.keeping.written(result) {
            self.handle(input, now);
        }
    }

    /// What the person chose to send. What it is in full is known when it was read.
    fn look(&self, path: &Path) -> Result<Offerable, FileError> {
        let number = path.to_str().and_then(|number| number.parse().ok());
        let chosen = number.and_then(|number: u32| self.chosen.get(&number));
        Ok(Offerable {
            size: chosen.ok_or(FileError::Unreadable)?.size,
            files: None,
            content: None,
            preview: None,
        })
    }

    /// The next thing that comes of a conversation.
    fn said(&mut self, now: Now) -> Option<(SessionId, Said)> {
        let mut connections = self.connections.iter_mut();
        connections.find_map(|(session, connection)| {
            let said = connection.talk.as_mut()?.poll(now.monotonic)?;
            Some((*session, said))
        })
    }

    fn talk(&mut self, session: SessionId, command: TalkCommand, now: Now) {
        let Some(connection) = self.connections.get_mut(&session) else {
            return;
        };
        let event = match (command, &mut connection.talk) {
            (TalkCommand::Start(connected), _) => {
                self.rest(session);
                self.begin_talk(session, *connected, now);
                None
            }
            (command, Some(talk)) => talk.command(now.monotonic, command),
            (_, None) => None,
        };
        if let Some(event) = event {
            self.handle(Input::Talk(session, event), now);
        }
    }

    fn begin_talk(&mut self, session: SessionId, connected: Connected, now: Now) {
        let scope = connected.files.as_ref().map(|files| files.scope);
        let carried = scope.map(|scope| {
            let rested = self.resting.remove(&scope);
            rested.unwrap_or_else(|| Carried::new(scope, format!("{}-{}", self.prefix, session.0)))
        });
        if let Some(connection) = self.connections.get_mut(&session) {
            let talk = Talk::begin(now.monotonic, session, connected, carried, &self.chosen);
            connection.talk = Some(talk);
        }
    }

    /// The conversation of a session is over. What there is of its files is for the next one.
    fn rest(&mut self, session: SessionId) {
        let connection = self.connections.get_mut(&session);
        let talk = connection.and_then(|connection| connection.talk.take());
        if let Some(carried) = talk.and_then(Talk::end) {
            self.resting.insert(carried.scope(), carried);
        }
    }

    fn talk_of(&mut self, session: SessionId) -> Option<&mut Talk> {
        self.connections.get_mut(&session)?.talk.as_mut()
    }

    fn view(&self, session: SessionId) -> Option<&View> {
        let mut sessions = self.device.sessions();
        sessions.find(|(id, _)| *id == session)?.1
    }

    fn to(&mut self, session: SessionId, command: SessionCommand, now: Now) {
        self.command(Command::To(session, command), now);
    }

    fn command(&mut self, command: Command, now: Now) {
        self.last_request += 1;
        let request = device::RequestId(self.last_request);
        self.handle(Input::Command(ShellId::OWN, request, command), now);
    }

    /// The same, where something is done with the answer.
    fn ask(&mut self, asked: Asked, command: Command, now: Now) {
        let request = device::RequestId(self.last_request + 1);
        self.asked.insert(request, asked);
        self.command(command, now);
    }

    /// How a session of a page differs in which the person is called this. `keeps`: it is kept, if anything is.
    fn terms(&self, name: &str, keeps: bool) -> SessionTerms {
        SessionTerms {
            is_incognito: !(keeps && self.keeps()),
            called: (!name.is_empty()).then(|| name.to_owned()),
            client: self.client.clone(),
            ..SessionTerms::default()
        }
    }

    fn handle(&mut self, input: Input, now: Now) {
        self.device.handle(input, now);
    }
}
