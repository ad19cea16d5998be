//! Strangers who write the addresses of both sides flood an open link and one that is being made.
//! Alone in its process, because it counts what the process uses.
//!
//! `HANDFAST_FLOOD` sets how many seconds (6 unless said otherwise); from 30 on the latency is held to
//! its limit, which takes a machine that does little else.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests, and what the bench shows

mod table;

use handfast_net::{Connector, Endpoint};
use handfast_protocol::link::Link;
use handfast_sim::forwarder::{Conditions, Forger, Forwarder};
use handfast_token::Candidate;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};
use table::{Table, V4, opened};

/// Ten megabytes a second in long datagrams, and many of the shortest, to each side.
const LONG: usize = 1_200;
const LONG_A_SECOND: u64 = 10_000_000 / LONG as u64;
const SHORT_A_SECOND: u64 = 5_000;

/// How much more memory a flood may take.
const MORE_MEMORY: u64 = 1024 * 1024;

/// What one datagram may cost, in an unoptimised build too. What grows with every datagram costs far
/// more before the end.
const MOST_PROCESSOR: Duration = Duration::from_micros(200);

/// How many messages a second are said meanwhile.
const MESSAGES_A_SECOND: u32 = 100;

fn seconds() -> u64 {
    let said = std::env::var("HANDFAST_FLOOD").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(6)
}

fn record(kind: u8, epoch: u8, number: u64, body: &[u8]) -> Vec<u8> {
    let number = number.to_be_bytes();
    let length = (body.len() as u16).to_be_bytes();
    let mut record = vec![kind, 254, 253, 0, epoch];
    record.extend(&number[2..]);
    record.extend(length);
    record.extend(body);
    record
}

fn piece(kind: u8, number: u16, length: u32, offset: u32, body: &[u8]) -> Vec<u8> {
    let mut piece = vec![kind];
    piece.extend(&length.to_be_bytes()[1..]);
    piece.extend(number.to_be_bytes());
    piece.extend(&offset.to_be_bytes()[1..]);
    piece.extend(&(body.len() as u32).to_be_bytes()[1..]);
    piece.extend(body);
    piece
}

/// The beginning of a greeting, as no two are alike.
fn greeting(count: u64, size: usize) -> Vec<u8> {
    let mut hello = vec![254, 253];
    hello.extend([count.to_be_bytes(); 4].concat());
    hello.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
    hello.resize(size.max(hello.len()), 0);
    piece(1, 0, hello.len() as u32, 0, &hello)
}

/// One datagram of each kind in turn, filled up to about this size.
fn forged(count: u64, size: usize) -> Vec<u8> {
    let fill = vec![count as u8; size.saturating_sub(25)];
    let number = 1_000 + count;
    match count % 9 {
        0 => record(22, 0, number, &piece(11, 2, 100_000, count as u32, &fill)),
        // A record full of empty pieces.
        1 => record(
            22,
            0,
            number,
            &piece(11, 3, 9, 0, &[]).repeat(size / 12 + 1),
        ),
        2 => record(22, 0, number, &piece(11, count as u16, 9, 0, &[])),
        3 => record(22, 0, number, &greeting(count, fill.len())),
        4 => record(21, 0, number, &[2, 40]),
        5 => record(20, 0, number, &[1]),
        6 => record(22, 1, number, &fill),
        7 => record(23, 1, number, &fill),
        _ => record(23, 2, number, &fill),
    }
}

/// A flood to both sides, from threads of its own, until dropped.
struct Flood {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
}

impl Flood {
    fn begin(forger: &Forger) -> Self {
        let flood = Self {
            stop: Arc::default(),
            sent: Arc::default(),
        };
        let kinds = [(LONG, LONG_A_SECOND), (0, SHORT_A_SECOND)];
        for (size, a_second) in kinds {
            let (stop, sent) = (flood.stop.clone(), flood.sent.clone());
            let forger = forger.clone();
            let run = move || {
                let (began, mut count) = (Instant::now(), 0);
                while !stop.load(Ordering::Relaxed) {
                    let due = began.elapsed().as_micros() as u64 * a_second / 1_000_000;
                    while count < due {
                        let datagram = forged(count, size);
                        forger.to_target(&datagram);
                        forger.to_caller(&datagram);
                        sent.fetch_add(2, Ordering::Relaxed);
                        count += 1;
                    }
                    thread::sleep(Duration::from_millis(1));
                }
            };
            let named = thread::Builder::new().name("stranger".into());
            named.spawn(run).unwrap();
        }
        flood
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Memory in use, in bytes, where the system tells.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/statm").ok()?;
    Some(status.split(' ').nth(1)?.parse::<u64>().ok()? * 4096)
}

/// Processor time of the threads that serve links, where the system tells.
fn processor() -> Option<Duration> {
    let mut ticks = 0;
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        if let Some((name, rest)) = stat.split_once(") ")
            && name.contains("tokio")
        {
            let fields = rest.split(' ').skip(11).take(2);
            ticks += fields.flat_map(str::parse::<u64>).sum::<u64>();
        }
    }
    Some(Duration::from_millis(10 * ticks))
}

