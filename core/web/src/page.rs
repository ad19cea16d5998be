//! The machine of a page: a device, its connections and its conversations.

use crate::description::{Local, NotUsable, of_host};
use crate::files::{Chosen, FileDeed, Told};
use crate::talk::{Said, Talk};
use bytes::Bytes;
use handfast_device::{
    self as device, AcceptTerms, CarrierCommand, CarrierEvent, Command, Device, Event, GuestKeys,
    Input, Output, Provenance, Saying, SessionCommand, SessionId, SessionTerms, Settings, ShellId,
    Snapshot, TalkCommand, View, Work, system_randomness,
};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::conversation::{FileError, Finding, Limits as Costs, RequestId};
use handfast_protocol::handshake::StaticKey;
use handfast_protocol::link::{LinkError, TransportError};
use handfast_protocol::pairing::Now;
use handfast_seal::{Answers, Limits, LockError};
use handfast_store::StoreError;
use handfast_token::{FindError, Secret, Token, find, find_among};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a page carries out, in the order in which it comes.
#[derive(Debug)]
pub enum Deed {
    /// Make a connection with a certificate of its own, and say what it is by [`Page::bound`].
    Bind(SessionId),
    /// Tell the connection this about the other side, and make another one with the same certificate
    /// when it comes to nothing: whoever is knocked at may come later. [`Page::knock`] says it anew then.
    Connect(SessionId, String),
    /// Give up the connection, and make another one with the same certificate. Knock by it.
    ConnectAgain(SessionId),
    /// Send this message, and say how much waits in the channel by [`Page::waiting`], now and whenever little does.
    Send(SessionId, Bytes),
    /// Do this with a file, and say what came of it by [`Page::file_answered`].
    File(SessionId, RequestId, FileDeed),
    /// Deliver what was sent, then give up the connection.
    Shut(SessionId),
    /// Give up the connection at once.
    Cut(SessionId),
    /// Call [`Page::work`] when what is on the screen has been drawn: it takes a second or so.
    Work(SessionId),
    /// Show that this happened.
    Show(Event),
    /// What [`Page::open`] and the others began could not be done.
    Refuse(handfast_device::Refusal),
}

