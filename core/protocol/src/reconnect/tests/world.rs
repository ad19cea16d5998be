//! Two contacts, each with a machine, a disk that writes in order and may be cut off, and a line between
//! them that carries in order until it is cut.

use super::*;
use crate::question;
use std::collections::VecDeque;

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The next message reaches this side.
    Deliver(usize),
    /// The next write of this side is durable, and told to be.
    Write(usize),
}

/// What may go wrong, at one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It learns that the link has ended.
    Leave,
    /// It dies, and of its writes that were under way this many are on the disk.
    Die(usize),
}

/// One of the two.
pub(super) struct Side {
    key: StaticKey,
    /// What is durable.
    pub(super) disk: ReconnectKeys,
    /// What is on its way to the disk, and whether the machine waits for it.
    writes: VecDeque<(ReconnectKeys, bool)>,
    machine: Option<Reconnecting>,
    /// What came of the last link.
    pub(super) ends: Vec<Result<Returned, ReconnectFailure>>,
    /// What the person was asked.
    pub(super) asked: Option<RestoredClaim>,
    /// What was heard about questions.
    pub(super) questions: Vec<question::Message>,
    /// What its clock shows more than the other's.
    pub(super) ahead: i64,
    /// Messages on their way to this side.
    pub(super) incoming: VecDeque<Bytes>,
}

pub(super) struct World {
    pub(super) sides: [Side; 2],
    start: Instant,
    links: u8,
}

impl Side {
    fn new(seed: u8, disk: ReconnectKeys) -> Self {
        Self {
            key: static_key(seed),
            disk,
            writes: VecDeque::new(),
            machine: None,
            ends: Vec::new(),
            asked: None,
            questions: Vec::new(),
            ahead: 0,
            incoming: VecDeque::new(),
        }
    }

    pub(super) fn public(&self) -> PublicKey {
        self.key.public()
    }

    pub(super) fn machine(&mut self) -> &mut Reconnecting {
        self.machine.as_mut().expect("a link is open")
    }

    pub(super) fn is_back(&self) -> bool {
        matches!(self.ends.last(), Some(Ok(_)))
    }
}

impl World {
    /// Two who have met.
    pub(super) fn new() -> Self {
        Self::with([first_keys(), first_keys()])
    }

    pub(super) fn with(disks: [ReconnectKeys; 2]) -> Self {
        let [one, other] = disks;
        let mut sides = [Side::new(10, one), Side::new(20, other)];
        // The initiator is the first.
        sides.sort_by_key(|side| side.public().0);
        Self {
            sides,
            start: Instant::now(),
            links: 0,
        }
    }

    pub(super) fn now(&self, side: usize) -> Now {
        Now {
            monotonic: self.start,
            unix: UNIX.saturating_add_signed(self.sides[side].ahead),
        }
    }

    /// A link opens. Whatever was on the one before is not heard any more, and nobody begins before what
    /// they wrote is durable.
    pub(super) fn connect(&mut self) {
        self.links += 1;
        for side in 0..2 {
            let peer = self.sides[1 - side].public();
            let now = self.now(side);
            let this = &mut self.sides[side];
            if let Some((last, _)) = this.writes.drain(..).next_back() {
                this.disk = last;
            }
            this.incoming.clear();
            this.ends.clear();
            this.asked = None;
            this.machine = None;
            let random = [this.key.public().0[0], self.links];
            let fingerprints = [[4; 32], [5; 32]].map(Fingerprint);
            let setup = ReconnectSetup {
                key: this.key.clone(),
                name: format!("side {side}"),
                client: Some(ClientKind::App.into()),
                peer,
                keys: this.disk.clone(),
                local: fingerprints[side],
                remote: fingerprints[1 - side],
                random: Secret::new(std::array::from_fn(|i| random[i % 2])),
            };
            this.machine = Some(Reconnecting::start(now, setup));
        }
        for side in 0..2 {
            self.carry_out(side);
        }
    }

