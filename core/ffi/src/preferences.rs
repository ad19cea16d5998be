//! What the person chose: what this device may do to be reached from other networks.

use super::HandfastError;
use handfast_native::network::StunServer;
use handfast_native::store::{Setting, Store, StoreError};

/// How a choice against something is written in the store.
const NO: &str = "no";

/// What this device may do, so that somebody in another network can reach it. None of it is done where
/// two people meet in one network.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Preferences {
    /// Whether STUN servers may be asked. Such a server sees this device's network address, and
    /// nothing of what for.
    pub ask_servers: bool,
    /// Which ones, each as `HOST` or `HOST:PORT`. None for the [`usual_servers`].
    pub servers: Vec<String>,
    /// Whether the router may be asked to open a port for as long as an invitation waits.
    pub ask_router: bool,
    /// Whether it may be tried to get past a strict network, by hundreds of sockets or thousands of
    /// small packets.
    #[uniffi(default = true)]
    pub guess: bool,
}

/// The STUN servers that are asked if the person names no other.
#[uniffi::export]
pub fn usual_servers() -> Vec<String> {
    texts(&StunServer::usual())
}

/// As they are named to a person.
pub(super) fn texts(servers: &[StunServer]) -> Vec<String> {
    servers.iter().map(StunServer::to_string).collect()
}

impl Preferences {
    pub(super) fn read(store: &Store) -> Result<Self, StoreError> {
        let may = |setting| {
            store
                .setting(setting)
                .map(|kept| kept.as_deref() != Some(NO))
        };
        let servers = store.setting(Setting::Stun)?.unwrap_or_default();
        Ok(Self {
            ask_servers: may(Setting::AskServers)?,
            servers: servers.split_whitespace().map(str::to_owned).collect(),
            ask_router: may(Setting::AskRouter)?,
            guess: may(Setting::Guess)?,
        })
    }

    pub(super) fn keep(&self, store: &Store) -> Result<(), StoreError> {
        let named = self.servers.join(" ");
        let servers = Some(named.as_str()).filter(|named| !named.is_empty());
        // The only one that can be refused comes first, so that nothing is kept by halves.
        store.set(Setting::Stun, servers)?;
        store.set(Setting::AskServers, (!self.ask_servers).then_some(NO))?;
        store.set(Setting::AskRouter, (!self.ask_router).then_some(NO))?;
        store.set(Setting::Guess, (!self.guess).then_some(NO))
    }

    /// The same with every server in its usual form.
    ///
    /// # Errors
    /// [`ErrorKind::NotAServer`](super::ErrorKind::NotAServer).
    pub(super) fn checked(self) -> Result<Self, HandfastError> {
        let servers: Result<Vec<StunServer>, _> = self
            .servers
            .iter()
            .map(|text| text.trim().parse())
            .collect();
        Ok(Self {
            servers: texts(&servers?),
            ..self
        })
    }

    /// Who may be asked. On this machine alone only servers that were named.
    pub(super) fn askable(&self, is_local: bool) -> Vec<StunServer> {
        match (self.ask_servers, self.servers.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) if is_local => Vec::new(),
            (true, true) => StunServer::usual(),
            // What was kept was checked.
            (true, false) => self
                .servers
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(servers: &[&str]) -> Preferences {
        Preferences {
            ask_servers: true,
            servers: servers.iter().map(|text| (*text).to_owned()).collect(),
            ask_router: true,
            guess: true,
        }
    }

    #[test]
    fn servers_are_kept_in_their_usual_form_and_nothing_else_is_one() {
        let checked = chosen(&[" stun.example.org ", "[2a02::53]:1"])
            .checked()
            .unwrap();
        assert_eq!(checked.servers, ["stun.example.org:3478", "[2a02::53]:1"]);
        for text in ["", "two words", "a:0", "https://x.org"] {
            let refused = chosen(&["stun.example.org", text]).checked();
            assert_eq!(
                refused,
                Err(crate::ErrorKind::NotAServer.into()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn on_this_machine_alone_only_servers_that_were_named_are_asked() {
        let usual = chosen(&[]);
        assert_eq!(texts(&usual.askable(false)), usual_servers());
        assert!(usual.askable(true).is_empty());
        let named = chosen(&["127.0.0.1:5"]);
        assert_eq!(texts(&named.askable(true)), ["127.0.0.1:5"]);
        let nobody = Preferences {
            ask_servers: false,
            ..named
        };
        assert!(nobody.askable(true).is_empty() && nobody.askable(false).is_empty());
    }
}
