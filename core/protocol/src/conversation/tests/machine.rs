//! One machine by itself: what it waits for, and what it never knows of.

use super::*;
use crate::conversation::inbox::{PIECE, PIECES};
use crate::conversation::outbox::{BLOCK, BLOCKS};
use crate::handshake::Sealer;
use crate::{log, question, reconnect};
use handfast_token::Role;
use std::time::Instant;

/// A machine, and the other side's way to it.
fn machine(now: Instant, limits: Limits) -> (Machine, Sealer) {
    machine_with_log(now, limits, false)
}

fn machine_with_log(now: Instant, limits: Limits, has_log: bool) -> (Machine, Sealer) {
    let (ours, theirs) = (Secret::new([1; 32]), Secret::new([2; 32]));
    let terms = Terms {
        trust: Trust::because(TrustReason::OpenLink),
        limits,
        random: None,
        has_log,
    };
    let channel = Channel::new(&ours, &theirs, [7; 32], Role::Host);
    let other = Channel::new(&theirs, &ours, [7; 32], Role::Guest);
    let machine = Machine::new(now, channel, terms);
    (machine, other.sealer)
}

fn frame(sealer: &mut Sealer, message: &Message) -> Bytes {
    let (head, tail) = message.encode();
    sealer.seal_parts(&[&head, &tail]).expect("short")
}

fn ask(machine: &mut Machine) -> Option<(RequestId, Ask)> {
    machine.poll_request().map(|asked| (asked.id, asked.ask))
}

/// Answers requests about room until there is another.
fn ask_past_room(machine: &mut Machine, now: Instant) -> Option<(RequestId, Ask)> {
    loop {
        match ask(machine) {
            Some((id, Ask::FreeSpace)) => machine.file_answered(now, id, Ok(Done::Free(1 << 60))),
            asked => return asked,
        }
    }
}

#[test]
fn what_is_said_goes_by_logs_where_both_keep_them_and_by_nothing_else() {
    let now = Instant::now();
    let text = Message::Text {
        more: false,
        part: Bytes::from_static(b"hi"),
    };
    let log = Message::Log(log::Message::Heads(log::Heads::default()));
    for (has_log, message, is_heard) in [
        (false, &text, true),
        (false, &log, false),
        (true, &text, false),
        (true, &log, true),
    ] {
        let (mut machine, mut sealer) = machine_with_log(now, Limits::USUAL, has_log);
        let said = frame(&mut sealer, message);
        machine.frame_received(now, said);
        let out_of_turn = Some(Ending::Broken(Violation::OutOfTurn));
        let expected = if is_heard { None } else { out_of_turn };
        assert_eq!(machine.ending(), expected, "{has_log} {message:?}");
    }
}

#[test]
fn of_the_contact_only_what_belongs_into_a_conversation_is_heard() {
    use crate::reconnect::Message::{Disown, Forget, Kept, NotKept, Question};
    let now = Instant::now();
    for (message, is_heard) in [
        (Forget, true),
        (Disown, true),
        (Question(question::Message::NoAnswer), true),
        (Kept, false),
        (NotKept, false),
        (reconnect::Message::names(false, "Ana"), false),
    ] {
        let (mut machine, mut sealer) = machine_with_log(now, Limits::USUAL, false);
        let said = frame(&mut sealer, &Message::Contact(message.clone()));
        machine.frame_received(now, said);
        let out_of_turn = Some(Ending::Broken(Violation::OutOfTurn));
        let expected = if is_heard { None } else { out_of_turn };
        assert_eq!(machine.ending(), expected, "{message:?}");
        let event = is_heard.then_some(Event::Contact(message));
        assert_eq!(machine.poll_event(now).filter(|_| is_heard), event);
    }
}

#[test]
fn trust_rises_by_what_is_told_and_never_falls() {
    let now = Instant::now();
    let (mut machine, _) = machine_with_log(now, Limits::USUAL, false);
    let answered = Trust::because(TrustReason::Answered);
    for told in [answered, Trust::because(TrustReason::OpenLink)] {
        machine.raise_trust(now, told);
        assert_eq!(machine.trust(), answered);
    }
}

