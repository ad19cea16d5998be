//! Conversations as a store keeps them: in order, once, sealed, and gone when they are erased.

use super::state::State;
use super::*;
use crate::kept_files::tests::file;
use crate::tests::Folder;
use crate::{Batch, Contact, FileStage, KeptFile, MAX_BODY, Refused, Store};
use handfast_protocol::handshake::{Trust, TrustReason};
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_token::Secret;
use proptest::prelude::*;
use std::collections::HashSet;

const WITH: PublicKey = PublicKey([9; 32]);
const ME: PublicKey = PublicKey([1; 32]);
const PLENTY: usize = 1_000_000;

fn log(author: PublicKey, counter: u32, line: u8) -> LogLine {
    LogLine {
        author,
        counter,
        random: [counter as u8; 8],
        line,
    }
}

fn entry(log: LogLine, sequence: u64, lamport: u64, text: &str) -> KeptEntry {
    KeptEntry {
        place: Place {
            lamport,
            log,
            sequence,
        },
        hash: [sequence as u8; 32],
        shown: 1_000 + lamport % 1_000,
        head: vec![0xa5; 100],
        body: Some(text.as_bytes().to_vec()),
    }
}

fn add(store: &Store, entries: &[KeptEntry]) {
    let all = |batch: &Batch<'_>| {
        entries
            .iter()
            .try_for_each(|one| batch.add_entry(WITH, one))
    };
    store.batch(all).unwrap();
}

/// The entries before a place, the last first.
fn page(store: &Store, before: Option<Place>, most: usize) -> Vec<KeptEntry> {
    let page = store.batch(|batch| batch.entries(WITH, before.as_ref(), most));
    page.unwrap().into_iter().map(Result::unwrap).collect()
}

fn texts(entries: &[KeptEntry]) -> Vec<String> {
    let text = |entry: &KeptEntry| match &entry.body {
        Some(body) => String::from_utf8(body.clone()).unwrap(),
        None => "erased".to_owned(),
    };
    entries.iter().map(text).collect()
}

fn all_texts(store: &Store) -> Vec<String> {
    texts(&page(store, None, PLENTY))
}

/// A conversation of so many texts in turn.
fn talk(count: u64) -> Vec<KeptEntry> {
    let (mine, theirs) = (log(ME, 1, 0), log(WITH, 1, 0));
    (1..=count)
        .map(|lamport| {
            let log = if lamport % 2 == 1 { mine } else { theirs };
            entry(
                log,
                lamport.div_ceil(2),
                lamport,
                &format!("text {lamport}"),
            )
        })
        .collect()
}

/// The end of a line with this entry.
fn ended(entry: &KeptEntry, delivered: u64, first: u64) -> LogEnd {
    LogEnd {
        delivered,
        first,
        ..entry.end()
    }
}

