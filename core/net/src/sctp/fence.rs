//! What of a peer's packets may reach the library (SCTP, RFC 9260).
//!
//! Whoever sends them has proved to hold a certificate, which does not say that they mean well. The
//! library counts through whatever range a chunk states, keeps every chunk for every stream, and
//! begins another association at each wish for one. So a packet is looked at before, against what was
//! really sent and received; one that no honest peer sends is dropped as a whole.

use super::STREAM;

/// Chunk types (RFC 9260 §3.2, RFC 6525 §3.1).
const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const SACK: u8 = 3;
const HEARTBEAT: u8 = 4;
const HEARTBEAT_ACK: u8 = 5;
const ABORT: u8 = 6;
const RE_CONFIG: u8 = 130;
/// The others that a peer may use: ends and cookies. Reports of errors change nothing, and nothing is
/// skipped.
const PLAIN: [u8; 5] = [7, 8, 10, 11, 14];

/// The common header: ports, tag and checksum (RFC 9260 §3.1).
const HEADER: usize = 12;

/// How many chunks a packet has at most. Messages of one byte make about sixty.
const MOST_CHUNKS: usize = 128;

/// How far ahead of what was received in a row a chunk may be. A full window of the longest chunks is
/// about four thousand; the library looks through all of them for each acknowledgement.
const MOST_AHEAD: u32 = 8_192;

/// How many different wishes for an association are heard.
const MOST_WISHES: u8 = 8;

/// How a peer that closes the data channel begins to say so: it resets its outgoing streams, by a parameter
/// of 18 bytes that names one (RFC 6525 §4.1).
const RESET: [u8; 4] = [0, 13, 0, 18];

/// How often it may say so.
const MOST_RESETS: u8 = 16;

/// What is known of one association.
#[derive(Default)]
pub(super) struct Fence {
    /// The number up to which the peer's chunks were received in a row.
    received: Option<u32>,
    /// The highest number of a chunk of ours.
    sent: Option<u32>,
    /// The tag of the peer's last wish.
    tag: Option<u32>,
    wishes: u8,
    resets: u8,
}

impl Fence {
    /// Whether a packet may be handed on.
    pub(super) fn admits(&mut self, packet: &[u8], is_open: bool) -> bool {
        let mut count = 0;
        for chunk in chunks(packet) {
            count += 1;
            if count > MOST_CHUNKS || !chunk.is_some_and(|chunk| self.is_plausible(chunk, is_open))
            {
                return false;
            }
        }
        count > 0
    }

    fn is_plausible(&mut self, chunk: Chunk<'_>, is_open: bool) -> bool {
        match chunk.kind {
            DATA => self.is_expected(chunk.value),
            SACK => self.is_true(chunk.value),
            // Repetitions of the opening come late and change nothing.
            INIT | INIT_ACK if is_open => false,
            INIT | INIT_ACK => {
                chunk.value.get(16..).is_some_and(are_whole)
                    && self.is_wish(word(chunk.value, 0), first_number(chunk.value))
            }
            HEARTBEAT | HEARTBEAT_ACK => !chunk.value.is_empty() && are_whole(chunk.value),
            // The library reads its causes on into whatever follows.
            ABORT => chunk.is_last && are_whole(chunk.value),
            RE_CONFIG => self.is_end(chunk.value),
            kind => PLAIN.contains(&kind),
        }
    }

    /// Whether our stream and nothing else is reset: the peer closes the data channel (RFC 8831 §6.7).
    fn is_end(&mut self, value: &[u8]) -> bool {
        let is_ours = value.len() == usize::from(RESET[3])
            && value.starts_with(&RESET)
            && value.ends_with(&STREAM.to_be_bytes());
        if is_ours {
            self.resets = self.resets.saturating_add(1);
        }
        is_ours && self.resets <= MOST_RESETS
    }

    /// Whether a wish, or the answer to one, is among the first few that differ in their tag (§3.3.2).
    fn is_wish(&mut self, tag: Option<u32>, first: Option<u32>) -> bool {
        let (Some(tag), Some(first)) = (tag, first) else {
            return false;
        };
        if self.tag != Some(tag) {
            self.tag = Some(tag);
            self.wishes = self.wishes.saturating_add(1);
        }
        self.received = Some(first.wrapping_sub(1));
        self.wishes <= MOST_WISHES
    }

    /// Whether data is for our stream, has a content, and is not far ahead (§3.3.1).
    fn is_expected(&self, value: &[u8]) -> bool {
        let (Some(number), Some(received)) = (word(value, 0), self.received) else {
            return false;
        };
        let stream = value.get(4..6).map(|stream| [stream[0], stream[1]]);
        stream == Some(STREAM.to_be_bytes())
            && value.len() > 12
            && number.wrapping_sub(received).cast_signed() <= MOST_AHEAD.cast_signed()
    }

