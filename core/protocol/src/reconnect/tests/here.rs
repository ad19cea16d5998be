//! Tokens that say where somebody is.

use super::*;
use handfast_token::{Candidate, Candidates, HereError, SealedHere};
use proptest::prelude::*;

const DAY: u64 = 86_400;

fn maker() -> PublicKey {
    static_key(1).public()
}

fn candidates() -> Candidates {
    Candidates::new(vec![Candidate::host("192.168.1.9:50321".parse().unwrap())]).unwrap()
}

fn key() -> FindingKey {
    first_keys().finding
}

fn made(now: u64) -> SealedHere {
    key().seal_here(maker(), now, candidates(), [5; 8]).unwrap()
}

#[test]
fn a_contact_reads_it_whatever_the_clocks_say() {
    let later = 400 * DAY;
    for (what, at_maker, at_taker) in [
        ("both are right", UNIX, UNIX),
        ("midnight is between", UNIX, UNIX + 3 * 3_600),
        ("a year later", UNIX + later, UNIX + later),
        ("the maker's clock stands at zero", 0, UNIX + later),
        ("the taker's clock stands at zero", UNIX + later, 0),
        ("both do", 0, 0),
        ("the maker's is ahead", UNIX + later, UNIX),
    ] {
        let here = key()
            .open_here(&made(at_maker), maker(), at_taker)
            .expect(what);
        assert_eq!(here.candidates, candidates(), "{what}");
        assert_eq!(u64::from(here.made), at_maker / 60, "{what}");
    }
}

#[test]
fn both_derive_the_same_credentials_from_it() {
    let token = made(UNIX);
    let later = key().at(20_787).unwrap();
    assert_eq!(key().here(&token), later.here(&token));
    assert!(key().here(&token).is_some());
}

#[test]
fn nobody_else_reads_it() {
    let token = made(UNIX);
    let stranger = FindingKey::of_first_meeting(&Secret::new([2; 32]), key().day());
    let other = Err(HereError::OtherContact);
    assert_eq!(stranger.open_here(&token, maker(), UNIX), other);
    assert_eq!(key().open_here(&token, static_key(2).public(), UNIX), other);
    // A key of a later day does not read what was said before it.
    let later = key().at(20_788).unwrap();
    assert_eq!(later.open_here(&token, maker(), UNIX), other);
}

#[test]
fn a_day_far_ahead_costs_no_work() {
    let (last, first) = (u64::from(u16::MAX) * DAY, key().day());
    let far = FindingKey::new(u32::from(u16::MAX), key().expose().clone());
    let token = far.seal_here(maker(), last, candidates(), [5; 8]).unwrap();
    assert_eq!(first, 20_786);
    let other = Err(HereError::OtherContact);
    assert_eq!(key().open_here(&token, maker(), UNIX), other);
    assert_eq!(
        key().seal_here(maker(), last + DAY, candidates(), [5; 8]),
        None
    );
    assert_eq!(
        key().seal_here(maker(), u64::MAX, candidates(), [5; 8]),
        None
    );
}

#[test]
fn its_age_is_what_has_passed_since_and_never_less_than_nothing() {
    let here = key().open_here(&made(UNIX), maker(), UNIX).unwrap();
    assert_eq!(here.age(UNIX), Duration::ZERO);
    assert_eq!(here.age(UNIX + 3_600), Duration::from_secs(3_600));
    assert_eq!(here.age(UNIX - 3_600), Duration::ZERO);
}

#[test]
fn each_acts_once() {
    let mut spent = SpentHere::default();
    assert!(!spent.contains(9, [0; 8]));
    spent.spend(9, [0; 8]);
    assert!(spent.contains(9, [0; 8]));
    // The same salt on another day is another token.
    assert!(!spent.contains(10, [0; 8]));
    for salt in 1..32 {
        spent.spend(10, [salt; 8]);
    }
    assert!(spent.contains(9, [0; 8]), "so many are remembered");
    assert!(!spent.contains(9, [1; 8]));
    // For the next one the earliest day is forgotten, of which nothing acts any more.
    spent.spend(11, [0; 8]);
    assert!(spent.contains(9, [0; 8]) && spent.contains(9, [1; 8]));
    assert!(spent.contains(10, [1; 8]) && !spent.contains(10, [99; 8]));
}

proptest! {
    #[test]
    fn what_has_acted_is_read_as_it_was_written_and_never_acts_again(
        tokens in prop::collection::vec((0_u16..6, any::<[u8; 8]>()), 0..80)
    ) {
        let mut spent = SpentHere::default();
        for (day, salt) in &tokens {
            spent.spend(*day, *salt);
        }
        for (day, salt) in &tokens {
            prop_assert!(spent.contains(*day, *salt));
        }
        let bytes = spent.to_bytes();
        prop_assert!(bytes.len() <= SpentHere::MAX_BYTES);
        prop_assert_eq!(SpentHere::from_bytes(&bytes), Some(spent));
    }

    #[test]
    fn any_bytes_are_what_has_acted_in_one_form_or_not_at_all(bytes in prop::collection::vec(0_u8..4, 0..60)) {
        if let Some(spent) = SpentHere::from_bytes(&bytes) {
            prop_assert_eq!(spent.to_bytes(), bytes);
        }
    }
}
