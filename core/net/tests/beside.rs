//! A guest that comes anew while its link is open: a device that was restarted, or a copy of it.

#![allow(clippy::unwrap_used)] // helpers of tests

mod table;

use bytes::Bytes;
use handfast_net::{Connector, Endpoint, GuestSetup};
use handfast_protocol::link::{Link, LinkError, LinkState};
use std::time::Duration;
use table::{Table, V4, opened};
use tokio::time::timeout;

/// A host and a guest, their link, and how the guest comes a second time.
async fn met() -> ([Connector; 2], [Link; 2], GuestSetup) {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let setup = table.guest_setup(&host);
    let again = GuestSetup {
        certificate: setup.certificate.clone(),
        ..table.guest_setup(&host)
    };
    let mut guest = knock(setup);
    let links = tokio::join!(opened(&mut host), opened(&mut guest));
    ([host, guest], links.into(), again)
}

fn knock(setup: GuestSetup) -> Connector {
    Endpoint::bind(&[V4], None).unwrap().guest(setup)
}

async fn talk(one: &mut Link, other: &mut Link) {
    one.send(Bytes::from_static(b"hello")).await.unwrap();
    assert_eq!(other.receive().await.unwrap(), "hello");
    other.send(Bytes::from_static(b"yes")).await.unwrap();
    assert_eq!(one.receive().await.unwrap(), "yes");
}

async fn ended(link: &mut Link) -> LinkError {
    let ended = timeout(Duration::from_secs(10), link.receive()).await;
    ended.unwrap().unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_stands_is_kept_until_the_guest_stands_on_the_new_one() {
    let ([mut host, _guest], [mut at_host, mut at_guest], again) = met().await;
    host.stands().await;
    let mut again = knock(again);
    let (mut anew, mut at_again) = tokio::join!(opened(&mut host), opened(&mut again));
    talk(&mut at_host, &mut at_guest).await;
    talk(&mut anew, &mut at_again).await;
    assert_eq!(*at_host.state().borrow(), LinkState::Open);
    host.stands().await;
    assert_eq!(ended(&mut at_host).await, LinkError::Lost);
    talk(&mut anew, &mut at_again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_stands_outlives_whoever_has_the_certificate_alone() {
    let ([mut host, _guest], [mut at_host, mut at_guest], again) = met().await;
    host.stands().await;
    let mut again = knock(again);
    let (anew, mut at_again) = tokio::join!(opened(&mut host), opened(&mut again));
    drop(anew);
    assert_eq!(ended(&mut at_again).await, LinkError::ClosedByPeer);
    talk(&mut at_host, &mut at_guest).await;
    assert_eq!(*at_host.state().borrow(), LinkState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_nobody_vouched_for_makes_way_at_once() {
    let ([mut host, _guest], [mut at_host, _at_guest], again) = met().await;
    let mut again = knock(again);
    let (mut anew, mut at_again) = tokio::join!(opened(&mut host), opened(&mut again));
    assert_eq!(ended(&mut at_host).await, LinkError::Lost);
    talk(&mut anew, &mut at_again).await;
}
