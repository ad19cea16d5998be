//! One side of a search on a clock of its own. Nobody answers; see `tests/contacts.rs` for two of them.

use super::*;
use crate::socket::Sockets;
use bytes::Bytes;
use handfast_protocol::reconnect::FindingKey;
use handfast_token::Secret;
use std::net::{IpAddr, Ipv4Addr};
use tokio::sync::{mpsc, watch};

const NOON: u32 = 20_000 * 24 + 12;
/// How many addresses there are, where nothing else is said.
const PEERS: u16 = 3;

fn hours(hours: &[u32]) -> Vec<RendezvousKeys> {
    let finding = FindingKey::of_first_meeting(&Secret::new([1; 32]), 19_999);
    hours.iter().map(|at| finding.hour(*at).unwrap()).collect()
}

struct Alone {
    slot: Slot,
    sockets: Sockets,
    router: Router,
    began: Instant,
    _events: mpsc::Receiver<ConnectEvent>,
    _commands: mpsc::Sender<super::super::Command>,
}

impl Alone {
    fn new(part: Part, listened: &[u32], delay: Duration) -> Self {
        Self::at(part, hours(listened), delay, PEERS)
    }

    fn at(part: Part, keys: Vec<RendezvousKeys>, delay: Duration, peers: u16) -> Self {
        let sockets = Sockets::bind(&[IpAddr::V4(Ipv4Addr::LOCALHOST)], None).unwrap();
        let began = Instant::now();
        let peer = |port| Candidate::host(([127, 0, 0, 9], 5_000 + port).into());
        let setup = SeekSetup {
            part,
            hours: keys,
            addresses: (0..peers).map(peer).collect(),
            speaks_from: began + delay,
        };
        let (events_tx, events) = mpsc::channel(16);
        let (commands, commands_rx) = mpsc::channel(4);
        let (locals, _) = watch::channel(sockets.local_addresses());
        let (_, seen) = watch::channel(None);
        let side = Side::Seek(Box::new(Seeking::new(setup)));
        let mut slot = Slot::new(side, events_tx, locals, seen);
        slot.commands = Some(commands_rx);
        Self {
            slot,
            sockets,
            router: Router::default(),
            began,
            _events: events,
            _commands: commands,
        }
    }

