//! The payload's chunk layer: the STREAM layout of age v1 (C2SP, age.md), unchanged.
//!
//! Chunks of 64 KiB under ChaCha20-Poly1305 (RFC 8439), without associated data. The nonce is the
//! chunk's number in 11 bytes, big endian, and one byte that is 1 for the last chunk. So no chunk
//! can be moved, dropped, added or cut off. Chunks depend on nothing but their number, so several
//! are worked on at once; memory is a few of them, whatever the length.

use std::io::{self, BufRead, Read, Write};
use std::sync::{Mutex, PoisonError};

use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce, Tag};
use zeroize::Zeroizing;

use super::SealError;
use super::parallel::in_order;
use handfast_token::Secret;

/// Bytes of content in every chunk but the last.
pub(super) const CHUNK: usize = 64 << 10;
/// Bytes that each chunk costs.
pub(super) const TAG: usize = 16;
const SEALED_CHUNK: usize = CHUNK + TAG;
/// Chunks that are read and worked on together.
const TOGETHER: usize = 4;

/// The length of the content of a payload of `sealed` bytes. None if that is too short for a payload.
pub(super) fn content_len(sealed: u64) -> Option<u64> {
    let chunks = sealed.div_ceil(SEALED_CHUNK as u64);
    sealed.checked_sub(chunks.max(1) * TAG as u64)
}

/// The length of the payload of a content of so many bytes.
pub(super) fn sealed_len(content: u64) -> u64 {
    let chunks = content.div_ceil(CHUNK as u64).max(1);
    content.saturating_add(chunks.saturating_mul(TAG as u64))
}

/// Some chunks that follow one another, each with its tag behind it.
#[derive(Default)]
struct Batch {
    bytes: Zeroizing<Vec<u8>>,
    /// The number of its first chunk.
    first: u64,
    /// How many of its chunks were opened.
    opened: usize,
    end: End,
}

/// What follows a batch.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum End {
    /// Another batch follows.
    #[default]
    More,
    /// Nothing follows: the last chunk of this batch is the last of all.
    Last,
    /// Nothing follows: the reader has looked behind the last chunk.
    Over,
    /// Something follows that must not be believed.
    Damaged,
}

impl Batch {
    fn chunks(&mut self) -> impl Iterator<Item = (u64, &mut [u8])> {
        (self.first..).zip(self.bytes.chunks_mut(SEALED_CHUNK))
    }

    fn seal(&mut self, cipher: &ChaCha20Poly1305) {
        let batch_is_last = self.end == End::Last;
        let last = self.bytes.len().div_ceil(SEALED_CHUNK) as u64 + self.first - 1;
        for (number, chunk) in self.chunks() {
            let nonce = nonce(number, batch_is_last && number == last);
            let (content, tag) = chunk.split_at_mut(chunk.len() - TAG);
            // Sealing fails only for a chunk of many gigabytes; its tag would stay zeros and never open.
            if let Ok(made) = cipher.encrypt_in_place_detached(&nonce, b"", content) {
                tag.copy_from_slice(&made);
            }
        }
    }

    fn open(&mut self, cipher: &ChaCha20Poly1305) {
        let (mut opened, mut end) = (0, End::More);
        for (number, chunk) in self.chunks() {
            end = match end {
                End::More => open(cipher, number, chunk),
                _ => End::Damaged,
            };
            if end == End::Damaged {
                break;
            }
            opened += 1;
        }
        (self.opened, self.end) = (opened, end);
    }

    /// The content of an opened chunk, counted within the batch. Empty behind the last.
    fn content(&self, at: usize) -> &[u8] {
        let chunk = self.bytes.chunks(SEALED_CHUNK).take(self.opened).nth(at);
        chunk.map_or(&[], |chunk| &chunk[..chunk.len() - TAG])
    }
}

