//! The conversation in a terminal: lines out, messages in, files both ways.

mod args;
mod asking;
mod handed;
mod locking;
mod others;
mod search;
mod sending;
mod shown;
mod typed;

pub(crate) use args::ChatArgs;
pub(crate) use sending::file_at;
pub(crate) use typed::COMMANDS;

use crate::commands::Terminal;
use crate::device::{News, Session, lost};
use crate::interrupt::Interrupt;
use crate::lines::Lines;
use crate::output::{Event, Output, Parting};
use crate::status::{Status, Stop};
use crate::waiting::Progress;
use crate::{strings, words};
use handfast_native::device::{Reached, RowContent, SessionEnd, SessionTerms, View, Wish};
use handfast_native::token::{LinkBase, Token};
use shown::{Held, Person, Shown};
use std::collections::VecDeque;
use tokio::time::{Instant, sleep_until};

/// How much of what waits is shown: so many lines, and so many bytes of each.
const SHOWN: (usize, usize) = (100, 4096);

/// Talks until one side leaves. `fallback` is what to call somebody without a name; others are looked for on
/// these terms.
///
/// # Errors
/// When the connection was lost or ended for safety, or by Ctrl-C.
pub(crate) async fn talk(
    session: &mut Session,
    met: View,
    fallback: &str,
    terms: SessionTerms,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    session.meets();
    let mut chat = Chat::new(session, output, fallback, terms);
    chat.met(met);
    chat.run(lines, interrupt).await
}

/// Shows what says to a contact, of that name, where this device is.
pub(crate) type Shows<'a> =
    Box<dyn FnMut(&str, &Token, &LinkBase, &mut Output) -> Result<(), Stop> + 'a>;

/// Looks for a contact and talks to them, until this side leaves. `fallback` is what to call somebody without a
/// name; others are looked for on the same terms. What is handed out for the contact is shown by `shows`.
///
/// # Errors
/// When the contact cannot be looked for any more, or by Ctrl-C.
pub(crate) async fn talk_again(
    session: &mut Session,
    fallback: &str,
    terms: SessionTerms,
    shows: Option<Shows<'_>>,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    let mut chat = Chat::new(session, output, fallback, terms);
    chat.person.is_away = true;
    chat.shows = shows;
    chat.run(lines, interrupt).await
}

impl<'a> Chat<'a> {
    fn new(
        session: &'a mut Session,
        output: &'a mut Output,
        fallback: &str,
        terms: SessionTerms,
    ) -> Self {
        output.call(fallback);
        Self {
            session,
            output,
            fallback: fallback.to_owned(),
            terms,
            beside: Progress::default(),
            code: None,
            person: Person::default(),
            held: VecDeque::new(),
            is_leaving: false,
            shows: None,
            leaves_by: None,
        }
    }

    async fn run(mut self, lines: &mut Lines, interrupt: &mut Interrupt) -> Result<(), Stop> {
        self.look_around();
        let ended = self.converse(lines, interrupt).await;
        self.read_on(&ended, lines, interrupt).await;
        self.output.close();
        self.output.tell(Event::Ended { reason: ended? });
        Ok(())
    }
}

struct Chat<'a> {
    session: &'a mut Session,
    output: &'a mut Output,
    /// What to call somebody without a name.
    fallback: String,
    /// On which terms others are looked for.
    terms: SessionTerms,
    /// What was told of the code that is shown for somebody else, and what it says.
    beside: Progress,
    code: Option<Token>,
    person: Person,
    /// What the device had no room for, in the order in which it was typed.
    held: VecDeque<Held>,
    /// Nothing more will be typed. What is under way goes through first.
    is_leaving: bool,
    /// Shows where this device is.
    shows: Option<Shows<'a>>,
    /// The person has turned away, and is gone by then, whatever is still under way: what comes in is not
    /// drawn any more. A script that leaves gets all of it.
    leaves_by: Option<Instant>,
}

