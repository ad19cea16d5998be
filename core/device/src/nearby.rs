//! Contacts in the local network: while this device looks for anybody from there, it announces itself to
//! those alone, and hears who announces themselves to it.
//!
//! One announcement serves all sessions. It is another one in each hour and network, and whenever somebody
//! else is looked for. What is heard proves nothing: it says where to knock.

use super::shared::Shared;
use super::{Device, Output};
use handfast_protocol::discovery::{
    self, Announcement, DiscoveryEvent, InstanceName, Lead, Sought, Tag,
};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::pairing::Now;
use handfast_protocol::reconnect::FindingKey;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use web_time::Instant;

/// Seconds in an hour, and hours in a day.
const HOUR: u64 = 3600;
const DAY: u32 = 24;

/// What is wanted of the local network's name service.
#[derive(Debug)]
pub enum NearbyCommand {
    /// Announce this in the place of what was announced before, and tell with
    /// [`Input::Nearby`](super::Input::Nearby) what others announce.
    Look {
        /// On the interfaces of these addresses.
        addresses: Vec<IpAddr>,
        /// What.
        announcement: Announcement,
    },
    /// Announce nothing, and listen to nothing. What was heard is forgotten: whoever looks again is told
    /// everything again.
    Rest,
}

/// A contact whom a session looks for.
pub(super) struct Wanted<'a> {
    pub(super) key: PublicKey,
    /// What the two find each other by, as it is kept.
    pub(super) finding: FindingKey,
    /// From these sockets.
    pub(super) addresses: &'a [SocketAddr],
    /// What the initiator's clock shows, in seconds since 1970-01-01 UTC.
    pub(super) unix: u64,
}

impl Wanted<'_> {
    /// The hours in which this contact may announce, that in which this device does first.
    fn hours(&self) -> [u32; 3] {
        let hour = u32::try_from(self.unix / HOUR).unwrap_or(u32::MAX);
        [hour, hour.saturating_sub(1), hour.saturating_add(1)]
    }

    fn sought(&self) -> Sought {
        let hours = self.hours();
        // Nothing before is read, and each day on the way takes time.
        let finding = self.finding.at(hours[1] / DAY);
        Sought {
            key: self.key,
            finding: finding.unwrap_or_else(|| self.finding.clone()),
            hours,
        }
    }

    /// Whether this is somebody for whom there is an announcement.
    fn is(&self, (key, before): &(PublicKey, FindingKey)) -> bool {
        let now = &self.finding;
        let is_equal = |one: &FindingKey| one.day() == now.day() && one.expose() == now.expose();
        // A later day's key follows from that of an earlier one.
        *key == self.key
            && (is_equal(before) || before.at(now.day()).is_some_and(|one| is_equal(&one)))
    }
}

/// See the module text.
#[derive(Default)]
pub(super) struct Nearby {
    heard: discovery::Nearby,
    said: Option<Said>,
    /// The network is another one than that in which it was said.
    is_elsewhere: bool,
    is_offline: bool,
}

/// What is announced.
struct Said {
    /// Where.
    addresses: Vec<SocketAddr>,
    /// In which hour of this device's own clock, and when it ends.
    hour: u64,
    hour_ends: Instant,
    /// To whom.
    contacts: Vec<(PublicKey, FindingKey)>,
    sought: Vec<Sought>,
}

impl Said {
    fn is_for(&self, wanted: &[Wanted<'_>]) -> bool {
        self.contacts.len() == wanted.len()
            && wanted
                .iter()
                .zip(&self.contacts)
                .all(|(one, known)| one.is(known))
    }
}

impl Nearby {
    /// When it goes on by itself.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let hour_ends = self.said.as_ref()?.hour_ends;
        let waits_until = self.heard.waits_until();
        Some(waits_until.map_or(hour_ends, |at| at.min(hour_ends)))
    }

    /// This device is in another network, or in none.
    pub(super) fn moved(&mut self, is_offline: bool) {
        (self.is_elsewhere, self.is_offline) = (true, is_offline);
    }

    /// This contact has answered.
    pub(super) fn answered(&mut self, contact: PublicKey) {
        self.heard.answered(contact);
    }

