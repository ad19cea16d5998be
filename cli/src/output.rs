//! What the program shows: lines for people or, with `--json`, one object a line for programs.
//!
//! Data and messages go to standard output, everything about how it is going to standard error. An
//! output that is closed is no reason to fail.

use crate::status::{Status, Stop};
use crate::symbol::{self, Forms};
use crate::{margin, strings, words};
use handfast_native::device::{Reached, Role, View};
use handfast_native::handshake::{Trust, TrustReason};
use handfast_native::pairing::{Cause, GuestStage, HostStage};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One thing that happened, with its moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stamped {
    /// Microseconds since 1970-01-01 UTC by this machine's clock.
    pub(crate) at_us: u64,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// What can happen, as programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The invitation, in every form.
    Invitation {
        link: String,
        text: String,
        bytes: usize,
        qr_version: u8,
        qr_modules: usize,
        expires_in_s: u64,
    },
    /// The guest's reply, in every form.
    Reply {
        link: String,
        text: String,
        bytes: usize,
        qr_version: u8,
        qr_modules: usize,
    },
    /// An invitation was read; nothing has been sent.
    Opened {
        name: Option<String>,
        expires_in_s: Option<u64>,
    },
    /// It outlives this process, under this name.
    Kept { id: String },
    /// One that waits, for a list.
    Pending {
        id: String,
        seat: Seat,
        /// What the host calls itself, in an accepted one.
        name: Option<String>,
        expires_in_s: u64,
    },
    /// It was ended by the person.
    Revoked { id: String },
    /// The guest is asked. The question comes from the other side.
    Asking {
        question: String,
        tries_left: u8,
        was_wrong: bool,
        is_repeated: bool,
    },
    /// The guest is answering here.
    Answering { tries_left: u8 },
    /// Nothing was heard yet; this is the likeliest cause.
    Hint { cause: String, text: String },
    /// They would like to compare, and it waits for this person.
    CompareOffered,
    /// Both people see this now, and compare.
    Comparing {
        symbols: Vec<String>,
        digits: String,
    },
    /// How far they are trusted now.
    Trust {
        #[serde(flatten)]
        trusted: Trusted,
    },
    /// How far it is.
    State { state: State },
    /// They met.
    Met {
        name: String,
        #[serde(flatten)]
        trusted: Trusted,
        scans: u8,
        ready_ms: Option<f64>,
        open_ms: Option<f64>,
        authenticated_ms: Option<f64>,
    },
    /// They wrote this.
    Message { text: String },
    /// This was written here, and is on its way.
    MessageSent { text: String },
    /// They have sent as much as they may, or offered as many files.
    Limited { limit: String, text: String },
    /// What was held back comes.
    Released,
    /// They want to send a file. If it `asks`, it waits for `/accept NUMBER` or `/decline NUMBER`;
    /// otherwise it begins to come.
    FileOffered {
        number: u64,
        name: String,
        bytes: u64,
        asks: bool,
    },
    /// So much of a file is through.
    FileProgress {
        name: String,
        done: u64,
        bytes: u64,
        incoming: bool,
    },
    /// A file is stored here.
    FileReceived {
        name: String,
        path: String,
        bytes: u64,
        blake2b: String,
        seconds: f64,
    },
    /// A file is stored there.
    FileSent {
        name: String,
        bytes: u64,
        blake2b: String,
        seconds: f64,
    },
    /// A file did not go through.
    FileFailed {
        name: String,
        text: String,
        by_peer: bool,
    },
    /// The path is silent.
    Interrupted,
    /// The path is back.
    Resumed,
    /// A word to the person.
    Note { text: String },
    /// The conversation is over, in peace.
    Ended { reason: Parting },
    /// So much of a file has been locked or opened.
    SealProgress { name: String, done: u64, bytes: u64 },
    /// Something is locked: a file, or a text.
    Sealed {
        path: Option<String>,
        text: Option<String>,
        bytes: u64,
        content_bytes: u64,
        code: Option<String>,
        code_words: Option<String>,
        log10_guesses: f64,
        attack_s: f64,
        milliseconds: f64,
    },
    /// Something locked was opened and stored.
    Unsealed {
        path: String,
        name: Option<String>,
        folder: bool,
        bytes: u64,
        milliseconds: f64,
    },
    /// It led nowhere.
    Failed {
        kind: String,
        text: String,
        status: i32,
    },
    /// Demonstration: the camera looked, and a frame is in the air.
    Photographed { frame: u32, picture: String },
    /// Demonstration: a frame gave a text.
    Scanned { frames: u32, scan_ms: f64 },
    /// Demonstration: the file to be sent is there.
    FileMade { bytes: u64, blake2b: String },
    /// Demonstration: what was stored has been read again from the disk.
    FileChecked { bytes: u64, blake2b: String },
}

