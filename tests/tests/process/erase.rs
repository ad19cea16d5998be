//! The end of a device.

use crate::contacts::{apart, chat, listed};
use crate::peer::{Folder, Peer, SOON, program, run};
use std::fs;
use std::path::Path;

fn erase(home: &str, more: &[&str]) -> crate::peer::Outcome {
    run(&[&["erase", "--json", "--home", home], more].concat())
}

/// What lies in this folder.
fn names(folder: &str) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    names.collect()
}

#[test]
fn a_device_is_erased_once_its_person_says_so_and_what_came_whole_stays() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let path = folder.path("long.bin");
    fs::write(&path, vec![7; 20 << 20]).expect("written");
    let small = folder.path("small.bin");
    fs::write(&small, "whole").expect("written");
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ana.say(&format!("/send {small}"));
    at_ben.until("file_offered");
    at_ben.say("/accept");
    at_ben.until("file_received");
    at_ana.say(&format!("/send {path}"));
    at_ben.until("file_offered");
    at_ben.say("/accept");
    at_ben.until("file_progress");
    at_ben.say("/pause");
    at_ben.until("file_paused");
    // Who is at work has the home.
    let used = erase(&ben, &["--yes"]);
    assert_eq!(used.status, Some(10), "{used:?}");
    assert!(used.stdout.contains("store_in_use"), "{used:?}");
    at_ana.die();
    at_ben.die();

    let asked = erase(&ben, &[]);
    assert_eq!(asked.status, Some(2), "{asked:?}");
    assert!(asked.stdout.contains("yes_needed"), "{asked:?}");
    assert_eq!(listed(&ben)["name"], "Ana");
    let downloads = folder.path("downloads");
    assert!(
        names(&downloads)
            .iter()
            .any(|name| name.starts_with(".handfast-"))
    );
    fs::write(Path::new(&ben).join("mine.txt"), "mine").expect("written");
    let erased = erase(&ben, &["--yes"]);
    assert_eq!(erased.status, Some(0), "{erased:?}");
    assert!(erased.stdout.contains("\"event\":\"erased\""), "{erased:?}");
    assert_eq!(names(&ben), ["mine.txt"], "what is somebody else's stays");
    assert_eq!(names(&downloads), ["small.bin"]);

    let again = erase(&ben, &["--yes"]);
    assert_eq!(again.status, Some(3), "{again:?}");
    assert!(again.stdout.contains("nothing_to_erase"), "{again:?}");
    // Whoever begins there is somebody new, and those whom they meet are told.
    let known = listed(&ana)["key"].clone();
    let (mut host, link) = Peer::host(&folder, &["--home", &ana]);
    let mut guest = Peer::guest(&folder, &link, &["--home", &ben]);
    host.until("met");
    assert_eq!(host.until("namesake")["key"], known);
    guest.until("met");
    guest.say("/quit");
    assert_eq!((host.end(SOON), guest.end(SOON)), (Some(0), Some(0)));
}

#[test]
fn what_does_not_open_is_erased_all_the_same() {
    let folder = Folder::new();
    for (home, file) in apart(&folder).iter().zip(["key", "store"]) {
        fs::write(Path::new(home).join(file), "damaged").expect("written");
        let erased = erase(home, &["--yes"]);
        assert_eq!(erased.status, Some(0), "{erased:?}");
        assert!(!Path::new(home).exists(), "{:?}", names(home));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_is_asked_before() {
    use crate::terminal::Terminal;
    let folder = Folder::new();
    let [ana, _] = apart(&folder);
    let command = format!("{} erase --home {ana}", program().display());
    for (answer, status, is_there) in [("n\r", Some(1), true), ("y\r", Some(0), false)] {
        let mut terminal = Terminal::run(&command, (200, 24));
        terminal.until("* Erase the device in");
        terminal.press(answer);
        assert_eq!(terminal.end(), status);
        assert_eq!(Path::new(&ana).exists(), is_there);
    }
}
