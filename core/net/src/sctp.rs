//! Ordered, reliable messages inside the tunnel: SCTP (RFC 9260) with one pre-negotiated data channel
//! (RFC 8831 §6.5, stream 0, so no opening message is exchanged).

mod fence;
mod parts;
mod pieces;

use super::error::Logged;
use super::{TransportError, path_mtu};
use bytes::{Bytes, BytesMut};
use fence::Fence;
use parts::Parts;
use pieces::Pieces;
use rtc_sctp::{
    Association, AssociationHandle, ClientConfig, DatagramEvent, Endpoint, EndpointConfig, Event,
    Payload, PayloadProtocolIdentifier, ServerConfig, TimerConfig, TransportConfig,
    max_payload_size_for_mtu,
};
use rtc_shared::{TransportContext, TransportProtocol};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The one data channel.
const STREAM: u16 = 0;

/// How much may be in flight towards us: the ceiling of throughput times round trip.
const RECEIVE_WINDOW: u32 = 4 * 1024 * 1024;

/// How much may wait here unacknowledged before senders are held back.
const SEND_BUFFER: usize = 2 * 1024 * 1024;

/// What DTLS adds to a packet: the header of a record, and what AES-GCM needs (RFC 5288 §3).
const TUNNEL: usize = 13 + 8 + 16;

/// Largest SCTP packet.
const PACKET: usize = path_mtu::MOST - TUNNEL;

/// How long nothing of what was sent may arrive, although the peer would take it, before that counts as
/// stuck.
const STUCK: Duration = Duration::from_secs(5);

/// How much faster than the wall this layer's clock runs.
///
/// The library's timers are constants: retransmission after at least 1 s, acknowledgements delayed
/// by 200 ms. Between two ends of ours its clock runs ten times as fast, which makes them 100 ms and
/// 20 ms. Its round-trip estimate is taken on the same clock, so longer paths still get the longer
/// timer they need; QUIC does without a lower bound (RFC 9002 §6.2.1).
const HASTE: u32 = 10;

/// How often, at least, an association is asked for. The library doubles the time in between.
const ASKING_INTERVAL: Duration = Duration::from_millis(400);

/// How much memory the library may hold for what has not been read, in bytes.
///
/// Its own limit, the window, counts only what is inside of messages, and lets a message pass that has
/// no end. So a peer could fill the memory with one message, or with fragments of one byte.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// What the library needs to keep one chunk of data, beside the packet that it came in. An estimate.
const CHUNK_COST: usize = 256;

/// What happened to the association.
pub(super) enum SctpEvent {
    /// Messages can be exchanged.
    Open,
    /// The peer ended the association.
    Closed,
}

/// One association. DTLS and ICE carry its packets, so it is given no addresses.
pub(super) struct Sctp {
    endpoint: Endpoint,
    association: Option<(AssociationHandle, Association)>,
    peer: SocketAddr,
    epoch: Instant,
    /// By how much the clock was put forward; see [`Self::retransmit_now`].
    skipped: Duration,
    accepts: bool,
    fence: Fence,
    /// When an association was last asked for.
    asked: Instant,
    /// The peer's wish for an association, and what it was answered; see [`Self::is_repeated_wish`].
    wish: Option<(Bytes, Vec<Bytes>)>,
    /// Packets to be sent again.
    repeated: Option<Vec<Bytes>>,
    /// Makes messages and packets fit the path.
    pieces: Pieces,
    /// The same for a chunk that is larger already.
    parts: Parts,
    /// The TSN up to which everything sent has arrived, as the peer last said, and since when it waits for
    /// what comes then.
    arrived: (Option<u32>, Instant),
    /// The peer takes no more for now.
    is_held_back: bool,
    is_open: bool,
    gap_reported: bool,
    /// What [`MOST_HELD`] limits, at least. Repetitions count, until [`Self::poll_transmit`] learns
    /// better.
    held: usize,
}

