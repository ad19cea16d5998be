//! The payload's chunk layer: the STREAM layout of age v1 (C2SP, age.md), unchanged.
//!
//! Chunks of 64 KiB under ChaCha20-Poly1305 (RFC 8439), without associated data. The nonce is the
//! chunk's number in 11 bytes, big endian, and one byte that is 1 for the last chunk. So no chunk
//! can be moved, dropped, added or cut off. Memory is one chunk, whatever the length.

use std::io::{self, Read, Write};

use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce};
use zeroize::Zeroizing;

use super::SealError;
use crate::crypto::Secret;

/// Bytes of content in every chunk but the last.
pub(super) const CHUNK: usize = 64 << 10;
/// Bytes that each chunk costs.
pub(super) const TAG: usize = 16;

struct Chunks {
    cipher: ChaCha20Poly1305,
    next: u64,
}

impl Chunks {
    fn new(key: &Secret<32>) -> Self {
        Self {
            cipher: ChaCha20Poly1305::new(key.expose().into()),
            next: 0,
        }
    }

    fn nonce(&self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.next.to_be_bytes());
        nonce[11] = u8::from(last);
        nonce.into()
    }
}

/// Seals what is written to it. Without [`Self::finish`] nobody opens the result.
pub(super) struct SealWriter<W> {
    sink: W,
    chunks: Chunks,
    chunk: Zeroizing<Vec<u8>>,
}

impl<W: Write> SealWriter<W> {
    /// Writes to `sink`. The key must be good for this one stream.
    pub(super) fn new(sink: W, key: &Secret<32>) -> Self {
        Self {
            sink,
            chunks: Chunks::new(key),
            chunk: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
        }
    }

    /// Writes the last chunk, flushes, and gives the sink back.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.chunks.nonce(last);
        self.chunks
            .cipher
            .encrypt_in_place(&nonce, b"", &mut *self.chunk)
            .map_err(|_| io::Error::other("a chunk is too long"))?;
        self.chunks.next += 1;
        self.sink.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes: only then is it known not to be the last.
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Does nothing: chunks go out when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    More,
    Last,
    Done,
    Failed,
}

/// Opens what [`SealWriter`] wrote. Every byte it gives out is authentic; that there are no more is
/// certain only when it says so by reading 0 bytes.
pub(super) struct OpenReader<R> {
    source: R,
    chunks: Chunks,
    chunk: Zeroizing<Vec<u8>>,
    given: usize,
    state: State,
    source_failed: bool,
}

impl<R: Read> OpenReader<R> {
    /// Reads `source` to its end.
    pub(super) fn new(source: R, key: &Secret<32>) -> Self {
        Self {
            source,
            chunks: Chunks::new(key),
            // One byte more than a chunk, so that reading one never makes the vector grow.
            chunk: Zeroizing::new(Vec::with_capacity(CHUNK + TAG + 1)),
            given: 0,
            state: State::More,
            source_failed: false,
        }
    }

    /// Whether the last error was the source's own.
    pub(super) fn source_failed(&self) -> bool {
        self.source_failed
    }

    fn fetch(&mut self, most: usize) -> io::Result<()> {
        self.chunk.clear();
        self.given = 0;
        let read = (&mut self.source)
            .take(most as u64)
            .read_to_end(&mut self.chunk);
        self.source_failed = read.is_err();
        read.map(|_| ())
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        self.fetch(CHUNK + TAG)?;
        // A full chunk may be the last one or not; its tag tells. Opening leaves it as it is if the
        // tag does not fit.
        let full = self.chunk.len() == CHUNK + TAG;
        let last = !(full && self.open(false));
        if last && !self.open(true) {
            return Err(SealError::Damaged.into());
        }
        if last && self.chunk.is_empty() && self.chunks.next > 0 {
            return Err(SealError::Damaged.into());
        }
        self.chunks.next += 1;
        self.state = if last { State::Last } else { State::More };
        Ok(())
    }

    fn open(&mut self, last: bool) -> bool {
        let nonce = self.chunks.nonce(last);
        let cipher = &self.chunks.cipher;
        cipher
            .decrypt_in_place(&nonce, b"", &mut *self.chunk)
            .is_ok()
    }

    fn expect_end(&mut self) -> io::Result<()> {
        self.fetch(1)?;
        if !self.chunk.is_empty() {
            return Err(SealError::Damaged.into());
        }
        self.state = State::Done;
        Ok(())
    }
}

