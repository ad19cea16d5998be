//! What host and guest share once both have introduced themselves: who was met, and the messages of
//! a question asked inside the channel.

use super::AuthenticatedPeer;
use crate::handshake::{
    AnswerMessage, Channel, Established, Flow, Parties, PublicKey, Ready, Trust,
};
use crate::reconnect::ReconnectKeys;
use bytes::Bytes;
use handfast_token::{Role, Secret, kdf};
use std::time::Duration;

/// How many answers a question takes in all, however many links they come over.
pub(super) const TRIES: u8 = 3;

/// How long the host rests after a wrong answer.
pub(super) const REST: Duration = Duration::from_secs(2);

/// How long a person may think about an answer.
pub(super) const ANSWER_PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Somebody who holds the invitation and has said a name.
pub(super) struct Introduced {
    channel: Channel,
    peer: PublicKey,
    ready: Ready,
    /// What the clock of this side said in its own READY.
    own_clock: u64,
    two_way: bool,
}

impl Introduced {
    /// Reads the peer's READY out of the channel's first frame.
    pub(super) fn read_ready(
        mut established: Established,
        two_way: bool,
        own_clock: u64,
        frame: &Bytes,
    ) -> Option<Self> {
        let body = established.channel.opener.open(frame.clone()).ok()?;
        let ready = Ready::from_bytes(&body).ok()?;
        Some(Self {
            channel: established.channel,
            peer: established.peer,
            ready,
            own_clock,
            two_way,
        })
    }

    /// True if the two met with the help of the guest's reply.
    pub(super) fn two_way(&self) -> bool {
        self.two_way
    }

    /// What a run of the check is bound to. `own` is this side's long-term key.
    pub(super) fn parties(&self, own: PublicKey) -> Parties {
        let (host, guest) = match self.channel.role {
            Role::Host => (own, self.peer),
            Role::Guest => (self.peer, own),
        };
        Parties {
            hash: self.channel.hash,
            host,
            guest,
        }
    }

    /// The frame that says this.
    pub(super) fn say(&mut self, message: AnswerMessage) -> Option<Bytes> {
        self.channel.sealer.seal(&message.to_bytes()).ok()
    }

    /// Reads what a frame says. None if it breaks the rules; the channel cannot be used any more then.
    pub(super) fn hear(&mut self, frame: &Bytes) -> Option<AnswerMessage> {
        AnswerMessage::parse(&self.channel.opener.open(frame.clone()).ok()?)
    }

    /// Ends the introduction. Both sides go by the clocks as both READYs said them, so that they keep keys
    /// of the same day. `own` is the randomness that this side's READY was made of, and `answered`
    /// the key that both derived from the answer, where one was asked for.
    pub(super) fn into_authenticated_peer(
        self,
        flow: Flow,
        own: &Entropy,
        answered: Option<&Secret<64>>,
    ) -> AuthenticatedPeer {
        let role = self.channel.role;
        let mut trust = Trust::proven(flow, role);
        if answered.is_some() {
            trust.raise(Trust::proven(Flow::LinkAsk, role));
        }
        let own_random = own.ready(&self.channel.hash);
        let (host, guest) = match role {
            Role::Host => (&own_random, self.ready.random()),
            Role::Guest => (self.ready.random(), &own_random),
        };
        let key: &[u8] = answered.map_or(&[], |key| key.expose());
        let parts: [&[u8]; 3] = [guest.expose(), &self.channel.hash, key];
        let rs0 = kdf(host.expose(), "HFS1 reconnect 0", &parts);
        AuthenticatedPeer {
            key: self.peer,
            name: self.ready.name().to_owned(),
            trust,
            client: self.ready.client().cloned(),
            clock: self.ready.clock(),
            scans: if self.two_way { 2 } else { 1 },
            reconnect: ReconnectKeys::from_first_meeting(&rs0, self.own_clock, self.ready.clock()),
            keeps_us: false,
            channel: self.channel,
        }
    }
}

/// Everything random that one side of a pairing says, out of its 32 random bytes.
pub(super) struct Entropy(Secret<32>);

impl Entropy {
    pub(super) fn new(random: Secret<32>) -> Self {
        Self(random)
    }

    /// What goes into READY on the connection with this hash: whoever was there before, and left with
    /// what they heard, holds no part of what the next ones will have in common.
    pub(super) fn ready(&self, hash: &[u8; 32]) -> Secret<32> {
        kdf(self.0.expose(), "HFS1 own ready", &[hash])
    }

    /// What the `run`th run of the check uses on the connection with this hash.
    pub(super) fn answer(&self, hash: &[u8; 32], run: u32) -> Secret<32> {
        kdf(
            self.0.expose(),
            "HFS1 own answer",
            &[hash, &run.to_le_bytes()],
        )
    }
}
