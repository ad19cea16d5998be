//! A table on this machine: a host that waits and guests who know the way, over real sockets.

#![allow(dead_code)] // each test uses a part

use handfast_net::{ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, TunnelCertificate};
use handfast_protocol::link::Link;
use handfast_token::{Candidate, InvitationKeys, Secret};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;
use tokio::time::timeout;

pub(crate) const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What both sides know from the invitation.
pub(crate) struct Table {
    pub(crate) keys: InvitationKeys,
    pub(crate) certificate: TunnelCertificate,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            keys: InvitationKeys::derive(&Secret::new([7; 16])),
            certificate: TunnelCertificate::generate().unwrap(),
        }
    }

    pub(crate) fn place_host(&self, addresses: &[IpAddr]) -> Connector {
        Endpoint::bind(addresses, None).unwrap().host(HostSetup {
            certificate: self.certificate.clone(),
            keys: self.keys.clone(),
        })
    }

    pub(crate) fn guest_setup(&self, host: &Connector) -> GuestSetup {
        GuestSetup {
            certificate: TunnelCertificate::generate().unwrap(),
            keys: self.keys.clone(),
            host: self.certificate.fingerprint(),
            addresses: candidates(host),
            browser: None,
        }
    }

    pub(crate) fn place_guest(&self, host: &Connector, address: IpAddr) -> Connector {
        let setup = self.guest_setup(host);
        Endpoint::bind(&[address], None).unwrap().guest(setup)
    }
}

pub(crate) fn candidates(connector: &Connector) -> Vec<Candidate> {
    connector
        .addresses()
        .iter()
        .copied()
        .map(Candidate::host)
        .collect()
}

pub(crate) async fn opened(connector: &mut Connector) -> Link {
    timeout(Duration::from_secs(10), async {
        loop {
            match connector.next().await {
                Some(ConnectEvent::Open(link)) => return link,
                Some(_) => {}
                None => panic!("the endpoint ended"),
            }
        }
    })
    .await
    .expect("a link in time")
}
