//! The way out: two queues to the link, so that talk goes ahead of files.
//!
//! Only this file seals. Files take [`SendQueue::block`] and nothing else; a faster carrier for bulk
//! would take its place there. Files come in blocks and leave in chunks, because asking the disk for
//! every chunk costs more than the chunk.

use super::message::{CHUNK, Message, Texts};
use crate::handshake::Sealer;
use crate::log;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::Duration;
use web_time::Instant;

/// Texts that may wait to be sent.
pub(super) const TEXTS: usize = 64;

/// Messages that may wait beside the texts. Beyond that nothing more is offered, and what the other side
/// says is no longer read: as it is what they answer, it is held back. Somebody who keeps to the rules is
/// never owed as many.
const ANSWERS: usize = 256;

/// How long one key seals at most.
const KEY_LIFE: Duration = Duration::from_secs(3600);

enum Talk {
    /// What is left of a text. No other message goes between its parts.
    Text(Texts),
    /// As many as whoever exchanges the logs gives at a time.
    Log(log::Message),
    Message(Message),
}

enum Bulk {
    /// What is left of a block of a file.
    Block { id: u32, bytes: Bytes },
    /// What must not overtake the blocks before it.
    Message(Message),
}

pub(super) struct SendQueue {
    sealer: Sealer,
    /// When the key becomes too old. The frame after that changes it.
    key_ends: Instant,
    talk: VecDeque<Talk>,
    /// How many of these are texts.
    texts: usize,
    /// How many are about logs.
    logs: usize,
    bulk: VecDeque<Bulk>,
    is_closed: bool,
}

impl SendQueue {
    pub(super) fn new(now: Instant, sealer: Sealer) -> Self {
        Self {
            sealer,
            key_ends: now + KEY_LIFE,
            talk: VecDeque::new(),
            texts: 0,
            logs: 0,
            bulk: VecDeque::new(),
            is_closed: false,
        }
    }

    pub(super) fn has_room_for_text(&self) -> bool {
        self.texts < TEXTS
    }

    /// True if there is room for answers to what the other side says.
    pub(super) fn has_room_for_answers(&self) -> bool {
        self.talk.len() - self.texts - self.logs < ANSWERS
    }

    /// Sends a whole text ahead of chunks, in as many messages as it needs.
    pub(super) fn text(&mut self, text: Bytes) {
        if !self.is_closed {
            self.texts += 1;
            self.talk.push_back(Talk::Text(Message::texts(text)));
        }
    }

    /// Sends what is said about the logs ahead of chunks.
    pub(super) fn log(&mut self, message: log::Message) {
        if !self.is_closed {
            self.logs += 1;
            self.talk.push_back(Talk::Log(message));
        }
    }

    /// Sends a message ahead of chunks.
    pub(super) fn say(&mut self, message: Message) {
        if !self.is_closed {
            self.talk.push_back(Talk::Message(message));
        }
    }

    /// Sends a message behind all blocks that wait.
    pub(super) fn say_after_blocks(&mut self, message: Message) {
        self.add(Bulk::Message(message));
    }

    /// Sends part of a file, of any length but zero. The one way for bulk.
    pub(super) fn block(&mut self, id: u32, bytes: Bytes) {
        self.add(Bulk::Block { id, bytes });
    }

    fn add(&mut self, bulk: Bulk) {
        if !self.is_closed {
            self.bulk.push_back(bulk);
        }
    }

    /// Blocks that are still here, in part or as a whole.
    pub(super) fn blocks(&self) -> usize {
        self.bulk.len()
    }

    /// The file that the blocks belong to goes no further.
    pub(super) fn forget_blocks(&mut self) {
        self.bulk.clear();
    }

    /// Nothing is sent any more, neither what waits nor what comes.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
        self.talk.clear();
        (self.texts, self.logs) = (0, 0);
        self.bulk.clear();
    }

    /// True if something waits that is ahead of files.
    pub(super) fn has_talk(&self) -> bool {
        !self.talk.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.talk.is_empty() && self.bulk.is_empty()
    }

    /// The next message.
    pub(super) fn next(&mut self) -> Option<Message> {
        match self.talk.pop_front() {
            Some(Talk::Message(message)) => return Some(message),
            Some(Talk::Log(message)) => {
                self.logs -= 1;
                return Some(Message::Log(message));
            }
            Some(Talk::Text(mut parts)) => {
                let part = parts.next();
                match parts.is_over() {
                    true => self.texts -= 1,
                    false => self.talk.push_front(Talk::Text(parts)),
                }
                return part;
            }
            None => {}
        }
        match self.bulk.pop_front()? {
            Bulk::Message(message) => Some(message),
            Bulk::Block {
                id,
                bytes: mut rest,
            } => {
                let bytes = rest.split_to(rest.len().min(CHUNK));
                if !rest.is_empty() {
                    let rest = Bulk::Block { id, bytes: rest };
                    self.bulk.push_front(rest);
                }
                Some(Message::Chunk { id, bytes })
            }
        }
    }

    /// A message as it goes over the link. None if the channel is used up.
    pub(super) fn seal(&mut self, now: Instant, message: &Message) -> Option<Bytes> {
        if now >= self.key_ends {
            self.sealer.rekey_next();
            self.key_ends = now + KEY_LIFE;
        }
        let (head, tail) = message.encode();
        self.sealer.seal_parts(&[&head, &tail]).ok()
    }

    /// Bytes of texts and files that wait here.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let talk = self.talk.iter().map(|talk| match talk {
            Talk::Text(parts) => parts.left(),
            Talk::Log(log::Message::Entry { part, .. }) => part.len(),
            Talk::Log(_) | Talk::Message(_) => 0,
        });
        let bulk = self.bulk.iter().map(|bulk| match bulk {
            Bulk::Block { bytes, .. } => bytes.len(),
            Bulk::Message(_) => 0,
        });
        talk.chain(bulk).sum()
    }
}
