//! The part of either in the demonstration: a process of its own that shows codes on a screen and looks
//! at the other's with a camera. The guest knows nothing but what its camera sees.

use super::air::{self, Pose};
use super::{GUEST_NAME, HOST_NAME, PATIENCE, Seen, script};
use crate::commands::Hands;
use crate::device::{Device, News, Session};
use crate::home::Place;
use crate::interrupt::Interrupt;
use crate::output::{Event, Output, State, milliseconds};
use crate::status::Stop;
use crate::symbol::Forms;
use crate::waiting::Progress;
use crate::{input, strings, words};
use handfast_native::conversation::Limits;
use handfast_native::device::{
    AcceptTerms, Command, DeliveryMode, InviteTerms, Provenance, Role, Scope, SessionCommand,
    SessionTerms, View,
};
use handfast_native::pairing::Failure;
use handfast_native::token::{LinkBase, QR_LIFETIME, Token};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long)]
    dir: PathBuf,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    two_scan: bool,
}

pub(crate) async fn run(role: Role, args: Args, hands: Hands) -> Result<(), Stop> {
    super::end_with_parent();
    let device = Device::start(Place::Nowhere).await?;
    let mut part = Part {
        role,
        args,
        output: hands.output,
        interrupt: hands.interrupt,
        pose: None,
    };
    tokio::time::timeout(PATIENCE, part.play(device))
        .await
        .unwrap_or_else(|_| Err(Failure::NotReached.into()))
}

struct Part {
    role: Role,
    args: Args,
    output: Output,
    interrupt: Interrupt,
    /// What is on the screen, for the other's camera.
    pose: Option<Pose>,
}

impl Part {
    async fn play(&mut self, device: Device) -> Result<(), Stop> {
        // Everything that a phone has before it is taken out of the pocket.
        let file = match self.role {
            Role::Host => None,
            Role::Guest => {
                let made = script::make_file(&self.folder(), self.args.seed, &mut self.output);
                Some(made?)
            }
        };
        let again = AcceptTerms::default();
        let begin = match self.role {
            Role::Host => Command::Invite(Box::new(InviteTerms {
                is_far: false,
                terms: self.terms(),
                ..InviteTerms::new(DeliveryMode::Show)
            })),
            Role::Guest => match self.scan().await? {
                Token::Sealed(container) => Command::OpenLocked(container),
                other => Command::Open(Box::new(input::invitation(other)?), Provenance::Camera),
            },
        };
        let begun = device.begin(begin, again).await;
        let mut session = begun.map_err(|(_, stop)| stop)?;
        let met = self.meet(&mut session).await?;
        self.pose = None;
        self.output.met(
            &met,
            match self.role {
                Role::Host => strings::guest(),
                Role::Guest => strings::host(),
            },
        );
        script::play(self.role, &mut session, file.as_deref(), &mut self.output).await?;
        session.end(&mut self.output, &mut self.interrupt).await;
        Ok(())
    }

    fn terms(&self) -> SessionTerms {
        SessionTerms {
            is_incognito: true,
            called: Some(
                match self.role {
                    Role::Host => HOST_NAME,
                    Role::Guest => GUEST_NAME,
                }
                .to_owned(),
            ),
            // Nobody is there to be asked.
            limits: Some(Limits::USUAL.with_unasked(script::FILE_BYTES)),
            downloads: Some(self.folder().join("downloads")),
            scope: Scope::ThisMachine,
            ..SessionTerms::default()
        }
    }

    /// The folder of this process.
    fn folder(&self) -> PathBuf {
        self.args.dir.join(match self.role {
            Role::Host => "host",
            Role::Guest => "guest",
        })
    }

    fn air(&self) -> PathBuf {
        self.args.dir.join("air")
    }

