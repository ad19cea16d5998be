//! The end of a first meeting: nobody is done before both have kept it, and nobody else takes the place.

use super::*;

/// Both have said READY, and each has to keep the other now.
fn introduced() -> Scene {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    meet(&mut scene);
    scene
}

fn meet(scene: &mut Scene) {
    scene.knock();
    scene.open();
    let now = scene.now();
    let mut asked = (false, false);
    while asked != (true, true) {
        match scene.guest.poll_effect() {
            Some(GuestEffect::Send(message)) => scene.host.received(now, &message),
            Some(GuestEffect::Remember) => asked.1 = true,
            Some(other) => panic!("{other:?}"),
            None => {}
        }
        match scene.host.poll_effect() {
            Some(HostEffect::Send(message)) => scene.guest.received(now, &message),
            Some(HostEffect::Remember) => asked.0 = true,
            Some(HostEffect::Stands) => {}
            Some(other) => panic!("{other:?}"),
            None => {}
        }
    }
    assert!(scene.host.poll_effect().is_none() && scene.guest.poll_effect().is_none());
}

fn of_host(scene: &mut Scene) -> Bytes {
    match scene.host.poll_effect() {
        Some(HostEffect::Send(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn of_guest(scene: &mut Scene) -> Bytes {
    match scene.guest.poll_effect() {
        Some(GuestEffect::Send(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_is_done_before_both_have_kept_the_same() {
    let mut scene = introduced();
    let (guest, host) = (scene.host.met().unwrap(), scene.guest.met().unwrap());
    assert_eq!(guest.reconnect, host.reconnect);
    assert_eq!(
        (guest.name.as_str(), host.name.as_str()),
        ("name 2", "name 1")
    );
    assert_eq!(guest.client, Some(ClientKind::Program.into()));
    let now = scene.now();
    scene.host.remembered(true);
    let kept = of_host(&mut scene);
    assert!(
        scene.host.poll_effect().is_none(),
        "the guest has said nothing"
    );
    scene.guest.received(now, &kept);
    assert!(
        scene.guest.poll_effect().is_none(),
        "the host is not kept yet"
    );
    scene.guest.remembered(true);
    let kept = of_guest(&mut scene);
    let Some(GuestEffect::Done(at_guest)) = scene.guest.poll_effect() else {
        panic!("both have")
    };
    scene.host.received(now, &kept);
    let Some(HostEffect::Done(at_host)) = scene.host.poll_effect() else {
        panic!("both have")
    };
    assert!(at_host.keeps_us && at_guest.keeps_us);
}

#[test]
fn who_keeps_nobody_says_so() {
    let mut scene = introduced();
    scene.guest.remembered(false);
    scene.host.remembered(true);
    let (at_host, at_guest) = scene.talk();
    assert!(!at_host.keeps_us, "the guest is incognito");
    assert!(at_guest.keeps_us);
}

/// How far the two are when the link ends.
const MOMENTS: [fn(&mut Scene); 5] = [
    |_| {},
    |scene| scene.host.remembered(true),
    |scene| scene.guest.remembered(true),
    |scene| {
        scene.host.remembered(true);
        scene.guest.remembered(true);
    },
    |scene| {
        // What the guest said has not arrived, and it has heard the host.
        let now = scene.now();
        scene.host.remembered(true);
        let kept = of_host(scene);
        scene.guest.received(now, &kept);
    },
];

#[test]
fn whenever_the_link_ends_the_same_guest_comes_again_and_nobody_else() {
    for (moment, happens) in MOMENTS.into_iter().enumerate() {
        let mut scene = introduced();
        happens(&mut scene);
        let now = scene.now();
        scene.host.link_ended(now);
        scene.guest.link_ended(now);
        while scene.host.poll_effect().is_some() || scene.guest.poll_effect().is_some() {}
        assert_eq!(scene.host_stage(), HostStage::Waiting, "{moment}");
        // Somebody else who holds the invitation is not let in, and it counts against nobody.
        let (host, other) = (scene.host_fingerprint, Fingerprint([9; 32]));
        scene.host.knocked(now, other);
        assert_eq!(scene.host_stage(), HostStage::Waiting, "{moment}");
        scene.host.opened(now, host, other);
        assert!(matches!(
            scene.host.poll_effect(),
            Some(HostEffect::Abandon)
        ));
        assert!(scene.host.poll_effect().is_none());
        assert_eq!(scene.host.history().strikes, Strikes::default());
        // The one who was met is, and both are done.
        scene.knock();
        scene.open();
        let (at_host, at_guest) = scene.talk();
        assert_eq!(at_host.reconnect, at_guest.reconnect, "{moment}");
    }
}

#[test]
fn after_a_restart_the_invitation_is_for_the_one_who_was_met() {
    let mut scene = introduced();
    let history = scene.host.history();
    assert_eq!(history.met, Some(GUEST));
    let mut fresh = Scene::new(Provenance::Camera, Provenance::Camera);
    let now = fresh.now();
    fresh.host = fresh.host.with_history(now, history).unwrap();
    let (host, other) = (fresh.host_fingerprint, Fingerprint([9; 32]));
    fresh.host.opened(now, host, other);
    assert!(matches!(
        fresh.host.poll_effect(),
        Some(HostEffect::Abandon)
    ));
    fresh.connect();
    fresh.knock();
    fresh.open();
    fresh.talk();
    // A reply of somebody else leads to nobody.
    let reply = scene.guest.reply().unwrap().clone();
    scene.another_guest(Provenance::Camera);
    scene.connect();
    let others = scene.guest.reply().unwrap().clone();
    let now = scene.now();
    scene.host.link_ended(now);
    scene
        .host
        .reply_received(now, &others, Provenance::Camera)
        .unwrap();
    assert!(!sought(&mut scene).contains(&Fingerprint([8; 32])));
    scene
        .host
        .reply_received(now, &reply, Provenance::Carried)
        .unwrap();
    assert_eq!(sought(&mut scene), [GUEST]);
}

/// Whom the host looks for.
fn sought(scene: &mut Scene) -> Vec<Fingerprint> {
    let effects = std::iter::from_fn(|| scene.host.poll_effect());
    let expected = effects.filter_map(|effect| match effect {
        HostEffect::Expect(guest, _) => Some(guest.fingerprint),
        _ => None,
    });
    expected.collect()
}

#[test]
fn anything_but_one_word_ends_it() {
    for twice in [true, false] {
        let mut scene = introduced();
        let now = scene.now();
        scene.guest.remembered(true);
        let kept = of_guest(&mut scene);
        let garbage = Bytes::from(vec![1; 80]);
        scene
            .host
            .received(now, &if twice { kept } else { garbage.clone() });
        if twice {
            assert!(scene.host.poll_effect().is_none());
            scene.host.received(now, &garbage);
        }
        assert!(scene.is_struck());

        scene.guest.received(now, &garbage);
        assert_eq!(scene.guest_failure(), Some(Failure::NotTheInviter));
    }
}

#[test]
fn silence_gives_the_place_back_in_time() {
    let mut scene = introduced();
    scene.host.remembered(true);
    scene.guest.remembered(true);
    while scene.host.poll_effect().is_some() || scene.guest.poll_effect().is_some() {}
    scene.pass(Duration::from_secs(14));
    assert!(scene.host.poll_effect().is_none() && scene.guest.poll_effect().is_none());
    scene.pass(Duration::from_secs(1));
    assert!(matches!(
        scene.host.poll_effect(),
        Some(HostEffect::Abandon)
    ));
    assert!(matches!(
        scene.guest.poll_effect(),
        Some(GuestEffect::Again)
    ));
}

#[test]
fn what_cannot_be_kept_is_not_said_to_be() {
    let mut scene = introduced();
    scene.guest.not_kept();
    assert_eq!(scene.guest_failure(), Some(Failure::Local));
}

#[test]
fn a_host_that_left_after_it_was_kept_is_not_knocked_at_for_long() {
    for is_said in [false, true] {
        let mut scene = introduced();
        if is_said {
            scene.guest.remembered(true);
        }
        let now = scene.now();
        scene.guest.link_ended(now);
        scene.pass(Duration::from_secs(29));
        assert_eq!(scene.guest_failure(), None);
        scene.pass(Duration::from_secs(1));
        let expected = is_said.then_some(Failure::WentAway);
        assert_eq!(scene.guest_failure(), expected, "{is_said}");
    }
}
