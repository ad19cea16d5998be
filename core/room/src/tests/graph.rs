//! What stands in the graph, what is told beside it, and what is gone from the disk.

use super::world::World;
use super::*;

const DAY: u64 = 86_400_000;

fn world(members: usize) -> World {
    let mut world = World::calm(members, |_| {});
    world.now += 1_000;
    world
}

fn make_keeper(world: &mut World, device: usize) {
    let key = world.key(device);
    let body = Body::Keeper {
        key,
        is_keeper: true,
        heads: Vec::new(),
    };
    world.write(0, &Draft::of(&body)).expect("the founder");
    world.heal();
}

fn remove(world: &mut World, device: usize, cut: Vec<Point>) {
    let key = world.key(device);
    world
        .write(0, &Draft::of(&Body::Remove { key, cut }))
        .expect("the founder");
    world.heal();
}

#[test]
fn what_was_put_last_stands_there_for_everybody() {
    let mut world = world(2);
    world.put(1, "topic/1/title", "first").expect("a member");
    world.heal();
    world.now += 1_000;
    world.put(2, "topic/1/title", "second").expect("a member");
    world.heal();
    for device in 0..3 {
        assert_eq!(
            world.text_at(device, "topic/1/title").as_deref(),
            Some("second")
        );
        assert!(world.conflicts_at(device, "topic/1/title").is_empty());
    }
}

#[test]
fn two_who_put_at_one_time_are_both_kept_and_told() {
    let mut world = world(2);
    world.cut_all();
    world.put(1, "title", "from one").expect("a member");
    world.now += 1_000;
    world.put(2, "title", "from another").expect("a member");
    world.heal();
    for device in 0..3 {
        assert_eq!(
            world.text_at(device, "title").as_deref(),
            Some("from another")
        );
        assert_eq!(world.conflicts_at(device, "title"), ["from one"]);
    }
    // Whoever puts what both meant has seen both.
    world.now += 1_000;
    world.put(1, "title", "from both").expect("a member");
    world.heal();
    assert!(world.conflicts_at(2, "title").is_empty());
}

#[test]
fn a_path_holds_a_value_and_children_and_they_are_listed_by_pages() {
    let mut world = world(1);
    for child in ["a", "b", "c", "d"] {
        world
            .put(1, &format!("list/{child}/text"), child)
            .expect("a member");
    }
    world.put(1, "list", "the list itself").expect("a member");
    let graph = world.devices[1].room.graph(world.now);
    let list = Path::parse("list").expect("a path");
    assert_eq!(graph.list(Some(&list), None, 2, false), ["a", "b"]);
    assert_eq!(graph.list(Some(&list), Some("b"), 9, false), ["c", "d"]);
    assert_eq!(graph.list(Some(&list), Some("d"), 2, true), ["c", "b"]);
    assert_eq!(graph.list(None, None, 9, false), ["list"]);
    assert_eq!(graph.all(&list).count(), 5);
    assert_eq!(world.text_at(1, "list").as_deref(), Some("the list itself"));
}

#[test]
fn a_clear_takes_what_lies_beneath_and_tells_what_it_cannot_have_seen() {
    let mut world = world(2);
    world.put(1, "topic/1/title", "seen").expect("a member");
    world.heal();
    world
        .write(2, &Draft::new(Kind::TEXT, b"I have seen it".to_vec()))
        .expect("a member");
    world.now += 1_000;
    world.cut_all();
    world.put(1, "topic/1/text", "not seen").expect("a member");
    world.now += 1_000;
    world.clear(2, "topic/1").expect("a member");
    world.heal();
    for device in 0..3 {
        assert_eq!(world.text_at(device, "topic/1/title"), None);
        assert_eq!(world.text_at(device, "topic/1/text"), None);
        assert!(world.conflicts_at(device, "topic/1/title").is_empty());
        assert_eq!(world.conflicts_at(device, "topic/1/text"), ["not seen"]);
    }
    world.now += 31 * DAY;
    assert!(world.conflicts_at(0, "topic/1/text").is_empty());
}

#[test]
fn what_is_bound_to_an_author_is_written_by_nobody_else() {
    let mut world = world(2);
    let mine = format!("likes/{}", Path::owned_part(world.key(1)));
    world
        .put(2, &mine, "forged")
        .expect("it is written, and void");
    world.put(1, &mine, "mine").expect("a member");
    world.heal();
    assert_eq!(world.text_at(2, &mine).as_deref(), Some("mine"));
    assert!(world.conflicts_at(2, &mine).is_empty());
    // A clear from above never reaches in, whoever clears.
    world.now += 1_000;
    world.clear(0, "likes").expect("the founder");
    world.clear(2, &mine).expect("it is written, and void");
    world.heal();
    assert_eq!(world.text_at(2, &mine).as_deref(), Some("mine"));
    world.now += 1_000;
    world.clear(0, &mine).expect("the founder");
    assert_eq!(world.text_at(0, &mine), None);
}

#[test]
fn what_belongs_to_keepers_is_written_by_nobody_else() {
    let mut world = world(2);
    world
        .put(1, "@/rules", "no rules")
        .expect("it is written, and void");
    assert_eq!(world.text_at(1, "@/rules"), None);
    make_keeper(&mut world, 2);
    world.put(2, "@/rules", "be kind").expect("a keeper");
    world.put(1, "all", "something").expect("a member");
    world.now += 1_000;
    // Everything at once is cleared by keepers alone.
    world.clear(1, "all").expect("it is written, and void");
    world.heal();
    for device in 0..3 {
        assert_eq!(world.text_at(device, "@/rules").as_deref(), Some("be kind"));
        assert_eq!(world.text_at(device, "all").as_deref(), Some("something"));
    }
}

