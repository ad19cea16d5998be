//! Files and texts between two contacts, each of them a device in a process of its own with its home on this disk: what
//! people do with `handfast send` and `handfast chat`, over any number of cuts.

use super::Result;
use super::figure::{Figure, Goal};
use super::files::{FILES, folder_of_small_files};
use super::process::peak_memory_of;
use super::table::{Table, contact_device};
use handfast_native::conversation::Limits;
use handfast_native::device::{
    Command as Order, Event, FileState, RowContent, Saying, SessionCommand, Settings, View,
};
use handfast_sim::SplitMix64;
use handfast_sim::forwarder::{Conditions, Forwarder};
use std::fs;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

const MIB: u64 = 1 << 20;

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the other person answers at once, and what with.
const CALL: &str = "call ";
const ANSWER: &str = "answer ";

/// Another process: a device that looks for the only contact in its home, takes all files, answers calls, does what
/// it is told on its standard input, and tells what happens.
#[derive(Debug, clap::Args)]
pub(crate) struct Contact {
    home: PathBuf,
}

/// Runs the other process.
///
/// # Errors
/// When its home cannot be opened, or its device ends.
pub(crate) async fn live(contact: &Contact) -> Result<()> {
    let Err(error) = do_as_told(contact).await else {
        return Ok(());
    };
    let _ = writeln!(std::io::stderr(), "somebody is gone: {error}");
    // Not by the end of the runtime, which waits for the next line.
    std::process::exit(1)
}

async fn do_as_told(contact: &Contact) -> Result<()> {
    let settings = Settings {
        limits: Limits::USUAL.with_unasked(u64::MAX),
        ..Settings::default()
    };
    let (device, mut listener) = contact_device(&contact.home, settings).await?;
    let overview = device.overview();
    let with = overview.borrow().contacts.first().ok_or("a contact")?.key;
    let seek = Order::Seek(with, Box::default());
    let session = device.command(seek).await?.session().ok_or("a session")?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut out = std::io::stdout();
    loop {
        let said = tokio::select! {
            line = lines.next_line() => {
                let Some(line) = line? else {
                    return Ok(());
                };
                match line.split_once(' ') {
                    Some(("offer", path)) => {
                        let (path, name) = (PathBuf::from(path), "offered".to_owned());
                        device.command(Order::Offer { to: with, path, name }).await?;
                        None
                    }
                    Some(("say", text)) => Some(text.to_owned()),
                    _ => return Err(line.into()),
                }
            }
            event = listener.next() => match event.ok_or("the device is gone")? {
                Event::View(_, view) => {
                    match *view {
                        View::Talking { .. } => writeln!(out, "here")?,
                        View::Ended(end) => return Err(end.into()),
                        _ => {}
                    }
                    None
                }
                Event::Row(session, row) => {
                    let taken = Order::To(session, SessionCommand::Taken(1));
                    device.command(taken).await?;
                    let is_old = row.lasting.is_some_and(|lasting| lasting.is_old);
                    match row.content {
                        RowContent::File { state, .. } => {
                            tell_file(&mut out, state)?;
                            None
                        }
                        RowContent::Text(text) if !row.ours && !is_old => {
                            writeln!(out, "text {text}")?;
                            let call = text.strip_prefix(CALL);
                            call.map(|number| format!("{ANSWER}{number}"))
                        }
                        _ => None,
                    }
                }
                _ => None,
            },
        };
        if let Some(text) = said {
            let say = SessionCommand::Say(Saying::Text(text));
            device.command(Order::To(session, say)).await?;
        }
    }
}

fn tell_file(out: &mut impl Write, state: FileState) -> Result<()> {
    match state {
        FileState::Moving { done } => writeln!(out, "moving {done}")?,
        FileState::Done { path, .. } => {
            let path = path.unwrap_or_default();
            writeln!(out, "done {}", path.display())?;
        }
        FileState::Failed { error, .. } => return Err(error.into()),
        FileState::Waiting | FileState::Offered | FileState::Paused { .. } => {}
    }
    Ok(())
}

/// The other process, as seen from here.
struct Person {
    home: TempDir,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// The most memory that any of its processes used.
    memory: u64,
}

impl Person {
    fn new(home: TempDir) -> Result<Self> {
        let (child, input, output) = Self::start(home.path())?;
        Ok(Self {
            home,
            child,
            input,
            output,
            memory: 0,
        })
    }

