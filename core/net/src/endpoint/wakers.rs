//! Who of many has something to do, without asking each of them at every turn: a task that serves many
//! slots gives each a waker of its own, and polls only those that were woken.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The waker of the task that serves the slots, as it was last polled.
#[derive(Clone, Debug, Default)]
pub(super) struct TaskWaker(Arc<Mutex<Option<Waker>>>);

impl TaskWaker {
    /// Whichever slot is woken from now on wakes the task that polls this. To be called before the slots
    /// are looked at: one that is woken meanwhile is not overlooked then.
    pub(super) fn register(&self, context: &Context<'_>) {
        let mut task = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *task {
            Some(task) => task.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
    }

    /// The waker of another slot. It counts as woken, as nobody has polled the slot.
    pub(super) fn slot(&self) -> Arc<SlotWaker> {
        Arc::new(SlotWaker {
            is_woken: AtomicBool::new(true),
            task: self.clone(),
        })
    }

    fn wake(&self) {
        let task = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = &*task {
            task.wake_by_ref();
        }
    }
}

/// The waker of one slot. It is woken from the beginning.
#[derive(Debug)]
pub(super) struct SlotWaker {
    is_woken: AtomicBool,
    task: TaskWaker,
}

impl SlotWaker {
    /// The task itself has changed what the slot waits for, and polls it before it waits again.
    pub(super) fn note(&self) {
        self.is_woken.store(true, Ordering::Release);
    }

    /// Polls the slot, if it was woken. One that is ready stays woken: there may be more.
    pub(super) fn poll<T>(
        self: &Arc<Self>,
        slot: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        // Whatever it was woken for is seen by the poll.
        if !self.is_woken.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(self.clone());
        let polled = slot(&mut Context::from_waker(&waker));
        if polled.is_ready() {
            self.note();
        }
        polled
    }
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Who was woken before has woken the task, or was noted by it.
        if !self.is_woken.swap(true, Ordering::AcqRel) {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::future::poll_fn;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;
    use tokio::sync::mpsc;

    /// A waker that counts how often the task is woken.
    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A task with that many slots, and the waker of each.
    fn task(slots: usize) -> (Arc<Counter>, Vec<Arc<SlotWaker>>) {
        let (counter, task) = (Arc::new(Counter::default()), TaskWaker::default());
        task.register(&Context::from_waker(&Waker::from(counter.clone())));
        (counter, (0..slots).map(|_| task.slot()).collect())
    }

    /// Polls the slots; returns which of them were, none of them being ready.
    fn polled(slots: &[Arc<SlotWaker>]) -> Vec<usize> {
        let is_polled = |slot: &Arc<SlotWaker>| {
            let mut is_polled = false;
            let ready: Poll<()> = slot.poll(|_| {
                is_polled = true;
                Poll::Pending
            });
            assert!(ready.is_pending());
            is_polled
        };
        (0..slots.len())
            .filter(|at| is_polled(&slots[*at]))
            .collect()
    }

    #[test]
    fn only_who_was_woken_is_polled_and_only_once() {
        let (counter, slots) = task(3);
        assert_eq!(polled(&slots), [0, 1, 2]);
        assert_eq!(polled(&slots), []);
        slots[1].wake_by_ref();
        slots[1].wake_by_ref();
        assert_eq!(counter.0.load(Ordering::Relaxed), 1);
        assert_eq!(polled(&slots), [1]);
        assert_eq!(polled(&slots), []);
    }

    #[test]
    fn who_is_noted_is_polled_without_waking_the_task() {
        let (counter, slots) = task(2);
        polled(&slots);
        slots[0].note();
        assert_eq!(counter.0.load(Ordering::Relaxed), 0);
        assert_eq!(polled(&slots), [0]);
        slots[0].wake_by_ref();
        assert_eq!(counter.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn who_is_ready_is_polled_again() {
        let (_, slots) = task(1);
        assert!(slots[0].poll(|_| Poll::Ready(())).is_ready());
        assert_eq!(polled(&slots), [0]);
        assert_eq!(polled(&slots), []);
    }

    #[test]
    fn who_is_woken_while_it_is_polled_wakes_the_task_and_is_polled_again() {
        let (counter, slots) = task(1);
        let pending: Poll<()> = slots[0].poll(|context| {
            context.waker().wake_by_ref();
            Poll::Pending
        });
        assert!(pending.is_pending());
        assert_eq!(counter.0.load(Ordering::Relaxed), 1);
        assert_eq!(polled(&slots), [0]);
    }

    /// Takes what comes by all queues until each has ended; returns how much that was.
    async fn drain(queues: Vec<mpsc::UnboundedReceiver<()>>) -> usize {
        let task = TaskWaker::default();
        let mut open: Vec<_> = queues
            .into_iter()
            .map(|queue| (task.slot(), queue))
            .collect();
        let mut taken = 0;
        while !open.is_empty() {
            let (at, message) = poll_fn(|context| {
                task.register(context);
                for (at, (waker, queue)) in open.iter_mut().enumerate() {
                    if let Poll::Ready(message) = waker.poll(|context| queue.poll_recv(context)) {
                        return Poll::Ready((at, message));
                    }
                }
                Poll::Pending
            })
            .await;
            match message {
                Some(()) => taken += 1,
                None => drop(open.remove(at)),
            }
        }
        taken
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The clock stands still for as long as the task has something to do or a thread sends. So the
        /// time is over only if the task waits and nobody will wake it.
        #[test]
        fn nobody_who_waits_is_forgotten(
            counts in proptest::collection::vec(0usize..300, 1..9),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            let taken = runtime.block_on(async {
                let mut queues = Vec::new();
                for count in &counts {
                    let (sender, queue) = mpsc::unbounded_channel();
                    queues.push(queue);
                    let count = *count;
                    tokio::task::spawn_blocking(move || (0..count).all(|_| sender.send(()).is_ok()));
                }
                tokio::time::timeout(Duration::from_secs(3_600), drain(queues)).await
            });
            prop_assert_eq!(taken.ok(), Some(counts.iter().sum()));
        }
    }
}
