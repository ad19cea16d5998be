//! What people decide about the files of a conversation, now or before: one value, so that whoever stands between
//! a person and the machine passes it on and knows nothing of it.

use super::fetches::Fetch;
use super::message::{EntryId, Source, State};
use super::offers::Offer;
use super::{Content, Direction, FileError, Transfers};

/// See the module text.
#[derive(Clone, Debug)]
pub enum Decision {
    /// [`Transfers::offer`], before the other side can hear of it in another way.
    Offer(Offer),
    /// [`Transfers::fetch`]
    Fetch(Fetch),
    /// [`Transfers::hashed`]
    Hashed(EntryId, Content),
    /// [`Transfers::pause`]
    Pause {
        /// Which way the file goes.
        direction: Direction,
        /// The file.
        source: Source,
        /// It stops; otherwise it goes on.
        is_paused: bool,
    },
    /// [`Transfers::refuse`]
    Refuse(Source, FileError),
    /// [`Transfers::withdraw`]
    Withdraw(Source, FileError),
    /// [`Transfers::tell`]
    Tell(Source, State),
}

impl Transfers {
    /// Does what was decided.
    pub fn decide(&mut self, decision: Decision) {
        match decision {
            Decision::Offer(offer) => self.offer(offer),
            Decision::Fetch(fetch) => self.fetch(fetch),
            Decision::Hashed(entry, content) => self.hashed(entry, content),
            Decision::Pause {
                direction,
                source,
                is_paused,
            } => self.pause(direction, source, is_paused),
            Decision::Refuse(source, reason) => self.refuse(source, reason),
            Decision::Withdraw(source, reason) => self.withdraw(source, reason),
            Decision::Tell(source, state) => self.tell(source, state),
        }
    }
}
