//! `handfast chat`: look for somebody who was met before, and talk. It needs no invitation.

use super::{Hands, Terminal};
use crate::answers::talk::AnswerSource;
use crate::chat::{self, ChatArgs};
use crate::device::{Device, Session};
use crate::home::HomeArgs;
use crate::lines::Lines;
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::waiting::{self, Face, Meaning};
use crate::{strings, words};
use handfast_native::device::{
    AcceptTerms, Command, Scope, SessionCommand, SessionTerms, View, called,
};
use handfast_native::handshake::visible;

#[derive(clap::Args)]
#[command(after_help = strings::chat_examples())]
pub(crate) struct Args {
    #[arg(value_name = "NAME", help = strings::option_contact())]
    contact: String,
    #[arg(long, value_name = "NAME", help = strings::option_name())]
    name: Option<String>,
    #[command(flatten)]
    home: HomeArgs,
    #[arg(long, help = strings::option_json_events())]
    pub(super) json: bool,
    #[command(flatten)]
    chat: ChatArgs,
    #[arg(long, help = strings::option_loopback_contact())]
    loopback: bool,
    #[arg(long, help = strings::option_no_local_discovery())]
    no_local_discovery: bool,
}

impl Args {
    /// Whom the person means.
    pub(super) fn contact(&self) -> &str {
        &self.contact
    }

    /// The device of the home.
    ///
    /// # Errors
    /// What hinders it.
    pub(super) async fn start_device(&self, output: &mut Output) -> Result<Device, Stop> {
        self.chat.tell_obstacles(output);
        Device::start(self.home.place()?).await
    }

    /// How this session differs from others.
    pub(super) fn terms(&self) -> SessionTerms {
        SessionTerms {
            called: self.name.as_deref().map(visible),
            limits: Some(self.chat.limits()),
            downloads: Some(self.chat.downloads()),
            nearby: self.no_local_discovery.then_some(false),
            scope: match self.loopback {
                true => Scope::Both,
                false => Scope::Network,
            },
            ..SessionTerms::default()
        }
    }
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let device = interrupt.stops(args.start_device(&mut output)).await?;
    let overview = device.overview();
    let contact = called(&overview.contacts, &args.contact).cloned();
    let contact = match contact {
        Ok(contact) => contact,
        Err(error) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(words::not_called(error));
        }
    };
    let seek = Command::Seek(contact.key, Box::new(args.terms()));
    let mut session = match device.begin(seek, AcceptTerms::default()).await {
        Ok(session) => session,
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    let mut lines = Lines::of_standard_input(&output);
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let ended = meet(&mut session, contact.shown_name(), terminal).await;
    session.end(&mut output, &mut interrupt).await;
    ended
}

/// Waits for a contact, and talks.
pub(super) async fn meet(
    session: &mut Session,
    name: &str,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    let mut face = Seeker::default();
    let mut answers = AnswerSource::none();
    let terminal = (&mut *output, &mut *lines, &mut *interrupt);
    let met = waiting::until_met(session, &mut face, &mut answers, terminal).await?;
    chat::talk(session, met, name_of(name), (output, lines, interrupt)).await
}

/// What somebody is called who may have no name.
pub(super) fn name_of(name: &str) -> &str {
    match name {
        "" => strings::contact(),
        name => name,
    }
}

/// Says once that somebody is looked for.
#[derive(Default)]
pub(super) struct Seeker {
    is_told: bool,
    is_asked: bool,
}

impl Face for Seeker {
    fn draw(
        &mut self,
        view: &View,
        _session: &mut Session,
        output: &mut Output,
    ) -> Result<(), Stop> {
        let View::Seeking {
            name,
            heard,
            restored,
            ..
        } = view
        else {
            return Ok(());
        };
        if !std::mem::replace(&mut self.is_told, true) {
            output.tell(Event::Seeking {
                name: name.clone(),
                heard: *heard,
            });
        }
        let was_asked = std::mem::replace(&mut self.is_asked, restored.is_some());
        if let Some(claim) = restored.as_ref().filter(|_| !was_asked) {
            output.tell(Event::restored(name, claim));
        }
        Ok(())
    }

    const EMPTY: Meaning = Meaning::Boost;

    fn read(line: &str, _is_person: bool) -> Meaning {
        match words::restored_answer(line) {
            Some(agrees) => Meaning::Do(SessionCommand::AcceptRestored(agrees), ""),
            None => Meaning::Later,
        }
    }
}
