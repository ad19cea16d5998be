//! The invitation itself and its canonical bytes.

use super::candidate::MAX_LIST_BYTES;
use super::head::{INVITATION, check_head};
use super::reader::{Reader, write_prefixed};
use super::{
    BrowserIce, Candidates, Expiry, Fingerprint, InvitationKeys, Name, Question, TokenError,
    browser_ice,
};
use crate::crypto::{Secret, digest};

/// The most bytes of an invitation.
pub(super) const MAX_BYTES: usize = 52 + MAX_LIST_BYTES + 257 + 65 + browser_ice::MAX_BYTES;

const ASKS: u8 = 1 << 0;
const NAMED: u8 = 1 << 1;
const BROWSER: u8 = 1 << 2;
const PUNCHES: u8 = 1 << 3;

/// What a host hands out: its addresses, the fingerprint by which the guest recognises it, and the
/// secret by which it recognises the guest. It is good for one connection, and opening it connects to
/// nobody by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// S: 16 random bytes, used once, a key of nothing but the derivation of [`InvitationKeys`].
    pub secret: Secret<16>,
    /// The moment after which the host no longer takes it.
    pub expiry: Expiry,
    /// SHA-256 of the host's DTLS certificate.
    pub fingerprint: Fingerprint,
    /// Where the host listens, best first.
    pub candidates: Candidates,
    /// What the guest will be asked once connected.
    pub question: Option<Question>,
    /// What the host calls itself.
    pub name: Option<Name>,
    /// The host is a browser, and chose these: it cannot learn the guest's fingerprint from a first packet,
    /// so it needs a reply. Those of any other host follow from the secret.
    pub browser: Option<BrowserIce>,
    /// The host will send towards the candidates of a reply, which opens most translated networks.
    pub host_can_punch: bool,
}

impl Invitation {
    /// The one encoding of this invitation.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        out.push(INVITATION);
        out.push(
            flag(self.question.is_some(), ASKS)
                | flag(self.name.is_some(), NAMED)
                | flag(self.browser.is_some(), BROWSER)
                | flag(self.host_can_punch, PUNCHES),
        );
        out.extend_from_slice(self.secret.expose());
        out.extend_from_slice(&self.expiry.0.to_le_bytes());
        out.extend_from_slice(&self.fingerprint.0);
        self.candidates.write(&mut out);
        if let Some(question) = &self.question {
            write_prefixed(question.as_str().as_bytes(), &mut out);
        }
        if let Some(name) = &self.name {
            write_prefixed(name.as_str().as_bytes(), &mut out);
        }
        if let Some(ice) = &self.browser {
            ice.write(&mut out);
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote; nothing else is accepted. It checks how
    /// candidates are written, and not where they lead: call [`admit`](super::admit) before sending
    /// to them.
    ///
    /// # Errors
    /// [`TokenError`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        let mut reader = Reader::new(bytes);
        check_head(reader.byte()?, INVITATION)?;
        let flags = reader.byte()?;
        if flags & !(ASKS | NAMED | BROWSER | PUNCHES) != 0 {
            return Err(TokenError::Malformed("an unknown flag"));
        }
        let secret = Secret::new(reader.array()?);
        let expiry = Expiry(reader.u16()?);
        let fingerprint = Fingerprint(reader.array()?);
        let candidates = Candidates::read(&mut reader)?;
        let question = match flags & ASKS {
            0 => None,
            _ => Some(Question::from_utf8(reader.prefixed()?)?),
        };
        let name = match flags & NAMED {
            0 => None,
            _ => Some(Name::from_utf8(reader.prefixed()?)?),
        };
        let browser = match flags & BROWSER {
            0 => None,
            _ => Some(BrowserIce::read(&mut reader)?),
        };
        reader.finish()?;
        Ok(Self {
            secret,
            expiry,
            fingerprint,
            candidates,
            question,
            name,
            browser,
            host_can_punch: flags & PUNCHES != 0,
        })
    }

    /// The keys that follow from its secret.
    pub fn keys(&self) -> InvitationKeys {
        InvitationKeys::derive(&self.secret)
    }

    /// BLAKE2b-256 of [`Self::to_bytes`]: what the handshake binds, so that both sides know they
    /// read the same invitation.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{any_invitation, chromium, invitation};
    use super::super::{Candidate, FieldError};
    use super::*;
    use proptest::prelude::*;

    fn with(candidates: &[Candidate]) -> Invitation {
        let candidates = Candidates::new(candidates.to_vec()).unwrap();
        Invitation {
            candidates,
            name: None,
            question: None,
            ..invitation()
        }
    }

