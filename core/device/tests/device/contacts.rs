//! What a person decides about somebody they have met holds for everything that goes on with them.

use super::person::{accept, end_of, together};
use super::returning::{apart, back_together, is_heard, seek};
use super::world::{Chaos, World};
use super::{ended, hosting_openly, id, result, seconds, since, talks};
use handfast_device::{
    Command, ContactEdit, Done, EndReason, Refusal, SessionCommand, SessionEnd, SessionId,
    SessionTerms, View,
};
use handfast_protocol::handshake::PublicKey;
use handfast_store::StoreError;

/// The first decides something about the second.
fn edit(world: &mut World, edit: ContactEdit) {
    let key = world.sides[1].key.public();
    let request = world.command(0, Command::Change(key, edit));
    world.run(seconds(1));
    assert_eq!(result(world, 0, request), Some(Ok(Done::Ok)));
}

fn shown(world: &World, session: SessionId) -> String {
    match world.sides[0].views.get(&session) {
        Some(View::Talking { name, .. } | View::Seeking { name, .. }) => name.clone(),
        other => panic!("{other:?}"),
    }
}

fn named(name: &str) -> ContactEdit {
    ContactEdit::Name(Some(name.to_owned()))
}

#[test]
fn a_given_name_is_shown_at_once_and_never_taken_for_the_one_they_call_themselves() {
    let mut world = World::new(1);
    let both = together(&mut world);
    let own = shown(&world, both[0]);
    edit(&mut world, named("Mum\n\u{202e}"));
    assert_eq!(shown(&world, both[0]), "Mum");
    // What they prove from now on is kept beside it.
    let digits = super::comparing(&mut world, both);
    let same = super::Saying::Compared(digits, super::Finding::Same);
    world.tell(0, both[0], SessionCommand::Say(same));
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let both = back_together(&mut world, seconds(10));
    assert_eq!(shown(&world, both[0]), "Mum");
    let contacts = world.sides[0].device.as_ref().unwrap().contacts();
    assert_eq!((contacts[0].shown_name(), &contacts[0].name), ("Mum", &own));
    for none in [named(" "), ContactEdit::Name(None)] {
        edit(&mut world, named("Mum"));
        edit(&mut world, none);
        assert_eq!(shown(&world, both[0]), own);
    }
    world.check_kept(0);
}

fn namesake(world: &World, side: usize, session: SessionId) -> Option<PublicKey> {
    match world.sides[side].views.get(&session) {
        Some(View::Talking { namesake, .. }) => *namesake,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_comes_by_the_name_of_somebody_known_is_said_to_be_somebody_else_until_they_are_told_apart() {
    let mut world = World::new(3);
    let both = together(&mut world);
    assert_eq!(namesake(&world, 0, both[0]), None);
    let known = world.sides[1].key.public();
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    world.has_another_device(1, 4);
    let both = together(&mut world);
    assert_eq!(namesake(&world, 0, both[0]), Some(known));
    assert_eq!(namesake(&world, 1, both[1]), None);
    edit(&mut world, named("the new phone"));
    assert_eq!(namesake(&world, 0, both[0]), None);
    edit(&mut world, ContactEdit::Name(None));
    assert_eq!(namesake(&world, 0, both[0]), Some(known));
    // Whoever is known may be called otherwise here: they still tell the same name.
    let rename = Command::Change(known, named("Mum"));
    world.command(0, rename);
    world.run(seconds(1));
    assert_eq!(namesake(&world, 0, both[0]), Some(known));
    world.command(0, Command::Forget(known));
    world.run(seconds(1));
    assert_eq!(namesake(&world, 0, both[0]), None);
}

#[test]
fn who_is_blocked_hears_no_goodbye_and_is_not_let_in_until_that_is_undone() {
    let mut world = World::new(2);
    let both = together(&mut world);
    let line = world.log.len();
    edit(&mut world, ContactEdit::Blocked(true));
    world.run(seconds(2));
    let log = since(&world, line);
    assert!(log.iter().any(|line| line.contains("Cut")), "{log:#?}");
    let is_goodbye = |line: &&str| line.contains("Shut") || line.contains("Leave");
    assert!(!log.iter().any(is_goodbye), "{log:#?}");
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Blocked));
    assert_eq!(end_of(&world, 1, both[1]), Some(SessionEnd::Lost));
    // By an invitation they come no further either, and by it they are not met anew.
    let (host, invitation) = hosting_openly(&mut world);
    accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    world.run(seconds(10));
    assert_eq!(end_of(&world, 0, host), Some(SessionEnd::Blocked));
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Used));
    assert!(world.sides[0].disk.contacts.values().all(|it| it.blocked));
    let key = world.sides[1].key.public();
    let request = world.command(0, Command::Seek(key, Box::default()));
    assert_eq!(result(&world, 0, request), Some(Err(Refusal::Blocked)));
    world.kill_and_start(0);
    let request = world.command(0, Command::Seek(key, Box::default()));
    assert_eq!(result(&world, 0, request), Some(Err(Refusal::Blocked)));
    edit(&mut world, ContactEdit::Blocked(false));
    together(&mut world);
    world.check_kept(0);
}