    /// Something was heard.
    fn hear(&mut self, event: DiscoveryEvent, now: Now) -> Option<Lead> {
        // What comes late from another network says nothing about this one.
        let said = self.said.as_ref()?;
        match event {
            DiscoveryEvent::Found(found) => self.heard.hear(now.monotonic, found, &said.sought),
            DiscoveryEvent::Gone(instance) => {
                self.heard.gone(&instance);
                None
            }
        }
    }

    /// Announces this device to those who are wanted, if it is not yet, and says who of them is known to be
    /// there by what was heard before.
    fn look(&mut self, shared: &mut Shared, wanted: &[Wanted<'_>], now: Now) -> Vec<Lead> {
        let wanted = match self.is_offline || shared.is_asleep() {
            true => &[],
            false => wanted,
        };
        let Some(first) = wanted.first() else {
            self.rest(shared);
            return Vec::new();
        };
        let is_elsewhere = std::mem::take(&mut self.is_elsewhere);
        let is_here = |said: &Said| said.addresses == first.addresses && !is_elsewhere;
        if !self.said.as_ref().is_some_and(is_here) {
            self.rest(shared);
        }
        let hour = now.unix / HOUR;
        if let Some(said) = &self.said
            && said.hour == hour
            && said.is_for(wanted)
        {
            return self.heard.go_on(now.monotonic, &said.sought);
        }
        let Some(announcement) = announcement(shared, wanted, first.addresses) else {
            self.rest(shared);
            return Vec::new();
        };
        shared.put(Output::Nearby(NearbyCommand::Look {
            addresses: first.addresses.iter().map(SocketAddr::ip).collect(),
            announcement,
        }));
        let sought: Vec<Sought> = wanted.iter().map(Wanted::sought).collect();
        let said = Said {
            addresses: first.addresses.to_vec(),
            hour,
            hour_ends: now.monotonic + Duration::from_secs(HOUR - now.unix % HOUR),
            contacts: wanted
                .iter()
                .map(|one| (one.key, one.finding.clone()))
                .collect(),
            sought: sought.clone(),
        };
        let before = self.said.replace(said);
        let is_new = |one: &Sought| {
            let mut before = before.iter().flat_map(|said| &said.sought);
            !before.any(|known| known.key == one.key)
        };
        let new: Vec<Sought> = sought.into_iter().filter(is_new).collect();
        self.heard.look_for(now.monotonic, &new)
    }

    fn rest(&mut self, shared: &mut Shared) {
        if self.said.take().is_some() {
            self.heard = discovery::Nearby::default();
            shared.put(Output::Nearby(NearbyCommand::Rest));
        }
    }
}

/// What is announced to those who are looked for from these sockets; None if nobody would know it.
fn announcement(
    shared: &mut Shared,
    wanted: &[Wanted<'_>],
    addresses: &[SocketAddr],
) -> Option<Announcement> {
    let instance: InstanceName = shared.bytes().ok()?;
    let seed = shared.secret().ok()?;
    let own = shared.long_term_key().public();
    let port = addresses.first()?.port();
    let tag = |one: &Wanted<'_>| one.finding.mdns_tag(own, &instance, one.hours()[0], port);
    let from_there = wanted.iter().filter(|one| one.addresses == addresses);
    let tags: Vec<Tag> = from_there.filter_map(tag).collect();
    Announcement::new(instance, port, &tags, &seed)
}

impl Device {
    /// Something was heard in the local network.
    pub(super) fn heard_nearby(&mut self, event: DiscoveryEvent, now: Now) {
        let lead = self.nearby.hear(event, now);
        self.follow(lead, now);
    }

    /// Announces and listens for whoever is looked for now.
    pub(super) fn look_nearby(&mut self, now: Now) {
        let sessions = self.sessions.values();
        let wanted = sessions.filter_map(|session| session.wanted_nearby(&self.shared, now));
        let wanted: Vec<Wanted<'_>> = wanted.collect();
        let leads = self.nearby.look(&mut self.shared, &wanted, now);
        self.follow(leads, now);
    }

    /// Has them knocked at who seem to be there.
    fn follow(&mut self, leads: impl IntoIterator<Item = Lead>, now: Now) {
        for Lead { key, addresses } in leads {
            let mut sessions = self.sessions.values_mut();
            let Some(session) = sessions.find(|session| session.peer() == Some(key)) else {
                continue;
            };
            if session.found_nearby(&mut self.shared, addresses, now) {
                self.nearby.answered(key);
            }
        }
    }
}
