//! An answer that comes late still connects: devices that wait, sleep, move and die on the way, over
//! real sockets and real stores. Each case ends in two people talking.

#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_native::net::{Endpoint, new_certificate};
use handfast_native::pairing::{
    Failure, GuestTerms, HostHistory, HostStage, HostTerms, Identity, Meeting, Pairing,
    PairingEvent, Provenance, Standing, View, own_candidates,
};
use handfast_native::seal::Answers;
use handfast_native::store::{
    EndReason, KeyFile, PendingInvitation, PendingReply, Store, StoreError,
};
use handfast_native::token::{
    Candidate, Candidates, Expiry, Invitation, InviteId, LINK_LIFETIME, Policy, Question,
    SealedReply, Secret, random_bytes,
};
use handfast_native::unix_seconds;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

/// It takes a fraction of a second; this leaves a busy machine its time.
const AT_ONCE: Duration = Duration::from_secs(8);

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Linux answers on all of 127/8, so other addresses of it stand for other networks.
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
const ANSWER: &str = "Rex";

/// A device: a store that lasts, and a process that may die.
struct Device {
    folder: PathBuf,
    store: Store,
    process: Runtime,
}

impl Device {
    fn new() -> Self {
        let name = u64::from_le_bytes(random_bytes().unwrap());
        let folder = std::env::temp_dir().join(format!("handfast-late-{name:x}"));
        Self {
            store: open(&folder),
            folder,
            process: process(),
        }
    }

