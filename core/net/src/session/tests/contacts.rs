//! Two contacts: who they are is derived, and one address may be tried for several of them.

use super::*;
use crate::certificate::pin_of_scalar;
use handfast_protocol::reconnect::{FindingKey, Part, RendezvousKeys};

fn keys(pair: u8, hour: u32) -> RendezvousKeys {
    let finding = FindingKey::of_first_meeting(&Secret::new([pair; 32]), 20_000);
    finding.hour(20_000 * 24 + hour).unwrap()
}

fn parties(part: Part, keys: &RendezvousKeys) -> Parties {
    let (ours, theirs) = (keys.of(part), keys.of(part.other()));
    Parties {
        role: part.role(),
        is_controlling: part == Part::Initiator,
        certificate: TunnelCertificate::of_scalar(&ours.dtls).unwrap(),
        local: ours.ice.clone(),
        remote: theirs.ice.clone(),
        expected: pin_of_scalar(&theirs.dtls).unwrap(),
        cookie: Some(keys.cookie),
    }
}

/// The responder and the initiator of a pair, each knocking where the other is.
fn pair(now: Instant, keys: &RendezvousKeys) -> (End, End) {
    let responder = parties(Part::Responder, keys);
    let initiator = parties(Part::Initiator, keys);
    let mut responder = End::of(now, HOST, responder);
    let mut initiator = End::of(now, GUEST, initiator);
    responder.session.add_peers(now, &[Candidate::host(GUEST)]);
    initiator.session.add_peers(now, &[Candidate::host(HOST)]);
    (responder, initiator)
}

#[test]
fn each_pins_the_others_key_of_the_hour() {
    let now = Instant::now();
    let keys = keys(1, 0);
    let (mut responder, mut initiator) = pair(now, &keys);
    meet(&mut responder, &mut initiator, now);
    for (end, other) in [(&responder, &initiator), (&initiator, &responder)] {
        let observed = end.session.dtls.observed();
        assert_eq!(observed, Some(other.session.own_fingerprint()));
    }
}

#[test]
fn the_key_of_another_hour_is_refused() {
    let now = Instant::now();
    let (right, wrong) = (keys(1, 0), keys(1, 1));
    let (_, mut initiator) = pair(now, &right);
    let mut parties = parties(Part::Responder, &right);
    parties.certificate = TunnelCertificate::of_scalar(&wrong.responder.dtls).unwrap();
    let mut responder = End::of(now, HOST, parties);
    let mut now = now;
    let until = now + Duration::from_secs(20);
    let mut failed = None;
    while now < until && failed.is_none() {
        responder.session.handle_timeout(now);
        responder.session.after_batch(now);
        while responder.session.poll_event().is_some() {}
        let to_initiator = std::iter::from_fn(|| responder.session.poll_transmit()).collect();
        if initiator.session.poll_timeout() <= now {
            initiator.session.handle_timeout(now);
        }
        initiator.session.after_batch(now);
        failed = initiator.session.poll_event();
        let to_responder = std::iter::from_fn(|| initiator.session.poll_transmit()).collect();
        now += STEP;
        initiator.hear(now, to_initiator);
        responder.hear(now, to_responder);
    }
    let refusal = SessionEvent::Failed(TransportError::WrongCertificate);
    assert_eq!(failed, Some(refusal));
}

#[test]
fn a_return_takes_nine_times_the_way_until_both_are_authenticated() {
    let began = Instant::now();
    let keys = keys(1, 0);
    let way = Duration::from_millis(50);
    let (responder, initiator) = pair(began, &keys);
    let lines = [0, 1].map(|seed| Line::new(way, 0.0, seed));
    let took = greet_over(lines, responder, initiator, began);
    // Check and flight, 2 round trips of the tunnel, 1 of the association, then M1, M2 and READY.
    let ways = took.as_secs_f64() / way.as_secs_f64();
    eprintln!("{ways:.1} ways");
    assert!(ways < 9.5, "{ways}");
}

