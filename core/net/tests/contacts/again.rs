//! Somebody comes while there is a link, or comes back after one: restarted, copied, recorded.

use crate::pair::{NOON, Pair, at, device, ended, hours, meet, opened, setup, talk};
use handfast_protocol::link::{LinkError, LinkState};
use handfast_protocol::reconnect::Part;
use handfast_token::Candidate;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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
    let (pair, connectors, links) = Pair::standing(&[NOON]).await;
    let ([_initiator, mut responder], (mut one, mut other)) = (connectors, links);
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
async fn a_recorded_check_of_another_hour_disturbs_no_link_and_keeps_nobody_out() {
    let (mut pair, connectors, links) = Pair::standing(&[NOON, NOON + 1]).await;
    let ([_initiator, mut responder], (mut one, mut other)) = (connectors, links);
    // Somebody on the path has a check of the next hour, and sends it again and again.
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let there = vec![Candidate::host(stranger.local_addr().unwrap())];
    let elsewhere = device();
    let knocks = elsewhere.seek(setup(Part::Initiator, hours(1, &[NOON + 1]), there));
    let address = pair.responder.addresses()[0];
    let mut check = [0; 1_500];
    let (length, _) = stranger.recv_from(&mut check).unwrap();
    drop((knocks, elsewhere));
    let ends = Arc::new(Mutex::new(false));
    let goes_on = ends.clone();
    let repeating = tokio::task::spawn_blocking(move || {
        while !*goes_on.lock().unwrap() {
            stranger.send_to(&check[..length], address).unwrap();
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    for _ in 0..20 {
        talk(&mut one, &mut other).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(*other.state().borrow(), LinkState::Open);
    pair.restart(Part::Initiator).await;
    let mut again = pair.seek(Part::Initiator, &[NOON + 1]);
    meet(&mut again, &mut responder).await;
    *ends.lock().unwrap() = true;
    repeating.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_up_the_last_link_leaves_the_one_before_it() {
    let (pair, connectors, links) = Pair::standing(&[NOON]).await;
    let ([mut initiator, mut responder], (mut one, mut other)) = (connectors, links);
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
