//! The shells of a device: that of this process, and one for each process that uses the device through
//! this one. Whoever begins a session has it: it alone is told of it, finds it in its overview, and says
//! what becomes of it. What belongs to no session concerns all.

use super::Overview;
use super::listener::{DeviceEnd, Listener, Listeners};
use super::talk::Files;
use handfast_device::{Command, Device, Done, Event, Refusal, SessionId, Settings, View};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

/// Names a shell, for as long as the device lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ShellId(u64);

impl ShellId {
    /// That of this process.
    pub(super) const OWN: Self = Self(0);
}

/// What another process wants.
#[derive(Debug)]
pub(crate) enum ClientOrder {
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
    owners: BTreeMap<SessionId, ShellId>,
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
            owners: BTreeMap::new(),
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

    /// This shell began these sessions.
    pub(super) fn began(&mut self, shell: ShellId, sessions: impl Iterator<Item = SessionId>) {
        self.owners.extend(sessions.map(|session| (session, shell)));
    }

    /// Whether another process may have this done. It disposes of its own sessions alone, and not of the
    /// sockets, which live and sleep with this process.
    pub(super) fn may(&self, shell: ShellId, command: &Command) -> bool {
        match command {
            Command::To(session, _) => self.owners.get(session) == Some(&shell),
            Command::Sleep | Command::Wake | Command::NetworkChanged(..) => false,
            _ => self.shells.contains_key(&shell),
        }
    }

    /// The shell is gone, or goes. What is to be closed by that.
    pub(super) fn leave(
        &mut self,
        shell: ShellId,
        left: Option<oneshot::Sender<()>>,
    ) -> Vec<SessionId> {
        match left {
            Some(left) => self.leaving.push((shell, left)),
            None => drop(self.shells.remove(&shell)),
        }
        self.sessions_of(shell).collect()
    }

    fn sessions_of(&self, shell: ShellId) -> impl Iterator<Item = SessionId> {
        let owners = self.owners.iter();
        owners.filter_map(move |(session, owner)| (*owner == shell).then_some(*session))
    }

    /// Forgets what is over.
    pub(super) fn tidy(&mut self, device: &Device) {
        // In their order.
        let under_way: Vec<SessionId> = device.sessions().map(|(id, _)| id).collect();
        self.owners
            .retain(|session, _| under_way.binary_search(session).is_ok());
        for (shell, left) in std::mem::take(&mut self.leaving) {
            let is_over = self.sessions_of(shell).next().is_none();
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
    pub(super) fn show(&mut self, overview: Overview) {
        let (mut own, mut of_others) = (BTreeMap::<ShellId, BTreeMap<_, _>>::new(), 0);
        for (session, view) in overview.sessions {
            let owner = self.owners.get(&session).copied();
            let owner = owner.unwrap_or(ShellId::OWN);
            let is_talk = matches!(view, View::Talking { .. });
            of_others += usize::from(is_talk && owner != ShellId::OWN);
            own.entry(owner).or_default().insert(session, view);
        }
        for (id, shell) in &self.shells {
            let overview = Overview {
                sessions: own.remove(id).unwrap_or_default(),
                pending: overview.pending.clone(),
                names: overview.names.clone(),
                people: overview.people.clone(),
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
    pub(super) fn tell(&self, event: &Event) {
        let session = match event {
            Event::View(session, _)
            | Event::Row(session, _)
            | Event::RowGone(session, _)
            | Event::NotCompared(session, _)
            | Event::NotRemembered(session, _) => Some(session),
            Event::PendingChanged | Event::PeopleChanged | Event::NetworkReport(_) => None,
        };
        match session.map(|session| self.owners.get(session)) {
            Some(owner) => {
                if let Some(shell) = self.shells.get(owner.unwrap_or(&ShellId::OWN)) {
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

    /// Where the files of this session go.
    pub(super) fn files(&self, session: SessionId) -> Files {
        let owner = self.owners.get(&session);
        let shell = owner.and_then(|owner| self.shells.get(owner));
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
