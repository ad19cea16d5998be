//! Serves clients beside the device of an owner. One that breaks the rules, or is silent where it has to
//! speak, is dropped; what it began is closed, and what waits, waits on.

use super::lines::{LineError, Reader, Writer};
use super::messages::{FromClient, FromOwner, Hello, OverviewChange};
use super::socket::{Socket, Stream};
use super::{HELLO, IN_FLIGHT, MAX_FROM_CLIENT, MAX_FROM_OWNER, MAX_HELLO};
use crate::Overview;
use crate::supervisor::{ClientCall, Entered};
use handfast_device::{Refusal, ShellId};
use handfast_net::boxed;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{ReadHalf, WriteHalf, split};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many clients are served at one time. More wait until one is gone.
const MOST_CLIENTS: usize = 64;

/// How long to wait when the system lets nobody in, as for want of descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// Why a client is dropped.
#[derive(Debug, thiserror::Error)]
enum Dropped {
    #[error("{0}")]
    Line(#[from] LineError),
    #[error("it was silent for too long")]
    Silent,
    #[error("it is another version of the program")]
    OtherVersion,
    #[error("it said something out of turn")]
    OutOfTurn,
    #[error("the device has ended")]
    Ended,
}

/// Serves whoever comes, until the device ends. What was told to a client by then reaches it.
pub(crate) async fn serve(socket: Socket, device: mpsc::Sender<ClientCall>) {
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept(), if clients.len() < MOST_CLIENTS => match accepted {
                Ok(stream) => {
                    let device = device.clone();
                    clients.spawn(boxed(async move {
                        match serve_one(stream, device).await {
                            // Processes end as they like.
                            Ok(()) | Err(Dropped::Line(LineError::Io(_))) => {}
                            Err(reason) => log::warn!("another process is not served: {reason}"),
                        }
                    }));
                }
                Err(error) => {
                    log::warn!("no process is let in: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_) = clients.join_next() => {}
            () = device.closed() => break,
        }
    }
    // Nobody finds the way here any more. Those who are here are told that it is over, and go.
    drop(socket);
    while clients.join_next().await.is_some() {}
}

async fn serve_one(stream: Stream, device: mpsc::Sender<ClientCall>) -> Result<(), Dropped> {
    let (reading, writing) = split(stream);
    let mut reader = Reader::new(reading, MAX_HELLO);
    let mut writer = Writer::new(writing, MAX_FROM_OWNER);
    let greeted = timeout(HELLO, greet(&mut reader, &mut writer)).await;
    let downloads = greeted.map_err(|_| Dropped::Silent)??;
    reader.allow(MAX_FROM_CLIENT);
    let (entered, is_entered) = oneshot::channel();
    let enter = ClientCall::Enter(downloads, entered);
    device.send(enter).await.map_err(|_| Dropped::Ended)?;
    let entered = is_entered.await.map_err(|_| Dropped::Ended)?;
    let shell = entered.shell;
    // There is always room for the answers to everything that is asked.
    let (tell, told) = mpsc::channel(IN_FLIGHT + 1);
    let served = tokio::select! {
        read = obey(reader, shell, &device, tell) => read,
        written = inform(writer, entered, told) => written,
    };
    // A device that has ended needs not hear of it.
    let _ = device.send(ClientCall::Leave(shell, None)).await;
    served
}

/// Where the files of a client go that is of this version.
async fn greet(
    reader: &mut Reader<ReadHalf<Stream>>,
    writer: &mut Writer<WriteHalf<Stream>>,
) -> Result<PathBuf, Dropped> {
    writer.write(&FromOwner::Hello(Hello::ours())).await?;
    match reader.next().await? {
        Some(FromClient::Hello(hello)) if hello == Hello::ours() => {}
        Some(FromClient::Hello(_)) => return Err(Dropped::OtherVersion),
        _ => return Err(Dropped::OutOfTurn),
    }
    match reader.next().await? {
        Some(FromClient::Enter { downloads }) => Ok(downloads),
        _ => Err(Dropped::OutOfTurn),
    }
}

/// Hands on what the client wants, in its order, until it is gone.
async fn obey(
    mut reader: Reader<ReadHalf<Stream>>,
    shell: ShellId,
    device: &mpsc::Sender<ClientCall>,
    tell: mpsc::Sender<FromOwner>,
) -> Result<(), Dropped> {
    let turns = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut asked = JoinSet::new();
    while let Some(message) = reader.next().await? {
        match message {
            FromClient::Command { request, command } => {
                // It is never closed.
                let turn = turns.clone().acquire_owned().await;
                let (answer, answered) = oneshot::channel();
                let call = ClientCall::Command(shell, command, answer);
                device.send(call).await.map_err(|_| Dropped::Ended)?;
                let tell = tell.clone();
                asked.spawn(boxed(async move {
                    let result = answered.await.unwrap_or(Err(Refusal::NotNow));
                    let _ = tell.send(FromOwner::Answer { request, result }).await;
                    drop(turn);
                }));
                while asked.try_join_next().is_some() {}
            }
            FromClient::Leave {} => {
                let (left, is_left) = oneshot::channel();
                let leave = ClientCall::Leave(shell, Some(left));
                device.send(leave).await.map_err(|_| Dropped::Ended)?;
                is_left.await.map_err(|_| Dropped::Ended)?;
                let _ = tell.send(FromOwner::Left {}).await;
                // That is its last message, and everything ends with it.
                pending::<()>().await;
            }
            FromClient::Hello(_) | FromClient::Enter { .. } => return Err(Dropped::OutOfTurn),
        }
    }
    Ok(())
}

/// Tells the client what concerns it, until it has left or the device has ended.
async fn inform(
    mut writer: Writer<WriteHalf<Stream>>,
    entered: Entered,
    mut told: mpsc::Receiver<FromOwner>,
) -> Result<(), Dropped> {
    let Entered {
        mut overview,
        mut listener,
        ..
    } = entered;
    // What a client believes before it hears anything.
    let mut known = Arc::new(Overview::default());
    let mut is_first = true;
    loop {
        let message = match is_first {
            true => None,
            false => tokio::select! {
                biased;
                event = listener.next() => match event {
                    Some(event) => Some(FromOwner::Event(event)),
                    None => return Ok(()),
                },
                Some(message) = told.recv() => Some(message),
                Ok(()) = overview.changed() => None,
                else => return Ok(()),
            },
        };
        // Whoever hears of something finds it in the overview.
        let current = overview.borrow_and_update().clone();
        if is_first || !Arc::ptr_eq(&current, &known) {
            let change = OverviewChange::between(&known, &current);
            if is_first || change != OverviewChange::default() {
                writer.write(&FromOwner::Overview(Box::new(change))).await?;
            }
            known = current;
            is_first = false;
        }
        if let Some(message) = message {
            writer.write(&message).await?;
            if let FromOwner::Left {} = message {
                return Ok(());
            }
        }
    }
}
