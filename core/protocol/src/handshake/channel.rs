//! The sealed channel after the handshake: one frame per message, each direction on its own.
//!
//! A frame is one Noise transport message. Its plaintext is
//! `flags u8 | body length u16 | body | zeros up to a multiple of 64`, so that a frame's length tells
//! little about the body's. Flag bit 0: the sender changes its key after this frame. [`Sealer`] and
//! [`Opener`] are separate, so that the directions can live in two tasks. Order and delivery are the
//! carrier's business; a frame that is lost, repeated or moved makes the next one fail.

use bytes::{Bytes, BytesMut};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce, Tag};
use handfast_token::{Role, Secret};

/// Longest body in bytes that one frame carries.
pub const MAX_BODY: usize = 16_000;

const HEADER: usize = 3;
const TAG: usize = 16;
const BLOCK: usize = 64;
const FLAG_REKEY: u8 = 1;

/// Frames after which a sender must change its key.
const FRAMES_PER_KEY: u32 = 1 << 16;

/// Why a frame could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum ChannelError {
    /// The body is longer than [`MAX_BODY`]. Split it.
    #[error("the message is too long for one frame; split it")]
    TooLong,
    /// The frame was changed, repeated, moved, cut, or sealed by somebody else. The channel is dead:
    /// connect again.
    #[error("the connection was damaged or tampered with; connect again")]
    Forged,
    /// The plaintext is authentic, but not that of a frame. The channel is dead: connect again.
    #[error("the other side broke the rules of the channel; connect again")]
    Malformed,
    /// The channel was used after an error. Connect again.
    #[error("the channel has ended; connect again")]
    Ended,
}

/// Both directions of a sealed channel.
#[derive(Debug)]
pub struct Channel {
    /// Seals what goes to the peer.
    pub sealer: Sealer,
    /// Opens what comes from the peer.
    pub opener: Opener,
    /// The handshake hash. Both sides have the same one, and no other connection has it.
    pub hash: [u8; 32],
    /// The side of this device in the handshake.
    pub role: Role,
}

impl Channel {
    pub(crate) fn new(ours: &Secret<32>, theirs: &Secret<32>, hash: [u8; 32], role: Role) -> Self {
        Self {
            sealer: Sealer {
                cipher: CipherState::initialize_key(ours),
                used: 0,
                rekey: false,
            },
            opener: Opener {
                cipher: Some(CipherState::initialize_key(theirs)),
                used: 0,
            },
            hash,
            role,
        }
    }
}

/// `CipherState` of the Noise specification, revision 34, §5.1, for ChaChaPoly and without the state
/// that has no key yet. It works in place.
pub(super) struct CipherState {
    k: ChaCha20Poly1305,
    n: u64,
}

impl CipherState {
    pub(super) fn initialize_key(key: &Secret<32>) -> Self {
        Self {
            k: ChaCha20Poly1305::new(key.expose().into()),
            n: 0,
        }
    }

    /// Turns plaintext into ciphertext and returns the tag that belongs behind it.
    pub(super) fn encrypt_with_ad(
        &mut self,
        ad: &[u8],
        text: &mut [u8],
    ) -> Result<Tag, ChannelError> {
        let tag = self
            .k
            .encrypt_in_place_detached(&self.next_nonce()?, ad, text)
            .map_err(|_| ChannelError::TooLong)?;
        self.n += 1;
        Ok(tag)
    }

    /// Turns ciphertext into plaintext. After an error `text` is worthless and the nonce unchanged.
    pub(super) fn decrypt_with_ad(
        &mut self,
        ad: &[u8],
        text: &mut [u8],
        tag: &Tag,
    ) -> Result<(), ChannelError> {
        self.k
            .decrypt_in_place_detached(&self.next_nonce()?, ad, text, tag)
            .map_err(|_| ChannelError::Forged)?;
        self.n += 1;
        Ok(())
    }

    /// REKEY (§4.2): the first 32 bytes of zeros encrypted under the last nonce. `n` goes on.
    pub(super) fn rekey(&mut self) {
        let mut key = [0; 32];
        // The text is 32 bytes long, which no cipher refuses.
        let _ = self
            .k
            .encrypt_in_place_detached(&nonce(u64::MAX), &[], &mut key);
        let key = Secret::new(key);
        self.k = ChaCha20Poly1305::new(key.expose().into());
    }

    /// The last nonce is reserved for rekeying.
    fn next_nonce(&self) -> Result<Nonce, ChannelError> {
        if self.n == u64::MAX {
            return Err(ChannelError::Ended);
        }
        Ok(nonce(self.n))
    }
}

/// Four zero bytes and the counter in little endian (§12.3).
fn nonce(n: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&n.to_le_bytes());
    bytes.into()
}

