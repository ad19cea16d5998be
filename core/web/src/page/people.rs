//! Whom the person knows, and what the two wrote before.

use super::{Asked, Deed, Page};
use crate::moving::{NotMoved, Packed, pack};
use handfast_device::{
    Answer, Command, ContactView, Done, Refusal, Saying, SessionCommand, SessionId,
};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::pairing::Now;

/// What is written about a row that both keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// This replies to it.
    Reply(String),
    /// This symbol is a reaction to it; an empty one takes the last back.
    React(String),
    /// It says this from now on.
    Edit(String),
    /// It is taken back.
    TakeBack,
}

impl Page {
    /// Whether anything is kept here.
    pub fn keeps(&self) -> bool {
        self.keeping.is_any()
    }

    /// What the person was called last.
    pub fn name(&self) -> &str {
        &self.device.settings().name
    }

    /// Who was met, those met first first.
    pub fn people(&self) -> Vec<ContactView> {
        self.device.contacts()
    }

    /// Goes to the conversation with a contact. [`Deed::Visit`] says in which session it is.
    pub fn visit(&mut self, key: PublicKey, now: Now) {
        let seek = Command::Seek(key, Box::new(self.terms("", true)));
        self.ask(Asked::Visit, seek, now);
    }

    /// Shows rows before those that are shown, or that there are none by [`Deed::Beginning`].
    pub fn earlier(&mut self, session: SessionId, now: Now) {
        let command = Command::To(session, SessionCommand::Earlier);
        self.ask(Asked::Earlier(session), command, now);
    }

    /// Writes something about the row with this number.
    pub fn write_about(&mut self, session: SessionId, row: u64, about: About, now: Now) {
        let saying = match about {
            About::Reply(text) => Saying::Reply { to: row, text },
            About::React(symbol) => Saying::React(row, symbol),
            About::Edit(text) => Saying::Edit { row, text },
            About::TakeBack => Saying::TakeBack(row),
        };
        self.to(session, SessionCommand::Say(saying), now);
    }

    /// The person has this row before their eyes.
    pub fn seen(&mut self, session: SessionId, row: u64, now: Now) {
        self.to(session, SessionCommand::Seen(row), now);
    }

    /// Forgets a contact, with all that was written.
    pub fn forget(&mut self, key: PublicKey, now: Now) {
        self.command(Command::Forget(key), now);
    }

    /// Takes this device along: what was written only if it is wanted.
    ///
    /// # Errors
    /// [`NotMoved::Nothing`] where nothing is kept, and whatever else hinders it.
    pub fn pack(&mut self, with_messages: bool) -> Result<Packed, NotMoved> {
        let export = self.keeping.export(with_messages);
        pack(&export.ok_or(NotMoved::Nothing)??)
    }

    /// The person is called this from now on.
    pub(super) fn call(&mut self, name: &str, now: Now) {
        if self.keeps() && self.name() != name {
            let mut settings = self.device.settings().clone();
            name.clone_into(&mut settings.name);
            self.command(Command::Choose(Box::new(settings)), now);
        }
    }

    pub(super) fn answered_by_device(&mut self, answer: Answer) {
        let deed = match (self.asked.remove(&answer.request), answer.result) {
            (Some(Asked::Visit), Ok(done)) => done.session().map(Deed::Visit),
            (Some(Asked::Visit), Err(Refusal::UnderWay(session))) => Some(Deed::Visit(session)),
            (Some(Asked::Earlier(session)), Ok(Done::Beginning)) => Some(Deed::Beginning(session)),
            (_, Err(refusal)) => Some(Deed::Refuse(refusal)),
            (_, Ok(_)) => None,
        };
        self.deeds.extend(deed);
    }
}