    fn start(home: &Path) -> Result<(Child, ChildStdin, Lines<BufReader<ChildStdout>>)> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("contact")
            .arg(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or("a standard input")?;
        let output = child.stdout.take().ok_or("a standard output")?;
        Ok((child, input, BufReader::new(output).lines()))
    }

    async fn kill(&mut self) -> Result<()> {
        self.look_at_memory();
        Ok(self.child.kill().await?)
    }

    fn start_again(&mut self) -> Result<()> {
        (self.child, self.input, self.output) = Self::start(self.home.path())?;
        Ok(())
    }

    fn look_at_memory(&mut self) {
        let peak = self.child.id().and_then(peak_memory_of);
        self.memory = self.memory.max(peak.unwrap_or_default());
    }

    async fn order(&mut self, line: &str) -> Result<()> {
        Ok(self.input.write_all(format!("{line}\n").as_bytes()).await?)
    }

    async fn next(&mut self) -> Result<String> {
        let line = timeout(PATIENCE, self.output.next_line());
        let line = line.await.map_err(|_| "nothing happens")??;
        Ok(line.ok_or("an end")?)
    }

    async fn is_here(&mut self) -> Result<()> {
        while self.next().await? != "here" {}
        Ok(())
    }

    /// Waits until so many bytes came, or it is at its place, which is returned.
    async fn until(&mut self, bytes: u64) -> Result<Option<PathBuf>> {
        loop {
            let line = self.next().await?;
            match line.split_once(' ') {
                Some(("moving", done)) if done.parse::<u64>()? >= bytes => return Ok(None),
                Some(("done", path)) => return Ok(Some(path.into())),
                _ => {}
            }
        }
    }

    async fn whole(&mut self) -> Result<PathBuf> {
        Ok(self.until(u64::MAX).await?.unwrap_or_default())
    }
}

/// Two who have met: who takes, and who gives.
struct Pair {
    taker: Person,
    giver: Person,
    /// What lies between them, if it is not the plain loopback.
    path: Option<Forwarder>,
}

impl Pair {
    async fn new(conditions: Option<Conditions>) -> Result<Self> {
        let table = Table::set(conditions).await?;
        table.meet().await?;
        let (host, guest, path) = table.part().await;
        let mut pair = Self {
            taker: Person::new(host)?,
            giver: Person::new(guest)?,
            path,
        };
        pair.are_here().await?;
        Ok(pair)
    }

    async fn are_here(&mut self) -> Result<()> {
        tokio::try_join!(self.taker.is_here(), self.giver.is_here())?;
        Ok(())
    }

    async fn offer(&mut self, path: &Path) -> Result<()> {
        self.giver.order(&format!("offer {}", path.display())).await
    }

