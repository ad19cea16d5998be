//! Somebody saw the code, or holds a copy of the link, and comes too.

use crate::by_hand::Holder;
use crate::forged;
use crate::people::{
    FLOWS, GUEST_SIDE, Guest, Heard, Host, Meeting, Talk, are_together, converse, finds_slot_taken,
    private_parts, shows_any, stages, trust_without_reply,
};
use crate::wire::{Behaviour, Wire};
use handfast_native::device::{SessionEnd, View};
use handfast_native::handshake::{Flow, TrustLevel};
use handfast_native::pairing::{Failure, HostStage};
use handfast_native::token::{Candidate, Candidates, Invitation, SealedReply};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// Both sides still talk to each other, and to nobody else.
async fn still_talk(at_host: &mut Talk, at_guest: &mut Talk) {
    for turn in 0..20 {
        at_host
            .tells(at_guest, &format!("to the guest {turn}"))
            .await;
        at_guest
            .tells(at_host, &format!("to the host {turn}"))
            .await;
    }
}

async fn begin_to_talk(mut at_host: Meeting, mut at_guest: Meeting) -> (Talk, Talk) {
    are_together(&mut at_host, &mut at_guest).await;
    (converse(at_host), converse(at_guest))
}

#[tokio::test]
async fn of_two_who_come_at_once_one_gets_in_and_one_is_told() {
    for flow in FLOWS {
        let mut host = Host::new(flow).await;
        let mut one = Guest::new(flow, &host.invitation).await;
        let mut other = Guest::new(flow, &host.invitation).await;
        let at_host = host.pairing.meeting().await;
        let (inside, told) = tokio::select! {
            inside = one.pairing.meeting() => (inside, &mut other),
            inside = other.pairing.meeting() => (inside, &mut one),
        };
        told.pairing.shows(finds_slot_taken).await;
        // Of neither is known which of them was meant.
        assert_eq!(at_host.peer.trust, trust_without_reply(flow));
        let (mut at_host, mut at_guest) = begin_to_talk(at_host, inside).await;
        still_talk(&mut at_host, &mut at_guest).await;
    }
}

#[tokio::test]
async fn who_comes_first_with_a_copy_is_unverified_and_the_true_guest_is_told() {
    for flow in [Flow::TwoWayScan, Flow::OneScan, Flow::LinkOpen] {
        let mut host = Host::new(flow).await;
        let mut thief = Guest::new(flow, &host.invitation).await;
        let (at_host, _at_thief) = tokio::join!(host.pairing.meeting(), thief.pairing.meeting());
        let met = &at_host.peer;
        assert_eq!(met.trust, trust_without_reply(flow));
        assert_eq!(met.trust.level(), TrustLevel::Unverified);
        let mut guest = Guest::new(flow, &host.invitation).await;
        guest.pairing.shows(finds_slot_taken).await;
    }
}

