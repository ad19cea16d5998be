//! The keys of sentences, and small facts that follow from what is shown: no shell works them out by itself.
//!
//! A key names one sentence in every language and on every face (`core/strings`).

use super::{
    Asked, Cause, Chance, ErrorKind, FileState, GuestStage, HostStage, NetworkReport, Note,
    Outlook, Person, PortAnswer, Provenance, Quote, Reachability, Reached, Remedy, RestoredClaim,
    Screen, Situation, Standing, Strength, TrustLevel, TrustReason, Wish,
};

#[uniffi::export]
impl Screen {
    /// How it stands, in a few words: for a list, and below a title.
    pub fn status(&self) -> String {
        match self {
            Self::Preparing { .. } => "under_way_preparing",
            Self::Hosting {
                is_offline: true, ..
            } => "host_offline",
            Self::Hosting { stage, .. } => host_stage(*stage),
            Self::Locked { .. } | Self::InvitationOpened { .. } => "under_way_opened",
            Self::Connecting {
                is_offline: true, ..
            } => "guest_offline",
            Self::Connecting { stage, .. } => guest_stage(*stage),
            Self::ReplyNeeded { .. } => "under_way_reply",
            Self::Asking { .. } => "under_way_asking",
            Self::Apart {
                is_offline: true, ..
            } => "apart_offline",
            Self::Apart { is_here: true, .. } => "apart_here",
            Self::Apart { .. } => "apart_looking",
            Self::Talking {
                is_interrupted: true,
                ..
            } => "line_interrupted",
            Self::Comparing { .. } | Self::Talking { .. } => "under_way_talking",
            Self::Closed => ErrorKind::Cancelled.sentence(),
            Self::Ended { kind, .. } => kind.sentence(),
        }
        .to_owned()
    }

