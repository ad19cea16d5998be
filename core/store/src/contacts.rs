//! Who was met and is kept, and those who are not to be met again.

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use super::ways::{self, MAX_WAYS, WAY, Way};
use handfast_protocol::handshake::{PublicKey, Trust, TrustLevel, TrustReason};
use handfast_protocol::question::Whose;
use handfast_protocol::reconnect::{ReconnectKeys, SpentHere};
use handfast_token::HERE_SALT;

/// The form of a contact. Version 1 ended after the name, version 2 after the ways, and both are still read.
const VERSION: u8 = 3;

/// The form of somebody refused.
const REFUSED_VERSION: u8 = 1;

/// The longest name that is kept, in bytes of UTF-8; longer ones are cut.
const MAX_NAME: usize = 256;

const FINDABLE: u8 = 1 << 0;
const BLOCKED: u8 = 1 << 1;
const FROZEN: u8 = 1 << 2;
const REPLACED: u8 = 1 << 3;
const FLAGS: u8 = FINDABLE | BLOCKED | FROZEN | REPLACED;

/// The most bytes of keys.
const MAX_KEYS: usize = 256;

/// The most bytes of a contact.
const MAX_CONTACT: usize = 1
    + 8
    + 32
    + 2 * 34
    + 2 * (3 + MAX_NAME)
    + 8
    + 8
    + 1
    + 5
    + 9
    + 3
    + MAX_KEYS
    + 1
    + MAX_WAYS * WAY
    + 2 * 5
    + 2
    + SpentHere::MAX_BYTES;

/// Somebody this device has met and keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Contact {
    /// Their long-term key, which is who they are: another key is another contact.
    pub key: PublicKey,
    /// What they call themselves; may be empty.
    pub name: String,
    /// The name that the person here gave them, if they did.
    pub given: Option<String>,
    /// How far they are trusted, and why.
    pub trust: Trust,
    /// Since when, in seconds since 1970-01-01 UTC.
    pub trusted: u64,
    /// What trust rested on before it fell, because they came back as a restored device, or somebody with
    /// a copy did. It is shown until the two meet or compare again.
    pub fallen: Option<Trust>,
    /// When they were first met, in seconds since 1970-01-01 UTC.
    pub since: u64,
    /// When they were last heard of, in seconds since 1970-01-01 UTC.
    pub heard: u64,
    /// By how many seconds their clock was ahead of the one here when they last introduced themselves, if
    /// they said what it shows.
    pub clock: Option<i32>,
    /// They are looked for, and told where this device is.
    pub findable: bool,
    /// They are not answered.
    pub blocked: bool,
    /// Somebody else has their keys: nothing is exchanged with them until the two meet or compare again.
    pub frozen: bool,
    /// Another device has taken the place of this one at them, and the person here has not said yet
    /// whether it is theirs.
    pub replaced: bool,
    /// The most bytes of files that are taken from them unasked; None for what the settings say.
    pub allowance: Option<u64>,
    /// The ways by which they were reached, the newest first: at most [`MAX_WAYS`].
    pub ways: Vec<Way>,
    /// Answers that they gave to questions that were asked here, and that were not right.
    pub answers_taken: Tries,
    /// Answers that were given here to questions of theirs, and that were not right as far as is known.
    pub answers_given: Tries,
    /// Which of their *here* tokens have acted.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub spent_here: SpentHere,
    /// What it takes to meet them again by itself; None where that was not agreed on. It is never told to a
    /// shell.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub reconnect: Option<ReconnectKeys>,
}

/// Answers on one day, by the clock of this device. Those of a day before do not count any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tries {
    /// The day, counted from 1970-01-01 UTC.
    pub day: u32,
    /// How many.
    pub used: u8,
}

impl Tries {
    /// How many there were on this day.
    pub fn on(self, day: u32) -> u8 {
        match self.day == day {
            true => self.used,
            false => 0,
        }
    }

