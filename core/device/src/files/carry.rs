//! What is wanted of the files of one link, and what comes of it.

use super::super::shared::Shared;
use super::super::{Carried, FileOrder, SessionId, Write};
use super::file::Live;
use super::{Files, OfferId};
use handfast_protocol::conversation::{FileError, Limits};
use handfast_protocol::handshake::Trust;
use handfast_protocol::pairing::Now;
use handfast_protocol::transfer::{
    self, Content, Decision, Direction, EntryId, Source, State, Status,
};
use handfast_store::{FileStage, KeptFile};
use std::path::PathBuf;

/// What the other side may ask about whose entry has not come.
const MOST_ASKED: usize = 256;

/// What is taken from the other side, and where it goes.
pub(in super::super) struct Taking {
    pub(in super::super) limits: Limits,
    pub(in super::super) trust: Trust,
    /// Empty for the usual folder.
    pub(in super::super) folder: PathBuf,
}

/// The link over which files come and go.
pub(super) struct Channel {
    pub(super) session: SessionId,
    pub(super) taking: Taking,
}

impl Files {
    /// They come and go over the link of this session from now on: what it begins with.
    pub(in super::super) fn begin(
        &mut self,
        session: SessionId,
        taking: Taking,
        scope: [u8; 32],
    ) -> Carried {
        let terms = transfer::Terms {
            keep_free: taking.limits.keep_free,
            largest: taking.limits.largest_file,
        };
        self.asked.clear();
        self.has_asked_more = false;
        self.channel = Some(Channel { session, taking });
        let mut orders = Vec::new();
        for (offer, file) in &mut self.files {
            (file.is_new, file.is_doubted) = (false, false);
            match file.kept.stage {
                FileStage::Open | FileStage::Paused => {
                    file.live = match offer.ours {
                        true => Live::Unheard,
                        false => Live::Waiting,
                    };
                    self.touched.insert(*offer);
                    orders.extend(file.go_on());
                }
                FileStage::Failed { .. } if offer.ours && file.kept.may_be_tried_again() => {
                    orders.push(file.give());
                }
                // They may not have heard of it.
                FileStage::Failed {
                    reason: reason @ FileError::Cancelled,
                    by_peer: false,
                } if offer.ours => {
                    let withdraw = Decision::Withdraw(file.source(), reason);
                    orders.push(FileOrder::Decide(withdraw));
                }
                FileStage::Offered | FileStage::Done | FileStage::Failed { .. } => {}
            }
        }
        Carried {
            scope,
            terms,
            orders,
        }
    }

    /// The link is over.
    pub(in super::super) fn end(&mut self, shared: &mut Shared, session: SessionId) {
        let is_its = |channel: &mut Channel| channel.session == session;
        if self.channel.take_if(is_its).is_none() {
            return;
        }
        // How far each is, for whoever looks before the two are together again.
        let far = self.files.values().filter(|file| {
            file.live != Live::Apart && file.kept.done > 0 && !file.kept.stage.is_over()
        });
        let writes: Vec<Write> = far
            .map(|file| Write::File(Box::new(file.to_kept())))
            .collect();
        self.part();
        if !writes.is_empty() {
            self.write(shared, writes);
        }
    }

    /// The other side is trusted so far now.
    pub(in super::super) fn trust(&mut self, trust: Trust) {
        if let Some(channel) = &mut self.channel {
            channel.taking.trust = trust;
        }
    }

    /// Something happened to a file over the link of this session. One of ours and its content, where the other side
    /// has to be told by another entry what it is. Which of our entries are on the other side's disk is asked of
    /// `is_delivered`.
    pub(in super::super) fn happened(
        &mut self,
        shared: &mut Shared,
        session: SessionId,
        event: transfer::Event,
        is_delivered: impl Fn(EntryId) -> bool,
        now: Now,
    ) -> Option<(KeptFile, Content)> {
        if self.channel.as_ref().map(|channel| channel.session) != Some(session) {
            return None;
        }
        match event {
            transfer::Event::Changed {
                direction,
                source,
                status,
            } => {
                let ours = direction == Direction::Outgoing;
                let is_their_last_word = matches!(
                    status,
                    Status::Done { .. } | Status::Failed { by_peer: true, .. }
                );
                for offer in self.concerned(ours, source) {
                    let Some(file) = self.files.get_mut(&offer) else {
                        continue;
                    };
                    // Whoever has not heard of it speaks of an earlier one that was called the same.
                    file.is_doubted = ours && is_their_last_word && !is_delivered(offer.entry);
                    if file.is_doubted {
                        continue;
                    }
                    let stands = file.stands(&status, now.monotonic);
                    self.touched.insert(offer);
                    if stands {
                        self.changed(shared, offer);
                    }
                }
                None
            }
            transfer::Event::Hashed { entry, content } => {
                let offer = self.offer(true, entry);
                let file = self.files.get_mut(&offer)?;
                let is_news =
                    file.kept.content.is_none() && !std::mem::replace(&mut file.is_told, true);
                is_news.then(|| (file.kept.clone(), content))
            }
            transfer::Event::Asked(source) => {
                self.asked(shared, source);
                None
            }
            transfer::Event::Withdrawn(source, reason) => {
                for offer in self.named(false, source) {
                    if let Some(file) = self.files.get_mut(&offer)
                        && !file.kept.stage.is_over()
                    {
                        file.fail(reason, true);
                        self.changed(shared, offer);
                    }
                }
                None
            }
        }
    }

