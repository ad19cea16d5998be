//! What can happen, as programs read it with `--json`: one flat object for each.

use super::hex;
use crate::symbol::Forms;
use crate::{strings, words};
use handfast_native::Overview;
use handfast_native::device::{Asked, ContactView, Done, Hit, Pause, Reached, Role, Row, View};
use handfast_native::handshake::{Client, PublicKey, Trust, TrustReason};
use handfast_native::pairing::{Cause, GuestStage, HostStage};
use handfast_native::question::Standing;
use handfast_native::reconnect::RestoredClaim;
use handfast_native::seal::Questions;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One thing that happened, with its moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stamped {
    /// Microseconds since 1970-01-01 UTC by this machine's clock.
    pub(crate) at_us: u64,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// What can happen, as programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The invitation, in every form.
    Invitation {
        link: String,
        text: String,
        bytes: usize,
        qr_version: u8,
        qr_modules: usize,
        expires_in_s: u64,
    },
    /// The guest's reply, in every form.
    Reply {
        link: String,
        text: String,
        bytes: usize,
        qr_version: u8,
        qr_modules: usize,
    },
    /// An invitation was read; nothing has been sent.
    Opened {
        name: Option<String>,
        expires_in_s: Option<u64>,
    },
    /// It outlives this process, under this name.
    Kept { id: String },
    /// One that waits, for a list.
    Pending {
        id: String,
        seat: Side,
        /// What the host calls itself, in an accepted one.
        name: Option<String>,
        expires_in_s: u64,
    },
    /// It was ended by the person.
    Revoked { id: String },
    /// Somebody who was met, for a list.
    Contact(Listed),
    /// The person decided something about somebody who was met, who looks like this now.
    ContactChanged {
        #[serde(flatten)]
        contact: Listed,
        text: String,
    },
    /// The person forgot somebody.
    Forgotten { name: String, key: String },
    /// Somebody who was met is looked for. They were last heard then; 0 if that is not known.
    Seeking { name: String, heard: u64 },
    /// What says to a contact where this device is, in every form.
    Here {
        name: String,
        link: String,
        text: String,
        bytes: usize,
        qr_version: u8,
        qr_modules: usize,
        expires_in_s: u64,
    },
    /// What waits for a contact, to be handed on: as a link where it is short, and in this file. What did not fit
    /// goes with the next one.
    Bundle {
        name: String,
        messages: u64,
        is_all: bool,
        bytes: usize,
        link: Option<String>,
        path: Option<String>,
    },
    /// A contact handed on so many messages that were not here.
    BundleTaken { name: String, messages: u64 },
    /// A contact says where they are, and said so this long ago. Nothing has been sent.
    HereOpened { name: String, age_s: u64 },
    /// One of the two devices was restored from a copy, or somebody uses one: the person answers with
    /// `/yes` or `/no`.
    Restored {
        name: String,
        theirs: bool,
        ours: bool,
        text: String,
    },
    /// How a question stands that was asked here, or that they ask.
    Question {
        ours: bool,
        question: String,
        standing: Standing,
        text: String,
    },
    /// So many who were met are looked for at once.
    Listening { contacts: usize },
    /// Somebody who was met is here.
    Present { name: String },
    /// They are gone again, and looked for.
    Absent { name: String },
    /// Somebody wrote this, while nobody talks to them here.
    MessageFrom {
        name: String,
        row: u64,
        text: String,
    },
    /// Somebody sent this file, which is stored here.
    FileFrom {
        name: String,
        file: String,
        path: String,
        bytes: u64,
    },
    /// They are gone, and looked for. What is typed waits.
    Away,
    /// They are here again, after they were gone.
    Back { name: String },
    /// The guest is asked. The question comes from the other side.
    Asking {
        question: String,
        tries_left: u8,
        was_wrong: bool,
        is_repeated: bool,
    },
    /// The guest is answering here.
    Answering { tries_left: u8 },
    /// Nothing was heard yet; this is the likeliest cause.
    Hint { cause: String, text: String },
    /// They would like to compare, and it waits for this person.
    CompareOffered,
    /// Both people see this now, and compare.
    Comparing {
        symbols: Vec<String>,
        digits: String,
    },
    /// How far they are trusted now.
    Trust {
        #[serde(flatten)]
        trusted: Trusted,
    },
    /// How far it is.
    State { state: State },
    /// They met.
    Met {
        name: String,
        client: Option<Client>,
        #[serde(flatten)]
        trusted: Trusted,
        scans: u8,
        ready_ms: Option<f64>,
        open_ms: Option<f64>,
        authenticated_ms: Option<f64>,
    },
    /// Somebody else is known by the name of whoever is here: the contact with this key, in hexadecimal digits.
    Namesake { key: String, text: String },
    /// They wrote this.
    Message { row: u64, text: String },
    /// This was written here, and is kept or on its way.
    MessageSent { row: u64, text: String },
    /// This was locked. Its text says which questions it asks, and how it is opened.
    LockedMessage {
        row: u64,
        ours: bool,
        questions: Vec<String>,
        text: String,
    },
    /// A locked message was opened, and says this. It is kept nowhere.
    MessageOpened { row: u64, text: String },
    /// This was said before, in milliseconds since 1970-01-01 UTC.
    Earlier {
        row: u64,
        ours: bool,
        at_ms: u64,
        text: String,
    },
    /// What follows came while nobody looked.
    New,
    /// This was said with a contact, in milliseconds since 1970-01-01 UTC, and found.
    Hit {
        name: String,
        ours: bool,
        at_ms: u64,
        text: String,
    },
    /// What was written here is on their disk.
    Delivered { row: u64 },
    /// Something that was said says this now.
    Edited { row: u64, ours: bool, text: String },
    /// Something that was said was taken back.
    TakenBack { row: u64, ours: bool },
    /// Something that was said has run out, and is erased.
    Disappeared { row: u64, ours: bool },
    /// Somebody wants what is written from now on to disappear so long after it was seen, or to stay; it holds
    /// once both say the same.
    Disappearing {
        ours: bool,
        after_s: Option<u32>,
        holds: bool,
        text: String,
    },
    /// What was written here could not be kept, so it is not said.
    NotWritten { text: String, why: String },
    /// They have sent as much as they may, or offered as many files.
    Limited { limit: String, text: String },
    /// What was held back comes.
    Released,
    /// They want to send a file. If it `asks`, it waits for `/accept NUMBER` or `/decline NUMBER`;
    /// otherwise it begins to come.
    FileOffered {
        number: u64,
        name: String,
        bytes: u64,
        /// Of a picture, of which kind they say it is.
        media_type: Option<String>,
        asks: bool,
    },
    /// These files wait in the home until this contact is there.
    Queued { name: String, files: Vec<String> },
    /// These files go by the conversation with this contact that is under way beside.
    HandedOver { name: String, files: Vec<String> },
    /// A file that was sent here is kept, and goes when they take it.
    FileQueued {
        number: u64,
        name: String,
        bytes: u64,
    },
    /// A file waits, and goes on from where it is.
    FilePaused {
        number: u64,
        name: String,
        by: Pause,
        text: String,
    },
    /// So much of a file is through.
    FileProgress {
        name: String,
        done: u64,
        bytes: u64,
        incoming: bool,
    },
    /// A file is stored here.
    FileReceived {
        name: String,
        path: String,
        bytes: u64,
        #[serde(flatten)]
        hash: FileHash,
        seconds: f64,
    },
    /// A file is stored there.
    FileSent {
        name: String,
        bytes: u64,
        #[serde(flatten)]
        hash: FileHash,
        seconds: f64,
    },
    /// A file did not go through.
    FileFailed {
        name: String,
        text: String,
        by_peer: bool,
    },
    /// The path is silent.
    Interrupted,
    /// The path is back.
    Resumed,
    /// A word to the person.
    Note { text: String },
    /// The conversation is over, in peace.
    Ended { reason: Parting },
    /// So much of a file has been locked or opened.
    SealProgress { name: String, done: u64, bytes: u64 },
    /// Something is locked: a file, or a text.
    Sealed {
        path: Option<String>,
        text: Option<String>,
        bytes: u64,
        content_bytes: u64,
        code: Option<String>,
        code_words: Option<String>,
        log10_guesses: f64,
        attack_s: f64,
        milliseconds: f64,
    },
    /// Something locked was opened and stored.
    Unsealed {
        path: String,
        name: Option<String>,
        folder: bool,
        bytes: u64,
        milliseconds: f64,
    },
    /// This device is in a file now, which this code opens.
    Exported {
        path: String,
        bytes: u64,
        contacts: u64,
        messages: u64,
        code: String,
        code_words: String,
    },
    /// The device of this home was made of a file.
    Imported {
        path: String,
        contacts: u64,
        messages: u64,
    },
    /// The device in this folder is no more.
    Erased { path: String },
    /// It led nowhere.
    Failed {
        kind: String,
        text: String,
        status: i32,
    },
    /// Demonstration: the camera looked, and a frame is in the air.
    Photographed { frame: u32, picture: String },
    /// Demonstration: a frame gave a text.
    Scanned { frames: u32, scan_ms: f64 },
    /// Demonstration: the file to be sent is there.
    FileMade { bytes: u64, blake2b: String },
    /// Demonstration: what was stored has been read again from the disk.
    FileChecked { bytes: u64, blake2b: String },
}

