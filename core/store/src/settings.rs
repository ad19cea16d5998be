//! What the person chose.

/// The longest text of a setting, in bytes of UTF-8.
pub const MAX_SETTING: usize = 1024;

/// One choice. Its value is a text; whoever reads it checks it, as with anything typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// What this device calls itself.
    Name,
    /// Whom to ask how this device looks from outside: STUN servers, with spaces between them.
    Stun,
    /// The choice that those servers may be asked, or may not.
    AskServers,
    /// The choice that the router may be asked to open a port, or may not.
    AskRouter,
    /// The choice that a way past a strict network may be guessed, or may not.
    Guess,
    /// The choice that contacts are told in the local network that this device is there, or not.
    Nearby,
    /// What the other side of a conversation may cost.
    Limits,
    /// What links begin with.
    Links,
}

impl Setting {
    /// What it is called in the store, for good.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Stun => "stun",
            Self::AskServers => "ask servers",
            Self::AskRouter => "ask router",
            Self::Guess => "guess",
            Self::Nearby => "nearby",
            Self::Limits => "limits",
            Self::Links => "links",
        }
    }
}
