//! What browsers really send, and a host that takes it.
//!
//! The captures were made with pages that gave the browser what [`InvitationKeys::ufrag_for_browser`]
//! says; the invitation and the host's answers were those of another implementation.

use super::*;
use crate::certificate::provider;
use crate::knock;
use data_encoding::HEXLOWER;
use handfast_token::{IceCredentials, IcePassword, Knocker};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_SUCCESS, Message};
use rtc_stun::xoraddr::XorMappedAddress;

const BROWSERS: [(&str, &str); 2] = [
    ("Chromium", include_str!("chromium.txt")),
    ("Firefox", include_str!("firefox.txt")),
];

const BROWSER: Path = Path {
    local: HOST,
    peer: GUEST,
};

fn captured(capture: &str, name: &str) -> Vec<Vec<u8>> {
    let lines = capture.lines().filter_map(|line| line.split_once(": "));
    lines
        .filter(|(what, _)| *what == name)
        .map(|(_, bytes)| HEXLOWER.decode(bytes.as_bytes()).unwrap())
        .collect()
}

fn one(capture: &str, name: &str) -> Vec<u8> {
    captured(capture, name).remove(0)
}

fn text(capture: &str, name: &str) -> String {
    String::from_utf8(one(capture, name)).unwrap()
}

fn keys() -> InvitationKeys {
    InvitationKeys::derive(&Secret::new(std::array::from_fn(|i| i as u8)))
}

fn knocker(capture: &str) -> Knocker {
    let check = one(capture, "check");
    knock::knocker(&check, &keys(), &keys().host_ice()).expect("a knock")
}

/// A host that was knocked at by this browser, and when.
fn host_of(capture: &str) -> (Session, Instant) {
    let now = Instant::now();
    let knocker = knocker(capture);
    let parties = Parties {
        role: Role::Host,
        is_controlling: false,
        certificate: TunnelCertificate::generate().unwrap(),
        local: knocker.host,
        remote: knocker.guest,
        expected: knocker.fingerprint,
        cookie: None,
    };
    let mut host = Session::new(now, parties, &[HOST]).unwrap();
    host.handle(now, BROWSER, BytesMut::from(&one(capture, "check")[..]));
    host.after_batch(now);
    (host, now)
}

/// What the host sends, without its checks and the answers to the browser's.
fn answers(host: &mut Session, now: Instant) -> Vec<Bytes> {
    host.after_batch(now);
    host.flush(now);
    let sent = std::iter::from_fn(|| host.poll_transmit().map(|(_, datagram)| datagram));
    sent.filter(|datagram| datagram[0] >= 20).collect()
}

/// How many times the host greets back when these pieces arrive one after the other.
fn greets_back(capture: &str, pieces: &[&[u8]]) -> Vec<usize> {
    let (mut host, mut now) = host_of(capture);
    pieces
        .iter()
        .map(|piece| {
            // A server answers the same greeting ten times a second at most.
            now += Duration::from_millis(150);
            host.handle(now, BROWSER, BytesMut::from(*piece));
            answers(&mut host, now).len()
        })
        .collect()
}

#[test]
fn the_knock_of_a_browser_names_its_certificate_and_carries_its_password() {
    for (browser, capture) in BROWSERS {
        let read = knocker(capture);
        assert_eq!(read.fingerprint.0[..], one(capture, "fingerprint")[..]);
        assert_eq!(read.guest.ufrag, text(capture, "ufrag"), "{browser}");
        let password = IcePassword::new(&text(capture, "password")).unwrap();
        assert_eq!(read.guest.password, password, "{browser}");
        let written = keys().ufrag_for_browser(read.fingerprint, &read.guest);
        assert_eq!(Some(read.host.ufrag), written, "{browser}");
    }
}

#[test]
fn a_knock_of_a_browser_with_a_changed_byte_is_met_with_silence() {
    for (browser, capture) in BROWSERS {
        let check = one(capture, "check");
        // FINGERPRINT is behind the integrity: nobody relies on it.
        for at in 0..check.len() - 8 {
            let mut changed = check.clone();
            changed[at] ^= 1;
            let read = knock::knocker(&changed, &keys(), &keys().host_ice());
            assert_eq!(read, None, "{browser}, byte {at}");
        }
        let other = InvitationKeys::derive(&Secret::new([9; 16]));
        assert_eq!(knock::knocker(&check, &other, &other.host_ice()), None);
    }
}

/// What the browser would answer to a check.
fn answer(check: &[u8], browser: &Knocker) -> BytesMut {
    let mut message = Message::new();
    message.raw = check.to_vec();
    message.decode().unwrap();
    let seen = XorMappedAddress {
        ip: HOST.ip(),
        port: HOST.port(),
    };
    let mut answer = Message::new();
    let provider = provider();
    let integrity = MessageIntegrity::new_short_term_integrity_with_provider(
        browser.guest.password.expose().to_owned(),
        provider.crypto(),
    );
    answer
        .build(&[
            Box::new(message),
            Box::new(BINDING_SUCCESS),
            Box::new(seen),
            Box::new(integrity),
            Box::new(FINGERPRINT),
        ])
        .unwrap();
    BytesMut::from(&answer.raw[..])
}

