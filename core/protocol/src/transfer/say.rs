//! What is still to be said and told: for each file only the newest, so that it is bounded by the number of files.

use super::message::{Message, Source, State};
use super::port::{Ask, FileRequest};
use super::{Direction, Event, RequestId, Status};
use std::collections::{BTreeMap, VecDeque};

/// Things that wait in the order in which they came up first, each with what was put last.
#[derive(Debug)]
struct Newest<K, V> {
    order: VecDeque<K>,
    values: BTreeMap<K, V>,
}

impl<K: Ord + Copy, V> Newest<K, V> {
    fn new() -> Self {
        Self {
            order: VecDeque::new(),
            values: BTreeMap::new(),
        }
    }

    fn put(&mut self, key: K, value: V) {
        if self.values.insert(key, value).is_none() {
            self.order.push_back(key);
        }
    }

    fn next(&mut self) -> Option<(K, V)> {
        let key = self.order.pop_front()?;
        self.values.remove(&key).map(|value| (key, value))
    }
}

/// What comes out of either side of the machine beside the pieces of files.
#[derive(Debug)]
pub(super) struct Outputs {
    /// By whether it is said about an offer of this side.
    states: Newest<(Source, bool), State>,
    statuses: Newest<(bool, Source), Status>,
    events: VecDeque<Event>,
    requests: VecDeque<FileRequest>,
    numbers: u64,
}

impl Outputs {
    pub(super) fn new() -> Self {
        Self {
            states: Newest::new(),
            statuses: Newest::new(),
            events: VecDeque::new(),
            requests: VecDeque::new(),
            numbers: 0,
        }
    }

    /// Tells the other side how a file stands here.
    pub(super) fn say(&mut self, source: Source, state: State) {
        self.states.put((source, state.is_of_offer()), state);
    }

    pub(super) fn next_state(&mut self) -> Option<Message> {
        let ((source, _), state) = self.states.next()?;
        Some(Message::State { source, state })
    }

    /// Nothing is said any more.
    pub(super) fn fall_silent(&mut self) {
        self.states = Newest::new();
    }

    /// Tells whoever drives this how a file stands.
    pub(super) fn tell(&mut self, direction: Direction, source: Source, status: Status) {
        let is_ours = direction == Direction::Outgoing;
        self.statuses.put((is_ours, source), status);
    }

    pub(super) fn tell_event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(super) fn next_event(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let ((is_ours, source), status) = self.statuses.next()?;
        let direction = match is_ours {
            true => Direction::Outgoing,
            false => Direction::Incoming,
        };
        Some(Event::Changed {
            direction,
            source,
            status,
        })
    }

    pub(super) fn has_event(&self) -> bool {
        !self.events.is_empty() || !self.statuses.order.is_empty()
    }

    /// Asks whoever keeps files. The answer comes under the number that this gives.
    pub(super) fn ask(&mut self, ask: Ask) -> RequestId {
        let id = RequestId(self.number());
        self.requests.push_back(FileRequest { id, ask });
        id
    }

    pub(super) fn next_request(&mut self) -> Option<FileRequest> {
        self.requests.pop_front()
    }

    /// A number that was not used before.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Things that wait to be said about files.
    pub(super) fn waiting(&self) -> usize {
        self.states.order.len() + self.events.len()
    }
}
