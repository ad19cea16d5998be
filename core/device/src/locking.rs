//! Messages that are locked before they are said, and opened when somebody answers. Each takes about a second and
//! much memory, so they take turns.

use super::session::SessionInput;
use super::shared::Shared;
use super::{Done, Output, Refusal, RequestId, Saying, SessionCommand, SessionId, Work, WorkDone};
use handfast_protocol::log::LockedText;
use std::collections::VecDeque;

/// What may wait for its turn.
const MOST: usize = 8;

/// See the module text.
#[derive(Default)]
pub(super) struct Locking {
    /// Who asked for what is worked on.
    under_way: Option<RequestId>,
    waiting: VecDeque<(RequestId, Work)>,
}

impl Locking {
    /// Has this done for a person of this session, who hears what came of it once it is.
    pub(super) fn begin(
        &mut self,
        shared: &mut Shared,
        id: SessionId,
        (request, work): (RequestId, Work),
    ) {
        if self.waiting.len() >= MOST {
            return shared.answer(request, Err(Refusal::TooMuchWaits));
        }
        self.waiting.push_back((request, work));
        self.go_on(shared, id);
    }

    fn go_on(&mut self, shared: &mut Shared, id: SessionId) {
        if self.under_way.is_none()
            && let Some((request, work)) = self.waiting.pop_front()
        {
            self.under_way = Some(request);
            shared.put(Output::Work(id, work));
        }
    }

    /// It is done. What is locked is to be said, like anything else.
    pub(super) fn done(
        &mut self,
        shared: &mut Shared,
        id: SessionId,
        done: WorkDone,
    ) -> Option<SessionInput> {
        let request = self.under_way.take()?;
        self.go_on(shared, id);
        let refusal = match done {
            WorkDone::TextLocked(Ok(container)) => match LockedText::new(container.into()) {
                Some(locked) => {
                    let say = SessionCommand::Say(Saying::Locked(locked));
                    return Some(SessionInput::Command(request, say));
                }
                None => Refusal::TooLong,
            },
            WorkDone::TextOpened(Ok(text)) => {
                shared.answer(request, Ok(Done::Opened(text)));
                return None;
            }
            WorkDone::TextLocked(Err(error)) | WorkDone::TextOpened(Err(error)) => {
                Refusal::Seal(error)
            }
            WorkDone::Locked(_) | WorkDone::Unlocked(_) => Refusal::NotNow,
        };
        shared.answer(request, Err(refusal));
        None
    }

    /// The session is over: nobody hears what comes of it.
    pub(super) fn over(self, shared: &mut Shared) {
        let waiting = self.waiting.into_iter().map(|(request, _)| request);
        for request in self.under_way.into_iter().chain(waiting) {
            shared.answer(request, Err(Refusal::NotNow));
        }
    }
}
