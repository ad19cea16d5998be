//! The program in a German locale, and in others.

use crate::peer::{Folder, Outcome, SOON, run_as, speaking};
use std::io::{BufRead, BufReader, Read};
use std::process::{ChildStdout, Stdio};
use std::time::{Duration, Instant};

/// Every command that is for people; `bench` is for developers.
const COMMANDS: [&str; 10] = [
    "invite",
    "join",
    "invitations",
    "scan",
    "seal",
    "open",
    "inspect",
    "network",
    "erase",
    "demo",
];

/// What the parser of arguments says by itself.
const OF_THE_PARSER: [&str; 8] = [
    "Usage:",
    "Options:",
    "Commands:",
    "Arguments:",
    "Print help",
    "Print version",
    "[default:",
    "error:",
];

fn run_in(locale: &str, args: &[&str]) -> Outcome {
    run_as(args, |command| {
        command.env("LC_ALL", locale);
    })
}

fn german(args: &[&str]) -> Outcome {
    run_in("de_DE.UTF-8", args)
}

#[test]
fn help_is_german_in_a_german_locale() {
    let outcome = german(&["--help"]);
    assert_eq!(outcome.status, Some(0));
    for part in [
        "Aufruf:",
        "Befehle:",
        "Beispiele:",
        "Exit-Status:",
        "Hilfe ausgeben",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
    for command in COMMANDS {
        let outcome = german(&[command, "--help"]);
        assert_eq!(outcome.status, Some(0), "{command}");
        assert!(outcome.stdout.contains("Aufruf: handfast"), "{command}");
        let english = run_in("C", &[command, "--help"]);
        for part in OF_THE_PARSER {
            assert!(!outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
        }
        let both: Vec<&str> = english
            .stdout
            .lines()
            .filter(|line| line.split_whitespace().count() > 4)
            .filter(|line| !line.trim_start().starts_with("handfast "))
            .filter(|line| outcome.stdout.contains(line))
            .collect();
        // Names of formats are the same in both.
        let both: Vec<_> = both.iter().filter(|line| !line.contains("PNG")).collect();
        assert!(both.is_empty(), "{command} says in English: {both:#?}");
    }
}

#[test]
fn every_other_locale_speaks_english() {
    let english = run_in("C", &["invite", "--help"]);
    assert!(english.stdout.contains("Usage: handfast invite"));
    for locale in ["en_US.UTF-8", "fr_FR.UTF-8", "POSIX", "den_DK"] {
        let other = run_in(locale, &["invite", "--help"]);
        assert_eq!(other.stdout, english.stdout, "{locale}");
    }
}

#[test]
fn the_first_locale_that_is_set_decides() {
    let outcome = run_as(&["scan", "/nowhere/x.png"], |command| {
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES");
        command.env("LANG", "de_AT.UTF-8");
    });
    assert!(outcome.stderr.contains("diese Datei gibt es nicht"));
    let outcome = run_as(&["scan", "/nowhere/x.png"], |command| {
        command.env("LC_ALL", "C").env("LANG", "de_AT.UTF-8");
    });
    assert!(outcome.stderr.contains("there is no such file"));
}

#[test]
fn errors_are_german_and_keep_their_status() {
    for (args, status, said) in [
        (
            &["join", "--yes", "hallo"][..],
            3,
            "darin ist weder Einladung noch Antwortcode",
        ),
        (&["join", "--resume"], 3, "es wartet nichts"),
        (
            &["scan", "/nowhere/x.png"],
            1,
            "diese Datei gibt es nicht: prüfe den Pfad",
        ),
        (&["open", "/nowhere/x"], 3, "diese Datei gibt es nicht"),
        (
            &["invite", "--expires", "8x"],
            2,
            "schreibe es wie 90s, 30m, 2h oder 7d",
        ),
        (
            &["invite", "--link-base", "x"],
            2,
            "schreibe es wie https://handfast.example/",
        ),
        (
            &["network", "--stun", "a b"],
            2,
            "ein Server ist ein Name oder eine Adresse",
        ),
        (
            &["invite", "--nein"],
            2,
            "hier gibt es kein Argument --nein",
        ),
        (
            &["invite", "--ask", "a", "--lock", "b"],
            2,
            "geht nicht zusammen mit",
        ),
        (&["seal"], 2, "es fehlt: <PFAD|->"),
        (&["nichts"], 2, "es gibt keinen Befehl nichts"),
    ] {
        let outcome = german(args);
        let english = run_in("C", args);
        assert_eq!(outcome.status, english.status, "{args:?}: {outcome:?}");
        assert_eq!(outcome.status, Some(status), "{args:?}: {outcome:?}");
        assert!(
            folded(&outcome.stderr).contains(said),
            "{args:?}: {outcome:?}"
        );
        assert!(
            !folded(&english.stderr).contains(said),
            "{args:?}: {english:?}"
        );
    }
}

#[test]
fn what_programs_read_is_english_in_every_locale() {
    let outcome = german(&["join", "--json", "--yes", "hallo"]);
    let line: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("an object");
    assert_eq!(line["kind"], "not_a_token");
    let text = line["text"].as_str().expect("a sentence");
    assert!(
        text.starts_with("there is no invitation or reply in that"),
        "{text}"
    );
}

#[test]
fn two_meet_in_german_and_every_line_fits_the_screen() {
    let folder = Folder::new();
    let downloads = folder.path("downloads");
    let mut host = speaking("de_DE.UTF-8", &folder)
        .args(["invite", "--loopback", "--link-only", "--name", "Ana"])
        .args([
            "--ask",
            "Wie hieß der Hund?",
            "--answer-file",
            &answer(&folder),
        ])
        .args(["--downloads", &downloads])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut output = BufReader::new(host.stdout.take().expect("piped"));
    let link = line_with(&mut output, "https://");
    let guest = run_as(
        &[
            "join",
            "--loopback",
            "--yes",
            "--name",
            "Ben",
            "--answer-file",
            &answer(&folder),
            "--downloads",
            &downloads,
            &link,
        ],
        |command| {
            command.env("LC_ALL", "de_DE.UTF-8");
        },
    );
    assert_eq!(guest.status, Some(0), "{guest:?}");
    let until = Instant::now() + 3 * SOON;
    while host.try_wait().expect("a child of ours").is_none() {
        assert!(Instant::now() < until, "the host goes on alone");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut told = String::new();
    let errors = host.stderr.as_mut().expect("piped");
    errors.read_to_string(&mut told).expect("UTF-8");
    for part in [
        "Noch gültig: 10 Minuten, für einen Gast.",
        "Es wird gewartet. Lass den Code scannen oder sende den Link.",
        "Deine Frage wird beantwortet.",
        "Du bist mit „Ben“ verbunden.",
        "Die andere Seite wusste die Antwort.",
        "„Ben“ ist gegangen.",
    ] {
        assert!(folded(&told).contains(part), "{part}: {told}");
    }
    for part in ["Du bist mit „Ana“ verbunden.", "Du bist gegangen."] {
        assert!(folded(&guest.stderr).contains(part), "{part}: {guest:?}");
    }
    for line in told.lines().chain(guest.stderr.lines()) {
        assert!(line.chars().count() <= 80, "too wide: {line}");
    }
}

/// What was said, without the breaks that the margin makes.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn answer(folder: &Folder) -> String {
    let file = folder.path("answer.txt");
    std::fs::write(&file, "Winnetou\n").expect("a file");
    file
}

/// The next line with this in it.
fn line_with(output: &mut BufReader<ChildStdout>, part: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(output.read_line(&mut line).expect("UTF-8"), 0, "no {part}");
        if line.contains(part) {
            return line.trim().to_owned();
        }
    }
}
