//! Several processes on one home: whoever came first has it, the others work through that one, and what
//! waits goes on in whoever is left.

use crate::peer::{Folder, Peer, SOON, run};
use serde_json::Value;
use std::time::Duration;

/// A home that several processes share, and people who come to it from homes of their own.
struct Shared {
    folder: Folder,
    home: String,
}

impl Shared {
    fn new() -> Self {
        let folder = Folder::new();
        Self {
            home: folder.path("one-home"),
            folder,
        }
    }

    /// One more process that invites, and its link.
    fn invite(&self) -> (Peer, String) {
        Peer::host(&self.folder, &["--home", &self.home])
    }

    /// Somebody else who comes by this link.
    fn visitor(&self, link: &str) -> Peer {
        Peer::guest(&self.folder, link, &[])
    }

    /// A process that talks, and with whom.
    fn chat(&self) -> (Peer, Peer) {
        let (mut host, link) = self.invite();
        let mut guest = self.visitor(&link);
        host.until("met");
        guest.until("met");
        (host, guest)
    }

    fn list(&self) -> Vec<Value> {
        let outcome = run(&["invitations", "--json", "--home", &self.home]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        let lines = outcome.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("an object"))
            .collect()
    }
}

fn name(peer: &mut Peer) -> String {
    let mut kept = peer.until("kept");
    kept["id"].take().as_str().expect("a name").to_owned()
}

/// Each hears the other.
fn hear_each_other(one: &mut Peer, other: &mut Peer) {
    one.say("are you there?");
    assert_eq!(other.until("message")["text"], "are you there?");
    other.say("I am");
    assert_eq!(one.until("message")["text"], "I am");
}

#[test]
fn an_invitation_waits_beside_a_chat_of_the_same_home() {
    let shared = Shared::new();
    let (mut host, mut guest) = shared.chat();
    let (mut second, link) = shared.invite();
    let id = name(&mut second);
    let listed = shared.list();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], id.as_str());
    hear_each_other(&mut host, &mut guest);
    let mut visitor = shared.visitor(&link);
    second.until("met");
    visitor.until("met");
    hear_each_other(&mut second, &mut visitor);
    hear_each_other(&mut guest, &mut host);
}

#[test]
fn when_the_first_process_ends_another_goes_on_with_what_waits() {
    for signal in ["INT", "KILL"] {
        let shared = Shared::new();
        let (mut first, _) = shared.invite();
        let (mut second, link) = shared.invite();
        let (mut third, other) = shared.invite();
        for host in [&mut second, &mut third] {
            host.until_state("waiting");
        }
        first.signal(signal);
        let status = first.end(SOON);
        assert_eq!(status, (signal == "INT").then_some(130));
        for (host, link) in [(&mut second, link), (&mut third, other)] {
            let mut visitor = shared.visitor(&link);
            assert_ne!(host.until("state")["state"], "waiting", "it was told");
            host.until("met");
            visitor.until("met");
            hear_each_other(host, &mut visitor);
        }
        assert_eq!(shared.list().len(), 1, "the first one waits on");
    }
}

#[test]
fn a_conversation_through_another_process_is_lost_when_that_is_killed_and_the_home_is_not() {
    let shared = Shared::new();
    let (first, _) = shared.invite();
    let (mut second, mut visitor) = shared.chat();
    hear_each_other(&mut second, &mut visitor);
    first.die();
    assert_eq!(second.until("failed")["kind"], "lost");
    assert_eq!(second.end(SOON), Some(5));
    let (mut again, mut visitor) = shared.chat();
    hear_each_other(&mut again, &mut visitor);
}

