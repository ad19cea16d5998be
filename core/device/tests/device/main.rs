//! What a device decides, shown with two of them in a simulated world, and whole lives of both that
//! follow from a seed.

#![allow(clippy::unwrap_used, clippy::expect_used)] // tests

mod bundle;
mod contacts;
mod describe;
mod disk;
mod files;
mod here;
mod history;
mod life;
mod locked;
mod logs;
mod nearby;
mod parting;
mod person;
mod questions;
mod returning;
mod search;
mod talk;
mod unread;
mod world;

use handfast_device::{
    AcceptTerms, Command, DeliveryMode, Done, EndReason, InviteTerms, KeptInvitation, PendingId,
    Protection, Provenance, Refusal, RequestId, Saying, SessionCommand, SessionEnd, SessionId,
    SessionTerms, Settings, View,
};
use handfast_protocol::conversation::Finding;
use handfast_protocol::handshake::{TrustLevel, TrustReason};
use handfast_protocol::pairing::{Failure, OtherInvitation};
use handfast_seal::Questions;
use handfast_sim::seeds;
use handfast_store::StoreError;
use handfast_token::{Candidate, Candidates, Invitation, Question, ReplyError, SealedReply, Token};
use person::{
    RIGHT, WRONG, accept, accept_with, answer, asked, begun, end_of, hosting, together, together_on,
};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use world::{DiskMode, World};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn hosting_openly(world: &mut World) -> (SessionId, Invitation) {
    hosting(world, 0, Protection::Open, SessionTerms::default())
}

fn talks(world: &World, side: usize, session: SessionId) -> bool {
    let view = world.sides[side].views.get(&session);
    matches!(view, Some(View::Talking { .. }))
}

fn result(world: &World, side: usize, request: RequestId) -> Option<Result<Done, Refusal>> {
    let answer = world.sides[side].answers.get(&request);
    answer.map(|answer| answer.result.clone())
}

fn id(invitation: &Invitation) -> [u8; 16] {
    invitation.keys().invite_id()
}

fn ended(world: &World, side: usize, invitation: &Invitation) -> Option<EndReason> {
    match world.sides[side].disk.invitations.get(&id(invitation)) {
        Some(KeptInvitation::Ended(ended)) => Some(ended.reason),
        Some(KeptInvitation::Waiting(_)) | None => None,
    }
}

fn waits(world: &World, side: usize, invitation: &Invitation) -> bool {
    world.sides[side].disk.invitation(id(invitation)).is_some()
}

/// The lines of the log since then.
fn since(world: &World, line: usize) -> Vec<&str> {
    let lines = world.log[line..].iter();
    lines
        .map(|line| line.split_once(' ').map_or("", |(_, rest)| rest))
        .collect()
}

/// Where the first line with this begins.
fn position(lines: &[&str], what: &str) -> usize {
    let found = lines.iter().position(|line| line.contains(what));
    found.unwrap_or_else(|| panic!("{what}: {lines:#?}"))
}

/// A guest that sends nothing before its reply is there, and that reply.
fn replying(world: &mut World, invitation: &Invitation) -> (SessionId, SealedReply) {
    let terms = AcceptTerms {
        only_by_reply: true,
        ..AcceptTerms::default()
    };
    let session = accept_with(world, 1, invitation.clone(), terms);
    world.run(seconds(2));
    match world.sides[1].views.get(&session) {
        Some(View::ReplyNeeded { reply, .. }) => (session, reply.clone()),
        other => panic!("{other:?}"),
    }
}

/// Both wish to compare, and see the same.
fn comparing(world: &mut World, both: [SessionId; 2]) -> [u16; 3] {
    for side in [0, 1] {
        let wish = SessionCommand::Say(Saying::Compare);
        world.tell(side, both[side], wish);
        world.run(seconds(1));
    }
    let shown = [0, 1].map(|side| match world.sides[side].views.get(&both[side]) {
        Some(View::Talking {
            comparing: Some(shown),
            ..
        }) => shown.digits(),
        other => panic!("{other:?}"),
    });
    assert_eq!(shown[0], shown[1]);
    shown[0]
}

#[test]
fn two_meet_and_are_remembered_by_both() {
    let mut world = World::new(1);
    let both = together(&mut world);
    let text = SessionCommand::Say(Saying::Text("hello".to_owned()));
    world.tell(0, both[0], text);
    world.run(seconds(1));
    assert!(
        world
            .log
            .iter()
            .any(|line| line.contains("1 event Row") && line.contains("hello"))
    );
    for (side, reason) in [(0, TrustReason::SawTheCode), (1, TrustReason::Scanned)] {
        let contacts = world.sides[side].device.as_ref().unwrap().contacts();
        let reasons: Vec<_> = contacts
            .iter()
            .map(|contact| contact.trust.reason())
            .collect();
        assert_eq!(reasons, [reason], "{side}");
        world.check_kept(side);
    }
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(1));
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Closed));
    assert_eq!(end_of(&world, 1, both[1]), Some(SessionEnd::PeerLeft));
}