    fn count(&mut self, day: u32) {
        *self = Self {
            day,
            used: self.on(day).saturating_add(1),
        };
    }
}

/// One change of what is kept of a contact. But for [`Self::Tried`] it means the same if it comes twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactChange {
    /// The name that the person here gives them; None for the one that they call themselves. It is cut to
    /// 256 bytes.
    Given(Option<String>),
    /// They are looked for and told where this device is, or not any more.
    Findable(bool),
    /// They are not answered any more, or again.
    Blocked(bool),
    /// So many bytes of files are taken from them unasked; None for what the settings say.
    Allowance(Option<u64>),
    /// They came back.
    Returned(Box<Return>),
    /// They are a restored device, or somebody with a copy is: trust is this from now on, if it was more, since
    /// that time in seconds since 1970-01-01 UTC.
    Fell(Trust, u64),
    /// They keep nothing of this device, so the two hold nothing in common by which they find each other.
    NotKept,
    /// One answer was given to a question, on this day counted from 1970-01-01 UTC.
    Tried(Whose, u32),
    /// The answer to a question was right, so those before it do not matter any more.
    Known(Whose),
    /// This *here* token of theirs has acted.
    Spent {
        /// The day that it says.
        day: u16,
        /// Its salt.
        salt: [u8; HERE_SALT],
    },
    /// Somebody else has their keys.
    Frozen,
    /// Another device has taken the place of this one at them, or the person has said whose it is.
    Replaced(bool),
}

/// What is new about a contact who came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// What they call themselves now; empty changes nothing. It is cut to 256 bytes.
    pub name: String,
    /// When, in seconds since 1970-01-01 UTC; an earlier time than is kept changes nothing.
    pub at: u64,
    /// By how many seconds their clock is ahead of the one here.
    pub clock: i32,
    /// By which way ([`Contact::add_way`]).
    pub way: Option<Way>,
    /// What it takes to meet them the next time.
    pub keys: ReconnectKeys,
}

/// Somebody who is not to be met again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Refused {
    /// Their long-term key.
    pub key: PublicKey,
    /// What they called themselves; may be empty.
    pub name: String,
    /// When the difference was found, in seconds since 1970-01-01 UTC.
    pub since: u64,
}

impl Refused {
    /// `version 1 | since u64 | key 32 | name`
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let name = cut(&self.name);
        let writer = Writer::new(REFUSED_VERSION, 43 + name.len())
            .u64(self.since)
            .raw(&self.key.0);
        Ok(writer.bytes(name.as_bytes(), MAX_NAME)?.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(REFUSED_VERSION)?;
        let since = reader.u64()?;
        let key = PublicKey(reader.array()?);
        let name = reader.text(MAX_NAME)?.to_owned();
        reader.finish()?;
        Ok(Self { key, name, since })
    }
}

impl Contact {
    /// Somebody who is met now, in seconds since 1970-01-01 UTC, and of whom nothing is known beside what
    /// the meeting told. Whether they stay findable is for the person to say.
    pub fn met(key: PublicKey, name: impl Into<String>, trust: Trust, now: u64) -> Self {
        Self {
            key,
            name: name.into(),
            given: None,
            trust,
            trusted: now,
            fallen: None,
            since: now,
            heard: now,
            clock: None,
            findable: false,
            blocked: false,
            frozen: false,
            replaced: false,
            allowance: None,
            ways: Vec::new(),
            answers_taken: Tries::default(),
            answers_given: Tries::default(),
            spent_here: SpentHere::default(),
            reconnect: None,
        }
    }