impl Chat<'_> {
    /// Hears what the other side does, and does what is typed. How it ends.
    async fn converse(
        &mut self,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) -> Result<Parting, Stop> {
        loop {
            // Where nobody leaves by a certain time, this is not waited for.
            let time_to_leave = sleep_until(self.leaves_by.unwrap_or_else(Instant::now));
            tokio::select! {
                news = self.session.next() => match self.hear(news).await {
                    Some(end) => return end,
                    None => self.say_what_was_held().await,
                },
                line = lines.next(), if self.takes_a_line(lines) => {
                    self.typed(line, lines.is_terminal()).await;
                    self.hide_an_answer(lines);
                }
                () = time_to_leave, if self.leaves_by.is_some() => return self.break_off().await,
                () = interrupt.pressed() => return Err(self.session.close(self.output).await),
            }
            self.show_what_waits();
        }
    }

    /// In a window, what was said stays to be read until the person leaves.
    async fn read_on(
        &mut self,
        ended: &Result<Parting, Stop>,
        lines: &mut Lines,
        interrupt: &mut Interrupt,
    ) {
        let why = match ended {
            _ if self.is_leaving => return,
            Ok(Parting::Left) => return,
            Ok(Parting::PeerLeft) => words::peer_left(self.output.name()),
            Err(stop) if stop.status == Status::Cancelled => return,
            Err(stop) => words::by_itself(&stop.sentence),
        };
        let Some(window) = self.output.window() else {
            return;
        };
        window.update(|screen, at| screen.end(&why, at));
        loop {
            tokio::select! {
                line = lines.next() => match line.as_deref().map(str::trim) {
                    None | Some("/quit") => return,
                    Some(_) => self.output.note(strings::screen_over_how()),
                },
                () = interrupt.pressed() => return,
            }
        }
    }

    /// Shows in a window who else was met, and what else waits.
    fn look_around(&self) {
        if let Some(window) = self.output.window() {
            let overview = self.session.overview();
            window.update(|screen, _| screen.look_around(&overview));
        }
    }

    /// Shows in a window what was typed and cannot be said yet.
    fn show_what_waits(&self) {
        let Some(window) = self.output.window() else {
            return;
        };
        let (most, bytes) = SHOWN;
        let texts = self.held.iter().filter_map(|held| match held {
            Held::Line(text) | Held::Text(text) => Some(text),
            Held::End => None,
        });
        let lines = texts.take(most).map(|text| {
            let end = text.floor_char_boundary(bytes);
            text[..end].to_owned()
        });
        let lines = lines.collect();
        window.update(|screen, _| screen.wait(lines));
    }

    /// Tells who was met, with what trust, and how long it took.
    fn met(&mut self, met: View) {
        self.person.has_met = true;
        self.know(&met);
        if let Some(window) = self.output.window() {
            window.update(|screen, _| screen.look(&met));
        }
        self.output.met(&met, &self.fallback);
        self.person.shown = Shown::of(&met).map(|shown| Shown {
            // Whatever else there is already is told behind that.
            namesake: None,
            is_interrupted: false,
            wish: Wish::Nobody,
            comparing: None,
            reached: None,
            ..shown
        });
        self.changed(&met);
    }

    fn know(&mut self, view: &View) {
        if let View::Talking { key, .. } | View::Seeking { key, .. } = view {
            self.person.with = Some(*key);
        }
    }

    /// Tells what happened. Some at the end.
    async fn hear(&mut self, news: News) -> Option<Result<Parting, Stop>> {
        if let News::View(view) = &news {
            self.know(view);
        }
        if let (News::View(view), Some(window)) = (&news, self.output.window()) {
            window.update(|screen, _| screen.look(view));
        }
        match news {
            News::View(View::Ended(end)) => return Some(self.end(end)),
            News::View(View::Seeking {
                name,
                heard,
                restored,
                questions,
                hindrance,
                here,
                ..
            }) => {
                if let Some(hindrance) = hindrance
                    && !std::mem::replace(&mut self.person.is_hindered, true)
                {
                    self.person.is_sought = true;
                    self.output.note(words::hindered(hindrance));
                }
                self.tell_questions(&name, &questions);
                if !std::mem::replace(&mut self.person.is_away, true) {
                    self.output.tell(Event::Away);
                }
                if !self.person.has_met && !std::mem::replace(&mut self.person.is_sought, true) {
                    let name = name.clone();
                    self.output.tell(Event::Seeking { name, heard });
                }
                let was_asked = std::mem::replace(&mut self.person.is_asked, restored.is_some());
                if let Some(claim) = restored.as_ref().filter(|_| !was_asked) {
                    self.output.tell(Event::restored(&name, claim));
                }
                if let (Some(token), Some(shows)) = (&here, &mut self.shows)
                    && let Err(stop) = shows(
                        &name,
                        token,
                        &self.session.overview().settings.links,
                        self.output,
                    )
                {
                    return Some(Err(stop));
                }
            }
            News::View(view @ View::Talking { .. }) if !self.person.has_met => {
                self.person.is_away = false;
                self.met(view);
            }
            News::View(view @ View::Talking { .. }) if self.person.is_away => {
                self.person.is_away = false;
                if let View::Talking { name, .. } = &view {
                    self.output.tell(Event::Back { name: name.clone() });
                }
                self.changed(&view);
            }
            News::View(view) => self.changed(&view),
            News::Row(row) => {
                let is_text = matches!(row.content, RowContent::Text(_));
                self.person.last.hear(&row);
                if !(is_text && self.leaves_by.is_some()) {
                    self.person.files.show(&row, self.output);
                }
                self.session.shown().await;
                // Whoever has turned away sees nothing more.
                let is_unread = row.lasting.as_ref().is_some_and(|one| one.is_unread);
                if is_unread && self.leaves_by.is_none() {
                    self.session.seen(row.number).await;
                }
            }
            News::NotCompared(error) => self.output.note(words::not_compared(error)),
            News::NotRemembered => self.output.note(strings::not_remembered()),
            News::NotWritten(text, error) => {
                let why = self.session.not_kept(error);
                self.output.tell(Event::NotWritten { text, why });
            }
            News::OtherDevice => self.output.note(strings::other_device()),
            News::Beside(view) => self.hear_beside(view).await,
            News::RowGone(number) => {
                if let Some(window) = self.output.window() {
                    window.update(|screen, _| screen.gone(number));
                }
            }
            News::Others => self.look_around(),
            News::Left(id) => {
                self.session.stay(id).await;
                self.look_around();
            }
            News::Gone => return Some(Err(lost())),
        }
        None
    }

    fn changed(&mut self, view: &View) {
        if let View::Talking {
            name, questions, ..
        } = view
        {
            self.tell_questions(name, questions);
        }
        let (Some(now), Some(before)) = (Shown::of(view), self.person.shown) else {
            return;
        };
        self.person.shown = Some(now);
        let output = &mut *self.output;
        if let Some(known) = now.namesake.filter(|_| now.namesake != before.namesake) {
            output.tell(Event::namesake(known));
        }
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
                digits: words::digits(&shown),
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

    fn end(&self, end: SessionEnd) -> Result<Parting, Stop> {
        match end {
            SessionEnd::PeerLeft => Ok(Parting::PeerLeft),
            SessionEnd::Closed => Ok(Parting::Left),
            end => Err(self.session.stop(end)),
        }
    }

    /// Leaves whatever is under way.
    async fn break_off(&mut self) -> Result<Parting, Stop> {
        self.output.close();
        let _ = self.session.close(self.output).await;
        if self.person.files.are_under_way() {
            self.output.note(strings::files_cut_off());
        }
        self.end(SessionEnd::Closed)
    }
}
