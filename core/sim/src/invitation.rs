//! An invitation that leads anywhere, as one that was carried through a bad path, or away from its host.

use handfast_protocol::certificate::Certificate;
use handfast_protocol::pairing::{HostHistory, Provenance};
use handfast_store::PendingInvitation;
use handfast_token::{Candidate, Candidates, Expiry, Invitation, QR_LIFETIME, Secret};
use std::io;
use std::net::SocketAddr;

/// What a host keeps of an invitation that leads to these addresses, while the host listens on this port.
/// It was shown as a code, asks nothing, and was made at `now` (seconds since 1970-01-01 UTC).
///
/// # Errors
/// When there is no randomness, or when an invitation cannot name these addresses.
pub fn leading_to(
    addresses: &[SocketAddr],
    port: u16,
    certificate: Certificate,
    now: u64,
) -> io::Result<PendingInvitation> {
    let candidates = addresses.iter().copied().map(Candidate::host).collect();
    let invitation = Invitation {
        secret: Secret::random().map_err(io::Error::other)?,
        expiry: Expiry::after(now, QR_LIFETIME),
        fingerprint: certificate.fingerprint(),
        candidates: Candidates::new(candidates).map_err(io::Error::other)?,
        question: None,
        name: None,
        browser: None,
        host_can_punch: true,
    };
    Ok(PendingInvitation {
        invitation,
        certificate,
        port,
        handed: Provenance::Camera,
        locked: None,
        answer: None,
        made: now,
        history: HostHistory::default(),
    })
}