    /// What is kept once they are met as `self` says, after what was kept of the same key before. What the
    /// person here has said of them stays, and so does the first time. Trust rises if this meeting proved
    /// more, and one that verifies ends every doubt. The name becomes the one told now, if one was told; it
    /// is cut to 256 bytes. So it is with what this meeting tells of clock, ways and keys.
    pub fn met_after(mut self, before: Option<&Self>) -> Self {
        shorten(&mut self.name);
        let Some(before) = before else {
            self.given.as_mut().map(shorten);
            return self;
        };
        let mut kept = before.clone();
        if kept.trust.raise(self.trust) {
            kept.trusted = self.trusted;
        }
        if self.trust.level() == TrustLevel::Verified {
            kept.fallen = None;
            kept.frozen = false;
        }
        if !self.name.is_empty() {
            kept.name = self.name;
        }
        kept.heard = kept.heard.max(self.heard);
        kept.clock = self.clock.or(kept.clock);
        kept.reconnect = self.reconnect.or(kept.reconnect);
        self.ways.into_iter().for_each(|way| kept.add_way(way));
        kept
    }

    /// What a screen calls them: the name that the person here gave, or else the one that they did; may be
    /// empty.
    pub fn shown_name(&self) -> &str {
        self.given.as_ref().unwrap_or(&self.name)
    }

    /// Makes this change.
    pub fn change(&mut self, change: &ContactChange) {
        match change {
            ContactChange::Given(name) => self.given = name.as_deref().map(cut).map(str::to_owned),
            ContactChange::Findable(is_so) => self.findable = *is_so,
            ContactChange::Blocked(is_so) => self.blocked = *is_so,
            ContactChange::Allowance(most) => self.allowance = *most,
            ContactChange::Returned(back) => self.returned(back),
            ContactChange::Fell(trust, at) if trust.level() < self.trust.level() => {
                self.fallen.get_or_insert(self.trust);
                (self.trust, self.trusted) = (*trust, *at);
            }
            ContactChange::Fell(..) => {}
            ContactChange::NotKept => self.reconnect = None,
            ContactChange::Tried(whose, day) => self.answers(*whose).count(*day),
            ContactChange::Known(whose) => *self.answers(*whose) = Tries::default(),
            ContactChange::Spent { day, salt } => self.spent_here.spend(*day, *salt),
            ContactChange::Frozen => self.frozen = true,
            ContactChange::Replaced(is_so) => self.replaced = *is_so,
        }
    }

    /// Answers to whoever's questions.
    fn answers(&mut self, whose: Whose) -> &mut Tries {
        match whose {
            Whose::Ours => &mut self.answers_taken,
            Whose::Theirs => &mut self.answers_given,
        }
    }

    fn returned(&mut self, back: &Return) {
        if !back.name.is_empty() {
            cut(&back.name).clone_into(&mut self.name);
        }
        self.heard = self.heard.max(back.at);
        self.clock = Some(back.clock);
        if let Some(way) = back.way {
            self.add_way(way);
        }
        self.reconnect = Some(back.keys.clone());
    }

    /// They were reached by this way, which stands in the place of what is kept of the same address of
    /// theirs, unless that is newer.
    pub fn add_way(&mut self, way: Way) {
        ways::add(&mut self.ways, way);
    }

