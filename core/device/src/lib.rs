//! The one application layer: what this device does for its person, whatever shell shows it.
//!
//! A [`Device`] owns everything between the person and the network that is a decision: invitations and
//! replies that wait, sessions with peers (any number at once), contacts, the settings, and what
//! counts against whom. It is a machine. [`Input`]s and instants go in ([`Device::handle`]), [`Output`]s
//! ([`Device::poll`]) and the next deadline ([`Device::deadline`]) come out. It opens no socket, reads
//! no clock, touches no disk and starts no thread; drivers do that, and decide nothing. So one seed
//! replays a whole life of two devices, and the same code runs on a desktop, a phone and in a page.
//!
//! # The way of a session
//!
//! 1. `prepare`: sockets are asked for, then servers and the router where the invitation is for somebody
//!    elsewhere and the settings allow it, and the record is made that lets another process go on.
//! 2. The record is kept. Only then is an invitation shown, or anything sent to the host of one.
//! 3. `pairing`: [`Host`](handfast_protocol::pairing::Host) or [`Guest`](handfast_protocol::pairing::Guest) says what to do; what
//!    is new about it is kept before it is shown. A wrong answer is counted on the disk before the
//!    guest hears of it, and a guest's proof before it is sent.
//! 4. The two are together: in one batch the invitation ends and the peer is remembered. Only then
//!    they talk, so that no invitation lives twice and nobody is met who is not remembered.
//! 5. `talk`: rows, the comparison, questions (`question`), files that nobody keeps, and what they make of the
//!    trust in the peer.
//! 6. `returning`: a contact is looked for by what only the two hold (`hours`), proves to be them, and both
//!    keep the next secret before they talk. It goes on beside the conversation, and after it. `nearby`
//!    announces this device to those who are looked for, in the local network; `here` says to one of them
//!    where it is, by a token that people carry.
//! 7. `history`: what both keep of what they say, also while nobody is there, and in it `files`: what was offered, and
//!    goes on over any number of links.
//!
//! # The rules of what is kept
//!
//! What waits is ended by its use, by the person, or by too many failures, and by nothing else at once.
//! Only the host's clock ends an invitation, a session goes by the time that passes and not by a clock
//! that may be set, and what seems to have expired is kept for a day more (`snapshot`). A store that
//! fails ends the wait: what cannot be kept is not done. A reply is acted on at once and then kept,
//! because the guest stands there.

mod called;
mod command;
mod contacts;
mod export;
mod files;
mod here;
mod history;
mod hours;
mod locking;
mod nearby;
mod pairing;
mod place;
mod ports;
mod prepare;
mod question;
mod randomness;
pub mod records;
mod returning;
mod search;
#[cfg(feature = "serde")]
pub mod serialized;
mod session;
mod settings;
mod shared;
mod snapshot;
mod tag;
mod talk;
mod unheard;
mod view;
mod window;

pub use called::{NotCalled, called, short_key};
pub use command::{
    AcceptTerms, Answer, Command, DeliveryMode, Done, InviteTerms, Protection, Refusal, Saying,
    SessionCommand,
};
pub use contacts::{ContactEdit, ContactView, Hindrance};
pub use export::{ExportTerms, Exported};
pub use history::{Bundled, Summary};
pub use nearby::NearbyCommand;
pub use place::{Place, usable};
pub use ports::{
    Bind, Carried, CarrierCommand, CarrierEvent, Connected, FileOrder, Found, GuestKeys, HostKeys,
    Input, Leftover, Milestones, NetworkCommand, Offerable, Output, Page, Query, SeekKeys,
    TalkCommand, TalkEvent, Ticket, Work, WorkDone,
};
pub use prepare::Record;
pub use randomness::{NoRandomness, Randomness, system_randomness};
pub use search::{Hit, Hits, Search};
pub use settings::{Asking, Scope, SessionTerms, Settings};
pub use snapshot::{Ended, KeptInvitation, Pending, PendingId, Snapshot, Write};
pub use tag::{Named, NotNamed, Tag, named, to_resume};
pub use view::{
    Asked, Event, FileState, Inquiries, Lasting, Outlook, Pause, Preview, Quoted, Reached,
    Reaction, RouterReport, Row, RowContent, SessionEnd, View, Wish,
};

