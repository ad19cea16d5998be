//! Files on their way out: several are offered at a time, and one after the other goes.

use super::file_name::safe;
use super::file_store::{Ask, Done, FileResult};
use super::message::{CHUNK, Hash, Message};
use super::outputs::Outputs;
use super::{Event, Failure, FileError, FileId, RequestId, Transfer};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use web_time::Instant;

/// Files that are offered before the other side has answered. Fewer than any receiver lets wait.
pub(super) const AHEAD: usize = 64;

/// Files that may wait to be offered.
const REQUESTS: usize = 64;

/// What is read from storage at once: about 256 KiB, a whole number of chunks.
pub(super) const BLOCK: usize = 16 * CHUNK;

/// Blocks that are in memory, or are being read into it.
pub(super) const BLOCKS: usize = 4;

/// What the other side says about the file that it knows by this number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accept,
    Decline(FileError),
    Received,
}

pub(super) struct Outbox {
    /// Files that were asked for and are not offered yet.
    requests: VecDeque<Request>,
    /// The first of them, while the store looks at it.
    looking: Option<Request>,
    /// The number of the last file offered.
    last: u32,
    offered: BTreeMap<u32, Offered>,
    /// Which of them the other side wants, in that order.
    accepted: VecDeque<u32>,
    sending: Option<Sending>,
    /// What the store has not answered yet.
    asked: BTreeMap<RequestId, Asked>,
}

/// A file to send.
struct Request {
    transfer: Transfer,
    path: PathBuf,
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
    file: FileId,
    transfer: Transfer,
    size: u64,
    start: Instant,
    is_open: bool,
    /// Bytes that the store has not been asked for.
    left: u64,
    /// Bytes that were read.
    done: u64,
    hasher: Blake2b<U32>,
    /// What was sent, once everything has been read.
    hash: Option<Hash>,
}

