//! `handfast invite`: show an invitation, let one guest in, talk.

use super::{Hands, Talk, Terminal};
use crate::answers::question;
use crate::answers::talk::{AnswerArgs, AnswerSource};
use crate::asking::MeetingArgs;
use crate::device::{Device, Session};
use crate::lines::Lines;
use crate::links::LinkArgs;
use crate::one_file::OneFile;
use crate::output::{Event, Output};
use crate::status::Stop;
use crate::symbol::Forms;
use crate::waiting::{self, Meaning, RoleView};
use crate::{duration, input, strings, words};
use handfast_native::device::{
    AcceptTerms, Command, DeliveryMode, InviteTerms, Outlook, Protection, Provenance, Role,
    RouterReport, Scope, SessionCommand, SessionTerms, View,
};
use handfast_native::private;
use handfast_native::seal::{Cost, tries_per_second};
use handfast_native::token::{LinkBase, Question, Token};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Pixels a module of the pictures that are written.
pub(super) const SCALE: usize = 8;

#[derive(clap::Args)]
#[command(after_help = strings::invite_examples())]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) talk: Talk,
    #[arg(
        long,
        value_name = "ID",
        conflicts_with_all = ["expires", "ask", "lock", "answer_file", "port", "loopback"],
        help = strings::option_resume_host()
    )]
    resume: Option<Option<String>>,
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10m",
        value_parser = duration::parse_lifetime,
        help = strings::option_expires()
    )]
    expires: Duration,
    #[arg(long, help = strings::option_link_only())]
    link_only: bool,
    #[arg(long, value_name = "FILE", help = strings::option_png())]
    png: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_svg())]
    svg: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_file())]
    file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = strings::option_html())]
    html: Option<PathBuf>,
    #[arg(
        long,
        value_name = "QUESTION",
        value_parser = question,
        conflicts_with = "lock",
        help = strings::option_ask()
    )]
    ask: Option<Question>,
    #[arg(long, value_name = "QUESTION", value_parser = question, help = strings::option_lock())]
    lock: Option<Question>,
    #[command(flatten)]
    answers: AnswerArgs,
    #[command(flatten)]
    links: LinkArgs,
    #[arg(long, help = strings::option_port())]
    port: Option<u16>,
    #[arg(long, help = strings::option_loopback_host())]
    loopback: bool,
    #[arg(long, help = strings::option_far())]
    far: bool,
    #[command(flatten)]
    meeting: MeetingArgs,
}

impl Args {
    fn terms(&self) -> SessionTerms {
        SessionTerms {
            asking: Some(self.meeting.asking()),
            scope: match self.loopback {
                true => Scope::ThisMachine,
                false => Scope::Network,
            },
            port: self.port,
            ..self.talk.terms()
        }
    }
}

pub(crate) async fn run(args: Args, hands: Hands) -> Result<(), Stop> {
    let Hands {
        mut output,
        mut interrupt,
    } = hands;
    let mut lines = Lines::of_standard_input(&output);
    args.talk.tell_obstacles(&mut output);
    let page = args.html.as_ref().map(|_| OneFile::whole()).transpose()?;
    let device = interrupt.stops(args.talk.start_device()).await?;
    let begun = match &args.resume {
        Some(wanted) => {
            let terms = AcceptTerms {
                is_far: args.far,
                terms: args.terms(),
                ..AcceptTerms::default()
            };
            device.resume(Role::Host, wanted.as_deref(), terms).await
        }
        None => make(&args, device, (&mut output, &mut lines, &mut interrupt)).await,
    };
    let mut session = match begun {
        Ok(session) => session,
        Err((device, stop)) => {
            device.end(&mut output, &mut interrupt).await;
            return Err(stop);
        }
    };
    let terminal = (&mut output, &mut lines, &mut interrupt);
    let ended = host(&args, page, &mut session, terminal).await;
    session.end(&mut output, &mut interrupt).await;
    ended
}

/// Makes a new invitation. It is kept before anybody sees it.
async fn make(
    args: &Args,
    device: Device,
    terminal: Terminal<'_>,
) -> Result<Session, (Device, Stop)> {
    let protection = match protect(args, terminal).await {
        Ok(protection) => protection,
        Err(stop) => return Err((device, stop)),
    };
    let terms = InviteTerms {
        // A terminal shows the link as well, and cannot know which of the two was used.
        delivery: DeliveryMode::Send,
        is_far: args.far,
        lifetime: Some(args.expires),
        protection,
        // The user name goes to nobody but the guest; a name in the invitation was asked for.
        name: args.talk.name.clone(),
        terms: args.terms(),
    };
    let again = AcceptTerms {
        is_far: args.far,
        terms: args.terms(),
        ..AcceptTerms::default()
    };
    let invite = Command::Invite(Box::new(terms));
    device.begin(invite, again).await
}

