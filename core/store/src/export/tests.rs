//! A device that is taken along is the same one elsewhere, and nobody gets at it by an answer.

use super::*;
use crate::tests::Folder;
use crate::{KeyFile, LogLine, Store};
use handfast_protocol::handshake::{Trust, TrustReason};
use handfast_protocol::reconnect::ReconnectKeys;
use handfast_seal::{Answers, Cost, Questions};
use proptest::prelude::*;

const WITH: PublicKey = PublicKey([9; 32]);

fn entry(sequence: u64, text: &str) -> KeptEntry {
    KeptEntry {
        place: Place {
            lamport: sequence,
            log: LogLine {
                author: WITH,
                counter: 1,
                random: [1; 8],
                line: 0,
            },
            sequence,
        },
        hash: [sequence as u8; 32],
        shown: sequence,
        head: vec![7; 204],
        body: Some(text.as_bytes().to_vec()),
    }
}

fn keys() -> ReconnectKeys {
    ReconnectKeys::from_first_meeting(&Secret::new([5; 32]), 1, 1)
}

/// A store in which somebody was met, somebody refused, and something said and erased.
fn filled(folder: &Folder) -> Store {
    let store = folder.open().unwrap();
    let trust = Trust::because(TrustReason::Compared);
    let filled = store.batch(|batch| {
        batch.meet(Contact::met(WITH, "Zoë", trust, 1))?;
        batch.put_reconnect(WITH, &keys())?;
        batch.refuse(&Refused {
            key: PublicKey([3; 32]),
            name: "Mallory".to_owned(),
            since: 2,
        })?;
        batch.add_entry(WITH, &entry(1, "one"))?;
        batch.add_entry(WITH, &entry(2, "two"))?;
        batch.add_entry(WITH, &entry(3, &"long ".repeat(13_000)))?;
        batch.erase_body(WITH, entry(2, "").place)
    });
    filled.unwrap();
    store
}

fn sealed(export: &Export, key: u8) -> Vec<u8> {
    let credential = Credential::Key(Secret::new([key; 32]));
    let mut container = Vec::new();
    let seal = export.seal(
        Lock::Key,
        [1; 32],
        &credential,
        &Limits::PHONE,
        &mut container,
    );
    seal.unwrap();
    container
}

fn opened(container: &[u8], key: u8) -> Result<Export, ExportError> {
    let credential = Credential::Key(Secret::new([key; 32]));
    Export::open(container, &credential, &Limits::PHONE)
}

fn import(folder: &Folder, export: &Export) -> Result<Store, ExportError> {
    let key = KeyFile::new(folder.path().join("key"));
    Store::import(&folder.path().join("store"), &key, export)
}

#[test]
fn a_device_that_is_taken_along_is_the_same_elsewhere_and_asks_before_it_is_believed() {
    let (here, there) = (Folder::new(), Folder::new());
    let store = filled(&here);
    let export = opened(&sealed(&store.export(true).unwrap(), 1), 1).unwrap();
    let taken = import(&there, &export).unwrap();
    assert_eq!(taken.identity().public(), store.identity().public());
    drop(taken);
    let taken = there.open().unwrap();
    let read = |store: &Store| {
        let read = store.batch(|batch| {
            let entries = batch.entries(WITH, None, 10)?;
            let entries: Vec<KeptEntry> = entries.into_iter().map(Result::unwrap).collect();
            Ok((batch.refused()?, entries, batch.log_ends(WITH)?))
        });
        read.unwrap()
    };
    assert_eq!(read(&taken), read(&store));
    let contacts = |store: &Store| store.batch(|batch| batch.contacts()).unwrap();
    let asks = Contact {
        reconnect: Some(keys().imported()),
        ..contacts(&store).remove(0)
    };
    assert_eq!(contacts(&taken), [asks]);
}

#[test]
fn what_was_said_is_taken_along_only_if_it_is_wanted() {
    let (here, there) = (Folder::new(), Folder::new());
    let export = filled(&here).export(false).unwrap();
    assert!(export.entries.is_empty() && export.contacts.len() == 1);
    let taken = import(&there, &export).unwrap();
    assert_eq!(taken.batch(|batch| batch.log_ends(WITH)), Ok(Vec::new()));
}

#[test]
fn a_device_that_is_there_is_not_replaced() {
    let (here, there) = (Folder::new(), Folder::new());
    let export = filled(&here).export(true).unwrap();
    let before = there.open().unwrap().identity().public();
    let refused = import(&there, &export);
    assert!(matches!(refused, Err(ExportError::Occupied)), "{refused:?}");
    assert_eq!(there.open().unwrap().identity().public(), before);
}

fn replace(folder: &Folder, export: &Export) -> Result<(), StoreError> {
    let key = KeyFile::new(folder.path().join("key"));
    Store::replace(&folder.path().join("store"), &key, export)
}

