//! People who do whatever they can think of, at random: invite, open, accept, carry replies, answer,
//! talk, compare, stop, go on, take back, put the phone away, move, set the clock, pull the plug.

use super::result;
use super::world::{Chaos, Rng, World};
use handfast_device::{
    AcceptTerms, Command, DeliveryMode, InviteTerms, PendingId, Protection, Provenance, Saying,
    SessionCommand, SessionEnd, SessionId, SessionTerms, View, Wish,
};
use handfast_protocol::conversation::Finding;
use handfast_seal::Answers;
use handfast_token::{Invitation, Question, SealedReply, Token};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

pub(crate) const RIGHT: &str = "the lighthouse";
pub(crate) const WRONG: &str = "the harbour";

/// The most sessions that somebody begins to have at one time.
const MOST_SESSIONS: usize = 5;

/// How many things the two do in one life.
const ACTS: usize = 250;

const DAY: u64 = 24 * 3600;

pub(crate) fn asked() -> Protection {
    let question = Question::new("Where did we meet?").expect("a question");
    Protection::Asked(question, answer(RIGHT))
}

pub(crate) fn answer(text: &str) -> Answers {
    Answers::new(&[text]).expect("an answer")
}

/// What the two have seen on each other's screens.
#[derive(Default)]
pub(crate) struct Seen {
    invitations: [Vec<Invitation>; 2],
    replies: [Vec<SealedReply>; 2],
}

/// Two lives that follow from this seed, in a world of the same, and what is true at their end.
pub(crate) fn live(world: &mut World, seed: u64) {
    world.chaos = Chaos {
        store_fails: 30,
        store_is_slow: 40,
        knock_is_lost: 200,
        link_lapses: 100,
        link_is_lost: 25,
    };
    // Not the world's own numbers: what the people do must not depend on how often a disk fails.
    let mut rng = Rng::new(seed.rotate_left(17) ^ 0x70_65_6f_70_6c_65);
    let mut seen = Seen::default();
    for _ in 0..ACTS {
        let pause = Duration::from_millis(20 + rng.below(900));
        world.run(pause);
        look(world, &mut seen);
        let side = rng.below(2) as usize;
        act(world, &mut rng, &seen, side);
    }
    calm(world);
}

/// What is on either screen is seen by the other person.
fn look(world: &World, seen: &mut Seen) {
    for (side, one) in world.sides.iter().enumerate() {
        for view in one.views.values() {
            match view {
                View::Hosting {
                    token: Token::Invitation(invitation),
                    ..
                } if !seen.invitations[side].contains(invitation) => {
                    seen.invitations[side].push(invitation.clone());
                }
                View::ReplyNeeded { reply, .. } if !seen.replies[side].contains(reply) => {
                    seen.replies[side].push(reply.clone());
                }
                _ => {}
            }
        }
    }
}

fn provenance(rng: &mut Rng) -> Provenance {
    match rng.happens(500) {
        true => Provenance::Camera,
        false => Provenance::Carried,
    }
}

fn act(world: &mut World, rng: &mut Rng, seen: &Seen, side: usize) {
    let views: Vec<(SessionId, View)> = world.sides[side]
        .views
        .iter()
        .filter(|(_, view)| !matches!(view, View::Ended(_)))
        .map(|(id, view)| (*id, view.clone()))
        .collect();
    // Nobody leaves a phone asleep or without a network for long.
    let is_away = !world.sides[side].has_network();
    if is_away && rng.happens(400) {
        world.command(side, Command::Wake);
        let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 10 * (side as u8 + 1)));
        world.command(side, Command::NetworkChanged(vec![address], None));
        return;
    }
    match rng.below(100) {
        0..14 if views.len() < MOST_SESSIONS => invite(world, rng, side),
        14..28 => {
            let newest = seen.invitations[1 - side].len().saturating_sub(4);
            let shown = rng.pick(&seen.invitations[1 - side][newest..]).cloned();
            if let Some(invitation) = shown {
                let open = Command::Open(Box::new(invitation), provenance(rng));
                world.command(side, open);
            }
        }
        28..36 => {
            let newest = seen.replies[1 - side].len().saturating_sub(3);
            let shown = rng.pick(&seen.replies[1 - side][newest..]).cloned();
            if let Some(reply) = shown {
                let reply = Command::Reply(Box::new(reply), provenance(rng));
                world.command(side, reply);
            }
        }
        36..78 => {
            if let Some((session, view)) = rng.pick(&views) {
                decide(world, rng, side, *session, view);
            }
        }
        78..84 => {
            let now = world.now(side);
            let device = world.sides[side].device.as_ref();
            let pending = device.map(|device| device.pending(now)).unwrap_or_default();
            let pending: Vec<PendingId> = pending.into_iter().map(|(one, _)| one.id).collect();
            if let Some(pending) = rng.pick(&pending).copied() {
                let command = match rng.happens(150) {
                    true => Command::Withdraw(pending),
                    false => Command::Resume(pending, Box::default()),
                };
                world.command(side, command);
            }
        }
        84..86 => {
            let command = match world.sides[side].is_asleep() {
                true => Command::Wake,
                false => Command::Sleep,
            };
            world.command(side, command);
        }
        86..88 => {
            let last = 10 * (side as u8 + 1) + rng.below(5) as u8;
            let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, last));
            let addresses = match rng.happens(250) {
                true => Vec::new(),
                false => vec![address],
            };
            world.command(side, Command::NetworkChanged(addresses, None));
        }
        88..90 => {
            let off = rng.below(6 * DAY) as i64 - 3 * DAY as i64;
            let off = if rng.happens(600) { 0 } else { off };
            world.note(side, format_args!("sets the clock {off}"));
            world.sides[side].clock_is_off = off;
        }
        90..93 => world.kill_and_start(side),
        93..98 => agree_with_the_other(world, side, &views),
        _ => {
            let key = world.sides[1 - side].key.public();
            world.command(side, Command::Forget(key));
        }
    }
}

