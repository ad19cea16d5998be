//! What the USERNAME of a knock says: which certificate the guest will prove, and with which ICE
//! credentials the session goes on.
//!
//! A native guest derives its credentials from the invitation. A browser chooses its own, and a page
//! can neither set nor hide them; but it may give its browser any fragment for the host, and the browser
//! repeats that in the first half of USERNAME. So a page writes there what the host has to know.

use data_encoding::BASE64_NOPAD;

use super::keys::is_ice_char;
use super::{Fingerprint, IceCredentials, IcePassword, InvitationKeys, Reply};
use crate::crypto::Secret;
use zeroize::Zeroizing;

/// The lengths of a browser's username fragment (RFC 8839 §5.4).
const UFRAG: std::ops::RangeInclusive<usize> = 4..=256;

/// The length of a fingerprint as a fragment.
const FINGERPRINT: usize = 43;

/// Who knocks at a host, and the credentials of both sides of the session that begins with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knocker {
    /// SHA-256 of the certificate that the guest has to prove to hold.
    pub fingerprint: Fingerprint,
    /// The host's credentials in this session: the fragment is the whole first half of USERNAME.
    pub host: IceCredentials,
    /// The guest's credentials.
    pub guest: IceCredentials,
}

impl InvitationKeys {
    /// The native guest whose certificate has this fingerprint.
    pub fn native_guest(&self, fingerprint: Fingerprint) -> Knocker {
        Knocker {
            fingerprint,
            host: self.host_ice(),
            guest: self.guest_ice(fingerprint),
        }
    }

    /// The guest who made this reply.
    pub fn replier(&self, reply: &Reply) -> Option<Knocker> {
        let Some(browser) = &reply.browser else {
            return Some(self.native_guest(reply.fingerprint));
        };
        let guest = browser.credentials();
        let ufrag = self.ufrag_for_browser(reply.fingerprint, &guest)?;
        Some(Knocker {
            fingerprint: reply.fingerprint,
            host: IceCredentials {
                ufrag,
                ..self.host_ice()
            },
            guest,
        })
    }

    /// Reads both halves of the USERNAME of a knock. None if they are of no guest of this invitation;
    /// believe them only when the integrity of the message holds.
    pub fn knocker(&self, host_half: &str, guest_half: &str) -> Option<Knocker> {
        let host = self.host_ice();
        let rest = host_half.strip_prefix(&host.ufrag)?;
        if rest.is_empty() {
            return Fingerprint::from_ufrag(guest_half).map(|guest| self.native_guest(guest));
        }
        let (fingerprint, masked) = rest.split_at_checked(FINGERPRINT)?;
        let fingerprint = Fingerprint::from_ufrag(fingerprint)?;
        let mut password = Zeroizing::new(BASE64_NOPAD.decode(masked.as_bytes()).ok()?);
        is_browser_ufrag(guest_half).then_some(())?;
        mask(&mut password, &self.browser_mask(fingerprint, guest_half))?;
        Some(Knocker {
            fingerprint,
            host: IceCredentials {
                ufrag: host_half.to_owned(),
                ..host
            },
            guest: IceCredentials {
                ufrag: guest_half.to_owned(),
                password: IcePassword::new(std::str::from_utf8(&password).ok()?)?,
            },
        })
    }

    /// The username fragment that a page gives its browser for the host: the browser's checks are knocks
    /// then. It takes the fingerprint of the browser's certificate and the ICE credentials that the
    /// browser chose. None if the host could not read it: their fragment must have at least 4
    /// characters, their password 22 to 32, all of them `ice-char` (RFC 8839 §5.4).
    pub fn ufrag_for_browser(
        &self,
        fingerprint: Fingerprint,
        browser: &IceCredentials,
    ) -> Option<String> {
        is_browser_ufrag(&browser.ufrag).then_some(())?;
        let mut password = Zeroizing::new(browser.password.expose().as_bytes().to_vec());
        mask(
            &mut password,
            &self.browser_mask(fingerprint, &browser.ufrag),
        )?;
        let [host, own] = [self.host_ice().ufrag, fingerprint.to_ufrag()];
        Some(format!("{host}{own}{}", BASE64_NOPAD.encode(&password)))
    }
}

fn is_browser_ufrag(ufrag: &str) -> bool {
    UFRAG.contains(&ufrag.len()) && ufrag.chars().all(is_ice_char)
}

