//! The demonstration's guest: a process of its own that knows nothing but what its camera sees.

use super::air::Pose;
use super::host::photographed;
use super::{GUEST_NAME, PATIENCE, Seen, script};
use crate::commands::Session;
use crate::network::{self, Wanted};
use crate::output::{Event, Output, State, milliseconds};
use crate::status::Stop;
use crate::symbol::Forms;
use crate::{home, input, met, strings, words};
use handfast_native::pairing::{Failure, GuestTerms, Pairing, PairingEvent, Via, View};
use handfast_native::token::{Invitation, LinkBase};
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

pub(crate) async fn run(args: Args, session: Session) -> Result<(), Stop> {
    super::end_with_parent();
    let mut output = session.output;
    tokio::time::timeout(PATIENCE, guest(args, &mut output))
        .await
        .unwrap_or_else(|_| Err(Failure::NotReached.into()))
}

async fn guest(args: Args, output: &mut Output) -> Result<(), Stop> {
    let folder = args.dir.join("guest");
    let air = args.dir.join("air");
    // Everything that a phone has before it is taken out of the pocket.
    let identity = home::identity(None, Some(GUEST_NAME))?;
    let file = script::make_file(&folder, args.seed, output)?;

    let invitation = scan(&air, output).await?;
    let place = network::bind(Wanted::Loopback, None)?;
    let terms = GuestTerms {
        policy: place.policy,
        patience: PATIENCE,
        only_by_reply: args.two_scan,
        ..GuestTerms::new(Via::Camera)
    };
    // Told before it happens, so that no story has the host hear it first.
    if !args.two_scan {
        output.tell(Event::State {
            state: State::Knocking,
        });
    }
    let certificate = network::certificate()?;
    let mut pairing = Pairing::guest(identity, certificate, place.endpoint, invitation, terms)?;
    let mut pose = None;
    loop {
        match pairing.next().await {
            Some(PairingEvent::View(view)) => {
                if let Some(state) = State::of(&view).filter(|state| *state != State::Knocking) {
                    output.tell(Event::State { state });
                }
                if let View::ReplyNeeded { reply, .. } = &view {
                    pose = Some(show_reply(reply, &folder, &air, args.seed, output)?);
                }
            }
            Some(PairingEvent::Met(meeting)) => {
                drop(pose);
                met::tell(output, &meeting, strings::host());
                return script::guest(*meeting, folder.join("downloads"), file, output).await;
            }
            Some(PairingEvent::Hint(_) | PairingEvent::Reissued(_)) => {}
            Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
            None => return Err(Failure::Local.into()),
        }
    }
}

/// Holds the camera before the host's screen until it has read the invitation.
async fn scan(air: &Path, output: &mut Output) -> Result<Invitation, Stop> {
    let (sights, mut seen) = mpsc::unbounded_channel();
    let screen = air.join("host-screen");
    tokio::task::spawn_blocking(move || super::watch(&screen, &sights));
    loop {
        match seen.recv().await {
            Some(Seen::Frame(frame)) => output.tell(photographed(air, "host-screen", frame)),
            Some(Seen::Sight(sight)) => {
                output.tell(Event::Scanned {
                    frames: sight.frames,
                    scan_ms: milliseconds(sight.took),
                });
                return input::invitation(input::token_in(sight.text.as_bytes())?);
            }
            Some(Seen::Nothing(stop)) => return Err(stop),
            None => return Err(Failure::Local.into()),
        }
    }
}

fn show_reply(
    reply: &[u8],
    folder: &Path,
    air: &Path,
    seed: u64,
    output: &mut Output,
) -> Result<Pose, Stop> {
    let forms = Forms::new(&LinkBase::DEFAULT, reply)?;
    let symbol = forms.symbol.clone();
    super::write(&folder.join("screen.png"), &forms.symbol.to_png(8))?;
    output.tell(Event::reply(forms));
    // Held another way than the first camera.
    Pose::hold(air.join("guest-screen"), symbol, seed ^ 0x7e91)
        .map_err(|error| Stop::local(words::unwritable(&air.to_string_lossy(), &error)))
}
