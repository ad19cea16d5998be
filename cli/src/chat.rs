//! The conversation in a terminal: lines out, messages in, files both ways.

use crate::commands::Terminal;
use crate::device::{News, Session, lost};
use crate::files::Files;
use crate::interrupt::Interrupt;
use crate::limits::LimitArgs;
use crate::lines::Lines;
use crate::output::{Event, Output, Parting, Trusted};
use crate::sealed_files::landing::takes_files;
use crate::status::Stop;
use crate::{input, strings, words};
use handfast_native::conversation::{Finding, Limits, MAX_TEXT, ToSend};
use handfast_native::device::{
    Reached, Refusal, RowContent, Saying, SessionCommand, SessionEnd, View, Wish,
};
use handfast_native::handshake::ShortString;
use std::collections::VecDeque;
use std::path::PathBuf;
use tokio::time::{Duration, Instant, sleep_until, timeout_at};

/// How long what a person has said may still be on its way when they leave.
const PATIENCE: Duration = Duration::from_millis(250);

/// Where files go, and what they may cost.
#[derive(clap::Args)]
pub(crate) struct ChatArgs {
    #[arg(
        long,
        value_name = "DIR",
        default_value = "handfast-downloads",
        help = strings::option_downloads()
    )]
    downloads: PathBuf,
    #[command(flatten)]
    limits: LimitArgs,
}

impl ChatArgs {
    pub(crate) fn limits(&self) -> Limits {
        self.limits.limits()
    }

    /// Says now if files cannot be stored, and not when one comes.
    pub(crate) fn tell_obstacles(&self, output: &mut Output) {
        let folder = self.downloads();
        if let Err(error) = takes_files(&folder) {
            let folder = folder.to_string_lossy();
            output.note(words::downloads_take_nothing(&folder, &error));
        }
    }

    /// The folder for files that come in, wherever the device is at work.
    pub(crate) fn downloads(&self) -> PathBuf {
        std::path::absolute(&self.downloads).unwrap_or_else(|_| self.downloads.clone())
    }
}

/// Talks until one side leaves. `fallback` is what to call somebody without a name.
///
/// # Errors
/// When the connection was lost or ended for safety, or by Ctrl-C.
pub(crate) async fn talk(
    session: &mut Session,
    met: View,
    fallback: &str,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    session.meets();
    let mut chat = Chat::new(session, output, fallback);
    chat.met(met);
    chat.run(lines, interrupt).await
}

/// Looks for a contact and talks to them, until this side leaves. `fallback` is what to call somebody without a
/// name.
///
/// # Errors
/// When the contact cannot be looked for any more, or by Ctrl-C.
pub(crate) async fn talk_again(
    session: &mut Session,
    fallback: &str,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    let mut chat = Chat::new(session, output, fallback);
    chat.is_away = true;
    chat.run(lines, interrupt).await
}

impl<'a> Chat<'a> {
    fn new(session: &'a mut Session, output: &'a mut Output, fallback: &str) -> Self {
        Self {
            session,
            output,
            fallback: fallback.to_owned(),
            files: Files::default(),
            shown: None,
            held: VecDeque::new(),
            is_leaving: false,
            has_met: false,
            is_sought: false,
            is_asked: false,
            is_away: false,
            leaves_by: None,
        }
    }

    async fn run(mut self, lines: &mut Lines, interrupt: &mut Interrupt) -> Result<(), Stop> {
        let chat = &mut self;
        loop {
            // Where nobody leaves by a certain time, this is not waited for.
            let time_to_leave = sleep_until(chat.leaves_by.unwrap_or_else(Instant::now));
            tokio::select! {
                news = chat.session.next() => match chat.hear(news).await {
                    Some(end) => return end,
                    None => chat.say_what_was_held().await,
                },
                line = lines.next(), if chat.takes_a_line(lines) => {
                    chat.typed(line, lines.is_terminal()).await;
                }
                () = time_to_leave, if chat.leaves_by.is_some() => return chat.break_off().await,
                () = interrupt.pressed() => return Err(chat.session.close(chat.output).await),
            }
        }
    }
}