    /// What it sends from one moment to another after the beginning, and when.
    fn sends(&mut self, from: Duration, until: Duration) -> Vec<(Duration, Path, Bytes)> {
        let mut sent = Vec::new();
        while let Some(at) = self.slot.poll_timeout() {
            if at >= self.began + until {
                break;
            }
            self.slot.handle_timeout(at);
            self.slot.pump(at, &self.sockets, &mut self.router);
            let since = at - self.began;
            let datagrams = self.slot.queue.drain(..);
            sent.extend(datagrams.map(|(path, datagram)| (since, path, datagram)));
        }
        sent.retain(|(at, ..)| *at >= from);
        sent
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn after_five_minutes_one_packet_a_minute_goes_to_the_addresses_in_turn() {
    for part in [Part::Initiator, Part::Responder] {
        let mut alone = Alone::new(part, &[NOON], Duration::ZERO);
        let early = alone.sends(Duration::ZERO, 5 * MINUTE);
        assert!((100..400).contains(&early.len()), "{}", early.len());
        assert!(alone.slot.session.is_some());
        let late = alone.sends(5 * MINUTE, 65 * MINUTE);
        assert!(alone.slot.session.is_none());
        let minutes: Vec<u64> = late.iter().map(|(at, ..)| at.as_secs() / 60).collect();
        assert_eq!(minutes, (6..65).collect::<Vec<u64>>());
        let ports: Vec<u16> = late.iter().map(|(_, path, _)| path.peer.port()).collect();
        for three in ports.windows(usize::from(PEERS)) {
            let mut three = three.to_vec();
            three.sort_unstable();
            assert_eq!(three, [5_000, 5_001, 5_002]);
        }
    }
}

#[tokio::test]
async fn a_here_token_causes_so_many_packets_to_an_address_and_in_all() {
    for (part, peers, an_address, all) in
        [(Part::Initiator, 3, 40, 120), (Part::Responder, 8, 40, 200)]
    {
        let mut keys = hours(&[NOON]);
        keys[0].at = Rendezvous::Here([1; 8]);
        let mut alone = Alone::at(part, keys, Duration::ZERO, peers);
        let sent = alone.sends(Duration::ZERO, 60 * MINUTE);
        assert_eq!(sent.len(), all);
        for port in 5_000..5_000 + peers {
            let there = sent.iter().filter(|(_, path, _)| path.peer.port() == port);
            assert!(there.count() <= an_address);
        }
    }
}

#[tokio::test]
async fn another_token_has_packets_of_its_own_and_the_same_gets_no_more() {
    let place = |salt| {
        let mut keys = hours(&[NOON]);
        keys[0].at = Rendezvous::Here([salt; 8]);
        keys
    };
    let mut alone = Alone::at(Part::Initiator, place(1), Duration::ZERO, PEERS);
    let mut at = Duration::ZERO;
    for (keys, minutes, sent) in [
        (place(1), 60, 120),
        (place(2), 130, 120),
        (hours(&[NOON]), 10, 10),
        (place(2), 130, 0),
    ] {
        alone.slot.renew_hours(alone.began + at, keys);
        let until = at + minutes * MINUTE;
        assert_eq!(alone.sends(at, until).len(), sent, "{at:?}");
        at = until;
    }
}

#[tokio::test]
async fn what_is_listened_for_is_never_sent() {
    let mut alone = Alone::new(Part::Initiator, &[NOON, NOON - 1, NOON + 1], Duration::ZERO);
    let sent = alone.sends(Duration::ZERO, 20 * MINUTE);
    let noon = &hours(&[NOON])[0].responder.ice.ufrag;
    let checks = sent
        .iter()
        .filter_map(|(.., datagram)| knock::local_half(datagram));
    let named: Vec<&str> = checks.collect();
    assert!(named.len() > 100 && named.iter().all(|half| half == noon));
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_time_and_everything_is_listened_for() {
    let delay = Duration::from_secs(40);
    let mut alone = Alone::new(Part::Initiator, &[NOON, NOON + 1], delay);
    alone
        .slot
        .pump(alone.began, &alone.sockets, &mut alone.router);
    let own = alone.sockets.local_addresses()[0];
    let path = Path {
        local: own,
        peer: own,
    };
    for keys in hours(&[NOON, NOON + 1]) {
        let (ours, theirs) = (&keys.responder.ice, &keys.initiator.ice);
        let check = knock::check(ours, theirs, false).unwrap();
        assert_eq!(alone.router.route(path, &check), [alone.slot.id]);
    }
    let sent = alone.sends(Duration::ZERO, 2 * delay);
    assert_eq!(sent.first().map(|(at, ..)| *at), Some(delay));
}

#[tokio::test]
async fn the_next_hour_is_knocked_in_at_the_pace_of_the_search() {
    let mut alone = Alone::new(Part::Responder, &[NOON], Duration::ZERO);
    alone.sends(Duration::ZERO, 2 * MINUTE);
    let now = alone.began + 2 * MINUTE;
    alone.slot.renew_hours(now, hours(&[NOON + 1, NOON]));
    let sent = alone.sends(2 * MINUTE, 3 * MINUTE);
    let next = &hours(&[NOON + 1])[0].initiator.ice.ufrag;
    assert!(
        sent.iter()
            .all(|(.., check)| knock::local_half(check) == Some(next))
    );
    // One in five seconds, and one to each address at the beginning.
    assert!((8..30).contains(&sent.len()), "{}", sent.len());
}

#[tokio::test]
async fn a_check_that_was_recorded_makes_no_session_of_another_pair() {
    let mut alone = Alone::new(Part::Responder, &[NOON], Duration::from_secs(3_600));
    let other = FindingKey::of_first_meeting(&Secret::new([2; 32]), 19_999);
    let other = other.hour(NOON).unwrap();
    let own = alone.sockets.local_addresses()[0];
    let path = Path {
        local: own,
        peer: own,
    };
    // The right fragment, and another pair's password.
    let mut theirs = other.responder.ice.clone();
    theirs
        .ufrag
        .clone_from(&hours(&[NOON])[0].responder.ice.ufrag);
    let forged = knock::check(&other.initiator.ice, &theirs, true).unwrap();
    let now = alone.began;
    assert!(
        alone
            .slot
            .take_as_seeker(now, path, &BytesMut::from(&forged[..]))
    );
    assert!(alone.slot.session.is_none());

    let keys = &hours(&[NOON])[0];
    let right = knock::check(&keys.initiator.ice, &keys.responder.ice, true).unwrap();
    assert!(
        alone
            .slot
            .take_as_seeker(now, path, &BytesMut::from(&right[..]))
    );
    assert!(
        alone
            .slot
            .session
            .as_ref()
            .is_some_and(Session::is_answered)
    );
}
