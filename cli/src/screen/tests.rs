//! What people see, drawn in windows of several sizes, and what keys change of it.

use super::draw::draw;
use super::history::{Moment, Pen};
use super::looks::Looks;
use super::time::Zone;
use super::{Screen, text};
use crate::output::{Event, Trusted};
use crate::terminal::{Key, Typed};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use handfast_native::Overview;
use handfast_native::conversation::FileError;
use handfast_native::device::{
    Asked, ContactView, FileState, Inquiries, Lasting, Milestones, Quoted, Reached, Reaction, Row,
    RowContent, View, Wish,
};
use handfast_native::handshake::{PublicKey, ShortString, Trust, TrustReason};
use handfast_native::qr::Symbol;
use handfast_native::question::Standing;
use handfast_native::store::Contact;
use ratatui_core::backend::{Backend, TestBackend};
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::Color;
use ratatui_core::terminal::Terminal;
use std::time::{Duration, Instant};

/// 2026-11-29 13:58 UTC.
const NOON: u64 = 1_795_960_680;

/// Somebody at a window.
struct Person {
    screen: Screen,
    size: (u16, u16),
    looks: Looks,
    begun: Instant,
    /// Seconds since then.
    now: u64,
    rows: u64,
}

impl Person {
    fn at(size: (u16, u16)) -> Self {
        Self {
            screen: Screen::new("Mira", Some(PublicKey([1; 32]))),
            size,
            looks: Looks::FULL,
            begun: Instant::now(),
            now: 0,
            rows: 0,
        }
    }

    /// One who talks to somebody that was scanned.
    fn talking(size: (u16, u16)) -> Self {
        let mut person = Self::at(size);
        person.screen.look(&view());
        person
    }

    fn moment(&self) -> Moment {
        Moment {
            unix: (NOON + self.now) * 1000,
            instant: self.begun + Duration::from_secs(self.now),
        }
    }

    fn pen(&self) -> Pen {
        Pen {
            looks: self.looks,
            zone: Zone::Utc,
            now: self.moment(),
        }
    }

