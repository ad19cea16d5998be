//! When this device gets or loses an address, from systems that tell: Linux does, over netlink (RFC 3549).

use std::future::pending;

/// Hears when an address of this device comes or goes.
#[derive(Debug)]
pub struct AddressChanges(Option<system::Listening>);

impl AddressChanges {
    /// Listens from now on, in the network namespace of this thread. Within a tokio runtime.
    pub fn listen() -> Self {
        match system::Listening::begin() {
            Ok(listening) => Self(Some(listening)),
            Err(error) => {
                log::debug!("the system does not tell of addresses: {error}");
                Self(None)
            }
        }
    }

    /// Waits until an address has come or gone since the last call; for ever where the system does not
    /// tell. May be dropped half-way.
    pub async fn next(&self) {
        if let Some(listening) = &self.0
            && listening.is_told().await.is_ok()
        {
            return;
        }
        pending().await
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::io::Errno;
    use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, netlink, socket_with};
    use std::io;
    use tokio::net::UdpSocket;

    /// `RTMGRP_IPV4_IFADDR` and `RTMGRP_IPV6_IFADDR` of linux/rtnetlink.h.
    const ADDRESSES: u32 = 0x10 | 0x100;

    /// A socket of netlink. The runtime waits for every socket of datagrams as for one of UDP.
    #[derive(Debug)]
    pub(super) struct Listening(UdpSocket);

    impl Listening {
        pub(super) fn begin() -> io::Result<Self> {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            // Without another protocol it is that of routes (`NETLINK_ROUTE` is 0).
            let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, None)?;
            bind(&socket, &netlink::SocketAddrNetlink::new(0, ADDRESSES))?;
            UdpSocket::from_std(socket.into()).map(Self)
        }

        /// What the messages say is looked up anyway, so of each the beginning is enough.
        pub(super) async fn is_told(&self) -> io::Result<()> {
            let overrun = Some(Errno::NOBUFS.raw_os_error());
            let mut is_told = false;
            while !is_told {
                self.0.readable().await?;
                loop {
                    match self.0.try_recv(&mut [0]) {
                        Ok(_) => is_told = true,
                        Err(error) if error.raw_os_error() == overrun => is_told = true,
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                        Err(error) => return Err(error),
                    }
                }
            }
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    #[derive(Debug)]
    pub(super) enum Listening {}

    impl Listening {
        pub(super) fn begin() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(super) async fn is_told(&self) -> io::Result<()> {
            match *self {}
        }
    }
}
