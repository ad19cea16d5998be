//! The question inside the channel, walked by the two machines.

use super::*;
use crate::handshake::TrustLevel;

const QUESTION: &str = "What was our first dog called?";

/// Both are connected, and the guest sees the question.
fn asked(handed: Provenance, provenance: Provenance) -> Scene {
    let mut scene = Scene::with_question(handed, provenance, Some((QUESTION, "Rex")));
    scene.connect();
    scene.knock();
    scene.open();
    assert!(matches!(scene.carry(), (None, None)));
    scene
}

fn answer(scene: &mut Scene, answer: &str) -> (Option<End>, Option<End>) {
    let now = scene.now();
    scene.guest.answer(now, &Answers::new(&[answer]).unwrap());
    scene.carry()
}

fn tries_left(scene: &Scene) -> (u8, u8) {
    let at_guest = match scene.guest_view() {
        GuestView::Asking {
            question,
            tries_left,
            ..
        } => {
            assert_eq!(question, QUESTION);
            tries_left
        }
        other => panic!("{other:?}"),
    };
    match scene.host_stage() {
        HostStage::Asking { tries_left } => (tries_left, at_guest),
        other => panic!("{other:?}"),
    }
}

/// The next message that the guest wants to send.
fn sent(guest: &mut Guest) -> Bytes {
    match guest.poll_effect() {
        Some(GuestEffect::Send(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_right_answer_however_it_is_typed_brings_both_together() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    assert_eq!(tries_left(&scene), (3, 3));
    let (Some(Ok(at_host)), Some(Ok(at_guest))) = answer(&mut scene, "  REX ") else {
        panic!("the answers agree")
    };
    assert_eq!(at_host.trust.reason(), TrustReason::Answered);
    assert_eq!(at_guest.trust.reason(), TrustReason::TheirQuestion);
    assert_eq!(at_host.reconnect, at_guest.reconnect);
}

#[test]
fn before_the_answer_nobody_is_handed_over() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    scene.pass(Duration::from_secs(60));
    assert!(matches!(scene.carry(), (None, None)));
    assert_eq!(tries_left(&scene), (3, 3));
}

#[test]
fn after_a_wrong_answer_the_host_rests_for_two_seconds_and_then_takes_the_right_one() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    assert!(matches!(answer(&mut scene, "Max"), (None, None)));
    assert_eq!(tries_left(&scene), (2, 2));
    assert!(matches!(answer(&mut scene, "Rex"), (None, None)));
    scene.pass(Duration::from_millis(1_900));
    assert!(matches!(scene.carry(), (None, None)));
    scene.pass(Duration::from_millis(200));
    assert!(matches!(scene.carry(), (Some(Ok(_)), Some(Ok(_)))));
}

#[test]
fn a_wrong_answer_is_kept_before_the_guest_hears_of_it() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    let now = scene.now();
    scene.guest.answer(now, &Answers::new(&["Max"]).unwrap());
    let share = sent(&mut scene.guest);
    scene.host.received(now, &share);
    let Some(HostEffect::Send(share)) = scene.host.poll_effect() else {
        panic!("the host's share")
    };
    scene.guest.received(now, &share);
    assert!(matches!(scene.guest.poll_effect(), Some(GuestEffect::Keep)));
    let proof = sent(&mut scene.guest);
    scene.host.received(now, &proof);
    assert!(matches!(scene.host.poll_effect(), Some(HostEffect::Keep)));
    assert_eq!(scene.host.history().strikes.answers, 1);
    assert!(matches!(
        scene.host.poll_effect(),
        Some(HostEffect::Send(_))
    ));
}

#[test]
fn three_wrong_answers_burn_the_invitation() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    for left in [2, 1] {
        assert!(matches!(answer(&mut scene, "Max"), (None, None)));
        assert_eq!(tries_left(&scene), (left, left));
        scene.pass(Duration::from_secs(3));
    }
    let ends = answer(&mut scene, "Max");
    let differ = |end: Option<End>| matches!(end, Some(Err(Failure::AnswersDiffer)));
    assert!(differ(ends.0) && differ(ends.1));
    assert!(scene.host.stage().is_none());
}

#[test]
fn who_lost_the_link_behind_a_right_answer_is_not_told_that_it_was_wrong() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    assert!(matches!(answer(&mut scene, "Max"), (None, None)));
    scene.pass(Duration::from_secs(3));
    // The host's proof says that this one is right. The host is not kept yet when the link ends.
    let now = scene.now();
    scene.guest.answer(now, &Answers::new(&["Rex"]).unwrap());
    let mut to_host = vec![sent(&mut scene.guest)];
    while scene.guest.met().is_none() {
        for message in std::mem::take(&mut to_host) {
            scene.host.received(now, &message);
        }
        while let Some(effect) = scene.host.poll_effect() {
            if let HostEffect::Send(message) = effect {
                scene.guest.received(now, &message);
            }
        }
        while let Some(effect) = scene.guest.poll_effect() {
            if let GuestEffect::Send(message) = effect {
                to_host.push(message);
            }
        }
    }
    scene.host.link_ended(now);
    scene.guest.link_ended(now);
    while scene.host.poll_effect().is_some() || scene.guest.poll_effect().is_some() {}
    scene.knock();
    scene.open();
    scene.carry();
    let GuestView::Asking { was_wrong, .. } = scene.guest_view() else {
        panic!("{:?}", scene.guest_view())
    };
    assert!(!was_wrong);
}

