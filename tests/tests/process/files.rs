//! Files of people who keep what they say: they go on over the end of any connection and process.

use crate::contacts::{apart, chat};
use crate::peer::{Folder, Peer, SOON, run};
use serde_json::Value;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

/// Bytes that do not repeat.
fn content(length: usize) -> Vec<u8> {
    let numbers = (0_u64..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

fn file(folder: &Folder, name: &str, length: usize) -> (String, Vec<u8>) {
    let (path, content) = (folder.path(name), content(length));
    let parent = Path::new(&path).parent().expect("a folder");
    std::fs::create_dir_all(parent).expect("a folder");
    std::fs::write(&path, &content).expect("a file");
    (path, content)
}

/// Somebody who looks for a contact, and takes files by themselves.
fn taking(folder: &Folder, home: &str, name: &str) -> Peer {
    let downloads = folder.path("downloads");
    let mut args = vec!["chat", name, "--json", "--loopback", "--home", home];
    args.extend(["--downloads", &downloads, "--accept-files=1GiB"]);
    Peer::start(&args)
}

fn both(folder: &Folder, [ana, ben]: &[String; 2]) -> [Peer; 2] {
    let mut peers = [chat(folder, ana, "Ben"), taking(folder, ben, "Ana")];
    peers.iter_mut().for_each(|peer| drop(peer.until("met")));
    peers
}

fn stored(received: &Value) -> Vec<u8> {
    let path = received["path"].as_str().expect("a path");
    std::fs::read(path).expect("stored")
}

/// Whether nothing is left in a folder beside what is whole.
fn has_no_rest(folder: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    !entries
        .map(|entry| entry.file_name())
        .any(|name| name.to_string_lossy().starts_with(".handfast"))
}

/// How far a file is that comes on, or what there is to say of one that has come.
fn far(at: &mut Peer) -> Result<u64, Value> {
    let told = at.until_one_of(&["file_progress", "file_received"]);
    told["done"].as_u64().ok_or(told)
}

/// The same once the file is as far as that.
fn as_far_as(bytes: u64, at: &mut Peer) -> Result<u64, Value> {
    loop {
        let done = far(at)?;
        if done >= bytes {
            return Ok(done);
        }
    }
}

/// It goes on from there, or behind it: what was verified is not asked for again. What is told first is how far it was
/// when that was written last.
fn goes_on(before: u64, at: &mut Peer) -> Result<(), Value> {
    let done = match far(at)? {
        written if written < before => far(at)?,
        done => done,
    };
    assert!(done >= before, "{done} after {before}");
    Ok(())
}

#[test]
fn a_file_goes_on_where_it_was_when_both_processes_were_killed() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let (path, content) = file(&folder, "long.bin", 48 * MIB);
    let mut peers = both(&folder, &homes);
    peers[0].say(&format!("/send {path}"));
    let (mut deaths, mut received) = (0, None);
    while received.is_none() && deaths < 3 {
        received = match as_far_as((deaths + 1) * 8_000_000, &mut peers[1]) {
            Ok(before) => {
                deaths += 1;
                peers.into_iter().for_each(Peer::die);
                peers = both(&folder, &homes);
                goes_on(before, &mut peers[1]).err()
            }
            // What is left may come at once.
            Err(received) => Some(received),
        };
    }
    assert!(deaths > 0, "nobody was killed");
    let [mut at_ana, mut at_ben] = peers;
    let received = received.unwrap_or_else(|| at_ben.until("file_received"));
    assert!(stored(&received) == content);
    assert_eq!(at_ana.until("file_sent")["blake3"], received["blake3"]);
    assert!(has_no_rest(&folder.path("downloads")));
}

#[test]
fn a_folder_comes_as_it_is_and_stands_beside_one_of_its_name() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let [mut at_ana, mut at_ben] = both(&folder, &homes);
    let (_, one) = file(&folder, "album/deep/one.jpg", 700_000);
    let (_, two) = file(&folder, "album/two.txt", 5);
    std::fs::create_dir(folder.path("album/empty")).expect("a folder");
    // Somebody has something of that name already.
    file(&folder, "downloads/album/own.txt", 3);
    at_ana.say(&format!("/send {}", folder.path("album")));
    let received = at_ben.until("file_received");
    assert_eq!(received["name"], "album/");
    let path = received["path"].as_str().expect("a path");
    assert_eq!(path, folder.path("downloads/album (1)"));
    let read = |name: &str| std::fs::read(format!("{path}/{name}")).expect("stored");
    assert!(read("deep/one.jpg") == one && read("two.txt") == two);
    assert!(Path::new(&format!("{path}/empty")).is_dir());
    at_ana.until("file_sent");
    assert!(has_no_rest(&folder.path("downloads")));
}