struct Chat<'a> {
    session: &'a mut Session,
    output: &'a mut Output,
    /// What to call somebody without a name.
    fallback: String,
    files: Files,
    /// As it was told last.
    shown: Option<Shown>,
    /// What the device had no room for, in the order in which it was typed.
    held: VecDeque<Held>,
    /// Nothing more will be typed. What is under way goes through first.
    is_leaving: bool,
    /// The two have been together in this session.
    has_met: bool,
    /// It was told who is looked for.
    is_sought: bool,
    /// It was asked whether a restored device is taken for them.
    is_asked: bool,
    /// A contact is looked for. What is written is kept for them, and everything else waits.
    is_away: bool,
    /// The person has turned away, and is gone by then, whatever is still under way: what comes in is not
    /// drawn any more. A script that leaves gets all of it.
    leaves_by: Option<Instant>,
}

/// What waits until there is room.
enum Held {
    /// As it was typed.
    Line(String),
    /// What is left of a text that goes in parts.
    Text(String),
    /// The end of what is typed.
    End,
}

/// What is told of a conversation when it changes.
#[derive(Clone, Copy)]
struct Shown {
    trusted: Trusted,
    is_interrupted: bool,
    wish: Wish,
    comparing: Option<ShortString>,
    reached: Option<Reached>,
    times_reached: u32,
}

impl Shown {
    fn of(view: &View) -> Option<Self> {
        match view {
            View::Talking {
                trust,
                is_interrupted,
                wish,
                comparing,
                reached,
                times_reached,
                ..
            } => Some(Self {
                trusted: Trusted(*trust),
                is_interrupted: *is_interrupted,
                wish: *wish,
                comparing: *comparing,
                reached: *reached,
                times_reached: *times_reached,
            }),
            _ => None,
        }
    }
}

