//! Comparing: both see the same once both have wished, and nobody can steer or force what is seen.

use super::*;
use handfast_protocol::handshake::{HostComparison, ShortString, TrustLevel};

async fn shown(side: &mut Side) -> ShortString {
    match side.next().await {
        Event::Comparing(string) => string,
        other => panic!("{other:?}"),
    }
}

/// One side offers, the other accepts; what both see.
async fn compare(one: &mut Side, other: &mut Side) -> ShortString {
    one.conversation.comparison().wish().expect("free");
    assert_eq!(other.next().await, Event::CompareOffered);
    other.conversation.comparison().wish().expect("free");
    let seen = shown(one).await;
    assert_eq!(shown(other).await, seen);
    seen
}

fn judge(side: &Side, seen: ShortString, finding: Finding) -> Result<Trust, CompareError> {
    side.conversation.comparison().judge(seen, finding)
}

#[tokio::test(start_paused = true)]
async fn both_see_the_same_whoever_begins_and_something_new_each_time() {
    let (mut guest, mut host, _controls) = sides(SLOW, |_| {});
    let first = compare(&mut guest, &mut host).await;
    for side in [&guest, &host] {
        judge(side, first, Finding::Later).expect("shown");
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let second = compare(&mut host, &mut guest).await;
    assert_ne!(first, second);
}

#[tokio::test]
async fn wishing_on_both_sides_at_once_is_one_comparison() {
    let (mut guest, mut host, _controls) = sides(SLOW, |_| {});
    for side in [&guest, &host, &host] {
        side.conversation.comparison().wish().expect("free");
    }
    assert_eq!(shown(&mut guest).await, shown(&mut host).await);
    guest.conversation.send_text("and on").await.expect("open");
    assert_eq!(host.next().await, text("and on"));
}

#[tokio::test]
async fn comparing_does_not_wait_for_a_file() {
    let (mut guest, mut host, _controls) = sides(SLOW, |_| {});
    let path = host.folder.file("big.bin", &content(8_000_000));
    host.conversation.send_file(path).await.expect("open");
    assert!(matches!(guest.next().await, Event::FileOffered { .. }));
    compare(&mut host, &mut guest).await;
    assert!(matches!(guest.next().await, Event::FileReceived { .. }));
}

#[tokio::test]
async fn a_judgement_of_an_old_string_is_refused_and_trust_rises_by_the_right_one() {
    let (mut guest, mut host, _controls) = sides(SLOW, stranger);
    let first = compare(&mut guest, &mut host).await;
    judge(&host, first, Finding::Later).expect("shown");
    judge(&guest, first, Finding::Later).expect("shown");
    let refused = Err(CompareError::NotShown);
    assert_eq!(
        judge(&host, first, Finding::Same),
        refused,
        "nothing is shown"
    );
    assert_eq!(
        host.conversation.comparison().trust().level(),
        TrustLevel::Unverified
    );
    tokio::time::sleep(Duration::from_secs(5)).await;
    let second = compare(&mut guest, &mut host).await;
    assert_eq!(
        judge(&host, first, Finding::Same),
        refused,
        "another is shown"
    );
    assert_eq!(judge(&host, first, Finding::Different), refused);
    let trust = judge(&host, second, Finding::Same).expect("shown");
    assert_eq!(trust.reason(), TrustReason::Compared);
    assert_eq!(judge(&host, second, Finding::Same), refused, "only once");
}

#[tokio::test]
async fn a_difference_hangs_up_at_once_and_says_no_goodbye() {
    for path_is_cut in [false, true] {
        let (mut guest, mut host, controls) = sides(SLOW, |_| {});
        let seen = compare(&mut guest, &mut host).await;
        if path_is_cut {
            controls.cut();
            assert_eq!(host.next().await, Event::Interrupted);
        }
        for n in 0..1_000 {
            let text = format!("never read {n}");
            let sent = timeout(
                Duration::from_millis(20),
                host.conversation.send_text(&text),
            );
            if sent.await.is_err() {
                break;
            }
        }
        judge(&host, seen, Finding::Different).expect("shown");
        assert_eq!(host.rest().await, (vec![], Ending::Different));
        let comparison = host.conversation.comparison();
        assert_eq!(comparison.wish(), Err(CompareError::Ended));
        if !path_is_cut {
            let (_, ending) = guest.rest().await;
            assert_eq!(ending, Ending::Lost(LinkError::ClosedByPeer));
        }
    }
}

#[tokio::test]
async fn a_peer_that_wishes_thousands_of_times_shows_nothing_and_is_hung_up_on() {
    for (mut rogue, mut side) in [rogue_guest(), rogue_host()] {
        let wishing = tokio::spawn(async move {
            for _ in 0..5_000 {
                if !rogue.try_to_say(Message::CompareWish).await {
                    break;
                }
            }
            rogue
        });
        assert_eq!(side.next().await, Event::CompareOffered);
        let broken = Ending::Broken(Violation::OutOfTurn);
        assert_eq!(side.rest().await, (vec![], broken));
        let mut rogue = wishing.await.expect("no panic");
        assert!(rogue.link.receive().await.is_err(), "nothing was answered");
    }
}

#[tokio::test]
async fn an_offer_that_nobody_accepts_is_never_answered() {
    for (mut rogue, mut side) in [rogue_guest(), rogue_host()] {
        rogue.say(Message::CompareWish).await;
        assert_eq!(side.next().await, Event::CompareOffered);
        side.conversation.send_text("not now").await.expect("open");
        assert!(matches!(rogue.hear().await, Message::Text { .. }));
    }
}

#[tokio::test]
async fn a_host_that_opens_something_else_than_it_committed_to_ends_the_conversation() {
    let (mut rogue, mut side) = rogue_host();
    side.conversation.comparison().wish().expect("free");
    assert_eq!(rogue.hear().await, Message::CompareWish);
    let honest = HostComparison::new([0; 32], Secret::new([1; 32]));
    rogue.say(Message::CompareCommit(honest.commitment())).await;
    assert!(matches!(rogue.hear().await, Message::CompareNonce(_)));
    rogue.say(Message::CompareOpen([2; 32])).await;
    assert_eq!(
        side.rest().await,
        (vec![], Ending::Broken(Violation::Cheated))
    );
}

#[tokio::test]
async fn a_step_out_of_turn_ends_the_conversation() {
    let wish = Message::CompareWish;
    let commit = Message::CompareCommit([1; 32]);
    let (nonce, open) = (
        Message::CompareNonce([1; 32]),
        Message::CompareOpen([1; 32]),
    );
    let out_of_turn = Ending::Broken(Violation::OutOfTurn);
    // Against a guest that has not wished, or has.
    for (wishes, steps) in [
        (false, vec![nonce.clone()]),
        (false, vec![open.clone()]),
        (false, vec![commit.clone()]),
        (false, vec![wish.clone(), commit.clone()]),
        (true, vec![open.clone()]),
        (true, vec![commit.clone(), commit.clone()]),
        (true, vec![commit.clone(), nonce.clone()]),
        (true, vec![commit.clone(), wish.clone()]),
        (true, vec![wish.clone(), wish.clone()]),
    ] {
        let (mut rogue, mut side) = rogue_host();
        if wishes {
            side.conversation.comparison().wish().expect("free");
            assert_eq!(rogue.hear().await, wish);
        }
        for step in &steps {
            rogue.say(step.clone()).await;
        }
        assert_eq!(side.rest().await.1, out_of_turn, "{wishes} {steps:?}");
    }
    // The same against a host.
    for (wishes, steps) in [
        (false, vec![commit]),
        (false, vec![nonce.clone()]),
        (false, vec![open.clone()]),
        (false, vec![wish.clone(), nonce.clone()]),
        (true, vec![nonce.clone()]),
        (true, vec![wish.clone(), wish.clone()]),
        (true, vec![wish.clone(), nonce.clone(), nonce]),
        (true, vec![wish.clone(), open]),
    ] {
        let (mut rogue, mut side) = rogue_guest();
        if wishes {
            side.conversation.comparison().wish().expect("free");
            assert_eq!(rogue.hear().await, wish);
        }
        for step in &steps {
            rogue.say(step.clone()).await;
        }
        assert_eq!(side.rest().await.1, out_of_turn, "{wishes} {steps:?}");
    }
}
