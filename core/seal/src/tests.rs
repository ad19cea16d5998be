//! Whole containers: what opens, everything that must not, and what a hostile writer could try.

use std::io::{self, Cursor, Read, Write};

use proptest::prelude::*;

use super::header::{FIXED, Kind};
use super::stream::{CHUNK, TAG};
use super::*;
use handfast_token::Secret;

pub(super) const TINY: Cost = Cost {
    memory_kib: 32,
    passes: 1,
    lanes: 2,
};

pub(super) const TINY_LIMITS: Limits = Limits {
    memory_kib: 16..=64,
    passes: 1..=2,
    lanes: 1..=4,
    work_kib: 64,
    content_bytes: 1 << 20,
};

const COMMITMENT: usize = COMMITMENT_LEN as usize;
const INNER: usize = inner::FRONT_LEN as usize;

pub(super) fn asking() -> Header {
    let question = Question::new("What is the dog called?").unwrap();
    Header {
        kind: Kind::File,
        lock: Lock::Answers {
            cost: TINY,
            profile: Profile::Two,
            with_code: false,
            questions: Questions::new(vec![question]).unwrap(),
        },
        salt: [7; 32],
    }
}

pub(super) fn keyed() -> Header {
    Header {
        lock: Lock::Key,
        ..asking()
    }
}

pub(super) fn answers(typed: &str) -> Credential {
    Credential::Answers {
        answers: Answers::new(&[typed]).unwrap(),
        code: None,
    }
}

fn key() -> Credential {
    Credential::Key(Secret::new([1; 32]))
}

fn about() -> About {
    About {
        name: Some(FileName::new("holiday.txt").unwrap()),
        media_type: Some(MediaType::new("text/plain").unwrap()),
    }
}

/// Bytes that do not compress, and follow from nothing but their number.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 9u64;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn sealed(header: &Header, credential: &Credential, content: &[u8]) -> Vec<u8> {
    seal_bytes(header, credential, &TINY_LIMITS, &about(), content).unwrap()
}

/// A container with a good key around an inside that no writer makes.
fn around(kind: Kind, inside: &[u8]) -> Vec<u8> {
    let header = Header { kind, ..keyed() };
    let keys = Keys::derive(&header, &key(), &TINY_LIMITS).unwrap();
    let mut container = [&header.to_bytes()[..], keys.commitment.expose()].concat();
    let length = inside.len() as u64;
    stream::seal(inside, length, &keys.payload, &mut container).unwrap();
    container
}

fn inside(codec: u8, plain_length: u64, body: &[u8]) -> Vec<u8> {
    let mut inside = vec![codec];
    inside.extend_from_slice(&plain_length.to_le_bytes());
    inside.extend_from_slice(&[0; 4]);
    inside.extend_from_slice(&(body.len() as u64).to_le_bytes());
    inside.extend_from_slice(body);
    inside
}

fn filled(kind: Kind, mut inside: Vec<u8>) -> Vec<u8> {
    inside.resize(inner::padded(kind, inside.len() as u64) as usize, 0);
    inside
}

fn refusal(kind: Kind, inside: &[u8]) -> Option<SealError> {
    open_bytes(&around(kind, inside), &key(), &TINY_LIMITS).err()
}

#[test]
fn an_answer_opens_however_it_is_typed_and_another_does_not() {
    let container = sealed(&asking(), &answers("Rex"), b"hello");
    for typed in ["rex", " REX ", "R\u{ad}ex"] {
        let opened = open_bytes(&container, &answers(typed), &TINY_LIMITS).unwrap();
        assert_eq!(opened.content, b"hello");
        assert_eq!(opened.about, about());
        assert_eq!(opened.kind, Kind::File);
    }
    for wrong in [answers("Max"), key()] {
        let error = open_bytes(&container, &wrong, &TINY_LIMITS).err();
        assert_eq!(error, Some(SealError::WrongAnswerOrAltered));
    }
}

