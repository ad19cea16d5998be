//! Inquiries to a contact, and theirs to this person. What counts is on the disk before anything leaves that would
//! let somebody test a guess, and so it holds over all links and restarts.

use super::session::Context;
use super::{Asked, Done, Inquiries, Refusal, SessionCommand, Ticket, Write};
use handfast_protocol::conversation::Violation;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::pairing::Now;
use handfast_protocol::question::{self, Effect, Message, TRIES, Whose};
use handfast_store::{Contact, ContactChange, StoreError};

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// What is asked on one link.
pub(super) struct Questioning {
    with: PublicKey,
    machine: question::Questions,
    /// Answers that are on their way to the disk.
    counting: Vec<(Ticket, Whose)>,
}

/// What comes next of a question.
pub(super) enum Turn {
    /// This has to be said.
    Say(Message),
    /// Whoever is there knows the answer to the question that was asked here.
    Known,
}

impl Questioning {
    /// On the link with this handshake hash. None where this device has no randomness to give.
    pub(super) fn new(context: &mut Context<'_>, with: PublicKey, hash: [u8; 32]) -> Option<Self> {
        let random = context.shared.secret().ok()?;
        let own = context.identity.key.public();
        Some(Self {
            with,
            machine: question::Questions::new(hash, own, with, random),
            counting: Vec::new(),
        })
    }

    /// What a screen shows of it.
    pub(super) fn view(&self) -> Inquiries {
        let view = |asked: &question::Asked| Asked {
            question: asked.question.as_str().to_owned(),
            standing: asked.standing,
        };
        Inquiries {
            ours: self.machine.ours().map(view),
            theirs: self.machine.theirs().map(view),
        }
    }

    /// The person asks, or answers.
    pub(super) fn command(
        &mut self,
        context: &Context<'_>,
        command: SessionCommand,
    ) -> Result<Done, Refusal> {
        let done = match command {
            SessionCommand::Ask(question, answers) => {
                match tries_left(context, self.with, Whose::Ours) {
                    None => return Err(Refusal::NotNow),
                    Some(0) => return Err(Refusal::NoTriesLeft),
                    Some(_) => self.machine.ask(question, &answers),
                }
            }
            SessionCommand::Answer(answers) => self.machine.answer(&answers),
            SessionCommand::NoAnswer => self.machine.decline(),
            _ => return Err(Refusal::NotNow),
        };
        done.map(|()| Done::Ok).map_err(|_| Refusal::NotNow)
    }

    /// The other side said this.
    pub(super) fn heard(&mut self, message: Message) -> Result<(), Violation> {
        let heard = self.machine.heard(message);
        heard.map_err(|_| Violation::OutOfTurn)
    }

    /// What comes next, if the disk is not waited for.
    pub(super) fn next(&mut self, context: &mut Context<'_>) -> Option<Turn> {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Say(message) => return Some(Turn::Say(message)),
                Effect::Count(whose) => {
                    let tried = ContactChange::Tried(whose, day(context.now));
                    let ticket = context.write(vec![Write::Contact(self.with, tried)]);
                    self.counting.push((ticket, whose));
                }
                // Nobody is asked whose answers are not counted, or who has given as many as may be.
                Effect::Asked => match tries_left(context, self.with, Whose::Theirs) {
                    None | Some(0) => drop(self.machine.decline()),
                    Some(_) => {}
                },
                Effect::Right(whose) => {
                    context.change_unattended(self.with, [ContactChange::Known(whose)]);
                    if whose == Whose::Ours {
                        return Some(Turn::Known);
                    }
                }
            }
        }
        None
    }

    /// What was written is on the disk, or not. None if it was no answer that is counted by it.
    pub(super) fn stored(
        &mut self,
        context: &Context<'_>,
        ticket: Ticket,
        result: Result<(), StoreError>,
    ) -> Option<Result<(), StoreError>> {
        let at = self.counting.iter().position(|(one, _)| *one == ticket)?;
        let (_, whose) = self.counting.remove(at);
        if result.is_ok() {
            let left = tries_left(context, self.with, whose).unwrap_or_default();
            self.machine.counted(whose, left);
        }
        Some(result)
    }
}

/// How many answers may still be given today to whoever's questions. None where nothing is kept of them.
fn tries_left(context: &Context<'_>, with: PublicKey, whose: Whose) -> Option<u8> {
    let contact: &Contact = context.kept(with)?;
    let tries = match whose {
        Whose::Ours => contact.answers_taken,
        Whose::Theirs => contact.answers_given,
    };
    Some(TRIES.saturating_sub(tries.on(day(context.now))))
}

fn day(now: Now) -> u32 {
    u32::try_from(now.unix / SECONDS_A_DAY).unwrap_or(u32::MAX)
}
