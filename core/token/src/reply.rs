//! What a guest hands back: sealed, so that whoever carries it can neither read nor forge it.

use super::behind::{SEAL_BYTES, open_behind, seal_behind};
use super::candidate::MAX_LIST_BYTES;
use super::head::{REPLY, check_head};
use super::reader::Reader;
use super::{BrowserIce, Candidates, Fingerprint, InvitationKeys, TokenError, browser_ice};
use crate::crypto::{Secret, digest, kdf};

const CLEAR_BYTES: usize = 14;
const MIN_BODY: usize = 33;
const MAX_BODY: usize = 32 + MAX_LIST_BYTES + browser_ice::MAX_BYTES;

/// The most bytes of a sealed reply.
pub(super) const MAX_BYTES: usize = CLEAR_BYTES + MAX_BODY + SEAL_BYTES;

// The body's length travels in one byte.
const _: () = assert!(MAX_BODY <= 255);

/// Who the guest is and where it can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// SHA-256 of the guest's DTLS certificate.
    pub fingerprint: Fingerprint,
    /// Where the guest listens, best first. See [`admit`](super::admit) before sending to them.
    pub candidates: Candidates,
    /// The guest is a browser, and chose these. Those of any other guest follow from the invitation.
    pub browser: Option<BrowserIce>,
}

impl Reply {
    /// Seals the reply for the host of the invitation with these keys. `salt` is 8 random bytes,
    /// fresh for each call: the cipher's key depends on it, and its nonce is always zero.
    ///
    /// ```
    /// use handfast_token::{
    ///     Candidate, Candidates, Fingerprint, InvitationKeys, Reply, Secret, random_bytes,
    /// };
    ///
    /// let keys = InvitationKeys::derive(&Secret::random()?);
    /// let reply = Reply {
    ///     fingerprint: Fingerprint([8; 32]),
    ///     candidates: Candidates::new(vec![Candidate::host("192.168.0.3:5000".parse()?)])?,
    ///     browser: None,
    /// };
    /// let sealed = reply.seal(&keys, random_bytes()?);
    /// assert_eq!(sealed.open(&keys)?, reply);
    ///
    /// let of_another_invitation = InvitationKeys::derive(&Secret::random()?);
    /// assert!(sealed.open(&of_another_invitation).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn seal(&self, keys: &InvitationKeys, salt: [u8; 8]) -> SealedReply {
        let body = self.body();
        let mut head = Vec::with_capacity(CLEAR_BYTES + body.len() + SEAL_BYTES);
        head.push(REPLY);
        head.extend_from_slice(&keys.invite_tag());
        head.extend_from_slice(&salt);
        head.push(body.len() as u8);
        SealedReply {
            invite_tag: keys.invite_tag(),
            salt,
            bytes: seal_behind(head, &key(keys, salt), &body),
        }
    }

    /// BLAKE2b-256 of the body, that is of the bytes inside the seal: what the handshake binds.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.body())
    }

    fn body(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(&self.fingerprint.0);
        self.candidates.write(&mut out);
        if let Some(ice) = &self.browser {
            ice.write(&mut out);
        }
        out
    }

    fn parse_body(body: &[u8]) -> Result<Self, TokenError> {
        let mut reader = Reader::new(body);
        let fingerprint = Fingerprint(reader.array()?);
        let candidates = Candidates::read(&mut reader)?;
        let browser = match reader.is_empty() {
            true => None,
            false => Some(BrowserIce::read(&mut reader)?),
        };
        reader.finish()?;
        Ok(Self {
            fingerprint,
            candidates,
            browser,
        })
    }
}

/// A reply as it travels.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedReply {
    invite_tag: [u8; 4],
    salt: [u8; 8],
    bytes: Vec<u8>,
}

/// Why a sealed reply does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum ReplyError {
    /// It names another invitation.
    #[error("this reply answers another invitation: open the one it belongs to, or invite again")]
    OtherInvitation,
    /// Its seal does not hold, or what is inside is not a reply.
    #[error("this reply was altered on the way: ask for it to be sent again")]
    Altered,
}