    /// `version 3 | since u64 | key 32 | reason | name | trusted u64 | heard u64 | flags | [reason before it
    /// fell] | [given] | [clock i32] | [allowance u64] | [keys] | ways | (day u32 | used u8) of answers taken and
    /// of answers given | spent here tokens`. In front of what may be missing
    /// stands a byte, 1 if it is there and 0 if not; a reason is `code | [key of who introduced them 32]`.
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let flags = [
            (self.findable, FINDABLE),
            (self.blocked, BLOCKED),
            (self.frozen, FROZEN),
            (self.replaced, REPLACED),
        ];
        let flags = flags.iter().filter(|(is_set, _)| *is_set);
        let flags = flags.fold(0, |all, (_, flag)| all | flag);
        let keys = self.reconnect.as_ref().map(ReconnectKeys::to_bytes);
        let writer = Writer::new(VERSION, MAX_CONTACT)
            .u64(self.since)
            .raw(&self.key.0);
        let writer = write_trust(writer, self.trust)
            .bytes(self.name.as_bytes(), MAX_NAME)?
            .u64(self.trusted)
            .u64(self.heard)
            .byte(flags)
            .optional(self.fallen, |writer, trust| Ok(write_trust(writer, trust)))?
            .optional(self.given.as_ref(), |writer, name| {
                writer.bytes(name.as_bytes(), MAX_NAME)
            })?
            .optional(self.clock, |writer, ahead| {
                Ok(writer.raw(&ahead.to_le_bytes()))
            })?
            .optional(self.allowance, |writer, most| Ok(writer.u64(most)))?
            .optional(keys, |writer, keys| writer.bytes(&keys, MAX_KEYS))?;
        let writer = ways::write(writer, &self.ways)?;
        let writer = [self.answers_taken, self.answers_given]
            .iter()
            .fold(writer, |writer, tries| {
                writer.u32(tries.day).byte(tries.used)
            });
        let spent = self.spent_here.to_bytes();
        Ok(writer.bytes(&spent, SpentHere::MAX_BYTES)?.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        let version = reader.version(VERSION)?;
        let since = reader.u64()?;
        let key = PublicKey(reader.array()?);
        let trust = read_trust(&mut reader)?;
        let mut contact = Self::met(key, reader.text(MAX_NAME)?, trust, since);
        if version > 1 {
            contact.trusted = reader.u64()?;
            contact.heard = reader.u64()?;
            let flags = reader.byte()?;
            if flags & !FLAGS != 0 {
                return Err(StoreError::Damaged);
            }
            let has = |flag| flags & flag != 0;
            contact.findable = has(FINDABLE);
            contact.blocked = has(BLOCKED);
            contact.frozen = has(FROZEN);
            contact.replaced = has(REPLACED);
            contact.fallen = reader.optional(read_trust)?;
            contact.given = reader.optional(|reader| Ok(reader.text(MAX_NAME)?.to_owned()))?;
            contact.clock = reader.optional(|reader| Ok(i32::from_le_bytes(reader.array()?)))?;
            contact.allowance = reader.optional(Reader::u64)?;
            contact.reconnect = reader.optional(|reader| {
                let keys = reader.bytes(MAX_KEYS)?;
                ReconnectKeys::from_bytes(keys).ok_or(StoreError::Damaged)
            })?;
            contact.ways = ways::read(&mut reader)?;
        }
        if version > 2 {
            for tries in [&mut contact.answers_taken, &mut contact.answers_given] {
                *tries = Tries {
                    day: u32::from_le_bytes(reader.array()?),
                    used: reader.byte()?,
                };
            }
            let spent = reader.bytes(SpentHere::MAX_BYTES)?;
            contact.spent_here = SpentHere::from_bytes(spent).ok_or(StoreError::Damaged)?;
        }
        reader.finish()?;
        Ok(contact)
    }
}

/// As much of a name as is kept.
fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(MAX_NAME)]
}

fn shorten(name: &mut String) {
    name.truncate(cut(name).len());
}

fn write_trust(writer: Writer, trust: Trust) -> Writer {
    let reason = trust.reason();
    let writer = writer.byte(reason_code(reason));
    match reason {
        TrustReason::IntroducedBy(other) => writer.raw(&other.0),
        _ => writer,
    }
}

fn read_trust(reader: &mut Reader<'_>) -> Result<Trust, StoreError> {
    Ok(Trust::because(match reader.byte()? {
        1 => TrustReason::OpenLink,
        2 => TrustReason::SawTheCode,
        3 => TrustReason::IntroducedBy(PublicKey(reader.array()?)),
        4 => TrustReason::LockedLink,
        5 => TrustReason::Answered,
        6 => TrustReason::Scanned,
        7 => TrustReason::Compared,
        8 => TrustReason::TheirQuestion,
        9 => TrustReason::ByYourWord,
        _ => return Err(StoreError::Damaged),
    }))
}

