//! The store under everything that may happen to its files: each case has its own error, and
//! nothing that was in the store is lost.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests

use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
use handfast_store::{
    Contact, KeptEntry, KeyFile, KeyStore, KeyStoreError, LogLine, Place, Setting, Store,
    StoreError,
};
use handfast_token::{Secret, random_bytes};
use rusqlite::Connection;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many entries a filled store has.
const SAID: u64 = 40;

/// Names what a child process of these tests does; without it a test is not a child.
const CHILD: &str = "HANDFAST_STORE_CHILD";
const FOLDER: &str = "HANDFAST_STORE_FOLDER";

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name: String = random_bytes::<8>()
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let path = std::env::temp_dir().join(format!("handfast-store-{name}"));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn open(&self) -> Result<Store, StoreError> {
        open(&self.0)
    }

    /// A store with something in it, closed again, and its bytes.
    fn filled(&self) -> (PublicKey, Vec<u8>) {
        let store = self.open().unwrap();
        name(&store, "kept").unwrap();
        for key in 0..40 {
            meet(&store, contact(key)).unwrap();
        }
        for sequence in 1..=SAID {
            say(&store, sequence).unwrap();
        }
        let key = store.identity().public();
        drop(store);
        (key, std::fs::read(self.file("store")).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Path) -> Result<Store, StoreError> {
    Store::open(&folder.join("store"), &KeyFile::new(folder.join("key")))
}

fn contact(key: u8) -> Contact {
    let trust = Trust::because(TrustReason::Scanned);
    Contact::met(PublicKey([key; 32]), "Zoë", trust, u64::from(key))
}

fn name(store: &Store, name: &str) -> Result<(), StoreError> {
    store.batch(|batch| batch.set(Setting::Name, Some(name)))
}

fn name_of(store: &Store) -> Result<Option<String>, StoreError> {
    store.batch(|batch| batch.setting(Setting::Name))
}

fn meet(store: &Store, contact: Contact) -> Result<(), StoreError> {
    store.batch(|batch| batch.meet(contact)).map(drop)
}

fn contacts(store: &Store) -> Result<Vec<Contact>, StoreError> {
    store.batch(|batch| batch.contacts())
}

/// Somebody with whom there is a conversation.
const WITH: PublicKey = PublicKey([200; 32]);

/// The entry with this number in the one log of that conversation.
fn entry(sequence: u64) -> KeptEntry {
    let log = LogLine {
        author: WITH,
        counter: 1,
        random: [1; 8],
        line: 0,
    };
    KeptEntry {
        place: Place {
            lamport: sequence,
            log,
            sequence,
        },
        hash: [sequence as u8; 32],
        shown: sequence,
        head: vec![sequence as u8; 120],
        body: Some(format!("text {sequence} ").repeat(30).into_bytes()),
    }
}

fn say(store: &Store, sequence: u64) -> Result<(), StoreError> {
    store.batch(|batch| batch.add_entry(WITH, &entry(sequence)))
}

/// All entries, the first first.
fn said(store: &Store) -> Result<Vec<KeptEntry>, StoreError> {
    let entries = store.batch(|batch| batch.entries(WITH, None, usize::MAX))?;
    let entries: Result<Vec<_>, _> = entries.into_iter().rev().collect();
    entries.map_err(|_| StoreError::Damaged)
}

/// The entry that is last of that log, by what the store says.
fn last_said(store: &Store) -> Result<u64, StoreError> {
    let ends = store.batch(|batch| batch.log_ends(WITH))?;
    Ok(ends.first().map_or(0, |end| end.sequence))
}

/// The store does not open for this reason, and its file is as it was.
#[track_caller]
fn refused(folder: &Folder, why: StoreError) {
    let before = std::fs::read(folder.file("store")).unwrap();
    assert_eq!(folder.open().err(), Some(why));
    assert_eq!(std::fs::read(folder.file("store")).unwrap(), before);
}

/// This test binary, running one of its tests as a child of another.
fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, test)
        .env(FOLDER, folder)
        .stdin(Stdio::null());
    command
}

