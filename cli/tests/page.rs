//! The page for a host, and whether a host serves it; and what is chosen once.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_handfast"));
    program.env("LC_ALL", "C").env_remove("HANDFAST_HOME");
    program
}

fn run(args: &[&str]) -> Output {
    program().args(args).output().expect("the program starts")
}

fn written(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Something like what scripts/web builds.
fn build(folder: &Path) -> String {
    let built = folder.join("built");
    fs::create_dir_all(built.join("core")).unwrap();
    fs::write(built.join("index.html"), "<!doctype html>").unwrap();
    fs::write(built.join("core/core.wasm"), b"\0asm").unwrap();
    built.to_string_lossy().into_owned()
}

/// A host, for as long as it is held.
struct Host(Child, String);

impl Host {
    fn of(folder: &str) -> Self {
        let mut child = program()
            .args(["serve", folder, "--port", "0", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let told = child.stdout.take().expect("a pipe");
        BufReader::new(told).read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self(child, told["address"].as_str().unwrap().to_owned())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_page_is_written_for_a_host_with_all_that_phones_and_hosts_look_for() {
    let folder = tempfile::tempdir().unwrap();
    let built = build(folder.path());
    let public = folder.path().join("public");
    let to = public.to_string_lossy();
    let certificate = ["AB"; 32].join(":");
    let mut args = vec!["page", &*to, "--host", "Meet.example.org", "--from", &built];
    args.extend(["--team", "ABCDE12345", "--certificate", &certificate]);
    // Twice, as whoever hosts a newer version does.
    for _ in 0..2 {
        let output = run(&args);
        assert!(output.status.success(), "{output:?}");
        assert!(written(&output).contains("https://meet.example.org/"));
    }
    for path in [
        "index.html",
        "core/core.wasm",
        ".well-known/apple-app-site-association",
        ".well-known/assetlinks.json",
        ".nojekyll",
    ] {
        assert!(public.join(path).is_file(), "{path}");
    }
    let headers = fs::read_to_string(public.join("_headers")).unwrap();
    assert!(headers.contains("\n  content-security-policy: frame-ancestors 'none'\n"));

    fs::write(public.join("other.html"), "somebody else's").unwrap();
    let output = run(&args);
    assert_eq!(output.status.code(), Some(9), "{output:?}");
    assert!(written(&output).contains("other.html"));
}

#[test]
fn a_host_that_serves_one_other_byte_is_told_from_one_that_serves_this_build() {
    let folder = tempfile::tempdir().unwrap();
    let built = build(folder.path());
    let served = folder.path().join("served");
    let to = served.to_string_lossy();
    let output = run(&["page", &to, "--host", "localhost", "--from", &built]);
    assert!(output.status.success(), "{output:?}");
    let verify = |host: &Host| run(&["page", "--verify", &host.1, "--from", &built]);

    let output = verify(&Host::of(&to));
    assert!(output.status.success(), "{output:?}");

    fs::write(served.join("core/core.wasm"), b"\0asn").unwrap();
    let output = verify(&Host::of(&to));
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert!(written(&output).contains("/core/core.wasm"));

    fs::remove_file(served.join("core/core.wasm")).unwrap();
    let host = Host::of(&to);
    let output = verify(&host);
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let address = host.1.clone();
    drop(host);
    let output = run(&["page", "--verify", &address, "--from", &built]);
    assert_eq!(output.status.code(), Some(5), "{output:?}");
}

#[test]
fn the_list_of_hashes_is_as_others_compute_them() {
    let folder = tempfile::tempdir().unwrap();
    let built = build(folder.path());
    let output = run(&["page", "--hashes", "--from", &built]);
    // The hash of nothing but these four bytes, by another program.
    let list = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    let hash = blake3::hash(b"\0asm").to_hex();
    assert_eq!(lines[0], format!("{hash}  core/core.wasm"));
    assert!(lines[1].ends_with("  index.html"));
}

#[test]
fn without_the_page_it_is_said_what_builds_it_and_how_long_that_takes() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_string_lossy();
    for args in [
        &["serve", &*empty][..],
        &["page", "--hashes", "--from", &empty],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let said = written(&output);
        assert!(
            said.contains("scripts/web") && said.contains("minutes"),
            "{said}"
        );
    }
}

#[test]
fn odd_hosts_and_orders_are_refused() {
    for args in [
        &["page"][..],
        &["page", "public"],
        &["page", "public", "--host", "https://example.org/"],
        &["page", "public", "--host", "example.org/meet"],
        &["page", "public", "--host", "example.org:8443"],
        &["page", "public", "--host", ""],
        &["page", "--host", "example.org", "--hashes"],
        &["page", "public", "--host", "example.org", "--team", "short"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn what_links_begin_with_is_chosen_once_and_for_all_commands() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let home = home.to_string_lossy();
    let told = |args: &[&str]| {
        let mut all = vec!["--home", &*home];
        all.splice(0..0, args.iter().copied());
        let output = run(&all);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let usual = "link-base https://handfast.example/\n";
    assert_eq!(told(&["config"]), usual);
    assert!(!Path::new(&*home).exists(), "to look makes nothing");
    let chosen = told(&["config", "link-base", "meet.example.org"]);
    assert_eq!(chosen, "link-base https://meet.example.org/\n");
    assert_eq!(told(&["config", "link-base"]), chosen);

    let mut invite = program()
        .args([
            "invite",
            "--json",
            "--loopback",
            "--no-stun",
            "--home",
            &*home,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(invite.stdout.take().unwrap()).lines();
    let mut links = lines.map_while(Result::ok).filter_map(|line| {
        let told: serde_json::Value = serde_json::from_str(&line).ok()?;
        Some(told["link"].as_str()?.to_owned())
    });
    let link = links.next().expect("an invitation");
    invite.kill().unwrap();
    invite.wait().unwrap();
    assert!(link.starts_with("https://meet.example.org/#"), "{link}");

    assert_eq!(told(&["config", "link-base", "usual"]), usual);
}
