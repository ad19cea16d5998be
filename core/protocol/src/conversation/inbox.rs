//! Files on their way in: any number that the limits allow may be offered, one at a time comes.

use super::file_name::safe;
use super::file_store::{Ask, Done, FileResult};
use super::limits::Limits;
use super::message::{CHUNK, Hash, Message};
use super::outputs::Outputs;
use super::{Event, Failure, FileError, FileId, Limit, RequestId, Transfer, Violation};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use web_time::Instant;

/// Chunks that go to storage at once: about 256 KiB. Asking for every chunk costs more than writing it.
const GATHERED: usize = 16;

/// So many bytes at most, as a chunk has a limit.
pub(super) const PIECE: usize = GATHERED * CHUNK;

/// Pieces that may wait for storage.
pub(super) const PIECES: usize = 4;

/// How often it is asked whether there is still room: after so many bytes. Others use the disk too.
const ROOM_EVERY: u64 = 16 << 20;

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
    most_open: usize,
    largest: u64,
    keep_free: u64,
    /// The number of the newest offer. Numbers only rise, so anything up to it has been heard of.
    last: u32,
    /// Offers that wait for a person, and files that wait for their turn.
    open: BTreeMap<u32, Offer>,
    /// Which of them were accepted, in that order.
    accepted: VecDeque<u32>,
    /// Which of them waits to hear how much room there is.
    measured: Option<u32>,
    current: Option<Incoming>,
    /// What the store has not answered yet.
    asked: BTreeMap<RequestId, Asked>,
    /// This person knows that there are too many offers.
    is_told_full: bool,
}

/// The file that comes.
struct Incoming {
    id: u32,
    file: FileId,
    size: u64,
    name: String,
    start: Instant,
    /// Bytes that have come.
    come: u64,
    hasher: Blake2b<U32>,
    /// Chunks that have not gone to storage yet.
    gathered: Vec<Bytes>,
    /// Bytes that have gone to storage, and those that are there.
    given: u64,
    stored: u64,
    room: Room,
    end: End,
}

/// What is known of the room for what is left of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// There was enough when so many bytes had come, in units of [`ROOM_EVERY`].
    Seen(u64),
    /// The store was asked, and nothing is written before it answers.
    Asked(u64),
}

/// How near its end the file that comes is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Bytes are missing.
    Coming,
    /// All is here, and equal.
    Whole(Hash),
    /// It is given its name.
    Named(Hash),
}

enum Asked {
    /// Room for an offer, and whether that is taken if there is.
    Offer {
        id: u32,
        is_taken: bool,
    },
    /// Room for the file whose turn it is.
    Next {
        id: u32,
    },
    /// Room for what is left of the file that comes.
    Rest(FileId),
    Create(FileId),
    Write(FileId, usize),
    Finish(FileId),
    /// The end of a file that came to nothing. It is told when nothing is left of it.
    Discard(Transfer, Failure),
}

