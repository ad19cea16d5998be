//! Stands behind the handle of a client: forwards what is wanted to the owner, and passes on what it
//! tells.

use super::lines::{LineError, Reader, Writer};
use super::messages::{FromClient, FromOwner, Hello};
use super::socket::{self, Stream, Unfit};
use super::{FAREWELL, HELLO, IN_FLIGHT, MAX_FROM_CLIENT, MAX_FROM_OWNER, MAX_HELLO, OfHomeError};
use crate::supervisor::{Call, Listeners};
use crate::{DeviceEnd, DeviceHandle, Listener, Options, Overview};
use handfast_device::{Command, Done, Refusal, Saying, SessionCommand};
use handfast_net::boxed;
use std::collections::HashMap;
use std::io;
use std::path::{Path, absolute};
use std::sync::Arc;
use tokio::io::{ReadHalf, WriteHalf, split};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};

/// Commands that may wait before whoever gives them does.
const COMMANDS: usize = 16;

/// Why the owner of a home does not serve this process.
pub(super) enum Unserved {
    /// It did not at this moment.
    Now,
    /// It is there and said nothing; its process id, where the system tells.
    Silent(Option<u32>),
    /// It never will.
    For(OfHomeError),
}

impl From<LineError> for Unserved {
    fn from(_: LineError) -> Self {
        Self::Now
    }
}

impl From<io::Error> for Unserved {
    fn from(_: io::Error) -> Self {
        Self::Now
    }
}

/// Uses the device of this home through the process that has it. It takes no longer than until then.
pub(super) async fn connect(
    folder: &Path,
    options: &Options,
    until: std::time::Instant,
) -> Result<(DeviceHandle, Listener), Unserved> {
    let stream = socket::connect(folder).await.map_err(|unfit| match unfit {
        Unfit::Nobody => Unserved::Now,
        Unfit::NotOurs => Unserved::For(OfHomeError::NotOurs(socket::path_of(folder))),
    })?;
    let owner = socket::process_of(&stream);
    let (reading, writing) = split(stream);
    let mut reader = Reader::new(reading, MAX_HELLO);
    let mut writer = Writer::new(writing, MAX_FROM_CLIENT);
    let until = Instant::from_std(until).min(Instant::now() + HELLO);
    let greeted = timeout_at(until, greet(&mut reader, &mut writer, options));
    let overview = greeted.await.map_err(|_| Unserved::Silent(owner))??;
    let (calls, received) = mpsc::channel(COMMANDS);
    let (shown, overview) = watch::channel(Arc::new(overview));
    let listeners = Listeners::default();
    let listener = listeners.listen();
    let client = Client {
        reader,
        writer,
        calls: received,
        shown,
        listeners: listeners.clone(),
        waiting: HashMap::new(),
        last_request: 0,
    };
    tokio::spawn(boxed(client.run()));
    Ok((DeviceHandle::remote(calls, overview, listeners), listener))
}

/// What the owner has to show at first.
async fn greet(
    reader: &mut Reader<ReadHalf<Stream>>,
    writer: &mut Writer<WriteHalf<Stream>>,
    options: &Options,
) -> Result<Overview, Unserved> {
    match reader.next().await {
        Ok(Some(FromOwner::Hello(hello))) if hello == Hello::ours() => {}
        Ok(Some(FromOwner::Hello(hello))) => {
            return Err(Unserved::For(OfHomeError::OtherVersion(hello.version())));
        }
        Ok(None) | Err(LineError::Io(_)) => return Err(Unserved::Now),
        // Every version says its hello in the same way.
        Ok(Some(_)) | Err(_) => {
            return Err(Unserved::For(OfHomeError::OtherVersion("?".to_owned())));
        }
    }
    reader.allow(MAX_FROM_OWNER);
    writer.write(&FromClient::Hello(Hello::ours())).await?;
    let downloads = absolute(&options.downloads)?;
    writer.write(&FromClient::Enter { downloads }).await?;
    let mut overview = Overview::default();
    match reader.next().await? {
        Some(FromOwner::Overview(change)) => change.apply(&mut overview),
        _ => return Err(Unserved::Now),
    }
    Ok(overview)
}

