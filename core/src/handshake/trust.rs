//! What a connection proved about the person at the other end.
//!
//! Trust is a stored reason, and its level follows from the reason. It rises only by a proof; nothing
//! here lowers it, because a changed key is a new contact and starts anew.

use super::PublicKey;
use crate::invitation::Seat;

/// How invitation and reply travelled. Only a live camera makes a scan: a symbol in a picture, or a
/// pasted text, went through a relay and is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Each side scanned the other's screen.
    TwoWayScan,
    /// The guest scanned the host's screen, and the path opened without a reply.
    OneScan,
    /// Through a relay, with nothing to prove who reads it.
    LinkOpen,
    /// Through a relay, locked with an answer.
    LinkLocked,
    /// Through a relay, and the answer was checked inside the channel.
    LinkAsk,
}

/// How far to trust. The order is the order of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrustLevel {
    /// Nothing was proved about who this is.
    Unverified,
    /// Somebody known vouches for the key.
    Introduced,
    /// The person knew an answer.
    AnswerChecked,
    /// Seen in person, or compared.
    Verified,
}

/// Why we trust as far as we do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustReason {
    /// The invitation went openly through a relay: whoever saw or carried it could be this.
    OpenLink,
    /// Someone who saw the code on our screen.
    SawTheCode,
    /// The contact with this key introduced them.
    IntroducedBy(PublicKey),
    /// They opened an invitation that was locked with an answer, if nobody cracked it in time.
    LockedLink,
    /// They knew the answer, asked inside the channel where nobody can try twice unseen.
    Answered,
    /// A live camera read their screen.
    Scanned,
    /// Both people compared the short authentication string and found it equal.
    Compared,
}

impl TrustReason {
    /// The level that this reason supports.
    pub fn level(self) -> TrustLevel {
        match self {
            Self::OpenLink | Self::SawTheCode => TrustLevel::Unverified,
            Self::IntroducedBy(_) => TrustLevel::Introduced,
            Self::LockedLink | Self::Answered => TrustLevel::AnswerChecked,
            Self::Scanned | Self::Compared => TrustLevel::Verified,
        }
    }
}

/// A level of trust together with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    reason: TrustReason,
}

impl Trust {
    /// Trust for this reason.
    pub fn because(reason: TrustReason) -> Self {
        Self { reason }
    }

    /// What a flow that was walked to its end proves to the one in this seat about the other.
    /// Before an answer was checked, [`Flow::LinkAsk`] is still [`Flow::LinkOpen`].
    pub fn proven(flow: Flow, seat: Seat) -> Self {
        Self::because(match (flow, seat) {
            (Flow::TwoWayScan, _) | (Flow::OneScan, Seat::Guest) => TrustReason::Scanned,
            (Flow::OneScan, Seat::Host) => TrustReason::SawTheCode,
            (Flow::LinkAsk, _) => TrustReason::Answered,
            (Flow::LinkLocked, _) => TrustReason::LockedLink,
            (Flow::LinkOpen, _) => TrustReason::OpenLink,
        })
    }

    /// How far.
    pub fn level(self) -> TrustLevel {
        self.reason.level()
    }

    /// Why.
    pub fn reason(self) -> TrustReason {
        self.reason
    }

    /// Takes up a new proof if it is stronger than what is held. Returns whether it was.
    pub fn raise(&mut self, proof: Trust) -> bool {
        let stronger = proof.level() > self.level();
        if stronger {
            *self = proof;
        }
        stronger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flow_proves_what_the_table_says() {
        use TrustLevel::{AnswerChecked, Unverified, Verified};
        for (flow, guest, host) in [
            (Flow::TwoWayScan, Verified, Verified),
            (Flow::OneScan, Verified, Unverified),
            (Flow::LinkAsk, AnswerChecked, AnswerChecked),
            (Flow::LinkLocked, AnswerChecked, AnswerChecked),
            (Flow::LinkOpen, Unverified, Unverified),
        ] {
            assert_eq!(Trust::proven(flow, Seat::Guest).level(), guest, "{flow:?}");
            assert_eq!(Trust::proven(flow, Seat::Host).level(), host, "{flow:?}");
        }
    }

    #[test]
    fn after_one_scan_the_host_met_someone_who_saw_the_code() {
        let trust = Trust::proven(Flow::OneScan, Seat::Host);
        assert_eq!(trust.reason(), TrustReason::SawTheCode);
    }

    #[test]
    fn trust_rises_by_a_stronger_proof_and_never_falls() {
        let mut trust = Trust::proven(Flow::LinkOpen, Seat::Host);
        let introduced = TrustReason::IntroducedBy(PublicKey([9; 32]));
        assert!(trust.raise(Trust::because(introduced)));
        assert!(trust.raise(Trust::because(TrustReason::Compared)));
        for weaker in [TrustReason::OpenLink, introduced, TrustReason::Answered] {
            assert!(!trust.raise(Trust::because(weaker)));
        }
        assert_eq!(trust.reason(), TrustReason::Compared);
    }
}
