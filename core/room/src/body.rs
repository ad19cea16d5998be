//! What the entries that make a room say: who is a member, and who may do what.

use crate::certificate::Certificate;
use crate::chain::RoomId;
use crate::entry::{Entry, Header, Point, Reference, kind};
use crate::malformed::{Malformed, array, end, flag, list, short_text};
use crate::put::Index;
use crate::signing::AuthorKey;
use bytes::{Buf, Bytes};
use handfast_protocol::log::Kind;

/// Longest name of a room and of a member in bytes.
pub const MAX_NAME: usize = 64;

/// Most points that a removal, a keeper's entry or a pin names.
pub const MAX_POINTS: usize = 128;

/// What a member who comes later gets to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// What is said from then on.
    FromJoining = 0,
    /// Everything.
    All = 1,
}

/// Who may let others in, beside the founder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adders {
    /// Keepers.
    Keepers = 0,
    /// Also members whom the founder or a keeper added: five people each.
    Members = 1,
}

/// What a founder writes first. It fixes what a room is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founding {
    /// So that two rooms are never one.
    pub random: [u8; 16],
    /// Who founds it.
    pub certificate: Certificate,
    /// What it is called, 1 to 64 bytes.
    pub name: String,
    /// What newcomers read.
    pub history: History,
    /// Who lets others in.
    pub adders: Adders,
    /// How many entries of an incarnation count.
    pub entries: u32,
    /// When it was founded, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
}

impl Founding {
    /// True if a log of the founder may begin with an entry that says that.
    pub(crate) fn begins(&self, header: &Header, says: Option<&Body>) -> bool {
        let counter = header.incarnation.counter;
        match says {
            Some(Body::Found(found)) => found == self && counter == 1,
            _ => header.kind == Kind::FIRST && counter > 1,
        }
    }

    /// Names the room.
    pub fn room(&self) -> RoomId {
        RoomId::of(self.certificate.signing_key, &self.to_bytes())
    }

    /// Whose entries decide who is a member.
    pub fn founder(&self) -> AuthorKey {
        self.certificate.signing_key
    }

    /// `random 16 | certificate 160 | name | history u8 | adders u8 | entries u32 | time u64`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.random);
        out.extend(self.certificate.to_bytes());
        write_name(&self.name, &mut out);
        out.extend([self.history as u8, self.adders as u8]);
        out.extend(self.entries.to_le_bytes());
        out.extend(self.time.to_le_bytes());
        out
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is cut, or nothing that a founder writes.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        let founding = Self {
            random: array(&mut bytes)?,
            certificate: Certificate::read(&mut bytes)?,
            name: read_name(&mut bytes)?,
            history: match bytes.try_get_u8()? {
                0 => History::FromJoining,
                1 => History::All,
                _ => return Err(Malformed),
            },
            adders: match bytes.try_get_u8()? {
                0 => Adders::Keepers,
                1 => Adders::Members,
                _ => return Err(Malformed),
            },
            entries: bytes.try_get_u32_le()?,
            time: bytes.try_get_u64_le()?,
        };
        end(&bytes)?;
        match founding.entries {
            0 => Err(Malformed),
            _ => Ok(founding),
        }
    }
}

/// What an entry of the structure says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The room begins.
    Found(Founding),
    /// That person is let in, under the name as its author knows it.
    Add {
        /// Who.
        certificate: Certificate,
        /// As whom.
        name: String,
    },
    /// That person is removed. What they wrote stays up to the cut; what is not named is void.
    Remove {
        /// Whom.
        key: AuthorKey,
        /// Up to where each incarnation stays, in their order.
        cut: Vec<Point>,
    },
    /// Its author leaves.
    Leave,
    /// That person may write more.
    Allow {
        /// Who.
        key: AuthorKey,
        /// The highest counter of an incarnation that counts.
        incarnations: u32,
        /// How many entries of an incarnation count.
        entries: u32,
    },
    /// Something that somebody wrote is taken back.
    Withdraw(Reference),
    /// That person becomes a keeper, or is none any more.
    Keeper {
        /// Who.
        key: AuthorKey,
        /// Whether they are one from now on.
        is_keeper: bool,
        /// From where on, or up to where, in the order of incarnations.
        heads: Vec<Point>,
    },
    /// Which versions of others' logs the founder's device holds, in the order of authors and incarnations.
    Pin(Vec<Reference>),
    /// What is put into the graph.
    Put(Index),
}

