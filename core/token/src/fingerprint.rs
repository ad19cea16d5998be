//! The fingerprint of a DTLS certificate.

use data_encoding::BASE64_NOPAD;

/// SHA-256 of a DTLS certificate in DER (RFC 8122 §5): public, and what a session is pinned to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// As an ICE username fragment: 43 characters of unpadded base64, the exact `ice-char` set of
    /// RFC 8839 §5.4. The guest uses it so that its certificate is known from its first packet.
    pub fn to_ufrag(self) -> String {
        BASE64_NOPAD.encode(&self.0)
    }

    /// Reads what [`Self::to_ufrag`] wrote; nothing else is accepted.
    pub fn from_ufrag(ufrag: &str) -> Option<Self> {
        let bytes = BASE64_NOPAD.decode(ufrag.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fingerprint({:02x}{:02x}..)", self.0[0], self.0[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ufrag_carries_the_whole_fingerprint() {
        let fingerprint = Fingerprint(std::array::from_fn(|i| i as u8 * 7));
        let ufrag = fingerprint.to_ufrag();
        assert_eq!(ufrag.len(), 43);
        assert_eq!(Fingerprint::from_ufrag(&ufrag), Some(fingerprint));
        assert_eq!(Fingerprint::from_ufrag(&ufrag[1..]), None);
    }
}
