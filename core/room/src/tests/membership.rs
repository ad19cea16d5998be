//! Who is a member, whose entries count, and what somebody who breaks the rules can do.

use super::world::World;
use super::*;

fn text(world: &mut World, device: usize, text: &str) -> Option<Reference> {
    world.now += 1_000;
    world.write(device, &Draft::new(Kind::TEXT, text.as_bytes().to_vec()))
}

fn acts(world: &World, device: usize, reference: Reference) -> bool {
    let acting = world.devices[device].room.acting(world.clock_of(device));
    acting.iter().any(|acting| acting.reference == reference)
}

fn is_member(world: &World, at: usize, device: usize) -> bool {
    let people = world.devices[at].room.people();
    people
        .get(&world.key(device))
        .is_some_and(|person| person.is_member)
}

fn keeper(world: &mut World, device: usize, is_keeper: bool) {
    let key = world.key(device);
    let heads = world.devices[0].room.heads_of(key);
    let body = Body::Keeper {
        key,
        is_keeper,
        heads,
    };
    world.write(0, &Draft::of(&body)).expect("the founder");
    world.heal();
}

fn remove(world: &mut World, device: usize) -> Reference {
    let key = world.key(device);
    let cut = world.devices[0].room.heads_of(key);
    let removal = world.write(0, &Draft::of(&Body::Remove { key, cut }));
    world.heal();
    removal.expect("the founder")
}

#[test]
fn whoever_the_founder_lets_in_writes_and_everybody_reads_it() {
    let mut world = World::calm(3, |_| {});
    let said = text(&mut world, 2, "hello").expect("a member");
    world.heal();
    assert!((0..4).all(|device| acts(&world, device, said)));
    assert!((0..4).all(|device| world.is_on_disk(device, b"hello")));
}

#[test]
fn nobody_but_keepers_lets_anybody_in_unless_the_room_says_so() {
    for (adders, is_in) in [(Adders::Keepers, false), (Adders::Members, true)] {
        let mut world = World::calm(1, |founding| founding.adders = adders);
        let newcomer = world.another();
        world.let_in(1, newcomer).expect("it is written");
        world.heal();
        assert_eq!(is_member(&world, 0, newcomer), is_in);
        // Whom a member lets in lets in nobody.
        let another = world.another();
        world.let_in(newcomer, another);
        world.heal();
        assert!(!is_member(&world, 0, another));
    }
}

#[test]
fn a_member_lets_in_five_and_a_keeper_a_thousand() {
    let mut world = World::calm(2, |founding| founding.adders = Adders::Members);
    keeper(&mut world, 2, true);
    let many: Vec<_> = (0..14).map(|_| world.another()).collect();
    for (at, newcomer) in many.iter().enumerate() {
        world.let_in(1 + at % 2, *newcomer).expect("a member");
    }
    world.heal();
    let members = many.iter().filter(|device| is_member(&world, 0, **device));
    assert_eq!(members.count(), 5 + 7);
}

#[test]
fn what_a_removed_member_wrote_stays_up_to_the_cut_and_nothing_behind_it() {
    let mut world = World::calm(2, |_| {});
    let before = text(&mut world, 1, "before").expect("a member");
    world.heal();
    world.cut_all();
    let unseen = text(&mut world, 1, "not seen by the founder").expect("a member");
    remove(&mut world, 1);
    for device in [0, 2] {
        assert!(!is_member(&world, device, 1));
        assert!(acts(&world, device, before) && !acts(&world, device, unseen));
    }
    assert!(world.devices[1].was_told_of_removal);
}

#[test]
fn a_removed_member_reads_nothing_later() {
    let mut world = World::calm(2, |_| {});
    remove(&mut world, 1);
    text(&mut world, 2, "said later").expect("a member");
    world.heal();
    assert!(world.is_on_disk(0, b"said later") && !world.is_on_disk(1, b"said later"));
    assert!(world.devices[1].was_told_of_removal);
}

