use super::*;
use handfast_protocol::network::MappingBehavior;
use rtc_stun::message::BINDING_SUCCESS as SUCCESS;

const HOME: &str = "192.168.1.5:5000";
const ONE: &str = "5.5.5.1:3478";
const OTHER: &str = "5.5.6.1:3478";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn asking(now: Instant) -> Reflexive {
    let servers = [address(ONE), address(OTHER)];
    Reflexive::ask(now, &servers, &[address(HOME)])
}

/// Every question that is on its way: to whom, and its number.
fn questions(asking: &mut Reflexive) -> Vec<(Path, [u8; 12])> {
    let mut questions = Vec::new();
    while let Some((path, request)) = asking.poll_transmit() {
        assert!(is_stun(&request, [0, 1]));
        questions.push((path, request[8..20].try_into().unwrap()));
    }
    questions
}

fn answer(id: [u8; 12], mapped: &str) -> Vec<u8> {
    let mapped = address(mapped);
    let mut message = Message::new();
    message
        .build(&[
            Box::new(SUCCESS),
            Box::new(TransactionId(id)),
            Box::new(XorMappedAddress {
                ip: mapped.ip(),
                port: mapped.port(),
            }),
        ])
        .unwrap();
    message.raw
}

fn seen(now: Instant, views: &[&str]) -> ReflexiveReport {
    let mut asking = asking(now);
    for ((path, id), mapped) in questions(&mut asking).into_iter().zip(views) {
        assert!(asking.handle(now, path, &answer(id, mapped)));
    }
    asking.report()
}

#[test]
fn two_servers_tell_how_a_router_translates() {
    let now = Instant::now();
    for (views, mapping_behavior, named) in [
        (
            &["9.9.9.9:5000", "9.9.9.9:5000"][..],
            MappingBehavior::EndpointIndependent,
            1,
        ),
        (
            &["9.9.9.9:5000", "9.9.9.9:5001"],
            MappingBehavior::AddressDependent,
            2,
        ),
        (&[HOME, HOME], MappingBehavior::NotTranslated, 0),
        (&["9.9.9.9:5000"], MappingBehavior::Unknown, 1),
        (&[], MappingBehavior::Unknown, 0),
    ] {
        let reflexive = seen(now, views);
        assert_eq!(
            reflexive.mapping_behavior(address(HOME)),
            mapping_behavior,
            "{views:?}"
        );
        assert_eq!(reflexive.candidates().len(), named, "{views:?}");
        assert_eq!(reflexive.is_silent(), views.is_empty());
    }
}

#[test]
fn only_the_server_that_was_asked_is_believed_and_only_about_this_question() {
    let now = Instant::now();
    let mut asking = asking(now);
    let (path, id) = questions(&mut asking)[0];
    let elsewhere = Path {
        local: path.local,
        peer: address("7.7.7.7:3478"),
    };
    let forged = answer([7; 12], "9.9.9.9:1");
    assert!(!asking.handle(now, path, &forged));
    assert!(!asking.handle(now, elsewhere, &answer(id, "9.9.9.9:1")));
    assert!(!asking.handle(now, path, b"\x01\x01 not STUN at all"));
    assert_eq!(asking.report().mappings, []);
    assert!(asking.handle(now, path, &answer(id, "9.9.9.9:1")));
    assert_eq!(asking.report().mappings.len(), 1);
}

#[test]
fn an_address_that_nobody_can_have_is_no_answer() {
    let now = Instant::now();
    for lie in [
        "0.0.0.0:5",
        "127.0.0.1:5",
        "255.255.255.255:5",
        "224.0.0.1:5",
        "9.9.9.9:0",
        "[2a02::1]:5",
    ] {
        let reflexive = seen(now, &[lie]);
        assert_eq!(reflexive.mappings, [], "{lie}");
    }
}

#[test]
fn a_silent_server_is_asked_more_and_more_seldom() {
    let start = Instant::now();
    let mut asking = asking(start);
    let mut sent = Vec::new();
    while let Some(at) = asking
        .poll_timeout()
        .filter(|at| *at < start + Duration::from_secs(60))
    {
        asking.handle_timeout(at);
        sent.push(questions(&mut asking).len());
    }
    assert!(asking.is_settled(start + Duration::from_secs(60)));
    assert!(asking.report().is_silent());
    assert!(
        sent.iter().sum::<usize>() <= 2 * (RETRIES.len() + 3),
        "{sent:?}"
    );
}

#[test]
fn one_mapping_of_a_socket_is_kept_open_with_three_packets_a_minute() {
    let start = Instant::now();
    let mut asking = asking(start);
    let mut sent = 0;
    let mut now = start;
    while now < start + Duration::from_secs(120) {
        for (path, id) in questions(&mut asking) {
            sent += usize::from(now > start);
            asking.handle(now, path, &answer(id, "9.9.9.9:5000"));
        }
        let Some(next) = asking.poll_timeout() else {
            break;
        };
        now = next;
        asking.handle_timeout(now);
    }
    assert!((5..=6).contains(&sent), "{sent}");
}

#[test]
fn a_router_that_forgot_is_noticed_when_the_mapping_is_refreshed() {
    let now = Instant::now();
    let mut asking = asking(now);
    for (path, id) in questions(&mut asking) {
        asking.handle(now, path, &answer(id, "9.9.9.9:5000"));
    }
    let later = asking.poll_timeout().unwrap();
    asking.handle_timeout(later);
    let (path, id) = questions(&mut asking)[0];
    asking.handle(later, path, &answer(id, "9.9.9.9:6000"));
    assert!(
        asking
            .report()
            .mappings
            .iter()
            .any(|m| m.mapped == address("9.9.9.9:6000"))
    );
}

#[test]
fn sockets_ask_servers_of_their_own_family_and_never_from_loopback() {
    let now = Instant::now();
    let servers = [address(ONE), address("[2a02::53]:3478")];
    let sockets = ["127.0.0.1:1", "192.168.1.5:1", "[2a02::5]:1"].map(address);
    let mut asking = Reflexive::ask(now, &servers, &sockets);
    let paths: Vec<Path> = questions(&mut asking)
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(paths.len(), 2);
    assert!(
        paths
            .iter()
            .all(|path| path.local.is_ipv4() == path.peer.is_ipv4())
    );
}