/// Hides or shows a password. None if it is longer than the mask.
fn mask(password: &mut [u8], mask: &Secret<32>) -> Option<()> {
    let mask = mask.expose().get(..password.len())?;
    password
        .iter_mut()
        .zip(mask)
        .for_each(|(byte, mask)| *byte ^= mask);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> InvitationKeys {
        InvitationKeys::derive(&Secret::new(std::array::from_fn(|i| i as u8)))
    }

    fn credentials(ufrag: &str, password: &str) -> IceCredentials {
        IceCredentials {
            ufrag: ufrag.to_owned(),
            password: IcePassword::new(password).unwrap(),
        }
    }

    fn browser() -> (Fingerprint, IceCredentials) {
        let credentials = credentials("rnWW", "h1wYalX/uX6eUNT0ffyalxKR");
        (Fingerprint([9; 32]), credentials)
    }

    #[test]
    fn a_host_reads_what_a_page_wrote_for_it() {
        let (fingerprint, guest) = browser();
        let host_half = keys().ufrag_for_browser(fingerprint, &guest).unwrap();
        assert_eq!(host_half.len(), 11 + 43 + 32);
        let read = keys().knocker(&host_half, &guest.ufrag).unwrap();
        assert_eq!((read.fingerprint, &read.guest), (fingerprint, &guest));
        assert_eq!(read.host.ufrag, host_half);
        assert_eq!(read.host.password, keys().host_ice().password);
        let whole = format!("{host_half}:{}", guest.ufrag);
        assert!(!whole.contains(guest.password.expose()));
    }

    #[test]
    fn a_native_guest_is_read_as_before() {
        let guest = Fingerprint([3; 32]);
        let (host_half, guest_half) = (keys().host_ice().ufrag, guest.to_ufrag());
        let read = keys().knocker(&host_half, &guest_half);
        assert_eq!(read, Some(keys().native_guest(guest)));
    }

    #[test]
    fn a_password_is_hidden_by_a_mask_of_its_own_each_time() {
        let (fingerprint, guest) = browser();
        let other = credentials("rnWX", guest.password.expose());
        let masked = |fingerprint, guest| {
            let half = keys().ufrag_for_browser(fingerprint, guest).unwrap();
            half[11 + 43..].to_owned()
        };
        let one = masked(fingerprint, &guest);
        assert_ne!(one, masked(fingerprint, &other));
        assert_ne!(one, masked(Fingerprint([8; 32]), &guest));
    }

    #[test]
    fn a_password_that_the_mask_does_not_cover_is_not_carried() {
        let (fingerprint, guest) = browser();
        let long = credentials(&guest.ufrag, &"a".repeat(33));
        assert_eq!(keys().ufrag_for_browser(fingerprint, &long), None);
        let most = credentials(&guest.ufrag, &"a".repeat(32));
        let half = keys().ufrag_for_browser(fingerprint, &most).unwrap();
        assert_eq!(half.len(), 11 + 43 + 43);
        let short = credentials("abc", guest.password.expose());
        assert_eq!(keys().ufrag_for_browser(fingerprint, &short), None);
    }

    proptest! {
        #[test]
        fn any_names_never_panic(host_half: String, guest_half: String) {
            prop_assert_eq!(keys().knocker(&host_half, &guest_half), None);
            let named = format!("{}{host_half}", keys().host_ice().ufrag);
            prop_assert_eq!(keys().knocker(&named, &guest_half), None);
        }

        #[test]
        fn what_a_host_reads_is_what_a_page_writes(
            ufrag in "[A-Za-z0-9+/]{4,20}",
            password in "[A-Za-z0-9+/]{22,32}",
            fingerprint: [u8; 32],
        ) {
            let guest = credentials(&ufrag, &password);
            let half = keys().ufrag_for_browser(Fingerprint(fingerprint), &guest).unwrap();
            let read = keys().knocker(&half, &ufrag).unwrap();
            prop_assert_eq!(read.guest, guest);
        }

        #[test]
        fn whatever_is_read_has_one_way_to_be_written(at in 0usize..86, to in "[A-Za-z0-9+/=:é]") {
            let (fingerprint, guest) = browser();
            let mut half = keys().ufrag_for_browser(fingerprint, &guest).unwrap();
            half.replace_range(at..=at, &to);
            if let Some(read) = keys().knocker(&half, &guest.ufrag) {
                let again = keys().ufrag_for_browser(read.fingerprint, &read.guest);
                prop_assert_eq!(again, Some(half));
            }
        }
    }
}
