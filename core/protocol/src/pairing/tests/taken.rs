//! Somebody else is at the table: told, and never an end.

use super::*;

const PATIENCE: Duration = Duration::from_secs(300);

fn knocking() -> Scene {
    let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
    let (now, ours) = (scene.now(), candidates(2));
    scene.guest.connect(now, ours, [6; 8], PATIENCE);
    scene
}

fn is_over(scene: &mut Scene) -> bool {
    scene.guest.view().is_none() || scene.guest_failure().is_some()
}

#[test]
fn a_guest_that_finds_the_slot_taken_says_so_and_gets_in_when_it_is_free() {
    let mut scene = knocking();
    scene.pass(Duration::from_secs(2));
    scene.guest.slot_taken(true);
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::SlotTaken)
    );
    // A host that says so has been reached, and needs no reply for that.
    scene.pass(Duration::from_secs(60));
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::SlotTaken)
    );
    assert!(!is_over(&mut scene));
    scene.knock();
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::Answered)
    );
    scene.open();
    scene.talk();
}

#[test]
fn a_reply_that_was_shown_stays_while_the_slot_is_taken_and_is_as_good_as_before() {
    let mut scene = knocking();
    scene.pass(Duration::from_secs(3));
    let reply = scene.shown_reply();
    scene.guest.slot_taken(true);
    let shown = |slot_taken| GuestView::ReplyNeeded { slot_taken };
    assert_eq!(scene.guest_view(), shown(true));
    scene.pass(Duration::from_secs(60));
    scene.guest.slot_taken(false);
    assert_eq!(scene.guest_view(), shown(false));
    assert_eq!(scene.guest.reply(), Some(&reply));
    let now = scene.now();
    scene
        .host
        .reply_received(now, &reply, Provenance::Carried)
        .unwrap();
    scene.knock();
    scene.open();
    let (at_host, at_guest) = scene.talk();
    assert_eq!((at_host.scans, at_guest.scans), (2, 2));
}

#[test]
fn once_the_host_says_nothing_more_the_reply_is_offered() {
    let mut scene = knocking();
    scene.guest.slot_taken(true);
    scene.pass(Duration::from_secs(60));
    scene.guest.slot_taken(false);
    let now = scene.now();
    scene.guest.handle_timeout(now);
    scene.shown_reply();
}

#[test]
fn when_time_runs_out_a_guest_says_that_somebody_else_had_the_slot() {
    // Until the end, and with a host that was silent in the end.
    for ends in [&[true][..], &[true, false]] {
        let mut scene = knocking();
        for is_taken in ends {
            scene.guest.slot_taken(*is_taken);
            scene.pass(Duration::from_secs(10));
        }
        scene.pass(PATIENCE);
        assert_eq!(scene.guest_failure(), Some(Failure::Taken), "{ends:?}");
    }
    // Who was let in after that, and lost the host again, has not been kept out.
    let mut scene = knocking();
    scene.guest.slot_taken(true);
    scene.knock();
    let now = scene.now();
    scene.guest.lapsed(now);
    scene.pass(PATIENCE);
    assert_eq!(scene.guest_failure(), Some(Failure::NotReached));
}

#[test]
fn who_never_answers_holds_the_slot_five_minutes_without_a_strike_and_the_true_guest_knocks_on() {
    let question = Some(("What was our first dog called?", "Rex"));
    let mut scene = Scene::with_question(Provenance::Carried, Provenance::Carried, question);
    scene.another_guest(Provenance::Carried);
    scene.connect();
    scene.knock();
    scene.open();
    assert!(matches!(scene.carry(), (None, None)));
    // Whoever that is sees the question, and says nothing. Meanwhile the true guest comes.
    let (now, invitation) = (scene.now(), scene.invitation.clone());
    let mut guest = Guest::new(
        identity(2),
        GUEST,
        invitation,
        Provenance::Carried,
        Secret::new([5; 32]),
    );
    guest.connect(now, candidates(2), [6; 8], Duration::from_secs(3600));
    guest.slot_taken(true);
    let mut silent = std::mem::replace(&mut scene.guest, guest);
    scene.guest_fingerprint = GUEST;
    scene.pass(Duration::from_secs(299));
    assert!(matches!(scene.host_stage(), HostStage::Asking { .. }));
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::SlotTaken)
    );
    scene.pass(Duration::from_secs(2));
    let abandons = scene.host.poll_effect();
    assert!(matches!(abandons, Some(HostEffect::Abandon)));
    assert_eq!(scene.host.history().strikes, Strikes::default());
    silent.link_ended(scene.now());
    // The slot is free, and the true guest gets in and answers.
    assert!(!is_over(&mut scene));
    scene.knock();
    scene.open();
    assert!(matches!(scene.carry(), (None, None)));
    let (now, answer) = (scene.now(), Answers::new(&["Rex"]).unwrap());
    scene.guest.answer(now, &answer);
    scene.talk();
}
