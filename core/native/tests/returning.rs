//! Two people who have met come together again by themselves, over real sockets on this machine and with
//! homes on its disk.

#![allow(clippy::unwrap_used)] // helpers of tests

mod shell;

use handfast_native::device::{Command, SessionCommand, SessionEnd, SessionId};
use shell::person::{ELSEWHERE, Person, meet};

/// Two who have met, and have said goodbye.
async fn apart() -> (Person, Person) {
    let (mut host, mut guest) = (Person::new("Ada").await, Person::new("Ben").await);
    let (hosting, joining) = meet(&host, &guest).await;
    // Whoever is heard is known to be there.
    host.write(hosting, "one").await;
    guest.reads("one").await;
    guest.write(joining, "two").await;
    host.reads("two").await;
    host.to(hosting, SessionCommand::Close).await;
    assert_eq!(host.ends(hosting).await, SessionEnd::Closed);
    assert_eq!(guest.ends(joining).await, SessionEnd::PeerLeft);
    (host, guest)
}

async fn seeks(person: &Person, other: &Person) -> SessionId {
    let key = other.store().identity().public();
    person.begin(Command::Seek(key, Box::default())).await
}

async fn talk(
    (one, at_one): (&mut Person, SessionId),
    (other, at_other): (&mut Person, SessionId),
) {
    one.talks(at_one).await;
    other.talks(at_other).await;
    one.write(at_one, "are you there?").await;
    other.reads("are you there?").await;
    other.write(at_other, "I am").await;
    one.reads("I am").await;
}

#[tokio::test]
async fn two_who_have_met_find_each_other_without_carrying_anything() {
    let (mut ada, mut ben) = apart().await;
    for _ in 0..2 {
        let (at_ada, at_ben) = (seeks(&ada, &ben).await, seeks(&ben, &ada).await);
        talk((&mut ada, at_ada), (&mut ben, at_ben)).await;
        for (person, session) in [(&mut ada, at_ada), (&mut ben, at_ben)] {
            person.to(session, SessionCommand::Close).await;
            assert_eq!(person.ends(session).await, SessionEnd::Closed);
        }
    }
}

#[tokio::test]
async fn both_find_each_other_after_both_processes_began_anew() {
    let (mut ada, mut ben) = apart().await;
    ada.stop().await;
    ben.die();
    ada.start().await;
    ben.start().await;
    let (at_ben, at_ada) = (seeks(&ben, &ada).await, seeks(&ada, &ben).await);
    talk((&mut ada, at_ada), (&mut ben, at_ben)).await;
}

#[tokio::test]
async fn whoever_was_killed_comes_back_to_the_one_who_still_believes_in_the_link() {
    let (mut ada, mut ben) = apart().await;
    let (at_ada, at_ben) = (seeks(&ada, &ben).await, seeks(&ben, &ada).await);
    talk((&mut ada, at_ada), (&mut ben, at_ben)).await;
    ben.die();
    ben.start().await;
    let at_ben = seeks(&ben, &ada).await;
    // Only who came anew knows that the link before is gone.
    talk((&mut ben, at_ben), (&mut ada, at_ada)).await;
}

#[tokio::test]
async fn who_moved_comes_back_to_the_one_who_did_not() {
    let (mut ada, mut ben) = apart().await;
    ben.moves_to(&[ELSEWHERE]).await;
    let (at_ada, at_ben) = (seeks(&ada, &ben).await, seeks(&ben, &ada).await);
    talk((&mut ada, at_ada), (&mut ben, at_ben)).await;
}
