//! A device moves from one home to another, in one locked file, and whom it has met finds it there.

use crate::contacts::{apart, chat, listed};
use crate::peer::{Folder, Outcome, Peer, SOON, program, run};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A device in a file, and a file with the code that opens it.
struct Moved {
    file: String,
    code: String,
    messages: u64,
}

impl Moved {
    /// What is in this home now.
    fn out_of(folder: &Folder, home: &str, more: &[&str]) -> Self {
        let (file, code) = (folder.path("moving.handfast"), folder.path("code.txt"));
        let args = ["export", &file, "--json", "--home", home];
        let exported = run(&[&args[..], more].concat());
        assert_eq!(exported.status, Some(0), "{exported:?}");
        let told = told(&exported, "exported");
        assert_eq!(told["contacts"], 1, "{told}");
        fs::write(&code, told["code"].as_str().expect("a code")).expect("written");
        Self {
            file,
            code,
            messages: told["messages"].as_u64().expect("a number"),
        }
    }

    fn import(&self, home: &str) -> Outcome {
        let args = ["import", &self.file, "--code-file", &self.code, "--json"];
        run(&[&args[..], &["--home", home]].concat())
    }
}

/// What a process told of this kind.
fn told(outcome: &Outcome, event: &str) -> Value {
    let lines = outcome.stdout.lines();
    let mut values = lines.map(|line| serde_json::from_str::<Value>(line).expect("an object"));
    let found = values.find(|value| value["event"] == event);
    found.unwrap_or_else(|| panic!("no {event}: {outcome:?}"))
}

fn refused(outcome: &Outcome, status: i32, kind: &str) {
    assert_eq!(outcome.status, Some(status), "{outcome:?}");
    assert_eq!(told(outcome, "failed")["kind"], kind);
}

/// Both are asked about a restored device, and agree; what each was told.
fn both_agree(one: &mut Peer, other: &mut Peer) -> [Value; 2] {
    let asked = [one.until("restored"), other.until("restored")];
    one.say("/yes");
    other.say("/yes");
    one.until("met");
    other.until("met");
    one.say("is it you?");
    assert_eq!(other.until("message")["text"], "is it you?");
    other.say("it is");
    assert_eq!(one.until("message")["text"], "it is");
    asked
}

#[test]
fn a_device_that_moved_is_talked_to_again_once_both_people_agree() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let moved = Moved::out_of(&folder, &ben, &[]);
    fs::remove_dir_all(&ben).expect("the old device is gone");
    let anew = folder.path("ben-anew");
    let imported = moved.import(&anew);
    assert_eq!(imported.status, Some(0), "{imported:?}");
    assert_eq!(told(&imported, "imported")["contacts"], 1);
    assert_eq!(listed(&anew)["name"], "Ana");
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &anew, "Ana");
    let [ana_was_told, ben_was_told] = both_agree(&mut at_ana, &mut at_ben);
    for (told, theirs) in [(ana_was_told, true), (ben_was_told, false)] {
        assert_eq!(
            (&told["theirs"], &told["ours"]),
            (&theirs.into(), &(!theirs).into()),
            "{told}"
        );
    }
    for peer in [&mut at_ben, &mut at_ana] {
        peer.hang_up();
        assert_eq!(peer.end(SOON), Some(0));
    }
    assert_eq!(listed(&ana)["trust"], "unverified");
    // From then on nobody is asked.
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &anew, "Ana");
    at_ana.until("met");
    at_ben.until("met");
}

#[test]
fn where_a_copy_was_used_the_original_and_whom_it_meets_are_asked_whose_that_was() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let copy = folder.path("copy");
    let moved = Moved::out_of(&folder, &ben, &["--without-messages"]);
    assert_eq!(moved.messages, 0);
    assert_eq!(moved.import(&copy).status, Some(0));
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_copy = chat(&folder, &copy, "Ana");
    both_agree(&mut at_ana, &mut at_copy);
    at_copy.say("/quit");
    assert_eq!(at_copy.end(SOON), Some(0));
    at_ana.until("away");
    // The original comes, of whom nobody says that it was restored.
    let mut at_ben = chat(&folder, &ben, "Ana");
    let asked = [at_ana.until("restored"), at_ben.until("restored")];
    for told in &asked {
        assert_eq!(
            (&told["theirs"], &told["ours"]),
            (&false.into(), &false.into())
        );
        let text = told["text"].as_str().expect("a text");
        assert!(text.contains("was that you?"), "{text}");
    }
    at_ana.say("/no");
    at_ben.say("/yes");
    // Who was not agreed to is not let in, and asks again for as long as they look; the one before still is.
    at_ben.until("restored");
    at_ben.die();
    let mut at_copy = chat(&folder, &copy, "Ana");
    at_copy.until("met");
    assert_eq!(at_ana.until("back")["name"], "Ben");
}

