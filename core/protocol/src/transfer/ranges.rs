//! Which groups of a file are here, as ranges.

use std::ops::Range;

/// A set of numbers, held as ranges that are in order and touch nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<Range<u64>>);

impl Ranges {
    /// No number.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds all of these.
    pub fn add(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // Everything that it touches becomes one.
        let start = self.0.partition_point(|other| other.end < range.start);
        let end = self.0.partition_point(|other| other.start <= range.end);
        let touched = &self.0[start..end];
        let (first, last) = (touched.first(), touched.last());
        let whole = Range {
            start: first.map_or(range.start, |other| other.start.min(range.start)),
            end: last.map_or(range.end, |other| other.end.max(range.end)),
        };
        self.0.splice(start..end, [whole]);
    }

    /// Takes all of these out.
    pub fn remove(&mut self, range: Range<u64>) {
        let start = self.0.partition_point(|other| other.end <= range.start);
        let end = self.0.partition_point(|other| other.start < range.end);
        if start >= end || range.is_empty() {
            return;
        }
        let (first, last) = (self.0[start].clone(), self.0[end - 1].clone());
        let kept = [first.start..range.start, range.end..last.end];
        let kept = kept.into_iter().filter(|range| !range.is_empty());
        self.0.splice(start..end, kept);
    }

    /// The first run of numbers from `from` on, before `end`, that are not among them.
    pub fn gap(&self, from: u64, end: u64) -> Option<Range<u64>> {
        let mut from = from;
        let next = self.0.partition_point(|other| other.end <= from);
        let mut rest = self.0[next..].iter();
        let mut next = rest.next();
        if let Some(range) = next.filter(|range| range.start <= from) {
            from = range.end;
            next = rest.next();
        }
        let until = next.map_or(end, |range| range.start.min(end));
        (from < until).then_some(from..until)
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// True if all numbers from 0 up to `end` are among them.
    pub fn is_all(&self, end: u64) -> bool {
        self.gap(0, end).is_none()
    }

    /// The ranges in order.
    pub fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.0.iter().cloned()
    }
}

impl FromIterator<Range<u64>> for Ranges {
    fn from_iter<T: IntoIterator<Item = Range<u64>>>(ranges: T) -> Self {
        let mut all = Self::new();
        for range in ranges {
            all.add(range);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_touches_becomes_one() {
        let mut ranges: Ranges = [3..5, 8..9].into_iter().collect();
        ranges.add(5..8);
        assert!(ranges.iter().eq(std::iter::once(3..9)));
        assert_eq!(ranges.gap(0, 20), Some(0..3));
        assert_eq!(ranges.gap(4, 20), Some(9..20));
        assert_eq!(ranges.gap(4, 9), None);
        assert!(!ranges.is_all(9) && Ranges::new().is_all(0));
    }

    proptest! {
        #[test]
        fn it_holds_what_a_set_of_numbers_holds(
            steps in proptest::collection::vec((any::<bool>(), 0_u64..40, 0_u64..12), 0..30),
            from in 0_u64..50,
        ) {
            let (mut ranges, mut set) = (Ranges::new(), BTreeSet::new());
            for (is_added, start, length) in steps {
                let range = start..start + length;
                match is_added {
                    true => {
                        ranges.add(range.clone());
                        set.extend(range);
                    }
                    false => {
                        ranges.remove(range.clone());
                        set.retain(|number| !range.contains(number));
                    }
                }
                let numbers: BTreeSet<u64> = ranges.iter().flatten().collect();
                prop_assert_eq!(&numbers, &set);
                prop_assert_eq!(ranges.count(), set.len() as u64);
                let apart = ranges.0.windows(2).all(|pair| pair[0].end < pair[1].start);
                prop_assert!(apart && ranges.0.iter().all(|range| !range.is_empty()));
            }
            let gap: Vec<u64> = (from..60)
                .skip_while(|number| set.contains(number))
                .take_while(|number| !set.contains(number))
                .collect();
            let found = ranges.gap(from, 60);
            prop_assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), gap);
        }
    }
}
