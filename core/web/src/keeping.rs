//! What a page keeps: the image of its store, and what of it is on its way into the browser's database.
//!
//! One thing is done after the other, as the device asks: nothing is read behind something that is still being
//! written, and what the browser could not write is undone before anything else is done. What waits meanwhile is
//! written together, and each by itself where that fails.

use handfast_device::{Found, Input, Query, Ticket, Write, records};
use handfast_protocol::handshake::PublicKey;
use handfast_store::{Change, Export, Image, StoreError, Undo};
use std::collections::VecDeque;

/// Changes that are written together at most.
const TOGETHER: usize = 512;

/// See the module text.
pub(crate) struct Keeping {
    /// None where nothing is kept.
    image: Option<Image>,
    own: PublicKey,
    jobs: VecDeque<Job>,
    /// What the browser is writing, and what there was before; the last at the end.
    writing: Option<Vec<(Ticket, Vec<Write>, Undo)>>,
    /// So many of the jobs at the front are done each by itself.
    alone: usize,
    /// What has to be written before anything else: a store that has just been made.
    first: Vec<Change>,
}

enum Job {
    Keep(Ticket, Vec<Write>),
    Find(Ticket, Query),
}

/// What comes of it.
pub(crate) enum Kept {
    /// For the device.
    Told(Input),
    /// For the browser, which says what came of it before anything else is asked.
    Write(Vec<Change>),
}

impl Keeping {
    /// Everything is kept in this image, of which these changes are not written yet.
    pub(crate) fn new(image: Image, own: PublicKey, first: Vec<Change>) -> Self {
        Self {
            image: Some(image),
            first,
            ..Self::none(own)
        }
    }

    /// Nothing is kept.
    pub(crate) fn none(own: PublicKey) -> Self {
        Self {
            image: None,
            own,
            jobs: VecDeque::new(),
            writing: None,
            alone: 0,
            first: Vec::new(),
        }
    }

    /// Whether anything is kept at all.
    pub(crate) fn is_any(&self) -> bool {
        self.image.is_some()
    }

    pub(crate) fn keep(&mut self, ticket: Ticket, writes: Vec<Write>) {
        self.jobs.push_back(Job::Keep(ticket, writes));
    }

    pub(crate) fn find(&mut self, ticket: Ticket, query: Query) {
        self.jobs.push_back(Job::Find(ticket, query));
    }

    /// What another device needs to be this one, also of what is being written; None where nothing is kept.
    pub(crate) fn export(&mut self, with_messages: bool) -> Option<Result<Export, StoreError>> {
        let image = self.image.as_mut()?;
        let identity = image.identity().private().clone();
        let export = image.batch(|batch| batch.export(identity, with_messages));
        Some(export.map(|(export, ..)| export))
    }

    /// The next thing that comes of what was asked.
    pub(crate) fn poll(&mut self) -> Option<Kept> {
        if self.writing.is_some() {
            return None;
        }
        if !self.first.is_empty() {
            self.writing = Some(Vec::new());
            return Some(Kept::Write(std::mem::take(&mut self.first)));
        }
        let (job, own) = (self.jobs.pop_front()?, self.own);
        let is_alone = self.alone > 0;
        self.alone = self.alone.saturating_sub(1);
        let Some(image) = &mut self.image else {
            return Some(Kept::Told(match job {
                Job::Keep(ticket, _) => Input::Stored(ticket, Ok(())),
                Job::Find(ticket, _) => Input::Found(ticket, Err(StoreError::Unknown)),
            }));
        };
        let (ticket, writes) = match job {
            Job::Keep(ticket, writes) => (ticket, writes),
            Job::Find(ticket, query) => {
                let found = find(image, own, &query);
                return Some(Kept::Told(Input::Found(ticket, found)));
            }
        };
        let (mut changes, undo) = match put(image, own, &writes) {
            Ok(put) => put,
            Err(error) => return Some(Kept::Told(Input::Stored(ticket, Err(error)))),
        };
        let mut count = writes.len();
        let mut batches = vec![(ticket, writes, undo)];
        while !is_alone
            && count < TOGETHER
            && let Some(Job::Keep(_, writes)) = self.jobs.front()
            && let Ok((more, undo)) = put(image, own, writes)
            && let Some(Job::Keep(ticket, writes)) = self.jobs.pop_front()
        {
            count += writes.len();
            batches.push((ticket, writes, undo));
            changes.extend(more);
        }
        self.writing = Some(batches);
        Some(Kept::Write(changes))
    }

    /// What came of [`Kept::Write`].
    pub(crate) fn written(&mut self, result: Result<(), StoreError>) -> Vec<Input> {
        let batches = self.writing.take().unwrap_or_default();
        match (result, batches.len()) {
            (Ok(()), _) => {
                let kept = batches.into_iter();
                kept.map(|(ticket, ..)| Input::Stored(ticket, Ok(())))
                    .collect()
            }
            (Err(_), 0) => {
                // It was never there.
                self.image = None;
                Vec::new()
            }
            (Err(error), 1) => {
                let failed = self.undo(batches).into_iter();
                failed
                    .map(|(ticket, _)| Input::Stored(ticket, Err(error)))
                    .collect()
            }
            (Err(_), _) => {
                let again = self.undo(batches);
                self.alone = again.len();
                for (ticket, writes) in again.into_iter().rev() {
                    self.jobs.push_front(Job::Keep(ticket, writes));
                }
                Vec::new()
            }
        }
    }