impl Event {
    /// An invitation in these forms.
    pub(crate) fn invitation(forms: Forms, remaining: Duration) -> Self {
        Self::Invitation {
            qr_version: forms.symbol.version(),
            qr_modules: forms.symbol.width(),
            link: forms.link,
            text: forms.text,
            bytes: forms.bytes,
            expires_in_s: remaining.as_secs(),
        }
    }

    /// A reply in these forms.
    pub(crate) fn reply(forms: Forms) -> Self {
        Self::Reply {
            qr_version: forms.symbol.version(),
            qr_modules: forms.symbol.width(),
            link: forms.link,
            text: forms.text,
            bytes: forms.bytes,
        }
    }

    /// They have reached a limit.
    pub(crate) fn limited(limit: Reached) -> Self {
        let key = match limit {
            Reached::Messages => "messages",
            Reached::Text => "text",
            Reached::Files => "open_files",
        };
        Self::Limited {
            limit: key.to_owned(),
            text: words::limited(limit).to_owned(),
        }
    }

    /// What most likely stands in the way.
    pub(crate) fn hint(cause: Cause) -> Self {
        let key = match cause {
            Cause::NoNetwork => "no_network",
            Cause::KeptApart => "kept_apart",
            Cause::NoCommonFamily => "no_common_family",
            Cause::Blocked => "blocked",
            Cause::BothStrict => "both_strict",
            Cause::ReplyMissing => "reply_missing",
            Cause::OnlyLocal => "only_local",
            Cause::OneStrict => "one_strict",
            Cause::StrictUnreplied => "strict_unreplied",
            Cause::Gone => "gone",
        };
        Self::Hint {
            cause: key.to_owned(),
            text: words::cause(cause),
        }
    }
}

/// On which side of an invitation this machine is, as programs read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seat {
    Host,
    Guest,
}

impl From<Role> for Seat {
    fn from(role: Role) -> Self {
        match role {
            Role::Host => Self::Host,
            Role::Guest => Self::Guest,
        }
    }
}

/// Who ended a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Parting {
    PeerLeft,
    Left,
}

/// How far somebody is trusted and why, as programs read it: two words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TrustWords", into = "TrustWords")]
pub(crate) struct Trusted(pub(crate) Trust);

#[derive(Serialize, Deserialize)]
struct TrustWords {
    trust: String,
    reason: String,
}

impl From<Trusted> for TrustWords {
    fn from(Trusted(trust): Trusted) -> Self {
        Self {
            trust: words::trust_level(trust.level()).to_owned(),
            reason: words::trust_reason(trust.reason()).to_owned(),
        }
    }
}

impl TryFrom<TrustWords> for Trusted {
    type Error = String;