// What the crates below define and this layer speaks of.
pub use handfast_protocol::log::BundleError;
pub use handfast_protocol::network::ReflexiveReport;
pub use handfast_protocol::pairing::{AuthenticatedPeer, HostHistory, Provenance};
pub use handfast_store::EndReason;
pub use handfast_token::Role;

use handfast_protocol::handshake::{PublicKey, StaticKey};
use handfast_protocol::log::Place as LogPlace;
use handfast_protocol::network::Guessed;
use handfast_protocol::pairing::Now;
use handfast_store::{MAX_SETTING, Refused, StoreError};
use handfast_token::{Invitation, ReplyError, SealedReply};
use nearby::Nearby;
use session::{Parting, Session, SessionInput};
use shared::{Purpose, Shared};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use web_time::Instant;

/// How often guesses are written at most: they may go on for ten minutes.
const PACE: Duration = Duration::from_secs(5);

/// Names a session, for as long as the device lives. No number is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SessionId(pub u64);

/// Names a command, for its answer. Whoever gives the command chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RequestId(pub u64);

/// Names a shell: one screen, with what its person sees there. A device may have several, as where other
/// processes use it. Whoever begins a session has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShellId(pub u64);

impl ShellId {
    /// That of the process in which the device is.
    pub const OWN: Self = Self(0);
}

/// See the module text. A driver hands in what happens and carries out what comes out:
///
/// ```
/// use handfast_token::Secret;
/// use handfast_device::{
///     CarrierCommand, Command, DeliveryMode, Device, Input, InviteTerms, Output, RequestId,
///     Settings, ShellId, Snapshot, system_randomness,
/// };
/// use handfast_protocol::handshake::StaticKey;
/// use handfast_protocol::pairing::Now;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let identity = StaticKey::new(Secret::random()?);
/// let now = Now {
///     monotonic: std::time::Instant::now(),
///     unix: 1_790_000_000,
/// };
/// let (settings, kept) = (Settings::default(), Snapshot::default());
/// let randomness = Box::new(system_randomness);
/// let mut device = Device::new(settings, identity, kept, randomness, now);
///
/// let terms = InviteTerms::new(DeliveryMode::Show);
/// let invite = Command::Invite(Box::new(terms));
/// device.handle(Input::Command(ShellId::OWN, RequestId(1), invite), now);
/// let mut asks_for_sockets = false;
/// while let Some(output) = device.poll() {
///     asks_for_sockets |= matches!(output, Output::Carrier(_, CarrierCommand::Bind(_)));
/// }
/// assert!(asks_for_sockets);
/// # Ok(())
/// # }
/// ```
pub struct Device {
    shared: Shared,
    sessions: BTreeMap<SessionId, Session>,
    last_session: u64,
    /// Who began which session; also of those that ended by the last input.
    shells: BTreeMap<SessionId, ShellId>,
    /// As the shell said last.
    network: Option<(Vec<IpAddr>, Option<IpAddr>)>,
    guesses: Guesses,
    nearby: Nearby,
    /// Who waits for what is found, and which words are looked for.
    searching: BTreeMap<Ticket, (RequestId, handfast_store::Query)>,
}

/// Guesses that are not kept yet.
#[derive(Default)]
struct Guesses {
    new: Vec<Guessed>,
    /// None are written before.
    not_before: Option<Instant>,
}

