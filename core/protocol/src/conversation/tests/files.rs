//! Files that survive the connection, through the machine: the worlds of [`crate::transfer`], in which each channel is
//! a conversation of its own, and people write to each other meanwhile.

use super::*;
use crate::handshake::{Opener, Sealer};
use crate::link::LinkError;
use crate::transfer::tests::simulation::{End, Ends, Random, TERMS, judge_all, replay};
use crate::transfer::tree::GROUP;
use crate::transfer::{
    self, AHEAD, Content, Decision, EntryId, FRAME, FileRequest, FileResult, Offer, RequestId,
    Root, Source, State, WINDOW,
};
use handfast_token::Role;
use std::collections::HashSet;
use std::time::Instant;

/// One side of a conversation, and the person at it.
struct Talker {
    machine: Machine,
    now: Instant,
    /// Texts that were written here, and that came from there.
    written: usize,
    read: usize,
    turns: usize,
    is_over: bool,
}

fn terms() -> Terms {
    Terms {
        trust: Trust::because(TrustReason::Scanned),
        limits: Limits::USUAL,
        random: None,
        has_log: false,
    }
}

fn secret(random: &mut Random) -> Secret<32> {
    Secret::new([0; 32].map(|_| random.below(256) as u8))
}

fn conversation(random: &mut Random) -> Ends {
    let (one, other) = (secret(random), secret(random));
    let now = Instant::now();
    let end = |ours, theirs, role| -> Box<dyn End> {
        let channel = Channel::new(ours, theirs, [7; 32], role);
        Box::new(Talker {
            machine: Machine::new(now, channel, terms()).with_files(TERMS),
            now,
            written: 0,
            read: 0,
            turns: 0,
            is_over: false,
        })
    };
    [
        end(&one, &other, Role::Guest),
        end(&other, &one, Role::Host),
    ]
}

impl End for Talker {
    fn decide(&mut self, decision: Decision) {
        self.machine.decide(self.now, decision);
    }

    fn next(&mut self, ahead: usize) -> Option<(Bytes, usize)> {
        self.turns += 1;
        // Now and then a person writes, and nothing of a file goes before that.
        if self.turns.is_multiple_of(10) && self.turns < 400 {
            let text = format!("text {}", self.written);
            assert_eq!(self.machine.send_text(&text), Ok(true));
            self.written += 1;
            let frame = self.machine.poll_frame(self.now).expect("the text");
            assert!(frame.len() < 100, "what came before it was no text");
            return Some((frame, 0));
        }
        if let Some(frame) = self.machine.poll_frame(self.now) {
            return Some((frame, 0));
        }
        let frame = self.machine.poll_piece(self.now, ahead)?;
        let length = frame.len();
        Some((frame, length))
    }

    fn heard(&mut self, said: Bytes) {
        assert!(self.machine.wants_frame(), "files hold nobody back");
        self.machine.frame_received(self.now, said);
    }

    fn close(&mut self) {
        self.machine.link_closed(self.now, LinkError::Lost);
    }

    fn is_idle(&mut self) -> bool {
        // It says so by its last event, for which there is room once those before it were taken.
        self.is_over || self.machine.ending().is_some() && self.machine.has_event()
    }

    fn poll_request(&mut self) -> Option<FileRequest> {
        self.machine.poll_file_request()
    }

    fn answered(&mut self, id: RequestId, result: FileResult) {
        self.machine.file_request_answered(self.now, id, result);
    }

    fn poll_event(&mut self) -> Option<transfer::Event> {
        loop {
            let event = self.machine.poll_event(self.now);
            let event = event.or_else(|| self.machine.poll_progress())?;
            assert!(!self.is_over, "nothing follows the end");
            match event {
                Event::File(event) => return Some(event),
                Event::TextReceived(text) => {
                    assert_eq!(text, format!("text {}", self.read));
                    self.read += 1;
                }
                Event::Ended(ending) => {
                    assert_eq!(ending, Ending::Lost(LinkError::Lost));
                    self.is_over = true;
                }
                event => panic!("{event:?}"),
            }
        }
    }

    fn held(&self) -> usize {
        self.machine.held()
    }
}

#[test]
fn whatever_the_seed_files_go_on_in_every_conversation_and_nothing_kept_is_asked_for_again() {
    judge_all(60, conversation);
}

#[test]
fn a_seed_replays_files_of_conversations_to_the_last_byte() {
    replay(1, conversation);
}

/// A machine whose peer is the test itself.
struct Beside {
    machine: Machine,
    now: Instant,
    sealer: Sealer,
    opener: Opener,
}

impl Beside {
    fn new(files: Option<transfer::Terms>) -> Self {
        let (ours, theirs) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let now = Instant::now();
        let channel = Channel::new(&ours, &theirs, [7; 32], Role::Host);
        let other = Channel::new(&theirs, &ours, [7; 32], Role::Guest);
        let machine = Machine::new(now, channel, terms());
        Self {
            machine: match files {
                Some(files) => machine.with_files(files),
                None => machine,
            },
            now,
            sealer: other.sealer,
            opener: other.opener,
        }
    }

    fn say(&mut self, message: transfer::Message) {
        let (head, tail) = message.encode();
        let frame = self.sealer.seal_parts(&[&head, &tail]).expect("short");
        self.machine.frame_received(self.now, frame);
    }

    fn open(&mut self, frame: Bytes) -> Message {
        let body = self.opener.open(frame).expect("in order");
        Message::parse(body).expect("one of ours")
    }

