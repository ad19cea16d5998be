//! A network namespace, and what is done inside of one.
//!
//! A namespace has no name here. It lives as long as a file of this process is open, so it is gone
//! with its links when it is dropped, after a panic, and even when this process is killed. Nothing
//! outside of it is ever touched.

use nix::sched::{CloneFlags, setns, unshare};
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::panic::resume_unwind;
use std::process::{Command, Stdio};

/// A network namespace.
pub(crate) struct Space(File);

impl Space {
    /// A namespace with its loopback interface up, that forwards and trusts every route.
    pub(crate) fn new() -> Result<Self, String> {
        let own = std::thread::spawn(|| {
            unshare(CloneFlags::CLONE_NEWNET).map_err(|error| error.to_string())?;
            File::open("/proc/thread-self/ns/net").map_err(|error| error.to_string())
        });
        let space = Self(own.join().map_err(|_| "a thread failed")??);
        space.ip("link set lo up");
        space.set("ipv4/ip_forward", "1");
        space.set("ipv4/conf/all/rp_filter", "0");
        space.set("ipv4/conf/default/rp_filter", "0");
        space.set("ipv6/conf/all/forwarding", "1");
        // Nobody waits a second for an address that nobody else can have.
        space.set("ipv6/conf/default/accept_dad", "0");
        Ok(space)
    }

    /// Does something inside: sockets that it opens and processes that it starts stay there.
    pub(crate) fn inside<T: Send>(&self, act: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                setns(&self.0, CloneFlags::CLONE_NEWNET).expect("a namespace of ours");
                act()
            });
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
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
        let namespace = format!("/proc/{}/fd/{}", std::process::id(), there.0.as_raw_fd());
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