/// What the process uses at one moment of a flood.
struct Used {
    memory: Option<u64>,
    processor: Option<Duration>,
    sent: u64,
}

impl Used {
    fn now(flood: &Flood) -> Self {
        Self {
            memory: memory(),
            processor: processor(),
            sent: flood.sent(),
        }
    }

    /// Holds what was used since to its limits.
    fn is_little_until(&self, end: &Self) {
        if let (Some(before), Some(after)) = (self.memory, end.memory) {
            let more = after.saturating_sub(before);
            println!("memory: {} KiB more", more / 1024);
            assert!(more <= MORE_MEMORY, "{more} bytes more");
        }
        if let (Some(before), Some(after)) = (self.processor, end.processor) {
            let each = (after - before) / (end.sent - self.sent) as u32;
            println!("processor for one datagram: {each:?}");
            assert!(each <= MOST_PROCESSOR, "{each:?}");
        }
    }
}

/// A link through a path on which somebody can write the addresses of both.
async fn over(table: &Table, host: &mut Connector) -> (Forwarder, Connector) {
    let forwarder = Forwarder::start(host.addresses()[0], Conditions::default()).unwrap();
    let mut setup = table.guest_setup(host);
    setup.addresses = vec![Candidate::host(forwarder.address())];
    let guest = Endpoint::bind(&[V4], None).unwrap().guest(setup);
    (forwarder, guest)
}

/// Says something every few milliseconds and hears it at the other end, in order; how long each took.
async fn talk(from: Link, to: Link, seconds: u64) -> (Link, Link, Vec<Duration>) {
    let began = Instant::now();
    let count = seconds as u32 * MESSAGES_A_SECOND;
    let saying = tokio::spawn(async move {
        for number in 0..count {
            let due = began + number * Duration::from_secs(1) / MESSAGES_A_SECOND;
            tokio::time::sleep_until(due.into()).await;
            let mut message = number.to_be_bytes().to_vec();
            message.extend(began.elapsed().as_nanos().to_be_bytes());
            from.send(message.into()).await.unwrap();
        }
        from
    });
    let mut to = to;
    let mut took = Vec::new();
    for number in 0..count {
        let message = to.receive().await.unwrap();
        let (head, said) = message.split_at(4);
        assert_eq!(head, number.to_be_bytes());
        let said = u128::from_be_bytes(said.try_into().unwrap());
        took.push(began.elapsed() - Duration::from_nanos(said as u64));
    }
    (saying.await.unwrap(), to, took)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_in_both_names_costs_no_message_no_memory_and_little_processor() {
    let table = Table::new();
    let mut host = table.place_host(&[V4]);
    let (forwarder, mut guest) = over(&table, &mut host).await;
    let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
    // Whatever is needed once is there after a second.
    let flood = Flood::begin(&forwarder.forger());
    let (at_guest, at_host, _) = talk(at_guest, at_host, 1).await;
    let before = Used::now(&flood);
    let (at_guest, at_host, mut took) = talk(at_guest, at_host, seconds()).await;
    let after = Used::now(&flood);
    drop(flood);
    took.sort_unstable();
    let late = took[took.len() * 99 / 100];
    println!(
        "messages under a flood: median {:?}, 99 of 100 within {late:?}",
        took[took.len() / 2]
    );
    before.is_little_until(&after);
    if seconds() >= 30 {
        assert!(late <= Duration::from_millis(50), "{late:?}");
    }
    drop((at_guest, at_host));

    // A link that is being made: whoever floods longer can keep it from being made, and no more.
    let mut host = table.place_host(&[V4]);
    let (forwarder, mut guest) = over(&table, &mut host).await;
    let flood = Flood::begin(&forwarder.forger());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = Used::now(&flood);
    tokio::time::sleep(Duration::from_secs(1)).await;
    before.is_little_until(&Used::now(&flood));
    drop(flood);
    let meeting = async { tokio::join!(opened(&mut host), opened(&mut guest)) };
    let met = tokio::time::timeout(Duration::from_secs(60), meeting).await;
    assert!(met.is_ok(), "they do not meet after the flood");
}
