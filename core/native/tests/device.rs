//! Devices with real sockets and real disks, in one process, each with a home of its own: they meet over
//! loopback, talk, stop and go on.

#![allow(clippy::unwrap_used)] // helpers of tests

mod shell;

use handfast_native::conversation::Finding;
use handfast_native::device::{
    AcceptTerms, Asking, Command, DeliveryMode, Done, Event, FileState, InviteTerms, Protection,
    Provenance, Refusal, RowContent, Saying, SessionCommand, SessionEnd, Settings, View, Wish,
};
use handfast_native::handshake::TrustLevel;
use handfast_native::pairing::Failure;
use handfast_native::seal::Questions;
use handfast_native::token::{Candidate, Question, Token};
use shell::AT_ONCE;
use shell::person::{HERE, Person, RIGHT, THERE, answer, asked, meet, named};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn two_meet_by_one_scan_and_talk_and_leave() {
    let (mut zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, joining) = meet(&zoe, &yun).await;
    assert!(zoe.pending().is_empty() && yun.pending().is_empty());
    assert_eq!(
        (zoe.knows(), yun.knows()),
        (vec!["Yun".into()], vec!["Zoe".into()])
    );

    zoe.say(hosting, Saying::Text("hello".into())).await;
    yun.reads("hello").await;
    yun.say(joining, Saying::Text("hello back".into())).await;
    zoe.reads("hello back").await;

    zoe.to(hosting, SessionCommand::Close).await;
    assert_eq!(zoe.ends(hosting).await, SessionEnd::Closed);
    assert_eq!(yun.ends(joining).await, SessionEnd::PeerLeft);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives_whole() {
    let (zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, joining) = meet(&zoe, &yun).await;
    let path = zoe.folder.join("a picture");
    let content: Vec<u8> = (0..300_000_u32).map(|byte| byte as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let file = Saying::File {
        path,
        name: "a picture".into(),
        size: content.len() as u64,
    };
    zoe.say(hosting, file).await;
    let mut is_accepted = false;
    let arrived = loop {
        let (number, state) = yun
            .hears(|event| match event {
                Event::Row(_, row) => match &row.content {
                    RowContent::File { state, .. } => Some((row.number, state.clone())),
                    _ => None,
                },
                _ => None,
            })
            .await;
        match state {
            FileState::Offered if !is_accepted => {
                is_accepted = true;
                yun.say(joining, Saying::AcceptFile(number)).await;
            }
            FileState::Done { path, .. } => break path.unwrap(),
            FileState::Failed { error, .. } => panic!("{error}"),
            FileState::Offered
            | FileState::Waiting
            | FileState::Paused { .. }
            | FileState::Moving { .. } => {}
        }
    };
    assert_eq!(std::fs::read(arrived).unwrap(), content);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_meet_by_two_scans() {
    let (zoe, yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, invitation) = zoe.invites_openly().await;
    let terms = AcceptTerms {
        only_by_reply: true,
        ..AcceptTerms::default()
    };
    let joining = yun.accepts(&invitation, terms).await;
    let reply = yun.needs_reply(joining).await;
    let scanned = Command::Reply(Box::new(reply), Provenance::Camera);
    assert_eq!(zoe.tell(scanned).await, Done::Ok);
    zoe.talks(hosting).await;
    yun.talks(joining).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_costs_a_try_and_the_right_one_lets_in() {
    let (zoe, yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, token) = zoe.invites(asked()).await;
    let Token::Invitation(invitation) = token else {
        panic!("{token:?}");
    };
    let joining = yun.accepts(&invitation, AcceptTerms::default()).await;
    let tries = |expected_wrong: bool| {
        move |view: &View| match view {
            View::Asking {
                tries_left,
                was_wrong,
                ..
            } if *was_wrong == expected_wrong => Some(*tries_left),
            _ => None,
        }
    };
    assert_eq!(yun.sees(joining, tries(false)).await, 3);
    yun.to(joining, SessionCommand::Answer(answer("the harbour")))
        .await;
    assert_eq!(yun.sees(joining, tries(true)).await, 2);
    yun.to(joining, SessionCommand::Answer(answer(RIGHT))).await;
    zoe.talks(hosting).await;
    yun.talks(joining).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_invitation_opens_to_its_answer_alone() {
    let (zoe, yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let questions = Questions::new(vec![Question::new("Where did we meet?").unwrap()]).unwrap();
    let locked = Protection::Locked(questions, answer(RIGHT));
    let (hosting, token) = zoe.invites(locked).await;
    let Token::Sealed(container) = token else {
        panic!("{token:?}");
    };
    let joining = yun.begin(Command::OpenLocked(container)).await;
    let wrong = SessionCommand::Unlock(answer("the harbour"), None);
    yun.to(joining, wrong).await;
    yun.sees(joining, |view| {
        matches!(
            view,
            View::Locked {
                was_wrong: true,
                is_unlocking: false,
                ..
            }
        )
        .then_some(())
    })
    .await;
    yun.to(joining, SessionCommand::Unlock(answer(RIGHT), None))
        .await;
    yun.sees(joining, |view| {
        matches!(view, View::Opened { .. }).then_some(())
    })
    .await;
    let accept = SessionCommand::Accept(Box::default());
    yun.to(joining, accept).await;
    zoe.talks(hosting).await;
    yun.talks(joining).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_go_on_after_a_restart() {
    let (mut zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (_, invitation) = zoe.invites_openly().await;
    zoe.stop().await;
    let joining = yun.accepts(&invitation, AcceptTerms::default()).await;
    yun.knocks(joining).await;
    yun.stop().await;

    zoe.start().await;
    yun.start().await;
    let (hosting, joining) = (zoe.resumes().await, yun.resumes().await);
    zoe.talks(hosting).await;
    yun.talks(joining).await;

    zoe.stop().await;
    yun.ends(joining).await;
    zoe.start().await;
    assert!(zoe.pending().is_empty(), "{:?}", zoe.pending());
    assert_eq!(zoe.knows(), ["Yun"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_talks_two_invitations_and_a_knock_go_on_at_once() {
    let (mut zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let talks = [
        meet(&zoe, &yun).await,
        meet(&yun, &zoe).await,
        meet(&zoe, &yun).await,
    ];
    let waiting = [zoe.invites_openly().await, zoe.invites_openly().await];
    let mut gone = Person::new("Gone").await;
    let (_, invitation) = gone.invites_openly().await;
    gone.stop().await;
    let knocking = zoe.accepts(&invitation, AcceptTerms::default()).await;
    zoe.knocks(knocking).await;

    assert_eq!(zoe.device.overview().borrow().sessions.len(), 6);
    assert_eq!(zoe.pending().len(), 3);
    for (number, (at_zoe, at_yun)) in [talks[0], (talks[1].1, talks[1].0), talks[2]]
        .into_iter()
        .enumerate()
    {
        let text = format!("from Zoe {number}");
        zoe.say(at_zoe, Saying::Text(text.clone())).await;
        yun.reads(&text).await;
        let text = format!("from Yun {number}");
        yun.say(at_yun, Saying::Text(text.clone())).await;
        zoe.reads(&text).await;
    }
    // Either invitation still leads in, and so does the one that is knocked at.
    for (hosting, invitation) in &waiting {
        let joining = yun.accepts(invitation, AcceptTerms::default()).await;
        zoe.talks(*hosting).await;
        yun.talks(joining).await;
    }
    gone.start().await;
    gone.talks(gone.resumes().await).await;
    zoe.talks(knocking).await;
    assert_eq!(zoe.device.overview().borrow().sessions.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_raises_trust_and_a_difference_ends_everything_with_whoever_it_is() {
    let (zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, joining) = meet(&zoe, &yun).await;
    let (other, _) = meet(&zoe, &yun).await;
    let compared = |view: &View| match view {
        View::Talking { comparing, .. } => comparing.map(|shown| shown.digits()),
        _ => None,
    };
    zoe.say(hosting, Saying::Compare).await;
    yun.sees(joining, |view| {
        matches!(
            view,
            View::Talking {
                wish: Wish::Theirs,
                ..
            }
        )
        .then_some(())
    })
    .await;
    yun.say(joining, Saying::Compare).await;
    let (ours, theirs) = (
        zoe.sees(hosting, compared).await,
        yun.sees(joining, compared).await,
    );
    assert_eq!(ours, theirs);
    zoe.say(hosting, Saying::Compared(ours, Finding::Same))
        .await;
    zoe.sees(hosting, |view| match view {
        View::Talking { trust, .. } => (trust.level() == TrustLevel::Verified).then_some(()),
        _ => None,
    })
    .await;

    yun.say(joining, Saying::Compared(theirs, Finding::Different))
        .await;
    assert_eq!(yun.ends(joining).await, SessionEnd::Different);
    let refused = yun.device.overview();
    let refused = timeout(AT_ONCE, async move {
        let mut refused = refused;
        let found = refused
            .wait_for(|overview| overview.refused.len() == 1)
            .await;
        found.unwrap().contacts.len()
    });
    assert_eq!(refused.await.unwrap(), 0);
    zoe.sees_gone(hosting).await;
    zoe.sees_gone(other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_goes_on_after_sleep_and_in_another_network() {
    let (zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, _) = meet(&zoe, &yun).await;
    assert_eq!(zoe.tell(Command::Sleep).await, Done::Ok);
    zoe.say(hosting, Saying::Text("good night".into())).await;
    assert_eq!(zoe.tell(Command::Wake).await, Done::Ok);
    yun.reads("good night").await;
    let moved = Command::NetworkChanged(vec![THERE], None);
    assert_eq!(zoe.tell(moved).await, Done::Ok);
    zoe.say(hosting, Saying::Text("from there".into())).await;
    yun.reads("from there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_that_is_gone_takes_its_device_with_it() {
    let (mut zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (_, joining) = meet(&zoe, &yun).await;
    drop(zoe.at_work.take());
    assert_eq!(yun.ends(joining).await, SessionEnd::PeerLeft);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_tells_where_this_machine_is() {
    let mut zoe = Person::new("Zoe").await;
    // Nobody outside is asked.
    let alone = Settings {
        asking: Asking {
            servers: false,
            named: Vec::new(),
            router: false,
            guess: false,
        },
        ..Settings::default()
    };
    let choose = Command::Choose(Box::new(alone));
    assert_eq!(zoe.tell(choose).await, Done::Ok);
    assert_eq!(zoe.tell(Command::Survey).await, Done::Ok);
    let addresses = zoe
        .hears(|event| match event {
            Event::NetworkReport(report) => Some(report.addresses.clone()),
            _ => None,
        })
        .await;
    assert_eq!(addresses, [HERE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_shut_down_leaves_no_socket_and_takes_no_command() {
    let mut zoe = Person::new("Zoe").await;
    let (_, invitation) = zoe.invites_openly().await;
    let named: Vec<_> = invitation
        .candidates
        .iter()
        .filter_map(Candidate::ip)
        .collect();
    assert!(UdpSocket::bind(named[0]).is_err(), "it listens there");
    let device = zoe.device.clone();
    zoe.stop().await;
    assert_eq!(device.command(Command::Boost).await, Err(Refusal::NotNow));
    UdpSocket::bind(named[0]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_closed_and_taken_up_at_once_leads_where_it_led() {
    let zoe = Person::new("Zoe").await;
    let (mut hosting, invitation) = zoe.invites_openly().await;
    for _ in 0..5 {
        zoe.to(hosting, SessionCommand::Close).await;
        hosting = zoe.resumes().await;
        let Token::Invitation(again) = zoe.shows(hosting).await else {
            panic!("it was open");
        };
        assert_eq!(again.candidates, invitation.candidates);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_chose_is_in_force_after_a_restart() {
    let mut zoe = Person::new("Zoe").await;
    let mut settings = Settings {
        name: "Zoë".into(),
        asking: Asking {
            servers: true,
            named: vec!["stun.example.org:3478".parse().unwrap()],
            router: false,
            guess: false,
        },
        ..Settings::default()
    };
    settings.limits = settings.limits.with_unasked(7);
    let choose = Command::Choose(Box::new(settings.clone()));
    assert_eq!(zoe.tell(choose).await, Done::Ok);
    zoe.stop().await;
    zoe.name = "another name of this program".into();
    zoe.start().await;
    assert_eq!(zoe.device.overview().borrow().settings, settings);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_knocks_twice_with_an_invitation_that_was_used() {
    let (zoe, yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (hosting, invitation) = zoe.invites_openly().await;
    let joining = yun.accepts(&invitation, AcceptTerms::default()).await;
    zoe.talks(hosting).await;
    yun.talks(joining).await;
    let mut late = Person::new("Late").await;
    let terms = AcceptTerms {
        patience: Some(Duration::from_secs(2)),
        ..AcceptTerms::default()
    };
    let joining = late.accepts(&invitation, terms).await;
    let end = late.ends(joining).await;
    assert!(
        matches!(
            end,
            SessionEnd::Failed(Failure::NotReached | Failure::Taken | Failure::WentAway)
        ),
        "{end:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_waits_is_answered_on_one_port_also_after_a_restart() {
    let (mut zoe, yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (_, first) = zoe.invites_openly().await;
    for _ in 0..3 {
        let (_, other) = zoe.invites_openly().await;
        assert_eq!(named(&other), named(&first));
    }
    zoe.stop().await;
    zoe.start().await;
    // What is made before anything is taken up is there too.
    let (newest, invitation) = zoe.invites_openly().await;
    assert_eq!(named(&invitation), named(&first));
    for (pending, session) in zoe.pending() {
        if session.is_none() {
            let terms = Box::new(AcceptTerms::default());
            zoe.begin(Command::Resume(pending, terms)).await;
        }
    }
    let joining = yun.accepts(&first, AcceptTerms::default()).await;
    yun.talks(joining).await;
    let joining = yun.accepts(&invitation, AcceptTerms::default()).await;
    yun.talks(joining).await;
    zoe.talks(newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_out_with_another_port_keeps_it_beside_the_shared_one() {
    let (zoe, yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let free = UdpSocket::bind((HERE, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut terms = InviteTerms::new(DeliveryMode::Show);
    terms.terms.port = Some(port);
    let hosting = zoe.begin(Command::Invite(Box::new(terms))).await;
    let Token::Invitation(early) = zoe.shows(hosting).await else {
        panic!("it is open");
    };
    assert_eq!(named(&early), [SocketAddr::new(HERE, port)]);
    zoe.to(hosting, SessionCommand::Close).await;
    // Another one takes up the work elsewhere.
    let mut elsewhere = InviteTerms::new(DeliveryMode::Show);
    elsewhere.terms.port = Some(port ^ 1);
    let other = zoe.begin(Command::Invite(Box::new(elsewhere))).await;
    zoe.shows(other).await;
    let waiting = zoe.pending().into_iter().find(|(_, by)| by.is_none());
    let resume = Command::Resume(waiting.unwrap().0, Box::default());
    let again = zoe.begin(resume).await;
    let Token::Invitation(shown) = zoe.shows(again).await else {
        panic!("it is open");
    };
    assert_eq!(named(&shown), named(&early));
    let joining = yun.accepts(&early, AcceptTerms::default()).await;
    yun.talks(joining).await;
    zoe.talks(again).await;
    // Nothing new goes there.
    let (_, new) = zoe.invites_openly().await;
    assert_ne!(named(&new), named(&early));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_incognito_has_a_port_that_nobody_else_has() {
    let zoe = Person::new("Zoe").await;
    let (_, open) = zoe.invites_openly().await;
    let mut ports = vec![named(&open)];
    for _ in 0..2 {
        let mut terms = InviteTerms::new(DeliveryMode::Show);
        terms.terms.is_incognito = true;
        let hosting = zoe.begin(Command::Invite(Box::new(terms))).await;
        let Token::Invitation(hidden) = zoe.shows(hosting).await else {
            panic!("it is open");
        };
        assert!(!ports.contains(&named(&hidden)));
        ports.push(named(&hidden));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_of_devices_that_talks_meets_again_from_another_port_of_the_guest() {
    let (mut zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (first, at_yun) = meet(&zoe, &yun).await;
    let (second, invitation) = zoe.invites_openly().await;
    let joining = yun.accepts(&invitation, AcceptTerms::default()).await;
    zoe.talks(second).await;
    yun.talks(joining).await;
    // The host stays where its invitation says, and both conversations go on.
    assert_eq!(named(&invitation), named(&zoe.invites_openly().await.1));
    zoe.say(first, Saying::Text("one".into())).await;
    yun.reads("one").await;
    yun.say(joining, Saying::Text("two".into())).await;
    zoe.reads("two").await;
    yun.to(at_yun, SessionCommand::Close).await;
    assert_eq!(zoe.ends(first).await, SessionEnd::PeerLeft);
    yun.say(joining, Saying::Text("three".into())).await;
    zoe.reads("three").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_meets_itself() {
    let mut zoe = Person::new("Zoe").await;
    let (hosting, invitation) = zoe.invites_openly().await;
    let joining = zoe.accepts(&invitation, AcceptTerms::default()).await;
    zoe.talks(hosting).await;
    zoe.talks(joining).await;
    zoe.say(joining, Saying::Text("to myself".into())).await;
    zoe.reads("to myself").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sleep_and_another_network_change_every_session_that_shares_a_port() {
    let (mut zoe, mut yun) = (Person::new("Zoe").await, Person::new("Yun").await);
    let (first, at_yun) = meet(&zoe, &yun).await;
    let (waiting, _) = zoe.invites_openly().await;
    zoe.tell(Command::Sleep).await;
    zoe.tell(Command::Wake).await;
    zoe.tell(Command::NetworkChanged(vec![THERE], None)).await;
    let elsewhere = zoe
        .sees(waiting, |view| match view {
            View::Hosting {
                token: Token::Invitation(invitation),
                ..
            } if named(invitation).iter().all(|at| at.ip() == THERE) => Some(invitation.clone()),
            _ => None,
        })
        .await;
    yun.say(at_yun, Saying::Text("still there?".into())).await;
    zoe.reads("still there?").await;
    zoe.say(first, Saying::Text("yes".into())).await;
    yun.reads("yes").await;
    let joining = yun.accepts(&elsewhere, AcceptTerms::default()).await;
    yun.talks(joining).await;
    zoe.talks(waiting).await;
}
