//! Packets that fit a path, whatever the library thinks of it.
//!
//! The library cuts messages into chunks of one size, which is fixed when an association begins, and
//! bundles them up to that size. A path may be narrower, or become so. Then messages are cut here: the
//! library takes each piece for a message of its own, and on the way out its chunk becomes what it is,
//! a piece (RFC 9260 §3.3.1 and §6.9): all pieces of a message share its number, and flags say where it
//! begins and ends. TSNs, and with them all of acknowledgement and retransmission, stay the library's.
//! Bundles that are too large are taken apart, and acknowledgements shortened.
//!
//! A chunk that was sent once keeps its size for ever, as nobody knows whether it arrived; see `parts.rs`.

use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;

/// The header of a packet (RFC 9260 §3.1).
const HEADER: usize = 12;

/// The header of a chunk of data (§3.3.1), and of an acknowledgement (§3.3.4).
const CHUNK_HEADER: usize = 16;

const DATA: u8 = 0;
const SACK: u8 = 3;

/// Flags of a chunk of data: its message ends with it, begins with it.
const ENDS: u8 = 1;
const BEGINS: u8 = 2;

/// What is known of the chunks that the peer has not acknowledged.
pub(super) struct Pieces {
    /// The largest packet that the library makes.
    whole: usize,
    /// The largest that may leave.
    most: usize,
    /// What the chunks of data are, in the order of their TSNs.
    chunks: VecDeque<Piece>,
    /// The TSN of the first of them, known once that has been sent.
    first: Option<u32>,
    /// The number of the next message.
    number: u16,
    /// Whether a message was ever cut here: the library's numbers are wrong since.
    is_needed: bool,
}

#[derive(Clone, Copy)]
struct Piece {
    flags: u8,
    number: u16,
}

/// What an acknowledgement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Acknowledged {
    /// Everything up to this TSN has arrived.
    pub(super) up_to: u32,
    /// How much more the peer takes, in bytes.
    pub(super) window: u32,
}

impl Pieces {
    /// `whole`: the largest packet that the library makes, and the size to begin with.
    pub(super) fn new(whole: usize) -> Self {
        Self {
            whole,
            most: whole,
            chunks: VecDeque::new(),
            first: None,
            number: 0,
            is_needed: false,
        }
    }

    /// The largest packet from now on. True if it is smaller than before.
    pub(super) fn set_most(&mut self, most: usize) -> bool {
        let before = self.most;
        self.most = most.clamp(HEADER + CHUNK_HEADER + 4, self.whole);
        self.most < before
    }

    /// The largest packet that leaves, but for a chunk that is larger by itself.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Notes a message, and returns how it is to be given to the library.
    pub(super) fn cut(&mut self, message: &Bytes) -> Vec<Bytes> {
        let size = payload(self.most);
        let count = message.len().div_ceil(size);
        let number = self.number;
        self.number = number.wrapping_add(1);
        self.chunks.extend((1..=count).map(|nth| {
            let begins = if nth == 1 { BEGINS } else { 0 };
            let ends = if nth == count { ENDS } else { 0 };
            Piece {
                flags: begins | ends,
                number,
            }
        }));
        // The library cuts to this size itself.
        if count <= 1 || size == payload(self.whole) {
            return vec![message.clone()];
        }
        self.is_needed = true;
        let starts = (0..message.len()).step_by(size);
        starts
            .map(|at| message.slice(at..message.len().min(at + size)))
            .collect()
    }

    /// Makes packets of the library into those that are sent.
    pub(super) fn mend(&mut self, packets: Vec<Bytes>) -> Vec<Bytes> {
        if self.first.is_none() && !self.chunks.is_empty() {
            let chunks = packets.iter().flat_map(|packet| chunks(packet));
            let mut sent = chunks.filter(|chunk| chunk[0] == DATA);
            self.first = sent.find_map(|chunk| number_at(chunk, 4));
        }
        if !self.is_needed && packets.iter().all(|packet| packet.len() <= self.most) {
            return packets;
        }
        packets
            .iter()
            .flat_map(|packet| self.taken_apart(packet))
            .collect()
    }

