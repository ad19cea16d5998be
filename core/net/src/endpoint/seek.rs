//! Two contacts who look for each other: people who have met, and whose devices derive from that meeting how
//! they knock in each hour.
//!
//! Both listen and both knock, each in the hour that it thinks it is. The initiator's checks say in which hour
//! they meet; the responder answers in it. While nobody is heard, the search becomes slower until it is one
//! packet a minute, without a session behind it. An open link that has proved who is at its end is never
//! touched by somebody who comes anew: whoever comes gets a slot beside it, see [`beside`](super::beside).

use super::router::Router;
use super::{Side, Slot};
use crate::TransportError;
use crate::asked::Asked;
use crate::certificate::{TunnelCertificate, pin_of_scalar};
use crate::endpoint::ConnectEvent;
use crate::endpoint::beside::Comes;
use crate::ice::{Path, can_reach};
use crate::knock::{self, BINDING_REQUEST};
use crate::session::{Parties, Session};
use bytes::BytesMut;
use handfast_protocol::reconnect::{
    HERE_PACKETS, HERE_PACKETS_AN_ADDRESS, Part, Rendezvous, RendezvousKeys, SideKeys,
};
use handfast_token::Candidate;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long somebody is looked for at the pace of ICE.
const QUICK: Duration = Duration::from_secs(5 * 60);

/// How often a packet goes afterwards.
const SLOW: Duration = Duration::from_secs(60);

/// How long an attempt that came to nothing rests, or a link that ended.
const REST: Duration = Duration::from_secs(2);

/// How long an initiator that hears its contact in another hour goes on in its own: whoever is heard there may
/// listen here as well.
const OTHER_HOUR: Duration = Duration::from_secs(1);

/// How many addresses of a contact are tried: the last eight each way, and those found in this network.
const MOST_ADDRESSES: usize = 24;

/// What it takes to look for a contact.
pub struct SeekSetup {
    /// Which of the two this side is.
    pub part: Part,
    /// The hours in which the contact is listened for. This side knocks in the first of them.
    pub hours: Vec<RendezvousKeys>,
    /// Where the contact may be, best first; see [`handfast_token::admit`] before trusting somebody's list. At
    /// the rendezvous of a *here* token no more is sent there than one token may cause, until they are heard.
    pub addresses: Vec<Candidate>,
    /// When this side begins to knock, so that those who look for many contacts do not do it all at once. It
    /// listens from the beginning.
    pub speaks_from: Instant,
}

/// A slot's search for a contact.
pub(super) struct Seeking {
    pub(super) part: Part,
    pub(super) hours: Vec<RendezvousKeys>,
    addresses: Vec<Candidate>,
    /// Since when the contact is looked for quickly.
    since: Instant,
    /// When something is to be done, while there is no session.
    next: Option<Instant>,
    /// The hour of the session that there is, or was last.
    pub(super) current: Option<RendezvousKeys>,
    /// Whose turn it is of the paths, when one packet goes at a time.
    turn: usize,
    /// Those packets.
    asked: Asked,
    /// Initiator: since when the contact is heard in another hour, and in which.
    elsewhere: Option<(Instant, RendezvousKeys)>,
    spent: Spent,
    /// The router has to be told which hours are listened to.
    pub(super) is_renewed: bool,
}

/// How many packets went to somebody who was not heard by one token: all of them, and those to each address.
#[derive(Default)]
struct Spent {
    at: Option<Rendezvous>,
    all: u32,
    to: HashMap<SocketAddr, u32>,
}

impl Seeking {
    pub(super) fn new(setup: SeekSetup) -> Self {
        let mut seeking = Self {
            part: setup.part,
            hours: setup.hours,
            addresses: Vec::new(),
            since: setup.speaks_from,
            next: Some(setup.speaks_from),
            current: None,
            turn: 0,
            asked: Asked::default(),
            elsewhere: None,
            spent: Spent::default(),
            is_renewed: true,
        };
        seeking.learn(setup.addresses);
        seeking
    }

    /// The search of a slot beside: it has nobody to look for but who is there already.
    pub(super) fn in_one_hour(&self, keys: RendezvousKeys) -> Self {
        let nobody = SeekSetup {
            part: self.part,
            hours: Vec::new(),
            addresses: Vec::new(),
            speaks_from: self.since,
        };
        Self {
            next: None,
            current: Some(keys),
            ..Self::new(nobody)
        }
    }

