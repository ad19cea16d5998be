//! Work on the pieces of a sequence with several threads, given out in the order they came in.
//!
//! It knows nothing of what a piece is. The threads live as long as one call, and hold a handful of
//! pieces between them however long the sequence is.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::{iter, thread};

/// Two threads keep up with a fast disk, and phones have them to spare.
const THREADS: usize = 2;
/// Finished pieces that wait for whoever consumes them.
const AHEAD: usize = 2;

/// Takes pieces from `next` until it gives none, has `work` done on each, and lets `consume` take
/// them one by one. When `consume` returns, no more pieces are taken. A sequence of one piece is
/// worked on by the calling thread, as are all where threads are not to be had.
pub(super) fn in_order<T: Send, O>(
    mut next: impl FnMut() -> Option<T> + Send,
    work: impl Fn(&mut T) + Sync,
    consume: impl FnOnce(&mut dyn Iterator<Item = T>) -> O,
) -> O {
    let first = next();
    let second = first.as_ref().and_then(|_| next());
    let is_short = second.is_none();
    let pieces = first.into_iter().chain(second).chain(iter::from_fn(next));
    let pieces = Mutex::new(pieces.fuse());
    let take = || {
        pieces
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
            .map(|mut piece| {
                work(&mut piece);
                piece
            })
    };
    if is_short {
        return consume(&mut iter::from_fn(take));
    }
    let serve = |queue: SyncSender<Receiver<T>>| {
        loop {
            // The place in the queue is taken while nobody else can take a piece: so the order stays.
            let (mut piece, done) = {
                let mut pieces = pieces.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(piece) = pieces.next() else { return };
                let (done, place) = sync_channel(1);
                if queue.send(place).is_err() {
                    return;
                }
                (piece, done)
            };
            work(&mut piece);
            let _ = done.send(piece);
        }
    };
    thread::scope(|scope| {
        let (queue, places) = sync_channel(AHEAD);
        let serving = (0..THREADS)
            .filter(|_| {
                let queue = queue.clone();
                let thread = thread::Builder::new();
                thread.spawn_scoped(scope, || serve(queue)).is_ok()
            })
            .count();
        drop(queue);
        match serving {
            0 => consume(&mut iter::from_fn(take)),
            _ => consume(&mut places.into_iter().map_while(|place| place.recv().ok())),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn doubled(count: u32) -> Vec<u32> {
        let mut numbers = 0..count;
        let work = |number: &mut u32| {
            // Some take longer than those behind them.
            if number.is_multiple_of(3) {
                thread::sleep(Duration::from_micros(200));
            }
            *number *= 2;
        };
        in_order(|| numbers.next(), work, |done| done.collect())
    }

    #[test]
    fn pieces_come_out_in_the_order_they_came_in() {
        for count in [0, 1, 2, 3, 100] {
            let expected: Vec<u32> = (0..count).map(|number| number * 2).collect();
            assert_eq!(doubled(count), expected);
        }
    }

    #[test]
    fn no_more_is_taken_than_a_handful_ahead() {
        let mut taken = 0u32;
        let next = || {
            taken += 1;
            Some(taken)
        };
        let seen: Vec<u32> = in_order(next, |_| {}, |done| done.take(10).collect());
        assert_eq!(seen, (1..=10).collect::<Vec<_>>());
        assert!(taken as usize <= 10 + AHEAD + 2 * THREADS, "{taken}");
    }
}
