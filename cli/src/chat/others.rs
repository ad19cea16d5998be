//! Other people, while one is talked to: turning to them, and a code for somebody new.

use super::Chat;
use super::shown::Person;
use crate::device::Staying;
use crate::output::Event;
use crate::symbol::Forms;
use crate::waiting::Progress;
use crate::{strings, words};
use handfast_native::device::{self, Command, DeliveryMode, InviteTerms, SessionTerms, View};
use handfast_native::handshake::PublicKey;
use handfast_native::token::Token;
use handfast_native::unix_seconds;
use std::time::Duration;

/// How long somebody else may take to scan a code.
const CODE_LIFETIME: Duration = Duration::from_secs(600);

impl Chat<'_> {
    /// Looks for this contact from now on, and talks to them. Whoever was talked to is told goodbye, and in a window they
    /// can come back and write: that conversation stays open.
    pub(super) async fn turn_to(&mut self, called: &str) {
        let stays = self.stays();
        let is_under_way = self.person.files.are_under_way() && stays.is_none();
        if is_under_way || !self.held.is_empty() {
            return self.output.note(strings::not_turned());
        }
        let overview = self.session.overview();
        let contact = match device::called(&overview.contacts, called) {
            Ok(contact) => contact,
            Err(error) => {
                let why = words::not_called(error).sentence;
                return self.output.note(words::by_itself(&why));
            }
        };
        let seek = Command::Seek(contact.key, Box::new(self.terms.clone()));
        if let Err(stop) = self.session.turn(seek, stays).await {
            return self.output.note(words::by_itself(&stop.sentence));
        }
        self.begin_anew(contact.shown_name(), Some(contact.key));
        self.person.is_away = true;
        self.look_around();
    }

    /// Who is talked to, if the conversation with them can stay open while somebody else is.
    fn stays(&mut self) -> Option<Staying> {
        self.output.window()?;
        let with = self.person.with?;
        let overview = self.session.overview();
        let mut contacts = overview.contacts.iter();
        let contact = contacts.find(|contact| contact.key == with)?;
        let can_stay = contact.can_be_found && !contact.blocked;
        can_stay.then(|| {
            let terms = SessionTerms {
                yields: true,
                ..self.terms.clone()
            };
            (with, terms)
        })
    }

    /// Somebody else is talked to from now on.
    fn begin_anew(&mut self, name: &str, key: Option<PublicKey>) {
        self.fallback = words::name_of(name).to_owned();
        self.output.call(&self.fallback);
        if let Some(window) = self.output.window() {
            window.update(|screen, _| screen.turn_to(name, key));
        }
        self.person = Person::default();
    }

    /// Shows a code by which somebody else gets here, or takes it back.
    pub(super) async fn show_or_end_code(&mut self) {
        if self.session.end_beside().await {
            return self.hide_code();
        }
        if self.person.files.are_under_way() || !self.held.is_empty() {
            return self.output.note(strings::not_turned());
        }
        let invite = Command::Invite(Box::new(InviteTerms {
            lifetime: Some(CODE_LIFETIME),
            is_far: false,
            terms: self.terms.clone(),
            // A terminal cannot know by which way what it shows is taken.
            ..InviteTerms::new(DeliveryMode::Send)
        }));
        if let Err(stop) = self.session.begin_beside(invite).await {
            self.output.note(words::by_itself(&stop.sentence));
        }
    }

    fn hide_code(&mut self) {
        self.beside = Progress::default();
        self.code = None;
        if let Some(window) = self.output.window() {
            window.update(|screen, _| screen.show_code(None));
        }
    }

    /// What became of the code that is shown.
    pub(super) async fn hear_beside(&mut self, view: View) {
        match &view {
            View::Talking { .. } => {
                let stays = self.stays();
                self.session.turn_beside(stays).await;
                self.hide_code();
                self.begin_anew(strings::guest(), None);
                self.met(view);
            }
            View::Ended(end) => {
                let why = self.session.stop(*end).sentence;
                self.session.end_beside().await;
                self.hide_code();
                self.output.note(words::by_itself(&why));
            }
            View::Hosting {
                token, expires_at, ..
            } => {
                self.beside.tell(&view, self.output);
                if self.code.as_ref() != Some(token) {
                    let left = expires_at.saturating_sub(unix_seconds());
                    self.show_code(token, Duration::from_secs(left));
                    self.code = Some(token.clone());
                }
            }
            _ => {}
        }
    }

    fn show_code(&mut self, token: &Token, left: Duration) {
        let forms = match Forms::new(
            &self.session.overview().settings.links,
            &token.to_text_bytes(),
        ) {
            Ok(forms) => forms,
            Err(stop) => return self.output.note(stop.sentence),
        };
        if let Some(window) = self.output.window() {
            window.update(|screen, _| screen.show_code(Some((forms.symbol, forms.link))));
            return self.output.note(words::good_for(left));
        }
        self.output.show_token(&forms, true);
        self.output.tell(Event::invitation(forms, left));
        self.output.show_code();
    }
}
