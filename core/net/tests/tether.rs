//! Sockets are tied to networks before they are bound. One process has one tether, so these tests are one.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_net::{AskRouter, Endpoint, PortMapping, Tether, TransportError, tie_sockets};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

/// Remembers which addresses sockets were tied for, and refuses the one that is in no network.
#[derive(Default)]
struct Shell(Mutex<Vec<(i32, IpAddr)>>);

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));

impl Tether for Shell {
    fn tie(&self, socket: i32, address: IpAddr) -> io::Result<()> {
        self.0.lock().unwrap().push((socket, address));
        match address == NOWHERE {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(()),
        }
    }
}

impl Shell {
    fn tied(&self) -> Vec<IpAddr> {
        let tied = std::mem::take(&mut *self.0.lock().unwrap());
        assert!(tied.iter().all(|(socket, _)| *socket > 2));
        tied.into_iter().map(|(_, address)| address).collect()
    }
}

fn ips(sockets: &[SocketAddr]) -> Vec<IpAddr> {
    sockets.iter().map(SocketAddr::ip).collect()
}

#[tokio::test]
async fn every_socket_is_tied_to_the_network_of_its_address_or_is_not_used() {
    let shell = Arc::new(Shell::default());
    tie_sockets(shell.clone());

    let endpoint = Endpoint::bind(&[HERE, THERE, NOWHERE], None).unwrap();
    assert_eq!(ips(&endpoint.addresses()), [HERE, THERE]);
    assert_eq!(shell.tied(), [HERE, THERE, NOWHERE]);

    // On the port that a token names, too.
    let port = endpoint.addresses()[0].port();
    let other = endpoint.with_port(port.checked_add(1).unwrap_or(1024));
    assert_eq!(shell.tied(), [HERE, THERE]);
    drop(other);

    let refused = Endpoint::bind(&[NOWHERE], None).err();
    assert!(
        matches!(refused, Some(TransportError::Bind(_))),
        "{refused:?}"
    );
    assert_eq!(shell.tied(), [NOWHERE]);

    // What asks a router leaves by the same network.
    let local = SocketAddr::new(THERE, 9);
    assert!(PortMapping::ask(local, Some(HERE)).await.is_err());
    let asking = shell.tied();
    assert!(!asking.is_empty() && asking.iter().all(|address| *address == THERE));
    assert!(
        PortMapping::ask_for(&[local], AskRouter::No)
            .await
            .is_none()
    );
    assert!(shell.tied().is_empty());
}