fn names(folder: &Folder) -> Vec<String> {
    let names = std::fs::read_dir(folder.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_device_is_replaced_by_one_that_is_taken_along_whole() {
    let (here, there) = (Folder::new(), Folder::new());
    let store = filled(&here);
    drop(there.open().unwrap());
    replace(&there, &store.export(true).unwrap()).unwrap();
    assert_eq!(names(&there), ["key", "store", "store.lock"]);
    let taken = there.open().unwrap();
    assert_eq!(taken.identity().public(), store.identity().public());
    assert_eq!(taken.batch(|batch| batch.contacts()).unwrap().len(), 1);
    // Where nothing is yet, too.
    let nowhere = Folder::new();
    replace(&nowhere, &store.export(false).unwrap()).unwrap();
    let taken = nowhere.open().unwrap();
    assert_eq!(taken.identity().public(), store.identity().public());
}

#[test]
fn a_device_stays_where_the_other_one_cannot_be_made() {
    let (here, there) = (Folder::new(), Folder::new());
    let whole = filled(&here).export(true).unwrap();
    let mut broken = whole.clone();
    broken.entries.remove(0);
    let old = filled(&there);
    let identity = old.identity().public();
    // One that is at work would lose what it writes next.
    assert_eq!(replace(&there, &whole), Err(StoreError::InUse));
    assert_eq!(old.batch(|batch| batch.contacts()).unwrap().len(), 1);
    drop(old);
    let before = names(&there);
    assert_eq!(replace(&there, &broken), Err(StoreError::Internal));
    std::fs::create_dir(there.path().join("store.new")).unwrap();
    replace(&there, &whole).unwrap_err();
    std::fs::remove_dir(there.path().join("store.new")).unwrap();
    assert_eq!(names(&there), before);
    let old = there.open().unwrap();
    assert_eq!(old.identity().public(), identity);
    assert_eq!(old.batch(|batch| batch.log_ends(WITH)).unwrap().len(), 1);
}

#[test]
fn an_answer_alone_neither_seals_nor_opens_a_device_and_a_code_beside_it_does() {
    let folder = Folder::new();
    let export = filled(&folder).export(true).unwrap();
    let cost = Cost {
        memory_kib: 19 << 10,
        passes: 1,
        lanes: 1,
    };
    let lock = |with_code| Lock::answers(cost, with_code, Questions::default());
    let answers = Answers::new(&["Rex"]).unwrap();
    let credential = |code: Option<[u8; 16]>| Credential::Answers {
        answers: answers.clone(),
        code: code.map(Secret::new),
    };
    let limits = &Limits::PHONE;
    let refused = export.seal(lock(false), [1; 32], &credential(None), limits, Vec::new());
    assert!(
        matches!(refused, Err(ExportError::AnswerAlone)),
        "{refused:?}"
    );
    // Somebody else's program may have sealed one.
    let header = Header {
        kind: Kind::DeviceState,
        lock: lock(false),
        salt: [1; 32],
    };
    let content = export.to_bytes().unwrap();
    let (about, mut container) = (About::default(), Vec::new());
    let content = Cursor::new(&content[..]);
    seal(
        &header,
        &credential(None),
        limits,
        &about,
        content,
        &mut container,
    )
    .unwrap();
    let refused = Export::open(&container[..], &credential(None), limits);
    assert!(
        matches!(refused, Err(ExportError::AnswerAlone)),
        "{refused:?}"
    );
    let (code, mut container) = (credential(Some([4; 16])), Vec::new());
    let seal = export.seal(lock(true), [1; 32], &code, limits, &mut container);
    seal.unwrap();
    assert_eq!(Export::open(&container[..], &code, limits).unwrap(), export);
}

#[test]
fn another_key_another_kind_and_every_cut_are_refused() {
    let folder = Folder::new();
    let export = filled(&folder).export(false).unwrap();
    let container = sealed(&export, 1);
    let wrong = opened(&container, 2).unwrap_err();
    let is_wrong = matches!(wrong, ExportError::Seal(SealError::WrongAnswerOrAltered));
    assert!(is_wrong, "{wrong:?}");
    for length in 0..container.len() {
        assert!(opened(&container[..length], 1).is_err(), "{length}");
    }
    let mut file = container;
    file[4] = 3;
    let other = opened(&file, 1);
    assert!(matches!(other, Err(ExportError::NotAnExport)), "{other:?}");
    assert!(!format!("{export:?}").contains("Zo"), "{export:?}");
}

proptest! {
    #[test]
    fn an_export_has_one_encoding_and_nothing_else_is_read(
        texts in prop::collection::vec(prop::option::of(".{0,30}"), 0..5),
        at: prop::sample::Index, bits in 1u8.., bytes: Vec<u8>,
    ) {
        let entries = texts.iter().zip(1..).map(|(text, sequence)| {
            let body = text.as_ref().map(|text| text.as_bytes().to_vec());
            (WITH, KeptEntry { body, ..entry(sequence, "") })
        });
        let trust = Trust::because(TrustReason::Scanned);
        let export = Export {
            identity: Secret::new([6; 32]),
            contacts: vec![Contact { reconnect: Some(keys()), ..Contact::met(WITH, "Zoë", trust, 1) }],
            refused: Vec::new(),
            entries: entries.collect(),
            lives: Vec::new(),
        };
        let written = export.to_bytes().unwrap();
        prop_assert_eq!(Export::parse(&written), Ok(export));
        let mut changed = written.to_vec();
        changed[at.index(written.len())] ^= bits;
        for bytes in [changed, bytes] {
            if let Ok(read) = Export::parse(&bytes) {
                prop_assert_eq!(read.to_bytes().unwrap().to_vec(), bytes);
            }
        }
    }
}
