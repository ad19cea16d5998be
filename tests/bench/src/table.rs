//! Two people at a table on this machine, for measurements: a host, its invitation, and a guest, each with
//! a device of their own, with an optional bad path between them.

use super::Result;
use handfast_native::device::{
    AcceptTerms, Command, DeliveryMode, Done, InviteTerms, PendingId, Provenance, SessionCommand,
    SessionId, SessionTerms, Settings, View,
};
use handfast_native::net::new_certificate;
use handfast_native::token::{
    Candidate, Candidates, Invitation, LinkBase, SealedReply, Token, find, link,
};
use handfast_native::{Addresses, DeviceHandle, Home, Listener, Options, unix_seconds};
use handfast_sim::forwarder::{Conditions, Forwarder};
use handfast_sim::invitation::leading_to;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Nobody scans sooner than this after something is shown.
const AT_SOONEST: Duration = Duration::from_millis(50);

/// A device on a home that is there, which is looked for where it was and not by its name.
pub(crate) async fn contact_device(
    folder: &Path,
    settings: Settings,
) -> Result<(DeviceHandle, Listener)> {
    start(folder, Home::open(folder)?, settings).await
}

async fn start(folder: &Path, home: Home, settings: Settings) -> Result<(DeviceHandle, Listener)> {
    let options = Options {
        addresses: Addresses::Told(vec![HERE]),
        settings,
        name_service: None,
        ..Options::new(folder.join("downloads"))
    };
    Ok(DeviceHandle::start(home, options).await?)
}

/// A device at work, as a shell has it, with its home on the disk.
pub(crate) struct Shell {
    pub(crate) device: DeviceHandle,
    folder: TempDir,
}

impl Shell {
    pub(crate) async fn start(settings: Settings) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let home = Home::open(folder.path())?;
        Self::start_in(folder, home, settings).await
    }

    async fn start_in(folder: TempDir, home: Home, settings: Settings) -> Result<Self> {
        // A listener that nobody reads would hold everything that happens.
        let (device, _) = start(folder.path(), home, settings).await?;
        Ok(Self { device, folder })
    }

    pub(crate) async fn begin(&self, command: Command) -> Result<SessionId> {
        match self.device.command(command).await? {
            Done::Session(session) => Ok(session),
            other => Err(format!("no session: {other:?}").into()),
        }
    }

    /// Makes an invitation to be shown on this screen.
    pub(crate) async fn invite(&self) -> Result<Waiting> {
        self.invite_in(SessionTerms::default()).await
    }

    /// Makes one whose session differs like that.
    pub(crate) async fn invite_in(&self, terms: SessionTerms) -> Result<Waiting> {
        let terms = InviteTerms {
            terms,
            ..InviteTerms::new(DeliveryMode::Show)
        };
        let session = self.begin(Command::Invite(Box::new(terms))).await?;
        let invitation = self.shown(session).await?;
        Ok(Waiting::new(session, invitation))
    }

    async fn shown(&self, session: SessionId) -> Result<Invitation> {
        self.sees(session, |view| match view {
            View::Hosting {
                token: Token::Invitation(invitation),
                ..
            } => Some(invitation.clone()),
            _ => None,
        })
        .await
    }

    /// Joins as a guest who has this text.
    pub(crate) async fn join(&self, text: &str, only_by_reply: bool) -> Result<SessionId> {
        let no_picture = |_: &[u8]| Err::<Vec<String>, &str>("no picture here");
        let Token::Invitation(invitation) = find(text.as_bytes(), no_picture)? else {
            return Err("not an invitation".into());
        };
        let open = Command::Open(Box::new(invitation), Provenance::Camera);
        let session = self.begin(open).await?;
        let terms = AcceptTerms {
            patience: Some(Duration::from_secs(60)),
            only_by_reply,
            ..AcceptTerms::default()
        };
        let accept = SessionCommand::Accept(Box::new(terms));
        self.device.command(Command::To(session, accept)).await?;
        Ok(session)
    }

    /// Waits until the two of this session talk.
    pub(crate) async fn talks(&self, session: SessionId) -> Result<()> {
        let talks = |view: &View| matches!(view, View::Talking { .. }).then_some(());
        self.sees(session, talks).await
    }

    /// Says goodbye, and waits until this side of it is over.
    pub(crate) async fn leave(&self, session: SessionId) -> Result<()> {
        let close = Command::To(session, SessionCommand::Close);
        // The other side may have been quicker.
        let _ = self.device.command(close).await;
        let mut overview = self.device.overview();
        overview
            .wait_for(|now| !now.sessions.contains_key(&session))
            .await?;
        Ok(())
    }

    async fn sees<T>(&self, session: SessionId, look: impl Fn(&View) -> Option<T>) -> Result<T> {
        let mut overview = self.device.overview();
        loop {
            match overview.borrow_and_update().sessions.get(&session) {
                None => return Err("it ended before".into()),
                Some(view) => {
                    if let Some(seen) = look(view) {
                        return Ok(seen);
                    }
                }
            }
            overview.changed().await?;
        }
    }

    /// Ends it, and leaves what it kept.
    async fn part(self) -> TempDir {
        self.device.shutdown().await;
        self.folder
    }

    /// Ends it, and removes what it kept.
    pub(crate) async fn end(self) -> Result<()> {
        self.device.shutdown().await;
        Ok(self.folder.close()?)
    }
}

