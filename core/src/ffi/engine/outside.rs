//! How this device makes itself known to be reached from other networks, as far as the person allows.

use super::Engine;
use crate::ffi::preferences::Preferences;
use crate::ffi::{HandfastError, NetworkReport};
use crate::transport::{AskRouter, Endpoint, PortMapping, Survey};
use tokio::sync::oneshot;

impl Engine {
    /// What the person chose.
    pub(super) async fn preferences(&self) -> Result<Preferences, HandfastError> {
        Ok(self.terms.store.run(Preferences::read).await?)
    }

    /// Whether the router may be asked, and where it is.
    fn router(&self, chosen: &Preferences) -> AskRouter {
        match chosen.ask_router {
            true => AskRouter::Yes(self.router),
            false => AskRouter::No,
        }
    }

    /// Asks how the sockets are seen from outside, and the router for a port, both at the same time.
    /// What does not answer in time is done without; a shutdown waits for none of it.
    pub(super) async fn reach_out(
        &self,
        endpoint: Endpoint,
    ) -> Result<(Endpoint, Option<PortMapping>), HandfastError> {
        let router = self.router(&self.preferences().await?);
        let reached = endpoint.reach_out(router).await;
        Ok((reached.endpoint, reached.port.and_then(Result::ok)))
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
        let router = self.router(&chosen);
        Ok(async move {
            let survey = Survey::take(endpoint, router).await;
            NetworkReport::new(&survey, &servers)
        })
    }
}
