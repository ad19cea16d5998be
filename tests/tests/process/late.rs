//! Invitations that outlive their process: killed and restarted, on one side or both, with the reply
//! handed over or not.

use crate::peer::{Folder, Peer, SOON, run};
use handfast_native::seal::{self, Answers, Credential, Questions, code_characters};
use handfast_native::store::{Kept, KeyFile, Store};
use handfast_native::token::{Secret, Token, find};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What a person in the middle of the way would have to do again is none of it.
const ONLY_BY_REPLY: &str = "--only-by-reply";

/// Two people with a home each.
struct Table {
    folder: Folder,
    host: String,
    guest: String,
}

impl Table {
    fn new() -> Self {
        let folder = Folder::new();
        Self {
            host: folder.path("host-home"),
            guest: folder.path("guest-home"),
            folder,
        }
    }

    /// An invitation at a port that nobody else is given, so that it can be had again.
    fn invite(&self, more: &[&str]) -> (Peer, String) {
        let port = fixed_port();
        let new = ["--port", &port];
        let new = if more.contains(&"--resume") {
            &[][..]
        } else {
            &new
        };
        Peer::host(&self.folder, &[&["--home", &self.host], new, more].concat())
    }

    fn join(&self, link: &str, more: &[&str]) -> Peer {
        Peer::guest(
            &self.folder,
            link,
            &[&["--home", &self.guest], more].concat(),
        )
    }

    fn join_again(&self, more: &[&str]) -> Peer {
        let args = ["join", "--json", "--home", &self.guest, "--resume"];
        Peer::start(&[&args[..], more].concat())
    }

    /// What the list of this home says, a line each.
    fn list(home: &str) -> Vec<serde_json::Value> {
        let outcome = run(&["invitations", "--json", "--home", home]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        let lines = outcome.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("an object"))
            .collect()
    }

    /// The wrong answers that the host's store counts for its only invitation.
    fn wrong_answers(&self) -> u8 {
        let home = Path::new(&self.host);
        let store = Store::open(&home.join("store"), &KeyFile::new(home.join("key")));
        let store = store.expect("a store");
        let kept = store.batch(|batch| batch.invitations()).expect("a list");
        let [Kept::Waiting(kept)] = &kept[..] else {
            panic!("one that waits: {kept:?}")
        };
        kept.history.strikes.answers
    }

    /// An invitation that asks.
    fn ask(&self) -> (Peer, String) {
        let file = self.answer_file("Schnurrle");
        self.invite(&["--ask", "Our dog?", "--answer-file", &file])
    }

    fn answer_file(&self, answer: &str) -> String {
        let path = self.folder.path("answer");
        std::fs::write(&path, answer).expect("a file");
        path
    }
}

/// A port below those that systems choose from, another one each time.
fn fixed_port() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) % 40;
    (10_000 + std::process::id() % 500 * 40 + count).to_string()
}

fn shown_reply(guest: &mut Peer) -> String {
    let mut reply = guest.until("reply");
    reply["link"].take().as_str().expect("a link").to_owned()
}

/// A host and a guest at a table, the guest's reply not in the host's hands: the link and the reply.
fn replied() -> (Table, Peer, Peer, [String; 2]) {
    let table = Table::new();
    let (host, link) = table.invite(&[]);
    let mut guest = table.join(&link, &[ONLY_BY_REPLY]);
    let reply = shown_reply(&mut guest);
    (table, host, guest, [link, reply])
}

/// The address that a reply to this invitation names.
fn named(link: &str, reply: &str) -> SocketAddr {
    let (Token::Invitation(invitation), Token::Reply(reply)) = (token(link), token(reply)) else {
        panic!("an invitation and a reply");
    };
    let reply = reply.open(&invitation.keys()).expect("its reply");
    reply.candidates[0].ip().expect("an address")
}

fn token(link: &str) -> Token {
    let no_picture = |_: &[u8]| Err("a text");
    find(link.as_bytes(), no_picture).expect("a token")
}

fn kept(peer: &mut Peer) -> String {
    let mut kept = peer.until("kept");
    kept["id"].take().as_str().expect("a name").to_owned()
}

fn taken(host: &mut Peer) {
    host.until_which("note", |note| {
        let text = note["text"].as_str().unwrap_or_default();
        text.contains("reply is good")
    });
}

