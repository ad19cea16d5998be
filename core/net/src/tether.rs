//! By which network a socket leaves. Most systems choose it by the address that the socket is bound to;
//! Android takes the phone's default network whatever the address is, unless the socket is tied to
//! another one, which is a call that only the shell can make.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// Ties sockets to networks.
pub trait Tether: Send + Sync {
    /// Ties the socket with this file descriptor, which is not bound yet, to the network in which this
    /// device has the address.
    ///
    /// # Errors
    /// What the system says. The socket is not used then.
    fn tie(&self, socket: i32, address: IpAddr) -> io::Result<()>;
}

static TETHER: RwLock<Option<Arc<dyn Tether>>> = RwLock::new(None);

/// From now on, every socket of this process goes through this before it is bound, those of this machine's
/// own address too, which is in no network. Networks are the process's, so there is one for all endpoints,
/// in the place of an earlier one. Windows, where a socket is no descriptor, needs none.
pub fn tie_sockets(tether: Arc<dyn Tether>) {
    *TETHER.write().unwrap_or_else(PoisonError::into_inner) = Some(tether);
}

/// Ties a socket that is about to be bound to this address, where somebody wants that.
#[cfg(unix)]
pub(crate) fn tie(socket: &impl std::os::fd::AsRawFd, address: IpAddr) -> io::Result<()> {
    let tether = TETHER
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    tether.map_or(Ok(()), |tether| tether.tie(socket.as_raw_fd(), address))
}

#[cfg(not(unix))]
pub(crate) fn tie<S>(_: &S, _: IpAddr) -> io::Result<()> {
    Ok(())
}
