//! An answer that comes late still connects: devices that wait, sleep, move and die on the way, over
//! real sockets and real stores. Each case ends in two people talking, or says why they may not.

#![allow(clippy::unwrap_used)] // helpers of tests

mod shell;

use handfast_native::device::{
    Command, EndReason, PendingId, Provenance, Refusal, SessionCommand, SessionId, View,
};
use handfast_native::net::new_certificate;
use handfast_native::pairing::{Failure, HostStage};
use handfast_native::store::{Kept, Store, StoreError};
use handfast_native::token::{Candidate, Invitation, Question, SealedReply, Token};
use handfast_native::unix_seconds;
use handfast_sim::invitation::leading_to;
#[cfg(target_os = "linux")]
use shell::person::{ELSEWHERE, THERE};
use shell::person::{HERE, Person, QUESTION, RIGHT, answer, named};
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// It takes a fraction of a second; this leaves a busy machine its time.
const AT_ONCE: Duration = Duration::from_secs(8);

/// Much longer than it takes to be told something.
const A_WHILE: Duration = Duration::from_millis(500);

const WRONG: &str = "the harbour";

async fn two() -> (Person, Person) {
    (Person::new("Zoë").await, Person::new("Yun").await)
}

/// A host that goes on with an invitation whose addresses lead to somebody silent, as after both have
/// moved, and a guest; the socket is the silent one.
async fn two_apart() -> (Person, Person, SessionId, Invitation, UdpSocket) {
    let silent = UdpSocket::bind((HERE, 0)).unwrap();
    let leads_to = silent.local_addr().unwrap();
    let (host, guest, hosting, invitation) = two_in_a_network(leads_to, free_port(), None).await;
    (host, guest, hosting, invitation, silent)
}

/// A host on this port that goes on with an invitation, and a guest. Besides where it leads to, the
/// invitation names an address that nobody has and nothing is sent to, so that it is not for this machine
/// alone, where nobody moves.
async fn two_in_a_network(
    leads_to: SocketAddr,
    port: u16,
    question: Option<&str>,
) -> (Person, Person, SessionId, Invitation) {
    let nobodys = SocketAddr::from(([240, 0, 0, 1], 9));
    let certificate = new_certificate().unwrap();
    let leads_to = [leads_to, nobodys];
    let mut kept = leading_to(&leads_to, port, certificate, unix_seconds()).unwrap();
    kept.invitation.question = question.map(|question| Question::new(question).unwrap());
    kept.answer = question.map(|_| answer(RIGHT));
    let mut host = Person::at_rest("Zoë");
    host.keep(&kept);
    host.start().await;
    let hosting = host.resumes().await;
    host.shows(hosting).await;
    (host, Person::new("Yun").await, hosting, kept.invitation)
}

fn free_port() -> u16 {
    let socket = UdpSocket::bind((HERE, 0)).unwrap();
    socket.local_addr().unwrap().port()
}

