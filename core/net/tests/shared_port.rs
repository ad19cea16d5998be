//! Many invitations of one device on one port.

#![allow(clippy::unwrap_used)] // helpers of tests

mod table;

use handfast_net::{ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, TunnelCertificate};
use handfast_protocol::link::{Link, LinkState};
use handfast_token::{Candidate, Fingerprint, InvitationKeys, Secret};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;
use table::{V4, candidates, opened};
use tokio::time::timeout;

/// An invitation of a device that has many.
struct Invitation {
    keys: InvitationKeys,
    host: Fingerprint,
    connector: Connector,
}

fn invite(endpoint: &Endpoint, number: u8) -> Invitation {
    let keys = InvitationKeys::derive(&Secret::new([number; 16]));
    let certificate = TunnelCertificate::generate().unwrap();
    Invitation {
        keys: keys.clone(),
        host: certificate.fingerprint(),
        connector: endpoint.host(HostSetup { certificate, keys }),
    }
}

impl Invitation {
    fn setup(&self, at: Vec<Candidate>) -> GuestSetup {
        GuestSetup {
            certificate: TunnelCertificate::generate().unwrap(),
            keys: self.keys.clone(),
            host: self.host,
            addresses: at,
            browser: None,
        }
    }

    /// A guest knocks from there.
    fn knock(&self, from: &Endpoint) -> Connector {
        from.guest(self.setup(candidates(&self.connector)))
    }

    async fn meet(&mut self, from: &Endpoint) -> (Link, Link) {
        let mut guest = self.knock(from);
        tokio::join!(opened(&mut self.connector), opened(&mut guest))
    }
}

/// Both ends of an open link hear each other.
async fn talk((host, guest): &mut (Link, Link), word: u8) {
    host.send(vec![word].into()).await.unwrap();
    guest.send(vec![word + 1].into()).await.unwrap();
    let heard = async { (guest.receive().await, host.receive().await) };
    let (at_guest, at_host) = timeout(Duration::from_secs(20), heard).await.unwrap();
    assert_eq!(at_guest.unwrap(), [word][..]);
    assert_eq!(at_host.unwrap(), [word + 1][..]);
}

