//! How this device makes itself known to be reached from other networks, as far as the person allows.

use super::Engine;
use crate::ffi::preferences::Preferences;
use crate::ffi::{HandfastError, NetworkReport, survey};
use crate::transport::{Endpoint, PortMapping};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long an invitation for somebody elsewhere waits for what servers and the router say.
pub(in crate::ffi) const REACHING_OUT: Duration = Duration::from_secs(4);

impl Engine {
    /// What the person chose.
    pub(super) async fn preferences(&self) -> Result<Preferences, HandfastError> {
        Ok(self.terms.store.run(Preferences::read).await?)
    }

    /// Asks how the sockets are seen from outside, and the router for a port, both at the same time.
    /// What does not answer in time is done without; a shutdown waits for none of it.
    pub(super) async fn reach_out(
        &self,
        mut endpoint: Endpoint,
    ) -> Result<(Endpoint, Option<PortMapping>), HandfastError> {
        let may_ask_router = self.preferences().await?.ask_router;
        let sockets = endpoint.addresses();
        let asks_servers = async {
            if endpoint.can_look_outside() {
                endpoint.look_outside(REACHING_OUT).await;
            }
        };
        let asks_router = async {
            match may_ask_router {
                true => PortMapping::ask_for(&sockets, self.router).await?.ok(),
                false => None,
            }
        };
        let asks_router = tokio::time::timeout(REACHING_OUT, asks_router);
        let door = tokio::select! {
            ((), door) = async { tokio::join!(asks_servers, asks_router) } => door.ok().flatten(),
            () = self.terms.hush.notified() => None,
        };
        Ok(match door.as_ref().and_then(PortMapping::external) {
            Some(external) => (endpoint.with_door(external), door),
            None => (endpoint, None),
        })
    }

    /// Looks around, beside everything else that goes on, and tells whoever asked.
    pub(super) async fn survey(
        &self,
        answer: oneshot::Sender<Result<NetworkReport, HandfastError>>,
    ) {
        match self.prepare_survey().await {
            Ok(looking) => {
                tokio::spawn(async move {
                    let _ = answer.send(Ok(looking.await));
                });
            }
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        }
    }

    async fn prepare_survey(
        &self,
    ) -> Result<impl Future<Output = NetworkReport> + use<>, HandfastError> {
        let chosen = self.preferences().await?;
        let (endpoint, policy) = self.bind(None).await?;
        let servers = chosen.askable(policy.loopback);
        let router = chosen.ask_router.then_some(self.router);
        Ok(survey::survey(endpoint, servers, router))
    }
}
