//! The keys of days and hours, and what is said by them.

use super::*;
use handfast_token::kdf;
use std::collections::HashSet;

fn key() -> FindingKey {
    FindingKey::of_first_meeting(&Secret::new([1; 32]), 20_000)
}

#[test]
fn each_day_follows_from_the_one_before_and_none_from_the_one_after() {
    let next = key().at(20_001).unwrap();
    assert_eq!(next.day(), 20_001);
    assert_eq!(
        *next.expose(),
        kdf(key().expose().expose(), "HFS1 find day", &[])
    );
    assert_eq!(key().at(20_000), Some(key()));
    assert_eq!(key().at(20_009), next.at(20_009));
    assert_eq!(key().at(19_999), None);
    assert_eq!(next.hour(20_000 * 24 + 23), None);
    assert_eq!(key().hour(20_001 * 24), next.hour(20_001 * 24));
}

#[test]
fn a_clock_that_shows_nonsense_costs_no_work() {
    assert_eq!(key().at(u32::MAX), None);
    assert_eq!(key().hour(u32::MAX), None);
    let since_zero = FindingKey::new(0, Secret::new([1; 32]));
    assert!(
        since_zero.hour(20_787 * 24).is_some(),
        "a clock that stood at zero"
    );
    assert_eq!(first_day(u64::MAX, u64::MAX), u32::MAX - 1);
    assert_eq!(key().kept_from(u64::MAX, u64::MAX), key());
}

#[test]
fn the_day_that_is_kept_is_the_one_before_the_earlier_clock() {
    for (ours, theirs, day) in [
        (UNIX, UNIX, 20_786),
        (UNIX, UNIX + 4 * 3_600, 20_786),
        (UNIX + 4 * 3_600, UNIX + 5 * 3_600, 20_787),
        (UNIX, UNIX + 900 * 86_400, 20_786),
        (UNIX, 0, 0),
        (86_400, 86_400, 0),
    ] {
        assert_eq!(first_day(ours, theirs), day, "{ours} {theirs}");
        assert_eq!(first_day(theirs, ours), day, "{ours} {theirs}");
    }
    let kept = key().kept_from(UNIX, UNIX + 86_400);
    assert_eq!(Some(kept), key().at(20_786));
    assert_eq!(
        key().kept_from(UNIX, 0),
        key(),
        "a clock that fell back erases nothing"
    );
}

#[test]
fn both_sides_of_every_rendezvous_have_credentials_of_their_own() {
    let token = |salt: u8| {
        let candidates = handfast_token::Candidates::default();
        key()
            .seal_here(static_key(1).public(), UNIX, candidates, [salt; 8])
            .unwrap()
    };
    let hours = [20_000 * 24, 20_000 * 24 + 1, 20_001 * 24].map(|hour| key().hour(hour).unwrap());
    let tokens = [1, 2].map(|salt| key().here(&token(salt)).unwrap());
    let mut seen = HashSet::new();
    for rendezvous in hours.iter().chain(&tokens) {
        assert!(seen.insert(format!("{:?}", rendezvous.cookie)));
        for part in [Part::Initiator, Part::Responder] {
            let SideKeys { ice, dtls } = rendezvous.of(part);
            assert_eq!((ice.ufrag.len(), ice.password.expose().len()), (11, 24));
            assert!(seen.insert(ice.ufrag.clone()));
            assert!(seen.insert(ice.password.expose().to_owned()));
            assert!(seen.insert(format!("{:?}", dtls.expose())));
        }
    }
    assert_eq!(hours[0].at, Rendezvous::Hour(480_000));
    assert_eq!(tokens[0].at, Rendezvous::Here([1; 8]));
}

#[test]
fn the_tag_of_an_announcement_depends_on_all_of_it() {
    let (one, other) = (static_key(1).public(), static_key(2).public());
    let hour = 20_000 * 24;
    let tag = key().mdns_tag(one, &[7; 16], hour, 9);
    assert!(tag.is_some());
    for changed in [
        key().mdns_tag(other, &[7; 16], hour, 9),
        key().mdns_tag(one, &[8; 16], hour, 9),
        key().mdns_tag(one, &[7; 16], hour + 1, 9),
        key().mdns_tag(one, &[7; 16], hour, 10),
        key().at(20_001).unwrap().mdns_tag(one, &[7; 16], hour, 9),
    ] {
        assert_ne!(changed, tag);
    }
}

#[test]
fn the_lower_key_begins() {
    let (low, high) = (PublicKey([1; 32]), PublicKey([2; 32]));
    assert_eq!(Part::of(low, high), Part::Initiator);
    assert_eq!(Part::of(high, low), Part::Responder);
    // From the first byte on.
    let mut late = [1; 32];
    late[31] = 0xff;
    assert_eq!(Part::of(PublicKey(late), high), Part::Initiator);
    assert_eq!(Part::of(low, high).other(), Part::Responder);
}

#[test]
fn no_key_is_ever_printed() {
    let printed = format!("{:?} {:?}", key(), key().hour(480_000));
    assert!(printed.contains("Secret<32>(..)") && printed.contains("IcePassword(..)"));
    assert!(!printed.contains(&format!("{:?}", key().expose().expose())));
}
