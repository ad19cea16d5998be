//! Two endpoints meet over real sockets on this machine.

#![allow(clippy::unwrap_used)] // helpers of tests

mod table;

use bytes::Bytes;
use handfast_net::{ConnectEvent, Connector, Endpoint, TransportError};
use handfast_protocol::link::{Link, LinkError, LinkState};
use handfast_protocol::pairing::Turn;
use handfast_sim::forwarder::{Conditions, Forwarder};
use handfast_token::{Candidate, Candidates, Fingerprint, InvitationKeys, Reply, Secret};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};
use table::{Table, V4, candidates, opened};
use tokio::time::timeout;

const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
const SOON: Duration = Duration::from_secs(10);

/// What a guest with this certificate hands back.
fn reply(fingerprint: Fingerprint, addresses: Vec<Candidate>) -> Reply {
    Reply {
        fingerprint,
        candidates: Candidates::new(addresses).unwrap(),
        browser: None,
    }
}

async fn failure(connector: &mut Connector) -> TransportError {
    timeout(Duration::from_secs(20), async {
        loop {
            match connector.next().await {
                Some(ConnectEvent::Failed(error)) => return error,
                Some(ConnectEvent::Open(_)) => panic!("a link where none should be"),
                Some(_) => {}
                None => panic!("the endpoint ended without a word"),
            }
        }
    })
    .await
    .expect("a failure in time")
}

async fn pair(addresses: &[IpAddr]) -> (Link, Link) {
    let table = Table::new();
    let mut host = table.place_host(addresses);
    let mut guest = table.place_guest(&host, addresses[0]);
    tokio::join!(opened(&mut host), opened(&mut guest))
}

#[tokio::test]
async fn one_scan_is_enough_where_the_host_can_be_reached() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut guest = table.place_guest(&host, V4);
    let (mut at_host, mut at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    assert_eq!(at_host.remote_fingerprint(), at_guest.local_fingerprint());
    assert_eq!(at_guest.remote_fingerprint(), at_host.local_fingerprint());
    at_guest.send(Bytes::from_static(b"ping")).await.unwrap();
    assert_eq!(at_host.receive().await.unwrap(), "ping");
    at_host.send(Bytes::from_static(b"pong")).await.unwrap();
    assert_eq!(at_guest.receive().await.unwrap(), "pong");
}

#[tokio::test]
async fn each_side_knows_where_the_other_is() {
    let (host, guest) = pair(&[V4]).await;
    let known = |link: &Link| *link.path().borrow();
    let (at_host, at_guest) = (known(&host).unwrap(), known(&guest).unwrap());
    assert_eq!(
        (at_host.local, at_host.peer),
        (at_guest.peer, at_guest.local)
    );
}

#[tokio::test]
async fn ipv6_works_alone_and_beside_ipv4() {
    for addresses in [vec![V6], vec![V4, V6]] {
        let (mut host, guest) = pair(&addresses).await;
        guest.send(Bytes::from_static(b"six")).await.unwrap();
        assert_eq!(host.receive().await.unwrap(), "six");
    }
}

/// Linux answers on all of 127/8, so two addresses of it stand for two interfaces.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn several_addresses_are_served_at_once_and_any_one_suffices() {
    let addresses = [V4, IpAddr::from([127, 0, 0, 2])];
    for reachable in 0..addresses.len() {
        let table = Table::new();
        let mut host = table.place_host(&addresses);
        let mut setup = table.guest_setup(&host);
        assert_eq!(setup.addresses.len(), addresses.len());
        setup.addresses = vec![setup.addresses[reachable].clone()];
        let mut guest = Endpoint::bind(&addresses, None).unwrap().guest(setup);
        tokio::join!(opened(&mut host), opened(&mut guest));
    }
}

#[tokio::test]
async fn a_reply_opens_the_way_when_the_guest_cannot_reach_the_host() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut setup = table.guest_setup(&host);
    setup.addresses.clear();
    let fingerprint = setup.certificate.fingerprint();
    let mut guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    let candidates = candidates(&guest);
    host.expect(reply(fingerprint, candidates), Turn::Next)
        .await;
    let (mut at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    at_guest
        .send(Bytes::from_static(b"both scanned"))
        .await
        .unwrap();
    assert_eq!(at_host.receive().await.unwrap(), "both scanned");
}

