//! Files on their way in: any number that the limits allow may be offered, one at a time comes.

use super::file::{Piece, store};
use super::file_name::safe;
use super::lanes::Lanes;
use super::limits::{Limits, Space};
use super::message::Message;
use super::{Event, Failure, FileError, Limit, Progress, Transfer, Violation};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

/// Chunks that go to storage at once: about 256 KiB. Waking its thread for every chunk costs more
/// than writing the chunk.
const GATHERED: usize = 16;

/// Pieces that may wait for storage.
const PIECES: usize = 4;

/// Where files go, and how much room has to stay.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    pub(super) folder: PathBuf,
    pub(super) space: Space,
    pub(super) keep_free: u64,
}

impl Storage {
    /// Whether so many bytes more leave enough room. Asks the disk, so not for a task.
    pub(super) fn has_room_for(&self, bytes: u64) -> Result<(), FileError> {
        let free = (self.space)(&self.folder).map_err(|_| FileError::Storage)?;
        match free.checked_sub(self.keep_free) {
            Some(room) if bytes <= room => Ok(()),
            _ => Err(FileError::NoSpace),
        }
    }

    /// The same for a task.
    async fn ask_for(&self, bytes: u64) -> Result<(), FileError> {
        let storage = self.clone();
        spawn_blocking(move || storage.has_room_for(bytes))
            .await
            .unwrap_or(Err(FileError::Storage))
    }
}

/// A file that the other side would like to send.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) id: u32,
    pub(super) size: u64,
    /// Safe to show and to store.
    pub(super) name: String,
}

impl Offer {
    pub(super) fn new(id: u32, size: u64, name: &str) -> Self {
        let name = safe(name);
        Self { id, size, name }
    }
}

pub(super) struct Inbox {
    storage: Storage,
    most_open: usize,
    largest: u64,
    lanes: Lanes,
    events: mpsc::Sender<Event>,
    /// The number of the newest offer. Numbers only rise, so anything up to it has been heard of.
    last: u32,
    /// Offers that wait for a person, and files that wait for their turn.
    open: BTreeMap<u32, Offer>,
    /// Which of them were accepted, in that order.
    accepted: VecDeque<u32>,
    current: Option<Incoming>,
    /// Stores the current file, or stored the one before.
    storing: Option<JoinHandle<()>>,
    /// This person knows that there are too many offers.
    is_told_full: bool,
}

/// The file that comes.
struct Incoming {
    id: u32,
    /// Bytes that have not come yet.
    left: u64,
    /// Closed once it is stored or has failed.
    pieces: mpsc::Sender<Piece>,
    /// Chunks that have not gone to storage yet.
    gathered: Vec<Bytes>,
}

