//! What a connection proved about the person at the other end.
//!
//! Trust is a stored reason, and its level follows from the reason. It rises only by a proof; nothing
//! here lowers it, because a changed key is a new contact and starts anew.

use super::PublicKey;
use handfast_token::Role;

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

/// How far somebody is trusted. The order is the order of strength.
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum TrustReason {
    /// The invitation went openly through a relay: this may be whoever saw or carried it.
    OpenLink,
    /// This is someone who saw the code on our screen.
    SawTheCode,
    /// The question was theirs, and we answered it: whoever chose it knows the answer.
    TheirQuestion,
    /// The question was theirs, and the person here says that only the one they mean would ask it and
    /// know the answer. This is a mark; it proves nothing.
    ByYourWord,
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
            Self::OpenLink | Self::SawTheCode | Self::TheirQuestion | Self::ByYourWord => {
                TrustLevel::Unverified
            }
            Self::IntroducedBy(_) => TrustLevel::Introduced,
            Self::LockedLink | Self::Answered => TrustLevel::AnswerChecked,
            Self::Scanned | Self::Compared => TrustLevel::Verified,
        }
    }

    /// The order of the reasons within one level: one with a higher number tells more.
    fn rank(self) -> u8 {
        match self {
            Self::TheirQuestion => 1,
            Self::ByYourWord => 2,
            Self::OpenLink
            | Self::SawTheCode
            | Self::IntroducedBy(_)
            | Self::LockedLink
            | Self::Answered
            | Self::Scanned
            | Self::Compared => 0,
        }
    }
}

/// A level of trust together with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    reason: TrustReason,
}

impl Trust {
    /// The trust that rests on this reason.
    pub fn because(reason: TrustReason) -> Self {
        Self { reason }
    }

    /// What a flow that is complete proves to the side in this role about the other side.
    /// Before an answer was checked, [`Flow::LinkAsk`] is still [`Flow::LinkOpen`]. An answer proves
    /// something to whoever asks, and nothing to whoever is asked, as a carrier may have chosen the
    /// question.
    pub fn proven(flow: Flow, role: Role) -> Self {
        Self::because(match (flow, role) {
            (Flow::TwoWayScan, _) | (Flow::OneScan, Role::Guest) => TrustReason::Scanned,
            (Flow::OneScan, Role::Host) => TrustReason::SawTheCode,
            (Flow::LinkAsk, Role::Host) => TrustReason::Answered,
            (Flow::LinkLocked, Role::Host) => TrustReason::LockedLink,
            (Flow::LinkAsk | Flow::LinkLocked, Role::Guest) => TrustReason::TheirQuestion,
            (Flow::LinkOpen, _) => TrustReason::OpenLink,
        })
    }

    /// How far they are trusted.
    pub fn level(self) -> TrustLevel {
        self.reason.level()
    }

    /// What the trust rests on.
    pub fn reason(self) -> TrustReason {
        self.reason
    }

    /// Takes up a new proof if it is stronger than what is held, or as strong and tells more. Returns
    /// true if it was taken up.
    pub fn raise(&mut self, proof: Trust) -> bool {
        let strength = |trust: Trust| (trust.level(), trust.reason.rank());
        let stronger = strength(proof) > strength(*self);
        if stronger {
            *self = proof;
        }
        stronger
    }

    /// The person says that only the one they mean would ask this and know the answer. That can be said
    /// where their question was answered and nothing stronger is held; returns true then. The level
    /// stays.
    pub fn take_word(&mut self) -> bool {
        let can = self.reason == TrustReason::TheirQuestion;
        if can {
            self.reason = TrustReason::ByYourWord;
        }
        can
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
            (Flow::LinkAsk, Unverified, AnswerChecked),
            (Flow::LinkLocked, Unverified, AnswerChecked),
            (Flow::LinkOpen, Unverified, Unverified),
        ] {
            assert_eq!(Trust::proven(flow, Role::Guest).level(), guest, "{flow:?}");
            assert_eq!(Trust::proven(flow, Role::Host).level(), host, "{flow:?}");
        }
    }

    #[test]
    fn after_one_scan_the_host_met_someone_who_saw_the_code() {
        let trust = Trust::proven(Flow::OneScan, Role::Host);
        assert_eq!(trust.reason(), TrustReason::SawTheCode);
    }

    #[test]
    fn trust_rises_by_a_stronger_proof_and_never_falls() {
        let mut trust = Trust::proven(Flow::LinkOpen, Role::Host);
        let introduced = TrustReason::IntroducedBy(PublicKey([9; 32]));
        assert!(trust.raise(Trust::because(introduced)));
        assert!(trust.raise(Trust::because(TrustReason::Compared)));
        for weaker in [TrustReason::OpenLink, introduced, TrustReason::Answered] {
            assert!(!trust.raise(Trust::because(weaker)));
        }
        assert_eq!(trust.reason(), TrustReason::Compared);
    }

    #[test]
    fn a_persons_word_is_a_mark_and_no_level() {
        let mut asked = Trust::proven(Flow::LinkAsk, Role::Guest);
        assert!(asked.take_word());
        assert_eq!(asked.reason(), TrustReason::ByYourWord);
        assert!(asked.level() < TrustLevel::AnswerChecked);
        assert!(!asked.take_word());
        // The next meeting neither takes it back nor makes more of it.
        assert!(!asked.raise(Trust::proven(Flow::LinkAsk, Role::Guest)));
        assert!(!asked.raise(Trust::because(TrustReason::OpenLink)));
        for flow in [Flow::TwoWayScan, Flow::OneScan, Flow::LinkOpen] {
            assert!(!Trust::proven(flow, Role::Guest).take_word(), "{flow:?}");
        }
        for flow in [Flow::LinkAsk, Flow::LinkLocked, Flow::OneScan] {
            assert!(!Trust::proven(flow, Role::Host).take_word(), "{flow:?}");
        }
    }

    #[test]
    fn whose_question_was_answered_tells_more_than_an_open_link() {
        let mut trust = Trust::because(TrustReason::OpenLink);
        assert!(trust.raise(Trust::proven(Flow::LinkAsk, Role::Guest)));
        assert_eq!(trust.reason(), TrustReason::TheirQuestion);
        assert!(trust.raise(Trust::proven(Flow::LinkAsk, Role::Host)));
        assert_eq!(trust.level(), TrustLevel::AnswerChecked);
    }
}
