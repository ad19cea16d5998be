//! Invitations and replies for the tests of this crate.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::crypto::Secret;

/// The host's invitation of the worked example in `docs/protocol.md`.
pub(super) fn invitation() -> Invitation {
    Invitation {
        secret: Secret::new(std::array::from_fn(|i| i as u8)),
        expiry: Expiry(0x1234),
        fingerprint: Fingerprint(std::array::from_fn(|i| 0x20 + i as u8)),
        candidates: Candidates::new(vec![
            Candidate::host("192.168.1.7:40123".parse().unwrap()),
            Candidate::server_reflexive("198.18.0.5:40123".parse().unwrap()),
        ])
        .unwrap(),
        question: None,
        name: Some(Name::new("Ana").unwrap()),
        browser: None,
        host_can_punch: true,
    }
}

/// The guest's reply of the worked example in `docs/protocol.md`.
pub(super) fn reply() -> Reply {
    Reply {
        fingerprint: Fingerprint(std::array::from_fn(|i| 0x40 + i as u8)),
        candidates: Candidates::new(vec![Candidate::host("192.168.1.9:50321".parse().unwrap())])
            .unwrap(),
        browser: None,
    }
}

/// Ufrag and password as browsers choose them.
pub(super) const CHROMIUM: (&str, &str) = ("rnWW", "h1wYalX/uX6eUNT0ffyalxKR");
pub(super) const FIREFOX: (&str, &str) = ("2ce53950", "27f8b851a910641c99e63d3d78f7b756");

fn chosen((ufrag, password): (&str, &str)) -> IceCredentials {
    IceCredentials {
        ufrag: ufrag.to_owned(),
        password: IcePassword::new(password).unwrap(),
    }
}

pub(super) fn chromium() -> BrowserIce {
    BrowserIce::new(&chosen(CHROMIUM)).unwrap()
}

/// The reply of a browser to the second invitation.
fn browsers_reply() -> Reply {
    Reply {
        candidates: Candidates::default(),
        browser: BrowserIce::new(&chosen(FIREFOX)),
        ..reply()
    }
}

/// The second invitation of the worked example: a question, a browser, and four classes of address.
fn asking() -> Invitation {
    let name = MdnsName::new("1b4e28ba-2fa1-11d2-883f-0016d3cca427.local").unwrap();
    let name = CandidateAddress::Mdns { name, port: 6000 };
    Invitation {
        secret: Secret::new(std::array::from_fn(|i| 0xf0 + i as u8)),
        expiry: Expiry(0xffff),
        candidates: Candidates::new(vec![
            Candidate::host("10.1.2.3:5000".parse().unwrap()),
            Candidate::server_reflexive("172.32.0.9:5000".parse().unwrap()),
            Candidate::host("[fd00::7]:6000".parse().unwrap()),
            Candidate {
                address: name,
                kind: CandidateKind::Host,
            },
        ])
        .unwrap(),
        question: Some(Question::new("Wer?").unwrap()),
        name: None,
        browser: Some(chromium()),
        host_can_punch: false,
        ..invitation()
    }
}

/// One candidate of the class that the others leave out.
fn named() -> Vec<u8> {
    let name = MdnsName::new("my-phone.local").unwrap();
    let candidates = Candidates::new(vec![Candidate {
        address: CandidateAddress::Mdns { name, port: 6000 },
        kind: CandidateKind::Host,
    }]);
    let mut bytes = Vec::new();
    candidates.unwrap().write(&mut bytes);
    bytes
}

pub(super) fn any_candidate() -> impl Strategy<Value = Candidate> {
    use std::net::{IpAddr, SocketAddr};
    let ip = prop_oneof![
        any::<[u8; 2]>().prop_map(|[c, d]| IpAddr::from([192, 168, c, d])),
        any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([10, b, c, d])),
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
    ];
    let kind = prop_oneof![
        Just(CandidateKind::Host),
        Just(CandidateKind::ServerReflexive)
    ];
    // Few ports, so that neighbours share them often.
    (ip, prop_oneof![Just(9), Just(40123), any::<u16>()], kind).prop_map(|(ip, port, kind)| {
        Candidate {
            address: CandidateAddress::Ip(SocketAddr::new(ip, port)),
            kind,
        }
    })
}

