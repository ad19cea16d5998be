//! What a peer may cost: every limit is reached, told, and may be raised; nothing is lost in silence.

use super::*;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Short texts without end, as fast as they are taken.
fn flood(mut rogue: Rogue, text: &'static [u8]) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let part = Bytes::from_static(text);
        let more = false;
        let say = |part| Message::Text { more, part };
        while rogue.try_to_say(say(part.clone())).await {}
    })
}

/// Texts up to the next event that is none.
async fn texts(side: &mut Side) -> (u64, Event) {
    let mut count = 0;
    loop {
        match side.next().await {
            Event::TextReceived(_) => count += 1,
            event => return (count, event),
        }
    }
}

/// Nothing more comes for a while.
async fn is_silent(side: &mut Side) {
    let event = timeout(Duration::from_millis(300), side.events.recv()).await;
    assert!(event.is_err(), "{event:?}");
}

#[tokio::test]
async fn somebody_unverified_who_floods_is_held_until_the_person_allows_more() {
    let (rogue, mut side) = rogue(stranger);
    let flooding = flood(rogue, b"hi");
    let limited = Event::Limited(Limit::Entries);
    let mut expected = 5_000;
    for _ in 0..3 {
        assert_eq!(texts(&mut side).await, (expected, limited.clone()));
        is_silent(&mut side).await;
        assert!(!flooding.is_finished(), "it waits");
        side.conversation.allow_more().await;
        // The one that was held comes first.
        assert_eq!(side.next().await, text("hi"));
        assert_eq!(side.next().await, Event::Released);
        expected = 4_999;
    }
    flooding.abort();
}

#[tokio::test]
async fn long_texts_of_somebody_unverified_are_held_at_twenty_mebibytes() {
    let (rogue, mut side) = rogue(stranger);
    static LONG: [u8; 15_000] = [b'a'; 15_000];
    let flooding = flood(rogue, &LONG);
    let (count, limited) = texts(&mut side).await;
    assert_eq!(limited, Event::Limited(Limit::Bytes));
    assert_eq!(count, (20 << 20) / 15_000);
    is_silent(&mut side).await;
    flooding.abort();
}

#[tokio::test]
async fn somebody_who_is_trusted_further_is_not_held() {
    let (mut a, mut b, _controls) = sides(Conditions::default(), |options| {
        stranger(options);
        options.limits.unverified.entries = 3;
    });
    for side in [&a, &b] {
        side.conversation.comparison().wish().expect("free");
    }
    let Event::Comparing(seen) = b.next().await else {
        panic!("not shown");
    };
    assert!(matches!(a.next().await, Event::Comparing(_)));
    for n in 0..10 {
        a.conversation
            .send_text(&n.to_string())
            .await
            .expect("open");
    }
    assert_eq!(texts(&mut b).await, (3, Event::Limited(Limit::Entries)));
    is_silent(&mut b).await;
    let comparison = b.conversation.comparison();
    comparison.judge(seen, Finding::Same).expect("shown");
    assert_eq!(b.next().await, text("3"));
    assert_eq!(b.next().await, Event::Released);
    for n in 4..10 {
        assert_eq!(b.next().await, text(&n.to_string()));
    }
}

#[tokio::test]
async fn who_is_held_back_does_not_keep_the_other_side_from_leaving() {
    let (rogue, mut side) = rogue(|options| {
        stranger(options);
        options.limits.unverified.entries = 3;
    });
    let flooding = flood(rogue, b"hi");
    assert_eq!(texts(&mut side).await, (3, Event::Limited(Limit::Entries)));
    let left = timeout(Duration::from_secs(10), side.conversation.leave());
    left.await.expect("at once");
    flooding.abort();
}

#[tokio::test]
async fn of_ten_thousand_offers_256_wait_and_the_others_are_declined_and_told() {
    let (mut rogue, mut side) = rogue(stranger);
    let offering = tokio::spawn(async move {
        let mut declined = 0;
        for id in 1..=10_000 {
            rogue.offer(id, 1, "f").await;
            if id > 256 {
                let reason = FileError::TooMany;
                assert_eq!(rogue.hear().await, Message::Decline { id, reason });
                declined += 1;
            }
        }
        (rogue, declined)
    });
    let mut offered = Vec::new();
    let limited = loop {
        match side.next().await {
            Event::FileOffered { transfer, asks, .. } => {
                assert!(asks);
                offered.push(transfer);
            }
            event => break event,
        }
    };
    assert_eq!(limited, Event::Limited(Limit::OpenOffers));
    assert_eq!(offered.len(), 256);
    let (mut rogue, declined) = offering.await.expect("no panic");
    assert_eq!(declined, 10_000 - 256);
    is_silent(&mut side).await;
    // The conversation goes on: one is taken, and then there is room for another.
    side.conversation.accept(offered[255]).await;
    assert_eq!(rogue.hear().await, Message::Accept { id: 256 });
    rogue.offer(10_001, 1, "g").await;
    assert!(matches!(side.next().await, Event::FileOffered { name, .. } if name == "g"));
    rogue.chunk(256, b"x").await;
    let hash = hash(b"x");
    rogue.say(Message::Done { id: 256, hash }).await;
    assert_eq!(rogue.hear().await, Message::Received { id: 256 });
}