impl Body {
    /// The kind of an entry that says it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Found(_) => kind::FOUND,
            Self::Add { .. } => kind::ADD,
            Self::Remove { .. } => kind::REMOVE,
            Self::Leave => kind::LEAVE,
            Self::Allow { .. } => kind::ALLOW,
            Self::Withdraw(_) => kind::WITHDRAW_OTHERS,
            Self::Keeper { .. } => kind::KEEPER,
            Self::Pin(_) => kind::PIN,
            Self::Put(_) => kind::PUT,
        }
    }

    /// As it stands in an entry.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Found(founding) => out = founding.to_bytes(),
            Self::Add { certificate, name } => {
                out.extend(certificate.to_bytes());
                write_name(name, &mut out);
            }
            Self::Remove { key, cut } => {
                out.extend(key.0);
                write_points(cut, &mut out);
            }
            Self::Leave => {}
            Self::Allow {
                key,
                incarnations,
                entries,
            } => {
                out.extend(key.0);
                out.extend(incarnations.to_le_bytes());
                out.extend(entries.to_le_bytes());
            }
            Self::Withdraw(reference) => reference.write(&mut out),
            Self::Keeper {
                key,
                is_keeper,
                heads,
            } => {
                out.extend(key.0);
                out.push(u8::from(*is_keeper));
                write_points(heads, &mut out);
            }
            Self::Pin(pinned) => {
                out.push(pinned.len() as u8);
                for reference in pinned {
                    reference.write(&mut out);
                }
            }
            Self::Put(index) => out = index.to_bytes(),
        }
        out
    }

    /// What an entry of the structure says. None: it says nothing that is understood, and does nothing.
    pub fn of(entry: &Entry) -> Option<Self> {
        Self::parse(entry.header.kind, entry.body()?.clone()).ok()
    }

    /// Reads the body of an entry of that kind.
    ///
    /// # Errors
    /// When it is nothing that an author writes, or the kind is not one of the structure.
    pub fn parse(kind: Kind, mut bytes: Bytes) -> Result<Self, Malformed> {
        let body = match kind {
            kind::FOUND => return Founding::parse(bytes).map(Self::Found),
            kind::PUT => return Index::parse(bytes).map(Self::Put),
            kind::ADD => Self::Add {
                certificate: Certificate::read(&mut bytes)?,
                name: read_name(&mut bytes)?,
            },
            kind::REMOVE => Self::Remove {
                key: AuthorKey(array(&mut bytes)?),
                cut: read_points(&mut bytes)?,
            },
            kind::LEAVE => Self::Leave,
            kind::ALLOW => Self::Allow {
                key: AuthorKey(array(&mut bytes)?),
                incarnations: bytes.try_get_u32_le()?,
                entries: bytes.try_get_u32_le()?,
            },
            kind::WITHDRAW_OTHERS => Self::Withdraw(Reference::read(&mut bytes)?),
            kind::KEEPER => Self::Keeper {
                key: AuthorKey(array(&mut bytes)?),
                is_keeper: flag(&mut bytes)?,
                heads: read_points(&mut bytes)?,
            },
            kind::PIN => Self::Pin(read_pinned(&mut bytes)?),
            _ => return Err(Malformed),
        };
        end(&bytes)?;
        Ok(body)
    }
}

fn write_name(name: &str, out: &mut Vec<u8>) {
    out.push(name.len() as u8);
    out.extend(name.as_bytes());
}

fn read_name(bytes: &mut Bytes) -> Result<String, Malformed> {
    let name = short_text(bytes)?;
    match (1..=MAX_NAME).contains(&name.len()) {
        true => Ok(name),
        false => Err(Malformed),
    }
}

fn write_points(points: &[Point], out: &mut Vec<u8>) {
    out.push(points.len() as u8);
    for point in points {
        point.write(out);
    }
}

fn read_points(bytes: &mut Bytes) -> Result<Vec<Point>, Malformed> {
    let is_before = |one: &Point, next: &Point| one.incarnation < next.incarnation;
    list(bytes, MAX_POINTS, Point::BYTES, Point::read, is_before)
}

fn read_pinned(bytes: &mut Bytes) -> Result<Vec<Reference>, Malformed> {
    let place = |pin: &Reference| (pin.author, pin.point.incarnation);
    let is_before = |one: &Reference, next: &Reference| place(one) < place(next);
    list(
        bytes,
        MAX_POINTS,
        Reference::BYTES,
        Reference::read,
        is_before,
    )
}
