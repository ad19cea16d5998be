//! Questions: asked inside the connection, or in front of the invitation; and the comparison.

use crate::peer::{Folder, Peer, SOON, run};

const QUESTION: &str = "What was our first dog called?";

fn answers(folder: &Folder, name: &str, lines: &str) -> String {
    let path = folder.path(name);
    std::fs::write(&path, lines).expect("a file");
    path
}

#[test]
fn a_question_is_asked_once_connected_and_a_second_try_may_be_right() {
    let folder = Folder::new();
    let file = answers(&folder, "answer", "Schnurrle\n");
    let (mut host, link) = Peer::host(&folder, &["--ask", QUESTION, "--answer-file", &file]);
    let mut guest = Peer::guest(&folder, &link, &[]);
    let asking = guest.until("asking");
    assert_eq!(asking["question"], QUESTION);
    assert_eq!(asking["tries_left"], 3);
    assert_eq!(asking["is_repeated"], false);
    guest.say("Max");
    let asking = guest.until("asking");
    assert_eq!(asking["tries_left"], 2);
    assert_eq!(asking["was_wrong"], true);
    assert_eq!(asking["is_repeated"], true);
    assert_eq!(host.until("answering")["tries_left"], 3);
    assert_eq!(host.until("answering")["tries_left"], 2);
    guest.say("  schNURRle ");
    let met = host.until("met");
    assert_eq!(met["trust"], "answer_checked");
    assert_eq!(met["reason"], "answered");
    // Whoever chose the question knows the answer.
    let met = guest.until("met");
    assert_eq!(met["trust"], "unverified");
    assert_eq!(met["reason"], "their_question");
    guest.say("/onlythey");
    let marked = guest.until("trust");
    assert_eq!(marked["trust"], "unverified");
    assert_eq!(marked["reason"], "by_your_word");
    guest.say("/onlythey");
    guest.until("note");
    guest.say("and on");
    assert_eq!(host.until("message")["text"], "and on");
    guest.hang_up();
    assert_eq!(guest.end(SOON), Some(0));
}

#[test]
fn three_wrong_answers_end_the_invitation_for_both() {
    let folder = Folder::new();
    let right = answers(&folder, "right", "Schnurrle");
    let wrong = answers(&folder, "wrong", "Max\nLuna\nBello\nSchnurrle\n");
    let (mut host, link) = Peer::host(&folder, &["--ask", QUESTION, "--answer-file", &right]);
    let mut guest = Peer::guest(&folder, &link, &["--answer-file", &wrong]);
    for peer in [&mut guest, &mut host] {
        let failed = peer.until("failed");
        assert_eq!(failed["kind"], "answers_differ");
        assert_eq!(peer.end(SOON), Some(6));
    }
}

#[test]
fn a_locked_invitation_opens_in_every_form_for_whoever_knows_the_answer() {
    let folder = Folder::new();
    let right = answers(&folder, "right", "by the sea");
    let (file, png) = (folder.path("locked.handfast"), folder.path("locked.png"));
    for form in ["link", "text", "file", "picture"] {
        let lock = ["--lock", "Where did we meet?", "--answer-file", &right];
        let forms = ["--file", &file, "--png", &png];
        let (mut host, mut told) = Peer::host_told(&folder, &[lock, forms].concat());
        let handed = match form {
            "file" => file.clone(),
            "picture" => png.clone(),
            _ => told[form].take().as_str().expect("a text").to_owned(),
        };
        let mut guest = Peer::guest(&folder, &handed, &[]);
        guest.say("By the SEA");
        let met = host.until("met");
        assert_eq!(met["trust"], "answer_checked", "{form}");
        assert_eq!(met["reason"], "locked_link");
        let met = guest.until("met");
        assert_eq!(met["trust"], "unverified", "{form}");
        assert_eq!(met["reason"], "their_question");
    }
}

#[test]
fn without_the_right_answer_a_locked_invitation_tells_nothing() {
    let folder = Folder::new();
    let right = answers(&folder, "right", "by the sea");
    let wrong = answers(&folder, "wrong", "in the hills");
    let lock = ["--lock", "Where did we meet?", "--answer-file", &right];
    let (_host, link) = Peer::host(&folder, &lock);
    let outcome = run(&["join", "--yes", "--answer-file", &wrong, &link]);
    assert_eq!(outcome.status, Some(7), "{outcome:?}");
    assert!(outcome.stderr.contains("Where did we meet?"));
    let outcome = run(&["join", "--yes", &link]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(outcome.stderr.contains("--answer-file"));
    // Cut on the way: nobody types an answer for nothing.
    let outcome = run(&["join", "--yes", &link[..link.len() - 3]]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
}

#[test]
fn both_compare_the_same_symbols_and_trust_rises_or_the_connection_ends() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Peer::guest(&folder, &link, &[]);
    guest.until("met");
    guest.say("/same");
    assert!(
        guest.until("note")["text"]
            .as_str()
            .is_some_and(|text| text.contains("/compare"))
    );
    guest.say("/compare");
    // Nothing is shown before both want it.
    host.until("compare_offered");
    host.say("/compare");
    let (seen, shown) = (guest.until("comparing"), host.until("comparing"));
    assert_eq!(seen["symbols"], shown["symbols"]);
    assert_eq!(seen["symbols"].as_array().map(Vec::len), Some(6));
    assert_eq!(seen["digits"], shown["digits"]);
    host.say("/same");
    let trust = host.until("trust");
    assert_eq!(trust["trust"], "verified");
    assert_eq!(trust["reason"], "compared");
    host.say("/same");
    host.until("note");
    guest.say("/different");
    assert_eq!(guest.until("failed")["kind"], "different");
    assert_eq!(guest.end(SOON), Some(6));
    // Without a goodbye.
    assert_eq!(host.until("failed")["kind"], "lost");
}

#[test]
fn whoever_differed_is_not_let_in_again_by_the_same_home() {
    let folder = Folder::new();
    let (mine, theirs) = (folder.path("mine"), folder.path("theirs"));
    let (at_home, at_theirs) = (["--home", mine.as_str()], ["--home", theirs.as_str()]);
    let (mut host, link) = Peer::host(&folder, &at_theirs);
    let mut guest = Peer::guest(&folder, &link, &at_home);
    guest.until("met");
    guest.say("/compare");
    host.until("compare_offered");
    host.say("/compare");
    guest.until("comparing");
    guest.say("/different");
    assert_eq!(guest.until("failed")["kind"], "different");
    assert_eq!(guest.end(SOON), Some(6));
    assert_eq!(host.end(SOON), Some(5));

    let (_host, link) = Peer::host(&folder, &at_theirs);
    let mut guest = Peer::guest(&folder, &link, &at_home);
    assert_eq!(guest.until("failed")["kind"], "refused");
    assert_eq!(guest.end(SOON), Some(6));
    // Somebody else is, and so is this one by whoever keeps nothing.
    let (_host, link) = Peer::host(&folder, &[]);
    Peer::guest(&folder, &link, &at_home).until("met");
    let (_host, link) = Peer::host(&folder, &at_theirs);
    Peer::guest(&folder, &link, &["--incognito"]).until("met");
}