#[tokio::test]
async fn who_holds_the_slot_without_an_answer_is_told_of_and_the_true_guest_gets_in_afterwards() {
    let flow = Flow::LinkAsk;
    let mut host = Host::new(flow).await;
    let thief = Holder::of(&host.invitation);
    let mut link = thief.knock(host.address).await.unwrap();
    thief.be_guest(&mut link).await;
    // Asked now, and silent.
    let is_asked = |views: &[View]| {
        matches!(
            stages(views).last(),
            Some(HostStage::Asking { tries_left: 3 })
        )
    };
    host.pairing.shows(is_asked).await;
    let mut guest = Guest::new(flow, &host.invitation).await;
    guest.pairing.shows(finds_slot_taken).await;
    drop(link);
    let (mut at_host, mut at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    are_together(&mut at_host, &mut at_guest).await;
    // Nobody has used up a try.
    let views = host.pairing.shown();
    assert!(stages(&views).iter().all(|stage| match stage {
        HostStage::Asking { tries_left } => *tries_left == 3,
        _ => true,
    }));
}

#[tokio::test]
async fn who_has_a_copy_and_not_the_answer_gets_three_tries_and_nobody_in() {
    let flow = Flow::LinkAsk;
    let mut host = Host::new(flow).await;
    let mut thief = Guest::guessing(flow, &host.invitation).await;
    let (at_host, at_thief) = tokio::join!(host.pairing.failure(), thief.pairing.failure());
    assert_eq!(at_host, Failure::AnswersDiffer);
    assert_eq!(at_thief, Failure::AnswersDiffer);
}

#[tokio::test]
async fn once_the_conversation_is_over_the_copy_leads_nowhere() {
    let flow = Flow::OneScan;
    let mut host = Host::new(flow).await;
    let mut guest = Guest::new(flow, &host.invitation).await;
    let (at_host, at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    let (at_host, mut at_guest) = begin_to_talk(at_host, at_guest).await;
    at_host.close().await;
    assert_eq!(at_guest.event().await, Heard::Ended(SessionEnd::PeerLeft));
    let mut thief = Guest::impatient(flow, &host.invitation).await;
    assert_eq!(thief.pairing.failure().await, Failure::NotReached);
}

/// The same invitation for somebody whose every datagram is kept.
fn by_way_of(wire: &Wire, invitation: &Invitation) -> Invitation {
    Invitation {
        candidates: Candidates::new(vec![Candidate::host(wire.address())]).unwrap(),
        ..invitation.clone()
    }
}

#[tokio::test]
async fn whoever_comes_later_hears_that_the_slot_is_taken_and_nothing_else() {
    for flow in FLOWS {
        let mut wire = Wire::lay().await;
        let mut host = Host::new(flow).await;
        wire.lead_to(host.address).await;
        wire.behave(Behaviour::Honest);
        let mut guest = Guest::new(flow, &host.invitation).await;
        let (at_host, at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
        let (mut at_host, mut at_guest) = begin_to_talk(at_host, at_guest).await;
        let copy = by_way_of(&wire, &host.invitation);
        let thieves = async {
            for _ in 0..2 {
                let mut thief = Guest::new(flow, &copy).await;
                thief.pairing.shows(finds_slot_taken).await;
            }
        };
        tokio::join!(thieves, still_talk(&mut at_host, &mut at_guest));
        let parts = [&host.identity, &guest.identity]
            .map(private_parts)
            .concat();
        wire.seen(|seen| {
            assert!(seen.from_host.len() >= 5);
            for datagram in &seen.from_host {
                // A binding error with a code, integrity and a checksum has no room for more.
                assert_eq!(
                    (datagram[..2].to_vec(), datagram.len()),
                    (vec![1, 0x11], 60)
                );
                assert!(!shows_any(datagram, &parts));
            }
        });
        still_talk(&mut at_host, &mut at_guest).await;
    }
}

#[tokio::test]
async fn checks_of_a_holder_in_the_guests_name_do_not_carry_the_conversation_away() {
    // Whoever shows a reply knocks all the same.
    let flow = Flow::TwoWayScan;
    let mut host = Host::new(flow).await;
    let mut guest = Guest::new(flow, &host.invitation).await;
    let (at_host, at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    let (mut at_host, mut at_guest) = begin_to_talk(at_host, at_guest).await;
    // The guest's name is readable in its checks, and the passwords follow from the secret.
    let thief = UdpSocket::bind((GUEST_SIDE, 0)).await.unwrap();
    let (keys, address) = (host.invitation.keys(), host.address);
    let reply = SealedReply::parse(&guest.reply().await).unwrap();
    let name = reply.open(&keys).unwrap().fingerprint;
    let carry_away = async {
        let mut heard = Vec::new();
        let mut buffer = [0; 2048];
        for _ in 0..40 {
            let check = forged::check_of_a_holder(&keys, name);
            thief.send_to(&check, address).await.unwrap();
            let more = timeout(Duration::from_millis(10), thief.recv(&mut buffer)).await;
            if let Ok(Ok(length)) = more {
                let datagram = buffer[..length].to_vec();
                if let Some(answer) = forged::answer_of_a_holder(&datagram, address, &keys, name) {
                    thief.send_to(&answer, address).await.unwrap();
                }
                heard.push(datagram);
            }
        }
        heard
    };
    let heard = carry_away.await;
    still_talk(&mut at_host, &mut at_guest).await;
    assert!(!heard.is_empty(), "the host answers such checks");
    assert!(
        heard.iter().all(|d| matches!(d.first(), Some(0..=3))),
        "and sends nothing else there"
    );
}
