//! What all objects of the facade share: the device at work, and the runtime that it works on.

use super::guard::joined;
use super::links::Links;
use super::screen::screen;
use super::{Change, Entry, ErrorKind, HandfastError, Listener, Screen};
use handfast_native::device::{Command, Done, Event, Refusal, SessionCommand, SessionId, Settings};
use handfast_native::{DeviceEnd, DeviceHandle, Home, Overview};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;

/// See the module text. Whatever a shell still holds after a shutdown holds a bridge, and a bridge that
/// is closed holds neither a file nor a part of the runtime.
pub(super) struct Bridge {
    tools: Mutex<Option<Tools>>,
    pub(super) links: Links,
    /// One choice after the other, as each is made of the one before.
    choosing: tokio::sync::Mutex<()>,
    is_closed: Arc<AtomicBool>,
}

/// What work is done with.
#[derive(Clone)]
struct Tools {
    runtime: Handle,
    device: DeviceHandle,
    home: Home,
}

impl Bridge {
    pub(super) fn new(runtime: Handle, (device, home): (DeviceHandle, Home), links: Links) -> Self {
        Self {
            tools: Mutex::new(Some(Tools {
                runtime,
                device,
                home,
            })),
            links,
            choosing: tokio::sync::Mutex::default(),
            is_closed: Arc::default(),
        }
    }

    /// Puts everything away, and has long work stop at its next piece.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Relaxed);
        *self.lock() = None;
    }

    /// Whether it was closed, for work that takes long.
    pub(super) fn is_closed(&self) -> Arc<AtomicBool> {
        self.is_closed.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Tools>> {
        // It is there whole or not at all.
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tools(&self) -> Result<Tools, HandfastError> {
        Ok(self.lock().clone().ok_or(ErrorKind::ShutDown)?)
    }

    pub(super) fn device(&self) -> Result<DeviceHandle, HandfastError> {
        Ok(self.tools()?.device)
    }

    /// Where the device keeps what it keeps.
    pub(super) fn home(&self) -> Result<Home, HandfastError> {
        Ok(self.tools()?.home)
    }

    /// What the device looks like now.
    pub(super) fn overview(&self) -> Result<Arc<Overview>, HandfastError> {
        Ok(self.device()?.overview().borrow().clone())
    }

    /// Has this done.
    pub(super) async fn command(&self, command: Command) -> Result<Done, HandfastError> {
        let device = self.device()?;
        let done = device.command(command).await;
        done.map_err(|refusal| refused(&device, refusal))
    }

    /// Has this done in one session.
    pub(super) async fn to(
        &self,
        session: SessionId,
        command: SessionCommand,
    ) -> Result<(), HandfastError> {
        self.command(Command::To(session, command)).await.map(drop)
    }

    /// Has this done by and by, where nobody waits for it and nothing is lost if it comes too late.
    pub(super) fn begin_command(&self, command: Command) {
        if let Ok(Tools {
            runtime, device, ..
        }) = self.tools()
        {
            runtime.spawn(async move { device.command(command).await });
        }
    }

    /// The person chose something else.
    pub(super) async fn choose(
        &self,
        choose: impl FnOnce(&mut Settings),
    ) -> Result<(), HandfastError> {
        let _turn = self.choosing.lock().await;
        let mut settings = self.overview()?.settings.clone();
        choose(&mut settings);
        let chosen = Command::Choose(Box::new(settings));
        self.command(chosen).await.map(drop)
    }

    /// Runs what blocks where that is allowed.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HandfastError> + Send + 'static,
    ) -> Result<T, HandfastError> {
        let working = self.tools()?.runtime.spawn_blocking(work);
        joined(working.await)
    }

    /// The same for work that tells by itself what came of it.
    pub(super) fn begin(&self, work: impl FnOnce() + Send + 'static) -> Result<(), HandfastError> {
        drop(self.tools()?.runtime.spawn_blocking(work));
        Ok(())
    }
}

/// Why a device did not obey. One that is over has its own reason.
pub(super) fn refused(device: &DeviceHandle, refusal: Refusal) -> HandfastError {
    match device.end() {
        Some(DeviceEnd::Failed) => ErrorKind::Internal.into(),
        Some(DeviceEnd::ShutDown | DeviceEnd::OwnerGone) => ErrorKind::ShutDown.into(),
        None => refusal.into(),
    }
}

/// Tells a shell what happens, in order, until nothing does any more.
pub(super) async fn tell(
    device: DeviceHandle,
    mut events: handfast_native::Listener,
    shell: Arc<dyn Listener>,
    links: Links,
) {
    let tell = |change| match catch_unwind(AssertUnwindSafe(|| shell.changed(change))) {
        Ok(Ok(())) => {}
        Ok(Err(_)) => log::warn!("the listener threw an exception"),
        Err(_) => log::warn!("the listener panicked"),
    };
    while let Some(event) = events.next().await {
        if let Some(change) = change(event, &links) {
            tell(change);
        }
    }
    if device.end() == Some(DeviceEnd::Failed) {
        let overview = device.overview().borrow().clone();
        for session in overview.sessions.keys() {
            let (session, kind) = (session.0, ErrorKind::Internal);
            let remedy = kind.remedy();
            let screen = Screen::Ended { kind, remedy };
            tell(Change::Shown { session, screen });
        }
    }
}

/// What of an event concerns a screen.
fn change(event: Event, links: &Links) -> Option<Change> {
    Some(match event {
        Event::View(session, view) => Change::Shown {
            session: session.0,
            screen: screen(&view, &links.base()),
        },
        Event::Row(session, row) => {
            let (session, number, before) = (session.0, row.number, row.before);
            match Entry::of(row) {
                Some(entry) => Change::Listed {
                    session,
                    entry,
                    before,
                },
                None => Change::Gone { session, number },
            }
        }
        Event::RowGone(session, number) => Change::Gone {
            session: session.0,
            number,
        },
        Event::PendingChanged => Change::PendingChanged,
        Event::ContactsChanged => Change::PeopleChanged,
        Event::NotRemembered(session, error) => failed(session, error.into()),
        Event::NotCompared(session, error) => failed(session, error.into()),
        // Whoever asked for it hears.
        Event::NetworkReport(_) => return None,
        Event::NotWritten(session, text, error) => {
            let HandfastError::Failed { kind, remedy } = error.into();
            let session = session.0;
            Change::NotWritten {
                session,
                text,
                kind,
                remedy,
            }
        }
        Event::OtherDevice(_) => return None,
    })
}

fn failed(session: SessionId, error: HandfastError) -> Change {
    let HandfastError::Failed { kind, remedy } = error;
    let session = session.0;
    Change::Failed {
        session,
        kind,
        remedy,
    }
}
