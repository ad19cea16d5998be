//! A Handfast host speaks WebRTC: a stock stack, given an SDP answer written from the invitation
//! alone, joins it.

use bytes::Bytes;
use handfast_native::link::{Link, LinkError};
use handfast_native::net::{ConnectEvent, Endpoint, HostSetup, TunnelCertificate};
use handfast_native::token::{InvitationKeys, Secret};
use handfast_sim::forwarder::{Conditions, Forwarder};
use handfast_tests::stock::{self, Identity, Peer, answer_of_host};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::timeout;

async fn meet() -> anyhow::Result<(Link, Peer)> {
    meet_at(Ok).await
}

/// The same where the guest is told that the host is elsewhere.
async fn meet_at(
    shown: impl FnOnce(SocketAddr) -> std::io::Result<SocketAddr>,
) -> anyhow::Result<(Link, Peer)> {
    let keys = InvitationKeys::derive(&Secret::new([5; 16]));
    let certificate = TunnelCertificate::generate()?;
    let here = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let mut host = Endpoint::bind(&here, None)?.host(HostSetup {
        certificate: certificate.clone(),
        keys: keys.clone(),
    });
    let (theirs, fingerprint) = stock::certificate()?;
    let mut guest = Peer::new(Some(Identity {
        certificate: theirs,
        credentials: keys.guest_ice(fingerprint),
    }))
    .await?;
    guest.offer().await?;
    let answer = answer_of_host(
        &keys.host_ice(),
        certificate.fingerprint(),
        shown(host.addresses()[0])?,
    )?;
    guest.accept(answer).await?;
    let link = async {
        loop {
            match host.next().await {
                Some(ConnectEvent::Open(link)) => return Ok(link),
                Some(ConnectEvent::Failed(error)) => anyhow::bail!(error),
                Some(_) => {}
                None => anyhow::bail!("the host ended"),
            }
        }
    };
    let (link, ()) = timeout(Duration::from_secs(15), async {
        tokio::try_join!(link, guest.opened())
    })
    .await??;
    assert_eq!(link.remote_fingerprint(), fingerprint);
    Ok((link, guest))
}

#[tokio::test]
async fn a_stock_webrtc_guest_joins_with_what_the_invitation_says() {
    let (mut link, guest) = meet().await.unwrap();
    guest.send(b"from the stock side").await.unwrap();
    assert_eq!(link.receive().await.unwrap(), "from the stock side");
    link.send(Bytes::from_static(b"from ours")).await.unwrap();
    assert_eq!(guest.receive().await.unwrap(), "from ours");
}

#[tokio::test]
async fn load_in_both_directions_does_not_silence_the_connection() {
    const MESSAGES: usize = 1_000;
    let (link, guest) = meet().await.unwrap();
    let (sender, mut receiver) = link.split();
    let message = vec![9; 16_000];
    let ours = async {
        for _ in 0..MESSAGES {
            sender.send(Bytes::from(message.clone())).await.unwrap();
        }
    };
    let theirs = async {
        for _ in 0..MESSAGES {
            guest.send(&message).await.unwrap();
        }
    };
    let read_here = async {
        for _ in 0..MESSAGES {
            assert_eq!(receiver.receive().await.unwrap(), message);
        }
    };
    let read_there = async {
        for _ in 0..MESSAGES {
            assert_eq!(guest.receive().await.unwrap(), message);
        }
    };
    timeout(Duration::from_secs(60), async {
        tokio::join!(ours, theirs, read_here, read_there)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_stock_guest_that_leaves_is_noticed() {
    let (mut link, guest) = meet().await.unwrap();
    guest.leave().await.unwrap();
    let end = timeout(Duration::from_secs(5), link.receive())
        .await
        .unwrap();
    assert_eq!(end, Err(LinkError::ClosedByPeer));
}

#[tokio::test]
async fn a_stock_webrtc_guest_is_sent_what_a_narrow_path_carries() {
    let mut path = None;
    let meeting = meet_at(|host| {
        let narrow = path.insert(Forwarder::start(host, Conditions::default())?);
        // What its own handshake needs, and less than we send where there is room.
        narrow.carry(1_200);
        Ok(narrow.address())
    });
    let (link, guest) = meeting.await.unwrap();
    let message = Bytes::from(vec![7; 16_000]);
    for _ in 0..20 {
        link.send(message.clone()).await.unwrap();
        let received = timeout(Duration::from_secs(20), guest.receive()).await;
        assert_eq!(received.expect("it arrives").unwrap(), message);
    }
}