    /// The contact may be here, too. The newest addresses are known best.
    fn learn(&mut self, addresses: Vec<Candidate>) {
        self.addresses.retain(|known| !addresses.contains(known));
        self.addresses.splice(..0, addresses);
        self.addresses.truncate(MOST_ADDRESSES);
    }

    /// The fragments by which the contact's checks name this side.
    pub(super) fn ufrags(&self) -> Vec<String> {
        let hours = self.hours.iter().chain(&self.current);
        let ufrags = hours.map(|keys| self.sides(keys).0.ice.ufrag.clone());
        ufrags.collect()
    }

    /// This side's keys of an hour, and the contact's.
    fn sides<'a>(&self, keys: &'a RendezvousKeys) -> (&'a SideKeys, &'a SideKeys) {
        (keys.of(self.part), keys.of(self.part.other()))
    }

    /// The hour in which a check is addressed to this side, if it is the contact's.
    fn hour_of(&self, datagram: &[u8]) -> Option<RendezvousKeys> {
        let half = knock::local_half(datagram)?;
        let mut hours = self.hours.iter().chain(&self.current);
        let keys = hours.find(|keys| self.sides(keys).0.ice.ufrag == half)?;
        let (ours, theirs) = self.sides(keys);
        let is_controlling = self.part == Part::Initiator;
        knock::is_peers_check(datagram, &ours.ice, &theirs.ice, is_controlling)
            .then(|| keys.clone())
    }

    /// Who meets in a session of that hour.
    ///
    /// # Errors
    /// When its keys are none.
    pub(super) fn parties(&self, keys: &RendezvousKeys) -> Result<Parties, TransportError> {
        let (ours, theirs) = self.sides(keys);
        Ok(Parties {
            role: self.part.role(),
            is_controlling: self.part == Part::Initiator,
            certificate: TunnelCertificate::of_scalar(&ours.dtls)?,
            local: ours.ice.clone(),
            remote: theirs.ice.clone(),
            expected: pin_of_scalar(&theirs.dtls)?,
            cookie: Some(keys.cookie),
        })
    }

    /// Whether a packet may go there while nobody was heard. A *here* token may name anybody, so one causes
    /// only so many.
    fn may_send(&mut self, peer: SocketAddr) -> bool {
        let at = self.current.as_ref().map(|keys| keys.at);
        if !matches!(at, Some(Rendezvous::Here(_))) {
            return true;
        }
        if self.spent.at != at {
            self.spent = Spent {
                at,
                ..Spent::default()
            };
        }
        let to = self.spent.to.entry(peer).or_default();
        let may = *to < HERE_PACKETS_AN_ADDRESS && self.spent.all < HERE_PACKETS;
        *to += u32::from(may);
        self.spent.all += u32::from(may);
        may
    }

    /// The next way to knock when one packet goes at a time: the contact's addresses in turn.
    fn next_path(&mut self, locals: &[SocketAddr]) -> Option<Path> {
        let peers = self.addresses.iter().filter_map(Candidate::ip);
        let ways = peers.flat_map(|peer| {
            let locals = locals.iter().copied();
            let locals = locals.filter(move |local| can_reach(*local, peer));
            locals.map(move |local| Path { local, peer })
        });
        let ways: Vec<Path> = ways.collect();
        let way = ways.get(self.turn % ways.len().max(1)).copied();
        self.turn += 1;
        way
    }
}

impl Slot {
    /// Looks for the contact anew, from then on.
    pub(super) fn seek_from(&mut self, from: Instant) {
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        seeking.since = from;
        seeking.next = Some(from);
        self.session = None;
        self.is_touched = true;
    }

    /// Whether this is a search for somebody who has not been heard.
    pub(super) fn seeks(&self) -> bool {
        matches!(self.side, Side::Seek(_)) && self.commands.is_some() && !self.is_found()
    }

    /// The contact is here: it was heard, or there is a link.
    pub(super) fn is_found(&self) -> bool {
        let session = self.session.as_ref();
        self.link.is_some() || session.is_some_and(Session::is_answered)
    }

    /// When the search goes on by itself.
    pub(super) fn seeks_at(&self) -> Option<Instant> {
        let Side::Seek(seeking) = &self.side else {
            return None;
        };
        match (self.seeks(), &self.session) {
            (false, _) => None,
            (true, None) => seeking.next,
            (true, Some(_)) => {
                let ends = seeking.since + QUICK;
                let elsewhere = seeking.elsewhere.as_ref();
                Some(elsewhere.map_or(ends, |(since, _)| ends.min(*since + OTHER_HOUR)))
            }
        }
    }