#[test]
fn a_device_is_written_beside_the_process_that_works_with_it_and_for_its_owner_alone() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let mut at_ana = chat(&folder, &ana, "Ben");
    let mut at_ben = chat(&folder, &ben, "Ana");
    at_ana.until("met");
    at_ben.until("met");
    at_ana.say("hello");
    assert_eq!(at_ben.until("message")["text"], "hello");
    let moved = Moved::out_of(&folder, &ben, &[]);
    assert_eq!(moved.messages, 1, "what was said goes along");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&moved.file)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    at_ana.say("still here?");
    assert_eq!(at_ben.until("message")["text"], "still here?");
    let again = run(&["export", &moved.file, "--json", "--home", &ben]);
    refused(&again, 9, "exists");
    let anew = folder.path("anew");
    assert_eq!(moved.import(&anew).status, Some(0));
    assert_eq!(listed(&anew)["key"], listed(&ben)["key"]);
}

#[test]
fn a_question_beside_the_code_has_to_be_answered_too() {
    let folder = Folder::new();
    let [_, ben] = apart(&folder);
    let (right, wrong) = (folder.path("right"), folder.path("wrong"));
    fs::write(&right, "the wooden lighthouse keeper").expect("written");
    fs::write(&wrong, "somebody else").expect("written");
    let more = ["-q", "Who kept the light?", "--answer-file", &right];
    let moved = Moved::out_of(&folder, &ben, &more);
    let anew = folder.path("anew");
    let import = |answer: &str| {
        let args = ["import", &moved.file, "--code-file", &moved.code, "--json"];
        run(&[&args[..], &["--home", &anew, "--answer-file", answer]].concat())
    };
    refused(&import(&wrong), 7, "wrong_answer");
    assert!(!Path::new(&anew).exists());
    assert_eq!(import(&right).status, Some(0));
}

#[test]
fn what_is_not_this_device_in_a_file_is_refused_and_changes_nothing() {
    let folder = Folder::new();
    let [ana, ben] = apart(&folder);
    let moved = Moved::out_of(&folder, &ben, &[]);
    let whole = fs::read(&moved.file).expect("there");
    let anew = folder.path("anew");
    // There is a device.
    let before = listed(&ana);
    refused(&moved.import(&ana), 10, "occupied");
    assert_eq!(listed(&ana), before);
    // Another code.
    let other = Moved {
        file: moved.file.clone(),
        code: folder.path("other.txt"),
        messages: 0,
    };
    fs::write(&other.code, "GAYTE-MZUGU-3DOOB-ZMFRG-GZDFMY").expect("written");
    refused(&other.import(&anew), 7, "wrong_answer");
    // Cut and changed.
    let damaged = Moved {
        file: folder.path("damaged"),
        code: moved.code.clone(),
        messages: 0,
    };
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("bytes") ^= 1;
    for bytes in [&whole[..whole.len() - 1], &whole[..60], &flipped] {
        fs::write(&damaged.file, bytes).expect("written");
        refused(&damaged.import(&anew), 3, "damaged");
    }
    // A file that is locked, and one that is not.
    fs::write(&damaged.file, "hello").expect("written");
    refused(&damaged.import(&anew), 3, "not_locked");
    let answer = folder.path("answer");
    fs::write(&answer, "the wooden lighthouse keeper").expect("written");
    let sealed = folder.path("sealed");
    let seal = ["seal", &damaged.file, "-o", &sealed, "--answer-file"];
    assert_eq!(run(&[&seal[..], &[&answer]].concat()).status, Some(0));
    let other = Moved {
        file: sealed,
        code: moved.code.clone(),
        messages: 0,
    };
    refused(&other.import(&anew), 3, "not_an_export");
    assert!(!Path::new(&anew).exists(), "nothing was made");
    // Whoever opens it otherwise is told where it belongs.
    let opened = run(&["open", &moved.file]);
    assert_eq!(opened.status, Some(3));
    assert!(opened.stderr.contains("handfast import"), "{opened:?}");
    let inspected = run(&["inspect", &moved.file]);
    assert!(
        inspected.stdout.contains("handfast import"),
        "{inspected:?}"
    );
}

#[test]
fn an_import_that_is_killed_leaves_all_of_the_device_or_nothing() {
    let folder = Folder::new();
    let [_, ben] = apart(&folder);
    let moved = Moved::out_of(&folder, &ben, &[]);
    for number in 0..12 {
        let home = folder.path(&format!("killed-{number}"));
        let mut import = Command::new(program())
            .args(["import", &moved.file, "--code-file", &moved.code])
            .args(["--home", &home])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Somewhere on the way: it takes some hundredths of a second.
        std::thread::sleep(Duration::from_millis(4 * number));
        let _ = import.kill();
        import.wait().expect("a child of ours");
        match Path::new(&home).join("store").exists() {
            true => refused(&moved.import(&home), 10, "occupied"),
            false => assert_eq!(moved.import(&home).status, Some(0), "{number}"),
        }
        assert_eq!(listed(&home)["name"], "Ana");
    }
}
