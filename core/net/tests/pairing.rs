//! Two people meet over real sockets on this machine, and every way in which they may not.

#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_net::pairing::{
    GuestTerms, Meeting, Pairing, PairingEvent, own_candidates, unix_seconds,
};
use handfast_net::{ConnectEvent, Endpoint, GuestSetup, TunnelCertificate, new_certificate};
use handfast_protocol::handshake::{StaticKey, Trust, TrustLevel, TrustReason};
use handfast_protocol::pairing::{
    Failure, GuestStage, HostStage, HostTerms, Identity, Provenance, View,
};
use handfast_token::{
    Candidate, Candidates, Expiry, Invitation, Policy, Reply, SealedReply, Secret, Token,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;
use tokio::time::timeout;

const HERE: [IpAddr; 1] = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
const LOCAL: Policy = Policy { loopback: true };

fn identity(name: &str) -> Identity {
    Identity {
        key: StaticKey::new(Secret::random().unwrap()),
        name: name.to_owned(),
    }
}

struct Table {
    host: Pairing,
    invitation: Invitation,
}

/// A host that waits, and its invitation.
fn table(lifetime: Duration, handed: Provenance) -> Table {
    table_of(identity("Host Ömer"), lifetime, handed)
}

fn table_of(identity: Identity, lifetime: Duration, handed: Provenance) -> Table {
    let certificate = new_certificate().unwrap();
    let endpoint = Endpoint::bind(&HERE, None).unwrap();
    let invitation = Invitation {
        secret: Secret::random().unwrap(),
        expiry: Expiry::after(unix_seconds(), lifetime),
        fingerprint: certificate.fingerprint(),
        candidates: own_candidates(&endpoint, LOCAL).unwrap(),
        question: None,
        name: None,
        host_is_browser: false,
        host_can_punch: true,
    };
    let terms = HostTerms {
        invitation: invitation.clone(),
        certificate,
        handed,
        answer: None,
        random: Secret::random().unwrap(),
    };
    let host = Pairing::host(identity, endpoint, terms).unwrap();
    // What reaches the guest is what was written, not what was meant.
    let Ok(Token::Invitation(invitation)) = Token::parse(&invitation.to_bytes()) else {
        panic!("an invitation reads as one")
    };
    Table { host, invitation }
}

fn terms(provenance: Provenance) -> GuestTerms {
    GuestTerms {
        policy: LOCAL,
        patience: Duration::from_secs(5),
        ..GuestTerms::new(provenance)
    }
}

fn join(invitation: &Invitation, terms: GuestTerms) -> Result<Pairing, Failure> {
    join_as(identity("Guest 🙂"), invitation, terms)
}

fn join_as(
    identity: Identity,
    invitation: &Invitation,
    terms: GuestTerms,
) -> Result<Pairing, Failure> {
    let endpoint = Endpoint::bind(&HERE, None).unwrap();
    Pairing::guest(
        identity,
        new_certificate().unwrap(),
        endpoint,
        invitation.clone(),
        terms,
    )
}

async fn ended(pairing: &mut Pairing) -> Result<Box<Meeting>, Failure> {
    timeout(Duration::from_secs(25), async {
        loop {
            match pairing.next().await.expect("an end") {
                PairingEvent::Met(meeting) => return Ok(meeting),
                PairingEvent::Failed(failure) => return Err(failure),
                PairingEvent::View(_) | PairingEvent::Hint(_) | PairingEvent::Reissued(_) => {}
            }
        }
    })
    .await
    .expect("an end in time")
}

async fn view(pairing: &mut Pairing, wanted: impl Fn(&View) -> bool) -> View {
    timeout(Duration::from_secs(10), async {
        loop {
            match pairing.next().await.expect("a view") {
                PairingEvent::View(view) if wanted(&view) => return view,
                PairingEvent::View(_) | PairingEvent::Hint(_) | PairingEvent::Reissued(_) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await
    .expect("a view in time")
}

async fn both(host: &mut Pairing, guest: &mut Pairing) -> (Meeting, Meeting) {
    let (host, guest) = tokio::join!(ended(host), ended(guest));
    (*host.unwrap(), *guest.unwrap())
}

#[tokio::test]
async fn one_scan_shows_the_guest_who_the_host_is() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut guest = join(&table.invitation, terms(Provenance::Camera)).unwrap();
    let (at_host, at_guest) = both(&mut table.host, &mut guest).await;
    let (host, guest) = (at_host.peer, at_guest.peer);
    assert_eq!((host.scans, guest.scans), (1, 1));
    assert_eq!(host.channel.hash, guest.channel.hash);
    assert_eq!(host.reconnect_secret, guest.reconnect_secret);
    assert_eq!(
        (host.name.as_str(), guest.name.as_str()),
        ("Guest 🙂", "Host Ömer")
    );
    assert_eq!(guest.trust, Trust::because(TrustReason::Scanned));
    assert_eq!(host.trust, Trust::because(TrustReason::SawTheCode));
    assert_eq!(host.trust.level(), TrustLevel::Unverified);
}

/// Carries the guest's reply to the host, as bytes.
async fn carry_reply(table: &mut Table, guest: &mut Pairing, provenance: Provenance) {
    let shown = view(guest, |view| matches!(view, View::ReplyNeeded { .. })).await;
    let View::ReplyNeeded { reply, .. } = shown else {
        unreachable!()
    };
    let reply = SealedReply::parse(&reply).unwrap();
    table.host.reply_received(reply, provenance).await.unwrap();
}

#[tokio::test]
async fn two_scans_show_each_who_the_other_is() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let only_by_reply = GuestTerms {
        only_by_reply: true,
        ..terms(Provenance::Camera)
    };
    let mut guest = join(&table.invitation, only_by_reply).unwrap();
    carry_reply(&mut table, &mut guest, Provenance::Camera).await;
    let (at_host, at_guest) = both(&mut table.host, &mut guest).await;
    for meeting in [at_host, at_guest] {
        assert_eq!(meeting.peer.scans, 2);
        assert_eq!(meeting.peer.trust, Trust::because(TrustReason::Scanned));
    }
}

#[tokio::test]
async fn a_link_that_was_sent_proves_nothing_about_either() {
    let mut table = table(Duration::from_secs(600), Provenance::Carried);
    let mut guest = join(&table.invitation, terms(Provenance::Carried)).unwrap();
    let (at_host, at_guest) = both(&mut table.host, &mut guest).await;
    for meeting in [at_host, at_guest] {
        assert_eq!(meeting.peer.trust, Trust::because(TrustReason::OpenLink));
    }
}

#[tokio::test]
async fn a_reply_that_was_shown_but_not_needed_does_no_harm() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let at_once = GuestTerms {
        reply_at_once: true,
        ..terms(Provenance::Camera)
    };
    let mut guest = join(&table.invitation, at_once).unwrap();
    let (at_host, at_guest) = both(&mut table.host, &mut guest).await;
    assert_eq!(at_host.peer.scans, 1);
    assert_eq!(at_guest.peer.scans, 1);
}

#[tokio::test]
async fn the_reply_is_offered_only_when_knocking_was_not_enough() {
    // Nobody answers at that address.
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut invitation = table.invitation.clone();
    invitation.candidates =
        Candidates::new(vec![Candidate::host(silent.local_addr().unwrap())]).unwrap();
    let mut guest = join(&invitation, terms(Provenance::Camera)).unwrap();
    let first = view(&mut guest, |_| true).await;
    assert!(matches!(first, View::Connecting(_)), "{first:?}");
    // The invitation that the guest holds differs from the host's, so the meeting must fail; that
    // the way opens is shown by the host's knock.
    carry_reply(&mut table, &mut guest, Provenance::Camera).await;
    view(&mut table.host, |view| {
        matches!(
            view,
            View::Hosting {
                stage: HostStage::Checking,
                ..
            }
        )
    })
    .await;
    assert_eq!(ended(&mut guest).await.unwrap_err(), Failure::NotTheInviter);
}

#[tokio::test]
async fn an_invitation_changed_on_the_way_is_noticed() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut changed = table.invitation.clone();
    changed.expiry = Expiry(changed.expiry.0.wrapping_add(1));
    let mut guest = join(&changed, terms(Provenance::Camera)).unwrap();
    assert_eq!(ended(&mut guest).await.unwrap_err(), Failure::NotTheInviter);
    // The host waits on, and the true guest still gets in.
    let mut guest = join(&table.invitation, terms(Provenance::Camera)).unwrap();
    both(&mut table.host, &mut guest).await;
}

#[tokio::test]
async fn five_failed_attempts_burn_the_invitation() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut changed = table.invitation.clone();
    changed.expiry = Expiry(changed.expiry.0.wrapping_add(1));
    for _ in 0..5 {
        let mut guest = join(&changed, terms(Provenance::Camera)).unwrap();
        assert!(ended(&mut guest).await.is_err());
    }
    assert_eq!(ended(&mut table.host).await.unwrap_err(), Failure::Burned);
}

