//! People who have met find each other again, with nothing but a name.

use crate::peer::{Folder, Peer, SOON, run};
use std::time::Instant;

/// Two who have met, and their homes.
pub(crate) fn apart(folder: &Folder) -> [String; 2] {
    let homes = ["ana", "ben"].map(|name| folder.path(name));
    let (mut host, link) = Peer::host(folder, &["--home", &homes[0]]);
    let mut guest = Peer::guest(folder, &link, &["--home", &homes[1]]);
    host.until("met");
    guest.until("met");
    guest.say("/quit");
    assert_eq!(host.until("ended")["reason"], "peer_left");
    assert_eq!((host.end(SOON), guest.end(SOON)), (Some(0), Some(0)));
    homes
}

pub(crate) fn chat(folder: &Folder, home: &str, name: &str) -> Peer {
    let downloads = folder.path("downloads");
    let mut args = vec!["chat", name, "--json", "--loopback", "--home", home];
    args.extend(["--downloads", &downloads]);
    Peer::start(&args)
}

#[test]
fn two_who_have_met_talk_again_without_an_invitation() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    for _ in 0..2 {
        let mut at_ana = chat(&folder, &ana, "ben");
        assert_eq!(at_ana.until("seeking")["name"], "Ben");
        at_ana.say("are you there?");
        let mut at_ben = chat(&folder, &ben, "Ana");
        let met = at_ben.until("met");
        assert_eq!((&met["name"], &met["scans"]), (&"Ana".into(), &0.into()));
        assert_eq!(at_ana.until("met")["name"], "Ben");
        assert_eq!(at_ben.until("message")["text"], "are you there?");
        at_ben.say("here");
        assert_eq!(at_ana.until("message")["text"], "here");
        at_ben.say("/quit");
        assert_eq!(at_ben.end(SOON), Some(0));
        // Who stays is told, and leaves when nothing more is to be said.
        at_ana.until("away");
        at_ana.hang_up();
        assert_eq!(at_ana.until("ended")["reason"], "left");
        assert_eq!(at_ana.end(SOON), Some(0));
    }
}

#[test]
fn what_is_typed_while_somebody_is_away_reaches_them_when_they_are_back() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ben.say("/quit");
    assert_eq!(at_ben.end(SOON), Some(0));
    at_ana.until("away");
    at_ana.say("one");
    at_ana.say("two");
    at_ana.hang_up();
    let mut at_ben = chat(&folder, &ben, "Ana");
    assert_eq!(at_ana.until("back")["name"], "Ben");
    for expected in ["one", "two"] {
        assert_eq!(at_ben.until("message")["text"], expected);
    }
    assert_eq!(at_ana.until("ended")["reason"], "left");
    assert_eq!(at_ana.end(SOON), Some(0));
}

#[test]
fn who_says_where_they_are_is_found_by_the_one_who_is_meant_and_by_nobody_else() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let [picture, downloads] = ["here.png", "downloads"].map(|name| folder.path(name));
    let mut at_ana = Peer::start(&[
        "here",
        "Ben",
        "--json",
        "--loopback",
        "--no-stun",
        "--home",
        &ana,
        "--png",
        &picture,
        "--downloads",
        &downloads,
    ]);
    let here = at_ana.until("here");
    assert_eq!(here["name"], "Ben");
    let link = here["link"].as_str().expect("a link");
    let scanned = run(&["scan", &picture, "--json"]);
    assert!(scanned.stdout.contains("\"kind\":\"here\""), "{scanned:?}");

    // Neither a stranger nor who made it.
    let stranger = run(&["join", link, "--yes", "--json"]);
    assert_eq!(stranger.status, Some(3), "{stranger:?}");
    assert!(
        stranger.stdout.contains("nobody you have met"),
        "{stranger:?}"
    );
    let own = run(&["join", link, "--yes", "--home", &ana]);
    assert_eq!(own.status, Some(3), "{own:?}");
    // Nobody is asked, so nothing is sent.
    let unasked = run(&["join", link, "--home", &ben]);
    assert_eq!(unasked.status, Some(2), "{unasked:?}");
    assert!(unasked.stderr.contains("“Ana”"), "{unasked:?}");

    let join = [
        "join",
        link,
        "--yes",
        "--json",
        "--loopback",
        "--no-stun",
        "--home",
        &ben,
    ];
    let mut at_ben = Peer::start(&[&join[..], &["--downloads", &downloads]].concat());
    assert_eq!(at_ben.until("here_opened")["name"], "Ana");
    assert_eq!(at_ben.until("met")["name"], "Ana");
    assert_eq!(at_ana.until("met")["name"], "Ben");
    at_ana.say("found");
    assert_eq!(at_ben.until("message")["text"], "found");
    at_ben.say("/quit");
    assert_eq!(at_ben.end(SOON), Some(0));
    at_ana.hang_up();
    assert_eq!(at_ana.end(SOON), Some(0));
    // It has acted, and another process knows that.
    let again = run(&join);
    assert_eq!(again.status, Some(3), "{again:?}");
    assert!(again.stdout.contains("has been used"), "{again:?}");
}

