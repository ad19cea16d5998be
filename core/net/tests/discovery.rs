//! The real name service, on the loopback interface of a network of its own.

#![cfg(all(target_os = "linux", feature = "mdns"))]
#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_net::LocalNetwork;
use handfast_protocol::discovery::{Announcement, Discovery, DiscoveryEvent, Found};
use handfast_token::Secret;
use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::Duration;
use tokio::time::timeout;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SOON: Duration = Duration::from_secs(30);

async fn next(network: &mut LocalNetwork) -> DiscoveryEvent {
    let next = poll_fn(|context| network.poll_event(context));
    timeout(SOON, next).await.expect("something is heard")
}

async fn found(network: &mut LocalNetwork, announcement: &Announcement) -> Found {
    loop {
        if let DiscoveryEvent::Found(found) = next(network).await
            && found.announcement == *announcement
        {
            return found;
        }
    }
}

fn announcement(name: u8, contacts: u8) -> Announcement {
    let tags: Vec<[u8; 4]> = (0..contacts).map(|tag| [name, tag, 0, 0xff]).collect();
    Announcement::new([name; 16], 4000, &tags, &Secret::new([name; 32])).unwrap()
}

/// A process without a network of its own shares nothing with those of this machine.
fn in_a_network_of_its_own() -> bool {
    if std::env::var_os("HANDFAST_TEST_OWN_NETWORK").is_some() {
        let up = ["link", "set", "lo", "up", "multicast", "on"];
        let route = ["route", "add", "224.0.0.0/4", "dev", "lo"];
        for order in [&up[..], &route[..]] {
            let done = Command::new("ip").args(order).status();
            assert!(done.is_ok_and(|status| status.success()), "{order:?}");
        }
        return true;
    }
    let own = Command::new("unshare")
        .args(["--net", "--map-root-user"])
        .arg(std::env::current_exe().unwrap())
        .args(["--nocapture", "--test-threads=1"])
        .env("HANDFAST_TEST_OWN_NETWORK", "1")
        .output();
    match own {
        Ok(output) if output.status.success() => {}
        Ok(output) if String::from_utf8_lossy(&output.stderr).contains("unshare") => {
            eprintln!("skipped: no network namespaces here");
        }
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("skipped: {error}"),
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_announces_the_other_hears_until_it_is_over() {
    if !in_a_network_of_its_own() {
        return;
    }
    let [mut one, mut other] = [(); 2].map(|()| LocalNetwork::of(&[HERE]).unwrap());
    other.browse(true);
    let few = announcement(1, 3);
    one.announce(Some(&few));
    let heard = found(&mut other, &few).await;
    assert!(heard.addresses.contains(&(HERE, 4000).into()), "{heard:?}");

    let many = announcement(2, 40);
    one.announce(Some(&many));
    found(&mut other, &many).await;
    one.announce(None);
    loop {
        if next(&mut other).await == DiscoveryEvent::Gone([2; 16]) {
            break;
        }
    }
    other.browse(false);
    one.announce(Some(&few));
    other.browse(true);
    found(&mut other, &few).await;
}