/// Opens one chunk in place and says what follows it.
fn open(cipher: &ChaCha20Poly1305, number: u64, chunk: &mut [u8]) -> End {
    let full = chunk.len() == SEALED_CHUNK;
    let Some((content, tag)) = chunk.split_last_chunk_mut::<TAG>() else {
        return End::Damaged;
    };
    let tag = Tag::from(*tag);
    let mut opens = |last| {
        let nonce = nonce(number, last);
        let opened = cipher.decrypt_in_place_detached(&nonce, b"", content, &tag);
        opened.is_ok()
    };
    // A full chunk may be the last one or not; its tag tells. Opening leaves it is if the tag
    // does not fit.
    if full && opens(false) {
        End::More
    } else if opens(true) && !(content.is_empty() && number > 0) {
        End::Last
    } else {
        End::Damaged
    }
}

fn nonce(number: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}

/// Batches that were used and may be used again: taking and wiping memory costs more than sealing.
#[derive(Default)]
struct Spare(Mutex<Vec<Batch>>);

impl Spare {
    fn take(&self) -> Batch {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.pop().unwrap_or_default()
    }

    fn give_back(&self, batch: Batch) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.push(batch);
    }
}

/// Seals the `length` bytes that `content` has to have. The key must be good for this one stream.
///
/// # Errors
/// Those of content and sink. `UnexpectedEof` if there are fewer bytes; more are left where they are.
pub(super) fn seal(
    mut content: impl Read + Send,
    length: u64,
    key: &Secret<32>,
    mut sink: impl Write,
) -> io::Result<()> {
    let cipher = ChaCha20Poly1305::new(key.expose().into());
    let spare = Spare::default();
    let mut first = 0;
    let mut left = Some(length);
    let next = || {
        let full = (TOGETHER * CHUNK) as u64;
        let taken = left?.min(full);
        let more = left? - taken;
        left = (more > 0).then_some(more);
        let mut batch = spare.take();
        let chunks = taken.div_ceil(CHUNK as u64).max(1);
        batch.first = first;
        batch.end = if more > 0 { End::More } else { End::Last };
        // Its final size at once: a vector that grows leaves copies behind.
        batch
            .bytes
            .resize(taken as usize + chunks as usize * TAG, 0);
        first += chunks;
        let read = batch.chunks().try_for_each(|(_, chunk)| {
            let content_len = chunk.len() - TAG;
            content.read_exact(&mut chunk[..content_len])
        });
        if read.is_err() {
            left = None;
        }
        Some(read.map(|()| batch))
    };
    let work = |batch: &mut io::Result<Batch>| {
        if let Ok(batch) = batch {
            batch.seal(&cipher);
        }
    };
    in_order(next, work, |batches| {
        for batch in batches {
            let batch = batch?;
            sink.write_all(&batch.bytes)?;
            spare.give_back(batch);
        }
        sink.flush()
    })
}

/// Reads `source` to its end and lets `consume` read what [`seal`] made it from.
pub(super) fn open_with<O>(
    mut source: impl Read + Send,
    key: &Secret<32>,
    consume: impl FnOnce(&mut OpenReader<'_>) -> O,
) -> O {
    let cipher = ChaCha20Poly1305::new(key.expose().into());
    let spare = Spare::default();
    let mut first = 0;
    let mut ended = false;
    let next = || {
        let mut batch = spare.take();
        batch.bytes.clear();
        let full = (TOGETHER * SEALED_CHUNK) as u64;
        let read = match ended {
            true => Ok(0),
            false => source.by_ref().take(full).read_to_end(&mut batch.bytes),
        };
        ended = !matches!(read, Ok(count) if count as u64 == full);
        batch.first = first;
        first += TOGETHER as u64;
        match read {
            Ok(0) => None,
            read => Some(read.map(|_| batch)),
        }
    };
    let work = |batch: &mut io::Result<Batch>| {
        if let Ok(batch) = batch {
            batch.open(&cipher);
        }
    };
    in_order(next, work, |batches| {
        consume(&mut OpenReader {
            batches,
            spare: &spare,
            batch: Batch::default(),
            at: 0,
            given: 0,
            source_failed: false,
        })
    })
}

/// A reader of what is in a sealed stream. Every byte that it gives out is authentic. That there are no
/// more bytes is certain only once it has read 0 of them.
pub(super) struct OpenReader<'a> {
    batches: &'a mut dyn Iterator<Item = io::Result<Batch>>,
    spare: &'a Spare,
    batch: Batch,
    /// The chunk of the batch that is being given out, and how much of it has been.
    at: usize,
    given: usize,
    source_failed: bool,
}

