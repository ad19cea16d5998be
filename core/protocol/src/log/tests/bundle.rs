//! What leaves as a bundle and comes in once.

use super::*;
use crate::handshake::PublicKey;
use handfast_token::MAX_BUNDLE;

const SALT: [u8; 8] = *b"saltsalt";
const DAY: u16 = 20_717;

fn finding() -> Secret<32> {
    Secret::new([77; 32])
}

fn maker(keys: &LogKeys) -> PublicKey {
    keys.key_of(Author::Me)
}

/// Writes so many texts, and seals what fits.
fn bundle(ana: &mut Writer, texts: usize, length: usize) -> (Bundle, usize) {
    let mut rows = Vec::new();
    for n in 0..texts {
        let text = format!("{n:04}{}", "x".repeat(length));
        rows.extend(ana.write(&Body::Text(text), None));
    }
    ana.ledger.kept(rows.len());
    let mut packing = Packing::start(&ana.ledger).expect("everything is kept");
    let fit = rows.iter().take_while(|row| packing.add(row)).count();
    assert_eq!(packing.rows(), fit);
    let maker = maker(ana.ledger.keys());
    (packing.seal(DAY, &finding(), maker, SALT), fit)
}

/// Reads one onto a disk.
fn import(ledger: &mut Ledger, disk: &mut Vec<Row>, bundle: &Bundle) -> Result<Imported, Fault> {
    let peer = ledger.keys().key_of(Author::Peer);
    let mut import = bundle.open(&finding(), peer).expect("it is theirs");
    import.go_on(NOW, ledger);
    loop {
        match import.poll_request() {
            Some(Request::Keep(row)) => {
                disk.push(*row);
                import.kept(NOW, ledger, 1);
            }
            Some(Request::LookUp { log, sequence }) => {
                let at = |sequence| {
                    let rows = disk.iter();
                    rows.filter(move |row| {
                        row.log() == log && row.entry.header.sequence == sequence
                    })
                };
                let looked = Looked {
                    before: at(sequence - 1).map(|row| Head::of(row).point).collect(),
                    at: at(sequence).map(|row| row.hash).collect(),
                };
                import.looked(NOW, ledger, &looked);
            }
            Some(other) => panic!("{other:?}"),
            None => return import.outcome().expect("nothing is awaited"),
        }
    }
}

#[test]
fn a_bundle_comes_in_once_however_often_it_is_read() {
    let [ana, ben] = keys();
    let (mut ana, mut ben) = (Writer::new(ana), Ledger::new(ben));
    let (first, rows) = bundle(&mut ana, 300, 1_000);
    assert_eq!(rows, 301);
    let mut disk = Vec::new();
    let new = |new, known| Ok(Imported { new, known });
    assert_eq!(import(&mut ben, &mut disk, &first), new(301, 0));
    assert_eq!(import(&mut ben, &mut disk, &first), new(0, 301));
    assert_eq!(disk.len(), 301);
    assert_eq!(ben.heads().other, ana.ledger.heads().own);
}

#[test]
fn a_bundle_tells_what_its_maker_has() {
    let [ana, ben] = keys();
    let (mut ana, mut ben) = (Writer::new(ana), Writer::new(ben));
    let mut disk = Vec::new();
    let (there, _) = bundle(&mut ana, 2, 1);
    import(&mut ben.ledger, &mut disk, &there).expect("it fits");
    // More is written before the answer comes, so that the end there is not the end here.
    let mut own = ana.ledger.heads().own;
    let (incarnation, tip) = own.remove(0);
    let mut disk = Vec::new();
    for row in ana.write(&Body::Text("more".to_owned()), None) {
        ana.ledger.kept(1);
        disk.push(row);
    }
    let (back, _) = bundle(&mut ben, 1, 1);
    // What was looked up: the row that they say to hold.
    let peer = ana.ledger.keys().key_of(Author::Peer);
    let mut import = back.open(&finding(), peer).expect("it is theirs");
    import.go_on(NOW, &mut ana.ledger);
    let author = Author::Me;
    let log = LogId {
        author,
        incarnation,
    };
    let expected = Request::LookUp {
        log,
        sequence: tip.sequence,
    };
    assert_eq!(import.poll_request(), Some(expected));
    let looked = Looked {
        before: Vec::new(),
        at: vec![tip.hash],
    };
    import.looked(NOW, &mut ana.ledger, &looked);
    let delivered = Event::Delivered {
        incarnation,
        up_to: tip.sequence,
    };
    assert_eq!(import.poll_event(), Some(delivered));
    assert_eq!(ana.ledger.delivered_up_to(incarnation), tip.sequence);
    assert!(matches!(import.poll_request(), Some(Request::Keep(_))));
}

