//! Comparing. A wish is an offer: something is shown only when both people have wished, so that nobody
//! makes a device compare unseen, again and again, until the symbols happen to agree. The host commits
//! first. What the two people find stays with them.

use super::message::Message;
use super::{Event, Violation};
use crate::handshake::{Commitment, GuestComparison, HostComparison, ShortString};
use handfast_token::{Role, Secret, kdf};
use std::time::Duration;
use web_time::Instant;

/// How long after one comparison began a person may wish for the next.
const APART: Duration = Duration::from_secs(5);

/// Comparisons of one conversation.
const MOST: u32 = 10;

/// What somebody found who compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
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
pub(super) struct Next {
    pub(super) say: Option<Message>,
    pub(super) tell: Option<Event>,
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
pub(super) struct Comparer {
    role: Role,
    hash: [u8; 32],
    /// Every nonce follows from this. None where this device has no randomness to give: nothing begins.
    random: Option<Secret<32>>,
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
    pub(super) fn new(role: Role, hash: [u8; 32], random: Option<Secret<32>>) -> Self {
        Self {
            role,
            hash,
            random,
            ours: false,
            theirs: false,
            step: Step::Rest,
            shown: None,
            begun: 0,
            last: None,
        }
    }

    /// The person here wants to compare: offers it, or accepts the offer.
    pub(super) fn wish(&mut self, now: Instant) -> Result<Next, CompareError> {
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
        match self.role {
            Role::Host if self.theirs => Ok(self.commit(now)),
            Role::Host | Role::Guest => Ok(Next::say(Message::CompareWish)),
        }
    }

    /// What the other side said about it.
    pub(super) fn heard(&mut self, message: Message, now: Instant) -> Result<Next, Violation> {
        match message {
            Message::CompareWish => self.wished(now),
            Message::CompareCommit(commitment) => self.committed(commitment, now),
            Message::CompareNonce(nonce) => self.answered(nonce),
            Message::CompareOpen(opening) => self.opened(opening),
            _ => Err(Violation::OutOfTurn),
        }
    }

    /// The nonce of the comparison that is about to begin.
    fn nonce(&self) -> Option<Secret<32>> {
        let count = self.begun.to_le_bytes();
        let random = self.random.as_ref()?;
        Some(kdf(
            random.expose(),
            "HFS1 own compare",
            &[&self.hash, &count],
        ))
    }

    /// The other person wants to. Who keeps to the rules wishes once for each comparison.
    fn wished(&mut self, now: Instant) -> Result<Next, Violation> {
        if self.theirs || !matches!(self.step, Step::Rest) {
            return Err(Violation::OutOfTurn);
        }
        self.theirs = true;
        Ok(match (self.ours, self.role) {
            (false, _) => Next::tell(Event::CompareOffered),
            (true, Role::Host) => self.commit(now),
            // The host's commitment follows.
            (true, Role::Guest) => Next::default(),
        })
    }

    fn begin(&mut self, now: Instant, step: Step) {
        self.step = step;
        (self.ours, self.theirs) = (false, false);
        self.begun += 1;
        self.last = Some(now);
    }

    fn commit(&mut self, now: Instant) -> Next {
        let Some(nonce) = self.nonce() else {
            return Next::default();
        };
        let comparison = HostComparison::new(self.hash, nonce);
        let commitment = comparison.commitment();
        self.begin(now, Step::Committed(comparison));
        Next::say(Message::CompareCommit(commitment))
    }

    /// The host committed to its nonce. It may do so only when this person has wished.
    fn committed(&mut self, commitment: Commitment, now: Instant) -> Result<Next, Violation> {
        let (Role::Guest, Step::Rest, true) = (self.role, &self.step, self.ours) else {
            return Err(Violation::OutOfTurn);
        };
        let Some(nonce) = self.nonce().map(|nonce| *nonce.expose()) else {
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
    pub(super) fn judge(&mut self, seen: ShortString) -> Result<(), CompareError> {
        let shown = self.shown.take_if(|shown| *shown == seen);
        shown.map(drop).ok_or(CompareError::NotShown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparer(role: Role) -> Comparer {
        Comparer::new(role, [7; 32], Secret::random().ok())
    }

    fn both() -> [Comparer; 2] {
        [Role::Host, Role::Guest].map(comparer)
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
            next = other.heard(message, now).expect("honest");
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
        for role in [Role::Host, Role::Guest] {
            let mut one = comparer(role);
            let now = Instant::now();
            assert!(one.wished(now).is_ok());
            assert_eq!(one.wished(now).err(), Some(Violation::OutOfTurn));
            assert!(one.shown.is_none() && one.begun == 0);
        }
    }

    #[test]
    fn a_host_cannot_begin_what_its_guest_did_not_wish() {
        let mut guest = comparer(Role::Guest);
        let now = Instant::now();
        guest.wished(now).expect("an offer");
        let begun = guest.committed([1; 32], now);
        assert_eq!(begun.err(), Some(Violation::OutOfTurn));
    }
}
