//! What is said with a contact and kept on both sides: two logs, of which this device writes one.
//!
//! A [`History`] is at hand for as long as a session is about its contact. It reads where the logs end and the
//! last rows, gives places to what is written here, has it kept, and only then shows and sends it; what the
//! other side sends is judged, kept, and then shown and acknowledged. Whether anybody is there changes nothing
//! of that: what cannot be sent now goes with the next channel. Nothing that was written is lost with a link,
//! and nothing is shown that is not on the disk.
//!
//! The store does things in the order in which they are asked. If it fails, what is at hand here is ahead of
//! it, and is read anew.

mod bundle;
mod channel;
mod life;
mod listing;
mod offering;
mod saying;
mod unread;

pub use bundle::Bundled;
pub(super) use life::Endings;
pub(super) use listing::{Listing, unkept};
pub(super) use saying::write;
pub use unread::Summary;

use super::files::{Files, Offered};
use super::shared::Shared;
use super::{Done, Event, Found, Page, Query, Refusal, RequestId, SessionId, Ticket, Write};
use bundle::{Making, Taking};
use channel::Channel;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{
    self, Agreement, Author, Body, Draft, DraftError, Fault, Incarnation, Kind, Ledger, LockedText,
    LogKeys, Marks, Place, ReplyTo, Row, Shown, Transcript,
};
use handfast_protocol::pairing::Now;
use handfast_store::{KeptFile, OfferId, StoreError};
use offering::Looking;
use std::collections::{BTreeMap, VecDeque};

/// Rows that are read at a time.
const PAGE: usize = 50;

/// Rows that are at hand at most, unless somebody looks further back. Of a longer conversation the oldest are
/// read again when they are looked at.
const MOST_ROWS: usize = 20_000;

/// Bytes of all of them together at most: twice what may wait for a screen, and more.
const MOST_BYTES: usize = 48 << 20;

/// What may be written here and not be on the disk yet.
const MOST_UNWRITTEN: usize = 512;

/// Rows of the own log that are kept together.
const BATCH: usize = 128;

/// Milliseconds since 1970-01-01 UTC.
pub(super) fn milliseconds(now: Now) -> u64 {
    now.unix.saturating_mul(1_000)
}

/// See the module text.
pub(super) struct History {
    with: PublicKey,
    keys: LogKeys,
    /// None while it is read.
    ledger: Option<Ledger>,
    transcript: Transcript,
    /// How large each row at hand is, and all of them together.
    sizes: BTreeMap<Place, usize>,
    bytes: usize,
    /// How long things last.
    agreement: Agreement,
    start: Start,
    /// The link over which the logs are exchanged.
    channel: Option<Channel>,
    /// Bundles that are wanted, that is made, and that comes in.
    wanted_bundles: VecDeque<RequestId>,
    making: Option<Making>,
    taking: Option<Taking>,
    drafts: VecDeque<Unwritten>,
    files: Files,
    /// Where the files stand whose rows are at hand.
    offers: BTreeMap<OfferId, Place>,
    /// Files that are looked at before they are offered.
    looking: BTreeMap<Ticket, Looking>,
    /// Batches on their way to the disk, in their order.
    writing: VecDeque<Batch>,
    reading: BTreeMap<Ticket, Reading>,
    /// What looks different since it was listed, and whether it was there before.
    touched: BTreeMap<Place, bool>,
    /// Something happened since that was asked.
    has_moved: bool,
    /// The store failed, and has not been read since.
    is_ahead: bool,
    /// Why it cannot be read.
    failure: Option<StoreError>,
}

/// How far back the rows at hand go.
enum Start {
    /// Others stand before this one.
    At(Option<Place>),
    /// To the first.
    First,
}

/// What somebody wrote that is not on its way to the disk.
struct Unwritten {
    /// In which session, if in any.
    session: Option<SessionId>,
    draft: Draft,
    /// What is given back if it cannot be kept.
    text: Option<String>,
    /// What it offers.
    file: Option<Offered>,
}

/// Rows on their way to the disk.
struct Batch {
    ticket: Ticket,
    rows: Vec<Row>,
    /// Files that stand differently by them.
    files: Vec<OfferId>,
    of: Of,
}

