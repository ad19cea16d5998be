//! `handfast invitations`: what waits, in both seats, and how to end it.

use super::Session;
use crate::home::{Home, HomeArgs};
use crate::output::Event;
use crate::status::{Status, Stop};
use crate::strings;
use handfast_native::token::Seat;

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

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    let mut output = session.output;
    // To look is no reason to make anything.
    let home = Home::open_existing(&args.home).await?;
    if let Some(wanted) = args.revoke {
        let unknown = || {
            let sentence = strings::unknown_invitation();
            Stop::new(Status::BadInput, "unknown_invitation", sentence)
        };
        let revoked = home.ok_or_else(unknown)?.revoke(&wanted).await?;
        output.tell(Event::Revoked { id: revoked.tag });
        return Ok(());
    }
    let entries = match home {
        Some(home) => home.pending().await?,
        None => Vec::new(),
    };
    let mut is_empty = true;
    for entry in entries {
        let Ok(left) = entry.state else { continue };
        is_empty = false;
        output.tell(Event::Pending {
            id: entry.tag,
            seat: match entry.seat {
                Seat::Host => "host",
                Seat::Guest => "guest",
            }
            .to_owned(),
            name: entry.name,
            expires_in_s: left.as_secs(),
        });
    }
    if is_empty && !output.is_for_programs() {
        output.note(strings::nothing_waits());
    }
    Ok(())
}