#[test]
fn a_difference_hangs_up_without_a_goodbye_and_they_are_not_met_again() {
    let mut world = World::new(2);
    let both = together(&mut world);
    let digits = comparing(&mut world, both);
    let other = [digits[0] ^ 1, digits[1], digits[2]];
    let judge = |digits, finding| SessionCommand::Say(Saying::Compared(digits, finding));
    let wrong = world.tell(0, both[0], judge(other, Finding::Different));
    assert_eq!(result(&world, 0, wrong), Some(Err(Refusal::NotNow)));
    let line = world.log.len();
    world.tell(0, both[0], judge(digits, Finding::Different));
    world.run(seconds(3));
    let log = since(&world, line);
    assert!(position(&log, "Cut") < position(&log, "store"));
    assert!(
        !log.iter()
            .any(|line| line.contains("Shut") || line.contains("Leave"))
    );
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Different));
    assert_eq!(end_of(&world, 1, both[1]), Some(SessionEnd::Lost));
    let disk = &world.sides[0].disk;
    assert!(disk.contacts.is_empty() && disk.is_refused(world.sides[1].key.public()));

    let (host, invitation) = hosting_openly(&mut world);
    accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    world.run(seconds(10));
    assert_eq!(end_of(&world, 0, host), Some(SessionEnd::Refused));
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Used));
    let forget = Command::Forget(world.sides[1].key.public());
    world.command(0, forget);
    world.run(seconds(1));
    together(&mut world);
}

#[test]
fn who_is_in_between_is_hung_up_on_wherever_they_are() {
    let mut world = World::new(27);
    let both = together(&mut world);
    let others = together(&mut world);
    let digits = comparing(&mut world, both);
    let different = Saying::Compared(digits, Finding::Different);
    world.tell(0, both[0], SessionCommand::Say(different));
    world.run(seconds(1));
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Different));
    assert_eq!(end_of(&world, 0, others[0]), Some(SessionEnd::Refused));
    for ended in [both, others] {
        assert_eq!(end_of(&world, 1, ended[1]), Some(SessionEnd::Lost));
    }
}

#[test]
fn a_comparison_that_is_equal_raises_trust_for_good() {
    let mut world = World::new(3);
    let both = together(&mut world);
    let digits = comparing(&mut world, both);
    for side in [0, 1] {
        let judge = SessionCommand::Say(Saying::Compared(digits, Finding::Same));
        world.tell(side, both[side], judge);
    }
    world.run(seconds(1));
    world.kill_and_start(0);
    let contacts = world.sides[0].device.as_ref().unwrap().contacts();
    assert_eq!(contacts[0].trust.level(), TrustLevel::Verified);
}

#[test]
fn a_clock_that_is_set_while_an_invitation_waits_ends_nothing() {
    let mut world = World::new(4);
    let (host, invitation) = hosting_openly(&mut world);
    let (guest, reply) = replying(&mut world, &invitation);
    for off in [30 * DAY, -30 * DAY, 2 * HOUR] {
        for side in [0, 1] {
            world.sides[side].clock_is_off = off;
        }
        // What is too old is tidied away when something new begins.
        let (other, _) = hosting_openly(&mut world);
        world.tell(0, other, SessionCommand::Close);
        world.run(seconds(20));
        assert!(waits(&world, 0, &invitation), "{off}");
        assert!(world.sides[1].disk.replies.contains_key(&id(&invitation)));
    }
    let taken = world.command(0, Command::Reply(Box::new(reply), Provenance::Camera));
    world.run(seconds(10));
    assert_eq!(result(&world, 0, taken), Some(Ok(Done::Ok)));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Used));
}

#[test]
fn what_seems_expired_is_kept_for_a_day_and_a_guest_may_go_on_with_it() {
    let mut world = World::new(5);
    let (host, invitation) = hosting_openly(&mut world);
    let (guest, _) = replying(&mut world, &invitation);
    world.tell(0, host, SessionCommand::Close);
    world.tell(1, guest, SessionCommand::Close);
    world.run(seconds(1));
    for side in [0, 1] {
        world.sides[side].clock_is_off = 20 * HOUR;
        world.kill_and_start(side);
        world.run(seconds(1));
        let now = world.now(side);
        let pending = world.sides[side].device.as_ref().unwrap().pending(now);
        assert_eq!(pending.len(), 1);
        assert_eq!(pending[0].0.expires_at, None, "it seems to have expired");
    }
    let hosted = PendingId::hosted(id(&invitation));
    let accepted = PendingId::accepted(id(&invitation));
    let refused = world.command(0, Command::Resume(hosted, Box::default()));
    let expired = Refusal::Store(StoreError::Over(EndReason::Expired));
    assert_eq!(result(&world, 0, refused), Some(Err(expired)));
    // Only the host's clock ends an invitation.
    let terms = AcceptTerms {
        patience: Some(seconds(600)),
        ..AcceptTerms::default()
    };
    let guest = begun(&mut world, 1, Command::Resume(accepted, Box::new(terms)));
    world.run(seconds(60));
    assert!(matches!(
        world.sides[1].views.get(&guest),
        Some(View::ReplyNeeded { .. })
    ));
    // The clock is set right.
    world.sides[0].clock_is_off = 0;
    let host = begun(&mut world, 0, Command::Resume(hosted, Box::default()));
    world.run(seconds(10));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
}

