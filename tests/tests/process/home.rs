//! The folder for what lasts: shared by processes, never harmed, and left alone where that is wanted.

use crate::peer::{Folder, Peer, program, run, run_as};
use handfast_core::store::{KeyFile, Store};
use std::path::Path;
use std::process::Command;

/// Where a store says which version wrote it (SQLite file format, offset of the user version).
const VERSION: usize = 60;

/// A home with a store in it, closed.
fn home(folder: &Folder) -> String {
    let home = folder.path("home");
    let at = Path::new(&home);
    let store = Store::open(&at.join("store"), &KeyFile::new(at.join("key")));
    drop(store.expect("a store"));
    home
}

/// Every command refuses with this, and the store's file stays as it is.
#[track_caller]
fn refused(home: &str, kind: &str) {
    let store = Path::new(home).join("store");
    let before = std::fs::read(&store).expect("a store");
    for command in [
        &["invite", "--loopback"][..],
        &["invite", "--resume"],
        &["join", "--resume"],
        &["invitations"],
    ] {
        let outcome = run(&[command, &["--json", "--home", home]].concat());
        assert_eq!(outcome.status, Some(10), "{outcome:?}");
        let failed: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("an object");
        assert_eq!(failed["kind"], kind);
        let text = failed["text"].as_str().expect("a sentence");
        assert!(text.starts_with(home) && text.contains(": "), "{text}");
        assert_eq!(std::fs::read(&store).expect("a store"), before);
    }
}

#[test]
fn a_store_that_does_not_open_is_named_and_left_as_it_is() {
    let folder = Folder::new();
    let home = home(&folder);
    let store = Path::new(&home).join("store");
    let whole = std::fs::read(&store).expect("a store");

    std::fs::write(&store, &whole[..whole.len() / 2]).expect("ours");
    refused(&home, "store_damaged");
    std::fs::write(&store, b"").expect("ours");
    refused(&home, "store_damaged");

    let mut newer = whole.clone();
    newer[VERSION..VERSION + 4].copy_from_slice(&999u32.to_be_bytes());
    std::fs::write(&store, newer).expect("ours");
    refused(&home, "store_newer");

    std::fs::write(&store, "Dear diary, ".repeat(1000)).expect("ours");
    refused(&home, "not_a_store");

    std::fs::write(&store, &whole).expect("ours");
    let key = Path::new(&home).join("key");
    let own = std::fs::read(&key).expect("a key");
    std::fs::write(&key, [7; 32]).expect("ours");
    refused(&home, "key_wrong");
    std::fs::remove_file(&key).expect("ours");
    refused(&home, "key_missing");
    #[cfg(unix)]
    {
        std::fs::write(&key, &own).expect("ours");
        // Made by the umask: others may read it.
        use std::os::unix::fs::PermissionsExt;
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&key, open).expect("ours");
        refused(&home, "key_unusable");
        let own = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&key, own).expect("ours");
    }
    assert_eq!(run(&["invitations", "--home", &home]).status, Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_home_that_may_only_be_read_says_so() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = Folder::new();
    let home = home(&folder);
    let mode = |name: &str, mode| {
        let path = Path::new(&home).join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours");
    };
    mode("store", 0o444);
    mode("store.lock", 0o444);
    mode("", 0o555);
    let is_superuser = Path::new(&home).metadata().expect("a folder").uid() == 0;
    let args = ["invite", "--json", "--loopback", "--home", &home];
    let outcome = run_as(&args, |command| {
        if is_superuser {
            // Whom rights do not hold back, unless this right is taken from them.
            *command = Command::new("setpriv");
            command.args(["--bounding-set", "-dac_override"]);
            command.arg(program()).args(args);
        }
    });
    mode("", 0o755);
    assert_eq!(outcome.status, Some(10), "{outcome:?}");
    assert!(outcome.stdout.contains("store_read_only"), "{outcome:?}");
}

#[test]
fn two_processes_share_a_home_even_at_one_table() {
    let folder = Folder::new();
    let home = folder.path("one-home");
    let at_home = ["--home", &home];
    // Neither waits for the other to have made it.
    let waiting: Vec<(Peer, String)> = std::thread::scope(|scope| {
        let invite = || scope.spawn(|| Peer::host(&folder, &at_home));
        let both = [invite(), invite()];
        both.map(|one| one.join().expect("a host")).into()
    });
    for (mut host, link) in waiting {
        let mut guest = Peer::guest(&folder, &link, &at_home);
        host.until("met");
        guest.until("met");
        guest.say("to myself");
        assert_eq!(host.until("message")["text"], "to myself");
    }
}

#[test]
fn who_passes_by_leaves_nothing() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &["--incognito"]);
    let home = folder.path("never");
    let nowhere = run_as(&["invitations"], |command| {
        command.env("HANDFAST_HOME", &home);
    });
    assert_eq!(nowhere.status, Some(0), "{nowhere:?}");
    let mut guest = Peer::guest(&folder, &link, &["--incognito"]);
    host.until("met");
    guest.until("met");
    for peer in [&host, &guest] {
        assert!(!peer.has_home());
    }
    assert!(!Path::new(&home).exists());
    let outcome = run(&["invite", "--incognito", "--resume"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
}
