//! The questions of one channel as a state machine.

use super::{Asked, Message, Standing, Whose};
use crate::handshake::{Agreement, Attempt, Parties, PublicKey};
use handfast_seal::{Answers, Profile};
use handfast_token::{Question, Role, Secret, kdf};
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// How many answers are given to questions of one contact on one day, and taken from them, until one is right.
pub const TRIES: u8 = 3;

/// How many questions each of the two asks in one channel.
const MOST_ASKED: u32 = 10;

/// What the questions of a channel want done, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Say this.
    Say(Message),
    /// Count one answer, durably, and say so by [`Questions::counted`]: until then nothing leaves that would let
    /// anybody test a guess.
    Count(Whose),
    /// The other side asks: [`Questions::theirs`]. The answer is [`Questions::answer`] or [`Questions::decline`].
    Asked,
    /// The two answers to this question are the same, so those counted before do not matter any more. Where it is
    /// ours, this proves that whoever is there knows the answer.
    Right(Whose),
}

/// That cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a question has to come to its end first, and ten are asked in one conversation at most")]
pub struct NotNow;

/// The other side broke the rules; the channel cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other side said something out of turn")]
pub struct OutOfTurn;

/// What is asked in one channel, both ways. Messages and decisions go in, effects come out.
pub struct Questions {
    hash: [u8; 32],
    own: PublicKey,
    peer: PublicKey,
    random: Secret<32>,
    ours: Option<Asked>,
    asking: Asking,
    theirs: Option<Asked>,
    answering: Answering,
    /// Questions of each side so far, those of this one first.
    asked: [u32; 2],
    /// Answers so far, to whoever's questions.
    runs: u32,
    effects: VecDeque<Effect>,
}

/// What the runs about one question are bound to: the channel, the question, and how many its side has asked.
pub(super) fn session_id(hash: &[u8; 32], number: u32, question: &Question) -> [u8; 32] {
    let parts: [&[u8]; 2] = [&number.to_le_bytes(), question.as_str().as_bytes()];
    *kdf(hash, "HFS1 question", &parts).expose()
}

/// How far a question of ours is.
enum Asking {
    Nothing,
    /// An answer has to come.
    Waiting(Password),
    /// The disk counts the answer that came.
    Counting(Password, [u8; 32], Box<Agreement>),
    /// Their proof has to come; so many answers are left if it does not hold.
    Proving(Password, Box<Agreement>, u8),
}

/// How far a question of theirs is.
enum Answering {
    Nothing,
    /// The person thinks.
    Thinking,
    /// What they expect has to come.
    Sharing(Box<Attempt>),
    /// The disk counts our proof.
    Counting(Box<Agreement>),
    /// What they make of our proof has to come; so many answers are left if it does not hold.
    Proved(Box<Agreement>, u8),
}

type Password = Zeroizing<Vec<u8>>;