    /// What stands in the way, with the one thing to try; what was wrong with an answer; who would like to
    /// compare.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Hosting {
                is_outdated: true, ..
            } => "invitation_outdated",
            Self::Connecting {
                stage: GuestStage::SlotTaken,
                ..
            }
            | Self::ReplyNeeded {
                is_slot_taken: true,
                ..
            } => "cause_seat_taken",
            Self::Hosting { cause, .. }
            | Self::Connecting { cause, .. }
            | Self::ReplyNeeded { cause, .. } => cause_of((*cause)?),
            Self::Locked {
                was_wrong: true, ..
            }
            | Self::Asking {
                was_wrong: true, ..
            } => ErrorKind::WrongAnswer.sentence(),
            Self::Apart {
                restored: Some(claim),
                ..
            } => restored(claim),
            Self::Talking {
                wish: Wish::Ours, ..
            } => "compare_asked",
            Self::Talking {
                wish: Wish::Theirs, ..
            } => "compare_offered",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// What it proves that an invitation came as it did.
    pub fn proof(&self) -> Option<String> {
        let Self::InvitationOpened { provenance, .. } = self else {
            return None;
        };
        Some(proof(*provenance).to_owned())
    }

    /// What to think of before answering: that each answer lets them test one guess.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Asking {
                is_repeated: true, ..
            } => Some("question_repeated".to_owned()),
            _ => None,
        }
    }

    /// The limit that they have reached.
    pub fn limit(&self) -> Option<String> {
        let Self::Talking { reached, .. } = self else {
            return None;
        };
        reached.map(|reached| limit(reached).to_owned())
    }

    /// They are held back until the person lets them send more.
    pub fn is_held(&self) -> bool {
        matches!(
            self,
            Self::Talking {
                reached: Some(Reached::Messages | Reached::Text),
                ..
            }
        )
    }

    /// How many answers may still be given.
    pub fn tries_left(&self) -> Option<u8> {
        match self {
            Self::Hosting {
                stage: HostStage::Asking { tries_left },
                ..
            }
            | Self::Asking { tries_left, .. } => Some(*tries_left),
            _ => None,
        }
    }

    /// A strict network is in between, past which more can be tried.
    pub fn can_try_harder(&self) -> bool {
        match self {
            Self::Hosting { cause, .. }
            | Self::Connecting { cause, .. }
            | Self::ReplyNeeded { cause, .. } => {
                matches!(cause, Some(Cause::OneStrict | Cause::StrictUnreplied))
            }
            _ => false,
        }
    }

    /// The other side's code has to be scanned now.
    pub fn must_scan(&self) -> bool {
        matches!(
            self,
            Self::Hosting {
                stage: HostStage::ScanTheirCode,
                ..
            }
        )
    }

    /// Something waits for the other side, or soon will: the app had better stay.
    pub fn is_waiting(&self) -> bool {
        matches!(
            self,
            Self::Preparing { .. }
                | Self::Hosting { .. }
                | Self::Connecting { .. }
                | Self::ReplyNeeded { .. }
                | Self::Asking { .. }
                | Self::Apart { .. }
        )
    }

    /// Somebody who was met before is looked for.
    pub fn is_apart(&self) -> bool {
        matches!(self, Self::Apart { .. })
    }

    /// The person decides whether to go on with a device that was restored from a copy.
    pub fn asks_about_restored(&self) -> bool {
        matches!(
            self,
            Self::Apart {
                restored: Some(_),
                ..
            }
        )
    }

    /// Which contact this is with, once that is known.
    pub fn contact(&self) -> Option<String> {
        match self {
            Self::Apart { contact, .. }
            | Self::Comparing { contact, .. }
            | Self::Talking { contact, .. } => Some(contact.clone()),
            _ => None,
        }
    }

    /// The two are together.
    pub fn is_talking(&self) -> bool {
        matches!(self, Self::Talking { .. } | Self::Comparing { .. })
    }

    /// The person is asked about an invitation, before anything is sent.
    pub fn is_choice(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::InvitationOpened { .. })
    }

    /// Somebody's invitation is knocked at.
    pub fn is_knocking(&self) -> bool {
        matches!(self, Self::Connecting { .. } | Self::ReplyNeeded { .. })
    }

    /// What they are called, where that is known: the claim of a stranger.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Talking { person, .. }
            | Self::Comparing { person, .. }
            | Self::Apart { person, .. } => Some(person.name.clone()),
            Self::InvitationOpened { name, .. } => name.clone(),
            _ => None,
        }
    }
}

#[uniffi::export]
impl Person {
    /// How far to trust.
    pub fn trust(&self) -> String {
        match self.level {
            TrustLevel::Unverified => "trust_unverified",
            TrustLevel::Introduced => "trust_introduced",
            TrustLevel::AnswerChecked => "trust_answer_checked",
            TrustLevel::Verified => "trust_verified",
        }
        .to_owned()
    }

    /// Why.
    pub fn trust_reason(&self) -> String {
        match self.reason {
            TrustReason::OpenLink => "reason_open_link",
            TrustReason::SawTheCode => "reason_saw_the_code",
            TrustReason::TheirQuestion => "reason_their_question",
            TrustReason::ByYourWord => "reason_by_your_word",
            TrustReason::Introduced => "reason_introduced",
            TrustReason::LockedLink => "reason_locked_link",
            TrustReason::Answered => "reason_answered",
            TrustReason::Scanned => "reason_scanned",
            TrustReason::Compared => "reason_compared",
            TrustReason::Different => "reason_different",
        }
        .to_owned()
    }

    /// What to think of before believing the name: somebody else is called so, too.
    pub fn warning(&self) -> Option<String> {
        self.has_namesake.then(|| "namesake".to_owned())
    }

    /// The person may say that only who they mean would have asked what was asked.
    pub fn can_be_vouched_for(&self) -> bool {
        self.reason == TrustReason::TheirQuestion
    }
}

#[uniffi::export]
impl FileState {
    /// How far it is.
    pub fn status(&self) -> String {
        match self {
            Self::Offered => "file_offered",
            Self::Waiting => "file_waiting",
            Self::Moving { .. } => "file_moving",
            Self::Done { path: None } => "file_sent",
            Self::Done { path: Some(_) } => "file_received",
            Self::Failed { kind, .. } => kind.sentence(),
        }
        .to_owned()
    }
}