    /// Those that an event is about: what may still come of something, or else the one that may be tried again.
    fn concerned(&self, ours: bool, source: Source) -> Vec<OfferId> {
        let mut named = self.named(ours, source);
        named.retain(|offer| {
            self.files.get(offer).is_some_and(|file| {
                // What was only offered is not under way.
                let is_wanted = matches!(file.kept.stage, FileStage::Open | FileStage::Paused);
                is_wanted || (ours && file.kept.may_be_tried_again())
            })
        });
        named
    }

    /// The other side asks how a file of theirs stands.
    fn asked(&mut self, shared: &mut Shared, source: Source) {
        let named = self.named(false, source);
        match named.first() {
            Some(offer) => self.say(shared, *offer),
            // It is said when its entry comes.
            None if self.asked.len() < MOST_ASKED => {
                self.asked.insert(source);
            }
            None => self.has_asked_more = true,
        }
    }

    /// Says to the other side how a file of theirs stands here.
    pub(super) fn say(&self, shared: &mut Shared, offer: OfferId) {
        let Some(file) = self.files.get(&offer) else {
            return;
        };
        let source = file.source();
        let tell = |state| vec![Decision::Tell(source, state)];
        let decisions = match file.kept.stage {
            FileStage::Offered => tell(State::Waiting),
            FileStage::Done => tell(State::Received),
            FileStage::Open | FileStage::Paused => vec![Decision::Fetch(file.fetch())],
            FileStage::Failed {
                reason: reason @ (FileError::Declined | FileError::Cancelled),
                by_peer: false,
            } => file.give_up(reason),
            FileStage::Failed {
                reason,
                by_peer: false,
            } => tell(State::Refused(reason)),
            // They can give it now, and the person may want it again.
            FileStage::Failed { by_peer: true, .. } => tell(State::Waiting),
        };
        for decision in decisions {
            self.order(shared, FileOrder::Decide(decision));
        }
    }

    /// Entries of ours are on the other side's disk, up to there: whatever was said too early is asked again.
    pub(in super::super) fn delivered(
        &mut self,
        shared: &mut Shared,
        (incarnation, up_to): ([u8; 12], u64),
    ) {
        let is_there = |entry: EntryId| entry.incarnation == incarnation && entry.sequence <= up_to;
        let mut orders = Vec::new();
        for (offer, file) in &mut self.files {
            if file.is_doubted && is_there(offer.entry) {
                file.is_doubted = false;
                orders.extend(file.go_on());
            }
        }
        for order in orders {
            self.order(shared, order);
        }
    }

    /// What entries say is on the disk: the machine of the link hears of it.
    pub(in super::super) fn kept(&mut self, shared: &mut Shared, offers: &[OfferId]) {
        for offer in offers {
            self.touched.insert(*offer);
            match offer.ours {
                true => self.ours_kept(shared, *offer),
                false => self.theirs_kept(shared, *offer),
            }
            if let Some(file) = self.files.get_mut(offer).filter(|file| file.is_erased) {
                file.kept.erase();
            }
        }
    }

    fn ours_kept(&mut self, shared: &mut Shared, offer: OfferId) {
        let is_here = self.channel.is_some();
        let Some(file) = self.files.get_mut(&offer).filter(|_| is_here) else {
            return;
        };
        let order = match file.kept.stage {
            FileStage::Open if file.live == Live::Apart => {
                (file.live, file.is_new) = (Live::Unheard, true);
                file.give()
            }
            FileStage::Failed { reason, .. } => {
                FileOrder::Decide(Decision::Withdraw(file.source(), reason))
            }
            _ => return,
        };
        self.order(shared, order);
    }

    fn theirs_kept(&mut self, shared: &mut Shared, offer: OfferId) {
        let is_here = self.channel.is_some();
        let Some(file) = self.files.get_mut(&offer).filter(|_| is_here) else {
            return;
        };
        let source = file.source();
        let was_asked = self.asked.remove(&source) || self.has_asked_more;
        if file.is_erased {
            // They may say so themselves, and may have begun anew since.
            for decision in file.give_up(FileError::Cancelled) {
                self.order(shared, FileOrder::Decide(decision));
            }
            return;
        }
        let decision = match (file.kept.stage, source, file.kept.content) {
            (FileStage::Open, ..) if file.live == Live::Apart => {
                file.live = Live::Waiting;
                Decision::Fetch(file.fetch())
            }
            (FileStage::Open | FileStage::Paused, Source::Entry(entry), Some(content)) => {
                Decision::Hashed(entry, content)
            }
            _ if was_asked => return self.say(shared, offer),
            // They are about to ask.
            _ => return,
        };
        self.order(shared, FileOrder::Decide(decision));
    }

    /// The entry is written that says what a file of ours is.
    pub(super) fn is_known(&mut self, entry: EntryId, content: Content) -> Option<OfferId> {
        let offer = self.offer(true, entry);
        let file = self.files.get_mut(&offer)?;
        file.kept.content = Some(content);
        file.kept.size = content.size;
        Some(offer)
    }
}
