//! The program itself, for tests that run it as a process.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};

/// The path of `handfast`: the one that `HANDFAST_PROGRAM` names, or one that is built now, once, in the
/// profile of the test that asks.
///
/// # Panics
/// When it does not build: nothing that asks could go on.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match std::env::var_os("HANDFAST_PROGRAM") {
        Some(path) => path.into(),
        None => build().unwrap_or_else(|error| panic!("handfast: {error:#}")),
    })
}

/// What a program says with `--json`, one object a line, read by a thread of its own until the program
/// ends or nobody listens any more.
///
/// # Panics
/// In that thread, at a line that is none: the listener hears no more.
pub fn events(output: ChildStdout) -> Receiver<Value> {
    let (sender, said) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let value = serde_json::from_str(&line);
            let value = value.unwrap_or_else(|error| panic!("one object a line: {error}: {line}"));
            if sender.send(value).is_err() {
                return;
            }
        }
    });
    said
}

/// Sends a running program a signal by its name, such as `INT`.
///
/// # Panics
/// When it cannot be sent.
pub fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &child.id().to_string()]);
    let is_sent = kill.status().is_ok_and(|status| status.success());
    assert!(is_sent, "no signal {name} to {}", child.id());
}

fn build() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(2).context("target/PROFILE/deps/test")?;
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "-p", "handfast"]);
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    build.env("CARGO_TARGET_DIR", folder.parent().context("target")?);
    // What cargo says of the running test: build scripts that look at it would run again, and with
    // them half of the tree, now and when the tests are built next.
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            build.env_remove(name);
        }
    }
    if folder.ends_with("release") {
        build.arg("--release");
    }
    ensure!(build.status()?.success(), "it does not build");
    Ok(folder.join("handfast"))
}
