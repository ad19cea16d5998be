//! The honest ones: a host, its guests, and the flows in which they meet.

use bytes::Bytes;
use handfast_native::certificate::Certificate;
use handfast_native::device::{
    AcceptTerms, Command, Done, Event, PendingId, Provenance, Refusal, RowContent, Saying,
    SessionCommand, SessionEnd, SessionId, View, Wish,
};
use handfast_native::handshake::{Flow, PublicKey, StaticKey, Trust};
use handfast_native::net::new_certificate;
use handfast_native::pairing::{Failure, GuestStage, HostStage, Identity};
use handfast_native::seal::Answers;
use handfast_native::store::{Kept, Store};
use handfast_native::token::{
    Candidate, Invitation, Name, Question, ReplyError, Role, SealedReply, Secret, Token,
};
use handfast_native::{Addresses, DeviceHandle, Home, Listener, Options, unix_seconds};
use handfast_sim::invitation::leading_to;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Where guests are.
pub(crate) const GUEST_SIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Where a host is that has somebody in between.
pub(crate) const HOST_SIDE: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// What everything that must happen may take on a busy machine. Longer than any limit of the core.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// How long a guest knocks that will never be answered.
pub(crate) const IMPATIENCE: Duration = Duration::from_millis(1_500);

/// An address that nobody has, and that nothing is sent to. An invitation that names it besides is not
/// for one machine alone, where all would share an address.
const NOBODYS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(240, 0, 0, 1)), 9);

/// The ways to meet. What a flow needs is in the functions below.
pub(crate) const FLOWS: [Flow; 5] = [
    Flow::TwoWayScan,
    Flow::OneScan,
    Flow::LinkOpen,
    Flow::LinkLocked,
    Flow::LinkAsk,
];

/// What is asked in [`Flow::LinkAsk`], and what both know.
pub(crate) const QUESTION: &str = "What was our first dog called?";
pub(crate) const ANSWER: &str = "Rex";

/// How tokens travel in a flow: for the host to hand out, for the guest to take, and back.
pub(crate) fn provenance(flow: Flow) -> Provenance {
    match flow {
        Flow::TwoWayScan | Flow::OneScan => Provenance::Camera,
        Flow::LinkOpen | Flow::LinkAsk => Provenance::Carried,
        Flow::LinkLocked => Provenance::Locked,
    }
}

fn asks(flow: Flow) -> bool {
    flow == Flow::LinkAsk
}

/// What the host believes of a guest that came in this flow without a reply that names it: of
/// anybody who has the invitation, and the answer where one is asked for.
pub(crate) fn trust_without_reply(flow: Flow) -> Trust {
    let alone = match flow {
        Flow::TwoWayScan => Flow::OneScan,
        other => other,
    };
    Trust::proven(alone, Role::Host)
}

/// A device with a home of its own, at work until nobody here has it any more.
struct Device {
    handle: DeviceHandle,
    store: Store,
    watching: JoinHandle<()>,
    _folder: TempDir,
}

impl Drop for Device {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

/// A device with one session, which is watched from its beginning to its end.
pub(crate) struct Watched {
    device: Arc<Device>,
    session: SessionId,
    views: watch::Receiver<Vec<View>>,
    heard: Option<mpsc::UnboundedReceiver<Heard>>,
}

/// What a conversation brings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The other side wrote this.
    Text(String),
    /// A file of theirs is another one, or stands otherwise, than before.
    File,
    /// The other person would like to compare.
    CompareOffered,
    /// Something is shown that has to be compared.
    Comparing,
    Ended(SessionEnd),
}

/// A home with a device that is not at work yet.
struct Prepared {
    home: Home,
    folder: TempDir,
}

impl Prepared {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        Self { home, folder }
    }

    fn store(&self) -> &Store {
        self.home.store().unwrap()
    }

    /// Begins one session at this address. `answer` is what the person here says whenever they are asked.
    async fn begin(
        self,
        name: &str,
        side: IpAddr,
        command: Command,
        answer: &'static str,
    ) -> Watched {
        let store = self.store().clone();
        let mut options = Options::new(self.folder.path().join("downloads"));
        name.clone_into(&mut options.settings.name);
        options.addresses = Addresses::Told(vec![side]);
        let (handle, listener) = DeviceHandle::start(self.home, options).await.unwrap();
        let (shown, views) = watch::channel(Vec::new());
        let (hears, heard) = mpsc::unbounded_channel();
        let watcher = Watcher {
            device: handle.clone(),
            listener,
            answer,
            shown,
            hears,
        };
        let watching = tokio::spawn(watcher.run());
        let Done::Session(session) = handle.command(command).await.unwrap() else {
            panic!("a session")
        };
        Watched {
            device: Arc::new(Device {
                handle,
                store,
                watching,
                _folder: self.folder,
            }),
            session,
            views,
            heard: Some(heard),
        }
    }
}

