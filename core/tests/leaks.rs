//! Connections opened and shut one after another leave nothing behind. Alone in its process, because
//! it counts what the process holds.

#![allow(clippy::unwrap_used)] // helpers of tests

use handfast_core::crypto::Secret;
use handfast_core::invitation::{Candidate, InvitationKeys};
use handfast_core::transport::{
    Certificate, ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, Link,
};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::time::timeout;

const HERE: [IpAddr; 1] = [IpAddr::V4(Ipv4Addr::LOCALHOST)];

async fn opened(connector: &mut Connector) -> Link {
    timeout(Duration::from_secs(10), async {
        loop {
            if let ConnectEvent::Open(link) = connector.next().await.unwrap() {
                return link;
            }
        }
    })
    .await
    .unwrap()
}

struct Table {
    keys: InvitationKeys,
    certificate: Certificate,
}

impl Table {
    fn new() -> Self {
        Self {
            keys: InvitationKeys::derive(&Secret::new([1; 16])),
            certificate: Certificate::generate().unwrap(),
        }
    }

    fn host(&self) -> Connector {
        Endpoint::bind(&HERE, None).unwrap().host(HostSetup {
            certificate: self.certificate.clone(),
            keys: self.keys.clone(),
        })
    }

    fn guest(&self, host: &Connector) -> Connector {
        Endpoint::bind(&HERE, None).unwrap().guest(GuestSetup {
            certificate: self.certificate.clone(),
            keys: self.keys.clone(),
            host: self.certificate.fingerprint(),
            addresses: vec![Candidate::host(host.addresses()[0])],
        })
    }
}

/// Open file descriptors of this process, where the operating system tells.
fn descriptors() -> Option<usize> {
    std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count)
}

fn tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

#[tokio::test]
async fn connections_leave_no_task_and_no_descriptor_behind() {
    let table = Table::new();
    let connect = async || {
        let mut host = table.host();
        let mut guest = table.guest(&host);
        let (at_host, at_guest) = tokio::join!(opened(&mut host), opened(&mut guest));
        // One side leaves properly, the other is simply forgotten.
        at_host.shutdown().await;
        drop((at_guest, host, guest));
    };
    for _ in 0..3 {
        connect().await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (descriptors_before, tasks_before) = (descriptors(), tasks());
    for _ in 0..30 {
        connect().await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(descriptors(), descriptors_before);
    assert_eq!(tasks(), tasks_before);
}
