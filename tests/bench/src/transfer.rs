//! Throughput of one file between two processes, Noise, hashing and storage included: where nothing is kept, and between
//! contacts, whose files survive the connection.

use super::Result;
use super::figure::{Figure, Goal};
use super::table::{Shell, behind};
use handfast_native::Listener;
use handfast_native::conversation::Limits;
use handfast_native::device::{
    Command as Order, Event, FileState, RowContent, Saying, SessionCommand, SessionEnd, SessionId,
    SessionTerms, Settings, View,
};
use handfast_sim::forwarder::Conditions;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;
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
    let shell = Shell::start(Settings::default()).await?;
    let mut listener = shell.device.listen();
    let session = shell.join(text.trim(), false).await?;
    shell.talks(session).await?;
    let file = Saying::File {
        size: fs::metadata(&sender.file)?.len(),
        name: "source.bin".to_owned(),
        path: sender.file.clone(),
    };
    say(&shell, session, file).await?;
    // The receiver measures, and ends the conversation when it has.
    let end = loop {
        if let Heard::Ended(end) = hear(&shell, &mut listener).await? {
            break end;
        }
    };
    shell.end().await?;
    match end {
        SessionEnd::PeerLeft => Ok(()),
        other => Err(other.into()),
    }
}

/// What matters of a conversation.
enum Heard {
    /// A file in this row stands like this.
    File(u64, FileState),
    Ended(SessionEnd),
}

/// What happens next in the only conversation. Every row is taken at once.
async fn hear(shell: &Shell, listener: &mut Listener) -> Result<Heard> {
    loop {
        match listener.next().await.ok_or("the device is gone")? {
            Event::Row(session, row) => {
                let taken = Order::To(session, SessionCommand::Taken(1));
                // It may have ended behind that.
                let _ = shell.device.command(taken).await;
                match row.content {
                    RowContent::File {
                        state: FileState::Failed { error, .. },
                        ..
                    } => return Err(error.into()),
                    RowContent::File { state, .. } => return Ok(Heard::File(row.number, state)),
                    _ => {}
                }
            }
            Event::View(_, view) => {
                if let View::Ended(end) = *view {
                    return Ok(Heard::Ended(end));
                }
            }
            _ => {}
        }
    }
}

async fn say(shell: &Shell, session: SessionId, saying: Saying) -> Result<()> {
    let say = Order::To(session, SessionCommand::Say(saying));
    shell.device.command(say).await?;
    Ok(())
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (times, size) = if quick { (1, 64) } else { (5, 256) };
    let lossy = |seed| Conditions {
        loss: 0.01,
        seed,
        ..Conditions::default()
    };
    let folder = std::env::temp_dir().join(format!("handfast-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = async {
        let mut plain = Vec::new();
        let mut lasting = Vec::new();
        let mut bad = Vec::new();
        for seed in 0..times {
            plain.push(receive(&folder, size * MIB, Way::NothingKept).await?);
            lasting.push(receive(&folder, size * MIB, Way::Contacts).await?);
            bad.push(receive(&folder, size / 8 * MIB, Way::Lossy(lossy(seed))).await?);
        }
        let ratios = lasting.iter().zip(&plain).map(|(one, other)| one / other);
        let ratios = ratios.collect();
        Ok(vec![
            Figure::new("file between two processes, nothing kept", "MiB/s", plain)
                .held_to(Goal::AtLeast(80.0)),
            Figure::new("the same between contacts", "MiB/s", lasting)
                .held_to(Goal::AtLeast(200.0)),
            Figure::new("of that speed without contacts", "times", ratios)
                .held_to(Goal::AtLeast(1.0)),
            Figure::new("between contacts, 1 % random loss", "MiB/s", bad)
                .held_to(Goal::AtLeast(4.0)),
        ])
    };
    let result = result.await;
    let _ = fs::remove_dir_all(&folder);
    result
}

/// How a file comes.
enum Way {
    /// Over a connection that leaves nothing behind.
    NothingKept,
    /// Between people who keep each other.
    Contacts,
    /// The same, over a bad path.
    Lossy(Conditions),
}

/// Receives one file from another process; MiB per second.
async fn receive(folder: &Path, size: u64, way: Way) -> Result<f64> {
    let file = folder.join("source.bin");
    // Incompressible enough: nothing on the way compresses.
    let block: Vec<u8> = (0..MIB).map(|i| ((i * i) >> 7) as u8).collect();
    fs::write(&file, block.repeat((size / MIB) as usize))?;
    let settings = Settings {
        limits: Limits::USUAL.with_unasked(u64::MAX),
        ..Settings::default()
    };
    let (host, waiting, bad_path) = match way {
        Way::Lossy(conditions) => {
            let (host, waiting, path) = behind(conditions, settings).await?;
            (host, waiting, Some(path))
        }
        Way::NothingKept | Way::Contacts => {
            let host = Shell::start(settings).await?;
            let terms = SessionTerms {
                is_incognito: matches!(way, Way::NothingKept),
                ..SessionTerms::default()
            };
            let waiting = host.invite_in(terms).await?;
            (host, waiting, None)
        }
    };
    let mut listener = host.device.listen();
    let mut child = Command::new(std::env::current_exe()?)
        .arg("sender")
        .arg(&file)
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().ok_or("a standard input")?;
    input
        .write_all(format!("{}\n", waiting.text).as_bytes())
        .await?;
    host.talks(waiting.session).await?;
    // From when it is heard of, in either way.
    let mut began = None;
    loop {
        let heard = hear(&host, &mut listener).await?;
        let began = *began.get_or_insert_with(Instant::now);
        match heard {
            Heard::File(row, FileState::Offered) => {
                say(&host, waiting.session, Saying::AcceptFile(row)).await?;
            }
            Heard::File(_, FileState::Done { path, .. }) => {
                let took = began.elapsed();
                fs::remove_file(path.ok_or("a place")?)?;
                host.leave(waiting.session).await?;
                child.wait().await?;
                host.end().await?;
                drop(bad_path);
                return Ok(size as f64 / MIB as f64 / took.as_secs_f64());
            }
            Heard::File(..) => {}
            Heard::Ended(end) => return Err(format!("ended early: {end}").into()),
        }
    }
}
