//! What the two say of themselves, heard by somebody who goes through the handshake by hand.

use super::*;
use crate::handshake::{Initiator, Mode, Policy, Prologue, Ready, Responder};

impl Scene {
    pub(super) fn prologue(&self) -> Prologue {
        Prologue {
            mode: Mode::OneWay,
            policy: Policy::default(),
            invite_id: self.invitation.keys().invite_id(),
            invitation_digest: self.invitation.digest(),
            reply_digest: None,
            host: self.host_fingerprint,
            guest: self.guest_fingerprint,
        }
    }

    /// The random that the host says on a new link.
    fn random_of_host(&mut self) -> Secret<32> {
        let (now, prologue) = (self.now(), self.prologue());
        let (key, psk) = (identity(7).key, self.invitation.keys().noise_psk());
        self.host.opened(now, prologue.host, prologue.guest);
        let (initiator, first) = Initiator::start(&key, &psk, &prologue).unwrap();
        self.host.received(now, &first.into());
        let second = said(self.host.poll_effect());
        let (mut established, third) = initiator.finish(&second).unwrap();
        self.host.received(now, &third.into());
        let stands = self.host.poll_effect();
        assert!(matches!(stands, Some(HostEffect::Stands)));
        let frame = said(self.host.poll_effect());
        let body = established.channel.opener.open(frame).unwrap();
        self.host.link_ended(now);
        Ready::from_bytes(&body).unwrap().random().clone()
    }

    /// The random that the guest says on a new link.
    fn random_of_guest(&mut self) -> Secret<32> {
        let (now, prologue) = (self.now(), self.prologue());
        let (key, psk) = (identity(7).key, self.invitation.keys().noise_psk());
        self.guest.opened(now, prologue.guest, prologue.host);
        let sent = |guest: &mut Guest| match guest.poll_effect() {
            Some(GuestEffect::Send(message)) => message,
            other => panic!("{other:?}"),
        };
        let first = sent(&mut self.guest);
        let (responder, _, second) = Responder::respond(&key, &psk, &[prologue], &first).unwrap();
        self.guest.received(now, &second.into());
        let mut established = responder.finish(&sent(&mut self.guest)).unwrap();
        let frame = sent(&mut self.guest);
        let body = established.channel.opener.open(frame).unwrap();
        self.guest.link_ended(now);
        assert!(matches!(self.guest.poll_effect(), Some(GuestEffect::Again)));
        Ready::from_bytes(&body).unwrap().random().clone()
    }
}

fn said(effect: Option<HostEffect>) -> Bytes {
    match effect {
        Some(HostEffect::Send(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_random_in_ready_is_another_on_every_link() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(scene.random_of_host());
        heard.push(scene.random_of_guest());
    }
    for (at, one) in heard.iter().enumerate() {
        assert!(!heard[..at].contains(one), "{at}");
    }
}
