//! Strangers who send forged datagrams, or copies of true ones, to a waiting host or to an open link.

#![allow(clippy::unwrap_used)] // helpers of tests

mod table;

use handfast_net::{ConnectEvent, Endpoint};
use handfast_protocol::link::LinkState;
use handfast_sim::SplitMix64;
use handfast_token::Candidate;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use table::{Table, V4, opened};
use tokio::time::timeout;

/// Something a stranger could send: noise, or noise that begins like one of the protocols.
fn forged(random: &mut SplitMix64, ufrag: &str) -> Vec<u8> {
    let mut datagram: Vec<u8> = (0..random.bits() % 1200 + 1)
        .map(|_| random.bits() as u8)
        .collect();
    let heads: [&[u8]; 5] = [
        &[],
        // STUN, a binding request with a USERNAME that names the host.
        &[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42],
        &[22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0xc3, 0, 0, 0, 1],
        &[1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42],
    ];
    let head = heads[(random.bits() % 5) as usize];
    for (byte, wanted) in datagram.iter_mut().zip(head) {
        *byte = *wanted;
    }
    if head.len() == 8 && datagram.len() > 80 {
        let length = (datagram.len() - 20) as u16;
        datagram[2..4].copy_from_slice(&length.to_be_bytes());
        let name = format!("{ufrag}:{}", "A".repeat(43));
        datagram[20..24].copy_from_slice(&[0, 6, 0, name.len() as u8]);
        let end = (24 + name.len()).min(datagram.len());
        datagram[24..end].copy_from_slice(&name.as_bytes()[..end - 24]);
    }
    datagram
}

