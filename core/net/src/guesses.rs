//! How much this device guesses, and at whom.
//!
//! A token is what somebody else wrote, and the addresses in it may be anybody's. Whoever taps one
//! must not make a device flood whoever it names: so guesses are counted for each token, and an
//! address that was guessed at for one token is left alone by all others for a while. A person who
//! asks for it raises both once.

use handfast_protocol::network::Guessed;
use handfast_token::{Candidate, IceCredentials, kdf};
use std::net::{IpAddr, SocketAddr};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How many guesses there are for one token, of both kinds together, in datagrams.
pub(super) const ALLOWANCE: usize = 2_048;

/// How long an address that was guessed at is left alone by every other token.
const REST: Duration = Duration::from_secs(10 * 60);

/// How many tokens and addresses are remembered. Each was handed in by a person; beyond that the oldest
/// is forgotten.
const MOST: usize = 4_096;

/// An invitation or a reply, by what it names: another one is another token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token([u8; 32]);

impl Token {
    /// The one that says that whoever has these credentials is at these addresses.
    pub(super) fn naming(theirs: &IceCredentials, addresses: &[Candidate]) -> Self {
        let named: Vec<String> = addresses
            .iter()
            .filter_map(Candidate::reflexive)
            .map(|address: SocketAddr| address.to_string())
            .collect();
        let named: Vec<&[u8]> = named.iter().map(String::as_bytes).collect();
        Self(*kdf(theirs.ufrag.as_bytes(), "guess token", &named).expose())
    }
}

/// What was guessed for one token at one address.
#[derive(Clone, Copy, Debug)]
struct Entry {
    token: Token,
    at: IpAddr,
    count: usize,
    is_raised: bool,
    last: Instant,
}

/// All guesses, whatever endpoint made them.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    /// One for each token and address.
    entries: Vec<Entry>,
}

/// Those of this process, and who is told when there are more.
static GUESSES: LazyLock<(Mutex<Guesses>, watch::Sender<()>)> = LazyLock::new(Default::default);

/// What is known of guesses by now, those that were made last first. `now`: seconds since 1970-01-01 UTC.
pub fn guessed(now: u64) -> Vec<Guessed> {
    Guesses::of_this_process().told(Instant::now(), now)
}

/// An earlier process, or another one, made these guesses: they count as if this one had.
pub fn guessed_before(kept: &[Guessed], now: u64) {
    Guesses::of_this_process().recall(Instant::now(), kept, now);
}

/// Changes whenever there are more guesses.
pub fn guessing() -> watch::Receiver<()> {
    GUESSES.1.subscribe()
}

impl Guesses {
    pub(super) fn of_this_process() -> MutexGuard<'static, Self> {
        // An entry is whole at every moment.
        GUESSES.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever keeps the guesses of this process.
    pub(super) fn tell() {
        GUESSES.1.send_replace(());
    }

    /// From when on something may be guessed for this token at this address, but not before
    /// `earliest`. None if the token has spent all that it had.
    pub(super) fn free_from(&self, earliest: Instant, token: Token, at: IpAddr) -> Option<Instant> {
        if self.left(token) == 0 {
            return None;
        }
        let is_other = |entry: &&Entry| entry.at == at && entry.token != token && entry.count > 0;
        let others = self.entries.iter().filter(is_other);
        let rested = others.map(|entry| entry.last + REST).max();
        let rested = rested.filter(|_| !self.is_raised(token));
        Some(rested.map_or(earliest, |rested| rested.max(earliest)))
    }

    /// Takes up to so many guesses for this token at this address: how many it gets.
    pub(super) fn take(&mut self, now: Instant, token: Token, at: IpAddr, wanted: usize) -> usize {
        if self.free_from(now, token, at) != Some(now) {
            return 0;
        }
        let taken = wanted.min(self.left(token));
        let entry = self.entry(now, token, at);
        entry.count += taken;
        entry.last = now;
        taken
    }

    /// A person wants more for this token. That is granted once.
    pub(super) fn raise(&mut self, now: Instant, token: Token, at: IpAddr) -> bool {
        let is_new = !self.is_raised(token);
        if is_new {
            self.entry(now, token, at).is_raised = true;
        }
        is_new
    }

    /// Whether a person wanted more for this token.
    pub(super) fn is_raised(&self, token: Token) -> bool {
        self.of(token).any(|entry| entry.is_raised)
    }

