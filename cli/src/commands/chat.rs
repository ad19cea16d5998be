//! `handfast chat`: look for somebody who was met before, and talk. It needs no invitation.

use super::Hands;
use crate::chat::{self, ChatArgs};
use crate::device::Device;
use crate::home::HomeArgs;
use crate::lines::Lines;
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::device::{AcceptTerms, Command, Scope, SessionTerms, called};
use handfast_native::handshake::visible;

#[derive(clap::Args)]
#[command(after_help = strings::chat_examples())]
pub(crate) struct Args {
    #[arg(value_name = "NAME", help = strings::option_contact())]
    contact: String,
    #[arg(long, value_name = "NAME", help = strings::option_name())]
    name: Option<String>,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_events())]
    pub(super) json: bool,
    #[command(flatten)]
    chat: ChatArgs,
    #[arg(long, help = strings::option_loopback_contact())]
    loopback: bool,
}

impl Args {
    /// How this session differs from others.
    fn terms(&self) -> SessionTerms {
        SessionTerms {
            called: self.name.as_deref().map(visible),
            limits: Some(self.chat.limits()),
            downloads: Some(self.chat.downloads()),
            scope: match self.loopback {
                true => Scope::Both,
                false => Scope::Network,
            },
            ..SessionTerms::default()
        }
    }
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    args.chat.tell_obstacles(&mut output);
    let device = interrupt.stops(Device::start(args.home.place()?)).await?;
    let overview = device.overview();
    let contact = called(&overview.contacts, &args.contact).cloned();
    let contact = match contact {
        Ok(contact) => contact,
        Err(error) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(words::not_called(error));
        }
    };
    let seek = Command::Seek(contact.key, Box::new(args.terms()));
    let mut session = match device.begin(seek, AcceptTerms::default()).await {
        Ok(session) => session,
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    let mut lines = Lines::of_standard_input(&output);
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let fallback = match contact.shown_name() {
        "" => strings::contact(),
        name => name,
    };
    let ended = chat::talk_again(&mut session, fallback, terminal).await;
    session.end(&mut output, &mut interrupt).await;
    ended
}
