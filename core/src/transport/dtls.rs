//! The encrypted tunnel beneath the data channel: DTLS 1.2 (RFC 6347) with both certificates pinned.
//!
//! This layer keeps outsiders off the path; who is there is proved above it, by Noise.

use super::TransportError;
use super::certificate::{Certificate, fingerprint_of, provider};
use crate::invitation::Fingerprint;
use bytes::BytesMut;
use rtc::dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType};
use rtc::dtls::endpoint::{Endpoint, EndpointEvent};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::shared::error::Error as RtcError;
use rtc::shared::{TransportContext, TransportProtocol};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// After how long an unanswered flight is sent again. The library gives up after seven.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(400);

/// How many pieces of the peer's flights are remembered. Ours come in about ten.
const MOST_FRAGMENTS: usize = 256;

/// What a received datagram brought.
pub(super) enum DtlsEvent {
    /// The tunnel stands; the peer proved to hold the expected certificate.
    Open,
    /// A decrypted SCTP packet.
    Data(BytesMut),
    /// The peer closed the tunnel.
    Closed,
}

/// One DTLS association. ICE decides where its datagrams go, so it is given no addresses.
pub(super) struct Dtls {
    endpoint: Endpoint,
    peer: SocketAddr,
    observed: Arc<OnceLock<Fingerprint>>,
    /// The client's first flight, kept to be sent ahead of the path search.
    first_flight: Vec<BytesMut>,
    /// The random value of the client's greeting that a server is answering (RFC 5246 §7.4.1.2).
    greeting: Option<[u8; 32]>,
    /// What was taken in of the peer's flights; see [`Self::is_repetition`].
    taken: HashSet<Fragment>,
    is_open: bool,
    has_given_up: bool,
}

/// A piece of a handshake message: the number of the message, the offset in it, and the length.
type Fragment = (u16, u32, u32);

impl Dtls {
    /// Begins as client (the guest, whose first flight is queued at once) or as server (the host).
    pub(super) fn new(
        now: Instant,
        client: bool,
        certificate: &Certificate,
        expected: Fingerprint,
    ) -> Result<Self, TransportError> {
        // The endpoint sorts associations by address; there is one, so a placeholder serves.
        let placeholder = TransportContext::default();
        let observed = Arc::new(OnceLock::new());
        let seen = observed.clone();
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider())
            .with_certificates(vec![certificate.dtls()])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            // There is no authority to ask: the check below is the whole verification.
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |chain: &[Vec<u8>], _: &[_]| {
                let der = chain.first().ok_or(RtcError::ErrNonCertificate)?;
                let found = fingerprint_of(der)
                    .map_err(|_| RtcError::ErrNoMatchingCertificateFingerprint)?;
                if found != expected {
                    return Err(RtcError::ErrNoMatchingCertificateFingerprint);
                }
                let _ = seen.set(found);
                Ok(())
            })))
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_flight_interval(FLIGHT_INTERVAL)
            // There is no media, but stock WebRTC peers refuse a tunnel that could not carry it.
            .with_srtp_protection_profiles(vec![
                SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
            ])
            .build(client, None)
            .map_err(TransportError::dtls)?;
        let config = Arc::new(config);
        let server_config = (!client).then(|| config.clone());
        let mut dtls = Self {
            endpoint: Endpoint::new(
                placeholder.local_addr,
                TransportProtocol::UDP,
                server_config,
            ),
            peer: placeholder.peer_addr,
            observed,
            first_flight: Vec::new(),
            greeting: None,
            taken: HashSet::new(),
            is_open: false,
            has_given_up: false,
        };
        if client {
            dtls.endpoint
                .connect(now, dtls.peer, config, None)
                .map_err(TransportError::dtls)?;
            while let Some(out) = dtls.endpoint.poll_transmit() {
                dtls.first_flight.push(out.message);
            }
        }
        Ok(dtls)
    }

    /// The client's first flight. The association does not send it by itself: it goes to every
    /// possible path at once, before one is known.
    pub(super) fn first_flight(&self) -> &[BytesMut] {
        &self.first_flight
    }

    /// Whether a datagram opens another handshake than the last one: the client began anew, and this
    /// server must too.
    pub(super) fn is_begun_anew(&mut self, datagram: &[u8]) -> bool {
        let Some(random) = greeting_random(datagram) else {
            return false;
        };
        *self.greeting.get_or_insert(random) != random
    }

    /// SHA-256 of the certificate the peer proved to hold, once the tunnel stands.
    pub(super) fn observed(&self) -> Option<Fingerprint> {
        self.observed.get().copied()
    }

    /// Takes one datagram.
    ///
    /// # Errors
    /// [`TransportError::WrongCertificate`] if the peer's certificate is not the expected one. Other
    /// failures of a single datagram are swallowed: anyone may send garbage.
    pub(super) fn handle(
        &mut self,
        now: Instant,
        datagram: BytesMut,
    ) -> Result<Vec<DtlsEvent>, TransportError> {
        let fragments = fragments_in_clear(&datagram).filter(|_| !self.is_open);
        if self.is_repetition(fragments.as_deref()) {
            return Ok(Vec::new());
        }
        let events = match self.endpoint.read(now, self.peer, None, datagram) {
            Ok(events) => {
                let room = MOST_FRAGMENTS.saturating_sub(self.taken.len());
                self.taken
                    .extend(fragments.into_iter().flatten().take(room));
                events
            }
            Err(RtcError::ErrNoMatchingCertificateFingerprint) => {
                return Err(TransportError::WrongCertificate);
            }
            Err(error) => {
                log::debug!("ignored a DTLS datagram: {error}");
                Vec::new()
            }
        };
        let mut out = Vec::with_capacity(events.len());
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => {
                    self.is_open = true;
                    out.push(DtlsEvent::Open);
                }
                EndpointEvent::ApplicationData(data) => out.push(DtlsEvent::Data(data)),
                EndpointEvent::PeerClosed => out.push(DtlsEvent::Closed),
                _ => {}
            }
        }
        Ok(out)
    }

    /// Whether a datagram brings nothing but pieces of the handshake that were taken in before.
    ///
    /// The library stops its timer at every piece of a handshake, a repeated one too, and starts it
    /// only with its next flight. Where a flight of ours is lost, both sides repeat theirs at about
    /// the same time, so ours would not be sent again. The server's first answer, though, is sent by
    /// no timer but for each greeting (RFC 6347 §4.2.1), which is message 0.
    fn is_repetition(&self, fragments: Option<&[Fragment]>) -> bool {
        let is_greeted_only =
            self.greeting.is_some() && self.taken.iter().all(|(message, _, _)| *message == 0);
        !is_greeted_only
            && fragments.is_some_and(|all| all.iter().all(|one| self.taken.contains(one)))
    }

    /// Encrypts one SCTP packet.
    pub(super) fn write(&mut self, now: Instant, packet: &[u8]) {
        if let Err(error) = self.endpoint.write(now, self.peer, packet) {
            log::debug!("a packet could not be encrypted: {error}");
        }
    }

    /// Queues the closing alert.
    pub(super) fn close(&mut self, now: Instant) {
        let _ = self.endpoint.close(now);
    }

    pub(super) fn poll_transmit(&mut self) -> Option<BytesMut> {
        self.endpoint.poll_transmit().map(|out| out.message)
    }

    /// Whether the handshake will not end any more: a flight was sent in vain too often.
    pub(super) fn has_given_up(&self) -> bool {
        self.has_given_up
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        if self.is_open || self.has_given_up {
            return None;
        }
        self.endpoint.poll_timeout(&self.peer)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|at| now < at) {
            return;
        }
        if let Err(error) = self.endpoint.handle_timeout(self.peer, now) {
            log::debug!("the tunnel's handshake is given up: {error}");
            self.has_given_up = true;
        }
    }
}