#[test]
fn what_has_expired_for_more_than_a_day_is_gone_in_both_roles() {
    let mut world = World::new(6);
    let (host, invitation) = hosting_openly(&mut world);
    let (guest, _) = replying(&mut world, &invitation);
    world.tell(0, host, SessionCommand::Close);
    world.tell(1, guest, SessionCommand::Close);
    world.run(seconds(1));
    for side in [0, 1] {
        world.sides[side].clock_is_off = DAY + HOUR;
        world.kill_and_start(side);
        world.run(seconds(1));
    }
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Expired));
    assert!(world.sides[1].disk.replies.is_empty());
}

#[test]
fn time_that_passes_ends_the_wait_but_not_at_once_what_waits() {
    let mut world = World::new(7);
    let (host, invitation) = hosting_openly(&mut world);
    world.run(seconds(11 * 60));
    let expired = SessionEnd::Failed(Failure::Expired);
    assert_eq!(end_of(&world, 0, host), Some(expired));
    assert!(waits(&world, 0, &invitation));
}

#[test]
fn a_reply_is_acted_on_and_then_stored() {
    let mut world = World::new(8);
    let (_, invitation) = hosting_openly(&mut world);
    let (_, reply) = replying(&mut world, &invitation);
    let line = world.log.len();
    world.command(0, Command::Reply(Box::new(reply), Provenance::Carried));
    world.run(seconds(1));
    let log = since(&world, line);
    let acted = position(&log, "0 1 Expect");
    let kept = position(&log, "0 store");
    let answered = position(&log, "0 answer");
    assert!(acted < kept && kept < answered, "{log:#?}");
    assert!(log[kept].contains(" 1 1"), "{}", log[kept]);
}

#[test]
fn a_store_that_fails_ends_the_wait_and_not_the_invitation() {
    let mut world = World::new(9);
    let (host, invitation) = hosting_openly(&mut world);
    let (_, reply) = replying(&mut world, &invitation);
    world.set_disk(0, DiskMode::Fails);
    let reply = Command::Reply(Box::new(reply), Provenance::Carried);
    let refused = world.command(0, reply);
    world.run(Duration::from_millis(45));
    let full = StoreError::Full;
    assert_eq!(result(&world, 0, refused), Some(Err(Refusal::Store(full))));
    assert_eq!(end_of(&world, 0, host), Some(SessionEnd::Store(full)));
    assert!(waits(&world, 0, &invitation));
    world.set_disk(0, DiskMode::Works);
    let resume = Command::Resume(PendingId::hosted(id(&invitation)), Box::default());
    begun(&mut world, 0, resume);
}

#[test]
fn nothing_is_shown_or_sent_before_it_is_kept() {
    let mut world = World::new(10);
    world.set_disk(0, DiskMode::Hangs);
    let terms = InviteTerms::new(DeliveryMode::Show);
    let host = begun(&mut world, 0, Command::Invite(Box::new(terms)));
    world.run(seconds(5));
    let preparing = View::Preparing { is_kept: false };
    assert_eq!(world.sides[0].views.get(&host), Some(&preparing));
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    let Some(View::Hosting {
        token: Token::Invitation(invitation),
        ..
    }) = world.sides[0].views.get(&host).cloned()
    else {
        panic!("{:?}", world.sides[0].views);
    };
    world.set_disk(1, DiskMode::Hangs);
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(5));
    assert!(!world.log.iter().any(|line| line.contains("Knock")));
    world.set_disk(1, DiskMode::Works);
    world.run(seconds(5));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
}

#[test]
fn what_is_stopped_before_it_was_shown_is_not_kept() {
    let mut world = World::new(11);
    world.set_disk(0, DiskMode::Hangs);
    let terms = InviteTerms::new(DeliveryMode::Show);
    let host = begun(&mut world, 0, Command::Invite(Box::new(terms)));
    world.run(seconds(1));
    world.tell(0, host, SessionCommand::Close);
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    assert!(world.sides[0].disk.invitations.is_empty());
    world.check_kept(0);
}

/// A host that asks, and a guest that is asked.
fn asking(world: &mut World) -> ([SessionId; 2], Invitation) {
    let terms = SessionTerms::default();
    let (host, invitation) = hosting(world, 0, asked(), terms.clone());
    let guest = accept(world, 1, invitation.clone(), terms);
    world.run(seconds(5));
    let view = world.sides[1].views.get(&guest);
    assert!(matches!(view, Some(View::Asking { .. })), "{view:?}");
    ([host, guest], invitation)
}

fn strikes(world: &World, invitation: &Invitation) -> Option<u8> {
    let kept = world.sides[0].disk.invitation(id(invitation))?;
    Some(kept.history.strikes.answers)
}

