//! What a screen shows of a conversation: entries in their order, with everything that was said about
//! them later.
//!
//! It is a function of the rows that were handed in, in whatever order they came, so pages can be put in
//! front or behind. An entry about one that is not here waits in silence, and so does one about an entry
//! that never existed. Texts are shown as they are: whoever draws them makes them safe for the eye.

mod life;

use super::body::{Body, FileBody, FolderBody, Root, Unreadable};
use super::chain::LogKeys;
use super::entry::{Incarnation, Kind, Life, ReplyTo, Whose};
use super::locked::LockedText;
use super::order::Place;
use super::row::{Author, LogId, Row};
pub use life::Agreement;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds};

/// See the module text.
#[derive(Clone, Debug)]
pub struct Transcript {
    keys: LogKeys,
    rows: BTreeMap<Place, Line>,
    /// What stands where, on any line of a log.
    named: BTreeMap<(LogId, u64), BTreeSet<Place>>,
    /// What was said about what.
    about: BTreeMap<Target, BTreeSet<Place>>,
}

/// An entry that another one is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    log: LogId,
    sequence: u64,
    version: [u8; 8],
}

/// A row, as far as it matters here.
#[derive(Clone, Debug)]
struct Line {
    log: LogId,
    sequence: u64,
    version: [u8; 8],
    is_beside: bool,
    kind: Kind,
    about: Option<Target>,
    body: Result<Body, Unreadable>,
    shown: u64,
    is_delivered: bool,
    ends_at: Option<u64>,
}

/// One thing on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Where it stands.
    pub place: Place,
    /// Who said it.
    pub author: Author,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// The day that begins with it, if it is another one than that of the item before: days since
    /// 1970-01-01 where the person is.
    pub day: Option<i64>,
    /// What it shows.
    pub shown: Shown<'a>,
    /// What it replies to.
    pub quote: Option<Quote<'a>>,
    /// What each of the two reacted with last, if anything.
    pub reactions: Vec<(Author, &'a str)>,
    /// True if it was written here and is on the other side's disk.
    pub is_delivered: bool,
    /// True if it was said twice at one place, and this is not what came first: a copy of a device was
    /// in use.
    pub is_fork: bool,
    /// When it disappears, if that is known yet.
    pub ends_at: Option<u64>,
}

/// What an item shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// A text in its newest version, and the versions before it, the oldest first.
    Text {
        /// The newest version.
        text: &'a str,
        /// What it said before.
        earlier: Vec<&'a str>,
    },
    /// A file.
    File {
        /// As it was offered.
        offer: &'a FileBody,
        /// Its root and size, if they became known later.
        whole: Option<&'a FileBody>,
    },
    /// A folder.
    Folder(&'a FolderBody),
    /// A text that is locked.
    Locked(&'a LockedText),
    /// Somebody wants what follows to last so long.
    LifeProposed(Option<Life>),
    /// Its writer came back from a copy, and begins anew.
    Restored,
    /// Its writer took it back.
    Withdrawn,
    /// It has run out, or is erased.
    Ended,
    /// A later version wrote it.
    NotReadable,
}

/// What a reply is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quote<'a> {
    /// A text, in the version that was seen.
    Text {
        /// Where it stands.
        place: Place,
        /// What it said.
        text: &'a str,
    },
    /// Something else that stands there, or a version that does not exist any more.
    Other {
        /// Where it stands.
        place: Place,
    },
    /// It is not here.
    NotHere,
}

impl Transcript {
    /// An empty one.
    pub fn new(keys: LogKeys) -> Self {
        Self {
            keys,
            rows: BTreeMap::new(),
            named: BTreeMap::new(),
            about: BTreeMap::new(),
        }
    }

    /// Takes a row in, or what became of one that is here: whether it was delivered, and when it disappears, in
    /// milliseconds since 1970-01-01 UTC, if that is known. These are the places that look different now.
    pub fn insert(
        &mut self,
        row: &Row,
        is_delivered: bool,
        ends_at: Option<u64>,
    ) -> BTreeSet<Place> {
        let place = self.keys.place(row);
        let line = Line::of(row, is_delivered, ends_at);
        let at = self.named.entry((line.log, line.sequence)).or_default();
        at.insert(place);
        if let Some(target) = line.about {
            self.about.entry(target).or_default().insert(place);
        }
        self.rows.insert(place, line);
        self.touched(&place)
    }

