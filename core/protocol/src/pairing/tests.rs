//! The two machines against each other, with time as an argument and no network.

use super::guest::{Guest, GuestEffect, OtherInvitation, Tried};
use super::host::{Host, HostEffect, HostHistory, HostTerms, MOST_FORMS, Strikes};
use super::view::{GuestStage, GuestView, HostStage};
use super::{AuthenticatedPeer, Failure, Identity, Now, Provenance};
use crate::certificate::Certificate;
use crate::handshake::{ClientKind, StaticKey, TrustReason};
use crate::link::TransportError;
use bytes::Bytes;
use handfast_seal::Answers;
use handfast_token::{
    BrowserIce, Candidate, Candidates, Expiry, Fingerprint, IceCredentials, IcePassword,
    Invitation, QR_LIFETIME, Question, SealedReply, Secret,
};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

mod ask;
mod beside;
mod kept;
mod ready;
mod replies;
mod table;
mod taken;

const UNIX: u64 = 1_790_000_000;

/// What the guest's certificate is known by.
const GUEST: Fingerprint = Fingerprint([2; 32]);

/// How a pairing ended for one side.
type End = Result<Box<AuthenticatedPeer>, Failure>;

/// Both machines, a clock, and what each saw of the other's certificate.
struct Scene {
    start: Instant,
    elapsed: Duration,
    invitation: Invitation,
    host: Host,
    guest: Guest,
    host_fingerprint: Fingerprint,
    guest_fingerprint: Fingerprint,
}

fn identity(seed: u8) -> Identity {
    Identity {
        key: StaticKey::new(Secret::new([seed; 32])),
        name: format!("name {seed}"),
        client: Some(ClientKind::Program.into()),
    }
}

fn candidates(last: u8) -> Candidates {
    let address = SocketAddr::from(([192, 168, 1, last], 4000));
    Candidates::new(vec![Candidate::host(address)]).unwrap()
}

impl Scene {
    fn new(handed: Provenance, provenance: Provenance) -> Self {
        Self::with_question(handed, provenance, None)
    }

    fn with_question(
        handed: Provenance,
        provenance: Provenance,
        question: Option<(&str, &str)>,
    ) -> Self {
        let (host, guest) = (identity(1), identity(2));
        let certificate = Certificate::new(vec![0], Fingerprint([8; 32]));
        let host_fingerprint = certificate.fingerprint();
        let invitation = Invitation {
            secret: Secret::new([3; 16]),
            expiry: Expiry::after(UNIX, QR_LIFETIME),
            fingerprint: host_fingerprint,
            candidates: candidates(1),
            question: question.map(|(asked, _)| Question::new(asked).unwrap()),
            name: None,
            browser: None,
            host_can_punch: true,
        };
        let start = Instant::now();
        let now = Now {
            monotonic: start,
            unix: UNIX,
        };
        let terms = HostTerms {
            invitation: invitation.clone(),
            certificate,
            handed,
            answer: question.map(|(_, answer)| Answers::new(&[answer]).unwrap()),
            random: Secret::new([4; 32]),
        };
        Self {
            start,
            elapsed: Duration::ZERO,
            host_fingerprint,
            guest_fingerprint: GUEST,
            host: Host::new(now, host, terms, QR_LIFETIME),
            guest: Guest::new(
                guest,
                GUEST,
                invitation.clone(),
                provenance,
                Secret::new([5; 32]),
            ),
            invitation,
        }
    }

    /// Somebody else who holds the invitation sits down in the guest's place.
    fn another_guest(&mut self, provenance: Provenance) {
        self.guest_fingerprint = Fingerprint([8; 32]);
        let (invitation, random) = (self.invitation.clone(), Secret::new([9; 32]));
        self.guest = Guest::new(
            identity(8),
            self.guest_fingerprint,
            invitation,
            provenance,
            random,
        );
    }

    fn now(&self) -> Now {
        Now {
            monotonic: self.start + self.elapsed,
            unix: UNIX + self.elapsed.as_secs(),
        }
    }