enum Of {
    /// Written here, each by a person who gets the text back if it is not kept.
    Own(Vec<(Option<SessionId>, Option<String>)>),
    /// Asked for by the exchange with this number.
    Exchange(u64),
    /// They came in a bundle.
    Bundle,
}

/// What is read from the disk, and for whom.
enum Reading {
    /// All that is at hand.
    Ledger,
    /// For the exchange with this number.
    Exchange(u64),
    /// For a bundle.
    Bundle,
    /// Rows further back.
    Earlier(RequestId),
}

impl History {
    pub(super) fn new(shared: &Shared, with: PublicKey) -> Self {
        let keys = LogKeys::new(shared.long_term_key(), with);
        Self {
            with,
            ledger: None,
            transcript: Transcript::new(keys.clone()),
            keys,
            sizes: BTreeMap::new(),
            bytes: 0,
            agreement: shared.agreement(with),
            start: Start::At(None),
            channel: None,
            wanted_bundles: VecDeque::new(),
            making: None,
            taking: None,
            drafts: VecDeque::new(),
            files: Files::load(shared, with),
            offers: BTreeMap::new(),
            looking: BTreeMap::new(),
            writing: VecDeque::new(),
            reading: BTreeMap::new(),
            touched: BTreeMap::new(),
            has_moved: false,
            is_ahead: false,
            failure: None,
        }
    }

    /// Reads what is at hand.
    pub(super) fn open(&mut self, shared: &mut Shared) {
        let query = Query::Ledger {
            with: self.with,
            most: PAGE,
        };
        self.reading.insert(shared.find(query), Reading::Ledger);
    }

    /// Nothing is on its way, so nothing is lost if it is not at hand any more.
    pub(super) fn is_idle(&self) -> bool {
        let is_kept = self.writing.is_empty() && self.files.are_kept();
        let is_read = self.reading.is_empty() && self.looking.is_empty();
        is_kept && is_read && self.drafts.is_empty() && self.has_no_bundle()
    }

    /// Every row that is at hand, as if it had just been read.
    pub(super) fn everything(&self) -> BTreeMap<Place, bool> {
        self.sizes.keys().map(|place| (*place, true)).collect()
    }

    /// What looks different since this was asked last, and whether it was there before; None if nothing has
    /// happened at all.
    pub(super) fn take_touched(&mut self) -> Option<BTreeMap<Place, bool>> {
        let mut touched = std::mem::take(&mut self.touched);
        for offer in self.files.take_touched() {
            if let Some(place) = self.offers.get(&offer) {
                touched.entry(*place).or_insert(true);
            }
        }
        std::mem::take(&mut self.has_moved).then_some(touched)
    }