#[test]
fn a_code_of_the_second_channel_is_needed_where_there_is_one() {
    let header = Header {
        lock: Lock::Answers {
            cost: TINY,
            profile: Profile::Two,
            with_code: true,
            questions: Questions::default(),
        },
        ..asking()
    };
    let with = |code: Option<u8>| Credential::Answers {
        answers: Answers::new(&["Rex", "Lisbon"]).unwrap(),
        code: code.map(|byte| Secret::new([byte; 16])),
    };
    let container = sealed(&header, &with(Some(1)), b"hello");
    assert!(open_bytes(&container, &with(Some(1)), &TINY_LIMITS).is_ok());
    for wrong in [with(Some(2)), with(None), answers("Rex")] {
        let error = open_bytes(&container, &wrong, &TINY_LIMITS).err();
        assert_eq!(error, Some(SealError::WrongAnswerOrAltered));
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let content = noise(300);
    for (header, credential) in [(asking(), answers("Rex")), (keyed(), key())] {
        let container = sealed(&header, &credential, &content);
        for bit in 0..container.len() * 8 {
            let mut flipped = container.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let opened = open_bytes(&flipped, &credential, &TINY_LIMITS);
            assert!(opened.is_err(), "bit {bit}");
            let behind = header.to_bytes().len();
            if bit / 8 >= behind + COMMITMENT {
                assert_eq!(opened.err(), Some(SealError::Damaged), "bit {bit}");
            } else if bit / 8 >= behind {
                let error = Some(SealError::WrongAnswerOrAltered);
                assert_eq!(opened.err(), error, "bit {bit}");
            }
        }
    }
}

#[test]
fn every_cut_and_anything_behind_the_end_is_refused() {
    let content = noise(300);
    for (header, credential) in [(asking(), answers("Rex")), (keyed(), key())] {
        let mut container = sealed(&header, &credential, &content);
        for length in 0..container.len() {
            let error = match length {
                0..4 => SealError::NotOurs,
                _ => SealError::Damaged,
            };
            let opened = open_bytes(&container[..length], &credential, &TINY_LIMITS);
            assert_eq!(opened, Err(error), "{length}");
        }
        container.push(0);
        let opened = open_bytes(&container, &credential, &TINY_LIMITS);
        assert_eq!(opened, Err(SealError::Damaged));
    }
}

#[test]
fn a_header_that_asks_too_much_is_refused_before_anything_is_spent() {
    let container = sealed(&asking(), &answers("Rex"), b"hello");
    for (at, to, error) in [
        (8, &u32::MAX.to_le_bytes()[..], SealError::TooExpensive),
        (8, &(4u32 << 20).to_le_bytes(), SealError::TooExpensive),
        (12, &[255], SealError::TooExpensive),
        (13, &[255], SealError::TooExpensive),
        (8, &[15, 0, 0, 0], SealError::Unsupported),
        (12, &[0], SealError::Unsupported),
        (13, &[0], SealError::Unsupported),
        (14, &65_000u16.to_le_bytes(), SealError::Damaged),
    ] {
        let mut hostile = container.clone();
        hostile[at..at + to.len()].copy_from_slice(to);
        for limits in [
            &TINY_LIMITS,
            &Limits {
                memory_kib: 16..=1 << 20,
                ..Limits::PHONE
            },
        ] {
            let opened = open_bytes(&hostile, &answers("Rex"), limits);
            assert_eq!(opened, Err(error), "{at} {to:?}");
        }
    }
}

#[test]
fn the_overhead_is_exactly_the_documented_one() {
    for length in [0, 1, 300, CHUNK - 200, CHUNK, 3 * CHUNK + 5] {
        let content = noise(length);
        for (header, credential) in [(asking(), answers("Rex")), (keyed(), key())] {
            let questions = header.to_bytes().len() - FIXED;
            let labels = "holiday.txt".len() + "text/plain".len();
            let inside = inner::padded(header.kind, (INNER + labels + length) as u64) as usize;
            let container = sealed(&header, &credential, &content);
            let expected = FIXED + questions + COMMITMENT + inside + TAG * inside.div_ceil(CHUNK);
            assert_eq!(container.len(), expected, "{length}");
            let apparent = apparent_length(&header, container.len() as u64);
            assert_eq!(apparent, Some((inside - INNER) as u64));
        }
    }
}

#[test]
fn the_length_is_told_before_anything_is_written() {
    for content in [
        Vec::new(),
        noise(CHUNK),
        noise(3 * CHUNK + 7),
        vec![7; 9 * CHUNK],
    ] {
        for header in [asking(), keyed()] {
            let credential = match header.lock {
                Lock::Key => key(),
                Lock::Answers { .. } => answers("Rex"),
            };
            let (source, mut told) = (Cursor::new(&content), None);
            let sealed = seal_into(
                &header,
                &credential,
                &TINY_LIMITS,
                &about(),
                source,
                |length| {
                    told = Some(length);
                    Ok(Vec::new())
                },
            );
            let sealed = sealed.expect("sealed");
            assert_eq!(told, Some(sealed.len() as u64));
        }
    }
}

#[test]
fn padding_ends_in_few_lengths() {
    for (length, expected) in [
        (0, 256),
        (256, 256),
        (257, 384),
        (385, 512),
        (513, 768),
        (769, 1024),
        (1025, 1536),
        (1537, 2048),
    ] {
        assert_eq!(inner::padded(Kind::Invitation, length), expected);
        assert_eq!(inner::padded(Kind::Reply, length), expected);
    }
    for (length, expected) in [
        (0, 0),
        (1, 1),
        (2, 2),
        (9, 10),
        (100, 104),
        (1000, 1024),
        (1 << 20, 1 << 20),
        ((1 << 20) + 1, (1 << 20) + (1 << 15)),
    ] {
        assert_eq!(inner::padded(Kind::File, length), expected, "{length}");
    }
    for length in 1..100_000u64 {
        let padded = inner::padded(Kind::File, length);
        assert!(padded >= length && (padded - length) * 100 <= length * 12);
        assert_eq!(inner::padded(Kind::File, padded), padded);
    }
}

#[test]
fn content_is_compressed_only_if_that_makes_it_smaller() {
    let about = About::default();
    let length = |content: &[u8]| {
        let sealed = seal_bytes(&keyed(), &key(), &TINY_LIMITS, &about, content).unwrap();
        let opened = open_bytes(&sealed, &key(), &TINY_LIMITS).unwrap();
        assert_eq!(opened.content, content);
        sealed.len()
    };
    assert!(length(&[b'a'; 100_000]) < 300);
    assert!(length(&noise(100_000)) > 100_000);
}

#[test]
fn an_inside_that_no_writer_makes_is_refused() {
    use SealError::{Damaged, Unsupported};
    let file = Kind::File;
    let good = || inside(0, 5, b"hello");
    assert_eq!(refusal(file, &filled(file, good())), None);
    let with = |at: usize, to: u8| {
        let mut bytes = filled(file, good());
        bytes[at] = to;
        refusal(file, &bytes)
    };
    assert_eq!(with(0, 2), Some(Unsupported));
    assert_eq!(with(1, 4), Some(Damaged));
    assert_eq!(with(9, 1), Some(Damaged));
    assert_eq!(with(10, 1), Some(Damaged));
    assert_eq!(with(11, 200), Some(Damaged));
    assert_eq!(with(13, 4), Some(Damaged));
    let mut zeros = filled(file, inside(0, 6, b"hello!"));
    let last = zeros.len() - 1;
    assert!(zeros.len() > good().len() + 1);
    zeros[last] = 1;
    assert_eq!(refusal(file, &zeros), Some(Damaged));
    zeros[last] = 0;
    assert_eq!(refusal(file, &zeros), None);
    zeros.push(0);
    assert_eq!(refusal(file, &zeros), Some(Damaged));
    zeros.truncate(last);
    assert_eq!(refusal(file, &zeros), Some(Damaged));
    let good = filled(file, good());
    for length in 0..good.len() {
        assert_eq!(refusal(file, &good[..length]), Some(Damaged), "{length}");
    }
}

/// Zstandard with a window of 2^`log` bytes.
fn frame(content: &[u8], log: u32) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(log).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_could_not_be_opened_is_not_sealed() {
    let refused = |kind, length| {
        let header = Header { kind, ..keyed() };
        let content = vec![0; length];
        seal_bytes(&header, &key(), &TINY_LIMITS, &about(), &content).err()
    };
    assert_eq!(refused(Kind::Invitation, 64 << 10), None);
    let too_much = Some(SealError::TooExpensive);
    assert_eq!(refused(Kind::Invitation, (64 << 10) + 1), too_much);
    assert_eq!(refused(Kind::File, 1 << 20), None);
    assert_eq!(refused(Kind::File, (1 << 20) + 1), too_much);
}

#[test]
fn a_bomb_is_refused() {
    use SealError::{Damaged, TooExpensive};
    let file = Kind::File;
    let zeros = vec![0; 100_000];
    let of = |declared, body: &[u8]| refusal(file, &filled(file, inside(1, declared, body)));
    let honest = frame(&zeros, 17);
    assert_eq!(of(100_000, &honest), None);
    // More or less than was declared, at any ratio.
    assert_eq!(of(99_999, &honest), Some(Damaged));
    assert_eq!(of(100_001, &honest), Some(Damaged));
    assert_eq!(of(1000, &honest), Some(Damaged));
    // More than the limits allow, before a byte of it is unpacked.
    assert_eq!(of((1 << 20) + 1, &honest), Some(TooExpensive));
    assert_eq!(of(u64::MAX, &honest), Some(TooExpensive));
    let token = filled(Kind::Reply, inside(1, 100_000, &honest));
    assert_eq!(refusal(Kind::Reply, &token), Some(TooExpensive));
    // A window above 8 MiB.
    assert_eq!(of(100_000, &frame(&zeros, 23)), None);
    assert_eq!(of(100_000, &frame(&zeros, 24)), Some(Damaged));
    // A second frame, a cut one, something behind it, no frame at all.
    assert_eq!(of(200_000, &[&honest[..], &honest].concat()), Some(Damaged));
    assert_eq!(of(100_000, &[&honest[..], &[0]].concat()), Some(Damaged));
    assert_eq!(of(100_000, &honest[..honest.len() - 1]), Some(Damaged));
    assert_eq!(of(100_000, b"not a frame"), Some(Damaged));
    // A frame that needs a dictionary.
    let words = noise(1000);
    let mut encoder = zstd::Encoder::with_dictionary(Vec::new(), 1, &words).unwrap();
    encoder.write_all(&words).unwrap();
    let frame_with_dictionary = encoder.finish().unwrap();
    assert!(frame_with_dictionary.len() < 100);
    assert_eq!(of(1000, &frame_with_dictionary), Some(Damaged));
    // Compressed although that is not smaller.
    assert_eq!(of(3, &frame(b"abc", 17)), Some(Damaged));
}

#[test]
fn an_error_of_the_disk_is_kept_apart() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("no space"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    struct Unplugged<'a>(&'a [u8]);
    impl Read for Unplugged<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.0.read(into) {
                Ok(0) => Err(io::Error::other("unplugged")),
                read => read,
            }
        }
    }
    let is_io = |result: Result<(), StreamError>| matches!(result, Err(StreamError::Io(_)));
    let source = Cursor::new(vec![b'a'; 3 * CHUNK]);
    let sealing = seal(&keyed(), &key(), &TINY_LIMITS, &about(), source, Full);
    assert!(is_io(sealing));
    for content in [vec![b'a'; 3 * CHUNK], noise(3 * CHUNK)] {
        let container = sealed(&keyed(), &key(), &content);
        let opening = |source: &mut (dyn Read + Send), sink: &mut dyn Write| {
            open(source, &key(), &TINY_LIMITS, sink).map(|_| ())
        };
        assert!(is_io(opening(&mut &container[..], &mut Full)));
        for length in [3, 40, 60, 100, container.len() - 1, container.len()] {
            let mut source = Unplugged(&container[..length]);
            assert!(is_io(opening(&mut source, &mut io::sink())), "{length}");
        }
    }
}

