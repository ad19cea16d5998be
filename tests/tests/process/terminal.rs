//! A person at a terminal: what they type and paste, and what they see.

use crate::peer::{Folder, Peer, SOON, program, run};
use handfast_native::qr::scan;
use handfast_native::token::find;
use rustix::process::{Signal, kill_process_group};
use rustix::pty::{self, OpenptFlags};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcgetpgrp, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Rows that have scrolled away and are still known.
const SCROLLBACK: usize = 4_000;

/// A terminal with a program in it.
pub(crate) struct Terminal {
    child: Child,
    pub(crate) keys: File,
    pub(crate) screen: Arc<Mutex<vt100::Parser>>,
}

impl Terminal {
    /// Runs a command of the shell at a terminal of so many columns and rows.
    pub(crate) fn run(command: &str, size: (u16, u16)) -> Self {
        Self::run_in("C.UTF-8", command, size)
    }

    pub(crate) fn run_in(locale: &str, command: &str, (columns, rows): (u16, u16)) -> Self {
        let near = pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        pty::grantpt(&near).expect("ours");
        pty::unlockpt(&near).expect("ours");
        let name = pty::ptsname(&near, Vec::new()).expect("named");
        let open = |path: &str| File::options().read(true).write(true).open(path);
        let far = open(name.to_str().expect("ASCII")).expect("unlocked");
        let size = Winsize {
            ws_col: columns,
            ws_row: rows,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&far, size).expect("a terminal");
        let end = || Stdio::from(far.try_clone().expect("open"));
        let child = Command::new("setsid")
            .args(["--ctty", "--wait", "sh", "-c", command])
            .env("TERM", "xterm-256color")
            .env("LC_ALL", locale)
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("setsid, which every Debian has");
        let keys = File::from(near);
        let mut said = keys.try_clone().expect("open");
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, SCROLLBACK)));
        let shown = screen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = said.read(&mut bytes) {
                shown.lock().expect("no panic").process(&bytes[..count]);
            }
        });
        Self {
            child,
            keys,
            screen,
        }
    }

    /// A guest who talks at a terminal of 80 columns and 24 rows, and whatever runs behind that.
    fn guest(link: &str, behind: &str) -> Self {
        Self::guest_of(link, behind, (80, 24))
    }

    fn guest_of(link: &str, behind: &str, size: (u16, u16)) -> Self {
        let program = program().to_string_lossy().into_owned();
        let join =
            format!("trap : INT; '{program}' join --yes --plain --incognito '{link}'{behind}");
        let terminal = Self::run(&join, size);
        terminal.until("* You are connected");
        terminal
    }

    /// The rows of the screen, with those that have scrolled away.
    pub(crate) fn rows(&self) -> Vec<String> {
        let mut parser = self.screen.lock().expect("no panic");
        let screen = parser.screen_mut();
        let (height, width) = screen.size();
        let mut rows = Vec::new();
        screen.set_scrollback(usize::MAX);
        let above = screen.scrollback();
        for from in (0..=above).rev() {
            screen.set_scrollback(from);
            let shown: Vec<String> = screen.rows(0, width).collect();
            match from {
                0 => rows.extend(shown),
                _ => rows.extend(shown.into_iter().take(1)),
            }
        }
        screen.set_scrollback(0);
        assert!(rows.len() >= usize::from(height));
        rows
    }

    /// Waits until a row begins like this.
    #[track_caller]
    pub(crate) fn until(&self, beginning: &str) {
        self.until_all(&[beginning]);
    }

    /// Waits until there are rows that begin like these, one right above the next.
    #[track_caller]
    fn until_all(&self, beginnings: &[&str]) {
        let until = Instant::now() + 3 * SOON;
        loop {
            let rows = self.rows();
            let stands = |rows: &[String]| {
                let mut both = rows.iter().zip(beginnings);
                both.all(|(row, beginning)| row.starts_with(beginning))
            };
            if rows.windows(beginnings.len()).any(stands) {
                return;
            }
            assert!(
                Instant::now() < until,
                "no {beginnings:?}:\n{}",
                rows.join("\n")
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// As a terminal hands on what is pasted to a program that asked to be told.
    pub(crate) fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Waits until the terminal gives out keys, or lines.
    pub(crate) fn until_keys(&self, are_given: bool) {
        let until = Instant::now() + SOON;
        let gives_keys = || {
            let modes = tcgetattr(&self.keys).expect("a terminal");
            !modes.local_modes.contains(LocalModes::ICANON)
        };
        while gives_keys() != are_given {
            assert!(Instant::now() < until, "{}", self.rows().join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + SOON;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("still running:\n{}", self.rows().join("\n"));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What arrives until so many bytes have.
fn text_of(peer: &mut Peer, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        text.push_str(peer.until("message")["text"].as_str().expect("a text"));
    }
    text
}

fn a_long_text(bytes: usize) -> String {
    let words = (0..).map(|n| format!("{n} wörter "));
    let mut text = String::new();
    for word in words {
        text.push_str(&word);
        if text.len() >= bytes {
            break;
        }
    }
    text.trim_end().to_owned()
}

#[test]
fn all_of_a_long_paste_arrives() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Terminal::guest(&link, "");
    let pasted = a_long_text(70_000).replace(" 50", "\r50");
    guest.paste(&pasted);
    guest.press("\r");
    let sent = pasted.replace('\r', "\n");
    assert_eq!(text_of(&mut host, sent.len()), sent);
    // The same from a terminal that does not say that something is pasted.
    let typed = a_long_text(10_000);
    guest.press(&typed);
    guest.press("\r");
    assert_eq!(text_of(&mut host, typed.len()), typed);
    guest.press("/quit\r");
    assert_eq!(host.until("ended")["reason"], "peer_left");
    assert_eq!(guest.end(), Some(0));
}

#[test]
fn a_long_paste_arrives_also_where_what_is_told_goes_to_a_file() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let program = program().to_string_lossy().into_owned();
    let told = folder.path("told");
    let join = format!("'{program}' join --yes --plain --incognito '{link}' 2>'{told}'");
    let mut guest = Terminal::run(&join, (80, 24));
    host.until("met");
    guest.until_keys(true);
    let pasted = a_long_text(9_000);
    guest.paste(&pasted);
    guest.press("\r");
    assert_eq!(text_of(&mut host, pasted.len()), pasted);
    host.say("hello");
    guest.until_all(&["    Ana: hello", ">"]);
    guest.press("/quit\r");
    assert_eq!(guest.end(), Some(0));
    let told = std::fs::read_to_string(told).expect("a file");
    assert!(
        told.contains("You are connected") && !told.contains('\x1b'),
        "{told}"
    );
}

#[test]
fn a_long_line_arrives_whatever_the_terminal_can_draw() {
    for (before, behind) in [("", ">/dev/null 2>&1"), ("TERM=dumb ", ""), ("", "--json")] {
        let folder = Folder::new();
        let (mut host, link) = Peer::host(&folder, &[]);
        let program = program().to_string_lossy().into_owned();
        let join = format!("{before}'{program}' join --yes --incognito '{link}' {behind}");
        let mut guest = Terminal::run(&join, (80, 24));
        host.until("met");
        guest.until_keys(true);
        let typed = a_long_text(10_000);
        guest.press(&typed);
        guest.press("\r");
        assert_eq!(text_of(&mut host, typed.len()), typed, "{behind}");
        guest.press("mended, and shpwn\x7f\x7f\x7fown");
        if behind != "--json" {
            guest.until("mended, and shown");
        }
        guest.press("\r");
        assert_eq!(host.until("message")["text"], "mended, and shown");
        guest.press("/quit\r");
        assert_eq!(guest.end(), Some(0));
        assert!(!guest.rows().iter().any(|row| row.contains("[?2004")));
    }
}

#[test]
fn whoever_leaves_is_shown_nothing_more_of_what_comes_in() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let much = " --unverified-messages 1000000 --unverified-text 1GiB";
    let mut guest = Terminal::guest(&link, much);
    let is_over = Arc::new(AtomicBool::new(false));
    let stop = is_over.clone();
    let writing = std::thread::spawn(move || {
        // When the guest is gone, the host ends and reads no more.
        let mut numbers = (0u64..).take_while(|_| !stop.load(Ordering::Relaxed));
        while numbers
            .next()
            .is_some_and(|number| host.try_to_say(&number.to_string()))
        {}
        host
    });
    // Enough that some of it still waits to be drawn.
    guest.until("    Ana: 1000");
    guest.press("/quit\r");
    assert_eq!(guest.end(), Some(0));
    is_over.store(true, Ordering::Relaxed);
    drop(writing.join().expect("no panic"));
    let rows = guest.rows();
    let left = rows.iter().position(|row| row.starts_with("> /quit"));
    let after = &rows[left.expect("typed")..];
    let drawn = after.iter().filter(|row| row.starts_with("    Ana:"));
    assert!(drawn.count() < 40, "{}", after.join("\n"));
}

#[test]
fn whoever_leaves_waits_neither_for_a_file_nor_for_lines_that_nobody_reads() {
    let folder = Folder::new();
    let file = folder.path("large");
    let large = File::create(&file).expect("a file");
    large.set_len(1 << 32).expect("sparse");
    // Of what is written to them, they read three lines.
    let few = ["--unverified-messages", "3"];
    let (mut host, link) = Peer::host(&folder, &few);
    let downloads = folder.path("guest-downloads");
    let mut guest = Terminal::guest(&link, &format!(" --keep-free 0 --downloads '{downloads}'"));
    host.say(&format!("/send {file}"));
    guest.until("* They want to send");
    guest.press("/accept\r");
    host.until("file_progress");
    for number in 0..9_000 {
        guest.press(&format!("{number}\r"));
    }
    host.until("limited");
    guest.press("/quit\r");
    assert_eq!(guest.end(), Some(0));
    guest.until("* Files were still on their way");
}

#[test]
fn whoever_leaves_somebody_who_is_not_heard_any_more_is_offered_no_invitation_that_was_used() {
    let folder = Folder::new();
    let (program, home) = (program().to_string_lossy(), folder.path("home"));
    let invite = format!("'{program}' --home '{home}' invite --plain --loopback");
    let mut host = Terminal::run(&invite, (100, 60));
    host.until("* Waiting");
    let rows = host.rows();
    let link = rows.iter().take_while(|row| !row.starts_with('*'));
    let guest = Peer::guest(&folder, &link.cloned().collect::<String>(), &[]);
    host.until("* You are connected");
    guest.signal("STOP");
    host.press("hello?\r");
    host.until("> hello?");
    host.press("/quit\r");
    assert_eq!(host.end(), Some(0));
    host.until("* You left.");
    let rows = host.rows();
    let after = rows
        .iter()
        .skip_while(|row| !row.contains("You are connected"));
    assert!(
        !after.into_iter().any(|row| row.contains("--resume")),
        "{rows:?}"
    );
}

#[test]
fn what_comes_in_does_not_tear_the_line_that_is_typed() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Terminal::guest(&link, "");
    guest.press("half a thuoght");
    guest.until("> half a thuoght");
    host.say("hello there");
    guest.until_all(&["    Ana: hello there", "> half a thuoght"]);
    // Back to what is wrong, and mended.
    guest.press("\x1b[D\x1b[D\x1b[D\x1b[D\x7f\x1b[Cu\r");
    assert_eq!(host.until("message")["text"], "half a thought");
    guest.until_all(&["    Ana: hello there", "> half a thought"]);
    guest.press(&format!("{}\r", "wide ".repeat(40).trim_end()));
    assert_eq!(text_of(&mut host, 199).len(), 199);
    for row in guest.rows() {
        assert!(row.chars().count() < 80, "{row}");
    }
}

#[test]
fn the_terminal_is_given_back_as_it_was() {
    let folder = Folder::new();
    for leave in ["/quit\r", "\x04", "\x03"] {
        let (mut host, link) = Peer::host(&folder, &[]);
        let mut guest = Terminal::guest(
            &link,
            "; stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo",
        );
        guest.press(leave);
        host.until("ended");
        guest.until_all(&["icanon", "echo"]);
        guest.end();
        assert!(
            !guest
                .rows()
                .iter()
                .any(|row| row.starts_with('>') && row.len() < 3)
        );
    }
}

#[test]
fn whoever_stops_the_program_for_a_while_has_a_usual_terminal_meanwhile() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Terminal::guest(&link, "");
    guest.press("half");
    guest.until("> half");
    guest.press("\x1a");
    guest.until_keys(false);
    // What was in the foreground goes on, as a shell has it done.
    let group = tcgetpgrp(&guest.keys).expect("a terminal");
    std::thread::sleep(Duration::from_millis(200));
    kill_process_group(group, Signal::CONT).expect("ours");
    guest.until_keys(true);
    guest.press(" a line\r");
    assert_eq!(host.until("message")["text"], "half a line");
}

