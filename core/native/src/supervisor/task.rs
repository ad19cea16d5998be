//! The task that owns a device: hands in what happens, and carries out what comes out. It waits for
//! nothing else, so whatever is done here is done at once or given to another task.

use super::carrier::{self, Carrier, PortTurn};
use super::disk::{self, Job};
use super::files::{self, Orders, Readings};
use super::nearby;
use super::network::{self, Addresses, Network};
use super::ports::{Move, Ports, What};
use super::shells::{ClientCall, Shells};
use super::talk::Talk;
use super::{Call, Options, Overview, now};
use crate::{GOODBYE, Home};
use bytes::Bytes;
use handfast_device::{
    CarrierCommand, CarrierEvent, Command, Connected, Device, Done, Event, ExportTerms, Input,
    NearbyCommand, NetworkCommand, Output, Refusal, RequestId, SessionCommand, SessionId, ShellId,
    TalkCommand, TalkEvent, Ticket, View, Work,
};
use handfast_net::boxed;
use handfast_net::guessed_before;
use handfast_protocol::conversation::{self, Ending, FileError};
use handfast_protocol::link::{Link, LinkError};
use handfast_seal as seal;
use std::collections::{BTreeMap, HashMap};
use std::future::pending;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// What may wait to be told before whoever tells it does.
const HAPPENED: usize = 64;

/// How long it may take to close every session, and to end every task after that.
const FAREWELL: Duration = Duration::from_secs(3);

/// Which carrier, or which conversation, of a session: one that was released, or that another one has
/// replaced, is not heard any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generation(u64);

/// What the other tasks tell.
#[derive(Debug)]
pub(super) enum Happened {
    Carrier(SessionId, Generation, CarrierEvent),
    /// The link for the conversation, if there is one left.
    HandedOver(SessionId, Generation, Option<Link>),
    Talk(SessionId, Generation, TalkEvent),
    /// This machine has these addresses now.
    Moved(Vec<IpAddr>),
    Device(Box<Input>),
}

impl From<Input> for Happened {
    fn from(input: Input) -> Self {
        Self::Device(Box::new(input))
    }
}

/// See the module text.
pub(super) struct Task {
    device: Device,
    home: Home,
    calls: mpsc::Receiver<Call>,
    clients: mpsc::Receiver<ClientCall>,
    happened: mpsc::Receiver<Happened>,
    tell: mpsc::Sender<Happened>,
    /// Who waits for which answer.
    requests: HashMap<RequestId, oneshot::Sender<Result<Done, Refusal>>>,
    last_request: u64,
    sessions: BTreeMap<SessionId, Session>,
    /// Carriers that were released, and may still have their sockets.
    leaving: Vec<watch::Receiver<()>>,
    last_generation: u64,
    network: Network,
    ports: Ports,
    /// The number of the last thing that sockets were told.
    last_move: u64,
    /// Ends when every socket was told to pause, and has.
    pausing: Option<mpsc::Receiver<()>>,
    disk: mpsc::UnboundedSender<Job>,
    nearby: mpsc::UnboundedSender<NearbyCommand>,
    /// Batches that are not on the disk yet.
    unwritten: usize,
    /// One piece of work at a time: each takes much memory.
    work: Arc<Semaphore>,
    /// How much it may take.
    work_limits: seal::Limits,
    /// What has an end of its own.
    tasks: JoinSet<()>,
    /// What goes on for as long as the device.
    watchers: JoinSet<()>,
    /// Serves other processes, if any can come.
    server: JoinSet<()>,
    /// Somebody is talked to, who would notice if this machine moved.
    is_close: watch::Sender<bool>,
    shells: Shells,
    readings: Readings,
}

/// What serves a session that has sockets.
struct Session {
    generation: Generation,
    carrier: mpsc::UnboundedSender<carrier::Call>,
    /// Ends when the carrier has given up its sockets.
    gone: watch::Receiver<()>,
    talk: Talking,
}

enum Talking {
    Not,
    /// The link is on its way, behind what came over it.
    Soon {
        connected: Box<Connected>,
        early: Vec<Bytes>,
        commands: Vec<TalkCommand>,
    },
    Now(Generation, mpsc::UnboundedSender<TalkCommand>),
}

impl Talking {
    fn is(&self, conversation: Generation) -> bool {
        matches!(self, Self::Now(now, _) if *now == conversation)
    }
}

/// What wakes the task.
enum Wake {
    Call(Option<Call>),
    Client(ClientCall),
    Happened(Happened),
    Deadline,
}

