//! From a meeting to its event, the same for both seats.

use crate::home::Home;
use crate::output::{Event, Output, milliseconds};
use crate::status::{Status, Stop};
use crate::{strings, words};
use handfast_native::GOODBYE;
use handfast_native::link::LinkState;
use handfast_native::pairing::{Meeting, Pairing, PairingEvent};
use tokio::sync::watch;

/// Waits until a link that nobody holds any more has said its goodbye: the program must not end
/// before, or the other side waits in vain.
pub(crate) async fn closed(mut link: watch::Receiver<LinkState>) {
    let is_closed = link.wait_for(|state| matches!(state, LinkState::Closed(_)));
    let _ = tokio::time::timeout(GOODBYE, is_closed).await;
}

/// Lets in who was met, unless a comparison with them showed a difference before.
///
/// # Errors
/// When it did: they are hung up on.
pub(crate) async fn let_in(meeting: Meeting, home: Option<&Home>) -> Result<Meeting, Stop> {
    let key = meeting.acquaintance.key;
    let is_refused = match home {
        Some(home) => home.with_store(move |store| store.is_refused(key)).await?,
        None => false,
    };
    if !is_refused {
        return Ok(meeting);
    }
    let link = meeting.link.state();
    drop(meeting);
    closed(link).await;
    Err(Stop::new(Status::Insecure, "refused", strings::refused()))
}

/// Tells who was met, with what trust, and how long it took. `fallback` is what to call somebody
/// without a name.
pub(crate) fn tell(output: &mut Output, meeting: &Meeting, fallback: &str) {
    let acquaintance = &meeting.acquaintance;
    let name = match acquaintance.name.as_str() {
        "" => fallback,
        name => name,
    };
    let milestones = meeting.milestones;
    output.tell(Event::Met {
        name: name.to_owned(),
        trust: words::trust_level(acquaintance.trust.level()).to_owned(),
        reason: words::trust_reason(acquaintance.trust.reason()).to_owned(),
        scans: acquaintance.scans,
        ready_ms: milestones.ready.map(milliseconds),
        open_ms: milestones.open.map(milliseconds),
        authenticated_ms: milestones.authenticated.map(milliseconds),
    });
}

/// Stops a pairing on the person's wish, with a goodbye to whoever is there.
pub(crate) async fn cancel(mut pairing: Pairing) -> Stop {
    let farewell = async {
        pairing.cancel().await;
        while let Some(event) = pairing.next().await {
            if matches!(event, PairingEvent::Failed(_) | PairingEvent::Met(_)) {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(GOODBYE, farewell).await;
    Stop::cancelled()
}