    #[test]
    fn an_invitation_stays_within_its_budget() {
        let private = Candidate::host("192.168.1.7:40123".parse().unwrap());
        let wide = Candidate::host("10.20.30.40:40123".parse().unwrap());
        let reflexive = Candidate::server_reflexive("93.184.216.34:61000".parse().unwrap());
        let v6 = Candidate::host("[2a02:810a:1:2:3:4:5:6]:40124".parse().unwrap());
        let v6_same_port = Candidate::host("[2a02:810a:1:2:3:4:5:6]:61000".parse().unwrap());
        for (candidates, length) in [
            (vec![private.clone()], 58),
            (vec![wide.clone()], 59),
            (vec![private.clone(), reflexive.clone(), v6.clone()], 84),
            (vec![wide, reflexive.clone(), v6], 85),
            (vec![private, reflexive, v6_same_port], 82),
        ] {
            assert_eq!(with(&candidates).to_bytes().len(), length, "{candidates:?}");
        }
    }

    #[test]
    fn the_largest_invitation_is_as_large_as_promised() {
        let mut list: Vec<_> = (1..8)
            .map(|n| Candidate::host(format!("[2a00::{n}]:{n}").parse().unwrap()))
            .collect();
        list.push(Candidate {
            address: super::super::CandidateAddress::Mdns {
                name: super::super::MdnsName::new(&format!("{}.local", "a".repeat(63))).unwrap(),
                port: 9,
            },
            kind: super::super::CandidateKind::Host,
        });
        let largest = Invitation {
            question: Some(Question::new(&"q".repeat(256)).unwrap()),
            name: Some(Name::new(&"n".repeat(64)).unwrap()),
            browser: Some(chromium()),
            ..with(&list)
        };
        let bytes = largest.to_bytes();
        assert_eq!(bytes.len(), MAX_BYTES);
        assert_eq!(Invitation::parse(&bytes), Ok(largest));
    }

    #[test]
    fn what_no_writer_makes_is_refused() {
        let plain = with(&[Candidate::host("192.168.1.7:40123".parse().unwrap())]).to_bytes();
        let changed = |at: usize, to: u8| {
            let mut bytes = plain.clone();
            bytes[at] = to;
            Invitation::parse(&bytes)
        };
        assert_eq!(changed(0, 0x12), Err(TokenError::NewerVersion));
        assert_eq!(changed(0, 0x10), Err(TokenError::NotAToken));
        assert_eq!(changed(0, 0x21), Err(TokenError::NotAToken));
        assert_eq!(changed(0, 0x31), Err(TokenError::NotAToken));
        assert_eq!(
            changed(1, 0x10),
            Err(TokenError::Malformed("an unknown flag"))
        );
        assert_eq!(changed(1, 1), Err(TokenError::Cut));
        let trailing = [&plain[..], &[0]].concat();
        assert_eq!(
            Invitation::parse(&trailing),
            Err(TokenError::Malformed("bytes after the end"))
        );
        for length in 0..plain.len() {
            assert_eq!(Invitation::parse(&plain[..length]), Err(TokenError::Cut));
        }
        let named = |name: &[u8]| {
            let mut bytes = [&plain[..], &[(name.len() - 1) as u8], name].concat();
            bytes[1] = NAMED;
            Invitation::parse(&bytes)
                .map(|_| ())
                .map_err(|error| match error {
                    TokenError::Field(field) => field,
                    other => panic!("{other}"),
                })
        };
        assert_eq!(named(b"Ana"), Ok(()));
        assert_eq!(named(b"\xff"), Err(FieldError::NotUtf8));
        assert_eq!(named(b" "), Err(FieldError::Blank));
        assert_eq!(named(&[b'a'; 65]), Err(FieldError::TooLong));
        assert_eq!(
            named("a\u{202e}".as_bytes()),
            Err(FieldError::ForbiddenCharacter)
        );
    }

    proptest! {
        #[test]
        fn parsing_undoes_writing(invitation in any_invitation()) {
            prop_assert_eq!(Invitation::parse(&invitation.to_bytes()), Ok(invitation));
        }

        #[test]
        fn a_changed_byte_is_refused_or_means_another_invitation(
            invitation in any_invitation(), at: prop::sample::Index, bits in 1u8..,
        ) {
            let mut bytes = invitation.to_bytes();
            bytes[at.index(invitation.to_bytes().len())] ^= bits;
            if let Ok(other) = Invitation::parse(&bytes) {
                prop_assert_ne!(&other, &invitation);
                prop_assert_eq!(other.to_bytes(), bytes);
            }
        }

        #[test]
        fn whatever_parses_is_canonical(tail in prop::collection::vec(0u8..8, 0..40)) {
            let mut bytes = invitation().to_bytes();
            bytes.truncate(52);
            bytes[1] = tail.first().copied().unwrap_or(0);
            bytes.extend(tail);
            if let Ok(parsed) = Invitation::parse(&bytes) {
                prop_assert_eq!(parsed.to_bytes(), bytes);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = Invitation::parse(&bytes);
        }
    }
}