impl Device {
    /// A device with this long-term key, and with what an earlier process kept. `settings` are those
    /// of this program until the person has chosen any.
    pub fn new(
        settings: Settings,
        identity: StaticKey,
        snapshot: Snapshot,
        randomness: Box<dyn Randomness>,
        now: Now,
    ) -> Self {
        let mut device = Self {
            shared: Shared::new(settings, identity, snapshot, randomness),
            sessions: BTreeMap::new(),
            last_session: 0,
            shells: BTreeMap::new(),
            network: None,
            guesses: Guesses::default(),
            nearby: Nearby::default(),
            searching: BTreeMap::new(),
        };
        let guesses = device.shared.kept().guesses.clone();
        if !guesses.is_empty() {
            let known = NetworkCommand::GuessedBefore(guesses);
            device.shared.put(Output::Network(known));
        }
        device.begin_endings(now);
        device.tidy(now);
        device
    }

    /// Something happened, or the deadline has come.
    pub fn handle(&mut self, input: Input, now: Now) {
        if self.shells.len() != self.sessions.len() {
            self.shells.retain(|id, _| self.sessions.contains_key(id));
        }
        match input {
            Input::Command(shell, request, command) => {
                let before = self.last_session;
                let result = self.command(shell, request, command, now);
                let begun = (before + 1..=self.last_session).map(SessionId);
                self.shells.extend(begun.map(|id| (id, shell)));
                if let Some(result) = result.transpose() {
                    self.shared.answer(request, result);
                }
            }
            Input::Carrier(id, event) => {
                if let CarrierEvent::Answered | CarrierEvent::LinkOpen { .. } = event
                    && let Some(peer) = self.sessions.get(&id).and_then(Session::peer)
                {
                    self.nearby.answered(peer);
                }
                self.feed(id, SessionInput::Carrier(event), now);
            }
            Input::Talk(id, event) => self.feed(id, SessionInput::Talk(event), now),
            Input::Found(ticket, result) => {
                if let Some(with) = self.shared.found(ticket)
                    && let Some(result) = self.searched(ticket, result)
                {
                    self.shared.with_history(with, |history, shared| {
                        history.found(shared, ticket, result, now);
                    });
                }
            }
            Input::Looked(ticket, result) => {
                if let Some(with) = self.shared.found(ticket) {
                    self.shared.with_history(with, |history, shared| {
                        history.looked(shared, ticket, result, now);
                    });
                }
            }
            Input::Worked(id, done) => self.feed(id, SessionInput::Worked(done), now),
            Input::Stored(ticket, result) => self.stored(ticket, result, now),
            Input::Guessed(guesses) => self.guesses.new = guesses,
            Input::Exported(request, result) => {
                self.shared.answer(request, result.map(Done::Exported));
            }
            Input::Nearby(event) => self.heard_nearby(event, now),
            Input::Surveyed(report) => self.shared.tell(Event::NetworkReport(report)),
            Input::Tick => {}
        }
        self.tick(now);
        while let Some(ticket) = self.shared.kept_already() {
            self.stored(ticket, Ok(()), now);
        }
        while let Some(peer) = self.shared.came_back() {
            self.end_with(peer, SessionEnd::Elsewhere, now);
        }
        self.list_histories(now);
        self.look_nearby(now);
    }

    /// The next thing to do, in order.
    pub fn poll(&mut self) -> Option<Output> {
        self.shared.poll()
    }

    /// Who began this session. It is known until the next input after the end of the session.
    pub fn shell_of(&self, session: SessionId) -> Option<ShellId> {
        self.shells.get(&session).copied()
    }