impl Task {
    /// Must be called within a tokio runtime.
    pub(super) fn new(
        device: Device,
        home: Home,
        options: &Options,
        (calls, clients): (mpsc::Receiver<Call>, mpsc::Receiver<ClientCall>),
        shells: Shells,
    ) -> Self {
        let (tell, happened) = mpsc::channel(HAPPENED);
        let (disk, jobs) = mpsc::unbounded_channel();
        let (nearby, looks) = mpsc::unbounded_channel();
        let (is_close, closeness) = watch::channel(false);
        let (mut tasks, mut watchers) = (JoinSet::new(), JoinSet::new());
        tasks.spawn(boxed(disk::run(home.clone(), jobs, tell.clone())));
        if let Some(service) = options.name_service.clone() {
            tasks.spawn(boxed(nearby::run(service, looks, tell.clone())));
        }
        watchers.spawn(boxed(network::watch_guesses(tell.clone())));
        if options.addresses == Addresses::Watched {
            watchers.spawn(boxed(network::watch_addresses(tell.clone(), closeness)));
        }
        Self {
            device,
            home,
            calls,
            clients,
            happened,
            tell,
            requests: HashMap::new(),
            last_request: 0,
            sessions: BTreeMap::new(),
            leaving: Vec::new(),
            last_generation: 0,
            network: Network::new(&options.addresses),
            ports: Ports::default(),
            last_move: 0,
            pausing: None,
            disk,
            nearby,
            unwritten: 0,
            work: Arc::new(Semaphore::new(1)),
            work_limits: options.seal_limits.clone(),
            tasks,
            watchers,
            server: JoinSet::new(),
            is_close,
            shells,
            readings: Readings::default(),
        }
    }

    /// Other processes are served by this, which ends with the device.
    pub(super) fn serve_by(&mut self, server: impl Future<Output = ()> + Send + 'static) {
        self.server.spawn(boxed(server));
    }

    /// Works until nobody holds the device any more, or it is shut down.
    pub(super) async fn run(mut self) {
        let asked = loop {
            match self.wait().await {
                Wake::Call(Some(Call::Command(command, answer))) => {
                    self.command(ShellId::OWN, command, Some(answer));
                }
                Wake::Client(call) => self.serve(call),
                Wake::Call(Some(Call::Shutdown(done))) => break Some(done),
                Wake::Call(None) => break None,
                Wake::Happened(happened) => self.happen(happened),
                Wake::Deadline => self.handle(Input::Tick),
            }
        };
        self.close().await;
        if let Some(done) = asked {
            let _ = done.send(());
        }
    }

    async fn wait(&mut self) -> Wake {
        let deadline = self.device.deadline();
        tokio::select! {
            call = self.calls.recv() => Wake::Call(call),
            Some(call) = self.clients.recv() => Wake::Client(call),
            // This task can tell as well, so there is always somebody who could.
            Some(happened) = self.happened.recv() => Wake::Happened(happened),
            () = sleep_until(deadline) => Wake::Deadline,
        }
    }

    fn serve(&mut self, call: ClientCall) {
        match call {
            ClientCall::Enter(downloads, entered) => {
                let shell = self.shells.enter(downloads);
                // What it is shown first is there before it looks.
                self.show();
                let _ = entered.send(shell);
            }
            ClientCall::Command(shell, command, answer) => {
                match self.shells.may(shell, &command, &self.device) {
                    true => self.command(shell, command, Some(answer)),
                    false => drop(answer.send(Err(Refusal::NotNow))),
                }
            }
            ClientCall::Leave(shell, left) => {
                for id in self.shells.leave(shell, left, &self.device) {
                    self.command(shell, Command::To(id, SessionCommand::Close), None);
                }
                self.shells.tidy(&self.device);
            }
        }
    }

    fn command(
        &mut self,
        shell: ShellId,
        command: Command,
        answer: Option<oneshot::Sender<Result<Done, Refusal>>>,
    ) {
        self.last_request += 1;
        let request = RequestId(self.last_request);
        if let Some(answer) = answer {
            self.requests.insert(request, answer);
        }
        self.handle(Input::Command(shell, request, command));
    }