/// Takes everything that the device tells, so that nothing waits for the test.
struct Watcher {
    device: DeviceHandle,
    listener: Listener,
    answer: &'static str,
    shown: watch::Sender<Vec<View>>,
    hears: mpsc::UnboundedSender<Heard>,
}

impl Watcher {
    async fn run(mut self) {
        while let Some(event) = self.listener.next().await {
            match event {
                Event::View(session, view) => {
                    self.hear_of(&view);
                    let is_asked = matches!(*view, View::Asking { .. });
                    self.shown.send_modify(|views| views.push(*view));
                    if is_asked {
                        let answer = Answers::new(&[self.answer]).unwrap();
                        self.say(session, SessionCommand::Answer(answer)).await;
                    }
                }
                // What the person here said reaches their screen; the rest is taken by the test.
                Event::Row(session, row) if row.ours => {
                    self.say(session, SessionCommand::Taken(1)).await;
                }
                Event::Row(_, row) => {
                    let heard = match row.content {
                        RowContent::Text(text) => Heard::Text(text),
                        RowContent::File { .. } => Heard::File,
                        _ => continue,
                    };
                    let _ = self.hears.send(heard);
                }
                _ => {}
            }
        }
    }

    /// It may be too late for it.
    async fn say(&self, session: SessionId, command: SessionCommand) {
        let _ = self.device.command(Command::To(session, command)).await;
    }

    /// What is new in this view, where two are together or were.
    fn hear_of(&self, view: &View) {
        let (was_offered, was_comparing) = match self.shown.borrow().last() {
            Some(View::Talking {
                wish, comparing, ..
            }) => (*wish == Wish::Theirs, comparing.is_some()),
            _ => (false, false),
        };
        match view {
            View::Talking {
                wish, comparing, ..
            } => {
                if *wish == Wish::Theirs && !was_offered {
                    let _ = self.hears.send(Heard::CompareOffered);
                }
                if comparing.is_some() && !was_comparing {
                    let _ = self.hears.send(Heard::Comparing);
                }
            }
            View::Ended(end) => {
                let _ = self.hears.send(Heard::Ended(*end));
            }
            _ => {}
        }
    }
}

/// Two who met, as one of them sees it.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) peer: Peer,
    talk: Talk,
}

/// What a device knows of whoever was met.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) key: PublicKey,
    pub(crate) trust: Trust,
    pub(crate) scans: u8,
}

