//! An image keeps what a store on a disk keeps, and is what was written of it.

use super::*;
use crate::conversation::{KeptEntry, LogLine, Place};
use crate::{Contact, ContactChange, LogEnd};
use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ME: PublicKey = PublicKey([1; 32]);

fn key() -> Secret<32> {
    Secret::new([7; 32])
}

/// What lies on a disk that takes whole values.
#[derive(Clone, Default)]
struct Written(BTreeMap<[u8; 16], Vec<u8>>);

impl Written {
    fn write(&mut self, changes: Vec<Change>) {
        for Change { row, value } in changes {
            match value {
                Some(value) => self.0.insert(row, value),
                None => self.0.remove(&row),
            };
        }
    }

    fn open(&self) -> Result<Image, StoreError> {
        Image::open(key(), self.0.clone())
    }
}

/// One thing that is done with a conversation.
#[derive(Clone, Debug)]
enum Act {
    Add {
        ours: bool,
        line: u8,
        body: Option<Vec<u8>>,
    },
    Erase(prop::sample::Index),
    Read(prop::sample::Index),
    Delivered(u64),
    Ledger(Vec<u8>),
    Draft(String),
    EraseAll,
    Forget,
}

fn acts() -> impl Strategy<Value = Vec<(u8, Act)>> {
    let act = prop_oneof![
        8 => (any::<bool>(), 0u8..2, prop::option::of(prop::collection::vec(any::<u8>(), 0..40)))
            .prop_map(|(ours, line, body)| Act::Add { ours, line, body }),
        2 => any::<prop::sample::Index>().prop_map(Act::Erase),
        1 => any::<prop::sample::Index>().prop_map(Act::Read),
        1 => (0u64..9).prop_map(Act::Delivered),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(Act::Ledger),
        1 => "[a-z]{0,9}".prop_map(Act::Draft),
        1 => Just(Act::EraseAll),
        1 => Just(Act::Forget),
    ];
    prop::collection::vec((0u8..2, act), 0..40)
}

fn log(author: PublicKey, line: u8) -> LogLine {
    LogLine {
        author,
        counter: 3,
        random: [4; 8],
        line,
    }
}

/// Does this in one conversation; it is the same for whoever holds the same.
fn act(batch: &Batch<'_>, with: PublicKey, act: &Act) -> Result<(), StoreError> {
    let ends = batch.log_ends(with)?;
    let place = |at: &prop::sample::Index| -> Result<Option<Place>, StoreError> {
        let all = batch.entries(with, None, usize::MAX)?;
        Ok((!all.is_empty()).then(|| {
            all[at.index(all.len())]
                .as_ref()
                .map(|one| one.place)
                .unwrap()
        }))
    };
    match act {
        Act::Add { ours, line, body } => {
            let author = if *ours { ME } else { with };
            let log = log(author, *line);
            let end = ends.iter().find(|end| end.log == log);
            let latest = ends.iter().map(|end| end.lamport).max().unwrap_or_default();
            let sequence = end.map_or(1, |end| end.sequence + 1);
            if *line > 0
                && !ends
                    .iter()
                    .any(|end| end.log == self::log(author, line - 1))
            {
                return Ok(());
            }
            let entry = KeptEntry {
                place: Place {
                    lamport: latest + 1,
                    log,
                    sequence,
                },
                hash: [sequence as u8; 32],
                shown: 1_000 + sequence,
                head: vec![9; 20],
                body: body.clone(),
            };
            batch.add_entry(with, &entry)
        }
        Act::Erase(at) => match place(at)? {
            Some(place) => batch.erase_body(with, place),
            None => Ok(()),
        },
        Act::Read(at) => match place(at)? {
            Some(place) => batch.set_read(with, place),
            None => Ok(()),
        },
        Act::Delivered(up_to) => batch.set_delivered(with, log(ME, 0), *up_to),
        Act::Ledger(ledger) => batch.put_ledger(with, ledger),
        Act::Draft(draft) => batch.put_draft(with, Some(draft)),
        Act::EraseAll => batch.erase_conversation(with),
        Act::Forget => batch.forget(with).map(drop),
    }
}

/// Everything that can be read of a conversation.
#[derive(Debug, PartialEq)]
struct Seen {
    all: Vec<KeptEntry>,
    page: Vec<KeptEntry>,
    ours: Vec<KeptEntry>,
    found: Vec<KeptEntry>,
    ends: Vec<LogEnd>,
    read: Option<Place>,
    ledger: Vec<u8>,
    draft: Option<String>,
}