    fn happen(&mut self, happened: Happened) {
        match happened {
            Happened::Carrier(id, generation, event) => {
                if self.is_current(id, generation) {
                    self.handle(Input::Carrier(id, event));
                }
            }
            Happened::HandedOver(id, generation, link) => {
                if self.is_current(id, generation) {
                    self.begin_to_talk(id, link);
                }
            }
            Happened::Talk(id, conversation, event) => {
                let session = self.sessions.get(&id);
                if session.is_some_and(|session| session.talk.is(conversation)) {
                    self.handle(Input::Talk(id, event));
                }
            }
            Happened::Moved(addresses) => {
                let moved = Command::NetworkChanged(addresses, None);
                self.command(ShellId::OWN, moved, None);
            }
            Happened::Device(input) => {
                if let Input::Stored(..) = *input {
                    self.unwritten = self.unwritten.saturating_sub(1);
                }
                self.handle(*input);
            }
        }
    }

    fn next_generation(&mut self) -> Generation {
        self.last_generation += 1;
        Generation(self.last_generation)
    }

    fn is_current(&self, id: SessionId, generation: Generation) -> bool {
        let session = self.sessions.get(&id);
        session.is_some_and(|session| session.generation == generation)
    }

    fn handle(&mut self, input: Input) {
        self.device.handle(input, now());
        self.carry_out();
    }

    /// Does everything that the device wants. Whoever hears of it finds it in the overview.
    pub(super) fn carry_out(&mut self) {
        let (mut answers, mut events) = (Vec::new(), Vec::new());
        // All sessions want it at the same time, and their sockets need it once.
        let mut boost = None;
        while let Some(output) = self.device.poll() {
            match output {
                Output::Answer(answer) => answers.push(answer),
                Output::Event(event) => events.push(event),
                Output::Carrier(id, CarrierCommand::Boost) => {
                    let boost = boost.get_or_insert_with(|| self.next_move(What::Boost));
                    self.tell_carrier(id, carrier::Call::Move(boost.clone()));
                }
                Output::Carrier(id, command) => self.carry(id, command),
                Output::Network(command) => self.command_network(command),
                Output::Nearby(command) => {
                    // Where there is no name service nobody is there to hear it.
                    let _ = self.nearby.send(command);
                }
                Output::Store(ticket, writes) => {
                    self.unwritten += 1;
                    // Its task ends after this one alone.
                    let _ = self.disk.send(Job::Keep(ticket, writes));
                }
                Output::Find(ticket, query) => {
                    let _ = self.disk.send(Job::Find(ticket, query));
                }
                Output::Look(ticket, path) => self.look(ticket, path),
                Output::NotNeeded(path) => {
                    let home = self.home.clone();
                    self.tasks.spawn_blocking(move || home.remove_copy(&path));
                }
                Output::Discard(left) => {
                    if let Some(own) = self.own_folder() {
                        let downloads = self.shells.files(None).downloads;
                        let orders = Orders::new(own, downloads);
                        let _ = self.disk.send(Job::Discard(left, orders));
                    }
                }
                Output::Talk(id, command) => self.talk(id, command),
                Output::Work(id, work) => self.work(id, work),
                Output::Export(request, terms) => self.export(request, *terms),
            }
        }
        // Rows are not in it, and settings that were chosen are no event.
        let is_row = |event: &Event| matches!(event, Event::Row(..) | Event::RowGone(..));
        let is_chosen = *self.shells.settings() != *self.device.settings();
        let is_news = is_chosen || !events.iter().all(is_row);
        if is_news {
            self.show();
        }
        for event in &events {
            self.shells.tell(event, &self.device);
        }
        let mut answered = Vec::new();
        for answer in answers {
            let waiting = self.requests.remove(&answer.request);
            answered.extend(waiting.map(|waiting| (waiting, answer.result)));
        }
        match self.pausing.take() {
            Some(pausing) => self.answer_once_paused(pausing, answered),
            None => answer(answered),
        }
        if is_news {
            self.shells.tidy(&self.device);
        }
    }

    /// Whoever said that this device is suspended hears of it when its sockets are given up.
    fn answer_once_paused(&mut self, mut pausing: mpsc::Receiver<()>, answered: Vec<Answered>) {
        let leaving = self.leaving.clone();
        self.tasks.spawn(boxed(async move {
            while pausing.recv().await.is_some() {}
            PortTurn::comes(leaving).await;
            answer(answered);
        }));
    }

    pub(super) fn show(&mut self) {
        let now = now();
        let sessions = self.device.sessions();
        let overview = Overview {
            sessions: sessions
                .filter_map(|(id, view)| Some((id, view?.clone())))
                .collect(),
            pending: self.device.pending(now),
            names: self.device.names(),
            contacts: self.device.contacts(),
            refused: self.device.refused().into_iter().cloned().collect(),
            settings: self.device.settings().clone(),
        };
        // Whoever waits loses nothing by some seconds.
        let mut views = overview.sessions.values();
        let is_close = views.any(|view| matches!(view, View::Talking { .. }));
        self.shells.show(overview, &self.device);
        self.is_close.send_if_modified(|known| {
            let is_news = *known != is_close;
            *known = is_close;
            is_news
        });
    }

