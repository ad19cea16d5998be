//! What a device costs that waits for the guests of ten invitations at once, for people in other networks:
//! its processor, and what it asks of each server.

use super::Result;
use super::figure::{Figure, Goal};
use super::process::cpu_time;
use handfast_native::device::{
    Asking, Command, DeliveryMode, Done, InviteTerms, Scope, Settings, View,
};
use handfast_native::{DeviceHandle, Home, Options};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;

const INVITATIONS: usize = 10;

/// How long the first questions may take, after which a host only keeps its port open.
const SETTLED: Duration = Duration::from_secs(15);

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let watched = Duration::from_secs(if quick { 60 } else { 180 });
    let servers = [Server::start().await?, Server::start().await?];
    let names = servers.iter().map(|server| server.name.parse());
    let asking = Asking {
        servers: true,
        named: names.collect::<std::result::Result<_, _>>()?,
        router: false,
        guess: false,
    };
    let options = Options {
        settings: Settings {
            asking,
            ..Settings::default()
        },
        ..Options::new(std::env::temp_dir())
    };
    let (device, _listener) = DeviceHandle::start(Home::nowhere()?, options).await?;
    for _ in 0..INVITATIONS {
        let mut terms = InviteTerms::new(DeliveryMode::Send);
        terms.terms.scope = Scope::ThisMachine;
        let Done::Session(session) = device.command(Command::Invite(Box::new(terms))).await? else {
            return Err("no session".into());
        };
        let shown = |view: &View| matches!(view, View::Hosting { .. });
        let mut overview = device.overview();
        overview
            .wait_for(|now| now.sessions.get(&session).is_some_and(shown))
            .await?;
    }
    tokio::time::sleep(SETTLED).await;
    let asked: Vec<u32> = servers.iter().map(Server::asked).collect();
    let (began, used) = (Instant::now(), cpu_time());
    tokio::time::sleep(watched).await;
    let (took, used_after) = (began.elapsed(), cpu_time());
    let a_minute = servers
        .iter()
        .zip(asked)
        .map(|(server, before)| f64::from(server.asked() - before) * 60.0 / took.as_secs_f64());
    let mut figures = vec![
        Figure::new(
            "questions to each server, ten invitations that wait",
            "a minute",
            a_minute.collect(),
        )
        .held_to(Goal::AtMost(4.0)),
    ];
    if let (Some(before), Some(after)) = (used, used_after) {
        let share = (after - before).as_secs_f64() / took.as_secs_f64() * 100.0;
        figures.push(
            Figure::new(
                "processor of a device with ten that wait",
                "% of core",
                vec![share],
            )
            .held_to(Goal::AtMost(0.03)),
        );
    }
    device.shutdown().await;
    Ok(figures)
}

/// A server outside that says where a question came from (RFC 8489), and counts.
struct Server {
    name: String,
    asked: Arc<AtomicU32>,
}

impl Server {
    async fn start() -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let name = socket.local_addr()?.to_string();
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            let mut question = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                count.fetch_add(1, Relaxed);
                if let Some(answer) = answer(&question[..length], from) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Ok(Self { name, asked })
    }

    fn asked(&self) -> u32 {
        self.asked.load(Relaxed)
    }
}

/// XOR-MAPPED-ADDRESS in a success response (RFC 8489 §14.2).
fn answer(question: &[u8], from: SocketAddr) -> Option<Vec<u8>> {
    let SocketAddr::V4(from) = from else {
        return None;
    };
    let header = question.get(4..20)?;
    let cookie = &header[..4];
    let port = from.port() ^ 0x2112;
    let ip = from.ip().octets().into_iter().zip(cookie);
    let ip: Vec<u8> = ip.map(|(byte, mask)| byte ^ mask).collect();
    let mapped = [&[0, 0x20, 0, 8, 0, 1][..], &port.to_be_bytes(), &ip].concat();
    Some([&[1, 1, 0, 12][..], header, &mapped].concat())
}