    fn try_from(words: TrustWords) -> Result<Self, String> {
        // What another process of this program says; who introduced somebody is not among it.
        let reasons = [
            TrustReason::OpenLink,
            TrustReason::SawTheCode,
            TrustReason::TheirQuestion,
            TrustReason::ByYourWord,
            TrustReason::LockedLink,
            TrustReason::Answered,
            TrustReason::Scanned,
            TrustReason::Compared,
        ];
        let mut reasons = reasons.into_iter();
        let reason = reasons.find(|reason| words::trust_reason(*reason) == words.reason);
        reason
            .map(|reason| Self(Trust::because(reason)))
            .ok_or(words.reason)
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Waiting,
    TheyAreHere,
    ScanTheirCode,
    ShowAgain,
    Knocking,
    SeatTaken,
    Answered,
    ReplyNeeded,
    Checking,
}

impl State {
    /// The state of a view. The others have events of their own.
    pub(crate) fn of(view: &View) -> Option<Self> {
        Some(match view {
            View::Hosting { stage, .. } => match stage {
                HostStage::Waiting => Self::Waiting,
                HostStage::TheyAreHere => Self::TheyAreHere,
                HostStage::ScanTheirCode => Self::ScanTheirCode,
                HostStage::ShowAgain => Self::ShowAgain,
                HostStage::Checking => Self::Checking,
                HostStage::Asking { .. } => return None,
            },
            View::Connecting { stage, .. } => match stage {
                GuestStage::Knocking => Self::Knocking,
                GuestStage::SeatTaken => Self::SeatTaken,
                GuestStage::Answered => Self::Answered,
                GuestStage::Checking => Self::Checking,
            },
            View::ReplyNeeded { is_seat_taken, .. } => match is_seat_taken {
                true => Self::SeatTaken,
                false => Self::ReplyNeeded,
            },
            View::Preparing { .. }
            | View::Locked { .. }
            | View::Opened { .. }
            | View::Asking { .. }
            | View::Talking { .. }
            | View::Ended(_) => return None,
        })
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Waiting => strings::waiting(),
            Self::TheyAreHere => strings::they_are_here(),
            Self::ScanTheirCode => strings::scan_their_code_now(),
            Self::ShowAgain => strings::show_again(),
            Self::Knocking => strings::knocking(),
            Self::SeatTaken => strings::seat_taken(),
            Self::Answered => strings::answered(),
            Self::ReplyNeeded => strings::reply_needed(),
            Self::Checking => strings::checking(),
        }
    }
}

/// How many columns of a file's name are shown beside its bar.
const MOST_OF_A_NAME: usize = 24;

