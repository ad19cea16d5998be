//! Whom this machine may ask how it is seen from outside, and what it was told.

use crate::output::Output;
use crate::words;
use handfast_native::net::{AskRouter, Endpoint, PortMapping};
use handfast_native::network::StunServer;

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
    pub(crate) fn router(&self) -> AskRouter {
        match self.no_port_mapping {
            true => AskRouter::No,
            false => AskRouter::Yes(None),
        }
    }
}

/// The same for whoever meets somebody.
#[derive(clap::Args)]
pub(crate) struct MeetingArgs {
    #[command(flatten)]
    outside: OutsideArgs,
    /// Never guess a way past a strict network, which takes hundreds of sockets or thousands of small
    /// packets; a network may mind, and whoever is behind such a router is not reached then
    #[arg(long)]
    no_guessing: bool,
}

impl MeetingArgs {
    /// The endpoint with what it may do once that is needed.
    pub(crate) fn allow(&self, endpoint: Endpoint, is_local: bool) -> Endpoint {
        let endpoint = endpoint.with_servers(self.outside.servers(is_local));
        match self.no_guessing {
            true => endpoint.without_guessing(),
            false => endpoint,
        }
    }

    /// Asks before an invitation is made that is to reach somebody in another network. The port that the
    /// router opened has to be held as long as the sockets.
    pub(crate) async fn reach_out(
        &self,
        endpoint: Endpoint,
        output: &mut Output,
    ) -> (Endpoint, Option<PortMapping>) {
        let reached = endpoint.reach_out(self.outside.router()).await;
        match &reached.outside {
            None => output.note(words::NOBODY_TO_ASK),
            Some(outside) if outside.mappings.is_empty() => output.note(words::NOT_SEEN_OUTSIDE),
            Some(_) => {}
        }
        match &reached.port {
            None => {}
            Some(Ok(_)) => output.note(words::PORT_OPENED),
            Some(Err(error)) => output.note(words::no_port(*error)),
        }
        (reached.endpoint, reached.port.and_then(Result::ok))
    }
}
