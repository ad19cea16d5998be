//! The connections that the browser makes: what they tell, and what the device wants of them.

use super::Page;
use super::deed::{Deed, NotDone};
use crate::description::{Local, NotUsable, of_guest, of_host};
use crate::talk::Talk;
use bytes::Bytes;
use handfast_device::{
    CarrierCommand, CarrierEvent, GuestKeys, HostKeys, Input, Place, SessionId, View,
};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::link::{LinkError, TransportError};
use handfast_protocol::pairing::Now;
use handfast_token::{Fingerprint, Reply};

/// In the place of a certificate's key, which the browser keeps.
const KEY: &[u8] = b"browser";

/// What there is of a session's connection.
#[derive(Default)]
pub(super) struct Connection {
    local: Option<Local>,
    pub(super) peer: Option<Peer>,
    /// How many channels were open so far.
    links: u64,
    is_open: bool,
    pub(super) talk: Option<Talk>,
}

/// Whom a connection leads to.
pub(super) enum Peer {
    Host(GuestKeys),
    /// And which of them is expected, whose reply came.
    Guest(HostKeys, Option<Reply>),
}

impl Page {
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

    pub(super) fn carry(&mut self, session: SessionId, command: CarrierCommand, now: Now) {
        if let CarrierCommand::Bind(_) = command {
            self.rest(session);
            self.connections.insert(session, Connection::default());
            if let Some(View::Seeking { .. }) = self.view(session) {
                // Nobody is looked for: what the two wrote can be read, and waits.
                let bound = CarrierEvent::Bound {
                    addresses: Vec::new(),
                    certificate: None,
                };
                return self.handle(Input::Carrier(session, bound), now);
            }
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
                self.rest(session);
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
