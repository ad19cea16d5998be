//! For fuzzing and tests alone.

use super::lines::{LineError, Splitter};
use super::messages::{FromClient, FromOwner};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest line here: short enough that a fuzzer finds longer ones.
const MOST: usize = 4096;

/// Any bytes, as they come from a client and from an owner, in pieces of the size that the first byte
/// says: a message that is read is the same once it was written.
pub fn lines(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else {
        return;
    };
    read::<FromClient>(bytes, usize::from(*size).max(1));
    read::<FromOwner>(bytes, usize::from(*size).max(1));
}

fn read<T: Serialize + DeserializeOwned>(bytes: &[u8], size: usize) {
    let mut lines = Splitter::new(MOST);
    for piece in bytes.chunks(size) {
        lines.push(piece);
        loop {
            match lines.next::<T>() {
                Ok(Some(message)) => stays(&message),
                // A line that is no message is passed over here, to come to the next one.
                Err(LineError::NoMessage) => {}
                Err(LineError::TooLong | LineError::Io(_)) => return,
                Ok(None) => break,
            }
        }
    }
}

fn stays<T: Serialize + DeserializeOwned>(message: &T) {
    let written = serde_json::to_vec(message).expect("every message can be written");
    assert!(!written.contains(&b'\n'));
    let read: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_vec(&read).ok(), Some(written));
}
