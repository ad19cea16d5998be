//! A device at work: [`Device`] decides, and here that is carried out on real sockets, a real disk and the
//! clock.
//!
//! [`DeviceHandle::start`] sets one task going that owns the device. It never waits for anything but the
//! next thing that happens, so no peer, router or disk can hold up the others. What takes its time is done
//! by tasks around it, which tell it what came of that:
//!
//! - `carrier`: the link of one session, on sockets that it shares with others (`ports`);
//! - `talk`: its conversation, once the two have met and the link was handed over;
//! - `disk`: one batch after the other, in their order;
//! - `nearby`: who is announced, and announces themselves, in the local network;
//! - `network`: where this machine is, surveys, and what was guessed.
//!
//! Other processes may use the device through this one ([`DeviceHandle::of_home`]); `shells` knows which
//! session is whose. Whoever is told something may be slow: `listener` keeps what a screen has not taken
//! yet, and no more than a screen can need. A device that is shut down, or that nobody holds any more,
//! closes every session as if the person had, finishes what is to be written, and leaves no task and no
//! socket behind.

mod carrier;
mod disk;
mod files;
mod listener;
mod nearby;
mod network;
mod ports;
mod shells;
mod talk;
mod task;

pub use listener::{DeviceEnd, Listener};
pub use nearby::NameService;
pub use network::Addresses;

pub(crate) use files::{Orders, own_folder};
pub(crate) use listener::Listeners;
pub(crate) use shells::{ClientCall, Entered};

use crate::Home;
use crate::conversation::{Space, free_space};
use crate::remote::{self, Socket};
use handfast_device::{
    self as device, Command, ContactView, Device, Done, Named, NotNamed, Pending, PendingId,
    Refusal, Role, SessionId, Settings, Snapshot, Tag, View, system_randomness,
};
use handfast_net::boxed;
use handfast_protocol::pairing::Now;
use handfast_seal as seal;
use handfast_store::{KeptFile, Refused, StoreError};
use shells::Shells;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use talk::Files;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::spawn_blocking;

/// Commands that may wait for the device before whoever gives them does.
const COMMANDS: usize = 16;

/// What a device may do on this machine.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for files that come in. Made if it is not there.
    pub downloads: PathBuf,
    /// What is in force until the person has chosen anything.
    pub settings: Settings,
    /// How this machine's addresses become known.
    pub addresses: Addresses,
    /// By what contacts are found in the local network, if anything can.
    pub name_service: Option<NameService>,
    /// How to find out how much room there is for files.
    pub space: Space,
    /// How much memory and time a locked invitation may take to open.
    pub seal_limits: seal::Limits,
}

impl Options {
    /// The usual ones on a desktop.
    pub fn new(downloads: impl Into<PathBuf>) -> Self {
        Self {
            downloads: downloads.into(),
            settings: Settings::default(),
            addresses: Addresses::Watched,
            name_service: NameService::usual(),
            space: free_space,
            seal_limits: seal::Limits::DESKTOP,
        }
    }
}

/// What a device looks like to a shell as a whole, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Every session of this shell that is under way and shows anything. What other processes do here is
    /// not in it.
    pub sessions: BTreeMap<SessionId, View>,
    /// Everything that waits, the last made first, with the session that goes on with it. How long each is
    /// still good is as of the last change.
    pub pending: Vec<(Pending, Option<SessionId>)>,
    /// What people call whatever waits, and the invitations of this device that are over.
    pub names: Vec<Named>,
    /// Who was met, those met first first.
    pub contacts: Vec<ContactView>,
    /// Who is not let in again, those of the earliest comparison first.
    pub refused: Vec<Refused>,
    /// The settings that are in force.
    pub settings: Settings,
}

impl Overview {
    /// What waits and this session goes on with.
    pub fn pending_of(&self, session: SessionId) -> Option<&Pending> {
        let mut pending = self.pending.iter();
        let found = pending.find(|(_, one)| *one == Some(session));
        found.map(|(pending, _)| pending)
    }

    /// What people call this.
    pub fn tag(&self, pending: PendingId) -> Option<Tag> {
        let found = self.names.iter().find(|one| one.id == pending);
        found.map(|one| one.tag)
    }

    /// The one that is meant by a tag, or by the beginning of one.
    ///
    /// # Errors
    /// [`NotNamed`] if there is none such, or several.
    pub fn named(&self, typed: &str) -> Result<&Named, NotNamed> {
        device::named(&self.names, typed)
    }

    /// What a person wants to go on with in this role: what they call it or, without that, the only one
    /// that waits and that no session goes on with.
    ///
    /// # Errors
    /// [`NotNamed`] if there is none such, or several.
    pub fn to_resume(&self, role: Role, typed: Option<&str>) -> Result<PendingId, NotNamed> {
        device::to_resume(&self.names, &self.pending, role, typed)
    }
}

