//! The guest comes anew while it is here already: a device that was restarted, or a copy of it.

use super::*;
use crate::handshake::Initiator;
use crate::pairing::HANDSHAKE_PATIENCE;

impl Scene {
    /// The guest whose handshake stands, up to its own READY, which is still on its way.
    fn standing() -> (Self, Bytes) {
        Self::asked(None)
    }

    /// The same, of a host that asks this question.
    fn asked(question: Option<(&str, &str)>) -> (Self, Bytes) {
        let mut scene = Self::with_question(Provenance::Camera, Provenance::Camera, question);
        scene.connect();
        scene.knock();
        scene.open();
        let now = scene.now();
        let first = scene.of_guest();
        scene.host.received(now, &first);
        let second = scene.of_host();
        scene.guest.received(now, &second);
        let third = scene.of_guest();
        scene.host.received(now, &third);
        let stands = scene.host.poll_effect();
        assert!(matches!(stands, Some(HostEffect::Stands)));
        let ready = scene.of_host();
        scene.guest.received(now, &ready);
        let ready = scene.of_guest();
        (scene, ready)
    }

    fn of_guest(&mut self) -> Bytes {
        match self.guest.poll_effect() {
            Some(GuestEffect::Send(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    fn of_host(&mut self) -> Bytes {
        match self.host.poll_effect() {
            Some(HostEffect::Send(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The guest's device is restarted, and has another link.
    fn comes_anew(&mut self) {
        let (invitation, random) = (self.invitation.clone(), Secret::new([9; 32]));
        let provenance = Provenance::Camera;
        self.guest = Guest::new(identity(2), GUEST, invitation, provenance, random);
        self.connect();
        let (now, host) = (self.now(), self.host_fingerprint);
        self.guest.answered();
        self.guest.opened(now, GUEST, host);
        self.host.opened_beside(now, host, GUEST);
    }

    /// The host's answer to the first message over the link beside.
    fn answers_beside(&mut self) {
        let (now, first) = (self.now(), self.of_guest());
        self.host.received_beside(now, &first);
        match self.host.poll_effect() {
            Some(HostEffect::SendBeside(second)) => self.guest.received(now, &second),
            other => panic!("{other:?}"),
        }
    }

    fn gives_up_beside(&mut self) -> bool {
        matches!(self.host.poll_effect(), Some(HostEffect::AbandonBeside))
    }
}

#[test]
fn a_guest_that_comes_anew_takes_the_place_when_its_handshake_stands() {
    let (mut scene, _) = Scene::standing();
    scene.comes_anew();
    scene.answers_beside();
    let now = scene.now();
    let third = scene.of_guest();
    scene.host.received_beside(now, &third);
    assert!(matches!(scene.host.poll_effect(), Some(HostEffect::Stands)));
    let (at_host, at_guest) = scene.carry();
    assert!(matches!((at_host, at_guest), (Some(Ok(_)), Some(Ok(_)))));
}

#[test]
fn until_then_the_guest_on_the_link_goes_on_and_may_be_done_first() {
    let (mut scene, ready) = Scene::standing();
    let now = scene.now();
    scene.host.opened_beside(now, scene.host_fingerprint, GUEST);
    scene.host.received(now, &ready);
    assert!(matches!(scene.carry(), (Some(Ok(_)), Some(Ok(_)))));
    assert!(scene.host.stage().is_none());
    scene.host.received_beside(now, &ready);
    assert!(scene.host.poll_effect().is_none());
}

#[test]
fn whoever_fails_beside_is_given_up_and_costs_nothing() {
    let (mut scene, ready) = Scene::standing();
    let now = scene.now();
    let key = identity(7).key;
    let elsewhere = crate::handshake::Prologue {
        host: GUEST,
        ..scene.prologue()
    };
    let psk = scene.invitation.keys().noise_psk();
    let (_, bound_elsewhere) = Initiator::start(&key, &psk, &elsewhere).unwrap();
    for first in [b"garbage".to_vec(), bound_elsewhere] {
        scene.host.opened_beside(now, scene.host_fingerprint, GUEST);
        scene.host.received_beside(now, &first.into());
        assert!(scene.gives_up_beside());
    }
    // An answer that nobody but the guest could have written.
    scene.host.opened_beside(now, scene.host_fingerprint, GUEST);
    let (_, first) = Initiator::start(&key, &psk, &scene.prologue()).unwrap();
    scene.host.received_beside(now, &first.into());
    let answered = scene.host.poll_effect();
    assert!(matches!(answered, Some(HostEffect::SendBeside(_))));
    scene
        .host
        .received_beside(now, &Bytes::from_static(b"third"));
    assert!(scene.gives_up_beside());
    assert_eq!(scene.host.history().strikes, Strikes::default());
    scene.host.received(now, &ready);
    assert!(matches!(scene.carry(), (Some(Ok(_)), Some(Ok(_)))));
}

#[test]
fn whoever_comes_has_its_time() {
    let (mut scene, ready) = Scene::asked(Some(("Our dog?", "Rex")));
    let now = scene.now();
    scene.host.received(now, &ready);
    scene.host.opened_beside(now, scene.host_fingerprint, GUEST);
    scene.pass(HANDSHAKE_PATIENCE);
    assert!(scene.gives_up_beside());
    assert!(matches!(scene.host.stage(), Some(HostStage::Asking { .. })));
}

#[test]
fn the_link_beside_is_the_link_when_the_one_before_it_ends() {
    for is_answered in [false, true] {
        let (mut scene, _) = Scene::standing();
        scene.comes_anew();
        if is_answered {
            scene.answers_beside();
        }
        let now = scene.now();
        scene.host.link_ended(now);
        assert!(scene.host.poll_effect().is_none());
        assert!(matches!(scene.carry(), (Some(Ok(_)), Some(Ok(_)))));
    }
}

#[test]
fn where_nobody_stands_nobody_is_beside() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    let (now, host) = (scene.now(), scene.host_fingerprint);
    scene.host.opened_beside(now, host, GUEST);
    assert!(scene.gives_up_beside());
    let (mut scene, _) = Scene::standing();
    scene.host.opened_beside(now, host, Fingerprint([8; 32]));
    assert!(scene.gives_up_beside());
}
