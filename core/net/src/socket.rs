//! UDP sockets, one for each address of this device, moved in batches.

use super::TransportError;
use super::ice::Path;
use super::interfaces::scope_of;
use super::tether::tie;
use bytes::Bytes;
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, SockAddr, Socket as RawSocket, Type};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, SocketAddrV6, UdpSocket};
use std::task::{Context, Poll};
use tokio::io::Interest;

/// What the operating system is asked to hold for us. Without it, a burst overruns the default
/// buffer and each lost datagram costs a recovery.
const KERNEL_BUFFER: usize = 4 * 1024 * 1024;

/// Datagrams, or trains of equal datagrams, taken in one call.
const BATCH: usize = 16;

/// Room for one train of datagrams (generic receive offload).
const TRAIN: usize = 64 * 1024;

/// How many sockets are opened at most: more addresses than this help nobody.
const MOST_SOCKETS: usize = 8;

/// Of how many addresses the port is remembered.
const MOST_PAST: usize = 64;

/// "Message too long" (`EMSGSIZE`, `WSAEMSGSIZE`), which has no name in the standard library.
const TOO_LONG: i32 = match () {
    () if cfg!(windows) => 10_040,
    () if cfg!(any(target_os = "linux", target_os = "android")) => 90,
    () => 40,
};

/// One bound socket. Only here link-local addresses of IPv6 have a scope: it is a number of this machine,
/// so it is put on where something leaves, and taken off where something arrives.
pub(super) struct Socket {
    io: tokio::net::UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    /// Of the interface that a link-local address of IPv6 is on; otherwise 0.
    scope: u32,
}

/// The sockets of one endpoint. They can be closed and bound again, on the same ports where these can
/// be had: a port that stays is a port that an invitation names.
pub(super) struct Sockets {
    sockets: Vec<Socket>,
    /// What to bind.
    addresses: Vec<IpAddr>,
    /// Where sockets were bound before.
    past: Vec<SocketAddr>,
    preferred_port: Option<u16>,
}

thread_local! {
    /// Where the kernel puts what arrives. One for each thread and not for each link: it is used
    /// within one call only, and many links would make it many megabytes.
    static ARRIVALS: RefCell<Vec<u8>> = RefCell::new(vec![0; BATCH * TRAIN]);
    /// Where datagrams become a train.
    static DEPARTURES: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(TRAIN));
}

impl Sockets {
    /// Binds one socket for each address, all on the same port where that can be had: it makes a
    /// shorter invitation, and a port kept over a restart finds those again whom it met before.
    pub(super) fn bind(
        addresses: &[IpAddr],
        preferred_port: Option<u16>,
    ) -> Result<Self, TransportError> {
        let mut sockets = Self {
            sockets: Vec::new(),
            addresses: addresses.to_vec(),
            past: Vec::new(),
            preferred_port,
        };
        sockets.rebind()?;
        Ok(sockets)
    }

    /// Closes every socket. What arrives meanwhile is lost.
    pub(super) fn close(&mut self) {
        self.sockets.clear();
    }

    /// These addresses count from the next [`Self::rebind`] on.
    pub(super) fn set_addresses(&mut self, addresses: Vec<IpAddr>) {
        self.addresses = addresses;
    }

    /// Binds what is not bound, and closes what is not wanted any more.
    ///
    /// # Errors
    /// [`TransportError::NoAddress`] or [`TransportError::Bind`] if no socket is open then.
    pub(super) fn rebind(&mut self) -> Result<(), TransportError> {
        let mut refusal = None;
        let wanted = &self.addresses[..self.addresses.len().min(MOST_SOCKETS)];
        self.sockets
            .retain(|socket| wanted.contains(&socket.local.ip()));
        for address in wanted {
            if self.sockets.iter().any(|s| s.local.ip() == *address) {
                continue;
            }
            match bind_first(*address, &self.ports(*address)) {
                Ok(socket) => {
                    self.past.retain(|past| past.ip() != *address);
                    self.past.truncate(MOST_PAST - 1);
                    self.past.insert(0, socket.local);
                    self.sockets.push(socket);
                }
                // An address that went away meanwhile must not take the others with it.
                Err(error) => refusal = Some(error),
            }
        }
        match (self.sockets.is_empty(), refusal) {
            (true, Some(error)) => Err(TransportError::Bind(error.kind())),
            (true, None) => Err(TransportError::NoAddress),
            (false, _) => Ok(()),
        }
    }

