//! An entry at its place in a log, as a device keeps it.

use super::chain::{ChainHash, chained};
use super::entry::{Entry, Incarnation, Kind, ReplyTo, Whose};

/// Who writes a log, seen from this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Author {
    /// This device's person.
    Me,
    /// The other one.
    Peer,
}

impl Author {
    /// The same author, seen by the other side.
    pub fn at_the_other(self) -> Self {
        match self {
            Self::Me => Self::Peer,
            Self::Peer => Self::Me,
        }
    }
}

/// One incarnation of one log: what has places in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// Who writes it.
    pub author: Author,
    /// In which incarnation.
    pub incarnation: Incarnation,
}

/// A place in a log, and what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tip {
    /// Which place, from 1.
    pub sequence: u64,
    /// The hash there.
    pub hash: ChainHash,
}

/// An entry as it comes from the other side: with the hash of the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Whose log it belongs to.
    pub author: Author,
    /// The hash of the entry before it, or of the beginning.
    pub before: ChainHash,
    /// The entry.
    pub entry: Entry,
}

impl Arrival {
    /// The log that it belongs to.
    pub fn log(&self) -> LogId {
        LogId {
            author: self.author,
            incarnation: self.entry.header.incarnation,
        }
    }

    /// Its place, and its own hash.
    pub fn tip(&self) -> Tip {
        let Entry { header, .. } = &self.entry;
        Tip {
            sequence: header.sequence,
            hash: chained(&self.before, header, &self.entry.commitment()),
        }
    }
}

/// An entry as a device keeps it. All of this is kept; only the body can be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose log it stands in.
    pub author: Author,
    /// 0, or the number of the line beside it, where the log forked and another version was there first.
    pub line: u8,
    /// The hash of the entry before it, or of the beginning.
    pub before: ChainHash,
    /// Its own hash.
    pub hash: ChainHash,
    /// The entry.
    pub entry: Entry,
    /// When this device wrote or got it, in milliseconds since 1970-01-01 UTC.
    pub arrived: u64,
    /// The time that is shown: its writer's, or that of its arrival if the writer's cannot be right.
    pub shown: u64,
}

impl Row {
    /// The log that it stands in.
    pub fn log(&self) -> LogId {
        LogId {
            author: self.author,
            incarnation: self.entry.header.incarnation,
        }
    }

    /// Its place in the log.
    pub fn tip(&self) -> Tip {
        Tip {
            sequence: self.entry.header.sequence,
            hash: self.hash,
        }
    }

    /// True if it is something by itself that waits for a reader. The size of a file that is told later is no other
    /// file.
    pub fn is_message(&self) -> bool {
        let header = &self.entry.header;
        match header.kind {
            Kind::FILE => header.reply_to.is_none(),
            kind => kind.is_message(),
        }
    }

    /// The first bytes of its hash, by which other entries name it.
    pub fn version(&self) -> [u8; 8] {
        let (version, _) = self.hash.split_first_chunk().expect("8 of 32 bytes");
        *version
    }

    /// What an entry of `writer` says to be about this one.
    pub fn named_by(&self, writer: Author) -> ReplyTo {
        ReplyTo {
            whose: match writer == self.author {
                true => Whose::Writer,
                false => Whose::Other,
            },
            incarnation: self.entry.header.incarnation,
            sequence: self.entry.header.sequence,
            version: self.version(),
        }
    }

    /// True if this is a withdrawal because of which body and blind of `other` have to be erased, in
    /// whatever order the two came.
    ///
    /// A message can be taken back ([`Kind::is_message`]). Anything else is left alone.
    pub fn erases(&self, other: &Self) -> bool {
        let header = &self.entry.header;
        let about = header.reply_to.filter(|about| about.whose == Whose::Writer);
        header.kind == Kind::WITHDRAW
            && about.is_some_and(|about| other.goes_with(self.author, about))
    }

    /// True if this is the own entry that `writer` named, an edit or a later size of it, or a reaction to it: nothing
    /// is left of the one without the other.
    pub fn goes_with(&self, writer: Author, about: ReplyTo) -> bool {
        let header = &self.entry.header;
        if self.author != writer {
            let whose = Whose::Other;
            let is_about_it = header.reply_to == Some(ReplyTo { whose, ..about });
            return header.kind == Kind::REACTION && is_about_it;
        }
        let is_it = header.kind.is_message() && self.named_by(writer) == about;
        let says_of_it = matches!(header.kind, Kind::EDIT | Kind::FILE | Kind::REACTION);
        is_it || (says_of_it && header.reply_to == Some(about))
    }

    /// The entry as it goes to the other side, its author seen from here.
    pub fn arrival(&self) -> Arrival {
        Arrival {
            author: self.author,
            before: self.before,
            entry: self.entry.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Writer, keys};
    use super::super::{Body, FileBody};
    use super::*;
    use bytes::Bytes;

    fn text(text: &str) -> Body {
        Body::Text(text.to_owned())
    }

    fn file(root: u8) -> Body {
        Body::File(FileBody {
            root: [root; 32],
            size: 1,
            name: "a".to_owned(),
            media_type: String::new(),
            preview: Bytes::new(),
        })
    }

    #[test]
    fn a_withdrawal_erases_the_text_its_edits_and_reactions_and_nothing_else() {
        let [keys, _] = keys();
        let mut ana = Writer::new(keys);
        let first = ana.say(&text("first"), None);
        let other = ana.say(&text("other"), None);
        let about = Some(first.named_by(Author::Me));
        let edit = ana.say(&Body::Edit("edited".to_owned()), about);
        let reaction = ana.say(&Body::Reaction("x".to_owned()), about);
        let withdrawal = ana.say(&Body::Withdraw, about);
        for gone in [&first, &edit, &reaction] {
            assert!(withdrawal.erases(gone));
        }
        // Ben's, as Ana has it.
        let mut of_ben = reaction.clone();
        (of_ben.author, of_ben.entry.header.reply_to) =
            (Author::Peer, Some(first.named_by(Author::Peer)));
        assert!(withdrawal.erases(&of_ben));
        of_ben.entry.header.reply_to = Some(other.named_by(Author::Peer));
        for kept in [&other, &of_ben, &withdrawal] {
            assert!(!withdrawal.erases(kept));
        }
        assert!(!edit.erases(&first), "an edit erases nothing");

        let mut of_the_peer = first.clone();
        of_the_peer.author = Author::Peer;
        assert!(!withdrawal.erases(&of_the_peer));
        let mut another_version = first;
        another_version.hash[0] ^= 1;
        assert!(!withdrawal.erases(&another_version));
    }

    #[test]
    fn a_withdrawn_file_goes_with_the_size_that_was_told_later() {
        let [keys, _] = keys();
        let mut ana = Writer::new(keys);
        let announced = ana.say(&file(0), None);
        let about = Some(announced.named_by(Author::Me));
        let known = ana.say(&file(7), about);
        let withdrawal = ana.say(&Body::Withdraw, about);
        assert!(withdrawal.erases(&announced) && withdrawal.erases(&known));
    }
}
