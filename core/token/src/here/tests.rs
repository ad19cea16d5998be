use super::super::examples::any_candidates;
use super::super::{Candidate, Token};
use super::*;
use proptest::prelude::*;

const FINDING: [u8; 32] = [3; 32];
const MAKER: [u8; 32] = [4; 32];

fn key(finding: &Secret<32>) -> HereKey<'_> {
    HereKey {
        finding,
        day: 20_786,
        maker: &MAKER,
    }
}

fn here() -> Here {
    let address = "192.168.1.9:50321".parse().unwrap();
    Here {
        made: 29_932_000,
        candidates: Candidates::new(vec![Candidate::host(address)]).unwrap(),
    }
}

#[test]
fn it_costs_38_bytes_and_its_candidates() {
    let finding = Secret::new(FINDING);
    let sealed = |here: &Here| here.seal(&key(&finding), [5; 8]).as_bytes().len();
    assert_eq!(sealed(&here()), 38 + 5);
    let empty = Here {
        candidates: Candidates::default(),
        ..here()
    };
    assert_eq!(sealed(&empty), 38);
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let finding = Secret::new(FINDING);
    let bytes = here().seal(&key(&finding), [5; 8]).as_bytes().to_vec();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(sealed) = SealedHere::parse(&flipped) {
            assert!(sealed.open(&key(&finding)).is_err(), "bit {bit}");
        }
    }
    for length in 0..bytes.len() {
        let cut = SealedHere::parse(&bytes[..length]);
        assert_eq!(cut, Err(TokenError::Cut), "{length}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(
        SealedHere::parse(&longer),
        Err(TokenError::Malformed(_))
    ));
}

#[test]
fn it_opens_with_the_key_of_its_contact_maker_and_day_only() {
    let (finding, other) = (Secret::new(FINDING), Secret::new([9; 32]));
    let sealed = here().seal(&key(&finding), [5; 8]);
    assert_eq!(sealed.open(&key(&finding)), Ok(here()));
    let of_another_maker = HereKey {
        maker: &[9; 32],
        ..key(&finding)
    };
    let of_another_day = HereKey {
        day: 20_787,
        ..key(&finding)
    };
    for wrong in [key(&other), of_another_maker, of_another_day] {
        assert_eq!(sealed.open(&wrong), Err(HereError::OtherContact));
    }
}

#[test]
fn a_seal_around_something_else_is_refused() {
    let finding = Secret::new(FINDING);
    let key = key(&finding);
    let seal = |body: &[u8]| {
        let mut bytes = vec![HERE];
        bytes.extend(key.day.to_le_bytes());
        bytes.extend(key.tag([5; 8]));
        bytes.extend([5; 8]);
        bytes.push(body.len() as u8);
        let bytes = seal_behind(bytes, &key.seal([5; 8]), body);
        SealedHere::parse(&bytes).unwrap().open(&key)
    };
    let body = here().body();
    assert_eq!(seal(&body), Ok(here()));
    let flagged = [&body[..4], &[1], &body[5..]].concat();
    let longer = [&body[..], &[0]].concat();
    let doubled = [&body[..5], &[2], &body[6..], &[0x21, 1, 9]].concat();
    for (why, body) in [
        ("an unknown flag", flagged),
        ("a byte too many", longer),
        ("an address twice", doubled),
        ("an address that is missing", [&body[..5], &[1]].concat()),
    ] {
        assert_eq!(seal(&body), Err(HereError::Altered), "{why}");
    }
}

#[test]
fn nothing_of_it_is_printed() {
    let finding = Secret::new(FINDING);
    let sealed = here().seal(&key(&finding), [5; 8]);
    assert_eq!(format!("{sealed:?}"), "SealedHere(43 bytes)");
    assert!(!format!("{:?}", key(&finding)).contains("3, 3"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn opening_undoes_sealing(
        made: u32, candidates in any_candidates(), finding: [u8; 32], day: u16, salt: [u8; 8],
    ) {
        let finding = Secret::new(finding);
        let key = HereKey { finding: &finding, day, maker: &MAKER };
        let here = Here { made, candidates };
        let sealed = here.seal(&key, salt);
        let travelled = Token::parse(sealed.as_bytes());
        prop_assert_eq!(travelled, Ok(Token::Here(sealed.clone())));
        prop_assert_eq!((sealed.day(), sealed.salt()), (day, salt));
        prop_assert_eq!(sealed.open(&key), Ok(here));
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>, length in 6_u8..) {
        if let Some(first) = bytes.first_mut() {
            *first = HERE;
        }
        if let Some(place) = bytes.get_mut(15) {
            *place = length;
        }
        if let Ok(sealed) = SealedHere::parse(&bytes) {
            prop_assert!(sealed.open(&key(&Secret::new(FINDING))).is_err());
        }
    }
}
