//! Where a device is, said to one contact by a token that people carry: for two whose clocks, networks or
//! ports have changed too much.
//!
//! Both meet at a place that only this token leads to. Whoever made it listens there beside the hours, for
//! a day; whoever opened it knocks there first, for a minute, and listens there beside the hours after that.
//! Once the two are together it has done its work.

use super::session::Session;
use super::shared::{Purpose, Shared};
use super::{Device, Done, Place, Refusal, SessionId, SessionTerms, ShellId, Write};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::pairing::Now;
use handfast_protocol::reconnect::{FindingKey, RendezvousKeys};
use handfast_store::{Contact, ContactChange};
use handfast_token::{Candidate, Candidates, HERE_LIFETIME, Here, HereError, SealedHere, Token};
use std::time::Duration;
use web_time::Instant;

/// How long servers may take to say how this device is seen from outside, before nobody waits for them.
const OUTSIDE: Duration = Duration::from_secs(2);

/// How long whoever opened a token knocks at its place and in no hour.
const FIRST: Duration = Duration::from_secs(60);

/// How many tokens of this device are listened for at once: each time it moves there is another one.
const MOST_MADE: usize = 4;

/// What here tokens mean for one search.
#[derive(Default)]
pub(super) struct Whereabouts {
    /// A token is wanted, and is made at the latest then.
    due: Option<Instant>,
    /// Those that were made here, the newest first.
    made: Vec<Made>,
    /// The one of theirs that was opened last.
    opened: Option<Opened>,
}

struct Made {
    token: SealedHere,
    keys: RendezvousKeys,
    named: Candidates,
    until: Instant,
}

/// A token of a contact's, as it is opened.
pub(super) struct Opened {
    keys: RendezvousKeys,
    addresses: Vec<Candidate>,
    since: Instant,
}

impl Whereabouts {
    /// A token is to be made, once servers have answered if any are asked.
    pub(super) fn want(&mut self, are_asked: bool, now: Instant) {
        self.due = Some(match are_asked {
            true => now + OUTSIDE,
            false => now,
        });
    }

    /// Says to the contact where this device is, if that is wanted and not said yet. True if a token was made.
    pub(super) fn say(
        &mut self,
        shared: &mut Shared,
        finding: &FindingKey,
        place: &Place,
        now: Now,
    ) -> bool {
        let is_seen = place.reflexive.is_some();
        let is_due = self.due.is_some_and(|at| is_seen || now.monotonic >= at);
        let newest = self.made.first();
        if !is_due && newest.is_none() {
            return false;
        }
        // Without a network there is nothing to say; it is said in the next one.
        let Ok(named) = place.candidates() else {
            return false;
        };
        if newest.is_some_and(|made| made.named == named) {
            self.due = None;
            return false;
        }
        let Ok(salt) = shared.bytes() else {
            return false;
        };
        let maker = shared.long_term_key().public();
        let token = finding.seal_here(maker, now.unix, named.clone(), salt);
        let Some((token, keys)) = token.and_then(|token| {
            let keys = finding.here(&token)?;
            Some((token, keys))
        }) else {
            return false;
        };
        self.due = None;
        let until = now.monotonic + HERE_LIFETIME;
        let made = Made {
            token,
            keys,
            named,
            until,
        };
        self.made.insert(0, made);
        self.made.truncate(MOST_MADE);
        true
    }

    /// What is handed out.
    pub(super) fn token(&self) -> Option<Token> {
        let newest = self.made.first()?;
        Some(Token::Here(newest.token.clone()))
    }

    /// The person opened this one of theirs.
    pub(super) fn open(&mut self, opened: Opened) {
        self.opened = Some(opened);
    }

    /// Where the one that was opened says that they are.
    pub(super) fn addresses(&self) -> impl Iterator<Item = Candidate> {
        let opened = self.opened.iter();
        opened.flat_map(|opened| opened.addresses.iter().cloned())
    }

    /// Where the contact is to be met now, where `hours` are good: the first is knocked in.
    pub(super) fn places(
        &mut self,
        hours: impl Iterator<Item = RendezvousKeys>,
        now: Instant,
    ) -> Vec<RendezvousKeys> {
        self.made.retain(|made| now < made.until);
        self.opened
            .take_if(|opened| now >= opened.since + HERE_LIFETIME);
        let mut all: Vec<RendezvousKeys> = hours.collect();
        all.extend(self.made.iter().map(|made| made.keys.clone()));
        if let Some(opened) = &self.opened {
            let at = match now < opened.since + FIRST {
                true => 0,
                false => all.len(),
            };
            all.insert(at, opened.keys.clone());
        }
        all
    }