#[test]
fn what_does_not_fit_goes_with_the_next() {
    let [ana, ben] = keys();
    let (mut ana, mut ben) = (Writer::new(ana), Ledger::new(ben));
    let (full, fit) = bundle(&mut ana, 30, 60_000);
    assert!(fit < 31 && full.as_bytes().len() <= MAX_BUNDLE);
    assert!(full.as_bytes().len() > MAX_BUNDLE - 70_000);
    let imported = import(&mut ben, &mut Vec::new(), &full).expect("it fits");
    assert_eq!(imported.new, fit);
}

#[test]
fn a_bundle_whose_beginning_is_missing_changes_nothing() {
    let [ana, ben] = keys();
    let (mut ana, mut ben) = (Writer::new(ana), Ledger::new(ben));
    bundle(&mut ana, 1, 1);
    let (second, _) = bundle(&mut ana, 1, 1);
    let mut disk = Vec::new();
    assert_eq!(import(&mut ben, &mut disk, &second), Err(Fault::Gap));
    assert!(disk.is_empty() && ben.heads().other.is_empty());
}

#[test]
fn short_texts_make_bundles_of_one_length() {
    let [ana, _] = keys();
    let lengths = [1, 10, 200].map(|length| {
        let (sealed, _) = bundle(&mut Writer::new(ana.clone()), 1, length);
        sealed.as_bytes().len()
    });
    assert_eq!(lengths, [1_059; 3]);
}

#[test]
fn only_its_reader_knows_whose_it_is_and_nobody_can_change_it() {
    let [ana, ben] = keys();
    let (sealed, _) = bundle(&mut Writer::new(ana.clone()), 1, 5);
    let peer = maker(&ana);
    assert_eq!(sealed.day(), DAY);
    assert!(sealed.is_of(&finding(), peer));
    assert!(!sealed.is_of(&Secret::new([78; 32]), peer));
    assert!(
        !sealed.is_of(&finding(), maker(&ben)),
        "not a bundle of their own"
    );
    assert_eq!(
        sealed.open(&finding(), maker(&ben)).map(|_| ()),
        Err(BundleError::OtherKey)
    );
    let bytes = sealed.as_bytes().to_vec();
    assert_eq!(Bundle::parse(&bytes), Ok(sealed));
    for bit in (0..bytes.len() * 8).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(bundle) = Bundle::parse(&flipped) {
            assert!(bundle.open(&finding(), peer).is_err(), "bit {bit}");
        }
    }
    for length in 0..bytes.len() {
        let cut = Bundle::parse(&bytes[..length]);
        assert_eq!(cut, Err(BundleError::Malformed), "{length}");
    }
    for (head, expected) in [
        (0x52, BundleError::NewerVersion),
        (0x5f, BundleError::NewerVersion),
        (0x50, BundleError::Malformed),
        (0x11, BundleError::Malformed),
    ] {
        let mut other = bytes.clone();
        other[0] = head;
        assert_eq!(Bundle::parse(&other), Err(expected));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(mut bytes: Vec<u8>) {
        if let Some(first) = bytes.first_mut() {
            *first = 0x51;
        }
        let _ = Bundle::parse(&bytes);
    }
}