#[test]
fn after_a_removal_only_the_founder_lets_in_anew_and_the_cut_stays() {
    let mut world = World::calm(3, |_| {});
    keeper(&mut world, 2, true);
    world.cut_all();
    let unseen = text(&mut world, 1, "not seen").expect("a member");
    let removal = remove(&mut world, 1);
    let certificate = world.devices[1].certificate;
    let name = "Back".to_owned();
    let add = Draft::of(&Body::Add { certificate, name });
    for about in [None, Some(removal)] {
        let draft = Draft {
            about,
            ..add.clone()
        };
        world.write(2, &draft).expect("a keeper");
        world.heal();
        assert!(!is_member(&world, 3, 1));
    }
    world.write(0, &add.about(removal)).expect("the founder");
    world.heal();
    assert!((0..4).all(|device| is_member(&world, device, 1)));
    let back = text(&mut world, 1, "I am back").expect("a member again");
    world.heal();
    for device in [0, 2, 3] {
        assert!(acts(&world, device, back) && !acts(&world, device, unseen));
    }
}

#[test]
fn whoever_left_comes_back_by_a_keeper_too() {
    let mut world = World::calm(3, |_| {});
    keeper(&mut world, 2, true);
    let said = text(&mut world, 1, "before").expect("a member");
    let left = world.write(1, &Draft::of(&Body::Leave)).expect("a member");
    world.heal();
    assert!((0..4).all(|device| !is_member(&world, device, 1)));
    assert!(acts(&world, 3, said) && text(&mut world, 1, "after").is_none());
    let certificate = world.devices[1].certificate;
    let name = "Back".to_owned();
    let add = Draft::of(&Body::Add { certificate, name }).about(left);
    world.write(2, &add).expect("a keeper");
    world.heal();
    let back = text(&mut world, 1, "I am back").expect("a member again");
    world.heal();
    assert!((0..4).all(|device| is_member(&world, device, 1) && acts(&world, device, back)));
}

#[test]
fn a_member_who_forks_is_told_of_and_what_counts_ends_before_it() {
    let mut world = World::calm(2, |_| {});
    let before = text(&mut world, 1, "before").expect("a member");
    world.heal();
    let copy = world.copy_whole(1);
    let one = text(&mut world, 1, "to one half").expect("a member");
    let other = text(&mut world, copy, "to the other half").expect("a member");
    world.heal();
    let log = LogId {
        author: world.key(1),
        incarnation: one.point.incarnation,
    };
    for device in [0, 2] {
        let room = &world.devices[device].room;
        assert!(room.forks().any(|fork| *fork == log));
        assert!(acts(&world, device, before));
        assert!(!acts(&world, device, one) && !acts(&world, device, other));
    }
    // The founder names one of them.
    let pin = Body::Pin(vec![one]);
    world.write(0, &Draft::of(&pin)).expect("the founder");
    world.heal();
    for device in [0, 2] {
        assert!(acts(&world, device, one) && !acts(&world, device, other));
    }
}

#[test]
fn a_keeper_who_forks_unmakes_what_they_added_and_another_add_restores_it() {
    let mut world = World::calm(2, |_| {});
    keeper(&mut world, 2, true);
    text(&mut world, 2, "before").expect("a keeper");
    let copy = world.copy_whole(2);
    let newcomer = world.another();
    world.let_in(2, newcomer).expect("a keeper");
    text(&mut world, copy, "something else").expect("a keeper");
    world.connect(2, newcomer);
    while world.deliver() {}
    let said = text(&mut world, newcomer, "hello").expect("a member");
    world.heal();
    assert!(!is_member(&world, 1, newcomer) && !acts(&world, 1, said));
    world.let_in(0, newcomer).expect("the founder");
    world.heal();
    assert!(is_member(&world, 1, newcomer) && acts(&world, 1, said));
}

#[test]
fn a_founder_who_tells_two_halves_two_things_is_found_out() {
    let mut world = World::calm(3, |_| {});
    let copy = world.copy_whole(0);
    let (one, other) = (world.another(), world.another());
    world.cut_all();
    world.let_in(0, one).expect("the founder");
    world.let_in(copy, other).expect("the founder");
    world.heal();
    let founder = world.key(0);
    for device in 1..4 {
        let room = &world.devices[device].room;
        assert!(room.forks().any(|fork| fork.author == founder));
        assert!(!is_member(&world, device, one) && !is_member(&world, device, other));
    }
}