    /// Tells the router in which hours the contact is listened for, if these are others now.
    pub(super) fn renew_router(&mut self, router: &mut Router) {
        if let Side::Seek(seeking) = &mut self.side
            && std::mem::take(&mut seeking.is_renewed)
        {
            router.listen(self.id, &seeking.ufrags());
        }
    }

    /// Drops what is beyond that which may be sent to somebody who was not heard.
    pub(super) fn keep_within_limits(&mut self) {
        if self.is_found() {
            return;
        }
        if let Side::Seek(seeking) = &mut self.side {
            self.out.retain(|(path, _)| seeking.may_send(path.peer));
        }
    }

    /// Goes on with the search, as it is time.
    pub(super) fn seek(&mut self, now: Instant) {
        if self.seeks_at().is_none_or(|at| now < at) {
            return;
        }
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        let is_quick = now < seeking.since + QUICK;
        match (&self.session, is_quick) {
            (None, true) => {
                if let Some(keys) = seeking.hours.first().cloned() {
                    self.begin_in(now, keys, None);
                } else {
                    seeking.next = None;
                }
            }
            (None, false) => self.knock_once(now),
            (Some(_), true) => {
                if let Some((_, keys)) = seeking.elsewhere.take() {
                    self.begin_in(now, keys, None);
                }
            }
            (Some(_), false) => {
                self.session = None;
                seeking.next = Some(now + SLOW);
            }
        }
    }

    /// Knocks by one path, without a session.
    fn knock_once(&mut self, now: Instant) {
        let locals = self.locals.borrow().clone();
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        seeking.next = Some(now + SLOW);
        let (Some(keys), Some(path)) = (seeking.hours.first().cloned(), seeking.next_path(&locals))
        else {
            return;
        };
        let (ours, theirs) = seeking.sides(&keys);
        if let Some(check) = knock::check(&ours.ice, &theirs.ice, seeking.part == Part::Initiator) {
            seeking.asked.sent(now, path, &check);
            self.out.push_back((path, check));
        }
        // The answer is in that hour, whatever is listened to by then.
        if seeking.current.as_ref().map(|keys| keys.at) != Some(keys.at) {
            seeking.current = Some(keys);
            seeking.is_renewed = true;
        }
    }

    /// Begins a session in that hour, at every address that is known and where the contact was just heard.
    fn begin_in(&mut self, now: Instant, keys: RendezvousKeys, heard: Option<SocketAddr>) {
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        seeking.next = None;
        seeking.elsewhere = None;
        let mut peers = seeking.addresses.clone();
        if let Some(heard) = heard.map(Candidate::host)
            && !peers.contains(&heard)
        {
            peers.insert(0, heard);
        }
        let since = seeking.since;
        let parties = seeking.parties(&keys);
        seeking.current = Some(keys);
        seeking.is_renewed = true;
        self.answered = false;
        self.deadline = None;
        let session = parties.and_then(|parties| Session::new(now, parties, &self.locals.borrow()));
        match session {
            Ok(mut session) => {
                session.add_peers(now, &peers);
                session.paced_from(since);
                self.session = Some(session);
                self.is_touched = true;
            }
            Err(error) => self.fail(error),
        }
    }

    /// Takes what is not for the session that there is. True if a datagram was.
    pub(super) fn take_as_seeker(&mut self, now: Instant, path: Path, datagram: &BytesMut) -> bool {
        let Side::Seek(seeking) = &mut self.side else {
            return false;
        };
        if let Some(session) = &self.session {
            let is_new_tunnel = self.link.is_some() && session.is_begun_anew(path, datagram);
            if is_new_tunnel && let Some(keys) = seeking.current.clone() {
                self.beside
                    .come(now, Comes::In(keys), path, Some(datagram.clone()));
                return true;
            }
        }
        match datagram.first() {
            Some(0) if knock::is_stun(datagram, BINDING_REQUEST) => {
                let session = self.session.as_ref();
                let own = session.map(|session| session.credentials().0.ufrag.as_str());
                if own.is_some() && own == knock::local_half(datagram) {
                    return false;
                }
                if let Some(keys) = seeking.hour_of(datagram) {
                    self.hear_in(now, keys, path, Some(datagram));
                }
                true
            }
            Some(1) if self.session.is_none() => {
                let found = seeking.asked.find(now, path, datagram);
                if let (Some(check), Some(keys)) = (found, seeking.current.clone())
                    && knock::is_success(datagram, &seeking.sides(&keys).1.ice)
                {
                    seeking.asked.answered(check);
                    self.hear_in(now, keys, path, None);
                }
                true
            }
            _ => false,
        }
    }

