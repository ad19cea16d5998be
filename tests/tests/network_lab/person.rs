//! Somebody at a device of the laboratory: a process of the program, listened to line by line.
//!
//! Unlike a person in a test of the program alone, this one bears to wait in vain: what does not
//! happen is a result here.

use crate::space::Space;
use handfast_tests::program::{events, program, signal};
use serde_json::Value;
use std::io::Write;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// A folder that is removed when dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }
}

/// A running process of the program. It is killed when dropped.
pub(crate) struct Person {
    child: Child,
    said: Receiver<Value>,
    /// Everything it said so far.
    pub(crate) told: Vec<Value>,
}

impl Person {
    /// Starts `handfast COMMAND --json` in a namespace, with a home of its own.
    pub(crate) fn start(space: &Space, folder: &Folder, name: &str, args: &[&str]) -> Self {
        let mut child = space.start(program(), |command| {
            command
                .args(args)
                .args(["--json", "--name", name])
                .args(["--downloads", &folder.path("downloads")])
                .env("HANDFAST_HOME", folder.path(name))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null());
        });
        let output = child.stdout.take().expect("piped");
        Self {
            child,
            said: events(output),
            told: Vec::new(),
        }
    }

    /// What it has used of processors so far, in steps of 10 ms (proc(5), `/proc/PID/stat`).
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.expect("it runs");
        // The name in brackets may hold anything; user and system time are the 12th and 13th after it.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let times = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = times
            .map(|ticks| ticks.parse::<u64>().expect("a number"))
            .sum();
        Duration::from_millis(10 * ticks)
    }

    /// Sends it a signal by its name, such as `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Types a line. A program that is gone does not read it.
    pub(crate) fn say(&mut self, line: &str) {
        if let Some(input) = &mut self.child.stdin {
            let _ = writeln!(input, "{line}");
        }
    }

    /// The first event, told before or within this time, for which something holds.
    pub(crate) fn heard(
        &mut self,
        within: Duration,
        holds: impl Fn(&Value) -> bool,
    ) -> Option<Value> {
        if let Some(told) = self.told.iter().find(|told| holds(told)) {
            return Some(told.clone());
        }
        let until = Instant::now() + within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(value) => {
                    self.told.push(value.clone());
                    if holds(&value) {
                        return Some(value);
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// The first event of one of these kinds.
    pub(crate) fn until(&mut self, within: Duration, events: &[&str]) -> Option<Value> {
        self.heard(within, |told| {
            events.iter().any(|event| told["event"] == **event)
        })
    }

    /// The texts of all messages that arrived so far.
    pub(crate) fn messages(&mut self) -> Vec<String> {
        self.told.extend(self.said.try_iter());
        let messages = self.told.iter().filter(|told| told["event"] == "message");
        messages
            .filter_map(|told| told["text"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The moment of an event, in seconds since 1970.
pub(crate) fn moment(event: &Value) -> f64 {
    event["at_us"].as_u64().unwrap_or_default() as f64 / 1e6
}