/// All bytes of the store and its log.
fn files(folder: &Folder) -> Vec<u8> {
    let files = std::fs::read_dir(folder.path()).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    files
        .flat_map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn holds(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

/// Bytes of a part that is looked for.
const PART: usize = 24;

/// How many different parts of these values are anywhere in the files, of how many. A page may hold only
/// some of a value.
fn parts_held<'a>(
    folder: &Folder,
    values: impl IntoIterator<Item = &'a Vec<u8>>,
) -> (usize, usize) {
    let parts = values
        .into_iter()
        .flat_map(|value| value.chunks_exact(PART));
    let parts: HashSet<&[u8]> = parts.collect();
    let firsts: HashSet<u16> = parts.iter().map(|part| first_of(part)).collect();
    let mut held = HashSet::new();
    for window in files(folder).windows(PART) {
        if firsts.contains(&first_of(window))
            && let Some(part) = parts.get(window)
        {
            held.insert(*part);
        }
    }
    (held.len(), parts.len())
}

fn first_of(part: &[u8]) -> u16 {
    u16::from_le_bytes([part[0], part[1]])
}

/// What lies in a column of every table of entries, as it lies there.
fn sealed(folder: &Folder, column: &str) -> Vec<Vec<u8>> {
    let file = rusqlite::Connection::open(folder.path().join("store")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE name GLOB 'entry_*' AND type = 'table'";
    let mut statement = file.prepare(sql).unwrap();
    let tables = statement.query_map([], |row| row.get(0)).unwrap();
    let tables: Vec<String> = tables.map(Result::unwrap).collect();
    let mut values = Vec::new();
    for table in tables {
        let sql = format!("SELECT {column} FROM {table}");
        let mut statement = file.prepare(&sql).unwrap();
        let found = statement.query_map([], |row| row.get(0)).unwrap();
        values.extend(found.map(Result::unwrap));
    }
    values
}

#[test]
fn a_conversation_is_read_from_its_end_by_pages() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    assert!(page(&store, None, 10).is_empty());
    let said = talk(25);
    add(&store, &said);
    drop(store);
    let store = folder.open().unwrap();
    let mut read = Vec::new();
    let mut before = None;
    loop {
        let page = page(&store, before, 4);
        before = page.last().map(|entry| entry.place);
        match page.len() {
            0 => break,
            length => assert!(length == 4 || read.len() == 24),
        }
        read.extend(page);
    }
    read.reverse();
    assert_eq!(read, said);
    assert!(page(&store, None, 0).is_empty());
}

#[test]
fn the_order_is_the_same_whatever_came_first() {
    let (mine, theirs, older) = (log(ME, 2, 0), log(WITH, 1, 0), log(ME, 1, 0));
    let said = [
        entry(older, 1, 5, "a"),
        entry(mine, 1, 5, "b"),
        entry(theirs, 1, 5, "c"),
        entry(mine, 2, 6, "d"),
        entry(theirs, 2, 6, "e"),
    ];
    for rotation in 0..said.len() {
        let folder = Folder::new();
        let store = folder.open().unwrap();
        let mut written = said.to_vec();
        written.rotate_left(rotation);
        // Within a log numbers rise.
        written.sort_by_key(|entry| entry.place.sequence);
        add(&store, &written);
        assert_eq!(all_texts(&store), ["e", "d", "c", "b", "a"], "{rotation}");
        // A page may end, and begin, within one Lamport time.
        for (at, entry) in said.iter().enumerate() {
            let before = page(&store, Some(entry.place), 1);
            let expected = at.checked_sub(1).map(|at| said[at].clone());
            assert_eq!(before.first().cloned(), expected);
        }
    }
}

#[test]
fn an_entry_is_kept_once_and_not_again_after_it_was_erased() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let said = talk(3);
    add(&store, &said);
    add(&store, &said[..2]);
    let other = KeptEntry {
        body: Some(b"other".to_vec()),
        ..said[0].clone()
    };
    add(&store, &[other]);
    assert_eq!(all_texts(&store), ["text 3", "text 2", "text 1"]);
    let erase = |place| store.batch(|batch| batch.erase_body(WITH, place));
    erase(said[1].place).unwrap();
    erase(said[1].place).unwrap();
    // Of what is not there nothing is erased.
    erase(entry(log(ME, 9, 0), 1, 1, "").place).unwrap();
    erase(entry(log(ME, 1, 0), 99, 1, "").place).unwrap();
    add(&store, &said);
    assert_eq!(all_texts(&store), ["text 3", "erased", "text 1"]);
    let kept = KeptEntry {
        body: None,
        ..said[1].clone()
    };
    assert_eq!(page(&store, Some(said[2].place), 1), [kept]);
    let erase_all = store.batch(|batch| batch.erase_conversation(WITH));
    erase_all.unwrap();
    add(&store, &said);
    assert!(page(&store, None, 10).is_empty());
    let new = entry(log(WITH, 1, 0), 2, 4, "new");
    add(&store, &[new]);
    assert_eq!(all_texts(&store), ["new"]);
}