impl Sctp {
    /// The side whose DTLS handshake ends first asks for the association; that is the host.
    /// `accepts`: whether the peer may ask as well (stock WebRTC clients do); its wish then wins.
    pub(super) fn new(now: Instant, accepts: bool) -> Self {
        let placeholder = TransportContext::default();
        let mut config = EndpointConfig::default();
        config.max_payload_size(max_payload_size_for_mtu(PACKET as u32));
        Self {
            endpoint: Endpoint::new(
                placeholder.local_addr,
                TransportProtocol::UDP,
                Arc::new(config),
                Some(Arc::new(ServerConfig::new(transport_config()))),
            ),
            association: None,
            peer: placeholder.peer_addr,
            epoch: now,
            skipped: Duration::ZERO,
            accepts,
            fence: Fence::default(),
            asked: now,
            wish: None,
            repeated: None,
            pieces: Pieces::new(PACKET),
            parts: Parts::new(PACKET),
            arrived: (None, now),
            is_held_back: false,
            is_open: false,
            gap_reported: false,
            held: 0,
        }
    }

    /// Asks the peer for an association.
    pub(super) fn connect(&mut self, now: Instant) -> Result<(), TransportError> {
        let config = ClientConfig::new(transport_config());
        let association = self
            .endpoint
            .connect(self.hasten(now), config, self.peer)
            .map_err(TransportError::sctp)?;
        self.association = Some(association);
        self.asked = now;
        Ok(())
    }

    /// Takes one packet, or a part of one, out of the tunnel. A peer that sends what cannot be read loses
    /// everything that follows; [`Self::read`] says so.
    pub(super) fn handle(&mut self, now: Instant, record: BytesMut) {
        let Some(packet) = self.parts.join(record) else {
            return;
        };
        if !self.fence.admits(&packet, self.is_open) {
            return log::debug!("a packet that no peer of ours sends was dropped");
        }
        self.held += cost(&packet);
        if self.held > MOST_HELD {
            return;
        }
        let packet = packet.freeze();
        if self.is_repeated_wish(&packet) {
            return;
        }
        self.note_acknowledgement(now, &packet);
        let hastened = self.hasten(now);
        match self
            .endpoint
            .handle(hastened, self.peer, None, packet.clone())
        {
            Some((handle, DatagramEvent::NewAssociation(association))) => {
                let free = self.association.is_none() || (self.accepts && !self.is_open);
                if free {
                    self.association = Some((handle, association));
                    self.wish = Some((packet, Vec::new()));
                }
            }
            Some((handle, DatagramEvent::AssociationEvent(event))) => {
                if let Some((ours, association)) = &mut self.association
                    && *ours == handle
                {
                    association.handle_event(event);
                }
            }
            _ => {}
        }
    }

    fn note_acknowledgement(&mut self, now: Instant, packet: &[u8]) {
        if let Some(said) = self.pieces.hear(packet) {
            self.is_held_back = (said.window as usize) < PACKET;
            if self.arrived.0 != Some(said.up_to) || self.is_held_back {
                self.arrived = (Some(said.up_to), now);
            }
        }
    }

    /// Whether nothing of what was sent arrives any more, although the peer would take it.
    pub(super) fn is_stuck(&mut self, now: Instant) -> bool {
        let (_, since) = self.arrived;
        now >= since + STUCK && !self.is_held_back && self.buffered() > 0
    }

    /// How large a datagram may be from now on. True if that is less than before.
    pub(super) fn fit(&mut self, datagram: usize) -> bool {
        self.pieces.set_most(datagram.saturating_sub(TUNNEL))
    }

    /// How often something had to be sent again because nothing was heard of it in time.
    pub(super) fn timeouts(&self) -> u64 {
        let association = self.association.as_ref();
        association.map_or(0, |(_, a)| a.stats().get_num_t3timeouts())
    }

    /// Whether the peer asks once more for the association that it was granted: it has not heard of it,
    /// and is told again (RFC 9260 §5.1). The library would begin another association, and answer by
    /// it, so that neither side can tell which one counts.
    fn is_repeated_wish(&mut self, packet: &Bytes) -> bool {
        let wish = self.wish.as_ref().filter(|(asked, _)| asked == packet);
        if let Some((_, answer)) = wish {
            self.repeated = Some(answer.clone());
        }
        wish.is_some()
    }