    fn carry(&mut self, id: SessionId, command: CarrierCommand) {
        match command {
            CarrierCommand::Bind(bind) => {
                self.release(id);
                let generation = self.next_generation();
                let (calls, received) = mpsc::unbounded_channel();
                let (going, gone) = watch::channel(());
                let turn = PortTurn {
                    before: self.leaving.clone(),
                    gone: going,
                };
                let carrier = Carrier::new(
                    (id, generation),
                    received,
                    self.tell.clone(),
                    (self.network.clone(), self.ports.clone()),
                    bind.scope,
                    turn,
                );
                self.tasks.spawn(boxed(carrier.run()));
                let _ = calls.send(carrier::Call::Carry(CarrierCommand::Bind(bind)));
                let session = Session {
                    generation,
                    carrier: calls,
                    gone,
                    talk: Talking::Not,
                };
                self.sessions.insert(id, session);
            }
            CarrierCommand::Release => self.release(id),
            command => self.tell_carrier(id, carrier::Call::Carry(command)),
        }
        while self.tasks.try_join_next().is_some() {}
    }

    /// Whatever serves this session ends by itself, and is not heard any more.
    fn release(&mut self, id: SessionId) {
        self.leaving.retain(|carrier| carrier.has_changed().is_ok());
        if let Some(session) = self.sessions.remove(&id) {
            self.leaving.push(session.gone);
        }
    }

