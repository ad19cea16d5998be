//! The other side holds the invitation and breaks the rules beneath our messages: its stack is a
//! stock one, with no code of ours in its way.

use crate::by_hand::opened;
use crate::people::{GUEST_SIDE, Host, SOON, garbage, waits_again};
use bytes::{Bytes, BytesMut};
use handfast_native::handshake::Flow;
use handfast_native::link::{Link, LinkError};
use handfast_native::net::{Endpoint, HostSetup, TunnelCertificate};
use handfast_native::token::{Fingerprint, InvitationKeys, Secret};
use handfast_tests::stock::{self, Identity, Peer, answer_of_host};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;
use webrtc::peer_connection::RTCSessionDescription;

/// A stock peer that knocks as a guest, and is let in.
async fn stock_guest(keys: &InvitationKeys, host: Fingerprint, address: SocketAddr) -> Peer {
    let (certificate, fingerprint) = stock::certificate().unwrap();
    let credentials = keys.guest_ice(fingerprint);
    let identity = Identity {
        certificate,
        credentials,
    };
    let mut peer = Peer::without_limit(identity).await.unwrap();
    peer.offer().await.unwrap();
    let mut answer = answer_of_host(&keys.host_ice(), host, address).unwrap();
    // As if the host took far longer messages than it does.
    let sdp = answer
        .sdp
        .replace("max-message-size:65536", "max-message-size:0");
    answer = RTCSessionDescription::answer(sdp).unwrap();
    peer.accept(answer).await.unwrap();
    timeout(SOON, peer.opened()).await.unwrap().unwrap();
    peer
}

/// A link to a stock peer.
async fn linked() -> (Link, Peer) {
    let keys = InvitationKeys::derive(&Secret::random().unwrap());
    let certificate = TunnelCertificate::generate().unwrap();
    let fingerprint = certificate.fingerprint();
    let endpoint = Endpoint::bind(&[GUEST_SIDE], None).unwrap();
    let address = endpoint.addresses()[0];
    let setup = HostSetup {
        certificate,
        keys: keys.clone(),
    };
    let mut connector = endpoint.host(setup);
    let (link, peer) = tokio::join!(
        opened(&mut connector),
        stock_guest(&keys, fingerprint, address)
    );
    (link.unwrap(), peer)
}

#[tokio::test]
async fn a_peer_that_resets_the_only_stream_has_left() {
    let (mut link, peer) = linked().await;
    peer.send(b"one").await.unwrap();
    assert_eq!(link.receive().await.unwrap(), "one");
    peer.channel.close().await.unwrap();
    let end = timeout(SOON, link.receive()).await.expect("an end in time");
    assert_eq!(end, Err(LinkError::ClosedByPeer));
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_link() {
    let (mut link, peer) = linked().await;
    peer.send(&garbage(65_536)).await.unwrap();
    assert_eq!(link.receive().await.unwrap(), garbage(65_536));
    peer.send(&garbage(65_537)).await.unwrap();
    let end = timeout(SOON, link.receive()).await.expect("an end in time");
    assert_eq!(end, Err(LinkError::Protocol));
}

#[tokio::test]
async fn a_channel_that_nobody_reads_fills_one_window_and_no_more() {
    let (link, peer) = linked().await;
    let other = peer.another_channel().await.unwrap();
    let mut sent = 0;
    while let Ok(done) = timeout(
        Duration::from_secs(1),
        other.send(BytesMut::from(&garbage(60_000)[..])),
    )
    .await
    {
        done.unwrap();
        sent += 1;
        assert!(sent < 250, "15 MB that nobody reads");
    }
    link.send(Bytes::from_static(b"enough")).await.unwrap();
    assert_eq!(peer.receive().await.unwrap(), "enough");
    timeout(SOON, link.shutdown())
        .await
        .expect("a goodbye in time");
}

#[tokio::test]
async fn an_empty_message_is_no_first_message() {
    let mut host = Host::new(Flow::OneScan).await;
    let keys = host.invitation.keys();
    let peer = stock_guest(&keys, host.invitation.fingerprint, host.address).await;
    peer.send(b"").await.unwrap();
    let heard = timeout(SOON, peer.receive()).await;
    assert!(heard.expect("an end in time").is_err());
    host.pairing.shows(waits_again).await;
    assert_eq!(host.failures().await, 1);
    host.still_meets_its_guest().await;
}