#[test]
fn the_end_of_each_log_is_known_and_what_is_delivered_only_grows() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let ends = || {
        let mut ends = store.batch(|batch| batch.log_ends(WITH)).unwrap();
        ends.sort_by_key(|end| (end.log.author.0, end.log.counter, end.log.line));
        ends
    };
    assert_eq!(ends(), []);
    let said = talk(5);
    add(&store, &said);
    let fork = entry(log(WITH, 1, 1), 2, 9, "fork");
    add(&store, std::slice::from_ref(&fork));
    let delivered = |sequence| {
        let set = store.batch(|batch| batch.set_delivered(WITH, log(ME, 1, 0), sequence));
        set.unwrap();
        ends()[0].delivered
    };
    assert_eq!([delivered(2), delivered(1), delivered(3)], [2, 2, 3]);
    assert_eq!(
        ends(),
        [
            ended(&said[4], 3, 1),
            ended(&said[3], 0, 1),
            ended(&fork, 0, 2)
        ]
    );
    // A further entry keeps what was delivered.
    let sixth = entry(log(ME, 1, 0), 4, 12, "sixth");
    add(&store, std::slice::from_ref(&sixth));
    assert_eq!(ends()[0], ended(&sixth, 3, 1));
    // All of it outlives what was said.
    let before = ends();
    store
        .batch(|batch| batch.put_ledger(WITH, b"marks"))
        .unwrap();
    store.batch(|batch| batch.erase_conversation(WITH)).unwrap();
    let after = before.into_iter().map(|end| LogEnd {
        first: end.sequence + 1,
        ..end
    });
    assert_eq!(ends(), after.collect::<Vec<_>>());
    let ledger = store.batch(|batch| batch.ledger(WITH));
    assert_eq!(ledger, Ok(b"marks".to_vec()));
    let long = store.batch(|batch| batch.put_ledger(WITH, &[0; MAX_LEDGER + 1]));
    assert_eq!(long, Err(StoreError::TooLong));
}

#[test]
fn a_log_is_read_from_a_number_on_with_its_forks_within_so_many_bytes() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    add(&store, &talk(20));
    let fork = |sequence, lamport| entry(log(ME, 1, 1), sequence, lamport, "fork");
    add(&store, &[fork(4, 30), fork(5, 31)]);
    let of_log = |log, from, most| {
        let read = store.batch(|batch| batch.entries_of_log(WITH, log, from, most));
        let read: Vec<KeptEntry> = read.unwrap().into_iter().map(Result::unwrap).collect();
        let places = read.iter().map(|entry| entry.place);
        let places = places.map(|place| (place.sequence, place.log.line));
        places.collect::<Vec<_>>()
    };
    let mine = log(ME, 1, 0);
    let from_third = [(3, 0), (4, 0), (4, 1), (5, 0), (5, 1), (6, 0)];
    assert_eq!(of_log(mine, 3, PLENTY)[..6], from_third);
    assert_eq!(of_log(mine, 3, PLENTY).len(), 10);
    assert_eq!(of_log(log(ME, 1, 1), 3, PLENTY).len(), 10);
    // One at least, and a number with all its forks or not at all.
    assert_eq!(of_log(mine, 3, 0), [(3, 0)]);
    assert_eq!(of_log(mine, 4, 0), [(4, 0), (4, 1)]);
    let one = 100 + 41 + 32 + 6 + 32;
    assert_eq!(of_log(mine, 3, 2 * one), [(3, 0)]);
    assert_eq!(of_log(mine, 7, 2 * one + 8), [(7, 0), (8, 0)]);
    assert_eq!(of_log(mine, 10, PLENTY), [(10, 0)]);
    for (log, from) in [
        (mine, 11),
        (log(ME, 2, 0), 1),
        (log(PublicKey([3; 32]), 1, 0), 1),
    ] {
        assert_eq!(of_log(log, from, PLENTY), []);
    }
}

#[test]
fn a_search_goes_back_in_steps_until_the_beginning() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    add(&store, &talk(50));
    let query = Query::new("TEXT 1").unwrap();
    let is_wanted = |body: &[u8]| query.matches(&String::from_utf8_lossy(body));
    let (mut found, mut steps, mut from) = (Vec::new(), 0, None);
    loop {
        let step = store.batch(|batch| batch.search(WITH, from.as_ref(), (7, 3), is_wanted));
        let step = step.unwrap();
        found.extend(step.found);
        steps += 1;
        from = step.next;
        if from.is_none() {
            break;
        }
    }
    let numbers = [41, 31, 21].into_iter().chain((10..20).rev()).chain([1]);
    let expected: Vec<String> = numbers.map(|number| format!("text {number}")).collect();
    assert_eq!(texts(&found), expected);
    // Of eleven to nineteen each three end a step.
    assert_eq!(steps, 9);
}

