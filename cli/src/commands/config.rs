//! `handfast config`: what is chosen once, and kept in the home.

use super::Hands;
use crate::device::Device;
use crate::home::HomeArgs;
use crate::links::link_base;
use crate::output::{json_line, write_line};
use crate::status::Stop;
use crate::strings;
use handfast_native::device::{Command, Settings};
use handfast_native::token::LinkBase;
use serde::Serialize;

/// In the place of what could be chosen.
const USUAL: &str = "usual";

#[derive(clap::Args)]
#[command(after_help = strings::config_examples())]
pub(crate) struct Args {
    #[command(subcommand)]
    choice: Option<Choice>,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, global = true, help = strings::option_json())]
    pub(super) json: bool,
}

/// Without a value it is told.
#[derive(clap::Subcommand)]
enum Choice {
    #[command(about = strings::config_link_base())]
    LinkBase {
        #[arg(value_name = "URL", value_parser = read, help = strings::config_link_base_url())]
        url: Option<LinkBase>,
    },
}

fn read(text: &str) -> Result<LinkBase, String> {
    match text {
        USUAL => Ok(LinkBase::DEFAULT),
        text => link_base(text),
    }
}

/// What is in force, as programs read it.
#[derive(Serialize)]
struct Chosen<'a> {
    event: &'static str,
    link_base: &'a str,
}

pub(crate) async fn run(args: Args, mut hands: Hands) -> Result<(), Stop> {
    let place = args.home.place()?;
    let chosen = match &args.choice {
        Some(Choice::LinkBase { url }) => url.clone(),
        None => None,
    };
    // To look is no reason to make anything.
    if chosen.is_none() && !place.exists() {
        tell(&Settings::default(), args.json);
        return Ok(());
    }
    let device = hands.interrupt.stops(Device::start(place)).await?;
    let done = choose(&device, chosen).await;
    device.end(&mut hands.output, &mut hands.interrupt).await;
    tell(&done?, args.json);
    Ok(())
}

/// Gives the settings that are in force then.
async fn choose(device: &Device, links: Option<LinkBase>) -> Result<Settings, Stop> {
    let mut settings = device.overview().settings.clone();
    if let Some(links) = links {
        settings.links = links;
        let choose = Command::Choose(Box::new(settings.clone()));
        device.command(choose).await?;
    }
    Ok(settings)
}

fn tell(settings: &Settings, json: bool) {
    let link_base = settings.links.as_str();
    match json {
        true => write_line(&json_line(&Chosen {
            event: "config",
            link_base,
        })),
        false => write_line(&format!("link-base {link_base}")),
    }
}
