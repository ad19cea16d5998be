//! One side of the handshake, done step by step by somebody who holds the invitation.

use crate::people::{GUEST_SIDE, HOST_SIDE, SOON, identity};
use bytes::Bytes;
use handfast_native::handshake::{
    Channel, Flow, Initiator, Mode, Policy, Prologue, Ready, Responder,
};
use handfast_native::link::{Link, LinkError};
use handfast_native::net::{
    ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, TransportError, TunnelCertificate,
};
use handfast_native::pairing::Identity;
use handfast_native::reconnect::Message;
use handfast_native::token::{Candidate, Invitation, Role, Secret};
use std::net::SocketAddr;
use tokio::time::timeout;

/// The length of one M1: two of them come in one message where a reply was shown.
const FIRST_MESSAGE: usize = 48;

/// The next message, in time.
pub(crate) async fn receive(link: &mut Link) -> Result<Bytes, LinkError> {
    let message = timeout(SOON, link.receive()).await;
    message.expect("a message, or the end of the link, in time")
}

/// What the other side still says until it hangs up.
pub(crate) async fn until_hung_up(link: &mut Link) -> Vec<Bytes> {
    let mut heard = Vec::new();
    while let Ok(message) = receive(link).await {
        heard.push(message);
    }
    heard
}

/// The link of this connector, or why there is none.
pub(crate) async fn opened(connector: &mut Connector) -> Result<Link, TransportError> {
    let opened = timeout(SOON, async {
        loop {
            match connector.next().await.expect("the endpoint goes on") {
                ConnectEvent::Open(link) => return Ok(link),
                ConnectEvent::Failed(error) => return Err(error),
                _ => {}
            }
        }
    });
    opened.await.expect("a link in time")
}

/// Somebody with a copy of an invitation, and a certificate and key of their own.
pub(crate) struct Holder {
    pub(crate) identity: Identity,
    pub(crate) certificate: TunnelCertificate,
    pub(crate) invitation: Invitation,
}

impl Holder {
    pub(crate) fn of(invitation: &Invitation) -> Self {
        Self {
            identity: identity("Mallory"),
            certificate: TunnelCertificate::generate().unwrap(),
            invitation: invitation.clone(),
        }
    }

    /// Knocks at a host, as a guest does.
    pub(crate) async fn knock(&self, host: SocketAddr) -> Result<Link, TransportError> {
        let side = if host.is_ipv6() {
            HOST_SIDE
        } else {
            GUEST_SIDE
        };
        let mut connector = Endpoint::bind(&[side], None).unwrap().guest(GuestSetup {
            certificate: self.certificate.clone(),
            keys: self.invitation.keys(),
            host: self.invitation.fingerprint,
            addresses: vec![Candidate::host(host)],
            browser: None,
        });
        opened(&mut connector).await
    }

    /// Waits for a guest, as the host does.
    pub(crate) fn wait(&self, endpoint: Endpoint) -> Connector {
        endpoint.host(HostSetup {
            certificate: self.certificate.clone(),
            keys: self.invitation.keys(),
        })
    }

    /// What both sides of this link know, if no reply went back.
    pub(crate) fn prologue(&self, link: &Link, role: Role) -> Prologue {
        let (host, guest) = match role {
            Role::Host => (link.local_fingerprint(), link.remote_fingerprint()),
            Role::Guest => (link.remote_fingerprint(), link.local_fingerprint()),
        };
        Prologue {
            mode: Mode::OneWay,
            policy: Policy {
                answer: self.invitation.question.is_some(),
                ..Policy::default()
            },
            invite_id: self.invitation.keys().invite_id(),
            invitation_digest: self.invitation.digest(),
            reply_digest: None,
            host,
            guest,
        }
    }