#[test]
fn a_host_agrees_with_a_browser_that_nominates_at_once() {
    for (browser, capture) in BROWSERS {
        let (mut host, mut now) = host_of(capture);
        assert!(host.is_answered(), "{browser}");
        host.handle_timeout(now);
        let read = knocker(capture);
        let sent: Vec<_> = std::iter::from_fn(|| host.poll_transmit()).collect();
        let check = sent.iter().find(|(path, datagram)| {
            *path == BROWSER && knock::is_peers_check(datagram, &read.guest, &read.host, true)
        });
        let (_, check) = check.expect("a check under the browser's password");
        now += STEP;
        host.handle(now, BROWSER, answer(check, &read));
        host.handle(now, BROWSER, BytesMut::from(&one(capture, "check")[..]));
        host.after_batch(now);
        assert!(host.is_here(now), "{browser}");
        let mut sent = std::iter::from_fn(|| host.poll_transmit());
        let is_answer = |(_, datagram): (Path, Bytes)| knock::is_success(&datagram, &read.host);
        assert!(sent.any(is_answer), "{browser}");
    }
}

#[test]
fn the_greeting_of_a_browser_in_two_pieces_is_one_greeting() {
    for (browser, capture) in BROWSERS {
        for name in ["greeting", "later greeting"] {
            let pieces = captured(capture, name);
            let [first, second] = [&pieces[0][..], &pieces[1][..]];
            assert!(dtls::greeting(first).is_some(), "{browser}");
            assert!(dtls::greeting(second).is_none(), "{browser}");
            assert_eq!(greets_back(capture, &[first, second]), [0, 1], "{browser}");
        }
    }
}

#[test]
fn pieces_of_a_greeting_that_come_in_disorder_or_are_lost_are_joined_when_they_come_again() {
    for (browser, capture) in BROWSERS {
        let [early, late] = ["greeting", "later greeting"].map(|name| captured(capture, name));
        let [first, second] = [&early[0][..], &early[1][..]];
        let again = [&late[0][..], &late[1][..]];
        // The second overtakes the first.
        let sent = [second, first, again[0], again[1]];
        assert_eq!(greets_back(capture, &sent)[..3].iter().sum::<usize>(), 0);
        assert_eq!(greets_back(capture, &sent)[3], 1, "{browser}");
        // The second is lost; whoever repeats may cut elsewhere.
        let sent = [first, again[0], again[1]];
        assert_eq!(greets_back(capture, &sent), [0, 0, 1], "{browser}");
        // The first is lost.
        let sent = [second, again[0], again[1]];
        assert_eq!(greets_back(capture, &sent), [0, 0, 1], "{browser}");
    }
}

#[test]
fn a_browser_that_repeats_its_greeting_is_answered_and_begins_no_second_tunnel() {
    for (browser, capture) in BROWSERS {
        let (mut host, mut now) = host_of(capture);
        let [early, late] = ["greeting", "later greeting"].map(|name| captured(capture, name));
        for datagram in early.iter().chain(&late).chain(&late) {
            now += Duration::from_millis(150);
            host.handle(now, BROWSER, BytesMut::from(&datagram[..]));
            host.after_batch(now);
            assert!(host.newcomer.is_none(), "{browser}");
        }
        assert!(!answers(&mut host, now).is_empty(), "{browser}");
    }
}

#[test]
fn a_native_guest_that_knows_no_address_of_a_browser_that_hosts_is_found_and_greets_it() {
    let mut now = Instant::now();
    let [host, guest] = super::certificates();
    let chosen = IceCredentials {
        ufrag: "rnWW".to_owned(),
        password: IcePassword::new("h1wYalX/uX6eUNT0ffyalxKR").unwrap(),
    };
    let derived = keys().guest_ice(guest.fingerprint());
    let browser = Parties {
        role: Role::Host,
        is_controlling: true,
        local: chosen.clone(),
        remote: derived.clone(),
        expected: guest.fingerprint(),
        certificate: host.clone(),
        cookie: None,
    };
    let answers = Knocker {
        fingerprint: host.fingerprint(),
        host: derived.clone(),
        guest: chosen.clone(),
    };
    let native = Parties {
        role: Role::Guest,
        is_controlling: false,
        local: derived,
        remote: chosen,
        expected: host.fingerprint(),
        certificate: guest,
        cookie: None,
    };
    let mut guest = End::of(now, GUEST, native);
    // It waits for as long as a person takes to hand over its reply.
    let handed = now + Duration::from_secs(120);
    while now < handed {
        guest.act(now);
        now = guest.session.poll_timeout().max(now + STEP);
    }
    // A browser answers checks of whoever has its credentials. That is no sign that it has the reply.
    guest.session.add_peers(now, &[Candidate::host(HOST)]);
    let sent = guest.act(now);
    let check = sent.iter().find(|(_, datagram)| datagram[0] == 0);
    let way = Path {
        local: GUEST,
        peer: HOST,
    };
    guest
        .session
        .handle(now, way, answer(&check.unwrap().1, &answers));
    guest.act(now);
    assert!(!guest.session.is_answered());
    let mut host = End::of(now, HOST, browser);
    host.session.add_peers(now, &[Candidate::host(GUEST)]);
    let took = meet(&mut host, &mut guest, now);
    assert!(took < Duration::from_millis(100), "{took:?}");
}
