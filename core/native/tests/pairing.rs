//! Two people meet over real sockets on this machine, each with a device of their own, and every way in
//! which they may not.

#![allow(clippy::unwrap_used)] // helpers of tests

mod shell;

use handfast_native::device::{
    AcceptTerms, Command, DeliveryMode, EndReason, Event, InviteTerms, PendingId, Provenance,
    Refusal, SessionCommand, SessionEnd, SessionId, View,
};
use handfast_native::handshake::{Trust, TrustLevel, TrustReason};
use handfast_native::net::{
    ConnectEvent, Endpoint, GuestSetup, TunnelCertificate, new_certificate,
};
use handfast_native::pairing::{Failure, GuestStage};
use handfast_native::store::StoreError;
use handfast_native::token::{
    Candidate, Candidates, Expiry, Invitation, Reply, ReplyError, Secret, Token,
};
use handfast_native::unix_seconds;
use shell::Met;
use shell::person::{HERE, Person};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;
use tokio::time::timeout;

async fn two() -> (Person, Person) {
    (
        Person::new("Host Ömer").await,
        Person::new("Guest 🙂").await,
    )
}

async fn both(
    (host, hosting): (&Person, SessionId),
    (guest, joining): (&Person, SessionId),
) -> (Met, Met) {
    (host.meets(hosting).await, guest.meets(joining).await)
}

fn for_so_long(patience: Duration) -> AcceptTerms {
    AcceptTerms {
        patience: Some(patience),
        ..AcceptTerms::default()
    }
}

fn only_by_reply() -> AcceptTerms {
    AcceptTerms {
        only_by_reply: true,
        ..AcceptTerms::default()
    }
}

/// The guest shows its reply, and the host's camera sees it.
async fn carry_reply(host: &Person, (guest, joining): (&Person, SessionId)) -> Reply {
    let reply = guest.needs_reply(joining).await;
    let (pending, _) = host.pending()[0];
    let kept = host.kept_waiting(pending.id);
    let scanned = Command::Reply(Box::new(reply.clone()), Provenance::Camera);
    host.tell(scanned).await;
    reply.open(&kept.invitation.keys()).unwrap()
}

/// The same invitation with another end.
fn changed(invitation: &Invitation) -> Invitation {
    Invitation {
        expiry: Expiry(invitation.expiry.0.wrapping_add(1)),
        ..invitation.clone()
    }
}

fn hosted(invitation: &Invitation) -> PendingId {
    PendingId::hosted(invitation.keys().invite_id())
}

/// How often guests of this invitation failed at the first message, as far as that is kept.
fn failures(host: &Person, invitation: &Invitation) -> u8 {
    let kept = host.kept_waiting(hosted(invitation).id);
    kept.history.strikes.handshakes
}

