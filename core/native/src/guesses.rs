//! What was guessed to get past strict networks counts beyond this process.

use handfast_net::{guessed, guessed_before, guessing};
use handfast_store::Store;
use std::time::Duration;

/// How often it is written at most: guesses may go on for ten minutes.
const PACE: Duration = Duration::from_secs(5);

/// Has this process know what others guessed, and keeps what it guesses itself, for as long as this is
/// polled. `unix`: the seconds since 1970-01-01 UTC. Must be called within a tokio runtime.
pub async fn keep_guesses(store: Store, unix: impl Fn() -> u64) {
    let mut more = guessing();
    match store.run(|store| store.guesses()).await {
        Ok(kept) => guessed_before(&kept, unix()),
        Err(error) => log::warn!("what was guessed before is not known: {error}"),
    }
    while more.changed().await.is_ok() {
        let all = guessed(unix());
        if let Err(error) = store.run(move |store| store.put_guesses(&all)).await {
            log::warn!("what was guessed is not kept: {error}");
        }
        tokio::time::sleep(PACE).await;
    }
}
