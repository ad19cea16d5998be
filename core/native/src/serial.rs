//! Work that may block, one piece after the other, in order.

use handfast_net::boxed;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// Performs what is sent, in that order, until nobody can send any more. A thread is borrowed for as long as there
/// is something to do. Must be called inside a tokio runtime.
pub(crate) fn serve<Q, A, P>(
    mut perform: P,
    answers: mpsc::UnboundedSender<A>,
) -> mpsc::UnboundedSender<Q>
where
    Q: Send + 'static,
    A: Send + 'static,
    P: FnMut(Q) -> Option<A> + Send + 'static,
{
    let (requests, mut asked) = mpsc::unbounded_channel();
    tokio::spawn(boxed(async move {
        while let Some(first) = asked.recv().await {
            let to = answers.clone();
            let work = spawn_blocking(move || {
                let mut next = Some(first);
                while let Some(request) = next {
                    if let Some(answer) = perform(request) {
                        // Nobody waits for the answer of something that was dropped.
                        let _ = to.send(answer);
                    }
                    next = asked.try_recv().ok();
                }
                (perform, asked)
            });
            match work.await {
                Ok(back) => (perform, asked) = back,
                Err(_) => return,
            }
        }
    }));
    requests
}

/// The same for work that may have to wait for something else: whoever performs it is told where to send it again
/// then. That is no sender of its own, so it keeps nothing alive.
pub(crate) fn serve_again<Q, A, P>(
    mut perform: P,
    answers: mpsc::UnboundedSender<A>,
) -> mpsc::UnboundedSender<Q>
where
    Q: Send + 'static,
    A: Send + 'static,
    P: FnMut(Q, &mpsc::WeakUnboundedSender<Q>) -> Option<A> + Send + 'static,
{
    let again = Arc::new(OnceLock::new());
    let itself = again.clone();
    let requests = serve(move |request| perform(request, itself.get()?), answers);
    // Set before anything can be asked.
    let _ = again.set(requests.downgrade());
    requests
}
