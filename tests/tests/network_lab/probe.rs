//! Single datagrams between sockets inside the laboratory.

use crate::world::{CORE, World};
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a datagram may take that will arrive.
const ARRIVES: Duration = Duration::from_millis(400);

/// A socket of the namespace that this is called in.
pub(crate) fn socket(address: &str) -> UdpSocket {
    let socket = UdpSocket::bind(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    socket.set_read_timeout(Some(ARRIVES)).expect("a timeout");
    socket
}

/// Whether a datagram reaches the other socket's own address.
pub(crate) fn arrives(from: &UdpSocket, to: &UdpSocket) -> bool {
    arrives_at(from, to.local_addr().expect("bound"), to)
}

/// Whether a datagram sent to this address reaches the other socket.
pub(crate) fn arrives_at(from: &UdpSocket, address: SocketAddr, to: &UdpSocket) -> bool {
    let word = from.local_addr().expect("bound").to_string();
    let _ = from.send_to(word.as_bytes(), address);
    let mut buffer = [0; 64];
    matches!(to.recv(&mut buffer), Ok(length) if buffer[..length] == *word.as_bytes())
}

/// How an observer sees a socket; nothing if it hears nothing of it.
pub(crate) fn seen_by(observer: &UdpSocket, socket: &UdpSocket) -> Option<SocketAddr> {
    let to = observer.local_addr().expect("bound");
    socket.send_to(b"out", to).ok()?;
    Some(observer.recv_from(&mut [0; 8]).ok()?.1)
}

/// How the core sees this socket.
pub(crate) fn mapped(world: &World, socket: &UdpSocket) -> SocketAddr {
    let observer = world
        .core
        .inside(|| self::socket(&format!("{}:0", CORE[0])));
    seen_by(&observer, socket).expect("it arrives")
}

/// The port of a new socket of the host, on its device and as the core sees it.
pub(crate) fn ports(world: &World) -> (u16, u16) {
    let device = world.host.inside(|| socket("0.0.0.0:0"));
    let own = device.local_addr().expect("bound").port();
    (own, mapped(world, &device).port())
}
