//! An exchange by itself: what it says when, and what it does not put up with.

use super::*;

/// One side, whose store is a list.
struct Side {
    ledger: Ledger,
    exchange: Exchange,
    disk: Vec<Row>,
    requests: Vec<Request>,
}

impl Side {
    fn new(ledger: Ledger, disk: Vec<Row>) -> Self {
        let exchange = Exchange::start(&ledger, true).expect("settled");
        Self {
            ledger,
            exchange,
            disk,
            requests: Vec::new(),
        }
    }

    fn receive(&mut self, message: Message) {
        self.exchange.received(NOW, &mut self.ledger, message);
        while let Some(request) = self.exchange.poll_request() {
            self.requests.push(request);
        }
    }

    /// Does all that was asked of the store, and how much of it there was.
    fn store(&mut self) -> usize {
        let mut done = 0;
        while !self.requests.is_empty() {
            let request = self.requests.remove(0);
            done += 1;
            let (exchange, ledger) = (&mut self.exchange, &mut self.ledger);
            match request {
                Request::Keep(row) => {
                    self.disk.push(*row);
                    exchange.kept(NOW, ledger, 1);
                }
                Request::KeepMarks(_) => {}
                Request::LookUp { log, sequence } => {
                    let at = |sequence| {
                        let rows = self.disk.iter();
                        rows.filter(move |row| {
                            row.log() == log && row.entry.header.sequence == sequence
                        })
                    };
                    let looked = Looked {
                        before: at(sequence - 1).map(|row| Head::of(row).point).collect(),
                        at: at(sequence).map(|row| row.hash).collect(),
                    };
                    exchange.looked(NOW, ledger, &looked);
                }
                Request::Load { log, from, at_most } => {
                    let mut rows: Vec<_> = self
                        .disk
                        .iter()
                        .filter(|row| {
                            row.log() == log && (row.entry.header.sequence, row.line) >= from
                        })
                        .cloned()
                        .collect();
                    rows.sort_by_key(|row| (row.entry.header.sequence, row.line));
                    let mut bytes = 0;
                    rows.retain(|row| {
                        bytes += row.length();
                        bytes <= at_most
                    });
                    exchange.loaded(NOW, ledger, rows);
                }
            }
            while let Some(request) = self.exchange.poll_request() {
                self.requests.push(request);
            }
        }
        done
    }

    fn ending(&mut self) -> Option<Fault> {
        while let Some(event) = self.exchange.poll_event() {
            if let Event::Ended(fault) = event {
                return Some(fault);
            }
        }
        None
    }
}

/// Somebody who has written so many texts of that length, and what is on their disk.
fn written(keys: LogKeys, texts: usize, length: usize) -> (Ledger, Vec<Row>) {
    let mut writer = Writer::new(keys);
    let mut disk = Vec::new();
    for n in 0..texts {
        let text = format!("{n} {}", "x".repeat(length));
        disk.extend(writer.write(&Body::Text(text), None));
    }
    writer.ledger.kept(disk.len());
    (writer.ledger, disk)
}

/// Ana who has something to say, and Ben, who has heard where she is.
fn two(texts: usize, length: usize) -> (Side, Side) {
    let [ana, ben] = keys();
    let (ledger, disk) = written(ana, texts, length);
    let mut ana = Side::new(ledger, disk);
    let mut ben = Side::new(Ledger::new(ben), Vec::new());
    let (from_ana, from_ben) = (
        ana.exchange.poll_message().expect("heads"),
        ben.exchange.poll_message().expect("heads"),
    );
    ana.receive(from_ben);
    ben.receive(from_ana);
    (ana, ben)
}

fn messages_of(arrival: &Arrival) -> Vec<Message> {
    message::Parts::of(arrival).collect()
}

#[test]
fn heads_are_the_first_thing_said_and_the_only_ones() {
    let [ana, _] = keys();
    let mut side = Side::new(Ledger::new(ana), Vec::new());
    let heads = side.exchange.poll_message();
    assert_eq!(heads, Some(Message::Heads(Heads::default())));
    assert!(!side.exchange.has_message());
    side.receive(Message::Heads(Heads::default()));
    assert_eq!(side.ending(), None);
    side.receive(Message::Heads(Heads::default()));
    assert_eq!(side.ending(), Some(Fault::OutOfTurn));

    let (_, rows) = written(keys()[1].clone(), 1, 1);
    let mut early = Side::new(Ledger::new(keys()[0].clone()), Vec::new());
    for message in messages_of(&rows[0].arrival()) {
        early.receive(message);
    }
    assert_eq!(early.ending(), Some(Fault::OutOfTurn));
}

