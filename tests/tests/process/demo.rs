//! The demonstration.

use crate::peer::{Folder, Peer, run};
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};

fn figures(args: &[&str]) -> Value {
    let folder = Folder::new();
    let dir = folder.path("demo");
    let outcome = run(&[&["demo", "--json", "--dir", &dir], args].concat());
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 1);
    let figures: Value = serde_json::from_str(&outcome.stdout).expect("an object");
    let pictures = figures["pictures"].as_array().expect("a list");
    assert!(pictures.len() >= 2);
    for picture in pictures {
        let bytes = std::fs::read(picture.as_str().expect("a path")).expect("a picture");
        assert!(bytes.starts_with(b"\x89PNG"));
    }
    figures
}

fn check(figures: &Value) {
    let number = |pointer: &str| {
        let value = figures.pointer(pointer).and_then(Value::as_f64);
        value.unwrap_or_else(|| panic!("{pointer} in {figures}"))
    };
    assert!((53.0..120.0).contains(&number("/invitation/bytes")));
    assert!(number("/invitation/link_chars") > 80.0);
    assert_eq!(
        number("/invitation/qr_modules"),
        17.0 + 4.0 * number("/invitation/qr_version")
    );
    for side in ["", "/host", "/guest"] {
        let steps = ["ready_ms", "open_ms", "authenticated_ms"]
            .map(|step| number(&format!("{side}/{step}")));
        assert!(steps.is_sorted(), "{side}: {steps:?}");
        assert!(steps[0] >= 0.0 && steps[2] < 20_000.0, "{side}: {steps:?}");
    }
    assert!(number("/scan_ms") > 0.0);
    assert!(number("/messages/sent") >= 2.0);
    assert_eq!(number("/messages/sent"), number("/messages/received"));
    assert_eq!(number("/file/bytes"), f64::from(32 << 20));
    assert!(number("/file/seconds") > 0.0 && number("/file/mib_per_s") > 0.0);
    assert_eq!(figures["file"]["equal"], true);
}

#[test]
fn one_scan_is_enough_on_one_machine() {
    let figures = figures(&["--seed", "11"]);
    check(&figures);
    assert_eq!(figures["scans"], 1);
    assert_eq!(figures["seed"], 11);
}

#[test]
fn two_scans_join_those_who_cannot_be_reached_at_once() {
    let figures = figures(&["--two-scan", "--seed", "12"]);
    check(&figures);
    assert_eq!(figures["scans"], 2);
    assert!(figures["reply"]["bytes"].as_u64() > Some(60));
}

#[test]
fn people_get_a_timeline_and_no_secrets() {
    let folder = Folder::new();
    let outcome = run(&["demo", "--dir", &folder.path("demo")]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for part in [
        "knocks",
        "reads the code",
        "is connected with",
        "equal on both sides",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains("handfast.example/#"));
}

/// Processes with this text in their command lines.
fn running(text: &str) -> usize {
    let found = Command::new("pgrep")
        .args(["-c", "-f", "--", text])
        .output();
    let found = found.expect("pgrep runs").stdout;
    String::from_utf8_lossy(&found)
        .trim()
        .parse()
        .expect("a count")
}

#[test]
fn children_never_outlive_the_parent() {
    for signal in ["INT", "KILL"] {
        let folder = Folder::new();
        let dir = folder.path("demo");
        let mut demo = Peer::start(&["demo", "--json", "--dir", &dir]);
        let mark = format!("--dir {dir} --seed");
        let started = Instant::now();
        while running(&mark) < 2 {
            assert!(started.elapsed() < Duration::from_secs(20), "no children");
        }
        demo.signal(signal);
        let status = demo.end(Duration::from_secs(2));
        assert_eq!(status, (signal == "INT").then_some(130));
        let ended = Instant::now();
        while running(&mark) > 0 {
            assert!(ended.elapsed() < Duration::from_secs(3), "children live on");
        }
    }
}
