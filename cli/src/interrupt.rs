//! Ctrl-C: the first asks for a clean end, the second does not wait for it.

use crate::status::Status;
use tokio::sync::watch;

/// Whether Ctrl-C was pressed.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens from now on. Must be called within a tokio runtime.
    pub(crate) fn listen() -> Self {
        let (pressed, watching) = watch::channel(false);
        tokio::spawn(async move {
            let mut before = false;
            while tokio::signal::ctrl_c().await.is_ok() {
                if before {
                    std::process::exit(Status::Cancelled.code());
                }
                before = true;
                let _ = pressed.send(true);
            }
            // No signals on this system: the sender stays, and nothing is ever pressed.
            std::future::pending::<()>().await;
        });
        Self(watching)
    }

    /// Returns when Ctrl-C has been pressed.
    pub(crate) async fn pressed(&mut self) {
        if self.0.wait_for(|pressed| *pressed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
