//! Which of those who share one set of sockets a datagram is for. No sockets, no clock.
//!
//! A check (a STUN request) names who it is for in the first half of USERNAME: one look-up, for an invitation
//! and for a contact in each hour in which it is listened for. The answer to
//! a check repeats the number of that check. Everything else belongs to the tunnel on whose path it
//! comes. Whatever fits nothing is dropped, at the cost of one look-up that finds nothing; whether it is
//! authentic is for the session to say.

use crate::asked::{Transaction, transaction};
use crate::ice::Path;
use crate::knock::{self, BINDING_REQUEST, is_stun};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// Names one of those who share the sockets.
pub(super) type SlotId = u64;

/// How long a check can be answered, as in [`Asked`](crate::asked::Asked).
const PATIENCE: Duration = Duration::from_secs(4);

/// How many checks are remembered for all; the oldest are forgotten first.
const MOST_CHECKS: usize = 16 * 1024;

/// How many paths are remembered for one; the oldest are forgotten first.
const MOST_PATHS: usize = 64;

/// How long a host's fragment is. Behind it a browser's knock has more.
const HOST_UFRAG: usize = 11;

/// How long a native guest's fragment is.
const GUEST_UFRAG: usize = 43;

/// See the module text.
#[derive(Default)]
pub(super) struct Router {
    ufrags: HashMap<String, Vec<SlotId>>,
    checks: HashMap<Transaction, SlotId>,
    sent: VecDeque<(Instant, Transaction)>,
    paths: HashMap<Path, Vec<SlotId>>,
    known: HashMap<SlotId, VecDeque<Path>>,
}

