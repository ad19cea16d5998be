//! A guest that chose its ICE credentials itself, as every browser does: a stock stack that is given a
//! host's fragment in which they stand.

#![allow(clippy::unwrap_used)] // helpers of tests

use bytes::Bytes;
use handfast_native::link::{Link, LinkError};
use handfast_native::net::{ConnectEvent, Connector, Endpoint, HostSetup, TunnelCertificate};
use handfast_native::token::{Fingerprint, IceCredentials, IcePassword, InvitationKeys, Secret};
use handfast_tests::stock::{self, Identity, Peer, answer_of_host};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;
use tokio::time::timeout;
use webrtc::peer_connection::RTCCertificate;

struct Host {
    keys: InvitationKeys,
    certificate: Fingerprint,
    connector: Connector,
}

impl Host {
    fn new() -> Self {
        let keys = InvitationKeys::derive(&Secret::new([5; 16]));
        let certificate = TunnelCertificate::generate().unwrap();
        let here = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
        Self {
            keys: keys.clone(),
            certificate: certificate.fingerprint(),
            connector: Endpoint::bind(&here, None)
                .unwrap()
                .host(HostSetup { certificate, keys }),
        }
    }

    /// A page with this certificate, whose browser chose these credentials, knocks there.
    async fn page(
        &self,
        (certificate, fingerprint): &(RTCCertificate, Fingerprint),
        credentials: &IceCredentials,
        at: SocketAddr,
    ) -> Peer {
        let ufrag = self.keys.ufrag_for_browser(*fingerprint, credentials);
        let told = IceCredentials {
            ufrag: ufrag.unwrap(),
            password: self.keys.host_ice().password,
        };
        let identity = Identity {
            certificate: certificate.clone(),
            credentials: credentials.clone(),
        };
        let mut page = Peer::new(Some(identity)).await.unwrap();
        page.offer().await.unwrap();
        let answer = answer_of_host(&told, self.certificate, at).unwrap();
        page.accept(answer).await.unwrap();
        page
    }

    async fn opened(&mut self) -> Link {
        let link = async {
            loop {
                if let ConnectEvent::Open(link) = self.connector.next().await.unwrap() {
                    return link;
                }
            }
        };
        timeout(Duration::from_secs(20), link).await.unwrap()
    }
}

fn chosen(ufrag: &str, password: &str) -> IceCredentials {
    IceCredentials {
        ufrag: ufrag.to_owned(),
        password: IcePassword::new(password).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_chose_its_own_credentials_joins_by_the_fragment_it_was_given() {
    // As long as Chromium's and as Firefox's.
    for (ufrag, password) in [
        ("rnWW", "h1wYalX/uX6eUNT0ffyalxKR"),
        ("2ce53950", "27f8b851a910641c99e63d3d78f7b756"),
    ] {
        let mut host = Host::new();
        let identity = stock::certificate().unwrap();
        let at = host.connector.addresses()[0];
        let page = host.page(&identity, &chosen(ufrag, password), at).await;
        let (mut link, opened) = tokio::join!(host.opened(), page.opened());
        opened.unwrap();
        assert_eq!(link.remote_fingerprint(), identity.1);
        page.send(b"from the page").await.unwrap();
        assert_eq!(link.receive().await.unwrap(), "from the page");
        link.send(Bytes::from_static(b"from ours")).await.unwrap();
        assert_eq!(page.receive().await.unwrap(), "from ours");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_anew_takes_its_own_place_and_nobody_elses() {
    let mut host = Host::new();
    let (identity, other) = (stock::certificate().unwrap(), stock::certificate().unwrap());
    let at = host.connector.addresses()[0];
    let password = "h1wYalX/uX6eUNT0ffyalxKR";
    let page = host.page(&identity, &chosen("rnWW", password), at).await;
    let (mut before, opened) = tokio::join!(host.opened(), page.opened());
    opened.unwrap();

    // Another certificate is refused, and the page that is there goes on.
    let stranger = host.page(&other, &chosen("abcd", password), at).await;
    let refused = timeout(Duration::from_secs(2), stranger.opened()).await;
    assert!(!matches!(refused, Ok(Ok(()))));
    page.send(b"still here").await.unwrap();
    assert_eq!(before.receive().await.unwrap(), "still here");

    let again = host.page(&identity, &chosen("rnWX", password), at).await;
    let (mut after, opened) = tokio::join!(host.opened(), again.opened());
    opened.unwrap();
    let end = timeout(Duration::from_secs(5), before.receive()).await;
    assert_eq!(end.unwrap(), Err(LinkError::Lost));
    assert_eq!(after.remote_fingerprint(), identity.1);
    again.send(b"here again").await.unwrap();
    assert_eq!(after.receive().await.unwrap(), "here again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_knock_under_another_name_takes_nobodys_place() {
    let mut host = Host::new();
    let identity = stock::certificate().unwrap();
    let at = host.connector.addresses()[0];
    let password = "h1wYalX/uX6eUNT0ffyalxKR";
    // Somebody on the path of an earlier page recorded its knock, which never arrived.
    let ear = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    ear.set_nonblocking(true).unwrap();
    let there = ear.local_addr().unwrap();
    let lost = host.page(&identity, &chosen("lost", password), there).await;
    let mut knock = vec![0; 1_500];
    let length = timeout(Duration::from_secs(10), async {
        loop {
            if let Ok(length) = ear.recv(&mut knock) {
                return length;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let length = length.await.unwrap();
    lost.leave().await.unwrap();

    let page = host.page(&identity, &chosen("rnWW", password), at).await;
    let (mut link, opened) = tokio::join!(host.opened(), page.opened());
    opened.unwrap();
    for i in 0..30u8 {
        ear.send_to(&knock[..length], at).unwrap();
        page.send(&[i]).await.unwrap();
        let heard = timeout(Duration::from_secs(5), link.receive()).await;
        assert_eq!(heard.unwrap().unwrap(), [i][..]);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The true page can still come again.
    let again = host.page(&identity, &chosen("rnWX", password), at).await;
    let (after, opened) = tokio::join!(host.opened(), again.opened());
    opened.unwrap();
    assert_eq!(after.remote_fingerprint(), identity.1);
}