#[test]
fn a_tunnels_datagrams_count_where_the_contact_has_been_heard() {
    let now = Instant::now();
    let keys = keys(1, 0);
    let (mut responder, _) = pair(now, &keys);
    let stranger = parties(Part::Initiator, &super::contacts::keys(2, 0));
    let mut stranger = End::of(now, GUEST, stranger);
    stranger.session.add_peers(now, &[Candidate::host(HOST)]);
    // Somebody else's flight from an address that is tried for this contact as well.
    let flight: Vec<_> = stranger
        .act(now)
        .into_iter()
        .filter(|(_, datagram)| datagram[0] >= 20)
        .collect();
    assert!(!flight.is_empty());
    responder.act(now);
    responder.hear(now, flight);
    let answered = responder.act(now);
    assert!(answered.iter().all(|(_, datagram)| datagram[0] < 20));
    assert!(!responder.session.dtls.is_greeted());
}

#[test]
fn a_greeting_without_the_cookie_that_contacts_know_is_not_answered() {
    let now = Instant::now();
    let keys = keys(1, 0);
    let (mut responder, mut initiator) = pair(now, &keys);
    responder.act(now);
    let checks = initiator.act(now).into_iter();
    let checks = checks.filter(|(_, datagram)| datagram[0] < 20).collect();
    responder.hear(now, checks);
    responder.act(now);
    let stranger = Parties {
        cookie: None,
        ..parties(Part::Initiator, &keys)
    };
    let stranger = stranger.tunnel(now).unwrap();
    let path = Path {
        local: HOST,
        peer: GUEST,
    };
    let greeting = stranger.first_flight()[0].clone();
    responder.session.handle(now, path, greeting);
    let answered = responder.act(now);
    assert!(answered.iter().all(|(_, datagram)| datagram[0] < 20));
    meet(&mut responder, &mut initiator, now);
}

/// Carries datagrams for so long.
fn carry(from: Instant, long: Duration, responder: &mut End, initiator: &mut End) -> Instant {
    let mut now = from;
    while now < from + long {
        let (to_initiator, to_responder) = (responder.act(now), initiator.act(now));
        now += STEP;
        responder.hear(now, to_responder);
        initiator.hear(now, to_initiator);
    }
    now
}

#[test]
fn a_responder_that_was_restarted_says_so_in_its_answers_alone() {
    let now = Instant::now();
    let keys = keys(1, 0);
    let (mut responder, mut initiator) = pair(now, &keys);
    let now = now + meet(&mut responder, &mut initiator, now);
    let now = carry(now, Duration::from_secs(2), &mut responder, &mut initiator);
    assert_eq!(initiator.session.take_forgotten(), None);

    let mut again = End::of(now, HOST, parties(Part::Responder, &keys));
    carry(now, Duration::from_secs(1), &mut again, &mut initiator);
    let path = Path {
        local: GUEST,
        peer: HOST,
    };
    assert_eq!(initiator.session.take_forgotten(), Some(path));
    assert_eq!(initiator.session.take_forgotten(), None);
    assert!(initiator.session.is_open());
}

#[test]
fn an_open_tunnel_of_a_contact_is_touched_by_no_other_greeting() {
    let now = Instant::now();
    let keys = keys(1, 0);
    let (mut responder, mut initiator) = pair(now, &keys);
    let now = now + meet(&mut responder, &mut initiator, now);
    let again = parties(Part::Initiator, &keys);
    let again = again.tunnel(now).unwrap();
    let path = Path {
        local: HOST,
        peer: GUEST,
    };
    let greeting = again.first_flight()[0].clone();
    assert!(responder.session.is_begun_anew(path, &greeting));
    responder.session.handle(now, path, greeting);
    assert!(responder.session.newcomer.is_none());
    let elsewhere = Path {
        local: HOST,
        peer: SocketAddr::from(([127, 0, 0, 1], 9)),
    };
    let greeting = &again.first_flight()[0];
    assert!(!responder.session.is_begun_anew(elsewhere, greeting));
}