    /// Kills the process: nothing says goodbye. Its port is free afterwards.
    fn die(&mut self, port: u16) {
        std::mem::replace(&mut self.process, process()).shutdown_background();
        self.store = open(&self.folder);
        for _ in 0..100 {
            if UdpSocket::bind((HERE, port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the port is not free");
    }

    fn identity(&self) -> Identity {
        Identity {
            key: self.store.identity().clone(),
            name: "Zoë".to_owned(),
        }
    }

    /// Makes an invitation and keeps it. `leads_to` replaces where it leads to.
    fn invite(&self, question: Option<&str>, leads_to: Option<SocketAddr>) -> (InviteId, u16) {
        let _inside = self.process.enter();
        let endpoint = Endpoint::bind(&[HERE], None).unwrap();
        let certificate = new_certificate().unwrap();
        let mut candidates = own_candidates(&endpoint, LOCAL).unwrap();
        if let Some(address) = leads_to {
            candidates = Candidates::new(vec![Candidate::host(address)]).unwrap();
        }
        let port = endpoint.addresses()[0].port();
        let pending = PendingInvitation {
            invitation: Invitation {
                secret: Secret::random().unwrap(),
                expiry: Expiry::after(unix_seconds(), LINK_LIFETIME),
                fingerprint: certificate.fingerprint(),
                candidates,
                question: question.map(|question| Question::new(question).unwrap()),
                name: None,
                host_is_browser: false,
                host_can_punch: true,
            },
            certificate,
            port,
            handed: Provenance::Camera,
            locked: None,
            answer: question.map(|_| Answers::new(&[ANSWER]).unwrap()),
            made: unix_seconds(),
            history: HostHistory::default(),
        };
        let id = self.store.add_invitation(&pending, unix_seconds()).unwrap();
        (id, port)
    }

    /// Waits with an invitation out of the store, as after every start.
    fn host(&self, id: InviteId) -> Pairing {
        let _inside = self.process.enter();
        let kept = self.store.invitation(id, unix_seconds()).unwrap();
        let terms = HostTerms {
            invitation: kept.invitation,
            certificate: kept.certificate,
            handed: kept.handed,
            answer: kept.answer,
            random: Secret::random().unwrap(),
        };
        Pairing::host_again(
            self.identity(),
            Endpoint::bind(&[HERE], Some(kept.port)).unwrap(),
            terms,
            kept.history,
        )
        .unwrap()
    }

    /// What the guest gets.
    fn handed_out(&self, id: InviteId) -> Invitation {
        self.store
            .invitation(id, unix_seconds())
            .unwrap()
            .invitation
    }

    /// Accepts an invitation, and keeps what is needed to go on.
    fn accept(&self, invitation: &Invitation) -> (Pairing, InviteId, u16) {
        let _inside = self.process.enter();
        let certificate = new_certificate().unwrap();
        let endpoint = Endpoint::bind(&[HERE], None).unwrap();
        let port = endpoint.addresses()[0].port();
        let terms = self.terms(invitation.keys().invite_id());
        let pairing = Pairing::guest(
            self.identity(),
            certificate.clone(),
            endpoint,
            invitation.clone(),
            terms,
        )
        .unwrap();
        let reply = pairing.standing().borrow().reply.clone().unwrap();
        let pending = PendingReply {
            invitation: invitation.clone(),
            reply,
            certificate,
            port,
            provenance: Provenance::Camera,
            made: unix_seconds(),
        };
        let id = self.store.put_reply(&pending, unix_seconds()).unwrap();
        (pairing, id, port)
    }

    /// Goes on with an accepted invitation out of the store.
    fn knock_again(&self, id: InviteId) -> Pairing {
        let _inside = self.process.enter();
        let kept = self.store.reply(id, unix_seconds()).unwrap();
        Pairing::guest_again(
            self.identity(),
            kept.certificate,
            Endpoint::bind(&[HERE], Some(kept.port)).unwrap(),
            kept.invitation,
            kept.reply,
            self.terms(id),
        )
        .unwrap()
    }

    /// How somebody here knocks, who remembers what was answered before.
    fn terms(&self, id: InviteId) -> GuestTerms {
        GuestTerms {
            policy: LOCAL,
            tried: self.store.tried(id, unix_seconds()).unwrap(),
            ..GuestTerms::new(Provenance::Camera)
        }
    }

    /// Keeps what must not be forgotten of this guest.
    fn follow(&self, id: InviteId, guest: &Pairing) {
        let _inside = self.process.enter();
        let (store, mut keeping) = (self.store.clone(), guest.keeping());
        tokio::spawn(async move {
            let mut news = Some(keeping.now());
            while let Some(standing) = news {
                let counted =
                    store.count_proofs(id, Provenance::Carried, standing.proofs, unix_seconds());
                counted.unwrap();
                keeping.kept(&standing);
                news = keeping.changed().await;
            }
        });
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        std::mem::replace(&mut self.process, process()).shutdown_background();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const LOCAL: Policy = Policy { loopback: true };

fn open(folder: &std::path::Path) -> Store {
    Store::open(&folder.join("store"), &KeyFile::new(folder.join("key"))).unwrap()
}

fn process() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// One invites and waits, the other accepts and knocks.
fn begin(
    one: &Device,
    other: &Device,
    question: Option<&str>,
    leads_to: Option<SocketAddr>,
) -> (Pairing, Pairing) {
    let (id, _) = one.invite(question, leads_to);
    let host = one.host(id);
    let (guest, ..) = other.accept(&one.handed_out(id));
    (host, guest)
}

/// Runs a test whose devices have processes of their own. These may not be dropped where
/// asynchronous code runs, so the devices live outside.
fn run(test: impl AsyncFnOnce(&mut Device, &mut Device)) {
    let (mut one, mut other) = (Device::new(), Device::new());
    process().block_on(test(&mut one, &mut other));
}

async fn met(pairing: &mut Pairing) -> Result<Box<Meeting>, Failure> {
    let end = async {
        loop {
            match pairing.next().await.expect("an end") {
                PairingEvent::Met(meeting) => return Ok(meeting),
                PairingEvent::Failed(failure) => return Err(failure),
                PairingEvent::View(View::Asking { .. }) => {
                    pairing.answer(Answers::new(&[ANSWER]).unwrap()).await;
                }
                PairingEvent::View(_) | PairingEvent::Hint(_) | PairingEvent::Reissued(_) => {}
            }
        }
    };
    timeout(Duration::from_secs(40), end)
        .await
        .expect("an end in time")
}

/// Both meet, and it is each other.
async fn both(host: &mut Pairing, guest: &mut Pairing) -> (Meeting, Meeting) {
    let (at_host, at_guest) = tokio::join!(met(host), met(guest));
    let (mut at_host, at_guest) = (*at_host.unwrap(), *at_guest.unwrap());
    let (host, guest) = (&at_host.peer, &at_guest.peer);
    assert_eq!(host.channel.hash, guest.channel.hash);
    at_guest.link.send("hello".into()).await.unwrap();
    let heard = timeout(Duration::from_secs(10), at_host.link.receive()).await;
    assert_eq!(heard.unwrap().unwrap(), "hello");
    (at_host, at_guest)
}

async fn view(pairing: &mut Pairing, wanted: impl Fn(&View) -> bool) -> View {
    let seen = async {
        loop {
            match pairing.next().await.expect("a view") {
                PairingEvent::View(view) if wanted(&view) => return view,
                PairingEvent::View(_) | PairingEvent::Hint(_) | PairingEvent::Reissued(_) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    timeout(Duration::from_secs(40), seen)
        .await
        .expect("a view in time")
}

async fn shown_reply(guest: &mut Pairing) -> SealedReply {
    match view(guest, |view| matches!(view, View::ReplyNeeded { .. })).await {
        View::ReplyNeeded { reply, .. } => SealedReply::parse(&reply).unwrap(),
        _ => unreachable!(),
    }
}

fn is_asking(view: &View) -> bool {
    let asking = |stage: &HostStage| matches!(stage, HostStage::Asking { .. });
    matches!(view, View::Asking { .. })
        || matches!(view, View::Hosting { stage, .. } if asking(stage))
}

/// An address where nobody answers.
fn nowhere() -> (UdpSocket, SocketAddr) {
    let silent = UdpSocket::bind((HERE, 0)).unwrap();
    let address = silent.local_addr().unwrap();
    (silent, address)
}

#[test]
fn a_reply_that_comes_late_connects_at_once() {
    run(async |one, other| {
        let (_silent, address) = nowhere();
        let (mut host, mut guest) = begin(one, other, None, Some(address));
        let reply = shown_reply(&mut guest).await;
        // Past every patience of the layers below, and into the polite pace of knocking.
        sleep(Duration::from_secs(32)).await;
        let begun = Instant::now();
        host.reply_received(reply, Provenance::Camera)
            .await
            .unwrap();
        let (at_host, at_guest) = both(&mut host, &mut guest).await;
        assert_eq!((at_host.peer.scans, at_guest.peer.scans), (2, 2));
        let took = begun.elapsed();
        assert!(took < AT_ONCE, "{took:?}");
    });
}

/// Sleeps at every moment of the way: before the knock, half-way, inside the handshake.
#[test]
fn either_or_both_may_sleep_at_any_moment() {
    std::thread::scope(|scope| {
        for (host_sleeps, guest_sleeps) in [(true, false), (false, true), (true, true)] {
            for moment in [0, 1, 2, 4, 7, 12, 20] {
                scope.spawn(move || {
                    run(async |one, other| {
                        let (mut host, mut guest) = begin(one, other, None, None);
                        sleep(Duration::from_millis(moment)).await;
                        if host_sleeps {
                            host.pause().await;
                        }
                        if guest_sleeps {
                            guest.pause().await;
                        }
                        sleep(Duration::from_millis(300)).await;
                        host.resume().await;
                        sleep(Duration::from_millis(50)).await;
                        guest.resume().await;
                        both(&mut host, &mut guest).await;
                    });
                });
            }
        }
    });
}

#[test]
fn a_guest_that_slept_before_its_reply_arrived_is_reached_when_it_wakes() {
    run(async |one, other| {
        let (_silent, address) = nowhere();
        let (mut host, mut guest) = begin(one, other, None, Some(address));
        let reply = shown_reply(&mut guest).await;
        // Sharing the reply by a messenger puts the app to sleep, on both sides.
        guest.pause().await;
        host.pause().await;
        host.reply_received(reply, Provenance::Carried)
            .await
            .unwrap();
        sleep(Duration::from_millis(500)).await;
        host.resume().await;
        sleep(Duration::from_secs(2)).await;
        let begun = Instant::now();
        guest.resume().await;
        both(&mut host, &mut guest).await;
        let took = begun.elapsed();
        assert!(took < AT_ONCE, "{took:?}");
    });
}

#[test]
fn a_link_that_waits_for_an_answer_outlives_sleep() {
    for host_sleeps in [true, false] {
        run(async |one, other| {
            let (mut host, mut guest) = begin(one, other, Some("Our dog?"), None);
            view(&mut host, is_asking).await;
            view(&mut guest, is_asking).await;
            let sleeper = if host_sleeps { &host } else { &guest };
            sleeper.pause().await;
            sleep(Duration::from_secs(4)).await;
            sleeper.resume().await;
            guest.answer(Answers::new(&[ANSWER]).unwrap()).await;
            both(&mut host, &mut guest).await;
        });
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_link_that_waits_for_an_answer_follows_either_side_to_another_network() {
    for (host_moves, guest_moves) in [(true, false), (false, true)] {
        run(async |one, other| {
            let (mut host, mut guest) = begin(one, other, Some("Our dog?"), None);
            view(&mut host, is_asking).await;
            view(&mut guest, is_asking).await;
            if host_moves {
                host.network_changed(vec![THERE]).await;
            }
            if guest_moves {
                guest.network_changed(vec![ELSEWHERE]).await;
            }
            sleep(Duration::from_secs(1)).await;
            guest.answer(Answers::new(&[ANSWER]).unwrap()).await;
            both(&mut host, &mut guest).await;
        });
    }
}

#[test]
fn a_host_that_died_waits_again_with_the_same_invitation() {
    run(async |one, other| {
        let (id, port) = one.invite(None, None);
        let host = one.host(id);
        let invitation = one.handed_out(id);
        let before = host.standing().borrow().addresses.clone();
        one.die(port);
        let (mut guest, ..) = other.accept(&invitation);
        sleep(Duration::from_millis(300)).await;
        let mut host = one.host(id);
        assert_eq!(host.standing().borrow().addresses, before);
        both(&mut host, &mut guest).await;
        drop(host);
        let end = |end_reason| one.store.end_invitation(id, end_reason, unix_seconds());
        assert_eq!(end(EndReason::Used), Ok(()));
        assert_eq!(end(EndReason::Used), Err(StoreError::Over(EndReason::Used)));
    });
}

#[test]
fn a_guest_that_died_shows_the_same_reply_and_its_host_takes_the_one_it_has() {
    run(async |one, other| {
        let (_silent, address) = nowhere();
        let (id, _) = one.invite(None, Some(address));
        let mut host = one.host(id);
        let (mut guest, accepted, port) = other.accept(&one.handed_out(id));
        let reply = shown_reply(&mut guest).await;
        other.die(port);
        host.reply_received(reply.clone(), Provenance::Camera)
            .await
            .unwrap();
        sleep(Duration::from_millis(300)).await;
        let mut guest = other.knock_again(accepted);
        assert_eq!(shown_reply(&mut guest).await, reply);
        let (at_host, at_guest) = both(&mut host, &mut guest).await;
        assert_eq!((at_host.peer.scans, at_guest.peer.scans), (2, 2));
    });
}

#[test]
fn both_died_after_the_reply_was_handed_over_and_still_meet() {
    run(async |one, other| {
        let (_silent, address) = nowhere();
        let (id, host_port) = one.invite(None, Some(address));
        let host = one.host(id);
        let (mut guest, accepted, guest_port) = other.accept(&one.handed_out(id));
        let reply = shown_reply(&mut guest).await;
        other.die(guest_port);
        host.reply_received(reply, Provenance::Carried)
            .await
            .unwrap();
        let history = host.standing().borrow().history.clone();
        let keep = |kept: &mut PendingInvitation| kept.history = history;
        one.store
            .update_invitation(id, unix_seconds(), keep)
            .unwrap();
        one.die(host_port);
        drop(host);
        // Nobody hands anything over again.
        let mut host = one.host(id);
        let mut guest = other.knock_again(accepted);
        let (at_host, at_guest) = both(&mut host, &mut guest).await;
        assert_eq!((at_host.peer.scans, at_guest.peer.scans), (2, 2));
    });
}

#[test]
fn a_guest_that_died_inside_the_link_is_let_in_again_at_once() {
    run(async |one, other| {
        let (id, _) = one.invite(Some("Our dog?"), None);
        let mut host = one.host(id);
        let (mut guest, accepted, port) = other.accept(&one.handed_out(id));
        view(&mut host, is_asking).await;
        view(&mut guest, is_asking).await;
        other.die(port);
        let begun = Instant::now();
        let mut guest = other.knock_again(accepted);
        both(&mut host, &mut guest).await;
        let took = begun.elapsed();
        assert!(took < AT_ONCE, "{took:?}");
    });
}

#[test]
fn a_host_that_died_inside_the_link_is_found_again() {
    run(async |one, other| {
        let (id, port) = one.invite(Some("Our dog?"), None);
        let mut host = one.host(id);
        let (mut guest, ..) = other.accept(&one.handed_out(id));
        view(&mut host, is_asking).await;
        view(&mut guest, is_asking).await;
        one.die(port);
        let mut host = one.host(id);
        // What is answered now reaches nobody; the question comes again.
        guest.answer(Answers::new(&[ANSWER]).unwrap()).await;
        both(&mut host, &mut guest).await;
    });
}

#[test]
fn a_host_whose_port_is_gone_meets_by_the_reply() {
    run(async |one, other| {
        let (id, port) = one.invite(None, None);
        let host = one.host(id);
        let invitation = one.handed_out(id);
        one.die(port);
        drop(host);
        let _squatter = UdpSocket::bind((HERE, port)).unwrap();
        let mut host = one.host(id);
        assert_ne!(host.standing().borrow().addresses[0].port(), port);
        let (mut guest, ..) = other.accept(&invitation);
        let reply = shown_reply(&mut guest).await;
        host.reply_received(reply, Provenance::Camera)
            .await
            .unwrap();
        both(&mut host, &mut guest).await;
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_guest_that_moved_shows_another_reply_that_leads_to_it() {
    run(async |one, other| {
        let (_silent, address) = nowhere();
        let (id, _) = one.invite(None, Some(address));
        let mut host = one.host(id);
        let (mut guest, _, port) = other.accept(&one.handed_out(id));
        let older = shown_reply(&mut guest).await;
        // No network at all, and then another one.
        guest.network_changed(Vec::new()).await;
        guest.network_changed(vec![THERE]).await;
        let reply = shown_reply(&mut guest).await;
        assert_ne!(reply, older);
        let standing = guest.standing().borrow().clone();
        assert_eq!(standing.reply, Some(reply.clone()));
        assert_eq!(standing.addresses, [SocketAddr::new(THERE, port)]);
        host.reply_received(reply, Provenance::Camera)
            .await
            .unwrap();
        both(&mut host, &mut guest).await;
    });
}

/// The guest is asked, and how many answers it may still give by its own count.
async fn asked(guest: &mut Pairing) -> u8 {
    match view(guest, |view| matches!(view, View::Asking { .. })).await {
        View::Asking { tries_left, .. } => tries_left,
        _ => unreachable!(),
    }
}

#[test]
fn a_wrong_answer_is_not_told_before_it_is_kept() {
    run(async |one, other| {
        let (id, _) = one.invite(Some("Our first dog?"), None);
        let host = one.host(id);
        let mut keeping = host.keeping();
        let (mut guest, ..) = other.accept(&one.handed_out(id));
        assert_eq!(asked(&mut guest).await, 3);
        guest.answer(Answers::new(&["Max"]).unwrap()).await;
        let mut news = keeping.now();
        while news.history.strikes.answers == 0 {
            news = keeping.changed().await.unwrap();
        }
        let early = timeout(Duration::from_millis(500), asked(&mut guest));
        assert!(early.await.is_err());
        keeping.kept(&news);
        assert_eq!(asked(&mut guest).await, 2);
    });
}

#[test]
fn a_wrong_answer_that_cannot_be_kept_is_not_told_and_counts() {
    run(async |one, other| {
        let (id, _) = one.invite(Some("Our first dog?"), None);
        let mut host = one.host(id);
        let _keeping = host.keeping();
        let (mut guest, accepted, _) = other.accept(&one.handed_out(id));
        asked(&mut guest).await;
        guest.answer(Answers::new(&["Max"]).unwrap()).await;
        // The link has ended without a word, and nobody knocks again by itself.
        let left = met(&mut guest).await.map(drop);
        assert_eq!(left, Err(Failure::LeftAfterAnswer));
        let mut guest = other.knock_again(accepted);
        asked(&mut guest).await;
        let counted = HostStage::Asking { tries_left: 2 };
        let is_counted =
            |view: &View| matches!(view, View::Hosting { stage, .. } if *stage == counted);
        view(&mut host, is_counted).await;
    });
}

/// How many answers the host takes from now on.
async fn host_takes(host: &mut Pairing, left: u8) {
    let takes = HostStage::Asking { tries_left: left };
    view(
        host,
        |view| matches!(view, View::Hosting { stage, .. } if *stage == takes),
    )
    .await;
}

#[test]
fn a_proof_leaves_only_once_it_is_kept() {
    run(async |one, other| {
        let (id, _) = one.invite(Some("Our first dog?"), None);
        let mut host = one.host(id);
        let (mut guest, accepted, _) = other.accept(&one.handed_out(id));
        let mut keeping = guest.keeping();
        assert_eq!(asked(&mut guest).await, 3);
        host_takes(&mut host, 3).await;
        guest.answer(Answers::new(&["Max"]).unwrap()).await;
        let mut news = keeping.now();
        while news.proofs == 0 {
            news = keeping.changed().await.unwrap();
        }
        let early = timeout(Duration::from_millis(500), host_takes(&mut host, 2));
        assert!(early.await.is_err());
        let count = |proofs| {
            let store = &other.store;
            store.count_proofs(accepted, Provenance::Carried, proofs, unix_seconds())
        };
        count(news.proofs).unwrap();
        keeping.kept(&news);
        host_takes(&mut host, 2).await;
        assert_eq!(asked(&mut guest).await, 2);
    });
}

#[test]
fn a_proof_that_cannot_be_kept_does_not_leave() {
    run(async |one, other| {
        let (id, _) = one.invite(Some("Our first dog?"), None);
        let mut host = one.host(id);
        let (mut guest, ..) = other.accept(&one.handed_out(id));
        let _keeping = guest.keeping();
        asked(&mut guest).await;
        host_takes(&mut host, 3).await;
        guest.answer(Answers::new(&[ANSWER]).unwrap()).await;
        assert_eq!(met(&mut guest).await.map(drop), Err(Failure::Local));
        let waits = |view: &View| matches!(view, View::Hosting { stage, .. } if *stage == HostStage::Waiting);
        view(&mut host, waits).await;
        assert_eq!(host.standing().borrow().history.strikes.answers, 0);
    });
}

#[test]
fn three_proofs_are_all_also_where_the_invitation_is_opened_again() {
    run(async |one, other| {
        let (id, _) = one.invite(Some("Our first dog?"), None);
        let host = one.host(id);
        // It can never keep what it has heard, so it hangs up after each proof.
        let _keeping = host.keeping();
        let invitation = one.handed_out(id);
        for left in [3, 2, 1] {
            let (mut guest, accepted, port) = other.accept(&invitation);
            other.follow(accepted, &guest);
            assert_eq!(asked(&mut guest).await, left);
            guest.answer(Answers::new(&["Max"]).unwrap()).await;
            let end = met(&mut guest).await.map(drop);
            assert_eq!(end, Err(Failure::LeftAfterAnswer));
            drop(guest);
            // Whoever ends it begins anew, also in another process.
            other.store.end_reply(accepted).unwrap();
            other.die(port);
        }
        let _inside = other.process.enter();
        let certificate = new_certificate().unwrap();
        let refused = Pairing::guest(
            other.identity(),
            certificate,
            Endpoint::bind(&[HERE], None).unwrap(),
            invitation.clone(),
            other.terms(invitation.keys().invite_id()),
        );
        assert_eq!(refused.map(drop), Err(Failure::AnswersDiffer));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_host_that_moved_away_and_back_is_where_it_was() {
    run(async |one, other| {
        let (id, port) = one.invite(None, None);
        let mut host = one.host(id);
        host.network_changed(vec![THERE]).await;
        // A knock that comes before the host has left would find it.
        let mut standing = host.standing();
        let has_left = |standing: &Standing| standing.addresses[0].ip() == THERE;
        standing.wait_for(has_left).await.unwrap();
        let (mut guest, ..) = other.accept(&one.handed_out(id));
        view(&mut guest, |view| matches!(view, View::ReplyNeeded { .. })).await;
        host.network_changed(vec![HERE]).await;
        both(&mut host, &mut guest).await;
        assert_eq!(host.standing().borrow().addresses[0].port(), port);
    });
}
