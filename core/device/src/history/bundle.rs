//! What waits for a contact, as one sealed file that any carrier brings, and such a file as it comes in.
//!
//! Both go by the same ledger as an exchange, and by the same disk: nothing leaves that is not kept here, and
//! what comes in is kept before it is shown. While something comes in no exchange begins, or what is on its way
//! to the disk would be acknowledged as if it were there.

use super::super::shared::Shared;
use super::super::{Device, Done, Found, Query, Refusal, RequestId, Ticket};
use super::{History, Of, Reading, milliseconds};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{
    Bundle, BundleError, Event, Import, Ledger, LogId, Packing, Request, Row,
};
use handfast_protocol::pairing::Now;
use handfast_store::StoreError;
use handfast_token::{MAX_BUNDLE, SealedBundle};
use std::collections::{BTreeMap, VecDeque};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// What waited for somebody, and is handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bundled {
    /// What travels.
    pub bundle: SealedBundle,
    /// How many messages are in it. Without any it says what arrived here.
    pub messages: u64,
    /// Nothing had to be left for the next one.
    pub is_all: bool,
}

/// A bundle that is being made.
pub(super) struct Making {
    request: RequestId,
    packing: Packing,
    messages: u64,
    /// What is still to be put in, of which log and from where on.
    rest: VecDeque<(LogId, u64)>,
}

/// A bundle that comes in.
pub(super) struct Taking {
    request: RequestId,
    import: Import,
    messages: u64,
}

impl Device {
    /// Makes a bundle of what waits for this contact. The answer follows.
    pub(in super::super) fn bundle(
        &mut self,
        request: RequestId,
        with: PublicKey,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        self.shared.must_not_be_hindered(with)?;
        self.shared.open_history(with);
        self.shared.with_history(with, |history, shared| {
            history.wanted_bundles.push_back(request);
            history.go_on(shared, now);
        });
        Ok(None)
    }

    /// Takes in what a contact handed on. The answer follows.
    pub(in super::super) fn take_bundle(
        &mut self,
        request: RequestId,
        bundle: SealedBundle,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        let bundle = Bundle::from(bundle);
        let contacts = self.shared.kept().contacts.values();
        let mut refusal = BundleError::OtherKey;
        let mut opened = None;
        for contact in contacts.filter(|contact| !contact.blocked) {
            let finding = contact.reconnect.as_ref().map(|keys| &keys.finding);
            let Some(finding) = finding.and_then(|key| key.at(bundle.day().into())) else {
                continue;
            };
            match bundle.open(finding.expose(), contact.key) {
                Ok(import) => opened = Some((contact.key, import)),
                Err(BundleError::OtherKey) => {}
                Err(error) => refusal = error,
            }
        }
        let (with, import) = opened.ok_or(Refusal::Bundle(refusal))?;
        self.shared.must_not_be_hindered(with)?;
        self.shared.open_history(with);
        let taken = self.shared.with_history(with, |history, shared| {
            history.take_bundle(shared, request, import, now)
        });
        taken.unwrap_or(Err(Refusal::NotNow)).map(|()| None)
    }
}

impl History {
    fn take_bundle(
        &mut self,
        shared: &mut Shared,
        request: RequestId,
        import: Import,
        now: Now,
    ) -> Result<(), Refusal> {
        // Who is here says it all over the link.
        if self.channel.is_some() || self.taking.is_some() {
            return Err(Refusal::NotYet);
        }
        self.taking = Some(Taking {
            request,
            import,
            messages: 0,
        });
        self.go_on(shared, now);
        Ok(())
    }

    /// Nothing of a bundle is under way.
    pub(super) fn has_no_bundle(&self) -> bool {
        self.making.is_none() && self.taking.is_none() && self.wanted_bundles.is_empty()
    }

    /// Goes on with what is made and with what comes in.
    pub(super) fn go_on_with_bundles(&mut self, shared: &mut Shared, now: Now) {
        self.take_on(shared, now, |import, ledger, at| import.go_on(at, ledger));
        let is_free = self.making.is_none() && self.taking.is_none() && self.is_written();
        let Some(ledger) = self.ledger.as_ref().filter(|_| is_free) else {
            return;
        };
        if !self.wanted_bundles.is_empty()
            && let Some(packing) = Packing::start(ledger)
            && let Some(request) = self.wanted_bundles.pop_front()
        {
            self.making = Some(Making {
                request,
                packing,
                messages: 0,
                rest: ledger.undelivered().into(),
            });
            self.put_in_more(shared, now);
        }
    }

    /// Asks for what is still to be put in, or seals it.
    fn put_in_more(&mut self, shared: &mut Shared, now: Now) {
        let next = self.making.as_mut().and_then(|one| one.rest.pop_front());
        match next {
            Some((log, from)) => {
                let query = Query::Load {
                    with: self.with,
                    log,
                    from: (from, 0),
                    // More than fits, so that it is seen that something is left.
                    at_most: 2 * MAX_BUNDLE,
                };
                self.reading.insert(shared.find(query), Reading::Bundle);
            }
            None => self.seal_bundle(shared, true, now),
        }
    }