#[tokio::test]
async fn a_second_guest_is_told_that_somebody_came_first() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut first = join(&table.invitation, terms(Provenance::Camera)).unwrap();
    let (at_host, at_guest) = both(&mut table.host, &mut first).await;
    let patient = GuestTerms {
        patience: Duration::from_secs(8),
        ..terms(Provenance::Camera)
    };
    let mut second = join(&table.invitation, patient).unwrap();
    view(&mut second, finds_slot_taken).await;
    // That is no end. When the person's time is, it is why.
    assert_eq!(ended(&mut second).await.unwrap_err(), Failure::Taken);
    drop((at_host, at_guest));
}

fn finds_slot_taken(view: &View) -> bool {
    matches!(view, View::Connecting(GuestStage::SlotTaken))
}

#[tokio::test]
async fn two_guests_at_once_end_with_one_inside_and_one_told() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let patient = GuestTerms {
        patience: Duration::from_secs(60),
        ..terms(Provenance::Camera)
    };
    let mut one = join(&table.invitation, patient).unwrap();
    let mut other = join(&table.invitation, patient).unwrap();
    let _at_host = ended(&mut table.host).await.unwrap();
    let (_inside, told) = tokio::select! {
        inside = ended(&mut one) => (inside.unwrap(), &mut other),
        inside = ended(&mut other) => (inside.unwrap(), &mut one),
    };
    view(told, finds_slot_taken).await;
}