#[derive(Clone, Copy)]
enum Asked {
    Inspect(Transfer),
    Open(FileId),
    Read(FileId, usize),
    Close,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            requests: VecDeque::new(),
            looking: None,
            last: 0,
            offered: BTreeMap::new(),
            accepted: VecDeque::new(),
            sending: None,
            asked: BTreeMap::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.requests.len() < REQUESTS
    }

    /// Sends a file when those before it are through.
    pub(super) fn send(&mut self, transfer: Transfer, path: PathBuf) {
        self.requests.push_back(Request { transfer, path });
    }

    /// True once every file that was asked for was sent or has failed.
    pub(super) fn is_idle(&self) -> bool {
        self.requests.is_empty()
            && self.looking.is_none()
            && self.offered.is_empty()
            && self.sending.is_none()
    }

    /// True while the store has not answered every request.
    pub(super) fn is_waiting(&self) -> bool {
        !self.asked.is_empty()
    }

    pub(super) fn has_asked(&self, id: RequestId) -> bool {
        self.asked.contains_key(&id)
    }

    fn ask(&mut self, ask: Ask, asked: Asked, out: &mut Outputs) {
        self.asked.insert(out.ask(ask), asked);
    }

    /// Begins whatever there is room for.
    pub(super) fn go_on(&mut self, now: Instant, out: &mut Outputs) {
        self.look(out);
        if self.sending.is_none() {
            self.begin(now, out);
        }
        self.read_on(out);
    }

    /// Lets the store look at the next file, one after the other, so that they are offered in order.
    fn look(&mut self, out: &mut Outputs) {
        if self.looking.is_none()
            && self.offered.len() < AHEAD
            && out.queue.has_room_for_answers()
            && let Some(request) = self.requests.pop_front()
        {
            let path = request.path.clone();
            let asked = Asked::Inspect(request.transfer);
            self.ask(Ask::Inspect { path }, asked, out);
            self.looking = Some(request);
        }
    }

    /// Begins to send what was accepted first.
    fn begin(&mut self, now: Instant, out: &mut Outputs) {
        let Some((id, offered)) = self.next_accepted() else {
            return;
        };
        let Offered {
            transfer,
            path,
            size,
        } = offered;
        let file = out.file();
        self.sending = Some(Sending {
            id,
            file,
            transfer,
            size,
            start: now,
            is_open: false,
            left: size,
            done: 0,
            hasher: Blake2b::new(),
            hash: None,
        });
        self.ask(Ask::Open { file, path, size }, Asked::Open(file), out);
    }

    fn next_accepted(&mut self) -> Option<(u32, Offered)> {
        let id = self.accepted.pop_front()?;
        self.offered.remove(&id).map(|offered| (id, offered))
    }

    /// Asks for as many blocks of the file that goes as there is room for.
    fn read_on(&mut self, out: &mut Outputs) {
        while self.reading() + out.queue.blocks() < BLOCKS
            && let Some(sending) = self.sending.as_mut().filter(|file| file.is_open)
            && sending.left > 0
        {
            let length = sending.left.min(BLOCK as u64) as usize;
            sending.left -= length as u64;
            let file = sending.file;
            let asked = Asked::Read(file, length);
            self.ask(Ask::Read { file, length }, asked, out);
        }
    }

    /// Blocks that the store was asked for and has not given, of whichever file.
    fn reading(&self) -> usize {
        let is_read = |asked: &&Asked| matches!(asked, Asked::Read(..));
        self.asked.values().filter(is_read).count()
    }

    /// What the store says to something that was asked here.
    pub(super) fn answered(&mut self, id: RequestId, result: FileResult, out: &mut Outputs) {
        match self.asked.remove(&id) {
            Some(Asked::Inspect(transfer)) => self.inspected(transfer, result, out),
            Some(Asked::Open(file)) => self.opened(file, result, out),
            Some(Asked::Read(file, length)) => self.read(file, length, result, out),
            Some(Asked::Close) | None => {}
        }
    }

    fn inspected(&mut self, transfer: Transfer, result: FileResult, out: &mut Outputs) {
        // It may have been cancelled meanwhile.
        let looking = self.looking.take_if(|request| request.transfer == transfer);
        let Some(Request { transfer, path }) = looking else {
            return;
        };
        let (name, size) = match result {
            Ok(Done::Inspected { name, size }) => (safe(&name), size),
            result => return out.failed(transfer, unreadable(result).into()),
        };
        self.last += 1;
        let id = self.last;
        let file = Offered {
            transfer,
            path,
            size,
        };
        self.offered.insert(id, file);
        out.say(Message::Offer { id, size, name });
    }

    fn opened(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        let Some(sending) = self.sending.as_mut().filter(|sent| sent.file == file) else {
            return;
        };
        match result {
            // It may be another file by now. What was appended is not sent.
            Ok(Done::Opened { size }) if size >= sending.size => {
                sending.is_open = true;
                self.check_whole(out);
            }
            Ok(Done::Opened { .. }) => self.stop(FileError::Changed.into(), out),
            result => self.stop(unreadable(result).into(), out),
        }
    }

    fn read(&mut self, file: FileId, length: usize, result: FileResult, out: &mut Outputs) {
        let Some(sending) = self.sending.as_mut().filter(|sent| sent.file == file) else {
            return;
        };
        match result {
            Ok(Done::Read(bytes)) if bytes.len() == length => {
                sending.take(bytes, out);
                self.check_whole(out);
            }
            Ok(Done::Read(_)) => self.stop(FileError::Changed.into(), out),
            result => self.stop(unreadable(result).into(), out),
        }
    }

    /// Says that the file is at its end, once it has been read to there.
    fn check_whole(&mut self, out: &mut Outputs) {
        let Some(sending) = &mut self.sending else {
            return;
        };
        if sending.done == sending.size {
            let hash: Hash = std::mem::take(&mut sending.hasher).finalize().into();
            sending.hash = Some(hash);
            let (id, file) = (sending.id, sending.file);
            out.queue.say_after_blocks(Message::Done { id, hash });
            self.ask(Ask::Close { file }, Asked::Close, out);
        }
    }

    /// What the other side says about one of our files.
    pub(super) fn judged(&mut self, now: Instant, id: u32, verdict: Verdict, out: &mut Outputs) {
        if self.offered.contains_key(&id) {
            let failure = match verdict {
                Verdict::Accept if self.accepted.contains(&id) => return,
                Verdict::Accept => return self.accepted.push_back(id),
                Verdict::Decline(reason) => Failure::by_peer(reason),
                Verdict::Received => Failure::by_peer(FileError::Damaged),
            };
            return self.take_back(id, failure, out);
        }
        // Other words are late ones, about a file that is no longer on its way.
        let Some(sending) = self.sending.as_ref().filter(|file| file.id == id) else {
            return;
        };
        match (verdict, sending.hash) {
            (Verdict::Accept, _) => {}
            (Verdict::Decline(reason), _) => self.stop(Failure::by_peer(reason), out),
            // Nothing that can be heard before the end is good news.
            (Verdict::Received, None) => self.stop(Failure::by_peer(FileError::Damaged), out),
            (Verdict::Received, Some(hash)) => {
                let event = Event::FileSent {
                    transfer: sending.transfer,
                    bytes: sending.size,
                    hash,
                    took: now.saturating_duration_since(sending.start),
                };
                out.tell_end(sending.transfer, event);
                self.sending = None;
            }
        }
    }

    /// The person does not want to send it any more.
    pub(super) fn cancel(&mut self, transfer: Transfer, out: &mut Outputs) {
        let cancelled = Failure::here(FileError::Cancelled);
        let mut offered = self.offered.iter();
        let offered = offered.find(|(_, file)| file.transfer == transfer);
        if let Some((&id, _)) = offered {
            let reason = FileError::Cancelled;
            out.say(Message::Cancel { id, reason });
            self.take_back(id, cancelled, out);
        } else if let Some(sending) = &self.sending
            && sending.transfer == transfer
        {
            self.stop(cancelled, out);
        } else if self.forget(transfer) {
            out.failed(transfer, cancelled);
        }
    }

    /// Takes this file out of those that wait to be offered. True if it was among them.
    fn forget(&mut self, transfer: Transfer) -> bool {
        let before = self.requests.len();
        self.requests.retain(|request| request.transfer != transfer);
        let looking = self.looking.take_if(|request| request.transfer == transfer);
        looking.is_some() || self.requests.len() < before
    }

    /// What was only offered comes to nothing.
    fn take_back(&mut self, id: u32, failure: Failure, out: &mut Outputs) {
        self.accepted.retain(|other| *other != id);
        if let Some(file) = self.offered.remove(&id) {
            out.failed(file.transfer, failure);
        }
    }

    /// The file that goes comes to nothing. No block of it follows.
    fn stop(&mut self, failure: Failure, out: &mut Outputs) {
        let Some(sending) = self.sending.take() else {
            return;
        };
        out.queue.forget_blocks();
        if sending.hash.is_none() {
            let file = sending.file;
            self.ask(Ask::Close { file }, Asked::Close, out);
        }
        let (id, reason) = (sending.id, failure.reason);
        if !failure.by_peer {
            out.say(Message::Cancel { id, reason });
        }
        out.failed(sending.transfer, failure);
    }

    /// The conversation is over: whatever was asked for has failed.
    pub(super) fn end(&mut self, out: &mut Outputs) {
        let ended = Failure::here(FileError::Ended);
        self.stop(ended, out);
        self.accepted.clear();
        let offered = std::mem::take(&mut self.offered).into_values();
        let requests = std::mem::take(&mut self.requests);
        let waiting = self.looking.take().into_iter().chain(requests);
        for transfer in offered
            .map(|file| file.transfer)
            .chain(waiting.map(|file| file.transfer))
        {
            out.failed(transfer, ended);
        }
    }

    /// Bytes that the store may have in its hands at this moment.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let asked = self.asked.values().map(|asked| match asked {
            Asked::Read(_, length) => *length,
            _ => 0,
        });
        asked.sum()
    }
}

impl Sending {
    /// The next block has been read.
    fn take(&mut self, bytes: Bytes, out: &mut Outputs) {
        self.hasher.update(&bytes);
        self.done += bytes.len() as u64;
        out.progressed(self.transfer, bytes.len(), self.done, self.size);
        out.queue.block(self.id, bytes);
    }
}

/// Why a file cannot be read. An answer that is none is as bad.
fn unreadable(result: FileResult) -> FileError {
    result.err().unwrap_or(FileError::Unreadable)
}
