//! What of the records that arrive may reach the library (DTLS 1.2, RFC 6347).
//!
//! Until a tunnel stands nothing proves who sent a record: whoever can forge the peer's address can
//! send handshakes, alerts and records under keys that do not exist yet. The library keeps all of
//! them, joins pieces by recursion and lets an alert end everything. So pieces are put together here,
//! within limits, and the library is handed nothing but whole messages in their order, and sealed
//! records once it can open them. Whatever is beyond a limit is dropped; nothing that arrives ends or
//! resets a tunnel. Once the tunnel stands, only sealed records pass.

use super::cookie;
use bytes::BytesMut;
use handfast_protocol::reconnect::DtlsCookie;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Content types (RFC 6347 §4.1, RFC 5246 §6.2.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// The handshake message that begins everything (RFC 5246 §7.4).
const CLIENT_HELLO: u8 = 1;

/// Headers of a record (RFC 6347 §4.1) and of a piece of a handshake message (§4.2.2).
const RECORD_HEADER: usize = 13;
const MESSAGE_HEADER: usize = 12;

/// Versions in a record's header: a first greeting may carry the older one.
const VERSIONS: [[u8; 2]; 2] = [[254, 255], [254, 253]];

/// The longest handshake message. Ours have some hundred bytes; a chain of certificates may be longer.
const LONGEST_MESSAGE: usize = 16 * 1024;

/// How many messages are put together at the same time: as many as the longest flight has.
const WINDOW: u16 = 5;

/// How many messages of the peer are taken in all. A handshake has seven at most.
const MOST_MESSAGES: u16 = 16;

/// How many records of a datagram are looked at.
const MOST_RECORDS: usize = 64;

/// How many sealed records, other than those of the handshake, are taken before the tunnel stands.
const MOST_EARLY: usize = 16;

/// How many sealed records of the handshake are taken in a second before the tunnel stands, and how
/// long they may be: the last message has 24 bytes, whatever cipher seals it.
const MOST_SEALED: u32 = 8;
const LONGEST_SEALED: usize = 96;

/// The shortest sealed record that holds anything: explicit nonce and tag (RFC 5288 §3, RFC 6655 §3).
const SHORTEST_SEALED: usize = 8 + 8;

/// The longest record that is kept until it can be opened.
const LONGEST_EARLY: usize = 2048;

/// The random value of a `ClientHello` (RFC 5246 §7.4.1.2): it names one attempt of a client.
pub(crate) type Greeting = [u8; 32];

/// The greeting that a datagram begins with, if it begins with one. A long one comes in pieces; only
/// the first tells whose it is.
pub(crate) fn greeting(datagram: &[u8]) -> Option<Greeting> {
    let record = records(datagram).next()?;
    let piece = Piece::all(record.body).next()?;
    let is_greeting =
        (record.kind, record.epoch, piece.kind, piece.offset) == (HANDSHAKE, 0, CLIENT_HELLO, 0);
    // The client's version stands before it.
    piece
        .body
        .get(2..34)
        .filter(|_| is_greeting)
        .and_then(|random| random.try_into().ok())
}

/// The handshake of one tunnel, as far as it may be the peer's.
pub(super) struct Fence {
    is_client: bool,
    /// What the first greeting has to show, where that is known.
    cookie: Option<DtlsCookie>,
    /// The number of the message that the library waits for.
    next: u16,
    /// That message and those behind it, as far as they are known.
    partial: VecDeque<Option<Partial>>,
    /// The number of the record that is handed on next: what a stranger wrote there would close the
    /// library's window for the peer's own.
    record: u8,
    cipher: Cipher,
    /// Sealed records that came before they can be opened.
    early: VecDeque<BytesMut>,
    early_taken: usize,
    sealed: Budget,
}

/// Whether the peer said that what follows is sealed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cipher {
    Clear,
    Changes,
    Changed,
}

/// A handshake message up to where it is known.
struct Partial {
    kind: u8,
    length: usize,
    bytes: Vec<u8>,
}

impl Partial {
    fn is_whole(&self) -> bool {
        self.bytes.len() == self.length
    }
}

/// So many in a second.
struct Budget {
    since: Option<Instant>,
    used: u32,
}

/// What a datagram brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    /// A message that the library waits for is whole.
    pub(super) is_news: bool,
    /// A piece of a message came again that the library has.
    pub(super) is_repetition: bool,
}

