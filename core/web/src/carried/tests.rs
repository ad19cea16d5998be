//! Files go from one page to another through both machines, whatever their sizes, over a cut.

use super::*;
use handfast_protocol::transfer::{EntryId, Event, Fetch, Goal, Offer, Status, Terms, Transfers};
use std::path::PathBuf;

/// A page with one machine, and a browser that keeps what it is told.
struct Side {
    machine: Transfers,
    carried: Carried,
    chosen: BTreeMap<u32, Chosen>,
    files: BTreeMap<u32, Vec<u8>>,
    written: BTreeMap<String, Vec<u8>>,
    /// What was said of files, the last of each kind.
    events: Vec<Event>,
    /// Bytes that were written.
    count: usize,
}

fn machine() -> Transfers {
    Transfers::new(Terms {
        keep_free: 0,
        largest: u64::MAX,
    })
}

impl Side {
    fn new() -> Self {
        Self {
            machine: machine(),
            carried: Carried::new([3; 32], "p".to_owned()),
            chosen: BTreeMap::new(),
            files: BTreeMap::new(),
            written: BTreeMap::new(),
            events: Vec::new(),
            count: 0,
        }
    }

    fn choose(&mut self, bytes: Vec<u8>) -> PathBuf {
        let chosen = Chosen {
            number: 7,
            name: "a.bin".to_owned(),
            size: bytes.len() as u64,
        };
        let path = chosen.path();
        self.files.insert(7, bytes);
        self.chosen.insert(7, chosen);
        path
    }

    fn browser(&mut self, deed: FileDeed) -> Told {
        match deed {
            FileDeed::Read(file, from, length) => {
                let bytes = &self.files[&file];
                let end = bytes.len().min(from as usize + length);
                Told::Read(Bytes::copy_from_slice(&bytes[from as usize..end]))
            }
            FileDeed::Room => Told::Room(1 << 40),
            FileDeed::Create(name) => {
                self.written.insert(name, Vec::new());
                Told::Done
            }
            FileDeed::Write(name, at, chunks) => {
                let file = self.written.get_mut(&name).unwrap();
                let chunk = chunks.concat();
                let end = at as usize + chunk.len();
                file.resize(file.len().max(end), 0);
                file[at as usize..end].copy_from_slice(&chunk);
                self.count += chunk.len();
                Told::Done
            }
            FileDeed::Finish(_) => Told::Done,
            FileDeed::Discard(name) => {
                self.written.remove(&name);
                Told::Done
            }
        }
    }

    /// Does what is wanted of the browser. Whether there was anything.
    fn act(&mut self) -> bool {
        let mut is_any = false;
        while let Some(request) = self.machine.poll_request() {
            is_any = true;
            self.carried.ask(request, &self.chosen);
        }
        while let Some(step) = self.carried.poll() {
            is_any = true;
            match step {
                Ok((number, deed)) => {
                    let told = self.browser(deed);
                    self.carried.answered(number, told);
                }
                Err((id, result)) => self.machine.answered(id, result),
            }
        }
        while let Some(event) = self.machine.poll_event() {
            is_any = true;
            self.events.push(event);
        }
        is_any
    }

    /// Says what there is to say. Whether there was anything.
    fn say_to(&mut self, other: &mut Self) -> bool {
        let mut is_any = false;
        while let Some(message) = self.machine.poll_message(0) {
            is_any = true;
            other.machine.heard(message).unwrap();
        }
        is_any
    }

    fn status(&self) -> Option<&Status> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Changed { status, .. } => Some(status),
            _ => None,
        })
    }
}

const ENTRY: EntryId = EntryId {
    incarnation: [5; 12],
    sequence: 9,
};

fn offer(source: Source, path: PathBuf, content: Option<Content>) -> Offer {
    Offer {
        source,
        path,
        content,
        folder: None,
    }
}

fn fetch(source: Source, content: Option<Content>) -> Fetch {
    Fetch {
        source,
        content,
        claimed: None,
        goal: Goal::File {
            folder: PathBuf::new(),
            name: "a.bin".to_owned(),
        },
        may_run: false,
    }
}

fn bytes(size: u64) -> Vec<u8> {
    (0..size).map(|at| (at * 7 + at / 251) as u8).collect()
}

