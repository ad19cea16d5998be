//! What a long conversation costs on the disk: to open it, to say one thing more, and to find something in it.

use super::Result;
use super::figure::{Figure, Goal};
use super::process::{cpu_time, resident_memory};
use handfast_native::handshake::PublicKey;
use handfast_native::store::{KeptEntry, KeyFile, LogLine, Place, Query, Store};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// How many texts there are.
const SAID: u64 = 100_000;

/// How many a screen shows.
const SHOWN: usize = 50;

/// How many are found at once, and in one step of a search.
const NEWEST: usize = 10_000;
const STEP: usize = 1_000;

const WITH: PublicKey = PublicKey([9; 32]);
const ME: PublicKey = PublicKey([1; 32]);

/// Opens a store, shows the end of its conversation, and prints what that took.
#[derive(clap::Args)]
pub(crate) struct Opening {
    folder: PathBuf,
}

pub(crate) fn open(opening: &Opening) -> Result<()> {
    let before = resident_memory().unwrap_or_default();
    let began = Instant::now();
    let store = store_in(&opening.folder)?;
    let shown = store.batch(|batch| batch.entries(WITH, None, SHOWN))?;
    let took = began.elapsed().as_secs_f64() * 1e3;
    let more = resident_memory().unwrap_or_default() - before;
    let is_whole = shown.len() == SHOWN && shown.iter().all(|entry| entry.is_ok());
    match is_whole {
        true => Ok(writeln!(std::io::stdout(), "{took} {more}")?),
        false => Err("not what was said".into()),
    }
}

pub(crate) fn measure(quick: bool) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let store = store_in(folder.path())?;
    for first in (1..=SAID).step_by(1_000) {
        say(&store, first..first + 1_000)?;
    }
    drop(store);
    let (mut opened, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..if quick { 5 } else { 25 } {
        let (took, more) = opened_by_another(folder.path())?;
        opened.push(took);
        memory.push(more / f64::from(1 << 20));
    }
    let store = store_in(folder.path())?;
    let mut sent = Vec::new();
    let count = if quick { 100 } else { 1_000 };
    for number in SAID + 1..=SAID + count {
        let began = Instant::now();
        say(&store, number..number + 1)?;
        sent.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let mut ordered = sent.clone();
    ordered.sort_by(f64::total_cmp);
    let slowest = ordered[ordered.len() * 99 / 100];
    let (mut newest, mut used, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..if quick { 3 } else { 9 } {
        let searched = search(&store)?;
        newest.push(searched.newest);
        used.push(searched.used);
        rest.push(searched.a_second);
    }
    Ok(vec![
        Figure::new("open 100,000 messages and show the last 50", "ms", opened)
            .held_to(Goal::AtMost(20.0)),
        Figure::new("memory of that", "MiB", memory).held_to(Goal::AtMost(30.0)),
        Figure::new("say one thing more, durably", "ms", sent).held_to(Goal::AtMost(10.0)),
        Figure::new("99 of 100 of these within", "ms", vec![slowest]),
        Figure::new("search the newest 10,000", "ms", newest).held_to(Goal::AtMost(100.0)),
        Figure::new("processor of that", "ms", used),
        Figure::new("search the rest", "a second", rest),
    ])
}

fn store_in(folder: &Path) -> Result<Store> {
    let key = KeyFile::new(folder.join("key"));
    Ok(Store::open(&folder.join("store"), &key)?)
}

/// These texts, in turn of each of the two, in one batch.
fn say(store: &Store, numbers: Range<u64>) -> Result<()> {
    store.batch(|batch| {
        for number in numbers {
            let author = if number % 2 == 0 { ME } else { WITH };
            let text =
                format!("{number}: shall we meet at the lighthouse, or is Änne's place better? ");
            let entry = KeptEntry {
                place: Place {
                    lamport: number,
                    log: LogLine {
                        author,
                        counter: 1,
                        random: [1; 8],
                        line: 0,
                    },
                    sequence: number.div_ceil(2),
                },
                hash: [1; 32],
                shown: number,
                head: vec![1; 204],
                body: Some(text.repeat(1 + number as usize % 3).into_bytes()),
            };
            batch.add_entry(WITH, &entry)?;
        }
        batch.put_ledger(WITH, &[1; 22])
    })?;
    Ok(())
}

fn opened_by_another(folder: &Path) -> Result<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?)
        .arg("opening")
        .arg(folder)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let (took, more) = text.trim().split_once(' ').ok_or("no figures")?;
    Ok((took.parse()?, more.parse()?))
}

struct Searched {
    /// Milliseconds for the newest, and of the processor for these.
    newest: f64,
    used: f64,
    /// How many of the others are looked at in a second.
    a_second: f64,
}

/// Nothing is found, so all of it is looked at.
fn search(store: &Store) -> Result<Searched> {
    let query = Query::new("nowhere änne").ok_or("a word")?;
    let is_wanted = |body: &[u8]| query.matches(&String::from_utf8_lossy(body));
    let (began, used_before) = (Instant::now(), cpu_time());
    let (mut newest, mut used, mut looked, mut from) = (0.0, 0.0, 0, None);
    loop {
        let step =
            store.batch(|batch| batch.search(WITH, from.as_ref(), (STEP, STEP), is_wanted))?;
        if !step.found.is_empty() {
            return Err("found what nobody said".into());
        }
        looked += STEP;
        if looked == NEWEST {
            newest = began.elapsed().as_secs_f64();
            let both = used_before.zip(cpu_time());
            used = both.map_or(f64::NAN, |(before, now)| (now - before).as_secs_f64());
        }
        match step.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    let rest = (looked - NEWEST) as f64 / (began.elapsed().as_secs_f64() - newest);
    Ok(Searched {
        newest: newest * 1e3,
        used: used * 1e3,
        a_second: rest,
    })
}