    /// When these places are others, if that is known.
    pub(super) fn last_until(&self, now: Instant) -> Option<Instant> {
        let made = self.made.iter().map(|made| made.until);
        let opened = self.opened.iter();
        let opened = opened.flat_map(|opened| [opened.since + FIRST, opened.since + HERE_LIFETIME]);
        made.chain(opened).filter(|at| *at > now).min()
    }

    /// When a token is made without what servers say.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due
    }

    /// The two are together. No token acts twice. True if there was one.
    pub(super) fn met(&mut self) -> bool {
        let before = std::mem::take(self);
        !before.made.is_empty() || before.opened.is_some()
    }
}

impl Device {
    /// Who says where they are by this token, and for how many seconds it has been so by their clock.
    pub(super) fn read_here(&self, token: &SealedHere, now: Now) -> Result<Done, Refusal> {
        let (contact, here) = self.said_here(token, now)?;
        let clock = self.shared.kept().contacts.get(&contact.0);
        let clock = clock.and_then(|contact| contact.clock).unwrap_or_default();
        let theirs = now.unix.saturating_add_signed(clock.into());
        Ok(Done::Here(contact, here.age(theirs).as_secs()))
    }

    fn said_here(&self, token: &SealedHere, now: Now) -> Result<(PublicKey, Here), Refusal> {
        let contacts = self.shared.kept().contacts.values();
        let mut refusal = HereError::OtherContact;
        let may_come = |contact: &&Contact| !contact.blocked && !contact.frozen;
        for contact in contacts.filter(may_come) {
            let Some(keys) = &contact.reconnect else {
                continue;
            };
            match keys.finding.open_here(token, contact.key, now.unix) {
                Ok(here) => return Ok((contact.key, here)),
                Err(HereError::Altered) => refusal = HereError::Altered,
                Err(HereError::OtherContact) => {}
            }
        }
        Err(Refusal::Here(refusal))
    }

    /// Looks for whoever says by this token where they are.
    pub(super) fn seek_here(
        &mut self,
        shell: ShellId,
        token: &SealedHere,
        terms: SessionTerms,
        now: Now,
    ) -> Result<Done, Refusal> {
        let (key, here) = self.said_here(token, now)?;
        let contact = self.shared.kept().contacts.get(&key.0);
        let keys = contact.and_then(|contact| contact.reconnect.as_ref());
        let keys = keys.and_then(|keys| keys.finding.here(token));
        let opened = Opened {
            keys: keys.ok_or(Refusal::Here(HereError::OtherContact))?,
            addresses: here.candidates.to_vec(),
            since: now.monotonic,
        };
        let under_way = self.session_with(key);
        if let Some(id) = under_way
            && self.shell_of(id) != Some(shell)
        {
            return Err(Refusal::UnderWay(id));
        }
        let (day, salt) = (token.day(), token.salt());
        let has_acted = contact.is_some_and(|contact| contact.spent_here.contains(day, salt));
        let spent = Write::Contact(key, ContactChange::Spent { day, salt });
        if has_acted || self.shared.is_on_its_way(&spent) {
            return Err(Refusal::SpentHere);
        }
        self.shared.write(vec![spent], Purpose::Nothing);
        match under_way {
            Some(id) => {
                self.with_session(id, now, |session, shared| {
                    session.open_here(shared, opened, now)
                });
                Ok(Done::GoesOn(id))
            }
            None => {
                let id = self.next_session();
                let mut session = Session::seek(&mut self.shared, id, key, terms, now)?;
                // It has no sockets yet, so nothing comes of it before it begins.
                let _ = session.open_here(&mut self.shared, opened, now);
                Ok(self.begin(session, now))
            }
        }
    }

    /// The session that looks for this contact, or talks with them.
    pub(super) fn session_with(&self, key: PublicKey) -> Option<SessionId> {
        let mut sessions = self.sessions.iter();
        let found = sessions.find(|(_, session)| session.peer() == Some(key));
        found.map(|(id, _)| *id)
    }
}
