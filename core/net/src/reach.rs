//! Asking how this device is reached from other networks: STUN servers how its sockets are seen, the
//! router for a port. Nobody else is asked, and nobody at all but by these two: for an invitation that
//! is meant for somebody elsewhere, and for a person who wants to know what works from here.

use super::{AskRouter, Endpoint, PortMapping};
use crate::boxed::boxed;
use handfast_protocol::network::{MappingError, NetworkReport, ReflexiveReport};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// How long servers and the router have to answer. What comes later is done without.
const PATIENCE: Duration = Duration::from_secs(4);

/// Sockets that can be reached from other networks, as far as those who were asked could help.
pub struct Reached {
    /// The sockets; they know what was learned.
    pub endpoint: Endpoint,
    /// How servers see them. None if there was nobody to ask.
    pub reflexive: Option<ReflexiveReport>,
    /// The port that the router opened, to be held as long as the sockets, or why it did not. None if
    /// it was not asked.
    pub port: Option<Result<PortMapping, MappingError>>,
}

impl Endpoint {
    /// Asks the servers and the router at the same time, for at most four seconds. Dropping the future
    /// gives the sockets up at once; a port that the router opens after that is closed again.
    pub async fn reach_out(mut self, router: AskRouter) -> Reached {
        // The shared ones: whatever comes there finds whom it is for.
        let sockets = self.shared_addresses();
        let asks_servers = async {
            match self.can_look_outside() {
                true => Some(self.look_outside(PATIENCE).await),
                false => None,
            }
        };
        let (reflexive, port) = tokio::join!(asks_servers, ask_in_time(sockets, router));
        let external = match &port {
            Some(Ok(port)) => port.external(),
            _ => None,
        };
        Reached {
            endpoint: match external {
                Some(external) => self.with_external_address(external),
                None => self,
            },
            reflexive,
            port,
        }
    }
}

impl Endpoint {
    /// Looks around from these sockets, which are given up at the end.
    pub async fn survey(mut self, router: AskRouter) -> NetworkReport {
        let sockets = self.addresses();
        let mut report = NetworkReport {
            addresses: sockets.iter().map(SocketAddr::ip).collect(),
            ..NetworkReport::default()
        };
        if self.can_look_outside() {
            report.reflexive = Some(self.look_outside(PATIENCE).await);
            report.hairpin = self.hears_itself().await;
        }
        // After the servers were asked: an open port changes how they see the socket.
        report.port = match PortMapping::ask_for(&sockets, router).await {
            Some(Ok(port)) => {
                let external = port.external().ok_or(MappingError::Refused);
                port.end().await;
                Some(external)
            }
            Some(Err(error)) => Some(Err(error)),
            None => None,
        };
        report
    }
}

/// Asks in a task of its own, which outlives whoever waits for it: a router that has heard the question
/// may open the port in any case, so there has to be somebody who closes it.
async fn ask_in_time(
    sockets: Vec<SocketAddr>,
    router: AskRouter,
) -> Option<Result<PortMapping, MappingError>> {
    let asking = tokio::spawn(boxed(async move {
        PortMapping::ask_for(&sockets, router).await
    }));
    match timeout(PATIENCE, asking).await {
        Ok(asked) => asked.unwrap_or(Some(Err(MappingError::Socket))),
        Err(_) => Some(Err(MappingError::NotOffered)),
    }
}
