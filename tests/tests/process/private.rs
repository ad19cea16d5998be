//! What carries a secret or a content is its owner's alone, whatever was there before.

use crate::peer::{Folder, Peer, run};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: impl AsRef<Path>) -> u32 {
    let about = std::fs::metadata(&path);
    let about = about.unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()));
    about.permissions().mode() & 0o777
}

#[test]
fn whoever_else_is_on_this_machine_can_read_no_token() {
    let folder = Folder::new();
    let [file, png, svg] = ["token.handfast", "code.png", "code.svg"].map(|name| folder.path(name));
    // One is there already, and everybody can read it.
    std::fs::write(&png, "old").expect("written");
    std::fs::set_permissions(&png, std::fs::Permissions::from_mode(0o666)).expect("ours");
    let more = ["--file", &file, "--png", &png, "--svg", &svg];
    let (_host, link) = Peer::host(&folder, &more);
    for path in [&file, &png, &svg] {
        assert_eq!(mode(path), 0o600, "{path}");
        assert_eq!(
            run(&["inspect", path]).status,
            run(&["inspect", &link]).status,
            "{path}"
        );
    }
    let reply = folder.path("reply.png");
    let more = ["--only-by-reply", "--reply-png", &reply];
    let mut guest = Peer::guest(&folder, &link, &more);
    guest.until("reply");
    assert_eq!(mode(&reply), 0o600);
}

#[test]
fn whoever_else_is_on_this_machine_can_read_nothing_that_was_locked_or_opened() {
    let folder = Folder::new();
    let (root, answer) = (folder.path("letters"), folder.path("answer"));
    std::fs::create_dir(&root).expect("made");
    std::fs::create_dir(format!("{root}/old")).expect("made");
    std::fs::write(format!("{root}/old/letter"), "dear").expect("written");
    std::fs::write(&answer, "Nordwind\n").expect("written");
    let sealed = [
        "seal",
        &root,
        "-q",
        "Which boat did we take?",
        "--answer-file",
        &answer,
    ];
    assert_eq!(run(&sealed).status, Some(0));
    let container = format!("{root}.handfast");
    assert_eq!(mode(&container), 0o600);
    let opened = folder.path("opened");
    let open = ["open", &container, "-o", &opened, "--answer-file", &answer];
    assert_eq!(run(&open).status, Some(0));
    for path in [&opened, &format!("{opened}/old")] {
        assert_eq!(mode(path), 0o700, "{path}");
    }
    assert_eq!(mode(format!("{opened}/old/letter")), 0o600);
}

/// Half a gigabyte of nothing is a small file, locked or not.
#[test]
fn a_small_file_that_opens_to_much_more_is_not_written_unasked() {
    let folder = Folder::new();
    let (large, answer) = (folder.path("large"), folder.path("answer"));
    let file = std::fs::File::create(&large).expect("made");
    file.set_len((512 << 20) + 1).expect("sparse");
    std::fs::write(&answer, "Nordwind\n").expect("written");
    let sealed = [
        "seal",
        &large,
        "-q",
        "Which boat did we take?",
        "--answer-file",
        &answer,
    ];
    assert_eq!(run(&sealed).status, Some(0));
    let container = format!("{large}.handfast");
    let length = std::fs::metadata(&container).expect("there").len();
    assert!(length < 1 << 20, "{length}");
    let opened = folder.path("opened");
    let open = [
        "open",
        &container,
        "-o",
        &opened,
        "--answer-file",
        &answer,
        "--json",
    ];
    // Its standard error is no terminal, so nobody can be asked.
    let outcome = run(&open);
    assert_eq!(outcome.status, Some(8), "{outcome:?}");
    let line = outcome.stdout.lines().last().expect("a line");
    let told: serde_json::Value = serde_json::from_str(line).expect("an object");
    assert_eq!(told["kind"], "large");
    let text = told["text"].as_str().expect("a sentence");
    assert!(text.contains("--large") && text.contains("512"), "{text}");
    assert!(!Path::new(&opened).exists());
    let left = std::fs::read_dir(folder.path("")).expect("there");
    let left: Vec<_> = left.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    // A person who wants it says so.
    let open = [&open[..], &["--large"]].concat();
    assert_eq!(run(&open).status, Some(0));
    assert_eq!(
        std::fs::metadata(&opened).expect("there").len(),
        (512 << 20) + 1
    );
}
