//! The shells of a device: that of this process, and one for each process that uses the device through
//! this one. Whoever begins a session has it: it alone is told of it, finds it in its overview, and says
//! what becomes of it. What belongs to no session concerns all.

use super::Overview;
use super::listener::{DeviceEnd, Listener, Listeners};
use super::talk::Files;
use handfast_device::{Command, Device, Done, Event, Refusal, SessionId, Settings, ShellId, View};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

/// What another process wants.
#[derive(Debug)]
pub(crate) enum ClientCall {
    /// To use the device. Files for it go to this folder.
    Enter(PathBuf, oneshot::Sender<Entered>),
    Command(ShellId, Command, oneshot::Sender<Result<Done, Refusal>>),
    /// It is gone, and its sessions are closed. Where somebody waits, they hear of it once that is done,
    /// and the shell is told of everything until then.
    Leave(ShellId, Option<oneshot::Sender<()>>),
}

/// A shell for another process.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) shell: ShellId,
    pub(crate) overview: watch::Receiver<Arc<Overview>>,
    pub(crate) listener: Listener,
}

/// See the module text.
pub(super) struct Shells {
    shells: BTreeMap<ShellId, Shell>,
    last: u64,
    /// Who waits until the sessions of a shell are closed.
    leaving: Vec<(ShellId, oneshot::Sender<()>)>,
    /// How many conversations belong to other processes.
    conversations: watch::Sender<usize>,
    /// Where files go whose shell is gone.
    files: Files,
    settings: Settings,
}

struct Shell {
    listeners: Listeners,
    shown: watch::Sender<Arc<Overview>>,
    files: Files,
}

impl Shell {
    fn new(files: Files) -> Self {
        Self {
            listeners: Listeners::default(),
            shown: watch::Sender::default(),
            files,
        }
    }
}

impl Shells {
    /// With that of this process alone.
    pub(super) fn new(files: Files) -> Self {
        Self {
            shells: BTreeMap::from([(ShellId::OWN, Shell::new(files.clone()))]),
            last: ShellId::OWN.0,
            leaving: Vec::new(),
            conversations: watch::Sender::default(),
            files,
            settings: Settings::default(),
        }
    }

    fn own(&self) -> &Shell {
        &self.shells[&ShellId::OWN]
    }

    pub(super) fn overview(&self) -> watch::Receiver<Arc<Overview>> {
        self.own().shown.subscribe()
    }

    pub(super) fn listeners(&self) -> Listeners {
        self.own().listeners.clone()
    }

    pub(super) fn conversations(&self) -> watch::Receiver<usize> {
        self.conversations.subscribe()
    }

    /// The settings that were shown last.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn enter(&mut self, downloads: PathBuf) -> Entered {
        self.last += 1;
        let files = Files {
            downloads,
            space: self.files.space,
        };
        let (id, shell) = (ShellId(self.last), Shell::new(files));
        let entered = Entered {
            shell: id,
            overview: shell.shown.subscribe(),
            listener: shell.listeners.listen(),
        };
        self.shells.insert(id, shell);
        entered
    }

    /// Whether another process may have this done. It disposes of its own sessions alone, and not of the
    /// sockets, which live and sleep with this process.
    pub(super) fn may(&self, shell: ShellId, command: &Command, device: &Device) -> bool {
        match command {
            Command::To(session, _) => device.shell_of(*session) == Some(shell),
            Command::Sleep | Command::Wake | Command::NetworkChanged(..) => false,
            _ => self.shells.contains_key(&shell),
        }
    }

    /// The shell is gone, or goes. What is to be closed by that.
    pub(super) fn leave(
        &mut self,
        shell: ShellId,
        left: Option<oneshot::Sender<()>>,
        device: &Device,
    ) -> Vec<SessionId> {
        match left {
            Some(left) => self.leaving.push((shell, left)),
            None => drop(self.shells.remove(&shell)),
        }
        sessions_of(shell, device).collect()
    }

    /// Forgets shells that leave and have no session any more.
    pub(super) fn tidy(&mut self, device: &Device) {
        for (shell, left) in std::mem::take(&mut self.leaving) {
            let is_over = sessions_of(shell, device).next().is_none();
            match is_over {
                false => self.leaving.push((shell, left)),
                true => {
                    self.shells.remove(&shell);
                    let _ = left.send(());
                }
            }
        }
    }

    /// Shows each shell what concerns it.
    pub(super) fn show(&mut self, overview: Overview, device: &Device) {
        let (mut own, mut of_others) = (BTreeMap::<ShellId, BTreeMap<_, _>>::new(), 0);
        for (session, view) in overview.sessions {
            let owner = device.shell_of(session).unwrap_or(ShellId::OWN);
            let is_talk = matches!(view, View::Talking { .. });
            of_others += usize::from(is_talk && owner != ShellId::OWN);
            own.entry(owner).or_default().insert(session, view);
        }
        for (id, shell) in &self.shells {
            let overview = Overview {
                sessions: own.remove(id).unwrap_or_default(),
                pending: overview.pending.clone(),
                names: overview.names.clone(),
                contacts: overview.contacts.clone(),
                refused: overview.refused.clone(),
                settings: overview.settings.clone(),
            };
            shell.shown.send_replace(Arc::new(overview));
        }
        self.settings = overview.settings;
        self.conversations.send_if_modified(|known| {
            let is_news = *known != of_others;
            *known = of_others;
            is_news
        });
    }

    /// Tells whom it concerns.
    pub(super) fn tell(&self, event: &Event, device: &Device) {
        let session = match event {
            Event::View(session, _)
            | Event::Row(session, _)
            | Event::RowGone(session, _)
            | Event::NotCompared(session, _)
            | Event::NotRemembered(session, _)
            | Event::NotWritten(session, ..) => Some(session),
            Event::PendingChanged
            | Event::ContactsChanged
            | Event::OtherDevice(_)
            | Event::NetworkReport(_) => None,
        };
        match session {
            Some(session) => {
                let owner = device.shell_of(*session).unwrap_or(ShellId::OWN);
                if let Some(shell) = self.shells.get(&owner) {
                    shell.listeners.tell(event);
                }
            }
            None => {
                for shell in self.shells.values() {
                    shell.listeners.tell(event);
                }
            }
        }
    }

    /// Where the files go that come in for this shell.
    pub(super) fn files(&self, shell: Option<ShellId>) -> Files {
        let shell = shell.and_then(|shell| self.shells.get(&shell));
        shell.map_or(&self.files, |shell| &shell.files).clone()
    }

    /// Other processes hear no more from this one.
    pub(super) fn end_others(&mut self) {
        self.leaving.clear();
        self.shells.retain(|id, shell| {
            let is_own = *id == ShellId::OWN;
            if !is_own {
                shell.listeners.end(DeviceEnd::OwnerGone);
            }
            is_own
        });
    }

    /// Nothing more happens.
    pub(super) fn end(&self) {
        self.own().listeners.end(DeviceEnd::ShutDown);
    }
}

fn sessions_of(shell: ShellId, device: &Device) -> impl Iterator<Item = SessionId> {
    let under_way = device.sessions().map(|(id, _)| id);
    under_way.filter(move |id| device.shell_of(*id) == Some(shell))
}
