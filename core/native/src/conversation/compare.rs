//! Comparing. A wish is an offer: something is shown only when both people have wished, so that nobody
//! makes a device compare unseen, again and again, until the symbols happen to agree. The host commits
//! first. What the two people find stays with them.

use super::message::Message;
use super::{Event, Violation};
use handfast_protocol::handshake::{
    Commitment, GuestComparison, HostComparison, ShortString, Trust, TrustReason,
};
use handfast_token::Seat;
use handfast_token::{Secret, random_bytes};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// How long after one comparison began a person may wish for the next.
const APART: Duration = Duration::from_secs(5);

/// Comparisons of one conversation.
const MOST: u32 = 10;

/// What somebody found who compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All is equal: nobody is in between.
    Same,
    /// Something differs: somebody is in between.
    Different,
    /// They did not compare.
    Later,
}

/// Why a wish or a finding was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// What is shown has not been judged.
    #[error("something is shown already: say first whether it is the same")]
    Unjudged,
    /// The last comparison began a moment ago.
    #[error("you compared just now: wait some seconds, then compare again")]
    TooSoon,
    /// As many comparisons as one conversation may have.
    #[error("you compared ten times: connect again to compare once more")]
    TooOften,
    /// The finding is about something that is not shown now.
    #[error("nothing like that is shown now: compare first")]
    NotShown,
    /// The conversation is over.
    #[error("the conversation has ended: connect again")]
    Ended,
}

/// What is to be said to the other side, and told to this one.
#[derive(Debug, Default)]
struct Next {
    say: Option<Message>,
    tell: Option<Event>,
}

impl Next {
    fn say(message: Message) -> Self {
        let say = Some(message);
        Self { say, tell: None }
    }

    fn tell(event: Event) -> Self {
        let tell = Some(event);
        Self { say: None, tell }
    }
}

enum Step {
    Rest,
    Committed(HostComparison),
    Answered(GuestComparison),
}

/// The rules of it: what happens and when goes in, what to say and to tell comes out.
struct Comparer {
    seat: Seat,
    hash: [u8; 32],
    /// This person wants to compare, and it has not begun.
    ours: bool,
    /// The other person does.
    theirs: bool,
    step: Step,
    /// What is on the screen until it is judged.
    shown: Option<ShortString>,
    begun: u32,
    last: Option<Instant>,
}

impl Comparer {
    fn new(seat: Seat, hash: [u8; 32]) -> Self {
        Self {
            seat,
            hash,
            ours: false,
            theirs: false,
            step: Step::Rest,
            shown: None,
            begun: 0,
            last: None,
        }
    }

    /// The person here wants to compare: offers it, or accepts the offer.
    fn wish(&mut self, now: Instant) -> Result<Next, CompareError> {
        if self.shown.is_some() {
            return Err(CompareError::Unjudged);
        }
        if self.ours || !matches!(self.step, Step::Rest) {
            return Ok(Next::default());
        }
        if self.begun >= MOST {
            return Err(CompareError::TooOften);
        }
        if self.last.is_some_and(|last| now < last + APART) {
            return Err(CompareError::TooSoon);
        }
        self.ours = true;
        match self.seat {
            Seat::Host if self.theirs => Ok(self.commit(now)),
            Seat::Host | Seat::Guest => Ok(Next::say(Message::CompareWish)),
        }
    }

    /// The other person wants to. Who keeps to the rules wishes once for each comparison.
    fn wished(&mut self, now: Instant) -> Result<Next, Violation> {
        if self.theirs || !matches!(self.step, Step::Rest) {
            return Err(Violation::OutOfTurn);
        }
        self.theirs = true;
        Ok(match (self.ours, self.seat) {
            (false, _) => Next::tell(Event::CompareOffered),
            (true, Seat::Host) => self.commit(now),
            // The host's commitment follows.
            (true, Seat::Guest) => Next::default(),
        })
    }

    fn begin(&mut self, now: Instant, step: Step) {
        self.step = step;
        (self.ours, self.theirs) = (false, false);
        self.begun += 1;
        self.last = Some(now);
    }

    fn commit(&mut self, now: Instant) -> Next {
        let Ok(nonce) = Secret::random() else {
            return Next::default();
        };
        let comparison = HostComparison::new(self.hash, nonce);
        let commitment = comparison.commitment();
        self.begin(now, Step::Committed(comparison));
        Next::say(Message::CompareCommit(commitment))
    }