#[tokio::test]
async fn offers_count_as_messages_do() {
    let (mut rogue, mut side) = rogue(|options| {
        stranger(options);
        options.limits.unverified.entries = 3;
    });
    for id in 1..=4 {
        rogue.offer(id, 1, "f").await;
    }
    for _ in 0..3 {
        assert!(matches!(side.next().await, Event::FileOffered { .. }));
    }
    assert_eq!(side.next().await, Event::Limited(Limit::Entries));
    side.conversation.allow_more().await;
    assert!(matches!(side.next().await, Event::FileOffered { .. }));
    assert_eq!(side.next().await, Event::Released);
}

#[tokio::test]
async fn files_come_unasked_up_to_the_allowance_and_then_the_person_is_asked() {
    let (mut rogue, mut side) = rogue(|options| options.limits = Limits::USUAL.with_unasked(10));
    for (id, size, is_asked) in [(1, 6, false), (2, 5, true), (3, 4, false), (4, 0, false)] {
        rogue.offer(id, size, "f").await;
        match side.next().await {
            Event::FileOffered { asks, .. } => assert_eq!(asks, is_asked, "{id}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rogue.hear().await, Message::Accept { id: 1 });
}

/// Room for this many bytes beside what has to stay.
fn room<const BYTES: u64>(_: &Path) -> io::Result<u64> {
    Ok((500 << 20) + BYTES)
}

#[tokio::test]
async fn a_file_that_would_leave_too_little_room_is_declined_even_if_it_was_accepted() {
    for (space, fits) in [(room::<10> as Space, true), (room::<9>, false)] {
        for asked in [true, false] {
            let (mut a, mut b, _controls) = sides(SLOW, |options| {
                options.space = space;
                if asked {
                    stranger(options);
                }
            });
            let path = a.folder.file("f", &[7; 10]);
            a.conversation.send_file(path).await.expect("open");
            let Event::FileOffered { transfer, .. } = b.next().await else {
                panic!("not offered");
            };
            if !fits {
                // Nobody is asked about what cannot be.
                assert_eq!(b.failure().await, (FileError::NoSpace, false));
                assert_eq!(a.failure().await, (FileError::NoSpace, true));
                assert!(b.folder.names().is_empty());
                continue;
            }
            b.conversation.accept(transfer).await;
            assert!(matches!(b.next().await, Event::FileReceived { .. }));
        }
    }
}

#[tokio::test]
async fn files_that_wait_for_their_turn_are_counted_before_another_is_taken() {
    let (mut rogue, mut side) = rogue(|options| options.space = room::<25>);
    for id in 1..=3 {
        rogue.offer(id, 10, "f").await;
        assert!(matches!(side.next().await, Event::FileOffered { .. }));
    }
    // The first comes, the second waits, and the third would not fit beside them.
    assert_eq!(side.failure().await, (FileError::NoSpace, false));
}

static FREE: AtomicU64 = AtomicU64::new(u64::MAX);

#[tokio::test]
async fn a_disk_that_others_fill_meanwhile_ends_the_file_and_leaves_nothing() {
    fn shrinking(_: &Path) -> io::Result<u64> {
        Ok(FREE.load(Relaxed))
    }
    let (mut rogue, mut side) = rogue(|options| options.space = shrinking);
    rogue.offer(1, 64 << 20, "f").await;
    assert_eq!(rogue.hear().await, Message::Accept { id: 1 });
    FREE.store((500 << 20) + 1, Relaxed);
    static CHUNK: [u8; 15_000] = [7; 15_000];
    let sending = tokio::spawn(async move {
        for _ in 0..(20 << 20) / 15_000 {
            rogue.chunk(1, &CHUNK).await;
        }
        rogue
    });
    assert_eq!(side.failure().await, (FileError::NoSpace, false));
    let mut rogue = sending.await.expect("no panic");
    let reason = FileError::NoSpace;
    assert_eq!(rogue.hear().await, Message::Decline { id: 1, reason });
    assert!(side.folder.names().is_empty());
}