#[test]
fn what_is_sent_while_somebody_is_away_comes_when_they_are_back() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let (path, content) = file(&folder, "later.bin", 100_000);
    let mut at_ana = chat(&folder, &homes[0], "Ben");
    at_ana.until("seeking");
    at_ana.say(&format!("/send {path}"));
    assert_eq!(at_ana.until("file_queued")["name"], "later.bin");
    at_ana.die();
    let [mut at_ana, mut at_ben] = both(&folder, &homes);
    assert!(stored(&at_ben.until("file_received")) == content);
    at_ana.until("file_sent");
}

#[test]
fn files_of_one_name_and_of_one_content_are_told_apart() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let [mut at_ana, mut at_ben] = both(&folder, &homes);
    let (one, first) = file(&folder, "a/name.txt", 10_000);
    let (other, second) = file(&folder, "b/name.txt", 20_000);
    for path in [&one, &other, &one] {
        at_ana.say(&format!("/send {path}"));
    }
    let mut received: Vec<(String, Vec<u8>)> = (0..3)
        .map(|_| at_ben.until("file_received"))
        .map(|told| (told["path"].to_string(), stored(&told)))
        .collect();
    received.sort();
    for _ in 0..3 {
        at_ana.until("file_sent");
    }
    let contents: Vec<&Vec<u8>> = received.iter().map(|(_, content)| content).collect();
    assert_eq!(
        contents
            .iter()
            .filter(|content| ***content == first)
            .count(),
        2
    );
    assert_eq!(
        contents
            .iter()
            .filter(|content| ***content == second)
            .count(),
        1
    );
}

#[test]
fn either_side_stops_a_file_for_a_while_or_for_good() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let (path, content) = file(&folder, "long.bin", 20 * MIB);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ana.say(&format!("/send {path}"));
    let number = at_ben.until("file_offered")["number"].clone();
    at_ben.say(&format!("/accept {number}"));
    at_ben.until("file_progress");
    at_ben.say(&format!("/pause {number}"));
    assert_eq!(at_ben.until("file_paused")["by"], "here");
    assert_eq!(at_ana.until("file_paused")["by"], "there");
    // Also over the end of both.
    at_ana.die();
    at_ben.die();
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until_which("file_paused", |told| told["by"] == "here");
    at_ana.until_which("file_paused", |told| told["by"] == "there");
    at_ben.say("/resume");
    assert!(stored(&at_ben.until("file_received")) == content);
    at_ana.until("file_sent");

    let (second, _) = file(&folder, "second.bin", 20 * MIB);
    for by_ana in [true, false] {
        at_ana.say(&format!("/send {second}"));
        let asks = |told: &Value| told["asks"] == true;
        let number = at_ben.until_which("file_offered", asks)["number"].clone();
        at_ben.say(&format!("/accept {number}"));
        at_ben.until("file_progress");
        match by_ana {
            true => at_ana.say("/cancel"),
            false => at_ben.say("/cancel"),
        }
        assert_eq!(at_ben.until("file_failed")["by_peer"], by_ana);
        assert_eq!(at_ana.until("file_failed")["by_peer"], !by_ana);
    }
    at_ana.say("still here");
    assert_eq!(at_ben.until("message")["text"], "still here");
}

