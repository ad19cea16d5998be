//! What goes in and out of a [`Device`](super::Device), beside the commands of the person: links,
//! the store, conversations, and work that takes long. Drivers translate; none decides.

use super::{
    Answer, AuthenticatedPeer, Command, Event, ExportTerms, Exported, NearbyCommand, Place,
    Preview, ReflexiveReport, Refusal, RequestId, RouterReport, Scope, SessionId, ShellId, Write,
};
use bytes::Bytes;
use handfast_protocol::certificate::Certificate;
use handfast_protocol::conversation::{self, CompareError, FileError, Finding, Limits, Transfer};
use handfast_protocol::discovery::DiscoveryEvent;
use handfast_protocol::handshake::{PublicKey, ShortString, Trust};
use handfast_protocol::link::{LinkPath, TransportError};
use handfast_protocol::log::{self, LockedText, LogId, Looked, MAX_ENTRY_BODY, Saved};
use handfast_protocol::network::{Guessed, NetworkReport, StunServer};
use handfast_protocol::pairing::Turn;
use handfast_protocol::reconnect::{self, Part, RendezvousKeys};
use handfast_protocol::transfer::{self, Content, Decision, Goal, Source};
use handfast_seal::{self as seal, Answers, Credential, Questions, SealError};
use handfast_store::StoreError;
use handfast_token::{
    BrowserIce, Candidate, Candidates, Fingerprint, Invitation, InvitationKeys, Reply, Secret,
};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// What happens to a device.
#[derive(Debug)]
pub enum Input {
    /// Somebody wants this done, at this shell.
    Command(ShellId, RequestId, Command),
    /// Something happened on the way to this session's peer.
    Carrier(SessionId, CarrierEvent),
    /// Something happened in this session's conversation.
    Talk(SessionId, TalkEvent),
    /// The batch with this ticket is on the disk, or nothing of it is.
    Stored(Ticket, Result<(), StoreError>),
    /// What was asked with this ticket, or why it cannot be read.
    Found(Ticket, Result<Found, StoreError>),
    /// What lies where [`Output::Look`] asked.
    Looked(Ticket, Result<Offerable, FileError>),
    /// Work is finished.
    Worked(SessionId, WorkDone),
    /// What became of [`Output::Export`].
    Exported(RequestId, Result<Exported, Refusal>),
    /// The carrier has guessed at these, those that were made last first.
    Guessed(Vec<Guessed>),
    /// Something was heard in the local network, since [`NearbyCommand::Look`].
    Nearby(DiscoveryEvent),
    /// What [`NetworkCommand::Survey`] asked for.
    Surveyed(Box<NetworkReport>),
    /// The deadline has come.
    Tick,
}

/// What a device wants done. They are carried out in the order in which they come; only
/// [`Self::Work`], [`Self::Export`], [`Self::Look`], [`Self::Store`] and [`Self::Find`] take their time, and the last
/// two keep their order, so that what was stored is found.
#[derive(Debug)]
pub enum Output {
    /// The answer to a command.
    Answer(Answer),
    /// Tell the shell.
    Event(Event),
    /// For the sockets and link of one session.
    Carrier(SessionId, CarrierCommand),
    /// For all sockets.
    Network(NetworkCommand),
    /// For the local network's name service.
    Nearby(NearbyCommand),
    /// Keep all of this, or nothing, and say so with [`Input::Stored`].
    Store(Ticket, Vec<Write>),
    /// Write all that is kept to a file, and say what became of it with [`Input::Exported`].
    Export(RequestId, Box<ExportTerms>),
    /// Read this, and say what it is with [`Input::Found`].
    Find(Ticket, Query),
    /// Look what lies there, and say so with [`Input::Looked`].
    Look(Ticket, PathBuf),
    /// What lies there does not go to anybody any more. It is removed, if it is a copy that was made for that alone.
    NotNeeded(PathBuf),
    /// Remove what there is of a file of the other side that is not whole, and do it before whatever is kept behind
    /// this: nothing else will know of it then.
    Discard(Box<Leftover>),
    /// For the conversation of one session.
    Talk(SessionId, TalkCommand),
    /// Do this where it may take long, and say what came of it with [`Input::Worked`].
    Work(SessionId, Work),
}

