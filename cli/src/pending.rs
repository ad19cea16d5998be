//! Invitations that outlive the process, in either seat: kept before anybody sees them, followed
//! while they wait, and ended in the store before the two talk.
//!
//! A [`Keeper`] holds one of them for this process, so that no two processes wait with the same. What
//! is kept can be taken up by [`Home::choose`]; a process that was killed leaves it behind.

use crate::home::{self, Home};
use crate::output::{Event, Output};
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::pairing::{Keeping, Meeting, Pairing, Standing, Tried};
use handfast_native::store::{DOUBT, Fate, PendingInvitation, PendingReply, Store, StoreError};
use handfast_native::token::{InviteId, Seat};
use handfast_native::unix_seconds;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often a process looks whether another one has revoked what it waits with.
const LOOK: Duration = Duration::from_secs(10);

/// How long what has changed last may take to reach the disk in the end.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Locks of those that processes wait with, in the home's folder.
const CLAIMS: &str = "waiting";

/// A lock for the time in which one of these is taken or removed.
const GATE: &str = "waiting.lock";

/// One that waits, or waited until recently.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) seat: Seat,
    /// What people call it.
    pub(crate) tag: String,
    /// What the host calls itself, in an accepted one.
    pub(crate) name: Option<String>,
    /// How long it is still good by this machine's clock, or what became of it.
    pub(crate) state: Result<Duration, Fate>,
    id: InviteId,
}

impl Home {
    /// Everything that is known of either seat, the last made first.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn pending(&self) -> Result<Vec<Entry>, Stop> {
        let entries = self.with_store(entries).await?;
        self.tidy_claims(&entries);
        Ok(entries)
    }

    /// Removes the locks of what is over and in nobody's hands.
    fn tidy_claims(&self, entries: &[Entry]) {
        let Ok(claims) = std::fs::read_dir(self.folder().join(CLAIMS)) else {
            return;
        };
        let Ok(_gate) = self.gate() else { return };
        for claim in claims.flatten() {
            let is_live = |entry: &Entry| *entry.tag == *claim.file_name() && entry.state.is_ok();
            if entries.iter().any(is_live) {
                continue;
            }
            // Still locked while it is removed.
            if let Ok(file) = File::open(claim.path())
                && file.try_lock().is_ok()
            {
                let _ = std::fs::remove_file(claim.path());
            }
        }
    }

    /// Waits until nobody else takes or removes a claim, and keeps them from it for as long as the file
    /// lives. Otherwise one could lock a claim that another removes at that moment, and a third make
    /// and lock it anew: two would hold the same.
    fn gate(&self) -> std::io::Result<File> {
        let gate = File::create(self.folder().join(GATE))?;
        gate.lock()?;
        Ok(gate)
    }

    /// Keeps an invitation before it is handed out.
    ///
    /// # Errors
    /// When the store fails, or too many wait.
    pub(crate) async fn keep_invitation(&self, pending: PendingInvitation) -> Result<Keeper, Stop> {
        let keep = move |store: &Store| store.add_invitation(&pending, unix_seconds());
        let id = self.with_store(keep).await?;
        self.keeper(Seat::Host, id)
    }

    /// Keeps an accepted invitation before anything is sent.
    ///
    /// # Errors
    /// As [`Self::keep_invitation`].
    pub(crate) async fn keep_reply(&self, pending: PendingReply) -> Result<(), Stop> {
        let keep = move |store: &Store| store.put_reply(&pending, unix_seconds());
        self.with_store(keep).await.map(drop)
    }

    /// What is kept of an invitation that was accepted before.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn reply(&self, id: InviteId) -> Result<Option<PendingReply>, Stop> {
        let read = move |store: &Store| match store.reply(id, unix_seconds()) {
            Err(StoreError::Unknown | StoreError::Over(_)) => Ok(None),
            found => found.map(Some),
        };
        self.with_store(read).await
    }

    /// What was answered before somebody knocks with this invitation.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn tried(&self, id: InviteId) -> Result<Tried, Stop> {
        self.with_store(move |store| store.tried(id, unix_seconds()))
            .await
    }

    /// The one of this seat that is meant by a tag or the beginning of one, or, with none, the only one
    /// that no other process waits with.
    ///
    /// # Errors
    /// When there is none, or there are several, or it is over or held by another process.
    pub(crate) async fn choose(&self, seat: Seat, wanted: Option<&str>) -> Result<Keeper, Stop> {
        let entries = self.pending().await?;
        if let Some(wanted) = wanted {
            let entry = named(&entries, wanted)?;
            return match entry.state {
                _ if entry.seat != seat => {
                    Err(usage("other_seat", words::other_seat(entry.seat).into()))
                }
                // Only the host's clock ends an invitation.
                Err(fate) if seat == Seat::Host || fate != Fate::Expired => {
                    Err(home::refused(self.folder(), StoreError::Over(fate)))
                }
                _ => self.keeper(seat, entry.id),
            };
        }
        let waiting = |entry: &&Entry| entry.seat == seat && entry.state.is_ok();
        let waiting: Vec<&Entry> = entries.iter().filter(waiting).collect();
        let mut free = Vec::new();
        for entry in &waiting {
            match self.keeper(seat, entry.id) {
                Ok(keeper) => free.push(keeper),
                Err(stop) if stop.kind == IN_USE => {}
                Err(stop) => return Err(stop),
            }
        }
        match (free.len(), waiting.is_empty()) {
            (0, true) => Err(Stop::new(
                Status::BadInput,
                "nothing_waits",
                strings::nothing_to_resume(),
            )),
            (0, false) => Err(in_use()),
            (1, _) => free.pop().ok_or_else(in_use),
            _ => {
                let tags: Vec<&str> = waiting.iter().map(|entry| entry.tag.as_str()).collect();
                Err(usage("several_wait", words::several_wait(&tags)))
            }
        }
    }

    /// Ends what this names, for good. A process that waits with it stops.
    ///
    /// # Errors
    /// When there is none, or it is over.
    pub(crate) async fn revoke(&self, wanted: &str) -> Result<Entry, Stop> {
        let entries = self.pending().await?;
        let entry = named(&entries, wanted)?.clone();
        let (seat, id) = (entry.seat, entry.id);
        self.with_store(move |store| match seat {
            Seat::Host => store.end_invitation(id, Fate::Revoked, unix_seconds()),
            Seat::Guest => store.end_reply(id),
        })
        .await?;
        Ok(entry)
    }

    /// Holds one of them for this process.
    ///
    /// # Errors
    /// When another process does.
    pub(crate) fn keeper(&self, seat: Seat, id: InviteId) -> Result<Keeper, Stop> {
        let tag = spell(self.store().tag(seat, id));
        let path = self.claim_path(&tag);
        let failed = |error: std::io::Error| home::refused(self.folder(), error.into());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let _gate = self.gate().map_err(failed)?;
        let claim = File::create(&path).map_err(failed)?;
        match claim.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        Ok(Keeper(Some(Kept {
            home: self.clone(),
            seat,
            id,
            tag,
            clock: Steady::new(),
            following: None,
            ended: None,
            _claim: claim,
        })))
    }

    fn claim_path(&self, tag: &str) -> PathBuf {
        self.folder().join(CLAIMS).join(tag)
    }
}

