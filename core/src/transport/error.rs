//! What can go wrong on the way to a link.

/// Why there is no link. Details of the protocols beneath are logged, not carried: they tell a person
/// nothing, and could carry addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// This device has no network address to use.
    #[error("this device has no network address")]
    NoAddress,
    /// No socket could be opened.
    #[error("no network socket could be opened: {0}")]
    Bind(std::io::ErrorKind),
    /// The peer showed another certificate than the one expected: somebody may be in between.
    #[error("the other side is not the one expected")]
    WrongCertificate,
    /// A certificate could not be made or read.
    #[error("the certificate of this device cannot be used")]
    Certificate,
    /// A protocol beneath failed in a way that should not happen.
    #[error("the connection could not be set up")]
    Protocol,
    /// There is no open connection.
    #[error("the connection is closed")]
    Closed,
}

impl TransportError {
    pub(super) fn certificate(error: impl std::fmt::Display) -> Self {
        log::warn!("certificate: {error}");
        Self::Certificate
    }

    pub(super) fn ice(error: impl std::fmt::Display) -> Self {
        log::debug!("ICE: {error}");
        Self::Protocol
    }

    pub(super) fn dtls(error: impl std::fmt::Display) -> Self {
        log::debug!("DTLS: {error}");
        Self::Protocol
    }

    pub(super) fn sctp(error: impl std::fmt::Display) -> Self {
        log::debug!("SCTP: {error}");
        Self::Protocol
    }
}