    /// How somebody who writes now says to be about what stands there: as it was first, or as it is seen.
    pub fn named(&self, place: &Place, writer: Author, as_seen: bool) -> Option<ReplyTo> {
        let line = self.rows.get(place)?;
        let seen = self.edits(line).last().filter(|_| as_seen);
        Some(ReplyTo {
            whose: match line.log.author == writer {
                true => Whose::Writer,
                false => Whose::Other,
            },
            incarnation: line.log.incarnation,
            sequence: line.sequence,
            version: seen.map_or(line.version, |(version, _)| version),
        })
    }

    /// Forgets the rows that are not within `kept`, so that memory does not grow with what was scrolled.
    pub fn retain(&mut self, kept: impl RangeBounds<Place>) {
        let gone = self.rows.keys().filter(|place| !kept.contains(place));
        for place in gone.copied().collect::<Vec<_>>() {
            let Some(line) = self.rows.remove(&place) else {
                continue;
            };
            forget(&mut self.named, &(line.log, line.sequence), &place);
            if let Some(target) = line.about {
                forget(&mut self.about, &target, &place);
            }
        }
    }

    /// What this device wrote in that incarnation is on the other side's disk up to there. These are the places
    /// that look different now.
    pub fn delivered(&mut self, incarnation: Incarnation, up_to: u64) -> BTreeSet<Place> {
        let mut touched = BTreeSet::new();
        for (place, line) in &mut self.rows {
            let is_it = line.log.author == Author::Me && line.log.incarnation == incarnation;
            if is_it && !line.is_beside && line.sequence <= up_to && !line.is_delivered {
                line.is_delivered = true;
                touched.insert(*place);
            }
        }
        touched
    }

    /// What stands there disappears then. True if it is here.
    pub fn ends(&mut self, place: &Place, at: u64) -> bool {
        let line = self.rows.get_mut(place);
        line.map(|line| line.ends_at = Some(at)).is_some()
    }

    /// What stands there has run out and is erased, and what was said about it that is nothing without it. These
    /// are the places that look different now.
    pub fn erase(&mut self, place: &Place) -> BTreeSet<Place> {
        let Some(line) = self.rows.get(place) else {
            return BTreeSet::new();
        };
        let goes_along = |(_, said): &(&Place, &Line)| {
            said.kind == Kind::REACTION || said.log.author == line.log.author
        };
        let said = self.said_about(line, &[Kind::EDIT, Kind::FILE, Kind::REACTION]);
        let erased: Vec<Place> = said.filter(goes_along).map(|(place, _)| *place).collect();
        for place in erased.iter().chain([place]) {
            if let Some(line) = self.rows.get_mut(place) {
                line.body = Err(Unreadable::Erased);
            }
        }
        self.touched(place)
    }