impl Questions {
    /// For the channel with this handshake hash. `random` are 32 bytes that are used for nothing else.
    pub fn new(hash: [u8; 32], own: PublicKey, peer: PublicKey, random: Secret<32>) -> Self {
        Self {
            hash,
            own,
            peer,
            random,
            ours: None,
            asking: Asking::Nothing,
            theirs: None,
            answering: Answering::Nothing,
            asked: [0; 2],
            runs: 0,
            effects: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The question that was asked here last.
    pub fn ours(&self) -> Option<&Asked> {
        self.ours.as_ref()
    }

    /// The question that the other side asked last.
    pub fn theirs(&self) -> Option<&Asked> {
        self.theirs.as_ref()
    }

    /// Asks this.
    ///
    /// # Errors
    /// [`NotNow`] while the one before is not over, and after ten of them.
    pub fn ask(&mut self, question: Question, answer: &Answers) -> Result<(), NotNow> {
        let is_open = self.ours.as_ref().is_some_and(|it| !it.standing.is_over());
        if is_open || self.asked[0] >= MOST_ASKED {
            return Err(NotNow);
        }
        self.asked[0] += 1;
        self.asking = Asking::Waiting(answer.password(Profile::Two, None));
        self.say(Message::Ask(question.clone()));
        self.ours = Some(Asked {
            question,
            standing: Standing::Open,
        });
        Ok(())
    }

    /// Answers the question of the other side.
    ///
    /// # Errors
    /// [`NotNow`] where none waits for an answer.
    pub fn answer(&mut self, answer: &Answers) -> Result<(), NotNow> {
        self.must_take_an_answer()?;
        let attempt = self.attempt(Whose::Theirs, &answer.password(Profile::Two, None));
        let attempt = attempt.ok_or(NotNow)?;
        self.say(Message::Answer(attempt.share()));
        self.answering = Answering::Sharing(Box::new(attempt));
        self.set(Whose::Theirs, Standing::Checking);
        Ok(())
    }

    /// Gives no answer to it.
    ///
    /// # Errors
    /// [`NotNow`] where none waits for an answer.
    pub fn decline(&mut self) -> Result<(), NotNow> {
        self.must_take_an_answer()?;
        self.answering = Answering::Nothing;
        self.say(Message::NoAnswer);
        self.set(Whose::Theirs, Standing::NotAnswered);
        Ok(())
    }

    fn must_take_an_answer(&self) -> Result<(), NotNow> {
        match &self.theirs {
            Some(asked) if asked.standing.takes_an_answer() => Ok(()),
            _ => Err(NotNow),
        }
    }

    /// What [`Effect::Count`] asked for is on the disk. So many more answers may follow.
    pub fn counted(&mut self, whose: Whose, left: u8) {
        match whose {
            Whose::Ours => match std::mem::replace(&mut self.asking, Asking::Nothing) {
                Asking::Counting(password, share, agreement) => {
                    self.asking = Asking::Proving(password, agreement, left);
                    self.say(Message::Expect(share));
                }
                other => self.asking = other,
            },
            Whose::Theirs => match std::mem::replace(&mut self.answering, Answering::Nothing) {
                Answering::Counting(agreement) => {
                    self.say(Message::Proof(agreement.proof()));
                    self.answering = Answering::Proved(agreement, left);
                }
                other => self.answering = other,
            },
        }
    }

    /// The other side said this.
    ///
    /// # Errors
    /// [`OutOfTurn`].
    pub fn heard(&mut self, message: Message) -> Result<(), OutOfTurn> {
        match message {
            Message::Ask(question) => self.asked(question),
            Message::Expect(share) => self.expected(&share),
            Message::Match(proof) => self.matched(&proof),
            Message::NoMatch(left) => self.differed(left),
            Message::Answer(share) => self.answered(&share),
            Message::Proof(proof) => self.proved(&proof),
            Message::NoAnswer => self.declined(),
        }
    }

    fn asked(&mut self, question: Question) -> Result<(), OutOfTurn> {
        let is_open = (self.theirs.as_ref()).is_some_and(|it| !it.standing.is_over());
        if is_open || self.asked[1] >= MOST_ASKED {
            return Err(OutOfTurn);
        }
        self.asked[1] += 1;
        self.answering = Answering::Thinking;
        self.theirs = Some(Asked {
            question,
            standing: Standing::Open,
        });
        self.effects.push_back(Effect::Asked);
        Ok(())
    }

    fn answered(&mut self, theirs: &[u8; 32]) -> Result<(), OutOfTurn> {
        let asking = std::mem::replace(&mut self.asking, Asking::Nothing);
        let Asking::Waiting(password) = asking else {
            return Err(OutOfTurn);
        };
        let attempt = self.attempt(Whose::Ours, &password).ok_or(OutOfTurn)?;
        let share = attempt.share();
        let agreement = attempt.agree(theirs).ok_or(OutOfTurn)?;
        self.asking = Asking::Counting(password, share, Box::new(agreement));
        self.effects.push_back(Effect::Count(Whose::Ours));
        self.set(Whose::Ours, Standing::Checking);
        Ok(())
    }

    fn expected(&mut self, theirs: &[u8; 32]) -> Result<(), OutOfTurn> {
        let answering = std::mem::replace(&mut self.answering, Answering::Nothing);
        let Answering::Sharing(attempt) = answering else {
            return Err(OutOfTurn);
        };
        let agreement = attempt.agree(theirs).ok_or(OutOfTurn)?;
        self.answering = Answering::Counting(Box::new(agreement));
        self.effects.push_back(Effect::Count(Whose::Theirs));
        Ok(())
    }

    fn proved(&mut self, proof: &[u8; 32]) -> Result<(), OutOfTurn> {
        let asking = std::mem::replace(&mut self.asking, Asking::Nothing);
        let Asking::Proving(password, agreement, left) = asking else {
            return Err(OutOfTurn);
        };
        let ours = agreement.proof();
        match agreement.confirm(proof) {
            Some(_) => {
                self.say(Message::Match(ours));
                self.end_right(Whose::Ours);
            }
            None => {
                self.say(Message::NoMatch(left));
                if left > 0 {
                    self.asking = Asking::Waiting(password);
                }
                self.set(Whose::Ours, Standing::Wrong(left));
            }
        }
        Ok(())
    }

    fn matched(&mut self, proof: &[u8; 32]) -> Result<(), OutOfTurn> {
        let answering = std::mem::replace(&mut self.answering, Answering::Nothing);
        let Answering::Proved(agreement, _) = answering else {
            return Err(OutOfTurn);
        };
        agreement.confirm(proof).ok_or(OutOfTurn)?;
        self.end_right(Whose::Theirs);
        Ok(())
    }

    fn differed(&mut self, theirs: u8) -> Result<(), OutOfTurn> {
        let answering = std::mem::replace(&mut self.answering, Answering::Nothing);
        let Answering::Proved(_, ours) = answering else {
            return Err(OutOfTurn);
        };
        let left = theirs.min(ours);
        match left {
            0 if theirs > 0 => self.say(Message::NoAnswer),
            0 => {}
            _ => self.answering = Answering::Thinking,
        }
        self.set(Whose::Theirs, Standing::Wrong(left));
        Ok(())
    }

    fn declined(&mut self) -> Result<(), OutOfTurn> {
        let asking = std::mem::replace(&mut self.asking, Asking::Nothing);
        let Asking::Waiting(_) = asking else {
            return Err(OutOfTurn);
        };
        let standing = self.ours.as_ref().map(|asked| asked.standing);
        self.set(
            Whose::Ours,
            match standing {
                // They may give fewer answers than are taken here.
                Some(Standing::Wrong(_)) => Standing::Wrong(0),
                _ => Standing::NotAnswered,
            },
        );
        Ok(())
    }

    fn end_right(&mut self, whose: Whose) {
        self.set(whose, Standing::Right);
        self.effects.push_back(Effect::Right(whose));
    }

    fn set(&mut self, whose: Whose, standing: Standing) {
        let asked = match whose {
            Whose::Ours => &mut self.ours,
            Whose::Theirs => &mut self.theirs,
        };
        if let Some(asked) = asked {
            asked.standing = standing;
        }
    }

    fn say(&mut self, message: Message) {
        self.effects.push_back(Effect::Say(message));
    }

    /// A run of the check, which is bound to the channel, to who asks, to the question and to how many they have
    /// asked in it.
    fn attempt(&mut self, whose: Whose, password: &[u8]) -> Option<Attempt> {
        let (role, asked, number) = match whose {
            Whose::Ours => (Role::Host, self.ours.as_ref(), self.asked[0]),
            Whose::Theirs => (Role::Guest, self.theirs.as_ref(), self.asked[1]),
        };
        let question = &asked?.question;
        let (host, guest) = match whose {
            Whose::Ours => (self.own, self.peer),
            Whose::Theirs => (self.peer, self.own),
        };
        let parties = Parties {
            hash: session_id(&self.hash, number, question),
            host,
            guest,
        };
        self.runs += 1;
        let run = self.runs.to_le_bytes();
        let random = kdf(self.random.expose(), "HFS1 own asked", &[&run]);
        Some(Attempt::new(role, password, &parties, &random))
    }
}
