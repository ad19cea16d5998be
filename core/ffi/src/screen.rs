//! What a screen shows of one session, in records: the device's own views, with what a phone hands out
//! and draws.

use super::{
    Cause, DeliveryMode, ErrorKind, GuestStage, Handout, HostStage, Provenance, Questions, Reached,
    Remedy, RestoredClaim, TrustLevel, Wish, contact,
};
use handfast_native::device::{SessionEnd, View};
use handfast_native::handshake::{self, PublicKey, SYMBOLS, ShortString};
use handfast_native::token::{LinkBase, Token};

/// The state of one session. Each is a screen of the app.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Screen {
    /// An invitation of this device is on its way to the screen, or an accepted one to its host, for some
    /// seconds: servers and the router are asked how this device is reached from elsewhere, or it is being
    /// locked.
    Preparing {
        /// It waits on if it is put aside. A new one is not kept yet.
        is_kept: bool,
    },
    /// This device's invitation is shown.
    Hosting {
        /// How far it is.
        stage: HostStage,
        /// This device has no network at the moment; it waits for one.
        is_offline: bool,
        /// When it is too old, in seconds since 1970-01-01 UTC.
        expires_at: u64,
        /// How it is handed out.
        delivery: DeliveryMode,
        /// The invitation, in every form it is handed out in. It becomes another one when this
        /// device can be reached elsewhere; the earlier ones stay good.
        invitation: Handout,
        /// It may lead nowhere now, and is locked, so that only who knows the answer could make it
        /// anew: another invitation has to be made.
        is_outdated: bool,
        /// Why the guest whose reply came is not heard, most likely.
        cause: Option<Cause>,
    },
    /// A locked invitation was opened, and the person is asked what it asks; they answer with
    /// [`Session::unlock`](super::Session::unlock). Nothing has been sent.
    Locked {
        /// What is asked.
        questions: Vec<String>,
        /// The code of the second channel is needed too.
        with_code: bool,
        /// It is being tried, which takes about a second on purpose.
        is_unlocking: bool,
        /// The answers before did not open it.
        was_wrong: bool,
    },
    /// An invitation was opened and the person is asked whether to connect; they agree with
    /// [`Session::accept`](super::Session::accept). Nothing has been sent.
    InvitationOpened {
        /// What the host calls itself.
        name: Option<String>,
        /// What will be asked once connected. The host wrote it.
        question: Option<String>,
        /// How it came here, which is what it will prove.
        provenance: Provenance,
        /// When it is too old, in seconds since 1970-01-01 UTC; none if it seems to be.
        expires_at: Option<u64>,
    },
    /// This device knocks at the host's.
    Connecting {
        /// How far it is.
        stage: GuestStage,
        /// This device has no network at the moment; it waits for one.
        is_offline: bool,
        /// Why the host is not heard, most likely.
        cause: Option<Cause>,
    },
    /// This device's reply must reach the host. Knocking goes on.
    ReplyNeeded {
        /// The reply, in every form it is handed out in.
        reply: Handout,
        /// The host is there, and is with somebody else who holds the invitation.
        is_slot_taken: bool,
        /// Why the host is not heard, most likely, where it is not that the reply is missing.
        cause: Option<Cause>,
    },
    /// The question has to be answered with [`Session::answer`](super::Session::answer).
    Asking {
        /// The question. It comes from the other side.
        question: String,
        /// How many answers may still be given.
        tries_left: u8,
        /// They said that the answer before was wrong.
        was_wrong: bool,
        /// An answer was given to somebody unverified within a day, or to them before. The person should
        /// read that each answer lets them test one guess.
        is_repeated: bool,
    },
    /// Somebody who was met before is looked for, and talked to once they are here; what was written before
    /// stays on the screen. Whoever is lost or says goodbye in such a session is looked for again. It
    /// goes on until the person leaves it.
    Apart {
        /// Whom the person looks for.
        contact: String,
        /// What they are called here, and how far to trust that it is them.
        person: Person,
        /// When they were heard last, in seconds since 1970-01-01 UTC.
        heard: u64,
        /// Somebody came who proves to be them at this moment.
        is_here: bool,
        /// One of the two devices was restored from a copy, or somebody uses one: the person decides with
        /// [`Session::accept_restored`](super::Session::accept_restored).
        restored: Option<RestoredClaim>,
        /// This device has no network at the moment; it waits for one.
        is_offline: bool,
        /// What the two ask each other, while a restored device is decided about.
        questions: Questions,
    },
    /// Both people see the same now, and say so with [`Session::compared`](super::Session::compared). The
    /// conversation goes on beneath.
    Comparing {
        /// Which contact this is.
        contact: String,
        /// Who is there.
        person: Person,
        /// Six pictographs.
        symbols: Vec<Pictograph>,
        /// The same as three groups of four digits.
        digits: Vec<String>,
    },
    /// The two are together.
    Talking {
        /// Which contact this is.
        contact: String,
        /// Who is there.
        person: Person,
        /// The path is silent. What is sent now waits.
        is_interrupted: bool,
        /// Who would like to compare.
        wish: Wish,
        /// A limit that they have reached.
        reached: Option<Reached>,
        /// What the two ask each other.
        questions: Questions,
    },
    /// The person ended it here, and nothing is left to show.
    Closed,
    /// It is over. Nothing more is told of this session.
    Ended {
        /// Why.
        kind: ErrorKind,
        /// What to try next.
        remedy: Remedy,
    },
}