/// What is to stand between whoever has the invitation and this machine.
async fn protect(
    args: &Args,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<Protection, Stop> {
    let Some(question) = args.ask.as_ref().or(args.lock.as_ref()) else {
        return Ok(Protection::Open);
    };
    let names: Vec<&str> = args.talk.name.as_deref().into_iter().collect();
    let mut source = AnswerSource::open(&args.answers)?;
    let chosen = source.choose(question, &names, output, lines, interrupt);
    let (answer, strength) = chosen.await?;
    if args.lock.is_none() {
        return Ok(Protection::Asked(question.clone(), answer));
    }
    let cost = Cost::STANDARD;
    output.note(words::strength(&strength, tries_per_second(&cost), &cost));
    output.note(strings::asking_is_stronger());
    output.note(strings::locking());
    Ok(Protection::Locked(question.clone().into(), answer))
}

/// Shows the invitation, waits for its guest, and talks.
async fn host(
    args: &Args,
    page: Option<OneFile>,
    session: &mut Session,
    (output, lines, interrupt): Terminal<'_>,
) -> Result<(), Stop> {
    let mut screen = Shows {
        args,
        page,
        shown: None,
    };
    // Whoever hosts is asked nothing.
    let mut nothing = AnswerSource::none();
    let terminal = (&mut *output, &mut *lines, &mut *interrupt);
    let met = waiting::until_met(session, &mut screen, &mut nothing, terminal).await;
    if met.is_err() && args.resume.is_none() {
        session.take_back_unseen().await;
    }
    let (met, name) = (met?, strings::guest());
    let terminal = (output, lines, interrupt);
    let talk = &args.talk;
    talk.with((session, met), name, args.loopback, terminal)
        .await
}

/// What a host has shown.
struct Shows<'a> {
    args: &'a Args,
    /// What an invitation goes into that is to be a page.
    page: Option<OneFile>,
    shown: Option<Shown>,
}

#[derive(Clone, PartialEq, Eq)]
struct Shown {
    token: Token,
    is_outdated: bool,
}

impl RoleView for Shows<'_> {
    const EMPTY: Meaning = Meaning::Nothing;

    fn draw(
        &mut self,
        view: &View,
        session: &mut Session,
        output: &mut Output,
    ) -> Result<(), Stop> {
        let View::Hosting {
            expires_at,
            token,
            is_outdated,
            is_reissued,
            is_replied,
            is_on_this_machine,
            outlook,
            ..
        } = view
        else {
            return Ok(());
        };
        let now = Shown {
            token: token.clone(),
            is_outdated: *is_outdated,
        };
        if self.shown.as_ref() == Some(&now) {
            return Ok(());
        }
        let before = self.shown.replace(now);
        match &before {
            None => {
                if *is_on_this_machine && !self.args.loopback && self.args.resume.is_none() {
                    output.note(strings::alone());
                }
                tell_outlook(*outlook, output);
                match (&self.args.resume, is_replied, is_reissued) {
                    (Some(_), true, _) => output.note(strings::reply_kept()),
                    (Some(_), false, true) => output.note(strings::moved_host()),
                    _ => {}
                }
                if *is_outdated {
                    output.note(strings::locked_leads_nowhere());
                }
            }
            // Only who knows the answer could make a locked one anew.
            Some(before) if before.token == *token => {
                if *is_outdated {
                    output.note(strings::locked_leads_nowhere());
                }
                return Ok(());
            }
            Some(_) => output.note(strings::leads_elsewhere()),
        }
        let remaining = expires_at.saturating_sub(handfast_native::unix_seconds());
        let links = &session.overview().settings.links;
        show(
            (self.args, self.page.as_ref()),
            token,
            links,
            Duration::from_secs(remaining),
            output,
        )?;
        session.tell_name(output);
        Ok(())
    }

    fn read(line: &str, is_person: bool) -> Meaning {
        match input::reply_of(line) {
            Ok(reply) => Meaning::Do(
                SessionCommand::Reply(Box::new(reply), Provenance::Carried),
                strings::reply_taken(),
            ),
            Err(why) if is_person => Meaning::Say(why),
            Err(_) => Meaning::Later,
        }
    }
}

/// What servers and router said.
fn tell_outlook(outlook: Option<Outlook>, output: &mut Output) {
    let Some(Outlook { is_seen, router }) = outlook else {
        return;
    };
    match is_seen {
        None => output.note(strings::nobody_to_ask()),
        Some(false) => output.note(strings::not_seen_outside()),
        Some(true) => {}
    }
    match router {
        RouterReport::NotAsked => {}
        RouterReport::Opened => output.note(strings::port_is_open()),
        RouterReport::Refused(error) => output.note(words::no_port(error)),
    }
}

/// Shows the token on the screen, and writes the files that were asked for.
fn show(
    (args, page): (&Args, Option<&OneFile>),
    token: &Token,
    links: &LinkBase,
    remaining: Duration,
    output: &mut Output,
) -> Result<(), Stop> {
    let base = args.links.base(links);
    let forms = Forms::new(base, &token.to_text_bytes())?;
    if let Some(path) = &args.file {
        write(path, &token.to_bytes())?;
    }
    if let (Some(path), Some(page)) = (&args.html, page) {
        write(path, page.carrying(&forms.text).as_bytes())?;
        output.note(strings::page_can_be_replaced());
    }
    if let Some(path) = &args.png {
        write(path, &forms.symbol.to_png(SCALE))?;
    }
    if let Some(path) = &args.svg {
        write(path, forms.symbol.to_svg().as_bytes())?;
    }
    output.show_token(&forms, !args.link_only);
    if base == &LinkBase::DEFAULT {
        output.note(strings::link_without_page());
    }
    output.tell(Event::invitation(forms, remaining));
    Ok(())
}

/// Writes a file that was asked for. Whoever could read it could use the invitation.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    private::write(path, bytes)
        .map_err(|error| Stop::local(words::unwritable(&path.to_string_lossy(), &error)))
}
