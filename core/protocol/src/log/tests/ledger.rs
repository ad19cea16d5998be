//! What a ledger gives out, and what it refuses.

use super::*;

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

fn two() -> (Writer, Ledger) {
    let [ana, ben] = keys();
    (Writer::new(ana), Ledger::new(ben))
}

/// What the other side keeps of it.
fn take(ledger: &mut Ledger, row: &Row) -> Row {
    match ledger.receive(NOW, sent(row)) {
        Ok(Received::New(row)) => *row,
        other => panic!("{other:?}"),
    }
}

/// What stands at the place of a row and before it, where these are the rows that are kept.
fn looked(rows: &[Row], about: &Row) -> Looked {
    let at = |sequence| {
        let is_there = move |row: &&Row| {
            row.log().incarnation == about.log().incarnation
                && row.entry.header.sequence == sequence
        };
        rows.iter().filter(is_there)
    };
    let sequence = about.entry.header.sequence;
    Looked {
        before: at(sequence - 1).map(|row| Head::of(row).point).collect(),
        at: at(sequence).map(|row| row.hash).collect(),
    }
}

fn saved(rows: &[Row], marks: Marks) -> Saved {
    let mut heads: Vec<(LogId, u8, Head)> = Vec::new();
    for row in rows {
        heads.retain(|(log, line, _)| (*log, *line) != (row.log(), row.line));
        heads.push((row.log(), row.line, Head::of(row)));
    }
    Saved {
        heads,
        delivered: Vec::new(),
        marks,
    }
}

#[test]
fn the_first_thing_written_begins_an_incarnation_and_everything_is_numbered() {
    let (mut ana, mut ben) = two();
    let rows = ana.write(&Body::Text("Hello".to_owned()), None);
    let kinds: Vec<_> = rows.iter().map(|row| row.entry.header.kind).collect();
    assert_eq!(kinds, [Kind::FIRST, Kind::TEXT]);
    let next = ana.text("Hello?");
    for (n, row) in rows.iter().chain([&next]).enumerate() {
        let header = &row.entry.header;
        assert_eq!(
            (header.sequence, header.lamport),
            (n as u64 + 1, n as u64 + 1)
        );
        assert_eq!(take(&mut ben, row).hash, row.hash);
    }
    assert_eq!(next.before, rows[1].hash);
    assert_eq!(ana.ledger.heads().own, ben.heads().other);
}

#[test]
fn what_is_written_stands_behind_everything_that_its_writer_knew() {
    let [ana, ben] = keys();
    let (mut ana, mut ben) = (Writer::new(ana), Writer::new(ben));
    for row in ana.write(&Body::Text("one".to_owned()), None) {
        take(&mut ben.ledger, &row);
    }
    let answer = ben.text("two");
    assert_eq!(
        answer.entry.header.lamport, 4,
        "behind two, and the beginning"
    );
    let meanwhile = ana.text("meanwhile");
    assert_eq!(
        meanwhile.entry.header.lamport, 3,
        "it did not know the answer"
    );
}

#[test]
fn an_entry_that_does_not_go_on_from_the_last_is_refused() {
    let (mut ana, mut ben) = two();
    let rows = ana.write(&Body::Text("one".to_owned()), None);
    let (two, three) = (ana.text("two"), ana.text("three"));
    assert_eq!(ben.receive(NOW, sent(&rows[1])), Err(Fault::Gap));
    take(&mut ben, &rows[0]);
    assert_eq!(ben.receive(NOW, sent(&two)), Err(Fault::Gap));
    take(&mut ben, &rows[1]);
    take(&mut ben, &two);
    let mut other = sent(&three);
    other.before[0] ^= 1;
    assert_eq!(ben.receive(NOW, other), Err(Fault::OtherHash));
    let mut strange = sent(&rows[0]);
    strange.entry.header.incarnation.counter = 9;
    assert_eq!(
        ben.receive(NOW, strange),
        Err(Fault::OtherHash),
        "another beginning"
    );
    assert_eq!(take(&mut ben, &three).hash, three.hash);
}

#[test]
fn lamport_times_rise_and_do_not_leap_to_the_end() {
    let (mut ana, mut ben) = two();
    let rows = ana.write(&Body::Text("one".to_owned()), None);
    take(&mut ben, &rows[0]);
    for (lamport, expected) in [
        (1, Err(Fault::OtherOrder)),
        (u64::MAX, Err(Fault::OtherOrder)),
        ((1 << 32) + 2, Err(Fault::OtherOrder)),
        ((1 << 32) + 1, Ok(())),
    ] {
        let mut arrival = sent(&rows[1]);
        arrival.entry.header.lamport = lamport;
        let received = ben.clone().receive(NOW, arrival).map(|_| ());
        assert_eq!(received, expected, "{lamport}");
    }
}

