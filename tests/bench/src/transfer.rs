//! Throughput of one file between two processes, Noise, hashing and storage included.

use super::Result;
use super::figure::{Figure, Goal};
use super::table::{Table, guest, identity, met};
use handfast_native::conversation::{Conversation, Event, Limits, Options};
use handfast_native::handshake::Trust;
use handfast_sim::forwarder::Conditions;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const MIB: u64 = 1 << 20;

/// The other process: joins by the invitation on its standard input, sends a file, and leaves.
#[derive(Debug, clap::Args)]
pub(crate) struct Sender {
    /// What to send.
    pub(crate) file: PathBuf,
}

/// Runs the other process.
///
/// # Errors
/// When it cannot join, or the file does not arrive.
pub(crate) async fn send(sender: &Sender) -> Result<()> {
    let mut text = String::new();
    std::io::stdin().read_line(&mut text)?;
    let meeting = met(&mut guest(identity()?, text.trim(), false)?).await?;
    let folder = std::env::temp_dir();
    let options = options(&folder, meeting.peer.trust);
    let (conversation, mut events) =
        Conversation::start(meeting.link, meeting.peer.channel, options);
    conversation.send_file(&sender.file).await?;
    while let Some(event) = events.recv().await {
        match event {
            Event::FileSent { .. } => {
                // The receiver measures, and ends the conversation when it has.
            }
            Event::FileFailed { reason, .. } => return Err(reason.into()),
            Event::Ended(_) => break,
            _ => {}
        }
    }
    Ok(())
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (times, size) = if quick { (1, 64) } else { (5, 256) };
    let lossy = |seed| {
        Some(Conditions {
            loss: 0.01,
            seed,
            ..Conditions::default()
        })
    };
    let folder = std::env::temp_dir().join(format!("handfast-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = async {
        let mut plain = Vec::new();
        let mut bad = Vec::new();
        for seed in 0..times {
            plain.push(receive(&folder, size * MIB, None).await?);
            bad.push(receive(&folder, size / 8 * MIB, lossy(seed)).await?);
        }
        Ok(vec![
            Figure::new("file between two processes, loopback", "MiB/s", plain)
                .held_to(Goal::AtLeast(80.0)),
            Figure::new("the same at 1 % random loss", "MiB/s", bad).held_to(Goal::AtLeast(4.0)),
        ])
    };
    let result = result.await;
    let _ = fs::remove_dir_all(&folder);
    result
}

/// Receives one file from another process; MiB per second.
async fn receive(folder: &Path, size: u64, conditions: Option<Conditions>) -> Result<f64> {
    let file = folder.join("source.bin");
    // Incompressible enough: nothing on the way compresses.
    let block: Vec<u8> = (0..MIB).map(|i| ((i * i) >> 7) as u8).collect();
    fs::write(&file, block.repeat((size / MIB) as usize))?;
    let mut table = Table::set(conditions)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("sender")
        .arg(&file)
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().ok_or("a standard input")?;
    input
        .write_all(format!("{}\n", table.text).as_bytes())
        .await?;
    let meeting = met(&mut table.host).await?;
    let options = options(folder, meeting.peer.trust);
    let (conversation, mut events) =
        Conversation::start(meeting.link, meeting.peer.channel, options);
    while let Some(event) = events.recv().await {
        match event {
            Event::FileReceived {
                bytes, took, path, ..
            } => {
                fs::remove_file(path)?;
                conversation.leave().await;
                child.wait().await?;
                return Ok(bytes as f64 / MIB as f64 / took.as_secs_f64());
            }
            Event::FileFailed { reason, .. } => return Err(reason.into()),
            Event::Ended(ending) => return Err(format!("ended early: {ending:?}").into()),
            _ => {}
        }
    }
    Err("the conversation ended without a word".into())
}

fn options(folder: &Path, trust: Trust) -> Options {
    Options {
        limits: Limits::USUAL.with_unasked(u64::MAX),
        ..Options::new(folder, trust)
    }
}
