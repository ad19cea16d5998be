//! What a person does with their contacts, and what a screen shows of them.

use super::session::{Parting, SessionInput};
use super::shared::{Purpose, Shared};
use super::{Device, Done, Refusal, RequestId, SessionEnd, Summary, Write};
use handfast_protocol::handshake::{PublicKey, Trust, TrustReason, folded, visible};
use handfast_protocol::pairing::Now;
use handfast_store::{Contact, ContactChange, StoreError, Way};

/// What a person decides about somebody they have met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum ContactEdit {
    /// They are called this here; None, or a name of which nothing is seen, for what they call themselves.
    Name(Option<String>),
    /// They are not looked for and not let in any more, or are again. What goes on with them ends at once.
    Blocked(bool),
    /// So many bytes of files are taken from them unasked, in each conversation from the next one on; None
    /// for what the settings say.
    Allowance(Option<u64>),
    /// Whether another device that came to them in this person's name is this person's. If it is not, somebody
    /// else has the keys of this device: what goes on with them ends, they are told so where they are here, and
    /// nothing is exchanged with them until the two meet or compare.
    OtherDeviceIsOurs(bool),
}

impl ContactEdit {
    fn changes(self, now: Now) -> Vec<ContactChange> {
        match self {
            Self::Name(name) => {
                let name = name.map(|name| visible(&name));
                let name = name.filter(|name| !name.trim().is_empty());
                vec![ContactChange::Given(name)]
            }
            Self::Blocked(is_so) => vec![ContactChange::Blocked(is_so)],
            Self::Allowance(most) => vec![ContactChange::Allowance(most)],
            Self::OtherDeviceIsOurs(true) => vec![ContactChange::Replaced(false)],
            Self::OtherDeviceIsOurs(false) => {
                let mut changes = freezing(now);
                changes.push(ContactChange::Replaced(false));
                changes
            }
        }
    }
}

/// Somebody else has the keys of one of the two: nothing that was proved holds any more.
pub(super) fn freezing(now: Now) -> Vec<ContactChange> {
    let unproven = Trust::because(TrustReason::OpenLink);
    vec![
        ContactChange::Fell(unproven, now.unix),
        ContactChange::Frozen,
    ]
}

/// Why a contact is not looked for, and nothing can be written to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Hindrance {
    /// The two hold nothing in common by which they find each other: they keep nothing of this device, or have
    /// forgotten it.
    #[error("they do not keep you: meet again by an invitation")]
    NotKept,
    /// Somebody else has the keys of one of the two.
    #[error(
        "somebody else may have come in their name or yours: meet again by an invitation, and compare"
    )]
    Frozen,
}

impl Hindrance {
    /// What keeps this contact from being looked for, apart from the person who blocks them.
    pub(super) fn of(contact: &Contact) -> Option<Self> {
        match (&contact.reconnect, contact.frozen) {
            (_, true) => Some(Self::Frozen),
            (None, false) => Some(Self::NotKept),
            (Some(_), false) => None,
        }
    }
}

impl Shared {
    /// Something can be written to this contact, apart from the person who blocks them.
    ///
    /// # Errors
    /// What hinders that; [`StoreError::Unknown`] of somebody who was never met.
    pub(super) fn must_not_be_hindered(&self, key: PublicKey) -> Result<(), Refusal> {
        let contact = self
            .kept()
            .contacts
            .get(&key.0)
            .ok_or(StoreError::Unknown)?;
        Hindrance::of(contact).map_or(Ok(()), |hindrance| Err(Refusal::Hindered(hindrance)))
    }

    /// Whom the person takes for `key` by the name that `key` tells: another contact who tells the same, or is
    /// called so here. Of several whoever was met first.
    pub(super) fn namesake(&self, key: PublicKey, name: &str) -> Option<PublicKey> {
        let name = Some(folded(name)).filter(|name| !name.is_empty())?;
        let others = self.kept().contacts.values();
        let others = others.filter(|other| other.key != key);
        let namesakes = others.filter(|other| {
            let mut names = other.given.iter().chain([&other.name]);
            names.any(|other| folded(other) == name)
        });
        let first = namesakes.min_by_key(|other| (other.since, other.key.0));
        first.map(|other| other.key)
    }
}