fn reason_code(reason: TrustReason) -> u8 {
    match reason {
        TrustReason::OpenLink => 1,
        TrustReason::SawTheCode => 2,
        TrustReason::IntroducedBy(_) => 3,
        TrustReason::LockedLink => 4,
        TrustReason::Answered => 5,
        TrustReason::Scanned => 6,
        TrustReason::Compared => 7,
        TrustReason::TheirQuestion => 8,
        TrustReason::ByYourWord => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_token::Secret;

    fn met(name: &str, reason: TrustReason, now: u64) -> Contact {
        Contact::met(PublicKey([7; 32]), name, Trust::because(reason), now)
    }

    #[test]
    fn a_name_is_cut_between_characters_whether_they_were_met_before_or_not() {
        let long = "é".repeat(200);
        let zoe = met("Zoe", TrustReason::Scanned, 5);
        for before in [None, Some(&zoe)] {
            let met = met(&format!("x{long}"), TrustReason::Scanned, 5).met_after(before);
            assert_eq!(met.name.len(), MAX_NAME - 1);
            assert!(met.to_bytes().is_ok());
        }
        let mut zoe = zoe;
        zoe.change(&ContactChange::Given(Some(format!("x{long}"))));
        assert_eq!(zoe.shown_name().len(), MAX_NAME - 1);
        assert!(zoe.to_bytes().is_ok());
    }

    #[test]
    fn what_the_person_said_of_a_contact_stays_when_they_meet_again() {
        let mut zoe = met("Zoe", TrustReason::Scanned, 5);
        for change in [
            ContactChange::Given(Some("Mum".to_owned())),
            ContactChange::Findable(true),
            ContactChange::Blocked(true),
            ContactChange::Allowance(Some(9)),
            ContactChange::Replaced(true),
        ] {
            zoe.change(&change);
        }
        let again = met("Zoé", TrustReason::OpenLink, 9).met_after(Some(&zoe));
        let expected = Contact {
            name: "Zoé".to_owned(),
            heard: 9,
            ..zoe.clone()
        };
        assert_eq!(again, expected);
        assert_eq!((zoe.shown_name(), again.shown_name()), ("Mum", "Mum"));
        zoe.change(&ContactChange::Given(None));
        assert_eq!(zoe.shown_name(), "Zoe");
    }

    #[test]
    fn what_a_meeting_tells_of_clock_ways_and_keys_is_kept_until_another_tells_more() {
        let keys = |fill| ReconnectKeys::from_first_meeting(&Secret::new([fill; 32]), 5, 5);
        let way = |host, at| Way {
            ours: ([192, 168, 0, 1], 4000).into(),
            theirs: ([192, 168, 0, host], 4000).into(),
            router: None,
            at,
        };
        let first = Contact {
            clock: Some(-3),
            ways: vec![way(2, 5)],
            reconnect: Some(keys(1)),
            ..met("Zoe", TrustReason::Scanned, 5)
        };
        let silent = met("", TrustReason::Scanned, 6).met_after(Some(&first));
        assert_eq!(
            silent,
            Contact {
                heard: 6,
                ..first.clone()
            }
        );
        let second = Contact {
            clock: Some(4),
            ways: vec![way(3, 7)],
            reconnect: Some(keys(2)),
            ..met("", TrustReason::Scanned, 7)
        };
        let expected = Contact {
            name: "Zoe".to_owned(),
            trusted: 5,
            since: 5,
            ways: vec![way(3, 7), way(2, 5)],
            ..second.clone()
        };
        assert_eq!(second.met_after(Some(&first)), expected);
        assert!(!format!("{expected:?}").contains("[2, 2"), "{expected:?}");
    }

    fn back(name: &str, at: u64) -> Return {
        Return {
            name: name.to_owned(),
            at,
            clock: -3,
            way: None,
            keys: ReconnectKeys::from_first_meeting(&Secret::new([5; 32]), 5, 5),
        }
    }

    fn returned(contact: &mut Contact, back: Return) {
        contact.change(&ContactChange::Returned(Box::new(back)));
    }

    #[test]
    fn trust_that_fell_shows_what_it_was_until_a_meeting_verifies_again() {
        let mut zoe = met("Zoe", TrustReason::Compared, 5);
        let (compared, open) = (zoe.trust, Trust::because(TrustReason::OpenLink));
        zoe.change(&ContactChange::Fell(open, 8));
        zoe.change(&ContactChange::Frozen);
        // Twice is once: what it was first is what is shown.
        zoe.change(&ContactChange::Fell(open, 9));
        let now = (zoe.trust, zoe.trusted, zoe.fallen);
        assert_eq!(now, (open, 8, Some(compared)));
        let unproven = met("", TrustReason::Answered, 10).met_after(Some(&zoe));
        assert_eq!((unproven.trusted, unproven.fallen), (10, Some(compared)));
        assert!(unproven.frozen);
        let proven = met("", TrustReason::Scanned, 11).met_after(Some(&unproven));
        assert_eq!((proven.trusted, proven.fallen), (11, None));
        assert!(!proven.frozen);
    }

    #[test]
    fn a_contact_that_came_back_is_known_by_what_it_told_last_and_heard_of_never_earlier() {
        let mut zoe = met("Zoe", TrustReason::Scanned, 5);
        let way = Way {
            ours: ([192, 168, 0, 1], 4000).into(),
            theirs: ([192, 168, 0, 2], 4000).into(),
            router: None,
            at: 9,
        };
        let told = Return {
            way: Some(way),
            ..back("Zoé", 9)
        };
        returned(&mut zoe, told);
        returned(&mut zoe, back("", 7));
        assert_eq!((zoe.shown_name(), zoe.heard, zoe.since), ("Zoé", 9, 5));
        assert_eq!((zoe.clock, &zoe.ways[..]), (Some(-3), &[way][..]));
        assert!(zoe.reconnect.is_some() && zoe.trust.level() == TrustLevel::Verified);
    }

    #[test]
    fn answers_count_for_a_day_and_until_one_is_right() {
        let mut zoe = met("Zoe", TrustReason::Scanned, 5);
        for (whose, day) in [(Whose::Ours, 7), (Whose::Ours, 7), (Whose::Theirs, 7)] {
            zoe.change(&ContactChange::Tried(whose, day));
        }
        assert_eq!((zoe.answers_taken.on(7), zoe.answers_given.on(7)), (2, 1));
        assert_eq!((zoe.answers_taken.on(8), zoe.answers_taken.on(6)), (0, 0));
        zoe.change(&ContactChange::Tried(Whose::Ours, 8));
        assert_eq!(zoe.answers_taken, Tries { day: 8, used: 1 });
        zoe.change(&ContactChange::Known(Whose::Theirs));
        assert_eq!((zoe.answers_taken.on(8), zoe.answers_given.on(7)), (1, 0));
        // The next meeting changes nothing about that.
        let again = met("", TrustReason::Scanned, 9).met_after(Some(&zoe));
        assert_eq!(again.answers_taken, zoe.answers_taken);
    }

    #[test]
    fn somebody_kept_by_an_earlier_version_is_read() {
        let kept = Writer::new(1, 76).u64(5).raw(&[7; 32]).byte(6);
        let kept = kept.bytes(b"Zoe", MAX_NAME).unwrap().finish();
        let zoe = met("Zoe", TrustReason::Scanned, 5);
        assert_eq!(Contact::parse(&kept), Ok(zoe.clone()));
        // It is written as this version does.
        let mut kept = zoe.to_bytes().unwrap().to_vec();
        assert_eq!(kept[0], VERSION);
        // Version 2 had no answers and no tokens.
        kept[0] = 2;
        kept.truncate(kept.len() - 2 * 5 - 2 - 3);
        assert_eq!(Contact::parse(&kept), Ok(zoe));
    }
}
