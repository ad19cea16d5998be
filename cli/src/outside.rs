//! Whom this machine may ask how it is seen from outside, and what it was told.

use crate::output::Output;
use crate::{strings, words};
use handfast_native::net::{AskRouter, Endpoint, PortMapping};
use handfast_native::network::{NotAServer, StunServer};

#[derive(clap::Args)]
pub(crate) struct OutsideArgs {
    #[arg(
        long = "stun",
        value_name = "HOST:PORT",
        value_parser = stun_server,
        help = strings::option_stun()
    )]
    servers: Vec<StunServer>,
    #[arg(long, conflicts_with = "servers", help = strings::option_no_stun())]
    no_stun: bool,
    #[arg(long, help = strings::option_no_port_mapping())]
    no_port_mapping: bool,
}

fn stun_server(text: &str) -> Result<StunServer, String> {
    text.parse()
        .map_err(|NotAServer| strings::stun_server_how().into())
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
    #[arg(long, help = strings::option_no_guessing())]
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
            None => output.note(strings::nobody_to_ask()),
            Some(outside) if outside.mappings.is_empty() => {
                output.note(strings::not_seen_outside())
            }
            Some(_) => {}
        }
        match &reached.port {
            None => {}
            Some(Ok(_)) => output.note(strings::port_is_open()),
            Some(Err(error)) => output.note(words::no_port(*error)),
        }
        (reached.endpoint, reached.port.and_then(Result::ok))
    }
}