    /// The guest's first step.
    pub(crate) fn begin(&self, prologue: &Prologue) -> (Initiator, Bytes) {
        let psk = self.invitation.keys().noise_psk();
        let (initiator, first) = Initiator::start(&self.identity.key, &psk, prologue).unwrap();
        (initiator, first.into())
    }

    /// The host's first step: answers whichever of the guest's first messages was made with this
    /// prologue.
    pub(crate) fn answer(&self, prologue: &Prologue, first: &[u8]) -> Option<(Responder, Bytes)> {
        let psk = self.invitation.keys().noise_psk();
        first.chunks(FIRST_MESSAGE).find_map(|first| {
            let answer = Responder::respond(&self.identity.key, &psk, &[*prologue], first);
            answer
                .ok()
                .map(|(responder, _, second)| (responder, second.into()))
        })
    }

    /// This side's first frame.
    pub(crate) fn ready(&self, channel: &mut Channel) -> Bytes {
        let ready = Ready::new(
            Secret::random().unwrap(),
            &self.identity.name,
            1_795_000_000,
            None,
        );
        channel.sealer.seal(&ready.to_bytes()).unwrap()
    }

    /// The guest's part to its end.
    pub(crate) async fn be_guest(&self, link: &mut Link) -> Passed {
        let (initiator, first) = self.begin(&self.prologue(link, Role::Guest));
        link.send(first).await.unwrap();
        let second = receive(link).await.unwrap();
        let (mut established, third) = initiator.finish(&second).unwrap();
        link.send(third.into()).await.unwrap();
        let ready = self.ready(&mut established.channel);
        link.send(ready.clone()).await.unwrap();
        let frame = receive(link).await.unwrap();
        open_ready(&mut established.channel, &frame);
        Passed {
            channel: established.channel,
            last: ready,
            heard: vec![second, frame],
        }
    }

    /// The host's part to its end.
    pub(crate) async fn be_host(&self, link: &mut Link) -> Passed {
        let first = receive(link).await.unwrap();
        let prologue = self.prologue(link, Role::Host);
        let (responder, second) = self
            .answer(&prologue, &first)
            .expect("a true first message");
        link.send(second).await.unwrap();
        let third = receive(link).await.unwrap();
        let mut established = responder.finish(&third).unwrap();
        let ready = self.ready(&mut established.channel);
        link.send(ready.clone()).await.unwrap();
        let frame = receive(link).await.unwrap();
        open_ready(&mut established.channel, &frame);
        Passed {
            channel: established.channel,
            last: ready,
            heard: vec![first, third, frame],
        }
    }
}

/// A handshake that was passed by hand.
pub(crate) struct Passed {
    pub(crate) channel: Channel,
    /// The last frame that was sent.
    pub(crate) last: Bytes,
    /// Everything that the other side sent, as it came.
    pub(crate) heard: Vec<Bytes>,
}

impl Passed {
    /// [`Self::keep`], unless there is a question first.
    pub(crate) async fn keep_unless_asked(self, flow: Flow, link: &mut Link) -> Self {
        match flow {
            Flow::LinkAsk => self,
            Flow::TwoWayScan | Flow::OneScan | Flow::LinkOpen | Flow::LinkLocked => {
                self.keep(link).await
            }
        }
    }

    /// Says that the other side is not kept, so that what is said goes by no logs, and hears that this one is.
    pub(crate) async fn keep(mut self, link: &mut Link) -> Self {
        let kept = Message::NotKept.to_bytes();
        self.last = self.channel.sealer.seal(&kept).unwrap();
        link.send(self.last.clone()).await.unwrap();
        let frame = receive(link).await.unwrap();
        let body = self.channel.opener.open(frame.clone()).unwrap();
        assert_eq!(Message::parse(&body), Ok(Message::Kept));
        self.heard.push(frame);
        self
    }
}

fn open_ready(channel: &mut Channel, frame: &Bytes) {
    let body = channel.opener.open(frame.clone()).unwrap();
    Ready::from_bytes(&body).unwrap();
}
