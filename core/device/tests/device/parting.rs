//! Somebody forgets a contact, or says that whoever came in their name was not theirs: the other side hears it.

use super::person::{end_of, together};
use super::returning::{apart, back_together, claim, is_heard, seek};
use super::world::World;
use super::{Finding, Saying, comparing, result, seconds, since, talks};
use handfast_device::{
    Command, ContactEdit, Done, Hindrance, Refusal, RowContent, SessionCommand, SessionEnd,
    SessionId, View,
};
use handfast_protocol::handshake::{TrustLevel, TrustReason};
use handfast_store::Contact;

fn contact(world: &World, side: usize) -> &Contact {
    world.sides[side].disk.contacts.values().next().unwrap()
}

fn hindrance(world: &World, side: usize, session: SessionId) -> Option<Hindrance> {
    match world.sides[side].views.get(&session) {
        Some(View::Seeking { hindrance, .. }) => *hindrance,
        other => panic!("{other:?}"),
    }
}

/// Whether a text stands on the screen.
fn is_shown(world: &World, side: usize, session: SessionId, text: &str) -> bool {
    let rows = world.sides[side].rows(session).iter();
    let mut texts = rows.map(|row| &row.content);
    texts.any(|content| matches!(content, RowContent::Text(it) if it == text))
}

/// Somebody looks for the other in vain: what was written is read, nothing is sent, and nothing is taken.
fn reads_only(world: &mut World, side: usize, why: Hindrance) {
    let line = world.log.len();
    let session = seek(world, side);
    world.run(seconds(5));
    assert_eq!(hindrance(world, side, session), Some(why));
    assert!(is_shown(world, side, session, "before"), "side {side}");
    let text = SessionCommand::Say(Saying::Text("after".to_owned()));
    let said = world.tell(side, session, text);
    assert_eq!(result(world, side, said), Some(Err(Refusal::Hindered(why))));
    let to = world.sides[1 - side].key.public();
    let (path, name) = ("/own/after.bin".into(), "after.bin".to_owned());
    for wish in [Command::Offer { to, path, name }, Command::Bundle(to)] {
        let wished = world.command(side, wish);
        assert_eq!(
            result(world, side, wished),
            Some(Err(Refusal::Hindered(why)))
        );
    }
    // Whoever leaves waits for nothing that cannot get there.
    world.tell(side, session, SessionCommand::Say(Saying::Leave));
    assert_eq!(end_of(world, side, session), Some(SessionEnd::Closed));
    let log = since(world, line);
    let asks = |line: &&str| line.contains("Bind") || line.contains(" Seek ");
    assert!(!log.iter().any(asks), "{log:#?}");
}

fn change(world: &mut World, side: usize, edit: ContactEdit) {
    let key = world.sides[1 - side].key.public();
    let request = world.command(side, Command::Change(key, edit));
    world.run(seconds(2));
    assert_eq!(result(world, side, request), Some(Ok(Done::Ok)));
}

#[test]
fn who_is_forgotten_hears_it_looks_no_more_and_keeps_what_was_written() {
    let mut world = apart(1);
    let both = back_together(&mut world, seconds(10));
    assert!(is_heard(&mut world, 0, both, "before"));
    let key = world.sides[1].key.public();
    let request = world.command(0, Command::Forget(key));
    // What is written in that moment is not delivered any more.
    let late = SessionCommand::Say(Saying::Text("late".to_owned()));
    world.tell(1, both[1], late);
    world.run(seconds(3));
    assert_eq!(result(&world, 0, request), Some(Ok(Done::Ok)));
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Closed));
    assert_eq!(end_of(&world, 1, both[1]), Some(SessionEnd::Forgotten));
    assert!(world.sides[0].disk.contacts.is_empty());
    assert!(contact(&world, 1).reconnect.is_none());
    for _ in 0..2 {
        reads_only(&mut world, 1, Hindrance::NotKept);
        world.kill_and_start(1);
    }
    // They may meet anew.
    together(&mut world);
    assert!(contact(&world, 1).reconnect.is_some());
}