#[test]
fn a_clock_that_cannot_be_right_is_not_shown() {
    let (mut ana, mut ben) = two();
    let rows = ana.write(&Body::Text("one".to_owned()), None);
    take(&mut ben, &rows[0]);
    let last = rows[0].shown;
    for (time, shown) in [
        (NOW + HOUR, NOW + HOUR),
        (NOW + HOUR + 1, NOW),
        (u64::MAX, NOW),
        (last - DAY, last - DAY),
        (last - DAY - 1, NOW),
        (0, NOW),
    ] {
        let mut arrival = sent(&rows[1]);
        arrival.entry.header.time = time;
        let Ok(Received::New(row)) = ben.clone().receive(NOW, arrival) else {
            panic!("a clock ends nothing");
        };
        assert_eq!((row.shown, row.arrived), (shown, NOW), "{time}");
    }
}

#[test]
fn a_body_that_cannot_be_read_and_an_unknown_kind_are_kept_like_any_other() {
    let [ana, ben] = keys();
    let mut ana = Writer::new(ana);
    let mut ben = Ledger::new(ben);
    for row in ana.write(&Body::Text("one".to_owned()), None) {
        take(&mut ben, &row);
    }
    for kind in [Kind(9), Kind(63), Kind(64), Kind(255), Kind::FILE] {
        let draft = Draft {
            kind,
            body: Bytes::from_static(b"of a later version"),
            reply_to: None,
            life: None,
        };
        let rows = ana.ledger.append(NOW, &draft, &Secret::new([kind.0; 32]));
        let row = take(&mut ben, &rows.expect("room")[0]);
        assert!(row.entry.read().is_err());
    }
}

#[test]
fn a_copy_that_wrote_elsewhere_is_kept_beside_and_both_go_on() {
    let (mut ana, mut ben) = two();
    let mut kept: Vec<Row> = Vec::new();
    let rows = ana.write(&Body::Text("one".to_owned()), None);
    kept.extend(rows.iter().map(|row| take(&mut ben, row)));
    let mut copy = Writer {
        ledger: ana.ledger.clone(),
        drawn: 100,
    };
    let first = [ana.text("a"), ana.text("b")];
    kept.extend(first.iter().map(|row| take(&mut ben, row)));
    let second = [copy.text("c"), copy.text("d")];

    let Ok(Received::LookUp(arrival)) = ben.receive(NOW, sent(&second[0])) else {
        panic!("its place is taken");
    };
    let there = looked(&kept, &second[0]);
    let Ok(Received::New(row)) = ben.settle(NOW, *arrival, &there) else {
        panic!("it is another version");
    };
    assert_eq!((row.line, row.hash), (1, second[0].hash));
    kept.push(*row);
    // What comes again is known, on either line, and both lines go on.
    for row in [&first[0], &second[0]] {
        let known = ben.settle(NOW, sent(row), &looked(&kept, row));
        assert!(matches!(known, Ok(Received::Known(..))), "{known:?}");
    }
    assert_eq!(take(&mut ben, &second[1]).line, 1);
    assert_eq!(ben.heads().other.len(), 2);
}

#[test]
fn a_fork_from_something_that_is_not_here_is_refused() {
    let (mut ana, mut ben) = two();
    let mut kept = Vec::new();
    for row in ana.write(&Body::Text("one".to_owned()), None) {
        kept.push(take(&mut ben, &row));
    }
    let row = ana.text("two");
    kept.push(take(&mut ben, &row));
    let mut other = sent(&row);
    other.before[0] ^= 1;
    assert_eq!(
        ben.settle(NOW, other, &looked(&kept, &row)),
        Err(Fault::OtherHash)
    );
}

