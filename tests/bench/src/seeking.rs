//! What a device costs that has looked for fifty contacts in vain for longer than five minutes: its
//! processor, and how many packets go to each of them.

use super::Result;
use super::figure::{Figure, Goal};
use super::process::cpu_time;
use handfast_net::{Connector, Endpoint, SeekSetup};
use handfast_protocol::reconnect::{FindingKey, Part};
use handfast_token::{Candidate, Secret};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

const CONTACTS: u8 = 50;

/// How many addresses of a contact are remembered.
const ADDRESSES: usize = 8;

/// Longer than anybody is looked for quickly.
const LONG: Duration = Duration::from_secs(6 * 60);

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let minutes = if quick { 1 } else { 5 };
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let places: Vec<UdpSocket> = (0..ADDRESSES)
        .map(|_| UdpSocket::bind((here, 0)))
        .collect::<std::io::Result<_>>()?;
    let addresses: Vec<Candidate> = places
        .iter()
        .map(|place| {
            place.set_nonblocking(true)?;
            place.local_addr().map(Candidate::host)
        })
        .collect::<std::io::Result<_>>()?;
    let endpoint = Endpoint::bind(&[here], None)?;
    let began = Instant::now().checked_sub(LONG).ok_or("too early")?;
    let contacts: Vec<Connector> = (0..CONTACTS)
        .map(|contact| endpoint.seek(setup(contact, &addresses, began)))
        .collect();
    // The first packets go at once, and those of every later minute then.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let received = || places.iter().map(drain).sum::<usize>();
    received();
    let (start, used) = (Instant::now(), cpu_time());
    tokio::time::sleep(Duration::from_secs(60) * minutes).await;
    let (took, used_after) = (start.elapsed(), cpu_time());
    let packets = received() as f64 / f64::from(CONTACTS) / f64::from(minutes);
    drop(contacts);
    let mut figures = vec![
        Figure::new(
            "packets to a contact that is looked for in vain",
            "a minute",
            vec![packets],
        )
        .held_to(Goal::AtMost(1.0)),
    ];
    if let (Some(before), Some(after)) = (used, used_after) {
        let share = (after - before).as_secs_f64() / took.as_secs_f64() * 100.0;
        figures.push(
            Figure::new(
                "processor of a device that looks for 50 contacts",
                "% of core",
                vec![share],
            )
            .held_to(Goal::AtMost(0.05)),
        );
    }
    Ok(figures)
}

/// The hour does not matter: this side knocks in the first, and listens in two more.
fn setup(contact: u8, addresses: &[Candidate], speaks_from: Instant) -> SeekSetup {
    let finding = FindingKey::of_first_meeting(&Secret::new([contact; 32]), 20_000);
    let hours = (20_001 * 24..)
        .filter_map(|hour| finding.hour(hour))
        .take(3);
    SeekSetup {
        part: Part::Initiator,
        hours: hours.collect(),
        addresses: addresses.to_vec(),
        speaks_from,
    }
}

/// How many packets have come.
fn drain(place: &UdpSocket) -> usize {
    let mut buffer = [0; 1_500];
    std::iter::from_fn(|| place.recv_from(&mut buffer).ok()).count()
}