#[test]
fn who_is_looked_for_while_they_are_forgotten_is_looked_for_no_more() {
    let mut world = apart(2);
    let session = seek(&mut world, 0);
    let key = world.sides[1].key.public();
    world.command(0, Command::Forget(key));
    world.run(seconds(1));
    assert_eq!(end_of(&world, 0, session), Some(SessionEnd::Closed));
    assert!(
        contact(&world, 1).reconnect.is_some(),
        "they were not there to hear it"
    );
}

/// Both are frozen until they meet or compare.
fn are_frozen(world: &mut World, both: [SessionId; 2]) {
    for (side, session) in both.into_iter().enumerate() {
        assert_eq!(end_of(world, side, session), Some(SessionEnd::Frozen));
        let contact = contact(world, side);
        assert!(contact.frozen && !contact.replaced);
        assert_eq!(contact.trust.level(), TrustLevel::Unverified);
    }
    reads_only(world, 0, Hindrance::Frozen);
    reads_only(world, 1, Hindrance::Frozen);
    // They meet again. Who scanned knows who it is; who was scanned has to compare.
    let both = together(world);
    assert_eq!(
        (contact(world, 0).frozen, contact(world, 1).frozen),
        (true, false)
    );
    let text = SessionCommand::Say(Saying::Text("hello".to_owned()));
    world.tell(0, both[0], text);
    world.run(seconds(1));
    let rows = world.sides[0].rows(both[0]);
    assert!(rows.iter().all(|row| row.lasting.is_none()), "{rows:?}");
    let digits = comparing(world, both);
    for (side, session) in both.into_iter().enumerate() {
        let same = Saying::Compared(digits, Finding::Same);
        world.tell(side, session, SessionCommand::Say(same));
    }
    world.run(seconds(1));
    assert!((0..2).all(|side| !contact(world, side).frozen));
    assert_eq!(contact(world, 0).trust.reason(), TrustReason::Compared);
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    // Of somebody who was frozen nothing was kept to find them by.
    together(world);
    for side in 0..2 {
        world.kill(side, usize::MAX);
        world.start(side);
    }
    let both = back_together(world, seconds(10));
    assert!(is_heard(world, 1, both, "at last"));
}

#[test]
fn who_says_that_another_device_was_not_theirs_freezes_the_contact_on_both_sides() {
    let mut world = apart(3);
    let both = back_together(&mut world, seconds(10));
    assert!(is_heard(&mut world, 0, both, "before"));
    change(&mut world, 0, ContactEdit::OtherDeviceIsOurs(false));
    world.run(seconds(2));
    are_frozen(&mut world, both);
}

#[test]
fn it_is_said_too_where_the_two_have_no_secret_in_common_any_more() {
    let mut world = apart(4);
    let both = back_together(&mut world, seconds(10));
    assert!(is_heard(&mut world, 0, both, "before"));
    // Somebody copies the second, and goes on with the copy.
    let original = world.sides[1].disk.clone();
    for _ in 0..2 {
        for side in 0..2 {
            world.kill(side, usize::MAX);
            world.start(side);
        }
        back_together(&mut world, seconds(10));
    }
    world.kill(0, usize::MAX);
    world.kill(1, usize::MAX);
    for (key, contact) in &mut world.sides[1].disk.contacts {
        contact.reconnect = original.contacts[key].reconnect.clone();
    }
    world.start(0);
    world.start(1);
    let both = [0, 1].map(|side| seek(&mut world, side));
    let are_asked = world.run_until(seconds(10), |world| {
        (0..2).all(|side| claim(world, side, both[side]).is_some())
    });
    assert!(are_asked);
    for (side, session) in both.into_iter().enumerate() {
        let claim = claim(&world, side, session).unwrap();
        assert_eq!((claim.ours, claim.theirs), (false, false));
    }
    change(&mut world, 1, ContactEdit::OtherDeviceIsOurs(false));
    are_frozen(&mut world, both);
}

#[test]
fn an_own_other_device_freezes_nobody() {
    let mut world = apart(5);
    let both = back_together(&mut world, seconds(10));
    change(&mut world, 0, ContactEdit::OtherDeviceIsOurs(true));
    assert!(is_heard(&mut world, 0, both, "mine"));
    assert!((0..2).all(|side| talks(&world, side, both[side]) && !contact(&world, side).frozen));
}