#[test]
fn a_wrong_answer_is_not_told_before_it_is_kept() {
    let mut world = World::new(12);
    let ([host, guest], invitation) = asking(&mut world);
    world.set_disk(0, DiskMode::Hangs);
    world.tell(1, guest, SessionCommand::Answer(answer(WRONG)));
    world.run(seconds(4));
    assert_eq!(strikes(&world, &invitation), Some(0));
    let was_told = |world: &World| {
        let view = world.sides[1].views.get(&guest);
        matches!(
            view,
            Some(View::Asking {
                was_wrong: true,
                ..
            })
        )
    };
    assert!(!was_told(&world));
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    assert!(was_told(&world));
    assert_eq!(strikes(&world, &invitation), Some(1));
    // A disk that takes too long: the link ends, and the guest never hears.
    world.set_disk(0, DiskMode::Hangs);
    world.run(seconds(3));
    world.tell(1, guest, SessionCommand::Answer(answer(WRONG)));
    world.run(seconds(10));
    let left = SessionEnd::Failed(Failure::LeftAfterAnswer);
    assert_eq!(end_of(&world, 1, guest), Some(left));
    assert!(end_of(&world, 0, host).is_none(), "it waits on");
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    assert_eq!(strikes(&world, &invitation), Some(2));
}

#[test]
fn a_proof_is_not_sent_before_it_is_kept() {
    let mut world = World::new(13);
    let ([_, guest], invitation) = asking(&mut world);
    world.set_disk(1, DiskMode::Fails);
    world.tell(1, guest, SessionCommand::Answer(answer(WRONG)));
    world.run(seconds(5));
    let local = SessionEnd::Failed(Failure::Local);
    assert_eq!(end_of(&world, 1, guest), Some(local));
    assert_eq!(strikes(&world, &invitation), Some(0), "it never came");
    assert!(world.sides[1].disk.replies.contains_key(&id(&invitation)));
}

#[test]
fn wrong_answers_are_counted_over_restarts_of_both_and_the_third_burns() {
    let mut world = World::new(14);
    let (_, invitation) = asking(&mut world);
    for count in 1..=3 {
        let guest = world.sides[1].session(|view| matches!(view, View::Asking { .. }));
        let answer = SessionCommand::Answer(answer(WRONG));
        world.tell(1, guest.expect("asked"), answer);
        world.run(seconds(2));
        if count == 3 {
            break;
        }
        assert_eq!(strikes(&world, &invitation), Some(count));
        world.kill_and_start(0);
        world.kill_and_start(1);
        let (hosted, accepted) = (
            PendingId::hosted(id(&invitation)),
            PendingId::accepted(id(&invitation)),
        );
        begun(&mut world, 0, Command::Resume(hosted, Box::default()));
        begun(&mut world, 1, Command::Resume(accepted, Box::default()));
        world.run(seconds(10));
    }
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Burned));
    assert!(world.sides[1].disk.replies.is_empty());
    // Who opens it again has no try left.
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(2));
    let differ = SessionEnd::Failed(Failure::AnswersDiffer);
    assert_eq!(end_of(&world, 1, guest), Some(differ));
}

#[test]
fn the_right_answer_is_a_proof_to_who_asks() {
    let mut world = World::new(15);
    let ([host, guest], _) = asking(&mut world);
    world.tell(1, guest, SessionCommand::Answer(answer(RIGHT)));
    world.run(seconds(2));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
    let only_they = SessionCommand::Say(Saying::OnlyThey);
    let refused = world.tell(0, host, only_they);
    assert_eq!(result(&world, 0, refused), Some(Err(Refusal::NotNow)));
}

#[test]
fn a_store_that_fails_when_the_two_meet_keeps_the_invitation_and_they_do_not_talk() {
    let mut world = World::new(16);
    let (host, invitation) = hosting_openly(&mut world);
    let guest = accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    world.run_until(seconds(10), |world| {
        world.log.last().is_some_and(|line| line.contains("Send"))
    });
    world.set_disk(0, DiskMode::Fails);
    world.run(seconds(10));
    let full = StoreError::Full;
    assert_eq!(end_of(&world, 0, host), Some(SessionEnd::Store(full)));
    assert!(waits(&world, 0, &invitation) && world.sides[0].disk.contacts.is_empty());
    assert!(end_of(&world, 1, guest).is_some() || !talks(&world, 1, guest));
}

#[test]
fn a_store_that_never_answers_when_the_two_meet_keeps_nobody_waiting() {
    let mut world = World::new(28);
    let (host, invitation) = hosting_openly(&mut world);
    world.run(seconds(1));
    world.set_disk(0, DiskMode::Hangs);
    accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    world.run(seconds(8));
    let late = StoreError::Unreachable(std::io::ErrorKind::TimedOut);
    assert_eq!(end_of(&world, 0, host), Some(SessionEnd::Store(late)));
    // Whether it is used is not known yet, so nobody goes on with it.
    let resume = || Command::Resume(PendingId::hosted(id(&invitation)), Box::default());
    let unknown = world.command(0, resume());
    assert_eq!(result(&world, 0, unknown), Some(Err(Refusal::NotYet)));
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    assert_eq!(world.sides[0].disk.contacts.len(), 1);
    // The guest was told nothing, so it comes again, and nobody else does.
    let again = world.command(0, resume());
    assert!(matches!(
        result(&world, 0, again),
        Some(Ok(Done::Session(_)))
    ));
    world.run(seconds(10));
    let used = world.command(0, resume());
    let over = Refusal::Store(StoreError::Over(EndReason::Used));
    assert_eq!(result(&world, 0, used), Some(Err(over)));
    assert_eq!(world.sides[0].disk.contacts.len(), 1);
}

