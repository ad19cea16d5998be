//! The other side holds the invitation and breaks the rules, at every step there is.

use crate::by_hand::{Holder, until_hung_up};
use crate::middle::{Middle, with_own_certificate};
use crate::people::{
    Guest, Heard, Host, Talk, converse, garbage, knocks_again, stages, waits_again,
};
use crate::steps::{FAULTS, Step, Until, guest_until, host_until, seal};
use crate::wire::{Behaviour, Wire};
use bytes::Bytes;
use handfast_native::conversation::Violation;
use handfast_native::device::{SessionEnd, View};
use handfast_native::handshake::{Channel, ChannelError, Flow};
use handfast_native::link::Link;
use handfast_native::pairing::{Failure, GuestStage, HostStage};
use handfast_native::token::Role;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

#[tokio::test]
async fn a_guest_that_breaks_a_step_is_hung_up_on_and_the_fifth_burns_the_invitation() {
    let steps = [
        (Until::First, Flow::OneScan),
        (Until::Third, Flow::OneScan),
        (Until::Ready, Flow::OneScan),
        (Until::Share, Flow::LinkAsk),
        (Until::Proof, Flow::LinkAsk),
    ];
    for (until, flow) in steps {
        for faults in FAULTS.chunks(5) {
            let mut host = Host::new(flow).await;
            for (what, fault) in faults {
                let holder = Holder::of(&host.invitation);
                let mut link = holder.knock(host.address).await.unwrap();
                let step = guest_until(until, &holder, &mut link).await;
                link.send(fault(&step)).await.unwrap();
                let heard = until_hung_up(&mut link).await;
                assert_eq!(heard.len(), 0, "{until:?}: {what}");
            }
            match faults.len() {
                5 => assert_eq!(host.pairing.failure().await, Failure::Burned),
                _ => host.still_meets_its_guest().await,
            }
        }
    }
}

/// A host that breaks the rules: its guest, and the link to it.
async fn with_hostile_host(flow: Flow) -> (Holder, Guest, Link) {
    let middle = Middle::new();
    let mut holder = Holder::of(&Host::behind(flow, middle.address()).await.invitation);
    holder.invitation = with_own_certificate(&holder);
    let guest = Guest::new(flow, &holder.invitation).await;
    let link = middle.meet_guest(&holder).await.unwrap();
    (holder, guest, link)
}

#[tokio::test]
async fn a_host_that_breaks_a_step_is_not_the_inviter() {
    let steps = [
        (Until::Second, Flow::OneScan),
        (Until::Second, Flow::TwoWayScan),
        (Until::Ready, Flow::OneScan),
        (Until::Share, Flow::LinkAsk),
        (Until::Proof, Flow::LinkAsk),
    ];
    for (until, flow) in steps {
        for (what, fault) in FAULTS {
            let (holder, mut guest, mut link) = with_hostile_host(flow).await;
            let step = host_until(until, &holder, &mut link).await;
            link.send(fault(&step)).await.unwrap();
            let heard = until_hung_up(&mut link).await;
            assert_eq!(heard.len(), 0, "{until:?}: {what}");
            let failure = guest.pairing.failure().await;
            assert_eq!(failure, Failure::NotTheInviter, "{until:?}: {what}");
        }
    }
}

/// All at once, because each takes as long as a limit of the core.
#[tokio::test]
async fn silence_at_any_step_is_given_up_in_time() {
    let mut attempts = JoinSet::new();
    for until in [Until::First, Until::Third, Until::Ready] {
        attempts.spawn(a_silent_guest_frees_the_slot(until));
    }
    for until in [Until::Second, Until::Ready] {
        attempts.spawn(a_silent_host_is_knocked_at_again(until));
    }
    attempts.spawn(a_path_without_a_tunnel_ends_on_both_sides());
    attempts.join_all().await;
}

async fn a_silent_guest_frees_the_slot(until: Until) {
    let mut host = Host::new(Flow::OneScan).await;
    let holder = Holder::of(&host.invitation);
    let mut link = holder.knock(host.address).await.unwrap();
    guest_until(until, &holder, &mut link).await;
    assert_eq!(until_hung_up(&mut link).await.len(), 0, "{until:?}");
    let views = host.pairing.shows(waits_again).await;
    assert!(stages(&views).contains(&HostStage::Checking));
    host.still_meets_its_guest().await;
}

