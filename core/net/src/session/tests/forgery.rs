//! Datagrams in the peer's name that the peer never sent: anyone who knows two addresses can write
//! them.

use super::*;
use crate::knock;

/// What a stranger who knows both addresses, and nothing else, may send.
#[derive(Clone, Copy, Debug)]
enum Forgery {
    FatalAlert,
    Goodbye,
    Greeting,
    HalfGreeting,
    CookieRequest,
    HalfCertificate,
    FalseCertificate,
    EmptyPieces,
    CipherChange,
    LastMessage,
    SealedData,
    DataInTheClear,
    FarRecord,
    Indication,
    ForgedCheck,
    Conflict,
}

use Forgery::*;

const ALL: [Forgery; 16] = [
    FatalAlert,
    Goodbye,
    Greeting,
    HalfGreeting,
    CookieRequest,
    HalfCertificate,
    FalseCertificate,
    EmptyPieces,
    CipherChange,
    LastMessage,
    SealedData,
    DataInTheClear,
    FarRecord,
    Indication,
    ForgedCheck,
    Conflict,
];

fn record(kind: u8, epoch: u8, number: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = (body.len() as u16).to_be_bytes();
    let header = [
        kind, 254, 253, 0, epoch, number, 0, 0, 0, 0, number, high, low,
    ];
    [&header[..], body].concat()
}

fn piece(kind: u8, number: u8, length: u8, body: &[u8]) -> Vec<u8> {
    let here = body.len() as u8;
    let header = [kind, 0, 0, length, 0, number, 0, 0, 0, 0, 0, here];
    [&header[..], body].concat()
}

fn greeting_of(certificate: &TunnelCertificate, expected: Fingerprint) -> BytesMut {
    let client = Dtls::new(Instant::now(), true, certificate, expected, None).unwrap();
    client.first_flight()[0].clone()
}

impl Forgery {
    /// The datagrams, as if from the peer of whoever has this role.
    fn datagrams(self, to: Role, certificates: &[TunnelCertificate; 2]) -> Vec<Vec<u8>> {
        let keys = InvitationKeys::derive(&Secret::new([1; 16]));
        let guest_ice = keys.guest_ice(certificates[1].fingerprint());
        let other = InvitationKeys::derive(&Secret::new([2; 16]));
        let (theirs, ours) = match to {
            Role::Host => (guest_ice, keys.host_ice()),
            Role::Guest => (keys.host_ice(), guest_ice),
        };
        // The names of both are seen on the path, the passwords are not.
        let known = |credentials: &IceCredentials| IceCredentials {
            ufrag: credentials.ufrag.clone(),
            password: other.host_ice().password,
        };
        let is_controlling = to == Role::Guest;
        match self {
            FatalAlert => vec![record(21, 0, 200, &[2, 40])],
            Goodbye => vec![record(21, 0, 200, &[1, 0])],
            Greeting => {
                let [one, other] = super::certificates();
                vec![greeting_of(&one, other.fingerprint()).to_vec()]
            }
            HalfGreeting => {
                let [one, other] = super::certificates();
                let mut half = greeting_of(&one, other.fingerprint()).to_vec();
                half.truncate(80);
                half[12] = 80 - 13;
                half[24] = 80 - 25;
                vec![half]
            }
            CookieRequest => {
                let request = piece(3, 0, 23, &[&[254, 253, 20][..], &[7; 20]].concat());
                vec![record(22, 0, 200, &request)]
            }
            HalfCertificate => (0..6)
                .map(|number| record(22, 0, 200, &piece(11, number, 200, &[7; 40])))
                .collect(),
            FalseCertificate => (0..6)
                .map(|number| record(22, 0, 200, &piece(11, number, 40, &[7; 40])))
                .collect(),
            EmptyPieces => (0..100)
                .map(|number| record(22, 0, number, &piece(11, number % 8, 200, &[])))
                .collect(),
            CipherChange => vec![record(20, 0, 200, &[1])],
            LastMessage => vec![record(22, 1, 200, &[7; 40]); 20],
            SealedData => vec![record(23, 1, 200, &[7; 40]); 20],
            DataInTheClear => vec![record(23, 0, 200, &[7; 40])],
            FarRecord => vec![record(22, 0, 255, &piece(0, 0, 0, &[]))],
            Indication => {
                let header = [0, 0x11, 0, 0, 0x21, 0x12, 0xa4, 0x42];
                vec![[&header[..], &[7; 12]].concat()]
            }
            ForgedCheck => {
                let check = knock::check(&theirs, &known(&ours), !is_controlling);
                vec![check.unwrap().to_vec()]
            }
            Conflict => {
                let check = knock::check(&theirs, &known(&ours), is_controlling);
                vec![check.unwrap().to_vec()]
            }
        }
    }
}

