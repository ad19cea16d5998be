//! The demonstration's host: a process of its own that shows a code and lets one guest in.

use super::air::{self, Pose};
use super::{HOST_NAME, PATIENCE, script};
use crate::commands::Session;
use crate::network::{self, Wanted};
use crate::output::{Event, Output, State, milliseconds};
use crate::status::Stop;
use crate::symbol::Forms;
use crate::{home, input, met, strings, words};
use handfast_native::pairing::{Failure, HostTerms, Pairing, PairingEvent, Via, own_candidates};
use handfast_native::token::{Expiry, Invitation, LinkBase, QR_LIFETIME, Secret, Token};
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
    tokio::time::timeout(PATIENCE, host(args, &mut output))
        .await
        .unwrap_or_else(|_| Err(Failure::NotReached.into()))
}

async fn host(args: Args, output: &mut Output) -> Result<(), Stop> {
    let folder = args.dir.join("host");
    let air = args.dir.join("air");
    let identity = home::identity(None, Some(HOST_NAME))?;
    let certificate = network::certificate()?;
    let place = network::bind(Wanted::Loopback, None)?;
    let now = handfast_native::unix_seconds();
    let invitation = Invitation {
        secret: Secret::random().map_err(|_| Failure::Local)?,
        expiry: Expiry::after(now, QR_LIFETIME),
        fingerprint: certificate.fingerprint(),
        candidates: own_candidates(&place.endpoint, place.policy)?,
        question: None,
        name: None,
        host_is_browser: false,
        host_can_punch: true,
    };
    let forms = Forms::new(&LinkBase::DEFAULT, &invitation.to_bytes())?;
    let symbol = forms.symbol.clone();
    let mut pairing = Pairing::host(
        identity,
        place.endpoint,
        HostTerms {
            invitation,
            certificate,
            handed: Via::Camera,
            answer: None,
            random: Secret::random().map_err(|_| Failure::Local)?,
        },
    )?;
    super::write(&folder.join("screen.png"), &forms.symbol.to_png(8))?;
    output.tell(Event::invitation(forms, QR_LIFETIME));
    let _pose = Pose::hold(air.join("host-screen"), symbol, args.seed)
        .map_err(|error| Stop::local(words::unwritable(&air.to_string_lossy(), &error)))?;

    let (sights, mut seen) = mpsc::unbounded_channel();
    if args.two_scan {
        let screen = air.join("guest-screen");
        tokio::task::spawn_blocking(move || super::watch(&screen, &sights));
    } else {
        drop(sights);
    }
    loop {
        tokio::select! {
            event = pairing.next() => match event {
                Some(PairingEvent::View(view)) => {
                    if let Some(state) = State::of(&view) {
                        output.tell(Event::State { state });
                    }
                }
                Some(PairingEvent::Met(meeting)) => {
                    met::tell(output, &meeting, strings::guest());
                    return script::host(*meeting, folder.join("downloads"), output).await;
                }
                Some(PairingEvent::Hint(_) | PairingEvent::Reissued(_)) => {}
                Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
                None => return Err(Failure::Local.into()),
            },
            Some(seen) = seen.recv() => match seen {
                super::Seen::Frame(frame) => output.tell(photographed(&air, "guest-screen", frame)),
                super::Seen::Sight(sight) => {
                    output.tell(Event::Scanned {
                        frames: sight.frames,
                        scan_ms: milliseconds(sight.took),
                    });
                    let Token::Reply(reply) = input::token_in(sight.text.as_bytes())? else {
                        return Err(Stop::bad_input(strings::no_reply_in_line()));
                    };
                    pairing
                        .reply_received(reply, Via::Camera)
                        .await
                        .map_err(|error| Stop::bad_input(words::reply_refused(error)))?;
                }
                super::Seen::Nothing(stop) => return Err(stop),
            },
        }
    }
}

/// A frame is in the air.
pub(super) fn photographed(air: &Path, screen: &str, frame: u32) -> Event {
    let picture = air::picture(&air.join(screen), frame);
    Event::Photographed {
        frame,
        picture: picture.to_string_lossy().into_owned(),
    }
}