/// By what a file is compared: its root where both keep what is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileHash {
    Blake2b(String),
    Blake3(String),
}

impl Event {
    /// An invitation in these forms.
    pub(crate) fn invitation(forms: Forms, remaining: Duration) -> Self {
        Self::Invitation {
            qr_version: forms.symbol.version(),
            qr_modules: forms.symbol.width(),
            link: forms.link,
            text: forms.text,
            bytes: forms.bytes,
            expires_in_s: remaining.as_secs(),
        }
    }

    /// What says to a contact where this device is, in these forms.
    pub(crate) fn here(name: &str, forms: Forms, remaining: Duration) -> Self {
        Self::Here {
            name: name.to_owned(),
            qr_version: forms.symbol.version(),
            qr_modules: forms.symbol.width(),
            link: forms.link,
            text: forms.text,
            bytes: forms.bytes,
            expires_in_s: remaining.as_secs(),
        }
    }

    /// A reply in these forms.
    pub(crate) fn reply(forms: Forms) -> Self {
        Self::Reply {
            qr_version: forms.symbol.version(),
            qr_modules: forms.symbol.width(),
            link: forms.link,
            text: forms.text,
            bytes: forms.bytes,
        }
    }

    /// This was found in the conversation with this contact.
    pub(crate) fn hit(name: &str, hit: Hit) -> Self {
        Self::Hit {
            name: name.to_owned(),
            ours: hit.ours,
            at_ms: hit.at,
            text: hit.text,
        }
    }

