//! Files of the conversation, as its history has them: looked at, offered by an entry, shown with how they stand.

use super::super::files::{FileWish, Offered, Taking, body_of, entry_of};
use super::super::shared::Shared;
use super::super::{
    Carried, Done, Event, FileState, Offerable, Output, Refusal, RowContent, SessionId, Ticket,
};
use super::{History, Unwritten, milliseconds, unkept};
use handfast_protocol::conversation::FileError;
use handfast_protocol::handshake::Trust;
use handfast_protocol::log::{Draft, Incarnation, Place, ReplyTo, Whose};
use handfast_protocol::pairing::Now;
use handfast_protocol::transfer::{self, Content, EntryId, Root};
use handfast_store::{KeptFile, OfferId};
use std::path::PathBuf;

/// A file that a person sends, before it is offered.
pub(super) struct Looking {
    session: Option<SessionId>,
    path: PathBuf,
    name: String,
    /// What lies there, once that is known.
    found: Option<Result<Offerable, FileError>>,
}

impl History {
    /// How the file stands that is offered there.
    pub(in super::super) fn file_state(&self, place: &Place) -> FileState {
        let (ours, entry) = self.offer_at(place);
        self.files.state(ours, entry)
    }

    pub(super) fn offer_at(&self, place: &Place) -> (bool, EntryId) {
        let entry = entry_of(place.incarnation, place.sequence);
        (place.author != self.with.0, entry)
    }

    /// Offers what lies at this path, once it was looked at.
    pub(in super::super) fn offer(
        &mut self,
        shared: &mut Shared,
        session: Option<SessionId>,
        (path, name): (PathBuf, String),
    ) -> Result<Done, Refusal> {
        self.try_again(shared)?;
        if !self.has_room() {
            return Err(Refusal::TooMuchWaits);
        }
        let ticket = shared.look(self.with, path.clone());
        let looking = Looking {
            session,
            path,
            name,
            found: None,
        };
        self.looking.insert(ticket, looking);
        Ok(Done::Ok)
    }

    /// This lies where a file is that is to be offered. They are offered in the order in which they were sent,
    /// whichever is looked at sooner.
    pub(in super::super) fn looked(
        &mut self,
        shared: &mut Shared,
        ticket: Ticket,
        result: Result<Offerable, FileError>,
        now: Now,
    ) {
        if let Some(looking) = self.looking.get_mut(&ticket) {
            looking.found = Some(result);
        }
        while let Some(mut first) = self.looking.first_entry()
            && let Some(result) = first.get_mut().found.take()
        {
            let looking = first.remove();
            self.draft_offer(shared, looking, result, now);
        }
        self.go_on(shared, now);
    }

    fn draft_offer(
        &mut self,
        shared: &mut Shared,
        looking: Looking,
        result: Result<Offerable, FileError>,
        now: Now,
    ) {
        let Looking {
            session,
            path,
            name,
            ..
        } = looking;
        let root = result.as_ref().ok().and_then(|looked| looked.content);
        let root = root.map(|content| content.root);
        let offered = |looked| {
            let by_root = !root.is_some_and(|root| self.is_on_offer(root));
            let body = body_of(&name, looked, by_root);
            Draft::new(&body, None, self.life(body.kind())).ok()
        };
        let draft = result.and_then(|looked| offered(looked).ok_or(FileError::Unreadable));
        match draft {
            Ok(draft) => self.drafts.push_back(Unwritten {
                session,
                draft,
                text: None,
                file: Some(Offered { path, root }),
            }),
            Err(error) => {
                shared.put(Output::NotNeeded(path));
                let Some(session) = session else {
                    ::log::warn!("a file cannot be offered: {error}");
                    return;
                };
                let number = shared.next_row();
                let content = RowContent::File {
                    name,
                    size: 0,
                    files: None,
                    state: FileState::Failed {
                        error,
                        by_peer: false,
                    },
                };
                let row = unkept(number, true, content, milliseconds(now));
                shared.tell(Event::Row(session, row));
            }
        }
    }

    /// Whether this root names something else that is on offer, or is about to.
    fn is_on_offer(&self, root: Root) -> bool {
        let is_drafted = |one: &Unwritten| {
            let file = one.file.as_ref();
            file.is_some_and(|file| file.root == Some(root))
        };
        self.files.is_named(root) || self.drafts.iter().any(is_drafted)
    }

    /// What stands there has run out. How the file that it offers is kept from now on, if it does.
    pub(super) fn run_out(&mut self, shared: &mut Shared, offer: OfferId) -> Option<KeptFile> {
        self.has_moved = true;
        self.files.run_out(shared, offer)
    }

    /// A person decides about the file that is offered there.
    pub(in super::super) fn decide(
        &mut self,
        shared: &mut Shared,
        place: &Place,
        wish: FileWish,
    ) -> Result<Done, Refusal> {
        self.has_moved = true;
        let offer = self.offer_at(place);
        self.files.decide(shared, offer, wish)?;
        Ok(Done::Ok)
    }

    /// Files come and go over the link of this session from now on: what it begins with.
    pub(in super::super) fn begin_files(&mut self, session: SessionId, taking: Taking) -> Carried {
        self.has_moved = true;
        self.files.begin(session, taking, *self.keys.name())
    }

    /// The other side is trusted so far now.
    pub(in super::super) fn trust(&mut self, trust: Trust) {
        self.files.trust(trust);
    }

    /// Something happened to a file over the link of this session.
    pub(in super::super) fn file_happened(
        &mut self,
        shared: &mut Shared,
        session: SessionId,
        event: transfer::Event,
        now: Now,
    ) {
        let ledger = self.ledger.as_ref();
        let is_delivered = |entry: EntryId| {
            let incarnation = Incarnation::from_bytes(entry.incarnation);
            ledger.is_none_or(|ledger| ledger.delivered_up_to(incarnation) >= entry.sequence)
        };
        let happened = self
            .files
            .happened(shared, session, event, is_delivered, now);
        if let Some((offer, content)) = happened {
            self.say_content(&offer, content);
        }
        self.go_on(shared, now);
    }

    /// Writes what a file of this device is that was offered before that was known.
    fn say_content(&mut self, offer: &KeptFile, content: Content) {
        let EntryId {
            incarnation,
            sequence,
        } = offer.offer.entry;
        let about = ReplyTo {
            whose: Whose::Writer,
            incarnation: Incarnation::from_bytes(incarnation),
            sequence,
            version: offer.version,
        };
        let looked = Offerable {
            size: content.size,
            files: None,
            content: Some(content),
            preview: None,
        };
        let body = body_of(&offer.name, looked, true);
        if let Ok(draft) = Draft::new(&body, Some(about), None) {
            self.drafts.push_back(Unwritten {
                session: None,
                draft,
                text: None,
                file: None,
            });
        }
    }

    /// Whether something of the files moves over the link of this session, or is about to.
    pub(in super::super) fn has_files_under_way(&self, session: SessionId) -> bool {
        !self.looking.is_empty() || self.files.are_under_way(session)
    }
}