#[test]
fn what_was_read_only_moves_on_and_a_draft_is_there_until_it_is_sent() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let said = talk(3);
    let read = |at: usize| {
        store
            .batch(|batch| batch.set_read(WITH, said[at].place))
            .unwrap();
        folder
            .open()
            .unwrap()
            .batch(|batch| batch.read_mark(WITH))
            .unwrap()
    };
    assert_eq!(store.batch(|batch| batch.read_mark(WITH)), Ok(None));
    assert_eq!(read(1), Some(said[1].place));
    assert_eq!(read(0), Some(said[1].place));
    assert_eq!(read(2), Some(said[2].place));
    let type_in = |draft: Option<&str>| {
        store.batch(|batch| batch.put_draft(WITH, draft)).unwrap();
        folder
            .open()
            .unwrap()
            .batch(|batch| batch.draft(WITH))
            .unwrap()
    };
    assert_eq!(type_in(None), None);
    for draft in ["Dear", "Dear Zoë", "D"] {
        assert_eq!(type_in(Some(draft)), Some(draft.to_owned()));
    }
    assert_eq!(type_in(Some("")), None);
    assert_eq!(type_in(Some("again")), Some("again".to_owned()));
    assert_eq!(type_in(None), None);
    let long = "x".repeat(MAX_DRAFT + 1);
    let long = store.batch(|batch| batch.put_draft(WITH, Some(&long)));
    assert_eq!(long, Err(StoreError::TooLong));
    assert_eq!(read(0), Some(said[2].place));
}

#[test]
fn an_entry_that_is_too_long_is_refused_and_the_longest_is_not() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let long = |head: usize, body: usize| KeptEntry {
        head: vec![1; head],
        body: Some(vec![1; body]),
        ..entry(log(ME, 1, 0), 1, 1, "")
    };
    for (head, body) in [(MAX_HEAD + 1, 0), (0, MAX_BODY + 1)] {
        let refused = store.batch(|batch| batch.add_entry(WITH, &long(head, body)));
        assert_eq!(refused, Err(StoreError::TooLong));
    }
    for (sequence, lamport) in [(u64::MAX, 1), (1, u64::MAX)] {
        let refused = entry(log(ME, 1, 0), sequence, lamport, "");
        let refused = store.batch(|batch| batch.add_entry(WITH, &refused));
        assert_eq!(refused, Err(StoreError::TooLong));
    }
    assert!(page(&store, None, 1).is_empty());
    add(&store, &[long(MAX_HEAD, MAX_BODY)]);
    assert_eq!(page(&store, None, 1), [long(MAX_HEAD, MAX_BODY)]);
    let nothing = entry(log(ME, 1, 0), 2, 2, "");
    add(&store, std::slice::from_ref(&nothing));
    assert_eq!(page(&store, None, 1), [nothing]);
}

#[test]
fn nothing_that_was_said_stands_in_the_files_or_in_what_is_printed() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let said = entry(log(ME, 1, 0), 1, 1, "a telling text");
    add(&store, std::slice::from_ref(&said));
    store
        .batch(|batch| batch.put_draft(WITH, Some("a telling draft")))
        .unwrap();
    let all = files(&folder);
    let parts: [&[u8]; 5] = [b"a telling", &WITH.0, &ME.0, &[0xa5; 16], &said.hash];
    for part in parts {
        assert!(!holds(&all, part), "{part:?}");
    }
    assert!(!format!("{said:?}").contains("165"), "{said:?}");
}

