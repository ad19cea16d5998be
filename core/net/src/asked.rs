//! The checks that this side has sent and that nobody has answered yet.
//!
//! An answer counts if it is for one of them, comes from where that one went, and is the first: what
//! was recorded, or comes from somewhere else, answers nothing.

use super::ice::Path;
use super::knock::{BINDING_REQUEST, is_stun};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a check can be answered.
const PATIENCE: Duration = Duration::from_secs(4);

/// How many checks are remembered; the oldest are forgotten first.
const MOST: usize = 1024;

/// The random number of a check, which its answer repeats (RFC 8489 §5).
pub(super) type Transaction = [u8; 12];

/// See the module text.
#[derive(Default)]
pub(super) struct Asked(VecDeque<Check>);

struct Check {
    at: Instant,
    path: Path,
    transaction: Transaction,
}

impl Asked {
    /// This datagram leaves. True if it is a check.
    pub(super) fn sent(&mut self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        let check = transaction(datagram).filter(|_| is_stun(datagram, BINDING_REQUEST));
        let Some(transaction) = check else {
            return false;
        };
        self.forget_old(now);
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(Check {
            at: now,
            path,
            transaction,
        });
        true
    }

    /// The check that this datagram could be an answer to, if it is authentic. The check stays
    /// unanswered until [`Self::answered`].
    pub(super) fn find(
        &mut self,
        now: Instant,
        path: Path,
        datagram: &[u8],
    ) -> Option<Transaction> {
        self.forget_old(now);
        let answered = transaction(datagram)?;
        let is_it = |check: &Check| check.transaction == answered && check.path == path;
        self.0.iter().any(is_it).then_some(answered)
    }

    /// This check was answered by somebody who may.
    pub(super) fn answered(&mut self, transaction: Transaction) {
        self.0.retain(|check| check.transaction != transaction);
    }

    fn forget_old(&mut self, now: Instant) {
        let is_old = |check: &Check| now >= check.at + PATIENCE;
        while self.0.front().is_some_and(is_old) {
            self.0.pop_front();
        }
    }
}

/// The number of a STUN message.
pub(super) fn transaction(datagram: &[u8]) -> Option<Transaction> {
    datagram.get(8..20)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(port: u16) -> Path {
        Path {
            local: ([127, 0, 0, 1], 4000).into(),
            peer: ([127, 0, 0, 1], port).into(),
        }
    }

    /// A message without attributes.
    fn message(kind: [u8; 2], transaction: u32) -> Vec<u8> {
        let mut message = [&kind[..], &[0, 0, 0x21, 0x12, 0xa4, 0x42], &[0; 8]].concat();
        message.extend(transaction.to_be_bytes());
        message
    }

    fn check(transaction: u32) -> Vec<u8> {
        message([0, 1], transaction)
    }

    fn success(transaction: u32) -> Vec<u8> {
        message([1, 1], transaction)
    }

    #[test]
    fn a_check_is_answered_once_and_from_where_it_went() {
        let now = Instant::now();
        let mut asked = Asked::default();
        assert!(asked.sent(now, path(1), &check(7)));
        assert_eq!(asked.find(now, path(1), &success(8)), None);
        assert_eq!(asked.find(now, path(2), &success(7)), None);
        let found = asked.find(now, path(1), &success(7));
        // Looking is no answer: who answered has to be proved first.
        assert_eq!(asked.find(now, path(1), &success(7)), found);
        asked.answered(found.unwrap());
        assert_eq!(asked.find(now, path(1), &success(7)), None);
    }

    #[test]
    fn an_answer_that_comes_too_late_answers_nothing() {
        let now = Instant::now();
        let mut asked = Asked::default();
        asked.sent(now, path(1), &check(7));
        let late = now + PATIENCE;
        assert_eq!(asked.find(late, path(1), &success(7)), None);
    }

    #[test]
    fn what_is_no_check_is_not_remembered() {
        let now = Instant::now();
        let mut asked = Asked::default();
        for datagram in [success(7), vec![22, 0xfe, 0xfd], check(7)[..19].to_vec()] {
            assert!(!asked.sent(now, path(1), &datagram));
        }
        assert_eq!(asked.find(now, path(1), &success(7)), None);
        assert_eq!(asked.find(now, path(1), &[1, 1]), None);
    }

    #[test]
    fn memory_for_checks_has_an_end() {
        let now = Instant::now();
        let mut asked = Asked::default();
        for number in 0..3 * MOST as u32 {
            asked.sent(now, path(1), &check(number));
        }
        assert_eq!(asked.0.len(), MOST);
        assert_eq!(asked.find(now, path(1), &success(0)), None);
        let last = 3 * MOST as u32 - 1;
        assert!(asked.find(now, path(1), &success(last)).is_some());
    }
}
