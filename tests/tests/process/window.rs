//! A conversation in the whole window of a terminal.

use crate::peer::{Folder, Peer, SOON, program};
use crate::terminal::Terminal;
use rustix::process::{Signal, kill_process_group};
use rustix::termios::{Winsize, tcgetpgrp, tcsetwinsize};
use std::time::{Duration, Instant};

/// What stands in a window at any moment.
trait Seen {
    /// Whether the program has the whole window.
    fn is_whole(&self) -> bool;

    /// The rows of the window, and no others.
    fn window(&self) -> Vec<String>;

    /// Waits until something is to be read in the window.
    fn until_seen(&self, said: &str);

    /// Gives it another size.
    fn resize(&self, size: (u16, u16));

    /// Waits until the program has the whole window, or has given it back.
    fn until_whole(&self, is_whole: bool);
}

impl Seen for Terminal {
    fn is_whole(&self) -> bool {
        self.screen
            .lock()
            .expect("no panic")
            .screen()
            .alternate_screen()
    }

    fn window(&self) -> Vec<String> {
        let parser = self.screen.lock().expect("no panic");
        let (_, columns) = parser.screen().size();
        parser.screen().rows(0, columns).collect()
    }

    #[track_caller]
    fn until_seen(&self, said: &str) {
        let until = Instant::now() + 3 * SOON;
        while !self.window().iter().any(|row| row.contains(said)) {
            assert!(
                Instant::now() < until,
                "no {said}:\n{}",
                self.window().join("\n")
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn resize(&self, (columns, rows): (u16, u16)) {
        let size = Winsize {
            ws_col: columns,
            ws_row: rows,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let mut parser = self.screen.lock().expect("no panic");
        parser.screen_mut().set_size(rows, columns);
        drop(parser);
        tcsetwinsize(&self.keys, size).expect("a terminal");
    }

    #[track_caller]
    fn until_whole(&self, is_whole: bool) {
        let until = Instant::now() + SOON;
        while self.is_whole() != is_whole {
            assert!(Instant::now() < until, "{}", self.window().join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Somebody who goes by this name at a window of 80 columns and 24 rows.
fn sits(folder: &Folder, name: &str, command: &str) -> Terminal {
    let program = program().to_string_lossy().into_owned();
    let (home, downloads) = (folder.path(name), folder.path("downloads"));
    Terminal::run(
        &format!(
            "trap : INT; '{program}' --home '{home}' {command} --downloads '{downloads}'; \
             stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo"
        ),
        (80, 24),
    )
}

/// Two who have met, each at a window: Ana and Ben.
fn two(folder: &Folder) -> [Terminal; 2] {
    two_with(folder, ["--name Ana", "--name Ben"])
}

/// The same, with these options.
fn two_with(folder: &Folder, [ana, ben]: [&str; 2]) -> [Terminal; 2] {
    let host = sits(
        folder,
        "ana",
        &format!("invite --loopback --link-only {ana}"),
    );
    host.until("* Waiting");
    let rows = host.rows();
    let link = rows.iter().take_while(|row| !row.starts_with('*'));
    let link: String = link.cloned().collect();
    let join = format!("join --yes {ben} '{}'", link.trim());
    let guest = sits(folder, "ben", &join);
    for at in [&host, &guest] {
        at.until_seen("You are connected");
        assert!(at.is_whole());
    }
    [host, guest]
}

#[test]
fn two_meet_write_and_send_in_the_whole_window_and_find_each_other_again() {
    let folder = Folder::new();
    let [mut host, mut guest] = two(&folder);
    host.press("Did you get home all right?\r");
    guest.until_seen("Ana  Did you get home all right?");
    // What is pasted waits for Enter with all of its lines.
    guest.paste("Yes!\rSending you something.");
    guest.until_seen("> Yes!");
    guest.press("\r");
    host.until_seen("Ben  Yes!");
    host.until_seen("     Sending you something.");
    let file = folder.path("harbour.txt");
    std::fs::write(&file, vec![7; 300_000]).expect("a file");
    // F4
    guest.press("\x1bOS");
    guest.until_seen("> /send");
    guest.press(&format!("{file}\r"));
    host.until_seen("waits: /accept 1");
    host.press("/acc\t1\r");
    host.until_seen("is here:");
    guest.until_seen("has arrived");
    let stored = std::fs::read(folder.path("downloads/harbour.txt"));
    assert_eq!(stored.expect("stored").len(), 300_000);
    // F5
    host.press("\x1b[15~");
    guest.until_seen("They would like to compare");
    guest.press("\x1b[15~");
    for at in [&mut host, &mut guest] {
        at.until_seen("Do they see the same");
        at.press("/same\r");
    }
    host.until_seen("Ben ✓ verified · connected");
    // F10
    guest.press("\x1b[21~");
    guest.until("* You left.");
    guest.until("icanon");
    assert_eq!(guest.end(), Some(0));
    // What was said stays to be read.
    host.until_seen("“Ben” left.");
    host.until_seen("Yes!");
    host.press("\x1b[21~");
    host.until("* “Ben” left.");
    assert_eq!(host.end(), Some(0));

    let mut ana = sits(&folder, "ana", "chat Ben --loopback");
    ana.until_seen("trying");
    ana.press("are you there?\r");
    ana.until_seen("you  are you there?");
    let mut ben = sits(&folder, "ben", "chat Ana --loopback");
    ben.until_seen("Ana  are you there?");
    ana.until_seen("Ben ✓ verified · connected");
    // Who stays goes on looking, in the same window.
    ben.press("/quit\r");
    assert_eq!(ben.end(), Some(0));
    ana.until_seen("They are gone.");
    ana.until_seen("trying");
    ana.press("/quit\r");
    assert_eq!(ana.end(), Some(0));
}

#[test]
fn whoever_gave_no_name_is_called_the_same_in_a_question_and_an_answer_is_told_once() {
    let folder = Folder::new();
    let [mut host, mut guest] = two_with(&folder, ["", ""]);
    host.press("/ask Our first dog?\r");
    host.until_seen("the answer that you expect");
    host.press("Rex\r");
    host.until_seen("You have asked “Guest”");
    guest.until_seen("“Host” asks");
    guest.press("/answer rex\r");
    guest.until_seen("“Host” expected that answer.");
    host.until_seen("“Guest” knows the answer.");
    host.until_seen("Guest · answer checked · connected");
    // Whatever is told of it stands there before what is said behind it.
    guest.press("done\r");
    host.until_seen("Guest  done");
    let told = host.window().join("\n");
    assert!(!told.contains("knew the answer"), "{told}");
    for mut at in [host, guest] {
        at.press("/quit\r");
        at.end();
    }
}

#[test]
fn however_the_window_is_left_it_is_given_back_as_it_was() {
    let folder = Folder::new();
    // /quit, Ctrl-D, Ctrl-C, F10.
    for leave in ["/quit\r", "\x04", "\x03", "\x1b[21~"] {
        let (mut host, link) = Peer::host(&folder, &[]);
        let join = format!("join --yes '{link}'");
        let mut guest = sits(&folder, "guest", &join);
        guest.until_whole(true);
        guest.until_seen("You are connected");
        host.say("hello");
        guest.until_seen("Ana  hello");
        guest.press(leave);
        host.until("ended");
        guest.until("icanon");
        guest.until("echo");
        guest.end();
        assert!(!guest.is_whole());
        assert!(guest.rows().iter().all(|row| !row.contains("Ana  hello")));
        let parser = guest.screen.lock().expect("no panic");
        assert!(!parser.screen().hide_cursor());
        assert!(!parser.screen().bracketed_paste());
    }
}

#[test]
fn whoever_stops_the_program_for_a_while_finds_all_of_the_window_again() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = sits(&folder, "guest", &format!("join --yes '{link}'"));
    guest.until_seen("You are connected");
    guest.press("half");
    guest.until_seen("> half");
    guest.press("\x1a");
    guest.until_keys(false);
    guest.until_whole(false);
    host.say("meanwhile");
    let group = tcgetpgrp(&guest.keys).expect("a terminal");
    std::thread::sleep(Duration::from_millis(200));
    kill_process_group(group, Signal::CONT).expect("ours");
    guest.until_whole(true);
    guest.until_seen("Ana  meanwhile");
    for seen in ["You are connected", "People", "F10 leave", "> half"] {
        guest.until_seen(seen);
    }
    guest.press(" a line\r");
    assert_eq!(host.until("message")["text"], "half a line");
}

#[test]
fn the_window_is_drawn_anew_for_another_size() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = sits(&folder, "guest", &format!("join --yes '{link}'"));
    guest.until_seen("│ ");
    for (columns, rows, has_people) in [(40, 10, false), (200, 60, true), (30, 5, false)] {
        guest.resize((columns, rows));
        host.say(&format!("at {columns}"));
        guest.until_seen(&format!("at {columns}"));
        guest.until_seen("F10 leave");
        let has = guest.window().iter().any(|row| row.contains('│'));
        assert_eq!(has, has_people, "{}", guest.window().join("\n"));
    }
    guest.press("here\r");
    assert_eq!(host.until("message")["text"], "here");
}

#[test]
fn a_window_that_is_too_small_or_too_simple_has_lines() {
    let folder = Folder::new();
    for (before, behind, size) in [
        ("", "--plain", (80, 24)),
        ("TERM=dumb ", "", (80, 24)),
        ("", "", (39, 24)),
        ("", "", (80, 9)),
        ("", "| cat", (80, 24)),
    ] {
        let (mut host, link) = Peer::host(&folder, &[]);
        let program = program().to_string_lossy().into_owned();
        let join = format!("{before}'{program}' join --yes --incognito '{link}' {behind}");
        let mut guest = Terminal::run(&join, size);
        guest.until("* You are connected");
        host.say("hello");
        // In a pipe, it is shown whenever that has it, wherever the cursor is then.
        guest.until_seen("    Ana: hello");
        assert!(!guest.is_whole());
        guest.press("/quit\r");
        assert_eq!(guest.end(), Some(0));
    }
}

#[test]
fn whoever_has_several_contacts_turns_from_one_to_the_next() {
    let folder = Folder::new();
    let ana = folder.path("ana");
    for name in ["Ben", "Cid"] {
        let (mut host, link) = Peer::host(&folder, &["--home", &ana]);
        let home = folder.path(name);
        let join = [
            "join", "--json", "--yes", "--name", name, &link, "--home", &home,
        ];
        let mut guest = Peer::start(&join);
        host.until("met");
        guest.until("met");
        guest.say("/quit");
        assert_eq!((host.end(SOON), guest.end(SOON)), (Some(0), Some(0)));
    }
    let chat = |name: &str| {
        let (home, downloads) = (folder.path(name), folder.path("downloads"));
        let mut args = vec!["chat", "Ana", "--json", "--loopback", "--home", &home];
        args.extend(["--downloads", &downloads]);
        Peer::start(&args)
    };
    let mut at_ana = sits(&folder, "ana", "chat Ben --loopback");
    at_ana.until_seen("○ Cid");
    let (mut ben, mut cid) = (chat("Ben"), chat("Cid"));
    ben.until("met");
    at_ana.press("to Ben\r");
    assert_eq!(ben.until("message")["text"], "to Ben");
    at_ana.press("half\t");
    at_ana.until_seen("Cid · ");
    cid.until("met");
    ben.until("away");
    at_ana.press("to Cid\r");
    assert_eq!(cid.until("message")["text"], "to Cid");
    // The conversation with Ben stays open, though nobody looks at it.
    ben.until("back");
    at_ana.until_seen("● Ben");
    ben.say("still there?");
    at_ana.until_seen("1 new");
    cid.say("hello");
    at_ana.until_seen("Cid  hello");
    at_ana.press("/to ben\r");
    ben.until("back");
    at_ana.until_seen("Ben  still there?");
    // What both keep is there again, and so is what was being typed.
    at_ana.until_seen("you  to Ben");
    at_ana.until_seen("> half");
    at_ana.press("\x1b[21~");
    assert_eq!(at_ana.end(), Some(0));
}

#[test]
fn somebody_new_comes_by_the_code_on_a_key() {
    let folder = Folder::new();
    let [mut host, _guest] = two(&folder);
    // F2: where a window is too small for the code, it has the link.
    host.resize((60, 20));
    host.press("\x1bOQ");
    host.until_seen("https://");
    let is_of_a_link = |c: char| c.is_ascii_alphanumeric() || ":/.#-_".contains(c);
    let window = host.window();
    let rows = window
        .iter()
        .filter_map(|row| Some(row.split_once('│')?.1.trim()));
    let rows = rows.skip_while(|row| !row.starts_with("https://"));
    let rows = rows.take_while(|row| !row.is_empty() && row.chars().all(is_of_a_link));
    let link: String = rows.collect();
    let home = folder.path("cid");
    let join = [
        "join", "--json", "--yes", "--name", "Cid", &link, "--home", &home,
    ];
    let mut cid = Peer::start(&join);
    cid.until("met");
    host.until_seen("Cid · ");
    cid.say("hello");
    host.until_seen("Cid  hello");
    host.press("hello Cid\r");
    assert_eq!(cid.until("message")["text"], "hello Cid");
    host.press("\x1b[21~");
    assert_eq!(host.end(), Some(0));
}

#[test]
fn what_both_keep_is_answered_changed_taken_back_and_read_again() {
    let folder = Folder::new();
    let [mut host, mut guest] = two(&folder);
    host.press("Where do we meet?\r");
    guest.until_seen("Ana  Where do we meet?");
    host.until_seen("✓✓");
    guest.press("/reply At the harbour\r");
    host.until_seen("┃ Where do we meet?");
    host.until_seen("At the harbour");
    host.press("/react 👍\r");
    guest.until_seen("(Ana 👍)");
    host.press("/edit When do we meet?\r");
    guest.until_seen("When do we meet?");
    guest.until_seen("(changed)");
    guest.press("/withdraw\r");
    host.until_seen("took this back");
    for at in [&mut guest, &mut host] {
        at.press("\x1b[21~");
        assert_eq!(at.end(), Some(0));
    }
    let mut again = sits(&folder, "ana", "chat Ben --loopback");
    again.until_seen("you  When do we meet?");
    again.until_seen("Ben  took this back");
    again.press("\x1b[21~");
    assert_eq!(again.end(), Some(0));
}

#[test]
fn all_that_was_said_before_is_read_page_by_page() {
    const LINES: usize = 130;
    let folder = Folder::new();
    let ana = folder.path("ana");
    let (mut host, link) = Peer::host(&folder, &["--home", &ana]);
    let mut guest = Peer::guest(&folder, &link, &[]);
    guest.until("met");
    for number in 0..LINES {
        guest.say(&format!("line {number}."));
    }
    guest.say("/quit");
    assert_eq!(guest.end(SOON), Some(0));
    assert_eq!(host.end(SOON), Some(0));
    let mut at_ana = sits(&folder, "ana", "chat Ben --loopback");
    at_ana.until_seen(&format!("line {}.", LINES - 1));
    let until = Instant::now() + 3 * SOON;
    while !at_ana.window().iter().any(|row| row.contains("line 0.")) {
        assert!(Instant::now() < until, "{}", at_ana.window().join("\n"));
        // Page up
        at_ana.press("\x1b[5~");
        std::thread::sleep(Duration::from_millis(50));
    }
    at_ana.press("\x1b[F");
    at_ana.until_seen(&format!("line {}.", LINES - 1));
    at_ana.press("\x1b[21~");
    assert_eq!(at_ana.end(), Some(0));
}
