use super::super::tests::{NOW, Writer, container, keys, sent};
use super::super::{Ledger, Received};
use super::*;
use handfast_seal::{self as seal, Cost, Lock, Question, Questions};
use proptest::prelude::*;

/// Two who write to each other and hear everything at once; seen from the first.
struct Talk {
    ana: Writer,
    ben: Writer,
    rows: Vec<Row>,
}

impl Talk {
    fn new() -> Self {
        let [ana, ben] = keys().map(Writer::new);
        let rows = Vec::new();
        Self { ana, ben, rows }
    }

    /// Ana says it, as she sees it.
    fn ana(&mut self, body: &Body, about: Option<&Row>) -> Row {
        let about = about.map(|row| row.named_by(Author::Me));
        let rows = self.ana.write(body, about);
        for row in &rows {
            hear(&mut self.ben.ledger, row);
        }
        self.rows.extend(rows);
        self.rows.last().expect("a row").clone()
    }

    /// Ben says it, as Ana sees it.
    fn ben(&mut self, body: &Body, about: Option<&Row>) -> Row {
        let about = about.map(|row| row.named_by(Author::Peer));
        for row in self.ben.write(body, about) {
            self.rows.push(hear(&mut self.ana.ledger, &row));
        }
        self.rows.last().expect("a row").clone()
    }

    fn transcript(&self) -> Transcript {
        let mut transcript = Transcript::new(self.ana.ledger.keys().clone());
        for row in &self.rows {
            transcript.insert(row, false, None);
        }
        transcript
    }
}

fn hear(ledger: &mut Ledger, row: &Row) -> Row {
    match ledger.receive(NOW, sent(row)) {
        Ok(Received::New(row)) => *row,
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Body {
    Body::Text(text.to_owned())
}

fn edit(text: &str) -> Body {
    Body::Edit(text.to_owned())
}

fn reaction(symbol: &str) -> Body {
    Body::Reaction(symbol.to_owned())
}

fn file(root: u8, size: u64) -> FileBody {
    FileBody {
        root: [root; 32],
        size,
        name: "a".to_owned(),
        media_type: String::new(),
        preview: Default::default(),
    }
}

/// What is shown, in short.
fn lines(transcript: &Transcript) -> Vec<String> {
    let items = transcript.items(.., NOW, 0);
    let lines = items.map(|item| {
        let reactions: Vec<_> = item.reactions.iter().map(|(_, symbol)| *symbol).collect();
        let quote = match item.quote {
            None => String::new(),
            Some(Quote::Text { text, .. }) => format!(" > {text}"),
            Some(Quote::Other { .. }) => " > something".to_owned(),
            Some(Quote::NotHere) => " > nothing".to_owned(),
        };
        let shown = match item.shown {
            Shown::Text { text, earlier } => [vec![text], earlier].concat().join(" < "),
            shown => format!("{shown:?}"),
        };
        format!("{shown}{quote} {}", reactions.join(""))
            .trim()
            .to_owned()
    });
    lines.collect()
}

#[test]
fn an_edit_shows_the_newest_version_and_keeps_the_earlier_ones() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("one"), None);
    talk.ana(&edit("two"), Some(&first));
    talk.ana(&edit("three"), Some(&first));
    assert_eq!(lines(&talk.transcript()), ["three < one < two"]);
}

#[test]
fn nobody_edits_or_withdraws_what_the_other_wrote() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("one"), None);
    let bens = talk.ben(&text("two"), None);
    // Ben claims that it is about his own, at the place of Ana's.
    let mut forged = first.clone();
    forged.author = Author::Peer;
    talk.ben(&edit("changed"), Some(&forged));
    talk.ben(&Body::Withdraw, Some(&forged));
    assert_eq!(lines(&talk.transcript()), ["one", "two"]);
    talk.ben(&Body::Withdraw, Some(&bens));
    assert_eq!(lines(&talk.transcript()), ["one", "Withdrawn"]);
}

#[test]
fn an_edit_of_what_is_no_text_does_nothing() {
    let question = Question::new("Where?").expect("a question");
    let questions = Questions::new(vec![question]).expect("questions");
    let lock = Lock::answers(Cost::STANDARD, false, questions);
    let locked = LockedText::new(container(seal::Kind::File, lock, b"sealed"));
    let locked = locked.expect("a locked message");
    for body in [Body::File(file(7, 1)), Body::Locked(locked)] {
        let mut talk = Talk::new();
        let first = talk.ana(&body, None);
        let before = lines(&talk.transcript());
        let changed = talk.ana(&edit("changed"), Some(&first));
        assert_eq!(lines(&talk.transcript()), before);
        // Nor is it seen by whoever replies.
        let transcript = talk.transcript();
        let place = transcript.keys.place(&first);
        let named = transcript.named(&place, Author::Peer, true);
        assert_eq!(named, Some(first.named_by(Author::Peer)));
        assert_ne!(named.map(|named| named.version), Some(changed.version()));
    }
}