impl Router {
    /// Checks for these fragments, and no others, are for that one from now on. Two have one fragment if
    /// somebody comes again to a contact's slot.
    pub(super) fn listen(&mut self, id: SlotId, ufrags: &[String]) {
        self.forget_ufrags(id);
        for ufrag in ufrags {
            let ids = self.ufrags.entry(key(ufrag).to_owned()).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        self.known.entry(id).or_default();
    }

    fn forget_ufrags(&mut self, id: SlotId) {
        self.ufrags.retain(|_, ids| {
            ids.retain(|other| *other != id);
            !ids.is_empty()
        });
    }

    /// What was that one's is the other's from now on.
    pub(super) fn hand_over(&mut self, from: SlotId, to: SlotId) {
        for id in self.checks.values_mut().filter(|id| **id == from) {
            *id = to;
        }
        for path in self.known.remove(&from).unwrap_or_default() {
            self.forget(from, path);
            self.learn(to, path);
        }
        self.forget_ufrags(from);
    }

    /// Nothing is for that one any more.
    pub(super) fn remove(&mut self, id: SlotId) {
        self.forget_ufrags(id);
        self.checks.retain(|_, other| *other != id);
        for path in self.known.remove(&id).unwrap_or_default() {
            self.forget(id, path);
        }
    }

    /// That one sends this datagram on a path: what comes back there may be for it.
    pub(super) fn sent(&mut self, now: Instant, id: SlotId, path: Path, datagram: &[u8]) {
        self.learn(id, path);
        if !is_stun(datagram, BINDING_REQUEST) {
            return;
        }
        let Some(number) = transaction(datagram) else {
            return;
        };
        let is_old = |(at, _): &(Instant, Transaction)| now >= *at + PATIENCE;
        while self.sent.front().is_some_and(is_old) || self.sent.len() >= MOST_CHECKS {
            if let Some((_, old)) = self.sent.pop_front() {
                self.checks.remove(&old);
            }
        }
        self.sent.push_back((now, number));
        self.checks.insert(number, id);
    }

    /// The tunnel of that one may come by this path.
    pub(super) fn learn(&mut self, id: SlotId, path: Path) {
        let Some(known) = self.known.get_mut(&id) else {
            return;
        };
        if known.back() == Some(&path) {
            return;
        }
        match known.iter().position(|other| *other == path) {
            Some(at) => drop(known.remove(at)),
            None => self.paths.entry(path).or_default().push(id),
        }
        known.push_back(path);
        if known.len() > MOST_PATHS
            && let Some(oldest) = known.pop_front()
        {
            self.forget(id, oldest);
        }
    }

    fn forget(&mut self, id: SlotId, path: Path) {
        if let Some(ids) = self.paths.get_mut(&path) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.paths.remove(&path);
            }
        }
    }

    /// Whom a datagram is for. On one path there may be several for a moment, while each of them looks
    /// for its peer there; the tunnels take what is their own.
    pub(super) fn route(&self, path: Path, datagram: &[u8]) -> &[SlotId] {
        // RFC 7983 §7: the first byte tells the protocols apart.
        let found = match datagram.first() {
            Some(0..=3) if is_stun(datagram, BINDING_REQUEST) => {
                knock::local_half(datagram).and_then(|half| self.ufrags.get(key(half)))
            }
            Some(0..=3) => {
                let found = transaction(datagram).and_then(|number| self.checks.get(&number));
                return found.map_or(&[], std::slice::from_ref);
            }
            Some(20..=63) => self.paths.get(&path),
            _ => None,
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// Whether one of these already has something to do with that address of a peer.
    pub(super) fn is_known(&self, peer: std::net::SocketAddr) -> bool {
        self.paths.keys().any(|path| path.peer == peer)
    }
}

/// What of a fragment names an invitation: all of a native guest's, the beginning of a host's.
fn key(ufrag: &str) -> &str {
    match ufrag.len() {
        GUEST_UFRAG => ufrag,
        _ => ufrag.get(..HOST_UFRAG).unwrap_or(ufrag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knock::check;
    use handfast_token::{Fingerprint, InvitationKeys, Secret};

    fn path(local: u16, peer: u16) -> Path {
        Path {
            local: ([127, 0, 0, 1], local).into(),
            peer: ([127, 0, 0, 1], peer).into(),
        }
    }

    fn keys(fill: u8) -> InvitationKeys {
        InvitationKeys::derive(&Secret::new([fill; 16]))
    }

    const GUEST: Fingerprint = Fingerprint([7; 32]);

    fn knock(keys: &InvitationKeys) -> Vec<u8> {
        let knock = check(&keys.guest_ice(GUEST), &keys.host_ice(), true);
        knock.unwrap().to_vec()
    }

    /// Ten hosts that wait, and their router.
    fn hosts() -> Router {
        let mut router = Router::default();
        for fill in 0..10 {
            router.listen(fill.into(), &[keys(fill).host_ice().ufrag]);
        }
        router
    }

    #[test]
    fn a_knock_finds_its_invitation_among_many_and_a_strangers_finds_none() {
        let router = hosts();
        for fill in 0..10u8 {
            let found = router.route(path(1, 2), &knock(&keys(fill)));
            assert_eq!(found, [u64::from(fill)]);
        }
        assert!(router.route(path(1, 2), &knock(&keys(11))).is_empty());
        for stranger in [&[][..], &[0, 1], &[22, 254, 253], &[0xff; 40]] {
            assert!(router.route(path(1, 2), stranger).is_empty());
        }
    }

    #[test]
    fn a_greeting_behind_a_knock_is_kept_and_noise_before_it_is_not() {
        let (noise, greeting) = ([0xc3, 1], [22, 0xfe]);
        let mut router = hosts();
        assert!(router.route(path(1, 2), &noise).is_empty());
        assert!(router.route(path(1, 2), &greeting).is_empty());
        let knocked = router.route(path(1, 2), &knock(&keys(6)))[0];
        router.learn(knocked, path(1, 2));
        assert_eq!(router.route(path(1, 2), &greeting), [6]);
        assert!(router.route(path(1, 2), &noise).is_empty());
    }

    #[test]
    fn a_browsers_knock_finds_its_invitation() {
        let keys = keys(3);
        let browser = handfast_token::IceCredentials {
            ufrag: "rnWW".to_owned(),
            password: keys.host_ice().password,
        };
        let host = handfast_token::IceCredentials {
            ufrag: keys.ufrag_for_browser(GUEST, &browser).unwrap(),
            password: keys.host_ice().password,
        };
        let knock = check(&browser, &host, true).unwrap();
        assert_eq!(hosts().route(path(1, 2), &knock), [3]);
    }

    #[test]
    fn a_check_of_a_host_finds_the_guest_and_its_answer_finds_the_host() {
        let (now, keys) = (Instant::now(), keys(3));
        let mut router = hosts();
        let guest = keys.guest_ice(GUEST);
        router.listen(20, std::slice::from_ref(&guest.ufrag));
        let check = check(&keys.host_ice(), &guest, false).unwrap();
        assert_eq!(router.route(path(1, 2), &check), [20]);
        let mut answer = check.to_vec();
        answer[..2].copy_from_slice(&[1, 1]);
        assert!(router.route(path(1, 2), &answer).is_empty());
        router.sent(now, 3, path(1, 2), &check);
        assert_eq!(router.route(path(1, 2), &answer), [3]);
    }

    #[test]
    fn a_tunnel_is_found_by_its_path_until_its_slot_is_given_up() {
        let (now, greeting) = (Instant::now(), [22, 254, 253]);
        let mut router = hosts();
        router.sent(now, 4, path(1, 2), &greeting);
        router.learn(5, path(1, 3));
        assert_eq!(router.route(path(1, 2), &greeting), [4]);
        assert_eq!(router.route(path(1, 3), &greeting), [5]);
        // The same peer at another socket of ours is somebody else's.
        assert!(router.route(path(9, 2), &greeting).is_empty());
        router.remove(4);
        assert!(router.route(path(1, 2), &greeting).is_empty());
        assert!(router.route(path(1, 2), &knock(&keys(4))).is_empty());
        assert_eq!(router.route(path(1, 3), &greeting), [5]);
    }

    #[test]
    fn a_contact_is_found_in_every_hour_that_is_listened_for_and_in_no_other() {
        let mut router = hosts();
        let check = |pair: u8| check(&keys(pair).host_ice(), &keys(pair).host_ice(), true);
        let ufrags = |pairs: &[u8]| -> Vec<String> {
            let pairs = pairs.iter();
            pairs.map(|pair| keys(*pair).host_ice().ufrag).collect()
        };
        router.listen(20, &ufrags(&[50, 51]));
        for pair in [50, 51] {
            assert_eq!(router.route(path(1, 2), &check(pair).unwrap()), [20]);
        }
        router.learn(20, path(1, 2));
        router.listen(20, &ufrags(&[51, 52]));
        assert!(router.route(path(1, 2), &check(50).unwrap()).is_empty());
        assert_eq!(router.route(path(1, 2), &check(52).unwrap()), [20]);
        // What is known of its paths does not depend on the hour.
        assert_eq!(router.route(path(1, 2), &[22, 254, 253]), [20]);
    }

    #[test]
    fn two_slots_of_one_contact_hear_the_same_until_one_takes_over() {
        let now = Instant::now();
        let mut router = hosts();
        let ours = keys(50).host_ice();
        let check = check(&ours, &ours, true).unwrap();
        router.listen(20, std::slice::from_ref(&ours.ufrag));
        router.listen(21, std::slice::from_ref(&ours.ufrag));
        assert_eq!(router.route(path(1, 2), &check), [20, 21]);
        router.sent(now, 21, path(1, 3), &check);
        let mut answer = check.to_vec();
        answer[..2].copy_from_slice(&[1, 1]);
        assert_eq!(router.route(path(1, 3), &answer), [21]);
        router.hand_over(21, 20);
        assert_eq!(router.route(path(1, 2), &check), [20]);
        assert_eq!(router.route(path(1, 3), &answer), [20]);
        assert_eq!(router.route(path(1, 3), &[22, 254, 253]), [20]);
    }

    #[test]
    fn memory_for_checks_and_paths_has_an_end() {
        let now = Instant::now();
        let mut router = hosts();
        let keys = keys(1);
        let mut check = check(&keys.host_ice(), &keys.guest_ice(GUEST), false)
            .unwrap()
            .to_vec();
        for number in 0..2 * MOST_CHECKS as u32 {
            check[8..12].copy_from_slice(&number.to_be_bytes());
            router.sent(now, 1, path(1, (number % 60_000) as u16), &check);
        }
        assert_eq!(router.checks.len(), MOST_CHECKS);
        assert_eq!(router.paths.len(), MOST_PATHS);
        check[8..12].copy_from_slice(&[9; 4]);
        router.sent(now + PATIENCE, 1, path(1, 1), &check);
        assert_eq!((router.checks.len(), router.sent.len()), (1, 1));
        router.remove(1);
        assert!(router.checks.is_empty() && router.paths.is_empty());
    }
}
