//! The certificate by which one invitation, or one answer to one, is known on the network.

use handfast_token::Fingerprint;
use zeroize::Zeroizing;

/// A certificate with its private key, in the form of whoever made it: nothing here looks inside.
///
/// Each invitation that is made, and each that is accepted, has one of its own, so that nobody on the path
/// can tell which of them belong to one device.
#[derive(Clone)]
pub struct Certificate {
    secret: Zeroizing<Vec<u8>>,
    fingerprint: Fingerprint,
}

impl Certificate {
    /// A certificate with its key, and SHA-256 of the certificate in DER.
    pub fn new(secret: Vec<u8>, fingerprint: Fingerprint) -> Self {
        let secret = Zeroizing::new(secret);
        Self {
            secret,
            fingerprint,
        }
    }

    /// SHA-256 of the certificate in DER.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Certificate and key, as they were handed in. Keep them sealed.
    pub fn expose(&self) -> &[u8] {
        &self.secret
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({:?})", self.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_shows_no_key_in_debug_output() {
        let certificate = Certificate::new(b"private".to_vec(), Fingerprint([7; 32]));
        let shown = format!("{certificate:?} {:?}", certificate.expose().len());
        assert!(
            !shown.contains("private") && !shown.contains("112, 114"),
            "{shown}"
        );
    }
}