fn somewhere() -> Endpoint {
    Endpoint::bind(&[V4], None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn open_links_invitations_that_wait_and_one_being_knocked_at_share_a_port() {
    let device = somewhere();
    let port = device.addresses();
    let mut invitations: Vec<Invitation> = (0..6).map(|i| invite(&device, i)).collect();
    for invitation in &invitations {
        assert_eq!(invitation.connector.addresses(), port);
    }
    let mut links = Vec::new();
    for invitation in &mut invitations[..3] {
        links.push(invitation.meet(&somewhere()).await);
    }
    // Who expects another certificate knocks, and never gets in.
    let elsewhere = somewhere();
    let mut stranger = invitations[3].setup(candidates(&invitations[3].connector));
    stranger.host = Fingerprint([9; 32]);
    let _stranger = elsewhere.guest(stranger);
    let knock = timeout(Duration::from_secs(10), invitations[3].connector.next()).await;
    assert!(matches!(knock, Ok(Some(ConnectEvent::Knock(_)))));
    for (word, link) in (0..).zip(&mut links) {
        talk(link, 10 * word).await;
    }
    for invitation in &mut invitations[4..] {
        links.push(invitation.meet(&somewhere()).await);
    }
    for (word, link) in (0..).zip(&mut links) {
        talk(link, 10 * word).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_at_one_session_does_not_silence_the_others() {
    let device = somewhere();
    let (mut busy, mut calm) = (invite(&device, 1), invite(&device, 2));
    let (busy_here, busy_there) = busy.meet(&somewhere()).await;
    let mut calm = calm.meet(&somewhere()).await;
    let (_sender, mut receiver) = busy_here.split();
    let read = tokio::spawn(async move { while receiver.receive().await.is_ok() {} });
    let pour = tokio::spawn(async move {
        let message = vec![7; 16_000];
        while busy_there.send(message.clone().into()).await.is_ok() {}
    });
    let at = device.addresses()[0];
    let flood = tokio::task::spawn_blocking(move || {
        let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        for i in 0..20_000u32 {
            let mut datagram = vec![22; 1_200];
            datagram[20..24].copy_from_slice(&i.to_be_bytes());
            let _ = stranger.send_to(&datagram, at);
            if i % 100 == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    });
    for word in 0..100 {
        talk(&mut calm, word).await;
    }
    assert_eq!(*calm.0.state().borrow(), LinkState::Open);
    assert!(!pour.is_finished() && !read.is_finished());
    flood.await.unwrap();
    pour.abort();
    read.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_whose_device_has_a_session_there_knocks_from_another_port() {
    let (device, other) = (somewhere(), somewhere());
    let (mut first, mut second) = (invite(&device, 1), invite(&device, 2));
    let mut one = first.meet(&other).await;
    let mut knocking = second.knock(&other);
    let (host, guest) = tokio::join!(opened(&mut second.connector), opened(&mut knocking));
    assert_ne!(knocking.addresses(), other.addresses());
    assert_eq!(second.connector.addresses(), device.addresses());
    let mut two = (host, guest);
    talk(&mut one, 1).await;
    talk(&mut two, 3).await;
}

#[tokio::test]
async fn whoever_must_not_be_linked_has_an_endpoint_and_a_port_of_its_own() {
    let device = somewhere();
    let port = device.addresses()[0].port();
    let incognito = Endpoint::bind(&[V4], Some(port)).unwrap();
    let (one, other) = (invite(&device, 1), invite(&incognito, 2));
    assert_ne!(one.connector.addresses(), other.connector.addresses());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_names_another_port_is_answered_there_and_by_the_shared_one() {
    let device = somewhere();
    let free = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let named = free.local_addr().unwrap();
    drop(free);
    let mut stored = invite(&device.clone().with_port(named.port()), 1);
    let elsewhere = somewhere();
    let mut guest = elsewhere.guest(stored.setup(vec![Candidate::host(named)]));
    let (host, guest) = tokio::join!(opened(&mut stored.connector), opened(&mut guest));
    talk(&mut (host, guest), 1).await;
    let mut plain = invite(&device, 2);
    assert_eq!(plain.connector.addresses(), device.addresses());
    talk(&mut plain.meet(&somewhere()).await, 3).await;
}

/// What a server outside answers to a question.
fn seen(question: &[u8], from: SocketAddr) -> Vec<u8> {
    let SocketAddr::V4(from) = from else {
        panic!("{from}")
    };
    let cookie = [0x21, 0x12, 0xa4, 0x42];
    let port = from.port() ^ 0x2112;
    let ip = std::array::from_fn::<u8, 4, _>(|i| from.ip().octets()[i] ^ cookie[i]);
    let mapped = [&[0, 0x20, 0, 8, 0, 1][..], &port.to_be_bytes(), &ip].concat();
    [&[1, 1, 0, 12][..], &question[4..20], &mapped].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_hosts_that_wait_ask_a_server_as_often_as_one() {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let name = server.local_addr().unwrap().to_string();
    server
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    let answering = tokio::task::spawn_blocking(move || {
        let (mut questions, mut buffer) = (0, [0; 1_500]);
        while let Ok((length, from)) = server.recv_from(&mut buffer) {
            questions += 1;
            let _ = server.send_to(&seen(&buffer[..length], from), from);
        }
        questions
    });
    let device = somewhere().with_servers(vec![name.parse().unwrap()]);
    let mut hosts: Vec<Invitation> = (0..10).map(|i| invite(&device, i)).collect();
    for host in &mut hosts {
        host.connector.look_outside();
    }
    for host in &mut hosts {
        let moved = timeout(Duration::from_secs(10), host.connector.next()).await;
        assert!(matches!(moved, Ok(Some(ConnectEvent::Moved))), "{moved:?}");
        let reflexive = host.connector.reflexive().unwrap();
        assert_eq!(reflexive.mappings.len(), 1);
    }
    // The next question comes after 20 s, three in a minute.
    assert_eq!(answering.await.unwrap(), 1);
}
