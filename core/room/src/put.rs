//! The index of a put: which paths get a value, and which are cleared. It stays for as long as the entry,
//! so paths outlive what stood there; each value is erased by itself.

use crate::clock::HybridClock;
use crate::malformed::{Malformed, array, end, list, take};
use crate::path::Path;
use crate::signing::AuthorKey;
use crate::value::MAX_VALUE;
use bytes::{Buf, Bytes};
use handfast_protocol::log::chain::ChainHash;

/// Most operations of one put.
pub const MAX_OPERATIONS: usize = 256;

/// Most operations that one says to have seen at its path.
pub const MAX_SEEN: usize = 4;

/// An operation as another one names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The clock of its entry.
    pub clock: HybridClock,
    /// The first bytes of its author's key.
    pub author: [u8; 8],
}

impl Seen {
    /// How one of that author is named.
    pub fn of(clock: HybridClock, author: AuthorKey) -> Self {
        let (author, _) = author.0.split_first_chunk().expect("8 of 32 bytes");
        Self {
            clock,
            author: *author,
        }
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Where.
    pub path: Path,
    /// What its author saw there, in order.
    pub over: Vec<Seen>,
    /// What it does.
    pub change: Change,
}

/// What an operation does at its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A value stands there.
    Put {
        /// Until when, in milliseconds since 1970-01-01 UTC. None: for good.
        until: Option<u64>,
        /// What stands for the value.
        commitment: ChainHash,
        /// Bytes of the value, also once it is erased.
        length: u32,
    },
    /// Nothing stands there any more, and beneath it neither.
    Clear,
}

/// The operations of one put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index(pub Vec<Operation>);

impl Index {
    /// `count - 1 u8 | operations`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![(self.0.len() - 1) as u8];
        for operation in &self.0 {
            operation.write(&mut out);
        }
        out
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is cut, or nothing that an author writes.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        let count = usize::from(bytes.try_get_u8()?) + 1;
        let operations = (0..count).map(|_| Operation::read(&mut bytes));
        let operations = operations.collect::<Result<_, _>>()?;
        end(&bytes)?;
        Ok(Self(operations))
    }

    /// Bytes of all values together.
    pub fn value_bytes(&self) -> u64 {
        let length = |operation: &Operation| match operation.change {
            Change::Put { length, .. } => u64::from(length),
            Change::Clear => 0,
        };
        self.0.iter().map(length).sum()
    }
}

impl Operation {
    /// `1 put, 2 clear | path length u16, path | count u8, seen 16 each | put: until u64, commitment 32,
    /// length u32`
    fn write(&self, out: &mut Vec<u8>) {
        let path = self.path.as_str();
        out.push(match self.change {
            Change::Put { .. } => 1,
            Change::Clear => 2,
        });
        out.extend((path.len() as u16).to_le_bytes());
        out.extend(path.as_bytes());
        out.push(self.over.len() as u8);
        for seen in &self.over {
            out.extend(seen.clock.0.to_le_bytes());
            out.extend(seen.author);
        }
        if let Change::Put {
            until,
            commitment,
            length,
        } = self.change
        {
            out.extend(until.unwrap_or(0).to_le_bytes());
            out.extend(commitment);
            out.extend(length.to_le_bytes());
        }
    }

    fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        let change = bytes.try_get_u8()?;
        let length = usize::from(bytes.try_get_u16_le()?);
        let path = take(bytes, length)?;
        let path = std::str::from_utf8(&path).map_err(|_| Malformed)?;
        let path = Path::parse(path)?;
        let seen = |bytes: &mut Bytes| {
            Ok(Seen {
                clock: HybridClock(bytes.try_get_u64_le()?),
                author: array(bytes)?,
            })
        };
        let over = list(bytes, MAX_SEEN, 8 + 8, seen, |one, next| one < next)?;
        let change = match change {
            1 => Change::Put {
                until: Some(bytes.try_get_u64_le()?).filter(|until| *until > 0),
                commitment: array(bytes)?,
                length: match bytes.try_get_u32_le()? {
                    0 => return Err(Malformed),
                    length if length as usize > MAX_VALUE => return Err(Malformed),
                    length => length,
                },
            },
            2 => Change::Clear,
            _ => return Err(Malformed),
        };
        Ok(Self { path, over, change })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_operation() -> impl Strategy<Value = Operation> {
        let path = "[a-z]{1,8}(/[a-z]{1,8}){0,3}";
        let seen = proptest::collection::btree_set(any::<(u64, [u8; 8])>(), 0..=MAX_SEEN);
        let put = (
            any::<Option<u64>>(),
            any::<[u8; 32]>(),
            1..=MAX_VALUE as u32,
        );
        let put = put.prop_map(|(until, commitment, length)| Change::Put {
            until: until.filter(|until| *until > 0),
            commitment,
            length,
        });
        let change = prop_oneof![put, Just(Change::Clear)];
        (path, seen, change).prop_map(|(path, seen, change)| Operation {
            path: Path::parse(&path).expect("a path"),
            over: seen
                .into_iter()
                .map(|(clock, author)| Seen {
                    clock: HybridClock(clock),
                    author,
                })
                .collect(),
            change,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(operations in proptest::collection::vec(any_operation(), 1..20)) {
            let index = Index(operations);
            prop_assert_eq!(Index::parse(index.to_bytes().into()), Ok(index));
        }

        #[test]
        fn whatever_is_read_has_one_encoding(
            operation in any_operation(),
            at: prop::sample::Index,
            by in 1_u8..,
        ) {
            let mut bytes = Index(vec![operation]).to_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            if let Ok(index) = Index::parse(bytes.clone().into()) {
                prop_assert_eq!(index.to_bytes(), bytes);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = Index::parse(bytes.into());
        }
    }
}