impl Watched {
    /// How it ended: in a meeting, or in nothing.
    async fn end(&mut self) -> Result<Meeting, Failure> {
        let is_over = |view: &View| matches!(view, View::Talking { .. } | View::Ended(_));
        let views = self.shows(|views| views.iter().any(is_over)).await;
        match views.into_iter().find(is_over) {
            Some(View::Talking { trust, scans, .. }) => {
                let contacts = |store: &Store| store.batch(|batch| batch.contacts());
                let contacts = self.device.store.run(contacts).await.unwrap();
                let [contact] = &contacts[..] else {
                    panic!("one contact: {contacts:?}")
                };
                let (key, heard) = (contact.key, self.heard.take());
                Ok(Meeting {
                    peer: Peer { key, trust, scans },
                    talk: Talk {
                        device: self.device.clone(),
                        session: self.session,
                        heard: heard.expect("nobody meets twice"),
                    },
                })
            }
            Some(View::Ended(SessionEnd::Failed(failure))) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Why it led nowhere.
    pub(crate) async fn failure(&mut self) -> Failure {
        self.end().await.expect_err("a failure")
    }

    pub(crate) async fn meeting(&mut self) -> Meeting {
        self.end().await.expect("a meeting")
    }

    /// Waits until the screens so far are such.
    pub(crate) async fn shows(&mut self, wanted: impl Fn(&[View]) -> bool) -> Vec<View> {
        let views = timeout(SOON, self.views.wait_for(|views| wanted(views)));
        match views.await.map(|views| views.map(|views| views.clone())) {
            Ok(views) => views.expect("a view"),
            Err(_) => panic!("no such view in time, but {:?}", self.shown().last()),
        }
    }

    /// Every screen so far.
    pub(crate) fn shown(&self) -> Vec<View> {
        self.views.borrow().clone()
    }

    async fn tell(&self, command: SessionCommand) -> Result<Done, Refusal> {
        let command = Command::To(self.session, command);
        self.device.handle.command(command).await
    }
}

/// Which stages of hosting were shown. What is on a screen for less than a moment may be missing, but not
/// that there was something.
pub(crate) fn stages(views: &[View]) -> Vec<HostStage> {
    let mut stages: Vec<HostStage> = Vec::new();
    let mut last = None;
    for view in views {
        let View::Hosting { stage, .. } = view else {
            continue;
        };
        // The same view twice had another one in between.
        if stages.last() != Some(stage) || last == Some(view) {
            stages.push(*stage);
        }
        last = Some(view);
    }
    stages
}

/// Whether a host that has been found by somebody waits again.
pub(crate) fn waits_again(views: &[View]) -> bool {
    let stages = stages(views);
    stages.len() > 1 && stages.last() == Some(&HostStage::Waiting)
}

/// Whether a guest that had an answer knocks again.
pub(crate) fn knocks_again(views: &[View]) -> bool {
    let had_answer = |view: &View| match view {
        View::Connecting { stage, .. } => {
            matches!(stage, GuestStage::Answered | GuestStage::Checking)
        }
        _ => false,
    };
    let knocks = |view: &View| match view {
        View::Connecting { stage, .. } => *stage == GuestStage::Knocking,
        View::ReplyNeeded { .. } => true,
        _ => false,
    };
    // The same view twice had another one in between, which was there for less than a moment.
    let left_out = views.windows(2).any(|pair| pair[0] == pair[1]);
    (left_out || views.iter().any(had_answer)) && views.last().is_some_and(knocks)
}

/// Whether a guest finds somebody else at the table. It goes on knocking.
pub(crate) fn finds_slot_taken(views: &[View]) -> bool {
    let is_taken = |view: &View| match view {
        View::Connecting { stage, .. } => *stage == GuestStage::SlotTaken,
        View::ReplyNeeded { is_slot_taken, .. } => *is_slot_taken,
        _ => false,
    };
    views.last().is_some_and(is_taken)
}

/// Somebody new.
pub(crate) fn identity(name: &str) -> Identity {
    Identity {
        key: StaticKey::new(Secret::random().unwrap()),
        name: name.to_owned(),
        client: None,
    }
}

/// Who has this home.
fn owner(home: &Prepared, name: &str) -> Identity {
    Identity {
        key: home.store().identity().clone(),
        name: name.to_owned(),
        client: None,
    }
}

/// What no message may hold before the secret is proved, in any form that could be recognised.
pub(crate) fn private_parts(identity: &Identity) -> Vec<Vec<u8>> {
    vec![
        identity.key.public().0.to_vec(),
        identity.key.private().expose().to_vec(),
        identity.name.as_bytes().to_vec(),
    ]
}

/// Whether `bytes` have one of these parts in them.
pub(crate) fn shows_any(bytes: &[u8], parts: &[Vec<u8>]) -> bool {
    parts
        .iter()
        .any(|part| bytes.windows(part.len()).any(|window| window == part))
}

/// A host that waits, and its invitation.
pub(crate) struct Host {
    pub(crate) pairing: Watched,
    pub(crate) invitation: Invitation,
    pub(crate) identity: Identity,
    pub(crate) certificate: Certificate,
    /// Where it really is.
    pub(crate) address: SocketAddr,
    flow: Flow,
}

impl Host {
    /// A host that guests reach directly.
    pub(crate) async fn new(flow: Flow) -> Self {
        let address = free_on(GUEST_SIDE);
        let mut host = Self::wait(flow, address, &[address]).await;
        // Should somebody have taken the port meanwhile, it leads elsewhere.
        host.invitation = host.now_shown().await;
        host
    }

    /// A host that guests reach by way of this address only.
    pub(crate) async fn behind(flow: Flow, address: SocketAddr) -> Self {
        Self::wait(flow, free_on(HOST_SIDE), &[address, NOBODYS]).await
    }

    /// A host that goes on with an invitation, as after a restart, so that it may lead anywhere.
    async fn wait(flow: Flow, address: SocketAddr, leads_to: &[SocketAddr]) -> Self {
        let name = "Host Ömer";
        let home = Prepared::new();
        let identity = owner(&home, name);
        let certificate = new_certificate().unwrap();
        let now = unix_seconds();
        let mut kept = leading_to(leads_to, address.port(), certificate.clone(), now).unwrap();
        kept.handed = provenance(flow);
        kept.answer = asks(flow).then(|| Answers::new(&[ANSWER]).unwrap());
        let invitation = &mut kept.invitation;
        invitation.question = asks(flow).then(|| Question::new(QUESTION).unwrap());
        invitation.name = Some(Name::new("Somebody you know").unwrap());
        let keep = home.store().batch(|batch| batch.add_invitation(&kept));
        keep.unwrap();
        let resume = Command::Resume(PendingId::hosted(kept.id()), Box::default());
        let mut host = Self {
            pairing: home.begin(name, address.ip(), resume, ANSWER).await,
            invitation: kept.invitation,
            identity,
            certificate,
            address,
            flow,
        };
        let shown = host.now_shown().await;
        host.address = shown.candidates.iter().find_map(Candidate::ip).unwrap();
        host
    }

    /// The invitation as it leads here now.
    async fn now_shown(&mut self) -> Invitation {
        let shown = |view: &View| match view {
            View::Hosting {
                token: Token::Invitation(invitation),
                ..
            } => Some(invitation.clone()),
            _ => None,
        };
        let is_shown = |views: &[View]| views.iter().any(|view| shown(view).is_some());
        let views = self.pairing.shows(is_shown).await;
        views.iter().rev().find_map(shown).unwrap()
    }

    /// How many guests have failed inside a link, as far as that is kept.
    pub(crate) async fn failures(&self) -> u8 {
        let id = self.invitation.keys().invite_id();
        let store = &self.pairing.device.store;
        let all = store.run(|store| store.batch(|batch| batch.invitations()));
        let mut all = all.await.unwrap().into_iter();
        match all.find(|kept| kept.id() == id) {
            Some(Kept::Waiting(kept)) => kept.history.strikes.handshakes,
            other => panic!("it waits: {other:?}"),
        }
    }

    /// The host scans, or is sent, this reply, as its flow has it.
    pub(crate) async fn take_reply(&self, reply: &[u8]) -> Result<(), ReplyError> {
        self.take_reply_by(reply, provenance(self.flow)).await
    }

    /// A reply comes to the host this way.
    pub(crate) async fn take_reply_by(
        &self,
        reply: &[u8],
        provenance: Provenance,
    ) -> Result<(), ReplyError> {
        let reply = Box::new(SealedReply::parse(reply).unwrap());
        let taken = self.pairing.tell(SessionCommand::Reply(reply, provenance));
        match taken.await {
            // A pairing that has ended meanwhile needs no reply.
            Ok(_) | Err(Refusal::NotNow) => Ok(()),
            Err(Refusal::Reply(error)) => Err(error),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// Where the flow has a second scan, it is done now.
    pub(crate) async fn scan_back(&self, guest: &mut Guest) {
        if self.flow == Flow::TwoWayScan {
            let reply = guest.reply().await;
            self.take_reply(&reply).await.unwrap();
        }
    }

    /// A true guest with the true invitation still gets in, so nothing has happened to it.
    pub(crate) async fn still_meets_its_guest(&mut self) {
        let mut guest = Guest::new(self.flow, &self.invitation).await;
        let (mut at_host, mut at_guest) =
            tokio::join!(self.pairing.meeting(), guest.pairing.meeting());
        are_together(&mut at_host, &mut at_guest).await;
    }
}

/// A port that is nobody's now.
fn free_on(side: IpAddr) -> SocketAddr {
    let free = UdpSocket::bind((side, 0)).unwrap();
    free.local_addr().unwrap()
}

/// Checks that these two have met each other and nobody else: each knows the other's key, and the one
/// channel carries what either says. Both certificates are part of what that channel was made from.
pub(crate) async fn are_together(one: &mut Meeting, other: &mut Meeting) {
    let (Meeting { peer, talk: one }, theirs) = (one, other);
    assert_eq!(peer.key, theirs.talk.own_key());
    assert_eq!(theirs.peer.key, one.own_key());
    one.tells(&mut theirs.talk, "is it you?").await;
    theirs.talk.tells(one, "it is").await;
}

/// Who met begins to talk.
pub(crate) fn converse(meeting: Meeting) -> Talk {
    meeting.talk
}

/// One side of a conversation.
pub(crate) struct Talk {
    device: Arc<Device>,
    session: SessionId,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl std::fmt::Debug for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Talk(..)")
    }
}

impl Talk {
    fn own_key(&self) -> PublicKey {
        self.device.store.identity().public()
    }

    async fn tell(&self, command: SessionCommand) {
        let command = Command::To(self.session, command);
        let done = self.device.handle.command(command).await;
        assert_eq!(done, Ok(Done::Ok));
    }

    /// What happens next. Whatever is not taken by this is not on the screen yet.
    pub(crate) async fn event(&mut self) -> Heard {
        let heard = timeout(SOON, self.heard.recv()).await;
        let heard = heard.expect("an event in time").expect("an event");
        if let Heard::Text(_) | Heard::File = heard {
            let taken = Command::To(self.session, SessionCommand::Taken(1));
            // It may have ended behind that.
            let _ = self.device.handle.command(taken).await;
        }
        heard
    }

    /// Says something.
    pub(crate) async fn say(&self, saying: Saying) {
        self.tell(SessionCommand::Say(saying)).await;
    }

    /// Says goodbye.
    pub(crate) async fn close(&self) {
        self.tell(SessionCommand::Close).await;
    }

    /// Checks that a text comes through, and that nothing else happens before.
    pub(crate) async fn tells(&self, other: &mut Self, text: &str) {
        self.say(Saying::Text(text.to_owned())).await;
        assert_eq!(other.event().await, Heard::Text(text.to_owned()));
    }
}

/// A guest that knocks.
pub(crate) struct Guest {
    pub(crate) pairing: Watched,
    pub(crate) identity: Identity,
}

impl Guest {
    /// The guest of this flow.
    pub(crate) async fn new(flow: Flow, invitation: &Invitation) -> Self {
        Self::on(flow, invitation, Self::terms(flow, SOON), ANSWER).await
    }

    /// A guest that gives up early.
    pub(crate) async fn impatient(flow: Flow, invitation: &Invitation) -> Self {
        Self::on(flow, invitation, Self::terms(flow, IMPATIENCE), ANSWER).await
    }

    /// Somebody with a copy of the invitation who does not know the answer.
    pub(crate) async fn guessing(flow: Flow, invitation: &Invitation) -> Self {
        Self::on(flow, invitation, Self::terms(flow, SOON), "Max").await
    }

    pub(crate) fn terms(flow: Flow, patience: Duration) -> AcceptTerms {
        AcceptTerms {
            patience: Some(patience),
            reply_at_once: flow == Flow::TwoWayScan,
            ..AcceptTerms::default()
        }
    }

    /// A guest on terms of its own. What it is given travels as bytes.
    pub(crate) async fn on(
        flow: Flow,
        invitation: &Invitation,
        terms: AcceptTerms,
        answer: &'static str,
    ) -> Self {
        let Ok(Token::Invitation(invitation)) = Token::parse(&invitation.to_bytes()) else {
            panic!("an invitation reads as one")
        };
        let name = "Guest Žofie";
        let home = Prepared::new();
        let identity = owner(&home, name);
        let open = Command::Open(Box::new(invitation), provenance(flow));
        let pairing = home.begin(name, GUEST_SIDE, open, answer).await;
        let accepted = pairing.tell(SessionCommand::Accept(Box::new(terms)));
        assert_eq!(accepted.await, Ok(Done::Ok));
        Self { pairing, identity }
    }

    /// The reply that it shows.
    pub(crate) async fn reply(&mut self) -> Vec<u8> {
        let reply = |view: &View| match view {
            View::ReplyNeeded { reply, .. } => Some(reply.as_bytes().to_vec()),
            _ => None,
        };
        let views = self
            .pairing
            .shows(|views| views.iter().any(|view| reply(view).is_some()))
            .await;
        views.iter().find_map(reply).unwrap()
    }
}

/// Bytes that mean nothing, the same each time.
pub(crate) fn garbage(length: usize) -> Bytes {
    let mut state = length as u64;
    let byte = |_| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (state >> 33) as u8
    };
    (0..length).map(byte).collect::<Vec<u8>>().into()
}
