//! A peer that is looked for or waited for and not heard, and the likeliest cause of that.

use super::place::Place;
use handfast_protocol::network::NetworkReport;
use handfast_protocol::pairing::{Cause, Signs};
use handfast_token::Candidate;
use std::net::SocketAddr;
use std::time::Duration;
use web_time::Instant;

/// How long a peer may be unheard before a cause is told.
const HINT_AFTER: Duration = Duration::from_secs(8);

/// See the module text.
#[derive(Debug, Default)]
pub(super) struct Unheard {
    /// Whom nobody has heard yet.
    sought: Option<Sought>,
    /// Since when whoever comes is waited for, while nothing is known of anybody.
    waiting: Option<Instant>,
    /// The firewall of this machine seems to let in only whoever was sent to before.
    is_guarded: bool,
    /// What was told.
    hinted: Option<Cause>,
}

#[derive(Debug)]
struct Sought {
    since: Instant,
    /// Where it said that it is.
    peers: Vec<Candidate>,
    /// It knows for certain where we are.
    is_replied: bool,
}

impl Unheard {
    /// From now on the peer is looked for in these places. On one machine there is nothing to explain, and a
    /// browser says too little of its network to explain anything.
    pub(super) fn seek(
        &mut self,
        now: Instant,
        place: &Place,
        peers: Vec<Candidate>,
        is_replied: bool,
    ) {
        // What goes out opens a firewall for what comes back.
        (self.hinted, self.waiting) = (None, None);
        let is_plain = place.is_on_this_machine() || place.is_out_of_sight();
        self.sought = (!is_plain).then_some(Sought {
            since: now,
            peers,
            is_replied,
        });
    }

    /// From now on somebody may come of whom nothing is known.
    pub(super) fn wait(&mut self, now: Instant, place: &Place) {
        self.waiting = (!place.is_on_this_machine()).then_some(now);
    }

    /// Whether the firewall of this machine seems to let in only whoever was sent to before. True if what
    /// was told does not hold any more.
    pub(super) fn guarded(&mut self, is_guarded: bool) -> bool {
        self.is_guarded = is_guarded;
        !is_guarded
            && self
                .hinted
                .take_if(|told| *told == Cause::Firewall)
                .is_some()
    }

    /// The peer is heard.
    pub(super) fn heard(&mut self) {
        *self = Self {
            is_guarded: self.is_guarded,
            ..Self::default()
        };
    }

    /// When [`Self::hint`] says something for the first time.
    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.hinted.is_some() {
            return None;
        }
        let sought = self.sought.as_ref().map(|sought| sought.since);
        let since = sought.or(self.waiting.filter(|_| self.is_guarded))?;
        Some(since + HINT_AFTER)
    }

    /// Why the peer is not heard, once it is time to say so.
    pub(super) fn hint(&mut self, now: Instant, place: &Place) -> Option<Cause> {
        let is_time = |since: Instant| now >= since + HINT_AFTER;
        let cause = match (&self.sought, self.waiting) {
            (Some(sought), _) if is_time(sought.since) => sought.cause(place),
            (None, Some(since)) if is_time(since) && self.is_guarded => Cause::Firewall,
            _ => return None,
        };
        self.hinted = Some(cause);
        // That the reply is missing is what the guest's screen says anyway.
        (cause != Cause::ReplyMissing).then_some(cause)
    }
}

impl Sought {
    fn cause(&self, place: &Place) -> Cause {
        let report = NetworkReport {
            addresses: place.addresses.iter().map(SocketAddr::ip).collect(),
            reflexive: place.reflexive.clone(),
            ..NetworkReport::default()
        };
        let signs = Signs {
            report: &report,
            peers: &self.peers,
            is_replied: self.is_replied,
        };
        signs.cause()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_after_eight_seconds_and_not_once_the_peer_is_heard() {
        let place = Place {
            addresses: vec!["192.168.0.2:4000".parse().unwrap()],
            ..Place::default()
        };
        let peer = Candidate::host("192.168.0.3:4000".parse().unwrap());
        let (mut unheard, now) = (Unheard::default(), Instant::now());
        unheard.seek(now, &place, vec![peer], true);
        assert_eq!(unheard.deadline(), Some(now + HINT_AFTER));
        assert_eq!(unheard.hint(now, &place), None);
        let later = now + HINT_AFTER;
        assert_eq!(unheard.hint(later, &place), Some(Cause::KeptApart));
        assert_eq!(unheard.deadline(), None, "told");
        unheard.heard();
        assert_eq!(unheard.hint(later, &place), None);
    }

    #[test]
    fn a_host_that_nobody_comes_to_is_told_of_its_own_firewall_as_long_as_there_is_one() {
        let place = Place {
            addresses: vec!["192.168.0.2:4000".parse().unwrap()],
            ..Place::default()
        };
        let (mut unheard, now) = (Unheard::default(), Instant::now());
        let later = now + HINT_AFTER;
        unheard.wait(now, &place);
        assert_eq!(unheard.deadline(), None, "nothing is known of a firewall");
        assert_eq!(unheard.hint(later, &place), None);
        assert!(!unheard.guarded(true));
        assert_eq!(unheard.deadline(), Some(later));
        assert_eq!(unheard.hint(now, &place), None);
        assert_eq!(unheard.hint(later, &place), Some(Cause::Firewall));
        assert_eq!(unheard.deadline(), None, "told");
        assert!(unheard.guarded(false), "it is open now");
        assert_eq!(unheard.hint(later, &place), None);
        assert!(!unheard.guarded(true));
        // Whoever is sent to is let in.
        let peer = Candidate::host("192.168.0.3:4000".parse().unwrap());
        unheard.seek(later, &place, vec![peer], true);
        assert_eq!(
            unheard.hint(later + HINT_AFTER, &place),
            Some(Cause::KeptApart)
        );
    }
}
