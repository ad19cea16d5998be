//! By which of a phone's networks sockets leave.

use super::Networks;
use handfast_native::net::{self, Tether};
use std::io;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// From now on, every socket of this process that is on a network is tied to it by the shell before it is
/// bound. Without this, the system chooses by the address, which is right everywhere but on Android. For
/// the whole process; a later one takes the place of an earlier one.
#[uniffi::export]
pub fn tie_sockets(networks: Arc<dyn Networks>) {
    net::tie_sockets(Arc::new(Shell(networks)));
}

struct Shell(Arc<dyn Networks>);

impl Tether for Shell {
    fn tie(&self, socket: i32, address: IpAddr) -> io::Result<()> {
        let tied = catch_unwind(AssertUnwindSafe(|| self.0.tie(socket, address.to_string())));
        match tied {
            Ok(Ok(())) => Ok(()),
            _ => Err(io::Error::other("the shell did not tie a socket")),
        }
    }
}