    /// Lets time pass, waking each machine exactly when it asked for it. A machine that asks for a
    /// moment that has passed would keep its runner busy for ever, and is caught here.
    fn pass(&mut self, duration: Duration) {
        let end = self.elapsed + duration;
        let mut woken = 0;
        while let Some(at) = self.next_timeout().filter(|at| *at <= end) {
            self.elapsed = self.elapsed.max(at);
            let now = self.now();
            self.host.handle_timeout(now);
            self.guest.handle_timeout(now);
            woken += 1;
            assert!(woken < 20, "a machine does not stop asking for {at:?}");
        }
        self.elapsed = end;
    }

    fn next_timeout(&self) -> Option<Duration> {
        let due = [self.host.poll_timeout(), self.guest.poll_timeout()];
        let next = due.into_iter().flatten().min()?;
        Some(next.saturating_duration_since(self.start))
    }

    fn connect(&mut self) {
        let (now, ours) = (self.now(), candidates(2));
        self.guest
            .connect(now, ours, [6; 8], Duration::from_secs(3600));
    }

    fn knock(&mut self) {
        let now = self.now();
        self.host.knocked(now, self.guest_fingerprint);
        self.guest.answered();
    }

    fn open(&mut self) {
        let (now, host, guest) = (self.now(), self.host_fingerprint, self.guest_fingerprint);
        self.host.opened(now, host, guest);
        self.guest.opened(now, guest, host);
    }

    /// Carries messages until nobody has anything to say. Gives how it ended at host and guest,
    /// where it did.
    fn carry(&mut self) -> (Option<End>, Option<End>) {
        let (mut at_host, mut at_guest) = (None, None);
        let now = self.now();
        for _ in 0..10 {
            while let Some(effect) = self.guest.poll_effect() {
                match effect {
                    GuestEffect::Send(message) => self.host.received(now, &message),
                    GuestEffect::Again => self.host.link_ended(now),
                    GuestEffect::Done(host) => at_guest = Some(Ok(host)),
                    GuestEffect::Over(failure) => at_guest = Some(Err(failure)),
                    GuestEffect::Remember => self.guest.remembered(true),
                    GuestEffect::LookOutside | GuestEffect::Keep => {}
                }
            }
            while let Some(effect) = self.host.poll_effect() {
                match effect {
                    HostEffect::Send(message) => self.guest.received(now, &message),
                    HostEffect::Done(guest) => at_host = Some(Ok(guest)),
                    HostEffect::Over(failure) => at_host = Some(Err(failure)),
                    HostEffect::Abandon => self.guest.link_ended(now),
                    HostEffect::Remember => self.host.remembered(true),
                    HostEffect::Expect(..)
                    | HostEffect::ExpectNobody
                    | HostEffect::LookOutside
                    | HostEffect::Reissue(_)
                    | HostEffect::Stands
                    | HostEffect::SendBeside(_)
                    | HostEffect::AbandonBeside
                    | HostEffect::Keep => {}
                }
            }
        }
        (at_host, at_guest)
    }

    /// The host counts what the guest did, and sends it away.
    fn is_struck(&mut self) -> bool {
        let effects = [self.host.poll_effect(), self.host.poll_effect()];
        matches!(effects, [Some(HostEffect::Keep), Some(HostEffect::Abandon)])
    }

    /// Carries messages until both have handed over.
    fn talk(&mut self) -> (Box<AuthenticatedPeer>, Box<AuthenticatedPeer>) {
        match self.carry() {
            (Some(Ok(at_host)), Some(Ok(at_guest))) => (at_host, at_guest),
            other => panic!("{other:?}"),
        }
    }

    fn host_stage(&self) -> HostStage {
        self.host.stage().unwrap()
    }

    fn guest_view(&self) -> GuestView {
        self.guest.view().unwrap()
    }

    fn shown_reply(&self) -> SealedReply {
        match self.guest_view() {
            GuestView::ReplyNeeded { .. } => self.guest.reply().unwrap().clone(),
            other => panic!("{other:?}"),
        }
    }

    fn guest_failure(&mut self) -> Option<Failure> {
        while let Some(effect) = self.guest.poll_effect() {
            if let GuestEffect::Over(failure) = effect {
                return Some(failure);
            }
        }
        None
    }