#[test]
fn nobody_begins_anew_more_than_64_times_or_forks_more_than_64_times() {
    let (mut ana, mut ben) = two();
    for n in 1..=64 {
        ana.ledger.imported();
        let rows = ana.write(&Body::Text("again".to_owned()), None);
        assert_eq!(rows[0].entry.header.incarnation.counter, n);
        for row in rows {
            take(&mut ben, &row);
        }
    }
    ana.ledger.imported();
    let draft = Draft::new(&Body::Text("once more".to_owned()), None, None).expect("a draft");
    assert_eq!(
        ana.ledger.append(NOW, &draft, &Secret::new([200; 32])),
        Err(AppendError::NoIncarnationLeft)
    );
    let mut stranger = Writer::new(keys()[0].clone());
    stranger.drawn = 1_000;
    let first = stranger
        .write(&Body::Text("one".to_owned()), None)
        .remove(0);
    assert_eq!(ben.receive(NOW, sent(&first)), Err(Fault::TooManyLogs));

    let row = ana.ledger.heads().own[0];
    let log = LogId {
        author: Author::Peer,
        incarnation: row.0,
    };
    let there = Looked {
        before: vec![Point {
            hash: [7; 32],
            lamport: 1,
            shown: NOW,
        }],
        at: Vec::new(),
    };
    let mut forked = 0;
    for n in 0..70_u8 {
        let mut arrival = sent(&first);
        arrival.before = [7; 32];
        let header = &mut arrival.entry.header;
        header.incarnation = log.incarnation;
        (header.kind, header.sequence, header.lamport) = (Kind::TEXT, 2, 2 + u64::from(n));
        match ben.settle(NOW, arrival, &there) {
            Ok(_) => forked += 1,
            Err(fault) => assert_eq!(fault, Fault::TooManyLogs),
        }
    }
    assert_eq!(forked, 64);
}

#[test]
fn the_next_incarnation_tells_where_those_before_it_ended() {
    let [ana, _] = keys();
    let mut ana = Writer::new(ana);
    let last = ana.text("one");
    ana.ledger.imported();
    let rows = ana.write(&Body::Text("two".to_owned()), None);
    let Ok(Body::First(before)) = rows[0].entry.read() else {
        panic!("the first of an incarnation");
    };
    let expected = Predecessor {
        incarnation: last.entry.header.incarnation,
        sequence: 2,
        hash: last.hash,
    };
    assert_eq!(before, [expected]);
    assert!(rows[0].entry.header.incarnation > last.entry.header.incarnation);
}

#[test]
fn heads_that_show_more_begin_a_new_incarnation_before_anything_is_written() {
    let [ana, _] = keys();
    let mut ana = Writer::new(ana.clone());
    let end = ana.text("one");
    let incarnation = end.entry.header.incarnation;
    let heads = |sequence, hash| Heads {
        own: Vec::new(),
        other: vec![(incarnation, Tip { sequence, hash })],
    };
    for (theirs, is_renewed) in [
        (heads(2, end.hash), false),
        (heads(1, [9; 32]), false),
        (heads(2, [9; 32]), true),
        (heads(3, [9; 32]), true),
        (Heads::default(), false),
    ] {
        let mut ledger = ana.ledger.clone();
        let news = ledger.heads_received(NOW, &theirs);
        assert_eq!(news.is_renewed, is_renewed, "{theirs:?}");
        assert_eq!(ledger.marks().current.is_none(), is_renewed);
        assert!(!news.other_device);
    }
}

#[test]
fn a_word_of_the_other_side_begins_one_incarnation_a_day_at_most() {
    let [ana, _] = keys();
    let mut ana = Writer::new(ana);
    let mut now = NOW;
    let mut begun = 0;
    for _ in 0..48 {
        let end = ana.text("one").entry.header;
        let tip = Tip {
            sequence: end.sequence + 1,
            hash: [9; 32],
        };
        let theirs = Heads {
            own: Vec::new(),
            other: vec![(end.incarnation, tip)],
        };
        let news = ana.ledger.heads_received(now, &theirs);
        begun += usize::from(news.is_renewed);
        now += HOUR;
    }
    assert_eq!(begun, 2);
}

#[test]
fn a_later_incarnation_that_is_not_here_is_of_another_device() {
    let [ana, _] = keys();
    let mut ana = Writer::new(ana);
    let mut incarnation = ana.text("one").entry.header.incarnation;
    let mut theirs = |counter| {
        incarnation.counter = counter;
        let tip = Tip {
            sequence: 1,
            hash: [9; 32],
        };
        Heads {
            own: Vec::new(),
            other: vec![(incarnation, tip)],
        }
    };
    let (later, same) = (theirs(2), theirs(1));
    let news = ana.ledger.heads_received(NOW, &later);
    assert!(news.other_device && !news.is_renewed);
    assert!(!ana.ledger.heads_received(NOW, &same).other_device);
}