    /// What is said next, beside pieces.
    fn next(&mut self) -> Option<Message> {
        let frame = self.machine.poll_frame(self.now)?;
        Some(self.open(frame))
    }

    fn piece(&mut self, ahead: usize) -> Option<Message> {
        let frame = self.machine.poll_piece(self.now, ahead)?;
        Some(self.open(frame))
    }

    /// Offers a file, of which the other side wants the first block.
    fn offer(&mut self, size: usize) -> Source {
        let bytes = content(size);
        let root = Root::of(&bytes);
        let source = Source::Root(root);
        let offer = Offer {
            source,
            path: "file".into(),
            content: Some(Content {
                size: size as u64,
                root,
            }),
            folder: None,
        };
        self.machine.decide(self.now, Decision::Offer(offer));
        source
    }

    fn want(&mut self, number: u32, source: Source) {
        self.say(transfer::Message::Want {
            number,
            source,
            first: 0,
            count: 16,
        });
        let request = self.machine.poll_file_request().expect("a request");
        let bytes = Bytes::from(vec![7; 16 * GROUP as usize]);
        let encoded = transfer::Done::Encoded {
            segment: None,
            bytes,
        };
        self.machine
            .file_request_answered(self.now, request.id, Ok(encoded));
    }
}

const SIZE: usize = 20 * GROUP as usize;

#[test]
fn a_text_overtakes_the_pieces_of_a_file_and_never_waits_behind_more_than_may_be() {
    let mut beside = Beside::new(Some(TERMS));
    let source = beside.offer(SIZE);
    let state = State::Offered;
    let offered = Message::File(transfer::Message::State { source, state });
    assert_eq!(beside.next(), Some(offered));
    beside.want(1, source);
    assert!(!beside.machine.has_frame());
    assert!(beside.machine.has_piece());
    let mut ahead = 0;
    while let Some(Message::File(transfer::Message::Group { .. })) = beside.piece(ahead) {
        ahead += FRAME;
    }
    assert!(beside.machine.has_piece(), "it waits for room");
    assert!(ahead <= AHEAD && ahead + FRAME > AHEAD, "{ahead} bytes");
    assert_eq!(beside.machine.send_text("quick"), Ok(true));
    assert!(!beside.machine.has_piece(), "the text goes first");
    assert_eq!(beside.piece(0), None);
    let Some(Message::Text { part, .. }) = beside.next() else {
        panic!("no text");
    };
    assert_eq!(&part[..], b"quick");
    assert!(beside.piece(0).is_some());
}

#[test]
fn whoever_leaves_says_goodbye_ahead_of_what_is_left_of_files() {
    let mut beside = Beside::new(Some(TERMS));
    let source = beside.offer(SIZE);
    beside.want(1, source);
    beside.machine.leave(beside.now);
    let mut said = Vec::new();
    while let Some(message) = beside.next() {
        said.push(message);
    }
    assert_eq!(said.pop(), Some(Message::Bye));
    assert!(beside.machine.has_said_all());
    assert!(!beside.machine.has_frame() && !beside.machine.has_piece());
    assert_eq!(beside.piece(0), None);
}

#[test]
fn who_keeps_nothing_takes_what_is_said_of_such_files_for_a_breach() {
    let source = Source::Entry(EntryId {
        incarnation: [1; 12],
        sequence: 1,
    });
    let state = State::Offered;
    for (files, is_breach) in [(None, true), (Some(TERMS), false)] {
        let mut beside = Beside::new(files);
        beside.say(transfer::Message::State { source, state });
        let ending = is_breach.then_some(Ending::Broken(Violation::Malformed));
        assert_eq!(beside.machine.ending(), ending);
    }
}

#[test]
fn a_piece_that_nobody_asked_for_and_too_much_at_once_end_the_conversation() {
    let mut beside = Beside::new(Some(TERMS));
    let bytes = Bytes::from_static(b"bytes");
    beside.say(transfer::Message::Group { number: 1, bytes });
    let broken = Some(Ending::Broken(Violation::OutOfTurn));
    assert_eq!(beside.machine.ending(), broken);

    let mut beside = Beside::new(Some(TERMS));
    let source = beside.offer(SIZE);
    for number in 1..=(WINDOW / 16) as u32 {
        beside.want(number, source);
    }
    assert_eq!(beside.machine.ending(), None);
    beside.say(transfer::Message::Want {
        number: 5,
        source,
        first: 0,
        count: 1,
    });
    assert_eq!(beside.machine.ending(), broken);
}

#[test]
fn however_many_files_change_nothing_that_is_read_waits_for_whoever_reads_events() {
    let mut beside = Beside::new(Some(TERMS));
    for number in 0..1_000 {
        let source = beside.offer(SIZE + number);
        beside.say(transfer::Message::State {
            source,
            state: State::Coming(1),
        });
        assert!(beside.machine.wants_frame());
    }
    beside.machine.hang_up(beside.now);
    let mut told = HashSet::new();
    while let Some(event) = beside.machine.poll_event(beside.now) {
        assert!(!matches!(event, Event::Ended(_)) || told.len() == 1_000);
        if let Event::File(transfer::Event::Changed { source, .. }) = event {
            told.insert(source);
        }
    }
    assert_eq!(told.len(), 1_000, "each file, and the end behind them");
    assert_eq!(beside.machine.poll_progress(), None);
}
