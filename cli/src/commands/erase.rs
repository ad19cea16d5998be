//! `handfast erase`: the end of the device of this machine.

use super::Hands;
use crate::consent::Consent;
use crate::home::{HomeArgs, Place};
use crate::lines::Lines;
use crate::output::Event;
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::Home;
use handfast_native::store::StoreError;

#[derive(clap::Args)]
#[command(after_help = strings::erase_examples())]
pub(crate) struct Args {
    #[arg(long, short, help = strings::option_erase_yes())]
    yes: bool,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_events())]
    pub(super) json: bool,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let place = args.home.place()?;
    let Place::Folder(folder) = &place else {
        return Err(Stop::new(Status::Home, "no_home", strings::no_home()));
    };
    if !place.exists() {
        return Err(nothing());
    }
    let path = folder.to_string_lossy();
    if !args.yes {
        let consent = Consent {
            question: &strings::erase_question(words::line(&path)),
            nobody: strings::erase_yes_needed(),
            declined: strings::not_erased(),
        };
        let mut lines = Lines::of_standard_input(&output);
        consent.ask(&output, &mut lines, &mut interrupt).await?;
    }
    // Once begun it is finished: what is half erased is good for nobody.
    let erased = Home::erase(folder).await;
    erased.map_err(|error| match error {
        StoreError::Unknown => nothing(),
        error => place.refused(error),
    })?;
    output.tell(Event::Erased {
        path: path.into_owned(),
    });
    Ok(())
}

/// There is no device.
fn nothing() -> Stop {
    let sentence = strings::nothing_to_erase();
    Stop::new(Status::BadInput, "nothing_to_erase", sentence)
}
