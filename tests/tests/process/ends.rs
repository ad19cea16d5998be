//! Ends that nobody planned: expired, used, killed, interrupted.

use crate::inputs::changed;
use crate::peer::{Folder, Peer, SOON, run};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// Where the expiry is in an invitation: behind kind, flags and secret.
const EXPIRY: std::ops::Range<usize> = 18..20;

/// Where the port of the only address is: behind the expiry, the fingerprint, the count, the class
/// and 127.0.0.1.
const PORT: std::ops::Range<usize> = 58..60;

#[test]
fn an_expired_invitation_is_called_expired() {
    let folder = Folder::new();
    let (host, link) = Peer::host(&folder, &[]);
    drop(host);
    let link = changed(&link, |bytes| {
        let minutes = u16::from_le_bytes([bytes[EXPIRY.start], bytes[EXPIRY.start + 1]]);
        bytes[EXPIRY].copy_from_slice(&minutes.wrapping_sub(60).to_le_bytes());
    });
    let mut guest = Peer::guest(&folder, &link, &[]);
    assert!(guest.until("opened")["expires_in_s"].is_null());
    assert_eq!(guest.until("failed")["kind"], "expired");
    assert_eq!(guest.end(SOON), Some(4));
}

#[test]
fn who_finds_somebody_else_there_is_told_knocks_on_and_keeps_the_reply() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut first = Peer::guest(&folder, &link, &[]);
    first.until("met");
    host.until("met");
    let home = folder.path("home-of-the-second");
    let mut second = Peer::guest(&folder, &link, &["--wait", "8s", "--home", &home]);
    second.until_state("seat_taken");
    assert_eq!(second.until("failed")["kind"], "taken");
    assert_eq!(second.end(SOON), Some(4));
    let waiting = run(&["invitations", "--json", "--home", &home]);
    assert!(
        waiting.stdout.contains(r#""event":"pending""#),
        "{waiting:?}"
    );
    // The first two did not notice.
    first.say("still here");
    assert_eq!(host.until("message")["text"], "still here");
}

#[test]
fn nobody_there_is_not_reached() {
    let folder = Folder::new();
    let (host, link) = Peer::host(&folder, &[]);
    drop(host);
    let started = Instant::now();
    let mut guest = Peer::guest(&folder, &link, &["--wait", "3s"]);
    assert_eq!(guest.until("failed")["kind"], "not_reached");
    assert_eq!(guest.end(SOON), Some(5));
    assert!((2..10).contains(&started.elapsed().as_secs()));
}

#[test]
fn an_altered_invitation_is_a_failed_proof() {
    let folder = Folder::new();
    let (_host, link) = Peer::host(&folder, &[]);
    // The same secret and address, but not what the host signed for.
    let link = changed(&link, |bytes| bytes[EXPIRY.start] ^= 1);
    let mut guest = Peer::guest(&folder, &link, &[]);
    assert_eq!(guest.until("failed")["kind"], "not_the_inviter");
    assert_eq!(guest.end(SOON), Some(6));
}

#[test]
fn a_host_that_is_killed_is_missed_within_seconds_and_waited_for() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Peer::guest(&folder, &link, &[]);
    guest.until("met");
    host.until("met");
    host.signal("KILL");
    guest.until("interrupted");
    // It might be a tunnel. Whoever does not want to wait leaves.
    guest.signal("INT");
    assert!(guest.end(SOON).is_some());
}

#[test]
fn after_a_guest_that_died_half_way_another_may_come() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    // The first guest's way leads through here, and only knocks and their answers pass.
    let way = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let mut target = 0;
    let detour = changed(&link, |bytes| {
        target = u16::from_le_bytes([bytes[PORT.start], bytes[PORT.start + 1]]);
        let ours = way.local_addr().expect("bound").port();
        bytes[PORT].copy_from_slice(&ours.to_le_bytes());
    });
    std::thread::spawn(move || {
        let mut datagram = [0; 2048];
        let mut guest = None;
        while let Ok((length, from)) = way.recv_from(&mut datagram) {
            let to = match from.port() == target {
                true => guest,
                false => {
                    guest = Some(from);
                    Some(([127, 0, 0, 1], target).into())
                }
            };
            if let Some(to) = to.filter(|_| datagram[0] < 2) {
                let _ = way.send_to(&datagram[..length], to);
            }
        }
    });
    let mut first = Peer::guest(&folder, &detour, &[]);
    first.until_state("answered");
    host.until_state("they_are_here");
    drop(first);

    // As long as the first might come back, the slot is taken.
    let mut second = Peer::guest(&folder, &link, &[]);
    second.until("met");
    host.until("met");
    second.say("here I am");
    assert_eq!(host.until("message")["text"], "here I am");
}

#[test]
fn an_interrupt_ends_everything_cleanly_within_two_seconds() {
    let folder = Folder::new();
    let two_seconds = Duration::from_secs(2);

    let (mut waiting, _) = Peer::host(&folder, &[]);
    waiting.until_state("waiting");
    waiting.signal("INT");
    assert_eq!(waiting.end(two_seconds), Some(130));

    let (host, link) = Peer::host(&folder, &[]);
    drop(host);
    let mut knocking = Peer::guest(&folder, &link, &[]);
    knocking.until_state("knocking");
    knocking.signal("INT");
    assert_eq!(knocking.until("failed")["kind"], "cancelled");
    assert_eq!(knocking.end(two_seconds), Some(130));

    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Peer::guest(&folder, &link, &[]);
    host.until("met");
    guest.until("met");
    host.signal("INT");
    assert_eq!(host.end(two_seconds), Some(130));
    // The other one is told.
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    assert_eq!(guest.end(two_seconds), Some(0));
}