#[test]
fn nothing_is_acknowledged_before_it_is_on_the_disk() {
    let (mut ana, mut ben) = two(1, 10);
    ana.store();
    while let Some(message) = ana.exchange.poll_message() {
        ben.receive(message);
    }
    assert_eq!(ben.requests.len(), 2);
    assert!(!ben.exchange.has_message());
    ben.exchange.kept(NOW, &mut ben.ledger, 1);
    let Some(Message::Stored { tip, .. }) = ben.exchange.poll_message() else {
        panic!("the first is on the disk");
    };
    assert_eq!(tip.sequence, 1);
    ben.exchange.kept(NOW, &mut ben.ledger, 100);
    let Some(stored @ Message::Stored { .. }) = ben.exchange.poll_message() else {
        panic!("the second is on the disk");
    };
    ana.receive(stored);
    let delivered = ana.exchange.poll_event();
    assert!(matches!(delivered, Some(Event::Delivered { up_to: 2, .. })));
}

#[test]
fn what_waits_for_the_disk_is_bounded_and_goes_on_when_there_is_room() {
    let (mut ana, mut ben) = two(40, 30_000);
    let mut sent = 0;
    let mut rounds = 0;
    loop {
        ana.store();
        let before = sent;
        while let Some(message) = ana.exchange.poll_message() {
            sent += message.encode().1.len();
            ben.receive(message);
        }
        assert!(
            sent - before <= WINDOW,
            "no more than may be unacknowledged"
        );
        assert_eq!(ben.ending(), None);
        if ben.store() == 0 {
            break;
        }
        rounds += 1;
        while let Some(message) = ben.exchange.poll_message() {
            ana.receive(message);
        }
    }
    assert!(rounds >= 5, "{rounds}");
    assert_eq!(ben.disk.len(), ana.disk.len());
}

#[test]
fn more_than_may_be_unacknowledged_ends_it() {
    let (ana, mut ben) = two(40, 30_000);
    for row in &ana.disk {
        for message in messages_of(&row.arrival()) {
            ben.receive(message);
        }
    }
    assert_eq!(ben.ending(), Some(Fault::TooMuch));
    let kept = ben.requests.len();
    assert!((6..=9).contains(&kept), "{kept}");
    assert!(!ben.exchange.has_message());
}

#[test]
fn only_what_was_sent_is_acknowledged() {
    let (mut ana, _) = two(3, 10);
    ana.store();
    let log = ana.disk[0].log();
    let stored = |row: &Row| Message::Stored {
        log: LogId {
            author: Author::Peer,
            ..log
        },
        tip: row.tip(),
    };
    let rows = ana.disk.clone();
    ana.exchange.poll_message();
    ana.receive(stored(&rows[0]));
    assert_eq!(ana.ending(), None);
    for what in [stored(&rows[0]), stored(&rows[1]), stored(&rows[3])] {
        let (mut other, _) = two(3, 10);
        other.store();
        other.exchange.poll_message();
        other.receive(stored(&rows[0]));
        other.receive(what);
        assert_eq!(other.ending(), Some(Fault::NeverSent));
    }
}

#[test]
fn a_row_that_is_written_meanwhile_goes_once_it_is_on_the_disk() {
    let (mut ana, mut ben) = two(0, 0);
    let draft = Draft::new(&Body::Text("new".to_owned()), None, None).expect("a draft");
    let rows = ana.ledger.append(NOW, &draft, &Secret::new([1; 32]));
    let rows = rows.expect("room");
    assert!(!ana.exchange.has_message(), "it is in memory only");
    for row in &rows {
        ana.ledger.kept(1);
        ana.exchange.written(NOW, &mut ana.ledger, row);
        assert!(ana.exchange.has_message());
    }
    while let Some(message) = ana.exchange.poll_message() {
        ben.receive(message);
    }
    ben.store();
    assert_eq!(ben.disk.len(), 2);
}

