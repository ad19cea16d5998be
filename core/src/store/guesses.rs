//! What was guessed at to get past strict networks, so that a process that begins does not begin anew.

use super::record::{Reader, Writer};
use super::rows::{Plain, Table};
use super::{Store, StoreError};
use crate::transport::{Guessed, guessed, guessed_before, guessing};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

const VERSION: u8 = 1;

/// The one value, beside what the person chose.
const NAME: &[u8] = b"guessed";

/// How many entries are kept: those of the last tokens that were handed in.
const MOST: usize = 64;

/// Bytes of an entry.
const ENTRY: usize = 32 + 16 + 2 + 1 + 8;

/// How often it is written at most: guesses may go on for ten minutes.
const PACE: Duration = Duration::from_secs(5);

impl Store {
    /// Has this process know what others guessed, and keeps what it guesses itself, for as long as
    /// this is polled. `unix`: the seconds since 1970-01-01 UTC. Must be called within a tokio runtime.
    pub async fn keep_guesses(self, unix: impl Fn() -> u64) {
        let mut more = guessing();
        match self.run(|store| store.guesses()).await {
            Ok(kept) => guessed_before(&kept, unix()),
            Err(error) => log::warn!("what was guessed before is not known: {error}"),
        }
        while more.changed().await.is_ok() {
            let all = guessed(unix());
            if let Err(error) = self.run(move |store| store.put_guesses(&all)).await {
                log::warn!("what was guessed is not kept: {error}");
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// What was guessed lately.
    ///
    /// # Errors
    /// When the store fails.
    pub fn guesses(&self) -> Result<Vec<Guessed>, StoreError> {
        let kept = self.transact(|rows| rows.get(Table::Setting, NAME))?;
        kept.map_or(Ok(Vec::new()), |kept| read(&kept))
    }

    /// Keeps these, those that were made last first, and of what is kept already what they do not name.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_guesses(&self, guesses: &[Guessed]) -> Result<(), StoreError> {
        self.transact(|rows| {
            let kept = match rows.get(Table::Setting, NAME)? {
                Some(kept) => read(&kept)?,
                None => Vec::new(),
            };
            let is_new = |old: &Guessed| {
                !guesses
                    .iter()
                    .any(|new| new.token == old.token && new.at == old.at)
            };
            let mut all = guesses.to_vec();
            all.extend(kept.into_iter().filter(is_new));
            all.sort_by_key(|one| std::cmp::Reverse(one.last));
            all.truncate(MOST);
            rows.put(Table::Setting, NAME, &write(&all))
        })
    }
}

fn write(all: &[Guessed]) -> Plain {
    let writer = Writer::new(VERSION, 1 + all.len() * ENTRY);
    let written = all.iter().fold(writer, |writer, one| {
        let at = match one.at {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        writer
            .raw(&one.token)
            .raw(&at.octets())
            .u16(one.count)
            .byte(one.is_raised.into())
            .u64(one.last)
    });
    written.finish()
}

fn read(kept: &[u8]) -> Result<Vec<Guessed>, StoreError> {
    let mut reader = Reader::new(kept);
    reader.version(VERSION)?;
    let count = kept.len() / ENTRY;
    if count > MOST {
        return Err(StoreError::Damaged);
    }
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        all.push(Guessed {
            token: reader.array()?,
            at: Ipv6Addr::from(reader.array::<16>()?).to_canonical(),
            count: reader.u16()?,
            is_raised: match reader.byte()? {
                0 => false,
                1 => true,
                _ => return Err(StoreError::Damaged),
            },
            last: reader.u64()?,
        });
    }
    reader.finish()?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(token: u8, last: u64) -> Guessed {
        Guessed {
            token: [token; 32],
            at: "9.9.9.9".parse().unwrap(),
            count: 2_048,
            is_raised: token.is_multiple_of(2),
            last,
        }
    }

    #[test]
    fn an_entry_has_one_form_and_others_are_refused() {
        let six = Guessed {
            at: "2a00::9".parse().unwrap(),
            ..guessed(2, 7)
        };
        let bytes = write(&[guessed(1, 9), six]);
        assert_eq!(bytes.len(), 1 + 2 * ENTRY);
        assert_eq!(read(&bytes), Ok(vec![guessed(1, 9), six]));
        assert_eq!(read(&write(&[])), Ok(Vec::new()));
        for length in 2..=ENTRY {
            assert_eq!(read(&bytes[..length]), Err(StoreError::Damaged), "{length}");
        }
        let mut raised = bytes.to_vec();
        raised[1 + 32 + 16 + 2] = 2;
        assert_eq!(read(&raised), Err(StoreError::Damaged));
        let mut newer = bytes.to_vec();
        newer[0] = VERSION + 1;
        assert_eq!(read(&newer), Err(StoreError::Newer));
        assert_eq!(read(&[]), Err(StoreError::Damaged));
    }
}