/// A port of a process that was killed is free in a moment.
async fn taken_over(address: SocketAddr) -> UdpSocket {
    for _ in 0..100 {
        match UdpSocket::bind(address) {
            Ok(socket) => return socket,
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
    panic!("the port is not free");
}

/// Both meet, and it is each other. The guest knows the answer.
async fn both((host, hosting): (&mut Person, SessionId), (guest, joining): (&Person, SessionId)) {
    meets_answering(guest, joining).await;
    host.talks(hosting).await;
    guest.write(joining, "hello").await;
    host.reads("hello").await;
}

async fn scans(
    (host, hosting): (&Person, SessionId),
    (guest, joining): (&Person, SessionId),
) -> (u8, u8) {
    let (at_host, at_guest) = (host.meets(hosting).await, guest.meets(joining).await);
    (at_host.scans, at_guest.scans)
}

/// Gives the right answer whenever it is asked for.
async fn meets_answering(guest: &Person, joining: SessionId) {
    let mut overview = guest.device.overview();
    let met = async {
        loop {
            let view = overview.borrow_and_update().sessions.get(&joining).cloned();
            match view {
                Some(View::Talking { .. }) => return,
                Some(View::Asking { .. }) => {
                    let answer = SessionCommand::Answer(answer(RIGHT));
                    // Whoever was asked may be gone by now.
                    let _ = guest.device.command(Command::To(joining, answer)).await;
                }
                _ => {}
            }
            overview.changed().await.unwrap();
        }
    };
    timeout(shell::AT_ONCE, met).await.unwrap();
}

async fn hand_in(host: &Person, reply: SealedReply, provenance: Provenance) {
    host.tell(Command::Reply(Box::new(reply), provenance)).await;
}

async fn sleeps(person: &Person) {
    person.tell(Command::Sleep).await;
}

async fn wakes(person: &Person) {
    person.tell(Command::Wake).await;
}

/// Whether the guest is asked, after a wrong answer or for the first time, and how many answers it may
/// still give by its own count.
async fn is_asked(guest: &Person, joining: SessionId, after_wrong: bool) -> u8 {
    guest
        .sees(joining, |view| match view {
            View::Asking {
                tries_left,
                was_wrong,
                ..
            } if *was_wrong == after_wrong => Some(*tries_left),
            _ => None,
        })
        .await
}

/// How the host stands.
async fn stands(host: &Person, hosting: SessionId, wanted: HostStage) {
    let stands = |view: &View| match view {
        View::Hosting { stage, .. } => (*stage == wanted).then_some(()),
        _ => None,
    };
    host.sees(hosting, stands).await;
}

/// Somebody is asked, and both know it.
async fn asking((host, hosting): (&Person, SessionId), (guest, joining): (&Person, SessionId)) {
    host_takes(host, hosting, 3).await;
    is_asked(guest, joining, false).await;
}

/// How many answers the host takes from now on.
async fn host_takes(host: &Person, hosting: SessionId, left: u8) {
    stands(host, hosting, HostStage::Asking { tries_left: left }).await;
}

async fn answers(guest: &Person, joining: SessionId, text: &str) {
    let answer = SessionCommand::Answer(answer(text));
    guest.to(joining, answer).await;
}

/// Nothing more reaches a disk for as long as this is held.
struct HeldDisk {
    /// Dropped with it, which lets go.
    _release: mpsc::Sender<()>,
}

fn hold(store: &Store) -> HeldDisk {
    let store = store.clone();
    let (begun, begins) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        store.batch(|_| {
            begun.send(()).unwrap();
            let _ = released.recv();
            Ok(())
        })
    });
    begins.recv().unwrap();
    HeldDisk { _release: release }
}

#[tokio::test]
async fn a_reply_that_comes_late_connects_at_once() {
    let (mut host, guest, hosting, invitation, _silent) = two_apart().await;
    let joining = guest.joins(&invitation).await;
    let reply = guest.needs_reply(joining).await;
    // Past every patience of the layers below, and into the polite pace of knocking.
    sleep(Duration::from_secs(32)).await;
    let begun = Instant::now();
    hand_in(&host, reply, Provenance::Camera).await;
    both((&mut host, hosting), (&guest, joining)).await;
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(scans((&host, hosting), (&guest, joining)).await, (2, 2));
}

/// Sleeps at every moment of the way: while it is prepared, before the knock, half-way, inside the
/// handshake.
#[tokio::test(flavor = "multi_thread")]
async fn either_or_both_may_sleep_at_any_moment() {
    let mut pairs = JoinSet::new();
    for (host_sleeps, guest_sleeps) in [(true, false), (false, true), (true, true)] {
        for moment in [0, 1, 2, 4, 7, 12, 20, 33] {
            pairs.spawn(async move {
                let (mut host, guest) = two().await;
                let (hosting, invitation) = host.invites_openly().await;
                let joining = guest.joins(&invitation).await;
                sleep(Duration::from_millis(moment)).await;
                if host_sleeps {
                    sleeps(&host).await;
                }
                if guest_sleeps {
                    sleeps(&guest).await;
                }
                sleep(Duration::from_millis(300)).await;
                wakes(&host).await;
                sleep(Duration::from_millis(50)).await;
                wakes(&guest).await;
                both((&mut host, hosting), (&guest, joining)).await;
            });
        }
    }
    while let Some(pair) = pairs.join_next().await {
        pair.unwrap();
    }
}

