//! One machine by itself, before somebody who lies.

use super::super::tree::{BLOCK, GROUP, SEGMENT, Segment};
use super::*;

const TERMS: Terms = Terms {
    keep_free: 1_000,
    largest: 1 << 40,
};

const ENTRY: Source = Source::Entry(EntryId {
    incarnation: [1; 12],
    sequence: 1,
});

/// A machine that takes a file of which nothing is here, and the requests it makes.
struct Taker {
    machine: Transfers,
    free: u64,
    /// What it put at its place.
    finished: usize,
    kept: usize,
}

impl Taker {
    fn new(source: Source, content: Option<Content>) -> Self {
        let mut taker = Self {
            machine: Transfers::new(TERMS),
            free: 1 << 50,
            finished: 0,
            kept: 0,
        };
        taker.fetch(source, content);
        taker
    }

    fn fetch(&mut self, source: Source, content: Option<Content>) {
        self.machine.fetch(Fetch {
            source,
            content,
            claimed: None,
            goal: Goal::File {
                folder: "in".into(),
                name: "a".into(),
            },
            may_run: false,
        });
        self.serve();
    }

    fn serve(&mut self) {
        while let Some(FileRequest { id, ask }) = self.machine.poll_request() {
            let done = match ask {
                Ask::FreeSpace => Done::Free(self.free),
                Ask::Begin { .. } => Done::Begun(Ranges::new()),
                Ask::Keep { verified, .. } => {
                    self.kept += verified.bytes.len();
                    Done::Kept
                }
                Ask::Finish { .. } => {
                    self.finished += 1;
                    Done::Finished("in/a".into())
                }
                _ => Done::Closed,
            };
            self.machine.answered(id, Ok(done));
        }
    }

    /// The WANTs that it says now, and what else.
    fn says(&mut self) -> (Vec<(u32, u64, u8)>, Vec<State>) {
        let (mut wants, mut states) = (Vec::new(), Vec::new());
        while let Some(message) = self.machine.poll_message(0) {
            match message {
                Message::Want {
                    number,
                    first,
                    count,
                    ..
                } => wants.push((number, first, count)),
                Message::State { state, .. } => states.push(state),
                other => panic!("{other:?}"),
            }
        }
        (wants, states)
    }

    fn hear(&mut self, message: Message) -> Result<(), Violation> {
        let heard = self.machine.heard(message);
        self.serve();
        heard
    }

    fn answer(&mut self, number: u32, bytes: &[u8]) -> Result<(), Violation> {
        for part in bytes.chunks(message::PART) {
            let bytes = Bytes::copy_from_slice(part);
            self.hear(Message::Group { number, bytes })?;
        }
        Ok(())
    }

    fn status(&mut self) -> Option<Status> {
        let mut last = None;
        while let Some(event) = self.machine.poll_event() {
            if let Event::Changed { status, .. } = event {
                last = Some(status);
            }
        }
        last
    }
}

fn whole(content: &[u8]) -> (Tree, Content) {
    let mut tree = Tree::new();
    tree.update(content);
    let root = tree.finish();
    let size = content.len() as u64;
    (tree, Content { size, root })
}

fn encode(tree: &Tree, content: &[u8], first: u64, count: u8) -> Bytes {
    let wanted = first..first + u64::from(count);
    tree.encode(&wanted, block(content, first)).expect("read")
}

#[test]
fn a_window_of_groups_is_asked_for_and_no_more_until_some_are_on_the_disk() {
    let content = content(2 << 20);
    let (tree, known) = whole(&content);
    let mut taker = Taker::new(Source::Root(known.root), Some(known));
    let (wants, states) = taker.says();
    let blocks: Vec<_> = (0..4)
        .map(|n| (n as u32 + 1, n * BLOCK, BLOCK as u8))
        .collect();
    assert_eq!(wants, blocks);
    assert_eq!(states, [State::Coming(0)]);
    assert_eq!(taker.says(), (vec![], vec![]));
    let answer = encode(&tree, &content, 16, 16);
    taker.answer(2, &answer).expect("asked for");
    assert_eq!(taker.kept, 256 << 10);
    assert_eq!(taker.says().0, [(5, 4 * BLOCK, BLOCK as u8)]);
}

