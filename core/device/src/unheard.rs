//! A peer that is looked for and not heard, and the likeliest cause of that.

use super::place::Place;
use handfast_protocol::network::NetworkReport;
use handfast_protocol::pairing::{Cause, Signs};
use handfast_token::Candidate;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long a peer may be unheard before a cause is told.
const HINT_AFTER: Duration = Duration::from_secs(8);

/// See the module text.
#[derive(Debug, Default)]
pub(super) struct Unheard {
    /// Whom nobody has heard yet.
    sought: Option<Sought>,
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
    /// From now on the peer is looked for in these places. On one machine there is nothing to explain.
    pub(super) fn seek(
        &mut self,
        now: Instant,
        place: &Place,
        peers: Vec<Candidate>,
        is_replied: bool,
    ) {
        self.hinted = None;
        self.sought = (!place.is_on_this_machine()).then_some(Sought {
            since: now,
            peers,
            is_replied,
        });
    }

    /// The peer is heard.
    pub(super) fn heard(&mut self) {
        *self = Self::default();
    }

    /// When [`Self::hint`] says something for the first time.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let sought = self.sought.as_ref().filter(|_| self.hinted.is_none())?;
        Some(sought.since + HINT_AFTER)
    }

    /// Why the peer is not heard, once it is time to say so.
    pub(super) fn hint(&mut self, now: Instant, place: &Place) -> Option<Cause> {
        let is_time = |sought: &&Sought| now >= sought.since + HINT_AFTER;
        let cause = self.sought.as_ref().filter(is_time)?.cause(place);
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
}