/// What waits or is over, after what expired long ago was tidied away.
fn entries(store: &Store) -> Result<Vec<Entry>, StoreError> {
    let now = unix_seconds();
    let tag = |seat, id| spell(store.tag(seat, id));
    let mut all = Vec::new();
    for listed in store.invitations(now)? {
        all.push(Entry {
            seat: Seat::Host,
            tag: tag(Seat::Host, listed.id),
            name: None,
            state: listed.state,
            id: listed.id,
        });
    }
    for reply in store.replies(now)? {
        let id = reply.id();
        let left = reply.invitation.expiry.remaining(now);
        let life = reply.invitation.expiry.remaining(reply.made);
        let expires = reply.made + life.unwrap_or_default().as_secs();
        if left.is_none() && now >= expires.saturating_add(DOUBT) {
            store.end_reply(id)?;
            continue;
        }
        let name = reply.invitation.name.as_ref();
        all.push(Entry {
            seat: Seat::Guest,
            tag: tag(Seat::Guest, id),
            name: name.map(|name| name.as_str().to_owned()),
            state: left.ok_or(Fate::Expired),
            id,
        });
    }
    Ok(all)
}

/// The only entry whose tag begins so.
fn named<'a>(entries: &'a [Entry], wanted: &str) -> Result<&'a Entry, Stop> {
    let wanted = wanted.trim().to_lowercase();
    let mut found = entries
        .iter()
        .filter(|entry| !wanted.is_empty() && entry.tag.starts_with(&wanted));
    match (found.next(), found.next()) {
        (Some(entry), None) => Ok(entry),
        (None, _) => Err(Stop::new(
            Status::BadInput,
            "unknown_invitation",
            strings::unknown_invitation(),
        )),
        (Some(_), Some(_)) => Err(usage("several_wait", strings::write_more().to_owned())),
    }
}

