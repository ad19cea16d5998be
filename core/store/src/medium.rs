//! Where the values of one transaction lie: on a disk, or in an image of a store.

use crate::StoreError;
use crate::conversation::{DamagedEntry, KeptEntry, LogEnd, LogLine, Place, Searched};
use crate::record::Plain;
use handfast_protocol::handshake::PublicKey;

/// The kinds of values. A table has two columns: the name of a row and the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Identity,
    Setting,
    Invitation,
    Reply,
    Contact,
    Proof,
    Refused,
    File,
    Life,
}

impl Table {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Identity,
        Self::Setting,
        Self::Invitation,
        Self::Reply,
        Self::Contact,
        Self::Proof,
        Self::Refused,
        Self::File,
        Self::Life,
    ];

    /// What it is called on a disk.
    #[cfg(feature = "sqlite")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Setting => "setting",
            Self::Invitation => "invitation",
            Self::Reply => "reply",
            // The seals of rows hold the name of their table, so that it stays what it was first.
            Self::Contact => "person",
            Self::Proof => "proof",
            Self::Refused => "refused",
            Self::File => "file",
            Self::Life => "life",
        }
    }
}

/// What was erased, the more has to be cleared away the later it stands here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(not(feature = "sqlite"), allow(dead_code))] // An image leaves no traces to be cleared away.
pub(crate) enum Erased {
    #[default]
    Nothing,
    /// What was said, or some of it.
    Entries,
    /// Somebody, with the keys that they were met by.
    Contact,
}

/// See the module text. What is written is there for whoever reads in the same transaction.
pub(crate) trait Medium: Conversations {
    /// The value of this name.
    fn get(&self, table: Table, name: &[u8]) -> Result<Option<Plain>, StoreError>;

    /// Every value of a table, in no particular order.
    fn all(&self, table: Table) -> Result<Vec<Plain>, StoreError>;

    /// Writes the value of this name, over an older one if there is one.
    fn put(&self, table: Table, name: &[u8], value: &[u8]) -> Result<(), StoreError>;

    /// Removes the value of this name. Whether there was one.
    fn remove(&self, table: Table, name: &[u8]) -> Result<bool, StoreError>;

    /// No trace of this may stay once the transaction is on the disk.
    fn erase(&self, what: Erased);
}

/// Conversations of a medium; what each of these does is told by the methods of [`Batch`](crate::Batch) of the same
/// names, which check what is to be checked.
pub(crate) trait Conversations {
    fn add_entry(&self, with: PublicKey, entry: &KeptEntry) -> Result<(), StoreError>;

    fn erase_body(&self, with: PublicKey, place: Place) -> Result<(), StoreError>;

    fn entries(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        most: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError>;

    fn search(
        &self,
        with: PublicKey,
        before: Option<&Place>,
        most: (usize, usize),
        is_wanted: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Searched, StoreError>;

    fn entries_of_log(
        &self,
        with: PublicKey,
        log: LogLine,
        from: u64,
        most_bytes: usize,
    ) -> Result<Vec<Result<KeptEntry, DamagedEntry>>, StoreError>;

    fn log_ends(&self, with: PublicKey) -> Result<Vec<LogEnd>, StoreError>;

    fn set_delivered(&self, with: PublicKey, log: LogLine, sequence: u64)
    -> Result<(), StoreError>;

    fn set_read(&self, with: PublicKey, place: Place) -> Result<(), StoreError>;

    fn read_mark(&self, with: PublicKey) -> Result<Option<Place>, StoreError>;

    fn put_ledger(&self, with: PublicKey, ledger: &[u8]) -> Result<(), StoreError>;

    fn ledger(&self, with: PublicKey) -> Result<Vec<u8>, StoreError>;

    /// An empty one is none.
    fn put_draft(&self, with: PublicKey, draft: &str) -> Result<(), StoreError>;

    fn draft(&self, with: PublicKey) -> Result<Option<String>, StoreError>;

    fn erase_conversation(&self, with: PublicKey) -> Result<(), StoreError>;

    fn forget_conversation(&self, with: PublicKey) -> Result<(), StoreError>;
}
