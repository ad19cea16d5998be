//! `handfast chat`: look for somebody who was met before, and talk. It needs no invitation.

use super::{Hands, Seek, Terminal};
use crate::chat::{self, Shows};
use crate::device::{Device, Session};
use crate::lines::Lines;
use crate::screen::Screen;
use crate::status::Stop;
use crate::{strings, words};
use handfast_native::device::{AcceptTerms, Command, SessionCommand, SessionTerms, called};
use handfast_native::handshake::visible;

#[derive(clap::Args)]
#[command(after_help = strings::chat_examples())]
pub(crate) struct Args {
    #[arg(value_name = "NAME", help = strings::option_contact())]
    contact: String,
    #[arg(long, value_name = "NAME", help = strings::option_name())]
    name: Option<String>,
    #[command(flatten)]
    pub(super) seek: Seek,
}

impl Args {
    /// How this session differs from others.
    pub(super) fn terms(&self) -> SessionTerms {
        SessionTerms {
            called: self.name.as_deref().map(visible),
            ..self.seek.terms()
        }
    }
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let terms = args.terms();
    look_for(&args, terms, None, hands).await
}

/// Looks for a contact, and talks. Where something can show it, it is said to them where this device is.
pub(super) async fn look_for(
    args: &Args,
    terms: SessionTerms,
    shows: Option<Shows<'_>>,
    hands: Hands,
) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    args.seek.chat.tell_obstacles(&mut output);
    let device = interrupt
        .stops(Device::start(args.seek.home.place()?))
        .await?;
    let overview = device.overview();
    let contact = called(&overview.contacts, &args.contact).cloned();
    let contact = match contact {
        Ok(contact) => contact,
        Err(error) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(words::not_called(error));
        }
    };
    let seek = Command::Seek(contact.key, Box::new(terms));
    let mut session = match device.begin(seek, AcceptTerms::default()).await {
        Ok(session) => session,
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    let mut lines = Lines::of_standard_input(&output);
    let screen = Screen::new(contact.shown_name(), Some(contact.key));
    // What is handed out is shown in lines.
    if shows.is_none() {
        args.seek.chat.take_window(screen, &mut output, &lines);
    }
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let name = contact.shown_name();
    let ended = talk(&mut session, name, args.terms(), shows, terminal).await;
    session.end(&mut output, &mut interrupt).await;
    ended
}

/// Talks to a contact of that name.
pub(super) async fn talk(
    session: &mut Session,
    name: &str,
    terms: SessionTerms,
    shows: Option<Shows<'_>>,
    terminal: Terminal<'_>,
) -> Result<(), Stop> {
    if shows.is_some() {
        session.command(SessionCommand::Here).await?;
    }
    chat::talk_again(session, words::name_of(name), terms, shows, terminal).await
}
