//! Batches on their way to the disk: one after the other, in the order in which they were given.

use super::task::Happened;
use crate::Home;
use handfast_device::{Input, Ticket, Write};
use tokio::sync::mpsc;

/// Writes what comes until nobody can give any more, and says so of each.
pub(super) async fn run(
    home: Home,
    mut batches: mpsc::UnboundedReceiver<(Ticket, Vec<Write>)>,
    tell: mpsc::Sender<Happened>,
) {
    while let Some((ticket, writes)) = batches.recv().await {
        let kept = home.keep(writes).await;
        if let Err(error) = kept {
            log::warn!("something is not kept: {error}");
        }
        // What is on its way is written even if nobody waits for it any more.
        let _ = tell.send(Input::Stored(ticket, kept).into()).await;
    }
}
