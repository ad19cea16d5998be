//! What two people's devices say to each other inside the sealed channel: one message per frame body.
//!
//! A message is one byte of kind and its fields, integers in little endian. There is one encoding of
//! everything, and a parser refuses any other. Kinds from 128 on may be ignored by whoever does not
//! know them, which is how later versions add what is not essential; an unknown kind below 128 is
//! an error, because ignoring it would lose something.
//!
//! File numbers belong to whoever sends the file: `Accept`, `Decline` and `Received` name a file of
//! the other side, `Offer`, `Chunk`, `Done` and `Cancel` one of our own.

use super::FileError;
use crate::handshake::MAX_BODY;
use crate::log;
use crate::reconnect;
use crate::transfer;
use bytes::{Buf, Bytes};
use std::iter;

/// Longest text in bytes of UTF-8. Longer than a frame, so it may take several.
pub const MAX_TEXT: usize = 65_536;

/// Longest file name in bytes of UTF-8.
pub const MAX_FILE_NAME: usize = 255;

/// BLAKE2b-256 (RFC 7693) of a file.
pub type Hash = [u8; 32];

/// Bytes of a file that one frame carries.
pub const CHUNK: usize = MAX_BODY - 5;

/// Bytes of a text that one frame carries.
const TEXT_PART: usize = MAX_BODY - 2;

/// Kinds between belong to logs, to files that survive the connection, and to contacts.
const AWAY: u8 = 24;

/// The first kind that may be ignored.
const OPTIONAL: u8 = 128;

/// One message. See the module text for whose number an `id` is.
#[expect(
    missing_docs,
    reason = "docs/protocol.md describes each field, in 4.1 and after"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A piece of a text; `more` says that the next piece follows in a later frame.
    Text { more: bool, part: Bytes },
    /// Will you take this file?
    Offer { id: u32, size: u64, name: String },
    /// Yes, begin.
    Accept { id: u32 },
    /// No, or no longer.
    Decline { id: u32, reason: FileError },
    /// The next bytes, never none.
    Chunk { id: u32, bytes: Bytes },
    /// That was all; BLAKE2b-256 of it.
    Done { id: u32, hash: Hash },
    /// It is here, complete and equal.
    Received { id: u32 },
    /// I will not send the rest.
    Cancel { id: u32, reason: FileError },
    /// Nothing follows.
    Bye,
    /// This person wants to compare: an offer, or the answer to one.
    CompareWish,
    /// The host's commitment to its nonce.
    CompareCommit([u8; 32]),
    /// The guest's nonce.
    CompareNonce([u8; 32]),
    /// The host's nonce.
    CompareOpen([u8; 32]),
    /// Whether this device is in the background, so that little should be sent to it.
    Away(bool),
    /// About a file that survives the connection.
    File(transfer::Message),
    /// About the two logs, where both people keep what is said.
    Log(log::Message),
    /// About the contact itself.
    Contact(reconnect::Message),
    /// Something optional of a later version.
    Unknown,
}

/// A text, cut into messages.
pub struct Texts {
    /// None after the last part, which may be empty.
    rest: Option<Bytes>,
}

impl Texts {
    /// True once the last part was given.
    pub fn is_over(&self) -> bool {
        self.rest.is_none()
    }

    /// Bytes that are still to come.
    #[cfg(test)]
    pub fn left(&self) -> usize {
        self.rest.as_ref().map_or(0, Bytes::len)
    }
}

impl Iterator for Texts {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let mut rest = self.rest.take()?;
        let part = rest.split_to(rest.len().min(TEXT_PART));
        let more = !rest.is_empty();
        if more {
            self.rest = Some(rest);
        }
        Some(Message::Text { more, part })
    }
}