async fn a_silent_host_is_knocked_at_again(until: Until) {
    let (holder, mut guest, mut link) = with_hostile_host(Flow::OneScan).await;
    host_until(until, &holder, &mut link).await;
    assert_eq!(until_hung_up(&mut link).await.len(), 0, "{until:?}");
    guest.pairing.shows(knocks_again).await;
}

/// The checks pass, and then nothing does.
async fn a_path_without_a_tunnel_ends_on_both_sides() {
    let mut wire = Wire::lay().await;
    let mut host = Host::behind(Flow::OneScan, wire.address()).await;
    wire.lead_to(host.address).await;
    wire.behave(Behaviour::DropsTunnels);
    let mut guest = Guest::new(Flow::OneScan, &host.invitation).await;
    let answered = |view: &View| match view {
        View::Connecting { stage, .. } => *stage == GuestStage::Answered,
        _ => false,
    };
    guest
        .pairing
        .shows(|views| views.iter().any(answered))
        .await;
    wire.behave(Behaviour::Silent);
    guest.pairing.shows(knocks_again).await;
    drop(guest);
    host.pairing.shows(waits_again).await;
    wire.behave(Behaviour::Honest);
    host.still_meets_its_guest().await;
}

#[tokio::test]
async fn a_host_that_hangs_up_refused_or_comes_back() {
    let (holder, mut guest, mut link) = with_hostile_host(Flow::OneScan).await;
    host_until(Until::Second, &holder, &mut link).await;
    link.shutdown().await;
    assert_eq!(guest.pairing.failure().await, Failure::NotTheInviter);

    let (holder, mut guest, mut link) = with_hostile_host(Flow::OneScan).await;
    host_until(Until::Ready, &holder, &mut link).await;
    link.shutdown().await;
    guest.pairing.shows(knocks_again).await;
}

#[tokio::test]
async fn a_host_that_hangs_up_after_the_proof_gets_one_guess_and_is_not_knocked_at_again() {
    let (holder, mut guest, mut link) = with_hostile_host(Flow::LinkAsk).await;
    host_until(Until::Proof, &holder, &mut link).await;
    link.shutdown().await;
    assert_eq!(guest.pairing.failure().await, Failure::LeftAfterAnswer);
    let asked = |view: &&View| matches!(view, View::Asking { .. });
    assert_eq!(guest.pairing.shown().iter().filter(asked).count(), 1);
}

#[tokio::test]
async fn a_flood_before_the_first_message_is_cut_off() {
    let mut host = Host::new(Flow::OneScan).await;
    let holder = Holder::of(&host.invitation);
    let mut link = holder.knock(host.address).await.unwrap();
    let mut sent = 0;
    while link.send(garbage(65_536)).await.is_ok() {
        sent += 1;
        assert!(sent < 500, "32 MB, and the host still listens");
    }
    assert_eq!(until_hung_up(&mut link).await.len(), 0);
    host.still_meets_its_guest().await;
}

/// Somebody who passed the handshake as `role` and now breaks the rules, and the other side.
struct Hostile {
    link: Link,
    channel: Channel,
    /// Its own last frame.
    last: Bytes,
    other: Talk,
}

async fn hostile(role: Role) -> Hostile {
    let flow = Flow::OneScan;
    let (link, passed, meeting) = match role {
        Role::Guest => {
            let mut host = Host::new(flow).await;
            let holder = Holder::of(&host.invitation);
            let mut link = holder.knock(host.address).await.unwrap();
            let passed = holder.be_guest(&mut link).await.keep(&mut link).await;
            (link, passed, host.pairing.meeting().await)
        }
        Role::Host => {
            let (holder, mut guest, mut link) = with_hostile_host(flow).await;
            let passed = holder.be_host(&mut link).await.keep(&mut link).await;
            (link, passed, guest.pairing.meeting().await)
        }
    };
    Hostile {
        link,
        channel: passed.channel,
        last: passed.last,
        other: converse(meeting),
    }
}