#[test]
fn what_came_of_a_file_goes_when_it_is_not_wanted_any_more_although_nobody_is_there() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let (path, _) = file(&folder, "long.bin", 20 * MIB);
    let (inside, _) = file(&folder, "album/long.bin", 20 * MIB);
    let album = inside.trim_end_matches("/long.bin");
    for path in [&path, album] {
        let mut at_ana = chat(&folder, &ana, "Ben");
        let mut at_ben = chat(&folder, &ben, "Ana");
        at_ana.until("met");
        at_ben.until("met");
        at_ana.say(&format!("/send {path}"));
        at_ben.until("file_offered");
        at_ben.say("/accept");
        at_ben.until("file_progress");
        at_ben.say("/pause");
        at_ben.until("file_paused");
        at_ana.die();
        at_ben.die();
        let left = || {
            let files = std::fs::read_dir(folder.path("downloads")).expect("a folder");
            let names = files.flatten().map(|file| file.file_name());
            names
                .filter(|name| name.to_string_lossy().starts_with(".handfast-"))
                .count()
        };
        assert!(left() > 0);
        let mut at_ben = chat(&folder, &ben, "Ana");
        at_ben.until("file_paused");
        at_ben.say("/cancel");
        at_ben.until("file_failed");
        at_ben.hang_up();
        assert_eq!(at_ben.end(SOON), Some(0));
        assert_eq!(left(), 0, "{path}");
    }
}

#[test]
fn files_are_sent_by_a_command_of_their_own_or_wait() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let (path, content) = file(&folder, "one.bin", 300_000);
    let send = |more: &[&str]| {
        let all = ["send", "Ben", "--json", "--loopback", "--home", &homes[0]];
        run(&[&all[..], more].concat())
    };
    let waits = send(&[&path, "--wait", "1s"]);
    assert_eq!(waits.status, Some(0), "{waits:?}");
    assert!(waits.stdout.contains("\"event\":\"queued\""), "{waits:?}");
    let mut at_ben = taking(&folder, &homes[1], "Ana");
    let (album, _) = file(&folder, "album/two.txt", 5);
    let album = album.trim_end_matches("/two.txt").to_owned();
    let sent = send(&[&album]);
    assert_eq!(sent.status, Some(0), "{sent:?}");
    assert!(sent.stdout.contains("\"event\":\"file_sent\""), "{sent:?}");
    let mut received = [at_ben.until("file_received"), at_ben.until("file_received")];
    received.sort_by_key(|told| told["name"].to_string());
    assert_eq!(received[0]["name"], "album/");
    assert!(stored(&received[1]) == content);

    // Beside a conversation, it goes by that.
    let mut at_ana = chat(&folder, &homes[0], "Ben");
    at_ana.until("met");
    let beside = send(&[&path]);
    assert_eq!(beside.status, Some(0), "{beside:?}");
    assert!(
        beside.stdout.contains("\"event\":\"handed_over\""),
        "{beside:?}"
    );
    at_ben.until("file_received");
    at_ana.until("file_sent");
    let nobody = send(&["/no/such/file"]);
    assert_eq!(nobody.status, Some(3), "{nobody:?}");
    at_ben.hang_up();
    assert_eq!(at_ben.end(SOON), Some(0));
}

#[test]
fn what_comes_in_by_a_pipe_is_sent_as_a_file() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let mut at_ben = taking(&folder, &homes[1], "Ana");
    let args = [
        "send",
        "Ben",
        "-",
        "--as",
        "said.txt",
        "--json",
        "--loopback",
    ];
    let mut sending = Peer::start(&[&args[..], &["--home", &homes[0]]].concat());
    sending.say("one");
    sending.say("two");
    sending.hang_up();
    let received = at_ben.until("file_received");
    assert_eq!(received["name"], "said.txt");
    assert_eq!(stored(&received), b"one\ntwo\n");
    assert_eq!(sending.end(SOON), Some(0));
}

