//! A process of the program, listened to line by line. It is killed when dropped.

pub(crate) use handfast_tests::program::program;
use handfast_tests::program::{events, signal};
use serde_json::Value;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How long a step may take on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A folder of its own, removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Relaxed);
        let name = format!("handfast-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a process that ran to its end left.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with these arguments, at home in a folder that nobody else knows.
fn command(args: &[&str], home: &Folder) -> Command {
    let mut command = Command::new(program());
    command
        .args(args)
        .env("HANDFAST_HOME", home.path("home"))
        .env("LC_ALL", "C");
    command
}

/// The program in this locale, at home in this folder.
pub(crate) fn speaking(locale: &str, home: &Folder) -> Command {
    let mut command = command(&[], home);
    command.env("LC_ALL", locale);
    command
}

/// Runs the program to its end, without input.
pub(crate) fn run(args: &[&str]) -> Outcome {
    run_as(args, |_| {})
}

/// Runs the program to its end as somebody else, or somewhere else.
pub(crate) fn run_as(args: &[&str], change: impl FnOnce(&mut Command)) -> Outcome {
    let home = Folder::new();
    let mut command = command(args, &home);
    change(&mut command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut out = child.stdout.take().expect("piped");
    let mut err = child.stderr.take().expect("piped");
    let out = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let err = std::thread::spawn(move || {
        let mut text = String::new();
        err.read_to_string(&mut text).map(|_| text)
    });
    let status = wait(&mut child, Duration::from_secs(70));
    Outcome {
        status,
        stdout: out.join().expect("reader").expect("UTF-8"),
        stderr: err.join().expect("reader").expect("UTF-8"),
    }
}

fn wait(child: &mut Child, patience: Duration) -> Option<i32> {
    let until = Instant::now() + patience;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    panic!("still running after {patience:?}");
}

/// A running process that speaks JSON. Without `--home` it is somebody new.
pub(crate) struct Peer {
    /// Removed after the process has ended.
    home: Folder,
    child: Child,
    input: Option<ChildStdin>,
    said: Receiver<Value>,
}

impl Peer {
    /// Starts `handfast COMMAND --json ...`.
    pub(crate) fn start(args: &[&str]) -> Self {
        let home = Folder::new();
        let mut child = command(args, &home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = child.stdout.take().expect("piped");
        Self {
            home,
            input: child.stdin.take(),
            child,
            said: events(output),
        }
    }

    /// A host on this machine, and its link.
    pub(crate) fn host(folder: &Folder, more: &[&str]) -> (Self, String) {
        let (host, invitation) = Self::host_told(folder, more);
        let link = invitation["link"].as_str().expect("a link").to_owned();
        (host, link)
    }

    /// A host on this machine, and what it tells of its invitation.
    pub(crate) fn host_told(folder: &Folder, more: &[&str]) -> (Self, Value) {
        let downloads = folder.path("host-downloads");
        let mut args = vec!["invite", "--json", "--name", "Ana"];
        args.extend(["--downloads", &downloads]);
        args.extend(more);
        if !more.contains(&"--resume") {
            args.push("--loopback");
        }
        let mut host = Self::start(&args);
        let invitation = host.until("invitation");
        (host, invitation)
    }

    /// A guest of this link.
    pub(crate) fn guest(folder: &Folder, link: &str, more: &[&str]) -> Self {
        let downloads = folder.path("guest-downloads");
        let mut args = vec!["join", "--json", "--yes", "--name", "Ben", link];
        args.extend(["--downloads", &downloads]);
        args.extend(more);
        Self::start(&args)
    }

    /// Types a line.
    pub(crate) fn say(&mut self, line: &str) {
        assert!(self.try_to_say(line), "the program reads");
    }

    /// Types a line. Whether the program still reads.
    pub(crate) fn try_to_say(&mut self, line: &str) -> bool {
        let input = self.input.as_mut().expect("still open");
        writeln!(input, "{line}").is_ok()
    }

    /// Ends its standard input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// The next event of this kind.
    pub(crate) fn until(&mut self, event: &str) -> Value {
        self.until_which(event, |_| true)
    }

    /// The next event of this kind for which something holds.
    pub(crate) fn until_which(&mut self, event: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + 3 * SOON;
        let mut before = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(value) if value["event"] == event && holds(&value) => return value,
                Ok(value) => before.push(value),
                Err(_) => panic!("no {event}, only {before:#?}"),
            }
        }
    }

    /// The next event of one of these kinds.
    pub(crate) fn until_one_of(&mut self, events: &[&str]) -> Value {
        let until = Instant::now() + 3 * SOON;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(value) if events.iter().any(|event| value["event"] == *event) => return value,
                Ok(_) => {}
                Err(error) => panic!("none of {events:?}: {error}"),
            }
        }
    }

    /// Waits for a state.
    pub(crate) fn until_state(&mut self, state: &str) {
        self.until_which("state", |value| value["state"] == state);
    }

    /// The exit status.
    pub(crate) fn end(&mut self, patience: Duration) -> Option<i32> {
        wait(&mut self.child, patience)
    }

    /// Whether it has kept anything in the home that it was given.
    pub(crate) fn has_home(&self) -> bool {
        Path::new(&self.home.path("home")).exists()
    }

    /// Kills it: nothing says goodbye, nothing is tidied up.
    pub(crate) fn die(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("a child of ours");
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