#[test]
fn files_take_turns() {
    let mut taker = Taker::new(ENTRY, None);
    let big = Content {
        size: 1 << 30,
        root: Root([3; 32]),
    };
    taker.fetch(Source::Root(big.root), Some(big));
    let mut asked = Vec::new();
    while let Some(message) = taker.machine.poll_message(0) {
        if let Message::Want { source, .. } = message {
            asked.push(source == ENTRY);
        }
    }
    assert_eq!(asked.len(), 4);
    assert!(asked.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn what_was_not_asked_for_ends_the_channel() {
    let content = content(40_000);
    let (tree, known) = whole(&content);
    let asked = || {
        let mut taker = Taker::new(Source::Root(known.root), Some(known));
        assert_eq!(taker.says().0, [(1, 0, 3)]);
        taker
    };
    let answer = encode(&tree, &content, 0, 3);
    let longer = [&answer[..], b"x"].concat();
    assert_eq!(asked().answer(2, &answer), Err(Violation::Unasked));
    assert_eq!(asked().answer(1, &longer), Err(Violation::Unasked));
    let segment = Message::Segment {
        number: 1,
        segment: Segment::NONE,
    };
    assert_eq!(asked().hear(segment), Err(Violation::Unasked));
    let mut taker = asked();
    taker.answer(1, &answer).expect("asked for");
    assert_eq!(taker.finished, 1);
    assert_eq!(taker.answer(1, &answer), Err(Violation::Unasked));
    let over = Message::Group {
        number: 1,
        bytes: Bytes::new(),
    };
    assert_eq!(taker.hear(over), Err(Violation::Unasked));
}

#[test]
fn groups_before_their_segment_end_the_channel() {
    let mut taker = Taker::new(ENTRY, None);
    assert_eq!(taker.says().0.len(), 4);
    assert_eq!(taker.answer(1, b"x"), Err(Violation::Unasked));
}

#[test]
fn a_file_that_is_not_its_root_fails_and_the_channel_goes_on() {
    let content = content(300_000);
    let (tree, known) = whole(&content);
    for (root, size) in [
        (Root([9; 32]), known.size),
        (known.root, known.size + 1),
        (known.root, known.size - 1),
        (known.root, 1 << 40),
    ] {
        let claimed = Content { size, root };
        let mut taker = Taker::new(Source::Root(root), Some(claimed));
        let (wants, _) = taker.says();
        let mut is_over = false;
        for (number, first, count) in wants {
            let end = (first + u64::from(count)).min(19);
            let count = end.saturating_sub(first) as u8;
            if count > 0 {
                let answer = encode(&tree, &content, first, count);
                // Whether it is too much or too little, none of it is believed.
                let is_asked = taker.answer(number, &answer).is_ok();
                is_over |= !is_asked;
                let _ = taker.answer(number, b"x");
            }
        }
        assert_eq!(taker.finished, 0);
        if is_over {
            assert!(size < known.size, "more came than the size allows");
            continue;
        }
        let failed = Status::Failed {
            reason: FileError::Damaged,
            by_peer: true,
        };
        assert_eq!(taker.status(), Some(failed), "{size}");
        assert!(taker.says().1.contains(&State::Refused(FileError::Damaged)));
    }
}

#[test]
fn a_size_takes_no_memory_and_needs_room() {
    let claimed = Content {
        size: 1 << 39,
        root: Root([9; 32]),
    };
    let mut taker = Taker::new(Source::Root(claimed.root), Some(claimed));
    assert_eq!(taker.says().0.len(), 4);
    taker.free = 1 << 38;
    taker.machine = Transfers::new(TERMS);
    taker.fetch(Source::Root(claimed.root), Some(claimed));
    let (wants, states) = taker.says();
    assert_eq!(
        (wants, states),
        (vec![], vec![State::Refused(FileError::NoSpace)])
    );
    let beyond = Content {
        size: u64::MAX,
        ..claimed
    };
    let mut taker = Taker::new(Source::Root(beyond.root), Some(beyond));
    assert_eq!(taker.says().1, [State::Refused(FileError::TooLarge)]);
}

#[test]
fn a_pipe_ends_at_the_size_of_the_largest_file() {
    let mut taker = Taker::new(ENTRY, None);
    let terms = Terms {
        largest: 20_000,
        ..TERMS
    };
    taker.machine = Transfers::new(terms);
    taker.fetch(ENTRY, None);
    let content = content(40_000);
    let (tree, _) = whole(&content);
    assert_eq!(taker.says().0.len(), 4);
    let segment = tree.segment(0).expect("read");
    taker
        .hear(Message::Segment { number: 1, segment })
        .expect("asked for");
    let answer = tree
        .encode_in_segment(&(0..3), block(&content, 0))
        .expect("read");
    taker.answer(1, &answer).expect("asked for");
    assert_eq!(taker.says().1, [State::Refused(FileError::TooLarge)]);
}

#[test]
fn it_is_too_late_to_stop_what_goes_to_its_place() {
    let content = content(40_000);
    let (tree, known) = whole(&content);
    let source = Source::Root(known.root);
    let mut taker = Taker::new(source, Some(known));
    assert_eq!(taker.says().0.len(), 1);
    let answer = encode(&tree, &content, 0, 3);
    for part in answer.chunks(message::PART) {
        let (number, bytes) = (1, Bytes::copy_from_slice(part));
        taker
            .machine
            .heard(Message::Group { number, bytes })
            .expect("asked for");
    }
    taker.machine.refuse(source, FileError::Cancelled);
    let state = State::Withdrawn(FileError::Cancelled);
    taker
        .hear(Message::State { source, state })
        .expect("a state");
    assert_eq!(taker.finished, 1);
    let path = Some("in/a".into());
    assert_eq!(taker.status(), Some(Status::Done { path }));
}

#[test]
fn what_has_a_root_is_fetched_as_what_it_is() {
    for content in [
        None,
        Some(Content {
            size: 1,
            root: Root([8; 32]),
        }),
    ] {
        let mut taker = Taker::new(Source::Root(Root([9; 32])), content);
        assert_eq!(
            taker.says(),
            (vec![], vec![State::Refused(FileError::Unreadable)])
        );
    }
}

#[test]
fn whoever_gives_nothing_is_not_asked_again_until_they_offer_it_again() {
    let content = content(40_000);
    let (_, known) = whole(&content);
    let source = Source::Root(known.root);
    let mut taker = Taker::new(source, Some(known));
    assert_eq!(taker.says().0, [(1, 0, 3)]);
    let bytes = Bytes::new();
    taker
        .hear(Message::Group { number: 1, bytes })
        .expect("asked for");
    assert_eq!(taker.says().0, []);
    assert!(matches!(
        taker.status(),
        Some(Status::Paused { by_peer: true, .. })
    ));
    let state = State::Offered;
    taker
        .hear(Message::State { source, state })
        .expect("a state");
    assert_eq!(taker.says(), (vec![(2, 0, 3)], vec![State::Coming(0)]));
}

#[test]
fn a_pipe_that_does_not_combine_to_its_root_is_thrown_away() {
    let content = content(40_000);
    let (tree, known) = whole(&content);
    let mut taker = Taker::new(ENTRY, None);
    let (wants, _) = taker.says();
    assert_eq!(wants[0], (1, 0, 16));
    let segment = tree.segment(0).expect("read");
    taker
        .hear(Message::Segment { number: 1, segment })
        .expect("asked for");
    let answer = tree
        .encode_in_segment(&(0..3), block(&content, 0))
        .expect("read");
    taker.answer(1, &answer).expect("asked for");
    assert_eq!(taker.says().0, [], "it is at its end");
    assert_eq!(taker.finished, 0, "its root is not known");
    let Source::Entry(entry) = ENTRY else { return };
    let shorter = Content {
        size: GROUP,
        ..known
    };
    taker.machine.hashed(entry, shorter);
    assert!(matches!(taker.status(), Some(Status::Failed { .. })));
    let discards = std::iter::from_fn(|| taker.machine.poll_request());
    assert!(
        discards
            .into_iter()
            .any(|request| matches!(request.ask, Ask::Discard { .. }))
    );
}

/// A machine that gives a file of so many bytes, by its root.
fn giver(size: u64) -> (Transfers, Source) {
    let content = Content {
        size,
        root: Root([5; 32]),
    };
    let source = Source::Root(content.root);
    let mut machine = Transfers::new(TERMS);
    machine.offer(Offer {
        source,
        path: "a".into(),
        content: Some(content),
        folder: None,
    });
    assert_eq!(
        machine.poll_message(0),
        Some(Message::State {
            source,
            state: State::Offered
        })
    );
    (machine, source)
}

fn want(number: u32, source: Source, first: u64, count: u8) -> Message {
    Message::Want {
        number,
        source,
        first,
        count,
    }
}

#[test]
fn whoever_asks_for_more_than_the_window_ends_the_channel() {
    let (mut machine, source) = giver(1 << 30);
    for number in 1..=4 {
        let heard = machine.heard(want(number, source, u64::from(number) * BLOCK, 16));
        assert_eq!(heard, Ok(()));
    }
    assert_eq!(
        machine.heard(want(5, source, 0, 1)),
        Err(Violation::TooMuch)
    );
    let (mut machine, source) = giver(1 << 30);
    assert_eq!(
        machine.heard(want(2, source, 0, 1)),
        Err(Violation::TooMuch)
    );
    assert_eq!(machine.heard(want(1, source, 65_535, 1)), Ok(()));
    assert_eq!(
        machine.heard(want(2, source, 65_536, 1)),
        Err(Violation::TooMuch)
    );
    // What was never offered is refused just as much beyond the window, and asks nothing of the disk before.
    let (mut machine, _) = giver(1);
    let other = Source::Root(Root([6; 32]));
    for number in 1..=64 {
        assert_eq!(machine.heard(want(number, other, 0, 1)), Ok(()));
    }
    assert_eq!(
        machine.heard(want(65, other, 0, 1)),
        Err(Violation::TooMuch)
    );
    assert_eq!(machine.poll_request(), None);
    let bytes = Bytes::new();
    assert_eq!(
        machine.poll_message(0),
        Some(Message::Group { number: 1, bytes })
    );
}

#[test]
fn nothing_of_a_file_is_given_while_64_kib_of_files_wait_beneath() {
    let (mut machine, source) = giver(1 << 30);
    machine
        .heard(want(1, source, 0, 16))
        .expect("in the window");
    let request = machine.poll_request().expect("one");
    let bytes = Bytes::from(vec![0; 100_000]);
    let segment = None;
    machine.answered(request.id, Ok(Done::Encoded { segment, bytes }));
    assert_eq!(machine.poll_message(AHEAD), None);
    assert_eq!(machine.poll_message(AHEAD - message::PART), None);
    assert!(machine.poll_message(AHEAD - 16_080).is_some());
    machine.pause(Direction::Outgoing, source, true);
    let over = Message::Group {
        number: 1,
        bytes: Bytes::new(),
    };
    assert_eq!(
        machine.poll_message(AHEAD),
        Some(over),
        "what is no piece goes"
    );
    let state = State::Held;
    assert_eq!(
        machine.poll_message(AHEAD),
        Some(Message::State { source, state })
    );
    assert_eq!(machine.poll_message(0), None);
}

#[test]
fn words_about_files_that_nobody_knows_are_bounded() {
    let (mut machine, _) = giver(1);
    for number in 0..10_000_u64 {
        let mut root = [0; 32];
        root[..8].copy_from_slice(&number.to_le_bytes());
        let source = Source::Root(Root(root));
        for state in [State::Offered, State::Held, State::Received, State::Paused] {
            machine
                .heard(Message::State { source, state })
                .expect("a state");
        }
    }
    let events = std::iter::from_fn(|| machine.poll_event());
    let asked = events
        .into_iter()
        .filter(|event| matches!(event, Event::Asked(_)));
    assert!(asked.count() <= 256);
}

#[test]
fn a_segment_that_was_never_whole_counts_as_the_end_of_the_file() {
    let mut taker = Taker::new(ENTRY, None);
    assert_eq!(taker.says().0.len(), 4);
    let length = 20 * GROUP as u32;
    let segment = Segment {
        length,
        ..Segment::NONE
    };
    for (number, blocks) in [(3, true), (4, true)] {
        let segment = Message::Segment { number, segment };
        assert_eq!(taker.hear(segment).is_ok(), blocks);
    }
    let (wants, _) = taker.says();
    assert!(wants.iter().all(|(_, first, _)| *first < SEGMENT));
    assert_eq!(wants, [], "nothing behind its end is asked for");
}