/// The folder to work on, if this process is that child.
fn child_folder(test: &str) -> Option<PathBuf> {
    let is_child = std::env::var(CHILD).is_ok_and(|name| name == test);
    is_child.then(|| std::env::var_os(FOLDER).unwrap().into())
}

#[test]
fn another_file_is_not_a_store() {
    let folder = Folder::new();
    folder.filled();
    std::fs::write(folder.file("store"), "Dear diary, ".repeat(1000)).unwrap();
    refused(&folder, StoreError::NotAStore);
    std::fs::remove_file(folder.file("store")).unwrap();
    let other = Connection::open(folder.file("store")).unwrap();
    other.execute_batch("CREATE TABLE diary (day)").unwrap();
    drop(other);
    refused(&folder, StoreError::NotAStore);
}

#[test]
fn a_store_that_was_cut_off_is_damaged_wherever_it_was_cut() {
    let folder = Folder::new();
    let (_, whole) = folder.filled();
    for length in [0, 1, 99, 1024, 4096, 5000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(folder.file("store"), &whole[..length]).unwrap();
        let before = std::fs::read(folder.file("store")).unwrap();
        let read = folder.open().and_then(|store| {
            contacts(&store)?;
            said(&store)
        });
        let error = read.err();
        assert!(
            matches!(error, Some(StoreError::Damaged | StoreError::NotAStore)),
            "{length} of {}: {error:?}",
            whole.len()
        );
        assert_eq!(std::fs::read(folder.file("store")).unwrap(), before);
    }
    std::fs::write(folder.file("store"), &whole).unwrap();
    let store = folder.open().unwrap();
    assert_eq!(contacts(&store).unwrap().len(), 40);
    assert_eq!(said(&store).unwrap().len(), SAID as usize);
}

/// How many of these changes of a filled store are noticed. The others are without effect.
fn noticed(changes: impl Iterator<Item = impl FnOnce(&mut Vec<u8>)>) -> usize {
    let folder = Folder::new();
    let (key, whole) = folder.filled();
    let mut noticed = 0;
    for change in changes {
        let mut changed = whole.clone();
        change(&mut changed);
        std::fs::write(folder.file("store"), &changed).unwrap();
        let read = folder.open().and_then(|store| {
            assert_eq!(store.identity().public(), key);
            let entries = said(&store);
            // Whatever became of what was said, it hinders nothing else.
            let rest = (name_of(&store)?, contacts(&store)?.len());
            assert_eq!(rest, (Some("kept".to_owned()), 40));
            let taken = say(&store, SAID + 1);
            let is_typed = matches!(taken, Ok(()) | Err(StoreError::Damaged));
            assert!(is_typed, "{taken:?}");
            entries
        });
        match read {
            Ok(entries) => assert_eq!(entries, (1..=SAID).map(entry).collect::<Vec<_>>()),
            Err(_) => noticed += 1,
        }
        let _ = std::fs::remove_file(folder.file("store-wal"));
        let _ = std::fs::remove_file(folder.file("store-shm"));
    }
    noticed
}

#[test]
fn a_changed_byte_is_noticed_or_without_effect() {
    let changes = (0..200).map(|step| {
        move |bytes: &mut Vec<u8>| {
            let at = step * bytes.len() / 200;
            bytes[at] ^= 0x10;
        }
    });
    let noticed = noticed(changes);
    // What is not noticed lies in space that is not used.
    assert!(noticed > 10, "{noticed}");
}

