//! The exchange of the logs over one link: what it asks is handed to the store, and what it says to the link.

use super::super::shared::{Purpose, Shared};
use super::super::{Event, Found, Query, SessionId, TalkCommand, Ticket, Write};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{
    self, Exchange, Fault, Incarnation, Ledger, Marks, Message, Request, Row,
};
use handfast_store::{ContactChange, StoreError};

/// What the other side may say before this side has read its own logs: where its logs end, and nothing else,
/// as it knows nothing yet of what is here.
const MOST_EARLY: usize = 1;

/// See the module text.
pub(super) struct Channel {
    pub(super) session: SessionId,
    /// Told apart by this from those before.
    pub(super) number: u64,
    gives_back: bool,
    /// None until everything that came out of the ledger is on the disk.
    exchange: Option<Exchange>,
    early: Vec<Message>,
    fault: Option<Fault>,
}

/// What came of an exchange that is for others to do.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) rows: Vec<Row>,
    pub(super) marks: Option<Marks>,
    /// What was asked of the store.
    pub(super) asked: Vec<Ticket>,
    /// Up to where own incarnations are on the other side's disk.
    pub(super) delivered: Vec<(Incarnation, u64)>,
}

impl Channel {
    pub(super) fn new(session: SessionId, number: u64, gives_back: bool) -> Self {
        Self {
            session,
            number,
            gives_back,
            exchange: None,
            early: Vec::new(),
            fault: None,
        }
    }

    /// Why it has to end, if it has.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// It waits until everything that was written is on the disk. Nothing more is written before it begins.
    pub(super) fn is_beginning(&self) -> bool {
        self.exchange.is_none() && self.fault.is_none()
    }

    /// Begins, if it can by now.
    pub(super) fn begin(&mut self, ledger: &mut Ledger, at: u64) {
        if !self.is_beginning() {
            return;
        }
        self.exchange = Exchange::start(ledger, self.gives_back);
        if let Some(exchange) = &mut self.exchange {
            for message in std::mem::take(&mut self.early) {
                exchange.received(at, ledger, message);
            }
        }
    }

    /// The other side said this.
    pub(super) fn received(&mut self, message: Message, ledger: Option<&mut Ledger>, at: u64) {
        match (&mut self.exchange, ledger) {
            (Some(exchange), Some(ledger)) => exchange.received(at, ledger, message),
            (None, _) if self.early.len() < MOST_EARLY => self.early.push(message),
            (None, _) => self.fault = Some(Fault::OutOfTurn),
            // The store has failed.
            (Some(_), None) => {}
        }
    }

    /// So many of the rows that it wanted kept are on the disk.
    pub(super) fn kept(&mut self, ledger: &mut Ledger, rows: usize, at: u64) {
        match &mut self.exchange {
            Some(exchange) if !exchange.is_over() => exchange.kept(at, ledger, rows),
            _ => ledger.kept(rows),
        }
    }

    /// A row that was written here is on the disk.
    pub(super) fn written(&mut self, ledger: &mut Ledger, row: &Row, at: u64) {
        if let Some(exchange) = &mut self.exchange {
            exchange.written(at, ledger, row);
        }
    }

    /// The store failed at something, so what is at hand may not be on the disk.
    pub(super) fn storage_failed(&mut self) {
        self.fault.get_or_insert(Fault::Storage);
        if let Some(exchange) = &mut self.exchange {
            exchange.storage_failed();
        }
    }

    /// What was asked of the store.
    pub(super) fn found(
        &mut self,
        ledger: &mut Ledger,
        result: Result<Found, StoreError>,
        at: u64,
    ) {
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        match result {
            Ok(Found::Looked(looked)) => exchange.looked(at, ledger, &looked),
            Ok(Found::Loaded(rows)) => exchange.loaded(at, ledger, rows),
            Ok(Found::Ledger(..) | Found::Rows(_) | Found::Searched(..)) | Err(_) => {
                self.storage_failed()
            }
        }
    }

    /// Says what there is to say, asks what there is to ask, and tells what is for others.
    pub(super) fn poll(&mut self, ledger: &Ledger, shared: &mut Shared, with: PublicKey) -> Wanted {
        let mut wanted = Wanted::default();
        let Some(exchange) = &mut self.exchange else {
            return wanted;
        };
        while let Some(request) = exchange.poll_request() {
            let query = match request {
                Request::Keep(row) => {
                    wanted.rows.push(*row);
                    continue;
                }
                Request::KeepMarks(_) => {
                    // What was written here since may have changed them once more.
                    wanted.marks = Some(ledger.marks());
                    continue;
                }
                Request::LookUp { log, sequence } => Query::LookUp {
                    with,
                    log,
                    sequence,
                },
                Request::Load { log, from, at_most } => Query::Load {
                    with,
                    log,
                    from,
                    at_most,
                },
            };
            wanted.asked.push(shared.find(query));
        }
        while let Some(message) = exchange.poll_message() {
            shared.talk(self.session, TalkCommand::Log(message));
        }
        while let Some(event) = exchange.poll_event() {
            match event {
                log::Event::Delivered { incarnation, up_to } => {
                    wanted.delivered.push((incarnation, up_to));
                }
                log::Event::OtherDevice => {
                    let replaced = ContactChange::Replaced(true);
                    shared.write(vec![Write::Contact(with, replaced)], Purpose::Nothing);
                    shared.tell(Event::OtherDevice(with));
                }
                log::Event::Returned { .. } => {}
                log::Event::PeerLacks => {
                    ::log::info!("a contact lacks something that it has written itself");
                }
                log::Event::Ended(fault) => drop(self.fault.get_or_insert(fault)),
            }
        }
        wanted
    }
}
