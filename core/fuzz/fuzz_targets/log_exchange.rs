//! What another side could say into an exchange of logs, honest but for some changed bytes, or anything:
//! it ends, or what comes is kept once, and memory stays bounded. Every four bytes are a step: what
//! happens, and of a frame which byte is changed, and how.

#![no_main]

use handfast_protocol::handshake::StaticKey;
use handfast_protocol::log::{
    Body, Draft, Exchange, Head, Heads, Ledger, LogKeys, Looked, Message, Request, Row, WINDOW,
};
use handfast_token::Secret;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const NOW: u64 = 1_790_000_000_000;

/// Those of this device and of the other.
static KEYS: LazyLock<[LogKeys; 2]> = LazyLock::new(|| {
    let [me, peer] = [1, 2].map(|seed| StaticKey::new(Secret::new([seed; 32])));
    [
        LogKeys::new(&me, peer.public()),
        LogKeys::new(&peer, me.public()),
    ]
});

fuzz_target!(|bytes: &[u8]| {
    let [mut ledger, mut peer] = KEYS.clone().map(Ledger::new);
    let mut disk = write(&mut ledger, 1);
    ledger.kept(disk.len());
    let mut exchange = Exchange::start(&ledger, true).expect("settled");
    let mut theirs: Vec<Row> = Vec::new();
    let mut frames: Vec<Vec<u8>> = vec![body(&Message::Heads(Heads::default()))];
    let (steps, rest) = bytes.as_chunks::<4>();
    for (n, &[act, low, high, by]) in steps.iter().enumerate() {
        match act % 8 {
            // The other side writes, also after it came back from a copy.
            0 => theirs.extend(write(&mut peer, 10 + n as u64)),
            1 => peer.imported(),
            2 => store(&mut exchange, &mut ledger, &mut disk),
            // It sends something, in whatever order.
            3 if !theirs.is_empty() => {
                let row = &theirs[usize::from(low) % theirs.len()];
                frames.push([&[19, 0], &row.arrival().to_bytes()[..]].concat());
            }
            4 => frames.push(body(&Message::Heads(peer.heads()))),
            5 if !disk.is_empty() => {
                let row = &disk[usize::from(low) % disk.len()];
                frames.push([&[19, 0, 1], &row.arrival().to_bytes()[1..]].concat());
            }
            6 => frames.push(rest.to_vec()),
            _ => {
                if frames.is_empty() {
                    continue;
                }
                let mut frame = frames.remove(0);
                let at = usize::from(u16::from_le_bytes([low, high]));
                if let Some(byte) = frame.get_mut(at) {
                    *byte ^= by;
                }
                if let Ok(message) = Message::parse(frame.into()) {
                    exchange.received(NOW, &mut ledger, message);
                }
            }
        }
        let mut sent = 0;
        while let Some(message) = exchange.poll_message() {
            sent += message.encode().1.len();
        }
        assert!(sent <= WINDOW);
        while exchange.poll_event().is_some() {}
    }
});

/// Writes something into a log: the rows that came of it.
fn write(ledger: &mut Ledger, random: u64) -> Vec<Row> {
    let draft = Draft::new(&Body::Text("hello".to_owned()), None, None).expect("a draft");
    let mut fresh = [3; 32];
    fresh[..8].copy_from_slice(&random.to_le_bytes());
    let rows = ledger.append(NOW, &draft, &Secret::new(fresh));
    rows.unwrap_or_default()
}

fn body(message: &Message) -> Vec<u8> {
    let (head, tail) = message.encode();
    [&head[..], &tail[..]].concat()
}

fn store(exchange: &mut Exchange, ledger: &mut Ledger, disk: &mut Vec<Row>) {
    while let Some(request) = exchange.poll_request() {
        match request {
            Request::Keep(row) => {
                assert!(disk.iter().all(|kept| kept.hash != row.hash), "kept twice");
                disk.push(*row);
                exchange.kept(NOW, ledger, 1);
            }
            Request::KeepMarks(_) => {}
            Request::LookUp { log, sequence } => {
                let at = |sequence| {
                    let rows = disk.iter();
                    rows.filter(move |row| row.log() == log && row.tip().sequence == sequence)
                };
                let looked = Looked {
                    before: at(sequence - 1).map(|row| Head::of(row).point).collect(),
                    at: at(sequence).map(|row| row.hash).collect(),
                };
                exchange.looked(NOW, ledger, &looked);
            }
            Request::Load { log, from, at_most } => {
                let mut rows: Vec<_> = disk
                    .iter()
                    .filter(|row| row.log() == log && (row.tip().sequence, row.line) >= from)
                    .cloned()
                    .collect();
                rows.sort_by_key(|row| (row.tip().sequence, row.line));
                let mut bytes = 0;
                rows.retain(|row| {
                    bytes += row.length();
                    bytes <= at_most
                });
                exchange.loaded(NOW, ledger, rows);
            }
        }
    }
}