#[test]
fn a_torn_page_is_noticed_or_without_effect() {
    const PAGE: usize = 4096;
    let changes = (0..40).map(|number| {
        move |bytes: &mut Vec<u8>| {
            // The second half of a page was not written, or came from another.
            let pages = bytes.len() / PAGE;
            let torn = (number % pages) * PAGE + PAGE / 2;
            let other = ((number * 7 + 1) % pages) * PAGE + PAGE / 2;
            match number % 2 {
                0 => bytes[torn..torn + PAGE / 2].fill(0),
                _ => bytes.copy_within(other..other + PAGE / 2, torn),
            }
        }
    });
    let noticed = noticed(changes);
    assert!(noticed > 10, "{noticed}");
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let folder = Folder::new();
    folder.filled();
    let later = Connection::open(folder.file("store")).unwrap();
    later.pragma_update(None, "user_version", 1000).unwrap();
    drop(later);
    refused(&folder, StoreError::Newer);
}

#[test]
fn a_store_without_its_own_key_stays_closed() {
    let folder = Folder::new();
    let (identity, _) = folder.filled();
    let key = std::fs::read(folder.file("key")).unwrap();
    std::fs::remove_file(folder.file("key")).unwrap();
    refused(&folder, StoreError::KeyMissing);
    assert!(!folder.file("key").exists());
    KeyFile::new(folder.file("key"))
        .keep(&Secret::new([1; 32]))
        .unwrap();
    refused(&folder, StoreError::WrongKey);
    std::fs::write(folder.file("key"), &key[..31]).unwrap();
    refused(&folder, StoreError::KeyStore(KeyStoreError::Damaged));
    std::fs::write(folder.file("key"), &key).unwrap();
    assert_eq!(folder.open().unwrap().identity().public(), identity);
}

#[test]
fn a_key_is_made_once_and_for_its_owner() {
    let folder = Folder::new();
    let key_store = KeyFile::new(folder.file("key"));
    assert_eq!(key_store.key(), Ok(None));
    key_store.keep(&Secret::new([1; 32])).unwrap();
    let again = key_store.keep(&Secret::new([2; 32]));
    assert_eq!(again, Err(KeyStoreError::Occupied));
    assert_eq!(key_store.key(), Ok(Some(Secret::new([1; 32]))));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |mode| std::fs::Permissions::from_mode(mode);
        let about = folder.file("key").metadata().unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(folder.file("key"), mode(0o640)).unwrap();
        assert_eq!(key_store.key(), Err(KeyStoreError::Exposed));
        std::fs::set_permissions(folder.file("key"), mode(0o600)).unwrap();
        folder.open().unwrap();
        let about = folder.file("store").metadata().unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
}

#[cfg(unix)]
#[test]
fn a_store_whose_key_was_erased_opens_never_again_and_goes_without_a_trace() {
    let folder = Folder::new();
    folder.filled();
    let (path, key) = (folder.file("store"), folder.file("key"));
    // Whoever had the file open sees what became of its bytes.
    let mut open = std::fs::File::open(&key).unwrap();
    for _ in 0..2 {
        KeyFile::new(&key).erase().unwrap();
    }
    let mut left = Vec::new();
    open.read_to_end(&mut left).unwrap();
    assert_eq!(left, [0; 32]);
    refused(&folder, StoreError::KeyMissing);
    for _ in 0..2 {
        Store::remove(&path).unwrap();
    }
    let names = std::fs::read_dir(&folder.0).unwrap();
    assert_eq!(names.count(), 0);
}

#[test]
fn a_log_without_its_store_is_not_swallowed_by_a_new_one() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    name(&store, "in the log").unwrap();
    std::fs::rename(folder.file("store"), folder.file("away")).unwrap();
    assert_eq!(folder.open().err(), Some(StoreError::Damaged));
    std::fs::rename(folder.file("away"), folder.file("store")).unwrap();
    let name = name_of(&folder.open().unwrap());
    assert_eq!(name, Ok(Some("in the log".to_owned())));
}