#[test]
fn of_each_person_the_last_reaction_counts_and_an_empty_one_takes_it_back() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("one"), None);
    talk.ben(&reaction("+"), Some(&first));
    talk.ana(&reaction("!"), Some(&first));
    assert_eq!(lines(&talk.transcript()), ["one !+"]);
    talk.ben(&reaction("-"), Some(&first));
    assert_eq!(lines(&talk.transcript()), ["one !-"]);
    talk.ben(&reaction(""), Some(&first));
    assert_eq!(lines(&talk.transcript()), ["one !"]);
}

#[test]
fn a_reply_quotes_the_version_that_was_seen() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("yes"), None);
    talk.ben(&text("good"), Some(&first));
    let changed = talk.ana(&edit("no"), Some(&first));
    // The place is that of the text, the version that of the edit.
    let mut seen = first.clone();
    seen.hash = changed.hash;
    talk.ben(&text("bad"), Some(&seen));
    seen.hash = [0; 32];
    talk.ben(&text("what"), Some(&seen));
    assert_eq!(
        lines(&talk.transcript()),
        ["no < yes", "good > yes", "bad > no", "what > nothing"]
    );
    talk.ana(&Body::Withdraw, Some(&first));
    assert_eq!(
        lines(&talk.transcript()),
        [
            "Withdrawn",
            "good > something",
            "bad > something",
            "what > nothing"
        ]
    );
}

#[test]
fn what_is_about_nothing_does_nothing() {
    let mut talk = Talk::new();
    let mut nothing = talk.ana(&text("one"), None);
    nothing.entry.header.sequence = 99;
    talk.ana(&edit("changed"), Some(&nothing));
    talk.ana(&Body::Withdraw, Some(&nothing));
    talk.ben(&reaction("+"), Some(&nothing));
    assert_eq!(lines(&talk.transcript()), ["one"]);
}

#[test]
fn root_and_size_that_come_later_belong_to_the_file_that_was_offered() {
    let mut talk = Talk::new();
    let offer = talk.ana(&Body::File(file(0, 0)), None);
    talk.ana(&Body::File(file(7, 5)), Some(&offer));
    let transcript = talk.transcript();
    let items: Vec<_> = transcript.items(.., NOW, 0).collect();
    assert_eq!(items.len(), 1);
    let Shown::File { offer, whole } = &items[0].shown else {
        panic!("{items:?}");
    };
    assert_eq!(
        (offer.root, whole.map(|file| file.size)),
        ([0; 32], Some(5))
    );
    // Taken back it is one thing, whatever is left of it.
    let mut erased = talk.transcript();
    for row in &talk.rows {
        let mut row = row.clone();
        row.entry.erase();
        erased.insert(&row, false, None);
    }
    assert_eq!(lines(&erased), ["Ended"]);
    // A file that replies to a text is a file.
    let first = talk.ana(&text("look"), None);
    talk.ana(&Body::File(file(8, 1)), Some(&first));
    assert_eq!(talk.transcript().items(.., NOW, 0).count(), 3);
}

#[test]
fn what_disappears_is_not_shown_from_then_on_and_its_edits_go_with_it() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("one"), None);
    talk.ana(&edit("two"), Some(&first));
    let mut transcript = talk.transcript();
    let place = transcript.keys.place(&first);
    assert!(transcript.ends(&place, NOW + 60_000));
    let shown = |transcript: &Transcript, now| {
        let item = transcript.item(&place, now).expect("it stands there");
        (item.shown == Shown::Ended, item.ends_at)
    };
    assert_eq!(
        shown(&transcript, NOW + 59_999),
        (false, Some(NOW + 60_000))
    );
    assert!(shown(&transcript, NOW + 60_000).0);
    assert!(transcript.erase(&place).contains(&place));
    // Whatever the clock says afterwards.
    assert!(shown(&transcript, NOW).0);
    let bodies = transcript.rows.values().filter(|line| line.body.is_ok());
    assert_eq!(
        bodies.count(),
        1,
        "the first of the incarnation says nothing"
    );
    assert!(!transcript.ends(
        &Place {
            sequence: 99,
            ..place
        },
        NOW
    ));
}