#[test]
fn a_link_is_quiet_while_both_devices_are_in_the_background() {
    let now = Instant::now();
    let (mut machine, mut sealer) = machine(now, Limits::USUAL);
    assert!(!machine.has_frame(), "nobody is told what is so anyway");
    for (ours, theirs) in [(true, true), (true, false), (true, true), (false, true)] {
        machine.set_away(now, ours);
        let said = frame(&mut sealer, &Message::Away(theirs));
        machine.frame_received(now, said);
        assert_eq!(machine.is_quiet(), ours && theirs);
    }
    while machine.poll_frame(now).is_some() {}
    for is_away in [false, true, false] {
        machine.set_away(now, is_away);
        assert!(!machine.is_quiet() || is_away);
    }
    let told = std::iter::from_fn(|| machine.poll_frame(now)).count();
    assert_eq!(told, 2, "each change is told once");
}

#[test]
fn the_link_is_left_unread_while_the_disk_is_behind_and_read_on_when_it_is_not() {
    let now = Instant::now();
    let limits = Limits::USUAL.with_unasked(u64::MAX);
    let (mut machine, mut sealer) = machine(now, limits);
    let (id, size, name) = (1, 1 << 30, "f".to_owned());
    let offer = frame(&mut sealer, &Message::Offer { id, size, name });
    machine.frame_received(now, offer);
    assert!(
        !machine.wants_frame(),
        "what follows may be about this file"
    );
    let Some((created, Ask::Create { .. })) = ask_past_room(&mut machine, now) else {
        panic!("not begun");
    };
    machine.file_answered(now, created, Ok(Done::Created));
    let mut writes = Vec::new();
    for _ in 0..2 {
        let mut read = 0;
        while machine.wants_frame() {
            let bytes = Bytes::from(vec![7; CHUNK]);
            let chunk = frame(&mut sealer, &Message::Chunk { id, bytes });
            machine.frame_received(now, chunk);
            read += CHUNK;
            while let Some((id, Ask::Write { .. })) = ask(&mut machine) {
                writes.push(id);
            }
        }
        assert!(read <= (PIECES + 1) * PIECE, "{read} bytes");
        assert_eq!(writes.len(), PIECES);
        machine.file_answered(now, writes.remove(0), Ok(Done::Written));
        // There is room, and what was gathered has gone there.
        assert!(machine.wants_frame());
        let Some((id, Ask::Write { .. })) = ask(&mut machine) else {
            panic!("not written");
        };
        writes.push(id);
    }
}

#[test]
fn nothing_is_read_from_the_disk_that_the_link_has_no_room_for() {
    let now = Instant::now();
    let (mut machine, mut sealer) = machine(now, Limits::USUAL);
    let sent = machine.send_file(now, "f".into());
    assert!(sent.is_ok_and(|sent| sent.is_some()));
    let Some((id, Ask::Inspect { .. })) = ask(&mut machine) else {
        panic!("not looked at");
    };
    let (name, size) = ("f".to_owned(), 100 * BLOCK as u64);
    machine.file_answered(now, id, Ok(Done::Inspected { name, size }));
    assert!(machine.poll_frame(now).is_some());
    assert_eq!(ask(&mut machine), None, "nobody has said yes");
    let accept = frame(&mut sealer, &Message::Accept { id: 1 });
    machine.frame_received(now, accept);
    let Some((id, Ask::Open { .. })) = ask(&mut machine) else {
        panic!("not opened");
    };
    machine.file_answered(now, id, Ok(Done::Opened { size }));
    for _ in 0..BLOCKS {
        let Some((id, Ask::Read { length, .. })) = ask(&mut machine) else {
            panic!("not read");
        };
        let block = Bytes::from(vec![7; length]);
        machine.file_answered(now, id, Ok(Done::Read(block)));
    }
    assert_eq!(ask(&mut machine), None);
    for _ in 0..BLOCK / CHUNK {
        assert_eq!(ask(&mut machine), None, "part of a block is still here");
        // A text goes ahead, and makes no room.
        assert_eq!(machine.send_text("t"), Ok(true));
        for _ in 0..2 {
            assert!(machine.poll_frame(now).is_some());
        }
    }
    assert!(matches!(ask(&mut machine), Some((_, Ask::Read { .. }))));
    assert_eq!(ask(&mut machine), None);
}

