//! What all sessions of a device share: what is kept, the settings, and the way out.

use super::history::{Endings, History};
use super::randomness::{self, NoRandomness, Randomness};
use super::{
    Answer, CarrierCommand, Done, Event, Leftover, Output, PendingId, Query, Refusal, RequestId,
    Role, SessionEnd, SessionId, SessionTerms, Settings, Snapshot, TalkCommand, Ticket, Write,
};
use handfast_protocol::handshake::{PublicKey, StaticKey};
use handfast_protocol::log::{LogKeys, Place};
use handfast_protocol::pairing::{Identity, Now};
use handfast_store::{Contact, ContactChange, KeptFile, StoreError};
use handfast_token::Secret;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::path::PathBuf;

/// See the module text.
pub(super) struct Shared {
    identity: StaticKey,
    settings: Settings,
    /// What is on the disk, as far as the store has said so.
    kept: Snapshot,
    random: Box<dyn Randomness>,
    /// What is on its way there.
    writing: BTreeMap<Ticket, (Vec<Write>, Purpose)>,
    /// Contacts who came back, and may have been met in another session that is not over.
    came_back: VecDeque<PublicKey>,
    /// Tickets of sessions that keep nothing.
    kept_already: VecDeque<Ticket>,
    last_ticket: u64,
    /// Conversations that sessions are about.
    histories: BTreeMap<[u8; 32], History>,
    /// For whose conversation something is asked of the store or the disk.
    finding: BTreeMap<Ticket, PublicKey>,
    last_exchange: u64,
    /// Up to where people have seen what contacts wrote, while the disk does not say so.
    pub(super) seen: BTreeMap<[u8; 32], Place>,
    /// What is to disappear.
    pub(super) endings: Endings,
    last_row: u64,
    is_asleep: bool,
    is_away: bool,
    /// A shell has named this machine's own addresses as its network, as tests do.
    network_is_own: bool,
    /// The router of the network that this device is in, where it is known.
    router: Option<IpAddr>,
    outputs: VecDeque<Output>,
}

/// Who waits for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Nothing,
    /// Removing what is too old; one such batch at a time is enough.
    Tidying,
    Session(SessionId),
    /// The conversation with this contact.
    History(PublicKey),
    /// What this contact wrote was seen up to there.
    Read(PublicKey, Place),
    /// The session with somebody who is in between is over already.
    Refusal(SessionId),
    Answer(RequestId),
    /// A contact, or somebody refused, is forgotten; who waits for the answer.
    Forgetting(RequestId, PublicKey),
    /// Who waits for an answer; every session hears that contacts are otherwise.
    Contact(RequestId),
}

