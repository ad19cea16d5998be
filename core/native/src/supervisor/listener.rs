//! What happened, kept for whoever shows it until they take it.
//!
//! A screen may be slow, or asleep. Of each session it needs the last view alone, and the lists are read
//! anew by whoever hears that they changed; so an older event makes way for the one that replaces it. Rows
//! are bounded by the device, which tells no more of them than were taken.

use handfast_device::{Event, View};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::Notify;

/// Why nothing more happens at a device, as far as a shell can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceEnd {
    /// It was shut down through this handle, or a clone of it.
    ShutDown,
    /// A defect of this program ended it. What waits is on the disk.
    Failed,
    /// The process that had the home is gone, and this one used it through that. What waits, waits on:
    /// [`DeviceHandle::of_home`](crate::DeviceHandle::of_home) finds it.
    OwnerGone,
}

/// What happens at a device, in order. See the module text.
#[derive(Debug)]
pub struct Listener(Arc<Queue>);

impl Listener {
    /// What happened next; None after the device has ended. May be dropped half-way.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let news = self.0.news.notified();
            {
                let mut state = self.0.state();
                if let Some(event) = state.events.pop_front() {
                    return Some(event);
                }
                if state.is_over {
                    return None;
                }
            }
            news.await;
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    is_over: bool,
}

impl Queue {
    /// It is whole at every moment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        let mut state = self.state();
        let takes_place = |old: &&mut Event| continues(&event, old);
        match state.events.iter_mut().rfind(takes_place) {
            Some(old) => *old = event,
            None => {
                state.events.retain(|old| !replaces(&event, old));
                state.events.push_back(event);
            }
        }
        drop(state);
        self.news.notify_one();
    }

    fn end(&self) {
        self.state().is_over = true;
        self.news.notify_one();
    }
}

/// The two talked and still do: the old view makes way for the new one where it is, ahead of the rows that
/// are to be shown below it.
fn continues(new: &Event, old: &Event) -> bool {
    match (new, old) {
        (Event::View(new, now), Event::View(old, before)) => {
            let talks = |view: &View| matches!(view, View::Talking { .. });
            new == old && talks(now) && talks(before)
        }
        _ => false,
    }
}

/// Whether nobody needs the old event who gets the new one.
fn replaces(new: &Event, old: &Event) -> bool {
    match (new, old) {
        // What was there at the end says why it ended, and to whom the last rows belong.
        (Event::View(_, now), Event::View(_, before))
            if matches!(**now, View::Ended(_)) && !matches!(**before, View::Preparing { .. }) =>
        {
            false
        }
        (Event::View(new, _), Event::View(old, _)) => new == old,
        (Event::PendingChanged, Event::PendingChanged)
        | (Event::ContactsChanged, Event::ContactsChanged)
        | (Event::NetworkReport(_), Event::NetworkReport(_)) => true,
        _ => false,
    }
}

/// Everybody who listens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listeners(Arc<Mutex<Everybody>>);

#[derive(Debug, Default)]
struct Everybody {
    queues: Vec<Weak<Queue>>,
    end: Option<DeviceEnd>,
}

impl Listeners {
    fn everybody(&self) -> MutexGuard<'_, Everybody> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn listen(&self) -> Listener {
        let queue = Arc::new(Queue::default());
        let mut everybody = self.everybody();
        match everybody.end {
            Some(_) => queue.end(),
            None => everybody.queues.push(Arc::downgrade(&queue)),
        }
        Listener(queue)
    }

    pub(crate) fn tell(&self, event: &Event) {
        let tell = |queue: &Weak<Queue>| match queue.upgrade() {
            Some(queue) => {
                queue.tell(event.clone());
                true
            }
            None => false,
        };
        self.everybody().queues.retain(tell);
    }

    /// Why it is over, if it is.
    pub(crate) fn ended(&self) -> Option<DeviceEnd> {
        self.everybody().end
    }

    /// Nothing more happens. The first reason stays.
    pub(crate) fn end(&self, end: DeviceEnd) {
        let mut everybody = self.everybody();
        everybody.end.get_or_insert(end);
        for queue in everybody.queues.drain(..) {
            if let Some(queue) = queue.upgrade() {
                queue.end();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_device::Inquiries;
    use handfast_device::{Milestones, Row, RowContent, SessionEnd, SessionId, Wish};
    use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};

    fn view(session: u64, view: View) -> Event {
        Event::View(SessionId(session), Box::new(view))
    }

    fn row(number: u64, text: &str) -> Event {
        let row = Row {
            number,
            ours: true,
            at: 0,
            before: None,
            lasting: None,
            content: RowContent::Text(text.to_owned()),
        };
        Event::Row(SessionId(1), row)
    }

    fn waiting(listener: &Listener) -> Vec<String> {
        let state = listener.0.state();
        state
            .events
            .iter()
            .map(|event| format!("{event:?}"))
            .collect()
    }

    #[test]
    fn who_is_slow_gets_the_last_view_of_each_session_and_every_row() {
        let listeners = Listeners::default();
        let listener = listeners.listen();
        let preparing = || View::Preparing { is_kept: false };
        for event in [
            view(1, preparing()),
            view(2, preparing()),
            Event::PendingChanged,
            row(1, "a"),
            row(2, "b"),
            Event::PendingChanged,
            view(1, View::Ended(SessionEnd::Closed)),
        ] {
            listeners.tell(&event);
        }
        let told = waiting(&listener);
        let expected = [
            view(2, preparing()),
            row(1, "a"),
            row(2, "b"),
            Event::PendingChanged,
            view(1, View::Ended(SessionEnd::Closed)),
        ];
        assert_eq!(told, expected.map(|event| format!("{event:?}")));
    }

    fn talking(is_interrupted: bool) -> Event {
        let talking = View::Talking {
            key: PublicKey([1; 32]),
            name: String::new(),
            client: None,
            namesake: None,
            trust: Trust::because(TrustReason::OpenLink),
            scans: 1,
            milestones: Milestones::default(),
            is_interrupted,
            wish: Wish::Nobody,
            comparing: None,
            questions: Inquiries::default(),
            reached: None,
            times_reached: 0,
            is_full: false,
        };
        view(1, talking)
    }

    #[test]
    fn rows_come_behind_the_view_that_says_who_wrote_them_and_the_end_behind_both() {
        let listeners = Listeners::default();
        let listener = listeners.listen();
        let ended = || view(1, View::Ended(SessionEnd::PeerLeft));
        for event in [
            view(1, View::Preparing { is_kept: true }),
            talking(false),
            row(1, "a"),
            talking(true),
            row(2, "b"),
            ended(),
        ] {
            listeners.tell(&event);
        }
        let expected = [talking(true), row(1, "a"), row(2, "b"), ended()];
        assert_eq!(
            waiting(&listener),
            expected.map(|event| format!("{event:?}"))
        );
    }

    #[tokio::test]
    async fn a_listener_ends_with_the_device_and_not_before_it_was_told_everything() {
        let listeners = Listeners::default();
        let mut listener = listeners.listen();
        listeners.tell(&row(1, "a"));
        assert_eq!(listeners.ended(), None);
        listeners.end(DeviceEnd::ShutDown);
        assert_eq!(listeners.ended(), Some(DeviceEnd::ShutDown));
        assert!(listener.next().await.is_some());
        assert!(listener.next().await.is_none());
        assert!(listeners.listen().next().await.is_none());
    }
}
