//! The certificate a device shows in DTLS, and the fingerprint it is known by.

use super::TransportError;
use crate::invitation::Fingerprint;
use rtc_crypto::{HashAlgorithm, RTCCryptoProvider};
use rtc_dtls::crypto::Certificate as DtlsCertificate;
use std::sync::Arc;

/// How the block of the private key begins in PEM, as the library writes it.
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE_KEY-----";

/// A self-signed P-256 certificate with its key: P-256 because every browser accepts it.
///
/// It says nothing about its holder; a session is pinned to its [`Fingerprint`].
#[derive(Clone)]
pub struct Certificate {
    inner: DtlsCertificate,
    fingerprint: Fingerprint,
}

impl Certificate {
    /// A fresh certificate.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, TransportError> {
        // The default of the library is P-256.
        DtlsCertificate::generate_self_signed([], provider().crypto())
            .map_err(TransportError::certificate)
            .and_then(Self::from_inner)
    }

    /// Reads what [`Self::to_pem`] wrote.
    ///
    /// # Errors
    /// When the text is not such a certificate.
    pub fn from_pem(pem: &str) -> Result<Self, TransportError> {
        // Earlier versions put a date of expiry first, at which nobody looks.
        let begins = pem.find(PRIVATE_KEY).unwrap_or(0);
        DtlsCertificate::from_pem(&pem[begins..], provider().crypto())
            .map_err(TransportError::certificate)
            .and_then(Self::from_inner)
    }

    /// Certificate and private key as PEM. Secret: keep it sealed.
    ///
    /// # Errors
    /// When the key cannot be exported.
    pub fn to_pem(&self) -> Result<String, TransportError> {
        self.inner
            .serialize_pem()
            .map_err(TransportError::certificate)
    }

    /// SHA-256 of the certificate in DER.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(super) fn dtls(&self) -> DtlsCertificate {
        self.inner.clone()
    }

    fn from_inner(inner: DtlsCertificate) -> Result<Self, TransportError> {
        let der = inner
            .certificate
            .first()
            .ok_or_else(|| TransportError::certificate("no certificate"))?;
        let fingerprint = fingerprint_of(der)?;
        Ok(Self { inner, fingerprint })
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({:?})", self.fingerprint)
    }
}

/// The cryptography beneath DTLS and STUN: the `ring` crate, by way of webrtc-rs.
pub(super) fn provider() -> Arc<dyn RTCCryptoProvider> {
    rtc_crypto::default_provider().expect("the provider is compiled in")
}

/// SHA-256 of a certificate in DER.
pub(super) fn fingerprint_of(der: &[u8]) -> Result<Fingerprint, TransportError> {
    let hash = provider()
        .crypto()
        .hash(HashAlgorithm::Sha256, der)
        .map_err(TransportError::certificate)?;
    hash.as_slice()
        .try_into()
        .map(Fingerprint)
        .map_err(TransportError::certificate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_certificate_keeps_its_fingerprint() {
        let certificate = Certificate::generate().unwrap();
        let again = Certificate::from_pem(&certificate.to_pem().unwrap()).unwrap();
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        assert!(Certificate::from_pem("nonsense").is_err());
    }

    #[test]
    fn a_certificate_that_an_earlier_version_stored_is_read() {
        let certificate = Certificate::generate().unwrap();
        let expires = "-----BEGIN EXPIRES-----\r\ngLLmWAAAAAA=\r\n-----END EXPIRES-----\r\n\n";
        let stored = format!("{expires}{}", certificate.to_pem().unwrap());
        let again = Certificate::from_pem(&stored).unwrap();
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        assert!(Certificate::from_pem(expires).is_err());
    }

    #[test]
    fn two_certificates_differ() {
        let one = Certificate::generate().unwrap();
        assert_ne!(
            one.fingerprint(),
            Certificate::generate().unwrap().fingerprint()
        );
    }
}