#[test]
fn what_was_erased_is_in_no_file_any_more_and_all_else_is() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let others = PublicKey([8; 32]);
    let mut said = talk(60);
    for (at, entry) in said.iter_mut().enumerate() {
        // Of all lengths, some on pages of their own.
        let text = format!("text {at} ").repeat(1 + at * at * at % 500);
        entry.body = Some(text.into_bytes());
    }
    for part in said.chunks(10) {
        add(&store, part);
        let theirs = |batch: &Batch<'_>| {
            let mut entries = part.iter();
            entries.try_for_each(|one| batch.add_entry(others, one))
        };
        store.batch(theirs).unwrap();
    }
    let (heads, bodies) = (sealed(&folder, "head"), sealed(&folder, "body"));
    assert_eq!(bodies.len(), 120);
    let is_erased = |at: usize| at < 60 && at.is_multiple_of(3);
    for (at, entry) in said.iter().enumerate() {
        if is_erased(at) {
            let erase = store.batch(|batch| batch.erase_body(WITH, entry.place));
            erase.unwrap();
        }
    }
    let those = |wanted: bool| {
        let all = bodies.iter().enumerate();
        all.filter(move |(at, _)| is_erased(*at) == wanted)
            .map(|(_, body)| body)
    };
    let (held, of) = parts_held(&folder, those(true));
    assert!(held == 0 && of > 1_000, "{held} of {of}");
    let (held, of) = parts_held(&folder, those(false));
    // What lies across two pages is cut there.
    assert!(held > of * 9 / 10, "{held} of {of}");
    // The whole conversation, while the other one stays.
    store.batch(|batch| batch.erase_conversation(WITH)).unwrap();
    let (held, _) = parts_held(&folder, heads[..60].iter().chain(&bodies[..60]));
    assert_eq!(held, 0);
    assert_eq!(sealed(&folder, "body"), bodies[60..]);
    let left = store
        .batch(|batch| batch.entries(others, None, PLENTY))
        .unwrap();
    assert_eq!(left.len(), 60);
    assert!(left.iter().all(Result::is_ok));
}

#[test]
fn whoever_is_forgotten_or_refused_takes_the_conversation_along() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    for is_refused in [false, true] {
        let trust = Trust::because(TrustReason::Scanned);
        store
            .batch(|batch| batch.meet(Contact::met(WITH, "Zoë", trust, 1)))
            .unwrap();
        let said = talk(10);
        add(&store, &said);
        store
            .batch(|batch| batch.put_draft(WITH, Some("a draft")))
            .unwrap();
        store
            .batch(|batch| batch.set_read(WITH, said[3].place))
            .unwrap();
        let bodies = sealed(&folder, "body");
        assert_eq!(bodies.len(), 10);
        let refused = Refused {
            key: WITH,
            name: String::new(),
            since: 2,
        };
        let forget = store.batch(|batch| match is_refused {
            true => batch.refuse(&refused),
            false => batch.forget(WITH).map(drop),
        });
        forget.unwrap();
        assert_eq!(parts_held(&folder, &bodies).0, 0);
        assert!(page(&store, None, 10).is_empty());
        let empty = store.batch(|batch| {
            assert_eq!(batch.log_ends(WITH)?, []);
            assert_eq!(batch.draft(WITH)?, None);
            batch.read_mark(WITH)
        });
        assert_eq!(empty, Ok(None));
        store.batch(|batch| batch.forget(WITH)).unwrap();
        // Its place is taken by the next one.
        add(&store, &talk(2));
        assert_eq!(all_texts(&store), ["text 2", "text 1"]);
        store.batch(|batch| batch.forget(WITH)).unwrap();
    }
    let file = rusqlite::Connection::open(folder.path().join("store")).unwrap();
    let sql = "SELECT count(*) FROM conversation";
    let rows: i64 = file.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn how_a_file_stands_is_known_until_its_conversation_is_erased() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let known = || {
        let store = folder.open().unwrap();
        let mut known = store.batch(|batch| batch.files()).unwrap();
        known.sort_by_key(|file| file.offer);
        known
    };
    let put = |file: &KeptFile| store.batch(|batch| batch.put_file(file)).unwrap();
    add(&store, &talk(3));
    let [mut one, two] = [file(1), file(2)];
    let mut others = file(3);
    others.offer.with = PublicKey([10; 32]);
    [&one, &two, &others].into_iter().for_each(put);
    one.stage = FileStage::Done;
    put(&one);
    assert_eq!(known(), [one, two, others.clone()]);
    store.batch(|batch| batch.erase_conversation(WITH)).unwrap();
    assert_eq!(known(), [others]);
}

