//! `handfast contacts`: who was met, and what becomes of them: a name, a block, how much they may send, and
//! forgetting.

use super::Hands;
use crate::device::Device;
use crate::home::HomeArgs;
use crate::limits::size;
use crate::output::{Event, Listed, Output, Trusted, hex};
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::device::{Command, ContactEdit, ContactView, NotCalled, called, short_key};

/// In the place of a size.
const USUAL: &str = "usual";

#[derive(clap::Args)]
#[command(after_help = strings::contacts_examples())]
pub(crate) struct Args {
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_lines())]
    pub(super) json: bool,
}

/// What is to become of somebody; one thing at a time. Without any, the list is shown.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Order {
    #[arg(long, num_args = 2, value_names = ["NAME", "NEW"], help = strings::option_rename())]
    rename: Option<Vec<String>>,
    #[arg(long, value_name = "NAME", help = strings::option_block())]
    block: Option<String>,
    #[arg(long, value_name = "NAME", help = strings::option_unblock())]
    unblock: Option<String>,
    #[arg(long, value_name = "NAME", help = strings::option_mine())]
    mine: Option<String>,
    #[arg(long, value_name = "NAME", help = strings::option_not_mine())]
    not_mine: Option<String>,
    #[arg(
        long,
        num_args = 2,
        value_names = ["NAME", "SIZE"],
        help = strings::option_take_files_up_to()
    )]
    take_files_up_to: Option<Vec<String>>,
    #[arg(long, value_name = "NAME", help = strings::option_forget())]
    forget: Option<String>,
}

/// The same, read: who is meant, as it was typed, and what.
enum Wish {
    Forget,
    Edit(ContactEdit),
}

impl Order {
    fn read(&self) -> Result<Option<(&str, Wish)>, Stop> {
        let edit = |typed, edit| Ok(Some((typed, Wish::Edit(edit))));
        match self {
            Self {
                rename: Some(given),
                ..
            } => {
                let [typed, new] = two(given);
                edit(typed, ContactEdit::Name(Some(new.to_owned())))
            }
            Self {
                block: Some(typed), ..
            } => edit(typed, ContactEdit::Blocked(true)),
            Self {
                unblock: Some(typed),
                ..
            } => edit(typed, ContactEdit::Blocked(false)),
            Self {
                mine: Some(typed), ..
            } => edit(typed, ContactEdit::OtherDeviceIsOurs(true)),
            Self {
                not_mine: Some(typed),
                ..
            } => edit(typed, ContactEdit::OtherDeviceIsOurs(false)),
            Self {
                take_files_up_to: Some(given),
                ..
            } => {
                let [typed, most] = two(given);
                edit(typed, ContactEdit::Allowance(allowance(most)?))
            }
            Self {
                forget: Some(typed),
                ..
            } => Ok(Some((typed, Wish::Forget))),
            _ => Ok(None),
        }
    }
}

/// What the parser of arguments has counted.
fn two(given: &[String]) -> [&str; 2] {
    [0, 1].map(|number| given.get(number).map_or("", String::as_str))
}

fn allowance(typed: &str) -> Result<Option<u64>, Stop> {
    match typed {
        USUAL => Ok(None),
        typed => size(typed)
            .map(Some)
            .map_err(|how| Stop::new(Status::Usage, "usage", how)),
    }
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let order = args.order.read()?;
    let place = args.home.place()?;
    // To look is no reason to make anything.
    if !place.exists() {
        return match order {
            Some(_) => Err(words::not_called(NotCalled::Unknown)),
            None => {
                tell_nobody(&mut output);
                Ok(())
            }
        };
    }
    let mut device = interrupt.stops(Device::start(place)).await?;
    let ended = match order {
        Some((typed, wish)) => obey(&mut device, typed, wish, &mut output).await,
        None => {
            list(&device, &mut output);
            Ok(())
        }
    };
    device.end(&mut output, &mut interrupt).await;
    ended
}

async fn obey(
    device: &mut Device,
    typed: &str,
    wish: Wish,
    output: &mut Output,
) -> Result<(), Stop> {
    let overview = device.overview();
    let contact = called(&overview.contacts, typed).map_err(words::not_called)?;
    let key = hex(&contact.key.0);
    let event = match wish {
        Wish::Forget => {
            device.command(Command::Forget(contact.key)).await?;
            Event::Forgotten {
                name: contact.shown_name().to_owned(),
                key,
            }
        }
        Wish::Edit(edit) => {
            let text = words::contact_edited(contact, &edit);
            let change = || Command::Change(contact.key, edit.clone());
            let changed = device.command(change()).await;
            // Whoever talked to them in the process that had the home has hung up, and it may have ended.
            if changed.is_err() && device.is_gone() {
                device.start_again().await?;
                device.command(change()).await?;
            } else {
                changed?;
            }
            // What it looks like now is known before the answer is.
            let overview = device.overview();
            let mut now = overview.contacts.iter();
            let now = now.find(|now| now.key == contact.key).unwrap_or(contact);
            Event::ContactChanged {
                contact: listed(now),
                text,
            }
        }
    };
    output.tell(event);
    Ok(())
}

fn list(device: &Device, output: &mut Output) {
    let overview = device.overview();
    for contact in &overview.contacts {
        output.tell(Event::Contact(listed(contact)));
    }
    if overview.contacts.is_empty() {
        tell_nobody(output);
    }
}

fn listed(contact: &ContactView) -> Listed {
    Listed {
        name: contact.shown_name().to_owned(),
        calls_themselves: contact.name.clone(),
        id: short_key(contact),
        key: hex(&contact.key.0),
        trusted: Trusted(contact.trust),
        since: contact.since,
        heard: contact.heard,
        can_be_found: contact.can_be_found,
        blocked: contact.blocked,
        frozen: contact.frozen,
        replaced: contact.replaced,
        files_up_to: contact.allowance,
        unread: contact.unread,
        last_said_ms: contact.last_said,
    }
}

fn tell_nobody(output: &mut Output) {
    if !output.is_for_programs() {
        output.note(strings::no_contacts());
    }
}
