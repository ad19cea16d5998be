//! What is asked for of the files that come, and what comes of that.
//!
//! At most [`WINDOW`] groups are on their way, from the WANT until the disk has them. Files take turns, a block
//! each.

use super::super::message::{Message, Source};
use super::super::tree::{BLOCK, Decoder, SEGMENT, Segment, Verified, groups};
use super::super::{FileId, Violation, WINDOW};
use super::{Item, Stage};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// More groups than any file has.
const NO_END: u64 = 1 << 50;

pub(super) struct Wants {
    last: u32,
    open: BTreeMap<u32, Want>,
    /// Groups that are on their way.
    under_way: u64,
    /// Items of which something may be missing, the next first.
    turns: VecDeque<FileId>,
}

/// A WANT that was not answered whole.
struct Want {
    file: FileId,
    wanted: Range<u64>,
    answer: Answer,
}

enum Answer {
    /// The segment has to be told first.
    Segment,
    Groups(Box<Decoder>),
    /// What comes is not what it should be, and so many bytes of it are still to come.
    Damaged(u64),
}

/// What became of a WANT.
pub(super) enum Come {
    /// More follows.
    Part,
    /// What came is not what was offered.
    Damaged(FileId),
    /// Nothing follows.
    Ended {
        file: FileId,
        wanted: Range<u64>,
        /// What was checked of it.
        verified: Verified,
        /// The other side ended it before it was whole.
        is_cut: bool,
    },
}

impl Wants {
    pub(super) fn new() -> Self {
        Self {
            last: 0,
            open: BTreeMap::new(),
            under_way: 0,
            turns: VecDeque::new(),
        }
    }

    /// Asks for what is missing of this item too.
    pub(super) fn add(&mut self, file: FileId) {
        self.turns.push_back(file);
    }

    /// So many groups are not on their way any more.
    pub(super) fn release(&mut self, groups: u64) {
        self.under_way = self.under_way.saturating_sub(groups);
    }

    /// The next WANT, for an item that `may` be asked for now.
    pub(super) fn next(
        &mut self,
        items: &mut BTreeMap<FileId, Item>,
        may: impl Fn(&Item) -> bool,
    ) -> Option<Message> {
        for _ in 0..self.turns.len() {
            let file = self.turns.pop_front()?;
            let Some(item) = items.get_mut(&file) else {
                continue;
            };
            let wanted = missing(item).filter(|_| may(item));
            let count = wanted
                .as_ref()
                .map_or(0, |wanted| wanted.end - wanted.start);
            if self.under_way + count > WINDOW {
                // It is the first when there is room.
                self.turns.push_front(file);
                return None;
            }
            self.turns.push_back(file);
            if let Some(wanted) = wanted {
                return Some(self.want(file, item, wanted));
            }
        }
        None
    }

    fn want(&mut self, file: FileId, item: &mut Item, wanted: Range<u64>) -> Message {
        item.wanted.add(wanted.clone());
        item.open_wants += 1;
        let count = wanted.end - wanted.start;
        self.under_way += count;
        self.last = self.last.wrapping_add(1);
        let answer = match (item.source, item.content) {
            (Source::Root(root), Some(content)) => {
                let decoder = Decoder::new(root, content.size, wanted.clone());
                Answer::Groups(Box::new(decoder))
            }
            _ => Answer::Segment,
        };
        let message = Message::Want {
            number: self.last,
            source: item.source,
            first: wanted.start,
            count: count as u8,
        };
        let want = Want {
            file,
            wanted,
            answer,
        };
        self.open.insert(self.last, want);
        message
    }

    /// The next bytes of an answer.
    pub(super) fn group(&mut self, number: u32, part: &[u8]) -> Result<Come, Violation> {
        let want = self.open.get_mut(&number).ok_or(Violation::Unasked)?;
        let length = part.len() as u64;
        let left = match &want.answer {
            Answer::Segment => None,
            Answer::Groups(decoder) => decoder.left().checked_sub(length),
            Answer::Damaged(left) => left.checked_sub(length),
        };
        let left = left.ok_or(Violation::Unasked)?;
        let is_right = match &mut want.answer {
            Answer::Groups(decoder) => decoder.take(part).is_ok(),
            Answer::Segment | Answer::Damaged(_) => true,
        };
        let file = want.file;
        let count = want.wanted.end - want.wanted.start;
        if !is_right || matches!(want.answer, Answer::Damaged(_)) {
            want.answer = Answer::Damaged(left);
        }
        match (left, is_right) {
            (0, true) => self.end(number, false),
            (0, false) => {
                self.release(count);
                self.open.remove(&number);
                Ok(Come::Damaged(file))
            }
            (_, true) => Ok(Come::Part),
            (_, false) => Ok(Come::Damaged(file)),
        }
    }

    /// The other side ends an answer before it is whole.
    pub(super) fn over(&mut self, number: u32) -> Result<Come, Violation> {
        self.end(number, true)
    }

    /// What is to be known of the segment that is asked for: the item, and in which group the file ends, if it
    /// does there.
    pub(super) fn segment(
        &mut self,
        number: u32,
        segment: Segment,
    ) -> Result<(FileId, Option<u64>, Come), Violation> {
        let want = self.open.get_mut(&number).ok_or(Violation::Unasked)?;
        let Answer::Segment = want.answer else {
            return Err(Violation::Unasked);
        };
        let start = want.wanted.start / SEGMENT * SEGMENT;
        let end = start + groups(u64::from(segment.length));
        let end = (segment.length < Segment::LENGTH).then_some(end);
        let decoder = Decoder::in_segment(segment, want.wanted.clone());
        let (file, is_whole) = (want.file, decoder.is_whole());
        want.answer = Answer::Groups(Box::new(decoder));
        let come = match is_whole {
            true => self.end(number, false)?,
            false => Come::Part,
        };
        Ok((file, end, come))
    }

    fn end(&mut self, number: u32, is_cut: bool) -> Result<Come, Violation> {
        let want = self.open.remove(&number).ok_or(Violation::Unasked)?;
        let Want { file, wanted, .. } = want;
        let verified = match want.answer {
            Answer::Groups(decoder) => decoder.finish(),
            Answer::Segment | Answer::Damaged(_) => Verified {
                groups: wanted.start..wanted.start,
                ..Verified::default()
            },
        };
        Ok(Come::Ended {
            file,
            wanted,
            verified,
            is_cut,
        })
    }

    /// Nothing more comes: what was checked of everything.
    pub(super) fn close(&mut self) -> Vec<(FileId, Verified)> {
        self.turns.clear();
        let open = std::mem::take(&mut self.open).into_values();
        let checked = open.filter_map(|want| match want.answer {
            Answer::Groups(decoder) => Some((want.file, decoder.finish())),
            Answer::Segment | Answer::Damaged(_) => None,
        });
        checked.collect()
    }

    /// Bytes that have come and are not whole answers yet, at most.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let held = self.open.values().map(|want| match &want.answer {
            Answer::Groups(decoder) => decoder.held(),
            Answer::Segment | Answer::Damaged(_) => 0,
        });
        held.sum()
    }
}

/// The next groups to ask for, of one block.
fn missing(item: &Item) -> Option<Range<u64>> {
    if item.stage != Stage::Coming {
        return None;
    }
    let stated = item.content.map(|content| groups(content.size));
    let end = stated.or(item.end).unwrap_or(NO_END);
    let gap = item.wanted.gap(0, end)?;
    let block = (gap.start / BLOCK + 1) * BLOCK;
    Some(gap.start..gap.end.min(block))
}
