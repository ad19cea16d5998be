//! Two processes that meet and talk over the loopback interface.

use crate::peer::{Folder, Peer, SOON, run};
use std::time::Duration;

#[test]
fn messages_and_files_go_both_ways_by_pipes() {
    let folder = Folder::new();
    let file = folder.path("photo of us.bin");
    let content: Vec<u8> = (0..3_000_000u32).map(|n| ((n * 7) >> 3) as u8).collect();
    std::fs::write(&file, &content).expect("a file");

    let (mut host, link) = Peer::host(&folder, &[]);
    // A script may write before anybody is there.
    host.say("hello from the host");
    let mut guest = Peer::guest(&folder, &link, &["--accept-files"]);
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
    // Of somebody unverified nothing is taken before a person says so.
    let offered = host.until("file_offered");
    assert_eq!(
        (&offered["number"], &offered["asks"]),
        (&1.into(), &true.into())
    );
    assert_eq!(offered["name"], "photo of us.bin");
    host.say("/accept 1");
    let received = host.until("file_received");
    assert_eq!(received["bytes"], content.len());
    let path = received["path"].as_str().expect("a path");
    assert_eq!(std::fs::read(path).expect("stored"), content);
    let sent = guest.until("file_sent");
    assert!(sent["blake3"].is_string());
    assert_eq!(sent["blake3"], received["blake3"]);

    // The end of input delivers everything first.
    host.say(&format!("/send '{file}'"));
    host.say("that is all");
    host.hang_up();
    // What is said need not wait until a file has been looked at.
    let either = ["file_offered", "message"];
    let mut both = [(); 2].map(|()| guest.until_one_of(&either));
    both.sort_by_key(|told| told["event"].to_string());
    assert_eq!(both[0]["asks"], false);
    assert_eq!(both[1]["text"], "that is all");
    assert_eq!(guest.until("file_received")["bytes"], content.len());
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    assert_eq!(guest.end(SOON), Some(0));
    assert_eq!(host.end(SOON), Some(0));
}

#[test]
fn files_are_declined_by_a_person_by_leaving_and_for_want_of_room() {
    let folder = Folder::new();
    let file = folder.path("notes.txt");
    std::fs::write(&file, b"notes").expect("a file");
    let (mut host, link) = Peer::host(&folder, &[]);
    // More than any disk has.
    let full = ["--accept-files=1MiB", "--keep-free", "1048576TiB"];
    let mut guest = Peer::guest(&folder, &link, &full);
    guest.until("met");
    for _ in 0..3 {
        guest.say(&format!("/send {file}"));
    }
    for number in 1..=3 {
        assert_eq!(host.until("file_offered")["number"], number);
    }
    host.say("/decline 2");
    let failed = guest.until("file_failed");
    assert_eq!(
        (&failed["by_peer"], &failed["name"]),
        (&true.into(), &"notes.txt".into())
    );
    host.say("/accept 2");
    assert!(
        host.until("note")["text"]
            .as_str()
            .is_some_and(|text| text.contains("No file"))
    );
    host.say("/accept 3");
    host.until("file_received");
    guest.until("file_sent");
    host.say(&format!("/send {file}"));
    let failed = host.until_which("file_failed", |failed| failed["by_peer"] == true);
    assert!(
        failed["text"]
            .as_str()
            .is_some_and(|text| text.contains("room"))
    );
    // Who leaves waits for no answer of their own.
    host.hang_up();
    guest.until("file_failed");
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    assert_eq!(host.end(SOON), Some(0));
    let stored = std::fs::read_dir(folder.path("host-downloads")).expect("a folder");
    assert_eq!(stored.count(), 1);
}

#[test]
fn who_is_unverified_and_writes_too_much_waits_until_more_is_allowed() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let few = ["--unverified-messages", "3"];
    let mut guest = Peer::guest(&folder, &link, &few);
    for number in 0..5 {
        host.say(&number.to_string());
    }
    let limited = guest.until("limited");
    assert_eq!(limited["limit"], "messages");
    assert!(
        limited["text"]
            .as_str()
            .is_some_and(|text| text.contains("/more"))
    );
    guest.say("/more");
    guest.until("released");
    guest.until_which("message", |told| told["text"] == "4");
}

/// Lines that are more than may wait anywhere between two.
const MANY: usize = 1_500;

/// A host who writes so many to a guest who takes a hundred of them before more is allowed.
fn flooded(folder: &Folder) -> (std::thread::JoinHandle<Peer>, Peer) {
    let (mut host, link) = Peer::host(folder, &[]);
    let few = ["--unverified-messages", "100", "--unverified-text", "1GiB"];
    let guest = Peer::guest(folder, &link, &few);
    let writing = std::thread::spawn(move || {
        for number in 0..MANY {
            host.say(&format!("{number} {}", "x".repeat(4_000)));
        }
        host.hang_up();
        host
    });
    (writing, guest)
}

#[test]
fn more_lines_than_there_is_room_for_arrive_in_their_order_and_none_is_lost() {
    let folder = Folder::new();
    let (writing, mut guest) = flooded(&folder);
    let mut arrived = 0;
    while arrived < MANY {
        let told = guest.until_one_of(&["message", "limited"]);
        if told["event"] == "limited" {
            // Long enough for the host to fill whatever there is between the two.
            std::thread::sleep(Duration::from_secs(2));
            guest.say("/more");
            continue;
        }
        let text = told["text"].as_str().expect("a text");
        assert!(text.starts_with(&format!("{arrived} x")), "{text}");
        arrived += 1;
    }
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    let mut host = writing.join().expect("everything was read");
    assert_eq!(host.end(SOON), Some(0));
}

