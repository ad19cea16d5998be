//! A machine in the middle that holds a copy of the invitation: it finishes ICE and DTLS with both
//! sides, each time with a certificate of its own, and so reads the data channel.

use crate::by_hand::{Holder, opened};
use crate::people::GUEST_SIDE;
use bytes::Bytes;
use handfast_core::invitation::Invitation;
use handfast_core::transport::{Endpoint, Link};
use std::net::SocketAddr;

/// The place where the host is reached, before it is known who invites there.
pub(crate) struct Middle {
    near: Endpoint,
}

/// Every message of a bridged connection, as both sides handed it to their links.
#[derive(Default)]
pub(crate) struct Transcript {
    pub(crate) from_guest: Vec<Bytes>,
    pub(crate) from_host: Vec<Bytes>,
}

impl Middle {
    pub(crate) fn new() -> Self {
        let near = Endpoint::bind(&[GUEST_SIDE], None).unwrap();
        Self { near }
    }

    /// What the host's invitation names.
    pub(crate) fn address(&self) -> SocketAddr {
        self.near.addresses()[0]
    }

    /// Waits for the guest, as the host of `holder`'s invitation.
    pub(crate) async fn meet_guest(self, holder: &Holder) -> Option<Link> {
        opened(&mut holder.wait(self.near)).await.ok()
    }

    /// Meets the guest of an invitation that names our certificate, and the host, and hands every
    /// message on unchanged until one of them hangs up; then hangs up too.
    pub(crate) async fn bridge(self, holder: &Holder, host: SocketAddr) -> Transcript {
        let mut transcript = Transcript::default();
        let Some(mut near) = self.meet_guest(holder).await else {
            return transcript;
        };
        let mut far = holder.knock(host).await.unwrap();
        loop {
            tokio::select! {
                message = near.receive() => match message {
                    Ok(message) => {
                        transcript.from_guest.push(message.clone());
                        let _ = far.send(message).await;
                    }
                    Err(_) => return transcript,
                },
                message = far.receive() => match message {
                    Ok(message) => {
                        transcript.from_host.push(message.clone());
                        let _ = near.send(message).await;
                    }
                    Err(_) => return transcript,
                },
            }
        }
    }
}

/// The invitation as somebody passes it on who wants the guest's connection to end at their own
/// certificate.
pub(crate) fn with_own_certificate(holder: &Holder) -> Invitation {
    Invitation {
        fingerprint: holder.certificate.fingerprint(),
        ..holder.invitation.clone()
    }
}
