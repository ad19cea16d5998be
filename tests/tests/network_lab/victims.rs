//! What a token can make a device send to people who have nothing to do with it.

use crate::lab_or_skip;
use crate::nat::Network;
use crate::person::{Folder, Person};
use crate::scenario::servers;
use crate::stun::Stun;
use crate::world::{Place, World};
use handfast_native::token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, LinkBase, Secret, Token, link,
};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What one token may cause by itself.
const ALLOWANCE: u64 = 2_048;

/// Counts what the guest sends to ports that nobody named: those are guessed.
const COUNTERS: &str = "table inet lab {
    counter guessed { }
    counter elsewhere { }
    chain guesses {
        type filter hook prerouting priority filter; policy accept
        iifname guest ip daddr 11.1.0.2 udp dport >= 1024 counter name guessed
        iifname guest ip daddr { 11.1.0.3, 11.1.0.4, 11.1.0.5 } udp dport >= 1024 counter name elsewhere
    }
}";

/// An invitation of nobody, which says that its host is behind four strict routers: other people's.
fn invitation() -> String {
    let named =
        (2..=5).flat_map(|victim| [1, 2].map(|port| SocketAddr::from(([11, 1, 0, victim], port))));
    let named = named.map(Candidate::server_reflexive).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let invitation = Invitation {
        secret: Secret::random().expect("randomness"),
        expiry: Expiry::after(
            now.unwrap_or_default().as_secs(),
            Duration::from_secs(3_600),
        ),
        fingerprint: Fingerprint([7; 32]),
        candidates: Candidates::new(named).expect("eight fit"),
        question: None,
        name: None,
        browser: None,
        host_can_punch: true,
    };
    let token = Token::Invitation(invitation).to_text_bytes();
    link(&LinkBase::DEFAULT, &token)
}

#[test]
fn an_invitation_causes_so_many_guesses_at_one_address_and_more_only_by_hand_and_once() {
    lab_or_skip!();
    let place = Place::Apart(Network::Public, Network::PortRestricted);
    let world = World::build(place).expect("namespaces");
    world.core.nft(COUNTERS);
    let _stun = Stun::start(&world);
    let (folder, link) = (Folder::new(), invitation());
    let mut join = vec!["join", &link, "--yes"];
    join.extend(servers());
    let mut guest = Person::start(&world.guest, &folder, "Ben", &join);
    let shown = guest.until(Duration::from_secs(12), &["reply"]);
    assert!(shown.is_some(), "{:?}", guest.told);
    let guessed = || world.core.counted("guessed");
    let moment = Duration::from_secs(5);
    std::thread::sleep(moment);
    // It spreads its guesses over ten minutes, also if somebody touches the screen.
    for _ in 0..5 {
        guest.say("");
        std::thread::sleep(Duration::from_millis(500));
    }
    let by_itself = guessed();
    assert!((1..=ALLOWANCE / 2).contains(&by_itself), "{by_itself}");
    guest.say("/harder");
    let until = Instant::now() + Duration::from_secs(60);
    while guessed() < 2 * ALLOWANCE && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(200));
    }
    guest.say("/harder");
    guest.say("");
    std::thread::sleep(moment);
    assert_eq!(guessed(), 2 * ALLOWANCE);
    assert_eq!(world.core.counted("elsewhere"), 0);
    // Another invitation that names the same, opened by another process of the same person.
    drop(guest);
    let link = invitation();
    let mut join = vec!["join", &link, "--yes"];
    join.extend(servers());
    let mut guest = Person::start(&world.guest, &folder, "Ben", &join);
    assert!(guest.until(Duration::from_secs(12), &["reply"]).is_some());
    std::thread::sleep(moment);
    assert_eq!(guessed(), 2 * ALLOWANCE);
}