/// Lets both go on until nothing more happens, or so much was written.
fn go_on(from: &mut Side, to: &mut Side, most: usize) {
    loop {
        let mut is_any = from.act() | to.act();
        if to.count >= most {
            return;
        }
        is_any |= from.say_to(to);
        is_any |= to.say_to(from);
        let hashed = from.events.iter().find_map(|event| match event {
            Event::Hashed { entry, content } => Some((*entry, *content)),
            _ => None,
        });
        if let Some((entry, content)) = hashed {
            from.events
                .retain(|event| !matches!(event, Event::Hashed { .. }));
            // The entry that says so.
            from.machine.hashed(entry, content);
            to.machine.hashed(entry, content);
            is_any = true;
        }
        if !is_any {
            return;
        }
    }
}

#[track_caller]
fn is_through(to: &Side, expected: &[u8]) {
    let Some(Status::Done { path: Some(path) }) = to.status() else {
        panic!("{:?}", to.status());
    };
    assert!(to.written[path.to_str().unwrap()] == expected);
}

const SIZES: [u64; 8] = [
    0,
    1,
    GROUP,
    GROUP + 1,
    PART,
    PART + 5,
    SEGMENT * GROUP,
    SEGMENT * GROUP + PART + 3,
];

#[test]
fn a_file_whose_root_is_known_arrives_whole() {
    for size in SIZES {
        let (mut from, mut to) = (Side::new(), Side::new());
        let content = bytes(size);
        let root = Root::of(&content);
        let (source, known) = (Source::Root(root), Content { size, root });
        let path = from.choose(content.clone());
        from.machine.offer(offer(source, path, Some(known)));
        to.machine.fetch(fetch(source, Some(known)));
        go_on(&mut from, &mut to, usize::MAX);
        is_through(&to, &content);
    }
}

#[test]
fn a_file_that_is_read_while_it_goes_arrives_whole() {
    for size in SIZES {
        let (mut from, mut to) = (Side::new(), Side::new());
        let content = bytes(size);
        let source = Source::Entry(ENTRY);
        let path = from.choose(content.clone());
        from.machine.offer(offer(source, path, None));
        to.machine.fetch(fetch(source, None));
        go_on(&mut from, &mut to, usize::MAX);
        is_through(&to, &content);
    }
}

#[test]
fn what_came_before_a_cut_does_not_come_again() {
    let (mut from, mut to) = (Side::new(), Side::new());
    let content = bytes(SEGMENT * GROUP);
    let size = content.len() as u64;
    let root = Root::of(&content);
    let (source, known) = (Source::Root(root), Content { size, root });
    let path = from.choose(content.clone());
    from.machine.offer(offer(source, path.clone(), Some(known)));
    to.machine.fetch(fetch(source, Some(known)));
    go_on(&mut from, &mut to, content.len() / 2);
    for side in [&mut from, &mut to] {
        side.carried.rest();
        side.machine = machine();
    }
    from.machine.offer(offer(source, path, Some(known)));
    to.machine.fetch(fetch(source, Some(known)));
    go_on(&mut from, &mut to, usize::MAX);
    is_through(&to, &content);
    assert_eq!(to.count, content.len());
}

#[test]
fn what_was_not_chosen_is_not_read_and_a_folder_is_not_taken() {
    let mut side = Side::new();
    let ask = |ask| FileRequest {
        id: RequestId(1),
        ask,
    };
    let path = PathBuf::from("../etc/passwd");
    let hash = Ask::Hash { entry: ENTRY, path };
    side.carried.ask(ask(hash), &side.chosen);
    let told = side.carried.poll();
    assert_eq!(told, Some(Err((RequestId(1), Err(FileError::Unreadable)))));
    let place = Place::Inside {
        folder: PathBuf::new(),
        path: "a/b".to_owned(),
    };
    let begin = Ask::Begin {
        file: FileId(1),
        source: Source::Entry(ENTRY),
        content: None,
        place,
    };
    side.carried.ask(ask(begin), &side.chosen);
    let told = side.carried.poll();
    assert_eq!(
        told,
        Some(Err((RequestId(1), Err(FileError::NoPermission))))
    );
}
