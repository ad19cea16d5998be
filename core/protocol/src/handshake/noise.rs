//! The handshake itself: `Noise_XXpsk0+psk3_25519_ChaChaPoly_BLAKE2s` (Noise specification,
//! revision 34), guest = initiator, host = responder.
//!
//! The preshared key comes from the invitation's random secret, never from an answer. It enters
//! first, so that an outsider learns no long-term key, and again last, so that it protects the keys
//! of the channel. Nobody is asked anything here; see [`super::Trust`] for what a success proves.

use super::extensions;
use super::{Channel, Prologue};
use curve25519_dalek::MontgomeryPoint;
use handfast_token::{Role, Secret};
use snow::{Builder, HandshakeState};

const PATTERN: &str = "Noise_XXpsk0+psk3_25519_ChaChaPoly_BLAKE2s";

/// The newest protocol version that this side speaks, as told inside the handshake.
const VERSION: u8 = 1;

/// Longest handshake message in bytes that is looked at.
pub const MAX_HANDSHAKE_MESSAGE: usize = 2048;

/// Why a handshake did not come about. The peer is told nothing but the end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// At the host: the guest lacks the secret, has another version or sees other certificates, or
    /// somebody replays.
    #[error("someone knocked who does not hold this invitation; wait for the right person")]
    FirstMessage,
    /// At the guest: the peer lacks the secret, or a machine sits in between.
    #[error("this is not who invited you, or the invitation was changed; ask for a new one")]
    SecondMessage,
    /// At the host: the same, seen one message later.
    #[error("this is not who you invited, or someone is in between; make a new invitation")]
    ThirdMessage,
    /// The message is longer than [`MAX_HANDSHAKE_MESSAGE`].
    #[error("the other side sent far too much; end the connection")]
    TooLong,
    /// The message is authentic, but in a form that this version does not know.
    #[error("the other side speaks a version this one does not understand; update the app")]
    Malformed,
    /// This device had no randomness to give.
    #[error("this device could not prepare the handshake; try again")]
    Local,
}

/// A device's long-term X25519 key pair.
#[derive(Clone, Debug)]
pub struct StaticKey {
    private: Secret<32>,
    public: PublicKey,
}

impl StaticKey {
    /// From 32 random bytes, which are the private key (RFC 7748 clamps them on use).
    pub fn new(private: Secret<32>) -> Self {
        let public = MontgomeryPoint::mul_base_clamped(*private.expose());
        Self {
            private,
            public: PublicKey(public.to_bytes()),
        }
    }

    /// The public key, which peers see.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The private key, which is only ever stored sealed.
    pub fn private(&self) -> &Secret<32> {
        &self.private
    }
}

/// A device's long-term X25519 public key: who a contact is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// True if every shared secret with this key is zero, whatever our own key is (RFC 7748 §6.1).
    pub fn is_low_order(&self) -> bool {
        // Any clamped scalar is a multiple of 8, so it sends exactly the points of small order to zero.
        MontgomeryPoint(self.0).mul_clamped([0x55; 32]).to_bytes() == [0; 32]
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({:02x}{:02x}..)", self.0[0], self.0[1])
    }
}

/// What a side can do beyond the first version, one bit each. Unknown bits mean nothing and are kept.
/// Bit 0 is reserved for a post-quantum key encapsulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub u32);

impl Capabilities {
    /// What this version can do.
    pub const OURS: Self = Self(0);
}