impl Shared {
    pub(super) fn new(
        settings: Settings,
        identity: StaticKey,
        kept: Snapshot,
        random: Box<dyn Randomness>,
    ) -> Self {
        Self {
            identity,
            settings: kept.settings.clone().unwrap_or(settings),
            kept,
            random,
            writing: BTreeMap::new(),
            came_back: VecDeque::new(),
            kept_already: VecDeque::new(),
            last_ticket: 0,
            histories: BTreeMap::new(),
            finding: BTreeMap::new(),
            last_exchange: 0,
            seen: BTreeMap::new(),
            endings: Endings::default(),
            last_row: 0,
            is_asleep: false,
            is_away: false,
            network_is_own: false,
            router: None,
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn kept(&self) -> &Snapshot {
        &self.kept
    }

    /// Where something is on the disk that no batch tells of.
    pub(super) fn kept_mut(&mut self) -> &mut Snapshot {
        &mut self.kept
    }

    /// Who this device is in every session but those that keep nothing.
    pub(super) fn long_term_key(&self) -> &StaticKey {
        &self.identity
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.is_asleep
    }

    /// Whether the person looks elsewhere.
    pub(super) fn is_away(&self) -> bool {
        self.is_away
    }

    pub(super) fn set_away(&mut self, is_away: bool) {
        self.is_away = is_away;
    }

    pub(super) fn set_asleep(&mut self, is_asleep: bool) {
        self.is_asleep = is_asleep;
    }

    /// Whether this machine alone is the network that a shell told. It can be left then as any other.
    pub(super) fn network_is_own(&self) -> bool {
        self.network_is_own
    }

    pub(super) fn set_network_is_own(&mut self, is_own: bool) {
        self.network_is_own = is_own;
    }

    pub(super) fn router(&self) -> Option<IpAddr> {
        self.router
    }

    pub(super) fn set_router(&mut self, router: Option<IpAddr>) {
        self.router = router;
    }

    /// Who this device is in a session on these terms.
    pub(super) fn identity(&mut self, terms: &SessionTerms) -> Result<Identity, NoRandomness> {
        Ok(Identity {
            key: match terms.is_incognito {
                true => StaticKey::new(self.secret()?),
                false => self.identity.clone(),
            },
            name: terms.called.as_ref().unwrap_or(&self.settings.name).clone(),
            client: terms.client.clone(),
        })
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], NoRandomness> {
        randomness::bytes(&mut *self.random)
    }

    pub(super) fn secret<const N: usize>(&mut self) -> Result<Secret<N>, NoRandomness> {
        randomness::secret(&mut *self.random)
    }

    pub(super) fn next_row(&mut self) -> u64 {
        self.last_row += 1;
        self.last_row
    }

    pub(super) fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn put(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.put(Output::Event(event));
    }

    pub(super) fn carry(&mut self, id: SessionId, command: CarrierCommand) {
        self.put(Output::Carrier(id, command));
    }

    pub(super) fn talk(&mut self, id: SessionId, command: TalkCommand) {
        self.put(Output::Talk(id, command));
    }

    pub(super) fn answer(&mut self, request: RequestId, result: Result<Done, Refusal>) {
        self.put(Output::Answer(Answer { request, result }));
    }

    /// Has this kept, all or nothing.
    pub(super) fn write(&mut self, writes: Vec<Write>, purpose: Purpose) -> Ticket {
        let ticket = self.next_ticket();
        self.writing.insert(ticket, (writes.clone(), purpose));
        self.store(ticket, writes);
        ticket
    }

    /// Whatever there is of files that nobody will know of goes first: a device that ends in between does both again.
    fn store(&mut self, ticket: Ticket, writes: Vec<Write>) {
        let left: Vec<KeptFile> = writes
            .iter()
            .flat_map(|write| self.kept.left_by(write))
            .cloned()
            .collect();
        for file in left {
            let keys = LogKeys::new(self.long_term_key(), file.offer.with);
            let leftover = Leftover::of(&file, *keys.name());
            self.outputs
                .extend(leftover.map(|left| Output::Discard(Box::new(left))));
        }
        self.put(Output::Store(ticket, writes));
    }

    /// Has something of the conversation with this contact kept. Nothing here asks what of it is on its way, so
    /// no copy of it waits but of what is at hand as a whole.
    pub(super) fn write_history(&mut self, writes: Vec<Write>, with: PublicKey) -> Ticket {
        let ticket = self.next_ticket();
        let purpose = Purpose::History(with);
        let at_hand = writes.iter();
        let at_hand = at_hand.filter(|write| matches!(write, Write::File(_)));
        let at_hand = at_hand.cloned().collect();
        self.writing.insert(ticket, (at_hand, purpose));
        self.store(ticket, writes);
        ticket
    }

    /// Asks what lies at a path that is to be offered to a contact.
    pub(super) fn look(&mut self, with: PublicKey, path: PathBuf) -> Ticket {
        let ticket = self.next_ticket();
        self.finding.insert(ticket, with);
        self.put(Output::Look(ticket, path));
        ticket
    }

    /// Asks the store for something of the conversation with a contact.
    pub(super) fn find(&mut self, query: Query) -> Ticket {
        let ticket = self.next_ticket();
        self.finding.insert(ticket, query.with());
        self.put(Output::Find(ticket, query));
        ticket
    }

    /// Whose conversation was asked for with this.
    pub(super) fn found(&mut self, ticket: Ticket) -> Option<PublicKey> {
        self.finding.remove(&ticket)
    }

    pub(super) fn next_exchange(&mut self) -> u64 {
        self.last_exchange += 1;
        self.last_exchange
    }

    /// The conversation with this contact is at hand from now on. What of it is at hand already.
    pub(super) fn open_history(&mut self, with: PublicKey) -> BTreeMap<Place, bool> {
        if !self.histories.contains_key(&with.0) {
            let mut history = History::new(self, with);
            history.open(self);
            self.histories.insert(with.0, history);
        }
        let history = self.history(with);
        history.map_or(BTreeMap::new(), History::everything)
    }

    pub(super) fn history(&self, with: PublicKey) -> Option<&History> {
        self.histories.get(&with.0)
    }

    /// Does something with the conversation with this contact, if that is at hand.
    pub(super) fn with_history<T>(
        &mut self,
        with: PublicKey,
        act: impl FnOnce(&mut History, &mut Self) -> T,
    ) -> Option<T> {
        let mut history = self.histories.remove(&with.0)?;
        let done = act(&mut history, self);
        self.histories.insert(with.0, history);
        Some(done)
    }

    /// Conversations in which something happened since this was asked last, each with the rows that look
    /// different now.
    pub(super) fn take_touched(&mut self) -> BTreeMap<[u8; 32], BTreeMap<Place, bool>> {
        let histories = self.histories.iter_mut();
        let touched = histories.filter_map(|(key, history)| Some((*key, history.take_touched()?)));
        touched.collect()
    }

    /// Conversations that no session is about any more are put away.
    pub(super) fn put_histories_away(&mut self, is_in_use: impl Fn(PublicKey) -> bool) {
        self.histories
            .retain(|key, history| is_in_use(PublicKey(*key)) || !history.is_idle());
    }

    /// What a session does instead that keeps nothing.
    pub(super) fn write_nothing(&mut self, purpose: Purpose) -> Ticket {
        let ticket = self.next_ticket();
        self.writing.insert(ticket, (Vec::new(), purpose));
        self.kept_already.push_back(ticket);
        ticket
    }

    fn next_ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    pub(super) fn kept_already(&mut self) -> Option<Ticket> {
        self.kept_already.pop_front()
    }

    /// This is on the disk, or not; who waited for it.
    pub(super) fn stored(
        &mut self,
        ticket: Ticket,
        result: Result<(), StoreError>,
        now: Now,
    ) -> Option<Purpose> {
        let (writes, purpose) = self.writing.remove(&ticket)?;
        if result.is_err() {
            for write in &writes {
                if let Write::Erase(with, place) = write {
                    self.not_erased(*with, *place, now);
                }
            }
            return Some(purpose);
        }
        let (mut pending, mut contacts) = (false, false);
        for write in &writes {
            for path in self.kept.spent_by(write) {
                self.put(Output::NotNeeded(path));
            }
            self.kept.apply(write);
            match write {
                Write::Meet(_)
                | Write::Contact(..)
                | Write::Way(..)
                | Write::Reconnect(..)
                | Write::Refuse(_)
                | Write::Forget(_)
                | Write::Read(..) => contacts = true,
                Write::Settings(settings) => self.settings = (**settings).clone(),
                Write::CountProofs(_)
                | Write::ForgetProofs(_)
                | Write::Guesses(_)
                | Write::Row(..)
                | Write::Marks(..)
                | Write::Delivered(..)
                | Write::File(_) => {}
                Write::Life(with, mark) => self.lasts(*with, mark, now),
                Write::Erase(with, place) => {
                    self.with_history(*with, |history, _| history.erased(place));
                }
                Write::AddInvitation(_)
                | Write::RemoveInvitation(_)
                | Write::History(..)
                | Write::EndInvitation(..)
                | Write::PutReply(_)
                | Write::RemoveReply(_) => pending = true,
            }
        }
        if pending {
            self.tell(Event::PendingChanged);
        }
        if contacts {
            self.tell(Event::ContactsChanged);
        }
        Some(purpose)
    }

    /// This contact is here again.
    pub(super) fn comes_back(&mut self, key: PublicKey) {
        self.came_back.push_back(key);
    }

    pub(super) fn came_back(&mut self) -> Option<PublicKey> {
        self.came_back.pop_front()
    }

    /// Why whoever has this key is not let in, by what is kept or on its way to the disk; None if they are.
    pub(super) fn shuts_out(&self, key: PublicKey) -> Option<SessionEnd> {
        let is_blocked = |contact: &Contact| contact.blocked;
        let kept = match self.kept.is_refused(key) {
            true => Some(SessionEnd::Refused),
            false => (self.kept.contacts.get(&key.0).is_some_and(is_blocked))
                .then_some(SessionEnd::Blocked),
        };
        let writes = self.writing.values().flat_map(|(writes, _)| writes);
        writes.fold(kept, |why, write| match write {
            Write::Refuse(refused) if refused.key == key => Some(SessionEnd::Refused),
            Write::Forget(forgotten) if *forgotten == key => None,
            Write::Contact(contact, ContactChange::Blocked(is_so)) if *contact == key => {
                is_so.then_some(SessionEnd::Blocked)
            }
            _ => why,
        })
    }

    /// This is on its way to the disk already.
    pub(super) fn is_on_its_way(&self, change: &Write) -> bool {
        let mut writes = self.writing.values().flat_map(|(writes, _)| writes);
        writes.any(|write| match (write, change) {
            (Write::Contact(one, first), Write::Contact(other, second)) => {
                one == other && first == second
            }
            _ => false,
        })
    }

    /// Something about what waits by this name is on its way to the disk.
    pub(super) fn is_writing(&self, pending: PendingId) -> bool {
        let mut writes = self.writing.values().flat_map(|(writes, _)| writes);
        writes.any(|write| names(write) == Some(pending))
    }

    pub(super) fn is_tidying(&self) -> bool {
        let mut purposes = self.writing.values().map(|(_, purpose)| *purpose);
        purposes.any(|purpose| purpose == Purpose::Tidying)
    }
}

/// What waits, if this is about it.
fn names(write: &Write) -> Option<PendingId> {
    let (role, id) = match write {
        Write::AddInvitation(pending) => (Role::Host, pending.id()),
        Write::RemoveInvitation(id) | Write::History(id, ..) | Write::EndInvitation(id, ..) => {
            (Role::Host, *id)
        }
        Write::PutReply(reply) => (Role::Guest, reply.id()),
        Write::RemoveReply(id) | Write::ForgetProofs(id) => (Role::Guest, *id),
        Write::CountProofs(count) => (Role::Guest, count.id),
        Write::Meet(_)
        | Write::Contact(..)
        | Write::Way(..)
        | Write::Reconnect(..)
        | Write::Refuse(_)
        | Write::Forget(_)
        | Write::Settings(_)
        | Write::Row(..)
        | Write::Marks(..)
        | Write::Delivered(..)
        | Write::File(_)
        | Write::Read(..)
        | Write::Life(..)
        | Write::Erase(..)
        | Write::Guesses(_) => return None,
    };
    Some(PendingId { role, id })
}