#[test]
fn a_link_that_closes_while_a_limit_holds_it_unread_ends_the_conversation() {
    let now = Instant::now();
    let mut limits = Limits::USUAL;
    limits.unverified.entries = 0;
    let (mut machine, mut sealer) = machine(now, limits);
    let part = Bytes::from_static(b"hi");
    let said = frame(&mut sealer, &Message::Text { more: false, part });
    machine.frame_received(now, said);
    let limited = Event::Limited(Limit::Entries);
    assert_eq!(machine.poll_event(now), Some(limited));
    assert!(!machine.wants_frame());
    machine.link_closing(now, LinkError::Lost);
    let ended = Event::Ended(Ending::Lost(LinkError::Lost));
    assert_eq!(machine.poll_event(now), Some(ended));
}

#[test]
fn what_was_asked_for_and_not_delivered_fails_before_the_end_is_told_and_the_end_waits_for_the_disk()
 {
    let now = Instant::now();
    let limits = Limits::USUAL.with_unasked(u64::MAX);
    let (mut machine, mut sealer) = machine(now, limits);
    let (id, size, name) = (1, 5, "f".to_owned());
    let offer = frame(&mut sealer, &Message::Offer { id, size, name });
    machine.frame_received(now, offer);
    let Some((created, Ask::Create { .. })) = ask_past_room(&mut machine, now) else {
        panic!("not begun");
    };
    assert!(matches!(
        machine.poll_event(now),
        Some(Event::FileOffered { .. })
    ));
    machine.hang_up(now);
    assert_eq!(machine.poll_event(now), None, "the file is still there");
    machine.file_answered(now, created, Ok(Done::Created));
    assert_eq!(machine.poll_event(now), None, "the file is still there");
    let Some((id, Ask::Discard { .. })) = ask(&mut machine) else {
        panic!("not discarded");
    };
    machine.file_answered(now, id, Ok(Done::Discarded));
    let failed = Failure::here(FileError::Ended).event(Transfer::incoming(1));
    assert_eq!(machine.poll_event(now), Some(failed));
    assert_eq!(machine.poll_event(now), Some(Event::Ended(Ending::Left)));
    assert_eq!(machine.poll_event(now), None);
    assert_eq!(machine.poll_frame(now), None);
}

#[test]
fn the_machine_knows_no_runtime_no_disk_no_thread_and_no_driver() {
    for (name, text) in [
        ("compare", include_str!("../compare.rs")),
        ("file_name", include_str!("../file_name.rs")),
        ("file_store", include_str!("../file_store.rs")),
        ("inbox", include_str!("../inbox.rs")),
        ("limits", include_str!("../limits.rs")),
        ("machine", include_str!("../machine.rs")),
        ("message", include_str!("../message.rs")),
        ("outbox", include_str!("../outbox.rs")),
        ("outputs", include_str!("../outputs.rs")),
        ("send_queue", include_str!("../send_queue.rs")),
    ] {
        // Tests of a part stand at its end, and may look at a clock.
        let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
        for foreign in [
            "tokio",
            "std::fs",
            "std::thread",
            "std::net",
            "std::sync",
            "async ",
            "Instant::now",
            "random_bytes",
            "crate::private",
            "super::run",
            "super::files",
        ] {
            assert!(!product.contains(foreign), "{name} speaks of {foreign}");
        }
        let links = product.matches("crate::link").count();
        let errors = product.matches("crate::link::LinkError").count();
        assert_eq!(
            links, errors,
            "{name} knows more of the link than its errors"
        );
    }
}