#[test]
fn a_contact_is_asked_something_and_who_it_is_rests_on_the_answer() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ben.say("/answer Rex");
    at_ana.say("/ask Our dog?");
    at_ana.say("Rex");
    let asked = at_ben.until("question");
    let expected = ("Our dog?".into(), "open".into(), false.into());
    assert_eq!(
        (&asked["question"], &asked["standing"], &asked["ours"]),
        (&expected.0, &expected.1, &expected.2)
    );
    at_ben.say("/answer Tom");
    let wrong = serde_json::json!({ "wrong": 2 });
    for side in [&mut at_ana, &mut at_ben] {
        side.until_which("question", |it| it["standing"] == wrong);
    }
    at_ben.say("/answer");
    at_ben.say(" rex ");
    for side in [&mut at_ana, &mut at_ben] {
        side.until_which("question", |it| it["standing"] == "right");
    }
    // What was typed as an answer was no message.
    at_ben.say("done");
    assert_eq!(at_ana.until("message")["text"], "done");
    at_ana.say("/quit");
    at_ben.say("/quit");
    assert_eq!((at_ana.end(SOON), at_ben.end(SOON)), (Some(0), Some(0)));
    let known = listed(&ana);
    assert_eq!(known["trust"], "answer_checked", "{known}");
}

#[test]
fn a_locked_message_is_read_by_whoever_knows_the_answer_also_later_and_alone() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    at_ana.until("seeking");
    // What protects nothing is not taken, and what is typed behind it is a message again.
    at_ana.say("/lock Our dog?");
    at_ana.say("dog");
    at_ana.until_which("note", |note| {
        let text = note["text"].as_str().unwrap_or_default();
        text.contains("question")
    });
    at_ana.say("/lock Our dog?");
    at_ana.say("Rex the second");
    at_ana.say("under the third pot");
    let locked = at_ana.until("locked_message");
    assert_eq!(
        (&locked["ours"], &locked["questions"][0]),
        (&true.into(), &"Our dog?".into())
    );
    let mut at_ben = chat(&folder, &ben, "Ana");
    let locked = at_ben.until("locked_message");
    assert_eq!(locked["ours"], false);
    let row = &locked["row"];
    at_ben.say("/open");
    at_ben.say("Tom");
    at_ben.until_which("note", |note| {
        note["text"] == "That answer does not open it."
    });
    at_ben.say(&format!("/open #{row}"));
    at_ben.say("rex THE second");
    let opened = at_ben.until("message_opened");
    assert_eq!(
        (&opened["row"], &opened["text"]),
        (row, &"under the third pot".into())
    );
    for at in [&mut at_ana, &mut at_ben] {
        at.say("/quit");
        assert_eq!(at.end(SOON), Some(0));
    }
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ben.until("locked_message");
    at_ben.say("/open");
    at_ben.say("Rex the second");
    assert_eq!(
        at_ben.until("message_opened")["text"],
        "under the third pot"
    );
    at_ben.hang_up();
    assert_eq!(at_ben.end(SOON), Some(0));
}

