//! STUN servers in the core, honest ones and others.

use crate::person::Folder;
use crate::world::{CORE, World};
use std::net::UdpSocket;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A server that says how it sees whoever asks, at all addresses of the core. It ends when dropped.
pub(crate) struct Stun {
    child: Child,
    _folder: Folder,
}

/// What the program is to ask: two servers by IPv4, one by IPv6.
pub(crate) const SERVERS: [&str; 3] = ["5.9.0.1:3478", "5.9.0.2:3478", "[2a00:5:9::1]:3478"];

impl Stun {
    /// Starts it, and waits until it answers.
    pub(crate) fn start(world: &World) -> Self {
        let folder = Folder::new();
        let child = world.core.start("turnserver", |command| {
            command.args([
                "-n",
                "--stun-only",
                "--no-cli",
                "--no-tls",
                "--no-dtls",
                "--no-tcp",
            ]);
            command.args(["--no-rfc5780", "--relay-threads", "1", "--simple-log"]);
            command.args(["--listening-port", "3478", "--log-file", "/dev/null"]);
            command.args([
                "--pidfile",
                &folder.path("pid"),
                "--userdb",
                &folder.path("users"),
            ]);
            for address in CORE {
                command.args(["--listening-ip", address]);
            }
            command.stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
        });
        let server = Self {
            child,
            _folder: folder,
        };
        let asking = world.core.inside(|| crate::probe::socket("5.9.0.1:0"));
        let until = Instant::now() + Duration::from_secs(20);
        while !SERVERS[..2].iter().all(|server| answers(&asking, server)) {
            assert!(Instant::now() < until, "turnserver does not answer");
        }
        server
    }
}

impl Drop for Stun {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether this server answers a binding request (RFC 8489, section 5).
fn answers(asking: &UdpSocket, server: &str) -> bool {
    let mut request = [0; 20];
    request[1] = 1;
    request[4..8].copy_from_slice(&0x2112_A442u32.to_be_bytes());
    let _ = asking.send_to(&request, server);
    matches!(asking.recv(&mut [0; 256]), Ok(length) if length > 20)
}

/// A server that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impostor {
    /// Never answers.
    Silent,
    /// Answers with what is no STUN.
    Garbage,
    /// Answers well-formed, with an address that is not the asker's.
    Liar,
}

impl Impostor {
    /// Takes the place of the servers, at their addresses.
    pub(crate) fn start(self, world: &World) {
        for server in &SERVERS[..2] {
            let socket = world.core.inside(|| crate::probe::socket(server));
            std::thread::spawn(move || self.serve(&socket));
        }
    }

    /// Serves until the world is gone, which nobody else waits for.
    fn serve(self, socket: &UdpSocket) {
        let started = Instant::now();
        let mut buffer = [0; 1500];
        while started.elapsed() < Duration::from_secs(120) {
            let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                continue;
            };
            let answer = match self {
                Self::Silent => continue,
                Self::Garbage => {
                    b"HTTP/1.1 302 Found\r\nLocation: http://captive/\r\n\r\n".to_vec()
                }
                Self::Liar if length >= 20 => lie(&buffer[..20]),
                Self::Liar => continue,
            };
            let _ = socket.send_to(&answer, from);
        }
    }
}

/// A binding success with XOR-MAPPED-ADDRESS 5.9.0.77:7777 (RFC 8489, section 14.2).
fn lie(request: &[u8]) -> Vec<u8> {
    let mut answer = vec![1, 1, 0, 12];
    answer.extend(&request[4..20]);
    answer.extend([0, 0x20, 0, 8, 0, 1]);
    answer.extend((7777u16 ^ 0x2112).to_be_bytes());
    let address = u32::from_be_bytes([5, 9, 0, 77]) ^ 0x2112_A442;
    answer.extend(address.to_be_bytes());
    answer
}
