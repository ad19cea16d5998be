//! The cookie of a greeting (RFC 6347 §4.2.1), where both sides know it beforehand.
//!
//! A server asks for it so that nobody makes it work and send in somebody else's name, which costs a round
//! trip. Two contacts derive it, so the client shows it at once, and whoever does not is no contact. The
//! library knows nothing of this: a client's is asked for the cookie by us, and a server's is shown the
//! greeting without it first.

use super::provider;
use bytes::BytesMut;
use handfast_protocol::reconnect::DtlsCookie;
use rtc_crypto::{CryptoError, RTCCrypto, RTCCryptoProvider, RTCRandom};
use std::sync::Arc;

/// Where the session id stands in a `ClientHello` (RFC 5246 §7.4.1.2): behind the client's version and random.
const SESSION_ID: usize = 2 + 32;

/// A `HelloVerifyRequest` with that cookie, as a datagram.
pub(super) fn request(cookie: &DtlsCookie) -> BytesMut {
    const BODY: u8 = 2 + 1 + LENGTH;
    const RECORD: [u8; 13] = [22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12 + BODY];
    const MESSAGE: [u8; 12] = [3, 0, 0, BODY, 0, 0, 0, 0, 0, 0, 0, BODY];
    let parts = [&RECORD[..], &MESSAGE, &[254, 253, LENGTH], cookie];
    BytesMut::from(&parts.concat()[..])
}

/// How long a cookie is.
const LENGTH: u8 = size_of::<DtlsCookie>() as u8;

/// The `ClientHello` as the client would have sent it first, if it shows that cookie.
pub(super) fn without(cookie: &DtlsCookie, greeting: &[u8]) -> Option<Vec<u8>> {
    let length = usize::from(*greeting.get(SESSION_ID)?);
    let (before, rest) = greeting.split_at_checked(SESSION_ID + 1 + length)?;
    let behind = rest.strip_prefix(&[LENGTH])?.strip_prefix(cookie)?;
    Some([before, &[0], behind].concat())
}

/// The provider of a server that asks for this cookie and no other: it is what the library draws at random
/// of its length, and nothing else is.
pub(super) struct Asking {
    inner: Arc<dyn RTCCryptoProvider>,
    cookie: DtlsCookie,
}

impl Asking {
    pub(super) fn of(cookie: DtlsCookie) -> Arc<dyn RTCCryptoProvider> {
        let inner = provider();
        Arc::new(Self { inner, cookie })
    }
}

impl RTCCryptoProvider for Asking {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self.inner.crypto()
    }

    fn random(&self) -> &dyn RTCRandom {
        self
    }
}

impl RTCRandom for Asking {
    fn fill(&self, output: &mut [u8]) -> Result<(), CryptoError> {
        match output.len() == self.cookie.len() {
            true => output.copy_from_slice(&self.cookie),
            false => self.inner.random().fill(output)?,
        }
        Ok(())
    }
}