/// A view as a phone shows it.
pub(super) fn screen(view: &View, base: &LinkBase) -> Screen {
    match view {
        View::Preparing { is_kept } => Screen::Preparing { is_kept: *is_kept },
        View::Hosting {
            stage,
            expires_at,
            delivery,
            token,
            is_outdated,
            cause,
            is_offline,
            ..
        } => Screen::Hosting {
            stage: *stage,
            is_offline: *is_offline,
            expires_at: *expires_at,
            delivery: *delivery,
            invitation: Handout::new(base, token),
            is_outdated: *is_outdated,
            cause: *cause,
        },
        View::Locked {
            questions,
            needs_code,
            is_unlocking,
            was_wrong,
        } => Screen::Locked {
            questions: questions
                .as_slice()
                .iter()
                .map(|question| question.as_str().to_owned())
                .collect(),
            with_code: *needs_code,
            is_unlocking: *is_unlocking,
            was_wrong: *was_wrong,
        },
        View::Opened {
            name,
            question,
            provenance,
            expires_at,
            ..
        } => Screen::InvitationOpened {
            name: name.clone(),
            question: question.clone(),
            provenance: *provenance,
            expires_at: *expires_at,
        },
        View::Connecting {
            stage,
            cause,
            is_offline,
            ..
        } => Screen::Connecting {
            stage: *stage,
            is_offline: *is_offline,
            cause: *cause,
        },
        View::Seeking {
            key,
            name,
            trust,
            heard,
            is_here,
            restored,
            is_offline,
            questions,
            ..
        } => Screen::Apart {
            contact: contact::id(*key),
            person: Person::new(name, *trust),
            heard: *heard,
            is_here: *is_here,
            restored: restored.clone(),
            is_offline: *is_offline,
            questions: Questions::new(questions),
        },
        View::ReplyNeeded {
            reply,
            is_slot_taken,
            cause,
        } => Screen::ReplyNeeded {
            reply: Handout::new(base, &Token::Reply(reply.clone())),
            is_slot_taken: *is_slot_taken,
            cause: *cause,
        },
        View::Asking {
            question,
            tries_left,
            was_wrong,
            is_repeated,
        } => Screen::Asking {
            question: question.clone(),
            tries_left: *tries_left,
            was_wrong: *was_wrong,
            is_repeated: *is_repeated,
        },
        View::Talking {
            key,
            name,
            namesake,
            trust,
            comparing: Some(shown),
            ..
        } => Screen::Comparing {
            contact: contact::id(*key),
            person: Person::new(name, *trust).beside(*namesake),
            symbols: shown.symbols().map(pictograph).to_vec(),
            digits: digits(*shown),
        },
        View::Talking {
            key,
            name,
            namesake,
            trust,
            is_interrupted,
            wish,
            reached,
            questions,
            ..
        } => Screen::Talking {
            contact: contact::id(*key),
            person: Person::new(name, *trust).beside(*namesake),
            is_interrupted: *is_interrupted,
            wish: *wish,
            reached: *reached,
            questions: Questions::new(questions),
        },
        View::Ended(
            SessionEnd::Closed
            | SessionEnd::Withdrawn
            | SessionEnd::Blocked
            | SessionEnd::Elsewhere,
        ) => Screen::Closed,
        View::Ended(end) => {
            let kind = ErrorKind::from(*end);
            let remedy = kind.remedy();
            Screen::Ended { kind, remedy }
        }
    }
}