fn seen(batch: &Batch<'_>, with: PublicKey) -> Result<Seen, StoreError> {
    let whole = |entries: Vec<Result<KeptEntry, crate::DamagedEntry>>| {
        entries.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    };
    let all = whole(batch.entries(with, None, usize::MAX)?);
    let middle = all.get(all.len() / 2).map(|entry| entry.place);
    let mut ends = batch.log_ends(with)?;
    ends.sort_by_key(|end| (end.log.author.0, end.log.line));
    Ok(Seen {
        page: whole(batch.entries(with, middle.as_ref(), 3)?),
        ours: whole(batch.entries_of_log(with, log(ME, 0), 2, usize::MAX)?),
        found: batch
            .search(with, None, (9, 2), |body| body.contains(&7))?
            .found,
        all,
        ends,
        read: batch.read_mark(with)?,
        ledger: batch.ledger(with)?,
        draft: batch.draft(with)?,
    })
}

fn people() -> [PublicKey; 2] {
    [PublicKey([8; 32]), PublicKey([9; 32])]
}

#[cfg(feature = "sqlite")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_disk_and_an_image_keep_the_same(acts in acts()) {
        let folder = crate::tests::Folder::new();
        let store = folder.open().unwrap();
        let (mut image, _) = Image::new(key()).unwrap();
        for (with, one) in &acts {
            let with = people()[usize::from(*with)];
            store.batch(|batch| act(batch, with, one)).unwrap();
            let _ = image.batch(|batch| act(batch, with, one)).unwrap();
        }
        for with in people() {
            let (kept, ..) = image.batch(|batch| seen(batch, with)).unwrap();
            prop_assert_eq!(store.batch(|batch| seen(batch, with)).unwrap(), kept);
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_is_the_store_and_what_was_not_is_undone(acts in acts(), fails: [bool; 40]) {
        let (mut image, changes) = Image::new(key()).unwrap();
        let mut written = Written::default();
        written.write(changes);
        for ((with, one), fails) in acts.iter().zip(fails) {
            let with = people()[usize::from(*with)];
            let ((), changes, undo) = image.batch(|batch| act(batch, with, one)).unwrap();
            match fails {
                true => image.undo(undo),
                false => written.write(changes),
            }
        }
        let mut opened = written.open().unwrap();
        prop_assert_eq!(opened.identity().public(), image.identity().public());
        for with in people() {
            let (there, ..) = opened.batch(|batch| seen(batch, with)).unwrap();
            let (here, ..) = image.batch(|batch| seen(batch, with)).unwrap();
            prop_assert_eq!(there, here);
        }
    }
}

fn contact() -> Contact {
    Contact::met(people()[0], "Ada", Trust::because(TrustReason::Scanned), 10)
}

#[test]
fn a_batch_that_fails_changes_nothing() {
    let (mut image, _) = Image::new(key()).unwrap();
    let failed = image.batch(|batch| {
        batch.meet(contact())?;
        Err::<(), _>(StoreError::TooLong)
    });
    assert_eq!(failed.err(), Some(StoreError::TooLong));
    let (contacts, changes, _) = image.batch(|batch| batch.contacts()).unwrap();
    assert!(contacts.is_empty() && changes.is_empty());
}

#[test]
fn one_value_that_was_changed_twice_is_written_once_as_it_is_now() {
    let (mut image, _) = Image::new(key()).unwrap();
    let (_, changes, _) = image
        .batch(|batch| {
            batch.meet(contact())?;
            batch.change_contact(people()[0], &ContactChange::Findable(true))
        })
        .unwrap();
    assert_eq!(changes.len(), 1);
    let ((), changes, _) = image
        .batch(|batch| batch.forget(people()[0]).map(drop))
        .unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].value, None);
}

#[test]
fn what_is_damaged_or_misplaced_or_missing_is_noticed() {
    let (mut image, changes) = Image::new(key()).unwrap();
    let mut written = Written::default();
    written.write(changes);
    for number in 0..3 {
        let add = Act::Add {
            ours: number % 2 == 0,
            line: 0,
            body: Some(vec![number]),
        };
        let ((), changes, _) = image.batch(|batch| act(batch, people()[0], &add)).unwrap();
        written.write(changes);
    }
    assert!(written.open().is_ok());
    let rows: Vec<[u8; 16]> = written.0.keys().copied().collect();
    let mut missing = 0;
    for (row, next) in rows.iter().zip(rows.iter().cycle().skip(1)) {
        let mut altered = written.clone();
        altered.0.get_mut(row).unwrap()[20] ^= 1;
        assert_eq!(altered.open().err(), Some(StoreError::Damaged));
        let mut moved = written.clone();
        let value = moved.0[row].clone();
        moved.0.insert(*next, value);
        assert_eq!(moved.open().err(), Some(StoreError::Damaged));
        let mut fewer = written.clone();
        fewer.0.remove(row);
        missing += usize::from(fewer.open().is_err());
    }
    // The identity, an end of each line, and each entry; what can be erased of an entry may be missing.
    assert_eq!(missing, 1 + 2 + 3);
    let other = Image::open(Secret::new([8; 32]), written.0);
    assert_eq!(other.err(), Some(StoreError::Damaged));
}