/// Names a batch for the store, or a question to it or to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What one session wants of the network.
#[derive(Debug)]
pub enum CarrierCommand {
    /// Have sockets for this session. [`CarrierEvent::Bound`], [`CarrierEvent::BoundOutOfSight`] or
    /// [`CarrierEvent::Failed`] follows.
    Bind(Bind),
    /// Ask these servers how the sockets are seen from outside, and the router for a port where that is
    /// allowed, both at the same time and for some seconds. [`CarrierEvent::Reached`] follows.
    ReachOut {
        /// Whom to ask.
        servers: Vec<StunServer>,
        /// Whether to ask the router.
        router: bool,
    },
    /// Ask these servers the same, beside everything else; [`CarrierEvent::Moved`] may follow.
    LookOutside(Vec<StunServer>),
    /// Wait for a guest of this invitation.
    Listen(Box<HostKeys>),
    /// Knock at the host of this invitation.
    Knock(Box<GuestKeys>),
    /// Look for a contact, and listen to them.
    Seek(Box<SeekKeys>),
    /// Contact: these hours are good now.
    Hours(Vec<RendezvousKeys>),
    /// Host and contact: who is at the end of the newest link has proved it. A link before that ends.
    Stands,
    /// Guest and contact: the peer can be here too, or instead. A host that is a browser may have chosen these
    /// meanwhile.
    Reach(Vec<Candidate>, Option<BrowserIce>),
    /// Give up the link, and knock again.
    KnockAgain,
    /// Host: knock at the guest who made this reply as well, of which only the addresses are left that may be
    /// sent to.
    Expect(Reply, Turn),
    /// Host: knock at nobody.
    ExpectNobody,
    /// Send this message over the link.
    Send(Bytes),
    /// Host: send this message over the link beside.
    SendBeside(Bytes),
    /// Host: end the link beside.
    ShutBeside,
    /// Deliver what was sent, then end the link with a goodbye. The sockets go on.
    Shut,
    /// End the link at once, without a goodbye.
    Cut,
    /// Be as quick as at the beginning.
    Boost,
    /// Try more than one token may cause by itself.
    TryHarder,
    /// Give up everything of this session, links after what was sent is delivered. What happened before
    /// is not told any more; another [`Self::Bind`] may follow.
    Release,
}

/// Which sockets a session wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind {
    /// On which addresses.
    pub scope: Scope,
    /// The port to be preferred.
    pub port: Option<u16>,
    /// They share nothing with other sessions.
    pub is_apart: bool,
    /// A certificate is made too, for this session alone.
    pub with_certificate: bool,
    /// A way past a strict network may be guessed from them.
    pub may_guess: bool,
}

/// By what a host is found and recognised.
#[derive(Debug)]
pub struct HostKeys {
    /// The certificate that the invitation names.
    pub certificate: Certificate,
    /// The keys of the invitation.
    pub keys: InvitationKeys,
}

/// By what a guest finds its host and is recognised.
#[derive(Debug)]
pub struct GuestKeys {
    /// This side's certificate.
    pub certificate: Certificate,
    /// The keys of the invitation.
    pub keys: InvitationKeys,
    /// SHA-256 of the host's certificate.
    pub host: Fingerprint,
    /// Where the host may be; only what may be sent to.
    pub addresses: Vec<Candidate>,
    /// What the host chose, if it is a browser.
    pub browser: Option<BrowserIce>,
}

/// By what two contacts find each other and are recognised on the network.
#[derive(Debug)]
pub struct SeekKeys {
    /// On which side of the pair this device is.
    pub part: Part,
    /// The hours that are good now. The first is sent in, the others are listened to.
    pub hours: Vec<RendezvousKeys>,
    /// Where the contact may be; only what may be sent to.
    pub addresses: Vec<Candidate>,
}