#[test]
fn what_is_left_of_a_store_that_was_never_finished_is_not_taken_into_a_new_one() {
    let folder = Folder::new();
    let unfinished = Connection::open(folder.file("store.new")).unwrap();
    let statements = "PRAGMA journal_mode = wal; CREATE TABLE identity (row, value);";
    unfinished.execute_batch(statements).unwrap();
    let left = ["store.new", "store.new-wal"].map(|name| folder.file(name));
    let bytes = left.each_ref().map(|path| std::fs::read(path).unwrap());
    drop(unfinished);
    for (path, bytes) in left.iter().zip(bytes) {
        std::fs::write(path, bytes).unwrap();
    }
    let store = folder.open().unwrap();
    name(&store, "kept").unwrap();
    assert_eq!(name_of(&store), Ok(Some("kept".to_owned())));
    assert_eq!(left.map(|path| path.exists()), [false; 2]);
}

#[test]
fn a_store_that_another_holds_for_too_long_says_so() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let other = Connection::open(folder.file("store")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = name(&store, "late");
    assert_eq!(refused, Err(StoreError::InUse));
    other.execute_batch("ROLLBACK").unwrap();
    name(&store, "in time").unwrap();
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let folder = Folder::new();
    std::fs::write(folder.file("home"), "").unwrap();
    let error = open(&folder.file("home")).err();
    assert!(
        matches!(error, Some(StoreError::Unreachable(_))),
        "{error:?}"
    );
}

/// Runs as a user without rights on the files.
#[cfg(target_os = "linux")]
#[test]
fn a_store_that_cannot_be_written_says_so() {
    use std::os::unix::fs::PermissionsExt;
    const NAME: &str = "a_store_that_cannot_be_written_says_so";
    const NOBODY: u32 = 65_534;
    if let Some(folder) = child_folder(NAME) {
        if rustix::process::geteuid().is_root() {
            // Rights do not hold back the superuser. This way and not from outside, as nobody else
            // may be able to start this program.
            rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(NOBODY)).unwrap();
        }
        assert_eq!(open(&folder).err(), Some(StoreError::ReadOnly));
        println!("refused");
        return;
    }
    let folder = Folder::new();
    let (_, before) = folder.filled();
    // The key must stay its reader's own; the store may be looked at by everybody.
    let mode = |name: &str, mode| {
        let path = folder.file(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("", 0o555);
    mode("store", 0o444);
    mode("store.lock", 0o444);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(folder.file("key"), Some(NOBODY), None).unwrap();
    }
    let output = child(NAME, &folder.0).output().unwrap();
    mode("", 0o755);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("refused"));
    assert_eq!(std::fs::read(folder.file("store")).unwrap(), before);
}

/// Runs on a small disk of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_takes_nothing_away() {
    const NAME: &str = "a_full_disk_is_named_and_takes_nothing_away";
    if let Some(folder) = child_folder(NAME) {
        let store = open(&folder).unwrap();
        name(&store, "before").unwrap();
        let long = "x".repeat(1024);
        let (mut taken, mut words) = (0, 0);
        let full = loop {
            let met = Contact {
                name: format!("{taken} {long}"),
                ..contact(taken)
            };
            match meet(&store, met) {
                Ok(()) if taken < 255 => taken += 1,
                Ok(()) => panic!("the disk is too large"),
                Err(error) => break error,
            }
            match say(&store, words + 1) {
                Ok(()) => words += 1,
                Err(error) => break error,
            }
            std::fs::File::options()
                .create(true)
                .append(true)
                .open(folder.join("ballast"))
                .and_then(|mut file| file.write_all(&[0; 4096]))
                .unwrap_or_default();
        };
        assert_eq!(full, StoreError::Full);
        let is_as_it_was = |store: &Store| {
            assert_eq!(contacts(store).unwrap().len(), usize::from(taken));
            let expected: Vec<KeptEntry> = (1..=words).map(entry).collect();
            assert_eq!(said(store), Ok(expected));
            assert_eq!(last_said(store), Ok(words));
        };
        is_as_it_was(&store);
        drop(store);
        std::fs::remove_file(folder.join("ballast")).unwrap();
        let store = open(&folder).unwrap();
        is_as_it_was(&store);
        assert_eq!(name_of(&store), Ok(Some("before".to_owned())));
        meet(&store, contact(taken)).unwrap();
        say(&store, words + 1).unwrap();
        println!("full after {taken}");
        return;
    }
    on_a_small_disk(NAME, "full after");
}