/// Why a process leaves an invitation to another one.
const IN_USE: &str = "invitation_in_use";

fn in_use() -> Stop {
    Stop::new(Status::Failed, IN_USE, strings::invitation_in_use())
}

fn usage(kind: &'static str, sentence: String) -> Stop {
    Stop::new(Status::Usage, kind, sentence)
}

/// A tag as people read and type it: four syllables of 6 bits each.
fn spell(tag: [u8; 3]) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aiou";
    let [first, second, third] = tag.map(u32::from);
    let bits = first << 16 | second << 8 | third;
    let mut text = String::with_capacity(8);
    for shift in [18, 12, 6, 0] {
        let syllable = (bits >> shift) as usize;
        text.push(char::from(CONSONANTS[syllable >> 2 & 15]));
        text.push(char::from(VOWELS[syllable & 3]));
    }
    text
}

/// The wall clock as it was at the start, and the time that has passed since: a clock that is set
/// meanwhile ends no invitation.
#[derive(Clone, Copy)]
struct Steady {
    unix: u64,
    since: Instant,
}

impl Steady {
    fn new() -> Self {
        Self {
            unix: unix_seconds(),
            since: Instant::now(),
        }
    }

    fn now(&self) -> u64 {
        self.unix + self.since.elapsed().as_secs()
    }
}

/// One pending invitation in the hands of this process; or nothing, for a run that keeps nothing.
pub(crate) struct Keeper(Option<Kept>);

struct Kept {
    home: Home,
    seat: Seat,
    id: InviteId,
    tag: String,
    clock: Steady,
    following: Option<JoinHandle<()>>,
    /// Hears if another process ends it.
    ended: Option<oneshot::Receiver<Stop>>,
    /// Locked as long as this process lives.
    _claim: File,
}

impl Keeper {
    /// For a run that keeps nothing.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Says under which name it is kept.
    pub(crate) fn tell(&self, output: &mut Output) {
        if let Some(kept) = &self.0 {
            output.tell(Event::Kept {
                id: kept.tag.clone(),
            });
        }
    }

    /// What the host needs to wait on.
    ///
    /// # Errors
    /// When it is over, or the store fails.
    pub(crate) async fn invitation(&self) -> Result<PendingInvitation, Stop> {
        let kept = self.kept()?;
        let (id, now) = (kept.id, kept.clock.now());
        let read = move |store: &Store| store.invitation(id, now);
        kept.home.with_store(read).await
    }

    /// What the guest needs to knock on.
    ///
    /// # Errors
    /// As [`Self::invitation`].
    pub(crate) async fn reply(&self) -> Result<PendingReply, Stop> {
        let kept = self.kept()?;
        let (id, now) = (kept.id, kept.clock.now());
        kept.home
            .with_store(move |store| store.reply(id, now))
            .await
    }

    fn kept(&self) -> Result<&Kept, Stop> {
        let unknown = || {
            Stop::new(
                Status::BadInput,
                "nothing_waits",
                strings::nothing_to_resume(),
            )
        };
        self.0.as_ref().ok_or_else(unknown)
    }

    /// Keeps from now on what changes in this pairing.
    pub(crate) fn follow(&mut self, pairing: &Pairing) {
        let Some(kept) = &mut self.0 else {
            return;
        };
        let (tell, told) = oneshot::channel();
        kept.ended = Some(told);
        let follower = Follower {
            home: kept.home.clone(),
            seat: kept.seat,
            id: kept.id,
            clock: kept.clock,
        };
        kept.following = Some(tokio::spawn(follower.run(pairing.keeping(), tell)));
    }

    /// Returns when another process has ended it.
    pub(crate) async fn ended_elsewhere(&mut self) -> Stop {
        if let Some(Kept {
            ended: Some(ended), ..
        }) = &mut self.0
            && let Ok(stop) = ended.await
        {
            return stop;
        }
        // Nobody will say so any more; the end of the pairing is told by itself.
        if let Some(kept) = &mut self.0 {
            kept.ended = None;
        }
        std::future::pending().await
    }

