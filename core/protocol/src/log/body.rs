//! What an entry says: one form for each kind, read apart from the entry itself.
//!
//! A body that cannot be read ends nothing. It is kept and passed on like any other, and people are told
//! that something stands there.

use super::chain::ChainHash;
use super::entry::{
    BadEntry, Content, Entry, Incarnation, Kind, Life, MAX_ENTRY_BODY, ReplyTo, Whose, array,
};
use super::ledger::MAX_INCARNATIONS;
use super::locked::LockedText;
use bytes::{Buf, Bytes};
use std::fmt;
use std::ops::RangeInclusive;

/// Longest reaction in bytes of UTF-8: one symbol, however it is put together.
pub const MAX_REACTION: usize = 32;

/// Longest name of a file or folder in bytes of UTF-8.
pub const MAX_ENTRY_NAME: usize = 255;

/// Longest media type in bytes.
pub const MAX_MEDIA_TYPE: usize = 127;

/// Largest preview in bytes.
pub const MAX_PREVIEW: usize = 8_192;

/// Names a file: the BLAKE3 hash of its content. All zeros while that is not known.
pub type Root = [u8; 32];

/// What an entry says. `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// What somebody wrote: 1 to 65,536 bytes of UTF-8.
    Text(String),
    /// A symbol at an entry of either side. Empty takes an earlier one back.
    Reaction(String),
    /// Another version of an own text.
    Edit(String),
    /// An own message is taken back ([`Kind::is_message`]): it is erased on both sides.
    Withdraw,
    /// A file, to be fetched by its root; or the root and size of one that was announced before.
    File(FileBody),
    /// A folder, to be fetched by the root of its manifest.
    Folder(FolderBody),
    /// How long what follows is to last. It holds once the other side says the same.
    Life(Option<Life>),
    /// The first of an incarnation: where those before it ended, as far as its writer knew, in their order.
    First(Vec<Predecessor>),
    /// A text that opens only for whoever knows the answer.
    Locked(LockedText),
}

/// A file that is offered.
#[derive(Clone, PartialEq, Eq)]
pub struct FileBody {
    /// Names its content. Zeros for one that is not hashed yet, or has no end yet.
    pub root: Root,
    /// In bytes. Zero where the root is zeros and nobody knows.
    pub size: u64,
    /// 1 to 255 bytes of UTF-8: a claim, to be made safe before anything is called so.
    pub name: String,
    /// At most 127 bytes of UTF-8: a claim. May be empty.
    pub media_type: String,
    /// A small picture of it that the sender's device made, at most 8,192 bytes. May be empty.
    pub preview: Bytes,
}

/// A folder that is offered.
#[derive(Clone, PartialEq, Eq)]
pub struct FolderBody {
    /// Names its manifest.
    pub root: Root,
    /// Bytes of the manifest.
    pub manifest: u32,
    /// How many files are in it: a claim.
    pub files: u32,
    /// How many bytes they have together: a claim.
    pub size: u64,
    /// 1 to 255 bytes of UTF-8: a claim.
    pub name: String,
}

/// Where an incarnation ended, as far as its writer knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predecessor {
    /// Which one.
    pub incarnation: Incarnation,
    /// Its last place.
    pub sequence: u64,
    /// The hash there.
    pub hash: ChainHash,
}

/// Why an entry says nothing to this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Its body is erased.
    #[error("this was taken back, or has run out")]
    Erased,
    /// It is of a kind that a later version made, or nothing that a writer makes.
    #[error("this is not readable here; update the app")]
    Unknown,
    /// It is of a kind in whose place nothing is shown.
    #[error("this means nothing to this version")]
    Ignorable,
}

/// Why something cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// There is nothing in it.
    #[error("there is nothing to send yet")]
    Empty,
    /// It is longer than its kind may be.
    #[error("this is too long; send it in parts or as a file")]
    TooLong,
    /// Something of its kind has to name an entry, and an edit or a withdrawal one of the same writer.
    #[error("this has to be about a message; choose the message again")]
    NoTarget,
    /// Something of its kind names no entry, or does not disappear by itself.
    #[error("this can neither be a reply nor disappear; send it by itself")]
    OnlyAlone,
}