#[tokio::test]
async fn two_meetings_of_one_device_show_different_certificates() {
    let (host, guest) = (identity("Host"), identity("Guest"));
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut table = table_of(host.clone(), Duration::from_secs(600), Provenance::Camera);
        let mut guest =
            join_as(guest.clone(), &table.invitation, terms(Provenance::Camera)).unwrap();
        let (at_host, at_guest) = both(&mut table.host, &mut guest).await;
        assert_eq!(at_guest.peer.key, host.key.public());
        seen.extend([
            at_host.link.local_fingerprint(),
            at_host.link.remote_fingerprint(),
        ]);
    }
    for (at, one) in seen.iter().enumerate() {
        assert!(!seen[..at].contains(one), "{at}");
    }
}

#[tokio::test]
async fn a_wrong_secret_reaches_nobody() {
    let table = table(Duration::from_secs(600), Provenance::Camera);
    let mut stranger = table.invitation.clone();
    stranger.secret = Secret::random().unwrap();
    let impatient = GuestTerms {
        patience: Duration::from_millis(600),
        ..terms(Provenance::Camera)
    };
    let mut guest = join(&stranger, impatient).unwrap();
    assert_eq!(ended(&mut guest).await.unwrap_err(), Failure::NotReached);
}

#[tokio::test]
async fn a_certificate_other_than_the_invited_one_is_named_as_such() {
    let table = table(Duration::from_secs(600), Provenance::Camera);
    let mut invitation = table.invitation.clone();
    invitation.fingerprint = new_certificate().unwrap().fingerprint();
    let mut guest = join(&invitation, terms(Provenance::Camera)).unwrap();
    assert_eq!(
        ended(&mut guest).await.unwrap_err(),
        Failure::WrongCertificate
    );
}