impl Fence {
    pub(super) fn new(is_client: bool, cookie: Option<DtlsCookie>) -> Self {
        Self {
            is_client,
            cookie: cookie.filter(|_| !is_client),
            next: 0,
            partial: (0..WINDOW).map(|_| None).collect(),
            record: 0,
            cipher: Cipher::Clear,
            early: VecDeque::new(),
            early_taken: 0,
            sealed: Budget {
                since: None,
                used: 0,
            },
        }
    }

    /// How many messages of the peer's handshake the library was handed.
    pub(super) fn taken(&self) -> u16 {
        self.next
    }

    /// Takes a datagram in while the tunnel does not stand.
    pub(super) fn sort(&mut self, now: Instant, datagram: &[u8]) -> Sorted {
        let mut sorted = Sorted::default();
        for record in records(datagram) {
            match (record.kind, record.epoch) {
                (HANDSHAKE, 0) => {
                    for piece in Piece::all(record.body) {
                        sorted.is_repetition |= piece.number < self.next;
                        self.join(&piece);
                    }
                }
                (CHANGE_CIPHER_SPEC, 0) if self.cipher == Cipher::Clear => {
                    self.cipher = Cipher::Changes;
                }
                _ if self.early.len() >= MOST_EARLY => {}
                (HANDSHAKE, 1) if record.body.len() <= LONGEST_SEALED && self.sealed.spend(now) => {
                    self.early.push_back(record.whole.into());
                }
                (ALERT | APPLICATION_DATA, 1)
                    if record.body.len() <= LONGEST_EARLY && self.early_taken < MOST_EARLY =>
                {
                    self.early_taken += 1;
                    self.early.push_back(record.whole.into());
                }
                _ => {}
            }
        }
        self.take_cookie();
        sorted.is_news = self.is_next_whole();
        sorted
    }

    /// Joins a piece to what is known of its message. Only what continues it counts: a piece behind a
    /// gap comes again with its flight.
    fn join(&mut self, piece: &Piece<'_>) {
        let Some(ahead) = piece.number.checked_sub(self.next) else {
            return;
        };
        // A server waits for greetings before it waits for anything else.
        let is_early = !self.is_client && self.next < 2 && piece.kind != CLIENT_HELLO;
        let is_without_cookie = self.cookie.is_some() && piece.number == 0;
        if is_early
            || is_without_cookie
            || piece.length > LONGEST_MESSAGE
            || piece.number >= MOST_MESSAGES
        {
            return;
        }
        let Some(slot) = self.partial.get_mut(usize::from(ahead)) else {
            return;
        };
        let known = slot.as_ref().map_or(0, |partial| partial.bytes.len());
        let Some(news) = known
            .checked_sub(piece.offset)
            .and_then(|known| piece.body.get(known..))
        else {
            return;
        };
        if news.is_empty() && piece.length > 0 {
            return;
        }
        let partial = slot.get_or_insert_with(|| Partial {
            kind: piece.kind,
            length: piece.length,
            bytes: Vec::new(),
        });
        let is_same = (partial.kind, partial.length) == (piece.kind, piece.length);
        if is_same && known + news.len() <= piece.length {
            partial.bytes.extend_from_slice(news);
        }
    }

    /// A greeting that shows the known cookie is one that was asked for: what would have come before it is
    /// known as well.
    fn take_cookie(&mut self) {
        let Some(cookie) = self.cookie.filter(|_| self.next == 0) else {
            return;
        };
        let second = self
            .partial
            .get_mut(1)
            .and_then(|partial| partial.take_if(|p| p.is_whole()));
        if let Some(second) = second
            && let Some(bytes) = cookie::without(&cookie, &second.bytes)
        {
            let first = Partial {
                kind: CLIENT_HELLO,
                length: bytes.len(),
                bytes,
            };
            self.partial[0] = Some(first);
            self.partial[1] = Some(second);
        }
    }

    fn is_next_whole(&self) -> bool {
        let next = self.partial.front().and_then(Option::as_ref);
        next.is_some_and(Partial::is_whole)
    }

    /// The messages that are whole, in their order, as one datagram for the library, which answers one
    /// greeting at a time.
    pub(super) fn messages(&mut self) -> Option<BytesMut> {
        let mut datagram = BytesMut::new();
        while self.is_next_whole()
            && let Some(Some(message)) = self.partial.pop_front()
        {
            self.partial.push_back(None);
            let [_, a, b, c] = (message.length as u32).to_be_bytes();
            self.begin_record(
                &mut datagram,
                HANDSHAKE,
                MESSAGE_HEADER + message.bytes.len(),
            );
            datagram.extend_from_slice(&[message.kind, a, b, c]);
            datagram.extend_from_slice(&self.next.to_be_bytes());
            datagram.extend_from_slice(&[0, 0, 0, a, b, c]);
            datagram.extend_from_slice(&message.bytes);
            self.next += 1;
            if message.kind == CLIENT_HELLO {
                break;
            }
        }
        (!datagram.is_empty()).then_some(datagram)
    }

