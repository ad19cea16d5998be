//! Connections opened and shut one after another leave nothing behind. Alone in its process, because
//! it counts what the process holds.

#![allow(clippy::unwrap_used)] // helpers of tests

mod table;

use std::time::Duration;
use table::{Table, V4, opened};

/// Open file descriptors of this process, where the operating system tells.
fn descriptors() -> Option<usize> {
    std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count)
}

/// Waits until every task has ended: a goodbye is said more than once, by whoever was left.
async fn at_rest() {
    let metrics = tokio::runtime::Handle::current().metrics();
    let ended = async {
        while metrics.num_alive_tasks() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), ended).await;
    assert!(waited.is_ok(), "{} tasks go on", metrics.num_alive_tasks());
}

#[tokio::test]
async fn connections_leave_no_task_and_no_descriptor_behind() {
    let table = Table::new();
    let connect = async || {
        let mut host = table.place_host(&[V4]);
        let mut guest = table.place_guest(&host, V4);
        let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
        // One side leaves properly, the other is simply forgotten.
        at_host.shutdown().await;
        drop((at_guest, host, guest));
    };
    for _ in 0..3 {
        connect().await;
    }
    at_rest().await;
    let before = descriptors();
    for _ in 0..30 {
        connect().await;
    }
    at_rest().await;
    assert_eq!(descriptors(), before);
}