/// Runs on a small disk of its own.
#[test]
fn a_device_for_whose_successor_there_is_no_room_stays() {
    const NAME: &str = "a_device_for_whose_successor_there_is_no_room_stays";
    if let Some(folder) = child_folder(NAME) {
        let store = open(&folder).unwrap();
        meet(&store, contact(1)).unwrap();
        let identity = store.identity().public();
        drop(store);
        let other = Folder::new();
        let large = other.open().unwrap();
        let with = Contact {
            key: WITH,
            ..contact(2)
        };
        meet(&large, with).unwrap();
        let long = |sequence| KeptEntry {
            body: Some(vec![b'x'; 60_000]),
            ..entry(sequence)
        };
        for sequence in 1..=20 {
            let add = large.batch(|batch| batch.add_entry(WITH, &long(sequence)));
            add.unwrap();
        }
        let export = large.export(true).unwrap();
        let (file, key) = (folder.join("store"), KeyFile::new(folder.join("key")));
        let full = Store::replace(&file, &key, &export);
        assert_eq!(full, Err(StoreError::Full));
        assert!(!folder.join("store.new").exists());
        let store = open(&folder).unwrap();
        assert_eq!(store.identity().public(), identity);
        assert_eq!(contacts(&store), Ok(vec![contact(1)]));
        println!("it stays");
        return;
    }
    on_a_small_disk(NAME, "it stays");
}

/// Has a child do what this test does, on a small disk of its own where one can be had, until it says this.
fn on_a_small_disk(test: &str, end: &str) {
    let folder = Folder::new();
    let disk = folder.file("disk");
    std::fs::create_dir(&disk).unwrap();
    let inner = child(test, &disk);
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]);
    command.arg("mount -t tmpfs -o size=512k none \"$0\" || exit 99; exec \"$@\"");
    command
        .arg(&disk)
        .arg(inner.get_program())
        .args(inner.get_args());
    for (key, value) in inner.get_envs() {
        command.env(key, value.unwrap_or_default());
    }
    match command.output() {
        Ok(output) if output.status.success() => {
            let told = String::from_utf8_lossy(&output.stdout).contains(end);
            assert!(told, "{output:?}");
        }
        // 1: no namespace may be made here; 99: no disk may be mounted in it.
        Ok(output) if matches!(output.status.code(), Some(1 | 99)) => {
            eprintln!("skipped: no disk of its own");
        }
        Ok(output) => panic!("{output:?}"),
        Err(_) => eprintln!("skipped: no namespaces"),
    }
}

/// Whatever a method said was written is there after the process was killed in the middle.
#[test]
fn a_killed_process_loses_nothing_that_it_was_told_is_kept() {
    const NAME: &str = "a_killed_process_loses_nothing_that_it_was_told_is_kept";
    if let Some(folder) = child_folder(NAME) {
        let store = open(&folder).unwrap();
        let known = contacts(&store).unwrap().len();
        for number in known.. {
            let mut contact = contact(0);
            contact.key.0[..8].copy_from_slice(&number.to_le_bytes());
            meet(&store, contact).unwrap();
            name(&store, &number.to_string()).unwrap();
            println!("\nkept {number}");
        }
        return;
    }
    let folder = Folder::new();
    let mut identity = None;
    for round in 0..8 {
        let mut process = child(NAME, &folder.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let kept = lines
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("kept ")?.parse::<usize>().ok())
            .take(1 + round)
            .last();
        process.kill().unwrap();
        process.wait().unwrap();
        // The pipe may hold more than was read.
        let kept = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("kept ")?.parse::<usize>().ok())
            .last()
            .or(kept)
            .unwrap();
        let store = folder.open().unwrap();
        let contacts = contacts(&store).unwrap();
        assert!(contacts.len() > kept, "{kept} of {}", contacts.len());
        assert!(contacts.len() <= kept + 2);
        let name: usize = name_of(&store).unwrap().unwrap().parse().unwrap();
        assert!((kept..kept + 2).contains(&name));
        let key = store.identity().public();
        assert_eq!(*identity.get_or_insert(key), key);
    }
}