impl Inbox {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            most_open: limits.open_offers,
            largest: limits.largest_file,
            keep_free: limits.keep_free,
            last: 0,
            open: BTreeMap::new(),
            accepted: VecDeque::new(),
            measured: None,
            current: None,
            asked: BTreeMap::new(),
            is_told_full: false,
        }
    }

    /// True if more may be read of what the other side says. It is false while storage is behind, and while
    /// storage is asked about the file that the next words may be about.
    pub(super) fn has_room(&self) -> bool {
        let is_full = |file: &Incoming| file.gathered.len() >= GATHERED;
        self.measured.is_none() && !self.current.as_ref().is_some_and(is_full)
    }

    /// True while the store has not answered every request, or a request will follow.
    pub(super) fn is_waiting(&self) -> bool {
        !self.asked.is_empty() || self.current.is_some()
    }

    fn ask(&mut self, ask: Ask, asked: Asked, out: &mut Outputs) {
        self.asked.insert(out.ask(ask), asked);
    }

    /// The other side offers something under this number. Returns true if the offer can be looked at. If
    /// too many wait already, it is declined and leaves no trace here.
    pub(super) fn announced(&mut self, id: u32, out: &mut Outputs) -> Result<bool, Violation> {
        if id <= self.last {
            return Err(Violation::OutOfTurn);
        }
        self.last = id;
        if self.open.len() < self.most_open {
            return Ok(true);
        }
        out.decline(id, FileError::TooMany);
        if !std::mem::replace(&mut self.is_told_full, true) {
            out.tell(Event::Limited(Limit::OpenOffers));
        }
        Ok(false)
    }

    /// Tells what was offered, and takes it if nobody needs to be asked and there is room.
    pub(super) fn offer(&mut self, offer: Offer, is_taken: bool, out: &mut Outputs) {
        let Offer { id, size, .. } = offer;
        out.tell(Event::FileOffered {
            transfer: Transfer::incoming(id),
            name: offer.name.clone(),
            size,
            asks: !is_taken,
        });
        self.open.insert(id, offer);
        match size > self.largest {
            true => self.fail(id, FileError::TooLarge, out),
            false => self.measure(id, Asked::Offer { id, is_taken }, out),
        }
    }

    /// Asks how much room there is before this file goes further.
    fn measure(&mut self, id: u32, asked: Asked, out: &mut Outputs) {
        self.measured = Some(id);
        self.ask(Ask::FreeSpace, asked, out);
    }

    /// True if enough room is left after so many bytes more.
    fn fits(&self, bytes: u64, result: FileResult) -> Result<(), FileError> {
        let Ok(Done::Free(free)) = result else {
            return Err(FileError::Storage);
        };
        match free.checked_sub(self.keep_free) {
            Some(room) if bytes <= room => Ok(()),
            _ => Err(FileError::NoSpace),
        }
    }

    /// What comes for sure: the rest of what is under way, and what was accepted.
    fn expected(&self) -> u64 {
        let coming = self.current.as_ref();
        let coming = coming.map_or(0, |file| file.size.saturating_sub(file.come));
        let accepted = self.accepted.iter().filter_map(|id| self.open.get(id));
        accepted.fold(coming, |sum, offer| sum.saturating_add(offer.size))
    }

    /// This side's yes. A file that is not waiting for one is left alone.
    pub(super) fn accept(&mut self, id: u32) {
        if self.open.contains_key(&id) && !self.accepted.contains(&id) {
            self.accepted.push_back(id);
        }
    }

    /// Begins whatever there is room for.
    pub(super) fn go_on(&mut self, out: &mut Outputs) {
        if self.current.is_none()
            && self.measured.is_none()
            && let Some(&id) = self.accepted.front()
        {
            self.measure(id, Asked::Next { id }, out);
        }
        self.store(out);
    }

    /// Takes an offer away. There is room for another.
    fn take_open(&mut self, id: u32) -> Option<Offer> {
        let offer = self.open.remove(&id)?;
        self.accepted.retain(|other| *other != id);
        self.is_told_full = false;
        Some(offer)
    }

    /// What the store says to something that was asked here.
    pub(super) fn answered(
        &mut self,
        now: Instant,
        id: RequestId,
        result: FileResult,
        out: &mut Outputs,
    ) {
        let Some(asked) = self.asked.remove(&id) else {
            return;
        };
        match asked {
            Asked::Offer { id, is_taken } => self.offer_measured(id, is_taken, result, out),
            Asked::Next { id } => self.next_measured(now, id, result, out),
            Asked::Rest(file) => self.rest_measured(file, result, out),
            Asked::Create(file) => {
                if let Err(reason) = result {
                    self.broken(file, reason, out);
                }
            }
            Asked::Write(file, bytes) => match result {
                Ok(_) => self.written(file, bytes, out),
                Err(reason) => self.broken(file, reason, out),
            },
            Asked::Finish(file) => self.finished(now, file, result, out),
            Asked::Discard(transfer, failure) => out.failed(transfer, failure),
        }
    }

    fn offer_measured(&mut self, id: u32, is_taken: bool, result: FileResult, out: &mut Outputs) {
        self.measured.take_if(|measured| *measured == id);
        // It may have been refused meanwhile, or accepted.
        let Some(offer) = self.open.get(&id) else {
            return;
        };
        let others = match self.accepted.contains(&id) {
            true => self.expected().saturating_sub(offer.size),
            false => self.expected(),
        };
        match self.fits(others.saturating_add(offer.size), result) {
            Ok(()) if is_taken => self.accept(id),
            Ok(()) => {}
            Err(reason) => self.fail(id, reason, out),
        }
    }

    fn next_measured(&mut self, now: Instant, id: u32, result: FileResult, out: &mut Outputs) {
        self.measured.take_if(|measured| *measured == id);
        let Some(offer) = self.open.get(&id) else {
            return;
        };
        match self.fits(offer.size, result) {
            Ok(()) => self.begin(now, id, out),
            Err(reason) => self.fail(id, reason, out),
        }
    }

    fn begin(&mut self, now: Instant, id: u32, out: &mut Outputs) {
        let Some(Offer { id, size, name }) = self.take_open(id) else {
            return;
        };
        let file = out.file();
        self.current = Some(Incoming {
            id,
            file,
            size,
            name,
            start: now,
            come: 0,
            hasher: Blake2b::new(),
            gathered: Vec::new(),
            given: 0,
            stored: 0,
            room: Room::Seen(0),
            end: End::Coming,
        });
        self.ask(Ask::Create { file }, Asked::Create(file), out);
        out.say(Message::Accept { id });
    }

    /// This side's no, before or during the transfer.
    pub(super) fn refuse(&mut self, id: u32, out: &mut Outputs) {
        match self.open.contains_key(&id) {
            true => self.fail(id, FileError::Declined, out),
            false => self.stop(id, Failure::here(FileError::Cancelled), out),
        }
    }

    pub(super) fn chunk(
        &mut self,
        id: u32,
        bytes: Bytes,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        if !self.is_current(id)? {
            return Ok(());
        }
        if let Some(file) = &mut self.current
            && file.end == End::Coming
        {
            file.come += bytes.len() as u64;
            if file.come > file.size {
                self.stop(id, Failure::here(FileError::Damaged), out);
            } else {
                file.hasher.update(&bytes);
                file.gathered.push(bytes);
            }
        }
        Ok(())
    }

    pub(super) fn done(&mut self, id: u32, hash: Hash, out: &mut Outputs) -> Result<(), Violation> {
        if self.is_current(id)?
            && let Some(file) = &mut self.current
            && file.end == End::Coming
        {
            let come: Hash = std::mem::take(&mut file.hasher).finalize().into();
            match file.come == file.size && come == hash {
                true => file.end = End::Whole(hash),
                false => self.stop(id, Failure::here(FileError::Damaged), out),
            }
        }
        Ok(())
    }

    /// The sender changed its mind.
    pub(super) fn cancelled(
        &mut self,
        id: u32,
        reason: FileError,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        if id == 0 || id > self.last {
            return Err(Violation::OutOfTurn);
        }
        let failure = Failure::by_peer(reason);
        match self.take_open(id) {
            Some(_) => out.failed(Transfer::incoming(id), failure),
            None => self.stop(id, failure, out),
        }
        Ok(())
    }

    /// Declines what still waits for a person, who is about to leave.
    pub(super) fn refuse_open(&mut self, out: &mut Outputs) {
        let is_open = |id: &u32| !self.accepted.contains(id);
        let open: Vec<u32> = self.open.keys().copied().filter(is_open).collect();
        for id in open {
            self.fail(id, FileError::Declined, out);
        }
    }

    /// The conversation is over. A file of which nothing is missing is stored all the same.
    pub(super) fn end(&mut self, out: &mut Outputs) {
        let ended = Failure::here(FileError::Ended);
        if let Some(file) = &self.current
            && file.end == End::Coming
        {
            self.stop(file.id, ended, out);
        }
        self.measured = None;
        self.accepted.clear();
        for id in std::mem::take(&mut self.open).into_keys() {
            out.failed(Transfer::incoming(id), ended);
        }
    }

    /// Sends what was gathered to storage as far as there is room, and what follows from that.
    fn store(&mut self, out: &mut Outputs) {
        let writing = self.writing();
        let Some(file) = &mut self.current else {
            return;
        };
        let (Room::Seen(seen), is_whole) = (file.room, file.end != End::Coming) else {
            return;
        };
        let has_piece = file.gathered.len() >= GATHERED || is_whole && !file.gathered.is_empty();
        let id = file.file;
        if has_piece && writing < PIECES {
            let bytes: usize = file.gathered.iter().map(Bytes::len).sum();
            let after = (file.given + bytes as u64) / ROOM_EVERY;
            if after > seen {
                file.room = Room::Asked(after);
                self.ask(Ask::FreeSpace, Asked::Rest(id), out);
            } else {
                file.given += bytes as u64;
                let chunks = std::mem::take(&mut file.gathered);
                let write = Ask::Write { file: id, chunks };
                self.ask(write, Asked::Write(id, bytes), out);
            }
        } else if let End::Whole(hash) = file.end
            && file.stored == file.size
        {
            file.end = End::Named(hash);
            let name = file.name.clone();
            let finish = Ask::Finish { file: id, name };
            self.ask(finish, Asked::Finish(id), out);
        }
    }

    /// Pieces that storage has not confirmed, of whichever file.
    fn writing(&self) -> usize {
        let is_write = |asked: &&Asked| matches!(asked, Asked::Write(..));
        self.asked.values().filter(is_write).count()
    }

    /// The file that comes, if that is still the one.
    fn coming(&mut self, file: FileId) -> Option<&mut Incoming> {
        self.current.as_mut().filter(|coming| coming.file == file)
    }

    fn rest_measured(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        let Some(coming) = self.coming(file) else {
            return;
        };
        if let Room::Asked(after) = coming.room {
            coming.room = Room::Seen(after);
        }
        let left = coming.size - coming.given;
        if let Err(reason) = self.fits(left, result) {
            self.broken(file, reason, out);
        }
    }

    fn written(&mut self, file: FileId, bytes: usize, out: &mut Outputs) {
        if let Some(coming) = self.coming(file) {
            coming.stored += bytes as u64;
            let transfer = Transfer::incoming(coming.id);
            out.progressed(transfer, bytes, coming.stored, coming.size);
        }
    }

    fn finished(&mut self, now: Instant, file: FileId, result: FileResult, out: &mut Outputs) {
        let path = match result {
            Ok(Done::Finished(path)) => path,
            result => {
                let reason = result.err().unwrap_or(FileError::Storage);
                return self.broken(file, reason, out);
            }
        };
        let coming = self.current.take_if(|coming| coming.file == file);
        if let Some(file) = coming
            && let End::Named(hash) = file.end
        {
            let transfer = Transfer::incoming(file.id);
            out.say(Message::Received { id: file.id });
            let event = Event::FileReceived {
                transfer,
                path,
                bytes: file.size,
                hash,
                took: now.saturating_duration_since(file.start),
            };
            out.tell_end(transfer, event);
        }
    }

    /// True if this file is under way here. It is not if our refusal crossed what was sent.
    fn is_current(&self, id: u32) -> Result<bool, Violation> {
        if self.current.as_ref().is_some_and(|file| file.id == id) {
            return Ok(true);
        }
        match id == 0 || id > self.last || self.open.contains_key(&id) {
            true => Err(Violation::OutOfTurn),
            false => Ok(false),
        }
    }

    /// This file comes no further, unless it is too late for that.
    fn stop(&mut self, id: u32, failure: Failure, out: &mut Outputs) {
        let coming = self.current.as_ref().filter(|file| file.id == id);
        if let Some(file) = coming
            && !matches!(file.end, End::Named(_))
        {
            self.give_up(failure, out);
        }
    }

    /// Storage has failed.
    fn broken(&mut self, file: FileId, reason: FileError, out: &mut Outputs) {
        if self.coming(file).is_some() {
            self.give_up(Failure::here(reason), out);
        }
    }

    /// Gives up the file that comes in.
    fn give_up(&mut self, failure: Failure, out: &mut Outputs) {
        let Some(Incoming { id, file, .. }) = self.current.take() else {
            return;
        };
        if !failure.by_peer {
            out.decline(id, failure.reason);
        }
        let asked = Asked::Discard(Transfer::incoming(id), failure);
        self.ask(Ask::Discard { file }, asked, out);
    }

    /// An offer comes to nothing here, and the other side is told why.
    fn fail(&mut self, id: u32, reason: FileError, out: &mut Outputs) {
        if self.take_open(id).is_some() {
            out.decline(id, reason);
            out.failed(Transfer::incoming(id), Failure::here(reason));
        }
    }

    /// Bytes of files that wait here or for the store.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let asked = self.asked.values().map(|asked| match asked {
            Asked::Write(_, bytes) => *bytes,
            _ => 0,
        });
        let coming = self.current.iter().flat_map(|file| &file.gathered);
        asked.chain(coming.map(Bytes::len)).sum()
    }
}