/// The direction towards the peer.
pub struct Sealer {
    cipher: CipherState,
    used: u32,
    rekey: bool,
}

impl Sealer {
    /// Seals one body into a frame.
    ///
    /// # Errors
    /// [`ChannelError::TooLong`]; the sealer stays usable.
    pub fn seal(&mut self, body: &[u8]) -> Result<Bytes, ChannelError> {
        self.seal_parts(&[body])
    }

    /// Seals the concatenation of `parts` as one body, without joining them first.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn seal_parts(&mut self, parts: &[&[u8]]) -> Result<Bytes, ChannelError> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > MAX_BODY {
            return Err(ChannelError::TooLong);
        }
        let rekey = self.rekey || self.used == FRAMES_PER_KEY - 1;
        let padded = padded(length);
        let mut frame = Vec::with_capacity(padded + TAG);
        frame.push(if rekey { FLAG_REKEY } else { 0 });
        frame.extend((length as u16).to_le_bytes());
        for part in parts {
            frame.extend_from_slice(part);
        }
        frame.resize(padded, 0);
        let tag = self.cipher.encrypt_with_ad(&[], &mut frame)?;
        frame.extend_from_slice(&tag);
        self.used += 1;
        if rekey {
            self.cipher.rekey();
            self.used = 0;
            self.rekey = false;
        }
        Ok(frame.into())
    }

    /// Changes the key after the next frame. Whoever has a clock calls this once an hour; the limit
    /// of 2^16 frames is kept without being asked.
    pub fn rekey_next(&mut self) {
        self.rekey = true;
    }
}

/// The direction from the peer. It is dead after its first error.
pub struct Opener {
    cipher: Option<CipherState>,
    used: u32,
}

impl Opener {
    /// Opens the next frame and gives its body. Works in place if nobody else holds the buffer.
    ///
    /// # Errors
    /// [`ChannelError::Forged`] or [`ChannelError::Malformed`] once, [`ChannelError::Ended`] from then on.
    pub fn open(&mut self, frame: Bytes) -> Result<Bytes, ChannelError> {
        let mut cipher = self.cipher.take().ok_or(ChannelError::Ended)?;
        let length = frame.len().saturating_sub(TAG);
        if length < BLOCK || length > padded(MAX_BODY) || !length.is_multiple_of(BLOCK) {
            return Err(ChannelError::Malformed);
        }
        let mut frame = frame
            .try_into_mut()
            .unwrap_or_else(|b| BytesMut::from(&b[..]));
        let tag = frame.split_off(length);
        cipher.decrypt_with_ad(&[], &mut frame, Tag::from_slice(&tag))?;
        let (rekey, body) = parse(&frame).ok_or(ChannelError::Malformed)?;
        self.used += 1;
        if rekey {
            cipher.rekey();
            self.used = 0;
        } else if self.used == FRAMES_PER_KEY {
            return Err(ChannelError::Malformed);
        }
        self.cipher = Some(cipher);
        Ok(frame.freeze().slice(HEADER..HEADER + body))
    }
}

/// Length of the plaintext that carries a body.
fn padded(body: usize) -> usize {
    (HEADER + body).next_multiple_of(BLOCK)
}