/// What was said is there in order, whole and once, wherever a process died that was writing it, and what
/// was erased stays erased.
#[test]
fn processes_killed_at_any_write_lose_and_double_nothing_that_was_said() {
    const NAME: &str = "processes_killed_at_any_write_lose_and_double_nothing_that_was_said";
    /// Every so many entries the one before is erased, in the batch that tells it delivered.
    const ERASED: u64 = 3;
    if let Some(folder) = child_folder(NAME) {
        let store = open(&folder).unwrap();
        for sequence in last_said(&store).unwrap() + 1.. {
            let new = entry(sequence);
            let written = store.batch(|batch| {
                batch.add_entry(WITH, &new)?;
                batch.put_draft(WITH, Some(&format!("draft {sequence}")))?;
                batch.set_delivered(WITH, new.place.log, sequence - 1)?;
                match sequence.is_multiple_of(ERASED) {
                    true => batch.erase_body(WITH, entry(sequence - 1).place),
                    false => Ok(()),
                }
            });
            written.unwrap();
            println!("\nkept {sequence}");
        }
        return;
    }
    let folder = Folder::new();
    let mut last = 0;
    for round in 0..20 {
        let mut process = child(NAME, &folder.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let number = |line: String| line.strip_prefix("kept ")?.parse::<u64>().ok();
        let mut kept = lines.by_ref().map_while(Result::ok).filter_map(number);
        let told = kept.by_ref().take(1 + round % 5).last();
        // Some way into the next write.
        std::thread::sleep(std::time::Duration::from_micros(617 * round as u64));
        process.kill().unwrap();
        process.wait().unwrap();
        // The pipe may hold more than was read.
        let told = kept.last().or(told).unwrap();
        let store = folder.open().unwrap();
        let all = said(&store).unwrap();
        let count = all.len() as u64;
        assert!(count == told || count == told + 1, "{count} and {told}");
        assert!(count > last, "nothing is forgotten");
        last = count;
        for (entry_kept, sequence) in all.iter().zip(1_u64..) {
            let is_erased = (sequence + 1).is_multiple_of(ERASED) && sequence < count;
            let mut expected = entry(sequence);
            expected.body = expected.body.filter(|_| !is_erased);
            assert_eq!(*entry_kept, expected);
        }
        let ends = store.batch(|batch| batch.log_ends(WITH)).unwrap();
        assert_eq!((ends[0].sequence, ends[0].delivered), (count, count - 1));
        let draft = store.batch(|batch| batch.draft(WITH)).unwrap();
        assert_eq!(draft, Some(format!("draft {count}")));
    }
}

/// The same while the store is being made: the next start finds one, or makes one.
#[test]
fn a_process_killed_while_it_begins_leaves_a_beginning() {
    const NAME: &str = "a_process_killed_while_it_begins_leaves_a_beginning";
    if let Some(folder) = child_folder(NAME) {
        open(&folder).unwrap();
        return;
    }
    for pause in 0..12 {
        let folder = Folder::new();
        let mut process = child(NAME, &folder.0)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause));
        process.kill().unwrap();
        process.wait().unwrap();
        let key = folder.open().unwrap().identity().public();
        assert_eq!(folder.open().unwrap().identity().public(), key);
    }
}