#[test]
fn a_text_of_any_length_can_be_pasted_to_be_opened() {
    let folder = Folder::new();
    let (plain, answer) = (folder.path("noise"), folder.path("answer"));
    let mut state = 1u64;
    let noise: Vec<u8> = (0..20_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    std::fs::write(&plain, &noise).expect("a file");
    std::fs::write(&answer, "Winnetou at the sea").expect("a file");
    let sealed = run(&["seal", &plain, "--text", "--answer-file", &answer]);
    assert_eq!(sealed.status, Some(0), "{sealed:?}");
    let lines: Vec<&str> = sealed.stdout.lines().collect();
    assert!(
        lines.len() > 300 && lines.iter().all(|line| line.len() <= 76),
        "{lines:?}"
    );

    let program = program().to_string_lossy().into_owned();
    for (number, pasted) in [sealed.stdout.clone(), lines.concat()].iter().enumerate() {
        let opened = folder.path(&format!("opened-{number}"));
        let command = format!("'{program}' open - --answer-file '{answer}' -o '{opened}'");
        let mut terminal = Terminal::run(&command, (80, 24));
        terminal.until(">");
        terminal.paste(pasted);
        terminal.press("\r");
        terminal.press("\x04");
        assert_eq!(terminal.end(), Some(0), "{}", terminal.rows().join("\n"));
        assert_eq!(std::fs::read(&opened).expect("opened"), noise);
    }
}

#[test]
fn an_answer_does_not_show_while_it_is_typed() {
    let folder = Folder::new();
    let answer = folder.path("answer");
    std::fs::write(&answer, "by the sea").expect("a file");
    let lock = ["--lock", "Where did we meet?", "--answer-file", &answer];
    let (mut host, link) = Peer::host(&folder, &lock);
    let program = program().to_string_lossy().into_owned();
    let join = format!("'{program}' join --yes --plain --incognito '{link}'");
    let mut guest = Terminal::run(&join, (80, 24));
    guest.until("* They ask: Where did we meet?");
    guest.until("* Answer (not shown):");
    guest.press("by the SEA\r");
    host.until("met");
    guest.until("* You are connected");
    assert!(!guest.rows().concat().contains("SEA"));
    // From then on, what is typed shows.
    guest.press("here");
    guest.until("> here");
}

#[test]
fn whoever_gives_a_wrong_answer_reads_that_it_was_wrong() {
    let folder = Folder::new();
    let answer = folder.path("answer");
    std::fs::write(&answer, "by the sea").expect("a file");
    let ask = ["--ask", "Where did we meet?", "--answer-file", &answer];
    let (_host, link) = Peer::host(&folder, &ask);
    let program = program().to_string_lossy().into_owned();
    let join = format!("'{program}' join --yes --plain --incognito '{link}'");
    let mut guest = Terminal::run(&join, (80, 24));
    guest.until("* Answer (not shown):");
    guest.press("on a hill\r");
    guest.until("* They say that this was not the answer.");
    guest.until("* 2 tries are left.");
}

#[test]
fn a_mebibyte_in_one_line_arrives_in_parts() {
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Peer::guest(&folder, &link, &[]);
    guest.until("met");
    let text = a_long_text(1 << 20);
    host.say(&text);
    host.say("/quit");
    assert!(text_of(&mut guest, text.len()) == text);
    assert_eq!(host.end(SOON), Some(0));
}

#[test]
fn nothing_that_they_write_reaches_the_edge_of_the_screen() {
    const COLUMNS: u16 = 40;
    let ours = "* Verified: you compared and found it equal.";
    let folder = Folder::new();
    let (mut host, link) = Peer::host(&folder, &[]);
    let mut guest = Terminal::guest_of(&link, "", (COLUMNS, 24));
    for length in 0..3 * usize::from(COLUMNS) {
        host.say(&format!("{}{ours}", "a".repeat(length)));
    }
    host.hang_up();
    assert_eq!(host.end(SOON), Some(0));
    assert_eq!(guest.end(), Some(0));
    guest.until("* “Ana” left.");
    let rows = guest.rows();
    for row in &rows {
        assert!(!row.starts_with("* Verified"), "{row}");
        assert!(!row.starts_with('a'), "{row}");
    }
    let all = rows.join(" ");
    assert!(all.matches("found it equal").count() > 0, "they were shown");
}

/// The code that a camera reads from the screen: by backgrounds, each cell twice as high as wide.
fn code_on(terminal: &Terminal, size: (u16, u16)) -> Option<String> {
    let parser = terminal.screen.lock().expect("no panic");
    let (width, height) = (usize::from(size.0) * 4, usize::from(size.1) * 8);
    let pixel = |at: usize| {
        let (row, column) = (at / width / 8, at % width / 4);
        let cell = parser.screen().cell(row as u16, column as u16);
        // Bright white, and the screen's own black beside it.
        match cell.expect("inside").bgcolor() {
            vt100::Color::Idx(15) => 255,
            _ => 0,
        }
    };
    let luma: Vec<u8> = (0..width * height).map(pixel).collect();
    let reading = scan(&luma, width, width, height).expect("a frame");
    reading.into_iter().next().map(|reading| reading.text)
}

#[test]
fn a_code_is_drawn_without_blocks_where_the_locale_has_none() {
    let program = program().to_string_lossy().into_owned();
    let invite = format!("'{program}' invite --incognito --loopback");
    let has_blocks = |terminal: &Terminal| {
        let blocks = ['\u{2588}', '\u{2580}', '\u{2584}'];
        terminal.rows().iter().any(|row| row.contains(blocks))
    };

    let size = (100, 60);
    let terminal = Terminal::run_in("C", &invite, size);
    terminal.until("* Waiting");
    let until = Instant::now() + SOON;
    let shown = loop {
        match code_on(&terminal, size) {
            Some(text) => break text,
            None if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            None => panic!("no code:\n{}", terminal.rows().join("\n")),
        }
    };
    assert!(!has_blocks(&terminal));
    let rows = terminal.rows();
    let link = rows.iter().take_while(|row| !row.starts_with('*'));
    let link: String = link.cloned().collect();
    let token = |text: &str| find(text.as_bytes(), |_| Err::<Vec<String>, _>("no picture"));
    assert_eq!(
        token(&shown).expect("a token"),
        token(&link).expect("a token")
    );

    let narrow = Terminal::run_in("C", &invite, (80, 24));
    narrow.until("* The code needs a window of");
    assert!(!has_blocks(&narrow));

    let usual = Terminal::run(&invite, (80, 24));
    // The upper edge of a finder pattern.
    usual.until("     \u{2580}\u{2580}\u{2580}\u{2580}\u{2580} ");
}
