//! What waits for another person, also after a restart.

use super::{ErrorKind, HandfastError};
use data_encoding::HEXLOWER;
use handfast_native::store::{Listed, PendingReply};
use handfast_native::token::InviteId;

/// On which side of an invitation this device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Role {
    /// It made the invitation.
    Host,
    /// It accepted somebody else's.
    Guest,
}

/// An invitation that waits for its guest, or an accepted one whose host was not reached yet.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Pending {
    /// For [`Pairing::go_on`](super::Pairing::go_on) and
    /// [`Pairing::give_up`](super::Pairing::give_up).
    pub id: String,
    /// On which side this device is.
    pub role: Role,
    /// What the host calls itself, for a guest, if it says so.
    pub name: Option<String>,
    /// When it is too old, in seconds since 1970-01-01 UTC; none if it seems to be.
    pub expires_at: Option<u64>,
}

impl Pending {
    /// None for what is over.
    pub(super) fn hosted(listed: &Listed, now: u64) -> Option<Self> {
        let left = listed.state.ok()?;
        Some(Self {
            id: Waits::for_guest(listed.id).text(),
            role: Role::Host,
            name: None,
            expires_at: Some(now + left.as_secs()),
        })
    }

    pub(super) fn accepted(reply: &PendingReply, now: u64) -> Self {
        let invitation = &reply.invitation;
        let left = invitation.expiry.remaining(now);
        Self {
            id: Waits::for_host(reply.id()).text(),
            role: Role::Guest,
            name: invitation
                .name
                .as_ref()
                .map(|name| name.as_str().to_owned()),
            expires_at: left.map(|left| now + left.as_secs()),
        }
    }
}

/// What the store knows it by. Somebody may accept an invitation of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waits {
    pub(super) role: Role,
    pub(super) id: InviteId,
}

impl Waits {
    pub(super) fn for_guest(id: InviteId) -> Self {
        let role = Role::Host;
        Self { role, id }
    }

    pub(super) fn for_host(id: InviteId) -> Self {
        let role = Role::Guest;
        Self { role, id }
    }

    fn text(self) -> String {
        let role = match self.role {
            Role::Host => 'h',
            Role::Guest => 'g',
        };
        format!("{role}{}", HEXLOWER.encode(&self.id))
    }

    pub(super) fn parse(text: &str) -> Result<Self, HandfastError> {
        let (role, id) = match text.split_at_checked(1) {
            Some(("h", id)) => (Role::Host, id),
            Some(("g", id)) => (Role::Guest, id),
            _ => return Err(ErrorKind::NotNow.into()),
        };
        let id = HEXLOWER
            .decode(id.as_bytes())
            .map_err(|_| ErrorKind::NotNow)?;
        let id = id.try_into().map_err(|_| ErrorKind::NotNow)?;
        Ok(Self { role, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_undoes_writing(id: [u8; 16], hosts: bool) {
            let waits = if hosts { Waits::for_guest(id) } else { Waits::for_host(id) };
            prop_assert_eq!(Waits::parse(&waits.text()), Ok(waits));
        }

        #[test]
        fn arbitrary_text_never_panics(text: String) {
            let _ = Waits::parse(&text);
        }
    }
}
