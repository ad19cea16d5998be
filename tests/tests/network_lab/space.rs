//! A network namespace, and what is done inside of one.
//!
//! A namespace has no name here. It lives as long as a thread and a file of this process, so it is
//! gone with its links when it is dropped, after a panic, and even when this process is killed; and
//! the processes in it with it. Nothing outside of it is ever touched.

use nix::sched::{CloneFlags, setns, unshare};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::panic::resume_unwind;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};

/// A network namespace.
pub(crate) struct Space {
    file: File,
    /// To the thread that starts what is to run in it.
    starter: Sender<Start>,
}

/// A process to start, and whom to tell.
type Start = (Command, Sender<std::io::Result<Child>>);

impl Space {
    /// A namespace with its loopback interface up, that forwards and trusts every route.
    pub(crate) fn new() -> Result<Self, String> {
        let (starter, starts) = channel();
        let (sender, made) = channel();
        std::thread::spawn(move || {
            let _ = sender.send(unshare(CloneFlags::CLONE_NEWNET).and_then(|()| {
                let file = File::open("/proc/thread-self/ns/net");
                file.map_err(|_| nix::Error::last())
            }));
            start_processes(&starts);
        });
        let made = made.recv().map_err(|error| error.to_string())?;
        let space = Self {
            file: made.map_err(|error| error.to_string())?,
            starter,
        };
        space.ip("link set lo up");
        space.set("ipv4/ip_forward", "1");
        space.set("ipv4/conf/all/rp_filter", "0");
        space.set("ipv4/conf/default/rp_filter", "0");
        space.set("ipv6/conf/all/forwarding", "1");
        // Nobody waits a second for an address that nobody else can have.
        space.set("ipv6/conf/all/accept_dad", "0");
        space.set("ipv6/conf/default/accept_dad", "0");
        Ok(space)
    }

    /// Does something inside: sockets that it opens and processes that it starts stay there.
    pub(crate) fn inside<T: Send>(&self, act: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                setns(&self.file, CloneFlags::CLONE_NEWNET).expect("a namespace of ours");
                act()
            });
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    /// Starts a process inside, which is killed when this namespace is dropped.
    pub(crate) fn start(
        &self,
        program: impl AsRef<OsStr>,
        prepare: impl FnOnce(&mut Command),
    ) -> Child {
        // The signal comes when the thread ends that started it.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program);
        prepare(&mut command);
        let (sender, started) = channel();
        let _ = self.starter.send((command, sender));
        let started = started.recv().expect("a thread that starts processes");
        started.expect("setpriv starts")
    }

    /// Sets a parameter of this namespace, below `net/`.
    pub(crate) fn set(&self, parameter: &str, value: &str) {
        let path = format!("/proc/sys/net/{parameter}");
        self.inside(|| std::fs::write(&path, value))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Runs lines of `ip`, and stops at the first that fails.
    pub(crate) fn ip(&self, lines: &str) {
        self.run("ip", &["-batch", "-"], lines);
    }

    /// Loads rules of `nft`.
    pub(crate) fn nft(&self, rules: &str) {
        self.run("nft", &["-f", "-"], rules);
    }

    /// Runs a tool with this input, and returns its output.
    pub(crate) fn run(&self, tool: &str, args: &[&str], input: &str) -> String {
        self.try_run(tool, args, input)
            .unwrap_or_else(|complaint| panic!("{complaint}\n{input}"))
    }

    /// The same where a failure is an answer.
    pub(crate) fn try_run(&self, tool: &str, args: &[&str], input: &str) -> Result<String, String> {
        let outcome = self.inside(|| {
            let mut child = Command::new(tool)
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            if let Some(mut pipe) = child.stdin.take() {
                pipe.write_all(input.as_bytes())?;
            }
            child.wait_with_output()
        });
        let outcome = outcome.map_err(|error| format!("{tool}: {error}"))?;
        if !outcome.status.success() {
            let complaint = String::from_utf8_lossy(&outcome.stderr);
            return Err(format!("{tool} {args:?}: {}", complaint.trim()));
        }
        Ok(String::from_utf8_lossy(&outcome.stdout).into_owned())
    }

    /// Joins an interface here to one there.
    pub(crate) fn wire(&self, here: &str, there: &Self, name_there: &str) {
        let namespace = format!("/proc/{}/fd/{}", std::process::id(), there.file.as_raw_fd());
        self.ip(&format!(
            "link add name {here} type veth peer name {name_there} netns {namespace}\n\
             link set {here} up"
        ));
        there.ip(&format!("link set {name_there} up"));
    }

    /// Packets counted so far by the named counter of the table `inet lab`.
    pub(crate) fn counted(&self, counter: &str) -> u64 {
        let told = self.run(
            "nft",
            &["--json", "list", "counter", "inet", "lab", counter],
            "",
        );
        let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        told["nftables"]
            .as_array()
            .into_iter()
            .flatten()
            .find_map(|entry| entry["counter"]["packets"].as_u64())
            .expect("a counter")
    }
}

fn start_processes(starts: &Receiver<Start>) {
    for (mut command, sender) in starts {
        let _ = sender.send(command.spawn());
    }
}