/// They are together, and it is each other.
fn talk(host: &mut Peer, guest: &mut Peer, scans: u8) {
    assert_eq!(host.until("met")["scans"], scans);
    assert_eq!(guest.until("met")["scans"], scans);
    guest.say("here at last");
    assert_eq!(host.until("message")["text"], "here at last");
}

/// Why the program did not do it, with its exit status.
fn refused(args: &[&str]) -> (String, Option<i32>) {
    let outcome = run(args);
    let last = outcome.stdout.lines().last().unwrap_or_default();
    let failed: serde_json::Value = serde_json::from_str(last).expect("an object");
    assert_eq!(failed["event"], "failed", "{outcome:?}");
    let sentence = failed["text"].as_str().expect("a sentence");
    assert!(sentence.contains(": "), "one thing to try: {sentence}");
    let kind = failed["kind"].as_str().expect("a kind");
    (kind.to_owned(), outcome.status)
}

#[test]
fn a_killed_host_waits_again_with_the_same_invitation() {
    let table = Table::new();
    let (host, link) = table.invite(&[]);
    host.die();
    let mut guest = table.join(&link, &[]);
    guest.until_state("knocking");
    let (mut host, again) = table.invite(&["--resume"]);
    assert_eq!(again, link);
    talk(&mut host, &mut guest, 1);
    // A second guest finds the slot taken, as ever.
    let mut second = Peer::guest(&table.folder, &link, &[]);
    second.until_state("seat_taken");
}

#[test]
fn a_killed_guest_shows_the_same_reply() {
    // Another program may take its port meanwhile, but not each time.
    let again = (0..3).find_map(|_| {
        let (table, host, guest, [link, reply]) = replied();
        guest.die();
        let mut guest = table.join_again(&[ONLY_BY_REPLY]);
        let again = shown_reply(&mut guest);
        assert!(UdpSocket::bind(named(&link, &reply)).is_err(), "it is free");
        (again == reply).then_some((table, host, guest, reply))
    });
    let (_table, mut host, mut guest, reply) = again.expect("the same reply");
    host.say(&reply);
    talk(&mut host, &mut guest, 2);
}

#[test]
fn who_opens_the_link_once_more_goes_on_with_it() {
    let (table, mut host, guest, [link, reply]) = replied();
    guest.die();
    host.say(&reply);
    taken(&mut host);
    let mut guest = table.join(&link, &[]);
    talk(&mut host, &mut guest, 2);
}

#[test]
fn both_killed_before_the_reply_was_handed_over() {
    let (table, host, guest, [_, reply]) = replied();
    host.die();
    guest.die();
    let (mut host, _) = table.invite(&["--resume"]);
    let mut guest = table.join_again(&[ONLY_BY_REPLY]);
    guest.until_state("reply_needed");
    host.say(&reply);
    talk(&mut host, &mut guest, 2);
}

#[test]
fn both_killed_after_the_reply_was_handed_over_need_nobody() {
    let (table, mut host, guest, [_, reply]) = replied();
    guest.die();
    host.say(&reply);
    taken(&mut host);
    host.die();
    let (mut host, _) = table.invite(&["--resume"]);
    let mut guest = table.join_again(&[ONLY_BY_REPLY]);
    talk(&mut host, &mut guest, 2);
}

#[test]
fn a_reply_that_comes_after_three_quarters_of_a_minute_connects() {
    let (_table, mut host, mut guest, [_, reply]) = replied();
    std::thread::sleep(Duration::from_secs(45));
    host.say(&reply);
    talk(&mut host, &mut guest, 2);
}

#[test]
fn ctrl_c_keeps_what_waits_and_says_how_to_go_on() {
    let table = Table::new();
    let (mut host, link) = table.invite(&[]);
    let mut guest = table.join(&link, &[ONLY_BY_REPLY]);
    for (peer, command) in [(&mut guest, "join"), (&mut host, "invite")] {
        let id = kept(peer);
        peer.signal("INT");
        let hint = peer.until("note");
        let hint = hint["text"].as_str().expect("a text");
        assert!(hint.contains(&format!("handfast {command} --resume {id}")));
        assert!(hint.contains(&format!("--revoke {id}")));
        assert_eq!(peer.end(SOON), Some(130));
    }
    assert_eq!(Table::list(&table.host).len(), 1);
    let (mut host, _) = table.invite(&["--resume"]);
    talk(&mut host, &mut table.join_again(&[]), 1);
}