/// What happens on the way to a peer.
#[derive(Debug)]
pub enum CarrierEvent {
    /// The sockets are bound here.
    Bound {
        /// Where.
        addresses: Vec<SocketAddr>,
        /// The certificate that was asked for.
        certificate: Option<Certificate>,
    },
    /// A browser has sockets for this session, and keeps out of sight where they are.
    BoundOutOfSight {
        /// What it has others told; may be empty, as the peer sees where its checks come from.
        told: Candidates,
        /// The credentials that it chose.
        browser: BrowserIce,
        /// The certificate that was asked for.
        certificate: Option<Certificate>,
    },
    /// What servers and router said.
    Reached {
        /// How servers see the sockets; None if none was asked.
        reflexive: Option<ReflexiveReport>,
        /// Where the router leads in.
        external: Option<SocketAddr>,
        /// Why it does, or does not.
        router: RouterReport,
    },
    /// The sockets are bound, or seen, elsewhere now.
    Moved(Place),
    /// Host: whether the firewall of this machine seems to let in only whoever was sent to before.
    Guarded(bool),
    /// Host: somebody who holds the invitation is here; may be told more than once. The link will prove
    /// the fingerprint.
    KnockSeen(Fingerprint),
    /// Guest: the host answered.
    Answered,
    /// Guest: the host went away again before the link was open. The knocking goes on.
    Lapsed,
    /// Guest: whether the host is with somebody else right now. The knocking goes on.
    SlotTaken(bool),
    /// A link is open. The fingerprints are of the certificates that were seen in it.
    LinkOpen {
        /// Tells it from others of its session.
        number: u64,
        /// Host: the guest's handshake stands on another, and this one is beside that until it stands here, or
        /// the other ends.
        is_beside: bool,
        /// Of this side.
        local: Fingerprint,
        /// Of the peer.
        remote: Fingerprint,
        /// Which way it takes.
        path: Option<LinkPath>,
    },
    /// A message came over the link.
    Received(Bytes),
    /// The link has ended, in whatever way.
    LinkEnded,
    /// Host: a message came over the link beside.
    ReceivedBeside(Bytes),
    /// Host: the link beside has ended.
    BesideEnded,
    /// It came to nothing. A host goes on waiting; a guest is done; who wanted sockets has none.
    Failed(TransportError),
}

/// What is wanted of all sockets.
#[derive(Debug)]
pub enum NetworkCommand {
    /// Give up all sockets, until [`Self::Resume`].
    Pause,
    /// Bind them again, on the same ports where these can be had.
    Resume,
    /// This device has these addresses now, and this router where it is known.
    Changed(Vec<IpAddr>, Option<IpAddr>),
    /// These guesses were made by earlier processes; they count as if this one had made them.
    GuessedBefore(Vec<Guessed>),
    /// Look around, and say what was found with [`Input::Surveyed`].
    Survey {
        /// Whom to ask.
        servers: Vec<StunServer>,
        /// Whether to ask the router.
        router: bool,
    },
}

/// What is wanted of a conversation.
#[derive(Debug)]
pub enum TalkCommand {
    /// Take the link of this session, and begin.
    Start(Box<Connected>),
    /// A message that came over the link before the conversation had it.
    Received(Bytes),
    /// Write this, which nobody keeps.
    Text(String),
    /// Say this about the logs.
    Log(log::Message),
    /// Say this about the contact itself.
    Contact(reconnect::Message),
    /// Do this with the files of a conversation that both keep.
    File(FileOrder),
    /// Send this file, which nobody keeps. Those that go out are numbered from 1 in this order.
    SendFile(PathBuf),
    /// Take an offered file.
    AcceptFile(Transfer),
    /// Stop a file that comes in.
    CancelTheirs(Transfer),
    /// Stop the file that goes out with this number.
    CancelOurs(u32),
    /// Wish to compare, or agree to it.
    Compare,
    /// This was shown, and judged so.
    Judge(ShortString, Finding),
    /// The peer is trusted so far now, for something that is not of the conversation.
    Trust(Trust),
    /// Whether this device is in the background.
    Away(bool),
    /// As much again may come.
    AllowMore,
    /// Tell nothing more until [`Self::GoOn`]: the screen has enough to show.
    Hold,
    /// Tell again.
    GoOn,
    /// Deliver what waits, then say goodbye.
    Leave,
    /// Stop every file that goes out, then say goodbye.
    LeaveNow,
}

