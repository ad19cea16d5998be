//! How long things last.

use super::super::entry::Life;
use super::super::order::Place;
use super::super::row::Author;
use std::collections::BTreeMap;

/// Proposals that are remembered one by one.
const REMEMBERED: usize = 64;

/// What the two have agreed on about how long things last: what one proposed last and the other too.
///
/// It is a function of the proposals in their order on the screen, so both sides come to the same,
/// whichever heard what first. It is small, and kept at hand for each conversation.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    /// What came of those that are not remembered one by one.
    before: State,
    /// Where the last of them stood.
    forgotten: Option<Place>,
    proposals: BTreeMap<Place, (Author, Option<Life>)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// What each has said last, this device's person first.
    said: [Option<Option<Life>>; 2],
    agreed: Option<Life>,
}

impl State {
    fn then(mut self, (author, life): (Author, Option<Life>)) -> Self {
        let (own, other) = match author {
            Author::Me => (0, 1),
            Author::Peer => (1, 0),
        };
        self.said[own] = Some(life);
        if self.said[other] == Some(life) {
            self.agreed = life;
        }
        self
    }
}

impl Agreement {
    /// Somebody proposed that. Of very many, one that comes late and stood before those that are
    /// remembered does not count.
    pub fn propose(&mut self, place: Place, author: Author, life: Option<Life>) {
        if self.forgotten.is_some_and(|forgotten| place <= forgotten) {
            return;
        }
        self.proposals.insert(place, (author, life));
        if self.proposals.len() > REMEMBERED
            && let Some((place, proposal)) = self.proposals.pop_first()
        {
            self.before = self.before.then(proposal);
            self.forgotten = Some(place);
        }
    }

    fn state(&self) -> State {
        let proposals = self.proposals.values();
        proposals.fold(self.before, |state, proposal| state.then(*proposal))
    }

    /// Whether both had said the same once this was proposed.
    pub fn holds(&self, place: &Place) -> bool {
        let proposals = self.proposals.range(..=place);
        let after = proposals.fold(self.before, |state, (_, proposal)| state.then(*proposal));
        let [own, other] = after.said;
        self.proposals.contains_key(place) && own == other
    }

    /// How long what is written now is to last.
    pub fn agreed(&self) -> Option<Life> {
        self.state().agreed
    }

    /// What somebody has proposed that the other has not accepted.
    pub fn open(&self, author: Author) -> Option<Option<Life>> {
        let State { said, agreed } = self.state();
        let said = match author {
            Author::Me => said[0],
            Author::Peer => said[1],
        };
        said.filter(|life| *life != agreed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::entry::Incarnation;
    use super::*;
    use proptest::prelude::*;

    fn place(lamport: u64) -> Place {
        let incarnation = Incarnation {
            counter: 1,
            random: [0; 8],
        };
        Place {
            lamport,
            author: [0; 32],
            incarnation,
            sequence: 1,
            hash: [0; 32],
        }
    }

    fn after(proposals: &[(u64, Author, u32)]) -> Agreement {
        let mut agreement = Agreement::default();
        for &(lamport, author, seconds) in proposals {
            agreement.propose(place(lamport), author, Life::new(seconds));
        }
        agreement
    }

    #[test]
    fn a_life_holds_when_the_other_says_the_same_and_until_both_say_something_else() {
        use Author::{Me, Peer};
        let minute = Life::new(60);
        assert_eq!(after(&[(1, Me, 60)]).agreed(), None);
        assert_eq!(after(&[(1, Me, 60)]).open(Me), Some(minute));
        let both = after(&[(1, Me, 60), (2, Peer, 60)]);
        assert_eq!(
            [1, 2, 3].map(|at| both.holds(&place(at))),
            [false, true, false]
        );
        assert_eq!(after(&[(1, Me, 60), (2, Peer, 60)]).agreed(), minute);
        let changed = after(&[(1, Me, 60), (2, Peer, 60), (3, Me, 0)]);
        assert_eq!((changed.agreed(), changed.open(Me)), (minute, Some(None)));
        let over = after(&[(1, Me, 60), (2, Peer, 60), (3, Me, 0), (4, Peer, 0)]);
        assert_eq!((over.agreed(), over.open(Me)), (None, None));
        let other = after(&[(1, Me, 60), (2, Peer, 3_600)]);
        assert_eq!(other.agreed(), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_first_both_agree_on_the_same(
            proposals in prop::collection::vec((any::<bool>(), 0_u32..3), 0..60),
            seed: u64,
        ) {
            let proposals: Vec<_> = (1_u64..)
                .zip(proposals)
                .map(|(n, (is_me, life))| (n, if is_me { Author::Me } else { Author::Peer }, life * 60))
                .collect();
            let mut shuffled = proposals.clone();
            shuffled.sort_by_key(|(n, ..)| n.wrapping_mul(seed | 1).rotate_left(17));
            let (one, other) = (after(&proposals), after(&shuffled));
            prop_assert_eq!(one.agreed(), other.agreed());
            prop_assert_eq!(one.open(Author::Peer), other.open(Author::Peer));
        }

        #[test]
        fn it_stays_small_however_often_somebody_changes_their_mind(count in 0_u64..200) {
            let mut agreement = after(&[(1, Author::Me, 60), (2, Author::Peer, 60)]);
            for n in 0..count {
                agreement.propose(place(10 + n), Author::Peer, None);
            }
            prop_assert!(agreement.proposals.len() <= REMEMBERED);
            prop_assert_eq!(agreement.agreed(), Life::new(60));
        }
    }
}