#[test]
fn what_comes_before_the_meeting_is_kept_reaches_the_conversation() {
    let mut world = World::new(29);
    let (host, invitation) = hosting_openly(&mut world);
    world.run(seconds(1));
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    // The guest is remembered and told so, and the end of the invitation is not on the disk yet.
    world.run_until(seconds(5), |world| !world.sides[0].disk.contacts.is_empty());
    world.set_disk(0, DiskMode::Hangs);
    world.run(seconds(3));
    assert!(talks(&world, 1, guest) && !talks(&world, 0, host));
    let text = Saying::Text("early".to_owned());
    world.tell(1, guest, SessionCommand::Say(text));
    world.run(Duration::from_millis(500));
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    let log = since(&world, 0);
    let started = position(&log, "0 1 talk Start 1");
    let told = log
        .iter()
        .rposition(|line| line.contains("0 event Row") && line.contains("early"));
    assert!(told > Some(started), "{log:#?}");
}

#[test]
fn rows_that_nobody_keeps_and_no_screen_takes_hold_the_peer_back() {
    let mut world = World::new(30);
    world.is_incognito = true;
    let terms = SessionTerms {
        is_incognito: true,
        ..SessionTerms::default()
    };
    let both = together_on(&mut world, &terms);
    for number in 0..256 {
        assert!(!world.log.iter().any(|line| line.contains("0 1 talk Hold")));
        let text = Saying::Text(number.to_string());
        world.tell(1, both[1], SessionCommand::Say(text));
        world.tell(1, both[1], SessionCommand::Taken(1));
        world.run(Duration::from_millis(100));
    }
    let log = since(&world, 0);
    position(&log, "0 1 talk Hold");
    assert!(
        !log.iter().any(|line| line.contains("1 1 talk Hold")),
        "they take theirs"
    );
    let line = world.log.len();
    world.tell(0, both[0], SessionCommand::Taken(10));
    position(&since(&world, line), "0 1 talk GoOn");
}

#[test]
fn who_waits_for_room_is_woken_by_room() {
    let mut world = World::new(36);
    let [host, _] = together(&mut world);
    world.sides[0].says_late = true;
    let is_full = |world: &World| match world.sides[0].views.get(&host) {
        Some(View::Talking { is_full, .. }) => *is_full,
        other => panic!("{other:?}"),
    };
    let say = |world: &mut World, number: u32| {
        let text = Saying::Text(number.to_string());
        let said = world.command(0, Command::To(host, SessionCommand::Say(text)));
        world.tell(0, host, SessionCommand::Taken(1));
        result(world, 0, said)
    };
    let refused = (0..10_000).find(|number| say(&mut world, *number) != Some(Ok(Done::Ok)));
    let refused = refused.expect("no more is taken");
    assert_eq!(say(&mut world, refused), Some(Err(Refusal::TooMuchWaits)));
    assert!(is_full(&world));
    world.run(seconds(20));
    assert!(!is_full(&world));
    assert_eq!(say(&mut world, refused), Some(Ok(Done::Ok)));
}

#[test]
fn what_is_for_one_session_is_not_taken_by_another() {
    let mut world = World::new(37);
    let (host, invitation) = hosting_openly(&mut world);
    let (other, _) = hosting_openly(&mut world);
    let (guest, reply) = replying(&mut world, &invitation);
    let reply = |to| {
        let reply = SessionCommand::Reply(Box::new(reply.clone()), Provenance::Carried);
        Command::To(to, reply)
    };
    let refused = world.command(0, reply(other));
    let refusal = Refusal::Reply(ReplyError::OtherInvitation);
    assert_eq!(result(&world, 0, refused), Some(Err(refusal)));
    let (_, second) = hosting_openly(&mut world);
    let again = |invitation: &Invitation| {
        let again = SessionCommand::ShowAgain(Box::new(invitation.clone()), Provenance::Carried);
        Command::To(guest, again)
    };
    let refused = world.command(1, again(&second));
    let refusal = Refusal::OtherInvitation(OtherInvitation);
    assert_eq!(result(&world, 1, refused), Some(Err(refusal)));
    let taken = world.command(1, again(&invitation));
    assert_eq!(result(&world, 1, taken), Some(Ok(Done::GoesOn(guest))));
    world.command(0, reply(host));
    world.run(seconds(10));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
}

#[test]
fn a_comparison_that_cannot_be_kept_is_said_to_be_and_ends_nothing() {
    let mut world = World::new(31);
    let both = together(&mut world);
    let digits = comparing(&mut world, both);
    world.set_disk(0, DiskMode::Fails);
    let same = Saying::Compared(digits, Finding::Same);
    world.tell(0, both[0], SessionCommand::Say(same));
    world.run(seconds(1));
    position(&since(&world, 0), "NotRemembered(SessionId(1), Full)");
    assert!(talks(&world, 0, both[0]) && talks(&world, 1, both[1]));
    let contacts: Vec<_> = world.sides[0].disk.contacts.values().collect();
    assert_eq!(contacts[0].trust.reason(), TrustReason::SawTheCode);
}

