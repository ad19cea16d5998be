//! Files on their way in, at most one at a time.

use super::file::{Piece, store};
use super::file_name::safe;
use super::lanes::Lanes;
use super::message::Message;
use super::{Event, Failure, FileError, Offers, Options, Progress, Transfer, Violation};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

/// Chunks that go to storage at once: about 256 KiB. Waking its thread for every chunk costs more
/// than writing the chunk.
const GATHERED: usize = 16;

/// Pieces that may wait for storage.
const PIECES: usize = 4;

pub(super) struct Inbox {
    options: Options,
    lanes: Lanes,
    events: mpsc::Sender<Event>,
    /// The number of the newest offer. Numbers only rise, so anything up to it has been heard of.
    last: u32,
    current: Option<Incoming>,
    /// Stores the current file, or stored the one before.
    storing: Option<JoinHandle<()>>,
}

struct Incoming {
    id: u32,
    size: u64,
    name: String,
    /// There once the file was accepted; closed once it is stored or has failed.
    pieces: Option<mpsc::Sender<Piece>>,
    /// Chunks that have not gone to storage yet.
    gathered: Vec<Bytes>,
}

impl Incoming {
    fn is_over(&self) -> bool {
        self.pieces.as_ref().is_some_and(mpsc::Sender::is_closed)
    }
}

impl Inbox {
    pub(super) fn new(options: Options, lanes: Lanes, events: mpsc::Sender<Event>) -> Self {
        Self {
            options,
            lanes,
            events,
            last: 0,
            current: None,
            storing: None,
        }
    }

    pub(super) async fn offer(
        &mut self,
        id: u32,
        size: u64,
        name: String,
    ) -> Result<(), Violation> {
        if id <= self.last {
            return Err(Violation::OutOfTurn);
        }
        self.last = id;
        if self.current.as_ref().is_some_and(|file| !file.is_over()) {
            self.decline(id, FileError::Busy).await;
            return Ok(());
        }
        // The last word about the file before comes ahead of the first about this one.
        if let Some(before) = self.storing.take() {
            let _ = before.await;
        }
        let name = safe(&name);
        let offered = Event::FileOffered {
            transfer: Transfer::incoming(id),
            name: name.clone(),
            size,
        };
        let _ = self.events.send(offered).await;
        if size > self.options.max_file {
            self.decline(id, FileError::TooLarge).await;
            self.failed(id, Failure::here(FileError::TooLarge)).await;
            return Ok(());
        }
        self.current = Some(Incoming {
            id,
            size,
            name,
            pieces: None,
            gathered: Vec::new(),
        });
        if self.options.offers == Offers::Accept {
            self.accept(id).await;
        }
        Ok(())
    }

    /// This side's yes. A file that is not waiting for one is left alone.
    pub(super) async fn accept(&mut self, id: u32) {
        let waiting = |file: &&mut Incoming| file.id == id && file.pieces.is_none();
        let Some(file) = self.current.as_mut().filter(waiting) else {
            return;
        };
        let (pieces, waiting) = mpsc::channel(PIECES);
        file.pieces = Some(pieces);
        let storing = Storing {
            transfer: Transfer::incoming(id),
            size: file.size,
            name: file.name.clone(),
            options: self.options.clone(),
            lanes: self.lanes.clone(),
            events: self.events.clone(),
        };
        self.storing = Some(tokio::spawn(storing.run(waiting)));
        let _ = self.lanes.say(Message::Accept { id }).await;
    }

    /// This side's no, before or during the transfer.
    pub(super) async fn refuse(&mut self, id: u32) {
        match self.current.as_ref().filter(|file| file.id == id) {
            Some(Incoming { pieces: None, .. }) => {
                self.current = None;
                self.decline(id, FileError::Declined).await;
                self.failed(id, Failure::here(FileError::Declined)).await;
            }
            Some(_) => self.stop(id, Failure::here(FileError::Cancelled)).await,
            None => {}
        }
    }

