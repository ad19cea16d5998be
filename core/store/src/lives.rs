//! What is kept about how long things last: what is to disappear, and what the two have proposed.

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{Incarnation, Life, Place};

const VERSION: u8 = 1;
const ENDING: u8 = 1;
const PROPOSAL: u8 = 2;
/// At most.
const BYTES: usize = 1 + 32 + 92 + 1 + 4 + 9 + 9;

/// Something that is said and is to disappear. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Where it stands.
    pub place: Place,
    /// How long it lasts once it was delivered, or seen.
    pub life: Life,
    /// Since when that runs, if it does.
    pub since: Option<u64>,
    /// When it disappears if it does not run until then.
    pub latest: Option<u64>,
}

impl Ending {
    /// When it disappears, as far as that is known.
    pub fn at(&self) -> Option<u64> {
        let life = u64::from(self.life.seconds()) * 1_000;
        let runs_out = self.since.map(|since| since.saturating_add(life));
        runs_out.or(self.latest)
    }
}

/// One thing that is kept about how long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeMark {
    /// This disappears.
    Ending(Ending),
    /// Somebody proposed at this place how long what follows is to last.
    Proposal(Place, Option<Life>),
}

impl LifeMark {
    /// The place that it is about.
    pub fn place(&self) -> Place {
        match self {
            Self::Ending(Ending { place, .. }) | Self::Proposal(place, _) => *place,
        }
    }

    /// `version 1 | key of the contact 32 | place 92 | kind u8 | life u32 | [since u64] | [latest u64]`, where
    /// a life of 0 is none and what may be missing stands behind a byte.
    pub(super) fn to_bytes(self, with: PublicKey) -> Result<Plain, StoreError> {
        let writer = Writer::new(VERSION, BYTES).raw(&name(with, &self.place()));
        let number = |writer: Writer, number| Ok(writer.u64(number));
        Ok(match self {
            Self::Ending(ending) => writer
                .byte(ENDING)
                .u32(ending.life.seconds())
                .optional(ending.since, number)?
                .optional(ending.latest, number)?,
            Self::Proposal(_, life) => writer.byte(PROPOSAL).u32(life.map_or(0, Life::seconds)),
        }
        .finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<(PublicKey, Self), StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let with = PublicKey(reader.array()?);
        let place = Place {
            lamport: reader.u64()?,
            author: reader.array()?,
            incarnation: Incarnation::from_bytes(reader.array()?),
            sequence: reader.u64()?,
            hash: reader.array()?,
        };
        let (kind, seconds) = (reader.byte()?, reader.u32()?);
        let life = Life::new(seconds);
        let mark = match (kind, life) {
            (ENDING, Some(life)) => Self::Ending(Ending {
                place,
                life,
                since: reader.optional(Reader::u64)?,
                latest: reader.optional(Reader::u64)?,
            }),
            (PROPOSAL, life) if life.is_some() || seconds == 0 => Self::Proposal(place, life),
            _ => return Err(StoreError::Damaged),
        };
        reader.finish()?;
        Ok((with, mark))
    }
}

/// What the mark of a place in the conversation with this contact is called.
pub(super) fn name(with: PublicKey, place: &Place) -> Vec<u8> {
    [
        &with.0[..],
        &place.lamport.to_le_bytes(),
        &place.author,
        &place.incarnation.to_bytes(),
        &place.sequence.to_le_bytes(),
        &place.hash,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_and_nothing_else_is() {
        let place = Place {
            lamport: 7,
            author: [1; 32],
            incarnation: Incarnation {
                counter: 2,
                random: [3; 8],
            },
            sequence: 4,
            hash: [5; 32],
        };
        let life = Life::new(60).expect("a minute");
        let ending = |since, latest| {
            LifeMark::Ending(Ending {
                place,
                life,
                since,
                latest,
            })
        };
        let with = PublicKey([9; 32]);
        for mark in [
            ending(None, None),
            ending(Some(8), Some(9)),
            LifeMark::Proposal(place, None),
            LifeMark::Proposal(place, Some(life)),
        ] {
            let bytes = mark.to_bytes(with).unwrap();
            assert!(bytes.len() <= BYTES);
            assert_eq!(LifeMark::parse(&bytes), Ok((with, mark)));
            for length in 0..bytes.len() {
                assert!(LifeMark::parse(&bytes[..length]).is_err(), "{length}");
            }
        }
    }

    #[test]
    fn what_runs_ends_when_it_has_run_and_what_does_not_at_the_latest() {
        let mut ending = Ending {
            place: Place {
                lamport: 1,
                author: [0; 32],
                incarnation: Incarnation {
                    counter: 1,
                    random: [0; 8],
                },
                sequence: 1,
                hash: [0; 32],
            },
            life: Life::new(60).expect("a minute"),
            since: None,
            latest: None,
        };
        assert_eq!(ending.at(), None);
        ending.latest = Some(5);
        assert_eq!(ending.at(), Some(5));
        ending.since = Some(10);
        assert_eq!(ending.at(), Some(60_010));
    }
}