    /// The ports to try for an address: its own, that of the others, any.
    fn ports(&self, address: IpAddr) -> Vec<u16> {
        let own = self.past.iter().find(|past| past.ip() == address);
        let others = self.sockets.first().map(|socket| socket.local);
        let before = self.past.last();
        let known = [own, others.as_ref(), before].into_iter().flatten();
        let mut ports: Vec<u16> = known.map(SocketAddr::port).collect();
        ports.extend(self.preferred_port);
        ports.dedup();
        ports.push(0);
        ports
    }

    /// Takes over a socket that is bound already.
    pub(super) fn adopt(&mut self, socket: Socket) -> SocketAddr {
        let local = socket.local;
        self.sockets.push(socket);
        local
    }

    /// Closes these, which were taken over.
    pub(super) fn give_up(&mut self, locals: &[SocketAddr]) {
        self.sockets
            .retain(|socket| !locals.contains(&socket.local));
    }

    /// Where the sockets are bound.
    pub(super) fn local_addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().map(|socket| socket.local).collect()
    }

    /// Ready when some socket has something to read.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        for socket in &self.sockets {
            if let Poll::Ready(Ok(())) = socket.io.poll_recv_ready(context) {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    /// Hands over what one call per socket brings, datagram by datagram. False if nothing was there.
    pub(super) fn receive(&self, take: impl FnMut(Path, &[u8])) -> bool {
        ARRIVALS.with_borrow_mut(|buffer| self.receive_into(buffer, take))
    }

    fn receive_into(&self, buffer: &mut [u8], mut take: impl FnMut(Path, &[u8])) -> bool {
        let mut any = false;
        for socket in &self.sockets {
            let mut slices: Vec<IoSliceMut<'_>> =
                buffer.chunks_mut(TRAIN).map(IoSliceMut::new).collect();
            let mut metas = [RecvMeta::default(); BATCH];
            let received = socket.io.try_io(Interest::READABLE, || {
                socket
                    .state
                    .recv(UdpSockRef::from(&socket.io), &mut slices, &mut metas)
            });
            // An error concerns one earlier datagram (ICMP), or says that nothing is there.
            let Ok(count) = received else { continue };
            any = true;
            for (meta, train) in metas.iter().zip(buffer.chunks(TRAIN)).take(count) {
                let path = Path {
                    local: socket.local,
                    peer: without_scope(meta.addr),
                };
                let filled = &train[..meta.len.min(TRAIN)];
                for datagram in filled.chunks(meta.stride.max(1)) {
                    take(path, datagram);
                }
            }
        }
        any
    }

    /// Sends from the front of the queue until it is empty or the kernel is full. What remains stays
    /// queued; [`Self::poll_writable`] says when to go on.
    pub(super) fn send(&self, queue: &mut VecDeque<(Path, Bytes)>) {
        DEPARTURES.with_borrow_mut(|train| self.send_as(train, queue));
    }

    fn send_as(&self, train: &mut Vec<u8>, queue: &mut VecDeque<(Path, Bytes)>) {
        while let Some((path, first)) = queue.front() {
            let path = *path;
            let Some(socket) = self.sockets.iter().find(|s| s.local == path.local) else {
                queue.pop_front();
                continue;
            };
            let size = first.len();
            let most = socket
                .state
                .max_gso_segments()
                .min(TRAIN / size.max(1))
                .max(1);
            let mut count = 0;
            train.clear();
            for (next, datagram) in queue.iter().take(most) {
                // All but the last segment of a train have the same size.
                if *next != path || datagram.len() > size {
                    break;
                }
                train.extend_from_slice(datagram);
                count += 1;
                if datagram.len() < size {
                    break;
                }
            }
            let transmit = Transmit {
                destination: socket.scoped(path.peer),
                ecn: None,
                contents: train,
                segment_size: (count > 1).then_some(size),
                src_ip: None,
            };
            let sent = socket.io.try_io(Interest::WRITABLE, || {
                socket
                    .state
                    .try_send(UdpSockRef::from(&socket.io), &transmit)
            });
            match sent {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // Unreachable networks and the like: the layers above notice by silence.
                Err(error) => log::trace!("a datagram was not sent: {}", error.kind()),
                Ok(()) => {}
            }
            queue.drain(..count);
        }
    }

    /// Sends one datagram, if the kernel takes it now. False if this device's own link is too narrow for
    /// it; `quinn_udp` forbids every system to cut it into fragments.
    pub(super) fn probe(&self, path: Path, datagram: &[u8]) -> bool {
        let Some(socket) = self.sockets.iter().find(|s| s.local == path.local) else {
            return true;
        };
        let sent = socket.io.try_send_to(datagram, socket.scoped(path.peer));
        !sent.is_err_and(|error| error.raw_os_error() == Some(TOO_LONG))
    }

    /// Ready when every socket takes more.
    pub(super) fn poll_writable(&self, context: &mut Context<'_>) -> Poll<()> {
        for socket in &self.sockets {
            if socket.io.poll_send_ready(context).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }
}

impl Socket {
    /// Binds a socket on any port of this address.
    pub(super) fn bind(address: IpAddr) -> io::Result<Self> {
        Self::bind_at(address, 0)
    }

    /// Binds a socket on that port of this address, any if it is 0.
    pub(super) fn bind_at(address: IpAddr, port: u16) -> io::Result<Self> {
        bind_one(SocketAddr::new(address, port))
    }

    /// A peer at a link-local address of IPv6 is where this socket is: its token cannot say on which of
    /// our interfaces.
    fn scoped(&self, peer: SocketAddr) -> SocketAddr {
        match peer {
            SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() => with_scope(v6, self.scope),
            _ => peer,
        }
    }

    /// Sends one datagram, if the kernel takes it now.
    pub(super) fn send_one(&self, peer: SocketAddr, datagram: &[u8]) {
        if let Err(error) = self.io.try_send_to(datagram, self.scoped(peer)) {
            log::trace!("a datagram was not sent: {}", error.kind());
        }
    }

    /// The next datagram that is there: its length, and who sent it.
    pub(super) fn receive_one(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let (length, peer) = self.io.try_recv_from(buffer).ok()?;
        Some((length, without_scope(peer)))
    }

    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        self.io.poll_recv_ready(context).map(drop)
    }
}

