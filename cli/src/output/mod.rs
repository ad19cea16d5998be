//! What the program shows: lines for people or, with `--json`, one object a line for programs.
//!
//! Data and messages go to standard output, everything about how it is going to standard error. An
//! output that is closed is no reason to fail.

mod event;
pub(crate) mod under_way;

pub(crate) use event::{Event, FileHash, Listed, Parting, Side, Stamped, State, Trusted};

use crate::screen::Window;
use crate::status::{Status, Stop};
use crate::symbol::{self, Forms};
use crate::{margin, strings, terminal, words};
use handfast_native::device::View;
use handfast_native::qr::Symbol;
use serde::Serialize;
use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use under_way::UnderWay;

/// How many columns a line of a long text has, so that no terminal cuts it when it is pasted again.
const COLUMNS_OF_A_TEXT: usize = 76;

/// Where events go.
pub(crate) struct Output {
    json: bool,
    /// What the other side is called, once known.
    name: String,
    under_way: UnderWay,
    /// A code that is to be drawn below what is said of it.
    code: Option<Symbol>,
    /// What shows it instead of lines.
    window: Option<Window>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            name: String::new(),
            under_way: UnderWay::default(),
            code: None,
            window: None,
        }
    }

    /// Shows everything in a window from now on, until that is closed.
    pub(crate) fn open(&mut self, window: Window) {
        self.window = Some(window);
    }

    /// Shows lines again.
    pub(crate) fn close(&mut self) {
        self.window = None;
    }

    /// The window that shows everything, if one does.
    pub(crate) fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    /// Shows what happened.
    pub(crate) fn tell(&mut self, event: Event) {
        if let Some(window) = &self.window {
            return window.update(|screen, at| screen.tell(&event, at));
        }
        if self.json {
            write_line(&json_line(&Stamped {
                at_us: unix_microseconds(),
                event,
            }));
        } else {
            self.show(&event);
        }
    }

    /// Who was met, with what trust, and how long it took. `fallback` is what to call somebody without a
    /// name.
    pub(crate) fn met(&mut self, view: &View, fallback: &str) {
        if let View::Talking {
            name,
            client,
            trust,
            scans,
            milestones,
            ..
        } = view
        {
            let name = words::name_or(name, fallback);
            self.name = name.to_owned();
            self.tell(Event::Met {
                name: name.to_owned(),
                client: client.clone(),
                trusted: Trusted(*trust),
                scans: *scans,
                ready_ms: milestones.ready.map(milliseconds),
                open_ms: milestones.open.map(milliseconds),
                authenticated_ms: milestones.authenticated.map(milliseconds),
            });
        }
    }

    /// The other side is called so from now on.
    pub(crate) fn call(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// What the other side is called, once that is known.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A word to the person.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.tell(Event::Note { text: text.into() });
    }

    /// Why it did not come to its end.
    pub(crate) fn stopped(&mut self, stop: &Stop) {
        self.under_way.clear();
        if stop.sentence.is_empty() && !self.json {
            return;
        }
        self.tell(Event::Failed {
            kind: stop.kind.to_owned(),
            text: stop.sentence.clone(),
            status: stop.status.code(),
        });
    }

    /// A token on the screen: the link now, and the code by [`Self::show_code`].
    pub(crate) fn show_token(&mut self, forms: &Forms, with_symbol: bool) {
        if !self.json {
            self.print(&forms.link);
            self.code = with_symbol.then(|| forms.symbol.clone());
        }
    }

    /// Draws the code of the token that was shown, if it is not drawn yet. It comes last, so that nothing
    /// scrolls it away. One that does not fit is of no use to a camera, so it is said what it takes.
    pub(crate) fn show_code(&mut self) {
        let Some(code) = self.code.take() else {
            return;
        };
        let (needed, window) = (symbol::room(&code), terminal::window());
        match symbol::fits(needed, window) {
            true => self.print(symbol::drawn(&code).trim_end_matches('\n')),
            false => self.whisper(&words::too_small(needed, window.unwrap_or_default())),
        }
    }

    fn show(&mut self, event: &Event) {
        match event {
            // The token itself was shown by `show_token`.
            Event::Invitation { expires_in_s, .. } => {
                self.whisper(&words::good_for(Duration::from_secs(*expires_in_s)));
            }
            Event::Reply { .. }
            | Event::Opened { .. }
            | Event::Kept { .. }
            | Event::MessageSent { .. }
            | Event::Disappeared { .. }
            | Event::Delivered { .. } => {}
            Event::Pending {
                id,
                seat,
                name,
                expires_in_s,
            } => {
                let left = Duration::from_secs(*expires_in_s);
                self.say(&words::pending(id, *seat, name.as_deref(), left));
            }
            Event::Contact(contact) => self.say(&words::contact(contact)),
            Event::ContactChanged { text, .. } => self.whisper(text),
            Event::Forgotten { name, .. } => self.whisper(&words::forgotten(name)),
            Event::Listening { contacts } => self.whisper(&words::listening(*contacts)),
            Event::Present { name } => self.whisper(&strings::listen_present(name)),
            Event::Absent { name } => self.whisper(&strings::listen_absent(name)),
            Event::MessageFrom { name, text, .. } => {
                self.print(&margin::theirs(name, text, terminal::columns()));
            }
            Event::FileFrom {
                name, path, bytes, ..
            } => self.say(&words::file_from(name, *bytes, path)),
            Event::Seeking { name, heard } => self.whisper(&words::seeking(name, *heard)),
            Event::Bundle {
                name,
                messages,
                path,
                ..
            } => self.whisper(&words::bundle(name, *messages, path.as_deref())),
            Event::BundleTaken { name, messages } => {
                self.say(&words::bundle_taken(name, *messages));
            }
            Event::Here { name, .. } => self.whisper(&words::here_shown(name)),
            Event::HereOpened { name, age_s } => {
                self.whisper(&words::here_said(name, Duration::from_secs(*age_s)));
            }
            Event::Restored { text, .. } | Event::Question { text, .. } => self.whisper(text),
            Event::Away => self.whisper(strings::contact_away()),
            Event::Back { name } => self.whisper(&words::back(name)),
            Event::Revoked { id } => self.whisper(&strings::revoked(id)),
            Event::Asking {
                question,
                tries_left,
                was_wrong,
                is_repeated,
            } => {
                if *was_wrong {
                    self.whisper(strings::answer_was_wrong());
                }
                self.whisper(&words::asking(question, *tries_left, *is_repeated));
            }
            Event::Answering { tries_left } => self.whisper(&words::answering(*tries_left)),
            Event::Hint { text, .. } | Event::Namesake { text, .. } => self.whisper(text),
            Event::Comparing { symbols, digits } => self.say(&words::comparing(symbols, digits)),
            Event::Trust { trusted } => {
                let sentence = words::trust_changed(trusted.0.reason());
                sentence.into_iter().for_each(|told| self.whisper(told));
            }
            Event::State { state } => self.whisper(state.sentence()),
            Event::Met {
                name,
                client,
                trusted,
                ..
            } => {
                self.whisper(&words::met(name, trusted.0.reason(), client.as_ref()));
                self.whisper(strings::chat_begins());
            }
            Event::Message { text, .. } => {
                self.print(&margin::theirs(&self.name, text, terminal::columns()));
            }
            Event::LockedMessage { text, .. } => self.whisper(text),
            Event::MessageOpened { text, .. } => {
                let head = strings::locked_says();
                self.print(&margin::theirs(head, text, terminal::columns()));
            }
            Event::Earlier { ours, text, .. } => {
                let name = match ours {
                    true => strings::you(),
                    false => &self.name,
                };
                self.print(&margin::theirs(name, text, terminal::columns()));
            }
            Event::Hit {
                name,
                ours,
                at_ms,
                text,
            } => {
                let head = words::hit(name, *ours, *at_ms);
                self.print(&margin::theirs(&head, text, terminal::columns()));
            }
            Event::Disappearing { text, .. } => self.whisper(text),
            Event::New => self.whisper(strings::new_messages()),
            Event::Edited { ours: true, .. } | Event::TakenBack { ours: true, .. } => {}
            Event::Edited { text, .. } => {
                self.whisper(&strings::they_edited(&self.name));
                self.print(&margin::theirs(&self.name, text, terminal::columns()));
            }
            Event::TakenBack { .. } => self.whisper(&strings::they_took_back(&self.name)),
            Event::NotWritten { text, why } => {
                self.complain(why);
                self.print(&margin::theirs(strings::you(), text, terminal::columns()));
            }
            Event::CompareOffered => self.whisper(strings::compare_offered()),
            Event::Limited { text, .. } => self.whisper(text),
            Event::Released => self.whisper(strings::released()),
            Event::FileOffered {
                number,
                name,
                bytes,
                media_type,
                asks,
            } => {
                let about = (*bytes, media_type.as_deref());
                self.whisper(&words::file_offered(name, about, asks.then_some(*number)));
            }
            Event::Queued { name, files } => self.say(&words::queued(name, files)),
            Event::HandedOver { name, files } => self.say(&words::handed_over(name, files)),
            Event::FileQueued { .. } => {}
            Event::FilePaused { text, .. } => self.whisper(text),
            Event::FileProgress {
                name,
                done,
                bytes,
                incoming,
            } => self.under_way.moved(name, *incoming, *done, *bytes),
            Event::FileReceived {
                name, path, bytes, ..
            } => {
                self.finish(name, true);
                self.say(&words::file_received(name, *bytes, path));
            }
            Event::FileSent { name, bytes, .. } => {
                self.finish(name, false);
                self.say(&words::file_sent(name, *bytes));
            }
            Event::FileFailed { name, text, .. } => {
                self.finish(name, true);
                self.finish(name, false);
                self.whisper(text);
            }
            Event::Interrupted => self.whisper(strings::interrupted()),
            Event::Resumed => self.whisper(strings::resumed()),
            Event::Note { text } => self.whisper(text),
            Event::Ended { reason } => match reason {
                Parting::PeerLeft => self.whisper(&words::peer_left(&self.name)),
                Parting::Left => self.whisper(strings::ended_here()),
            },
            // The terminal has written ^C where the line was.
            Event::Failed { status, .. } if *status == Status::Cancelled.code() => {
                self.whisper(strings::stopped());
            }
            Event::Failed { text, .. } => self.complain(text),
            Event::SealProgress { name, done, bytes } => {
                self.under_way.moved(name, true, *done, *bytes);
            }
            // What is locked was shown where it was made.
            Event::Sealed { .. } | Event::Exported { .. } => {}
            Event::Erased { path } => self.whisper(&strings::erased(words::line(path))),
            Event::Imported { path, contacts, .. } => {
                self.whisper(&words::imported(path, *contacts));
            }
            Event::Unsealed {
                path,
                folder,
                bytes,
                ..
            } => self.say(&words::unsealed(path, *folder, *bytes)),
            Event::Photographed { .. }
            | Event::Scanned { .. }
            | Event::FileMade { .. }
            | Event::FileChecked { .. } => {}
        }
    }

    /// Takes away what was shown of a file on its way.
    pub(crate) fn finish(&mut self, name: &str, incoming: bool) {
        self.under_way.is_over(name, incoming);
    }

    /// To standard output, as it is.
    pub(crate) fn print(&self, text: &str) {
        terminal::above(|| write_line(text));
    }

    /// Sentences of ours, to standard output.
    pub(crate) fn say(&self, text: &str) {
        self.print(&margin::ours(margin::MARK, text, terminal::columns()));
    }

    /// A long text that is to be handed on, in lines of which each can be pasted anywhere.
    pub(crate) fn print_in_lines(&self, text: &str) {
        self.print(&in_lines(text, COLUMNS_OF_A_TEXT));
    }

    /// How a person is asked for something that they type behind it.
    pub(crate) fn as_prompt(&self, text: &str) -> String {
        format!("{}{text} ", margin::MARK)
    }

    /// Writes to standard error without ending the line. A program that reads needs no prompt.
    pub(crate) fn prompt(&self, text: &str) {
        if !self.json {
            let mut error = std::io::stderr();
            let _ = write!(error, "{text}").and_then(|()| error.flush());
        }
    }

    /// Whether a program reads, and not a person.
    pub(crate) fn is_for_programs(&self) -> bool {
        self.json
    }

    /// Sentences of ours, to standard error.
    pub(crate) fn whisper(&self, text: &str) {
        self.write_error(margin::MARK, text);
    }

    /// Why the program ends, in the name of the program.
    fn complain(&self, text: &str) {
        self.write_error("handfast: ", text);
    }

    fn write_error(&self, mark: &str, text: &str) {
        let told = margin::ours(mark, text, terminal::columns());
        terminal::above(|| {
            let _ = writeln!(std::io::stderr(), "{told}");
        });
    }
}

