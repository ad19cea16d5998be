//! What both sides must agree on before the first message: the Noise prologue.
//!
//! It holds only what both sides know for certain. How a token came, by camera or by messenger, is known
//! to one side alone, so it is no part of it. That there is a reply is known to the guest alone until the
//! host has seen it. So the guest chooses between the prologue with its reply and the one without, and
//! the host tries those that it can think of ([`super::Responder::respond`]).

use handfast_token::Fingerprint;

/// Name and version of the protocol, padded with zeros.
const PROTOCOL: [u8; 12] = *b"handfast-1\0\0";

/// How the two sides came to know each other's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// Only an invitation went across. The guest knew the host's certificate; the host learns the
    /// guest's from the session itself.
    OneWay = 1,
    /// A reply went back. Each side knew the other's certificate beforehand.
    TwoWay = 2,
    /// Invitation and reply went through somebody whom both already know.
    Introduced = 3,
    /// The two have met before, and hold a secret that only their last meetings made.
    Reconnect = 4,
    /// The two have met before, and one of them was restored from an older copy.
    Restored = 5,
}

/// What the invitation asks for after the handshake. A third bit is reserved for a key encapsulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// An answer must be checked (CPace).
    pub answer: bool,
    /// The short authentication strings must be compared.
    pub comparison: bool,
}

impl Policy {
    fn to_byte(self) -> u8 {
        u8::from(self.answer) | u8::from(self.comparison) << 1
    }
}

/// The facts that are mixed into the handshake before its first message. Two sides that differ in a
/// single bit of them cannot finish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prologue {
    /// How the certificates became known.
    pub mode: Mode,
    /// What must happen after the handshake.
    pub policy: Policy,
    /// The invitation's identifier, derived from its secret.
    pub invite_id: [u8; 16],
    /// BLAKE2b-256 of the invitation's bytes ([`handfast_token::Invitation::digest`]).
    pub invitation_digest: [u8; 32],
    /// BLAKE2b-256 of the reply's body, where one belongs to this connection.
    pub reply_digest: Option<[u8; 32]>,
    /// The host's certificate as seen **in this session**, never as claimed.
    pub host: Fingerprint,
    /// The guest's certificate as seen in this session.
    pub guest: Fingerprint,
}

impl Prologue {
    /// Length of [`Self::to_bytes`].
    pub const LEN: usize = 158;

    /// The same facts with this reply: what a guest uses once it has made one.
    pub fn with_reply(self, reply_digest: [u8; 32]) -> Self {
        Self {
            mode: Mode::TwoWay,
            reply_digest: Some(reply_digest),
            ..self
        }
    }

    /// Those of two who have met: nothing was carried, so there is nothing else to agree on. `responder` and
    /// `initiator` are SHA-256 of the public keys (SubjectPublicKeyInfo) seen in this session.
    pub fn again(mode: Mode, responder: Fingerprint, initiator: Fingerprint) -> Self {
        Self {
            mode,
            policy: Policy::default(),
            invite_id: [0; 16],
            invitation_digest: [0; 32],
            reply_digest: None,
            host: responder,
            guest: initiator,
        }
    }

    /// `"handfast-1\0\0" | mode | policy | invite_id | invitation | reply or zeros | host | guest`.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mode = [self.mode as u8];
        let policy = [self.policy.to_byte()];
        let reply = self.reply_digest.unwrap_or_default();
        let parts: [&[u8]; 8] = [
            &PROTOCOL,
            &mode,
            &policy,
            &self.invite_id,
            &self.invitation_digest,
            &reply,
            &self.host.0,
            &self.guest.0,
        ];
        let mut bytes = [0; Self::LEN];
        let mut at = 0;
        for part in parts {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prologue() -> Prologue {
        Prologue {
            mode: Mode::OneWay,
            policy: Policy {
                answer: true,
                comparison: false,
            },
            invite_id: [1; 16],
            invitation_digest: [2; 32],
            reply_digest: None,
            host: Fingerprint([4; 32]),
            guest: Fingerprint([5; 32]),
        }
    }

    #[test]
    fn every_field_lies_at_its_place() {
        let mut expected = b"handfast-1\0\0\x01\x01".to_vec();
        expected.extend([1; 16]);
        expected.extend([2; 32]);
        expected.extend([0; 32]);
        expected.extend([4; 32]);
        expected.extend([5; 32]);
        assert_eq!(expected.len(), Prologue::LEN);
        assert_eq!(prologue().to_bytes().to_vec(), expected);
    }

    #[test]
    fn a_reply_changes_mode_and_digest_only() {
        let mut expected = prologue().to_bytes();
        expected[12] = 2;
        expected[62..94].fill(3);
        assert_eq!(prologue().with_reply([3; 32]).to_bytes(), expected);
    }
}
