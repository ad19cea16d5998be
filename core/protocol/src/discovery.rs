//! Finding contacts in the local network, by DNS-SD over multicast DNS (RFC 6763, RFC 6762).
//!
//! A device announces a service under a name that is random in each hour and network. With it go tags: one
//! for each contact that may find it, which nobody else can tell from random bytes. What is announced proves
//! nothing, as anybody in the network can repeat it; it says where to knock.
//!
//! [`Announcement`] is what is announced, [`Nearby`] judges what is heard, and a [`Discovery`] carries both.

use crate::handshake::PublicKey;
use crate::reconnect::FindingKey;
use handfast_token::{Secret, kdf};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;
use web_time::Instant;

/// The type of the service. Its domain is `local`.
pub const SERVICE: &str = "_handfast._udp";

/// What one contact knows an announcement by; see [`FindingKey::mdns_tag`].
pub type Tag = [u8; 4];

/// The random name of an announcement. In text it is lower-case hexadecimal, and the host is named so too.
pub type InstanceName = [u8; 16];

/// How many tags an announcement may have: always as many as one of these.
pub const TAG_COUNTS: [usize; 4] = [8, 16, 32, 64];

/// The keys of the TXT record, and how many tags stand at each.
const TAG_KEYS: [&str; 2] = ["t0", "t1"];
const TAGS_A_KEY: usize = 32;

/// How many announcements of a network are looked at.
pub const MOST_INSTANCES: usize = 128;

/// How many are compared with the contacts in a minute, and how many are followed that led to nobody.
const MOST_LOOKS: u32 = 512;
const MOST_FUTILE: usize = 8;
const MINUTE: Duration = Duration::from_secs(60);

/// How many addresses of one announcement are tried.
pub const MOST_ADDRESSES: usize = 8;

/// What a device says in one network for one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    instance: InstanceName,
    port: u16,
    tags: Vec<Tag>,
}

impl Announcement {
    /// Announces this UDP port to those who know one of the tags, of which the first 64 count. The rest, and
    /// their order, come from the seed: how many there are is told up to the next of [`TAG_COUNTS`]. None if
    /// there is nobody to be found by.
    pub fn new(instance: InstanceName, port: u16, tags: &[Tag], seed: &Secret<32>) -> Option<Self> {
        let most = TAG_COUNTS[TAG_COUNTS.len() - 1];
        let tags = &tags[..tags.len().min(most)];
        let count = TAG_COUNTS.into_iter().find(|count| tags.len() <= *count)?;
        if tags.is_empty() {
            return None;
        }
        let random = |label, at: usize| kdf(seed.expose(), label, &[&at.to_le_bytes()]);
        let filler = |at| -> Tag {
            let bytes = random("HFS1 own filler", at);
            std::array::from_fn(|i| bytes.expose()[i])
        };
        let tags = tags.iter().copied().chain((tags.len()..count).map(filler));
        let order = |at| *random("HFS1 own order", at).expose();
        let mut shuffled: Vec<([u8; 32], Tag)> =
            tags.enumerate().map(|(at, tag)| (order(at), tag)).collect();
        shuffled.sort_unstable();
        Some(Self {
            instance,
            port,
            tags: shuffled.into_iter().map(|(_, tag)| tag).collect(),
        })
    }

    /// Reads what somebody announces: the name of the instance without type and domain, the port, and the
    /// TXT record. None unless it is one that [`Self::new`] makes.
    pub fn parse<'a>(
        instance: &str,
        port: u16,
        txt: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Option<Self> {
        let mut parts: [Option<&[u8]>; 2] = [None; 2];
        for (key, value) in txt {
            let at = TAG_KEYS.iter().position(|known| *known == key)?;
            if parts[at].replace(value).is_some() {
                return None;
            }
        }
        let [first, second] = parts;
        // The second follows when the first is full.
        let is_followed = second.is_some();
        let (first, second) = (first?, second.unwrap_or_default());
        let is_full = first.len() == TAGS_A_KEY * size_of::<Tag>();
        let (tags, rest) = first.as_chunks();
        let (more, rest_of_more) = second.as_chunks();
        let is_whole = rest.is_empty() && rest_of_more.is_empty();
        let is_one_form = match is_followed {
            true => is_full && more.len() == TAGS_A_KEY,
            false => tags.len() <= TAGS_A_KEY,
        };
        let tags = [tags, more].concat();
        if !is_whole || !is_one_form || !TAG_COUNTS.contains(&tags.len()) || port == 0 {
            return None;
        }
        Some(Self {
            instance: read_name(instance)?,
            port,
            tags,
        })
    }

    /// The random name.
    pub fn instance(&self) -> InstanceName {
        self.instance
    }

    /// The random name as text: of the instance, and with `.local` of the host.
    pub fn name(&self) -> String {
        self.instance
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The UDP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The keys and values of the TXT record.
    pub fn txt(&self) -> Vec<(&'static str, Vec<u8>)> {
        let parts = self.tags.chunks(TAGS_A_KEY).map(<[Tag]>::concat);
        TAG_KEYS.into_iter().zip(parts).collect()
    }

    /// Whether this is the contact with that key, in one of these hours: the one that it is, the one before
    /// and the one after.
    pub fn is_by(&self, finding: &FindingKey, announcer: PublicKey, hours: &[u32]) -> bool {
        hours.iter().any(|hour| {
            let tag = finding.mdns_tag(announcer, &self.instance, *hour, self.port);
            tag.is_some_and(|tag| self.tags.contains(&tag))
        })
    }
}

fn read_name(text: &str) -> Option<InstanceName> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect();
    bytes?.try_into().ok().filter(|_| rest.is_empty())
}