#[tokio::test]
async fn a_knock_is_reported_before_the_link() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let setup = table.guest_setup(&host);
    let expected = setup.certificate.fingerprint();
    let _guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    match timeout(SOON, host.next()).await.unwrap() {
        Some(ConnectEvent::Knock(guest)) => assert_eq!(guest, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_certificate_than_the_invited_one_is_refused() {
    let table = Table::new();
    let host = table.place_host(&[V4]);
    let mut setup = table.guest_setup(&host);
    setup.host = Fingerprint([9; 32]);
    let mut guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    assert_eq!(failure(&mut guest).await, TransportError::WrongCertificate);
}

#[tokio::test]
async fn a_stranger_without_the_password_gets_no_answer() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut setup = table.guest_setup(&host);
    setup.keys = InvitationKeys::derive(&Secret::new([8; 16]));
    let mut guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    let nothing = timeout(Duration::from_millis(700), async {
        tokio::select! { event = host.next() => event, event = guest.next() => event }
    });
    assert!(nothing.await.is_err(), "neither side should hear anything");
}

/// Waits until a guest hears whether the table is taken.
async fn told(guest: &mut Connector) -> bool {
    // Longer than a host has to be silent.
    let news = timeout(Duration::from_secs(40), guest.next()).await;
    match news.expect("news in time") {
        Some(ConnectEvent::Taken(is_taken)) => is_taken,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_second_guest_is_told_that_the_table_is_taken_and_gets_in_when_it_is_free() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut first = table.place_guest(&host, V4);
    let (mut at_host, at_first) = tokio::join!(opened(&mut host), opened(&mut first));
    let mut second = table.place_guest(&host, V4);
    assert!(told(&mut second).await);
    at_first
        .send(Bytes::from_static(b"undisturbed"))
        .await
        .unwrap();
    assert_eq!(at_host.receive().await.unwrap(), "undisturbed");
    drop((at_host, at_first, first));
    tokio::join!(opened(&mut host), opened(&mut second));
}

#[tokio::test]
async fn a_second_guest_is_told_also_by_a_host_that_waits_for_nobody_any_more() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut first = table.place_guest(&host, V4);
    let (at_host, at_first) = tokio::join!(opened(&mut host), opened(&mut first));
    let mut second = table.place_guest(&host, V4);
    drop(host);
    assert!(told(&mut second).await);
    // Once they are through, nobody is there who could say so.
    drop((at_host, at_first, first));
    assert!(!told(&mut second).await);
}

#[tokio::test]
async fn a_guest_that_was_announced_and_never_came_holds_no_slot() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let silent = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = Candidate::host(silent.local_addr().unwrap());
    let absent = Fingerprint([3; 32]);
    host.expect(reply(absent, vec![address]), Turn::Next).await;
    let mut guest = table.place_guest(&host, V4);
    tokio::join!(opened(&mut host), opened(&mut guest));
}

/// Two who talk, and somebody who has to be looked for, with their certificate.
struct Announced {
    host: Connector,
    at_host: Link,
    at_guest: Link,
    other: Connector,
    certificate: Fingerprint,
}

async fn announced(turn: Turn) -> Announced {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut guest = table.place_guest(&host, V4);
    let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    let mut setup = table.guest_setup(&host);
    setup.addresses.clear();
    let certificate = setup.certificate.fingerprint();
    let other = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    host.expect(reply(certificate, candidates(&other)), turn)
        .await;
    Announced {
        host,
        at_host,
        at_guest,
        other,
        certificate,
    }
}

#[tokio::test]
async fn who_is_announced_waits_until_an_open_link_has_ended() {
    let mut announced = announced(Turn::Next).await;
    for _ in 0..5 {
        let here = Bytes::from_static(b"still here");
        announced.at_guest.send(here).await.unwrap();
        assert_eq!(announced.at_host.receive().await.unwrap(), "still here");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(announced.at_host);
    let (host, other) = (&mut announced.host, &mut announced.other);
    let (at_host, _other) = tokio::join!(opened(host), opened(other));
    assert_eq!(at_host.remote_fingerprint(), announced.certificate);
}

#[tokio::test]
async fn who_is_announced_for_now_takes_the_place_of_whoever_is_there() {
    let mut announced = announced(Turn::Now).await;
    let (host, other) = (&mut announced.host, &mut announced.other);
    let (at_host, _other) = tokio::join!(opened(host), opened(other));
    assert_eq!(at_host.remote_fingerprint(), announced.certificate);
    let gone = announced.at_host.receive().await;
    assert_eq!(gone, Err(LinkError::Lost));
    let gone = announced.at_guest.receive().await;
    assert_eq!(gone, Err(LinkError::ClosedByPeer));
}

#[tokio::test]
async fn while_nobody_is_expected_whoever_knocks_is_heard() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut setup = table.guest_setup(&host);
    setup.addresses.clear();
    let certificate = setup.certificate.fingerprint();
    let mut other = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    let place = candidates(&other);
    let silent = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let nowhere = Candidate::host(silent.local_addr().unwrap());
    host.expect(reply(certificate, vec![nowhere]), Turn::Next)
        .await;
    host.expect_nobody().await;
    let early = timeout(Duration::from_millis(500), opened(&mut other));
    assert!(early.await.is_err(), "nobody knocks at them");
    let mut guest = table.place_guest(&host, V4);
    let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    drop((at_host, at_guest));
    host.expect(reply(certificate, place), Turn::Next).await;
    tokio::join!(opened(&mut host), opened(&mut other));
}

