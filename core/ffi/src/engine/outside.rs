//! Who may be asked how this device is reached from other networks, and what is learned for a person
//! who wants to know.

use super::Engine;
use crate::preferences::Preferences;
use crate::{HandfastError, NetworkReport};
use handfast_native::net::AskRouter;
use tokio::sync::oneshot;

impl Engine {
    /// What the person chose.
    pub(super) async fn preferences(&self) -> Result<Preferences, HandfastError> {
        Ok(self.terms.store.run(Preferences::read).await?)
    }

    /// Whether the router may be asked, and where it is.
    pub(super) fn router(&self, chosen: &Preferences) -> AskRouter {
        match chosen.ask_router {
            true => AskRouter::Yes(self.router),
            false => AskRouter::No,
        }
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
            let survey = endpoint.survey(router).await;
            NetworkReport::new(&survey, &servers)
        })
    }
}
