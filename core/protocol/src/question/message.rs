//! The messages of a question.

use crate::reconnect::MessageError;
use handfast_token::Question;
use std::ops::RangeInclusive;

/// The kinds of these messages.
pub(crate) const KINDS: RangeInclusive<u8> = ASK..=NO_ANSWER;

const ASK: u8 = 25;
const ANSWER: u8 = 26;
const EXPECT: u8 = 27;
const PROOF: u8 = 28;
const MATCH: u8 = 29;
const NO_MATCH: u8 = 30;
const NO_ANSWER: u8 = 31;

/// One message: a byte of kind and its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Who asks: this is the question.
    Ask(Question),
    /// Who is asked: a share that hides the answer.
    Answer([u8; 32]),
    /// Who asks: a share that hides the answer that is expected.
    Expect([u8; 32]),
    /// Who is asked: a proof of the key that both arrive at if the answers are the same.
    Proof([u8; 32]),
    /// Who asks: the answers are the same, with a proof of that key.
    Match([u8; 32]),
    /// Who asks: the answers differ, and so many more are taken.
    NoMatch(u8),
    /// Who is asked: no answer is given.
    NoAnswer,
}

impl Message {
    /// The one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let with = |kind, rest: &[u8]| [&[kind], rest].concat();
        match self {
            Self::Ask(question) => with(ASK, question.as_str().as_bytes()),
            Self::Answer(share) => with(ANSWER, share),
            Self::Expect(share) => with(EXPECT, share),
            Self::Proof(proof) => with(PROOF, proof),
            Self::Match(proof) => with(MATCH, proof),
            Self::NoMatch(left) => with(NO_MATCH, &[*left]),
            Self::NoAnswer => with(NO_ANSWER, &[]),
        }
    }

    /// Reads what the other side said.
    ///
    /// # Errors
    /// When it is of another kind, of another length, or asks what is no question ([`Question`]).
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        let (&kind, rest) = bytes.split_first().ok_or(MessageError)?;
        let value = || rest.try_into().map_err(|_| MessageError);
        match (kind, rest) {
            (ASK, text) => {
                let text = std::str::from_utf8(text).map_err(|_| MessageError)?;
                let question = Question::new(text).map_err(|_| MessageError)?;
                Ok(Self::Ask(question))
            }
            (ANSWER, _) => value().map(Self::Answer),
            (EXPECT, _) => value().map(Self::Expect),
            (PROOF, _) => value().map(Self::Proof),
            (MATCH, _) => value().map(Self::Match),
            (NO_MATCH, &[left]) => Ok(Self::NoMatch(left)),
            (NO_ANSWER, []) => Ok(Self::NoAnswer),
            _ => Err(MessageError),
        }
    }
}