#[test]
fn what_comes_in_by_a_pipe_is_sent_also_where_another_process_takes_the_home_over_meanwhile() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let mut at_ana = chat(&folder, &homes[0], "Ben");
    at_ana.until("seeking");
    let args = ["send", "Ben", "-", "--json", "--loopback", "--home"];
    let mut sending = Peer::start(&[&args[..], &[&homes[0]]].concat());
    sending.say("one");
    let copies = Path::new(&homes[0]).join("copies");
    let begun = Instant::now();
    let copy = loop {
        let entries = std::fs::read_dir(&copies).into_iter().flatten().flatten();
        let mut copies = entries.map(|entry| entry.path().join("file"));
        if let Some(copy) = copies.find(|copy| copy.exists()) {
            break copy;
        }
        assert!(begun.elapsed() < SOON, "nothing is kept of what came");
        sleep(Duration::from_millis(10));
    };
    at_ana.die();
    let mut at_ana = chat(&folder, &homes[0], "Ben");
    at_ana.until("seeking");
    assert!(copy.exists(), "whoever begins leaves it alone");
    sending.say("two");
    sending.hang_up();
    sending.until("handed_over");
    assert_eq!(sending.end(SOON), Some(0));
    let mut at_ben = taking(&folder, &homes[1], "Ana");
    assert_eq!(stored(&at_ben.until("file_received")), b"one\ntwo\n");
    at_ana.until("file_sent");
}

#[test]
fn the_beginning_of_what_comes_in_by_a_pipe_is_there_before_its_end() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let mut at_ben = chat(&folder, &homes[1], "Ana");
    let args = [
        "send",
        "Ben",
        "-",
        "--as",
        "long.txt",
        "--json",
        "--loopback",
    ];
    let mut sending = Peer::start(&[&args[..], &["--home", &homes[0]]].concat());
    let line = |number: usize| format!("{number:07} {}", "x".repeat(MIB - 9));
    let mut said = String::new();
    let mut say = |numbers: std::ops::Range<usize>, sending: &mut Peer| {
        for number in numbers {
            sending.say(&line(number));
            said.push_str(&line(number));
            said.push('\n');
        }
    };
    say(0..20, &mut sending);
    // Nobody knows yet how long it will be.
    assert_eq!(at_ben.until("file_offered")["bytes"], 0);
    at_ben.say("/accept");
    assert!(as_far_as(16 * MIB as u64, &mut at_ben).is_ok());
    say(20..40, &mut sending);
    sending.hang_up();
    let received = at_ben.until("file_received");
    assert_eq!(received["name"], "long.txt");
    assert!(stored(&received) == said.into_bytes());
    sending.until("file_sent");
    assert_eq!(sending.end(SOON), Some(0));
}

#[test]
fn a_file_for_which_there_is_no_room_is_refused_and_both_hear_why() {
    let folder = Folder::new();
    let homes = apart(&folder);
    let (path, _) = file(&folder, "one.bin", 300_000);
    let mut at_ana = chat(&folder, &homes[0], "Ben");
    let downloads = folder.path("downloads");
    let mut args = vec!["chat", "Ana", "--json", "--loopback", "--home", &homes[1]];
    args.extend(["--downloads", &downloads, "--accept-files=1GiB"]);
    // More than any disk has.
    args.extend(["--keep-free", "1048576TiB"]);
    let mut at_ben = Peer::start(&args);
    at_ana.until("met");
    at_ana.say(&format!("/send {path}"));
    assert_eq!(at_ben.until("file_failed")["by_peer"], false);
    let failed = at_ana.until("file_failed");
    assert_eq!(failed["by_peer"], true);
    assert!(
        failed["text"]
            .as_str()
            .is_some_and(|text| text.contains("room"))
    );
}
