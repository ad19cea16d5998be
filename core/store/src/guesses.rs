//! What was guessed at to get past strict networks, so that a process that begins does not begin anew.

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::network::Guessed;
use std::net::{IpAddr, Ipv6Addr};

const VERSION: u8 = 1;

/// The one value, beside what the person chose.
pub(crate) const NAME: &[u8] = b"guessed";

/// The most guesses that are kept: those of the last tokens that were handed in.
pub const MAX_GUESSES: usize = 64;

/// Bytes of an entry.
const ENTRY: usize = 32 + 16 + 2 + 1 + 8;

pub(crate) fn write(all: &[Guessed]) -> Plain {
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

pub(crate) fn read(kept: &[u8]) -> Result<Vec<Guessed>, StoreError> {
    let mut reader = Reader::new(kept);
    reader.version(VERSION)?;
    let count = kept.len() / ENTRY;
    if count > MAX_GUESSES {
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