    fn talk(&mut self, id: SessionId, command: TalkCommand) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match (&mut session.talk, command) {
            // One that goes on is replaced, and says nothing more.
            (_, TalkCommand::Start(connected)) => {
                let call = carrier::Call::HandOver(connected.link);
                session.talk = Talking::Soon {
                    connected,
                    early: Vec::new(),
                    commands: Vec::new(),
                };
                let _ = session.carrier.send(call);
            }
            (Talking::Soon { early, .. }, TalkCommand::Received(message)) => early.push(message),
            (Talking::Soon { commands, .. }, command) => commands.push(command),
            (Talking::Now(_, calls), command) => {
                let _ = calls.send(command);
            }
            (Talking::Not, _) => {}
        }
    }

    /// The link is here, and everything that came over it before.
    fn begin_to_talk(&mut self, id: SessionId, link: Option<Link>) {
        let conversation = self.next_generation();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Talking::Soon {
            connected,
            early,
            commands,
        } = std::mem::replace(&mut session.talk, Talking::Not)
        else {
            return;
        };
        let Some(link) = link else {
            let lost = conversation::Event::Ended(Ending::Lost(LinkError::Lost));
            return self.handle(Input::Talk(id, TalkEvent::Event(lost)));
        };
        let (calls, received) = mpsc::unbounded_channel();
        for command in commands {
            let _ = calls.send(command);
        }
        session.talk = Talking::Now(conversation, calls);
        let talk = Talk {
            session: id,
            conversation,
            commands: received,
            tell: self.tell.clone(),
        };
        let files = self.shells.files(self.device.shell_of(id));
        let entries = connected.files.as_ref();
        let entries = entries.map_or_else(Arc::default, |files| self.readings.of(files.scope));
        let own = self.own_folder();
        self.tasks.spawn(boxed(talk.run(
            link,
            *connected,
            early,
            (files, own, entries),
        )));
    }

    fn command_network(&mut self, command: NetworkCommand) {
        match command {
            NetworkCommand::Pause => {
                let (done, is_done) = mpsc::channel(1);
                let mut pause = self.next_move(What::Pause);
                pause.done = Some(done);
                self.tell_carriers(|| carrier::Call::Move(pause.clone()));
                self.pausing = Some(is_done);
            }
            NetworkCommand::Resume => self.tell_sockets(What::Resume),
            NetworkCommand::Changed(addresses, router) => {
                self.network.change(addresses.clone(), router);
                let network = self.network.clone();
                self.tell_carriers(|| carrier::Call::Network(network.clone()));
                self.tell_sockets(What::Addresses(addresses));
            }
            NetworkCommand::GuessedBefore(guesses) => guessed_before(&guesses, now().unix),
            NetworkCommand::Survey { servers, router } => {
                let surveying = network::survey(self.network.clone(), servers, router);
                let tell = self.tell.clone();
                self.tasks.spawn(boxed(async move {
                    let report = Box::new(surveying.await);
                    let _ = tell.send(Input::Surveyed(report).into()).await;
                }));
            }
        }
    }

    /// Each carrier tells its sockets, behind what it was told before.
    fn tell_sockets(&mut self, what: What) {
        let a_move = self.next_move(what);
        self.tell_carriers(|| carrier::Call::Move(a_move.clone()));
    }

    fn next_move(&mut self, what: What) -> Move {
        self.last_move += 1;
        Move {
            number: self.last_move,
            what,
            done: None,
        }
    }

    fn tell_carrier(&self, id: SessionId, call: carrier::Call) {
        if let Some(session) = self.sessions.get(&id) {
            let _ = session.carrier.send(call);
        }
    }

    fn tell_carriers(&self, call: impl Fn() -> carrier::Call) {
        for session in self.sessions.values() {
            let _ = session.carrier.send(call());
        }
    }

    fn export(&mut self, request: RequestId, terms: ExportTerms) {
        let (home, turn, tell) = (self.home.clone(), self.work.clone(), self.tell.clone());
        self.tasks.spawn(boxed(async move {
            // It is never closed.
            let _turn = turn.acquire_owned().await;
            let exported = home.export(terms).await;
            let _ = tell.send(Input::Exported(request, exported).into()).await;
        }));
    }

    /// Looks at a file that is to be offered.
    fn look(&mut self, ticket: Ticket, path: PathBuf) {
        let (own, tell) = (self.own_folder(), self.tell.clone());
        self.tasks.spawn(boxed(async move {
            let look = move || files::look(&path, &own.ok_or(FileError::Unreadable)?);
            let looked = tokio::task::spawn_blocking(look).await;
            let looked = looked.unwrap_or(Err(FileError::Unreadable));
            let _ = tell.send(Input::Looked(ticket, looked).into()).await;
        }));
    }

    fn own_folder(&self) -> Option<PathBuf> {
        self.home.folder().map(files::own_folder)
    }

    fn work(&mut self, id: SessionId, work: Work) {
        let (turn, tell) = (self.work.clone(), self.tell.clone());
        let limits = self.work_limits.clone();
        self.tasks.spawn(boxed(async move {
            // It is never closed.
            let _turn = turn.acquire_owned().await;
            let working = tokio::task::spawn_blocking(move || work.run(&limits));
            match working.await {
                Ok(done) => {
                    let _ = tell.send(Input::Worked(id, done).into()).await;
                }
                Err(error) => log::error!("work was not finished: {error}"),
            }
        }));
    }

    /// Closes every session as the person would, waits until what has to be kept is on the disk, and ends
    /// every task.
    async fn close(mut self) {
        self.calls.close();
        self.clients.close();
        // They go on elsewhere, so they must not think that the person closed anything.
        self.shells.end_others();
        let under_way: Vec<SessionId> = self.device.sessions().map(|(id, _)| id).collect();
        for id in under_way {
            self.command(ShellId::OWN, Command::To(id, SessionCommand::Close), None);
        }
        let closed = async {
            while self.unwritten > 0 || self.device.sessions().next().is_some() {
                let deadline = self.device.deadline();
                tokio::select! {
                    Some(happened) = self.happened.recv() => self.happen(happened),
                    () = sleep_until(deadline) => self.handle(Input::Tick),
                }
            }
        };
        if timeout(FAREWELL, closed).await.is_err() {
            log::warn!("some sessions were not closed in time");
        }
        // The home is given up after that, so whoever comes next finds no trace of this process.
        if timeout(GOODBYE, self.server.join_next()).await.is_err() {
            log::warn!("another process does not take what it is told");
            self.server.shutdown().await;
        }
        let Self {
            mut tasks,
            mut watchers,
            shells,
            happened,
            sessions,
            disk,
            nearby,
            ..
        } = self;
        shells.end();
        // By this the tasks hear that nobody wants anything any more, and none waits to tell.
        drop((happened, sessions, disk, nearby));
        watchers.shutdown().await;
        let ended = async { while tasks.join_next().await.is_some() {} };
        if timeout(FAREWELL, ended).await.is_err() {
            log::warn!("some tasks were stopped");
            tasks.shutdown().await;
        }
    }
}

/// Whoever waits for an answer, and what it is.
type Answered = (
    oneshot::Sender<Result<Done, Refusal>>,
    Result<Done, Refusal>,
);

fn answer(answered: Vec<Answered>) {
    for (waiting, result) in answered {
        // Whoever waited may have gone away.
        let _ = waiting.send(result);
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => pending().await,
    }
}
