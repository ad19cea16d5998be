//! Whatever members do and whatever the lines do, everybody holds the same in the end. One seed replays.

use super::world::World;
use super::*;
use crate::chain::chained;
use handfast_sim::seeds;
use std::collections::BTreeMap;

/// What has to have happened in many of the lives, or nothing is shown by them.
const MUST_HAPPEN: [&str; 10] = [
    "lets in",
    "removes",
    "makes a keeper",
    "takes the keys from",
    "leaves",
    "dies after",
    "which knows: true",
    "which knows: false",
    "forges",
    "has another clock",
];

/// Days and years, in milliseconds.
const DAY: i64 = 86_400_000;

fn act(world: &mut World) {
    let device = world.random.below(world.devices.len());
    let other = world.random.below(world.devices.len());
    let key = world.devices[other].key.public();
    let is_founder = device == 0;
    match world.random.below(26) {
        0..=5 => {
            let text = format!("text {}", world.random.below(1_000));
            world.write(device, &Draft::new(Kind::TEXT, text.into_bytes()));
        }
        6..=8 => {
            let owned = format!("likes/{}", Path::owned_part(key));
            let path = ["a", "a/b", "a/b/c", "d", "@/e", &owned][world.random.below(6)];
            let text = format!("value {}", world.random.below(1_000));
            match world.random.below(8) {
                0 => drop(world.clear(device, path)),
                1 => {
                    let until = Some(world.clock_of(device) + 3_600_000);
                    world.put_until(device, path, &text, until);
                }
                _ => drop(world.put(device, path, &text)),
            }
        }
        9 => {
            let long = vec![b'x'; 2_000 + world.random.below(20_000)];
            world.write(device, &Draft::new(Kind::TEXT, long));
        }
        10 => {
            let acting = world.devices[device].room.acting(world.now);
            let Some(about) = world.random.pick(&acting).copied() else {
                return;
            };
            let draft = match world.random.below(3) {
                0 => Draft::new(Kind::REACTION, "+".as_bytes().to_vec()),
                1 => Draft::new(Kind::EDIT, b"edited".to_vec()),
                _ => Draft::new(Kind::WITHDRAW, Vec::new()),
            };
            world.write(device, &draft.about(about.reference));
        }
        11 | 12 => {
            // Also by people who may not.
            let certificate = world.devices[other].certificate;
            let name = "Somebody".to_owned();
            let mut draft = Draft::of(&Body::Add { certificate, name });
            draft.about = world.devices[device].room.removal(key);
            let may = world.devices[device]
                .room
                .people()
                .get(&world.devices[device].key.public());
            let may = may.is_some_and(|person| person.is_keeper);
            if world.write(device, &draft).is_some() {
                let what = if may {
                    "lets in"
                } else {
                    "forges a membership of"
                };
                world.say(format!("{device} {what} {other}"));
            }
        }
        13 if other > 0 => {
            let mut cut = world.devices[device].room.heads_of(key);
            for point in &mut cut {
                // A cut in the middle of what the founder holds.
                let place = 1 + world.random.bits() % point.sequence;
                let log = LogId {
                    author: key,
                    incarnation: point.incarnation,
                };
                let line = &world.devices[device].room.membership.kept()[&log];
                point.hash = *line.at(place).expect("held");
                point.sequence = place;
            }
            if world
                .write(device, &Draft::of(&Body::Remove { key, cut }))
                .is_some()
                && is_founder
            {
                world.say(format!("{device} removes {other}"));
            }
        }
        14 if other > 0 => {
            let is_keeper = !world.random.one_in(3);
            let heads = world.devices[device].room.heads_of(key);
            let body = Body::Keeper {
                key,
                is_keeper,
                heads,
            };
            if world.write(device, &Draft::of(&body)).is_some() && is_founder {
                let what = if is_keeper {
                    "makes a keeper of"
                } else {
                    "takes the keys from"
                };
                world.say(format!("{device} {what} {other}"));
            }
        }
        15 if device > 0 && world.random.one_in(3) => {
            if world.write(device, &Draft::of(&Body::Leave)).is_some() {
                world.say(format!("{device} leaves"));
            }
        }
        16 => {
            let author = key;
            let heads = world.devices[device].room.heads_of(author);
            let pinned = heads.into_iter().map(|point| Reference { author, point });
            world.write(device, &Draft::of(&Body::Pin(pinned.collect())));
        }
        17 => {
            let acting = world.devices[device].room.acting(world.now);
            if let Some(about) = world.random.pick(&acting).copied() {
                world.write(device, &Draft::of(&Body::Withdraw(about.reference)));
            }
        }
        18 if world.devices.len() < 12 && (other > 0 || world.random.one_in(4)) => {
            let knows = world.random.one_in(2);
            world.copy(other, knows);
        }
        19 if world.random.one_in(2) => {
            let days = [1, 30, 365, 27_000][world.random.below(4)];
            world.devices[device].clock = match world.random.below(4) {
                0 => days * DAY,
                1 => -days * DAY,
                2 => 300_000,
                _ => 0,
            };
            world.say(format!("{device} has another clock"));
        }
        20 => match world.random.below(3) {
            0 => world.restart(device),
            1 => world.settle(device),
            _ => world.now += 86_400_000 * (1 + world.random.bits() % 40),
        },
        21 => world.replay(),
        22 => match world.random.one_in(4) {
            true => world.cut_all(),
            false => world.cut_one(),
        },
        23 => {
            let body = Body::Allow {
                key,
                incarnations: 6,
                entries: 5_100,
            };
            world.write(device, &Draft::of(&body));
        }
        _ => world.connect(device.min(other), device.max(other)),
    }
}