/// Two compare, and one leaves before the disk of the other has that they are the same.
fn proved_while_the_disk_hangs(world: &mut World) -> [SessionId; 2] {
    let both = together(world);
    let digits = comparing(world, both);
    world.set_disk(0, DiskMode::Hangs);
    let same = Saying::Compared(digits, Finding::Same);
    world.tell(0, both[0], SessionCommand::Say(same));
    world.tell(1, both[1], SessionCommand::Close);
    world.run(seconds(1));
    both
}

#[test]
fn what_a_comparison_proved_is_told_before_an_end_that_came_meanwhile() {
    let mut world = World::new(33);
    let both = proved_while_the_disk_hangs(&mut world);
    let late = Saying::Text("are you there?".to_owned());
    let refused = world.tell(0, both[0], SessionCommand::Say(late));
    assert_eq!(result(&world, 0, refused), Some(Err(Refusal::NotNow)));
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    let told = since(&world, 0);
    let is_verified =
        |line: &&str| line.starts_with("0 event 1 Talking") && line.contains("Compared");
    let verified = told.iter().position(is_verified);
    let left = position(&told, "0 event 1 Ended(PeerLeft)");
    assert!(verified.is_some_and(|at| at < left), "{told:#?}");
}

#[test]
fn who_closes_does_not_wait_until_the_disk_has_what_a_comparison_proved() {
    let mut world = World::new(34);
    let both = proved_while_the_disk_hangs(&mut world);
    world.tell(0, both[0], SessionCommand::Close);
    assert_eq!(end_of(&world, 0, both[0]), Some(SessionEnd::Closed));
    world.set_disk(0, DiskMode::Works);
    world.run(seconds(1));
    let contacts: Vec<_> = world.sides[0].disk.contacts.values().collect();
    assert_eq!(contacts[0].trust.reason(), TrustReason::Compared);
}

#[test]
fn nothing_is_gone_on_with_twice_at_one_time() {
    let mut world = World::new(32);
    let (host, invitation) = hosting_openly(&mut world);
    let guest = accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    world.run(Duration::from_millis(100));
    let id = id(&invitation);
    for (side, pending, session) in [
        (0, PendingId::hosted(id), host),
        (1, PendingId::accepted(id), guest),
    ] {
        let again = world.command(side, Command::Resume(pending, Box::default()));
        let refused = Some(Err(Refusal::UnderWay(session)));
        assert_eq!(result(&world, side, again), refused);
    }
}

#[test]
fn three_conversations_and_two_waiting_and_one_knocking_go_on_in_one_device() {
    let mut world = World::new(17);
    let talking: Vec<[SessionId; 2]> = (0..3).map(|_| together(&mut world)).collect();
    let terms = SessionTerms::default();
    hosting_openly(&mut world);
    hosting_openly(&mut world);
    let (_, theirs) = hosting(&mut world, 1, asked(), terms.clone());
    let knocking = accept(&mut world, 0, theirs, terms);
    world.run(seconds(5));
    let device = world.sides[0].device.as_ref().unwrap();
    assert_eq!(device.sessions().count(), 6);
    assert!(matches!(
        world.sides[0].views.get(&knocking),
        Some(View::Asking { .. })
    ));
    for (number, both) in talking.iter().enumerate() {
        let text = SessionCommand::Say(Saying::Text(format!("text {number}")));
        world.tell(1, both[1], text);
    }
    world.run(seconds(1));
    for (number, both) in talking.iter().enumerate() {
        let row = format!("event Row(SessionId({})", both[0].0);
        let text = format!("text {number}");
        let is_it = |line: &String| line.contains(&row) && line.contains(&text);
        assert!(world.log.iter().any(is_it), "{row} {text}");
    }
}

#[test]
fn another_invitation_does_not_replace_what_the_person_is_about_to_confirm() {
    let mut world = World::new(18);
    let (_, first) = hosting_openly(&mut world);
    let (_, second) = hosting_openly(&mut world);
    let open =
        |invitation: &Invitation| Command::Open(Box::new(invitation.clone()), Provenance::Carried);
    let opened = begun(&mut world, 1, open(&first));
    let refused = world.command(1, open(&second));
    assert_eq!(result(&world, 1, refused), Some(Err(Refusal::Busy(opened))));
    assert_eq!(begun(&mut world, 1, open(&first)), opened, "the same again");
    world.tell(1, opened, SessionCommand::Close);
    assert_ne!(begun(&mut world, 1, open(&second)), opened);
}

#[test]
fn a_reply_finds_its_invitation_even_if_nothing_goes_on_with_it() {
    let mut world = World::new(19);
    let (host, invitation) = hosting_openly(&mut world);
    hosting_openly(&mut world);
    let (guest, reply) = replying(&mut world, &invitation);
    world.tell(0, host, SessionCommand::Close);
    world.run(seconds(1));
    let taken = world.command(0, Command::Reply(Box::new(reply), Provenance::Carried));
    world.run(seconds(10));
    assert_eq!(result(&world, 0, taken), Some(Ok(Done::Ok)));
    assert!(talks(&world, 1, guest));
}

