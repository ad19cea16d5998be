//! Time from a late reply to both sides authenticated: four processes of this program, of which the
//! first two were killed while the invitation was pending.

use super::Result;
use super::figure::Figure;
use crate::output::{Event, Stamped, State, unix_microseconds};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A process in one seat.
struct Seat {
    child: Child,
    input: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Seat {
    fn start(args: &[&str]) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("its output")?;
        Ok(Self {
            input: child.stdin.take().ok_or("its input")?,
            said: BufReader::new(output).lines(),
            child,
        })
    }

    /// What is wanted of an event, from the first that has it, and when that happened.
    async fn until<T>(&mut self, wanted: impl Fn(Event) -> Option<T>) -> Result<(T, u64)> {
        while let Some(line) = self.said.next_line().await? {
            let Stamped { at_us, event } = serde_json::from_str(&line)?;
            if let Some(found) = wanted(event) {
                return Ok((found, at_us));
            }
        }
        Err("it ended before".into())
    }

    async fn die(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let mut samples = Vec::new();
    for _ in 0..if quick { 3 } else { 11 } {
        samples.push(once().await?);
    }
    Ok(vec![Figure::new(
        "late reply to authenticated, both restarted",
        "ms",
        samples,
    )])
}

async fn once() -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let home = |name| folder.path().join(name).to_string_lossy().into_owned();
    let (hosts, guests) = (home("host"), home("guest"));
    let invite = ["invite", "--json", "--home", &hosts];
    let join = ["join", "--json", "--only-by-reply", "--home", &guests];
    let link = |event| match event {
        Event::Invitation { link, .. } | Event::Reply { link, .. } => Some(link),
        _ => None,
    };

    let mut host = Seat::start(&[&invite[..], &["--loopback"]].concat())?;
    let (invitation, _) = host.until(link).await?;
    let mut guest = Seat::start(&[&join[..], &["--yes", &invitation]].concat())?;
    guest.until(link).await?;
    host.die().await?;
    guest.die().await?;

    let mut host = Seat::start(&[&invite[..], &["--resume"]].concat())?;
    let mut guest = Seat::start(&[&join[..], &["--resume"]].concat())?;
    let waits = |event| match event {
        Event::State {
            state: State::Waiting,
        } => Some(()),
        _ => None,
    };
    host.until(waits).await?;
    let (reply, _) = guest.until(link).await?;
    let handed_over = unix_microseconds();
    host.input
        .write_all(format!("{reply}\n").as_bytes())
        .await?;
    let met = |event| matches!(event, Event::Met { .. }).then_some(());
    let ((), at_host) = host.until(met).await?;
    let ((), at_guest) = guest.until(met).await?;
    Ok(at_host.max(at_guest).saturating_sub(handed_over) as f64 / 1e3)
}