#[test]
fn what_was_delivered_is_marked_up_to_there() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("one"), None);
    talk.ana(&text("two"), None);
    let mut transcript = talk.transcript();
    let header = first.entry.header;
    let touched = transcript.delivered(header.incarnation, header.sequence);
    assert!(touched.contains(&transcript.keys.place(&first)));
    let marks: Vec<_> = transcript
        .items(.., NOW, 0)
        .map(|item| item.is_delivered)
        .collect();
    assert_eq!(marks, [true, false]);
}

#[test]
fn a_day_begins_where_the_person_is() {
    let mut talk = Talk::new();
    let mut transcript = Transcript::new(talk.ana.ledger.keys().clone());
    let midnight = 20_000 * 86_400_000;
    for (n, at) in [midnight - 3_600_000, midnight - 1, midnight, midnight + 1]
        .into_iter()
        .enumerate()
    {
        let mut row = talk.ana(&text(&n.to_string()), None);
        row.shown = at;
        transcript.insert(&row, false, None);
    }
    let days = |offset| {
        let items = transcript.items(.., NOW, offset);
        items.map(|item| item.day).collect::<Vec<_>>()
    };
    assert_eq!(days(0), [Some(19_999), None, Some(20_000), None]);
    assert_eq!(days(3_600), [Some(20_000), None, None, None]);
    assert_eq!(days(-3_600), [Some(19_999), None, None, None]);
    assert_eq!(day(0, -1), -1);
    assert!(day(u64::MAX, i32::MIN) > 0);
}

#[test]
fn what_says_nothing_to_this_version_is_told_of_and_what_may_be_ignored_is_not() {
    let mut talk = Talk::new();
    for kind in [9, 63, 64, 200] {
        let mut row = talk.ana(&text("x"), None);
        row.entry.header.kind = Kind(kind);
        *talk.rows.last_mut().expect("a row") = row;
    }
    assert_eq!(lines(&talk.transcript()), ["NotReadable", "NotReadable"]);
}

#[test]
fn whoever_comes_back_from_a_copy_is_seen_to() {
    let mut talk = Talk::new();
    talk.ana(&text("one"), None);
    talk.ana.ledger.imported();
    talk.ana(&text("two"), None);
    assert_eq!(lines(&talk.transcript()), ["one", "Restored", "two"]);
}

#[test]
fn memory_does_not_grow_with_what_was_scrolled() {
    let mut talk = Talk::new();
    let first = talk.ana(&text("one"), None);
    talk.ana(&edit("two"), Some(&first));
    let last = talk.ana(&text("three"), None);
    let mut transcript = talk.transcript();
    let place = transcript.keys.place(&last);
    transcript.retain(place..);
    assert_eq!((transcript.rows.len(), transcript.named.len()), (1, 1));
    assert!(transcript.about.is_empty());
    for row in &talk.rows {
        transcript.insert(row, false, None);
    }
    assert_eq!(lines(&transcript), ["two < one", "three"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_whatever_order_rows_come_the_same_is_shown_and_what_changed_is_told(
        acts in prop::collection::vec((0..6_u8, any::<prop::sample::Index>()), 1..25),
        order in prop::collection::vec(any::<u32>(), 60),
    ) {
        let mut talk = Talk::new();
        for (n, (act, about)) in acts.iter().enumerate() {
            let row = (!talk.rows.is_empty()).then(|| talk.rows[about.index(talk.rows.len())].clone());
            match (act, row) {
                (0, Some(row)) => talk.ben(&reaction("+"), Some(&row)),
                (1, Some(row)) if row.author == Author::Me => talk.ana(&edit("e"), Some(&row)),
                (2, Some(row)) if row.author == Author::Peer => talk.ben(&Body::Withdraw, Some(&row)),
                (3, Some(row)) => talk.ben(&text("reply"), Some(&row)),
                (4, _) => talk.ben(&text(&n.to_string()), None),
                _ => talk.ana(&text(&n.to_string()), None),
            };
        }
        let expected = lines(&talk.transcript());
        let mut rows: Vec<_> = talk.rows.iter().zip(&order).collect();
        rows.sort_by_key(|(_, order)| **order);
        let mut transcript = Transcript::new(talk.ana.ledger.keys().clone());
        let mut screen: BTreeMap<Place, String> = BTreeMap::new();
        for (row, _) in rows {
            for place in transcript.insert(row, false, None) {
                match transcript.item(&place, NOW) {
                    Some(item) => screen.insert(place, format!("{item:?}")),
                    None => screen.remove(&place),
                };
            }
        }
        prop_assert_eq!(lines(&transcript), expected);
        let fresh: Vec<_> = transcript.rows.keys().filter_map(|place| transcript.item(place, NOW)).collect();
        let fresh: Vec<_> = fresh.iter().map(|item| format!("{item:?}")).collect();
        prop_assert_eq!(screen.into_values().collect::<Vec<_>>(), fresh);
    }
}
