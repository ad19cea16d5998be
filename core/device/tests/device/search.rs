//! What was said is found again, page by page.

use super::history::{say, tell};
use super::person::together;
use super::world::World;
use super::{result, seconds};
use handfast_device::{Command, Done, Hits, Refusal, Saying, Search};
use handfast_protocol::handshake::PublicKey;
use handfast_store::StoreError;

fn search(world: &mut World, with: PublicKey, words: &str) -> Result<Hits, Refusal> {
    let mut all: Vec<Hits> = Vec::new();
    loop {
        let search = Search {
            with,
            words: words.to_owned(),
            before: all.last().and_then(|page| page.next),
        };
        let request = world.command(0, Command::Search(Box::new(search)));
        world.run(seconds(1));
        match result(world, 0, request).expect("an answer") {
            Ok(Done::Found(page)) => all.push(*page),
            Ok(other) => panic!("{other:?}"),
            Err(refusal) => return Err(refusal),
        }
        if all.last().is_some_and(|page| page.next.is_none()) {
            assert!(all.iter().all(|page| page.hits.len() <= 20));
            let hits = all.into_iter().flat_map(|page| page.hits).collect();
            return Ok(Hits { hits, next: None });
        }
    }
}

fn found(world: &mut World, words: &str) -> Vec<String> {
    let with = world.sides[1].key.public();
    let hits = search(world, with, words).expect("it is looked for").hits;
    hits.into_iter().map(|hit| hit.text).collect()
}

#[test]
fn what_was_said_is_found_the_newest_first_whoever_said_it_and_whatever_was_taken_back_is_not() {
    let mut world = World::new(90);
    let both = together(&mut world);
    for number in 0..30 {
        say(
            &mut world,
            number % 2,
            both[number % 2],
            &format!("Letter {number}"),
        );
        world.run(seconds(1));
    }
    let expected: Vec<String> = (0..30)
        .rev()
        .map(|number| format!("Letter {number}"))
        .collect();
    assert_eq!(found(&mut world, "letter"), expected);
    assert_eq!(found(&mut world, "29 LETT"), ["Letter 29"]);
    assert_eq!(found(&mut world, "nothing"), [""; 0]);
    let row = super::history::row(&world, 0, both[0], "Letter 28").number;
    tell(&mut world, 0, both[0], Saying::TakeBack(row));
    world.run(seconds(1));
    assert_eq!(found(&mut world, "28"), [""; 0]);
}

#[test]
fn who_was_never_met_and_no_words_are_refused() {
    let mut world = World::new(91);
    together(&mut world);
    let nobody = search(&mut world, PublicKey([9; 32]), "x");
    assert_eq!(nobody, Err(Refusal::Store(StoreError::Unknown)));
    let with = world.sides[1].key.public();
    assert_eq!(search(&mut world, with, " "), Err(Refusal::NotNow));
}