/// The payload of the second and third message:
/// `version u8 | capabilities u32 | u16 length, extensions to skip`.
pub(super) fn greeting() -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend(Capabilities::OURS.0.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// A version above ours is welcome: whoever speaks it also speaks this one. Version 0 does not exist.
pub(super) fn read_greeting(bytes: &[u8]) -> Option<Capabilities> {
    let (&version, rest) = bytes.split_first()?;
    let (capabilities, extensions) = rest.split_first_chunk()?;
    extensions::skip(extensions)?;
    (version != 0).then_some(Capabilities(u32::from_le_bytes(*capabilities)))
}

/// A finished handshake.
#[derive(Debug)]
pub struct Established {
    /// Both directions of the sealed channel.
    pub channel: Channel,
    /// The peer's long-term key. The handshake proved that the peer holds the private half.
    pub peer: PublicKey,
    /// What the peer says it can do.
    pub capabilities: Capabilities,
}

/// The guest between its first message and the host's answer.
#[derive(Debug)]
pub struct Initiator {
    state: HandshakeState,
}

impl Initiator {
    /// Begins, and gives the first message to send. It holds no long-term key.
    ///
    /// # Errors
    /// [`HandshakeError::Local`] only.
    pub fn start(
        key: &StaticKey,
        psk: &Secret<32>,
        prologue: &Prologue,
    ) -> Result<(Self, Vec<u8>), HandshakeError> {
        let mut state = build(key, psk, &prologue.to_bytes(), true).map_err(local)?;
        let first = write(&mut state, &[])?;
        Ok((Self { state }, first))
    }

    /// Takes the host's answer, and gives the third message to send. The channel may be used at once.
    ///
    /// # Errors
    /// [`HandshakeError::SecondMessage`] if the host is not who made the invitation, or
    /// [`HandshakeError::TooLong`], [`HandshakeError::Malformed`], [`HandshakeError::Local`].
    pub fn finish(mut self, second: &[u8]) -> Result<(Established, Vec<u8>), HandshakeError> {
        refuse_low_order(second, HandshakeError::SecondMessage)?;
        let payload = read(&mut self.state, second, HandshakeError::SecondMessage)?;
        let (peer, capabilities) =
            introduced(&self.state, &payload, HandshakeError::SecondMessage)?;
        let third = write(&mut self.state, &greeting())?;
        Ok((established(self.state, peer, capabilities), third))
    }
}

/// The host between its answer and the guest's last message.
#[derive(Debug)]
pub struct Responder {
    state: HandshakeState,
}

impl Responder {
    /// Answers a guest's first message. The guest decided which prologue holds (with its reply or
    /// without); each candidate costs one trial decryption and shows nothing to the guest. Gives the
    /// index of the one that matched, and the second message to send.
    ///
    /// # Errors
    /// [`HandshakeError::FirstMessage`] if no candidate fits, or [`HandshakeError::TooLong`],
    /// [`HandshakeError::Local`]. Nothing has been revealed then.
    pub fn respond(
        key: &StaticKey,
        psk: &Secret<32>,
        candidates: &[Prologue],
        first: &[u8],
    ) -> Result<(Self, usize, Vec<u8>), HandshakeError> {
        for (which, prologue) in candidates.iter().enumerate() {
            let mut state = build(key, psk, &prologue.to_bytes(), false).map_err(local)?;
            match read(&mut state, first, HandshakeError::FirstMessage) {
                Ok(payload) if payload.is_empty() => {
                    refuse_low_order(first, HandshakeError::FirstMessage)?;
                    let second = write(&mut state, &greeting())?;
                    return Ok((Self { state }, which, second));
                }
                Err(HandshakeError::FirstMessage) => {}
                Ok(_) => return Err(HandshakeError::FirstMessage),
                Err(other) => return Err(other),
            }
        }
        Err(HandshakeError::FirstMessage)
    }

    /// Takes the guest's last message.
    ///
    /// # Errors
    /// [`HandshakeError::ThirdMessage`] if it does not come from the holder of the invitation, or
    /// [`HandshakeError::TooLong`], [`HandshakeError::Malformed`].
    pub fn finish(mut self, third: &[u8]) -> Result<Established, HandshakeError> {
        let payload = read(&mut self.state, third, HandshakeError::ThirdMessage)?;
        let (peer, capabilities) = introduced(&self.state, &payload, HandshakeError::ThirdMessage)?;
        Ok(established(self.state, peer, capabilities))
    }
}

fn build(
    key: &StaticKey,
    psk: &Secret<32>,
    prologue: &[u8],
    initiator: bool,
) -> Result<HandshakeState, snow::Error> {
    let builder = Builder::new(PATTERN.parse()?)
        .local_private_key(key.private.expose())?
        .psk(0, psk.expose())?
        .psk(3, psk.expose())?
        .prologue(prologue)?;
    if initiator {
        builder.build_initiator()
    } else {
        builder.build_responder()
    }
}

/// Building and writing depend on nothing from outside; only the randomness can fail.
pub(super) fn local(_: snow::Error) -> HandshakeError {
    HandshakeError::Local
}

pub(super) fn write(state: &mut HandshakeState, payload: &[u8]) -> Result<Vec<u8>, HandshakeError> {
    let mut message = vec![0; MAX_HANDSHAKE_MESSAGE];
    let length = state.write_message(payload, &mut message).map_err(local)?;
    message.truncate(length);
    Ok(message)
}

pub(super) fn read(
    state: &mut HandshakeState,
    message: &[u8],
    failure: HandshakeError,
) -> Result<Vec<u8>, HandshakeError> {
    if message.len() > MAX_HANDSHAKE_MESSAGE {
        return Err(HandshakeError::TooLong);
    }
    let mut payload = vec![0; message.len()];
    let length = state
        .read_message(message, &mut payload)
        .map_err(|_| failure)?;
    payload.truncate(length);
    Ok(payload)
}

/// Refuses a message that begins with an ephemeral key of low order, which the Noise library accepts.
pub(super) fn refuse_low_order(
    message: &[u8],
    failure: HandshakeError,
) -> Result<(), HandshakeError> {
    match message.first_chunk() {
        Some(ephemeral) if !PublicKey(*ephemeral).is_low_order() => Ok(()),
        _ => Err(failure),
    }
}

/// The peer's long-term key and capabilities, once the message that holds them was read.
fn introduced(
    state: &HandshakeState,
    payload: &[u8],
    failure: HandshakeError,
) -> Result<(PublicKey, Capabilities), HandshakeError> {
    let peer = state
        .get_remote_static()
        .and_then(|key| key.try_into().ok())
        .map(PublicKey)
        .filter(|key| !key.is_low_order())
        .ok_or(failure)?;
    let capabilities = read_greeting(payload).ok_or(HandshakeError::Malformed)?;
    Ok((peer, capabilities))
}

pub(super) fn established(
    mut state: HandshakeState,
    peer: PublicKey,
    capabilities: Capabilities,
) -> Established {
    let mut hash = [0; 32];
    hash.copy_from_slice(state.get_handshake_hash());
    // The first key of the split is the initiator's way, the second the responder's (§5.2).
    let (guest, host) = state.dangerously_get_raw_split();
    let (guest, host) = (Secret::new(guest), Secret::new(host));
    let channel = if state.is_initiator() {
        Channel::new(&guest, &host, hash, Role::Guest)
    } else {
        Channel::new(&host, &guest, hash, Role::Host)
    };
    Established {
        channel,
        peer,
        capabilities,
    }
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
