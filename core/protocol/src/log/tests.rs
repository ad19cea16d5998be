//! What several files here test with: keys of two people, somebody who writes, and anything that a writer
//! could make.

use super::*;
use crate::handshake::StaticKey;
use bytes::Bytes;
use handfast_seal::{self as seal, Cost, Lock, Question, Questions};
use handfast_token::Secret;
use proptest::prelude::*;

mod bundle;
mod examples;
mod exchange;
mod ledger;
mod simulation;

/// Some time in 2026, in milliseconds.
pub(super) const NOW: u64 = 1_790_000_000_000;

/// Those of two people, each at their own device.
pub(super) fn keys() -> [LogKeys; 2] {
    let [ana, ben] = [1, 2].map(|seed| StaticKey::new(Secret::new([seed; 32])));
    [
        LogKeys::new(&ana, ben.public()),
        LogKeys::new(&ben, ana.public()),
    ]
}

/// Somebody who writes, with randomness of their own.
pub(super) struct Writer {
    pub(super) ledger: Ledger,
    pub(super) drawn: u64,
}

impl Writer {
    pub(super) fn new(keys: LogKeys) -> Self {
        let ledger = Ledger::new(keys);
        Self { ledger, drawn: 0 }
    }

    /// Writes it: the rows that came of it.
    pub(super) fn write(&mut self, body: &Body, about: Option<ReplyTo>) -> Vec<Row> {
        self.drawn += 1;
        let draft = Draft::new(body, about, None).expect("a draft");
        let mut random = [0; 32];
        random[..8].copy_from_slice(&self.drawn.to_le_bytes());
        let (random, now) = (Secret::new(random), NOW + self.drawn * 1_000);
        self.ledger.append(now, &draft, &random).expect("room")
    }

    /// Writes it: the row that says it.
    pub(super) fn say(&mut self, body: &Body, about: Option<ReplyTo>) -> Row {
        self.write(body, about).pop().expect("a row")
    }

    /// Writes a text: the row that says it.
    pub(super) fn text(&mut self, text: &str) -> Row {
        self.say(&Body::Text(text.to_owned()), None)
    }
}

/// A row as it comes to the other side.
pub(super) fn sent(row: &Row) -> Arrival {
    row.arrival().at_the_other()
}

pub(super) fn any_incarnation() -> impl Strategy<Value = Incarnation> {
    (1..=u32::MAX, any::<[u8; 8]>()).prop_map(|(counter, random)| Incarnation { counter, random })
}

pub(super) fn any_log() -> impl Strategy<Value = LogId> {
    let author = prop_oneof![Just(Author::Me), Just(Author::Peer)];
    (author, any_incarnation()).prop_map(|(author, incarnation)| LogId {
        author,
        incarnation,
    })
}

pub(super) fn any_tip() -> impl Strategy<Value = Tip> {
    (1..=u64::MAX, any::<[u8; 32]>()).prop_map(|(sequence, hash)| Tip { sequence, hash })
}

pub(super) fn any_reply_to() -> impl Strategy<Value = Option<ReplyTo>> {
    let whose = prop_oneof![Just(Whose::Writer), Just(Whose::Other)];
    let reply_to = (whose, any_incarnation(), 1..=u64::MAX, any::<[u8; 8]>()).prop_map(
        |(whose, incarnation, sequence, version)| ReplyTo {
            whose,
            incarnation,
            sequence,
            version,
        },
    );
    prop::option::of(reply_to)
}

pub(super) fn any_body() -> impl Strategy<Value = Body> {
    let root = || any::<[u8; 32]>();
    let bytes = |most| prop::collection::vec(any::<u8>(), 0..most).prop_map(Bytes::from);
    let life = prop::option::of((60..=31_536_000_u32).prop_filter_map("a life", Life::new));
    let predecessors = prop::collection::btree_map(any_incarnation(), any_tip(), 0..8);
    prop_oneof![
        ".{1,300}".prop_map(Body::Text),
        ".{0,8}".prop_map(Body::Reaction),
        ".{1,300}".prop_map(Body::Edit),
        Just(Body::Withdraw),
        (root(), any::<u64>(), ".{1,60}", "[a-z/]{0,60}", bytes(300)).prop_map(
            |(root, size, name, media_type, preview)| Body::File(FileBody {
                root,
                size,
                name,
                media_type,
                preview,
            })
        ),
        (root(), any::<[u32; 2]>(), any::<u64>(), ".{1,60}").prop_map(
            |(root, [manifest, files], size, name)| Body::Folder(FolderBody {
                root,
                manifest,
                files,
                size,
                name,
            })
        ),
        life.prop_map(Body::Life),
        predecessors.prop_map(|rows| {
            let rows = rows.into_iter().map(|(incarnation, tip)| Predecessor {
                incarnation,
                sequence: tip.sequence,
                hash: tip.hash,
            });
            Body::First(rows.collect())
        }),
        (".{1,20}", prop::collection::vec(any::<u8>(), 0..100)).prop_filter_map(
            "a question",
            |(question, sealed)| {
                let questions = Questions::new(vec![Question::new(&question).ok()?]).ok()?;
                let lock = Lock::answers(Cost::STANDARD, false, questions);
                LockedText::new(container(seal::Kind::File, lock, &sealed)).map(Body::Locked)
            }
        ),
    ]
}

/// A container whose payload nobody can open.
pub(super) fn container(kind: seal::Kind, lock: Lock, sealed: &[u8]) -> Bytes {
    let salt = [7; 32];
    let mut container = seal::Header { kind, lock, salt }.to_bytes();
    container.extend(sealed);
    container.into()
}

/// Any entry that the strict parser takes, whatever its body says.
pub(super) fn any_entry() -> impl Strategy<Value = Entry> {
    let header = (
        1_u8..,
        any_incarnation(),
        2..=u64::MAX,
        [1..=u64::MAX, 0..=u64::MAX],
        prop::option::of(60..=31_536_000_u32),
        any_reply_to(),
    );
    let rest = (
        prop::collection::vec(any::<u8>(), 0..500),
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        any::<bool>(),
    );
    (header, rest).prop_map(|(header, (body, blind, own_tag, is_erased))| {
        let (kind, incarnation, sequence, [lamport, time], life, reply_to) = header;
        let kind = Kind(kind);
        let header = Header {
            kind,
            incarnation,
            sequence: if kind == Kind::FIRST { 1 } else { sequence },
            lamport,
            time,
            life: life.and_then(Life::new).filter(|_| kind.may_end()),
            reply_to,
            body_length: body.len() as u32,
        };
        let content = Content::Whole {
            blind: Secret::new(blind),
            body: body.into(),
        };
        let mut entry = Entry {
            header,
            content,
            own_tag,
        };
        if is_erased {
            entry.erase();
        }
        entry
    })
}

pub(super) fn any_arrival() -> impl Strategy<Value = Arrival> {
    let large = any_entry().prop_map(|mut entry| {
        let body = Bytes::from(vec![b'x'; MAX_ENTRY_BODY]);
        entry.header.body_length = body.len() as u32;
        let blind = Secret::new([4; 16]);
        entry.content = Content::Whole { blind, body };
        entry
    });
    let entry = prop_oneof![9 => any_entry(), 1 => large];
    (any_log(), any::<[u8; 32]>(), entry).prop_map(|(log, before, entry)| Arrival {
        author: log.author,
        before,
        entry,
    })
}