    /// A locked message.
    pub(crate) fn locked(row: &Row, questions: &Questions) -> Self {
        let text = words::locked_message(row, questions);
        let questions = questions.as_slice().iter();
        Self::LockedMessage {
            row: row.number,
            ours: row.ours,
            text,
            questions: questions.map(|one| one.as_str().to_owned()).collect(),
        }
    }

    /// What a contact handed on came in, and is theirs who is named.
    pub(crate) fn taken_in(done: &Done, overview: &Overview) -> Option<Self> {
        let Done::TakenIn { from, messages } = done else {
            return None;
        };
        let mut contacts = overview.contacts.iter();
        let contact = contacts.find(|contact| contact.key == *from);
        let name = contact.map(ContactView::shown_name).unwrap_or_default();
        Some(Self::BundleTaken {
            name: name.to_owned(),
            messages: *messages,
        })
    }

    /// They have reached a limit.
    pub(crate) fn limited(limit: Reached) -> Self {
        let key = match limit {
            Reached::Messages => "messages",
            Reached::Text => "text",
            Reached::Files => "open_files",
        };
        Self::Limited {
            limit: key.to_owned(),
            text: words::limited(limit).to_owned(),
        }
    }

    /// What two say of a restored device.
    pub(crate) fn restored(name: &str, claim: &RestoredClaim) -> Self {
        Self::Restored {
            name: name.to_owned(),
            theirs: claim.theirs,
            ours: claim.ours,
            text: words::restored(name, claim),
        }
    }