/// Two who met.
#[derive(Debug)]
pub struct Connected {
    /// The link on which they did. If another one is open by now, this one is lost.
    pub link: u64,
    /// Who is at the other end, and the sealed channel to them.
    pub peer: AuthenticatedPeer,
    /// How far they are trusted, by this meeting and all before it.
    pub trust: Trust,
    /// What they may cost.
    pub limits: Limits,
    /// Both keep what is said.
    pub has_log: bool,
    /// The folder for files that come in, if not the usual one.
    pub downloads: Option<PathBuf>,
    /// The files that survive the connection, where both keep what is said.
    pub files: Option<Box<Carried>>,
    /// What came over the link behind the handshake, before anything else that will.
    pub early: Vec<Bytes>,
}

/// The files of a conversation that both keep, as one of its links begins with them.
#[derive(Debug)]
pub struct Carried {
    /// What tells this conversation from all others.
    pub scope: [u8; 32],
    /// What the disk may be used for.
    pub terms: transfer::Terms,
    /// What was decided before.
    pub orders: Vec<FileOrder>,
}

/// Something that was decided about a file.
#[derive(Clone, Debug)]
pub enum FileOrder {
    /// As the machine of the files has it. A folder in it that is not absolute is meant within the usual one for files
    /// that come in.
    Decide(Decision),
    /// Offer the folder that lies there. Its manifest was kept when it was looked at.
    OfferFolder {
        /// What the manifest is.
        content: Content,
        /// Where the folder is.
        path: PathBuf,
    },
}

/// What there may be of a file or folder that came in part and is not wanted any more.
#[derive(Clone, Debug)]
pub struct Leftover {
    /// What tells its conversation from all others.
    pub scope: [u8; 32],
    /// What the two call it.
    pub source: Source,
    /// Where it went. A folder in it that is not absolute is meant within the usual one for files that come in.
    pub goal: Goal,
}

/// What lies at a path that is to be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offerable {
    /// Bytes of it; 0 if nobody can know.
    pub size: u64,
    /// Of a folder, how many files are in it.
    pub files: Option<u32>,
    /// What it is, or the manifest of the folder is. None of a file that takes long to read.
    pub content: Option<Content>,
    /// Of a picture, a small one of it.
    pub preview: Option<Preview>,
}

/// How long after the beginning each step was reached: for a host since it began or, if later, since
/// the last reply came; for a guest since it began to knock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Milestones {
    /// Host: the knock was seen. Guest: the host answered.
    #[cfg_attr(
        feature = "serde",
        serde(with = "crate::serialized::nanoseconds_if_any")
    )]
    pub ready: Option<Duration>,
    /// The link was open.
    #[cfg_attr(
        feature = "serde",
        serde(with = "crate::serialized::nanoseconds_if_any")
    )]
    pub open: Option<Duration>,
    /// Both proofs were done.
    #[cfg_attr(
        feature = "serde",
        serde(with = "crate::serialized::nanoseconds_if_any")
    )]
    pub authenticated: Option<Duration>,
}

/// What happens in a conversation.
#[derive(Debug)]
pub enum TalkEvent {
    /// As the conversation tells it.
    Event(conversation::Event),
    /// One text or file that was to go out was taken.
    Said,
    /// The wish to compare was not taken.
    NotCompared(CompareError),
    /// The link takes this way now.
    Path(LinkPath),
    /// It ended without a word.
    Gone,
}

/// What is read of the conversation with a contact.
#[derive(Clone, Debug)]
pub enum Query {
    /// Where its logs end, and its last rows.
    Ledger {
        /// With whom.
        with: PublicKey,
        /// How many rows at most.
        most: usize,
    },
    /// What stands at a place of a log, on all its lines, and at the place before it.
    LookUp {
        /// With whom.
        with: PublicKey,
        /// Which log.
        log: LogId,
        /// Which place.
        sequence: u64,
    },
    /// Rows of a log in the order of places and lines.
    Load {
        /// With whom.
        with: PublicKey,
        /// Which log.
        log: LogId,
        /// From which place and line on.
        from: (u64, u8),
        /// Up to so many bytes together ([`log::Row::length`]), and one in any case.
        at_most: usize,
    },
    /// Rows before a place, or the last ones.
    Rows {
        /// With whom.
        with: PublicKey,
        /// The place.
        before: Option<log::Place>,
        /// How many at most.
        most: usize,
    },
    /// Rows in which these words may be, and that stand before a place or at the end.
    Search {
        /// With whom.
        with: PublicKey,
        /// The words.
        words: handfast_store::Query,
        /// The place.
        before: Option<log::Place>,
        /// How many rows are looked at, at most.
        steps: usize,
        /// How many are found, at most.
        most: usize,
    },
}