impl Chat<'_> {
    /// Tells who was met, with what trust, and how long it took.
    fn met(&mut self, met: View) {
        self.has_met = true;
        self.output.met(&met, &self.fallback);
        self.shown = Shown::of(&met).map(|shown| Shown {
            // Whatever else there is already is told behind that.
            is_interrupted: false,
            wish: Wish::Nobody,
            comparing: None,
            reached: None,
            ..shown
        });
        self.changed(&met);
    }

    /// Tells what happened. Some at the end.
    async fn hear(&mut self, news: News) -> Option<Result<(), Stop>> {
        match news {
            News::View(View::Ended(end)) => return Some(self.end(end)),
            News::View(View::Seeking {
                name,
                heard,
                restored,
                ..
            }) => {
                if !std::mem::replace(&mut self.is_away, true) {
                    self.output.tell(Event::Away);
                }
                if !self.has_met && !std::mem::replace(&mut self.is_sought, true) {
                    let name = name.clone();
                    self.output.tell(Event::Seeking { name, heard });
                }
                let was_asked = std::mem::replace(&mut self.is_asked, restored.is_some());
                if let Some(claim) = restored.as_ref().filter(|_| !was_asked) {
                    self.output.tell(Event::restored(&name, claim));
                }
            }
            News::View(view @ View::Talking { .. }) if !self.has_met => {
                self.is_away = false;
                self.met(view);
            }
            News::View(view @ View::Talking { .. }) if self.is_away => {
                self.is_away = false;
                if let View::Talking { name, .. } = &view {
                    self.output.tell(Event::Back { name: name.clone() });
                }
                self.changed(&view);
            }
            News::View(view) => self.changed(&view),
            News::Row(row) => {
                let is_text = matches!(row.content, RowContent::Text(_));
                if !(is_text && self.leaves_by.is_some()) {
                    self.files.show(&row, self.output);
                }
                self.session.shown().await;
            }
            News::NotCompared(error) => self.output.note(words::not_compared(error)),
            News::NotRemembered => self.output.note(strings::not_remembered()),
            News::NotWritten(text, error) => {
                let why = self.session.not_kept(error);
                self.output.tell(Event::NotWritten { text, why });
            }
            News::OtherDevice => self.output.note(strings::other_device()),
            News::Gone => return Some(Err(lost())),
        }
        None
    }

    fn changed(&mut self, view: &View) {
        let (Some(now), Some(before)) = (Shown::of(view), self.shown) else {
            return;
        };
        self.shown = Some(now);
        let output = &mut *self.output;
        if now.is_interrupted != before.is_interrupted {
            output.tell(match now.is_interrupted {
                true => Event::Interrupted,
                false => Event::Resumed,
            });
        }
        if now.wish != before.wish && now.wish == Wish::Theirs {
            output.tell(Event::CompareOffered);
        }
        // What was shown before has been judged.
        if now.trusted != before.trusted
            || (before.comparing.is_some() && now.comparing != before.comparing)
        {
            output.tell(Event::Trust {
                trusted: now.trusted,
            });
        }
        if let Some(shown) = now.comparing.filter(|_| now.comparing != before.comparing) {
            output.tell(Event::Comparing {
                symbols: words::symbols(&shown),
                digits: shown.digits().map(|group| format!("{group:04}")).join(" "),
            });
        }
        // In between it was not reached, though nobody saw that.
        let is_again = now.reached.is_some() && now.times_reached != before.times_reached;
        if is_again && let Some(Reached::Messages | Reached::Text) = before.reached {
            output.tell(Event::Released);
        }
        if now.reached != before.reached || is_again {
            match (now.reached, before.reached) {
                (Some(limit), _) => output.tell(Event::limited(limit)),
                // That one more file may be offered is seen when it is.
                (None, Some(Reached::Files) | None) => {}
                (None, Some(Reached::Messages | Reached::Text)) => output.tell(Event::Released),
            }
        }
    }

    fn end(&mut self, end: SessionEnd) -> Result<(), Stop> {
        let reason = match end {
            SessionEnd::PeerLeft => Parting::PeerLeft,
            SessionEnd::Closed => Parting::Left,
            end => return Err(self.session.stop(end)),
        };
        self.output.tell(Event::Ended { reason });
        Ok(())
    }

    /// Whether to read on. A script waits until there is room; a person may always want to leave.
    fn takes_a_line(&self, lines: &Lines) -> bool {
        // Behind the end nothing comes, again and again.
        let has_ended = matches!(self.held.back(), Some(Held::End));
        (lines.is_terminal() || self.held.is_empty()) && !has_ended && !self.is_leaving
    }

    async fn typed(&mut self, line: Option<String>, is_person: bool) {
        let Some(line) = line else {
            self.held.push_back(Held::End);
            return self.say_what_was_held().await;
        };
        if is_person && line.trim() == "/quit" {
            let by = Instant::now() + PATIENCE;
            self.leaves_by = Some(by);
            self.held.clear();
            // A device that is slow to answer has heard it all the same.
            let _ = timeout_at(by, self.leave()).await;
            return;
        }
        if self.is_away
            && let Some(agrees) = words::restored_answer(&line)
        {
            let answer = SessionCommand::AcceptRestored(agrees);
            // Whoever left meanwhile asks no more.
            let _ = self.session.orders().give(answer).await;
            return;
        }
        match self.held.is_empty() {
            true => self.carry_out(line).await,
            false => self.held.push_back(Held::Line(line)),
        }
    }

    /// Tries again what there was no room for.
    async fn say_what_was_held(&mut self) {
        let mut waiting = std::mem::take(&mut self.held);
        while self.held.is_empty()
            && let Some(held) = waiting.pop_front()
        {
            match held {
                Held::Line(line) => self.carry_out(line).await,
                Held::Text(text) => self.say_in_parts(&text).await,
                Held::End => self.deliver_and_leave().await,
            }
        }
        self.held.append(&mut waiting);
    }

    /// Leaves once everything that is under way is through.
    async fn deliver_and_leave(&mut self) {
        if self.files.are_under_way() {
            self.output.note(strings::files_under_way());
        }
        self.leave().await;
    }

    async fn leave(&mut self) {
        self.is_leaving = true;
        // One that is over says so.
        let _ = self.session.say(Saying::Leave).await;
    }

    /// Leaves whatever is under way.
    async fn break_off(&mut self) -> Result<(), Stop> {
        let _ = self.session.close(self.output).await;
        if self.files.are_under_way() {
            self.output.note(strings::files_cut_off());
        }
        self.end(SessionEnd::Closed)
    }

    /// Does what a line says. What there is no room for waits until there is.
    async fn carry_out(&mut self, line: String) {
        let (command, rest) = command(line.trim_end());
        match command {
            "" if self.is_away => self.session.orders().boost().await,
            "" => {}
            "/quit" => self.deliver_and_leave().await,
            "/help" => self.output.note(strings::chat_help()),
            // Nobody is there to do it with.
            _ if self.is_away && is_command(command) => self.held.push_back(Held::Line(line)),
            "/send" if rest.is_empty() => self.output.note(strings::send_what()),
            "/send" => match file(rest.to_owned()).await {
                Ok((file, left_out)) => match self.say(file).await {
                    true => left_out.into_iter().for_each(|told| self.output.note(told)),
                    false => self.held.push_back(Held::Line(line)),
                },
                Err(why) => self.output.note(why),
            },
            "/accept" => self.answer(rest, Saying::AcceptFile).await,
            "/decline" => self.answer(rest, Saying::CancelFile).await,
            "/more" => self.try_to(Saying::AllowMore, "").await,
            "/compare" => self.compare().await,
            "/same" => self.judge(Finding::Same).await,
            "/different" => self.judge(Finding::Different).await,
            "/onlythey" => {
                self.try_to(Saying::OnlyThey, strings::nothing_to_say())
                    .await
            }
            _ if is_command(command) => {
                self.output.note(strings::no_such_command());
            }
            text => {
                // Doubled, so that a line can begin with one.
                let text = text.strip_prefix('/').unwrap_or(text);
                self.say_in_parts(text).await;
            }
        }
    }

    /// Says a text, in as many messages as it takes. What there is no room for waits until there is.
    async fn say_in_parts(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let (part, further) = rest.split_at(part_of(rest));
            if !self.say(Saying::Text(part.to_owned())).await {
                return self.held.push_back(Held::Text(rest.to_owned()));
            }
            rest = further;
        }
    }

    /// Says this. Whether there was room for it.
    async fn say(&mut self, saying: Saying) -> bool {
        match self.session.say(saying).await {
            Err(Refusal::TooMuchWaits) => false,
            Err(refusal) => {
                if let Some(sentence) = words::refusal(refusal) {
                    self.output.note(sentence);
                }
                true
            }
            Ok(()) => true,
        }
    }

    /// Does this; `otherwise` is said where there is nothing to do it to.
    async fn try_to(&mut self, saying: Saying, otherwise: &str) {
        if self.session.say(saying).await.is_err() && !otherwise.is_empty() {
            self.output.note(otherwise);
        }
    }

    /// Answers the offer with this number, or all that wait.
    async fn answer(&mut self, which: &str, saying: fn(u64) -> Saying) {
        let answered = self.files.answer(which);
        if answered.is_empty() {
            self.output.note(strings::no_such_offer());
        }
        for row in answered {
            self.try_to(saying(row), "").await;
        }
    }

    async fn compare(&mut self) {
        let is_asked = self.shown.is_some_and(|shown| shown.wish == Wish::Theirs);
        match self.session.say(Saying::Compare).await {
            Ok(()) if is_asked => {}
            Ok(()) => self.output.note(strings::compare_asked()),
            Err(_) => self.output.note(strings::compare_unjudged()),
        }
    }

    /// What is shown is judged like that.
    async fn judge(&mut self, finding: Finding) {
        let shown = self.shown.and_then(|shown| shown.comparing);
        let nothing = strings::nothing_to_judge();
        match shown {
            Some(shown) => {
                let judged = Saying::Compared(shown.digits(), finding);
                self.try_to(judged, nothing).await;
            }
            None => self.output.note(nothing),
        }
    }
}

