//! What holds a log together: the name of a conversation, the chain of hashes, the commitment to a body
//! and the tag by which a writer knows an entry again.
//!
//! Nothing is signed. The channel proves who sent an entry, to this device and to nobody else.

use super::Author;
use super::entry::{Entry, Header, Incarnation};
use crate::handshake::{PublicKey, StaticKey};
use handfast_token::{Secret, kdf};
use std::fmt;

/// The hash of an entry, and of everything before it in its incarnation.
pub type ChainHash = [u8; 32];

/// What hides a body in its commitment. It is erased together with the body, so that nobody can guess
/// at what was erased.
pub type Blind = Secret<16>;

/// By which the writer of an entry knows it again.
pub type OwnTag = [u8; 16];

/// What the logs of two people are computed with, at one of them.
#[derive(Clone)]
pub struct LogKeys {
    me: PublicKey,
    peer: PublicKey,
    name: [u8; 32],
    /// Keys the tags of own entries.
    own: Secret<32>,
}

impl LogKeys {
    /// Those of the conversation with `peer`.
    pub fn new(identity: &StaticKey, peer: PublicKey) -> Self {
        let me = identity.public();
        let (lower, higher) = match me.0 < peer.0 {
            true => (me, peer),
            false => (peer, me),
        };
        let name = *kdf(&[0; 32], "HFS1 talk", &[&lower.0, &higher.0]).expose();
        let own = kdf(identity.private().expose(), "HFS1 own log", &[&name]);
        Self {
            me,
            peer,
            name,
            own,
        }
    }

    /// Names the conversation, the same on both sides.
    pub fn name(&self) -> &[u8; 32] {
        &self.name
    }

    /// The static key of whoever writes that log.
    pub fn key_of(&self, author: Author) -> PublicKey {
        match author {
            Author::Me => self.me,
            Author::Peer => self.peer,
        }
    }

    /// What stands before the first entry of an incarnation.
    pub fn beginning(&self, author: Author, incarnation: Incarnation) -> ChainHash {
        let key = self.key_of(author).0;
        *kdf(&self.name, "HFS1 log", &[&key, &incarnation.to_bytes()]).expose()
    }

    /// The tag that only this device can make and check.
    pub fn own_tag(&self, hash: &ChainHash) -> OwnTag {
        let tag = kdf(self.own.expose(), "HFS1 own entry", &[hash]);
        let (tag, _) = tag.expose().split_first_chunk().expect("16 of 32 bytes");
        *tag
    }

    /// True if this device wrote that entry, which has that hash.
    pub fn is_own(&self, entry: &Entry, hash: &ChainHash) -> bool {
        Secret::new(self.own_tag(hash)) == Secret::new(entry.own_tag)
    }
}

impl fmt::Debug for LogKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKeys({:?}, {:?})", self.me, self.peer)
    }
}

/// The hash of an entry behind one with the hash `before`.
pub fn chained(before: &ChainHash, header: &Header, commitment: &ChainHash) -> ChainHash {
    *kdf(before, "HFS1 entry", &[&header.to_bytes(), commitment]).expose()
}

/// What the hash covers in place of a body.
pub fn body_commitment(blind: &Blind, body: &[u8]) -> ChainHash {
    *kdf(blind.expose(), "HFS1 body", &[body]).expose()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{any_entry, keys};
    use super::*;
    use proptest::prelude::*;

    const ONE: Incarnation = Incarnation {
        counter: 1,
        random: [9; 8],
    };

    #[test]
    fn both_sides_name_the_conversation_and_begin_each_log_alike() {
        let [ana, ben] = keys();
        assert_eq!(ana.name(), ben.name());
        assert_eq!(
            ana.beginning(Author::Me, ONE),
            ben.beginning(Author::Peer, ONE)
        );
        assert_ne!(
            ana.beginning(Author::Me, ONE),
            ana.beginning(Author::Peer, ONE)
        );
        let other = Incarnation { counter: 2, ..ONE };
        assert_ne!(
            ana.beginning(Author::Me, ONE),
            ana.beginning(Author::Me, other)
        );
    }

    proptest! {
        #[test]
        fn only_its_writer_knows_an_entry_again(mut entry in any_entry(), before: ChainHash) {
            let [ana, ben] = keys();
            let hash = chained(&before, &entry.header, &entry.commitment());
            entry.own_tag = ana.own_tag(&hash);
            prop_assert!(ana.is_own(&entry, &hash));
            prop_assert!(!ben.is_own(&entry, &hash));
            entry.own_tag[7] ^= 1;
            prop_assert!(!ana.is_own(&entry, &hash));
        }

        #[test]
        fn the_hash_covers_the_header_the_body_and_all_before(
            entry in any_entry(),
            before: ChainHash,
            other: ChainHash,
        ) {
            let commitment = entry.commitment();
            let hash = chained(&before, &entry.header, &commitment);
            let mut later = entry.header;
            later.time ^= 1;
            prop_assert_ne!(hash, chained(&other, &entry.header, &commitment));
            prop_assert_ne!(hash, chained(&before, &entry.header, &other));
            prop_assert_ne!(hash, chained(&before, &later, &commitment));
        }
    }
}