impl Body {
    /// Which kind of entry says that.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::TEXT,
            Self::Reaction(_) => Kind::REACTION,
            Self::Edit(_) => Kind::EDIT,
            Self::Withdraw => Kind::WITHDRAW,
            Self::File(_) => Kind::FILE,
            Self::Folder(_) => Kind::FOLDER,
            Self::Life(_) => Kind::LIFE,
            Self::First(_) => Kind::FIRST,
            Self::Locked(_) => Kind::LOCKED,
        }
    }

    /// The bytes of the body.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) | Self::Reaction(text) | Self::Edit(text) => text.as_bytes().to_vec(),
            Self::Withdraw => Vec::new(),
            Self::File(file) => file.to_bytes(),
            Self::Folder(folder) => folder.to_bytes(),
            Self::Life(life) => Life::to_bytes(*life).to_vec(),
            Self::First(predecessors) => {
                let mut out = vec![predecessors.len() as u8];
                for predecessor in predecessors {
                    out.extend(predecessor.incarnation.to_bytes());
                    out.extend(predecessor.sequence.to_le_bytes());
                    out.extend(predecessor.hash);
                }
                out
            }
            Self::Locked(locked) => locked.container().to_vec(),
        }
    }

    /// Reads the body of a kind.
    ///
    /// # Errors
    /// When this version does not know the kind, or the bytes are nothing that a writer makes.
    pub fn parse(kind: Kind, bytes: Bytes) -> Result<Self, Unreadable> {
        let read = match kind {
            Kind::TEXT => text(bytes, 1..=MAX_ENTRY_BODY).map(Self::Text),
            Kind::REACTION => text(bytes, 0..=MAX_REACTION).map(Self::Reaction),
            Kind::EDIT => text(bytes, 1..=MAX_ENTRY_BODY).map(Self::Edit),
            Kind::WITHDRAW => whole(bytes, |_| Ok(Self::Withdraw)),
            Kind::FILE => whole(bytes, FileBody::read).map(Self::File),
            Kind::FOLDER => whole(bytes, FolderBody::read).map(Self::Folder),
            Kind::LIFE => whole(bytes, Life::read).map(Self::Life),
            Kind::FIRST => whole(bytes, predecessors).map(Self::First),
            Kind::LOCKED => LockedText::new(bytes).map(Self::Locked).ok_or(BadEntry),
            kind if kind.is_ignorable() => return Err(Unreadable::Ignorable),
            _ => Err(BadEntry),
        };
        read.map_err(|BadEntry| Unreadable::Unknown)
    }

    /// True if nothing stands where something has to.
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) | Self::Edit(text) => text.is_empty(),
            Self::File(file) => file.name.is_empty(),
            Self::Folder(folder) => folder.name.is_empty(),
            _ => false,
        }
    }

    /// What is wrong with saying this about that, or for so long.
    fn check(&self, reply_to: Option<ReplyTo>, life: Option<Life>) -> Result<(), DraftError> {
        let whose = reply_to.map(|reply_to| reply_to.whose);
        match (self, whose) {
            (Self::Reaction(_), None) => Err(DraftError::NoTarget),
            (Self::Edit(_) | Self::Withdraw, None | Some(Whose::Other)) => {
                Err(DraftError::NoTarget)
            }
            (Self::Life(_) | Self::First(_), Some(_)) => Err(DraftError::OnlyAlone),
            _ if life.is_some() && !self.kind().may_end() => Err(DraftError::OnlyAlone),
            _ => Ok(()),
        }
    }
}

/// Something to write, which is as every reader wants it.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    pub(super) kind: Kind,
    pub(super) body: Bytes,
    pub(super) reply_to: Option<ReplyTo>,
    pub(super) life: Option<Life>,
}

impl Draft {
    /// Says this, about that entry, for so long.
    ///
    /// # Errors
    /// When it is empty or too long, lacks what it has to be about, or cannot be about anything.
    pub fn new(
        body: &Body,
        reply_to: Option<ReplyTo>,
        life: Option<Life>,
    ) -> Result<Self, DraftError> {
        let (kind, bytes) = (body.kind(), Bytes::from(body.to_bytes()));
        match Body::parse(kind, bytes.clone()) {
            Err(_) if body.is_empty() => return Err(DraftError::Empty),
            Err(_) => return Err(DraftError::TooLong),
            // A length that does not fit its field reads as something else.
            Ok(read) if read != *body => return Err(DraftError::TooLong),
            Ok(_) => body.check(reply_to, life)?,
        }
        Ok(Self {
            kind,
            body: bytes,
            reply_to,
            life,
        })
    }

    /// The first entry of an incarnation.
    pub(super) fn first(predecessors: Vec<Predecessor>) -> Self {
        Self {
            kind: Kind::FIRST,
            body: Body::First(predecessors).to_bytes().into(),
            reply_to: None,
            life: None,
        }
    }
}

impl Entry {
    /// What it says.
    ///
    /// # Errors
    /// When it is erased, of a kind that this version does not know, or nothing that a writer makes.
    pub fn read(&self) -> Result<Body, Unreadable> {
        let Content::Whole { body, .. } = &self.content else {
            return Err(match self.header.kind.is_ignorable() {
                true => Unreadable::Ignorable,
                false => Unreadable::Erased,
            });
        };
        let body = Body::parse(self.header.kind, body.clone())?;
        match body.check(self.header.reply_to, self.header.life) {
            Ok(()) => Ok(body),
            Err(_) => Err(Unreadable::Unknown),
        }
    }
}

