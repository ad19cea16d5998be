//! Files on their way out: several are offered at a time, and one after the other goes.

use super::file::{Hash, Source};
use super::lanes::{Lanes, Over};
use super::message::Message;
use super::{Event, Failure, FileError, Progress, Transfer};
use bytes::Bytes;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

/// Files that are offered before the other side has answered. Fewer than any receiver lets wait.
pub(super) const AHEAD: usize = 64;

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
    requests: mpsc::Receiver<Request>,
    cancels: mpsc::Receiver<Transfer>,
    answers: mpsc::Receiver<Answer>,
    lanes: Lanes,
    events: mpsc::Sender<Event>,
    /// Cancelled while still waiting in the queue.
    cancelled: HashSet<Transfer>,
    /// The number of the last file offered.
    last: u32,
    offered: BTreeMap<u32, Offered>,
    /// Which of them the other side wants, in that order.
    accepted: VecDeque<u32>,
    sending: Option<Sending>,
    /// Nobody can ask for more.
    is_closed: bool,
}

/// A file that the other side knows of.
struct Offered {
    transfer: Transfer,
    path: PathBuf,
    size: u64,
}

/// The file that goes.
struct Sending {
    id: u32,
    transfer: Transfer,
    size: u64,
    start: Instant,
    stop: Arc<AtomicBool>,
    /// Reads it. None once it has been read to its end.
    reading: Option<JoinHandle<Result<Hash, FileError>>>,
    hash: Hash,
    /// Why it goes no further. It is told when the thread is done, so that no block comes after.
    failure: Option<Failure>,
}

/// What happens next.
enum Next {
    Request(Option<Request>),
    Cancel(Transfer),
    Answer(Answer),
    Read(Result<Hash, FileError>),
    /// The conversation is over.
    Over,
}