#[test]
fn a_device_from_an_export_writes_no_place_twice() {
    let mut world = World::calm(2, |_| {});
    text(&mut world, 1, "written before").expect("a member");
    let kept = world.devices[1].disk.len();
    let lost = text(&mut world, 1, "written since").expect("a member");
    world.heal();
    world.import(1, kept);
    let new = text(&mut world, 1, "after the import").expect("a member");
    world.heal();
    for device in 0..3 {
        assert!(world.devices[device].room.forks().next().is_none());
        assert!(acts(&world, device, lost) && acts(&world, device, new));
    }
    assert_eq!(new.point.incarnation.counter, 2);
}

#[test]
fn a_copy_that_does_not_know_begins_anew_when_it_hears_of_itself() {
    let mut world = World::calm(2, |_| {});
    let copy = world.copy_whole(1);
    text(&mut world, 1, "from the device").expect("a member");
    world.heal();
    let from_copy = text(&mut world, copy, "from the copy").expect("a member");
    world.heal();
    assert_eq!(from_copy.point.incarnation.counter, 2);
    assert!(acts(&world, 2, from_copy) && world.devices[2].room.forks().next().is_none());
}

#[test]
fn an_entry_dated_2099_waits_for_its_time_and_holds_nobody_up() {
    let mut world = World::calm(2, |_| {});
    world.devices[1].clock = 73 * 365 * 86_400_000;
    let late = text(&mut world, 1, "from 2099").expect("a member");
    world.devices[1].clock = 0;
    let now = text(&mut world, 1, "from now").expect("a member");
    world.heal();
    let other = text(&mut world, 2, "from somebody else").expect("a member");
    world.heal();
    for device in 0..3 {
        assert!(acts(&world, device, now) && acts(&world, device, other));
        assert!(!acts(&world, device, late));
    }
    assert_eq!(now.point.incarnation.counter, 2);
    world.now += 74 * 365 * 86_400_000;
    assert!(acts(&world, 0, late));
}

#[test]
fn entries_beyond_the_quota_count_nowhere_and_the_writer_begins_anew_four_times() {
    let mut world = World::calm(1, |founding| founding.entries = 3);
    let mut said = 0;
    while text(&mut world, 1, "again").is_some() {
        said += 1;
    }
    // Four incarnations of a first entry and two texts.
    assert_eq!(said, 8);
    let key = world.key(1);
    let body = Body::Allow {
        key,
        incarnations: 5,
        entries: 4,
    };
    world.write(0, &Draft::of(&body)).expect("the founder");
    world.heal();
    while text(&mut world, 1, "again").is_some() {
        said += 1;
    }
    world.heal();
    assert_eq!(said, 8 + 1 + 3);
    let acting = world.devices[0].room.acting(world.now);
    let texts = acting.iter().filter(|acting| acting.kind == Kind::TEXT);
    assert_eq!(texts.count(), said);
}

#[test]
fn nothing_of_somebody_unknown_is_held() {
    let mut world = World::calm(1, |_| {});
    let stranger = World::calm(1, |founding| founding.name = "Another".to_owned());
    let before = world.devices[0].room.heads_digest();
    let me = world.key(0);
    for run in stranger.runs_of(1) {
        // The same people, in another room: whatever they signed there is not signed here.
        assert_eq!(world.devices[0].room.receive(run, me), Err(FalseSignature));
    }
    assert_eq!(world.devices[0].room.heads_digest(), before);
}

#[test]
fn a_newcomer_reads_what_the_room_says() {
    for (history, reads) in [(History::All, true), (History::FromJoining, false)] {
        let mut world = World::calm(1, |founding| founding.history = history);
        text(&mut world, 1, "said before").expect("a member");
        let long = vec![b'y'; 5_000];
        world
            .write(1, &Draft::new(Kind::TEXT, long.clone()))
            .expect("a member");
        world.put(1, "title", "put before").expect("a member");
        world.heal();
        world.now += 1_000;
        let newcomer = world.another();
        world.let_in(0, newcomer).expect("the founder");
        world.heal();
        assert_eq!(world.is_on_disk(newcomer, b"said before"), reads);
        assert_eq!(world.is_on_disk(newcomer, &long), reads);
        assert!(world.is_on_disk(newcomer, b"put before"));
    }
}