    /// What happened since the last call.
    pub(super) fn poll_event(&mut self) -> Option<SctpEvent> {
        let (_, association) = self.association.as_mut()?;
        loop {
            match association.poll()? {
                Event::Connected => {
                    self.is_open = true;
                    // The stream exists on both sides by agreement; this only makes it known here.
                    let _ = association.open_stream(STREAM, PayloadProtocolIdentifier::Binary);
                    return Some(SctpEvent::Open);
                }
                Event::HandshakeFailed { reason } | Event::AssociationLost { reason, .. } => {
                    log::debug!("the association ended: {reason}");
                    return Some(SctpEvent::Closed);
                }
                _ => {}
            }
        }
    }

    /// Whether another message may be written now.
    pub(super) fn is_writable(&mut self) -> bool {
        self.is_open && self.buffered() < SEND_BUFFER
    }

    /// Bytes written and not yet acknowledged by the peer.
    pub(super) fn buffered(&mut self) -> usize {
        self.association
            .as_mut()
            .and_then(|(_, association)| association.stream(STREAM).ok()?.buffered_amount().ok())
            .unwrap_or(0)
    }

    /// Queues one message.
    pub(super) fn write(&mut self, now: Instant, message: &Bytes) -> Result<(), TransportError> {
        if self.buffered() == 0 {
            self.arrived.1 = now;
        }
        let now = self.hasten(now);
        let (_, association) = self.association.as_mut().ok_or(TransportError::Closed)?;
        let mut stream = association.stream(STREAM).map_err(TransportError::sctp)?;
        for piece in self.pieces.cut(message) {
            stream
                .write_chunk_with_ppi(now, &piece, PayloadProtocolIdentifier::Binary)
                .map_err(TransportError::sctp)?;
        }
        Ok(())
    }

    /// The next complete message. Not calling this holds the peer back.
    pub(super) fn read(&mut self, limit: usize) -> Result<Option<Bytes>, TransportError> {
        if !self.is_open {
            return Ok(None);
        }
        if self.held > MOST_HELD {
            return Err(TransportError::sctp("a message without an end"));
        }
        let Some((_, association)) = self.association.as_mut() else {
            return Ok(None);
        };
        let Ok(mut stream) = association.stream(STREAM) else {
            return Ok(None);
        };
        match stream.read_sctp() {
            Ok(Some(message)) => {
                let freed = message.len() + message.chunks.len() * CHUNK_COST;
                self.held = self.held.saturating_sub(freed);
                message
                    .to_payload(limit)
                    .map(|payload| Some(payload.freeze()))
                    .map_err(TransportError::sctp)
            }
            Ok(None) | Err(_) => Ok(None),
        }
    }

    /// The packets to send now. Fewer calls mean fewer, larger acknowledgements.
    pub(super) fn poll_transmit(&mut self, now: Instant) -> Option<Vec<Bytes>> {
        if let Some(packets) = self.repeated.take() {
            return Some(packets);
        }
        let now = self.hasten(now);
        let (_, association) = self.association.as_mut()?;
        match association.poll_transmit(now)?.message {
            Payload::RawEncode(packets) => {
                packets.iter().for_each(|packet| self.fence.note(packet));
                if let Some((_, answer)) = &mut self.wish
                    && answer.is_empty()
                {
                    answer.clone_from(&packets);
                }
                self.gap_reported = packets.iter().any(|packet| reports_gap(packet));
                for window in packets.iter().filter_map(|packet| open_window(packet)) {
                    // A chunk has one byte at least.
                    let queued = RECEIVE_WINDOW.saturating_sub(window) as usize;
                    self.held = self.held.min(queued * (1 + CHUNK_COST));
                }
                let packets = self.pieces.mend(packets);
                Some(self.parts.take_apart(packets, self.pieces.most()))
            }
            _ => None,
        }
    }