    /// Whether an acknowledgement acknowledges what was sent, in rising order (§3.3.4).
    fn is_true(&self, value: &[u8]) -> bool {
        let (Some(cumulative), Some(sent), Some(counts)) =
            (word(value, 0), self.sent, word(value, 8))
        else {
            return false;
        };
        let (gaps, repeated) = ((counts >> 16) as usize, (counts & 0xffff) as usize);
        let outstanding = sent.wrapping_sub(cumulative).cast_signed();
        if value.len() != 12 + 4 * (gaps + repeated) || outstanding < 0 {
            return false;
        }
        let mut last = 0;
        value[12..].chunks_exact(4).take(gaps).all(|gap| {
            let [start, end] = [[gap[0], gap[1]], [gap[2], gap[3]]].map(u16::from_be_bytes);
            let is_rising = last < start && start <= end;
            last = end;
            is_rising && i32::from(end) <= outstanding
        })
    }

    /// Takes notice of a packet of ours.
    pub(super) fn note(&mut self, packet: &[u8]) {
        for chunk in chunks(packet).flatten() {
            match chunk.kind {
                DATA => self.sent = later(self.sent, word(chunk.value, 0)),
                SACK => self.received = later(self.received, word(chunk.value, 0)),
                INIT | INIT_ACK => {
                    self.sent = first_number(chunk.value).map(|first| first.wrapping_sub(1));
                }
                _ => {}
            }
        }
    }
}

/// Whether parameters, or causes of an error, end where they say (§3.2.1, §3.3.10).
fn are_whole(mut parameters: &[u8]) -> bool {
    while !parameters.is_empty() {
        let Some([_, _, high, low]) = parameters.first_chunk() else {
            return false;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if length < 4 || length > parameters.len() {
            return false;
        }
        // The last one may lack its padding.
        parameters = parameters
            .get(length.next_multiple_of(4)..)
            .unwrap_or_default();
    }
    true
}

/// The later of two numbers that go round (RFC 1982).
fn later(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) if other.wrapping_sub(one).cast_signed() <= 0 => Some(one),
        (one, other) => other.or(one),
    }
}

/// The first number that an INIT or INIT ACK announces (§3.3.2).
fn first_number(value: &[u8]) -> Option<u32> {
    word(value, 12)
}

