//! The certificate a device shows in DTLS, and the fingerprint it is known by.

use crate::error::{Logged, TransportError};
use handfast_protocol::certificate::Certificate;
use handfast_token::Fingerprint;
use rtc_crypto::{HashAlgorithm, RTCCryptoProvider};
use rtc_dtls::crypto::Certificate as DtlsCertificate;
use std::sync::Arc;

mod hour;

pub(super) use hour::pin_of_scalar;

/// How the block of the private key begins in PEM, as the library writes it.
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE_KEY-----";

/// A self-signed P-256 certificate with its key: P-256 because every browser accepts it.
///
/// It says nothing about its holder; a session is pinned to its [`Fingerprint`].
#[derive(Clone)]
pub struct TunnelCertificate {
    inner: DtlsCertificate,
    fingerprint: Fingerprint,
    pin: Pin,
}

/// What of a certificate is pinned, by SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin {
    /// All of it, in DER: what an invitation or a reply names.
    Whole,
    /// Its SubjectPublicKeyInfo, in DER: two contacts know each other's key of an hour beforehand, and the
    /// rest has a signature in which each process puts other random numbers.
    PublicKey,
}

impl Pin {
    /// What is compared of a certificate.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn of(self, der: &[u8]) -> Result<Fingerprint, TransportError> {
        match self {
            Self::Whole => fingerprint_of(der),
            Self::PublicKey => fingerprint_of(hour::public_key_info(der)?),
        }
    }
}

impl TunnelCertificate {
    /// A fresh certificate.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, TransportError> {
        // The default of the library is P-256.
        DtlsCertificate::generate_self_signed([], provider().crypto())
            .map_err(TransportError::certificate)
            .and_then(|inner| Self::pinned(inner, Pin::Whole))
    }

    /// Reads what [`Self::keep`] wrote.
    ///
    /// # Errors
    /// When it is no such certificate, or another one than its fingerprint says.
    pub fn read(kept: &Certificate) -> Result<Self, TransportError> {
        let pem = std::str::from_utf8(kept.expose()).map_err(TransportError::certificate)?;
        // Earlier versions put a date of expiry first, at which nobody looks.
        let begins = pem.find(PRIVATE_KEY).unwrap_or(0);
        let inner = DtlsCertificate::from_pem(&pem[begins..], provider().crypto())
            .map_err(TransportError::certificate)?;
        let read = Self::pinned(inner, Pin::Whole)?;
        match read.fingerprint == kept.fingerprint() {
            true => Ok(read),
            false => Err(TransportError::certificate("another fingerprint")),
        }
    }

    /// Certificate and private key as PEM, for whoever keeps them.
    ///
    /// # Errors
    /// When the key cannot be exported.
    pub fn keep(&self) -> Result<Certificate, TransportError> {
        let pem = self
            .inner
            .serialize_pem()
            .map_err(TransportError::certificate)?;
        Ok(Certificate::new(pem.into_bytes(), self.fingerprint))
    }

    /// SHA-256 of the certificate in DER, or of its SubjectPublicKeyInfo if that is what it is pinned by.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// What of it is pinned, here and at the peer.
    pub(super) fn pin(&self) -> Pin {
        self.pin
    }

    pub(super) fn dtls(&self) -> DtlsCertificate {
        self.inner.clone()
    }

    fn pinned(inner: DtlsCertificate, pin: Pin) -> Result<Self, TransportError> {
        let der = inner
            .certificate
            .first()
            .ok_or_else(|| TransportError::certificate("no certificate"))?;
        let fingerprint = pin.of(der)?;
        Ok(Self {
            inner,
            fingerprint,
            pin,
        })
    }
}

impl std::fmt::Debug for TunnelCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TunnelCertificate({:?})", self.fingerprint)
    }
}

/// A fresh certificate for one invitation, or for one answer to one.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn new_certificate() -> Result<Certificate, TransportError> {
    TunnelCertificate::generate()?.keep()
}

/// The cryptography beneath DTLS and STUN: the `ring` crate, by way of webrtc-rs.
pub(super) fn provider() -> Arc<dyn RTCCryptoProvider> {
    rtc_crypto::default_provider().expect("the provider is compiled in")
}

/// SHA-256 of something in DER.
fn fingerprint_of(der: &[u8]) -> Result<Fingerprint, TransportError> {
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
        let certificate = TunnelCertificate::generate().unwrap();
        let kept = certificate.keep().unwrap();
        let again = TunnelCertificate::read(&kept).unwrap();
        assert_eq!(again.fingerprint(), certificate.fingerprint());
        let nonsense = Certificate::new(b"nonsense".to_vec(), kept.fingerprint());
        assert!(TunnelCertificate::read(&nonsense).is_err());
        let another = Certificate::new(kept.expose().to_vec(), Fingerprint([7; 32]));
        assert!(TunnelCertificate::read(&another).is_err());
    }

    #[test]
    fn a_certificate_that_an_earlier_version_stored_is_read() {
        let kept = new_certificate().unwrap();
        let expires = b"-----BEGIN EXPIRES-----\r\ngLLmWAAAAAA=\r\n-----END EXPIRES-----\r\n\n";
        let read = |pem| TunnelCertificate::read(&Certificate::new(pem, kept.fingerprint()));
        let stored = [&expires[..], kept.expose()].concat();
        assert_eq!(read(stored).unwrap().fingerprint(), kept.fingerprint());
        assert!(read(expires.to_vec()).is_err());
    }

    #[test]
    fn two_certificates_differ() {
        let one = TunnelCertificate::generate().unwrap();
        assert_ne!(
            one.fingerprint(),
            TunnelCertificate::generate().unwrap().fingerprint()
        );
    }
}