    /// The host committed to its nonce. It may do so only when this person has wished.
    fn committed(&mut self, commitment: Commitment, now: Instant) -> Result<Next, Violation> {
        let (Seat::Guest, Step::Rest, true) = (self.seat, &self.step, self.ours) else {
            return Err(Violation::OutOfTurn);
        };
        let Ok(nonce) = random_bytes() else {
            return Ok(Next::default());
        };
        let comparison = GuestComparison::new(self.hash, commitment, nonce);
        self.begin(now, Step::Answered(comparison));
        Ok(Next::say(Message::CompareNonce(nonce)))
    }

    /// The guest sent its nonce.
    fn answered(&mut self, nonce: [u8; 32]) -> Result<Next, Violation> {
        let Step::Committed(comparison) = std::mem::replace(&mut self.step, Step::Rest) else {
            return Err(Violation::OutOfTurn);
        };
        let (opening, shown) = comparison.open(&nonce);
        Ok(Next {
            say: Some(Message::CompareOpen(opening)),
            tell: Some(self.show(shown)),
        })
    }

    /// The host opened its commitment.
    fn opened(&mut self, opening: [u8; 32]) -> Result<Next, Violation> {
        let Step::Answered(comparison) = std::mem::replace(&mut self.step, Step::Rest) else {
            return Err(Violation::OutOfTurn);
        };
        let shown = comparison.open(opening).ok_or(Violation::Cheated)?;
        Ok(Next::tell(self.show(shown)))
    }

    fn show(&mut self, shown: ShortString) -> Event {
        self.shown = Some(shown);
        Event::Comparing(shown)
    }

    /// Somebody has judged what they saw.
    fn judge(&mut self, seen: ShortString) -> Result<(), CompareError> {
        let shown = self.shown.take_if(|shown| *shown == seen);
        shown.map(drop).ok_or(CompareError::NotShown)
    }
}

/// The comparison of one conversation, for whoever holds the screen. Nothing here waits.
#[derive(Clone)]
pub struct Comparison(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// There is something to say, or trust is another one.
    stirred: Notify,
    /// The person found a difference.
    different: watch::Sender<bool>,
}

struct State {
    comparer: Comparer,
    to_say: VecDeque<Message>,
    trust: Trust,
    is_over: bool,
}

