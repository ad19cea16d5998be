//! A person with a device: a home that lasts, and a process that may be stopped or killed.

use super::Shell;
use handfast_native::device::{
    AcceptTerms, Command, DeliveryMode, InviteTerms, Protection, SessionId, View,
};
use handfast_native::seal::Answers;
use handfast_native::store::{Kept, PendingInvitation, PendingReply, Store, StoreError};
use handfast_native::token::{Candidate, Invitation, InviteId, Question, Token, random_bytes};
use handfast_native::{Addresses, DeviceHandle, Home, Options};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Linux answers on all of 127/8, so other addresses of it stand for other networks.
pub(crate) const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
pub(crate) const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));

/// The answer to [`QUESTION`].
pub(crate) const RIGHT: &str = "the lighthouse";
pub(crate) const QUESTION: &str = "Where did we meet?";

/// A device, at work or not. What it keeps is gone with it.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) at_work: Option<Shell>,
    /// While it is open.
    home: Option<Home>,
    /// Everything that runs for this device.
    process: Option<Runtime>,
}

impl Drop for Person {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.shutdown_background();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Deref for Person {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        self.at_work.as_ref().unwrap()
    }
}

impl DerefMut for Person {
    fn deref_mut(&mut self) -> &mut Shell {
        self.at_work.as_mut().unwrap()
    }
}

impl Person {
    pub(crate) async fn new(name: &str) -> Self {
        let mut person = Self::at_rest(name);
        person.start().await;
        person
    }

    /// Somebody whose device has a home and is not at work yet.
    pub(crate) fn at_rest(name: &str) -> Self {
        let number = u64::from_le_bytes(random_bytes().unwrap());
        let folder = std::env::temp_dir().join(format!("handfast-device-{number:x}"));
        Self {
            name: name.to_owned(),
            home: Some(Home::open(&folder).unwrap()),
            folder,
            at_work: None,
            process: None,
        }
    }

    pub(crate) async fn start(&mut self) {
        let home = match self.home.take() {
            Some(home) => home,
            None => opened(&self.folder).await,
        };
        self.home = Some(home.clone());
        let mut options = Options::new(self.folder.join("downloads"));
        self.name.clone_into(&mut options.settings.name);
        options.addresses = Addresses::Told(vec![HERE]);
        let process = self.process.get_or_insert_with(process);
        let started = process.spawn(DeviceHandle::start(home, options)).await;
        let (device, listener) = started.unwrap().unwrap();
        self.at_work = Some(Shell { device, listener });
    }

    pub(crate) async fn stop(&mut self) {
        let Shell {
            device,
            mut listener,
        } = self.at_work.take().unwrap();
        device.shutdown().await;
        while listener.next().await.is_some() {}
        self.home = None;
    }

    /// Kills the process: nothing says goodbye, and nothing more is written.
    pub(crate) fn die(&mut self) {
        let process = self.process.take().unwrap();
        process.shutdown_background();
        (self.at_work, self.home) = (None, None);
    }

    /// What the device keeps.
    pub(crate) fn store(&self) -> &Store {
        self.home.as_ref().unwrap().store().unwrap()
    }

    /// What it keeps of one of its invitations.
    pub(crate) fn kept(&self, id: InviteId) -> Option<Kept> {
        let all = self.store().batch(|batch| batch.invitations()).unwrap();
        all.into_iter().find(|kept| kept.id() == id)
    }

    /// What it keeps of one that waits.
    #[track_caller]
    pub(crate) fn kept_waiting(&self, id: InviteId) -> PendingInvitation {
        match self.kept(id) {
            Some(Kept::Waiting(pending)) => *pending,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn keep(&self, pending: &PendingInvitation) {
        let keep = self.store().batch(|batch| batch.add_invitation(pending));
        keep.unwrap();
    }

    /// What it keeps of an invitation that it accepted.
    #[track_caller]
    pub(crate) fn kept_reply(&self, id: InviteId) -> PendingReply {
        let all = self.store().batch(|batch| batch.replies()).unwrap();
        all.into_iter().find(|kept| kept.id() == id).unwrap()
    }

    pub(crate) async fn invites(&self, protection: Protection) -> (SessionId, Token) {
        let mut terms = InviteTerms::new(DeliveryMode::Show);
        terms.protection = protection;
        let id = self.begin(Command::Invite(Box::new(terms))).await;
        (id, self.shows(id).await)
    }

    pub(crate) async fn invites_openly(&self) -> (SessionId, Invitation) {
        self.invites_with(Protection::Open).await
    }

    /// Invites with a question that [`RIGHT`] answers.
    pub(crate) async fn invites_asking(&self) -> (SessionId, Invitation) {
        self.invites_with(asked()).await
    }

    async fn invites_with(&self, protection: Protection) -> (SessionId, Invitation) {
        match self.invites(protection).await {
            (id, Token::Invitation(invitation)) => (id, invitation),
            (_, other) => panic!("{other:?}"),
        }
    }

    pub(crate) async fn shows(&self, id: SessionId) -> Token {
        self.sees(id, |view| match view {
            View::Hosting { token, .. } => Some(token.clone()),
            _ => None,
        })
        .await
    }

    pub(crate) async fn knocks(&self, id: SessionId) {
        self.sees(id, |view| {
            matches!(view, View::Connecting { .. }).then_some(())
        })
        .await;
    }

    /// Goes on with the only thing that waits.
    pub(crate) async fn resumes(&self) -> SessionId {
        let [(pending, None)] = self.pending()[..] else {
            panic!("{:?}", self.pending());
        };
        let terms = Box::new(AcceptTerms::default());
        self.begin(Command::Resume(pending, terms)).await
    }

    pub(crate) fn knows(&self) -> Vec<String> {
        let overview = self.device.overview();
        let contacts = overview.borrow().contacts.clone();
        contacts.into_iter().map(|contact| contact.name).collect()
    }

    /// This session is not there any more.
    pub(crate) async fn sees_gone(&self, id: SessionId) {
        let mut overview = self.device.overview();
        let gone = overview.wait_for(|overview| !overview.sessions.contains_key(&id));
        timeout(super::AT_ONCE, gone).await.unwrap().unwrap();
    }

    /// Moves to the network in which this is its address.
    pub(crate) async fn moves_to(&self, addresses: &[IpAddr]) {
        self.tell(Command::NetworkChanged(addresses.to_vec(), None))
            .await;
    }
}

fn process() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// A process that was killed has its home for a moment longer.
async fn opened(folder: &Path) -> Home {
    for _ in 0..200 {
        match Home::open(folder) {
            Err(StoreError::InUse) => sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the home is not given up");
}

/// They have met over one invitation and talk.
pub(crate) async fn meet(host: &Person, guest: &Person) -> (SessionId, SessionId) {
    let (hosting, invitation) = host.invites_openly().await;
    let joining = guest.accepts(&invitation, AcceptTerms::default()).await;
    host.talks(hosting).await;
    guest.talks(joining).await;
    (hosting, joining)
}

pub(crate) fn answer(text: &str) -> Answers {
    Answers::new(&[text]).unwrap()
}

pub(crate) fn asked() -> Protection {
    Protection::Asked(Question::new(QUESTION).unwrap(), answer(RIGHT))
}

/// Where an invitation leads.
pub(crate) fn named(invitation: &Invitation) -> Vec<SocketAddr> {
    let candidates = invitation.candidates.iter();
    candidates.filter_map(Candidate::ip).collect()
}
