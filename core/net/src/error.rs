//! Details of what went wrong beneath a link. They are logged, not carried: they tell a person nothing,
//! and could carry addresses.

pub use handfast_protocol::link::TransportError;
use handfast_protocol::network::MappingError;
use std::fmt::Display;
use std::io;

/// Makes the one error that is carried out of those of the protocols beneath.
pub(crate) trait Logged {
    fn certificate(error: impl Display) -> Self;
    fn ice(error: impl Display) -> Self;
    fn dtls(error: impl Display) -> Self;
    fn sctp(error: impl Display) -> Self;
}

impl Logged for TransportError {
    fn certificate(error: impl Display) -> Self {
        log::warn!("certificate: {error}");
        Self::Certificate
    }

    fn ice(error: impl Display) -> Self {
        log::debug!("ICE: {error}");
        Self::Protocol
    }

    fn dtls(error: impl Display) -> Self {
        log::debug!("DTLS: {error}");
        Self::Protocol
    }

    fn sctp(error: impl Display) -> Self {
        log::debug!("SCTP: {error}");
        Self::Protocol
    }
}

/// A socket to a router could not be used.
pub(crate) fn socket(error: io::Error) -> MappingError {
    log::debug!("port mapping: {error}");
    MappingError::Socket
}