    fn host_failure(&mut self) -> Option<Failure> {
        while let Some(effect) = self.host.poll_effect() {
            if let HostEffect::Over(failure) = effect {
                return Some(failure);
            }
        }
        None
    }
}

#[test]
fn the_seven_steps_can_be_walked() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    // 1. The host shows its invitation.
    assert_eq!(scene.host_stage(), HostStage::Waiting);
    // 2. The guest has scanned it, and nothing is sent until the person agrees.
    assert_eq!(scene.guest.view(), None);
    assert!(scene.guest.poll_timeout().is_none() && scene.guest.poll_effect().is_none());
    scene.connect();
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::Knocking)
    );
    // 5. (4 did not come.) The guest shows its reply, and the host takes it.
    scene.pass(Duration::from_secs(3));
    let reply = scene.shown_reply();
    let now = scene.now();
    scene
        .host
        .reply_received(now, &reply, Provenance::Camera)
        .unwrap();
    let Some(HostEffect::Expect(guest, _)) = scene.host.poll_effect() else {
        panic!("the host should knock too")
    };
    assert_eq!(guest.fingerprint, scene.guest_fingerprint);
    assert_eq!(guest.candidates, candidates(2));
    // 3. Both hear each other.
    scene.knock();
    assert_eq!(scene.host_stage(), HostStage::TheyAreHere);
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::Answered)
    );
    // 6. Inside the link, both prove themselves.
    scene.open();
    assert_eq!(scene.host_stage(), HostStage::Checking);
    assert_eq!(
        scene.guest_view(),
        GuestView::Connecting(GuestStage::Checking)
    );
    // 7. They talk.
    let (at_host, at_guest) = scene.talk();
    assert_eq!((at_host.scans, at_guest.scans), (2, 2));
    assert_eq!(at_host.trust.reason(), TrustReason::Scanned);
    assert_eq!(at_host.channel.hash, at_guest.channel.hash);
    assert_eq!(at_host.name, "name 2");
    assert!(scene.host.stage().is_none());
}

#[test]
fn the_second_scan_is_asked_for_only_when_the_first_did_not_suffice() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.knock();
    assert_eq!(scene.host_stage(), HostStage::TheyAreHere);
    scene.pass(Duration::from_millis(2_900));
    assert_eq!(scene.host_stage(), HostStage::TheyAreHere);
    scene.pass(Duration::from_millis(200));
    assert_eq!(scene.host_stage(), HostStage::ScanTheirCode);
}

#[test]
fn a_host_that_scanned_the_reply_is_not_asked_again() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let (now, reply) = (scene.now(), scene.shown_reply());
    scene
        .host
        .reply_received(now, &reply, Provenance::Camera)
        .unwrap();
    scene.pass(Duration::from_secs(10));
    assert_eq!(scene.host_stage(), HostStage::TheyAreHere);
}

#[test]
fn a_reply_by_messenger_proves_less_than_one_on_the_screen() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let (now, reply) = (scene.now(), scene.shown_reply());
    scene
        .host
        .reply_received(now, &reply, Provenance::Carried)
        .unwrap();
    scene.knock();
    scene.open();
    let (at_host, _) = scene.talk();
    assert_eq!(at_host.trust.reason(), TrustReason::OpenLink);
}

#[test]
fn a_reply_of_somebody_else_does_not_vouch_for_the_guest_who_came() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let (now, reply) = (scene.now(), scene.shown_reply());
    scene
        .host
        .reply_received(now, &reply, Provenance::Camera)
        .unwrap();
    // Another guest, with another certificate, holds the same invitation and comes first.
    scene.guest_fingerprint = Fingerprint([9; 32]);
    scene.knock();
    scene.open();
    let (at_host, at_guest) = scene.talk();
    assert_eq!((at_host.scans, at_guest.scans), (1, 1));
    assert_eq!(at_host.trust.reason(), TrustReason::SawTheCode);
}