    /// How a question of the person here, or one of theirs, stands.
    pub(crate) fn question(name: &str, ours: bool, asked: &Asked) -> Option<Self> {
        Some(Self::Question {
            ours,
            question: asked.question.clone(),
            standing: asked.standing,
            text: words::asked(name, ours, asked)?,
        })
    }

    /// This contact is known by the name of whoever is here.
    pub(crate) fn namesake(known: PublicKey) -> Self {
        Self::Namesake {
            key: hex(&known.0),
            text: strings::namesake().to_owned(),
        }
    }

    /// What most likely stands in the way.
    pub(crate) fn hint(cause: Cause) -> Self {
        let key = match cause {
            Cause::NoNetwork => "no_network",
            Cause::KeptApart => "kept_apart",
            Cause::Firewall => "firewall",
            Cause::NoCommonFamily => "no_common_family",
            Cause::Blocked => "blocked",
            Cause::BothStrict => "both_strict",
            Cause::ReplyMissing => "reply_missing",
            Cause::OnlyLocal => "only_local",
            Cause::OneStrict => "one_strict",
            Cause::StrictUnreplied => "strict_unreplied",
            Cause::Gone => "gone",
        };
        Self::Hint {
            cause: key.to_owned(),
            text: words::cause(cause),
        }
    }
}

/// Somebody who was met. Times are seconds since 1970-01-01 UTC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// What they are called here.
    pub(crate) name: String,
    pub(crate) calls_themselves: String,
    /// Tells those of one name apart.
    pub(crate) id: String,
    /// Their long-term key, in hexadecimal digits.
    pub(crate) key: String,
    #[serde(flatten)]
    pub(crate) trusted: Trusted,
    pub(crate) since: u64,
    pub(crate) heard: u64,
    /// The two hold something in common by which they find each other.
    pub(crate) can_be_found: bool,
    /// Somebody else has the keys of one of the two, as far as anybody said.
    pub(crate) frozen: bool,
    /// Another device writes to them as this person, who has not said whose it is.
    pub(crate) replaced: bool,
    pub(crate) blocked: bool,
    /// So many bytes of files are taken from them unasked; none if as from everybody.
    pub(crate) files_up_to: Option<u64>,
    /// How many of their messages nobody has seen; 1,000 stands for as many or more.
    pub(crate) unread: u64,
    /// When something was said last, in milliseconds since 1970-01-01 UTC.
    pub(crate) last_said_ms: Option<u64>,
}

/// On which side of an invitation this machine is, as programs read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Host,
    Guest,
}

impl From<Role> for Side {
    fn from(role: Role) -> Self {
        match role {
            Role::Host => Self::Host,
            Role::Guest => Self::Guest,
        }
    }
}

/// Who ended a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Parting {
    PeerLeft,
    Left,
}

/// How far somebody is trusted and why, as programs read it: two words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TrustWords", into = "TrustWords")]
pub(crate) struct Trusted(pub(crate) Trust);

#[derive(Serialize, Deserialize)]
struct TrustWords {
    trust: String,
    reason: String,
}

impl From<Trusted> for TrustWords {
    fn from(Trusted(trust): Trusted) -> Self {
        Self {
            trust: words::trust_level(trust.level()).to_owned(),
            reason: words::trust_reason(trust.reason()).to_owned(),
        }
    }
}

impl TryFrom<TrustWords> for Trusted {
    type Error = String;