fn is_command(word: &str) -> bool {
    word.starts_with('/') && !word.starts_with("//")
}

/// A typed line as its first word, if that is a command, and what follows it.
fn command(line: &str) -> (&str, &str) {
    let bare = line.trim();
    let (first, rest) = bare.split_once(char::is_whitespace).unwrap_or((bare, ""));
    match first {
        "/send" | "/accept" | "/decline" => (first, rest.trim()),
        _ if is_command(first) => (bare, ""),
        _ => (line, ""),
    }
}

/// How many bytes of a text go as the next message: all, or as many whole lines, words or characters as fit.
fn part_of(text: &str) -> usize {
    if text.len() <= MAX_TEXT {
        return text.len();
    }
    let most = text.floor_char_boundary(MAX_TEXT);
    let half = text.floor_char_boundary(most / 2);
    // What is cut close to its beginning would go in twice as many messages.
    let end = |of: fn(char) -> bool| {
        let (at, c) = text[half..most].char_indices().rfind(|(_, c)| of(*c))?;
        Some(half + at + c.len_utf8())
    };
    end(|c| c == '\n')
        .or_else(|| end(char::is_whitespace))
        .unwrap_or(most)
}

/// The file or folder at this path, to be sent, and what of it is not; or why it cannot be. A disk may take
/// its time.
async fn file(typed: String) -> Result<(Saying, Vec<String>), String> {
    let found = tokio::task::spawn_blocking(move || file_at(&typed)).await;
    found.unwrap_or_else(|_| Err(strings::send_what().into()))
}