#[test]
fn what_was_written_before_is_taken_back_and_what_was_not_is_refused() {
    let [ana, _] = keys();
    let mut before = Writer::new(ana.clone());
    let mut rows = before.write(&Body::Text("one".to_owned()), None);
    rows.push(before.text("two"));

    let mut now = Ledger::new(ana.clone());
    let mut forged = rows[0].arrival();
    forged.entry.own_tag[0] ^= 1;
    assert_eq!(now.receive(NOW, forged), Err(Fault::NotMine));
    for row in &rows {
        let Ok(Received::New(back)) = now.receive(NOW, row.arrival()) else {
            panic!("it is its own");
        };
        assert_eq!((back.author, back.hash), (Author::Me, row.hash));
    }
    assert_eq!(now.heads(), before.ledger.heads());
    let mut new = Writer {
        ledger: now,
        drawn: 50,
    };
    let first = new.write(&Body::Text("three".to_owned()), None).remove(0);
    assert_eq!(
        first.entry.header.incarnation.counter, 2,
        "never on from what came back"
    );
}

#[test]
fn what_comes_back_for_the_incarnation_that_is_written_ends_it() {
    let [ana, _] = keys();
    let mut ana = Writer::new(ana);
    let rows = ana.write(&Body::Text("one".to_owned()), None);
    let mut copy = Writer {
        ledger: ana.ledger.clone(),
        drawn: 70,
    };
    let elsewhere = copy.text("elsewhere");
    let Ok(Received::New(_)) = ana.ledger.receive(NOW, elsewhere.arrival()) else {
        panic!("it is its own");
    };
    assert_eq!(ana.ledger.marks().current, None);
    let first = ana.write(&Body::Text("on".to_owned()), None).remove(0);
    assert!(first.entry.header.incarnation > rows[0].entry.header.incarnation);
}

#[test]
fn a_ledger_is_settled_when_every_row_is_on_the_disk() {
    let [ana, _] = keys();
    let mut ana = Writer::new(ana);
    assert!(ana.ledger.is_settled());
    ana.write(&Body::Text("one".to_owned()), None);
    assert!(Exchange::start(&ana.ledger, false).is_none());
    ana.ledger.kept(1);
    assert!(!ana.ledger.is_settled());
    ana.ledger.kept(1);
    assert!(Exchange::start(&ana.ledger, false).is_some());
}

#[test]
fn a_ledger_that_is_loaded_goes_on_where_it_was() {
    let [ana, ben] = keys();
    let mut writer = Writer::new(ana.clone());
    let mut rows = writer.write(&Body::Text("one".to_owned()), None);
    let mut other = Writer::new(ben);
    for row in other.write(&Body::Text("two".to_owned()), None) {
        rows.push(take(&mut writer.ledger, &row));
    }
    let mut saved = saved(&rows, writer.ledger.marks());
    saved.delivered.push((rows[0].log().incarnation, 2));
    let loaded = Ledger::load(ana.clone(), saved.clone()).expect("what was saved");
    assert_eq!(loaded.heads(), writer.ledger.heads());
    assert_eq!(loaded.delivered_up_to(rows[0].log().incarnation), 2);
    let mut loaded = Writer {
        ledger: loaded,
        drawn: writer.drawn,
    };
    assert_eq!(loaded.text("three").hash, writer.text("three").hash);

    let refuse = |change: fn(&mut Saved)| {
        let mut damaged = saved.clone();
        change(&mut damaged);
        Ledger::load(ana.clone(), damaged).map(|_| ())
    };
    assert_eq!(refuse(|saved| saved.heads[0].1 = 1), Err(Damaged));
    assert_eq!(refuse(|saved| saved.heads[0].2.sequence = 0), Err(Damaged));
    assert_eq!(refuse(|saved| saved.heads.clear()), Err(Damaged));
    assert_eq!(refuse(|_| {}), Ok(()));
}

proptest! {
    #[test]
    fn whatever_comes_is_judged_without_a_panic(arrivals in prop::collection::vec(any_arrival(), 0..20), seed: u8) {
        let (mut ana, mut ben) = two();
        for row in ana.write(&Body::Text("one".to_owned()), None) {
            take(&mut ben, &row);
        }
        let log = ana.text("two").log();
        for (n, mut arrival) in arrivals.into_iter().enumerate() {
            // Some are about what is here.
            if n % 2 == usize::from(seed % 2) {
                arrival.author = Author::Peer;
                arrival.entry.header.incarnation = log.incarnation;
            }
            let looked = Looked { before: Vec::new(), at: vec![arrival.before] };
            if let Ok(Received::LookUp(arrival)) = ben.receive(NOW, arrival) {
                let _ = ben.settle(NOW, *arrival, &looked);
            }
        }
    }
}