    fn try_from(words: TrustWords) -> Result<Self, String> {
        // What another process of this program says; who introduced somebody is not among it.
        let reasons = [
            TrustReason::OpenLink,
            TrustReason::SawTheCode,
            TrustReason::TheirQuestion,
            TrustReason::ByYourWord,
            TrustReason::LockedLink,
            TrustReason::Answered,
            TrustReason::Scanned,
            TrustReason::Compared,
        ];
        let mut reasons = reasons.into_iter();
        let reason = reasons.find(|reason| words::trust_reason(*reason) == words.reason);
        reason
            .map(|reason| Self(Trust::because(reason)))
            .ok_or(words.reason)
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Waiting,
    TheyAreHere,
    ScanTheirCode,
    ShowAgain,
    Knocking,
    SeatTaken,
    Answered,
    ReplyNeeded,
    Checking,
}

impl State {
    /// The state of a view. The others have events of their own.
    pub(crate) fn of(view: &View) -> Option<Self> {
        Some(match view {
            View::Hosting { stage, .. } => match stage {
                HostStage::Waiting => Self::Waiting,
                HostStage::TheyAreHere => Self::TheyAreHere,
                HostStage::ScanTheirCode => Self::ScanTheirCode,
                HostStage::ShowAgain => Self::ShowAgain,
                HostStage::Checking => Self::Checking,
                HostStage::Asking { .. } => return None,
            },
            View::Connecting { stage, .. } => match stage {
                GuestStage::Knocking => Self::Knocking,
                GuestStage::SlotTaken => Self::SeatTaken,
                GuestStage::Answered => Self::Answered,
                GuestStage::Checking => Self::Checking,
            },
            View::ReplyNeeded { is_slot_taken, .. } => match is_slot_taken {
                true => Self::SeatTaken,
                false => Self::ReplyNeeded,
            },
            View::Seeking { is_here, .. } => match is_here {
                true => Self::Checking,
                false => return None,
            },
            View::Preparing { .. }
            | View::Locked { .. }
            | View::Opened { .. }
            | View::Asking { .. }
            | View::Talking { .. }
            | View::Ended(_) => return None,
        })
    }

    /// As a person reads it.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Waiting => strings::waiting(),
            Self::TheyAreHere => strings::they_are_here(),
            Self::ScanTheirCode => strings::scan_their_code_now(),
            Self::ShowAgain => strings::show_again(),
            Self::Knocking => strings::knocking(),
            Self::SeatTaken => strings::seat_taken(),
            Self::Answered => strings::answered(),
            Self::ReplyNeeded => strings::reply_needed(),
            Self::Checking => strings::checking(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::json_line;
    use handfast_native::handshake::ClientKind;

    #[test]
    fn an_event_is_one_flat_object_with_its_moment() {
        let stamped = Stamped {
            at_us: 5,
            event: Event::State {
                state: State::TheyAreHere,
            },
        };
        let line = json_line(&stamped);
        assert_eq!(
            line,
            r#"{"at_us":5,"event":"state","state":"they_are_here"}"#
        );
        assert_eq!(serde_json::from_str::<Stamped>(&line).ok(), Some(stamped));
    }

    #[test]
    fn meeting_is_told_with_all_its_figures() {
        let line = json_line(&Event::Met {
            name: "Ana".into(),
            client: Some(ClientKind::App.into()),
            trusted: Trusted(Trust::because(TrustReason::Scanned)),
            scans: 1,
            ready_ms: Some(1.5),
            open_ms: Some(20.0),
            authenticated_ms: Some(21.25),
        });
        let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        for key in [
            "name",
            "client",
            "trust",
            "reason",
            "scans",
            "ready_ms",
            "open_ms",
            "authenticated_ms",
        ] {
            assert!(!value[key].is_null(), "{key}");
        }
        assert_eq!(value["event"], "met");
    }

    #[test]
    fn a_message_never_breaks_its_line() {
        let line = json_line(&Event::Message {
            row: 1,
            text: "a\nb\u{2028}".into(),
        });
        assert!(!line.contains('\n'));
    }
}