    /// Everything that may happen now.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (at, side) in self.sides.iter().enumerate() {
            if side.machine.is_some() && !side.incoming.is_empty() {
                steps.push(Step::Deliver(at));
            }
            if !side.writes.is_empty() {
                steps.push(Step::Write(at));
            }
        }
        steps
    }

    pub(super) fn step(&mut self, step: Step) {
        let (Step::Deliver(side) | Step::Write(side)) = step;
        let now = self.now(side);
        let this = &mut self.sides[side];
        match step {
            Step::Deliver(_) => {
                let message = this.incoming.pop_front().expect("a message");
                this.machine().received(now, &message);
            }
            Step::Write(_) => {
                let (keys, is_awaited) = this.writes.pop_front().expect("a write");
                this.disk = keys;
                if let (Some(machine), true) = (&mut this.machine, is_awaited) {
                    machine.kept();
                }
            }
        }
        self.carry_out(side);
    }

    /// A disk that lies: what it was given is lost when the device dies.
    pub(super) fn say_durable(&mut self, side: usize) {
        let this = &mut self.sides[side];
        let (_, is_awaited) = this.writes.pop_front().expect("a write");
        if let (Some(machine), true) = (&mut this.machine, is_awaited) {
            machine.kept();
        }
        self.carry_out(side);
    }

    /// The person of this side is asked now.
    pub(super) fn is_asked(&self, side: usize) -> bool {
        let this = &self.sides[side];
        this.machine.is_some() && this.asked.is_some()
    }

    /// The person of this side decides.
    pub(super) fn decide(&mut self, side: usize, agrees: bool) {
        let this = &mut self.sides[side];
        this.asked = None;
        match agrees {
            true => this.machine().agree(),
            false => this.machine().decline(),
        }
        self.carry_out(side);
    }

    /// Until nothing is left to happen.
    pub(super) fn settle(&mut self) {
        while let Some(&step) = self.steps().first() {
            self.step(step);
        }
    }

    /// A whole link without a fault.
    pub(super) fn meet(&mut self) {
        self.connect();
        self.settle();
    }

    pub(super) fn fail(&mut self, side: usize, fault: Fault) {
        let this = &mut self.sides[side];
        match fault {
            Fault::Leave => {
                if let Some(machine) = &mut this.machine {
                    machine.link_ended();
                }
                self.carry_out(side);
            }
            Fault::Die(durable) => {
                this.machine = None;
                let durable = durable.min(this.writes.len());
                if let Some((last, _)) = this.writes.drain(..durable).next_back() {
                    this.disk = last;
                }
                this.writes.clear();
            }
        }
    }

    pub(super) fn carry_out(&mut self, side: usize) {
        let (one, other) = self.sides.split_at_mut(1);
        let (this, peer) = match side {
            0 => (&mut one[0], &mut other[0]),
            _ => (&mut other[0], &mut one[0]),
        };
        let Some(machine) = &mut this.machine else {
            return;
        };
        let mut is_over = false;
        while let Some(effect) = machine.poll_effect() {
            assert!(!is_over, "{effect:?} after the end");
            match effect {
                ReconnectEffect::Send(message) => peer.incoming.push_back(message),
                ReconnectEffect::Keep(keys) => this.writes.push_back((*keys, true)),
                ReconnectEffect::AskRestored(claim) => this.asked = Some(claim),
                ReconnectEffect::Question(message) => this.questions.push(message),
                ReconnectEffect::Done(returned) => {
                    this.writes.push_back((returned.keys.clone(), false));
                    this.ends.push(Ok(*returned));
                    is_over = true;
                }
                ReconnectEffect::Over(failure) => {
                    this.ends.push(Err(failure));
                    is_over = true;
                }
            }
        }
        if is_over {
            this.machine = None;
        }
    }

    /// Both are back, in one channel, without a question, and keep the same.
    pub(super) fn assert_back(&mut self, what: &str) {
        self.assert_talking(what);
        let [one, other] = &self.sides;
        for side in [one, other] {
            let Some(Ok(returned)) = side.ends.last() else {
                unreachable!("they talk");
            };
            assert_eq!(returned.restored, None, "{what}");
        }
    }

    /// Both are back in one channel, and keep the same.
    pub(super) fn assert_talking(&mut self, what: &str) {
        let [one, other] = &mut self.sides;
        let failures =
            [&one.ends, &other.ends].map(|ends| ends.last().map(|end| end.as_ref().err().copied()));
        let (Some(Ok(at_one)), Some(Ok(at_other))) = (one.ends.last_mut(), other.ends.last_mut())
        else {
            panic!("{what}: {failures:?}");
        };
        let frame = at_one.channel.sealer.seal(b"hello").expect("short");
        assert_eq!(
            at_other.channel.opener.open(frame),
            Ok("hello".into()),
            "{what}"
        );
        assert_eq!(one.disk.generations, other.disk.generations, "{what}");
        assert_eq!(one.disk.generations.next(), None, "{what}");
    }
}