#[test]
fn who_has_the_home_stays_until_the_others_have_talked() {
    let shared = Shared::new();
    let (mut first, mut one) = shared.chat();
    let (mut second, mut other) = shared.chat();
    hear_each_other(&mut first, &mut one);
    hear_each_other(&mut second, &mut other);
    one.hang_up();
    assert_eq!(first.until("ended")["reason"], "peer_left");
    let note = first.until("note");
    let note = note["text"].as_str().expect("a text");
    assert!(note.contains("talks through this one"), "{note}");
    hear_each_other(&mut other, &mut second);
    second.hang_up();
    assert_eq!(second.until("ended")["reason"], "left");
    assert_eq!(second.end(SOON), Some(0));
    assert_eq!(first.end(SOON), Some(0));
}

#[test]
fn who_stays_for_others_can_be_stopped() {
    let shared = Shared::new();
    let (mut first, mut one) = shared.chat();
    let (mut second, _other) = shared.chat();
    one.hang_up();
    first.until("note");
    first.signal("INT");
    assert_eq!(first.end(SOON), Some(0));
    assert_eq!(second.until("failed")["kind"], "lost");
}

#[test]
fn a_process_that_was_stopped_while_it_has_the_home_is_named_to_the_next_one() {
    let shared = Shared::new();
    let (first, _) = shared.invite();
    first.signal("STOP");
    let outcome = run(&["invitations", "--home", &shared.home]);
    assert_eq!(outcome.status, Some(10), "{outcome:?}");
    let named = format!("process {} ", first.id());
    assert!(outcome.stderr.contains(&named), "{outcome:?}");
    first.signal("CONT");
    assert_eq!(shared.list().len(), 1);
}

#[test]
fn what_another_process_waits_with_is_taken_back_and_resumed_by_nobody_else() {
    let shared = Shared::new();
    let (mut first, _) = shared.invite();
    let (mut second, _) = shared.invite();
    let (one, other) = (name(&mut first), name(&mut second));
    let resume = ["invite", "--json", "--home", &shared.home, "--resume"];
    let outcome = run(&[&resume[..], &[&other]].concat());
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.stdout.contains("invitation_in_use"), "{outcome:?}");
    // One that works through the first, and the first itself.
    for (id, peer) in [(other, &mut second), (one, &mut first)] {
        let outcome = run(&["invitations", "--home", &shared.home, "--revoke", &id]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(peer.until("failed")["kind"], "revoked");
        assert_eq!(peer.end(SOON), Some(4));
    }
    assert!(shared.list().is_empty());
}

#[test]
fn who_is_being_invited_when_the_first_process_ends_connects_all_the_same() {
    let shared = Shared::new();
    let (first, _) = shared.invite();
    let (mut elsewhere, link) = Peer::host(&shared.folder, &[]);
    let at_home = ["--home", shared.home.as_str(), "--only-by-reply"];
    let mut guest = Peer::guest(&shared.folder, &link, &at_home);
    let reply = guest.until("reply");
    first.die();
    // The same reply leads there, on the same port.
    elsewhere.say(reply["link"].as_str().expect("a link"));
    elsewhere.until("met");
    guest.until("met");
    hear_each_other(&mut elsewhere, &mut guest);
}

#[test]
fn the_network_is_looked_at_beside_whoever_is_at_work() {
    let shared = Shared::new();
    let (mut host, mut guest) = shared.chat();
    let network = ["network", "--json", "--no-stun", "--no-port-mapping"];
    assert_eq!(run(&network).status, Some(0));
    hear_each_other(&mut host, &mut guest);
}

#[test]
fn ten_thousand_lines_and_a_goodbye_may_be_piped_in_before_anybody_is_there() {
    const MANY: usize = 10_000;
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let writing = std::thread::spawn(move || {
        for number in 0..MANY {
            host.say(&number.to_string());
        }
        host.say("/quit");
        host
    });
    std::thread::sleep(Duration::from_secs(1));
    let all = ["--unverified-messages", "20000"];
    let mut guest = Peer::guest(&folder, &link, &all);
    for number in 0..MANY {
        assert_eq!(guest.until("message")["text"], number.to_string());
    }
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    let mut host = writing.join().expect("everything was read");
    assert_eq!(host.end(SOON), Some(0));
}
