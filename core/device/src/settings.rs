//! What the person chose for all sessions, and what a single session may have otherwise.

use handfast_protocol::conversation::Limits;
use handfast_protocol::handshake::Client;
use handfast_protocol::network::StunServer;
use handfast_token::LinkBase;
use std::path::PathBuf;

/// What the person chose. It is kept as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Settings {
    /// What this device calls itself; may be empty.
    pub name: String,
    /// Whom it may ask how it is reached from other networks.
    pub asking: Asking,
    /// Whether contacts who are looked for are told in the local network that this device is there.
    pub nearby: bool,
    /// What the other side of a conversation may cost.
    pub limits: Limits,
    /// What links begin with that are made here.
    pub links: LinkBase,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: String::new(),
            asking: Asking::default(),
            nearby: true,
            limits: Limits::USUAL,
            links: LinkBase::DEFAULT,
        }
    }
}

/// What this device may do so that somebody in another network can reach it. None of it is done where
/// two people meet in one network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Asking {
    /// Whether STUN servers may be asked. Such a server sees this device's address, and nothing of what
    /// for.
    pub servers: bool,
    /// The servers that the person named. Without any, [`StunServer::usual`].
    pub named: Vec<StunServer>,
    /// Whether the router may be asked to open a port for as long as an invitation waits.
    pub router: bool,
    /// Whether a way past a strict network may be guessed, by hundreds of sockets or thousands of small
    /// packets.
    pub guess: bool,
}

impl Default for Asking {
    fn default() -> Self {
        Self {
            servers: true,
            named: Vec::new(),
            router: true,
            guess: true,
        }
    }
}

impl Asking {
    /// The servers that may be asked. On this machine alone only those that were named: nobody outside
    /// knows anything about it.
    pub fn servers(&self, is_on_this_machine: bool) -> Vec<StunServer> {
        match (self.servers, self.named.is_empty()) {
            (false, _) => Vec::new(),
            (true, false) => self.named.clone(),
            (true, true) if is_on_this_machine => Vec::new(),
            (true, true) => StunServer::usual(),
        }
    }
}

/// How one session differs from the others. The usual one is [`Self::default`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SessionTerms {
    /// Nothing of it is kept, it has a long-term key of its own, and its sockets share nothing with
    /// other sessions, by which it could be linked to them.
    pub is_incognito: bool,
    /// What this device calls itself towards the peer, if not [`Settings::name`].
    pub called: Option<String>,
    /// What this device says it is, if it says so.
    pub client: Option<Client>,
    /// Whom it may ask, if not [`Settings::asking`].
    pub asking: Option<Asking>,
    /// Whether the contact is told in the local network, if not [`Settings::nearby`].
    pub nearby: Option<bool>,
    /// What the peer may cost, if not [`Settings::limits`].
    pub limits: Option<Limits>,
    /// The folder for files that come in, if not the usual one.
    #[cfg_attr(feature = "serde", serde(with = "crate::serialized::path_if_any"))]
    pub downloads: Option<PathBuf>,
    /// Where the peer is looked for.
    pub scope: Scope,
    /// The UDP port to be preferred.
    pub port: Option<u16>,
    /// Whoever else looks for the same contact takes its place, as somebody who wants to talk does where
    /// somebody only listens.
    pub yields: bool,
}

/// Which addresses of this device a session uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Scope {
    /// Those that others can reach; this machine's own only where there is no other.
    #[default]
    Network,
    /// Those that others can reach, and this machine's own.
    Both,
    /// Only this machine's own.
    ThisMachine,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_this_machine_alone_only_servers_that_were_named_are_asked() {
        let usual = Asking::default();
        assert_eq!(usual.servers(false), StunServer::usual());
        assert!(usual.servers(true).is_empty());
        let server: StunServer = "127.0.0.1:5".parse().unwrap();
        let named = Asking {
            named: vec![server.clone()],
            ..usual
        };
        assert_eq!(named.servers(true), [server]);
        let nobody = Asking {
            servers: false,
            ..named
        };
        assert!(nobody.servers(true).is_empty() && nobody.servers(false).is_empty());
    }
}
