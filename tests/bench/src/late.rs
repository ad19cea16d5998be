//! Time from a late reply to both sides authenticated: four processes of the program, of which the
//! first two were killed while the invitation was pending.

use super::Result;
use super::figure::Figure;
use handfast_tests::program::program;
use serde_json::Value;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A process in one role.
struct Waiter {
    child: Child,
    input: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Waiter {
    fn start(args: &[&str]) -> Result<Self> {
        let mut child = Command::new(program())
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
    async fn until<T>(&mut self, wanted: impl Fn(&Value) -> Option<T>) -> Result<(T, u64)> {
        while let Some(line) = self.said.next_line().await? {
            let event: Value = serde_json::from_str(&line)?;
            if let Some(found) = wanted(&event) {
                return Ok((found, event["at_us"].as_u64().ok_or("a moment")?));
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
    let link = |event: &Value| Some(event["link"].as_str()?.to_owned());

    let mut host = Waiter::start(&[&invite[..], &["--loopback"]].concat())?;
    let (invitation, _) = host.until(link).await?;
    let mut guest = Waiter::start(&[&join[..], &["--yes", &invitation]].concat())?;
    guest.until(link).await?;
    host.die().await?;
    guest.die().await?;

    let mut host = Waiter::start(&[&invite[..], &["--resume"]].concat())?;
    let mut guest = Waiter::start(&[&join[..], &["--resume"]].concat())?;
    let waits = |event: &Value| (event["state"] == "waiting").then_some(());
    host.until(waits).await?;
    let (reply, _) = guest.until(link).await?;
    let handed_over = unix_microseconds();
    host.input
        .write_all(format!("{reply}\n").as_bytes())
        .await?;
    let met = |event: &Value| (event["event"] == "met").then_some(());
    let ((), at_host) = host.until(met).await?;
    let ((), at_guest) = guest.until(met).await?;
    Ok(at_host.max(at_guest).saturating_sub(handed_over) as f64 / 1e3)
}

/// Microseconds since 1970-01-01 UTC, as the program tells them.
fn unix_microseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as u64)
}