/// A body that is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Message {
    /// Cuts a text into messages.
    pub fn texts(text: Bytes) -> Texts {
        let rest = Some(text);
        Texts { rest }
    }

    /// The body as a head and the bytes behind it, which are not copied.
    pub fn encode(&self) -> (Vec<u8>, Bytes) {
        let mut head = Vec::new();
        let mut tail = Bytes::new();
        let mut numbered = |kind: u8, id: &u32| {
            head.push(kind);
            head.extend(id.to_le_bytes());
        };
        match self {
            Self::Text { more, part } => {
                head.extend([1, u8::from(*more)]);
                tail = part.clone();
            }
            Self::Offer { id, size, name } => {
                numbered(2, id);
                head.extend(size.to_le_bytes());
                head.push(name.len() as u8);
                head.extend(name.as_bytes());
            }
            Self::Accept { id } => numbered(3, id),
            Self::Decline { id, reason } => {
                numbered(4, id);
                head.push(reason.code());
            }
            Self::Chunk { id, bytes } => {
                numbered(5, id);
                tail = bytes.clone();
            }
            Self::Done { id, hash } => {
                numbered(6, id);
                head.extend(hash);
            }
            Self::Received { id } => numbered(7, id),
            Self::Cancel { id, reason } => {
                numbered(8, id);
                head.push(reason.code());
            }
            Self::Bye => head.push(9),
            Self::CompareWish => head.push(10),
            Self::CompareCommit(value) => head.extend(iter::once(11).chain(*value)),
            Self::CompareNonce(value) => head.extend(iter::once(12).chain(*value)),
            Self::CompareOpen(value) => head.extend(iter::once(13).chain(*value)),
            Self::Away(is_away) => head.extend([AWAY, u8::from(*is_away)]),
            Self::Log(message) => return message.encode(),
            Self::Contact(message) => head = message.to_bytes(),
            Self::Unknown => head.push(OPTIONAL),
            Self::File(message) => return message.encode(),
        }
        (head, tail)
    }

    /// Reads one body.
    pub fn parse(mut body: Bytes) -> Result<Self, Malformed> {
        let kind = *body.first().ok_or(Malformed)?;
        if log::Message::is_kind(kind) {
            let message = log::Message::parse(body);
            return message.map(Self::Log).map_err(|_| Malformed);
        }
        if reconnect::Message::is_kind(kind) {
            let message = reconnect::Message::parse(&body);
            return message.map(Self::Contact).map_err(|_| Malformed);
        }
        if transfer::message::KINDS.contains(&kind) {
            let message = transfer::Message::parse(body);
            return message.map(Self::File).map_err(|_| Malformed);
        }
        body.advance(1);
        let message = match kind {
            1 => {
                let more = match body.try_get_u8() {
                    Ok(0) => false,
                    Ok(1) if body.has_remaining() => true,
                    _ => return Err(Malformed),
                };
                let part = std::mem::take(&mut body);
                Self::Text { more, part }
            }
            2 => Self::Offer {
                id: number(&mut body)?,
                size: body.try_get_u64_le().map_err(|_| Malformed)?,
                name: file_name(&mut body)?,
            },
            3 => Self::Accept {
                id: number(&mut body)?,
            },
            4 => Self::Decline {
                id: number(&mut body)?,
                reason: reason(&mut body)?,
            },
            5 => {
                let id = number(&mut body)?;
                let bytes = std::mem::take(&mut body);
                if bytes.is_empty() {
                    return Err(Malformed);
                }
                Self::Chunk { id, bytes }
            }
            6 => Self::Done {
                id: number(&mut body)?,
                hash: array(&mut body)?,
            },
            7 => Self::Received {
                id: number(&mut body)?,
            },
            8 => Self::Cancel {
                id: number(&mut body)?,
                reason: reason(&mut body)?,
            },
            9 => Self::Bye,
            10 => Self::CompareWish,
            11 => Self::CompareCommit(array(&mut body)?),
            12 => Self::CompareNonce(array(&mut body)?),
            13 => Self::CompareOpen(array(&mut body)?),
            AWAY => match body.try_get_u8() {
                Ok(is_away @ (0 | 1)) => Self::Away(is_away == 1),
                _ => return Err(Malformed),
            },
            OPTIONAL.. => return Ok(Self::Unknown),
            _ => return Err(Malformed),
        };
        if body.has_remaining() {
            return Err(Malformed);
        }
        Ok(message)
    }
}

fn number(body: &mut Bytes) -> Result<u32, Malformed> {
    body.try_get_u32_le().map_err(|_| Malformed)
}