impl End {
    /// Hears datagrams in its peer's name.
    fn hear_forged(&mut self, now: Instant, role: Role, datagrams: &[Vec<u8>]) {
        let peer = match role {
            Role::Host => GUEST,
            Role::Guest => HOST,
        };
        let path = Path {
            local: self.local,
            peer,
        };
        for datagram in datagrams {
            self.session
                .handle(now, path, BytesMut::from(&datagram[..]));
        }
    }
}

#[test]
fn one_forgery_before_the_tunnel_stands_costs_a_retry_and_never_the_meeting() {
    let certificates = certificates();
    for forgery in ALL {
        for to in [Role::Host, Role::Guest] {
            let datagrams = forgery.datagrams(to, &certificates);
            for step in 0..8 {
                let (mut guest, began) = patient_guest(&certificates, Duration::ZERO);
                let mut host = End::new(began, Role::Host, &certificates);
                host.session.add_peers(began, &[Candidate::host(GUEST)]);
                let mut now = began;
                for count in 0.. {
                    if count == step {
                        let end = match to {
                            Role::Host => &mut host,
                            Role::Guest => &mut guest,
                        };
                        end.hear_forged(now, to, &datagrams);
                    }
                    let (to_guest, to_host) = (host.act(now), guest.act(now));
                    now += STEP;
                    host.hear(now, to_host);
                    guest.hear(now, to_guest);
                    if host.opened.is_some() && guest.opened.is_some() {
                        break;
                    }
                    let is_late = now > began + Duration::from_secs(10);
                    assert!(!is_late, "{forgery:?} to the {to:?} at step {step}");
                }
            }
        }
    }
}

/// Both ends, open.
fn open_pair(certificates: &[TunnelCertificate; 2]) -> (End, End, Instant) {
    let (mut guest, now) = patient_guest(certificates, Duration::ZERO);
    let mut host = End::new(now, Role::Host, certificates);
    let now = now + meet(&mut host, &mut guest, now);
    (host, guest, now)
}

#[test]
fn nothing_forged_ends_resets_or_delays_an_open_tunnel() {
    let certificates = certificates();
    let (mut host, mut guest, mut now) = open_pair(&certificates);
    for (said, forgery) in (0_u32..).zip(ALL) {
        let to_host = forgery.datagrams(Role::Host, &certificates);
        let to_guest = forgery.datagrams(Role::Guest, &certificates);
        for _ in 0..500 {
            host.hear_forged(now, Role::Host, &to_host);
            guest.hear_forged(now, Role::Guest, &to_guest);
        }
        let word = Bytes::copy_from_slice(&said.to_be_bytes());
        for end in [&mut host, &mut guest] {
            end.session.write(now, &word).unwrap();
        }
        let mut heard = [None, None];
        let began = now;
        while heard.iter().any(Option::is_none) {
            assert!(now < began + Duration::from_millis(20), "{forgery:?}");
            let (from_host, from_guest) = (host.act(now), guest.act(now));
            now += STEP;
            host.hear(now, from_guest);
            guest.hear(now, from_host);
            for (end, heard) in [&mut host, &mut guest].into_iter().zip(&mut heard) {
                *heard = heard.take().or(end.session.read().unwrap());
            }
        }
        assert_eq!(heard, [Some(word.clone()), Some(word)], "{forgery:?}");
    }
}

