//! How much this device guesses, and at whom.
//!
//! A token is what somebody else wrote, and the addresses in it may be anybody's. Whoever taps one
//! must not make a device flood whoever it names: so guesses are counted for each token, and an
//! address that was guessed at for one token is left alone by all others for a while. A person who
//! asks for it raises both once.

use crate::crypto::kdf;
use crate::invitation::{Candidate, IceCredentials};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many guesses there are for one token, of both kinds together, in datagrams.
pub(super) const ALLOWANCE: usize = 2_048;

/// How long an address that was guessed at is left alone by every other token.
const REST: Duration = Duration::from_secs(10 * 60);

/// Of how many tokens it is remembered what they have spent. Each of them was handed in by a person;
/// beyond that the oldest is forgotten.
const MOST_TOKENS: usize = 4_096;

/// An invitation or a reply, by what it names: another one is another token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// What a token has spent, and what it may.
#[derive(Clone, Copy, Debug)]
struct Account {
    spent: usize,
    allowed: usize,
    since: Instant,
}

/// What this process has guessed.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    accounts: HashMap<Token, Account>,
    /// For which token an address was guessed at last, and when.
    guessed: HashMap<IpAddr, (Token, Instant)>,
}

impl Guesses {
    /// Those of this process, whatever endpoint they are made by.
    pub(super) fn of_this_process() -> MutexGuard<'static, Self> {
        static GUESSES: LazyLock<Mutex<Guesses>> = LazyLock::new(Mutex::default);
        // A count is whole at every moment.
        GUESSES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From when on something may be guessed for this token at this address, but not before
    /// `earliest`. None if the token has spent all that it had.
    pub(super) fn free_from(&self, earliest: Instant, token: Token, at: IpAddr) -> Option<Instant> {
        let account = self.accounts.get(&token);
        if account.is_some_and(|account| account.spent >= account.allowed) {
            return None;
        }
        let rests_until = match self.guessed.get(&at) {
            Some((other, last)) if *other != token && !self.is_raised(token) => Some(*last + REST),
            _ => None,
        };
        Some(rests_until.map_or(earliest, |rested| rested.max(earliest)))
    }

    /// Takes up to so many guesses for this token at this address: how many it gets.
    pub(super) fn take(&mut self, now: Instant, token: Token, at: IpAddr, wanted: usize) -> usize {
        if self.free_from(now, token, at) != Some(now) {
            return 0;
        }
        let account = self.account(now, token);
        let taken = wanted.min(account.allowed - account.spent);
        account.spent += taken;
        if taken > 0 {
            self.guessed.retain(|_, (_, last)| now < *last + REST);
            self.guessed.insert(at, (token, now));
        }
        taken
    }

    /// A person wants more for this token. That is granted once.
    pub(super) fn raise(&mut self, now: Instant, token: Token) -> bool {
        let is_new = !self.is_raised(token);
        if is_new {
            self.account(now, token).allowed += ALLOWANCE;
        }
        is_new
    }

    /// Whether a person wanted more for this token.
    pub(super) fn is_raised(&self, token: Token) -> bool {
        let account = self.accounts.get(&token);
        account.is_some_and(|account| account.allowed > ALLOWANCE)
    }

    fn account(&mut self, now: Instant, token: Token) -> &mut Account {
        if self.accounts.len() >= MOST_TOKENS
            && !self.accounts.contains_key(&token)
            && let Some(oldest) = self.oldest()
        {
            self.accounts.remove(&oldest);
        }
        self.accounts.entry(token).or_insert(Account {
            spent: 0,
            allowed: ALLOWANCE,
            since: now,
        })
    }

    fn oldest(&self) -> Option<Token> {
        let oldest = self.accounts.iter().min_by_key(|(_, one)| one.since);
        oldest.map(|(token, _)| *token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::invitation::InvitationKeys;

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
        assert!(guesses.raise(now, first));
        assert_eq!(guesses.take(now, first, VICTIM, 9_999), ALLOWANCE);
        assert!(!guesses.raise(now, first), "once");
        assert_eq!(guesses.take(now, first, VICTIM, 1), 0);
        assert_eq!(guesses.take(now, second, VICTIM, 1), 0);
        assert!(guesses.raise(now, second));
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
    fn many_tokens_take_no_memory_without_end() {
        let (mut guesses, began) = (Guesses::default(), Instant::now());
        for number in 0..2 * MOST_TOKENS {
            let token = Token(*kdf(b"many", "test", &[&number.to_le_bytes()]).expose());
            let now = began + Duration::from_secs(number as u64);
            let at = IpAddr::from((number as u32).to_be_bytes());
            assert_eq!(guesses.take(now, token, at, 1), 1);
        }
        assert_eq!(guesses.accounts.len(), MOST_TOKENS);
        assert!(guesses.guessed.len() <= 600, "{}", guesses.guessed.len());
    }
}
