//! The honest ones: a host, its guests, and the flows in which they meet.

use bytes::Bytes;
use handfast_native::certificate::Certificate;
use handfast_native::conversation::{Conversation, Event, Options};
use handfast_native::handshake::{Flow, StaticKey, Trust};
use handfast_native::net::{Endpoint, new_certificate};
use handfast_native::pairing::{
    Failure, GuestStage, GuestTerms, HostStage, HostTerms, Identity, Meeting, Pairing,
    PairingEvent, Provenance, View, own_candidates,
};
use handfast_native::seal::Answers;
use handfast_native::token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, Name, Policy, Question, ReplyError,
    Role, SealedReply, Secret, Token,
};
use handfast_native::unix_seconds;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

/// Where guests are.
pub(crate) const GUEST_SIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Where a host is that has somebody in between.
pub(crate) const HOST_SIDE: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
pub(crate) const LOCAL: Policy = Policy { loopback: true };
/// What everything that must happen may take on a busy machine. Longer than any limit of the core.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// How long a guest knocks that will never be answered.
pub(crate) const IMPATIENCE: Duration = Duration::from_millis(1_500);

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

/// A reply on its way to the host, and where the host's word on it goes.
type Carried = (
    SealedReply,
    Provenance,
    oneshot::Sender<Result<(), ReplyError>>,
);

/// A pairing that is watched to its end, so that it never waits for its reader.
pub(crate) struct Watched {
    views: watch::Receiver<Vec<View>>,
    replies: mpsc::Sender<Carried>,
    end: oneshot::Receiver<Result<Box<Meeting>, Failure>>,
}

impl Watched {
    /// `answer` is what the person here says whenever they are asked.
    fn new(mut pairing: Pairing, answer: &'static str) -> Self {
        let (shown, views) = watch::channel(Vec::new());
        let (replies, mut carried) = mpsc::channel::<Carried>(1);
        let (ended, end) = oneshot::channel();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    event = pairing.next() => match event {
                        Some(PairingEvent::View(view)) => {
                            if let View::Asking { .. } = view {
                                pairing.answer(Answers::new(&[answer]).unwrap()).await;
                            }
                            shown.send_modify(|views| views.push(view));
                        }
                        Some(PairingEvent::Hint(_) | PairingEvent::Reissued(_)) => {}
                        Some(PairingEvent::Met(meeting)) => return drop(ended.send(Ok(meeting))),
                        Some(PairingEvent::Failed(why)) => return drop(ended.send(Err(why))),
                        None => return,
                    },
                    Some((reply, provenance, answer)) = carried.recv() => {
                        let _ = answer.send(pairing.reply_received(reply, provenance).await);
                    }
                }
            }
        });
        Self {
            views,
            replies,
            end,
        }
    }

    /// How it ended.
    pub(crate) async fn end(&mut self) -> Result<Box<Meeting>, Failure> {
        let end = timeout(SOON, &mut self.end).await;
        end.expect("an end in time").expect("an end")
    }

    /// Why it led nowhere.
    pub(crate) async fn failure(&mut self) -> Failure {
        self.end().await.expect_err("a failure")
    }

    pub(crate) async fn meeting(&mut self) -> Meeting {
        *self.end().await.expect("a meeting")
    }

    /// Waits until the screens so far are such.
    pub(crate) async fn shows(&mut self, wanted: impl Fn(&[View]) -> bool) -> Vec<View> {
        let views = timeout(SOON, self.views.wait_for(|views| wanted(views))).await;
        views.expect("a view in time").expect("a view").clone()
    }

    /// Every screen so far.
    pub(crate) fn shown(&self) -> Vec<View> {
        self.views.borrow().clone()
    }
}

/// Which stages of hosting were shown.
pub(crate) fn stages(views: &[View]) -> Vec<HostStage> {
    let stage = |view: &View| match view {
        View::Hosting { stage, .. } => Some(*stage),
        _ => None,
    };
    views.iter().filter_map(stage).collect()
}

/// Whether a host that has been found by somebody waits again.
pub(crate) fn waits_again(views: &[View]) -> bool {
    let stages = stages(views);
    stages.len() > 1 && stages.last() == Some(&HostStage::Waiting)
}

/// Whether a guest that had an answer knocks again.
pub(crate) fn knocks_again(views: &[View]) -> bool {
    let had_answer = |view: &View| {
        matches!(
            view,
            View::Connecting(GuestStage::Answered | GuestStage::Checking)
        )
    };
    let knocks = |view: &View| {
        matches!(
            view,
            View::Connecting(GuestStage::Knocking) | View::ReplyNeeded { .. }
        )
    };
    views.iter().any(had_answer) && views.last().is_some_and(knocks)
}

/// Whether a guest finds somebody else at the table. It goes on knocking.
pub(crate) fn finds_slot_taken(views: &[View]) -> bool {
    let is_taken = |view: &View| {
        matches!(
            view,
            View::Connecting(GuestStage::SlotTaken)
                | View::ReplyNeeded {
                    slot_taken: true,
                    ..
                }
        )
    };
    views.last().is_some_and(is_taken)
}

