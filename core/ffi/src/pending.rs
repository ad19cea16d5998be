//! What waits for another person, also after a restart.

use super::{ErrorKind, HandfastError, Role};
use data_encoding::HEXLOWER;
use handfast_native::device::{self, PendingId};

/// An invitation that waits for its guest, or an accepted one whose host was not reached yet.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Pending {
    /// For [`Pairing::resume`](super::Pairing::resume) and
    /// [`Pairing::withdraw`](super::Pairing::withdraw).
    pub id: String,
    /// On which side this device is.
    pub role: Role,
    /// What the host calls itself, for a guest, if it says so.
    pub name: Option<String>,
    /// When it is too old, in seconds since 1970-01-01 UTC; none if it seems to be.
    pub expires_at: Option<u64>,
    /// The session that goes on with it, if one does.
    pub session: Option<u64>,
}

impl Pending {
    pub(super) fn new(pending: &device::Pending, session: Option<device::SessionId>) -> Self {
        Self {
            id: text(pending.id),
            role: pending.id.role,
            name: pending.name.clone(),
            expires_at: pending.expires_at,
            session: session.map(|session| session.0),
        }
    }
}

/// How a shell names what waits.
fn text(pending: PendingId) -> String {
    let role = match pending.role {
        Role::Host => 'h',
        Role::Guest => 'g',
    };
    format!("{role}{}", HEXLOWER.encode(&pending.id))
}

/// What a shell named.
pub(super) fn parse(text: &str) -> Result<PendingId, HandfastError> {
    let (role, id) = match text.split_at_checked(1) {
        Some(("h", id)) => (Role::Host, id),
        Some(("g", id)) => (Role::Guest, id),
        _ => return Err(ErrorKind::NotNow.into()),
    };
    let id = HEXLOWER
        .decode(id.as_bytes())
        .map_err(|_| ErrorKind::NotNow)?;
    let id = id.try_into().map_err(|_| ErrorKind::NotNow)?;
    Ok(PendingId { role, id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_undoes_writing(id: [u8; 16], hosts: bool) {
            let pending = if hosts { PendingId::hosted(id) } else { PendingId::accepted(id) };
            prop_assert_eq!(parse(&text(pending)), Ok(pending));
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let _ = parse(&text);
        }
    }
}