/// Where events go.
pub(crate) struct Output {
    json: bool,
    /// What the other side is called, once known.
    name: String,
    bars: MultiProgress,
    bar_of: HashMap<(String, bool), ProgressBar>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            name: String::new(),
            bars: MultiProgress::new(),
            bar_of: HashMap::new(),
        }
    }

    /// Shows what happened.
    pub(crate) fn tell(&mut self, event: Event) {
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
            trust,
            scans,
            milestones,
            ..
        } = view
        {
            let name = match name.as_str() {
                "" => fallback,
                name => name,
            };
            self.tell(Event::Met {
                name: name.to_owned(),
                trusted: Trusted(*trust),
                scans: *scans,
                ready_ms: milestones.ready.map(milliseconds),
                open_ms: milestones.open.map(milliseconds),
                authenticated_ms: milestones.authenticated.map(milliseconds),
            });
        }
    }

    /// A word to the person.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.tell(Event::Note { text: text.into() });
    }

    /// Why it did not come to its end.
    pub(crate) fn stopped(&mut self, stop: &Stop) {
        self.bars.clear().ok();
        if stop.sentence.is_empty() && !self.json {
            return;
        }
        self.tell(Event::Failed {
            kind: stop.kind.to_owned(),
            text: stop.sentence.clone(),
            status: stop.status.code(),
        });
    }

    /// A token on the screen: code and link, or the link alone.
    pub(crate) fn show_token(&mut self, forms: &Forms, with_symbol: bool) {
        if self.json {
            return;
        }
        let drawn = with_symbol.then(|| forms.symbol.to_terminal(symbol::style()));
        self.print(&format!("{}{}", drawn.unwrap_or_default(), forms.link));
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
            | Event::MessageSent { .. } => {}
            Event::Pending {
                id,
                seat,
                name,
                expires_in_s,
            } => {
                let left = Duration::from_secs(*expires_in_s);
                self.say(&words::pending(id, *seat, name.as_deref(), left));
            }
            Event::Revoked { id } => self.whisper(&strings::revoked(id)),
            Event::Asking {
                question,
                tries_left,
                is_repeated,
                ..
            } => self.whisper(&words::asking(question, *tries_left, *is_repeated)),
            Event::Answering { tries_left } => self.whisper(&words::answering(*tries_left)),
            Event::Hint { text, .. } => self.whisper(text),
            Event::Comparing { symbols, digits } => self.say(&words::comparing(symbols, digits)),
            Event::Trust { trusted } => self.whisper(words::trust_sentence(trusted.0.reason())),
            Event::State { state } => self.whisper(state.sentence()),
            Event::Met { name, trusted, .. } => {
                self.name = name.clone();
                self.whisper(&words::met(name, trusted.0.reason()));
                self.whisper(strings::chat_begins());
            }
            Event::Message { text } => {
                self.print(&margin::theirs(&self.name, text, margin::columns()));
            }
            Event::CompareOffered => self.whisper(strings::compare_offered()),
            Event::Limited { text, .. } => self.whisper(text),
            Event::Released => self.whisper(strings::released()),
            Event::FileOffered {
                number,
                name,
                bytes,
                asks,
            } => self.whisper(&words::file_offered(name, *bytes, asks.then_some(*number))),
            Event::FileProgress {
                name,
                done,
                bytes,
                incoming,
            } => self.progress(name, *done, *bytes, *incoming),
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
            Event::SealProgress { name, done, bytes } => self.progress(name, *done, *bytes, true),
            // What is locked was shown where it was made.
            Event::Sealed { .. } => {}
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

    fn progress(&mut self, name: &str, done: u64, bytes: u64, incoming: bool) {
        let bars = &self.bars;
        let bar = self
            .bar_of
            .entry((name.to_owned(), incoming))
            .or_insert_with(|| {
                let style = ProgressStyle::with_template(&format!(
                    "* {{prefix}} {{wide_bar}} {{percent}}%  {{binary_bytes_per_sec}}  {{eta}} {}",
                    strings::progress_left()
                ))
                .unwrap_or_else(|_| ProgressStyle::default_bar());
                bars.add(ProgressBar::new(bytes).with_style(style))
                    .with_prefix(margin::cut(&words::line(name), MOST_OF_A_NAME).to_owned())
            });
        bar.set_position(done);
    }

    /// Takes the bar of this name away.
    pub(crate) fn finish(&mut self, name: &str, incoming: bool) {
        if let Some(bar) = self.bar_of.remove(&(name.to_owned(), incoming)) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
    }

    /// To standard output, as it is.
    pub(crate) fn print(&self, text: &str) {
        self.bars.suspend(|| write_line(text));
    }

    /// Sentences of ours, to standard output.
    pub(crate) fn say(&self, text: &str) {
        self.print(&margin::ours(margin::MARK, text, margin::columns()));
    }

    /// Writes to standard error without ending the line. A program that reads needs no prompt.
    pub(crate) fn prompt(&self, text: &str) {
        if !self.json {
            self.bars.suspend(|| {
                let mut error = std::io::stderr();
                let _ = write!(error, "{}{text}", margin::MARK).and_then(|()| error.flush());
            });
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
        let told = margin::ours(mark, text, margin::columns());
        self.bars.suspend(|| {
            let _ = writeln!(std::io::stderr(), "{told}");
        });
    }
}

/// Writes one line, or several, to standard output.
pub(crate) fn write_line(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// One object on one line.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    // Every type here serialises: text keys, and no map that could refuse.
    serde_json::to_string(value).unwrap_or_default()
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
    fn an_event_is_one_flat_object_with_its_moment() {
        let stamped = Stamped {
            at_us: 5,
            event: Event::State {
                state: State::TheyAreHere,
            },
        };
        let line = json_line(&stamped);
        assert_eq!(
            line,
            r#"{"at_us":5,"event":"state","state":"they_are_here"}"#
        );
        assert_eq!(serde_json::from_str::<Stamped>(&line).ok(), Some(stamped));
    }

    #[test]
    fn meeting_is_told_with_all_its_figures() {
        let line = json_line(&Event::Met {
            name: "Ana".into(),
            trusted: Trusted(Trust::because(TrustReason::Scanned)),
            scans: 1,
            ready_ms: Some(1.5),
            open_ms: Some(20.0),
            authenticated_ms: Some(21.25),
        });
        let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        for key in [
            "name",
            "trust",
            "reason",
            "scans",
            "ready_ms",
            "open_ms",
            "authenticated_ms",
        ] {
            assert!(!value[key].is_null(), "{key}");
        }
        assert_eq!(value["event"], "met");
    }

    #[test]
    fn a_message_never_breaks_its_line() {
        let line = json_line(&Event::Message {
            text: "a\nb\u{2028}".into(),
        });
        assert!(!line.contains('\n'));
    }

    #[test]
    fn milliseconds_and_hexadecimal() {
        assert!((milliseconds(Duration::from_micros(1_234)) - 1.234).abs() < 1e-9);
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
