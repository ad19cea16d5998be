//! Everything that is derived from an invitation's secret and never sent.
//!
//! The secret S keys [`kdf`] and nothing else: no cipher and no protocol ever sees it.

use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Fingerprint;
use crate::crypto::{Secret, kdf};

/// The name of an invitation: 16 bytes derived from its secret.
pub type InviteId = [u8; 16];

/// The keys of one invitation; host and guest derive the same.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationKeys {
    secret: Secret<16>,
    invite_id: InviteId,
}

impl InvitationKeys {
    /// The keys of the invitation with this secret S.
    pub fn derive(secret: &Secret<16>) -> Self {
        let id = kdf(secret.expose(), "HFS1 invite id", &[]);
        Self {
            secret: secret.clone(),
            invite_id: *first(&id),
        }
    }

    /// The name of the invitation in the handshake. It is derived, so it tells nothing about the secret.
    pub fn invite_id(&self) -> InviteId {
        self.invite_id
    }

    /// The first 4 bytes of the name: how a reply says which invitation it answers.
    pub fn invite_tag(&self) -> [u8; 4] {
        *first_of(&self.invite_id)
    }

    /// The pre-shared key of the Noise handshake.
    pub fn noise_psk(&self) -> Secret<32> {
        self.kdf("HFS1 noise psk", &[])
    }

    /// The key that replies are sealed under.
    pub fn reply_key(&self) -> Secret<32> {
        self.kdf("HFS1 reply key", &[])
    }

    /// The host's ICE credentials.
    pub fn host_ice(&self) -> IceCredentials {
        IceCredentials::of(&self.kdf("HFS1 ice host", &[]))
    }

    /// The ICE credentials of the guest whose certificate has this fingerprint. The fingerprint is
    /// the username fragment, so that a guest's first packet alone gives the host its password.
    pub fn guest_ice(&self, guest: Fingerprint) -> IceCredentials {
        let ufrag = guest.to_ufrag();
        let derived = self.kdf("HFS1 ice guest", &[ufrag.as_bytes()]);
        IceCredentials {
            ufrag,
            password: IcePassword::from_bytes(first(&derived)),
        }
    }

    /// What hides the password of a browser with this certificate and fragment in its knock.
    pub(super) fn browser_mask(&self, guest: Fingerprint, ufrag: &str) -> Secret<32> {
        self.kdf("HFS1 ice browser", &[&guest.0, ufrag.as_bytes()])
    }

    /// Derives a key that is bound to the name of the invitation, as every key but the name is.
    fn kdf(&self, label: &str, parts: &[&[u8]]) -> Secret<32> {
        let mut all: Vec<&[u8]> = vec![&self.invite_id];
        all.extend_from_slice(parts);
        kdf(self.secret.expose(), label, &all)
    }
}

impl std::fmt::Debug for InvitationKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvitationKeys(..)")
    }
}

/// Username fragment and password of one side (RFC 8839 §5.4), both of `ice-char`s only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceCredentials {
    /// 11 characters for a host and between contacts, the 43 of the fingerprint for a guest; with a browser see
    /// [`Knocker`](super::Knocker). Public.
    pub ufrag: String,
    /// 24 characters, or what a browser chose. Secret.
    pub password: IcePassword,
}

impl IceCredentials {
    /// The credentials of somebody for whom this was derived: 8 bytes of it are the fragment, 18 the
    /// password, both in base64.
    pub fn of(derived: &Secret<32>) -> Self {
        let (ufrag, rest) = derived.expose().split_at(8);
        Self {
            ufrag: BASE64_NOPAD.encode(ufrag),
            password: IcePassword::from_bytes(first_of(rest)),
        }
    }
}

/// An ICE password, wiped when dropped and never printed.
#[derive(Clone)]
pub struct IcePassword(Zeroizing<String>);

impl IcePassword {
    fn from_bytes(bytes: &[u8; 18]) -> Self {
        Self(Zeroizing::new(BASE64_NOPAD.encode(bytes)))
    }

    /// A password that somebody else chose. None unless it has 22 to 256 characters that are `ice-char`
    /// (RFC 8839 §5.4).
    pub fn new(password: &str) -> Option<Self> {
        let is_one = (22..=256).contains(&password.len()) && password.chars().all(is_ice_char);
        is_one.then(|| Self(Zeroizing::new(password.to_owned())))
    }

    /// The password itself, for the ICE agent. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl PartialEq for IcePassword {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}
impl Eq for IcePassword {}

impl std::fmt::Debug for IcePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IcePassword(..)")
    }
}

/// The characters of fragments and passwords (RFC 8839 §5.4).
pub(super) fn is_ice_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '+' || c == '/'
}

fn first<const N: usize>(derived: &Secret<32>) -> &[u8; N] {
    first_of(derived.expose())
}

fn first_of<const N: usize>(bytes: &[u8]) -> &[u8; N] {
    bytes
        .first_chunk()
        .expect("derived keys are longer than what is taken of them")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(fill: u8) -> InvitationKeys {
        InvitationKeys::derive(&Secret::new([fill; 16]))
    }

    #[test]
    fn ice_credentials_fit_the_grammar_of_sdp() {
        for fill in 0..=255 {
            let host = keys(fill).host_ice();
            let guest = keys(fill).guest_ice(Fingerprint([fill; 32]));
            assert_eq!((host.ufrag.len(), host.password.expose().len()), (11, 24));
            assert_eq!((guest.ufrag.len(), guest.password.expose().len()), (43, 24));
            for text in [
                &host.ufrag,
                host.password.expose(),
                &guest.ufrag,
                guest.password.expose(),
            ] {
                assert!(text.chars().all(is_ice_char), "{text}");
            }
        }
    }

    #[test]
    fn every_key_depends_on_the_secret_and_no_two_are_equal() {
        let (a, b) = (keys(1), keys(2));
        assert_ne!(a.invite_id(), b.invite_id());
        assert_ne!(a.noise_psk(), b.noise_psk());
        assert_ne!(a.reply_key(), b.reply_key());
        assert_ne!(a.noise_psk(), a.reply_key());
        assert_ne!(a.host_ice().password, b.host_ice().password);
        let (one, other) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        assert_ne!(a.guest_ice(one).password, a.guest_ice(other).password);
        assert_ne!(a.guest_ice(one).password, b.guest_ice(one).password);
        assert_eq!(a.guest_ice(one), keys(1).guest_ice(one));
    }

    #[test]
    fn no_key_is_ever_printed() {
        let keys = keys(1);
        let printed = format!("{keys:?} {:?}", keys.host_ice().password);
        assert_eq!(printed, "InvitationKeys(..) IcePassword(..)");
    }
}