/// A device at work, in the hands of a shell. Clones are the same device; when the last one is gone, it
/// closes everything by itself.
#[derive(Clone, Debug)]
pub struct DeviceHandle {
    calls: mpsc::Sender<Call>,
    overview: watch::Receiver<Arc<Overview>>,
    listeners: Listeners,
    others: watch::Receiver<usize>,
    is_remote: bool,
}

/// What whoever holds a handle wants.
#[derive(Debug)]
pub(crate) enum Call {
    Command(Command, oneshot::Sender<Result<Done, Refusal>>),
    Shutdown(oneshot::Sender<()>),
}

impl DeviceHandle {
    /// Sets the device of this home to work. The listener misses nothing. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// When what is kept cannot be read.
    pub async fn start(home: Home, options: Options) -> Result<(Self, Listener), StoreError> {
        Self::start_for_all(home, options, None).await
    }

    /// The same; other processes use the device through this socket.
    pub(crate) async fn start_for_all(
        home: Home,
        options: Options,
        socket: Option<Socket>,
    ) -> Result<(Self, Listener), StoreError> {
        let snapshot = home.load(options.settings.clone()).await?;
        remove_old_copies(&home, &snapshot).await;
        let device = Device::new(
            options.settings.clone(),
            home.identity(),
            snapshot,
            Box::new(system_randomness),
            now(),
        );
        let (calls, received) = mpsc::channel(COMMANDS);
        let (to_clients, clients) = mpsc::channel(COMMANDS);
        let shells = Shells::new(Files {
            downloads: options.downloads.clone(),
            space: options.space,
        });
        let handle = Self {
            calls,
            overview: shells.overview(),
            listeners: shells.listeners(),
            others: shells.conversations(),
            is_remote: false,
        };
        let listener = handle.listen();
        let calls = (received, clients);
        let mut task = task::Task::new(device, home, &options, calls, shells);
        if let Some(socket) = socket {
            task.serve_by(remote::serve(socket, to_clients));
        }
        task.carry_out();
        task.show();
        let listeners = handle.listeners.clone();
        tokio::spawn(boxed(async move {
            if tokio::spawn(boxed(task.run())).await.is_err() {
                log::error!("the device failed");
                listeners.end(DeviceEnd::Failed);
            }
        }));
        Ok((handle, listener))
    }

    /// Has this done, and says what came of it.
    ///
    /// # Errors
    /// Those of the device; [`Refusal::NotNow`] once it is shut down.
    pub async fn command(&self, command: Command) -> Result<Done, Refusal> {
        let (answer, answered) = oneshot::channel();
        let call = Call::Command(command, answer);
        self.calls.send(call).await.map_err(|_| Refusal::NotNow)?;
        answered.await.unwrap_or(Err(Refusal::NotNow))
    }

    /// Everything that happens from now on. What nobody takes is held: drop a listener that is not read.
    pub fn listen(&self) -> Listener {
        self.listeners.listen()
    }

    /// What the device looks like now, and a way to wait for changes. Rows of conversations are told by
    /// listeners alone.
    pub fn overview(&self) -> watch::Receiver<Arc<Overview>> {
        self.overview.clone()
    }

    /// A handle of a device in another process, through which these are served.
    pub(crate) fn remote(
        calls: mpsc::Sender<Call>,
        overview: watch::Receiver<Arc<Overview>>,
        listeners: Listeners,
    ) -> Self {
        // There may be others, but this process keeps nobody up.
        let (_, others) = watch::channel(0);
        Self {
            calls,
            overview,
            listeners,
            others,
            is_remote: true,
        }
    }

    /// True if another process has the home, and this one uses it through that.
    pub fn is_remote(&self) -> bool {
        self.is_remote
    }

    /// Why nothing more happens; None while something may. It is known before the listeners end.
    pub fn end(&self) -> Option<DeviceEnd> {
        self.listeners.ended()
    }

    /// How many conversations other processes have through this one. They end with it: a program that
    /// has nothing more to do itself stays until there are none.
    pub fn others(&self) -> watch::Receiver<usize> {
        self.others.clone()
    }

    /// Closes every session of this shell, as the person would, and returns when nothing is left behind: what had to be
    /// kept is on the disk, and every socket is closed. It takes a few seconds at most. Where this process has the home, that ends what
    /// others do through it as well.
    pub async fn shutdown(&self) {
        let (done, is_done) = oneshot::channel();
        let _ = self.calls.send(Call::Shutdown(done)).await;
        // One that ended before has nothing left either.
        let _ = is_done.await;
    }
}

/// Removes the copies that a process left which did not come to it.
async fn remove_old_copies(home: &Home, snapshot: &Snapshot) {
    let needed = snapshot.files.values().filter_map(KeptFile::source);
    let needed = needed.map(Path::to_path_buf).collect();
    let home = home.clone();
    let removing = spawn_blocking(move || home.remove_other_copies(&needed));
    if removing.await.is_err() {
        log::error!("old copies were not removed");
    }
}

/// This instant, by the clock that runs and by the one that may be set.
fn now() -> Now {
    Now {
        monotonic: tokio::time::Instant::now().into_std(),
        unix: crate::unix_seconds(),
    }
}