    pub(super) async fn chunk(&mut self, id: u32, bytes: Bytes) -> Result<(), Violation> {
        if !self.is_current(id)? {
            return Ok(());
        }
        let gathered = self.current.as_mut().map(|file| {
            file.gathered.push(bytes);
            file.gathered.len()
        });
        if gathered >= Some(GATHERED) {
            self.store(None).await;
        }
        Ok(())
    }

    pub(super) async fn done(&mut self, id: u32, hash: [u8; 32]) -> Result<(), Violation> {
        if self.is_current(id)? {
            self.store(Some(Piece::Done(hash))).await;
        }
        Ok(())
    }

    /// The sender changed its mind.
    pub(super) async fn cancelled(&mut self, id: u32, reason: FileError) -> Result<(), Violation> {
        if id == 0 || id > self.last {
            return Err(Violation::OutOfTurn);
        }
        self.stop(id, Failure::by_peer(reason)).await;
        Ok(())
    }

    /// Ends whatever is under way, and returns when nothing of it is left.
    pub(super) async fn finish(mut self) {
        if let Some(Incoming { id, pieces, .. }) = self.current.take()
            && pieces.is_none()
        {
            self.failed(id, Failure::here(FileError::Ended)).await;
        }
        if let Some(storing) = self.storing.take() {
            let _ = storing.await;
        }
    }

    /// The chunks that were gathered, and the end if this is it, on their way to storage.
    async fn store(&mut self, end: Option<Piece>) {
        let Some(Incoming {
            pieces: Some(to),
            gathered,
            ..
        }) = &mut self.current
        else {
            return;
        };
        let chunks = Piece::Bytes(std::mem::take(gathered));
        for piece in [Some(chunks), end].into_iter().flatten() {
            // Closed: the file has failed here, and the sender will hear of it soon.
            let _ = to.send(piece).await;
        }
    }

    /// Whether this file is under way here. Not if our no crossed what was sent.
    fn is_current(&self, id: u32) -> Result<bool, Violation> {
        match self.current.as_ref().filter(|file| file.id == id) {
            Some(Incoming { pieces: None, .. }) => Err(Violation::OutOfTurn),
            Some(_) => Ok(true),
            None if id != 0 && id <= self.last => Ok(false),
            None => Err(Violation::OutOfTurn),
        }
    }

    async fn stop(&mut self, id: u32, failure: Failure) {
        let Some(file) = self.current.take_if(|file| file.id == id) else {
            return;
        };
        match file.pieces {
            Some(pieces) => {
                let _ = pieces.send(Piece::Stop(failure)).await;
            }
            None => self.failed(id, failure).await,
        }
    }

    async fn decline(&self, id: u32, reason: FileError) {
        let _ = self.lanes.say(Message::Decline { id, reason }).await;
    }

    async fn failed(&self, id: u32, failure: Failure) {
        let event = failure.event(Transfer::incoming(id));
        let _ = self.events.send(event).await;
    }
}

/// One accepted file, until it is stored or given up.
struct Storing {
    transfer: Transfer,
    size: u64,
    name: String,
    options: Options,
    lanes: Lanes,
    events: mpsc::Sender<Event>,
}

impl Storing {
    async fn run(self, pieces: mpsc::Receiver<Piece>) {
        let Self {
            transfer,
            size,
            name,
            options,
            lanes,
            events,
        } = self;
        let start = Instant::now();
        let mut progress = Progress::new(&events, transfer, size);
        let stored = spawn_blocking(move || {
            store(&options.downloads, &name, size, pieces, |bytes| {
                progress.add(bytes)
            })
        })
        .await
        .unwrap_or(Err(Failure::here(FileError::Storage)));
        let id = transfer.number;
        let event = match stored {
            Ok((path, hash)) => {
                let _ = lanes.say(Message::Received { id }).await;
                Event::FileReceived {
                    transfer,
                    path,
                    bytes: size,
                    hash,
                    took: start.elapsed(),
                }
            }
            Err(failure) => {
                if !failure.by_peer {
                    let reason = failure.reason;
                    let _ = lanes.say(Message::Decline { id, reason }).await;
                }
                failure.event(transfer)
            }
        };
        let _ = events.send(event).await;
    }
}