fn bind_first(address: IpAddr, ports: &[u16]) -> io::Result<Socket> {
    let mut refusal = io::ErrorKind::AddrNotAvailable.into();
    for port in ports {
        match bind_one(SocketAddr::new(address, *port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => refusal = error,
            bound => return bound,
        }
    }
    Err(refusal)
}

fn with_scope(address: SocketAddrV6, scope: u32) -> SocketAddr {
    SocketAddrV6::new(*address.ip(), address.port(), 0, scope).into()
}

/// As the rest of the program compares addresses, and as tokens name them.
fn without_scope(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port())
}

/// A plain socket on any port of this address.
pub(super) fn bind_plain(address: IpAddr) -> io::Result<tokio::net::UdpSocket> {
    let address = SocketAddr::new(address, 0);
    let raw = tied(address)?;
    raw.bind(&address.into())?;
    tokio::net::UdpSocket::from_std(raw.into())
}

/// A socket that leaves by the network of this address, and is not bound yet.
fn tied(address: SocketAddr) -> io::Result<RawSocket> {
    let raw = RawSocket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    raw.set_nonblocking(true)?;
    tie(&raw, address.ip())?;
    Ok(raw)
}

fn bind_one(address: SocketAddr) -> io::Result<Socket> {
    let scope = match address {
        SocketAddr::V6(v6) if v6.ip().is_unicast_link_local() => scope_of(*v6.ip())?,
        _ => 0,
    };
    let raw = tied(address)?;
    if address.is_ipv6() {
        raw.set_only_v6(true)?;
    }
    raw.bind(&SockAddr::from(match address {
        SocketAddr::V6(v6) => with_scope(v6, scope),
        SocketAddr::V4(_) => address,
    }))?;
    // The kernel grants what it allows; less is not an error.
    let _ = raw.set_recv_buffer_size(KERNEL_BUFFER);
    let _ = raw.set_send_buffer_size(KERNEL_BUFFER);
    let socket: UdpSocket = raw.into();
    let local = without_scope(socket.local_addr()?);
    let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
    let io = tokio::net::UdpSocket::from_std(socket)?;
    Ok(Socket {
        io,
        state,
        local,
        scope,
    })
}