/// The pieces of handshake messages in a datagram that holds only such, not encrypted: records (13
/// bytes of header, RFC 6347 §4.1) of content type 22 and epoch 0, each with messages (12 bytes of
/// header, §4.2.2).
fn fragments_in_clear(datagram: &[u8]) -> Option<Vec<Fragment>> {
    let mut fragments = Vec::new();
    let mut records = datagram;
    while let Some((header, behind)) = records.split_first_chunk::<13>() {
        let length = u16::from_be_bytes([header[11], header[12]]);
        let (mut messages, following) = behind.split_at_checked(length.into())?;
        if header[0] != 22 || header[3..5] != [0, 0] {
            return None;
        }
        while let Some((header, behind)) = messages.split_first_chunk::<12>() {
            let [_, _, _, _, m, n, offset @ .., a, b, c] = *header;
            let [offset, length] =
                [offset, [a, b, c]].map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]));
            fragments.push((u16::from_be_bytes([m, n]), offset, length));
            messages = behind.get(usize::try_from(length).ok()?..)?;
        }
        records = following;
    }
    (records.is_empty() && !fragments.is_empty()).then_some(fragments)
}

/// The random value of a `ClientHello`, if that is what a datagram begins with: record header (13
/// bytes, content type 22), handshake header (12 bytes, type 1), version (2), random (32).
fn greeting_random(datagram: &[u8]) -> Option<[u8; 32]> {
    let is_hello = datagram.first() == Some(&22) && datagram.get(13) == Some(&1);
    datagram
        .get(27..59)
        .filter(|_| is_hello)
        .and_then(|random| random.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(kind: u8, epoch: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u16).to_be_bytes();
        let header = [kind, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 9];
        [&header[..], &length, content].concat()
    }

    fn message(number: u8, offset: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len() as u8;
        let header = [11, 0, 0, 99, 0, number, 0, 0, offset, 0, 0, length];
        [&header[..], content].concat()
    }

    #[test]
    fn the_pieces_of_a_flight_are_told_apart() {
        let two = [message(1, 0, b"abc"), message(2, 0, b"")].concat();
        let datagram = [record(22, 0, &two), record(22, 0, &message(3, 7, b"de"))].concat();
        let pieces = vec![(1, 0, 3), (2, 0, 0), (3, 7, 2)];
        assert_eq!(fragments_in_clear(&datagram), Some(pieces));
    }

    #[test]
    fn a_datagram_that_holds_anything_else_is_no_flight_in_clear() {
        let piece = message(1, 0, b"abc");
        let is_none = |datagram: &[u8]| fragments_in_clear(datagram).is_none();
        assert!(is_none(&record(22, 1, &piece)), "encrypted");
        let change = [record(22, 0, &piece), record(20, 0, &[1])].concat();
        assert!(is_none(&change), "the cipher changes");
        assert!(is_none(&record(22, 0, &piece[..14])), "too short");
        assert!(is_none(&[]));
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_taken_apart_without_harm(
            kind in 20_u8..24,
            epoch in 0_u8..2,
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = fragments_in_clear(&bytes);
            let _ = fragments_in_clear(&record(kind, epoch, &bytes));
        }
    }
}
