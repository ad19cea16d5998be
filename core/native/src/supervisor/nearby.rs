//! The local network's name service, for as long as the device looks for anybody there.

use super::task::Happened;
use handfast_device::{Input, NearbyCommand};
use handfast_protocol::discovery::{Discovery, DiscoveryEvent};
use std::fmt;
use std::future::{pending, poll_fn};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Begins the name service of the local networks that these addresses of this device are in.
#[derive(Clone)]
pub struct NameService(Arc<Begin>);

type Begin = dyn Fn(&[IpAddr]) -> io::Result<Box<dyn Discovery>> + Send + Sync;

impl NameService {
    /// One that is begun so, within a tokio runtime. It ends when it is dropped.
    pub fn new(
        begin: impl Fn(&[IpAddr]) -> io::Result<Box<dyn Discovery>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(begin))
    }

    /// The usual one on this system; None where the shell has to bring it.
    pub fn usual() -> Option<Self> {
        #[cfg(feature = "mdns")]
        {
            Some(Self::new(|addresses| {
                let network = handfast_net::LocalNetwork::of(addresses)?;
                Ok(Box::new(network))
            }))
        }
        #[cfg(not(feature = "mdns"))]
        {
            None
        }
    }
}

impl fmt::Debug for NameService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameService(..)")
    }
}

/// Does what the device wants until nobody can want anything any more.
pub(super) async fn run(
    service: NameService,
    mut commands: mpsc::UnboundedReceiver<NearbyCommand>,
    tell: mpsc::Sender<Happened>,
) {
    let mut network = None;
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(NearbyCommand::Look { addresses, announcement }) => {
                    if network.is_none() {
                        network = begin(&service, &addresses);
                    }
                    if let Some(network) = &mut network {
                        network.announce(Some(&announcement));
                        network.browse(true);
                    }
                }
                Some(NearbyCommand::Rest) => end(network.take()).await,
                None => break,
            },
            event = next(&mut network) => {
                // Nobody is there any more once everything is shut down.
                let _ = tell.send(Input::Nearby(event).into()).await;
            }
        }
    }
    end(network).await;
}

fn begin(service: &NameService, addresses: &[IpAddr]) -> Option<Box<dyn Discovery>> {
    let begun = (service.0)(addresses);
    begun
        .inspect_err(|error| log::warn!("nobody is found in this network: {error}"))
        .ok()
}

/// It says goodbye, which takes a moment.
async fn end(network: Option<Box<dyn Discovery>>) {
    if let Some(network) = network {
        let _ = tokio::task::spawn_blocking(move || drop(network)).await;
    }
}

async fn next(network: &mut Option<Box<dyn Discovery>>) -> DiscoveryEvent {
    match network {
        Some(network) => poll_fn(|context| network.poll_event(context)).await,
        None => pending().await,
    }
}
