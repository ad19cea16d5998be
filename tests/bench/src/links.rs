//! What many links one after another leave behind, and what a live and an idle one cost: all between two
//! devices of this process.

use super::Result;
use super::figure::{Figure, Goal};
use super::process::{cpu_time, descriptors, resident_memory};
use super::table::Shell;
use handfast_native::device::{SessionId, Settings};
use std::time::{Duration, Instant};

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let pair = Pair {
        host: Shell::start(Settings::default()).await?,
        guest: Shell::start(Settings::default()).await?,
    };
    // The live ones first: later, they would be made of memory that earlier ones have left.
    let mut figures = alive(&pair, if quick { 8 } else { 40 }, quick).await?;
    figures.extend(one_after_another(&pair, if quick { 100 } else { 1_000 }).await?);
    tokio::try_join!(pair.host.end(), pair.guest.end())?;
    Ok(figures)
}

/// Two devices that meet again and again.
struct Pair {
    host: Shell,
    guest: Shell,
}

impl Pair {
    async fn meet(&self) -> Result<[SessionId; 2]> {
        let waiting = self.host.invite().await?;
        let (hosting, joining) = (
            waiting.session,
            self.guest.join(&waiting.text, false).await?,
        );
        tokio::try_join!(self.host.talks(hosting), self.guest.talks(joining))?;
        Ok([hosting, joining])
    }

    async fn part(&self, [hosting, joining]: [SessionId; 2]) -> Result<()> {
        tokio::try_join!(self.host.leave(hosting), self.guest.leave(joining))?;
        Ok(())
    }

    async fn connect_and_leave(&self) -> Result<()> {
        let met = self.meet().await?;
        self.part(met).await
    }
}

async fn one_after_another(pair: &Pair, times: usize) -> Result<Vec<Figure>> {
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    // The first ones pay for what is made once, the allocator's arenas among it.
    for _ in 0..times / 2 {
        pair.connect_and_leave().await?;
    }
    settle().await;
    let before = (descriptors(), tasks());
    let mut memory = Vec::new();
    for _ in 0..times {
        pair.connect_and_leave().await?;
        memory.extend(resident_memory().map(|bytes| bytes as f64));
    }
    // What was left goes on for as long as it says goodbye.
    for _ in 0..60 {
        settle().await;
        if tasks() <= before.1 {
            break;
        }
    }
    let after = (descriptors(), tasks());
    let mut figures = vec![
        Figure::new(
            "tasks more after the connections",
            "tasks",
            vec![after.1 as f64 - before.1 as f64],
        )
        .held_to(Goal::AtMost(0.0)),
    ];
    if let (Some(before), Some(after)) = (before.0, after.0) {
        let more = after as f64 - before as f64;
        figures.push(
            Figure::new("descriptors more after the connections", "", vec![more])
                .held_to(Goal::AtMost(0.0)),
        );
    }
    // The middle of the last quarter against the middle of the first: single readings swing with
    // what the allocator happens to hold.
    let quarter = memory.len() / 4;
    if quarter > 0 {
        let first = middle(&memory[..quarter]);
        let last = middle(&memory[memory.len() - quarter..]);
        let growth = (last / first - 1.0) * 100.0;
        figures.push(
            Figure::new("memory more after the connections", "%", vec![growth])
                .held_to(Goal::AtMost(5.0)),
        );
    }
    Ok(figures)
}

fn middle(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

async fn settle() {
    tokio::time::sleep(Duration::from_millis(700)).await;
}

async fn alive(pair: &Pair, links: usize, quick: bool) -> Result<Vec<Figure>> {
    // The first one pays for what all of them share.
    let mut met = vec![pair.meet().await?];
    settle().await;
    let before = resident_memory();
    for _ in 0..links {
        met.push(pair.meet().await?);
    }
    settle().await;
    let after = resident_memory();
    let watched = Duration::from_secs(if quick { 3 } else { 10 });
    let (start, used_before) = (Instant::now(), cpu_time());
    tokio::time::sleep(watched).await;
    let used_after = cpu_time();
    let elapsed = start.elapsed();
    let (new, live) = (2.0 * links as f64, 2.0 * met.len() as f64);
    for sessions in met {
        pair.part(sessions).await?;
    }
    let mut figures = Vec::new();
    if let (Some(before), Some(after)) = (before, after) {
        let each = (after as f64 - before as f64) / new / 1024.0;
        figures.push(
            Figure::new("memory of one more live link", "KiB", vec![each])
                .held_to(Goal::AtMost(1024.0)),
        );
    }
    if let (Some(before), Some(after)) = (used_before, used_after) {
        let used = after.saturating_sub(before).as_secs_f64();
        let share = used / elapsed.as_secs_f64() / live * 100.0;
        figures.push(
            Figure::new("processor of an idle link", "% of core", vec![share])
                .held_to(Goal::AtMost(0.05)),
        );
    }
    Ok(figures)
}