impl FileBody {
    /// `root 32 | size u64 | name | media type | u16 length, preview`, the first two texts with a length byte.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.root.to_vec();
        out.extend(self.size.to_le_bytes());
        for text in [&self.name, &self.media_type] {
            out.push(text.len() as u8);
            out.extend(text.as_bytes());
        }
        out.extend((self.preview.len() as u16).to_le_bytes());
        out.extend_from_slice(&self.preview);
        out
    }

    fn read(bytes: &mut Bytes) -> Result<Self, BadEntry> {
        Ok(Self {
            root: array(bytes)?,
            size: bytes.try_get_u64_le()?,
            name: short_text(bytes, 1..=MAX_ENTRY_NAME)?,
            media_type: short_text(bytes, 0..=MAX_MEDIA_TYPE)?,
            preview: {
                let length = bytes.try_get_u16_le()?;
                piece(bytes, length.into(), 0..=MAX_PREVIEW)?
            },
        })
    }
}

impl FolderBody {
    /// `root 32 | manifest u32 | files u32 | size u64 | name` with a length byte.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.root.to_vec();
        out.extend(self.manifest.to_le_bytes());
        out.extend(self.files.to_le_bytes());
        out.extend(self.size.to_le_bytes());
        out.push(self.name.len() as u8);
        out.extend(self.name.as_bytes());
        out
    }

    fn read(bytes: &mut Bytes) -> Result<Self, BadEntry> {
        Ok(Self {
            root: array(bytes)?,
            manifest: bytes.try_get_u32_le()?,
            files: bytes.try_get_u32_le()?,
            size: bytes.try_get_u64_le()?,
            name: short_text(bytes, 1..=MAX_ENTRY_NAME)?,
        })
    }
}

/// Reads all of `bytes` by `read`.
fn whole<T>(
    mut bytes: Bytes,
    read: impl FnOnce(&mut Bytes) -> Result<T, BadEntry>,
) -> Result<T, BadEntry> {
    let value = read(&mut bytes)?;
    match bytes.has_remaining() {
        true => Err(BadEntry),
        false => Ok(value),
    }
}

fn text(bytes: Bytes, length: RangeInclusive<usize>) -> Result<String, BadEntry> {
    if !length.contains(&bytes.len()) {
        return Err(BadEntry);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| BadEntry)?;
    Ok(text.to_owned())
}

fn piece(
    bytes: &mut Bytes,
    length: usize,
    allowed: RangeInclusive<usize>,
) -> Result<Bytes, BadEntry> {
    match allowed.contains(&length) && length <= bytes.len() {
        true => Ok(bytes.split_to(length)),
        false => Err(BadEntry),
    }
}

fn short_text(bytes: &mut Bytes, allowed: RangeInclusive<usize>) -> Result<String, BadEntry> {
    let length = usize::from(bytes.try_get_u8()?);
    text(piece(bytes, length, allowed.clone())?, allowed)
}

fn predecessors(bytes: &mut Bytes) -> Result<Vec<Predecessor>, BadEntry> {
    let count = usize::from(bytes.try_get_u8()?);
    if count >= MAX_INCARNATIONS {
        return Err(BadEntry);
    }
    let mut out: Vec<Predecessor> = Vec::new();
    for _ in 0..count {
        let predecessor = Predecessor {
            incarnation: Incarnation::read(bytes)?,
            sequence: bytes.try_get_u64_le()?,
            hash: array(bytes)?,
        };
        let is_in_order = out
            .last()
            .is_none_or(|last| last.incarnation < predecessor.incarnation);
        if !is_in_order || predecessor.sequence == 0 {
            return Err(BadEntry);
        }
        out.push(predecessor);
    }
    Ok(out)
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({:?}, ..)", self.kind())
    }
}

impl fmt::Debug for FileBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileBody({} bytes, ..)", self.size)
    }
}

