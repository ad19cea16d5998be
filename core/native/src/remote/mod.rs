//! A second process on one home. Whoever comes first has the home and is its owner; whoever comes later is
//! a client, and uses the device of the owner through a local socket in the folder of the home.
//!
//! [`DeviceHandle::of_home`] is all that a shell needs: it gets the same handle and the same listener
//! either way. What goes over the socket is described in `docs/local-socket.md`: [`messages`] has it as
//! types, `lines` reads and writes it within bounds, `server` stands beside the device of the owner,
//! `client` behind the handle of a client, and `socket` says who may be at the other end.
//!
//! A device without a home ([`Home::nowhere`]) has no socket and uses none.

mod client;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
mod lines;
pub mod messages;
mod server;
// A phone runs an app once.
#[cfg(all(unix, not(any(target_os = "android", target_os = "ios"))))]
mod socket;
#[cfg(not(all(unix, not(any(target_os = "android", target_os = "ios")))))]
#[path = "no_socket.rs"]
mod socket;
#[cfg(test)]
mod tests;

pub(crate) use server::serve;
pub(crate) use socket::Socket;

use crate::{DeviceHandle, Home, Listener, Options};
use client::Unserved;
use handfast_store::StoreError;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long to look for somebody who serves a home that is in use. An owner that ends takes up to six
/// seconds in which it serves nobody and still has the home.
const PATIENCE: Duration = Duration::from_secs(12);

/// How often to look.
const PACE: Duration = Duration::from_millis(50);

/// How long either side waits for the other's first messages.
const HELLO: Duration = Duration::from_secs(5);

/// How long a client waits until its sessions are closed. The owner takes half of that at most.
const FAREWELL: Duration = Duration::from_secs(6);

/// The longest lines, in bytes: the first ones, those of a client, and those of an owner, whose overview
/// has everybody who was met.
const MAX_HELLO: usize = 16 << 10;
const MAX_FROM_CLIENT: usize = 1 << 20;
const MAX_FROM_OWNER: usize = 16 << 20;

/// The most commands of one client that are not answered yet.
const IN_FLIGHT: usize = 64;

/// Why a home cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfHomeError {
    /// It does not open. [`StoreError::InUse`]: another process has it and serves nobody.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The process that has it is another version of the program.
    #[error("another version of Handfast ({0}) is at work here: close it first")]
    OtherVersion(String),
    /// The process with this id has it and says nothing: it was stopped, or hangs.
    #[error(
        "process {0} is at work here and does not answer: if it was stopped, let it go on, or end it, \
         then try again"
    )]
    Silent(u32),
    /// What should be the socket of this home was made by somebody else. It is not used, and left as it
    /// is.
    #[error("{} was not made by this user: look who made it, remove it, then try again", .0.display())]
    NotOurs(PathBuf),
}

impl DeviceHandle {
    /// Sets the device of this home to work, or uses it through the process in which it is at work
    /// already; [`DeviceHandle::is_remote`] tells which. It returns within some twelve seconds, whoever
    /// begins or ends meanwhile. Must be called within a tokio runtime.
    ///
    /// Of the options only the folder for files counts where another process is at work.
    ///
    /// When that process ends, listeners end, commands are answered by
    /// [`Refusal::NotNow`](handfast_device::Refusal::NotNow), and [`DeviceHandle::end`] says
    /// [`OwnerGone`](crate::DeviceEnd::OwnerGone). This call then makes one of the processes that are left
    /// the owner, and [`Command::Resume`](handfast_device::Command::Resume) goes on with what waits.
    ///
    /// # Errors
    /// When the home cannot be used.
    pub async fn of_home(
        folder: impl Into<PathBuf>,
        options: Options,
    ) -> Result<(Self, Listener), OfHomeError> {
        let folder = folder.into();
        let until = Instant::now() + PATIENCE;
        loop {
            let opened = tokio::task::spawn_blocking({
                let folder = folder.clone();
                move || Home::open(folder)
            });
            match opened.await.unwrap_or(Err(StoreError::Internal)) {
                Ok(home) => {
                    let socket = Socket::bind(&home)?;
                    return Ok(Self::start_for_all(home, options, socket).await?);
                }
                Err(StoreError::InUse) => {}
                Err(error) => return Err(error.into()),
            }
            let hindrance = match client::connect(&folder, &options, until).await {
                Ok(connected) => return Ok(connected),
                Err(Unserved::For(error)) => return Err(error),
                Err(Unserved::Silent(Some(owner))) => OfHomeError::Silent(owner),
                Err(Unserved::Silent(None) | Unserved::Now) => StoreError::InUse.into(),
            };
            if Instant::now() >= until {
                return Err(hindrance);
            }
            tokio::time::sleep(PACE).await;
        }
    }
}
