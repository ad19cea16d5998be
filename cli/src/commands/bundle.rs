//! `handfast bundle`: hand on what waits for a contact by whoever carries it: a file, a link, a code. And the
//! other end of it.

use super::Hands;
use super::invite::{SCALE, write};
use crate::device::Device;
use crate::home::HomeArgs;
use crate::links::LinkArgs;
use crate::output::{Event, Output};
use crate::sealed_files::landing::not_stored;
use crate::status::Stop;
use crate::symbol::Forms;
use crate::{strings, words};
use handfast_native::device::{Bundled, Command, Done, called};
use handfast_native::pairing::Failure;
use handfast_native::token::SealedBundle;
use handfast_native::unfinished::{Unfinished, folder_of};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
#[command(after_help = strings::bundle_examples())]
#[group(id = "bundle")]
pub(crate) struct Args {
    #[arg(value_name = "NAME", help = strings::option_contact())]
    contact: String,
    #[arg(long, short, value_name = "FILE", help = strings::option_bundle_output())]
    output: Option<PathBuf>,
    #[arg(long, help = strings::option_link_only())]
    link_only: bool,
    #[arg(long, value_name = "FILE", help = strings::option_png())]
    png: Option<PathBuf>,
    #[command(flatten)]
    links: LinkArgs,
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
    let device = interrupt.stops(Device::start(args.home.place()?)).await?;
    let made = make(&device, &args, &mut output).await;
    device.end(&mut output, &mut interrupt).await;
    made
}

async fn make(device: &Device, args: &Args, output: &mut Output) -> Result<(), Stop> {
    let overview = device.overview();
    let contact = called(&overview.contacts, &args.contact).map_err(words::not_called)?;
    let made = device.command(Command::Bundle(contact.key)).await?;
    let Done::Bundled(bundled) = made else {
        return Err(Failure::Local.into());
    };
    let Bundled {
        bundle,
        messages,
        is_all,
    } = *bundled;
    if let Some(path) = &args.output {
        store(path, bundle.as_bytes()).map_err(|error| not_stored(path, &error))?;
    } else if !bundle.fits_a_text() {
        return Err(Stop::bad_input(strings::bundle_needs_file()));
    }
    let forms = match bundle.fits_a_text() {
        true => {
            let base = args.links.base(&overview.settings.links);
            Some(Forms::new(base, bundle.as_bytes())?)
        }
        false => None,
    };
    if let Some(forms) = &forms {
        if let Some(path) = &args.png {
            write(path, &forms.symbol.to_png(SCALE))?;
        }
        if args.output.is_none() {
            output.show_token(forms, !args.link_only);
        }
    }
    if !is_all {
        output.note(strings::bundle_is_not_all());
    }
    let path = args.output.as_ref();
    output.tell(Event::Bundle {
        name: contact.shown_name().to_owned(),
        messages,
        is_all,
        bytes: bundle.as_bytes().len(),
        link: forms.map(|forms| forms.link),
        path: path.map(|path| path.to_string_lossy().into_owned()),
    });
    if path.is_none() {
        output.show_code();
    }
    Ok(())
}

/// Puts it where nothing is, whole or not at all.
fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = Unfinished::in_folder(folder_of(path))?;
    new.file().write_all(bytes)?;
    new.settle(path)
}

/// Takes in what a contact handed on, and tells how much of it is new.
///
/// # Errors
/// Why it is not taken.
pub(super) async fn take(
    device: &Device,
    bundle: SealedBundle,
    output: &mut Output,
) -> Result<(), Stop> {
    let take = Command::TakeBundle(Box::new(bundle));
    let taken = device.command(take).await?;
    let told = Event::taken_in(&taken, &device.overview()).ok_or(Failure::Local)?;
    output.tell(told);
    Ok(())
}