#[uniffi::export]
impl Note {
    /// What there is to say.
    pub fn key(&self) -> String {
        match self {
            Self::TakenBack => "note_taken_back",
            Self::Restored => "note_restored",
            Self::NotReadable => "note_not_readable",
        }
        .to_owned()
    }
}

#[uniffi::export]
impl Quote {
    /// What it is, where it is no text.
    pub fn key(&self) -> Option<String> {
        let key = match self {
            Self::Text { .. } => return None,
            Self::Other => "quote_other",
            Self::NotHere => "quote_not_here",
        };
        Some(key.to_owned())
    }
}

#[uniffi::export]
impl Asked {
    /// How far it is. `ours`: it was asked here.
    pub fn key(&self, ours: bool) -> String {
        match (self.standing, ours) {
            (Standing::Open, true) => "asked_open",
            (Standing::Checking, true) => "asked_checking",
            (Standing::Wrong(0), true) => "asked_wrong_last",
            (Standing::Wrong(_), true) => "asked_wrong",
            (Standing::Right, true) => "asked_right",
            (Standing::NotAnswered, true) => "asked_not_answered",
            (Standing::Open, false) => "question_unseen",
            (Standing::Checking, false) => "asks_checking",
            (Standing::Wrong(0), false) => "asks_wrong_last",
            (Standing::Wrong(_), false) => "asks_wrong",
            (Standing::Right, false) => "asks_right",
            (Standing::NotAnswered, false) => "asks_not_answered",
        }
        .to_owned()
    }

    /// An answer may be given. No other question can be asked before one is, or is refused.
    pub fn is_open(&self) -> bool {
        match self.standing {
            Standing::Open => true,
            Standing::Wrong(left) => left > 0,
            Standing::Checking | Standing::Right | Standing::NotAnswered => false,
        }
    }

    /// How many answers may still be given, once one was wrong.
    pub fn tries_left(&self) -> Option<u8> {
        match self.standing {
            Standing::Wrong(left) if left > 0 => Some(left),
            _ => None,
        }
    }
}

#[uniffi::export]
impl ErrorKind {
    /// What went wrong.
    pub fn key(&self) -> String {
        self.sentence().to_owned()
    }

    /// The person does not need to hear of it: it is what they wanted, or came too late to matter.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Cancelled | Self::NotNow)
    }
}

impl ErrorKind {
    fn sentence(self) -> &'static str {
        match self {
            Self::Expired => "kind_expired",
            Self::Taken => "kind_taken",
            Self::NotReached => "kind_not_reached",
            Self::WentAway => "kind_went_away",
            Self::NotTheInviter => "kind_not_the_inviter",
            Self::AnswersDiffer => "kind_answers_differ",
            Self::LeftAfterAnswer => "kind_left_after_answer",
            Self::Burned => "kind_burned",
            Self::NoRoute => "kind_no_route",
            Self::NoNetwork => "kind_no_network",
            Self::Moved => "kind_moved",
            Self::Cancelled => "kind_cancelled",
            Self::Lost => "kind_lost",
            Self::TheyLeft => "kind_they_left",
            Self::Forgotten => "kind_forgotten",
            Self::Frozen => "kind_frozen",
            Self::RulesBroken => "kind_rules_broken",
            Self::NothingFound => "kind_nothing_found",
            Self::Incomplete => "kind_incomplete",
            Self::NewerVersion => "kind_newer_version",
            Self::SeveralFound => "kind_several_found",
            Self::TooLarge => "kind_too_large",
            Self::NotAPicture => "kind_not_a_picture",
            Self::OtherPicture => "kind_other_picture",
            Self::NoCode => "kind_no_code",
            Self::WrongReply => "kind_wrong_reply",
            Self::WrongThing => "kind_wrong_thing",
            Self::OtherBundle => "kind_other_bundle",
            Self::BundleMissing => "kind_bundle_missing",
            Self::NotAnExport => "kind_not_an_export",
            Self::WrongAnswer => "kind_wrong_answer",
            Self::BadText => "kind_bad_text",
            Self::NotAServer => "kind_not_a_server",
            Self::TooExpensive => "kind_too_expensive",
            Self::Declined => "kind_declined",
            Self::StorageFull => "kind_storage_full",
            Self::Storage => "kind_storage",
            Self::TooMany => "kind_too_many",
            Self::TooManyFiles => "kind_too_many_files",
            Self::TooOften => "kind_too_often",
            Self::Refused => "kind_refused",
            Self::Busy => "kind_busy",
            Self::NotNow => "kind_not_now",
            Self::NotYet => "kind_not_yet",
            Self::KeyStoreLocked => "kind_key_store_locked",
            Self::KeyStoreFailed => "kind_key_store_failed",
            Self::KeyLost => "kind_key_lost",
            Self::Device => "kind_device",
            Self::ShutDown => "kind_shut_down",
            Self::Internal => "kind_internal",
        }
    }
}

