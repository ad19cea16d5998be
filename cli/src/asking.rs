//! Whom this machine may ask how it is seen from outside, as the command line says it.

use crate::strings;
use handfast_native::device::Asking;
use handfast_native::network::{NotAServer, StunServer};

#[derive(clap::Args)]
pub(crate) struct StunArgs {
    #[arg(
        long = "stun",
        value_name = "HOST:PORT",
        value_parser = stun_server,
        help = strings::option_stun()
    )]
    servers: Vec<StunServer>,
    #[arg(long, conflicts_with = "servers", help = strings::option_no_stun())]
    no_stun: bool,
}

fn stun_server(text: &str) -> Result<StunServer, String> {
    text.parse()
        .map_err(|NotAServer| strings::stun_server_how().into())
}

impl StunArgs {
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            servers: !self.no_stun,
            named: self.servers.clone(),
            ..Asking::default()
        }
    }
}

/// The same where a router may be asked too.
#[derive(clap::Args)]
pub(crate) struct OutsideArgs {
    #[command(flatten)]
    stun: StunArgs,
    #[arg(long, help = strings::option_no_port_mapping())]
    no_port_mapping: bool,
}

impl OutsideArgs {
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            router: !self.no_port_mapping,
            ..self.stun.asking()
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
    pub(crate) fn asking(&self) -> Asking {
        Asking {
            guess: !self.no_guessing,
            ..self.outside.asking()
        }
    }
}