#[test]
fn who_is_blocked_while_they_are_looked_for_is_looked_for_no_more() {
    let mut world = apart(3);
    let session = seek(&mut world, 0);
    edit(&mut world, ContactEdit::Blocked(true));
    assert_eq!(end_of(&world, 0, session), Some(SessionEnd::Blocked));
    let other = seek(&mut world, 1);
    world.run(seconds(30));
    assert!(!talks(&world, 1, other));
    edit(&mut world, ContactEdit::Blocked(false));
    let session = seek(&mut world, 0);
    let is_back = world.run_until(seconds(60), |world| {
        talks(world, 0, session) && talks(world, 1, other)
    });
    assert!(is_back && is_heard(&mut world, 0, [session, other], "sorry"));
}

#[test]
fn nobody_is_changed_who_was_never_met() {
    let mut world = World::new(4);
    let key = world.sides[1].key.public();
    let request = world.command(0, Command::Change(key, ContactEdit::Blocked(true)));
    let unknown = Refusal::Store(StoreError::Unknown);
    assert_eq!(result(&world, 0, request), Some(Err(unknown)));
    assert!(world.sides[0].disk.contacts.is_empty());
}

#[test]
fn so_much_is_taken_unasked_from_somebody_as_was_said_of_them() {
    let mut world = apart(5);
    for (most, said) in [
        (Some(9), "unasked 9"),
        (Some(0), "unasked 0"),
        (None, "unasked 1073741824"),
    ] {
        edit(&mut world, ContactEdit::Allowance(most));
        let line = world.log.len();
        let both = back_together(&mut world, seconds(10));
        let mut log = world.log[line..].iter();
        let start =
            log.find(|line| line.split(' ').nth(1) == Some("0") && line.contains("talk Start"));
        assert!(start.is_some_and(|line| line.ends_with(said)), "{start:?}");
        world.tell(0, both[0], SessionCommand::Close);
        world.tell(1, both[1], SessionCommand::Close);
        world.run(seconds(5));
    }
}

#[test]
fn a_return_is_two_changes_of_a_contact_the_secret_to_come_and_what_came_of_it() {
    let mut world = apart(6);
    let line = world.log.len();
    back_together(&mut world, seconds(10));
    world.run(seconds(5));
    for side in [" 0 store", " 1 store"] {
        let lines = world.log[line..].iter();
        let stored: Vec<&String> = lines.filter(|line| line.contains(side)).collect();
        let is = |number: usize, what: &str| stored[number].matches(what).count() == 1;
        assert_eq!(stored.len(), 2, "{stored:#?}");
        assert!(is(0, "Reconnect(") && is(1, "Returned("), "{stored:#?}");
    }
}

/// Both have kept each other, and lost the link before the one who is asked about it could know.
fn half_met(seed: u64) -> (World, [SessionId; 2], handfast_token::Invitation) {
    let mut world = World::new(seed);
    let (host, invitation) = hosting_openly(&mut world);
    let guest = accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    let keeps = |side: &super::world::Side| !side.disk.contacts.is_empty();
    assert!(world.run_until(seconds(20), |world| world.sides.iter().any(keeps)));
    world.chaos.link_is_lost = 1_000;
    assert!(world.run_until(seconds(1), |world| world.sides.iter().all(keeps)));
    world.run(std::time::Duration::from_millis(100));
    world.chaos = Chaos::default();
    let both = [host, guest];
    assert!((0..2).all(|side| !talks(&world, side, both[side])));
    (world, both, invitation)
}

#[test]
fn an_invitation_is_used_up_when_the_two_whom_it_brought_together_meet_as_contacts() {
    let (mut world, both, invitation) = half_met(7);
    world.tell(1, both[1], SessionCommand::Close);
    world.run(seconds(1));
    assert!(world.sides[1].disk.replies.contains_key(&id(&invitation)));
    back_together(&mut world, seconds(30));
    world.run(seconds(1));
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Elsewhere));
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Used));
}

#[test]
fn what_was_accepted_is_done_with_when_the_two_meet_as_contacts() {
    let (mut world, both, invitation) = half_met(8);
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(1));
    back_together(&mut world, seconds(30));
    world.run(seconds(1));
    assert_eq!(end_of(&world, 1, both[1]), Some(SessionEnd::Elsewhere));
    assert!(!world.sides[1].disk.replies.contains_key(&id(&invitation)));
}

#[test]
fn a_conversation_knows_whether_somebody_looks_at_it() {
    let is_told = |world: &World, line: usize, side: usize, is_away: bool| {
        let (side, word) = (format!("{side}"), format!("Away({is_away})"));
        let mut log = since(world, line).into_iter();
        log.any(|line| line.contains(&word) && line.contains(&side))
    };
    let mut world = apart(5);
    let line = world.log.len();
    let key = world.sides[1].key.public();
    let listens = SessionTerms {
        yields: true,
        ..SessionTerms::default()
    };
    world.command(0, Command::Seek(key, Box::new(listens)));
    let other = seek(&mut world, 1);
    assert!(world.run_until(seconds(60), |world| talks(world, 1, other)));
    world.run(seconds(1));
    assert!(
        is_told(&world, line, 0, true),
        "who listens looks at nothing"
    );
    assert!(is_told(&world, line, 1, false));
    for is_away in [true, false] {
        let line = world.log.len();
        world.command(1, Command::Away(is_away));
        world.run(seconds(1));
        assert!(
            is_told(&world, line, 1, is_away),
            "{:#?}",
            since(&world, line)
        );
    }
}