    /// The next record for a library that has its keys: the change of the cipher, then what is sealed.
    pub(super) fn sealed(&mut self) -> Option<BytesMut> {
        match self.cipher {
            Cipher::Clear => None,
            Cipher::Changes => {
                self.cipher = Cipher::Changed;
                let mut datagram = BytesMut::new();
                self.begin_record(&mut datagram, CHANGE_CIPHER_SPEC, 1);
                datagram.extend_from_slice(&[1]);
                Some(datagram)
            }
            Cipher::Changed => self.early.pop_front(),
        }
    }

    /// Writes the header of a record that is not sealed.
    fn begin_record(&mut self, datagram: &mut BytesMut, kind: u8, length: usize) {
        let [high, low] = (length as u16).to_be_bytes();
        let number = self.record;
        self.record += 1;
        datagram.extend_from_slice(&[kind, 254, 253, 0, 0, 0, 0, 0, 0, 0, number, high, low]);
    }
}

impl Budget {
    fn spend(&mut self, now: Instant) -> bool {
        let is_over = |since| now.saturating_duration_since(since) >= Duration::from_secs(1);
        if self.since.is_none_or(is_over) {
            (self.since, self.used) = (Some(now), 0);
        }
        self.used += 1;
        self.used <= MOST_SEALED
    }
}

/// What of a datagram a standing tunnel takes, and whether it held a piece of a handshake: the peer
/// repeats its last flight, as it has not seen the answer.
pub(super) fn of_standing(datagram: BytesMut) -> (Option<BytesMut>, bool) {
    let is_taken = |record: &Record<'_>| {
        record.epoch == 1
            && matches!(record.kind, ALERT | APPLICATION_DATA)
            && record.body.len() > SHORTEST_SEALED
    };
    let mut is_flight = false;
    let mut taken = BytesMut::new();
    let mut is_whole = false;
    for record in records(&datagram) {
        is_flight |= record.kind == HANDSHAKE;
        is_whole = is_taken(&record) && record.whole.len() == datagram.len();
        if is_taken(&record) && !is_whole {
            taken.extend_from_slice(record.whole);
        }
    }
    // Almost always a datagram is one record.
    let taken = if is_whole { datagram } else { taken };
    ((!taken.is_empty()).then_some(taken), is_flight)
}

struct Record<'a> {
    kind: u8,
    epoch: u16,
    body: &'a [u8],
    whole: &'a [u8],
}

/// The records of a datagram, up to the first that is none.
fn records(datagram: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        let header = rest.first_chunk::<RECORD_HEADER>()?;
        let [kind, major, minor, e, f, .., high, low] = *header;
        let end = RECORD_HEADER + usize::from(u16::from_be_bytes([high, low]));
        let (whole, following) = rest.split_at_checked(end)?;
        rest = following;
        VERSIONS.contains(&[major, minor]).then_some(Record {
            kind,
            epoch: u16::from_be_bytes([e, f]),
            body: &whole[RECORD_HEADER..],
            whole,
        })
    })
    .take(MOST_RECORDS)
}

/// A piece of a handshake message, or a whole one.
struct Piece<'a> {
    kind: u8,
    /// How long the whole message is.
    length: usize,
    number: u16,
    offset: usize,
    body: &'a [u8],
}

impl<'a> Piece<'a> {
    /// The pieces in a record, up to the first that is none.
    fn all(mut record: &'a [u8]) -> impl Iterator<Item = Self> {
        std::iter::from_fn(move || {
            let header = record.first_chunk::<MESSAGE_HEADER>()?;
            let [kind, l0, l1, l2, m, n, o0, o1, o2, p0, p1, p2] = *header;
            let [length, offset, here] = [[l0, l1, l2], [o0, o1, o2], [p0, p1, p2]]
                .map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]) as usize);
            let (piece, following) = record.split_at_checked(MESSAGE_HEADER + here)?;
            record = following;
            (offset + here <= length).then_some(Self {
                kind,
                length,
                number: u16::from_be_bytes([m, n]),
                offset,
                body: &piece[MESSAGE_HEADER..],
            })
        })
    }
}

#[cfg(test)]
mod tests;