#[test]
fn a_host_waits_no_longer_than_its_invitation_lives() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.pass(QR_LIFETIME - Duration::from_secs(1));
    assert_eq!(scene.host_stage(), HostStage::Waiting);
    scene.pass(Duration::from_secs(2));
    assert_eq!(scene.host_failure(), Some(Failure::Expired));
    assert!(scene.host.poll_timeout().is_none());
}

#[test]
fn a_guest_stops_knocking_when_its_patience_ends() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    let (now, ours) = (scene.now(), candidates(2));
    scene
        .guest
        .connect(now, ours, [6; 8], Duration::from_secs(30));
    scene.pass(Duration::from_secs(29));
    assert_eq!(scene.guest_failure(), None);
    scene.pass(Duration::from_secs(2));
    assert_eq!(scene.guest_failure(), Some(Failure::NotReached));
}

#[test]
fn a_guest_tries_an_invitation_that_seems_expired_for_a_moment_only() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    // This device's clock runs two hours ahead.
    let ahead = |seconds| Now {
        monotonic: scene.start + Duration::from_secs(seconds),
        unix: UNIX + 7200 + seconds,
    };
    let patience = Duration::from_secs(3600);
    let (at_first, soon, late) = (ahead(0), ahead(7), ahead(9));
    scene
        .guest
        .connect(at_first, candidates(2), [6; 8], patience);
    scene.guest.handle_timeout(soon);
    assert_eq!(scene.guest_failure(), None);
    scene.guest.handle_timeout(late);
    assert_eq!(scene.guest_failure(), Some(Failure::Expired));
}

/// A guest whose clock is six hours off, with an invitation that lives ten minutes.
#[test]
fn a_guest_with_a_wrong_clock_meets_a_host_that_still_waits() {
    for (off, doubts) in [(6 * 3600, false), (-6 * 3600, false), (6 * 3600, true)] {
        let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
        let wrong = |seconds: u64| Now {
            monotonic: scene.start + Duration::from_secs(seconds),
            unix: UNIX.wrapping_add_signed(off) + seconds,
        };
        let patience = Duration::from_secs(3600);
        let (at_first, soon, late) = (wrong(0), wrong(5), wrong(300));
        if doubts {
            scene.guest.doubt_clock();
        }
        scene
            .guest
            .connect(at_first, candidates(2), [6; 8], patience);
        scene.guest.handle_timeout(soon);
        if doubts {
            // As long as it takes to carry the reply over.
            scene.guest.handle_timeout(late);
        }
        assert_eq!(scene.guest_failure(), None);
        let reply = scene.shown_reply();
        let now = scene.now();
        scene
            .host
            .reply_received(now, &reply, Provenance::Carried)
            .unwrap();
        scene.knock();
        scene.open();
        scene.talk();
    }
}

#[test]
fn a_host_whose_clock_jumps_waits_on_by_the_time_that_passes() {
    for off in [6 * 3600, -6 * 3600] {
        let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
        let jumped = Now {
            monotonic: scene.start + Duration::from_secs(60),
            unix: UNIX.wrapping_add_signed(off),
        };
        scene.host.handle_timeout(jumped);
        assert_eq!(scene.host_failure(), None);
        assert_eq!(scene.host_stage(), HostStage::Waiting);
        scene.pass(QR_LIFETIME);
        assert_eq!(scene.host_failure(), Some(Failure::Expired));
    }
}

#[test]
fn a_host_that_says_nothing_is_knocked_at_again_after_fifteen_seconds() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.knock();
    scene.open();
    scene.pass(Duration::from_secs(14));
    while let Some(effect) = scene.guest.poll_effect() {
        assert!(matches!(effect, GuestEffect::Send(_)), "{effect:?}");
    }
    scene.pass(Duration::from_secs(2));
    assert!(matches!(
        scene.guest.poll_effect(),
        Some(GuestEffect::Again)
    ));
    while scene.host.poll_effect().is_some() {}
    scene.knock();
    scene.open();
    scene.talk();
}

#[test]
fn a_guest_knocks_as_long_as_the_invitation_lives_and_no_longer() {
    let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
    scene.connect();
    scene.pass(QR_LIFETIME);
    assert_eq!(scene.guest_failure(), None);
    scene.pass(Duration::from_secs(60));
    assert_eq!(scene.guest_failure(), Some(Failure::Expired));
}

