//! Files on their way out, one after the other.

use super::file::{Hash, Source};
use super::lanes::Lanes;
use super::message::Message;
use super::{Event, Failure, FileError, Progress, Transfer};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

/// A file to send.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) transfer: Transfer,
    pub(super) path: PathBuf,
}

/// What the other side says about the file with this number.
pub(super) struct Answer {
    pub(super) id: u32,
    pub(super) verdict: Verdict,
}

/// The possible answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accept,
    Decline(FileError),
    Received,
}

pub(super) struct Outbox {
    pub(super) requests: mpsc::Receiver<Request>,
    pub(super) cancels: mpsc::Receiver<Transfer>,
    pub(super) answers: mpsc::Receiver<Answer>,
    pub(super) lanes: Lanes,
    pub(super) events: mpsc::Sender<Event>,
    /// Cancelled while still waiting in the queue.
    pub(super) cancelled: HashSet<Transfer>,
    /// The number of the last file offered.
    pub(super) last: u32,
}

impl Outbox {
    /// Sends every file that is asked for, until nobody can ask any more or the conversation is over.
    pub(super) async fn serve(mut self) {
        loop {
            let request = tokio::select! {
                request = self.requests.recv() => request,
                answer = self.answers.recv() => match answer {
                    // Late words about a file that is no longer on its way.
                    Some(_) => continue,
                    None => {
                        self.requests.close();
                        self.requests.recv().await
                    }
                },
            };
            let Some(Request { transfer, path }) = request else {
                return;
            };
            let event = match self.deliver(transfer, path).await {
                Ok(event) => event,
                Err(failure) => failure.event(transfer),
            };
            let _ = self.events.send(event).await;
        }
    }

    async fn deliver(&mut self, transfer: Transfer, path: PathBuf) -> Result<Event, Failure> {
        while let Ok(other) = self.cancels.try_recv() {
            self.cancelled.insert(other);
        }
        if self.cancelled.remove(&transfer) {
            return Err(Failure::here(FileError::Cancelled));
        }
        let source = spawn_blocking(move || Source::open(&path))
            .await
            .unwrap_or(Err(FileError::Unreadable))?;
        let (size, name) = (source.size, source.name.clone());
        self.last += 1;
        let id = self.last;
        // Behind the chunks and the end of the file before it, or the other side would be busy still.
        let offer = Message::Offer { id, size, name };
        self.lanes.say_after_blocks(offer).await?;
        match self.stream(transfer, id, source).await {
            Ok((hash, start)) => Ok(Event::FileSent {
                transfer,
                bytes: size,
                hash,
                took: start.elapsed(),
            }),
            Err(failure) => {
                if !failure.by_peer {
                    let reason = failure.reason;
                    let cancel = Message::Cancel { id, reason };
                    let _ = self.lanes.say_after_blocks(cancel).await;
                }
                Err(failure)
            }
        }
    }

    /// From the offer to the confirmation. Gives the hash, and when the first byte went out.
    async fn stream(
        &mut self,
        transfer: Transfer,
        id: u32,
        source: Source,
    ) -> Result<(Hash, Instant), Failure> {
        self.expect(transfer, id, Verdict::Accept).await?;
        let start = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let mut reading = spawn_blocking({
            let (stop, lanes) = (stop.clone(), self.lanes.clone());
            let mut progress = Progress::new(&self.events, transfer, source.size);
            move || {
                source.read(|bytes| {
                    if stop.load(Relaxed) {
                        return Err(FileError::Cancelled);
                    }
                    progress.add(bytes.len());
                    lanes.block(id, bytes).map_err(FileError::from)
                })
            }
        });
        let read = tokio::select! {
            read = &mut reading => read,
            early = self.expect(transfer, id, Verdict::Received) => {
                // Nothing that can be heard before the end is good news. The thread must be done
                // before the file is cancelled, so that no block comes after.
                stop.store(true, Relaxed);
                let _ = reading.await;
                return Err(early.err().unwrap_or(Failure::by_peer(FileError::Damaged)));
            }
        };
        let hash = read.unwrap_or(Err(FileError::Unreadable))?;
        let done = Message::Done { id, hash };
        self.lanes.say_after_blocks(done).await?;
        self.expect(transfer, id, Verdict::Received).await?;
        Ok((hash, start))
    }

    /// Waits for the other side's word on this file, or for ours to stop.
    async fn expect(
        &mut self,
        transfer: Transfer,
        id: u32,
        wanted: Verdict,
    ) -> Result<(), Failure> {
        loop {
            tokio::select! {
                answer = self.answers.recv() => match answer {
                    None => return Err(Failure::here(FileError::Ended)),
                    Some(answer) if answer.id != id => {}
                    Some(Answer { verdict: Verdict::Decline(reason), .. }) => {
                        return Err(Failure::by_peer(reason));
                    }
                    Some(answer) if answer.verdict == wanted => return Ok(()),
                    Some(_) => return Err(Failure::by_peer(FileError::Damaged)),
                },
                Some(other) = self.cancels.recv() => {
                    if other == transfer {
                        return Err(Failure::here(FileError::Cancelled));
                    }
                    self.cancelled.insert(other);
                }
            }
        }
    }
}
