//! Two processes that meet and talk over the loopback interface.

use crate::peer::{Folder, Peer, SOON, run};

#[test]
fn messages_and_files_go_both_ways_by_pipes() {
    let folder = Folder::new();
    let file = folder.path("photo of us.bin");
    let content: Vec<u8> = (0..3_000_000u32).map(|n| ((n * 7) >> 3) as u8).collect();
    std::fs::write(&file, &content).expect("a file");

    let (mut host, link) = Peer::host(&folder, &[]);
    // A script may write before anybody is there.
    host.say("hello from the host");
    let mut guest = Peer::guest(&folder, &link, &[]);
    assert_eq!(guest.until("opened")["name"], "Ana");
    let met = guest.until("met");
    assert_eq!(met["name"], "Ana");
    assert_eq!(met["trust"], "unverified");
    assert_eq!(met["reason"], "open_link");
    assert_eq!(met["scans"], 1);
    assert!(met["authenticated_ms"].as_f64() >= met["open_ms"].as_f64());
    assert_eq!(host.until("met")["name"], "Ben");
    assert_eq!(guest.until("message")["text"], "hello from the host");

    guest.say("hi");
    guest.say(&format!("/send {file}"));
    guest.say("/help");
    assert_eq!(host.until("message")["text"], "hi");
    let received = host.until("file_received");
    assert_eq!(received["bytes"], content.len());
    let path = received["path"].as_str().expect("a path");
    assert_eq!(std::fs::read(path).expect("stored"), content);
    let sent = guest.until("file_sent");
    assert_eq!(sent["blake2b"], received["blake2b"]);

    // The end of input delivers everything first.
    host.say(&format!("/send '{file}'"));
    host.say("that is all");
    host.hang_up();
    assert_eq!(guest.until("message")["text"], "that is all");
    assert_eq!(guest.until("file_received")["bytes"], content.len());
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    assert_eq!(guest.end(SOON), Some(0));
    assert_eq!(host.end(SOON), Some(0));
}

#[test]
fn a_pasted_reply_is_the_second_way() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let picture = folder.path("reply.png");
    let more = ["--only-by-reply", "--reply-png", &picture];
    for by_picture in [false, true] {
        // The first guest is gone before its reply arrives; what was not used does no harm.
        let mut guest = Peer::guest(&folder, &link, &more);
        let reply = guest.until("reply");
        if !by_picture {
            continue;
        }
        host.say("this is for the chat");
        host.say(&picture);
        let met = host.until("met");
        assert_eq!(met["scans"], 2);
        // Passed on as a picture: that is no camera.
        assert_eq!(met["trust"], "unverified");
        assert_eq!(guest.until("message")["text"], "this is for the chat");
        assert!(
            reply["link"]
                .as_str()
                .is_some_and(|link| link.contains('#'))
        );
        guest.hang_up();
        assert_eq!(guest.end(SOON), Some(0));
        assert_eq!(host.end(SOON), Some(0));
    }
}

#[test]
fn a_picture_of_the_invitation_is_read_and_joined() {
    let folder = Folder::new();
    let (png, svg) = (folder.path("code.png"), folder.path("code.svg"));
    let (mut host, link) = Peer::host(&folder, &["--png", &png, "--svg", &svg]);
    assert!(
        std::fs::read_to_string(&svg)
            .expect("an SVG")
            .starts_with("<svg")
    );

    let scan = run(&["scan", "--json", &png]);
    assert_eq!(scan.status, Some(0), "{scan:?}");
    let read: serde_json::Value = serde_json::from_str(&scan.stdout).expect("an object");
    assert_eq!(read["kind"], "invitation");
    assert_eq!(read["corners"].as_array().map(Vec::len), Some(4));
    // The code carries digits, the link letters, and both mean the same invitation.
    let text = read["text"].as_str().expect("a text");
    assert_ne!(text, link);

    let mut guest = Peer::guest(&folder, &png, &[]);
    host.until("met");
    guest.hang_up();
    assert_eq!(guest.end(SOON), Some(0));
}

#[test]
fn standard_input_gives_the_invitation_and_then_the_chat() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Peer::guest(&folder, "-", &[]);
    guest.say("Join me here, please:");
    guest.say(&link);
    guest.say("hello");
    guest.hang_up();
    assert_eq!(host.until("message")["text"], "hello");
    assert_eq!(guest.end(SOON), Some(0));
    assert_eq!(host.end(SOON), Some(0));
}

#[test]
fn without_a_terminal_nobody_connects_unasked() {
    let folder = Folder::new();
    let (_host, link) = Peer::host(&folder, &[]);
    let outcome = run(&["join", &link]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("--yes"), "{outcome:?}");
}