#[test]
fn an_invitation_expires_while_the_device_sleeps() {
    let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
    scene.connect();
    // The clock for intervals stood still.
    let late = Now {
        monotonic: scene.start,
        unix: UNIX + 3600,
    };
    scene.host.resumed(late);
    scene.guest.resumed(late);
    scene.host.handle_timeout(late);
    assert_eq!(scene.host_failure(), Some(Failure::Expired));
    scene.pass(Duration::from_secs(9));
    assert!(scene.guest_failure().is_some());
}

#[test]
fn a_guest_that_was_restarted_shows_the_same_reply_and_meets_the_host_that_has_it() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let (now, reply) = (scene.now(), scene.shown_reply());
    scene
        .host
        .reply_received(now, &reply, Provenance::Camera)
        .unwrap();
    scene.guest = Guest::new(
        identity(2),
        GUEST,
        scene.invitation.clone(),
        Provenance::Camera,
        Secret::new([9; 32]),
    );
    let patience = Duration::from_secs(3600);
    let again = scene.guest.connect_again(now, reply.clone(), patience);
    assert_eq!(again, Ok(()));
    assert_eq!(scene.shown_reply(), reply);
    scene.knock();
    scene.open();
    let (at_host, at_guest) = scene.talk();
    assert_eq!((at_host.scans, at_guest.scans), (2, 2));
}

#[test]
fn a_guest_that_moved_shows_another_reply_and_is_still_let_in_by_the_older() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.pass(Duration::from_secs(3));
    let (now, older) = (scene.now(), scene.shown_reply());
    scene.guest.moved(candidates(2), None, [7; 8]);
    assert_eq!(scene.shown_reply(), older);
    scene.guest.moved(candidates(3), None, [8; 8]);
    assert_ne!(scene.shown_reply(), older);
    scene
        .host
        .reply_received(now, &older, Provenance::Camera)
        .unwrap();
    scene.knock();
    scene.open();
    let (at_host, at_guest) = scene.talk();
    assert_eq!((at_host.scans, at_guest.scans), (1, 1));
    // The certificate is the one that the camera saw, whatever addresses came with it.
    assert_eq!(at_host.trust.reason(), TrustReason::Scanned);
}

#[test]
fn strikes_outlive_a_restart_of_the_host() {
    let garbage = Bytes::from(vec![0xaa; 96]);
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    let strikes = Strikes {
        handshakes: 4,
        answers: 2,
    };
    let history = HostHistory {
        strikes,
        ..HostHistory::default()
    };
    let now = scene.now();
    scene.host = scene.host.with_history(now, history).unwrap();
    assert_eq!(scene.host.history().strikes, strikes);
    let (now, host, guest) = (scene.now(), scene.host_fingerprint, scene.guest_fingerprint);
    scene.host.opened(now, host, guest);
    scene.host.received(now, &garbage);
    assert_eq!(scene.host_failure(), Some(Failure::Burned));
}

#[test]
fn a_guest_gone_half_way_frees_the_slot_in_fifteen_seconds() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.knock();
    scene.open();
    scene.pass(Duration::from_secs(16));
    assert!(matches!(
        scene.host.poll_effect(),
        Some(HostEffect::Abandon)
    ));
    assert_eq!(scene.host_stage(), HostStage::Waiting);
}

#[test]
fn a_host_that_hangs_up_after_the_first_message_did_not_make_the_invitation() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.open();
    scene.guest.link_ended(scene.now());
    assert_eq!(scene.guest_failure(), Some(Failure::NotTheInviter));
}

#[test]
fn garbage_in_place_of_a_proof_fails_at_every_step() {
    let garbage = Bytes::from(vec![0xaa; 96]);
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.open();
    scene.guest.received(scene.now(), &garbage);
    assert!(matches!(
        scene.guest.poll_effect(),
        Some(GuestEffect::Send(_))
    ));
    assert_eq!(scene.guest_failure(), Some(Failure::NotTheInviter));
    for attempt in 1..=5 {
        let (now, host, guest) = (scene.now(), scene.host_fingerprint, scene.guest_fingerprint);
        scene.host.opened(now, host, guest);
        scene.host.received(now, &garbage);
        if attempt < 5 {
            assert!(scene.is_struck());
        }
    }
    assert_eq!(scene.host_failure(), Some(Failure::Burned));
}

