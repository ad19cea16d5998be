//! What somebody sees who watches the path.

use crate::pair::{NOON, SOON, hours, meet, setup};
use handfast_net::Endpoint;
use handfast_protocol::reconnect::Part;
use handfast_token::Candidate;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};

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
    // At the same time, as a greeting says in which second it was sent.
    let (theirs, others) = tokio::join!(
        sessions(1, NOON..NOON + 12, 20),
        sessions(2, NOON..NOON + 12, 40)
    );
    let others: Strings = others.iter().flat_map(|capture| strings(capture)).collect();
    let names = &common(&theirs) - &others;
    assert!(names.is_empty(), "{names:02x?}");
    assert!(theirs.iter().all(|capture| strings(capture).len() > 1_000));
    // Within one hour there is such a thing.
    let hour = sessions(1, std::iter::repeat_n(NOON, 12), 60).await;
    assert!(!(&common(&hour) - &others).is_empty());
}