#[test]
fn a_source_is_sealed_from_its_position() {
    let mut source = Cursor::new(b"skipped, kept".to_vec());
    source.set_position(9);
    let mut container = Vec::new();
    seal(
        &keyed(),
        &key(),
        &TINY_LIMITS,
        &about(),
        source,
        &mut container,
    )
    .unwrap();
    let opened = open_bytes(&container, &key(), &TINY_LIMITS).unwrap();
    assert_eq!(opened.content, b"kept");
}

#[test]
fn the_payload_is_the_documented_stream() {
    let container = sealed(&keyed(), &key(), b"hello");
    let keys = Keys::derive(&keyed(), &key(), &TINY_LIMITS).unwrap();
    let mut inside = Vec::new();
    let payload = &container[FIXED + COMMITMENT..];
    stream::open_with(payload, &keys.payload, |payload| {
        payload.read_to_end(&mut inside).unwrap()
    });
    let expected = b"\0\x05\0\0\0\0\0\0\0\x0b\0holiday.txt\x0a\0text/plain\x05\0\0\0\0\0\0\0hello";
    assert!(inside.starts_with(expected));
    assert!(inside[expected.len()..].iter().all(|&byte| byte == 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn opening_undoes_sealing(
        content in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..600),
            (0usize..200_000).prop_map(|length| vec![b'z'; length]),
            (60_000usize..70_000).prop_map(noise),
        ],
        typed in "[a-zA-Z]{1,12}", salt: [u8; 32], with_key: bool, token: bool,
    ) {
        let kind = if token && content.len() <= 600 { Kind::Reply } else { Kind::DeviceState };
        let header = Header { kind, salt, ..if with_key { keyed() } else { asking() } };
        let credential = if with_key { key() } else { answers(&typed) };
        let container = sealed(&header, &credential, &content);
        prop_assert_eq!(Header::parse(&container), Ok(header));
        let opened = open_bytes(&container, &credential, &TINY_LIMITS).unwrap();
        prop_assert_eq!(opened, Opened { kind, about: about(), content });
    }

    #[test]
    fn an_arbitrary_inside_never_panics(codec in 0u8..2, declared in 0u64..400, body: Vec<u8>, tail: Vec<u8>) {
        let file = Kind::File;
        let _ = refusal(file, &filled(file, inside(codec, declared, &body)));
        let _ = refusal(file, &[&[codec][..], &tail].concat());
    }
}
