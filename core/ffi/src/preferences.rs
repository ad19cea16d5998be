//! What the person chose: what this device may do to be reached from other networks.

use super::HandfastError;
use handfast_native::device::Asking;
use handfast_native::network::{NotAServer, StunServer};

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
    pub(super) fn of(asking: &Asking) -> Self {
        Self {
            ask_servers: asking.servers,
            servers: texts(&asking.named),
            ask_router: asking.router,
            guess: asking.guess,
        }
    }

    /// As the device wants them.
    ///
    /// # Errors
    /// [`ErrorKind::NotAServer`](super::ErrorKind::NotAServer).
    pub(super) fn asking(&self) -> Result<Asking, HandfastError> {
        let named: Result<_, NotAServer> = self
            .servers
            .iter()
            .map(|text| text.trim().parse())
            .collect();
        Ok(Asking {
            servers: self.ask_servers,
            named: named?,
            router: self.ask_router,
            guess: self.guess,
        })
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
        let asking = chosen(&[" stun.example.org ", "[2a02::53]:1"]).asking();
        let kept = Preferences::of(&asking.unwrap());
        assert_eq!(kept.servers, ["stun.example.org:3478", "[2a02::53]:1"]);
        for text in ["", "two words", "a:0", "https://x.org"] {
            let refused = chosen(&["stun.example.org", text]).asking();
            assert_eq!(
                refused,
                Err(crate::ErrorKind::NotAServer.into()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_a_person_chose_is_what_they_are_shown() {
        let one = Preferences {
            ask_servers: false,
            guess: false,
            ..chosen(&["stun.example.org:3478"])
        };
        for chosen in [one, chosen(&[])] {
            let asking = chosen.asking().unwrap();
            assert_eq!(Preferences::of(&asking), chosen);
        }
    }
}