    /// Goes on until the two have met.
    async fn meet(&mut self, session: &mut Session) -> Result<View, Stop> {
        let (sights, mut seen) = mpsc::unbounded_channel();
        match (self.role, self.args.two_scan) {
            (Role::Host, true) => self.look_at("guest-screen", sights),
            _ => drop(sights),
        }
        let mut told = match self.role {
            Role::Host => Progress::default(),
            // Told before it happens, or not at all.
            Role::Guest => Progress::already(State::Knocking),
        };
        loop {
            tokio::select! {
                news = session.next() => match news {
                    News::View(view @ View::Talking { .. }) => return Ok(view),
                    News::View(View::Ended(end)) => return Err(session.stop(end)),
                    News::View(view) => {
                        self.show(&view, session).await?;
                        told.tell(&view, &mut self.output);
                    }
                    News::Gone => return Err(Failure::Local.into()),
                    News::Row(_)
                    | News::NotCompared(_)
                    | News::NotRemembered
                    | News::NotWritten(..)
                    | News::OtherDevice
                | News::Beside(_)
                | News::RowGone(_)
                | News::Others
                | News::Left(_) => {}
                },
                Some(seen) = seen.recv() => {
                    let Some(token) = self.saw("guest-screen", seen)? else { continue };
                    let Token::Reply(reply) = token else {
                        return Err(Stop::bad_input(strings::no_reply_in_line()));
                    };
                    let reply = SessionCommand::Reply(Box::new(reply), Provenance::Camera);
                    session.command(reply).await?;
                }
            }
        }
    }

    /// What a person would do who looks at this.
    async fn show(&mut self, view: &View, session: &Session) -> Result<(), Stop> {
        match view {
            View::Opened { .. } => {
                if !self.args.two_scan {
                    self.output.tell(Event::State {
                        state: State::Knocking,
                    });
                }
                let terms = AcceptTerms {
                    patience: Some(PATIENCE),
                    only_by_reply: self.args.two_scan,
                    terms: self.terms(),
                    ..AcceptTerms::default()
                };
                session
                    .command(SessionCommand::Accept(Box::new(terms)))
                    .await
            }
            View::Hosting { token, .. } if self.pose.is_none() => {
                let forms = self.hold(&token.to_bytes(), "host-screen", self.args.seed)?;
                self.output.tell(Event::invitation(forms, QR_LIFETIME));
                Ok(())
            }
            View::ReplyNeeded { reply, .. } if self.pose.is_none() => {
                // Held another way than the first camera.
                let seed = self.args.seed ^ 0x7e91;
                let forms = self.hold(reply.as_bytes(), "guest-screen", seed)?;
                self.output.tell(Event::reply(forms));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Shows a code on the screen from now on.
    fn hold(&mut self, token: &[u8], screen: &str, seed: u64) -> Result<Forms, Stop> {
        let air = self.air();
        let forms = Forms::new(&LinkBase::DEFAULT, token)?;
        super::write(&self.folder().join("screen.png"), &forms.symbol.to_png(8))?;
        let unwritable = |error| Stop::local(words::unwritable(&air.to_string_lossy(), &error));
        let pose = Pose::hold(air.join(screen), forms.symbol.clone(), seed).map_err(unwritable)?;
        self.pose = Some(pose);
        Ok(forms)
    }

    /// Holds the camera before the host's screen until it has read a code.
    async fn scan(&mut self) -> Result<Token, Stop> {
        let (sights, mut seen) = mpsc::unbounded_channel();
        self.look_at("host-screen", sights);
        while let Some(seen) = seen.recv().await {
            if let Some(token) = self.saw("host-screen", seen)? {
                return Ok(token);
            }
        }
        Err(Failure::Local.into())
    }

    fn look_at(&self, screen: &str, sights: mpsc::UnboundedSender<Seen>) {
        let screen = self.air().join(screen);
        tokio::task::spawn_blocking(move || super::watch(&screen, &sights));
    }

    /// Tells what the camera saw; the token, once it is read.
    fn saw(&mut self, screen: &str, seen: Seen) -> Result<Option<Token>, Stop> {
        match seen {
            Seen::Frame(frame) => {
                let photographed = photographed(&self.air(), screen, frame);
                self.output.tell(photographed);
                Ok(None)
            }
            Seen::Sight(sight) => {
                self.output.tell(Event::Scanned {
                    frames: sight.frames,
                    scan_ms: milliseconds(sight.took),
                });
                Ok(Some(input::token_in(sight.text.as_bytes())?))
            }
            Seen::Nothing(stop) => Err(stop),
        }
    }
}

/// A frame is in the air.
fn photographed(air: &Path, screen: &str, frame: u32) -> Event {
    let picture = air::picture(&air.join(screen), frame);
    Event::Photographed {
        frame,
        picture: picture.to_string_lossy().into_owned(),
    }
}