fn array(body: &mut Bytes) -> Result<[u8; 32], Malformed> {
    let mut array = [0; 32];
    body.try_copy_to_slice(&mut array).map_err(|_| Malformed)?;
    Ok(array)
}

fn reason(body: &mut Bytes) -> Result<FileError, Malformed> {
    let code = body.try_get_u8().map_err(|_| Malformed)?;
    FileError::from_code(code).ok_or(Malformed)
}

fn file_name(body: &mut Bytes) -> Result<String, Malformed> {
    let length = usize::from(body.try_get_u8().map_err(|_| Malformed)?);
    if length > body.len() {
        return Err(Malformed);
    }
    let name = body.split_to(length);
    let name = std::str::from_utf8(&name).map_err(|_| Malformed)?;
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(message: &Message) -> Bytes {
        let (head, tail) = message.encode();
        [&head[..], &tail[..]].concat().into()
    }

    fn messages() -> impl Strategy<Value = Message> {
        let reason = || (1_u8..=11).prop_filter_map("a reason", FileError::from_code);
        let bytes = || proptest::collection::vec(any::<u8>(), 1..200).prop_map(Bytes::from);
        prop_oneof![
            (any::<bool>(), bytes()).prop_map(|(more, part)| Message::Text { more, part }),
            (any::<u32>(), any::<u64>(), "[a-zß]{0,100}")
                .prop_map(|(id, size, name)| Message::Offer { id, size, name }),
            any::<u32>().prop_map(|id| Message::Accept { id }),
            (any::<u32>(), reason()).prop_map(|(id, reason)| Message::Decline { id, reason }),
            (any::<u32>(), bytes()).prop_map(|(id, bytes)| Message::Chunk { id, bytes }),
            (any::<u32>(), any::<[u8; 32]>()).prop_map(|(id, hash)| Message::Done { id, hash }),
            any::<u32>().prop_map(|id| Message::Received { id }),
            (any::<u32>(), reason()).prop_map(|(id, reason)| Message::Cancel { id, reason }),
            Just(Message::Bye),
            Just(Message::Contact(reconnect::Message::Forget)),
            Just(Message::Contact(reconnect::Message::Disown)),
            Just(Message::CompareWish),
            any::<[u8; 32]>().prop_map(Message::CompareCommit),
            any::<[u8; 32]>().prop_map(Message::CompareNonce),
            any::<[u8; 32]>().prop_map(Message::CompareOpen),
            any::<bool>().prop_map(Message::Away),
        ]
    }

    #[test]
    fn an_unknown_kind_is_ignored_from_128_on_and_refused_below() {
        for kind in 0..=255 {
            let parsed = Message::parse(vec![kind, 7, 7].into());
            match kind {
                128.. => assert_eq!(parsed, Ok(Message::Unknown)),
                _ => assert_eq!(parsed, Err(Malformed), "{kind}"),
            }
        }
        assert_eq!(Message::parse(Bytes::new()), Err(Malformed));
    }

    #[test]
    fn a_text_is_cut_into_as_few_messages_as_fit() {
        for (length, count) in [
            (0, 1),
            (1, 1),
            (TEXT_PART, 1),
            (TEXT_PART + 1, 2),
            (MAX_TEXT, 5),
        ] {
            let parts: Vec<_> = Message::texts(vec![b'x'; length].into()).collect();
            assert_eq!(parts.len(), count);
            assert!(parts.iter().all(|part| body(part).len() <= MAX_BODY));
        }
    }

    #[test]
    fn a_full_chunk_fills_a_frame() {
        let bytes = vec![0; CHUNK].into();
        assert_eq!(body(&Message::Chunk { id: 1, bytes }).len(), MAX_BODY);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(message in messages()) {
            prop_assert_eq!(Message::parse(body(&message)), Ok(message));
        }

        #[test]
        fn whatever_is_read_has_one_encoding(bytes: Vec<u8>) {
            let bytes = Bytes::from(bytes);
            match Message::parse(bytes.clone()) {
                Ok(Message::Unknown) | Err(Malformed) => {}
                Ok(message) => prop_assert_eq!(body(&message), bytes),
            }
        }
    }
}