    fn undo(&mut self, batches: Vec<(Ticket, Vec<Write>, Undo)>) -> Vec<(Ticket, Vec<Write>)> {
        let mut undone = VecDeque::new();
        for (ticket, writes, undo) in batches.into_iter().rev() {
            if let Some(image) = &mut self.image {
                image.undo(undo);
            }
            undone.push_front((ticket, writes));
        }
        undone.into()
    }
}

fn put(
    image: &mut Image,
    own: PublicKey,
    writes: &[Write],
) -> Result<(Vec<Change>, Undo), StoreError> {
    let ((), changes, undo) = image.batch(|batch| {
        let mut writes = writes.iter();
        writes.try_for_each(|write| records::put(batch, own, write))
    })?;
    Ok((changes, undo))
}

fn find(image: &mut Image, own: PublicKey, query: &Query) -> Result<Found, StoreError> {
    let (found, ..) = image.batch(|batch| records::find(batch, own, query))?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_protocol::handshake::{Trust, TrustReason};
    use handfast_store::Contact;
    use handfast_token::Secret;

    fn keeping() -> Keeping {
        let (image, changes) = Image::new(Secret::new([7; 32])).unwrap();
        let own = image.identity().public();
        let mut keeping = Keeping::new(image, own, changes);
        assert!(matches!(keeping.poll(), Some(Kept::Write(changes)) if !changes.is_empty()));
        assert!(keeping.poll().is_none());
        assert!(keeping.written(Ok(())).is_empty());
        keeping
    }

    fn meet(person: u8) -> Vec<Write> {
        let key = PublicKey([person; 32]);
        let trust = Trust::because(TrustReason::Scanned);
        vec![Write::Meet(Box::new(Contact::met(key, "Ada", trust, 1)))]
    }

    fn find() -> Query {
        let with = PublicKey([1; 32]);
        Query::Ledger { with, most: 1 }
    }

    fn known(keeping: &mut Keeping) -> usize {
        let image = keeping.image.as_mut().unwrap();
        let (contacts, ..) = image.batch(|batch| batch.contacts()).unwrap();
        contacts.len()
    }

    #[test]
    fn nothing_is_told_or_read_before_it_is_written() {
        let mut keeping = keeping();
        keeping.keep(Ticket(1), meet(1));
        keeping.find(Ticket(2), find());
        keeping.keep(Ticket(3), meet(2));
        assert!(matches!(keeping.poll(), Some(Kept::Write(_))));
        assert!(keeping.poll().is_none());
        let told = keeping.written(Ok(()));
        assert!(matches!(told[..], [Input::Stored(Ticket(1), Ok(()))]));
        let found = keeping.poll();
        assert!(matches!(
            found,
            Some(Kept::Told(Input::Found(Ticket(2), Ok(_))))
        ));
        assert!(matches!(keeping.poll(), Some(Kept::Write(_))));
    }

    #[test]
    fn what_waits_is_written_together_and_each_by_itself_where_that_fails() {
        let mut keeping = keeping();
        for person in 1..=3 {
            keeping.keep(Ticket(person.into()), meet(person));
        }
        assert!(matches!(keeping.poll(), Some(Kept::Write(changes)) if changes.len() == 3));
        assert!(keeping.written(Err(StoreError::Full)).is_empty());
        assert_eq!(known(&mut keeping), 0);
        for person in 1..=3 {
            assert!(matches!(keeping.poll(), Some(Kept::Write(changes)) if changes.len() == 1));
            let result = match person {
                2 => Err(StoreError::Full),
                _ => Ok(()),
            };
            let told = keeping.written(result);
            assert!(
                matches!(told[..], [Input::Stored(Ticket(ticket), told)] if (ticket, told) == (person, result))
            );
        }
        assert_eq!(known(&mut keeping), 2);
        assert!(keeping.poll().is_none());
    }

    #[test]
    fn a_store_that_cannot_be_made_keeps_nothing_and_the_page_goes_on() {
        let (image, changes) = Image::new(Secret::new([7; 32])).unwrap();
        let own = image.identity().public();
        let mut keeping = Keeping::new(image, own, changes);
        assert!(matches!(keeping.poll(), Some(Kept::Write(_))));
        keeping.written(Err(StoreError::Full));
        assert!(!keeping.is_any());
        keeping.keep(Ticket(1), meet(1));
        let told = keeping.poll();
        assert!(matches!(
            told,
            Some(Kept::Told(Input::Stored(Ticket(1), Ok(()))))
        ));
    }
}