    /// Host: keeps how this pairing stands now, before the person hears of it.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn keep(&self, pairing: &Pairing) -> Result<(), Stop> {
        let Some(kept) = &self.0 else {
            return Ok(());
        };
        let (id, now) = (kept.id, kept.clock.now());
        let standing = pairing.standing().borrow().clone();
        let keep = move |store: &Store| keep_host(store, id, now, Some(&standing));
        kept.home.with_store(keep).await
    }

    /// Takes it back: it was never handed out.
    pub(crate) async fn discard(self) {
        if let Some(kept) = self.0 {
            kept.end(Fate::Revoked).await.ok();
        }
    }

    /// Ends it if the pairing's end is one, before anybody talks. Otherwise says how to go on.
    ///
    /// # Errors
    /// Why the two do not talk.
    pub(crate) async fn conclude(
        self,
        ended: Result<Meeting, Stop>,
        output: &mut Output,
    ) -> Result<Meeting, Stop> {
        let Some(mut kept) = self.0 else {
            return ended;
        };
        // Its last word: a try that was used up stays used up, and nothing is written after the end.
        if let Some(mut following) = kept.following.take()
            && tokio::time::timeout(LAST_WORD, &mut following)
                .await
                .is_err()
        {
            following.abort();
        }
        match ended {
            Ok(meeting) => {
                kept.end(Fate::Used).await?;
                Ok(meeting)
            }
            Err(stop) => {
                match fate_of(&stop, kept.seat) {
                    Some(fate) => {
                        kept.end(fate).await.ok();
                    }
                    None => {
                        if let Some(hint) = words::still_waits(&kept.tag, kept.seat, stop.kind) {
                            output.note(hint);
                        }
                    }
                }
                Err(stop)
            }
        }
    }
}

/// What an end of the pairing makes of the invitation; none if it waits on.
fn fate_of(stop: &Stop, seat: Seat) -> Option<Fate> {
    match (stop.kind, seat) {
        ("answers_differ" | "burned", _) => Some(Fate::Burned),
        ("wrong_certificate" | "not_the_inviter", Seat::Guest) => Some(Fate::Burned),
        _ => None,
    }
}

impl Kept {
    async fn end(self, fate: Fate) -> Result<(), Stop> {
        let (seat, id, now) = (self.seat, self.id, self.clock.now());
        let end = move |store: &Store| match seat {
            Seat::Host => store.end_invitation(id, fate, now),
            // Only another process can have removed it.
            Seat::Guest => store.end_reply(id).map_err(gone),
        };
        self.home.with_store(end).await?;
        if let Ok(_gate) = self.home.gate() {
            let _ = std::fs::remove_file(self.home.claim_path(&self.tag));
        }
        Ok(())
    }
}

/// What this process waits with and is not there any more was revoked by another one.
fn gone(error: StoreError) -> StoreError {
    match error {
        StoreError::Unknown => StoreError::Over(Fate::Revoked),
        other => other,
    }
}

/// Copies what changes in a pairing into the store.
struct Follower {
    home: Home,
    seat: Seat,
    id: InviteId,
    clock: Steady,
}

impl Follower {
    async fn run(self, mut keeping: Keeping, tell: oneshot::Sender<Stop>) {
        let mut news = Some(keeping.now());
        loop {
            match self.keep(news.clone()).await {
                Ok(()) => {
                    news.iter().for_each(|news| keeping.kept(news));
                }
                Err(stop) if stop.status == Status::Expired && stop.kind != "expired" => {
                    let _ = tell.send(stop);
                    return;
                }
                // It is tried again with the next change.
                Err(stop) => log::warn!("not kept: {}", stop.kind),
            }
            news = match tokio::time::timeout(LOOK, keeping.changed()).await {
                Ok(Some(news)) => Some(news),
                Ok(None) => return,
                Err(_) => None,
            };
        }
    }

    /// Without news it only looks whether it is still there.
    async fn keep(&self, news: Option<Standing>) -> Result<(), Stop> {
        let (id, seat, now) = (self.id, self.seat, self.clock.now());
        let keep = move |store: &Store| match seat {
            Seat::Host => keep_host(store, id, now, news.as_ref()),
            Seat::Guest => keep_guest(store, id, now, news.as_ref()).map_err(gone),
        };
        self.home.with_store(keep).await
    }
}