#[test]
fn who_is_forgotten_in_another_window_hears_it_and_reads_on() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ana.say("before");
    assert_eq!(at_ben.until("message")["text"], "before");
    let forgotten = run(&["contacts", "--forget", "Ben", "--home", &ana]);
    assert_eq!(forgotten.status, Some(0), "{forgotten:?}");
    assert_eq!(at_ben.until("failed")["kind"], "forgotten");
    assert_eq!(at_ben.end(SOON), Some(1));
    assert_eq!(listed(&ben)["can_be_found"], false);
    let mut at_ben = chat(&folder, &ben, "Ana");
    assert_eq!(at_ben.until("earlier")["text"], "before");
    at_ben.hang_up();
    assert_eq!(at_ben.end(SOON), Some(0));
}

#[test]
fn who_says_that_another_device_was_not_theirs_freezes_the_contact_on_both_sides() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ana.say("/notmine");
    for side in [&mut at_ana, &mut at_ben] {
        assert_eq!(side.until("failed")["kind"], "frozen");
    }
    for home in [&ana, &ben] {
        let contact = listed(home);
        assert_eq!(contact["frozen"], true, "{contact}");
        assert_eq!(contact["can_be_found"], false, "{contact}");
    }
}

#[test]
fn what_came_while_nobody_looked_is_counted_and_begins_with_a_line() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut listening = Peer::start(&[
        "listen",
        "--json",
        "--loopback",
        "--home",
        &ben,
        "--downloads",
        &folder.path("downloads"),
    ]);
    listening.until("listening");
    let mut at_ana = chat(&folder, &ana, "Ben");
    at_ana.until("met");
    for text in ["one", "two"] {
        at_ana.say(text);
        // What only passes by is not seen.
        assert_eq!(listening.until("message_from")["text"], text);
    }
    assert_eq!(listed(&ben)["unread"], 2);
    assert!(listed(&ben)["last_said_ms"].is_u64());
    let read = run(&["contacts", "--home", &ben]);
    let said: Vec<&str> = read.stdout.split_whitespace().collect();
    assert!(
        said.join(" ").contains("2 messages are unread."),
        "{read:?}"
    );

    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ben.until("new");
    for text in ["one", "two"] {
        assert_eq!(at_ben.until("earlier")["text"], text);
    }
    at_ana.say("three");
    assert_eq!(at_ben.until("message")["text"], "three");
    at_ana.hang_up();
    at_ben.until("away");
    // What was seen is on its way to the disk.
    let until = Instant::now() + SOON;
    while listed(&ben)["unread"] != 0 {
        assert!(Instant::now() < until, "it was seen");
    }
}

#[test]
fn what_was_said_is_found_from_the_command_line_and_in_the_chat() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    for text in ["the old Lighthouse", "bread", "the new lighthouse"] {
        at_ana.say(text);
        assert_eq!(at_ben.until("message")["text"], text);
    }
    at_ben.say("/search LIGHT house");
    for text in ["the new lighthouse", "the old Lighthouse"] {
        let hit = at_ben.until("hit");
        assert_eq!((&hit["text"], &hit["ours"]), (&text.into(), &false.into()));
    }
    // Also beside the process that has the home.
    let found = run(&["search", "--home", &ana, "--with", "ben", "--json", "bread"]);
    assert!(found.stdout.contains("\"text\":\"bread\""), "{found:?}");
    let read = run(&["search", "--home", &ana, "lighthouse", "new"]);
    assert!(read.stdout.contains("the new lighthouse"), "{read:?}");
    let nothing = run(&["search", "--home", &ana, "nowhere"]);
    assert_eq!(nothing.status, Some(1), "{nothing:?}");
}

#[test]
fn two_agree_on_how_long_what_they_write_lasts() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ana.say("/disappear soon");
    at_ana.until("note");
    at_ana.say("/disappear 1d");
    let told = at_ben.until("disappearing");
    assert_eq!(
        (&told["after_s"], &told["holds"]),
        (&86_400.into(), &false.into())
    );
    assert!(
        told["text"]
            .as_str()
            .is_some_and(|text| text.contains("/disappear 1d"))
    );
    at_ben.say("/disappear 24h");
    for one in [&mut at_ben, &mut at_ana] {
        let told = one.until_which("disappearing", |told| told["holds"] == true);
        assert_eq!(told["after_s"], 86_400);
    }
}

