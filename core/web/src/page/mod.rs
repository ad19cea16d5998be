//! The machine of a page: a device, its connections and its conversations.

mod connection;
mod deed;
mod handed;
mod person;

pub use deed::{Deed, Guard, NotDone, Sought, What};

use crate::files::Told;
use crate::talk::{Said, Talk};
use crate::waiting;
use connection::Connection;
use handfast_device::{
    self as device, AcceptTerms, Command, Device, Input, Output, PendingId, Provenance,
    SessionCommand, SessionId, SessionTerms, Settings, ShellId, Snapshot, TalkCommand, View, Work,
    system_randomness,
};
use handfast_protocol::conversation::{FileError, Limits as Costs, RequestId};
use handfast_protocol::handshake::{Client, StaticKey};
use handfast_protocol::pairing::Now;
use handfast_seal::Limits;
use handfast_store::StoreError;
use handfast_token::{Secret, Token};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use zeroize::Zeroizing;

/// See the module text.
pub struct Page {
    device: Device,
    deeds: VecDeque<Deed>,
    connections: BTreeMap<SessionId, Connection>,
    works: BTreeMap<SessionId, Work>,
    last_request: u64,
    /// What the page before this one was waiting with.
    waits: Option<PendingId>,
    /// What others are told that this is.
    client: Option<Client>,
    /// What was handed in together, and how, until the person says which is meant.
    choices: Option<(Vec<Token>, Provenance)>,
}

impl Page {
    /// A device that nobody has met. `now` is what the page's clocks say, `largest_file` how many bytes a file may
    /// have that is taken here, `waiting` what [`Page::pending`] said last in this tab.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if this browser has no random numbers.
    pub fn new(largest_file: u64, waiting: &[u8], now: Now) -> Result<Self, StoreError> {
        let identity = Secret::random().map_err(|_| StoreError::Internal)?;
        let identity = StaticKey::new(identity);
        let randomness = Box::new(system_randomness);
        let settings = Settings {
            limits: Costs {
                largest_file,
                // A browser says how much room a page has, and not what is left beside it.
                keep_free: 0,
                ..Costs::USUAL
            },
            ..Settings::default()
        };
        let mut kept = Snapshot::default();
        let waits = waiting::read(waiting);
        if let Some(record) = &waits {
            kept.apply(&record.keep());
        }
        Ok(Self {
            device: Device::new(settings, identity, kept, randomness, now),
            deeds: VecDeque::new(),
            connections: BTreeMap::new(),
            works: BTreeMap::new(),
            last_request: 0,
            waits: waits.map(|record| record.pending()),
            client: None,
            choices: None,
        })
    }

    /// From now on others are told that this is that.
    pub fn introduce(&mut self, client: Client) {
        self.client = Some(client);
    }

    /// Goes on with what the page before this one was waiting with. Whether there is anything.
    pub fn resume(&mut self, name: &str, now: Now) -> bool {
        let Some(pending) = self.waits.take() else {
            return false;
        };
        let terms = AcceptTerms {
            terms: self.terms(name),
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
                Output::Answer(answer) => self.deeds.extend(answer.result.err().map(Deed::Refuse)),
                Output::Carrier(session, command) => self.carry(session, command),
                Output::Talk(session, command) => self.talk(session, command, now),
                Output::Work(session, work) => {
                    self.works.insert(session, work);
                    self.deeds.push_back(Deed::Work(session));
                }
                // Nothing is kept, and no session asks for it.
                Output::Store(ticket, _) => self.handle(Input::Stored(ticket, Ok(())), now),
                Output::Find(ticket, _) => {
                    self.handle(Input::Found(ticket, Err(StoreError::Internal)), now);
                }
                Output::Look(ticket, _) => {
                    self.handle(Input::Looked(ticket, Err(FileError::NoPermission)), now);
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
            (TalkCommand::Start(connected), talk) => {
                *talk = Some(Talk::begin(now.monotonic, session, *connected));
                None
            }
            (command, Some(talk)) => talk.command(now.monotonic, command),
            (_, None) => None,
        };
        if let Some(event) = event {
            self.handle(Input::Talk(session, event), now);
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

    /// How every session of a page differs.
    fn terms(&self, name: &str) -> SessionTerms {
        SessionTerms {
            is_incognito: true,
            called: Some(name.to_owned()),
            client: self.client.clone(),
            ..SessionTerms::default()
        }
    }

    fn handle(&mut self, input: Input, now: Now) {
        self.device.handle(input, now);
    }
}