#[tokio::test]
async fn an_expired_invitation_ends_on_both_sides() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut expired = table.invitation.clone();
    expired.expiry = Expiry::after(unix_seconds() - 3600, Duration::from_secs(60));
    expired.secret = Secret::random().unwrap();
    let impatient = GuestTerms {
        patience: Duration::from_millis(500),
        ..terms(Provenance::Camera)
    };
    let mut guest = join(&expired, impatient).unwrap();
    assert_eq!(ended(&mut guest).await.unwrap_err(), Failure::Expired);

    let host = identity("late");
    let refused = Pairing::host(
        host,
        Endpoint::bind(&HERE, None).unwrap(),
        HostTerms {
            invitation: expired,
            certificate: new_certificate().unwrap(),
            handed: Provenance::Camera,
            answer: None,
            random: Secret::random().unwrap(),
        },
    );
    assert_eq!(refused.err(), Some(Failure::Expired));
    table.host.cancel().await;
    assert_eq!(
        ended(&mut table.host).await.unwrap_err(),
        Failure::Cancelled
    );
}

#[tokio::test]
async fn an_invitation_without_a_usable_address_is_refused_before_anything_is_sent() {
    let table = table(Duration::from_secs(600), Provenance::Camera);
    // Outside of the test mode, loopback is no destination.
    let strict = GuestTerms {
        policy: Policy::default(),
        ..terms(Provenance::Camera)
    };
    assert_eq!(
        join(&table.invitation, strict).err(),
        Some(Failure::NoRoute)
    );
}

#[tokio::test]
async fn a_guest_that_goes_away_half_way_leaves_the_slot_to_the_next() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    // Gone as soon as it was answered. It never begins to prove anything, so it cannot have got in.
    let mut guest = Endpoint::bind(&HERE, None).unwrap().guest(GuestSetup {
        certificate: TunnelCertificate::generate().unwrap(),
        keys: table.invitation.keys(),
        host: table.invitation.fingerprint,
        addresses: table.invitation.candidates.to_vec(),
    });
    let answered = timeout(Duration::from_secs(10), guest.next()).await;
    assert!(matches!(answered, Ok(Some(ConnectEvent::Answered))));
    drop(guest);
    let patient = GuestTerms {
        patience: Duration::from_secs(60),
        ..terms(Provenance::Camera)
    };
    // As long as the first might come back, the slot is held for it.
    let mut guest = join(&table.invitation, patient).unwrap();
    both(&mut table.host, &mut guest).await;
}

#[tokio::test]
async fn a_host_that_goes_away_ends_the_guest_in_time() {
    let table = table(Duration::from_secs(600), Provenance::Camera);
    let invitation = table.invitation.clone();
    drop(table);
    let impatient = GuestTerms {
        patience: Duration::from_secs(1),
        ..terms(Provenance::Camera)
    };
    let mut guest = join(&invitation, impatient).unwrap();
    assert_eq!(ended(&mut guest).await.unwrap_err(), Failure::NotReached);
}

#[tokio::test]
async fn a_reply_to_another_invitation_is_refused_and_the_host_waits_on() {
    let mut table = table(Duration::from_secs(600), Provenance::Camera);
    let mut other = table.invitation.clone();
    other.secret = Secret::random().unwrap();
    let reply = Reply {
        fingerprint: other.fingerprint,
        candidates: Candidates::new(vec![Candidate::host(SocketAddr::from((
            [192, 168, 1, 1],
            9,
        )))])
        .unwrap(),
    };
    let sealed = reply.seal(&other.keys(), [0; 8]);
    assert!(
        table
            .host
            .reply_received(sealed, Provenance::Camera)
            .await
            .is_err()
    );
    let mut guest = join(&table.invitation, terms(Provenance::Camera)).unwrap();
    both(&mut table.host, &mut guest).await;
}
