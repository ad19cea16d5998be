//! Two machines over a link in memory, with real files.

#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_native::conversation::{Direction, FileError};
use handfast_native::transfer::tree::{ChainingValue, GROUP};
use handfast_native::transfer::{
    Ask, Content, Done, Entries, EntryId, Event, Fetch, FileId, FileRequest, FileResult, Files,
    Goal, Keeping, Listing, Message, Offer, OfferedFolder, Place, Ranges, RequestId, Root, Source,
    Status, Terms, Transfers, Verified, WINDOW, content_of, list,
};
use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, io};
use tempfile::TempDir;

type Answer = (RequestId, FileResult);

const TERMS: Terms = Terms {
    keep_free: 0,
    largest: 1 << 40,
};

/// One end: a machine, and its disk.
struct End {
    machine: Transfers,
    files: Files,
    queue: VecDeque<Message>,
    /// Requests that were not answered.
    open: usize,
    events: Vec<Event>,
}

/// Two ends that keep their folders over any number of channels.
struct Pair {
    folder: TempDir,
    entries: Arc<Entries>,
    offers: Vec<Offer>,
    fetches: Vec<Fetch>,
    /// Groups that were asked for so far.
    wanted: u64,
}

fn content(length: usize, salt: u64) -> Vec<u8> {
    let numbers = (salt..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

fn free(_: &Path) -> io::Result<u64> {
    Ok(1 << 50)
}

impl Pair {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            entries: Arc::default(),
            offers: Vec::new(),
            fetches: Vec::new(),
            wanted: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn end(&self, name: &str, entries: Arc<Entries>) -> End {
        let keeping = Keeping {
            scope: [7; 32],
            own: self.path(&format!("own-{name}")),
            incoming: self.folder.path().to_owned(),
            space: free,
        };
        End {
            machine: Transfers::new(TERMS),
            files: Files::new(&keeping, entries),
            queue: VecDeque::new(),
            open: 0,
            events: Vec::new(),
        }
    }

    /// Begins a channel: one end gives everything, the other takes it.
    fn connect(&self) -> [End; 2] {
        let mut giver = self.end("giver", self.entries.clone());
        let mut taker = self.end("taker", Arc::default());
        for offer in &self.offers {
            giver.machine.offer(offer.clone());
        }
        for fetch in &self.fetches {
            taker.machine.fetch(fetch.clone());
        }
        [giver, taker]
    }

    /// Offers a file by its root.
    fn give(&mut self, name: &str, bytes: &[u8]) -> Source {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        let content = content_of(&path, &self.path("")).unwrap();
        assert_eq!(content.root, Root::of(bytes));
        let source = Source::Root(content.root);
        self.offers.push(Offer {
            source,
            path,
            content: Some(content),
            folder: None,
        });
        self.take(source, Some(content), name);
        source
    }

    fn take(&mut self, source: Source, content: Option<Content>, name: &str) {
        self.fetches.push(Fetch {
            source,
            content,
            claimed: None,
            goal: Goal::File {
                folder: self.path("in"),
                name: name.to_owned(),
            },
            may_run: false,
        });
    }

    fn give_folder(&mut self, from: &Path) -> Listing {
        let listing = list(from, &self.path("own-giver")).unwrap();
        let source = Source::Root(listing.content.root);
        self.offers.push(Offer {
            source,
            path: listing.path.clone(),
            content: Some(listing.content),
            folder: Some(Arc::new(OfferedFolder::new(
                from.to_owned(),
                listing.manifest.clone(),
            ))),
        });
        self.fetches.push(Fetch {
            source,
            content: Some(listing.content),
            claimed: None,
            goal: Goal::Folder {
                folder: self.path("in/folder"),
                name: None,
            },
            may_run: false,
        });
        listing
    }

    /// Carries everything until nothing moves, or so many groups were asked for. True if it all came to rest.
    async fn run(&mut self, ends: &mut [End; 2], most: u64) -> bool {
        let stop = self.wanted + most;
        loop {
            let mut did = false;
            for number in [0, 1] {
                did |= ends[number].step().await;
                let (one, other) = ends.split_at_mut(1);
                let (from, to) = match number {
                    0 => (&mut one[0], &mut other[0]),
                    _ => (&mut other[0], &mut one[0]),
                };
                while let Some(message) = from.queue.pop_front() {
                    if let Message::Want { count, .. } = message {
                        self.wanted += u64::from(count);
                    }
                    to.machine.heard(message).unwrap();
                    did = true;
                }
                for event in from.take_events() {
                    if let Event::Hashed { entry, content } = event {
                        to.machine.hashed(entry, content);
                    }
                }
            }
            if self.wanted >= stop {
                return false;
            }
            let is_idle = ends.iter().all(|end| end.open == 0);
            match did {
                true => {}
                false if is_idle => return true,
                false => {
                    let [one, other] = ends;
                    tokio::select! {
                        answer = one.files.answer() => one.answered(answer),
                        answer = other.files.answer() => other.answered(answer),
                    }
                }
            }
        }
    }

    /// Cuts the channel in the middle of everything.
    async fn cut(&mut self, ends: [End; 2], is_killed: bool) {
        for mut end in ends {
            if !is_killed {
                end.machine.close();
                while end.step().await || !end.machine.is_idle() {
                    if end.open > 0 {
                        let answer = end.files.answer().await;
                        end.answered(answer);
                    }
                }
            }
        }
    }
}

impl End {
    async fn step(&mut self) -> bool {
        let mut did = false;
        while let Some(request) = self.machine.poll_request() {
            self.files.ask(request);
            self.open += 1;
            did = true;
        }
        while self.open > 0
            && let Some(answer) = self.answer_now().await
        {
            self.answered(Some(answer));
            did = true;
        }
        while let Some(message) = self.machine.poll_message(0) {
            self.queue.push_back(message);
            did = true;
        }
        did
    }

    /// An answer, if there is one at this moment.
    async fn answer_now(&mut self) -> Option<Answer> {
        tokio::select! {
            biased;
            answer = self.files.answer() => answer,
            () = std::future::ready(()) => None,
        }
    }

    fn answered(&mut self, answer: Option<Answer>) {
        let (id, result) = answer.unwrap();
        self.open -= 1;
        self.machine.answered(id, result);
    }

    fn take_events(&mut self) -> Vec<Event> {
        let events: Vec<_> = std::iter::from_fn(|| self.machine.poll_event()).collect();
        self.events.extend(events.iter().cloned());
        events
    }

    /// How a file stood last.
    fn status(&self, wanted: Source) -> Option<&Status> {
        self.events.iter().rev().find_map(|event| match event {
            Event::Changed { source, status, .. } if *source == wanted => Some(status),
            _ => None,
        })
    }

    fn path_of(&self, source: Source) -> PathBuf {
        match self.status(source) {
            Some(Status::Done { path: Some(path) }) => path.clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn files_of_every_length_arrive_equal_and_leave_nothing_beside_them() {
    let mut pair = Pair::new();
    let lengths = [0, 1, 16_384, 16_385, 262_144, 262_145, 3_000_000];
    let sources: Vec<_> = lengths
        .iter()
        .map(|length| pair.give(&length.to_string(), &content(*length, 3)))
        .collect();
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    for (length, source) in lengths.iter().zip(sources) {
        let path = ends[1].path_of(source);
        assert_eq!(path, pair.path(&format!("in/{length}")));
        assert_eq!(fs::read(path).unwrap(), content(*length, 3));
        let done = Status::Done { path: None };
        assert_eq!(ends[0].status(source), Some(&done));
    }
    assert_eq!(names(&pair.path("in")).len(), lengths.len());
}

#[tokio::test]
async fn what_was_kept_is_not_asked_for_again_after_cuts_and_kills() {
    let mut pair = Pair::new();
    let bytes = content(6_000_000, 5);
    let source = pair.give("long", &bytes);
    let all = (bytes.len() as u64).div_ceil(GROUP);
    let mut cuts = 0;
    for number in 0.. {
        let mut ends = pair.connect();
        if pair.run(&mut ends, 100).await {
            assert_eq!(fs::read(ends[1].path_of(source)).unwrap(), bytes);
            break;
        }
        pair.cut(ends, number % 2 == 1).await;
        cuts += 1;
    }
    assert!(cuts >= 3);
    let again = pair.wanted - all;
    assert!(again <= cuts * WINDOW, "{again} of {all} in {cuts} cuts");
    assert_eq!(names(&pair.path("in")), ["long"]);
}

#[tokio::test]
async fn what_is_on_the_disk_is_believed_only_where_it_is_what_was_sent() {
    let mut pair = Pair::new();
    let bytes = content(2_000_000, 5);
    let source = pair.give("long", &bytes);
    let mut ends = pair.connect();
    assert!(!pair.run(&mut ends, 100).await);
    pair.cut(ends, false).await;
    let partial = names(&pair.path("in"));
    assert_eq!(partial.len(), 2, "{partial:?}");
    let place = partial
        .iter()
        .find(|name| name.ends_with(".bytes"))
        .unwrap();
    let mut torn = fs::read(pair.path("in").join(place)).unwrap();
    torn[20_000] ^= 1;
    fs::write(pair.path("in").join(place), torn).unwrap();
    let before = pair.wanted;
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    assert_eq!(fs::read(ends[1].path_of(source)).unwrap(), bytes);
    let all = (bytes.len() as u64).div_ceil(GROUP);
    assert!(pair.wanted - before < all, "not all of it");
    assert_eq!(names(&pair.path("in")), ["long"]);
}

#[tokio::test]
async fn a_file_that_changed_is_not_sent_and_says_so() {
    let mut pair = Pair::new();
    let source = pair.give("a", &content(500_000, 1));
    fs::write(pair.path("a"), content(500_000, 2)).unwrap();
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    for (end, by_peer) in ends.iter().zip([false, true]) {
        let reason = FileError::Changed;
        let failed = Status::Failed { reason, by_peer };
        assert_eq!(end.status(source), Some(&failed));
    }
}

#[tokio::test]
async fn what_is_there_already_is_not_asked_for_and_never_overwritten() {
    let mut pair = Pair::new();
    let (one, other) = (content(70_000, 1), content(70_000, 2));
    let first = pair.give("a", &one);
    fs::create_dir(pair.path("in")).unwrap();
    fs::write(pair.path("in/a"), &other).unwrap();
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    assert_eq!(ends[1].path_of(first), pair.path("in/a (1)"));
    assert_eq!(fs::read(pair.path("in/a")).unwrap(), other);
    let wanted = pair.wanted;
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    assert_eq!(ends[1].path_of(first), pair.path("in/a (1)"));
    assert_eq!(pair.wanted, wanted);
}

fn entry(sequence: u64) -> EntryId {
    EntryId {
        incarnation: [3; 12],
        sequence,
    }
}

#[tokio::test]
async fn a_file_goes_while_its_root_is_not_known_yet() {
    let mut pair = Pair::new();
    let mut sources = Vec::new();
    for (number, length) in [0, 5_000, 300_000, (16 << 20) + 70_000]
        .into_iter()
        .enumerate()
    {
        let (name, source) = (number.to_string(), Source::Entry(entry(number as u64 + 1)));
        let (path, bytes) = (pair.path(&name), content(length, number as u64));
        fs::write(&path, &bytes).unwrap();
        pair.offers.push(Offer {
            source,
            path,
            content: None,
            folder: None,
        });
        pair.take(source, None, &name);
        sources.push((source, bytes));
    }
    // The channel is cut once on the way.
    let mut ends = pair.connect();
    assert!(!pair.run(&mut ends, 500).await);
    let done = |end: &End, source| matches!(end.status(source), Some(Status::Done { .. }));
    let before: Vec<bool> = sources
        .iter()
        .map(|(source, _)| done(&ends[1], *source))
        .collect();
    pair.fetches.retain(|fetch| !done(&ends[1], fetch.source));
    pair.cut(ends, false).await;
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    for (number, (source, bytes)) in sources.into_iter().enumerate() {
        assert!(before[number] || done(&ends[1], source));
        let there = fs::read(pair.path(&format!("in/{number}"))).unwrap();
        assert!(there == bytes, "{source:?}");
    }
    assert_eq!(names(&pair.path("in")).len(), 4);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_goes_while_it_is_written_to() {
    let mut pair = Pair::new();
    let (reader, mut writer) = io::pipe().unwrap();
    let path = {
        use std::os::fd::AsRawFd;
        PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()))
    };
    let source = Source::Entry(entry(1));
    pair.offers.push(Offer {
        source,
        path,
        content: None,
        folder: None,
    });
    pair.take(source, None, "pipe");
    let bytes = content((17 << 20) + 5, 9);
    let written = bytes.clone();
    let writing = std::thread::spawn(move || writer.write_all(&written).unwrap());
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    writing.join().unwrap();
    let there = fs::read(ends[1].path_of(source)).unwrap();
    assert!(there == bytes);
}

fn example(folder: &Path) {
    for inside in ["a/b", "empty"] {
        fs::create_dir_all(folder.join(inside)).unwrap();
    }
    for (path, length) in [
        ("one", 10),
        ("a/two", 0),
        ("a/b/three", 400_000),
        ("a/run", 9),
    ] {
        fs::write(folder.join(path), content(length, length as u64)).unwrap();
    }
    let time = UNIX_EPOCH + Duration::from_millis(1_234_567_890_123);
    for path in ["one", "empty", "a/b"] {
        let file = fs::File::open(folder.join(path)).unwrap();
        file.set_modified(time).unwrap();
    }
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

#[tokio::test]
async fn a_folder_arrives_with_its_structure_and_times() {
    let mut pair = Pair::new();
    let from = pair.path("from");
    example(&from);
    let listing = pair.give_folder(&from);
    assert!(listing.left_out.is_empty() && listing.unread.is_empty());
    let source = Source::Root(listing.content.root);
    let mut ends = pair.connect();
    pair.run(&mut ends, 5).await;
    pair.cut(ends, true).await;
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    let to = ends[1].path_of(source);
    for path in ["one", "a/two", "a/b/three", "a/run"] {
        assert_eq!(
            fs::read(to.join(path)).unwrap(),
            fs::read(from.join(path)).unwrap()
        );
        assert_eq!(
            modified(&to.join(path))
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .as_millis(),
            modified(&from.join(path))
                .duration_since(UNIX_EPOCH)
                .unwrap()
                .as_millis()
        );
    }
    for path in ["empty", "a/b"] {
        assert_eq!(modified(&to.join(path)), modified(&from.join(path)));
    }
    assert_eq!(names(&to), ["a", "empty", "one"]);
    // It is all there: only the list is asked for again.
    let wanted = pair.wanted;
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    assert_eq!(ends[1].path_of(source), to);
    assert_eq!(pair.wanted, wanted + 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_may_run_only_if_somebody_agreed() {
    use std::os::unix::fs::PermissionsExt;
    for agreed in [false, true] {
        let mut pair = Pair::new();
        let from = pair.path("from");
        example(&from);
        fs::set_permissions(from.join("a/run"), fs::Permissions::from_mode(0o755)).unwrap();
        let listing = pair.give_folder(&from);
        assert!(listing.manifest.has_programs());
        pair.fetches[0].may_run = agreed;
        let mut ends = pair.connect();
        assert!(pair.run(&mut ends, u64::MAX / 2).await);
        let to = pair.path("in/folder");
        let mode = |path: &str| fs::metadata(to.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("a/run"), if agreed { 0o700 } else { 0o600 });
        assert_eq!(mode("one"), 0o600);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_folder_leads_nothing_out_of_it() {
    let mut pair = Pair::new();
    let from = pair.path("from");
    example(&from);
    pair.give_folder(&from);
    let outside = pair.path("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(pair.path("in/folder")).unwrap();
    std::os::unix::fs::symlink(&outside, pair.path("in/folder/a")).unwrap();
    let source = pair.fetches[0].source;
    let mut ends = pair.connect();
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    assert!(matches!(
        ends[1].status(source),
        Some(Status::Failed { by_peer: false, .. })
    ));
    assert!(names(&outside).is_empty());
}

#[tokio::test]
async fn what_is_given_up_leaves_nothing() {
    let mut pair = Pair::new();
    let source = pair.give("long", &content(4_000_000, 5));
    let mut ends = pair.connect();
    assert!(!pair.run(&mut ends, 100).await);
    ends[1].machine.refuse(source, FileError::Cancelled);
    assert!(pair.run(&mut ends, u64::MAX / 2).await);
    assert!(names(&pair.path("in")).is_empty());
    let reason = FileError::Cancelled;
    let failed = Status::Failed {
        reason,
        by_peer: true,
    };
    assert_eq!(ends[0].status(source), Some(&failed));
}

#[tokio::test]
async fn a_file_is_paused_by_either_and_goes_on() {
    let mut pair = Pair::new();
    let bytes = content(4_000_000, 5);
    let source = pair.give("long", &bytes);
    for (paused, direction) in [(0, Direction::Outgoing), (1, Direction::Incoming)] {
        let mut ends = pair.connect();
        assert!(!pair.run(&mut ends, 60).await);
        ends[paused].machine.pause(direction, source, true);
        assert!(pair.run(&mut ends, u64::MAX / 2).await, "it rests");
        for (number, end) in ends.iter().enumerate() {
            let Some(Status::Paused { by_peer, .. }) = end.status(source) else {
                panic!("{:?}", end.status(source));
            };
            assert_eq!(*by_peer, number != paused);
        }
        ends[paused].machine.pause(direction, source, false);
        match paused {
            0 => assert!(!pair.run(&mut ends, 30).await, "it goes on"),
            _ => assert!(pair.run(&mut ends, u64::MAX / 2).await),
        }
        if paused == 1 {
            assert_eq!(fs::read(ends[1].path_of(source)).unwrap(), bytes);
        }
        pair.cut(ends, false).await;
    }
}

/// A disk by itself, and what it answers.
struct Disk {
    files: Files,
    asked: u64,
}

impl Disk {
    fn new(pair: &Pair) -> Self {
        Self {
            files: pair.end("disk", Arc::default()).files,
            asked: 0,
        }
    }

    fn ask(&mut self, ask: Ask) -> RequestId {
        self.asked += 1;
        let id = RequestId(self.asked);
        self.files.ask(FileRequest { id, ask });
        id
    }

    async fn answer(&mut self) -> Answer {
        self.files.answer().await.unwrap()
    }

    fn begin(&mut self, file: u64, pair: &Pair, content: Content) -> RequestId {
        let place = Place::In {
            folder: pair.path("in"),
            name: file.to_string(),
        };
        self.ask(Ask::Begin {
            file: FileId(file),
            source: Source::Root(content.root),
            content: Some(content),
            place,
        })
    }
}

/// Larger than what is hashed while others wait.
fn large() -> Content {
    Content {
        size: 1 << 30,
        root: Root([9; 32]),
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_large_file_that_has_to_be_hashed_first_keeps_no_other_waiting() {
    let mut pair = Pair::new();
    let small = pair.give("small", &content(70_000, 1));
    let small = pair.offers.iter().find(|offer| offer.source == small);
    let small = small.unwrap().clone();
    // Reading it goes on until somebody has written to it and left.
    let (reader, writer) = io::pipe().unwrap();
    let path = {
        use std::os::fd::AsRawFd;
        PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()))
    };
    let mut disk = Disk::new(&pair);
    let encode = |disk: &mut Disk, path: &Path, content: Content| {
        disk.ask(Ask::Encode {
            path: path.to_owned(),
            source: Source::Root(content.root),
            content: Some(content),
            groups: 0..1,
        })
    };
    let slow = [0, 1].map(|_| encode(&mut disk, &path, large()));
    let quick = encode(&mut disk, &small.path, small.content.unwrap());
    let (id, result) = disk.answer().await;
    assert_eq!(id, quick);
    assert!(result.is_ok());
    drop(writer);
    for id in slow {
        // It is not what was offered.
        assert_eq!(disk.answer().await, (id, Err(FileError::Changed)));
    }
}

#[tokio::test]
async fn a_large_file_that_has_to_be_looked_through_first_keeps_no_other_waiting() {
    let pair = Pair::new();
    let mut disk = Disk::new(&pair);
    let (file, bytes) = (FileId(1), content(GROUP as usize, 1));
    disk.begin(1, &pair, large());
    assert!(disk.answer().await.1.is_ok());
    let values = vec![ChainingValue::of_group(0, &bytes)];
    let verified = Verified {
        groups: 0..1,
        values,
        bytes: bytes.into(),
    };
    for ask in [Ask::Keep { file, verified }, Ask::Suspend { file }] {
        disk.ask(ask);
        assert!(disk.answer().await.1.is_ok());
    }
    // Somebody else has it, for a while.
    let mut there = names(&pair.path("in")).into_iter();
    let there = there.find(|name| name.ends_with(".bytes")).unwrap();
    let held = fs::File::open(pair.path("in").join(there)).unwrap();
    held.try_lock().unwrap();
    let slow = disk.begin(2, &pair, large());
    let given_up = disk.ask(Ask::Suspend { file: FileId(2) });
    let quick = disk.ask(Ask::FreeSpace);
    assert_eq!(disk.answer().await.0, quick);
    drop(held);
    // In the order in which they were asked, for one file.
    assert_eq!(disk.answer().await.0, slow);
    assert_eq!(disk.answer().await, (given_up, Ok(Done::Closed)));
    // And it is still there.
    let again = disk.begin(1, &pair, large());
    let (id, result) = disk.answer().await;
    assert_eq!(id, again);
    let kept: Ranges = std::iter::once(0..1).collect();
    assert_eq!(result, Ok(Done::Begun(kept)));
}

#[tokio::test]
async fn what_nobody_used_for_long_is_removed_and_nothing_else() {
    let pair = Pair::new();
    let own = pair.path("own-disk");
    fs::create_dir(&own).unwrap();
    let old = SystemTime::now() - Duration::from_secs(100 * 24 * 3600);
    for (name, is_old) in [
        ("a.tree", true),
        ("b.tree", false),
        ("c.manifest", true),
        ("d.manifest", false),
        ("of somebody else", true),
    ] {
        let file = fs::File::create(own.join(name)).unwrap();
        if is_old {
            file.set_modified(old).unwrap();
        }
    }
    let _disk = Disk::new(&pair);
    while names(&own).len() > 3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(names(&own), ["b.tree", "d.manifest", "of somebody else"]);
}
