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
use std::time::{Duration, Instant};

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

/// Judges what is heard in one network: whose it may be, and how much of it is followed. No clock.
#[derive(Default)]
pub struct Nearby {
    /// What was looked at.
    known: HashMap<InstanceName, Found>,
    /// What was followed, and to nobody so far.
    futile: VecDeque<(Instant, InstanceName)>,
    /// Since when, and how many were looked at.
    looks: Option<(Instant, u32)>,
}

impl Nearby {
    /// Takes what was heard, and says which contacts announce so. Each is to be knocked at there. `contacts`
    /// are those that may be found, with their static keys and finding keys of this day; `hours` as in
    /// [`Announcement::is_by`].
    ///
    /// Nothing comes of what was looked at before, of more than 128 announcements at a time and 512 a minute,
    /// and of those that name a contact more than eight times a minute without leading to one.
    pub fn hear<'a, C>(
        &mut self,
        now: Instant,
        found: Found,
        contacts: impl IntoIterator<Item = (C, PublicKey, &'a FindingKey)>,
        hours: &[u32],
    ) -> Vec<C> {
        let instance = found.announcement.instance;
        let is_news = self.known.get(&instance) != Some(&found);
        let has_room = self.known.contains_key(&instance) || self.known.len() < MOST_INSTANCES;
        if !is_news || !has_room || !self.may_look(now) {
            return Vec::new();
        }
        let is_old = |(at, _): &(Instant, _)| now >= *at + MINUTE;
        while self.futile.front().is_some_and(is_old) {
            self.futile.pop_front();
        }
        let is_by = |(_, key, finding): &(C, PublicKey, &FindingKey)| {
            found.announcement.is_by(finding, *key, hours)
        };
        let named: Vec<C> = contacts
            .into_iter()
            .filter(is_by)
            .map(|(contact, ..)| contact)
            .collect();
        let is_followed = !named.is_empty() && self.futile.len() < MOST_FUTILE;
        if is_followed {
            self.futile.push_back((now, instance));
        }
        if is_followed || named.is_empty() {
            self.known.insert(instance, found);
        }
        match is_followed {
            true => named,
            // It is looked at again when it is heard again.
            false => Vec::new(),
        }
    }

    fn may_look(&mut self, now: Instant) -> bool {
        let (since, looks) = self.looks.get_or_insert((now, 0));
        if now >= *since + MINUTE {
            (*since, *looks) = (now, 0);
        }
        *looks += 1;
        *looks <= MOST_LOOKS
    }

    /// The contact who announced so has answered there.
    pub fn answered(&mut self, instance: &InstanceName) {
        self.futile.retain(|(_, followed)| followed != instance);
    }

    /// That announcement is over.
    pub fn gone(&mut self, instance: &InstanceName) {
        self.known.remove(instance);
    }
}

#[cfg(test)]
mod tests;