    fn taken_apart(&self, packet: &[u8]) -> Vec<Bytes> {
        let mut parts = Vec::new();
        let mut open = BytesMut::new();
        for chunk in chunks(packet) {
            let chunk = self.mended(chunk);
            if !open.is_empty() && open.len() + chunk.len() > self.most {
                parts.push(seal(std::mem::take(&mut open)));
            }
            if open.is_empty() {
                open.extend_from_slice(&packet[..HEADER]);
            }
            open.extend_from_slice(&chunk);
        }
        if !open.is_empty() {
            parts.push(seal(open));
        }
        parts
    }

    fn mended(&self, chunk: &[u8]) -> Vec<u8> {
        let mut chunk = chunk.to_vec();
        match chunk[0] {
            DATA if chunk.len() >= CHUNK_HEADER => {
                let tsn = number_at(&chunk, 4).unwrap_or_default();
                let nth = self.first.map(|first| tsn.wrapping_sub(first) as usize);
                if let Some(piece) = nth.and_then(|nth| self.chunks.get(nth)) {
                    chunk[1] = chunk[1] & !(BEGINS | ENDS) | piece.flags;
                    chunk[10..12].copy_from_slice(&piece.number.to_be_bytes());
                }
            }
            SACK if HEADER + chunk.len() > self.most => shorten(&mut chunk, self.most - HEADER),
            _ => {}
        }
        chunk
    }

    /// Looks for an acknowledgement in a packet of the peer.
    pub(super) fn hear(&mut self, packet: &[u8]) -> Option<Acknowledged> {
        let said = chunks(packet).filter(|chunk| chunk[0] == SACK).last()?;
        let said = Acknowledged {
            up_to: number_at(said, 4)?,
            window: number_at(said, 8)?,
        };
        if let Some(first) = self.first {
            let done = said.up_to.wrapping_sub(first).wrapping_add(1);
            // An acknowledgement that was overtaken looks like one of nearly everything.
            if done as usize <= self.chunks.len() {
                self.chunks.drain(..done as usize);
                self.first = Some(first.wrapping_add(done));
            }
        }
        Some(said)
    }
}

/// How much of a message goes into a packet of this size, alone: chunks have a multiple of four bytes.
fn payload(packet: usize) -> usize {
    packet.saturating_sub(HEADER + CHUNK_HEADER) & !3
}

/// The chunks of a packet with their padding, as far as it can be read.
fn chunks(packet: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = packet.get(HEADER..).unwrap_or_default();
    std::iter::from_fn(move || {
        let [_, _, high, low] = *rest.first_chunk()?;
        let length = usize::from(u16::from_be_bytes([high, low])).max(4);
        let (chunk, behind) = rest.split_at_checked(length.next_multiple_of(4))?;
        rest = behind;
        Some(chunk)
    })
}

fn number_at(chunk: &[u8], at: usize) -> Option<u32> {
    let bytes = chunk.get(at..at + 4)?;
    bytes.try_into().ok().map(u32::from_be_bytes)
}

/// Leaves the reports of later gaps out of an acknowledgement. What is not reported counts as missing,
/// and what was reported before stays known (RFC 9260 §3.3.4).
fn shorten(chunk: &mut Vec<u8>, room: usize) {
    let reports = u16::from_be_bytes([chunk[12], chunk[13]]);
    let reports = usize::from(reports).min(room.saturating_sub(CHUNK_HEADER) / 4);
    chunk.truncate(CHUNK_HEADER + 4 * reports);
    let [length, reports] = [chunk.len(), reports].map(|number| (number as u16).to_be_bytes());
    chunk[2..4].copy_from_slice(&length);
    chunk[12..14].copy_from_slice(&reports);
    // Nothing was received twice, as far as this says.
    chunk[14..16].fill(0);
}

/// Writes the checksum, CRC-32C with its least byte first (RFC 9260, appendix A).
fn seal(mut packet: BytesMut) -> Bytes {
    packet[8..HEADER].fill(0);
    let sum = crc32c::crc32c(&packet);
    packet[8..HEADER].copy_from_slice(&sum.to_le_bytes());
    packet.freeze()
}

#[cfg(test)]
mod tests;