/// One of the 64 symbols of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Pictograph {
    /// To show, large.
    pub picture: String,
    /// Its English name, which is the key of its name in other languages.
    pub name: String,
}

fn pictograph(index: u8) -> Pictograph {
    let (picture, name) = SYMBOLS[usize::from(index) % SYMBOLS.len()];
    Pictograph {
        picture: picture.to_owned(),
        name: name.to_owned(),
    }
}

/// The digits of a comparison, by which a judgement names it.
fn digits(shown: ShortString) -> Vec<String> {
    shown.digits().map(|group| format!("{group:04}")).to_vec()
}

/// Somebody who was met.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Person {
    /// What they call themselves, safe to show on one line; may be empty.
    pub name: String,
    /// How far to trust that it is them.
    pub level: TrustLevel,
    /// Why.
    pub reason: TrustReason,
    /// Another contact is called so, too: see [`Person::warning`].
    #[uniffi(default = false)]
    pub has_namesake: bool,
}

impl Person {
    pub(super) fn new(name: &str, trust: handshake::Trust) -> Self {
        Self {
            name: handshake::visible(name),
            level: trust.level(),
            reason: trust.reason().into(),
            has_namesake: false,
        }
    }

    /// The same person, where somebody else may be called so, too.
    fn beside(self, namesake: Option<PublicKey>) -> Self {
        Self {
            has_namesake: namesake.is_some(),
            ..self
        }
    }

    /// Somebody in between, by what they called themselves.
    pub(super) fn refused(name: &str) -> Self {
        Self {
            name: handshake::visible(name),
            level: TrustLevel::Unverified,
            reason: TrustReason::Different,
            has_namesake: false,
        }
    }
}

/// Why we trust as far as we do: the reasons for trust, and the one against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TrustReason {
    /// The invitation went openly through a messenger: whoever saw or carried it could be this.
    OpenLink,
    /// Somebody who saw the code on our screen.
    SawTheCode,
    /// The question was theirs, and we answered it: whoever chose it knows the answer.
    TheirQuestion,
    /// The same, and the person says that only who they mean would ask that. It proves nothing.
    ByYourWord,
    /// Somebody known introduced them.
    Introduced,
    /// They opened an invitation that was locked with an answer.
    LockedLink,
    /// They knew the answer, asked where nobody can try twice unseen.
    Answered,
    /// The live camera read their screen.
    Scanned,
    /// Both people compared and found the same.
    Compared,
    /// Two people compared and found a difference: somebody in between, who is not let in again.
    Different,
}

impl From<handshake::TrustReason> for TrustReason {
    fn from(reason: handshake::TrustReason) -> Self {
        match reason {
            handshake::TrustReason::OpenLink => Self::OpenLink,
            handshake::TrustReason::SawTheCode => Self::SawTheCode,
            handshake::TrustReason::TheirQuestion => Self::TheirQuestion,
            handshake::TrustReason::ByYourWord => Self::ByYourWord,
            handshake::TrustReason::IntroducedBy(_) => Self::Introduced,
            handshake::TrustReason::LockedLink => Self::LockedLink,
            handshake::TrustReason::Answered => Self::Answered,
            handshake::TrustReason::Scanned => Self::Scanned,
            handshake::TrustReason::Compared => Self::Compared,
        }
    }
}