    /// The items within `range`, in their order. `offset` is that of the person's clock from UTC, in seconds.
    pub fn items(
        &self,
        range: impl RangeBounds<Place>,
        now: u64,
        offset: i32,
    ) -> impl Iterator<Item = Item<'_>> {
        let mut last = None;
        let rows = self.rows.range(bounds(&range));
        rows.filter_map(move |(place, line)| {
            let mut item = self.item_of(place, line, now)?;
            let day = day(item.at, offset);
            item.day = (last.replace(day) != Some(day)).then_some(day);
            Some(item)
        })
    }

    /// What stands there, without the day. None if nothing is shown there.
    pub fn item(&self, place: &Place, now: u64) -> Option<Item<'_>> {
        self.item_of(place, self.rows.get(place)?, now)
    }

    fn item_of<'a>(&'a self, place: &Place, line: &'a Line, now: u64) -> Option<Item<'a>> {
        let shown = self.shown(line, now)?;
        let is_gone = matches!(shown, Shown::Withdrawn | Shown::Ended);
        Some(Item {
            place: *place,
            author: line.log.author,
            at: line.shown,
            day: None,
            quote: match is_gone {
                true => None,
                false => self.quote(line, now),
            },
            reactions: match is_gone {
                true => Vec::new(),
                false => self.reactions(line),
            },
            shown,
            is_delivered: line.is_delivered,
            is_fork: line.is_beside,
            ends_at: line.ends_at,
        })
    }

    fn shown<'a>(&'a self, line: &'a Line, now: u64) -> Option<Shown<'a>> {
        let can_go = line.kind.is_message();
        if can_go && self.is_size(line) {
            return None;
        }
        let own = |(_, about): &(&Place, &Line)| about.log.author == line.log.author;
        if can_go
            && self
                .said_about(line, &[Kind::WITHDRAW])
                .any(|said| own(&said))
        {
            return Some(Shown::Withdrawn);
        }
        if can_go && line.is_due(now) {
            return Some(Shown::Ended);
        }
        Some(match &line.body {
            Ok(Body::Text(text)) => {
                let mut versions = vec![text.as_str()];
                versions.extend(self.edits(line).map(|(_, text)| text));
                let text = versions.pop()?;
                Shown::Text {
                    text,
                    earlier: versions,
                }
            }
            Ok(Body::File(offer)) => {
                let mut sizes = self.said_about(line, &[Kind::FILE]);
                let whole = sizes.find_map(|(_, size)| match &size.body {
                    Ok(Body::File(whole)) if self.is_size(size) => Some(whole),
                    _ => None,
                });
                Shown::File { offer, whole }
            }
            Ok(Body::Folder(folder)) => Shown::Folder(folder),
            Ok(Body::Locked(locked)) => Shown::Locked(locked),
            Ok(Body::Life(life)) => Shown::LifeProposed(*life),
            Ok(Body::First(before)) if !before.is_empty() => Shown::Restored,
            Ok(Body::First(_) | Body::Reaction(_) | Body::Edit(_) | Body::Withdraw) => return None,
            Err(Unreadable::Erased) if can_go => Shown::Ended,
            Err(Unreadable::Erased | Unreadable::Ignorable) => return None,
            Err(Unreadable::Unknown) => Shown::NotReadable,
        })
    }

    /// True if this tells root and size of a file that was offered without them. Of what is erased only the
    /// kind is left to tell.
    fn is_size(&self, line: &Line) -> bool {
        const UNKNOWN: Root = [0; 32];
        let offer = line.about.and_then(|target| self.find(&target));
        let Some((_, offer)) = offer.filter(|_| line.kind == Kind::FILE) else {
            return false;
        };
        let is_own = offer.log.author == line.log.author && offer.kind == Kind::FILE;
        is_own
            && match (&offer.body, &line.body) {
                (Ok(Body::File(offer)), Ok(Body::File(file))) => {
                    offer.root == UNKNOWN && file.root != UNKNOWN
                }
                (Err(Unreadable::Erased), _) | (_, Err(Unreadable::Erased)) => true,
                _ => false,
            }
    }

    /// The edits of a text by its own writer, in their order, each with its version. Nothing else is edited.
    fn edits<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = ([u8; 8], &'a str)> {
        let is_text = matches!(line.body, Ok(Body::Text(_)));
        let said = self
            .said_about(line, &[Kind::EDIT])
            .filter(move |_| is_text);
        said.filter_map(|(_, edit)| match &edit.body {
            Ok(Body::Edit(text)) if edit.log.author == line.log.author => {
                Some((edit.version, text.as_str()))
            }
            _ => None,
        })
    }

    fn reactions(&self, line: &Line) -> Vec<(Author, &str)> {
        let mut last = BTreeMap::new();
        for (_, said) in self.said_about(line, &[Kind::REACTION]) {
            if let Ok(Body::Reaction(symbol)) = &said.body {
                last.insert(said.log.author, symbol.as_str());
            }
        }
        last.retain(|_, symbol| !symbol.is_empty());
        last.into_iter().collect()
    }

    fn quote(&self, line: &Line, now: u64) -> Option<Quote<'_>> {
        let target = line.about?;
        let at = self.named.get(&(target.log, target.sequence));
        // The version is that of an entry at this place, or of an edit of it.
        for place in at.into_iter().flatten() {
            let Some(quoted) = self.rows.get(place) else {
                continue;
            };
            let place = *place;
            let mut versions = self.edits(quoted);
            let edited = versions.find(|(version, _)| *version == target.version);
            if quoted.version != target.version && edited.is_none() {
                continue;
            }
            let is_there = matches!(self.shown(quoted, now), Some(Shown::Text { .. }));
            return Some(match (&quoted.body, edited) {
                (Ok(Body::Text(_)), Some((_, text))) if is_there => Quote::Text { place, text },
                (Ok(Body::Text(text)), None) if is_there => Quote::Text { place, text },
                _ => Quote::Other { place },
            });
        }
        Some(Quote::NotHere)
    }

    /// What was said about an entry by entries of these kinds, in their order.
    fn said_about<'a>(
        &'a self,
        line: &Line,
        kinds: &'a [Kind],
    ) -> impl Iterator<Item = (&'a Place, &'a Line)> + 'a {
        let places = self.about.get(&line.target()).into_iter().flatten();
        places
            .filter_map(|place| self.rows.get(place).map(|line| (place, line)))
            .filter(|(_, said)| kinds.contains(&said.kind))
    }

    fn find(&self, target: &Target) -> Option<(&Place, &Line)> {
        let places = self.named.get(&(target.log, target.sequence))?;
        let mut lines = places
            .iter()
            .filter_map(|place| self.rows.get(place).map(|line| (place, line)));
        lines.find(|(_, line)| line.version == target.version)
    }

    /// The places that look different because of what stands there: it, what it is about, and what quotes
    /// it or what it is about.
    fn touched(&self, place: &Place) -> BTreeSet<Place> {
        let mut touched = BTreeSet::from([*place]);
        let Some(line) = self.rows.get(place) else {
            return touched;
        };
        let at = [
            Some((line.log, line.sequence)),
            line.about.map(|target| (target.log, target.sequence)),
        ];
        for (log, sequence) in at.into_iter().flatten() {
            touched.extend(self.named.get(&(log, sequence)).into_iter().flatten());
            let versions = |version| Target {
                log,
                sequence,
                version,
            };
            let range = self.about.range(versions([0; 8])..=versions([0xff; 8]));
            touched.extend(range.flat_map(|(_, places)| places));
        }
        touched
    }
}

