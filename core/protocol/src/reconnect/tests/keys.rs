//! What a contact is kept with, and how it is written down.

use super::*;
use proptest::prelude::*;

#[test]
fn both_sides_of_a_first_meeting_keep_the_same() {
    let rs0 = Secret::new([1; 32]);
    let one = ReconnectKeys::from_first_meeting(&rs0, UNIX, UNIX + 90_000);
    let other = ReconnectKeys::from_first_meeting(&rs0, UNIX + 90_000, UNIX);
    assert_eq!(one, other);
    assert_eq!(one.generations.current(), Some(&rs0));
    assert_eq!(one.generations.next(), None);
}

#[test]
fn an_import_finds_and_proves_nothing() {
    let imported = first_keys().imported();
    assert_eq!(imported.finding, first_keys().finding);
    assert_eq!(imported.generations, Generations::forgotten());
    assert_eq!(imported.restored(), first_keys().restored());
}

#[test]
fn an_old_secret_goes_when_the_other_side_has_the_new_one() {
    let [old, new, newer] = [1, 2, 3].map(|fill| Secret::new([fill; 32]));
    let some = |secret: &Secret<32>| Some(secret.clone());
    let first = Generations::first(old.clone());
    let between = first.introduced(some(&old), new.clone());
    assert_eq!(between, Generations::new(some(&old), some(&new)));
    assert_eq!(between.confirmed(), Generations::first(new.clone()));
    // The other side has not heard KEPT: the old one opens, and what was to follow it goes.
    let again = between.introduced(some(&old), newer.clone());
    assert_eq!(again, Generations::new(some(&old), some(&newer)));
    // It has: the new one opens, and the old one goes.
    let on = between.introduced(some(&new), newer.clone());
    assert_eq!(on, Generations::new(some(&new), some(&newer)));
    // Nothing opens, and the persons agree: what there is stays until the other side has the new one.
    let restored = first.introduced(None, newer.clone());
    assert_eq!(restored, Generations::new(some(&old), some(&newer)));
    let imported = Generations::forgotten().introduced(None, newer.clone());
    assert_eq!(imported, Generations::new(None, some(&newer)));
    assert_eq!(imported.confirmed(), Generations::first(newer));
}

#[test]
fn each_field_lies_at_its_place() {
    let (current, next) = (Secret::new([8; 32]), Secret::new([9; 32]));
    let mut keys = first_keys();
    keys.generations = Generations::new(Some(current), Some(next));
    let mut expected = 20_786_u32.to_le_bytes().to_vec();
    expected.extend(first_keys().finding.expose().expose());
    expected.extend(first_keys().restored().expose());
    expected.push(3);
    expected.extend([8; 32]);
    expected.extend([9; 32]);
    assert_eq!(*keys.to_bytes(), expected);
}

#[test]
fn no_key_is_ever_printed() {
    let printed = format!("{:?}", first_keys());
    let secret = format!("{:?}", [1; 32]);
    assert!(!printed.contains(&secret[1..secret.len() - 1]), "{printed}");
}

fn any_keys() -> impl Strategy<Value = ReconnectKeys> {
    let secret = || any::<[u8; 32]>().prop_map(Secret::new);
    let optional = || prop::option::of(any::<[u8; 32]>().prop_map(Secret::new));
    (any::<u32>(), secret(), optional(), optional()).prop_map(|(day, key, current, next)| {
        let mut keys = ReconnectKeys::from_first_meeting(&key, 0, 0);
        keys.finding = FindingKey::new(day, key);
        keys.generations = Generations::new(current, next);
        keys
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(keys in any_keys()) {
        let bytes = keys.to_bytes();
        prop_assert_eq!(ReconnectKeys::from_bytes(&bytes), Some(keys));
        for length in 0..bytes.len() {
            prop_assert_eq!(ReconnectKeys::from_bytes(&bytes[..length]), None);
        }
        let longer = [&bytes[..], &[0]].concat();
        prop_assert_eq!(ReconnectKeys::from_bytes(&longer), None);
    }

    #[test]
    fn there_is_one_encoding(bytes in prop::collection::vec(any::<u8>(), 69..134), kept in 0_u8..8) {
        let mut bytes = bytes;
        bytes[68] = kept;
        if let Some(keys) = ReconnectKeys::from_bytes(&bytes) {
            prop_assert_eq!(&*keys.to_bytes(), &bytes);
        }
    }
}