/// Two who talk also do the same thing at the same time.
fn agree_with_the_other(world: &mut World, side: usize, views: &[(SessionId, View)]) {
    let talks = |view: &View| {
        matches!(
            view,
            View::Talking {
                comparing: None,
                ..
            }
        )
    };
    let Some((session, _)) = views.iter().find(|(_, view)| talks(view)) else {
        return;
    };
    let Some(theirs) = world.sides[1 - side].session(talks) else {
        return;
    };
    for (side, session) in [(side, *session), (1 - side, theirs)] {
        world.tell(side, session, SessionCommand::Say(Saying::Compare));
    }
}

fn invite(world: &mut World, rng: &mut Rng, side: usize) {
    let delivery = match rng.happens(500) {
        true => DeliveryMode::Show,
        false => DeliveryMode::Send,
    };
    let protection = match rng.happens(450) {
        true => asked(),
        false => Protection::Open,
    };
    let terms = InviteTerms {
        protection,
        lifetime: rng.happens(200).then_some(Duration::from_secs(60)),
        ..InviteTerms::new(delivery)
    };
    world.command(side, Command::Invite(Box::new(terms)));
}

/// Does something about what is on the screen.
fn decide(world: &mut World, rng: &mut Rng, side: usize, session: SessionId, view: &View) {
    let say = |saying| Some(SessionCommand::Say(saying));
    let command = match view {
        View::Opened { .. } if rng.happens(850) => {
            let terms = AcceptTerms {
                reply_at_once: rng.happens(300),
                only_by_reply: rng.happens(150),
                ..AcceptTerms::default()
            };
            Some(SessionCommand::Accept(Box::new(terms)))
        }
        View::Asking { .. } => {
            let text = if rng.happens(350) { RIGHT } else { WRONG };
            Some(SessionCommand::Answer(answer(text)))
        }
        View::Connecting { .. } if rng.happens(300) => Some(SessionCommand::OfferReply),
        View::Talking {
            comparing: Some(shown),
            ..
        } => {
            let finding = match rng.below(10) {
                0..3 => Finding::Different,
                3 => Finding::Later,
                _ => Finding::Same,
            };
            say(Saying::Compared(shown.digits(), finding))
        }
        View::Talking {
            wish: Wish::Theirs, ..
        } => say(Saying::Compare),
        View::Talking { .. } => match rng.below(10) {
            0..5 => say(Saying::Text(format!("hello {}", rng.below(1000)))),
            5..7 => say(Saying::Compare),
            7 => say(Saying::OnlyThey),
            8 => say(Saying::Leave),
            _ => Some(SessionCommand::Close),
        },
        _ => rng.happens(150).then_some(SessionCommand::Close),
    };
    if let Some(command) = command {
        world.tell(side, session, command);
    }
}

/// Everything works again, and all comes to rest.
fn calm(world: &mut World) {
    world.chaos = Chaos::default();
    for side in 0..2 {
        world.sides[side].clock_is_off = 0;
        world.command(side, Command::Wake);
        let address = IpAddr::V4(Ipv4Addr::new(10, 0, 1, side as u8 + 1));
        world.command(side, Command::NetworkChanged(vec![address], None));
    }
    world.run(Duration::from_secs(60));
    for side in 0..2 {
        assert!(
            world.sides[side]
                .session(|view| matches!(view, View::Preparing { .. }))
                .is_none(),
            "somebody prepares without end"
        );
        close_all(world, side);
    }
    world.run(Duration::from_secs(30));
    for side in 0..2 {
        let device = world.sides[side].device.as_ref().expect("it runs");
        assert_eq!(device.sessions().count(), 0, "a session has no end");
        world.check_kept(side);
        let unanswered = world.sides[side].unanswered();
        assert!(unanswered.is_empty(), "side {side}: {unanswered:?}");
    }
    meet_once_more(world);
}

