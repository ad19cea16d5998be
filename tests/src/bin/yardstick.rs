//! The yardstick: what the stock `webrtc` crate does on the same machine, in the same build, with no
//! code of ours in its way. `scripts/bench` runs it beside `handfast bench`.
//!
//! `yardstick [--quick]` prints one JSON object for each figure. It starts itself again for the
//! other end, so that both ends pay for their own work.

#![allow(clippy::print_stdout)] // its output is its purpose

use anyhow::{Context, Result};
use handfast_core::transport::forwarder::{Conditions, Forwarder};
use handfast_tests::stock::{self, Peer};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use webrtc::peer_connection::RTCSessionDescription;

const MESSAGE: usize = 16_000;
const MIB: usize = 1 << 20;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = match arguments.first().map(String::as_str) {
        Some("sender") => return send().await,
        Some("--quick") => true,
        _ => false,
    };
    let (pairs, repeats, mib) = if quick { (3, 1, 16) } else { (11, 3, 64) };
    let mut connect = Vec::new();
    for _ in 0..pairs {
        let start = Instant::now();
        let (one, other) = stock::pair().await?;
        connect.push(start.elapsed().as_secs_f64() * 1e3);
        one.leave().await?;
        other.leave().await?;
    }
    print(
        "stock webrtc: offer to open channel, loopback",
        "ms",
        connect,
    );
    let (mut plain, mut lossy) = (Vec::new(), Vec::new());
    for seed in 0..repeats {
        plain.push(receive(mib, None).await?);
        let conditions = Conditions {
            loss: 0.01,
            seed,
            ..Conditions::default()
        };
        lossy.push(receive(mib / 8, Some(conditions)).await?);
    }
    print(
        "stock webrtc: raw channel between two processes",
        "MiB/s",
        plain,
    );
    print("stock webrtc: the same at 1 % random loss", "MiB/s", lossy);
    Ok(())
}

fn print(name: &str, unit: &str, mut samples: Vec<f64>) {
    samples.sort_by(f64::total_cmp);
    let (Some(min), Some(max)) = (samples.first(), samples.last()) else {
        return;
    };
    let median = samples[samples.len() / 2];
    println!(
        "{}",
        serde_json::json!({
            "name": name, "unit": unit, "median": median, "min": min, "max": max,
            "samples": samples.len(), "goal": null, "met": null,
        })
    );
}

/// MiB per second from another process, given at most 20 s.
async fn receive(mib: usize, conditions: Option<Conditions>) -> Result<f64> {
    let mut peer = Peer::new(None).await?;
    let offer = peer.offer().await?;
    let (offer, _path) = through(offer, conditions)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("sender")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().context("its input")?;
    let line = serde_json::to_string(&offer)? + "\n";
    input.write_all(line.as_bytes()).await?;
    let output = child.stdout.take().context("its output")?;
    let mut lines = BufReader::new(output).lines();
    let answer = lines.next_line().await?.context("an answer")?;
    peer.accept(serde_json::from_str(&answer)?).await?;
    peer.opened().await?;
    let start = Instant::now();
    let wanted = mib * MIB;
    let mut bytes = 0;
    while bytes < wanted && start.elapsed() < Duration::from_secs(20) {
        let message = tokio::time::timeout(Duration::from_secs(20), peer.receive()).await;
        let Ok(message) = message else { break };
        bytes += message?.len();
    }
    let elapsed = start.elapsed().as_secs_f64();
    child.kill().await?;
    peer.leave().await?;
    Ok(bytes as f64 / MIB as f64 / elapsed)
}

/// The same description, with a bad path in front of its one candidate.
fn through(
    offer: RTCSessionDescription,
    conditions: Option<Conditions>,
) -> Result<(RTCSessionDescription, Option<Forwarder>)> {
    let Some(conditions) = conditions else {
        return Ok((offer, None));
    };
    let port: u16 = offer
        .sdp
        .lines()
        .find_map(|line| {
            line.strip_prefix("a=candidate:")?
                .split(' ')
                .nth(5)?
                .parse()
                .ok()
        })
        .context("a candidate")?;
    let path = Forwarder::start(([127, 0, 0, 1], port).into(), conditions)?;
    let (from, to) = (
        format!(" {port} typ"),
        format!(" {} typ", path.address().port()),
    );
    let sdp = offer.sdp.replace(&from, &to);
    Ok((RTCSessionDescription::offer(sdp)?, Some(path)))
}

/// The other process: answers the offer on its input, and sends until it is stopped.
async fn send() -> Result<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let mut peer = Peer::new(None).await?;
    let answer = peer.answer(serde_json::from_str(&line)?).await?;
    println!("{}", serde_json::to_string(&answer)?);
    peer.opened().await?;
    let message = vec![7; MESSAGE];
    loop {
        peer.send(&message).await?;
    }
}