impl Inbox {
    pub(super) fn new(
        storage: Storage,
        limits: &Limits,
        lanes: Lanes,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            storage,
            most_open: limits.open_offers,
            largest: limits.largest_file,
            lanes,
            events,
            last: 0,
            open: BTreeMap::new(),
            accepted: VecDeque::new(),
            current: None,
            storing: None,
            is_told_full: false,
        }
    }

    /// The other side offers something under this number. Whether it can be looked at: if too many
    /// wait already, it is declined and leaves no trace here.
    pub(super) async fn announced(&mut self, id: u32) -> Result<bool, Violation> {
        if id <= self.last {
            return Err(Violation::OutOfTurn);
        }
        self.last = id;
        if self.open.len() < self.most_open {
            return Ok(true);
        }
        self.decline(id, FileError::TooMany).await;
        if !std::mem::replace(&mut self.is_told_full, true) {
            let _ = self.events.send(Event::Limited(Limit::OpenOffers)).await;
        }
        Ok(false)
    }

    /// Tells what was offered, and takes it if nobody needs to be asked.
    pub(super) async fn offer(&mut self, offer: Offer, is_taken: bool) {
        let Offer { id, size, .. } = offer;
        let offered = Event::FileOffered {
            transfer: Transfer::incoming(id),
            name: offer.name.clone(),
            size,
            asks: !is_taken,
        };
        let _ = self.events.send(offered).await;
        let refused = match size > self.largest {
            true => Err(FileError::TooLarge),
            false => self.has_room_for(size).await,
        };
        if let Err(reason) = refused {
            return self.fail(id, reason).await;
        }
        self.open.insert(id, offer);
        if is_taken {
            self.accept(id).await;
        }
    }

    /// Whether so much can come beside what was accepted before.
    async fn has_room_for(&self, size: u64) -> Result<(), FileError> {
        let accepted = self.accepted.iter().filter_map(|id| self.open.get(id));
        let coming = self.current.as_ref().map_or(0, |file| file.left);
        let all = accepted.fold(size.saturating_add(coming), |sum, offer| {
            sum.saturating_add(offer.size)
        });
        self.storage.ask_for(all).await
    }

    /// This side's yes. A file that is not waiting for one is left alone.
    pub(super) async fn accept(&mut self, id: u32) {
        if self.open.contains_key(&id) && !self.accepted.contains(&id) {
            self.accepted.push_back(id);
            self.go_on().await;
        }
    }

    /// Waits until the file that comes is stored or has failed, if another waits for that.
    pub(super) async fn its_turn(&mut self) {
        match &mut self.storing {
            Some(storing) if !self.accepted.is_empty() => {
                let _ = storing.await;
                self.storing = None;
            }
            _ => std::future::pending().await,
        }
    }

    /// Begins with the next file that was accepted, unless one is coming.
    pub(super) async fn go_on(&mut self) {
        if self
            .current
            .as_ref()
            .is_some_and(|file| !file.pieces.is_closed())
        {
            return;
        }
        // The last word about the file before comes ahead of the first about this one.
        if let Some(before) = self.storing.take() {
            let _ = before.await;
        }
        self.current = None;
        while let Some(offer) = self.next_accepted() {
            match self.storage.ask_for(offer.size).await {
                Ok(()) => return self.begin(offer).await,
                Err(reason) => self.fail(offer.id, reason).await,
            }
        }
    }

    fn next_accepted(&mut self) -> Option<Offer> {
        let id = self.accepted.pop_front()?;
        self.take_open(id)
    }

    /// Takes an offer away. There is room for another.
    fn take_open(&mut self, id: u32) -> Option<Offer> {
        let offer = self.open.remove(&id)?;
        self.accepted.retain(|other| *other != id);
        self.is_told_full = false;
        Some(offer)
    }

    async fn begin(&mut self, offer: Offer) {
        let Offer { id, size, name } = offer;
        let (pieces, waiting) = mpsc::channel(PIECES);
        self.current = Some(Incoming {
            id,
            left: size,
            pieces,
            gathered: Vec::new(),
        });
        let storing = Storing {
            transfer: Transfer::incoming(id),
            size,
            name,
            storage: self.storage.clone(),
            lanes: self.lanes.clone(),
            events: self.events.clone(),
        };
        self.storing = Some(tokio::spawn(storing.run(waiting)));
        let _ = self.lanes.say(Message::Accept { id }).await;
    }

    /// This side's no, before or during the transfer.
    pub(super) async fn refuse(&mut self, id: u32) {
        match self.take_open(id) {
            Some(_) => self.fail(id, FileError::Declined).await,
            None => self.stop(id, Failure::here(FileError::Cancelled)).await,
        }
    }

    pub(super) async fn chunk(&mut self, id: u32, bytes: Bytes) -> Result<(), Violation> {
        if !self.is_current(id)? {
            return Ok(());
        }
        let gathered = self.current.as_mut().map(|file| {
            file.left = file.left.saturating_sub(bytes.len() as u64);
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
        let failure = Failure::by_peer(reason);
        match self.take_open(id) {
            Some(_) => self.failed(id, failure).await,
            None => self.stop(id, failure).await,
        }
        Ok(())
    }

    /// Declines what still waits for a person, who is about to leave.
    pub(super) async fn refuse_open(&mut self) {
        let is_open = |id: &u32| !self.accepted.contains(id);
        let open: Vec<u32> = self.open.keys().copied().filter(is_open).collect();
        for id in open {
            self.refuse(id).await;
        }
    }

    /// Ends whatever is under way, and returns when nothing of it is left.
    pub(super) async fn finish(mut self) {
        drop(self.current.take());
        if let Some(storing) = self.storing.take() {
            let _ = storing.await;
        }
        for id in std::mem::take(&mut self.open).into_keys() {
            self.failed(id, Failure::here(FileError::Ended)).await;
        }
    }

    /// The chunks that were gathered, and the end if this is it, on their way to storage.
    async fn store(&mut self, end: Option<Piece>) {
        let Some(Incoming {
            pieces: to,
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
        if self.current.as_ref().is_some_and(|file| file.id == id) {
            return Ok(true);
        }
        match id == 0 || id > self.last || self.open.contains_key(&id) {
            true => Err(Violation::OutOfTurn),
            false => Ok(false),
        }
    }

    async fn stop(&mut self, id: u32, failure: Failure) {
        if let Some(file) = self.current.take_if(|file| file.id == id) {
            let _ = file.pieces.send(Piece::Stop(failure)).await;
            self.go_on().await;
        }
    }

    /// An offer comes to nothing here, and the other side is told why.
    async fn fail(&self, id: u32, reason: FileError) {
        self.decline(id, reason).await;
        self.failed(id, Failure::here(reason)).await;
    }

    pub(super) async fn decline(&self, id: u32, reason: FileError) {
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
    storage: Storage,
    lanes: Lanes,
    events: mpsc::Sender<Event>,
}

impl Storing {
    async fn run(self, pieces: mpsc::Receiver<Piece>) {
        let Self {
            transfer,
            size,
            name,
            storage,
            lanes,
            events,
        } = self;
        let start = Instant::now();
        let mut progress = Progress::new(&events, transfer, size);
        let stored = spawn_blocking(move || {
            store(&storage, &name, size, pieces, |bytes| progress.add(bytes))
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