#[test]
fn a_failed_attempt_carries_its_reason_to_the_guest() {
    for (error, failure) in [
        (TransportError::WrongCertificate, Failure::WrongCertificate),
        (TransportError::NoAddress, Failure::NoNetwork),
        (TransportError::Closed, Failure::WentAway),
    ] {
        let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
        scene.connect();
        scene.guest.failed(error);
        assert_eq!(scene.guest_failure(), Some(failure));
    }
}

#[test]
fn either_side_ends_once() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.connect();
    scene.guest.failed(TransportError::NoAddress);
    scene.guest.failed(TransportError::Closed);
    assert_eq!(scene.guest_failure(), Some(Failure::NoNetwork));
    assert_eq!(scene.guest_failure(), None);
    scene.pass(QR_LIFETIME);
    scene.pass(QR_LIFETIME);
    assert_eq!(scene.host_failure(), Some(Failure::Expired));
    assert_eq!(scene.host_failure(), None);
}

/// Whether the guest wants servers outside to be asked now.
fn wants_to_look(scene: &mut Scene) -> bool {
    let mut effects = std::iter::from_fn(|| scene.guest.poll_effect());
    effects.any(|effect| matches!(effect, GuestEffect::LookOutside))
}

#[test]
fn a_guest_asks_nobody_outside_before_the_local_network_has_failed() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.guest.may_look_outside();
    scene.connect();
    scene.pass(Duration::from_millis(900));
    assert!(!wants_to_look(&mut scene));
    scene.pass(Duration::from_millis(200));
    assert!(wants_to_look(&mut scene));
    scene.pass(Duration::from_secs(10));
    assert!(!wants_to_look(&mut scene), "once is enough");
}

#[test]
fn a_guest_that_is_answered_or_may_not_asks_nobody_outside() {
    for may in [true, false] {
        let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
        if may {
            scene.guest.may_look_outside();
        }
        scene.connect();
        if may {
            scene.knock();
        }
        scene.pass(Duration::from_secs(10));
        assert!(!wants_to_look(&mut scene));
    }
}

#[test]
fn a_reply_waits_a_moment_for_the_address_that_others_see() {
    let is_shown = |scene: &Scene| matches!(scene.guest_view(), GuestView::ReplyNeeded { .. });
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.guest.may_look_outside();
    scene.connect();
    scene.pass(Duration::from_secs(4));
    assert!(!is_shown(&scene));
    scene.guest.moved(candidates(7), None, [8; 8]);
    scene.pass(Duration::ZERO);
    let now = scene.now();
    scene.guest.handle_timeout(now);
    assert!(is_shown(&scene));
    let keys = scene.invitation.keys();
    assert_eq!(
        scene.shown_reply().open(&keys).unwrap().candidates,
        candidates(7)
    );

    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.guest.may_look_outside();
    scene.connect();
    scene.pass(Duration::from_secs(5));
    assert!(
        is_shown(&scene),
        "servers that stay silent are not waited for"
    );
}

#[test]
fn a_host_that_moved_shows_its_invitation_anew_and_lets_in_whoever_holds_any_form_of_it() {
    for rescans in [false, true] {
        let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
        scene.connect();
        scene.pass(Duration::from_secs(3));
        let (now, reply) = (scene.now(), scene.shown_reply());
        scene
            .host
            .reply_received(now, &reply, Provenance::Camera)
            .unwrap();
        scene.host.moved(candidates(9), None);
        scene.host.moved(candidates(9), None);
        let effects: Vec<HostEffect> = std::iter::from_fn(|| scene.host.poll_effect()).collect();
        let mut forms = effects.into_iter().filter_map(|effect| match effect {
            HostEffect::Reissue(invitation) => Some(*invitation),
            _ => None,
        });
        let form = forms.next().unwrap();
        assert!(forms.next().is_none());
        assert_eq!(form.candidates, candidates(9));
        scene.pass(Duration::from_secs(4));
        assert_eq!(scene.host_stage(), HostStage::ShowAgain);
        if rescans {
            scene.guest.invitation_received(form).unwrap();
        }
        scene.knock();
        scene.open();
        let (at_host, at_guest) = scene.talk();
        assert_eq!((at_host.scans, at_guest.scans), (2, 2));
    }
}

