//! Somebody sits on the network between host and guest.

use crate::by_hand::{Holder, Passed, opened, receive, until_hung_up};
use crate::middle::{Middle, Transcript, with_own_certificate};
use crate::people::{
    FLOWS, Guest, HOST_SIDE, Heard, Host, are_together, converse, garbage, private_parts,
    shows_any, stages, trust_without_reply, waits_again,
};
use crate::wire::{Behaviour, Wire};
use bytes::Bytes;
use handfast_native::conversation::Violation;
use handfast_native::device::{Saying, SessionEnd, View};
use handfast_native::handshake::{Flow, Trust, TrustLevel};
use handfast_native::link::Link;
use handfast_native::net::{Endpoint, HostSetup, TransportError, TunnelCertificate};
use handfast_native::pairing::{Failure, HostStage};
use handfast_native::token::{Candidate, Candidates, Reply, Role};
use tokio::task::JoinSet;

/// Host and guest of this flow with a wire between them. Where there is a reply, it was scanned
/// before the wire does anything.
async fn joined_by_wire(flow: Flow, impatient: bool) -> (Wire, Host, Guest) {
    let mut wire = Wire::lay().await;
    let host = Host::behind(flow, wire.address()).await;
    wire.lead_to(host.address).await;
    let mut guest = if impatient {
        Guest::impatient(flow, &host.invitation).await
    } else {
        Guest::new(flow, &host.invitation).await
    };
    host.scan_back(&mut guest).await;
    (wire, host, guest)
}

#[tokio::test]
async fn an_honest_wire_joins_them_in_every_flow_and_learns_nothing() {
    for flow in FLOWS {
        let (wire, mut host, mut guest) = joined_by_wire(flow, false).await;
        wire.behave(Behaviour::Honest);
        let (mut at_host, mut at_guest) =
            tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
        are_together(&mut at_host, &mut at_guest).await;
        assert_eq!(at_host.peer.trust, Trust::proven(flow, Role::Host));
        assert_eq!(at_guest.peer.trust, Trust::proven(flow, Role::Guest));
        let parts = [&host.identity, &guest.identity]
            .map(private_parts)
            .concat();
        wire.seen(|seen| {
            assert!(seen.datagrams().count() > 10);
            assert!(!seen.datagrams().any(|d| shows_any(d, &parts)));
        });
    }
}

#[tokio::test]
async fn without_the_secret_no_check_can_be_answered_and_nobody_be_knocked_at() {
    let mut flows = JoinSet::new();
    for flow in FLOWS {
        flows.spawn(async move {
            let (wire, mut host, mut guest) = joined_by_wire(flow, true).await;
            wire.behave(Behaviour::ForgesChecks);
            // Not even the forged "taken" is believed.
            assert_eq!(guest.pairing.failure().await, Failure::NotReached);
            assert!(wire.seen(|seen| seen.from_guest.len()) > 5);
            let mut expected = vec![HostStage::Waiting];
            if flow == Flow::TwoWayScan {
                // Somebody is expected since the second scan.
                expected.push(HostStage::TheyAreHere);
            }
            assert_eq!(stages(&host.pairing.shown()), expected, "{flow:?}");
            wire.behave(Behaviour::Honest);
            host.still_meets_its_guest().await;
        });
    }
    flows.join_all().await;
}

#[tokio::test]
async fn a_tunnel_that_ends_on_the_wire_is_refused_by_both_sides() {
    for flow in FLOWS {
        let (wire, mut host, mut guest) = joined_by_wire(flow, false).await;
        wire.behave(Behaviour::EndsTunnels);
        assert_eq!(guest.pairing.failure().await, Failure::WrongCertificate);
        host.pairing.shows(waits_again).await;
        let parts = [&host.identity, &guest.identity]
            .map(private_parts)
            .concat();
        wire.seen(|seen| {
            assert_eq!((seen.tunnels, seen.packets.len()), (0, 0), "{flow:?}");
            assert!(!seen.datagrams().any(|d| shows_any(d, &parts)));
        });
        wire.behave(Behaviour::Honest);
        host.still_meets_its_guest().await;
    }
}

