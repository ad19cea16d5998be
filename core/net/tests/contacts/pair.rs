//! Two devices of people who have met, and what their links are asked.

use handfast_net::{ConnectEvent, Connector, Endpoint, SeekSetup};
use handfast_protocol::link::{Link, LinkError};
use handfast_protocol::reconnect::{FindingKey, Part, RendezvousKeys};
use handfast_token::{Candidate, Secret};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};
use tokio::time::timeout;

pub(crate) const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) const DAY: u32 = 20_000;
pub(crate) const NOON: u32 = DAY * 24 + 12;

/// Longer than anything here takes on a machine with a lot to do.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// What is long enough for something that must not happen.
pub(crate) const A_WHILE: Duration = Duration::from_millis(1_500);

pub(crate) fn hours(pair: u8, hours: &[u32]) -> Vec<RendezvousKeys> {
    let finding = FindingKey::of_first_meeting(&Secret::new([pair; 32]), DAY - 1);
    hours.iter().map(|at| finding.hour(*at).unwrap()).collect()
}

pub(crate) fn device() -> Endpoint {
    Endpoint::bind(&[V4], None).unwrap()
}

pub(crate) fn at(endpoint: &Endpoint) -> Vec<Candidate> {
    endpoint
        .addresses()
        .into_iter()
        .map(Candidate::host)
        .collect()
}

pub(crate) fn setup(
    part: Part,
    hours: Vec<RendezvousKeys>,
    addresses: Vec<Candidate>,
) -> SeekSetup {
    SeekSetup {
        part,
        hours,
        addresses,
        speaks_from: Instant::now(),
    }
}

/// Two devices, which have ports that the other one knows.
pub(crate) struct Pair {
    pub(crate) initiator: Endpoint,
    pub(crate) responder: Endpoint,
    /// What is left of processes that ended: their sockets are closed, and stay so.
    ended: Vec<Endpoint>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self {
            initiator: device(),
            responder: device(),
            ended: Vec::new(),
        }
    }

    pub(crate) fn seek(&self, part: Part, listened: &[u32]) -> Connector {
        let (own, other) = match part {
            Part::Initiator => (&self.initiator, &self.responder),
            Part::Responder => (&self.responder, &self.initiator),
        };
        own.seek(setup(part, hours(1, listened), at(other)))
    }

    /// Two who have met, and know that it is each other; the responder listens in these hours.
    pub(crate) async fn standing(listened: &[u32]) -> (Self, [Connector; 2], (Link, Link)) {
        let pair = Self::new();
        let mut initiator = pair.seek(Part::Initiator, &[NOON]);
        let mut responder = pair.seek(Part::Responder, listened);
        let links = meet(&mut initiator, &mut responder).await;
        initiator.stands().await;
        responder.stands().await;
        (pair, [initiator, responder], links)
    }

    /// This side's process ends without a word, and another one begins on the same port.
    pub(crate) async fn restart(&mut self, part: Part) {
        let own = match part {
            Part::Initiator => &mut self.initiator,
            Part::Responder => &mut self.responder,
        };
        let port = own.addresses()[0].port();
        own.roaming().pause().await;
        let again = Endpoint::bind(&[V4], Some(port)).unwrap();
        self.ended.push(std::mem::replace(own, again));
        assert_eq!(own.addresses()[0].port(), port);
    }
}

pub(crate) async fn opened(connector: &mut Connector) -> Link {
    let open = async {
        loop {
            match connector.next().await.expect("the endpoint goes on") {
                ConnectEvent::Open(link) => return link,
                ConnectEvent::Failed(error) => panic!("{error}"),
                _ => {}
            }
        }
    };
    timeout(SOON, open).await.expect("a link in time")
}

/// Both ends hear each other, and proved to be who the other one expects.
pub(crate) async fn talk(one: &mut Link, other: &mut Link) {
    assert_eq!(one.remote_fingerprint(), other.local_fingerprint());
    assert_eq!(other.remote_fingerprint(), one.local_fingerprint());
    one.send(b"ping"[..].into()).await.unwrap();
    other.send(b"pong"[..].into()).await.unwrap();
    let heard = async { tokio::join!(one.receive(), other.receive()) };
    let (at_one, at_other) = timeout(SOON, heard).await.unwrap();
    assert_eq!(at_one.unwrap(), "pong");
    assert_eq!(at_other.unwrap(), "ping");
}

pub(crate) async fn meet(initiator: &mut Connector, responder: &mut Connector) -> (Link, Link) {
    let (mut one, mut other) = tokio::join!(opened(initiator), opened(responder));
    talk(&mut one, &mut other).await;
    (one, other)
}

/// A link has ended, for this reason.
pub(crate) async fn ended(link: &mut Link) -> LinkError {
    let end = async {
        loop {
            if let Err(end) = link.receive().await {
                return end;
            }
        }
    };
    timeout(SOON, end).await.expect("an end in time")
}

/// This end of a link hears a word of the other's.
#[cfg(target_os = "linux")]
pub(crate) async fn talk_once(link: &mut Link, part: Part) {
    link.send(format!("{part:?}").into()).await.unwrap();
    let heard = timeout(SOON, link.receive()).await.unwrap().unwrap();
    assert_eq!(heard, format!("{:?}", part.other()));
}