#[test]
fn the_form_that_was_handed_out_stays_good_however_often_the_host_seems_to_move() {
    let mut scene = Scene::new(Provenance::Carried, Provenance::Carried);
    // A server that names another address each time it is asked can make it so.
    for last in 10..40 {
        scene.host.moved(candidates(last), None);
    }
    assert_eq!(scene.host.history().forms.len(), MOST_FORMS);
    scene.connect();
    scene.knock();
    scene.open();
    scene.talk();
}

#[test]
fn every_form_of_an_invitation_is_good_after_a_restart_too() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    scene.host.moved(candidates(9), None);
    let form = Invitation {
        candidates: candidates(9),
        ..scene.invitation.clone()
    };
    let history = scene.host.history();
    let again = Scene::new(Provenance::Camera, Provenance::Camera);
    let again_now = again.now();
    (scene.host, scene.host_fingerprint) = (
        again.host.with_history(again_now, history).unwrap(),
        again.host_fingerprint,
    );
    scene.guest = Guest::new(
        identity(2),
        GUEST,
        form,
        Provenance::Camera,
        Secret::new([9; 32]),
    );
    scene.connect();
    scene.knock();
    scene.open();
    scene.talk();
}

#[test]
fn an_invitation_that_differs_in_more_than_its_addresses_is_another_one() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    let ours = scene.invitation.clone();
    let others = [
        Invitation {
            secret: Secret::new([4; 16]),
            ..ours.clone()
        },
        Invitation {
            fingerprint: Fingerprint([9; 32]),
            ..ours.clone()
        },
        Invitation {
            question: Question::new("And now?").ok(),
            ..ours.clone()
        },
    ];
    for other in others {
        assert_eq!(scene.guest.invitation_received(other), Err(OtherInvitation));
    }
    scene.guest.invitation_received(ours).unwrap();
}

fn chosen(ufrag: &str) -> BrowserIce {
    let chosen = IceCredentials {
        ufrag: ufrag.to_owned(),
        password: IcePassword::new("h1wYalX/uX6eUNT0ffyalxKR").unwrap(),
    };
    BrowserIce::new(&chosen).unwrap()
}

#[test]
fn the_guest_of_a_browser_shows_its_reply_at_once_and_reads_what_the_browser_chose_anew() {
    let mut scene = Scene::new(Provenance::Camera, Provenance::Camera);
    let of_browser = |ufrag| Invitation {
        browser: Some(chosen(ufrag)),
        ..scene.invitation.clone()
    };
    let [first, anew] = ["rnWW", "rnWX"].map(of_browser);
    let of_none = scene.invitation.clone();
    scene.guest = Guest::new(
        identity(2),
        GUEST,
        first,
        Provenance::Camera,
        Secret::new([5; 32]),
    )
    .with_browser(Some(chosen("abcd")));
    scene.connect();
    let is_shown = GuestView::ReplyNeeded { slot_taken: false };
    assert_eq!(scene.guest.view(), Some(is_shown));
    let opened = |scene: &Scene| scene.guest.reply().unwrap().open(&of_none.keys()).unwrap();
    assert_eq!(opened(&scene).browser, Some(chosen("abcd")));
    // This browser has to choose anew as well: its reply is another one then.
    let moved = Some(chosen("abce"));
    scene.guest.moved(candidates(2), moved.clone(), [7; 8]);
    assert_eq!(opened(&scene).browser, moved);
    assert_eq!(scene.guest.invitation_received(anew), Ok(()));
    let other = scene.guest.invitation_received(of_none.clone());
    assert_eq!(other, Err(OtherInvitation), "a browser stays one");
}