#[tokio::test]
async fn one_scan_shows_the_guest_who_the_host_is() {
    let (mut host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let joining = guest.joins(&invitation).await;
    let (at_host, at_guest) = both((&host, hosting), (&guest, joining)).await;
    assert_eq!((at_host.scans, at_guest.scans), (1, 1));
    assert_eq!(
        (at_host.name.as_str(), at_guest.name.as_str()),
        ("Guest 🙂", "Host Ömer")
    );
    assert_eq!(at_guest.trust, Trust::because(TrustReason::Scanned));
    assert_eq!(at_host.trust, Trust::because(TrustReason::SawTheCode));
    assert_eq!(at_host.trust.level(), TrustLevel::Unverified);
    // It is one channel, and each knows the other by their own key.
    host.write(hosting, "to the guest").await;
    guest.reads("to the guest").await;
    guest.write(joining, "to the host").await;
    host.reads("to the host").await;
    assert_eq!(keys_known_to(&host), [own_key(&guest)]);
    assert_eq!(keys_known_to(&guest), [own_key(&host)]);
}

fn own_key(person: &Person) -> [u8; 32] {
    person.store().identity().public().0
}

fn keys_known_to(person: &Person) -> Vec<[u8; 32]> {
    let overview = person.device.overview();
    let contacts = overview.borrow().contacts.clone();
    contacts.iter().map(|contact| contact.key.0).collect()
}

#[tokio::test]
async fn two_scans_show_each_who_the_other_is() {
    let (host, guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let joining = guest.accepts(&invitation, only_by_reply()).await;
    carry_reply(&host, (&guest, joining)).await;
    let (at_host, at_guest) = both((&host, hosting), (&guest, joining)).await;
    for met in [at_host, at_guest] {
        assert_eq!(met.scans, 2);
        assert_eq!(met.trust, Trust::because(TrustReason::Scanned));
    }
}

#[tokio::test]
async fn a_link_that_was_sent_proves_nothing_about_either() {
    let (host, guest) = two().await;
    let mut terms = InviteTerms::new(DeliveryMode::Send);
    // Nobody outside is asked.
    terms.is_far = false;
    let hosting = host.begin(Command::Invite(Box::new(terms))).await;
    let Token::Invitation(invitation) = host.shows(hosting).await else {
        panic!("it is open")
    };
    let open = Command::Open(Box::new(invitation), Provenance::Carried);
    let joining = guest.begin(open).await;
    let accept = SessionCommand::Accept(Box::default());
    guest.to(joining, accept).await;
    let (at_host, at_guest) = both((&host, hosting), (&guest, joining)).await;
    for met in [at_host, at_guest] {
        assert_eq!(met.trust, Trust::because(TrustReason::OpenLink));
    }
}

#[tokio::test]
async fn a_reply_that_was_shown_but_not_needed_does_no_harm() {
    let (host, guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let at_once = AcceptTerms {
        reply_at_once: true,
        ..AcceptTerms::default()
    };
    let joining = guest.accepts(&invitation, at_once).await;
    let (at_host, at_guest) = both((&host, hosting), (&guest, joining)).await;
    assert_eq!((at_host.scans, at_guest.scans), (1, 1));
}

#[tokio::test]
async fn the_reply_is_offered_only_when_knocking_was_not_enough() {
    // Nobody answers at that address.
    let silent = UdpSocket::bind((HERE, 0)).unwrap();
    let (host, mut guest) = two().await;
    let (_, mut invitation) = host.invites_openly().await;
    let truly = invitation.clone();
    invitation.candidates =
        Candidates::new(vec![Candidate::host(silent.local_addr().unwrap())]).unwrap();
    let joining = guest.joins(&invitation).await;
    let first = guest
        .hears(|event| match event {
            Event::View(id, view) if *id == joining => match **view {
                View::Opened { .. } | View::Preparing { .. } => None,
                ref other => Some(other.clone()),
            },
            _ => None,
        })
        .await;
    let is_knocking = matches!(
        first,
        View::Connecting {
            stage: GuestStage::Knocking,
            ..
        }
    );
    assert!(is_knocking, "{first:?}");
    // The invitation that the guest holds differs from the host's, so the meeting must fail; that
    // the way opens is shown by the host, who counts the failure.
    carry_reply(&host, (&guest, joining)).await;
    assert_eq!(guest.fails(joining).await, Failure::NotTheInviter);
    assert_eq!(failures(&host, &truly), 1);
}

#[tokio::test]
async fn an_invitation_changed_on_the_way_is_noticed() {
    let (host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let joining = guest.joins(&changed(&invitation)).await;
    let failure = guest.fails_for_good(joining).await;
    assert_eq!(failure, Failure::NotTheInviter);
    // The host waits on, and the true guest still gets in.
    let joining = guest.joins(&invitation).await;
    both((&host, hosting), (&guest, joining)).await;
}

#[tokio::test]
async fn five_failed_attempts_burn_the_invitation() {
    let (mut host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    for _ in 0..5 {
        let joining = guest.joins(&changed(&invitation)).await;
        guest.fails_for_good(joining).await;
    }
    assert_eq!(host.fails_for_good(hosting).await, Failure::Burned);
    let overview = host.device.overview();
    let names = overview.borrow().names.clone();
    let name = names.iter().find(|one| one.id == hosted(&invitation));
    assert_eq!(name.unwrap().ended, Some(EndReason::Burned));
}

async fn finds_slot_taken(guest: &Person, joining: SessionId) {
    let is_taken = |view: &View| match view {
        View::Connecting { stage, .. } => (*stage == GuestStage::SlotTaken).then_some(()),
        View::ReplyNeeded { is_slot_taken, .. } => is_slot_taken.then_some(()),
        _ => None,
    };
    guest.sees(joining, is_taken).await;
}

#[tokio::test]
async fn a_second_guest_is_told_that_somebody_came_first() {
    let (host, first) = two().await;
    let mut second = Person::new("Second").await;
    let (hosting, invitation) = host.invites_openly().await;
    let joining = first.joins(&invitation).await;
    both((&host, hosting), (&first, joining)).await;
    let terms = for_so_long(Duration::from_secs(8));
    let joining = second.accepts(&invitation, terms).await;
    finds_slot_taken(&second, joining).await;
    // That is no end. When the person's time is, it is why.
    assert_eq!(second.fails(joining).await, Failure::Taken);
    assert_eq!(second.pending().len(), 1, "the slot may be free again");
}

#[tokio::test]
async fn two_guests_at_once_end_with_one_inside_and_one_told() {
    let (host, one) = two().await;
    let other = Person::new("Other").await;
    let (hosting, invitation) = host.invites_openly().await;
    let (at_one, at_other) = tokio::join!(one.joins(&invitation), other.joins(&invitation));
    host.talks(hosting).await;
    let (told, joining) = tokio::select! {
        () = one.talks(at_one) => (&other, at_other),
        () = other.talks(at_other) => (&one, at_one),
    };
    finds_slot_taken(told, joining).await;
}

#[tokio::test]
async fn two_meetings_of_one_device_show_different_certificates() {
    let (host, guest) = two().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let (hosting, invitation) = host.invites_openly().await;
        let joining = guest.accepts(&invitation, only_by_reply()).await;
        let reply = carry_reply(&host, (&guest, joining)).await;
        both((&host, hosting), (&guest, joining)).await;
        assert_eq!(keys_known_to(&guest), [own_key(&host)]);
        // Both are looked for by these, and the tunnel proves them.
        seen.extend([invitation.fingerprint, reply.fingerprint]);
    }
    for (at, one) in seen.iter().enumerate() {
        assert!(!seen[..at].contains(one), "{at}");
    }
}

#[tokio::test]
async fn a_wrong_secret_reaches_nobody() {
    let (host, mut guest) = two().await;
    let (_, mut invitation) = host.invites_openly().await;
    invitation.secret = Secret::random().unwrap();
    let impatient = for_so_long(Duration::from_millis(600));
    let joining = guest.accepts(&invitation, impatient).await;
    assert_eq!(guest.fails(joining).await, Failure::NotReached);
}

#[tokio::test]
async fn a_certificate_other_than_the_invited_one_is_named_as_such() {
    let (host, mut guest) = two().await;
    let (_, mut invitation) = host.invites_openly().await;
    invitation.fingerprint = new_certificate().unwrap().fingerprint();
    let joining = guest.joins(&invitation).await;
    let failure = guest.fails_for_good(joining).await;
    assert_eq!(failure, Failure::WrongCertificate);
}

#[tokio::test]
async fn an_expired_invitation_ends_on_both_sides() {
    let (mut host, mut guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let expired = Invitation {
        expiry: Expiry::after(unix_seconds() - 3600, Duration::from_secs(60)),
        secret: Secret::random().unwrap(),
        ..invitation.clone()
    };
    let joining = guest.joins(&expired).await;
    assert_eq!(guest.fails(joining).await, Failure::Expired);

    host.to(hosting, SessionCommand::Close).await;
    assert_eq!(host.ends(hosting).await, SessionEnd::Closed);
    let id = hosted(&invitation);
    let mut kept = host.kept_waiting(id.id);
    kept.invitation.expiry = expired.expiry;
    kept.made = unix_seconds() - 3600;
    host.keep(&kept);
    host.stop().await;
    host.start().await;
    let resume = Command::Resume(id, Box::default());
    let refused = host.device.command(resume).await;
    let over = StoreError::Over(EndReason::Expired);
    assert_eq!(refused, Err(Refusal::Store(over)));
}

#[tokio::test]
async fn an_invitation_without_a_usable_address_is_refused_before_anything_is_sent() {
    let (host, mut guest) = two().await;
    let (_, mut invitation) = host.invites_openly().await;
    // Everybody on the network, and nobody in particular.
    let nobodys = ["255.255.255.255:9", "224.0.0.1:9", "0.0.0.0:9"];
    let nobodys = nobodys.map(|address| Candidate::host(address.parse().unwrap()));
    invitation.candidates = Candidates::new(nobodys.to_vec()).unwrap();
    let joining = guest.joins(&invitation).await;
    assert_eq!(guest.fails_for_good(joining).await, Failure::NoRoute);
}

#[tokio::test]
async fn a_guest_that_goes_away_half_way_leaves_the_slot_to_the_next() {
    let (host, guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    // Gone as soon as it was answered. It never begins to prove anything, so it cannot have got in.
    let mut gone = Endpoint::bind(&[HERE], None).unwrap().guest(GuestSetup {
        certificate: TunnelCertificate::generate().unwrap(),
        keys: invitation.keys(),
        host: invitation.fingerprint,
        addresses: invitation.candidates.to_vec(),
        browser: None,
    });
    let answered = timeout(shell::AT_ONCE, gone.next()).await;
    assert!(matches!(answered, Ok(Some(ConnectEvent::Answered))));
    drop(gone);
    // As long as the first might come back, the slot is held for it.
    let joining = guest.joins(&invitation).await;
    both((&host, hosting), (&guest, joining)).await;
}

#[tokio::test]
async fn a_host_that_goes_away_ends_the_guest_in_time() {
    let (mut host, mut guest) = two().await;
    let (_, invitation) = host.invites_openly().await;
    host.stop().await;
    let impatient = for_so_long(Duration::from_secs(1));
    let joining = guest.accepts(&invitation, impatient).await;
    assert_eq!(guest.fails(joining).await, Failure::NotReached);
}

#[tokio::test]
async fn a_reply_to_another_invitation_is_refused_and_the_host_waits_on() {
    let (host, guest) = two().await;
    let (hosting, invitation) = host.invites_openly().await;
    let mut other = invitation.clone();
    other.secret = Secret::random().unwrap();
    let nowhere = Candidate::host(SocketAddr::from(([192, 168, 1, 1], 9)));
    let reply = Reply {
        fingerprint: other.fingerprint,
        candidates: Candidates::new(vec![nowhere]).unwrap(),
        browser: None,
    };
    let sealed = Box::new(reply.seal(&other.keys(), [0; 8]));
    let refused = Err(Refusal::Reply(ReplyError::OtherInvitation));
    for command in [
        Command::Reply(sealed.clone(), Provenance::Camera),
        Command::To(hosting, SessionCommand::Reply(sealed, Provenance::Camera)),
    ] {
        assert_eq!(host.device.command(command).await, refused);
    }
    let joining = guest.joins(&invitation).await;
    both((&host, hosting), (&guest, joining)).await;
}