#[uniffi::export]
impl Remedy {
    /// What to try next; none if there is nothing to be done.
    pub fn key(&self) -> Option<String> {
        let key = match self {
            Self::Nothing => return None,
            Self::AskAgain => "remedy_ask_again",
            Self::InviteAgain => "remedy_invite_again",
            Self::TryTogether => "remedy_try_together",
            Self::CheckNetwork => "remedy_check_network",
            Self::Update => "remedy_update",
            Self::HandInAnother => "remedy_hand_in_another",
            Self::Retype => "remedy_retype",
            Self::MakeRoom => "remedy_make_room",
            Self::FinishFirst => "remedy_finish_first",
            Self::Wait => "remedy_wait",
            Self::Unlock => "remedy_unlock",
            Self::Restart => "remedy_restart",
        };
        Some(key.to_owned())
    }
}

#[uniffi::export]
impl Strength {
    /// What to think of an answer.
    pub fn key(&self) -> String {
        match self {
            Self::OneCharacter => "strength_one_character",
            Self::Common => "strength_common",
            Self::InQuestion => "strength_in_question",
            Self::Weak => "strength_weak",
            Self::Fair => "strength_fair",
            Self::NoShortcutSeen => "strength_no_shortcut_seen",
            Self::BeyondReach => "strength_beyond_reach",
        }
        .to_owned()
    }

    /// It protects nothing by itself: it is found at once, whatever else is true.
    pub fn is_trivial(&self) -> bool {
        matches!(self, Self::OneCharacter | Self::Common | Self::InQuestion)
    }
}

#[uniffi::export]
impl NetworkReport {
    /// How far this device can be reached by IPv4.
    pub fn ipv4_key(&self) -> String {
        reachability(self.ipv4).to_owned()
    }

    /// How far this device can be reached by IPv6.
    pub fn ipv6_key(&self) -> String {
        reachability(self.ipv6).to_owned()
    }

    /// What the router said, if it was asked.
    pub fn port_key(&self) -> Option<String> {
        let key = match self.port? {
            PortAnswer::Opened => "port_opened",
            PortAnswer::NotOffered => "port_not_offered",
            PortAnswer::Refused => "port_refused",
            PortAnswer::NotPublic => "port_not_public",
        };
        Some(key.to_owned())
    }
}

#[uniffi::export]
impl Outlook {
    /// With whom a connection is wanted.
    pub fn situation_key(&self) -> String {
        match self.situation {
            Situation::SameNetwork => "situation_same_network",
            Situation::OneScan => "situation_one_scan",
            Situation::TwoScans => "situation_two_scans",
            Situation::StrictThere => "situation_strict_there",
            Situation::SameRouter => "situation_same_router",
        }
        .to_owned()
    }

    /// How likely it works.
    pub fn chance_key(&self) -> String {
        match self.chance {
            Chance::No => "chance_no",
            Chance::Unlikely => "chance_unlikely",
            Chance::Unknown => "chance_unknown",
            Chance::Likely => "chance_likely",
            Chance::Yes => "chance_yes",
        }
        .to_owned()
    }
}

