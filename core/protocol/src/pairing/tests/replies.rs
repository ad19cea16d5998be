//! Replies that come at any moment, from anybody who holds the invitation.

use super::*;
use crate::pairing::{MOST_REPLIES, ReceivedReply, Turn};
use handfast_token::Reply;

/// Somebody else's reply to this invitation.
fn reply_of(scene: &Scene, guest: u8) -> SealedReply {
    let reply = Reply {
        fingerprint: of(guest),
        candidates: candidates(guest),
        browser: None,
    };
    reply.seal(&scene.invitation.keys(), [guest; 8])
}

/// A certificate that is nobody's here.
fn of(guest: u8) -> Fingerprint {
    Fingerprint([guest; 32])
}

fn hand_in(scene: &mut Scene, reply: &SealedReply, provenance: Provenance) {
    let now = scene.now();
    scene.host.reply_received(now, reply, provenance).unwrap();
}

/// Whom the host begins to look for, and whether whoever is here gives way.
fn sought(scene: &mut Scene) -> Vec<Option<(Fingerprint, Turn)>> {
    let effects = std::iter::from_fn(|| scene.host.poll_effect());
    let sought = effects.filter_map(|effect| match effect {
        HostEffect::Expect(guest, turn) => Some(Some((guest.fingerprint, turn))),
        HostEffect::ExpectNobody => Some(None),
        _ => None,
    });
    sought.collect()
}

/// The guest has shown its reply.
fn replied(handed: Provenance) -> (Scene, SealedReply) {
    let mut scene = Scene::new(handed, handed);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let reply = scene.shown_reply();
    (scene, reply)
}

#[test]
fn a_reply_scanned_while_a_carrier_is_inside_does_not_vouch_for_the_carrier() {
    let (mut scene, scanned) = replied(Provenance::Carried);
    let true_guest = scene.guest_fingerprint;
    scene.another_guest(Provenance::Carried);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let carriers = scene.shown_reply();
    hand_in(&mut scene, &carriers, Provenance::Carried);
    scene.knock();
    scene.open();
    while scene.host.poll_effect().is_some() {}
    hand_in(&mut scene, &scanned, Provenance::Camera);
    // Who stands here is who is meant: the carrier is out.
    assert!(matches!(
        scene.host.poll_effect(),
        Some(HostEffect::Abandon)
    ));
    assert_eq!(sought(&mut scene), [Some((true_guest, Turn::Now))]);
    let (at_host, at_guest) = scene.carry();
    assert!(at_host.is_none() && at_guest.is_none());
}

#[test]
fn a_reply_carried_later_takes_nothing_from_the_guest_who_was_scanned() {
    for moment in ["before the knock", "heard", "inside"] {
        let (mut scene, scanned) = replied(Provenance::Camera);
        let forged = reply_of(&scene, 7);
        hand_in(&mut scene, &scanned, Provenance::Camera);
        let later = |scene: &mut Scene, now: &str| {
            if moment == now {
                hand_in(scene, &forged, Provenance::Carried);
            }
        };
        later(&mut scene, "before the knock");
        scene.knock();
        later(&mut scene, "heard");
        scene.open();
        later(&mut scene, "inside");
        let (at_host, at_guest) = scene.talk();
        assert_eq!((at_host.scans, at_guest.scans), (2, 2), "{moment}");
        assert_eq!(at_host.trust.reason(), TrustReason::Scanned, "{moment}");
    }
}

#[test]
fn the_best_way_in_which_a_guests_replies_came_counts() {
    for carried_last in [true, false] {
        let (mut scene, older) = replied(Provenance::Camera);
        scene.guest.moved(candidates(3), None, [8; 8]);
        let newer = scene.shown_reply();
        let (first, second) = match carried_last {
            true => (Provenance::Camera, Provenance::Carried),
            false => (Provenance::Carried, Provenance::Camera),
        };
        hand_in(&mut scene, &older, first);
        hand_in(&mut scene, &newer, second);
        scene.knock();
        scene.open();
        let (at_host, _) = scene.talk();
        assert_eq!(at_host.scans, 2);
        assert_eq!(at_host.trust.reason(), TrustReason::Scanned);
    }
}

#[test]
fn a_carried_reply_proves_no_more_in_an_attempt_without_it() {
    // The guest has moved, so the handshake is the one without a reply.
    let (mut scene, older) = replied(Provenance::Camera);
    scene.guest.moved(candidates(3), None, [8; 8]);
    hand_in(&mut scene, &older, Provenance::Carried);
    scene.knock();
    scene.open();
    let (at_host, _) = scene.talk();
    assert_eq!(at_host.scans, 1);
    assert_eq!(at_host.trust.reason(), TrustReason::OpenLink);
}

#[test]
fn what_is_scanned_once_the_link_is_open_changes_nothing_about_it() {
    let (mut scene, scanned) = replied(Provenance::Camera);
    scene.knock();
    scene.open();
    while scene.host.poll_effect().is_some() {}
    hand_in(&mut scene, &scanned, Provenance::Camera);
    assert!(scene.host.poll_effect().is_none());
    let (at_host, _) = scene.talk();
    assert_eq!(at_host.trust.reason(), TrustReason::SawTheCode);
}

