//! What is typed: texts, and what else can be done. Keys of a window say the same as lines.

use super::Chat;
use super::sending::{file, part_of};
use super::shown::Held;
use crate::files::Deciding;
use crate::lines::Lines;
use crate::{duration, strings, words};
use handfast_native::conversation::Finding;
use handfast_native::device::{Done, Refusal, Saying, SessionCommand, Wish};
use tokio::time::{Duration, Instant, timeout_at};
use zeroize::Zeroizing;

/// What can be done besides writing, as it is typed.
pub(crate) const COMMANDS: [&str; 29] = [
    "/accept",
    "/answer",
    "/ask",
    "/cancel",
    "/code",
    "/compare",
    "/decline",
    "/different",
    "/disappear",
    "/edit",
    "/help",
    "/history",
    "/lock",
    "/mine",
    "/more",
    "/noanswer",
    "/notmine",
    "/onlythey",
    "/open",
    "/pause",
    "/quit",
    "/react",
    "/reply",
    "/resume",
    "/same",
    "/search",
    "/send",
    "/to",
    "/withdraw",
];

/// How long what a person has said may still be on its way when they leave.
const PATIENCE: Duration = Duration::from_millis(250);

impl Chat<'_> {
    /// Whether to read on. A script waits until there is room; a person may always want to leave.
    pub(super) fn takes_a_line(&self, lines: &Lines) -> bool {
        // Behind the end nothing comes, again and again.
        let has_ended = matches!(self.held.back(), Some(Held::End));
        (lines.is_terminal() || self.held.is_empty()) && !has_ended && !self.is_leaving
    }

    pub(super) async fn typed(&mut self, line: Option<String>, is_person: bool) {
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
        if let Some(awaited) = self.person.awaited.take() {
            return self.take_awaited(awaited, Zeroizing::new(line)).await;
        }
        if self.person.is_away
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
    pub(super) async fn say_what_was_held(&mut self) {
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
        if self.person.files.are_under_way() {
            self.output.note(strings::files_under_way());
        }
        self.leave().await;
    }

    async fn leave(&mut self) {
        self.is_leaving = true;
        // One that is over says so.
        let _ = self.session.say(Saying::Leave).await;
    }

    /// Does what a line says. What there is no room for waits until there is.
    async fn carry_out(&mut self, line: String) {
        let (command, rest) = command(line.trim_end());
        let is_known = command.is_empty() || COMMANDS.contains(&command);
        if !is_known && self.take_in(&line).await {
            return;
        }
        match command {
            "" if self.person.is_away => self.session.orders().boost().await,
            "" => {}
            "/quit" => self.deliver_and_leave().await,
            "/help" => {
                self.output.note(strings::chat_help());
                if self.output.window().is_some() {
                    self.output.note(strings::screen_help());
                }
            }
            "/history" => self.tell_earlier().await,
            "/reply" => {
                let last = self.person.last.theirs;
                self.about(rest, last, |to, text| Saying::Reply { to, text })
                    .await;
            }
            "/react" => {
                self.about(rest, self.person.last.theirs, Saying::React)
                    .await
            }
            "/edit" => {
                let last = self.person.last.ours;
                self.about(rest, last, |row, text| Saying::Edit { row, text })
                    .await;
            }
            "/withdraw" => {
                let last = self.person.last.ours;
                self.about(rest, last, |row, _| Saying::TakeBack(row)).await;
            }
            "/disappear" => self.propose_life(rest).await,
            "/search" => self.search(rest).await,
            "/code" => self.show_or_end_code().await,
            "/ask" => self.ask(rest),
            "/answer" => self.begin_to_answer(rest).await,
            "/lock" => self.lock(rest),
            "/open" => self.open(rest),
            "/noanswer" => self.decline_to_answer().await,
            "/mine" => self.other_device(true).await,
            "/notmine" => self.other_device(false).await,
            "/to" => self.turn_to(rest).await,
            "/send" if rest.is_empty() => self.output.note(strings::send_what()),
            "/send" => match file(rest.to_owned()).await {
                Ok((file, left_out)) => match self.say(file).await {
                    true => left_out.into_iter().for_each(|told| self.output.note(told)),
                    false => self.held.push_back(Held::Line(line)),
                },
                Err(why) => self.output.note(why),
            },
            "/accept" => {
                self.decide(rest, Deciding::Offers, Saying::AcceptFile)
                    .await
            }
            "/decline" => {
                self.decide(rest, Deciding::Offers, Saying::CancelFile)
                    .await
            }
            "/pause" => {
                self.decide(rest, Deciding::ToPause, Saying::PauseFile)
                    .await
            }
            "/resume" => {
                self.decide(rest, Deciding::Paused, Saying::ResumeFile)
                    .await
            }
            "/cancel" => self.decide(rest, Deciding::All, Saying::CancelFile).await,
            // Nobody is there to do it with.
            _ if self.person.is_away && is_command(command) => {
                self.held.push_back(Held::Line(line))
            }
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
                self.refused(refusal);
                true
            }
            Ok(()) => true,
        }
    }

    /// Tells why something was not done, where there is anything to tell.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        if let Some(sentence) = words::refusal(refusal) {
            self.output.note(sentence);
        }
    }

    /// Does this about the row that is named at the beginning, or else about the last that it fits.
    async fn about(
        &mut self,
        rest: &str,
        last: Option<u64>,
        saying: impl FnOnce(u64, String) -> Saying,
    ) {
        let named = rest.strip_prefix('#').map(|rest| {
            let (number, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (number.parse().ok(), text)
        });
        let (row, text) = named.unwrap_or((last, rest));
        let saying = row.map(|row| saying(row, text.trim().to_owned()));
        match saying {
            Some(saying) => self.try_to(saying, strings::no_such_line()).await,
            None => self.output.note(strings::no_such_line()),
        }
    }

    /// The person wants what is written from now on to last so long.
    async fn propose_life(&mut self, typed: &str) {
        let life = match typed {
            "off" => Ok(None),
            typed => duration::parse(typed).map(|life| u32::try_from(life.as_secs()).ok()),
        };
        match life {
            Ok(None) if typed != "off" => self.output.note(strings::life_how()),
            Ok(life) => {
                self.try_to(Saying::Disappear(life), strings::life_how())
                    .await;
            }
            Err(_) => self.output.note(strings::life_how()),
        }
    }

    /// What was said before follows, if there is any.
    async fn tell_earlier(&mut self) {
        match self.session.orders().give(SessionCommand::Earlier).await {
            // Something is being read already.
            Ok(Done::Ok) | Err(Refusal::NotYet) => {}
            Ok(_) | Err(Refusal::NotNow) => {
                if let Some(window) = self.output.window() {
                    window.update(|screen, _| screen.is_all());
                } else {
                    self.output.note(strings::nothing_before());
                }
            }
            Err(refusal) => self.refused(refusal),
        }
    }

    /// Does this; `otherwise` is said where there is nothing to do it to.
    async fn try_to(&mut self, saying: Saying, otherwise: &str) {
        if self.session.say(saying).await.is_err() && !otherwise.is_empty() {
            self.output.note(otherwise);
        }
    }

    /// Decides about the file with this number, or about all that it can be decided about.
    async fn decide(&mut self, which: &str, deciding: Deciding, saying: fn(u64) -> Saying) {
        let meant = self.person.files.meant(which, deciding);
        if meant.is_empty() {
            self.output.note(match deciding {
                Deciding::Offers => strings::no_such_offer(),
                _ => strings::no_such_file(),
            });
        }
        for row in meant {
            if deciding == Deciding::Offers {
                self.person.files.answered(row);
            }
            self.try_to(saying(row), "").await;
        }
    }

    async fn compare(&mut self) {
        let is_asked = self
            .person
            .shown
            .is_some_and(|shown| shown.wish == Wish::Theirs);
        match self.session.say(Saying::Compare).await {
            Ok(()) if is_asked => {}
            Ok(()) => self.output.note(strings::compare_asked()),
            Err(_) => self.output.note(strings::compare_unjudged()),
        }
    }

    /// What is shown is judged like that.
    async fn judge(&mut self, finding: Finding) {
        let shown = self.person.shown.and_then(|shown| shown.comparing);
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
        "/accept" | "/answer" | "/ask" | "/cancel" | "/decline" | "/disappear" | "/edit"
        | "/lock" | "/open" | "/pause" | "/react" | "/reply" | "/resume" | "/search" | "/send"
        | "/to" | "/withdraw" => (first, rest.trim()),
        _ if is_command(first) => (bare, ""),
        _ => (line, ""),
    }
}
