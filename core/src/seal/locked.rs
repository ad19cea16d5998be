//! An invitation that opens only for whoever knows the answer.

use super::{About, Cost, Credential, Header, Kind, Limits, Lock, Questions, SealError};
use super::{open_bytes, seal_bytes};
use crate::invitation::Invitation;

/// Locks an invitation with answers. `salt` is 32 random bytes. It takes the time and memory of
/// [`Cost::STANDARD`]. Whoever gets the container can try answers without anybody noticing.
///
/// # Errors
/// [`SealError::TooExpensive`] if there is not enough memory.
pub fn lock(
    invitation: &Invitation,
    questions: Questions,
    credential: &Credential,
    salt: [u8; 32],
) -> Result<Vec<u8>, SealError> {
    let lock = match credential {
        Credential::Key(_) => Lock::Key,
        Credential::Answers { code, .. } => Lock::Answers {
            cost: Cost::STANDARD,
            with_code: code.is_some(),
            questions,
        },
    };
    let header = Header {
        kind: Kind::Invitation,
        lock,
        salt,
    };
    let content = invitation.to_bytes();
    let about = About::default();
    seal_bytes(&header, credential, &Limits::DESKTOP, &about, &content)
}

/// Opens a locked invitation. It takes the time and memory that the container asks for, within the
/// limits.
///
/// # Errors
/// Any [`SealError`]; [`SealError::Damaged`] too for a container that holds something else.
pub fn unlock(
    container: &[u8],
    credential: &Credential,
    limits: &Limits,
) -> Result<Invitation, SealError> {
    let opened = open_bytes(container, credential, limits)?;
    match opened.kind {
        Kind::Invitation => Invitation::parse(&opened.content).map_err(|_| SealError::Damaged),
        _ => Err(SealError::Damaged),
    }
}