impl SealedReply {
    /// Reads the clear part and checks the length; the rest takes the invitation's keys.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        let mut reader = Reader::new(bytes);
        check_head(reader.byte()?, REPLY)?;
        let invite_tag = reader.array()?;
        let salt = reader.array()?;
        let length = usize::from(reader.byte()?);
        if !(MIN_BODY..=MAX_BODY).contains(&length) {
            return Err(TokenError::Malformed("a length that no reply has"));
        }
        reader.bytes(length + SEAL_BYTES)?;
        reader.finish()?;
        Ok(Self {
            invite_tag,
            salt,
            bytes: bytes.to_vec(),
        })
    }

    /// The tag of the invitation that it answers; see [`InvitationKeys::invite_tag`].
    pub fn invite_tag(&self) -> [u8; 4] {
        self.invite_tag
    }

    /// The bytes that travel.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Opens it with the keys of the invitation that it answers.
    ///
    /// # Errors
    /// [`ReplyError`]: it answers another invitation, or was altered.
    pub fn open(&self, keys: &InvitationKeys) -> Result<Reply, ReplyError> {
        if self.invite_tag != keys.invite_tag() {
            return Err(ReplyError::OtherInvitation);
        }
        let body = open_behind(&self.bytes, CLEAR_BYTES, &key(keys, self.salt));
        let body = body.ok_or(ReplyError::Altered)?;
        Reply::parse_body(&body).map_err(|_| ReplyError::Altered)
    }
}

impl std::fmt::Debug for SealedReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedReply({} bytes)", self.bytes.len())
    }
}

fn key(keys: &InvitationKeys, salt: [u8; 8]) -> Secret<32> {
    kdf(keys.reply_key().expose(), "HFS1 reply", &[&salt])
}

#[cfg(test)]
mod tests {
    use super::super::examples::{any_invitation, any_reply, invitation, reply};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_reply_costs_63_bytes_and_its_candidates() {
        let keys = invitation().keys();
        assert_eq!(reply().seal(&keys, [5; 8]).as_bytes().len(), 63 + 5);
        let empty = Reply {
            candidates: Candidates::default(),
            ..reply()
        };
        assert_eq!(empty.seal(&keys, [5; 8]).as_bytes().len(), 63);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let keys = invitation().keys();
        let bytes = reply().seal(&keys, [5; 8]).as_bytes().to_vec();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(sealed) = SealedReply::parse(&flipped) {
                assert!(sealed.open(&keys).is_err(), "bit {bit}");
            }
        }
        for length in 0..bytes.len() {
            assert_eq!(
                SealedReply::parse(&bytes[..length]),
                Err(TokenError::Cut),
                "{length}"
            );
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(
            SealedReply::parse(&longer),
            Err(TokenError::Malformed(_))
        ));
    }

    #[test]
    fn a_reply_opens_for_its_own_invitation_only() {
        let sealed = reply().seal(&invitation().keys(), [5; 8]);
        let other = InvitationKeys::derive(&Secret::new([1; 16]));
        assert_eq!(sealed.open(&other), Err(ReplyError::OtherInvitation));
    }

    #[test]
    fn a_seal_around_something_else_is_refused() {
        let keys = invitation().keys();
        let mut body = reply().body();
        body.push(0);
        let mut bytes = vec![REPLY];
        bytes.extend_from_slice(&keys.invite_tag());
        bytes.extend_from_slice(&[5; 8]);
        bytes.push(body.len() as u8);
        let bytes = seal_behind(bytes, &key(&keys, [5; 8]), &body);
        let sealed = SealedReply::parse(&bytes).unwrap();
        assert_eq!(sealed.open(&keys), Err(ReplyError::Altered));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn opening_undoes_sealing(invitation in any_invitation(), reply in any_reply(), salt: [u8; 8]) {
            let sealed = reply.seal(&invitation.keys(), salt);
            let travelled = SealedReply::parse(sealed.as_bytes()).unwrap();
            prop_assert_eq!(&travelled, &sealed);
            prop_assert_eq!(travelled.open(&invitation.keys()), Ok(reply));
        }

        #[test]
        fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>, length in 33u8..) {
            if let Some(first) = bytes.first_mut() {
                *first = REPLY;
            }
            if let Some(place) = bytes.get_mut(13) {
                *place = length;
            }
            if let Ok(sealed) = SealedReply::parse(&bytes) {
                let _ = sealed.open(&invitation().keys());
            }
        }
    }
}