    pub(super) fn item(&self, place: &Place, now: Now) -> Option<log::Item<'_>> {
        self.transcript.item(place, milliseconds(now))
    }

    /// What stands there, as somebody here names it: the original, or the version that is seen now.
    pub(super) fn about(&self, place: &Place, as_seen: bool) -> Option<ReplyTo> {
        self.transcript.named(place, Author::Me, as_seen)
    }

    /// The same of what was written here and can still be taken back, or edited if it `is_text`.
    pub(super) fn own(&self, place: &Place, is_text: bool, now: Now) -> Option<ReplyTo> {
        let item = self.item(place, now)?;
        let is_so = match item.shown {
            Shown::Text { .. } => true,
            Shown::File { .. } | Shown::Folder(_) | Shown::Locked(_) => !is_text,
            Shown::LifeProposed(_)
            | Shown::Restored
            | Shown::Withdrawn
            | Shown::Ended
            | Shown::NotReadable => false,
        };
        let is_ours = item.author == Author::Me;
        (is_so && is_ours).then(|| self.about(place, false))?
    }

    /// The locked message that stands there.
    pub(super) fn locked(&self, place: &Place, now: Now) -> Option<LockedText> {
        match self.item(place, now)?.shown {
            Shown::Locked(locked) => Some(locked.clone()),
            _ => None,
        }
    }

    /// Whether more may be written.
    pub(super) fn has_room(&self) -> bool {
        self.own_on_their_way() + self.drafts.len() + self.looking.len() < MOST_UNWRITTEN
    }

    /// What was written here and is on its way to the disk.
    fn own_on_their_way(&self) -> usize {
        self.writing.iter().map(Batch::own).sum()
    }

    /// Writes this for a person. It is shown once it is on the disk.
    pub(super) fn write(
        &mut self,
        shared: &mut Shared,
        session: SessionId,
        body: &Body,
        reply_to: Option<ReplyTo>,
        now: Now,
    ) -> Result<Done, Refusal> {
        self.try_again(shared)?;
        if !self.has_room() {
            return Err(Refusal::TooMuchWaits);
        }
        let draft =
            Draft::new(body, reply_to, self.life(body.kind())).map_err(|error| match error {
                DraftError::TooLong => Refusal::TooLong,
                DraftError::Empty | DraftError::NoTarget | DraftError::OnlyAlone => Refusal::NotNow,
            })?;
        let text = match body {
            Body::Text(text) | Body::Edit(text) => Some(text.clone()),
            _ => None,
        };
        self.drafts.push_back(Unwritten {
            session: Some(session),
            draft,
            text,
            file: None,
        });
        self.go_on(shared, now);
        Ok(Done::Ok)
    }

    /// Whether everything that was written here is on the other side's disk, or cannot get there now.
    pub(super) fn is_delivered(&self, session: SessionId) -> bool {
        let is_exchanged = self
            .channel
            .as_ref()
            .is_some_and(|channel| channel.session == session && channel.fault().is_none());
        !is_exchanged || self.owes_nothing()
    }

    /// The batch that went to the disk last, if it is not there yet.
    pub(super) fn last_batch(&self) -> Option<Ticket> {
        self.writing.back().map(|batch| batch.ticket)
    }

    /// Everything that was written here is on the disk.
    pub(super) fn is_written(&self) -> bool {
        self.drafts.is_empty() && self.looking.is_empty() && self.own_on_their_way() == 0
    }

    /// Everything that was written here is on the other side's disk, as far as this one knows.
    pub(super) fn owes_nothing(&self) -> bool {
        let mut ledger = self.ledger.iter();
        let is_there = self.is_written() && ledger.any(|ledger| ledger.undelivered().is_empty());
        // Where nothing can be read, nothing can be sent.
        is_there || self.failure.is_some()
    }

    /// Rows before those at hand. The answer follows when they are listed.
    pub(super) fn earlier(
        &mut self,
        shared: &mut Shared,
        request: RequestId,
    ) -> Option<Result<Done, Refusal>> {
        let is_reading = |reading: &Reading| matches!(reading, Reading::Earlier(_));
        if let Err(refusal) = self.try_again(shared) {
            return Some(Err(refusal));
        }
        let before = match (&self.ledger, &self.start) {
            (Some(_), Start::First) => return Some(Ok(Done::Beginning)),
            (Some(_), Start::At(before)) if !self.reading.values().any(is_reading) => *before,
            (Some(_), Start::At(_)) | (None, _) => return Some(Err(Refusal::NotYet)),
        };
        let query = Query::Rows {
            with: self.with,
            before,
            most: PAGE,
        };
        let reading = Reading::Earlier(request);
        self.reading.insert(shared.find(query), reading);
        None
    }

    /// The logs are exchanged over the link of this session from now on. `gives_back` tells if the person
    /// agreed that the other side gets back what it has lost.
    pub(super) fn begin_exchange(
        &mut self,
        shared: &mut Shared,
        session: SessionId,
        gives_back: bool,
        now: Now,
    ) {
        let number = shared.next_exchange();
        let mut channel = Channel::new(session, number, gives_back);
        if self.try_again(shared).is_err() {
            channel.storage_failed();
        }
        self.channel = Some(channel);
        self.go_on(shared, now);
    }

    /// The link is over.
    pub(super) fn end_exchange(&mut self, shared: &mut Shared, session: SessionId) {
        self.has_moved = true;
        self.files.end(shared, session);
        self.channel.take_if(|channel| channel.session == session);
    }

    /// The other side said this over the link of this session.
    pub(super) fn received(
        &mut self,
        shared: &mut Shared,
        session: SessionId,
        message: log::Message,
        now: Now,
    ) {
        let channel = self.channel.as_mut();
        if let Some(channel) = channel.filter(|channel| channel.session == session) {
            channel.received(message, self.ledger.as_mut(), milliseconds(now));
            self.go_on(shared, now);
        }
    }

    /// Why the link of this session has to end, if it has.
    pub(super) fn fault(&self, session: SessionId) -> Option<Fault> {
        let channel = self.channel.as_ref();
        channel.filter(|one| one.session == session)?.fault()
    }

    /// A batch is on the disk, or nothing of it is.
    pub(super) fn stored(
        &mut self,
        shared: &mut Shared,
        ticket: Ticket,
        result: Result<(), StoreError>,
        now: Now,
    ) {
        self.files.stored(shared, ticket, result.is_ok());
        let mut batches = self.writing.iter();
        let at = batches.position(|batch| batch.ticket == ticket);
        let Some(batch) = at.and_then(|at| self.writing.remove(at)) else {
            return;
        };
        match result {
            Ok(()) => {
                shared.summarize(self.with, &batch.rows);
                self.kept(shared, batch, now);
            }
            Err(error) => self.not_kept(shared, batch, error),
        }
        if self.is_ahead && self.writing.is_empty() {
            self.read_anew(shared);
        }
        self.go_on(shared, now);
    }

    fn kept(&mut self, shared: &mut Shared, batch: Batch, now: Now) {
        let at = milliseconds(now);
        let Some(ledger) = &mut self.ledger else {
            return;
        };
        match (&batch.of, &mut self.channel) {
            (Of::Exchange(number), Some(channel)) if channel.number == *number => {
                channel.kept(ledger, batch.rows.len(), at);
            }
            (Of::Exchange(_), _) => ledger.kept(batch.rows.len()),
            (Of::Bundle, _) => self.kept_of_bundle(shared, &batch.rows, now),
            (Of::Own(_), channel) => {
                ledger.kept(batch.rows.len());
                for row in &batch.rows {
                    if let Some(channel) = channel {
                        channel.written(ledger, row, at);
                    }
                }
            }
        }
        for row in &batch.rows {
            if let Some(mark) = life::mark_of(&self.keys, row) {
                self.hear_proposal(&mark);
                shared.keeps_life(self.with, mark, now);
            }
            self.list(shared, row, false);
        }
        self.files.kept(shared, &batch.files);
        self.forget_the_oldest();
    }

    fn not_kept(&mut self, shared: &mut Shared, batch: Batch, error: StoreError) {
        self.is_ahead = true;
        if let Some(channel) = &mut self.channel {
            channel.storage_failed();
        }
        // Whatever a bundle was read against is read anew.
        self.no_bundle(shared, error);
        if let Of::Own(written) = batch.of {
            for (session, text) in written {
                give_back(shared, session, text, error);
            }
        }
    }

    fn read_anew(&mut self, shared: &mut Shared) {
        self.is_ahead = false;
        self.files.read_anew(shared);
        self.ledger = None;
        self.open(shared);
    }

    /// Something was read, or could not be.
    pub(super) fn found(
        &mut self,
        shared: &mut Shared,
        ticket: Ticket,
        result: Result<Found, StoreError>,
        now: Now,
    ) {
        let at = milliseconds(now);
        match (self.reading.remove(&ticket), result) {
            (Some(Reading::Ledger), Ok(Found::Ledger(saved, page))) => {
                match Ledger::load(self.keys.clone(), *saved) {
                    Ok(ledger) => self.ledger = Some(ledger),
                    Err(_) => self.is_unreadable(shared, StoreError::Damaged),
                }
                self.take_in(shared, page);
            }
            (Some(Reading::Earlier(request)), Ok(Found::Rows(page))) => {
                let is_empty = page.rows.is_empty();
                self.take_in(shared, page);
                shared.answer(
                    request,
                    Ok(match is_empty {
                        true => Done::Beginning,
                        false => Done::Ok,
                    }),
                );
            }
            (Some(Reading::Earlier(request)), result) => {
                let error = result.err().unwrap_or(StoreError::Internal);
                shared.answer(request, Err(Refusal::Store(error)));
            }
            (Some(Reading::Exchange(number)), result) => {
                let channel = self.channel.as_mut();
                if let Some(channel) = channel.filter(|channel| channel.number == number)
                    && let Some(ledger) = &mut self.ledger
                {
                    channel.found(ledger, result, at);
                }
            }
            (Some(Reading::Bundle), result) => self.found_for_bundle(shared, result, now),
            (Some(Reading::Ledger), Ok(_)) | (None, _) => {}
            (Some(Reading::Ledger), Err(error)) => self.is_unreadable(shared, error),
        }
        self.go_on(shared, now);
    }

    /// What could not be read is tried once more, unless that makes no difference.
    fn try_again(&mut self, shared: &mut Shared) -> Result<(), Refusal> {
        match self.failure {
            Some(error @ StoreError::Damaged) => return Err(error.into()),
            Some(_) => {
                self.failure = None;
                self.open(shared);
            }
            None => {}
        }
        Ok(())
    }

    /// Nothing can be said here. What was written meanwhile is given back.
    fn is_unreadable(&mut self, shared: &mut Shared, error: StoreError) {
        ::log::warn!("a conversation cannot be read: {error}");
        self.failure = Some(error);
        if let Some(channel) = &mut self.channel {
            channel.storage_failed();
        }
        for Unwritten { session, text, .. } in self.drafts.drain(..) {
            give_back(shared, session, text, error);
        }
        self.no_bundle(shared, error);
    }

    /// Takes in rows that were read, and how far back they go.
    fn take_in(&mut self, shared: &Shared, page: Page) {
        let Page { rows, is_first } = page;
        self.start = match rows.last() {
            Some(oldest) if !is_first => Start::At(Some(self.keys.place(oldest))),
            _ => Start::First,
        };
        for row in &rows {
            self.list(shared, row, true);
        }
    }

    /// This row is on the disk.
    fn list(&mut self, shared: &Shared, row: &Row, was_there: bool) {
        let is_delivered = row.author == Author::Me
            && row.line == 0
            && self.ledger.as_ref().is_some_and(|ledger| {
                let incarnation = row.entry.header.incarnation;
                ledger.delivered_up_to(incarnation) >= row.entry.header.sequence
            });
        let new = self.keys.place(row);
        if matches!(row.entry.header.kind, Kind::FILE | Kind::FOLDER) && row.line == 0 {
            let (ours, entry) = self.offer_at(&new);
            let with = self.with;
            self.offers.insert(OfferId { with, ours, entry }, new);
        }
        let before = self.sizes.insert(new, row.length());
        self.bytes += row.length();
        self.bytes -= before.unwrap_or_default();
        let ends_at = shared.ends_at(self.with, &new);
        for place in self.transcript.insert(row, is_delivered, ends_at) {
            let was_there = was_there || place != new;
            self.touched.entry(place).or_insert(was_there);
        }
    }

    /// Of very much that comes, half is at hand.
    fn forget_the_oldest(&mut self) {
        if self.sizes.len() <= MOST_ROWS && self.bytes <= MOST_BYTES {
            return;
        }
        while self.sizes.len() > MOST_ROWS / 2 || self.bytes > MOST_BYTES / 2 {
            match self.sizes.pop_first() {
                Some((_, bytes)) => self.bytes -= bytes,
                None => break,
            }
        }
        if let Some(first) = self.sizes.keys().next().copied() {
            self.transcript.retain(first..);
            self.offers.retain(|_, place| *place >= first);
            self.start = Start::At(Some(first));
        }
    }

    /// Does whatever can be done by now.
    fn go_on(&mut self, shared: &mut Shared, now: Now) {
        self.has_moved = true;
        let at = milliseconds(now);
        let Some(ledger) = self.ledger.as_mut().filter(|_| !self.is_ahead) else {
            return;
        };
        if let Some(channel) = &mut self.channel
            && self.taking.is_none()
        {
            channel.begin(ledger, at);
        }
        self.write_drafts(shared, now);
        self.go_on_with_bundles(shared, now);
        self.exchange(shared, now);
    }

    /// What was written here gets its places, and goes to the disk: one batch after the other, with all that
    /// came meanwhile.
    fn write_drafts(&mut self, shared: &mut Shared, now: Now) {
        let at = milliseconds(now);
        let is_writing = self.own_on_their_way() > 0;
        let is_beginning = self.channel.as_ref().is_some_and(Channel::is_beginning);
        let Some(ledger) = self.ledger.as_mut() else {
            return;
        };
        if is_writing || is_beginning || self.drafts.is_empty() {
            return;
        }
        let marks = ledger.marks();
        let (mut rows, mut written) = (Vec::new(), Vec::new());
        let mut offered = BTreeMap::new();
        while rows.len() < BATCH
            && let Some(unwritten) = self.drafts.pop_front()
        {
            let Unwritten {
                session,
                draft,
                text,
                file,
            } = unwritten;
            let random = shared.secret::<32>();
            let appended = random.map(|random| ledger.append(at, &draft, &random));
            match appended {
                Ok(Ok(new)) => {
                    rows.extend(new);
                    // What was written stands behind the beginning of a log.
                    offered.extend(file.map(|file| (rows.len() - 1, file)));
                    written.push((session, text));
                }
                Ok(Err(error)) => {
                    ::log::warn!("nothing more can be written: {error}");
                    give_back(shared, session, text, StoreError::Full);
                }
                Err(_) => give_back(shared, session, text, StoreError::Internal),
            }
        }
        let marks = (ledger.marks() != marks).then(|| ledger.marks());
        self.keep(shared, (marks, rows, offered), Of::Own(written), now);
    }

    /// Has rows kept, and with them how the files stand that they are about. `offered` are those of this device, by the
    /// row that offers them.
    fn keep(
        &mut self,
        shared: &mut Shared,
        (marks, rows, mut offered): (Option<Marks>, Vec<Row>, BTreeMap<usize, Offered>),
        of: Of,
        now: Now,
    ) {
        let with = self.with;
        let usual = shared.settings().limits;
        let files = rows.iter().enumerate();
        let files: Vec<KeptFile> = files
            .filter_map(|(at, row)| self.files.record(row, offered.remove(&at), &usual, now))
            .collect();
        let kept = rows.iter().cloned();
        let mut writes: Vec<Write> = kept.map(|row| Write::Row(with, Box::new(row))).collect();
        let lives = rows.iter().filter_map(|row| life::mark_of(&self.keys, row));
        writes.extend(lives.map(|mark| Write::Life(with, mark)));
        // Where a new incarnation is named, its first row stands.
        writes.extend(marks.map(|marks| Write::Marks(with, marks)));
        let offers = files.iter().map(|file| file.offer).collect();
        let files = files.into_iter().map(|file| Write::File(Box::new(file)));
        writes.extend(files);
        if !writes.is_empty() {
            let ticket = shared.write_history(writes, with);
            self.writing.push_back(Batch {
                ticket,
                rows,
                files: offers,
                of,
            });
        }
    }

    /// What was written here in that incarnation is on the other side's disk, up to there.
    fn is_delivered_up_to(
        &mut self,
        shared: &mut Shared,
        (incarnation, up_to): (Incarnation, u64),
        now: Now,
    ) {
        let mut writes = vec![Write::Delivered(self.with, incarnation, up_to)];
        writes.extend(self.begin_delivered(shared, (incarnation, up_to), now));
        shared.write_history(writes, self.with);
        self.files
            .delivered(shared, (incarnation.to_bytes(), up_to));
        for place in self.transcript.delivered(incarnation, up_to) {
            self.touched.entry(place).or_insert(true);
        }
    }

    /// Carries out what the exchange wants.
    fn exchange(&mut self, shared: &mut Shared, now: Now) {
        let (Some(channel), Some(ledger)) = (&mut self.channel, &mut self.ledger) else {
            return;
        };
        let number = channel.number;
        let wanted = channel.poll(ledger, shared, self.with);
        for (incarnation, up_to) in wanted.delivered {
            self.is_delivered_up_to(shared, (incarnation, up_to), now);
        }
        for ticket in wanted.asked {
            self.reading.insert(ticket, Reading::Exchange(number));
        }
        let wanted = (wanted.marks, wanted.rows, BTreeMap::new());
        self.keep(shared, wanted, Of::Exchange(number), now);
    }
}

/// Tells the person who wrote it that it is not kept, and gives back the text.
fn give_back(
    shared: &mut Shared,
    session: Option<SessionId>,
    text: Option<String>,
    error: StoreError,
) {
    if let Some(session) = session {
        shared.tell(Event::NotWritten(session, text.unwrap_or_default(), error));
    }
}

impl Batch {
    /// What was written here.
    fn own(&self) -> usize {
        match &self.of {
            Of::Own(written) => written.len(),
            Of::Exchange(_) | Of::Bundle => 0,
        }
    }
}