#[test]
fn who_moves_is_still_found_by_the_invitation_as_it_is_shown_then() {
    let mut world = World::new(20);
    let (host, before) = hosting_openly(&mut world);
    let moved = Command::NetworkChanged(vec!["10.0.0.77".parse().unwrap()], None);
    world.command(0, moved);
    world.run(seconds(1));
    let Some(View::Hosting {
        token: Token::Invitation(after),
        ..
    }) = world.sides[0].views.get(&host).cloned()
    else {
        panic!("{:?}", world.sides[0].views);
    };
    assert_ne!(before.candidates, after.candidates);
    // Who knocks with the one before is shown the one that leads here.
    let guest = accept(&mut world, 1, before, SessionTerms::default());
    world.run(seconds(3));
    assert!(!talks(&world, 1, guest));
    let again = Command::Open(Box::new(after), Provenance::Camera);
    assert_eq!(begun(&mut world, 1, again), guest);
    world.run(seconds(5));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
}

#[test]
fn a_guest_who_joins_the_hotspot_of_its_host_finds_it_there() {
    let mut world = World::new(26);
    let (host, invitation) = hosting_openly(&mut world);
    // The host opens a network of its own, in which it is the router; nobody scans anything again.
    let router: IpAddr = "192.168.43.1".parse().unwrap();
    world.command(0, Command::NetworkChanged(vec![router], None));
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(3));
    assert!(!talks(&world, 1, guest));
    let inside = vec!["192.168.43.7".parse().unwrap()];
    world.command(1, Command::NetworkChanged(Vec::new(), None));
    world.command(1, Command::NetworkChanged(inside, Some(router)));
    world.run(seconds(5));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
}

#[test]
fn in_a_network_nobody_is_led_to_what_listens_on_their_own_machine() {
    let mut world = World::new(24);
    let (_, mut invitation) = hosting_openly(&mut world);
    // The second is nobody's: with it, the invitation is not for one machine alone.
    let led_to = ["127.0.0.1:4000", "224.0.0.1:4000"];
    let led_to = led_to.map(|address| Candidate::host(address.parse().unwrap()));
    invitation.candidates = Candidates::new(led_to.to_vec()).unwrap();
    let before = world.log.len();
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(1));
    let end = end_of(&world, 1, guest);
    assert_eq!(end, Some(Failure::NoRoute.into()));
    let lines = since(&world, before);
    let is_begun = |line: &&str| line.contains("Knock") || line.contains("store");
    assert!(!lines.iter().any(is_begun), "{lines:?}");
}

#[test]
fn what_is_withdrawn_is_over_for_good_and_a_session_with_it() {
    let mut world = World::new(21);
    let (host, invitation) = hosting_openly(&mut world);
    let pending = PendingId::hosted(id(&invitation));
    world.command(0, Command::Withdraw(pending));
    world.run(seconds(1));
    assert_eq!(end_of(&world, 0, host), Some(SessionEnd::Withdrawn));
    assert_eq!(ended(&world, 0, &invitation), Some(EndReason::Revoked));
    let over = Refusal::Store(StoreError::Over(EndReason::Revoked));
    let again = world.command(0, Command::Withdraw(pending));
    assert_eq!(result(&world, 0, again), Some(Err(over)));
}

#[test]
fn no_more_wait_than_may() {
    let mut world = World::new(22);
    for _ in 0..16 {
        hosting_openly(&mut world);
    }
    let terms = Box::new(InviteTerms::new(DeliveryMode::Show));
    let refused = world.command(0, Command::Invite(terms));
    let many = Refusal::Store(StoreError::TooMany);
    assert_eq!(result(&world, 0, refused), Some(Err(many)));
}

#[test]
fn a_session_that_is_incognito_keeps_nothing_and_is_somebody_else() {
    let mut world = World::new(23);
    let terms = SessionTerms {
        is_incognito: true,
        ..SessionTerms::default()
    };
    let (_, invitation) = hosting(&mut world, 0, Protection::Open, terms);
    world.is_incognito = true;
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(5));
    assert!(talks(&world, 1, guest));
    assert!(end_of(&world, 1, guest).is_none());
    assert!(world.sides[0].disk.contacts.is_empty());
    let own = world.sides[0].key.public();
    let met = &world.sides[1].disk.contacts;
    assert!(met.len() == 1 && !met.contains_key(&own.0), "somebody else");
    assert!(!world.log.iter().any(|line| line.contains("0 store")));
    assert!(world.log.iter().any(|line| line.contains("is_apart: true")));
    assert!(world.sides[0].disk.invitations.is_empty());
}