#[test]
fn nobody_gets_their_own_back_before_a_person_agrees() {
    let [ana, ben] = keys();
    let (mut lost, rows) = written(ana.clone(), 3, 10);
    let mut ledger = Ledger::new(ben);
    let disk: Vec<Row> = rows
        .iter()
        .map(|row| match ledger.receive(NOW, sent(row)) {
            Ok(Received::New(row)) => *row,
            other => panic!("{other:?}"),
        })
        .collect();
    ledger.kept(disk.len());
    let mut holder = Side::new(ledger, disk);
    holder.exchange = Exchange::start(&holder.ledger, false).expect("settled");
    lost = Ledger::new(lost.keys().clone());
    let mut lost = Side::new(lost, Vec::new());
    let heads = lost.exchange.poll_message().expect("heads");
    holder.exchange.poll_message();
    holder.receive(heads);
    assert_eq!(holder.exchange.poll_event(), Some(Event::PeerLacks));
    assert!(holder.requests.is_empty() && !holder.exchange.has_message());

    holder.exchange.give_back(NOW, &mut holder.ledger);
    let Some(load @ Request::Load { .. }) = holder.exchange.poll_request() else {
        panic!("they agreed");
    };
    holder.requests.push(load);
    holder.store();
    lost.receive(Message::Heads(Heads::default()));
    while let Some(message) = holder.exchange.poll_message() {
        lost.receive(message);
    }
    lost.store();
    assert_eq!(lost.disk.len(), 4);
    assert!(lost.disk.iter().all(|row| row.author == Author::Me));
    let mut told = Vec::new();
    while let Some(event) = lost.exchange.poll_event() {
        told.push(event);
    }
    assert!(
        told.iter()
            .any(|event| matches!(event, Event::Returned { up_to: 4, .. }))
    );
}

#[test]
fn what_is_said_to_be_this_persons_own_is_refused_if_it_is_not() {
    let (_, mut ben) = two(0, 0);
    let (_, rows) = written(keys()[0].clone(), 1, 10);
    // Ana sends something of hers as if Ben had written it.
    let mut forged = rows[0].arrival();
    forged.author = Author::Peer;
    let log = LogId {
        author: Author::Me,
        ..forged.log()
    };
    forged.before = ben.ledger.keys().beginning(Author::Me, log.incarnation);
    for message in messages_of(&forged) {
        ben.receive(message);
    }
    assert_eq!(ben.ending(), Some(Fault::NotMine));
    assert!(ben.requests.is_empty(), "nothing of it is kept");
}

#[test]
fn what_people_write_shows_in_no_debug_output() {
    let (mut ana, _) = two(1, 10);
    let loads = format!("{:?}", ana.requests);
    ana.store();
    let ready = format!("{:?}", ana.exchange);
    let mut printed = format!("{loads}{ready}{:?}", ana.disk);
    while let Some(message) = ana.exchange.poll_message() {
        printed += &format!("{message:?}");
    }
    assert!(!printed.contains("xxx"), "{printed}");
    // As a list of numbers it would be there as well.
    assert!(!printed.contains("120, 120"), "{printed}");
}

#[test]
fn ten_thousand_old_entries_cost_a_look_each_and_no_memory() {
    let (mut ana, mut ben) = two(3, 10);
    ana.store();
    while let Some(message) = ana.exchange.poll_message() {
        ben.receive(message);
    }
    ben.store();
    while ben.exchange.poll_message().is_some() {}
    for _ in 0..10_000 {
        for message in messages_of(&ana.disk[1].arrival()) {
            ben.receive(message);
        }
        assert!(ben.store() <= 1);
        while ben.exchange.poll_message().is_some() {}
        assert_eq!(ben.ending(), None);
    }
    assert_eq!(ben.disk.len(), 4);
}

#[test]
fn a_store_that_answers_something_else_ends_it() {
    let (mut ana, _) = two(3, 10);
    let other = written(keys()[0].clone(), 1, 10).1;
    ana.exchange
        .loaded(NOW, &mut ana.ledger, vec![other[1].clone()]);
    assert_eq!(ana.ending(), Some(Fault::Damaged));
    let (mut unasked, _) = two(0, 0);
    let looked = Looked::default();
    unasked.exchange.looked(NOW, &mut unasked.ledger, &looked);
    assert_eq!(unasked.ending(), Some(Fault::Damaged));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_other_side_says_ends_it_or_is_kept(
        entries in prop::collection::vec(any_arrival(), 0..12),
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..12),
    ) {
        let (_, mut ben) = two(2, 10);
        for (entry, mut body) in entries.into_iter().zip(bodies) {
            if let Some(kind) = body.first_mut() {
                *kind = 18 + *kind % 3;
            }
            for message in messages_of(&entry) {
                ben.receive(message);
            }
            if let Ok(message) = Message::parse(body.into()) {
                ben.receive(message);
            }
            ben.store();
        }
    }
}