impl fmt::Debug for FolderBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FolderBody({} files, ..)", self.files)
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({:?}, {} bytes)", self.kind, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{any_body, any_incarnation, any_reply_to};
    use super::*;
    use proptest::prelude::*;

    fn about(whose: Whose) -> Option<ReplyTo> {
        Some(ReplyTo {
            whose,
            incarnation: Incarnation {
                counter: 1,
                random: [1; 8],
            },
            sequence: 2,
            version: [3; 8],
        })
    }

    fn file(name: &str) -> FileBody {
        FileBody {
            root: [1; 32],
            size: 5,
            name: name.to_owned(),
            media_type: String::new(),
            preview: Bytes::new(),
        }
    }

    #[test]
    fn nothing_is_written_that_could_not_be_read() {
        let draft = |body: &Body| Draft::new(body, None, None).map(|_| ());
        assert_eq!(draft(&Body::Text("x".repeat(65_536))), Ok(()));
        assert_eq!(
            draft(&Body::Text("x".repeat(65_537))),
            Err(DraftError::TooLong)
        );
        assert_eq!(draft(&Body::Text(String::new())), Err(DraftError::Empty));
        assert_eq!(draft(&Body::File(file("a"))), Ok(()));
        assert_eq!(draft(&Body::File(file(""))), Err(DraftError::Empty));
        assert_eq!(
            draft(&Body::File(file(&"a".repeat(256)))),
            Err(DraftError::TooLong),
            "256 fills no length byte"
        );
        let preview = |length| {
            Body::File(FileBody {
                preview: vec![0; length].into(),
                ..file("a")
            })
        };
        assert_eq!(draft(&preview(8_192)), Ok(()));
        assert_eq!(draft(&preview(8_193)), Err(DraftError::TooLong));
        assert_eq!(draft(&preview(65_536)), Err(DraftError::TooLong));
    }

    #[test]
    fn what_has_to_be_about_an_entry_names_one_and_what_cannot_does_not() {
        let life = Life::new(60);
        let (none, own, other) = (None, about(Whose::Writer), about(Whose::Other));
        let text = || "x".to_owned();
        for (body, reply_to, life, expected) in [
            (Body::Text(text()), other, life, Ok(())),
            (
                Body::Reaction(text()),
                none,
                None,
                Err(DraftError::NoTarget),
            ),
            (Body::Reaction(String::new()), other, None, Ok(())),
            (Body::Edit(text()), own, life, Ok(())),
            (Body::Edit(text()), other, None, Err(DraftError::NoTarget)),
            (Body::Withdraw, own, None, Ok(())),
            (Body::Withdraw, other, None, Err(DraftError::NoTarget)),
            (Body::Withdraw, own, life, Err(DraftError::OnlyAlone)),
            (Body::Life(life), none, None, Ok(())),
            (Body::Life(None), own, None, Err(DraftError::OnlyAlone)),
            (Body::Life(None), none, life, Err(DraftError::OnlyAlone)),
        ] {
            let draft = Draft::new(&body, reply_to, life).map(|_| ());
            assert_eq!(draft, expected, "{body:?} {reply_to:?} {life:?}");
        }
    }

    #[test]
    fn a_kind_of_a_later_version_says_nothing_and_from_64_on_nothing_is_shown() {
        for kind in 0..=255 {
            let read = Body::parse(Kind(kind), Bytes::from_static(b"\xff\xff"));
            match kind {
                64.. => assert_eq!(read, Err(Unreadable::Ignorable)),
                _ => assert_eq!(read, Err(Unreadable::Unknown), "{kind}"),
            }
        }
    }

    #[test]
    fn what_was_written_is_never_printed() {
        let printed = format!(
            "{:?} {:?} {:?}",
            Body::Text("secret".to_owned()),
            file("secret"),
            Draft::new(&Body::Text("secret".to_owned()), None, None)
        );
        assert!(!printed.contains("secret"), "{printed}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(body in any_body()) {
            let bytes = Bytes::from(body.to_bytes());
            prop_assert_eq!(Body::parse(body.kind(), bytes), Ok(body));
        }

        #[test]
        fn whatever_is_read_has_one_encoding(kind in 1_u8..10, bytes: Vec<u8>) {
            if let Ok(body) = Body::parse(Kind(kind), bytes.clone().into()) {
                prop_assert_eq!(body.to_bytes(), bytes);
            }
        }

        #[test]
        fn a_changed_body_has_one_encoding_or_none(body in any_body(), at: prop::sample::Index, by in 1_u8..) {
            let mut bytes = body.to_bytes();
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= by;
            }
            if let Ok(read) = Body::parse(body.kind(), bytes.clone().into()) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
        }

        #[test]
        fn incarnations_before_this_one_are_in_order(one in any_incarnation(), other in any_incarnation()) {
            let row = |incarnation| Predecessor { incarnation, sequence: 1, hash: [0; 32] };
            let body = Body::First(vec![row(one), row(other)]);
            let read = Body::parse(Kind::FIRST, body.to_bytes().into());
            prop_assert_eq!(read.is_ok(), one < other);
        }

        #[test]
        fn a_draft_is_read_as_it_was_meant(body in any_body(), reply_to in any_reply_to(), life in any::<bool>()) {
            let life = Life::new(3_600).filter(|_| life);
            if let Ok(draft) = Draft::new(&body, reply_to, life) {
                prop_assert_eq!(Body::parse(draft.kind, draft.body), Ok(body));
            }
        }
    }
}
