//! Checking an answer without telling it: CPace, a password-authenticated key exchange
//! (draft-irtf-cfrg-cpace, `CPACE-RISTR255-BLAKE2b512`, initiator/responder), with key confirmation.
//!
//! One run is one guess for either side, and a recorded run lets nobody test guesses later: the
//! messages of every answer look alike to whoever took no part. That holds only while somebody
//! counts the runs, which the callers of this file do. An answer is nothing but bytes here.

use super::PublicKey;
use blake2::digest::consts::U64;
use blake2::{Blake2b512, Digest};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use handfast_token::{Role, Secret, kdf};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const DSI: &[u8] = b"CPaceRistretto255";
const DSI_ISK: &[u8] = b"CPaceRistretto255_ISK";

/// Input block size of BLAKE2b, and of SHA-512 in the draft's vectors.
const BLOCK: usize = 128;

/// The associated data of the two messages: who sent them.
const GUEST: &[u8] = b"guest";
const HOST: &[u8] = b"host";

/// A message of the check: a share, a proof, or the news that the proof did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerMessage {
    /// A point that hides the answer.
    Share([u8; 32]),
    /// A tag that shows that the sender arrived at the same key.
    Proof([u8; 32]),
    /// The host did not arrive at the guest's key: the answers differ.
    NoMatch,
}

impl AnswerMessage {
    /// `1 | share`, `2 | proof`, or `3`.
    pub fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Share(share) => [&[1], &share[..]].concat(),
            Self::Proof(proof) => [&[2], &proof[..]].concat(),
            Self::NoMatch => vec![3],
        }
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        match (kind, rest.len()) {
            (1, 32) => Some(Self::Share(rest.try_into().ok()?)),
            (2, 32) => Some(Self::Proof(rest.try_into().ok()?)),
            (3, 0) => Some(Self::NoMatch),
            _ => None,
        }
    }
}

/// What both sides of one handshake know. A run is bound to it, and so worthless on any other connection.
#[derive(Clone, Copy, Debug)]
pub struct Parties {
    /// The handshake hash.
    pub hash: [u8; 32],
    /// The host's long-term key.
    pub host: PublicKey,
    /// The guest's long-term key.
    pub guest: PublicKey,
}

impl Parties {
    /// The channel identifier: `"HFS1" | host's key | guest's key`.
    fn channel_identifier(&self) -> Vec<u8> {
        [b"HFS1", &self.host.0[..], &self.guest.0].concat()
    }
}

/// One run, after this side made its share.
pub struct Attempt {
    role: Role,
    hash: [u8; 32],
    scalar: Scalar,
    share: [u8; 32],
}

impl Attempt {
    /// Begins a run for the one in this `role`. `secret` is the answer as bytes, `random` 32 bytes
    /// that are used for nothing else.
    pub fn new(role: Role, secret: &[u8], parties: &Parties, random: &Secret<32>) -> Self {
        let identifier = parties.channel_identifier();
        let generator = generator::<Blake2b512>(secret, &identifier, &parties.hash);
        // 256 uniform bits leave a bias of about 2^-127 modulo the order of the group.
        let scalar = Scalar::from_bytes_mod_order(*random.expose());
        Self {
            role,
            hash: parties.hash,
            share: (generator * scalar).compress().to_bytes(),
            scalar,
        }
    }

    /// The share to send.
    pub fn share(&self) -> [u8; 32] {
        self.share
    }

    /// Takes the other side's share. None if it is no point of the group, or the neutral one: then
    /// the other side does not keep to the protocol.
    pub fn agree(self, theirs: &[u8; 32]) -> Option<Agreement> {
        let point = shared_point(&self.scalar, theirs)?;
        let (guest, host) = match self.role {
            Role::Guest => (&self.share, theirs),
            Role::Host => (theirs, &self.share),
        };
        let isk =
            session_key::<Blake2b512>(&self.hash, &point, &transcript(guest, GUEST, host, HOST));
        let mac_key = Blake2b512::new()
            .chain_update(b"CPaceMac")
            .chain_update(self.hash)
            .chain_update(isk.expose())
            .finalize();
        let mac_key = Secret::<64>::new(mac_key.into());
        let tag = |share: &[u8], sender: &[u8]| {
            kdf(mac_key.expose(), "HFS1 answer tag", &[share, sender])
        };
        let (guest, host) = (tag(guest, GUEST), tag(host, HOST));
        let (ours, expected) = match self.role {
            Role::Guest => (guest, host),
            Role::Host => (host, guest),
        };
        Some(Agreement {
            isk,
            ours,
            expected,
        })
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.scalar.zeroize();
    }
}

/// A key that the other side shares if, and only if, its answer is the same.
pub struct Agreement {
    isk: Secret<64>,
    ours: Secret<32>,
    expected: Secret<32>,
}

impl Agreement {
    /// The proof to send, which shows the other side that this one arrived at the key. The guest sends
    /// its proof first.
    pub fn proof(&self) -> [u8; 32] {
        *self.ours.expose()
    }

    /// Takes the other side's proof. Returns the key if the proof holds, and `None` if it does not.
    pub fn confirm(self, proof: &[u8; 32]) -> Option<Secret<64>> {
        bool::from(self.expected.expose().ct_eq(proof)).then_some(self.isk)
    }
}

/// `calculate_generator` of the draft: the point that stands for the secret on this channel.
fn generator<D: Digest<OutputSize = U64>>(prs: &[u8], ci: &[u8], sid: &[u8]) -> RistrettoPoint {
    let zero_pad = [0; BLOCK];
    let used = 1 + prepended(prs) + prepended(DSI);
    let zero_pad = &zero_pad[..BLOCK.saturating_sub(used)];
    let string = Zeroizing::new(lv_cat(&[DSI, prs, zero_pad, ci, sid]));
    let mut uniform: [u8; 64] = D::digest(&*string).into();
    let point = RistrettoPoint::from_uniform_bytes(&uniform);
    uniform.zeroize();
    point
}

/// `scalar_mult_vfy` of the draft, where it does not give the neutral element.
fn shared_point(scalar: &Scalar, share: &[u8; 32]) -> Option<Secret<32>> {
    let point = CompressedRistretto(*share).decompress()? * scalar;
    (!point.is_identity()).then(|| Secret::new(point.compress().to_bytes()))
}

/// The intermediate session key of the draft.
fn session_key<D: Digest<OutputSize = U64>>(
    sid: &[u8],
    point: &Secret<32>,
    transcript: &[u8],
) -> Secret<64> {
    let prefix = Zeroizing::new(lv_cat(&[DSI_ISK, sid, point.expose()]));
    let digest = D::new().chain_update(&*prefix).chain_update(transcript);
    Secret::new(digest.finalize().into())
}

/// `transcript_ir`: the initiator's message before the responder's.
fn transcript(ya: &[u8], ada: &[u8], yb: &[u8], adb: &[u8]) -> Vec<u8> {
    lv_cat(&[ya, ada, yb, adb])
}

/// The length of `bytes` behind its own length in LEB128, which is one byte below 128.
fn prepended(bytes: &[u8]) -> usize {
    leb128(bytes.len()).len() + bytes.len()
}

/// `lv_cat` of the draft: each part behind its length.
fn lv_cat(parts: &[&[u8]]) -> Vec<u8> {
    // Large enough from the start: a vector that grows leaves copies of secrets behind.
    let mut out = Vec::with_capacity(parts.iter().map(|part| prepended(part)).sum());
    for part in parts {
        out.extend(leb128(part.len()));
        out.extend_from_slice(part);
    }
    out
}

fn leb128(mut length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out
}

#[cfg(test)]
mod tests;