pub(crate) fn identity(name: &str) -> Identity {
    Identity {
        key: StaticKey::new(Secret::random().unwrap()),
        name: name.to_owned(),
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
    pub(crate) fn new(flow: Flow) -> Self {
        let endpoint = Endpoint::bind(&[GUEST_SIDE], None).unwrap();
        let candidates = own_candidates(&endpoint, LOCAL).unwrap();
        Self::wait(flow, endpoint, candidates)
    }

    /// A host that guests reach by way of this address only.
    pub(crate) fn behind(flow: Flow, address: SocketAddr) -> Self {
        let endpoint = Endpoint::bind(&[HOST_SIDE], None).unwrap();
        let candidates = Candidates::new(vec![Candidate::host(address)]).unwrap();
        Self::wait(flow, endpoint, candidates)
    }

    fn wait(flow: Flow, endpoint: Endpoint, candidates: Candidates) -> Self {
        let identity = identity("Host Ömer");
        let certificate = new_certificate().unwrap();
        let address = endpoint.addresses()[0];
        let invitation = Invitation {
            secret: Secret::random().unwrap(),
            expiry: Expiry::after(unix_seconds(), Duration::from_secs(600)),
            fingerprint: certificate.fingerprint(),
            candidates,
            question: asks(flow).then(|| Question::new(QUESTION).unwrap()),
            name: Some(Name::new("Somebody you know").unwrap()),
            host_is_browser: false,
            host_can_punch: true,
        };
        let terms = HostTerms {
            invitation: invitation.clone(),
            certificate: certificate.clone(),
            handed: provenance(flow),
            answer: asks(flow).then(|| Answers::new(&[ANSWER]).unwrap()),
            random: Secret::random().unwrap(),
        };
        let pairing = Pairing::host(identity.clone(), endpoint, terms).unwrap();
        Self {
            pairing: Watched::new(pairing, ANSWER),
            invitation,
            identity,
            certificate,
            address,
            flow,
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
        let reply = SealedReply::parse(reply).unwrap();
        let (answer, answered) = oneshot::channel();
        let order = (reply, provenance, answer);
        let _ = self.pairing.replies.send(order).await;
        // A pairing that has ended meanwhile needs no reply.
        answered.await.unwrap_or(Ok(()))
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
        let mut guest = Guest::new(self.flow, &self.invitation);
        let (at_host, at_guest) = tokio::join!(self.pairing.meeting(), guest.pairing.meeting());
        are_together(&at_host, &at_guest);
    }
}

/// Checks that these two have met each other and nobody else.
pub(crate) fn are_together(one: &Meeting, other: &Meeting) {
    let hash = |meeting: &Meeting| meeting.peer.channel.hash;
    assert_eq!(hash(one), hash(other));
    assert_eq!(
        one.link.local_fingerprint(),
        other.link.remote_fingerprint()
    );
    assert_eq!(
        one.link.remote_fingerprint(),
        other.link.local_fingerprint()
    );
}

/// Who met begins to talk.
pub(crate) fn converse(meeting: Meeting) -> Talk {
    let met = meeting.peer;
    let options = Options::new(env!("CARGO_TARGET_TMPDIR"), met.trust);
    let channel = met.channel;
    let (conversation, events) = Conversation::start(meeting.link, channel, options);
    Talk {
        conversation,
        events,
    }
}

/// One side of a conversation.
pub(crate) struct Talk {
    pub(crate) conversation: Conversation,
    pub(crate) events: mpsc::Receiver<Event>,
}

impl Talk {
    /// What happens next.
    pub(crate) async fn event(&mut self) -> Event {
        let event = timeout(SOON, self.events.recv()).await;
        event.expect("an event in time").expect("an event")
    }

    /// Checks that a text comes through, and that nothing else happens before.
    pub(crate) async fn tells(&self, other: &mut Talk, text: &str) {
        self.conversation.send_text(text).await.unwrap();
        assert_eq!(other.event().await, Event::TextReceived(text.to_owned()));
    }
}

/// A guest that knocks.
pub(crate) struct Guest {
    pub(crate) pairing: Watched,
    pub(crate) identity: Identity,
    /// Of its certificate.
    pub(crate) fingerprint: Fingerprint,
}

impl Guest {
    /// The guest of this flow.
    pub(crate) fn new(flow: Flow, invitation: &Invitation) -> Self {
        Self::on(invitation, Self::terms(flow, SOON), ANSWER).unwrap()
    }

    /// A guest that gives up early.
    pub(crate) fn impatient(flow: Flow, invitation: &Invitation) -> Self {
        Self::on(invitation, Self::terms(flow, IMPATIENCE), ANSWER).unwrap()
    }

    /// Somebody with a copy of the invitation who does not know the answer.
    pub(crate) fn guessing(flow: Flow, invitation: &Invitation) -> Self {
        Self::on(invitation, Self::terms(flow, SOON), "Max").unwrap()
    }

    pub(crate) fn terms(flow: Flow, patience: Duration) -> GuestTerms {
        GuestTerms {
            policy: LOCAL,
            patience,
            reply_at_once: flow == Flow::TwoWayScan,
            ..GuestTerms::new(provenance(flow))
        }
    }

    /// A guest on terms of its own. What it is given travels as bytes.
    pub(crate) fn on(
        invitation: &Invitation,
        terms: GuestTerms,
        answer: &'static str,
    ) -> Result<Self, Failure> {
        let Ok(Token::Invitation(invitation)) = Token::parse(&invitation.to_bytes()) else {
            panic!("an invitation reads as one")
        };
        let identity = identity("Guest Žofie");
        let endpoint = Endpoint::bind(&[GUEST_SIDE], None).unwrap();
        let certificate = new_certificate().unwrap();
        let fingerprint = certificate.fingerprint();
        let pairing = Pairing::guest(identity.clone(), certificate, endpoint, invitation, terms)?;
        Ok(Self {
            pairing: Watched::new(pairing, answer),
            identity,
            fingerprint,
        })
    }

    /// The reply that it shows.
    pub(crate) async fn reply(&mut self) -> Vec<u8> {
        let reply = |view: &View| match view {
            View::ReplyNeeded { reply, .. } => Some(reply.clone()),
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