#[test]
fn what_waits_is_carried_by_hand_and_comes_in_once() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    at_ana.until("seeking");
    at_ana.say("by pigeon");
    at_ana.until("message_sent");
    at_ana.hang_up();
    drop(at_ana);
    let file = folder.path("for-ben.handfast");
    let [made, linked] = [&["-o", file.as_str()][..], &["--link-only"]].map(|form| {
        let made = run(&[&["bundle", "Ben", "--json", "--home", &ana], form].concat());
        assert_eq!(made.status, Some(0), "{made:?}");
        let told: serde_json::Value = serde_json::from_str(made.stdout.trim()).expect("one object");
        assert_eq!(
            (&told["messages"], &told["is_all"]),
            (&1.into(), &true.into())
        );
        told
    });
    assert_eq!(made["path"], file);
    let link = linked["link"].as_str().expect("a link");
    for (command, handed, messages) in [
        ("open", file.as_str(), 1),
        ("join", link, 0),
        ("open", link, 0),
    ] {
        let taken = run(&[command, handed, "--json", "--home", &ben]);
        assert_eq!(taken.status, Some(0), "{taken:?}");
        let told: serde_json::Value =
            serde_json::from_str(taken.stdout.trim()).expect("one object");
        let expected = ("bundle_taken".into(), "Ana".into(), messages.into());
        assert_eq!(
            (&told["event"], &told["name"], &told["messages"]),
            (&expected.0, &expected.1, &expected.2)
        );
    }
    assert_eq!(listed(&ben)["unread"], 1);
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ben.until("seeking");
    // What is dropped into a conversation, and what is pasted.
    for handed in [file.as_str(), link] {
        at_ben.say(handed);
        assert_eq!(at_ben.until("bundle_taken")["messages"], 0);
    }
    // With a word around it, it is meant for whoever is talked to.
    at_ben.say(&format!("for you: {link}"));
    let said = at_ben.until("message_sent");
    assert_eq!(said["text"], format!("for you: {link}"));
    drop(at_ben);
    let own = run(&["join", link, "--home", &ana]);
    assert_eq!(own.status, Some(3), "{own:?}");
}

#[test]
fn contacts_are_listed_named_by_a_beginning_and_forgotten() {
    let folder = Folder::new();
    let [ana, _] = apart(&folder);
    let listed = run(&["contacts", "--json", "--home", &ana]);
    assert!(listed.stdout.contains("\"name\":\"Ben\""), "{listed:?}");
    assert!(
        listed.stdout.contains("\"can_be_found\":true"),
        "{listed:?}"
    );
    let read = run(&["contacts", "--home", &ana]);
    assert!(read.stdout.contains("“Ben”"), "{read:?}");
    let unknown = run(&["chat", "Zoe", "--home", &ana]);
    assert_eq!(unknown.status, Some(3));
    assert!(unknown.stderr.contains("handfast contacts"), "{unknown:?}");
    let forgotten = run(&["contacts", "--forget", "be", "--home", &ana]);
    assert_eq!(forgotten.status, Some(0), "{forgotten:?}");
    let nobody = run(&["contacts", "--home", &ana]);
    assert!(nobody.stderr.contains("met nobody"), "{nobody:?}");
}

/// The one contact of this home, as `contacts --json` lists it, without the moment.
pub(crate) fn listed(home: &str) -> serde_json::Value {
    let listed = run(&["contacts", "--json", "--home", home]);
    assert_eq!(listed.status, Some(0), "{listed:?}");
    let mut contact: serde_json::Value =
        serde_json::from_str(listed.stdout.trim()).expect("one object");
    contact["at_us"] = serde_json::Value::Null;
    contact
}

/// What becomes of a contact, said by another process if one has the home.
fn decide(home: &str, args: &[&str]) -> serde_json::Value {
    let all = [&["contacts", "--json", "--home", home], args].concat();
    let decided = run(&all);
    assert_eq!(decided.status, Some(0), "{decided:?}");
    serde_json::from_str(decided.stdout.trim()).expect("one object")
}

