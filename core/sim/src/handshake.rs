//! A handshake between two ends of a link that no pairing brought together.

use handfast_protocol::handshake::{
    Channel, HandshakeError, Initiator, Mode, Policy, Prologue, Responder, StaticKey,
};
use handfast_protocol::link::Link;
use handfast_token::{Fingerprint, Secret};

/// What such a handshake is bound to, where these are the certificates of the two ends.
pub fn prologue(host: Fingerprint, guest: Fingerprint) -> Prologue {
    Prologue {
        mode: Mode::OneWay,
        policy: Policy::default(),
        invite_id: [4; 16],
        invitation_digest: [5; 32],
        reply_digest: None,
        host,
        guest,
    }
}

/// The channel of the guest and that of the host, as the whole handshake makes them.
///
/// # Errors
/// When there is no randomness.
pub fn channels(guest: &Link, host: &Link) -> Result<(Channel, Channel), HandshakeError> {
    let key = |of: u8| StaticKey::new(Secret::new([of; 32]));
    let psk = Secret::new([3; 32]);
    let prologue = prologue(host.local_fingerprint(), guest.local_fingerprint());
    let (initiator, first) = Initiator::start(&key(1), &psk, &prologue)?;
    let (responder, _, second) = Responder::respond(&key(2), &psk, &[prologue], &first)?;
    let (at_guest, third) = initiator.finish(&second)?;
    let at_host = responder.finish(&third)?;
    Ok((at_guest.channel, at_host.channel))
}
