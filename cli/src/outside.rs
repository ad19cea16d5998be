//! Whom this machine may ask how it is seen from outside, and what it was told.

use crate::network::Place;
use crate::output::Output;
use crate::words;
use handfast_core::transport::StunServer;
use std::time::Duration;

/// How long an invitation waits for what the servers say.
pub(crate) const PATIENCE: Duration = Duration::from_secs(4);

#[derive(clap::Args)]
pub(crate) struct OutsideArgs {
    /// Ask this STUN server how this machine is seen from outside, instead of the usual ones; may be
    /// repeated
    #[arg(long = "stun", value_name = "HOST:PORT")]
    servers: Vec<StunServer>,
    /// Never ask a STUN server
    #[arg(long, conflicts_with = "servers")]
    no_stun: bool,
    /// Never ask the router to open a port
    #[arg(long)]
    no_port_mapping: bool,
}

impl OutsideArgs {
    /// Whom to ask once it is needed. On this machine alone only servers that were named.
    pub(crate) fn servers(&self, is_local: bool) -> Vec<StunServer> {
        match (self.no_stun, self.servers.is_empty(), is_local) {
            (true, _, _) | (_, true, true) => Vec::new(),
            (false, true, false) => StunServer::usual(),
            (false, false, _) => self.servers.clone(),
        }
    }

    /// Whether the router may be asked to open a port.
    pub(crate) fn may_ask_router(&self) -> bool {
        !self.no_port_mapping
    }
}

/// Asks before an invitation is made that is to reach somebody in another network.
pub(crate) async fn look(place: &mut Place, output: &mut Output) {
    if !place.endpoint.can_look_outside() {
        return output.note(words::NOBODY_TO_ASK);
    }
    let outside = place.endpoint.look_outside(PATIENCE).await;
    if outside.mappings.is_empty() {
        output.note(words::NOT_SEEN_OUTSIDE);
    }
}