    fn window(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    fn says(&mut self, ours: bool, said: &str) {
        let content = RowContent::Text(said.to_owned());
        self.rows += 1;
        let row = self.row(self.rows, ours, content);
        self.hears(&row);
    }

    fn file(&mut self, number: u64, ours: bool, state: FileState) {
        let content = RowContent::File {
            name: "Harbour.mov".to_owned(),
            size: 212 << 20,
            files: None,
            state,
        };
        let row = self.row(number, ours, content);
        self.screen.row(&row, Some(1), self.moment());
    }

    fn row(&self, number: u64, ours: bool, content: RowContent) -> Row {
        Row {
            number,
            ours,
            at: self.moment().unix,
            before: None,
            lasting: None,
            content,
        }
    }

    fn hears(&mut self, row: &Row) {
        self.screen.row(row, None, self.moment());
    }

    fn press_with(&mut self, code: KeyCode, held: KeyModifiers) -> Typed {
        let (window, pen) = (self.window(), self.pen());
        let key = Key::Pressed(KeyEvent::new(code, held));
        self.screen.press(key, window, pen)
    }

    fn press(&mut self, code: KeyCode) -> Typed {
        self.press_with(code, KeyModifiers::NONE)
    }

    fn types(&mut self, typed: &str) {
        for c in typed.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    fn buffer(&self) -> Buffer {
        let mut canvas = Terminal::new(TestBackend::new(self.size.0, self.size.1)).expect("drawn");
        let drawn = |frame: &mut ratatui_core::terminal::Frame<'_>| {
            if let Some(cursor) = draw(&self.screen, self.pen(), frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        };
        canvas.draw(drawn).expect("drawn");
        assert!(canvas.backend_mut().get_cursor_position().is_ok());
        canvas.backend().buffer().clone()
    }

    /// The rows of the window as a person reads them.
    fn sees(&self) -> Vec<String> {
        let buffer = self.buffer();
        let (columns, rows) = self.size;
        let row = |y| {
            let (mut row, mut x) = (String::new(), 0);
            while x < columns {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                x += (text::width(symbol) as u16).max(1);
            }
            row.trim_end().to_owned()
        };
        (0..rows).map(row).collect()
    }

    #[track_caller]
    fn must_see(&self, expected: &[&str]) {
        let seen = self.sees();
        assert!(seen == expected, "{:#?}", seen);
    }
}

fn view() -> View {
    view_with(None)
}

fn view_with(reached: Option<Reached>) -> View {
    View::Talking {
        key: PublicKey([1; 32]),
        name: "Mira".to_owned(),
        client: None,
        namesake: None,
        trust: Trust::because(TrustReason::Scanned),
        scans: 1,
        milestones: Milestones::default(),
        is_interrupted: false,
        wish: Wish::Nobody,
        comparing: None,
        reached,
        times_reached: 0,
        is_full: false,
        questions: Inquiries::default(),
    }
}

#[test]
fn a_conversation_at_80_columns_and_24_rows() {
    let mut person = Person::talking((80, 24));
    person.screen.tell(
        &Event::Met {
            name: "Mira".to_owned(),
            client: None,
            trusted: Trusted(Trust::because(TrustReason::Scanned)),
            scans: 1,
            ready_ms: None,
            open_ms: None,
            authenticated_ms: None,
        },
        Moment {
            unix: (NOON - 86_400) * 1000,
            instant: person.begun,
        },
    );
    person.says(false, "Did you get home all right?");
    person.now = 120;
    person.says(true, "Yes! Sending you the pictures now.");
    person.file(100, true, FileState::Moving { done: 0 });
    person.now = 122;
    person.file(100, true, FileState::Moving { done: 136 << 20 });
    person.says(false, "See you at the harbour!");
    person.types("on my w");
    person.must_see(&[
        " People                 │ Mira ✓ verified · connected",
        "▸● Mira            here │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │                    ── yesterday ──",
        "                        │ 13:58 *     You are connected with “Mira”.",
        "                        │             Verified: their screen was scanned by",
        "                        │             camera.",
        "                        │                      ── today ──",
        "                        │ 13:58 Mira  Did you get home all right?",
        "                        │ 14:00 you   Yes! Sending you the pictures now.",
        "                        │ 14:00 you   Harbour.mov  212 MiB",
        "                        │             ████████░░░░░░   64 %  68 MiB/s  0:01",
        "                        │ 14:00 Mira  See you at the harbour!",
        "                        │ > on my w",
        " F2 code  F4 file  F5 compare  Tab people  PgUp history  F1 help      F10 leave",
    ]);
}

#[test]
fn a_narrow_window_shows_the_conversation_alone() {
    let mut person = Person::talking((40, 10));
    person.looks = Looks::PLAIN;
    person.screen.look(&View::Seeking {
        key: PublicKey([1; 32]),
        name: "Mira".to_owned(),
        trust: Trust::because(TrustReason::Scanned),
        heard: NOON - 7200,
        is_here: false,
        restored: None,
        here: None,
        is_offline: false,
        hindrance: None,
        questions: Inquiries::default(),
    });
    person.says(false, "Did you get home all right?");
    person.screen.wait(vec!["Yes! See you".to_owned()]);
    person.must_see(&[
        " Mira, trying, heard 120 minutes ago",
        "",
        "",
        "",
        "              -- today --",
        " 13:58 Mira  Did you get home all",
        "             right?",
        " 13:58 you   Yes! See you            ..",
        " >",
        " F2 code  F4 file  F1 help    F10 leave",
    ]);
}

#[test]
fn a_large_window_shows_people_and_what_is_compared() {
    let mut person = Person::talking((100, 30));
    let met = |key, name: &str, heard| {
        let trust = Trust::because(TrustReason::OpenLink);
        let contact = Contact {
            heard,
            ..Contact::met(PublicKey([key; 32]), name, trust, 1)
        };
        ContactView::new(&contact, None)
    };
    person.screen.look_around(&Overview {
        contacts: vec![
            met(2, "Grandpa", NOON - 100_000),
            met(1, "Mira", NOON - 60),
            met(
                3,
                "Dr. \u{202e}Aydin with a name that has no end",
                NOON - 300,
            ),
        ],
        ..Overview::default()
    });
    let compared: ShortString = serde_json::from_str("12345678901").expect("of 36 bits");
    person.screen.asked.comparing = Some(compared);
    person.says(false, "See you at the harbour!");
    person.must_see(&[
        " People                 │ Mira ✓ verified · connected",
        " ○ Grandpa     28 hours │",
        "▸● Mira            here │",
        " ○ Dr. Aydin~ 5 minutes │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │",
        "                        │                                ── today ──",
        "                        │ 13:58 Mira  See you at the harbour!",
        "                        │ ─────────────────────────────────────────────────────────────────────────",
        "                        │ Do they see the same, in this order?",
        "                        │ 🦀 crab     🌈 rainbow  🔑 key",
        "                        │ 🦒 giraffe  🎸 guitar   💡 lamp",
        "                        │ 0123 4567 8901",
        "                        │ /same, /different, or Esc for later",
        "                        │ >",
        " F2 code  F4 file  F5 compare  Tab people  PgUp history  F1 help                          F10 leave",
    ]);
}

#[test]
fn what_they_write_stays_in_its_column_whatever_it_is() {
    for (said, rows) in [
        (
            "\u{202e}evil\u{1b}[2J\u{1b}]0;title\u{7} 13:58 you   I agree",
            &["evil[2J]0;title 13:58 you   I agree"][..],
        ),
        ("שלום לך, מה שלומך היום?", &["שלום לך, מה שלומך היום?"]),
        (
            "日本語の長い文はどこで折り返されるのでしょうか、これは長い",
            &[
                "日本語の長い文はどこで折り返されるの",
                "でしょうか、これは長い",
            ],
        ),
        (
            "\r\n\r\n* Verified\r\n── today ──",
            &["* Verified", "── today ──"],
        ),
    ] {
        let mut person = Person::talking((80, 24));
        person.says(false, said);
        let seen = person.sees();
        let last = 22 - rows.len();
        for (number, row) in rows.iter().enumerate() {
            let margin = match number {
                0 => "                        │ 13:58 Mira  ",
                _ => "                        │             ",
            };
            assert_eq!(seen[last + number], format!("{margin}{row}"));
        }
    }
}

#[test]
fn whoever_has_no_name_has_a_word_for_it_among_authors() {
    let mut person = Person::at((80, 24));
    person.screen = Screen::new("", Some(PublicKey([1; 32])));
    person.says(false, "I agree");
    let row = &person.sees()[21];
    assert!(row.contains("somebody  I agree"), "{row}");
}

#[test]
fn nobody_passes_for_this_person_or_for_this_program() {
    for (name, shown) in [("you", "“you”"), ("*", "“*”"), ("YOU\u{200b}", "“YOU”")] {
        let mut person = Person::talking((80, 24));
        person.screen.call(name);
        person.says(false, "I agree");
        assert!(person.sees()[21].contains(shown), "{:#?}", person.sees());
    }
}

#[test]
fn a_file_tells_what_became_of_it() {
    let mut person = Person::talking((80, 24));
    person.file(1, false, FileState::Offered);
    assert!(person.sees()[21].ends_with("waits: /accept 1 or /decline 1"));
    let done = FileState::Done {
        path: Some("/home/ana/handfast-downloads/Harbour.mov".into()),
        hash: Vec::new(),
        took: Duration::from_secs(1),
    };
    person.file(1, false, done);
    let seen = person.sees().join(" ");
    assert!(
        seen.contains("is here:") && seen.contains("Harbour.mov"),
        "{seen}"
    );
    let failed = FileState::Failed {
        error: FileError::NoSpace,
        by_peer: true,
    };
    person.file(2, true, failed);
    assert_eq!(
        person
            .sees()
            .join(" ")
            .matches("Harbour.mov  212 MiB")
            .count(),
        2
    );
}

#[test]
fn what_is_read_stays_while_something_is_added_below() {
    let mut person = Person::talking((60, 12));
    for number in 0..40 {
        person.says(false, &format!("line {number}"));
    }
    let shows = |person: &Person, said: &str| person.sees().iter().any(|row| row.ends_with(said));
    assert!(shows(&person, "line 39") && !shows(&person, "line 20"));
    person.press(KeyCode::PageUp);
    assert!(shows(&person, "line 32") && !shows(&person, "line 33"));
    let before = person.sees();
    person.says(false, "one more");
    let after = person.sees();
    assert_eq!(before[..9], after[..9]);
    assert!(after[9].contains("1 new line below: End"), "{after:#?}");
    person.press(KeyCode::Home);
    assert!(shows(&person, "── today ──") && shows(&person, "line 0"));
    // Further up is nothing, and further down each line comes once.
    person.press(KeyCode::PageUp);
    assert!(shows(&person, "line 0"));
    let mut read = Vec::new();
    for _ in 0..8 {
        read.extend(person.sees());
        person.press(KeyCode::PageDown);
    }
    for number in 0..40 {
        let said = format!("  line {number}");
        assert!(read.iter().any(|row| row.ends_with(&said)), "{number}");
    }
    assert!(shows(&person, "one more"));
    person.press(KeyCode::PageUp);
    person.press(KeyCode::End);
    assert!(shows(&person, "one more"));
}

#[test]
fn keys_say_what_can_be_typed() {
    let mut person = Person::talking((80, 24));
    person.types("half");
    for (number, line) in [(1, "/help"), (2, "/code"), (5, "/compare"), (10, "/quit")] {
        assert_eq!(
            person.press(KeyCode::F(number)),
            Typed::Line(line.to_owned())
        );
    }
    // What is typed is not lost to a key that begins something else.
    assert_eq!(person.press(KeyCode::F(4)), Typed::Nothing);
    person.press_with(KeyCode::Enter, KeyModifiers::ALT);
    person.types("done");
    assert_eq!(
        person.press(KeyCode::Enter),
        Typed::Line("half\ndone".to_owned())
    );
    assert_eq!(person.press(KeyCode::F(4)), Typed::Nothing);
    person.types("a.txt");
    let send = Typed::Line("/send a.txt".to_owned());
    assert_eq!(person.press(KeyCode::Enter), send);
    person.types("/comp");
    person.press(KeyCode::Tab);
    assert_eq!(
        person.press(KeyCode::Enter),
        Typed::Line("/compare ".to_owned())
    );
    person.press(KeyCode::Up);
    person.press(KeyCode::Up);
    assert_eq!(person.press(KeyCode::Enter), send);
    let ended = person.press_with(KeyCode::Char('d'), KeyModifiers::CONTROL);
    assert_eq!(ended, Typed::End);
}

#[test]
fn what_asks_for_an_answer_is_put_aside_until_something_else_is_asked() {
    let mut person = Person::talking((80, 24));
    let reached = |limit| view_with(Some(limit));
    let asks = |person: &Person| person.sees().iter().any(|row| row.contains("/more"));
    person.screen.look(&reached(Reached::Messages));
    assert!(asks(&person));
    person.press(KeyCode::Esc);
    assert!(!asks(&person));
    person.screen.look(&reached(Reached::Messages));
    assert!(!asks(&person));
    person.screen.look(&reached(Reached::Text));
    assert!(asks(&person));
}

#[test]
fn without_colours_everything_says_the_same() {
    let mut person = Person::talking((80, 24));
    person.says(false, "hello");
    person.file(1, false, FileState::Offered);
    let coloured = person.sees();
    person.looks = Looks::COLOURLESS;
    assert_eq!(person.sees(), coloured);
    let cells = person.buffer();
    let is_plain = |colour| colour == Color::Reset;
    assert!(
        cells
            .content()
            .iter()
            .all(|cell| is_plain(cell.fg) && is_plain(cell.bg))
    );
    person.looks = Looks::PLAIN;
    let ours = person.sees().concat().replace("Mira", "");
    assert!(ours.is_ascii(), "{ours}");
}

#[test]
fn no_window_is_too_small_or_too_large_to_be_drawn() {
    let sizes = [0, 1, 2, 3, 5, 9, 24, 41, 59, 60, 61, 200];
    for columns in sizes {
        for rows in sizes {
            let mut person = Person::talking((columns, rows));
            person.screen.asked.reached = Some(Reached::Text);
            person.types("wörter 日本 ");
            person.file(1, false, FileState::Moving { done: 5 });
            person.says(false, &"日本 👩\u{200d}🚀 e\u{301} ".repeat(40));
            for code in [
                KeyCode::PageUp,
                KeyCode::Home,
                KeyCode::PageDown,
                KeyCode::End,
            ] {
                person.press(code);
                person.buffer();
            }
        }
    }
}

/// A text that both keep.
fn kept(number: u64, ours: bool, at: u64, text: &str) -> Row {
    Row {
        number,
        ours,
        at: at * 1000,
        before: None,
        lasting: Some(Box::new(Lasting {
            is_delivered: false,
            is_old: false,
            is_unread: false,
            quote: None,
            reactions: Vec::new(),
            earlier: Vec::new(),
            ends_at: None,
            preview: None,
        })),
        content: RowContent::Text(text.to_owned()),
    }
}

fn with(mut row: Row, change: impl FnOnce(&mut Lasting)) -> Row {
    if let Some(lasting) = &mut row.lasting {
        change(lasting);
    }
    row
}

#[test]
fn what_both_keep_shows_where_it_is_what_it_answers_and_what_became_of_it() {
    let mut person = Person::talking((80, 12));
    person.hears(&kept(1, false, NOON, "Where shall we meet?"));
    person.hears(&with(
        kept(2, true, NOON + 60, "At the harbour"),
        |lasting| {
            lasting.quote = Some(Quoted::Text("Where shall\n\u{202e}we meet?".to_owned()));
        },
    ));
    person.hears(&kept(3, true, NOON + 60, "At 8"));
    person.hears(&with(
        kept(2, true, NOON + 60, "At the old harbour"),
        |lasting| {
            lasting.is_delivered = true;
            lasting.quote = Some(Quoted::Text("Where shall\n\u{202e}we meet?".to_owned()));
            lasting.earlier = vec!["At the harbour".to_owned()];
            lasting.reactions = vec![Reaction {
                ours: false,
                symbol: "👍\n".to_owned(),
            }];
        },
    ));
    let mut withdrawn = kept(1, false, NOON, "");
    withdrawn.content = RowContent::Withdrawn;
    person.hears(&withdrawn);
    person.must_see(&[
        " People                 │ Mira ✓ verified · connected",
        "▸● Mira            here │",
        "                        │",
        "                        │",
        "                        │                      ── today ──",
        "                        │ 13:58 Mira  took this back",
        "                        │ 13:59 you   ┃ Where shall we meet?",
        "                        │             At the old harbour",
        "                        │             (Mira 👍, changed)                     ✓✓",
        "                        │ 13:59 you   At 8                                   ✓",
        "                        │ >",
        " F2 code  F4 file  F5 compare  Tab people  PgUp history  F1 help      F10 leave",
    ]);
}

#[test]
fn a_line_says_where_begins_what_came_while_nobody_looked_and_the_list_says_how_much_waits() {
    let mut person = Person::talking((80, 12));
    let met = |key, unread| ContactView {
        unread,
        ..ContactView::new(
            &Contact::met(
                PublicKey([key; 32]),
                "Jonas",
                Trust::because(TrustReason::Scanned),
                1,
            ),
            None,
        )
    };
    person.screen.look_around(&Overview {
        contacts: vec![met(2, 7), met(3, 1_000)],
        ..Overview::default()
    });
    let old = |number, text: &str, is_unread| {
        with(kept(number, false, NOON, text), |lasting| {
            (lasting.is_old, lasting.is_unread) = (true, is_unread);
        })
    };
    person.hears(&old(1, "read", false));
    person.hears(&old(2, "not read", true));
    person.hears(&old(3, "nor this", true));
    let mut further_up = old(4, "still further up", true);
    further_up.before = Some(2);
    let seen = person.sees().concat();
    assert!(seen.contains("Jonas          7 new"), "{seen}");
    assert!(seen.contains("Jonas       999+ new"), "{seen}");
    let new = |person: &Person| {
        let seen = person.sees();
        let at = seen.iter().position(|row| row.ends_with("── new ──"));
        let at = at.expect("a line");
        assert_eq!(seen.concat().matches("── new ──").count(), 1);
        seen[at + 1].clone()
    };
    assert!(new(&person).ends_with(" not read"));
    person.hears(&further_up);
    assert!(new(&person).ends_with("still further up"));
}

#[test]
fn what_the_other_one_asks_stands_in_the_window() {
    let mut person = Person::talking((80, 24));
    let at = person.moment();
    let asked = Asked {
        question: "What was our first dog called?".to_owned(),
        standing: Standing::Open,
    };
    let event = Event::question("Mira", false, &asked).expect("something to say");
    person.screen.tell(&event, at);
    let sees = person.sees().concat();
    assert!(sees.contains("first dog"), "{sees}");
}

#[test]
fn earlier_pages_come_above_and_move_nothing_that_is_read() {
    let mut person = Person::talking((60, 12));
    let at = person.moment();
    person.screen.tell(
        &Event::Seeking {
            name: "Mira".to_owned(),
            heard: 0,
        },
        at,
    );
    for number in 20..40 {
        let old = kept(
            number,
            false,
            NOON - 200 + number,
            &format!("line {number}"),
        );
        person.hears(&with(old, |lasting| lasting.is_old = true));
    }
    let shows = |person: &Person, said: &str| person.sees().iter().any(|row| row.ends_with(said));
    // What was said before stands above what the program says now.
    assert!(shows(&person, " well.") && shows(&person, "line 39"));
    let mut asked = Typed::Nothing;
    for _ in 0..4 {
        asked = person.press(KeyCode::PageUp);
    }
    assert_eq!(asked, Typed::Line("/history".to_owned()));
    let before = person.sees();
    assert!(before[1].contains("today") && shows(&person, "line 20"));
    let mut number = 20;
    for earlier in (0..20).rev() {
        let mut row = kept(
            100 + earlier,
            false,
            NOON - 90_000 + earlier,
            &format!("line {earlier}"),
        );
        row.before = Some(number);
        person.hears(&row);
        number = row.number;
    }
    assert_eq!(person.sees()[2..], before[2..]);
    assert_eq!(person.press(KeyCode::PageUp), Typed::Nothing);
    assert!(shows(&person, "line 15"));
    person.press(KeyCode::Home);
    assert!(shows(&person, "yesterday ──") && shows(&person, "line 0"));
    person.screen.is_all();
    assert_eq!(person.press(KeyCode::PageUp), Typed::Nothing);
    // What has to leave is not there any more, and the rest stays.
    person.screen.gone(100);
    assert!(!shows(&person, "line 0") && shows(&person, "line 1"));
}

#[test]
fn a_line_is_chosen_to_do_something_about_it() {
    let mut person = Person::talking((80, 24));
    person.says(false, "nobody keeps this");
    person.hears(&kept(10, false, NOON, "Where shall we meet?"));
    person.hears(&kept(11, true, NOON, "At the harbour"));
    person.press(KeyCode::F(6));
    assert_eq!(person.screen.typed.text(), "/reply ");
    person.press_with(KeyCode::Char('u'), KeyModifiers::CONTROL);
    person.press_with(KeyCode::Up, KeyModifiers::ALT);
    assert!(
        person.sees()[21].contains("13:58▸you"),
        "{:#?}",
        person.sees()
    );
    person.press(KeyCode::F(8));
    assert_eq!(person.screen.typed.text(), "/edit #11 At the harbour");
    person.press_with(KeyCode::Char('u'), KeyModifiers::CONTROL);
    for _ in 0..3 {
        person.press_with(KeyCode::Up, KeyModifiers::ALT);
    }
    person.press(KeyCode::F(7));
    person.types("❤");
    let react = Typed::Line("/react #10 ❤".to_owned());
    assert_eq!(person.press(KeyCode::Enter), react);
    // What was done is done, and nothing is chosen any more.
    assert!(!person.sees().concat().contains("13:58▸"));
}

#[test]
fn tab_turns_to_the_next_one_and_keeps_what_was_typed_for_whom() {
    let mut person = Person::talking((80, 24));
    let met = |key, name: &str| {
        let trust = Trust::because(TrustReason::Scanned);
        ContactView::new(&Contact::met(PublicKey([key; 32]), name, trust, 1), None)
    };
    let overview = Overview {
        contacts: vec![met(1, "Mira"), met(2, "Grandpa"), met(3, "Jonas")],
        ..Overview::default()
    };
    person.screen.look_around(&overview);
    person.types("for Mira");
    let to = |key: &str| Typed::Line(format!("/to {key}"));
    assert_eq!(person.press(KeyCode::Tab), to("02020202"));
    assert_eq!(person.press(KeyCode::BackTab), to("03030303"));
    let third = person.press_with(KeyCode::Char('3'), KeyModifiers::ALT);
    assert_eq!(third, to("03030303"));
    let nobody = person.press_with(KeyCode::Char('9'), KeyModifiers::ALT);
    assert_eq!(nobody, Typed::Nothing);
    person.says(false, "said by Mira");
    person.screen.turn_to("Grandpa", Some(PublicKey([2; 32])));
    person.types("for Grandpa");
    let seen = person.sees();
    assert!(
        seen[0].contains("│ Grandpa, trying") || seen[0].contains("│ Grandpa · trying"),
        "{seen:#?}"
    );
    assert!(seen[2].starts_with("▸◌ Grandpa"), "{seen:#?}");
    assert!(!seen.concat().contains("said by Mira"));
    person.screen.turn_to("Mira", Some(PublicKey([1; 32])));
    assert_eq!(
        person.press(KeyCode::Enter),
        Typed::Line("for Mira".to_owned())
    );
}

#[test]
fn a_code_is_black_on_white_and_whole_or_it_is_a_link() {
    let drawn = Symbol::draw(&"A".repeat(90));
    let symbol = drawn.unwrap_or_else(|_| panic!("it fits"));
    let link = "https://handfast.example/#AAAA".to_owned();
    let code = Some((symbol.clone(), link));
    let mut person = Person::talking((80, 24));
    person.screen.show_code(code.clone());
    let buffer = person.buffer();
    // Where its rows begin: in the middle beside the people.
    let side = symbol.outer_width() as u16;
    let left = 26 + (53 - side) / 2;
    let module = |x: u16, y: u16| {
        let cell = &buffer[(left + x, 1 + y / 2)];
        let is_ink = match (cell.symbol(), y % 2) {
            ("█", _) | ("▀", 0) | ("▄", 1) => true,
            (" ", _) | ("▀", _) | ("▄", _) => false,
            (other, _) => panic!("{other}"),
        };
        let colour = [cell.bg, cell.fg][usize::from(is_ink)];
        assert!(matches!(colour, Color::Black | Color::White));
        colour == Color::Black
    };
    for y in 0..side {
        for x in 0..side {
            let is_inside = x >= 4 && y >= 4;
            let is_dark = is_inside && symbol.is_dark(usize::from(x) - 4, usize::from(y) - 4);
            assert_eq!(module(x, y), is_dark, "{x} {y}");
        }
    }
    let mut narrow = Person::talking((40, 10));
    narrow.screen.show_code(code);
    let seen = narrow.sees().concat();
    assert!(
        seen.contains("no room") && seen.contains("handfast.example/#"),
        "{seen}"
    );
    assert_eq!(narrow.press(KeyCode::Esc), Typed::Line("/code".to_owned()));
    narrow.screen.show_code(None);
    assert_eq!(narrow.press(KeyCode::Esc), Typed::Nothing);
}