    /// How long an answer to each of these takes, in milliseconds.
    async fn call(&mut self, numbers: Range<usize>) -> Result<Vec<f64>> {
        let mut took = Vec::new();
        for number in numbers {
            let call = format!("say {CALL}{number}");
            let answer = format!("text {ANSWER}{number}");
            let began = Instant::now();
            self.taker.order(&call).await?;
            loop {
                let line = self.taker.next().await?;
                if line == answer {
                    break;
                }
                if line.starts_with("done") {
                    return Err("the file was too short".into());
                }
            }
            took.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok(took)
    }

    fn carried(&self) -> u64 {
        self.path.as_ref().map_or(0, Forwarder::bytes)
    }
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (times, calls, long, cuts) = match quick {
        true => (1, 50, 128, 20),
        false => (5, 200, 1024, 100),
    };
    let (mut firsts, mut folders) = (Vec::new(), Vec::new());
    for _ in 0..times {
        firsts.push(first_block().await?);
        folders.push(small_files().await?);
    }
    let [alone, beside] = round_trips(calls).await?;
    let mut ordered = beside.clone();
    ordered.sort_by(f64::total_cmp);
    let slowest = ordered[(ordered.len() * 99).div_ceil(100) - 1];
    let Cut {
        again,
        each,
        memory,
    } = cut_often(long * MIB, cuts).await?;
    Ok(vec![
        Figure::new("first block of 4 GiB for a contact, stored", "ms", firsts)
            .held_to(Goal::AtMost(100.0)),
        Figure::new("10,000 small files for a contact", "files/s", folders)
            .held_to(Goal::AtLeast(1_000.0)),
        Figure::new("text and answer, nothing else under way", "ms", alone),
        Figure::new("text and answer while a file runs", "ms", beside),
        Figure::new("99 of 100 of these within", "ms", vec![slowest]).held_to(Goal::AtMost(50.0)),
        Figure::new(
            "sent again where a process is killed often, beside 1 MiB",
            "%",
            vec![again],
        )
        .held_to(Goal::AtMost(1.0)),
        Figure::new("sent again for each of these, in all", "MiB", vec![each]),
        Figure::new("most memory of either", "MiB", vec![memory]).held_to(Goal::AtMost(64.0)),
    ])
}

/// Bytes of which no two blocks are equal.
fn fill(path: &Path, size: u64) -> Result<()> {
    let mut file = fs::File::create(path)?;
    let mut block: Vec<u8> = (0..MIB).map(|i| ((i * i) >> 7) as u8).collect();
    for number in 0..size / MIB {
        block[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&block)?;
    }
    Ok(())
}

/// Milliseconds from the order to send until something of it was checked and stored at the other side. It is made of
/// holes, so the disk that it is read from is not measured.
async fn first_block() -> Result<f64> {
    let mut pair = Pair::new(None).await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("source");
    fs::File::create(&path)?.set_len(4 << 30)?;
    let began = Instant::now();
    pair.offer(&path).await?;
    pair.taker.until(1).await?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// Files a second of a folder, from the order to send until all of it is at its place.
async fn small_files() -> Result<f64> {
    let mut pair = Pair::new(None).await?;
    let folder = tempfile::tempdir()?;
    let from = folder_of_small_files(folder.path())?;
    let began = Instant::now();
    pair.offer(&from).await?;
    pair.taker.whole().await?;
    Ok(FILES as f64 / began.elapsed().as_secs_f64())
}

/// Milliseconds from a text to its answer, both on both disks: first while nothing else goes, and then while a file comes
/// as fast as it can.
async fn round_trips(count: usize) -> Result<[Vec<f64>; 2]> {
    let mut pair = Pair::new(None).await?;
    let alone = pair.call(0..count).await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("source");
    fs::File::create(&path)?.set_len(8 << 30)?;
    pair.offer(&path).await?;
    pair.taker.until(1).await?;
    Ok([alone, pair.call(count..2 * count).await?])
}

/// What many cuts of one file cost.
struct Cut {
    /// What was carried more than without a cut, beside a MiB for each, in percent of the file.
    again: f64,
    /// That for each cut, in MiB, all of it.
    each: f64,
    /// In MiB.
    memory: f64,
}

/// One of the two is killed at random places, in turn, and both at every tenth. What comes has to be what went.
async fn cut_often(size: u64, cuts: u64) -> Result<Cut> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("source");
    fill(&path, size)?;
    let mut random = SplitMix64(7);
    let (mut carried, mut memory) = (Vec::new(), 0);
    for cuts in [0, cuts] {
        let mut pair = Pair::new(Some(Conditions::default())).await?;
        let before = pair.carried();
        pair.offer(&path).await?;
        for number in 1..=cuts {
            // Within its share of the file, but not on its edge.
            let share = size / (cuts + 1);
            let stop = share * (number - 1) + random.bits() % share;
            if pair.taker.until(stop.max(1)).await?.is_some() {
                return Err("it was whole before all cuts".into());
            }
            let (is_taker, is_both) = (number % 2 == 0, number % 10 == 0);
            for (person, is_killed) in [
                (&mut pair.taker, is_taker || is_both),
                (&mut pair.giver, !is_taker || is_both),
            ] {
                if is_killed {
                    person.kill().await?;
                    person.start_again()?;
                }
            }
        }
        let came = pair.taker.whole().await?;
        if !are_equal(&path, &came)? {
            return Err("what came is not what was sent".into());
        }
        carried.push(pair.carried() - before);
        for mut person in [pair.taker, pair.giver] {
            person.look_at_memory();
            memory = memory.max(person.memory);
        }
    }
    let again = carried[1].saturating_sub(carried[0]);
    let beside = again.saturating_sub(cuts * MIB);
    Ok(Cut {
        again: beside as f64 / size as f64 * 100.0,
        each: again as f64 / MIB as f64 / cuts as f64,
        memory: memory as f64 / MIB as f64,
    })
}

fn are_equal(one: &Path, other: &Path) -> Result<bool> {
    let (mut one, mut other) = (fs::File::open(one)?, fs::File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; MIB as usize], vec![0; MIB as usize]);
    loop {
        let count = one.read(&mut left)?;
        if count == 0 {
            return Ok(true);
        }
        other.read_exact(&mut right[..count])?;
        if left[..count] != right[..count] {
            return Ok(false);
        }
    }
}
