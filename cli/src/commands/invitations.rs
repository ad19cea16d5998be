//! `handfast invitations`: what waits, in both roles, and how to end it.

use super::Hands;
use crate::device::Device;
use crate::home::HomeArgs;
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::strings;
use handfast_native::device::{Command, Named, NotNamed};
use handfast_native::unix_seconds;

#[derive(clap::Args)]
#[command(after_help = strings::invitations_examples())]
pub(crate) struct Args {
    #[arg(long, value_name = "ID", help = strings::option_revoke())]
    revoke: Option<String>,
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
        return match args.revoke {
            Some(_) => Err(place.not_named(&NotNamed::Unknown)),
            None => {
                tell_nothing(&mut output);
                Ok(())
            }
        };
    }
    let mut device = interrupt.stops(Device::start(place)).await?;
    let ended = match &args.revoke {
        Some(wanted) => revoke(&mut device, wanted, &mut output).await,
        None => {
            list(&device, &mut output);
            Ok(())
        }
    };
    device.end(&mut output, &mut interrupt).await;
    ended
}

async fn revoke(device: &mut Device, wanted: &str, output: &mut Output) -> Result<(), Stop> {
    let named = device.named(wanted)?;
    let withdraw = || Command::Withdraw(named.id);
    let withdrawn = device.command(withdraw()).await;
    match withdrawn {
        // The process that waits with it ends by this, and the answer with that where it has the home.
        Err(_) if device.is_gone() => {
            device.start_again().await?;
            let waits = |name: &Named| name.id == named.id && name.ended.is_none();
            if device.overview().names.iter().any(waits) {
                device.command(withdraw()).await?;
            }
        }
        withdrawn => drop(withdrawn?),
    }
    output.tell(Event::Revoked {
        id: named.tag.to_string(),
    });
    Ok(())
}

fn list(device: &Device, output: &mut Output) {
    let (overview, now) = (device.overview(), unix_seconds());
    let mut is_empty = true;
    for (pending, _) in &overview.pending {
        let (Some(left), Some(tag)) = (pending.remaining(now), overview.tag(pending.id)) else {
            continue;
        };
        is_empty = false;
        output.tell(Event::Pending {
            id: tag.to_string(),
            seat: pending.id.role.into(),
            name: pending.name.clone(),
            expires_in_s: left.as_secs(),
        });
    }
    if is_empty {
        tell_nothing(output);
    }
}

fn tell_nothing(output: &mut Output) {
    if !output.is_for_programs() {
        output.note(strings::nothing_waits());
    }
}