#[tokio::test]
async fn a_guest_that_slept_before_its_reply_arrived_is_reached_when_it_wakes() {
    let (mut host, guest, hosting, invitation, _silent) = two_apart().await;
    let joining = guest.joins(&invitation).await;
    let reply = guest.needs_reply(joining).await;
    // Sharing the reply by a messenger puts the app to sleep, on both sides.
    sleeps(&guest).await;
    sleeps(&host).await;
    hand_in(&host, reply, Provenance::Carried).await;
    sleep(Duration::from_millis(500)).await;
    wakes(&host).await;
    sleep(Duration::from_secs(2)).await;
    let begun = Instant::now();
    wakes(&guest).await;
    both((&mut host, hosting), (&guest, joining)).await;
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
}

#[tokio::test]
async fn a_link_that_waits_for_an_answer_outlives_sleep() {
    for host_sleeps in [true, false] {
        let (mut host, guest) = two().await;
        let (hosting, invitation) = host.invites_asking().await;
        let joining = guest.joins(&invitation).await;
        asking((&host, hosting), (&guest, joining)).await;
        let sleeper = if host_sleeps { &host } else { &guest };
        sleeps(sleeper).await;
        sleep(Duration::from_secs(4)).await;
        wakes(sleeper).await;
        answers(&guest, joining, RIGHT).await;
        both((&mut host, hosting), (&guest, joining)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_link_that_waits_for_an_answer_follows_either_side_to_another_network() {
    for host_moves in [true, false] {
        let port = free_port();
        let (mut host, guest, hosting, invitation) =
            two_in_a_network(SocketAddr::new(HERE, port), port, Some(QUESTION)).await;
        let joining = guest.joins(&invitation).await;
        asking((&host, hosting), (&guest, joining)).await;
        match host_moves {
            true => host.moves_to(&[THERE]).await,
            false => guest.moves_to(&[ELSEWHERE]).await,
        }
        sleep(Duration::from_secs(1)).await;
        answers(&guest, joining, RIGHT).await;
        both((&mut host, hosting), (&guest, joining)).await;
    }
}

#[tokio::test]
async fn a_host_that_died_waits_again_with_the_same_invitation() {
    let (mut host, guest) = two().await;
    let (_, invitation) = host.invites_openly().await;
    host.die();
    let joining = guest.joins(&invitation).await;
    sleep(Duration::from_millis(300)).await;
    host.start().await;
    let hosting = host.resumes().await;
    // The guest knocks where the invitation leads, so that is where the host is again.
    both((&mut host, hosting), (&guest, joining)).await;
    let (_, next) = host.invites_openly().await;
    assert_eq!(named(&next), named(&invitation));
    let id = PendingId::hosted(invitation.keys().invite_id());
    let again = host.device.command(Command::Resume(id, Box::default()));
    let over = StoreError::Over(EndReason::Used);
    assert_eq!(again.await, Err(Refusal::Store(over)));
    let kept = host.kept(id.id);
    let is_used = matches!(
        kept,
        Some(Kept::Over {
            end_reason: EndReason::Used,
            ..
        })
    );
    assert!(is_used, "{kept:?}");
}

#[tokio::test]
async fn a_guest_that_died_shows_the_same_reply_and_its_host_takes_the_one_it_has() {
    let (mut host, mut guest, hosting, invitation, _silent) = two_apart().await;
    let joining = guest.joins(&invitation).await;
    let reply = guest.needs_reply(joining).await;
    guest.die();
    hand_in(&host, reply.clone(), Provenance::Camera).await;
    sleep(Duration::from_millis(300)).await;
    // So that there is time to look at what the guest shows.
    sleeps(&host).await;
    guest.start().await;
    let joining = guest.resumes().await;
    assert_eq!(guest.needs_reply(joining).await, reply);
    wakes(&host).await;
    both((&mut host, hosting), (&guest, joining)).await;
    assert_eq!(scans((&host, hosting), (&guest, joining)).await, (2, 2));
}

#[tokio::test]
async fn both_died_after_the_reply_was_handed_over_and_still_meet() {
    let (mut host, mut guest, _, invitation, _silent) = two_apart().await;
    let joining = guest.joins(&invitation).await;
    let reply = guest.needs_reply(joining).await;
    guest.die();
    hand_in(&host, reply, Provenance::Carried).await;
    host.die();
    // Nobody hands anything over again.
    host.start().await;
    guest.start().await;
    let (hosting, joining) = (host.resumes().await, guest.resumes().await);
    both((&mut host, hosting), (&guest, joining)).await;
    assert_eq!(scans((&host, hosting), (&guest, joining)).await, (2, 2));
}

#[tokio::test]
async fn a_guest_that_died_inside_the_link_is_let_in_again_at_once() {
    let (mut host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    asking((&host, hosting), (&guest, joining)).await;
    guest.die();
    let begun = Instant::now();
    guest.start().await;
    let joining = guest.resumes().await;
    both((&mut host, hosting), (&guest, joining)).await;
    let took = begun.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
}

#[tokio::test]
async fn a_host_that_died_inside_the_link_is_found_again() {
    let (mut host, guest) = two().await;
    let (hosting, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    asking((&host, hosting), (&guest, joining)).await;
    host.die();
    host.start().await;
    let hosting = host.resumes().await;
    // What is answered now reaches nobody; the question comes again.
    both((&mut host, hosting), (&guest, joining)).await;
}

#[tokio::test]
async fn a_host_whose_port_is_gone_meets_by_the_reply() {
    let (mut host, guest) = two().await;
    let (_, invitation) = host.invites_openly().await;
    host.die();
    let address = named(&invitation)[0];
    let _squatter = taken_over(address).await;
    host.start().await;
    let hosting = host.resumes().await;
    let Token::Invitation(shown) = host.shows(hosting).await else {
        panic!("it is open");
    };
    assert_ne!(named(&shown)[0].port(), address.port());
    let joining = guest.joins(&invitation).await;
    let reply = guest.needs_reply(joining).await;
    hand_in(&host, reply, Provenance::Camera).await;
    both((&mut host, hosting), (&guest, joining)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_guest_that_moved_shows_another_reply_that_leads_to_it() {
    let (mut host, guest, hosting, invitation, _silent) = two_apart().await;
    let joining = guest.joins(&invitation).await;
    let older = guest.needs_reply(joining).await;
    let (keys, id) = (invitation.keys(), invitation.keys().invite_id());
    let port = guest.kept_reply(id).port;
    // No network at all, and then another one.
    guest.moves_to(&[]).await;
    guest.moves_to(&[THERE]).await;
    let reply = guest
        .sees(joining, |view| match view {
            View::ReplyNeeded { reply, .. } if *reply != older => Some(reply.clone()),
            _ => None,
        })
        .await;
    // It is shown once it is kept.
    let kept = guest.kept_reply(id);
    assert_eq!((&kept.reply, kept.port), (&reply, port));
    let leads_to = reply.open(&keys).unwrap().candidates.to_vec();
    let moved = Candidate::host(SocketAddr::new(THERE, port));
    assert_eq!(leads_to, [moved]);
    hand_in(&host, reply, Provenance::Camera).await;
    both((&mut host, hosting), (&guest, joining)).await;
}

#[tokio::test]
async fn a_wrong_answer_is_not_told_before_it_is_kept() {
    let (host, guest) = two().await;
    let (_, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    assert_eq!(is_asked(&guest, joining, false).await, 3);
    let disk = hold(host.store());
    answers(&guest, joining, WRONG).await;
    let early = timeout(A_WHILE, is_asked(&guest, joining, true));
    assert!(early.await.is_err());
    drop(disk);
    assert_eq!(is_asked(&guest, joining, true).await, 2);
}

#[tokio::test]
async fn a_wrong_answer_that_cannot_be_kept_is_not_told_and_counts() {
    let (host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    is_asked(&guest, joining, false).await;
    let disk = hold(host.store());
    answers(&guest, joining, WRONG).await;
    // The link has ended without a word, and nobody knocks again by itself.
    assert_eq!(guest.fails(joining).await, Failure::LeftAfterAnswer);
    drop(disk);
    let joining = guest.resumes().await;
    is_asked(&guest, joining, false).await;
    host_takes(&host, hosting, 2).await;
}

#[tokio::test]
async fn a_proof_leaves_only_once_it_is_kept() {
    let (host, guest) = two().await;
    let (hosting, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    asking((&host, hosting), (&guest, joining)).await;
    let disk = hold(guest.store());
    answers(&guest, joining, WRONG).await;
    let early = timeout(A_WHILE, host_takes(&host, hosting, 2));
    assert!(early.await.is_err());
    drop(disk);
    host_takes(&host, hosting, 2).await;
    assert_eq!(is_asked(&guest, joining, true).await, 2);
}

#[tokio::test]
async fn a_proof_that_cannot_be_kept_does_not_leave() {
    let (host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    asking((&host, hosting), (&guest, joining)).await;
    let _disk = hold(guest.store());
    answers(&guest, joining, RIGHT).await;
    assert_eq!(guest.fails(joining).await, Failure::Local);
    stands(&host, hosting, HostStage::Waiting).await;
    let id = invitation.keys().invite_id();
    assert_eq!(host.kept_waiting(id).history.strikes.answers, 0);
}

#[tokio::test]
async fn three_proofs_are_all_also_where_the_invitation_is_opened_again() {
    let (host, mut guest) = two().await;
    let (_, invitation) = host.invites_asking().await;
    // It can never keep what it has heard, so it hangs up after each proof.
    let _disk = hold(host.store());
    for left in [3, 2, 1] {
        let joining = guest.joins(&invitation).await;
        assert_eq!(is_asked(&guest, joining, false).await, left);
        answers(&guest, joining, WRONG).await;
        assert_eq!(guest.fails(joining).await, Failure::LeftAfterAnswer);
        // Whoever ends it begins anew, also in another process.
        let id = PendingId::accepted(invitation.keys().invite_id());
        guest.tell(Command::Withdraw(id)).await;
        guest.die();
        guest.start().await;
    }
    let joining = guest.joins(&invitation).await;
    assert_eq!(guest.fails(joining).await, Failure::AnswersDiffer);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_host_that_moved_away_and_back_is_where_it_was() {
    let (mut host, guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let port = named(&invitation)[0].port();
    host.moves_to(&[THERE]).await;
    // A knock that comes before the host has left would find it.
    host.sees(hosting, |view| match view {
        View::Hosting {
            token: Token::Invitation(shown),
            ..
        } => named(shown).iter().all(|at| at.ip() == THERE).then_some(()),
        _ => None,
    })
    .await;
    let joining = guest.joins(&invitation).await;
    guest.needs_reply(joining).await;
    host.moves_to(&[HERE]).await;
    both((&mut host, hosting), (&guest, joining)).await;
    let (_, next) = host.invites_openly().await;
    assert_eq!(named(&next), [SocketAddr::new(HERE, port)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_is_killed_while_it_is_asked_takes_its_own_place_when_it_is_back() {
    let (mut host, mut guest) = (Person::new("Host").await, Person::new("Guest").await);
    let (hosting, invitation) = host.invites_asking().await;
    let joining = guest.joins(&invitation).await;
    asking((&host, hosting), (&guest, joining)).await;
    guest.die();
    guest.start().await;
    // The host believes in the link of before until the guest has proved itself on another beside it.
    let joining = guest.resumes().await;
    both((&mut host, hosting), (&guest, joining)).await;
}