fn word(value: &[u8], at: usize) -> Option<u32> {
    let bytes = value.get(at..at + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

#[derive(Clone, Copy)]
struct Chunk<'a> {
    kind: u8,
    value: &'a [u8],
    is_last: bool,
}

/// The chunks of a packet; None for what is none.
fn chunks(packet: &[u8]) -> impl Iterator<Item = Option<Chunk<'_>>> {
    let mut rest = packet.get(HEADER..).unwrap_or_default();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some([kind, _, high, low]) = rest.first_chunk::<4>() else {
            rest = &[];
            return Some(None);
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(value) = rest.get(4..length) else {
            rest = &[];
            return Some(None);
        };
        let kind = *kind;
        // The last chunk may lack its padding.
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Some(Chunk {
            kind,
            value,
            is_last: rest.is_empty(),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(chunks: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut packet = vec![0; HEADER];
        for (kind, value) in chunks {
            let [high, low] = (4 + value.len() as u16).to_be_bytes();
            packet.extend([*kind, 0, high, low]);
            packet.extend(value);
            packet.resize(packet.len().next_multiple_of(4), 0);
        }
        packet
    }

    fn init(first: u32) -> (u8, Vec<u8>) {
        (INIT, [&[0; 12][..], &first.to_be_bytes()].concat())
    }

    fn data(number: u32, stream: u16, content: &[u8]) -> (u8, Vec<u8>) {
        let (number, stream) = (number.to_be_bytes(), stream.to_be_bytes());
        (DATA, [&number[..], &stream, &[0; 6], content].concat())
    }

    fn sack(cumulative: u32, gaps: &[[u16; 2]]) -> (u8, Vec<u8>) {
        let mut value = [&cumulative.to_be_bytes()[..], &[0, 1, 0, 0]].concat();
        value.extend((gaps.len() as u16).to_be_bytes());
        value.extend([0, 0]);
        for bound in gaps.iter().flatten() {
            value.extend(bound.to_be_bytes());
        }
        (SACK, value)
    }

    /// An association in which the peer begins with 1 and we, having sent ten chunks, with the last
    /// number that there is.
    fn fence() -> Fence {
        let mut fence = Fence::default();
        assert!(fence.admits(&packet(&[init(1)]), false));
        fence.note(&packet(&[init(u32::MAX)]));
        for number in 0..10 {
            fence.note(&packet(&[data(u32::MAX.wrapping_add(number), 0, b"x")]));
        }
        fence
    }

    #[test]
    fn data_is_for_the_one_stream_holds_something_and_is_not_far_ahead() {
        let mut fence = fence();
        let mut admits = |chunk| fence.admits(&packet(&[chunk]), true);
        assert!(admits(data(1, 0, b"x")));
        assert!(admits(data(0, 0, b"x")), "a repetition");
        assert!(admits(data(MOST_AHEAD, 0, b"x")));
        assert!(!admits(data(MOST_AHEAD + 1, 0, b"x")));
        assert!(!admits(data(1, 1, b"x")));
        assert!(!admits(data(1, 0, b"")));
        fence.note(&packet(&[sack(MOST_AHEAD, &[])]));
        assert!(fence.admits(&packet(&[data(MOST_AHEAD + 1, 0, b"x")]), true));
    }

    #[test]
    fn only_what_was_sent_can_be_acknowledged() {
        let mut fence = fence();
        let mut admits = |chunk| fence.admits(&packet(&[chunk]), true);
        assert!(admits(sack(u32::MAX, &[])));
        assert!(admits(sack(2, &[[2, 3], [6, 6]])));
        assert!(admits(sack(8, &[])));
        assert!(!admits(sack(9, &[])));
        assert!(!admits(sack(2, &[[2, 7]])));
        assert!(!admits(sack(2, &[[3, 2]])));
        assert!(!admits(sack(2, &[[2, 3], [3, 4]])));
        assert!(!admits(sack(2, &[[0, 3]])));
        let (kind, mut value) = sack(2, &[[2, 3]]);
        value.truncate(14);
        assert!(!admits((kind, value)), "fewer gaps than stated");
    }

    #[test]
    fn an_association_is_wished_for_a_few_times_and_never_again_once_it_is_open() {
        let mut fence = Fence::default();
        let wish = |tag: u32| (INIT, [&tag.to_be_bytes()[..], &[0; 12]].concat());
        let admitted = (0..100)
            .filter(|number| fence.admits(&packet(&[wish(number / 10)]), false))
            .count();
        assert_eq!(admitted, 10 * usize::from(MOST_WISHES));
        assert!(!Fence::default().admits(&packet(&[init(1)]), true));
    }

    #[test]
    fn our_stream_can_be_reset_a_few_times_and_nothing_else() {
        let reset = |length: u8, streams: &[u8]| {
            let request = [&[0, 13, 0, length][..], &[0; 12], streams].concat();
            packet(&[(RE_CONFIG, request)])
        };
        let mut fence = fence();
        for odd in [
            reset(18, &[0, 1]),
            reset(20, &[0, 0, 0, 0]),
            reset(20, &[0, 0]),
            reset(16, &[]),
            packet(&[(RE_CONFIG, [&[0, 14, 0, 18][..], &[0; 14]].concat())]),
            packet(&[(RE_CONFIG, vec![0, 13])]),
        ] {
            assert!(!fence.admits(&odd, true));
        }
        for _ in 0..MOST_RESETS {
            assert!(fence.admits(&reset(18, &STREAM.to_be_bytes()), true));
        }
        assert!(!fence.admits(&reset(18, &STREAM.to_be_bytes()), true));
    }

    #[test]
    fn what_skips_numbers_is_not_for_a_stream_that_loses_nothing() {
        let skip = (192, [&u32::MAX.to_be_bytes()[..], &[0; 4]].concat());
        assert!(!fence().admits(&packet(&[skip]), true));
    }

    #[test]
    fn what_does_not_end_where_it_says_is_dropped_and_an_abort_ends_its_packet() {
        let mut fence = fence();
        let mut admits = |chunks: &[(u8, Vec<u8>)]| fence.admits(&packet(chunks), true);
        let cause = vec![0, 12, 0, 5, b'x'];
        assert!(admits(&[(ABORT, cause.clone())]));
        assert!(admits(&[(ABORT, Vec::new())]));
        assert!(!admits(&[(ABORT, cause), (HEARTBEAT, vec![0, 1, 0, 4])]));
        for odd in [vec![0, 12, 136, 0, 0, 0], vec![0, 12, 0, 3], vec![0, 12]] {
            assert!(!admits(&[(ABORT, odd.clone())]));
            assert!(!admits(&[(HEARTBEAT, odd)]));
        }
        assert!(!admits(&[(9, vec![0, 12, 0, 4])]), "a report of an error");
    }

    #[test]
    fn a_packet_is_dropped_as_a_whole() {
        let mut fence = fence();
        let both = packet(&[data(1, 0, b"x"), data(2, 9, b"x")]);
        assert!(!fence.admits(&both, true));
        assert!(!fence.admits(&packet(&[]), true));
        let many = vec![(HEARTBEAT, vec![0, 1, 0, 4]); MOST_CHUNKS + 1];
        assert!(fence.admits(&packet(&many[1..]), true));
        assert!(!fence.admits(&packet(&many), true));
        let mut cut = packet(&[data(1, 0, b"text")]);
        cut.truncate(cut.len() - 1);
        assert!(!fence.admits(&cut, true));
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_looked_at_without_harm(
            packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..20),
            kind in 0_u8..16,
            is_open: bool,
        ) {
            let mut fence = fence();
            for bytes in packets {
                fence.admits(&bytes, is_open);
                fence.note(&bytes);
                fence.admits(&packet(&[(kind, bytes)]), is_open);
            }
        }
    }
}
