//! Two conversations over a simulated network, and one with a peer that breaks the rules.

use super::message::{CHUNK, Message};
use super::*;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use bytes::Bytes;
use handfast_protocol::handshake::{Channel, ChannelError, Trust, TrustReason};
use handfast_protocol::link::{Link, LinkError, LinkState};
use handfast_sim::handshake;
use handfast_sim::link::{Conditions, Controls, pair};
use handfast_token::{Secret, random_bytes};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

mod compare;
mod limits;

/// A folder of its own, deleted at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let random = u64::from_le_bytes(random_bytes().expect("randomness"));
        let path = std::env::temp_dir().join(format!("handfast-test-{random:016x}"));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("a folder");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> = entries
            .map(|e| name(e).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn channels(guest: &Link, host: &Link) -> (Channel, Channel) {
    handshake::channels(guest, host).expect("randomness")
}

/// One side of a test: a conversation, its events and its folder.
struct Side {
    conversation: Conversation,
    events: mpsc::Receiver<Event>,
    folder: Scratch,
}

/// Somebody who may send any file without a question.
fn options(folder: &Path) -> Options {
    let trust = Trust::because(TrustReason::Scanned);
    let mut options = Options::new(folder, trust);
    options.limits = Limits::USUAL.with_unasked(u64::MAX);
    options
}

/// Nothing is proved of the other side.
fn stranger(options: &mut Options) {
    options.trust = Trust::because(TrustReason::OpenLink);
    options.limits = Limits::USUAL;
}

impl Side {
    fn new(link: Link, channel: Channel, change: impl FnOnce(&mut Options)) -> Self {
        let folder = Scratch::new();
        let mut options = options(&folder.0);
        change(&mut options);
        let (conversation, events) = Conversation::start(link, channel, options);
        Self {
            conversation,
            events,
            folder,
        }
    }

    /// The next event that is not mere progress.
    async fn next(&mut self) -> Event {
        loop {
            let event = timeout(Duration::from_secs(30), self.events.recv());
            match event
                .await
                .expect("an event in time")
                .expect("not over yet")
            {
                Event::FileProgress { .. } => {}
                event => return event,
            }
        }
    }

    /// The event after which nothing follows, and those before it.
    async fn rest(&mut self) -> (Vec<Event>, Ending) {
        let mut events = Vec::new();
        loop {
            match self.next().await {
                Event::Ended(ending) => {
                    assert_eq!(self.events.recv().await, None);
                    return (events, ending);
                }
                event => events.push(event),
            }
        }
    }

    async fn failure(&mut self) -> (FileError, bool) {
        loop {
            match self.next().await {
                Event::FileFailed {
                    reason, by_peer, ..
                } => return (reason, by_peer),
                Event::FileOffered { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

const SLOW: Conditions = Conditions {
    delay: Duration::from_millis(5),
    loss: 0.01,
    retransmission: Duration::from_millis(10),
    window: 64,
};

fn sides(conditions: Conditions, change: impl FnOnce(&mut Options)) -> (Side, Side, Controls) {
    let (left, right, controls) = pair(1, conditions);
    let (left_channel, right_channel) = channels(&left, &right);
    let left = Side::new(left, left_channel, |_| {});
    let right = Side::new(right, right_channel, change);
    (left, right, controls)
}

fn text(text: &str) -> Event {
    Event::TextReceived(text.to_owned())
}

/// Bytes without a short period.
fn content(length: usize) -> Vec<u8> {
    let numbers = (0_u64..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

fn hash(content: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(content).into()
}

#[tokio::test]
async fn texts_arrive_both_ways_and_in_order() {
    let (mut a, mut b, _controls) = sides(SLOW, |_| {});
    for n in 0..50 {
        a.conversation
            .send_text(&format!("a{n}"))
            .await
            .expect("open");
        b.conversation
            .send_text(&format!("b{n}"))
            .await
            .expect("open");
    }
    for n in 0..50 {
        assert_eq!(b.next().await, text(&format!("a{n}")));
        assert_eq!(a.next().await, text(&format!("b{n}")));
    }
}

#[tokio::test]
async fn a_hundred_of_the_longest_texts_arrive_whole_and_a_longer_one_is_refused() {
    let (a, mut b, _controls) = sides(Conditions::default(), |_| {});
    let sender = tokio::spawn(async move {
        for n in 0..100 {
            let text = format!("{n:04}").repeat(MAX_TEXT / 4);
            a.conversation.send_text(&text).await.expect("open");
        }
        let long = "x".repeat(MAX_TEXT + 1);
        assert_eq!(
            a.conversation.send_text(&long).await,
            Err(ConversationError::TooLong)
        );
        a
    });
    for n in 0..100 {
        assert_eq!(
            b.next().await,
            text(&format!("{n:04}").repeat(MAX_TEXT / 4))
        );
    }
    sender.await.expect("no panic");
}

#[tokio::test]
async fn a_file_arrives_equal_with_its_name_and_hash() {
    for length in [0, 1, CHUNK, CHUNK + 1, 64 * CHUNK, 3_000_000] {
        let (mut a, mut b, _controls) = sides(SLOW, |_| {});
        let content = content(length);
        let path = a.folder.file("photo.jpg", &content);
        let sent = a.conversation.send_file(&path).await.expect("open");
        let offered = b.next().await;
        assert!(matches!(offered, Event::FileOffered { ref name, size, .. }
            if name == "photo.jpg" && size == length as u64));
        let Event::FileReceived {
            path,
            bytes,
            hash: received,
            ..
        } = b.next().await
        else {
            panic!("not received");
        };
        assert_eq!((bytes, received), (length as u64, hash(&content)));
        assert_eq!(path, b.folder.0.join("photo.jpg"));
        assert!(fs::read(path).expect("stored") == content);
        assert_eq!(b.folder.names(), ["photo.jpg"]);
        let Event::FileSent {
            transfer,
            hash: confirmed,
            ..
        } = a.next().await
        else {
            panic!("not sent");
        };
        assert_eq!((transfer, confirmed), (sent, received));
    }
}

#[tokio::test]
async fn files_of_one_name_stand_beside_each_other_and_several_may_wait() {
    let (mut a, mut b, _controls) = sides(Conditions::default(), |_| {});
    b.folder.file("note.txt", b"mine");
    let path = a.folder.file("note.txt", b"yours");
    for _ in 0..3 {
        a.conversation.send_file(&path).await.expect("open");
    }
    for _ in 0..3 {
        assert!(matches!(a.next().await, Event::FileSent { .. }));
        while !matches!(b.next().await, Event::FileReceived { .. }) {}
    }
    let names = ["note (1).txt", "note (2).txt", "note (3).txt", "note.txt"];
    assert_eq!(b.folder.names(), names);
    assert_eq!(
        fs::read(b.folder.0.join("note.txt")).expect("kept"),
        b"mine"
    );
}

#[tokio::test]
async fn files_go_both_ways_at_once() {
    let (mut a, mut b, _controls) = sides(SLOW, |_| {});
    for side in [&a, &b] {
        let path = side.folder.file("out.bin", &content(1_000_000));
        side.conversation.send_file(path).await.expect("open");
    }
    for side in [&mut a, &mut b] {
        let mut seen = [false; 2];
        while seen != [true; 2] {
            match side.next().await {
                Event::FileSent { .. } => seen[0] = true,
                Event::FileReceived { .. } => seen[1] = true,
                Event::FileOffered { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_text_overtakes_the_file_that_is_under_way() {
    let (a, mut b, _controls) = sides(SLOW, |_| {});
    let path = a.folder.file("big.bin", &content(8_000_000));
    a.conversation.send_file(path).await.expect("open");
    assert!(matches!(b.next().await, Event::FileOffered { .. }));
    assert!(matches!(
        b.events.recv().await,
        Some(Event::FileProgress { .. })
    ));
    a.conversation.send_text("meanwhile").await.expect("open");
    assert_eq!(b.next().await, text("meanwhile"));
    assert!(matches!(b.next().await, Event::FileReceived { .. }));
}

#[tokio::test]
async fn an_interruption_loses_nothing_and_doubles_nothing() {
    let (mut a, mut b, controls) = sides(SLOW, |_| {});
    let content = content(2_000_000);
    let path = a.folder.file("f", &content);
    a.conversation.send_file(path).await.expect("open");
    assert!(matches!(b.next().await, Event::FileOffered { .. }));
    controls.cut();
    assert_eq!(a.next().await, Event::Interrupted);
    assert_eq!(b.next().await, Event::Interrupted);
    for n in 0..10 {
        a.conversation
            .send_text(&n.to_string())
            .await
            .expect("waits");
    }
    assert!(timeout(Duration::from_millis(50), b.next()).await.is_err());
    controls.restore();
    assert_eq!(a.next().await, Event::Resumed);
    let mut texts = Vec::new();
    let mut received = None;
    while texts.len() < 10 || received.is_none() {
        match b.next().await {
            Event::TextReceived(text) => texts.push(text),
            Event::FileReceived { hash, .. } => received = Some(hash),
            other => assert_eq!(other, Event::Resumed),
        }
    }
    assert_eq!(texts, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(received, Some(hash(&content)));
}

#[tokio::test]
async fn leaving_delivers_everything_first() {
    let (mut a, mut b, _controls) = sides(SLOW, |_| {});
    let path = a.folder.file("f", &content(500_000));
    a.conversation.send_file(&path).await.expect("open");
    a.conversation.send_file(&path).await.expect("open");
    for n in 0..20 {
        a.conversation
            .send_text(&n.to_string())
            .await
            .expect("open");
    }
    a.conversation.leave().await;
    let (events, ending) = b.rest().await;
    assert_eq!(ending, Ending::PeerLeft);
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|e| wanted(e)).count();
    assert_eq!(count(|e| matches!(e, Event::TextReceived(_))), 20);
    assert_eq!(count(|e| matches!(e, Event::FileReceived { .. })), 2);
    assert_eq!(
        b.conversation.send_text("?").await,
        Err(ConversationError::Ended)
    );
    let mut last = None;
    while let Some(event) = a.events.recv().await {
        last = Some(event);
    }
    assert_eq!(last, Some(Event::Ended(Ending::Left)));
}

#[tokio::test]
async fn both_may_leave_at_once() {
    let (a, b, _controls) = sides(SLOW, |_| {});
    let both = async { tokio::join!(a.conversation.leave(), b.conversation.leave()) };
    timeout(Duration::from_secs(10), both)
        .await
        .expect("in time");
}

#[tokio::test]
async fn dropping_a_conversation_hangs_up() {
    let (a, mut b, _controls) = sides(SLOW, |_| {});
    drop(a);
    assert_eq!(b.rest().await.1, Ending::Lost(LinkError::ClosedByPeer));
}

/// The clock stands still while anybody has something to do, so a wait that is over had no end.
#[tokio::test(start_paused = true)]
async fn what_waits_on_the_link_does_not_keep_it_open_when_it_is_hung_up() {
    const LONG: Duration = Duration::from_secs(3_600);
    // Nobody reads at the other end.
    let (link, unread, _controls) = pair(7, SLOW);
    let (channel, _) = channels(&link, &unread);
    let mut state = link.state();
    let a = Side::new(link, channel, |_| {});
    let text = "x".repeat(MAX_TEXT);
    while timeout(LONG, a.conversation.send_text(&text)).await.is_ok() {}
    drop(a);
    let closed = LinkState::Closed(LinkError::ClosedHere);
    let closes = timeout(LONG, state.wait_for(|state| *state == closed));
    assert!(closes.await.is_ok(), "it is open still");
}

#[tokio::test]
async fn a_lost_link_fails_what_was_under_way_and_leaves_no_file() {
    let (mut a, mut b, controls) = sides(SLOW, |_| {});
    let path = a.folder.file("f", &content(8_000_000));
    for _ in 0..2 {
        a.conversation.send_file(&path).await.expect("open");
        assert!(matches!(b.next().await, Event::FileOffered { .. }));
    }
    controls.lose();
    for side in [&mut a, &mut b] {
        let (events, ending) = side.rest().await;
        assert_eq!(ending, Ending::Lost(LinkError::Lost));
        assert_eq!(events.len(), 2);
        for event in events {
            let Event::FileFailed {
                reason, by_peer, ..
            } = event
            else {
                panic!("{event:?}");
            };
            assert_eq!((reason, by_peer), (FileError::Ended, false));
        }
    }
    assert!(b.folder.names().is_empty());
}

#[tokio::test]
async fn a_person_is_asked_and_may_accept_or_decline() {
    let (mut a, mut b, _controls) = sides(SLOW, stranger);
    let path = a.folder.file("f", b"content");
    a.conversation.send_file(&path).await.expect("open");
    let Event::FileOffered { transfer, .. } = b.next().await else {
        panic!("not offered");
    };
    b.conversation.cancel(transfer).await;
    assert_eq!(b.failure().await, (FileError::Declined, false));
    assert_eq!(a.failure().await, (FileError::Declined, true));
    a.conversation.send_file(&path).await.expect("open");
    let Event::FileOffered { transfer, .. } = b.next().await else {
        panic!("not offered");
    };
    b.conversation.accept(transfer).await;
    assert!(matches!(b.next().await, Event::FileReceived { .. }));
    assert!(matches!(a.next().await, Event::FileSent { .. }));
}

#[tokio::test]
async fn a_transfer_can_be_stopped_from_either_side_and_the_next_one_works() {
    for receiver_stops in [true, false] {
        let (mut a, mut b, _controls) = sides(SLOW, |_| {});
        let big = a.folder.file("big", &content(20_000_000));
        let small = a.folder.file("small", b"x");
        let outgoing = a.conversation.send_file(big).await.expect("open");
        let waiting = a.conversation.send_file(&small).await.expect("open");
        a.conversation.send_file(&small).await.expect("open");
        let Event::FileOffered { transfer, .. } = b.next().await else {
            panic!("not offered");
        };
        while !matches!(b.events.recv().await, Some(Event::FileProgress { .. })) {}
        a.conversation.cancel(waiting).await;
        if receiver_stops {
            b.conversation.cancel(transfer).await;
        } else {
            a.conversation.cancel(outgoing).await;
        }
        let mut ours = Vec::new();
        while ours.len() < 3 {
            match a.next().await {
                Event::FileFailed {
                    transfer,
                    reason: FileError::Cancelled,
                    by_peer,
                } => ours.push((transfer, Some(by_peer))),
                Event::FileSent { transfer, .. } => ours.push((transfer, None)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(ours.pop().map(|(_, failed)| failed), Some(None));
        assert!(ours.contains(&(outgoing, Some(receiver_stops))));
        assert!(ours.contains(&(waiting, Some(false))));
        while !matches!(b.next().await, Event::FileReceived { .. }) {}
        assert_eq!(b.folder.names(), ["small"]);
    }
}

#[tokio::test]
async fn what_cannot_be_read_stored_or_taken_fails_and_the_talk_goes_on() {
    let (mut a, mut b, _controls) = sides(SLOW, |options| options.limits.largest_file = 100);
    a.conversation
        .send_file("/nowhere/at/all")
        .await
        .expect("open");
    assert_eq!(a.failure().await, (FileError::Unreadable, false));
    let device = "/dev/null";
    a.conversation.send_file(device).await.expect("open");
    assert_eq!(a.failure().await, (FileError::Unreadable, false));
    let path = a.folder.file("f", &[0; 101]);
    a.conversation.send_file(path).await.expect("open");
    assert_eq!(a.failure().await, (FileError::TooLarge, true));
    assert_eq!(b.failure().await, (FileError::TooLarge, false));
    // A file where the folder should be.
    fs::remove_dir(&b.folder.0).expect("empty");
    fs::write(&b.folder.0, b"").expect("a file");
    let path = a.folder.file("g", b"x");
    a.conversation.send_file(path).await.expect("open");
    assert_eq!(b.failure().await, (FileError::Storage, false));
    assert_eq!(a.failure().await, (FileError::Storage, true));
    fs::remove_file(&b.folder.0).expect("there");
    a.conversation.send_text("still here").await.expect("open");
    assert_eq!(b.next().await, text("still here"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    // Every write to this device fails as a full disk does.
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let error = std::io::Write::write_all(&mut full.expect("Linux has it"), b"x");
    let failure = files::failed(&error.expect_err("it is full"));
    assert_eq!(failure, FileError::NoSpace);
}

/// A peer that holds the right keys and says whatever the test wants.
struct Rogue {
    link: Link,
    channel: Channel,
}

impl Rogue {
    async fn say(&mut self, message: Message) {
        let (head, tail) = message.encode();
        let frame = self
            .channel
            .sealer
            .seal_parts(&[&head, &tail])
            .expect("short");
        self.link.send(frame).await.expect("open");
    }

    /// The same; false once the link is closed.
    async fn try_to_say(&mut self, message: Message) -> bool {
        let (head, tail) = message.encode();
        let sealed = self.channel.sealer.seal_parts(&[&head, &tail]);
        self.link.send(sealed.expect("short")).await.is_ok()
    }

    async fn hear(&mut self) -> Message {
        let frame = timeout(Duration::from_secs(10), self.link.receive()).await;
        let frame = frame.expect("in time").expect("open");
        let body = self.channel.opener.open(frame).expect("honest");
        Message::parse(body).expect("honest")
    }

    async fn offer(&mut self, id: u32, size: u64, name: &str) {
        let name = name.to_owned();
        self.say(Message::Offer { id, size, name }).await;
    }

    async fn chunk(&mut self, id: u32, bytes: &'static [u8]) {
        let bytes = Bytes::from_static(bytes);
        self.say(Message::Chunk { id, bytes }).await;
    }
}

fn rogue(change: impl FnOnce(&mut Options)) -> (Rogue, Side) {
    let (left, right, _controls) = pair(1, Conditions::default());
    let (left_channel, right_channel) = channels(&left, &right);
    let side = Side::new(right, right_channel, change);
    let rogue = Rogue {
        link: left,
        channel: left_channel,
    };
    (rogue, side)
}

fn rogue_guest() -> (Rogue, Side) {
    rogue(|_| {})
}

fn rogue_host() -> (Rogue, Side) {
    let (left, right, _controls) = pair(1, Conditions::default());
    let (left_channel, right_channel) = channels(&left, &right);
    let side = Side::new(left, left_channel, |_| {});
    let rogue = Rogue {
        link: right,
        channel: right_channel,
    };
    (rogue, side)
}

#[tokio::test]
async fn a_frame_of_garbage_ends_the_conversation() {
    let (rogue, mut side) = rogue(|_| {});
    rogue
        .link
        .send(Bytes::from_static(&[7; 80]))
        .await
        .expect("open");
    let broken = Violation::Channel(ChannelError::Forged);
    assert_eq!(side.rest().await, (vec![], Ending::Broken(broken)));
}

#[tokio::test]
async fn whoever_sends_what_was_not_asked_for_ends_the_conversation() {
    let bytes = || Bytes::from_static(b"x");
    for message in [
        Message::Chunk {
            id: 1,
            bytes: bytes(),
        },
        Message::Chunk {
            id: 0,
            bytes: bytes(),
        },
        Message::Done {
            id: 1,
            hash: [0; 32],
        },
        Message::Cancel {
            id: 1,
            reason: FileError::Cancelled,
        },
        Message::Offer {
            id: 0,
            size: 1,
            name: "x".into(),
        },
    ] {
        let (mut rogue, mut side) = rogue(|_| {});
        rogue.say(message.clone()).await;
        let broken = Ending::Broken(Violation::OutOfTurn);
        assert_eq!(side.rest().await, (vec![], broken), "{message:?}");
        assert!(side.folder.names().is_empty());
    }
}

#[tokio::test]
async fn a_chunk_before_the_yes_ends_the_conversation() {
    let (mut rogue, mut side) = rogue(stranger);
    rogue.offer(1, 1, "x").await;
    rogue.chunk(1, b"x").await;
    let (events, ending) = side.rest().await;
    assert!(matches!(
        events[..],
        [
            Event::FileOffered { .. },
            Event::FileFailed {
                reason: FileError::Ended,
                ..
            },
        ]
    ));
    assert_eq!(ending, Ending::Broken(Violation::OutOfTurn));
}

#[tokio::test]
async fn texts_that_never_end_or_are_none_end_the_conversation() {
    let (mut rogue1, mut side) = rogue(|_| {});
    for _ in 0..5 {
        let part = Bytes::from_static(&[b'x'; 15_000]);
        rogue1.say(Message::Text { more: true, part }).await;
    }
    assert_eq!(side.rest().await.1, Ending::Broken(Violation::TextTooLong));
    let (mut rogue2, mut side) = rogue(|_| {});
    let part = Bytes::from_static(b"\xff");
    rogue2.say(Message::Text { more: false, part }).await;
    assert_eq!(side.rest().await.1, Ending::Broken(Violation::Malformed));
}

#[tokio::test]
async fn answers_to_nothing_and_optional_messages_are_ignored() {
    let (mut rogue, mut side) = rogue(|_| {});
    rogue.say(Message::Received { id: 9 }).await;
    rogue.say(Message::Unknown).await;
    let part = Bytes::from_static(b"hello");
    rogue.say(Message::Text { more: false, part }).await;
    assert_eq!(side.next().await, text("hello"));
}

#[tokio::test]
async fn a_file_that_is_not_what_was_promised_leaves_nothing_behind() {
    let right = hash(b"abc");
    // Too long, too short, another content: each with what the receiver is told afterwards.
    for (pieces, claimed) in [
        (vec![&b"abcd"[..]], right),
        (vec![b"ab", b"cd"], right),
        (vec![b"ab"], hash(b"ab")),
        (vec![b"abd"], right),
        (vec![], right),
    ] {
        let (mut rogue, mut side) = rogue(|_| {});
        rogue.offer(1, 3, "f").await;
        assert_eq!(rogue.hear().await, Message::Accept { id: 1 });
        for piece in pieces {
            rogue.chunk(1, piece).await;
        }
        rogue
            .say(Message::Done {
                id: 1,
                hash: claimed,
            })
            .await;
        assert_eq!(side.failure().await, (FileError::Damaged, false));
        let reason = FileError::Damaged;
        assert_eq!(rogue.hear().await, Message::Decline { id: 1, reason });
        assert!(side.folder.names().is_empty());
        // Nothing else was harmed.
        rogue.offer(2, 3, "f").await;
        assert_eq!(rogue.hear().await, Message::Accept { id: 2 });
        rogue.chunk(2, b"abc").await;
        rogue.say(Message::Done { id: 2, hash: right }).await;
        assert_eq!(rogue.hear().await, Message::Received { id: 2 });
        assert!(matches!(side.next().await, Event::FileOffered { .. }));
        assert!(matches!(side.next().await, Event::FileReceived { .. }));
    }
}

#[tokio::test]
async fn a_file_that_is_offered_during_a_transfer_waits_for_its_turn() {
    let (mut rogue, mut side) = rogue(|_| {});
    rogue.offer(1, 3, "f").await;
    assert_eq!(rogue.hear().await, Message::Accept { id: 1 });
    rogue.offer(2, 3, "g").await;
    rogue.chunk(1, b"abc").await;
    let hash = hash(b"abc");
    rogue.say(Message::Done { id: 1, hash }).await;
    assert_eq!(rogue.hear().await, Message::Received { id: 1 });
    assert_eq!(rogue.hear().await, Message::Accept { id: 2 });
    // Its turn has come, and that of the first is over.
    rogue.chunk(2, b"abc").await;
    rogue.say(Message::Done { id: 2, hash }).await;
    assert_eq!(rogue.hear().await, Message::Received { id: 2 });
    side.conversation.send_text("and on").await.expect("open");
    while side.folder.names() != ["f", "g"] {
        side.next().await;
    }
}

#[tokio::test]
async fn a_chunk_of_a_file_that_waits_for_its_turn_ends_the_conversation() {
    let (mut rogue, mut side) = rogue(|_| {});
    rogue.offer(1, 3, "f").await;
    rogue.offer(2, 3, "g").await;
    assert_eq!(rogue.hear().await, Message::Accept { id: 1 });
    rogue.chunk(2, b"abc").await;
    let broken = Ending::Broken(Violation::OutOfTurn);
    assert_eq!(side.rest().await.1, broken);
    assert!(side.folder.names().is_empty());
}

#[tokio::test]
async fn of_several_files_those_come_that_were_accepted_in_the_order_of_the_yes() {
    let (mut a, mut b, _controls) = sides(SLOW, stranger);
    for name in ["one", "two", "three"] {
        let path = a.folder.file(name, &content(300_000));
        a.conversation.send_file(path).await.expect("open");
    }
    let mut offered = Vec::new();
    while offered.len() < 3 {
        match b.next().await {
            Event::FileOffered { transfer, asks, .. } => {
                assert!(asks);
                offered.push(transfer);
            }
            other => panic!("{other:?}"),
        }
    }
    b.conversation.accept(offered[2]).await;
    b.conversation.cancel(offered[1]).await;
    b.conversation.accept(offered[0]).await;
    b.conversation.accept(offered[0]).await;
    let mut stored = Vec::new();
    while stored.len() < 2 {
        match b.next().await {
            Event::FileReceived { transfer, .. } => stored.push(transfer),
            Event::FileFailed { transfer, .. } => assert_eq!(transfer, offered[1]),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stored, [offered[2], offered[0]]);
    let (mut sent, mut declined) = (0, 0);
    while (sent, declined) != (2, 1) {
        match a.next().await {
            Event::FileSent { .. } => sent += 1,
            Event::FileFailed {
                reason: FileError::Declined,
                by_peer: true,
                ..
            } => declined += 1,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_file_that_became_shorter_while_it_waited_is_not_sent() {
    let (mut a, mut b, _controls) = sides(SLOW, stranger);
    let path = a.folder.file("f", b"content");
    a.conversation.send_file(&path).await.expect("open");
    let Event::FileOffered { transfer, .. } = b.next().await else {
        panic!("not offered");
    };
    fs::write(&path, b"co").expect("ours");
    b.conversation.accept(transfer).await;
    assert_eq!(a.failure().await, (FileError::Changed, false));
    assert_eq!(b.failure().await, (FileError::Changed, true));
}

#[tokio::test]
async fn who_leaves_declines_what_waits_for_an_answer() {
    let (mut a, mut b, _controls) = sides(SLOW, stranger);
    let path = a.folder.file("f", b"content");
    a.conversation.send_file(&path).await.expect("open");
    assert!(matches!(b.next().await, Event::FileOffered { .. }));
    let leaving = tokio::spawn(b.conversation.leave());
    assert_eq!(a.failure().await, (FileError::Declined, true));
    assert_eq!(a.rest().await.1, Ending::PeerLeft);
    leaving.await.expect("no panic");
}

#[tokio::test]
async fn a_name_that_is_a_path_stays_inside_the_folder() {
    let (mut rogue, mut side) = rogue(|_| {});
    rogue.offer(1, 1, "../../up\u{202e}.txt").await;
    rogue.chunk(1, b"x").await;
    rogue
        .say(Message::Done {
            id: 1,
            hash: hash(b"x"),
        })
        .await;
    assert!(matches!(side.next().await, Event::FileOffered { name, .. } if name == "up.txt"));
    assert!(matches!(side.next().await, Event::FileReceived { .. }));
    assert_eq!(side.folder.names(), ["up.txt"]);
}

#[tokio::test]
async fn a_sender_hears_no_and_early_praise_alike_as_failure() {
    for (answer, expected) in [
        (
            Message::Decline {
                id: 1,
                reason: FileError::NoSpace,
            },
            FileError::NoSpace,
        ),
        (Message::Received { id: 1 }, FileError::Damaged),
    ] {
        let (mut rogue, mut side) = rogue(|_| {});
        let path = side.folder.file("f", &content(5_000_000));
        side.conversation.send_file(path).await.expect("open");
        assert!(matches!(rogue.hear().await, Message::Offer { id: 1, .. }));
        rogue.say(Message::Accept { id: 1 }).await;
        assert!(matches!(rogue.hear().await, Message::Chunk { id: 1, .. }));
        rogue.say(answer).await;
        let draining = tokio::spawn(async move { while rogue.link.receive().await.is_ok() {} });
        assert_eq!(side.failure().await, (expected, true));
        draining.abort();
    }
}
