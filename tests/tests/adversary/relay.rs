//! Whatever carries the tokens rewrites them.

use crate::by_hand::{Holder, opened};
use crate::people::{
    FLOWS, GUEST_SIDE, Guest, Host, LOCAL, are_together, identity, stages, trust_in_a_stranger,
    unix_now, via, waits_again,
};
use handfast_core::crypto::Secret;
use handfast_core::handshake::{Flow, Trust, TrustLevel, TrustReason};
use handfast_core::invitation::{
    Candidate, Candidates, Expiry, FindError, Invitation, LinkBase, Name, Policy, Question, Reply,
    ReplyError, SealedReply, Seat, Token, bare_text, find, link,
};
use handfast_core::pairing::{Failure, GuestTerms, HostStage};
use handfast_core::transport::{Certificate, Endpoint};
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

const REWRITINGS: [Rewriting; 12] = [
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
            candidates[0].kind = handfast_core::invitation::CandidateKind::ServerReflexive;
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
            fingerprint: Certificate::generate().unwrap().fingerprint(),
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
            expiry: Expiry::after(unix_now() - 7200, Duration::from_secs(60)),
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
            host_is_browser: true,
            ..invitation
        },
        ends: Failure::NotTheInviter,
    },
    Rewriting {
        what: "a name",
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
    let mut host = Host::new(flow);
    let rewritten = (rewriting.rewrite)(host.invitation.clone());
    assert_ne!(rewritten, host.invitation, "{what}");
    let terms = GuestTerms {
        policy: LOCAL,
        patience: Duration::from_millis(1_500),
        ..GuestTerms::new(via(flow))
    };
    let failure = match Guest::on(&rewritten, terms) {
        Ok(mut guest) => guest.pairing.failure().await,
        Err(failure) => failure,
    };
    // An attempt that the host heard of may also outlast the guest's patience: never here.
    assert_eq!(failure, rewriting.ends, "{what}");
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
