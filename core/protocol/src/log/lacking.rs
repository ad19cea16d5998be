//! What the other side lacks of one log, found out by where its lines end there and here.

use super::row::{LogId, Row, Tip};

/// The rest of a log that is to be sent.
#[derive(Debug)]
pub(super) struct Lacking {
    /// The next place and line.
    pub(super) from: (u64, u8),
    /// The last place.
    pub(super) until: u64,
    /// True if the log has one line alone.
    is_single: bool,
    /// Where the other side says to be. Each is tried, the last first: if this device has the same there,
    /// everything before it is the same.
    claims: Vec<Tip>,
}

/// What became of the claim that was tried.
pub(super) enum Claim {
    /// None was.
    None,
    /// The other side has everything up to there.
    True(Tip),
    /// It has something else there. The next one is tried, or everything is sent.
    False,
}

impl Lacking {
    /// Compares where the lines end that are not all the same. None if nothing has to be sent: the other side
    /// is ahead, and `has_all_if_ahead` of the last place here.
    pub(super) fn find(
        tips: &[Tip],
        mut theirs: Vec<Tip>,
        has_all_if_ahead: impl FnOnce(u64) -> bool,
    ) -> Option<Self> {
        let until = tips.iter().map(|tip| tip.sequence).max()?;
        let is_single = tips.len() == 1;
        let is_ahead = theirs.iter().any(|tip| tip.sequence > until);
        let is_forked = theirs.iter().any(|tip| tip.sequence == until);
        // Of several lines nobody can say which one a place is on.
        theirs.retain(|tip| tip.sequence < until && is_single);
        let has_no_claim = theirs.is_empty();
        if is_single && is_ahead && !is_forked && has_no_claim && has_all_if_ahead(until) {
            return None;
        }
        theirs.sort_unstable();
        let mut lacking = Self {
            from: (1, 0),
            until,
            is_single,
            claims: theirs,
        };
        lacking.rewind();
        Some(lacking)
    }

    /// The other side lacks this place, and nothing before it.
    pub(super) fn behind(tip: Tip, is_single: bool) -> Self {
        Self {
            from: (tip.sequence, 0),
            until: tip.sequence,
            is_single,
            claims: Vec::new(),
        }
    }

    /// True if everything was sent.
    pub(super) fn is_over(&self) -> bool {
        self.from.0 > self.until
    }

    /// True if a claim is tried next.
    pub(super) fn has_claim(&self) -> bool {
        !self.claims.is_empty()
    }

    /// Tries a claim by the first row behind the place that it names.
    pub(super) fn check(&mut self, first: &Row) -> Claim {
        match self.claims.pop() {
            None => Claim::None,
            Some(claim) if first.before == claim.hash => {
                self.claims.clear();
                Claim::True(claim)
            }
            Some(_) => {
                self.rewind();
                Claim::False
            }
        }
    }

    /// Goes on behind the last place that is claimed, or from the beginning.
    fn rewind(&mut self) {
        let sequence = self.claims.last().map_or(1, |claim| claim.sequence + 1);
        self.from = (sequence, 0);
    }

    /// A row was sent.
    pub(super) fn sent(&mut self, row: &Row) {
        let Tip { sequence, .. } = row.tip();
        self.from = match self.is_single {
            true => (sequence + 1, 0),
            false => (sequence, row.line + 1),
        };
    }

    /// The store has no further rows. True if that can be: the last place has no further line.
    pub(super) fn end_without_rows(&mut self) -> bool {
        let (sequence, line) = self.from;
        self.from = (self.until + 1, 0);
        line > 0 && sequence == self.until
    }

    /// True if these rows are what was asked for: in order and without a gap.
    pub(super) fn are_next(&self, log: LogId, rows: &[Row]) -> bool {
        let (mut sequence, mut line) = self.from;
        rows.iter().all(|row| {
            let at = row.tip().sequence;
            let is_on = at == sequence && row.line >= line;
            let is_behind = at == sequence + 1 && line > 0;
            (sequence, line) = (at, row.line.saturating_add(1));
            row.log() == log && (is_on || is_behind)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(sequence: u64, version: u8) -> Tip {
        let hash = [version; 32];
        Tip { sequence, hash }
    }

    /// From where something is sent, and how many claims are tried before.
    fn found(tips: &[Tip], theirs: &[Tip], has_all: bool) -> Option<(u64, usize)> {
        let lacking = Lacking::find(tips, theirs.to_vec(), |_| has_all)?;
        Some((lacking.from.0, lacking.claims.len()))
    }

    #[test]
    fn what_lies_behind_the_last_claim_is_tried_first() {
        let here = [tip(9, 1)];
        assert_eq!(found(&here, &[], true), Some((1, 0)), "they have nothing");
        assert_eq!(found(&here, &[tip(5, 1)], true), Some((6, 1)));
        assert_eq!(found(&here, &[tip(5, 1), tip(7, 2)], true), Some((8, 2)));
    }

    #[test]
    fn another_version_of_the_end_is_a_fork_and_more_is_not() {
        let here = [tip(9, 1)];
        assert_eq!(found(&here, &[tip(9, 2)], true), Some((1, 0)));
        assert_eq!(found(&here, &[tip(12, 2)], true), None);
        assert_eq!(found(&here, &[tip(12, 2)], false), Some((1, 0)));
        assert_eq!(found(&here, &[tip(9, 2), tip(12, 2)], true), Some((1, 0)));
    }

    #[test]
    fn a_log_that_forked_goes_from_its_beginning_unless_both_have_all_of_it() {
        let here = [tip(9, 1), tip(4, 2)];
        assert_eq!(found(&here, &[tip(9, 1)], true), Some((1, 0)));
        assert_eq!(found(&here, &[tip(3, 1)], true), Some((1, 0)));
    }
}