#[tokio::test]
async fn a_host_names_the_tunnel_of_another_certificate() {
    let mut wire = Wire::lay().await;
    let host = Host::behind(Flow::OneScan, wire.address()).await;
    let certificate = TunnelCertificate::read(&host.certificate).unwrap();
    let endpoint = Endpoint::bind(&[HOST_SIDE], None).unwrap();
    wire.lead_to(endpoint.addresses()[0]).await;
    wire.behave(Behaviour::EndsTunnels);
    let mut connector = endpoint.host(HostSetup {
        certificate,
        keys: host.invitation.keys(),
    });
    let _guest = Guest::new(Flow::OneScan, &host.invitation).await;
    let error = opened(&mut connector).await.unwrap_err();
    assert_eq!(error, TransportError::WrongCertificate);
}

/// A DTLS record (RFC 6347, section 4.1) in the clear, with a number that was not used yet.
fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let header = [kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0x10, kind];
    let length = (content.len() as u16).to_be_bytes();
    [&header[..], &length, content].concat()
}

#[tokio::test]
async fn what_is_written_into_an_open_tunnel_is_not_believed() {
    let (wire, mut host, mut guest) = joined_by_wire(Flow::OneScan, false).await;
    wire.behave(Behaviour::Honest);
    let (at_host, at_guest) = tokio::join!(host.pairing.meeting(), guest.pairing.meeting());
    let (mut at_host, mut at_guest) = (converse(at_host), converse(at_guest));
    let seen = wire.seen(|seen| seen.datagrams().cloned().collect::<Vec<_>>());
    let close_notify = record(21, &[1, 0]);
    let fatal = record(21, &[2, 40]);
    let change_cipher_spec = record(20, &[1]);
    let data = record(23, &garbage(60));
    let sealed = {
        let mut sealed = record(21, &garbage(40));
        sealed[4] = 1; // the epoch of the open tunnel
        sealed
    };
    let forged = [close_notify, fatal, change_cipher_spec, data, sealed];
    for datagram in forged.into_iter().chain(seen) {
        wire.inject(datagram).await;
        at_host.tells(&mut at_guest, "still here?").await;
        at_guest.tells(&mut at_host, "still here").await;
    }
}

/// Host and guest of this flow with somebody in between who holds a copy of the invitation.
async fn joined_by_holder(flow: Flow) -> (Middle, Host, Holder) {
    let middle = Middle::new();
    let host = Host::behind(flow, middle.address()).await;
    let holder = Holder::of(&host.invitation);
    (middle, host, holder)
}

#[tokio::test]
async fn with_the_secret_alone_nobody_passes_for_the_host() {
    for flow in FLOWS {
        let (middle, mut host, holder) = joined_by_holder(flow).await;
        let mut guest = Guest::new(flow, &host.invitation).await;
        host.scan_back(&mut guest).await;
        let (link, failure) = tokio::join!(middle.meet_guest(&holder), guest.pairing.failure());
        assert!(link.is_none());
        assert_eq!(failure, Failure::WrongCertificate, "{flow:?}");
        let shown = stages(&host.pairing.shown());
        assert!(!shown.contains(&HostStage::Checking), "{flow:?}");
        assert_eq!(host.failures().await, 0, "{flow:?}");

        // To the host it is one more guest who saw the code, opened the lock, or is asked.
        let mut link = holder.knock(host.address).await.unwrap();
        let passed = holder.be_guest(&mut link).await;
        if flow == Flow::LinkAsk {
            let asked =
                |views: &[View]| matches!(stages(views).last(), Some(HostStage::Asking { .. }));
            host.pairing.shows(asked).await;
            continue;
        }
        passed.keep(&mut link).await;
        let met = host.pairing.meeting().await.peer;
        assert_eq!((met.scans, met.trust), (1, trust_without_reply(flow)));
        if flow != Flow::LinkLocked {
            assert_eq!(met.trust.level(), TrustLevel::Unverified);
        }
    }
}