impl Outbox {
    pub(super) fn new(
        requests: mpsc::Receiver<Request>,
        cancels: mpsc::Receiver<Transfer>,
        answers: mpsc::Receiver<Answer>,
        lanes: Lanes,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            requests,
            cancels,
            answers,
            lanes,
            events,
            cancelled: HashSet::new(),
            last: 0,
            offered: BTreeMap::new(),
            accepted: VecDeque::new(),
            sending: None,
            is_closed: false,
        }
    }

    /// Sends every file that is asked for, until nobody can ask any more or the conversation is over.
    pub(super) async fn serve(mut self) {
        while !(self.is_closed && self.offered.is_empty() && self.sending.is_none()) {
            match self.next().await {
                Next::Request(Some(request)) => self.offer(request).await,
                Next::Request(None) => self.is_closed = true,
                Next::Cancel(transfer) => self.cancel(transfer).await,
                Next::Answer(answer) => self.answered(answer).await,
                Next::Read(read) => self.read(read).await,
                Next::Over => return self.end().await,
            }
            if self.sending.is_none() {
                self.begin().await;
            }
        }
    }

    async fn next(&mut self) -> Next {
        let has_room = !self.is_closed && self.offered.len() < AHEAD;
        tokio::select! {
            // Words about what was offered come before more is.
            biased;
            answer = self.answers.recv() => answer.map_or(Next::Over, Next::Answer),
            Some(transfer) = self.cancels.recv() => Next::Cancel(transfer),
            read = reading(&mut self.sending) => Next::Read(read),
            request = self.requests.recv(), if has_room => Next::Request(request),
        }
    }

    async fn offer(&mut self, request: Request) {
        let Request { transfer, path } = request;
        if self.cancelled.remove(&transfer) {
            return self.tell(FileError::Cancelled.into(), transfer).await;
        }
        let look = path.clone();
        let source = spawn_blocking(move || Source::open(&look));
        let Source { size, name, .. } = match source.await.unwrap_or(Err(FileError::Unreadable)) {
            Ok(source) => source,
            Err(reason) => return self.tell(reason.into(), transfer).await,
        };
        self.last += 1;
        let id = self.last;
        let file = Offered {
            transfer,
            path,
            size,
        };
        self.offered.insert(id, file);
        // If it is over, the end tells.
        let _ = self.lanes.say(Message::Offer { id, size, name }).await;
    }

    /// Begins to send what was accepted first.
    async fn begin(&mut self) {
        while let Some(id) = self.accepted.pop_front() {
            let Some(file) = self.offered.remove(&id) else {
                continue;
            };
            let Offered {
                transfer,
                path,
                size,
            } = file;
            // It may be another file by now.
            let source = spawn_blocking(move || Source::open(&path));
            let source = source.await.unwrap_or(Err(FileError::Unreadable));
            match source.and_then(|source| source.of_size(size)) {
                Ok(source) => return self.stream(id, transfer, source),
                Err(reason) => {
                    let _ = self.lanes.say(Message::Cancel { id, reason }).await;
                    self.tell(reason.into(), transfer).await;
                }
            }
        }
    }

    fn stream(&mut self, id: u32, transfer: Transfer, source: Source) {
        let stop = Arc::new(AtomicBool::new(false));
        let size = source.size;
        let mut progress = Progress::new(&self.events, transfer, size);
        let (is_stopped, lanes) = (stop.clone(), self.lanes.clone());
        let reading = spawn_blocking(move || {
            source.read(|bytes: Bytes| {
                if is_stopped.load(Relaxed) {
                    return Err(FileError::Cancelled);
                }
                progress.add(bytes.len());
                lanes.block(id, bytes).map_err(FileError::from)
            })
        });
        self.sending = Some(Sending {
            id,
            transfer,
            size,
            start: Instant::now(),
            stop,
            reading: Some(reading),
            hash: Hash::default(),
            failure: None,
        });
    }

    /// The file has been read, or reading it ended otherwise.
    async fn read(&mut self, read: Result<Hash, FileError>) {
        let Some(sending) = &mut self.sending else {
            return;
        };
        sending.reading = None;
        match read {
            Ok(hash) if sending.failure.is_none() => {
                sending.hash = hash;
                let id = sending.id;
                let done = Message::Done { id, hash };
                if let Err(Over) = self.lanes.say_after_blocks(done).await {
                    self.stop(FileError::Ended.into()).await;
                }
            }
            Ok(_) => self.stopped().await,
            Err(reason) => self.stop(reason.into()).await,
        }
    }

    async fn answered(&mut self, answer: Answer) {
        let Answer { id, verdict } = answer;
        if self.offered.contains_key(&id) {
            let failure = match verdict {
                Verdict::Accept if self.accepted.contains(&id) => return,
                Verdict::Accept => return self.accepted.push_back(id),
                Verdict::Decline(reason) => Failure::by_peer(reason),
                Verdict::Received => Failure::by_peer(FileError::Damaged),
            };
            return self.take_back(id, failure).await;
        }
        // Other words are late ones, about a file that is no longer on its way.
        let Some(sending) = self.sending.as_ref().filter(|file| file.id == id) else {
            return;
        };
        match verdict {
            Verdict::Accept => {}
            Verdict::Decline(reason) => self.stop(Failure::by_peer(reason)).await,
            // Nothing that can be heard before the end is good news.
            Verdict::Received if sending.reading.is_some() => {
                self.stop(Failure::by_peer(FileError::Damaged)).await;
            }
            Verdict::Received => self.received().await,
        }
    }

    async fn received(&mut self) {
        if let Some(sent) = self.sending.take() {
            let event = Event::FileSent {
                transfer: sent.transfer,
                bytes: sent.size,
                hash: sent.hash,
                took: sent.start.elapsed(),
            };
            let _ = self.events.send(event).await;
        }
    }

    async fn cancel(&mut self, transfer: Transfer) {
        let mut offered = self.offered.iter();
        let offered = offered.find(|(_, file)| file.transfer == transfer);
        if let Some((&id, _)) = offered {
            let reason = FileError::Cancelled;
            let _ = self.lanes.say(Message::Cancel { id, reason }).await;
            self.take_back(id, reason.into()).await;
        } else if self
            .sending
            .as_ref()
            .is_some_and(|file| file.transfer == transfer)
        {
            self.stop(FileError::Cancelled.into()).await;
        } else {
            self.cancelled.insert(transfer);
        }
    }

    /// What was only offered comes to nothing.
    async fn take_back(&mut self, id: u32, failure: Failure) {
        self.accepted.retain(|other| *other != id);
        if let Some(file) = self.offered.remove(&id) {
            self.tell(failure, file.transfer).await;
        }
    }

    /// The file that goes comes to nothing.
    async fn stop(&mut self, failure: Failure) {
        if let Some(sending) = &mut self.sending {
            sending.failure.get_or_insert(failure);
            sending.stop.store(true, Relaxed);
            if sending.reading.is_none() {
                self.stopped().await;
            }
        }
    }

    /// Nothing more of the file that was stopped can come.
    async fn stopped(&mut self) {
        let Some(Sending {
            id,
            transfer,
            failure: Some(failure),
            ..
        }) = self.sending.take()
        else {
            return;
        };
        if !failure.by_peer {
            let reason = failure.reason;
            let cancel = Message::Cancel { id, reason };
            let _ = self.lanes.say_after_blocks(cancel).await;
        }
        self.tell(failure, transfer).await;
    }

    /// The conversation is over: whatever was asked for has failed.
    async fn end(mut self) {
        let ended = Failure::here(FileError::Ended);
        if let Some(sending) = self.sending.take() {
            sending.stop.store(true, Relaxed);
            if let Some(reading) = sending.reading {
                let _ = reading.await;
            }
            self.tell(sending.failure.unwrap_or(ended), sending.transfer)
                .await;
        }
        for file in std::mem::take(&mut self.offered).into_values() {
            self.tell(ended, file.transfer).await;
        }
        self.requests.close();
        while let Some(request) = self.requests.recv().await {
            self.tell(ended, request.transfer).await;
        }
    }

    async fn tell(&self, failure: Failure, transfer: Transfer) {
        let _ = self.events.send(failure.event(transfer)).await;
    }
}

/// How reading the file that goes ends.
async fn reading(sending: &mut Option<Sending>) -> Result<Hash, FileError> {
    match sending.as_mut().and_then(|file| file.reading.as_mut()) {
        Some(reading) => reading.await.unwrap_or(Err(FileError::Unreadable)),
        None => std::future::pending().await,
    }
}
