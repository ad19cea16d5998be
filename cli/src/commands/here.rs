//! `handfast here`: say to somebody who was met before where this device is, and talk once they are here.
//! And the other end of it: what somebody says so.

use super::chat::{self, Seeker};
use super::invite::{SCALE, link_base, write};
use super::{Hands, Terminal};
use crate::answers::talk::AnswerSource;
use crate::asking::StunArgs;
use crate::device::{Device, Session};
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::symbol::Forms;
use crate::waiting::{self, Face, Meaning};
use crate::{strings, words};
use handfast_native::device::{
    AcceptTerms, Command, Done, SessionCommand, SessionTerms, View, called,
};
use handfast_native::pairing::Failure;
use handfast_native::store::Contact;
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
    #[arg(long, value_name = "URL", value_parser = link_base, help = strings::option_link_base())]
    link_base: Option<LinkBase>,
    #[command(flatten)]
    stun: StunArgs,
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let device = interrupt.stops(args.chat.start_device(&mut output)).await?;
    let overview = device.overview();
    let contact = match called(&overview.contacts, args.chat.contact()) {
        Ok(contact) => contact.clone(),
        Err(error) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(words::not_called(error));
        }
    };
    let terms = SessionTerms {
        asking: Some(args.stun.asking()),
        ..args.chat.terms()
    };
    let seek = Command::Seek(contact.key, Box::new(terms));
    let mut session = match device.begin(seek, AcceptTerms::default()).await {
        Ok(session) => session,
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    let mut lines = crate::lines::Lines::of_standard_input(&output);
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let ended = say(&args, &mut session, &contact, terminal).await;
    session.end(&mut output, &mut interrupt).await;
    ended
}

/// Says where this device is, waits, and talks.
async fn say(
    args: &Args,
    session: &mut Session,
    contact: &Contact,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    session.command(SessionCommand::Here).await?;
    let mut face = Teller {
        args,
        seeker: Seeker::default(),
        shown: None,
    };
    let mut answers = AnswerSource::none();
    let terminal = (&mut *output, &mut *lines, &mut *interrupt);
    let met = waiting::until_met(session, &mut face, &mut answers, terminal).await?;
    let terminal = (output, lines, interrupt);
    crate::chat::talk(session, met, chat::name_of(contact.shown_name()), terminal).await
}

/// Shows the token whenever it is another one.
struct Teller<'a> {
    args: &'a Args,
    seeker: Seeker,
    shown: Option<Token>,
}

impl Face for Teller<'_> {
    const EMPTY: Meaning = Seeker::EMPTY;

    fn draw(
        &mut self,
        view: &View,
        session: &mut Session,
        output: &mut Output,
    ) -> Result<(), Stop> {
        self.seeker.draw(view, session, output)?;
        if let View::Seeking { name, here, .. } = view
            && let Some(token) = here
            && self.shown.as_ref() != Some(token)
        {
            if self.shown.replace(token.clone()).is_some() {
                output.note(strings::here_moved());
            }
            show(self.args, name, token, output)?;
        }
        Ok(())
    }

    fn read(line: &str, is_person: bool) -> Meaning {
        Seeker::read(line, is_person)
    }
}

fn show(args: &Args, name: &str, token: &Token, output: &mut Output) -> Result<(), Stop> {
    let base = args.link_base.clone().unwrap_or_default();
    let forms = Forms::new(&base, &token.to_text_bytes())?;
    if let Some(path) = &args.png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    output.show_token(&forms, !args.link_only);
    output.tell(Event::here(name, forms, HERE_LIFETIME));
    Ok(())
}

/// Tells who says where they are, has `agree` ask the person, and looks for them there. Nothing has been sent
/// before. Gives what they are called.
///
/// # Errors
/// With the device: why not.
pub(super) async fn open(
    device: Device,
    token: SealedHere,
    terms: AcceptTerms,
    agree: impl AsyncFnOnce(Option<&str>, &Output) -> Result<(), Stop>,
    output: &mut Output,
) -> Result<(Session, String), (Device, Stop)> {
    let read = Command::ReadHere(Box::new(token.clone()));
    let (key, age) = match device.command(read).await {
        Ok(Done::Here(key, age)) => (key, Duration::from_secs(age)),
        Ok(_) => return Err((device, Failure::Local.into())),
        Err(stop) => return Err((device, stop)),
    };
    let overview = device.overview();
    let mut contacts = overview.contacts.iter();
    let contact = contacts.find(|contact| contact.key == key);
    let name = contact.map(Contact::shown_name).unwrap_or_default();
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
    Ok((session, name.to_owned()))
}
