//! Locking files: there and back, wrong answers, and everything a person or an attacker can hand in.

use crate::peer::{Folder, Outcome, Peer, SOON, program};
use handfast_native::seal::{
    About, Answers, Cost, Credential, FileName, Header, Kind, Limits, Lock, MediaType, Profile,
    Question, Questions, seal_bytes,
};
use handfast_native::token::kdf;
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const QUESTION: &str = "Which boat did we take?";

/// Cheap for this machine to open, and allowed. The program itself never writes this.
const CHEAP: Cost = Cost {
    memory_kib: 19 << 10,
    passes: 1,
    lanes: 1,
};

/// Runs the program with something on its standard input.
fn run_with(input: &[u8], args: &[&str]) -> Outcome {
    let mut child = Command::new(program())
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    // A program that ends early does not read it.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn seal(answer: &str, args: &[&str]) -> Outcome {
    run_with(
        answer.as_bytes(),
        &[&["seal", "--answer-file", "-"], args].concat(),
    )
}

fn open(answer: &str, args: &[&str]) -> Outcome {
    run_with(
        answer.as_bytes(),
        &[&["open", "--answer-file", "-"], args].concat(),
    )
}

/// Asserts that it was refused with this status and word, and left a sentence that says what to do.
fn refused(outcome: &Outcome, status: i32, kind: &str) {
    assert_eq!(outcome.status, Some(status), "{kind}: {outcome:?}");
    let line = outcome.stdout.lines().last().unwrap_or_default();
    let line: Value = serde_json::from_str(line).expect("an object");
    assert_eq!(line["kind"], kind, "{outcome:?}");
    assert_eq!(line["status"], status);
    let text = line["text"].as_str().expect("a sentence");
    assert!(text.contains(": "), "one thing to try: {text}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A folder with a locked file in it, and the path of that.
fn locked(folder: &Folder, content: &[u8]) -> String {
    let path = folder.path("letter.txt");
    fs::write(&path, content).expect("written");
    let outcome = seal("Nordwind", &[&path, "-q", QUESTION]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    fs::remove_file(&path).expect("removed");
    format!("{path}.handfast")
}

#[test]
fn a_file_goes_there_and_back() {
    let folder = Folder::new();
    let content = noise(700_000);
    let file = locked(&folder, &content);
    let overhead = fs::metadata(&file).expect("there").len() as usize - content.len();
    // The rest is padding: Padmé adds less than 3 % here.
    let fixed = 96 + QUESTION.len() + 3 + 21 + 11 + 16 * (content.len() >> 16);
    assert!(
        (fixed..fixed + content.len() / 33).contains(&overhead),
        "{overhead}"
    );
    let outcome = open("  nordWIND \n", &[&file, "--json"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let line = outcome.stdout.lines().last().expect("a line");
    let told: Value = serde_json::from_str(line).expect("an object");
    assert_eq!(told["event"], "unsealed");
    assert_eq!(told["bytes"], content.len());
    let opened = told["path"].as_str().expect("a path");
    assert_eq!(opened, folder.path("letter.txt"));
    assert_eq!(fs::read(opened).expect("there"), content);
    // A second time it would overwrite.
    refused(&open("nordwind", &[&file, "--json"]), 9, "exists");
    let elsewhere = folder.path("elsewhere");
    assert_eq!(open("nordwind", &[&file, "-o", &elsewhere]).status, Some(0));
    assert_eq!(fs::read(elsewhere).expect("there"), content);
    assert_eq!(
        names(Path::new(&folder.path(""))),
        ["elsewhere", "letter.txt", "letter.txt.handfast"]
    );
}

#[test]
fn a_folder_goes_there_and_back_without_its_links() {
    let folder = Folder::new();
    let root = folder.path("photos");
    fs::create_dir_all(format!("{root}/2026/none")).expect("made");
    fs::write(format!("{root}/2026/a.jpg"), noise(200_000)).expect("written");
    fs::write(format!("{root}/list"), "one\n".repeat(9000)).expect("written");
    std::os::unix::fs::symlink("/etc/passwd", format!("{root}/link")).expect("made");
    let outcome = seal("Nordwind", &[&root, "-q", QUESTION]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("Left out") && outcome.stderr.contains("link"));
    let sealed = format!("{root}.handfast");
    let new = folder.path("new");
    let outcome = open("Nordwind", &[&sealed, "-o", &new]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(names(Path::new(&new)), ["2026", "list"]);
    assert_eq!(names(Path::new(&format!("{new}/2026"))), ["a.jpg", "none"]);
    assert_eq!(
        fs::read(format!("{new}/2026/a.jpg")).expect("there"),
        noise(200_000)
    );
    assert_eq!(
        names(Path::new(&folder.path(""))),
        ["new", "photos", "photos.handfast"]
    );
}

#[test]
fn a_text_goes_through_a_messenger_and_needs_its_code() {
    let folder = Folder::new();
    let answers = folder.path("answers");
    fs::write(&answers, "Nordwind\n").expect("written");
    let args = [
        "seal",
        "-",
        "--text",
        "--json",
        "--code",
        "-q",
        QUESTION,
        "--answer-file",
        &answers,
    ];
    let outcome = run_with("see you at 8".as_bytes(), &args);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let told: Value =
        serde_json::from_str(outcome.stdout.lines().last().expect("a line")).expect("an object");
    let text = told["text"].as_str().expect("a text");
    assert!(text.starts_with("hfs1:") && text.len() < 400);
    let quoted = format!("> {}\n> {}\n", &text[..50], &text[50..]);
    for (code, name) in [("code", "a"), ("code_words", "b")] {
        let code = told[code].as_str().expect("a code").to_lowercase();
        let file = folder.path("code.txt");
        fs::write(&file, code).expect("written");
        let place = folder.path(name);
        let outcome = open("Nordwind", &[&quoted, "--code-file", &file, "-o", &place]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(fs::read(place).expect("there"), b"see you at 8");
    }
    let wrong = folder.path("wrong.txt");
    fs::write(&wrong, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA").expect("written");
    let place = folder.path("c");
    let args = [text, "--code-file", &wrong, "-o", &place, "--json"];
    refused(&open("Nordwind", &args), 7, "wrong_answer");
    fs::write(&wrong, "not a code").expect("written");
    refused(&open("Nordwind", &args), 3, "not_a_code");
    let without = [
        "open",
        text,
        "--answer-file",
        &answers,
        "-o",
        &place,
        "--json",
    ];
    refused(&run_with(b"", &without), 2, "answer_needed");
    let cut = &text[..text.len() - 3];
    refused(
        &open("Nordwind", &[cut, "-o", &place, "--json"]),
        3,
        "damaged",
    );
    assert!(!Path::new(&place).exists());
}

#[test]
fn a_picture_says_how_it_may_be_sent_and_opens_again() {
    let folder = Folder::new();
    let (short, long) = (b"see you at 8".to_vec(), noise(70_000));
    for (content, says) in [(short, "is a code"), (long, "as a file")] {
        let (plain, picture) = (folder.path("plain"), folder.path("picture"));
        fs::write(&plain, &content).expect("written");
        let outcome = seal(
            "Nordwind",
            &[&plain, "-q", QUESTION, "--png", "-o", &picture],
        );
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert!(outcome.stderr.contains(says), "{outcome:?}");
        let bytes = fs::read(&picture).expect("there");
        assert!(bytes.starts_with(b"\x89PNG"));
        let opened = folder.path("opened");
        let outcome = open("Nordwind", &[&picture, "-o", &opened]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(fs::read(&opened).expect("there"), content);
        for path in [plain, picture, opened] {
            fs::remove_file(path).expect("removed");
        }
    }
    fs::write(folder.path("noise"), noise(65 << 20)).expect("written");
    let args = [&folder.path("noise"), "-q", QUESTION, "--png", "--json"];
    refused(&seal("Nordwind", &args), 3, "bad_input");
    assert_eq!(names(Path::new(&folder.path(""))), ["noise"]);
}

#[test]
fn what_can_be_known_without_the_answer_is_told() {
    let folder = Folder::new();
    let file = locked(&folder, &noise(5000));
    let outcome = run_with(b"", &["inspect", &file]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for part in [QUESTION, "64 MiB", "1800 tries"] {
        assert!(outcome.stdout.contains(part), "{part}: {outcome:?}");
    }
    assert!(!outcome.stdout.contains("letter"), "the name is locked too");
    let outcome = run_with(
        &fs::read(&file).expect("there"),
        &["inspect", "-", "--json"],
    );
    let told: Value = serde_json::from_str(&outcome.stdout).expect("an object");
    assert_eq!(told["questions"][0], QUESTION);
    assert_eq!(told["argon2"]["passes"], 3);
    assert_eq!(told["code_needed"], false);
    let outcome = run_with(b"", &["inspect", &file, "--json"]);
    let told: Value = serde_json::from_str(&outcome.stdout).expect("an object");
    let content = told["content_bytes"].as_u64().expect("a number");
    assert!((5000..5700).contains(&content), "{content}");
}

#[test]
fn an_answer_that_protects_nothing_is_not_taken() {
    let folder = Folder::new();
    let path = folder.path("letter.txt");
    fs::write(&path, "hello").expect("written");
    for answer in [
        "password",
        "blue",
        "x",
        "boat",
        " \u{200b} ",
        &"x".repeat(513),
    ] {
        let outcome = seal(answer, &[&path, "-q", QUESTION, "--json"]);
        refused(&outcome, 3, "answer_refused");
    }
    refused(&seal("", &[&path, "--json"]), 2, "answer_needed");
    let two = seal("one\ntwo\n", &[&path, "-q", QUESTION, "--json"]);
    refused(&two, 3, "answer_count");
    let nobody = run_with(b"", &["seal", &path, "-q", QUESTION, "--json"]);
    refused(&nobody, 2, "answer_needed");
    let weak = seal("Nordwind", &[&path, "-q", QUESTION]);
    assert_eq!(weak.status, Some(0));
    assert!(
        weak.stderr.contains("Weak") && weak.stderr.contains("1800"),
        "{weak:?}"
    );
    assert_eq!(
        names(Path::new(&folder.path(""))),
        ["letter.txt", "letter.txt.handfast"]
    );
}

#[test]
fn odd_inputs_to_seal_are_refused() {
    let folder = Folder::new();
    let file = locked(&folder, b"hello");
    let sealed_again = file.strip_suffix(".handfast").expect("its name");
    fs::write(sealed_again, "hello").expect("written");
    refused(&seal("Nordwind", &[sealed_again, "--json"]), 9, "exists");
    refused(
        &seal(
            "Nordwind",
            &["/dev/null", "--json", "-o", &folder.path("a")],
        ),
        3,
        "not_a_file",
    );
    refused(
        &seal("Nordwind", &[&folder.path("none"), "--json"]),
        3,
        "bad_input",
    );
    let nowhere = folder.path("none/x.handfast");
    refused(
        &seal("Nordwind", &[sealed_again, "--json", "-o", &nowhere]),
        9,
        "not_stored",
    );
    refused(&seal("Nordwind", &["-", "--json"]), 2, "usage");
    let argument = run_with(b"", &["seal", sealed_again, "--answer", "Nordwind"]);
    assert_eq!(argument.status, Some(2), "an answer is never an argument");
    assert_eq!(
        names(Path::new(&folder.path(""))),
        ["letter.txt", "letter.txt.handfast"]
    );
}

#[test]
fn whatever_does_not_open_leaves_nothing_behind() {
    let folder = Folder::new();
    let file = locked(&folder, &noise(400_000));
    let good = fs::read(&file).expect("there");
    let place = folder.path("out");
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        fs::write(&file, bytes).expect("written");
        open("Nordwind", &[&file, "-o", &place, "--json"])
    };
    let set = |at: usize, to: &'static [u8]| {
        move |b: &mut Vec<u8>| b[at..at + to.len()].copy_from_slice(to)
    };
    refused(
        &open("Nordlicht", &[&file, "-o", &place, "--json"]),
        7,
        "wrong_answer",
    );
    refused(&with(&|b| b[20] ^= 1), 7, "wrong_answer");
    refused(&with(&|b| b.truncate(b.len() - 1)), 3, "damaged");
    refused(&with(&|b| b.truncate(300_000)), 3, "damaged");
    refused(&with(&|b| b.truncate(70)), 3, "damaged");
    refused(&with(&|b| b.truncate(2)), 3, "not_locked");
    refused(&with(&|b| b.push(0)), 3, "damaged");
    refused(&with(&|b| b[200_000] ^= 4), 3, "damaged");
    refused(&with(&set(3, b"2")), 3, "newer_version");
    refused(&with(&set(8, &[0, 0, 64, 0])), 8, "too_expensive");
    refused(&with(&set(12, &[255])), 8, "too_expensive");
    refused(&with(&set(14, &[0xe8, 0xfd])), 3, "damaged");
    refused(&with(&set(4, &[1])), 3, "not_a_file");
    refused(&open("Nordwind", &["/dev/zero", "--json"]), 3, "not_a_file");
    refused(
        &open("Nordwind", &[&folder.path("none"), "--json"]),
        3,
        "not_locked",
    );
    assert_eq!(names(Path::new(&folder.path(""))), ["letter.txt.handfast"]);
}

/// Opens a container that this program did not write.
fn open_foreign(folder: &Folder, container: &[u8]) -> Outcome {
    let file = folder.path("foreign.handfast");
    fs::write(&file, container).expect("written");
    open("Nordwind", &[&file, "--json"])
}

fn header() -> Header {
    let question = Question::new(QUESTION).expect("a question");
    Header {
        kind: Kind::File,
        lock: Lock::Answers {
            cost: CHEAP,
            profile: Profile::Two,
            with_code: false,
            questions: Questions::new(vec![question]).expect("one"),
        },
        salt: [5; 32],
    }
}

/// A container by another writer, after docs/protocol.md, around whatever is to be inside.
fn around(inside: &[u8]) -> Vec<u8> {
    use argon2::{Algorithm, Argon2, Params, Version};
    use chacha20poly1305::aead::Aead;
    use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
    let front = header().to_bytes();
    let mut master = [0; 32];
    let params = Params::new(CHEAP.memory_kib, 1, 1, Some(32)).expect("good");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(b"HFS1\x02\x01\x08\x00nordwind", &[5; 32], &mut master)
        .expect("a key");
    let commitment = kdf(&master, "HFS1 commitment", &[&front]);
    let key = kdf(&master, "HFS1 payload", &[&front, commitment.expose()]);
    let cipher = ChaCha20Poly1305::new(key.expose().into());
    let mut container = [&front[..], commitment.expose()].concat();
    let chunks: Vec<&[u8]> = inside.chunks(65_536).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
        nonce[11] = u8::from(number + 1 == chunks.len());
        container.extend(cipher.encrypt(&nonce.into(), *chunk).expect("sealed"));
    }
    container
}

fn padded(mut inside: Vec<u8>) -> Vec<u8> {
    let length = inside.len();
    let exponent = length.ilog2();
    let step = 1 << (exponent - exponent.ilog2() - 1);
    inside.resize(length.next_multiple_of(step), 0);
    inside
}

fn compressed(declared: u64, frame: &[u8]) -> Vec<u8> {
    let mut inside = vec![1];
    inside.extend(declared.to_le_bytes());
    inside.extend([3, 0, b'z', b'i', b'p', 0, 0]);
    inside.extend((frame.len() as u64).to_le_bytes());
    inside.extend(frame);
    padded(inside)
}

fn zeros(length: u64, window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.window_log(window_log).expect("a window");
    std::io::copy(&mut std::io::repeat(0).take(length), &mut encoder).expect("compressed");
    encoder.finish().expect("a frame")
}

#[test]
fn another_writer_is_understood_and_its_bombs_are_not() {
    let folder = Folder::new();
    let mib = 1 << 20;
    let honest = zeros(8 * mib, 20);
    let outcome = open_foreign(&folder, &around(&compressed(8 * mib, &honest)));
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let out = folder.path("zip");
    assert_eq!(fs::metadata(&out).expect("there").len(), 8 * mib);
    fs::remove_file(&out).expect("removed");
    for (inside, status, kind) in [
        // More comes out than was declared, at a ratio of thousands.
        (compressed(mib, &zeros(600 * mib, 20)), 3, "damaged"),
        (compressed(9 * mib, &honest), 3, "damaged"),
        (compressed(17 << 30, &honest), 8, "too_expensive"),
        (compressed(u64::MAX, &honest), 8, "too_expensive"),
        // A window of 128 MiB.
        (compressed(200 * mib, &zeros(200 * mib, 27)), 3, "damaged"),
    ] {
        refused(&open_foreign(&folder, &around(&inside)), status, kind);
        assert_eq!(names(Path::new(&folder.path(""))), ["foreign.handfast"]);
    }
}

fn named(name: &str, media_type: Option<&str>, content: &[u8]) -> Vec<u8> {
    let credential = Credential::Answers {
        answers: Answers::new(&["Nordwind"]).expect("an answer"),
        code: None,
    };
    let about = About {
        name: FileName::new(name).ok(),
        media_type: media_type.map(|kind| MediaType::new(kind).expect("a type")),
    };
    seal_bytes(&header(), &credential, &Limits::DESKTOP, &about, content).expect("sealed")
}

#[test]
fn a_hostile_name_stays_beside_the_locked_file() {
    let folder = Folder::new();
    for (name, stored) in [
        ("../../escape", "escape"),
        ("/tmp/handfast-escape", "handfast-escape"),
        ("..", "file"),
        ("..\\..\\escape", "..\\..\\escape"),
        (".env", ".env"),
    ] {
        let outcome = open_foreign(&folder, &named(name, None, b"hello"));
        assert_eq!(outcome.status, Some(0), "{name}: {outcome:?}");
        let is_told = outcome.stdout.contains("It was called");
        assert_eq!(is_told, name != stored, "{outcome:?}");
        let found = names(Path::new(&folder.path("")));
        assert!(
            found.len() == 2 && found.iter().any(|name| name == stored),
            "{name}: {found:?}"
        );
        fs::remove_file(folder.path(stored)).expect("there");
    }
}

/// A tape archive (POSIX ustar) with one empty entry.
fn archive(kind: u8, path: &str, link: &str) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..path.len()].copy_from_slice(path.as_bytes());
    block[100..108].copy_from_slice(b"0000600\0");
    block[124..136].copy_from_slice(b"00000000000\0");
    block[136..148].copy_from_slice(b"00000000000\0");
    block[148..156].copy_from_slice(b"        ");
    block[156] = kind;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.resize(512 + 1024, 0);
    block
}

#[test]
fn a_hostile_folder_is_not_unpacked() {
    let folder = Folder::new();
    let kind = Some("application/vnd.handfast.folder+tar");
    let of = |archive: &[u8]| open_foreign(&folder, &named("f", kind, archive));
    let good = of(&archive(b'0', "a", ""));
    assert_eq!(good.status, Some(0), "{good:?}");
    assert_eq!(names(Path::new(&folder.path("f"))), ["a"]);
    fs::remove_dir_all(folder.path("f")).expect("there");
    for (kind, path, link) in [
        (b'0', "../a", ""),
        (b'0', "/tmp/handfast-escape", ""),
        (b'2', "a", "/etc/passwd"),
        (b'1', "a", "/etc/passwd"),
        (b'3', "a", ""),
        (b'6', "a", ""),
    ] {
        refused(&of(&archive(kind, path, link)), 3, "unsafe_folder");
        assert_eq!(names(Path::new(&folder.path(""))), ["foreign.handfast"]);
    }
    refused(&of(&noise(2000)), 3, "damaged");
    refused(&of(&archive(b'0', "a", "")[..300]), 3, "damaged");
    assert_eq!(names(Path::new(&folder.path(""))), ["foreign.handfast"]);
}

/// Runs the program where `at` is a file system of its own; None if this user may not make one.
fn on_own_disk(at: &str, options: &str, command: &str) -> Option<Outcome> {
    on_medium(
        &format!("mount -t tmpfs -o {options} none '{at}'"),
        at,
        command,
    )
}

/// Runs the program where something is mounted at `at`, and names what is there afterwards; None if it cannot be.
fn on_medium(mount: &str, at: &str, command: &str) -> Option<Outcome> {
    let script = format!(
        "{mount} || exit 77; {command}; code=$?; ls -A '{at}' >&2; umount '{at}'; exit $code"
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .ok()?;
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let outcome = Outcome {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    (outcome.status != Some(77) && !outcome.stderr.contains("unshare")).then_some(outcome)
}

#[test]
#[allow(clippy::print_stdout)]
fn a_full_or_protected_disk_is_told_apart_and_stays_clean() {
    let folder = Folder::new();
    let content = noise(3 << 20);
    let file = locked(&folder, &content);
    let plain = folder.path("plain");
    fs::write(&plain, &content).expect("written");
    let answers = folder.path("answers");
    fs::write(&answers, "Nordwind").expect("written");
    let disk = folder.path("disk");
    fs::create_dir(&disk).expect("made");
    let program = program().to_string_lossy();
    for (options, kind) in [("size=1m", "no_space"), ("size=1m,ro", "no_permission")] {
        for command in [
            format!("'{program}' open '{file}' -o '{disk}/x'"),
            format!("'{program}' seal '{plain}' -o '{disk}/x' -q '{QUESTION}'"),
        ] {
            let command = format!("{command} --json --answer-file '{answers}'");
            let Some(outcome) = on_own_disk(&disk, options, &command) else {
                println!("skipped: no file systems of our own");
                return;
            };
            refused(&outcome, 9, kind);
            assert_eq!(outcome.stderr, "", "nothing is left there");
        }
    }
    // What becomes small enough is not refused for what it was.
    fs::write(&plain, vec![7; 3 << 20]).expect("written");
    let seal = format!("'{program}' seal '{plain}' -o '{disk}/x' -q '{QUESTION}'");
    let command = format!("{seal} --json --answer-file '{answers}'");
    let outcome = on_own_disk(&disk, "size=1m", &command).expect("as before");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
}

#[test]
#[allow(clippy::print_stdout)]
fn who_cannot_store_files_hears_it_before_anybody_is_there() {
    let folder = Folder::new();
    let disk = folder.path("disk");
    fs::create_dir(&disk).expect("made");
    let program = program().to_string_lossy();
    for place in ["", "/not/there/yet"] {
        let command = format!(
            "timeout 5 '{program}' invite --incognito --loopback --json --downloads '{disk}{place}'"
        );
        let Some(outcome) = on_own_disk(&disk, "size=1m,ro", &command) else {
            println!("skipped: no file systems of our own");
            return;
        };
        let first = outcome.stdout.lines().next().unwrap_or_default();
        assert!(
            first.contains("note") && first.contains(&format!("{disk}{place}:")),
            "{outcome:?}"
        );
    }
}

#[test]
#[allow(clippy::print_stdout)]
fn a_medium_without_hard_links_takes_what_is_locked_and_what_is_opened() {
    let folder = Folder::new();
    let (card, image) = (folder.path("card"), folder.path("image"));
    fs::create_dir(&card).expect("made");
    let blank = fs::File::create(&image).expect("made");
    blank.set_len(32 << 20).expect("sparse");
    let is_formatted = Command::new("mkfs.exfat").arg(&image).output();
    if !is_formatted.is_ok_and(|output| output.status.success()) {
        println!("skipped: no mkfs.exfat");
        return;
    }
    let mount = format!("mount -t exfat-fuse -o loop '{image}' '{card}' >/dev/null 2>&1");
    // It is a medium without hard links, or this would show nothing.
    let linked = format!("touch '{card}/a'; ln '{card}/a' '{card}/b' 2>/dev/null; rm '{card}/a'");
    let Some(outcome) = on_medium(&mount, &card, &format!("{linked}; true")) else {
        println!("skipped: no exFAT for this user");
        return;
    };
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));

    let (plain, tree) = (folder.path("plain"), folder.path("tree"));
    fs::write(&plain, noise(300_000)).expect("written");
    fs::create_dir_all(folder.path("tree/deep")).expect("made");
    fs::write(folder.path("tree/deep/a"), "1").expect("written");
    let answers = folder.path("answers");
    fs::write(&answers, "Nordwind").expect("written");
    let program = program().to_string_lossy();
    let with = format!(
        "--json --answer-file '{answers}' >>'{}'",
        folder.path("told")
    );
    let command = [
        format!("seal '{plain}' -o '{card}/plain.handfast' -q '{QUESTION}'"),
        format!("open '{card}/plain.handfast' -o '{card}/opened'"),
        format!("seal '{tree}' -o '{card}/tree.handfast' -q '{QUESTION}'"),
        format!("open '{card}/tree.handfast' -o '{card}/grown'"),
    ]
    .map(|command| format!("'{program}' {command} {with}"))
    .join(" && ");
    let same = format!("cmp '{plain}' '{card}/opened' && diff -r '{tree}' '{card}/grown'");
    let outcome = on_medium(&mount, &card, &format!("{command} && {same}")).expect("as before");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let there: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(
        there,
        ["grown", "opened", "plain.handfast", "tree.handfast"]
    );
}

#[test]
fn what_a_killed_open_left_is_removed_by_the_next_one() {
    let folder = Folder::new();
    let path = folder.path("large");
    fs::write(&path, noise(20 << 20)).expect("written");
    let answers = folder.path("answers");
    fs::write(&answers, "Nordwind").expect("written");
    let outcome = seal("Nordwind", &[&path, "-q", QUESTION]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    fs::remove_file(&path).expect("removed");
    let sealed = format!("{path}.handfast");
    let home = folder.path("");
    let home = Path::new(&home);
    let is_left = |name: &String| name.starts_with(".handfast-");
    let mut child = Command::new(program())
        .args(["open", &sealed, "--answer-file", &answers])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let size = |name: &String| fs::metadata(home.join(name)).map_or(0, |about| about.len());
    let is_writing = || {
        names(home)
            .iter()
            .any(|name| is_left(name) && size(name) > 0)
    };
    while !is_writing() {
        assert_eq!(child.try_wait().expect("ours"), None, "it ended too soon");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().expect("ours");
    child.wait().expect("ours");
    assert!(names(home).iter().any(is_left), "it was killed half-way");
    // A wrong answer is enough: nothing is written then.
    let outcome = open("Suedwind", &[&sealed, "--json"]);
    refused(&outcome, 7, "wrong_answer");
    assert_eq!(names(home), ["answers", "large.handfast"]);
}

/// The program as a user who may not do everything; None unless this one may become another.
fn seal_as_nobody(args: &[&str]) -> Option<Outcome> {
    use std::os::unix::process::CommandExt;
    let output = Command::new(program())
        .arg("seal")
        .args(args)
        .uid(65534)
        .gid(65534)
        .env("HOME", "/nonexistent")
        .output()
        .ok()?;
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Some(Outcome {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    })
}

#[test]
#[allow(clippy::print_stdout)]
fn among_many_files_the_one_that_may_not_be_read_is_named_and_left_out() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let root = folder.path("many");
    fs::create_dir(&root).expect("made");
    for number in 0..50 {
        fs::write(format!("{root}/{number}"), "one").expect("written");
    }
    fs::create_dir(format!("{root}/closed")).expect("made");
    let answers = folder.path("answers");
    fs::write(&answers, "Nordwind").expect("written");
    let mode = |path: &str, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
    };
    mode(&folder.path(""), 0o777);
    mode(&format!("{root}/17"), 0o000);
    mode(&format!("{root}/closed"), 0o000);
    let given = ["-q", QUESTION, "--answer-file", &answers];
    let Some(strict) = seal_as_nobody(&[&[&root, "--strict", "--json"], &given[..]].concat())
    else {
        println!("skipped: needs root");
        return;
    };
    refused(&strict, 3, "bad_input");
    assert!(strict.stdout.contains("many/17: "), "{strict:?}");
    let outcome = seal_as_nobody(&[&[&root[..]], &given[..]].concat()).expect("as before");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("Left out"), "{outcome:?}");
    assert!(outcome.stderr.contains("17, closed"), "{outcome:?}");
    let new = folder.path("new");
    let opened = open("Nordwind", &[&format!("{root}.handfast"), "-o", &new]);
    assert_eq!(opened.status, Some(0), "{opened:?}");
    let there = names(Path::new(&new));
    assert_eq!(there.len(), 49);
    assert!(!there.contains(&"17".to_owned()) && !there.contains(&"closed".to_owned()));
}

#[test]
#[allow(clippy::print_stdout)]
fn a_folder_that_takes_nothing_is_named_before_anything_is_asked() {
    let folder = Folder::new();
    let file = locked(&folder, b"hello");
    let plain = folder.path("plain");
    fs::write(&plain, b"hello").expect("written");
    let disk = folder.path("disk");
    fs::create_dir(&disk).expect("made");
    let program = program().to_string_lossy();
    for command in [
        format!("'{program}' open '{file}' -o '{disk}' --json"),
        format!("'{program}' seal '{plain}' -o '{disk}/x' --json -q '{QUESTION}'"),
    ] {
        // There is no answer, so whoever asks for one first fails for that.
        let command = format!("{command} </dev/null");
        let Some(outcome) = on_own_disk(&disk, "size=1m,ro", &command) else {
            println!("skipped: no file systems of our own");
            return;
        };
        refused(&outcome, 9, "no_permission");
        assert!(outcome.stdout.contains(&disk), "{outcome:?}");
    }
}

#[test]
fn an_interrupt_leaves_nothing_half_done() {
    let folder = Folder::new();
    let path = folder.path("large");
    let large = fs::File::create(&path).expect("made");
    large.set_len(8 << 30).expect("sparse");
    let answers = folder.path("answers");
    fs::write(&answers, "Nordwind").expect("written");
    let args = [
        "seal",
        &path,
        "-q",
        QUESTION,
        "--json",
        "--answer-file",
        &answers,
    ];
    // Ctrl-C, a system that shuts down, and somebody who does not wait for the clean end.
    for signals in [
        &["INT"][..],
        &["TERM"],
        &["HUP"],
        &["INT", "INT"],
        &["TERM", "INT"],
    ] {
        let mut sealing = Peer::start(&args);
        sealing.until("seal_progress");
        signals.iter().for_each(|name| sealing.signal(name));
        assert_eq!(sealing.end(SOON), Some(130), "{signals:?}");
        assert_eq!(
            names(Path::new(&folder.path(""))),
            ["answers", "large"],
            "{signals:?}"
        );
    }
}

/// A person at a terminal, who reads what it says and types.
#[cfg(target_os = "linux")]
struct Terminal {
    child: std::process::Child,
    said: std::process::ChildStdout,
}

#[cfg(target_os = "linux")]
impl Terminal {
    /// `script`, which every Debian has, holds the terminal.
    fn run(command: &str) -> Self {
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", command, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script starts");
        let said = child.stdout.take().expect("piped");
        Self { child, said }
    }

    /// Reads up to and with these words.
    fn hear(&mut self, words: &str) {
        let (mut heard, mut byte) = (Vec::new(), [0]);
        while !heard.ends_with(words.as_bytes()) {
            let heard_one = self.said.read(&mut byte).expect("readable") == 1;
            assert!(heard_one, "{}", String::from_utf8_lossy(&heard));
            heard.push(byte[0]);
        }
    }

    fn type_in(&mut self, line: &str) {
        let keys = self.child.stdin.as_mut().expect("piped");
        writeln!(keys, "{line}").expect("typed");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_mistypes_an_answer_is_asked_again() {
    let folder = Folder::new();
    let (plain, locked) = (folder.path("notes.txt"), folder.path("locked"));
    fs::write(&plain, "at the harbour").expect("written");
    let sealed = seal("Esmeralda", &[&plain, "-q", QUESTION, "-o", &locked]);
    assert_eq!(sealed.status, Some(0), "{}", sealed.stderr);
    fs::remove_file(&plain).expect("removed");
    let command = format!("'{}' open '{locked}'", program().display());
    let mut terminal = Terminal::run(&command);
    for answer in ["Esmerelda", "the red one", "esmeralda"] {
        terminal.hear("(not shown):");
        terminal.type_in(answer);
    }
    let mut rest = String::new();
    terminal.said.read_to_string(&mut rest).expect("text");
    assert!(terminal.child.wait().expect("ends").success(), "{rest}");
    let opened = fs::read_to_string(&plain).expect("opened");
    assert_eq!(opened, "at the harbour");
}
