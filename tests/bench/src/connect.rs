//! Time from the scanned text until both sides are authenticated, have kept it, and may talk.

use super::Result;
use super::figure::{Figure, Goal};
use super::table::Table;
use handfast_sim::forwarder::Conditions;
use std::time::Duration;

/// A round trip of 50 ms.
const FAR: Conditions = Conditions {
    delay: Duration::from_millis(25),
    loss: 0.0,
    seed: 0,
};

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (near, far) = if quick { (7, 3) } else { (41, 11) };
    Ok(vec![
        Figure::new(
            "one scan until both may talk, loopback",
            "ms",
            one_scan(near, None).await?,
        )
        .held_to(Goal::AtMost(15.0)),
        Figure::new(
            "one scan until both may talk, 50 ms round trip",
            "ms",
            one_scan(far, Some(FAR)).await?,
        )
        .held_to(Goal::AtMost(450.0)),
        Figure::new(
            "second scan until both may talk, loopback",
            "ms",
            two_scans(near, None).await?,
        )
        .held_to(Goal::AtMost(15.0)),
        Figure::new(
            "second scan until both may talk, 50 ms round trip",
            "ms",
            two_scans(far, Some(FAR)).await?,
        )
        .held_to(Goal::AtMost(450.0)),
    ])
}

async fn one_scan(times: usize, conditions: Option<Conditions>) -> Result<Vec<f64>> {
    let mut samples = Vec::new();
    for _ in 0..times {
        let table = Table::set(conditions).await?;
        samples.push(table.meet().await?.as_secs_f64() * 1e3);
        table.clear().await?;
    }
    Ok(samples)
}

async fn two_scans(times: usize, conditions: Option<Conditions>) -> Result<Vec<f64>> {
    let mut samples = Vec::new();
    for _ in 0..times {
        let mut table = Table::set(None).await?;
        let took = table.meet_by_reply(conditions).await?;
        samples.push(took.as_secs_f64() * 1e3);
        table.clear().await?;
    }
    Ok(samples)
}