#[tokio::test]
async fn the_host_waits_again_after_a_link_that_was_given_up() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    for _ in 0..3 {
        let mut guest = table.place_guest(&host, V4);
        let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
        at_host.shutdown().await;
        drop(at_guest);
    }
}

#[tokio::test]
async fn shutting_down_delivers_what_was_sent() {
    let (host, mut guest) = pair(&[V4]).await;
    let message = Bytes::from(vec![7; 16_000]);
    for _ in 0..50 {
        host.send(message.clone()).await.unwrap();
    }
    let sent = tokio::spawn(host.shutdown());
    for _ in 0..50 {
        assert_eq!(guest.receive().await.unwrap(), message);
    }
    assert_eq!(guest.receive().await, Err(LinkError::ClosedByPeer));
    assert_eq!(
        *guest.state().borrow(),
        LinkState::Closed(LinkError::ClosedByPeer)
    );
    sent.await.unwrap();
}

#[tokio::test]
async fn cutting_a_link_delivers_nothing_that_waits() {
    let (host, mut guest) = pair(&[V4]).await;
    let message = Bytes::from(vec![7; 60_000]);
    let mut sent = 0;
    while timeout(Duration::from_millis(500), host.send(message.clone()))
        .await
        .is_ok()
    {
        sent += 1;
    }
    host.cutter().cut();
    let mut state = host.state();
    let closed = LinkState::Closed(LinkError::ClosedHere);
    // At once, although the other side has read nothing yet.
    state.wait_for(|state| *state == closed).await.unwrap();
    let mut received = 0;
    let end = loop {
        match guest.receive().await {
            Ok(_) => received += 1,
            Err(end) => break end,
        }
    };
    assert_eq!(end, LinkError::ClosedByPeer);
    assert!(received + 32 < sent, "{received} of {sent}");
}

#[tokio::test]
async fn a_reader_that_stops_reading_holds_the_sender_back() {
    let (host, mut guest) = pair(&[V4]).await;
    let message = Bytes::from(vec![1; 60_000]);
    let mut sent = 0;
    while timeout(Duration::from_millis(500), host.send(message.clone()))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(sent < 1_000, "60 MB without a reader");
    }
    for _ in 0..sent {
        assert_eq!(guest.receive().await.unwrap().len(), message.len());
    }
    host.send(Bytes::from_static(b"again")).await.unwrap();
}

#[tokio::test]
async fn messages_of_every_size_arrive_whole_and_in_order() {
    let (mut host, guest) = pair(&[V4]).await;
    let sizes = [1, 63, 1_100, 1_200, 16_064, 65_535, 65_536];
    for (i, size) in sizes.iter().enumerate() {
        guest.send(Bytes::from(vec![i as u8; *size])).await.unwrap();
    }
    for (i, size) in sizes.iter().enumerate() {
        assert_eq!(host.receive().await.unwrap(), vec![i as u8; *size]);
    }
    let too_long = Bytes::from(vec![0; 65_537]);
    assert_eq!(guest.send(too_long).await, Err(LinkError::TooLong));
}

#[tokio::test]
async fn an_endpoint_without_addresses_says_so() {
    let error = Endpoint::bind(&[], None).err().unwrap();
    assert_eq!(error, TransportError::NoAddress);
    // An address of nobody here.
    let elsewhere = IpAddr::from([203, 0, 113, 1]);
    assert!(matches!(
        Endpoint::bind(&[elsewhere], None),
        Err(TransportError::Bind(_))
    ));
}

#[tokio::test]
async fn a_taken_port_gives_way_to_another() {
    let first = Endpoint::bind(&[V4], None).unwrap();
    let port = first.addresses()[0].port();
    let second = Endpoint::bind(&[V4], Some(port)).unwrap();
    assert_ne!(second.addresses()[0].port(), port);
}

const FILE: usize = 5_000_000;

