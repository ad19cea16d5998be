//! What an owner and a client tell each other: each message is one JSON object on one line.

use handfast_device::{
    Command, ContactView, Done, Event, Named, Pending, Refusal, SessionId, Settings, View,
};
use handfast_store::Refused;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which messages these are. It rises with every change of their forms.
const FORM: u32 = 1;

/// The longest version of a program, in bytes.
const MAX_VERSION: usize = 32;

/// What each side says first, in this form for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the program.
    pub handfast: String,
    /// The version of the messages.
    pub form: u32,
}

impl Hello {
    /// That of this program.
    pub fn ours() -> Self {
        Self {
            handfast: env!("CARGO_PKG_VERSION").to_owned(),
            form: FORM,
        }
    }

    /// The version of the program, as it can be shown.
    pub fn version(&self) -> String {
        let shown = self.handfast.chars().filter(char::is_ascii_graphic);
        shown.take(MAX_VERSION).collect()
    }
}

/// What a client tells the owner.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromClient {
    /// The first message.
    Hello(Hello),
    /// The second one.
    Enter {
        /// The folder for files that come in for this client; an absolute path.
        #[serde(with = "handfast_device::serialized::path")]
        downloads: PathBuf,
    },
    /// Have this done.
    Command {
        /// Names it, for its answer. No number is used twice.
        request: u64,
        /// What.
        command: Command,
    },
    /// Close the sessions of this client, and say so by [`FromOwner::Left`].
    Leave {},
}

/// What the owner tells a client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromOwner {
    /// The first message.
    Hello(Hello),
    /// What changed of the overview. It comes before the event or answer that tells of it.
    Overview(Box<OverviewChange>),
    /// Something happened.
    Event(Event),
    /// What became of a command.
    Answer {
        /// Which one.
        request: u64,
        /// What became of it.
        result: Result<Done, Refusal>,
    },
    /// The sessions of this client are closed. The last message.
    Left {},
}

/// Those parts of an [`Overview`](crate::Overview) that are not as they were told last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OverviewChange {
    /// The sessions of this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<BTreeMap<SessionId, View>>,
    /// What waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Vec<(Pending, Option<SessionId>)>>,
    /// What people call whatever waits or is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<Named>>,
    /// Who was met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Vec<ContactView>>,
    /// Who is not let in again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Vec<Refused>>,
    /// The settings that are in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

impl OverviewChange {
    /// What the one has that the other has not.
    pub(super) fn between(old: &crate::Overview, new: &crate::Overview) -> Self {
        fn news<T: PartialEq + Clone>(old: &T, new: &T) -> Option<T> {
            (old != new).then(|| new.clone())
        }
        Self {
            sessions: news(&old.sessions, &new.sessions),
            pending: news(&old.pending, &new.pending),
            names: news(&old.names, &new.names),
            contacts: news(&old.contacts, &new.contacts),
            refused: news(&old.refused, &new.refused),
            settings: news(&old.settings, &new.settings),
        }
    }

    /// Carries it out.
    pub(super) fn apply(self, overview: &mut crate::Overview) {
        fn put<T>(place: &mut T, news: Option<T>) {
            if let Some(news) = news {
                *place = news;
            }
        }
        put(&mut overview.sessions, self.sessions);
        put(&mut overview.pending, self.pending);
        put(&mut overview.names, self.names);
        put(&mut overview.contacts, self.contacts);
        put(&mut overview.refused, self.refused);
        put(&mut overview.settings, self.settings);
    }
}
