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
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// After how long an unanswered flight is sent again. The library gives up after seven.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(400);

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
    is_open: bool,
}

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
            is_open: false,
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
        let events = match self.endpoint.read(now, self.peer, None, datagram) {
            Ok(events) => events,
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

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        if self.is_open {
            return None;
        }
        self.endpoint.poll_timeout(&self.peer)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if let Err(error) = self.endpoint.handle_timeout(self.peer, now) {
            log::trace!("DTLS timer: {error}");
        }
    }
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
