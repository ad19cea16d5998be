//! A home that moves is whole where it arrives, and a folder in which it does not is as it was.

use super::*;
use crate::home::tests::{Folder, MADE};
use handfast_device::{Settings, Write as Kept};
use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
use handfast_store::{Contact, KeptEntry, LogLine, MAX_HEAD, Place};
use handfast_token::Secret;

fn terms(place: PathBuf) -> ExportTerms {
    ExportTerms {
        place,
        with_messages: true,
        code: Secret::new([7; 16]),
        beside: None,
    }
}

/// A home with a contact, and that in a file.
async fn moved(folder: &Folder) -> (Home, Export) {
    let home = Home::open(folder.0.join("old")).unwrap();
    let trust = Trust::because(TrustReason::Scanned);
    let zoe = Contact::met(PublicKey([7; 32]), "Zoë", trust, MADE);
    home.keep(vec![Kept::Meet(Box::new(zoe))]).await.unwrap();
    let place = folder.0.join("moving");
    let exported = home.export(terms(place.clone())).await.unwrap();
    assert_eq!((exported.contacts, exported.messages), (1, 0));
    let container = std::fs::read(&place).unwrap();
    assert_eq!(container.len() as u64, exported.bytes);
    let (_, credential) = terms(place).lock();
    let export = Export::open(&container[..], &credential, &Limits::DESKTOP).unwrap();
    (home, export)
}

#[tokio::test]
async fn a_home_is_written_to_a_file_and_made_of_it_where_there_is_none() {
    let folder = Folder::new();
    let (old, export) = moved(&folder).await;
    let anew = folder.0.join("new");
    assert!(Home::is_free(&anew));
    let home = Home::import(&anew, &export).unwrap();
    assert!(!Home::is_free(&anew));
    assert_eq!(home.identity().public(), old.identity().public());
    let in_use = Home::open(&anew).map(drop);
    assert_eq!(in_use, Err(StoreError::InUse));
    let again = Home::import(&anew, &export).map(drop);
    assert!(matches!(again, Err(ExportError::Store(StoreError::InUse))));
    drop(home);
    let again = Home::import(&anew, &export).map(drop);
    assert!(matches!(again, Err(ExportError::Occupied)), "{again:?}");
    let home = Home::open(&anew).unwrap();
    let kept = home.load(Settings::default()).await.unwrap();
    assert_eq!(kept.contacts.len(), 1);
    let taken = old.export(terms(folder.0.join("moving"))).await;
    let exists = Refusal::NotWritten(std::io::ErrorKind::AlreadyExists);
    assert_eq!(taken, Err(exists));
    let nowhere = Home::nowhere().unwrap();
    let nothing = nowhere.export(terms(folder.0.join("nothing"))).await;
    assert_eq!(nothing, Err(Refusal::NotNow));
}

#[tokio::test]
async fn an_import_that_fails_leaves_a_folder_as_it_was() {
    let folder = Folder::new();
    let (_, mut export) = moved(&folder).await;
    // Half of it is written when this comes, which no log holds.
    let too_long = KeptEntry {
        place: Place {
            lamport: 9,
            log: LogLine {
                author: PublicKey([7; 32]),
                counter: 1,
                random: [1; 8],
                line: 0,
            },
            sequence: 1,
        },
        hash: [1; 32],
        shown: 1,
        head: vec![1; MAX_HEAD + 1],
        body: None,
    };
    export.entries.push((PublicKey([7; 32]), too_long));
    let (none, some) = (folder.0.join("none"), folder.0.join("some"));
    std::fs::create_dir(&some).unwrap();
    std::fs::write(some.join("letter"), "dear").unwrap();
    for anew in [&none, &some] {
        let failed = Home::import(anew, &export).map(drop);
        assert!(matches!(failed, Err(ExportError::Store(_))), "{failed:?}");
    }
    assert!(!none.exists());
    let left: Vec<_> = std::fs::read_dir(&some).unwrap().flatten().collect();
    assert!(left.len() == 1 && left[0].file_name() == "letter");
    // What a killed process left is in nobody's way.
    export.entries.clear();
    std::fs::write(some.join("store.new"), "half").unwrap();
    std::fs::write(some.join("store.new-journal"), "half").unwrap();
    Home::import(&some, &export).unwrap();
}