/// Writes one line, or several, to standard output.
pub(crate) fn write_line(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// Writes a report to standard output. Lines that are too long for the window in which it appears go on so
/// many columns in.
pub(crate) fn write_report(text: &str, further: usize) {
    match terminal::window() {
        Some((columns, _)) => write_line(&margin::report(text, further, columns)),
        None => write_line(text),
    }
}

/// A text without spaces, such as base64, in lines of so many columns.
fn in_lines(text: &str, columns: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let lines = characters.chunks(columns).map(String::from_iter);
    lines.collect::<Vec<String>>().join("\n")
}

/// One object on one line, wherever lines are told apart: what ends one elsewhere is escaped (UAX #14, class
/// BK, and NEL). It stands in texts alone, so an escape says the same (RFC 8259 §7).
pub(crate) fn json_line(value: &impl Serialize) -> String {
    // Every type here serialises: text keys, and no map that could refuse.
    let line = serde_json::to_string(value).unwrap_or_default();
    let escapes = [
        ('\u{85}', "\\u0085"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    escapes
        .into_iter()
        .fold(line, |line, (ends, escape)| match line.contains(ends) {
            true => line.replace(ends, escape),
            false => line,
        })
}

/// Microseconds since 1970-01-01 UTC by this machine's clock.
pub(crate) fn unix_microseconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros() as u64)
}

/// Milliseconds with three digits after the point.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_a_line_of_json() {
        let text = "one\ntwo\r\u{85}three\u{2028}four\u{2029}five\u{b}\u{c}";
        let line = json_line(&text);
        assert!(!line.contains(|c: char| c.is_control() || "\u{2028}\u{2029}".contains(c)));
        assert_eq!(
            serde_json::from_str::<String>(&line).ok().as_deref(),
            Some(text)
        );
    }

    #[test]
    fn a_long_text_is_in_lines_and_a_short_one_in_one() {
        assert_eq!(in_lines("abcdefg", 3), "abc\ndef\ng");
        assert_eq!(in_lines("abc", 3), "abc");
    }

    #[test]
    fn milliseconds_and_hexadecimal() {
        assert!((milliseconds(Duration::from_micros(1_234)) - 1.234).abs() < 1e-9);
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