/// Every entry that counts has a chain from the beginning, and a signature at its end.
fn check_signatures(world: &World, device: usize) {
    let room = &world.devices[device].room;
    for (log, line) in room.membership.kept() {
        let mut before = room.id.beginning(log.author, log.incarnation);
        for hash in &line.hashes {
            let node = room.logs[log].node(hash).expect("held");
            assert_eq!(node.before, before);
            assert_eq!(chained(&before, &node.entry), *hash);
            before = *hash;
        }
    }
    for run in world.runs_of(device) {
        assert!(run.verify(&room.id).is_ok());
    }
}

/// The same runs in another order make the same.
fn check_order(world: &mut World, device: usize) {
    let mut runs = world.runs_of(device);
    for at in (1..runs.len()).rev() {
        let other = world.random.below(at + 1);
        runs.swap(at, other);
    }
    let mut fresh = Room::new(world.founding.clone());
    let nobody = AuthorKey([0; 32]);
    let mut is_new = true;
    while is_new {
        is_new = false;
        for run in &runs {
            let received = fresh.receive(run.clone(), nobody).expect("it was signed");
            is_new |= matches!(received, Received::New(_));
        }
    }
    let room = &world.devices[device].room;
    assert_eq!(fresh.heads(), room.heads());
    assert_eq!(fresh.people(), room.people());
    assert_eq!(fresh.acting(world.now), room.acting(world.now));
}

/// What stands at each path, and beside it, by which entries.
fn graph_of(room: &Room, now: u64) -> Vec<(Path, Vec<(Reference, u8)>)> {
    let graph = room.graph(now);
    let names = |found: Found| (found.entry, found.operation);
    let paths = ["a", "d", "@", "likes"].map(|path| Path::parse(path).expect("a path"));
    let all = paths.iter().flat_map(|path| graph.all(path));
    let found = all.map(|path| {
        let held = graph.at(room, path).into_iter();
        let conflicts = graph.conflicts(room, path);
        (path.clone(), held.chain(conflicts).map(names).collect())
    });
    found.collect()
}

fn live(seed: u64) -> World {
    let mut world = World::new(seed);
    for step in 0..150 {
        world.now += world.random.bits() % 60_000;
        act(&mut world);
        for _ in 0..world.random.below(12) {
            world.deliver();
        }
        if step == 10 {
            // Somebody is let in early in every life.
            for device in 1..world.devices.len().min(4) {
                let certificate = world.devices[device].certificate;
                let name = format!("Member {device}");
                world.write(0, &Draft::of(&Body::Add { certificate, name }));
            }
        }
    }
    world.heal();
    world
}

#[test]
fn whatever_members_do_everybody_holds_the_same_in_the_end() {
    let seeds = seeds(200);
    let is_alone = seeds.end - seeds.start == 1;
    let mut happened: BTreeMap<&str, usize> = BTreeMap::new();
    let lives = seeds.end - seeds.start;
    let mut forks = 0;
    for seed in seeds {
        let mut world = live(seed);
        if is_alone {
            eprintln!("{:#?}", world.log);
        }
        let first = world.devices[0].room.heads();
        let room = &world.devices[0].room;
        let (people, acting) = (room.people().clone(), room.acting(world.now));
        let graph = graph_of(room, world.now);
        for device in 0..world.devices.len() {
            check_signatures(&world, device);
            let at = &world.devices[device];
            let is_member = people
                .get(&at.key.public())
                .is_some_and(|person| person.is_member);
            if is_member {
                assert_eq!(at.room.heads(), first, "seed {seed}, device {device}");
                assert_eq!(*at.room.people(), people, "seed {seed}, device {device}");
                assert_eq!(
                    graph_of(&at.room, world.now),
                    graph,
                    "seed {seed}, device {device}"
                );
                assert_eq!(
                    at.room.acting(world.now),
                    acting,
                    "seed {seed}, device {device}"
                );
            }
        }
        check_order(&mut world, 0);
        forks += usize::from(world.devices[0].room.forks().next().is_some());
        for what in MUST_HAPPEN {
            let lines = world.log.iter().filter(|line| line.contains(what));
            *happened.entry(what).or_default() += usize::from(lines.count() > 0);
        }
    }
    if !is_alone {
        for (what, times) in &happened {
            assert!(*times as u64 >= lives / 20, "{what} happened {times} times");
        }
        assert!(forks as u64 >= lives / 20, "there were {forks} forks");
    }
}
