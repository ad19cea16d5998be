//! What goes to the disk and comes from it: one thing after the other, in the order in which they were asked.
//!
//! Making something durable takes longer than writing it, so batches that wait are kept together. Where that
//! fails each is tried by itself: nobody loses anything by what another one wanted.

use super::files::Orders;
use super::task::Happened;
use crate::Home;
use handfast_device::{Input, Leftover, Query, Ticket, Write};
use handfast_store::StoreError;
use tokio::sync::mpsc;

/// Changes that are kept together at most.
const TOGETHER: usize = 512;

/// What is asked of the disk.
#[derive(Debug)]
pub(super) enum Job {
    Keep(Ticket, Vec<Write>),
    Find(Ticket, Query),
    Discard(Box<Leftover>, Orders),
}

/// Does what comes until nobody can ask any more, and says what came of each.
pub(super) async fn run(
    home: Home,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    tell: mpsc::Sender<Happened>,
) {
    let mut next = jobs.recv().await;
    while let Some(job) = next.take() {
        match job {
            Job::Keep(ticket, writes) => {
                let mut batches = vec![(ticket, writes)];
                next = gather(&mut jobs, &mut batches);
                for (ticket, kept) in keep(&home, batches).await {
                    if let Err(error) = kept {
                        log::warn!("something is not kept: {error}");
                    }
                    // What is on its way is written even if nobody waits for it any more.
                    let _ = tell.send(Input::Stored(ticket, kept).into()).await;
                }
            }
            Job::Discard(left, orders) => orders.discard(*left).await,
            Job::Find(ticket, query) => {
                let found = home.find(query).await;
                let _ = tell.send(Input::Found(ticket, found).into()).await;
            }
        }
        if next.is_none() {
            next = jobs.recv().await;
        }
    }
}

/// Adds batches that wait already. What comes behind them.
fn gather(
    jobs: &mut mpsc::UnboundedReceiver<Job>,
    batches: &mut Vec<(Ticket, Vec<Write>)>,
) -> Option<Job> {
    let mut changes: usize = batches.iter().map(|(_, writes)| writes.len()).sum();
    while changes < TOGETHER {
        match jobs.try_recv().ok()? {
            Job::Keep(ticket, writes) => {
                changes += writes.len();
                batches.push((ticket, writes));
            }
            job @ (Job::Find(..) | Job::Discard(..)) => return Some(job),
        }
    }
    None
}

async fn keep(
    home: &Home,
    batches: Vec<(Ticket, Vec<Write>)>,
) -> Vec<(Ticket, Result<(), StoreError>)> {
    if batches.len() > 1 {
        let all = batches.iter().flat_map(|(_, writes)| writes.clone());
        if home.keep(all.collect()).await.is_ok() {
            return batches
                .into_iter()
                .map(|(ticket, _)| (ticket, Ok(())))
                .collect();
        }
    }
    let mut kept = Vec::new();
    for (ticket, writes) in batches {
        kept.push((ticket, home.keep(writes).await));
    }
    kept
}