/// See the module text.
struct Client {
    reader: Reader<ReadHalf<Stream>>,
    writer: Writer<WriteHalf<Stream>>,
    calls: mpsc::Receiver<Call>,
    shown: watch::Sender<Arc<Overview>>,
    listeners: Listeners,
    /// Who waits for which answer.
    waiting: HashMap<u64, oneshot::Sender<Result<Done, Refusal>>>,
    last_request: u64,
}

impl Client {
    async fn run(mut self) {
        let mut left = Vec::new();
        let end = self.serve(&mut left).await.unwrap_or_else(|error| {
            log::warn!("the process that has the home is not heard any more: {error}");
            DeviceEnd::OwnerGone
        });
        let Self {
            reader,
            writer,
            listeners,
            ..
        } = self;
        // Whoever hears of the end finds nothing left behind.
        drop((reader, writer));
        listeners.end(end);
        drop(left);
    }

    /// Until nothing more can come. `left` are those who wait for that.
    async fn serve(&mut self, left: &mut Vec<oneshot::Sender<()>>) -> Result<DeviceEnd, LineError> {
        let mut is_late = None;
        loop {
            tokio::select! {
                call = self.calls.recv() => match call {
                    Some(Call::Command(command, answer)) => self.command(command, answer).await?,
                    Some(Call::Shutdown(done)) => {
                        left.push(done);
                        if is_late.is_none() {
                            self.calls.close();
                            is_late = Some(Instant::now() + FAREWELL);
                            self.writer.write(&FromClient::Leave {}).await?;
                        }
                    }
                    // By the end of the stream the owner hears that nobody wants anything any more.
                    None => match is_late {
                        Some(late) => return Ok(self.farewell(late).await),
                        None => return Ok(DeviceEnd::ShutDown),
                    },
                },
                message = self.reader.next() => match message? {
                    Some(message) => self.hear(message),
                    None => return Ok(DeviceEnd::OwnerGone),
                },
            }
        }
    }

    /// Passes on what comes until every session is closed, or it is late.
    async fn farewell(&mut self, late: Instant) -> DeviceEnd {
        let closed = async {
            while let Ok(Some(message)) = self.reader.next().await {
                match message {
                    FromOwner::Left {} => break,
                    message => self.hear(message),
                }
            }
        };
        if timeout_at(late, closed).await.is_err() {
            log::warn!("some sessions were not closed in time");
        }
        DeviceEnd::ShutDown
    }

    async fn command(
        &mut self,
        command: Command,
        answer: oneshot::Sender<Result<Done, Refusal>>,
    ) -> Result<(), LineError> {
        // The owner would read no further.
        if self.waiting.len() >= IN_FLIGHT {
            let _ = answer.send(Err(Refusal::TooMuchWaits));
            return Ok(());
        }
        self.last_request += 1;
        let request = self.last_request;
        let command = from_here(command);
        let message = FromClient::Command { request, command };
        match self.writer.write(&message).await {
            Ok(()) => drop(self.waiting.insert(request, answer)),
            Err(LineError::TooLong) => drop(answer.send(Err(Refusal::TooLong))),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn hear(&mut self, message: FromOwner) {
        match message {
            FromOwner::Overview(change) => {
                let mut overview = Overview::clone(&self.shown.borrow());
                change.apply(&mut overview);
                self.shown.send_replace(Arc::new(overview));
            }
            FromOwner::Event(event) => self.listeners.tell(&event),
            FromOwner::Answer { request, result } => {
                if let Some(answer) = self.waiting.remove(&request) {
                    let _ = answer.send(result);
                }
            }
            FromOwner::Hello(_) | FromOwner::Left {} => {
                log::warn!("the process that has the home said something out of turn");
            }
        }
    }
}

/// The same command for a process that works in another folder.
pub(super) fn from_here(mut command: Command) -> Command {
    let path = match &mut command {
        Command::To(_, SessionCommand::Say(Saying::File { path, .. })) => Some(path),
        Command::Offer { path, .. } => Some(path),
        Command::Export(terms) => Some(&mut terms.place),
        Command::Invite(terms) => terms.terms.downloads.as_mut(),
        Command::Seek(_, terms) | Command::SeekHere(_, terms) => terms.downloads.as_mut(),
        Command::Resume(_, terms) | Command::To(_, SessionCommand::Accept(terms)) => {
            terms.terms.downloads.as_mut()
        }
        _ => None,
    };
    if let Some(path) = path
        && let Ok(whole) = absolute(&*path)
    {
        *path = whole;
    }
    command
}
