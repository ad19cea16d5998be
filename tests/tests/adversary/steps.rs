//! Every step of handshake and answer check, kept to the rules up to one message, and the ways to get
//! that message wrong.

use crate::by_hand::{Holder, receive};
use crate::people::{ANSWER, garbage};
use bytes::Bytes;
use handfast_native::handshake::{AnswerMessage, Attempt, Channel, Established, Parties, Prologue};
use handfast_native::link::Link;
use handfast_native::token::{Fingerprint, Role, Secret};

/// What somebody could send at one step: what belongs there, what belonged before, what comes later.
pub(crate) struct Step {
    pub(crate) previous: Bytes,
    pub(crate) valid: Bytes,
    pub(crate) next: Bytes,
}

/// A way to get a step wrong.
pub(crate) type Fault = (&'static str, fn(&Step) -> Bytes);

pub(crate) const FAULTS: [Fault; 7] = [
    ("garbage", |step| garbage(step.valid.len())),
    ("cut", |step| step.valid.slice(..step.valid.len() - 1)),
    ("lengthened", |step| [&step.valid[..], &[0]].concat().into()),
    ("far too long", |_| garbage(65_536)),
    ("one byte", |_| Bytes::from_static(&[0])),
    ("repeated", |step| step.previous.clone()),
    ("too early", |step| step.next.clone()),
];

/// How far a guest, or a host, keeps to the rules: up to this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    First,
    Second,
    Third,
    Ready,
    Share,
    Proof,
}

/// The check of an answer, by hand.
fn attempt(holder: &Holder, established: &Established, role: Role) -> Attempt {
    let own = holder.identity.key.public();
    let (host, guest) = match role {
        Role::Host => (own, established.peer),
        Role::Guest => (established.peer, own),
    };
    let parties = Parties {
        hash: established.channel.hash,
        host,
        guest,
    };
    Attempt::new(
        role,
        ANSWER.as_bytes(),
        &parties,
        &Secret::random().unwrap(),
    )
}

pub(crate) fn seal(channel: &mut Channel, body: &[u8]) -> Bytes {
    channel.sealer.seal(body).unwrap()
}

async fn open(link: &mut Link, channel: &mut Channel) -> Bytes {
    let frame = receive(link).await.unwrap();
    channel.opener.open(frame).unwrap()
}

/// Does what a guest does until it is time for this message.
pub(crate) async fn guest_until(until: Until, holder: &Holder, link: &mut Link) -> Step {
    let prologue = holder.prologue(link, Role::Guest);
    let (initiator, first) = holder.begin(&prologue);
    if until == Until::First {
        // A first message that was heard on another connection.
        let elsewhere = Prologue {
            guest: Fingerprint([7; 32]),
            ..prologue
        };
        return Step {
            previous: holder.begin(&elsewhere).1,
            valid: first,
            next: garbage(71),
        };
    }
    link.send(first.clone()).await.unwrap();
    let second = receive(link).await.unwrap();
    let (mut established, third) = initiator.finish(&second).unwrap();
    let third = Bytes::from(third);
    let ready = holder.ready(&mut established.channel);
    if until == Until::Third {
        return Step {
            previous: first,
            valid: third,
            next: ready,
        };
    }
    link.send(third.clone()).await.unwrap();
    let mut channel = &mut established.channel;
    open(link, channel).await;
    if until == Until::Ready {
        return Step {
            previous: third,
            valid: ready,
            next: seal(channel, b"later"),
        };
    }
    link.send(ready.clone()).await.unwrap();
    let attempt = attempt(holder, &established, Role::Guest);
    channel = &mut established.channel;
    let share = seal(channel, &AnswerMessage::Share(attempt.share()).to_bytes());
    if until == Until::Share {
        return Step {
            previous: ready,
            valid: share,
            next: seal(channel, b"later"),
        };
    }
    link.send(share.clone()).await.unwrap();
    let theirs = open(link, channel).await;
    let Some(AnswerMessage::Share(theirs)) = AnswerMessage::parse(&theirs) else {
        panic!("a share")
    };
    let proof = AnswerMessage::Proof(attempt.agree(&theirs).unwrap().proof());
    Step {
        previous: share,
        valid: seal(channel, &proof.to_bytes()),
        next: seal(channel, b"later"),
    }
}

/// Does what a host does until it is time for this message.
pub(crate) async fn host_until(until: Until, holder: &Holder, link: &mut Link) -> Step {
    let first = receive(link).await.unwrap();
    let prologue = holder.prologue(link, Role::Host);
    let (responder, second) = holder.answer(&prologue, &first).unwrap();
    if until == Until::Second {
        let (_, another) = holder.begin(&prologue);
        return Step {
            previous: holder.answer(&prologue, &another).unwrap().1,
            valid: second,
            next: garbage(80),
        };
    }
    link.send(second.clone()).await.unwrap();
    let third = receive(link).await.unwrap();
    let mut established = responder.finish(&third).unwrap();
    let mut channel = &mut established.channel;
    open(link, channel).await;
    let ready = holder.ready(channel);
    if until == Until::Ready {
        return Step {
            previous: second,
            valid: ready,
            next: seal(channel, b"later"),
        };
    }
    link.send(ready.clone()).await.unwrap();
    open(link, channel).await;
    let attempt = attempt(holder, &established, Role::Host);
    channel = &mut established.channel;
    let share = seal(channel, &AnswerMessage::Share(attempt.share()).to_bytes());
    if until == Until::Share {
        return Step {
            previous: ready,
            valid: share,
            next: seal(channel, b"later"),
        };
    }
    link.send(share.clone()).await.unwrap();
    open(link, channel).await;
    Step {
        previous: share,
        valid: seal(channel, &AnswerMessage::NoMatch.to_bytes()),
        next: seal(channel, b"later"),
    }
}