impl Comparison {
    pub(super) fn new(seat: Seat, hash: [u8; 32], trust: Trust) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State {
                comparer: Comparer::new(seat, hash),
                to_say: VecDeque::new(),
                trust,
                is_over: false,
            }),
            stirred: Notify::new(),
            different: watch::Sender::new(false),
        }))
    }

    /// The person wants to compare: that is an offer, or accepts the other side's
    /// ([`Event::CompareOffered`]). When both want to, [`Event::Comparing`] follows on both sides.
    ///
    /// # Errors
    /// While something is shown, within five seconds of the last comparison, after ten of them, and
    /// at the end.
    pub fn wish(&self) -> Result<(), CompareError> {
        let mut state = self.state();
        if state.is_over {
            return Err(CompareError::Ended);
        }
        let next = state.comparer.wish(Instant::now())?;
        state.to_say.extend(next.say);
        self.0.stirred.notify_one();
        Ok(())
    }

    /// What the person found who saw `seen`; how far the other side is trusted now. A difference ends
    /// the conversation at once ([`Ending::Different`](super::Ending::Different)): nothing that waits
    /// is delivered, and no goodbye is said to whoever is in between.
    ///
    /// # Errors
    /// When something else is shown, or nothing.
    pub fn judge(&self, seen: ShortString, finding: Finding) -> Result<Trust, CompareError> {
        let mut state = self.state();
        state.comparer.judge(seen)?;
        match finding {
            Finding::Same => {
                state.trust.raise(Trust::because(TrustReason::Compared));
                self.0.stirred.notify_one();
            }
            Finding::Different => {
                state.is_over = true;
                self.0.different.send_replace(true);
            }
            Finding::Later => {}
        }
        Ok(state.trust)
    }

    /// The person says that only who they mean would have asked that ([`Trust::take_word`]); how far the
    /// other side is trusted now, or None if that cannot be said.
    pub fn take_word(&self) -> Option<Trust> {
        let mut state = self.state();
        let is_taken = state.trust.take_word();
        is_taken.then_some(state.trust)
    }

    /// How far the other side is trusted now.
    pub fn trust(&self) -> Trust {
        self.state().trust
    }

    /// What the other side said about it; what this side is to be told.
    pub(super) fn heard(&self, message: Message) -> Result<Option<Event>, Violation> {
        let mut state = self.state();
        let now = Instant::now();
        let next = match message {
            Message::CompareWish => state.comparer.wished(now),
            Message::CompareCommit(commitment) => state.comparer.committed(commitment, now),
            Message::CompareNonce(nonce) => state.comparer.answered(nonce),
            Message::CompareOpen(opening) => state.comparer.opened(opening),
            _ => Err(Violation::OutOfTurn),
        }?;
        state.to_say.extend(next.say);
        Ok(next.tell)
    }

    /// What is to be said next.
    pub(super) fn to_say(&self) -> Option<Message> {
        self.state().to_say.pop_front()
    }

    /// Waits until there is something to say, or trust is another one.
    pub(super) async fn stirred(&self) {
        self.0.stirred.notified().await;
    }

    /// Waits until the person has found a difference.
    pub(super) async fn different(&self) {
        // The sender lives as long as this.
        let _ = self.0.different.subscribe().wait_for(|is| *is).await;
    }

    /// The conversation is over.
    pub(super) fn end(&self) {
        self.state().is_over = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Comparison")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> [Comparer; 2] {
        [Seat::Host, Seat::Guest].map(|seat| Comparer::new(seat, [7; 32]))
    }

    /// Hands `first`, said by this one of the two, to and fro until nothing more is said; what the
    /// two were told.
    fn exchange(
        both: &mut [Comparer; 2],
        mut by: usize,
        first: Next,
        now: Instant,
    ) -> Vec<(usize, Event)> {
        let mut told = Vec::new();
        let mut next = first;
        loop {
            told.extend(next.tell.take().map(|event| (by, event)));
            let Some(message) = next.say.take() else {
                return told;
            };
            by = 1 - by;
            let other = &mut both[by];
            next = match message {
                Message::CompareWish => other.wished(now),
                Message::CompareCommit(commitment) => other.committed(commitment, now),
                Message::CompareNonce(nonce) => other.answered(nonce),
                Message::CompareOpen(opening) => other.opened(opening),
                other => panic!("{other:?}"),
            }
            .expect("honest");
        }
    }

    fn strings(told: &[(usize, Event)]) -> Vec<ShortString> {
        let shown = told.iter().filter_map(|(_, event)| match event {
            Event::Comparing(shown) => Some(*shown),
            _ => None,
        });
        shown.collect()
    }

    #[test]
    fn a_wish_alone_shows_nothing() {
        for first in [0, 1] {
            let mut both = both();
            let now = Instant::now();
            let wish = both[first].wish(now).expect("free");
            let told = exchange(&mut both, first, wish, now);
            assert_eq!(told, [(1 - first, Event::CompareOffered)]);
            let accepted = both[1 - first].wish(now).expect("offered");
            let told = exchange(&mut both, 1 - first, accepted, now);
            let [one, other] = strings(&told)[..] else {
                panic!("{told:?}");
            };
            assert_eq!(one, other);
        }
    }

    #[test]
    fn nothing_else_is_shown_until_it_is_judged_and_only_what_is_shown_can_be() {
        let mut both = both();
        let mut now = Instant::now();
        let mut earlier = Vec::new();
        for count in 1..=MOST {
            let wish = both[1].wish(now).expect("free");
            exchange(&mut both, 1, wish, now);
            let accepted = both[0].wish(now).expect("offered");
            let told = exchange(&mut both, 0, accepted, now);
            let shown = strings(&told)[0];
            assert_eq!(both[0].wish(now).err(), Some(CompareError::Unjudged));
            for old in &earlier {
                assert_eq!(both[0].judge(*old), Err(CompareError::NotShown));
            }
            earlier.push(shown);
            for one in &mut both {
                assert_eq!(one.judge(shown), Ok(()));
                assert_eq!(one.judge(shown), Err(CompareError::NotShown), "twice");
                let early = now + APART - Duration::from_millis(1);
                let refused = match count {
                    MOST => CompareError::TooOften,
                    _ => CompareError::TooSoon,
                };
                assert_eq!(one.wish(early).err(), Some(refused));
            }
            now += APART;
        }
    }

    #[test]
    fn who_wishes_again_before_the_other_person_has_breaks_the_rules() {
        for seat in [Seat::Host, Seat::Guest] {
            let mut one = Comparer::new(seat, [7; 32]);
            let now = Instant::now();
            assert!(one.wished(now).is_ok());
            assert_eq!(one.wished(now).err(), Some(Violation::OutOfTurn));
            assert!(one.shown.is_none() && one.begun == 0);
        }
    }

    #[test]
    fn a_host_cannot_begin_what_its_guest_did_not_wish() {
        let mut guest = Comparer::new(Seat::Guest, [7; 32]);
        let now = Instant::now();
        guest.wished(now).expect("an offer");
        let begun = guest.committed([1; 32], now);
        assert_eq!(begun.err(), Some(Violation::OutOfTurn));
    }
}