/// An invitation that waits for its guest.
pub(crate) struct Waiting {
    pub(crate) session: SessionId,
    pub(crate) invitation: Invitation,
    /// The text that a guest would scan.
    pub(crate) text: String,
}

impl Waiting {
    fn new(session: SessionId, invitation: Invitation) -> Self {
        Self {
            session,
            text: link(&LinkBase::DEFAULT, &invitation.to_bytes()),
            invitation,
        }
    }
}

/// A host that waits, and a guest that has not seen the invitation.
pub(crate) struct Table {
    pub(crate) host: Shell,
    pub(crate) guest: Shell,
    pub(crate) waiting: Waiting,
    /// The path in between, if it is not the plain loopback.
    path: Option<Forwarder>,
}

impl Table {
    pub(crate) async fn set(conditions: Option<Conditions>) -> Result<Self> {
        let guest = Shell::start(Settings::default()).await?;
        match conditions {
            None => {
                let host = Shell::start(Settings::default()).await?;
                let waiting = host.invite().await?;
                Ok(Self {
                    host,
                    guest,
                    waiting,
                    path: None,
                })
            }
            Some(conditions) => {
                let (host, waiting, path) = behind(conditions, Settings::default()).await?;
                Ok(Self {
                    host,
                    guest,
                    waiting,
                    path: Some(path),
                })
            }
        }
    }

    /// One scan: from the text until both may talk.
    pub(crate) async fn meet(&self) -> Result<Duration> {
        sleep(AT_SOONEST).await;
        let scanned = Instant::now();
        let joining = self.guest.join(&self.waiting.text, false).await?;
        self.both_talk(joining).await?;
        Ok(scanned.elapsed())
    }

    /// Two scans: the guest can do nothing until the host has its reply. Counted from the second.
    ///
    /// The bad path, if any, is put in front of the guest.
    pub(crate) async fn meet_by_reply(
        &mut self,
        conditions: Option<Conditions>,
    ) -> Result<Duration> {
        let joining = self.guest.join(&self.waiting.text, true).await?;
        let shown = |view: &View| match view {
            View::ReplyNeeded { reply, .. } => Some(reply.clone()),
            _ => None,
        };
        let mut reply = self.guest.sees(joining, shown).await?;
        if let Some(conditions) = conditions {
            reply = self.redirect(&reply, conditions)?;
        }
        sleep(AT_SOONEST).await;
        let scanned = Instant::now();
        let reply = Command::Reply(Box::new(reply), Provenance::Camera);
        self.host.device.command(reply).await?;
        self.both_talk(joining).await?;
        Ok(scanned.elapsed())
    }

    async fn both_talk(&self, joining: SessionId) -> Result<()> {
        let hosting = self.waiting.session;
        tokio::try_join!(self.host.talks(hosting), self.guest.talks(joining))?;
        Ok(())
    }

    /// The same reply with the way through a bad path. The host will find that it is not the reply
    /// the guest made, and take the guest's other first message: one scan's worth of trust.
    fn redirect(&mut self, reply: &SealedReply, conditions: Conditions) -> Result<SealedReply> {
        let keys = self.waiting.invitation.keys();
        let mut opened = reply.open(&keys)?;
        let address = opened.candidates[0].ip().ok_or("an address")?;
        let path = Forwarder::start(address, conditions)?;
        opened.candidates = Candidates::new(vec![Candidate::host(path.address())])?;
        self.path = Some(path);
        Ok(opened.seal(&keys, [0; 8]))
    }

    /// Ends both devices, and leaves what they kept: that of the host, that of the guest, and what lies between them.
    pub(crate) async fn part(self) -> (TempDir, TempDir, Option<Forwarder>) {
        let (host, guest) = tokio::join!(self.host.part(), self.guest.part());
        (host, guest, self.path)
    }

    pub(crate) async fn clear(self) -> Result<()> {
        tokio::try_join!(self.host.end(), self.guest.end())?;
        Ok(())
    }
}

/// A host that goes on with an invitation which leads through a bad path, and that path.
pub(crate) async fn behind(
    conditions: Conditions,
    settings: Settings,
) -> Result<(Shell, Waiting, Forwarder)> {
    let free = UdpSocket::bind((HERE, 0))?;
    let port = free.local_addr()?.port();
    drop(free);
    let path = Forwarder::start(SocketAddr::new(HERE, port), conditions)?;
    let kept = leading_to(&[path.address()], port, new_certificate()?, unix_seconds())?;
    let folder = tempfile::tempdir()?;
    let home = Home::open(folder.path())?;
    let store = home.store().ok_or("a store")?;
    store.batch(|batch| batch.add_invitation(&kept))?;
    let id = PendingId::hosted(kept.id());
    let host = Shell::start_in(folder, home, settings).await?;
    let session = host.begin(Command::Resume(id, Box::default())).await?;
    host.shown(session).await?;
    Ok((host, Waiting::new(session, kept.invitation), path))
}