impl Query {
    /// Whose conversation is asked for.
    pub fn with(&self) -> PublicKey {
        match self {
            Self::Ledger { with, .. }
            | Self::LookUp { with, .. }
            | Self::Load { with, .. }
            | Self::Rows { with, .. }
            | Self::Search { with, .. } => *with,
        }
    }
}

/// What a [`Query`] found.
#[derive(Debug)]
pub enum Found {
    /// Where the logs end, and the last rows.
    Ledger(Box<Saved>, Page),
    /// What stands where it was looked up.
    Looked(Looked),
    /// Rows of a log.
    Loaded(Vec<log::Row>),
    /// Rows of both logs.
    Rows(Page),
    /// Rows of both logs in which the words may be, the last first, and where to go on if there is more.
    Searched(Vec<log::Row>, Option<log::Place>),
}

/// Rows of a conversation that stand together, the last first.
#[derive(Debug, Default)]
pub struct Page {
    /// The rows.
    pub rows: Vec<log::Row>,
    /// Nothing stands before them.
    pub is_first: bool,
}

/// Work that takes a second or so, and much memory.
pub enum Work {
    /// Lock an invitation.
    Lock {
        /// What is locked.
        invitation: Box<Invitation>,
        /// What is asked.
        questions: Questions,
        /// What opens it.
        answers: Answers,
        /// 32 random bytes.
        salt: [u8; 32],
    },
    /// Unlock an invitation.
    Unlock {
        /// What is locked.
        container: Vec<u8>,
        /// What may open it.
        answers: Answers,
        /// The code of the second channel, where there is one.
        code: Option<Secret<16>>,
    },
    /// Lock a message.
    LockText {
        /// What is locked.
        text: String,
        /// What is asked.
        questions: Questions,
        /// What opens it.
        answers: Answers,
        /// 32 random bytes.
        salt: [u8; 32],
    },
    /// Open a locked message.
    OpenText {
        /// What is locked.
        locked: LockedText,
        /// What may open it.
        answers: Answers,
    },
}

/// What came of [`Work`].
#[derive(Debug)]
pub enum WorkDone {
    /// The container.
    Locked(Result<Vec<u8>, SealError>),
    /// The invitation in it.
    Unlocked(Result<Box<Invitation>, SealError>),
    /// The container of a message.
    TextLocked(Result<Vec<u8>, SealError>),
    /// The message in it.
    TextOpened(Result<String, SealError>),
}

impl Work {
    /// Does it, within what this device is willing to spend. It blocks for as long as it takes.
    pub fn run(self, limits: &seal::Limits) -> WorkDone {
        match self {
            Self::Lock {
                invitation,
                questions,
                answers,
                salt,
            } => {
                let credential = Credential::Answers {
                    answers,
                    code: None,
                };
                WorkDone::Locked(seal::lock(&invitation, questions, &credential, salt))
            }
            Self::Unlock {
                container,
                answers,
                code,
            } => {
                let credential = Credential::Answers { answers, code };
                WorkDone::Unlocked(seal::unlock(&container, &credential, limits).map(Box::new))
            }
            Self::LockText {
                text,
                questions,
                answers,
                salt,
            } => WorkDone::TextLocked(seal::lock_text(&text, questions, answers, salt)),
            Self::OpenText { locked, answers } => {
                let (container, most) = (locked.container(), MAX_ENTRY_BODY as u64);
                WorkDone::TextOpened(seal::unlock_text(container, answers, most, limits))
            }
        }
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Lock { .. } => "Lock(..)",
            Self::Unlock { .. } => "Unlock(..)",
            Self::LockText { .. } => "LockText(..)",
            Self::OpenText { .. } => "OpenText(..)",
        })
    }
}
