//! What the person does in a session.

use super::Page;
use super::deed::{NotDone, What};
use crate::files::Chosen;
use handfast_device::{AcceptTerms, Saying, SessionCommand, SessionId, View};
use handfast_protocol::conversation::Finding;
use handfast_protocol::pairing::Now;
use handfast_seal::Answers;

impl Page {
    /// The person agrees to connect, and is called this. `keeps`: whoever comes of it is to be kept, if anything is.
    pub fn accept(&mut self, session: SessionId, name: &str, keeps: bool, now: Now) {
        self.call(name, now);
        let terms = AcceptTerms {
            terms: self.terms(name, keeps),
            ..AcceptTerms::default()
        };
        self.to(session, SessionCommand::Accept(Box::new(terms)), now);
    }

    /// The person answers what is asked: a locked invitation's questions, or a host's.
    ///
    /// # Errors
    /// [`NotDone::Answers`] if there is nothing to try, [`NotDone::NotNow`] if nothing is asked.
    pub fn answer(&mut self, session: SessionId, typed: &[&str], now: Now) -> Result<(), NotDone> {
        let answers = Answers::new(typed)?;
        let command = match self.view(session) {
            Some(View::Locked { .. }) => SessionCommand::Unlock(answers, None),
            Some(View::Asking { .. }) => SessionCommand::Answer(answers),
            _ => return Err(NotDone::NotNow),
        };
        self.to(session, command, now);
        Ok(())
    }

    /// Writes this.
    pub fn say(&mut self, session: SessionId, text: &str, now: Now) {
        let text = Saying::Text(text.to_owned());
        self.to(session, SessionCommand::Say(text), now);
    }

    /// Sends this file.
    pub fn send_file(&mut self, session: SessionId, chosen: Chosen, now: Now) {
        let file = Saying::File {
            path: chosen.path(),
            name: chosen.name.clone(),
            size: chosen.size,
        };
        self.chosen.insert(chosen.number, chosen.clone());
        if let Some(talk) = self.talk_of(session) {
            talk.choose(chosen);
        }
        self.to(session, SessionCommand::Say(file), now);
    }

    /// Takes the file that is offered in this row.
    pub fn take_file(&mut self, session: SessionId, row: u64, now: Now) {
        self.to(session, SessionCommand::Say(Saying::AcceptFile(row)), now);
    }

    /// Declines the file in this row, or stops it.
    pub fn stop_file(&mut self, session: SessionId, row: u64, now: Now) {
        self.to(session, SessionCommand::Say(Saying::CancelFile(row)), now);
    }

    /// What the person found who saw what is compared.
    pub fn judge(&mut self, session: SessionId, finding: Finding, now: Now) {
        let Some(View::Talking {
            comparing: Some(shown),
            ..
        }) = self.view(session)
        else {
            return;
        };
        let compared = Saying::Compared(shown.digits(), finding);
        self.to(session, SessionCommand::Say(compared), now);
    }

    /// So many rows have reached the screen.
    pub fn taken(&mut self, session: SessionId, rows: u32, now: Now) {
        self.to(session, SessionCommand::Taken(rows), now);
    }

    /// Does this.
    pub fn act(&mut self, session: SessionId, what: What, now: Now) {
        let command = match what {
            What::OfferReply => SessionCommand::OfferReply,
            What::Compare => SessionCommand::Say(Saying::Compare),
            What::AllowMore => SessionCommand::Say(Saying::AllowMore),
            What::OnlyThey => SessionCommand::Say(Saying::OnlyThey),
            What::Close => SessionCommand::Close,
        };
        self.to(session, command, now);
    }
}
