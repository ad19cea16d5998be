//! The encrypted tunnel beneath the data channel: DTLS 1.2 (RFC 6347) with both certificates pinned.
//!
//! This layer keeps outsiders off the path; who is there is proved above it, by Noise.

mod cookie;
mod fence;

pub(super) use fence::{Greeting, greeting};

use super::certificate::{TunnelCertificate, provider};
use super::error::Logged;
use super::{TransportError, path_mtu};
use bytes::BytesMut;
use cookie::Asking;
use fence::Fence;
use handfast_protocol::reconnect::DtlsCookie;
use handfast_token::Fingerprint;
use rtc_dtls::config::{ClientAuthType, ConfigBuilder, ExtendedMasterSecretType};
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::error::Error as RtcError;
use rtc_shared::{TransportContext, TransportProtocol};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// After how long an unanswered flight is sent again. The library gives up after seven.
const FLIGHT_INTERVAL: Duration = Duration::from_millis(400);

/// How much of a handshake message goes into one record: with the headers of both (13 and 12 bytes,
/// RFC 6347 §4.1 and §4.2.2), what every path carries. Nothing is known of a path yet, and whatever is
/// too large for it would be lost again each time.
const MOST_OF_A_MESSAGE: usize = path_mtu::LEAST - 13 - 12;

/// How often a server that waits for a proven address answers a repeated greeting, and a standing
/// tunnel a repeated last flight.
const ANSWER_GREETING_EVERY: Duration = Duration::from_millis(100);
const ANSWER_FLIGHT_EVERY: Duration = Duration::from_secs(1);

/// What a received datagram brought.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) events: Vec<DtlsEvent>,
    /// It brought the tunnel on, or was sealed by the peer. Anything else may be a stranger's.
    pub(super) is_news: bool,
}

/// What happened to the tunnel.
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
    is_client: bool,
    /// The greeting that a server is answering.
    greeting: Option<Greeting>,
    fence: Fence,
    out: VecDeque<BytesMut>,
    /// A server's last flight, which no timer repeats, and when it was last sent again.
    last_flight: Vec<BytesMut>,
    answered: Option<Instant>,
    is_open: bool,
    has_given_up: bool,
}

