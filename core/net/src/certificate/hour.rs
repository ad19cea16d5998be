//! The certificates of two contacts for one hour, which both of them can derive.
//!
//! Each side knows both key pairs, so each pins the other's public key without a word. Everything else in
//! such a certificate is the same for everybody at any time, and tells nothing.

use super::{Pin, TunnelCertificate, fingerprint_of, provider};
use crate::error::{Logged, TransportError};
use handfast_token::{Fingerprint, Secret};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, SerialNumber,
    date_time_ymd,
};
use rtc_dtls::crypto::{Certificate as DtlsCertificate, CryptoPrivateKey};
use rustls_pki_types::PrivatePkcs8KeyDer;
use x509_parser::parse_x509_certificate;
use zeroize::Zeroizing;

/// The subject and issuer of all of them. It is what browsers write.
const SUBJECT: &str = "WebRTC";

/// What stands in DER before an uncompressed point of P-256 in SubjectPublicKeyInfo (RFC 5480 §2).
const PUBLIC_KEY_INFO: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What stands in DER before a scalar of P-256 in PKCS #8 (RFC 5958 §2, RFC 5915 §3), and between it and the
/// uncompressed point of its public key.
const PRIVATE_KEY_INFO: [u8; 36] = [
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02,
    0x01, 0x01, 0x04, 0x20,
];
const ITS_PUBLIC_KEY: [u8; 5] = [0xa1, 0x44, 0x03, 0x42, 0x00];

impl TunnelCertificate {
    /// The certificate of the key with this scalar, in 1..n-1.
    ///
    /// # Errors
    /// When it is no such scalar.
    pub(crate) fn of_scalar(scalar: &Secret<32>) -> Result<Self, TransportError> {
        let point = public_key(scalar)?;
        let scalar = scalar.expose();
        let pkcs8 = [&PRIVATE_KEY_INFO[..], scalar, &ITS_PUBLIC_KEY, &point].concat();
        let pkcs8 = Zeroizing::new(pkcs8);
        let key = PrivatePkcs8KeyDer::from(&pkcs8[..]);
        let key = KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_ECDSA_P256_SHA256)
            .map_err(TransportError::certificate)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, SUBJECT);
        params.serial_number = Some(SerialNumber::from_slice(&[1]));
        params.not_before = date_time_ymd(1970, 1, 1);
        params.not_after = date_time_ymd(9999, 12, 31);
        let certificate = params
            .self_signed(&key)
            .map_err(TransportError::certificate)?;
        let inner = DtlsCertificate {
            certificate: vec![certificate.der().clone()],
            private_key: CryptoPrivateKey::from_key_pair(&key, provider().crypto())
                .map_err(TransportError::certificate)?,
        };
        Self::pinned(inner, Pin::PublicKey)
    }
}

/// What the certificate of the key with this scalar is pinned by: SHA-256 of its SubjectPublicKeyInfo.
///
/// # Errors
/// When it is no scalar in 1..n-1.
pub(crate) fn pin_of_scalar(scalar: &Secret<32>) -> Result<Fingerprint, TransportError> {
    fingerprint_of(&[&PUBLIC_KEY_INFO[..], &public_key(scalar)?].concat())
}

/// The SubjectPublicKeyInfo of a certificate, as it stands there.
pub(super) fn public_key_info(der: &[u8]) -> Result<&[u8], TransportError> {
    let (_, certificate) = parse_x509_certificate(der).map_err(TransportError::certificate)?;
    Ok(certificate.tbs_certificate.subject_pki.raw)
}

/// The uncompressed point that belongs to a scalar (SEC 1, section 2.3.3).
fn public_key(scalar: &Secret<32>) -> Result<[u8; 65], TransportError> {
    let key = SecretKey::from_slice(scalar.expose()).map_err(TransportError::certificate)?;
    let point = key.public_key().to_encoded_point(false);
    point
        .as_bytes()
        .try_into()
        .map_err(TransportError::certificate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    fn scalar(fill: u8) -> Secret<32> {
        Secret::new([fill; 32])
    }

    #[test]
    fn the_public_key_is_that_of_the_standard() {
        // RFC 6979, appendix A.2.5.
        let bytes = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
        let bytes = HEXLOWER.decode(bytes.as_bytes()).unwrap();
        let point = public_key(&Secret::new(bytes.try_into().unwrap())).unwrap();
        assert_eq!(
            HEXLOWER.encode(&point),
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
             7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        );
    }

    #[test]
    fn the_pin_is_that_of_the_document() {
        for (scalar, digest) in [
            (
                "6f494f8ddd9738c355582707f18701584746c90d505366fb4f3d77f13af10835",
                "3f51dcd8afe41d12f57d804549fea93c3de18c173e0709f6aba250489f231512",
            ),
            (
                "7fab9ed22aa7d1c04dce5a3fea685f012297660f7d0a9b83a85fefc1637feeca",
                "312e70f7def9629b3ca3c782a7e5d9283583bd9afde64f83d2282cf39ce5c616",
            ),
        ] {
            let scalar = HEXLOWER.decode(scalar.as_bytes()).unwrap();
            let pin = pin_of_scalar(&Secret::new(scalar.try_into().unwrap())).unwrap();
            assert_eq!(HEXLOWER.encode(&pin.0), digest);
        }
    }

    #[test]
    fn the_pin_of_a_certificate_is_known_without_it() {
        for fill in [1, 0x55, 0xee] {
            let certificate = TunnelCertificate::of_scalar(&scalar(fill)).unwrap();
            let pin = pin_of_scalar(&scalar(fill)).unwrap();
            assert_eq!(certificate.fingerprint(), pin);
        }
        assert_ne!(pin_of_scalar(&scalar(1)), pin_of_scalar(&scalar(2)));
    }

    #[test]
    fn what_is_no_scalar_of_the_curve_is_refused() {
        for bytes in [[0; 32], [0xff; 32]] {
            let scalar = Secret::new(bytes);
            assert!(TunnelCertificate::of_scalar(&scalar).is_err());
            assert!(pin_of_scalar(&scalar).is_err());
        }
    }

    /// What is signed of a certificate, with its public key blotted out.
    fn blotted(scalar: &Secret<32>) -> Vec<u8> {
        let certificate = TunnelCertificate::of_scalar(scalar).unwrap();
        let point = public_key(scalar).unwrap();
        let (_, parsed) = parse_x509_certificate(&certificate.inner.certificate[0]).unwrap();
        let mut signed = parsed.tbs_certificate.as_ref().to_vec();
        let at = signed.windows(65).position(|window| window == point);
        signed[at.unwrap()..][..65].fill(0);
        signed
    }

    #[test]
    fn nothing_but_the_key_differs_between_two_hours() {
        assert_eq!(blotted(&scalar(3)), blotted(&scalar(4)));
    }
}