#[test]
fn nothing_of_whoever_is_forgotten_is_left_in_a_file() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let key = |number: u8| PublicKey([number; 32]);
    for number in 0..60 {
        let trust = Trust::because(TrustReason::Scanned);
        let name = "Zoë ".repeat(1 + usize::from(number % 40));
        let keys = ReconnectKeys::from_first_meeting(&Secret::new([number; 32]), 1, 1);
        let met = store.batch(|batch| {
            batch.meet(Contact::met(key(number), name, trust, 1))?;
            batch.put_reconnect(key(number), &keys)
        });
        met.unwrap();
    }
    let rows = || {
        let file = rusqlite::Connection::open(folder.path().join("store")).unwrap();
        let mut statement = file.prepare("SELECT value FROM person").unwrap();
        let found = statement.query_map([], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect::<HashSet<Vec<u8>>>()
    };
    let before = rows();
    for number in (0..60).filter(|number| number % 3 != 0) {
        assert_eq!(store.batch(|batch| batch.forget(key(number))), Ok(true));
    }
    let left = rows();
    assert_eq!(left.len(), 20);
    let (held, of) = parts_held(&folder, before.difference(&left));
    assert!(held == 0 && of > 300, "{held} of {of}");
}

#[test]
fn a_batch_that_fails_erases_nothing() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    add(&store, &talk(5));
    let failed = store.batch(|batch| {
        batch.erase_conversation(WITH)?;
        batch.add_entry(WITH, &entry(log(ME, 1, 0), 4, 9, "new"))?;
        Err::<(), _>(StoreError::Full)
    });
    assert_eq!(failed, Err(StoreError::Full));
    assert_eq!(all_texts(&store).len(), 5);
    assert_eq!(all_texts(&folder.open().unwrap()).len(), 5);
}

#[test]
fn an_entry_that_something_else_changed_is_told_by_its_place_and_the_others_are_read() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let said = talk(5);
    add(&store, &said);
    drop(store);
    let file = rusqlite::Connection::open(folder.path().join("store")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE name GLOB 'entry_*' AND type = 'table'";
    let table: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
    // A head that is another's, and a body that is cut off.
    file.execute_batch(&format!(
        "UPDATE {table} SET head = (SELECT head FROM {table} WHERE lamport = 3) WHERE lamport = 2;
         UPDATE {table} SET body = substr(body, 1, 20) WHERE lamport = 4;"
    ))
    .unwrap();
    drop(file);
    let store = folder.open().unwrap();
    let read = store
        .batch(|batch| batch.entries(WITH, None, PLENTY))
        .unwrap();
    let expected = said.iter().rev().map(|entry| match entry.place.lamport {
        2 | 4 => Err(DamagedEntry(entry.place)),
        _ => Ok(entry.clone()),
    });
    assert_eq!(read, expected.collect::<Vec<_>>());
    let of_log = store.batch(|batch| batch.entries_of_log(WITH, log(WITH, 1, 0), 1, PLENTY));
    assert!(of_log.unwrap().iter().all(Result::is_err));
    let all = store.batch(|batch| batch.search(WITH, None, (PLENTY, PLENTY), |_| true));
    assert_eq!(all.unwrap().found.len(), 3);
    // It goes on where it can.
    add(&store, &[entry(log(ME, 1, 0), 4, 6, "text 6")]);
    assert_eq!(page(&store, None, 1).len(), 1);
}

#[test]
fn an_entry_that_is_missing_is_noticed_and_one_out_of_turn_is_not_taken() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    let said = talk(9);
    add(&store, &said);
    let out_of_turn = [
        entry(log(ME, 1, 0), 7, 20, ""),
        entry(log(ME, 1, 0), 6, 9, ""),
    ];
    for entry in &out_of_turn {
        let refused = store.batch(|batch| batch.add_entry(WITH, entry));
        assert_eq!(refused, Err(StoreError::Internal));
    }
    let file = rusqlite::Connection::open(folder.path().join("store")).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE name GLOB 'entry_*' AND type = 'table'";
    let table: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
    for lamport in [1, 4, 9] {
        file.execute_batch(&format!(
            "CREATE TABLE kept AS SELECT * FROM {table} WHERE lamport = {lamport};
             DELETE FROM {table} WHERE lamport = {lamport};"
        ))
        .unwrap();
        let all = store.batch(|batch| batch.entries(WITH, None, PLENTY));
        assert_eq!(all, Err(StoreError::Damaged), "{lamport}");
        let log = said[lamport - 1].place.log;
        let of_log = store.batch(|batch| batch.entries_of_log(WITH, log, 1, PLENTY));
        // A page from the missing one on.
        let number = said[lamport - 1].place.sequence;
        let from_it = store.batch(|batch| batch.entries_of_log(WITH, log, number, PLENTY));
        let is_last = lamport == 9;
        assert!(of_log == Err(StoreError::Damaged) || is_last, "{lamport}");
        assert_eq!(from_it, Err(StoreError::Damaged), "{lamport}");
        file.execute_batch(&format!(
            "INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept;"
        ))
        .unwrap();
    }
    assert_eq!(page(&store, None, PLENTY).len(), 9);
}