    fn put_in(&mut self, shared: &mut Shared, rows: &[Row], now: Now) {
        let Some(making) = &mut self.making else {
            return;
        };
        for row in rows.iter().filter(|row| row.line == 0) {
            if !making.packing.add(row) {
                return self.seal_bundle(shared, false, now);
            }
            making.messages += u64::from(row.is_message());
        }
        self.put_in_more(shared, now);
    }

    fn seal_bundle(&mut self, shared: &mut Shared, is_all: bool, now: Now) {
        let Some(making) = self.making.take() else {
            return;
        };
        let day = u16::try_from(now.unix / DAY).ok();
        let contact = shared.kept().contacts.get(&self.with.0);
        let keys = contact.and_then(|contact| contact.reconnect.as_ref());
        let finding = day.and_then(|day| Some((day, keys?.finding.at(day.into())?)));
        let maker = shared.long_term_key().public();
        let done = match (finding, shared.bytes()) {
            (Some((day, finding)), Ok(salt)) => {
                let packed = making.packing.seal(day, finding.expose(), maker, salt);
                Ok(Done::Bundled(Box::new(Bundled {
                    bundle: packed.into_sealed(),
                    messages: making.messages,
                    is_all,
                })))
            }
            // This clock is days behind theirs.
            (None, _) => Err(Refusal::NotNow),
            (_, Err(_)) => Err(StoreError::Internal.into()),
        };
        shared.answer(making.request, done);
    }

    /// What was asked for a bundle is read.
    pub(super) fn found_for_bundle(
        &mut self,
        shared: &mut Shared,
        result: Result<Found, StoreError>,
        now: Now,
    ) {
        match result {
            Ok(Found::Loaded(rows)) => self.put_in(shared, &rows, now),
            Ok(Found::Looked(looked)) => {
                self.take_on(shared, now, |import, ledger, at| {
                    import.looked(at, ledger, &looked);
                });
            }
            Ok(_) => self.no_bundle(shared, StoreError::Internal),
            Err(error) => self.no_bundle(shared, error),
        }
    }

    /// So many rows that came in are on the disk.
    pub(super) fn kept_of_bundle(&mut self, shared: &mut Shared, rows: &[Row], now: Now) {
        let messages = rows.iter().filter(|row| row.is_message()).count() as u64;
        match &mut self.taking {
            Some(taking) => taking.messages += messages,
            // It came to nothing meanwhile.
            None => {
                if let Some(ledger) = &mut self.ledger {
                    ledger.kept(rows.len());
                }
            }
        }
        self.take_on(shared, now, |import, ledger, at| {
            import.kept(at, ledger, rows.len());
        });
    }

    /// The store has failed.
    pub(super) fn no_bundle(&mut self, shared: &mut Shared, error: StoreError) {
        let making = self.making.take().map(|making| making.request);
        let taking = self.taking.take().map(|taking| taking.request);
        let waiting = std::mem::take(&mut self.wanted_bundles);
        for request in making.into_iter().chain(taking).chain(waiting) {
            shared.answer(request, Err(error.into()));
        }
    }

    /// Does this with what comes in, has kept what it wants kept, and says what came of it at the end.
    fn take_on(
        &mut self,
        shared: &mut Shared,
        now: Now,
        act: impl FnOnce(&mut Import, &mut Ledger, u64),
    ) {
        let (Some(taking), Some(ledger)) = (&mut self.taking, &mut self.ledger) else {
            return;
        };
        let marks = ledger.marks();
        act(&mut taking.import, ledger, milliseconds(now));
        let (mut rows, mut asked, mut delivered) = (Vec::new(), Vec::<Ticket>::new(), Vec::new());
        while let Some(request) = taking.import.poll_request() {
            match request {
                Request::Keep(row) => rows.push(*row),
                Request::LookUp { log, sequence } => asked.push(shared.find(Query::LookUp {
                    with: self.with,
                    log,
                    sequence,
                })),
                Request::KeepMarks(_) | Request::Load { .. } => {}
            }
        }
        while let Some(event) = taking.import.poll_event() {
            if let Event::Delivered { incarnation, up_to } = event {
                delivered.push((incarnation, up_to));
            }
        }
        let outcome = taking.import.outcome();
        let (request, new) = (taking.request, taking.messages);
        let marks = (ledger.marks() != marks).then(|| ledger.marks());
        for ticket in asked {
            self.reading.insert(ticket, Reading::Bundle);
        }
        for delivered in delivered {
            self.is_delivered_up_to(shared, delivered, now);
        }
        self.keep(shared, (marks, rows, BTreeMap::new()), Of::Bundle, now);
        if let Some(outcome) = outcome {
            self.taking = None;
            let done = match outcome {
                Ok(_) => Ok(Done::TakenIn {
                    from: self.with,
                    messages: new,
                }),
                Err(fault) => {
                    log::warn!("what somebody handed on does not fit: {fault}");
                    Err(Refusal::BundleMissing)
                }
            };
            shared.answer(request, done);
        }
    }
}
