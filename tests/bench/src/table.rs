//! Two people at a table on this machine, for measurements: a host, its invitation, and a guest, with
//! an optional bad path between them.

use super::Result;
use handfast_native::handshake::StaticKey;
use handfast_native::net::{Endpoint, new_certificate};
use handfast_native::pairing::{
    GuestTerms, HostTerms, Identity, Meeting, Pairing, PairingEvent, Provenance, View,
};
use handfast_native::token::{
    Candidate, Candidates, Expiry, Invitation, LinkBase, Policy, QR_LIFETIME, SealedReply, Secret,
    Token, find, link,
};
use handfast_sim::forwarder::{Conditions, Forwarder};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const HERE: [IpAddr; 1] = [IpAddr::V4(Ipv4Addr::LOCALHOST)];

/// A host that waits, and the link that invites to it.
pub(crate) struct Table {
    pub(crate) host: Pairing,
    pub(crate) invitation: Invitation,
    /// The text that a guest would scan.
    pub(crate) text: String,
    /// The path in between, if it is not the plain loopback.
    pub(crate) path: Option<Forwarder>,
}

/// When both were authenticated, counted from the scanned text (with two scans: from the second).
pub(crate) struct Together {
    pub(crate) host: Meeting,
    pub(crate) guest: Meeting,
    pub(crate) took: Duration,
}

impl Table {
    pub(crate) fn set(conditions: Option<Conditions>) -> Result<Self> {
        let certificate = new_certificate()?;
        let endpoint = Endpoint::bind(&HERE, None)?;
        let bound = *endpoint.addresses().first().ok_or("a bound socket")?;
        let path = conditions
            .map(|conditions| Forwarder::start(bound, conditions))
            .transpose()?;
        let shown = path.as_ref().map_or(bound, Forwarder::address);
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let invitation = Invitation {
            secret: Secret::random()?,
            expiry: Expiry::after(now, QR_LIFETIME),
            fingerprint: certificate.fingerprint(),
            candidates: Candidates::new(vec![Candidate::host(shown)])?,
            question: None,
            name: None,
            host_is_browser: false,
            host_can_punch: true,
        };
        let terms = HostTerms {
            invitation: invitation.clone(),
            certificate,
            handed: Provenance::Camera,
            answer: None,
            random: Secret::random()?,
        };
        let text = link(&LinkBase::DEFAULT, &invitation.to_bytes());
        Ok(Self {
            host: Pairing::host(identity()?, endpoint, terms)?,
            invitation,
            text,
            path,
        })
    }

    /// One scan: from the text to both sides authenticated.
    pub(crate) async fn meet(&mut self) -> Result<Together> {
        let who = identity()?;
        let scanned = Instant::now();
        let mut guest = guest(who, &self.text, false)?;
        let (host, guest) = tokio::try_join!(met(&mut self.host), met(&mut guest))?;
        Ok(Together {
            host,
            guest,
            took: scanned.elapsed(),
        })
    }

    /// Two scans: the guest can do nothing until the host has its reply.
    ///
    /// The bad path, if any, is put in front of the guest.
    pub(crate) async fn meet_by_reply(
        &mut self,
        conditions: Option<Conditions>,
    ) -> Result<Together> {
        let mut guest = guest(identity()?, &self.text, true)?;
        let reply = loop {
            match guest.next().await {
                Some(PairingEvent::View(View::ReplyNeeded { reply, .. })) => break reply,
                Some(PairingEvent::View(_) | PairingEvent::Hint(_) | PairingEvent::Reissued(_)) => {
                }
                other => return Err(format!("no reply: {other:?}").into()),
            }
        };
        let mut reply = SealedReply::parse(&reply)?;
        if let Some(conditions) = conditions {
            reply = self.redirect(&reply, conditions)?;
        }
        let scanned = Instant::now();
        self.host.reply_received(reply, Provenance::Camera).await?;
        let (host, guest) = tokio::try_join!(met(&mut self.host), met(&mut guest))?;
        Ok(Together {
            host,
            guest,
            took: scanned.elapsed(),
        })
    }

    /// The same reply with the way through a bad path. The host will find that it is not the reply
    /// the guest made, and take the guest's other first message: one scan's worth of trust.
    fn redirect(&mut self, reply: &SealedReply, conditions: Conditions) -> Result<SealedReply> {
        let keys = self.invitation.keys();
        let mut opened = reply.open(&keys)?;
        let address = opened.candidates[0].ip().ok_or("an address")?;
        let path = Forwarder::start(address, conditions)?;
        opened.candidates = Candidates::new(vec![Candidate::host(path.address())])?;
        self.path = Some(path);
        Ok(opened.seal(&keys, [0; 8]))
    }
}

/// Joins as a guest who has this text.
pub(crate) fn guest(who: Identity, text: &str, only_by_reply: bool) -> Result<Pairing> {
    let no_picture = |_: &[u8]| Err::<Vec<String>, &str>("no picture here");
    let Token::Invitation(invitation) = find(text.as_bytes(), no_picture)? else {
        return Err("not an invitation".into());
    };
    let terms = GuestTerms {
        policy: Policy { loopback: true },
        patience: Duration::from_secs(60),
        only_by_reply,
        ..GuestTerms::new(Provenance::Camera)
    };
    let endpoint = Endpoint::bind(&HERE, None)?;
    let certificate = new_certificate()?;
    Ok(Pairing::guest(
        who,
        certificate,
        endpoint,
        invitation,
        terms,
    )?)
}

/// Waits until a pairing ends well.
pub(crate) async fn met(pairing: &mut Pairing) -> Result<Meeting> {
    loop {
        match pairing.next().await {
            Some(PairingEvent::Met(meeting)) => return Ok(*meeting),
            Some(PairingEvent::Failed(failure)) => return Err(failure.into()),
            Some(PairingEvent::View(_) | PairingEvent::Hint(_) | PairingEvent::Reissued(_)) => {}
            None => return Err("the pairing ended without a word".into()),
        }
    }
}

/// Somebody new.
pub(crate) fn identity() -> Result<Identity> {
    Ok(Identity {
        key: StaticKey::new(Secret::random()?),
        name: String::new(),
    })
}
