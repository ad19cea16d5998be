//! Any frames from the other side into an exchange of logs: it ends, or what comes is kept in order, and
//! memory stays bounded. Each body stands behind its length in two bytes; a third byte before it makes the
//! store do its work first.

#![no_main]

use handfast_protocol::handshake::StaticKey;
use handfast_protocol::log::{
    Body, Draft, Exchange, Head, Ledger, LogKeys, Looked, Message, Request, Row, WINDOW,
};
use handfast_token::Secret;
use libfuzzer_sys::fuzz_target;

const NOW: u64 = 1_790_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let [me, peer] = [1, 2].map(|seed| StaticKey::new(Secret::new([seed; 32])));
    let mut ledger = Ledger::new(LogKeys::new(&me, peer.public()));
    let draft = Draft::new(&Body::Text("hello".to_owned()), None, None).expect("a draft");
    let mut disk = ledger
        .append(NOW, &draft, &Secret::new([3; 32]))
        .expect("the first");
    ledger.kept(disk.len());
    let mut exchange = Exchange::start(&ledger, true).expect("settled");
    let mut rest = bytes;
    while let Some((&[low, high, stores], after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([low, high])).min(after.len());
        let (body, after) = after.split_at(length);
        rest = after;
        if let Ok(message) = Message::parse(body.to_vec().into()) {
            exchange.received(NOW, &mut ledger, message);
        }
        if stores % 2 == 1 {
            store(&mut exchange, &mut ledger, &mut disk);
        }
        let mut sent = 0;
        while let Some(message) = exchange.poll_message() {
            sent += message.encode().1.len();
        }
        assert!(sent <= WINDOW);
        while exchange.poll_event().is_some() {}
    }
});

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