fn keep_host(
    store: &Store,
    id: InviteId,
    now: u64,
    news: Option<&Standing>,
) -> Result<(), StoreError> {
    let kept = store.invitation(id, now)?;
    // The port stays the one that the invitation names, also while another program has it.
    match news {
        Some(news) if news.past != kept.past => {
            let past = news.past.clone();
            store.update_invitation(id, now, |kept| kept.past = past)
        }
        _ => Ok(()),
    }
}

fn keep_guest(
    store: &Store,
    id: InviteId,
    now: u64,
    news: Option<&Standing>,
) -> Result<(), StoreError> {
    let kept = store.reply(id, now)?;
    let Some(Standing {
        addresses,
        reply: Some(reply),
        proofs,
        ..
    }) = news
    else {
        return Ok(());
    };
    store.count_proofs(id, kept.via, *proofs, now)?;
    if *reply == kept.reply {
        return Ok(());
    }
    let port = addresses.first().map_or(kept.port, |bound| bound.port());
    let reply = reply.clone();
    let news = PendingReply {
        reply,
        port,
        ..kept
    };
    store.put_reply(&news, now).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::HomeArgs;
    use std::sync::atomic::Ordering::SeqCst;
    use std::sync::atomic::{AtomicBool, AtomicUsize};

    fn entry(tag: &str) -> Entry {
        Entry {
            seat: Seat::Host,
            tag: tag.to_owned(),
            name: None,
            state: Ok(LOOK),
            id: [0; 16],
        }
    }

    #[test]
    fn a_tag_is_four_syllables_and_no_two_are_spelled_alike() {
        assert_eq!(spell([0; 3]), "babababa");
        assert_eq!(spell([0xff; 3]), "zuzuzuzu");
        let all: std::collections::HashSet<String> = (0..=255)
            .flat_map(|byte| [[byte, 0, 0], [0, byte, 0], [0, 0, byte]])
            .map(spell)
            .collect();
        assert_eq!(all.len(), 3 * 255 + 1);
    }

    #[test]
    fn the_beginning_of_a_tag_is_enough_where_it_is_the_only_one() {
        let entries = [entry("babadifo"), entry("babagulu"), entry("zuzugulu")];
        let found = |wanted| named(&entries, wanted).map(|entry| entry.tag.clone());
        assert_eq!(found(" ZUzu").ok().as_deref(), Some("zuzugulu"));
        assert_eq!(found("babad").ok().as_deref(), Some("babadifo"));
        for (wanted, kind) in [
            ("baba", "several_wait"),
            ("nono", "unknown_invitation"),
            ("", "unknown_invitation"),
        ] {
            assert_eq!(found(wanted).map_err(|stop| stop.kind), Err(kind));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_two_hold_the_same_claim_while_others_tidy_up() {
        let folder = std::env::temp_dir().join(format!("handfast-claims-{}", std::process::id()));
        let home = Home::open(&HomeArgs::naming(folder.clone())).await;
        let home = home.map_err(|stop| stop.sentence).expect("a home");
        let (held, ends) = (
            AtomicBool::new(false),
            Instant::now() + Duration::from_secs(2),
        );
        let taken = AtomicUsize::new(0);
        let take = || {
            while Instant::now() < ends {
                let Ok(claim) = home.keeper(Seat::Host, [7; 16]) else {
                    continue;
                };
                assert!(!held.swap(true, SeqCst), "two hold it");
                taken.fetch_add(1, SeqCst);
                // Long enough for somebody else to come.
                std::thread::sleep(Duration::from_micros(200));
                held.store(false, SeqCst);
                drop(claim);
            }
        };
        let tidy = || {
            while Instant::now() < ends {
                home.tidy_claims(&[]);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(take);
                scope.spawn(tidy);
            }
        });
        assert!(taken.load(SeqCst) > 10);
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn what_a_person_can_try_again_is_kept() {
        let fate = |kind, seat| fate_of(&Stop::new(Status::Failed, kind, ""), seat);
        for kind in [
            "cancelled",
            "not_reached",
            "taken",
            "went_away",
            "local",
            "lost",
        ] {
            assert_eq!(fate(kind, Seat::Host), None);
            assert_eq!(fate(kind, Seat::Guest), None);
        }
        assert_eq!(fate("left_after_answer", Seat::Guest), None);
        assert_eq!(fate("answers_differ", Seat::Host), Some(Fate::Burned));
    }
}