/// A contact as a screen shows it: what is kept of them without what it takes to meet them again, and whether
/// there is that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ContactView {
    /// Their long-term key, which is who they are.
    pub key: PublicKey,
    /// What they call themselves; may be empty.
    pub name: String,
    /// The name that the person here gave them, if they did.
    pub given: Option<String>,
    /// How far they are trusted, and why.
    pub trust: Trust,
    /// Since when, in seconds since 1970-01-01 UTC.
    pub trusted: u64,
    /// What trust rested on before it fell.
    pub fallen: Option<Trust>,
    /// When they were first met, in seconds since 1970-01-01 UTC.
    pub since: u64,
    /// When they were last heard of, in seconds since 1970-01-01 UTC.
    pub heard: u64,
    /// They are looked for by themselves, and told where this device is.
    pub findable: bool,
    /// They are not answered.
    pub blocked: bool,
    /// Somebody else has their keys.
    pub frozen: bool,
    /// Another device has taken the place of this one at them, as far as the person has not said whose.
    pub replaced: bool,
    /// The most bytes of files that are taken from them unasked; None for what the settings say.
    pub allowance: Option<u64>,
    /// The two hold something in common by which they find each other, and may use it.
    pub can_be_found: bool,
    /// The last ways by which they were reached, the newest first.
    pub ways: Vec<Way>,
    /// How many of their messages nobody has seen; 1,000 stands for as many or more.
    pub unread: u64,
    /// When something was said last, by them or here, in milliseconds since 1970-01-01 UTC.
    pub last_said: Option<u64>,
}

impl ContactView {
    /// What a screen calls them; may be empty.
    pub fn shown_name(&self) -> &str {
        self.given.as_ref().unwrap_or(&self.name)
    }
}

impl ContactView {
    /// This contact, and what there is to say of the conversation with them if there is one.
    pub fn new(contact: &Contact, summary: Option<&Summary>) -> Self {
        Self {
            key: contact.key,
            name: contact.name.clone(),
            given: contact.given.clone(),
            trust: contact.trust,
            trusted: contact.trusted,
            fallen: contact.fallen,
            since: contact.since,
            heard: contact.heard,
            findable: contact.findable,
            blocked: contact.blocked,
            frozen: contact.frozen,
            replaced: contact.replaced,
            allowance: contact.allowance,
            can_be_found: Hindrance::of(contact).is_none(),
            ways: contact.ways.clone(),
            unread: summary.map_or(0, Summary::unread),
            last_said: summary.and_then(Summary::last),
        }
    }
}

impl Device {
    /// Who was met, those met first first.
    pub fn contacts(&self) -> Vec<ContactView> {
        let kept = self.shared.kept();
        let contacts = kept.contacts.iter();
        let contacts =
            contacts.map(|(key, contact)| ContactView::new(contact, kept.summaries.get(key)));
        let mut contacts: Vec<ContactView> = contacts.collect();
        contacts.sort_by_key(|contact| (contact.since, contact.key.0));
        contacts
    }

    /// Keeps what the person decided about a contact. Whoever is blocked is hung up on before that is kept, and
    /// hears no goodbye.
    pub(super) fn change(
        &mut self,
        request: RequestId,
        key: PublicKey,
        edit: ContactEdit,
        now: Now,
    ) -> Result<Option<Done>, Refusal> {
        if !self.shared.kept().contacts.contains_key(&key.0) {
            return Err(StoreError::Unknown.into());
        }
        let blocks = edit == ContactEdit::Blocked(true);
        let disowns = edit == ContactEdit::OtherDeviceIsOurs(false);
        let changes = edit.changes(now).into_iter();
        let changes = changes.map(|change| Write::Contact(key, change));
        self.shared
            .write(changes.collect(), Purpose::Contact(request));
        if blocks {
            self.end_with(key, SessionEnd::Blocked, now);
        }
        if disowns {
            self.part_from(key, Parting::Disowns, now);
        }
        Ok(None)
    }

    /// Whatever goes on with this contact ends, and they are told why.
    pub(super) fn part_from(&mut self, contact: PublicKey, why: Parting, now: Now) {
        for id in self.ids() {
            self.feed(id, SessionInput::Parts(contact, why), now);
        }
    }

    /// Whatever goes on with this peer ends like this.
    pub(super) fn end_with(&mut self, peer: PublicKey, end: SessionEnd, now: Now) {
        for id in self.ids() {
            self.feed(id, SessionInput::PeerEnds(peer, end), now);
        }
    }
}