#[test]
fn who_waits_for_room_can_be_stopped() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Peer::guest(&folder, &link, &["--unverified-messages", "3"]);
    for number in 0..MANY {
        host.say(&number.to_string());
    }
    guest.until("limited");
    host.signal("INT");
    assert_eq!(host.end(SOON), Some(130));
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

/// Two who talk.
fn chat(folder: &Folder) -> (Peer, Peer) {
    let (mut host, link) = Peer::host(folder, &[]);
    let mut guest = Peer::guest(folder, &link, &["--accept-files"]);
    host.until("met");
    guest.until("met");
    (host, guest)
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_to_be_sent_holds_nobody_up() {
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let (mut host, mut guest) = chat(&folder);
    host.say(&format!("/send {pipe}"));
    host.say("still here");
    assert_eq!(guest.until("message")["text"], "still here");
    host.say("/quit");
    assert_eq!(guest.until("ended")["reason"], "peer_left");
    assert_eq!(host.end(SOON), Some(0));
}

#[test]
fn a_command_that_there_is_not_is_never_sent_as_text() {
    let folder = Folder::new();
    let (mut host, mut guest) = chat(&folder);
    for line in [
        "/sned photo.png",
        "  /qiut",
        "/etc/passwd",
        "//slashes are fine",
        "told",
    ] {
        host.say(line);
    }
    assert_eq!(guest.until("message")["text"], "/slashes are fine");
    assert_eq!(guest.until("message")["text"], "told");
}

#[cfg(unix)]
#[test]
fn a_file_is_sent_however_its_path_was_dropped() {
    let folder = Folder::new();
    let plain = folder.path("it's a b.txt");
    std::fs::write(&plain, "content").expect("a file");
    let (mut host, mut guest) = chat(&folder);
    let escaped = plain.replace(' ', "\\ ").replace('\'', "\\'");
    let quoted = format!("'{}'", plain.replace('\'', "'\\''"));
    let link = format!("file://{}", plain.replace(' ', "%20").replace('\'', "%27"));
    for typed in [plain, escaped, quoted, link] {
        host.say(&format!("  /send\t {typed} "));
        assert_eq!(guest.until("file_received")["bytes"], 7);
    }
}

#[cfg(unix)]
#[test]
fn where_nothing_is_kept_a_folder_is_sent_as_one_archive_without_its_links() {
    let folder = Folder::new();
    let photos = folder.path("photos of us");
    std::fs::create_dir_all(format!("{photos}/deep")).expect("a folder");
    let content: Vec<u8> = (0..700_000u32).map(|n| (n >> 5) as u8).collect();
    std::fs::write(format!("{photos}/deep/one.jpg"), &content).expect("a file");
    std::os::unix::fs::symlink("/etc/passwd", format!("{photos}/link")).expect("a link");
    // Nobody keeps anything, so it comes at once or not at all.
    let (mut host, link) = Peer::host(&folder, &["--incognito"]);
    let mut guest = Peer::guest(&folder, &link, &["--accept-files"]);
    host.until("met");
    guest.until("met");
    host.say(&format!("/send {photos}"));
    let note = host.until("note");
    let text = note["text"].as_str().expect("a sentence");
    assert!(text.ends_with(": link"), "{text}");
    let received = guest.until("file_received");
    assert_eq!(received["name"], "photos of us.tar");
    let stored = received["path"].as_str().expect("a path");
    let unpacked = folder.path("unpacked");
    std::fs::create_dir(&unpacked).expect("a folder");
    let tar = ["--extract", "--file", stored, "--directory", &unpacked];
    let status = std::process::Command::new("tar").args(tar).status();
    assert!(status.is_ok_and(|status| status.success()), "a stock tar");
    let one = format!("{unpacked}/photos of us/deep/one.jpg");
    assert_eq!(std::fs::read(one).expect("unpacked"), content);
    assert!(std::fs::symlink_metadata(format!("{unpacked}/photos of us/link")).is_err());
    assert_eq!(host.until("file_sent")["bytes"], received["bytes"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_keeps_its_name_and_one_that_is_not_utf_8_can_be_sent() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let (mut host, mut guest) = chat(&folder);
    let own = std::path::PathBuf::from(folder.path("own"));
    std::fs::create_dir(&own).expect("a folder");
    for name in [".env", "a:b?", "back\\slash"] {
        let path = own.join(name);
        std::fs::write(&path, name).expect("a file");
        host.say(&format!("/send {}", path.display()));
        let received = guest.until("file_received");
        assert_eq!(received["name"], name);
        let stored = folder.path(&format!("guest-downloads/{name}"));
        assert_eq!(std::fs::read_to_string(stored).expect("stored"), name);
    }
    let latin = own.join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt"));
    std::fs::write(&latin, "content").expect("a file");
    // What a program shows of such a name.
    host.say(&format!("/send {}", latin.to_string_lossy()));
    assert_eq!(guest.until("file_received")["name"], "caf\u{fffd}.txt");
}