    /// The contact was heard in that hour, which is not that of the session, if there is one.
    fn hear_in(
        &mut self,
        now: Instant,
        keys: RendezvousKeys,
        path: Path,
        check: Option<&BytesMut>,
    ) {
        let is_here = |session: &Session| session.is_here(now) && !session.is_silent();
        let is_here = self.session.as_ref().map(is_here);
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        if self.commands.is_none() {
            return;
        }
        let own = seeking.hours.first().filter(|own| own.at != keys.at);
        match (self.link.is_some(), is_here, seeking.part) {
            (true, ..) | (false, Some(true), Part::Responder) => {
                self.beside.come(now, Comes::In(keys), path, check.cloned());
            }
            // Its own checks decide, and they are heard.
            (false, Some(true), Part::Initiator) => {}
            (false, Some(false), Part::Initiator) => {
                if seeking.elsewhere.is_none() {
                    seeking.elsewhere = Some((now, keys));
                }
                if let Some(session) = self.session.as_mut().filter(|s| !s.is_known(path)) {
                    session.add_peers(now, &[Candidate::host(path.peer)]);
                }
            }
            (false, None, Part::Initiator) if let Some(own) = own.cloned() => {
                self.begin_in(now, own, Some(path.peer));
                if let Side::Seek(seeking) = &mut self.side {
                    seeking.elsewhere = Some((now, keys));
                }
            }
            (false, None, _) | (false, Some(false), Part::Responder) => {
                self.begin_in(now, keys, Some(path.peer));
                if let (Some(session), Some(check)) = (&mut self.session, check) {
                    session.handle(now, path, check.clone());
                }
            }
        }
    }

    /// The hours in which the contact is listened for are these now.
    pub(super) fn renew_hours(&mut self, now: Instant, hours: Vec<RendezvousKeys>) {
        let is_found = self.is_found();
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        seeking.hours = hours;
        seeking.is_renewed = true;
        let at = |keys: &RendezvousKeys| keys.at;
        let is_other = seeking.current.as_ref().map(at) != seeking.hours.first().map(at);
        if self.session.is_some() && !is_found && is_other {
            // Nobody was heard in the hour that is over. The pace goes on as it was.
            self.session = None;
            seeking.next = Some(now);
        } else if self.session.is_none() && self.link.is_none() && seeking.next.is_none() {
            seeking.next = Some(now);
        }
    }

    /// The contact may be here, too: knocks there quickly.
    pub(super) fn reach_contact(&mut self, now: Instant, addresses: Vec<Candidate>) {
        let is_found = self.is_found();
        let Side::Seek(seeking) = &mut self.side else {
            return;
        };
        let news: Vec<Candidate> = addresses
            .iter()
            .filter(|address| !seeking.addresses.contains(address))
            .cloned()
            .collect();
        seeking.learn(addresses);
        if is_found || news.is_empty() {
            return;
        }
        seeking.since = now.max(seeking.since);
        match &mut self.session {
            Some(session) => session.add_peers(now, &news),
            None => seeking.next = Some(seeking.since),
        }
    }

    /// A session has ended, or an attempt: whoever is looked for is looked for again after a rest.
    pub(super) fn seek_again(&mut self, now: Instant) {
        if let Side::Seek(seeking) = &mut self.side
            && self.commands.is_some()
        {
            seeking.next = Some(now + REST);
        }
    }

    /// An open link has ended. Whoever said goodbye is away for a while, and knocks when they are back;
    /// whoever was lost may be back any moment.
    pub(super) fn seek_after_link(&mut self, now: Instant, is_goodbye: bool) {
        if let Side::Seek(seeking) = &mut self.side {
            seeking.since = match is_goodbye {
                true => now.checked_sub(QUICK).unwrap_or(now),
                false => now,
            };
        }
    }

    /// Nothing comes of this attempt, though the contact was heard. The responder says no goodbye: for the
    /// initiator the link may be open already.
    pub(super) fn lapse_as_seeker(&mut self, now: Instant) {
        let Side::Seek(seeking) = &self.side else {
            return;
        };
        match seeking.part {
            Part::Initiator => self.end_session(),
            Part::Responder => {
                self.session = None;
                self.deadline = None;
                self.seek_again(now);
            }
        }
        if self.is_heard_above() {
            let _ = self.events.try_send(ConnectEvent::Lapsed);
        }
    }
}

#[cfg(test)]
mod tests;