/// Reads what a plaintext says: true if the sender changes its key after this frame, and the length of
/// the body. `None` if the plaintext is not the one encoding of both.
fn parse(plaintext: &[u8]) -> Option<(bool, usize)> {
    let (&[flags, low, high], rest) = plaintext.split_first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_le_bytes([low, high]));
    let canonical = flags & !FLAG_REKEY == 0
        && length <= MAX_BODY
        && plaintext.len() == padded(length)
        && rest.get(length..)?.iter().all(|&byte| byte == 0);
    canonical.then_some((flags == FLAG_REKEY, length))
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair() -> (Sealer, Opener) {
        let (a, b) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (near, far) = (
            Channel::new(&a, &b, [0; 32], Role::Guest),
            Channel::new(&b, &a, [0; 32], Role::Host),
        );
        (near.sealer, far.opener)
    }

    /// Seals a plaintext that no honest sender would.
    fn forged(plaintext: &[u8]) -> Result<Bytes, ChannelError> {
        let (mut sealer, mut opener) = pair();
        let mut frame = plaintext.to_vec();
        let tag = sealer.cipher.encrypt_with_ad(&[], &mut frame)?;
        frame.extend_from_slice(&tag);
        opener.open(frame.into())
    }

    #[test]
    fn bodies_of_every_length_go_through_and_frames_come_in_steps_of_64() {
        let (mut sealer, mut opener) = pair();
        for length in [0, 1, 60, 61, 62, 125, 126, MAX_BODY - 1, MAX_BODY] {
            let body = vec![7; length];
            let frame = sealer.seal(&body).expect("within the limit");
            assert_eq!((frame.len() - TAG) % BLOCK, 0);
            assert!(frame.len() - TAG - HEADER - length < BLOCK);
            assert_eq!(opener.open(frame), Ok(body.into()));
        }
    }

    #[test]
    fn parts_are_one_body() {
        let (mut sealer, mut opener) = pair();
        let frame = sealer.seal_parts(&[b"ab", b"", b"c"]).expect("short");
        assert_eq!(opener.open(frame), Ok("abc".into()));
    }

    #[test]
    fn a_body_beyond_the_limit_is_refused_and_the_sealer_lives() {
        let (mut sealer, mut opener) = pair();
        assert_eq!(sealer.seal(&[0; MAX_BODY + 1]), Err(ChannelError::TooLong));
        let frame = sealer.seal(b"still here").expect("short");
        assert_eq!(opener.open(frame), Ok("still here".into()));
    }

    #[test]
    fn a_repeated_frame_ends_the_channel() {
        let (mut sealer, mut opener) = pair();
        let frame = sealer.seal(b"once").expect("short");
        assert!(opener.open(frame.clone()).is_ok());
        assert_eq!(opener.open(frame), Err(ChannelError::Forged));
        let next = sealer.seal(b"next").expect("short");
        assert_eq!(opener.open(next), Err(ChannelError::Ended));
    }

    #[test]
    fn a_moved_or_missing_frame_ends_the_channel() {
        let (mut sealer, mut opener) = pair();
        let _missing = sealer.seal(b"first").expect("short");
        let second = sealer.seal(b"second").expect("short");
        assert_eq!(opener.open(second), Err(ChannelError::Forged));
    }

    #[test]
    fn both_sides_change_keys_together_when_asked_and_when_due() {
        let (mut sealer, mut opener) = pair();
        sealer.rekey_next();
        for _ in 0..FRAMES_PER_KEY + 10 {
            let frame = sealer.seal(b"x").expect("short");
            assert_eq!(opener.open(frame), Ok("x".into()));
        }
        assert_eq!((sealer.used, opener.used), (9, 9));
    }

    #[test]
    fn a_changed_key_no_longer_opens_what_the_old_one_sealed() {
        let (mut old, _) = pair();
        let (mut new, mut opener) = pair();
        new.rekey_next();
        old.seal(b"a").expect("short");
        opener.open(new.seal(b"a").expect("short")).expect("honest");
        let stale = old.seal(b"b").expect("short");
        assert_eq!(opener.open(stale), Err(ChannelError::Forged));
    }

    #[test]
    fn a_sender_that_never_changes_its_key_is_refused() {
        let (mut sealer, mut opener) = pair();
        let mut last = Ok(Bytes::new());
        for _ in 0..FRAMES_PER_KEY {
            sealer.used = 0;
            last = opener.open(sealer.seal(b"x").expect("short"));
        }
        assert_eq!(last, Err(ChannelError::Malformed));
    }

    #[test]
    fn there_is_one_encoding_of_a_frame() {
        let mut plain = [0; 128];
        plain[1] = 100;
        assert!(forged(&plain).is_ok());
        for (at, value) in [
            (0, 2),
            (0, 0x80),
            (127, 1),
            (103, 1),
            (1, 61),
            (1, 126),
            (2, 1),
        ] {
            let mut other = plain;
            other[at] = value;
            assert_eq!(forged(&other), Err(ChannelError::Malformed), "{at} {value}");
        }
        for length in [0, 63, 65, padded(MAX_BODY) + BLOCK] {
            let plain = vec![0; length];
            assert_eq!(forged(&plain), Err(ChannelError::Malformed), "{length}");
        }
    }

    #[test]
    fn opening_copies_nothing() {
        let (mut sealer, mut opener) = pair();
        let frame = sealer.seal(b"in place").expect("short");
        let start = frame.as_ptr() as usize;
        let body = opener.open(frame).expect("honest");
        assert_eq!(body.as_ptr() as usize, start + HEADER);
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_refused(body: Vec<u8>, at: prop::sample::Index, by in 1_u8..) {
            let (mut sealer, mut opener) = pair();
            let mut frame = sealer.seal(&body).expect("short").to_vec();
            let at = at.index(frame.len());
            frame[at] ^= by;
            prop_assert_eq!(opener.open(frame.into()), Err(ChannelError::Forged));
        }

        #[test]
        fn any_cut_is_refused(body: Vec<u8>, to: prop::sample::Index) {
            let (mut sealer, mut opener) = pair();
            let frame = sealer.seal(&body).expect("short");
            prop_assert!(opener.open(frame.slice(..to.index(frame.len()))).is_err());
        }

        #[test]
        fn any_bytes_are_opened_without_a_panic(frame: Vec<u8>) {
            let (_, mut opener) = pair();
            prop_assert!(opener.open(frame.into()).is_err());
        }
    }
}