#[test]
fn tables_that_a_killed_process_left_are_dropped_by_the_next_start() {
    let folder = Folder::new();
    let store = folder.open().unwrap();
    add(&store, &talk(5));
    drop(store);
    let tables = |sql: &str| {
        let file = rusqlite::Connection::open(folder.path().join("store")).unwrap();
        file.execute_batch(sql).unwrap();
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'entry_*' AND type = 'table'";
        let count: i64 = file.query_row(sql, [], |row| row.get(0)).unwrap();
        count
    };
    // What is not called as tables of entries are is nobody's to drop.
    let left = "CREATE TABLE entry_0011223344556677 (id); CREATE TABLE entry_notes (id);";
    assert_eq!(tables(left), 3);
    let store = folder.open().unwrap();
    assert_eq!(all_texts(&store).len(), 5);
    assert_eq!(tables(""), 2);
}

fn any_place() -> impl Strategy<Value = Place> {
    let log = (
        any::<[u8; 32]>(),
        any::<u32>(),
        any::<[u8; 8]>(),
        any::<u8>(),
    );
    (any::<u64>(), log, any::<u64>()).prop_map(|(lamport, log, sequence)| Place {
        lamport,
        log: LogLine {
            author: PublicKey(log.0),
            counter: log.1,
            random: log.2,
            line: log.3,
        },
        sequence,
    })
}

proptest! {
    #[test]
    fn the_end_of_a_log_reads_as_it_was_written_and_in_no_other_way(
        place in any_place(), hash: [u8; 32], shown: u64, delivered: u64, first: u64,
        at: prop::sample::Index, bytes in prop::collection::vec(any::<u8>(), 0..150),
    ) {
        let entry = KeptEntry { place, hash, shown, head: Vec::new(), body: None };
        let end = ended(&entry, delivered, first);
        let written = end.to_bytes();
        prop_assert_eq!(LogEnd::parse(&written), Ok(end));
        prop_assert!(LogEnd::parse(&written[..at.index(written.len())]).is_err());
        if let Ok(read) = LogEnd::parse(&bytes) {
            prop_assert_eq!(read.to_bytes().to_vec(), bytes);
        }
    }

    #[test]
    fn the_state_reads_as_it_was_written_and_is_always_as_long(
        draft: [u8; 32], read in prop::option::of(any_place()),
        ledger in prop::collection::vec(any::<u8>(), 0..=MAX_LEDGER),
        at: prop::sample::Index, bits in 1u8..,
    ) {
        let state = State { draft: Secret::new(draft), read, ledger };
        let written = state.to_bytes().unwrap();
        prop_assert_eq!(written.len(), State::BYTES);
        prop_assert_eq!(State::parse(&written), Ok(state));
        let mut changed = written.to_vec();
        changed[at.index(written.len())] ^= bits;
        if let Ok(read) = State::parse(&changed) {
            prop_assert_eq!(read.to_bytes().unwrap().to_vec(), changed);
        }
    }

    #[test]
    fn the_head_of_an_entry_reads_as_it_was_written(
        place in any_place(), hash: [u8; 32], shown: u64,
        head in prop::collection::vec(any::<u8>(), 0..=MAX_HEAD), bytes: Vec<u8>,
    ) {
        let entry = KeptEntry { place, hash, shown, head, body: None };
        let written = entry.head_to_bytes().unwrap();
        prop_assert_eq!(KeptEntry::parse_head(place, &written), Ok(entry));
        if let Ok(read) = KeptEntry::parse_head(place, &bytes) {
            prop_assert_eq!(read.head_to_bytes().unwrap().to_vec(), bytes);
        }
    }
}