    /// Whether the last acknowledgement said that something is missing: the peer recovers faster
    /// when it hears so often.
    pub(super) fn is_missing_something(&self) -> bool {
        self.gap_reported
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let (_, association) = self.association.as_ref()?;
        let begun = self.epoch + self.skipped;
        let at = association.poll_timeout()?;
        let at = self.epoch + at.saturating_duration_since(begun) / HASTE;
        match self.is_open {
            true => Some(at),
            false => Some(at.min(self.asked + ASKING_INTERVAL)),
        }
    }

    /// The path is back after a silence: what is in flight is sent again at once, instead of when the
    /// timer ends, which has grown to seconds meanwhile. The library has no call for that; its timer
    /// ends when its clock is put forward. What is sent again is no measure of the round trip
    /// (Karn's rule), so its estimate stays true.
    pub(super) fn retransmit_now(&mut self, now: Instant) {
        if self.buffered() > 0 {
            self.end_timer(now);
        }
    }

    /// Puts the library's clock forward to the end of its timer.
    fn end_timer(&mut self, now: Instant) {
        let due = self
            .association
            .as_ref()
            .and_then(|(_, a)| a.poll_timeout());
        if let Some(due) = due {
            self.skipped += due.saturating_duration_since(self.hasten(now));
            self.let_timers_end(now);
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.is_open || self.poll_timeout().is_none_or(|at| now < at) {
            return self.let_timers_end(now);
        }
        self.asked = now;
        self.end_timer(now);
    }

    fn let_timers_end(&mut self, now: Instant) {
        let now = self.hasten(now);
        if let Some((_, association)) = &mut self.association {
            association.handle_timeout(now);
        }
    }

    fn hasten(&self, now: Instant) -> Instant {
        // The extra nanoseconds undo the rounding of `poll_timeout`, so a due timer is due.
        self.epoch
            + self.skipped
            + now.saturating_duration_since(self.epoch) * HASTE
            + Duration::from_nanos(u64::from(HASTE))
    }
}

fn transport_config() -> TransportConfig {
    TransportConfig::default()
        .with_max_receive_buffer_size(RECEIVE_WINDOW)
        .with_max_message_size(handfast_protocol::link::MAX_MESSAGE as u32)
        .with_max_num_inbound_streams(16)
        .with_max_num_outbound_streams(16)
        .with_timer_config(TimerConfig {
            // How long to go on is decided above; a silent path must not lose what is in flight.
            max_t1_init_retrans: usize::MAX,
            max_t1_cookie_retrans: usize::MAX,
            max_t3_rtx_retrans: usize::MAX,
            ..TimerConfig::default()
        })
}

/// Whether a packet begins with a SACK that lists a gap (RFC 9260 §3.3.4: type 3, and the number of
/// gap blocks at offset 12 of the chunk, behind the common header of 12 bytes).
fn reports_gap(packet: &[u8]) -> bool {
    packet.get(12) == Some(&3) && packet.get(24..26).is_some_and(|blocks| blocks != [0, 0])
}

/// The window that a SACK at the beginning of a packet reports, if it is not shut (offset 8).
fn open_window(packet: &[u8]) -> Option<u32> {
    let window = packet.get(20..24).filter(|_| packet.get(12) == Some(&3))?;
    let window = u32::from_be_bytes(window.try_into().ok()?);
    (window != 0).then_some(window)
}

/// What it may take to keep the data of a packet, which stays in memory as a whole.
fn cost(packet: &[u8]) -> usize {
    let mut chunks = 0;
    let mut rest = packet.get(12..).unwrap_or_default();
    while let Some(&[kind, _, high, low]) = rest.first_chunk() {
        chunks += usize::from(kind == 0);
        let length = usize::from(u16::from_be_bytes([high, low])).max(4);
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    match chunks {
        0 => 0,
        _ => packet.len() + chunks * CHUNK_COST,
    }
}

#[cfg(test)]
mod tests;
