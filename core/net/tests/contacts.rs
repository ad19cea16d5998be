//! Two contacts look for each other over real sockets on this machine.

#![allow(clippy::unwrap_used)] // helpers of tests

mod table;

use handfast_net::{ConnectEvent, Connector, Endpoint, SeekSetup};
use handfast_protocol::link::{Link, LinkError, LinkState};
use handfast_protocol::reconnect::{FindingKey, Part, RendezvousKeys};
use handfast_token::{Candidate, Secret};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use table::V4;
use tokio::time::timeout;

const DAY: u32 = 20_000;
const NOON: u32 = DAY * 24 + 12;

/// Longer than anything here takes on a machine with a lot to do.
const SOON: Duration = Duration::from_secs(30);

/// What is long enough for something that must not happen.
const A_WHILE: Duration = Duration::from_millis(1_500);

fn hours(pair: u8, hours: &[u32]) -> Vec<RendezvousKeys> {
    let finding = FindingKey::of_first_meeting(&Secret::new([pair; 32]), DAY - 1);
    hours.iter().map(|at| finding.hour(*at).unwrap()).collect()
}

fn device() -> Endpoint {
    Endpoint::bind(&[V4], None).unwrap()
}

fn at(endpoint: &Endpoint) -> Vec<Candidate> {
    endpoint
        .addresses()
        .into_iter()
        .map(Candidate::host)
        .collect()
}

fn setup(part: Part, hours: Vec<RendezvousKeys>, addresses: Vec<Candidate>) -> SeekSetup {
    SeekSetup {
        part,
        hours,
        addresses,
        speaks_from: Instant::now(),
    }
}

/// Two devices, which have ports that the other one knows.
struct Pair {
    initiator: Endpoint,
    responder: Endpoint,
    /// What is left of processes that ended: their sockets are closed, and stay so.
    ended: Vec<Endpoint>,
}

impl Pair {
    fn new() -> Self {
        Self {
            initiator: device(),
            responder: device(),
            ended: Vec::new(),
        }
    }

    fn seek(&self, part: Part, listened: &[u32]) -> Connector {
        let (own, other) = match part {
            Part::Initiator => (&self.initiator, &self.responder),
            Part::Responder => (&self.responder, &self.initiator),
        };
        own.seek(setup(part, hours(1, listened), at(other)))
    }

    /// This side's process ends without a word, and another one begins on the same port.
    async fn restart(&mut self, part: Part) {
        let own = match part {
            Part::Initiator => &mut self.initiator,
            Part::Responder => &mut self.responder,
        };
        let port = own.addresses()[0].port();
        own.roaming().pause().await;
        let again = Endpoint::bind(&[V4], Some(port)).unwrap();
        self.ended.push(std::mem::replace(own, again));
        assert_eq!(own.addresses()[0].port(), port);
    }
}

async fn opened(connector: &mut Connector) -> Link {
    let open = async {
        loop {
            match connector.next().await.expect("the endpoint goes on") {
                ConnectEvent::Open(link) => return link,
                ConnectEvent::Failed(error) => panic!("{error}"),
                _ => {}
            }
        }
    };
    timeout(SOON, open).await.expect("a link in time")
}

/// Both ends hear each other, and proved to be who the other one expects.
async fn talk(one: &mut Link, other: &mut Link) {
    assert_eq!(one.remote_fingerprint(), other.local_fingerprint());
    assert_eq!(other.remote_fingerprint(), one.local_fingerprint());
    one.send(b"ping"[..].into()).await.unwrap();
    other.send(b"pong"[..].into()).await.unwrap();
    let heard = async { tokio::join!(one.receive(), other.receive()) };
    let (at_one, at_other) = timeout(SOON, heard).await.unwrap();
    assert_eq!(at_one.unwrap(), "pong");
    assert_eq!(at_other.unwrap(), "ping");
}

