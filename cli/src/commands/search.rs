//! `handfast search`: what was said before, with one contact or with all, what was said last first.

use super::Hands;
use crate::device::Device;
use crate::home::HomeArgs;
use crate::output::{Event, Output};
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::device::{Command, ContactView, Done, Search, called};
use handfast_native::pairing::Failure;

#[derive(clap::Args)]
#[command(after_help = strings::search_examples())]
pub(crate) struct Args {
    #[arg(value_name = "TEXT", required = true, help = strings::option_search())]
    words: Vec<String>,
    #[arg(long, value_name = "NAME", help = strings::option_search_with())]
    with: Option<String>,
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
        return Err(nothing());
    }
    let device = interrupt.stops(Device::start(place)).await?;
    let found = interrupt
        .stops(search_all(&device, &args, &mut output))
        .await;
    device.end(&mut output, &mut interrupt).await;
    match found? {
        0 => Err(nothing()),
        _ => Ok(()),
    }
}

fn nothing() -> Stop {
    Stop::new(Status::Failed, "nothing_found", strings::nothing_found())
}

/// Tells what is found in each conversation, that with whoever was heard last first. How much that was.
async fn search_all(device: &Device, args: &Args, output: &mut Output) -> Result<usize, Stop> {
    let overview = device.overview();
    let mut contacts: Vec<&ContactView> = match &args.with {
        Some(typed) => vec![called(&overview.contacts, typed).map_err(words::not_called)?],
        None => overview.contacts.iter().collect(),
    };
    contacts.sort_by_key(|contact| std::cmp::Reverse(contact.last_said));
    let mut count = 0;
    for contact in contacts {
        let mut search = Search {
            with: contact.key,
            words: args.words.join(" "),
            before: None,
        };
        loop {
            let next = Command::Search(Box::new(search.clone()));
            let Done::Found(page) = device.command(next).await? else {
                return Err(Failure::Local.into());
            };
            count += page.hits.len();
            for hit in page.hits {
                output.tell(Event::hit(contact.shown_name(), hit));
            }
            match page.next {
                Some(next) => search.before = Some(next),
                None => break,
            }
        }
    }
    Ok(count)
}