#[test]
fn a_new_link_brings_no_new_tries() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    answer(&mut scene, "Max");
    scene.pass(Duration::from_secs(3));
    answer(&mut scene, "Luna");
    // The guest hangs up and comes again, as somebody else.
    scene.host.link_ended(scene.now());
    scene.another_guest(Provenance::Carried);
    scene.connect();
    scene.knock();
    scene.open();
    scene.pass(Duration::from_secs(3));
    scene.carry();
    assert_eq!(tries_left(&scene), (1, 3));
    let ends = answer(&mut scene, "Bello");
    assert!(matches!(ends.0, Some(Err(Failure::AnswersDiffer))));
    // The guest learns it from the host's hanging up.
    scene.guest.link_ended(scene.now());
    assert_eq!(scene.guest_failure(), Some(Failure::AnswersDiffer));
}

#[test]
fn a_share_that_is_none_ends_the_attempt_and_costs_the_guest_no_answer() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    let now = scene.now();
    let garbage = Bytes::from(vec![0xaa; 80]);
    scene.host.received(now, &garbage);
    assert!(scene.is_struck());
    scene.guest.received(now, &garbage);
    assert_eq!(scene.guest_failure(), Some(Failure::NotTheInviter));
}

#[test]
fn a_guest_that_does_not_wait_for_the_rest_to_end_is_sent_away() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    answer(&mut scene, "Max");
    let now = scene.now();
    scene.guest.answer(now, &Answers::new(&["Rex"]).unwrap());
    let share = sent(&mut scene.guest);
    scene.host.received(now, &share);
    assert!(scene.host.poll_effect().is_none());
    scene.host.received(now, &share);
    assert!(scene.is_struck());
}

/// Both have answered, and the guest's proof is on its way.
fn proving(tried: Tried) -> Scene {
    let mut scene = Scene::with_question(
        Provenance::Carried,
        Provenance::Carried,
        Some((QUESTION, "Rex")),
    );
    scene.guest = scene.guest.with_tried(tried);
    scene.connect();
    scene.knock();
    scene.open();
    scene.carry();
    let now = scene.now();
    scene.guest.answer(now, &Answers::new(&["Rex"]).unwrap());
    let share = sent(&mut scene.guest);
    scene.host.received(now, &share);
    match scene.host.poll_effect() {
        Some(HostEffect::Send(share)) => scene.guest.received(now, &share),
        other => panic!("{other:?}"),
    }
    scene
}

#[test]
fn a_proof_is_counted_and_kept_before_it_leaves() {
    let mut scene = proving(Tried::default());
    assert_eq!(scene.guest.proofs(), 1);
    assert!(matches!(scene.guest.poll_effect(), Some(GuestEffect::Keep)));
    sent(&mut scene.guest);
    assert!(scene.guest.poll_effect().is_none());
    // Where it cannot be kept, nothing more comes of it.
    scene.guest.not_kept();
    assert_eq!(scene.guest_failure(), Some(Failure::Local));
}

#[test]
fn a_host_that_leaves_after_the_proof_is_not_knocked_at_again() {
    let ways: [fn(&mut Scene); 5] = [
        |scene| scene.guest.link_ended(scene.now()),
        |scene| scene.pass(Duration::from_secs(16)),
        |scene| scene.guest.failed(TransportError::Closed),
        |scene| scene.guest.failed(TransportError::WrongCertificate),
        |scene| scene.open(),
    ];
    for leaves in ways {
        let mut scene = proving(Tried::default());
        while scene.guest.poll_effect().is_some() {}
        leaves(&mut scene);
        let effects: Vec<GuestEffect> = std::iter::from_fn(|| scene.guest.poll_effect()).collect();
        assert!(
            matches!(effects[..], [GuestEffect::Over(Failure::LeftAfterAnswer)]),
            "{effects:?}"
        );
        assert_eq!(scene.guest.proofs(), 1);
    }
}

#[test]
fn three_proofs_are_all_whatever_links_and_processes_they_leave_by() {
    let before = Tried {
        proofs: 2,
        lately: false,
    };
    let mut scene = proving(before);
    scene.guest.link_ended(scene.now());
    assert_eq!(scene.guest_failure(), Some(Failure::LeftAfterAnswer));
    let proofs = scene.guest.proofs();
    assert_eq!(proofs, 3);
    // Opened once more, it is not even asked.
    let mut scene = Scene::with_question(
        Provenance::Carried,
        Provenance::Carried,
        Some((QUESTION, "Rex")),
    );
    let tried = Tried {
        proofs,
        lately: false,
    };
    scene.guest = scene.guest.with_tried(tried);
    scene.connect();
    scene.knock();
    scene.open();
    let (_, at_guest) = scene.carry();
    assert!(matches!(at_guest, Some(Err(Failure::AnswersDiffer))));
}