    /// When [`Input::Tick`] must come at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let sessions = self.sessions.values().filter_map(Session::deadline);
        let guesses = self.guesses.not_before;
        let guesses = guesses.filter(|_| !self.guesses.new.is_empty());
        let nearby = self.nearby.deadline();
        let endings = self.shared.endings.deadline();
        sessions.chain(guesses).chain(nearby).chain(endings).min()
    }

    /// What is kept, as far as the store has said so.
    pub fn kept(&self) -> &Snapshot {
        self.shared.kept()
    }

    /// The settings that are in force.
    pub fn settings(&self) -> &Settings {
        self.shared.settings()
    }

    /// Everything that waits, the last made first, with the session that goes on with it.
    pub fn pending(&self, now: Now) -> Vec<(Pending, Option<SessionId>)> {
        let pending = self.shared.kept().pending(now.unix).into_iter();
        pending
            .map(|pending| {
                let session = self.session_of(pending.id);
                (pending, session)
            })
            .collect()
    }

    /// What people call whatever waits, and the invitations of this device that are over.
    pub fn names(&self) -> Vec<Named> {
        let key = self.shared.long_term_key();
        let hosted = self.shared.kept().invitations.iter();
        let hosted = hosted.map(|(id, kept)| {
            let ended = match kept {
                KeptInvitation::Ended(ended) => Some(ended.reason),
                KeptInvitation::Waiting(_) => None,
            };
            (PendingId::hosted(*id), ended)
        });
        let accepted = self.shared.kept().replies.keys();
        let accepted = accepted.map(|id| (PendingId::accepted(*id), None));
        let all = hosted.chain(accepted).map(|(id, ended)| Named {
            tag: Tag::of(key, id),
            id,
            ended,
        });
        all.collect()
    }

    /// Who is not let in again, those of the earliest comparison first.
    pub fn refused(&self) -> Vec<&Refused> {
        let mut refused: Vec<&Refused> = self.shared.kept().refused.values().collect();
        refused.sort_by_key(|refused| (refused.since, refused.key.0));
        refused
    }

    /// Every session, as it was shown last.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, Option<&View>)> {
        let sessions = self.sessions.iter();
        sessions.map(|(id, session)| (*id, session.shown()))
    }

    /// What another process needs to go on with this session, for whoever keeps nothing else of it. None where
    /// nothing of it can wait.
    pub fn record(&self, session: SessionId) -> Option<Record> {
        self.sessions.get(&session)?.record()
    }

    /// Obeys, or says why not. None if the answer follows later.
    fn command(
        &mut self,
        shell: ShellId,
        request: RequestId,
        command: Command,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        match command {
            Command::Invite(terms) => self.invite(*terms, now).map(Some),
            Command::Open(invitation, provenance) => {
                self.open(shell, request, *invitation, provenance, now)
            }
            Command::OpenLocked(container) => {
                self.must_have_no_choice_open(shell)?;
                let id = self.next_session();
                let session = Session::locked(&mut self.shared, id, container)?;
                Ok(Some(self.begin(session, now)))
            }
            Command::Resume(pending, terms) => self.resume(pending, *terms, now).map(Some),
            Command::Withdraw(pending) => self.withdraw(request, pending, now),
            Command::Reply(reply, provenance) => self.reply(request, *reply, provenance, now),
            Command::Seek(key, terms) => self.seek(key, *terms, now).map(Some),
            Command::ReadHere(token) => self.read_here(&token, now).map(Some),
            Command::SeekHere(token, terms) => self.seek_here(shell, &token, *terms, now).map(Some),
            Command::Offer { to, path, name } => self.offer(to, (path, name)).map(Some),
            Command::To(id, command) => {
                if !self.sessions.contains_key(&id) {
                    return Err(Refusal::NotNow);
                }
                let input = match command {
                    SessionCommand::Reply(reply, provenance) => {
                        SessionInput::Reply(request, *reply, provenance)
                    }
                    SessionCommand::Withdraw => SessionInput::Withdraw(request),
                    SessionCommand::ShowAgain(invitation, provenance) => {
                        SessionInput::ShownAgain(request, invitation, provenance)
                    }
                    command => {
                        if let SessionCommand::Accept(_) = command {
                            self.may_accept(id, now)?;
                        }
                        SessionInput::Command(request, command)
                    }
                };
                self.feed(id, input, now);
                Ok(None)
            }
            Command::Forget(key) => {
                let kept = self.shared.kept();
                if !kept.contacts.contains_key(&key.0) && !kept.is_refused(key) {
                    return Err(StoreError::Unknown.into());
                }
                let forget = vec![Write::Forget(key)];
                self.shared.write(forget, Purpose::Forgetting(request, key));
                Ok(None)
            }
            Command::Change(key, edit) => self.change(request, key, edit, now),
            Command::Search(search) => self.search(request, *search),
            Command::Bundle(with) => self.bundle(request, with, now),
            Command::TakeBundle(bundle) => self.take_bundle(request, *bundle, now),
            Command::Export(terms) => self.export(request, terms),
            Command::Choose(settings) => {
                let named = settings.asking.named.iter();
                let length: usize = named.map(|server| server.to_string().len() + 1).sum();
                if length.max(settings.name.len()) > MAX_SETTING {
                    return Err(StoreError::TooLong.into());
                }
                let choose = vec![Write::Settings(settings)];
                self.shared.write(choose, Purpose::Answer(request));
                Ok(None)
            }
            Command::Boost => self.feed_all(now, || SessionInput::Boost),
            Command::Survey => {
                let asking = &self.shared.settings().asking;
                let survey = NetworkCommand::Survey {
                    servers: asking.servers(self.shared.network_is_own()),
                    router: asking.router,
                };
                self.shared.put(Output::Network(survey));
                Ok(Some(Done::Ok))
            }
            Command::NetworkChanged(addresses, router) => {
                self.network_changed(addresses, router, now)
            }
            Command::Away(is_away) => {
                self.shared.set_away(is_away);
                self.feed_all(now, || SessionInput::Away)
            }
            Command::Sleep => {
                self.shared.set_asleep(true);
                let done = self.feed_all(now, || SessionInput::Sleep);
                self.shared.put(Output::Network(NetworkCommand::Pause));
                done
            }
            Command::Wake => {
                self.shared.set_asleep(false);
                self.shared.put(Output::Network(NetworkCommand::Resume));
                let done = self.feed_all(now, || SessionInput::Wake);
                self.tidy(now);
                done
            }
        }
    }

    /// Has a file offered to a contact.
    fn offer(&mut self, to: PublicKey, file: (PathBuf, String)) -> Result<Done, Refusal> {
        // Nobody has two logs with themselves.
        let is_self = to == self.shared.long_term_key().public();
        if is_self {
            return Err(StoreError::Unknown.into());
        }
        if self.shared.shuts_out(to).is_some() {
            return Err(Refusal::Blocked);
        }
        self.shared.must_not_be_hindered(to)?;
        self.shared.open_history(to);
        let session = self.session_with(to);
        let offered = self
            .shared
            .with_history(to, |history, shared| history.offer(shared, session, file));
        offered.unwrap_or(Err(Refusal::NotNow))
    }

    fn invite(&mut self, terms: InviteTerms, now: Now) -> Result<Done, Refusal> {
        self.tidy(now);
        self.must_have_room(Role::Host, now)?;
        let id = self.next_session();
        let session = Session::invite(&mut self.shared, id, terms)?;
        Ok(self.begin(session, now))
    }

    fn seek(&mut self, key: PublicKey, terms: SessionTerms, now: Now) -> Result<Done, Refusal> {
        if let Some(id) = self.session_with(key) {
            if !self.sessions.get(&id).is_some_and(Session::yields) || terms.yields {
                return Err(Refusal::UnderWay(id));
            }
            self.with_session(id, now, |_, _| Err(SessionEnd::Elsewhere));
        }
        let id = self.next_session();
        let session = Session::seek(&mut self.shared, id, key, terms, now)?;
        Ok(self.begin(session, now))
    }

    fn open(
        &mut self,
        shell: ShellId,
        request: RequestId,
        invitation: Invitation,
        provenance: Provenance,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        let pending = PendingId::accepted(invitation.keys().invite_id());
        if let Some(id) = self.session_of(pending) {
            if self.shell_of(id) != Some(shell) {
                // It is on another screen, where its person decides.
                return Err(Refusal::UnderWay(id));
            }
            let again = SessionInput::ShownAgain(request, Box::new(invitation), provenance);
            self.feed(id, again, now);
            return Ok(None);
        }
        self.must_have_no_choice_open(shell)?;
        let id = self.next_session();
        let session = Session::opened(&mut self.shared, id, invitation, provenance)?;
        Ok(Some(self.begin(session, now)))
    }

    fn resume(
        &mut self,
        pending: PendingId,
        terms: AcceptTerms,
        now: Now,
    ) -> Result<Done, Refusal> {
        if let Some(id) = self.session_of(pending) {
            return Err(Refusal::UnderWay(id));
        }
        if self.shared.is_writing(pending) {
            return Err(Refusal::NotYet);
        }
        let id = self.next_session();
        let session = Session::resume(&mut self.shared, id, pending, terms, now)?;
        Ok(self.begin(session, now))
    }

    fn withdraw(
        &mut self,
        request: RequestId,
        pending: PendingId,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        if let Some(id) = self.session_of(pending) {
            self.feed(id, SessionInput::Withdraw(request), now);
            return Ok(None);
        }
        let kept = self.shared.kept();
        match pending.role {
            Role::Host => kept.waiting(pending.id).map(drop)?,
            Role::Guest if kept.replies.contains_key(&pending.id) => {}
            Role::Guest => return Err(StoreError::Unknown.into()),
        }
        let end = session::end(pending, EndReason::Revoked, now);
        self.shared.write(vec![end], Purpose::Answer(request));
        Ok(None)
    }

    /// Finds the invitation that a reply answers, and goes on with it if nothing does.
    fn reply(
        &mut self,
        request: RequestId,
        reply: SealedReply,
        provenance: Provenance,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        let mut refusal = ReplyError::OtherInvitation;
        let mut answered = None;
        let hosted = self.sessions.iter().filter_map(|(id, session)| {
            let invitation = session.hosted()?;
            Some((Some(*id), invitation.keys()))
        });
        let waiting = self.shared.kept().pending(now.unix).into_iter();
        let waiting = waiting.filter_map(|one| match one.id.role {
            Role::Host => Some((
                None,
                self.shared.kept().invitation(one.id.id)?.invitation.keys(),
            )),
            Role::Guest => None,
        });
        for (session, keys) in hosted.chain(waiting) {
            match reply.open(&keys) {
                Ok(_) => {
                    answered = Some((session, PendingId::hosted(keys.invite_id())));
                    break;
                }
                Err(ReplyError::Altered) => refusal = ReplyError::Altered,
                Err(ReplyError::OtherInvitation) => {}
            }
        }
        let session = match answered {
            None => return Err(Refusal::Reply(refusal)),
            Some((Some(id), _)) => id,
            Some((None, pending)) => {
                let resumed = self.resume(pending, AcceptTerms::default(), now)?;
                resumed.session().ok_or(Refusal::NotNow)?
            }
        };
        let reply = SessionInput::Reply(request, reply, provenance);
        self.feed(session, reply, now);
        Ok(None)
    }

    fn network_changed(
        &mut self,
        addresses: Vec<IpAddr>,
        router: Option<IpAddr>,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        let network = Some((addresses.clone(), router));
        if self.network == network {
            return Ok(Some(Done::Ok));
        }
        self.network = network;
        let usable = place::usable(&addresses);
        let is_offline = usable.is_empty();
        if !is_offline {
            let is_own = usable.iter().all(IpAddr::is_loopback);
            self.shared.set_network_is_own(is_own);
        }
        self.shared.set_router(router);
        self.nearby.moved(is_offline);
        let changed = NetworkCommand::Changed(usable, router);
        self.shared.put(Output::Network(changed));
        self.feed_all(now, || SessionInput::NetworkChanged { is_offline, router })
    }

    /// The only place where a device is busy: what the person at a shell is about to confirm is not
    /// replaced there.
    fn must_have_no_choice_open(&self, shell: ShellId) -> Result<(), Refusal> {
        let mut sessions = self.sessions.iter();
        let is_open = |(id, session): &(&SessionId, &Session)| {
            self.shell_of(**id) == Some(shell) && session.waits_for_a_choice()
        };
        match sessions.find(is_open) {
            Some((id, _)) => Err(Refusal::Busy(*id)),
            None => Ok(()),
        }
    }

    /// Fewer wait than may, also counting sessions that keep nothing yet.
    fn must_have_room(&self, role: Role, now: Now) -> Result<(), Refusal> {
        let unkept = self.sessions.values();
        let unkept = unkept.filter(|one| one.keeps_soon() == Some(role)).count();
        match self.shared.kept().is_full(role, unkept, now.unix) {
            true => Err(StoreError::TooMany.into()),
            false => Ok(()),
        }
    }

    /// The invitation in this session may be accepted now.
    fn may_accept(&mut self, id: SessionId, now: Now) -> Result<(), Refusal> {
        self.tidy(now);
        let Some(pending) = self.sessions.get(&id).and_then(Session::pending) else {
            return Ok(());
        };
        // What is about to be on the disk would not count in what begins now.
        if self.shared.is_writing(pending) {
            return Err(Refusal::NotYet);
        }
        match self.shared.kept().replies.contains_key(&pending.id) {
            true => Ok(()),
            false => self.must_have_room(Role::Guest, now),
        }
    }

    fn session_of(&self, pending: PendingId) -> Option<SessionId> {
        let mut sessions = self.sessions.iter();
        let found = sessions.find(|(_, session)| session.pending() == Some(pending));
        found.map(|(id, _)| *id)
    }

    fn next_session(&mut self) -> SessionId {
        self.last_session += 1;
        SessionId(self.last_session)
    }

    fn begin(&mut self, mut session: Session, now: Now) -> Done {
        let id = session.id();
        session.begin(&mut self.shared, now);
        self.sessions.insert(id, session);
        Done::Session(id)
    }

    /// What has expired for more than a day goes, unless a session goes on with it.
    fn tidy(&mut self, now: Now) {
        let under_way: Vec<PendingId> = self
            .sessions
            .values()
            .filter_map(Session::pending)
            .collect();
        let outdated = self.shared.kept().outdated(&under_way, now.unix);
        if !outdated.is_empty() && !self.shared.is_tidying() {
            self.shared.write(outdated, Purpose::Tidying);
        }
    }

    fn feed(&mut self, id: SessionId, input: SessionInput, now: Now) {
        self.with_session(id, now, |session, shared| session.feed(shared, input, now));
    }

    fn feed_all(
        &mut self,
        now: Now,
        input: impl Fn() -> SessionInput,
    ) -> Result<Option<Done>, Refusal> {
        for id in self.ids() {
            self.feed(id, input(), now);
        }
        Ok(Some(Done::Ok))
    }

    fn ids(&self) -> Vec<SessionId> {
        self.sessions.keys().copied().collect()
    }

    fn with_session(
        &mut self,
        id: SessionId,
        now: Now,
        happen: impl FnOnce(&mut Session, &mut Shared) -> Result<(), SessionEnd>,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if let Err(end) = happen(session, &mut self.shared)
            && let Some(session) = self.sessions.remove(&id)
        {
            // Whoever is in between here, or nobody knows who they are, is so wherever else they are.
            let everywhere = match end {
                SessionEnd::Different => Some(SessionEnd::Refused),
                SessionEnd::Frozen => Some(SessionEnd::Frozen),
                _ => None,
            };
            let peer = session.peer();
            session.over(&mut self.shared, end, now);
            if let (Some(peer), Some(end)) = (peer, everywhere) {
                self.end_with(peer, end, now);
            }
        }
    }

    /// Tells what is new of the conversations, ends the links over which they cannot go on, and puts away
    /// those that no session is about.
    fn list_histories(&mut self, now: Now) {
        loop {
            let touched = self.shared.take_touched();
            for id in self.ids() {
                self.list_history(id, &touched, now);
            }
            if touched.is_empty() {
                break;
            }
        }
        let in_use = self.sessions.values().filter_map(Session::history);
        let in_use: BTreeSet<[u8; 32]> = in_use.map(|with| with.0).collect();
        self.shared
            .put_histories_away(|with| in_use.contains(&with.0));
    }

    fn list_history(
        &mut self,
        id: SessionId,
        touched: &BTreeMap<[u8; 32], BTreeMap<LogPlace, bool>>,
        now: Now,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(with) = session.history() else {
            return;
        };
        let touched = touched.get(&with.0);
        let is_listed = session.list_history(&mut self.shared, touched, now);
        let history = self.shared.history(with);
        if let Some(fault) = history.and_then(|history| history.fault(id)) {
            self.feed(id, SessionInput::LogsEnded(fault), now);
        } else if touched.is_some() || is_listed {
            // Whoever waits for that goes on.
            self.feed(id, SessionInput::Listed, now);
        }
    }

    fn tick(&mut self, now: Now) {
        self.erase_due(now);
        let is_due = |at: Option<Instant>| at.is_some_and(|at| now.monotonic >= at);
        let due = self.sessions.iter();
        let due = due.filter(|(_, session)| is_due(session.deadline()));
        let due: Vec<SessionId> = due.map(|(id, _)| *id).collect();
        for id in due {
            self.with_session(id, now, |session, shared| session.tick(shared, now));
        }
        let not_before = self.guesses.not_before;
        if !self.guesses.new.is_empty() && not_before.is_none_or(|at| now.monotonic >= at) {
            let guesses = std::mem::take(&mut self.guesses.new);
            self.guesses.not_before = Some(now.monotonic + PACE);
            self.shared
                .write(vec![Write::Guesses(guesses)], Purpose::Nothing);
        }
    }

    /// What is kept of contacts is something else now.
    fn contacts_changed(&mut self, now: Now) {
        for id in self.ids() {
            self.feed(id, SessionInput::ContactChanged, now);
        }
    }

    fn stored(&mut self, ticket: Ticket, result: Result<(), StoreError>, now: Now) {
        let Some(purpose) = self.shared.stored(ticket, result, now) else {
            return;
        };
        match purpose {
            Purpose::Nothing | Purpose::Tidying => {}
            Purpose::Answer(request) => {
                let result = result.map(|()| Done::Ok).map_err(Refusal::Store);
                self.shared.answer(request, result);
            }
            Purpose::Forgetting(request, key) => {
                let is_forgotten = result.is_ok();
                let result = result.map(|()| Done::Ok).map_err(Refusal::Store);
                self.shared.answer(request, result);
                if is_forgotten {
                    self.part_from(key, Parting::Forgets, now);
                    self.contacts_changed(now);
                }
            }
            Purpose::Contact(request) => {
                let result = result.map(|()| Done::Ok).map_err(Refusal::Store);
                self.shared.answer(request, result);
                self.contacts_changed(now);
            }
            Purpose::Session(id) => {
                self.with_session(id, now, |session, shared| {
                    session.stored(shared, ticket, result, now)
                });
            }
            Purpose::History(with) => {
                self.shared.with_history(with, |history, shared| {
                    history.stored(shared, ticket, result, now);
                });
            }
            Purpose::Read(with, place) => self.shared.mark_is_written(with, place),
            Purpose::Refusal(id) => {
                if let Err(error) = result {
                    self.shared.tell(Event::NotRemembered(id, error));
                }
            }
        }
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("sessions", &self.ids())
            .finish_non_exhaustive()
    }
}