fn close_all(world: &mut World, side: usize) {
    let open: Vec<SessionId> = world.sides[side]
        .views
        .iter()
        .filter(|(_, view)| !matches!(view, View::Ended(_)))
        .map(|(id, _)| *id)
        .collect();
    for session in open {
        world.tell(side, session, SessionCommand::Close);
    }
}

/// After all that, two who want to can still meet.
fn meet_once_more(world: &mut World) {
    for side in 0..2 {
        let key = world.sides[1 - side].key.public();
        world.command(side, Command::Forget(key));
    }
    world.run(Duration::from_secs(1));
    // Whatever waits makes room.
    for side in 0..2 {
        let now = world.now(side);
        let device = world.sides[side].device.as_ref();
        let pending = device.map(|device| device.pending(now)).unwrap_or_default();
        for (pending, _) in pending {
            world.command(side, Command::Withdraw(pending.id));
        }
    }
    world.run(Duration::from_secs(1));
    let sessions = together(world);
    for (side, session) in sessions.iter().enumerate() {
        let key = world.sides[1 - side].key.public();
        assert!(world.sides[side].disk.contacts.contains_key(&key.0));
        assert!(matches!(
            world.sides[side].views.get(session),
            Some(View::Talking { .. })
        ));
        world.check_kept(side);
    }
}

/// The first invites the second, who comes; the sessions of both.
pub(crate) fn together(world: &mut World) -> [SessionId; 2] {
    together_on(world, &SessionTerms::default())
}

pub(crate) fn together_on(world: &mut World, terms: &SessionTerms) -> [SessionId; 2] {
    let (host, invitation) = hosting(world, 0, Protection::Open, terms.clone());
    let guest = accept(world, 1, invitation, terms.clone());
    let both = [host, guest];
    let talks = |world: &World| {
        (0..2).all(|side| {
            let view = world.sides[side].views.get(&both[side]);
            matches!(view, Some(View::Talking { .. }))
        })
    };
    let met = world.run_until(Duration::from_secs(60), talks);
    assert!(
        met,
        "{:#?}",
        world.log.iter().rev().take(40).collect::<Vec<_>>()
    );
    both
}

/// Somebody invites; their session and the invitation that it shows.
pub(crate) fn hosting(
    world: &mut World,
    side: usize,
    protection: Protection,
    terms: SessionTerms,
) -> (SessionId, Invitation) {
    let terms = InviteTerms {
        protection,
        terms,
        ..InviteTerms::new(DeliveryMode::Show)
    };
    let session = begun(world, side, Command::Invite(Box::new(terms)));
    world.run_until(Duration::from_secs(20), |world| {
        !matches!(
            world.sides[side].views.get(&session),
            Some(View::Preparing { .. })
        )
    });
    match world.sides[side].views.get(&session) {
        Some(View::Hosting {
            token: Token::Invitation(invitation),
            ..
        }) => (session, invitation.clone()),
        other => panic!("{other:?}"),
    }
}

/// Somebody opens an invitation and agrees; their session.
pub(crate) fn accept(
    world: &mut World,
    side: usize,
    invitation: Invitation,
    terms: SessionTerms,
) -> SessionId {
    let terms = AcceptTerms {
        terms,
        ..AcceptTerms::default()
    };
    accept_with(world, side, invitation, terms)
}

pub(crate) fn accept_with(
    world: &mut World,
    side: usize,
    invitation: Invitation,
    terms: AcceptTerms,
) -> SessionId {
    let open = Command::Open(Box::new(invitation), Provenance::Camera);
    let session = begun(world, side, open);
    world.tell(side, session, SessionCommand::Accept(Box::new(terms)));
    session
}

/// The session that a command began.
pub(crate) fn begun(world: &mut World, side: usize, command: Command) -> SessionId {
    let request = world.command(side, command);
    let done = result(world, side, request).expect("an answer at once");
    let session = done.expect("no refusal").session();
    session.expect("a session")
}

pub(crate) fn end_of(world: &World, side: usize, session: SessionId) -> Option<SessionEnd> {
    match world.sides[side].views.get(&session) {
        Some(View::Ended(end)) => Some(*end),
        _ => None,
    }
}