#[test]
fn who_comes_to_nothing_goes_to_the_end_and_rests() {
    let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
    let (next, host) = (Turn::Next, scene.host_fingerprint);
    let fails = |scene: &mut Scene, guest: u8| {
        let now = scene.now();
        scene.host.knocked(now, of(guest));
        scene.host.opened(now, host, of(guest));
        scene.host.link_ended(now);
    };
    let (one, two) = (reply_of(&scene, 1), reply_of(&scene, 2));
    hand_in(&mut scene, &one, Provenance::Carried);
    assert_eq!(sought(&mut scene), [Some((of(1), next))]);
    // Alone, it is looked for again at once: the endpoint goes on by itself.
    fails(&mut scene, 1);
    assert_eq!(sought(&mut scene), []);
    let now = scene.now();
    scene.host.knocked(now, of(1));
    hand_in(&mut scene, &two, Provenance::Carried);
    assert_eq!(sought(&mut scene), [], "the other is heard");
    scene.host.link_ended(now);
    assert_eq!(sought(&mut scene), [Some((of(2), next))]);
    fails(&mut scene, 2);
    assert_eq!(sought(&mut scene), [None], "both rest");
    scene.pass(Duration::from_millis(9_900));
    assert_eq!(sought(&mut scene), []);
    scene.pass(Duration::from_millis(200));
    assert_eq!(sought(&mut scene), [Some((of(1), next))]);
    // Nobody is looked for for ever while somebody waits.
    scene.pass(Duration::from_secs(31));
    assert_eq!(sought(&mut scene), [Some((of(2), next))]);
}

#[test]
fn who_introduced_themselves_are_looked_for_again_at_once() {
    let mut scene = Scene::with_question(
        Provenance::Carried,
        Provenance::Carried,
        Some(("Our dog?", "Rex")),
    );
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let reply = scene.shown_reply();
    let other = reply_of(&scene, 7);
    hand_in(&mut scene, &reply, Provenance::Carried);
    scene.knock();
    scene.open();
    hand_in(&mut scene, &other, Provenance::Carried);
    scene.carry();
    assert!(matches!(scene.host_stage(), HostStage::Asking { .. }));
    scene.host.link_ended(scene.now());
    assert_eq!(sought(&mut scene), []);
    scene.host.link_ended(scene.now());
    assert_eq!(sought(&mut scene), [Some((of(7), Turn::Next))]);
}

#[test]
fn a_scanned_reply_ends_the_attempt_of_whoever_is_heard() {
    let (mut scene, scanned) = replied(Provenance::Camera);
    let guest = scene.guest_fingerprint;
    let now = scene.now();
    scene.host.knocked(now, of(7));
    hand_in(&mut scene, &scanned, Provenance::Camera);
    assert_eq!(sought(&mut scene), [Some((guest, Turn::Now))]);
    scene.pass(Duration::from_secs(4));
    assert_eq!(scene.host_stage(), HostStage::TheyAreHere);
}

#[test]
fn four_replies_wait_and_none_that_was_scanned_makes_room_for_one_that_was_carried() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    let now = scene.now();
    scene.host.knocked(now, of(9));
    let scanned = reply_of(&scene, 1);
    hand_in(&mut scene, &scanned, Provenance::Camera);
    scene.host.knocked(now, of(1));
    for guest in 2..9 {
        let carried = reply_of(&scene, guest);
        hand_in(&mut scene, &carried, Provenance::Carried);
    }
    let held = scene.host.history().replies;
    assert_eq!(held.len(), MOST_REPLIES);
    let received = |guest, provenance| ReceivedReply {
        reply: reply_of(&scene, guest),
        provenance,
    };
    assert_eq!(held[0], received(1, Provenance::Camera));
    // The first that came keep their places, and the last one always has one.
    let guests = [2, 3, 4, 8].map(|guest| received(guest, Provenance::Carried));
    assert_eq!(held[1..], guests);
}

#[test]
fn after_a_restart_every_reply_counts_as_it_did() {
    let (mut scene, scanned) = replied(Provenance::Camera);
    let guest = scene.guest_fingerprint;
    hand_in(&mut scene, &scanned, Provenance::Camera);
    scene.knock();
    let other = reply_of(&scene, 7);
    hand_in(&mut scene, &other, Provenance::Carried);
    let (history, now) = (scene.host.history(), scene.now());
    scene.host = Scene::new(Provenance::Camera, Provenance::Camera)
        .host
        .with_history(now, history.clone())
        .unwrap();
    let kept = scene.host.history();
    assert_eq!(
        (kept.strikes, &kept.replies),
        (history.strikes, &history.replies)
    );
    assert!(history.forms.iter().all(|form| kept.forms.contains(form)));
    assert_eq!(scene.host_stage(), HostStage::TheyAreHere);
    assert_eq!(sought(&mut scene), [Some((guest, Turn::Next))]);
    scene.knock();
    scene.open();
    let (at_host, _) = scene.talk();
    assert_eq!(
        (at_host.scans, at_host.trust.reason()),
        (2, TrustReason::Scanned)
    );
}

#[test]
fn a_host_that_moves_while_somebody_is_inside_shows_it_once_they_are_gone() {
    let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
    scene.connect();
    scene.knock();
    scene.open();
    scene.host.moved(candidates(9), None);
    assert!(scene.host.poll_effect().is_none());
    scene.host.link_ended(scene.now());
    assert!(matches!(
        scene.host.poll_effect(),
        Some(HostEffect::Reissue(form)) if form.candidates == candidates(9)
    ));
}