impl OpenReader<'_> {
    /// True if the last error was the source's own.
    pub(super) fn source_failed(&self) -> bool {
        self.source_failed
    }

    fn next_batch(&mut self) -> io::Result<()> {
        let next = match self.batch.end {
            End::More | End::Last => self.batches.next().transpose(),
            End::Over => return Ok(()),
            End::Damaged => Ok(None),
        };
        self.source_failed |= next.is_err();
        let expected_end = self.batch.end == End::Last;
        let before = std::mem::take(&mut self.batch);
        self.spare.give_back(before);
        // The stream counts as damaged until the next batch shows otherwise.
        self.batch.end = End::Damaged;
        match (next?, expected_end) {
            (Some(batch), false) => self.batch = batch,
            (None, true) => self.batch.end = End::Over,
            _ => return Err(SealError::Damaged.into()),
        }
        Ok(())
    }
}

impl BufRead for OpenReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.given == self.batch.content(self.at).len() {
            self.given = 0;
            if self.at + 1 < self.batch.opened {
                self.at += 1;
            } else if self.batch.end == End::Over {
                return Ok(&[]);
            } else {
                self.at = 0;
                self.next_batch()?;
            }
        }
        Ok(&self.batch.content(self.at)[self.given..])
    }

    fn consume(&mut self, count: usize) {
        let left = self.batch.content(self.at).len() - self.given;
        self.given += count.min(left);
    }
}

