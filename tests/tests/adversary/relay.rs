//! Whatever carries the tokens rewrites them.

use crate::by_hand::{Holder, until_hung_up};
use crate::people::{
    ANSWER, GUEST_SIDE, Guest, Host, IMPATIENCE, SOON, are_together, finds_slot_taken, stages,
    trust_without_reply,
};
use crate::steps::{Until, guest_until};
use handfast_native::device::{AcceptTerms, Provenance};
use handfast_native::handshake::{Flow, Trust, TrustLevel};
use handfast_native::net::TunnelCertificate;
use handfast_native::pairing::{Failure, HostStage};
use handfast_native::token::{
    BrowserIce, Candidate, CandidateKind, Candidates, Expiry, FindError, IceCredentials,
    IcePassword, Invitation, LinkBase, Name, Question, Reply, ReplyError, Role, SealedReply,
    Secret, Token, find, link,
};
use handfast_native::unix_seconds;
use std::convert::Infallible;
use std::net::UdpSocket;
use std::time::Duration;

/// One way to rewrite an invitation, and what the guest is told in the end.
struct Rewriting {
    what: &'static str,
    rewrite: fn(Invitation) -> Invitation,
    ends: Failure,
}

/// A socket that hears and says nothing. It stays open for as long as the tests run.
fn dead_end() -> Candidate {
    let socket = UdpSocket::bind((GUEST_SIDE, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    Candidate::host(address)
}

fn with_candidates(invitation: Invitation, candidates: Vec<Candidate>) -> Invitation {
    Invitation {
        candidates: Candidates::new(candidates).unwrap(),
        ..invitation
    }
}

const REWRITINGS: [Rewriting; 13] = [
    Rewriting {
        what: "another address in place of the host's",
        rewrite: |invitation| with_candidates(invitation, vec![dead_end()]),
        ends: Failure::NotReached,
    },
    Rewriting {
        what: "one address more",
        rewrite: |invitation| {
            let more = [invitation.candidates.to_vec(), vec![dead_end()]].concat();
            with_candidates(invitation, more)
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "the kind of an address",
        rewrite: |invitation| {
            let mut candidates = invitation.candidates.to_vec();
            candidates[0].kind = CandidateKind::ServerReflexive;
            with_candidates(invitation, candidates)
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "no address",
        rewrite: |invitation| with_candidates(invitation, Vec::new()),
        ends: Failure::NoRoute,
    },
    Rewriting {
        what: "the fingerprint",
        rewrite: |invitation| Invitation {
            fingerprint: TunnelCertificate::generate().unwrap().fingerprint(),
            ..invitation
        },
        ends: Failure::WrongCertificate,
    },
    Rewriting {
        what: "the secret",
        rewrite: |invitation| Invitation {
            secret: Secret::random().unwrap(),
            ..invitation
        },
        ends: Failure::NotReached,
    },
    Rewriting {
        what: "a longer life",
        rewrite: |invitation| Invitation {
            expiry: Expiry(invitation.expiry.0.wrapping_add(60)),
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "a life that is over",
        rewrite: |invitation| Invitation {
            expiry: Expiry::after(unix_seconds() - 7200, Duration::from_secs(60)),
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "a host that cannot punch",
        rewrite: |invitation| Invitation {
            host_can_punch: false,
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "a host that is a browser",
        rewrite: |invitation| Invitation {
            browser: BrowserIce::new(&IceCredentials {
                ufrag: "rnWW".into(),
                password: IcePassword::new("h1wYalX/uX6eUNT0ffyalxKR").unwrap(),
            }),
            ..invitation
        },
        ends: Failure::NotReached,
    },
    Rewriting {
        what: "no name",
        rewrite: |invitation| Invitation {
            name: None,
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "another name",
        rewrite: |invitation| Invitation {
            name: Some(Name::new("Your bank").unwrap()),
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "a question",
        rewrite: |invitation| Invitation {
            question: Some(Question::new("Your password?").unwrap()),
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
];

async fn is_noticed(flow: Flow, rewriting: &Rewriting) {
    let what = rewriting.what;
    let mut host = Host::new(flow).await;
    let rewritten = (rewriting.rewrite)(host.invitation.clone());
    assert_ne!(rewritten, host.invitation, "{what}");
    // Only what nobody answers has to wait for its end.
    let patience = match rewriting.ends {
        Failure::NotReached => IMPATIENCE,
        _ => SOON,
    };
    let terms = Guest::terms(flow, patience);
    let mut guest = Guest::on(flow, &rewritten, terms, ANSWER).await;
    assert_eq!(guest.pairing.failure().await, rewriting.ends, "{what}");
    host.still_meets_its_guest().await;
}

#[tokio::test]
async fn every_rewritten_field_of_an_invitation_ends_in_its_own_failure() {
    let attempts = REWRITINGS
        .iter()
        .map(|rewriting| tokio::spawn(async move { is_noticed(Flow::LinkOpen, rewriting).await }));
    for attempt in attempts.collect::<Vec<_>>() {
        attempt.await.unwrap();
    }
}

#[tokio::test]
async fn a_question_that_was_taken_out_or_exchanged_is_missed() {
    let without = Rewriting {
        what: "no question",
        rewrite: |invitation| Invitation {
            question: None,
            ..invitation
        },
        ends: Failure::NotTheInviter,
    };
    is_noticed(Flow::LinkAsk, &without).await;
    let another = REWRITINGS.iter().find(|row| row.what == "a question");
    is_noticed(Flow::LinkAsk, another.unwrap()).await;
}

/// What a guest finds in a message.
fn found(text: &str) -> Result<Token, FindError> {
    find(text.as_bytes(), |_| Ok::<_, Infallible>(Vec::new()))
}

#[tokio::test]
async fn a_cut_invitation_and_one_with_another_beside_it_are_no_invitation() {
    let host = Host::new(Flow::LinkOpen).await;
    let theirs = Holder::of(&Host::new(Flow::LinkOpen).await.invitation);
    let whole = link(&LinkBase::DEFAULT, &host.invitation.to_bytes());
    assert!(matches!(found(&whole), Ok(Token::Invitation(found)) if found == host.invitation));
    for length in 0..whole.len() {
        assert!(found(&whole[..length]).is_err(), "{length}");
    }
    let beside = link(&LinkBase::DEFAULT, &theirs.invitation.to_bytes());
    let both = found(&format!("{beside} {whole}"));
    assert!(matches!(both, Err(FindError::SeveralTokens(both)) if both.len() == 2));
}

#[tokio::test]
async fn an_invitation_of_the_carriers_own_leads_to_the_carrier_and_says_unverified() {
    let mut host = Host::new(Flow::LinkOpen).await;
    let mut carrier = Host::new(Flow::LinkOpen).await;
    let mut guest = Guest::new(Flow::LinkOpen, &carrier.invitation).await;
    let (mut at_carrier, mut at_guest) =
        tokio::join!(carrier.pairing.meeting(), guest.pairing.meeting());
    are_together(&mut at_carrier, &mut at_guest).await;
    let met = at_guest.peer;
    assert_eq!(met.trust.level(), TrustLevel::Unverified);
    assert_ne!(met.key, host.identity.key.public());
    assert_eq!(stages(&host.pairing.shown()), [HostStage::Waiting]);
    host.still_meets_its_guest().await;
}

/// A guest that sends nothing before its reply has been carried.
async fn silent_guest(host: &Host, flow: Flow) -> Guest {
    let terms = AcceptTerms {
        only_by_reply: true,
        ..Guest::terms(flow, SOON)
    };
    Guest::on(flow, &host.invitation, terms, ANSWER).await
}

#[tokio::test]
async fn a_reply_altered_in_any_byte_is_refused_and_the_true_one_still_taken() {
    let mut host = Host::new(Flow::TwoWayScan).await;
    let mut guest = silent_guest(&host, Flow::TwoWayScan).await;
    let reply = guest.reply().await;
    for at in 0..reply.len() {
        let mut altered = reply.clone();
        altered[at] ^= 0x10;
        let expected = match at {
            // Kind and length: not a reply at all.
            0 | 13 => {
                assert!(SealedReply::parse(&altered).is_err(), "{at}");
                continue;
            }
            1..5 => ReplyError::OtherInvitation,
            _ => ReplyError::Altered,
        };
        assert_eq!(host.take_reply(&altered).await, Err(expected), "{at}");
    }
    assert_eq!(stages(&host.pairing.shown()), [HostStage::Waiting]);
    // Twice the same is no news.
    host.take_reply(&reply).await.unwrap();
    host.take_reply(&reply).await.unwrap();
    let (mut at_host, mut at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    are_together(&mut at_host, &mut at_guest).await;
    let trust = Trust::proven(Flow::TwoWayScan, Role::Host);
    assert_eq!(at_host.peer.trust, trust);
}

#[tokio::test]
async fn a_reply_carried_to_another_invitation_is_refused_there() {
    let (host, mut other) = (
        Host::new(Flow::LinkOpen).await,
        Host::new(Flow::LinkOpen).await,
    );
    let mut guest = silent_guest(&host, Flow::LinkOpen).await;
    let reply = guest.reply().await;
    let refused = other.take_reply(&reply).await;
    assert_eq!(refused, Err(ReplyError::OtherInvitation));
    other.still_meets_its_guest().await;
}

#[tokio::test]
async fn a_reply_of_somebody_else_vouches_for_nobody_who_knocks() {
    for flow in [Flow::TwoWayScan, Flow::LinkOpen] {
        let mut host = Host::new(flow).await;
        let holder = Holder::of(&host.invitation);
        let theirs = Reply {
            fingerprint: holder.certificate.fingerprint(),
            candidates: Candidates::new(vec![dead_end()]).unwrap(),
            browser: None,
        };
        let sealed = theirs.seal(&host.invitation.keys(), [1; 8]);
        host.take_reply(sealed.as_bytes()).await.unwrap();
        let mut guest = Guest::new(flow, &host.invitation).await;
        let (mut at_host, mut at_guest) =
            tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
        are_together(&mut at_host, &mut at_guest).await;
        let met = at_host.peer;
        assert_eq!((met.scans, met.trust), (1, trust_without_reply(flow)));
    }
}

#[tokio::test]
async fn a_reply_rewritten_by_a_holder_of_the_secret_proves_nothing() {
    let flow = Flow::TwoWayScan;
    let mut host = Host::new(flow).await;
    let keys = host.invitation.keys();
    let mut guest = Guest::new(flow, &host.invitation).await;
    let sealed = SealedReply::parse(&guest.reply().await).unwrap();
    let mut reply = sealed.open(&keys).unwrap();
    reply.candidates = Candidates::new(vec![dead_end()]).unwrap();
    // The guest knocks too, so the reply may come late; it must never count.
    let rewritten = reply.seal(&keys, [2; 8]);
    host.take_reply_by(rewritten.as_bytes(), Provenance::Carried)
        .await
        .unwrap();
    let (mut at_host, mut at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    are_together(&mut at_host, &mut at_guest).await;
    let met = at_host.peer;
    assert_eq!((met.scans, met.trust.level()), (1, TrustLevel::Unverified));
}

#[tokio::test]
async fn a_reply_that_is_scanned_ends_the_attempt_of_the_carrier_who_came_first() {
    let flow = Flow::TwoWayScan;
    let mut host = Host::new(flow).await;
    let carrier = Holder::of(&host.invitation);
    let theirs = Reply {
        fingerprint: carrier.certificate.fingerprint(),
        candidates: Candidates::new(vec![dead_end()]).unwrap(),
        browser: None,
    };
    let theirs = theirs.seal(&host.invitation.keys(), [1; 8]);
    host.take_reply_by(theirs.as_bytes(), Provenance::Carried)
        .await
        .unwrap();
    // The carrier is inside, and has not said everything yet.
    let mut link = carrier.knock(host.address).await.unwrap();
    let step = guest_until(Until::Ready, &carrier, &mut link).await;
    let mut guest = silent_guest(&host, flow).await;
    let reply = guest.reply().await;
    host.take_reply_by(&reply, Provenance::Camera)
        .await
        .unwrap();
    let _ = link.send(step.valid).await;
    assert_eq!(until_hung_up(&mut link).await.len(), 0);
    let (mut at_host, mut at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    are_together(&mut at_host, &mut at_guest).await;
    let met = at_host.peer;
    assert_eq!(met.trust, Trust::proven(flow, Role::Host));
    assert_ne!(met.key, carrier.identity.key.public());
}

#[tokio::test]
async fn a_question_of_the_carriers_own_says_nothing_about_the_carrier() {
    for flow in [Flow::LinkAsk, Flow::LinkLocked] {
        let host = Host::new(flow).await;
        // The carrier knows the answer, as it chose the question; it passes its own invitation on.
        let mut carrier = Host::new(flow).await;
        let mut guest = Guest::new(flow, &carrier.invitation).await;
        let (mut at_carrier, mut at_guest) =
            tokio::join!(carrier.pairing.meeting(), guest.pairing.meeting());
        are_together(&mut at_carrier, &mut at_guest).await;
        let mut met = at_guest.peer;
        assert_ne!(met.key, host.identity.key.public());
        assert_eq!(met.trust.level(), TrustLevel::Unverified, "{flow:?}");
        // Whatever the person says to it.
        assert!(met.trust.take_word());
        assert_eq!(met.trust.level(), TrustLevel::Unverified, "{flow:?}");
    }
}

#[tokio::test]
async fn a_carrier_that_answers_in_the_guests_place_is_unverified_and_keeps_the_guest_out() {
    let mut host = Host::new(Flow::LinkOpen).await;
    let mut carrier = silent_guest(&host, Flow::LinkOpen).await;
    let reply = carrier.reply().await;
    host.take_reply(&reply).await.unwrap();
    let (mut at_host, mut at_carrier) =
        tokio::join!(host.pairing.meeting(), carrier.pairing.meeting());
    assert_eq!(at_host.peer.scans, 2);
    assert_eq!(at_host.peer.trust.level(), TrustLevel::Unverified);
    let mut guest = Guest::new(Flow::LinkOpen, &host.invitation).await;
    guest.pairing.shows(finds_slot_taken).await;
    are_together(&mut at_host, &mut at_carrier).await;
}