impl Line {
    fn of(row: &Row, is_delivered: bool, ends_at: Option<u64>) -> Self {
        let header = &row.entry.header;
        let about = header.reply_to.map(|about| Target {
            log: LogId {
                author: match about.whose {
                    Whose::Writer => row.author,
                    Whose::Other => row.author.at_the_other(),
                },
                incarnation: about.incarnation,
            },
            sequence: about.sequence,
            version: about.version,
        });
        Self {
            log: row.log(),
            sequence: header.sequence,
            version: row.version(),
            is_beside: row.line > 0,
            kind: header.kind,
            about,
            body: row.entry.read(),
            shown: row.shown,
            is_delivered,
            ends_at,
        }
    }

    fn target(&self) -> Target {
        Target {
            log: self.log,
            sequence: self.sequence,
            version: self.version,
        }
    }

    fn is_due(&self, now: u64) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

fn forget<K: Ord>(index: &mut BTreeMap<K, BTreeSet<Place>>, key: &K, place: &Place) {
    if let Some(places) = index.get_mut(key) {
        places.remove(place);
        if places.is_empty() {
            index.remove(key);
        }
    }
}

/// The day of a time, where clocks are so many seconds ahead of UTC: days since 1970-01-01.
fn day(at: u64, offset: i32) -> i64 {
    let seconds = i64::try_from(at / 1_000).unwrap_or(i64::MAX / 2);
    (seconds + i64::from(offset)).div_euclid(86_400)
}

fn bounds(range: &impl RangeBounds<Place>) -> (Bound<Place>, Bound<Place>) {
    (range.start_bound().cloned(), range.end_bound().cloned())
}

#[cfg(test)]
mod tests;