async fn meet(initiator: &mut Connector, responder: &mut Connector) -> (Link, Link) {
    let (mut one, mut other) = tokio::join!(opened(initiator), opened(responder));
    talk(&mut one, &mut other).await;
    (one, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_kept_their_addresses_meet_by_knocking() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_enough_that_one_knows_where_the_other_is() {
    for knows in [Part::Initiator, Part::Responder] {
        let pair = Pair::new();
        let mut both = [Part::Initiator, Part::Responder].map(|part| match part == knows {
            true => pair.seek(part, &[NOON]),
            false => {
                let own = match part {
                    Part::Initiator => &pair.initiator,
                    Part::Responder => &pair.responder,
                };
                own.seek(setup(part, hours(1, &[NOON]), Vec::new()))
            }
        });
        let [initiator, responder] = &mut both;
        meet(initiator, responder).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_learned_later_is_knocked_at_at_once() {
    let pair = Pair::new();
    let nowhere = setup(Part::Initiator, hours(1, &[NOON]), Vec::new());
    let mut initiator = pair.initiator.seek(nowhere);
    let listens = setup(Part::Responder, hours(1, &[NOON]), Vec::new());
    let mut responder = pair.responder.seek(listens);
    assert!(timeout(A_WHILE, initiator.next()).await.is_err());
    initiator.reach(at(&pair.responder)).await;
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_packet_is_enough_for_who_has_been_looked_for_in_vain_for_long() {
    for knows in [Part::Initiator, Part::Responder] {
        let (own, other) = (device(), device());
        let listens = setup(knows.other(), hours(1, &[NOON]), Vec::new());
        let mut listener = other.seek(listens);
        let long_ago = Instant::now().checked_sub(Duration::from_secs(360));
        let knocks = SeekSetup {
            speaks_from: long_ago.unwrap(),
            ..setup(knows, hours(1, &[NOON]), at(&other))
        };
        let mut patient = own.seek(knocks);
        let (mut one, mut other) = tokio::join!(opened(&mut patient), opened(&mut listener));
        talk(&mut one, &mut other).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initiator_says_in_which_hour_they_meet() {
    // Both listen in both; the clocks disagree.
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON, NOON + 1]);
    let mut responder = pair.seek(Part::Responder, &[NOON + 1, NOON]);
    let (link, _) = meet(&mut initiator, &mut responder).await;
    let noon = Pair::new();
    let mut initiator = noon.seek(Part::Initiator, &[NOON]);
    let mut responder = noon.seek(Part::Responder, &[NOON]);
    let (at_noon, _) = meet(&mut initiator, &mut responder).await;
    assert_eq!(link.local_fingerprint(), at_noon.local_fingerprint());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initiator_follows_who_listens_in_another_hour_only() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON, NOON + 1]);
    let mut responder = pair.seek(Part::Responder, &[NOON + 1]);
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_on_in_the_next_hour() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON + 1]);
    let early = tokio::join!(
        timeout(A_WHILE, initiator.next()),
        timeout(A_WHILE, responder.next())
    );
    assert!(early.0.is_err() && early.1.is_err());
    initiator.hours(hours(1, &[NOON + 1, NOON])).await;
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_outlives_its_hour() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    let (mut one, mut other) = meet(&mut initiator, &mut responder).await;
    for connector in [&initiator, &responder] {
        connector.hours(hours(1, &[NOON + 1])).await;
    }
    // Longer than a path that is not answered counts as one.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(*one.state().borrow(), LinkState::Open);
    talk(&mut one, &mut other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_pair_is_never_answered() {
    let (device, stranger) = (device(), UdpSocket::bind("127.0.0.1:0").unwrap());
    stranger.set_read_timeout(Some(A_WHILE)).unwrap();
    let listens = setup(Part::Responder, hours(1, &[NOON]), Vec::new());
    let mut responder = device.seek(listens);
    let (address, port) = (device.addresses()[0], stranger.local_addr().unwrap());
    let other = Endpoint::bind(&[V4], None).unwrap();
    let knocks = setup(
        Part::Initiator,
        hours(2, &[NOON]),
        vec![Candidate::host(port)],
    );
    let mut initiator = other.seek(knocks);
    // What the other pair says is passed on, and nothing comes back.
    let answered = tokio::task::spawn_blocking(move || {
        let mut buffer = [0; 1_500];
        let mut passed = 0;
        let until = Instant::now() + A_WHILE;
        while Instant::now() < until {
            let Ok((length, from)) = stranger.recv_from(&mut buffer) else {
                break;
            };
            assert_ne!(from, address, "an answer to a stranger");
            stranger.send_to(&buffer[..length], address).unwrap();
            passed += 1;
        }
        passed
    });
    let (one, both) = tokio::join!(timeout(A_WHILE, responder.next()), answered);
    assert!(one.is_err());
    assert!(both.unwrap() > 3);
    assert!(
        timeout(Duration::from_millis(1), initiator.next())
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_contacts_share_a_port_and_are_tried_where_another_of_them_is() {
    let (device, other, third) = (device(), device(), device());
    let hour = |pair| hours(pair, &[NOON]);
    let mut here: Vec<Connector> = (1..=10)
        .map(|pair| device.seek(setup(Part::Responder, hour(pair), at(&other))))
        .collect();
    let mut there: Vec<Connector> = (1..)
        .zip([&other, &third])
        .map(|(pair, own)| own.seek(setup(Part::Initiator, hour(pair), at(&device))))
        .collect();
    let mut links = Vec::new();
    for (one, other) in there.iter_mut().zip(&mut here) {
        links.push(meet(one, other).await);
    }
    for (one, other) in &mut links {
        talk(one, other).await;
    }
}

/// A link has ended, for this reason.
async fn ended(link: &mut Link) -> LinkError {
    let end = async {
        loop {
            if let Err(end) = link.receive().await {
                return end;
            }
        }
    };
    timeout(SOON, end).await.expect("an end in time")
}

/// Both meet, one is restarted in that hour, and both meet again.
async fn meet_again(restarts: Part, is_proved: bool, hour: u32) {
    let mut pair = Pair::new();
    let mut connectors = [Part::Initiator, Part::Responder].map(|part| pair.seek(part, &[NOON]));
    let [initiator, responder] = &mut connectors;
    let (one, other) = meet(initiator, responder).await;
    if is_proved {
        initiator.stands().await;
        responder.stands().await;
    }
    let mut first = match restarts {
        Part::Initiator => other,
        Part::Responder => one,
    };
    pair.restart(restarts).await;
    let mut again = pair.seek(restarts, &[hour]);
    let survivor = match restarts {
        Part::Initiator => responder,
        Part::Responder => initiator,
    };
    survivor.hours(hours(1, &[hour, NOON])).await;
    let began = Instant::now();
    let (mut at_survivor, mut at_again) = tokio::join!(opened(survivor), opened(&mut again));
    eprintln!(
        "{restarts:?}, proved: {is_proved}, {hour}: {:?}",
        began.elapsed()
    );
    talk(&mut at_survivor, &mut at_again).await;
    if is_proved {
        let state = *first.state().borrow();
        assert!(!matches!(state, LinkState::Closed(_)), "{state:?}");
        survivor.stands().await;
    }
    assert_eq!(ended(&mut first).await, LinkError::Lost);
    talk(&mut at_survivor, &mut at_again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_restarted_gets_a_link_beside_one_that_stands_until_it_stands_itself() {
    for restarts in [Part::Initiator, Part::Responder] {
        meet_again(restarts, true, NOON).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_restarted_takes_the_place_of_a_link_that_nobody_vouched_for() {
    for restarts in [Part::Initiator, Part::Responder] {
        meet_again(restarts, false, NOON).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_restarted_is_met_in_the_hour_that_it_is_by_then() {
    for restarts in [Part::Initiator, Part::Responder] {
        for is_proved in [true, false] {
            meet_again(restarts, is_proved, NOON + 1).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_are_restarted_and_meet_where_they_were() {
    let mut pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    let _links = meet(&mut initiator, &mut responder).await;
    pair.restart(Part::Initiator).await;
    pair.restart(Part::Responder).await;
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_stands_outlives_whoever_has_no_more_than_the_keys_of_the_hour() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    let (mut one, mut other) = meet(&mut initiator, &mut responder).await;
    initiator.stands().await;
    responder.stands().await;
    // A copied device, which proves nothing that is above the tunnel.
    let elsewhere = device();
    let copy = setup(Part::Initiator, hours(1, &[NOON]), at(&pair.responder));
    let mut copy = elsewhere.seek(copy);
    let (at_responder, at_copy) = tokio::join!(opened(&mut responder), opened(&mut copy));
    talk(&mut one, &mut other).await;
    at_responder.shutdown().await;
    drop((at_copy, copy));
    talk(&mut one, &mut other).await;
    assert_eq!(*other.state().borrow(), LinkState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_up_the_last_link_leaves_the_one_before_it() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    let (mut one, mut other) = meet(&mut initiator, &mut responder).await;
    initiator.stands().await;
    responder.stands().await;
    let elsewhere = device();
    let copy = setup(Part::Initiator, hours(1, &[NOON]), at(&pair.responder));
    let mut copy = elsewhere.seek(copy);
    let (mut beside, mut at_copy) = tokio::join!(opened(&mut responder), opened(&mut copy));
    responder.again().await;
    assert_eq!(ended(&mut beside).await, LinkError::ClosedHere);
    assert_eq!(ended(&mut at_copy).await, LinkError::ClosedByPeer);
    drop(copy);
    talk(&mut one, &mut other).await;
    // Without another beside it, it is that one.
    responder.again().await;
    assert_eq!(ended(&mut other).await, LinkError::ClosedHere);
    assert_eq!(ended(&mut one).await, LinkError::ClosedByPeer);
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_moved_is_found_again_on_the_same_link() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    let (mut one, mut other) = meet(&mut initiator, &mut responder).await;
    let moved = [127, 0, 0, 2].into();
    pair.initiator.roaming().network_changed(vec![moved]).await;
    talk(&mut one, &mut other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moved_while_they_were_apart_is_met_at_the_address_that_stayed() {
    let mut pair = Pair::new();
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    pair.initiator = Endpoint::bind(&[[127, 0, 0, 2].into()], None).unwrap();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    meet(&mut initiator, &mut responder).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lives_on_without_its_connector_and_nobody_comes_again() {
    let pair = Pair::new();
    let mut initiator = pair.seek(Part::Initiator, &[NOON]);
    let mut responder = pair.seek(Part::Responder, &[NOON]);
    let (mut one, mut other) = meet(&mut initiator, &mut responder).await;
    drop((initiator, responder));
    talk(&mut one, &mut other).await;
}

/// A relay between two sockets of this machine that keeps what passes.
struct Tap {
    addresses: [SocketAddr; 2],
    passed: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Tap {
    /// What comes to one address goes to the device that is known by the other, and the other way round.
    fn between(ip: [u8; 4], devices: [SocketAddr; 2]) -> Self {
        let sockets =
            [(); 2].map(|()| Arc::new(UdpSocket::bind(SocketAddr::from((ip, 0))).unwrap()));
        let addresses = [0, 1].map(|at| sockets[at].local_addr().unwrap());
        let passed = Arc::new(Mutex::new(Vec::new()));
        for at in 0..2 {
            let (from, to) = (sockets[at].clone(), sockets[1 - at].clone());
            let (device, passed) = (devices[at], passed.clone());
            from.set_read_timeout(Some(SOON)).unwrap();
            std::thread::spawn(move || {
                let mut buffer = [0; 2_000];
                while let Ok((length, _)) = from.recv_from(&mut buffer) {
                    passed.lock().unwrap().push(buffer[..length].to_vec());
                    let _ = to.send_to(&buffer[..length], device);
                }
            });
        }
        Self { addresses, passed }
    }
}

/// Everything that two contacts say in one session, in a network of its own: from knocking to a few words.
async fn captured(pair: u8, hour: u32, network: u8) -> Vec<Vec<u8>> {
    let ips = [1, 2].map(|host| [127, 0, network, host]);
    let [initiator, responder] = ips.map(|ip| Endpoint::bind(&[ip.into()], None).unwrap());
    let devices = [responder.addresses()[0], initiator.addresses()[0]];
    let tap = Tap::between([127, 0, network, 3], devices);
    let [to_responder, to_initiator] = tap.addresses.map(|at| vec![Candidate::host(at)]);
    let knocks = setup(Part::Initiator, hours(pair, &[hour]), to_responder);
    let mut one = initiator.seek(knocks);
    let knocks = setup(Part::Responder, hours(pair, &[hour]), to_initiator);
    let mut other = responder.seek(knocks);
    let (one, other) = meet(&mut one, &mut other).await;
    one.shutdown().await;
    drop(other);
    let passed = tap.passed.lock().unwrap();
    passed.clone()
}

type Strings = std::collections::HashSet<[u8; 8]>;

/// The strings of eight bytes that stand in each of these.
fn common(captures: &[Vec<Vec<u8>>]) -> Strings {
    let mut captures = captures.iter().map(|capture| strings(capture));
    let first = captures.next().unwrap();
    captures.fold(first, |common, next| &common & &next)
}

fn strings(capture: &[Vec<u8>]) -> Strings {
    let strings = capture.iter().flat_map(|datagram| datagram.windows(8));
    strings.map(|string| string.try_into().unwrap()).collect()
}

/// Sessions of a pair, each in a network of its own.
async fn sessions(pair: u8, hours: impl Iterator<Item = u32>, network: u8) -> Vec<Vec<Vec<u8>>> {
    let mut captures = Vec::new();
    for (hour, network) in hours.zip(network..) {
        captures.push(captured(pair, hour, network).await);
    }
    captures
}

/// By chance alone two sessions share much, as lengths and most of a header vary little. What names a pair
/// would stand in all of its sessions, and in none of another's.
#[tokio::test(flavor = "multi_thread")]
async fn the_sessions_of_a_pair_in_different_hours_share_nothing_that_names_it() {
    let theirs = sessions(1, NOON..NOON + 12, 20).await;
    let others = sessions(2, NOON..NOON + 12, 40).await;
    let others: Strings = others.iter().flat_map(|capture| strings(capture)).collect();
    let names = &common(&theirs) - &others;
    assert!(names.is_empty(), "{names:02x?}");
    assert!(theirs.iter().all(|capture| strings(capture).len() > 1_000));
    // Within one hour there is such a thing.
    let hour = sessions(1, std::iter::repeat_n(NOON, 12), 60).await;
    assert!(!(&common(&hour) - &others).is_empty());
}