fn send_forged(random: &mut SplitMix64, count: usize, to: std::net::SocketAddr, ufrag: &str) {
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    for i in 0..count {
        let _ = stranger.send_to(&forged(random, ufrag), to);
        if i % 100 == 0 {
            // So that most arrive instead of overrunning the socket.
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_host_shrugs_off_strangers_and_still_meets_its_guest() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let address = host.addresses()[0];
    let ufrag = table.keys.host_ice().ufrag;
    tokio::task::spawn_blocking(move || send_forged(&mut SplitMix64(7), 20_000, address, &ufrag))
        .await
        .unwrap();
    let nothing = timeout(Duration::from_millis(200), host.next()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    let mut guest = table.place_guest(&host, V4);
    tokio::join!(opened(&mut host), opened(&mut guest));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_disturb_an_open_link() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut guest = table.place_guest(&host, V4);
    let address = host.addresses()[0];
    let (mut at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    let ufrag = table.keys.host_ice().ufrag;
    let strangers = tokio::task::spawn_blocking(move || {
        send_forged(&mut SplitMix64(9), 20_000, address, &ufrag)
    });
    for i in 0..200u8 {
        at_guest.send(vec![i; 100].into()).await.unwrap();
        assert_eq!(at_host.receive().await.unwrap(), vec![i; 100]);
    }
    strangers.await.unwrap();
}

/// What was sent to `ear` first, which is a knock of a guest who takes it for the host.
async fn overheard(ear: UdpSocket) -> Vec<u8> {
    let listening = tokio::task::spawn_blocking(move || {
        let mut datagram = vec![0; 1_500];
        let length = ear.recv(&mut datagram).unwrap();
        datagram.truncate(length);
        datagram
    });
    let knock = timeout(Duration::from_secs(10), listening).await;
    knock.expect("a knock in time").unwrap()
}

/// Sends a datagram again and again from many addresses.
fn replay(datagram: &[u8], to: std::net::SocketAddr) {
    let strangers: Vec<UdpSocket> = (0..100)
        .map(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap())
        .collect();
    for _ in 0..50 {
        for stranger in &strangers {
            let _ = stranger.send_to(datagram, to);
        }
        // So that most arrive instead of overrunning the socket.
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_true_knock_do_not_keep_its_guest_out() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let address = host.addresses()[0];
    let ear = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut setup = table.guest_setup(&host);
    setup.addresses = vec![Candidate::host(ear.local_addr().unwrap())];
    let mut guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    let knock = overheard(ear).await;
    tokio::task::spawn_blocking(move || replay(&knock, address))
        .await
        .unwrap();
    guest.reach(vec![Candidate::host(address)], None).await;
    tokio::join!(opened(&mut host), opened(&mut guest));
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_true_knock_do_not_disturb_an_open_link() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let address = host.addresses()[0];
    let ear = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut setup = table.guest_setup(&host);
    setup
        .addresses
        .push(Candidate::host(ear.local_addr().unwrap()));
    let mut guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    let (mut at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    let knock = overheard(ear).await;
    let strangers = tokio::task::spawn_blocking(move || replay(&knock, address));
    for i in 0..200u8 {
        at_guest.send(vec![i; 100].into()).await.unwrap();
        assert_eq!(at_host.receive().await.unwrap(), vec![i; 100]);
        assert_eq!(*at_host.state().borrow(), LinkState::Open);
        assert_eq!(*at_guest.state().borrow(), LinkState::Open);
    }
    strangers.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_knock_keeps_another_guest_out_for_a_moment_only() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let address = host.addresses()[0];
    // Of somebody who holds the invitation, and is not there any more.
    let ear = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut setup = table.guest_setup(&host);
    setup.addresses = vec![Candidate::host(ear.local_addr().unwrap())];
    let gone = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    let knock = overheard(ear).await;
    drop(gone);
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let replaying = std::thread::spawn(move || {
        let pause = Duration::from_millis(20);
        let empty = Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        while stopped.recv_timeout(pause) == empty {
            let _ = stranger.send_to(&knock, address);
        }
    });
    match timeout(Duration::from_secs(10), host.next()).await.unwrap() {
        Some(ConnectEvent::Knock(_)) => {}
        other => panic!("{other:?}"),
    }
    let mut guest = table.place_guest(&host, V4);
    tokio::join!(opened(&mut host), opened(&mut guest));
    drop(stop);
    replaying.join().unwrap();
}

/// What lies between a guest and the host: it passes on what is sent, or it answers the guest with
/// what the host has said before when somebody else was there.
#[derive(Default)]
struct Between {
    recorded: Vec<Vec<u8>>,
    replays: bool,
}

/// Lays it before this host, and gives the address that leads through it.
async fn lay(host: SocketAddr, between: Arc<Mutex<Between>>) -> SocketAddr {
    let bind = || tokio::net::UdpSocket::bind((V4, 0));
    let (near, far) = (bind().await.unwrap(), bind().await.unwrap());
    let address = near.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut from_guest, mut from_host) = ([0; 2048], [0; 2048]);
        let (mut guest, mut turn) = (None, 0);
        loop {
            tokio::select! {
                Ok((length, from)) = near.recv_from(&mut from_guest) => {
                    guest = Some(from);
                    let replay = {
                        let between = between.lock().unwrap();
                        turn += 1;
                        let old = turn % between.recorded.len().max(1);
                        between.replays.then(|| between.recorded[old].clone())
                    };
                    let _ = match replay {
                        Some(old) => near.send_to(&old, from).await,
                        None => far.send_to(&from_guest[..length], host).await,
                    };
                }
                Ok((length, _)) = far.recv_from(&mut from_host) => {
                    let datagram = &from_host[..length];
                    if datagram.starts_with(&[1, 0x11]) {
                        between.lock().unwrap().recorded.push(datagram.to_vec());
                    }
                    if let Some(guest) = guest {
                        let _ = near.send_to(datagram, guest).await;
                    }
                }
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_word_that_the_slot_is_taken_is_believed_by_nobody() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let mut first = table.place_guest(&host, V4);
    let links = tokio::join!(opened(&mut host), opened(&mut first));
    let between = Arc::<Mutex<Between>>::default();
    let way = lay(host.addresses()[0], between.clone()).await;
    // The same guest each time: nothing in a refusal would tell its attempts apart.
    let certificate = table.guest_setup(&host).certificate;
    let knock = || {
        let mut setup = table.guest_setup(&host);
        setup.certificate = certificate.clone();
        setup.addresses = vec![Candidate::host(way)];
        Endpoint::bind(&[V4], None).unwrap().guest(setup)
    };
    let mut guest = knock();
    let told = timeout(Duration::from_secs(20), guest.next()).await;
    assert!(
        matches!(told, Ok(Some(ConnectEvent::Taken(true)))),
        "{told:?}"
    );
    drop((guest, links, first));
    between.lock().unwrap().replays = true;
    let mut guest = knock();
    let told = timeout(Duration::from_secs(5), guest.next()).await;
    assert!(told.is_err(), "{told:?}");
    between.lock().unwrap().replays = false;
    tokio::join!(opened(&mut host), opened(&mut guest));
}