#[test]
fn what_was_a_keepers_ends_with_the_keys_and_what_was_a_members_stays() {
    let mut world = World::calm(2, |_| {});
    keeper(&mut world, 1, true);
    let (before, after) = (world.another(), world.another());
    world.let_in(1, before).expect("a keeper");
    world.heal();
    keeper(&mut world, 1, false);
    world.let_in(1, after).expect("it is written");
    let said = text(&mut world, 1, "still a member").expect("a member");
    world.heal();
    for device in [0, 2] {
        assert!(is_member(&world, device, before) && !is_member(&world, device, after));
        assert!(is_member(&world, device, 1) && acts(&world, device, said));
    }
}

#[test]
fn nobody_is_told_of_a_removal_that_the_founder_did_not_write() {
    let mut world = World::calm(2, |_| {});
    let key = world.key(1);
    let cut = Vec::new();
    world
        .write(2, &Draft::of(&Body::Remove { key, cut }))
        .expect("it is written");
    world.heal();
    assert!(is_member(&world, 0, 1) && is_member(&world, 1, 1));
    // Nor if it is said to be theirs.
    let author = world.key(2);
    let mut runs = world.runs_of(2).into_iter();
    let run = runs
        .find(|run| run.author == author)
        .expect("what they wrote");
    let room = &mut world.devices[1].room;
    let (mut exchange, _) = Exchange::start(room, key, author);
    let removal = Run {
        entries: vec![run.entries[run.entries.len() - 1].clone()],
        ..run
    };
    let step = exchange.receive(room, Message::Removed(removal));
    assert!(!matches!(
        step,
        Ok(Step {
            removed: Some(_),
            ..
        })
    ));
}

#[test]
fn bytes_count_too_and_whoever_writes_more_begins_anew() {
    let mut world = World::calm(1, |_| {});
    let operation = |at: usize| Operation {
        path: Path::parse(&at.to_string()).expect("a path"),
        over: Vec::new(),
        change: Change::Put {
            until: None,
            commitment: [7; 32],
            length: MAX_TEXT as u32,
        },
    };
    let put = Draft::of(&Body::Put(Index((0..200).map(operation).collect())));
    let counters: Vec<_> = (0..8)
        .map(|_| {
            world.now += 1_000;
            world
                .write(1, &put)
                .expect("a member")
                .point
                .incarnation
                .counter
        })
        .collect();
    // Six times 200 values of 48 KiB lie within 64 MiB.
    assert_eq!(counters, [1, 1, 1, 1, 1, 1, 2, 2]);
    world.heal();
    let acting = world.devices[0].room.acting(world.now);
    let puts = acting.iter().filter(|acting| acting.kind == kind::PUT);
    assert_eq!(puts.count(), 8);
}

#[test]
fn a_log_that_is_void_takes_no_place_from_one_that_counts() {
    for draws in 0..6 {
        let mut world = World::calm(2, |_| {});
        for _ in 0..draws {
            world.random.bits();
        }
        text(&mut world, 1, "before").expect("a member");
        world.heal();
        // Two copies begin anew, and nobody but device 2 hears of it before they are removed.
        for _ in 0..2 {
            let copy = world.copy_whole(1);
            let held = world.devices[copy].disk.len();
            world.import(copy, held);
            text(&mut world, copy, "elsewhere").expect("a member");
            world.connect(2, copy);
            world.deliver_all();
            world.cut_all();
            world.devices.pop();
        }
        let key = world.key(1);
        let cut = world.devices[0].room.heads_of(key);
        let removal = world
            .write(0, &Draft::of(&Body::Remove { key, cut }))
            .expect("the founder");
        let certificate = world.devices[1].certificate;
        let name = "Back".to_owned();
        let add = Draft::of(&Body::Add { certificate, name }).about(removal);
        world.write(0, &add).expect("the founder");
        world.connect(0, 1);
        world.deliver_all();
        let back = text(&mut world, 1, "back").expect("a member again");
        assert_eq!(back.point.incarnation.counter, 2);
        world.heal();
        assert!((0..3).all(|device| acts(&world, device, back)));
    }
}