#[test]
fn a_path_that_only_strangers_use_counts_as_silent() {
    let certificates = certificates();
    let (mut host, _, mut now) = open_pair(&certificates);
    let until = now + Duration::from_secs(4);
    while now < until {
        for forgery in ALL {
            let datagrams = forgery.datagrams(Role::Host, &certificates);
            host.hear_forged(now, Role::Host, &datagrams);
        }
        host.act(now);
        now += Duration::from_millis(100);
    }
    assert!(host.session.is_silent());
}

#[test]
fn a_guest_that_was_restarted_takes_the_place_of_its_open_tunnel_and_a_greeting_alone_does_not() {
    let certificates = certificates();
    let (mut host, _, mut now) = open_pair(&certificates);
    let greeting = Greeting.datagrams(Role::Host, &certificates);
    host.hear_forged(now, Role::Host, &greeting);
    host.act(now);
    now += GREETING;
    // It begins from where it was, and greets anew.
    let mut guest = End::new(now, Role::Guest, &certificates);
    guest.session.add_peers(now, &[Candidate::host(HOST)]);
    let began = now;
    let mut told = Vec::new();
    while guest.opened.is_none() || told.len() < 2 {
        assert!(now < began + Duration::from_secs(10), "{told:?}");
        let to_host = guest.act(now);
        if host.session.poll_timeout() <= now {
            host.session.handle_timeout(now);
        }
        host.session.after_batch(now);
        told.extend(std::iter::from_fn(|| host.session.poll_event()));
        host.session.flush(now);
        let to_guest = std::iter::from_fn(|| host.session.poll_transmit()).collect();
        now += STEP;
        host.hear(now, to_host);
        guest.hear(now, to_guest);
    }
    let opened = SessionEvent::Open(certificates[1].fingerprint());
    assert_eq!(told, [SessionEvent::BegunAnew, opened]);
}

#[test]
fn nobody_begins_a_tunnel_beside_one_whose_guest_is_known() {
    let certificates = certificates();
    let (mut host, _, now) = open_pair(&certificates);
    host.session.settle();
    let mut guest = End::new(now, Role::Guest, &certificates);
    guest.session.add_peers(now, &[Candidate::host(HOST)]);
    let mut now = now;
    for _ in 0..2_000 {
        let (to_guest, to_host) = (host.act(now), guest.act(now));
        now += STEP;
        host.hear(now, to_host);
        guest.hear(now, to_guest);
    }
    assert!(guest.opened.is_none());
}

#[test]
fn greetings_by_the_thousand_begin_one_handshake_a_second() {
    let certificates = certificates();
    let (mut host, _, mut now) = open_pair(&certificates);
    let greetings: Vec<Vec<Vec<u8>>> = (0..40)
        .map(|_| Greeting.datagrams(Role::Host, &certificates))
        .collect();
    let mut answers = 0;
    for count in 0..3_000 {
        host.hear_forged(now, Role::Host, &greetings[count % greetings.len()]);
        let out = host.act(now);
        answers += out.iter().filter(|(_, bytes)| bytes[0] == 22).count();
        now += STEP;
    }
    // One repeated greeting of forty is that of the handshake under way.
    assert!((1..=3 * 26).contains(&answers), "{answers}");
}

#[test]
fn a_guest_that_is_shown_another_certificate_tries_again_before_it_gives_up() {
    let [host, guest] = certificates();
    let [other, _] = certificates();
    // Who answers knows the keys and has another certificate.
    let (mut knocking, now) = patient_guest(&[host, guest.clone()], Duration::ZERO);
    let mut impostor = End::new(now, Role::Host, &[other, guest]);
    let began = now;
    let mut now = now;
    let failed = loop {
        assert!(now < began + Duration::from_secs(20));
        let to_guest = impostor.act(now);
        if knocking.session.poll_timeout() <= now {
            knocking.session.handle_timeout(now);
        }
        knocking.session.after_batch(now);
        if let Some(event) = knocking.session.poll_event() {
            break event;
        }
        knocking.session.flush(now);
        let to_host = std::iter::from_fn(|| knocking.session.poll_transmit()).collect();
        now += STEP;
        impostor.hear(now, to_host);
        knocking.hear(now, to_guest);
    };
    let refused = SessionEvent::Failed(TransportError::WrongCertificate);
    assert_eq!(failed, refused);
    assert!(now >= began + 2 * GREETING, "{:?}", now - began);
}
