//! `handfast here`: say to somebody who was met before where this device is, and talk once they are here.
//! And the other end of it: what somebody says so.

use super::Hands;
use super::chat;
use super::invite::{SCALE, write};
use crate::asking::StunArgs;
use crate::device::{Device, Session};
use crate::links::LinkArgs;
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::strings;
use crate::symbol::Forms;
use handfast_native::device::{AcceptTerms, Command, ContactView, Done, SessionTerms};
use handfast_native::handshake::PublicKey;
use handfast_native::pairing::Failure;
use handfast_native::token::{HERE_LIFETIME, LinkBase, SealedHere, Token};
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
#[command(after_help = strings::here_examples())]
#[group(id = "here")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) chat: chat::Args,
    #[arg(long, help = strings::option_link_only())]
    link_only: bool,
    #[arg(long, value_name = "FILE", help = strings::option_png())]
    png: Option<PathBuf>,
    #[command(flatten)]
    links: LinkArgs,
    #[command(flatten)]
    stun: StunArgs,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let terms = SessionTerms {
        asking: Some(args.stun.asking()),
        ..args.chat.terms()
    };
    let mut shown: Option<Token> = None;
    let shows = |name: &str, token: &Token, links: &LinkBase, output: &mut Output| {
        if shown.as_ref() == Some(token) {
            return Ok(());
        }
        if shown.replace(token.clone()).is_some() {
            output.note(strings::here_moved());
        }
        show(&args, name, token, links, output)
    };
    chat::look_for(&args.chat, terms, Some(Box::new(shows)), hands).await
}

fn show(
    args: &Args,
    name: &str,
    token: &Token,
    links: &LinkBase,
    output: &mut Output,
) -> Result<(), Stop> {
    let forms = Forms::new(args.links.base(links), &token.to_text_bytes())?;
    if let Some(path) = &args.png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    output.show_token(&forms, !args.link_only);
    output.tell(Event::here(name, forms, HERE_LIFETIME));
    output.show_code();
    Ok(())
}

/// Tells who says where they are, has `agree` ask the person, and looks for them there. Nothing has been sent
/// before. Gives what they are called, and their key.
///
/// # Errors
/// With the device: why not.
pub(super) async fn open(
    device: Device,
    token: SealedHere,
    terms: AcceptTerms,
    agree: impl AsyncFnOnce(Option<&str>, &Output) -> Result<(), Stop>,
    output: &mut Output,
) -> Result<(Session, String, PublicKey), (Device, Stop)> {
    let read = Command::ReadHere(Box::new(token.clone()));
    let (key, age) = match device.command(read).await {
        Ok(Done::Here(key, age)) => (key, Duration::from_secs(age)),
        Ok(_) => return Err((device, Failure::Local.into())),
        Err(stop) => return Err((device, stop)),
    };
    let overview = device.overview();
    let mut contacts = overview.contacts.iter();
    let contact = contacts.find(|contact| contact.key == key);
    let name = contact.map(ContactView::shown_name).unwrap_or_default();
    output.tell(Event::HereOpened {
        name: name.to_owned(),
        age_s: age.as_secs(),
    });
    if age > HERE_LIFETIME {
        output.note(strings::here_old());
    }
    if let Err(stop) = agree((!name.is_empty()).then_some(name), output).await {
        return Err((device, stop));
    }
    let seek = Command::SeekHere(Box::new(token), Box::new(terms.terms.clone()));
    let session = device.begin(seek, terms).await?;
    Ok((session, name.to_owned(), key))
}
