//! Why two people did not come together.

use crate::link::TransportError;

/// The end of a pairing that led nowhere. Each has its own sentence, and one thing to try next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Failure {
    /// The invitation is too old.
    #[error("this invitation has expired: ask for a new one")]
    Expired,
    /// The host was with somebody else when it was last heard, and time is up.
    #[error("somebody else was there with this invitation: ask for a new one")]
    Taken,
    /// Nothing was heard from the other side.
    #[error(
        "could not reach them: are both in the same network, and is the invitation still shown? Try their network, or let them scan your reply"
    )]
    NotReached,
    /// The other side was there and went away before the end.
    #[error("they went away before the connection was ready: try again together")]
    WentAway,
    /// The other side's certificate is not the invited one.
    #[error("somebody may be in between: make a new invitation and pass it on another way")]
    WrongCertificate,
    /// The other side does not hold the invitation, or it was changed on the way.
    #[error("this is not who invited you, or the invitation was changed: ask for a new one")]
    NotTheInviter,
    /// The question was answered wrongly too often.
    #[error("the answers do not match: agree on the answer another way, then use a new invitation")]
    AnswersDiffer,
    /// The host went away when it had the proof of our answer, and did not say what it was worth.
    #[error(
        "they left after your answer, and each answer lets them test one guess: make sure who asks before you answer again"
    )]
    LeftAfterAnswer,
    /// Too many failed attempts to use this invitation.
    #[error("somebody tried to use this invitation and failed too often: make a new one")]
    Burned,
    /// The invitation leads nowhere this device may or can send to.
    #[error("this invitation holds no address that this device can reach: ask for a new one")]
    NoRoute,
    /// This device has no network.
    #[error("this device has no network: join a Wi-Fi or switch on mobile data, then try again")]
    NoNetwork,
    /// A socket or certificate could not be had.
    #[error("this device could not prepare the connection: restart the app")]
    Local,
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::NoAddress => Self::NoNetwork,
            TransportError::WrongCertificate => Self::WrongCertificate,
            TransportError::Closed => Self::WentAway,
            TransportError::Bind(_) | TransportError::Certificate | TransportError::Protocol => {
                Self::Local
            }
        }
    }
}
