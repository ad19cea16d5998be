//! Files that survive cuts: the machines of two ends joined in memory, each with real files on this disk.
//!
//! No network and no cipher is in it, so it is what the tree, the machines and the disk cost.

use super::Result;
use super::figure::{Figure, Goal};
use handfast_native::conversation::free_space;
use handfast_native::transfer::{
    Content, Entries, EntryId, Event, Fetch, Files, Goal as Place, Keeping, Message, Offer,
    OfferedFolder, Source, Status, Terms, Transfers, content_of, list,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MIB: u64 = 1 << 20;

/// Files in the folder.
pub(super) const FILES: usize = 10_000;

const ENTRY: EntryId = EntryId {
    incarnation: [1; 12],
    sequence: 1,
};

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (times, size) = if quick { (1, 256) } else { (5, 1024) };
    let (mut speed, mut hashing) = (Vec::new(), Vec::new());
    let (mut folders, mut first) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let folder = tempfile::tempdir()?;
        let (one, whole) = file(folder.path(), size * MIB).await?;
        hashing.push(one);
        speed.push(whole);
        let folder = tempfile::tempdir()?;
        folders.push(small_files(folder.path()).await?);
        let folder = tempfile::tempdir()?;
        first.push(first_byte(folder.path()).await?);
    }
    Ok(vec![
        Figure::new("hash a file, its tree kept", "MiB/s", hashing),
        Figure::new(
            "that file between two ends in memory, stored",
            "MiB/s",
            speed,
        )
        .held_to(Goal::AtLeast(200.0)),
        Figure::new("a folder of 10,000 small files", "files/s", folders)
            .held_to(Goal::AtLeast(1_000.0)),
        Figure::new("first byte of 4 GiB that are not hashed", "ms", first)
            .held_to(Goal::AtMost(100.0)),
    ])
}

/// One end: a machine and its disk.
struct End {
    machine: Transfers,
    files: Files,
    open: usize,
}

impl End {
    fn new(folder: &Path, name: &str) -> Result<Self> {
        let keeping = Keeping {
            scope: [7; 32],
            own: folder.join(name),
            incoming: folder.to_owned(),
            space: free_space,
        };
        let terms = Terms {
            keep_free: 0,
            largest: u64::MAX,
        };
        Ok(Self {
            machine: Transfers::new(terms),
            files: Files::new(&keeping, Arc::<Entries>::default()),
            open: 0,
        })
    }

    fn ask(&mut self) -> bool {
        let before = self.open;
        while let Some(request) = self.machine.poll_request() {
            self.files.ask(request);
            self.open += 1;
        }
        self.open > before
    }
}

/// What ends a measurement.
enum Until {
    /// The taker has it.
    Done,
    /// The giver has said something of the file itself.
    FirstByte,
}

/// Carries everything from one end to the other.
async fn run(mut giver: End, mut taker: End, until: Until) -> Result<()> {
    loop {
        let mut did = giver.ask() | taker.ask();
        for is_giver in [true, false] {
            let (from, to) = match is_giver {
                true => (&mut giver, &mut taker),
                false => (&mut taker, &mut giver),
            };
            while let Some(message) = from.machine.poll_message(0) {
                let is_byte = matches!(&message, Message::Group { bytes, .. } if !bytes.is_empty());
                if is_byte && matches!(until, Until::FirstByte) {
                    return Ok(());
                }
                to.machine.heard(message)?;
                did = true;
            }
        }
        while let Some(event) = taker.machine.poll_event() {
            match event {
                Event::Changed {
                    status: Status::Done { .. },
                    ..
                } => return Ok(()),
                Event::Changed {
                    status: Status::Failed { reason, .. },
                    ..
                } => return Err(reason.into()),
                _ => {}
            }
        }
        if did {
            continue;
        }
        let (end, answer) = tokio::select! {
            answer = giver.files.answer() => (&mut giver, answer),
            answer = taker.files.answer() => (&mut taker, answer),
        };
        let (id, result) = answer.ok_or("an answer")?;
        end.open -= 1;
        end.machine.answered(id, result);
    }
}

fn offer(source: Source, path: PathBuf, content: Option<Content>) -> Offer {
    Offer {
        source,
        path,
        content,
        folder: None,
    }
}

fn fetch(source: Source, content: Option<Content>, goal: Place) -> Fetch {
    Fetch {
        source,
        content,
        claimed: None,
        goal,
        may_run: false,
    }
}

fn into(folder: &Path) -> Place {
    Place::File {
        folder: folder.join("in"),
        name: "file".to_owned(),
    }
}

/// MiB a second of hashing a file, and of sending it.
async fn file(folder: &Path, size: u64) -> Result<(f64, f64)> {
    let path = folder.join("source");
    let block: Vec<u8> = (0..MIB).map(|i| ((i * i) >> 7) as u8).collect();
    fs::write(&path, block.repeat((size / MIB) as usize))?;
    let (mut giver, mut taker) = (End::new(folder, "giver")?, End::new(folder, "taker")?);
    let start = Instant::now();
    let content = content_of(&path, &folder.join("giver"))?;
    let hashed = start.elapsed();
    let source = Source::Root(content.root);
    giver.machine.offer(offer(source, path, Some(content)));
    taker
        .machine
        .fetch(fetch(source, Some(content), into(folder)));
    let start = Instant::now();
    run(giver, taker, Until::Done).await?;
    let speed = |took: Duration| size as f64 / MIB as f64 / took.as_secs_f64();
    Ok((speed(hashed), speed(start.elapsed())))
}

/// A new folder beneath this one, with so many small files in it.
pub(super) fn folder_of_small_files(folder: &Path) -> Result<PathBuf> {
    let from = folder.join("from");
    for number in 0..FILES {
        let below = from.join(format!("{}", number / 100));
        if number % 100 == 0 {
            fs::create_dir_all(&below)?;
        }
        let text = format!("file {number}\n").repeat(1 + number % 300);
        fs::write(below.join(format!("{number}.txt")), text)?;
    }
    Ok(from)
}

/// Files a second of a folder, from the yes until all of it is on the disk.
async fn small_files(folder: &Path) -> Result<f64> {
    let from = folder_of_small_files(folder)?;
    let (mut giver, mut taker) = (End::new(folder, "giver")?, End::new(folder, "taker")?);
    let listing = list(&from, &folder.join("giver"))?;
    let source = Source::Root(listing.content.root);
    let manifest = OfferedFolder::new(from, listing.manifest);
    giver.machine.offer(Offer {
        folder: Some(Arc::new(manifest)),
        ..offer(source, listing.path, Some(listing.content))
    });
    let goal = Place::Folder {
        folder: folder.join("in"),
        name: None,
    };
    taker
        .machine
        .fetch(fetch(source, Some(listing.content), goal));
    let start = Instant::now();
    run(giver, taker, Until::Done).await?;
    Ok(FILES as f64 / start.elapsed().as_secs_f64())
}

/// Milliseconds from the offer of a file of 4 GiB until its first byte is handed to the channel. It is made of
/// holes, so the disk is not measured.
async fn first_byte(folder: &Path) -> Result<f64> {
    let path = folder.join("source");
    fs::File::create(&path)?.set_len(4 << 30)?;
    let (mut giver, mut taker) = (End::new(folder, "giver")?, End::new(folder, "taker")?);
    let source = Source::Entry(ENTRY);
    let start = Instant::now();
    giver.machine.offer(offer(source, path, None));
    taker.machine.fetch(fetch(source, None, into(folder)));
    run(giver, taker, Until::FirstByte).await?;
    Ok(start.elapsed().as_secs_f64() * 1_000.0)
}