#[test]
fn what_has_ended_does_not_uncover_what_lay_beneath() {
    let mut world = world(1);
    world.put(1, "status", "before").expect("a member");
    world.now += 1_000;
    let until = world.now + 3_600_000;
    world
        .put_until(1, "status", "away", Some(until))
        .expect("a member");
    assert_eq!(world.text_at(1, "status").as_deref(), Some("away"));
    world.now = until;
    assert_eq!(world.text_at(1, "status"), None);
    world.now += DAY;
    world.settle(1);
    assert!(!world.is_on_disk(1, b"away") && !world.is_on_disk(1, b"before"));
}

#[test]
fn a_value_that_its_author_overtook_is_gone_at_once_and_anothers_after_a_month() {
    let mut world = world(2);
    world.put(1, "own", "the first one").expect("a member");
    world
        .put(1, "others", "of somebody else")
        .expect("a member");
    world.heal();
    world.now += 1_000;
    world.put(1, "own", "the second one").expect("a member");
    world.put(2, "others", "overtaken").expect("a member");
    world.heal();
    world.settle(0);
    assert!(!world.is_on_disk(0, b"the first one"));
    assert!(world.is_on_disk(0, b"of somebody else"));
    world.now += 31 * DAY;
    world.settle(0);
    assert!(!world.is_on_disk(0, b"of somebody else"));
    // Nobody asks for it again.
    world.heal();
    assert!(!world.is_on_disk(0, b"of somebody else"));
    world.restart(0);
    assert!(!world.is_on_disk(0, b"of somebody else"));
}

#[test]
fn a_vandal_who_cleared_everything_and_is_cut_leaves_everything_as_it_was() {
    let mut world = world(2);
    make_keeper(&mut world, 2);
    world.put(1, "topic/1/title", "title").expect("a member");
    world.put(1, "profile", "somebody").expect("a member");
    world.heal();
    let cut = world.devices[0].room.heads_of(world.key(2));
    world.now += 1_000;
    for path in ["topic", "profile"] {
        world.clear(2, path).expect("a keeper");
        world.put(2, path, "rubbish").expect("a keeper");
    }
    world.heal();
    for device in 0..3 {
        world.settle(device);
        assert_eq!(world.text_at(device, "topic/1/title"), None);
    }
    remove(&mut world, 2, cut);
    for device in 0..2 {
        world.settle(device);
        assert_eq!(
            world.text_at(device, "topic/1/title").as_deref(),
            Some("title")
        );
        assert_eq!(
            world.text_at(device, "profile").as_deref(),
            Some("somebody")
        );
    }
}

#[test]
fn a_value_that_was_erased_and_stands_again_is_asked_of_others() {
    let mut world = world(2);
    make_keeper(&mut world, 2);
    world.put(1, "title", "still here").expect("a member");
    world.heal();
    let cut = world.devices[0].room.heads_of(world.key(2));
    world.now += 1_000;
    world.clear(2, "title").expect("a keeper");
    world.heal();
    world.settle(0);
    world.now += 31 * DAY;
    // One device erases it, another has not looked since.
    world.settle(0);
    assert!(!world.is_on_disk(0, b"still here"));
    remove(&mut world, 2, cut);
    world.settle(0);
    world.heal();
    assert_eq!(world.text_at(0, "title").as_deref(), Some("still here"));
}

#[test]
fn a_link_leads_to_what_stands_elsewhere_and_a_circle_to_nothing() {
    let mut world = world(1);
    world.put(1, "there", "found").expect("a member");
    for (path, to) in [("here", "there"), ("round", "about"), ("about", "round")] {
        let value = Value::Link(Path::parse(to).expect("a path")).to_bytes();
        world.put_value(1, path, value, None).expect("a member");
    }
    assert_eq!(world.text_at(1, "here").as_deref(), Some("found"));
    assert_eq!(world.text_at(1, "round"), None);
}

#[test]
fn what_was_taken_back_is_hidden_at_once_and_erased() {
    let mut world = world(2);
    let mine = world
        .write(1, &Draft::new(Kind::TEXT, b"mine alone".to_vec()))
        .expect("a member");
    let other = world
        .write(1, &Draft::new(Kind::TEXT, b"not nice".to_vec()))
        .expect("a member");
    world.heal();
    world
        .write(1, &Draft::new(Kind::WITHDRAW, Vec::new()).about(mine))
        .expect("a member");
    world
        .write(0, &Draft::of(&Body::Withdraw(other)))
        .expect("the founder");
    world.heal();
    let acting = world.devices[2].room.acting(world.now);
    assert!(
        !acting
            .iter()
            .any(|acting| [mine, other].contains(&acting.reference))
    );
    world.settle(2);
    assert!(!world.is_on_disk(2, b"mine alone") && world.is_on_disk(2, b"not nice"));
    world.now += 31 * DAY;
    world.settle(2);
    assert!(!world.is_on_disk(2, b"not nice"));
    world.heal();
    assert!(!world.is_on_disk(2, b"mine alone") && !world.is_on_disk(2, b"not nice"));
}
