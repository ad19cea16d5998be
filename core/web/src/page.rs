//! The machine of a page: a device, its connections and its conversations.

use crate::description::{Local, NotUsable, of_guest, of_host};
use crate::files::{Chosen, FileDeed, Told};
use crate::talk::{Said, Talk};
use crate::waiting;
use bytes::Bytes;
use handfast_device::{
    self as device, AcceptTerms, CarrierCommand, CarrierEvent, Command, DeliveryMode, Device,
    Event, GuestKeys, HostKeys, Input, InviteTerms, Output, PendingId, Place, Protection,
    Provenance, Saying, SessionCommand, SessionId, SessionTerms, Settings, ShellId, Snapshot,
    TalkCommand, View, Work, system_randomness,
};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::conversation::{FileError, Finding, Limits as Costs, RequestId};
use handfast_protocol::handshake::StaticKey;
use handfast_protocol::link::{LinkError, TransportError};
use handfast_protocol::pairing::Now;
use handfast_seal::{Answers, Limits, LockError};
use handfast_store::StoreError;
use handfast_token::{
    FieldError, FindError, Fingerprint, Question, Reply, ReplyError, SealedReply, Secret, Token,
    find, find_among,
};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use zeroize::Zeroizing;

/// In the place of a certificate's key, which the browser keeps.
const KEY: &[u8] = b"browser";

/// What a page carries out, in the order in which it comes.
#[derive(Debug)]
pub enum Deed {
    /// Make a connection with a certificate of its own, and say what it is by [`Page::bound`].
    Bind(SessionId),
    /// Tell the connection this about the other side, and say by [`Page::unheard`] when nobody is heard there.
    Connect {
        /// In which session.
        session: SessionId,
        /// What it is told.
        told: String,
        /// Nobody was told by which credentials it goes, so it can be made anew every few seconds: whoever is
        /// knocked at may come later, and browsers give up soon.
        is_nameless: bool,
    },
    /// Give up the connection, and make another one with the same certificate. [`Page::knock`] says what to tell
    /// it, if there is anybody.
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
    /// Ask which of these the person means, and say so by [`Page::choose`].
    Choose(Vec<Token>),
    /// What [`Page::take`] and the others began could not be done.
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
    /// It is a token, and not one that a host is handed.
    #[error("this is no reply")]
    NoReply,
    /// The reply is for another invitation, or was altered.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// What is to be asked cannot be asked.
    #[error(transparent)]
    Question(#[from] FieldError),
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
    deeds: VecDeque<Deed>,
    connections: BTreeMap<SessionId, Connection>,
    works: BTreeMap<SessionId, Work>,
    last_request: u64,
    /// What the page before this one was waiting with.
    waits: Option<PendingId>,
    /// What was handed in together, and how, until the person says which is meant.
    choices: Option<(Vec<Token>, Provenance)>,
}

/// What there is of a session's connection.
#[derive(Default)]
struct Connection {
    local: Option<Local>,
    peer: Option<Peer>,
    /// How many channels were open so far.
    links: u64,
    is_open: bool,
    talk: Option<Talk>,
}

/// Whom a connection leads to.
enum Peer {
    Host(GuestKeys),
    /// And which of them is expected, whose reply came.
    Guest(HostKeys, Option<Reply>),
}

/// What somebody hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// A guest: an invitation, locked or not.
    Invitation,
    /// A host: what its guest handed back.
    Reply,
}