/// The guest was given the middle's certificate with the rest of the invitation; every message is
/// handed on unchanged.
async fn bridged(flow: Flow, swaps_reply: bool) -> (Host, Guest, Transcript) {
    let (middle, mut host, holder) = joined_by_holder(flow).await;
    let mut guest = Guest::new(flow, &with_own_certificate(&holder)).await;
    if swaps_reply {
        let ours = Reply {
            fingerprint: holder.certificate.fingerprint(),
            candidates: Candidates::new(vec![Candidate::host(middle.address())]).unwrap(),
            browser: None,
        };
        let sealed = ours.seal(&host.invitation.keys(), [3; 8]);
        host.take_reply(sealed.as_bytes()).await.unwrap();
    } else {
        host.scan_back(&mut guest).await;
    }
    let address = host.address;
    let (transcript, failure) =
        tokio::join!(middle.bridge(&holder, address), guest.pairing.failure());
    assert_eq!(failure, Failure::NotTheInviter, "{flow:?}");
    host.pairing.shows(waits_again).await;
    // It was inside a link that the host found no proof, and not on the way there.
    assert_eq!(host.failures().await, 1);
    (host, guest, transcript)
}

#[tokio::test]
async fn messages_handed_on_between_two_tunnels_prove_nothing() {
    for flow in FLOWS {
        for swaps_reply in [false, true] {
            let (host, guest, transcript) = bridged(flow, swaps_reply).await;
            // The guest asked for the proof, and the host gave none.
            assert_eq!(transcript.from_guest.len(), 1, "{flow:?}");
            assert_eq!(transcript.from_host.len(), 0, "{flow:?}");
            let parts = [&host.identity, &guest.identity]
                .map(private_parts)
                .concat();
            assert!(!shows_any(&transcript.from_guest[0], &parts));
            let handshakes = if flow == Flow::TwoWayScan { 2 } else { 1 };
            assert_eq!(transcript.from_guest[0].len(), 48 * handshakes);
        }
    }
}

#[tokio::test]
async fn the_host_of_a_rewritten_invitation_can_only_guess_the_second_message() {
    for flow in FLOWS {
        let (middle, _host, holder) = joined_by_holder(flow).await;
        let mut guest = Guest::new(flow, &with_own_certificate(&holder)).await;
        let pose = async {
            let mut link = middle.meet_guest(&holder).await.unwrap();
            let first = link.receive().await.unwrap();
            // The true invitation's prologue does not open it: the guest holds another one.
            let prologue = holder.prologue(&link, Role::Host);
            assert!(holder.answer(&prologue, &first).is_none());
            link.send(garbage(103)).await.unwrap();
            let heard = until_hung_up(&mut link).await;
            assert_eq!(heard.len(), 0, "nothing is said to whoever guesses");
            first
        };
        let (first, failure) = tokio::join!(pose, guest.pairing.failure());
        assert_eq!(failure, Failure::NotTheInviter);
        assert!(!shows_any(&first, &private_parts(&guest.identity)));
    }
}

/// The carrier rewrote the invitation and sits on the network too: it proves the secret to both
/// sides, to each for itself, and is between them.
struct Between {
    host: Host,
    guest: Guest,
    /// The one in between.
    holder: Holder,
    near: Leg,
    far: Leg,
}

/// One of its two connections.
struct Leg {
    link: Link,
    passed: Passed,
}

async fn between(flow: Flow) -> Between {
    let (middle, host, holder) = joined_by_holder(flow).await;
    let forged = Holder {
        identity: holder.identity.clone(),
        certificate: holder.certificate.clone(),
        invitation: with_own_certificate(&holder),
    };
    let guest = Guest::new(flow, &forged.invitation).await;
    let as_host = async {
        let mut link = middle.meet_guest(&forged).await.unwrap();
        let passed = forged.be_host(&mut link).await;
        let passed = passed.keep_unless_asked(flow, &mut link).await;
        Leg { link, passed }
    };
    let as_guest = async {
        let mut link = holder.knock(host.address).await.unwrap();
        let passed = holder.be_guest(&mut link).await;
        let passed = passed.keep_unless_asked(flow, &mut link).await;
        Leg { link, passed }
    };
    let (near, far) = tokio::join!(as_host, as_guest);
    Between {
        host,
        guest,
        holder,
        near,
        far,
    }
}

impl Leg {
    /// What came in a frame.
    fn open(&mut self, frame: Bytes) -> Bytes {
        self.passed.channel.opener.open(frame).unwrap()
    }