pub(super) fn any_candidates() -> impl Strategy<Value = Candidates> {
    let label = prop_oneof![
        "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ];
    let name = (label, any::<u16>(), any::<prop::sample::Index>());
    (vec(any_candidate(), 0..8), prop::option::of(name)).prop_map(|(mut list, name)| {
        if let Some((label, port, place)) = name {
            let name = MdnsName::new(&format!("{label}.local")).unwrap();
            let address = CandidateAddress::Mdns { name, port };
            let place = place.index(list.len() + 1);
            list.insert(
                place,
                Candidate {
                    address,
                    kind: CandidateKind::Host,
                },
            );
        }
        Candidates::new(list).unwrap_or_default()
    })
}

pub(super) fn any_invitation() -> impl Strategy<Value = Invitation> {
    (
        any::<([u8; 16], u16, [u8; 32], bool)>(),
        any_candidates(),
        prop::option::of("[^\\p{C}\\p{Z}][^\\p{C}\\p{Zl}\\p{Zp}]{0,60}"),
        prop::option::of("[^\\p{C}\\p{Z}][^\\p{C}\\p{Zl}\\p{Zp}]{0,12}"),
        any_browser(),
    )
        .prop_map(
            |((secret, expiry, fingerprint, punch), candidates, question, name, browser)| {
                Invitation {
                    secret: Secret::new(secret),
                    expiry: Expiry(expiry),
                    fingerprint: Fingerprint(fingerprint),
                    candidates,
                    question: question.and_then(|text| Question::new(&text).ok()),
                    name: name.and_then(|text| Name::new(&text).ok()),
                    browser,
                    host_can_punch: punch,
                }
            },
        )
}

pub(super) fn any_reply() -> impl Strategy<Value = Reply> {
    (any::<[u8; 32]>(), any_candidates(), any_browser()).prop_map(
        |(fingerprint, candidates, browser)| Reply {
            fingerprint: Fingerprint(fingerprint),
            candidates,
            browser,
        },
    )
}

fn any_browser() -> impl Strategy<Value = Option<BrowserIce>> {
    let own = prop_oneof![
        ("[A-Za-z0-9+/]{4}", "[A-Za-z0-9+/]{24}"),
        ("[0-9a-f]{8}", "[0-9a-f]{32}"),
    ];
    prop::option::of(own).prop_map(|own| {
        let (ufrag, password) = own?;
        BrowserIce::new(&chosen((&ufrag, &password)))
    })
}

/// An invitation, a sealed reply or a sealed *here* token.
pub(super) fn any_token() -> impl Strategy<Value = Token> {
    prop_oneof![
        any_invitation().prop_map(Token::Invitation),
        (any_reply(), any::<[u8; 16]>(), any::<[u8; 8]>()).prop_map(|(reply, secret, salt)| {
            Token::Reply(reply.seal(&InvitationKeys::derive(&Secret::new(secret)), salt))
        }),
        (any::<(u32, [u8; 32], u16, [u8; 8])>(), any_candidates()).prop_map(
            |((made, finding, day, salt), candidates)| {
                let finding = Secret::new(finding);
                let key = HereKey {
                    finding: &finding,
                    day,
                    maker: &[4; 32],
                };
                Token::Here(Here { made, candidates }.seal(&key, salt))
            }
        ),
        (any::<[u8; 32]>(), 1..=2_usize).prop_map(|(filled, blocks)| {
            let mut bytes = vec![crate::head::BUNDLE];
            bytes.extend(filled.iter().take(14));
            bytes.extend((blocks as u32 * 1_024).to_le_bytes());
            bytes.extend(filled.iter().cycle().take(blocks * 1_024 + 16));
            Token::Bundle(super::SealedBundle::parse(&bytes).expect("as long as it says"))
        }),
    ]
}

/// The worked example: every line that `docs/protocol.md` states about it.
#[test]
fn the_worked_example_is_what_the_document_says() {
    use data_encoding::HEXLOWER;
    let document = include_str!("../../../docs/protocol.md");
    let keys = invitation().keys();
    let sealed = reply().seal(&keys, *b"saltsalt");
    let (host, guest) = (keys.host_ice(), keys.guest_ice(reply().fingerprint));
    let bytes = invitation().to_bytes();
    let browser = |own| {
        let guest = chosen(own);
        let host = keys.ufrag_for_browser(reply().fingerprint, &guest).unwrap();
        format!("{host}:{}", guest.ufrag)
    };
    let browsers_reply = browsers_reply().seal(&asking().keys(), *b"saltsalt");
    let stated = [
        ("invitation", HEXLOWER.encode(&bytes)),
        ("invitation digest", HEXLOWER.encode(&invitation().digest())),
        ("invite id", HEXLOWER.encode(&keys.invite_id())),
        ("noise psk", HEXLOWER.encode(keys.noise_psk().expose())),
        ("reply key", HEXLOWER.encode(keys.reply_key().expose())),
        ("host ufrag", host.ufrag),
        ("host password", host.password.expose().to_owned()),
        ("guest ufrag", guest.ufrag),
        ("guest password", guest.password.expose().to_owned()),
        ("browser's knock", browser(CHROMIUM)),
        ("knock with the longest password", browser(FIREFOX)),
        ("reply", HEXLOWER.encode(sealed.as_bytes())),
        ("reply digest", HEXLOWER.encode(&reply().digest())),
        ("invitation link", link(&LinkBase::DEFAULT, &bytes)),
        (
            "invitation QR text",
            QrText::new(&LinkBase::DEFAULT, &bytes).as_str().to_owned(),
        ),
        ("reply as bare text", bare_text(sealed.as_bytes())),
        ("second invitation", HEXLOWER.encode(&asking().to_bytes())),
        (
            "browser's reply",
            HEXLOWER.encode(browsers_reply.as_bytes()),
        ),
        ("one named candidate", HEXLOWER.encode(&named())),
    ];
    let lines = stated.map(|(what, value)| format!("{what}: {value}\n"));
    let missing: String = lines
        .into_iter()
        .filter(|line| !document.contains(line))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/protocol.md has to state\n{missing}"
    );
}
