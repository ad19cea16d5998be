//! How large a datagram may be on a path: asked, and asked again (RFC 8899, packetization layer path
//! MTU discovery).
//!
//! A probe is a check of ICE that is padded to a size and must not be fragmented on its way. Its answer
//! is small, so it says that this much passes from here to there and nothing about the way back. A
//! new path counts as narrow until it is known to be wide, which takes a round trip: before that, no
//! message is large.
//!
//! This is a machine: instants and answers in, sizes to ask for and the size to use out.

use super::asked::Transaction;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What is asked for, in bytes of UDP payload: packets of 1280 bytes, which every IPv6 link carries
/// (RFC 8200 §5), of 1200, of 1000, and of 576, under headers of IPv6 and UDP. In IPv4 packets are 20
/// bytes shorter, which leaves room for a translation between the two (RFC 7915).
const SIZES: [usize; 4] = [
    1280 - HEADERS,
    1200 - HEADERS,
    1000 - HEADERS,
    576 - HEADERS,
];
const HEADERS: usize = 40 + 8;

/// More is never sent.
pub(super) const MOST: usize = SIZES[0];

/// Every path carries this: 576 bytes is what every host takes (RFC 1122 §3.3.2).
pub(super) const LEAST: usize = SIZES[SIZES.len() - 1];

/// How long an answer is waited for before it is asked again, and the last time before it is judged.
/// RFC 8899 §5.1.1 wants a second at least, but perhaps nothing passes meanwhile; all three times are 9 kB.
const PATIENCE: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(100),
    Duration::from_millis(200),
];

/// How long it is waited for any answer at all: a path may be slower than all patience.
const LONGEST_ROUND: Duration = Duration::from_secs(3);

/// How often at most it is asked because something seems not to pass.
const SUSPICION: Duration = Duration::from_secs(1);

/// After how long it is asked without a reason, first and at last: a path can become wider, and a
/// narrower one where routers fragment is not noticed otherwise. RFC 8899 §5.1.1 suggests 10 minutes.
const PAUSES: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(600)];

/// Answers to how many probes are still recognised.
const MOST_ASKED: usize = 32;

/// What is known of one path.
pub(super) struct PathMtu {
    size: usize,
    round: Option<Round>,
    last_round: Instant,
    next_round: Instant,
    pause: Duration,
    /// The probes sent last.
    asked: VecDeque<(Transaction, usize)>,
}

/// One time of asking. First only for the most, as nearly every path carries it; then for everything.
struct Round {
    began: Instant,
    tries: usize,
    judged: Instant,
    /// What is to be asked for now.
    due: Vec<usize>,
    /// The largest that was answered.
    best: Option<usize>,
    /// What this device itself cannot send, from this size on.
    refused: usize,
    /// All patience is spent, and nothing was answered: the first answer decides.
    is_late: bool,
}

impl PathMtu {
    /// A new path: nothing is known of it.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            size: LEAST,
            round: Some(Round::new(now)),
            last_round: now,
            next_round: now,
            pause: PAUSES[0],
            asked: VecDeque::new(),
        }
    }

    /// How large a datagram may be.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Something was sent and not acknowledged in time. If smaller things pass, the path may have
    /// become narrower.
    pub(super) fn suspect(&mut self, now: Instant) {
        if self.round.is_none() && self.size > LEAST {
            let at = now.max(self.last_round + SUSPICION);
            self.next_round = self.next_round.min(at);
        }
    }

    /// The next size to ask for; [`Self::asked`] says that it was done.
    pub(super) fn poll_probe(&mut self) -> Option<usize> {
        self.round.as_mut()?.due.pop()
    }

    /// A probe was sent under this number.
    pub(super) fn asked(&mut self, size: usize, transaction: Transaction) {
        self.asked.truncate(MOST_ASKED - 1);
        self.asked.push_front((transaction, size));
    }

    /// A probe of this size cannot leave this device: its own link is narrower.
    pub(super) fn refused(&mut self, now: Instant, size: usize) {
        if let Some(round) = &mut self.round {
            round.refused = round.refused.min(size);
            round.due.retain(|due| *due < round.refused);
            // Nobody will answer, so the next one need not wait.
            if round.tries == 1 {
                round.judged = now;
            }
        }
    }

    /// Whether a probe with this number is unanswered.
    pub(super) fn awaits(&self, transaction: Transaction) -> bool {
        self.asked.iter().any(|(one, _)| *one == transaction)
    }

    /// Notes an answer. False if there was nothing to be answered.
    pub(super) fn answered(&mut self, now: Instant, transaction: Transaction) -> bool {
        let asked = self.asked.iter().position(|(one, _)| *one == transaction);
        let Some((_, size)) = asked.and_then(|at| self.asked.remove(at)) else {
            return false;
        };
        // Better late than never: it has passed.
        self.use_size(size.max(self.size));
        if let Some(round) = &mut self.round {
            round.best = round.best.max(Some(size));
            let is_all = SIZES
                .iter()
                .all(|more| *more <= size || *more >= round.refused);
            if is_all || round.is_late {
                self.end_round(now);
            }
        }
        true
    }

    pub(super) fn poll_timeout(&self) -> Instant {
        self.round
            .as_ref()
            .map_or(self.next_round, |round| round.judged)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if now < self.poll_timeout() {
            return;
        }
        match &mut self.round {
            None => self.begin_round(now),
            Some(round) if round.tries < PATIENCE.len() => round.ask(now),
            Some(round) if round.best.is_none() && !round.is_late => {
                round.is_late = true;
                round.judged = round.began + LONGEST_ROUND;
            }
            Some(_) => self.end_round(now),
        }
    }

    fn begin_round(&mut self, now: Instant) {
        self.last_round = now;
        self.round = Some(Round::new(now));
    }

    /// Where nothing at all was answered, nothing was learned: the path is silent, or the peer does not
    /// answer such checks.
    fn end_round(&mut self, now: Instant) {
        if let Some(best) = self.round.take().and_then(|round| round.best) {
            self.use_size(best);
        }
        self.next_round = now + self.pause;
        self.pause = (self.pause * 2).min(PAUSES[1]);
    }

    fn use_size(&mut self, size: usize) {
        if self.size != size {
            log::debug!("datagrams have up to {size} bytes from now on");
            self.size = size;
            self.pause = PAUSES[0];
        }
    }
}

impl Round {
    fn new(now: Instant) -> Self {
        let mut round = Self {
            began: now,
            tries: 0,
            judged: now,
            due: Vec::new(),
            best: None,
            refused: usize::MAX,
            is_late: false,
        };
        round.ask(now);
        round
    }

    fn ask(&mut self, now: Instant) {
        let more = SIZES
            .iter()
            .take(if self.tries == 0 { 1 } else { SIZES.len() });
        let known = self.best.unwrap_or_default();
        // The largest is asked for first, so that its answer cannot be behind those of others.
        self.due = more
            .rev()
            .copied()
            .filter(|size| (known + 1..self.refused).contains(size))
            .collect();
        self.judged = now + PATIENCE[self.tries];
        self.tries += 1;
    }
}

#[cfg(test)]
mod tests;