impl Read for OpenReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> Secret<32> {
        Secret::new([3; 32])
    }

    /// Gives out at most so many bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = into.len().min(self.1);
            self.0.read(&mut into[..most])
        }
    }

    fn sealed(content: &[u8], step: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let length = content.len() as u64;
        seal(Slow(content, step), length, &key(), &mut out).unwrap();
        out
    }

    /// What was given out, and how it ended.
    fn opened(sealed: &[u8], key: &Secret<32>) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let ended = open_with(sealed, key, |reader| reader.read_to_end(&mut out).is_ok());
        (out, ended)
    }

    #[test]
    fn the_overhead_is_one_tag_a_chunk_at_every_border() {
        for (length, chunks) in [
            (0, 1),
            (1, 1),
            (CHUNK - 1, 1),
            (CHUNK, 1),
            (CHUNK + 1, 2),
            (2 * CHUNK, 2),
            (2 * CHUNK + 1, 3),
            (TOGETHER * CHUNK, TOGETHER),
            (TOGETHER * CHUNK + 1, TOGETHER + 1),
            (9 * TOGETHER * CHUNK, 9 * TOGETHER),
        ] {
            let content = vec![5; length];
            let sealed = sealed(&content, 10_007);
            assert_eq!(sealed.len(), length + chunks * TAG);
            assert_eq!(content_len(sealed.len() as u64), Some(length as u64));
            assert_eq!(self::sealed(&content, 3 * CHUNK), sealed);
            assert_eq!(opened(&sealed, &key()), (content, true));
        }
    }

    #[test]
    fn chunks_moved_dropped_doubled_or_added_are_refused() {
        let content: Vec<u8> = (0..9 * CHUNK + 9).map(|n| (n / 100) as u8).collect();
        let sealed = sealed(&content, CHUNK);
        let chunks: Vec<_> = sealed.chunks(CHUNK + TAG).collect();
        let order = |order: &[usize]| {
            let bytes: Vec<u8> = order.iter().flat_map(|&n| chunks[n]).copied().collect();
            opened(&bytes, &key())
        };
        assert_eq!(
            order(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (content.clone(), true)
        );
        for wrong in [
            &[1, 0, 2, 3, 4, 5, 6, 7, 8, 9][..],
            &[0, 1, 2, 4, 3, 5, 6, 7, 8, 9],
            &[4, 5, 6, 7, 0, 1, 2, 3, 8, 9],
            &[0, 1, 2, 3, 8, 9],
            &[0, 2, 3, 4, 5, 6, 7, 8, 9],
            &[0, 1, 2, 3, 4, 5, 6, 7, 8],
            &[0, 1, 2, 3, 4, 5, 6, 7],
            &[0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9],
            &[9],
            &[],
        ] {
            let (out, ended) = order(wrong);
            assert!(!ended, "{wrong:?}");
            assert!(content.starts_with(&out), "{wrong:?}");
        }
    }

    #[test]
    fn a_failed_reader_stays_failed_and_tells_whose_fault_it_was() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("unplugged"))
            }
        }
        open_with(Broken, &key(), |reader| {
            assert!(reader.read(&mut [0; 8]).is_err());
            assert!(reader.source_failed());
        });
        let mut sealed = sealed(b"content", 9);
        sealed[0] ^= 1;
        open_with(&sealed[..], &key(), |reader| {
            assert!(reader.read(&mut [0; 8]).is_err());
            assert!(reader.read(&mut [0; 8]).is_err());
            assert!(!reader.source_failed());
        });
        let short = seal(&b"content"[..], 8, &key(), io::sink());
        assert_eq!(short.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn opening_undoes_sealing_and_any_change_is_seen(
            content in prop::collection::vec(any::<u8>(), 0..400), step in 1usize..99,
            at: prop::sample::Index, bits in 1u8..,
        ) {
            let mut sealed = sealed(&content, step);
            prop_assert_eq!(opened(&sealed, &key()), (content, true));
            let at = at.index(sealed.len());
            prop_assert!(!opened(&sealed[..at], &key()).1);
            sealed[at] ^= bits;
            prop_assert_eq!(opened(&sealed, &key()), (vec![], false));
        }
    }

    fn end_of(bytes: &[u8], mark: &[u8]) -> usize {
        let at = bytes.windows(mark.len()).position(|window| window == mark);
        at.expect("the mark") + mark.len()
    }

    /// A file of age's test kit: lines that say what to expect, an empty line, an age file.
    #[test]
    fn age_streams_open_or_fail_as_their_makers_say() {
        use data_encoding::HEXLOWER;
        use sha2::{Digest, Sha256};

        let Some(folder) = crate::vectors::vectors("age-stream") else {
            return;
        };
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).expect("vectors") {
            let path = entry.expect("vectors").path();
            let bytes = std::fs::read(&path).expect("vectors");
            let (head, body) = bytes.split_at(end_of(&bytes, b"\n\n"));
            let head = std::str::from_utf8(head).expect("text");
            let field = |name: &str| {
                let mut lines = head.lines().filter_map(|line| line.split_once(": "));
                lines.find_map(|(found, value)| (found == name).then_some(value))
            };
            let mut file = Vec::new();
            match field("compressed") {
                Some(_) => flate2::read::ZlibDecoder::new(body).read_to_end(&mut file),
                None => (&mut &*body).read_to_end(&mut file),
            }
            .expect("an age file");
            let after_mac = end_of(&file, b"\n--- ");
            let payload = after_mac + end_of(&file[after_mac..], b"\n");
            let expected = field("expect").expect("an expectation");
            seen += 1;
            let Some((nonce, stream)) = file[payload..].split_at_checked(16) else {
                assert_eq!(expected, "header failure", "{path:?}");
                continue;
            };
            let file_key = HEXLOWER
                .decode(field("file key").expect("a key").as_bytes())
                .expect("hex");
            let mut key = [0; 32];
            hkdf::Hkdf::<Sha256>::new(Some(nonce), &file_key)
                .expand(b"payload", &mut key)
                .expect("32 bytes");
            let (out, ended) = opened(stream, &Secret::new(key));
            assert_eq!(ended, expected == "success", "{path:?}");
            let digest = HEXLOWER.encode(&Sha256::digest(&out));
            assert_eq!(Some(digest.as_str()), field("payload"), "{path:?}");
        }
        assert_eq!(seen, 28);
    }
}