fn host_stage(stage: HostStage) -> &'static str {
    match stage {
        HostStage::Waiting => "host_waiting",
        HostStage::TheyAreHere => "host_they_are_here",
        HostStage::ScanTheirCode => "host_scan_their_code",
        HostStage::ShowAgain => "host_show_again",
        HostStage::Checking => "host_checking",
        HostStage::Asking { .. } => "host_asking",
    }
}

fn guest_stage(stage: GuestStage) -> &'static str {
    match stage {
        GuestStage::Knocking | GuestStage::SlotTaken => "guest_knocking",
        GuestStage::Answered => "guest_answered",
        GuestStage::Checking => "guest_checking",
    }
}

fn restored(claim: &RestoredClaim) -> &'static str {
    match (claim.theirs, claim.ours) {
        (true, false) => "apart_restored_theirs",
        (false, true) => "apart_restored_ours",
        (true, true) | (false, false) => "apart_restored_unclear",
    }
}

fn proof(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Camera => "proof_camera",
        Provenance::Carried => "proof_carried",
        Provenance::Locked => "proof_locked",
    }
}

fn cause_of(cause: Cause) -> &'static str {
    match cause {
        Cause::NoNetwork => "cause_no_network",
        Cause::KeptApart => "cause_kept_apart",
        Cause::Firewall => "cause_firewall",
        Cause::NoCommonFamily => "cause_no_common_family",
        Cause::Blocked => "cause_blocked",
        Cause::BothStrict => "cause_both_strict",
        Cause::ReplyMissing => "cause_reply_missing",
        Cause::OnlyLocal => "cause_only_local",
        Cause::OneStrict => "cause_one_strict",
        Cause::StrictUnreplied => "cause_strict_unreplied",
        Cause::Gone => "cause_gone",
    }
}

fn limit(reached: Reached) -> &'static str {
    match reached {
        Reached::Messages | Reached::Text => "limit_messages",
        Reached::Files => "limit_files",
    }
}

fn reachability(reachability: Reachability) -> &'static str {
    match reachability {
        Reachability::Absent => "opening_absent",
        Reachability::Silent => "opening_silent",
        Reachability::AddressDependent => "opening_strict",
        Reachability::Unknown => "opening_unknown",
        Reachability::EndpointIndependent => "opening_same",
        Reachability::Public => "opening_public",
        Reachability::Open => "opening_open",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The quoted keys of the table above, read from this file.
    fn keys() -> BTreeSet<&'static str> {
        let (table, _) = include_str!("keys.rs").split_once("#[cfg(test)]").unwrap();
        let words = table.split('"').skip(1).step_by(2);
        words.collect()
    }

    #[test]
    fn every_key_has_its_sentence_on_both_phones() {
        let phones = concat!(
            include_str!("../../strings/phones.toml"),
            include_str!("../../strings/everywhere.toml")
        );
        for key in keys() {
            let table = format!("[{key}]\n");
            assert!(phones.contains(&table), "{key}");
        }
    }

    #[test]
    fn every_sentence_of_an_error_or_a_cause_is_used() {
        let phones = include_str!("../../strings/phones.toml");
        let prefixes = [
            "kind_",
            "remedy_",
            "cause_",
            "host_",
            "guest_",
            "trust_",
            "reason_",
            "strength_",
            "opening_",
            "port_",
            "situation_",
            "chance_",
            "proof_",
            "apart_",
            "note_",
            "quote_",
            "asks_",
        ];
        let tables = phones.lines().filter_map(|line| {
            let key = line.strip_prefix('[')?.strip_suffix(']')?;
            // One that frames others, and what a face says in its own way.
            let is_whole = key != "trust_line" && !key.contains('.');
            let is_one = prefixes.iter().any(|prefix| key.starts_with(prefix));
            (is_whole && is_one).then_some(key)
        });
        let keys = keys();
        let unused: Vec<&str> = tables.filter(|key| !keys.contains(key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
