//! Work that may block, one piece after the other, in order.

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
    tokio::spawn(async move {
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
    });
    requests
}