#[test]
fn servers_and_the_router_are_asked_for_somebody_elsewhere_and_as_the_settings_allow() {
    let mut world = World::new(24);
    let asks = |world: &World, what: &str| world.log.iter().any(|line| line.contains(what));
    hosting_openly(&mut world);
    assert!(!asks(&world, "ReachOut"), "at a table nobody is asked");
    let mut settings = Settings::default();
    settings.asking.servers = false;
    settings.asking.router = false;
    let send = || Command::Invite(Box::new(InviteTerms::new(DeliveryMode::Send)));
    let chosen = world.command(0, Command::Choose(Box::new(settings)));
    world.run(seconds(1));
    assert_eq!(result(&world, 0, chosen), Some(Ok(Done::Ok)));
    world.command(0, send());
    world.run(seconds(2));
    assert!(!asks(&world, "ReachOut"), "nobody may be");
    // The choice outlives the process.
    world.kill_and_start(0);
    world.command(0, send());
    world.run(seconds(2));
    assert!(!asks(&world, "ReachOut"));
    world.command(0, Command::Choose(Box::default()));
    world.run(seconds(1));
    world.command(0, send());
    world.run(seconds(2));
    assert!(asks(&world, "ReachOut"));
    // A guest asks only once nobody answers.
    let (_, invitation) = hosting_openly(&mut world);
    let guest = accept(&mut world, 1, invitation.clone(), SessionTerms::default());
    world.run(seconds(5));
    assert!(talks(&world, 1, guest) && !asks(&world, "LookOutside"));
    accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(5));
    assert!(asks(&world, "LookOutside"));
}

#[test]
fn a_locked_invitation_opens_with_the_answer_alone() {
    let mut world = World::new(25);
    let question = Question::new("Where did we meet?").unwrap();
    let questions = Questions::new(vec![question]).unwrap();
    let terms = InviteTerms {
        protection: Protection::Locked(questions, answer(RIGHT)),
        ..InviteTerms::new(DeliveryMode::Show)
    };
    let host = begun(&mut world, 0, Command::Invite(Box::new(terms)));
    world.run(seconds(1));
    let Some(View::Hosting {
        token: Token::Sealed(container),
        ..
    }) = world.sides[0].views.get(&host).cloned()
    else {
        panic!("{:?}", world.sides[0].views);
    };
    let guest = begun(&mut world, 1, Command::OpenLocked(container));
    world.tell(1, guest, SessionCommand::Unlock(answer(WRONG), None));
    let view = world.sides[1].views.get(&guest);
    assert!(
        matches!(
            view,
            Some(View::Locked {
                was_wrong: true,
                ..
            })
        ),
        "{view:?}"
    );
    world.tell(1, guest, SessionCommand::Unlock(answer(RIGHT), None));
    let view = world.sides[1].views.get(&guest);
    assert!(
        matches!(
            view,
            Some(View::Opened {
                provenance: Provenance::Locked,
                ..
            })
        ),
        "{view:?}"
    );
    world.tell(1, guest, SessionCommand::Accept(Box::default()));
    world.run(seconds(5));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
    let contacts = world.sides[0].device.as_ref().unwrap().contacts();
    assert_eq!(contacts[0].trust.reason(), TrustReason::LockedLink);
}

#[test]
fn a_device_that_sleeps_and_wakes_goes_on() {
    let mut world = World::new(26);
    let (host, invitation) = hosting_openly(&mut world);
    world.command(0, Command::Sleep);
    let guest = accept(&mut world, 1, invitation, SessionTerms::default());
    world.run(seconds(30));
    assert!(!talks(&world, 1, guest));
    // What is begun while it sleeps is prepared when it is back.
    let terms = Box::new(InviteTerms::new(DeliveryMode::Show));
    let second = begun(&mut world, 0, Command::Invite(terms));
    world.run(seconds(1));
    assert_eq!(
        world.sides[0].views.get(&second),
        Some(&View::Preparing { is_kept: false })
    );
    world.command(0, Command::Wake);
    world.run(seconds(5));
    assert!(talks(&world, 0, host) && talks(&world, 1, guest));
    assert!(matches!(
        world.sides[0].views.get(&second),
        Some(View::Hosting { .. })
    ));
}

/// What has to have happened in many of the lives, or nothing is shown by them.
const MUST_HAPPEN: [&str; 8] = [
    "talk Start",
    "is killed",
    "Err(Full)",
    "was_wrong: true",
    "reason: Answered",
    "reason: Compared",
    "Ended(Different)",
    "Expect",
];

#[test]
fn whatever_two_people_do_what_both_kept_agrees() {
    let seeds = seeds(100);
    let is_alone = seeds.end - seeds.start == 1;
    let mut happened = [0; MUST_HAPPEN.len()];
    for seed in seeds.clone() {
        let mut world = World::new(seed);
        let lived = catch_unwind(AssertUnwindSafe(|| person::live(&mut world, seed)));
        if is_alone {
            println!("{}", world.log.join("\n"));
        }
        if lived.is_err() {
            panic!("HANDFAST_SEED={seed} shows what happened");
        }
        for (count, what) in happened.iter_mut().zip(MUST_HAPPEN) {
            *count += world.log.iter().filter(|line| line.contains(what)).count();
        }
    }
    println!("{happened:?}");
    let lives = seeds.end as usize;
    assert!(
        is_alone || happened.iter().all(|count| *count > lives / 20),
        "{happened:?} of {MUST_HAPPEN:?}"
    );
}

#[test]
fn one_seed_replays_exactly() {
    for seed in [3, 5, 8] {
        let [first, again] = [(); 2].map(|()| {
            let mut world = World::new(seed);
            person::live(&mut world, seed);
            world
        });
        for (line, other) in first.log.iter().zip(&again.log) {
            assert_eq!(line, other, "seed {seed}");
        }
        assert_eq!(first.log.len(), again.log.len());
    }
}
