//! A disk that is full while a home is written: nothing is shown that was not kept, and what was
//! kept before stays.
//!
//! The disk is a small one in memory, mounted where no other process sees it. That needs root.

use crate::peer::{Folder, Peer, run};
use nix::sched::{CloneFlags, unshare};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the disk holds.
const SIZE: usize = 1 << 20;

/// What it is given out in.
const PAGE: usize = 4096;

/// A disk of its own, for the thread that made it and the processes that this thread starts.
struct Disk(PathBuf);

impl Disk {
    /// None without the right to mount.
    fn mount(at: &str) -> Option<Self> {
        unshare(CloneFlags::CLONE_NEWNS).ok()?;
        std::fs::create_dir(at).ok()?;
        let size = format!("size={SIZE}");
        let mount = |args: &[&str]| Command::new("mount").args(args).status().ok();
        let is_done = |args: &[&str]| mount(args).is_some_and(|status| status.success());
        let alone = is_done(&["--make-rprivate", "/"]);
        let mounted = alone && is_done(&["-t", "tmpfs", "-o", &size, "none", at]);
        mounted.then(|| Self(at.into()))
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    /// Writes it full, but for so many pages.
    fn fill(&self, left: usize) {
        let mut filler = std::fs::File::create(self.0.join("filler")).expect("a file");
        while filler.write_all(&[1; PAGE]).is_ok() {}
        let length = filler.metadata().expect("a file").len();
        let kept = length.saturating_sub((left * PAGE) as u64);
        filler.set_len(kept).expect("ours");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("ours");
    }
}

/// Runs this where a disk can be mounted; elsewhere says why not.
fn on_a_small_disk(test: impl FnOnce(&Folder, &Disk) + Send) {
    // The mount belongs to this thread alone, and goes with it.
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let folder = Folder::new();
            match Disk::mount(&folder.path("disk")) {
                Some(disk) => test(&folder, &disk),
                None => eprintln!("skipped: needs root"),
            }
        });
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// The names of what waits in this home.
fn listed(home: &str) -> Vec<String> {
    let outcome = run(&["invitations", "--json", "--home", home]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let lines = outcome.stdout.lines();
    let name = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("an object") };
    let names = lines.map(|line| name(line)["id"].as_str().map(str::to_owned));
    names.map(|name| name.expect("a name")).collect()
}

/// Begins this in the home, and tells whether it was kept and shown. If not, it was refused for the
/// right reason before anything was shown.
fn is_kept(home: &str, args: &[&str]) -> bool {
    let begun = ["--json", "--home", home];
    let mut peer = Peer::start(&[args, &begun].concat());
    let first = peer.until_one_of(&["invitation", "kept", "failed"]);
    if first["event"] != "failed" {
        return true;
    }
    assert_eq!(first["kind"], "disk_full", "{first}");
    let sentence = first["text"].as_str().expect("a sentence");
    assert!(
        sentence.starts_with(home) && sentence.contains(": make room"),
        "{sentence}"
    );
    assert_eq!(peer.end(crate::peer::SOON), Some(10));
    false
}

#[test]
fn a_full_disk_keeps_what_was_kept_and_shows_nothing_else() {
    on_a_small_disk(|folder, disk| {
        let home = disk.path("home");
        Peer::host(folder, &["--home", &home]).0.die();
        let mut before = listed(&home);
        let first = before.first().expect("it waits").clone();
        let (_other, link) = Peer::host(folder, &[]);
        let invite = ["invite", "--loopback"];
        let join = ["join", "--yes", "--only-by-reply", &link];
        for args in [&invite[..], &join[..]] {
            let mut refused = 0;
            for left in 0..24 {
                disk.fill(left);
                let is_kept = is_kept(&home, args);
                disk.make_room();
                let now = listed(&home);
                let is_there = |id: &String| now.contains(id);
                assert!(before.iter().all(is_there), "{before:?}, now {now:?}");
                assert_eq!(now.len() > before.len(), is_kept, "{left} pages left");
                before = now;
                if is_kept {
                    break;
                }
                refused += 1;
            }
            assert!(refused > 0, "it was never full: {args:?}");
        }
        Peer::host(folder, &["--home", &home, "--resume", &first]);
    });
}

#[test]
fn a_home_that_a_full_disk_kept_from_being_made_is_made_when_there_is_room() {
    on_a_small_disk(|_, disk| {
        for left in 0..24 {
            let home = disk.path(&format!("home-{left}"));
            disk.fill(left);
            let is_kept = is_kept(&home, &["invite", "--loopback"]);
            disk.make_room();
            let before = listed(&home).len();
            assert_eq!(before, usize::from(is_kept), "{left} pages left");
            assert!(self::is_kept(&home, &["invite", "--loopback"]), "{left}");
            assert_eq!(listed(&home).len(), before + 1);
            std::fs::remove_dir_all(Path::new(&home)).expect("ours");
        }
    });
}