#[test]
fn a_contact_has_the_name_that_its_person_gave_wherever_it_is_shown() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let renamed = decide(&ana, &["--rename", "ben", "My brother"]);
    assert_eq!(renamed["event"], "contact_changed");
    assert_eq!(renamed["name"], "My brother");
    assert_eq!(listed(&ana)["calls_themselves"], "Ben");
    let read = run(&["contacts", "--home", &ana]);
    assert!(
        read.stdout.contains("“My brother”") && read.stdout.contains("“Ben”"),
        "{read:?}"
    );
    let mut at_ana = chat(&folder, &ana, "my bro");
    assert_eq!(at_ana.until("seeking")["name"], "My brother");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ben.until("met");
    assert_eq!(at_ana.until("met")["name"], "My brother");
    // What is decided meanwhile goes through the process that has the home, which finds them as before.
    let listed = decide(&ana, &["--rename", "my brother", ""]);
    assert_eq!(
        (&listed["name"], &listed["can_be_found"]),
        (&"Ben".into(), &true.into())
    );
    let unknown = run(&["contacts", "--rename", "my brother", "X", "--home", &ana]);
    assert_eq!(unknown.status, Some(3), "{unknown:?}");
}

#[test]
fn who_is_blocked_in_another_window_is_gone_at_once_and_comes_back_when_unblocked() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    assert_eq!(decide(&ana, &["--block", "Ben"])["blocked"], true);
    assert_eq!(at_ana.until("failed")["kind"], "blocked");
    assert_eq!(at_ana.end(SOON), Some(1));
    at_ben.until("away");
    let refused = run(&["chat", "Ben", "--json", "--home", &ana]);
    assert!(
        refused.stdout.contains("\"kind\":\"blocked\""),
        "{refused:?}"
    );
    assert_eq!(decide(&ana, &["--unblock", "Ben"])["blocked"], false);
    let mut at_ana = chat(&folder, &ana, "Ben");
    at_ana.until("met");
    assert_eq!(at_ben.until("back")["name"], "Ana");
}

#[test]
fn files_come_unasked_as_far_as_the_person_allowed_this_contact() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let (small, large) = (folder.path("small"), folder.path("large"));
    std::fs::write(&small, [1; 1_000]).expect("written");
    std::fs::write(&large, [2; 2_000]).expect("written");
    let nonsense = ["contacts", "--take-files-up-to", "Ben", "much"];
    assert_eq!(
        run(&[&nonsense[..], &["--home", &ana]].concat()).status,
        Some(2)
    );
    for (most, asks) in [
        ("1500", [false, true]),
        ("0", [true, true]),
        ("usual", [true, true]),
    ] {
        let decided = decide(&ana, &["--take-files-up-to", "Ben", most]);
        assert_eq!(decided["files_up_to"].as_u64(), most.parse().ok());
        let mut at_ana = chat(&folder, &ana, "Ben");
        let mut at_ben = chat(&folder, &ben, "Ana");
        at_ben.until("met");
        at_ana.until("met");
        for (file, asks) in [&small, &large].into_iter().zip(asks) {
            at_ben.say(&format!("/send {file}"));
            assert_eq!(at_ana.until("file_offered")["asks"], asks, "{most} {file}");
        }
    }
}

#[test]
fn who_listens_is_there_for_everybody_and_makes_room_for_who_talks() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let downloads = folder.path("downloads");
    let listen = [
        "listen",
        "--json",
        "--loopback",
        "--home",
        &ana,
        "--downloads",
        &downloads,
    ];
    let mut at_ana = Peer::start(&listen);
    assert_eq!(at_ana.until("listening")["contacts"], 1);
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ben.until("met");
    assert_eq!(at_ana.until("present")["name"], "Ben");
    at_ben.say("nobody answers?");
    at_ben.until("delivered");
    let told = at_ana.until("message_from");
    assert_eq!(
        (&told["name"], &told["text"]),
        (&"Ben".into(), &"nobody answers?".into())
    );
    // Somebody at the same home wants to talk.
    let mut talks = chat(&folder, &ana, "Ben");
    assert_eq!(talks.until("earlier")["text"], "nobody answers?");
    talks.until("met");
    talks.say("I do");
    at_ben.until_which("message", |told| told["text"] == "I do");
    talks.say("/quit");
    assert_eq!(talks.end(SOON), Some(0));
    // And who listened goes on.
    assert_eq!(at_ana.until("present")["name"], "Ben");
    at_ben.say("/quit");
    assert_eq!(at_ben.end(SOON), Some(0));
    at_ana.until("absent");
}