/// Somebody's announcement, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What they say.
    pub announcement: Announcement,
    /// Where they say that they are; see [`handfast_token::admit`] before sending anything there.
    pub addresses: Vec<SocketAddr>,
}

/// What is heard in the local network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiscoveryEvent {
    /// Somebody announces something, or is at other addresses.
    Found(Found),
    /// That announcement is over.
    Gone(InstanceName),
}

/// The local network's name service: the system's on phones, one of our own on desktops.
pub trait Discovery: Send {
    /// Announces this in place of what was announced before, or nothing any more.
    fn announce(&mut self, announcement: Option<&Announcement>);

    /// Begins to look for what others announce, or ends it.
    fn browse(&mut self, browses: bool);

    /// What was heard next, once there is something. What this device announces itself may be among it.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<DiscoveryEvent>;
}

/// A contact whom this device looks for, and by what their announcements are known.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Their long-term key.
    pub key: PublicKey,
    /// What the two find each other by, of the day of the first of the hours or an earlier one.
    pub finding: FindingKey,
    /// The hours in which they may announce; see [`Announcement::is_by`].
    pub hours: [u32; 3],
}

/// A contact seems to be there, and is to be knocked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Who.
    pub key: PublicKey,
    /// Where.
    pub addresses: Vec<SocketAddr>,
}

/// Judges what is heard in one network: whose it may be, and how much of it is followed. No clock.
#[derive(Default)]
pub struct Nearby {
    /// What was looked at.
    known: HashMap<InstanceName, Known>,
    /// Who was knocked at, and has not answered so far.
    futile: VecDeque<(Instant, PublicKey)>,
    /// Since when, and how many were looked at.
    looks: Option<(Instant, u32)>,
}

struct Known {
    found: Found,
    /// It names somebody, at a time at which too many had been followed.
    is_owed: bool,
}

impl Nearby {
    /// Takes what was heard, and says who announces so.
    ///
    /// Nothing comes of what was looked at before, of more than 128 announcements at a time and 512 a minute.
    /// Of those that name a contact, eight a minute are followed that lead to nobody; the others
    /// have to wait ([`Self::waits_until`]).
    pub fn hear(&mut self, now: Instant, found: Found, sought: &[Sought]) -> Option<Lead> {
        let instance = found.announcement.instance;
        let known = self.known.get(&instance);
        let is_news = known.is_none_or(|known| known.found != found);
        let has_room = known.is_some() || self.known.len() < MOST_INSTANCES;
        if !is_news || !has_room || !self.may_look(now) {
            return None;
        }
        let known = Known {
            found,
            is_owed: false,
        };
        self.known.insert(instance, known);
        self.follow(now, &instance, sought)
    }

    /// These contacts are looked for from now on as well: says who of them announces what was heard before.
    pub fn look_for(&mut self, now: Instant, sought: &[Sought]) -> Vec<Lead> {
        let instances: Vec<InstanceName> = self.known.keys().copied().collect();
        let instances = instances.iter();
        instances
            .filter_map(|instance| self.follow(now, instance, sought))
            .collect()
    }

    /// Follows what had to wait, as far as that is allowed by now.
    pub fn go_on(&mut self, now: Instant, sought: &[Sought]) -> Vec<Lead> {
        if self.waits_until().is_none_or(|at| now < at) {
            return Vec::new();
        }
        let owed = self.known.iter().filter(|(_, known)| known.is_owed);
        let owed: Vec<InstanceName> = owed.map(|(instance, _)| *instance).collect();
        owed.iter()
            .filter_map(|instance| self.follow(now, instance, sought))
            .collect()
    }

    /// When something may be followed that has to wait, if anything has to.
    pub fn waits_until(&self) -> Option<Instant> {
        let is_owed = self.known.values().any(|known| known.is_owed);
        let (since, _) = self.looks.filter(|_| is_owed)?;
        match self.futile.len() < MOST_FUTILE {
            // At once.
            true => Some(since),
            false => self.futile.front().map(|(at, _)| *at + MINUTE),
        }
    }

    fn follow(&mut self, now: Instant, instance: &InstanceName, sought: &[Sought]) -> Option<Lead> {
        let is_old = |(at, _): &(Instant, _)| now >= *at + MINUTE;
        while self.futile.front().is_some_and(is_old) {
            self.futile.pop_front();
        }
        let known = self.known.get_mut(instance)?;
        let is_by = |sought: &&Sought| {
            let announcement = &known.found.announcement;
            announcement.is_by(&sought.finding, sought.key, &sought.hours)
        };
        let named = sought.iter().find(is_by).map(|sought| sought.key);
        known.is_owed = named.is_some() && self.futile.len() >= MOST_FUTILE;
        let key = named.filter(|_| !known.is_owed)?;
        self.futile.push_back((now, key));
        Some(Lead {
            key,
            addresses: known.found.addresses.clone(),
        })
    }

    fn may_look(&mut self, now: Instant) -> bool {
        let (since, looks) = self.looks.get_or_insert((now, 0));
        if now >= *since + MINUTE {
            (*since, *looks) = (now, 0);
        }
        *looks += 1;
        *looks <= MOST_LOOKS
    }

    /// That contact has answered, so what was followed to them was not futile.
    pub fn answered(&mut self, contact: PublicKey) {
        self.futile.retain(|(_, followed)| *followed != contact);
    }

    /// That announcement is over.
    pub fn gone(&mut self, instance: &InstanceName) {
        self.known.remove(instance);
    }
}

#[cfg(test)]
mod tests;