/// What a fault in a conversation is taken for.
const TAKEN_FOR: [ChannelError; 7] = [
    ChannelError::Forged,
    ChannelError::Malformed,
    ChannelError::Malformed,
    ChannelError::Malformed,
    ChannelError::Malformed,
    ChannelError::Forged,
    ChannelError::Forged,
];

#[tokio::test]
async fn a_frame_that_is_not_the_next_one_ends_the_conversation() {
    for role in [Role::Guest, Role::Host] {
        for ((what, fault), error) in FAULTS.into_iter().zip(TAKEN_FOR) {
            let mut hostile = hostile(role).await;
            let step = Step {
                previous: hostile.last,
                valid: seal(&mut hostile.channel, b"\x01\x00first"),
                next: seal(&mut hostile.channel, b"\x01\x00second"),
            };
            hostile.link.send(fault(&step)).await.unwrap();
            let ended = Heard::Ended(SessionEnd::Broken(Violation::Channel(error)));
            assert_eq!(hostile.other.event().await, ended, "{role:?}: {what}");
            until_hung_up(&mut hostile.link).await;
        }
    }
}

#[tokio::test]
async fn true_frames_that_break_the_rules_end_the_conversation() {
    let numbered = |kind: u8, rest: &[u8]| [&[kind, 1, 0, 0, 0], rest].concat();
    let text = |more: u8, length: usize| [&[1, more][..], &vec![b'a'; length]].concat();
    let rows: [(&str, Vec<Vec<u8>>, Violation); 10] = [
        ("nothing", vec![Vec::new()], Violation::Malformed),
        ("an unknown kind", vec![vec![100]], Violation::Malformed),
        (
            "an offer that is cut",
            vec![vec![2, 1, 0]],
            Violation::Malformed,
        ),
        ("no UTF-8", vec![vec![1, 0, 0xff]], Violation::Malformed),
        (
            "a text without end",
            vec![text(1, 15_000); 5],
            Violation::TextTooLong,
        ),
        (
            "a chunk of nothing offered",
            vec![numbered(5, b"x")],
            Violation::OutOfTurn,
        ),
        (
            "done with nothing",
            vec![numbered(6, &[0; 32])],
            Violation::OutOfTurn,
        ),
        (
            "cancelling nothing",
            vec![numbered(8, &[1])],
            Violation::OutOfTurn,
        ),
        (
            "the same offer twice",
            vec![numbered(2, b"\x01\0\0\0\0\0\0\0\x01a"); 2],
            Violation::OutOfTurn,
        ),
        (
            "a nonce nobody asked for",
            vec![[&[12][..], &[0; 32]].concat()],
            Violation::OutOfTurn,
        ),
    ];
    for role in [Role::Guest, Role::Host] {
        for (what, bodies, violation) in &rows {
            let mut hostile = hostile(role).await;
            for body in bodies {
                let frame = seal(&mut hostile.channel, body);
                hostile.link.send(frame).await.unwrap();
            }
            let event = loop {
                match hostile.other.event().await {
                    Heard::File => {}
                    event => break event,
                }
            };
            let ended = Heard::Ended(SessionEnd::Broken(*violation));
            assert_eq!(event, ended, "{role:?}: {what}");
            until_hung_up(&mut hostile.link).await;
        }
    }
}

#[tokio::test]
async fn whoever_is_not_read_is_held_back() {
    let roles = [Role::Guest, Role::Host].map(|role| async move {
        let mut hostile = hostile(role).await;
        let body = [&[1, 0][..], &vec![b'a'; 15_000]].concat();
        let mut sent = 0;
        loop {
            let frame = seal(&mut hostile.channel, &body);
            let queued = timeout(Duration::from_secs(1), hostile.link.send(frame)).await;
            if queued.is_err() {
                break;
            }
            sent += 1;
            assert!(sent < 3_000, "45 MB without a reader");
        }
        // Nothing of it was lost, and what was not queued did not count.
        for _ in 0..sent {
            let event = hostile.other.event().await;
            assert!(matches!(event, Heard::Text(text) if text.len() == 15_000));
        }
    });
    let [one, other] = roles;
    tokio::join!(one, other);
}