    fn of(&self, token: Token) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.token == token)
    }

    fn left(&self, token: Token) -> usize {
        let allowed = ALLOWANCE * (1 + usize::from(self.is_raised(token)));
        let spent: usize = self.of(token).map(|entry| entry.count).sum();
        allowed.saturating_sub(spent)
    }

    fn entry(&mut self, now: Instant, token: Token, at: IpAddr) -> &mut Entry {
        let is_it = |entry: &Entry| entry.token == token && entry.at == at;
        let place = match self.entries.iter().position(is_it) {
            Some(place) => place,
            None => {
                let new = Entry {
                    token,
                    at,
                    count: 0,
                    is_raised: false,
                    last: now,
                };
                let last = |(_, entry): &(usize, &Entry)| entry.last;
                let oldest = self.entries.iter().enumerate().min_by_key(last);
                match oldest {
                    Some((oldest, _)) if self.entries.len() >= MOST => {
                        self.entries[oldest] = new;
                        oldest
                    }
                    _ => {
                        self.entries.push(new);
                        self.entries.len() - 1
                    }
                }
            }
        };
        &mut self.entries[place]
    }

    fn told(&self, now: Instant, unix: u64) -> Vec<Guessed> {
        let told = |entry: &Entry| Guessed {
            token: entry.token.0,
            at: entry.at,
            count: u16::try_from(entry.count).unwrap_or(u16::MAX),
            is_raised: entry.is_raised,
            last: unix.saturating_sub(now.saturating_duration_since(entry.last).as_secs()),
        };
        let mut all: Vec<Guessed> = self.entries.iter().map(told).collect();
        all.sort_by_key(|guessed| std::cmp::Reverse(guessed.last));
        all
    }

    fn recall(&mut self, now: Instant, kept: &[Guessed], unix: u64) {
        for guessed in kept {
            let age = Duration::from_secs(unix.saturating_sub(guessed.last));
            // Before this machine was started: then it rests for longer than it need.
            let last = now.checked_sub(age).unwrap_or(now);
            let entry = self.entry(last, Token(guessed.token), guessed.at);
            entry.count = entry.count.max(usize::from(guessed.count));
            entry.is_raised |= guessed.is_raised;
            entry.last = entry.last.max(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_token::{InvitationKeys, Secret};

    fn token(invitation: u8, named: &[&str]) -> Token {
        let keys = InvitationKeys::derive(&Secret::new([invitation; 16]));
        let named: Vec<Candidate> = named
            .iter()
            .map(|address| Candidate::server_reflexive(address.parse().unwrap()))
            .collect();
        Token::naming(&keys.host_ice(), &named)
    }

    const VICTIM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(9, 9, 9, 9));
    const ANOTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(7, 7, 7, 7));

    #[test]
    fn a_token_gets_so_many_guesses_wherever_they_go() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let token = token(1, &["9.9.9.9:1"]);
        assert_eq!(guesses.take(now, token, VICTIM, 2_000), 2_000);
        assert_eq!(guesses.take(now, token, ANOTHER, 2_000), 48);
        assert_eq!(guesses.take(now, token, ANOTHER, 1), 0);
        let days = now + Duration::from_secs(3 * 86_400);
        assert_eq!(guesses.take(days, token, VICTIM, 1), 0, "for good");
        assert_eq!(guesses.free_from(days, token, VICTIM), None);
    }

    #[test]
    fn another_token_leaves_the_same_address_alone_for_ten_minutes() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let (first, second) = (token(1, &["9.9.9.9:1"]), token(2, &["9.9.9.9:1"]));
        assert_eq!(guesses.take(now, first, VICTIM, 16), 16);
        let soon = now + REST - Duration::from_millis(1);
        assert_eq!(guesses.take(soon, second, VICTIM, 16), 0);
        assert_eq!(guesses.free_from(soon, second, VICTIM), Some(now + REST));
        assert_eq!(guesses.take(soon, second, ANOTHER, 16), 16);
        assert_eq!(guesses.take(now + REST, second, VICTIM, 16), 16);
        assert_eq!(
            guesses.take(now + REST, first, VICTIM, 16),
            0,
            "now this one"
        );
    }

    #[test]
    fn a_person_may_raise_it_once_also_where_an_address_rests() {
        let (mut guesses, now) = (Guesses::default(), Instant::now());
        let (first, second) = (token(1, &["9.9.9.9:1"]), token(2, &["9.9.9.9:1"]));
        assert_eq!(guesses.take(now, first, VICTIM, 9_999), ALLOWANCE);
        assert!(guesses.raise(now, first, VICTIM));
        assert_eq!(guesses.take(now, first, VICTIM, 9_999), ALLOWANCE);
        assert!(!guesses.raise(now, first, VICTIM), "once");
        assert_eq!(guesses.take(now, first, VICTIM, 1), 0);
        assert_eq!(guesses.take(now, second, VICTIM, 1), 0);
        assert!(guesses.raise(now, second, VICTIM));
        assert_eq!(guesses.take(now, second, VICTIM, 9_999), 2 * ALLOWANCE);
    }

    #[test]
    fn a_token_is_known_by_what_it_names() {
        let one = token(1, &["9.9.9.9:1"]);
        assert_eq!(one, token(1, &["9.9.9.9:1"]));
        assert_ne!(one, token(2, &["9.9.9.9:1"]));
        assert_ne!(one, token(1, &["9.9.9.9:2"]));
        assert_ne!(one, token(1, &["9.9.9.9:1", "9.9.9.9:2"]));
    }

    #[test]
    fn what_another_process_guessed_counts_as_if_this_one_had() {
        let (mut before, began) = (Guesses::default(), Instant::now());
        let (first, second) = (token(1, &["9.9.9.9:1"]), token(2, &["9.9.9.9:1"]));
        assert_eq!(before.take(began, first, VICTIM, 2_000), 2_000);
        assert!(before.raise(began, first, VICTIM));
        let kept = before.told(began + Duration::from_secs(60), 1_000_060);
        assert_eq!((kept[0].last, kept[0].count), (1_000_000, 2_000));
        let mut after = Guesses::default();
        let now = Instant::now() + REST;
        after.recall(now, &kept, 1_000_300);
        assert_eq!(after.free_from(now, second, VICTIM), Some(now + REST / 2));
        assert!(!after.raise(now, first, VICTIM));
        assert_eq!(after.take(now, first, VICTIM, 9_999), 2 * ALLOWANCE - 2_000);
        // What is kept never gives anything back.
        after.recall(now, &kept, 1_000_300);
        assert_eq!(after.take(now, first, VICTIM, 1), 0);
    }

    #[test]
    fn many_tokens_take_no_memory_without_end() {
        let (mut guesses, began) = (Guesses::default(), Instant::now());
        for number in 0..MOST + 10 {
            let token = Token(*kdf(b"many", "test", &[&number.to_le_bytes()]).expose());
            let now = began + Duration::from_secs(number as u64);
            let at = IpAddr::from((number as u32).to_be_bytes());
            assert_eq!(guesses.take(now, token, at, 1), 1);
        }
        assert_eq!(guesses.entries.len(), MOST);
    }
}
