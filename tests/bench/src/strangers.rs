//! What forged datagrams cost a waiting host, and whether it still meets its guest.

use super::Result;
use super::figure::{Figure, Goal};
use super::process::cpu_time;
use super::table::Table;
use handfast_camera::Random;
use handfast_native::token::{Candidate, Invitation};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// The other process: sends forged datagrams.
#[derive(Debug, clap::Args)]
pub(crate) struct Strangers {
    /// Where to: an address of this machine.
    pub(crate) target: SocketAddr,
    /// The host's public username fragment, which a stranger on the path could have seen.
    pub(crate) ufrag: String,
    /// How many.
    pub(crate) count: u64,
    /// How many a second.
    pub(crate) a_second: u64,
}

/// Datagrams that are sent at once: few enough that they arrive instead of overrunning the socket.
const BURST: u64 = 16;

/// How many come in a second where it is counted what each costs.
const A_SECOND: u64 = 100_000;

impl Strangers {
    /// Starts the other process, in the name of the host of this invitation. It is killed when dropped.
    pub(crate) fn begin(invitation: &Invitation, count: u64, a_second: u64) -> Result<Child> {
        let child = Command::new(std::env::current_exe()?)
            .arg("strangers")
            .arg(target_of(invitation)?.to_string())
            .arg(invitation.keys().host_ice().ufrag)
            .arg(count.to_string())
            .arg(a_second.to_string())
            .kill_on_drop(true)
            .spawn()?;
        Ok(child)
    }
}

/// Where the invitation leads.
pub(crate) fn target_of(invitation: &Invitation) -> Result<SocketAddr> {
    let mut candidates = invitation.candidates.iter();
    Ok(candidates.find_map(Candidate::ip).ok_or("an address")?)
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let count: u64 = if quick { 10_000 } else { 100_000 };
    let table = Table::set(None).await?;
    let mut strangers = Strangers::begin(&table.waiting.invitation, count, A_SECOND)?;
    let before = cpu_time();
    strangers.wait().await?;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let after = cpu_time();
    let took = table.meet().await?;
    table.clear().await?;
    let mut figures = vec![Figure::new(
        "meeting after the strangers",
        "ms",
        vec![took.as_secs_f64() * 1e3],
    )];
    if let (Some(before), Some(after)) = (before, after) {
        let each = after.saturating_sub(before).as_secs_f64() * 1e6 / count as f64;
        figures.push(
            Figure::new("processor for one forged datagram", "us", vec![each])
                .held_to(Goal::AtMost(5.0)),
        );
    }
    Ok(figures)
}

/// Runs the other process.
///
/// # Errors
/// When the target is not on this machine, or there is no socket.
pub(crate) fn send(strangers: &Strangers) -> Result<()> {
    if !strangers.target.ip().is_loopback() {
        return Err("forged datagrams are only for this machine".into());
    }
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let (mut random, began) = (Random(1), Instant::now());
    for i in 0..strangers.count {
        if i % BURST == 0 {
            let due = Duration::from_secs(i) / u32::try_from(strangers.a_second)?;
            sleep(due.saturating_sub(began.elapsed()));
        }
        let datagram = forged(&mut random, &strangers.ufrag);
        let _ = socket.send_to(&datagram, strangers.target);
    }
    Ok(())
}

/// Noise, or noise that begins like STUN (for us), DTLS, QUIC or a STUN answer.
fn forged(random: &mut Random, ufrag: &str) -> Vec<u8> {
    let length = 30 + (random.bits() % 1_170) as usize;
    let mut datagram: Vec<u8> = (0..length).map(|_| random.bits() as u8).collect();
    let body = (length - 20) as u16;
    match random.bits() % 5 {
        0 => {
            let name = format!("{ufrag}:{}", "A".repeat(43));
            let mut head = vec![0, 1];
            head.extend(body.to_be_bytes());
            head.extend([0x21, 0x12, 0xa4, 0x42]);
            head.extend([7; 12]);
            head.extend([0, 6, 0, name.len() as u8]);
            head.extend(name.as_bytes());
            overwrite(&mut datagram, &head);
        }
        1 => overwrite(&mut datagram, &greeting(length)),
        2 => overwrite(&mut datagram, &[0xc3, 0, 0, 0, 1, 8]),
        3 => overwrite(&mut datagram, &[1, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42]),
        _ => {}
    }
    datagram
}

/// The head of a whole greeting (ClientHello) in a datagram of this length.
fn greeting(length: usize) -> Vec<u8> {
    let (record, body) = ((length - 13) as u16, (length - 25) as u32);
    let (record, body) = (record.to_be_bytes(), &body.to_be_bytes()[1..]);
    let head = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0];
    [&head, &record[..], &[1], body, &[0; 5], body].concat()
}

fn overwrite(datagram: &mut [u8], head: &[u8]) {
    for (byte, wanted) in datagram.iter_mut().zip(head) {
        *byte = *wanted;
    }
}