/// What stands between whoever has an invitation and this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing.
    Open,
    /// The guest is asked once connected.
    Asked,
    /// The invitation itself is locked.
    Locked,
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
            choices: None,
        })
    }

    /// Goes on with what the page before this one was waiting with. Whether there is anything.
    pub fn resume(&mut self, name: &str, now: Now) -> bool {
        let Some(pending) = self.waits.take() else {
            return false;
        };
        let terms = AcceptTerms {
            terms: terms(name),
            ..AcceptTerms::default()
        };
        self.command(Command::Resume(pending, Box::new(terms)), now);
        true
    }

    /// What a page that is loaded anew needs to go on with this session; None where nothing of it can wait.
    pub fn pending(&self, session: SessionId) -> Option<Zeroizing<Vec<u8>>> {
        waiting::write(self.device.record(session)?)
    }

    /// Takes what was handed in, a text or a file that is no picture.
    ///
    /// # Errors
    /// [`NotDone::Find`] if nothing is in there, [`NotDone::NoInvitation`], [`NotDone::NoReply`] and
    /// [`NotDone::Reply`] if it is something else.
    pub fn take(&mut self, sought: Sought, bytes: &[u8], now: Now) -> Result<(), NotDone> {
        let found = find(bytes, |_| {
            Err("the reader of pictures is a module of its own")
        });
        self.take_found(sought, found, Provenance::Carried, now)
    }

    /// Takes what was read in a picture, or seen by the camera: the texts of all codes in there.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_read(
        &mut self,
        sought: Sought,
        texts: &[String],
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        self.take_found(sought, find_among(texts), provenance, now)
    }

    /// Takes the invitation that the person means, of those that [`Deed::Choose`] told.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn choose(&mut self, number: usize, now: Now) -> Result<(), NotDone> {
        let (mut choices, provenance) = std::mem::take(&mut self.choices).ok_or(NotDone::NotNow)?;
        match number < choices.len() {
            true => self.open(choices.swap_remove(number), provenance, now),
            false => Err(NotDone::NotNow),
        }
    }

    fn take_found(
        &mut self,
        sought: Sought,
        found: Result<Token, FindError>,
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        match (sought, found) {
            (Sought::Reply, Ok(Token::Reply(reply))) => self.take_reply(reply, provenance, now),
            (Sought::Reply, Ok(_)) => Err(NotDone::NoReply),
            (Sought::Invitation, Err(FindError::SeveralTokens(mut found))) => {
                found.retain(|one| matches!(one, Token::Invitation(_) | Token::Sealed(_)));
                match found.len() {
                    0 => Err(NotDone::NoInvitation),
                    1 => self.open(found.remove(0), provenance, now),
                    _ => {
                        self.deeds.push_back(Deed::Choose(found.clone()));
                        self.choices = Some((found, provenance));
                        Ok(())
                    }
                }
            }
            (Sought::Invitation, Ok(found)) => self.open(found, provenance, now),
            (_, Err(error)) => Err(error.into()),
        }
    }

    fn open(&mut self, found: Token, provenance: Provenance, now: Now) -> Result<(), NotDone> {
        let command = match found {
            Token::Invitation(invitation) => Command::Open(Box::new(invitation), provenance),
            Token::Sealed(container) => Command::OpenLocked(container),
            Token::Reply(reply) => return self.take_reply(reply, provenance, now),
            Token::Here(_) | Token::Bundle(_) => return Err(NotDone::NoInvitation),
        };
        self.command(command, now);
        Ok(())
    }

    /// Makes an invitation of somebody who is called this. Nothing of it is kept.
    ///
    /// # Errors
    /// [`NotDone::Question`] and [`NotDone::Answers`] if what guards it cannot be used.
    pub fn invite(
        &mut self,
        name: &str,
        guard: Guard,
        [question, answer]: [&str; 2],
        now: Now,
    ) -> Result<(), NotDone> {
        let asked = || Ok::<_, NotDone>((Question::new(question)?, Answers::new(&[answer])?));
        let protection = match guard {
            Guard::Open => Protection::Open,
            Guard::Asked => {
                asked().map(|(question, answers)| Protection::Asked(question, answers))?
            }
            Guard::Locked => {
                let (question, answers) = asked()?;
                Protection::Locked(question.into(), answers)
            }
        };
        let terms = InviteTerms {
            // No server is asked, as nobody but the page's own host is.
            is_far: false,
            protection,
            name: Some(name.to_owned()),
            terms: terms(name),
            // It can be copied from where it is shown.
            ..InviteTerms::new(DeliveryMode::Send)
        };
        self.command(Command::Invite(Box::new(terms)), now);
        Ok(())
    }

    /// Takes a reply. It is known here to which of the invitations of this page it belongs.
    fn take_reply(
        &mut self,
        reply: SealedReply,
        provenance: Provenance,
        now: Now,
    ) -> Result<(), NotDone> {
        let mut opened = self.connections.values().filter_map(|connection| {
            let Some(Peer::Guest(host, _)) = &connection.peer else {
                return None;
            };
            Some(reply.open(&host.keys))
        });
        let is_for = |result: &Result<_, ReplyError>| *result != Err(ReplyError::OtherInvitation);
        let opened = opened.find(is_for);
        opened.unwrap_or(Err(ReplyError::OtherInvitation))?;
        self.command(Command::Reply(Box::new(reply), provenance), now);
        Ok(())
    }

    /// The person agrees to connect, and is called this. Nothing of it is kept.
    pub fn accept(&mut self, session: SessionId, name: &str, now: Now) {
        let terms = AcceptTerms {
            terms: terms(name),
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
                browser: local.browser.clone(),
                certificate: Some(Certificate::new(KEY.to_vec(), local.fingerprint)),
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

    /// There is another connection with the same certificate, described so. What it is told of the other side, if
    /// there is anybody.
    ///
    /// # Errors
    /// [`NotDone::NotNow`] if there is no such session.
    pub fn knock(
        &mut self,
        session: SessionId,
        sdp: &str,
        now: Now,
    ) -> Result<Option<String>, NotDone> {
        let connection = self.connections.get_mut(&session);
        let connection = connection.ok_or(NotDone::NotNow)?;
        let local = Local::read(sdp)?;
        connection.is_open = false;
        // What names it to the other side, invitation or reply, has another form now.
        let moved = connection.is_named().then(|| Place {
            told: Some((local.candidates.clone(), local.browser.clone())),
            ..Place::default()
        });
        connection.local = Some(local);
        let told = connection.of_peer()?;
        if let Some(place) = moved {
            self.handle(Input::Carrier(session, CarrierEvent::Moved(place)), now);
        }
        Ok(told)
    }

    /// The other side answers checks.
    pub fn answered(&mut self, session: SessionId, now: Now) {
        let connection = self.connections.get(&session);
        let event = match connection.and_then(|connection| connection.peer.as_ref()) {
            // One that is a browser answers before it has the reply, and knows of nobody then.
            Some(Peer::Host(host)) if host.browser.is_none() => CarrierEvent::Answered,
            Some(Peer::Guest(_, Some(guest))) => CarrierEvent::KnockSeen(guest.fingerprint),
            Some(_) | None => return,
        };
        self.handle(Input::Carrier(session, event), now);
    }

    /// Nobody is heard on a connection that was never open; the browser may have given it up.
    pub fn unheard(&mut self, session: SessionId, is_given_up: bool) {
        let connection = self.connections.get(&session);
        match connection.and_then(|connection| connection.peer.as_ref()) {
            Some(Peer::Guest(..)) => self.wait_again(session),
            Some(Peer::Host(_)) if is_given_up => {
                self.deeds.push_back(Deed::ConnectAgain(session));
            }
            Some(Peer::Host(_)) | None => {}
        }
    }

    /// The channel is open.
    pub fn opened(&mut self, session: SessionId, now: Now) {
        let Some(connection) = self.connections.get_mut(&session) else {
            return;
        };
        let (Some(local), Some(remote)) = (&connection.local, connection.expected()) else {
            return;
        };
        connection.links += 1;
        connection.is_open = true;
        let event = CarrierEvent::LinkOpen {
            number: connection.links,
            is_beside: false,
            local: local.fingerprint,
            remote,
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
                self.wait_again(session);
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

    fn carry(&mut self, session: SessionId, command: CarrierCommand) {
        if let CarrierCommand::Bind(_) = command {
            self.connections.insert(session, Connection::default());
            return self.deeds.push_back(Deed::Bind(session));
        }
        let Some(connection) = self.connections.get_mut(&session) else {
            return;
        };
        match command {
            CarrierCommand::Listen(keys) => connection.peer = Some(Peer::Guest(*keys, None)),
            CarrierCommand::Expect(guest, _) => self.expect(session, guest),
            CarrierCommand::ExpectNobody => {
                if let Some(Peer::Guest(_, expected)) = &mut connection.peer {
                    *expected = None;
                }
            }
            CarrierCommand::Knock(keys) => {
                connection.peer = Some(Peer::Host(*keys));
                self.connect(session);
            }
            CarrierCommand::Reach(addresses, browser) => {
                if let Some(Peer::Host(host)) = &mut connection.peer {
                    (host.addresses, host.browser) = (addresses, browser);
                    connection.is_open = false;
                    self.deeds.push_back(Deed::ConnectAgain(session));
                }
            }
            CarrierCommand::KnockAgain => {
                connection.is_open = false;
                self.deeds.push_back(Deed::ConnectAgain(session));
            }
            CarrierCommand::Send(message) => self.deeds.push_back(Deed::Send(session, message)),
            CarrierCommand::Shut => {
                connection.is_open = false;
                self.deeds.push_back(Deed::Shut(session));
                self.wait_again(session);
            }
            CarrierCommand::Cut => {
                connection.is_open = false;
                self.deeds.push_back(Deed::Cut(session));
            }
            CarrierCommand::Release => {
                self.connections.remove(&session);
                self.deeds.push_back(Deed::Shut(session));
            }
            // What a contact wants, whom a page is not, and what a browser does by itself.
            _ => {}
        }
    }

    /// A guest has made this reply. One connection serves one guest: whoever else comes needs another form of the
    /// invitation first.
    fn expect(&mut self, session: SessionId, guest: Reply) {
        let Some(Connection {
            peer: Some(Peer::Guest(_, expected)),
            ..
        }) = self.connections.get_mut(&session)
        else {
            return;
        };
        match expected.replace(guest.clone()) {
            None => self.connect(session),
            Some(before) if before == guest => {}
            Some(_) => self.wait_again(session),
        }
    }

    /// A host waits for whoever comes next. What its browser chose has died with the connection that there was.
    fn wait_again(&mut self, session: SessionId) {
        let connection = self.connections.get_mut(&session);
        if let Some(Peer::Guest(_, expected)) = connection.and_then(|one| one.peer.as_mut()) {
            *expected = None;
            self.deeds.push_back(Deed::ConnectAgain(session));
        }
    }

    fn connect(&mut self, session: SessionId) {
        let connection = self.connections.get(&session);
        let told = connection.map(Connection::of_peer);
        self.deeds.extend(match told {
            Some(Ok(Some(told))) => Some(Deed::Connect {
                session,
                told,
                is_nameless: connection.is_some_and(|connection| !connection.is_named()),
            }),
            Some(Err(NotUsable)) => Some(Deed::ConnectAgain(session)),
            Some(Ok(None)) | None => None,
        });
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
    /// What the browser is told of the other side, if there is anybody.
    fn of_peer(&self) -> Result<Option<String>, NotUsable> {
        let local = self.local.as_ref().ok_or(NotUsable)?;
        Ok(match &self.peer {
            Some(Peer::Host(host)) => Some(of_host(host, local)?),
            Some(Peer::Guest(host, guest)) => {
                guest.as_ref().map(|guest| of_guest(&host.keys, guest))
            }
            None => None,
        })
    }

    /// What its browser chose stands in an invitation or a reply.
    fn is_named(&self) -> bool {
        match &self.peer {
            Some(Peer::Host(host)) => host.browser.is_some(),
            Some(Peer::Guest(..)) => true,
            None => false,
        }
    }

    /// Who is at the other end, by their certificate. The browser lets in no other.
    fn expected(&self) -> Option<Fingerprint> {
        match self.peer.as_ref()? {
            Peer::Host(host) => Some(host.host),
            Peer::Guest(_, guest) => Some(guest.as_ref()?.fingerprint),
        }
    }
}

/// How every session of a page differs.
fn terms(name: &str) -> SessionTerms {
    SessionTerms {
        is_incognito: true,
        called: Some(name.to_owned()),
        ..SessionTerms::default()
    }
}
