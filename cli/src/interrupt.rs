//! Ctrl-C, or the system's wish that the program ends: the first asks for a clean end, the second does
//! not wait for it.

use crate::status::{Status, Stop};
use crate::terminal;
use handfast_native::net::boxed;
use handfast_native::unfinished;
use tokio::sync::{Notify, watch};

/// Ctrl-C as a key, where the system makes no signal of it.
static KEY: Notify = Notify::const_new();

/// The person has pressed Ctrl-C.
pub(crate) fn press() {
    KEY.notify_one();
}

/// Whether the program is to end.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens from now on. Must be called within a tokio runtime.
    pub(crate) fn listen() -> Self {
        let (pressed, watching) = watch::channel(false);
        tokio::spawn(boxed(async move {
            let mut wishes = Wishes::new();
            wishes.next().await;
            let _ = pressed.send(true);
            wishes.next().await;
            unfinished::abandon();
            terminal::restore();
            std::process::exit(Status::Cancelled.code());
        }));
        Self(watching)
    }

    /// One that never comes.
    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Does what takes its time, until the program is to end.
    ///
    /// # Errors
    /// Those of what is done; that it was stopped.
    pub(crate) async fn stops<T>(
        &mut self,
        doing: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        tokio::select! {
            done = doing => done,
            () = self.pressed() => Err(Stop::cancelled()),
        }
    }

    /// Whether the program is to end.
    pub(crate) fn is_pressed(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the program is to end.
    pub(crate) async fn pressed(&mut self) {
        if self.0.wait_for(|pressed| *pressed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What asks this program to end.
struct Wishes {
    /// The terminal is gone, or the system stops its programs.
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Wishes {
    fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let both = [SignalKind::terminate(), SignalKind::hangup()].map(signal);
            let signals = match both {
                [Ok(terminate), Ok(hangup)] => Some([terminate, hangup]),
                _ => None,
            };
            Self { signals }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn next(&mut self) {
        tokio::select! {
            () = ctrl_c() => {}
            () = KEY.notified() => {}
            () = self.signal() => {}
        }
    }

    #[cfg(unix)]
    async fn signal(&mut self) {
        match &mut self.signals {
            Some([terminate, hangup]) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
            }
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    async fn signal(&mut self) {
        std::future::pending().await
    }
}

async fn ctrl_c() {
    // Without signals on this system nothing is ever pressed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