    /// What comes next.
    async fn hear(&mut self) -> Bytes {
        let frame = receive(&mut self.link).await.unwrap();
        self.open(frame)
    }

    async fn say(&mut self, body: &[u8]) {
        let frame = self.passed.channel.sealer.seal(body).unwrap();
        let _ = self.link.send(frame).await;
    }
}

/// Hands every message on, out of one channel and into the other, until one side hangs up.
async fn hand_on(mut near: Leg, mut far: Leg) {
    loop {
        tokio::select! {
            frame = near.link.receive() => match frame {
                Ok(frame) => far.say(&near.open(frame)).await,
                Err(_) => return,
            },
            frame = far.link.receive() => match frame {
                Ok(frame) => near.say(&far.open(frame)).await,
                Err(_) => return,
            },
        }
    }
}

#[tokio::test]
async fn a_link_rewritten_by_its_carrier_ends_with_two_different_hashes() {
    for flow in [Flow::LinkOpen, Flow::LinkLocked] {
        let mut between = between(flow).await;
        let host = between.host.pairing.meeting().await;
        let guest = between.guest.pairing.meeting().await;
        let (at_host, at_guest) = (host.peer, guest.peer);
        // A lock holds only until somebody finds the answer: that is what its trust says at the host. At
        // the guest it says nothing.
        assert_eq!(at_host.trust, Trust::proven(flow, Role::Host));
        assert_eq!(at_guest.trust, Trust::proven(flow, Role::Guest));
        assert_eq!(at_guest.trust.level(), TrustLevel::Unverified);
        if flow == Flow::LinkOpen {
            assert_eq!(at_host.trust.level(), TrustLevel::Unverified);
        }
        // Each is in the channel of its own leg, and in no other: the one in between opens what they say.
        let hash = |leg: &Leg| leg.passed.channel.hash;
        assert_ne!(hash(&between.near), hash(&between.far));
        converse(guest)
            .say(Saying::Text("to the host".into()))
            .await;
        assert_eq!(between.near.hear().await, "\u{1}\0to the host");
        converse(host)
            .say(Saying::Text("to the guest".into()))
            .await;
        assert_eq!(between.far.hear().await, "\u{1}\0to the guest");
        // Each takes the one in between for the other.
        let key = between.holder.identity.key.public();
        assert_eq!((at_host.key, at_guest.key), (key, key));
        // Keys and names were readable to the holder of the secret, and on the data channel to nobody.
        for (leg, identity) in [
            (&between.near, &between.guest.identity),
            (&between.far, &between.host.identity),
        ] {
            let parts = private_parts(identity);
            assert!(leg.passed.heard.len() >= 2);
            assert!(
                !leg.passed
                    .heard
                    .iter()
                    .any(|message| shows_any(message, &parts))
            );
        }
    }
}

#[tokio::test]
async fn a_comparison_handed_on_between_two_channels_is_found_out() {
    let mut between = between(Flow::LinkOpen).await;
    let mut at_host = converse(between.host.pairing.meeting().await);
    let mut at_guest = converse(between.guest.pairing.meeting().await);
    let middle = tokio::spawn(hand_on(between.near, between.far));
    // Everything else passes: this is what an unverified link is.
    at_host.tells(&mut at_guest, "is it you?").await;
    at_guest.tells(&mut at_host, "it is").await;
    at_host.say(Saying::Compare).await;
    assert_eq!(at_guest.event().await, Heard::CompareOffered);
    at_guest.say(Saying::Compare).await;
    let cheated = Heard::Ended(SessionEnd::Broken(Violation::Cheated));
    assert_eq!(at_guest.event().await, cheated);
    assert_eq!(at_host.event().await, Heard::Comparing);
    drop(at_guest);
    middle.await.unwrap();
}

#[tokio::test]
async fn an_answer_handed_on_between_two_channels_is_a_wrong_one() {
    let Between {
        mut host,
        mut guest,
        near,
        far,
        ..
    } = between(Flow::LinkAsk).await;
    let (at_host, at_guest, ()) = tokio::join!(
        host.pairing.failure(),
        guest.pairing.failure(),
        hand_on(near, far)
    );
    assert_eq!(at_host, Failure::AnswersDiffer);
    assert_eq!(at_guest, Failure::AnswersDiffer);
}
