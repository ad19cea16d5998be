//! What a device keeps, as records of a store: a [`Write`] means there what it means for a [`Snapshot`], and a
//! [`Query`] is answered out of it. Whoever drives a device carries its writes out by this, whatever the store is.

mod conversation;

use super::{Asking, Ended, Found, KeptInvitation, Query, Settings, Snapshot, Summary, Write};
use conversation::Conversation;
use handfast_protocol::conversation::Limits;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::network::StunServer;
use handfast_store::{Batch, Kept, Setting, StoreError};
use handfast_token::LinkBase;
use std::collections::BTreeMap;

/// How a choice for something, and one against it, are written.
const YES: &str = "yes";
const NO: &str = "no";

/// Carries out one change of what this device keeps.
///
/// # Errors
/// When the store fails.
pub fn put(batch: &Batch<'_>, own: PublicKey, write: &Write) -> Result<(), StoreError> {
    let conversation = |with| Conversation { batch, own, with };
    match write {
        Write::AddInvitation(pending) => batch.add_invitation(pending),
        Write::RemoveInvitation(id) => batch.remove_invitation(*id),
        Write::History(id, history, now) => batch.add_history(*id, history, *now),
        Write::EndInvitation(id, reason, now) => batch.end_invitation(*id, *reason, *now),
        Write::PutReply(reply) => batch.put_reply(reply),
        Write::RemoveReply(id) => batch.remove_reply(*id),
        Write::CountProofs(count) => batch.count_proofs(*count),
        Write::ForgetProofs(id) => batch.forget_proofs(*id),
        // Who is refused is not remembered, which is no failure.
        Write::Meet(contact) => batch.meet((**contact).clone()).map(drop),
        Write::Contact(key, change) => batch.change_contact(*key, change),
        Write::Way(key, way) => batch.add_way(*key, *way),
        Write::Reconnect(key, keys) => batch.put_reconnect(*key, keys),
        Write::Refuse(refused) => batch.refuse(refused),
        Write::Forget(key) => batch.forget(*key).map(drop),
        Write::Row(with, row) => conversation(*with).add(row),
        Write::Marks(with, marks) => conversation(*with).put_marks(*marks),
        Write::Delivered(with, incarnation, up_to) => {
            conversation(*with).set_delivered(*incarnation, *up_to)
        }
        Write::File(file) => batch.put_file(file),
        Write::Read(with, place) => conversation(*with).set_read(*place),
        Write::Life(with, mark) => batch.put_life(*with, *mark),
        Write::Erase(with, place) => conversation(*with).erase(*place),
        Write::Settings(settings) => put_settings(batch, settings),
        Write::Guesses(guesses) => batch.add_guesses(guesses),
    }
}

/// Answers a question about a conversation of this device.
///
/// # Errors
/// When the store fails, or something in it is damaged.
pub fn find(batch: &Batch<'_>, own: PublicKey, query: &Query) -> Result<Found, StoreError> {
    let with = query.with();
    Conversation { batch, own, with }.find(query)
}

/// Reads everything that this device keeps. Settings that were not chosen are as usual.
///
/// # Errors
/// When the store fails, or something in it is damaged.
pub fn load(batch: &Batch<'_>, own: PublicKey, usual: &Settings) -> Result<Snapshot, StoreError> {
    let invitations = batch.invitations()?.into_iter().map(|kept| match kept {
        Kept::Waiting(pending) => (pending.id(), KeptInvitation::Waiting(pending)),
        Kept::Over {
            id,
            made,
            end_reason,
            ended,
        } => {
            let ended = Ended {
                reason: end_reason,
                made,
                at: ended,
            };
            (id, KeptInvitation::Ended(ended))
        }
    });
    let replies = batch.replies()?.into_iter();
    let proofs = batch.proofs()?.into_iter();
    let contacts = batch.contacts()?;
    let summaries = contacts.iter().map(|contact| {
        let with = contact.key;
        (with.0, Conversation { batch, own, with }.summary())
    });
    let summaries = summaries.filter(|(_, summary)| *summary != Summary::default());
    let summaries = summaries.collect();
    let mut lives: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (with, mark) in batch.lives()? {
        let theirs = lives.entry(with.0).or_default();
        theirs.insert(mark.place(), mark);
    }
    let contacts = contacts.into_iter();
    let refused = batch.refused()?.into_iter();
    let files = batch.files()?.into_iter();
    Ok(Snapshot {
        invitations: invitations.collect(),
        replies: replies.map(|reply| (reply.id(), reply)).collect(),
        proofs: proofs.map(|proofs| (proofs.id, proofs)).collect(),
        contacts: contacts.map(|contact| (contact.key.0, contact)).collect(),
        refused: refused.map(|refused| (refused.key.0, refused)).collect(),
        files: files.map(|file| (file.offer, file)).collect(),
        summaries,
        lives,
        settings: settings(batch, usual)?,
        guesses: batch.guesses()?,
    })
}