impl Dtls {
    /// Begins as client (the guest, whose first flight is queued at once) or as server (the host). Contacts
    /// know the cookie of a greeting beforehand.
    pub(super) fn new(
        now: Instant,
        client: bool,
        certificate: &TunnelCertificate,
        expected: Fingerprint,
        cookie: Option<&DtlsCookie>,
    ) -> Result<Self, TransportError> {
        // The endpoint sorts associations by address; there is one, so a placeholder serves.
        let placeholder = TransportContext::default();
        let observed = Arc::new(OnceLock::new());
        let seen = observed.clone();
        let pin = certificate.pin();
        let asking = cookie.filter(|_| !client);
        let config = ConfigBuilder::default()
            .with_crypto_provider(asking.map_or_else(provider, |cookie| Asking::of(*cookie)))
            .with_certificates(vec![certificate.dtls()])
            .with_client_auth(ClientAuthType::RequireAnyClientCert)
            // There is no authority to ask: the check below is the whole verification.
            .with_insecure_skip_verify(true)
            .with_verify_peer_certificate(Some(Arc::new(move |chain: &[Vec<u8>], _: &[_]| {
                let der = chain.first().ok_or(RtcError::ErrNonCertificate)?;
                let found = pin
                    .of(der)
                    .map_err(|_| RtcError::ErrNoMatchingCertificateFingerprint)?;
                if found != expected {
                    return Err(RtcError::ErrNoMatchingCertificateFingerprint);
                }
                let _ = seen.set(found);
                Ok(())
            })))
            .with_extended_master_secret(ExtendedMasterSecretType::Require)
            .with_flight_interval(FLIGHT_INTERVAL)
            .with_mtu(MOST_OF_A_MESSAGE)
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
            is_client: client,
            greeting: None,
            fence: Fence::new(client, cookie.copied()),
            out: VecDeque::new(),
            last_flight: Vec::new(),
            answered: None,
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
            if let Some(cookie) = cookie {
                dtls.handle(now, cookie::request(cookie))?;
                dtls.first_flight = dtls.out.drain(..).collect();
            }
        }
        Ok(dtls)
    }

    /// The client's first flight. The association does not send it by itself: it goes to every
    /// possible path at once, before one is known.
    pub(super) fn first_flight(&self) -> &[BytesMut] {
        &self.first_flight
    }

    /// Whether this server answers that greeting, or none yet: then it answers this one from now on.
    pub(super) fn answers(&mut self, greeting: Greeting) -> bool {
        *self.greeting.get_or_insert(greeting) == greeting
    }

    /// Whether somebody has begun this tunnel.
    pub(super) fn is_greeted(&self) -> bool {
        self.greeting.is_some()
    }

    /// Whether that is the greeting which began this tunnel.
    pub(super) fn is_with(&self, greeting: Greeting) -> bool {
        self.greeting == Some(greeting)
    }

    /// Whether the client has not shown yet that it receives what is sent to its address (RFC 6347
    /// §4.2.1).
    pub(super) fn is_greeted_only(&self) -> bool {
        !self.is_client && self.fence.taken() < 2
    }

    /// SHA-256 of what is pinned of the certificate that the peer proved to hold, once the tunnel stands.
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
    ) -> Result<Heard, TransportError> {
        if self.is_open {
            return self.hear(now, datagram);
        }
        let sorted = self.fence.sort(now, &datagram);
        if sorted.is_repetition && !sorted.is_news && self.is_greeted_only() {
            self.answer_again(now, ANSWER_GREETING_EVERY);
        }
        let mut heard = Heard::default();
        while let Some(messages) = self.fence.messages() {
            heard.is_news = true;
            // A greeting that the next one replaces is not answered.
            self.out.clear();
            self.read(now, messages, &mut heard.events)?;
        }
        while self.has_keys()
            && let Some(record) = self.fence.sealed()
        {
            self.read(now, record, &mut heard.events)?;
        }
        heard.is_news |= self.is_open;
        Ok(heard)
    }

    /// Takes one datagram while the tunnel stands.
    fn hear(&mut self, now: Instant, datagram: BytesMut) -> Result<Heard, TransportError> {
        let (sealed, is_flight) = fence::of_standing(datagram);
        if is_flight {
            self.answer_again(now, ANSWER_FLIGHT_EVERY);
        }
        let mut heard = Heard::default();
        if let Some(sealed) = sealed {
            self.read(now, sealed, &mut heard.events)?;
        }
        heard.is_news = !heard.events.is_empty();
        Ok(heard)
    }

    /// Sends the server's last flight again: the client has not seen it.
    fn answer_again(&mut self, now: Instant, every: Duration) {
        let is_due = self.answered.is_none_or(|at| now >= at + every);
        if is_due && !self.last_flight.is_empty() {
            self.answered = Some(now);
            self.out.extend(self.last_flight.iter().cloned());
        }
    }

    /// Hands a datagram to the library.
    fn read(
        &mut self,
        now: Instant,
        datagram: BytesMut,
        out: &mut Vec<DtlsEvent>,
    ) -> Result<(), TransportError> {
        let was_open = self.is_open;
        let events = match self.endpoint.read(now, self.peer, None, datagram) {
            Ok(events) => events,
            Err(RtcError::ErrNoMatchingCertificateFingerprint) => {
                self.has_given_up = true;
                return Err(TransportError::WrongCertificate);
            }
            Err(error) => {
                log::debug!("a DTLS datagram came to nothing: {error}");
                // The library does not go on with a handshake that failed.
                self.has_given_up |= !self.is_open;
                Vec::new()
            }
        };
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
        let answer: Vec<BytesMut> =
            std::iter::from_fn(|| self.endpoint.poll_transmit().map(|out| out.message)).collect();
        if !answer.is_empty() && !was_open && !self.is_client {
            self.last_flight.clone_from(&answer);
        }
        self.out.extend(answer);
        Ok(())
    }

    /// Whether the library can open what is sealed.
    fn has_keys(&self) -> bool {
        self.endpoint
            .get_connection_state(self.peer)
            .and_then(|state| state.cipher_suite())
            .is_some_and(|suite| suite.is_initialized())
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
        let queued = self.out.pop_front();
        queued.or_else(|| self.endpoint.poll_transmit().map(|out| out.message))
    }

    /// Whether the tunnel stands.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether the handshake will not end any more: it failed, or a flight was
    /// sent in vain too often.
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
