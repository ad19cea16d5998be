//! Messages as lines: read within bounds, however they are cut, and written whole. What held them is
//! wiped, because answers and codes are among them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

/// What is read at once.
const CHUNK: usize = 16 << 10;

/// Why nothing more can be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error("the other process cannot be reached ({0})")]
    Io(#[from] io::Error),
    #[error("a line is too long")]
    TooLong,
    /// The text of the reader may repeat a secret.
    #[error("a line is no message")]
    NoMessage,
}

/// Bytes that grow without leaving a copy behind.
#[derive(Debug, Default)]
struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    fn push(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

impl io::Write for Wiped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Finds lines in bytes that come in pieces.
#[derive(Debug)]
pub(super) struct Splitter {
    held: Wiped,
    /// No line ends before.
    searched: usize,
    most: usize,
}

impl Splitter {
    /// Lines may have so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self {
            held: Wiped::default(),
            searched: 0,
            most,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.held.push(bytes);
    }

    /// The next message, if there is a whole line.
    pub(super) fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, LineError> {
        let held = &self.held.0;
        let end = held[self.searched..].iter().position(|byte| *byte == b'\n');
        let Some(end) = end.map(|end| self.searched + end) else {
            self.searched = held.len();
            return match held.len() > self.most {
                true => Err(LineError::TooLong),
                false => Ok(None),
            };
        };
        if end > self.most {
            return Err(LineError::TooLong);
        }
        let message = serde_json::from_slice(&held[..end]);
        // What is moved to the front is overwritten there, and wiped behind.
        let rest = held.len() - end - 1;
        self.held.0.copy_within(end + 1.., 0);
        self.held.0[rest..].fill(0);
        self.held.0.truncate(rest);
        self.searched = 0;
        message.map(Some).map_err(|_| LineError::NoMessage)
    }
}

/// Reads messages.
#[derive(Debug)]
pub(super) struct Reader<R> {
    from: R,
    chunk: Zeroizing<Vec<u8>>,
    lines: Splitter,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(from: R, most: usize) -> Self {
        Self {
            from,
            chunk: Zeroizing::new(vec![0; CHUNK]),
            lines: Splitter::new(most),
        }
    }

    /// From now on lines may have so many bytes.
    pub(super) fn allow(&mut self, most: usize) {
        self.lines.most = most;
    }

    /// The next message; None at the end, also where it cuts one off. May be dropped half-way.
    pub(super) async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, LineError> {
        loop {
            if let Some(message) = self.lines.next()? {
                return Ok(Some(message));
            }
            match self.from.read(&mut self.chunk).await? {
                0 => return Ok(None),
                count => self.lines.push(&self.chunk[..count]),
            }
        }
    }
}

/// Writes messages.
#[derive(Debug)]
pub(super) struct Writer<W> {
    to: W,
    most: usize,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) fn new(to: W, most: usize) -> Self {
        Self { to, most }
    }

    /// Writes it whole, unless it is too long: then nothing is written.
    pub(super) async fn write(&mut self, message: &impl Serialize) -> Result<(), LineError> {
        let mut line = Wiped::default();
        serde_json::to_writer(&mut line, message).map_err(|_| LineError::NoMessage)?;
        if line.0.len() > self.most {
            return Err(LineError::TooLong);
        }
        line.push(b"\n");
        Ok(self.to.write_all(&line.0).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages::{FromClient, Hello};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_that_is_too_long_is_refused_before_it_has_ended() {
        let mut lines = Splitter::new(10);
        lines.push(b"0123456789");
        assert!(matches!(lines.next::<u64>(), Ok(None)));
        lines.push(b"0");
        assert!(matches!(lines.next::<u64>(), Err(LineError::TooLong)));
        let mut lines = Splitter::new(10);
        lines.push(b"01234567890\n");
        assert!(matches!(lines.next::<u64>(), Err(LineError::TooLong)));
    }

    #[test]
    fn what_was_read_is_wiped() {
        let mut lines = Splitter::new(100);
        lines.push(b"\"a secret\"\n\"b\"");
        assert_eq!(lines.next::<String>().unwrap().unwrap(), "a secret");
        assert_eq!(lines.held.0.as_slice(), b"\"b\"");
        lines.push(b"\n");
        assert_eq!(lines.next::<String>().unwrap().unwrap(), "b");
        assert!(lines.held.0.is_empty());
    }

    #[tokio::test]
    async fn what_is_written_is_read_until_the_end() {
        let (near, far) = tokio::io::duplex(7);
        let writing = tokio::spawn(async move {
            let mut writer = Writer::new(near, 100);
            for _ in 0..3 {
                let hello = FromClient::Hello(Hello::ours());
                writer.write(&hello).await.unwrap();
            }
            let long = writer.write(&"a".repeat(100)).await;
            assert!(matches!(long, Err(LineError::TooLong)));
        });
        let mut reader = Reader::new(far, 100);
        for _ in 0..3 {
            let read = reader.next::<FromClient>().await.unwrap().unwrap();
            assert!(matches!(read, FromClient::Hello(hello) if hello == Hello::ours()));
        }
        assert!(reader.next::<FromClient>().await.unwrap().is_none());
        writing.await.unwrap();
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_they_are_cut(
            numbers in prop::collection::vec(any::<u64>(), 0..9), size in 1..30_usize,
        ) {
            let text: String = numbers.iter().map(|number| format!("{number}\n")).collect();
            let (mut lines, mut read) = (Splitter::new(20), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                lines.push(piece);
                while let Some(number) = lines.next::<u64>().unwrap() {
                    read.push(number);
                }
            }
            prop_assert_eq!(read, numbers);
        }
    }
}
