//! `handfast contacts`: who was met, and how to forget somebody.

use super::Hands;
use crate::device::Device;
use crate::home::HomeArgs;
use crate::output::{Event, Output, Trusted, hex};
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::device::{Command, NotCalled, called, short_key};

#[derive(clap::Args)]
#[command(after_help = strings::contacts_examples())]
pub(crate) struct Args {
    #[arg(long, value_name = "NAME", help = strings::option_forget())]
    forget: Option<String>,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_lines())]
    pub(super) json: bool,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let place = args.home.place()?;
    // To look is no reason to make anything.
    if !place.exists() {
        return match args.forget {
            Some(_) => Err(words::not_called(NotCalled::Unknown)),
            None => {
                tell_nobody(&mut output);
                Ok(())
            }
        };
    }
    let device = interrupt.stops(Device::start(place)).await?;
    let ended = match &args.forget {
        Some(typed) => forget(&device, typed, &mut output).await,
        None => {
            list(&device, &mut output);
            Ok(())
        }
    };
    device.end(&mut output, &mut interrupt).await;
    ended
}

async fn forget(device: &Device, typed: &str, output: &mut Output) -> Result<(), Stop> {
    let overview = device.overview();
    let contact = called(&overview.contacts, typed).map_err(words::not_called)?;
    device.command(Command::Forget(contact.key)).await?;
    output.tell(Event::Forgotten {
        name: contact.shown_name().to_owned(),
        key: hex(&contact.key.0),
    });
    Ok(())
}

fn list(device: &Device, output: &mut Output) {
    let overview = device.overview();
    for contact in &overview.contacts {
        output.tell(Event::Contact {
            name: contact.shown_name().to_owned(),
            id: short_key(contact),
            key: hex(&contact.key.0),
            trusted: Trusted(contact.trust),
            since: contact.since,
            heard: contact.heard,
            can_be_found: contact.reconnect.is_some(),
        });
    }
    if overview.contacts.is_empty() {
        tell_nobody(output);
    }
}

fn tell_nobody(output: &mut Output) {
    if !output.is_for_programs() {
        output.note(strings::no_contacts());
    }
}