/// Why something was not even begun.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// There is no such session, or it is not at that.
    #[error("that cannot be done now")]
    NotNow,
    /// There is no token in it.
    #[error(transparent)]
    Find(#[from] FindError),
    /// It is a token, and not one that a guest opens.
    #[error("this is no invitation")]
    NoInvitation,
    /// The answers cannot be used.
    #[error(transparent)]
    Answers(#[from] LockError),
    /// The browser said something unheard of.
    #[error(transparent)]
    NotUsable(#[from] NotUsable),
}

/// What is done in a session, beside what has a function of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Show the reply at once.
    OfferReply,
    /// Wish to compare, or agree to it.
    Compare,
    /// As much again may come as the limits allow.
    AllowMore,
    /// Only who the person means would have asked that question.
    OnlyThey,
    /// End it: a conversation says goodbye.
    Close,
}

/// See the module text.
pub struct Page {
    device: Device,
    connections: BTreeMap<SessionId, Connection>,
    works: BTreeMap<SessionId, Work>,
    last_request: u64,
}

/// What there is of a session's connection.
#[derive(Default)]
struct Connection {
    local: Option<Local>,
    host: Option<GuestKeys>,
    /// How many channels were open so far.
    links: u64,
    is_open: bool,
    talk: Option<Talk>,
}

impl Page {
    /// A device that nobody has met. `now` is what the page's clocks say, `largest_file` how many bytes a file may
    /// have that is taken here.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if this browser has no random numbers.
    pub fn new(largest_file: u64, now: Now) -> Result<Self, StoreError> {
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
        let kept = Snapshot::default();
        Ok(Self {
            device: Device::new(settings, identity, kept, randomness, now),
            connections: BTreeMap::new(),
            works: BTreeMap::new(),
            last_request: 0,
        })
    }

    /// Opens what was handed in, a text or a file that is no picture, if it is an invitation, locked or not.
    ///
    /// # Errors
    /// [`NotDone::Find`] and [`NotDone::NoInvitation`].
    pub fn open(&mut self, bytes: &[u8], now: Now) -> Result<(), NotDone> {
        let found = find(bytes, |_| {
            Err("the reader of pictures is a module of its own")
        })?;
        self.open_token(found, Provenance::Carried, now)
    }

    /// Opens what was read in a picture, or seen by the camera: the texts of all codes in there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_read(
        &mut self,
        texts: &[String],
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        self.open_token(find_among(texts)?, provenance, now)
    }

    fn open_token(
        &mut self,
        found: Token,
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        let command = match found {
            Token::Invitation(invitation) => Command::Open(Box::new(invitation), provenance),
            Token::Sealed(container) => Command::OpenLocked(container),
            Token::Reply(_) | Token::Here(_) | Token::Bundle(_) => {
                return Err(NotDone::NoInvitation);
            }
        };
        self.command(command, now);
        Ok(())
    }

    /// The person agrees to connect, and is called this. Nothing of it is kept.
    pub fn accept(&mut self, session: SessionId, name: &str, now: Now) {
        let terms = AcceptTerms {
            terms: SessionTerms {
                is_incognito: true,
                called: Some(name.to_owned()),
                ..SessionTerms::default()
            },
            ..AcceptTerms::default()
        };
        self.to(session, SessionCommand::Accept(Box::new(terms)), now);
    }

    /// The person answers what is asked: a locked invitation's questions, or a host's.
    ///
    /// # Errors
    /// [`NotDone::Answers`] if there is nothing to try, [`NotDone::NotNow`] if nothing is asked.
    pub fn answer(&mut self, session: SessionId, typed: &[&str], now: Now) -> Result<(), NotDone> {
        let answers = Answers::new(typed)?;
        let command = match self.view(session) {
            Some(View::Locked { .. }) => SessionCommand::Unlock(answers, None),
            Some(View::Asking { .. }) => SessionCommand::Answer(answers),
            _ => return Err(NotDone::NotNow),
        };
        self.to(session, command, now);
        Ok(())
    }

    /// Writes this.
    pub fn say(&mut self, session: SessionId, text: &str, now: Now) {
        let text = Saying::Text(text.to_owned());
        self.to(session, SessionCommand::Say(text), now);
    }

    /// Sends this file.
    pub fn send_file(&mut self, session: SessionId, chosen: Chosen, now: Now) {
        let file = Saying::File {
            path: chosen.path(),
            name: chosen.name.clone(),
            size: chosen.size,
        };
        if let Some(talk) = self.talk_of(session) {
            talk.choose(chosen);
            self.to(session, SessionCommand::Say(file), now);
        }
    }

    /// Takes the file that is offered in this row.
    pub fn take_file(&mut self, session: SessionId, row: u64, now: Now) {
        self.to(session, SessionCommand::Say(Saying::AcceptFile(row)), now);
    }

    /// Declines the file in this row, or stops it.
    pub fn stop_file(&mut self, session: SessionId, row: u64, now: Now) {
        self.to(session, SessionCommand::Say(Saying::CancelFile(row)), now);
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

    /// What the person found who saw what is compared.
    pub fn judge(&mut self, session: SessionId, finding: Finding, now: Now) {
        let Some(View::Talking {
            comparing: Some(shown),
            ..
        }) = self.view(session)
        else {
            return;
        };
        let compared = Saying::Compared(shown.digits(), finding);
        self.to(session, SessionCommand::Say(compared), now);
    }

    /// So many rows have reached the screen.
    pub fn taken(&mut self, session: SessionId, rows: u32, now: Now) {
        self.to(session, SessionCommand::Taken(rows), now);
    }

    /// Does this.
    pub fn act(&mut self, session: SessionId, what: What, now: Now) {
        let command = match what {
            What::OfferReply => SessionCommand::OfferReply,
            What::Compare => SessionCommand::Say(Saying::Compare),
            What::AllowMore => SessionCommand::Say(Saying::AllowMore),
            What::OnlyThey => SessionCommand::Say(Saying::OnlyThey),
            What::Close => SessionCommand::Close,
        };
        self.to(session, command, now);
    }

    /// There is a connection, and the browser describes its side so.
    ///
    /// # Errors
    /// [`NotUsable`]; the session is over then.
    pub fn bound(&mut self, session: SessionId, sdp: &str, now: Now) -> Result<(), NotDone> {
        let local = Local::read(sdp);
        let event = match &local {
            Ok(local) => CarrierEvent::BoundOutOfSight {
                told: local.candidates.clone(),
                // The browser keeps its key.
                certificate: Some(Certificate::new(Vec::new(), local.fingerprint)),
            },
            Err(NotUsable) => CarrierEvent::Failed(TransportError::Protocol),
        };
        if let Some(connection) = self.connections.get_mut(&session) {
            connection.local = local.clone().ok();
            self.handle(Input::Carrier(session, event), now);
        }
        local?;
        Ok(())
    }

    /// There is another connection with the same certificate, described so. What it is told of the host.
    ///
    /// # Errors
    /// [`NotDone::NotNow`] if nobody is knocked at.
    pub fn knock(&mut self, session: SessionId, sdp: &str) -> Result<String, NotDone> {
        let connection = self.connections.get_mut(&session);
        let connection = connection.ok_or(NotDone::NotNow)?;
        connection.local = Some(Local::read(sdp)?);
        connection.is_open = false;
        Ok(connection.of_host()?)
    }

    /// The other side answers checks.
    pub fn answered(&mut self, session: SessionId, now: Now) {
        self.handle(Input::Carrier(session, CarrierEvent::Answered), now);
    }

    /// The channel is open.
    pub fn opened(&mut self, session: SessionId, now: Now) {
        let Some(connection) = self.connections.get_mut(&session) else {
            return;
        };
        let (Some(local), Some(host)) = (&connection.local, &connection.host) else {
            return;
        };
        connection.links += 1;
        connection.is_open = true;
        let event = CarrierEvent::LinkOpen {
            number: connection.links,
            is_beside: false,
            local: local.fingerprint,
            // The browser lets in no other.
            remote: host.host,
            path: None,
        };
        self.handle(Input::Carrier(session, event), now);
    }

    /// A message came over the channel.
    pub fn received(&mut self, session: SessionId, message: Bytes, now: Now) {
        match self.talk_of(session) {
            Some(talk) => talk.received(now.monotonic, message),
            None => self.handle(
                Input::Carrier(session, CarrierEvent::Received(message)),
                now,
            ),
        }
    }

    /// Nothing is heard from the other side, or it is heard again.
    pub fn silent(&mut self, session: SessionId, is_silent: bool, now: Now) {
        if let Some(talk) = self.talk_of(session) {
            talk.silent(now.monotonic, is_silent);
        }
    }

    /// The channel is closed, by the other side or because the path is gone.
    pub fn closed(&mut self, session: SessionId, now: Now) {
        let Some(connection) = self.connections.get_mut(&session) else {
            return;
        };
        match &mut connection.talk {
            Some(talk) => talk.closed(now.monotonic, LinkError::Lost),
            None if connection.is_open => {
                connection.is_open = false;
                self.handle(Input::Carrier(session, CarrierEvent::LinkEnded), now);
            }
            None => {}
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
            let deed = match output {
                Output::Event(event) => Some(Deed::Show(event)),
                Output::Answer(answer) => answer.result.err().map(Deed::Refuse),
                Output::Carrier(session, command) => self.carry(session, command),
                Output::Talk(session, command) => {
                    self.talk(session, command, now);
                    None
                }
                Output::Work(session, work) => {
                    self.works.insert(session, work);
                    Some(Deed::Work(session))
                }
                // Nothing is kept, and no session asks for it.
                Output::Store(ticket, _) => {
                    self.handle(Input::Stored(ticket, Ok(())), now);
                    None
                }
                Output::Find(ticket, _) => {
                    self.handle(Input::Found(ticket, Err(StoreError::Internal)), now);
                    None
                }
                Output::Look(ticket, _) => {
                    self.handle(Input::Looked(ticket, Err(FileError::NoPermission)), now);
                    None
                }
                // The browser looks after its network.
                Output::Network(_)
                | Output::Nearby(_)
                | Output::Export(..)
                | Output::NotNeeded(_)
                | Output::Discard(_) => None,
            };
            if deed.is_some() {
                return deed;
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

    fn carry(&mut self, session: SessionId, command: CarrierCommand) -> Option<Deed> {
        if let CarrierCommand::Bind(_) = command {
            self.connections.insert(session, Connection::default());
            return Some(Deed::Bind(session));
        }
        let connection = self.connections.get_mut(&session)?;
        match command {
            CarrierCommand::Knock(keys) => {
                connection.host = Some(*keys);
                connection.connect(session)
            }
            CarrierCommand::Reach(addresses) => {
                let host = connection.host.as_mut()?;
                host.addresses = addresses;
                connection.is_open = false;
                Some(Deed::ConnectAgain(session))
            }
            CarrierCommand::KnockAgain => {
                connection.is_open = false;
                Some(Deed::ConnectAgain(session))
            }
            CarrierCommand::Send(message) => Some(Deed::Send(session, message)),
            CarrierCommand::Shut => {
                connection.is_open = false;
                Some(Deed::Shut(session))
            }
            CarrierCommand::Cut => {
                connection.is_open = false;
                Some(Deed::Cut(session))
            }
            CarrierCommand::Release => {
                self.connections.remove(&session);
                Some(Deed::Shut(session))
            }
            // What a host and a contact want, whom a page is not, and what a browser does by itself.
            _ => None,
        }
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

    fn handle(&mut self, input: Input, now: Now) {
        self.device.handle(input, now);
    }
}

impl Connection {
    fn of_host(&self) -> Result<String, NotUsable> {
        let (Some(local), Some(host)) = (&self.local, &self.host) else {
            return Err(NotUsable);
        };
        of_host(&host.keys, local, host.host, &host.addresses)
    }

    fn connect(&self, session: SessionId) -> Option<Deed> {
        Some(match self.of_host() {
            Ok(told) => Deed::Connect(session, told),
            Err(NotUsable) => Deed::ConnectAgain(session),
        })
    }
}