fn put_settings(batch: &Batch<'_>, settings: &Settings) -> Result<(), StoreError> {
    let Settings {
        name,
        asking,
        nearby,
        limits,
        links,
    } = settings;
    let named: Vec<String> = asking.named.iter().map(StunServer::to_string).collect();
    let yes_or_no = |is_so| Some(if is_so { YES } else { NO });
    batch.set(Setting::Name, Some(name))?;
    batch.set(Setting::Stun, Some(&named.join(" ")))?;
    batch.set(Setting::AskServers, yes_or_no(asking.servers))?;
    batch.set(Setting::AskRouter, yes_or_no(asking.router))?;
    batch.set(Setting::Guess, yes_or_no(asking.guess))?;
    batch.set(Setting::Nearby, yes_or_no(*nearby))?;
    batch.set(Setting::Limits, Some(&limits_to_text(limits)))?;
    batch.set(Setting::Links, Some(links.as_str()))
}

/// What the person chose; None if they never chose anything.
fn settings(batch: &Batch<'_>, usual: &Settings) -> Result<Option<Settings>, StoreError> {
    let name = batch.setting(Setting::Name)?;
    let named = batch.setting(Setting::Stun)?;
    let asks = batch.setting(Setting::AskServers)?;
    let router = batch.setting(Setting::AskRouter)?;
    let guess = batch.setting(Setting::Guess)?;
    let nearby = batch.setting(Setting::Nearby)?;
    let limits = batch.setting(Setting::Limits)?;
    let links = batch.setting(Setting::Links)?;
    let chosen = [
        &name, &named, &asks, &router, &guess, &nearby, &limits, &links,
    ];
    if chosen.iter().all(|choice| choice.is_none()) {
        return Ok(None);
    }
    // What is written was checked, and what somebody else wrote is left out.
    let named: Option<Vec<StunServer>> = named.map(|text| {
        let servers = text.split_whitespace().map(str::parse);
        servers.filter_map(Result::ok).collect()
    });
    let may = |choice: Option<String>, usual| choice.map_or(usual, |choice| choice != NO);
    Ok(Some(Settings {
        name: name.unwrap_or_else(|| usual.name.clone()),
        asking: Asking {
            servers: may(asks, usual.asking.servers),
            named: named.unwrap_or_else(|| usual.asking.named.clone()),
            router: may(router, usual.asking.router),
            guess: may(guess, usual.asking.guess),
        },
        nearby: may(nearby, usual.nearby),
        limits: limits
            .and_then(|text| limits_from_text(&text))
            .unwrap_or(usual.limits),
        links: links
            .and_then(|text| LinkBase::new(&text).ok())
            .unwrap_or_else(|| usual.links.clone()),
    }))
}

/// Numbers with spaces between them. The first six are all that earlier versions wrote, and read.
fn limits_to_text(limits: &Limits) -> String {
    let Limits {
        unverified,
        known,
        verified,
        open_offers,
        keep_free,
        largest_file,
    } = limits;
    let numbers = [
        unverified.entries,
        unverified.bytes,
        known.entries,
        verified.unasked,
        *open_offers as u64,
        *keep_free,
        unverified.unasked,
        known.bytes,
        known.unasked,
        verified.entries,
        verified.bytes,
        *largest_file,
    ];
    numbers.map(|number| number.to_string()).join(" ")
}

/// None if it was not written here.
fn limits_from_text(text: &str) -> Option<Limits> {
    let mut limits = Limits::USUAL;
    let mut numbers = text.split(' ').map(|number| number.parse::<u64>().ok());
    let mut next = || numbers.next().flatten();
    limits.unverified.entries = next()?;
    limits.unverified.bytes = next()?;
    limits.known.entries = next()?;
    limits.verified.entries = limits.known.entries;
    limits.verified.unasked = next()?;
    limits.open_offers = u32::try_from(next()?).ok()? as usize;
    limits.keep_free = next()?;
    let more = [
        &mut limits.unverified.unasked,
        &mut limits.known.bytes,
        &mut limits.known.unasked,
        &mut limits.verified.entries,
        &mut limits.verified.bytes,
        &mut limits.largest_file,
    ];
    for limit in more {
        match next() {
            Some(number) => *limit = number,
            None => break,
        }
    }
    Some(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_were_written_and_nonsense_is_not() {
        let mut limits = Limits::USUAL.with_unasked(7);
        (limits.verified.entries, limits.largest_file) = (9, u64::MAX);
        assert_eq!(limits_from_text(&limits_to_text(&limits)), Some(limits));
        for text in ["", "1 2 3", "a b c d e f", "1 2 3 4 4294967296 6"] {
            assert_eq!(limits_from_text(text), None, "{text}");
        }
    }

    #[test]
    fn limits_of_an_earlier_version_are_read() {
        let limits = limits_from_text("1 2 3 4 5 6").unwrap();
        assert_eq!((limits.known.entries, limits.verified.entries), (3, 3));
        assert_eq!((limits.open_offers, limits.keep_free), (5, 6));
        assert_eq!(limits.largest_file, Limits::USUAL.largest_file);
    }
}