/// UDP payloads of packets of 1280, 1200, 1000 and 576 bytes, under IPv4 and under IPv6.
const NARROW: [usize; 7] = [1_252, 1_232, 1_172, 1_152, 972, 952, 528];

/// Two links, and between them a path that drops larger datagrams without a word. The connectors are
/// kept, as they would be while people wait.
async fn pair_over(carries: usize) -> (Link, Link, Forwarder, [Connector; 2]) {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let path = Forwarder::start(host.addresses()[0], Conditions::default()).unwrap();
    path.carry(carries);
    let mut setup = table.guest_setup(&host);
    setup.addresses = vec![Candidate::host(path.address())];
    let endpoint = Endpoint::bind(&[V4], None).unwrap();
    let mut guest = endpoint.guest(setup);
    let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    (at_host, at_guest, path, [host, guest])
}

/// Carries so many bytes, and tells how long that took.
async fn carry(from: &Link, to: &mut Link, bytes: usize) -> Duration {
    let began = Instant::now();
    let sending = async {
        for at in (0..bytes).step_by(60_000) {
            let length = 60_000.min(bytes - at);
            let block = Bytes::from(vec![(at / 60_000) as u8; length]);
            from.send(block).await.unwrap();
        }
    };
    let receiving = async {
        let mut read = 0;
        while read < bytes {
            let block = to.receive().await.unwrap();
            assert!(block.iter().all(|byte| *byte == (read / 60_000) as u8));
            read += block.len();
        }
    };
    let both = async { tokio::join!(sending, receiving) };
    timeout(Duration::from_secs(60), both)
        .await
        .expect("everything arrives");
    began.elapsed()
}

#[tokio::test]
async fn a_file_and_a_long_text_pass_whatever_size_of_datagrams_a_path_carries() {
    let (host, mut guest, _path, _waiting) = pair_over(usize::MAX).await;
    let wide = carry(&host, &mut guest, FILE).await;
    for carries in NARROW {
        let began = Instant::now();
        let (mut host, mut guest, _path, _waiting) = pair_over(carries).await;
        let text = carry(&guest, &mut host, 60_000).await;
        let file = carry(&host, &mut guest, FILE).await;
        eprintln!("{carries}: text {text:?}, file {file:?} (wide {wide:?})");
        // Four times the load must not fail it.
        assert!(
            began.elapsed() < 8 * wide + Duration::from_secs(12),
            "{carries}"
        );
    }
}

#[tokio::test]
async fn a_file_passes_when_a_path_becomes_narrow_meanwhile() {
    for carries in NARROW {
        let (host, mut guest, path, _waiting) = pair_over(usize::MAX).await;
        carry(&host, &mut guest, 60_000).await;
        let began = Instant::now();
        let narrowing = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            path.carry(carries);
        };
        tokio::join!(carry(&host, &mut guest, FILE), narrowing);
        let took = began.elapsed();
        eprintln!("{carries}: {took:?}");
        assert!(took < Duration::from_secs(12), "{carries}: {took:?}");
    }
}

#[tokio::test]
async fn a_link_over_which_nothing_passes_says_so_and_goes_on_when_it_does_again() {
    let (host, mut guest, path, _waiting) = pair_over(usize::MAX).await;
    carry(&host, &mut guest, 60_000).await;
    // Checks of the path are smaller.
    path.carry(300);
    let mut state = host.state();
    let watching = async {
        for (wanted, carries) in [
            (LinkState::Interrupted, usize::MAX),
            (LinkState::Open, usize::MAX),
        ] {
            let changes = state.wait_for(|state| *state == wanted);
            let change = timeout(Duration::from_secs(30), changes);
            change.await.expect("a change in time").unwrap();
            path.carry(carries);
        }
    };
    tokio::join!(carry(&host, &mut guest, 600_000), watching);
}

#[tokio::test]
async fn a_link_that_nobody_looks_at_is_checked_seldom_and_carries_what_is_said_at_once() {
    let (host, mut guest, path, _waiting) = pair_over(usize::MAX).await;
    carry(&host, &mut guest, 60_000).await;
    let links = [&host, &guest].map(Link::quiet);
    for is_quiet in [true, false] {
        links.iter().for_each(|link| link.set(is_quiet));
        // What is under way by then.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let before = path.counts().0;
        let many = async {
            while path.counts().0 < before + 8 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let patience = Duration::from_secs(if is_quiet { 4 } else { 30 });
        let are_many = timeout(patience, many).await.is_ok();
        assert_eq!(are_many, !is_quiet, "{}", path.counts().0 - before);
        carry(&host, &mut guest, 100).await;
    }
}