impl<R: Read> Read for OpenReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while self.given == self.chunk.len() {
            let moved = match self.state {
                State::More => self.next_chunk(),
                State::Last => self.expect_end(),
                State::Done => return Ok(0),
                State::Failed => Err(SealError::Damaged.into()),
            };
            if let Err(error) = moved {
                self.state = State::Failed;
                self.chunk.clear();
                self.given = 0;
                return Err(error);
            }
        }
        let ready = &self.chunk[self.given..];
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.given += count;
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

    fn seal(content: &[u8], step: usize) -> Vec<u8> {
        let mut writer = SealWriter::new(Vec::new(), &key());
        for part in content.chunks(step) {
            writer.write_all(part).unwrap();
        }
        writer.finish().unwrap()
    }

    /// What was given out, and how it ended.
    fn open(sealed: &[u8], key: &Secret<32>) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let ended = OpenReader::new(sealed, key).read_to_end(&mut out).is_ok();
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
        ] {
            let content = vec![5; length];
            let sealed = seal(&content, 10_007);
            assert_eq!(sealed.len(), length + chunks * TAG);
            assert_eq!(seal(&content, CHUNK * 3), sealed);
            assert_eq!(open(&sealed, &key()), (content, true));
        }
    }

    #[test]
    fn chunks_moved_dropped_doubled_or_added_are_refused() {
        let content: Vec<u8> = (0..3 * CHUNK + 9).map(|n| (n / 100) as u8).collect();
        let sealed = seal(&content, CHUNK);
        let chunks: Vec<_> = sealed.chunks(CHUNK + TAG).collect();
        let order = |order: &[usize]| {
            let bytes: Vec<u8> = order.iter().flat_map(|&n| chunks[n]).copied().collect();
            open(&bytes, &key())
        };
        assert_eq!(order(&[0, 1, 2, 3]), (content.clone(), true));
        for wrong in [
            &[1, 0, 2, 3][..],
            &[0, 2, 3],
            &[0, 1, 2],
            &[0, 0, 1, 2, 3],
            &[0, 1, 2, 3, 3],
            &[3],
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
        let mut reader = OpenReader::new(Broken, &key());
        assert!(reader.read(&mut [0; 8]).is_err());
        assert!(reader.source_failed());
        let mut sealed = seal(b"content", 9);
        sealed[0] ^= 1;
        let mut reader = OpenReader::new(&sealed[..], &key());
        assert!(reader.read(&mut [0; 8]).is_err());
        assert!(reader.read(&mut [0; 8]).is_err());
        assert!(!reader.source_failed());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn opening_undoes_sealing_and_any_change_is_seen(
            content in prop::collection::vec(any::<u8>(), 0..400), step in 1usize..99,
            at: prop::sample::Index, bits in 1u8..,
        ) {
            let mut sealed = seal(&content, step);
            prop_assert_eq!(open(&sealed, &key()), (content, true));
            let at = at.index(sealed.len());
            prop_assert!(!open(&sealed[..at], &key()).1);
            sealed[at] ^= bits;
            prop_assert_eq!(open(&sealed, &key()), (vec![], false));
        }
    }

    /// The folder with vectors made by others, if this machine has it.
    fn vectors() -> Option<std::path::PathBuf> {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let beside = || here.ancestors().map(|folder| folder.join("shared/vectors"));
        std::env::var_os("HANDFAST_VECTORS")
            .map(Into::into)
            .into_iter()
            .chain(beside())
            .map(|folder: std::path::PathBuf| folder.join("age-stream"))
            .find(|folder| folder.is_dir())
    }

    fn end_of(bytes: &[u8], mark: &[u8]) -> usize {
        let at = bytes.windows(mark.len()).position(|window| window == mark);
        at.expect("the mark") + mark.len()
    }

    /// A file of age's test kit: lines that say what to expect, an empty line, an age file.
    #[test]
    #[allow(clippy::print_stdout)]
    fn age_streams_open_or_fail_as_their_makers_say() {
        use data_encoding::HEXLOWER;
        use sha2::{Digest, Sha256};

        let Some(folder) = vectors() else {
            println!("skipped: no vectors");
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
            let (out, ended) = open(stream, &Secret::new(key));
            assert_eq!(ended, expected == "success", "{path:?}");
            let digest = HEXLOWER.encode(&Sha256::digest(&out));
            assert_eq!(Some(digest.as_str()), field("payload"), "{path:?}");
        }
        assert_eq!(seen, 28);
    }
}