fn file_at(typed: &str) -> Result<(Saying, Vec<String>), String> {
    let path = input::path_of(typed);
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::InvalidInput => words::not_a_file(&path.to_string_lossy()),
        _ => words::unreadable(&path.to_string_lossy(), &error),
    };
    let found = ToSend::at(&path).map_err(unreadable)?;
    let left_out = found.as_folder().map(|folder| {
        let unread = folder.unread().iter().map(|(path, _)| path);
        folder.left_out().iter().chain(unread).cloned().collect()
    });
    let left_out: Vec<PathBuf> = left_out.unwrap_or_default();
    let told = match left_out.is_empty() {
        true => Vec::new(),
        false => vec![words::not_sent_along(&left_out)],
    };
    let saying = Saying::File {
        name: found.name,
        size: found.size,
        path: std::path::absolute(&path).map_err(unreadable)?,
    };
    Ok((saying, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_goes_in_parts_that_are_together_the_same() {
        let words = "wörter und 日本語 ".repeat(9_000);
        for text in [
            "short".to_owned(),
            "é".repeat(70_000),
            words.clone(),
            words.replace("und", "\n"),
        ] {
            let (mut rest, mut parts) = (text.as_str(), Vec::new());
            while !rest.is_empty() {
                let (part, further) = rest.split_at(part_of(rest));
                assert!((1..=MAX_TEXT).contains(&part.len()));
                parts.push(part);
                rest = further;
            }
            assert_eq!(parts.concat(), text);
            assert!(parts.len() <= text.len() / (MAX_TEXT / 2) + 1);
            let is_cut_in_a_word = |part: &&str| part.ends_with(char::is_alphanumeric);
            let whole = &parts[..parts.len() - 1];
            assert!(!text.contains(' ') || !whole.iter().any(is_cut_in_a_word));
        }
    }
}
