//! Comparing: both see the same, whoever began, and nobody can steer what is seen.

use super::*;
use crate::handshake::{HostComparison, ShortString};

async fn shown(side: &mut Side) -> ShortString {
    match side.next().await {
        Event::Comparing(string) => string,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn both_see_the_same_whoever_begins_and_something_new_each_time() {
    let (mut guest, mut host, _controls) = sides(SLOW, |_| {});
    guest.conversation.compare().await;
    let first = shown(&mut guest).await;
    assert_eq!(shown(&mut host).await, first);
    host.conversation.compare().await;
    let second = shown(&mut guest).await;
    assert_eq!(shown(&mut host).await, second);
    assert_ne!(first, second);
}

#[tokio::test]
async fn beginning_on_both_sides_at_once_is_one_comparison() {
    let (mut guest, mut host, _controls) = sides(SLOW, |_| {});
    guest.conversation.compare().await;
    host.conversation.compare().await;
    host.conversation.compare().await;
    assert_eq!(shown(&mut guest).await, shown(&mut host).await);
    guest.conversation.send_text("and on").await.expect("open");
    while host.next().await != text("and on") {}
}

#[tokio::test]
async fn comparing_does_not_wait_for_a_file() {
    let (mut guest, mut host, _controls) = sides(SLOW, |_| {});
    let path = host.folder.file("big.bin", &content(8_000_000));
    host.conversation.send_file(path).await.expect("open");
    assert!(matches!(guest.next().await, Event::FileOffered { .. }));
    host.conversation.compare().await;
    assert_eq!(shown(&mut guest).await, shown(&mut host).await);
    assert!(matches!(guest.next().await, Event::FileReceived { .. }));
}

#[tokio::test]
async fn a_host_that_opens_something_else_than_it_committed_to_ends_the_conversation() {
    let (mut rogue, mut side) = rogue_host();
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
    let commit = Message::CompareCommit([1; 32]);
    let (nonce, open) = (
        Message::CompareNonce([1; 32]),
        Message::CompareOpen([1; 32]),
    );
    let out_of_turn = Ending::Broken(Violation::OutOfTurn);
    for steps in [
        vec![Message::CompareWish],
        vec![nonce.clone()],
        vec![open.clone()],
        vec![commit.clone(), commit.clone()],
        vec![commit.clone(), nonce.clone()],
    ] {
        let (mut rogue, mut side) = rogue_host();
        for step in steps {
            rogue.say(step).await;
        }
        assert_eq!(side.rest().await.1, out_of_turn);
    }
    for steps in [
        vec![commit],
        vec![nonce.clone()],
        vec![open.clone()],
        vec![Message::CompareWish, nonce.clone(), nonce],
        vec![Message::CompareWish, open],
    ] {
        let (mut rogue, mut side) = rogue_guest();
        for step in steps {
            rogue.say(step).await;
        }
        assert_eq!(side.rest().await.1, out_of_turn);
    }
}

#[tokio::test]
async fn a_guest_that_wishes_without_end_gets_one_commitment() {
    let (mut rogue, mut side) = rogue_guest();
    for _ in 0..100 {
        rogue.say(Message::CompareWish).await;
    }
    assert!(matches!(rogue.hear().await, Message::CompareCommit(_)));
    rogue.say(Message::CompareNonce([1; 32])).await;
    assert!(matches!(rogue.hear().await, Message::CompareOpen(_)));
    shown(&mut side).await;
}