#[test]
fn what_was_used_cannot_be_resumed() {
    let table = Table::new();
    let (mut host, link) = table.invite(&[]);
    let id = kept(&mut host);
    let mut guest = table.join(&link, &[]);
    let accepted = kept(&mut guest);
    host.until("met");
    guest.until("met");
    host.die();
    guest.die();
    let resume = ["--json", "--home", &table.host, "--resume"];
    assert_eq!(
        refused(&[&["invite"], &resume[..], &[&id]].concat()),
        ("used".to_owned(), Some(4))
    );
    assert_eq!(
        refused(&[&["invite"], &resume[..]].concat()),
        ("nothing_waits".to_owned(), Some(3))
    );
    let resume = ["join", "--json", "--home", &table.guest, "--resume"];
    assert_eq!(
        refused(&[&resume[..], &[&accepted]].concat()),
        ("unknown_invitation".to_owned(), Some(3))
    );
    assert!(Table::list(&table.host).is_empty() && Table::list(&table.guest).is_empty());
}

#[test]
fn what_was_revoked_is_over_for_every_process() {
    let table = Table::new();
    let (mut host, link) = table.invite(&[]);
    let id = kept(&mut host);
    let listed = Table::list(&table.host);
    assert_eq!(listed[0]["id"], id.as_str());
    assert_eq!(listed[0]["seat"], "host");
    assert!((500..=660).contains(&listed[0]["expires_in_s"].as_u64().expect("seconds")));
    let mut guest = table.join(&link, &[ONLY_BY_REPLY]);
    let accepted = kept(&mut guest);
    assert_eq!(Table::list(&table.guest)[0]["name"], "Ana");
    for (home, id, peer) in [
        (&table.host, &id, &mut host),
        (&table.guest, &accepted, &mut guest),
    ] {
        // The beginning of the name is enough.
        let outcome = run(&["invitations", "--home", home, "--revoke", &id[..6]]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(peer.until("failed")["kind"], "revoked");
        assert_eq!(peer.end(SOON), Some(4));
        assert!(Table::list(home).is_empty());
    }
    let resume = ["invite", "--json", "--home", &table.host, "--resume", &id];
    assert_eq!(refused(&resume), ("revoked".to_owned(), Some(4)));
    let mut late = Peer::guest(&table.folder, &link, &["--wait", "2s"]);
    assert_eq!(late.until("failed")["kind"], "not_reached");
}

#[test]
fn what_has_expired_is_over() {
    let table = Table::new();
    // Up to a minute: an invitation ends on a whole one. One that begins with it would end as late as
    // anybody waits here.
    let seconds = || SystemTime::now().duration_since(UNIX_EPOCH);
    while seconds().expect("after 1970").as_secs() % 60 < 5 {
        std::thread::sleep(Duration::from_millis(200));
    }
    let (mut host, _) = table.invite(&["--expires", "1s"]);
    let id = kept(&mut host);
    host.until_which("failed", |failed| failed["kind"] == "expired");
    assert_eq!(host.end(SOON), Some(4));
    let resume = ["invite", "--json", "--home", &table.host, "--resume", &id];
    assert_eq!(refused(&resume), ("expired".to_owned(), Some(4)));
    assert!(Table::list(&table.host).is_empty());
}

#[test]
fn tries_that_were_used_up_stay_used_up() {
    let table = Table::new();
    let (mut host, link) = table.ask();
    let id = kept(&mut host);
    let mut guest = table.join(&link, &[]);
    guest.until("asking");
    guest.say("Max");
    assert_eq!(guest.until("asking")["tries_left"], 2);
    guest.say("Luna");
    assert_eq!(guest.until("asking")["tries_left"], 1);
    // Whatever the guest was told is on the disk.
    host.die();
    assert_eq!(table.wrong_answers(), 2);
    guest.die();
    let (mut host, _) = table.invite(&["--resume"]);
    let mut guest = table.join_again(&[]);
    guest.until("asking");
    assert_eq!(host.until("answering")["tries_left"], 1);
    guest.say("Bello");
    assert_eq!(host.until("failed")["kind"], "answers_differ");
    assert_eq!(host.end(SOON), Some(6));
    let resume = ["invite", "--json", "--home", &table.host, "--resume", &id];
    assert_eq!(refused(&resume), ("burned".to_owned(), Some(4)));
}

#[test]
fn a_host_that_is_killed_after_the_last_try_gives_none_back() {
    let table = Table::new();
    let (mut host, link) = table.ask();
    let id = kept(&mut host);
    let mut guest = table.join(&link, &[]);
    for wrong in ["Max", "Luna", "Bello"] {
        guest.until("asking");
        guest.say(wrong);
    }
    assert_eq!(guest.until("failed")["kind"], "answers_differ");
    host.die();
    let resume = ["invite", "--json", "--home", &table.host, "--resume", &id];
    assert_eq!(refused(&resume), ("burned".to_owned(), Some(4)));
}

#[test]
fn a_question_is_asked_and_judged_after_a_restart_of_the_host() {
    let table = Table::new();
    let (host, link) = table.ask();
    host.die();
    std::fs::remove_file(table.folder.path("answer")).expect("ours");
    let (mut host, _) = table.invite(&["--resume"]);
    let mut guest = table.join(&link, &[]);
    guest.until("asking");
    guest.say("schnurrle");
    assert_eq!(host.until("met")["trust"], "answer_checked");
}

#[test]
fn a_locked_invitation_is_shown_again_as_it_was() {
    let table = Table::new();
    let file = table.answer_file("by the sea");
    let (host, link) = table.invite(&["--lock", "Where?", "--answer-file", &file]);
    host.die();
    let (mut host, again) = table.invite(&["--resume"]);
    assert_eq!(again, link);
    // The answer on standard input, and then the conversation.
    let mut guest = table.join(&link, &["--answer-file", "-"]);
    guest.say("By the SEA");
    guest.say("hello");
    assert_eq!(host.until("met")["reason"], "locked_link");
    assert_eq!(host.until("message")["text"], "hello");
}

#[test]
fn a_locked_invitation_with_a_code_opens_with_the_code() {
    let table = Table::new();
    let (mut host, link) = table.invite(&[]);
    let Token::Invitation(invitation) = token(&link) else {
        panic!("an invitation");
    };
    let code = Secret::new([7; 16]);
    let credential = Credential::Answers {
        answers: Answers::new(&["by the sea"]).expect("an answer"),
        code: Some(code.clone()),
    };
    let container = seal::lock(&invitation, Questions::default(), &credential, [9; 32]);
    let path = table.folder.path("locked.handfast");
    std::fs::write(&path, container.expect("memory")).expect("a file");
    let answer = table.answer_file("by the sea");
    let join = ["join", "--json", "--yes", "--answer-file", &answer, &path];
    assert_eq!(refused(&join), ("code_needed".to_owned(), Some(2)));
    let code_file = table.folder.path("code");
    std::fs::write(&code_file, code_characters(&code).as_bytes()).expect("a file");
    let mut guest = table.join(
        &path,
        &["--answer-file", &answer, "--code-file", &code_file],
    );
    talk(&mut host, &mut guest, 1);
}

#[test]
fn one_of_several_is_named() {
    let table = Table::new();
    let (mut first, link) = table.invite(&[]);
    let (mut second, _) = table.invite(&[]);
    let (one, other) = (kept(&mut first), kept(&mut second));
    assert_ne!(one, other);
    let resume = ["invite", "--json", "--home", &table.host, "--resume"];
    let busy = "invitation_in_use".to_owned();
    assert_eq!(refused(&resume), (busy.clone(), Some(1)));
    assert_eq!(refused(&[&resume[..], &[&one]].concat()), (busy, Some(1)));
    first.die();
    second.die();
    assert_eq!(refused(&resume), ("several_wait".to_owned(), Some(2)));
    assert_eq!(
        refused(&["join", "--json", "--home", &table.host, "--resume", &one]),
        ("other_seat".to_owned(), Some(2))
    );
    let (mut host, again) = table.invite(&["--resume", &one]);
    assert_eq!(again, link);
    talk(&mut host, &mut table.join(&link, &[]), 1);
    assert_eq!(Table::list(&table.host).len(), 1);
}
