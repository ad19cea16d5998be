//! The handshake of two who have met: `Noise_KKpsk0_25519_ChaChaPoly_BLAKE2s` (Noise specification,
//! revision 34). Each knows the other's long-term key, so neither is sent, and two messages are enough.
//!
//! The preshared key is what proves that this is the contact and no copy of an old state of it. The
//! initiator sends one first message for each that the responder may hold; all have one length, so that
//! they can be told apart.

use super::noise::{
    Capabilities, Established, HandshakeError, PublicKey, StaticKey, established, greeting, local,
    read, read_greeting, refuse_low_order, write,
};
use super::prologue::Prologue;
use handfast_token::Secret;
use snow::{Builder, HandshakeState};

const PATTERN: &str = "Noise_KKpsk0_25519_ChaChaPoly_BLAKE2s";

/// The length of a first message: an ephemeral key and the tag of an empty payload.
const FIRST_MESSAGE: usize = 32 + 16;

/// The most first messages that go at once: for the next secret, for the current one, and for a device
/// that was restored.
const MOST_ATTEMPTS: usize = 3;

/// One way in which two contacts may prove themselves.
#[derive(Clone, Debug)]
pub struct KnownAttempt {
    /// Which of them this is, and the certificates of the link.
    pub prologue: Prologue,
    /// What both have to hold.
    pub psk: Secret<32>,
}

/// The initiator between its first messages and the answer.
#[derive(Debug)]
pub struct KnownInitiator {
    /// In the order in which they were sent.
    states: Vec<HandshakeState>,
    peer: PublicKey,
}

impl KnownInitiator {
    /// Begins one handshake for each attempt, and gives the first messages, which go as one.
    ///
    /// # Errors
    /// [`HandshakeError::Local`] only.
    pub fn start(
        key: &StaticKey,
        peer: PublicKey,
        attempts: &[KnownAttempt],
    ) -> Result<(Self, Vec<u8>), HandshakeError> {
        let mut states = Vec::with_capacity(attempts.len());
        let mut message = Vec::with_capacity(attempts.len() * FIRST_MESSAGE);
        for attempt in attempts {
            let mut state = build(key, peer, attempt, true).map_err(local)?;
            message.extend(write(&mut state, &[])?);
            states.push(state);
        }
        Ok((Self { states, peer }, message))
    }

    /// Takes the answer. Gives the place of the attempt that it belongs to.
    ///
    /// # Errors
    /// [`HandshakeError::SecondMessage`] if it does not come from the contact, or
    /// [`HandshakeError::TooLong`], [`HandshakeError::Malformed`].
    pub fn finish(self, second: &[u8]) -> Result<(Established, usize), HandshakeError> {
        let failure = HandshakeError::SecondMessage;
        refuse_low_order(second, failure)?;
        for (which, mut state) in self.states.into_iter().enumerate() {
            match read(&mut state, second, failure) {
                Ok(payload) => {
                    let capabilities = read_greeting(&payload).ok_or(HandshakeError::Malformed)?;
                    return Ok((established(state, self.peer, capabilities), which));
                }
                Err(error) if error == failure => {}
                Err(error) => return Err(error),
            }
        }
        Err(failure)
    }
}

/// The responder, which has nothing to wait for: its answer ends the handshake. Who sent the first message
/// is not proved by it, as it may be a recorded one. It is by the first frame that opens.
///
/// # Errors
/// [`HandshakeError::FirstMessage`] if nothing of it opens by any attempt, or [`HandshakeError::TooLong`],
/// [`HandshakeError::Local`]. Nothing has been revealed then.
pub fn respond_to_known(
    key: &StaticKey,
    peer: PublicKey,
    attempts: &[KnownAttempt],
    message: &[u8],
) -> Result<(Established, usize, Vec<u8>), HandshakeError> {
    let failure = HandshakeError::FirstMessage;
    if message.len() > MOST_ATTEMPTS * FIRST_MESSAGE {
        return Err(HandshakeError::TooLong);
    }
    let (firsts, rest) = message.as_chunks::<FIRST_MESSAGE>();
    if !rest.is_empty() {
        return Err(failure);
    }
    for first in firsts {
        for (which, attempt) in attempts.iter().enumerate() {
            let mut state = build(key, peer, attempt, false).map_err(local)?;
            if read(&mut state, first, failure).is_err() {
                continue;
            }
            refuse_low_order(first, failure)?;
            let second = write(&mut state, &greeting())?;
            // What the initiator can do it says in the channel, if ever.
            return Ok((
                established(state, peer, Capabilities::default()),
                which,
                second,
            ));
        }
    }
    Err(failure)
}

fn build(
    key: &StaticKey,
    peer: PublicKey,
    attempt: &KnownAttempt,
    initiator: bool,
) -> Result<HandshakeState, snow::Error> {
    let prologue = attempt.prologue.to_bytes();
    let builder = builder(key, &peer.0, attempt, &prologue)?;
    if initiator {
        builder.build_initiator()
    } else {
        builder.build_responder()
    }
}

fn builder<'a>(
    key: &'a StaticKey,
    peer: &'a [u8; 32],
    attempt: &'a KnownAttempt,
    prologue: &'a [u8],
) -> Result<Builder<'a>, snow::Error> {
    Builder::new(PATTERN.parse()?)
        .local_private_key(key.private().expose())?
        .remote_public_key(peer)?
        .psk(0, attempt.psk.expose())?
        .prologue(prologue)
}

/// A handshake with ephemeral keys that are not fresh, for the worked example: both messages, both ends.
#[cfg(test)]
pub(crate) fn known_by_hand(
    initiator: (&StaticKey, [u8; 32]),
    responder: (&StaticKey, [u8; 32]),
    attempt: &KnownAttempt,
) -> (Vec<u8>, Vec<u8>, Established, Established) {
    let (peer, other) = (responder.0.public(), initiator.0.public());
    let side = |(key, ephemeral): (&StaticKey, [u8; 32]), peer: PublicKey, is_initiator: bool| {
        let prologue = attempt.prologue.to_bytes();
        let builder = builder(key, &peer.0, attempt, &prologue).expect("honest keys");
        let builder = builder.fixed_ephemeral_key_for_testing_only(&ephemeral);
        let state = match is_initiator {
            true => builder.build_initiator(),
            false => builder.build_responder(),
        };
        state.expect("honest keys")
    };
    let (mut one, mut two) = (side(initiator, peer, true), side(responder, other, false));
    let failure = HandshakeError::Malformed;
    let first = write(&mut one, &[]).expect("a first message");
    read(&mut two, &first, failure).expect("it opens");
    let second = write(&mut two, &greeting()).expect("a second message");
    read(&mut one, &second, failure).expect("it opens");
    let capabilities = Capabilities::default();
    let ends = (
        established(one, peer, capabilities),
        established(two, other, capabilities),
    );
    (first, second, ends.0, ends.1)
}

#[cfg(test)]
mod tests;
