//! How two meet who are not together, and stay so when they move.

use crate::pair::{A_WHILE, NOON, Pair, V4, at, device, hours, meet, opened, setup, talk};
use handfast_net::{Connector, Endpoint, SeekSetup};
use handfast_protocol::link::LinkState;
use handfast_protocol::reconnect::Part;
use handfast_token::Candidate;
use std::net::UdpSocket;
use std::time::{Duration, Instant};
use tokio::time::timeout;

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
    initiator.reach(at(&pair.responder), None).await;
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

#[cfg(target_os = "linux")]
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

#[cfg(target_os = "linux")]
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