#[test]
fn whoever_answered_before_is_told_that_each_answer_lets_them_test_one_guess() {
    let is_repeated = |scene: &Scene| match scene.guest_view() {
        GuestView::Asking {
            was_wrong,
            is_repeated,
            ..
        } => (was_wrong, is_repeated),
        other => panic!("{other:?}"),
    };
    for (provenance, proofs, lately, expected) in [
        (Provenance::Carried, 0, false, false),
        (Provenance::Carried, 0, true, true),
        (Provenance::Carried, 1, false, true),
        (Provenance::Locked, 0, true, true),
        // Whose screen the camera saw is nobody to be warned of.
        (Provenance::Camera, 0, true, false),
    ] {
        let mut scene = Scene::with_question(provenance, provenance, Some((QUESTION, "Rex")));
        scene.guest = scene.guest.with_tried(Tried { proofs, lately });
        scene.connect();
        scene.knock();
        scene.open();
        scene.carry();
        assert_eq!(
            is_repeated(&scene),
            (false, expected),
            "{provenance:?} {proofs}"
        );
        answer(&mut scene, "Max");
        let is_unverified = provenance != Provenance::Camera;
        assert_eq!(is_repeated(&scene), (true, is_unverified), "{provenance:?}");
    }
}

#[test]
fn an_answer_out_of_turn_changes_nothing() {
    let mut scene = Scene::with_question(
        Provenance::Carried,
        Provenance::Carried,
        Some((QUESTION, "Rex")),
    );
    let now = scene.now();
    let rex = Answers::new(&["Rex"]).unwrap();
    scene.guest.answer(now, &rex);
    scene.connect();
    scene.guest.answer(now, &rex);
    scene.knock();
    scene.open();
    scene.guest.answer(now, &rex);
    assert!(matches!(scene.carry(), (None, None)));
    assert_eq!(tries_left(&scene), (3, 3));
}

#[test]
fn nobody_waits_for_an_answer_for_ever() {
    let mut scene = asked(Provenance::Carried, Provenance::Carried);
    scene.pass(Duration::from_secs(299));
    assert!(scene.guest.poll_effect().is_none());
    scene.pass(Duration::from_secs(2));
    assert!(matches!(
        scene.guest.poll_effect(),
        Some(GuestEffect::Again)
    ));
    assert!(matches!(
        scene.host.poll_effect(),
        Some(HostEffect::Abandon)
    ));
}

#[test]
fn every_way_of_meeting_proves_what_it_can() {
    use TrustLevel::{AnswerChecked, Unverified, Verified};
    let way = |handed, provenance, asks: bool, reply: Option<Provenance>| {
        let question = asks.then_some((QUESTION, "Rex"));
        let mut scene = Scene::with_question(handed, provenance, question);
        scene.connect();
        if let Some(provenance) = reply {
            scene.pass(Duration::from_secs(3));
            let (now, shown) = (scene.now(), scene.shown_reply());
            scene.host.reply_received(now, &shown, provenance).unwrap();
        }
        scene.knock();
        scene.open();
        let ends = match asks {
            true => {
                scene.carry();
                answer(&mut scene, "Rex")
            }
            false => scene.carry(),
        };
        match ends {
            (Some(Ok(at_host)), Some(Ok(at_guest))) => {
                assert_eq!(at_host.channel.hash, at_guest.channel.hash);
                assert_eq!(at_host.reconnect, at_guest.reconnect);
                (at_guest.trust.level(), at_host.trust.level())
            }
            other => panic!("{other:?}"),
        }
    };
    let (camera, carried, locked) = (Provenance::Camera, Provenance::Carried, Provenance::Locked);
    for (handed, provenance, asks, reply, guest, host) in [
        (camera, camera, false, Some(camera), Verified, Verified),
        (camera, camera, false, None, Verified, Unverified),
        (carried, carried, true, None, Unverified, AnswerChecked),
        (
            carried,
            carried,
            true,
            Some(carried),
            Unverified,
            AnswerChecked,
        ),
        (locked, locked, false, None, Unverified, AnswerChecked),
        (
            locked,
            locked,
            false,
            Some(carried),
            Unverified,
            AnswerChecked,
        ),
        (carried, carried, false, None, Unverified, Unverified),
        (
            carried,
            carried,
            false,
            Some(carried),
            Unverified,
            Unverified,
        ),
        (camera, camera, true, None, Verified, AnswerChecked),
        (camera, camera, true, Some(camera), Verified, Verified),
        (locked, locked, true, None, Unverified, AnswerChecked),
    ] {
        let proven = way(handed, provenance, asks, reply);
        assert_eq!(
            proven,
            (guest, host),
            "{handed:?} {provenance:?} {asks} {reply:?}"
        );
    }
}
