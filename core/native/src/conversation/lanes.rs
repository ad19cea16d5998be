//! The way out: two queues to the link, so that talk goes ahead of files.
//!
//! Only this file seals and sends. Files take [`Lanes::block`] and nothing else; a faster carrier for
//! bulk would take its place there. Files come in blocks and leave in chunks, because waking this
//! task for every chunk costs more than the chunk.

use super::message::{CHUNK, Message};
use bytes::Bytes;
use handfast_protocol::handshake::Sealer;
use handfast_protocol::link::LinkSender;
use std::future::ready;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Texts and answers that may wait.
const TALK: usize = 64;

/// Blocks of files that may wait.
const BULK: usize = 4;

/// How long one key seals at most.
const KEY_LIFE: Duration = Duration::from_secs(3600);

/// The conversation is over; nothing can be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Over;

#[derive(Debug)]
enum Talk {
    /// A whole text, which becomes as many messages as it needs, with no other text in between.
    Text(Bytes),
    Message(Message),
}

#[derive(Debug)]
enum Bulk {
    /// Part of a file, of any length.
    Block { id: u32, bytes: Bytes },
    /// What must not overtake the blocks before it.
    Message(Message),
}

/// Where everything that is to be sent goes in.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    talk: mpsc::Sender<Talk>,
    bulk: mpsc::Sender<Bulk>,
}

/// Where it comes out. Served by [`Outlet::speak`].
pub(super) struct Outlet {
    talk: mpsc::Receiver<Talk>,
    bulk: mpsc::Receiver<Bulk>,
}

pub(super) fn lanes() -> (Lanes, Outlet) {
    let (talk, talk_out) = mpsc::channel(TALK);
    let (bulk, bulk_out) = mpsc::channel(BULK);
    let outlet = Outlet {
        talk: talk_out,
        bulk: bulk_out,
    };
    (Lanes { talk, bulk }, outlet)
}

impl Lanes {
    /// Sends a text ahead of chunks.
    pub(super) async fn text(&self, text: Bytes) -> Result<(), Over> {
        self.talk.send(Talk::Text(text)).await.map_err(|_| Over)
    }

    /// Sends a message ahead of chunks.
    pub(super) async fn say(&self, message: Message) -> Result<(), Over> {
        let talk = Talk::Message(message);
        self.talk.send(talk).await.map_err(|_| Over)
    }

    /// Sends a message behind all blocks that wait.
    pub(super) async fn say_after_blocks(&self, message: Message) -> Result<(), Over> {
        let message = Bulk::Message(message);
        self.bulk.send(message).await.map_err(|_| Over)
    }

    /// Sends the next block of a file from a thread that may block. The one way for bulk.
    pub(super) fn block(&self, id: u32, bytes: Bytes) -> Result<(), Over> {
        let block = Bulk::Block { id, bytes };
        self.bulk.blocking_send(block).map_err(|_| Over)
    }
}

impl Outlet {
    /// Seals and sends until goodbye is said, or the link is closed.
    pub(super) async fn speak(mut self, link: LinkSender, mut sealer: Sealer) {
        let mut key_life = interval_at(Instant::now() + KEY_LIFE, KEY_LIFE);
        key_life.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The block that is leaving in chunks.
        let (mut file, mut block) = (0, Bytes::new());
        loop {
            let talk = tokio::select! {
                biased;
                _ = key_life.tick() => {
                    sealer.rekey_next();
                    continue;
                }
                Some(talk) = self.talk.recv() => talk,
                () = ready(()), if !block.is_empty() => Talk::Message(Message::Chunk {
                    id: file,
                    bytes: block.split_to(block.len().min(CHUNK)),
                }),
                Some(bulk) = self.bulk.recv() => match bulk {
                    Bulk::Block { id, bytes } => {
                        (file, block) = (id, bytes);
                        continue;
                    }
                    Bulk::Message(message) => Talk::Message(message),
                },
            };
            let sent = match talk {
                Talk::Text(text) => {
                    let mut sent = Some(());
                    for part in Message::texts(text) {
                        sent = sent.and(send(&link, &mut sealer, &part).await);
                    }
                    sent
                }
                Talk::Message(message) => {
                    let last = message == Message::Bye;
                    let sent = send(&link, &mut sealer, &message).await;
                    sent.filter(|()| !last)
                }
            };
            // Leaving drops the last sender of the link, which delivers what was sent and closes it.
            if sent.is_none() {
                return;
            }
        }
    }
}

async fn send(link: &LinkSender, sealer: &mut Sealer, message: &Message) -> Option<()> {
    let (head, tail) = message.encode();
    let frame = sealer.seal_parts(&[&head, &tail]).ok()?;
    link.send(frame).await.ok()
}
