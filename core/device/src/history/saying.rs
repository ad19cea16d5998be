//! What a person writes, as an entry of the log.

use super::super::files::FileWish;
use super::super::session::Context;
use super::super::{Done, Refusal, Saying};
use super::History;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{Body, Life, Place, ReplyTo};

/// Writes this to a contact, whether they are here or not.
///
/// # Errors
/// When nothing like it can be written, or so much waits for the disk that no more is taken.
pub(crate) fn write(
    context: &mut Context<'_>,
    with: PublicKey,
    saying: Saying,
) -> Result<Done, Refusal> {
    let at = |row: u64| -> Result<(&History, Place), Refusal> {
        let place = context.listing.place_of(row);
        let history = context.shared.history(with);
        history.zip(place).ok_or(Refusal::NotNow)
    };
    let about = |row: u64, as_seen: bool| -> Result<Option<ReplyTo>, Refusal> {
        let (history, place) = at(row)?;
        let about = history.about(&place, as_seen);
        about.map(Some).ok_or(Refusal::NotNow)
    };
    let own = |row: u64, is_text: bool| -> Result<Option<ReplyTo>, Refusal> {
        let (history, place) = at(row)?;
        let own = history.own(&place, is_text, context.now);
        own.map(Some).ok_or(Refusal::Unchangeable)
    };
    let (body, about) = match saying {
        Saying::Text(text) => (Body::Text(text), None),
        Saying::Reply { to, text } => (Body::Text(text), about(to, true)?),
        Saying::React(row, symbol) => (Body::Reaction(symbol), about(row, false)?),
        Saying::Edit { row, text } => (Body::Edit(text), own(row, true)?),
        Saying::TakeBack(row) => (Body::Withdraw, own(row, false)?),
        Saying::Disappear(None) => (Body::Life(None), None),
        Saying::Disappear(Some(seconds)) => {
            let life = Life::new(seconds).ok_or(Refusal::NotNow)?;
            (Body::Life(Some(life)), None)
        }
        Saying::Locked(locked) => (Body::Locked(locked), None),
        Saying::File { path, name, .. } => {
            let session = Some(context.id);
            let offered = context.shared.with_history(with, |history, shared| {
                history.offer(shared, session, (path, name))
            });
            return offered.unwrap_or(Err(Refusal::NotNow));
        }
        Saying::AcceptFile(row) => {
            let folder = context.terms.downloads.clone().unwrap_or_default();
            return decide(context, with, row, FileWish::Accept(folder));
        }
        Saying::CancelFile(row) => return decide(context, with, row, FileWish::Cancel),
        Saying::PauseFile(row) => return decide(context, with, row, FileWish::Pause),
        Saying::ResumeFile(row) => return decide(context, with, row, FileWish::Resume),
        // Its session has it locked first.
        Saying::Lock { .. }
        | Saying::Compare
        | Saying::Compared(..)
        | Saying::OnlyThey
        | Saying::AllowMore
        | Saying::Leave => return Err(Refusal::NotNow),
    };
    let (session, now) = (context.id, context.now);
    let written = context.shared.with_history(with, |history, shared| {
        history.write(shared, session, &body, about, now)
    });
    written.unwrap_or(Err(Refusal::NotNow))
}

/// Decides about the file in a row.
fn decide(
    context: &mut Context<'_>,
    with: PublicKey,
    row: u64,
    wish: FileWish,
) -> Result<Done, Refusal> {
    let place = context.listing.place_of(row).ok_or(Refusal::NotNow)?;
    let decided = context
        .shared
        .with_history(with, |history, shared| history.decide(shared, &place, wish));
    decided.unwrap_or(Err(Refusal::NotNow))
}
